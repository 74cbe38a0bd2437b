"""A data folder says all that a workbook says: nothing is lost on the way out and back."""

from __future__ import annotations

import random
import shutil
import sys
import tempfile
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from own_standards import changed, copied
from same_books import same
from xlbudget.cli.run import run
from xlbudget.editing.build import build_workbook
from xlbudget.editing.notes import plan_notes
from xlbudget.editing.own import read_finals
from xlbudget.errors import DataFolderError, UnusableFileError
from xlbudget.explaining.explain import explain, glossary
from xlbudget.figures import (
    BlockData,
    FormData,
    Indicator,
    InfoValue,
    Office,
    Profile,
    TextUnit,
    Unreadable,
)
from xlbudget.importing.data_folder import read_folder
from xlbudget.money import COUNT, Amount
from xlbudget.publishing.data_folder import export_folder, write_folder
from xlbudget.reading.book import read_book
from xlbudget.rules.fill import statements
from xlbudget.standard.loader import OWN_LISTS, load_folder, load_standard, own_standard
from xlbudget.standard.model import Subject
from xlbudget.xlsx.backups import backups
from xlbudget.xlsx.cells import CellEdit
from xlbudget.xlsx.workbook import Workbook

if TYPE_CHECKING:
    from xlbudget.figures import Book
    from xlbudget.standard.model import Standard

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks" / "validation"))
from random_budget import SIZES, random_budget

TRICKY = (
    "a,b", '"引号"，"quoted"', "=1+1", "@SUM(A1)", "007", "第一行\n第二行", "0.00", "-", "100%",
    "#标题", "[表]", "a = 'b'", "\\n", "全角，顿号、", "emoji😀", "中 间 有 空 格", "true", "2024",
)  # fmt: skip


def test_folder_workbook_folder(
    standard: Standard, costly_department: Path, tmp_path: Path
) -> None:
    first = read_folder(costly_department, standard)
    path = tmp_path / "部门 预算.xlsm"
    build_workbook(standard, first, path, year=first.year)
    done = export_folder(path, tmp_path / "数据")
    assert done.left == ()
    again = read_folder(tmp_path / "数据", standard)
    built = read_book(path)
    assert same(standard, again) == same(standard, built)
    for key, data in first.blocks.items():
        rows = {row.key: row.cells for row in again.blocks[key].rows}
        assert all(rows[row.key] == row.cells for row in data.rows)
    assert again.profile == first.profile
    assert {key: dict(value) for key, value in first.keyed.items()} == dict(again.keyed)
    second = tmp_path / "再.xlsm"
    build_workbook(standard, again, second, year=again.year)
    assert second.read_bytes() == path.read_bytes()


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**31), texts=st.lists(st.sampled_from(TRICKY), min_size=6, max_size=6))
def test_any_book(seed: int, texts: list[str]) -> None:
    standard = load_standard()
    book = altered(standard, random.Random(seed), texts)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "数据"
        write_folder(book, own_standard(book), folder)
        again = read_folder(folder, standard)
    assert same(standard, again) == same(own_standard(book), book)


def altered(standard: Standard, rng: random.Random, texts: list[str]) -> Book:
    """A budget at random with blank, unreadable and very exact cells, and texts hard to write."""
    book = random_budget(rng, SIZES["small"])
    blocks = {}
    for key, data in book.blocks.items():
        unit = standard.blocks[key].unit
        forms = standard.blocks[key].body == "form"
        rows = [
            row._replace(
                texts=() if row.kind == "total" else row.texts,
                cells=tuple(
                    rng.choice(
                        (
                            cell,
                            None,
                            Amount(0, unit),
                            Amount(rng.randrange(-(10**12), 10**12), unit, 6),
                            None if forms else Unreadable("待定，见“附件”"),
                        )
                    )
                    if rng.random() < 0.3
                    else cell
                    for cell in row.cells
                ),
            )
            for row in data.rows
        ]
        if forms and rows:  # the short form has no cell for what is carried over
            rows[0] = rows[0]._replace(cells=without_carryover(standard, key, rows[0].cells))
        blocks[key] = BlockData.of(
            [row._replace(cells=tuple(map(plain, row.cells))) for row in rows]
        )
    first = next(iter(blocks["performance"].rows), None)
    fields = {"name": "", "goal": texts[0], "authority": texts[1]}
    made = tuple(
        FormData(row.key, "target", fields | {"name": row.key}, indicators(rng, texts))
        if row is first
        else FormData(
            row.key,
            "application",
            {"name": row.key, "period": "2024年", "stage_goal": texts[2]},
            (),
        )
        for row in blocks["performance"].rows
    )
    info = {
        **book.info,
        "reason_income": InfoValue(texts[3].strip()),
        "reason_fund": InfoValue("\x7f\x01"),
        "weight_total": InfoValue(rng.choice([None, Amount(100, COUNT, 0)])),
        "unit_kind": InfoValue(rng.choice(["", "事业单位"])),
        "prior_fund": InfoValue(rng.choice([None, Amount(0), Amount(-1_230_000, places=2)])),
        "subject_lists": InfoValue(OWN_LISTS),
    }
    own = (
        Subject("2019901", texts[4].replace("\n", ""), 2020, 9999, ("甲", "乙")),
        Subject("20199", "其他", 0, 2024),
    )
    final = TextUnit("notes", "一", "一.1", f"{texts[5]}\n　第二段", heading=False)
    mine = TextUnit("notes", "一", "自写.9", texts[0])
    book = book._replace(
        blocks=blocks,
        forms=made,
        info=info,
        keyed={"purpose": {texts[1]: texts[2], "201": ""}, "gloss": {"0010": texts[3]}},
        profile=Profile(
            tuple(texts[:2]), texts[2], (Office(texts[3], texts[4]), Office("办公室", "")), ("甲", "乙")
        ),
        subjects={"functional": own},
        texts=(final, mine, TextUnit("glossary", "名词", "名词.标题", texts[2], heading=True)),
    )  # fmt: skip
    notes = {
        **statements(standard, book),
        "three_public": ("说明：", texts[5]),
        "general": (texts[0],),
    }
    return book._replace(notes=notes)


def without_carryover(
    standard: Standard, key: str, cells: tuple[object, ...]
) -> tuple[object, ...]:
    at = standard.blocks[key].amount_index["carryover"]
    return (*cells[:at], None, *cells[at + 1 :])


def plain(cell: object) -> object:
    """The amount with the decimals that a reader gives it."""
    if not isinstance(cell, Amount):
        return cell
    places = 2
    while cell.fen % (cell.unit.fen // 10**places):
        places += 1
    return cell._replace(places=places)


def indicators(rng: random.Random, texts: list[str]) -> tuple[Indicator, ...]:
    keys = ("first", "second", "third", "value", "weight")
    return tuple(
        Indicator(
            {key: rng.choice(texts).strip() for key in keys if rng.random() < 0.8}
            | {"third": "三级"}
        )
        for _ in range(3)
    )


# ------------------------------------------------------------------ workbooks that people have edited


@pytest.fixture
def edited(standard: Standard, example_file: Path, tmp_path: Path) -> Path:
    """The example after a person worked in it: notes, texts that are hard to write, own sheets."""
    path = tmp_path / "改过 的.xlsm"
    shutil.copy(example_file, path)
    book = read_book(path)
    notes = plan_notes(Workbook(path), explain(standard, book), glossary(standard, book))
    Workbook(path).patch(path, notes.edits, notes.afterwards)
    texts = {unit.id: unit.place.cell for unit in read_book(path).texts if unit.part == "notes"}
    general = book.blocks["general"]
    last = max(row.line for row in general.rows)
    edits = [
        CellEdit("基础信息", book.info["reason_income"].cell, '=1+1，"引号"，\n第二行'),
        CellEdit("基础信息", book.info["weight_total"].cell, None),
        CellEdit("项目支出表", "D8", "0012,单位 "),
        CellEdit("一般公共预算支出表", general.cell_name(general.rows[0], 1), None),
        CellEdit("一般公共预算支出表", general.cell_name(general.rows[1], 3), Decimal("1.234567")),
        CellEdit("一般公共预算支出表", f"A{last + 1}", "注：=不是公式，“引号”"),
        CellEdit("情况说明", texts["一.1"], '改写的第一段，"引号"。\n第二行'),
        CellEdit("情况说明", "D140", "=自己写的一段"),
    ]
    Workbook(path).patch(path, edits)
    return path


def test_a_workbook_edited_by_hand(standard: Standard, edited: Path, tmp_path: Path) -> None:
    folder = tmp_path / "数据"
    before = edited.read_bytes()
    done = export_folder(edited, folder)
    assert done.left == ()
    assert edited.read_bytes() == before
    book = read_book(edited)
    finals = tuple(unit for unit in read_finals(Workbook(edited)))
    assert [unit.id for unit in finals] == ["一.1", "自写.140"]
    again = read_folder(folder, standard)
    assert same(standard, again) == same(standard, book._replace(texts=finals))
    assert again.number("weight_total") is None  # blank is not the default of 90
    assert run(["new", str(tmp_path / "再.xlsm"), "--from", str(folder), "-q"]) == 0
    rebuilt = read_book(tmp_path / "再.xlsm")
    assert same(standard, rebuilt._replace(texts=())) == same(standard, book._replace(texts=()))
    kept = {unit.id: unit.text for unit in rebuilt.texts if not unit.follows}
    assert kept == {unit.id: unit.text for unit in finals}
    assert len(rebuilt.texts) == len(book.texts) + 1  # generated again; 自写 has its id now


def test_own_subjects(standard: Standard, example: Book, tmp_path: Path) -> None:
    own = {"functional": (Subject("2010398", "本地科目", 2024, 9999, ("甲",)),)}
    info = {**example.info, "subject_lists": InfoValue(OWN_LISTS)}
    book = example._replace(subjects=own, info=info)
    path = tmp_path / "本地.xlsm"
    build_workbook(own_standard(book), book, path, year=book.year)
    export_folder(path, tmp_path / "数据")
    assert read_folder(tmp_path / "数据", standard).subjects == own
    assert run(["new", str(tmp_path / "再.xlsm"), "--from", str(tmp_path / "数据"), "-q"]) == 0
    assert read_book(tmp_path / "再.xlsm").subjects == own


def test_codes_in_several_columns(example: Book, tmp_path: Path) -> None:
    folder = copied(tmp_path)
    one = '{ key = "code", kind = "code", label = ["经济分类", "科目编码"] }'
    two = '{ key = "a", kind = "code", label = ["科目编码", "类"] },\n  { key = "b", kind = "code", label = ["科目编码", "款"] }'
    changed(folder, "tables/06-basic.toml", one, two)
    split = load_folder(folder)
    write_folder(example, split, tmp_path / "数据")
    text = (tmp_path / "数据" / "06-一般公共预算基本支出表.csv").read_text("utf-8-sig")
    assert "\n301,01,基本工资" in text
    assert same(split, read_folder(tmp_path / "数据", split)) == same(split, example)


def test_what_does_not_fit_is_said(edited: Path, tmp_path: Path) -> None:
    path = tmp_path / "另.xlsx"
    book = openpyxl.load_workbook(edited)
    book.create_sheet("我的底稿")["A1"] = 1
    found = read_book(edited)
    book["基础信息"][found.info["procurement_total"].cell] = "待定"
    form = found.blocks["performance"].rows[0]
    book["项目支出绩效目标表"][form.places[0]] = "待批"
    del book["国有资本经营预算支出表"]
    book.save(path)
    done = export_folder(path, tmp_path / "数据")
    said = "\n".join(done.left)
    for word in ("我的底稿", "待定", "待批", "国有资本经营预算支出表"):
        assert word in said
    assert read_folder(tmp_path / "数据", load_standard()).number("procurement_total") is None


def test_cells_beside_the_columns_are_told(edited: Path, tmp_path: Path) -> None:
    """Nobody reads them, so the folder does not hold them: that is said with their place."""
    assert export_folder(edited, tmp_path / "先").left == ()
    edits = [
        CellEdit("一般公共预算支出表", "Z8", "待与财政核对"),
        CellEdit("基础信息", "H5", Decimal(7)),
        CellEdit("部门概况", "F6", "增"),
        CellEdit("项目支出绩效目标表", "N9", "附注"),
        CellEdit("部门收入总表", "Z9", "1", "0+1"),
    ]
    Workbook(edited).patch(edited, edits)
    (said,) = export_folder(edited, tmp_path / "数据").left
    for place in (
        "“一般公共预算支出表”Z8（待与财政核对）",
        "“基础信息”H5（7）",
        "“部门概况”F6（增）",
        "“项目支出绩效目标表”N9（附注）",
    ):
        assert place in said
    assert "部门收入总表" not in said  # a sum of one's own is no content


def test_nothing_is_overwritten_unasked(edited: Path, tmp_path: Path) -> None:
    folder = tmp_path / "数据"
    export_folder(edited, folder)
    (folder / "基础信息.toml").write_text("mine", "utf-8")
    (folder / "README.md").write_text("about", "utf-8")
    with pytest.raises(UnusableFileError, match="--overwrite"):
        export_folder(edited, folder)
    assert (folder / "基础信息.toml").read_text("utf-8") == "mine"
    done = export_folder(edited, folder, overwrite=True)
    (kept,) = backups(folder / "基础信息.toml")
    assert kept.path.read_text("utf-8") == "mine"
    assert (kept.number, kept.by, done.backups) == (1, "export", (kept.path,))
    assert (folder / "README.md").read_text("utf-8") == "about"
    book = read_book(edited)._replace(texts=())
    write_folder(book, load_standard(), folder, overwrite=True)
    assert not (folder / "定稿.toml").exists()  # what is gone is gone from the folder too
    assert [one.path.exists() for one in backups(folder / "定稿.toml")] == [True]


def test_command(example_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "数 据"
    assert run(["export", str(example_file), str(folder)]) == 0
    assert "共 14 个文件" in capsys.readouterr().out
    assert run(["export", str(example_file), str(folder)]) == 2
    assert "已有" in capsys.readouterr().err
    assert run(["export", str(example_file), str(folder), "--overwrite", "-q"]) == 0
    assert capsys.readouterr().out == ""
    assert run(["export", str(example_file), str(example_file)]) == 2
    assert "不是文件夹" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("表下说明.toml", '"没有的表" = ["一"]', "不认识“没有的表”"),
        ("表下说明.toml", '"项目支出表" = "一"', "应为几行文字"),
        ("科目字典.csv", "编码,名称,分类\n201x,甲,功能分类\n", "不是数字"),
        ("科目字典.csv", "编码,名称,分类\n201,甲,别的\n", "“分类”应为"),
        ("定稿.toml", '[["情况说明"]]\n"段落" = "一.1"', "第1段要有“段落”和“定稿”"),
        ("定稿.toml", '[["前言"]]\n"段落" = "一.1"', "不认识“前言”"),
    ],
)
def test_files_written_wrong(
    standard: Standard, example: Book, tmp_path: Path, name: str, text: str, said: str
) -> None:
    write_folder(example, standard, tmp_path / "数据")
    (tmp_path / "数据" / name).write_text(text, "utf-8")
    with pytest.raises(DataFolderError, match=said):
        read_folder(tmp_path / "数据", standard)
