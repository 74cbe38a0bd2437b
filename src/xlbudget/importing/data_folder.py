"""A data folder: one department's year as CSV (tables) and TOML (particulars), editable by hand.

Files: ``NN-表名.csv`` per table (headings joined by "/"), ``11-….csv`` and ``11-绩效指标.csv`` for
the performance forms, ``基础信息.toml``, ``部门概况.toml``; ``表下说明.toml`` has a list of lines per
sheet, ``科目字典.csv`` the department's own subjects, ``定稿.toml`` the paragraphs that a person
has written, and a file named after the ledger's sheet (``录入底稿.csv``) its lines. A file that is absent is an
empty table.
"""

from __future__ import annotations

import csv
import tomllib
from decimal import Decimal
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from xlbudget.characters import YEAR
from xlbudget.errors import AmountError, DataFolderError
from xlbudget.figures import (
    BlockData,
    Book,
    FormData,
    Indicator,
    InfoValue,
    Ledger,
    Office,
    Profile,
    Row,
    TextUnit,
)
from xlbudget.money import COUNT, from_number, parse_amount
from xlbudget.reading.ledger import ledger_unit, read_ledger
from xlbudget.reading.particulars import subject_of
from xlbudget.reading.tables import read_table
from xlbudget.rules.fill import statements
from xlbudget.sheets.cells import Sheet
from xlbudget.sheets.layout import is_form
from xlbudget.standard.loader import OWN_LISTS, with_subjects

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from xlbudget.figures import Cell
    from xlbudget.findings import Finding
    from xlbudget.standard.model import Field, Standard, Subject, Table

INDICATOR_FILE = "绩效指标"
FORM_KIND, PROJECT = "表式", "项目名称"
NOTES_FILE, SUBJECTS_FILE, FINALS_FILE = "表下说明.toml", "科目字典.csv", "定稿.toml"
SUBJECT_HEADINGS = ("编码", "名称", "分类", "启用年度", "停用年度", "别名")
"""Of the file of subjects, as on the sheet 科目字典."""
FINAL_PARTS = {"情况说明": "notes", "名词解释": "glossary"}
"""The lists of the file of final texts, and the part of the text that each is."""
_HEADING = "标题"
INFO_FILE, PROFILE_FILE = "基础信息.toml", "部门概况.toml"


def read_csv(path: Path) -> list[list[str]]:
    """The lines that are not blank, none where there is no file.

    Raises:
        DataFolderError: it is no CSV in UTF-8.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return [
                line for line in csv.reader(file, strict=True) if any(cell.strip() for cell in line)
            ]
    except FileNotFoundError:
        return []
    except UnicodeDecodeError as error:
        raise DataFolderError(
            f"数据文件“{path.name}”不是UTF-8编码；请另存为“CSV UTF-8”。"
        ) from error
    except (OSError, csv.Error) as error:
        raise DataFolderError(
            f"数据文件“{path.name}”读不出来：请检查引号是否成对、文件是否损坏。"
        ) from error


def read_toml(path: Path) -> dict[str, Any]:
    """What a TOML file says.

    Raises:
        DataFolderError: it is missing, or no TOML in UTF-8.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"), parse_float=Decimal)
    except FileNotFoundError as error:
        raise DataFolderError(f"数据文件夹缺少“{path.name}”。") from error
    except (OSError, UnicodeDecodeError) as error:
        raise DataFolderError(f"数据文件“{path.name}”读不出来：应为UTF-8编码的文本。") from error
    except tomllib.TOMLDecodeError as error:
        raise DataFolderError(
            f"数据文件“{path.name}”的写法不对（{error}）；文字要放在英文双引号里。"
        ) from error


def read_records(path: Path) -> list[tuple[int, dict[str, str]]]:
    """The lines of a CSV file as heading -> text, with their line number."""
    lines = read_csv(path)
    labels = [label.strip() for label in lines[0]] if lines else []
    records = []
    for number, line in enumerate(lines[1:], 2):
        if len(line) > len(labels):
            raise DataFolderError(
                f"数据文件“{path.name}”第{number}行的格数多于首行；请检查逗号和引号。"
            )
        cells = (cell.strip() for cell in line)
        records.append((number, dict(zip_longest(labels, cells, fillvalue=""))))
    return records


def read_form_files(folder: Path, table: Table) -> tuple[BlockData, tuple[FormData, ...]]:
    """The performance forms: their amounts as rows, their texts and indicators."""
    block = table.blocks[0]
    indicators = _indicators(folder, table)
    form_lines = [line for form in table.forms for line in form.lines]
    captions = {cell.caption: cell.field for line in form_lines for cell in line.cells}
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


def read_notes_file(folder: Path, standard: Standard) -> dict[str, tuple[str, ...]]:
    """The lines below the tables that are not what the standard says, by table.

    Raises:
        DataFolderError: a sheet that the standard does not have, or no list of texts.
    """
    if not (folder / NOTES_FILE).is_file():
        return {}
    tables = {table.sheet: table.key for table in standard.tables}
    found: dict[str, tuple[str, ...]] = {}
    for sheet, lines in read_toml(folder / NOTES_FILE).items():
        if sheet not in tables:
            raise DataFolderError(
                f"{NOTES_FILE}中不认识“{sheet}”；应为工作表的名称，如“{next(iter(tables))}”。"
            )
        if not isinstance(lines, list) or not all(isinstance(line, str) for line in lines):
            raise DataFolderError(f'{NOTES_FILE}“{sheet}”应为几行文字，例如：["说明：……"]。')
        found[tables[sheet]] = tuple(lines)
    return found


def read_subjects_file(folder: Path, standard: Standard) -> dict[str, tuple[Subject, ...]]:
    """The department's own subjects, by the key of the list.

    Raises:
        DataFolderError: a line has no code of digits, no known list, or a year that is none.
    """
    path = folder / SUBJECTS_FILE
    lists = {subjects.name: subjects.key for subjects in standard.subjects.values()}
    found: dict[str, tuple[Subject, ...]] = {}
    for number, entry in read_records(path):
        code, name, kind, first, last, aliases = (
            entry.get(heading, "") for heading in SUBJECT_HEADINGS
        )
        if kind not in lists:
            raise DataFolderError(
                f"数据文件“{path.name}”第{number}行的“分类”应为：{'、'.join(lists)}。"
            )
        if not code.isdigit() or not all(one.isdigit() for one in (first, last) if one):
            raise DataFolderError(f"数据文件“{path.name}”第{number}行的编码或年度不是数字。")
        subject = subject_of(code, name, first, last, aliases)
        found[lists[kind]] = (*found.get(lists[kind], ()), subject)
    return found


def read_finals_file(folder: Path) -> tuple[TextUnit, ...]:
    """The paragraphs that a person has written, in their order.

    Raises:
        DataFolderError: an entry lacks its paragraph or text.
    """
    if not (folder / FINALS_FILE).is_file():
        return ()
    raw = read_toml(folder / FINALS_FILE)
    unknown = next((name for name in raw if name not in FINAL_PARTS), None)
    if unknown is not None:
        parts = "、".join(FINAL_PARTS)
        raise DataFolderError(f"{FINALS_FILE}中不认识“{unknown}”；可用的有：{parts}。")
    units: list[TextUnit] = []
    for name, part in FINAL_PARTS.items():
        section = ""
        for entry in raw.get(name, ()):
            known = isinstance(entry, dict)
            identity, text = (entry.get("段落"), entry.get("定稿")) if known else (None, None)
            if not isinstance(identity, str) or not isinstance(text, str) or not identity:
                raise DataFolderError(
                    f"{FINALS_FILE}的每一段都要有“段落”和“定稿”，都写在英文双引号里。"
                )
            head = identity.partition(".")[0]
            section = str(entry.get("部分") or (section if head == "自写" and section else head))
            titled = entry.get("类别") == _HEADING
            units.append(TextUnit(part, section, identity, text, heading=titled))
    return tuple(units)


def ledger_file(standard: Standard) -> str:
    """The name of the file of the ledger; "" where the standard has none."""
    return f"{standard.ledger.sheet}.csv" if standard.ledger is not None else ""


def read_ledger_file(folder: Path, standard: Standard, info: Mapping[str, InfoValue]) -> Ledger:
    """The lines of the ledger, in the unit that 基础信息 names.

    Raises:
        DataFolderError: a column is unknown or missing, there are too many lines, or a second ledger.
    """
    ledger = standard.ledger
    if ledger is None:
        return Ledger()
    name = ledger_file(standard)
    files = sorted(path.name for path in folder.glob(f"{ledger.sheet}*.csv"))
    if [one for one in files if one != name]:
        raise DataFolderError(
            f"数据文件夹里有“{'”“'.join(files)}”，底稿只能有一份，文件名为“{name}”；请留下一份。"
        )
    lines = read_csv(folder / name)
    if not lines:
        return Ledger()
    labels = [label.strip() for label in lines[0]]
    known = {column.label: column for column in ledger.columns}
    unknown = [label for label in labels if label not in known]
    missing = [column.label for column in ledger.columns if column.kind != "text"]
    missing = [label for label in missing if label not in labels]
    if unknown or missing:
        said = f"不认识的栏：{'、'.join(unknown)}" if unknown else f"缺少的栏：{'、'.join(missing)}"
        raise DataFolderError(
            f"数据文件“{name}”有{said}；系统导出的明细请用 xlbudget new --ledger 或 import 读入。"
        )
    wide = [number for number, line in enumerate(lines, 1) if len(line) > len(labels)]
    if wide:
        raise DataFolderError(f"数据文件“{name}”第{wide[0]}行的格数多于首行；请检查逗号和引号。")
    unit = info.get(ledger.unit_field, InfoValue("")).value
    sheet: list[list[object]] = [list(line) for line in lines]
    found = read_ledger(standard, "", sheet, ledger_unit(standard, str(unit or "")))
    if len(found.lines) > ledger.room:
        raise DataFolderError(
            f"数据文件“{name}”有{len(found.lines)}行，{ledger.sheet}最多{ledger.room}行；请合并同样的行。"
        )
    return Ledger(tuple(line._replace(line=0) for line in found.lines))


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
    lines = read_ledger_file(folder, standard, info)
    if standard.ledger is not None and lines.lines:
        info.setdefault(standard.ledger.switch_field, InfoValue(standard.ledger.from_ledger))
    blocks: dict[str, BlockData] = {}
    findings: list[Finding] = []
    forms: tuple[FormData, ...] = ()
    for table in standard.tables:
        if is_form(table):
            blocks[table.blocks[0].key], forms = read_form_files(folder, table)
        else:
            sheet = Sheet(table.sheet, _lines(folder, table, year))
            table_data = read_table(standard, table, sheet, year)
            blocks.update(table_data.blocks)
            findings.extend(table_data.findings)
    book = Book(
        name=folder.name,
        standard=standard.id,
        year=year,
        info=info,
        blocks={  # they stand on no sheet
            key: BlockData.of([row._replace(line=0) for row in data.rows])
            for key, data in blocks.items()
        },
        forms=forms,
        keyed=keyed,
        profile=_profile(folder),
        findings=tuple(findings),
        subjects=own,
        texts=read_finals_file(folder),
        ledger=lines,
    )
    # Lines that the folder states are kept, also where a statement is out of place.
    notes = {**statements(standard, book), **read_notes_file(folder, standard)}
    return book._replace(notes=notes)


def _lines(folder: Path, table: Table, year: int) -> list[list[object]]:
    """A table's file as the lines of a sheet: the heading paths become heading rows."""
    path = folder / f"{table.number:02d}-{table.sheet}.csv"
    lines = read_csv(path)
    columns = (column for block in table.blocks for column in block.columns)
    labels = lines[0] if lines else ["/".join(column.heading(year)) for column in columns]
    strange = next((one for one in YEAR.findall("".join(labels)) if int(one) != year), "")
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
    section, label = next(
        (section.title, field.label)
        for section in standard.sections
        for field in section.fields
        if field.kind == "year"
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
