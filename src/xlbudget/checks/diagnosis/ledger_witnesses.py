"""Which one line of the ledger explains that it disagrees with what is known from elsewhere.

A *claim* says what a sum of printed cells, or of the lines of a unit or source, comes to: the number of a text, an
amount that was typed or imported, a performance indicator, a control total. Where claims do not hold, a
line is sought whose one change makes all of them hold and breaks none of the others: another amount, a line too
many, another code or choice. That the others hold is what keeps a slip of the text from being blamed on a line.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.checks.diagnosis.typing_errors import guess_slip
from xlbudget.money import YUAN, Amount, round_div
from xlbudget.rules.posting import PrintedLines

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from xlbudget.figures import Book, LedgerLine
    from xlbudget.rules.unfilled import CellKey
    from xlbudget.standard.model import Standard

    Part = CellKey | tuple[str, str]
    """A printed cell, or the lines with a value in a column ("", "": all lines)."""

TEXT, TABLE, INDICATOR, CONTROL = "text", "table", "indicator", "control"


class Claim(NamedTuple):
    """The sum of ``terms`` lies from ``low`` to ``high`` (分, both inclusive).

    A term is a coefficient, what is added up, and the last printed digit (in 分) to which that is rounded by
    itself. ``kind`` is text, table, indicator or control; ``said`` what says so.
    """

    terms: tuple[tuple[int, Part, int], ...]
    low: int
    high: int
    kind: str
    said: str = ""


class Change(NamedTuple):
    """What a line should be: another ``amount`` (分; 0: the line is one too many), or other ``texts``."""

    line: int
    amount: int
    texts: Mapping[str, str]
    slip: str
    weight: float


_CODE_SLIP, _CHOICE_SLIP = 0.02, 0.01
_TOO_MANY = 0.004
_REMEMBERED = 1000.0
"""How much likelier a change is that takes back one made since all agreed."""
_UNCHANGED = 0.01
_PLAIN = 1e-7
"""The weight of a value for which no slip accounts."""


class Witnesses:
    """The claims about one ledger; ``before`` are its lines at an earlier moment, if that is known."""

    def __init__(
        self,
        standard: Standard,
        book: Book,
        claims: Iterable[Claim],
        before: Sequence[LedgerLine] = (),
    ) -> None:
        self.standard, self.book = standard, book
        self.lines = book.ledger.lines
        self._printed = PrintedLines(standard, book)
        self._parts: dict[tuple[tuple[str, str], ...], frozenset[Part]] = {}
        self.sums: dict[Part, int] = defaultdict(int)
        self._own = [self.parts(line) for line in self.lines]
        for line, parts in zip(self.lines, self._own, strict=True):
            for part in parts:
                self.sums[part] += _fen(line)
        known = set().union(*self._own)
        self.claims = [one for one in claims if any(part in known for _, part, _ in one.terms)]
        self.about: dict[Part, list[int]] = defaultdict(list)
        for number, claim in enumerate(self.claims):
            for _, part, _ in claim.terms:
                self.about[part].append(number)
        self.broken = [number for number in range(len(self.claims)) if not self._holds(number, {})]
        self._before = before

    def parts(self, line: LedgerLine) -> frozenset[Part]:
        """All that adds a line up."""
        key = tuple(sorted(line.texts.items()))
        if key not in self._parts:
            own: set[Part] = {("", "")}
            own |= {(name, value) for name, value in line.texts.items()}
            self._parts[key] = self._printed.cells(line) | own
        return self._parts[key]

    def counted_by(self, claims: Iterable[Claim]) -> list[LedgerLine]:
        """The lines that all these claims add up."""
        wanted = [{part for _, part, _ in claim.terms} for claim in claims]
        pairs = zip(self.lines, self._own, strict=True)
        return [line for line, own in pairs if all(parts & own for parts in wanted)]

    def _holds(self, number: int, moved: Mapping[Part, int]) -> bool:
        claim = self.claims[number]
        total = 0
        for times, part, ulp in claim.terms:
            fen = self.sums.get(part, 0) + moved.get(part, 0)
            total += times * (round_div(fen, ulp) * ulp if ulp > 1 else fen)
        return claim.low <= total <= claim.high

    def _lack(self, number: int) -> tuple[int, int]:
        """From how much to how much the unrounded sum of a claim must grow for it to hold."""
        claim = self.claims[number]
        exact = sum(times * self.sums.get(part, 0) for times, part, _ in claim.terms)
        low, high = claim.low, claim.high
        if len(claim.terms) == 1 and abs(claim.terms[0][0]) == 1:
            # Only whole printed digits can come out: the saying's own rounding is no room.
            ulp = claim.terms[0][2]
            low, high = -(-low // ulp) * ulp, high // ulp * ulp
        slack = sum(abs(times) * ulp for times, _, ulp in claim.terms if ulp > 1) // 2
        return low - exact - slack, high - exact + slack

    def mends(self, moved: Mapping[Part, int], broken: Iterable[int], spare: int = 0) -> bool:
        """Whether these claims hold but for ``spare``, and none that held is broken, once sums are moved."""
        wanted = set(broken)
        concerned = {number for part in moved for number in self.about.get(part, ())}
        missed = wanted - {one for one in wanted & concerned if self._holds(one, moved)}
        return len(missed) <= min(spare, len(wanted) - 1) and all(
            self._holds(number, moved) for number in concerned if number not in self.broken
        )

    # ------------------------------------------------------------ changes of one line

    def changes(self, broken: Sequence[int], spare: int = 0) -> list[Change]:
        """The changes of one line by which these claims hold but for ``spare`` of them, the likeliest first."""
        found: dict[int, Change] = {}
        for change in (*self._amounts(broken, spare), *self._moves(broken, spare)):
            known = found.get(change.line)
            if known is None or change.weight > known.weight:
                found[change.line] = change
        return sorted(found.values(), key=lambda one: -one.weight)

    def _amounts(self, broken: Sequence[int], spare: int) -> Iterator[Change]:
        lacks = [self._lack(number) for number in broken]
        for at, (line, parts) in enumerate(zip(self.lines, self._own, strict=True)):
            if not isinstance(line.amount, Amount):
                continue
            low, high, missed = -(10**15), 10**15, 0
            for number, (least, most) in zip(broken, lacks, strict=True):
                times = sum(one for one, part, _ in self.claims[number].terms if part in parts)
                if not times:
                    missed += 1
                    continue
                ends = sorted((least / times, most / times))
                low, high = max(low, int(ends[0])), min(high, int(ends[1]) + 1)
            if low <= high and missed <= min(spare, len(broken) - 1):
                yield from self._valued(at, line.amount, parts, broken, (low, high), spare)

    def _valued(
        self,
        at: int,
        amount: Amount,
        parts: frozenset[Part],
        broken: Sequence[int],
        shifts: tuple[int, int],
        spare: int,
    ) -> Iterator[Change]:
        """The likeliest amount of a line whose change lies in a range."""
        low, high = amount.fen + shifts[0], amount.fen + shifts[1]
        values = {value for value in _slipped(amount.fen) if low <= value <= high}
        before = self._earlier.get(at)
        if before is not None and isinstance(before.amount, Amount):
            values.add(before.amount.fen)
        values |= set(_roundest(low, high))
        weighed = sorted(
            (self._weighed(at, amount, value) for value in values - {amount.fen}),
            key=lambda one: -one.weight,
        )
        for change in weighed:
            shift = change.amount - amount.fen
            if self.mends(dict.fromkeys(parts, shift), broken, spare):
                yield change
                return

    def _weighed(self, at: int, amount: Amount, value: int) -> Change:
        slip = guess_slip(amount, amount._replace(fen=value))
        if not value:
            slip = slip._replace(name="多了一行", weight=_TOO_MANY)
        weight = slip.weight if slip.name else _PLAIN
        before = self._earlier.get(at)
        if before is not None and _fen(before) == value:
            weight *= _REMEMBERED
        elif before is None and self._before:
            weight *= _UNCHANGED
        return Change(at, value, {}, slip.name, weight)

    @cached_property
    def _earlier(self) -> dict[int, LedgerLine]:
        """The lines that were changed since the earlier moment, each with what it was: alike but for one entry."""
        old = defaultdict(list)
        for line in self._before:
            old[_signature(line)].append(line)
        new = []
        for at, line in enumerate(self.lines):
            if old[_signature(line)]:
                old[_signature(line)].pop()
            else:
                new.append(at)
        left = [line for lines in old.values() for line in lines]
        return {
            at: similar
            for at in new
            if (similar := next((one for one in left if _entries(one, self.lines[at]) == 1), None))
            is not None
        }

    @property
    def changed(self) -> dict[int, LedgerLine]:
        """The lines that differ from the earlier moment by one entry, with what they were."""
        return self._earlier if len(self._before) == len(self.lines) else {}

    def back(self, at: int) -> Change | None:
        """A changed line as it was, where the change looks like a slip."""
        line, before = self.lines[at], self._earlier[at]
        if isinstance(line.amount, Amount) and _fen(before) != line.amount.fen:
            change = self._weighed(at, line.amount, _fen(before))
            return change if change.slip else None
        for key in {*line.texts, *before.texts}:
            held, value = line.texts.get(key, ""), before.texts.get(key, "")
            if held != value:
                code = value in _mistyped(held)
                return self._moved(at, key, value, held, code=code)
        return None

    def _moves(self, broken: Sequence[int], spare: int) -> Iterator[Change]:
        """Other codes and choices: the amount stands in one place too many and is missing in another."""
        ledger = self.standard.ledger
        assert ledger is not None
        lacks = [self._lack(number) for number in broken]
        values: dict[str, set[str]] = defaultdict(set)
        for line in self.lines:
            for key, value in line.texts.items():
                values[key].add(value)
        for column in ledger.columns:
            values[column.key] |= set(column.choices)
        named = {part for claim in self.claims for _, part, _ in claim.terms}
        for at, line in enumerate(self.lines):
            fen = _fen(line)
            fitting = sum(
                any(low <= times * fen <= high for times in (-2, -1, 1, 2)) for low, high in lacks
            )
            if not fen or fitting < max(1, len(broken) - spare):
                continue
            own = self._own[at]
            for column in ledger.columns:
                if column.kind in ("amount", "text", "level1", "level2"):
                    continue
                held = line.texts.get(column.key, "")
                others = set(values[column.key])
                if column.kind == "code":
                    subjects = self.standard.subjects[column.subjects]
                    others |= {
                        code
                        for code in _mistyped(held)
                        if code in subjects.by_code
                        and any(getattr(part, "row", "") == code for part in named)
                    }
                for value in others - {held}:
                    texts = {**line.texts, column.key: value}
                    now = self.parts(line._replace(texts=texts))
                    moved = dict.fromkeys(now - own, fen) | dict.fromkeys(own - now, -fen)
                    if self.mends(moved, broken, spare):
                        yield self._moved(at, column.key, value, held, code=column.kind == "code")

    def _moved(self, at: int, key: str, value: str, held: str, *, code: bool) -> Change:
        weight = _CODE_SLIP if code and value in _mistyped(held) else _CHOICE_SLIP
        before = self._earlier.get(at)
        if before is not None and before.texts.get(key, "") == value:
            weight *= _REMEMBERED
        elif before is None and self._before:
            weight *= _UNCHANGED
        return Change(at, _fen(self.lines[at]), {key: value}, "", weight)


def _fen(line: LedgerLine) -> int:
    return line.amount.fen if isinstance(line.amount, Amount) else 0


def _signature(line: LedgerLine) -> tuple[object, ...]:
    texts = tuple(sorted((key, text) for key, text in line.texts.items() if text))
    return texts, _fen(line)


def _entries(one: LedgerLine, other: LedgerLine) -> int:
    """In how many entries two lines differ."""
    keys = {*one.texts, *other.texts}
    differing = sum(one.texts.get(key, "") != other.texts.get(key, "") for key in keys)
    return differing + (_fen(one) != _fen(other))


def _mistyped(code: str) -> set[str]:
    """Codes of which a code is one slip away: a digit, or two neighbours exchanged."""
    found = {
        code[:at] + digit + code[at + 1 :] for at in range(len(code)) for digit in "0123456789"
    }
    found |= {code[:at] + code[at + 1] + code[at] + code[at + 2 :] for at in range(len(code) - 1)}
    return found - {code}


def _slipped(fen: int) -> set[int]:
    """Amounts that one slip turns into ``fen``, as they are typed in 元."""
    sign, digits = (-1 if fen < 0 else 1), str(abs(fen))
    found = {fen * 10, fen * 100, fen * 10_000, -fen, 0}
    found |= {round_div(fen, by) for by in (10, 100, 10_000)}
    texts = set(_mistyped(digits))
    texts |= {digits[:at] + digits[at + 1 :] for at in range(len(digits))}
    texts |= {
        digits[:at] + one + digits[at:] for at in range(len(digits) + 1) for one in "0123456789"
    }
    # Without a fraction the last two digits were never typed.
    if fen % YUAN.fen == 0:
        whole = str(abs(fen) // YUAN.fen)
        texts |= {
            f"{whole[:at]}{one}{whole[at:]}00"
            for at in range(len(whole) + 1)
            for one in "0123456789"
        }
        texts |= {f"{whole[:at]}{whole[at + 1 :]}00" for at in range(len(whole))}
    return found | {sign * int(text) for text in texts if text}


def _roundest(low: int, high: int) -> Iterator[int]:
    """The value of a range with the fewest digits."""
    step = 10 ** max(len(str(abs(high))), len(str(abs(low))))
    while step:
        value = -(-low // step) * step
        if value <= high:
            yield value
            return
        step //= 10
