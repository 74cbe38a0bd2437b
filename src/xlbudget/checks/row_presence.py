"""Row presence: rows that are missing, or named otherwise, and the book as it would be with them.

Of two tables that must have the same rows, one may lack a row that the other has; or it has the
same figures under another code or name. Of a table without such a partner, the sums tell: what a
subject's lower rows lack in every column is a lower row that is not there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from xlbudget.checks.grade import graded_book
from xlbudget.checks.wording import column_label, table_place
from xlbudget.figures import TOTAL, BlockData, Row, Unreadable
from xlbudget.findings import Finding, Level
from xlbudget.money import Amount
from xlbudget.rules.grid import INFO, Grid
from xlbudget.rules.relations import expand, unit_of
from xlbudget.standard.model import ALL

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from xlbudget.checks.formulas import Formulas
    from xlbudget.checks.identities import Identities
    from xlbudget.figures import Book, Cell
    from xlbudget.rules.relations import Gap, Relation

_MOST_GAPS = 20
"""With more rows missing, the tables are unfinished, and their figures cannot be judged."""
_UNNAMED = "？"


class Renamed(NamedTuple):
    """A row of ``block`` that stands under ``key`` and is ``right`` in another table."""

    block: str
    key: str
    right: str
    gap: Gap


class Completed(NamedTuple):
    """The book with the missing rows; what was added (block, key), renamed, and which gaps remain."""

    book: Book
    added: dict[tuple[str, str], Gap]
    renamed: list[Renamed]


def completed(grid: Grid, gaps: Iterable[Gap]) -> Completed:
    """The book behind ``grid`` with a row for every gap."""
    wanted: dict[tuple[str, str], Gap] = {}
    for gap in gaps:
        if INFO not in (gap.present, gap.absent):
            wanted.setdefault((gap.absent, gap.key), gap)
    renamed = list(_renamed(grid, wanted))
    for one in renamed:
        other = one.gap.present
        for pair in ((one.block, one.right), (other, one.key)):
            wanted.pop(pair, None)
    if len(wanted) > _MOST_GAPS:
        wanted = {}
    rows = {block: list(data.rows) for block, data in grid.book.blocks.items()}
    for one in renamed:
        rows[one.block] = [
            row._replace(key=one.right) if row.key == one.key else row for row in rows[one.block]
        ]
    for (block, key), gap in wanted.items():
        _insert(grid, rows[block], block, key, gap)
    changed = {block for block, _ in wanted} | {one.block for one in renamed}
    blocks = {
        block: BlockData.of(rows[block], grid.book.blocks[block].letters) for block in changed
    }
    return Completed(grid.book.with_blocks(blocks), wanted, renamed)


def _renamed(grid: Grid, wanted: dict[tuple[str, str], Gap]) -> Iterator[Renamed]:
    """Rows that each of two tables lacks of the other, with the same figures."""
    used: set[tuple[str, str]] = set()
    # The lacking and the having table, and the first figure of the row -> such rows, the first one last.
    others: dict[tuple[str, str, int], list[tuple[str, Gap]]] = {}
    for (present, other), back in reversed(wanted.items()):
        row = grid.row(back.present, other)
        for figure in row.fens[:1] if row else ():
            others.setdefault((present, back.present, figure), []).append((other, back))
    for (absent, key), gap in wanted.items():
        present, there = gap.present, grid.row(gap.present, key)
        for figure in there.fens[:1] if there else ():
            fitting = others.get((present, absent, figure), [])
            while fitting and (present, fitting[-1][0]) in used:
                fitting.pop()
            if (absent, key) in used or not fitting:
                continue
            other, back = fitting.pop()
            here = grid.row(absent, other)
            assert here is not None
            assert there is not None
            used |= {(absent, key), (present, other)}
            if _trusted(grid, absent, here) and not _trusted(grid, present, there):
                yield Renamed(present, key, other, back)
            else:
                yield Renamed(absent, other, key, gap)


def _trusted(grid: Grid, block: str, row: Row) -> bool:
    """Whether a row's code and name are those of the subject list."""
    spec = grid.standard.blocks[block]
    if row.kind != "subject":
        return False
    known = grid.standard.subjects[spec.subjects].find(row.key, grid.book.year)
    return known is not None and row.label in (known.name, *known.aliases)


def _insert(grid: Grid, rows: list[Row], block: str, key: str, gap: Gap) -> None:
    """A row without figures, where it belongs."""
    spec = grid.standard.blocks[block]
    present = grid.row(gap.present, key)
    label = present.label if present else key
    kind = {"subject": "subject", "unit": "unit", "project": "item", "form": "form"}.get(
        spec.body, "class"
    )
    parent = _group(grid, block, present) if kind == "item" else ""
    row = Row(key, kind, label, (None,) * len(spec.amounts), parent=parent)
    if kind in ("subject", "class"):
        later = (at for at, one in enumerate(rows) if one.kind == kind and one.key > key)
    else:
        later = (at + 1 for at, one in enumerate(rows) if parent and one.key == parent)
    end = next((at for at, one in enumerate(rows) if one.key == TOTAL), len(rows))
    rows.insert(next(later, end), row)


def _group(grid: Grid, block: str, present: Row | None) -> str:
    """The group whose sum lacks what the row has in another table."""
    data = grid.data(block)
    lacking = present.cells[0] if present else None
    if data is None or not isinstance(lacking, Amount):
        return ""
    best, least = "", None
    for row in data.rows:
        whole = row.cells[0]
        if row.kind == "group" and isinstance(whole, Amount):
            off = whole.fen - lacking.fen
            for one in data.rows:
                part = one.cells[0]
                if one.parent == row.key and isinstance(part, Amount):
                    off -= part.fen
            if least is None or abs(off) < least:
                best, least = row.key, abs(off)
    return best


class Lack(NamedTuple):
    """The book with one more row of ``block``, below ``above`` (empty: of the first level).

    ``first`` is the row from which on lower rows belong to it, where it is their group. Where the
    row is there and only its figures are missing, the book is as it was, and ``blank`` is true.
    """

    book: Book
    block: str
    above: str
    key: str
    first: str = ""
    blank: bool = False


def lacking_rows(
    grid: Grid, book: Book, identities: Identities, cells: Collection[int]
) -> Iterator[Lack]:
    """A row for each sum that lacks something, or has too much, and has a cell in doubt."""
    seen: set[tuple[str, str]] = set()
    for number in sorted(identities.broken):
        relation = identities.relations[number]
        lead = relation.terms[0][1]
        block = grid.block_of(lead)
        sums = [term.ref for term in relation.equation.right if term.ref.how == ALL]
        if block == INFO or not sums or sums[0].block != block or relation.left != 1:
            continue
        row = grid.spot(lead).row
        above = row.key if sums[0].which == "child" else ""
        if lead not in cells or (block, above) in seen:
            continue
        seen.add((block, above))
        if identities.residuals[number] > 0:
            yield from _blank_rows(grid, book, identities, number)
            yield from _with_child(grid, book, block, above, row.key)
        elif above:
            yield from _with_group(grid, book, block, above)


def _blank_rows(grid: Grid, book: Book, identities: Identities, number: int) -> Iterator[Lack]:
    """Rows that a sum takes in and that are blank throughout."""
    relation = identities.relations[number]
    for _, cell in relation.terms[1:]:
        block, row, _ = grid.spot(cell)
        if all(identities.cells[number] is None for number in grid.row_numbers(block, row.key)):
            yield Lack(book, block, "", row.key, blank=True)


def _with_child(grid: Grid, book: Book, block: str, above: str, parent: str) -> Iterator[Lack]:
    """A lower row of ``above``."""
    spec = grid.standard.blocks[block]
    data = book.blocks[block]
    cells = (None,) * len(spec.amounts)
    if spec.body == "subject":
        key = _free_code(grid, block, above, data.rows)
        row = Row(key, "subject", _UNNAMED, cells)
    elif spec.body == "project":
        key = _UNNAMED if above else f"group:{_UNNAMED}"
        row = Row(key, "item" if above else "group", _UNNAMED, cells, parent=above)
    elif spec.body == "unit":
        key = _UNNAMED
        row = Row(key, "unit", _UNNAMED, cells)
    else:
        return
    if key and key not in data.by_key:
        after = data.by_key[parent] + (1 if above else 0)
        rows = [*data.rows[:after], row, *data.rows[after:]]
        made = book.with_blocks({block: BlockData.of(rows, data.letters)})
        yield Lack(made, block, above, key)


def _with_group(grid: Grid, book: Book, block: str, above: str) -> Iterator[Lack]:
    """A group between the items of ``above``: without its line they seem to belong there."""
    data = book.blocks[block]
    key = f"group:{_UNNAMED}"
    if grid.standard.blocks[block].body != "project" or key in data.by_key:
        return
    inside = [at for at, row in enumerate(data.rows) if row.parent == above]
    for first in inside:
        group = Row(key, "group", _UNNAMED, (None,) * len(data.rows[first].cells))
        later = [
            row._replace(parent=key) if row.parent == above else row for row in data.rows[first:]
        ]
        rows = [*data.rows[:first], group, *later]
        made = book.with_blocks({block: BlockData.of(rows, data.letters)})
        yield Lack(made, block, "", key, data.rows[first].label)


def _free_code(grid: Grid, block: str, above: str, rows: Sequence[Row]) -> str:
    """A code of the level below that no row has."""
    subjects = grid.standard.subjects[grid.standard.blocks[block].subjects]
    level = subjects.level(above) if above else 0
    if level >= len(subjects.lengths):
        return ""
    digits = subjects.lengths[level] - len(above)
    taken = {row.key for row in rows}
    codes = (f"{above}{number:0{digits}d}" for number in range(10**digits - 1, -1, -1))
    return next((code for code in codes if code not in taken), "")


_MOST = 3
"""With more rows missing, the tables are unfinished or of different versions."""


def missing_rows(grid: Grid, formulas: Formulas) -> Iterator[tuple[Finding, Book]]:
    """A finding for each row that one table lacks and another has, and the book with it and those before.

    With the figures that other tables give it.
    """
    if not _gaps(grid):
        return
    standard, book = grid.standard, grid.book
    followed = formulas.following(book)
    if graded_book(standard, followed).found.virtual is not None:
        return  # a table that is not filled in to its end lacks rows, and is told as that
    grid = Grid(standard, followed)
    gaps = _gaps(grid)
    if not gaps:
        return
    done = completed(grid, gaps)
    if done.renamed or not done.added or len({key for _, key in done.added}) > _MOST:
        return
    if any(book.blocks[block].empty for block, _ in done.added):
        return
    whole = Grid(standard, done.book)
    rows = {(block, key): whole.row_numbers(block, key) for block, key in done.added}
    new = {number: block for (block, _), numbers in rows.items() for number in numbers}
    known = _settled(whole, new)
    edits: dict[int, Cell] = {number: known.get(number, Unreadable("缺行")) for number in new}
    mended = whole.with_edits(edits).as_book()
    for pair, gap in done.added.items():
        figures = {number: known[number] for number in rows[pair] if number in known}
        yield _missing_row_finding(whole, gap, figures), mended


def _gaps(grid: Grid) -> list[Gap]:
    return [gap for gap in expand(grid, live_only=True).gaps if gap.key != TOTAL]


def _settled(grid: Grid, new: Mapping[int, str]) -> dict[int, Amount]:
    """What other tables' figures make of the ``new`` cells (each with its block)."""
    relations = [
        relation
        for relation in expand(grid).relations
        if relation.equation.check and relation.equation.relation == "=" and not relation.rule.soft
        and any(cell in new for _, cell in relation.terms) and _apart(grid, relation, new)
    ]  # fmt: skip
    known: dict[int, Amount] = {}
    while True:
        found = {}
        for one in relations:
            lost = [(sign, cell) for sign, cell in one.terms if cell in new and cell not in known]
            value = _solved(grid, one, lost[0], known) if len(lost) == 1 else None
            if value is not None:
                found[lost[0][1]] = value
        if not found:
            return known
        known |= found


def _apart(grid: Grid, one: Relation, new: Mapping[int, str]) -> bool:
    """Whether a relation has, of the table with the new row, only cells of that row: its sums may lack it."""
    blocks = {new[cell] for _, cell in one.terms if cell in new}
    return all(cell in new or grid.block_of(cell) not in blocks for _, cell in one.terms)


def _solved(
    grid: Grid, one: Relation, lost: tuple[int, int], known: dict[int, Amount]
) -> Amount | None:
    total, amounts = 0, 0
    for sign, cell in one.terms:
        if cell == lost[1]:
            continue
        value = known.get(cell, grid.cells[cell])
        if isinstance(value, Unreadable):
            return None
        if isinstance(value, Amount):
            total += sign * value.fen
            amounts += 1
    return Amount(-lost[0] * total, unit_of(grid, lost[1])) if amounts else None


def _missing_row_finding(grid: Grid, gap: Gap, known: Mapping[int, Amount]) -> Finding:
    standard, book = grid.standard, grid.book
    data = book.blocks[gap.absent]
    row = grid.row(gap.present, gap.key) if gap.present != INFO else None
    name = gap.key.removeprefix("group:")
    if row is not None and row.kind == "subject":
        name = f"{row.key} {row.label}"
    title, sheet = table_place(standard, book, gap.absent)
    has = table_place(standard, book, gap.present)[0] if row else "基础信息"
    below = (row.line for row in data.rows[data.by_key[gap.key] :] if row.line)
    line = next(below, max((row.line for row in data.rows), default=0))
    figures = "、".join(
        f"{column_label(grid, number)} {value.text}" for number, value in known.items() if value.fen
    )
    what = "这个项目的绩效目标表" if standard.blocks[gap.absent].body == "form" else "这一行"
    message = (
        f"{has}有“{name}”，{title}却没有{what}；请补上"
        f"{f'（按其余各表：{figures}）' if figures else ''}，或核对名称、编码是否一致。"
    )
    cell, key = f"A{line}" if line else "", name.split(" ")[0]
    return Finding(gap.rule.code, Level(gap.rule.level), message, title, sheet, cell, key)
