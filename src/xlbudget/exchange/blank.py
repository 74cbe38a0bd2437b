"""A book without figures, for a new workbook."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlbudget.figures import BlockData, Book

if TYPE_CHECKING:
    from xlbudget.standard.model import Standard

__all__ = ["blank_book"]


def blank_book(standard: Standard, year: int) -> Book:
    """All tables of the standard, without rows."""
    blocks = {key: BlockData.of([]) for key in standard.blocks}
    return Book(name="", standard=standard.id, year=year, info={}, blocks=blocks)
