"""A data folder: one department's year as CSV (tables) and TOML (particulars), editable by hand.

Files: ``NN-表名.csv`` per table (headings joined by "/"), ``11-….csv`` and ``11-绩效指标.csv`` for
the performance forms, ``基础信息.toml``, ``部门概况.toml``. A file that is absent is an empty table.
``folder_more`` reads what else there may be.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from xlbudget.errors import AmountError, DataFolderError
from xlbudget.exchange.folder.files import read_csv, read_toml
from xlbudget.exchange.folder.forms import read_form_files
from xlbudget.exchange.folder.more import read_finals_file, read_notes_file, read_subjects_file
from xlbudget.figures import BlockData, Book, InfoValue, Office, Profile
from xlbudget.fill.fill import statements
from xlbudget.money import COUNT, from_number, parse_amount
from xlbudget.standard.extend import OWN_LISTS, with_subjects
from xlbudget.workbook.layout import is_form
from xlbudget.workbook.read_cells import Sheet
from xlbudget.workbook.read_tables import read_table

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from xlbudget.figures import Cell, FormData
    from xlbudget.findings import Finding
    from xlbudget.standard.model import Field, Standard, Table

__all__ = ["INFO_FILE", "PROFILE_FILE", "read_folder"]

INFO_FILE, PROFILE_FILE = "基础信息.toml", "部门概况.toml"
_YEAR = re.compile(r"(20\d\d)年")


def read_folder(folder: Path, standard: Standard) -> Book:
    """The book that a data folder describes.

    Raises:
        DataFolderError: the folder or 基础信息 is missing, or a file cannot be understood.
    """
    if not folder.is_dir():
        raise DataFolderError(f"找不到数据文件夹“{folder}”；请检查路径。")
    raw = read_toml(folder / INFO_FILE)
    info, keyed = _info(standard, raw)
    year = _year(standard, raw)
    own = read_subjects_file(folder, standard)
    if own:
        standard = with_subjects(standard, own)
        info["subject_lists"] = InfoValue(OWN_LISTS)
    blocks: dict[str, BlockData] = {}
    findings: list[Finding] = []
    forms: tuple[FormData, ...] = ()
    for table in standard.tables:
        if is_form(table):
            blocks[table.blocks[0].key], forms = read_form_files(folder, table)
        else:
            sheet = Sheet(table.sheet, _lines(folder, table, year))
            found = read_table(standard, table, sheet, year)
            blocks.update(found.blocks)
            findings.extend(found.findings)
    book = Book(
        name=folder.name,
        standard=standard.id,
        year=year,
        info=info,
        blocks={key: _unplaced(data) for key, data in blocks.items()},
        forms=forms,
        keyed=keyed,
        profile=_profile(folder),
        findings=tuple(findings),
        subjects=own,
        texts=read_finals_file(folder),
    )
    # Lines that the folder states are kept, also where a statement is out of place.
    notes = {**statements(standard, book), **read_notes_file(folder, standard)}
    return book._replace(notes=notes)


def _unplaced(data: BlockData) -> BlockData:
    """Figures of a data folder stand on no sheet."""
    return BlockData.of([row._replace(line=0) for row in data.rows])


def _lines(folder: Path, table: Table, year: int) -> list[list[object]]:
    """A table's file as the lines of a sheet: the heading paths become heading rows."""
    path = folder / f"{table.number:02d}-{table.sheet}.csv"
    lines = read_csv(path)
    if not lines:
        columns = [column for block in table.blocks for column in block.columns]
        labels = ["/".join(column.heading(year)) for column in columns]
    else:
        labels = lines[0]
    strange = next((one for one in _YEAR.findall("".join(labels)) if int(one) != year), "")
    if strange:
        raise DataFolderError(
            f"数据文件“{path.name}”首行写的是{strange}年，{INFO_FILE}的预算年度是{year}；请核对。"
        )
    paths = [label.split("/") for label in labels]
    wide = [index for index, line in enumerate(lines[1:], 2) if len(line) > len(labels)]
    if wide:
        raise DataFolderError(
            f"数据文件“{path.name}”第{wide[0]}行的格数多于首行；请检查逗号和引号。"
        )
    headings: list[list[object]] = [
        [path[depth] if depth < len(path) else "" for path in paths] for depth in range(table.depth)
    ]
    body: list[list[object]] = [[*line, *[""] * (len(labels) - len(line))] for line in lines[1:]]
    return [[table.title, *[""] * (len(labels) - 1)], *headings, *body]


def _info(
    standard: Standard, raw: Mapping[str, Any]
) -> tuple[dict[str, InfoValue], dict[str, dict[str, str]]]:
    sections = {section.title: section for section in standard.sections}
    lists = {keyed.title: keyed for keyed in standard.keyed}
    info: dict[str, InfoValue] = {}
    texts: dict[str, dict[str, str]] = {}
    for title, entries in raw.items():
        if not isinstance(entries, dict) or (title not in sections and title not in lists):
            known = "、".join((*sections, *lists))
            raise DataFolderError(f"{INFO_FILE}中不认识“{title}”；可用的有：{known}。")
        if title in lists:
            texts[lists[title].key] = {str(name): str(text) for name, text in entries.items()}
            continue
        fields = {field.label: field for field in sections[title].fields}
        for label, value in entries.items():
            if label not in fields:
                raise DataFolderError(
                    f"{INFO_FILE}“{title}”中不认识“{label}”；请照样例的名称填写。"
                )
            info[fields[label].key] = InfoValue(_value(standard, fields[label], value))
    return info, texts


def _value(standard: Standard, field: Field, value: object) -> str | Cell:
    if field.kind not in ("amount", "count"):
        return str(value)
    unit = COUNT if field.kind == "count" else standard.unit
    wrong = DataFolderError(
        f"{INFO_FILE}“{field.label}”的“{value}”不是{'数目' if unit is COUNT else '金额'}。"
    )
    if isinstance(value, str):
        try:
            return parse_amount(value, unit)
        except AmountError as error:
            raise wrong from error
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
        raise wrong
    number = Decimal(value)
    if unit is COUNT and number != number.to_integral_value():
        raise wrong
    return from_number(number, unit)


def _year(standard: Standard, raw: Mapping[str, Any]) -> int:
    label = next(field.label for field in standard.fields.values() if field.kind == "year")
    section = next(
        one.title for one in standard.sections if any(f.label == label for f in one.fields)
    )
    value = raw.get(section, {}).get(label)
    if not isinstance(value, int) or isinstance(value, bool):
        raise DataFolderError(f'{INFO_FILE}“{section}”缺少“{label}”，例如："{label}" = 2024。')
    if not standard.first <= value <= standard.last:
        raise DataFolderError(
            f"{standard.name}的标准适用于{standard.first}年度起，不适用于{value}年度。"
        )
    return value


def _profile(folder: Path) -> Profile:
    if not (folder / PROFILE_FILE).is_file():
        return Profile()
    raw = read_toml(folder / PROFILE_FILE)
    try:
        return Profile(
            duties=tuple(map(str, raw.get("主要职能", ()))),
            remark=str(raw.get("机构说明", "")),
            offices=tuple(
                Office(one["名称"], one.get("职责", "")) for one in raw.get("机构设置", ())
            ),
            units=tuple(map(str, raw.get("预算单位", ()))),
        )
    except (KeyError, TypeError) as error:
        raise DataFolderError(f"{PROFILE_FILE}“机构设置”的每一项都要有“名称”和“职责”。") from error
