"""What inspections of published budgets list is told at its place, in workbooks and published documents."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from texts.text_books import with_texts
from xlbudget.findings import Finding, Level
from xlbudget.importing.published.document import read_document, read_source
from xlbudget.importing.published.validate import (
    contents_findings,
    unit_findings,
    validate_published,
    year_findings,
)
from xlbudget.texts.check import check_texts
from xlbudget.texts.whole import validate_whole

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from xlbudget.figures import Book
    from xlbudget.standard.model import Standard

HERE = Path(__file__).parent
PUBLISHED = HERE.parents[1] / "examples" / "changchun-gov-office-2024" / "公开文本.txt"
KINDS = tomllib.loads((HERE / "inspected.toml").read_text("utf-8"))["kind"]
TOLD = 0.95
"""So many of them must be told at their place."""


class Trial(NamedTuple):
    """One mistake: its kind, number, and what is changed."""

    kind: str
    number: int
    spec: dict[str, Any]

    @property
    def label(self) -> str:
        return f"{self.kind}{self.number}"


def trials(where: str) -> Iterator[Trial]:
    for kind in KINDS:
        for number, spec in enumerate(kind["trials"], 1):
            if kind.get("only", where) == where:
                yield Trial(kind["name"], number, spec)


def said(findings: Iterable[Finding]) -> set[tuple[str, str, str]]:
    """What is told as wrong; hints do not count."""
    return {
        (one.row or one.cell, f"{one.sheet or one.table} {one.cell}", one.message)
        for one in findings
        if one.level in (Level.ERROR, Level.WARNING)
    }


# ---------------------------------------------------------------- workbooks


def harmed_book(book: Book, spec: dict[str, Any]) -> tuple[Book, str]:
    """The book with the mistake, and the paragraph that it is in."""
    if "note" in spec:
        key, text = spec["note"]
        notes = [*book.notes.get(key, ())][:-1] + ([text] if text else [])
        return book._replace(notes={**book.notes, key: tuple(notes)}), ""
    if "period" in spec:
        first = next(one for one in book.forms if one.fields["period"])
        late = first._replace(fields={**first.fields, "period": spec["period"]})
        return book._replace(forms=tuple(late if one is first else one for one in book.forms)), ""
    if "section" in spec:
        left = [one for one in book.texts if one.section != spec["section"]]
        return book._replace(texts=tuple(left)), ""
    identity, old, new = spec["edit"]
    unit = next(one for one in book.texts if one.id == identity)
    assert old == "*" or old in unit.text, (identity, old)
    text = new if old == "*" else unit.text.replace(old, new, 1)
    kept = [one._replace(text=text) if one is unit else one for one in book.texts]
    return book._replace(texts=tuple(one for one in kept if one.text)), identity


def at_its_place(new: set[tuple[str, str, str]], place: str) -> bool:
    """Whether one of the findings is at the paragraph, in the section, or in the table."""
    return place == "*" or any(
        row == place or row.startswith(f"{place}.") or where.startswith(place)
        for row, where, _ in new
    )


def test_workbooks(standard: Standard, example: Book) -> None:
    told = with_texts(standard, example)
    before = said(validate_whole(standard, told).findings)
    tried = list(trials("workbook"))
    lost = []
    for trial in tried:
        book, identity = harmed_book(told, trial.spec)
        place = trial.spec.get("at", identity)
        new = said(check_texts(standard, book).findings) - before
        if not new or not at_its_place(new, place):  # else the tables may tell it
            new = said(validate_whole(standard, book).findings) - before
        if not new or not at_its_place(new, place):
            lost.append((trial.label, [one[0] + one[2] for one in new]))
    print(f"{len(tried) - len(lost)} of {len(tried)} told at their place")
    assert len(lost) <= (1 - TOLD) * len(tried), "\n".join(map(str, lost))


# ---------------------------------------------------------------- published documents


def loosely(text: str) -> re.Pattern[str]:
    """A text with any white space between its signs."""
    return re.compile(r"\s*".join(map(re.escape, "".join(text.split()))))


def harmed_text(text: str, spec: dict[str, Any]) -> tuple[str, set[str]]:
    """The published text with the mistake, and the lines at which it may be told."""
    part = loosely("第三部分2024年度部门预算情况说明")
    body = max(heading.end() for heading in part.finditer(text))
    if "period" in spec:
        spec = {"document": ["2024年1月—2024年12月", spec["period"]], "nth": 1}
    if "remove" in spec:
        for one in spec["remove"]:
            removed = loosely(one).search(text, body)
            assert removed is not None, one
            first = text.rindex("\n", 0, removed.start()) + 1
            text = text[:first] + text[text.index("\n", removed.end()) + 1 :]
        return text, set()
    old, new = spec.get("document") or spec["edit"][1:]
    pattern = loosely(old)
    nth = spec.get("nth")
    found = list(pattern.finditer(text, 0 if nth else body)) or list(pattern.finditer(text))
    assert found, old
    match = found[(nth or 1) - 1]
    start = match.start()
    lines = text[:start].split("\n")
    starts = [
        number
        for number, line in enumerate(lines, 1)
        if number == len(lines) or (line.strip() and not lines[number - 2].strip())
    ]
    return text[:start] + new + text[match.end() :], {f"第{one}行" for one in starts[-2:]}


def told_there(new: set[tuple[str, str, str]], place: str, lines: set[str]) -> bool:
    return bool(new) and (
        any(where.split(" ")[-1] in lines for _, where, _ in new)
        or bool(place and at_its_place(new, place))
    )


def of_texts(path: Path, standard: Standard) -> list[Finding]:
    """What the texts, the contents and the lines above the tables say, without the tables' sums."""
    imported, parts, _ = read_document(path, read_source(path), standard)
    book = imported.book
    return [
        *book.findings,
        *check_texts(standard, book).findings,
        *contents_findings(standard, parts),
        *year_findings(standard, parts, book.year),
        *unit_findings(standard, parts),
    ]


@pytest.mark.parametrize("half", [0, pytest.param(1, marks=pytest.mark.thorough)])
def test_documents(standard: Standard, tmp_path: Path, half: int) -> None:
    """In two halves, of which a thorough run takes both; each must reach the share."""
    text = PUBLISHED.read_text("utf-8")
    before = said(validate_published(PUBLISHED, standard).findings)
    tried, lost = list(trials("document"))[half::2], []
    for trial in tried:
        harmed, lines = harmed_text(text, trial.spec)
        path = tmp_path / "公开文本.txt"
        path.write_text(harmed, "utf-8")
        place = trial.spec.get("at", "")
        new = said(of_texts(path, standard)) - before
        if not told_there(new, place, lines):  # else the tables may tell it
            new = said(validate_published(path, standard).findings) - before
        if not told_there(new, place, lines):
            lost.append((trial.label, [f"{one[0]} {one[1]} {one[2]}"[:120] for one in new][:4]))
    print(f"{len(tried) - len(lost)} of {len(tried)} told at their place")
    assert len(lost) <= (1 - TOLD) * len(tried), "\n".join(map(str, lost))
