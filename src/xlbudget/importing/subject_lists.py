"""A bureau's subject list from a spreadsheet or CSV file: codes and names for 科目字典."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlbudget.characters import code_text, squash
from xlbudget.errors import UnusableFileError
from xlbudget.sheets.cells import text_of
from xlbudget.standard.model import Subject

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from xlbudget.standard.model import Standard


_HEADINGS = {
    "code": ("科目编码", "科目代码", "编码", "代码", "code"),
    "name": ("科目名称", "名称", "name"),
    "kind": ("分类", "科目分类", "kind"),
    "first": ("启用年度", "valid_from"),
    "last": ("停用年度", "valid_to"),
    "aliases": ("别名", "aliases"),
}
_SEARCHED = 10


def read_subject_list(path: Path, standard: Standard) -> dict[str, tuple[Subject, ...]]:
    """The subjects of a file by the key of their list.

    A list without 分类 is told by its codes: those whose first level the standard's list has.

    Raises:
        UnusableFileError: unreadable, without codes and names, or the list cannot be told.
    """
    found: dict[str, dict[str, Subject]] = {}
    for where, lines in _sheets(path):
        number, places = _header(lines)
        for line, cells in enumerate(lines[number:], number + 1):
            one = {key: cells[at] if at < len(cells) else "" for key, at in places.items()}
            code = code_text(one.get("code", ""))
            if not code and not one.get("name"):
                continue
            at = f"科目目录“{path.name}”{where}第{line}行"
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
            f"科目目录“{path.name}”里没有“科目编码”和“科目名称”两栏，或两栏下没有科目；请补上标题行。"
        )
    return {key: tuple(subjects.values()) for key, subjects in found.items()}


def _sheets(path: Path) -> Iterable[tuple[str, list[list[str]]]]:
    """Every sheet with how it is called in sentences."""
    from xlbudget.importing.tables.open import open_tables  # noqa: PLC0415  # where it is asked for

    sheets = open_tables(path).sheets
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
