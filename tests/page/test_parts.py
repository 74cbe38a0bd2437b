"""What the page is made of, without making it: pinned parts, nothing left out that is needed, no library that it has not."""

from __future__ import annotations

import email
import json
import re
import subprocess
import sys
from email import policy
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING

import xlbudget
from thorough import either
from xlbudget.cli.run import run
from xlbudget.page import PAGE
from xlbudget.page.inputs import HERE, parts

if TYPE_CHECKING:
    import pytest

SOURCE = Path(xlbudget.__file__).parent
ROOT = Path(__file__).parents[2]
_WITHOUT = """
import json, sys
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in json.loads(sys.argv[1]):
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Absent())
from xlbudget.cli.run import run
from xlbudget.publishing import docx
docx.find_office = lambda: None
for words in json.loads(sys.argv[2]):
    print(words[0], run(words))
"""
ABSENT = ("lxml", "pandas", "numpy", "docx", "pydantic", "rich", "pdfplumber", "pdfminer", "xlwings", "highspy",
          "dask", "pyarrow", "PIL", "cryptography")  # fmt: skip
"""What the page has not."""


def test_every_part_is_pinned_by_version_and_checksum() -> None:
    wanted = parts()
    lock = (ROOT / "requirements" / "runtime.lock").read_text("utf-8")
    for name in (*wanted["wheels"], *wanted["plain"]):
        start = lock.index(f"\n{name}==")
        assert "--hash=sha256:" in lock[start : start + 200], name
    packages = json.loads((HERE / "package-lock.json").read_text("utf-8"))["packages"]
    assert all(one.get("integrity") for name, one in packages.items() if name)
    assert all("resolved" not in one for one in packages.values())


def imports(source: str) -> set[str]:
    """What a module imports, at its head and elsewhere, with the names that it takes from modules."""
    flat = re.sub(r" import \(([^)]*)\)", lambda one: f" import {' '.join(one[1].split())}", source)
    names = {
        name.strip().partition(" ")[0]
        for line in re.findall(r"^ *import ([\w., ]+)", flat, re.MULTILINE)
        for name in line.split(",")
    }
    for module, taken in re.findall(r"^ *from ([\w.]+) import ([\w, ]+)", flat, re.MULTILINE):
        names |= {f"{module}.{name.strip().partition(' ')[0]}" for name in taken.split(",")}
    return names


def test_no_module_of_the_library_is_left_out_that_ours_import() -> None:
    gone = {name.removesuffix(".py").replace("/", ".") for name in parts()["unneeded_library"]}
    some = {one for one in gone if re.search(r"[*[?]", one)}
    whole = gone - some
    imported: set[tuple[str, Path]] = set()
    left = tuple(SOURCE / name for name in parts()["left_out"])
    for module in SOURCE.rglob("*.py"):
        if any(module.is_relative_to(one) for one in left) or module.name == "udfs.py":
            continue
        imported |= {(name, module) for name in imports(module.read_text("utf-8"))}
    assert len(imported) > 1000
    for name, module in imported:
        steps = name.split(".")
        above = {".".join(steps[:count]) for count in range(1, len(steps) + 1)}
        assert not above & whole, f"{module}: {name}"
        assert not any(fnmatchcase(one, pattern) for one in above for pattern in some), module


def test_a_package_holds_the_page_where_it_is_asked_for(
    example_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("xlbudget.page.assemble.page_html", lambda: "<html>网页版</html>")
    monkeypatch.setattr("xlbudget.publishing.docx.find_office", lambda: None)
    made = tmp_path / "套件"
    words = [
        "package",
        str(example_file),
        "-o",
        str(made),
        "--no-pdf",
        "-q",
        "--to",
        "a@example.cn",
    ]
    assert run([*words, "--with-page"]) == 0
    assert (made / PAGE).read_text("utf-8") == "<html>网页版</html>"
    listed = json.loads(next(made.glob("*校验清单.json")).read_text("utf-8"))
    assert PAGE in [one["name"] for one in listed["files"]]
    mail = email.message_from_bytes(next(made.glob("*.eml")).read_bytes(), policy=policy.default)
    assert PAGE not in [part.get_filename() for part in mail.iter_attachments()]  # type: ignore[attr-defined]


def test_the_commands_of_the_page_need_no_library_that_it_has_not(
    leaves_file: Path, tmp_path: Path
) -> None:
    book = str(leaves_file)
    commands = [
        ["validate", book, "--format", "html", "-o", "报告.html", "-q"],
        ["fill", book, "-o", "填列.xlsm", "-q"],
        ["notes", "填列.xlsm", "-o", "说明.xlsm"],
        ["package", "说明.xlsm", "-o", "套件", "--no-pdf", "--draft", "-q"],
        ["export", "说明.xlsm", "数据", "-q"],
        ["import", "数据", "-w", "导入.xlsm", "--yes", "-q"],
        ["rollover", "说明.xlsm", "下年.xlsm", "-q"],
        ["new", "新.xlsm", "--year", "2025", "-q"],
        ["fill", "新.xlsm", "-q"],
    ][: either(2, 9)]  # the others' way in the page itself is tested in a browser
    done = subprocess.run(
        [sys.executable, "-c", _WITHOUT, json.dumps(ABSENT), json.dumps(commands)],
        cwd=tmp_path, capture_output=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert "内部出错" not in done.stderr, done.stderr
    ended = [line for line in done.stdout.splitlines() if re.fullmatch("[a-z]+ [0-9]", line)]
    # Of a workbook whose totals are blank validate says that it is not filled in yet.
    assert ended == ["validate 2", *(f"{words[0]} 0" for words in commands[1:])], done.stderr
