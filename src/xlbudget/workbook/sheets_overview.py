"""The sheet 总览: expenditure by class with its share, live, and a chart of it."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from xlbudget.workbook import styles
from xlbudget.workbook.layout import OVERVIEW, table_layout
from xlbudget.workbook.references import quoted
from xlbudget.workbook.render import render_table
from xlbudget.workbook.sheet_charts import Series, bar_chart
from xlbudget.workbook.sheet_page import print_page
from xlbudget.workbook.sheets_common import heading_rows

if TYPE_CHECKING:
    from xlbudget.figures import Book
    from xlbudget.standard.model import Standard, Table
    from xlbudget.workbook.layout import BlockLayout
    from xlbudget.workbook.sheet_writer import Sheet

__all__ = ["write_overview"]

_FIRST, _LEAST_CHART = 5, 8


def write_overview(sheet: Sheet, standard: Standard, book: Book) -> None:
    """Classes as the first table that lists them has them; formulas follow it row by row."""
    heading_rows(sheet, OVERVIEW, ("支出类别", "预算数", "占比"), (34, 16, 12))
    found = _classes(standard)
    if found is None:
        print_page(sheet, "A2:C4")
        return
    table, own = found
    layout = table_layout(standard, table)
    slot = next(index for index, row in enumerate(own.block.rows) if row.slot)
    first = layout.first + slot
    following = own.block.rows[slot + 1].label if slot + 1 < len(own.block.rows) else ""
    room = layout.last - first + 1 - (len(own.block.rows) - slot - 1)
    lines = range(first, layout.last + 1)
    entries = _entries(standard, table, own, book, lines, following)
    total = sum((value for _, value in entries if value is not None), Decimal(0))
    labels = f"{quoted(table.sheet)}!${own.letters[0]}${first}:${own.letters[0]}${layout.last}"
    amounts = labels.replace(f"${own.letters[0]}$", f"${own.amounts[0]}$")
    last = _FIRST + room - 1
    sheet.text("A4", f"来源：{table.title}", styles.NOTE)
    sheet.text("B4", f"单位：{own.block.unit.name}", styles.NUMBER)
    for offset in range(room):
        line = _FIRST + offset
        label, value = entries[offset] if offset < len(entries) else ("", None)
        rank = f"ROWS(A${_FIRST}:A{line})"
        inside = f'{rank}<MATCH("{following}",{labels},0)' if following else "TRUE"
        text = f'IFERROR(IF({inside},INDEX({labels},{rank})&"",""),"")'
        sheet.formula(f"A{line}", text, label, styles.TEXT)
        text = f'IF(A{line}="","",N(INDEX({amounts},{rank})))'
        shown: Decimal | str = "" if not label else (value or Decimal(0))
        sheet.formula(f"B{line}", text, shown, styles.AMOUNT)
        spread = f"SUM(B${_FIRST}:B${last})"
        text = f'IF(OR(N(B{line})=0,{spread}=0),"",B{line}/{spread})'
        share: Decimal | str = value / total if label and value and total else ""
        sheet.formula(f"C{line}", text, share, styles.PERCENT)
    sheet.conditional(f"A{_FIRST}:C{last}", f'$A{_FIRST}<>""', styles.BORDERED)
    shown_rows = len(entries) or _LEAST_CHART
    end = _FIRST + min(shown_rows, room) - 1
    areas = (f"$A${_FIRST}:$A${end}", f"$B${_FIRST}:$B${end}")
    title = f"支出按类别（{own.block.unit.name}）"
    bar_chart(sheet, "E4", title, [Series(title, *areas)], shown_rows)
    sheet.width(3, 3)
    print_page(sheet, f"A2:N{max(end, 22)}", landscape=True)


def _classes(standard: Standard) -> tuple[Table, BlockLayout] | None:
    """The first table with a place for subject classes."""
    for table in standard.tables:
        for own in table_layout(standard, table).blocks:
            if any(row.slot for row in own.block.rows) and own.amounts:
                return table, own
    return None


def _entries(
    standard: Standard, table: Table, own: BlockLayout, book: Book, lines: range, following: str
) -> list[tuple[str, Decimal | None]]:
    """Label and first amount of every line above the row that follows the classes."""
    printed = {one.cell: one.value for one in render_table(standard, table, book, {})}
    entries: list[tuple[str, Decimal | None]] = []
    for line in lines:
        label = printed.get(f"{own.letters[0]}{line}")
        amount = printed.get(f"{own.amounts[0]}{line}")
        if following and label == following:
            break
        entries.append((str(label or ""), amount if isinstance(amount, Decimal) else None))
    while entries and not entries[-1][0]:
        entries.pop()
    return entries
