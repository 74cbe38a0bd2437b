"""What comes out of an inspection for the desk: the same facts in tables, workbook, page and letters."""

from __future__ import annotations

import email
import json
import re
from decimal import Decimal
from email.policy import default
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import openpyxl
import pandas as pd  # type: ignore[import-untyped]
import pytest

import desk_results
from desk_results import record, reports, write
from xlbudget.bureau import frames
from xlbudget.bureau.desk import BOOK, PAGE, write_desk
from xlbudget.errors import UnusableFileError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from xlbudget.bureau.records import Record

EVIL = '=HYPERLINK("http://bad.invalid","甲")'


def made(folder: Path, records: Iterable[Record], **more: Path) -> Path:
    write_desk(write(folder / "结果.jsonl", records), folder, **more)
    return folder


def sheet(folder: Path, name: str) -> list[list[Any]]:
    """The lines of a list below its headings."""
    book = openpyxl.load_workbook(folder / BOOK)
    return [list(line) for line in book[name].iter_rows(min_row=4, values_only=True)]


def data(folder: Path) -> dict[str, Any]:
    """What the page's list is drawn from."""
    found = re.search(r'id="data">(.*?)</script>', (folder / PAGE).read_text("utf-8"), re.DOTALL)
    assert found
    return json.loads(found[1])


def letter(folder: Path, name: str) -> email.message.EmailMessage:
    return email.message_from_bytes((folder / "单位" / f"{name}.eml").read_bytes(), policy=default)


def body(message: email.message.EmailMessage) -> str:
    part = message.get_body(("plain",))
    assert part is not None
    return part.get_content()


def test_every_output_says_the_same_of_every_file(tmp_path: Path) -> None:
    records = list(desk_results.many(60))
    written = write_desk(write(tmp_path / "结果.jsonl", records), tmp_path)
    assert [one.name for one in written] == [
        BOOK,
        PAGE,
        "findings.parquet",
        "units.parquet",
        "单位",
    ]
    units = pd.read_parquet(tmp_path / "units.parquet")
    assert list(units["path"]) == [one.path for one in records]
    assert list(units["verdict"]) == [one.verdict for one in records]
    assert list(units["errors"]) == [one.counts["error"] for one in records]
    assert units["收入总计"][0] == Decimal("5251.36")
    findings = pd.read_parquet(tmp_path / "findings.parquet")
    told = [
        (one.path, it["code"], it["message"])
        for one in records
        for it in (one.report or {}).get("findings", ())
    ]
    assert list(zip(findings["path"], findings["code"], findings["message"], strict=True)) == told
    lines = sheet(tmp_path, "总表")
    assert len(lines) == len(records)
    assert lines[0][4] == "差错"
    assert {(line[1], line[5] or 0) for line in lines if line[4] != "不能用"} == {
        (one.unit, one.counts["error"]) for one in records if one.unit
    }
    assert len(data(tmp_path)["files"]) == len(records)
    by_rule = {line[0]: line[4] for line in sheet(tmp_path, "按规则")}
    assert by_rule == dict(findings["code"].value_counts())
    assert sum(line[3] for line in sheet(tmp_path, "按表")) == len(findings)


def test_shares_are_those_among_the_files_of_a_standard(tmp_path: Path) -> None:
    """What one city's budgets have wrong is no share of the other city's."""
    wrong = next(one for one in reports() if one.findings)
    code = wrong.findings[0].code
    records = [
        record("甲1.xlsx", wrong),
        record("甲2.xlsx", next(one for one in reports() if not one.findings)),
        *(record(f"乙{at}.xlsx", wrong, standard="shanghai") for at in range(2)),
        record("坏.xlsx", reason="打不开"),
    ]
    made(tmp_path, records)
    lines = {(line[1], line[0]): line[4] for line in sheet(tmp_path, "按规则") if line[0] == code}
    assert lines == {("changchun", code): 0.5, ("shanghai", code): 1}
    page = (tmp_path / "校验总览.html").read_text("utf-8")
    shown = re.search(rf'data-value="{code}".*?([0-9.]+)%</td>', page)
    assert shown is not None
    assert shown[1] == "75.0"  # three of the four that were judged


def test_links_lead_to_files_that_are_there(tmp_path: Path) -> None:
    names = [
        "甲局",
        "甲局",
        "a/b:*?",
        "con",
        "..",
        "#50%",
        "ABC局",
        "abc局",
        "\u202e倒",
        "长" * 200,
    ]
    made(tmp_path, [record(f"{at}.xlsm", reports()[0], unit=name) for at, name in enumerate(names)])
    there = {one.name for one in (tmp_path / "单位").iterdir()}
    assert len(there) == 2 * len(names) + 1
    assert len({one.casefold() for one in there}) == len(there)
    book = openpyxl.load_workbook(tmp_path / BOOK)
    links = [cell.hyperlink.target for (cell,) in book["总表"]["B4":"B13"]]  # type: ignore[misc]
    assert {unquote(one) for one in links} == {
        f"单位/{one}" for one in there if one.endswith("html")
    }
    page = data(tmp_path)
    assert {f"{one[15]}.html" for one in page["files"]} == {
        one for one in there if one.endswith("html")
    }


def test_text_stays_text(tmp_path: Path) -> None:
    half = "\udcb2\udcc6局"
    odd = [EVIL, "</script><b>乙</b>", "_x0041_", "<r><t>丙</t></r>", half, "一\n二"]
    made(
        tmp_path,
        [record(f"{name}.xlsm", reports()[1], unit=name, department=name) for name in odd],
        units=write_list(tmp_path / "名单.csv", EVIL + "X"),
    )
    shown = {line[1] for line in sheet(tmp_path, "总表")}
    assert shown == {
        EVIL,
        "</script><b>乙</b>",
        "_x0041_",
        "<r><t>丙</t></r>",
        "\ufffd\ufffd局",
        "一 二",
    }
    book = openpyxl.load_workbook(tmp_path / BOOK)
    assert not [
        cell for one in book for line in one.iter_rows() for cell in line if cell.data_type == "f"
    ]
    page = (tmp_path / PAGE).read_text("utf-8")
    assert "<b>乙</b>" not in page
    assert list(pd.read_parquet(tmp_path / "units.parquet")["unit"])[:2] == odd[:2]


def write_list(path: Path, *lines: str) -> Path:
    path.write_text("单位名称,主管部门,邮箱\n" + "\n".join(lines) + "\n", "utf-8")
    return path


@pytest.mark.parametrize("records", [[], [record("坏.xlsm"), record("乙/坏.xlsm")]])
def test_nothing_or_nothing_that_can_be_used(tmp_path: Path, records: list[Record]) -> None:
    made(tmp_path, records, units=write_list(tmp_path / "名单.csv", "甲局"))
    assert len(pd.read_parquet(tmp_path / "units.parquet")) == len(records)
    assert len(pd.read_parquet(tmp_path / "findings.parquet")) == 0
    assert [line[1] for line in sheet(tmp_path, "未交名单")] == ["甲局"]
    assert ("没有可以校验的文件" in (tmp_path / PAGE).read_text("utf-8")) == (not records)
    if records:
        assert "坏.xlsm”不是工作簿" in sheet(tmp_path, "总表")[0][11]
        assert "请按上面的说明处理后重新报送" in body(letter(tmp_path, "坏.xlsm"))
        assert letter(tmp_path, "坏.xlsm（2）")["Subject"].startswith(
            "坏.xlsm部门预算校验结果：不能用"
        )


def test_the_report_that_goes_back(tmp_path: Path) -> None:
    right, wrong = reports()[:2]
    listed = write_list(
        tmp_path / "名单.csv", "甲局,,王某 <jia@example.cn>", "乙局,,不是地址", "丙局,,"
    )
    made(
        tmp_path,
        [record("甲.xlsm", wrong, unit="甲局", year=2026), record("乙.xlsm", right, unit="乙局")],
        units=listed,
    )
    page = (tmp_path / "单位" / "甲局.html").read_text("utf-8")
    assert wrong.findings[0].message in page
    assert "甲局" in page and "2026年度" in page
    ran = (tmp_path / "单位" / "乙局.html").read_text("utf-8")
    assert f"执行 {sum(bool(count) for _, count in right.executed or ())} 条规则" in ran
    message = letter(tmp_path, "甲局")
    assert message["To"] == "王某 <jia@example.cn>"
    assert message["Subject"] == "甲局2026年度部门预算校验结果：差错3处"
    assert "X-Unsent" in message
    assert wrong.findings[0].message in body(message)
    (attached,) = message.iter_attachments()
    assert attached.get_payload(decode=True) == page.encode()
    assert letter(tmp_path, "乙局")["To"] is None
    assert "没有须改正的差错" in body(letter(tmp_path, "乙局"))
    assert "邮箱“不是地址”" in (tmp_path / PAGE).read_text("utf-8")


def test_what_somebody_changed_is_kept_and_what_is_stale_goes(tmp_path: Path) -> None:
    one, other = (record(f"{name}.xlsm", reports()[1], unit=f"{name}局") for name in "甲乙")
    made(tmp_path, [one, other])
    folder = tmp_path / "单位"
    first = {
        path.name: path.stat().st_mtime_ns for path in folder.iterdir() if path.suffix != ".txt"
    }
    made(tmp_path, [one, other])
    assert first == {
        path.name: path.stat().st_mtime_ns for path in folder.iterdir() if path.suffix != ".txt"
    }
    draft = folder / "甲局.eml"
    draft.write_bytes(draft.read_bytes() + b"P.S.")
    mine = folder / "乙局.eml"
    mine.write_bytes(b"mine")
    made(tmp_path, [one])
    assert not draft.read_bytes().endswith(b"P.S.")
    (kept,) = folder.glob("甲局.备份*.eml")
    assert kept.read_bytes().endswith(b"P.S.")
    assert not (folder / "乙局.html").exists()
    assert mine.read_bytes() == b"mine"


def test_the_same_results_give_the_same_files(tmp_path: Path) -> None:
    folders = [tmp_path / name for name in "ab"]
    for folder in folders:
        folder.mkdir()
        made(folder, desk_results.many(30))
    one, other = (
        {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*.*")}
        for folder in folders
    )
    assert one == other


def test_without_pyarrow_the_tables_are_csv(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(frames, "can_write_parquet", lambda: False)
    made(tmp_path, [record("甲.xlsm", reports()[1], unit=EVIL), record("坏.xlsm")])
    units = pd.read_csv(tmp_path / "units.csv")
    assert list(units["verdict"]) == ["error", "unusable"]
    assert units["unit"][0] == f"\t{EVIL}", "no program takes it for a formula"
    assert len(pd.read_csv(tmp_path / "findings.csv")) == len(reports()[1].findings)
    assert frames.NO_PYARROW in (tmp_path / PAGE).read_text("utf-8").replace("&#39;", "'")


@pytest.mark.parametrize(
    "content", ["{}\n", '{"version": 1}\n', "甲\n", '{"version":1,"path":"甲","report":3}\n']
)
def test_results_that_are_none(tmp_path: Path, content: str) -> None:
    (tmp_path / "结果.jsonl").write_text(content, "utf-8")
    with pytest.raises(UnusableFileError, match=r"结果\.jsonl"):
        write_desk(tmp_path / "结果.jsonl", tmp_path)
    with pytest.raises(UnusableFileError, match=r"没有\.jsonl"):
        write_desk(tmp_path / "没有.jsonl", tmp_path)


def test_tables_are_written_in_batches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frames, "_BATCH", 7)
    made(tmp_path, desk_results.many(20))
    monkeypatch.undo()
    found = pd.read_parquet(tmp_path / "findings.parquet")
    made(tmp_path, desk_results.many(20))
    pd.testing.assert_frame_equal(found, pd.read_parquet(tmp_path / "findings.parquet"))


def test_the_next_inspection_into_a_folder_says_what_changed(tmp_path: Path) -> None:
    right, wrong = reports()[:2]
    made(tmp_path, [record("甲.xlsm", wrong, unit="甲局")])
    assert "变化" not in openpyxl.load_workbook(tmp_path / BOOK).sheetnames
    assert "与上次" not in body(letter(tmp_path, "甲局"))
    (tmp_path / "结果.jsonl").replace(tmp_path / "结果.上次.jsonl")
    now = [record("甲.xlsm", right, unit="甲局", hash="h"), record("乙.xlsm", right, unit="乙局")]
    last_year = write(
        tmp_path / "去年.jsonl",
        [record("a", right, unit="乙局", year=right.year - 1, figures=now[1].figures)],
    )
    for previous in (None, tmp_path / "结果.上次.jsonl", last_year):
        made(tmp_path, now, **({"previous": previous} if previous else {}))
        assert [line[:4] for line in sheet(tmp_path, "变化")] == [
            ["新交", "乙局", None, "通过"],
            ["改好", "甲局", "差错", "通过"],
        ]
        assert "与上次校验相比：结论由差错变为通过" in body(letter(tmp_path, "甲局"))
    assert list(pd.read_parquet(tmp_path / "units.parquet")["change"])[1] == "上次没有这个文件"
    assert [line[:2] for line in sheet(tmp_path, "雷同与重复")] == [["疑似上年数", "乙局"]]


def test_results_that_do_not_say_which_rules_ran(tmp_path: Path) -> None:
    made(tmp_path, [record("甲.xlsm", reports()[0], unit="甲局", executed=None)])
    page = (tmp_path / "单位" / "甲局.html").read_text("utf-8")
    assert "没有可以执行的规则" not in page
    assert "；执行 " not in page
