"""The report as one html file to mail and to print: nothing is loaded from elsewhere.

Everything that comes from a workbook is escaped where it enters the page (``templates``). A small
script makes the origin of a number open beside it; without it, the same is reached by links.
"""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.findings import Level, Status
from xlbudget.report import wording
from xlbudget.report.html_place import Places
from xlbudget.report.pictures import Pictures
from xlbudget.templates import fixed_part, rendered

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from xlbudget.findings import Finding, Report
    from xlbudget.report.pictures import Passage
    from xlbudget.standard.model import Standard

__all__ = ["report_html"]

_FOLDER = Path(__file__).parent / "templates"
_LEVEL_SHAPES = {Level.ERROR: "■", Level.WARNING: "▲", Level.HINT: "○"}
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


class _Line(NamedTuple):
    """A finding with what its columns say beside what is its own."""

    finding: Finding
    columns: dict[str, str | list[str]]


class _Group(NamedTuple):
    """The findings of one table, and the columns that they need."""

    table: str
    remark: str
    keys: tuple[str, ...]
    lines: tuple[_Line, ...]

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
        self.missing = {one.code for one in report.not_executed}
        ran = {*self.missing, *(code for code, count in report.executed if count)}
        self.uncompared = [one.code for one in rules if one.compares and one.code not in ran]
        self.groups = [_group(table, found, standard) for table, found in places.groups]

    @property
    def numbers(self) -> list[str]:
        """The numbers of the workbook's line in the overview."""
        found = [str(self.report.number_of(level)) for level in Level]
        found.append(str(wording.not_executed_count(self.report)))
        return [*found, wording.slack_text(self.report, self.standard) or "—"]


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
    script = fixed_part(_FOLDER, "report.js")
    values = {name: getattr(wording, name) for name in wording.__all__} | {
        "id": id,
        "amount_class": _amount_class,
        "pieces": _pieces,
        "shapes": _LEVEL_SHAPES,
        "status_shapes": _STATUS_SHAPES,
        "overview_columns": _OVERVIEW,
        "live": any(one is not None and (one.passages or one.tables) for one in shown),
        "reports": reports,
        "sections": sections,
        "remarks": remarks,
        "style": fixed_part(_FOLDER, "report.css"),
        "script": script,
        # What the page's policy lets run: this script and no other.
        "script_hash": f"sha256-{b64encode(sha256(script.encode()).digest()).decode('ascii')}",
    }
    return rendered(_FOLDER, "report.html.j2", values, wording.clean)


# ------------------------------------------------------------------ findings


def _group(table: str, findings: Sequence[Finding], standard: Standard | None) -> _Group:
    unit = _unit_of(table, standard) if any(one.expected for one in findings) else ""
    remark = (f"金额单位：{unit}；" if unit else "") + wording.level_counts(findings)
    lines = tuple(_Line(one, _columns(one)) for one in findings)
    filled = {key for line in lines for key, said in line.columns.items() if said}
    keys = tuple(key for key in _HEADINGS if key in filled or key in _ALWAYS)
    return _Group(table, remark, keys, lines)


def _unit_of(table: str, standard: Standard | None) -> str:
    """The unit of a table's amounts, where it has but one."""
    found = next((one for one in standard.tables if one.title == table), None) if standard else None
    units = {block.unit.name for block in found.blocks} if found else set()
    return units.pop() if len(units) == 1 else ""


def _columns(one: Finding) -> dict[str, str | list[str]]:
    """Its place (sheet where that has another name than the table, row and column), amounts, lists."""
    sheet = one.sheet if one.sheet != one.table else ""
    row = one.row if one.row.isdigit() or not one.row.isascii() else ""
    return {
        "place": [part for part in (sheet, row, one.column) if part],
        "printed": wording.amount(one.printed) or (_BLANK if one.expected else ""),
        "expected": wording.amount(one.expected),
        "difference": wording.amount(one.difference, signed=True),
        "basis": [*one.basis, *(f"连带：{text}" for text in one.follows)],
        "remedy": [wording.suggestion_text(each) for each in one.suggestions],
    }


def _amount_class(text: str) -> str:
    """Numbers stand right and unbroken, short text (9.15万元) unbroken; other text is free to wrap."""
    if wording.is_amount(text):
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
    spans = (at for one in passage.numbers for at in one[:2])
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
    for one in found:
        printed = _FIGURE.search(one.printed)
        said = printed[0] if printed else one.printed
        whole = passage.text.find(one.printed) if one.printed else -1
        start = whole + len(one.printed) - len(said) if whole >= 0 else -1
        end = start + len(said)
        cut = any(
            number.start < at < number.end for number in passage.numbers for at in (start, end)
        )
        if start >= 0 and not cut and all(end < a or start > b for a, b in kept):
            kept.append((start, end))
    return kept
