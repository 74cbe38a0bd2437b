"""The sheets of the tables: headings, body with its fixed room, emphasis, entry, print layout."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from xlbudget.building import styles
from xlbudget.building.contents import render_forms, vacant, with_info
from xlbudget.building.formulas.expressions import constant, literal
from xlbudget.building.pages import TITLE_HEIGHT, PrintedSheet, continued, printed_table, row_height
from xlbudget.building.sheet import TITLE_ROW, UNIT_ROW, Advice
from xlbudget.building.styles import Style
from xlbudget.printed import headings
from xlbudget.sheets.layout import (
    FORM_FIRST,
    HEADING_ROW,
    MODEL_FORMULAS,
    UNIT_LIST,
    TableLayout,
    form_layout,
    form_models,
    form_of,
    last_form_line,
    list_name,
    table_layout,
)
from xlbudget.xlsx.references import column_letter, column_number, split_cell, translate

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from decimal import Decimal

    from xlbudget.building.contents import CellContent
    from xlbudget.building.sheet import Sheet
    from xlbudget.figures import Book, FormData
    from xlbudget.sheets.layout import BlockLayout, FormLayout
    from xlbudget.standard.model import Block, Column, Form, Standard, Table


_FROZEN = 165
"""Narrower sheets (in digits) are seen whole: columns that stay would only cut their title."""


def content_style(content: CellContent, column: str) -> styles.Style:
    """The look of a cell in a column of that kind; formulas are locked, inputs are not."""
    if content.role == "note":
        return replace(styles.NOTE, locked=None if content.kind == "formula" else False)
    base = {"amount": styles.AMOUNT, "code": styles.CODE}.get(column, styles.TEXT)
    if column == "amount":
        base = replace(base, num_format=styles.amount_format(content.places))
        return replace(base, locked=None) if content.kind == "formula" else base
    # A name may be typed over where the dictionary's is not the bureau's.
    return replace(base, locked=None) if content.role == "prescribed" else base


def write_table(
    sheet: Sheet, standard: Standard, table: Table, book: Book, contents: Sequence[CellContent]
) -> None:
    """One table's sheet, from the tool row to the notes."""
    layout = table_layout(standard, table)
    columns = [column for one in layout.blocks for column in one.block.columns]
    printed = printed_table(layout, contents)
    widths = printed.widths
    sheet.widths(widths)
    last_column = column_letter(layout.width - 1)
    title = with_info(f"A{TITLE_ROW}", table.template.title, book, "title")
    sheet.title(last_column, title, TITLE_HEIGHT)
    sheet.unit_row(book)
    unit = f"单位：{layout.blocks[0].block.unit.name}"
    sheet.text(f"{last_column}{UNIT_ROW}", unit, replace(styles.BODY, align="right"))
    _headings(sheet, layout, book)
    for line, height in enumerate(printed.repeated[1:], HEADING_ROW):
        sheet.height(line, height)
    _body(sheet, layout, contents, columns)
    sheet.usual_height(row_height(1))
    for line, height in enumerate(printed.rows, layout.first):
        if height > row_height(1):
            sheet.height(line, height)
    emphasize(sheet, standard, layout)
    guide_entry(sheet, standard, layout)
    sheet.quiet(f"A{layout.first}:{last_column}{layout.last}")
    labels = sum(column.kind != "amount" for column in layout.blocks[0].block.columns)
    wide = len(layout.blocks) == 1 and sum(widths) > _FROZEN
    sheet.freeze(layout.first - 1, labels if wide else 0)
    last = layout.first - 1 + len(printed.rows)
    sheet.print_page(
        f"A{TITLE_ROW}:{last_column}{last}",
        landscape=printed.landscape,
        repeat=(UNIT_ROW, layout.first - 1),
        breaks=printed.ends(layout.first),
    )
    sheet.publish(continued=continued(table.title) if printed.pages > 1 else "")


def write_codes(sheet: Sheet, codes: Sequence[CellContent]) -> None:
    """The hidden cells in which codes stand whole whose digits are in several columns."""
    for content in codes:
        sheet.put(content, replace(styles.TEXT, locked=None))
    for column in sorted({column_number(split_cell(content.cell)[0]) for content in codes}):
        sheet.hide(column - 1)


# ------------------------------------------------------------------ headings


def _headings(sheet: Sheet, layout: TableLayout, book: Book) -> None:
    """Equal neighbouring outer labels are merged across, labels of one level downwards."""
    depth = layout.table.depth
    for one in layout.blocks:
        paths = [column.label for column in one.block.columns]
        for label in headings(paths, depth):
            first = one.letters[label.column]
            last = one.letters[label.column + label.columns - 1]
            top = HEADING_ROW + label.level
            text = with_info(f"{first}{top}", label.label, book, "heading")
            sheet.merge_put(f"{first}{top}", f"{last}{top + label.rows - 1}", text, styles.HEADING)


# ------------------------------------------------------------------ body


def _body(
    sheet: Sheet,
    layout: TableLayout,
    contents: Sequence[CellContent],
    columns: Sequence[Column],
) -> None:
    """The rendered cells, and formatted blanks in the rest of the room."""
    written: set[str] = set()
    for content in contents:
        index = column_number(split_cell(content.cell)[0]) - 1
        sheet.put(content, content_style(content, columns[index].kind))
        written.add(content.cell)
    for own in layout.blocks:
        for index, column in enumerate(own.block.columns):
            look = {"amount": styles.AMOUNT, "code": styles.CODE}.get(column.kind, styles.TEXT)
            for line in range(layout.first, layout.last_note + 1):
                if f"{own.letters[index]}{line}" in written:
                    continue
                if line <= layout.last:
                    sheet.put(vacant(own, index, line), look)
                else:
                    sheet.blank(f"{own.letters[index]}{line}", look)


# ------------------------------------------------------------------ how rows look, by conditional formats that follow what they hold


def emphasize(sheet: Sheet, standard: Standard, layout: TableLayout) -> None:
    """Make the looks of rows that are there or will be.

    Each rule gives the whole look, the most special one first: some programs apply only the
    first rule that holds.
    """
    first, last = layout.first, layout.last
    right = column_letter(layout.width - 1)
    # What the body ends with: 合计, or the last prescribed row.
    block = layout.blocks[0].block
    slotted = not block.rows or block.rows[-1].slot
    ending = block.total or ("" if slotted else block.rows[-1].label)
    sheet.mark_found(f"A{first}:{right}{last}")
    used = f"SUMPRODUCT(LEN($B{first}:${right}{first}))>0"
    if ending:
        used = f"OR({used},COUNTIF($A{first}:$A${last},{constant(literal(ending)).text})>0)"
    for one in layout.blocks:
        _indents(sheet, standard, one, first, last)
        bold = _bold_rule(standard, one.block, one.letters, first)
        names = set(one.block.of_kind("name"))
        for run in _runs(len(one.letters), names):
            start, end = one.letters[run[0]], one.letters[run[-1]]
            area = f"{start}{first}:{end}{last}"
            looks = [(f"{used},{bold}", True)] if bold else []
            for tests, strong in (*looks, (used, False)):
                look = replace(styles.BORDERED, bold=True) if strong else styles.BORDERED
                # A name that follows its code is no result to be told apart.
                if run[0] not in names:
                    coloured = replace(look, font_color=styles.DERIVED)
                    derived = f"AND({tests},_xlfn.ISFORMULA({start}{first}))"
                    sheet.conditional(area, derived, coloured)
                sheet.conditional(area, f"AND({tests})", look)


def _runs(width: int, names: Collection[int]) -> list[list[int]]:
    """The columns from left to right in pieces, those of names apart."""
    runs: list[list[int]] = []
    for index in range(width):
        if not runs or index in names or runs[-1][-1] in names:
            runs.append([])
        runs[-1].append(index)
    return runs


def _indents(sheet: Sheet, standard: Standard, one: BlockLayout, first: int, last: int) -> None:
    """Labels of lower levels set in, wherever their rows move: blanks before the text.

    Codes in several columns show their level by where they end.
    """
    block = one.block
    codes = () if one.joins else block.of_kind("code")
    for index in (*codes, *block.of_kind("name"), *block.of_kind("label")):
        letter = one.letters[index]
        for level, rule in _levels(standard, one, f"{one.letters[0]}{first}"):
            look = replace(styles.BORDERED, num_format=f'"{"   " * level}"@')
            sheet.conditional(f"{letter}{first}:{letter}{last}", rule, look)


def _levels(standard: Standard, one: BlockLayout, cell: str) -> Iterator[tuple[int, str]]:
    """How far rows are set in, and the rule by which they are known from their first ``cell``."""
    block = one.block
    codes = block.of_kind("code")
    if block.body == "subject" and len(codes) > 1:
        # As deep as its last column of digits that is filled in.
        line = split_cell(cell)[1]
        for level, (index, below) in enumerate(zip(codes[1:], (*codes[2:], None), strict=True), 1):
            deeper = f',${one.letters[below]}{line}=""' if below is not None else ""
            yield level, f'AND(${one.letters[index]}{line}<>""{deeper})'
    elif block.body == "subject" and codes:
        lengths = standard.subjects[block.subjects].lengths
        for level, length in enumerate(lengths[1:], 1):
            yield level, f"LEN(${cell})={length}"
    elif block.body == "fixed":
        labels: dict[int, list[str]] = {}
        for row in block.rows:
            if not row.slot:
                labels.setdefault(row.indent, []).append(row.label.replace('"', '""'))
        for level in sorted(labels):
            if level:
                yield level, _one_of(cell, labels[level])
        slot = next((row for row in block.rows if row.slot and row.indent), None)
        if slot is not None:
            every = [label for found in labels.values() for label in found]
            yield slot.indent, f'AND(${cell}<>"",NOT({_one_of(cell, every)}))'


def _one_of(cell: str, labels: Sequence[str]) -> str:
    tests = [f'${cell}="{label}"' for label in labels]
    return f"OR({','.join(tests)})"


def _bold_rule(standard: Standard, block: Block, letters: Sequence[str], first: int) -> str:
    """When a row is emphasized: 合计, prescribed totals, classes, groups of projects."""
    here = f"${letters[0]}{first}"
    totals = [block.total] if block.total else [row.label for row in block.rows if row.total]
    tests = [f'{here}="{label.replace(chr(34), chr(34) * 2)}"' for label in totals]
    codes = block.of_kind("code")
    if block.body == "subject" and len(codes) == 1:
        length = standard.subjects[block.subjects].lengths[0]
        tests.append(f"LEN(${letters[codes[0]]}{first})={length}")
    elif block.body == "subject":
        tests.append(f'AND({here}<>"",${letters[codes[1]]}{first}="")')
    tests += [f'${letters[index]}{first}<>""' for index in block.of_kind("level1")]
    return f"OR({','.join(tests)})" if tests else ""


# ------------------------------------------------------------------ what may be typed


def guide_entry(sheet: Sheet, standard: Standard, layout: TableLayout) -> None:
    """Lists, prompts and error messages for the whole room of a table."""
    for one in layout.blocks:
        block = one.block
        advice = Advice(
            "金额",
            f"这里只能填数字，单位{block.unit.name}，保留两位小数；没有金额请留空，不要填文字、横线或空格。",
        )
        sheet.only_amounts(_area(layout, one.amounts[0], one.amounts[-1]), advice)
        codes = block.of_kind("code")
        if block.body == "subject" and codes:
            subjects = standard.subjects[block.subjects]
            area = _area(layout, one.letters[codes[0]], one.letters[codes[-1]])
            digits = "、".join(
                f"{level}{length}位"
                for level, length in zip(subjects.levels, subjects.lengths, strict=True)
            )
            advice = Advice(
                "科目编码",
                f"{subjects.name}目录中没有这个编码。编码是{digits}数字。"
                "确属本地补充的科目请选“是”，并在“科目字典”中补上名称。",
                f"填{subjects.name}编码（{digits}），名称自动出现；上级科目由“填列小计”补齐。",
            )
            if one.joins:
                sheet.only_listed(
                    area, f"${one.code}{layout.first}", list_name(subjects.name), advice
                )
            else:
                sheet.offer_name(area, list_name(subjects.name), advice)
        elif block.body == "unit" and block.of_kind("label"):
            area = _area(layout, one.letters[block.of_kind("label")[0]])
            advice = Advice(
                "预算单位",
                "“部门概况”的预算单位中没有这个名称。名称写法应全文一致；确要这样写请选“是”。",
            )
            sheet.offer_name(area, UNIT_LIST, advice)


def _area(layout: TableLayout, first: str, last: str = "") -> str:
    return f"{first}{layout.first}:{last or first}{layout.last}"


# ------------------------------------------------------------------ the performance forms: one below the other, each on its own page


_FIRST_WIDTH, _CAPTION_WIDTH = 18.0, 16.0
_VALUE_COLUMN, _VALUE_WIDTH = 2, 30.0
"""Fields stand in column C: long ones wrap there."""
_TITLE = replace(styles.TITLE, font_size=16, align="center_across")
_SUBTITLE = replace(styles.BODY, align="center_across")
_NO_WRAP = ("form_title", "form_subtitle", "form_value", "form_amount", "note")
_UPRIGHT = 134.0
"""Forms that are wider (in digits) are printed across."""
_GAP_HEIGHT = 22.0
_LEVEL = "级指标"
_NOTHING = Style(font_name=None, font_size=None, valign=None, border_color=styles.LINE)
_WIDEST = 28.0
"""Forms with few and with many columns share the sheet's widths: none may take too much."""


def write_forms(sheet: Sheet, table: Table, book: Book, contents: Sequence[CellContent]) -> None:
    """All forms of a placed book, or the statement that there is none."""
    printed = printed_forms(table, book, contents)
    widths = _widths(table)
    sheet.mark_found(f"A{FORM_FIRST}:{column_letter(len(widths) - 1)}{last_form_line(table)}")
    sheet.widths(widths)
    sheet.tool_row()
    _draw_forms(sheet, table, book, contents)
    for line, points in enumerate(printed.rows, FORM_FIRST):
        sheet.height(line, points)
    sheet.freeze(1)
    right = column_letter(len(printed.widths) - 1)
    area = f"A{FORM_FIRST}:{right}{FORM_FIRST - 1 + len(printed.rows)}"
    breaks = printed.ends(FORM_FIRST)
    sheet.print_page(area, landscape=printed.landscape, breaks=breaks)
    sheet.publish()


def write_form_models(sheet: Sheet, table: Table, book: Book) -> None:
    """The hidden sheet with a form of every kind, of which forms that are filled in later get the looks."""
    block, forms = form_models(table)
    models = book._replace(info={}, forms=forms, blocks={table.blocks[0].key: block})
    contents = render_forms(table, models, {})
    _draw_forms(sheet, table, models, contents)
    for line, points in enumerate(printed_forms(table, models, contents).rows, FORM_FIRST):
        sheet.height(line, points)
    for content in contents:
        if content.role == "form_amount":
            derived = f"{MODEL_FORMULAS}{split_cell(content.cell)[1]}"
            sheet.blank(derived, _style(content._replace(kind="formula"), _AMOUNT))


def _draw_forms(sheet: Sheet, table: Table, book: Book, contents: Sequence[CellContent]) -> None:
    """The cells of all forms of a placed book."""
    placed = _placed(table, book)
    framed: dict[str, Style] = {}
    merged: dict[str, str] = {}
    for form, _, spots in placed:
        _frame(framed, form, spots)
        _join_levels(sheet, framed, form, spots)
        merged |= dict(_merged(form, spots))
    hidden = {cell for first, end in merged.items() for cell in _cells(first, end)[1:]}
    for content in contents:
        style = _style(content, framed.get(content.cell))
        if content.cell in merged:
            sheet.merge_put(content.cell, merged[content.cell], content, style)
        elif content.cell not in hidden:
            sheet.put(content, style)
    for cell in framed.keys() - {content.cell for content in contents} - hidden:
        sheet.blank(cell, framed[cell])


def _placed(table: Table, book: Book) -> list[tuple[Form, FormData, FormLayout]]:
    """Every form of a placed book with its project and its lines."""
    tops = [row.line for row in book.blocks[table.blocks[0].key].rows]
    return [
        (form := form_of(table, data), data, form_layout(form, top, data.depth))
        for data, top in zip(book.forms, tops, strict=True)
    ]


def printed_forms(table: Table, book: Book, contents: Sequence[CellContent]) -> PrintedSheet:
    """The sheet of the forms as it is printed: no form goes over the end of a page that can stand on one."""
    placed = _placed(table, book)
    used = [form for form, _, _ in placed] or table.forms[:1]
    widths = _widths(table)[: 1 + max(len(form.indicators) for form in used)]
    heights = _heights(contents, widths)
    for form, data, spots in placed:
        _value_heights(heights, form, data, spots, widths)
    last = max(heights, default=FORM_FIRST)
    rows = [heights.get(line, _GAP_HEIGHT) for line in range(FORM_FIRST, last + 1)]
    tops = [spots.title - FORM_FIRST for _, _, spots in placed]
    blocks = [end - top for top, end in pairwise([*tops, len(rows)])]
    return PrintedSheet(widths, sum(widths) > _UPRIGHT, [], [], rows, blocks)


def _widths(table: Table) -> list[float]:
    """The widths of the columns, which forms of all kinds share: new ones may come."""
    widths = [_FIRST_WIDTH]
    for form in table.forms:
        for index, column in enumerate(form.indicators, 1):
            if index == len(widths):
                widths.append(0.0)
            widths[index] = max(widths[index], min(column.width, _WIDEST))
    widths[1] = max(widths[1], _CAPTION_WIDTH)
    widths[_VALUE_COLUMN] = max(widths[_VALUE_COLUMN], _VALUE_WIDTH)
    return widths


_BOXED = Style(align="left", indent=1, top=1, bottom=1, border_color=styles.LINE)


def _style(one: CellContent, framed: Style | None) -> Style:
    """The look of a rendered cell, over that of its place in the frame."""
    base = framed or styles.NOTE
    if one.role in ("form_group", "form_caption", "indicator_heading"):
        base = styles.HEADING
    elif one.role == "indicator" and one.kind == "number":
        shown = "0." + "0" * one.places if one.places else "0"
        base = replace(base, align="center", num_format=shown)
    elif one.role == "form_amount":
        base = replace(base, num_format=styles.amount_format(one.places))
    if one.kind == "formula" and one.role == "form_amount":
        return replace(base, locked=None, font_color=styles.DERIVED)
    return base


def _heights(contents: Sequence[CellContent], widths: Sequence[float]) -> dict[int, float]:
    """Line -> height: enough for the longest text that wraps."""
    lines: dict[int, int] = {}
    for content in contents:
        letters, line = split_cell(content.cell)
        text: str | Decimal | None = content.value
        count = 1
        if isinstance(text, str) and content.role not in _NO_WRAP:
            count = styles.lines_of(text, widths[column_number(letters) - 1])
        lines[line] = max(lines.get(line, 1), count)
    return {line: styles.row_height(count) for line, count in lines.items()}


def _value_heights(
    heights: dict[int, float],
    form: Form,
    data: FormData,
    spots: FormLayout,
    widths: Sequence[float],
) -> None:
    """Room for the title, and for the values of lines to which the standard gives a height."""
    heights[spots.title] = 36
    for spot in spots.fields:
        letters, line = split_cell(spot.value)
        if spot.line.height:
            text = data.fields.get(spot.cell.field, "")
            start = column_number(letters) - 1
            width = sum(widths[start : len(form.indicators) + 1])
            needed = styles.row_height(styles.lines_of(text, width))
            heights[line] = max(heights.get(line, 0), spot.line.height, needed)


_AMOUNT = replace(_BOXED, left=1, locked=False)


def _frame(framed: dict[str, Style], form: Form, spots: FormLayout) -> None:
    """Put the looks of a whole form's cells into ``framed``.

    A value and the empty cells beside it share one box: it looks like a wide cell, and short
    texts run on into it.
    """
    letters = [column_letter(index) for index in range(len(form.indicators) + 1)]
    for line, style in ((spots.title, _TITLE), (spots.subtitle, _SUBTITLE)):
        framed.update({f"{letter}{line}": style for letter in letters if line})
    for line in range(max(spots.title, spots.subtitle) + 1, spots.heading):
        framed.update({f"{letter}{line}": styles.CAPTION for letter in letters[:2]})
        framed.update({f"{letter}{line}": _BOXED for letter in letters[2:]})
        framed[f"{letters[-1]}{line}"] = replace(_BOXED, right=1)
    for line in range(spots.heading, spots.last + 1):
        cell = replace(styles.CAPTION, align="left", locked=False)
        framed.update({f"{letter}{line}": cell for letter in letters})
    for spot in spots.fields:
        framed[spot.value] = replace(_AMOUNT, text_wrap=True if spot.line.height else None)


def _join_levels(sheet: Sheet, framed: dict[str, Style], form: Form, spots: FormLayout) -> None:
    """Levels of indicators that repeat those above look like one cell; every row keeps its own text.

    They are not merged: rows are added, imported and read one by one.
    """
    levels = [
        index for index, column in enumerate(form.indicators, 1) if column.label[0].endswith(_LEVEL)
    ][:-1]
    first, last = spots.heading + 1, spots.last
    if last <= first:
        return
    for index in levels:
        letter = column_letter(index)
        above = ",".join(
            f"${column_letter(one)}{first + 1}=${column_letter(one)}{first}"
            for one in levels
            if one <= index
        )
        # Lines that are not filled in yet are told apart.
        same = f'${letter}{first + 1}<>"",{above}'
        for line in range(first, last + 1):
            framed[f"{letter}{line}"] = replace(
                framed[f"{letter}{line}"],
                border=None,
                left=1,
                right=1,
                top=1 if line == first else None,
                bottom=1 if line == last else None,
            )
        # All borders of a cell are given: some programs take none from the cell then.
        for start, end in ((first + 1, last - 1), (last, last)):
            if start > end:
                continue
            here = translate(same, start - first - 1, 0)
            sides = replace(_NOTHING, left=1, right=1, bottom=1 if end == last else None)
            area = f"{letter}{start}:{letter}{end}"
            sheet.conditional(area, f"AND({here})", replace(sides, num_format=";;;"))
            sheet.conditional(area, f"NOT(AND({here}))", replace(sides, top=1))


def _merged(form: Form, spots: FormLayout) -> Iterator[tuple[str, str]]:
    """First and last cell of what is merged: captions, and goals, which run over many lines."""
    right = column_letter(len(form.indicators))
    captions = {split_cell(spot.caption) for spot in spots.fields}
    for spot in spots.fields:
        letters, line = split_cell(spot.value)
        end = letters
        while (
            end != right and (following := column_letter(column_number(end)), line) not in captions
        ):
            end = following
        yield spot.value, f"{end}{line}"
        if not spot.line.group and split_cell(spot.caption)[0] == "A":
            yield spot.caption, f"B{line}"
    groups: dict[str, list[str]] = {}
    for cell, group in spots.groups:
        groups.setdefault(group, []).append(cell)
    beside = [f"A{line}" for line in range(spots.heading, spots.last + 1)]
    for cells in (*groups.values(), beside):
        if len(cells) > 1:
            yield cells[0], cells[-1]


def _cells(first: str, last: str) -> list[str]:
    """The cells from one corner to the other."""
    (left, top), (right, bottom) = split_cell(first), split_cell(last)
    columns = range(column_number(left) - 1, column_number(right))
    lines = range(top, bottom + 1)
    return [f"{column_letter(column)}{line}" for line in lines for column in columns]
