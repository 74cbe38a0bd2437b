"""The report as one html file to mail and to print: nothing is loaded from elsewhere.

Everything that comes from a workbook is escaped where it enters the page (``templates``). A small
script makes the origin of a number open beside it; without it, the same is reached by links.
"""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.findings import Level, Status
from xlbudget.report import text_report
from xlbudget.report.pictures import Pictures
from xlbudget.templates import fixed_part, rendered

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from xlbudget.findings import Finding, Report
    from xlbudget.printed import PrintedCell, PrintedTable
    from xlbudget.standard.model import Standard
    from xlbudget.texts.passages import Passage

    Line = tuple[PrintedCell, ...]

FULL = 40
"""Tables with more lines are shown in part beside their findings."""
_AROUND = 2
_DEEPEST = 3
_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

Spot = tuple[str, str]
"""Sheet and cell."""


class Link(NamedTuple):
    """Where a used cell leads, and the names of the paragraphs; ``listed``: to a list of them."""

    target: str
    names: str
    listed: bool


class ShownCell(NamedTuple):
    """A cell with what is said of it; ``name`` is empty where nothing leads to it."""

    cell: PrintedCell
    name: str
    classes: tuple[str, ...]
    marks: tuple[Finding, ...]
    link: Link | None
    places: Places


class ShownLine(NamedTuple):
    """A line with its number on the sheet, or (``gap``) so many lines that are left out."""

    gap: int = 0
    row: str = ""
    strong: bool = False
    cells: tuple[ShownCell, ...] = ()


class Places:
    """Names of everything on the page that something else leads to.

    ``whole``: all tables and the whole text are on the page, as for one workbook.
    """

    def __init__(self, name: str, report: Report, pictures: Pictures, *, whole: bool) -> None:
        self.name, self.pictures, self.whole = name, pictures, whole
        self.groups = text_report.grouped(report.findings)
        ordered = [finding for _, findings in self.groups for finding in findings]
        self.numbers = {id(one): number for number, one in enumerate(ordered, 1)}
        self.marks: dict[Spot, list[Finding]] = {}
        for one in ordered:
            if one.sheet and one.cell:
                self.marks.setdefault((one.sheet, one.cell), []).append(one)
        sheets = dict.fromkeys(table.sheet for table in pictures.tables)
        self._sheets = {sheet: number for number, sheet in enumerate(sheets, 1)}
        told = {
            passage.part
            for passage in pictures.passages
            if passage.numbers and not passage.level and whole
        }
        self.passages = {
            (one.sheet, one.cell): number
            for number, one in enumerate(pictures.passages, 1)
            if one.cell and (one.part in told or (one.sheet, one.cell) in self.marks)
        }
        self.beside = {
            id(table)
            for table in pictures.tables
            if any(self._marked(line, table) for line in table.body)
        }
        self.uses: dict[Spot, list[int]] = {}
        for at, passage in enumerate(pictures.passages, 1):
            if (passage.sheet, passage.cell) in self.passages:
                # The cells on which its numbers rest, each once.
                sources = (source for number in passage.numbers for source in number.origin.sources)
                for spot in dict.fromkeys(
                    (source.sheet, source.cell) for source in sources if source.cell
                ):
                    self.uses.setdefault(spot, []).append(at)
        self._shown: set[Spot] = set()
        self._given: set[str] = set()
        for table in pictures.tables:
            if whole or id(table) in self.beside:
                at_all = self.all_lines(table) if whole else self.lines(table)
                boxes = (box for at in at_all for box in table.body[at])
                self._shown.update((table.sheet, box.cell) for box in boxes if box.cell)

    def _marked(self, line: Line, table: PrintedTable) -> bool:
        return any((table.sheet, box.cell) in self.marks for box in line if box.cell)

    def lines(self, table: PrintedTable) -> list[int]:
        """The lines to show beside the findings: all of a short table, else those around marks."""
        every = range(len(table.body))
        marked = [at for at in every if self._marked(table.body[at], table)]
        if table.partial:
            return marked
        if len(table.body) <= FULL:
            return list(every)
        near = {at + step for at in marked for step in range(-_AROUND, _AROUND + 1)}
        last = [every[-1]] if table.body and _strong(table.body[-1]) else []
        return sorted(near.intersection(every).union(last))

    def all_lines(self, table: PrintedTable) -> list[int]:
        """The lines to show of a table anywhere: all, or those of which something speaks."""
        return [
            at
            for at, line in enumerate(table.body)
            if not table.partial
            or self._marked(line, table)
            or any((table.sheet, box.cell) in self.uses for box in line)
        ]

    def finding(self, one: Finding) -> str:
        """The name of a finding's line."""
        return f"{self.name}-f{self.numbers[id(one)]}"

    def passage(self, number: int) -> str:
        """The name of a paragraph."""
        return f"{self.name}-p{number}"

    def origin(self, number: int, count: int) -> str:
        """The name of the origin of a number of a paragraph."""
        return f"{self.name}-o{number}-{count}"

    def use(self, sheet: str, cell: str) -> str:
        """The name of the list of paragraphs that use a cell."""
        return f"{self.name}-u{self._sheets[sheet]}-{cell}"

    def cell(self, sheet: str, cell: str) -> str:
        """The name of a table's cell, empty where it is not on the page."""
        if (sheet, cell) not in self._shown:
            return ""
        return f"{self.name}-c{self._sheets[sheet]}-{cell}"

    def take(self, sheet: str, cell: str) -> str:
        """The name of a cell that something leads to, given once; else empty."""
        if (sheet, cell) not in self.marks and (sheet, cell) not in self.uses:
            return ""
        return self.give(self.cell(sheet, cell))

    def give(self, name: str) -> str:
        """The name where it is given for the first time; else empty."""
        if name in self._given:
            return ""
        self._given.add(name)
        return name

    def place(self, sheet: str, cell: str) -> str:
        """What a place leads to: a cell of a table or a paragraph; empty where it is neither."""
        number = self.passages.get((sheet, cell))
        return self.passage(number) if number is not None else self.cell(sheet, cell)

    # ------------------------------------------------------------------ tables

    def beside_of(self, title: str) -> list[PrintedTable]:
        """The tables of a title that have findings."""
        return [
            table
            for table in self.pictures.tables
            if table.title == title and id(table) in self.beside
        ]

    def others(self) -> list[tuple[str, list[PrintedTable]]]:
        """All tables that are not shown whole beside their findings, by title."""
        others = [
            table
            for table in self.pictures.tables
            if self.whole
            and len(self.all_lines(table))
            > (len(self.lines(table)) if id(table) in self.beside else 0)
        ]
        return [
            (title, list(group)) for title, group in groupby(others, key=lambda table: table.title)
        ]

    def letters(self, table: PrintedTable) -> list[str]:
        """The names of the columns, where every cell stands on a sheet."""
        found: dict[int, str] = {}
        for line in table.body:
            for at, one in enumerate(line):
                if one.cell:
                    found.setdefault(at, one.cell.rstrip("0123456789"))
        every = len(found) == table.width and bool(table.head)
        return [found[at] for at in sorted(found)] if every else []

    def shown_lines(self, table: PrintedTable, at_all: Sequence[int]) -> list[ShownLine]:
        """The lines at these places, and how many are left out between them."""
        lines: list[ShownLine] = []
        last = -1
        for at in (*at_all, len(table.body)):
            if at > last + 1:
                lines.append(ShownLine(gap=at - last - 1))
            last = at
            if at < len(table.body):
                line = table.body[at]
                row = next((cell.cell.lstrip(_ALPHABET) for cell in line if cell.cell), "")
                cells = tuple(self._shown_cell(table.sheet, cell) for cell in line)
                lines.append(ShownLine(0, row, _strong(line), cells))
        return lines

    def _shown_cell(self, sheet: str, one: PrintedCell) -> ShownCell:
        classes = {"amount": ["amount"], "heading": ["caption"]}.get(one.kind, [])
        spot = (sheet, one.cell) if one.cell else ("", "")
        marks, uses = self.marks.get(spot, []), self.uses.get(spot, [])
        if marks:
            classes += ["wrong", marks[0].level.value]
        if one.indent:
            classes.append(f"i{min(one.indent, _DEEPEST)}")
        link = None
        if uses:  # to the paragraph that uses it, or to the list of them
            names = "、".join(self.pictures.passages[number - 1].id for number in uses)
            alone = len(uses) == 1
            target = self.passage(uses[0]) if alone else self.use(*spot)
            link = Link(target, names, listed=not alone)
        name = self.take(*spot) if one.cell else ""
        return ShownCell(one, name, tuple(classes), tuple(marks), link, self)

    def used(
        self, table: PrintedTable, lines: Sequence[ShownLine]
    ) -> list[tuple[str, PrintedCell, list[int]]]:
        """The cells that the text uses and that are not listed yet: name, cell, paragraphs."""
        cells = (cell.cell for line in lines for cell in line.cells)
        named = (
            (self.give(self.use(*spot)), cell, self.uses[spot])
            for cell in cells
            for spot in [(table.sheet, cell.cell)]
            if spot in self.uses
        )
        return [one for one in named if one[0]]

    def shown_passages(self) -> list[tuple[int, Passage, bool]]:
        """The paragraphs to show, each with its number and whether a part begins with it."""
        shown = set(self.passages.values())
        every = enumerate(self.pictures.passages, 1)
        kept = [(number, one) for number, one in every if number in shown]
        parts = ["", *(one.part for _, one in kept)]
        return [(number, one, one.part != parts[at]) for at, (number, one) in enumerate(kept)]


def _strong(line: Line) -> bool:
    return any(cell.bold for cell in line)


_FOLDER = Path(__file__).parent / "templates"
LEVEL_SHAPES = {Level.ERROR: "■", Level.WARNING: "▲", Level.HINT: "○"}
"""Levels are told by shape as well as by colour."""
_STATUS_SHAPES = {Status.PASS: "✓", Status.ROUNDING: "≈", Status.ERROR: "×", Status.UNKNOWN: "?"}
_OVERVIEW = (
    ("序号", "number"),
    ("工作簿", "name"),
    ("单位", "name"),
    ("年度", "year"),
    ("标准", "name"),
    ("结论", "grade"),
    *((level.chinese, "number") for level in Level),
    ("未执行规则", "number"),
    ("最大尾差半宽", "number"),
)
_HEADINGS = {
    "count": ("序号", "count"),
    "level": ("级别", "level"),
    "code": ("规则", "code"),
    "place": ("位置", "place"),
    "printed": ("表列数", "number"),
    "expected": ("应为", "number"),
    "difference": ("差额", "number"),
    "message": ("说明", "message"),
    "basis": ("依据", "basis"),
    "remedy": ("建议", "remedy"),
}
_ALWAYS = ("count", "level", "code", "place", "message")
"""These columns of findings are always there, the others where any finding has them."""
_BLANK = "空白"
_SHORT = 10
_FIGURE = re.compile(r"[0-9０-９][0-9０-９,，.．]*[^0-9，。；、]{0,4}$")
"""The number at the end of what a finding quotes, with its unit."""


class _Group(NamedTuple):
    """The findings of one table with what their columns say, and the columns that they need."""

    table: str
    remark: str
    keys: tuple[str, ...]
    lines: tuple[tuple[Finding, dict[str, str | list[str]]], ...]

    @property
    def headings(self) -> list[tuple[str, str]]:
        """Heading and class of every column."""
        return [_HEADINGS[key] for key in self.keys]


class _Section:
    """One workbook on the page."""

    def __init__(self, report: Report, standard: Standard | None, places: Places) -> None:
        self.report, self.standard, self.places = report, standard, places
        self.name = places.name
        rules = standard.rules if standard else ()
        self.titles = {rule.code: rule.title for rule in rules}
        self.missing = {skipped.code for skipped in report.not_executed}
        ran = {*self.missing, *(code for code, count in report.executed or () if count)}
        self.uncompared = [rule.code for rule in rules if rule.compares and rule.code not in ran]
        self.groups = [_group(table, findings, standard) for table, findings in places.groups]

    @property
    def numbers(self) -> list[str]:
        """The numbers of the workbook's line in the overview."""
        found = [str(self.report.number_of(level)) for level in Level]
        found.append(str(text_report.not_executed_count(self.report)))
        return [*found, text_report.slack_text(self.report, self.standard) or "—"]


def report_html(
    reports: Sequence[Report],
    standards: Mapping[str, Standard] | None = None,
    pictures: Sequence[Pictures | None] = (),
    remarks: Sequence[str] = (),
) -> str:
    """A whole page: for several workbooks an overview first, then one section for each.

    ``pictures`` are those of each report, in their order: of one workbook all tables and the whole
    text are shown, of several only what findings speak of. ``remarks`` stand at the top.
    """
    known = standards or {}
    shown = [*pictures, *([None] * (len(reports) - len(pictures)))]
    sections = [
        _Section(
            report,
            known.get(report.standard),
            Places(f"w{number}", report, found or Pictures(), whole=len(reports) == 1),
        )
        for number, (report, found) in enumerate(zip(reports, shown, strict=True), 1)
    ]
    script = page_script()
    values = {
        "wording": text_report,
        "id": id,
        "amount_class": _amount_class,
        "pieces": _pieces,
        "shapes": LEVEL_SHAPES,
        "status_shapes": _STATUS_SHAPES,
        "overview_columns": _OVERVIEW,
        "live": any(
            pictures is not None and (pictures.passages or pictures.tables) for pictures in shown
        ),
        "reports": reports,
        "sections": sections,
        "remarks": remarks,
        "style": fixed_part(_FOLDER, "report.css"),
        "script": script,
        # What the page's policy lets run: this script and no other.
        "script_hash": f"sha256-{b64encode(sha256(script.encode()).digest()).decode('ascii')}",
    }
    return rendered(_FOLDER, "report.html.j2", values, text_report.clean)


def page_script() -> str:
    """The one script of the page, as it stands in it: what a frame's policy must let run."""
    return fixed_part(_FOLDER, "report.js")


# ------------------------------------------------------------------ findings


def _group(table: str, findings: Sequence[Finding], standard: Standard | None) -> _Group:
    unit = _unit_of(table, standard) if any(finding.expected for finding in findings) else ""
    remark = (f"金额单位：{unit}；" if unit else "") + text_report.level_counts(findings)
    lines = tuple((finding, _columns(finding)) for finding in findings)
    filled = {key for _, columns in lines for key, said in columns.items() if said}
    keys = tuple(key for key in _HEADINGS if key in filled or key in _ALWAYS)
    return _Group(table, remark, keys, lines)


def _unit_of(table: str, standard: Standard | None) -> str:
    """The unit of a table's amounts, where it has but one."""
    units = {
        block.unit.name
        for one in (standard.tables if standard else ())
        if one.title == table
        for block in one.blocks
    }
    return units.pop() if len(units) == 1 else ""


def _columns(one: Finding) -> dict[str, str | list[str]]:
    """Its place (sheet where that has another name than the table, row and column), amounts, lists."""
    sheet = one.sheet if one.sheet != one.table else ""
    row = one.row if one.row.isdigit() or not one.row.isascii() else ""
    return {
        "place": [part for part in (sheet, row, one.column) if part],
        "printed": text_report.amount(one.printed) or (_BLANK if one.expected else ""),
        "expected": text_report.amount(one.expected),
        "difference": text_report.amount(one.difference, signed=True),
        "basis": [*one.basis, *(f"连带：{text}" for text in one.follows)],
        "remedy": [text_report.suggestion_text(suggestion) for suggestion in one.suggestions],
    }


def _amount_class(text: str) -> str:
    """Numbers stand right and unbroken, short text (9.15万元) unbroken; other text is free to wrap."""
    if text_report.is_amount(text):
        return "number"
    return "whole" if 0 < len(text) <= _SHORT else ""


# ------------------------------------------------------------------ texts


def _pieces(passage: Passage, found: Sequence[Finding]) -> Iterator[tuple[str, str, int]]:
    """The text in pieces: plain text, numbers as links, ``begin`` and ``end`` of what findings quote.

    Each is the kind (text, begin, end, number, year), the text, and which number it is.
    """
    text, last = passage.text, 0
    said = _said(passage, found)
    ends = {end for _, end in said}
    starts = {start for start, _ in said}
    opened = {one.start: (count, one) for count, one in enumerate(passage.numbers, 1)}
    spans = (at for number in passage.numbers for at in number[:2])
    for at in sorted({0, len(text), *starts, *ends, *spans}):
        if at < last:
            continue
        if at > last:
            yield "text", text[last:at], 0
        last = at
        if at in ends:
            yield "end", "", 0
        if at in starts:
            yield "begin", "", 0
        if at in opened:
            count, one = opened[at]
            kind = "year" if one.origin.kind == "year" else "number"
            yield kind, text[one.start : one.end], count
            last = one.end
            if last in ends:
                yield "end", "", 0
                ends.discard(last)


def _said(passage: Passage, found: Sequence[Finding]) -> list[tuple[int, int]]:
    """The stretches that findings speak of, apart from each other and cutting no number."""
    kept: list[tuple[int, int]] = []
    for finding in found:
        printed = _FIGURE.search(finding.printed)
        said = printed[0] if printed else finding.printed
        whole = passage.text.find(finding.printed) if finding.printed else -1
        start = whole + len(finding.printed) - len(said) if whole >= 0 else -1
        end = start + len(said)
        cut = any(
            number.start < at < number.end for number in passage.numbers for at in (start, end)
        )
        if start >= 0 and not cut and all(end < a or start > b for a, b in kept):
            kept.append((start, end))
    return kept
