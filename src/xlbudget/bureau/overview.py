"""What an inspection says of all files together: the value that the workbook and the page are drawn from."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.bureau import frames, unit_reports
from xlbudget.bureau.duplicates import Duplicate, Likeness, find_duplicates, told_of
from xlbudget.bureau.lines import Gathered, gather
from xlbudget.bureau.records import BEFORE, RESULTS
from xlbudget.bureau.roll import Attendance, attendance, read_roll
from xlbudget.bureau.since import Changed, compare
from xlbudget.errors import StandardError, UnusableFileError, reason_of
from xlbudget.standard.loader import load_standard

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from xlbudget.bureau.lines import UnitLine
    from xlbudget.standard.model import Standard


_SAID = 20
"""So many sentences on a list of units are told one by one."""


class Overview(NamedTuple):
    """All that the workbook and the page say, apart from the findings themselves.

    ``names`` are the files that go back, by the place of the file; ``likenesses`` what is said of those that are like
    another. ``attendance`` and ``changes`` are None without a list of units, without an inspection before.
    """

    gathered: Gathered
    standards: Mapping[str, Standard]
    names: tuple[str, ...]
    duplicates: tuple[Duplicate, ...]
    likenesses: Mapping[int, list[tuple[Likeness, str]]]
    attendance: Attendance | None
    changes: tuple[Changed, ...] | None
    said: tuple[str, ...]

    @property
    def lines(self) -> tuple[UnitLine, ...]:
        """The files in the order of the results."""
        return self.gathered.lines

    @property
    def ranked(self) -> list[int]:
        """Their places, the worst first."""
        return sorted(range(len(self.lines)), key=lambda at: self.lines[at].rank)

    @property
    def titles(self) -> dict[tuple[str, str], str]:
        """What each rule is about, by standard and code, of the standards that are at hand."""
        return {
            (name, rule.code): rule.title
            for name, standard in self.standards.items()
            for rule in standard.rules
        }

    def change(self, at: int) -> Changed | None:
        """What became of a file since the inspection before."""
        return self.changes[at] if self.changes is not None else None

    def report_file(self, at: int) -> str:
        """Where the report of a file lies, from the folder of the inspection."""
        return f"{unit_reports.FOLDER}/{self.names[at]}.html"


def overview(results: Path, units: Path | None = None, previous: Path | None = None) -> Overview:
    """Everything that is said, from the first walk over the results.

    Raises:
        UnusableFileError: one of the files cannot be read.
    """
    said = [] if frames.can_write_parquet() else [frames.NO_PYARROW]
    paths = [_results_of(previous)] if previous else []
    # Beside the results lie those of the inspection before, which count too where others are named.
    beside = results.with_name(BEFORE)
    paths += [beside] * (beside.is_file() and beside not in paths)
    earlier = [_gathered(path, problems=True) for path in paths]
    gathered = _gathered(results, problems=bool(earlier))
    duplicates = find_duplicates(gathered.lines, [line for one in earlier for line in one.lines])
    # Those of the year before show what was copied from it; they are no earlier state of the same budgets.
    states = [
        one for one in earlier if None in (one.year, gathered.year) or one.year == gathered.year
    ]
    present = None
    if units is not None:
        entries, remarks = read_roll(units)
        present = attendance(entries, gathered.lines, gathered.year)
        said += remarks[:_SAID]
        if len(remarks) > _SAID:
            said.append(f"名单里另有{len(remarks) - _SAID}处这样的情况，没有逐条列出。")
    return Overview(
        gathered,
        _standards(gathered),
        tuple(unit_reports.file_names(gathered.lines)),
        tuple(duplicates),
        told_of(duplicates),
        present,
        tuple(compare(gathered.lines, states[0].lines)) if states else None,
        tuple(said),
    )


def _results_of(path: Path) -> Path:
    return path / RESULTS if path.is_dir() else path


def _gathered(results: Path, *, problems: bool) -> Gathered:
    """The first walk.

    Raises:
        UnusableFileError: the results cannot be read.
    """
    try:
        return gather(results, problems=problems)
    except OSError as error:
        raise UnusableFileError(
            f"校验结果“{results}”读不出来（{reason_of(error)}）；请检查文件名和权限，再运行一次 inspect。"
        ) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UnusableFileError(
            f"“{results}”不是 inspect 写出的结果，或已损坏；请再运行一次 inspect。"
        ) from error


def _standards(gathered: Gathered) -> dict[str, Standard]:
    """The standards that are at hand of those that the files are judged by."""
    known = {}
    for name in {line.record.standard for line in gathered.lines if line.record.standard}:
        with suppress(StandardError):
            known[name] = load_standard(name)
    return known
