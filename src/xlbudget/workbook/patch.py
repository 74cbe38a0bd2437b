"""Single cells of a workbook on disk changed; everything else stays byte for byte.

Parts that do not change are copied as they are packed, with their dates, attributes and order.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

from xlbudget.errors import UnusableFileError
from xlbudget.figures import Place
from xlbudget.workbook.archive import check_archive
from xlbudget.workbook.damage import naming
from xlbudget.workbook.parts import workbook_parts
from xlbudget.workbook.repack import repacked
from xlbudget.workbook.row_heights import free_rows, with_heights
from xlbudget.workbook.shared_formulas import cell_name, parse_cell
from xlbudget.workbook.sheet_xml import apply_edits, sheet_formulas
from xlbudget.workbook.tags import (
    Content,
    calculating_on_load,
    escaped,
    printing_to,
    without_chained,
    without_relation,
    without_type,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping
    from pathlib import Path

    from xlbudget.workbook.parts import Parts
    from xlbudget.workbook.shared_formulas import Spot

__all__ = [
    "Afterwards",
    "CellEdit",
    "cell_formulas",
    "formula_cells",
    "patch_workbook",
    "rows_to_fit",
    "sheet_names",
]

_TYPES = "[Content_Types].xml"
_CHART = re.compile(r"/charts/[^/]+\.xml$")
_STRICT = "http://purl.oclc.org/ooxml/"
_LONGEST_TEXT = 32_767
_LONGEST_FORMULA = 8_192
_HIGHEST_EXPONENT = 307
_UNSAFE = "\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff"
_LOOKS_ESCAPED = re.compile(f"_(?=x[0-9A-Fa-f]{{4}}[_{_UNSAFE}])")


class CellEdit(NamedTuple):
    """What one cell (``D7``) shall hold: an amount, a text, a formula or nothing.

    Without ``formula`` (which has no leading "="): a str is text, whatever it begins with, and
    None or "" clears the cell. With it, ``value`` is its computed result, None or "" an empty text;
    an ``array`` formula computes over whole areas.
    """

    sheet: str
    cell: str
    value: str | int | Decimal | None
    formula: str = ""
    array: bool = False


class Afterwards(NamedTuple):
    """What goes with the edits.

    ``recalculate``: all formulas are to be computed when the file is opened; ``last_rows``: the
    row at which the print area of a sheet is to end; ``heights``: of rows of a sheet, in points;
    ``charts``: what becomes of every chart's part, which keeps values of the cells that it shows.
    """

    recalculate: bool = False
    last_rows: Mapping[str, int] = {}
    heights: Mapping[str, Mapping[int, float]] = {}
    charts: Callable[[bytes], bytes] | None = None


def patch_workbook(
    source: Path, target: Path, edits: Iterable[CellEdit], afterwards: Afterwards | None = None
) -> None:
    """Write ``source`` with ``edits`` to ``target`` (which may be the same file).

    A later edit of the same cell wins; without edits ``target`` is a plain copy.

    Raises:
        UnusableFileError: ``source`` is unreadable or damaged, a sheet is not there, or a cell
            cannot be written (array formula, merged range, text too long); nothing is written.
        ValueError: an edit names no cell, or its number is not finite.
        OSError: ``target`` cannot be written.
    """
    wanted = list(edits)
    by_sheet: dict[str, dict[Spot, Content]] = {}
    check_archive(source)
    with naming(source, "没有改动"):
        for edit in wanted:
            by_sheet.setdefault(edit.sheet, {})[_spot(edit)] = _content(edit)
        changed, dropped = _changes(source, by_sheet, afterwards or Afterwards())
        result = repacked(source, changed, dropped) if changed else source.read_bytes()
    target.write_bytes(result)


def cell_formulas(source: Path, sheets: Collection[str] | None = None) -> dict[str, dict[str, str]]:
    """Sheet -> cell -> formula without "=", shared ones as each cell reads them.

    Of all worksheets, or of those of ``sheets`` that there are. Of an array formula only the first
    cell has it; a formula whose text is not stored is "".

    Raises:
        UnusableFileError: ``source`` is unreadable or damaged.
    """
    check_archive(source)
    with naming(source, "没有改动"), ZipFile(source) as archive:
        parts = _parts(archive)
        return {
            sheet: sheet_formulas(archive.read(part), sheet)
            for sheet, (part, _) in parts.sheets.items()
            if sheets is None or sheet in sheets
        }


def formula_cells(source: Path, sheets: Collection[str]) -> set[Place]:
    """The cells of some sheets that hold a formula.

    Raises:
        UnusableFileError: ``source`` is unreadable or damaged.
    """
    found = cell_formulas(source, sheets)
    return {Place(sheet, cell) for sheet, cells in found.items() for cell in cells}


def sheet_names(source: Path) -> list[str]:
    """The names of the worksheets in their order (sheets that are charts left out).

    Raises:
        UnusableFileError: ``source`` is unreadable or damaged.
    """
    check_archive(source)
    with naming(source, "没有改动"), ZipFile(source) as archive:
        return list(_parts(archive).sheets)


def rows_to_fit(source: Path, heights: Mapping[str, Iterable[int]]) -> dict[str, list[int]]:
    """Sheet -> those of the given rows whose height nobody has set by hand.

    Raises:
        UnusableFileError: ``source`` is unreadable or damaged.
    """
    with naming(source, "没有改动"), ZipFile(source) as archive:
        parts = _parts(archive).sheets
        return {
            sheet: free_rows(archive.read(parts[sheet][0]), rows)
            for sheet, rows in heights.items()
            if sheet in parts
        }


def _parts(archive: ZipFile) -> Parts:
    if any(info.compress_type not in {ZIP_STORED, ZIP_DEFLATED} for info in archive.infolist()):
        raise NotImplementedError  # as in Excel
    parts = workbook_parts(archive)
    if parts.kind.startswith(_STRICT):
        raise UnusableFileError(
            "这是严格 OOXML 格式，不能改写；请在 Excel 中另存为普通 .xlsx 或 .xlsm。"
        )
    return parts


def _changes(
    source: Path, edits: Mapping[str, Mapping[Spot, Content]], afterwards: Afterwards
) -> tuple[dict[str, bytes], list[str]]:
    """The parts with new content, and those that go."""
    changed: dict[str, bytes] = {}
    dropped: list[str] = []
    if not edits and afterwards == Afterwards():
        return changed, dropped
    with ZipFile(source) as archive:
        parts = _parts(archive)
        gone: set[tuple[int, str]] = set()
        for sheet, contents in edits.items():
            if sheet not in parts.sheets:
                raise UnusableFileError(f"没有工作表“{sheet}”；请恢复这张表或改回原名后再试。")
            part, number = parts.sheets[sheet]
            before = archive.read(part)
            after = apply_edits(before, contents, sheet)
            after = with_heights(after, afterwards.heights.get(sheet, {}))
            if after != before:
                changed[part] = after
            gone |= {(number, cell_name(spot)) for spot, one in contents.items() if not one.formula}
        if gone:
            _unchain(archive, parts, gone, changed, dropped)
        if afterwards.charts is not None:
            for name in filter(_CHART.search, archive.namelist()):
                before = archive.read(name)
                after = afterwards.charts(before)
                if after != before:
                    changed[name] = after
        before = archive.read(parts.book)
        after = printing_to(before, afterwards.last_rows)
        after = calculating_on_load(after) if afterwards.recalculate else after
        if after != before:
            changed[parts.book] = after
    return changed, dropped


def _unchain(
    archive: ZipFile,
    parts: Parts,
    gone: Collection[tuple[int, str]],
    changed: dict[str, bytes],
    dropped: list[str],
) -> None:
    """Take cells out of the calculation chain; Excel calls a file broken that has too many."""
    for identity, (kind, part) in parts.relations.items():
        if kind.endswith("/calcChain") and part in archive.namelist():
            before = archive.read(part)
            after = without_chained(before, gone)
            if after is None:
                dropped.append(part)
                changed[_TYPES] = without_type(archive.read(_TYPES), part)
                place = parts.relations_part
                changed[place] = without_relation(archive.read(place), identity)
            elif after != before:
                changed[part] = after


# ------------------------------------------------------------------ what a cell shall hold


def _spot(edit: CellEdit) -> Spot:
    spot = parse_cell(edit.cell)
    if spot is None:
        raise ValueError(edit.cell)
    return spot


def _content(edit: CellEdit) -> Content:
    value = edit.value
    text = value if isinstance(value, str) else ""
    where = f"工作表“{edit.sheet}”的单元格{edit.cell}"
    if len(text.encode("utf-16-le", "surrogatepass")) > 2 * _LONGEST_TEXT:
        raise UnusableFileError(f"{where}放不下{len(text)}个字；请缩短到{_LONGEST_TEXT}字以内。")
    if len(edit.formula) > _LONGEST_FORMULA:
        raise UnusableFileError(
            f"{where}的公式超过{_LONGEST_FORMULA}字，没有写入；请减少行数后再试。"
        )
    formula = escaped(edit.formula)
    array = edit.cell.encode() if edit.array else b""
    if isinstance(value, int | Decimal):
        return Content(b"", formula, _number(value), array)
    # What looks like an escape (_x0041_) has its own underscore escaped.
    shown = escaped(_LOOKS_ESCAPED.sub("_x005F_", text))
    if formula:
        return Content(b"str", formula, shown, array)
    return Content(b"inlineStr", b"", shown) if text else Content()


def _number(value: int | Decimal) -> bytes:
    number = Decimal(value)
    if not number.is_finite() or (number and abs(number.adjusted()) > _HIGHEST_EXPONENT):
        raise ValueError(value)
    return format(number or abs(number), "f").encode()  # no -0
