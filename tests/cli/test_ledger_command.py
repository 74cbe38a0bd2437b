"""``xlbudget ledger``: a file of lines from printed tables, or the cells that no ledger prints."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ledgers import ledger_of
from xlbudget.api import read
from xlbudget.checks.diagnosis.certify import can_certify
from xlbudget.checks.ledger.found import misprinted

if TYPE_CHECKING:
    from collections.abc import Callable

    from cli.conftest import Ended
    from xlbudget.standard.model import Standard

pytestmark = pytest.mark.skipif(not can_certify(), reason="没有安装 highspy（xlbudget[certify]）")
EXAMPLE = Path(__file__).parents[2] / "examples" / "changchun-gov-office-2024"
PLAIN, INSTITUTION = (
    Path(__file__).parents[1] / "departments" / name
    for name in ("no-carryover-no-projects", "public-institution")
)


def test_the_command_writes_a_file_in_the_ledgers_columns(
    cli: Callable[..., Ended], standard: Standard, tmp_path: Path
) -> None:
    target = tmp_path / "底稿.csv"
    ended = cli("ledger", INSTITUTION, "-o", target)
    assert ended.status == 0, ended
    assert "共41行，其中2行不是整百元" in ended.out
    assert "与各表的272格金额全部相同" in ended.out
    assert "只是其中一种" in ended.out and "“政府采购”各表没有反映" in ended.out
    assert standard.ledger is not None
    with target.open(encoding="utf-8-sig", newline="") as file:
        assert next(csv.reader(file)) == [column.label for column in standard.ledger.columns]
    book = read(INSTITUTION)
    assert not misprinted(standard, book, ledger_of(standard, target).lines)


def test_the_command_names_cells_that_no_ledger_prints(
    cli: Callable[..., Ended], tmp_path: Path
) -> None:
    text = (EXAMPLE / "公开文本.txt").resolve()
    ended = cli("ledger", text, "-o", tmp_path / "底稿.csv")
    assert ended.status == 1, ended
    # Its table of income has the carry-over one column too far left.
    assert "部门收入总表 N4：“合计”一般公共预算拨款结转 空着" in ended.out
    assert not (tmp_path / "底稿.csv").exists()


def test_the_command_is_refused_in_one_sentence(
    cli: Callable[..., Ended], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "应为 .csv" in cli("ledger", PLAIN, "-o", tmp_path / "底稿.xlsx").sentence()
    assert "不存在" in cli("ledger", PLAIN, "-o", tmp_path / "无" / "底稿.csv").sentence()
    monkeypatch.setattr("xlbudget.checks.ledger.found.can_certify", lambda: False)
    missing = cli("ledger", PLAIN, "-o", tmp_path / "底稿.csv").sentence()
    assert "pip install xlbudget[certify]" in missing
