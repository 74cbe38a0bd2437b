"""A bureau's subject list from a spreadsheet, text or pasted table: codes and names for 科目字典.

What single lines leave unclear is left out and told; a file of which little can be taken is refused whole.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.characters import (
    YEAR,
    code_text,
    split_code,
    squash,
    visible,
    without_ordinal,
    years_in,
)
from xlbudget.errors import UnusableFileError
from xlbudget.importing.imported import Imported, blank_book
from xlbudget.importing.subject_columns import find_columns, holds_amounts
from xlbudget.sheets.cells import NOTHING, text_of
from xlbudget.standard.model import Subject

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from xlbudget.importing.subject_columns import Columns
    from xlbudget.sheets.cells import TableFile
    from xlbudget.standard.model import Standard, SubjectList


SUBJECTS = "subjects"
"""Under what an import says where its subjects came from."""
_MOST = 5
"""So many lines, codes or names are told as examples."""
_ENOUGH = 5
"""So many codes that the standard has too tell whether a file is of the same subjects."""
_WHOLE = 40
"""Signs of a year's column, of a mark: more is a sentence."""
_DOTS = re.compile(r"(?<=\d)[.\-_/·\s](?=\d)")
_SPREAD = re.compile(r"(?<=[\u4e00-\u9fff（）、]) +(?=[\u4e00-\u9fff（）、])")
_WORDS = re.compile("[\u4e00-\u9fff]")
_SIGNS = "★☆●○◆◇■□▲△※*＊ \t\r\n\u3000"
"""With which lists mark what is new or indent what is below."""
_DROPPED = "删除|取消|停用|撤销|废止|作废|不再使用|停止使用"
_CHANGED = "新增|增设|增加|更名|改名|修订|修改|调整|变更"
_MARKED = re.compile(rf"[(（\[【]\s*((?:\d{{4}}年?)?(?:{_DROPPED}|{_CHANGED}))\s*[)）\]】]")
_IS_DROPPED = re.compile(_DROPPED)
_IS_RENAMED = re.compile("更名|改名|名称")
_NOT_USED = ("否", "停用", "无效", "禁用", "已停用", "作废", "n", "no", "0", "false")
_FORMER = re.compile(r"原(?:科目)?(?:名称?)?[为是:：]*[“\"「]?([^”\"」()（）]{2,})[”\"」]?")
_DATE = re.compile(
    r"(\d{4})(?:年度?|[-/.]\d{1,2}(?:[-/.]\d{1,2})?|\d{4}|年\d{1,2}月(?:\d{1,2}日)?)?(?:起|止)?"
)
_ENDLESS = ("长期", "至今", "永久", "无", *NOTHING)
_NO_FIRST, _NO_LAST = 0, 9999


class Listed(NamedTuple):
    """What a file lists: subjects by the key of their list, and sentences on what was not taken or differs."""

    subjects: dict[str, tuple[Subject, ...]]
    left: tuple[str, ...]


def read_subject_list(path: Path, standard: Standard, key: str = "") -> Listed:
    """The subjects of a file; ``key``: all of them are of that list.

    Without it, a list without 分类 is told by its codes: those whose first level the standard's list has, or begins as.

    Raises:
        UnusableFileError: unreadable, without codes and names, or too little of it can be taken.
    """
    from xlbudget.importing.tables.open import open_tables  # noqa: PLC0415  # where it is asked for

    return listed(open_tables(path), standard, key)


def looks_like_list(file: TableFile, standard: Standard) -> bool:
    """Whether an opened file, of which other readers might take something too, is a list of subjects.

    Some sheet has codes with names, and none has amounts.
    """
    sheets = [lines for _, _, lines in _sheets(file)]
    return any(find_columns(lines, standard) for lines in sheets) and not any(
        holds_amounts(lines, standard) for lines in sheets
    )


def read_list(file: TableFile, standard: Standard, year: int | None) -> Imported:
    """A list as the subjects of a book without tables.

    Raises:
        UnusableFileError: as for :func:`read_subject_list`.
    """
    found = listed(file, standard)
    book = blank_book(standard, year or 0)._replace(name=file.name, blocks={}, info={})
    origins = {SUBJECTS: f"“{file.name}”"}
    return Imported(book._replace(subjects=found.subjects), origins, left=found.left)


def listed(file: TableFile, standard: Standard, key: str = "") -> Listed:
    """The subjects of an opened file; ``key``: all of them are of that list.

    Raises:
        UnusableFileError: as for :func:`read_subject_list`.
    """
    reading = _Reading(file.name, standard)
    for where, name, lines in _sheets(file):
        for columns in find_columns(lines, standard):
            year = max(years_in(columns.title) or years_in(name) or years_in(file.name), default=0)
            for line in _lines(lines, columns, year):
                line.others.setdefault("kind", key)
                reading.take(line, f"{where}第{line.number}行", f"{name}{columns.title}")
    return reading.outcome()


def _sheets(file: TableFile) -> Iterator[tuple[str, str, list[list[str]]]]:
    """Every sheet that can be seen: how it is called in sentences, its name, its cells as texts."""
    for sheet in file.sheets:
        if not sheet.hidden:
            where = f"工作表“{sheet.name}”" if len(file.sheets) > 1 else ""
            yield where, sheet.name, [[text_of(cell) for cell in line] for line in sheet.lines]


# ------------------------------------------------------------------ from lines to subjects


class _Line(NamedTuple):
    """A code with its name as they are printed; ``year`` is that of the list, 0 where it names none."""

    number: int
    code: str
    name: str
    others: dict[str, str]
    year: int

    @property
    def marks(self) -> str:
        """What is said of a change, beside the name or in it."""
        marked = _MARKED.search(self.name)
        said = self.others.get("mark", "")
        return f"{marked[1] if marked else ''} {said if len(said) <= _WHOLE else ''}".strip()

    @property
    def dropped(self) -> bool:
        """Whether the list says that it is not used any more."""
        used = self.others.get("used", "")
        return squash(used).lower() in _NOT_USED or bool(_IS_DROPPED.search(self.marks))


def _lines(lines: Sequence[Sequence[str]], columns: Columns, year: int) -> Iterator[_Line]:
    """The codes below the headings; what is no code at all (a heading between, a footer) is not among them."""
    above = [""] * len(columns.codes)
    for number, cells in enumerate(lines[columns.body :], columns.body + 1):
        held = [cells[at].strip() if at < len(cells) else "" for at in columns.codes]
        names = [cells[at].strip() if at < len(cells) else "" for at in columns.names]
        others = {key: cells[at].strip() for key, at in columns.others.items() if at < len(cells)}
        codes, own = zip(*map(_split, held), strict=True)
        if len(codes) == 1:
            yield from _told(number, codes[0], next(filter(None, [*names, *own]), ""), others, year)
            continue
        for depth, code in enumerate(codes):
            last = depth == max((at for at, one in enumerate(codes) if one), default=-1)
            name = (
                names[depth] if len(names) > 1 else own[depth] or ("".join(names) if last else "")
            )
            if code and (last or name):
                yield from _told(number, _joined(codes, depth, above), name, others, year)


def _split(text: str) -> tuple[str, str]:
    """The code of a cell, and the name that stands in it too; what is no code stays as it is."""
    code = _plain(text)
    if code.isdigit() or YEAR.match(squash(text)):
        return code, ""
    parted = split_code(text)
    return parted if parted[0] and _WORDS.search(parted[1]) else (code, "")


def _told(number: int, code: str, name: str, others: dict[str, str], year: int) -> Iterator[_Line]:
    digits = sum(sign.isdigit() for sign in code)
    if digits and not _WORDS.search(code):
        yield _Line(number, code, name, others, year)


def _plain(text: str) -> str:
    """A code without brackets, points or strokes between its levels: ``201.03.01`` is 2010301."""
    code = code_text(text).strip("[]()【】")
    joined = _DOTS.sub("", code)
    return joined if joined.isdigit() else code


_WIDTH = 2
"""Digits of a level below the first, where a program has taken its zero."""


def _joined(codes: Sequence[str], depth: int, above: list[str]) -> str:
    """The code of a level; ``above``: the levels of the line before, which are kept up."""
    code = codes[depth]
    if depth and len(code) > _WIDTH + 1:  # the whole code stands in the column of its level
        return code
    own = [part.zfill(_WIDTH) if part and at else part for at, part in enumerate(codes)]
    above[:depth] = [
        part or before for part, before in zip(own[:depth], above[:depth], strict=True)
    ]
    above[depth:] = [own[depth], *[""] * (len(codes) - depth - 1)]
    return "".join(above)


def _cleaned(name: str) -> str:
    """A name without indents, marks, its ordinal, and blanks that spread it."""
    plain = _MARKED.sub("", visible(name)).strip(_SIGNS)
    return _SPREAD.sub("", without_ordinal(" ".join(plain.split())))


class _Reading:
    """What lines give, one after the other; ``troubles`` are the places by what is wrong with them."""

    def __init__(self, file_name: str, standard: Standard) -> None:
        self.file, self.standard = file_name, standard
        self.found: dict[str, dict[str, list[Subject]]] = {}
        self.troubles: dict[str, list[str]] = {}
        self.foreign: dict[str, None] = {}
        self.first = ""
        self.unsure: dict[tuple[str, str], None] = {}

    def take(self, line: _Line, place: str, title: str) -> None:
        """One line; ``title`` is what stands above it."""
        code, name = line.code, _cleaned(line.name)
        if not (code.isascii() and code.isdigit()):
            if name:
                self._trouble("的编码不是数字", place, code)
            return
        lists = self._lists(code, line.others.get("kind", ""), title)
        if len(lists) != 1:
            self.foreign[code] = None
            return
        if not lists[0].level(code):
            if name:  # else a date or number below the list
                self._trouble("的编码位数不对", place, code)
            return
        if not name:
            self._trouble("的编码没有名称", place, code)
            return
        first, last = (
            self._year(line.others.get(key, ""), default, place)
            for key, default in (("first", _NO_FIRST), ("last", _NO_LAST))
        )
        if line.dropped and last == _NO_LAST:
            since = max(years_in(line.marks), default=line.year)
            if not since:
                self._trouble("的科目写着已停用，没有写从哪一年起", place, code)
                return
            last = since - 1
        aliases = tuple(filter(None, line.others.get("aliases", "").split("|")))
        meaning = " ".join(line.others.get("meaning", "").split())
        subject = Subject(code, name, first, last, aliases, meaning=meaning)
        for one in self._with_former(line, subject):
            self._keep(lists[0], one, place)

    def _with_former(self, line: _Line, subject: Subject) -> Iterator[Subject]:
        """The subject, before it the one of its former name, where the list says the year."""
        mark = line.others.get("mark", "")
        said = _FORMER.search(mark) if _IS_RENAMED.search(mark) else None
        former = _cleaned(line.others.get("former", "") or (said[1] if said else ""))
        since = max(years_in(line.marks), default=line.year)
        if former and former != subject.name and since and not subject.first and not line.dropped:
            yield Subject(subject.code, former, last=since - 1)
            subject = subject._replace(first=since)
        yield subject

    def _keep(self, items: SubjectList, subject: Subject, place: str) -> None:
        """Beside what the same code has in other years; of two names for the same years neither is taken."""
        held = self.found.setdefault(items.key, {}).setdefault(subject.code, [])
        years = (subject.first, subject.last)
        same = next((one for one in held if (one.first, one.last) == years), None)
        if same is None:
            held.append(subject)
        elif squash(same.name) != squash(subject.name):
            self.unsure.setdefault((items.key, subject.code))
            self._trouble(
                "的编码有两个名称", place, f"{subject.code}“{same.name}”和“{subject.name}”"
            )
        elif subject.meaning and not same.meaning:
            held[held.index(same)] = subject

    def _lists(self, code: str, kind: str, title: str) -> list[SubjectList]:
        """The lists that a code may be of: that which is named, whose first level it has, or whose it begins as."""
        lists = [*self.standard.subjects.values()]
        named = [one for one in lists if kind and (kind in (one.key, one.name) or one.name in kind)]
        if len(named) == 1:
            return named
        for fitting in (
            [one for one in lists if code[: one.lengths[0]] in one.by_code],
            [one for one in lists if any(code[:1] == top[:1] for top in one.by_code)],
        ):
            titled = [one for one in fitting if one.name in title]
            if fitting:
                return titled if len(titled) == 1 else fitting
        return []

    def _year(self, text: str, default: int, place: str) -> int:
        plain = squash(text)
        if not plain or plain in _ENDLESS:
            return default
        match = _DATE.fullmatch(plain)
        if match is None:
            self._trouble("的年度认不出，当作没有写", place, text[:_WHOLE], lost=False)
            return default
        return int(match[1])

    def _trouble(self, what: str, place: str, example: str, *, lost: bool = True) -> None:
        said = what if not lost else f"{what}，没有取用"
        self.troubles.setdefault(said, []).append(f"{place}（{example}）")

    def outcome(self) -> Listed:
        """All that was taken, in the order of the file, and what was not.

        Raises:
            UnusableFileError: nothing was, or less than was not.
        """
        for key, code in self.unsure:
            del self.found[key][code]
        subjects = {
            key: tuple(
                _shipped(self.standard.subjects[key], one)
                for held in found.values()
                for one in held
            )
            for key, found in self.found.items()
            if found
        }
        left = [*map(self._sentence, self.troubles.items())]
        known = "、".join(one.name for one in self.standard.subjects.values())
        if self.foreign:
            codes = "、".join([*self.foreign][:_MOST])
            more = f"等{len(self.foreign)}个" if len(self.foreign) > _MOST else ""
            left.append(
                f"科目目录“{self.file}”的编码{codes}{more}分不清是哪一类科目，没有取用；"
                f"本标准的分类是{known}，是其中一类的，请加一栏“分类”写明。"
            )
        taken = sum(map(len, subjects.values()))
        lost = sum(len(places) for said, places in self.troubles.items() if "没有取用" in said)
        if not taken and not left:
            raise UnusableFileError(
                f"科目目录“{self.file}”里没有“科目编码”和“科目名称”两栏，或两栏下没有科目；请补上标题行。"
            )
        if not taken:
            raise UnusableFileError(left[0])
        if lost > taken:
            raise UnusableFileError(
                f"科目目录“{self.file}”里只有{taken}行能取用，{lost}行不能，没有导入。{left[0]}"
            )
        renamed, both = self._renamed(subjects)
        if both >= _ENOUGH and 2 * len(renamed) > both:
            raise UnusableFileError(
                f"科目目录“{self.file}”的编码与名称大多和科目字典对不上（{'、'.join(renamed[:_MOST])}），"
                "像是别的编码表，没有导入；请另选文件。"
            )
        if renamed:
            more = f"等{len(renamed)}个" if len(renamed) > _MOST else ""
            left.append(
                f"科目目录“{self.file}”与科目字典名称不同的，改用目录的："
                f"{'、'.join(renamed[:_MOST])}{more}；请核对。"
            )
        return Listed(subjects, tuple(left))

    def _sentence(self, trouble: tuple[str, list[str]]) -> str:
        said, places = trouble
        more = f"等{len(places)}处" if len(places) > _MOST else ""
        return f"科目目录“{self.file}”{'、'.join(places[:_MOST])}{more}{said}；请改正后再导入一次。"

    def _renamed(self, subjects: Mapping[str, Sequence[Subject]]) -> tuple[list[str], int]:
        """What the standard's lists call otherwise, and how many subjects they have too."""
        told, count = [], 0
        for key, found in subjects.items():
            for one in found:
                known = self.standard.subjects[key].by_code.get(one.code, ())
                names = {squash(name) for other in known for name in (other.name, *other.aliases)}
                count += bool(known)
                if known and squash(one.name) not in names and one.last == _NO_LAST:
                    told.append(f"{one.code}“{one.name}”（原为“{known[-1].name}”）")
        return told, count


def _shipped(items: SubjectList, subject: Subject) -> Subject:
    """The standard's own entry, explained, where a list without years says no more than that."""
    if (subject.first, subject.last) != (_NO_FIRST, _NO_LAST) or subject.aliases:
        return subject
    for one in items.by_code.get(subject.code, ()):
        if squash(one.name) == squash(subject.name) and one.last == _NO_LAST:
            return one._replace(successor="", meaning=subject.meaning)
    return subject
