"""The state of each table by formulas: what 目录 and the frozen rows say without Python."""

from __future__ import annotations

import random
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from xlbudget.building.contents import render_sheets
from xlbudget.building.formulas import checks
from xlbudget.building.formulas.derived import book_formulas
from xlbudget.building.live import Live, render_live
from xlbudget.checks.validate import validate
from xlbudget.figures import BlockData
from xlbudget.findings import Status
from xlbudget.importing.imported import blank_book
from xlbudget.money import Amount, parse_amount
from xlbudget.rules.grid import INFO, Grid
from xlbudget.sheets.layout import CONTENTS, OVERALL, OVERVIEW, contents_lines, place_book

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xlbudget.figures import Book, Cell
    from xlbudget.standard.model import Standard


def live_of(standard: Standard, placed: Book) -> Live:
    contents = render_sheets(standard, placed, book_formulas(standard, placed))
    return render_live(standard, placed, contents)


def states(standard: Standard, book: Book) -> dict[str, str]:
    """Sheet -> its state; under 总体 what is said of all."""
    placed = place_book(standard, book)
    cells = live_of(standard, placed).cells
    shown = {one.cell: str(one.value) for one in cells[CONTENTS]}
    found = {
        one.sheet: shown[f"C{one.line}"]
        for one in contents_lines(standard)
        if f"C{one.line}" in shown
    }
    for table in standard.tables:
        assert cells[table.sheet][0].value == f"本表核对：{found[table.sheet]}"
    return {"总体": shown[OVERALL], **found}


def with_cell(standard: Standard, book: Book, place: tuple[str, str, str], text: str) -> Book:
    """The book with one amount changed (``text`` empty: blank)."""
    block, key, column = place
    spec = standard.blocks[block]
    data = book.blocks[block]
    rows = []
    for row in data.rows:
        cells = list(row.cells)
        if row.key == key:
            cells[spec.amount_index[column]] = parse_amount(text, spec.unit)
        rows.append(row._replace(cells=tuple(cells)))
    return book.with_blocks({block: BlockData.of(rows, data.letters)})


def wrong(found: Mapping[str, str]) -> set[str]:
    return {sheet for sheet, state in found.items() if state == "不平"}


def test_the_example_is_balanced_and_a_new_workbook_is_not_filled_in(
    standard: Standard, example: Book
) -> None:
    found = states(standard, example)
    assert found.pop("总体") == "总体核对：全部已平"
    assert set(found.values()) == {"已平"}
    empty = states(standard, blank_book(standard, 2027))
    assert empty.pop("总体") == "总体核对：尚未填表"
    stated = {table.sheet for table in standard.tables if table.empty_statement}
    assert {sheet for sheet, state in empty.items() if state == "已平"} == stated | {"基础信息"}
    assert set(empty.values()) == {"未填", "已平"}


@pytest.mark.parametrize(
    ("place", "text", "expected"),
    [
        # 人员经费 of a leaf: its own row, its parents, nothing else but 支出总表's comparison.
        (("general", "2010301", "personnel"), "1893.38", {"一般公共预算支出表"}),
        (("expenditure", "2101101", "basic"), "58.15", {"部门支出总表", "一般公共预算支出表"}),
        (("three_public", "reception", "budget"), "19.15", {"一般公共预算三公经费支出表"}),
        (("performance", "综合业务管理费", "fiscal"), "148.00", {"项目支出绩效目标表"}),
    ],
)
def test_a_wrong_figure_shows_at_its_table(
    standard: Standard, example: Book, place: tuple[str, str, str], text: str, expected: set[str]
) -> None:
    found = states(standard, with_cell(standard, example, place, text))
    assert found["总体"].startswith("总体核对：不平（")
    assert expected <= wrong(found)
    assert "国有资本经营预算支出表" not in wrong(found)


def test_what_rounding_explains_is_balanced_and_a_little_more_is_said(
    standard: Standard, example: Book
) -> None:
    total = ("general", "2010301", "basic")
    before = example.blocks["general"].row("2010301")
    assert before is not None
    printed = before.cells[standard.blocks["general"].amount_index["basic"]]
    assert isinstance(printed, Amount)
    # 小计 is two amounts: one hundredth off may be rounding, three hundredths are more than that.
    nearly = states(
        standard, with_cell(standard, example, total, f"{printed.decimal + Decimal('0.03')}")
    )
    assert nearly["一般公共预算支出表"] == "已平（尾差）"
    assert nearly["总体"] == "总体核对：全部已平（有尾差）"


def test_a_code_without_its_parent_and_a_code_twice(standard: Standard, example: Book) -> None:
    data = example.blocks["expenditure"]
    orphan = BlockData.of([row for row in data.rows if row.key != "20805"], data.letters)
    assert "部门支出总表" in wrong(states(standard, example.with_blocks({"expenditure": orphan})))
    leaf = next(row for row in data.rows if row.key == "2010301")
    blank: tuple[Cell, ...] = (None,) * len(leaf.cells)
    place = data.rows.index(leaf) + 1
    rows = (*data.rows[:place], leaf._replace(cells=blank), *data.rows[place:])
    twice = example.with_blocks({"expenditure": BlockData.of(rows, data.letters)})
    assert "部门支出总表" in wrong(states(standard, twice))


def test_every_hard_rule_is_a_formula_or_said_to_be_none(standard: Standard, example: Book) -> None:
    placed = place_book(standard, example)
    live = live_of(standard, placed)
    shown = {str(one.value).split()[0] for one in live.cells[OVERVIEW] if one.role == "check"}
    hard = {
        rule.code for rule in standard.rules_of(2024) if rule.level == "error" and not rule.soft
    }
    assert hard <= shown | set(live.left_out)
    assert not shown & set(live.left_out)
    equations = {rule.code for rule in standard.rules if rule.equations}
    assert not equations & set(live.left_out), "identities can all be told by formulas"
    longest = max(len(one.formula) for one in live.cells[OVERVIEW])
    assert longest < 2_500


def damaged(standard: Standard, book: Book, rng: random.Random) -> Book:
    """The book with one amount as people get it wrong."""
    grid = Grid(standard, book)
    spots = [
        grid.spot(number)
        for number, cell in enumerate(grid.cells)
        if isinstance(cell, Amount) and cell.fen and grid.spot(number).block != INFO
    ]
    spot = rng.choice(spots)
    cell = spot.row.cells[spot.column]
    assert isinstance(cell, Amount)
    digits = [at for at, sign in enumerate(cell.plain) if sign.isdigit()]
    at = rng.choice(digits)
    wrong_digit = rng.choice([sign for sign in "0123456789" if sign != cell.plain[at]])
    texts = [
        cell.plain[:at] + wrong_digit + cell.plain[at + 1 :],
        f"{cell.decimal * 10}",
        f"{cell.decimal + Decimal(rng.choice(['0.01', '-0.01', '0.02', '0.05', '100']))}",
        "",
    ]
    column = standard.blocks[spot.block].amounts[spot.column]
    return with_cell(standard, book, (spot.block, spot.row.key, column), rng.choice(texts))


def test_the_formulas_agree_with_validation(standard: Standard, example: Book) -> None:
    """30 damaged books; benchmarks/native_agreement.py asks LibreOffice about 200 workbooks."""
    rng = random.Random(20240227)
    for _ in range(30):
        book = damaged(standard, example, rng)
        found = states(standard, book)
        status = validate(standard, place_book(standard, book)).status
        said = Status.ERROR if wrong(found) else Status.PASS
        if said is Status.PASS and "已平（尾差）" in found.values():
            said = Status.ROUNDING
        assert said is status, found


def test_the_checks_are_made_once(
    standard: Standard, example: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are the larger part of a fill: what is left out follows from those that there are."""
    made: list[int] = []
    monkeypatch.setattr(checks, "equation_weights", lambda _areas, one: made.append(id(one)) or [])
    placed = place_book(standard, example)
    live_of(standard, placed)
    assert made and len(made) == len(set(made))
