"""Single cells of one worksheet's XML changed, every other byte kept.

The XML is read once for the places of its rows and cells; the new pieces are spliced in between.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, NoReturn
from xml.parsers import expat

from xlbudget.errors import UnusableFileError
from xlbudget.workbook.shared_formulas import (
    Spot,
    cell_name,
    formula_texts,
    orphans,
    parse_cell,
    refuse_bound,
    sheet_formula,
    widened,
    widened_spans,
)
from xlbudget.workbook.tags import (
    cell_element,
    element,
    escaped,
    start_tag,
    tag_name,
    with_attribute,
    without_attributes,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xlbudget.workbook.shared_formulas import SheetFormula
    from xlbudget.workbook.tags import Content

__all__ = ["apply_edits", "sheet_formulas"]

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main "
_WORKSHEET, _DATA, _ROW, _CELL, _FORMULA = (
    _MAIN + name for name in ("worksheet", "sheetData", "row", "c", "f")
)
_MERGED, _COLUMN, _DIMENSION = (_MAIN + name for name in ("mergeCell", "col", "dimension"))
_PLACED = {
    (_DATA, _WORKSHEET),
    (_DIMENSION, _WORKSHEET),
    (_ROW, _DATA),
    (_CELL, _ROW),
    (_FORMULA, _CELL),
}
"""Elements whose places count, and their parents."""


class _Element(NamedTuple):
    """An element's bytes: its start tag is [start, opened), all of it [start, end)."""

    start: int
    opened: int
    end: int
    attributes: dict[str, str]


class _Row(NamedTuple):
    place: _Element
    cells: dict[int, _Element]


def sheet_formulas(xml: bytes, sheet: str = "") -> dict[str, str]:
    """The formulas of a worksheet (cell -> text without "="), shared ones as each cell reads them.

    Raises:
        UnusableFileError: the XML is damaged, or of a kind that is not read; names ``sheet``.
    """
    found = _Scan(xml, sheet).formulas
    return {cell_name(spot): text for spot, text in formula_texts(found).items()}


def apply_edits(xml: bytes, edits: Mapping[Spot, Content], sheet: str = "") -> bytes:
    """The worksheet ``xml`` with ``edits`` in their cells.

    Cells keep their styles; a new one takes its row's, or else its column's.

    Raises:
        UnusableFileError: the XML is damaged, or a cell belongs to an array formula, a data table
            or another cell's merged range; names ``sheet``.
    """
    if not edits:
        return xml
    found = _Scan(xml, sheet)
    if not found.orderly:  # a new cell would not find its place
        raise UnusableFileError(
            f"工作表“{sheet}”内部的行或单元格次序混乱；请在 Excel 中打开并另存后再试。"
        )
    refuse_bound(sheet, sorted(edits), found.formulas, found.merged)
    return _Splicer(xml, found).spliced(edits, orphans(found.formulas, set(edits)))


# ------------------------------------------------------------------ writing


class _Splicer:
    """Collects the new pieces of one worksheet, each with the span it replaces."""

    def __init__(self, xml: bytes, found: _Scan) -> None:
        self._xml, self._found = xml, found
        self._pieces: list[tuple[int, int, bytes]] = []
        name = tag_name(self._tag(found.data))
        self._prefix = name[: name.rfind(b":") + 1]

    def spliced(self, edits: Mapping[Spot, Content], plain: Mapping[Spot, str]) -> bytes:
        """The XML with ``edits`` written, and the formulas ``plain`` instead of shared ones."""
        added: dict[int, dict[int, Content]] = {}
        for spot in sorted(edits):
            row = self._found.rows.get(spot.row)
            cell = row.cells.get(spot.column) if row else None
            if cell is not None:
                # The attributes t, cm and vm tell of the old value.
                tag = without_attributes(self._tag(cell), b"t", b"cm", b"vm")
                piece = cell_element(tag, self._prefix, edits[spot])
                self._pieces.append((cell.start, cell.end, piece))
            elif edits[spot].formula or edits[spot].value is not None:
                added.setdefault(spot.row, {})[spot.column] = edits[spot]
        for spot, text in plain.items():
            place = self._found.places[spot]
            tag = without_attributes(self._tag(place), b"t", b"si", b"ref")
            self._pieces.append((place.start, place.end, element(tag, escaped(text))))
        if added:
            self._add(added)
        result, last = [], 0
        for start, end, piece in sorted(self._pieces, key=lambda one: one[:2]):
            result += [self._xml[last:start], piece]
            last = end
        return b"".join([*result, self._xml[last:]])

    def _tag(self, place: _Element) -> bytes:
        return self._xml[place.start : place.opened]

    def _retold(self, place: _Element, name: str, value: str) -> bytes:
        """An element's start tag; one attribute has another value, if it has."""
        if value == place.attributes.get(name, ""):
            return self._tag(place)
        return with_attribute(self._tag(place), name.encode(), value.encode())

    def _add(self, added: Mapping[int, Mapping[int, Content]]) -> None:
        """New cells, in new rows or in those that are there; rows are in order."""
        data, upcoming = self._found.data, sorted(added, reverse=True)
        closing = self._open(data, self._tag(data))
        place = data.opened
        for number, row in self._found.rows.items():
            while upcoming and upcoming[-1] < number:
                self._add_row(place, upcoming[-1], added[upcoming.pop()])
            if upcoming and upcoming[-1] == number:
                self._add_cells(row, number, added[upcoming.pop()])
            place = row.place.end
        while upcoming:
            self._add_row(place, upcoming[-1], added[upcoming.pop()])
        self._pieces += closing
        if there := self._found.dimension:
            spots = [Spot(row, column) for row in added for column in added[row]]
            ref = widened(there.attributes.get("ref", ""), spots)
            self._pieces.append((there.start, there.opened, self._retold(there, "ref", ref)))

    def _open(self, place: _Element, tag: bytes) -> list[tuple[int, int, bytes]]:
        """Give an element the start tag ``tag`` and room inside; the result belongs last inside."""
        empty = place.opened == place.end
        new = tag.removesuffix(b"/>") + b">" if empty else tag
        self._pieces.append((place.start, place.opened, new))
        return [(place.end, place.end, b"</%b>" % tag_name(tag))] if empty else []

    def _add_row(self, place: int, number: int, cells: Mapping[int, Content]) -> None:
        inside = b"".join(self._cell(Spot(number, one), cells[one], {}) for one in cells)
        row = element(b'<%brow r="%d">' % (self._prefix, number), inside)
        self._pieces.append((place, place, row))

    def _add_cells(self, row: _Row, number: int, cells: Mapping[int, Content]) -> None:
        attributes = row.place.attributes
        spans = widened_spans(attributes.get("spans", ""), cells)
        closing = self._open(row.place, self._retold(row.place, "spans", spans))
        for column, content in cells.items():
            before = [cell.end for other, cell in row.cells.items() if other < column]
            place = before[-1] if before else row.place.opened
            piece = self._cell(Spot(number, column), content, attributes)
            self._pieces.append((place, place, piece))
        self._pieces += closing

    def _cell(self, spot: Spot, content: Content, row: Mapping[str, str]) -> bytes:
        if row.get("customFormat", "") in {"1", "true"}:
            style = row.get("s", "")
        else:
            columns = self._found.columns
            style = next((one for first, last, one in columns if first <= spot.column <= last), "")
        tag = b'<%bc r="%b">' % (self._prefix, cell_name(spot).encode())
        if style.isdecimal() and int(style):
            tag = with_attribute(tag, b"s", style.encode())
        return cell_element(tag, self._prefix, content)


# ------------------------------------------------------------------ reading


class _Scan:
    """The places of what an edit may touch, and the formulas.

    Places are counted in bytes; rows and cells without a reference follow the one before.
    """

    def __init__(self, xml: bytes, sheet: str) -> None:
        self.rows: dict[int, _Row] = {}
        self.formulas: list[SheetFormula] = []
        self.places: dict[Spot, _Element] = {}
        self.merged: list[str] = []
        self.columns: list[tuple[int, int, str]] = []
        self.dimension: _Element | None = None
        self.data = _Element(0, 0, 0, {})
        self.orderly = True
        self._xml = xml
        self._path: list[str] = [""]
        self._open: list[tuple[int, int, dict[str, str]]] = []
        self._cells: dict[int, _Element] = {}
        self._spot = Spot(0, 0)
        self._text: list[str] = []
        self._parse(sheet)

    def _parse(self, sheet: str) -> None:
        parser = self._parser = expat.ParserCreate(namespace_separator=" ")
        parser.XmlDeclHandler = self._declared
        parser.StartDoctypeDeclHandler = self._refuse
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        try:
            parser.Parse(self._xml, True)
            if not self.data.end or b"\0" in self._xml[:4]:  # UTF-16 without declaration
                self._refuse()
        except (expat.ExpatError, KeyError, ValueError) as error:
            raise UnusableFileError(
                f"工作表“{sheet}”的内部格式不能处理；请在 Excel 中打开并另存为 .xlsm 或 .xlsx 后再试。"
            ) from error

    def _declared(self, _version: str, encoding: str | None, _standalone: int) -> None:
        if (encoding or "utf-8").lower() != "utf-8":
            self._refuse()

    def _refuse(self, *_: object) -> NoReturn:
        raise ValueError

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        parent = self._path[-1]
        self._path.append(name)
        ours = (name, parent) in _PLACED
        if ours:
            start = self._parser.CurrentByteIndex
            opened = start + len(start_tag(self._xml, start))
            self._open.append((start, opened, attributes))
        if name == _ROW and ours:
            number = int(attributes["r"]) if "r" in attributes else self._spot.row + 1
            self.orderly &= number > self._spot.row
            self._spot, self._cells = Spot(number, 0), {}
        elif name == _CELL and ours:
            due = Spot(self._spot.row, self._spot.column + 1)
            spot = parse_cell(attributes["r"]) if "r" in attributes else due
            if spot is None:
                self._refuse()
            self.orderly &= spot.row == due.row and spot.column >= due.column
            self._spot = spot
        elif name == _FORMULA and ours:
            self._text = []
        elif name == _MERGED:
            self.merged.append(attributes.get("ref", ""))
        elif name == _COLUMN and "style" in attributes:
            span = int(attributes["min"]), int(attributes["max"])
            self.columns.append((*span, attributes["style"]))

    def _characters(self, text: str) -> None:
        if self._path[-1] == _FORMULA:
            self._text.append(text)

    def _end(self, name: str) -> None:
        self._path.pop()
        if (name, self._path[-1]) not in _PLACED:
            return
        start, opened, attributes = self._open.pop()
        end = opened
        if self._xml[opened - 2 : opened] != b"/>":
            end = self._xml.index(b">", self._parser.CurrentByteIndex) + 1
        place = _Element(start, opened, end, attributes)
        if name == _FORMULA and ("t" in attributes or self._text):
            self.places[self._spot] = place
            self.formulas.append(sheet_formula(self._spot, attributes, "".join(self._text)))
        elif name == _CELL:
            self._cells[self._spot.column] = place
        elif name == _ROW:
            self.rows[self._spot.row] = _Row(place, self._cells)
        elif name == _DATA:
            self.data = place
        elif name == _DIMENSION:
            self.dimension = place
