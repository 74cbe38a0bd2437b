"""A standard with the user's own subject lists added."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlbudget.errors import StandardError
from xlbudget.standard.loader import load_standard
from xlbudget.standard.subjects import read_subjects

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from xlbudget.figures import Book
    from xlbudget.standard.model import Standard
    from xlbudget.standard.subjects import Subject

OWN_LISTS = "按科目字典补充"
"""What 基础信息 says where the workbook's 科目字典 has subjects of its own."""


def own_standard(book: Book) -> Standard:
    """The standard that a workbook names, with the subjects that it adds."""
    standard = load_standard(book.standard)
    return with_subjects(standard, book.subjects) if book.subjects else standard


def with_subjects(standard: Standard, added: Mapping[str, Iterable[Subject]]) -> Standard:
    """The standard with subjects added to its lists, by the key of the list."""
    lists = dict(standard.subjects)
    for key, subjects in added.items():
        if key not in lists:
            known = "、".join(f"{one}（{found.name}）" for one, found in lists.items())
            raise StandardError(f"没有名为“{key}”的科目分类；现有：{known}。")
        lists[key] = lists[key].extended(subjects)
    return standard._replace(subjects=lists)


def with_subject_files(standard: Standard, files: Iterable[tuple[str, Path]]) -> Standard:
    """The standard with lists read from CSV files, each with the key of its classification.

    Raises:
        StandardError: no such classification, or an unreadable file.
    """
    for key, path in files:
        standard = with_subjects(standard, {key: read_subjects(path)})
    return standard
