"""A data folder: one department's year as CSV (tables) and TOML (particulars), editable by hand.

Files: ``NN-表名.csv`` per table (headings joined by "/"), ``11-….csv`` and ``11-绩效指标.csv`` for
the performance forms, ``基础信息.toml``, ``部门概况.toml``; ``表下说明.toml`` has a list of lines per
sheet, ``科目字典.csv`` the department's own subjects, ``定稿.toml`` the paragraphs that a person
has written, and a file named after the ledger's sheet (``录入底稿.csv``) its lines. A file that is absent is an
empty table.
"""

from __future__ import annotations

import csv
import re
from datetime import date
from decimal import Decimal
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from xlbudget.characters import YEAR, plain_name, row_label, visible
from xlbudget.errors import AmountError, DataFolderError
from xlbudget.figures import (
    TOTAL,
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
from xlbudget.findings import Finding, Level
from xlbudget.money import COUNT, from_number, parse_amount
from xlbudget.printed import row_entries
from xlbudget.reading.headings import own_headings
from xlbudget.reading.ledger import ledger_unit, read_ledger
from xlbudget.reading.particulars import subject_of
from xlbudget.reading.tables import UNREAD, line_text, read_table, with_printed_classes
from xlbudget.rules.fill import statements
from xlbudget.sheets.cells import Sheet, whole_lines
from xlbudget.sheets.layout import SUBJECT_HEADINGS, is_form
from xlbudget.standard.layers import plain_layers, standard_files
from xlbudget.standard.loader import OWN_LISTS, standard_for, with_subjects
from xlbudget.standard.model import AMOUNT
from xlbudget.standard.placeholders import without_names
from xlbudget.toml import read_toml
from xlbudget.xlsx.references import split_cell
from xlbudget.xlsx.sets import UNFINISHED, is_unfinished
from xlbudget.xlsx.texts import no_character

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from xlbudget.figures import Cell
    from xlbudget.reading.headings import Headings
    from xlbudget.reading.tables import TableData
    from xlbudget.standard.model import Field, Form, Standard, Subject, Table
    from xlbudget.xlsx.cells import Lines

INDICATOR_FILE = "绩效指标"
FORM_KIND, PROJECT = "表式", "项目名称"
NOTES_FILE, SUBJECTS_FILE, FINALS_FILE = "表下说明.toml", "科目字典.csv", "定稿.toml"
FINAL_PARTS = {"情况说明": "notes", "名词解释": "glossary"}
"""The lists of the file of final texts, and the part of the text that each is."""
_HEADING = "标题"
_BACKUP = ".备份"
"""In the names of files that were replaced."""
_FINAL_NAMES = ("段落", "定稿", "部分", "类别")
_PROFILE_NAMES = ("主要职能", "机构说明", "机构设置", "预算单位")
INFO_FILE, PROFILE_FILE = "基础信息.toml", "部门概况.toml"


class _Table(NamedTuple):
    """A CSV file: the headings of its columns, and its other lines by their number, as spreadsheets count.

    Without a file there are no headings. No line has more cells than there are headings, or half a
    character.
    """

    path: Path
    labels: list[str]
    lines: dict[int, list[str]]

    def wrong(self, number: int, said: str) -> DataFolderError:
        """What is to be raised about a line."""
        return DataFolderError(f"数据文件“{self.path.name}”第{number}行{said}")

    @property
    def records(self) -> list[tuple[int, dict[str, str]]]:
        """Every line as heading -> text, with its number.

        Raises:
            DataFolderError: two columns have the same heading.
        """
        twice = next((one for at, one in enumerate(self.labels) if one in self.labels[:at]), None)
        if twice is not None:
            raise self.wrong(1, f"有两栏都叫“{twice}”；请改正其中一栏的栏名，或删去一栏。")
        return [
            (number, dict(zip_longest(self.labels, map(str.strip, line), fillvalue="")))
            for number, line in self.lines.items()
        ]

    def refuse_unknown(self, known: Collection[str]) -> None:
        """Every column has one of the headings ``known``, or holds nothing.

        Raises:
            DataFolderError: another column holds something.
        """
        for number, entry in self.records:
            strange = next((one for one in entry if one not in known and entry[one]), None)
            if strange is not None:
                raise DataFolderError(
                    f"数据文件“{self.path.name}”中不认识的栏：{strange}（第{number}行写有“{entry[strange]}”）；"
                    "请照样例的栏名填写，或删去这一栏。"
                )


def read_csv(path: Path) -> _Table:
    """A CSV file, without the lines that are blank.

    Raises:
        DataFolderError: it is no CSV in UTF-8, or a line has cells beyond the headings.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            every = list(enumerate(csv.reader(file, strict=True), 1))
    except FileNotFoundError:
        every = []
    except UnicodeDecodeError as error:
        raise DataFolderError(
            f"数据文件“{path.name}”不是UTF-8编码；请另存为“CSV UTF-8”。"
        ) from error
    except (OSError, csv.Error) as error:
        raise DataFolderError(
            f"数据文件“{path.name}”读不出来：请检查引号是否成对、文件是否损坏。"
        ) from error
    filled = [(number, line) for number, line in every if any(cell.strip() for cell in line)]
    labels = [label.strip() for label in filled[0][1]] if filled else []
    found = _Table(path, labels, {})
    for number, line in filled[1:]:
        if any(cell.strip() for cell in line[len(labels) :]):
            raise found.wrong(number, "的格数多于首行；请检查逗号和引号。")
        found.lines[number] = line[: len(labels)]
    for number, line in filled:
        if strange := next(filter(None, map(no_character, line)), ""):
            raise found.wrong(number, f"有存不下的{strange}；请删去它再试。")
    return found


def read_data_file(path: Path) -> dict[str, Any]:
    """What a TOML file of a data folder says.

    Raises:
        DataFolderError: it is missing, or cannot be read.
    """
    try:
        return read_toml(path, "数据文件", DataFolderError)
    except FileNotFoundError as error:
        raise DataFolderError(f"数据文件夹缺少“{path.name}”。") from error


def read_form_files(
    folder: Path, standard: Standard, table: Table
) -> tuple[BlockData, tuple[FormData, ...]]:
    """The performance forms: their amounts as rows, their texts and indicators.

    Raises:
        DataFolderError: a file cannot be understood, or holds what the form of its project has no place for.
    """
    block = table.blocks[0]
    amounts = {column.label[0]: column.key for column in block.columns}
    captions = {
        cell.caption: cell.field
        for form in table.forms
        for line in form.lines
        for cell in line.cells
        if cell.field not in block.amount_index
    }
    kinds = {form.title: form for form in table.forms}
    source = read_csv(_table_file(folder, standard, table))
    source.refuse_unknown({FORM_KIND, *captions, *amounts})
    indicators = _Indicators(folder, table)
    rows: list[Row] = []
    forms: list[FormData] = []
    for number, entry in source.records:
        form = kinds.get(entry.get(FORM_KIND, ""))
        if form is None:
            raise source.wrong(number, f"的“{FORM_KIND}”应为：{'、'.join(kinds)}。")
        name = visible(entry.get(PROJECT, "")).strip()
        if not name:
            raise source.wrong(number, f"没有“{PROJECT}”；请补上。")
        _refuse_unplaced(source, number, entry, form, {**amounts, **captions})
        cells: dict[str, Cell] = {}
        for label, key in amounts.items():
            try:
                cells[key] = parse_amount(entry.get(label, ""), block.unit)
            except AmountError as error:
                raise source.wrong(number, f"“{label}”：{error}") from error
        fields = {captions[label]: text for label, text in entry.items() if label in captions}
        fields[captions[PROJECT]] = name
        rows.append(Row(name, "form", name, tuple(cells[key] for key in block.amounts)))
        forms.append(FormData(name, form.key, fields, indicators.take(name, form, number)))
    indicators.refuse_rest(source.path.name)
    return BlockData.of(rows), tuple(forms)


def _refuse_unplaced(
    source: _Table, number: int, entry: Mapping[str, str], form: Form, keys: Mapping[str, str]
) -> None:
    """Whatever a line says of a project has a cell on its form."""
    fields = {cell.field for line in form.lines for cell in line.cells}
    for label, text in entry.items():
        if text and label in keys and keys[label] not in fields:
            raise source.wrong(
                number,
                f"“{label}”写有“{text}”，“{form.title}”没有这一栏，工作簿里没有地方放；"
                f"请删去，或把“{FORM_KIND}”改为有这一栏的表式。",
            )


class _Indicators:
    """The file of indicators, taken by project."""

    def __init__(self, folder: Path, table: Table) -> None:
        self.labels = {
            column.label[0]: column.key for form in table.forms for column in form.indicators
        }
        self.source = read_csv(folder / f"{table.number:02d}-{INDICATOR_FILE}.csv")
        self.source.refuse_unknown({PROJECT, *self.labels})
        self.waiting: dict[str, list[tuple[int, dict[str, str]]]] = {}
        self.taken: set[str] = set()
        for number, entry in self.source.records:
            name = visible(entry.get(PROJECT, "")).strip()
            if not name:
                raise self.source.wrong(number, f"没有“{PROJECT}”；请补上。")
            self.waiting.setdefault(name, []).append((number, entry))

    def take(self, name: str, form: Form, line: int) -> tuple[Indicator, ...]:
        """Those of the project on a line, all of which its form has columns for."""
        found: list[Indicator] = []
        keys = {column.key for column in form.indicators}
        if name in self.taken:
            raise DataFolderError(
                f"第{line}行的项目“{name}”与上面的同名，分不清绩效指标是哪一份的；请改用不同的项目名称。"
            )
        for number, entry in self.waiting.pop(name, ()):
            values = {
                self.labels[label]: text
                for label, text in entry.items()
                if label in self.labels and text
            }
            strange = next(
                (label for label, key in self.labels.items() if key in values and key not in keys),
                None,
            )
            if strange is not None:
                raise self.source.wrong(
                    number,
                    f"“{strange}”写有“{entry[strange]}”，项目“{name}”的“{form.title}”没有这一栏，"
                    "工作簿里没有地方放；请删去，或改用有这一栏的表式。",
                )
            if not values:
                raise self.source.wrong(number, "只有项目名称，没有指标；请补上指标或删去这一行。")
            found.append(Indicator(values))
        if found:
            self.taken.add(name)
        return tuple(found)

    def refuse_rest(self, forms: str) -> None:
        """Every indicator's project has a form, in the file of this name."""
        for name, entries in self.waiting.items():
            raise self.source.wrong(
                entries[0][0], f"的项目“{name}”不在“{forms}”中；请核对项目名称。"
            )


def read_notes_file(folder: Path, standard: Standard) -> dict[str, tuple[str, ...]]:
    """The lines below the tables that are not what the standard says, by table.

    Raises:
        DataFolderError: a sheet that the standard does not have, or no list of texts.
    """
    if not (folder / NOTES_FILE).is_file():
        return {}
    tables = {table.sheet: table.key for table in standard.tables}
    found: dict[str, tuple[str, ...]] = {}
    for sheet, lines in read_data_file(folder / NOTES_FILE).items():
        if sheet not in tables:
            older = ((table.key, _older_names(standard, table)) for table in standard.tables)
            tables = {name: key for key, names in older for _, name in names} | tables
        if sheet not in tables:
            raise DataFolderError(
                f"{NOTES_FILE}中不认识“{sheet}”；应为工作表的名称，如“{next(iter(tables))}”。"
            )
        if not isinstance(lines, list) or not all(isinstance(line, str) for line in lines):
            raise DataFolderError(f'{NOTES_FILE}“{sheet}”应为几行文字，例如：["说明：……"]。')
        found[tables[sheet]] = tuple(_text(line, f"{NOTES_FILE}“{sheet}”") for line in lines)
    return found


def read_subjects_file(folder: Path, standard: Standard) -> dict[str, tuple[Subject, ...]]:
    """The department's own subjects, by the key of the list.

    Raises:
        DataFolderError: a line has no code of digits, no known list, or a year that is none.
    """
    source = read_csv(folder / SUBJECTS_FILE)
    source.refuse_unknown(SUBJECT_HEADINGS)
    lists = {subjects.name: subjects.key for subjects in standard.subjects.values()}
    found: dict[str, tuple[Subject, ...]] = {}
    for number, entry in source.records:
        code, name, kind, first, last, aliases, meaning = (
            entry.get(heading, "") for heading in SUBJECT_HEADINGS
        )
        if kind not in lists:
            raise source.wrong(number, f"的“分类”应为：{'、'.join(lists)}。")
        numbers = [code, *filter(None, (first, last))]
        if not all(one.isascii() and one.isdigit() for one in numbers):
            raise source.wrong(number, "的编码或年度不是数字。")
        subject = subject_of(code, name, first, last, aliases, meaning)
        found[lists[kind]] = (*found.get(lists[kind], ()), subject)
    return found


def read_finals_file(folder: Path) -> tuple[TextUnit, ...]:
    """The paragraphs that a person has written, in their order.

    Raises:
        DataFolderError: an entry lacks its paragraph or text.
    """
    if not (folder / FINALS_FILE).is_file():
        return ()
    raw = read_data_file(folder / FINALS_FILE)
    _refuse_unknown_names(raw, FINAL_PARTS, FINALS_FILE)
    units: list[TextUnit] = []
    for name, part in FINAL_PARTS.items():
        section = ""
        entries = raw.get(name, [])
        for number, entry in enumerate(entries if isinstance(entries, list) else [None], 1):
            where = f"{FINALS_FILE}“{name}”第{number}段"
            if not isinstance(entry, dict) or not {"段落", "定稿"} <= entry.keys():
                raise DataFolderError(f"{where}要有“段落”和“定稿”，都写在英文双引号里。")
            _refuse_unknown_names(entry, _FINAL_NAMES, where)
            identity, text, own, kind = (
                _text(entry.get(key, ""), f"{where}的“{key}”") for key in _FINAL_NAMES
            )
            if not identity or not text:
                raise DataFolderError(f"{where}的“段落”或“定稿”是空白；请补上，或删去这一段。")
            if (part, identity) in ((one.part, one.id) for one in units):
                raise DataFolderError(f"{where}与上面一段的编号相同（{identity}）；请删去一段。")
            if kind not in ("", _HEADING):
                raise DataFolderError(f"{where}的“类别”只能是“{_HEADING}”；正文不用写类别。")
            head = identity.partition(".")[0]
            section = own or (section if head == "自写" and section else head)
            units.append(TextUnit(part, section, identity, text, heading=kind == _HEADING))
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
    files = sorted(
        path.name for path in folder.glob(f"{ledger.sheet}*.csv") if _BACKUP not in path.name
    )
    if [one for one in files if one != name]:
        raise DataFolderError(
            f"数据文件夹里有“{'”“'.join(files)}”，底稿只能有一份，文件名为“{name}”；请留下一份。"
        )
    source = read_csv(folder / name)
    labels = source.labels
    if not labels:
        return Ledger()
    known = {column.label: column for column in ledger.columns}
    unknown = [label for label in labels if label not in known]
    missing = [column.label for column in ledger.columns if column.kind != "text"]
    missing = [label for label in missing if label not in labels]
    if unknown or missing:
        said = f"不认识的栏：{'、'.join(unknown)}" if unknown else f"缺少的栏：{'、'.join(missing)}"
        raise DataFolderError(
            f"数据文件“{name}”有{said}；系统导出的明细请用 xlbudget new --ledger 或 import 读入。"
        )
    unit = info.get(ledger.unit_field, InfoValue("")).value
    sheet: Lines = [[*line] for line in (labels, *source.lines.values())]
    found = read_ledger(standard, "", sheet, ledger_unit(standard, str(unit or "")))
    if len(found.lines) > ledger.room:
        raise DataFolderError(
            f"数据文件“{name}”有{len(found.lines)}行，{ledger.sheet}最多{ledger.room}行；请合并同样的行。"
        )
    return Ledger(tuple(line._replace(line=0) for line in found.lines))


def read_folder(folder: Path, standard: Standard, *, whole: bool = False) -> Book:
    """The book that a data folder describes; lines that are no rows of their table are among its findings.

    Raises:
        DataFolderError: the folder or 基础信息 is missing, a file cannot be understood or holds
            something that has no place in the book, or (``whole``) there is such a line.
    """
    if not folder.is_dir():
        raise DataFolderError(f"找不到数据文件夹“{folder}”；请检查路径。")
    if is_unfinished(folder):
        raise DataFolderError(
            f"数据文件夹“{folder}”没有写完（其中有“{UNFINISHED}”），新旧文件混在一起，没有读取；"
            "请再运行一次 xlbudget export --overwrite，它会先写完。"
        )
    _refuse_other_files(folder, standard)
    raw = read_data_file(folder / INFO_FILE)
    info, keyed = _info(standard, raw)
    year = _year(standard, raw)
    own = read_subjects_file(folder, standard)
    if own:
        standard = with_subjects(standard, own)
        info["subject_lists"] = InfoValue(OWN_LISTS)
    standard = standard_for(standard, year, info)
    lines = read_ledger_file(folder, standard, info)
    if standard.ledger is not None and lines.lines:
        info.setdefault(standard.ledger.switch_field, InfoValue(standard.ledger.from_ledger))
    blocks: dict[str, BlockData] = {}
    forms: tuple[FormData, ...] = ()
    for table in standard.tables:
        if is_form(table):
            blocks[table.blocks[0].key], forms = read_form_files(folder, standard, table)
    tables = _read_table_files(folder, standard, year)
    wider = with_printed_classes(standard, year, _blocks_of(tables))
    if wider is not standard:
        tables = _read_table_files(folder, wider, year)
    blocks |= _blocks_of(tables)
    findings = [finding for data in tables for finding in data.findings]
    if whole and findings:
        raise DataFolderError(f"数据文件夹“{folder}”：{findings[0].message}")
    book = Book(
        name=folder.name,
        standard=standard.id,
        year=year,
        info=info,
        blocks={  # they stand on no sheet
            key: BlockData.of([row._replace(line=0) for row in blocks[key].rows])
            for key in standard.blocks
            if key in blocks
        },
        forms=forms,
        keyed=keyed,
        profile=_profile(folder),
        findings=standard.coded(findings),
        subjects=own,
        texts=read_finals_file(folder),
        ledger=lines,
    )
    # Lines that the folder states are kept, also where a statement is out of place.
    notes = {**statements(standard, book), **read_notes_file(folder, standard)}
    return book._replace(notes=notes)


def _table_file(folder: Path, standard: Standard, table: Table) -> Path:
    """A table's file; where it is missing, the one by the name that the table has in what the standard stands on."""
    path = folder / f"{table.number:02d}-{table.sheet}.csv"
    if path.is_file():
        return path
    older = (
        folder / f"{number:02d}-{sheet}.csv" for number, sheet in _older_names(standard, table)
    )
    return next(filter(Path.is_file, older), path)


def _older_names(standard: Standard, table: Table) -> Iterator[tuple[int, str]]:
    """A table's numbers and sheets in what the standard stands on."""
    layers = plain_layers(standard.layers)
    for at in range(1, len(layers)):
        for name, raw in standard_files(layers[at:]).items():
            if name.startswith("tables/") and raw["key"] == table.key:
                yield raw["number"], raw.get("sheet") or without_names(raw["title"])


def _refuse_other_files(folder: Path, standard: Standard) -> None:
    """A file whose name is almost one of ours would not be read: a number or a mark is wrong.

    Nor would that of a table which the standard does not have.
    """
    names = [_table_file(folder, standard, table).name for table in standard.tables]
    names += [
        f"{table.number:02d}-{INDICATOR_FILE}.csv" for table in standard.tables if table.forms
    ]
    names += [INFO_FILE, PROFILE_FILE, NOTES_FILE, SUBJECTS_FILE, FINALS_FILE]
    meant = {plain_name(name): name for name in names}
    for path in sorted(folder.iterdir()):
        known = meant.get(plain_name(path.name), path.name)
        if path.name != known:
            raise DataFolderError(
                f"数据文件夹里的“{path.name}”没有读入：文件名应为“{known}”；请改名或移走。"
            )
        numbered = re.fullmatch(r"\d\d-.*\.csv", path.name) and _BACKUP not in path.name
        if numbered and path.name not in names:
            raise DataFolderError(
                f"数据文件夹里的“{path.name}”没有读入：{standard.name}没有这张表；"
                "有这张表而名称不同的，请改名，没有的请移走。"
            )


def _read_table_files(folder: Path, standard: Standard, year: int) -> list[TableData]:
    """All tables that are no forms."""
    return [
        _read_table_file(folder, standard, table, year)
        for table in standard.tables
        if not is_form(table)
    ]


def _blocks_of(tables: Sequence[TableData]) -> dict[str, BlockData]:
    return {key: block for data in tables for key, block in data.blocks.items()}


def _read_table_file(folder: Path, standard: Standard, table: Table, year: int) -> TableData:
    """A table that is no form from its file: the heading paths become heading rows.

    What is no row of the table is among the findings, with its line in the file.

    Raises:
        DataFolderError: the file is of another year, or a column without a place in the table holds something.
    """
    source = read_csv(_table_file(folder, standard, table))
    columns = [column for block in table.blocks for column in block.columns]
    labels = source.labels or ["/".join(column.heading(year)) for column in columns]
    years = {year, *(year - 1 for column in columns if column.of_last_year)}
    strange = next((one for one in YEAR.findall("".join(labels)) if int(one) not in years), "")
    if strange:
        raise DataFolderError(
            f"数据文件“{source.path.name}”首行写的是{strange}年，{INFO_FILE}的预算年度是{year}；请核对。"
        )
    paths = [label.split("/") for label in labels]
    headings: Lines = [
        [path[depth] if depth < len(path) else "" for path in paths] for depth in range(table.depth)
    ]
    title: list[object] = [table.title, *[""] * (len(labels) - 1)]
    last = max(source.lines, default=1)
    body: Lines = [[*source.lines.get(number, [])] for number in range(2, last + 1)]
    sheet = whole_lines([title, *headings, *body])
    found = read_table(standard, table, Sheet(table.sheet, sheet), year)
    heads = own_headings(table, sheet, year)
    if heads is not None:
        _refuse_unread(source, heads)
        _refuse_changed(standard, table, source, heads, found)
    below = table.depth  # so many lines more than in the file stand above the rows
    said = [_in_file(source, one, below) for one in found.findings]
    said += [
        Finding(
            UNREAD,
            Level.WARNING,
            f"数据文件“{source.path.name}”第{number}行的“{text}”不是该表的行；表下的文字请写在“{NOTES_FILE}”里。",
            table.title,
            table.sheet,
            f"A{number}",
        )
        for number, text in _texts_below(found, source, below)
    ]
    return found._replace(findings=tuple(said))


def _refuse_unread(source: _Table, headings: Headings) -> None:
    """Whatever stands in the file stands in a column of the table."""
    taken = set(headings.columns.values())
    for number, line in source.lines.items():
        for at, text in enumerate(map(str.strip, line)):
            if text and at not in taken:
                raise source.wrong(
                    number,
                    f"的“{source.labels[at]}”栏写有“{text}”，该表没有这一栏，或这一栏重复；请改正栏名或删去这一栏。",
                )


def _in_file(source: _Table, found: Finding, below: int) -> Finding:
    """A finding of a reader of sheets, with the line and cell of the file."""
    if not found.cell:
        return found
    letters, line = split_cell(found.cell)
    said = found.message.replace(f"第{line}行", "")
    message = f"数据文件“{source.path.name}”第{line - below}行：{said}"
    return found._replace(cell=f"{letters}{line - below}", message=message)


def _texts_below(found: TableData, source: _Table, below: int) -> Iterator[tuple[int, str]]:
    """The lines that are texts below the rows, with their number in the file."""
    rows = {row.line - below for data in found.blocks.values() for row in data.rows}
    rows |= {split_cell(one.cell)[1] - below for one in found.findings if one.cell}
    for number, line in source.lines.items():
        if found.blocks and number not in rows:
            yield number, line_text(list(line))


def _refuse_changed(
    standard: Standard, table: Table, source: _Table, headings: Headings, found: TableData
) -> None:
    """The texts of every row are those of the file, but for what names the same (``一、``, widths, blanks)."""
    for block in table.blocks:
        places = headings.of(block)
        for row in found.blocks[block.key].rows if block.key in found.blocks else ():
            number = row.line - table.depth
            written = source.lines[number]  # a line may end before the columns do
            group = row.parent.removeprefix("group:") if row.kind == "item" else ""
            entries = row_entries(standard, block, row, row.label, group)
            for column, place, entry in zip(block.columns, places, entries, strict=True):
                text = written[place].strip() if place is not None and place < len(written) else ""
                kept = (entry, block.total if row.kind == TOTAL else "")
                if (
                    text
                    and column.kind != AMOUNT
                    and not any(
                        isinstance(one, str) and row_label(one) == row_label(text) for one in kept
                    )
                ):
                    raise source.wrong(
                        number,
                        f"“{source.labels[place or 0]}”写有“{text}”，这一行没有地方放它；请改正或删去。",
                    )


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
            texts[lists[title].key] = _keyed(title, entries)
            continue
        fields = {field.label: field for field in sections[title].fields}
        for label, value in entries.items():
            if label not in fields:
                raise DataFolderError(
                    f"{INFO_FILE}“{title}”中不认识“{label}”；请照样例的名称填写。"
                )
            info[fields[label].key] = InfoValue(_value(standard, fields[label], value))
    return info, texts


def _keyed(title: str, entries: Mapping[str, Any]) -> dict[str, str]:
    """A list by name or code: every entry has a name, and none the name of another."""
    found: dict[str, str] = {}
    for given, value in entries.items():
        name = _text(given, f"{INFO_FILE}“{title}”")
        text = _text(value, f"{INFO_FILE}“{title}”的“{given}”")
        if not name or name in found:
            said = f"有两行“{name}”" if name else f"有一行（内容“{text}”）没有名称"
            raise DataFolderError(f"{INFO_FILE}“{title}”{said}；请改正或删去一行。")
        found[name] = text
    return found


def _text(value: object, where: str) -> str:
    """A text as a cell gives it back: without blanks around it.

    Raises:
        DataFolderError: it is no text, number or day, or has half a character; ``where`` names it.
    """
    if isinstance(value, bool) or not isinstance(value, (str, int, Decimal, date)):
        raise DataFolderError(f'{where}应为文字，写在英文双引号里，例如："……"。')
    text = str(value).strip()
    if strange := no_character(text):
        raise DataFolderError(f"{where}有存不下的{strange}；请删去它再试。")
    return text


def _value(standard: Standard, field: Field, value: object) -> str | Cell:
    if field.kind not in ("amount", "count"):
        return _text(value, f"{INFO_FILE}“{field.label}”")
    unit = standard.info_unit(field.key)
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
    if not number.is_finite() or (unit is COUNT and number != number.to_integral_value()):
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
    """部门概况.

    Raises:
        DataFolderError: a name that is none of the file's, or a value of another kind.
    """
    if not (folder / PROFILE_FILE).is_file():
        return Profile()
    raw = read_data_file(folder / PROFILE_FILE)
    _refuse_unknown_names(raw, _PROFILE_NAMES, PROFILE_FILE)
    offices = raw.get("机构设置", [])
    if not isinstance(offices, list) or not all(isinstance(one, dict) for one in offices):
        raise DataFolderError(f"{PROFILE_FILE}“机构设置”的每一项都要有“名称”和“职责”。")
    found: list[Office] = []
    for number, one in enumerate(offices, 1):
        where = f"{PROFILE_FILE}“机构设置”第{number}项"
        _refuse_unknown_names(one, ("名称", "职责"), where)
        name, duty = (_text(one.get(key, ""), f"{where}的“{key}”") for key in ("名称", "职责"))
        if not name:
            raise DataFolderError(f"{where}没有“名称”；请补上。")
        found.append(Office(name, duty))
    return Profile(
        _texts(raw, "主要职能"),
        _text(raw.get("机构说明", ""), f"{PROFILE_FILE}“机构说明”"),
        tuple(found),
        _texts(raw, "预算单位"),
    )


def _texts(raw: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """A list of texts of 部门概况; blank ones say nothing."""
    values = raw.get(name, [])
    if not isinstance(values, list):
        raise DataFolderError(f'{PROFILE_FILE}“{name}”应为几行文字，例如：["……", "……"]。')
    texts = [_text(value, f"{PROFILE_FILE}“{name}”") for value in values]
    return tuple(filter(None, texts))


def _refuse_unknown_names(raw: Mapping[str, Any], known: Collection[str], where: str) -> None:
    strange = next((name for name in raw if name not in known), None)
    if strange is not None:
        raise DataFolderError(f"{where}中不认识“{strange}”；可用的有：{'、'.join(known)}。")
