"""A LibreOffice without windows for the whole session, and workbooks open in it."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import openpyxl
import pytest
import xlwings as xw

from calc.engine import attach, detach
from calc.office import Office
from calc.uno_path import load_uno

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.fixture(scope="session")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """A running LibreOffice that trusts the tests' folders; skipped tests fail in CI."""
    found = load_uno()
    if found.module is None:
        pytest.skip(found.reason)
    profile = tmp_path_factory.mktemp("office")
    with Office(profile, trusted=[tmp_path_factory.getbasetemp()]) as running:
        yield running


@pytest.fixture(scope="session")
def office_app(office: Office) -> Iterator[xw.App]:
    """The xlwings app of that LibreOffice."""
    app = attach(office.pipe)
    yield app
    detach(app)


@pytest.fixture
def live(office_app: xw.App) -> Iterator[Callable[[Path], xw.Book]]:
    """A function that opens a file as an xlwings book; the books are closed unsaved afterwards."""
    before = len(office_app.books)
    assert before == 0, "an earlier test left a workbook open"
    office_app.impl.alerts.clear()
    office_app.impl.answers.clear()

    def open_live(path: Path) -> xw.Book:
        return office_app.books.open(path)

    yield open_live
    for book in list(office_app.books):
        book.close()
    office_app.calculation = "automatic"
    office_app.status_bar = False
    office_app.screen_updating = True
    if hasattr(xw.Book, "_mock_caller"):
        del xw.Book._mock_caller


@pytest.fixture
def example_copy(example_file: Path, tmp_path: Path) -> Path:
    """The example's workbook, to be written to; its path has Chinese characters and a space."""
    folder = tmp_path / "预算 文件夹"
    folder.mkdir()
    path = folder / "部门预算 样例.xlsm"
    shutil.copy(example_file, path)
    return path


@pytest.fixture
def paper(tmp_path: Path) -> Path:
    """A workbook with nothing on its two sheets, below a path with a space."""
    folder = tmp_path / "空 白"
    folder.mkdir()
    book = openpyxl.Workbook()
    book.active.title = "草稿"
    book.create_sheet("名 称'表")
    path = folder / "草稿 纸.xlsx"
    book.save(path)
    return path
