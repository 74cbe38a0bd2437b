"""A copy of a workbook that holds values alone: what may be sent to anybody.

The copy is a new file, written by openpyxl. What openpyxl is given to read are the parts of the
source that a reader needs, each stripped of all that is not known to be harmless; whatever else the
source has (macros, ribbon, remarks, connections, sheets for internal use) never gets that far.
Pictures and charts, which openpyxl would lose or draw anew, are put into its package afterwards.
"""

from __future__ import annotations

import re
import warnings
from copy import copy
from io import BytesIO
from itertools import islice
from pathlib import Path
from string import digits
from typing import TYPE_CHECKING, Any, NamedTuple
from xml.etree import ElementTree as ET
from zipfile import ZipFile

from openpyxl.cell.cell import MergedCell  # type: ignore[import-untyped]  # has no py.typed marker
from openpyxl.reader.excel import ExcelReader  # type: ignore[import-untyped]  # as above
from openpyxl.worksheet._reader import (  # type: ignore[import-untyped]  # as above
    WorkSheetParser,
    WorksheetReader,
)
from openpyxl.worksheet.cell_range import MultiCellRange  # type: ignore[import-untyped]  # as above
from openpyxl.worksheet.header_footer import HeaderFooterItem  # type: ignore[import-untyped]  # as above
from openpyxl.worksheet.pagebreak import Break  # type: ignore[import-untyped]  # as above
from openpyxl.writer.excel import ExcelWriter  # type: ignore[import-untyped]  # as above

from xlbudget.building.pages import TEXT_MARGIN, TEXT_WIDTH, printed_text
from xlbudget.building.sheet import PAGE_NUMBER
from xlbudget.errors import UnusableFileError
from xlbudget.explaining.document import HEADING
from xlbudget.publishing.drawings import MAIN, REL, Drawings, local, parsed, serialized
from xlbudget.publishing.publish import packed
from xlbudget.reading.source import find_cover, find_sheet
from xlbudget.sheets.layout import CONTENTS, GLOSSARY, HIDDEN_FIRST, NOTES, PROFILE
from xlbudget.sheets.notes import FIRST, last_line
from xlbudget.templates import rendered
from xlbudget.xlsx.archive import naming
from xlbudget.xlsx.references import column_letter, column_number
from xlbudget.xlsx.workbook import Workbook

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from openpyxl.worksheet.cell_range import CellRange

    from xlbudget.figures import Book
    from xlbudget.standard.model import Standard


_KEPT = frozenset(
    (
        "sheetPr", "dimension", "sheetViews", "sheetFormatPr", "cols", "sheetData", "mergeCells",
        "conditionalFormatting", "hyperlinks", "printOptions", "pageMargins", "pageSetup",
        "headerFooter", "rowBreaks", "colBreaks",
    )
)  # fmt: skip
"""All else goes: protection, validations, filters, tables, remarks, buttons, what names people."""
_SAID = {
    "dataValidations": "填写提示和下拉选项",
    "sheetProtection": "工作表保护",
    "autoFilter": "筛选按钮",
    "tableParts": "表格样式",
    "legacyDrawing": "批注和按钮",
    "oleObjects": "嵌入的对象",
    "controls": "控件",
    "picture": "工作表背景",
}
"""What a user would miss, in words."""
_OBJECTS = "按钮、控件等对象"
_TEXT_KINDS = ("str", "s", "inlineStr")
_PRINTED = ("_xlnm.Print_Area", "_xlnm.Print_Titles")
_AREA = r"(?:'(?:[^']|'')+'|[^'!,]+)!\$?[A-Z]*\$?[0-9]*:\$?[A-Z]*\$?[0-9]*"
_AREAS = re.compile(rf"{_AREA}(?:,{_AREA})*")
_BESIDE = ("sharedStrings", "styles", "theme")
"""Parts beside the sheets that say what cells hold and how they look."""
_UNREADABLE = (AttributeError, LookupError, SyntaxError, TypeError, ValueError)
"""What openpyxl raises at parts that it cannot read; errors of XML are SyntaxErrors."""
_FONT = (
    "b", "i", "strike", "condense", "extend", "outline", "shadow", "u", "vertAlign", "sz", "color",
    "name", "family", "charset", "scheme",
)  # fmt: skip
"""What a font says, in the order of the schema, which openpyxl does not keep."""
_STRICT = "http://purl.oclc.org/ooxml/"
_NAMED = 5
"""So many cells are named in a message."""

_REMARKS = "注意"
_LONGEST = 200
"""Letters of a header; programs take 255."""

_FINAL, _KIND, _TITLE_LINE = "D", "B", 2
"""Of 情况说明 and 名词解释: columns of the final text and of its kind, and the title's line."""
_INSIDE = re.compile(
    r"(?:(?:'((?:[^']|'')+)'|([^'!]+))!)?\$?[A-Z]{1,3}\$?[0-9]{1,7}(?::\$?[A-Z]{1,3}\$?[0-9]{1,7})?"
)
_NO_TEXT = re.compile(r"(?:&[LCR]\s*)*")
_QUOTED = re.compile(r'"(?:[^"]|"")*"')
_WORD = re.compile(r"[^\W\d][\w.]*")
_CELL = re.compile(r"[A-Za-z]{1,3}[0-9]{1,7}|[A-Za-z]{1,3}|TRUE|FALSE", re.IGNORECASE)
_ASKING = re.compile(
    r"(?:_xlfn\.)?(?:ISFORMULA|FORMULATEXT|INDIRECT|CELL|BUDGET_\w+)", re.IGNORECASE
)
"""Functions that ask for formulas, for addresses as text, or for macros."""


class Chosen(NamedTuple):
    """Names of sheets; of those in ``texts`` only the final texts are published."""

    sheets: tuple[str, ...]
    texts: tuple[str, ...]
    tables: tuple[str, ...]


def choose_sheets(
    source: Workbook, standard: Standard, book: Book, also: Sequence[str] = ()
) -> Chosen:
    """The sheets of what is published, as the workbook names them, and those of ``also``.

    The desk, 基础信息, 总览, 校验结果 and 科目字典 are for those who do the work, and so are sheets that a user
    added: they are left out unless they are asked for by name.

    Raises:
        UnusableFileError: one of ``also`` is not there, or the workbook cannot be read.
    """
    fixed = [find_cover(source), *(find_sheet(source, name) for name in (CONTENTS, PROFILE))]
    texts = tuple(name for title in (NOTES, GLOSSARY) if (name := find_sheet(source, title)))
    for name in also:
        if name not in source.names:
            raise UnusableFileError(
                f"工作簿“{source.path.name}”没有工作表“{name}”，不能按 --sheet 收入；请核对名称。"
            )
    tables = tuple(book.sheets[table.key] for table in standard.tables if table.key in book.sheets)
    every = (*filter(None, fixed), *tables, *texts, *also)
    return Chosen(tuple(dict.fromkeys(every)), texts, tables)


class ValuesCopy(NamedTuple):
    """What became of the source.

    ``left_out`` are sheets that are not in the copy, with the reason; ``dropped`` says in words
    what else is not; ``hidden`` rows and columns that are hidden and hold something; ``errors``
    cells that show an error value (only where that was allowed).
    """

    sheets: tuple[str, ...]
    left_out: tuple[tuple[str, str], ...]
    dropped: tuple[str, ...]
    hidden: tuple[str, ...]
    errors: tuple[str, ...]
    formulas: int


def write_values_copy(
    source: Path | Workbook,
    target: Path,
    sheets: Collection[str],
    *,
    texts: Collection[str] = (),
    title: str = "",
    with_errors: bool = False,
    remarks: Sequence[str] = (),
) -> ValuesCopy:
    """Write the visible ones of ``sheets`` with their values to ``target`` (an .xlsx).

    Of the sheets ``texts`` only the final texts are written. ``remarks`` stand on a sheet of their
    own, the first one, and above every printed page. The same source gives the same bytes.

    Raises:
        UnusableFileError: ``source`` is damaged, none of the sheets is there, a formula has no
            stored value, or a cell shows an error value (unless ``with_errors``).
        OSError: ``target`` cannot be written.
    """
    given = Workbook.of(source)
    with naming(given.path, "没有写出副本"):
        if given.parts.kind.startswith(_STRICT):
            raise UnusableFileError(
                "这是严格 OOXML 格式，不能改写；请在 Excel 中另存为普通 .xlsx 或 .xlsm。"
            )
        items = given.parts.sheets.items()
        kept = [name for name, one in items if one.visible and name in sheets]
        if not kept:
            raise UnusableFileError("没有一张要收入的工作表，或都是隐藏的；请取消隐藏后再试。")
        given.check(kept)
        parts = [_Sheet(given, name, kept, final=name in texts) for name in kept]
        root = parsed(given.archive.read(given.parts.book), given.parts.book)
        left_out = [
            (name, "内部使用的工作表" if state == "visible" else "隐藏的工作表")
            for name, state in _strip_book(root, kept, texts)
        ]
        book = _opened(given, root, {sheet.name: sheet for sheet in parts})
        for sheet in parts:
            sheet.finish(book[sheet.name])
        uncomputed = [cell for sheet in parts for cell in sheet.uncomputed]
        errors = [cell for sheet in parts for cell in sheet.errors]
        if uncomputed:
            raise UnusableFileError(
                f"有{len(uncomputed)}个公式没有存下计算结果，如{'、'.join(uncomputed[:_NAMED])}；"
                "请在 Excel 中打开工作簿、保存，再试一次。"
            )
        if errors and not with_errors:
            raise UnusableFileError(
                f"有{len(errors)}个单元格显示错误值，如{'、'.join(errors[:_NAMED])}；请改正后再试。"
            )
        if remarks:
            _add_remarks(book, remarks)
        drawings = Drawings(given.archive)
        data = _packed(book, {sheet.name: sheet for sheet in parts}, drawings, title)
    target.write_bytes(data)
    dropped = [word for sheet in parts for word in sheet.dropped]
    return ValuesCopy(
        tuple(kept),
        tuple(left_out),
        tuple(dict.fromkeys(dropped + [_OBJECTS] * bool(drawings.gone))),
        tuple(place for sheet in parts for place in sheet.hidden),
        tuple(errors),
        sum(sheet.formulas for sheet in parts),
    )


# ------------------------------------------------------------------ what openpyxl is given to read


class _Sheet:
    """A sheet of the copy: its part without what does not go out, and what was met on it.

    ``errors`` are cells that show an error value, ``uncomputed`` cells whose formula has no stored
    value, ``hidden`` rows and columns that are hidden and hold something, ``dropped`` what is not in
    the copy, all in words. ``behind`` and ``drawing`` (the id of its relationship) are what openpyxl
    would lose: they are put back behind all else.
    """

    def __init__(self, given: Workbook, name: str, kept: Collection[str], *, final: bool) -> None:
        self.name, self.part, self.final = name, given.parts.sheets[name].part, final
        self.root = root = parsed(given.archive.read(self.part), self.part)
        self.dropped = [_SAID[local(element)] for element in root if local(element) in _SAID]
        self.behind = root.findall(f"{MAIN}ignoredErrors")
        drawing = root.find(f"{MAIN}drawing")
        self.drawing = "" if drawing is None else drawing.get(f"{REL}id", "")
        self.errors: list[str] = []
        self.uncomputed: list[str] = []
        self.hidden: list[str] = []
        rows = root.find(f"{MAIN}sheetData")
        self.rows = ET.SubElement(root, f"{MAIN}sheetData") if rows is None else rows
        _name_cells(self.rows)
        computed = [cell for cell in root.iter(f"{MAIN}c") if cell.find(f"{MAIN}f") is not None]
        self.formulas = len(computed)
        self._without_value = [
            cell.attrib["r"]
            for cell in computed
            if not (final or cell.get("t") in _TEXT_KINDS or cell.findtext(f"{MAIN}v"))
        ]
        for child in list(root):
            if local(child) not in _KEPT:
                root.remove(child)
        _strip_views(root)
        if _strip_links(root, kept):
            self.dropped.append("通往本工作簿以外或未收入的工作表的链接")
        _strip_helpers(root, self.rows)
        root.remove(self.rows)
        if final:
            self.behind = []
            _strip_to_texts(root, self.rows, last_line(name))
        else:
            _strip_formats(root)

    def finish(self, sheet: Any) -> None:
        """Tell what the sheet shows; a sheet of texts gets the looks of one that is published."""
        if self.final:
            _lay_out_texts(sheet)
        self.uncomputed = [
            f"“{self.name}”{cell}"
            for cell in self._without_value
            if not isinstance(sheet[cell], MergedCell)  # nobody sees what that holds
        ]
        columns, lines = set(), set()
        for cell in (cell for row in sheet.iter_rows() for cell in row):
            if cell.value is not None:
                columns.add(cell.column)
                lines.add(cell.row)
                if cell.data_type == "e":
                    self.errors.append(f"“{self.name}”{cell.coordinate}（{cell.value}）")
        for dimension in sheet.column_dimensions.values():
            if dimension.hidden:
                shown = sorted(columns & set(range(dimension.min, dimension.max + 1)))
                self.hidden += [f"“{self.name}”{column_letter(number - 1)}列" for number in shown]
        hidden = sorted(line for line in lines if sheet.row_dimensions[line].hidden)
        self.hidden += [f"“{self.name}”第{line}行" for line in hidden]


def _name_cells(rows: ET.Element) -> None:
    """Rows and cells without a name follow the one before; here they get theirs."""
    line = 0
    for row in rows:
        line, letters = int(row.get("r", line + 1)), ""
        row.set("r", str(line))
        for cell in row:
            if name := cell.get("r"):
                letters = name.rstrip(digits)
            else:
                letters = column_letter(column_number(letters))
                cell.set("r", f"{letters}{line}")


def _strip_helpers(root: ET.Element, rows: ET.Element) -> None:
    """Hidden columns far right in which formulas alone stand: formulas need them, and there are none in the copy."""
    columns = root.find(f"{MAIN}cols")
    for column in [] if columns is None else list(columns):
        first, last = (int(column.get(name, "0")) for name in ("min", "max"))
        if column.get("hidden") not in ("1", "true") or first <= HIDDEN_FIRST:
            continue
        span = {column_letter(number) for number in range(first - 1, last)}
        held = [
            (row, cell) for row in rows for cell in row if cell.get("r", "").rstrip(digits) in span
        ]
        if all(cell.find(f"{MAIN}f") is not None for _, cell in held if len(cell)):
            for row, cell in held:
                row.remove(cell)
            columns.remove(column)  # type: ignore[union-attr]  # it has this one
    if columns is not None and not len(columns):
        root.remove(columns)


def _strip_to_texts(root: ET.Element, rows: ET.Element, last: int) -> None:
    """Of 情况说明 or 名词解释 leave the title, the texts of both kinds of lines and what these are.

    Numbers of paragraphs, the generated text, states, remarks and the list of figures are for those
    who write the text; a recipient gets what is published. ``last`` is the last line of a paragraph.
    """
    for element in list(root):
        if local(element) in ("cols", "conditionalFormatting", "mergeCells"):
            root.remove(element)
        elif local(element) == "hyperlinks":
            element[:] = [link for link in element if link.get("ref", "").partition(":")[0] == "A1"]
    for row in rows:
        line = int(row.get("r", ""))
        letters = _KIND + _FINAL if FIRST <= line <= last else ""
        if line <= _TITLE_LINE:
            letters = "A" if line < _TITLE_LINE else "ABCD"
        kept = {f"{letter}{line}" for letter in letters}
        row[:] = [cell for cell in row if cell.get("r") in kept]
    rows[:] = [row for row in rows if len(row) or int(row.get("r", "")) <= _TITLE_LINE]


def _strip_views(root: ET.Element) -> None:
    """No names for macros, no formulas instead of values, nothing that points to dropped parts."""
    root.attrib.clear()
    for properties in root.iterfind(f"{MAIN}sheetPr"):
        properties.attrib.clear()
    for view in root.iterfind(f"{MAIN}sheetViews/{MAIN}sheetView"):
        for name in ("tabSelected", "showFormulas"):
            view.attrib.pop(name, None)
        for child in view.findall(f"{MAIN}pivotSelection"):
            view.remove(child)
    for setup in root.iterfind(f"{MAIN}pageSetup"):
        setup.attrib.pop(f"{REL}id", None)
    for area in root.iterfind(f"{MAIN}headerFooter"):
        for text in list(area):
            text.text = (text.text or "").replace("&G", "")  # a picture
            if _NO_TEXT.fullmatch(text.text):
                area.remove(text)


def _strip_links(root: ET.Element, sheets: Collection[str]) -> int:
    """Links to cells of the copy stay, all others go; how many went."""
    gone = 0
    for area in root.findall(f"{MAIN}hyperlinks"):
        for element in list(area):
            match = _INSIDE.fullmatch(element.get("location", ""))
            sheet = (match[1] or match[2] or "").replace("''", "'") if match else None
            if f"{REL}id" in element.attrib or (sheet != "" and sheet not in sheets):
                area.remove(element)
                gone += 1
        if not len(area):
            root.remove(area)
    return gone


def _strip_formats(root: ET.Element) -> None:
    """Take out the conditional formats that ask for other sheets, names, formulas or macros.

    Emphasis that follows a row's own content goes on working.
    """
    for area in root.findall(f"{MAIN}conditionalFormatting"):
        for rule in list(area):
            asked = [element.text or "" for element in rule.iter(f"{MAIN}formula")]
            limits = (
                element for element in rule.iter(f"{MAIN}cfvo") if element.get("type") == "formula"
            )
            if not all(map(_works, [*asked, *(element.get("val", "") for element in limits)])):
                area.remove(rule)
        if not len(area):
            root.remove(area)


def _works(formula: str) -> bool:
    """Whether a formula needs nothing but cells of its own sheet."""
    bare = _QUOTED.sub("", formula)
    if any(sign in bare for sign in "![#'"):
        return False
    for match in _WORD.finditer(bare):
        called = bare[match.end() :].lstrip().startswith("(")
        if called and _ASKING.fullmatch(match[0]):
            return False
        if not called and not _CELL.fullmatch(match[0].strip("$")):
            return False
    return True


def _strip_book(
    root: ET.Element, kept: Sequence[str], texts: Collection[str]
) -> Iterator[tuple[str, str]]:
    """Leave the kept sheets and what is printed of them; gives name and state of the others.

    Of ``texts`` other cells are printed than in the source.
    """
    places: dict[str, int] = {}
    for child in list(root):
        if local(child) not in ("workbookPr", "sheets", "definedNames"):
            root.remove(child)
    for properties in root.iterfind(f"{MAIN}workbookPr"):
        for name in set(properties.attrib) - {"date1904"}:
            del properties.attrib[name]
    for area in root.iterfind(f"{MAIN}sheets"):
        for position, one in enumerate(list(area)):
            if one.get("name") in kept:
                places[str(position)] = len(places)
            else:
                area.remove(one)
                yield one.get("name", ""), one.get("state", "visible")
    for area in root.iterfind(f"{MAIN}definedNames"):
        for one in list(area):
            place = places.get(one.get("localSheetId", ""), -1)
            known = one.get("name") in _PRINTED and _AREAS.fullmatch(one.text or "")
            if place >= 0 and known and kept[place] not in texts:
                one.set("localSheetId", str(place))
            else:
                area.remove(one)


class _Parser(WorkSheetParser):  # type: ignore[misc]  # openpyxl has no types
    """openpyxl's parser of a sheet, with the rows of a tree that is there; numbers stay numbers.

    (As a date a number would be rounded.) To write the rows once more for it took a third of the
    time of a copy.
    """

    def __init__(self, sheet: _Sheet, strings: Sequence[str]) -> None:
        super().__init__(BytesIO(serialized(sheet.root)), strings, data_only=True, rich_text=True)
        self._rows = sheet.rows

    def parse(self) -> Iterator[tuple[int, list[dict[str, Any]]]]:
        """The rows' cells; and what else the sheet has is read."""
        yield from map(self.parse_row, self._rows)
        yield from super().parse()


class _Areas(MultiCellRange):  # type: ignore[misc]  # has no types
    """Merged areas in their order on the sheet: the library's own come in another one in each process."""

    def __iter__(self) -> Iterator[CellRange]:
        return iter(self.sorted())


class _SheetReader(WorksheetReader):  # type: ignore[misc]  # as above
    """openpyxl's reader of a sheet, for which cells under merged ones keep their own looks."""

    def __init__(self, sheet: Any, parser: _Parser) -> None:
        self.ws, self.parser = sheet, parser

    def bind_merged_cells(self) -> None:
        """Empty the cells that nobody sees."""
        areas = self.parser.merged_cells.mergeCell if self.parser.merged_cells else ()
        self.ws.merged_cells = _Areas(" ".join(area.ref for area in areas))
        cells = self.ws._cells  # noqa: SLF001  # asking for a cell would make one
        for area in self.ws.merged_cells:
            for line, column in islice(area.cells, 1, None):
                covered = MergedCell(self.ws, line, column)
                if (line, column) in cells:
                    covered._style = cells[line, column]._style  # noqa: SLF001  # no other way
                cells[line, column] = covered


class _Reader(ExcelReader):  # type: ignore[misc]  # as above
    """openpyxl's reader of a workbook, which is given the sheets."""

    def __init__(self, data: BytesIO, sheets: Mapping[str, _Sheet]) -> None:
        super().__init__(data, data_only=True, keep_links=False, rich_text=True)
        self._sheets = sheets

    def read_worksheets(self) -> None:
        """Read the sheets, which have nothing beside them."""
        for entry, _ in self.parser.find_sheets():
            parser = _Parser(self._sheets[entry.name], self.shared_strings)
            _SheetReader(self.wb.create_sheet(entry.name), parser).bind_all()


def _opened(given: Workbook, book: ET.Element, sheets: Mapping[str, _Sheet]) -> Any:
    """What openpyxl makes of the stripped parts and of those that say how cells look."""
    beside = [
        relation.target
        for relation in given.parts.relations.values()
        if relation.kind.rpartition("/")[2] in _BESIDE
    ]
    package = BytesIO()
    with ZipFile(package, "w") as archive:
        for part in ("[Content_Types].xml", "_rels/.rels", given.parts.relations_part):
            archive.writestr(part, given.archive.read(part))
        archive.writestr(given.parts.book, serialized(book))
        for part in beside:
            archive.writestr(part, serialized(parsed(given.archive.read(part), part)))
    try:
        with warnings.catch_warnings(action="ignore"):
            reader = _Reader(package, sheets)
            reader.read()
    except _UNREADABLE as error:
        raise UnusableFileError(
            "样式或工作表里有读不出来的内容，没有写出副本；请在 Excel 中打开并另存为 .xlsm 后再试。"
        ) from error
    return reader.wb


# ------------------------------------------------------------------ what is changed in the copy


def _lay_out_texts(sheet: Any) -> None:
    """Show the title and the final texts of 情况说明 or 名词解释 upright, on one wide column."""
    last = _TITLE_LINE
    for line in range(FIRST, sheet.max_row + 1):
        kind, final = sheet[f"{_KIND}{line}"], sheet[f"{_FINAL}{line}"]
        if final.value:
            last = line
            if str(kind.value) == HEADING:
                font = copy(final.font)
                font.b = True
                final.font = font
        else:
            sheet.row_dimensions.pop(line, None)
            final.value, final.style = None, "Normal"
        kind.value, kind.style = None, "Normal"
    texts = [str(sheet[f"{_FINAL}{line}"].value or "") for line in range(FIRST, last + 1)]
    printed = printed_text(texts)
    for line, height in enumerate(printed.rows, FIRST):
        sheet.row_dimensions[line].height = height
    for line in printed.ends(FIRST):
        sheet.row_breaks.append(Break(line))
    for letter in ("A", "B", "C", _FINAL):
        sheet.column_dimensions[letter].width = TEXT_WIDTH if letter == _FINAL else TEXT_MARGIN
    sheet.merge_cells(f"A{_TITLE_LINE}:{_FINAL}{_TITLE_LINE}")
    sheet.page_setup.orientation = "portrait"
    sheet.page_setup.blackAndWhite = True
    sheet.page_setup.useFirstPageNumber = None
    sheet.oddFooter.center.text = PAGE_NUMBER.removeprefix("&C")
    sheet.print_area = f"A{_TITLE_LINE}:{_FINAL}{last}"


def _add_remarks(book: Any, remarks: Sequence[str]) -> None:
    """What every reader must know: above every printed page, and on a sheet of its own, the first."""
    text = "".join(remarks)[:_LONGEST].replace("&", "&&")
    for sheet in book:
        for header in ("oddHeader", "evenHeader", "firstHeader"):
            item = HeaderFooterItem()
            item.center.text = text
            setattr(sheet.HeaderFooter, header, item)
    name = _REMARKS
    while name in book.sheetnames:
        name += "＊"
    first = book.create_sheet(name, 0)
    first.column_dimensions["A"].width = 110
    for number, one in enumerate(remarks, 1):
        first.cell(number, 1, one)


def _packed(book: Any, parts: Mapping[str, _Sheet], drawings: Drawings, title: str) -> bytes:
    """Openpyxl's package with what it would lose, and without moments and names of programs.

    ``title`` is all that its properties say of the content.
    """
    book.active = 0
    saved = BytesIO()
    ExcelWriter(book, ZipFile(saved, "w")).save()
    with ZipFile(saved) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    files["docProps/core.xml"] = rendered(
        Path(__file__).parent, "core.xml.j2", {"title": title, "unit": ""}
    ).encode()
    for number, sheet in enumerate(book, 1):
        one = parts.get(sheet.title)
        if one is None:
            continue  # that of the remarks
        name, behind = f"xl/worksheets/sheet{number}.xml", list(one.behind)
        if one.drawing and drawings.add(one.part, one.drawing, name):
            behind.append(ET.Element(f"{MAIN}drawing", {f"{REL}id": one.drawing}))
        end = files[name].rindex(b"</")
        files[name] = files[name][:end] + b"".join(map(ET.tostring, behind)) + files[name][end:]
    styles = ET.fromstring(files["xl/styles.xml"])  # noqa: S314  # written just now
    for font in styles.iter(f"{MAIN}font"):
        font[:] = sorted(font, key=lambda element: _FONT.index(local(element)))
    files["xl/styles.xml"] = serialized(styles)
    files |= drawings.files
    files["[Content_Types].xml"] = drawings.listed(files["[Content_Types].xml"])
    return packed(files)
