"""Checks that tell what is not filled in yet: once for each table, and not as an error."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from xlbudget.figures import Unreadable
from xlbudget.fill.known import Lack, block_title
from xlbudget.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlbudget.checks.context import Context, Outcome
    from xlbudget.fill.known import Unfilled, Witness
    from xlbudget.fill.virtual import Virtual

__all__ = ["is_waiting", "subtotals_filled", "tables_filled"]


def is_waiting(context: Context, block: str) -> bool:
    """Whether rows of a block are still to be filled in: what it lacks is not missed one by one."""
    virtual = context.grid.virtual
    if virtual is None:
        return False
    return block in virtual.open or block in virtual.book.unfilled


def subtotals_filled(context: Context) -> Iterator[Outcome]:
    """Tables whose derived cells nobody has filled in; validation has computed them."""
    virtual = context.grid.virtual
    if virtual is None:
        return
    tables: Counter[str] = Counter()
    for block, cells in virtual.open.items():
        tables[context.grid.standard.blocks[block].table] += cells
    for key, count in tables.items():
        table = context.grid.standard.table(key)
        message = (
            f"{table.title}有{count}格小计、合计没有填，校验时已按其余各数算出；"
            "请用“填列小计”填上。"
        )
        sheet = context.grid.book.sheets.get(key, table.sheet)
        yield Finding(context.rule.code, context.level, message, table.title, sheet)


def tables_filled(context: Context) -> Iterator[Outcome]:
    """Tables, rows and columns that are not filled in, and amounts that are not divided."""
    virtual = context.grid.virtual
    if virtual is None or not virtual.unfilled:
        return
    if all(data.empty for data in context.grid.book.blocks.values()):
        message = "各表都还没有填列，勾稽关系没有核对。"
        yield Finding(context.rule.code, context.level, message)
        return
    gone = {one.block for one in virtual.unfilled if one.lack is Lack.TABLE}
    told: set[str] = set()
    for one in virtual.unfilled:
        table = context.grid.standard.table_of(context.grid.standard.blocks[one.block])
        whole = one.lack is Lack.TABLE and gone.issuperset(block.key for block in table.blocks)
        if whole and table.key in told:
            continue
        if whole:
            told.add(table.key)
        yield _finding(context, virtual, one, whole=whole)


def _finding(context: Context, virtual: Virtual, one: Unfilled, *, whole: bool) -> Finding:
    standard, book = context.grid.standard, context.grid.book
    table = standard.table_of(standard.blocks[one.block])
    title = table.title if whole else block_title(standard, one.block)
    other = f"（{_witness(context, one.witness)}）" if one.witness is not None else ""
    left = "有关勾稽关系没有核对；请填列。"
    row = one.row.label if one.row is not None else ""
    match one.lack:
        case Lack.TABLE:
            said = next((note for note in book.notes.get(table.key, ()) if note.strip()), "")
            denies = said.strip() == table.empty_statement and bool(said)
            said = f"，表下却写着“{said.strip()}”" if denies else ""
            message = f"{title}尚未填列{said}{other}，{left}"
        case Lack.ROWS:
            message = f"{title}只填了合计，各行尚未填列，{left}"
        case Lack.TAIL:
            message = f"{title}尚未填完，只填到“{row}”，{left}"
        case Lack.COLUMN:
            message = (
                f"{title}“{_column(context, one.block, one.column)}”一栏尚未填列{other}，{left}"
            )
        case Lack.PARTS:
            message = _parts(context, virtual, one)
    sheet, cell = book.sheets.get(table.key, table.sheet), ""
    if one.column:
        data, spec = book.blocks[one.block], standard.blocks[one.block]
        at = spec.amount_index[one.column]
        rows = [found for found in data.rows if found.cells[at] is None]
        cell = data.cell_name(rows[0], at) if rows else ""
    return Finding(
        context.rule.code,
        context.level,
        message,
        table.title,
        sheet,
        cell,
        row=one.row.key.removeprefix("group:") if one.row is not None else "",
        column=_column(context, one.block, one.column) if one.column else "",
    )


def _parts(context: Context, virtual: Virtual, one: Unfilled) -> str:
    """The amount that is to be divided, where its parts belong and what waits for them."""
    standard = context.grid.standard
    assert one.witness is not None
    title = standard.table_of(standard.blocks[one.block]).title
    column = _column(context, one.block, one.column)
    spec = standard.blocks[one.block]
    kinds = f"{standard.subjects[spec.subjects].name}各类" if spec.subjects else "各行"
    waiting = [
        _column(context, one.block, name)
        for at, name in enumerate(spec.amounts)
        if name != one.column
        and any(
            isinstance(row.cells[at], Unreadable) for row in virtual.book.blocks[one.block].rows
        )
    ]
    follows = f"；{'、'.join(waiting)}待分后才能算" if waiting else ""
    return f"{column} {one.witness.amount.text} 尚未分到{kinds}（{title}“{column}”栏）{follows}。"


def _witness(context: Context, found: Witness) -> str:
    """The figure of another table, as its reader finds it."""
    row = f"{found.row.key} {found.row.label}" if found.row.kind == "subject" else found.row.label
    title = context.title(found.block)
    column = _column(context, found.block, found.column)
    return f"{title} {found.place.cell}“{row}”{column}为 {found.amount.text}".replace(" “", "“")


def _column(context: Context, block: str, column: str) -> str:
    """The heading of a column, innermost part, with the outer one where needed."""
    spec = context.grid.standard.blocks[block]
    found = spec.column(column)
    parts = ["".join(part.split()) for part in found.heading(context.grid.book.year)]
    twins = [one for one in spec.columns if one.label[-1] == found.label[-1]]
    return parts[-1] if len(twins) == 1 else "/".join(parts)
