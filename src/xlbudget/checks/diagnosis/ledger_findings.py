"""What witnesses say of the ledger, as findings: which line to look at, and what it may have been meant to be."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.checks.diagnosis.ledger_witnesses import (
    CONTROL,
    INDICATOR,
    TABLE,
    TEXT,
    Change,
    Claim,
    Witnesses,
)
from xlbudget.checks.forms import cost_sayings
from xlbudget.checks.ledger_lines import lines_named
from xlbudget.checks.wording import difference_text
from xlbudget.errors import AmountError
from xlbudget.figures import Unreadable
from xlbudget.findings import Finding, Level, NotExecuted, Suggestion
from xlbudget.memory import recalled_ledgers
from xlbudget.money import YUAN, Amount, parse_amount
from xlbudget.rules.fill import cell_key
from xlbudget.rules.grid import Grid
from xlbudget.rules.posting import posted_cells
from xlbudget.rules.relations import unit_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from xlbudget.checks.diagnosis.evidence import Saying
    from xlbudget.checks.posted import Off
    from xlbudget.figures import Book, LedgerLine, Place
    from xlbudget.money import Unit
    from xlbudget.standard.model import Standard


class Witnessed(NamedTuple):
    """What is to be said, and the book as it would be once the likeliest line is changed (None: no line).

    ``told`` are kinds of claims that the change explains: their own findings are then said here.
    """

    findings: tuple[Finding, ...]
    not_executed: tuple[NotExecuted, ...] = ()
    mended: Book | None = None
    told: frozenset[str] = frozenset()


_FEWEST_TEXTS, _FEWEST_CELLS = 2, 3
"""Fewer numbers of a text, or typed cells, that agree against the ledger may be slips of their own."""
_MOST_CHANGES = 6
_OTHERWISE = 6
"""So many numbers of a text that agree outweigh one that does not."""
_CLEAR = 4.0
"""By how much the likeliest change must surpass the next for it to be called that."""
_NAMED = 1e-6
"""Changes below this weight have no slip to speak for them."""


def witnessed(
    standard: Standard,
    book: Book,
    grid: Grid,
    sayings: Iterable[Saying],
    off: Sequence[Off],
    formulas: Collection[Place] | None,
) -> Witnessed:
    """What is known from elsewhere of ``book``'s ledger.

    ``grid`` has the tables as the ledger prints them, ``sayings`` are the texts' numbers over its cells; ``off`` are cells that
    show something else, ``formulas`` those that hold a formula (None: that is not known).
    """
    claims = [
        *_said(standard, grid, sayings, TEXT),
        *_said(standard, grid, cost_sayings(grid), INDICATOR),
        *_controls(standard, book),
    ]
    # Where it is not known what is typed, a table may only be older than the ledger.
    typed = [one for one in off if formulas is not None and one.place not in formulas]
    if (
        not book.ledger.beside.uncounted
        and len(typed) >= _FEWEST_CELLS
        and len({one.cell.block for one in typed}) > 1
    ):
        claims += _typed(standard, book, formulas or ())
    before = _before(standard, book)
    witnesses = Witnesses(standard, book, claims, before)
    code = standard.code_of("ledger_witnesses")
    if not witnesses.broken:
        hints = tuple(_changed_since(standard, book, witnesses, code))
        unseen: tuple[NotExecuted, ...] = ()
        if not witnesses.claims and not before:
            reason = "底稿没有控制数，也没有按它生成过的说明；各行金额无从核对。"
            unseen = (NotExecuted(code, reason),)
        return Witnessed(hints, unseen)
    for numbers in _groups(witnesses):
        # A word or two of a text may have been taken for another figure.
        texts = [one for one in numbers if witnesses.claims[one].kind == TEXT]
        for spare in sorted({0, len(texts) // _OTHERWISE}):
            if changes := witnesses.changes(numbers, spare):
                return _explained(standard, book, witnesses, numbers, changes)
    return Witnessed(tuple(_unexplained(standard, book, witnesses)))


def _groups(witnesses: Witnesses) -> Iterator[list[int]]:
    """The claims that do not hold: all of them, then those of each kind that count by themselves."""
    by_kind = {
        kind: [number for number in witnesses.broken if witnesses.claims[number].kind == kind]
        for kind in (TEXT, TABLE, CONTROL, INDICATOR)
    }
    if len(by_kind[TEXT]) < _FEWEST_TEXTS:
        by_kind[TEXT] = []
    if len(by_kind[TABLE]) < _FEWEST_CELLS:
        by_kind[TABLE] = []
    every = [number for numbers in by_kind.values() for number in numbers]
    yield every
    yield from (numbers for numbers in by_kind.values() if numbers and numbers != every)


# ------------------------------------------------------------------ claims


def _said(standard: Standard, grid: Grid, sayings: Iterable[Saying], kind: str) -> Iterator[Claim]:
    """Sayings over the cells that follow from the ledger; the others are taken as they are."""
    follows = set(posted_cells(standard, grid.book))
    for saying in sayings:
        terms, fixed = [], 0
        for times, number in saying.terms:
            key, cell = cell_key(grid, number), grid.cells[number]
            if key in follows:
                terms.append((times, key, unit_of(grid, number).fen // 100))
            elif isinstance(cell, Amount):
                fixed += times * cell.fen
        if terms:
            low, high = saying.low - fixed, saying.high - fixed
            yield Claim(tuple(terms), low, high, kind, saying.said)


def _controls(standard: Standard, book: Book) -> Iterator[Claim]:
    """The control total of the sheet, and those of units and sources in 基础信息."""
    ledger = standard.ledger
    assert ledger is not None
    control = book.ledger.beside.control
    if isinstance(control, Amount):
        yield Claim(((1, ("", ""), 1),), control.fen, control.fen, CONTROL, "控制数")
    unit = ledger_amounts_unit(book)
    choices = {
        choice: column.key
        for column in ledger.columns
        for choice in column.choices
        if column.kind == "choice"
    }
    for name, text in book.keyed.get(ledger.controls, {}).items():
        try:
            amount = parse_amount(text, unit)
        except AmountError:
            continue
        if amount is not None:
            part = (choices.get(name, ledger.key_of("unit")), name)
            yield Claim(((1, part, 1),), amount.fen, amount.fen, CONTROL, f"“{name}”控制数")


def ledger_amounts_unit(book: Book) -> Unit:
    """The unit in which a ledger's amounts are typed."""
    amounts = (line.amount for line in book.ledger.lines)
    return next((one.unit for one in amounts if isinstance(one, Amount)), YUAN)


def _typed(standard: Standard, book: Book, formulas: Collection[Place]) -> Iterator[Claim]:
    """What was typed or imported into cells that the ledger prints."""
    grid = Grid(standard, book)
    follows = set(posted_cells(standard, book))
    for number, cell in enumerate(grid.cells):
        ulp = unit_of(grid, number).fen // 100
        if isinstance(cell, Amount) and ulp and cell.fen % ulp == 0:
            place, key = grid.place(number), cell_key(grid, number)
            if key in follows and place not in formulas:
                said = " ".join(place).strip()
                yield Claim(((1, key, ulp),), cell.fen, cell.fen, TABLE, said)


def _before(standard: Standard, book: Book) -> tuple[LedgerLine, ...]:
    """The lines at the moment that differs least from now, of those that differ."""
    now = {_key(line) for line in book.ledger.lines}
    moments = [lines for _, lines in recalled_ledgers(standard, book)]
    differing = [lines for lines in moments if {_key(line) for line in lines} != now]
    ordered = sorted(differing, key=lambda lines: len({_key(line) for line in lines} ^ now))
    return (*ordered, *moments)[0] if moments else ()


def _key(line: LedgerLine) -> tuple[object, ...]:
    fen = line.amount.fen if isinstance(line.amount, Amount) else None
    return *sorted(line.texts.items()), fen


# ------------------------------------------------------------------ findings


def _explained(
    standard: Standard,
    book: Book,
    witnesses: Witnesses,
    numbers: Sequence[int],
    changes: Sequence[Change],
) -> Witnessed:
    """One finding at the line whose change makes these claims hold."""
    ledger = standard.ledger
    assert ledger is not None
    claims = [witnesses.claims[number] for number in numbers]
    kinds = frozenset(claim.kind for claim in claims)
    only_control = kinds == {CONTROL}
    likely = [change for change in changes if change.weight > _NAMED] or list(changes)
    alike = [change for change in likely if change.weight * _CLEAR >= likely[0].weight]
    if only_control and len(alike) > _MOST_CHANGES:
        return Witnessed(tuple(_unexplained(standard, book, witnesses)))
    best, shown = likely[0], likely[:_MOST_CHANGES]
    line = book.ledger.lines[best.line]
    clear = len(likely) == 1 or best.weight > _CLEAR * likely[1].weight
    where = f"底稿第{line.line}行"
    would = _would(standard, line, best)
    what = _against(claims)
    if clear:
        message = f"{what}；把{where}{would}，就都相符。{_otherwise(kinds)}"
    else:
        lines = "、".join(str(book.ledger.lines[one.line].line) for one in shown)
        more = f"等{len(likely)}行" if len(likely) > len(shown) else "行"
        message = (
            f"{what}；底稿第{lines}{more}中改一行就都相符，如第{line.line}行{would}。"
            f"{_otherwise(kinds)}"
        )
    check = "ledger_controls" if only_control else "ledger_witnesses"
    level = Level.ERROR if kinds != {CONTROL} else Level.WARNING
    column = next(iter(best.texts), ledger.amount.key)
    place = book.ledger.place(line, column)
    printed, expected, difference = _values(line, best)
    whole = sum(one.weight for one in shown)
    finding = Finding(
        standard.code_of(check),
        level,
        message,
        ledger.title,
        place.sheet or ledger.sheet,
        place.cell,
        row=str(line.line),
        column=ledger.column(column).label,
        printed=printed,
        expected=expected,
        difference=difference,
        basis=tuple(dict.fromkeys(_basis(witnesses, number) for number in numbers[:_MOST_BASIS])),
        suggestions=tuple(_suggestion(standard, book, one, one.weight / whole) for one in shown),
        follows=tuple(_follows(standard, book, witnesses, best)),
    )
    rest = [one for one in _unexplained(standard, book, witnesses) if not kinds & {CONTROL}]
    lines_now = list(book.ledger.lines)
    amount = line.amount
    assert isinstance(amount, Amount)
    lines_now[best.line] = line._replace(
        texts={**line.texts, **best.texts}, amount=amount._replace(fen=best.amount)
    )
    mended = book._replace(ledger=book.ledger._replace(lines=tuple(lines_now)))
    return Witnessed((finding, *rest), (), mended, kinds)


_MOST_BASIS, _MOST_FOLLOWS = 6, 6


def _would(standard: Standard, line: LedgerLine, change: Change) -> str:
    """The change of a line in words."""
    ledger = standard.ledger
    assert ledger is not None
    if change.texts:
        key, value = next(iter(change.texts.items()))
        held = line.texts.get(key, "")
        return f"{ledger.column(key).label}由 {held or '空白'} 改为 {value or '空白'}"
    assert isinstance(line.amount, Amount)
    if not change.amount:
        return f"（金额 {line.amount.text}）删去"
    slip = f"（{change.slip}？）" if change.slip else ""
    right = line.amount._replace(fen=change.amount, places=_places(change.amount, line.amount))
    return f"金额由 {line.amount.text} 改为 {right.text}{slip}"


def _places(fen: int, like: Amount) -> int:
    """The decimals that an amount needs in its unit, at least two."""
    places = 2
    while fen % (like.unit.fen // 10**places) and places < like.unit.max_places:
        places += 1
    return places


def _values(line: LedgerLine, change: Change) -> tuple[str, str, str]:
    """Printed, expected and difference."""
    if change.texts:
        key, value = next(iter(change.texts.items()))
        return line.texts.get(key, ""), value, ""
    assert isinstance(line.amount, Amount)
    right = line.amount._replace(fen=change.amount, places=_places(change.amount, line.amount))
    off = difference_text(line.amount.fen - change.amount, line.amount.unit)
    return line.amount.plain, right.plain, off


def _suggestion(standard: Standard, book: Book, change: Change, share: float) -> Suggestion:
    ledger = standard.ledger
    assert ledger is not None
    line = book.ledger.lines[change.line]
    place = book.ledger.place(line, next(iter(change.texts), ledger.amount.key))
    _, value, _ = _values(line, change)
    reason = f"底稿第{line.line}行{_would(standard, line, change)}"
    return Suggestion(value, reason, round(share, 2), place.sheet or ledger.sheet, place.cell)


def _against(claims: Sequence[Claim]) -> str:
    """Who says something else than the ledger."""
    parts = []
    for kind, words in (
        (CONTROL, "{said}"),
        (TEXT, "文字有{count}处"),
        (TABLE, "表中填的数有{count}格"),
        (INDICATOR, "经济成本指标有{count}项"),
    ):
        own = [claim for claim in claims if claim.kind == kind]
        if own:
            said = "、".join(dict.fromkeys(claim.said for claim in own))
            parts.append(words.format(said=said, count=len(own)))
    return f"{'、'.join(parts)}与底稿不符"


def _otherwise(kinds: Collection[str]) -> str:
    """What to do where the ledger is right."""
    ways = {
        TEXT: "重新生成说明",
        TABLE: "清空填的数再点“填列小计”",
        CONTROL: "改控制数",
        INDICATOR: "改指标值",
    }
    return f"如果底稿是对的，请{'，'.join(way for kind, way in ways.items() if kind in kinds)}。"


def _basis(witnesses: Witnesses, number: int) -> str:
    claim = witnesses.claims[number]
    total = sum(times * witnesses.sums.get(part, 0) for times, part, _ in claim.terms)
    unit = ledger_amounts_unit(witnesses.book) if claim.kind == CONTROL else None
    low, high = claim.low, claim.high
    if unit is None:
        unit = witnesses.standard.unit
    said = Amount((low + high + 1) // 2, unit).rounded(unit)
    held = Amount(total, unit).rounded(unit)
    if claim.kind == TEXT:
        return f"“{claim.said}”，底稿合计为 {held.text}{unit.name}"
    return f"{claim.said or '经济成本指标'}为 {said.text}{unit.name}，底稿合计为 {held.text}{unit.name}"


def _follows(standard: Standard, book: Book, witnesses: Witnesses, change: Change) -> Iterator[str]:
    """The tables that print the line."""
    line = book.ledger.lines[change.line]
    blocks = {getattr(part, "block", "") for part in witnesses.parts(line)}
    titles = dict.fromkeys(
        standard.table(standard.blocks[key].table).title for key in standard.blocks if key in blocks
    )
    if titles:
        yield f"{'、'.join(titles)}的有关各格随之改变。"


def _unexplained(standard: Standard, book: Book, witnesses: Witnesses) -> Iterator[Finding]:
    """Control totals that no line explains; what texts and forms say has findings of its own.

    Those that are off by the same are told together: then the line is one that all of them count.
    """
    ledger, unit = standard.ledger, ledger_amounts_unit(book)
    assert ledger is not None
    alike: dict[int, list[Claim]] = defaultdict(list)
    for number in witnesses.broken:
        claim = witnesses.claims[number]
        if claim.kind == CONTROL:
            alike[_held(witnesses, claim) - claim.low].append(claim)
    for off, claims in alike.items():
        first = claims[0]
        held, control = Amount(_held(witnesses, first), unit), Amount(first.low, unit)
        more = f"{'多' if off > 0 else '少'} {Amount(abs(off), unit).text}{unit.name}"
        lines = witnesses.counted_by(claims)
        where = "各行金额"
        if len(claims) > 1 and len(lines) < len(book.ledger.lines):
            where = lines_named(lines)
        said = "、".join(claim.said for claim in claims)
        message = f"底稿合计 {held.text}，{first.said} {control.text}，{more}；请核对{where}，或改控制数。"
        if len(claims) > 1:
            message = f"底稿各合计比{said}都{more}；请核对{where}，或改控制数。"
        at = lines[0] if where != "各行金额" else None
        place = book.ledger.place(at, ledger.amount.key) if at is not None else None
        yield Finding(
            standard.code_of("ledger_controls"),
            Level.WARNING,
            message,
            ledger.title,
            book.ledger.sheet or ledger.sheet,
            place.cell if place is not None else "",
            printed=held.plain,
            expected=control.plain,
            difference=difference_text(off, unit),
        )


def _held(witnesses: Witnesses, claim: Claim) -> int:
    """What the lines come to of which a control total speaks."""
    ((_, part, _),) = claim.terms
    return witnesses.sums.get(part, 0)


def _changed_since(
    standard: Standard, book: Book, witnesses: Witnesses, code: str
) -> Iterator[Finding]:
    """One line that alone has changed since all was well, in the way in which people mistype."""
    ledger = standard.ledger
    assert ledger is not None
    changed = witnesses.changed
    if len(changed) != 1:
        return
    ((at, before),) = changed.items()
    line = book.ledger.lines[at]
    if isinstance(line.amount, Unreadable) or not isinstance(before.amount, Amount):
        return
    change = witnesses.back(at)
    if change is None:
        return
    key = next(iter(change.texts), ledger.amount.key)
    place = book.ledger.place(line, key)
    printed, expected, _ = _values(line, change)
    slip = f"（{change.slip}？）" if change.slip else ""
    message = (
        f"底稿只有第{line.line}行{ledger.column(key).label}与上次不同：原为 {expected or '空白'}，"
        f"现为 {printed or '空白'}{slip}；如非有意，请改回。"
    )
    yield Finding(
        code,
        Level.HINT,
        message,
        ledger.title,
        place.sheet or ledger.sheet,
        place.cell,
        row=str(line.line),
        column=ledger.column(key).label,
        printed=printed,
        expected=expected,
        suggestions=(_suggestion(standard, book, change, 1.0),),
    )
