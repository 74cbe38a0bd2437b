"""Which findings a change adds or removes on all example material: ``make findings-diff``.

    python benchmarks/findings_diff.py [--keep]

The material is the example, the made-up departments, the culture bureau (each as typed figures and
with its generated explanation), the published document, and the damaged examples of
tests/checks/cases.toml. What was said when the list was last kept stands in findings.txt beside this
script, a line per finding. Prints the lines that are new (+) or gone (-), ends with 1 if there are any;
``--keep`` makes the present state the list.
"""

from __future__ import annotations

import sys
from difflib import ndiff
from pathlib import Path
from typing import TYPE_CHECKING

import xlbudget

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "checks"))
from test_cases import CASES, damaged

from rule_pairs import sentence
from texts.text_books import culture_bureau, with_texts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlbudget import Report

ROOT = Path(__file__).parents[1]
KEPT = Path(__file__).with_name("findings.txt")
EXAMPLE = ROOT / "examples" / "changchun-gov-office-2024"


def reports() -> Iterator[tuple[str, Report]]:
    """Every piece of material with what is said of it."""
    standard = xlbudget.load_standard()
    example = xlbudget.read(EXAMPLE)
    folders = sorted(one for one in (ROOT / "tests" / "departments").iterdir() if one.is_dir())
    books = [("样例", standard, example)]
    books += [(one.name, standard, xlbudget.read(one)) for one in folders]
    books.append(("culture-bureau", *culture_bureau(standard)))
    for name, known, book in books:
        yield name, xlbudget.validate(book, known)
        yield f"{name}（有说明）", xlbudget.validate(with_texts(known, book), known)
    yield "公开文本", xlbudget.validate_file(EXAMPLE / "公开文本.txt")
    for case in CASES:
        yield case["name"], xlbudget.validate(damaged(standard, example, case), standard)


def lines() -> list[str]:
    """The grade of every piece and a line per finding and per rule that did not run."""
    found = []
    for name, report in reports():
        found.append(f"{name}：{report.status.chinese} {report.slack}")
        found += [f"{name}：{sentence(one)}" for one in report.findings]
        found += [f"{name}：［未执行］{one.code} {one.reason}" for one in report.not_executed]
    return found


def differences(now: list[str]) -> list[str]:
    """The lines that are new (``+ …``) or gone (``- …``) against the list that is kept."""
    kept = KEPT.read_text("utf-8").splitlines() if KEPT.is_file() else []
    return [line for line in ndiff(kept, now) if line[:2] in ("+ ", "- ")]


def main() -> int:
    now = lines()
    changed = differences(now)
    print("\n".join(changed) if changed else f"{len(now)} lines, none added or removed")
    if "--keep" in sys.argv[1:]:
        KEPT.write_text("\n".join(now) + "\n", "utf-8", newline="\n")
        return 0
    return bool(changed)


if __name__ == "__main__":
    sys.exit(main())
