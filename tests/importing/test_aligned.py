"""Tables without lines: words become cells by their places, figures find their columns or are named."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from xlbudget.figures import Book
from xlbudget.findings import Level
from xlbudget.importing.published import pdf as pdf_module
from xlbudget.importing.published.aligned import with_aligned_tables
from xlbudget.importing.published.document import read_published, read_source
from xlbudget.importing.published.elements import Line, Matrix, PrintedLine, Word
from xlbudget.importing.published.flow import whole_tables
from xlbudget.importing.published.placing import LooseRow, place_loose
from xlbudget.money import parse_amount

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from xlbudget.standard.model import Standard


def printed(top: float, *words: tuple[str, float], page: int = 3) -> PrintedLine:
    """A line of a page with letters 10 points wide, digits half of that; ``words`` and where they begin."""
    placed = [
        Word(text, left, left + sum(5 if sign.isascii() else 10 for sign in text))
        for text, left in words
    ]
    return PrintedLine(tuple(placed), f"第{page}页", page, 10.0, top, top + 10)


def table(standard: Standard, title: str, lines: Sequence[PrintedLine]) -> Matrix:
    """The table that some lines below its title make."""
    elements = [Line(title, "第3页"), *(Line("", one.where, "", (one,)) for one in lines)]
    found = with_aligned_tables([standard], elements)
    (matrix,) = [one for one in found if isinstance(one, Matrix)]
    return matrix


HEADS = printed(
    0,
    ("科目编码", 10), ("功能分类科目名称", 70), ("合计", 190), ("基本支出", 260), ("项目支出", 330),
    ("事业单位经营支", 400), ("上缴上级支出", 490), ("对附属单位补助支出", 570),
)  # fmt: skip
REST = printed(12, ("出", 400))


def test_amounts_at_the_right_of_their_columns_and_names_in_two_lines(standard: Standard) -> None:
    matrix = table(
        standard,
        "部门支出总表",
        [
            HEADS,
            REST,
            printed(40, ("201", 10), ("一般公共服务支出", 70), ("12.00", 220), ("10.00", 290), ("2.00", 365)),
            printed(60, ("2010302", 10), ("一般行政管理", 70), ("2.00", 225), ("2.00", 365)),
            printed(71, ("事务", 70)),
            printed(91, ("合计", 10), ("12.00", 220), ("10.00", 290), ("2.00", 365)),
        ],
    )  # fmt: skip
    assert [row[:5] for row in matrix.lines[1:]] == [
        ["201", "一般公共服务支出", "12.00", "10.00", "2.00"],
        ["2010302", "一般行政管理事务", "2.00", "", "2.00"],
        ["合计", "", "12.00", "10.00", "2.00"],
    ]
    assert not matrix.loose


def test_amounts_between_the_lines_of_a_name_and_broken_ones(standard: Standard) -> None:
    matrix = table(
        standard,
        "部门支出总表",
        [
            HEADS,
            REST,
            printed(40, ("201", 10), ("一般公共服务支出", 70), ("1,112.00", 205), ("10.00", 290), ("2.00", 365)),
            printed(60, ("一般行政管理", 70), ("1,10", 225)),
            printed(66, ("2010302", 10), ("2.00", 365)),
            printed(72, ("事务", 70), ("2.00", 225)),
            printed(92, ("合计", 10), ("1,112.00", 205), ("10.00", 290), ("2.00", 365)),
        ],
    )  # fmt: skip
    assert matrix.lines[2][:5] == ["2010302", "一般行政管理事务", "1,102.00", "", "2.00"]
    assert len(matrix.lines) == 4


def test_a_column_that_no_heading_is_above_is_not_taken(standard: Standard) -> None:
    lines = [HEADS, printed(40, ("201", 10), ("一般公共服务支出", 70), ("12.00", 220))]
    elements = [Line("部门支出总表", "第3页"), *(Line("", "", "", (one,)) for one in lines)]
    assert not any(isinstance(one, Matrix) for one in with_aligned_tables([standard], elements))


def test_a_text_with_columns_below_each_other_is_read(standard: Standard, tmp_path: Path) -> None:
    path = tmp_path / "公开.txt"
    path.write_text(
        "2024年部门预算\n\n一般公共预算“三公”经费支出表\n"
        "预算单位：某局                          单位：万元\n"
        "项目                        2024年预算数   当年预算   上年结转\n"
        "合计                               19.95      10.80       9.15\n"
        "1、因公出国（境）费\n"
        "2、公务接待费                       9.15                  9.15\n"
        "3、公务用车费                      10.80      10.80\n"
        "其中：（1）公务用车维护费          10.80      10.80\n"
        "（2）公务用车购置费\n",
        encoding="utf-8",
    )
    found = read_published(path, standard)
    (block,) = [data for key, data in found.book.blocks.items() if key.startswith("three")]
    shown = [[cell.plain if cell is not None else "" for cell in row.cells] for row in block.rows]
    assert shown == [
        ["19.95", "10.80", "9.15"], ["", "", ""], ["9.15", "", "9.15"],
        ["10.80", "10.80", ""], ["10.80", "10.80", ""], ["", "", ""],
    ]  # fmt: skip


@pytest.mark.parametrize(("whole", "placed"), [("30.00", True), ("31.00", False)])
def test_figures_are_placed_where_all_identities_hold(
    standard: Standard, example: Book, whole: str, placed: bool
) -> None:
    """A class with one subject of each kind; a wrong sum leaves its rows open."""
    block = standard.blocks["expenditure"]
    blank = (None,) * len(block.amounts)
    like = example.blocks["expenditure"].rows[0]

    def row(code: str, *texts: str) -> LooseRow:
        figures = tuple(parse_amount(text, block.unit) for text in texts)
        return LooseRow(block, like._replace(key=code, label=code, cells=blank), figures)

    rows = [
        row("201", whole, "10.00", "20.00", "0.00", "0.00", "0.00"),
        row("20103", whole, "10.00", "20.00", "0.00", "0.00", "0.00"),
        row("2010301", "10.00", "10.00"),
        row("2010302", "20.00", "20.00"),
    ]
    blocks, findings = place_loose(standard, Book("", standard.id, 2024, {}, {}), rows)
    cells = [
        [at for at, cell in enumerate(found.cells) if cell is not None]
        for found in blocks["expenditure"].rows[2:]
    ]
    assert cells == ([[0, 1], [0, 2]] if placed else [[], []])
    levels = {one.level for one in findings}
    assert levels == ({Level.HINT} if placed else {Level.WARNING})


@pytest.mark.parametrize(
    ("text", "width", "read"),
    [
        ("605.5\n4", 2.2, "605.54"),
        ("15,214.3\n6", 9.0, "15,214.36"),
        ("成本指标2\n0%", 9.0, "成本指标20%"),
        ("1\n0", 1.2, "10"),
        ("1\n0", 9.0, "1\n0"),
        ("12.00\n34.00", 9.0, "12.00\n34.00"),
    ],
)
def test_numbers_that_a_narrow_cell_breaks(text: str, width: float, read: str) -> None:
    assert pdf_module._cell(text, width) == read


def test_numbered_headings_without_blank_lines_are_paragraphs(tmp_path: Path) -> None:
    path = tmp_path / "说明.txt"
    heads = ["六、2024年一般公共预算基本支出情况", "七、2024年一般公共预算“三公”经费支出情况"]
    texts = [
        "2024年一般公共预算基本支出3,361.51万元，其中人员经费2,928.70万元，公用经费432.82万元，较上年增加。",
        "2024年“三公”经费预算数为19.95万元，其中因公出国（境）费0万元，公务接待费9.15万元，公务用车费10.80万元。",
    ]
    path.write_text("\n".join([heads[0], texts[0], heads[1], texts[1]]), encoding="gb18030")
    assert [one.text for one in read_source(path).elements] == [
        heads[0], texts[0], heads[1], texts[1],
    ]  # fmt: skip


def test_headings_that_a_page_end_divides_are_whole() -> None:
    first = Matrix([["类型", "本年", ""], ["", "一般公共", "政府性基金预"]], "第1页")
    second = Matrix([["", "", "算"], ["专项", "1.00", "2.00"]], "第2页")
    (whole,) = whole_tables([first, second])
    assert isinstance(whole, Matrix)
    assert whole.lines[1:] == [["", "一般公共", "政府性基金预算"], ["专项", "1.00", "2.00"]]
    (apart,) = whole_tables([first, Matrix([["专项", "1.00", ""]], "第2页")])
    assert isinstance(apart, Matrix)
    assert len(apart.lines) == 3
