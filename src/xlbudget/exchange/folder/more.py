"""What a data folder may hold besides figures: notes below tables, own subjects, final texts.

``表下说明.toml`` has a list of lines per sheet, ``科目字典.csv`` the department's own subjects, and
``定稿.toml`` the paragraphs that a person has written. Each may be absent.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlbudget.errors import DataFolderError
from xlbudget.exchange.folder.files import read_records, read_toml
from xlbudget.figures import TextUnit
from xlbudget.standard.subjects import Subject

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from typing import Any

    from xlbudget.standard.model import Standard

__all__ = [
    "FINALS_FILE",
    "FINAL_PARTS",
    "NOTES_FILE",
    "SUBJECTS_FILE",
    "SUBJECT_HEADINGS",
    "read_finals_file",
    "read_notes_file",
    "read_subjects_file",
]

NOTES_FILE, SUBJECTS_FILE, FINALS_FILE = "表下说明.toml", "科目字典.csv", "定稿.toml"
SUBJECT_HEADINGS = ("编码", "名称", "分类", "启用年度", "停用年度", "别名")
"""Of the file of subjects, as on the sheet 科目字典."""
FINAL_PARTS = {"情况说明": "notes", "名词解释": "glossary"}
"""The lists of the file of final texts, and the part of the text that each is."""
_HEADING = "标题"


def read_notes_file(folder: Path, standard: Standard) -> dict[str, tuple[str, ...]]:
    """The lines below the tables that are not what the standard says, by table.

    Raises:
        DataFolderError: a sheet that the standard does not have, or no list of texts.
    """
    if not (folder / NOTES_FILE).is_file():
        return {}
    tables = {table.sheet: table.key for table in standard.tables}
    found: dict[str, tuple[str, ...]] = {}
    for sheet, lines in read_toml(folder / NOTES_FILE).items():
        if sheet not in tables:
            raise DataFolderError(
                f"{NOTES_FILE}中不认识“{sheet}”；应为工作表的名称，如“{next(iter(tables))}”。"
            )
        if not isinstance(lines, list) or not all(isinstance(line, str) for line in lines):
            raise DataFolderError(f'{NOTES_FILE}“{sheet}”应为几行文字，例如：["说明：……"]。')
        found[tables[sheet]] = tuple(lines)
    return found


def read_subjects_file(folder: Path, standard: Standard) -> dict[str, tuple[Subject, ...]]:
    """The department's own subjects, by the key of the list.

    Raises:
        DataFolderError: a line has no code of digits, no known list, or a year that is none.
    """
    path = folder / SUBJECTS_FILE
    lists = {one.name: one.key for one in standard.subjects.values()}
    found: dict[str, tuple[Subject, ...]] = {}
    for number, entry in read_records(path):
        code, name, kind, first, last, aliases = (entry.get(one, "") for one in SUBJECT_HEADINGS)
        if kind not in lists:
            raise DataFolderError(
                f"数据文件“{path.name}”第{number}行的“分类”应为：{'、'.join(lists)}。"
            )
        if not code.isdigit() or not all(one.isdigit() for one in (first, last) if one):
            raise DataFolderError(f"数据文件“{path.name}”第{number}行的编码或年度不是数字。")
        spellings = tuple(alias for alias in aliases.split("|") if alias)
        subject = Subject(code, name, int(first or 0), int(last or 9999), spellings)
        found[lists[kind]] = (*found.get(lists[kind], ()), subject)
    return found


def read_finals_file(folder: Path) -> tuple[TextUnit, ...]:
    """The paragraphs that a person has written, in their order.

    Raises:
        DataFolderError: an entry lacks its paragraph or text.
    """
    if not (folder / FINALS_FILE).is_file():
        return ()
    raw = read_toml(folder / FINALS_FILE)
    unknown = next((name for name in raw if name not in FINAL_PARTS), None)
    if unknown is not None:
        parts = "、".join(FINAL_PARTS)
        raise DataFolderError(f"{FINALS_FILE}中不认识“{unknown}”；可用的有：{parts}。")
    found: list[TextUnit] = []
    for name, part in FINAL_PARTS.items():
        section = ""
        for entry in raw.get(name, ()):
            unit = _final(part, section, entry)
            section = unit.section
            found.append(unit)
    return tuple(found)


def _final(part: str, section: str, entry: Mapping[str, Any]) -> TextUnit:
    known = isinstance(entry, dict)
    identity, text = (entry.get("段落"), entry.get("定稿")) if known else (None, None)
    if not isinstance(identity, str) or not isinstance(text, str) or not identity:
        raise DataFolderError(f"{FINALS_FILE}的每一段都要有“段落”和“定稿”，都写在英文双引号里。")
    head = identity.partition(".")[0]
    return TextUnit(
        part,
        str(entry.get("部分") or (section if head == "自写" and section else head)),
        identity,
        text,
        heading=entry.get("类别") == _HEADING,
    )
