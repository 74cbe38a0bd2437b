"""Which files are inspected: each once, under a name that says which it is; the others are told."""

from __future__ import annotations

import os
import zipfile
from typing import TYPE_CHECKING

import pytest

from xlbudget.bureau.listing import list_sources, summed_up
from xlbudget.errors import UnusableFileError

if TYPE_CHECKING:
    from pathlib import Path

MIXED = [
    "乡镇/打开.xlsm", "乡镇/甲局.xlsm", "加密.xlsx", "损坏.xlsx", "断.xlsm", "照片.jpg", "甲局.xlsm",
    "空.docx", "说明.txt", "财政所.xlsm",
]  # fmt: skip


def test_a_folder_holds_every_file_once(mixed: Path) -> None:
    listing = list_sources([str(mixed)])
    assert [one.path for one in listing.sources] == MIXED
    assert all(os.path.lexists(one.place) for one in listing.sources)
    assert [one.path for one in listing.sources if one.trouble] == ["断.xlsm"]
    left = {one.path: one.reason[:2] for one in listing.left_out}
    assert left == {
        ".DS_Store": "隐藏", "乡镇/圈": "链接", "乡镇/~$打开.xlsm": "锁文", "乡镇/打开.备份1-20270101-120000.xlsm": "备份",
    }  # fmt: skip
    assert "没有检查“乡镇/~$打开.xlsm”：锁文件" in "".join(summed_up(listing.left_out))


def test_several_paths_are_told_apart_and_overlap_once(
    mixed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(mixed.parent)
    listing = list_sources(
        ["报送/乡镇", "报送/甲局.xlsm", "报送/乡镇/*.xlsm", "./报送/甲局.xlsm", "报送/乡*/**"]
    )
    assert [one.path for one in listing.sources] == [
        "报送/乡镇/打开.xlsm",
        "报送/乡镇/甲局.xlsm",
        "报送/甲局.xlsm",
    ]


def test_results_inside_the_folder_are_none_of_the_files(folder: Path) -> None:
    for name in ("结果", "旧结果"):
        (folder / name).mkdir()
        (folder / name / "结果.jsonl").touch()
    listing = list_sources([str(folder)], ignored=[folder / "结果"])
    assert [one.path for one in listing.sources] == ["甲局.xlsm"]
    assert [one.path for one in listing.left_out] == ["旧结果"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_list_names_files_from_where_it_lies(folder: Path, encoding: str) -> None:
    names = folder.parent / "清单.txt"
    names.write_bytes("报送/甲局.xlsm\r\n\r\n报送/没交.xlsm\r\n".encode(encoding))
    listing = list_sources([], [names])
    assert [(one.path, bool(one.trouble)) for one in listing.sources] == [
        ("报送/没交.xlsm", True), ("报送/甲局.xlsm", False),
    ]  # fmt: skip


def test_a_data_folder_is_one(folder: Path) -> None:
    (folder / "丙局").mkdir()
    (folder / "丙局" / "基础信息.toml").touch()
    (folder / "丙局" / "01.csv").touch()
    assert [one.path for one in list_sources([str(folder)]).sources] == ["丙局", "甲局.xlsm"]


def test_addresses_are_listed_by_fsspec(folder: Path) -> None:
    packed = folder.parent / "报送.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for name in ("一区/甲局.xlsm", "一区/~$甲局.xlsm", "乙局.xlsx"):
            archive.writestr(name, "")
    behind = f"::{packed}"
    listing = list_sources([f"zip://{behind}"])
    assert [one.path for one in listing.sources] == [
        f"zip://{name}{behind}" for name in ("一区/甲局.xlsm", "乙局.xlsx")
    ]
    assert len(list_sources([f"zip://*.xlsx{behind}"]).sources) == 1


@pytest.mark.parametrize("path", ["没有", "没有*.xlsm", "nowhere://a/b", "zip://*.x::没有.zip"])
def test_a_path_that_names_nothing_is_refused(path: str) -> None:
    with pytest.raises(UnusableFileError, match="请检查"):
        list_sources([path])
