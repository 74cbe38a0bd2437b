"""Single cells of a workbook on disk changed, and everything else byte for byte as it was."""

from __future__ import annotations

import base64
import io
import struct
import zipfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import python_calamine
import xlsxwriter

from xlbudget.errors import UnusableFileError
from xlbudget.xlsx.cells import Afterwards, CellEdit
from xlbudget.xlsx.workbook import Workbook

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
GENERAL = "一般公共预算支出表"
CHAIN = (
    b'<?xml version="1.0"?><calcChain xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    b"%b</calcChain>"
)


@pytest.fixture
def rich(tmp_path: Path) -> Path:
    """A workbook with all that a user may have in it; sheet 表一 has A1:C3 filled."""
    path = tmp_path / "某局 预算.xlsm"
    vba = tmp_path / "vbaProject.bin"
    vba.write_bytes(b"\xd0\xcf\x11\xe0" + bytes(range(256)) * 9)
    book = xlsxwriter.Workbook(path)
    book.add_vba_project(str(vba))
    bold = book.add_format({"bold": True, "num_format": "#,##0.00"})
    sheet = book.add_worksheet("表一")
    for row in range(3):
        sheet.write_string(row, 0, f"第{row}行")
        sheet.write_number(row, 1, row + 0.5, bold)
        sheet.write_formula(row, 2, f"=B{row + 1}*2", bold, row * 2 + 1)
    sheet.write_comment("A1", "批注")
    sheet.insert_image("H1", "pixel.png", {"image_data": io.BytesIO(PIXEL)})
    chart = book.add_chart({"type": "column"})
    chart.add_series({"values": "=表一!$B$1:$B$3"})
    sheet.insert_chart("H9", chart)
    sheet.merge_range("A8:C8", "合并")
    sheet.write_array_formula("A9:A10", "{=B1:B2*2}")
    sheet.conditional_format("B1:B3", {"type": "cell", "criteria": ">", "value": 1, "format": bold})
    sheet.data_validation("B1", {"validate": "decimal", "criteria": ">", "value": 0})
    pie = book.add_chart({"type": "pie"})
    pie.add_series({"values": "=表一!$B$1:$B$3"})
    book.add_chartsheet("图").set_chart(pie)
    other = book.add_worksheet("我的'A&B'表")
    other.write_formula("B2", "=表一!C1", None, 1)
    book.close()
    return path


def patched(path: Path, *edits: CellEdit, **options: bool) -> Path:
    target = path.with_name(f"改后 {path.name}")
    Workbook(path).patch(target, edits, **options)
    return target


def values(path: Path, sheet: str = "表一", *, formulas: bool = False) -> openpyxl.worksheet:
    return openpyxl.load_workbook(path, data_only=not formulas)[sheet]


def different(one: Path, two: Path) -> list[str]:
    """The parts that differ; all else, the directory included, is the same."""
    with zipfile.ZipFile(one) as before, zipfile.ZipFile(two) as after:
        assert after.testzip() is None
        kept = [info for info in before.infolist() if info.filename in after.namelist()]
        assert [info.filename for info in kept] == after.namelist()
        for old, new in zip(kept, after.infolist(), strict=True):
            for name in ("date_time", "external_attr", "create_system", "compress_type", "comment"):
                assert getattr(old, name) == getattr(new, name), (old.filename, name)
        gone = set(before.namelist()) - set(after.namelist())
        return sorted(gone) + [
            info.filename for info in kept if before.read(info) != after.read(info.filename)
        ]


def rewrite(path: Path, **parts: Any) -> None:
    """Other content for parts (by their last name); ``added`` are new, by their place."""
    with zipfile.ZipFile(path) as archive:
        old = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in old.items():
            key = Path(name).name.replace(".", "_").replace("[", "").replace("]", "").strip("_")
            new = parts.get(key, content)
            archive.writestr(name, new(content) if callable(new) else new)
        for name, content in parts.get("added", {}).items():
            archive.writestr(name, content)


# ------------------------------------------------------------------ what is written


def test_amounts_texts_formulas_and_blanks_are_read_back(rich: Path) -> None:
    target = patched(
        rich,
        CellEdit("表一", "B1", Decimal("5249.40")),
        CellEdit("表一", "B2", 7),
        CellEdit("表一", "A2", "=1+1 < & > “引”"),
        CellEdit("表一", "B3", Decimal("12.5"), 'IF(A1="甲",SUM(B1:B2),0)'),
        CellEdit("表一", "C2", "", 'IF(B1<0,1,"")'),
        CellEdit("表一", "C3", "甲&乙", '"甲&乙"'),
        CellEdit("表一", "A3", None),
        CellEdit("表一", "E20", "-新行"),
        CellEdit("我的'A&B'表", "B2", Decimal("-0.00")),
    )
    shown, formulas = values(target), values(target, formulas=True)
    assert [shown[cell].value for cell in ("B1", "B2", "B3", "A2", "A3", "E20", "C3", "C1")] == [
        5249.4,
        7,
        12.5,
        "=1+1 < & > “引”",
        None,
        "-新行",
        "甲&乙",
        1,
    ]
    assert formulas["B3"].value == '=IF(A1="甲",SUM(B1:B2),0)'
    assert formulas["C2"].value == '=IF(B1<0,1,"")'
    assert formulas["A2"].data_type == "s"  # a text, no formula
    assert all(shown[cell].font.bold for cell in ("B1", "B2", "B3", "C2"))
    assert shown.dimensions == "A1:E20"
    fast = python_calamine.load_workbook(str(target))
    lines = fast.get_sheet_by_name("表一").to_python(skip_empty_area=False)
    assert lines[0][:3] == ["第0行", 5249.4, 1] and lines[1][:3] == ["=1+1 < & > “引”", 7, ""]
    assert lines[2][:3] == ["", 12.5, "甲&乙"] and lines[19][4] == "-新行"
    assert fast.get_sheet_by_name("我的'A&B'表").to_python(skip_empty_area=False)[1][1] == 0
    assert different(rich, target) == ["xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml"]


def test_parts_that_stay_keep_their_packed_bytes(rich: Path) -> None:
    target = patched(rich, CellEdit("表一", "B1", 1))
    with zipfile.ZipFile(rich) as before, zipfile.ZipFile(target) as after:
        old, new = rich.read_bytes(), target.read_bytes()
        for info in before.infolist():
            if info.filename == "xl/worksheets/sheet1.xml":
                continue
            other = after.getinfo(info.filename)
            length = 30 + len(info.orig_filename) + info.compress_size
            assert old[info.header_offset :][:length] == new[other.header_offset :][:length], (
                info.filename
            )


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("一\n二\t三  ", "一\n二\t三  "),
        ("\r\x01", "_x000D__x0001_"),
        ("_x0041_ _x0041", "_x005F_x0041_ _x0041"),
        ("_x0041_x0042_", "_x005F_x0041_x005F_x0042_"),
        ("_x0041\x02", "_x005F_x0041_x0002_"),
        ("]]>😀", "]]&gt;😀"),
    ],
)
def test_what_xml_cannot_hold_is_escaped_as_in_excel(rich: Path, text: str, stored: str) -> None:
    target = patched(rich, CellEdit("表一", "A1", text), CellEdit("表一", "A2", text, "A1"))
    with zipfile.ZipFile(target) as archive:
        xml = archive.read("xl/worksheets/sheet1.xml").decode()
    assert f'<t xml:space="preserve">{stored}</t>' in xml
    assert f"<f>A1</f><v>{stored}</v>" in xml
    values(target)


@pytest.mark.parametrize("text", ["甲\ufffe", "\ud800"])
def test_what_is_no_character_is_refused_with_its_cell(rich: Path, text: str) -> None:
    before = rich.read_bytes()
    for edit in (CellEdit("表一", "A1", text), CellEdit("表一", "A1", "甲", f'"{text}"')):
        with pytest.raises(UnusableFileError, match="工作表“表一”的单元格A1的文字里有存不下的"):
            patched(rich, edit)
    assert rich.read_bytes() == before


def test_the_last_edit_of_a_cell_wins(rich: Path) -> None:
    edits = [CellEdit("表一", "B1", number) for number in (1, 2, 3)]
    assert values(patched(rich, *edits, CellEdit("表一", "$b$1", 4)))["B1"].value == 4


def test_without_edits_the_file_is_copied(rich: Path) -> None:
    assert patched(rich).read_bytes() == rich.read_bytes()
    assert patched(rich, CellEdit("表一", "Z99", None)).read_bytes() == rich.read_bytes()


def test_source_and_target_may_be_the_same(rich: Path) -> None:
    Workbook(rich).patch(rich, [CellEdit("表一", "B1", 9)])
    assert values(rich)["B1"].value == 9


def test_edits_may_be_repeated_and_taken_back(rich: Path) -> None:
    with zipfile.ZipFile(rich) as archive:
        before = archive.read("xl/worksheets/sheet1.xml")
    once = patched(rich, CellEdit("表一", "B1", Decimal("7.5")))
    back = patched(once, CellEdit("表一", "B1", Decimal("0.5")))
    with zipfile.ZipFile(back) as archive:
        assert archive.read("xl/worksheets/sheet1.xml") == before


def test_recalculation_is_asked_for_only_when_wanted(rich: Path) -> None:
    rewrite(rich, workbook_xml=lambda old: old.replace(b' fullCalcOnLoad="1"', b""))
    target = patched(rich, CellEdit("表一", "B1", 9), afterwards=Afterwards(recalculate=True))
    assert set(different(rich, target)) == {"xl/workbook.xml", "xl/worksheets/sheet1.xml"}
    with zipfile.ZipFile(rich) as before, zipfile.ZipFile(target) as after:
        asked = after.read("xl/workbook.xml").replace(b' fullCalcOnLoad="1"', b"")
        assert asked == before.read("xl/workbook.xml") != after.read("xl/workbook.xml")
    assert different(rich, patched(rich, CellEdit("表一", "B1", 9))) == ["xl/worksheets/sheet1.xml"]
    assert different(rich, patched(rich, afterwards=Afterwards(recalculate=True))) == [
        "xl/workbook.xml"
    ]


def test_the_print_area_follows_the_last_row_and_others_stay(tmp_path: Path) -> None:
    source = tmp_path / "打印.xlsx"
    with xlsxwriter.Workbook(source) as book:
        for name in ("甲 & 乙", "丙"):
            sheet = book.add_worksheet(name)
            sheet.write("A1", 1)
            sheet.print_area("A1:C9")
    target = patched(source, afterwards=Afterwards(last_rows={"甲 & 乙": 25}))
    assert different(source, target) == ["xl/workbook.xml"]
    areas = [sheet.print_area for sheet in openpyxl.load_workbook(target)]
    assert areas == ["'甲 & 乙'!$A$1:$C$25", "'丙'!$A$1:$C$9"]


def test_stored_members_comments_and_descriptors_are_kept(rich: Path) -> None:
    streamed = io.BytesIO()

    class Pipe(io.RawIOBase):  # no way back: sizes follow the data
        def writable(self) -> bool:
            return True

        def write(self, data: bytes) -> int:
            return streamed.write(data)

    with zipfile.ZipFile(rich) as archive, zipfile.ZipFile(Pipe(), "w") as output:
        for number, info in enumerate(archive.infolist()):
            member = zipfile.ZipInfo(info.filename, (2024, 2, number % 28 + 1, 3, 4, 6))
            member.compress_type = zipfile.ZIP_DEFLATED if number % 2 else zipfile.ZIP_STORED
            member.external_attr = 0o640 << 16
            member.comment = "注".encode()
            output.writestr(member, archive.read(info))
        output.comment = b"end"
    rich.write_bytes(streamed.getvalue())
    with zipfile.ZipFile(rich) as archive:
        assert all(info.flag_bits & 8 for info in archive.infolist())
    target = patched(rich, CellEdit("表一", "B1", 9), CellEdit("我的'A&B'表", "B1", 9))
    assert different(rich, target) == ["xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml"]
    with zipfile.ZipFile(target) as archive:
        assert archive.comment == b"end"
    assert values(target)["B1"].value == 9


# ------------------------------------------------------------------ the calculation chain


def with_chain(path: Path, entries: bytes) -> None:
    relation = (
        b'<Relationship Id="rIdC" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
        b'relationships/calcChain" Target="/xl/calcChain.xml"/></Relationships>'
    )
    override = (
        b'<Override PartName="/xl/calcChain.xml" ContentType="application/vnd.openxmlformats-'
        b'officedocument.spreadsheetml.calcChain+xml"></Override></Types>'
    )
    rewrite(
        path,
        workbook_xml_rels=lambda old: old.replace(b"</Relationships>", relation),
        Content_Types_xml=lambda old: old.replace(b"</Types>", override),
        added={"xl/calcChain.xml": CHAIN % entries},
    )
    with zipfile.ZipFile(path) as archive:
        assert b"calcChain" in archive.read("[Content_Types].xml")


def test_cells_without_formula_leave_the_calculation_chain(rich: Path) -> None:
    with_chain(rich, b'<c r="C1" i="1"/><c r="C2"/><c r="B2" i="3"/>')
    target = patched(rich, CellEdit("表一", "C1", 1), CellEdit("表一", "C2", 1, "B2"))
    with zipfile.ZipFile(target) as archive:
        assert archive.read("xl/calcChain.xml") == CHAIN % b'<c r="C2" i="1"/><c r="B2" i="3"/>'
    assert different(rich, target) == ["xl/worksheets/sheet1.xml", "xl/calcChain.xml"]


def test_an_empty_calculation_chain_is_dropped(rich: Path) -> None:
    with zipfile.ZipFile(rich) as archive:
        before = {name: archive.read(name) for name in archive.namelist()}
    with_chain(rich, b'<c r="C1" i="1"/><c r="B2" i="3"/>')
    target = patched(rich, CellEdit("表一", "C1", 1), CellEdit("我的'A&B'表", "B2", None))
    with zipfile.ZipFile(target) as archive:
        assert "xl/calcChain.xml" not in archive.namelist()
        for name in ("[Content_Types].xml", "xl/_rels/workbook.xml.rels"):
            assert archive.read(name) == before[name]
    assert values(target)["C1"].value == 1


# ------------------------------------------------------------------ formulas and names


def test_formulas_and_names_of_sheets(rich: Path) -> None:
    assert Workbook(rich).names == ["表一", "我的'A&B'表"]
    assert Workbook(rich).formulas_of() == {
        "表一": {"C1": "B1*2", "C2": "B2*2", "C3": "B3*2", "A9": "B1:B2*2"},
        "我的'A&B'表": {"B2": "表一!C1"},
    }
    assert Workbook(rich).formulas_of({"我的'A&B'表", "没有"}) == {"我的'A&B'表": {"B2": "表一!C1"}}


@pytest.mark.parametrize(
    "change",
    [
        lambda old: old,
        lambda old: old.replace(b"<f>", b"<f ca='1' >\n"),
        lambda old: old.replace(b"<f>B2*2</f>", b"<f t='shared' si='0'/>"),
        lambda old: old.replace(b"<f>B2*2</f>", b"<f/>"),
        lambda old: old.replace(b"<f>B2*2</f>", b"<f ca='1'></f>"),
        lambda old: old.replace(b"<f>B2*2</f>", b"<f ca='1'/>"),
        lambda old: old.replace(b' r="C2"', b""),
        lambda old: old.replace(b' r="C2"', b" cm='1'\nr='C2' "),
        lambda old: (
            old.replace(b"</", b"</x:")
            .replace(b"<", b"<x:")
            .replace(b"<x:/x:", b"</x:")
            .replace(b"<x:?", b"<?")
            .replace(b"xmlns=", b"xmlns:x=")
        ),
    ],
)
def test_cells_with_formulas_are_found_without_a_tree(rich: Path, change: Any) -> None:
    rewrite(rich, sheet1_xml=change)
    source = Workbook(rich)
    cells = source.formula_cells({"表一", "我的'A&B'表", "没有"})
    assert ("表一", "C1") in cells
    assert cells == {(name, cell) for name, held in source.formulas_of().items() for cell in held}


def test_the_built_workbook_takes_edits(example_file: Path, tmp_path: Path) -> None:
    copy = tmp_path / "样例.xlsm"
    copy.write_bytes(example_file.read_bytes())
    formulas = Workbook(copy).formulas_of()
    names = Workbook(copy).names
    assert names[:4] == ["封面", "公开封面", "目录", "基础信息"] and len(names) == 25
    other = openpyxl.load_workbook(copy)
    for sheet, cells in formulas.items():
        found = {
            cell.coordinate: cell.value.removeprefix("=")
            for row in other[sheet].iter_rows()
            for cell in row
            if cell.data_type == "f" and isinstance(cell.value, str)
        }
        assert {cell: cells[cell] for cell in found} == found
    target = patched(
        copy,
        CellEdit(GENERAL, "D8", Decimal("12.50")),
        CellEdit(GENERAL, "A400", "x"),
        CellEdit("部门概况", "A9", "职责"),
    )
    assert len(different(copy, target)) == 2
    before, after = values(copy, GENERAL), values(target, GENERAL)
    assert after["D8"].value == 12.5 and after["D8"].number_format == before["D8"].number_format
    same = [cell for row in before.iter_rows() for cell in row if cell.coordinate != "D8"]
    assert all(after[cell.coordinate].value == cell.value for cell in same)


def test_targets_of_relations_may_be_absolute_or_of_other_case(rich: Path) -> None:
    rewrite(
        rich,
        workbook_xml_rels=lambda old: old.replace(
            b'"worksheets/sheet1.xml"', b"'/XL/Worksheets/sheet1.xml'"
        ),
    )
    assert (
        Workbook(patched(rich, CellEdit("表一", "B1", 9, "1+1"))).formulas_of()["表一"]["B1"]
        == "1+1"
    )


# ------------------------------------------------------------------ refusals


@pytest.mark.parametrize(
    ("cell", "named"), [("A10", "A9:A10"), ("B8", "A8:C8"), ("A9", "数组公式")]
)
def test_cells_that_belong_to_others_are_refused(rich: Path, cell: str, named: str) -> None:
    target = rich.with_name("不写.xlsm")
    with pytest.raises(UnusableFileError, match=named) as caught:
        Workbook(rich).patch(target, [CellEdit("表一", cell, 1)])
    assert all(text in str(caught.value) for text in (rich.name, "表一", cell))
    assert not target.exists()


def test_unknown_sheets_and_chart_sheets_are_refused(rich: Path) -> None:
    for sheet in ("没有", "图"):
        with pytest.raises(UnusableFileError, match=f"没有工作表“{sheet}”"):
            patched(rich, CellEdit(sheet, "A1", 1))


def test_what_fits_no_cell_is_refused(rich: Path) -> None:
    with pytest.raises(UnusableFileError, match="32767") as caught:
        patched(rich, CellEdit("表一", "A1", "长" * 32_768))
    assert all(text in str(caught.value) for text in (rich.name, "表一", "A1"))
    with pytest.raises(UnusableFileError, match="公式"):
        patched(rich, CellEdit("表一", "A1", 1, "+".join(["A1"] * 3000)))
    for edit in (
        CellEdit("表一", "A0", 1),
        CellEdit("表一", "甲1", 1),
        CellEdit("表一", "A1", Decimal("NaN")),
        CellEdit("表一", "A1", Decimal("1e400")),
    ):
        with pytest.raises(ValueError, match=r"."):
            patched(rich, edit)


def test_strict_workbooks_are_refused(rich: Path) -> None:
    rewrite(
        rich,
        rels=lambda old: old.replace(
            b"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument",
            b"http://purl.oclc.org/ooxml/officeDocument/relationships/officeDocument",
        ),
    )
    for call in (
        lambda: patched(rich, CellEdit("表一", "A1", 1)),
        lambda: Workbook(rich).formulas_of(),
        lambda: Workbook(rich).formula_cells({"表一"}),
    ):
        with pytest.raises(UnusableFileError, match="严格 OOXML") as caught:
            call()
        assert rich.name in str(caught.value)


def damaged(path: Path, name: str, change: bytes) -> None:
    """Bytes within a packed member replaced."""
    with zipfile.ZipFile(path) as archive:
        info = archive.getinfo(name)
    data = bytearray(path.read_bytes())
    start = info.header_offset + 30 + len(name)
    data[start + 20 : start + 20 + len(change)] = change
    path.write_bytes(data)


def test_damaged_files_are_refused(rich: Path, tmp_path: Path) -> None:
    edit = CellEdit("表一", "A1", 1)
    whole = rich.read_bytes()
    damaged(rich, "xl/worksheets/sheet1.xml", b"\xff" * 40)
    with pytest.raises(UnusableFileError, match="已损坏"):
        patched(rich, edit)
    rich.write_bytes(whole)
    rewrite(rich, sheet1_xml=b"<worksheet><")
    with pytest.raises(UnusableFileError, match="表一"):
        Workbook(rich).formulas_of()
    rich.write_bytes(whole)
    rewrite(rich, workbook_xml_rels=b"<Relationships/>")
    with pytest.raises(UnusableFileError, match="没有工作表"):
        patched(rich, edit)
    rich.write_bytes(whole)
    rewrite(rich, rels=b"<Relationships/>")
    with pytest.raises(UnusableFileError, match="已损坏"):
        assert Workbook(rich).names
    for content in (b"", b"PK", whole[:5000], b"text"):
        rich.write_bytes(content)
        with pytest.raises(UnusableFileError, match="某局"):
            patched(rich, edit)
    with pytest.raises(UnusableFileError, match="找不到"):
        patched(tmp_path / "没有.xlsx", edit)


@pytest.mark.parametrize("offset", [0xFFFFFF, 1, 40])
def test_directories_that_point_nowhere_are_refused(rich: Path, offset: int) -> None:
    data = bytearray(rich.read_bytes())
    place = data.rindex(b"PK\x01\x02")
    struct.pack_into("<L", data, place + 42, offset)
    rich.write_bytes(data)
    with pytest.raises(UnusableFileError, match="损坏"):
        patched(rich, CellEdit("表一", "A1", 1))


def test_other_ways_of_packing_are_refused(rich: Path) -> None:
    with zipfile.ZipFile(rich) as archive:
        old = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(rich, "w", zipfile.ZIP_LZMA) as archive:
        for name, content in old.items():
            archive.writestr(name, content)
    with pytest.raises(UnusableFileError, match="损坏"):
        patched(rich, CellEdit("表一", "A1", 1))
