"""A bureau's subject list from a spreadsheet, CSV file or pasted text: codes and names for 科目字典.

Codes may stand in one column, or in one per level (类, 款, 项), where a level that is left blank is that of
the line above; names may be indented by level.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlbudget.characters import code_text, squash
from xlbudget.errors import UnusableFileError
from xlbudget.importing.imported import Imported, blank_book
from xlbudget.sheets.cells import text_of
from xlbudget.standard.loader import HEADINGS
from xlbudget.standard.model import Subject

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from xlbudget.sheets.cells import TableFile
    from xlbudget.standard.model import Standard


_HEADINGS = {**HEADINGS, "kind": ("分类", "科目分类", "kind")}
_LEVELS = ("类", "款", "项")
"""Headings of a column for each level of the codes."""
_LONGEST_LEVEL = 3
_BESIDE = ("序号", "级次", "层级", "备注", "是否末级")
"""What else a list may say of subjects, which is not taken."""
_TITLES = ("科目", "目录", "分类")
SUBJECTS = "subjects"
"""Under what an import says where its subjects came from."""
_SEARCHED = 10


def read_subject_list(path: Path, standard: Standard) -> dict[str, tuple[Subject, ...]]:
    """The subjects of a file by the key of their list.

    A list without 分类 is told by its codes: those whose first level the standard's list has.

    Raises:
        UnusableFileError: unreadable, without codes and names, or the list cannot be told.
    """
    from xlbudget.importing.tables.open import open_tables  # noqa: PLC0415  # where it is asked for

    return subjects_of(open_tables(path), standard)


def looks_like_list(file: TableFile) -> bool:
    """Whether an opened file, of which other readers might take something too, is a list of subjects.

    Below its headings it has codes and names and, but for what lists say of subjects, no other column.
    """
    sheets = [lines for _, lines in _sheets(file) if lines]
    return bool(sheets) and all(map(_is_list, sheets))


def _is_list(lines: Sequence[Sequence[str]]) -> bool:
    number, places = _header(lines)
    if not places:
        return False
    named = [[squash(text) for text in line if text.strip()] for line in lines[:number][-2:]]
    headings = {text for line in named if len(line) > 1 for text in line}  # above may be a title
    known = {name for names in _HEADINGS.values() for name in names}
    return all(
        heading in known | {*_LEVELS, *_BESIDE} or heading.endswith(_TITLES) for heading in headings
    )


def read_list(file: TableFile, standard: Standard, year: int | None) -> Imported:
    """A list as the subjects of a book without tables.

    Raises:
        UnusableFileError: as for :func:`read_subject_list`.
    """
    found = subjects_of(file, standard)
    book = blank_book(standard, year or 0)._replace(name=file.name, blocks={}, info={})
    return Imported(book._replace(subjects=found), {SUBJECTS: f"“{file.name}”"})


def subjects_of(file: TableFile, standard: Standard) -> dict[str, tuple[Subject, ...]]:
    """The subjects of an opened file by the key of their list.

    Raises:
        UnusableFileError: as for :func:`read_subject_list`.
    """
    found: dict[str, dict[str, Subject]] = {}
    for where, lines in _sheets(file):
        number, places = _header(lines)
        above = [""] * len(_LEVELS)
        for line, cells in enumerate(lines[number:], number + 1):
            one = {key: cells[at] if at < len(cells) else "" for key, at in places.items()}
            code = code_text(one.get("code", "")) or _joined(one, above)
            if not code and not one.get("name"):
                continue
            at = f"科目目录“{file.name}”{where}第{line}行"
            if not code.isascii() or not code.isdigit():
                if not any(sign.isdigit() for sign in code):
                    continue  # a heading between the codes, or a note below
                raise UnusableFileError(f"{at}的编码“{code}”不是数字；请改正后再导入。")
            key = _list(standard, code, one.get("kind", ""), at)
            subject = Subject(
                code,
                one.get("name", "").strip(),
                _year(one.get("first", ""), 0, at),
                _year(one.get("last", ""), 9999, at),
                tuple(alias for alias in one.get("aliases", "").split("|") if alias),
                meaning=" ".join(one.get("meaning", "").split()),
            )
            if not subject.name:
                raise UnusableFileError(f"{at}的编码“{code}”没有名称；请补上后再导入。")
            before = found.setdefault(key, {}).setdefault(code, subject)
            if before.name != subject.name and before[2:4] == subject[2:4]:
                raise UnusableFileError(
                    f"{at}的编码“{code}”有两个名称（“{before.name}”和“{subject.name}”）；请核对后再导入。"
                )
    if not found:
        raise UnusableFileError(
            f"科目目录“{file.name}”里没有“科目编码”和“科目名称”两栏，或两栏下没有科目；请补上标题行。"
        )
    return {key: tuple(subjects.values()) for key, subjects in found.items()}


def _joined(one: Mapping[str, str], above: list[str]) -> str:
    """The code of a line with a column for each level; ``above``: the levels of the line before, which are kept up."""
    parts = [code_text(one.get(level, "")) for level in _LEVELS]
    own = next((at for at, part in reversed([*enumerate(parts)]) if part), -1)
    if own < 0:
        return ""
    if len(parts[own]) > _LONGEST_LEVEL and parts[own].startswith("".join(above[:own])):
        return parts[own]  # the whole code stands in the column of its level
    above[:own] = [part or before for part, before in zip(parts[:own], above[:own], strict=True)]
    above[own:] = [parts[own], *[""] * (len(_LEVELS) - own - 1)]
    return "".join(above)


def _sheets(file: TableFile) -> Iterable[tuple[str, list[list[str]]]]:
    """Every sheet with how it is called in sentences."""
    sheets = file.sheets
    for sheet in sheets:
        if not sheet.hidden:
            name = f"工作表“{sheet.name}”" if len(sheets) > 1 else ""
            yield name, [[text_of(cell) for cell in line] for line in sheet.lines]


def _header(lines: Sequence[Sequence[str]]) -> tuple[int, dict[str, int]]:
    """The number of lines down to the headings, and the columns below them; all lines where there are none."""
    for number, line in enumerate(lines[:_SEARCHED], 1):
        texts = [squash(text) for text in line]
        places = {
            key: next(texts.index(name) for name in names if name in texts)
            for key, names in _HEADINGS.items()
            if any(name in texts for name in names)
        }
        below = [squash(text) for text in lines[number]] if number < len(lines) else []
        for levels, last in ((texts, number), (below, number + 1)):
            if {"code"} & places.keys() and last == number:
                continue  # of a heading above several columns, the line below names them
            if _LEVELS[0] in levels and _LEVELS[1] in levels and "name" in places:
                found = {key: at for key, at in places.items() if key != "code"}
                return last, found | {one: levels.index(one) for one in _LEVELS if one in levels}
        if "code" in places and "name" in places:
            return number, places
    return len(lines), {}


def _list(standard: Standard, code: str, kind: str, where: str) -> str:
    lists = standard.subjects
    for key, one in lists.items():
        if kind.strip() in (key, one.name):
            return key
    known = "、".join(items.name for items in lists.values())
    if kind.strip():
        raise UnusableFileError(f"{where}的分类“{kind}”不认识；应为：{known}。")
    fitting = [
        key
        for key, one in lists.items()
        if code[: one.lengths[0]] in one.by_code and len(code) in one.lengths
    ]
    if len(fitting) == 1:
        return fitting[0]
    raise UnusableFileError(
        f"{where}的编码“{code}”分不清是哪一类科目；请加一栏“分类”，写：{known}。"
    )


def _year(text: str, default: int, where: str) -> int:
    plain = squash(text).removesuffix("年度").removesuffix("年")
    if not plain:
        return default
    if not (plain.isascii() and plain.isdigit() and len(plain) == len("2024")):
        raise UnusableFileError(f"{where}的年度“{text}”不是年度；请改正后再导入。")
    return int(plain)
