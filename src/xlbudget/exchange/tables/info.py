"""What a workbook of ours has besides tables: 基础信息, 部门概况, own subjects."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from xlbudget.errors import UnusableFileError
from xlbudget.figures import InfoValue, Profile, Unreadable
from xlbudget.standard.extend import OWN_LISTS
from xlbudget.workbook.layout import (
    CONTENTS,
    COVER,
    DICTIONARY,
    FINDINGS,
    GLOSSARY,
    INFO_SHEET,
    NOTES,
    OVERVIEW,
    PROFILE,
)
from xlbudget.workbook.read_info import own_subjects, read_info, read_profile, standard_of, year_of
from xlbudget.workbook.read_labels import plain_name
from xlbudget.workbook.read_texts import read_texts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xlbudget.exchange.tables.grid import TableFile
    from xlbudget.standard.model import Standard
    from xlbudget.standard.subjects import Subject

__all__ = ["Front", "front_sheets", "read_front"]

_OURS = frozenset(
    (COVER, CONTENTS, INFO_SHEET, PROFILE, NOTES, GLOSSARY, OVERVIEW, FINDINGS, DICTIONARY)
)
_UNREAD = ("standard", "subject_lists")
"""Settings of a workbook itself, which the other one keeps."""


class Front(NamedTuple):
    """What the sheets that are no tables hold; all empty for a file that is no workbook of ours."""

    year: int = 0
    info: Mapping[str, InfoValue] = {}
    keyed: Mapping[str, Mapping[str, str]] = {}
    profile: Profile = Profile()
    subjects: Mapping[str, tuple[Subject, ...]] = {}
    origins: Mapping[str, str] = {}
    left: tuple[str, ...] = ()


def front_sheets(file: TableFile) -> set[str]:
    """The names of sheets that a workbook of ours has besides the tables."""
    return {one.name for one in file.sheets if plain_name(one.name) in _OURS}


def read_front(file: TableFile, standard: Standard) -> Front:
    """基础信息 and 部门概况 of a workbook of ours.

    Raises:
        UnusableFileError: the workbook is of another standard.
    """
    sheets = {plain_name(one.name): one for one in file.sheets if not one.hidden}
    if INFO_SHEET not in sheets:
        return Front()
    lines = [list(line) for line in sheets[INFO_SHEET].lines]
    named = standard_of(lines).value
    if named and named != standard.id:
        raise UnusableFileError(
            f"“{file.name}”适用的标准是“{named}”，不是“{standard.id}”，没有导入；请选同一标准的文件。"
        )
    data = read_info(standard, lines)
    left: list[str] = []
    info: dict[str, InfoValue] = {}
    for key, value in data.info.items():
        if isinstance(value.value, Unreadable):
            label = standard.fields[key].label
            left.append(
                f"工作表“{INFO_SHEET}”{value.cell}“{label}”的“{value.value.raw}”读不出来，没有导入。"
            )
        elif value.value not in (None, "") and key not in _UNREAD:
            info[key] = InfoValue(value.value)
    stated = data.info.get("year", InfoValue("")).value
    year = year_of(stated) if isinstance(stated, str) else 0
    origins = {"info": f"工作表“{INFO_SHEET}”"}
    profile = Profile()
    if PROFILE in sheets:
        profile = read_profile([list(line) for line in sheets[PROFILE].lines])
        if profile != Profile():
            origins["profile"] = f"工作表“{PROFILE}”"
    subjects: dict[str, tuple[Subject, ...]] = {}
    lists = data.info.get("subject_lists", InfoValue("")).value
    if lists == OWN_LISTS and DICTIONARY in sheets:
        subjects = own_subjects(standard, [list(line) for line in sheets[DICTIONARY].lines])
        info["subject_lists"] = InfoValue(OWN_LISTS)
    for name in (NOTES, GLOSSARY):
        if name in sheets:
            texts = read_texts(name, name, [list(line) for line in sheets[name].lines])
            own = sum(1 for one in texts if not one.follows)
            if own:
                left.append(f"工作表“{name}”中自己改写的{own}段文字没有导入；请复制到“定稿”栏。")
    return Front(year, info, data.keyed, profile, subjects, origins, tuple(left))
