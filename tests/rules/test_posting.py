"""What the tables print of the ledger, exactly."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from ledgers import amounts, ledger_of, with_ledger
from xlbudget.figures import BlockData, Ledger, LedgerLine, Row
from xlbudget.importing.imported import blank_book
from xlbudget.money import YUAN, Amount
from xlbudget.rules.posting import fill_from_ledger, post, posted_book
from xlbudget.standard.loader import load_standard

if TYPE_CHECKING:
    from xlbudget.figures import Book
    from xlbudget.standard.model import Standard


def test_the_examples_ledger_prints_every_cell_of_the_example(
    standard: Standard, example: Book
) -> None:
    blank = with_ledger(standard, blank_book(standard, example.year), ledger_of(standard))
    printed = amounts(standard, posted_book(standard, blank))
    assert printed == amounts(standard, example)
    assert sum(not key[0].startswith("performance") for key in printed) == 279


def test_rows_stand_in_their_official_order(standard: Standard, example: Book) -> None:
    blank = with_ledger(standard, blank_book(standard, example.year), ledger_of(standard))
    posted = posted_book(standard, blank)
    for key in ("income", "expenditure", "general", "basic", "project", "fiscal.expense"):
        rows = [(row.kind, row.key, row.label) for row in posted.blocks[key].rows]
        assert rows == [(row.kind, row.key, row.label) for row in example.blocks[key].rows], key


def test_lines_that_cancel_print_nought_and_none_prints_a_blank(standard: Standard) -> None:
    texts = {"function": "2010301", "category": "公用经费", "source": "一般公共预算"}
    lines = [
        LedgerLine(texts | {"fund_year": "当年预算"}, Amount(fen, YUAN)) for fen in (100, -100)
    ]
    book = blank_book(standard, 2024)._replace(ledger=Ledger(tuple(lines)))
    row = posted_book(standard, book).blocks["general"].row("2010301")
    assert row is not None
    assert [cell and cell.plain for cell in row.cells] == ["0.00", "0.00", None, "0.00", None]


_STANDARD = load_standard()


@st.composite
def _lines(draw: st.DrawFn) -> tuple[LedgerLine, ...]:
    ledger = _STANDARD.ledger
    assert ledger is not None
    choices = {column.key: column.choices for column in ledger.columns if column.choices}
    line = st.fixed_dictionaries(
        {
            "unit": st.sampled_from(["甲", "乙"]),
            "function": st.sampled_from(["2010301", "2010302", "2080505"]),
            "economic": st.sampled_from(["30101", "30201", "30217", "31013"]),
            "level1": st.sampled_from(["", "子"]),
            "level2": st.sampled_from(["", "丑", "寅"]),
            **{key: st.sampled_from([*values, ""]) for key, values in choices.items()},
        }
    )
    fen = st.integers(-(10**9), 10**9)
    pairs = draw(st.lists(st.tuples(line, fen), max_size=12))
    return tuple(LedgerLine(texts, Amount(amount, YUAN)) for texts, amount in pairs)


@settings(max_examples=60, deadline=None)
@given(_lines())
def test_the_order_of_lines_and_splitting_one_change_nothing(lines: tuple[LedgerLine, ...]) -> None:
    whole = post(_STANDARD, lines)
    halves = []
    for line in reversed(lines):
        assert isinstance(line.amount, Amount)
        part = line.amount.fen // 3
        parts = (part, line.amount.fen - part)
        halves += [line._replace(amount=line.amount._replace(fen=fen)) for fen in parts]
    again = post(_STANDARD, halves)
    assert (again.blocks, again.info, again.forms) == (whole.blocks, whole.info, whole.forms)


@settings(max_examples=60, deadline=None)
@given(_lines())
def test_income_and_expense_come_to_the_same(lines: tuple[LedgerLine, ...]) -> None:
    named = tuple(
        line._replace(texts={**line.texts, "category": line.texts["category"] or "公用经费"})
        for line in lines
    )
    sums = post(_STANDARD, named).blocks
    for side in ("summary.income", "summary.expense"):
        total = sums.get(side, {}).get(("total", ""), {}).get("budget", 0)
        assert total == sum(line.amount.fen for line in lines if isinstance(line.amount, Amount))


def _posted(standard: Standard) -> Book:
    blank = with_ledger(standard, blank_book(standard, 2024), ledger_of(standard))
    return posted_book(standard, blank)


def _typed_over(book: Book, block: str, row: str, column: int, fen: int) -> Book:
    data = book.blocks[block]
    rows = [
        one._replace(cells=(*one.cells[:column], Amount(fen), *one.cells[column + 1 :]))
        if one.key == row
        else one
        for one in data.rows
    ]
    return book.with_blocks({block: BlockData.of(rows)})


def test_a_typed_figure_that_the_ledger_does_not_print_is_kept(standard: Standard) -> None:
    typed = _typed_over(_posted(standard), "general", "2010301", 0, 5)
    filled = fill_from_ledger(standard, typed)
    row = filled.book.blocks["general"].row("2010301")
    assert row is not None and row.cells[0] == Amount(5)
    assert ("general", "2010301", "total") not in filled.derived
    assert ("general", "2010301", "basic") in filled.derived


def test_a_table_with_a_row_that_the_ledger_lacks_is_left_as_it_stands(standard: Standard) -> None:
    posted = _posted(standard)
    more = Row("2070101", "subject", "行政运行", (Amount(700),) * 5)
    rows = [*posted.blocks["general"].rows[:-1], more, posted.blocks["general"].rows[-1]]
    book = posted.with_blocks({"general": BlockData.of(rows)})
    filled = fill_from_ledger(standard, book).book
    assert filled.blocks["general"].row("2070101") == more
    assert filled.blocks["basic"].rows == posted.blocks["basic"].rows


def test_the_form_that_a_project_has_decides_what_its_money_is(standard: Standard) -> None:
    posted = _posted(standard)
    name = "政府公务活动经费"
    assert {data.form for data in posted.forms if data.name == name} == {"target"}
    forms = tuple(data._replace(form="application") for data in posted.forms)
    row = posted_book(standard, posted._replace(forms=forms)).blocks["performance"].row(name)
    assert row is not None
    assert [cell and cell.plain for cell in row.cells] == ["140.00", "140.00", None, None]
