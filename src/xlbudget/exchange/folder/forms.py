"""The performance forms of a data folder: one line per form, one per indicator."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlbudget.errors import AmountError, DataFolderError
from xlbudget.exchange.folder.files import read_records
from xlbudget.figures import BlockData, FormData, Indicator, Row
from xlbudget.money import parse_amount

if TYPE_CHECKING:
    from pathlib import Path

    from xlbudget.figures import Cell
    from xlbudget.standard.model import Table

__all__ = ["FORM_KIND", "INDICATOR_FILE", "PROJECT", "read_form_files"]

INDICATOR_FILE = "绩效指标"
FORM_KIND, PROJECT = "表式", "项目名称"


def read_form_files(folder: Path, table: Table) -> tuple[BlockData, tuple[FormData, ...]]:
    """The performance forms: their amounts as rows, their texts and indicators."""
    block = table.blocks[0]
    indicators = _indicators(folder, table)
    captions = {
        cell.caption: cell.field
        for form in table.forms
        for line in form.lines
        for cell in line.cells
    }
    amounts = {column.label[0]: column.key for column in block.columns}
    titles = {form.title: form.key for form in table.forms}
    path = folder / f"{table.number:02d}-{table.sheet}.csv"
    rows: list[Row] = []
    forms: list[FormData] = []
    for number, entry in read_records(path):
        name = entry.get(PROJECT, "")
        if entry.get(FORM_KIND) not in titles:
            allowed = "、".join(titles)
            raise DataFolderError(
                f"数据文件“{path.name}”第{number}行的“{FORM_KIND}”应为：{allowed}。"
            )
        unknown = [
            label
            for label in entry
            if label not in captions and label not in amounts and label != FORM_KIND
        ]
        if unknown:
            raise DataFolderError(f"数据文件“{path.name}”中不认识的栏：{'、'.join(unknown)}。")
        cells: dict[str, Cell] = {}
        for label, key in amounts.items():
            try:
                cells[key] = parse_amount(entry.get(label, ""), block.unit)
            except AmountError as error:
                raise DataFolderError(
                    f"数据文件“{path.name}”第{number}行“{label}”：{error}"
                ) from error
        fields = {
            captions[label]: text
            for label, text in entry.items()
            if captions.get(label) not in (None, *amounts.values())
        }
        rows.append(Row(name, "form", name, tuple(cells[key] for key in block.amounts)))
        forms.append(
            FormData(name, titles[entry[FORM_KIND]], fields, tuple(indicators.pop(name, ())))
        )
    if indicators:
        raise DataFolderError(
            f"绩效指标中的项目“{next(iter(indicators))}”不在“{path.name}”中；请核对项目名称。"
        )
    return BlockData.of(rows), tuple(forms)


def _indicators(folder: Path, table: Table) -> dict[str, list[Indicator]]:
    columns = {column.label[0]: column.key for form in table.forms for column in form.indicators}
    path = folder / f"{table.number:02d}-{INDICATOR_FILE}.csv"
    found: dict[str, list[Indicator]] = {}
    for _, entry in read_records(path):
        unknown = [label for label in entry if label not in columns and label != PROJECT]
        if unknown:
            raise DataFolderError(f"数据文件“{path.name}”中不认识的栏：{'、'.join(unknown)}。")
        values = {
            columns[label]: text for label, text in entry.items() if label != PROJECT and text
        }
        found.setdefault(entry.get(PROJECT, ""), []).append(Indicator(values))
    return found
