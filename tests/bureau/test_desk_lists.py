"""Who has not handed in, which files are alike, what changed since the last time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import openpyxl
import pytest

from desk_results import record, reports, write
from xlbudget.bureau.duplicates import Likeness
from xlbudget.bureau.overview import overview
from xlbudget.bureau.records import Record
from xlbudget.bureau.roll import read_roll
from xlbudget.bureau.since import Change
from xlbudget.errors import UnusableFileError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from xlbudget.bureau.overview import Overview


def file(path: str, unit: str | None, report: int = 0, **given: Any) -> Record:
    return record(path, reports()[report], **{"unit": unit, "year": 2026, **given})


def seen(
    folder: Path, records: Iterable[Record], names: str = "", before: Iterable[Record] | None = None
) -> Overview:
    units = previous = None
    if names:
        units = folder / "名单.csv"
        units.write_text(names, "utf-8")
    if before is not None:
        previous = write(folder / "上次.jsonl", before)
    return overview(write(folder / "结果.jsonl", records), units, previous)


def absent(desk: Overview) -> dict[str, str]:
    assert desk.attendance is not None
    return {one.entry.unit: one.remark for one in desk.attendance.absent}


# ------------------------------------------------------------------ the list of units


def test_names_are_the_same_or_only_proposed(tmp_path: Path) -> None:
    records = [
        file("1.xlsm", "市 教育局（本级）"),
        file("2.xlsm", "市文化广播和旅游局"),
        file("3.xlsm", "市第二中学"),
        file("4.xlsm", "市水务局", year=2025),
        record("市林业局2026年部门预算.xlsm"),
        file("5.xlsm", "101001-市民政局"),
    ]
    names = (
        "单位\n市教育局(本级)\n市文化和旅游局\n市第一中学\n市水务局\n市林业局\n市民政局\n合计\n\n"
    )
    desk = seen(tmp_path, records, names)
    said = absent(desk)
    assert list(said) == ["市文化和旅游局", "市第一中学", "市水务局", "市林业局"]
    assert "可能是“市文化广播和旅游局”（2.xlsm）" in said["市文化和旅游局"]
    assert said["市第一中学"] == "", "another number is another unit"
    assert said["市水务局"].startswith("只交了2025年度的“4.xlsm”")
    assert "不能用的“市林业局2026年部门预算.xlsm”" in said["市林业局"]
    assert desk.attendance is not None
    assert [desk.lines[at].name for at in desk.attendance.strangers] == [
        "市文化广播和旅游局",
        "市第二中学",
    ]


def test_one_name_in_two_departments(tmp_path: Path) -> None:
    names = "主管部门,单位名称\n甲局,机关服务中心\n乙局,机关服务中心\n丙局,机关服务中心\n丁局,信息中心\n"
    records = [
        file("a/1.xlsm", "机关服务中心", department="甲局-302"),
        file("b/1.xlsm", "机关服务中心"),
        file("c.xlsm", "信息中心", department="市丁局"),
    ]
    desk = seen(tmp_path, records, names)
    assert desk.attendance is not None
    said = [(one.entry.department, one.remark) for one in desk.attendance.absent]
    assert [department for department, _ in said] == ["乙局", "丙局"]
    assert all("b/1.xlsm" in remark and "分不清" in remark for _, remark in said)
    assert desk.attendance.strangers == ()
    assert not desk.duplicates, "two departments may have units of one name"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16"])
def test_lists_of_texts(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "名单.txt"
    path.write_text("市教育局\n市文化局\n市教育局\n", encoding)
    entries, said = read_roll(path)
    assert [one.unit for one in entries] == ["市教育局", "市文化局"]
    assert "“市教育局”出现不止一次" in said[0]


def test_a_list_from_a_workbook(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    for line in (
        ["2026年预算单位名单"],
        ["序号", "主管部门", "单位名称", "电子邮箱"],
        [1, "甲局", "一所", "a@example.cn"],
        [2, None, "二所", None],
        [None, None, "合计", 2],
    ):
        page.append(line)
    page.merge_cells("B3:B4")
    book.save(tmp_path / "名单.xlsx")
    entries, said = read_roll(tmp_path / "名单.xlsx")
    assert [(one.department, one.unit, one.address and one.address.plain) for one in entries] == [
        ("甲局", "一所", "a@example.cn"), ("甲局", "二所", None),
    ]  # fmt: skip
    assert said == ()


def test_of_very_many_odd_lines_of_a_list_some_are_told(tmp_path: Path) -> None:
    names = "单位,邮箱\n" + "".join(f"第{at}局,不是\n" for at in range(50))
    desk = seen(tmp_path, [], names)
    assert len(desk.said) == 21
    assert "另有30处" in desk.said[-1]


def test_a_list_without_units(tmp_path: Path) -> None:
    (tmp_path / "空.csv").write_text("单位名称,金额\n,3\n", "utf-8")
    with pytest.raises(UnusableFileError, match="没有单位"):
        read_roll(tmp_path / "空.csv")


# ------------------------------------------------------------------ files that are alike


def alike(desk: Overview) -> list[tuple[Likeness, tuple[int, ...]]]:
    return [(one.likeness, one.files) for one in desk.duplicates]


def test_same_figures_under_two_names(tmp_path: Path) -> None:
    same: dict[str, Any] = {"figures": "sha256:x"}
    desk = seen(
        tmp_path,
        [
            file("1.xlsm", "甲局", **same),
            file("2.xlsm", "乙局", **same),
            file("2.pdf", "甲 局", kind="document", department="市府", **same),
            file("3.xlsm", "丙局", figures="sha256:x", year=2025),
            file("4.xlsm", "丁局", figures="sha256:0", totals={"收入总计": "0.00"}),
            file("5.xlsm", "戊局", figures="sha256:0", totals={"收入总计": "0.00"}),
            file("6.xlsm", "己局", figures=None),
            file("7.xlsm", "庚局", figures=None),
        ],
    )
    assert alike(desk) == [(Likeness.SAME_FIGURES, (0, 1, 2))]
    assert [sentence for _, sentence in desk.likenesses[0]] == [
        "各表金额与“乙局”完全相同；请核对是不是报错了文件。"
    ]
    assert "“甲局”“甲 局”" in desk.likenesses[1][0][1]


def test_a_workbook_and_its_published_text_are_no_duplicates(tmp_path: Path) -> None:
    same: dict[str, Any] = {"figures": "sha256:x"}
    assert not seen(
        tmp_path, [file("1.xlsm", "甲局", **same), file("1.pdf", "甲局", kind="document", **same)]
    ).duplicates


def test_last_years_figures_again(tmp_path: Path) -> None:
    before = [
        file("1.xlsm", "甲局", figures="sha256:x", year=2025),
        file("9.xlsm", "乙局", figures="sha256:y", year=2025),
        file("5.xlsm", "戊局", figures="sha256:v", last_year_figures="sha256:w", year=2025),
    ]
    now = [
        file("1.xlsm", "甲局", figures="sha256:x"),
        file("2.xlsm", "乙局", figures="sha256:z", last_year_figures="sha256:z"),
        file("3.xlsm", "丙局", figures="sha256:y"),
        file("4.xlsm", "丁局", figures="sha256:q"),
        file("5.xlsm", "戊局", figures="sha256:u", last_year_figures="sha256:w"),
    ]
    desk = seen(tmp_path, now, before=before)
    assert alike(desk) == [(Likeness.LAST_YEAR, (at,)) for at in (0, 1, 4)]
    assert "没有更新" in desk.likenesses[4][0][1]
    assert desk.likenesses[0][0][1].startswith("2026年度的各表金额与2025年度的完全相同")
    assert desk.changes is None, "budgets of another year are no earlier state of these"


def test_two_files_for_one_unit(tmp_path: Path) -> None:
    twice = [file("a/1.xlsm", "甲局"), file("b/1.xlsm", "甲局")]
    desk = seen(
        tmp_path,
        [
            *twice,
            file("2.xlsm", "乙局", hash="h"),
            file("3.xlsm", "乙局", hash="h", figures="sha256:2.xlsm"),
        ],
    )
    assert alike(desk) == [(Likeness.TWO_FILES, (0, 1)), (Likeness.TWO_FILES, (2, 3))]
    assert (
        desk.likenesses[0][0][1]
        == "同名的单位有2份工作簿，金额不同；另有“b/1.xlsm”，是同一个单位的请确认以哪一份为准。"
    )
    assert "内容完全一样" in desk.likenesses[2][0][1]


def test_very_many_alike_take_no_square(tmp_path: Path) -> None:
    desk = seen(
        tmp_path,
        [
            Record(
                f"{at}.xlsm",
                unit=f"单位{at}",
                verdict="pass",
                figures="x",
                year=2026,
                kind="workbook",
            )
            for at in range(4_000)
        ],
    )
    assert len(desk.duplicates[0].files) == 4_000
    assert "等" in desk.likenesses[3_999][0][1]


# ------------------------------------------------------------------ since the last time


def test_what_changed(tmp_path: Path) -> None:
    before = [
        file("改好.xlsm", "甲局", 1),
        file("变差.xlsm", "乙局", 0),
        file("未变.xlsm", "丙局", 1),
        file("旧名.xlsm", "丁局", 1),
        file("没了.xlsm", "戊局"),
        record("打不开.xlsm"),
        file("重存.xlsm", "庚局", hash="h1", figures="f"),
    ]
    now = [
        file(
            "改好.xlsm",
            "甲局",
            0,
            hash="h",
            figures="g",
            totals={"收入总计": "5300.00", "支出总计": "5251.36"},
        ),
        file("变差.xlsm", "乙局", 1, hash="h"),
        file("未变.xlsm", "丙局", 1),
        file("新名.xlsm", "丁局", 1, hash="sha256:旧名.xlsm", figures="sha256:旧名.xlsm"),
        file("新来.xlsm", "己局"),
        file("打不开.xlsm", "辛局"),
        file("重存.xlsm", "庚局", hash="h2", figures="f"),
    ]
    desk = seen(tmp_path, now, before=before)
    assert desk.changes is not None
    told = [(one.change, one.said) for one in desk.changes]
    errors = sum(one.level == "error" for one in reports()[1].findings)
    extra = len(reports()[1].findings) - len(reports()[0].findings)
    assert extra >= errors > 0
    assert told == [
        (Change.BETTER, f"结论由差错变为通过；改好{extra}处；收入总计由5251.36改为5300.00"),
        (Change.WORSE, f"结论由通过变为差错；新出现{extra}处"),
        (Change.SAME, ""),
        (Change.SAME, "原来的文件是“旧名.xlsm”"),
        (Change.NEW, "上次没有这个文件"),
        (Change.BETTER, f"结论由不能用变为通过；新出现{len(reports()[0].findings)}处"),
        (Change.REVISED, "文件有改动，金额和问题没有变"),
        (Change.GONE, "上次有“没了.xlsm”，这次没有"),
    ]


def test_a_path_that_holds_another_years_budget_is_another_file(tmp_path: Path) -> None:
    many = [file(f"{at}.xlsm", f"{at}局") for at in range(3)]
    desk = seen(
        tmp_path, [*many, file("9.xlsm", "九局")], before=[*many, file("9.xlsm", "九局", year=2025)]
    )
    assert desk.changes is not None
    assert [one.change for one in desk.changes][3:] == [Change.NEW, Change.GONE]


def test_a_folder_of_an_inspection_before_is_enough(tmp_path: Path) -> None:
    last = tmp_path / "上次"
    last.mkdir()
    write(last / "结果.jsonl", [file("1.xlsm", "甲局")])
    desk = overview(write(tmp_path / "结果.jsonl", [file("1.xlsm", "甲局")]), previous=last)
    assert desk.changes is not None
    assert [one.change for one in desk.changes] == [Change.SAME]
