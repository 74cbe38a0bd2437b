"""The only module that calls XlsxWriter: it makes the workbook, its sheets and formats."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from functools import partial
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

import xlsxwriter  # type: ignore[import-untyped]  # ships annotations but no py.typed marker
from xlsxwriter.packager import Packager  # type: ignore[import-untyped]
from xlsxwriter.sharedstrings import SharedStrings  # type: ignore[import-untyped]
from xlsxwriter.utility import (  # type: ignore[import-untyped]
    xl_rowcol_to_cell_fast,
)
from xlsxwriter.worksheet import (  # type: ignore[import-untyped]
    CellBlankTuple,
    Worksheet,
)

from xlbudget.building.sheet import SHARED, Sheet, checked
from xlbudget.xlsx.cells import OUR_BREAK
from xlbudget.xlsx.references import quoted
from xlbudget.xlsx.texts import escaped

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from xlbudget.building.styles import Style


_CREATED = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)
"""A fixed stamp, so that builds repeat."""
_DATE = (1980, 1, 1, 0, 0, 0)
_MAIN = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
_MAIN_MACRO = b"application/vnd.ms-excel.sheet.macroEnabled.main+xml"
_TYPES = "[Content_Types].xml"
_RIBBON = "customUI/customUI.xml"
_RIBBON_RELATION = (
    b'<Relationship Id="rIdRibbon" Type="http://schemas.microsoft.com/office/2006/relationships/'
    b'ui/extensibility" Target="customUI/customUI.xml"/></Relationships>'
)
_BLANK_RESULT = re.compile(r'<c r="([A-Z]+\d+)"((?: s="\d+")?)>(<f[^>]*>[^<]*</f><v></v></c>)')
_SHARED = re.compile(f"<f>{SHARED.format(*['([0-9]+)'] * 2)}</f>")
_BREAK = '" max="16383" man="1"/>'
_LATIN = re.compile(rb'<a:latin( typeface="[^"]+")[^>]*/>')


class _Worksheet(Worksheet):  # type: ignore[misc]  # untyped base
    """A sheet whose formulas stand in the file as they are given, and whose first page may have no head.

    XlsxWriter looks into each for 31 functions newer than Excel 2010, one after the other; ours have none
    (tests/native holds that), and that takes a sixth of the time of a whole build.
    """

    def _write_cell(self, row: int, col: int, cell: Any) -> None:
        """Formatted cells without content are most of a workbook: nothing of theirs needs to be escaped."""
        if isinstance(cell, CellBlankTuple) and cell.format:
            name = xl_rowcol_to_cell_fast(row, col)
            self.fh.write(f'<c r="{name}" s="{cell.format._get_xf_index()}"/>')  # noqa: SLF001  # as its base does
        else:
            super()._write_cell(row, col, cell)

    @staticmethod
    def _escape_control_characters(data: object) -> object:
        return escaped(data) if isinstance(data, str) else data

    def _xml_formula_element(
        self, formula: str, result: object, attributes: Sequence[tuple[str, object]]
    ) -> None:
        """The value beside the formula: of ours, what looks like an error value is a text too."""
        if isinstance(result, str):
            result = escaped(result)
            attributes = [(name, "str" if name == "t" else held) for name, held in attributes]
        super()._xml_formula_element(formula, result, attributes)

    def _write_hyperlink_internal(self, row: int, col: int, url: Any) -> None:
        url._text = escaped(url._text)  # noqa: SLF001  # stands in an attribute, where nothing is escaped but markup
        super()._write_hyperlink_internal(row, col, url)

    def write_file_link(self, row: int, col: int, file: str, form: Any, text: str) -> int:
        """A link to a file, with the slashes of a URI, which every program understands; XlsxWriter writes those of Windows."""
        written: int = self.write_url(row, col, f"external:{file}", form, text)
        if not written:
            link = self.hyperlinks[row][col]
            link._relationship_link = link._relationship_link.replace("\\", "/")  # noqa: SLF001  # there is no other way
        return written

    def _prepare_formula(self, formula: str, _expand: object = None) -> str:
        return formula.removeprefix("{").removeprefix("=").removesuffix("}")

    _first_apart = False

    def head_all_but_first(self) -> None:
        """Leave the header off the first page, which keeps the footer."""
        self._first_apart = True

    def _write_header_footer(self) -> None:
        if not (self.header or self.footer):
            return
        if not self._first_apart:
            super()._write_header_footer()
            return
        self._xml_start_tag("headerFooter", [("differentFirst", 1)])
        self._write_odd_header()
        self._write_odd_footer()
        self._xml_data_element("firstFooter", self.footer)
        self._xml_end_tag("headerFooter")


class _Texts(SharedStrings):  # type: ignore[misc]  # untyped base
    """The part of the cells' texts; none of them is markup, whatever it looks like (``<r>…</r>``)."""

    def _write_si(self, string: str) -> None:
        text = escaped(string)
        kept = [("xml:space", "preserve")] if text != text.strip() else []
        self._xml_si_element(text, kept)


class _Packager(Packager):  # type: ignore[misc]  # untyped base
    """XlsxWriter's packager with our part of the cells' texts."""

    def _write_shared_strings_file(self) -> None:
        part = _Texts()
        part.string_table = self.workbook.str_table
        if part.string_table.count:
            part._set_xml_writer(self._filename("xl/sharedStrings.xml"))  # noqa: SLF001  # as its base does
            part._assemble_xml_file()  # noqa: SLF001  # as above


class _Workbook(xlsxwriter.Workbook):  # type: ignore[misc]  # untyped base
    """A workbook whose parts are written by the classes of this module."""

    def _get_packager(self) -> Packager:
        return _Packager()


class Writer:
    """A workbook being written; :meth:`finish` gives its bytes."""

    def __init__(self, title: str) -> None:
        self.stream = io.BytesIO()
        self._formats: dict[Style, Any] = {}
        self._sheets: list[Sheet] = []
        self.book = _Workbook(self.stream, {"in_memory": True})
        self.book.set_properties({"title": title, "created": _CREATED})
        checked(self.book.set_vba_name("ThisWorkbook"), "the workbook's code name")

    def sheet(self, name: str, code_name: str) -> Sheet:
        """A new sheet; ``code_name`` is what macros call it (ASCII)."""
        sheet = self.book.add_worksheet(name, _Worksheet)
        checked(sheet.set_vba_name(code_name), code_name)
        self._sheets.append(Sheet(self.book, sheet, name, self.format))
        return self._sheets[-1]

    def name(self, name: str, sheet: str, area: str) -> None:
        """A name for an area (``$A$4:$B$9``) of a sheet, for formulas and for the name box."""
        checked(self.book.define_name(name, f"={quoted(sheet)}!{area}"), name)

    def format(self, style: Style) -> Any:
        """The format of a style, made once."""
        found = self._formats.get(style)
        if found is None:
            found = self._formats[style] = self.book.add_format(style.properties())
        return found

    def add_macros(self, project: bytes) -> None:
        """Make it a workbook with macros."""
        stream = io.BytesIO(project)
        checked(self.book.add_vba_project(stream, is_stream=True), "the macros")

    def finish(self, ribbon: bytes = b"") -> bytes:
        """The file; ``ribbon`` is the XML of its own part of Excel's ribbon."""
        self.book.close()
        groups = {
            f"xl/worksheets/sheet{number}.xml": sheet.groups
            for number, sheet in enumerate(self._sheets, 1)
        }
        return _repacked(self.stream.getvalue(), ribbon, groups=groups)


def bare_workbook(code_names: Sequence[str]) -> bytes:
    """A workbook with nothing but sheets of these code names, declared as one with macros."""
    writer = Writer("")
    for number, name in enumerate(code_names):
        writer.sheet(f"S{number}", name)
    writer.book.close()
    return _repacked(writer.stream.getvalue(), b"", _MAIN_MACRO)


def _shared(match: re.Match[str], *, groups: Sequence[tuple[str, str]]) -> str:
    """A cell's shared formula, in full on the first cell."""
    area, text = groups[int(match[1])]
    if match[2] == "0":
        return f'<f t="shared" si="{match[1]}"/>'
    return f'<f t="shared" ref="{area}" si="{match[1]}">{escape(text)}</f>'


def _repacked(
    data: bytes,
    ribbon: bytes,
    kind: bytes = _MAIN,
    groups: Mapping[str, Sequence[tuple[str, str]]] | None = None,
) -> bytes:
    """The same parts with fixed dates, blank results typed as text, charts' fonts for Chinese.

    ``groups`` are the shared formulas of the sheets' parts.
    """
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        parts = {name: old.read(name) for name in old.namelist()}
        parts[_TYPES] = parts[_TYPES].replace(_MAIN, kind)
        if ribbon:
            relations = parts["_rels/.rels"]
            parts["_rels/.rels"] = relations.replace(b"</Relationships>", _RIBBON_RELATION)
            parts[_RIBBON] = ribbon
        for name, part in parts.items():
            if name.startswith("xl/worksheets/sheet"):
                # XlsxWriter leaves a result of "" untyped: an empty number, which is no value.
                text = _BLANK_RESULT.sub(r'<c r="\1"\2 t="str">\3', part.decode())
                if own := (groups or {}).get(name):
                    text = _SHARED.sub(partial(_shared, groups=own), text)
                text = text.replace(_BREAK, _BREAK.replace("16383", OUR_BREAK))
                part = text.encode()  # noqa: PLW2901
            elif name.startswith("xl/charts/chart"):
                # XlsxWriter names the font of Latin letters only.
                part = _LATIN.sub(rb"\g<0><a:ea\1/>", part)  # noqa: PLW2901
            entry = zipfile.ZipInfo(name, _DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            new.writestr(entry, part)
    return out.getvalue()
