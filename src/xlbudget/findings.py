"""Findings are values: what is wrong, where it stands, what it should be, and on what basis."""

from __future__ import annotations

from collections import Counter
from enum import StrEnum
from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.limits import LONGEST_SAID, MOST_ALIKE

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    import pandas as pd  # type: ignore[import-untyped]  # has no py.typed marker


class Level(StrEnum):
    """How serious a finding is; only errors make a workbook wrong."""

    ERROR = "error"
    WARNING = "warning"
    HINT = "hint"

    @property
    def chinese(self) -> str:
        """What the user sees: 差错, 提醒, 提示."""
        return {"error": "差错", "warning": "提醒", "hint": "提示"}[self.value]


class Status(StrEnum):
    """The grade of a whole workbook."""

    PASS = "pass"
    ROUNDING = "rounding"
    ERROR = "error"
    UNKNOWN = "unknown"

    @property
    def chinese(self) -> str:
        """What the user sees: 通过, 尾差, 差错, 无法判断."""
        words = {"pass": "通过", "rounding": "尾差", "error": "差错", "unknown": "无法判断"}
        return words[self.value]


class Suggestion(NamedTuple):
    """A value that would mend a cell, why, and its share among the candidates (0 to 1).

    ``sheet`` and ``cell`` name the cell to mend; empty where it is the finding's own.
    """

    value: str
    reason: str
    share: float
    sheet: str = ""
    cell: str = ""


class Finding(NamedTuple):
    """One thing that is wrong or worth a look.

    ``sheet`` and ``cell`` name the place to mend; ``printed``, ``expected`` and ``difference`` are
    amounts as printed (unit of the table), empty where the finding is not about an amount.
    ``basis`` holds the identities that show it, each a sentence with its arithmetic; ``follows``
    what is wrong only because this is, a sentence each. ``page`` and ``paragraph`` (from 1) say where
    in a published document; None elsewhere.
    """

    code: str
    level: Level
    message: str
    table: str = ""
    sheet: str = ""
    cell: str = ""
    row: str = ""
    column: str = ""
    printed: str = ""
    expected: str = ""
    difference: str = ""
    basis: tuple[str, ...] = ()
    suggestions: tuple[Suggestion, ...] = ()
    follows: tuple[str, ...] = ()
    page: int | None = None
    paragraph: int | None = None

    def abridged(self) -> Finding:
        """The finding with the beginning of all that is longer than anybody reads."""

        def short(text: str) -> str:
            return text if len(text) <= LONGEST_SAID else f"{text[:LONGEST_SAID]}…"

        return self._replace(
            message=short(self.message),
            row=short(self.row),
            printed=short(self.printed),
            expected=short(self.expected),
            basis=tuple(map(short, self.basis)),
            follows=tuple(map(short, self.follows)),
        )


def bounded(findings: Collection[Finding]) -> list[Finding]:
    """Findings in their order: of one rule on one sheet so many, behind them one that counts the others.

    What quotes a text of many pages has its beginning.
    """
    findings = [
        one if len(one.message) + len(one.row) <= LONGEST_SAID else one.abridged()
        for one in findings
    ]
    alike: dict[tuple[str, Level, str], list[Finding]] = {}
    for one in findings:
        alike.setdefault((one.code, one.level, one.sheet), []).append(one)
    if all(len(same) <= MOST_ALIKE for same in alike.values()):
        return [*findings]
    told = {id(one) for same in alike.values() for one in same[:MOST_ALIKE]}
    kept = [one for one in findings if id(one) in told]
    for (code, level, sheet), same in alike.items():
        if len(same) > MOST_ALIKE:
            where = f"工作表“{sheet}”" if sheet else ""
            message = (
                f"{where}另有{len(same) - MOST_ALIKE}处同一规则的问题，没有逐条列出；"
                "请先改正已列出的，再校验。"
            )
            kept.append(Finding(code, level, message, same[0].table, sheet))
    return kept


class NotExecuted(NamedTuple):
    """A rule that could not run, and why: never silently passed, never counted as a finding."""

    code: str
    reason: str


WHOLE_FILE = "整个文件"
"""The place of what could not be read where nothing could."""


class NotRead(NamedTuple):
    """What of a file its reader could not read: where it stands, in words, and why."""

    place: str
    reason: str


_UNFILLED = "“{}”还没有填完，无法判断；请按提醒填好以后再校验。"
_UNREAD = "“{}”有太多没有读出，无法判断；请换用文字版的 .docx 或 .pdf 再校验。"


class NumbersRead(NamedTuple):
    """How many numbers stand below a table's title in a document, and how many of them were read.

    ``table`` is the title, "" for tables that no title names.
    """

    table: str
    printed: int
    read: int


class Report(NamedTuple):
    """All that validation says of one workbook.

    ``slack`` is the smallest half-width (in the standard's unit, as text) to which every printed
    figure must be widened for all identities to hold at once; empty where no width does.
    ``executed`` counts, per rule code, the relations that were evaluated; None where that is not known, as of a
    report that was read back from json. ``workbook`` is the file's
    name, ``path`` the way to it as it was given (empty for figures that came from no file).
    ``not_read`` is what the reader lost; of a document, ``coverage`` how many numbers its tables print
    and how many of them were read, and ``numbers`` the same table by table.
    """

    workbook: str
    standard: str
    status: Status
    slack: str
    findings: tuple[Finding, ...] = ()
    not_executed: tuple[NotExecuted, ...] = ()
    executed: tuple[tuple[str, int], ...] | None = ()
    unit_name: str = ""
    year: int = 0
    path: str = ""
    not_read: tuple[NotRead, ...] = ()
    coverage: tuple[int, int] | None = None
    numbers: tuple[NumbersRead, ...] = ()

    @property
    def unusable(self) -> str:
        """Why nothing at all could be read of the file; "" where it could."""
        return next((one.reason for one in self.not_read if one.place == WHOLE_FILE), "")

    @property
    def undecided(self) -> str:
        """Why it cannot be judged, and what to do; "" where it is."""
        if self.status is not Status.UNKNOWN:
            return ""
        said = _UNREAD if self.not_read else _UNFILLED
        return self.unusable or said.format(self.workbook)

    def with_more(
        self,
        findings: Collection[Finding],
        not_executed: Iterable[NotExecuted],
        executed: Mapping[str, int],
    ) -> Report:
        """The report with what else was looked at: an error in it makes the workbook wrong."""
        levels, counts = list(Level), Counter(dict(self.executed or ()))
        counts.update(executed)
        every = sorted(
            [*self.findings, *bounded(findings)], key=lambda one: levels.index(one.level)
        )
        wrong = any(finding.level is Level.ERROR for finding in findings)
        return self._replace(
            status=Status.ERROR if wrong else self.status,
            findings=tuple(every),
            not_executed=tuple(dict.fromkeys([*self.not_executed, *not_executed])),
            executed=tuple(sorted(counts.items())),
        )

    def to_frame(self) -> pd.DataFrame:
        """The findings as a frame: a line each, the columns are the fields of :class:`Finding`."""
        report_frame = import_module(
            "xlbudget.frames"
        ).report_frame  # stands above; pandas is slow to load

        return report_frame(self)

    def number_of(self, level: Level) -> int:
        """How many findings are of ``level``."""
        return sum(finding.level is level for finding in self.findings)
