"""What an inspection says of one file: a line of JSON in a file that grows while it runs.

The keys are a contract with whoever reads the lines; ``version`` changes when one of them does.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

RESULTS, PART, BEFORE = "结果.jsonl", "结果.部分.jsonl", "结果.上次.jsonl"
"""The results of a folder once all are there, while they come in, and those of the time before."""
VERSION = 1
UNUSABLE = "unusable"
"""The verdict on a file of which there is no report; of all others it is the report's status."""
NO_COUNTS: Mapping[str, int] = {"error": 0, "warning": 0, "hint": 0}


class Record(NamedTuple):
    """One file that was inspected, or could not be.

    ``path`` is its name among those that were asked for, with ``/``; ``hash`` (``sha256:…``) and ``size`` are
    of its bytes, ``hash`` None where they could not be read. ``kind`` is workbook, document or data (a folder).
    ``program`` and ``standard_hash`` say what judged it, ``seconds`` how much processor time that took.
    ``verdict`` is pass, rounding, error, unknown or unusable; ``reason`` is the sentence for the last two.
    ``figures`` is the fingerprint of the amounts of all its tables at the decimals that are printed,
    ``last_year_figures`` of what it states of last year; ``totals`` names its sums in the standard's unit, as
    printed. ``report`` is what ``validate --format json`` says, None for an unusable file; ``executed`` says on how
    many relations each rule ran, which that does not.
    """

    path: str
    hash: str | None = None
    size: int = 0
    kind: str | None = None
    unit: str | None = None
    department: str | None = None
    year: int | None = None
    standard: str | None = None
    program: str = ""
    standard_hash: str | None = None
    seconds: float = 0.0
    verdict: str = UNUSABLE
    slack: str | None = None
    counts: Mapping[str, int] = NO_COUNTS
    reason: str | None = None
    figures: str | None = None
    totals: Mapping[str, str] = {}
    last_year_figures: str | None = None
    report: Mapping[str, Any] | None = None
    executed: Mapping[str, int] | None = None

    def to_json(self) -> str:
        """One line without its end. Half characters, as in names that are no UTF-8, are escaped."""
        text = json.dumps(
            {"version": VERSION, **self._asdict()}, ensure_ascii=False, separators=(",", ":")
        )
        return text.encode(errors="backslashreplace").decode()

    @classmethod
    def from_json(cls, line: str | bytes) -> Record:
        """The record of a line; keys that this version does not know are left out.

        Raises:
            ValueError: it is no line of results, or of another version.
        """
        known = json.loads(line)
        if not isinstance(known, dict) or known.get("version") != VERSION or "path" not in known:
            raise ValueError("no line of results of this version")
        return cls(**{key: value for key, value in known.items() if key in cls._fields})


_REPORT = b',"report":'
"""How the last key begins, which no text can hold: its quotes would be escaped."""


def head_of(line: bytes) -> Record:
    """The record of a line that :meth:`Record.to_json` made, without its report, which is most of it.

    Raises:
        ValueError: as for :meth:`Record.from_json`.
    """
    head, sign, _ = line.partition(_REPORT)
    return Record.from_json(head + b"}" if sign else line)


def read_results(path: Path) -> Iterator[Record]:
    """The records of a file of results, one at a time; a last line that was cut off is left out.

    Raises:
        ValueError: a line before the last is none of results.
    """
    with path.open("rb") as lines:
        for line in lines:
            if line.endswith(b"\n"):
                yield Record.from_json(line)
