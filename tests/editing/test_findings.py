"""校验结果 in the workbook: what is found, the user's remarks, whether it is still that of the figures."""

from __future__ import annotations

import shutil
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

import openpyxl
import pytest

from xlbudget.checks.validate import validate
from xlbudget.cli.run import run
from xlbudget.editing.fill import plan_fill
from xlbudget.editing.findings import ROOM, FindingsPlan, plan_findings
from xlbudget.errors import UnusableFileError
from xlbudget.findings import Finding, Level
from xlbudget.reading.book import read_book
from xlbudget.xlsx.cells import CellEdit
from xlbudget.xlsx.workbook import Workbook

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SHEET, FIRST = "校验结果", 5
TABLE, CELL = "一般公共预算支出表", "D9"
REMARK = "已与财务处核实，下周改。"


class Line(NamedTuple):
    """A finding as it stands on the sheet."""

    number: int
    kind: str
    code: str
    table: str
    cell: str
    remark: str
    mark: str


class Checked:
    """A workbook that is validated, and the findings written, after each change."""

    def __init__(self, path: Path, standard: Any) -> None:
        self.path, self.standard = path, standard

    def edit(self, *edits: CellEdit) -> None:
        Workbook(self.path).patch(self.path, edits)

    def wrong(self, value: str | None = "12.34") -> None:
        """Put an amount where none belongs, or take it away."""
        self.edit(CellEdit(TABLE, CELL, Decimal(value) if value else None))

    def remark(self, number: int, text: str = REMARK) -> None:
        self.edit(CellEdit(SHEET, f"I{number}", text))

    def write(self, extra: tuple[Finding, ...] = ()) -> FindingsPlan:
        report = validate(self.standard, read_book(self.path))
        report = report._replace(findings=report.findings + extra)
        plan = plan_findings(Workbook(self.path), self.standard, report)
        Workbook(self.path).patch(self.path, plan.edits, plan.afterwards)
        return plan

    def raw(self, cell_line: int, column: int) -> object:
        lines = Workbook(self.path).lines_of([SHEET])[SHEET]
        return lines[cell_line - 1][column - 1]

    def lines(self) -> list[Line]:
        found = []
        lines = Workbook(self.path).lines_of([SHEET])[SHEET]
        for number, line in enumerate(lines[FIRST - 1 : FIRST - 1 + ROOM], FIRST):
            cells = ["" if one is None else str(one) for one in [*line, *[""] * 14][:14]]
            if any(cells):
                found.append(
                    Line(number, cells[0], cells[10], cells[1], cells[2], cells[8], cells[12])
                )
        return found

    def about(self, code: str) -> Line:
        (found,) = (one for one in self.lines() if one.code == code)
        return found


@pytest.fixture
def book(example_file: Path, standard: Any, tmp_path: Path) -> Checked:
    return Checked(shutil.copy(example_file, tmp_path / "校验 样例.xlsm"), standard)


def test_before_the_first_validation_it_says_how(book: Checked) -> None:
    assert book.raw(3, 1) == "尚未校验"
    assert "validate 工作簿 --write" in str(book.raw(3, 7))
    assert book.lines() == []


def test_findings_stand_with_their_cell_amounts_and_mark(book: Checked) -> None:
    book.wrong()
    report = validate(book.standard, read_book(book.path))
    (error,) = (one for one in report.findings if one.level is Level.ERROR)
    book.write()
    line = book.about(error.code)
    assert (line.kind, line.table, line.cell) == ("差错", TABLE, CELL)
    assert line.mark == f"{TABLE}!{CELL}"
    assert [book.raw(line.number, column) for column in (4, 5, 6)] == [12.34, 0, 12.34]
    assert str(book.raw(line.number, 7)) == error.message
    assert str(book.raw(line.number, 10)).startswith(error.basis[0])
    assert str(book.raw(line.number, 12)).split(" ／ ") == list(error.basis)
    formula = Workbook(book.path).formulas_of({SHEET})[SHEET][f"C{line.number}"]
    assert formula == f'HYPERLINK("#\'{TABLE}\'!{CELL}","{CELL}")'
    assert "结论：差错。差错1处，提醒0处，提示0处" in str(book.raw(3, 1))
    assert book.raw(3, 7) == "以下结果与现在的数字一致。"
    assert book.write().edits == [], "the second run changes nothing"


def test_a_long_basis_is_folded_and_makes_no_row_high(book: Checked) -> None:
    basis = tuple(f"依据{number}：" + "某表某格与某表某格不等，" * 6 for number in range(12))
    book.write((Finding("Z03", Level.ERROR, "说明", TABLE, TABLE, "B7", "1", "2", basis=basis),))
    line = book.about("Z03")
    said, whole = str(book.raw(line.number, 10)), str(book.raw(line.number, 12))
    assert said.startswith(basis[0]) and "共12条" in said and basis[1] not in said
    assert whole.split(" ／ ") == list(basis)
    sheet = openpyxl.load_workbook(book.path)[SHEET]
    assert sheet.row_dimensions[line.number].height <= 120
    assert sheet.column_dimensions["L"].hidden and sheet.column_dimensions["L"].outlineLevel == 1
    assert not sheet.protection.sheet, "folding, sorting and filtering need that"


def test_texts_where_amounts_stand_do_not_run_over_their_neighbours(book: Checked) -> None:
    sheet = openpyxl.load_workbook(book.path)[SHEET]
    for letter in "DEFGHIJ":
        assert sheet[f"{letter}{FIRST}"].alignment.wrap_text, letter


def test_what_a_filter_hid_is_shown_after_the_next_validation(book: Checked) -> None:
    book.wrong()
    book.write()
    loaded = openpyxl.load_workbook(book.path, keep_vba=True)
    sheet = loaded[SHEET]
    sheet.auto_filter.add_filter_column(0, ["提示"])
    sheet.row_dimensions[FIRST].hidden = True
    loaded.save(book.path)
    book.wrong("56.78")
    book.write()
    again = openpyxl.load_workbook(book.path)[SHEET]
    assert not again.row_dimensions[FIRST].hidden
    assert not again.auto_filter.filterColumn
    assert again.auto_filter.ref == "A4:N304"


def test_lines_that_were_sorted_keep_their_remarks_and_marks(book: Checked) -> None:
    book.wrong()
    book.write()
    lines = book.lines()
    book.remark(lines[0].number)
    first, last = lines[0].number, lines[-1].number
    rows = Workbook(book.path).lines_of([SHEET])[SHEET]
    for here, there in ((first, last), (last, first)):  # as sorting moves the cells A to N
        book.edit(
            *(
                CellEdit(SHEET, f"{letter}{here}", str(rows[there - 1][at] or ""))
                for at, letter in enumerate("ABCDEFGHIJKLMN")
            )
        )
    book.write()
    assert [(one.code, one.remark, one.mark) for one in book.lines()] == [
        (one.code, REMARK if one.number == first else "", one.mark) for one in lines
    ]


def test_rules_not_run_are_listed_apart(book: Checked) -> None:
    book.write()
    report = validate(book.standard, read_book(book.path))
    assert report.findings == ()
    listed = [one for one in book.lines() if one.kind == "未执行"]
    assert [one.code for one in listed] == [one.code for one in report.not_executed]
    assert all(one.mark == "" for one in listed)
    assert "结论：通过。差错0处" in str(book.raw(3, 1))


def test_a_remark_stays_with_its_finding_wherever_that_goes(book: Checked) -> None:
    book.wrong()
    book.write()
    code = book.lines()[0].code
    book.remark(book.about(code).number)
    before = book.about(code).number
    other = Finding("Z01", Level.ERROR, "另一处", "部门收支总表", "部门收支总表", "B7", "x", "y")
    report = validate(book.standard, read_book(book.path))
    report = report._replace(findings=(other, *report.findings))
    plan = plan_findings(Workbook(book.path), book.standard, report)
    Workbook(book.path).patch(book.path, plan.edits, plan.afterwards)
    now = book.about(code)
    assert (now.number, now.remark) == (before + 1, REMARK)
    assert book.about("Z01").remark == ""
    assert plan.kept == 1


def test_a_finding_that_is_gone_keeps_its_line_while_a_remark_stands(book: Checked) -> None:
    book.wrong()
    book.write()
    code = book.lines()[0].code
    book.remark(book.about(code).number)
    book.wrong(None)
    book.write()
    gone = book.about(code)
    assert (gone.kind, gone.cell, gone.remark, gone.mark) == ("已消除", CELL, REMARK, "")
    assert "已消除1处" in str(book.raw(3, 1))
    book.wrong()
    book.write()
    back = book.about(code)
    assert (back.kind, back.remark, back.mark) == ("差错", REMARK, f"{TABLE}!{CELL}")
    book.remark(back.number, "")
    book.wrong(None)
    book.write()
    assert code not in {one.code for one in book.lines()}


def test_lines_that_the_user_wrote_are_never_lost(book: Checked) -> None:
    book.remark(40, "自己记的一行")
    book.wrong()
    book.write()
    book.write()
    assert [one.remark for one in book.lines() if one.remark] == ["自己记的一行"]


def test_after_a_figure_moves_the_list_says_that_it_is_old(book: Checked) -> None:
    book.write()
    table = "一般公共预算三公经费支出表"
    figures = read_book(book.path)
    key = next(t.blocks[0].key for t in book.standard.tables if t.sheet == table)
    data = figures.blocks[key]
    row = next(one for one in data.rows if any(c is not None for c in one.cells))
    where = next(i for i, c in enumerate(row.cells) if c is not None)
    book.edit(CellEdit(table, data.cell_name(row, where), Decimal("77.77")))
    book.wrong()
    book.edit(CellEdit("部门支出总表", "C9", None), CellEdit("部门支出总表", "D9", None))
    plan = plan_fill(Workbook(book.path))
    told = [one for one in plan.edits if (one.sheet, one.cell) == (SHEET, "G3")]
    assert len(told) == 1
    assert "数字改动过，请重新校验" in str(told[0].value)
    Workbook(book.path).patch(book.path, plan.edits, plan.afterwards)
    book.write()
    assert book.raw(3, 7) == "以下结果与现在的数字一致。"


def test_more_findings_than_fit_are_said(book: Checked) -> None:
    book.wrong()
    book.write()
    code = book.lines()[0].code
    book.remark(book.about(code).number)
    extra = tuple(
        Finding(
            "Z02",
            Level.HINT,
            f"提示{number}",
            "部门收支总表",
            "部门收支总表",
            "B7",
            str(number),
            "y",
        )
        for number in range(ROOM)
    )
    plan = book.write(extra)
    lines = book.lines()
    assert len(lines) == ROOM
    assert book.about(code).remark == REMARK
    assert f"还有{plan.left_out + 1}条没有列出" in str(book.raw(lines[-1].number, 7))
    assert plan.left_out + 1 == len(extra) + 1 + 4 - (ROOM - 1)


@pytest.mark.parametrize("damage", ["缺少", "栏目标题"])
def test_a_sheet_that_is_not_ours_is_refused(book: Checked, damage: str) -> None:
    if damage == "缺少":
        loaded = openpyxl.load_workbook(book.path, keep_vba=True)
        loaded[SHEET].title = "结果"
        loaded.save(book.path)
    else:
        book.edit(CellEdit(SHEET, "I4", "备注"))
    before = book.path.read_bytes()
    with pytest.raises(UnusableFileError, match=damage):
        book.write()
    assert book.path.read_bytes() == before


def test_the_command_writes_only_when_asked(
    book: Checked, capsys: pytest.CaptureFixture[str]
) -> None:
    book.wrong()
    before = book.path.read_bytes()
    assert run(["validate", str(book.path)]) == 1
    assert book.path.read_bytes() == before
    assert run(["validate", "--write", str(book.path)]) == 1
    assert book.about("A08").cell == CELL
    assert "“校验结果”已写入" in capsys.readouterr().err
    (backup,) = book.path.parent.glob(f"{book.path.stem}.备份*.xlsm")
    assert backup.read_bytes() == before
    lock = book.path.with_name(f"~${book.path.name}")
    lock.touch()
    capsys.readouterr()
    assert (
        run(["validate", "--write", str(book.path)]) == 1
    )  # the errors come first, as for several files
    assert "正在打开" in capsys.readouterr().err


def test_a_later_workbook_that_is_written_does_not_hide_one_that_is_not(
    book: Checked, example_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book.wrong()
    before = book.path.read_bytes()
    other = book.path.with_name("另一个.xlsm")
    other.write_bytes(example_file.read_bytes())
    book.path.with_name(f"~${book.path.name}").touch()
    assert run(["validate", "--write", str(book.path), str(other)]) == 1
    assert "正在打开" in capsys.readouterr().err
    assert book.path.read_bytes() == before
    assert other.read_bytes() != example_file.read_bytes()


@pytest.mark.office
def test_what_it_says_is_what_its_formulas_come_to(
    book: Checked, recalculate: Callable[[Path], Path]
) -> None:
    book.wrong()
    plan = plan_fill(Workbook(book.path))
    Workbook(book.path).patch(book.path, plan.edits, plan.afterwards)
    book.write()
    again = Workbook(recalculate(book.path)).lines_of([SHEET])[SHEET]
    stored = Workbook(book.path).lines_of([SHEET])[SHEET]
    assert again[2][0] == stored[2][0]
    assert again[2][6] == stored[2][6] == "以下结果与现在的数字一致。"
    book.edit(CellEdit("部门支出总表", "D9", Decimal("4.56")))
    again = Workbook(recalculate(book.path)).lines_of([SHEET])[SHEET]
    assert "“部门支出总表”的数字改动过" in str(again[2][6])
