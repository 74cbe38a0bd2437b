"""The terms of a rule as pieces of a formula: a sum or a column of sums, and how many numbers it has.

A term is a column (one entry per line of the leading table) or a single entry that goes with all.
"""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.figures import TOTAL
from xlbudget.standard.equations import ALL, ONE
from xlbudget.workbook.layout_forms import form_layout
from xlbudget.workbook.native.areas import Area, literal, matching
from xlbudget.xlsx.references import split_cell

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from xlbudget.standard.equations import Ref
    from xlbudget.workbook.native.areas import Areas, Body

__all__ = [
    "Criteria",
    "NotNativeError",
    "Vector",
    "added",
    "cells_sum",
    "children",
    "class_names",
    "code_texts",
    "keys_of",
    "looked_up",
    "of_columns",
    "of_length",
    "of_lines",
    "paired",
    "picked",
    "plain",
    "prescribed",
    "single",
    "upper_codes",
]

_NUMBER = '"<1E99"'


class NotNativeError(Exception):
    """A rule that no formula expresses here; it is left to validation."""


class Vector(NamedTuple):
    """A formula piece for the money, one for how many numbers it has, and what both come to."""

    money: str
    figures: str
    amounts: tuple[Decimal, ...]
    numbers: tuple[int, ...]

    def at(self, line: int) -> tuple[Decimal, int]:
        """Money and number of figures for a line; a single entry goes with every line."""
        position = line if len(self.amounts) > 1 else 0
        return self.amounts[position], self.numbers[position]


class Criteria(NamedTuple):
    """Texts, one per line, that are looked for or among which is looked: a formula and its values."""

    text: str
    values: tuple[str, ...]


def added(vectors: Sequence[Vector]) -> Vector:
    """The sum of single entries."""
    return Vector(
        "+".join(one.money for one in vectors),
        "+".join(one.figures for one in vectors),
        (sum((one.amounts[0] for one in vectors), Decimal(0)),),
        (sum(one.numbers[0] for one in vectors),),
    )


def of_lines(amounts: Area) -> Vector:
    """The amounts of the leading table's own lines."""
    return Vector(
        f"IF(ISNUMBER({amounts.reference}),{amounts.reference},0)",
        f"ISNUMBER({amounts.reference})*1",
        tuple(_money(one) for one in amounts.values),
        tuple(int(isinstance(one, Decimal)) for one in amounts.values),
    )


def of_columns(columns: Sequence[Area]) -> Vector:
    """The sum of neighbouring columns on the leading table's own lines."""
    if len(columns) == 1:
        return of_lines(columns[0])
    first, last = columns[0].reference, columns[-1].reference
    every = f"{first.partition(':')[0]}:{last.partition(':')[2]}"
    ones = f"TRANSPOSE(COLUMN({every})^0)"
    pairs = [of_lines(one) for one in columns]
    lines = range(len(columns[0].values))
    return Vector(
        f"MMULT(IF(ISNUMBER({every}),{every},0),{ones})",
        f"MMULT(--ISNUMBER({every}),{ones})",
        tuple(sum((one.amounts[line] for one in pairs), Decimal(0)) for line in lines),
        tuple(sum(one.numbers[line] for one in pairs) for line in lines),
    )


def _money(value: object) -> Decimal:
    return value if isinstance(value, Decimal) else Decimal(0)


def looked_up(area: Area, criterion: str, amounts: Area) -> Vector:
    """The amounts of all lines in which an area meets one criterion, as a single entry.

    Never with a criterion per line: gnumeric does not go through these in SUMIFS and COUNTIFS.
    """
    test = f"{area.reference},{_quoted(criterion)}"
    cells = [amounts.values[position] for position in matching(criterion, area.texts)]
    return Vector(
        f"SUMIFS({amounts.reference},{test})",
        f"COUNTIFS({test},{amounts.reference},{_NUMBER})",
        (sum(map(_money, cells), Decimal(0)),),
        (sum(isinstance(one, Decimal) for one in cells),),
    )


def of_length(codes: Area, length: int, amounts: Area) -> Vector:
    """The amounts of all lines whose code has that many digits, as a single entry.

    Not by a criterion like ``???``: that finds no codes which were typed as numbers.
    """
    test, cells = f"(LEN({codes.reference})={length})", amounts.reference
    found = [
        value
        for code, value in zip(codes.texts, amounts.values, strict=True)
        if len(code) == length and isinstance(value, Decimal)
    ]
    return Vector(
        f"SUM({test}*IF(ISNUMBER({cells}),{cells},0))",
        f"SUM({test}*ISNUMBER({cells}))",
        (sum(found, Decimal(0)),),
        (len(found),),
    )


def paired(wanted: Criteria, area: Area, amounts: Area) -> Vector:
    """For each line the amount of the one line of another table that has the wanted text.

    There is an average where there is a number; that several lines have the text is another rule's
    business.
    """
    test = f"{area.reference},{wanted.text},{amounts.reference}"
    lines = {one: matching(one, area.texts) for one in set(wanted.values)}
    found = [[amounts.values[at] for at in lines[one]] for one in wanted.values]
    return Vector(
        f"SUMIF({test})",
        f"ISNUMBER(AVERAGEIF({test}))*1",
        tuple(sum(map(_money, cells), Decimal(0)) for cells in found),
        tuple(int(any(isinstance(one, Decimal) for one in cells)) for cells in found),
    )


def picked(wanted: Criteria, among: Criteria, amounts: Area) -> Vector:
    """As ``paired``, among texts that no cells hold; of several lines the first. Much slower."""
    cells = amounts.reference
    first = cells.partition(":")[0]
    at = f"MATCH({wanted.text},{among.text},0),ROW({cells})-ROW({first})+1"
    positions = {one: next(iter(matching(one, among.values)), None) for one in set(wanted.values)}
    found = [
        None if (at_ := positions[one]) is None else amounts.values[at_] for one in wanted.values
    ]
    return Vector(
        f"IFERROR(LOOKUP({at},IF(ISNUMBER({cells}),{cells},0)),0)",
        f"IFERROR(LOOKUP({at},ISNUMBER({cells})*1),0)",
        tuple(map(_money, found)),
        tuple(int(isinstance(one, Decimal)) for one in found),
    )


def code_texts(codes: Area) -> Criteria:
    """Codes to be looked for: as texts, however they were typed; a blank one is nowhere."""
    cells = codes.reference
    return Criteria(f'IF(LEN({cells})>0,{cells}&"","|")', tuple(codes.texts))


def single(areas: Areas, ref: Ref, column: str) -> Vector:
    """A reference that means the same for every line: one row, or all rows of a kind.

    Raises:
        NotNativeError: no formula finds these rows.
    """
    body = areas.bodies[ref.block]
    if ref.how == ALL and ref.which == "form":
        return added([_captioned(areas, body, *one) for one in _form_cells(areas, body, column)])
    letter = body.letters[column]
    if body.block.body == "fixed":
        cells = areas.prescribed(body, letter)
        if ref.how == ONE:
            return cells_sum([cells[ref.which]])
        every = areas.column(body, letter)
        if ref.which == "class":
            return _without(cells_sum([every]), [cells_sum(list(cells.values()))])
        raise NotNativeError(str(ref))
    keys, amounts = keys_of(areas, body), areas.column(body, letter)

    def rows(criterion: str, area: Area = keys) -> Vector:
        return looked_up(area, criterion, amounts)

    if ref.how == ONE:
        return rows(_label(body, ref.which))
    if body.block.body == "subject" and ref.which in ("top", "class"):
        return of_length(keys, areas.standard.subjects[body.block.subjects].lengths[0], amounts)
    if body.block.body == "unit" and ref.which == "unit":
        return _without(rows("?*"), [rows(plain(body.block.total))])
    if body.block.body == "project":
        kind = {"top": "level1", "group": "level1", "item": "level2"}.get(ref.which, "")
        if kind and body.letter_of(kind):
            return rows("?*", areas.column(body, body.letter_of(kind)))
    raise NotNativeError(str(ref))


def cells_sum(cells: Sequence[Area]) -> Vector:
    """The sum of some areas as one entry."""
    listed = ",".join(one.reference for one in cells)
    found = [value for one in cells for value in one.values if isinstance(value, Decimal)]
    total = sum(found, Decimal(0))
    return Vector(f"SUM({listed})", f"COUNT({listed})", (total,), (len(found),))


def _without(every: Vector, others: Sequence[Vector]) -> Vector:
    """The lines of ``every`` that are not among ``others``."""
    return Vector(
        "-".join([every.money, *(one.money for one in others)]),
        "-".join([every.figures, *(one.figures for one in others)]),
        (every.amounts[0] - sum((one.amounts[0] for one in others), Decimal(0)),),
        (every.numbers[0] - sum(one.numbers[0] for one in others),),
    )


def keys_of(areas: Areas, body: Body) -> Area:
    """The column that tells rows apart.

    Raises:
        NotNativeError: codes stand in several columns, or rows in none.
    """
    letter = body.letter_of("code") or body.letter_of("label") or body.letter_of("level1")
    # A table's 合计 stands in its first column, whatever that is for.
    if not letter or (len(body.block.of_kind("code")) > 1):
        raise NotNativeError(body.block.key)
    if body.block.body == "project":
        letter = body.letters[body.block.columns[0].key]
    return areas.column(body, letter)


def _label(body: Body, key: str) -> str:
    """The text by which the row of a key is found."""
    if key == TOTAL and body.block.total:
        return plain(body.block.total)
    return plain(key)


def plain(text: str) -> str:
    """A text as a criterion that means just itself."""
    return literal(text)[1:-1].replace('""', '"')


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def prescribed(body: Body) -> list[str]:
    """The labels of the rows that the standard prescribes."""
    return [row.label for row in body.block.rows if not row.slot]


def class_names(areas: Areas, body: Body) -> Criteria:
    """The name of the class on every line of a table with a place for classes."""
    area = keys_of(areas, body)
    slot = next((row.label for row in body.block.rows if row.slot), "{name}")
    before = slot.partition("{name}")[0].rpartition("{ordinal}")[2]
    if not before:
        return Criteria(area.reference, tuple(area.texts))
    mark = '"' + before.replace('"', '""') + '"'
    text = (
        f"IFERROR(MID({area.reference},FIND({mark},{area.reference})+{len(before)},99),"
        f"{area.reference})"
    )
    return Criteria(text, tuple(one.split(before, 1)[-1] for one in area.texts))


def upper_codes(areas: Areas, body: Body) -> Criteria:
    """For every line the code directly above its own, as text.

    Raises:
        NotNativeError: the levels differ in length, or rows are not told apart by codes.
    """
    if body.block.body != "subject":
        raise NotNativeError(body.block.key)
    lengths = areas.standard.subjects[body.block.subjects].lengths
    steps = {after - before for before, after in pairwise(lengths)}
    if len(steps) != 1:
        raise NotNativeError(body.block.key)
    codes, step = keys_of(areas, body), steps.pop()
    cells = codes.reference
    text = f"LEFT({cells},(LEN({cells})>{step})*(LEN({cells})-{step}))"
    return Criteria(text, tuple(one[:-step] for one in codes.texts))


def children(areas: Areas, body: Body, amounts: Area) -> Vector:
    """For every line the sum of the lines directly below it, in one column or in several.

    A matrix says which line is directly below which: conditions like ``201??`` find no codes that
    were typed as numbers, and a table's columns share one matrix.

    Raises:
        NotNativeError: the levels differ in length, or rows are not told apart by codes.
    """
    codes, upper = keys_of(areas, body), upper_codes(areas, body)
    cells = codes.reference
    below = f'(TRANSPOSE({upper.text})={cells}&"")*(LEN({cells})>0)'
    lines: dict[str, list[int]] = {}
    for position, code in enumerate(upper.values):
        lines.setdefault(code, []).append(position)
    height = len(codes.texts)
    found = [
        [amounts.values[start + at] for at in lines.get(code, ()) if code]
        for start in range(0, len(amounts.values), height)
        for code in codes.texts
    ]
    return Vector(
        f"MMULT({below},IF(ISNUMBER({amounts.reference}),{amounts.reference},0))",
        f"MMULT({below},ISNUMBER({amounts.reference})*1)",
        tuple(sum(map(_money, one), Decimal(0)) for one in found),
        tuple(sum(isinstance(cell, Decimal) for cell in one) for one in found),
    )


def _form_cells(areas: Areas, body: Body, column: str) -> Iterable[tuple[str, str, str]]:
    """Column of the caption, caption, column of the amount, for each kind of form that has it."""
    table = areas.standard.table(body.block.table)
    found: dict[tuple[str, str, str], None] = {}
    for form in table.forms:
        for spot in form_layout(form, 0, 0).fields:
            if spot.cell.field == column:
                caption, value = split_cell(spot.caption)[0], split_cell(spot.value)[0]
                found[caption, spot.cell.caption, value] = None
    return found


def _captioned(areas: Areas, body: Body, caption: str, text: str, value: str) -> Vector:
    captions, amounts = areas.column(body, caption), areas.column(body, value)
    return looked_up(captions, plain(text), amounts)
