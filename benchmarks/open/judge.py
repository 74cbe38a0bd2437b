"""Judge any checker's reports by the answer key. Needs nothing but Python 3.11.

    python judge.py key.json reports.json

``reports.json`` is one list of reports as ``xlbudget validate --format json`` prints them. Of each
report ``workbook`` (the file's name), ``status`` and ``findings`` are read; of a finding ``level``
(error, warning or hint), ``sheet``, ``cell``, ``table``, ``row``, ``column``, ``printed``,
``expected``, ``message`` and ``suggestions`` (a list of ``sheet``, ``cell``, ``value``). All but
``level`` may be missing.

A slip is *named* if an error or warning names its cell, or its table, row and column, or quotes its
wrong sentence; its value is *right* if that finding offers the right one first. An error that names a
place in which there is no slip is a *false accusation*.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path

FORMS = {".xlsm": "living", ".xlsx": "values only", ".docx": "document", ".html": "document"}
COLUMNS = ("files", "flagged", "slips", "named", "right", "errors", "false", "missing")
HEADS = (
    "files", "flagged", "slips", "named", "right value", "errors", "false accusations", "no report",
)  # fmt: skip


def plain(text: object) -> str:
    """An amount or a word without separators and blanks."""
    return "".join(str(text or "").replace(",", "").split())


def places(finding: dict) -> list[tuple[str, str]]:
    """The cells that a finding names: those of its suggestions, and its own."""
    own = (finding.get("sheet") or "", finding.get("cell") or "")
    found = [
        (one.get("sheet") or own[0], one.get("cell") or own[1])
        for one in finding.get("suggestions") or ()
    ]
    return [one for one in (*found[:1], own) if one[1]]


def names(finding: dict, slip: dict) -> bool:
    """Whether a finding names a slip's place."""
    if slip.get("cell") and (slip["sheet"], slip["cell"]) in places(finding):
        return True
    if "paragraph" in slip:
        said = plain(finding.get("printed")) + plain(finding.get("message"))
        return plain(slip["wrong"]) in said
    same_row = (finding.get("table"), finding.get("row")) == (slip["table"], slip["row"])
    return same_row and finding.get("column") in ("", None, slip["column"])


def offers(finding: dict, slip: dict) -> bool:
    """Whether the right value is what a finding offers first."""
    suggestions = finding.get("suggestions") or ()
    first = suggestions[0].get("value") if suggestions else finding.get("expected")
    right = plain(slip["right"])
    return plain(first) == right or ("paragraph" in slip and right in plain(first))


def judge(key: list[dict], reports: list[dict]) -> dict[str, Counter]:
    """Form of file -> counts."""
    said = {one["workbook"]: one for one in reports}
    counts: dict[str, Counter] = {}
    for one in key:
        count = counts.setdefault(FORMS[Path(one["file"]).suffix], Counter())
        report = said.get(one["file"])
        count["files"] += 1
        count["slips"] += len(one["slips"])
        if report is None:
            count["missing"] += 1
            continue
        told = [f for f in report.get("findings") or () if f.get("level") in ("error", "warning")]
        count["flagged"] += any(f["level"] == "error" for f in told)
        for slip in one["slips"]:
            about = [f for f in told if names(f, slip)]
            count["named"] += bool(about)
            count["right"] += any(offers(f, slip) for f in about)
        for finding in told:
            if finding["level"] == "error":
                count["errors"] += 1
                count["false"] += not any(names(finding, slip) for slip in one["slips"])
    return counts


def table(counts: dict[str, Counter]) -> str:
    """The counts as a Markdown table, with a line for all."""
    whole: Counter = Counter()
    lines = ["| | " + " | ".join(HEADS) + " |", "|---" * (len(HEADS) + 1) + "|"]
    for count in counts.values():
        whole.update(count)
    for form, count in {**counts, "all": whole}.items():
        lines.append(f"| {form} | " + " | ".join(str(count[one]) for one in COLUMNS) + " |")
    return "\n".join(lines)


def main() -> None:
    key, reports = (json.loads(Path(one).read_text("utf-8")) for one in sys.argv[1:3])
    print(table(judge(key, reports if isinstance(reports, list) else [reports])))


if __name__ == "__main__":
    main()
