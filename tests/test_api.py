"""The public interface: light to import, typed, its values picklable, frames there and back, the page's examples."""

from __future__ import annotations

import contextlib
import io
import os
import pickle
import re
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pytest

import xlbudget
from test_imports import HEAVY
from xlbudget.editing.build import build_workbook
from xlbudget.editing.validate import validate_file
from xlbudget.importing.data_folder import read_folder
from xlbudget.xlsx.cells import CellEdit
from xlbudget.xlsx.workbook import Workbook

if TYPE_CHECKING:
    from xlbudget.figures import Book
    from xlbudget.standard.model import Standard

ROOT = Path(__file__).parents[1]
PUBLISHED = ROOT / "examples" / "changchun-gov-office-2024" / "公开文本.txt"
SMALL = ROOT / "tests" / "departments" / "no-carryover-no-projects"
SNIPPET = '''\
"""What a user may write, checked strictly."""

from pathlib import Path

import xlbudget
from xlbudget import Book, Document, Report, notes, read, validate


def status(path: Path) -> str:
    """The grade of a file."""
    report: Report = xlbudget.validate_file(path)
    return report.status.value


def texts(path: str) -> list[str]:
    """The explanation."""
    book: Book = read(path)
    document: Document = notes(book, xlbudget.load_standard())
    assert validate(book).findings == ()
    return [one.text for one in document.paragraphs]


def half(book: Book) -> Book:
    """Some of its tables."""
    return Book.from_frames({3: book.to_frame(3), "info": book.to_frame("info")}, year=2025)
'''


@pytest.fixture(scope="module")
def small_file(standard: Standard, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("api") / "部门预算.xlsm"
    book = read_folder(SMALL, standard)
    build_workbook(standard, book, path, year=book.year)
    return path


def test_importing_it_imports_next_to_nothing() -> None:
    code = "import sys; old = set(sys.modules); import xlbudget; print(*sorted(set(sys.modules) - old))"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    new = set(ran.stdout.split())
    assert {one for one in new if one.startswith("xlbudget")} == {"xlbudget"}
    assert new.isdisjoint(HEAVY)
    assert len(new) < 40, new


def test_reading_and_validating_load_no_frames(small_file: Path) -> None:
    code = (
        "import sys, xlbudget as x; x.validate(x.read(sys.argv[1])); x.validate_file(sys.argv[1]);"
        "print(*{one.partition('.')[0] for one in sys.modules})"
    )
    command = [sys.executable, "-c", code, str(small_file)]
    ran = subprocess.run(command, capture_output=True, check=True, text=True)
    assert set(ran.stdout.split()) & HEAVY == set()


def test_all_that_is_listed_is_there() -> None:
    for name in xlbudget.__all__:
        assert getattr(xlbudget, name) is not None
        assert name in dir(xlbudget)
    with pytest.raises(AttributeError, match="nothing"):
        xlbudget.nothing  # noqa: B018
    page = (ROOT / "docs" / "api.md").read_text("utf-8")
    assert not [one for one in xlbudget.__all__ if f"`{one}" not in page and "__" not in one]
    assert f'version = "{xlbudget.__version__}"' in (ROOT / "pyproject.toml").read_text("utf-8")


def test_a_user_of_the_interface_is_typed(tmp_path: Path) -> None:
    path = tmp_path / "snippet.py"
    path.write_text(SNIPPET, "utf-8")
    command = [sys.executable, "-m", "mypy", "--strict", "--config-file=", str(path)]
    command += ["--cache-dir", str(ROOT / ".mypy_cache")]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert ran.returncode == 0, ran.stdout


def test_a_book_is_validated_as_its_file_is(example_file: Path, tmp_path: Path) -> None:
    spoiled = tmp_path / "部门预算.xlsm"
    book = xlbudget.read(example_file)
    data = book.blocks["expenditure"]
    cell = data.cell_name(data.row("2010301"), 1)
    Workbook(example_file).patch(spoiled, [CellEdit("部门支出总表", cell, Decimal("1.11"))])
    for path in (example_file, spoiled):
        report = xlbudget.validate(xlbudget.read(path))
        whole = xlbudget.validate_file(path)
        assert whole == validate_file(path)._replace(path=str(path))
        assert report == whole._replace(path="")
    assert whole.status is xlbudget.Status.ERROR


def test_documents_and_folders_are_taken_too(standard: Standard, example: Book) -> None:
    report = xlbudget.validate_file(PUBLISHED)
    assert {one.code for one in report.findings} >= {"C18"}
    book = xlbudget.read(str(PUBLISHED))
    assert book.year == 2024 and book.blocks["expenditure"].row("total") is not None
    assert xlbudget.read(PUBLISHED.parent) == example
    assert xlbudget.validate_file(PUBLISHED.parent).path == str(PUBLISHED.parent)
    assert xlbudget.load_standard(standard.layers[0]) == standard == xlbudget.load_standard()
    with pytest.raises(xlbudget.XlbudgetError, match="没有名为"):
        xlbudget.load_standard("nowhere")


def test_everything_can_be_pickled(small_file: Path) -> None:
    book = xlbudget.read(small_file)
    for value in (book, xlbudget.validate(book), xlbudget.notes(book), xlbudget.load_standard()):
        assert pickle.loads(pickle.dumps(value)) == value
    for function in (xlbudget.read, xlbudget.validate, xlbudget.validate_file):
        assert pickle.loads(pickle.dumps(function)) is function


def test_the_name_of_the_package_of_notes_is_the_function(small_file: Path) -> None:
    book = xlbudget.read(small_file)
    assert xlbudget.notes(book).sections[-1].number == "名词"
    assert xlbudget.notes(book, xlbudget.load_standard()) == xlbudget.notes(book)


# ------------------------------------------------------------------ frames


def names_of(book: Book) -> list[str]:
    return [*dict.fromkeys(key.partition(".")[0] for key in book.blocks), "info"]


def test_books_survive_frames(standard: Standard, department: Path) -> None:
    book = read_folder(department, standard)
    frames = {name: book.to_frame(name) for name in names_of(book)}
    again = xlbudget.Book.from_frames(frames, book)
    assert again == book
    alone = xlbudget.Book.from_frames(frames)
    assert (alone.blocks, alone.info, alone.year) == (book.blocks, book.info, book.year)
    thawed = {name: pickle.loads(pickle.dumps(frame)) for name, frame in frames.items()}
    assert xlbudget.Book.from_frames(thawed, book) == book


def test_what_is_no_amount_and_what_is_not_filled_in_survives(example: Book) -> None:
    data = example.blocks["expenditure"]
    cells = (xlbudget.Unreadable("约3万"), xlbudget.Unreadable(""), None, *data.rows[0].cells[3:])
    rows = [data.rows[0]._replace(cells=cells), *data.rows[1:]]
    book = example.with_blocks({"expenditure": xlbudget.BlockData.of(rows)})
    frame = book.to_frame(3)
    assert list(frame.iloc[0])[5:8] == ["约3万", "", None]
    assert xlbudget.Book.from_frames({3: frame}, book) == book


def test_frames_made_by_others(example: Book, standard: Standard) -> None:
    """Numbers of any kind, texts as typed, columns with NaN for a blank."""
    frame = example.to_frame("expenditure")
    for column in frame.columns[5:]:
        frame[column] = frame[column].astype(float)
    floats = xlbudget.Book.from_frames({"表3": frame}, example)
    assert floats.blocks == example.blocks
    written = example.to_frame("expenditure").map(lambda one: None if one is None else str(one))
    assert xlbudget.Book.from_frames({"部门支出总表": written}, example).blocks == example.blocks
    with pytest.raises(xlbudget.XlbudgetError, match="total"):
        xlbudget.Book.from_frames({3: frame.drop(columns="total")}, example)
    with pytest.raises(xlbudget.XlbudgetError, match="没有名为"):
        xlbudget.Book.from_frames({"没有": frame}, example)
    info = pd.DataFrame({"key": ["nothing"], "value": [1]})
    with pytest.raises(xlbudget.XlbudgetError, match="nothing"):
        xlbudget.Book.from_frames({"info": info}, example)
    with pytest.raises(ValueError, match="year"):
        xlbudget.Book.from_frames({3: frame})
    assert xlbudget.Book.from_frames({3: frame}, year=2024, standard=standard).year == 2024


def test_findings_as_a_frame(example: Book) -> None:
    frame = example.to_frame(6)
    frame.loc[frame["key"] == "30229", "public"] = 29.84
    report = xlbudget.validate(xlbudget.Book.from_frames({6: frame}, example))
    table = report.to_frame()
    assert list(table.columns) == list(xlbudget.Finding._fields)
    assert len(table) == len(report.findings)
    first = table.iloc[0]
    assert (first["row"], first["expected"], first["level"]) == ("30229", "29.48", "error")
    assert first["suggestions"][0] == "29.48"
    assert xlbudget.validate(example)._replace(findings=()).to_frame().empty


# ------------------------------------------------------------------ the page


def test_the_examples_of_the_page_give_what_it_says(
    small_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(small_file.parent)
    page = (ROOT / "docs" / "api.md").read_text("utf-8")
    pairs = re.findall(r"```python\n(.*?)```\n\n```text\n(.*?)```", page, re.DOTALL)
    assert len(pairs) == page.count("```python") >= 7
    names: dict[str, object] = {}
    for code, wanted in pairs:
        stream = io.StringIO()
        with contextlib.redirect_stdout(stream):
            exec(compile(code, "docs/api.md", "exec"), names)
        if os.environ.get("UPDATE_GOLDEN"):
            page = page.replace(
                f"{code}```\n\n```text\n{wanted}```",
                f"{code}```\n\n```text\n{stream.getvalue()}```",
            )
            continue
        assert stream.getvalue() == wanted, code
    if os.environ.get("UPDATE_GOLDEN"):
        (ROOT / "docs" / "api.md").write_text(page, "utf-8")
