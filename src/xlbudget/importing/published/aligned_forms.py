"""Performance forms without lines: captions with their values beside them, and indicators below their headings."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from xlbudget.characters import caption
from xlbudget.importing.published.alignment import in_order, logical_lines, row_distance
from xlbudget.importing.published.elements import Line, Matrix, tidy

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from xlbudget.importing.published.elements import PrintedLine
    from xlbudget.standard.model import Form

_NEAR, _SPACED = 0.35, 0.5
"""Words that stand more letters apart are of different cells: on a page, and in a text."""
_LEVELS = 3
"""The indicators' names and the levels above them may go on in further lines, without what follows."""
_SHORTEST = 3
"""So many letters of a caption tell it."""


class _Cell(NamedTuple):
    """A text and where it begins and ends on its line."""

    text: str
    left: float
    right: float

    def below(self, other: _Cell) -> bool:
        """Whether the two stand one below the other."""
        return self.left < other.right and other.left < self.right


class FormDraft:
    """A form in the lines below its title; these end at the element ``end``."""

    def __init__(self, form: Form, printed: Sequence[PrintedLine], end: int) -> None:
        self.form, self.printed, self.end = form, printed, end
        every = [cell.caption for line in form.lines for cell in line.cells]
        self.captions = {caption(text) for text in every}
        self.groups = {caption(line.group) for line in form.lines if line.group}

    def elements(self, _ways: object) -> list[Line | Matrix] | None:
        """The lines above the form, and the form; None where its headings do not show."""
        labels = [column.label[0] for column in self.form.indicators]
        heads = in_order(self.printed, [(label,) for label in labels])
        if heads is None:
            return None
        number, last = heads[0].spots[0][0], max(place.spots[-1][0] for place in heads)
        upper = self._fields(self.printed[:number])
        first = next((at for at, row in enumerate(upper) if self._has_caption(row)), len(upper))
        own = self._own_caption(self.printed[number:])
        names = [self.form.caption, *labels] if own else labels
        places = [_Cell(place.text, place.left, place.right) for place in heads]
        columns = [own, *places] if own else places
        lower = self._indicators(self.printed[last + 1 :], columns)
        table = [[cell.text for cell in row] for row in upper[first:]]
        rows = [*table, names, *lower]
        width = max(map(len, rows))
        whole = [[*row, *[""] * (width - len(row))] for row in rows]
        above = [Line(cell.text, self.printed[0].where) for row in upper[:first] for cell in row]
        return [*above, Matrix(whole, self.printed[0].where)]

    # ------------------------------------------------------------------ captions and values

    def _fields(self, printed: Sequence[PrintedLine]) -> list[list[_Cell]]:
        """The rows above the indicators, cells from the left; values that go on below are put together."""
        limit = row_distance(printed, self._begins)
        found: list[list[_Cell]] = []
        for group in logical_lines(printed, limit, self._begins):
            row: list[_Cell] = []
            for line in group:
                for cell in self._apart(line):
                    at = next((at for at, other in enumerate(row) if cell.below(other)), None)
                    if at is not None and self._is_caption(row[at].text):
                        at = None  # a caption is whole, what stands below it is another row's
                    if at is None:
                        row.append(cell)
                    else:
                        row[at] = _joined(row[at], cell)
            row.sort(key=lambda cell: cell.left)
            if found and len(row) == 1 and self._is_value(row[0]):
                above = found[-1][-1]
                if self._is_value(above) and row[0].below(above):
                    found[-1][-1] = _joined(above, row[0])
                    continue
            found.append(row)
        return found

    def _begins(self, line: PrintedLine) -> bool:
        """Whether a line has a caption, or how one begins that its narrow column broke."""
        texts = [caption(cell.text) for cell in self._apart(line)]
        return any(
            name.startswith(text)
            for text in texts
            if len(text) >= _SHORTEST
            for name in self.captions
        )

    def _has_caption(self, row: Sequence[_Cell]) -> bool:
        return any(not self._is_value(cell) for cell in row)

    def _is_value(self, cell: _Cell) -> bool:
        plain = caption(cell.text)
        names = self.captions | self.groups
        return plain not in names and not any(plain.startswith(name) for name in self.captions)

    def _apart(self, line: PrintedLine) -> list[_Cell]:
        """The cells of a line: words with little between them are one, but a caption always is one."""
        near = (_NEAR if line.bottom else _SPACED) * line.size
        cells: list[_Cell] = []
        for word in line.words:
            before = cells[-1] if cells else None
            if before is None or word.left - before.right > near or self._is_caption(word.text):
                cells.append(_Cell(*word))
            else:
                text = tidy(f"{before.text} {word.text}")
                cells[-1] = _Cell(text, before.left, word.right)
        return cells

    def _is_caption(self, text: str) -> bool:
        return caption(text) in self.captions

    # ------------------------------------------------------------------ indicators

    def _own_caption(self, printed: Sequence[PrintedLine]) -> _Cell | None:
        """The caption beside the indicators, wherever it stands."""
        wanted = caption(self.form.caption)
        words = (word for row in printed for word in row.words[:1])
        return next((_Cell(*word) for word in words if caption(word.text) == wanted), None)

    def _indicators(
        self, printed: Sequence[PrintedLine], columns: Sequence[_Cell]
    ) -> list[list[str]]:
        """The rows of the indicators, a text per column."""
        last = len(columns) - 1
        levels = len(columns) - len(self.form.indicators) + _LEVELS

        def whole(row: PrintedLine) -> bool:
            return any(_column(cell, columns) == last for cell in self._apart(row))

        def begins(row: PrintedLine) -> bool:
            shown = {_column(cell, columns) for cell in self._apart(row)}
            return last in shown or shown >= set(range(levels - 1, last))

        measured = any(row.bottom for row in printed)
        limit = row_distance(printed, whole)
        groups = logical_lines(printed, limit, whole) if measured else _by_values(printed, begins)
        found: list[list[str]] = []
        for group in groups:
            cells = [""] * len(columns)
            for row in group:
                for cell in self._apart(row):
                    at = _column(cell, columns)
                    cells[at] += f" {cell.text}" if cells[at] else cell.text
            found.append([tidy(cell) for cell in cells])
        return found


def _joined(above: _Cell, below: _Cell) -> _Cell:
    """A cell that goes on in the line below."""
    left, right = min(above.left, below.left), max(above.right, below.right)
    return _Cell(tidy(f"{above.text} {below.text}"), left, right)


def _by_values(
    printed: Sequence[PrintedLine], begins: Callable[[PrintedLine], bool]
) -> list[list[PrintedLine]]:
    """Lines without values go on with the row above."""
    groups: list[list[PrintedLine]] = []
    for row in printed:
        if groups and not begins(row):
            groups[-1].append(row)
        else:
            groups.append([row])
    return groups


def _column(cell: _Cell, columns: Sequence[_Cell]) -> int:
    """The column in which a cell stands: below its heading, or left of its middle."""
    over = [at for at, one in enumerate(columns) if cell.below(one)]
    if len(over) == 1:
        return over[0]
    after = (at for at, one in enumerate(columns) if (one.left + one.right) / 2 > cell.left)
    return next(after, len(columns) - 1)
