"""The report for programs: the keys and their order are a contract."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from xlbudget.findings import (
    Finding,
    Level,
    NotExecuted,
    NotRead,
    NumbersRead,
    Report,
    Status,
    Suggestion,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_KEYS = (
    "code", "level", "table", "sheet", "cell", "page", "paragraph", "row", "column", "printed", "expected",
    "difference", "message",
)  # fmt: skip
_SURROGATE = re.compile("[\ud800-\udfff]")
"""Half characters, as in file names that are not UTF-8: not encodable, so escaped."""


def report_dict(report: Report) -> dict[str, object]:
    """One file's report; ``version`` changes when a key does. ``coverage`` is there for documents alone."""
    made: dict[str, object] = {
        "version": 1,
        "path": report.path,
        "workbook": report.workbook,
        "standard": report.standard,
        "status": report.status.value,
        "slack": report.slack,
        "findings": [finding_dict(finding) for finding in report.findings],
        "not_executed": [
            {"code": skipped.code, "reason": skipped.reason} for skipped in report.not_executed
        ],
        "not_read": [{"place": one.place, "reason": one.reason} for one in report.not_read],
    }
    if report.coverage is not None:
        printed, read = report.coverage
        tables = [one._asdict() for one in report.numbers]
        made["coverage"] = {"printed": printed, "read": read, "tables": tables}
    return made


def finding_dict(finding: Finding) -> dict[str, object]:
    """A finding with its suggestions."""
    suggestions = [
        {
            "sheet": suggestion.sheet or finding.sheet,
            "cell": suggestion.cell or finding.cell,
            "value": suggestion.value,
            "reason": suggestion.reason,
            "share": suggestion.share,
        }
        for suggestion in finding.suggestions
    ]
    texts = {"basis": list(finding.basis), "follows": list(finding.follows)}
    known = {key: getattr(finding, key) for key in _KEYS}
    return {**known, "level": finding.level.value, **texts, "suggestions": suggestions}


def report_of(told: Mapping[str, Any]) -> Report:
    """A report from what :func:`report_dict` says of it, which is all but unit, year and the rules that ran.

    Raises:
        KeyError, ValueError, TypeError: it is no such object.
    """
    counted = told.get("coverage")
    return Report(
        told["workbook"],
        told["standard"],
        Status(told["status"]),
        told["slack"],
        tuple(map(_finding_of, told["findings"])),
        tuple(NotExecuted(**one) for one in told["not_executed"]),
        None,
        path=told["path"],
        not_read=tuple(NotRead(**one) for one in told["not_read"]),
        coverage=(counted["printed"], counted["read"]) if counted else None,
        numbers=tuple(NumbersRead(**one) for one in counted["tables"]) if counted else (),
    )


def _finding_of(told: Mapping[str, Any]) -> Finding:
    return Finding(
        **{**{key: told[key] for key in _KEYS}, "level": Level(told["level"])},
        basis=tuple(told["basis"]),
        follows=tuple(told["follows"]),
        suggestions=tuple(_suggestion_of(one, told) for one in told["suggestions"]),
    )


def _suggestion_of(told: Mapping[str, Any], finding: Mapping[str, Any]) -> Suggestion:
    own = all(told[name] == finding[name] for name in ("sheet", "cell"))
    return Suggestion(**{**told, "sheet": "", "cell": ""} if own else told)


def reports_json(reports: Sequence[Report]) -> str:
    """One object for one workbook, a list for several (or none); readable, with a last newline."""
    dicts = [report_dict(report) for report in reports]
    whole = dicts[0] if len(dicts) == 1 else dicts
    return encodable(json.dumps(whole, ensure_ascii=False, indent=2)) + "\n"


def encodable(text: str) -> str:
    """JSON in which half characters are escaped."""
    return _SURROGATE.sub(lambda match: f"\\u{ord(match[0]):04x}", text)
