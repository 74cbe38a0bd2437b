"""300 subjects, 200 projects with their forms and 60 units fit; one more is refused in one sentence."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from xlbudget.cli.run import run
from xlbudget.editing.build import build_workbook
from xlbudget.errors import UnusableFileError
from xlbudget.figures import TOTAL, BlockData, Book, FormData, Row
from xlbudget.money import Amount
from xlbudget.reading.book import read_book

if TYPE_CHECKING:
    from pathlib import Path

    from xlbudget.standard.model import Block, Standard

SUBJECTS, PROJECTS, UNITS = 300, 200, 60


def amounts(block: Block, *figures: int) -> tuple[Amount | None, ...]:
    given = [Amount(one * 100, block.unit, 2) for one in figures]
    return tuple([*given, *[None] * len(block.amounts)][: len(block.amounts)])


def total(block: Block) -> Row:
    return Row(TOTAL, TOTAL, block.total, amounts(block))


def large(standard: Standard, example: Book, subjects: int, projects: int, units: int) -> Book:
    """A department with so many leaf subjects, projects (each with its form) and units."""
    blocks = dict(example.blocks)
    forms: tuple[FormData, ...] = example.forms
    for key, block in standard.blocks.items():
        if block.body == "subject" and len(block.of_kind("code")) == 1:
            # Classes and groups are rows too, and fit with their leaves.
            wanted = min(subjects, block.room + (subjects > SUBJECTS))
            codes: list[str] = []
            for number in range(wanted):
                group = f"201{number // 90 + 1:02d}"
                new = ["201", group, f"{group}{number % 90 + 1:02d}"]
                codes += [one for one in new if one not in codes]
            rows = [
                Row(one, "subject", f"科目{one}", amounts(block, *([3] if len(one) == 7 else [])))
                for one in sorted(codes[:wanted])
            ]
            blocks[key] = BlockData.of([*rows, total(block)])
        elif block.body == "unit":
            rows = [Row(f"第{n}所", "unit", f"第{n}所", amounts(block, 5)) for n in range(units)]
            blocks[key] = BlockData.of([*rows, total(block)])
        elif block.body == "project":
            rows = [
                Row(f"项目{n}", "item", f"项目{n}", amounts(block, 7), ("", "某单位"))
                for n in range(projects)
            ]
            blocks[key] = BlockData.of([*rows, total(block)])
        elif block.body == "form":
            form = example.forms[0]
            forms = tuple(
                form._replace(name=f"项目{n}", fields={**form.fields, "name": f"项目{n}"})
                for n in range(projects)
            )
            cells = example.blocks[key].rows[0].cells
            blocks[key] = BlockData.of(
                [Row(f"项目{n}", "form", f"项目{n}", cells) for n in range(projects)]
            )
    profile = example.profile._replace(units=tuple(f"第{n}所" for n in range(units)), offices=())
    return example._replace(blocks=blocks, forms=forms, profile=profile)


def every_room(standard: Standard, example: Book) -> Book:
    """All rooms full: as many subjects as a table holds, most of them items with amounts of their own."""
    book = large(standard, example, SUBJECTS, PROJECTS, UNITS)
    blocks = dict(book.blocks)
    for key, block in standard.blocks.items():
        lengths = standard.subjects[block.subjects].lengths if block.subjects else ()
        if block.body != "subject" or len(block.of_kind("code")) != 1:
            continue
        codes = full_codes(block.room, classes=3 if len(lengths) == 2 else 27, depth=len(lengths))
        rows = [
            Row(
                one,
                "subject",
                f"科目{one}",
                amounts(block, *[30_000, 20_000, 10_000][: depth == len(lengths) and 3]),
            )
            for one in codes
            for depth in [1 + (len(one) > 3) + (len(one) > 5)]
        ]
        blocks[key] = BlockData.of([*rows, total(block)])
    return book._replace(blocks=blocks)


def full_codes(room: int, classes: int, depth: int) -> list[str]:
    """So many codes below so many classes: one section in each, as many items as there is room."""
    codes: list[str] = []
    for number in range(classes):
        code = f"{(201 if depth == 3 else 301) + number}"
        section = code if depth == 2 else f"{code}01"
        share = room * (number + 1) // classes - room * number // classes
        above = [code] if depth == 2 else [code, section]
        codes += [*above, *(f"{section}{item:02d}" for item in range(1, share - len(above) + 1))]
    return codes


@pytest.mark.thorough
def test_all_rooms_full_go_through_every_command(
    standard: Standard, example: Book, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """No ceiling of one part is lower than what the others let through: nothing ends with "unusable"."""
    path = tmp_path / "满 的.xlsm"
    build_workbook(standard, every_room(standard, example), path, year=example.year)
    for command, more in (
        ("fill", []),
        ("notes", []),
        ("validate", ["--write"]),
        ("package", ["-o", str(tmp_path / "公开"), "--draft", "--no-pdf"]),
        ("rollover", [str(tmp_path / "下年.xlsm")]),
        ("export", [str(tmp_path / "数据")]),
    ):
        made = run([command, str(path), *more, "-q"])
        said = capsys.readouterr().err
        assert made in (0, 1), f"{command}: {said}"
    for key, data in read_book(path).blocks.items():
        block = standard.blocks[key]
        if block.body == "subject" and len(block.of_kind("code")) == 1:
            assert len(data.rows) == block.room + 1, key
    texts = {unit.part: 0 for unit in read_book(path).texts}
    for unit in read_book(path).texts:
        texts[unit.part] += unit.follows
    assert texts["glossary"] > SUBJECTS - 27
    assert run(["new", str(tmp_path / "再.xlsm"), "--from", str(tmp_path / "数据"), "-q"]) == 0


@pytest.mark.thorough
def test_a_large_department_goes_through_every_command(
    standard: Standard, example: Book, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book = large(standard, example, SUBJECTS, PROJECTS, UNITS)
    path = tmp_path / "大 部门.xlsm"
    build_workbook(standard, book, path, year=example.year)
    for command in (["fill"], ["notes"], ["validate", "--write"]):
        assert run([*command, "-q", str(path)]) in (0, 1), capsys.readouterr().err
    again = read_book(path)
    assert len(again.forms) == PROJECTS
    for key, block in standard.blocks.items():
        kinds = [row.kind for row in again.blocks[key].rows]
        if block.body == "unit":
            assert kinds.count("unit") == UNITS
        if block.body == "project":
            assert kinds.count("item") == PROJECTS


@pytest.mark.parametrize("what", ["subject", "project", "unit"])
def test_one_more_than_the_room_is_refused_with_the_way_out(
    standard: Standard, example: Book, tmp_path: Path, what: str
) -> None:
    block = next(one for one in standard.blocks.values() if one.body == what)
    many = {"subjects": 10, "projects": 10, "units": 10}
    many[f"{what}s"] = block.room + 1
    path = tmp_path / "太多.xlsm"
    with pytest.raises(UnusableFileError) as caught:
        build_workbook(standard, large(standard, example, **many), path, year=example.year)
    said = str(caught.value)
    assert re.search(rf"只能放下{block.room}(行|份)", said)
    assert "请" in said and "\n" not in said
    assert not path.exists()


def test_fill_refuses_rows_for_which_there_is_no_room(
    standard: Standard, example: Book, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Leaves that just fit, whose class does not: nothing is cut, the file stays as it was."""
    book = large(standard, example, SUBJECTS, 5, 5)
    rows = [
        row._replace(key=f"202{row.key[3:]}") if row.key == "2010101" else row
        for row in book.blocks["expenditure"].rows
    ]
    blocks = {**book.blocks, "expenditure": BlockData.of(rows)}
    path = tmp_path / "满.xlsm"
    build_workbook(standard, book._replace(blocks=blocks), path, year=example.year)
    before = path.read_bytes()
    assert run(["fill", "-q", str(path)]) == 2
    said = capsys.readouterr().err
    assert f"只能放下{SUBJECTS}行" in said and said.count("\n") == 1
    assert path.read_bytes() == before
