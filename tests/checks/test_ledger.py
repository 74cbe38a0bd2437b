"""Validation of workbooks whose tables follow from a ledger: right ones, wrong lines and who tells them, tables typed over."""

from __future__ import annotations

from collections import Counter
from random import Random
from typing import TYPE_CHECKING

import pytest

from ledgers import amounts, ledger_of, with_ledger
from plausible_ledgers import explained, plausible_book
from thorough import either
from xlbudget.checks.posted import settled_book
from xlbudget.figures import BlockData, LedgerLine, LedgerSheet, Place
from xlbudget.findings import Level, Status
from xlbudget.memory import PASSED, keepsake
from xlbudget.money import YUAN, Amount
from xlbudget.sheets.ledger import LEDGER_FIRST, place_ledger
from xlbudget.texts.whole import validate_whole

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlbudget.figures import Book
    from xlbudget.findings import Finding, Report
    from xlbudget.standard.model import Standard

_RIGHT = either(80, 300)
_WRONG = 6
"""Departments in each fault model under each witness."""


def test_right_ledgers_pass_without_a_finding(standard: Standard) -> None:
    kinds: Counter[str] = Counter()
    for seed in range(_RIGHT):
        book = plausible_book(standard, Random(seed))
        report = validate_whole(standard, book)
        assert report.status in (Status.PASS, Status.ROUNDING), seed
        assert report.findings == (), seed
        for line in book.ledger.lines:
            kinds.update(line.texts[key] for key in ("category", "source", "fund_year"))
    ledger = standard.ledger
    assert ledger is not None
    choices = {
        choice
        for key in ("category", "source", "fund_year")
        for choice in ledger.column(key).choices
    }
    assert set(kinds) == choices  # all kinds of money and of spending occur


@pytest.mark.parametrize("seed", range(0, 40, 4))
def test_a_right_explanation_agrees_with_the_ledger(standard: Standard, seed: int) -> None:
    book = explained(standard, plausible_book(standard, Random(seed)))
    report = validate_whole(standard, book)
    assert (report.status in (Status.PASS, Status.ROUNDING), report.findings) == (True, ())


def test_a_book_with_the_ledger_that_prints_it_is_judged_as_without(
    standard: Standard, example: Book
) -> None:
    alone = validate_whole(standard, example)
    both = validate_whole(standard, with_ledger(standard, example, ledger_of(standard)))
    assert (both.status, both.findings) == (alone.status, alone.findings)


# ------------------------------------------------------------------ one wrong line


def _typed(line: LedgerLine) -> str:
    """An amount as it is typed: without a fraction that is nought."""
    assert isinstance(line.amount, Amount)
    fen = line.amount.fen
    return f"{fen // 100}.{fen % 100:02d}" if fen % 100 else str(fen // 100)


def _with_amount(line: LedgerLine, typed: str) -> LedgerLine | None:
    whole, _, fraction = typed.partition(".")
    fen = int(whole or "0") * 100 + int((fraction + "00")[:2])
    return None if Amount(fen, YUAN) == line.amount else line._replace(amount=Amount(fen, YUAN))


def _wrong(
    lines: Sequence[LedgerLine], at: int, fault: str, random: Random
) -> list[LedgerLine] | None:
    """The lines with one slip; None where this line cannot have it."""
    line, typed = lines[at], _typed(lines[at])
    places = [place for place, sign in enumerate(typed) if sign.isdigit()]
    place = random.choice(places)
    changed: LedgerLine | None = None
    if fault == "exchanged":
        pairs = [one for one in places if one + 1 in places and typed[one] != typed[one + 1]]
        if pairs:
            first = random.choice(pairs)
            swapped = typed[first + 1] + typed[first]
            changed = _with_amount(line, typed[:first] + swapped + typed[first + 2 :])
    elif fault == "digit":
        other = random.choice([one for one in "0123456789" if one != typed[place]])
        changed = _with_amount(line, typed[:place] + other + typed[place + 1 :])
    elif fault == "lost":
        changed = _with_amount(line, typed[:place] + typed[place + 1 :])
    elif fault == "doubled digit":
        changed = _with_amount(line, typed[:place] + typed[place] + typed[place:])
    elif fault in ("point", "万元"):
        assert isinstance(line.amount, Amount)
        fen = line.amount.fen * 10 if fault == "point" else (line.amount.fen + 5_000) // 10_000
        changed = line._replace(amount=Amount(fen, YUAN))
    elif fault == "twice":
        return [*lines[: at + 1], line, *lines[at + 1 :]]
    else:
        values = {one.texts.get(fault, "") for one in lines} - {line.texts.get(fault, ""), ""}
        if values and line.texts.get(fault):
            value = random.choice(sorted(values))
            changed = line._replace(texts={**line.texts, fault: value})
    return None if changed is None else [*lines[:at], changed, *lines[at + 1 :]]


_AMOUNTS = ("exchanged", "digit", "lost", "doubled digit", "point", "万元", "twice")
_FAULTS = (*_AMOUNTS, "function", "source", "fund_year")


def _witnessed(standard: Standard, book: Book, witness: str) -> Book:
    """A right book to which one witness is added; indicators are one only where they are asked for."""
    if witness != "indicators":
        bare = tuple(data._replace(indicators=()) for data in book.forms)
        book = book._replace(forms=bare)
    if witness == "explanation":
        return explained(standard, book)
    if witness == "memory":
        return book._replace(keepsakes=(keepsake(standard, book, frozenset(), PASSED),))
    sums: Counter[str] = Counter()
    for line in book.ledger.lines:
        assert isinstance(line.amount, Amount)
        for key in ("", "unit", "source"):
            sums[line.texts[key] if key else ""] += line.amount.fen
    if witness in ("total", "controls"):
        control = LedgerSheet(control=Amount(sums.pop(""), YUAN))
        book = book._replace(ledger=book.ledger._replace(beside=control))
    if witness == "controls":
        texts = {name: Amount(fen, YUAN).plain for name, fen in sums.items()}
        assert standard.ledger is not None
        book = book._replace(keyed={**book.keyed, standard.ledger.controls: texts})
    return book


_PRINTED = ("explanation", "tables", "indicators")
"""Witnesses that know no more than the tables print."""


def _with_lines(standard: Standard, right: Book, lines: Sequence[LedgerLine]) -> Book:
    ledger = right.ledger._replace(lines=tuple(lines))
    return right._replace(ledger=place_ledger(standard, ledger))


def _shows(standard: Standard, right: Book, wrong: Book) -> bool:
    """Whether any printed cell tells the one from the other."""
    return amounts(standard, settled_book(standard, wrong).book) != amounts(standard, right)


def _judged(standard: Standard, wrong: Book, witness: str) -> Report:
    if witness != "tables":
        # Tables follow by formulas.
        wrong = settled_book(standard, wrong).book
    return validate_whole(standard, wrong, frozenset[Place])


def _names(findings: Sequence[Finding], lines: set[int]) -> bool:
    """Whether the ledger's line is a finding's, or among the few that are suggested."""
    for one in findings:
        cells = [one.cell, *(other.cell for other in one.suggestions)]
        if one.sheet == "录入底稿" and any(int(cell[1:]) in lines for cell in cells if cell):
            return True
    return False


_SEEN = {
    # Which share of the wrong lines is named at least, and which is told at all.
    "explanation": (_FAULTS, 0.98, 0.98),
    "memory": (_FAULTS, 0.98, 0.98),
    "tables": (_FAULTS, 0.98, 0.98),
    "indicators": (_AMOUNTS, 0.95, 0.95),
    # A sum alone tells that something is wrong; where only digits differ, any line may be it.
    "total": (_AMOUNTS, 0.8, 0.98),
    "controls": (_AMOUNTS, 0.85, 0.98),
}


@pytest.mark.parametrize("witness", _SEEN)
def test_a_wrong_line_is_found_where_something_tells_it(standard: Standard, witness: str) -> None:
    faults, named_share, told_share = _SEEN[witness]
    named, told, count = 0, 0, 0
    for number, fault in enumerate(faults):
        for seed in range(_WRONG):
            random = Random(1000 * number + seed)
            right = _witnessed(standard, plausible_book(standard, random), witness)
            every = right.ledger.lines
            projects = [at for at, line in enumerate(every) if "level2" in line.texts]
            at = random.choice(projects if witness == "indicators" else range(len(every)))
            lines = _wrong(right.ledger.lines, at, fault, random)
            if lines is None:
                continue
            wrong = _with_lines(standard, right, lines)
            if witness in _PRINTED and not _shows(standard, right, wrong):
                continue  # a few 元 more or less, which nothing prints
            report = _judged(standard, wrong, witness)
            own = {LEDGER_FIRST + at} | ({LEDGER_FIRST + at + 1} if fault == "twice" else set())
            count += 1
            told += bool(report.findings)
            named += _names(report.findings, own)
    print(f"{witness}: {count} wrong lines, {named / count:.1%} named, {told / count:.1%} told")
    assert named >= named_share * count
    assert told >= told_share * count


def test_without_a_witness_nothing_is_said_but_that(standard: Standard) -> None:
    book = plausible_book(standard, Random(5))
    bare = book._replace(forms=tuple(data._replace(indicators=()) for data in book.forms))
    lines = _wrong(bare.ledger.lines, 2, "digit", Random(1))
    assert lines is not None
    report = _judged(standard, _with_lines(standard, bare, lines), "none")
    assert report.findings == ()
    assert [one.reason for one in report.not_executed if one.code == "L14"] == [
        "底稿没有控制数，也没有按它生成过的说明；各行金额无从核对。"
    ]


def test_a_line_that_was_meant_to_change_is_not_called_wrong(standard: Standard) -> None:
    """After a revision of several lines the explanation is outdated, and no line is named."""
    right = explained(standard, plausible_book(standard, Random(3)))
    lines = list(right.ledger.lines)
    for at, more in ((0, 1_234_500), (5, 7_771_100), (9, 310_000)):
        amount = lines[at].amount
        assert isinstance(amount, Amount)
        lines[at] = lines[at]._replace(amount=amount._replace(fen=amount.fen + more))
    bare = right._replace(forms=tuple(data._replace(indicators=()) for data in right.forms))
    report = _judged(standard, _with_lines(standard, bare, lines), "explanation")
    assert report.status is Status.ERROR
    assert not [one for one in report.findings if one.code.startswith("L")]


# ------------------------------------------------------------------ tables that do not follow


def _typed_over(book: Book, block: str, key: str, column: int, fen: int) -> Book:
    data = book.blocks[block]
    rows = [
        row._replace(cells=(*row.cells[:column], Amount(fen), *row.cells[column + 1 :]))
        if row.key == key
        else row
        for row in data.rows
    ]
    return book.with_blocks({block: BlockData.of(rows, data.letters)})


def test_a_typed_cell_is_told_with_the_lines_that_say_otherwise(standard: Standard) -> None:
    book = plausible_book(standard, Random(7))
    row = next(row for row in book.blocks["general"].rows if len(row.key) == 7 and row.cells[0])
    cell = row.cells[0]
    assert isinstance(cell, Amount)
    typed = _typed_over(book, "general", row.key, 0, cell.fen + 1_000_000)
    report = validate_whole(standard, typed, frozenset[Place])
    (finding,) = report.findings
    place = book.blocks["general"].cell_name(row, 0)
    assert (finding.code, finding.level, finding.cell) == ("L12", Level.ERROR, place)
    assert (finding.printed, finding.expected) == (
        cell._replace(fen=cell.fen + 1_000_000).plain,
        cell.plain,
    )
    lines = [line.line for line in book.ledger.lines if line.texts.get("function") == row.key]
    assert f"底稿第{lines[0]}" in finding.message


def test_formulas_that_were_not_computed_anew_are_not_called_wrong(standard: Standard) -> None:
    book = plausible_book(standard, Random(7))
    lines = list(book.ledger.lines)
    amount = lines[0].amount
    assert isinstance(amount, Amount)
    lines[0] = lines[0]._replace(amount=amount._replace(fen=amount.fen + 10_000_000))
    stale = book._replace(
        ledger=book.ledger._replace(lines=tuple(lines)),
        forms=tuple(data._replace(indicators=()) for data in book.forms),
    )
    settled = settled_book(standard, stale)
    assert amounts(standard, settled.book) != amounts(standard, stale)
    report = validate_whole(standard, stale, lambda: {one.place for one in settled.off})
    assert report.status is not Status.ERROR
    assert {(one.code, one.level) for one in report.findings} == {("L12", Level.WARNING)}
    assert len({one.sheet for one in report.findings}) == len(report.findings)
