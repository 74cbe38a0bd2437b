"""Native formulas of the cells that follow from the ledger: each adds up the lines that the standard selects.

The ledger's hidden column of whole 分 is summed, divided and rounded once: that is exact in every program, as
分/10000 is a tie or at least 1/10000 away from one (``ROUND(SUM/10000,2)`` is not). A cell of which no line
has money shows "".
"""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

from xlbudget.building.formulas.derived import Formula
from xlbudget.building.formulas.expressions import constant, literal
from xlbudget.figures import TOTAL, Place
from xlbudget.rules.posting import CLASS, post_book, printed, zero_columns
from xlbudget.sheets.layout import INFO_SHEET, table_layout
from xlbudget.sheets.ledger import ITEM, SEPARATOR, ledger_layout, level_key
from xlbudget.standard.roles import FORM_NAME

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from xlbudget.figures import Book, Row
    from xlbudget.money import Unit
    from xlbudget.rules.posting import Postings
    from xlbudget.sheets.ledger import LedgerLayout
    from xlbudget.standard.ledger import Selection
    from xlbudget.standard.model import Block, Standard

_Criteria = list[list[tuple[str, str]]]
"""For each condition its alternatives, each the name of a column and what a line must have there."""
_OPERATORS = "<>="


def ledger_formulas(standard: Standard, book: Book) -> dict[Place, Formula]:
    """The formulas of a placed book whose tables follow from its ledger."""
    ledger = standard.ledger
    assert ledger is not None
    rows = _Rows(standard)
    postings = post_book(standard, book)
    found: dict[Place, Formula] = {}
    for key, posting in ledger.postings.items():
        if key not in book.blocks:
            continue
        block = standard.blocks[key]
        formulas = (
            _form_formulas(rows, block, postings, book)
            if posting.forms
            else _table_formulas(rows, block, postings, book)
        )
        sheet = standard.table_of(block).sheet
        found |= {Place(sheet, cell): formula for cell, formula in formulas if cell}
    for field, selection in ledger.info.items():
        if field in book.info and (cell := book.info[field].cell):
            text = _sum(rows.chosen(selection), standard.info_unit(field))
            found[Place(INFO_SHEET, cell)] = Formula(
                text, printed(postings.info.get(field), standard.info_unit(field))
            )
    return found


class _Rows:
    """The conditions of rows and selections on the sheets of a standard."""

    def __init__(self, standard: Standard) -> None:
        assert standard.ledger is not None
        self.standard, self.ledger = standard, standard.ledger
        self.layout: LedgerLayout = ledger_layout(standard)

    def chosen(self, *selections: Selection) -> _Criteria:
        """What selections ask for."""
        found: _Criteria = []
        for selection in selections:
            for key, values in selection.items():
                column = self.layout.spots[key]
                code = column.of is not None and column.of.kind == "code"
                found.append(
                    [
                        (
                            self.layout.spots[level_key(key, len(value)) if code else key].name,
                            constant(literal(value)).text,
                        )
                        for value in values
                    ]
                )
        return found

    def of_row(self, block: Block, row: Row, letters: Mapping[str, str]) -> _Criteria:
        """What a row of subjects, classes, units or projects asks for; ``letters`` are its sheet columns by kind.

        That of codes is the one where they stand whole.
        """
        if row.key == TOTAL:
            return []
        spots = self.layout.spots
        if row.kind in ("subject", CLASS):
            key = level_key(self.ledger.key_of("code", block.subjects), len(row.key))
            here = f"${letters['code']}{row.line}" if row.kind == "subject" else f'"{row.key}"'
            return [[(spots[key].name, here)]]
        if row.kind == "unit":
            return [[(spots[self.ledger.key_of("unit")].name, _criterion(row.key, letters, row))]]
        if row.kind == "group":
            name = row.key.removeprefix("group:")
            return [[(spots[self.ledger.key_of("level1")].name, _criterion(name, letters, row))]]
        group = row.parent.removeprefix("group:")
        return [[(spots[ITEM].name, constant(literal(f"{group}{SEPARATOR}{row.key}")).text)]]


def _criterion(name: str, letters: Mapping[str, str], row: Row) -> str:
    """The cell with a row's name, or the name itself where its signs would mean something else."""
    if literal(name) != name or name[0] in _OPERATORS:
        return constant("=" + literal(name)).text
    return f"${letters['level1' if row.kind == 'group' else 'label']}{row.line}"


def _sum(criteria: _Criteria, unit: Unit, *, zero: bool = False) -> str:
    """The sum of the lines that meet all criteria, as printed in ``unit`` to two decimals."""
    sums, counts = [], []
    for alternative in product(*criteria):
        pairs = "".join(f",{name},{wanted}" for name, wanted in alternative)
        sums.append(f"SUMIFS({_FEN}{pairs})" if pairs else f"SUM({_FEN})")
        counts.append(f'COUNTIFS({pairs[1:]},{_FEN},"<1E99")' if pairs else f"COUNT({_FEN})")
    added = sums[0] if len(sums) == 1 else f"({'+'.join(sums)})"
    hundredth = unit.fen // 100
    amount = f"ROUND({added}/{hundredth},0)/100"
    return amount if zero else f'IF({"+".join(counts)}=0,"",{amount})'


_FEN = "底稿_分"


def _table_formulas(
    rows: _Rows, block: Block, postings: Postings, book: Book
) -> Iterator[tuple[str, Formula]]:
    posting, sums = rows.ledger.postings[block.key], postings.blocks.get(block.key, {})
    table = rows.standard.table_of(block)
    layout = next(
        one for one in table_layout(rows.standard, table).blocks if one.block.key == block.key
    )
    letters = {
        column.kind: letter
        for column, letter in reversed(list(zip(block.columns, layout.letters, strict=True)))
    } | {"code": layout.code}
    amounts = dict(zip(block.amounts, layout.amounts, strict=True))
    for row in book.blocks[block.key].rows:
        selections = [posting.where]
        if block.body == "fixed":
            kind = CLASS if row.kind == "class" else row.key
            if kind not in posting.rows:
                continue
            selections.append(posting.rows[kind])
        own = [] if row.kind == "fixed" else rows.of_row(block, row, letters)
        zero = zero_columns(posting, block, row) if row.kind == "class" else []
        for column in filter(posting.columns.__contains__, block.amounts):
            criteria = [*own, *rows.chosen(*selections, posting.columns[column])]
            text = _sum(criteria, block.unit, zero=column in zero)
            fen = sums.get((row.key, row.parent), {}).get(column, 0 if column in zero else None)
            yield f"{amounts[column]}{row.line}", Formula(text, printed(fen, block.unit))


def _form_formulas(
    rows: _Rows, block: Block, postings: Postings, book: Book
) -> Iterator[tuple[str, Formula]]:
    posting, sums = rows.ledger.postings[block.key], postings.blocks.get(block.key, {})
    kinds = {form.key: form for form in posting.forms}
    item = rows.layout.spots[rows.ledger.key_of("level2")].name
    by_name = {row.key: row for row in book.blocks[block.key].rows}
    for data in book.forms:
        form, row = kinds.get(data.form), by_name.get(data.name)
        if form is None or row is None or not row.places:
            continue
        named = FORM_NAME in data.places and literal(data.name) == data.name
        own = f"${data.places[FORM_NAME]}" if named else constant(literal(data.name)).text
        for column, place in zip(block.amounts, row.places, strict=True):
            if place and column in form.columns:
                criteria = [[(item, own)], *rows.chosen(posting.where, form.columns[column])]
                fen = sums.get((row.key, ""), {}).get(column, 0 if form.zero else None)
                text = _sum(criteria, block.unit, zero=form.zero)
                yield place, Formula(text, printed(fen, block.unit))
