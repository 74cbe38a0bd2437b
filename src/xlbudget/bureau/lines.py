"""What the desk keeps in memory of every file: its record without the report, and what the lists show of that."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from xlbudget.bureau.records import UNUSABLE, read_results
from xlbudget.characters import split_code, squash
from xlbudget.findings import Level, Status
from xlbudget.report.text_report import WHOLE_BOOK

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from pathlib import Path

    from xlbudget.bureau.records import Record

VERDICTS = {**{status.value: status.chinese for status in Status}, UNUSABLE: "不能用"}
"""What a verdict is called."""
WORST_FIRST = ("error", UNUSABLE, "unknown", "rounding", "pass")
KINDS = {"workbook": "工作簿", "document": "公开文本", "data": "数据文件夹"}

_CODE_BEHIND = re.compile(r"(?<=\D)-\d{3,}$")
"""A code behind a name: 某市教育局-105."""
_Key = TypeVar("_Key", str, tuple[str, str])

Owner = tuple[str, str]
"""Department and unit as they are compared: see :func:`comparable`."""


class UnitLine(NamedTuple):
    """One file: its record without the report; rules that did not run, places that were not read.

    ``owner`` is whose it is as names are compared, None where no unit is known.

    ``rules`` and ``tables`` are those that findings are about, each once. ``problems`` counts the findings
    by :func:`problem_of`, where two inspections are compared.
    """

    record: Record
    owner: Owner | None = None
    not_executed: int = 0
    not_read: int = 0
    rules: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()
    problems: Mapping[int, int] = {}

    @property
    def name(self) -> str:
        """The unit, or the name of the file where no unit is known."""
        return self.record.unit or PurePosixPath(self.record.path).name

    def number_of(self, level: Level) -> int:
        """How many findings are of ``level``."""
        return self.record.counts.get(level.value, 0)

    @property
    def rank(self) -> tuple[int, int, int, str]:
        """The worst first: by the verdict, then by errors and warnings."""
        return (
            WORST_FIRST.index(self.record.verdict),
            -self.number_of(Level.ERROR),
            -self.number_of(Level.WARNING),
            self.record.path,
        )


class Tally(NamedTuple):
    """How often something occurs: findings by level, and in how many files."""

    findings: Counter[str]
    files: int = 0

    @property
    def total(self) -> int:
        """All findings."""
        return self.findings.total()

    @property
    def worst(self) -> Level:
        """The most serious level that occurs."""
        return next(level for level in Level if self.findings[level.value])

    @property
    def rank(self) -> tuple[int, int]:
        """The most serious first, among those what is in most files."""
        return list(Level).index(self.worst), -self.files


class Gathered(NamedTuple):
    """All files in the order of the results; findings by standard and rule, and by table."""

    lines: tuple[UnitLine, ...]
    by_rule: Mapping[tuple[str, str], Tally]
    by_table: Mapping[str, Tally]

    @property
    def year(self) -> int | None:
        """The year that most files are of: the one that is being inspected."""
        years = Counter(line.record.year for line in self.lines if line.record.year)
        return max(years, key=lambda year: (years[year], year)) if years else None

    def number_of(self, verdict: str) -> int:
        """How many files have a verdict."""
        return sum(line.record.verdict == verdict for line in self.lines)

    @property
    def by_standard(self) -> Counter[str]:
        """How many files are judged by each standard, and of none ("") those that are not judged."""
        return Counter(line.record.standard or "" for line in self.lines)

    @property
    def several(self) -> bool:
        """Whether the files are judged by more than one standard."""
        return len(self.by_standard.keys() - {""}) > 1

    def judged_by(self, standards: Collection[str]) -> int:
        """Of how many files a finding by these standards is a share: of theirs where there are several, else of all."""
        number = self.by_standard
        judged = sum(number[standard] for standard in standards)
        return max(1, judged if self.several else len(self.lines))


def _owner(record: Record) -> Owner | None:
    unit = comparable(record.unit or "")
    return (comparable(record.department or ""), unit) if unit else None


def comparable(name: str) -> str:
    """A unit's name as it is compared: without its code (before or behind it), blanks and differences of width."""
    return _CODE_BEHIND.sub("", squash(split_code(name)[1] or name))


def gather(results: Path, *, problems: bool = False) -> Gathered:
    """One walk over the results; of the reports nothing is kept but what :class:`UnitLine` says.

    Raises:
        ValueError: a line is none of results.
        OSError: the file cannot be read.
    """
    by_rule: dict[tuple[str, str], Tally] = {}
    by_table: dict[str, Tally] = {}
    known: dict[Any, Any] = {}  # tuples that many files share are kept once
    lines = []
    for record in read_results(results):
        findings: Sequence[Mapping[str, Any]] = (record.report or {}).get("findings", ())
        _count(by_rule, [((record.standard or "", one["code"]), one["level"]) for one in findings])
        _count(by_table, [(one["table"] or WHOLE_BOOK, one["level"]) for one in findings])
        report = record.report or {}
        rules = tuple(dict.fromkeys(one["code"] for one in findings))
        tables = tuple(dict.fromkeys(one["table"] or WHOLE_BOOK for one in findings))
        lines.append(
            UnitLine(
                record._replace(report=None),
                _owner(record),
                len({one["code"] for one in report.get("not_executed", ())}),
                len(report.get("not_read", ())),
                known.setdefault(rules, rules),
                known.setdefault(tables, tables),
                Counter(map(problem_of, findings)) if problems else {},
            )
        )
    return Gathered(tuple(lines), by_rule, by_table)


def problem_of(finding: Mapping[str, Any]) -> int:
    """What identifies a finding (as json says it) between two inspections of a file, in this process.

    It stays the same while cells move: code, table, row (or cell, or sentence) and column.
    """
    row = finding["row"] or finding["cell"] or finding["message"]
    return hash((finding["code"], finding["table"], row, finding["column"]))


def _count(tallies: dict[_Key, Tally], found: Sequence[tuple[_Key, str]]) -> None:
    """Add the findings of one file, each as what it is counted by and its level."""
    for key, level in found:
        tallies.setdefault(key, Tally(Counter())).findings[level] += 1
    for key in {key for key, _ in found}:
        tallies[key] = tallies[key]._replace(files=tallies[key].files + 1)
