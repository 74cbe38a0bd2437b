"""Books made by hand or at random, and what their texts must never contain."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from xlbudget.figures import BlockData, Book, InfoValue, Row, Unreadable
from xlbudget.money import COUNT, WAN, Amount

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xlbudget.explaining.document import Document
    from xlbudget.standard.model import Standard

FORBIDDEN = (
    "None", "undefined", "Undefined", "，，", "。。", "、、", "；；", "，。", "、。", "：。", "；。",
    "：；", "：，", "，、", "。，", "、，", "占0.00%", "其中：。", "{", "}", "(", "nan", "-0万元",
    "主要原因是，", "主要原因是。", "主要用于。", "指。", "占，", "占；", "占。",
)  # fmt: skip
NUMBERING = re.compile(r"^\d\.")
"""Set numbering 1. 2. 3. of the items of section 七."""


def wan(text: str | None) -> Amount | None:
    if text is None:
        return None
    return Amount(round(float(text.replace(",", "")) * 100) * 10_000, WAN)


def setting(book: Book, **values: str | int | None) -> Book:
    """``book`` with some fields of 基础信息: text, amount as text (prior_…, procurement_…), count."""
    info = dict(book.info)
    for key, value in values.items():
        money = key.startswith(("prior_", "procurement_"))
        if value is None:
            info.pop(key, None)
        elif isinstance(value, int):
            info[key] = InfoValue(Amount(value, COUNT, 0))
        else:
            info[key] = InfoValue(wan(value) if money else value)
    return book._replace(info=info)


def table(
    standard: Standard, key: str, lines: Mapping[str, Mapping[str, str]], **names: str
) -> BlockData:
    """Rows by key: of a fixed block, subject codes (names from the list), or ``total``."""
    block = standard.blocks[key]
    subjects = standard.subjects.get(block.subjects)
    specs = {row.key: row for row in block.rows}
    rows = []
    for name, cells in lines.items():
        amounts = tuple(wan(cells.get(column)) for column in block.amounts)
        if name in specs:
            rows.append(Row(name, "fixed", specs[name].label, amounts))
        elif name == "total":
            rows.append(Row(name, "total", "合计", amounts))
        elif subjects is not None:
            known = subjects.find(name, 2024)
            kind = "class" if block.body == "fixed" else "subject"
            rows.append(
                Row(name, kind, known.name if known else names.get(f"n{name}", ""), amounts)
            )
        else:
            rows.append(Row(name, block.body, name, amounts))
    return BlockData.of(rows)


def wrong(document: Document) -> list[str]:
    """What is wrong with any text, whatever the figures: forbidden strings, digits of no figure."""
    found = []
    for paragraph in document.paragraphs:
        found += [
            f"{paragraph.id}: {bad} in {paragraph.text}"
            for bad in FORBIDDEN
            if bad in paragraph.text
        ]
        if paragraph.text != paragraph.text.strip() or re.search(r"\s", paragraph.text):
            found.append(f"{paragraph.id}: white space in {paragraph.text}")
        if not paragraph.text.endswith(("。", "：")) and paragraph.level == 0:
            found.append(f"{paragraph.id}: no full stop in {paragraph.text}")
        covered = {position for span in paragraph.spans for position in range(span.start, span.end)}
        numbering = NUMBERING.match(paragraph.text)
        start = numbering.end() if numbering else 0
        for match in re.finditer(r"[0-9０-９]+", paragraph.text):
            if match.start() >= start and not covered.issuperset(range(*match.span())):
                found.append(f"{paragraph.id}: {match[0]} is of no figure in {paragraph.text}")
        for span in paragraph.spans:
            if paragraph.text[span.start : span.end] != span.figure.text:
                found.append(f"{paragraph.id}: span of {span.figure.name} is shifted")
        if "【待填：" in paragraph.text and not paragraph.review:
            found.append(f"{paragraph.id}: placeholder without review")
    identities = [paragraph.id for paragraph in document.paragraphs]
    if len(identities) != len(set(identities)):
        found.append("ids are not unique")
    return found


UNREADABLE = Unreadable("见附件")


def _institution(standard: Standard, example: Book) -> Book:
    """A 事业单位 with its own income, special-account money, and something left for next year."""
    blocks = {
        "summary.income": table(
            standard,
            "summary.income",
            {
                "fiscal": {"budget": "800", "current": "750", "carryover": "50"},
                "general": {"budget": "800", "current": "750", "carryover": "50"},
                "special": {"budget": "120", "current": "120"},
                "own": {"budget": "280.5", "current": "280.5"},
                "business": {"budget": "200", "current": "200"},
                "superior": {"budget": "80.5", "current": "80.5"},
                "subtotal": {"budget": "1200.5", "current": "1150.5", "carryover": "50"},
                "total": {"budget": "1200.5", "current": "1150.5", "carryover": "50"},
            },
        ),
        "summary.expense": table(
            standard,
            "summary.expense",
            {
                "205": {"budget": "1000.5", "current": "950.5", "carryover": "50"},
                "208": {"budget": "150", "current": "150"},
                "subtotal": {"budget": "1150.5", "current": "1100.5", "carryover": "50"},
                "next_year": {"budget": "50", "current": "50"},
                "total": {"budget": "1200.5", "current": "1150.5", "carryover": "50"},
            },
        ),
        "income": table(
            standard,
            "income",
            {
                "total": {
                    "total": "1200.5",
                    "current": "1150.5",
                    "general": "750",
                    "special": "120",
                    "business": "200",
                    "superior": "80.5",
                    "carryover": "50",
                    "carry_general": "50",
                },
            },
        ),
        "expenditure": table(
            standard,
            "expenditure",
            {
                "205": {"total": "1000.5", "basic": "700", "project": "280.5", "remitted": "20"},
                "20599": {"total": "1000.5", "basic": "700", "project": "280.5", "remitted": "20"},
                "2059999": {
                    "total": "1000.5",
                    "basic": "700",
                    "project": "280.5",
                    "remitted": "20",
                },
                "208": {"total": "150", "basic": "150"},
                "20805": {"total": "150", "basic": "150"},
                "2080502": {"total": "50", "basic": "50"},
                "2080505": {"total": "100", "basic": "100"},
                "total": {"total": "1150.5", "basic": "850", "project": "280.5", "remitted": "20"},
            },
        ),
        "project": BlockData.of(
            [
                Row(
                    "group:教学",
                    "group",
                    "教学",
                    _project(
                        total="280.5", general="80", carry_general="50", special="120", own="30.5"
                    ),
                ),
                Row(
                    "教学设备",
                    "item",
                    "教学设备",
                    _project(
                        total="280.5", general="80", carry_general="50", special="120", own="30.5"
                    ),
                    parent="group:教学",
                ),
                Row(
                    "total",
                    "total",
                    "合计",
                    _project(
                        total="280.5", general="80", carry_general="50", special="120", own="30.5"
                    ),
                ),
            ]
        ),
        "performance": BlockData.of([]),
    }
    book = setting(
        example.with_blocks(blocks),
        unit_name="长春市某学校", unit_short=None, unit_kind="事业单位",
        prior_total="1200.5", prior_fiscal=None, reason_income=None, reason_expense=None,
        vehicles_retired=0, vehicles_main=1, vehicles_other=2, equipment_special=None,
        plan_vehicles=1, plan_equipment_special=2,
    )  # fmt: skip
    return book._replace(keyed={})


def _project(**cells: str) -> tuple[Amount | None, ...]:
    keys = (
        "total", "general", "fund", "capital", "carry_general", "carry_fund", "carry_capital",
        "special", "own",
    )  # fmt: skip
    return tuple(wan(cells.get(key)) for key in keys)


def _funds(standard: Standard, example: Book) -> Book:
    """Money of a government fund and of state capital, with last year's figures, no reasons."""
    blocks = {
        "fund": table(
            standard,
            "fund",
            {
                "212": {"total": "300", "basic": "100", "project": "200"},
                "21208": {"total": "300", "basic": "100", "project": "200"},
                "2120801": {"total": "200", "project": "200"},
                "2120802": {"total": "100", "basic": "100"},
                "total": {"total": "300", "basic": "100", "project": "200"},
            },
            n21208="国有土地使用权出让收入安排的支出",
            n2120801="征地和拆迁补偿支出",
            n2120802="土地开发支出",
        ),
        "capital": table(
            standard,
            "capital",
            {
                "223": {"total": "10", "project": "10"},
                "22301": {"total": "10", "project": "10"},
                "total": {"total": "10", "project": "10"},
            },
            n22301="解决历史遗留问题及改革成本支出",
        ),
        "fiscal.income": table(
            standard,
            "fiscal.income",
            {
                "general": {"budget": "5000", "current": "5000"},
                "fund": {"budget": "300", "current": "200", "carryover": "100"},
                "capital": {"budget": "10", "current": "10"},
                "total": {"budget": "5310", "current": "5210", "carryover": "100"},
            },
        ),
    }
    reasons = {key: None for key in standard.fields if key.startswith("reason_")}
    return setting(
        example.with_blocks(blocks),
        **{**reasons, "prior_fund": "250", "prior_general": "5400", "prior_fiscal": "5660"},
    )


def _nothing(standard: Standard, example: Book) -> Book:
    """A book of which only the unit and the year are known, all tables being empty."""
    blocks = {key: BlockData.of([]) for key in standard.blocks}
    book = example._replace(blocks=blocks, info={}, keyed={}, forms=())
    return setting(book, unit_name="长春市某局")


def _ended(standard: Standard, example: Book) -> Book:
    """Kinds of money that there were last year and are not any more; a carry-over alone."""
    blocks = {
        "three_public": table(standard, "three_public", {"total": {}}),
        "basic": BlockData.of([]),
        "project": BlockData.of([]),
        "performance": BlockData.of([]),
        "general": BlockData.of([]),
        "income": table(
            standard, "income", {"total": {"total": "10", "carryover": "10", "carry_own": "10"}}
        ),
    }
    return setting(
        example.with_blocks(blocks),
        prior_fund="12",
        prior_abroad="5",
        reason_fund="因为：项目结束。。",
    )


def _missing(standard: Standard, example: Book) -> Book:
    """Sheets missing and cells that are no amounts."""
    blocks = {
        key: data
        for key, data in example.blocks.items()
        if key not in ("income", "fund", "project", "expenditure")
    }
    general = blocks["general"]
    rows = [
        row._replace(cells=(UNREADABLE, *row.cells[1:])) if row.key in ("208", "total") else row
        for row in general.rows
    ]
    book = example._replace(blocks={**blocks, "general": BlockData.of(rows)})
    return setting(book, unit_name=None, prior_total=None)


def _hostile(standard: Standard, example: Book) -> Book:
    """Texts that look like templates, markup and marks."""
    book = setting(
        example,
        unit_name="\ue000income\ue001长春市\ue002某局\n\n{{ 7*7 }}",
        reason_income="  主要原因是：因为\x00<b>{% for x in y %}</b>。。 ",
        reason_reception="由于   接待\r\n\r\n批次  减少，，来宾减少；",
        reason_general="#原因",
    )
    return book._replace(
        keyed={"purpose": {"201": "主要用于人员经费。"}, "gloss": {"20103": "指{{year}}，"}}
    )


CASES = {
    "institution": _institution,
    "funds": _funds,
    "nothing": _nothing,
    "ended": _ended,
    "missing": _missing,
}
HOSTILE = _hostile
