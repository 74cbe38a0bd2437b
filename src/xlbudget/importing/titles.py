"""The titles of a standard's tables, as exported files and published documents print them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.characters import plain_name, squash
from xlbudget.standard.placeholders import is_open, known_as

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlbudget.sheets.cells import Grid
    from xlbudget.standard.model import Form, Standard, Table


_LONGEST = 60
_PREFIX = re.compile(
    r"\(?(?:附件|附表|公开|预算|部门|表|附)*(?:表|附件)?\(?"
    r"(?:表[一二三四五六七八九十]{1,3}|附件[一二三四五六七八九十]{1,3}|\d{1,2})\)?表?[-_、.:)]*"
)
_CONTINUED = re.compile(r"\(?续\)?表?[一二三四五六七八九十\d]*[-_、.:]*")
_BRACKETS = re.compile(r"(?:\([^()]*\)|[-_—]+\d*|\(?续\)?)$")
_YEAR = re.compile(r"^(?:20\d\d年度?)?(?:(?:部门|单位)预算(?:公开)?|预算(?=部门|单位))?")
_WHOSE, _OWNERS = re.compile("^部门(?=收支|收入|支出)"), ("", "单位")
"""Whose table it is need not be said: 收支总表, 单位收支总表."""
_HEADS = tuple("年度级局厅委办院会处室站所校队部司署社团心)")
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
    """Comparable titles -> tables of a standard; a form's title leads to the form too.

    ``open`` are those that leave room for what 基础信息 says.
    """

    def __init__(self, standard: Standard) -> None:
        self.known: dict[str, tuple[Table, Form | None]] = {}
        for table in standard.tables:
            for text in (*table.spelled.titles, table.sheet):
                self.known.setdefault(plain_name(text), (table, None))
        for table in standard.tables:
            for owner in _OWNERS:
                for text in table.spelled.titles:
                    self.known.setdefault(_WHOSE.sub(owner, plain_name(text)), (table, None))
        for table in standard.tables:
            for form in table.forms:
                self.known[plain_name(form.title)] = (table, form)
        self.open = {title: self.known.pop(title) for title in [*self.known] if is_open(title)}

    def exact(self, text: str) -> tuple[Table, Form | None] | None:
        """The table or form that a text names, where it says nothing else but year, number, brackets."""
        if len(text) > _LONGEST:
            return None
        return next(filter(None, map(self._named, _bare(text))), None)

    def _named(self, bare: str) -> tuple[Table, Form | None] | None:
        if bare in self.known:
            return self.known[bare]
        title = known_as(bare, self.open)
        return None if title is None else self.open[title]

    def match(self, text: str) -> tuple[Table, bool] | None:
        """The table that a text names, and whether it says nothing else."""
        if text.isascii():
            return None
        if (named := self.exact(text)) is not None:
            return named[0], True
        if len(text) > _LONGEST:
            return None
        plain = _BRACKETS.sub("", plain_name(text))
        longest = max(filter(plain.endswith, self.known), key=len, default="")
        before = plain.removesuffix(longest)
        return (self.known[longest][0], False) if longest and before.endswith(_HEADS) else None

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
