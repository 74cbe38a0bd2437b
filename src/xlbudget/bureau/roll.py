"""The list of units that have to hand in (csv, txt, xlsx …), and who of them has not.

A name counts as handed in only where it is the same after normalising; one that merely looks like it is
proposed, never taken.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.bureau.lines import comparable
from xlbudget.bureau.records import UNUSABLE
from xlbudget.characters import squash
from xlbudget.errors import MailError, UnusableFileError
from xlbudget.importing.tables.open import open_tables
from xlbudget.publishing.mail import Address, address_of
from xlbudget.sheets.cells import text_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from xlbudget.bureau.lines import Owner, UnitLine
    from xlbudget.sheets.cells import Sheet

_UNIT = ("单位名称", "预算单位名称", "预算单位", "单位", "机构名称", "名称")
_DEPARTMENT = ("主管部门名称", "主管部门", "部门名称", "所属部门", "部门", "主管单位")
_MAIL = (
    "邮箱",
    "电子邮箱",
    "电子邮件",
    "邮箱地址",
    "电子邮箱地址",
    "邮件地址",
    "email",
    "e-mail",
    "联系邮箱",
)
_HEADINGS_WITHIN = 10
"""In so many first lines of a list its headings are looked for."""
_NEAR = 0.6
_PROPOSED = 3
_COMMON = 400
"""A pair of signs that more names have says nothing about one of them."""


class Entry(NamedTuple):
    """A unit on the list: names as they stand there, its address if one is given."""

    unit: str
    department: str = ""
    address: Address | None = None

    @property
    def owner(self) -> Owner:
        """As names are compared."""
        return comparable(self.department), comparable(self.unit)


class Absent(NamedTuple):
    """A unit without a usable file; ``remark`` says what may be its file, or why none is counted."""

    entry: Entry
    remark: str = ""


class Attendance(NamedTuple):
    """The list against what came in.

    ``entries`` are those of the list that have a file, by its place; ``strangers`` the places of files whose unit is not
    on it. ``said`` are sentences on the list itself.
    """

    size: int
    absent: tuple[Absent, ...]
    entries: Mapping[int, Entry]
    strangers: tuple[int, ...]
    said: tuple[str, ...] = ()


# ------------------------------------------------------------------ reading the list


def read_roll(path: Path) -> tuple[tuple[Entry, ...], tuple[str, ...]]:
    """The units of a list in their order, each once, and sentences on what was left out of it.

    With headings, the columns are found by them (单位名称, 主管部门, 邮箱); without, the first column that
    holds words is that of the units.

    Raises:
        UnusableFileError: it cannot be read, or names no unit.
    """
    entries: dict[tuple[str, str], Entry] = {}
    said: list[str] = []
    for sheet in open_tables(path).sheets:
        if not sheet.hidden:
            for entry, remark in _entries(_filled(sheet)):
                said += [f"名单“{path.name}”里{remark}"] * bool(remark)
                if entry.owner in entries:
                    said.append(f"名单“{path.name}”里“{entry.unit}”出现不止一次，按一个单位算。")
                else:
                    entries[entry.owner] = entry
    if not entries:
        raise UnusableFileError(
            f"名单“{path.name}”里没有单位；请每行写一个单位名称，或在第一行写“单位名称”作标题。"
        )
    return tuple(entries.values()), tuple(dict.fromkeys(said))


def _filled(sheet: Sheet) -> list[list[str]]:
    """The texts of a sheet; what is merged downwards (a department of several units) stands in each line."""
    lines = [[text_of(value) for value in line] for line in sheet.lines]
    for area in sheet.merged:
        if area.left == area.right:
            for line in lines[area.top + 1 : area.bottom + 1]:
                line[area.left] = lines[area.top][area.left]
    return lines


def _entries(lines: Sequence[Sequence[str]]) -> Iterator[tuple[Entry, str]]:
    """The units, each with what is wrong with its line."""
    first, columns = _columns(lines)
    if columns is None:
        return
    unit, department, mail = columns
    for line in lines[first:]:
        name = line[unit].strip()
        if not _is_name(name):
            continue
        address, remark = None, ""
        if mail is not None and (text := line[mail].strip()):
            try:
                address = address_of(text)
            except MailError:
                remark = f"“{name}”的邮箱“{text}”不是邮件地址，邮件草稿没有写收件人。"
        yield (
            Entry(name, line[department].strip() if department is not None else "", address),
            remark,
        )


def _columns(
    lines: Sequence[Sequence[str]],
) -> tuple[int, tuple[int, int | None, int | None] | None]:
    """Where the lines of units begin, and the columns of unit, department and address."""
    for at, line in enumerate(lines[:_HEADINGS_WITHIN]):
        captions = {
            squash(text).lower().strip("*:"): column
            for column, text in reversed(list(enumerate(line)))
        }
        unit, department, mail = (
            next((captions[word] for word in words if word in captions), None)
            for words in (_UNIT, _DEPARTMENT, _MAIL)
        )
        if unit is None and department is not None:
            unit, department = department, None
        if unit is not None:
            return at + 1, (unit, department, mail)
    for column in range(max(map(len, lines), default=0)):
        if any(_is_name(line[column]) for line in lines):
            return 0, (column, None, None)
    return 0, None


def _is_name(text: str) -> bool:
    """Whether a cell can be a unit's name: it has letters, and is no total."""
    name = comparable(text)
    return any(map(str.isalpha, name)) and name not in ("合计", "总计", "小计")


# ------------------------------------------------------------------ against what came in


def attendance(
    entries: Sequence[Entry], lines: Sequence[UnitLine], year: int | None, said: Sequence[str] = ()
) -> Attendance:
    """Who of the list has a file, and who has none; files of other years and unusable ones are none."""
    of_unit: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for at, line in enumerate(lines):
        if line.owner is not None:
            of_unit[line.owner[1]].append((at, line.owner[0]))
    listed = Counter(entry.owner[1] for entry in entries)
    taken: dict[int, Entry] = {}
    vague: set[int] = set()
    absent: list[tuple[Entry, str]] = []
    for entry in entries:
        department, unit = entry.owner
        handed_in = of_unit.get(unit, [])
        if listed[unit] == 1 and len({whose for _, whose in handed_in}) == 1:
            files = [at for at, _ in handed_in]
        else:  # the name alone does not tell which of them it is
            files = [at for at, whose in handed_in if whose == department]
        taken.update(dict.fromkeys(files, entry))
        if any(_counts(lines[at], year) for at in files):
            continue
        unsure = [] if files else [at for at, whose in handed_in if "" in (whose, department)]
        vague.update(unsure)
        remark = ""
        if files:
            remark = _why_not(lines[files[0]], year)
        elif unsure:
            remark = f"“{lines[unsure[0]].record.path}”的单位同名，但没有写明主管部门，分不清是不是它的。"
        absent.append((entry, remark))
    strangers = tuple(
        at
        for at, line in enumerate(lines)
        if line.owner is not None and at not in taken and at not in vague
    )
    near = _Near(lines, strangers)
    return Attendance(
        len(entries),
        tuple(Absent(entry, remark or near.proposal(entry)) for entry, remark in absent),
        taken,
        strangers,
        tuple(said),
    )


def _counts(line: UnitLine, year: int | None) -> bool:
    return line.record.verdict != UNUSABLE and year in (None, line.record.year or year)


def _why_not(line: UnitLine, year: int | None) -> str:
    if line.record.verdict == UNUSABLE:
        return f"交来的“{line.record.path}”不能用：{line.record.reason or ''}"
    return f"只交了{line.record.year}年度的“{line.record.path}”，没有{year}年度的。"


class _Near:
    """Names of files that nobody on the list is sure to own, looked up by the pairs of signs that they share."""

    def __init__(self, lines: Sequence[UnitLine], strangers: Iterable[int]) -> None:
        named = [
            (owner[1], f"“{lines[at].name}”（{lines[at].record.path}）")
            for at in strangers
            if (owner := lines[at].owner) is not None
        ]
        named += [
            (squash(PurePosixPath(line.record.path).stem), f"不能用的“{line.record.path}”")
            for line in lines
            if line.owner is None
        ]
        self._pairs = [_pairs(name) for name, _ in named]
        self._numbers = [_numbers(name) for name, _ in named]
        self._shown = [shown for _, shown in named]
        self._held: dict[str, list[int]] = defaultdict(list)
        for at, pairs in enumerate(self._pairs):
            for pair in pairs:
                self._held[pair].append(at)

    def proposal(self, entry: Entry) -> str:
        """A sentence with the files that may be the unit's; "" where no name comes near."""
        pairs = _pairs(entry.owner[1])
        common = Counter(
            at
            for pair in pairs
            if len(self._held.get(pair, ())) <= _COMMON
            for at in self._held.get(pair, ())
        )
        likely = []
        for at, _ in common.most_common(50):
            other = self._pairs[at]
            shared = len(pairs & other)
            if self._numbers[at] != _numbers(entry.owner[1]):  # 第一中学 is not 第二中学
                continue
            # Of a name within a longer one (某局 in 某市某局2024年预算) only the shorter counts.
            likeness = max(
                2 * shared / (len(pairs) + len(other)), 0.9 * shared / min(len(pairs), len(other))
            )
            if likeness >= _NEAR and shared > 1:
                likely.append((-likeness, at))
        near = [self._shown[at] for _, at in sorted(likely)[:_PROPOSED]]
        return f"可能是{'、'.join(near)}；请核对。" if near else ""


def _pairs(name: str) -> set[str]:
    """The pairs of neighbouring signs of a name."""
    return {name[at : at + 2] for at in range(len(name) - 1)} or {name}


def _numbers(name: str) -> list[str]:
    """The numbers that tell units of one kind apart; years and dates of files' names are none."""
    return re.findall(r"[一二三四五六七八九十]+|(?<!\d)\d{1,3}(?!\d)", name)
