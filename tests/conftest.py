"""Fixtures that several test modules use, and the rule that CI skips nothing."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from xlbudget.exchange.folder.read import read_folder
from xlbudget.standard.loader import load_standard
from xlbudget.workbook.build import build_workbook

if TYPE_CHECKING:
    from collections.abc import Callable

    from xlbudget.figures import Book
    from xlbudget.standard.model import Standard

_ALWAYS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry"
 xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="OOXMLRecalcMode"
 oor:op="fuse"><value>0</value></prop></item>
</oor:items>
"""

ROOT = Path(__file__).parents[1]
EXAMPLE = ROOT / "examples" / "changchun-gov-office-2024"
DEPARTMENTS = Path(__file__).parent / "departments"


FOLDERS = [EXAMPLE, *sorted(one for one in DEPARTMENTS.iterdir() if one.is_dir())]


@pytest.fixture(params=FOLDERS, ids=[folder.name for folder in FOLDERS])
def department(request: pytest.FixtureRequest) -> Path:
    """The example's folder and those of the made-up departments, in turn."""
    return request.param


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]):
    report = yield
    if report.skipped and os.environ.get("XLBUDGET_NOTHING_SKIPPED"):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped, but here nothing may be: {report.longrepr}"
    return report


@pytest.fixture(scope="session")
def standard() -> Standard:
    return load_standard("changchun")


@pytest.fixture(scope="session")
def example(standard: Standard) -> Book:
    """The reference disclosure's figures."""
    return read_folder(EXAMPLE, standard)


@pytest.fixture(scope="session")
def example_file(
    standard: Standard, example: Book, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The example as a workbook; tests that write make a copy."""
    path = tmp_path_factory.mktemp("book") / "部门预算 样例.xlsm"
    build_workbook(standard, example, path, year=example.year)
    return path


@pytest.fixture(scope="session")
def recalculate(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path], Path]:
    """A function that gives the workbook as LibreOffice saves it after recalculating all."""
    soffice = shutil.which("soffice") or shutil.which("libreoffice")
    if soffice is None:
        pytest.skip("LibreOffice (soffice) is not installed")
    profile = tmp_path_factory.mktemp("profile")
    (profile / "user").mkdir()
    (profile / "user" / "registrymodifications.xcu").write_text(_ALWAYS, encoding="utf-8")

    def run(source: Path) -> Path:
        target = tmp_path_factory.mktemp("recalculated")
        command = [
            soffice,
            f"-env:UserInstallation={profile.as_uri()}",
            "--headless",
            "--norestore",
        ]
        command += [
            "--convert-to",
            "xlsx:Calc MS Excel 2007 XML",
            "--outdir",
            str(target),
            str(source),
        ]
        done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
        found = target / f"{source.stem}.xlsx"
        assert found.is_file(), done.stdout + done.stderr
        return found

    return run
