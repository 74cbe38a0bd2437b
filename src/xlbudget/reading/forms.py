"""The performance forms of a sheet, given as lists of values: fields beside captions, indicators."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from xlbudget.characters import caption, heading, visible
from xlbudget.figures import BlockData, FormData, Indicator, Row
from xlbudget.findings import Finding, Level
from xlbudget.reading.tables import CODE
from xlbudget.sheets.cells import cell_reader, text_of, whole_lines
from xlbudget.xlsx.references import column_letter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlbudget.figures import Cell
    from xlbudget.sheets.cells import Sheet
    from xlbudget.standard.model import Form, FormCell, Table


_FEW = 2


class FormsData(NamedTuple):
    """The forms of a sheet, one row each in ``block``, and the text where there is none."""

    block: BlockData
    forms: tuple[FormData, ...]
    notes: tuple[str, ...]
    findings: tuple[Finding, ...]


class _Open:
    """A form that is being read: values by field with their places; captions not seen yet."""

    def __init__(self, form: Form, line: int) -> None:
        self.form, self.line = form, line
        self.waiting: dict[str, list[FormCell]] = {}
        for cells in form.lines:
            for cell in cells.cells:
                self.waiting.setdefault(caption(cell.caption), []).append(cell)
        self.values: dict[str, object] = {}
        self.places: dict[str, str] = {}
        self.columns: dict[str, int] = {}
        self.indicators: list[Indicator] = []


def read_forms(table: Table, sheet: Sheet) -> FormsData:
    """All forms on the sheet; merged cells must be filled down before."""
    lines = whole_lines(sheet.lines)
    titles = {heading(form.title): form for form in table.forms}
    done: list[_Open] = []
    notes: list[str] = []
    for number, line in enumerate(lines, 1):
        first = line[0] if line else ""
        if not isinstance(first, str) or not first.strip():
            if line.count("") == len(line):
                continue
            first = next((cell for cell in line if isinstance(cell, str) and cell.strip()), "")
        form = titles.get(heading(first))
        if form is not None:
            done.append(_Open(form, number))
        elif done:
            cell = done[-1].form.lines[0].cells[0]
            if cell.field in done[-1].places and caption(first) == caption(cell.caption):
                done.append(_Open(done[-1].form, number))  # without its own title
            _take_line(done[-1], number, line)
        elif number > 1 and sum(cell not in ("", None) for cell in line) == 1:
            notes.append(first.strip())
    used = [
        form_read
        for form_read in done
        if form_read.indicators
        or any(value not in ("", None) for value in form_read.values.values())
    ]
    return _finish(table, sheet.name, used, notes)


# ------------------------------------------------------------------ one line


def _take_line(current: _Open, number: int, line: Sequence[object]) -> None:
    if current.columns:
        texts_by_key = {key: text_of(line[column]) for key, column in current.columns.items()}
        if any(texts_by_key.values()):
            filled = {key: text for key, text in texts_by_key.items() if text}
            current.indicators.append(Indicator(filled, number))
        return
    texts = [(at, cell) for at, cell in enumerate(line) if cell and isinstance(cell, str)]
    current.columns = _indicator_columns(current.form, texts)
    if current.columns:
        return
    spots = [(at, label) for at, cell in texts if (label := caption(cell)) in current.waiting]
    for index, (column, label) in enumerate(spots):
        if not current.waiting[label]:
            continue
        end = spots[index + 1][0] if index + 1 < len(spots) else len(line)
        cell = current.waiting[label].pop(0)
        place = next((at for at in range(column + 1, end) if text_of(line[at])), None)
        if place is None:
            # Where the layout puts it: C beside A and B, the next column elsewhere.
            place = max(column + 1, min(2, end - 1 if end > column + 1 else 2))
        current.values[cell.field] = line[place] if place < len(line) else ""
        current.places[cell.field] = f"{column_letter(place)}{number}"


def _indicator_columns(form: Form, texts: list[tuple[int, str]]) -> dict[str, int]:
    """Column of every indicator heading, where the line is that of the headings."""
    if len(texts) < min(_FEW, len(form.indicators)):
        return {}
    found = {heading(text): at for at, text in reversed(texts)}
    columns = {
        column.key: found[label]
        for column in form.indicators
        if (label := heading(column.label[0])) in found
    }
    return columns if len(columns) >= min(_FEW, len(form.indicators)) else {}


# ------------------------------------------------------------------ the result


def _finish(table: Table, sheet: str, done: list[_Open], notes: list[str]) -> FormsData:
    block = table.blocks[0]
    read = cell_reader(block.unit)
    rows: list[Row] = []
    forms: list[FormData] = []
    findings: list[Finding] = []
    for one in done:
        name = visible(text_of(one.values.get("name"))).strip()
        if not name:
            message = f"{table.title}第{one.line}行的表没有项目名称；请补上。"
            cell = one.places.get("name", f"A{one.line}")
            findings.append(Finding(CODE, Level.ERROR, message, table.title, sheet, cell))
        cells: tuple[Cell, ...] = tuple(read(one.values.get(key)) for key in block.amounts)
        places = tuple(one.places.get(key, "") for key in block.amounts)
        rows.append(Row(name, "form", name, cells, (), "", one.line, places))
        fields = {
            key: text_of(value)
            for key, value in one.values.items()
            if key not in block.amount_index
        }
        letters = {key: column_letter(column) for key, column in one.columns.items()}
        held = (fields, tuple(one.indicators), dict(one.places), letters)
        forms.append(FormData(name, one.form.key, *held))
        lost = [cell.caption for cells in one.waiting.values() for cell in cells]
        lost += [column.label[0] for column in one.form.indicators if column.key not in one.columns]
        if lost:
            message = f"项目“{name}”的绩效目标表找不到“{'”、“'.join(lost)}”，当作空白；请恢复。"
            cell = f"A{one.line}"
            findings.append(Finding(CODE, Level.ERROR, message, table.title, sheet, cell, name))
    return FormsData(BlockData.of(rows), tuple(forms), tuple(notes), tuple(findings))
