"""Filling, the explanation and validation in one: what all three change in a workbook, as one change.

Each step sees what the one before it wrote. Texts come before the judgement, so that it is about what stands
there at the end: validating again afterwards says the same.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.editing.fill import plan_fill
from xlbudget.editing.findings import plan_findings
from xlbudget.editing.notes import plan_notes
from xlbudget.editing.validate import examine_file
from xlbudget.explaining.explain import explain, glossary
from xlbudget.reading.book import read_book
from xlbudget.standard.loader import own_standard
from xlbudget.xlsx.workbook import Workbook

if TYPE_CHECKING:
    from collections.abc import Callable

    from xlbudget.editing.fill import FillPlan
    from xlbudget.editing.findings import FindingsPlan
    from xlbudget.editing.notes import NotesPlan
    from xlbudget.editing.validate import Examined
    from xlbudget.explaining.document import Document
    from xlbudget.xlsx.cells import Afterwards, CellEdit


class Finish(NamedTuple):
    """The edits of all steps for the workbook as it was, what goes with them, and what each step found."""

    edits: list[CellEdit]
    afterwards: Afterwards
    filled: FillPlan
    documents: tuple[Document, Document]
    notes: NotesPlan
    examined: Examined
    findings: FindingsPlan


def plan_finish(source: Workbook, tell: Callable[[str], None]) -> Finish:
    """What filling, explaining and validating ``source`` would write; ``tell`` hears of each step as it begins.

    Raises:
        UnusableFileError: one of the steps cannot be done; nothing is written then.
    """
    with tempfile.TemporaryDirectory(prefix="xlbudget-") as folder:
        path = Path(folder) / source.path.name
        tell("正在填列小计……")
        filled = plan_fill(source)
        stepped = _after(source, path, filled.edits, filled.afterwards)
        tell("正在生成说明……")
        book = read_book(stepped)
        standard = own_standard(book)
        documents = explain(standard, book), glossary(standard, book)
        notes = plan_notes(stepped, *documents)
        stepped = _after(stepped, path, notes.edits, notes.afterwards)
        tell("正在校验……")
        examined = examine_file(stepped)
        findings = plan_findings(stepped, examined.standard, examined.report)
    written = {
        (edit.sheet, edit.cell): edit
        for edits in (filled.edits, notes.edits, findings.edits)
        for edit in edits
    }
    afterwards = filled.afterwards.then(notes.afterwards).then(findings.afterwards)
    return Finish(list(written.values()), afterwards, filled, documents, notes, examined, findings)


def _after(source: Workbook, path: Path, edits: list[CellEdit], afterwards: Afterwards) -> Workbook:
    """The workbook as it stands after a step, opened."""
    if not edits:
        return source
    source.patch(path, edits, afterwards)
    return Workbook(path)
