"""Made-up ledgers of any standard: lines whose texts go together as its ledger says, drawn at random."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledgers import with_ledger
from xlbudget.figures import InfoValue, Ledger, LedgerLine, Profile
from xlbudget.importing.imported import blank_book
from xlbudget.money import YUAN, Amount
from xlbudget.rules.posting import cells_of, posted_book
from xlbudget.sheets.layout import place_book
from xlbudget.sheets.ledger import place_ledger
from xlbudget.standard.ledger import selects
from xlbudget.standard.loader import own_standard

if TYPE_CHECKING:
    from collections.abc import Mapping
    from random import Random

    from xlbudget.figures import Book
    from xlbudget.standard.ledger import LedgerColumn
    from xlbudget.standard.model import Standard

UNITS = ("某局（本级）", "某局服务中心", "某局信息中心")
_PAIRED = ("208", "210", "221")
"""Classes of subjects that stand for economic ones: their amounts are asked to be the same."""


def random_ledger(standard: Standard, rng: Random, year: int, lines: int = 40) -> Ledger:
    """Lines without two that are alike; a few subjects, so that they meet in the tables."""
    ledger = standard.ledger
    assert ledger is not None
    codes = {
        column.key: _codes(standard, column, rng, year)
        for column in ledger.columns
        if column.kind == "code"
    }
    same: dict[tuple[str, str, str], str] = {}
    made: dict[tuple[tuple[str, str], ...], LedgerLine] = {}
    while len(made) < lines:
        texts: dict[str, str] = {}
        for column in ledger.columns:
            if column.kind not in ("amount", "text"):
                texts[column.key] = _text(column, rng, codes)
        if item := ledger.key_of("level2"):
            texts[item] += texts[ledger.key_of("unit")][-3:]  # a project is of one unit
        for column in ledger.columns:
            if column.absent is not None and selects(ledger, column.absent, texts):
                texts[column.key] = ""
            if column.per:
                own = (column.key, column.per, texts[column.per])
                texts[column.key] = texts[column.key] and same.setdefault(own, texts[column.key])
        if _fitting(standard, texts):
            held = {key: text for key, text in texts.items() if text}
            fen = rng.randrange(10**4, 10**9)
            made[tuple(held.items())] = LedgerLine(held, Amount(fen, YUAN))
    return Ledger(tuple(made.values()))


def _fitting(standard: Standard, texts: Mapping[str, str]) -> bool:
    """Whether what goes together does, and every table has a column for the line beside that of sums."""
    ledger = standard.ledger
    assert ledger is not None
    if any(selects(ledger, w, texts) and not selects(ledger, m, texts) for w, m in ledger.fits):
        return False
    for key, posting in ledger.postings.items():
        columns = [] if posting.forms else cells_of(standard, key, texts)[1]
        for text in standard.blocks[key].rowsums:
            whole, _, parts = text.partition(" = ")
            if whole in columns and not {*parts.split(" + ")} & {*columns}:
                return False
    return True


def _codes(standard: Standard, column: LedgerColumn, rng: Random, year: int) -> list[str]:
    subjects = standard.subjects[column.subjects]
    lowest = [
        code
        for code in subjects.by_code
        if len(code) == subjects.lengths[-1]
        and not code.startswith(_PAIRED)
        and subjects.find(code, year) is not None
        and all(subjects.find(parent, year) for parent in subjects.parents(code))
    ]
    return sorted(rng.sample(sorted(lowest), min(12, len(lowest))))


def _text(column: LedgerColumn, rng: Random, codes: Mapping[str, list[str]]) -> str:
    if column.kind == "unit":
        return rng.choice(UNITS)
    if column.kind == "code":
        return rng.choice(codes[column.key])
    if column.kind == "choice":
        # The first choice is the usual one: enough of it that no table stays empty by chance.
        wanted = rng.random() < 0.5
        return column.choices[0] if wanted else rng.choice(column.choices)
    return f"{column.label}{rng.choice('甲乙丙')}"


def ledger_book(
    standard: Standard,
    rng: Random,
    year: int,
    fields: Mapping[str, str] | None = None,
    lines: int = 40,
) -> Book:
    """A book whose tables are those that a random ledger prints; ``fields`` of 基础信息 choose variants."""
    drawn = random_ledger(standard, rng, year, lines)
    book = with_ledger(standard, blank_book(standard, year), drawn)
    info = {"unit_name": UNITS[0], "year": str(year), "standard": standard.id, **(fields or {})}
    texts = {key: InfoValue(text) for key, text in info.items()}
    profile = Profile(duties=("履行法定职责。",), units=UNITS)
    book = book._replace(name="底稿.xlsx", info={**book.info, **texts}, profile=profile)
    own = own_standard(book, standard)
    book = posted_book(own, book)
    empty = {
        table.key: (table.empty_statement,)
        for table in own.tables
        if table.empty_statement and all(book.blocks[block.key].empty for block in table.blocks)
    }
    placed = place_book(own, book._replace(notes=empty))
    return placed._replace(ledger=place_ledger(own, book.ledger))
