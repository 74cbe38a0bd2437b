"""What the user and other programs put into the workbook goes through every command untouched."""

from __future__ import annotations

import base64
import re
import zipfile
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest

from xlbudget.building.writer import Writer
from xlbudget.cli.run import run
from xlbudget.editing.build import build_workbook
from xlbudget.xlsx.cells import CellEdit
from xlbudget.xlsx.workbook import Workbook

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from xlbudget.figures import Book
    from xlbudget.standard.model import Standard

# openpyxl, which only reads here, says what it would lose on saving.
pytestmark = pytest.mark.filterwarnings("ignore:.*extension is not supported")

MINE, TABLE = "我的分析", "部门收支总表"
DOT = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
"""A picture of one point."""
TOUCHED = re.compile(r"xl/(worksheets/sheet[0-9]+|charts/chart[0-9]+|workbook)\.xml")
BODY = re.compile(rb"<sheetData.*</sheetData>", re.DOTALL)


def _add_own_things(book: Any) -> None:
    """A sheet with figures, formulas, a chart, a picture, a comment and conditional formats.

    The first table gets a comment, a picture, a chart and a conditional format too.
    """
    mine = book.add_worksheet(MINE)
    mine.set_vba_name("shMine")
    bold = book.add_format({"bold": True, "font_name": "楷体", "bg_color": "#FFCC00"})
    table = book.get_worksheet_by_name(TABLE)
    for line in range(1, 6):
        mine.write(f"A{line}", f"第{line}项", bold)
        mine.write(f"B{line}", line * 1.5)
        mine.write_formula(f"C{line}", f"=B{line}*2", None, line * 3.0)
    mine.write_formula("D1", "=SUM(B1:B5)", None, 22.5)
    for sheet, cell in ((mine, "H2"), (table, "H20")):
        chart = book.add_chart({"type": "column"})
        values = f"='{MINE}'!$B$1:$B$5"
        chart.add_series({"values": values, "categories": f"='{MINE}'!$A$1:$A$5"})
        sheet.insert_chart(cell, chart)
        import io  # noqa: PLC0415

        sheet.insert_image("H40", "点.png", {"image_data": io.BytesIO(DOT)})
        sheet.write_comment("B8", "请张处核实这个数。", {"author": "审核"})
        rule = {"type": "cell", "criteria": ">", "value": 100, "format": bold}
        sheet.conditional_format("B5:B30", rule)
        sheet.conditional_format("C5:C30", {"type": "data_bar"})


@pytest.fixture
def book(
    monkeypatch: pytest.MonkeyPatch, standard: Standard, example: Book, tmp_path: Path
) -> Path:
    """The example's workbook with things of the user's own."""
    finish = Writer.finish

    def with_own_things(self: Writer, ribbon: bytes = b"") -> bytes:
        _add_own_things(self.book)
        return finish(self, ribbon)

    with monkeypatch.context() as patched:
        patched.setattr(Writer, "finish", with_own_things)
        path = tmp_path / "我的 预算.xlsm"
        build_workbook(standard, example, path, year=example.year)
    return path


def parts(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {info.filename: archive.read(info) for info in archive.infolist()}


def own_sheet(found: dict[str, bytes]) -> str:
    """The part of the user's sheet."""
    (name,) = (name for name, part in found.items() if b'codeName="shMine"' in part)
    return name


def damage(path: Path) -> None:
    """A leaf changes, as if the user had typed it and mailed the file without recalculation."""
    Workbook(path).patch(path, [CellEdit("一般公共预算支出表", "F8", Decimal("431.90"))])


def test_every_part_of_the_users_own_stays_byte_for_byte(book: Path) -> None:
    before = parts(book)
    kinds = ("drawings/drawing", "charts/chart", "comments", "media/image", "vmlDrawing")
    for kind in kinds:
        assert any(kind in name for name in before), kind
    order = list(before)
    damage(book)
    for command in (["fill"], ["validate", "--write"], ["notes"], ["fill"]):
        assert run([*command, "-q", str(book)]) in (0, 1)
        after = parts(book)
        assert list(after) == order
        changed = {name for name in order if after[name] != before[name]}
        assert changed, command
        assert all(TOUCHED.fullmatch(name) for name in changed), changed
        mine = own_sheet(before)
        related = [mine, *(name for name in order if f"{mine.rpartition('/')[2]}.rels" in name)]
        assert not changed & set(related)
        # Of charts only those of 总览 follow the figures; the user's own have their values still.
        for name in changed:
            if "/charts/" in name:
                assert MINE.encode() not in before[name]
            if "/worksheets/" in name:
                assert BODY.sub(b"", after[name]) == BODY.sub(b"", before[name])
    assert [name for name in order if after[name] != before[name] and "/worksheets/" in name]


def test_what_is_written_to_a_sheet_changes_no_other_cell(book: Path) -> None:
    """On the sheets that are written to, cells that hold the same before and after are the same XML."""
    before, was = parts(book), openpyxl.load_workbook(book)
    damage(book)
    for command in (["fill"], ["validate", "--write"], ["notes"]):
        run([*command, "-q", str(book)])
    after, now = parts(book), openpyxl.load_workbook(book)
    compared = 0
    for number, name in enumerate(was.sheetnames, 1):
        part = f"xl/worksheets/sheet{number}.xml"
        old, new = _cells(before[part]), _cells(after[part])
        for cell, xml in old.items():
            if was[name][cell].value == now[name][cell].value and b"<f" not in xml:
                compared += 1
                assert new[cell] == xml, (name, cell)
            else:
                assert _style(new[cell]) == _style(xml), (name, cell)
    assert compared > 10_000


def _style(xml: bytes) -> bytes:
    found = re.search(rb' s="[0-9]+"', xml)
    return found[0] if found else b""


def _cells(xml: bytes) -> dict[str, bytes]:
    found = re.finditer(rb'<c r="([A-Z]+[0-9]+)"[^>]*?(?:/>|>.*?</c>)', xml, re.DOTALL)
    return {match[1].decode(): match[0] for match in found}


@pytest.mark.office
def test_recalculation_changes_no_value(book: Path, recalculate: Callable[[Path], Path]) -> None:
    damage(book)
    for command in (["fill"], ["validate", "--write"], ["notes"]):
        run([*command, "-q", str(book)])
    stored = openpyxl.load_workbook(book, data_only=True)
    formulas = openpyxl.load_workbook(book)
    again = openpyxl.load_workbook(recalculate(book), data_only=True)
    wrong, count = [], 0
    for sheet in formulas:
        for line in sheet.iter_rows():
            for cell in line:
                if cell.data_type != "f":
                    continue
                count += 1
                one = stored[sheet.title][cell.coordinate].value
                other = again[sheet.title][cell.coordinate].value
                if not _same(one, other):
                    wrong.append((sheet.title, cell.coordinate, one, other))
    assert wrong == []
    assert count > 3_000


def _same(one: object, other: object) -> bool:
    if isinstance(one, int | float) and isinstance(other, int | float):
        return abs(one - other) < 1e-9 * max(1.0, abs(one))
    return (one or "") == (other or "")
