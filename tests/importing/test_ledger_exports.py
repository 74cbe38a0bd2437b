"""Detail exports of budget platforms read as the ledger: every layout gives the same lines; what is open is asked."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING

import openpyxl
import pytest

from xlbudget.characters import split_code
from xlbudget.errors import UnusableFileError
from xlbudget.figures import Amount, Unreadable
from xlbudget.importing.ledger.export import read_lines
from xlbudget.importing.ledger.vocabulary import Vocabulary
from xlbudget.importing.tables.open import open_tables
from xlbudget.money import YUAN

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from xlbudget.figures import LedgerLine
    from xlbudget.importing.imported import Imported
    from xlbudget.standard.model import Standard

CASES = Path(__file__).parents[1] / "cases"
EXPORTS = CASES / "ledger-exports"
OPEN = "要问的.csv"
ANSWERS = {"英文栏名.csv": {"金额单位": "元"}}


def read(standard: Standard, path: Path, answers: dict[str, str] | None = None) -> Imported:
    return read_lines(open_tables(path), standard, None, answers or ANSWERS.get(path.name, {}))


def plain(lines: Sequence[LedgerLine]) -> list[tuple[tuple[tuple[str, str], ...], int]]:
    """The lines without order, each with its texts and 分."""
    return sorted(
        (
            tuple(sorted(line.texts.items())),
            line.amount.fen if isinstance(line.amount, Amount) else -1,
        )
        for line in lines
    )


@pytest.fixture(scope="module")
def ledger(standard: Standard) -> list[tuple[tuple[tuple[str, str], ...], int]]:
    return plain(read(standard, CASES / "changchun-ledger.csv").book.ledger.lines)


@pytest.mark.parametrize(
    "path",
    sorted(path for path in EXPORTS.iterdir() if path.name not in (OPEN, "README.md")),
    ids=lambda path: path.name,
)
def test_every_layout_gives_the_lines_back(
    standard: Standard, ledger: list[object], path: Path
) -> None:
    imported = read(standard, path)
    assert len(ledger) == 48
    assert plain(imported.book.ledger.lines) == ledger
    assert not imported.questions and not imported.unsettled


NAMES = """
unit: 单位名称, 单位编码, 单位代码, 预算单位编码, 预算单位名称, AGENCY_CODE, AGENCY_NAME
function: 支出功能分类, 功能分类, 支出功能科目(编码/名称), 支出功能科目编码, 支出功能科目名称,
  支出功能分类科目(代码/名称), 支出功能分类科目代码, 支出功能分类科目名称, 功能分类科目, EXP_FUNC_CODE
economic: 部门支出经济分类, 部门预算经济分类, 部门预算支出经济分类, 部门经济分类, 部门经济科目, 经济分类, DEP_BGT_ECO_CODE
category: 项目类别, 支出项目类别, 收支类型, PRO_KIND
level2: 项目名称, 支出项目名称, 预算项目名称, PRO_NAME
source: 资金性质, FUND_TYPE
fund_year: 指标来源, 指标来源类型, 上年结转, 结转金额
procurement: 是否政府采购, 政采标识, IS_GOV_PUR
amount: 预算金额, 指标金额, 金额(元), 预算金额（单位:万元）, 年初批复数, AMOUNT
none: 政府经济分类, 政府支出经济分类, 政府预算经济分类编码, 政府预算支出经济分类科目名称, GOV_BGT_ECO_CODE, FOUND_TYPE
"""
"""The headings that platforms' exports are known to have, by the ledger's column."""


def test_headings_are_known(standard: Standard) -> None:
    assert standard.ledger is not None
    words = Vocabulary(standard.ledger)
    count = 0
    for line in NAMES.replace("\n  ", " ").strip().splitlines():
        key, _, headings = line.partition(":")
        for heading in headings.split(","):
            meaning = words.meaning((heading.strip(),))
            assert (meaning.key if meaning else "none") == key, heading
            count += 1
    assert count == 53


@pytest.mark.parametrize(
    ("text", "code", "name"),
    [
        ("2010301-行政运行", "2010301", "行政运行"),
        ("2010301 行政运行", "2010301", "行政运行"),
        ("[2010301]行政运行", "2010301", "行政运行"),
        ("２０１０３０１", "2010301", ""),
        ("2010301.0", "2010301", ""),
        ("201-03-01", "2010301", ""),
        ("行政运行", "", "行政运行"),
    ],
)
def test_code_and_name_in_one_cell(text: str, code: str, name: str) -> None:
    assert split_code(text) == (code, name)


# ------------------------------------------------------------------ what is asked


def test_what_nobody_may_guess_is_asked(standard: Standard) -> None:
    first = read(standard, EXPORTS / OPEN)
    assert [question.key for question in first.questions] == ["金额单位"]
    assert not first.book.ledger.lines
    asked = read(standard, EXPORTS / OPEN, {"金额单位": "元"})
    assert {question.key for question in asked.questions} == {
        "支出类别:运转类", "政府采购:是", "一级项目", "资金年度",
    }  # fmt: skip
    for line in asked.book.ledger.lines:
        assert not {"procurement", "fund_year", "level1"} & line.texts.keys()
    said = "\n".join(asked.left)
    assert "“支出类别”的“运转类”不能断定是哪一种，留空。" in said
    assert "第2、3、4等14行“资金年度”导出里没有，留空；请补填。" in said
    lasting = {question.key: question.lasting for question in asked.questions}
    assert lasting["一级项目"] == ("二级项目",) and not lasting["政府采购:是"]
    assert not lasting["资金年度"]


def test_answers_are_taken(standard: Standard) -> None:
    answers = {
        "金额单位": "元",
        "支出类别:运转类": "公用经费",
        "政府采购:是": "服务",
        "一级项目": "二级项目",
        "资金年度": "当年预算",
    }
    done = read(standard, EXPORTS / OPEN, answers)
    assert not done.questions and not done.unsettled
    lines = done.book.ledger.lines
    assert {line.texts["fund_year"] for line in lines} == {"当年预算"}
    assert {line.texts["category"] for line in lines} == {"人员经费", "公用经费", "项目支出"}
    assert all(line.texts.get("level1") == line.texts.get("level2") for line in lines)
    with pytest.raises(UnusableFileError, match="“资金年度”的回答“去年”不能用"):
        read(standard, EXPORTS / OPEN, {**answers, "资金年度": "去年"})
    with pytest.raises(UnusableFileError, match="“支出类别:运转类”的回答“公用”不能用"):
        read(standard, EXPORTS / OPEN, {**answers, "支出类别:运转类": "公用"})


# ------------------------------------------------------------------ what is wrong with a file


@pytest.fixture
def sheet(tmp_path: Path) -> Callable[..., Path]:
    """A file with headings and a right line, and lines beside it."""

    def write(
        *lines: Sequence[object], headings: Sequence[str] = HEADINGS, name: str = "明细.csv"
    ) -> Path:
        path = tmp_path / name
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            csv.writer(file).writerows([headings, *lines])
        return path

    return write


HEADINGS = (
    "单位名称",
    "功能科目编码",
    "项目类别",
    "部门经济分类",
    "一级项目",
    "项目名称",
    "资金性质",
    "资金年度",
    "金额(元)",
)
RIGHT = ("某局", "2010301", "人员类", "30101", "", "", "一般公共预算", "当年预算", "120000.00")


def changed(**values: object) -> list[object]:
    at = {
        "unit": 0,
        "function": 1,
        "category": 2,
        "economic": 3,
        "item": 5,
        "source": 6,
        "amount": 8,
    }
    line: list[object] = list(RIGHT)
    for key, value in values.items():
        line[at[key]] = value
    return line


@pytest.mark.parametrize(
    ("line", "said", "unsettled"),
    [
        (changed(amount="约12万"), "第3行“金额(元)”的“约12万”不是金额；请改正。", 1),
        (changed(amount=""), "第3行“金额”空着；请补填。", 0),
        (changed(function="行政运行"), "第3行“功能科目”的“行政运行”没有编码，名称不能断定是哪个科目，留空。", 1),
        (changed(unit=""), "第3行“预算单位”空着；请补填。", 1),
        (changed(source="不知道的资金"), "第3行“资金来源”的“不知道的资金”不能断定是哪一种，留空。", 0),
        (["合计", *[""] * 7, "999.00"], "第3行合计与明细相加不等；请核对导出的文件是否完整。", 1),
        (["合计", *[""] * 7, "120,000.00"], "合计、小计1行没有导入，与明细相加相符。", 0),
        (["注：由系统导出", *[""] * 8], "第3行不是明细（没有金额，也没有科目），没有导入。", 0),
        (changed(function="201", amount="500"), "第3行是上级科目，与下级明细相加不等，照明细导入；请核对。", 1),
        (changed(function="201"), "上级科目的小计1行没有导入，与下级明细相加相符。", 0),
    ],
)  # fmt: skip
def test_a_line_that_cannot_be_mapped_is_told_by_place_and_reason(
    standard: Standard, sheet: Callable[..., Path], line: list[object], said: str, unsettled: int
) -> None:
    imported = read(standard, sheet(RIGHT, line))
    assert said in imported.left, imported.left
    assert imported.unsettled == unsettled


def test_an_amount_as_text_is_an_amount_and_what_is_none_stays_as_it_stands(
    standard: Standard, sheet: Callable[..., Path]
) -> None:
    texts = ["1,234.50", "￥1234.50", "1234.5元", "0.12345万元", "１２３４．５０", "约1234"]
    lines = read(standard, sheet(*(changed(amount=text) for text in texts))).book.ledger.lines
    assert [line.amount for line in lines[:5]] == [Amount(123450, YUAN)] * 5
    assert lines[5].amount == Unreadable("约1234")


def test_blank_lines_in_the_middle_are_skipped(
    standard: Standard, sheet: Callable[..., Path]
) -> None:
    lines = read(standard, sheet(RIGHT, [""] * 9, [" "] * 9, RIGHT)).book.ledger.lines
    assert [line.line for line in lines] == [2, 5]


def test_too_many_lines_are_refused(standard: Standard, sheet: Callable[..., Path]) -> None:
    assert len(read(standard, sheet(*[RIGHT] * 2000)).book.ledger.lines) == 2000
    with pytest.raises(UnusableFileError, match="有2001行明细，录入底稿最多2000行，没有导入"):
        read(standard, sheet(*[RIGHT] * 2001))


def test_ten_thousands_pasted_as_yuan_are_a_hint(
    standard: Standard, sheet: Callable[..., Path]
) -> None:
    hint = "全部金额都不到10000元，也许是把万元当成了元；请核对导出的单位。"
    assert hint in read(standard, sheet(changed(amount="12.00"), changed(amount="3.5"))).left
    assert hint not in read(standard, sheet(changed(amount="12.00"), RIGHT)).left


def test_a_file_without_headings_is_refused(standard: Standard, sheet: Callable[..., Path]) -> None:
    with pytest.raises(UnusableFileError, match="里没有认出明细的标题行"):
        read(standard, sheet(RIGHT, headings=("甲", "乙")))
    with pytest.raises(UnusableFileError, match="标题行下面没有明细"):
        read(standard, sheet())


def test_another_year_is_refused(standard: Standard, sheet: Callable[..., Path]) -> None:
    path = sheet((2023, *RIGHT), headings=("预算年度", *HEADINGS))
    assert read(standard, path).book.year == 2023
    with pytest.raises(UnusableFileError, match="是2023年度的明细，应为2024年度"):
        read_lines(open_tables(path), standard, 2024, {})


WIDE = ("单位名称", "功能科目编码", "项目类别", "部门经济分类", "资金年度")


def test_wide_columns_are_lines_and_their_totals_are_compared(
    standard: Standard, sheet: Callable[..., Path]
) -> None:
    headings = (
        *WIDE,
        "合计(元)",
        "财政拨款小计(元)",
        "一般公共预算资金(元)",
        "政府性基金(元)",
        "单位资金(元)",
        "事业收入(元)",
    )
    line = (*RIGHT[:4], "当年预算")
    imported = read(
        standard,
        sheet((*line, 60, 30, 10, 20, 30, 30), (*line, 61, 30, 10, 20, 30, 30), headings=headings),
    )
    lines = imported.book.ledger.lines
    assert [(line.texts["source"], line.amount.fen) for line in lines[:3] if isinstance(line.amount, Amount)] == [
        ("一般公共预算", 1000), ("政府性基金预算", 2000), ("事业收入", 3000),
    ]  # fmt: skip
    assert "第3行“合计(元)”与各栏相加不等；请核对。" in imported.left and imported.unsettled == 1


def test_a_class_of_money_alone_is_asked(standard: Standard, sheet: Callable[..., Path]) -> None:
    headings = (*WIDE, "一般公共预算资金(元)", "单位资金(元)")
    imported = read(standard, sheet((*RIGHT[:4], "当年预算", 10, 20), headings=headings))
    assert [question.key for question in imported.questions] == ["资金来源:单位资金"]
    assert [line.texts.get("source") for line in imported.book.ledger.lines] == [
        "一般公共预算",
        None,
    ]


def test_two_columns_of_amounts_are_asked(standard: Standard, sheet: Callable[..., Path]) -> None:
    path = sheet((*RIGHT, 5), headings=(*HEADINGS[:-1], "预算金额(元)", "指标金额(元)"))
    imported = read(standard, path)
    assert [question.choices for question in imported.questions] == [
        ("预算金额(元)", "指标金额(元)")
    ]
    chosen = read(standard, path, {"金额": "指标金额(元)"}).book.ledger.lines
    assert [line.amount for line in chosen] == [Amount(500, YUAN)]


def test_a_second_sheet_of_lines_is_asked(standard: Standard, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(EXPORTS / "栏序不同有空行.xlsx")
    book.copy_worksheet(book["明细"]).title = "明细二"
    book.save(tmp_path / "两张.xlsx")
    imported = read(standard, tmp_path / "两张.xlsx")
    assert [question.choices for question in imported.questions] == [("明细", "明细二")]
    chosen = read(standard, tmp_path / "两张.xlsx", {"工作表": "明细二"})
    assert len(chosen.book.ledger.lines) == 48 and "“明细二”" in chosen.origins["ledger"]
