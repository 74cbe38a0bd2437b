"""The explanation in the workbook: what the user edited stays, what was generated follows."""

from __future__ import annotations

import shutil
import zipfile
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from xlbudget.editing.notes import plan_notes
from xlbudget.errors import UnusableFileError
from xlbudget.explaining.explain import explain, glossary
from xlbudget.reading.book import read_book
from xlbudget.sheets.layout import CONTENTS, DESK, MEMORY
from xlbudget.sheets.notes import EDITED, FRESH, REVIEWED, ROOM, STALE
from xlbudget.xlsx.cells import CellEdit
from xlbudget.xlsx.workbook import Workbook

if TYPE_CHECKING:
    from xlbudget.explaining.document import Document

NOTES, GLOSSARY = "情况说明", "名词解释"
FIRST = 4
MINE = "　　这一段是我改写的，数字另附。"


class Line(NamedTuple):
    """One paragraph as it stands on the sheet."""

    number: int
    id: str
    kind: str
    generated: str
    final: str
    state: str


def without(document: Document, identity: str) -> Document:
    """The document after its figures made a paragraph disappear."""
    sections = [
        one._replace(paragraphs=tuple(p for p in one.paragraphs if p.id != identity))
        for one in document.sections
    ]
    return document._replace(sections=tuple(sections))


class Notes:
    """A workbook whose notes are generated anew after each change."""

    def __init__(self, path: Path, standard: Any) -> None:
        self.path, self.standard = path, standard

    def edit(self, *edits: CellEdit) -> None:
        Workbook(self.path).patch(self.path, edits)

    def write(self, drop: str = "") -> Any:
        book = read_book(self.path)
        explanation = explain(self.standard, book)
        if drop:
            explanation = without(explanation, drop)
        plan = plan_notes(Workbook(self.path), explanation, glossary(self.standard, book))
        Workbook(self.path).patch(self.path, plan.edits)
        return plan

    def lines(self, sheet: str = NOTES) -> list[Line]:
        raw = Workbook(self.path).lines_of([sheet])[sheet]
        found = []
        for number, line in enumerate(raw[FIRST - 1 : FIRST - 1 + ROOM], FIRST):
            cells = [str(one) for one in [*line, *[""] * 6][:5]]
            if any(cells):
                found.append(Line(number, *cells))
        return found

    def line(self, identity: str) -> Line:
        (found,) = (one for one in self.lines() if one.id == identity)
        return found


@pytest.fixture(scope="module")
def noted_file(example_file: Path, standard: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example with its notes; tests write to copies."""
    path = Path(shutil.copy(example_file, tmp_path_factory.mktemp("notes") / "说明 样例.xlsm"))
    Notes(path, standard).write()
    return path


@pytest.fixture
def notes(noted_file: Path, standard: Any, tmp_path: Path) -> Notes:
    return Notes(Path(shutil.copy(noted_file, tmp_path)), standard)


def about_income(notes: Notes) -> Line:
    """The first paragraph that gives the total."""
    return next(one for one in notes.lines() if "6,295.86万元" in one.generated)


@pytest.fixture
def edited(notes: Notes) -> Line:
    """A paragraph that the user rewrote."""
    line = about_income(notes)
    notes.edit(CellEdit(NOTES, f"D{line.number}", MINE))
    return line


def more_income(notes: Notes) -> None:
    """A figure changes: 接待费 in the table of three public expenses, and the total of income."""
    book = read_book(notes.path)
    for block in ("summary.income", "fiscal.income"):
        data = book.blocks[block]
        row = data.row("general") or data.rows[1]
        sheet = book.sheets[notes.standard.blocks[block].table]
        for column, value in ((0, "7295.86"), (1, "6319.80")):
            notes.edit(CellEdit(sheet, data.cell_name(row, column), Decimal(value)))
    data = book.blocks["summary.income"]
    sheet = book.sheets[notes.standard.blocks["summary.income"].table]
    for key in ("fiscal", "subtotal", "total"):
        notes.edit(CellEdit(sheet, data.cell_name(data.row(key), 0), Decimal("7295.86")))
        notes.edit(CellEdit(sheet, data.cell_name(data.row(key), 1), Decimal("6319.80")))


def test_both_sheets_are_filled(notes: Notes, example: Any, standard: Any) -> None:
    documents: dict[str, Document] = {
        NOTES: explain(standard, example),
        GLOSSARY: glossary(standard, example),
    }
    for sheet, document in documents.items():
        lines = notes.lines(sheet)
        assert [one.id for one in lines] == [one.id for one in document.paragraphs]
        assert [one.generated for one in lines] == [one.text for one in document.paragraphs]
        assert [one.final for one in lines] == [one.generated for one in lines]
        formulas = Workbook(notes.path).formulas_of()[sheet]
        assert all(f"C{one.number}" in formulas[f"D{one.number}"] for one in lines)
        assert {one.state.split("：")[0] for one in lines} <= {FRESH, REVIEWED}


def test_the_second_run_changes_nothing(notes: Notes) -> None:
    assert notes.write().edits == []


def test_an_edited_text_is_kept_and_marked(notes: Notes, edited: Line) -> None:
    others = [one for one in notes.lines() if one.id != edited.id]
    assert notes.write().kept == [edited.id]
    now = notes.line(edited.id)
    assert (now.final, now.state) == (MINE, EDITED)
    assert now.generated == edited.generated
    assert [one for one in notes.lines() if one.id != edited.id] == others
    assert notes.write().edits == []


def test_after_a_figure_changed_the_edited_text_is_stale(notes: Notes, edited: Line) -> None:
    notes.write()
    more_income(notes)
    notes.write()
    now = notes.line(edited.id)
    assert (now.final, now.state) == (MINE, STALE)
    assert "7,295.86万元" in now.generated, "the new text stands beside the user's"
    others = [one for one in notes.lines() if one.id != edited.id]
    assert all(one.final == one.generated for one in others)
    notes.write()
    assert notes.line(edited.id).state == STALE, "it stays stale until somebody looks"


def test_a_stale_text_edited_again_is_up_to_date(notes: Notes, edited: Line) -> None:
    notes.write()
    more_income(notes)
    notes.write()
    notes.edit(CellEdit(NOTES, f"D{notes.line(edited.id).number}", "改过第二次。"))
    notes.write()
    assert notes.line(edited.id)[-2:] == ("改过第二次。", EDITED)


def test_an_unedited_text_follows_its_figure(notes: Notes) -> None:
    line = about_income(notes)
    more_income(notes)
    notes.write()
    assert "7,295.86万元" in notes.line(line.id).final
    assert notes.line(line.id).state.split("：")[0] in (FRESH, REVIEWED)


@pytest.mark.parametrize("cleared", [None, "   "])
def test_clearing_the_edited_cell_brings_the_generated_text_back(
    notes: Notes, edited: Line, cleared: str | None
) -> None:
    notes.write()
    notes.edit(CellEdit(NOTES, f"D{edited.number}", cleared))
    assert notes.write().kept == []
    now = notes.line(edited.id)
    assert (now.final, now.state.split("：")[0]) == (edited.generated, edited.state.split("：")[0])
    assert f"D{edited.number}" in Workbook(notes.path).formulas_of()[NOTES]


def test_the_users_text_of_a_paragraph_that_is_gone_comes_last(notes: Notes, edited: Line) -> None:
    notes.write()
    assert notes.write(drop=edited.id).kept == [edited.id]
    last = notes.lines()[-1]
    assert (last.id, last.final, last.state, last.generated) == (edited.id, MINE, STALE, "")
    assert notes.write(drop=edited.id).edits == []
    notes.write()
    now = notes.line(edited.id)
    assert (now.number, now.generated, now.final) == (edited.number, edited.generated, MINE), (
        "and goes back to its place"
    )


def test_lines_of_the_users_own_are_never_lost(notes: Notes) -> None:
    """Also where a second one is written on the line that the first was named after."""
    number = len(notes.lines()) + FIRST
    notes.edit(CellEdit(NOTES, f"D{number}", "自己写的第一段。"))
    notes.write()
    assert notes.lines()[-1].final == "自己写的第一段。"
    gone = about_income(notes).id
    notes.write(drop=gone)
    notes.edit(CellEdit(NOTES, f"D{number}", "自己写的第二段。"))
    notes.write(drop=gone)
    assert [one.final for one in notes.lines()[-2:]] == ["自己写的第一段。", "自己写的第二段。"]
    assert notes.write(drop=gone).edits == []


def test_a_copied_line_does_not_replace_the_other(notes: Notes, edited: Line) -> None:
    number = len(notes.lines()) + FIRST
    notes.edit(CellEdit(NOTES, f"A{number}", edited.id), CellEdit(NOTES, f"D{number}", "副本。"))
    notes.write()
    finals = [one.final for one in notes.lines()]
    assert MINE in finals and "副本。" in finals


def test_nothing_else_in_the_file_changes(notes: Notes, edited: Line) -> None:
    with zipfile.ZipFile(notes.path) as archive:
        before = {info.filename: archive.read(info) for info in archive.infolist()}
    more_income(notes)
    with zipfile.ZipFile(notes.path) as archive:
        between = {info.filename: archive.read(info) for info in archive.infolist()}
    notes.write()
    with zipfile.ZipFile(notes.path) as archive:
        after = {info.filename: archive.read(info) for info in archive.infolist()}
    assert list(before) == list(between) == list(after)
    touched = {name for name in after if after[name] != between[name]}
    sheets = Workbook(notes.path).parts.sheets
    mine = {sheets[name].part for name in (NOTES, GLOSSARY)}
    # The desk says whether there are texts, 目录 on which page they stand; the memory keeps the figures.
    following = {sheets[name].part for name in (DESK, CONTENTS, MEMORY)}
    assert touched & mine and touched <= mine | following


def test_a_missing_sheet_is_a_sentence(notes: Notes, standard: Any, example: Any) -> None:
    with zipfile.ZipFile(notes.path) as archive:
        parts = [(info, archive.read(info)) for info in archive.infolist()]
    with zipfile.ZipFile(notes.path, "w") as archive:
        for info, data in parts:
            renamed = (
                data.replace(f'name="{NOTES}"'.encode(), 'name="说明"'.encode())
                if info.filename == "xl/workbook.xml"
                else data
            )
            archive.writestr(info, renamed)
    with pytest.raises(UnusableFileError, match=NOTES):
        plan_notes(Workbook(notes.path), explain(standard, example), glossary(standard, example))


def test_too_many_paragraphs_are_a_sentence(notes: Notes, standard: Any, example: Any) -> None:
    document = explain(standard, example)
    one = document.paragraphs[0]
    many = tuple(one._replace(id=f"{one.id}.{number}") for number in range(200))
    section = document.sections[0]._replace(paragraphs=many)
    long = document._replace(sections=(section,))
    with pytest.raises(UnusableFileError, match="200段"):
        plan_notes(Workbook(notes.path), long, glossary(standard, example))
