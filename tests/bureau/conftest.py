"""Folders of files as a bureau gets them, and processes that a file stops."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""How an encrypted workbook begins: it is no package of XML any more."""
TRAP = """
import os, time
from xlbudget.bureau import work

judged = work._judged

def trapped(record, path):
    if "慢" in path.name:
        time.sleep(600)
    if "死" in path.name:
        os._exit(9)
    if "一次" in path.name and not os.path.exists(path.with_suffix(".died")):
        path.with_suffix(".died").touch()
        os._exit(9)
    return judged(record, path)

work._judged = trapped
"""


@pytest.fixture
def trap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Processes that inspect sleep over files named 慢, and die of those named 死, of 一次 only once."""
    folder = tmp_path / "site"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(TRAP, "utf-8")
    monkeypatch.setenv("PYTHONPATH", str(folder))


@pytest.fixture
def folder(tmp_path: Path, example_file: Path) -> Path:
    """Where the files lie; the first of them is right."""
    made = tmp_path / "报送"
    made.mkdir()
    shutil.copy(example_file, made / "甲局.xlsm")
    return made


@pytest.fixture
def mixed(folder: Path) -> Path:
    """Right, damaged, encrypted and other files, one that is open, links in a circle, names in GBK, twice the same name."""
    good = (folder / "甲局.xlsm").read_bytes()
    below = folder / "乡镇"
    below.mkdir()
    (below / "甲局.xlsm").write_bytes(good)
    (below / "打开.xlsm").write_bytes(good)
    (below / "~$打开.xlsm").write_bytes(b"user")
    (below / "打开.备份1-20270101-120000.xlsm").write_bytes(good)
    (folder / "损坏.xlsx").write_bytes(good[: len(good) // 2])
    (folder / "加密.xlsx").write_bytes(OLE + bytes(4096))
    (folder / "照片.jpg").write_bytes(b"\xff\xd8\xff")
    (folder / "说明.txt").write_text("各单位请按时报送。", "utf-8")
    (folder / "空.docx").write_bytes(b"")
    (folder / ".DS_Store").write_bytes(b"")
    (below / "圈").symlink_to(folder)
    (folder / "断.xlsm").symlink_to(folder / "没有.xlsm")
    named = Path(
        str(folder).encode().decode()
        + "/"
        + "财政所.xlsm".encode("gb18030").decode("utf-8", "surrogateescape")
    )
    named.write_bytes(good)
    return folder


def results(folder: Path) -> dict[str, dict[str, Any]]:
    """The lines of results by path, each there once, without the time that they took."""
    lines = (folder / "结果.jsonl").read_text("utf-8").splitlines()
    found = [json.loads(line) for line in lines]
    assert [one["path"] for one in found] == sorted({one["path"] for one in found})
    return {one["path"]: {**one, "seconds": None} for one in found}


@pytest.fixture
def copies(folder: Path) -> Callable[[int], list[Path]]:
    """A function that puts so many more copies of the first file into the folder."""

    def make(number: int) -> list[Path]:
        good = folder / "甲局.xlsm"
        return [Path(shutil.copy(good, folder / f"单位{at}.xlsm")) for at in range(number)]

    return make
