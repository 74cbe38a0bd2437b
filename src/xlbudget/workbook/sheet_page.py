"""How a sheet is printed: A4, one page wide, page numbers at the foot."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlbudget.workbook.sheet_writer import checked

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlbudget.workbook.sheet_writer import Sheet

__all__ = ["print_page"]

_A4 = 9


def print_page(
    sheet: Sheet,
    area: str,
    *,
    landscape: bool = False,
    repeat: tuple[int, int] | None = None,
    breaks: Sequence[int] = (),
) -> None:
    """Print ``area``; rows ``repeat`` stand on every page, pages end after the rows ``breaks``."""
    raw = sheet.raw
    raw.set_paper(_A4)
    if landscape:
        raw.set_landscape()
    raw.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
    raw.center_horizontally()
    raw.fit_to_pages(1, 0)
    raw.set_footer("&C第 &P 页，共 &N 页")
    checked(raw.print_area(area), area)
    if repeat:
        raw.repeat_rows(repeat[0] - 1, repeat[1] - 1)
    if breaks:
        checked(raw.set_h_pagebreaks(list(breaks)), "breaks")
