"""What holds for the ledger of every standard, on random lines: nothing here knows a column of any of them."""

from __future__ import annotations

import csv
import random
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ledgers import amounts, with_ledger
from material import LEDGERS, OUTLINE
from random_ledgers import ledger_book, random_ledger
from thorough import either
from xlbudget.checks.ledger.found import find_ledger, misprinted
from xlbudget.checks.validate import validate
from xlbudget.consolidating.consolidate import consolidate, judged
from xlbudget.consolidating.figures import UnitBook
from xlbudget.editing.rollover import next_book
from xlbudget.figures import BlockData, InfoValue, Ledger, Profile
from xlbudget.findings import Level, Status
from xlbudget.importing.imported import blank_book
from xlbudget.importing.ledger.export import read_lines
from xlbudget.importing.tables.open import open_tables
from xlbudget.money import Amount
from xlbudget.rules.fill import with_names
from xlbudget.rules.posting import fill_from_ledger, posted_book
from xlbudget.standard.loader import load_standard, own_standard
from xlbudget.standard.search import SEARCHED

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from xlbudget.figures import Book, LedgerLine
    from xlbudget.standard.model import Standard

YEAR = 2026
SEEDS = range(either(1, 10))


@pytest.fixture(scope="module", params=LEDGERS, ids=str)
def chosen(request: pytest.FixtureRequest) -> Iterator[tuple[Standard, Mapping[str, str]]]:
    """A standard with a ledger, and what chooses a variant of it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(SEARCHED, str(OUTLINE.parent))
        yield load_standard(request.param[0]), request.param[1]


def books(chosen: tuple[Standard, Mapping[str, str]]) -> Iterator[tuple[Standard, Book]]:
    """Books whose tables follow from random ledgers, with their own standard."""
    for seed in SEEDS:
        book = ledger_book(chosen[0], random.Random(seed), YEAR, chosen[1])
        yield own_standard(book, chosen[0]), book


def errors(standard: Standard, book: Book) -> list[str]:
    found = validate(standard, book).findings
    return [f"{one.code} {one.message}" for one in found if one.level is Level.ERROR]


def test_tables_from_a_ledger_are_right(chosen: tuple[Standard, Mapping[str, str]]) -> None:
    for standard, book in books(chosen):
        assert len(amounts(standard, book)) > 150
        assert errors(standard, book) == []


def test_filling_prints_what_the_ledger_says(chosen: tuple[Standard, Mapping[str, str]]) -> None:
    """Every amount that the ledger prints is given by it alone, whatever the tables held that nobody typed."""
    for standard, book in books(chosen):
        bare = book._replace(blocks={key: BlockData(()) for key in book.blocks})
        assert amounts(standard, fill_from_ledger(standard, bare).book) == amounts(standard, book)


def test_a_ledger_is_found_that_prints_the_tables(
    chosen: tuple[Standard, Mapping[str, str]],
) -> None:
    for seed in SEEDS:
        book = ledger_book(chosen[0], random.Random(seed), YEAR, chosen[1], lines=12)
        standard = own_standard(book, chosen[0])
        found = find_ledger(standard, book._replace(ledger=Ledger()))
        assert (found.contradiction, found.unsolved, found.unread) == ((), False, 0)
        assert misprinted(standard, book, found.lines) == []
        again = with_ledger(standard, book, Ledger(found.lines))
        assert amounts(standard, posted_book(standard, again)) == amounts(standard, book)


def test_a_detail_export_gives_the_lines_back(
    chosen: tuple[Standard, Mapping[str, str]], tmp_path: Path
) -> None:
    """By headings that platforms use, in another order, with the year in a column of its own."""
    standard, _ = chosen
    ledger = standard.ledger
    assert ledger is not None
    rng = random.Random(4)
    lines = random_ledger(standard, rng, YEAR).lines
    columns = [one for one in ledger.columns if one.kind != "text"]
    rng.shuffle(columns)
    headings = [rng.choice(one.names) if one.kind != "amount" else "金额(元)" for one in columns]
    path = tmp_path / "明细.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["年度", *headings])
        for line in lines:
            assert isinstance(line.amount, Amount)
            plain = line.amount.plain
            own = (
                plain if one.kind == "amount" else line.texts.get(one.key, "") for one in columns
            )
            writer.writerow([YEAR, *own])
    imported = read_lines(open_tables(path), standard, None, {})
    assert [one.sentence for one in imported.questions] == []
    assert _plain(imported.book.ledger.lines) == _plain(lines)


def _plain(lines: tuple[LedgerLine, ...]) -> list[tuple[object, ...]]:
    return sorted((*sorted(line.texts.items()), line.amount) for line in lines)  # type: ignore[type-var]


def test_next_year_has_the_lines_as_drafts(chosen: tuple[Standard, Mapping[str, str]]) -> None:
    for standard, book in books(chosen):
        following, _, said = next_book(standard, standard, book)
        ledger = standard.ledger
        assert ledger is not None
        carried = [line for line in following.ledger.lines if line.amount is not None]
        assert len(following.ledger.lines) > len(carried)
        assert bool(carried) <= (ledger.carry is not None)
        assert any(ledger.sheet in one for one in said)


def test_units_add_up_to_the_department(chosen: tuple[Standard, Mapping[str, str]]) -> None:
    """Unit by unit, each with its lines of the ledger; the sum prints what the whole ledger does."""
    standard, whole = next(books(chosen))
    ledger = standard.ledger
    assert ledger is not None
    unit = ledger.key_of("unit")
    units = []
    for name in whole.profile.units:
        mine = tuple(line for line in whole.ledger.lines if line.texts[unit] == name)
        base = blank_book(chosen[0], YEAR)
        info = {**base.info, **{key: InfoValue(text) for key, text in chosen[1].items()}}
        base = base._replace(
            name=f"{name}.xlsx",
            info={**info, "unit_name": InfoValue(name), "standard": InfoValue(standard.id)},
            profile=Profile(units=(name,)),
        )
        book = fill_from_ledger(standard, with_ledger(standard, base, Ledger(mine))).book
        book = with_names(standard, book)
        units.append(UnitBook(name, Path(f"{name}.xlsx"), book, Status.PASS, 0))  # type: ignore[arg-type]
    done = consolidate(units, "某局")
    made, known = amounts(standard, done.summed.book), amounts(standard, whole)
    assert {place: text for place, text in known.items() if made.get(place) != text} == {}
    assert [one.message for one in judged(done).findings if one.level is Level.ERROR] == []


def test_what_goes_by_another_column_is_told(chosen: tuple[Standard, Mapping[str, str]]) -> None:
    """A project below two groups, a unit of two natures."""
    standard, book = next(books(chosen))
    ledger = standard.ledger
    assert ledger is not None
    columns = [column for column in ledger.columns if column.per]
    assert columns
    for column in columns:
        lines = list(book.ledger.lines)
        held = [line.texts.get(column.per) for line in lines if line.texts.get(column.key)]
        at = next(
            at
            for at, line in enumerate(lines)
            if line.texts.get(column.key) and held.count(line.texts[column.per]) > 1
        )
        text = lines[at].texts[column.key]
        other = next((one for one in column.choices if one != text), f"{text}乙")
        lines[at] = lines[at]._replace(texts={**lines[at].texts, column.key: other})
        wrong = book._replace(ledger=book.ledger._replace(lines=tuple(lines)))
        code = standard.code_of("ledger_projects")
        told = [one.message for one in validate(standard, wrong).findings if one.code == code]
        assert len(told) == 1
        assert other in told[0]
        assert lines[at].texts[column.per] in told[0]
