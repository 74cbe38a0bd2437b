"""Figures and findings as pandas frames, and figures from frames: behind ``Book`` and ``Report``.

Amounts are :class:`~decimal.Decimal` in the unit of their table, exact and with the decimals that
were printed; a blank is None, and what is no amount is the text that stands in the cell. pandas is
loaded when a frame is asked for.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pandas as pd  # type: ignore[import-untyped]  # has no py.typed marker

from xlbudget.errors import AmountError, StandardError
from xlbudget.figures import BlockData, Book, InfoValue, Row, Unreadable
from xlbudget.findings import Finding
from xlbudget.money import Amount, from_number, parse_amount
from xlbudget.printed import column_names, row_entries, side_by_side
from xlbudget.standard.loader import DEFAULT, load_standard, own_standard
from xlbudget.standard.model import Standard

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xlbudget.figures import Cell
    from xlbudget.findings import Report
    from xlbudget.money import Unit
    from xlbudget.standard.model import Block, Table

INFO = "info"
"""The name of the frame of 基础信息."""
_NAMES = ("block", "kind", "key", "label", "parent")
"""What a row is: see :class:`~xlbudget.figures.Row`."""


def report_frame(report: Report) -> pd.DataFrame:
    """A line per finding, the columns are the fields of :class:`~xlbudget.findings.Finding`.

    ``level`` is a text; of the suggestions the values alone, in their order, stand in a list.
    """
    lines = [
        {
            **finding._asdict(),
            "level": finding.level.value,
            "basis": list(finding.basis),
            "follows": list(finding.follows),
            "suggestions": [suggestion.value for suggestion in finding.suggestions],
        }
        for finding in report.findings
    ]
    return pd.DataFrame(lines, columns=list(Finding._fields), dtype=object)


def _find_table(standard: Standard, name: str | int) -> Table:
    """A table by its number, key, title or the name of its sheet.

    Raises:
        StandardError: the standard has no such table.
    """
    text = str(name).strip().removeprefix("表").strip()
    for table in standard.tables:
        if text in (str(table.number), table.key, table.title, table.sheet):
            return table
    known = "、".join(f"{table.number} {table.title}" for table in standard.tables)
    raise StandardError(f"没有名为“{name}”的表；现有：{known}。")


def frame_of(book: Book, name: str | int, standard: Standard | None) -> pd.DataFrame:
    """Behind :meth:`Book.to_frame`.

    Raises:
        StandardError: the standard has no such table.
    """
    standard = standard or own_standard(book)
    if name == INFO:
        lines = [
            [key, field.label, field.unit, _plain(book.info[key].value)]
            for key, field in standard.fields.items()
            if key in book.info
        ]
        return pd.DataFrame(lines, columns=["key", "label", "unit", "value"], dtype=object)
    table = _find_table(standard, name)
    texts = dict.fromkeys(
        column.key for block in table.blocks for column in block.columns if column.kind == "text"
    )
    amounts = dict.fromkeys(key for block in table.blocks for key in block.amounts)
    rows = []
    for block in table.blocks:
        of_texts = [column.key for column in block.columns if column.kind == "text"]
        for row in book.blocks.get(block.key, BlockData.of([])).rows:
            line: dict[str, object] = {"block": block.key, "kind": row.kind, "key": row.key}
            line |= {"label": row.label, "parent": row.parent}
            line |= zip(of_texts, row.texts, strict=False)
            line |= zip(block.amounts, map(_plain, row.cells), strict=True)
            rows.append([line.get(column) for column in (*_NAMES, *texts, *amounts)])
    return pd.DataFrame(rows, columns=[*_NAMES, *texts, *amounts], dtype=object)


def printed_frame(standard: Standard, book: Book, name: str | int) -> pd.DataFrame:
    """A table as its sheet shows it: the columns are the headings, outer and inner joined by "/".

    The sides of a table stand side by side; a blank is an empty text.

    Raises:
        StandardError: the standard has no such table.
    """
    table = _find_table(standard, name)
    headings = column_names(table, book.year)
    if table.forms:  # a line per form, which has no column for its name
        headings = ["项目名称", *headings]
    sides = []
    for block in table.blocks:
        rows = book.blocks.get(block.key, BlockData.of([])).rows
        placed = len({row.line for row in rows if row.line}) == len(rows)
        side: dict[int, list[object]] = {}
        for at, row in enumerate(rows):
            values = map(_plain, row_entries(standard, block, row, row.label))
            named: list[object] = [row.label or row.key] if table.forms else []
            side[row.line if placed else at] = named + [
                "" if one is None else one for one in values
            ]
        sides.append(side)
    # A line of the sheet is a line of the frame; figures that stand on none follow each other.
    lines = side_by_side(table, sides, "")
    return pd.DataFrame(lines, columns=headings, dtype=object)


def book_of(
    frames: Mapping[Any, pd.DataFrame],
    base: Book | None,
    year: int,
    name: str,
    standard: Standard | str | None,
) -> Book:
    """Behind :meth:`Book.from_frames`.

    Raises:
        StandardError: a frame is of no table of the standard, or lacks a column.
        ValueError: no year.
    """
    if not isinstance(standard, Standard):
        named = standard or (base.standard if base else DEFAULT)
        standard = own_standard(base) if base and not standard else load_standard(named)
    base = base or Book(name, standard.id, year, {}, {})
    blocks, info = dict(base.blocks), dict(base.info)
    for key, frame in frames.items():
        if key == INFO:
            _require(key, frame, ["key", "value"])
            info = {
                field: InfoValue(_info_value(standard, field, value))
                for field, value in zip(frame["key"], frame["value"], strict=True)
            }
            continue
        table = _find_table(standard, key)
        several = len(table.blocks) > 1
        for block in table.blocks:
            _require(key, frame, ["block"] * several + ["kind", "key", "label", *block.amounts])
            lines = [
                line
                for line in frame.to_dict("records")
                if not several or line["block"] == block.key
            ]
            blocks[block.key] = BlockData.of([_row(block, line) for line in lines])
    stated = info.get("year", InfoValue("")).value
    year = year or (int(stated) if isinstance(stated, str) and stated.isdecimal() else base.year)
    if not year:
        raise ValueError("from_frames needs the year, or a frame “info” that holds it")
    kept = base._replace(name=name or base.name, standard=standard.id, year=year)
    return kept._replace(blocks=blocks, info=info, computed=frozenset())


def _require(name: str | int, frame: pd.DataFrame, columns: list[str]) -> None:
    lacking = [column for column in columns if column not in frame.columns]
    if lacking:
        raise StandardError(
            f"“{name}”的数据缺少列“{'”“'.join(lacking)}”；请照 Book.to_frame 给出的列名。"
        )


def _row(block: Block, line: Mapping[Any, Any]) -> Row:
    texts = [line.get(column.key) for column in block.columns if column.kind == "text"]
    while texts and _is_blank(texts[-1]):
        texts.pop()
    return Row(
        key=_text(line["key"]),
        kind=_text(line["kind"]),
        label=_text(line["label"]),
        cells=tuple(_cell(line[key], block.unit) for key in block.amounts),
        texts=tuple(_text(text) for text in texts),
        parent=_text(line.get("parent")),
    )


def _plain(cell: Cell | str) -> Decimal | str | None:
    if isinstance(cell, Amount):
        return cell.decimal
    return cell.raw if isinstance(cell, Unreadable) else cell


def _is_blank(value: object) -> bool:
    return value is None or value is pd.NA or (isinstance(value, float) and value != value)  # noqa: PLR0124


def _text(value: object) -> str:
    return "" if _is_blank(value) else str(value)


def _cell(value: object, unit: Unit) -> Cell:
    if _is_blank(value):
        return None
    if isinstance(value, bool):
        return Unreadable(str(value))
    if isinstance(value, Amount):
        return value
    try:
        if isinstance(value, Decimal):
            return from_number(value, unit)
        if isinstance(value, str):
            # An empty text is a cell that nobody has filled in, which is no blank: see UNFILLED.
            return parse_amount(value, unit) if value else Unreadable(value)
        return from_number(float(value), unit)  # type: ignore[arg-type]  # numpy's kinds of numbers
    except (AmountError, TypeError):
        return Unreadable(str(value))


def _info_value(standard: Standard, key: str, value: object) -> str | Cell:
    field = standard.fields.get(key)
    if field is None:
        raise StandardError(f"基础信息没有“{key}”这一项；请照 Book.to_frame('{INFO}') 给出的 key。")
    if field.kind not in ("amount", "count"):
        return _text(value)
    return _cell(value, standard.info_unit(key))
