"""An opened workbook: the file is read once, and what it holds is worked out when it is asked for.

Values come from python-calamine, which only this module knows. It gives an error value (#REF!) as a blank
and makes room for every cell up to the last one used: the raw sheet is looked at for both before it is read
(``bounds``).
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from functools import cached_property
from io import BytesIO
from typing import TYPE_CHECKING, TypeVar, cast

from python_calamine import CalamineWorkbook, PasswordError

from xlbudget.errors import UnusableFileError
from xlbudget.figures import Place
from xlbudget.limits import LARGEST_LIST
from xlbudget.xlsx.archive import naming, too_large, workbook_archive, workbook_parts
from xlbudget.xlsx.bounds import Ceilings, error_values, without_blank_end
from xlbudget.xlsx.cells import Afterwards
from xlbudget.xlsx.references import Area, cell_name, parse_cell

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
    from pathlib import Path

    from python_calamine import CalamineSheet

    from xlbudget.xlsx.archive import Parts
    from xlbudget.xlsx.cells import CellEdit, Lines
    from xlbudget.xlsx.references import Spot
    from xlbudget.xlsx.sheet import SheetTree

_TYPES = "[Content_Types].xml"
_CHART = re.compile(r"/charts/[^/]+\.xml$")
_STRICT = "http://purl.oclc.org/ooxml/"
_UNCHANGED = "没有改动"

_FORMULA = re.compile(rb"<f(?:\s[^<>]*?\bt=[\"']|(?:\s[^<>]*[^/<>])?>[^<])")
"""A formula has a text, or its kind says that another cell has it."""
_REFERENCE = re.compile(rb"\br=[\"']([A-Z]+)(\d+)[\"']")

T = TypeVar("T")


class Workbook:
    """A workbook as it was when it was opened; later changes of the file are not seen.

    Sheets are worksheets by name; those that are charts or dialogues are left out. What it gives is
    shared by all who ask and must not be changed.
    """

    def __init__(self, path: Path) -> None:
        """Open a workbook; nothing is unpacked yet.

        Raises:
            UnusableFileError: missing, unreadable, not a zip, damaged, encrypted, too large, or no
                .xlsx or .xlsm workbook.
        """
        self.path = path
        self.archive = workbook_archive(path)
        self._derived: dict[object, object] = {}
        self._lines: dict[str, Lines] = {}
        self._errors: dict[str, dict[tuple[int, int], str]] = {}
        self._ceilings = Ceilings(path.name)
        self._shortened: dict[str, bytes] = {}
        self._opened: CalamineWorkbook | None = None
        self._last: CalamineSheet | None = None

    @classmethod
    def of(cls, source: Path | Workbook) -> Workbook:
        """A workbook that is open already, or the one at a path."""
        return source if isinstance(source, Workbook) else cls(source)

    def derived(self, key: object, make: Callable[[], T]) -> T:
        """What somebody makes of this workbook, made once: ``key`` names it."""
        if key not in self._derived:
            self._derived[key] = make()
        return self._derived[key]  # type: ignore[return-value]  # made under this key

    # -------------------------------------------------------------- what it holds

    @cached_property
    def parts(self) -> Parts:
        """Which part of the archive is which.

        Raises:
            UnusableFileError: damaged.
        """
        with _reading(self.path.name):
            return workbook_parts(self.archive)

    @cached_property
    def names(self) -> list[str]:
        """The names of the sheets in their order."""
        return list(self.parts.sheets)

    @property
    def _reader(self) -> CalamineWorkbook:
        """The workbook for the reader of cells: of the sheets that were checked without their blank ends."""
        if self._opened is None:
            with _reading(self.path.name):
                package = self.archive.plain(self._shortened)
                self._opened = CalamineWorkbook.from_filelike(BytesIO(package))
        return self._opened

    def check(self, names: Iterable[str]) -> None:
        """Look at raw sheets for error values and for what is beyond bounds, at each once, before any is read.

        Raises:
            UnusableFileError: a sheet has a cell far away from all others or more than a budget
                can have, or is damaged.
        """
        with _reading(self.path.name):
            if not self._errors:
                self._check_lists()
            for name in names:
                if name not in self._errors:
                    part = self.parts.sheets[name].part
                    whole = self.archive.read(part)
                    data = without_blank_end(whole)
                    self._ceilings.check_sheet(name, data)
                    self._errors[name] = dict(error_values(data))
                    if data is not whole:
                        self._shortened[part], self._opened = data, None

    def _check_lists(self) -> None:
        """Look at what the reader takes in for all sheets."""
        for kind, part in self.parts.relations.values():
            if kind.endswith(("/sharedStrings", "/styles")) and part in self.archive.members:
                if self.archive.members[part].size > LARGEST_LIST:
                    raise too_large(self.path.name)
                if kind.endswith("/sharedStrings"):
                    self._ceilings.check_strings(self.archive.read(part))

    def lines(self, name: str) -> Lines:
        """The values of a sheet from A1 on; error values are texts (``#REF!``).

        Raises:
            UnusableFileError: as for :meth:`check`.
        """
        known = self._lines.get(name)
        if known is None:
            self.check([name])
            with _reading(self.path.name):
                found = self._sheet(name).to_python(skip_empty_area=False)
            known = cast("Lines", found)
            self._ceilings.count_room(name, known)
            self._lines[name] = known
            for (line, column), text in self._errors[name].items():
                known += [[] for _ in range(line + 1 - len(known))]
                known[line] += [""] * (column + 1 - len(known[line]))
                known[line][column] = text
        return known

    def lines_of(self, names: Iterable[str]) -> dict[str, Lines]:
        """The same for those of some sheets that there are."""
        return {name: self.lines(name) for name in names if name in self.parts.sheets}

    def merged(self, name: str) -> list[Area]:
        """The merged ranges of a sheet.

        Raises:
            UnusableFileError: as for :meth:`check`; or they are not on the sheet, or cover too much.
        """
        self.check([name])
        with _reading(self.path.name):
            ranges = self._sheet(name).merged_cell_ranges or ()
        areas = [Area(*(at + 1 for at in (*first, *last))) for first, last in ranges]
        self._ceilings.check_merged(name, areas)
        return areas

    def formulas(self, name: str) -> dict[str, str]:
        """Cell -> formula without "=", shared ones as each cell reads them; {} if there is no such sheet.

        Of an array formula only the first cell has it; a formula whose text is not stored is "".

        Raises:
            UnusableFileError: damaged, or strict Open XML.
        """
        return self.derived(("formulas", name), lambda: self._formulas(name))

    def formulas_of(self, names: Collection[str] | None = None) -> dict[str, dict[str, str]]:
        """The same for those of some sheets that there are, or for all."""
        wanted = self.names if names is None else [name for name in self.names if name in names]
        return {name: self.formulas(name) for name in wanted}

    def formula_cells(self, names: Collection[str]) -> set[Place]:
        """The cells of some sheets that hold a formula."""
        return {
            Place(sheet, cell)
            for sheet in self.names
            if sheet in names
            for cell in self._formula_cells(sheet)
        }

    def _sheet(self, name: str) -> CalamineSheet:
        """A sheet as the reader has it; the last one stays, whose merges are asked for beside its values."""
        if self._last is None or self._last.name != name:
            self._last = self._reader.get_sheet_by_name(name)
        return self._last

    def _raw_formula_cells(self, name: str) -> set[str] | None:
        """The cells of a sheet that hold a formula; None where that takes a whole reading of it.

        Raises:
            UnusableFileError: the part is damaged.
        """
        data = self.archive.read(self.parts.sheets[name].part)
        if b"\0" in data[:4] or b":sheetData" in data:  # UTF-16, or elements with a prefix
            return None
        found = set()
        for match in _FORMULA.finditer(data):
            cell = data.rfind(b"<c", 0, match.start())
            place = _REFERENCE.search(data, max(cell, 0), match.start())
            if place is None:
                return None
            found.add((place[1] + place[2]).decode())
        return found

    def _formula_cells(self, name: str) -> Collection[str]:
        """Without reading the sheet as a tree, which takes five times as long, if that can be."""
        with naming(self.path, _UNCHANGED):
            self._refuse_strict()
            cells = self._raw_formula_cells(name)
        return self.formulas(name) if cells is None else cells

    def free_rows(self, heights: Mapping[str, Iterable[int]]) -> dict[str, list[int]]:
        """Sheet -> those of the given rows whose height nobody has set by hand."""
        with naming(self.path, _UNCHANGED):
            return {
                sheet: self._tree(sheet).free_rows(rows)
                for sheet, rows in heights.items()
                if sheet in self.parts.sheets
            }

    def _formulas(self, name: str) -> dict[str, str]:
        if name not in self.parts.sheets:
            return {}
        with naming(self.path, _UNCHANGED):
            return self._tree(name).formulas()

    def _tree(self, name: str) -> SheetTree:
        """A tree for reading."""
        from xlbudget.xlsx.sheet import SheetTree  # noqa: PLC0415  # not needed to validate

        self._refuse_strict()
        return SheetTree(self.archive.read(self.parts.sheets[name].part), name)

    def _refuse_strict(self) -> None:
        if self.parts.kind.startswith(_STRICT):
            raise UnusableFileError(
                "这是严格 OOXML 格式，不能改写；请在 Excel 中另存为普通 .xlsx 或 .xlsm。"
            )

    # -------------------------------------------------------------- changing it

    def patch(
        self, target: Path, edits: Iterable[CellEdit], afterwards: Afterwards | None = None
    ) -> None:
        """Write the workbook with ``edits`` to ``target`` (which may be its own file).

        Everything but what changes stays byte for byte. A later edit of the same cell wins; without
        edits ``target`` is a plain copy.

        Raises:
            UnusableFileError: damaged, a sheet is not there, or a cell cannot be written (array
                formula, merged range, text too long); nothing is written.
            ValueError: an edit names no cell, or its number is not finite.
            OSError: ``target`` cannot be written.
        """
        target.write_bytes(self.patched(edits, afterwards))

    def patched(self, edits: Iterable[CellEdit], afterwards: Afterwards | None = None) -> bytes:
        """What :meth:`patch` writes."""
        after = afterwards or Afterwards()
        by_sheet: dict[str, dict[Spot, CellEdit]] = {}
        for edit in edits:
            spot = parse_cell(edit.cell)
            if spot is None:
                raise ValueError(edit.cell)
            by_sheet.setdefault(edit.sheet, {})[spot] = edit
        if not by_sheet and after == Afterwards():
            return self.archive.data
        with naming(self.path, _UNCHANGED, SyntaxError):  # as a tree's parser has it
            self._refuse_strict()
            changed = dict(self._changed_sheets(by_sheet, after))
            changed |= self._changed_book(after)
            if after.charts is not None:
                for name in filter(_CHART.search, self.archive.namelist()):
                    changed[name] = after.charts(self.archive.read(name))
            chain = self._changed_chain(by_sheet)
            dropped = [name for name, part in chain.items() if part is None]
            changed |= {name: part for name, part in chain.items() if part is not None}
            different = {
                name: part for name, part in changed.items() if part != self.archive.read(name)
            }
            if not different and not dropped:
                return self.archive.data
            return self.archive.repacked(different, dropped)

    def _changed_sheets(
        self, by_sheet: Mapping[str, Mapping[Spot, CellEdit]], after: Afterwards
    ) -> Iterator[tuple[str, bytes]]:
        for sheet, cells in by_sheet.items():
            if sheet not in self.parts.sheets:
                raise UnusableFileError(f"没有工作表“{sheet}”；请恢复这张表或改回原名后再试。")
            tree = self._tree(sheet)
            for rows in after.laid.get(sheet, ()):
                tree.lay(self._tree(rows.sheet), rows)
            tree.write(cells)
            tree.set_heights(after.heights.get(sheet, {}))
            if sheet in after.paging:
                tree.set_paging(after.paging[sheet])
            if sheet in after.unfiltered:
                tree.show_all()
            yield self.parts.sheets[sheet].part, tree.to_bytes()

    def _changed_book(self, after: Afterwards) -> dict[str, bytes]:
        """The workbook's own part."""
        from xlbudget.xlsx.sheet import calculating_on_load, printing_to  # noqa: PLC0415

        columns = {sheet: paging.right for sheet, paging in after.paging.items()}
        part = printing_to(self.archive.read(self.parts.book), after.last_rows, columns)
        return {self.parts.book: calculating_on_load(part) if after.recalculate else part}

    def _changed_chain(
        self, by_sheet: Mapping[str, Mapping[Spot, CellEdit]]
    ) -> dict[str, bytes | None]:
        """The calculation chain without the cells that hold no formula now; None: it goes."""
        from xlbudget.xlsx.sheet import unchained, without_entry  # noqa: PLC0415

        gone = {
            (self.parts.sheets[sheet].number, cell_name(spot))
            for sheet, cells in by_sheet.items()
            for spot, edit in cells.items()
            if not edit.formula
        }
        changed: dict[str, bytes | None] = {}
        for identity, (kind, part) in self.parts.relations.items():
            if gone and kind.endswith("/calcChain") and part in self.archive.members:
                changed[part] = unchained(self.archive.read(part), gone)
                if changed[part] is None:
                    types, place = self.archive.read(_TYPES), self.parts.relations_part
                    changed[_TYPES] = without_entry(types, "PartName", f"/{part}")
                    changed[place] = without_entry(self.archive.read(place), "Id", identity)
        return changed


@contextmanager
def _reading(name: str) -> Iterator[None]:
    """What the libraries raise on a damaged or protected file, as one clear sentence.

    Raises:
        UnusableFileError: in its place; names the workbook.
    """
    try:
        yield
    except PasswordError as error:
        raise UnusableFileError(
            f"工作簿“{name}”有打开密码；请在 Excel 中取消密码后再试。"
        ) from error
    except UnusableFileError:
        raise
    except BaseException as error:
        # A panic inside the reader is no Exception; an interrupt is none either, and passes.
        if isinstance(error, Exception) or type(error).__name__ == "PanicException":
            raise UnusableFileError(
                f"工作簿“{name}”已损坏，读不出内容；请从备份恢复，或在 Excel 中打开修复后另存。"
            ) from error
        raise
