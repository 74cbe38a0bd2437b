"""The text of native formulas for each pattern of relation."""

import re

from xlbudget.building.formulas.derived import Formula, book_formulas, formula_for
from xlbudget.figures import TOTAL, BlockData, Book, FormData, InfoValue, Place, Row
from xlbudget.money import COUNT, WAN, YUAN, parse_amount
from xlbudget.rules.grid import Grid
from xlbudget.rules.relations import definitions, expand
from xlbudget.sheets.layout import place_book
from xlbudget.standard.loader import load_standard, parse_equation, with_columns
from xlbudget.standard.model import Equation, Standard
from xlbudget.xlsx.references import chunked, references

STANDARD = load_standard()


def row(key: str, kind: str, *amounts: str) -> Row:
    return Row(key, kind, key, tuple(parse_amount(text, WAN) for text in amounts))


def general(*rows: tuple[str, ...]) -> BlockData:
    return BlockData.of(
        [row(key, TOTAL if key == TOTAL else "subject", *amounts) for key, *amounts in rows]
    )


GENERAL = general(
    ("201", "6.00", "4.00", "3.00", "1.00", "2.00"),
    ("20103", "6.00", "4.00", "3.00", "1.00", "2.00"),
    ("2010301", "4.00", "4.00", "3.00", "1.00", ""),
    ("2010302", "2.00", "", "", "", "2.00"),
    ("20136", "", "", "", "", ""),
    ("208", "1.00", "1.00", "1.00", "", ""),
    (TOTAL, "7.00", "5.00", "4.00", "1.00", "2.00"),
)


def made(standard: Standard = STANDARD, **blocks: BlockData) -> dict[Place, Formula]:
    renamed = {key.replace("__", "."): data for key, data in blocks.items()}
    book = Book("书", standard.id, 2024, {}, renamed)
    return book_formulas(standard, place_book(standard, book))


def text(found: dict[Place, Formula], sheet: str, cell: str) -> str:
    return found[Place(sheet, cell)].text


def test_runs_become_ranges() -> None:
    assert references("", ["C8", "C13", "C12"]) == ["C8", "C12:C13"]
    assert references("", ["D7", "C7", "F7"]) == ["C7:D7", "F7"]
    assert references("它's", ["B7"]) == ["'它''s'!B7"]
    assert references("", ["Z3", "AA3"]) == ["Z3:AA3"]
    assert [len(part) for part in chunked(["A1"] * 260)] == [250, 10]


def test_sums_of_one_row() -> None:
    found = made(general=GENERAL)
    sheet = "一般公共预算支出表"
    assert text(found, sheet, "D8") == 'IF(COUNT(E8:F8)=0,"",ROUND(SUM(E8:F8),6))'
    assert text(found, sheet, "C8") == 'IF(COUNT(D8,G8)=0,"",ROUND(SUM(D8,G8),6))'


def test_sums_of_children_list_their_cells() -> None:
    found = made(general=GENERAL)
    sheet = "一般公共预算支出表"
    assert text(found, sheet, "G6") == 'IF(COUNT(G7,G10)=0,"",ROUND(SUM(G7,G10),6))'
    assert text(found, sheet, "G7") == 'IF(COUNT(G8:G9)=0,"",ROUND(SUM(G8:G9),6))'
    assert text(found, sheet, "G12") == 'IF(COUNT(G6,G11)=0,"",ROUND(SUM(G6,G11),6))'


def test_values_are_computed_from_the_printed_cells() -> None:
    found = made(general=GENERAL)
    assert found[Place("一般公共预算支出表", "C12")].value == parse_amount("7.00", WAN)
    assert found[Place("一般公共预算支出表", "D9")].value is None


def test_subtraction() -> None:
    classes = BlockData.of([row("201", "class", "5.00", "", "1.00")])
    found = made(summary__expense=classes)
    # Nothing is subtracted while last year's money is not yet divided among the classes.
    expected = 'IF(AND(COUNT(H6)=0,SUM(D20)<>0),"",IF(COUNT(F6,H6)=0,"",ROUND(SUM(F6)-SUM(H6),6)))'
    assert text(found, "部门收支总表", "G6") == expected


def test_rows_of_other_tables_are_found_by_code() -> None:
    classes = BlockData.of([row("201", "class", "", "", "")])
    found = made(general=GENERAL, fund=GENERAL_FUND, fiscal__expense=classes)
    first, second = (f"{name}!" for name in ("一般公共预算支出表", "政府性基金预算支出表"))
    codes = [f'{sheet}$A$6:$A$306,"201",{sheet}C$6:C$306' for sheet in (first, second)]
    counts = "+".join(f'COUNTIFS({one},"<1E99")' for one in codes)
    # SUMIF takes the range of amounts last, as COUNTIFS takes range and criterion in pairs.
    sums = "+".join(f"SUMIF({one})" for one in codes)
    assert text(found, "财政拨款收支总表", "F7") == f'IF({counts}=0,"",ROUND({sums},6))'


GENERAL_FUND = BlockData.of([row("201", "subject", "1.00", "1.00", "")])


def test_the_total_row_is_found_by_its_label() -> None:
    blank = [""] * 16
    income = BlockData.of([row("甲", "unit", "", *blank), row(TOTAL, TOTAL, "", *blank)])
    found = made(income=income)
    area = '部门收入总表!$A$6:$A$66,"合计",部门收入总表!D$6:D$66'
    expected = f'IF(COUNTIFS({area},"<1E99")=0,"",ROUND(SUMIF({area}),6))'
    assert text(found, "部门收支总表", "C7") == expected


def test_fixed_rows_elsewhere_are_direct_references() -> None:
    one = "部门收支总表!C7"
    expected = f'IF(COUNT({one})=0,"",ROUND(SUM({one}),6))'
    assert text(made(), "财政拨款收支总表", "C7") == expected


def test_a_doubled_code_is_referenced_directly() -> None:
    classes = BlockData.of([row("201", "class", "", "", "")])
    doubled = general(("201", "1.00", "", "", "", ""), ("201", "2.00", "", "", "", ""))
    found = made(general=doubled, fiscal__expense=classes)
    one = "一般公共预算支出表!C6"
    expected = f'IF(COUNT({one})=0,"",ROUND(SUM({one}),6))'
    assert text(found, "财政拨款收支总表", "F7") == expected


def test_several_rows_elsewhere_become_a_pattern() -> None:
    classes = BlockData.of([row("201", "class", "", "", "")])
    blocks = {"general": GENERAL, "fiscal.expense": classes}
    book = Book("书", "changchun", 2024, {}, blocks)
    grid = Grid(STANDARD, place_book(STANDARD, book))
    defined = definitions(expand(grid).relations)
    target = next(n for n in defined if grid.place(n) == Place("财政拨款收支总表", "F7"))
    base = grid.base["general"]
    width = grid.width["general"]

    def terms(*positions: int) -> str:
        right = [(-1, base + position * width) for position in positions]
        return formula_for(grid, target, defined[target]._replace(terms=((1, target), *right)))

    assert '"201??"' in terms(1, 4)
    assert '"20103??"' in terms(2, 3)
    assert '"???"' in terms(0, 5)
    assert '"20103"' in terms(1, 5)
    assert '"208"' in terms(1, 5)


def test_other_units_are_scaled_and_rounded_to_two_decimals() -> None:
    blocks = {**STANDARD.blocks, "general": STANDARD.blocks["general"]._replace(unit=YUAN)}
    mixed = STANDARD._replace(blocks=blocks)
    classes = BlockData.of([row("201", "class", "", "", "")])
    yuan = BlockData.of([Row("201", "subject", "甲", (parse_amount("10000", YUAN),) + (None,) * 4)])
    book = Book("书", "changchun", 2024, {}, {"general": yuan, "fiscal.expense": classes})
    found = book_formulas(mixed, place_book(mixed, book))
    assert text(found, "财政拨款收支总表", "F7").endswith("/10000,2))")
    assert found[Place("财政拨款收支总表", "F7")].value == parse_amount("1.00", WAN)
    # Within the table everything is in 元: two decimals reach down to one 分.
    assert text(found, "一般公共预算支出表", "D6").endswith(",2))")


def test_counts_of_people_are_whole_numbers() -> None:
    info = {key: InfoValue(parse_amount("3", COUNT)) for key in ("staff_active", "staff_retired")}
    found = book_formulas(STANDARD, place_book(STANDARD, Book("书", "changchun", 2024, info, {})))
    texts = [one.text for place, one in found.items() if place.sheet == "基础信息"]
    text = next(one for one in texts if one.endswith(",0))"))
    assert re.fullmatch(r'IF\(COUNT\(B\d+:B\d+\)=0,"",ROUND\(SUM\(B\d+:B\d+\),0\)\)', text)


def test_a_figure_that_a_form_does_not_show_allows_no_formula() -> None:
    amounts = tuple(parse_amount(one, WAN) for one in ("3.00", "2.00", "1.00", "0.00"))
    for cells, possible in ((amounts, False), ((*amounts[:2], None, amounts[3]), True)):
        rows = BlockData.of([Row("甲", "form", "甲", cells)])
        forms = (FormData("甲", "target", {}, ()),)
        book = Book("书", "changchun", 2024, {}, {"performance": rows}, forms)
        found = book_formulas(STANDARD, place_book(STANDARD, book))
        assert (Place("项目支出绩效目标表", "C7") in found) is possible


_REF = re.compile(r"(?:([^\W\d][\w.]*)!)?\$?([A-Z]+)\$?(\d+)(?::\$?([A-Z]+)\$?(\d+))?")


def reads(place: Place, formula: str) -> list[tuple[str, str, int, str, int]]:
    """Every area that a formula reads: sheet, first column and row, last column and row."""
    bare = re.sub(r'"[^"]*"', '""', formula)
    return [
        (m[1] or place.sheet, m[2], int(m[3]), m[4] or m[2], int(m[5] or m[3]))
        for m in _REF.finditer(bare)
    ]


def test_no_formula_reads_itself_even_through_others() -> None:
    classes = BlockData.of([row("201", "class", "5.00", "", "1.00")])
    found = made(
        general=GENERAL, expenditure=EXPENDITURE, summary__expense=classes, fiscal__expense=classes
    )
    assert len(found) > 100
    held = {(p.sheet, re.sub(r"\d", "", p.cell), int(re.sub(r"\D", "", p.cell))): p for p in found}
    graph = {
        place: [
            held[sheet, column, line]
            for sheet, first, top, last, bottom in reads(place, formula.text)
            for column in {first, last} | {chr(c) for c in range(ord(first[0]), ord(last[0]) + 1)}
            for line in range(top, bottom + 1)
            if (sheet, column, line) in held
        ]
        for place, formula in found.items()
    }
    done: set[Place] = set()

    def walk(place: Place, path: tuple[Place, ...]) -> None:
        assert place not in path, f"circle at {place}"
        if place not in done:
            for one in graph[place]:
                walk(one, (*path, place))
            done.add(place)

    for place in graph:
        walk(place, ())


EXPENDITURE = BlockData.of(
    [
        row("201", "subject", *["1.00"] * 6),
        row("20103", "subject", *["1.00"] * 6),
        row(TOTAL, TOTAL, *["1.00"] * 6),
    ]
)


def _equation(text: str) -> Equation:
    return with_columns(parse_equation(text), STANDARD.blocks)


def test_a_circle_of_definitions_is_cut() -> None:
    circle = STANDARD.rules[0]._replace(
        equations=(
            _equation("general[each].total = general[each].basic + general[each].project"),
            _equation("general[each].basic = general[each].total - general[each].project"),
        ),
    )
    standard = STANDARD._replace(rules=(circle,))
    found = made(standard, general=GENERAL)
    assert len(found) == len(GENERAL.rows)
