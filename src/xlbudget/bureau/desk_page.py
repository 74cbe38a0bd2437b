"""The page for the desk (校验总览.html): one file that works without a network, with search, filters and findings.

The list is data that a script draws, a hundred lines at a time; findings lie in chunks that are read when somebody
opens a line, so that thousands of files open at once.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections import Counter
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from xlbudget.bureau.duplicates import Likeness
from xlbudget.bureau.duplicates import counts as likeness_counts
from xlbudget.bureau.lines import KINDS, VERDICTS, WORST_FIRST, Tally
from xlbudget.bureau.since import Change
from xlbudget.bureau.unit_reports import FOLDER, worst_first
from xlbudget.findings import Level
from xlbudget.limits import MOST_PAGE_FILES, MOST_PAGE_FINDINGS
from xlbudget.report import html_report, text_report
from xlbudget.report.text_report import clean
from xlbudget.templates import fixed_part, rendered

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from xlbudget.bureau.overview import Overview
    from xlbudget.findings import Finding, Report

_FOLDER = Path(__file__).parent / "templates"
_REPORT = Path(html_report.__file__).parent / "templates"
_CHUNK = 100
"""Files whose findings lie in one chunk."""
_TOLD = 30
"""Findings of one file on the page; all are in its report."""
_LONGEST = 300
_LISTED = 2_000
"""Lines of the other lists; all are in the workbook."""
_SHAPES = {"pass": "✓", "rounding": "≈", "error": "×", "unknown": "?", "unusable": "!"}
"""Verdicts are told by shape as well as by colour."""


class Findings:
    """The findings of all files for the page, packed as they come, in the order of the results."""

    def __init__(self) -> None:
        self.chunks: list[str] = []
        self._open: list[list[list[object]]] = []
        self._count = 0

    def add(self, report: Report) -> None:
        """Those of the next file: of very many the first ones."""
        kept: list[list[object]] = []
        if self._count < MOST_PAGE_FINDINGS:
            kept = [_finding(one) for one in worst_first(report)[:_TOLD]]
            self._count += len(kept)
        self._open.append(kept)
        if len(self._open) == _CHUNK:
            self._close()

    def finished(self) -> list[str]:
        """All chunks as JSON."""
        if self._open:
            self._close()
        return self.chunks

    def _close(self) -> None:
        self.chunks.append(_json(self._open))
        self._open = []


def page(desk: Overview, findings: Findings) -> bytes:
    """The whole page."""
    script = fixed_part(_FOLDER, "desk.js")
    listed = desk.ranked[:MOST_PAGE_FILES]
    present, changes = desk.attendance, desk.changes
    absent = present.absent if present is not None else ()
    gone = [one for one in changes or () if one.change is Change.GONE]
    values: dict[str, Any] = {
        "style": fixed_part(_REPORT, "report.css") + fixed_part(_FOLDER, "desk.css"),
        "script": script,
        "script_hash": f"sha256-{b64encode(sha256(script.encode()).digest()).decode('ascii')}",
        "year": desk.gathered.year,
        "total": len(desk.lines),
        "left_out": len(desk.lines) - len(listed),
        "verdicts": [
            (one, _SHAPES[one], VERDICTS[one], count)
            for one in WORST_FIRST
            if (count := desk.gathered.number_of(one))
        ],
        "likenesses": [
            (one.value, one.chinese, count)
            for one, count in likeness_counts(desk.duplicates).items()
        ],
        "changes": _became(desk),
        "attendance": present,
        "absent": absent[:_LISTED],
        "strangers": [(desk.lines[at], desk.report_file(at)) for at in present.strangers[:_LISTED]]
        if present
        else [],
        "gone": gone[:_LISTED],
        "listed_most": _LISTED,
        "rules": _tallies(desk, desk.gathered.by_rule, desk.titles),
        "tables_counted": _tallies(desk, desk.gathered.by_table, {}),
        "departments": sorted(
            {line.record.department for line in desk.lines if line.record.department}
        ),
        "said": desk.said,
        "data": Markup(_json(_data(desk, listed))),  # noqa: S704  # < is escaped in it
        "chunks": [Markup(one) for one in findings.finished()],  # noqa: S704  # as above
        "level_shapes": html_report.LEVEL_SHAPES,
        "level_names": [level.chinese for level in Level],
    }
    return rendered(_FOLDER, "desk.html.j2", values, clean).encode("utf-8", "replace")


def _json(value: object) -> str:
    """Data that can stand in a page: nothing in it ends the element in which it stands."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").encode("utf-8", "replace").decode()


def _finding(one: Finding) -> list[object]:
    return [
        list(Level).index(one.level),
        clean(one.code),
        clean(one.table) or text_report.WHOLE_BOOK,
        _place(one),
        text_report.amount(one.printed)[:_LONGEST],
        text_report.amount(one.expected)[:_LONGEST],
        clean(one.message)[:_LONGEST],
    ]


def _place(one: Finding) -> str:
    """The cell, with its sheet where that has another name than the table; else the row."""
    sheet = one.sheet if one.sheet != one.table else ""
    row = (
        one.row if one.row.isdigit() or not one.row.isascii() else ""
    )  # else a key of the standard's
    return clean(" ".join(part for part in (sheet, one.cell or row) if part))


def _became(desk: Overview) -> list[tuple[str, str, int]]:
    """How many files are new, better, worse …: the word for filters, its name, the number."""
    now = [one.change for one in desk.changes or () if one.at is not None]
    return [(one.value, one.chinese, now.count(one)) for one in Change if one in now]


def _tallies(
    desk: Overview, tallies: Mapping[Any, Tally], titles: Mapping[Any, str]
) -> list[tuple[str, str, Level, int, int, float]]:
    """Name, title, worst level, files, findings and share of what findings are counted by."""
    joined: dict[str, Tally] = {}
    named: dict[str, dict[str, None]] = {}
    judging: dict[str, set[str]] = {}
    for standard, code in titles:
        judging.setdefault(code, set()).add(standard)
    for key, tally in tallies.items():  # one code in several standards is one line
        name = key if isinstance(key, str) else key[1]
        named.setdefault(name, {})[titles.get(key, "")] = None
        old = joined.get(name, Tally(Counter()))
        joined[name] = Tally(old.findings + tally.findings, old.files + tally.files)
    whole = set(desk.gathered.by_standard)
    return [
        (
            clean(name),
            "；".join(filter(None, named[name])),
            tally.worst,
            tally.files,
            tally.total,
            100 * tally.files / desk.gathered.judged_by(judging.get(name, whole)),
        )
        for name, tally in sorted(joined.items(), key=lambda one: (one[1].rank, one[0]))
    ]


def _data(desk: Overview, listed: Sequence[int]) -> dict[str, object]:
    """The files as lists of values; texts that repeat are numbers in lists of texts."""
    departments, rules, tables = _Texts(), _Texts(), _Texts()
    verdicts = [[one, _SHAPES[one], VERDICTS[one]] for one in VERDICTS]
    numbers = {one: at for at, one in enumerate(VERDICTS)}
    files = []
    for at in listed:
        line, changed = desk.lines[at], desk.change(at)
        record = line.record
        told = desk.likenesses.get(at, ())
        files.append(
            [
                at,
                clean(line.name),
                departments.number(record.department or ""),
                record.year or 0,
                numbers[record.verdict],
                [line.number_of(level) for level in Level],
                record.slack or "",
                line.not_executed,
                line.not_read,
                rules.numbers(line.rules),
                tables.numbers(line.tables),
                [likeness.value for likeness in dict.fromkeys(one for one, _ in told)],
                [
                    *([clean(record.reason)] if record.reason else []),
                    *(clean(sentence) for _, sentence in told),
                ],
                changed.change.value if changed is not None else "",
                clean(changed.said) if changed is not None else "",
                desk.names[at],
                clean(record.path),
                KINDS.get(record.kind or "", ""),
            ]
        )
    return {
        "folder": FOLDER,
        "chunk": _CHUNK,
        "verdicts": verdicts,
        "levels": [[level.value, level.chinese] for level in Level],
        "departments": departments.texts,
        "rules": rules.texts,
        "tables": tables.texts,
        "likenesses": {one.value: one.chinese for one in Likeness},
        "changes": {one.value: one.chinese for one in Change},
        "files": files,
    }


class _Texts:
    """Texts by their numbers, in the order in which they came."""

    def __init__(self) -> None:
        self._known: dict[str, int] = {}

    def number(self, text: str) -> int:
        return self._known.setdefault(clean(text), len(self._known))

    def numbers(self, texts: Iterable[str]) -> list[int]:
        return list(map(self.number, texts))

    @property
    def texts(self) -> list[str]:
        return list(self._known)
