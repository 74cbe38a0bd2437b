"""Made-up budgets in the layout of the two real documents: figures that agree, and what is printed of them.

Everything is in 元 as an integer number of 分; what is printed is text, so that a mistake can be planted in it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from random import Random

NAMES: dict[str, str] = {
    "201": "一般公共服务支出", "20103": "政府办公厅（室）及相关机构事务", "2010301": "行政运行", "2010302": "一般行政管理事务",
    "20129": "群众团体事务", "2012901": "行政运行", "2012902": "一般行政管理事务",
    "205": "教育支出", "20502": "普通教育", "2050202": "小学教育", "2050203": "初中教育",
    "207": "文化旅游体育与传媒支出", "20701": "文化和旅游", "2070101": "行政运行", "2070104": "图书馆", "2070109": "群众文化",
    "211": "节能环保支出", "21101": "环境保护管理事务", "2110101": "行政运行", "2110102": "一般行政管理事务",
    "212": "城乡社区支出", "21201": "城乡社区管理事务", "2120101": "行政运行", "2120104": "城管执法",
    "213": "农林水支出", "21301": "农业农村", "2130101": "行政运行", "2130104": "事业运行",
    "208": "社会保障和就业支出", "20805": "行政事业单位养老支出", "2080501": "行政单位离退休", "2080502": "事业单位离退休",
    "2080505": "机关事业单位基本养老保险缴费支出", "2080506": "机关事业单位职业年金缴费支出",
    "210": "卫生健康支出", "21011": "行政事业单位医疗", "2101101": "行政单位医疗", "2101102": "事业单位医疗",
    "221": "住房保障支出", "22102": "住房改革支出", "2210201": "住房公积金", "2210203": "购房补贴",
}  # fmt: skip
ECONOMIC: dict[str, str] = {
    "301": "工资福利支出", "30101": "基本工资", "30102": "津贴补贴", "30103": "奖金", "30107": "绩效工资",
    "30108": "机关事业单位基本养老保险缴费", "30109": "职业年金缴费", "30110": "职工基本医疗保险缴费",
    "30112": "其他社会保障缴费", "30113": "住房公积金", "30199": "其他工资福利支出",
    "302": "商品和服务支出", "30201": "办公费", "30202": "印刷费", "30205": "水费", "30206": "电费", "30207": "邮电费",
    "30209": "物业管理费", "30211": "差旅费", "30213": "维修（护）费", "30216": "培训费", "30217": "公务接待费",
    "30226": "劳务费", "30228": "工会经费", "30229": "福利费", "30231": "公务用车运行维护费", "30239": "其他交通费用",
    "30299": "其他商品和服务支出", "303": "对个人和家庭的补助", "30302": "退休费", "310": "资本性支出", "31002": "办公设备购置",
}  # fmt: skip
USES = (
    "部级领导干部用车",
    "主要领导干部用车",
    "机要通信用车",
    "应急保障用车",
    "执法执勤用车",
    "特种专业技术用车",
    "离退休干部用车",
    "其他用车",
)
MAIN = {
    "部门": (
        ("2010301", "2010302"),
        ("2012901", "2012902"),
        ("2070101", "2070104", "2070109"),
        ("2110101", "2110102"),
        ("2120101", "2120104"),
        ("2010301", "2010302", "2130101"),
    ),
    "单位": (("2050202",), ("2050203",), ("2070104",), ("2070109",), ("2130104",)),
}
UNITS = {
    "部门": (
        "文化和旅游局",
        "生态环境局",
        "城市管理局",
        "妇女联合会",
        "信访办公室",
        "农业农村委员会",
    ),
    "单位": ("清溪小学", "望江中学", "图书馆", "文化馆", "水务服务中心"),
}
DISTRICTS = ("明湖", "云栖", "东屿", "北溪", "望江", "青桐")


@dataclass
class Budget:
    """One budget: functional leaves by kind of money, economic leaves, and what the text says beside them."""

    kind: str
    year: int
    unit: str
    basic: dict[str, int]
    project: dict[str, int]
    business: dict[str, int]
    personnel: dict[str, int]
    public: dict[str, int]
    abroad: int
    reception: int
    purchase: int
    operation: int
    prior: dict[str, int]
    prior_total: int
    vehicles: dict[str, int]
    procurement: tuple[int, int, int]
    projects: int
    fund: dict[str, int] = field(default_factory=dict)

    @property
    def general(self) -> dict[str, int]:
        """The general budget by functional leaf."""
        leaves = sorted({*self.basic, *self.project})
        return {one: self.basic.get(one, 0) + self.project.get(one, 0) for one in leaves}

    @property
    def operating(self) -> int:
        """机关运行经费: of offices alone."""
        return sum(self.public.values()) if self.kind == "部门" else 0


def random_budget(random: Random, kind: str, year: int, *, exact: bool) -> Budget:
    """A budget whose figures agree; ``exact``: amounts have 分, else they are whole 元."""
    place = random.choice(MAIN[kind])
    step = 1 if exact else 100

    def amount(low: int, high: int) -> int:
        return random.randint(low * 100 // step, high * 100 // step) * step

    personnel = {
        code: amount(20_000, 4_000_000)
        for code in ECONOMIC
        if code[:3] in ("301", "303") and len(code) == 5 and code not in ("30107", "30103")
    }
    personnel["30107" if kind == "单位" else "30103"] = amount(100_000, 3_000_000)
    public = {
        code: amount(2_000, 400_000)
        for code in ECONOMIC
        if code[:3] in ("302", "310") and len(code) == 5
    }
    for code in random.sample(["30202", "30205", "30209", "30216", "30239"], 2):
        del public[code]
    public["30217"] = random.randint(10, 300) * 10_000
    public["30231"] = random.randint(100, 900) * 10_000
    retired = "2080501" if kind == "部门" else "2080502"
    medical = "2101101" if kind == "部门" else "2101102"
    basic = {
        retired: personnel["30302"],
        "2080505": personnel["30108"],
        "2080506": personnel["30109"],
        medical: personnel["30110"],
        "2210201": personnel["30113"],
    }
    subsidy = amount(100_000, 900_000)
    rest = sum(personnel.values()) + sum(public.values()) - sum(basic.values())
    if kind == "部门" and subsidy < rest:
        basic["2210203"], rest = subsidy, rest - subsidy
    basic[place[0]] = rest
    project = {code: amount(50_000, 30_000_000) for code in place[1:] or place}
    business = {place[0]: amount(500_000, 5_000_000)} if kind == "单位" else {}
    if kind == "单位":
        project = {} if random.random() < 0.5 else project
    fund: dict[str, int] = {}
    general = {**basic}
    for code, value in project.items():
        general[code] = general.get(code, 0) + value
    prior = {
        code: max(1, round(value * random.uniform(0.7, 1.3) / 10_000)) * 10_000
        for code, value in general.items()
    }
    total = sum(general.values())
    vehicles = dict.fromkeys(USES, 0)
    vehicles["执法执勤用车" if kind == "部门" else "其他用车"] = random.randint(1, 9)
    vehicles["机要通信用车"] = random.randint(0, 2)
    goods, works, services = (random.randint(10, 900) * 10_000 for _ in range(3))
    unit = f"上海市{random.choice(DISTRICTS)}区{random.choice(UNITS[kind])}"
    return Budget(
        kind=kind, year=year, unit=unit, basic=basic, project=project, business=business,
        personnel=personnel, public=public, abroad=0, reception=public["30217"],
        purchase=random.choice((0, 18_000_000)), operation=public["30231"], prior=prior,
        prior_total=round(total * random.uniform(0.85, 1.15) / 10_000) * 10_000, vehicles=vehicles,
        procurement=(goods, works, services), projects=random.randint(2, 30), fund=fund,
    )  # fmt: skip


Row = list[str]


FIRST = 2023
"""The first year of the format: its documents do not compare."""


@dataclass
class Printed:
    """What is printed: the rows of every table, and every sentence's figures by name; a mistake changes one of them."""

    budget: Budget
    tables: dict[str, list[Row]]
    says: dict[str, Any]
    items: list[dict[str, str]]

    @property
    def compared(self) -> bool:
        """Whether items are compared with the year before."""
        return self.budget.year != FIRST


@dataclass(frozen=True)
class Style:
    """How amounts are written: thousands in groups, decimals of 元, what a zero looks like, whether 万元 keep zeros."""

    grouped: bool
    decimals: int
    zero: str
    zeros_kept: bool

    def yuan(self, fen: int) -> str:
        """An amount of a table in 元."""
        if not fen:
            return self.zero
        return f"{fen / 100:{',' if self.grouped else ''}.{self.decimals}f}"

    def wan(self, fen: int) -> str:
        """An amount of the text in 万元, half up."""
        return self.plain((abs(fen) + 5_000) // 10_000)

    def plain(self, hundredths: int) -> str:
        """An amount given in hundredths of 万元."""
        text = f"{hundredths // 100}.{hundredths % 100:02d}"
        return text if self.zeros_kept else text.rstrip("0").rstrip(".")


STYLES = {"单位": Style(True, 0, "", True), "部门": Style(False, 2, "0.00", False)}


def _rolled(
    leaves: dict[str, tuple[int, ...]], lengths: tuple[int, ...]
) -> dict[str, tuple[int, ...]]:
    """The leaves with their parents, by code; an amount a column."""
    found: dict[str, tuple[int, ...]] = {}
    for code, amounts in leaves.items():
        for length in lengths:
            if length <= len(code):
                above = found.get(code[:length], (0,) * len(amounts))
                found[code[:length]] = tuple(a + b for a, b in zip(above, amounts, strict=True))
    return dict(sorted(found.items()))


def _rows(
    leaves: dict[str, tuple[int, ...]],
    names: dict[str, str],
    lengths: tuple[int, ...],
    style: Style,
) -> list[Row]:
    rows = []
    for code, amounts in _rolled(leaves, lengths).items():
        parts = [code[:3], code[3:5], code[5:7]][: len(lengths)]
        rows.append([*parts, names[code], *map(style.yuan, amounts)])
    totals = [sum(column) for column in zip(*leaves.values(), strict=True)]
    if totals:
        rows.append(["合计", *[""] * len(lengths), *map(style.yuan, totals)])
    return rows


_NUMERALS = "一二三四五六七八九十"


def printed(budget: Budget) -> Printed:
    """What the budget prints."""
    style = STYLES[budget.kind]
    general, functional = budget.general, (3, 5, 7)
    leaves = sorted({*general, *budget.business})
    own = {code: budget.business.get(code, 0) for code in leaves}
    income = {c: (general.get(c, 0) + own[c], general.get(c, 0), own[c], 0, 0) for c in leaves}
    spending = {
        c: (general.get(c, 0) + own[c], budget.basic.get(c, 0), budget.project.get(c, 0) + own[c])
        for c in leaves
    }
    of_general = {
        c: (general[c], budget.basic.get(c, 0), budget.project.get(c, 0)) for c in general
    }
    economic = {
        c: (
            budget.personnel.get(c, 0) + budget.public.get(c, 0),
            budget.personnel.get(c, 0),
            budget.public.get(c, 0),
        )
        for c in sorted({*budget.personnel, *budget.public})
    }
    total, business = sum(general.values()), sum(own.values())
    classes = [c for c in _rolled(spending, functional) if len(c) == 3]
    tables = {
        "summary": _summary(budget, style, total, business, spending),
        "income": _rows(income, NAMES, functional, style),
        "expenditure": _rows(spending, NAMES, functional, style),
        "fiscal": _fiscal(style, total, of_general, classes),
        "general": _rows(of_general, NAMES, functional, style),
        "basic": _rows(economic, ECONOMIC, (3, 5), style),
        "three_public": [_three_public(budget)],
    }
    return Printed(budget, tables, _says(budget, style, total, business), _items(budget, style))


def _columns(budget: Budget, code: str) -> tuple[int, ...]:
    """人员经费、公用经费、项目支出 of a class (all but the rest is personnel)."""
    ours = [c for c in {*budget.general, *budget.business} if c.startswith(code)]
    basic = sum(budget.basic.get(c, 0) for c in ours)
    project = sum(budget.project.get(c, 0) + budget.business.get(c, 0) for c in ours)
    main = max(
        budget.basic, key=lambda c: budget.basic[c] if c[:3] not in ("208", "210", "221") else -1
    )
    public = sum(budget.public.values()) if main.startswith(code) else 0
    return basic - public, public, project


def _summary(
    budget: Budget, style: Style, total: int, business: int, spending: dict[str, tuple[int, ...]]
) -> list[Row]:
    unit = budget.kind == "单位"
    left = [
        ["一、财政拨款收入", style.yuan(total)],
        ["1、一般公共预算资金" if unit else "1. 一般公共预算", style.yuan(total)],
        ["2、政府性基金" if unit else "2. 政府性基金预算", style.yuan(0)],
        ["3、国有资本经营预算" if unit else "3. 国有资本经营预算", style.yuan(0)],
        ["二、事业收入", style.yuan(business)],
        ["三、事业单位经营收入", style.yuan(0)],
        ["四、其他收入", style.yuan(0)],
    ]
    right = []
    rolled = _rolled(spending, (3, 5, 7))
    classes = [code for code in rolled if len(code) == 3]
    for numeral, code in zip(_NUMERALS, classes, strict=False):
        more = [*map(style.yuan, _columns(budget, code))] if unit else []
        right.append([f"{numeral}、{NAMES[code]}", style.yuan(rolled[code][0]), *more])
    sums = [
        sum(column) for column in zip(*(_columns(budget, code) for code in classes), strict=True)
    ]
    end = [style.yuan(total + business), *(map(style.yuan, sums) if unit else ())]
    return _side_by_side(
        left, right, ["收入总计", style.yuan(total + business)], ["支出总计", *end]
    )


def _side_by_side(left: list[Row], right: list[Row], *ends: Row) -> list[Row]:
    widths = len(ends[0]), len(ends[1])
    deep = max(len(left), len(right)) + 3
    rows = []
    for at in range(deep):
        sides = [
            side[at] if at < len(side) else [""] * width
            for side, width in zip((left, right), widths, strict=True)
        ]
        rows.append([*sides[0], *sides[1]])
    return [*rows, [*ends[0], *ends[1]]]


def _fiscal(
    style: Style, total: int, of_general: dict[str, tuple[int, ...]], classes: list[str]
) -> list[Row]:
    unit = style.grouped and not style.decimals
    grouped = Style(True, style.decimals, style.zero, style.zeros_kept)
    left = [
        ["一、一般公共预算资金" if unit else "一、一般公共预算", grouped.yuan(total)],
        ["二、政府性基金" if unit else "二、政府性基金预算", grouped.yuan(0)],
        ["三、国有资本经营预算", grouped.yuan(0)],
    ]
    rolled = _rolled(of_general, (3, 5, 7))
    right = [
        [f"{numeral}、{NAMES[code]}", *[grouped.yuan(rolled.get(code, (0,))[0])] * 2, "", ""]
        for numeral, code in zip(_NUMERALS, classes, strict=False)
    ]
    end = ["支出总计", *[grouped.yuan(total)] * 2, "", ""]
    return _side_by_side(left, right, ["收入总计", grouped.yuan(total)], end)


def _short(fen: int) -> str:
    """An amount of the 三公 table in 万元, without zeros at its end."""
    hundredths = (fen + 5_000) // 10_000
    return f"{hundredths / 100:.2f}".rstrip("0").rstrip(".")


def _three_public(budget: Budget) -> Row:
    vehicle = budget.purchase + budget.operation
    total = budget.abroad + budget.reception + vehicle
    amounts = (
        total,
        budget.abroad,
        budget.reception,
        vehicle,
        budget.purchase,
        budget.operation,
        budget.operating,
    )
    return [*map(_short, amounts)]


def _says(budget: Budget, style: Style, total: int, business: int) -> dict[str, Any]:
    """The figures and words of the sentences."""
    vehicle = budget.purchase + budget.operation
    goods, works, services = budget.procurement
    change = total - budget.prior_total
    project = sum(budget.project.values()) + business
    return {
        "income": style.wan(total + business), "expense": style.wan(total + business), "fiscal": style.wan(total),
        "business": style.wan(business), "fiscal_expense": style.wan(total), "general": style.wan(total),
        "zero": style.wan(0), "change": style.wan(change), "direction": "增加" if change > 0 else "减少",
        "same": change == 0, "last": budget.year - 1, "last_of_income": budget.year - 1,
        "three_public": style.wan(budget.abroad + budget.reception + vehicle), "abroad": style.wan(budget.abroad),
        "vehicle": style.wan(vehicle), "purchase": style.wan(budget.purchase), "operation": style.wan(budget.operation),
        "reception": style.wan(budget.reception), "operating": style.wan(budget.operating),
        "vehicle_reason": "车辆数量没有变化", "procurement": style.wan(goods + works + services),
        "goods": style.wan(goods), "works": style.wan(works), "services": style.wan(services),
        "reserved": style.wan((goods + works + services) // 20_000 * 10_000),
        "small": style.wan((goods + works + services) // 40_000 * 10_000), "projects": budget.projects,
        "target_money": style.wan(project), "vehicles": sum(budget.vehicles.values()),
        "uses": dict(budget.vehicles), "fund_note": True, "end": "。",
    }  # fmt: skip


def share(now: int, prior: int) -> str:
    """The change in per cent, two decimals, half up, of amounts in hundredths of 万元."""
    part = (abs(now - prior) * 10_000 * 2 + prior) // (2 * prior)
    return f"{part // 100}.{part % 100:02d}".rstrip("0").rstrip(".")


def _items(budget: Budget, style: Style) -> list[dict[str, str]]:
    items = []
    for code, fen in budget.general.items():
        now, prior = (fen + 5_000) // 10_000, budget.prior[code] // 10_000
        items.append(
            {
                "code": code, "top": code[:3], "middle": code[3:5], "low": code[5:], "class": NAMES[code[:3]],
                "section": NAMES[code[:5]], "name": NAMES[code], "amount": style.plain(now),
                "again": style.plain(now), "prior": style.plain(prior), "share": share(now, prior),
                "direction": "增加" if now > prior else "减少" if now < prior else "持平",
                "use": "职工的经费支出", "reason": "人员变动",
            }
        )  # fmt: skip
    return items
