"""Subject lists (科目字典): codes with names and years of validity, never claimed to be complete."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.errors import StandardError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path


class Subject(NamedTuple):
    """One subject; ``aliases`` are other spellings that mean the same.

    ``successor`` is the code that takes its money once it is not valid any more.
    """

    code: str
    name: str
    first: int = 0
    last: int = 9999
    aliases: tuple[str, ...] = ()
    successor: str = ""

    def valid(self, year: int) -> bool:
        """Whether the subject is in use in ``year``."""
        return self.first <= year <= self.last


class SubjectList(NamedTuple):
    """The subjects of one classification; ``lengths`` are the digits of each level (类/款/项)."""

    key: str
    name: str
    lengths: tuple[int, ...]
    levels: tuple[str, ...]
    subjects: tuple[Subject, ...] = ()
    by_code: Mapping[str, tuple[Subject, ...]] = {}

    def extended(self, subjects: Iterable[Subject]) -> SubjectList:
        """The list with ``subjects`` added; an added code replaces the entries of the same code."""
        added = tuple(subjects)
        codes = {subject.code for subject in added}
        merged = (*(subject for subject in self.subjects if subject.code not in codes), *added)
        return make_list(self.key, self.name, self.lengths, self.levels, merged)

    def level(self, code: str) -> int:
        """1 for 类, 2 for 款, 3 for 项; 0 where the code has no allowed length or other signs."""
        if code.isascii() and code.isdigit() and len(code) in self.lengths:
            return self.lengths.index(len(code)) + 1
        return 0

    def find(self, code: str, year: int) -> Subject | None:
        """The subject of that code in that year, or None where the list does not have it."""
        return next(
            (subject for subject in self.by_code.get(code, ()) if subject.valid(year)), None
        )

    def classes(self, year: int) -> dict[str, str]:
        """Name (and every alias) of a top-level subject -> its code, in ``year``."""
        return {
            name: subject.code
            for subject in self.subjects
            if len(subject.code) == self.lengths[0] and subject.valid(year)
            for name in (subject.name, *subject.aliases)
        }

    def parents(self, code: str) -> list[str]:
        """The codes above ``code``, nearest last: 2010301 gives 201, 20103."""
        return [code[:length] for length in self.lengths if length < len(code)]


def make_list(
    key: str,
    name: str,
    lengths: tuple[int, ...],
    levels: tuple[str, ...],
    subjects: tuple[Subject, ...],
) -> SubjectList:
    """A list with its index by code."""
    by_code: dict[str, tuple[Subject, ...]] = {}
    for subject in subjects:
        by_code[subject.code] = (*by_code.get(subject.code, ()), subject)
    return SubjectList(key, name, lengths, levels, subjects, by_code)


_HEADINGS = {
    "code": ("code", "科目编码", "编码"),
    "name": ("name", "科目名称", "名称"),
    "first": ("valid_from", "启用年度"),
    "last": ("valid_to", "停用年度"),
    "aliases": ("aliases", "别名"),
    "successor": ("successor", "改列科目"),
}


def read_subjects(path: Path) -> tuple[Subject, ...]:
    """Read a list from CSV: columns code/科目编码, name/科目名称, optional years, aliases, successor.

    Raises:
        StandardError: the file is missing, lacks a column, or a line has no code.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            lines = list(csv.reader(file))
    except (OSError, UnicodeDecodeError) as error:
        raise StandardError(
            f"科目目录“{path.name}”打不开：请检查文件是否存在、是否为UTF-8编码。"
        ) from error
    header = [cell.strip() for cell in lines[0]] if lines else []
    places = {
        key: next((header.index(name) for name in names if name in header), -1)
        for key, names in _HEADINGS.items()
    }
    if places["code"] < 0 or places["name"] < 0:
        raise StandardError(f"科目目录“{path.name}”的第一行应有“科目编码”和“科目名称”两栏。")
    return tuple(
        _subject(path, number, line, places)
        for number, line in enumerate(lines[1:], 2)
        if any(line)
    )


def _subject(path: Path, number: int, line: list[str], places: Mapping[str, int]) -> Subject:
    def cell(key: str) -> str:
        return line[places[key]].strip() if 0 <= places[key] < len(line) else ""

    code, first, last = cell("code"), cell("first"), cell("last")
    if not code.isdigit() or not all(year.isdigit() for year in (first, last) if year):
        raise StandardError(f"科目目录“{path.name}”第{number}行的编码或年度不是数字。")
    aliases = tuple(name for name in cell("aliases").split("|") if name)
    years = int(first or 0), int(last or 9999)
    return Subject(code, cell("name"), *years, aliases, cell("successor"))
