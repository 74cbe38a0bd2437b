"""How findings name cells and do the arithmetic for their reader."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from xlbudget.figures import TOTAL, Unreadable
from xlbudget.findings import Finding
from xlbudget.money import Amount
from xlbudget.rules.grid import INFO

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlbudget.figures import Book, Cell
    from xlbudget.findings import Level
    from xlbudget.money import Unit
    from xlbudget.rules.grid import Grid
    from xlbudget.rules.relations import Relation
    from xlbudget.standard.model import Block, Column, Standard

_MANY = 4
"""A sum of more parts than this is named, not spelt out."""


BETWEEN_REASONS = "；"
"""Stands between the reasons for which a paragraph is to be looked at."""


def to_fill(title: str) -> str:
    """What stands in a text for something that the book does not say."""
    return f"【待填：{title}】"


def name_title(code: str) -> str:
    """What a subject's missing name is called in sentences."""
    return f"科目名称{code}"


def nameless_reason(code: str) -> str:
    """Why a paragraph with a hole for a subject's name is to be looked at."""
    return f"科目{code}没有名称，请在表中这一科目的行写上名称，或导入科目目录"


def nameless_codes(standard: Standard, book: Book) -> set[str]:
    """The codes of rows without a name for which the year's list has none either."""
    return {
        row.key
        for key, data in book.blocks.items()
        if key in standard.blocks
        and (subjects := standard.subjects.get(standard.blocks[key].subjects)) is not None
        for row in data.rows
        if row.kind == "subject" and not row.label and subjects.find(row.key, book.year) is None
    }


def table_title(grid: Grid, number: int) -> str:
    """The title of the table in which a cell stands."""
    block, row, _ = grid.spot(number)
    if block == INFO:
        return info_title(grid.book, row.key)
    return table_place(grid.standard, grid.book, block)[0]


def info_title(book: Book, field: str) -> str:
    """基础信息, or the part of a published document that tells a field of it, or would."""
    info = book.info.get(field)
    if info is not None and info.sheet:
        return info.sheet
    told = (one.sheet for one in book.info.values() if one.sheet) if book.without_info else ()
    return next(iter(told), "基础信息")


def table_place(standard: Standard, book: Book, block: str) -> tuple[str, str]:
    """Title and sheet of the table of a block."""
    table = standard.table(standard.blocks[block].table)
    return table.title, book.sheets.get(table.key, table.sheet)


def named(labels: Sequence[str], most: int) -> str:
    """The first of these rows by name, and how many there are."""
    shown = "、".join(f"“{label}”" for label in labels[:most])
    return f"{shown}等{len(labels)}行" if len(labels) > most else shown


def row_label(grid: Grid, number: int) -> str:
    """The row as its reader sees it: ``30229 福利费``, ``合计``, ``本年收入合计``."""
    row = grid.spot(number).row
    if row.kind == "subject":
        return f"{row.key} {row.label}".strip()
    return "合计" if row.kind == "total" and row.key == TOTAL else row.label


def column_label(grid: Grid, number: int) -> str:
    """The column as its reader sees it; empty for 基础信息."""
    column = grid.heading(number)
    block = grid.standard.blocks.get(grid.block_of(number))
    return short_heading(block, column, grid.book.year) if column and block else ""


def short_heading(block: Block, column: Column, year: int) -> str:
    """The heading of a column, innermost part, with the outer one where needed."""
    parts = ["".join(part.split()) for part in column.heading(year)]
    twins = [one for one in block.columns if one.label[-1] == column.label[-1]]
    return parts[-1] if len(twins) == 1 else "/".join(parts)


def cell_label(grid: Grid, number: int) -> str:
    """Row and column of a cell; of a value that the text alone tells, the words that tell it."""
    column = column_label(grid, number)
    block, row, _ = grid.spot(number)
    if block == INFO and (words := told_by(grid.book, row.key)):
        return f"“{row.label}”（{words}）"
    label = row_label(grid, number)
    return f"“{label}”{column}" if label and column else f"“{label or column}”"


def told_by(book: Book, field: str) -> str:
    """The words of a published text that tell a field of 基础信息, as a finding quotes them; "" where none do."""
    info = book.info.get(field)
    if info is None or not info.said:
        return ""
    return f"按“{info.said}”推算" if info.change is not None else f"“{info.said}”"


def wanted(grid: Grid, number: int, right: Amount) -> tuple[str, str]:
    """What is to be written where a cell should hold ``right``: plain, and in words.

    What was inferred from a change is mended in the sentence that prints the change.
    """
    printed, change = grid.cells[number], grid.inferred().get(number)
    if change is None or not isinstance(printed, Amount):
        return right.plain, right.text
    moved = printed.fen + change.fen - right.fen
    size = right._replace(fen=abs(moved))
    if not moved:
        return size.plain, "无增减"
    return size.plain, f"{'增加' if moved > 0 else '减少'} {size.text}"


def finding_at(grid: Grid, number: int, code: str, level: Level, message: str) -> Finding:
    """A finding about one cell, with its place and what it prints."""
    cell, key = grid.cells[number], grid.spot(number).row.key.removeprefix("group:")
    printed = cell.shown if isinstance(cell, Unreadable) else cell.plain if cell is not None else ""
    where = (table_title(grid, number), *grid.place(number), key, column_label(grid, number))
    return Finding(code, level, message, *where, printed)


def finding_in_info(book: Book, code: str, level: Level, message: str, field: str) -> Finding:
    """A finding about a field of 基础信息, or about the sentence that tells it."""
    return Finding(code, level, message, info_title(book, field), *book.info_place(field), field)


def fen_of(cell: Cell) -> int:
    """What a cell comes to in 分, a blank to nothing."""
    return cell.fen if isinstance(cell, Amount) else 0


def money_text(fen: int, unit: Unit, places: int = 2) -> str:
    """An amount of 分 in ``unit`` with at least ``places`` decimals, exactly, with separators."""
    value = Decimal(fen) / unit.fen
    shown = max(min(places, unit.max_places), -int(value.normalize().as_tuple().exponent or 0))
    return f"{value:,.{shown}f}"


def difference_text(fen: int, unit: Unit) -> str:
    """The same without separators, as findings hold it."""
    return money_text(fen, unit).replace(",", "")


def _compared(grid: Grid, relation: Relation, verb: str) -> tuple[str, int, Unit]:
    """Both sides in words and as sums, ``verb`` between them; by how many 分 they differ; their unit."""
    unit = next((cell.unit for cell in _amounts(grid, relation)), grid.standard.unit)
    texts, sums = [], []
    for flip, side in ((1, relation.terms[: relation.left]), (-1, relation.terms[relation.left :])):
        terms = [(flip * sign, number) for sign, number in side]
        sums.append(sum(sign * fen_of(grid.cells[number]) for sign, number in terms))
        words = _side(grid, terms) if terms else _absent(grid, relation, flip)
        texts.append(f"{words}（{money_text(sums[-1], unit)}）")
    return verb.join(texts), sums[0] - sums[1], unit


def _amounts(grid: Grid, relation: Relation) -> list[Amount]:
    cells = (grid.cells[number] for _, number in relation.terms)
    return [cell for cell in cells if isinstance(cell, Amount)]


def arithmetic(grid: Grid, relation: Relation) -> str:
    """The relation as a sentence: code, left and right side with their sums, the difference.

    Example: ``A11 302 商品和服务支出 公用经费 422.82；下级15行合计 423.18，差 -0.36；四舍五入至多差 0.08``
    """
    ulps, equal = [cell.ulp for cell in _amounts(grid, relation)], relation.equation.relation == "="
    shown, off, unit = _compared(grid, relation, "应等于" if equal else "应不小于")
    slack = sum(ulp for ulp in ulps if ulp > 1)
    allowed = ""
    if equal and slack:
        allowed = f"；{len(ulps)}个数四舍五入至多差{money_text(slack // 2, unit, 3)}"
    return f"{relation.rule.code} {shown}，差{money_text(off, unit)}{allowed}"


def mismatch(grid: Grid, relation: Relation) -> str:
    """By how much the two sides of a relation differ, in words."""
    verb = "与" if relation.equation.relation == "=" else "应不小于"
    shown, off, unit = _compared(grid, relation, verb)
    return f"{shown}，差 {money_text(abs(off), unit)}"


def _absent(grid: Grid, relation: Relation, flip: int) -> str:
    """A side of which no row is there: the tables that lack it, or nothing by rule."""
    side = relation.equation.left if flip > 0 else relation.equation.right
    tables = dict.fromkeys(
        grid.standard.table(grid.standard.blocks[term.ref.block].table).title
        for term in side
        if term.ref.block != INFO
    )
    return f"{'、'.join(tables)}的对应格" if tables else "零"


def _side(grid: Grid, terms: list[tuple[int, int]]) -> str:
    if len(terms) > _MANY:
        tables = dict.fromkeys(table_title(grid, number) for _, number in terms)
        columns = dict.fromkeys(column_label(grid, number) for _, number in terms)
        what = next(iter(columns)) if len(columns) == 1 else "各栏"
        return f"{'、'.join(tables)}{len(terms)}格{what}之和"
    text = ""
    for sign, number in terms:
        mark = "－" if sign < 0 else "＋" if text else ""
        text += f"{mark}{table_title(grid, number)}{cell_label(grid, number)}"
    return text
