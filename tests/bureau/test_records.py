"""Lines of results: what is written is read again, whatever cut it off."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from xlbudget.bureau.records import Record, read_results

if TYPE_CHECKING:
    from pathlib import Path

FULL = Record(
    path="区/甲局.xlsm",
    hash="sha256:00",
    size=7,
    kind="workbook",
    unit="甲局",
    year=2027,
    standard="changchun",
    verdict="error",
    slack="0.0033",
    counts={"error": 1, "warning": 0, "hint": 2},
    totals={"收入总计": "5251.36"},
    report={"version": 1, "findings": [{"message": "一\n二\u2028三"}]},
)


def test_a_record_is_one_line_and_comes_back() -> None:
    for record in (FULL, Record("乙.pdf", reason="打不开")):
        line = record.to_json()
        assert line.splitlines(keepends=False)[0].startswith('{"version":1,"path":')
        assert "\n" not in line
        assert Record.from_json(line) == record


def test_a_name_that_is_no_utf8_comes_back() -> None:
    record = Record("\udcb2\udcc6.xlsm")
    assert Record.from_json(record.to_json().encode()) == record


def test_a_cut_last_line_is_left_out(tmp_path: Path) -> None:
    results, line = tmp_path / "结果.jsonl", FULL.to_json().encode() + b"\n"
    results.write_bytes(line * 2 + line[:-1])
    assert list(read_results(results)) == [FULL, FULL]
    results.write_bytes(b"")
    assert list(read_results(results)) == []


@pytest.mark.parametrize("line", ['{"version":2,"path":"a"}', "[]", "x", '{"version":1}'])
def test_other_lines_are_refused(line: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  # json's own is one too
        Record.from_json(line)


def test_unknown_keys_are_left_out() -> None:
    assert Record.from_json('{"version":1,"path":"a","later":3}') == Record("a")
