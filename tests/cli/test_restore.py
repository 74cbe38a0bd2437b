"""``xlbudget restore``: the states before each write, listed and brought back."""

from __future__ import annotations

import io
import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from xlbudget.xlsx.backups import backups
from xlbudget.xlsx.cells import CellEdit
from xlbudget.xlsx.workbook import Workbook

if TYPE_CHECKING:
    from pathlib import Path

CELL = ("一般公共预算支出表", "G9")


@pytest.fixture
def written(cli: Any, book: Path) -> tuple[Path, bytes]:
    """A workbook that two commands have changed, and what it was before."""
    Workbook(book).patch(book, [CellEdit(*CELL, None)])
    before = book.read_bytes()
    assert cli("fill", book, "-q").status == 0
    cli("validate", book, "--write", "-q")
    assert [one.by for one in backups(book)] == ["fill", "validate"]
    return book, before


def test_the_backups_are_listed(cli: Any, written: tuple[Path, bytes]) -> None:
    book, _ = written
    names = sorted(one.name for one in book.parent.iterdir())
    for more in (("--list",), ()):
        ended = cli("restore", book, *more)
        assert (ended.status, ended.err) == (0, "")
        first, newest, oldest, *rest = ended.out.splitlines()
        assert first == f"“{book.name}”有2份备份，新的在前："
        moment = r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}"
        assert re.fullmatch(
            rf"  2　{moment}，validate（校验勾稽关系）改写之前，[\d,]+ 字节", newest
        )
        assert re.fullmatch(rf"  1　{moment}，fill（填列小计）改写之前，[\d,]+ 字节", oldest)
        how = f'要恢复请写编号，如 xlbudget restore "{book}" --number 2'
        assert rest == ([] if more else [how]), (
            "where nobody can be asked, it is said how to choose"
        )
    assert sorted(one.name for one in book.parent.iterdir()) == names


def test_a_state_comes_back_and_the_present_one_is_kept(
    cli: Any, written: tuple[Path, bytes]
) -> None:
    book, before = written
    present = book.read_bytes()
    ended = cli("restore", book, "--number", "1")
    assert (ended.status, ended.err) == (0, "")
    assert book.read_bytes() == before
    newest = backups(book)[-1]
    assert (newest.number, newest.by, newest.path.read_bytes()) == (3, "restore", present)
    assert ended.out == (
        f"已把“{book.name}”恢复为备份1（{backups(book)[0].when}）；恢复前的内容备份为“{newest.path.name}”。\n"
    )
    again = cli("restore", book, "-n", "1")
    assert again.out == f"“{book.name}”现在的内容与备份1相同，没有改动。\n"
    assert cli("restore", book, "-n", "3", "-q") == (0, "", "")
    assert book.read_bytes() == present


def test_also_where_the_workbook_is_damaged_or_gone(cli: Any, written: tuple[Path, bytes]) -> None:
    book, before = written
    book.write_bytes(b"half a work")
    assert cli("restore", book, "-n", "1").status == 0
    assert book.read_bytes() == before
    book.unlink()
    assert cli("restore", book, "-n", "1").out.startswith(f"已把“{book.name}”恢复为备份1")
    assert book.read_bytes() == before


def test_who_sits_before_it_is_asked(
    cli: Any, written: tuple[Path, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    book, before = written
    present = book.read_bytes()
    for answer, expected in (
        ("\n", present),
        ("x\n", present),
        ("9" * 5000 + "\n", present),
        ("1\n", before),
    ):
        typed = io.StringIO(answer)
        monkeypatch.setattr(typed, "isatty", lambda: True)
        monkeypatch.setattr("sys.stdin", typed)
        ended = cli("restore", book)
        assert "恢复哪一份" in ended.out and ended.status == 0
        assert book.read_bytes() == expected
        assert ("没有恢复，文件没有改动" in ended.out) == (expected == present)


def test_what_cannot_be_brought_back(cli: Any, written: tuple[Path, bytes]) -> None:
    book, _ = written
    present = book.read_bytes()
    assert "没有编号为9的备份，没有改动；现有1、2" in cli("restore", book, "-n", "9").sentence()
    other = book.with_name("没有.xlsm")
    assert "旁边没有备份" in cli("restore", other).sentence()
    assert "本身是备份；请写原来的文件名" in cli("restore", backups(book)[0].path).sentence()
    missing = book.parent / "没有" / "甲.xlsm"
    assert "读不出来（文件或文件夹不存在）" in cli("restore", missing).sentence()
    book.with_name(f"~${book.name}").touch()
    assert "正在打开" in cli("restore", book, "-n", "1").sentence()
    assert book.read_bytes() == present


def test_other_files_too(cli: Any, book: Path, tmp_path: Path) -> None:
    folder = tmp_path / "数据"
    cli("export", book, folder, "-q")
    before = (folder / "基础信息.toml").read_bytes()
    Workbook(book).patch(book, [CellEdit(*CELL, Decimal(1))])
    (folder / "基础信息.toml").write_bytes(b"mine")
    assert cli("export", book, folder, "--overwrite", "-q").status == 0
    assert cli("restore", folder / "基础信息.toml", "-n", "1", "-q") == (0, "", "")
    assert (folder / "基础信息.toml").read_bytes() == b"mine" != before
