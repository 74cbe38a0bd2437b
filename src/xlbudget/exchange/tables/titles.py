"""The titles of a standard's tables wherever they stand on a sheet, however they are adorned."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.workbook.read_labels import plain_name, squash

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlbudget.exchange.tables.grid import Grid
    from xlbudget.standard.model import Standard, Table

__all__ = ["Title", "Titles", "years_in"]

_LONGEST = 60
_PREFIX = re.compile(
    r"\(?(?:附件|附表|公开|预算|部门|表|附)*(?:表|附件)?\(?"
    r"(?:表[一二三四五六七八九十]{1,3}|附件[一二三四五六七八九十]{1,3}|\d{1,2})\)?表?[-_、.:)]*"
)
_CONTINUED = re.compile(r"\(?续\)?表?[一二三四五六七八九十\d]*[-_、.:]*")
_BRACKETS = re.compile(r"(?:\([^()]*\)|[-_—]+\d*|\(?续\)?)$")
_YEAR = re.compile(r"^(?:20\d\d年度?)?(?:(?:部门|单位)预算(?:公开)?)?")
_YEARS = re.compile(r"(20\d\d)年(?!\d{1,2}月)")
_HEADS = "年度级局厅委办院会处室站所校队部司署社团心)"
"""What stands before a title without a space: a year, or the end of a unit's name."""


class Title(NamedTuple):
    """A title on a sheet: line and column from 0; ``exact``: nothing else stands in it."""

    line: int
    column: int
    text: str
    table: Table
    exact: bool
    continued: bool


class Titles:
    """Comparable titles -> tables of a standard, those of forms among them."""

    def __init__(self, standard: Standard) -> None:
        self.known: dict[str, Table] = {}
        for table in standard.tables:
            for text in (table.title, table.sheet, *(form.title for form in table.forms)):
                self.known.setdefault(plain_name(text), table)

    def match(self, text: str) -> tuple[Table, bool] | None:
        """The table that a text names, and whether it says nothing else (but year, number, brackets)."""
        if not text or len(text) > _LONGEST:
            return None
        for bare in _bare(text):
            if bare in self.known:
                return self.known[bare], True
        plain = _BRACKETS.sub("", plain_name(text))
        fitting = [one for one in self.known if plain.endswith(one)]
        if not fitting:
            return None
        longest = max(fitting, key=len)
        before = plain[: -len(longest)]
        return (self.known[longest], False) if before and before[-1] in _HEADS else None

    def on(self, grid: Grid) -> Iterator[Title]:
        """All titles of a part of a sheet, from above."""
        for line in range(grid.top, grid.bottom):
            texts = list(grid.texts(line))
            if any(isinstance(grid.value(line, column), (int, float)) for column, _ in texts):
                continue
            for column, text in texts:
                for piece in text.splitlines():
                    found = self.match(piece)
                    if found is not None:
                        again = "续" in squash(piece)
                        yield Title(line, column, piece.strip(), *found, again)
                        break


def _bare(text: str) -> Iterator[str]:
    """A title as printed, then with less and less around it."""
    plain = plain_name(text)
    yield plain
    for _ in range(4):
        before = plain
        plain = _BRACKETS.sub("", plain)
        plain = _CONTINUED.sub("", plain, count=1) if plain.startswith(("续", "(续")) else plain
        yield plain
        match = _PREFIX.match(plain)
        plain = plain[match.end() :] if match else plain
        yield plain
        plain = _YEAR.sub("", plain)
        yield plain
        if plain == before:
            return


def years_in(text: str) -> set[int]:
    """The years that a title or heading names; a day (2024年2月1日) is none."""
    return {int(one) for one in _YEARS.findall(squash(text))}
