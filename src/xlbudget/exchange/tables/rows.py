"""The rows of a table that was found in an exported file, in the standard's unit."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.exchange.tables.grid import UNCOMPUTED, cell_of
from xlbudget.exchange.tables.units import Reader
from xlbudget.figures import BlockData, Row, Unreadable
from xlbudget.findings import Finding, Level
from xlbudget.standard.model import AMOUNT
from xlbudget.workbook.read_cells import text_of
from xlbudget.workbook.read_labels import is_note, row_label, squash
from xlbudget.workbook.read_rows import Line, recogniser
from xlbudget.workbook.read_tables import CODE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlbudget.exchange.tables.find import Section
    from xlbudget.exchange.tables.heads import Heads
    from xlbudget.figures import Cell
    from xlbudget.money import Unit
    from xlbudget.standard.model import Block, Standard

__all__ = ["Body", "read_body"]

_COUNTED = frozenset(("栏次", "行次"))
_NUMBERS = re.compile(r"[\d甲乙丙丁*=+()]+")
_FEW = 3


class Body(NamedTuple):
    """What stands in a section: rows by block key, notes below, findings, what was not taken."""

    blocks: dict[str, BlockData]
    notes: tuple[str, ...]
    findings: tuple[Finding, ...]
    left: tuple[str, ...]


class _Stray(NamedTuple):
    """A line that is no row: its number (from 0), text, a cell, whether it has amounts, why not."""

    line: int
    label: str
    cell: str
    filled: bool
    why: str


def read_body(standard: Standard, section: Section, unit: Unit, year: int) -> Body:
    """All rows of a section whose headings are complete; ``unit`` is the one that it states."""
    heads, grid = section.heads, section.grid
    assert heads is not None
    skipped = set(section.repeats)
    if _numbered(section, heads):
        skipped.add(heads.body)
    lines = [
        line
        for line in range(heads.body, grid.bottom)
        if line not in skipped and not grid.blank(line)
    ]
    blocks: dict[str, BlockData] = {}
    findings: list[Finding] = []
    strays: dict[int, list[_Stray]] = {}
    left: list[str] = []
    taken: set[int] = set()
    for block in section.table.blocks:
        reader = Reader(block.unit)
        rows: list[Row] = []
        recognise = recogniser(standard, block, year)
        loose: list[Row] = []
        for line, wrong in _lines(section, block, heads, lines, reader, unit):
            row = recognise(line)
            if isinstance(row, Row):
                rows.append(row)
                loose = [] if line.filled else [*loose, row]
                findings += wrong
            else:
                strays.setdefault(line.number, []).append(_stray(block, heads, line, row or ""))
        if block.body == "unit":  # names without amounts below everything else
            for row in loose if len(loose) < len(rows) else []:
                rows.remove(row)
                strays.setdefault(row.line, []).append(
                    _Stray(row.line - 1, row.label, "", filled=False, why="")
                )
        taken |= {row.line for row in rows}
        blocks[block.key] = BlockData.of([row._replace(line=0) for row in rows])
        said = reader.sentence(section.table.title)
        left += [said] if said and said not in left else []
    notes: list[str] = []
    last = max(taken, default=0)
    for number in sorted(strays):
        for one in strays[number]:
            loud = one.why or one.filled or number < last or number in taken
            if loud:
                findings.append(_finding(section, one))
        if number > last and not any(one.filled or one.why for one in strays[number]):
            notes.append("".join(text for _, text in grid.texts(number - 1)))
    left += _extra(section, heads, lines)
    if heads.missing:
        names = "”“".join(heads.label(one, year) for one in heads.missing)
        left.append(f"“{section.table.title}”没有“{names}”一栏，留空（{section.where}）。")
    return Body(blocks, tuple(notes), tuple(findings), tuple(left))


def _numbered(section: Section, heads: Heads) -> bool:
    """Whether the line below the headings only numbers the columns (栏次 1 2 3, 1=2+3)."""
    texts = [squash(text) for _, text in section.grid.texts(heads.body)]
    if any(one in _COUNTED for one in texts):
        return True
    amounts = [at for (_, i), at in heads.columns.items()]
    numbers = [section.grid.text(heads.body, at) for at in sorted(amounts)]
    digits = [int(one) for one in numbers if one.isascii() and one.isdigit()]
    rising = len(digits) >= _FEW and digits == list(range(digits[0], digits[0] + len(digits)))
    return rising and digits[0] <= _FEW and all(_NUMBERS.fullmatch(one) for one in texts)


def _lines(
    section: Section,
    block: Block,
    heads: Heads,
    lines: list[int],
    reader: Reader,
    unit: Unit,
) -> Iterator[tuple[Line, list[Finding]]]:
    """The lines of a block that hold something, with what could not be read on them."""
    grid = section.grid
    texts = [i for i, column in enumerate(block.columns) if column.kind != AMOUNT]
    amounts = block.of_kind(AMOUNT)
    for line in lines:
        values: list[object] = []
        for index in texts:
            at = heads.columns.get((block.key, index))
            values.append("" if at is None else grid.value(line, at))
        cells: list[Cell] = []
        wrong: list[Finding] = []
        for index in amounts:
            at = heads.columns[block.key, index]
            source = heads.units.get((block.key, index), unit)
            found = reader.read(grid.value(line, at), source)
            if isinstance(found, Unreadable):
                wrong.append(
                    _unreadable(section, line, at, found.raw, heads.texts[block.key, index])
                )
                found = None
            cells.append(found)
        filled = any(one is not None for one in cells) or bool(wrong)
        if filled or any(text_of(value) for value in values):
            yield Line(line + 1, values, tuple(cells), filled), wrong


def _unreadable(section: Section, line: int, column: int, raw: str, heading: str) -> Finding:
    sheet, cell = section.grid.sheet.name, cell_of(line, column)
    if raw == UNCOMPUTED:
        why = "是没有计算结果的公式，当作空白；请在 Excel 或 WPS 中打开、保存后再导入"
    elif raw.startswith("#"):
        why = f"是错误值{raw}，当作空白；请改正公式后再导入"
    else:
        why = f"“{raw}”不是金额，当作空白；请改正后再导入"
    message = f"工作表“{sheet}”的单元格{cell}（{heading}）{why}。"
    return Finding(CODE, Level.ERROR, message, section.table.title, sheet, cell, column=heading)


def _stray(block: Block, heads: Heads, line: Line, why: str) -> _Stray:
    places = [
        heads.columns.get((block.key, index))
        for index, column in enumerate(block.columns)
        if column.kind != AMOUNT
    ]
    labels = [
        (text_of(value), at)
        for value, at in zip(line.values, places, strict=True)
        if text_of(value)
    ]
    label, at = labels[0] if labels else ("", None)
    if at is None:
        amounts = [heads.columns[block.key, index] for index in block.of_kind(AMOUNT)]
        filled = (one for one, cell in zip(amounts, line.cells, strict=True) if cell is not None)
        at = next(filled, amounts[0])
    has = any(cell is not None for cell in line.cells) or (line.filled and not is_note(label))
    return _Stray(line.number - 1, label, cell_of(line.number - 1, at), has, why)


def _finding(section: Section, stray: _Stray) -> Finding:
    title, sheet = section.table.title, section.grid.sheet.name
    place = f"工作表“{sheet}”第{stray.line + 1}行"
    if stray.why:
        message = f"{place}：{stray.why}，后一行没有导入；请核对。"
    elif not stray.filled:
        text = f"“{stray.label}”" if stray.label else "的文字"
        message = f"{place}{text}不是“{title}”的行，没有导入。"
    elif stray.label:
        message = (
            f"{place}“{stray.label}”不是“{title}”的行，它的金额没有导入；请改用规定的名称或编码。"
        )
    else:
        message = f"{place}有金额，却没有名称或编码，没有导入；请补上。"
    level = Level.ERROR if stray.filled else Level.WARNING
    return Finding(CODE, level, message, title, sheet, stray.cell, row_label(stray.label))


def _extra(section: Section, heads: Heads, lines: list[int]) -> Iterator[str]:
    """Columns with contents that the standard does not have."""
    grid, title = section.grid, section.table.title
    used = set(heads.columns.values())
    rows = [line for line in lines if any(grid.text(line, at) for at in used)]
    names = []
    for column in range(grid.left, grid.right):
        if column in used:
            continue
        held = sum(1 for line in rows if grid.text(line, column))
        if held or column in heads.extra:
            name = heads.extra.get(column, "")
            names.append(
                (f"“{name}”" if name else f"{cell_of(0, column)[:-1]}列") + f"（{held}格）"
            )
    if names:
        yield f"“{title}”中多出的栏没有导入：{'、'.join(names)}（{section.where}）。"
