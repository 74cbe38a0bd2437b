"""Made-up departments by their ledgers: exact to the 分, of all kinds of money, as an accountant would enter them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledgers import with_ledger
from xlbudget.explaining.explain import explain
from xlbudget.figures import FormData, Indicator, InfoValue, Ledger, LedgerLine, Profile, TextUnit
from xlbudget.importing.imported import blank_book
from xlbudget.money import COUNT, WAN, YUAN, Amount
from xlbudget.rules.posting import posted_book
from xlbudget.sheets.layout import place_book
from xlbudget.sheets.ledger import place_ledger

if TYPE_CHECKING:
    from random import Random

    from xlbudget.figures import Book
    from xlbudget.standard.model import Standard

YEAR = 2025
GENERAL, FUND, CAPITAL, SPECIAL = (
    "一般公共预算",
    "政府性基金预算",
    "国有资本经营预算",
    "财政专户管理资金",
)
_OWN = ("事业收入", "事业单位经营收入", "上级补助收入", "附属单位上缴收入", "其他收入")
_MIRRORED = (
    ("2080505", "30108"),
    ("2210201", "30113"),
)
_WAGES = ("30101", "30102", "30103", "30107", "30112", "30199", "30302", "30305")
_GOODS = ("30201", "30202", "30205", "30206", "30207", "30211", "30213", "30215", "30216", "30228")
_PLACES = ("档案", "规划", "水务", "文物", "林草", "统计", "信访", "人防")
_WORDS = ("信息化", "普查", "设施维护", "宣传", "培训", "应急", "监测", "修缮", "调研", "设备更新")


class _Lines:
    def __init__(self, standard: Standard, random: Random) -> None:
        self.random = random
        self.lines: list[LedgerLine] = []
        self._seen: set[tuple[object, ...]] = set()
        self._exact = random.random()
        self._codes = sorted(
            {
                code
                for code in standard.subjects["functional"].by_code
                if len(code) == 7
                and code[:3] not in ("208", "210", "221", "223", "229", "230")
                and standard.subjects["functional"].find(code, YEAR) is not None
            }
        )

    def codes(self, count: int) -> list[str]:
        return self.random.sample(self._codes, count)

    def amount(self, least: int, most: int) -> int:
        """An amount in 分; some departments budget to the 分, others in hundreds of 元."""
        fen = self.random.randint(least * 100, most * 100)
        return fen if self.random.random() < self._exact else fen // 10_000 * 10_000 + 10_000

    def add(self, fen: int, source: str = GENERAL, *, carried: bool = False, **texts: str) -> None:
        year = "上年结转" if carried else "当年预算"
        line = {**{key: text for key, text in texts.items() if text}, "source": source}
        line["fund_year"] = year
        key = tuple(sorted(line.items()))
        if key not in self._seen:
            self._seen.add(key)
            self.lines.append(LedgerLine(line, Amount(fen, YUAN)))


def plausible_ledger(standard: Standard, random: Random) -> tuple[LedgerLine, ...]:
    """The lines of one department."""
    made = _Lines(standard, random)
    place = random.choice(_PLACES)
    units = [f"某市{place}局（本级）", *(f"某市{place}局{n}中心" for n in "甲乙丙丁")]
    units = units[: random.choice((1, 1, 2, 3, 5))]
    main = made.codes(random.randint(1, 3))
    for unit in units:
        _basic(made, unit, random.choice(main))
    groups = [f"{word}专项" for word in random.sample(_WORDS, random.randint(1, 3))]
    number = 0
    for group in groups:
        for _ in range(random.randint(1, 4)):
            number += 1
            _project(
                made, random.choice(units), group, f"{group[:-2]}项目{number}", random.choice(main)
            )
    _other(made, random.choice(units), random.choice(main))
    return tuple(made.lines)


def _basic(made: _Lines, unit: str, code: str) -> None:
    random = made.random
    source = GENERAL if random.random() < 0.85 else "事业收入"
    for economic in random.sample(_WAGES, random.randint(3, 7)):
        made.add(
            made.amount(20_000, 9_000_000),
            source,
            unit=unit,
            function=code,
            category="人员经费",
            economic=economic,
        )
    health = random.choice(("2101101", "2101102"))
    for function, economic in (*_MIRRORED[: random.randint(1, 2)], (health, "30110")):
        made.add(
            made.amount(20_000, 900_000),
            unit=unit,
            function=function,
            category="人员经费",
            economic=economic,
        )
    goods = random.sample(_GOODS, random.randint(2, 7))
    goods += [one for one in ("30217", "30231") if random.random() < 0.6]
    for economic in goods:
        made.add(
            made.amount(3_000, 300_000),
            unit=unit,
            function=code,
            category="公用经费",
            economic=economic,
            carried=random.random() < 0.05,
            procurement=random.choice(("", "", "", "货物", "服务")),
        )


def _project(made: _Lines, unit: str, group: str, item: str, code: str) -> None:
    random = made.random
    sources = [(GENERAL, False)]
    if random.random() < 0.3:
        sources.append((GENERAL, True))
    if random.random() < 0.3:
        sources = [
            random.choice(
                [
                    (FUND, False),
                    (FUND, True),
                    (CAPITAL, False),
                    (SPECIAL, False),
                    ("事业收入", False),
                ]
            )
        ]
    for source, carried in sources:
        for economic in random.sample(
            ("30201", "30214", "30226", "30227", "30217", "30231", "31002"), random.randint(1, 2)
        ):
            made.add(
                made.amount(10_000, 2_000_000),
                source,
                unit=unit,
                function=code,
                category="项目支出",
                economic=economic,
                level1=group,
                level2=item,
                carried=carried,
                procurement=random.choice(("", "货物", "工程", "服务")),
            )


def _other(made: _Lines, unit: str, code: str) -> None:
    random = made.random
    for category, source in (
        ("事业单位经营支出", "事业单位经营收入"),
        ("上缴上级支出", "其他收入"),
        ("对附属单位补助支出", "附属单位上缴收入"),
    ):
        if random.random() < 0.15:
            made.add(
                made.amount(10_000, 400_000), source, unit=unit, function=code, category=category
            )
    if random.random() < 0.15:
        made.add(made.amount(10_000, 400_000), random.choice(_OWN), unit=unit, category="结转下年")


def plausible_book(standard: Standard, random: Random) -> Book:
    """A department whose tables are those that its ledger prints, complete in all else, without an explanation."""
    lines = plausible_ledger(standard, random)
    book = with_ledger(standard, blank_book(standard, YEAR), Ledger(lines))
    units = tuple(dict.fromkeys(line.texts["unit"] for line in lines))
    count = lambda number: InfoValue(Amount(number, COUNT, 0))  # noqa: E731
    info = {
        "unit_name": InfoValue(units[0]),
        "unit_short": InfoValue(units[0]),
        "unit_kind": InfoValue("行政单位"),
        "year": InfoValue(str(YEAR)),
        "standard": InfoValue(standard.id),
        "staff_total": count(30),
        "staff_active": count(20),
        "staff_retired": count(10),
        "weight_total": count(90),
    }
    profile = Profile(duties=("履行法定职责。",), units=units)
    book = book._replace(name="底稿.xlsx", info={**book.info, **info}, profile=profile)
    book = posted_book(standard, book)
    forms = tuple(_form(data, book) for data in book.forms)
    empty = {
        table.key: (table.empty_statement,)
        for table in standard.tables
        if table.empty_statement and all(book.blocks[block.key].empty for block in table.blocks)
    }
    placed = place_book(standard, book._replace(forms=forms, notes=empty))
    return placed._replace(ledger=place_ledger(standard, book.ledger), sheets=_sheets(standard))


def _sheets(standard: Standard) -> dict[str, str]:
    own = {table.key: table.sheet for table in standard.tables}
    return {"info": "基础信息", "profile": "部门概况", **own}


def _form(data: FormData, book: Book) -> FormData:
    """A form whose cost indicator is the project's money."""
    row = book.blocks["performance"].row(data.name)
    assert row is not None
    total = row.cells[0]
    assert isinstance(total, Amount)
    shown = total.rounded(WAN)
    cells = (
        ("成本指标", "经济成本指标", "项目成本", f"<={shown.plain}万元", "20"),
        ("产出指标", "数量指标", "完成批次", ">=1批", "20"),
        ("产出指标", "质量指标", "验收合格率", ">=95%", "20"),
        ("效益指标", "社会效益指标", "工作保障率", ">=95%", "20"),
        ("满意度指标", "服务对象满意度指标", "服务对象满意度", ">=90%", "10"),
    )
    keys = ("first", "second", "third", "value", "weight")
    lines = tuple(Indicator(dict(zip(keys, texts, strict=True))) for texts in cells)
    return data._replace(indicators=lines)


def explained(standard: Standard, book: Book) -> Book:
    """The same with the explanation that is generated from its tables."""
    document = explain(standard, book)
    texts = [
        TextUnit(
            "notes",
            section.number,
            paragraph.id,
            paragraph.text,
            heading=bool(paragraph.level),
            follows=True,
        )
        for section in document.sections
        for paragraph in section.paragraphs
    ]
    return book._replace(texts=tuple(texts))
