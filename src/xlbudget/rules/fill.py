"""Fill in a book: rows that follow from other rows, derived cells that are blank or were written by us."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from xlbudget.characters import squash
from xlbudget.figures import TOTAL, UNFILLED, BlockData, Cell, Row, Unreadable
from xlbudget.rules.grid import INFO, Grid
from xlbudget.rules.relations import definitions, evaluate, expand
from xlbudget.rules.unfilled import CellKey
from xlbudget.standard.model import EACH
from xlbudget.standard.placeholders import fits, for_book

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from xlbudget.figures import Book
    from xlbudget.rules.relations import Relation
    from xlbudget.standard.model import Block, Standard, SubjectList


def complete_rows(standard: Standard, book: Book) -> Book:
    """``book`` with every row that its leaf rows call for, in the official order.

    Rows that exist are kept as they are (also doubled or malformed ones: those are findings);
    blank subject names are filled in from the subject list, those that it lacks from the other tables. The very
    book, if it has them all.
    """
    blocks: dict[str, BlockData] = {}
    names = _printed_names(standard, book)
    for key, data in book.blocks.items():
        block = standard.blocks[key]
        rows = list(data.rows)
        blank = (None,) * len(block.amounts)
        if block.body == "subject":
            items = standard.subjects[block.subjects]
            rows = _with_parents(rows, items, book.year, blank, names[items.key])
        elif block.body == "project":
            rows = _with_groups(rows, blank)
        if block.total:
            rows = _with_total(rows, Row(TOTAL, "total", block.total, blank))
        blocks[key] = BlockData.of(rows, data.letters)
    for key, sources in class_sources(standard).items():
        if key in blocks:
            found = (blocks[source] for source in sources if source in blocks)
            blocks[key] = _with_classes(
                standard, standard.blocks[key], blocks[key], found, book.year
            )
    same = all(
        data.rows == blocks[key].rows and not data.strays for key, data in book.blocks.items()
    )
    return book if same else book.with_blocks(blocks)


def _printed_names(standard: Standard, book: Book) -> dict[str, dict[str, str]]:
    """By list, the names of codes that it lacks, where all tables that print one print the same."""
    names: dict[str, dict[str, set[str]]] = {key: {} for key in standard.subjects}
    for key, data in book.blocks.items():
        items = standard.subjects.get(standard.blocks[key].subjects)
        for row in data.rows if items else ():
            if items and row.kind == "subject" and row.label and row.key not in items.by_code:
                names[items.key].setdefault(row.key, set()).add(row.label)
    return {
        key: {code: next(iter(labels)) for code, labels in found.items() if len(labels) == 1}
        for key, found in names.items()
    }


def _with_parents(
    rows: list[Row],
    subjects: SubjectList,
    year: int,
    blank: tuple[None, ...],
    printed: Mapping[str, str],
) -> list[Row]:
    named = _named(rows, subjects, year, printed)
    codes = {row.key for row in named if row.kind == "subject"}
    missing: dict[str, Row] = {}
    for code in codes:
        for parent in subjects.parents(code) if subjects.level(code) else ():
            if parent not in codes:
                known = subjects.find(parent, year)
                missing[parent] = Row(parent, "subject", known.name if known else "", blank)
    return sorted([*named, *missing.values()], key=lambda row: (row.kind == "total", row.key))


def _named(
    rows: Sequence[Row], subjects: SubjectList, year: int, printed: Mapping[str, str]
) -> list[Row]:
    """Subjects without a name get the list's; of a code that it lacks, the ``printed`` one."""
    named = []
    for row in rows:
        if row.kind == "subject" and not row.label:
            known = subjects.find(row.key, year)
            name = known.name if known else printed.get(row.key, "")
            named.append(row._replace(label=name) if name else row)
        else:
            named.append(row)
    return named


def with_names(standard: Standard, book: Book) -> Book:
    """The same rows, each subject that is written as a code alone with the list's name."""
    blocks = {}
    for key, data in book.blocks.items():
        block = standard.blocks[key]
        if block.body == "subject" and any(not row.label for row in data.rows):
            rows = _named(data.rows, standard.subjects[block.subjects], book.year, {})
            blocks[key] = BlockData.of(rows, data.letters)
    return book.with_blocks(blocks)


def _with_groups(rows: list[Row], blank: tuple[None, ...]) -> list[Row]:
    """Items under their group, in the order in which groups appear; a group row for each."""
    groups = {row.key: row for row in rows if row.kind == "group"}
    order = list(
        dict.fromkeys(
            row.key if row.kind == "group" else row.parent for row in rows if row.kind != "total"
        )
    )
    result: list[Row] = []
    for key in order:
        items = [row for row in rows if row.kind == "item" and row.parent == key]
        if key and key not in groups:
            first = items[0].texts
            texts = (*first[:1], *("" for _ in first[1:]))
            groups[key] = Row(key, "group", key.removeprefix("group:"), blank, texts)
            items = [
                row._replace(texts=("", *row.texts[1:])) if row.texts else row for row in items
            ]
        if key in groups:
            result.append(groups[key])
        result.extend(items)
    return result + [row for row in rows if row.kind == "total"]


def _with_total(rows: list[Row], blank: Row) -> list[Row]:
    totals = [row for row in rows if row.kind == "total"]
    others = [row for row in rows if row.kind != "total"]
    if not others:
        return totals if any(cell is not None for row in totals for cell in row.cells) else []
    return [*others, *(totals or [blank])]


def class_sources(standard: Standard) -> dict[str, list[str]]:
    """Fixed blocks whose class rows are derived from subject tables, and those tables."""
    sources: dict[str, list[str]] = {}
    for rule in standard.rules:
        for equation in rule.equations:
            lead = equation.left[0].ref if equation.derive and not equation.when else None
            if lead is None or (lead.how, lead.which) != (EACH, "class"):
                continue
            for ref in (term.ref for term in equation.right):
                if ref.how == EACH and standard.blocks[ref.block].body == "subject":
                    sources.setdefault(lead.block, []).append(ref.block)
    return sources


def _with_classes(
    standard: Standard, block: Block, data: BlockData, sources: Iterable[BlockData], year: int
) -> BlockData:
    items = standard.subjects[block.subjects]
    present = {row.key for row in data.rows if row.kind == "class"}
    names: dict[str, str] = {}
    for source in sources:
        for row in source.rows:
            if row.kind == "subject" and items.level(row.key) == 1:
                known = items.find(row.key, year)
                names[row.key] = names.get(row.key) or (known.name if known else row.label)
    # A class that has no name yet stands under its code, until it has one.
    classes = [
        row._replace(label=names.get(row.key) or row.label) if row.label == row.key else row
        for row in data.rows
        if row.kind == "class"
    ]
    blank = (None,) * len(block.amounts)
    classes += [
        Row(code, "class", name or code, blank)
        for code, name in names.items()
        if code not in present
    ]
    classes.sort(key=lambda row: row.key)
    slot = next(index for index, spec in enumerate(block.rows) if spec.slot == "class")
    before = {spec.key for spec in block.rows[:slot]}
    fixed = [row for row in data.rows if row.kind != "class"]
    above, below = ([row for row in fixed if (row.key in before) is up] for up in (True, False))
    rows = [*above, *classes, *below]
    return BlockData.of(rows, data.letters)


_MOST_ROUNDS = 6
"""Conditions depend on totals and totals on conditions; a few rounds settle them."""


class Filled(NamedTuple):
    """The filled book; the derived cells (formulas) and those of them that changed or were added."""

    book: Book
    derived: frozenset[CellKey]
    changed: frozenset[CellKey]


def fill_book(
    standard: Standard, book: Book, ours: Collection[CellKey] = (), lapsed: Collection[CellKey] = ()
) -> Filled:
    """Complete ``book``.

    ``ours`` are the cells that hold a formula: they are computed anew. Every other derived cell
    is filled where it is blank and kept where it is typed, also if it differs from its sum. Cells
    of ``lapsed`` (formulas that filling wrote under a condition) are emptied where the condition
    holds no longer. What follows from an amount that is not divided yet stays blank.
    """
    completed = complete_rows(standard, book)
    grid = Grid(standard, completed)
    keys = {number: cell_key(grid, number) for number in range(len(grid.cells))}

    def kept(number: int) -> bool:
        return grid.cells[number] is not None and keys[number] not in ours

    cells, defined = settled(grid, kept)
    derived = frozenset(keys[number] for number in defined if not kept(number))
    changed = set()
    cells = _written(grid, cells)
    for number, key in keys.items():
        if key in lapsed and number not in defined:
            cells[number] = None
        if cells[number] != grid.cells[number]:
            changed.add(key)
    filled = grid.as_book(cells)
    return Filled(filled._replace(notes=statements(standard, filled)), derived, frozenset(changed))


def recomputed(standard: Standard, book: Book, ours: Collection[CellKey]) -> Filled:
    """``book`` with the cells of ``ours`` that rules define computed anew, and nothing else filled in."""
    grid = Grid(standard, book)
    keys = [cell_key(grid, number) for number in range(len(grid.cells))]
    cells, defined = settled(grid, lambda number: keys[number] not in ours)
    cells = _written(grid, cells)
    derived = frozenset(keys[number] for number in defined if keys[number] in ours)
    changed = {
        key
        for key, now, before in zip(keys, cells, grid.cells, strict=True)
        if key in derived and now != before
    }
    return Filled(grid.as_book(cells), derived, frozenset(changed))


def _written(grid: Grid, cells: list[Cell]) -> list[Cell]:
    """The cells as they are written: what is unknown is blank, what cannot be computed as it was."""
    return [
        None if cell == UNFILLED else was if isinstance(cell, Unreadable) else cell
        for cell, was in zip(cells, grid.cells, strict=True)
    ]


def settled(grid: Grid, kept: Callable[[int], bool]) -> tuple[list[Cell], dict[int, Relation]]:
    """The computed cells and their definitions; cells for which ``kept`` is true stand.

    Whether a conditional rule applies is judged on what the cells come to, not on what is typed
    so far: a total that is still blank must not pass for zero.
    """
    cells = list(grid.cells)
    defined: dict[int, Relation] = {}
    for _ in range(_MOST_ROUNDS):
        same = grid.as_read and cells == grid.cells
        judged = grid if same else Grid(grid.standard, grid.as_book(cells))
        defined = definitions(expand(judged).relations)
        again = evaluate(grid, defined, kept)
        if again == cells:
            break
        cells = again
    return cells, defined


def cell_key(grid: Grid, number: int) -> CellKey:
    """What a numbered cell means."""
    block, row, column = grid.spot(number)
    name = "value" if block == INFO else grid.standard.blocks[block].amounts[column]
    return CellKey(block, row.key, name)


def statements(standard: Standard, book: Book) -> dict[str, tuple[str, ...]]:
    """The notes below each table with the statement of emptiness, as the book says it, added or taken away."""
    notes = dict(book.notes)
    for table in for_book(standard, book).tables:
        blocks = [book.blocks[block.key] for block in table.blocks if block.key in book.blocks]
        if not table.empty_statement or not blocks:
            continue
        others = tuple(
            note
            for note in notes.get(table.key, ())
            if not fits(note, table.spelled.statements, squash)
        )
        empty = all(data.empty for data in blocks)
        notes[table.key] = (*others, table.empty_statement) if empty else others
    return notes
