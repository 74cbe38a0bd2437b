"""Random budgets of any standard that are right: drawn from what its rules say, and each cell rounded by itself.

Every rule's equation is a sum that comes to nought (or to no less), so multiples and sums of right budgets are right. A
solver finds some of whole 分 with as many cells as possible above nought; a budget is a random sum of them, exact, and
then printed. Nothing here knows a table: rows are drawn from the standard's lists, bodies and prescribed rows.
"""

from __future__ import annotations

from operator import mul
from typing import TYPE_CHECKING, NamedTuple

import highspy
import numpy as np

from xlbudget.figures import TOTAL, BlockData, Book, InfoValue, Row
from xlbudget.money import COUNT, Amount
from xlbudget.rules.forms import new_form
from xlbudget.rules.grid import INFO, Grid
from xlbudget.rules.relations import expand, unit_of
from xlbudget.standard.loader import parse_ref

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator

    from xlbudget.figures import Cell
    from xlbudget.rules.relations import Relation
    from xlbudget.standard.model import Block, Standard, SubjectList

_MOST = 400
"""A cell of a pattern has so many 分 at most, if nothing demands more."""


class Budgets(NamedTuple):
    """Right budgets of one set of rows: the grid, and patterns of exact 分, cell by cell, that may be added up."""

    grid: Grid
    patterns: tuple[tuple[int, ...], ...]

    def draw(self, rng: random.Random, *, exact: bool = False) -> Book:
        """One of them, printed; an ``exact`` one has nothing to round."""
        steps = [block.unit.fen // 100 for block in self.grid.standard.blocks.values()]
        most, step = (10**3, max(steps)) if exact else (10**5, 1)
        weights = [rng.randrange(1, most) * step for _ in self.patterns]
        counts = [unit_of(self.grid, number) == COUNT for number in range(len(self.grid.cells))]
        fens_of = [
            sum(fens) if count else sum(map(mul, weights, fens))
            for count, *fens in zip(counts, *self.patterns, strict=True)
        ]
        return _printed(self.grid, fens_of)


def random_budgets(standard: Standard, rng: random.Random, leaves: int = 8) -> Budgets:
    """Rows at random, with so many subjects of the lowest level, and some right budgets of these rows.

    Raises:
        ValueError: the solver finds none.
    """
    year = rng.randrange(max(standard.first, 2023), min(standard.last, 2027) + 1)
    chosen = {key: _codes(rng, one, year, leaves) for key, one in standard.subjects.items()}
    blocks = {
        key: BlockData.of(tuple(_rows(standard, block, chosen, year)))
        for key, block in standard.blocks.items()
    }
    info = {key: InfoValue(_text(standard, key, year)) for key in standard.fields}
    book = Book("random", standard.id, year, info, blocks)
    # Of the conditions some hold: nothing stands in their cells. Then there are other relations.
    blank = Grid(standard, book)
    nought = {
        number
        for condition in standard.conditions.values()
        if rng.random() < 0.5  # one in two
        for ref in condition.zero
        for number in blank.numbers_of(ref)
    }
    cells: list[Cell] = [
        None if number in nought else Amount(standard.unit.fen, unit_of(blank, number))
        for number in range(len(blank.cells))
    ]
    grid = blank.with_cells(cells)
    relations = expand(grid).relations
    patterns = [_solved(rng, grid, relations, nought) for _ in range(3)]
    return Budgets(grid, tuple(patterns))


def _codes(rng: random.Random, subjects: SubjectList, year: int, leaves: int) -> list[str]:
    """Subjects of the lowest level, with all above them, in their order."""
    known = {
        one.code
        for one in subjects.subjects
        if one.valid(year) and subjects.find(one.code, year) is not None
    }
    lowest = sorted(
        code
        for code in known
        if len(code) == subjects.lengths[-1] and known.issuperset(subjects.parents(code))
    )
    drawn = rng.sample(lowest, min(leaves, len(lowest)))
    return sorted({*drawn, *(parent for code in drawn for parent in subjects.parents(code))})


def _text(standard: Standard, key: str, year: int) -> str | Cell:
    """What 基础信息 says: defaults, and what must be said."""
    field = standard.fields[key]
    if field.kind == "year":
        return str(year)
    if key == "standard":
        return standard.id
    if field.kind in ("amount", "count"):
        return None
    return field.default or (
        field.choices[0] if field.choices else "某局" if field.required else ""
    )


def _rows(
    standard: Standard, block: Block, chosen: dict[str, list[str]], year: int
) -> Iterator[Row]:
    blank = (None,) * len(block.amounts)
    texts = ("",) * len(block.of_kind("text"))
    if block.body == "fixed":
        for spec in block.rows:
            if not spec.slot:
                yield Row(spec.key, "fixed", spec.label, blank)
                continue
            subjects = standard.subjects[block.subjects]
            for code in chosen[block.subjects]:
                if subjects.level(code) == 1:
                    yield Row(code, "class", _name(subjects, code, year), blank)
        return
    if block.body == "subject":
        subjects = standard.subjects[block.subjects]
        for code in chosen[block.subjects]:
            yield Row(code, "subject", _name(subjects, code, year), blank)
    elif block.body == "unit":
        yield from (Row(name, "unit", name, blank) for name in ("某局（本级）", "某中心"))
    elif block.body == "project":
        for group, items in (("运转项目", ("设备运行",)), ("专项工作", ("信息化", "宣传"))):
            yield Row(f"group:{group}", "group", group, blank, texts)
            yield from (Row(item, "item", item, blank, texts, f"group:{group}") for item in items)
    elif block.body == "form":
        yield from (Row(name, "form", name, blank) for name in ("设备运行", "信息化", "宣传"))
    if block.total:
        yield Row(TOTAL, "total", block.total, blank)


def _name(subjects: SubjectList, code: str, year: int) -> str:
    found = subjects.find(code, year)
    assert found is not None
    return found.name


def _solved(
    rng: random.Random, grid: Grid, relations: list[Relation], nought: set[int]
) -> tuple[int, ...]:
    """Whole 分 for which all relations hold, with as much as possible in as many cells as possible."""
    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    count, free = len(grid.cells), highspy.kHighsInf
    fields = grid.standard.fields.values()
    held = {one.key for one in fields if one.default or one.summed == "limit"}
    nought = nought | {
        number
        for number in range(count)
        if grid.block_of(number) == INFO and grid.spot(number).row.key in held
    }
    for number in range(count):
        solver.addVar(0.0, 0.0 if number in nought else free)
    for number in range(count):  # what counts of a cell: no more than a random amount
        solver.addVar(0.0, float(rng.randrange(_MOST)))
        pair = np.array([number, count + number], dtype=np.int32)
        solver.addRow(0.0, free, 2, pair, np.array([1.0, -1.0]))
    for relation in relations:
        signs: dict[int, int] = {}
        for sign, number in relation.terms:
            signs[number] = signs.get(number, 0) + sign
        upper = 0.0 if relation.equation.relation == "=" else free
        at, by = np.array(list(signs), dtype=np.int32), np.array(list(signs.values()), dtype=float)
        solver.addRow(0.0, upper, len(signs), at, by)
    cost = [0.001] * count + [-1.0] * count
    solver.changeColsCost(2 * count, np.arange(2 * count, dtype=np.int32), np.array(cost))
    solver.run()
    found = [round(value) for value in list(solver.getSolution().col_value)[:count]]
    for relation in relations:
        total = sum(sign * found[number] for sign, number in relation.terms)
        if total < 0 or (total and relation.equation.relation == "="):
            raise ValueError(str(relation.equation.text))
    return tuple(found)


def _printed(grid: Grid, exact: list[int]) -> Book:
    """The book with these amounts, each rounded by itself: rows of subjects without money are left out."""
    standard = grid.standard
    cells: list[Cell] = []
    for number, fen in enumerate(exact):
        unit = unit_of(grid, number)
        amount = Amount(fen, COUNT, 0) if unit == COUNT else Amount(fen).rounded(unit)
        cells.append(amount if amount.fen or fen else None)
    for rule in standard.rules:  # vehicles are planned where money for them is budgeted
        if rule.check == "vehicle_plan":
            money, planned = (
                grid.numbers_of(parse_ref(rule.argument(name)))[0] for name in ("money", "planned")
            )
            cells[planned] = Amount(1, COUNT, 0) if cells[money] else None
    book = grid.as_book(cells)
    blocks = {}
    for key, data in book.blocks.items():
        rows = data.rows
        if standard.blocks[key].body != "fixed":
            rows = tuple(row for row in rows if any(row.cells) or row.kind in ("item", "form"))
        blocks[key] = BlockData.of(rows)
    info = dict(grid.book.info)
    for key in info:
        at = grid.number_at(INFO, key, "value")
        if at is not None:
            info[key] = InfoValue(cells[at])
    defaults = {
        key: InfoValue(Amount(int(field.default), COUNT, 0))
        for key, field in standard.fields.items()
        if field.kind == "count" and field.default
    }
    book = book._replace(blocks=blocks, info={**info, **defaults})
    notes = {
        table.key: (table.empty_statement,)
        for table in standard.tables
        if table.empty_statement and all(blocks[block.key].empty for block in table.blocks)
    }
    return _with_forms(standard, book._replace(notes=notes))


def _with_forms(standard: Standard, book: Book) -> Book:
    """The book with a form for each project, of a kind that shows every amount."""
    table = standard.form_table
    if table is None:
        return book
    amounts = set(table.blocks[0].amounts)
    kinds = [
        form.key
        for form in table.forms
        if amounts.issubset(cell.field for line in form.lines for cell in line.cells)
    ]
    rows = book.blocks[table.blocks[0].key].rows
    return book._replace(forms=tuple(new_form(standard, book, row.key, kinds[0]) for row in rows))
