"""What is no table of amounts, given as lists of values: 基础信息, 部门概况, 科目字典, performance forms.

Fields are told by their labels or captions, lists by their titles, indicators by their headings.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.characters import YEAR, caption, heading, squash, visible
from xlbudget.figures import BlockData, FormData, Indicator, InfoValue, Office, Profile, Row
from xlbudget.findings import Finding, Level
from xlbudget.reading.tables import UNREAD
from xlbudget.sheets.cells import cell_reader, count_of, text_of, whole_lines
from xlbudget.standard.model import Subject
from xlbudget.standard.roles import FORM_NAME
from xlbudget.xlsx.references import column_letter

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from xlbudget.figures import Cell
    from xlbudget.sheets.cells import Sheet
    from xlbudget.standard.model import Field, Form, FormCell, Keyed, Standard, Table
    from xlbudget.xlsx.cells import Lines


_STANDARD = "适用标准"
_YEAR = re.compile(r"(20\d\d)")
_HEADINGS = 6
_NO_END = 9999
"""The last year of a subject that is still valid."""
_PLACE = re.compile(r"\\\{([a-z_0-9]+)\\\}")


class InfoData(NamedTuple):
    """Values by field key, and the keyed lists."""

    info: dict[str, InfoValue]
    keyed: dict[str, dict[str, str]]


def standard_of(lines: Lines) -> InfoValue:
    """The id of the standard that a workbook names, empty where it names none."""
    for number, line in enumerate(whole_lines(lines), 1):
        if len(line) > 1 and isinstance(line[0], str) and caption(line[0]) == _STANDARD:
            return InfoValue(text_of(line[1]), f"B{number}")
    return InfoValue("")


def read_info(standard: Standard, lines: Lines) -> InfoData:
    """The fields and lists of 基础信息; a field whose line is missing is absent, and so is an empty list."""
    fields = {caption(field.label): field for field in standard.fields.values()}
    sections = {caption(section.title) for section in standard.sections}
    lists = {caption(keyed.title): keyed for keyed in standard.keyed}
    readers = {
        unit: cell_reader(unit)
        for unit in {standard.unit, *map(standard.info_unit, standard.fields)}
    }
    info: dict[str, InfoValue] = {}
    keyed: dict[str, dict[str, str]] = {keyed.key: {} for keyed in standard.keyed}
    current: Keyed | None = None
    for number, line in enumerate(whole_lines(lines), 1):
        name = text_of(line[0])
        value = line[1] if len(line) > 1 else ""
        label, text = caption(name), text_of(value)
        if not text and label in lists:
            current = lists[label]
        elif not text and label in sections:
            current = None
        elif current is not None:
            heads = (caption(current.name_label), caption(current.text_label))
            if name and (label, caption(text)) != heads:
                keyed[current.key].setdefault(name, text)
        elif label in fields and fields[label].key not in info:
            field = fields[label]
            unit = standard.info_unit(field.key)
            found = readers[unit](value) if field.kind == "amount" else _value(field, value)
            info[field.key] = InfoValue(found, f"B{number}")
    return InfoData(info, {key: entries for key, entries in keyed.items() if entries})


def _value(field: Field, value: object) -> str | Cell:
    if field.kind == "count":
        return count_of(value, field.unit)
    if field.kind == "date" and isinstance(value, datetime):
        return value.date().isoformat()
    return text_of(value)


def _pattern(template: str) -> str:
    """What matches the texts of a template; what a name says twice is the same."""
    seen: set[str] = set()

    def place(match: re.Match[str]) -> str:
        name = match[1]
        again = name in seen
        seen.add(name)
        return f"(?P={name})" if again else f"(?P<{name}>.*?)"

    return _PLACE.sub(place, re.escape(template))


def noted_fields(
    standard: Standard, table: Table, notes: Iterable[str]
) -> tuple[list[str], dict[str, InfoValue]]:
    """The notes below a table that are none of the standard's, and the fields that its own name."""
    rest: list[str] = []
    values: dict[str, InfoValue] = {}
    templates = [
        _pattern(squash(note)) for note in (*table.notes, table.template.empty_statement) if note
    ]
    for note in notes:
        match = next((one for t in templates if (one := re.fullmatch(t, squash(note)))), None)
        if match is None:
            rest.append(note)
            continue
        for key, text in match.groupdict().items():
            field = standard.fields.get(key)
            if field is not None and text:
                printed = text.replace("(", "（").replace(")", "）")
                value = count_of(text, field.unit) if field.kind == "count" else printed
                values.setdefault(key, InfoValue(value))
    return rest, values


def year_of(text: str) -> int:
    """2024 for ``2024``, ``2024年``; 0 where there is no year."""
    match = _YEAR.search(squash(text))
    return int(match[1]) if match else 0


def heading_year(sheets: Sequence[Lines]) -> int:
    """The first year in the titles and headings of the tables, 0 where there is none."""
    texts = (
        squash(cell)
        for lines in sheets
        for line in lines[:_HEADINGS]
        for cell in line
        if isinstance(cell, str)
    )
    return next((int(match[1]) for match in map(YEAR.search, texts) if match), 0)


def read_profile(lines: Lines) -> Profile:
    """部门概况: 栏目, 名称, 内容 on every line; a blank 栏目 is that of the line above."""
    duties: list[str] = []
    remarks: list[str] = []
    offices: list[Office] = []
    units: list[str] = []
    kind = ""
    for line in lines:
        head, name, text = map(text_of, (*line, "", "", "")[:3])
        kind = caption(head) if head else kind
        if not (name or text):
            continue
        if kind == "主要职能":
            duties.append(text or name)
        elif kind == "机构说明":
            remarks.append(text or name)
        elif kind == "机构设置":
            offices.append(Office(name, text))
        elif kind == "预算单位":
            units.append(name or text)
    return Profile(tuple(duties), "\n".join(remarks), tuple(offices), tuple(units))


def subject_of(
    code: str, name: str, first: str, last: str, aliases: str, meaning: str = ""
) -> Subject:
    """A subject from the texts of a line; a year that is no number is no bound."""
    return Subject(
        code,
        name,
        int(first) if first.isdigit() else 0,
        int(last) if last.isdigit() else _NO_END,
        tuple(alias for alias in aliases.split("|") if alias),
        meaning=meaning,
    )


def subject_texts(subject: Subject, kind: str) -> tuple[str, ...]:
    """A subject as a line of 科目字典; ``kind`` is the name of its list."""
    first = str(subject.first) if subject.first else ""
    last = str(subject.last) if subject.last != _NO_END else ""
    aliases = "|".join(subject.aliases)
    return subject.code, subject.name, kind, first, last, aliases, subject.meaning


def own_subjects(standard: Standard, lines: Lines) -> dict[str, tuple[Subject, ...]]:
    """The subjects of 科目字典 that the standard's lists lack or name otherwise, by list."""
    lists = {subjects.name: subjects for subjects in standard.subjects.values()}
    found: dict[str, list[Subject]] = {}
    for line in whole_lines(lines):
        code, name, kind, *more = [text_of(value) for value in (*line, *[""] * 7)[:7]]
        subjects = lists.get(kind)
        if subjects is None or not code.isdigit():
            continue
        one = subject_of(code, name, *more)
        listed = (known._replace(successor="") for known in subjects.by_code.get(code, ()))
        if one not in listed:
            found.setdefault(subjects.key, []).append(one)
    return {key: tuple(subjects) for key, subjects in found.items()}


# ------------------------------------------------------------------ the performance forms: fields beside captions, indicators


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
        self.blank_lines: list[int] = []


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
        elif caption(text_of(line[0])) == caption(current.form.caption):
            current.blank_lines.append(number)
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
            cell = one.places.get(FORM_NAME, f"A{one.line}")
            findings.append(Finding(UNREAD, Level.ERROR, message, table.title, sheet, cell))
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
        forms.append(FormData(name, one.form.key, *held, tuple(one.blank_lines)))
        lost = [cell.caption for cells in one.waiting.values() for cell in cells]
        lost += [column.label[0] for column in one.form.indicators if column.key not in one.columns]
        if lost:
            message = f"项目“{name}”的绩效目标表找不到“{'”、“'.join(lost)}”，当作空白；请恢复。"
            cell = f"A{one.line}"
            findings.append(Finding(UNREAD, Level.ERROR, message, table.title, sheet, cell, name))
    return FormsData(BlockData.of(rows), tuple(forms), tuple(notes), tuple(findings))
