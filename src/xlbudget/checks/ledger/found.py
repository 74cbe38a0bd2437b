"""From printed tables to a ledger (录入底稿) that prints them; needs ``highspy``.

The tables rarely determine it: the ledger that is found is one of many. It is posted and compared with every printed cell
in whole numbers. Where there is none, cells are named that no ledger prints together.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.checks.diagnosis.certify import can_certify
from xlbudget.checks.ledger.candidates import (
    blanks_beside,
    candidates_of,
    posted_amounts,
    the_unit,
)
from xlbudget.checks.ledger.labels import labelled
from xlbudget.checks.ledger.likeness import unlikeliness
from xlbudget.checks.ledger.program import Program
from xlbudget.errors import XlbudgetError
from xlbudget.figures import LedgerLine
from xlbudget.money import YUAN, Amount
from xlbudget.rules.posting import post

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from xlbudget.checks.ledger.candidates import Candidates, PrintedCell
    from xlbudget.figures import Book, Row
    from xlbudget.standard.model import Standard


class FoundLedger(NamedTuple):
    """A ledger, and what is to be said of it.

    ``cells`` are the printed amounts with which it was compared, ``unread`` those that could not be read. ``guessed`` counts, by
    column of the ledger, the lines whose text no table tells. ``contradiction`` are cells that no ledger prints
    together, not one too many; then there are no lines. Where it is a single cell, ``blanks`` are
    cells (block, row, column) in which its money would have to be printed too. ``labelled`` are columns filled in by sums of 基础信息 alone, ``unsaid`` the fields there that the lines do not come to. ``unsolved``: a ledger was
    neither found within the bounds of work, nor proved impossible.
    """

    lines: tuple[LedgerLine, ...]
    cells: tuple[PrintedCell, ...]
    unread: int = 0
    guessed: Mapping[str, int] = {}
    contradiction: tuple[PrintedCell, ...] = ()
    blanks: tuple[tuple[str, Row, str], ...] = ()
    labelled: tuple[str, ...] = ()
    unsaid: tuple[str, ...] = ()
    unsolved: bool = False


def find_ledger(standard: Standard, book: Book) -> FoundLedger:
    """A ledger that prints a book's tables.

    Raises:
        XlbudgetError: the solver is not installed, or the standard has no ledger.
    """
    if standard.ledger is None:
        raise XlbudgetError(f"{standard.name}的标准没有录入底稿，不能由各表得出底稿。")
    if not can_certify():
        raise XlbudgetError(
            "由各表得出底稿需要求解器 highspy，现在没有安装；请运行 pip install xlbudget[certify] 后再试。"
        )
    every = candidates_of(standard, book)
    result = FoundLedger((), tuple(every.cells), every.unread)
    for found in (*_agreeing(standard, book, every), every):
        program = Program(found, unlikeliness(standard, book, found))
        amounts, fens = program.likely(), None
        if not program.outside:
            fens = program.settled(program.weighed(amounts)) or program.settled(amounts)
        if fens is not None:
            break
    if program.outside:
        wrong = program.contradiction()
        blanks = blanks_beside(standard, book, wrong[0]) if len(wrong) == 1 else ()
        cells = tuple(found.cells[cell] for cell in wrong)
        return result._replace(contradiction=cells, blanks=blanks, unsolved=not cells)
    if fens is None:
        return result._replace(unsolved=True)
    given = {key for number in fens for key in found.lines[number].texts}
    lines, unsaid = labelled(standard, book, list(_lines(standard, book, found, fens)), given)
    lines.sort(key=lambda line: _order(standard, book, line))
    if misprinted(standard, book, lines):
        return result._replace(unsolved=True)
    guessed = Counter(column for number in fens for column in found.lines[number].guessed)
    added = dict.fromkeys(key for line in lines for key, text in line.texts.items() if text)
    columns = [one.key for one in standard.ledger.columns if one.kind == "choice"]
    return result._replace(
        lines=tuple(lines),
        guessed=guessed,
        labelled=tuple(key for key in columns if key in added and key not in given),
        unsaid=tuple(unsaid),
    )


def _agreeing(standard: Standard, book: Book, every: Candidates) -> Iterator[Candidates]:
    """The candidates with one text in a column that goes by the unit, where all lines are of one unit: for each text."""
    ledger = standard.ledger
    assert ledger is not None
    unit = ledger.key_of("unit")
    for column in ledger.columns if the_unit(book) else ():
        texts = [line.texts.get(column.key, "") for line in every.lines]
        if column.per == unit and any(unit not in line.texts for line in every.lines):
            for text in dict.fromkeys(filter(None, texts)):
                lines = [
                    line for line, own in zip(every.lines, texts, strict=True) if own in ("", text)
                ]
                yield every._replace(lines=lines)


def _lines(
    standard: Standard, book: Book, found: Candidates, fens: Mapping[int, int]
) -> Iterator[LedgerLine]:
    """The lines; what no table tells is said in their remark."""
    ledger = standard.ledger
    assert ledger is not None
    remark = next((column.key for column in ledger.columns if column.kind == "text"), None)
    unit, own = ledger.key_of("unit"), the_unit(book)
    for number, fen in fens.items():
        line = found.lines[number]
        texts = {key: text for key, text in line.texts.items() if text}
        if own and unit not in line.texts:
            texts[unit] = own[0]
        if line.guessed and remark is not None:
            labels = "、".join(ledger.column(key).label for key in line.guessed)
            texts[remark] = f"{labels}为推定"
        yield LedgerLine(texts, Amount(fen, YUAN))


def _order(standard: Standard, book: Book, line: LedgerLine) -> tuple[tuple[int, str], ...]:
    """Lines stand by the ledger's columns: choices and units in their order, codes by number."""
    ledger = standard.ledger
    assert ledger is not None
    names = book.profile.units
    places = []
    for column in ledger.columns:
        text = line.texts.get(column.key, "")
        order = column.choices or (names if column.kind == "unit" else ())
        places.append((order.index(text) if text in order else len(order), text))
    return tuple(places)


def misprinted(
    standard: Standard, book: Book, lines: Iterable[LedgerLine]
) -> list[tuple[str, Row, str]]:
    """The cells (block, row, column) that the lines, added up exactly, print otherwise than the book.

    A cell that holds no amount that can be read is not compared.
    """
    sums = post(standard, lines, {data.name: data.form for data in book.forms}).blocks
    wrong = []
    for key, row, name, cell, held in posted_amounts(standard, book):
        fen = sums.get(key, {}).get((row.key, row.parent), {}).get(name)
        if isinstance(cell, Amount):
            if fen is None and not held:
                fen = 0
            same = fen is not None and Amount(fen).rounded(cell.unit, cell.places) == cell
        else:
            same = fen is None or cell is not None or not (fen or held)
        if not same:
            wrong.append((key, row, name))
    return wrong
