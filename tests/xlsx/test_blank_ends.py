"""Rooms for lines that nobody has filled in are not read; what holds anything is."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zipfile import ZipFile

import pytest
from python_calamine import CalamineWorkbook

from xlbudget.xlsx.archive import Archive
from xlbudget.xlsx.bounds import without_blank_end
from xlbudget.xlsx.workbook import Workbook

if TYPE_CHECKING:
    from pathlib import Path

    from xlbudget.xlsx.cells import Lines

HEAD = b'<worksheet><sheetData><row r="1"><c r="A1"><v>1</v></c></row>'
ROOM = b"".join(
    b'<row r="%d"><c r="A%d" s="3"/><c r="B%d" t="str"><f>A1</f><v/></c><c r="C%d"><f>A1</f><v></v></c></row>'
    % (row, row, row, row)
    for row in range(2, 2000)
)
TAIL = b'</sheetData><mergeCells count="1"><mergeCell ref="A1:A2"/></mergeCells></worksheet>'


def test_the_room_behind_the_last_value_goes() -> None:
    assert without_blank_end(HEAD + ROOM + TAIL) == HEAD + TAIL


@pytest.mark.parametrize(
    "last",
    [
        b'<row r="2000"><c r="A2000"><v>0</v></c></row>',
        b'<row r="2000"><c r="A2000" t="inlineStr"><is><t>x</t></is></c></row>',
        b'<row r="2000"><c r="A2000" t="str"><v xml:space="preserve"> </v></c></row>',
        b'<row r="2000"><c r="A2000" t="e"><v>#REF!</v></c></row>',
        b"<!-- <row> -->",
    ],
)
def test_what_holds_anything_stays_wherever_it_stands(last: bytes) -> None:
    whole = HEAD + ROOM + last + TAIL
    assert without_blank_end(whole) is whole
    behind = HEAD + last.replace(b"2000", b"2") + ROOM + TAIL
    if b"<!" not in last:
        assert without_blank_end(behind) == HEAD + last.replace(b"2000", b"2") + TAIL


@pytest.mark.parametrize(
    "data",
    [
        HEAD + ROOM[:1000] + TAIL,
        b"<!-- <row> -->" + HEAD + ROOM + TAIL,
        (HEAD + ROOM + TAIL).replace(b"<sheetData>", b"<x:sheetData>"),
        b'<worksheet xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        + HEAD.removeprefix(b"<worksheet>")
        + ROOM
        + b'<row r="2000"><c r="A2000"><x:v>5</x:v></c></row>'
        + TAIL,
        HEAD + ROOM + b'<row r="2000"><c r="A2000"><x:v xmlns:x="main">5</x:v></c></row>' + TAIL,
        b"<worksheet><sheetData>" + ROOM + TAIL,
        b"",
    ],
    ids=["little", "comment", "prefix", "prefixed value", "own prefix", "nothing", "empty"],
)
def test_what_is_little_or_unusual_is_read_whole(data: bytes) -> None:
    assert without_blank_end(data) is data


def _held(lines: Lines) -> Lines:
    """The lines up to the last with a value, each up to its own last."""
    cut = [list(line) for line in lines]
    for line in cut:
        while line and line[-1] == "":
            line.pop()
    while cut and not cut[-1]:
        cut.pop()
    return cut


def test_every_sheet_reads_as_it_does_whole(example_file: Path) -> None:
    whole, own = CalamineWorkbook.from_path(example_file), Workbook(example_file)
    fewer = 0
    for name in own.names:
        known = whole.get_sheet_by_name(name).to_python(skip_empty_area=False)
        assert _held(own.lines(name)) == _held(known)  # type: ignore[arg-type]  # the reader's values
        fewer += len(known) - len(own.lines(name))
    assert fewer > 5000  # the rooms of 录入底稿 and 情况说明


def test_other_content_for_the_reader_leaves_all_else(example_file: Path, tmp_path: Path) -> None:
    archive = Archive(example_file)
    first, second = archive.namelist()[1], archive.namelist()[-1]
    packed = tmp_path / "读.zip"
    packed.write_bytes(archive.plain({first: b"<a/>", second: b""}))
    with ZipFile(packed) as known:
        assert known.testzip() is None
        assert known.namelist() == archive.namelist()
        for name in archive.namelist():
            wanted = {first: b"<a/>", second: b""}.get(name)
            assert known.read(name) == (archive.read(name) if wanted is None else wanted)
