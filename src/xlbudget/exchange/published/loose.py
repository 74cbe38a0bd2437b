"""Tables whose cells are divided by mere spaces: blanks do not show, so figures have no sure column.

A row with as many figures as columns is taken. One with fewer is taken only where its own
identities leave a single placement; else it stays blank and is reported with its figures.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.errors import AmountError
from xlbudget.exchange.published.pieces import Line
from xlbudget.exchange.published.rows import RowIdentities
from xlbudget.exchange.published.tables import table_titles
from xlbudget.figures import BlockData, Row
from xlbudget.findings import Finding, Level
from xlbudget.money import Amount, parse_amount
from xlbudget.workbook.layout import is_form
from xlbudget.workbook.read_labels import heading, plain_name
from xlbudget.workbook.read_rows import Line as RowLine
from xlbudget.workbook.read_rows import recogniser
from xlbudget.workbook.read_tables import CODE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from xlbudget.exchange.published.pieces import Matrix
    from xlbudget.figures import Book, Cell
    from xlbudget.standard.model import Block, Standard, Table
    from xlbudget.workbook.read_rows import Recogniser

__all__ = ["Loose", "lines_of", "loose_rows", "placed"]

_FIGURE = re.compile(r"-?\d[\d,]*\.\d{2}")
_CODE = re.compile(r"(\d{3,9})\s*(\D.*)?")
_BODIES = ("fixed", "subject", "unit")


class Loose(NamedTuple):
    """A row that was found: its block, the row without figures, the figures in order."""

    block: Block
    row: Row
    figures: tuple[Cell, ...]


def loose_rows(standard: Standard, table: Table, lines: Sequence[str], year: int) -> list[Loose]:
    """The rows among the lines below a table's title; none where its headings do not show."""
    if is_form(table) or any(block.body not in _BODIES for block in table.blocks):
        return []
    first = next((at for at, line in enumerate(lines) if _FIGURE.search(line)), len(lines))
    above = heading("".join(lines[:first]))
    labels = {heading(block.columns[at].heading(year)[-1])
              for block in table.blocks for at in block.of_kind("amount")}  # fmt: skip
    if not all(label in above for label in labels):
        return []
    found: list[Loose] = []
    known = {block.key: recogniser(standard, block, year) for block in table.blocks}
    for number, line in enumerate(lines[first:], first + 1):
        for at, (label, figures) in enumerate(_segments(line)):
            order = [*table.blocks[at:], *table.blocks[:at]]
            for block in order:
                row = _row(block, known[block.key], number, label)
                if row is not None:
                    cells = tuple(_amount(one, block) for one in figures)
                    found.append(Loose(block, row, cells))
                    break
    return found


def lines_of(
    standard: Standard, table: Table, pieces: Sequence[Line | Matrix]
) -> tuple[str, list[str]]:
    """The raw lines between a table's title and the next one."""
    titles = table_titles(standard)
    where, lines, inside = "", list[str](), False
    for one in pieces:
        if not isinstance(one, Line):
            inside = False
            continue
        known = titles.get(plain_name(one.text))
        if known is not None:
            inside = known[0].key == table.key
            where, lines = (one.where, []) if inside else (where, lines)
        elif inside:
            lines += (one.raw or one.text).split("\n")
    return where, lines


def _segments(line: str) -> Iterator[tuple[str, list[str]]]:
    """Labels with the figures behind each."""
    label: list[str] = []
    figures: list[str] = []
    for token in line.split():
        if _FIGURE.fullmatch(token):
            figures.append(token)
            continue
        if figures:
            yield " ".join(label), figures
            label, figures = [], []
        label.append(token)
    if label:
        yield " ".join(label), figures


def _row(block: Block, recognise: Recogniser, number: int, label: str) -> Row | None:
    match = _CODE.fullmatch(label) if block.body == "subject" else None
    values: list[object] = [match[1], match[2] or ""] if match is not None else [label, ""]
    kinds = [column.kind for column in block.columns if column.kind != "amount"]
    values = [*values, *[""] * len(kinds)][: len(kinds)]
    blank: tuple[Cell, ...] = (None,) * len(block.amounts)
    found = recognise(RowLine(number, values, blank, filled=True))
    return found if isinstance(found, Row) else None


def _amount(text: str, block: Block) -> Cell:
    try:
        return parse_amount(text, block.unit)
    except AmountError:
        return None


def placed(
    standard: Standard, book: Book, rows: Sequence[Loose]
) -> tuple[dict[str, BlockData], list[Finding]]:
    """The blocks with the figures whose column is sure, and what is to be said of the others."""
    kept: dict[str, list[Row]] = {}
    for one in rows:
        kept.setdefault(one.block.key, []).append(one.row)
    blocks = {key: BlockData.of(found) for key, found in kept.items()}
    identities = RowIdentities(standard, book.with_blocks(blocks))
    counts = dict.fromkeys(kept, -1)
    findings: list[Finding] = []
    for one in rows:
        counts[one.block.key] += 1
        line = counts[one.block.key]
        if not one.figures:
            continue
        table = standard.table_of(one.block)
        name = (
            " ".join(dict.fromkeys([one.row.key, one.row.label]))
            if one.row.kind == "subject"
            else one.row.label
        )
        shown = "、".join(cell.text for cell in one.figures if isinstance(cell, Amount))
        ways = (
            [list(one.figures)]
            if len(one.figures) == len(one.block.amounts)
            else identities.placements(one.block.key, line, one.figures)
        )
        if len(ways) == 1:
            kept[one.block.key][line] = one.row._replace(cells=tuple(ways[0]))
            if len(one.figures) == len(one.block.amounts):
                continue
            level = Level.HINT
            message = f"{table.title}“{name}”一行看不出空白格，按本行勾稽关系只有一种放法，已放入：{shown}；请对照原件核对。"
        else:
            level = Level.WARNING
            message = f"{table.title}“{name}”一行看不出空白格，{shown}不知各属哪一栏，没有读入；请对照原件填写。"
        findings.append(Finding(CODE, level, message, table.title, table.title, "", one.row.key))
    return {key: BlockData.of(found) for key, found in kept.items()}, findings
