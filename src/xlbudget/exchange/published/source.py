"""A published document as a sequence of lines and tables, whatever file it comes in."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from xlbudget.errors import UnusableFileError
from xlbudget.exchange.published.names import OLD_SUFFIXES, SUFFIXES
from xlbudget.exchange.published.pieces import Line, Matrix

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

__all__ = ["Source", "read_source"]

_LARGEST = 100 * 2**20


class Source(NamedTuple):
    """All pieces of a document in reading order."""

    pieces: tuple[Line | Matrix, ...]


def read_source(path: Path) -> Source:
    """The pieces of a file.

    Raises:
        UnusableFileError: missing, damaged, encrypted, of an unknown kind, or without text.
    """
    suffix = path.suffix.lower()
    _refuse(path, suffix)
    pieces: Iterable[Line | Matrix]
    if suffix == ".docx":
        from xlbudget.exchange.published.docx import docx_pieces  # noqa: PLC0415  # one of these

        pieces = docx_pieces(path)
    elif suffix == ".pdf":
        from xlbudget.exchange.published.pdf import pdf_pieces  # noqa: PLC0415  # is needed

        pieces = pdf_pieces(path)
    elif suffix in (".html", ".htm"):
        from xlbudget.exchange.published.html import html_pieces  # noqa: PLC0415

        pieces = html_pieces(path)
    else:
        from xlbudget.exchange.published.text import text_pieces  # noqa: PLC0415

        pieces = text_pieces(path)
    source = Source(tuple(pieces))
    if not any(isinstance(one, Matrix) or one.text for one in source.pieces):
        raise UnusableFileError(f"“{path.name}”里没有文字；请换一个有内容的文件。")
    return source


def _refuse(path: Path, suffix: str) -> None:
    if suffix in OLD_SUFFIXES:
        raise UnusableFileError(
            f"“{path.name}”的格式（{suffix}）读不了；请用 Word 或 WPS 打开，另存为 .docx 后再试。"
        )
    if suffix not in SUFFIXES:
        raise UnusableFileError(
            f"不认识“{path.name}”的格式；公开文本应为 {'、'.join(SUFFIXES)} 文件。"
        )
    if path.is_dir():
        raise UnusableFileError(f"“{path}”是文件夹，不是公开文本；请选其中的文件。")
    try:
        size = path.stat().st_size
    except FileNotFoundError as error:
        raise UnusableFileError(f"找不到文件“{path}”；请检查文件名和所在文件夹。") from error
    except OSError as error:
        raise UnusableFileError(f"“{path}”读不出来；请检查文件权限和磁盘。") from error
    if not size:
        raise UnusableFileError(f"“{path.name}”是空文件；请从备份恢复。")
    if size > _LARGEST:
        raise UnusableFileError(f"“{path.name}”过大，不像部门预算的公开文本，没有打开。")
