"""A bureau's list of subjects that is kept on a machine, for the workbooks that are made there.

It lies in the user's own folder, a CSV file for each standard and year, and holds from that year on until a later
one does. A new workbook takes it into its own 科目字典: what is said of a workbook never depends on the machine.
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.errors import UnusableFileError, reason_of
from xlbudget.folders import data_folder
from xlbudget.importing.subject_lists import listed, looks_like_list, read_subject_list
from xlbudget.importing.tables.open import open_tables
from xlbudget.reading.particulars import subject_texts
from xlbudget.sheets.layout import SUBJECT_HEADINGS
from xlbudget.xlsx.atomic import replace_atomically

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from xlbudget.standard.model import Standard, Subject


class KeptList(NamedTuple):
    """A kept list: its file, and its subjects by list."""

    path: Path
    subjects: dict[str, tuple[Subject, ...]]


def kept_list(standard: Standard, year: int) -> KeptList | None:
    """The latest list that was kept for a year up to this one.

    Raises:
        UnusableFileError: its file cannot be read as a list any more.
    """
    folder = _folder(standard)
    years = [path for path in folder.glob("*.csv") if path.stem.isdecimal()]
    path = max((one for one in years if int(one.stem) <= year), key=_year, default=None)
    if path is None:
        return None
    try:
        return KeptList(path, read_subject_list(path, standard).subjects)
    except UnusableFileError as error:
        raise UnusableFileError(
            f"本机保存的科目目录“{path}”不能用：{error}也可以删去这个文件，就不再用它。"
        ) from error


def keep_lists(standard: Standard, year: int, sources: Iterable[Path]) -> Path:
    """Keep the lists among the sources for that year, instead of what was kept for it; gives the file.

    Raises:
        UnusableFileError: no source is a list, or the file cannot be written.
    """
    subjects = lists_among(standard, sources)
    path = _folder(standard) / f"{year}.csv"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UnusableFileError(
            f"科目目录没有保存在本机：建不了文件夹“{path.parent}”（{reason_of(error)}）。"
        ) from error
    content = _csv(standard, subjects)
    replace_atomically(path, lambda new: _write(new, content), backup=False)
    return path


def kept_sentence(path: Path, year: int) -> str:
    """What a list that was kept is good for."""
    return (
        f"科目目录已保存在本机“{path}”：以后在本机新建{year}年度起的工作簿都带上它；"
        "不要时删去这个文件。"
    )


def lists_among(
    standard: Standard, sources: Iterable[Path]
) -> dict[str, dict[tuple[str, int], Subject]]:
    """The subjects of those sources that are lists, by list; of one code and year the last counts.

    Raises:
        UnusableFileError: none is a list.
    """
    found: dict[str, dict[tuple[str, int], Subject]] = {}
    for path in sources:
        if path.is_dir() or not looks_like_list(file := open_tables(path), standard):
            continue
        for key, subjects in listed(file, standard).subjects.items():
            found.setdefault(key, {}).update({(one.code, one.first): one for one in subjects})
    if not found:
        raise UnusableFileError(
            "来源里没有科目目录，--keep 没有可以保存的；请写上有“科目编码”“科目名称”两栏的文件，或去掉 --keep。"
        )
    return found


def _write(path: Path, content: bytes) -> None:
    path.write_bytes(content)


def _csv(standard: Standard, subjects: Mapping[str, Mapping[tuple[str, int], Subject]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(SUBJECT_HEADINGS)
    for key, found in subjects.items():
        name = standard.subjects[key].name
        writer.writerows(subject_texts(one, name) for one in found.values())
    return text.getvalue().encode("utf-8-sig")


def _folder(standard: Standard) -> Path:
    return data_folder() / "subjects" / standard.id


def _year(path: Path) -> int:
    return int(path.stem)
