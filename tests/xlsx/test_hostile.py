"""What a workbook may hold is bounded before it is used: no abort, no exception, no flood, no hour of work."""

from __future__ import annotations

import json
import struct
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest

from hostile_workbooks import (
    GENERAL,
    HEAVY,
    MOST_MEBIBYTES,
    MOST_SECONDS,
    QUICK,
    Parts,
    spent_by,
    text_cell,
)
from xlbudget.cli.run import run
from xlbudget.errors import UnusableFileError
from xlbudget.limits import MOST_ALIKE
from xlbudget.xlsx.cells import CellEdit
from xlbudget.xlsx.workbook import Workbook

if TYPE_CHECKING:
    from pathlib import Path

MOST_SAID = 300
"""Characters of a sentence that refuses a file."""
MOST_OUTPUT = 3_000_000


def test_a_batch_of_hostile_workbooks_reports_every_other_one(
    plain_file: Path, tmp_path: Path
) -> None:
    """All in one process, which reads on behind each: what is refused is so in one sentence that names the file."""
    paths = []
    for number, (name, change) in enumerate(QUICK.items()):
        parts = Parts(plain_file)
        change(parts)
        folder = tmp_path / f"{number}"
        folder.mkdir()
        paths.append(parts.write(folder / f"坏 {name.replace('/', '')}.xlsx"))
    good = tmp_path / "好.xlsx"
    good.write_bytes(plain_file.read_bytes())
    before = [sha256(path.read_bytes()).digest() for path in paths]
    found = spent_by(
        "validate", "--format", "json", *paths, good, folder=tmp_path, seconds=len(paths)
    )
    assert found.status == 1, found.errors[-2000:]
    reports = {one["path"]: one for one in json.loads(found.output)}
    said = found.errors.splitlines()
    assert reports[str(good)]["status"] == "pass"
    refused = [path for path in paths if reports[str(path)]["not_read"]]
    assert len(said) == len(refused)
    for path, sentence in zip(refused, said, strict=True):
        assert path.name in sentence, (path.name, sentence)
        assert sentence.endswith("。")
        assert "程序内部" not in sentence
        assert len(sentence) < MOST_SAID
    assert found.mebibytes < MOST_MEBIBYTES
    assert [sha256(path.read_bytes()).digest() for path in paths] == before
    for path in paths:
        if path.name.startswith(("坏 amount", "坏 result")) and path not in refused:
            at_cell = [one for one in reports[str(path)]["findings"] if one["sheet"] == GENERAL]
            assert at_cell, path.name
            assert all(len(one["message"]) < MOST_SAID for one in at_cell)


LONG = (
    "codes in their hundred thousands",
    "a code very many times",
    "no codes",
    "codes of a class",
)
"""Of a kind with others that are heavier or lighter: left to a thorough run."""


@pytest.mark.parametrize(
    "name",
    [pytest.param(one, marks=[pytest.mark.thorough] if one in LONG else []) for one in HEAVY],
)
def test_a_heavy_workbook_takes_neither_long_nor_much(
    name: str, plain_file: Path, tmp_path: Path
) -> None:
    parts = Parts(plain_file)
    HEAVY[name](parts)
    found = spent_by("validate", parts.write(tmp_path / "重.xlsx"), folder=tmp_path)
    assert found.status in (0, 1, 2), found.errors
    assert "程序内部" not in found.errors
    assert (found.seconds < MOST_SECONDS, found.mebibytes < MOST_MEBIBYTES) == (True, True), found
    assert len(found.output) < MOST_OUTPUT
    if found.status == 2:
        assert "重.xlsx" in found.errors
        assert found.errors.strip().endswith("。")
        assert len(found.errors) < MOST_SAID


def test_thousands_of_equal_findings_are_counted(
    plain_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    parts = Parts(plain_file)
    names = (f"不认识{row}" for row in range(500, 1000))
    parts.add_rows(
        f'<row r="{row}">{text_cell(f"A{row}", f"20{row}x")}<c r="C{row}"><v>1</v></c></row>'
        for row, _ in enumerate(names, 500)
    )
    path = parts.write(tmp_path / "多.xlsx")
    assert run(["validate", "--format", "json", str(path)]) == 1
    found = json.loads(capsys.readouterr().out)["findings"]
    kinds = [(one["code"], one["level"], one["sheet"]) for one in found]
    assert max(map(kinds.count, kinds)) == MOST_ALIKE + 1
    assert any("另有" in one["message"] and "处" in one["message"] for one in found)


def test_a_part_whose_checksum_is_wrong_is_not_copied_on(plain_file: Path, tmp_path: Path) -> None:
    """Also where the part itself does not change."""
    path = Parts(plain_file).write(tmp_path / "某局.xlsx")
    data = bytearray(path.read_bytes())
    entry = data.index(b"PK\x01\x02")
    while b"xl/theme" not in data[entry + 46 : entry + 80]:
        entry = data.index(b"PK\x01\x02", entry + 1)
    for place in (entry + 16, struct.unpack_from("<L", data, entry + 42)[0] + 14):
        data[place] ^= 0xFF
    path.write_bytes(data)
    with pytest.raises(UnusableFileError, match="已损坏"):
        Workbook(path).patched([CellEdit(GENERAL, "A300", "x")])
    assert path.read_bytes() == data


def test_all_readers_find_the_same_table_of_contents(plain_file: Path, tmp_path: Path) -> None:
    """A comment that looks like the end of another zip, and two parts that differ in upper case alone."""
    path = Parts(plain_file).write(tmp_path / "某局.xlsx")
    whole = path.read_bytes()
    end = bytearray(whole[-22:])
    end[20:22] = struct.pack("<H", 22 + 10)
    path.write_bytes(whole[:-22] + bytes(end) + whole[-22:-2] + struct.pack("<H", 99) + b"x" * 10)
    assert Workbook(path).lines(GENERAL) == Workbook(plain_file).lines(GENERAL)
    parts = Parts(plain_file)
    parts.data["XL/sharedstrings.xml"] = b"<sst/>"
    with pytest.raises(UnusableFileError, match="已损坏"):
        Workbook(parts.write(path))
