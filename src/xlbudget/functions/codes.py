"""Subject codes as they stand in cells, and their levels by the standard's subject lists."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from xlbudget.characters import code_text as typed_code
from xlbudget.workbook.read_cells import text_of

if TYPE_CHECKING:
    from collections.abc import Collection

    from xlbudget.functions.cells import Area
    from xlbudget.standard.subjects import SubjectList

__all__ = ["Levels", "code_text", "code_texts"]

_LONGEST = 64


class Levels:
    """How many digits the levels of a code have: by the lists that know its class, else by any."""

    def __init__(self, lists: Collection[SubjectList]) -> None:
        self._lists = tuple(lists)
        self._every = tuple(sorted({length for one in lists for length in one.lengths}))
        self._known: dict[str, tuple[int, ...]] = {}
        self._head = max((one.lengths[0] for one in lists), default=0)

    @property
    def digits(self) -> str:
        """``3、5、7``."""
        return "、".join(map(str, self._every))

    def lengths(self, code: str) -> tuple[int, ...]:
        """The digits of each level, 类 first."""
        head = code[: self._head]
        found = self._known.get(head)
        if found is None:
            own = {
                length
                for one in self._lists
                if code[: one.lengths[0]] in one.by_code
                for length in one.lengths
            }
            found = self._known[head] = tuple(sorted(own)) or self._every
        return found

    def level(self, code: str) -> int:
        """1 for 类, 2 for 款 ..., 0 for a code that has no level."""
        if not (code.isascii() and code.isdigit()):
            return 0
        lengths = self.lengths(code)
        return lengths.index(len(code)) + 1 if len(code) in lengths else 0

    def steps(self, parts: int) -> tuple[int, ...]:
        """How many digits each of several columns of a code has (类 | 款 | 项)."""
        return tuple(after - before for before, after in pairwise((0, *self._every)))[:parts]


def code_text(value: object, width: int = 0) -> str:
    """A code without blanks, "" for none: 20103.0 is ``20103``.

    A number that is one part of a code gets its lost zeros back, up to ``width`` digits.
    """
    if isinstance(value, str):
        if len(value) > _LONGEST:
            return value.strip()[:_LONGEST]
        return typed_code(value)
    if value is None or (isinstance(value, float) and value != value):  # noqa: PLR0124  # NaN
        return ""
    return text_of(value).zfill(width)


def code_texts(area: Area, levels: Levels) -> list[str]:
    """The code of every line of an area, whose columns are the parts of it."""
    if area.width <= 1:
        return [code_text(line[0]) for line in area.lines]
    steps = levels.steps(area.width)
    widths = steps if len(steps) == area.width else (0,) * area.width
    return [
        "".join([code_text(cell, width) for cell, width in zip(line, widths, strict=True)])
        for line in area.lines
    ]
