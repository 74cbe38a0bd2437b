"""Last year's figures for the new book, from the cells that the standard compares them with."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from xlbudget.money import STANDARD_PLACES, Amount
from xlbudget.notes.facts import evaluate_facts
from xlbudget.notes.source import load_source
from xlbudget.relations.grid import INFO

if TYPE_CHECKING:
    from xlbudget.figures import Book, Cell
    from xlbudget.money import Unit
    from xlbudget.notes.source import Expr, Source
    from xlbudget.standard.equations import Ref
    from xlbudget.standard.model import Standard

__all__ = ["LastFigures", "in_unit", "last_figures", "reason_fields"]


class LastFigures(NamedTuple):
    """Field of 基础信息 -> what it must hold (None: unknown), and sentences."""

    values: dict[str, Amount | None]
    said: list[str]


def reason_fields(standard: Standard) -> list[str]:
    """The fields that give the reasons for this year's changes."""
    return list(dict.fromkeys(change.reason for change in load_source(standard).changes))


def last_figures(standard: Standard, last_standard: Standard, last: Book) -> LastFigures:
    """What the fields of last year's figures hold in the year after ``last``.

    The comparisons of the notes say both: the field, and the cell of the year that it is compared
    with. A cell that is blank in a book with figures is nought; a book without any figure has none.
    """
    then = evaluate_facts(last_standard, last, load_source(last_standard))
    before = _compared(load_source(last_standard))
    values: dict[str, Amount | None] = {}
    said: list[str] = []
    empty = all(data.empty for data in last.blocks.values())
    for field in _compared(load_source(standard)):
        label = standard.fields[field].label
        expr = before.get(field)
        if expr is None:
            values[field] = None
            said.append(f"{last.year}年的标准里没有“{label}”的来源，留空；请填写。")
            continue
        value = then.value(expr)
        if value.gap:
            said.append(f"“{label}”没有结转：{value.gap}；请填写。")
        blank = empty or bool(value.gap)
        found = value.amount or Amount(0, standard.unit)
        values[field] = None if blank else in_unit(found, standard.unit)
    if empty:
        said.append(f"{last.year}年的各表没有金额，上年数留空。")
    said += _carried(last_standard, last)
    return LastFigures(values, said)


def _compared(source: Source) -> dict[str, Expr]:
    """Field of last year's figure -> this year's cells; the first comparison that names it counts."""
    found: dict[str, Expr] = {}
    pairs = [(change.prior, change.now) for change in source.changes]
    pairs += [(prior, now) for change in source.changes for _, now, prior in change.components]
    for prior, now in pairs:
        ref = prior.parts[0].ref if len(prior.parts) == 1 else None
        if ref is not None and ref.block == INFO and prior.parts[0].sign > 0:
            found.setdefault(ref.which, now)
    return found


def in_unit(amount: Amount, unit: Unit) -> Amount:
    """The same money in ``unit``, with as many decimals as it takes, two at least."""
    if amount.unit == unit:
        return amount
    places = STANDARD_PLACES
    while places < unit.max_places and amount.fen % (unit.fen // 10**places):
        places += 1
    return amount.rounded(unit, places)


def _carried(standard: Standard, last: Book) -> list[str]:
    """What is left of the year, and the cell that it goes to once it is known for certain."""
    said = []
    for carry in standard.carries:
        cell = _cell(standard, last, carry.source)
        if isinstance(cell, Amount) and cell.fen:
            said.append(
                f"{_place(standard, last, carry.source)}为 {cell.text}，"
                f"是下年{_place(standard, last, carry.target)}的来源；上年结转请按年末实际结转数填写。"
            )
    return said


def _cell(standard: Standard, last: Book, ref: Ref) -> Cell:
    data = last.blocks.get(ref.block)
    row = data.row(ref.which) if data is not None else None
    return None if row is None else row.cells[standard.blocks[ref.block].amount_index[ref.column]]


def _place(standard: Standard, last: Book, ref: Ref) -> str:
    """A cell in words."""
    block = standard.blocks[ref.block]
    label = next((row.label for row in block.rows if row.key == ref.which), ref.which)
    title = standard.table_of(block).title
    heading = "/".join(
        "".join(part.split()) for part in block.column(ref.column).heading(last.year)
    )
    return f"{title}“{label}”（{heading}）"
