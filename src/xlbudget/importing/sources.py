"""Any source of an import: exported tables, a published document, a data folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlbudget.errors import UnusableFileError
from xlbudget.importing.imported import Imported
from xlbudget.importing.published import SUFFIXES as PUBLISHED
from xlbudget.importing.tables.open import SUFFIXES

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from xlbudget.figures import Book, Row
    from xlbudget.standard.model import Standard


_OLD = {
    **dict.fromkeys((".doc", ".wps", ".rtf"), ".docx"),
    **dict.fromkeys((".csv", ".ods", ".xlsb", ".xml"), ".xlsx"),
}


def read_source_file(path: Path, standard: Standard, year: int | None = None) -> Imported:
    """What a source holds, whatever it is.

    Raises:
        UnusableFileError: it cannot be read, or nothing of it can be taken.
        DataFolderError: a data folder that cannot be understood.
    """
    suffix = path.suffix.lower()
    if path.is_dir():
        from xlbudget.importing.data_folder import read_folder  # noqa: PLC0415  # one kind is needed

        book = read_folder(path, standard)
        if year not in (None, book.year):
            raise UnusableFileError(
                f"数据文件夹“{path.name}”是{book.year}年度的，应为{year}年度；请选对文件夹。"
            )
        keys = (*(table.key for table in standard.tables), "info")
        return Imported(book, dict.fromkeys(keys, f"数据文件夹“{path.name}”"))
    if not path.exists():
        raise UnusableFileError(f"找不到“{path}”；请检查文件名和所在文件夹。")
    if suffix in SUFFIXES:
        from xlbudget.importing.tables.read import read_tables  # noqa: PLC0415  # one kind is needed

        return read_tables(path, standard, year)
    if suffix in PUBLISHED:
        from xlbudget.importing.published.document import read_published  # noqa: PLC0415  # one kind is needed

        return read_published(path, standard, year)
    if suffix in _OLD:
        raise UnusableFileError(
            f"“{path.name}”的格式（{suffix}）不能直接导入；请用 Excel、Word 或 WPS 打开，另存为 {_OLD[suffix]} 后再导入。"
        )
    kinds = "、".join((*SUFFIXES, *PUBLISHED))
    raise UnusableFileError(f"不认识“{path.name}”的格式；可以导入的有：{kinds} 和数据文件夹。")


def combined(found: Sequence[Imported], standard: Standard) -> Imported:
    """Several sources as one: a table that two of them have must be the same in both.

    Raises:
        UnusableFileError: they are of different years.
    """
    first = found[0]
    if len(found) == 1:
        return first
    years = sorted({imported.book.year for imported in found})
    if len(years) > 1:
        named = "、".join(f"“{one.book.name}”是{one.book.year}年度" for one in found)
        raise UnusableFileError(f"来源的年度不同（{named}）；请分别导入。")
    book = first.book
    origins = dict(first.origins)
    left = list(first.left)
    for imported in found[1:]:
        book = _joined(standard, book, imported.book, left)
        origins = {**imported.origins, **origins}
        left += imported.left
    texts = tuple(text for imported in found for text in imported.texts)
    return Imported(book, origins, texts, tuple(dict.fromkeys(left)))


def _joined(standard: Standard, book: Book, other: Book, left: list[str]) -> Book:
    """``book`` with what only ``other`` has."""
    blocks = dict(book.blocks)
    forms = book.forms
    for table in standard.tables:
        keys = [block.key for block in table.blocks if block.key in other.blocks]
        if any(key in blocks for key in keys):
            same = all(
                key in blocks and _plain(blocks[key].rows) == _plain(other.blocks[key].rows)
                for key in keys
            )
            if not same:
                left.append(
                    f"“{table.title}”在“{book.name}”和“{other.name}”中都有，内容不同，只取前一个；请核对。"
                )
            continue
        blocks.update({key: other.blocks[key] for key in keys})
        if keys and table.blocks[0].body == "form":
            forms = other.forms
    profile = book.profile if any(book.profile) else other.profile
    keyed = {
        key: {**other.keyed.get(key, {}), **book.keyed.get(key, {})}
        for key in {*book.keyed, *other.keyed}
    }
    return book._replace(
        blocks=blocks,
        forms=forms,
        info={**other.info, **book.info},
        keyed=keyed,
        profile=profile,
        notes={**other.notes, **book.notes},
        subjects={**other.subjects, **book.subjects},
        findings=(*book.findings, *other.findings),
    )


def _plain(rows: Sequence[Row]) -> list[Row]:
    return [row._replace(line=0, places=()) for row in rows]
