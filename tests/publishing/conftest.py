"""What the tests of packages share: a finished workbook, and sets that do not wait for LibreOffice."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from xlbudget.cli.run import run
from xlbudget.publishing import docx as docx_writer


@pytest.fixture(scope="session")
def finished(example_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example with its explanation; tests that write make a copy."""
    path = tmp_path_factory.mktemp("定稿") / "部门 预算.xlsm"
    shutil.copy(example_file, path)
    assert run(["notes", "-q", str(path)]) == 0
    return path


@pytest.fixture
def quick(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only tests that are marked as needing LibreOffice wait for it."""
    if request.node.get_closest_marker("office") is None:
        monkeypatch.setattr(docx_writer, "find_office", lambda: None)


@pytest.fixture
def book(finished: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(finished, tmp_path / "部门 预算.xlsm"))
