"""What is no workbook is refused from its table of contents, before anything is unpacked."""

from __future__ import annotations

import struct
import zipfile
from typing import TYPE_CHECKING
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

import pytest

from xlbudget.errors import UnusableFileError
from xlbudget.reading.book import read_book
from xlbudget.xlsx.archive import Archive, workbook_archive

if TYPE_CHECKING:
    from pathlib import Path

PARTS = {"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<workbook/>" * 50}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "某 表.xlsx"


def write(path: Path, parts: dict[str, bytes], method: int = ZIP_DEFLATED) -> Path:
    with ZipFile(path, "w", method) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return path


def opened(path: Path) -> Archive:
    return Archive(path)


def central(path: Path, offset: int, packed: bytes, which: int = 0) -> None:
    """Change bytes of one entry of the table of contents."""
    data = bytearray(path.read_bytes())
    place = -1
    for _ in range(which + 1):
        place = data.index(b"PK\x01\x02", place + 1)
    data[place + offset : place + offset + len(packed)] = packed
    path.write_bytes(data)


def refused(path: Path, said: str) -> None:
    with pytest.raises(UnusableFileError, match=said) as caught:
        workbook_archive(path)
    assert path.name in str(caught.value) and str(caught.value).endswith("。")


@pytest.mark.parametrize("method", [ZIP_STORED, ZIP_DEFLATED])
def test_members_are_what_the_standard_library_sees(path: Path, method: int) -> None:
    write(path, {**PARTS, "xl/图 片.png": bytes(range(256))}, method)
    found = workbook_archive(path).members
    archive = opened(path)
    with ZipFile(path) as known:
        assert archive.namelist() == known.namelist() == list(found)
        for info in known.infolist():
            member = found[info.filename]
            assert (member.crc, member.packed, member.size, member.offset) == (
                info.CRC,
                info.compress_size,
                info.file_size,
                info.header_offset,
            )
            assert archive.read(info.filename) == known.read(info)


def test_every_part_of_a_real_workbook_is_read_as_it_is(example_file: Path) -> None:
    archive = opened(example_file)
    with ZipFile(example_file) as known:
        assert all(archive.read(name) == known.read(name) for name in known.namelist())


def test_a_comment_at_the_end_is_no_damage(path: Path) -> None:
    write(path, PARTS)
    with ZipFile(path, "a") as archive:
        archive.comment = "备注 PK".encode() * 100
    assert set(workbook_archive(path).members) == set(PARTS)


def test_a_part_that_is_not_there(path: Path) -> None:
    with pytest.raises(KeyError):
        opened(write(path, PARTS)).read("xl/none.xml")


@pytest.mark.parametrize("cut", [1, 4, 21, 22, 60, 200])
def test_a_file_that_is_cut_off(path: Path, cut: int) -> None:
    whole = write(path, PARTS).read_bytes()
    path.write_bytes(whole[:-cut])
    refused(path, "已损坏")


def test_one_wrong_byte_in_a_sheet_is_noticed_when_it_is_read(
    example_file: Path, path: Path
) -> None:
    """Although the parts are not packed, so that the byte is a digit like any other."""
    with ZipFile(example_file) as known:
        write(path, {name: known.read(name) for name in known.namelist()}, ZIP_STORED)
    read_book(path)
    data = path.read_bytes()
    path.write_bytes(data.replace(b"<v>2934.35</v>", b"<v>2984.35</v>", 1))
    workbook_archive(path)
    with pytest.raises(UnusableFileError, match="已损坏"):
        read_book(path)


@pytest.mark.parametrize(
    ("offset", "packed"),
    [
        (0, b"XX"),  # no entry
        (24, struct.pack("<L", 3)),  # unpacks to more than it says
        (16, struct.pack("<L", 0)),  # another checksum
        (10, struct.pack("<H", 12)),  # packed in another way
        (42, struct.pack("<L", 1 << 30)),  # stands behind the end
        (20, struct.pack("<L", 0xFFFFFFFF)),  # of a larger format
    ],
)
def test_a_table_of_contents_that_lies(path: Path, offset: int, packed: bytes) -> None:
    central(write(path, PARTS), offset, packed, which=1)
    with pytest.raises(UnusableFileError, match="已损坏"):
        opened(path).read("xl/workbook.xml")


@pytest.mark.parametrize("name", ["/etc/passwd", "../甲.xml", "xl/../../甲.xml"])
def test_names_that_lead_elsewhere(path: Path, name: str) -> None:
    refused(write(path, {**PARTS, name: b"x"}), "已损坏")


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_part_that_stands_twice(path: Path) -> None:
    with ZipFile(write(path, PARTS), "a") as archive:
        archive.writestr("xl/workbook.xml", b"<other/>")
    refused(path, "已损坏")


def test_a_password_on_the_parts(path: Path) -> None:
    central(write(path, PARTS), 8, struct.pack("<H", 1))
    refused(path, "加了密")


@pytest.mark.parametrize("size", [201 * 2**20, 2**31, 2**32 - 2])
def test_a_part_that_says_it_is_huge(path: Path, size: int) -> None:
    central(write(path, PARTS), 24, struct.pack("<L", size))
    refused(path, "解压后过大")


def test_parts_that_are_huge_together(path: Path) -> None:
    parts = {**PARTS, **{f"xl/{number}.bin": bytes(1 << 10) for number in range(4)}}
    write(path, parts)
    for which in range(6):
        central(path, 24, struct.pack("<L", 150 * 2**20), which)
        central(path, 20, struct.pack("<L", 100 * 2**20), which)
    refused(path, "解压后过大")


def test_a_part_that_shrinks_too_much(path: Path) -> None:
    refused(write(path, {**PARTS, "xl/zeros.bin": bytes(20 * 2**20)}), "解压后过大")


def test_too_many_parts(path: Path) -> None:
    with ZipFile(path, "w") as archive:
        for number in range(10_001):
            archive.writestr(zipfile.ZipInfo(f"{number}"), b"")
    refused(path, "已损坏")


def test_what_a_member_claims_is_never_unpacked_beyond(path: Path) -> None:
    """A stream that unpacks to more than its entry says is damage, not memory."""
    write(path, {**PARTS, "xl/zeros.bin": bytes(5 * 2**20)})
    central(path, 24, struct.pack("<L", 100), which=2)
    with pytest.raises(UnusableFileError, match="已损坏"):
        opened(path).read("xl/zeros.bin")


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({"a.txt": b""}, "不是 Excel 工作簿"),
        ({"[Content_Types].xml": b"", "word/document.xml": b""}, "不是 Excel 工作簿"),
        ({"xl/workbook.xml": b""}, "不是 Excel 工作簿"),
        ({"[Content_Types].xml": b"", "xl/workbook.bin": b""}, "xlsb"),
    ],
)
def test_a_zip_that_is_no_workbook(path: Path, parts: dict[str, bytes], said: str) -> None:
    refused(write(path, parts), said)


def test_members_of_any_zip(path: Path) -> None:
    assert Archive(write(path, {"a.txt": b"1"})).namelist() == ["a.txt"]
