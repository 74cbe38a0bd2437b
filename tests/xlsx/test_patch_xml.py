"""Cells of one worksheet's XML: what changes, and that nothing else does."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET
from zipfile import ZipFile

import pytest

from xlbudget.errors import UnusableFileError
from xlbudget.xlsx.cells import CellEdit
from xlbudget.xlsx.references import parse_cell
from xlbudget.xlsx.sheet import SheetTree, Tree, calculating_on_load, unchained

if TYPE_CHECKING:
    from pathlib import Path

MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
NUMBER = CellEdit("表一", "", Decimal("5.50"))
TEXT = CellEdit("表一", "", "a<b")
FORMULA = CellEdit("表一", "", 3, "SUM(A1:A2)")
EMPTY_TEXT = CellEdit("表一", "", "", "A1&A2")
BLANK = CellEdit("表一", "", None)


def sheet(data: str, before: str = "", after: str = "") -> str:
    return f"<worksheet {MAIN}>{before}{data}{after}</worksheet>"


def apply_edits(xml: bytes, edits: dict) -> bytes:
    tree = SheetTree(xml, "表一")
    tree.write(edits)
    return tree.to_bytes()


def sheet_formulas(xml: bytes) -> dict[str, str]:
    return SheetTree(xml, "表一").formulas()


def edited(xml: str, **cells: CellEdit) -> str:
    edits = {parse_cell(cell): edit._replace(cell=cell) for cell, edit in cells.items()}
    return apply_edits(xml.encode(), edits).decode()


def same(one: str, other: str) -> bool:
    """Whether two parts have the same elements, attributes, texts, comments and prefixes."""
    canonical = [
        ET.canonicalize(xml.removeprefix("\ufeff"), with_comments=True) for xml in (one, other)
    ]
    return canonical[0] == canonical[1]


def same_rows(one: str, other: str) -> bool:
    return same(f"<rows>{one}</rows>", f"<rows>{other}</rows>")


def rows(data: str, **cells: CellEdit) -> str:
    """The rows after edits."""
    result = edited(sheet(f"<sheetData>{data}</sheetData>"), **cells)
    return result.split("<sheetData>")[1].split("</sheetData>")[0]


def test_each_kind_of_content_keeps_the_style() -> None:
    row = '<row r="1"><c r="A1" s="7" t="s" cm="1" vm="2" ph="1"><v>3</v></c></row>'
    start = '<row r="1"><c r="A1" s="7" ph="1"'
    assert rows(row, A1=NUMBER) == f"{start}><v>5.50</v></c></row>"
    assert rows(row, A1=BLANK) == f"{start}/></row>"
    assert rows(row, A1=FORMULA) == f"{start}><f>SUM(A1:A2)</f><v>3</v></c></row>"
    assert rows(row, A1=EMPTY_TEXT) == f'{start} t="str"><f>A1&amp;A2</f><v></v></c></row>'
    assert rows(row, A1=TEXT) == (
        f'{start} t="inlineStr"><is><t xml:space="preserve">a&lt;b</t></is></c></row>'
    )


def test_new_cells_and_rows_stand_in_order() -> None:
    data = '<row r="2" spans="2:4"><c r="B2"/><c r="D2"><v>1</v></c></row>\n<row r="5"/>'
    assert rows(
        data, A1=NUMBER, A2=NUMBER, C2=NUMBER, F2=NUMBER, A3=NUMBER, C5=NUMBER, A9=NUMBER
    ) == (
        '<row r="1"><c r="A1"><v>5.50</v></c></row>'
        '<row r="2" spans="1:6"><c r="A2"><v>5.50</v></c><c r="B2"/><c r="C2"><v>5.50</v></c>'
        '<c r="D2"><v>1</v></c><c r="F2"><v>5.50</v></c></row>'
        '<row r="3"><c r="A3"><v>5.50</v></c></row>\n'
        '<row r="5"><c r="C5"><v>5.50</v></c></row><row r="9"><c r="A9"><v>5.50</v></c></row>'
    )


@pytest.mark.parametrize("data", ["<sheetData/>", "<sheetData></sheetData>", "<sheetData />"])
def test_an_empty_sheet_takes_cells(data: str) -> None:
    result = edited(sheet(data, '<dimension ref="A1"/>'), C3=NUMBER, B2=NUMBER)
    assert '<dimension ref="A1:C3"/>' in result
    assert result.endswith(
        '<row r="2"><c r="B2"><v>5.50</v></c></row><row r="3"><c r="C3"><v>5.50</v></c></row>'
        "</sheetData></worksheet>"
    )


def test_a_blank_where_nothing_stands_changes_nothing() -> None:
    xml = sheet("<sheetData><row r='1' spans='1:1'><c r='A1'/></row></sheetData>")
    assert edited(xml, B1=BLANK, C9=BLANK, A1=BLANK) == xml


def test_new_cells_take_the_style_of_row_or_column() -> None:
    columns = '<cols><col min="2" max="3" style="4"/><col min="4" max="4" width="9"/></cols>'
    data = (
        '<sheetData><row r="1" s="9" customFormat="1"/><row r="2" s="9"/>'
        '<row r="3" s="0" customFormat="1"/></sheetData>'
    )
    result = edited(
        sheet(data, columns), B1=NUMBER, B2=NUMBER, B3=NUMBER, D2=NUMBER, C7=NUMBER, A7=NUMBER
    )
    for cell in (
        '<c r="B1" s="9">',
        '<c r="B2" s="4">',
        '<c r="B3">',
        '<c r="D2">',
        '<c r="C7" s="4">',
        '<c r="A7">',
    ):
        assert cell in result


def test_places_may_be_left_out() -> None:
    data = "<row><c><v>1</v></c><c s='3'><v>2</v></c><c r='E1'/></row><row r='4'/><row><c/></row>"
    result = rows(data, B1=NUMBER, D1=NUMBER, A5=NUMBER, B5=NUMBER, A2=NUMBER)
    assert same_rows(
        result,
        "<row><c><v>1</v></c><c s='3'><v>5.50</v></c><c r=\"D1\"><v>5.50</v></c><c r='E1'/></row>"
        '<row r="2"><c r="A2"><v>5.50</v></c></row><row r=\'4\'/>'
        '<row><c><v>5.50</v></c><c r="B5"><v>5.50</v></c></row>',
    )


def test_prefixed_names_stay_prefixed() -> None:
    xml = (
        f'<?xml version="1.0"?><x:worksheet {MAIN.replace("xmlns", "xmlns:x")} xmlns:y="urn:y">'
        '<y:row r="1"><y:c r="A1"/></y:row><x:sheetData><x:row r="1" y:r="8"><x:c r="A1" y:t="q" '
        't="s"><x:f t="shared" si="0" ref="A1:A2">B1</x:f><x:v>0</x:v></x:c></x:row><x:row r="2">'
        '<x:c r="A2"><x:f t="shared" si="0"/><x:v>0</x:v></x:c></x:row></x:sheetData></x:worksheet>'
    )
    result = edited(xml, A1=TEXT, B1=FORMULA, A3=NUMBER)
    assert result == xml.replace(
        't="s"><x:f t="shared" si="0" ref="A1:A2">B1</x:f><x:v>0</x:v></x:c>',
        't="inlineStr"><x:is><x:t xml:space="preserve">a&lt;b</x:t></x:is></x:c>'
        '<x:c r="B1"><x:f>SUM(A1:A2)</x:f><x:v>3</x:v></x:c>',
    ).replace('<x:f t="shared" si="0"/>', "<x:f>B2</x:f>").replace(
        "</x:sheetData>", '<x:row r="3"><x:c r="A3"><x:v>5.50</x:v></x:c></x:row></x:sheetData>'
    )


def test_a_mark_at_the_beginning_and_long_tags_do_not_shift_places() -> None:
    xml = "\ufeff<?xml version='1.0' encoding='UTF-8'?>\n<!-- <row r='1'> 中文 -->\n" + sheet(
        "<sheetData><!--<c r='A1'/>--><row\n r = '1' ><c r=\"A1\" s='2'\n>"
        "<is><t>a > b 预算</t></is></c ><c r='B1'/></row></sheetData>",
        after="<extLst><ext x='>'><f>A1</f></ext></extLst>",
    )
    result = edited(xml, A1=NUMBER, C1=NUMBER)
    expected = xml.replace("<is><t>a > b 预算</t></is></c >", "<v>5.50</v></c>").replace(
        "<c r='B1'/>", "<c r='B1'/><c r=\"C1\"><v>5.50</v></c>"
    )
    assert result.startswith(xml[: xml.index("<worksheet")])
    assert same(result, expected)


def test_over_a_shared_formulas_master_its_cells_keep_their_own() -> None:
    data = (
        '<row r="1"><c r="B1" s="1"><f t="shared" ref="B1:B3" si="4">IF(A1&lt;2,"&amp;",$A$1)</f><v>2</v>'
        '</c></row><row r="2"><c r="B2" t="str"><f t="shared" si="4" ca="1"/><v>x</v></c></row>'
        '<row r="3"><c r="B3"><f t="shared" si="4"></f><v>4</v></c></row>'
    )
    assert rows(data, B1=NUMBER, B3=NUMBER) == (
        '<row r="1"><c r="B1" s="1"><v>5.50</v></c></row>'
        '<row r="2"><c r="B2" t="str"><f ca="1">IF(A2&lt;2,"&amp;",$A$1)</f><v>x</v></c></row>'
        '<row r="3"><c r="B3"><v>5.50</v></c></row>'
    )
    other = data.replace(
        '<c r="B2" t="str"><f t="shared" si="4" ca="1"/><v>x</v></c>', '<c r="B2"><v>5.50</v></c>'
    )
    assert same_rows(rows(data, B2=NUMBER), other)
    assert sheet_formulas(sheet(f"<sheetData>{data}</sheetData>").encode()) == {
        "B1": 'IF(A1<2,"&",$A$1)',
        "B2": 'IF(A2<2,"&",$A$1)',
        "B3": 'IF(A3<2,"&",$A$1)',
    }


def test_a_shared_formula_that_stays_is_not_written_out() -> None:
    data = (
        '<row r="1"><c r="B1" s="1"><f t="shared" ref="B1:B3" si="4">A1*2</f><v>2</v></c></row>'
        '<row r="2"><c r="B2" t="str"><f t="shared" si="4"/><v></v></c></row>'
        '<row r="3"><c r="B3"><f t="shared" si="4"/><v>4</v></c></row>'
    )
    same_formula = rows(
        data, B1=CellEdit("", "B1", Decimal(6), "A1*2"), B2=CellEdit("", "B2", "x", "A2*2")
    )
    assert same_rows(
        same_formula,
        data.replace("<v>2</v>", "<v>6</v>").replace("<v></v>", "<v>x</v>"),
    )
    other = rows(data, B1=CellEdit("", "B1", Decimal(6), "A1*3"))
    assert '<c r="B2" t="str"><f>A2*2</f>' in other and '<c r="B3"><f>A3*2</f>' in other


def test_an_empty_formula_element_is_no_formula() -> None:
    data = "<sheetData><row r='1'><c r='A1'><f/><v>1</v></c></row></sheetData>"
    assert sheet_formulas(sheet(data).encode()) == {}


@pytest.mark.parametrize(
    "data",
    [
        '<row r="2"/><row r="1"/>',
        '<row r="2"/><row r="2"/>',
        '<row r="1"><c r="B1"/><c r="A1"/></row>',
        '<row r="1"><c r="A1"/><c r="A1"/></row>',
        '<row r="1"><c r="A2"/></row>',
    ],
)
def test_rows_and_cells_out_of_order_are_refused(data: str) -> None:
    with pytest.raises(UnusableFileError, match=r"表一.*次序"):
        rows(data, D4=NUMBER)


@pytest.mark.parametrize(
    "xml",
    [
        sheet("<sheetData/>").encode("utf-16"),
        sheet("<sheetData/>").encode("utf-16-le"),
        b"<?xml version='1.0' encoding='GBK'?>" + sheet("<sheetData/>").encode(),
        b"<?xml version='1.0' encoding='ISO-8859-1'?>" + sheet("<sheetData/>").encode(),
        b'<!DOCTYPE x [<!ENTITY a "b">]>' + sheet("<sheetData/>").encode(),
        b"<!DOCTYPE x>" + sheet("<sheetData/>").encode(),
        sheet("<sheetData>").encode(),
        sheet("").encode(),
        b"",
        b"<worksheet><sheetData/></worksheet>",
        sheet('<sheetData><row r="1"><c r="1"><f>B1</f></c></row></sheetData>').encode(),
        sheet('<sheetData><row r="x"><c><f>B1</f></c></row></sheetData>').encode(),
    ],
)
def test_other_kinds_of_xml_are_refused(xml: bytes) -> None:
    with pytest.raises(UnusableFileError, match="表一"):
        apply_edits(xml, {parse_cell("A1"): NUMBER})
    with pytest.raises(UnusableFileError, match="表一"):
        sheet_formulas(xml)


@pytest.mark.parametrize(
    "xml",
    [
        sheet('<sheetData><row r="x"/></sheetData>'),
        sheet('<sheetData><row r="1"><c r="1"/></row></sheetData>'),
        sheet("<sheetData/>", '<cols><col style="1"/></cols>'),
    ],
)
def test_where_nobody_can_tell_where_rows_stand_nothing_is_written(xml: str) -> None:
    with pytest.raises(UnusableFileError, match="表一"):
        apply_edits(xml.encode(), {parse_cell("A1"): NUMBER})
    assert sheet_formulas(xml.encode()) == {}


def test_no_edits_change_nothing() -> None:
    xml = sheet("<sheetData ><row r='1' /></sheetData>").encode()
    assert apply_edits(xml, {}) == xml


# ------------------------------------------------------------------ other parts


def test_a_chain_hands_its_sheet_on() -> None:
    chain = b'<calcChain><c r="A1" i="2" l="1"/><c r="A2"/><c r="A3"/><c r="A1" i="3"/></calcChain>'
    assert unchained(chain, {(2, "A1")}) == (
        b'<calcChain><c r="A2" i="2"/><c r="A3"/><c r="A1" i="3"/></calcChain>'
    )
    assert unchained(chain, {(2, "A1"), (2, "A2")}) == (
        b'<calcChain><c r="A3" i="2"/><c r="A1" i="3"/></calcChain>'
    )
    assert unchained(chain, {(2, "A1"), (2, "A2"), (2, "A3")}) == (
        b'<calcChain><c r="A1" i="3"/></calcChain>'
    )
    assert unchained(chain, {(3, "A2"), (1, "A1")}) == chain
    gone = {(2, "A1"), (2, "A2"), (2, "A3"), (3, "A1")}
    assert unchained(chain, gone) is None


@pytest.mark.parametrize(
    ("book", "result"),
    [
        (
            "<w><sheets/><calcPr calcId='1'/></w>",
            "<w><sheets/><calcPr calcId='1' fullCalcOnLoad=\"1\"/></w>",
        ),
        ('<w><calcPr fullCalcOnLoad="0"/></w>', '<w><calcPr fullCalcOnLoad="1"/></w>'),
        (
            "<w><sheets></sheets><x/></w>",
            '<w><sheets></sheets><calcPr fullCalcOnLoad="1"/><x/></w>',
        ),
        (
            '<a:w xmlns:a="urn:a"><a:sheets></a:sheets><a:definedNames/><a:x/></a:w>',
            '<a:w xmlns:a="urn:a"><a:sheets></a:sheets><a:definedNames/><a:calcPr fullCalcOnLoad="1"/><a:x/></a:w>',
        ),
    ],
)
def test_a_workbook_may_ask_to_be_computed(book: str, result: str) -> None:
    assert same(calculating_on_load(book.encode()).decode(), result)


# ------------------------------------------------------------------ formulas that several cells share


def cells_of(**formulas: str) -> str:
    """A sheet with the formula elements of some cells."""
    rows_: dict[str, str] = {}
    for cell, formula in sorted(formulas.items(), key=lambda one: parse_cell(one[0])):
        number = cell.lstrip("ABCDEFGHI")
        rows_[number] = rows_.get(number, "") + f'<c r="{cell}">{formula}<v>1</v></c>'
    return sheet(
        "<sheetData>"
        + "".join(f'<row r="{number}">{row}</row>' for number, row in rows_.items())
        + "</sheetData>",
        after='<mergeCells><mergeCell ref="A8:C8"/></mergeCells>',
    )


def test_shared_formulas_read_as_their_cells_do() -> None:
    xml = cells_of(
        B1='<f t="shared" si="0" ref="B1:B3">A1*2</f>',
        B2='<f t="shared" si="0"/>',
        B3='<f t="shared" si="0">A9</f>',
        C1='<f t="shared" si="1" ref="C1:C2">A1</f>',
        C2='<f t="shared" si="1"/>',
        D1='<f t="shared" si="9"/>',
        E1="<f>A1</f>",
    )
    read = sheet_formulas(xml.encode())
    assert read == {
        "B1": "A1*2", "B2": "A2*2", "B3": "A9", "C1": "A1", "C2": "A2", "D1": "", "E1": "A1",
    }  # fmt: skip
    written = edited(xml, B1=NUMBER, C2=NUMBER)
    assert sheet_formulas(written.encode()) == {
        "B2": "A2*2", "B3": "A9", "C1": "A1", "D1": "", "E1": "A1",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("cell", "named"), [("C3", "数组公式（B2:C5）"), ("H9", "模拟运算表"), ("B8", "合并区域A8:C8")]
)
def test_cells_that_belong_to_others_are_refused(cell: str, named: str) -> None:
    xml = cells_of(
        B2='<f t="array" ref="B2:C5">A1:A4*2</f>', H8='<f t="dataTable" ref="H8:I9"/>', A8=""
    )
    with pytest.raises(UnusableFileError, match=named) as caught:
        edited(xml, **{cell: NUMBER})
    assert "表一" in str(caught.value) and cell in str(caught.value)
    assert sheet_formulas(edited(xml, A8=NUMBER, A1=NUMBER).encode()).keys() == {"B2", "H8"}


# ------------------------------------------------------------------ prefixes


def test_a_tree_keeps_prefixes_that_only_values_name() -> None:
    """Excel calls a file broken whose mc:Ignorable names a prefix that nothing declares."""
    mc = "http://schemas.openxmlformats.org/markup-compatibility/2006"
    xml = (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r\n<!-- 甲 --><worksheet {MAIN} '
        f'xmlns:mc="{mc}" xmlns:x14ac="urn:ac" mc:Ignorable="x14ac xr" xmlns:xr="urn:xr">'
        '<sheetData><row r="1" x14ac:dyDescent="0.2"><c r="A1"/></row></sheetData>'
        '<ext xmlns:x14="urn:14" uri="{7}"><x14:rule a="1&#10;2" xml:space="preserve"> &#13;&amp; '
        "</x14:rule><!-- 乙 --><?p q?></ext></worksheet>"
    )
    result = edited(xml, A1=NUMBER)
    head = result[: result.index("<sheetData>")]
    assert head.startswith('<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r\n<!-- 甲 -->')
    assert all(f'xmlns:{one}="' in head for one in ("mc", "x14ac", "xr"))
    # Inner declarations move up to the root, which means the same.
    other = xml.replace('<c r="A1"/>', '<c r="A1"><v>5.50</v></c>')
    moved = other.replace(' xmlns:x14="urn:14"', "").replace("<sheetData", "<sheetData", 1)
    assert same(result, moved.replace('xmlns:xr="urn:xr"', 'xmlns:xr="urn:xr" xmlns:x14="urn:14"'))


def test_a_prefix_that_means_two_things_keeps_both_meanings() -> None:
    xml = (
        f"<worksheet {MAIN}><sheetData/><a xmlns:p='urn:1' p:x='1'/><a xmlns:p='urn:2' p:x='2'>"
        "<p:b/></a></worksheet>"
    )
    before, after = (
        [(one.tag, one.attrib) for one in ET.fromstring(part).iter()]
        for part in (xml, Tree(xml.encode()).to_bytes())
    )
    assert before == after


def test_what_cannot_be_kept_is_refused() -> None:
    mc = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    twice = "<a xmlns:p='urn:1'/><a xmlns:p='urn:2'/>"
    xml = f"<worksheet {MAIN} {mc}><sheetData/>{twice}</worksheet>"
    with pytest.raises(UnusableFileError, match="表一"):
        edited(xml, A1=NUMBER)
    nowhere = sheet("<sheetData/>", after="<a xmlns=''/>")
    with pytest.raises(UnusableFileError, match="表一"):
        edited(nowhere, A1=NUMBER)


def test_every_sheet_of_the_built_workbook_is_the_same_read_and_written(example_file: Path) -> None:
    with ZipFile(example_file) as archive:
        parts = [name for name in archive.namelist() if name.startswith("xl/worksheets/sheet")]
        assert len(parts) > 20
        for name in [*parts, "xl/workbook.xml"]:
            xml = archive.read(name)
            assert same(Tree(xml).to_bytes().decode(), xml.decode()), name
