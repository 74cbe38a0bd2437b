"""Packages in bad circumstances: all of the set or nothing, nothing lost, one sentence."""

from __future__ import annotations

import os
from decimal import Decimal
from pathlib import Path

import pytest

from xlbudget.errors import MailError, UnusableFileError
from xlbudget.publishing.package import Wish, every_name, file_names, make_package
from xlbudget.xlsx.cells import CellEdit
from xlbudget.xlsx.sets import UNFINISHED
from xlbudget.xlsx.workbook import Workbook

pytestmark = pytest.mark.usefixtures("quick")

TITLE = "长春市人民政府办公厅（本级）2024年部门预算"
NO_PDF = Wish(pdf=False)


def contents(folder: Path) -> dict[str, bytes]:
    return {one.name: one.read_bytes() for one in folder.iterdir()}


def test_too_large_for_mail_leaves_nothing(book: Path, tmp_path: Path) -> None:
    with pytest.raises(MailError, match="附件共"):
        make_package(book, tmp_path / "包", Wish(pdf=False, limit=0))
    assert not (tmp_path / "包").exists()


def test_a_failure_in_between_leaves_the_folder_as_it_was(
    book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "包"
    make_package(book, folder, NO_PDF)
    before = contents(folder)
    Workbook(book).patch(book, [CellEdit("一般公共预算支出表", "F8", Decimal("430.91"))])
    real, calls = Path.replace, []

    def full(self: Path, target: Path) -> Path:
        calls.append(target)
        if self.parent.parent.name == UNFINISHED and len(calls) > 12:
            monkeypatch.setattr(Path, "replace", real)
            raise OSError(28, "full")
        return real(self, target)

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(UnusableFileError, match="磁盘空间不足"):
        make_package(book, folder, Wish(with_errors=True, pdf=False))
    assert len(calls) > 12
    assert contents(folder) == before


def test_a_new_folder_appears_whole(
    book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    before = set(tmp_path.iterdir())
    with pytest.raises(UnusableFileError, match=r"写不进去.*没有写出文件"):
        make_package(book, tmp_path / "包", NO_PDF)
    assert set(tmp_path.iterdir()) == before


def test_places_that_cannot_be_used(book: Path, tmp_path: Path) -> None:
    file = tmp_path / "文件"
    file.write_text("", encoding="utf-8")
    with pytest.raises(UnusableFileError, match="是文件，不是文件夹"):
        make_package(book, file, NO_PDF)
    with pytest.raises(UnusableFileError, match="写不进去"):
        make_package(book, file / "里面", NO_PDF)
    folder = tmp_path / "有文件夹"
    (folder / f"{TITLE}.docx").mkdir(parents=True)
    with pytest.raises(UnusableFileError, match="是文件夹，写不成文件"):
        make_package(book, folder, NO_PDF)


def test_a_folder_without_permission(
    book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "只读"
    folder.mkdir()
    real = Path.mkdir

    def refused(self: Path, *arguments: object, **options: object) -> None:
        if self.parent == folder:
            raise PermissionError(13, "Permission denied")
        real(self, *arguments, **options)

    monkeypatch.setattr(Path, "mkdir", refused)
    with pytest.raises(UnusableFileError, match=r"“.*包”写不进去.*没有写出文件；请检查权限"):
        make_package(book, folder / "包", NO_PDF)


def test_a_file_that_is_open_is_not_written(book: Path, tmp_path: Path) -> None:
    folder = tmp_path / "包"
    make_package(book, folder, NO_PDF)
    before = contents(folder)
    (folder / f"~${TITLE}.docx").write_bytes(b"")
    with pytest.raises(UnusableFileError, match=r"\.docx”正在打开着"):
        make_package(book, folder, Wish(pdf=False, made="2024-02-27"))
    (folder / f"~${TITLE}.docx").unlink()
    assert contents(folder) == before


def test_a_source_that_is_open_is_said(book: Path, tmp_path: Path) -> None:
    book.with_name(f"~${book.name}").write_bytes(b"")
    made = make_package(book, tmp_path / "包", NO_PDF)
    assert any("正在打开着，收入的是上次保存的内容" in one for one in made.warnings)


def test_the_workbook_is_never_overwritten(book: Path, tmp_path: Path) -> None:
    named = book.rename(tmp_path / f"{TITLE}.xlsx")
    before = named.read_bytes()
    with pytest.raises(UnusableFileError, match="改写原工作簿"):
        make_package(named, tmp_path, NO_PDF)
    assert named.read_bytes() == before


@pytest.mark.parametrize(
    ("title", "stem"),
    [
        ("某局/2024:预算?", "某局_2024_预算_"),
        ("  .. ", "部门预算"),
        ("CON", "_CON"),
        ("甲\n乙\x00", "甲_乙_"),
        ("长" * 200, "长" * 50),
    ],
)
def test_names_that_every_system_takes(title: str, stem: str) -> None:
    found = file_names(title)
    assert found["docx"] == f"{stem}.docx"
    assert all(len(one.encode()) < 240 for one in every_name(title))
