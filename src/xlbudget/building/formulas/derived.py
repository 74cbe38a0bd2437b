"""Native formulas of derived cells, written from the relations that define them.

A sum over blanks shows "" (blank is not 0.00), and so does what follows from an amount that is still
to be divided (a standard's allotments): it looks at the parts first. Terms on the same sheet, and fixed rows elsewhere,
are direct references; rows of subject tables on other sheets are found by their code, so that the
formula survives when rows move there. Formula texts carry no leading "=".

What a formula comes to is what filling computes (``relations.derive``). 基础信息 may ask for the
BUDGET_ functions, or for plain values, in place of native formulas.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from xlbudget.figures import TOTAL, Cell, Place
from xlbudget.money import STANDARD_PLACES
from xlbudget.rules.grid import INFO, Grid
from xlbudget.rules.relations import allotted, definitions, expand, undivided, unit_of, value_of
from xlbudget.sheets.layout import is_form, table_layout
from xlbudget.xlsx.references import chunked, quoted, references, split_cell

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from xlbudget.figures import Book
    from xlbudget.money import Unit
    from xlbudget.rules.relations import Relation
    from xlbudget.standard.model import Standard


_LONGEST = 8000
"""Excel allows 8,192 characters in a formula."""


class Formula(NamedTuple):
    """A native formula and what it comes to over the book's printed cells."""

    text: str
    value: Cell


class _Side(NamedTuple):
    """The terms of one sign and unit: cells by sheet ("" for the formula's own), and lookups.

    A lookup is (range of codes, criterion, range of amounts).
    """

    cells: dict[str, list[str]]
    lookups: list[tuple[str, str, str]]

    def references(self) -> list[str]:
        return [
            reference
            for sheet, cells in self.cells.items()
            for reference in references(sheet, cells)
        ]


def book_formulas(standard: Standard, book: Book) -> dict[Place, Formula]:
    """Every derived cell of a placed book that can hold a formula.

    A cell that would close a circle gets none, nor one whose figures stand in no cell.
    """
    grid = Grid(standard, book)
    defined = definitions(expand(grid).relations)
    waiting = _waiting(grid, defined)
    found: dict[Place, Formula] = {}
    for number in _acyclic(grid, defined):
        text = formula_for(grid, number, defined[number])
        if text:
            value = value_of(defined[number], grid.cells, unit_of(grid, number))
            for whole, parts in waiting.get(number, ()):
                text = _once_divided(grid, whole, parts, text)
                value = None if undivided(grid.cells, whole, parts) else value
            if len(text) <= _LONGEST:
                found[grid.place(number)] = Formula(text, value)
    return found


_Divided = tuple[list[int], list[int]]


def _waiting(grid: Grid, defined: dict[int, Relation]) -> dict[int, list[_Divided]]:
    """Derived cells -> the amounts that are to be divided among cells of their table they follow from."""
    found: dict[int, list[_Divided]] = {}
    for allotment in grid.standard.allotments:
        whole, parts = allotted(grid, allotment)
        follows: dict[int, bool] = dict.fromkeys(parts, True)

        def from_parts(
            number: int, follows: dict[int, bool] = follows, block: str = allotment.parts.block
        ) -> bool:
            if number not in follows:
                follows[number] = False
                relation = defined.get(number)
                follows[number] = relation is not None and any(
                    grid.block_of(part) == block and from_parts(part)
                    for _, part in relation.terms[1:]
                )
            return follows[number]

        for number in defined if whole and parts else ():
            inside = grid.block_of(number) == allotment.parts.block and number not in parts
            if inside and from_parts(number):
                found.setdefault(number, []).append((whole, parts))
    return found


def _once_divided(grid: Grid, whole: Sequence[int], parts: Sequence[int], text: str) -> str:
    """``text``, but "" while there is something to divide and no part has a figure."""
    home = grid.place(parts[0]).sheet
    cells = references("", [grid.place(number).cell for number in parts])
    count = "+".join(f"COUNT({','.join(piece)})" for piece in chunked(cells))
    place = grid.place(whole[0])
    (of,) = references("" if place.sheet == home else place.sheet, [place.cell])
    return f'IF(AND({count}=0,SUM({of})<>0),"",{text})'


def formula_for(grid: Grid, number: int, relation: Relation) -> str:
    """The formula of a derived cell of a placed book; "" where none can express it."""
    home, unit = grid.place(number), unit_of(grid, number)
    if not home.cell:
        return ""
    plan = _plan(grid, home.sheet, relation)
    if not plan or not _complete(grid, relation):
        return ""
    mixed = any(of != unit for _, of in plan)
    places = min(STANDARD_PLACES, unit.max_places) if mixed else unit.max_places
    # How many of the terms hold a number; their signed sum, in which what is added comes first.
    direct = [reference for side in plan.values() for reference in side.references()]
    counts = [f"COUNT({','.join(part)})" for part in chunked(direct)]
    sums = []
    for (sign, of), side in sorted(plan.items(), key=lambda item: -item[0][0]):
        parts = [f"SUM({','.join(part)})" for part in chunked(side.references())]
        parts += [f"SUMIF({codes},{what},{cells})" for codes, what, cells in side.lookups]
        sums += [("+" if sign > 0 else "-") + part + _scaled(of, unit) for part in parts]
    lookups = [lookup for side in plan.values() for lookup in side.lookups]
    counts += [f'COUNTIFS({codes},{what},{cells},"<1E99")' for codes, what, cells in lookups]
    total = "".join(sums).removeprefix("+")
    text = f'IF({"+".join(counts)}=0,"",ROUND({total},{places}))'
    return text if len(text) <= _LONGEST else ""


def _scaled(of: Unit, unit: Unit) -> str:
    """What turns amounts of one unit into another's."""
    if of.fen == unit.fen:
        return ""
    return f"*{of.fen // unit.fen}" if of.fen > unit.fen else f"/{unit.fen // of.fen}"


def _complete(grid: Grid, relation: Relation) -> bool:
    """Whether every figure that takes part stands in a cell (a form may lack a line for one)."""
    return all(
        grid.place(number).cell or grid.cells[number] is None for _, number in relation.terms[1:]
    )


def _plan(grid: Grid, home: str, relation: Relation) -> dict[tuple[int, Unit], _Side]:
    """The terms of the right side by sign and unit."""
    plan: dict[tuple[int, Unit], _Side] = {}
    for (block, column, sign), numbers in _groups(grid, relation).items():
        side = plan.setdefault((sign, unit_of(grid, numbers[0])), _Side({}, []))
        sheet = grid.place(numbers[0]).sheet
        found = _lookups(grid, block, column, numbers) if sheet != home else None
        if found is not None:
            side.lookups.extend(found)
        else:
            cells = side.cells.setdefault("" if sheet == home else sheet, [])
            cells.extend(grid.place(number).cell for number in numbers)
    return plan


def _groups(grid: Grid, relation: Relation) -> dict[tuple[str, int, int], list[int]]:
    """(block, column, sign) -> the numbers of the terms, in the relation's order."""
    groups: dict[tuple[str, int, int], list[int]] = {}
    for sign, number in relation.terms[1:]:
        if grid.place(number).cell:
            spot = grid.spot(number)
            groups.setdefault((spot.block, spot.column, -sign), []).append(number)
    return groups


def _lookups(
    grid: Grid, block: str, column: int, numbers: Sequence[int]
) -> list[tuple[str, str, str]] | None:
    """The terms as lookups by code, or None where codes do not single them out."""
    if block == INFO or not (lookup := _code_column(grid, block)):
        return None
    keys = [_key(grid, number) for number in numbers]
    if not all(keys):
        return None
    sheet, letter, first, last, total = lookup
    data = grid.data(block)
    assert data is not None
    codes = f"{sheet}${letter}${first}:${letter}${last}"
    sums = f"{sheet}{data.letters[column]}${first}:{data.letters[column]}${last}"
    pattern = _pattern(grid, block, keys) if len(keys) > 1 else ""
    criteria = [pattern] if pattern else [total if key == TOTAL else key for key in keys]
    return [(codes, f'"{criterion}"', sums) for criterion in criteria]


def _code_column(grid: Grid, block: str) -> tuple[str, str, int, int, str] | None:
    """Sheet prefix, letter, first and last line of the column of whole codes, and 合计."""
    spec = grid.standard.blocks[block]
    if spec.body not in ("subject", "unit", "project"):
        return None
    table = grid.standard.table_of(spec)
    layout = table_layout(grid.standard, table)
    own = next(one for one in layout.blocks if one.block.key == block)
    letter = own.code or own.letters[0]
    return f"{quoted(table.sheet)}!", letter, layout.first, layout.last, spec.total


def _key(grid: Grid, number: int) -> str:
    """The code that finds a row by itself: a subject's or 合计; "" where several rows have it."""
    block, row, _ = grid.spot(number)
    data = grid.data(block)
    if row.kind not in ("subject", TOTAL) or data is None:
        return ""
    alike = sum(one.key == row.key for one in data.rows)
    return row.key if alike == 1 and (row.kind == TOTAL or row.key.isdigit()) else ""


def _pattern(grid: Grid, block: str, keys: Sequence[str]) -> str:
    """``201??`` where that selects exactly the rows of ``keys``, else ""."""
    data = grid.data(block)
    lengths = {len(key) for key in keys}
    if data is None or TOTAL in keys or len(lengths) != 1:
        return ""
    length = lengths.pop()
    known = grid.standard.subjects[grid.standard.blocks[block].subjects].lengths
    for cut in (*(number for number in reversed(known) if number < length), 0):
        prefix = keys[0][:cut]
        selected = [
            row.key
            for row in data.rows
            if row.kind == "subject" and len(row.key) == length and row.key.startswith(prefix)
        ]
        if sorted(selected) == sorted(keys):
            return prefix + "?" * (length - cut)
    return ""


def _acyclic(grid: Grid, defined: dict[int, Relation]) -> list[int]:
    """The derived cells without those that would close a circle of formulas."""
    open_, formula, constant = 1, 2, 3
    state: dict[int, int] = {}

    def settle(number: int) -> None:
        state[number] = open_
        closing = False
        for part in _precedents(grid, defined[number]):
            if part in defined:
                if part not in state:
                    settle(part)
                closing = closing or state[part] == open_
        state[number] = constant if closing else formula

    for number in defined:
        if number not in state:
            settle(number)
    return [number for number in defined if state[number] == formula]


def _precedents(grid: Grid, relation: Relation) -> Iterator[int]:
    """The cells that a formula reads: a lookup reads the whole column, whatever it finds there."""
    home = grid.place(relation.target).sheet
    for (block, column, _), numbers in _groups(grid, relation).items():
        away = grid.place(numbers[0]).sheet != home
        data = grid.data(block)
        if away and data is not None and block != INFO and _code_column(grid, block):
            yield from (grid.number(block, row, column) for row in range(len(data.rows)))
        else:
            yield from numbers


SETTING = "subtotal_formula"
"""The field of 基础信息; anything but the two below means native formulas."""
FUNCTIONS, VALUES = "Python 函数", "数值"


def chosen_formulas(
    standard: Standard, placed: Book, native: Mapping[Place, Formula]
) -> Mapping[Place, Formula]:
    """The formulas that the setting asks for, of a placed book whose native ones are given.

    Functions stand only where a subject's rows are added up; other derived cells keep their native
    formulas. Without Python, functions show ``#NAME?``; values do not follow their leaves.
    """
    setting = placed.text(SETTING)
    if setting == VALUES:
        return {}
    if setting != FUNCTIONS:
        return native
    asked = dict(_functions(standard, placed))
    return {
        place: Formula(asked[place], one.value) if place in asked else one
        for place, one in native.items()
    }


def _functions(standard: Standard, placed: Book) -> Iterator[tuple[Place, str]]:
    """The cells of subjects' subtotals and totals, with the functions that give them.

    A function is given the rows below its own cell (a total: above), never the cell itself.
    """
    layouts = {}
    for table in standard.tables:
        if is_form(table):
            continue
        layout = table_layout(standard, table)
        for one in layout.blocks:
            columns = one.block.of_kind("code")
            if one.block.body == "subject" and len(columns) == 1:
                layouts[one.block.key] = (one.letters[columns[0]], layout.first, layout.last)
    grid = Grid(standard, placed)
    for number, relation in definitions(expand(grid).relations).items():
        spot, place = grid.spot(number), grid.place(number)
        parts = [grid.place(term) for _, term in relation.terms[1:]]
        if spot.block not in layouts or not place.cell or not parts:
            continue
        if any(one.sheet != place.sheet or not one.cell for one in parts):
            continue
        codes, first, last = layouts[spot.block]
        amounts, line = split_cell(place.cell)
        letters, lines = zip(*(split_cell(place.cell) for place in parts), strict=True)
        if set(letters) != {amounts}:
            continue
        if spot.row.key == TOTAL and max(lines) < line:
            above = (f"{letter}{first}:{letter}{line - 1}" for letter in (codes, amounts))
            yield place, f"BUDGET_TOTAL({','.join(above)})"
        elif spot.row.key != TOTAL and min(lines) > line:
            below = (f"{letter}{line + 1}:{letter}{last}" for letter in (codes, amounts))
            yield place, f"BUDGET_SUBTOTAL({codes}{line},{','.join(below)})"
