"""The shape of every file of a standard, as pydantic models: what the checker asks for, and what editors are told.

The description of each key is what the page for authors prints of it. Texts that are references or equations
are only texts here: what they refer to is looked up by :mod:`xlbudget.authoring.names`.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, RootModel

_KEY = r"^[a-z][a-z0-9_]*$"


def _say(description: str, default: Any = ..., **how: Any) -> Any:
    """A key with its description; without a default it must be there."""
    return Field(default, description=description, **how)


class Shape(BaseModel):
    """A table of a TOML file: no key that is not described, no value of another kind."""

    model_config = ConfigDict(extra="forbid", strict=True)


Key = Annotated[str, Field(pattern=_KEY)]
Texts = list[str]
Years = Annotated[list[int], Field(min_length=2, max_length=2)]
Selection = dict[str, list[str]]
Sum = Annotated[str, Field(pattern=r"^[^=]+ = [^=]+$")]
UnitName = Literal["元", "万元"]


# ------------------------------------------------------------------ standard.toml


class Title(Shape):
    """[title]"""

    cover: str = _say("封面标题；`{year}` 年度")
    book: str = _say("工作簿的文件名；`{unit}` 单位名称，`{year}` 年度")


class Subjects(Shape):
    """[subjects.键]"""

    name: str = _say("分类的名称（功能分类）")
    file: str = _say("`subjects/` 中的文件名")
    lengths: list[int] = _say("各级编码的位数，由上到下", min_length=1)
    levels: Texts = _say("各级的名称（类、款、项），与 `lengths` 一一对应", min_length=1)


class Condition(Shape):
    """[condition.键]"""

    title: str = _say("条件的说法，写在规则后面")
    zero: Texts = _say("这些格都是零或空白时成立", min_length=1)


class Allotment(Shape):
    """[[allotment]]"""

    whole: str = _say("要分的一格")
    parts: str = _say("分到的各格；全空就是还没有分，由它们计算的格留空")


class Transfer(Shape):
    """[[transfer]]"""

    title: str = _say("往来的名称（上级补助）")
    income: str = _say("收入方：单位表每一行的一栏")
    expense: str = _say("支出方：科目表每一行的一栏；汇总时可以抵销")


class Chart(Shape):
    """[[chart]]"""

    key: Key = _say("图的代号")
    title: str = _say("图的标题；可含 `{year}`、`{last_year}`", min_length=1)
    kind: Literal["bar", "column", "pie", "doughnut"] = _say(
        "`bar` 条形，`column` 柱形，`pie` 饼形，`doughnut` 环形"
    )
    series: Texts = _say(
        "各系列的名称（默认“{year}年预算数”）", ["{year}年预算数"], min_length=1, max_length=2
    )
    rows: str = _say("一行一条：`each:class`、`each:unit`、`each:编码*`；与 `cells` 二者居一", "")
    cells: Texts = _say("一格一条", [])
    against: Texts = _say("与 `cells` 一一对应的上年数", [])
    total: Texts = _say("各系列的合计所在的格", [], max_length=2)
    names: Texts = _say("各条的名称；不写时用行名或栏名", [])
    room: int = _say("最多几条，多出的合并为最后一条（默认 12）", 12, ge=2)


class Picture(Shape):
    """[picture]"""

    title: str = _say("支出结构图的标题")
    bars: str = _say("条形取自哪一张图（有 `rows` 的）")
    split: str = _say("下面一行按哪一张图分（有 `cells` 的）")


class CarryOver(Shape):
    """[[carry]]"""

    source: str = _say("本年的一格", alias="from")
    to: str = _say("下年哪一格上年结转的来源；结转下年时列出供核对")


class Roles(Shape):
    """[role]"""

    rule: dict[str, str] = _say(
        "程序要用的规则：`texts` = 文字与各表不符、又不专属某一部分时，归到哪条规则", {}
    )


class StandardFile(Shape):
    """standard.toml：适用年度与总体约定"""

    id: str = _say("代号，与文件夹同名；小写英文、数字、连字符", pattern=r"^[a-z][a-z0-9_-]*$")
    name: str = _say("名称", min_length=1)
    region: str = _say("地区", min_length=1)
    version: str = _say("版本，如 `2026.1`；改了标准就改它，工作簿会记下所用的版本", "")
    years: Years = _say("适用的首末年度")
    template_year: int = _say("空白模板的年度（默认为适用的第一年）", 0)
    unit: UnitName = _say("计量单位")
    rounding_limit: str = _say(
        "尾差上限：半宽不超过它算“尾差”，超过算“差错”", pattern=r"^\d+(\.\d+)?$"
    )
    department: str = _say("主管部门写在基础信息的哪个字段", "")
    tables: Texts = _say("`tables/` 中的文件名（不带 `.toml`），按公开的次序", min_length=1)
    title: Title = _say("各处的标题")
    subjects: dict[Key, Subjects] = _say("科目分类，键是分类的代号")
    condition: dict[Key, Condition] = _say("条件，键是条件的代号，规则里用 `when` 引用", {})
    role: Roles = _say("程序自己要用到的名称", Roles())
    totals: dict[str, str] = _say("总额：名称 = 一格；批量检查时列在每个单位名下", {})
    allotment: list[Allotment] = _say("分摊：一格有数时应分到各格", [])
    transfer: list[Transfer] = _say("单位之间的往来", [])
    chart: list[Chart] = _say("“总览”中的图和旁边的小表", [])
    picture: Picture | None = _say("支出结构图", None)
    carry: list[CarryOver] = _say("结转下年：哪一格是下年哪一格的来源", [])


# ------------------------------------------------------------------ tables/*.toml


class Column(Shape):
    """columns 的一项"""

    key: Annotated[str, Field(pattern=r"^[a-z_0-9]+$")] = _say("栏的代号，规则里用")
    kind: Literal["amount", "code", "name", "label", "text", "level1", "level2"] = _say(
        "`amount` 金额，`code` 编码，`name` 科目名称，`label` 行名，`text` 文字，`level1` 一级项目，`level2` 二级项目"
    )
    label: Texts = _say("表头的路径，由外到内；可含 `{year}`", min_length=1)
    aliases: list[str | list[str]] = _say(
        "其他写法，只用于读入：一段文字是最内一层的，一组文字是整条路径", []
    )
    width: float = _say("栏宽（默认按种类）", 0)
    last_year_of: str = _say("这一栏印上年数：同一表块的哪一个金额栏的", "")


class Row(Shape):
    """rows 的一项"""

    key: str = _say("行的代号，规则里用；没有代号的行不能引用", "")
    label: str = _say("行名；没有行名一栏的表块写空白，各行按次序")
    aliases: Texts = _say("行名的其他写法，只用于读入", [])
    indent: int = _say("缩进几格", 0, ge=0)
    anchor: str = _say("并排的两块里同名的行对齐在一行", "")
    total: bool = _say("加粗的合计行", False)
    slot: Literal["", "class"] = _say(
        "`class`：此处填各类科目，行名里 `{ordinal}` 是序号，`{name}` 是类名", ""
    )


class Block(Shape):
    """[[block]]"""

    key: Annotated[str, Field(pattern=_KEY)] | None = _say(
        "并排的几块各有代号；只有一块的不写", None
    )
    body: Literal["fixed", "subject", "unit", "project", "form"] = _say(
        "行从哪里来：`fixed` 规定的各行，`subject` 一行一个科目，`unit` 一行一个单位，`project` 项目，`form` 一个项目一份表"
    )
    columns: list[Column] = _say("各栏，由左到右", min_length=1)
    rows: list[Row] = _say("规定的各行（`fixed`）", [])
    subjects: str = _say("科目分类（`subject`，或有 `slot` 的 `fixed`）", "")
    listed: bool = _say(
        '`body = "unit"` 的各行是这张表自己的名称（如采购项目），不是预算单位', False
    )
    room: int = _say("最多几行", 0, ge=0)
    total: str = _say("合计行的名称；不写就没有合计行", "")
    tree: bool = _say("上级＝下级之和，合计行＝最高级之和（`subject`、`project`、`unit`）", False)
    rowsums: list[Sum] = _say('每一行里一栏＝别的栏之和：`"total = basic + project"`', [])
    sums: list[Sum] = _say('每一栏里一行＝别的行之和：`"subtotal = all:class"`', [])


class FormLine(Shape):
    """[[form]] 的 lines"""

    cells: list[Annotated[list[str], Field(min_length=2, max_length=2)]] = _say(
        "一行里的各格：`[标题, 字段]`", min_length=1
    )
    group: str = _say("左侧的组标题", "")
    height: float = _say("行高", 0.0)


class Indicator(Shape):
    """[[form]] 的 indicators"""

    key: Key = _say("指标栏的代号")
    kind: Literal["text", "level1", "level2", "value", "weight"] = _say(
        "`level1`、`level2` 一级、二级指标，`value` 指标值，`weight` 权重，`text` 文字", "text"
    )
    label: str = _say("栏名")
    width: float = _say("栏宽")


class Form(Shape):
    """[[form]]"""

    key: Key = _say("表式的代号")
    title: str = _say("表式的标题")
    subtitle: str = _say("标题下的一行", "")
    lines: list[FormLine] = _say("各行", min_length=1)
    indicator_caption: str = _say("指标部分左侧的标题")
    indicators: list[Indicator] = _say("指标的各栏", min_length=1)
    period: str = _say("哪个字段是项目实施期；已到期的不带入下年", "")
    known: dict[str, str] = _say(
        "新表里已知的文字；`{…}` 是 `year`、基础信息的字段或项目栏（`{item.unit}`）", {}
    )


class TableFile(Shape):
    """tables/*.toml：一张表一个文件"""

    key: Key = _say("表的代号；规则里的块叫“表”或“表.块”")
    number: int = _say("表号", ge=1)
    title: str = _say("表的标题", min_length=1)
    aliases: Texts = _say("标题的其他写法，只用于读入", [])
    sheet: str = _say("工作表名；不写时是标题去掉 `{…}`", "", max_length=31)
    unit: UnitName | None = _say("与标准不同的计量单位", None)
    notes: Texts = _say("表下的说明；可含基础信息的 `{字段}`", [])
    empty_statement: str = _say("没有数字时表下应有的一句话", "")
    balance: list[Sum] = _say(
        '两方相等之处：`"income[total].* = expense[total].*"`，方括号前是块的 `key`', []
    )
    block: list[Block] = _say("表块；并排的几块各写一个", min_length=1)
    form: list[Form] = _say('绩效目标的表式（`body = "form"` 的表）', [])


# ------------------------------------------------------------------ rules.toml


StructureKind = Literal["tree", "rowsum", "sum", "balance"]


class Equation(Shape):
    """equations 的一项，写成表的"""

    text: str = _say("等式", alias="is")
    derive: bool = _say("`false`：只校验，不据以填列", True)
    check: bool = _say("`false`：只填列，不校验", True)
    when: str = _say("条件成立时才适用（`standard.toml` 的 `[condition]`）", "")
    present: bool = _say("`true`：各行都有时才适用", False)


class Rule(Shape):
    """[[rule]]"""

    code: str = _say("编号：大写字母加两位数字，可带一个小写字母", pattern=r"^[A-Z]\d{2}[a-z]?$")
    title: str = _say("规则的名称", min_length=1)
    source: str = _say("依据", min_length=1)
    level: Literal["error", "warning", "hint"] = _say(
        "违反时算 `error` 差错、`warning` 提醒、`hint` 提示", "error"
    )
    soft: bool = _say("单独比较，不参加联立", False)
    check: str = _say("程序里的一项检查（等式写不出的）", "")
    arguments: dict[str, str] = _say("检查要看的格、字段或词，各项检查要什么见下", {}, alias="with")
    equations: list[str | Equation] = _say("等式；左端只有一格的同时是填列公式", [])
    structure: StructureKind | list[StructureKind] = _say(
        "代表各表块写明的合计关系：`tree`、`rowsum`、`sum`、`balance`，或几种的清单；在 `equations` 之前",
        [],
    )
    blocks: Texts = _say("`structure` 限于这些表或表块", [])
    years: Years = _say("适用的首末年度（不写为全部）", [0, 9999])
    texts: bool = _say("核对文字的规则，读法见 `notes/readings.toml`", False)
    compares: Literal["", "name", "rows", "labels", "figures", "jumps", "wording"] = _say(
        "与上年的工作簿核对什么", ""
    )


class RulesFile(Shape):
    """rules.toml：勾稽规则"""

    rule: list[Rule] = _say("一条规则", min_length=1)


# ------------------------------------------------------------------ info.toml


class InfoField(Shape):
    """fields 的一项"""

    key: Key = _say("字段的代号")
    label: str = _say("印在基础信息里的名称", min_length=1)
    kind: Literal["text", "long", "choice", "year", "date", "count", "amount"] = _say(
        "`text` 文字，`long` 长文字，`choice` 选项，`year` 年度，`date` 日期，`count` 数量，`amount` 金额"
    )
    unit: str = _say("数量的单位（人、辆）", "")
    default: str | int = _say("新工作簿里的值", "")
    required: bool = _say("必填", False)
    choices: Texts = _say("可选的值（`choice`）", [])
    hint: str = _say("填写提示", "")
    summed: Literal["", "same", "units", "limit", "default"] = _say(
        "几个单位汇总时填什么：`same` 相同的才填，`units` 各单位名称，`limit` 允许的尾差，`default` 新工作簿里的值；不写时金额和数量相加",
        "",
    )


class InfoSection(Shape):
    """[[section]]"""

    title: str = _say("组名", min_length=1)
    fields: list[InfoField] = _say("各项", min_length=1)
    summed: bool = _say("只有汇总的工作簿才有这一组", False)


class InfoKeyed(Shape):
    """[[keyed]]"""

    key: Key = _say("名单的代号")
    title: str = _say("名单的标题")
    name_label: str = _say("左栏的栏名")
    text_label: str = _say("右栏的栏名")
    room: int = _say("最多几行", ge=1)
    kind: Literal["text", "amount"] = _say(
        "右栏是 `text` 文字，还是 `amount` 金额（按编码登记的上年数）", "text"
    )
    unit: UnitName | None = _say("金额的单位；不写时是标准的", None)
    choices: Texts = _say("右栏只能是这些", [])


class InfoFile(Shape):
    """info.toml：基础信息的项目"""

    section: list[InfoSection] = _say("一组项目", min_length=1)
    keyed: list[InfoKeyed] = _say("按名称或编码登记的文字", [])


# ------------------------------------------------------------------ disclosure.toml, package.toml


class Phrases(Shape):
    """[text]"""

    contents: str = _say("目录的标题")
    table: str = _say(
        "目录中一张表的写法；`{title}` 表的名称，`{ordinal}` 一、二、三，`{number}` 1、2、3"
    )
    heading: str = _say("正文中表的标题；不写就与目录中的相同", "")
    unit: str = _say("表上方左边的一行；`{unit}` 单位名称")
    money: str = _say("表上方右边的一行；`{money}` 金额单位")


class HeldPart(Shape):
    """[[part]]"""

    contents: str = _say('目录中的一行，如 `"{ordinal}、名词解释"`', min_length=1)
    heading: str = _say(
        "正文中的标题；不写时，`sections` 只有一节的用该节的标题，其余与目录中的相同", ""
    )
    holds: str = _say(
        "放什么：`tables` 各张表，或 `notes/sections.toml` 里的一种文稿（profile、explanation、glossary）"
    )
    sections: Texts = _say("只放该文稿中这些编号的节；不写就是全部", [])
    terms: bool = _say("各段开头到“：”为止的名词加粗", False)
    free: bool = _say("由单位自己写，不核对；没有写就不印这一部分", False)


class DisclosureFile(Shape):
    """disclosure.toml：公开文本的编排"""

    text: Phrases = _say("固定的说法")
    part: list[HeldPart] = _say("公开文本的各部分，按次序；“目录”工作表也按它列出", min_length=1)


class MailFigure(Shape):
    """[[figure]]"""

    fact: str = _say("`notes/facts.toml` 中命名的金额")
    title: str = _say("邮件里的叫法")


class PackageFile(Shape):
    """package.toml：邮件草稿里的关键数字"""

    figure: list[MailFigure] = _say("一个数字", [])


# ------------------------------------------------------------------ ledger.toml


class LedgerColumn(Shape):
    """[[column]]"""

    key: Key = _say("栏的代号")
    label: str = _say("栏名")
    kind: Literal["unit", "code", "choice", "level1", "level2", "amount", "text"] = _say(
        "`unit` 预算单位，`code` 科目编码，`choice` 选项，`level1`、`level2` 项目，`amount` 金额，`text` 文字"
    )
    width: float = _say("栏宽")
    subjects: str = _say("编码属哪个科目分类", "")
    choices: Texts = _say("选项", [])
    names: Texts = _say("导出的明细里还叫什么", [])
    never: Texts = _say("看着像、其实不是的栏", [])
    values: dict[str, str] = _say("导出的写法 = 选项", {})
    needed: Selection | None = _say("在哪些行必填；`{}` 是每一行", None)
    absent: Selection | None = _say("在哪些行应为空", None)
    per: str = _say("按哪一栏统一：那一栏相同的各行，这一栏也相同", "")


class LedgerKind(Shape):
    """[[kind]]"""

    key: Key = _say("归类的代号")
    label: str = _say("名称")
    of: str = _say("哪一栏的值")
    values: dict[str, list[str]] = _say("类 = 属于它的值")


class PostForm(Shape):
    """[[post.form]]"""

    key: str = _say("表式的代号")
    column: dict[str, Selection] = _say("各格汇总哪些行")
    only: Selection = _say("项目的每一行都符合才用这一种", {})
    zero: bool = _say("没有的金额印 0.00", False)


class Post(Shape):
    """[[post]]"""

    block: str = _say("表块")
    where: Selection = _say("对整块的条件", {})
    column: dict[str, Selection] = _say("对一栏的条件", {})
    row: dict[str, Selection] = _say("对一行的条件；`class` 是各类的行", {})
    zero: Texts = _say("没有底稿行时印 0.00 的栏", [])
    form: list[PostForm] = _say("绩效目标表的表式，第一种合用的就是", [])


class LedgerUnit(Shape):
    """[unit]"""

    field: str = _say("基础信息的哪一项说明金额单位")
    default: UnitName = _say("空着时的单位")


class LedgerExport(Shape):
    """[export]"""

    code: Texts = _say("栏名里说明是编码的词")
    name: Texts = _say("说明是名称的词")
    totals: Texts = _say("合计的行和栏")
    year: Texts = _say("写年度的栏")
    across: Texts = _say("宽表里写在栏名上的栏")
    filler: Texts = _say("宽表的栏名里没有意思的词")
    small: int = _say("全部金额都不到这么多元，也许是把万元当成了元")


class LedgerCarry(Shape):
    """[carry]"""

    left: Selection = _say("哪些行是结转下年")
    of: str = _say("据以认出它们的栏")
    year: str = _say("下年写在哪一栏")
    next: str = _say("下年写什么")


class LedgerSwitch(Shape):
    """[switch]"""

    field: str = _say("基础信息的哪一项说明数据来源")
    ledger: str = _say("各表由底稿得出时的值")
    tables: str = _say("逐表填写时的值")


class LedgerControl(Shape):
    """[control]"""

    list: str = _say("基础信息的哪一个名单登记控制数")


class LedgerProject(Shape):
    """[project]"""

    types: str = _say("一级项目的类型登记在基础信息的哪个名单", "")
    type: str = _say("项目表的哪一栏写类型", "")
    unit: str = _say("项目表的哪一栏写预算单位", "")


class LedgerFit(Shape):
    """[[fit]]"""

    where: Selection = _say("符合这个的行")
    must: Selection = _say("必须也符合这个")


class LedgerFile(Shape):
    """ledger.toml：录入底稿"""

    sheet: str = _say("工作表名", max_length=31)
    title: str = _say("标题")
    room: int = _say("可录几行", ge=1)
    zeros: bool = _say(
        "没有底稿行的格可以印 0.00，与空白一样（默认是空白，印 0.00 的必有底稿行）", False
    )
    column: list[LedgerColumn] = _say("一栏", min_length=1)
    kind: list[LedgerKind] = _say("归类", [])
    post: list[Post] = _say("一个表块的各格汇总哪些行")
    unit: LedgerUnit = _say("金额单位")
    switch: LedgerSwitch = _say("数据来源")
    control: LedgerControl | None = _say("控制数", None)
    project: LedgerProject = _say("项目表的文字栏从哪里来", LedgerProject())
    fit: list[LedgerFit] = _say("必须相配的科目和类别", [])
    export: LedgerExport = _say("明细导出里通用的词")
    carry: LedgerCarry | None = _say("结转下年怎样变成上年结转；不写就没有结转", None)
    info: dict[str, Selection] = _say("基础信息里由底稿得出的金额", {})


# ------------------------------------------------------------------ notes/facts.toml, notes/sections.toml, notes/meanings.toml


class Words(Shape):
    """[words]"""

    up: str = _say("增加", min_length=1)
    down: str = _say("减少", min_length=1)
    same: str = _say("持平", min_length=1)
    up_trend: str = _say("增长（用于百分比）", min_length=1)
    down_trend: str = _say("下降（用于百分比）", min_length=1)
    inferred: str = _say("推断的原因；`{names}` 各项，`{direction}` 增减")
    neutral: str = _say("没有原因时的说法；`{direction}` 增减")
    unchanged: str = _say("没有增减的原因；`{title}` 叫法", "{title}无变化")
    separator: str = _say("并列的分隔")
    last: str = _say("最后两项之间")


class ConstantFact(Shape):
    """[constant]"""

    title: str = _say("叫法")
    text: str = _say("文字")


class TextFact(Shape):
    """[text]"""

    title: str = _say("叫法")
    field: str = _say("基础信息的字段", alias="is")
    fallback: str = _say("未填时改用的字段", "")


class AmountFact(Shape):
    """[amount]"""

    title: str = _say("叫法")
    cells: str = _say(
        "格、基础信息的 `info[字段].value` 或前面命名的数字，可用 ` + `、` - ` 相连", alias="is"
    )
    ask: bool = _say("基础信息中没有填写时请人核对", False)


class RowsFact(Shape):
    """[count] 和 [names]"""

    title: str = _say("叫法")
    rows: str = _say("哪些行：`块[each:class].栏`、`块[all:leaf].栏`")


class ListItem(Shape):
    """items 的一项"""

    key: str = _say("这一项的代号", "")
    name: str = _say("名称")
    cells: str = _say("金额", alias="is")


class ListFact(Shape):
    """[list.名称]"""

    title: str = _say("叫法")
    rows: str = _say("不为零的各行；与 `items` 二者居一", "")
    items: list[ListItem] = _say("不为零的各项", [])
    whole: str = _say("占比的分母：前面命名的数字", "")
    keyed: str = _say("各行的文字登记在基础信息的哪一个名单", "")
    leading: str = _say("登记的文字开头应去掉的词", "")
    meanings: str = _say("没有登记的用哪个文件里的规定释义（`notes/` 中，不带 `.toml`）", "")
    tree: bool = _say("带下级", False)


class Component(Shape):
    """components 的一项"""

    name: str = _say("名称")
    now: str = _say("本年的数")
    prior: str = _say("上年的数")


class ChangeFact(Shape):
    """[change.名称]"""

    title: str = _say("叫法")
    now: str = _say("本年的数", "")
    each: str = _say("每一行本年的数：`块[each:leaf].栏`；与 `now` 二者居一", "")
    prior: str = _say("上年的数，空白即不比较；写 `each` 的，是按编码登记上年数的名单")
    reason: str = _say("原因写在基础信息的哪个字段；写 `each` 的，是哪个名单，可以不写", "")
    unchanged: bool = _say("没有增减也写原因", False)
    like: Texts = _say("未填原因时，与前面这几项增减相同的，原因也相同", [])
    components: list[Component] = _say("仍没有原因时从中寻找增减最多的", [])


class ParagraphsFact(Shape):
    """[paragraphs.名称]"""

    of: str = _say("照抄基础信息的哪一个长文字字段或名单")


class FactsFile(Shape):
    """notes/facts.toml：给数字起名，模板里只写名称"""

    unit: UnitName = _say("文中金额的单位")
    places: int = _say("文中金额的小数位数（默认 2）", 2, ge=0, le=6)
    separators: bool = _say("金额写千分位", True)
    zeros: bool = _say("金额和百分比小数末尾的零照写", True)
    words: Words = _say("增减的说法")
    year: dict[Key, int] = _say("相对预算年度的年份：`year = 0`、`prior_year = -1`", {})
    constant: dict[Key, ConstantFact] = _say("固定文字", {})
    text: dict[Key, TextFact] = _say("基础信息中的文字", {})
    amount: dict[Key, AmountFact] = _say("金额或数量", {})
    count: dict[Key, RowsFact] = _say("行数", {})
    names: dict[Key, RowsFact] = _say("不为零的各行的名称，以“、”相连", {})
    list: dict[Key, ListFact] = _say("分项", {})
    change: dict[Key, ChangeFact] = _say("与上年相比", {})
    paragraphs: dict[Key, ParagraphsFact] = _say("照抄的段落", {})


class SectionEntry(Shape):
    """[[explanation]]、[[glossary]]、[[profile]]"""

    number: str = _say("编号：段落的代号从它开始", min_length=1)
    heading: str = _say("标题；可含命名的 `{数字}`", "")
    template: str = _say(
        "`notes/` 中的模板文件；没有的，标题下由单位自己写", "", pattern=r"^([\w-]+\.j2)?$"
    )
    when: str | dict[str, str | list[str]] = _say(
        '什么时候才有这一部分：该数字不为零，或 `{ 字段 = "值" }`', ""
    )


class SectionsFile(RootModel[dict[str, list[SectionEntry]]]):
    """notes/sections.toml：文稿的各部分。键是文稿：explanation 情况说明，glossary 名词解释，profile 部门概况"""


class MeaningsFile(Shape):
    """notes/meanings.toml：科目的规定释义"""

    meaning: dict[str, str] = _say("编码加名称，或只写名称 = 释义")


# ------------------------------------------------------------------ notes/readings.toml


class SaidPart(Shape):
    """parts 的一项，和 [[target]]"""

    say: Texts = _say("各种说法", min_length=1)
    figure: str = _say("说的是哪个数字")


class Head(Shape):
    """[[head]]"""

    section: str = _say("所在部分的编号")
    say: Texts = _say("主语的各种说法", min_length=1)
    figure: str = _say("说的数字；空的只引出 `parts` 或 `kinds`")
    change: str = _say("与上年相比", "")
    kinds: str = _say("构成（“均为……”说的是它）", "")
    carryover: str = _say("其中的上年结转", "")
    names: str = _say("其后应列全的名称", "")
    exempt: str = _say("段中有这句话时不核对“无”", "")
    required: bool = _say("该部分必须说到它", False)
    stated: bool = _say("有数字就必须说到它", False)
    unexplained: bool = _say("它的增减原因写在别处", False)
    partly: str = _say("部门有几个单位时，只是其中哪些单位的", "")
    parts: list[SaidPart] = _say("只在说到它之后才指它的各部分", [])


class ReadingLines(Shape):
    """[[lines]]"""

    section: str = _say("所在部分的编号")
    list: str = _say("要列全的清单")


class Wording(Shape):
    """[[wording]]"""

    said: str = _say("不合规定的用语", min_length=1)
    right: str = _say("应为")
    part: Literal["notes", "glossary", "form"] = _say("在哪里核对")
    beside: Texts = _say("同一句里其后有这些词之一才算", [])


class Former(Shape):
    """[[former]]"""

    said: str = _say("旧名称", min_length=1)
    right: str = _say("现名称")
    last: int = _say("旧名称最后用到的预算年度；不写：一向不这样写", 0)


class Passage(Shape):
    """[[passage]]"""

    section: str = _say("所在部分的编号")
    name: str = _say("必须说到的事")
    any: Texts = _say("说法之一", min_length=1)
    near: Texts = _say("同一句里有这些词之一", [])
    without: Texts = _say("没有这些词", [])
    zero: str = _say("这个数字为零就不要求", "")


class ReadingWords(Shape):
    """[words]"""

    up: Texts = _say("增加的各种说法", min_length=1)
    down: Texts = _say("减少的各种说法", min_length=1)
    same: Texts = _say("持平的各种说法", min_length=1)
    reason: Texts = _say("引出原因的词", min_length=1)
    purpose: Texts = _say("引出用途的词", min_length=1)
    share: Texts = _say("引出占比的词", min_length=1)
    every: Texts = _say("“均为”的各种说法", min_length=1)
    none: Texts = _say("没有的各种说法", min_length=1)
    unit_ends: Texts = _say("单位名称的末字", min_length=1)
    this_year: Texts = _say("说本年的词", min_length=1)
    before_prior: Texts = _say("年份前面有这些词的是上年", min_length=1)
    filler: Texts = _say("增减、占比前面只有这些词时，说的还是前面那个数字", min_length=1)
    limit: Texts = _say("数字前有这些词的，是标准、定额、限度", [])
    beyond: Texts = _say("数字后有这些词的，是限度、约数", [])


class Slips(Shape):
    """[slips]"""

    placeholder: Texts = _say("没写完的字样", [])
    spare: Texts = _say("含有这些字样而不是的词", [])
    repeated: Texts = _say("写重了的词", [])
    nothing: Texts = _say("表示这一部分没有的说法", [])
    past: Texts = _say("跟在以前年份后面就对的词", [])
    budget: Texts = _say("年份紧接着这些词时说的是预算年度", [])
    distinct: Texts = _say("含有写重的词而没有重", [])
    more: Texts = _say("原因里表示增加的词", [])
    less: Texts = _say("原因里表示减少的词", [])
    either: Texts = _say("原因里有这些词就不判断", [])
    elsewhere: Texts = _say("开头是这些词的原因只指向别处", [])


class TextUnits(Shape):
    """[units]"""

    counts: Texts = _say("计数单位", [])
    others: Texts = _say("以计数单位开头而不是的词", [])
    bare: UnitName = _say("没有写单位的金额按什么算", "万元")


class TextYear(Shape):
    """[[year]]"""

    said: Texts = _say("年份在这些词之前", [])
    behind: Texts = _say("年份在这些词之后", [])
    offset: int | None = _say("应为预算年度加几；不写：不核对", None)
    figure: Literal["", "now", "prior"] = _say(
        "紧接其后的数字是所说的数（`now`）还是与它比较的数（`prior`）", ""
    )


class Everywhere(Shape):
    """[everywhere]"""

    section: str = _say("这一部分的说法在部门概况和表下说明里也核对")
    unit: str = _say("它的计数单位", "")


class Ignored(Shape):
    """[[ignore]]"""

    section: str = _say("自由撰写、不与数字核对的部分")


class GlossaryList(Shape):
    """[glossary]"""

    list: str = _say("每一项都要有名词解释的清单")


class ReadingsFile(Shape):
    """notes/readings.toml：说明怎样读回来核对"""

    rules: dict[str, str] = _say(
        "部分的编号（或 other、change、year、unit、name、placeholder、stale、glossary）= 规则编号"
    )
    words: ReadingWords = _say("各种用语")
    units: TextUnits = _say("文字里的数的单位", TextUnits())
    year: list[TextYear] = _say("哪里的年份应是哪一年", [])
    everywhere: Everywhere | None = _say("各处都核对的说法", None)
    ignore: list[Ignored] = _say("不核对的部分", [])
    slips: Slips = _say("写错的样子", Slips())
    glossary: GlossaryList | None = _say("名词解释", None)
    alias: dict[str, Texts] = _say("名称 = 同义的说法", {})
    head: list[Head] = _say("一句话的主语和它说的数字")
    lines: list[ReadingLines] = _say("要列全的清单", [])
    target: list[SaidPart] = _say("绩效指标里应与数字一致的说法", [])
    wording: list[Wording] = _say("不合规定的用语", [])
    former: list[Former] = _say("旧的科目名称", [])
    passage: list[Passage] = _say("正文必须说到的事", [])


# ------------------------------------------------------------------ notes/personal.toml


class PublicNumbers(Shape):
    """[public]"""

    field: str = _say("登记公开电话的基础信息项目")
    words: Texts = _say("这些词后面的固定电话是公开的")


class KeptPattern(Shape):
    """[[kept]]"""

    pattern: str = _say("像号码而不是的写法（正则表达式）")
    reason: str = _say("为什么")


class Sign(Shape):
    """[[sign]]"""

    rule: str = _say("`rules.toml` 里 `check` 相同的规则")
    title: str = _say("名称")
    pattern: str = _say("写法；`it` 是号码、姓名本身")
    hint: str = _say("必有的短写法，没有它的文字不细看", "")
    verify: Literal["", "identity", "luhn"] = _say("校验位：`identity` 身份证，`luhn` 银行卡", "")
    mask: Literal["", "number", "mail", "name"] = _say("报告里怎样遮盖", "")
    tight: bool = _say("不计空格和换行", False)
    reason: str = _say("为什么")


class PersonalFile(Shape):
    """notes/personal.toml：不应公开的内容"""

    words: dict[Key, str] = _say("写法里用 `{名称}` 代表的词（正则表达式）", {})
    public: PublicNumbers = _say("公开的号码")
    kept: list[KeptPattern] = _say("先遮住、不再查看的写法", [])
    sign: list[Sign] = _say("一种不应公开的内容", min_length=1)


FILES: dict[str, type[BaseModel]] = {
    "standard": StandardFile,
    "info": InfoFile,
    "rules": RulesFile,
    "tables": TableFile,
    "disclosure": DisclosureFile,
    "package": PackageFile,
    "ledger": LedgerFile,
    "notes/facts": FactsFile,
    "notes/sections": SectionsFile,
    "notes/readings": ReadingsFile,
    "notes/personal": PersonalFile,
    "notes/meanings": MeaningsFile,
}
"""The model of each file by its name without suffix; ``tables`` is that of every file in that folder."""


def model_of(name: str, meanings: frozenset[str] = frozenset()) -> type[BaseModel] | None:
    """The model of a file (``tables/01-summary``); ``meanings`` are the notes' files of that kind. None: no file of a standard."""
    if name.startswith("tables/"):
        return TableFile
    return MeaningsFile if name.removeprefix("notes/") in meanings else FILES.get(name)
