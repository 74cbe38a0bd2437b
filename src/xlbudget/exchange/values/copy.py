"""A copy of a workbook that holds values alone: what may be sent to anybody.

The new package is made of the parts that a reader needs, each stripped; whatever else the source
has (macros, ribbon, remarks, connections, sheets for internal use) is never copied.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.errors import UnusableFileError
from xlbudget.exchange.values.book import BookSheet, book_sheets, book_xml
from xlbudget.exchange.values.drawing import strip_chart, strip_drawing
from xlbudget.exchange.values.notes import FINAL, only_final_texts
from xlbudget.exchange.values.pack import Pack
from xlbudget.exchange.values.remarks import mark_pages, remark_sheet
from xlbudget.exchange.values.sheet import strip_sheet
from xlbudget.exchange.values.strings import Strings
from xlbudget.exchange.values.styles import Styles
from xlbudget.exchange.values.xml import (
    MAIN,
    REL,
    Link,
    links,
    parsed,
    serialized,
    written_by,
)
from xlbudget.xlsx.archive import naming, workbook_archive
from xlbudget.xlsx.parts import workbook_parts

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path
    from xml.etree.ElementTree import Element

    from xlbudget.xlsx.archive import Archive

__all__ = ["ValuesCopy", "write_values_copy"]

_STRICT = "http://purl.oclc.org/ooxml/"
_REMARKS = "注意"
_NOWHERE = -2
"""The place of a sheet that the source has not; -1 is that of what belongs to no sheet."""
_NAMED = 5
"""So many cells are named in a message."""


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
    source: Path,
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
    archive = workbook_archive(source)
    with naming(source, "没有写出副本", AssertionError, ValueError):
        if workbook_parts(archive).kind.startswith(_STRICT):
            raise UnusableFileError(
                "这是严格 OOXML 格式，不能改写；请在 Excel 中另存为普通 .xlsx 或 .xlsm。"
            )
        work = _Copy(archive, set(sheets), set(texts), tuple(remarks))
        if not work.kept:
            raise UnusableFileError("没有一张要收入的工作表，或都是隐藏的；请取消隐藏后再试。")
        work.write_sheets()
        work.check(with_errors=with_errors)
        data = work.finish(title)
    target.write_bytes(data)
    return work.outcome()


class _Copy:
    """The copy while it is made."""

    def __init__(
        self, archive: Archive, wanted: set[str], texts: set[str], remarks: tuple[str, ...]
    ) -> None:
        self.archive, self.texts, self.remarks = archive, texts, remarks
        self.book_part = workbook_parts(archive).book
        self.links = links(archive, self.book_part)
        self.book = parsed(archive.read(self.book_part), self.book_part)
        every = book_sheets(self.book, self.links)
        self.kept = [one for one in every if one.name in wanted and not one.hidden and one.part]
        self.left_out = [
            (one.name, "隐藏的工作表" if one.hidden else "内部使用的工作表")
            for one in every
            if one not in self.kept
        ]
        strings, styles = self._part("sharedStrings"), self._part("styles")
        self.strings = Strings(archive.read(strings) if strings else None, strings)
        self.styles = Styles(archive.read(styles), styles)
        self.pack = Pack()
        self.last_lines: dict[str, int] = {}
        self.dropped: Counter[str] = Counter()
        self.hidden: list[str] = []
        self.errors: list[str] = []
        self.uncomputed: list[str] = []
        self.formulas = 0

    def _part(self, kind: str) -> str:
        return next((one.target for one in self.links.values() if one.kind == kind), "")

    @property
    def added(self) -> list[BookSheet]:
        """The sheet of the remarks, under a name that no other has."""
        if not self.remarks:
            return []
        name, names = _REMARKS, {one.name for one in self.kept}
        while name in names:
            name += "＊"
        return [BookSheet(name, "", hidden=False, position=_NOWHERE)]

    def write_sheets(self) -> None:
        """Strip every sheet and what is drawn on it."""
        names = {one.name for one in self.kept}
        if self.remarks:
            self.pack.sheet(1, serialized(remark_sheet(self.remarks, self.strings)), [])
        first = len(self.added) + 1
        for number, one in enumerate(self.kept, first):
            root = parsed(self.archive.read(one.part), one.part)
            if one.name in self.texts:
                self.last_lines[one.name] = only_final_texts(root, self.strings, self.styles)
            facts = strip_sheet(root, self.strings, names)
            self.formulas += facts.formulas
            self.errors += [f"“{one.name}”{cell}（{value}）" for cell, value in facts.errors]
            self.uncomputed += [f"“{one.name}”{cell}" for cell in facts.uncomputed]
            self.hidden += [f"“{one.name}”{place}" for place in facts.hidden]
            self.dropped.update(facts.dropped)
            if self.remarks:
                mark_pages(root, self.remarks)
            if number == 1:
                for view in root.iterfind(f"{MAIN}sheetViews/{MAIN}sheetView"):
                    view.set("tabSelected", "1")
            relations = self._drawn(root, one.part)
            self.pack.sheet(number, serialized(root), relations)

    def _drawn(self, root: Element, part: str) -> list[tuple[str, str, str]]:
        """Write what is drawn on a sheet; the sheet's relationships."""
        found = links(self.archive, part)
        relations = []
        for one in root.findall(f"{MAIN}drawing"):
            link = found.get(one.get(f"{REL}id", ""), Link("", ""))
            drawing = strip_drawing(self.archive, link.target) if link.target else None
            if drawing is not None and drawing.gone:
                self.dropped["按钮、控件等对象"] += drawing.gone
            if drawing is None or drawing.empty:
                root.remove(one)
                continue
            inside = []
            for identity, (kind, target) in sorted(drawing.parts.items()):
                data = self.archive.read(target)
                chart = kind == "chart"
                place = self.pack.shown(kind, target, strip_chart(data, target) if chart else data)
                inside.append((identity, kind, place))
            one.set(f"{REL}id", "rId1")
            relations.append(("rId1", "drawing", self.pack.drawing(drawing.xml, inside)))
        return relations

    def check(self, *, with_errors: bool) -> None:
        """Refuse what a recipient could not read."""
        if self.uncomputed:
            raise UnusableFileError(
                f"有{len(self.uncomputed)}个公式没有存下计算结果，如{'、'.join(self.uncomputed[:_NAMED])}；"
                "请在 Excel 中打开工作簿、保存，再试一次。"
            )
        if self.errors and not with_errors:
            raise UnusableFileError(
                f"有{len(self.errors)}个单元格显示错误值，如{'、'.join(self.errors[:_NAMED])}；请改正后再试。"
            )

    def finish(self, title: str) -> bytes:
        """The whole package."""
        areas = {name: f"$A$2:${FINAL}${max(last, 2)}" for name, last in self.last_lines.items()}
        theme = self._part("theme")
        if theme and not links(self.archive, theme):
            self.pack.theme(self.archive.read(theme))
        program = written_by(self.archive)
        if program is not None:
            self.pack.program(*program)
        self.pack.styles(self.styles.part())
        self.pack.strings(self.strings.part())
        return self.pack.finish(book_xml(self.book, [*self.added, *self.kept], areas), title)

    def outcome(self) -> ValuesCopy:
        """What became of the source."""
        return ValuesCopy(
            tuple(one.name for one in self.kept),
            tuple(self.left_out),
            tuple(self.dropped),
            tuple(self.hidden),
            tuple(self.errors),
            self.formulas,
        )
