"""The parts of a workbook that change: a worksheet as a tree, the workbook's own part, the calculation chain.

A formula filled down is stored once, in the range's first cell (its master); the others only point
to it. Writing over the master would take their formula away, so they get it as their own.
"""

from __future__ import annotations

import re
from bisect import bisect
from copy import deepcopy
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple
from xml.etree import ElementTree as ET  # what everybody calls it

from xlbudget.errors import UnusableFileError
from xlbudget.xlsx.archive import unescaped
from xlbudget.xlsx.cells import OUR_BREAK
from xlbudget.xlsx.references import (
    Area,
    Spot,
    cell_name,
    parse_area,
    parse_cell,
    same_formula,
    translate,
    widened,
    widened_spans,
)
from xlbudget.xlsx.texts import escaped, refuse_unstorable, with_controls

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

    from xlbudget.xlsx.cells import CellEdit, LaidRows, Paging


_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_WORKSHEET, _DATA, _ROW, _CELL, _FORMULA, _VALUE, _INLINE, _TEXT, _COLUMN = (
    _MAIN + name for name in ("worksheet", "sheetData", "row", "c", "f", "v", "is", "t", "col")
)
_MERGED, _CONDITIONAL, _RULE = (
    _MAIN + name for name in ("mergeCell", "conditionalFormatting", "cfRule")
)
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_YES = ("1", "true")
_CONTINUED = "续表"
_HEADS = dict.fromkeys(("oddHeader", "oddFooter", "firstFooter"))
"""What the head and foot of a sheet that was built here consist of."""
_BEHIND = (
    "mergeCells", "phoneticPr", "conditionalFormatting", "dataValidations", "hyperlinks",
    "printOptions", "pageMargins", "pageSetup", "headerFooter", "rowBreaks", "colBreaks",
    "customProperties", "cellWatches", "ignoredErrors", "smartTags", "drawing", "legacyDrawing",
    "legacyDrawingHF", "drawingHF", "picture", "oleObjects", "controls", "webPublishItems",
    "tableParts", "extLst",
)  # fmt: skip
"""What stands behind a sheet's cells, in the order of the schema."""
_LONGEST_FORMULA = 8_192
_HIGHEST_EXPONENT = 307


class _Row(NamedTuple):
    """A row's element, and its cells by column, in order."""

    element: ET.Element
    cells: dict[int, ET.Element]


class _Cells(NamedTuple):
    """All rows by number; ``orderly``: they and their cells stand in the order of their numbers."""

    rows: dict[int, _Row]
    orderly: bool


class _Formula(NamedTuple):
    """A cell's formula element; ``area`` is the range of a master, an array or a data table."""

    spot: Spot
    element: ET.Element

    @property
    def kind(self) -> str:
        """Normal, shared, array or dataTable."""
        return self.element.get("t", "normal")

    @property
    def text(self) -> str:
        """As it stands there: without "=", empty where it points to a master."""
        return self.element.text or ""

    @property
    def area(self) -> str:
        return self.element.get("ref", "")


class SheetTree:
    """A worksheet that is read for its formulas, or changed and written again."""

    def __init__(self, xml: bytes, name: str) -> None:
        """Read a worksheet's part.

        Raises:
            UnusableFileError: it is damaged, or of a kind that is not read; names the sheet.
        """
        self._name, self._xml, self._changed = name, xml, False
        try:
            self._tree = Tree(xml)
            self._data = self._body()
            self._formulas = self._find_formulas()
        except (ET.ParseError, ValueError) as error:
            raise self._unusable() from error

    def _body(self) -> ET.Element:
        root = self._tree.root
        data = root.find(_DATA)
        if root.tag != _WORKSHEET or data is None:
            raise ValueError(root.tag)
        return data

    def _unusable(self) -> UnusableFileError:
        return UnusableFileError(
            f"工作表“{self._name}”的内部格式不能处理；请在 Excel 中打开并另存为 .xlsm 或 .xlsx 后再试。"
        )

    def _find_formulas(self) -> list[_Formula]:
        """The formulas; the thousands of cells that hold none are passed by."""
        found = []
        for cell in self._data.iter(_CELL):
            reference = cell.get("r")
            if reference is None:
                cells = self._cells.rows.items()
                return [
                    _Formula(Spot(number, column), formula)
                    for number, row in cells
                    for column, cell in row.cells.items()
                    if (formula := _formula_of(cell)) is not None
                ]
            formula = _formula_of(cell)
            if formula is not None:
                found.append(_Formula(_spot(reference), formula))
        return found

    @cached_property
    def _masters(self) -> dict[str, _Formula]:
        """The master of each group: the first cell that has both text and range, else text."""
        masters: dict[str, _Formula] = {}
        shared = [one for one in self._formulas if one.kind == "shared" and one.text]
        for one in sorted(shared, key=lambda formula: not formula.area):
            masters.setdefault(one.element.get("si", ""), one)
        return masters

    @cached_property
    def _cells(self) -> _Cells:
        """Rows and cells by number; those without a reference follow the one before.

        Raises:
            UnusableFileError: a reference is none; names the sheet.
        """
        rows: dict[int, _Row] = {}
        orderly, before = True, Spot(0, 0)
        try:
            for row in self._data.iterfind(_ROW):
                number = int(row.get("r", before.row + 1))
                orderly &= number > before.row
                before, cells = Spot(number, 0), {}
                for cell in row.iterfind(_CELL):
                    reference = cell.get("r")
                    due = Spot(before.row, before.column + 1)
                    spot = due if reference is None else _spot(reference)
                    orderly &= spot.row == due.row and spot.column >= due.column
                    before, cells[spot.column] = spot, cell
                rows[number] = _Row(row, cells)
        except ValueError as error:
            raise self._unusable() from error
        return _Cells(rows, orderly)

    @property
    def _rows(self) -> dict[int, _Row]:
        return self._cells.rows

    @cached_property
    def _columns(self) -> list[tuple[int, int, str]]:
        """First and last of columns that have a style.

        Raises:
            UnusableFileError: a column does not say where it stands; names the sheet.
        """
        try:
            return [
                (int(element.attrib["min"]), int(element.attrib["max"]), element.attrib["style"])
                for element in self._tree.root.iter(_COLUMN)
                if "style" in element.attrib
            ]
        except (KeyError, ValueError) as error:
            raise self._unusable() from error

    # -------------------------------------------------------------- reading

    def formulas(self) -> dict[str, str]:
        """Cell -> formula without "=", shared ones as each cell reads them; "" where it is not stored.

        Of an array formula only the first cell has it.
        """
        return {cell_name(formula.spot): self._text(formula) for formula in self._formulas}

    def formula_cells(self) -> list[str]:
        """The cells that hold a formula."""
        return [cell_name(formula.spot) for formula in self._formulas]

    def free_rows(self, rows: Iterable[int]) -> list[int]:
        """Those of some rows whose height nobody has set by hand."""
        return [row for row in rows if row not in self._rows or not _fixed(self._rows[row].element)]

    def _text(self, one: _Formula) -> str:
        master = self._masters.get(one.element.get("si", ""))
        if one.text or one.kind != "shared" or master is None:
            return one.text
        rows = one.spot.row - master.spot.row
        return translate(master.text, rows, one.spot.column - master.spot.column)

    # -------------------------------------------------------------- changing

    def to_bytes(self) -> bytes:
        """The part as it is now; the very bytes that were read if nothing has changed.

        Raises:
            UnusableFileError: its namespaces cannot be kept; names the sheet.
        """
        try:
            return self._tree.to_bytes() if self._changed else self._xml
        except ET.ParseError as error:
            raise self._unusable() from error

    def write(self, edits: Mapping[Spot, CellEdit]) -> None:
        """Put ``edits`` into their cells.

        Cells keep their styles; a new one takes its row's, or else its column's.

        Raises:
            UnusableFileError: a cell belongs to an array formula, a data table or another cell's
                merged range, or cannot hold so much; names sheet and cell.
            ValueError: a number is not finite.
        """
        if not self._cells.orderly:  # a new cell would not find its place
            raise UnusableFileError(
                f"工作表“{self._name}”内部的行或单元格次序混乱；请在 Excel 中打开并另存后再试。"
            )
        self._refuse_bound(sorted(edits))
        shared = self._still_shared(edits)
        self._free_of_masters(edits.keys() - shared.keys())
        added: list[Spot] = []
        for spot in sorted(edits):
            edit = edits[spot]
            row = self._rows.get(spot.row)
            cell = row.cells.get(spot.column) if row else None
            blank = edit.value in (None, "") and not edit.formula
            if cell is None and not blank:
                cell = self._new_cell(spot)
                added.append(spot)
            if cell is not None and not (blank and not len(cell) and "t" not in cell.attrib):
                _fill(cell, edit, shared.get(spot))
                self._changed = True
        dimension = self._tree.root.find(f"{_MAIN}dimension")
        if added and dimension is not None:
            dimension.set("ref", widened(dimension.get("ref", ""), added))

    def set_heights(self, heights: Mapping[int, float]) -> None:
        """Give some rows a height, in points.

        They stay automatic (no ``customHeight``): a row whose height a person has set is left alone.
        """
        for number, height in heights.items():
            row = self._rows.get(number)
            if row and not _fixed(row.element) and row.element.get("ht") != f"{height:g}":
                row.element.set("ht", f"{height:g}")
                self._changed = True

    def set_paging(self, paging: Paging) -> None:
        """Let the printed pages end where they shall.

        A sheet whose ends of pages, or whose head or foot, a person has changed keeps them.
        """
        before = ET.tostring(self._tree.root)
        breaks = self._part("rowBreaks")
        if all(one.get("max") == OUR_BREAK for one in breaks):
            count = str(len(paging.ends))
            breaks[:] = [
                ET.Element(f"{_MAIN}brk", {"id": str(row), "max": OUR_BREAK, "man": "1"})
                for row in paging.ends
            ]
            breaks.attrib.update({"count": count, "manualBreakCount": count})
        if not len(breaks):
            self._tree.root.remove(breaks)
        setup = self._tree.root.find(f"{_MAIN}pageSetup")
        if setup is not None and paging.landscape is not None:
            setup.set("orientation", "landscape" if paging.landscape else "portrait")
        self._head_continued(paging.continued)
        self._changed |= ET.tostring(self._tree.root) != before

    def _head_continued(self, text: str) -> None:
        area = self._part("headerFooter")
        parts = {name: area.find(_MAIN + name) for name in _HEADS}
        head, foot = parts["oddHeader"], parts["oddFooter"]
        own = head is not None and _CONTINUED not in (head.text or "")
        if (
            own
            or foot is None
            or not _HEADS.keys() >= {one.tag.removeprefix(_MAIN) for one in area}
        ):
            return
        held = {"oddFooter": foot.text or ""}
        if text:
            held = {"oddHeader": text, **held, "firstFooter": foot.text or ""}
        area[:] = []
        for name, one in held.items():
            ET.SubElement(area, _MAIN + name).text = one
        area.attrib.pop("differentFirst", None)
        if text:
            area.set("differentFirst", "1")

    def show_all(self) -> None:
        """Take back what a filter has hidden; its signs stay."""
        chosen = self._tree.root.find(f"{_MAIN}autoFilter")
        area = parse_area(chosen.get("ref", "")) if chosen is not None else None
        if chosen is None or area is None or not len(chosen):
            return
        chosen[:] = []
        for number, row in self._rows.items():
            if area.covers(Spot(number, area[1])):
                row.element.attrib.pop("hidden", None)
        self._changed = True

    def lay(self, model: SheetTree, rows: LaidRows) -> None:
        """Give rows the looks of those of ``model``, a sheet of the same workbook; their contents stay."""
        laid: list[Spot] = []
        for number, like in enumerate(rows.models, rows.first):
            source = model._rows.get(like)
            for column, cell in source.cells.items() if source is not None else ():
                laid.append(Spot(number, column))
                row = self._rows.get(number)
                own = row.cells.get(column) if row else None
                like_cell = model._cell(rows.styles.get(cell_name(laid[-1]), ""))
                styled = cell if like_cell is None else like_cell
                _take(("s",), styled, self._new_cell(laid[-1]) if own is None else own)
            if source is not None and number in self._rows:
                element = self._rows[number].element
                _take(("ht", "customHeight"), source.element, element)
                if like in rows.automatic:
                    element.attrib.pop("customHeight", None)
        self._lay_merged(model, rows)
        self._lay_formats(model, rows)
        dimension = self._tree.root.find(f"{_MAIN}dimension")
        if laid and dimension is not None:
            dimension.set("ref", widened(dimension.get("ref", ""), laid))
        self._changed |= bool(laid)

    def _cell(self, name: str) -> ET.Element | None:
        spot = parse_cell(name)
        row = self._rows.get(spot.row) if spot else None
        return row.cells.get(spot.column) if row and spot else None

    def _lay_merged(self, model: SheetTree, rows: LaidRows) -> None:
        held = [element.get("ref", "") for element in model._tree.root.iter(_MERGED)]
        moved = [rows.moved(area) for area in map(parse_area, held) if area is not None]
        new = [area for area in moved if area is not None and area[:2] != area[2:]]
        if new:
            part = self._part("mergeCells")
            for area in new:
                ET.SubElement(part, _MERGED, {"ref": _area_name(area)})
            part.set("count", str(len(part)))

    def _lay_formats(self, model: SheetTree, rows: LaidRows) -> None:
        """Conditional formats count after those that are there already."""
        ranks = (int(rule.get("priority", "0")) for rule in self._tree.root.iter(_RULE))
        rank = max(ranks, default=0)
        for element in model._tree.root.findall(_CONDITIONAL):
            areas = [parse_area(text) for text in element.get("sqref", "").split()]
            pairs = [(area, rows.moved(area)) for area in areas if area is not None]
            new = [(area, moved) for area, moved in pairs if moved is not None]
            if not new:
                continue
            copied = deepcopy(element)
            copied.set("sqref", " ".join(_area_name(moved) for _, moved in new))
            for rule in copied.iter(_RULE):
                rank += 1
                rule.set("priority", str(rank))
                for formula in rule.iter(f"{_MAIN}formula"):
                    # It is written for the first cell of its ranges.
                    formula.text = translate(formula.text or "", new[0][1].top - new[0][0].top, 0)
            self._insert_part(copied)

    def _part(self, name: str) -> ET.Element:
        """A part of the sheet behind its cells; a new one where there is none, in its place."""
        found = self._tree.root.find(_MAIN + name)
        if found is None:
            found = ET.Element(_MAIN + name)
            self._insert_part(found)
        return found

    def _insert_part(self, part: ET.Element) -> None:
        root = self._tree.root
        later = _BEHIND[_BEHIND.index(local_name(part)) + 1 :]
        at = next((at for at, one in enumerate(root) if local_name(one) in later), len(root))
        root.insert(at, part)

    def _still_shared(self, edits: Mapping[Spot, CellEdit]) -> dict[Spot, ET.Element]:
        """The shared formulas of cells that shall have just these: thousands of cells hold them once."""
        return {
            one.spot: one.element
            for one in self._formulas
            if one.kind == "shared"
            and one.spot in edits
            and not edits[one.spot].array
            and same_formula(edits[one.spot].formula, self._text(one))
        }

    def _free_of_masters(self, written: Collection[Spot]) -> None:
        """Give cells their own formula whose master is about to be overwritten."""
        lost = {group for group, one in self._masters.items() if one.spot in written}
        for one in self._formulas:
            group = one.element.get("si", "")
            if one.kind == "shared" and group in lost and one.spot not in written:
                text = self._text(one)
                for name in ("t", "si", "ref"):
                    one.element.attrib.pop(name, None)
                one.element.text = text

    def _new_cell(self, spot: Spot) -> ET.Element:
        row = self._rows.get(spot.row)
        if row is None:
            row = _Row(ET.Element(_ROW, {"r": str(spot.row)}), {})
            numbers = sorted(self._rows)
            at = bisect(numbers, spot.row)
            _insert(self._data, row.element, self._rows[numbers[at - 1]].element if at else None)
            self._rows[spot.row] = row
        elif spans := widened_spans(row.element.get("spans", ""), [spot.column]):
            row.element.set("spans", spans)
        style = next(
            (one for first, last, one in self._columns if first <= spot.column <= last), ""
        )
        if row.element.get("customFormat", "") in _YES:
            style = row.element.get("s", "")
        cell = ET.Element(_CELL, {"r": cell_name(spot)})
        if style.isdecimal() and int(style):
            cell.set("s", style)
        before = [column for column in row.cells if column < spot.column]
        _insert(row.element, cell, row.cells[max(before)] if before else None)
        row.cells[spot.column] = cell
        return cell

    def _refuse_bound(self, written: Collection[Spot]) -> None:
        """An array formula that is one cell's alone may be replaced like any other."""
        places = [(cell, *bound) for bound in self._bound() for cell in written]
        for spot, area, what in places:
            if area.covers(spot):
                raise UnusableFileError(
                    f"工作表“{self._name}”的单元格{cell_name(spot)}属于{what}（{_area_name(area)}），"
                    f"不能单独改写；请先在 Excel 中清除这个{what}。"
                )
        merged = [element.get("ref", "") for element in self._tree.root.iter(_MERGED)]
        for text in merged:
            hidden = parse_area(text)
            for spot in written:
                if hidden and hidden.covers(spot) and spot != hidden[:2]:
                    raise UnusableFileError(
                        f"工作表“{self._name}”的单元格{cell_name(spot)}被合并区域{text}盖住，"
                        f"不能填写；请先在 Excel 中取消合并。"
                    )

    def _bound(self) -> Iterator[tuple[Area, str]]:
        """The areas of which no cell can be written alone, and what they are."""
        for formula in self._formulas:
            area = parse_area(formula.area) or Area(*formula.spot, *formula.spot)
            if formula.kind == "dataTable":
                yield area, "模拟运算表"
            elif formula.kind == "array" and area[:2] != area[2:]:
                yield area, "数组公式"


def _take(names: Iterable[str], source: ET.Element, target: ET.Element) -> None:
    """Let an element have some attributes as another has them."""
    for name in names:
        target.attrib.pop(name, None)
        if name in source.attrib:
            target.set(name, source.attrib[name])


def _formula_of(cell: ET.Element) -> ET.Element | None:
    formula = cell.find(_FORMULA)
    return formula if formula is not None and (formula.text or "t" in formula.attrib) else None


def _spot(reference: str) -> Spot:
    spot = parse_cell(reference)
    if spot is None:
        raise ValueError(reference)
    return spot


def _area_name(area: Area) -> str:
    first, last = cell_name(Spot(*area[:2])), cell_name(Spot(*area[2:]))
    return first if first == last else f"{first}:{last}"


def _fixed(row: ET.Element) -> bool:
    return row.get("customHeight", "0") in _YES


def _insert(parent: ET.Element, new: ET.Element, before: ET.Element | None) -> None:
    """Put an element behind another one (None: first), before the blanks that follow that."""
    if before is None:
        parent.insert(0, new)
    else:
        parent.insert([*parent].index(before) + 1, new)
        new.tail, before.tail = before.tail, None


def _fill(cell: ET.Element, edit: CellEdit, shared: ET.Element | None = None) -> None:
    """Let a cell hold what it shall; the attributes t, cm and vm tell of the old value.

    ``shared`` is the formula that it has and keeps.
    """
    value, formula = _shown(edit), edit.formula
    tail = cell.tail
    for name in ("t", "cm", "vm"):
        cell.attrib.pop(name, None)
    kept = dict(cell.attrib)
    cell.clear()
    cell.attrib.update(kept)
    cell.tail = tail
    is_text = edit.value is None or isinstance(edit.value, str)
    if formula:
        if is_text:
            cell.set("t", "str")
        if shared is not None:
            cell.append(shared)
        else:
            array = {"t": "array", "ref": edit.cell} if edit.array else {}
            ET.SubElement(cell, _FORMULA, array).text = with_controls(formula)
        ET.SubElement(cell, _VALUE).text = value
    elif value and is_text:
        cell.set("t", "inlineStr")
        inline = ET.SubElement(cell, _INLINE)
        ET.SubElement(inline, _TEXT, {_SPACE: "preserve"}).text = value
    elif value:
        ET.SubElement(cell, _VALUE).text = value


def _shown(edit: CellEdit) -> str:
    """The value as the part has it."""
    where = f"工作表“{edit.sheet}”的单元格{edit.cell}"
    refuse_unstorable(edit.formula, where)
    if len(edit.formula) > _LONGEST_FORMULA:
        raise UnusableFileError(
            f"{where}的公式超过{_LONGEST_FORMULA}字，没有写入；请减少行数后再试。"
        )
    value = edit.value
    if isinstance(value, int | Decimal):
        number = Decimal(value)
        if not number.is_finite() or (number and abs(number.adjusted()) > _HIGHEST_EXPONENT):
            raise ValueError(value)
        return format(number or abs(number), "f")  # no -0
    text = value or ""
    refuse_unstorable(text, where)
    return escaped(text)


# ------------------------------------------------------------------ the parts around the sheets

_BEFORE_CALCULATION = ("sheets", "functionGroups", "externalReferences", "definedNames")
_AREA = re.compile(r"(.*!\$[A-Z]+\$\d+:\$)([A-Z]+)\$\d+", re.DOTALL)


def unchained(chain: bytes, gone: Collection[tuple[int, str]]) -> bytes | None:
    """The calculation chain without cells that hold no formula any more; None if it is empty then.

    ``gone``: numbers of sheets, and cells; Excel calls a file broken whose chain names too many. An
    entry without its sheet's number is on the sheet of the entry before.
    """
    tree = Tree(chain)
    number, left, told = "0", 0, "0"
    removed = False
    for one in [*tree.root]:
        if local_name(one) != "c":
            continue
        number = one.get("i", number)
        if number.isdecimal() and (int(number), one.get("r", "")) in gone:
            tree.root.remove(one)
            removed = True
            continue
        if number != told and "i" not in one.attrib:
            one.set("i", number)
        told = number
        left += 1
    if not left:
        return None
    return tree.to_bytes() if removed else chain


def without_entry(listing: bytes, key: str, value: str) -> bytes:
    """A list of relationships (key Id) or content types (PartName) without one entry."""
    tree = Tree(listing)
    for one in [*tree.root]:
        if one.get(key, "").lower() == value.lower():
            tree.root.remove(one)
    return tree.to_bytes()


def calculating_on_load(book: bytes) -> bytes:
    """The workbook's part, asking for all formulas to be computed when it is opened.

    Raises:
        KeyError: it has no sheets.
    """
    tree = Tree(book)
    asked = next(tree.elements("calcPr"), None)
    if asked is None:
        before = [at for at, one in enumerate(tree.root) if local_name(one) in _BEFORE_CALCULATION]
        if not before:
            raise KeyError("sheets")
        space = tree.root.tag.rpartition("}")
        asked = ET.Element("".join((*space[:2], "calcPr")))
        tree.root.insert(before[-1] + 1, asked)
    asked.set("fullCalcOnLoad", "1")
    return tree.to_bytes()


def printing_to(
    book: bytes, last_rows: Mapping[str, int], last_columns: Mapping[str, str]
) -> bytes:
    """The workbook's part with the print areas of some sheets ending at another row, and column.

    Sheets without a print area of one rectangle keep what they have.
    """
    if not last_rows:
        return book
    tree = Tree(book)
    names = [element.get("name", "") for element in tree.elements("sheet")]
    changed = False
    for element in tree.elements("definedName"):
        number = element.get("localSheetId", "")
        if element.get("name") != "_xlnm.Print_Area" or not number.isdecimal():
            continue
        sheet = names[int(number)] if int(number) < len(names) else ""
        area = _AREA.fullmatch(element.text or "")
        if sheet in last_rows and area is not None:
            column = last_columns.get(sheet) or area[2]
            new = f"{area[1]}{column}${last_rows[sheet]}"
            changed |= new != element.text
            element.text = new
    return tree.to_bytes() if changed else book


# ------------------------------------------------------------------ parts as trees that are written again with the prefixes that they had


_PROLOG = re.compile(rb"\xef\xbb\xbf|\s+|<\?.*?\?>|<!--.*?-->", re.DOTALL)
_ENCODING = re.compile(rb"<\?xml\s[^<>]*?encoding\s*=\s*[\"']([^\"']*)")
_DECLARED = re.compile(rb"\sxmlns(?::([^\s=]+))?\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
_XML = "http://www.w3.org/XML/1998/namespace"
_COMPATIBILITY = "http://schemas.openxmlformats.org/markup-compatibility/2006"
_IN_TEXT = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"})
_IN_VALUE = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"}
    | {sign: f"&#{ord(sign)};" for sign in "\t\n\r"}
)


def local_name(element: ET.Element) -> str:
    """``c`` of an element c, whatever its namespace; "" of a comment."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


class Tree:
    """``root`` is the part's root element; whoever changes it asks for ``to_bytes``.

    Written are the same elements, attributes, texts, comments and namespaces as were read; quotes and
    blanks inside tags may differ. ElementTree alone would rename the prefixes and leave out those that
    only values name (``mc:Ignorable="x14ac"``), and Excel would call the file broken. lxml would keep
    them, but has no build for the browser.
    """

    def __init__(self, xml: bytes) -> None:
        """Read a part.

        Raises:
            ElementTree.ParseError: it is damaged, not in UTF-8, or has a document type.
        """
        self._xml, start = xml, 0
        while match := _PROLOG.match(xml, start):
            start = match.end()
        self._prolog = xml[:start]
        encoding = _ENCODING.search(self._prolog)
        # A document type can define entities without bound; UTF-16 has bytes of zero.
        if xml.startswith(b"<!", start) or b"\0" in xml[:4]:
            raise ET.ParseError("document type or UTF-16")
        if encoding is not None and encoding[1].lower() != b"utf-8":
            raise ET.ParseError(encoding[1].decode("ascii", "replace"))
        builder = ET.TreeBuilder(insert_comments=True, insert_pis=True)
        parser = ET.XMLParser(target=builder)  # noqa: S314  # bounded by the archive, no entities
        parser.feed(xml)
        self.root: ET.Element = parser.close()

    def elements(self, name: str) -> Iterator[ET.Element]:
        """The elements of this name, whatever their namespace."""
        return (element for element in self.root.iter() if local_name(element) == name)

    def to_bytes(self) -> bytes:
        """The part as it is now.

        Raises:
            ElementTree.ParseError: its namespaces cannot be kept.
        """
        pieces: list[str] = []
        prefixes = _prefixes(self._xml)
        declared = "".join(
            f' xmlns{f":{prefix}" if prefix else ""}="{uri.translate(_IN_VALUE)}"'
            for prefix, uri in prefixes.items()
        )
        of_attributes = {uri: prefix for prefix, uri in prefixes.items() if prefix}
        of_elements = {uri: prefix for prefix, uri in reversed(prefixes.items())}
        if "" in prefixes:
            of_elements[prefixes[""]] = ""
        names = _Names(of_elements), _Names(of_attributes)
        _write(pieces.append, self.root, *names, declared)
        return self._prolog + "".join(pieces).encode()


def _prefixes(xml: bytes) -> dict[str, str]:
    """Prefix -> namespace of the whole part: inner declarations move up to the root.

    A prefix that means two things gets another name for the second, unless values may name it.
    """
    found: dict[str, str] = {}
    for match in _DECLARED.finditer(xml):
        prefix, *either = ((group or b"").decode() for group in match.groups())
        uri = unescaped("".join(either))
        if found.setdefault(prefix, uri) != uri and uri not in found.values():
            if not uri or _COMPATIBILITY.encode() in xml:
                raise ET.ParseError(f"two namespaces {prefix}")
            found[f"ns{len(found)}_"] = uri
    return found


class _Names(dict[str, str]):
    """``{namespace}name`` -> ``prefix:name``, worked out once each."""

    def __init__(self, prefixes: dict[str, str]) -> None:
        super().__init__()
        self._prefixes = {**prefixes, _XML: "xml"}

    def __missing__(self, name: str) -> str:
        uri, _, local = name.removeprefix("{").rpartition("}")
        if not uri and "" in self._prefixes.values():
            raise ET.ParseError(f"{name} has no namespace")
        prefix = self._prefixes[uri] if uri else ""
        self[name] = found = f"{prefix}:{local}" if prefix else local
        return found


def _write(
    put: Callable[[str], None],
    element: ET.Element,
    names: _Names,
    attributes: _Names,
    declared: str = "",
) -> None:
    """Put an element, what it holds and the text behind it, piece by piece."""
    if isinstance(element.tag, str):
        name = names[element.tag]
        values = "".join(
            [f' {attributes[key]}="{value.translate(_IN_VALUE)}"' for key, value in element.items()]
        )
        if element.text is None and not len(element):
            put(f"<{name}{declared}{values}/>")
        else:
            put(f"<{name}{declared}{values}>{(element.text or '').translate(_IN_TEXT)}")
            for child in element:
                _write(put, child, names, attributes)
            put(f"</{name}>")
    else:
        put(f"<!--{element.text}-->" if element.tag is ET.Comment else f"<?{element.text}?>")
    if element.tail:
        put(element.tail.translate(_IN_TEXT))
