"""The headings of a detail export: where they stand, and what each column holds."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.importing.ledger.vocabulary import Meaning, Money, bare
from xlbudget.sheets.cells import Grid, heading_unit, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlbudget.importing.ledger.vocabulary import Vocabulary
    from xlbudget.money import Unit
    from xlbudget.sheets.cells import Sheet
    from xlbudget.standard.ledger import LedgerStandard
    from xlbudget.standard.model import Standard

_SEARCHED = 30
"""Headings stand among the first lines of a sheet."""
_DEEPEST = 3
_FEWEST = 3
"""So many columns of the ledger beside amounts make a sheet a detail export."""
_CODES = ("科目编码", "科目代码", "编码", "代码", "科目")
"""What stands above the digits of a code that has a column for each level."""


class ExportColumn(NamedTuple):
    """A column (``at`` from 0) with its heading: of the ledger, of amounts, or of neither.

    A code that has a column for each level has the level's name for its role.
    """

    at: int
    heading: str
    meaning: Meaning | None = None
    money: Money | None = None
    unit: Unit | None = None


class Headings(NamedTuple):
    """All columns with a heading; the lines (from 0) of the first heading and of the first below them."""

    first: int
    body: int
    columns: tuple[ExportColumn, ...]

    @property
    def layout(self) -> str:
        """The same for all exports with these headings, in this order."""
        plain = "\n".join(bare(column.heading) for column in self.columns)
        return sha256(plain.encode()).hexdigest()[:16]

    @property
    def strength(self) -> int:
        """How many different things the headings name."""
        keys = {column.meaning.key for column in self.columns if column.meaning}
        amounts = {
            (*sorted(column.money.fixed.items()), *column.money.classes, column.money.total)
            for column in self.columns
            if column.money
        }
        return len(keys) + len(amounts)


def _of_ledger(ledger: LedgerStandard, headings: Headings) -> bool:
    """Whether they are those of a detail export: amounts, a code, and more of the ledger's columns."""
    kinds = {column.key: column.kind for column in ledger.columns if column.kind != "text"}
    named = {
        column.meaning.key for column in headings.columns if column.meaning and not column.money
    }
    amounts = any(column.money for column in headings.columns)
    code = any(kinds.get(key) == "code" for key in named)
    return amounts and code and len(named & kinds.keys()) >= _FEWEST


def find_headings(standard: Standard, words: Vocabulary, sheet: Sheet) -> Headings | None:
    """The headings of a detail export on a sheet; None where it is something else."""
    grid = Grid(sheet, 0, len(sheet.lines))
    best: Headings | None = None
    for depth in range(1, _DEEPEST + 1):
        for top in range(min(_SEARCHED, grid.bottom - depth + 1)):
            headings = Headings(
                top, top + depth, tuple(_columns(standard, words, grid, top, depth))
            )
            if _of_ledger(words.ledger, headings) and (
                best is None or headings.strength > best.strength
            ):
                best = headings
    return best and best._replace(columns=tuple(_settled(words, sheet, best)))


def _columns(
    standard: Standard, words: Vocabulary, grid: Grid, top: int, depth: int
) -> Iterator[ExportColumn]:
    """The columns below the headings in ``depth`` lines; a group's name stands above its first column."""
    ledger = words.ledger
    function = next(column for column in ledger.columns if column.kind == "code")
    levels = standard.subjects[function.subjects].levels
    groups = [""] * depth
    for at in range(grid.left, grid.right):
        path: list[str] = []
        below = [grid.covered(line, at) for line in range(top, top + depth)]
        for place, own in enumerate(below):
            if own:
                groups[place:] = [own, *[""] * (depth - place - 1)]
            text = own or (groups[place] if any(below[place + 1 :]) else "")
            if text and text not in path[-1:]:
                path.append(text)
        if not path:
            groups = [""] * depth
            continue
        whole = tuple(path)
        unit = next(filter(None, map(heading_unit, reversed(whole))), None)
        meaning, money = words.meaning(whole), words.money(whole)
        if whole[-1] in levels and len(whole) > 1:
            above = words.meaning(whole[:-1])
            if above and ledger.column(above.key).kind == "code":
                meaning = above._replace(role=whole[-1])
            elif bare(whole[-2]) in _CODES:
                meaning = Meaning(function.key, whole[-1])
        yield ExportColumn(
            at, "/".join(" ".join(part.split()) for part in whole), meaning, money, unit
        )


def _settled(words: Vocabulary, sheet: Sheet, headings: Headings) -> Iterator[ExportColumn]:
    """The columns, each of the ledger or of amounts: what may be either is told by its cells."""
    for column in headings.columns:
        meaning = column.meaning
        if meaning is None or column.money is None:
            yield column
            continue
        texts = {text_of(line[column.at]) for line in sheet.lines[headings.body :]} - {""}
        chosen = meaning.key in words.choices and any(
            words.choice(meaning.key, text) is not None for text in texts
        )
        yield column._replace(money=None) if chosen else column._replace(meaning=None)
