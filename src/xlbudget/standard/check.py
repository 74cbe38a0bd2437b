"""Check a standard when it is added or changed: every name it uses must exist.

The shape of the TOML files is checked with pydantic (too slow to import at every start), what
refers to what by looking it up.
"""

from __future__ import annotations

import re
from itertools import product
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from xlbudget.errors import StandardError
from xlbudget.standard.layers import layers_of, standard_files
from xlbudget.standard.ledger import selects
from xlbudget.standard.loader import load_folder
from xlbudget.standard.model import ALL, EACH, ONE, PLACEHOLDER

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

    from xlbudget.standard.ledger import FormPosting, LedgerStandard, Posting, Selection
    from xlbudget.standard.model import Chart, Ref, Rule, Standard

_SELECTORS = ("class", "parent", "leaf", "unit", "item", "group", "form", "child", "top")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _Column(_Strict):
    key: Annotated[str, Field(pattern=r"^[a-z_0-9]+$")]
    kind: Literal["amount", "code", "name", "label", "text", "level1", "level2"]
    label: Annotated[list[str], Field(min_length=1)]
    width: float = 0
    last_year_of: str = ""


def _unreserved(key: str) -> str:
    if key in (EACH, ALL):
        raise ValueError(f"行的键不能是“{key}”：规则里它表示每一行或求和；请换一个键")
    return key


class _Row(_Strict):
    key: Annotated[str, Field(pattern=r"^[a-z_0-9]*$"), AfterValidator(_unreserved)] = ""
    label: str
    indent: int = 0
    anchor: str = ""
    total: bool = False
    slot: Literal["", "class"] = ""


_Sum = Annotated[str, Field(pattern=r"^[^=]+ = [^=]+$")]


class _Block(_Strict):
    key: str = ""
    body: Literal["fixed", "subject", "unit", "project", "form"]
    columns: list[_Column]
    rows: list[_Row] = []
    subjects: str = ""
    room: int = 0
    total: str = ""
    tree: bool = False
    rowsums: list[_Sum] = []
    sums: list[_Sum] = []


class _Table(_Strict):
    key: str
    number: int
    title: str
    sheet: str = ""
    unit: Literal["元", "万元"] | None = None
    notes: list[str] = []
    empty_statement: str = ""
    balance: list[_Sum] = []
    block: Annotated[list[_Block], Field(min_length=1)]
    form: list[dict[str, Any]] = []


class _Rule(_Strict):
    code: Annotated[str, Field(pattern=r"^[A-Z]\d{2}[a-z]?$")]
    title: Annotated[str, Field(min_length=1)]
    source: Annotated[str, Field(min_length=1)]
    level: Literal["error", "warning", "hint"] = "error"
    soft: bool = False
    check: str = ""
    equations: list[str | dict[str, Any]] = []
    structure: str | list[str] = []
    blocks: list[str] = []
    years: tuple[int, int] = (0, 9999)
    texts: bool = False
    compares: Literal["", "name", "rows", "labels", "figures", "jumps", "wording"] = ""


class _Chart(_Strict):
    key: Annotated[str, Field(pattern=r"^[a-z_0-9]+$")]
    title: Annotated[str, Field(min_length=1)]
    kind: Literal["bar", "column", "pie", "doughnut"]
    series: Annotated[list[str], Field(min_length=1, max_length=2)] = [""]
    rows: str = ""
    cells: list[str] = []
    against: list[str] = []
    total: Annotated[list[str], Field(max_length=2)] = []
    names: list[str] = []
    room: Annotated[int, Field(ge=2)] = 2


class _Charts(BaseModel):
    chart: list[_Chart] = []


class _Rules(_Strict):
    rule: list[_Rule]


def check_folder(folder: Path, checks: frozenset[str]) -> list[str]:
    """What is wrong with a standard, one sentence each; ``checks`` are the named checks that exist.

    Raises:
        StandardError: it cannot be loaded at all.
    """
    files = standard_files(layers_of(folder))
    if "rules" not in files:
        raise StandardError(f"标准“{folder}”缺少文件“rules.toml”。")
    shapes: dict[str, type[BaseModel]] = {"rules": _Rules, "standard": _Charts}
    shapes |= {name: _Table for name in sorted(files) if name.startswith("tables/")}
    problems = [
        problem
        for name, model in shapes.items()
        for problem in _shape(name, files.get(name, {}), model)
    ]
    if problems:
        return problems
    standard = load_folder(folder)
    codes = [rule.code for rule in standard.rules]
    problems += [
        f"规则编号 {code} 重复。" for code in dict.fromkeys(codes) if codes.count(code) > 1
    ]
    for rule in standard.rules:
        problems.extend(_rule_problems(standard, rule, checks))
    problems += _structure_problems(folder, standard)
    for condition in standard.conditions.values():
        problems.extend(
            f"条件 {condition.key}：{problem}"
            for ref in condition.zero
            for problem in _ref_problems(standard, ref)
        )
    for allotment in standard.allotments:
        problems.extend(
            f"分摊：{problem}" for ref in allotment for problem in _ref_problems(standard, ref)
        )
        if allotment.whole.how != ONE or "*" in (allotment.whole.column, allotment.parts.column):
            problems.append(f"分摊：“{allotment.whole}”应指一格，“{allotment.parts}”应指一栏。")
    problems += _sum_problems(standard)
    for chart in standard.charts:
        problems.extend(
            f"图 {chart.key}：{problem}" for problem in _chart_problems(standard, chart)
        )
    problems += _rollover_problems(standard)
    problems += [f"底稿：{problem}" for problem in _ledger_problems(standard)]
    for block in standard.blocks.values():
        if block.subjects and block.subjects not in standard.subjects:
            problems.append(f"表块 {block.key} 的科目分类“{block.subjects}”不存在。")
        if block.body == "subject" and not block.subjects:
            problems.append(f"表块 {block.key} 缺少科目分类。")
    return problems


_SUMMED = {"": None, "same": None, "units": ("text", "long"), "limit": ("amount",)}
"""What a field may hold where units are summed up, and the kinds of field that can (None: any)."""


def _sum_problems(standard: Standard) -> Iterator[str]:
    """What is wrong with what is said of summing units up."""
    for field in standard.fields.values():
        if field.summed not in _SUMMED:
            known = "、".join(filter(None, _SUMMED))
            yield f"基础信息 {field.key} 的 summed“{field.summed}”不在{known}之中。"
        elif (kinds := _SUMMED[field.summed]) is not None and field.kind not in kinds:
            yield f"基础信息 {field.key} 的 summed“{field.summed}”只用于{'、'.join(kinds)}。"
    if len(standard.fields_summed("limit")) > 1:
        yield "基础信息里 summed“limit”只能有一项。"
    for section in standard.sections:
        for field in section.fields:
            if (field.summed == "limit") is not section.summed:
                yield f"基础信息 {field.key}：summed“limit”应写在 summed = true 的组里，别的不写在那里。"
    for transfer in standard.transfers:
        for ref, body in ((transfer.income, "unit"), (transfer.expense, "subject")):
            problems = list(_ref_problems(standard, ref))
            yield from (f"往来“{transfer.title}”：{problem}" for problem in problems)
            if not problems and (ref.how != EACH or standard.blocks[ref.block].body != body):
                yield f"往来“{transfer.title}”：“{ref}”应指 {body} 表块每一行的一栏。"


def _shape(name: str, data: dict[str, Any], model: type[BaseModel]) -> list[str]:
    try:
        model.model_validate(data)
    except ValidationError as error:
        return [
            f"{name}.toml {'.'.join(map(str, one['loc']))}：{one['msg']}" for one in error.errors()
        ]
    return []


def _rule_problems(standard: Standard, rule: Rule, checks: frozenset[str]) -> Iterator[str]:
    if [bool(rule.check), bool(rule.equations), rule.texts].count(True) != 1:
        yield f"规则 {rule.code} 应有等式、检查、文字（texts = true）之一。"
    if rule.check and rule.check not in checks:
        yield f"规则 {rule.code} 的检查“{rule.check}”不存在。"
    for equation in rule.equations:
        if equation.when and equation.when not in standard.conditions:
            yield f"规则 {rule.code} 的条件“{equation.when}”不存在。"
        for ref in equation.refs:
            for problem in _ref_problems(standard, ref):
                yield f"规则 {rule.code}：{problem}"


def _structure_problems(folder: Path, standard: Standard) -> Iterator[str]:
    """Rules whose structure no block has, and structures that no rule stands for."""
    wanted = {
        (kind, one)
        for table in standard.tables
        for kind, one in (
            *(("balance", table.key) for _ in table.balance[:1]),
            *(("tree", block.key) for block in table.blocks if block.tree),
            *(("rowsum", block.key) for block in table.blocks if block.rowsums),
            *(("sum", block.key) for block in table.blocks if block.sums),
        )
    }
    known = {*standard.blocks, *(table.key for table in standard.tables)}
    for rule in standard_files(layers_of(folder))["rules"]["rule"]:
        kinds = rule.get("structure", [])
        only = rule.get("blocks", [])
        for name in only:
            if name not in known:
                yield f"规则 {rule['code']} 的 blocks 中没有表或表块 {name}。"
        for kind in [kinds] if isinstance(kinds, str) else kinds:
            meant = {
                (what, key)
                for what, key in wanted
                if what == kind and (not only or key in only or key.partition(".")[0] in only)
            }
            if not meant:
                yield f"规则 {rule['code']} 的 structure“{kind}”没有一个表块写明。"
            wanted -= meant
    yield from (
        f'{key} 写明了 {kind}，却没有 structure = "{kind}" 的规则。' for kind, key in sorted(wanted)
    )


def _chart_problems(standard: Standard, chart: Chart) -> Iterator[str]:
    problems = [problem for ref in chart.refs for problem in _ref_problems(standard, ref)]
    yield from problems
    if [chart.key for chart in standard.charts].count(chart.key) > 1:
        yield "键重复。"
    if (chart.rows is None) == (not chart.cells):
        yield "应有 rows 或 cells 之一。"
    if chart.against and len(chart.against) != len(chart.cells):
        yield "against 应与 cells 一一对应。"
    if chart.names and len(chart.names) != len(chart.cells):
        yield "names 应与 cells 一一对应。"
    if len(chart.series) != 1 + bool(chart.against):
        yield "series 应为每个系列一个名称。"
    if chart.against and chart.kind in ("pie", "doughnut"):
        yield f"{chart.kind} 只能有一个系列。"
    if len(chart.total) not in (0, len(chart.series)):
        yield "total 应为每个系列一格。"
    if any(ref.how != ONE for ref in (*chart.cells, *chart.against, *chart.total)):
        yield "cells、against、total 应各指一行。"
    if chart.rows is not None and not problems:
        body = standard.blocks[chart.rows.block].body if chart.rows.block != "info" else ""
        which = chart.rows.which[-1:] if chart.rows.which.endswith("*") else chart.rows.which
        if chart.rows.how != EACH or which not in _CHART_ROWS.get(body, ()):
            yield f"“{chart.rows}”不能成图：rows 应写 each:class、each:unit 或 each:编码*。"


def _rollover_problems(standard: Standard) -> Iterator[str]:
    for carry in standard.carries:
        for ref in carry:
            yield from (f"结转：{problem}" for problem in _ref_problems(standard, ref))
            if ref.how != ONE:
                yield f"结转：“{ref}”应指一行。"
    for name, ref in standard.totals.items():
        yield from (f"总额“{name}”：{problem}" for problem in _ref_problems(standard, ref))
        if ref.how != ONE:
            yield f"总额“{name}”：“{ref}”应指一行。"
    if standard.department and standard.department not in standard.fields:
        yield f"department 应是基础信息的一个字段，没有“{standard.department}”。"
    for block in standard.blocks.values():
        for column in block.columns:
            if not column.last_year_of:
                continue
            if column.kind != "amount" or column.last_year_of not in block.amount_index:
                yield f"表块 {block.key} 的栏 {column.key}：last_year_of 应是同一表块的金额栏。"
    item_texts = {
        f"item.{block.columns[index].key}"
        for block in standard.blocks.values()
        if block.body == "project"
        for index in block.of_kind("text")
    }
    for table in standard.tables:
        for form in table.forms:
            fields = {cell.field for line in form.lines for cell in line.cells}
            if form.period and form.period not in fields:
                yield f"表式 {form.key} 的 period 应是它的一个字段。"
            yield from (
                f"表式 {form.key} 的 known 中，{field} 不是它的字段。"
                for field in form.known
                if field not in fields
            )
            named = {"year", *standard.fields, *item_texts}
            yield from (
                f"表式 {form.key} 的 known 中，没有年度、基础信息字段或项目栏 {{{key}}}。"
                for template in form.known.values()
                for key in re.findall(PLACEHOLDER, template)
                if key not in named
            )
    for subjects in standard.subjects.values():
        for subject in subjects.subjects:
            if subject.successor and not subjects.level(subject.successor):
                yield f"科目 {subject.code} 的改列科目“{subject.successor}”不是{subjects.name}的编码。"


def _ledger_problems(standard: Standard) -> Iterator[str]:
    """Every column, kind, value, block, row and field that the ledger's postings name must exist."""
    ledger = standard.ledger
    if ledger is None:
        return
    columns = {column.key: column for column in ledger.columns}
    for wanted in ("unit", "level1", "level2", "amount"):
        if [column.kind for column in ledger.columns].count(wanted) != 1:
            yield f"应恰有一栏的 kind 是 {wanted}。"
    for kind in ledger.kinds.values():
        unknown = set(kind.classes) - set(columns[kind.of].choices if kind.of in columns else ())
        if unknown:
            yield f"归类 {kind.key} 中的“{min(unknown)}”不是 {kind.of} 的选项。"
    for field in (ledger.switch_field, ledger.unit_field, *ledger.info):
        if field not in standard.fields:
            yield f"没有基础信息 {field}。"
    selections = [
        asked
        for column in ledger.columns
        for asked in (column.needed, column.absent)
        if asked is not None
    ]
    selections += [asked for pair in ledger.fits for asked in pair]
    if ledger.controls and ledger.controls not in {one.key for one in standard.keyed}:
        yield f"没有基础信息的名单 {ledger.controls}。"
    selections += ledger.info.values()
    for posting in ledger.postings.values():
        block = standard.blocks.get(posting.block)
        if block is None:
            yield f"没有表块 {posting.block}。"
            continue
        kinds = {form.key for form in standard.table_of(block).forms}
        if kinds != {form.key for form in posting.forms}:
            yield f"表块 {block.key} 的 form 应与表式一一对应：{'、'.join(sorted(kinds))}。"
        if posting.forms and posting.forms[-1].only:
            yield f"表块 {block.key} 的最后一种 form 不应有 only。"
        wholes = [posting.columns, *(form.columns for form in posting.forms)]
        names = [name for whole in wholes for name in whole]
        rows = {row.key for row in block.rows if not row.slot} | {"class"}
        yield from (
            f"表块 {block.key} 没有金额栏 {name}。"
            for name in (*names, *posting.zero)
            if name not in block.amount_index
        )
        yield from (f"表块 {block.key} 没有行 {row}。" for row in posting.rows if row not in rows)
        selections += [posting.where, *posting.rows.values()]
        selections += [asked for whole in wholes for asked in whole.values()]
        selections += [form.only for form in posting.forms]
        for form in posting.forms:
            yield from _without_cell(ledger, posting, form)
    for key, values in (pair for asked in selections for pair in asked.items()):
        if key in ledger.kinds:
            allowed = set(ledger.kinds[key].classes.values())
        elif key not in columns:
            yield f"没有栏或归类 {key}。"
            continue
        elif columns[key].kind == "code":
            lengths = standard.subjects[columns[key].subjects].lengths
            allowed = {value for value in values if len(value) in lengths}
        else:
            allowed = set(columns[key].choices)
        yield from (f"{key} 没有“{value}”。" for value in values if value not in allowed)


def _without_cell(ledger: LedgerStandard, posting: Posting, form: FormPosting) -> Iterator[str]:
    """The kinds of money of which a form has no cell, or more than one, beside that of the whole.

    A kind is what a line says in all columns by which the form's cells tell money apart.
    """
    parts = {name: asked for name, asked in form.columns.items() if asked}
    whole = [name for name, asked in form.columns.items() if not asked]
    if not parts or not whole:
        yield f"表式 {form.key} 应有一格是项目的全部资金，另有各类资金的格。"
        return
    keys = {
        ledger.kinds[key].of if key in ledger.kinds else key
        for one in parts.values()
        for key in one
    }
    columns = [column for column in ledger.columns if column.key in keys]
    for kind in product(*(column.choices for column in columns)):
        texts = dict(zip((column.key for column in columns), kind, strict=True))
        if not selects(ledger, _of(posting.where, keys, ledger), texts):
            continue
        cells = [name for name, asked in parts.items() if selects(ledger, asked, texts)]
        if len(cells) != 1:
            said = "没有格" if not cells else f"有几格（{'、'.join(cells)}）"
            yield f"表式 {form.key} 的“{'、'.join(kind)}”{said}，应恰有一格。"


def _of(selection: Selection, keys: Collection[str], ledger: LedgerStandard) -> Selection:
    """The part of a selection that speaks of some columns."""
    return {
        key: values
        for key, values in selection.items()
        if (ledger.kinds[key].of if key in ledger.kinds else key) in keys
    }


_CHART_ROWS = {"subject": ("class", "*"), "fixed": ("class",), "unit": ("unit",)}


def _ref_problems(standard: Standard, ref: Ref) -> Iterator[str]:
    if ref.block == "info":
        if ref.which not in standard.fields:
            yield f"“{ref}”中没有基础信息 {ref.which}。"
        return
    if ref.block not in standard.blocks:
        yield f"“{ref}”中没有表块 {ref.block}。"
        return
    block = standard.blocks[ref.block]
    if ref.column != "*" and ref.column not in block.amount_index:
        yield f"“{ref}”中没有金额栏 {ref.column}。"
    fixed = {row.key for row in block.rows} if block.body == "fixed" else {ref.which}
    if ref.how == ONE and ref.which not in fixed:
        yield f"“{ref}”中没有行 {ref.which}。"
    selects = ref.which.endswith("*") or ref.which in ("", *_SELECTORS)
    if ref.how in (EACH, ALL) and not selects:
        yield f"“{ref}”中没有行的选法 {ref.which}。"
