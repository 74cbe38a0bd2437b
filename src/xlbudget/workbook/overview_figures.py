"""Figures of the tables as pieces of formulas for 总览, each with what it comes to."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.relations.grid import INFO
from xlbudget.standard.equations import ONE
from xlbudget.workbook.layout import INFO_SHEET
from xlbudget.workbook.native.areas import literal
from xlbudget.workbook.native.rows import selection
from xlbudget.workbook.native.terms import looked_up, plain
from xlbudget.xlsx.references import quoted

if TYPE_CHECKING:
    from xlbudget.money import Unit
    from xlbudget.standard.equations import Ref
    from xlbudget.standard.model import Standard
    from xlbudget.workbook.native.areas import Area, Areas, Body

__all__ = ["Figure", "Lines", "figure", "lines_of_rows", "name_of", "unit_of_ref"]


class Figure(NamedTuple):
    """One amount: the formula of how many numbers there are, that of their sum, the sum or None."""

    numbers: str
    money: str
    value: Decimal | None


class Lines(NamedTuple):
    """A column of names and one of amounts; ``test`` is true (in an array) where a line counts.

    ``before`` is what stands before a name and is left out (``、`` behind an ordinal).
    """

    names: str
    amounts: str
    test: str
    shown: tuple[tuple[str, Decimal], ...]
    positions: tuple[int, ...]
    before: str = ""


def unit_of_ref(standard: Standard, ref: Ref) -> Unit:
    """The unit of money of what is referred to."""
    return standard.unit if ref.block == INFO else standard.blocks[ref.block].unit


def name_of(standard: Standard, ref: Ref, *, by_row: bool) -> str:
    """The label of a cell's row, or of its column."""
    if ref.block == INFO:
        return standard.fields[ref.which].label
    block = standard.blocks[ref.block]
    spec = next((row for row in block.rows if row.key == ref.which), None)
    if by_row and spec is not None:
        return spec.label
    return "".join(block.column(ref.column).label[-1].split())


def figure(areas: Areas, ref: Ref, unit: Unit) -> Figure:
    """One cell in ``unit``: of 基础信息 directly, of a table by the label or code of its row."""
    found = _figure(areas, ref)
    own = unit_of_ref(areas.standard, ref)
    if own.fen == unit.fen or found.value is None:
        scale = _scale(own, unit)
        return found._replace(money=found.money + scale)
    value = found.value * own.fen / unit.fen
    return Figure(found.numbers, found.money + _scale(own, unit), value)


def _scale(own: Unit, unit: Unit) -> str:
    if own.fen == unit.fen:
        return ""
    return f"*{own.fen // unit.fen}" if own.fen > unit.fen else f"/{unit.fen // own.fen}"


def _figure(areas: Areas, ref: Ref) -> Figure:
    if ref.block == INFO:
        cell = areas.book.info[ref.which].cell
        reference = f"{quoted(INFO_SHEET)}!${cell[0]}${cell[1:]}"
        return _direct(reference, areas.info.get(cell))
    body = areas.bodies[ref.block]
    amounts = areas.column(body, body.letters[ref.column])
    label = _label(body, ref)
    if label:
        keys = areas.column(body, body.letters[_key_column(body)])
        vector = looked_up(keys, plain(label), amounts)
        value = vector.amounts[0] if vector.numbers[0] else None
        criterion = literal(label)
        money = f"SUMIF({keys.reference},{criterion},{amounts.reference})"
        return Figure(vector.figures, money, value)
    row = areas.book.blocks[ref.block].row(ref.which)
    if row is None:
        return Figure("0", "0", None)
    position = row.line - body.first
    letter = body.letters[ref.column]
    return _direct(f"{quoted(body.sheet)}!${letter}${row.line}", amounts.values[position])


def _direct(reference: str, value: object) -> Figure:
    number = value if isinstance(value, Decimal) else None
    return Figure(f"COUNT({reference})", f"SUM({reference})", number)


def _key_column(body: Body) -> str:
    """The column in which labels, codes and 合计 stand."""
    kinds = ("code", "label", "level1")
    found = (one.key for kind in kinds for one in body.block.columns if one.kind == kind)
    return next(found, body.block.columns[0].key)


def _label(body: Body, ref: Ref) -> str:
    """The text that finds a row by itself, or "" where several rows may have it."""
    block = body.block
    if block.body == "fixed":
        labels = [row.label for row in block.rows if not row.slot]
        own = next((row.label for row in block.rows if row.key == ref.which), "")
        return own if labels.count(own) == 1 else ""
    if ref.how == ONE and ref.which == "total":
        return block.total if _key_column(body) == block.columns[0].key else ""
    return ref.which if len(block.of_kind("code")) == 1 else ""


def lines_of_rows(areas: Areas, ref: Ref) -> Lines:
    """The rows with money that ``ref`` selects, in the table's order."""
    body = areas.bodies[ref.block]
    amounts = areas.column(body, body.letters[ref.column])
    test, chosen = _selection(areas, body, ref.which)
    names = areas.column(body, body.letters[_name_column(body)])
    before = _before(body)
    shown: list[tuple[str, Decimal]] = []
    positions: list[int] = []
    for position, (here, name, value) in enumerate(
        zip(chosen, names.texts, amounts.values, strict=True), 1
    ):
        if here and isinstance(value, Decimal) and value:
            shown.append((name.split(before, 1)[-1] if before else name, value))
            positions.append(position)
    return Lines(
        names.reference,
        amounts.reference,
        f"{test}*{_money(amounts)}",
        tuple(shown),
        tuple(positions),
        before,
    )


def _money(amounts: Area) -> str:
    return f"ISNUMBER({amounts.reference})*({amounts.reference}<>0)"


def _selection(areas: Areas, body: Body, which: str) -> tuple[str, tuple[bool, ...]]:
    codes = [body.letters[body.block.columns[one].key] for one in body.block.of_kind("code")]
    if len(codes) < 2:  # noqa: PLR2004
        return selection(areas, body, which)
    # Each level stands in a column of its own: a class has only the first.
    length = areas.standard.subjects[body.block.subjects].lengths[0]
    upper, lower = (areas.column(body, letter) for letter in codes[:2])
    test = f"(LEN({upper.reference})={length})*(LEN({lower.reference})=0)"
    chosen = (
        len(one) == length and not other
        for one, other in zip(upper.texts, lower.texts, strict=True)
    )
    return test, tuple(chosen)


def _name_column(body: Body) -> str:
    named = [one.key for one in body.block.columns if one.kind == "name"]
    return named[0] if named else _key_column(body)


def _before(body: Body) -> str:
    """What ends the ordinal before a class's name, "" where there is none."""
    slot = next((row.label for row in body.block.rows if row.slot), "")
    return slot.partition("{name}")[0].rpartition("{ordinal}")[2]
