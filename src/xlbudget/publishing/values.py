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
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from xml.etree import ElementTree as ET
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from openpyxl.cell.cell import MergedCell  # type: ignore[import-untyped]  # has no py.typed marker
from openpyxl.reader.excel import ExcelReader  # type: ignore[import-untyped]  # as above
from openpyxl.worksheet.header_footer import HeaderFooterItem  # type: ignore[import-untyped]  # as above

from xlbudget.building.styles import lines_of, row_height
from xlbudget.errors import UnusableFileError
from xlbudget.explaining.document import HEADING
from xlbudget.publishing.drawings import MAIN, REL, Drawings, local, parsed, serialized
from xlbudget.reading.source import find_sheet
from xlbudget.sheets.layout import CONTENTS, COVER, GLOSSARY, NOTES, PROFILE
from xlbudget.sheets.notes import FIRST, LAST
from xlbudget.templates import rendered
from xlbudget.xlsx.archive import naming
from xlbudget.xlsx.references import column_letter, column_number, split_cell
from xlbudget.xlsx.workbook import Workbook

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

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
_DATE = (1980, 1, 1, 0, 0, 0)
"""The date of every part: the same source gives the same bytes."""
_STRICT = "http://purl.oclc.org/ooxml/"
_NAMED = 5
"""So many cells are named in a message."""

_REMARKS = "注意"
_LONGEST = 200
"""Letters of a header; programs take 255."""

_FINAL, _KIND, _TITLE_LINE = "D", "B", 2
"""Of 情况说明 and 名词解释: columns of the final text and of its kind, and the title's line."""
_MARGIN, _WIDTH = 1.7, 92.0
"""Widths of the columns before the text, and of the text."""
_LARGE, _LINE = 12 / 11, 17.5
"""The text's letters against those by which widths are counted; points from line to line."""

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

    基础信息, 总览, 校验结果 and 科目字典 are for those who do the work, and so are sheets that a user
    added: they are left out unless they are asked for by name.

    Raises:
        UnusableFileError: one of ``also`` is not there, or the workbook cannot be read.
    """
    fixed = [find_sheet(source, name) for name in (COVER, CONTENTS, PROFILE)]
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
        parts = [_Sheet(given, name, kept) for name in kept]
        root = parsed(given.archive.read(given.parts.book), given.parts.book)
        left_out = [
            (name, "内部使用的工作表" if state == "visible" else "隐藏的工作表")
            for name, state in _strip_book(root, kept, texts)
        ]
        book = _opened(
            given, {given.parts.book: root, **{sheet.part: sheet.root for sheet in parts}}
        )
        for one in parts:
            one.finish(book[one.name], final=one.name in texts)
        uncomputed = [cell for sheet in parts for cell in sheet.uncomputed]
        errors = [cell for sheet in parts for cell in sheet.errors]
        _refuse_unreadable(uncomputed, () if with_errors else errors)
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

    def __init__(self, given: Workbook, name: str, kept: Collection[str]) -> None:
        self.name, self.part = name, given.parts.sheets[name].part
        self.root = root = parsed(given.archive.read(self.part), self.part)
        self.dropped = [_SAID[local(element)] for element in root if local(element) in _SAID]
        self.behind = root.findall(f"{MAIN}ignoredErrors")
        drawing = root.find(f"{MAIN}drawing")
        self.drawing = "" if drawing is None else drawing.get(f"{REL}id", "")
        self.errors: list[str] = []
        self.uncomputed: list[str] = []
        self.hidden: list[str] = []
        self.formulas = sum(1 for _ in root.iter(f"{MAIN}f"))
        self._without_value = set(_without_value(root))
        for child in list(root):
            if local(child) not in _KEPT:
                root.remove(child)
        _strip_views(root)
        if _strip_links(root, kept):
            self.dropped.append("通往本工作簿以外或未收入的工作表的链接")
        _strip_formats(root)

    def finish(self, sheet: Any, *, final: bool) -> None:
        """Tell what the sheet shows; of a sheet of texts (``final``) leave the final ones alone."""
        if final:
            self.behind, self._without_value = [], set()
            _only_final_texts(sheet)
        columns, lines = set(), set()
        for cell in (cell for row in sheet.iter_rows() for cell in row):
            if isinstance(cell, MergedCell):
                continue  # nobody sees what it holds, and it is not in the copy
            where = f"“{self.name}”{cell.coordinate}"
            if cell.coordinate in self._without_value:
                self.uncomputed.append(where)
            elif cell.data_type == "e":
                self.errors.append(f"{where}（{cell.value}）")
            if cell.value is not None:
                columns.add(cell.column)
                lines.add(cell.row)
        for dimension in sheet.column_dimensions.values():
            if dimension.hidden:
                shown = sorted(columns & set(range(dimension.min, dimension.max + 1)))
                self.hidden += [f"“{self.name}”{column_letter(number - 1)}列" for number in shown]
        hidden = sorted(line for line in lines if sheet.row_dimensions[line].hidden)
        self.hidden += [f"“{self.name}”第{line}行" for line in hidden]


def _without_value(root: ET.Element) -> Iterator[str]:
    """Cells whose formula has no stored value; rows and cells without a name follow the one before."""
    line = 0
    for row in root.iterfind(f"{MAIN}sheetData/{MAIN}row"):
        line, column = int(row.get("r", line + 1)), 0
        for cell in row.iterfind(f"{MAIN}c"):
            name = cell.get("r", "")
            column = column_number(split_cell(name)[0]) if name else column + 1
            known = cell.get("t") in _TEXT_KINDS or cell.findtext(f"{MAIN}v")
            if cell.find(f"{MAIN}f") is not None and not known:
                yield f"{column_letter(column - 1)}{line}"


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


class _Reader(ExcelReader):  # type: ignore[misc]  # openpyxl has no types
    """openpyxl's reader, for which every number is a number: as a date it would be rounded."""

    def read_worksheets(self) -> None:
        """Read the cells; which formats are dates is known by then."""
        self.wb._date_formats = self.wb._timedelta_formats = frozenset()  # noqa: SLF001  # no option
        super().read_worksheets()


def _opened(given: Workbook, stripped: Mapping[str, ET.Element]) -> Any:
    """What openpyxl makes of the ``stripped`` parts and of those that say how cells look."""
    beside = {
        kind: relation.target
        for relation in given.parts.relations.values()
        if (kind := relation.kind.rpartition("/")[2]) in _BESIDE
    }
    trees = dict(stripped)
    trees |= {part: parsed(given.archive.read(part), part) for kind, part in beside.items()}
    kept = {"[Content_Types].xml", "_rels/.rels", given.parts.relations_part, *trees}
    changed = {part: serialized(root) for part, root in trees.items()}
    data = given.archive.repacked(changed, set(given.archive.namelist()) - kept)
    try:
        with warnings.catch_warnings(action="ignore"):
            reader = _Reader(BytesIO(data), data_only=True, keep_links=False, rich_text=True)
            reader.read()
    except _UNREADABLE as error:
        raise UnusableFileError(
            "样式或工作表里有读不出来的内容，没有写出副本；请在 Excel 中打开并另存为 .xlsm 后再试。"
        ) from error
    return reader.wb


def _refuse_unreadable(uncomputed: Sequence[str], errors: Sequence[str]) -> None:
    """Refuse what a recipient could not read."""
    if uncomputed:
        raise UnusableFileError(
            f"有{len(uncomputed)}个公式没有存下计算结果，如{'、'.join(uncomputed[:_NAMED])}；"
            "请在 Excel 中打开工作簿、保存，再试一次。"
        )
    if errors:
        raise UnusableFileError(
            f"有{len(errors)}个单元格显示错误值，如{'、'.join(errors[:_NAMED])}；请改正后再试。"
        )


# ------------------------------------------------------------------ what is changed in the copy


def _only_final_texts(sheet: Any) -> None:
    """Leave the title and the final texts of 情况说明 or 名词解释, upright, on one wide column.

    Numbers of paragraphs, the generated text, states, remarks and the list of figures are for those
    who write the text; a recipient gets what is published.
    """
    for area in list(sheet.merged_cells.ranges):
        sheet.unmerge_cells(str(area))
    last = _TITLE_LINE
    for row in list(sheet.iter_rows()):
        line, held = row[0].row, {cell.column_letter: cell for cell in row}
        final = held.get(_FINAL)
        kept: tuple[str, ...] = ("A",) if line < _TITLE_LINE else ("A", "B", "C", _FINAL)
        if line > _TITLE_LINE:
            used = final is not None and final.value and FIRST <= line <= LAST
            kept = (_FINAL,) * bool(used)
        if final is not None and kept == (_FINAL,):
            last = line
            if str(held[_KIND].value) == HEADING:
                font = copy(final.font)
                font.b = True
                final.font = font
            text = lines_of(str(final.value), _WIDTH / _LARGE)
            sheet.row_dimensions[line].height = row_height(text, line=_LINE)
        elif line > _TITLE_LINE:
            sheet.row_dimensions.pop(line, None)
        for cell in row:
            if cell.column_letter not in kept:
                cell.value, cell.style = None, "Normal"
            if cell.coordinate != "A1":
                cell.hyperlink = None
    sheet.conditional_formatting = type(sheet.conditional_formatting)()
    sheet.column_dimensions.clear()
    for letter in ("A", "B", "C", _FINAL):
        sheet.column_dimensions[letter].width = _WIDTH if letter == _FINAL else _MARGIN
    sheet.merge_cells(f"A{_TITLE_LINE}:{_FINAL}{_TITLE_LINE}")
    sheet.page_setup.orientation = "portrait"
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
    book.save(saved)
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
    packed = BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED) as archive:
        for name, data in files.items():
            info = ZipInfo(name, _DATE)
            info.compress_type = ZIP_DEFLATED
            archive.writestr(info, data)
    return packed.getvalue()
