"""Next year's workbook: last year's figures to the cell, structure and texts kept, the rest blank."""

from __future__ import annotations

import shutil
from itertools import pairwise
from typing import TYPE_CHECKING

import openpyxl
import pytest

from ledgers import ledger_of, with_ledger
from own_standards import copied
from xlbudget.authoring.check import check_folder
from xlbudget.cli.run import run
from xlbudget.editing.build import build_workbook
from xlbudget.editing.notes import plan_notes
from xlbudget.editing.rollover import Rollover, last_figures, moved_years, next_book, roll_over
from xlbudget.editing.validate import examine_file, validate_file
from xlbudget.errors import UnusableFileError
from xlbudget.explaining.explain import explain, glossary
from xlbudget.figures import BlockData, InfoValue, Ledger, LedgerLine, TextUnit
from xlbudget.findings import Level, Status
from xlbudget.importing.data_folder import read_folder
from xlbudget.money import WAN, YUAN, Amount
from xlbudget.reading.book import read_book
from xlbudget.standard.loader import load_folder
from xlbudget.standard.model import Subject
from xlbudget.texts.forms import last_year_of
from xlbudget.texts.last_year import with_last_year
from xlbudget.xlsx.cells import CellEdit
from xlbudget.xlsx.workbook import Workbook

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from xlbudget.figures import Book
    from xlbudget.standard.model import Standard

PRIOR = {
    "prior_total": ("summary.income", "total", 0),
    "prior_fiscal": ("fiscal.income", "total", 0),
    "prior_general": ("general", "total", 0),
    "prior_fund": ("fund", "total", 0),
    "prior_capital": ("capital", "total", 0),
    "prior_three_public": ("three_public", "total", 0),
    "prior_abroad": ("three_public", "abroad", 0),
    "prior_reception": ("three_public", "reception", 0),
    "prior_vehicle": ("three_public", "vehicle", 0),
    "prior_vehicle_operation": ("three_public", "vehicle_operation", 0),
    "prior_vehicle_purchase": ("three_public", "vehicle_purchase", 0),
    "prior_operating": ("basic", "total", 2),
}
"""Written down from the form's own explanations, not from the code: field -> its cell a year ago."""


def prior_figures(book: Book) -> dict[str, int | None]:
    return {
        key: value.fen if isinstance(value := book.number(key), Amount) else None for key in PRIOR
    }


def expected_figures(book: Book) -> dict[str, int]:
    """What the tables of ``book`` hold; a blank cell or row of a book with figures is nought."""
    found = {}
    for key, (block, row, column) in PRIOR.items():
        line = book.blocks[block].row(row)
        cell = line.cells[column] if line is not None else None
        found[key] = cell.fen if isinstance(cell, Amount) else 0
    return found


def lasting(book: Book, last: int) -> Book:
    """The book with all projects going on to the year ``last``."""
    forms = tuple(
        form._replace(fields={**form.fields, "period": f"{book.year}年1月—{last}年12月"})
        for form in book.forms
    )
    return book._replace(forms=forms)


def typed_in(path: Path, source: Book) -> None:
    """Type the figures of ``source`` into the workbook, row by row, also staff and assets."""
    book = read_book(path)
    edits = []
    for key, data in book.blocks.items():
        for row in data.rows:
            given = source.blocks[key].row(row.key)
            assert given is not None, row
            for column, cell in enumerate(given.cells):
                if isinstance(cell, Amount):
                    place = data.cell_name(row, column)
                    sheet = book.sheets[key.partition(".")[0]]
                    edits.append(CellEdit(sheet, place, cell.decimal))
    for key, value in source.info.items():
        if isinstance(value.value, Amount) and key not in PRIOR:
            edits.append(CellEdit("基础信息", book.info[key].cell, value.value.decimal))
    Workbook(path).patch(path, edits)


def with_notes(path: Path, standard: Standard) -> None:
    book = read_book(path)
    plan = plan_notes(Workbook(path), explain(standard, book), glossary(standard, book))
    Workbook(path).patch(path, plan.edits, plan.afterwards)


@pytest.fixture(scope="module")
def rolled(example_file: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Rollover]:
    """The example's next year and what was said of it; nothing is written to the file."""
    path = tmp_path_factory.mktemp("rolled") / "下年.xlsm"
    return path, roll_over(example_file, path)


def errors_of(path: Path) -> list[str]:
    report = validate_file(path)
    return [one.message for one in report.findings if one.level is Level.ERROR]


# ------------------------------------------------------------------ figures


def test_twice_with_the_same_figures(standard: Standard, example: Book, tmp_path: Path) -> None:
    source = lasting(example, 2027)
    paths = [tmp_path / f"部门 预算{year}.xlsm" for year in (2024, 2025, 2026)]
    build_workbook(standard, source, paths[0], year=2024)
    wanted = expected_figures(example)
    compared = 0
    for last, target in pairwise(paths):
        roll_over(last, target)
        assert errors_of(target) == []
        assert prior_figures(read_book(target)) == wanted
        compared += len(wanted)
        typed_in(target, source)
        with_notes(target, standard)
        found = examine_file(target)
        assert found.report.status is not Status.ERROR, found.report.findings
        assert all(
            "同" in unit.text or "持平" in unit.text
            for unit in found.book.texts
            if unit.id == "一.1"
        )
        against = with_last_year(found.report, standard, found.book, standard, read_book(last))
        assert [one for one in against.findings if one.code == "D04"] == []
        assert against.status is not Status.ERROR
    assert compared == 24
    assert wanted["prior_total"] == Amount(6295_860_000).fen
    book = read_book(paths[2])
    same = sum(
        cell == book.blocks[key].row(row.key).cells[at]
        for key, data in source.blocks.items()
        for row in data.rows
        for at, cell in enumerate(row.cells)
        if cell is not None
    )
    assert same == sum(
        cell is not None
        for data in source.blocks.values()
        for row in data.rows
        for cell in row.cells
    )


def test_twice_without_figures(rolled: tuple[Path, Rollover], tmp_path: Path) -> None:
    first, second = rolled[0], tmp_path / "二.xlsx"
    done = roll_over(first, second)
    assert done.year == 2026
    assert errors_of(first) == errors_of(second) == []
    assert set(prior_figures(read_book(second)).values()) == {None}
    assert any("没有金额" in sentence for sentence in done.said)


def test_every_department(standard: Standard, costly_department: Path, tmp_path: Path) -> None:
    last = read_folder(costly_department, standard)
    source, target = tmp_path / "今年.xlsm", tmp_path / "下年.xlsm"
    build_workbook(standard, last, source, year=last.year)
    before = source.read_bytes()
    roll_over(source, target)
    book = read_book(target)
    assert source.read_bytes() == before
    assert book.year == last.year + 1
    assert prior_figures(book) == expected_figures(last)
    assert all(data.empty for data in book.blocks.values())
    assert errors_of(target) == []
    assert book.text("unit_name") == last.text("unit_name")
    assert book.text("issued") == ""
    for key in ("expenditure", "general", "basic"):
        codes = [row.key for row in last.blocks[key].rows]
        assert [row.key for row in book.blocks[key].rows] == codes


# ------------------------------------------------------------------ projects, subjects, columns


def test_projects_that_end_are_dropped(rolled: tuple[Path, Rollover]) -> None:
    path, done = rolled
    book = read_book(path)
    assert len(done.dropped) == 5
    assert "互联网+支撑平台" in done.dropped
    assert len(book.forms) == 9
    names = {row.label for row in book.blocks["project"].rows}
    assert not names & set(done.dropped)
    assert "信息化平台建设" not in names  # a group whose projects all ended
    assert "服务工作保障" in names
    assert any("没有写明实施期" in sentence and "设备购置费" in sentence for sentence in done.said)


@pytest.mark.parametrize(
    ("period", "year"),
    [
        ("2024年1月—2024年12月", 2024),
        ("2023-2026年", 2026),
        ("2024—26年", 2026),
        ("２０２４年", 2024),
        ("2024.01-2025.06", 2025),
        ("2024年1月至次年6月", None),
        ("2024年起", None),
        ("2024年起三年", None),
        ("3年（2024年批复）", None),
        ("2024年—", None),
        ("长期", None),
        ("", None),
    ],
)
def test_when_a_project_ends(period: str, year: int | None) -> None:
    assert last_year_of(period) == year


@pytest.mark.parametrize(
    ("text", "moved"),
    [
        ("2024年总收入5,319.80万元，比2023年增加", "2025年总收入5,319.80万元，比2024年增加"),
        ("2024年度、2024-02-27", "2025年度、2025-02-27"),
        ("二〇二四年", "二〇二五年"),
        ("结转2025年", "结转2026年"),
        ("2018年机构改革", "2018年机构改革"),
        ("按《2024年工作方案》和长财〔2024〕12号", "按《2024年工作方案》和长财〔2024〕12号"),
        ("2023年1月—2025年12月", "2023年1月—2025年12月"),
        ("2024年1月—2024年12月", "2025年1月—2025年12月"),
        ("印刷2024册，2024.5万元", "印刷2024册，2024.5万元"),
    ],
)
def test_years_in_texts(text: str, moved: str) -> None:
    assert moved_years(text, 2024) == moved


def variant(folder: Path, **changes: tuple[str, str]) -> Standard:
    """The standard with some files changed: name (with __ for /, _ for -) -> old and new text."""
    assert copied(folder.parent) == folder
    for name, (old, new) in changes.items():
        parts = folder.parent.rglob("*")
        path = next(one for one in parts if one.stem.replace("-", "_") == name)
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), "utf-8")
    return load_folder(folder)


def test_subjects_follow_the_lists(example: Book, tmp_path: Path) -> None:
    changed = variant(
        tmp_path / "changchun",
        functional=(
            "2013699,",
            "2010399,其他政府办公厅（室）支出,2025,,2025,D,\n2013699,旧,2030,,2030,D,\n2013699,",
        ),
    )
    text = (tmp_path / "cn" / "subjects" / "functional.csv").read_text("utf-8")
    lines = [f"{line},{'successor' if n == 0 else ''}" for n, line in enumerate(text.splitlines())]
    out = []
    for line in lines:
        cells = line.split(",")
        if cells[0] in ("20136", "2013699") and cells[1] != "旧":
            cells[3], cells[-1] = "2024", {"20136": "20103", "2013699": "2010302"}[cells[0]]
        if cells[0] == "20805":
            out.append(",".join([*cells[:3], "2024", *cells[4:]]))
            cells[1:4] = ["养老支出", "2025", ""]
        if cells[0] == "2210201" or (cells[0] == "2010399" and not cells[2]):
            cells[3] = "2024"
        out.append(",".join(cells))
    (tmp_path / "cn" / "subjects" / "functional.csv").write_text("\n".join(out), "utf-8")
    changed = load_folder(tmp_path / "changchun")
    assert check_folder(tmp_path / "changchun") == []
    book, _, done = next_book(changed, changed, example)
    rows = {row.key: row.label for row in book.blocks["expenditure"].rows}
    assert "2013699" not in rows
    assert "20136" not in rows
    assert rows["20805"] == "养老支出"
    assert "2210201" in rows
    codes = [row.key for row in book.blocks["expenditure"].rows]
    assert codes[-1] == "total"
    assert codes[:-1] == sorted(set(codes[:-1]))
    said = "".join(done)
    assert "“2013699 " in said
    assert "改名为“养老支出”" in said
    assert "“2210201 " in said
    assert "没有改列的科目" in said
    assert "2013699" not in book.keyed["gloss"] or "2010302" in example.keyed["gloss"]


def test_columns_of_last_year(example: Book, tmp_path: Path) -> None:
    """A standard whose table 7 has a column of last year's figures: filled cell by cell."""
    column = (
        '{ key = "before", kind = "amount", label = ["上年预算数"], last_year_of = "budget" },\n'
    )
    old = '  { key = "budget", kind = "amount", label = ["{year}年预算数"] },\n'
    changed = variant(tmp_path / "changchun", **{"07_three_public": (old, f"  {column}{old}")})
    blocks = {
        **example.blocks,
        "three_public": BlockData.of(
            [row._replace(cells=(None, *row.cells)) for row in example.blocks["three_public"].rows]
        ),
    }
    last = example._replace(blocks=blocks)
    book, _, done = next_book(changed, changed, last)
    rows = book.blocks["three_public"].rows
    assert [row.cells[0] for row in rows] == [
        row.cells[0] for row in example.blocks["three_public"].rows
    ]
    assert sum(row.cells[0] is not None for row in rows) == 4
    assert all(cell is None for row in rows for cell in row.cells[1:])
    assert any("已填4格" in sentence for sentence in done)
    wrong = variant(
        tmp_path / "b" / "changchun",
        **{"07_three_public": (old, old.replace("] }", '], last_year_of = "x" }'))},
    )
    assert wrong.id == "changchun"
    assert any("金额栏，“x”不是" in str(one) for one in check_folder(tmp_path / "b" / "changchun"))


def test_what_is_left_of_the_year_is_said(standard: Standard, example: Book) -> None:
    rows = [
        row._replace(cells=(Amount(12_500_000), None, None)) if row.key == "next_year" else row
        for row in example.blocks["fiscal.expense"].rows
    ]
    last = example.with_blocks({"fiscal.expense": BlockData.of(rows)})
    _, said = last_figures(standard, standard, last)
    assert [one for one in said if "12.50" in one and "二、上年结转" in one]


def test_a_missing_sheet_leaves_its_figures_blank(standard: Standard, example: Book) -> None:
    blocks = {key: data for key, data in example.blocks.items() if key != "three_public"}
    values, said = last_figures(standard, standard, example._replace(blocks=blocks))
    assert values["prior_reception"] is None
    assert values["prior_total"] == Amount(6295_860_000, WAN)
    assert any("上年公务接待费" in sentence and "缺少工作表" in sentence for sentence in said)


# ------------------------------------------------------------------ texts


def test_final_texts_are_kept_and_marked(
    standard: Standard, example_file: Path, tmp_path: Path
) -> None:
    source, target = tmp_path / "今年.xlsm", tmp_path / "下年.xlsm"
    shutil.copy(example_file, source)
    with_notes(source, standard)
    edited = next(unit for unit in read_book(source).texts if unit.id == "一.1")
    mine = "自己写的一段：2024年另有安排，依据长财〔2024〕3号。"
    gloss = next(unit for unit in read_book(source).texts if unit.part == "glossary")
    edits = [
        CellEdit("情况说明", edited.place.cell, f"经审核，{edited.text}"),
        CellEdit("情况说明", "D140", mine),
        CellEdit("名词解释", gloss.place.cell, f"{gloss.text}（2024年）"),
    ]
    Workbook(source).patch(source, edits)
    done = roll_over(source, target)
    lines = Workbook(target).lines_of(["情况说明", "名词解释"])
    rows = {row[0]: row for row in lines["情况说明"][3:6] if row[0]}
    text = str(rows["一.1"][3])
    assert text.startswith("经审核，长春市人民政府办公厅（本级）2025年总收入")
    assert "与2024年相比" in text
    assert "2023" not in text
    assert rows["一.1"][4] == "已过期"
    assert "核对" in str(rows["一.1"][5])
    assert rows["自写.140"][3] == mine.replace("2024年另", "2025年另")
    assert str(lines["名词解释"][3][3]).endswith("（2025年）")
    assert any("3段" in sentence for sentence in done.said)
    with_notes(target, standard)
    kept = {unit.id: unit for unit in read_book(target).texts if not unit.follows}
    assert kept["一.1"].text == text
    assert kept["一.1"].stale
    assert kept["自写.140"].text.startswith("自己写的一段：2025年")
    again = tmp_path / "再下年.xlsm"
    roll_over(target, again)
    texts = {unit.id: unit.text for unit in read_book(again).texts}
    assert "2026年总收入" in texts["一.1"]
    assert len(texts) == 3


def test_reasons_say_that_they_are_last_years(rolled: tuple[Path, Rollover]) -> None:
    target, _ = rolled
    book = read_book(target)
    assert book.text("reason_reception") == "公务接待费核定减少"
    line = book.info["reason_reception"].cell.removeprefix("B")
    formula = Workbook(target).formulas_of({"基础信息"})["基础信息"][f"D{line}"]
    assert formula.startswith(f'IF(EXACT(B{line},"公务接待费核定减少"),')
    sheet = openpyxl.load_workbook(target, data_only=True, read_only=True)["基础信息"]
    assert "核对" in sheet[f"D{line}"].value
    assert sheet[f"D{book.info['reason_fund'].cell.removeprefix('B')}"].value in (None, "")


def test_texts_of_the_book(standard: Standard, example: Book) -> None:
    last = example._replace(
        info={**example.info, "reason_income": InfoValue("2024年新增热线项目")},
        keyed={"purpose": {"一般公共服务支出": "2024年运转"}, "gloss": {"2010301": "2024年起用"}},
        profile=example.profile._replace(remark="2024年设10个处室。"),
        notes={"general": ("注：2023年起调整口径。",)},
        texts=(TextUnit("notes", "一", "一.1", "生成的", follows=True),),
    )
    book, _, _ = next_book(standard, standard, last)
    assert book.text("reason_income") == "2025年新增热线项目"
    assert book.keyed["purpose"] == {"一般公共服务支出": "2025年运转"}
    assert book.profile.remark == "2025年设10个处室。"
    assert book.notes["general"] == ("注：2024年起调整口径。",)
    assert book.texts == ()
    assert book.number("weight_total") == example.number("weight_total")  # a setting, no figure
    assert book.number("staff_total") is None


def test_the_file_is_well_formed(
    example_file: Path,
    errors: Callable[[Path], list[object]],
    tmp_path: Path,
) -> None:
    source, target = tmp_path / "今年.xlsm", tmp_path / "下年.xlsm"
    shutil.copy(example_file, source)
    Workbook(source).patch(source, [CellEdit("情况说明", "D9", "自己写的：2024年")])
    roll_over(source, target)
    assert errors(target) == []


# ------------------------------------------------------------------ files


def test_own_sheets_are_named(example_file: Path, tmp_path: Path) -> None:
    source = tmp_path / "今年.xlsx"
    book = openpyxl.load_workbook(example_file)
    book.create_sheet("我的底稿")["A1"] = "2024"
    book.save(source)
    done = roll_over(source, tmp_path / "下年.xlsx")
    assert any("“我的底稿”" in sentence for sentence in done.said)


def test_subjects_that_do_not_count_are_named(example_file: Path, tmp_path: Path) -> None:
    source = tmp_path / "今年.xlsx"
    book = openpyxl.load_workbook(example_file)
    sheet = book["科目字典"]
    line = next(row for row in range(5, sheet.max_row + 1) if not sheet[f"A{row}"].value)
    kind = sheet["C5"].value
    sheet[f"A{line}"], sheet[f"B{line}"], sheet[f"C{line}"] = "2010398", "本地科目", kind
    book.save(source)
    said = roll_over(source, tmp_path / "下年.xlsx").said
    assert any("补充了1个科目" in sentence for sentence in said)


def test_nothing_is_overwritten_unasked(example_file: Path, tmp_path: Path) -> None:
    source, target = tmp_path / "今年.xlsm", tmp_path / "下年.xlsm"
    shutil.copy(example_file, source)
    target.write_bytes(b"old")
    with pytest.raises(UnusableFileError, match="已经存在"):
        roll_over(source, target)
    with pytest.raises(UnusableFileError, match="不能就是今年"):
        roll_over(source, source, overwrite=True)
    with pytest.raises(UnusableFileError, match="扩展名"):
        roll_over(source, tmp_path / "下年.xls")
    assert target.read_bytes() == b"old"
    done = roll_over(source, target, overwrite=True)
    assert done.backup is not None
    assert done.backup.read_bytes() == b"old"
    assert read_book(target).year == 2025


def test_a_year_without_standard(standard: Standard, example: Book, tmp_path: Path) -> None:
    source = tmp_path / "今年.xlsx"
    info = {**example.info, "year": InfoValue(str(standard.last))}
    build_workbook(standard, example._replace(info=info), source, year=standard.last)
    with pytest.raises(UnusableFileError, match="没有适用于"):
        roll_over(source, tmp_path / "下年.xlsx")
    assert not (tmp_path / "下年.xlsx").exists()


def test_command(example_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "下 年.xlsm"
    assert run(["rollover", str(example_file), str(target)]) == 0
    assert "已填12项" in capsys.readouterr().out
    assert run(["rollover", str(example_file), str(target)]) == 2
    assert "--overwrite" in capsys.readouterr().err
    assert run(["rollover", str(example_file), str(target), "--overwrite", "-q"]) == 0
    assert capsys.readouterr().out == ""


# ------------------------------------------------------------------ the ledger


def test_the_ledger_goes_on_as_a_draft(standard: Standard, example: Book) -> None:
    left = LedgerLine(
        {"unit": "某局", "category": "结转下年", "source": "事业收入", "fund_year": "当年预算"},
        Amount(12_345_00, YUAN),
    )
    ledger = ledger_of(standard)
    last = with_ledger(standard, example, ledger._replace(lines=(*ledger.lines, left)))
    book, dropped, said = next_book(standard, standard, last)
    carried, *drafts = book.ledger.lines
    assert carried.amount == left.amount
    assert carried.texts == {
        "unit": "某局",
        "source": "事业收入",
        "fund_year": "上年结转",
        "remark": "由上年的“结转下年”转来",
    }
    assert all(line.amount is None and line.texts["fund_year"] == "当年预算" for line in drafts)
    assert len(drafts) == 41 and book.text("data_source") == "录入底稿"
    assert not {line.texts.get("level2") for line in drafts} & set(dropped)
    assert "录入底稿：今年的41行留作下年的草稿，金额留空；请填写或删去。" in said
    assert any("结转下年的1行改为“上年结转”，金额照抄" in sentence for sentence in said)
    assert "录入底稿：上年结转来的2行没有带到下年。" in said
    assert "录入底稿：已到期项目的5行没有带到下年。" in said


def test_a_ledgers_subject_gives_way_to_its_successor(standard: Standard, example: Book) -> None:
    functional = standard.subjects["functional"]
    old = Subject("2010399", "旧科目", last=example.year, successor="2010350")
    changed = functional.extended([old, Subject("2010350", "新科目")])
    standard = standard._replace(subjects={**standard.subjects, "functional": changed})
    line = LedgerLine({"function": "2010399", "fund_year": "当年预算"}, Amount(100, YUAN))
    last = with_ledger(standard, example, Ledger((line,)))
    book, _, said = next_book(standard, standard, last)
    assert [one.texts["function"] for one in book.ledger.lines] == ["2010350"]
    assert "录入底稿：科目 2010399 到2025年已停用，改为 2010350；请核对。" in said


def test_a_workbook_without_ledger_rolls_over_without(standard: Standard, example: Book) -> None:
    book, _, said = next_book(standard, standard, example)
    assert not book.ledger.lines and not any("录入底稿" in one for one in said)
