"""Which sheets of a workbook recipients get: what is published, and what else was asked for.

基础信息, 总览, 校验结果 and 科目字典 are for those who do the work, and so are sheets that a user
added: they are left out unless they are asked for by name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from xlbudget.errors import UnusableFileError
from xlbudget.workbook.layout import CONTENTS, COVER, GLOSSARY, NOTES, PROFILE
from xlbudget.workbook.read import find_sheet

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlbudget.figures import Book
    from xlbudget.standard.model import Standard
    from xlbudget.xlsx.workbook import Workbook

__all__ = ["Chosen", "choose_sheets"]


class Chosen(NamedTuple):
    """Names of sheets; of those in ``texts`` only the final texts are published."""

    sheets: tuple[str, ...]
    texts: tuple[str, ...]
    tables: tuple[str, ...]


def choose_sheets(
    source: Workbook, standard: Standard, book: Book, also: Sequence[str] = ()
) -> Chosen:
    """The sheets of what is published, as the workbook names them.

    Raises:
        UnusableFileError: one of ``also`` is not there, or the workbook cannot be read.
    """
    fixed = [find_sheet(source, name) for name in (COVER, CONTENTS, PROFILE)]
    texts = tuple(name for title in (NOTES, GLOSSARY) if (name := find_sheet(source, title)))
    for name in also:
        if name not in source.names:
            raise UnusableFileError(
                f"工作簿“{source.path.name}”没有工作表“{name}”，不能按 --sheet 收入；请核对名称。"
            )
    tables = tuple(book.sheets[table.key] for table in standard.tables if table.key in book.sheets)
    every = (*filter(None, fixed), *tables, *texts, *also)
    return Chosen(tuple(dict.fromkeys(every)), texts, tables)
