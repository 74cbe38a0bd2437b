"""基础信息 and 部门概况, given as lists of values: fields by their labels, lists by their titles."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.characters import YEAR, caption, squash
from xlbudget.figures import InfoValue, Office, Profile
from xlbudget.sheets.cells import cell_reader, count_of, text_of, whole_lines
from xlbudget.standard.model import Subject

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from xlbudget.figures import Cell
    from xlbudget.standard.model import Field, Keyed, Standard, Table
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
    """The fields and lists of 基础信息; a field whose line is missing is absent."""
    fields = {caption(field.label): field for field in standard.fields.values()}
    sections = {caption(section.title) for section in standard.sections}
    lists = {caption(keyed.title): keyed for keyed in standard.keyed}
    read = cell_reader(standard.unit)
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
            found = read(value) if field.kind == "amount" else _value(field, value)
            info[field.key] = InfoValue(found, f"B{number}")
    return InfoData(info, keyed)


def _value(field: Field, value: object) -> str | Cell:
    if field.kind == "count":
        return count_of(value, field.unit)
    if field.kind == "date" and isinstance(value, datetime):
        return value.date().isoformat()
    return text_of(value)


def noted_fields(
    standard: Standard, table: Table, notes: Iterable[str]
) -> tuple[list[str], dict[str, InfoValue]]:
    """The notes below a table that are none of the standard's, and the fields that its own name."""
    rest: list[str] = []
    values: dict[str, InfoValue] = {}
    templates = [
        _PLACE.sub(r"(?P<\1>.*?)", re.escape(squash(note)))
        for note in (*table.notes, table.empty_statement)
        if note
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


def subject_of(code: str, name: str, first: str, last: str, aliases: str) -> Subject:
    """A subject from the texts of a line; a year that is no number is no bound."""
    return Subject(
        code,
        name,
        int(first) if first.isdigit() else 0,
        int(last) if last.isdigit() else _NO_END,
        tuple(alias for alias in aliases.split("|") if alias),
    )


def subject_texts(subject: Subject, kind: str) -> tuple[str, ...]:
    """A subject as a line of 科目字典; ``kind`` is the name of its list."""
    first = str(subject.first) if subject.first else ""
    last = str(subject.last) if subject.last != _NO_END else ""
    return subject.code, subject.name, kind, first, last, "|".join(subject.aliases)


def own_subjects(standard: Standard, lines: Lines) -> dict[str, tuple[Subject, ...]]:
    """The subjects of 科目字典 that the standard's lists lack or name otherwise, by list."""
    lists = {subjects.name: subjects for subjects in standard.subjects.values()}
    found: dict[str, list[Subject]] = {}
    for line in whole_lines(lines):
        code, name, kind, *more = [text_of(value) for value in (*line, *[""] * 6)[:6]]
        subjects = lists.get(kind)
        if subjects is None or not code.isdigit():
            continue
        one = subject_of(code, name, *more)
        listed = (known._replace(successor="") for known in subjects.by_code.get(code, ()))
        if one not in listed:
            found.setdefault(subjects.key, []).append(one)
    return {key: tuple(subjects) for key, subjects in found.items()}
