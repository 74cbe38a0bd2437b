"""Filling in a workbook on disk: what follows is written, what the user has stays."""

from __future__ import annotations

import re
import shutil
import zipfile
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import openpyxl
import pytest
from openpyxl.comments import Comment
from openpyxl.formatting.rule import CellIsRule
from openpyxl.styles import PatternFill

from thorough import either
from xlbudget.cli.run import run
from xlbudget.editing.build import build_workbook
from xlbudget.editing.fill import plan_fill
from xlbudget.errors import UnusableFileError
from xlbudget.figures import BlockData
from xlbudget.money import Amount
from xlbudget.reading.book import read_book
from xlbudget.rules.grid import INFO, Grid
from xlbudget.rules.relations import definitions, expand
from xlbudget.xlsx.cells import CellEdit
from xlbudget.xlsx.workbook import Workbook

if TYPE_CHECKING:
    from collections.abc import Collection

    from xlbudget.figures import Book, Cell

GENERAL, SUMMARY, PROJECT = "一般公共预算支出表", "部门收支总表", "项目支出表"
EXPENDITURE, FUND = "部门支出总表", "政府性基金预算支出表"
CENT = 10_000
"""0.01 万元 in 分."""


def by_meaning(grid: Grid) -> dict[tuple[str, str, str, int], Cell]:
    found = {}
    for number, cell in enumerate(grid.cells):
        spot = grid.spot(number)
        found[spot.block, spot.row.parent, spot.row.key, spot.column] = cell
    return found


def fill(book: Path, *edits: CellEdit) -> int:
    """Type something, then fill in."""
    if edits:
        Workbook(book).patch(book, edits)
    return run(["fill", str(book)])


def lines(book: Path, sheet: str) -> list[list[object]]:
    return Workbook(book).lines_of([sheet])[sheet]


def row(book: Path, sheet: str, label: str) -> list[object]:
    """The last line that has ``label`` in one of its first three cells (headings come first)."""
    return [one for one in lines(book, sheet) if label in one[:3]][-1]


def members(book: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(book) as archive:
        return {info.filename: archive.read(info) for info in archive.infolist()}


@pytest.fixture
def book(example_file: Path, tmp_path: Path) -> Path:
    return shutil.copy(example_file, tmp_path / "填列 样例.xlsm")


# ------------------------------------------------------------------ from leaf rows alone


def leaves(standard: Any, example: Book) -> Book:
    """The example as it is typed: no derived figure, no row in which nothing is typed.

    Rows of the first level of projects stay: their names are typed.
    """
    grid = Grid(standard, example)
    derived = definitions(expand(grid).relations)
    blocks = {}
    for key, data in example.blocks.items():
        rows = []
        for position, one in enumerate(data.rows):
            start = grid.number(key, position, 0)
            cells = tuple(
                None if start + index in derived else cell for index, cell in enumerate(one.cells)
            )
            if any(cells) or one.kind not in ("total", "class", "subject"):
                rows.append(one._replace(cells=cells))
        blocks[key] = BlockData.of(rows)
    info = dict(example.info)
    for number in derived:
        spot = grid.spot(number)
        if spot.block == INFO and spot.row.key in info:
            info[spot.row.key] = info[spot.row.key]._replace(value=None)
    return example.with_blocks(blocks)._replace(info=info)


@pytest.fixture(scope="module")
def leaf_file(standard: Any, example: Book, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("leaves") / "只有 明细.xlsm"
    build_workbook(standard, leaves(standard, example), path, year=example.year)
    return path


@pytest.fixture(scope="module")
def filled(leaf_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The leaves after filling in; nothing else is written to it."""
    path = Path(shutil.copy(leaf_file, tmp_path_factory.mktemp("filled")))
    assert fill(path) == 0
    return path


def test_rows_were_taken_away(standard: Any, example: Book, leaf_file: Path) -> None:
    read = read_book(leaf_file)
    gone = {
        key: len(data.rows) - len(read.blocks[key].rows) for key, data in example.blocks.items()
    }
    assert gone["expenditure"] == gone["general"] == 10
    assert gone["basic"] >= 4 and gone["income"] == gone["project"] == 1


def test_every_derived_cell_comes_back(standard: Any, example: Book, filled: Path) -> None:
    """232 printed figures follow from 120: 211 exactly, 21 within 0.01 of the rounded print."""
    printed = Grid(standard, example)
    derived = definitions(expand(printed).relations)
    result = by_meaning(Grid(standard, read_book(filled)))
    wanted = by_meaning(printed)
    assert set(result) == set(wanted), "the same rows, in the same tables"
    gaps: Counter[tuple[bool, int]] = Counter()
    for number, (key, cell) in enumerate(wanted.items()):
        if cell is None:
            assert result[key] is None, (key, "blank is not 0.00")
            continue
        assert isinstance(cell, Amount)
        assert isinstance(result[key], Amount), key
        gaps[number in derived, abs(result[key].fen - cell.fen)] += 1
    assert gaps == {(True, 0): 211, (True, CENT): 21, (False, 0): 120}


def test_the_official_order_comes_back(example: Book, filled: Path) -> None:
    result = read_book(filled)
    assert {key: [one.key for one in data.rows] for key, data in result.blocks.items()} == {
        key: [one.key for one in data.rows] for key, data in example.blocks.items()
    }
    assert {key: [one.label for one in data.rows] for key, data in result.blocks.items()} == {
        key: [one.label for one in data.rows] for key, data in example.blocks.items()
    }


def test_relations_of_the_printed_example(standard: Any, example: Book) -> None:
    """Equations in which any figure stands, blanks being nothing: 376 exact, 15 off by 0.01."""
    grid = Grid(standard, example)
    gaps: Counter[int] = Counter()
    for relation in expand(grid).relations:
        cells = [(sign, grid.cells[number]) for sign, number in relation.terms]
        amounts = [(sign, cell.fen) for sign, cell in cells if isinstance(cell, Amount)]
        if relation.equation.relation == "=" and amounts:
            gaps[abs(sum(sign * fen for sign, fen in amounts))] += 1
    assert gaps == {0: 376, CENT: 15}


def test_relations_after_filling_in(standard: Any, filled: Path) -> None:
    """All derived from the same leaves: only checks between two typed figures are off by 0.01."""
    grid = Grid(standard, read_book(filled))
    derived = definitions(expand(grid).relations)
    for relation in expand(grid).relations:
        cells = [(sign, grid.cells[number]) for sign, number in relation.terms]
        gap = sum(sign * cell.fen for sign, cell in cells if isinstance(cell, Amount))
        if derived.get(relation.target) is relation:
            assert gap == 0, relation.rule.code
        elif relation.equation.relation == "=":
            assert abs(gap) <= CENT


def test_derived_cells_are_formulas_with_their_values(filled: Path) -> None:
    formulas = Workbook(filled).formulas_of()
    total = row(filled, GENERAL, "合计")
    number = lines(filled, GENERAL).index(total) + 1
    assert all(f"{letter}{number}" in formulas[GENERAL] for letter in "CEFG")
    assert total[2] == 6295.87, "what a phone shows is the computed value"
    assert row(filled, GENERAL, "2010302")[2:] == [2934.35, "", "", "", 2934.35]


def test_the_second_run_changes_nothing(filled: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = filled.read_bytes()
    names = {one.name for one in filled.parent.iterdir()}
    assert fill(filled) == 0
    assert filled.read_bytes() == before
    assert {one.name for one in filled.parent.iterdir()} == names
    assert "内容不变" in capsys.readouterr().out


# ------------------------------------------------------------------ typed figures


@pytest.mark.parametrize(
    ("sheet", "label", "letter", "value"),
    [
        (GENERAL, "合计", "G", "2934.36"),
        (GENERAL, "201", "E", "1884.21"),
        (EXPENDITURE, "20103", "D", "2315.09"),
        (SUMMARY, "本年收入合计", "B", "6295.85"),
        (PROJECT, "合计", "F", "9999.00"),
    ],
)
def test_a_typed_total_is_kept(book: Path, sheet: str, label: str, letter: str, value: str) -> None:
    fill(book)
    number = lines(book, sheet).index(row(book, sheet, label)) + 1
    fill(book, CellEdit(sheet, f"{letter}{number}", Decimal(value)))
    now = lines(book, sheet)[number - 1][ord(letter) - 65]
    assert now == float(value)
    assert f"{letter}{number}" not in Workbook(book).formulas_of()[sheet]


def test_totals_follow_a_leaf_that_changed(book: Path) -> None:
    assert fill(book, CellEdit(GENERAL, "G9", Decimal("3034.35"))) == 0
    assert row(book, GENERAL, "2010302")[2] == 3034.35
    assert row(book, GENERAL, "201")[6] == 3034.35
    assert row(book, GENERAL, "合计")[6] == 3034.35
    assert "G22" in Workbook(book).formulas_of()[GENERAL]


def test_a_blank_leaf_takes_its_totals_along(book: Path) -> None:
    fill(book, CellEdit(GENERAL, "G9", None))
    assert row(book, GENERAL, "合计")[6] == "", "nothing is not 0.00"


def test_a_new_leaf_brings_its_parents_in_order(book: Path) -> None:
    assert (
        fill(
            book,
            CellEdit(GENERAL, "A30", "2050803"),
            CellEdit(GENERAL, "F30", Decimal("12.50")),
        )
        == 0
    )
    codes = [one[0] for one in lines(book, GENERAL)[5:24]]
    place = codes.index("205")
    assert codes[place - 1 : place + 4] == ["2013699", "205", "20508", "2050803", "208"]
    assert row(book, GENERAL, "205")[1] == "教育支出"
    assert row(book, GENERAL, "205")[2:] == [12.5, 12.5, "", 12.5, ""]
    assert row(book, GENERAL, "合计")[5] == 445.32
    left = [one for one in lines(book, GENERAL)[25:] if any(one)]
    assert not left, "the leaf moved to its place and is not left behind"


# ------------------------------------------------------------------ rows that are wrong


@pytest.mark.parametrize(
    ("code", "rule", "level", "status"),
    [
        ("2010377", "A15c", "提醒", 0),
        ("20103011", "A15a", "差错", 1),
        ("20105", "A15e", "差错", 1),
        ("2010301", "A15d", "差错", 1),
        ("abc1", "A15a", "差错", 1),
        ("abc", "F06", "差错", 1),
        ("", "F06", "差错", 1),
    ],
)
def test_a_wrong_code_is_named_where_it_stands(
    book: Path,
    capsys: pytest.CaptureFixture[str],
    code: str,
    rule: str,
    level: str,
    status: int,
) -> None:
    name = CellEdit(GENERAL, "B25", "某项支出")
    typed = [CellEdit(GENERAL, "A25", code), CellEdit(GENERAL, "E25", Decimal("5.00"))]
    capsys.readouterr()
    assert fill(book, *typed, *([] if code else [name])) == status
    (said,) = (
        one for one in capsys.readouterr().out.splitlines() if one.startswith(f"［{level}］{rule}")
    )
    place = re.search(rf"{GENERAL} ([AB])(\d+)：", said)
    assert place is not None, said
    there = lines(book, GENERAL)[int(place[2]) - 1]
    assert (there[0], there[4]) == (code, 5.0), "the cell that is named holds the wrong code"


@pytest.mark.parametrize(
    ("edits", "kept"),
    [
        ([("B24", "某款支出"), ("C24", Decimal(5))], (24, 2, 5.0)),
        ([("A27", "见附件二")], (27, 0, "见附件二")),
        ([("D30", "备注：另有安排")], (30, 3, "备注：另有安排")),
    ],
)
def test_what_is_no_row_is_never_lost(
    book: Path, edits: list[tuple[str, Any]], kept: tuple[int, int, Any]
) -> None:
    fill(
        book,
        *(CellEdit(GENERAL, cell, value) for cell, value in edits),
        CellEdit(GENERAL, "G9", Decimal(3000)),
    )
    number, column, value = kept
    found = lines(book, GENERAL)
    texts = [one for line in found[22:] for one in line]
    assert value in texts
    if isinstance(value, float):
        assert found[number - 1][column] == value


@pytest.mark.parametrize(
    ("sheet", "cell", "text", "amount"),
    [(SUMMARY, "A16", "其他的收入", "C16"), (GENERAL, "A23", "见附件", "C23")],
)
def test_what_is_in_the_way_is_refused_and_not_overwritten(
    book: Path,
    capsys: pytest.CaptureFixture[str],
    sheet: str,
    cell: str,
    text: str,
    amount: str,
) -> None:
    edits = [CellEdit(sheet, cell, text), CellEdit(sheet, amount, Decimal(5))]
    leaf = [CellEdit(GENERAL, "A25", "2050803"), CellEdit(GENERAL, "F25", Decimal(5))]
    Workbook(book).patch(book, [*edits, *leaf])
    before = book.read_bytes()
    assert fill(book) == 2
    said = capsys.readouterr().err
    assert sheet in said and text in said and "文件没有改动" in said
    assert book.read_bytes() == before


# ------------------------------------------------------------------ the user's own


def test_what_belongs_to_the_user_survives(plain_file: Path, tmp_path: Path) -> None:
    path = Path(shutil.copy(plain_file, tmp_path / "自己 的.xlsx"))
    opened = openpyxl.load_workbook(path)
    own = opened.create_sheet("我的草稿")
    own["A1"], own["B2"] = "备忘", 3.5
    sheet = opened[GENERAL]
    sheet["B9"].comment = Comment("与处室核对过", "张三")
    sheet.column_dimensions["B"].width = 61.5
    sheet.conditional_formatting.add(
        "C6:G40", CellIsRule("greaterThan", ["5000"], fill=PatternFill(bgColor="FFAA00"))
    )
    opened.save(path)
    before = members(path)
    assert fill(path, CellEdit(GENERAL, "G9", Decimal(3034))) == 0
    after = members(path)
    assert list(after) == list(before)
    touched = {name for name in after if after[name] != before[name]}
    numbers = {
        name: f"xl/worksheets/sheet{at}.xml" for at, name in enumerate(Workbook(path).names, 1)
    }
    assert numbers[GENERAL] in touched
    assert numbers["我的草稿"] not in touched
    assert all(name.startswith("xl/worksheets/sheet") for name in touched - {"xl/workbook.xml"})
    kept = openpyxl.load_workbook(path)
    assert kept[GENERAL]["B9"].comment.text == "与处室核对过"
    assert kept[GENERAL].column_dimensions["B"].width == 61.5
    ranges = [str(one.sqref) for one in kept[GENERAL].conditional_formatting]
    assert "C6:G40" in ranges
    assert kept["我的草稿"]["B2"].value == 3.5
    looks = ("cols", "conditionalFormatting", "sheetViews", "legacyDrawing")
    name = numbers[GENERAL]
    assert elements(after[name], looks) == elements(before[name], looks)


def elements(xml: bytes, names: Collection[str]) -> list[bytes]:
    """The elements of some names, whatever the quotes around their attributes."""
    every = ET.fromstring(xml).iter()
    return [ET.tostring(one) for one in every if one.tag.rpartition("}")[2] in names]


# ------------------------------------------------------------------ sheets that were changed


def reworked(book: Path, change: Any) -> bytes:
    """What the file holds after the user changed its sheets in a spreadsheet program."""
    opened = openpyxl.load_workbook(book)
    change(opened)
    opened.save(book)
    return book.read_bytes()


def inserted_column(opened: Any) -> None:
    opened[EXPENDITURE].insert_cols(4)
    opened[EXPENDITURE]["D4"] = "我加的栏"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda opened: setattr(opened[GENERAL], "title", "T5"), "改名为“T5”"),
        (lambda opened: setattr(opened[GENERAL], "title", f"{GENERAL} "), "改名"),
        pytest.param(
            lambda opened: setattr(opened["基础信息"], "title", "基础信息 "),
            "改名",
            marks=pytest.mark.thorough,
        ),
        (lambda opened: opened.remove(opened["基础信息"]), "“基础信息”不在工作簿中"),
        (inserted_column, "栏被移动"),
        (lambda opened: opened[EXPENDITURE].insert_rows(1), EXPENDITURE),
        pytest.param(
            lambda opened: opened[EXPENDITURE].delete_rows(1),
            "标题行",
            marks=pytest.mark.thorough,
        ),
    ],
)
def test_moved_sheets_are_refused(
    book: Path, capsys: pytest.CaptureFixture[str], change: Any, said: str
) -> None:
    before = reworked(book, change)
    assert fill(book) == 2
    told = capsys.readouterr().err
    assert said in told and "文件没有改动" in told and told.count("\n") == 1
    assert book.read_bytes() == before


@pytest.mark.parametrize(
    "gone", either([GENERAL, "项目支出绩效目标表"], [FUND, GENERAL, SUMMARY, "项目支出绩效目标表"])
)
def test_a_missing_sheet_leaves_the_rest_to_be_filled(book: Path, gone: str) -> None:
    reworked(book, lambda opened: opened.remove(opened[gone]))
    sheet, cell = (EXPENDITURE, "E8") if gone == GENERAL else (GENERAL, "G9")
    assert fill(book, CellEdit(sheet, cell, Decimal(3034))) == 0
    assert row(book, sheet, "合计")[ord(cell[0]) - 65] == 3034
    formulas = Workbook(book).formulas_of()
    assert not [
        (where, at)
        for where in formulas
        for at, one in formulas[where].items()
        if gone in one and where not in {"总览", "目录", "校验结果"}
    ], "no formula of a table names the sheet that is gone"


# ------------------------------------------------------------------ rows and notes that come and go


def test_a_missing_project_group_is_inserted(book: Path) -> None:
    """Somebody types the first level beside the second, on one line, at the end."""
    number = lines(book, PROJECT).index(row(book, PROJECT, "合计")) + 2
    typed = [
        (f"A{number}", "专项业务支出"),
        (f"B{number}", "新的一级项目"),
        (f"C{number}", "新的二级项目"),
        (f"F{number}", Decimal("88.00")),
    ]
    assert fill(book, *(CellEdit(PROJECT, cell, value) for cell, value in typed)) == 0
    found = lines(book, PROJECT)
    at = found.index(row(book, PROJECT, "新的一级项目"))
    assert found[at][:6] == ["专项业务支出", "新的一级项目", "", "", 88.0, 88.0]
    assert found[at + 1][:6] == ["", "", "新的二级项目", "", 88.0, 88.0]
    assert found[at + 2][0] == "合计" and found[at + 2][4] == 3022.35


STATEMENT = "说明：本单位无政府性基金预算支出。"


@pytest.mark.parametrize("line", [6, 7, 9])
def test_rows_in_a_blank_table_get_parents_and_a_total(book: Path, line: int) -> None:
    """Typed over the statement that there is nothing, or below it."""
    typed = [(f"A{line}", "2120803"), (f"E{line}", Decimal("70.00"))]
    run_status = fill(book, *(CellEdit(FUND, cell, value) for cell, value in typed))
    assert run_status == 0
    found = lines(book, FUND)[5:]
    assert [one[0] for one in found if any(one)] == ["212", "21208", "2120803", "合计"]
    assert [one[2:] for one in found if any(one)] == [[70.0, "", 70.0]] * 4
    assert STATEMENT not in [cell for one in found for cell in one]


def test_the_statement_comes_back_with_the_last_figure_gone(book: Path) -> None:
    fill(book, CellEdit(FUND, "A7", "2120803"), CellEdit(FUND, "E7", Decimal(70)))
    found = lines(book, FUND)
    gone = [
        CellEdit(FUND, f"{letter}{number}", None)
        for number in range(6, len(found) + 1)
        for letter in "ABCDE"
    ]
    assert fill(book, *gone) == 0
    assert lines(book, FUND)[5][0] == STATEMENT


def test_a_file_that_cannot_be_read_is_refused(standard: Any, tmp_path: Path) -> None:
    with pytest.raises(UnusableFileError, match="找不到"):
        plan_fill(Workbook(tmp_path / "没有.xlsm"))
