"""Formulas as expressions: each is written once, and has its text and what it comes to.

An expression over an area has an entry per cell, row by row; one that combines areas of different
width takes a column's entry for all cells of its line. Entries are worked out when they are asked
for, and those after the last line in use, which are all alike, only once. Money stays exact.

Only what our formulas use is here. Values are those of a spreadsheet: numbers (Decimal, int), texts,
logicals, None for a blank cell; an error is a :class:`FormulaError` until a function catches it.
Text criteria work as in SUMIF: ``?`` and ``*`` stand for other signs.
"""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal
from functools import cache, lru_cache
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    Entry = Callable[[int], "Value"]

Value = str | int | Decimal | None
Operand: TypeAlias = "Expression | str | int | Decimal"

_SIGNS = frozenset("~*?")
_DIGITS = re.compile("[0-9]+")
COMPARISON, JOIN, SUM, PRODUCT, WHOLE = range(5)
"""How tightly an expression's outermost operator binds."""


class FormulaError(Exception):
    """What a spreadsheet shows as ``#VALUE!``, ``#N/A`` or ``#DIV/0!``."""


class Shape(NamedTuple):
    """Cells in a line, cells in all, and how many of them, from the first, are not all alike."""

    width: int = 1
    length: int = 1
    used: int = 0


_ONE = Shape()


class Expression:
    """A piece of a formula.

    ``at`` gives the value of an entry (from 0); a single value gives itself, whatever it is asked.
    """

    __slots__ = ("_hits", "_places", "at", "level", "shape", "text")

    def __init__(self, text: str, at: Entry, shape: Shape = _ONE, level: int = WHOLE) -> None:
        self.text, self.at, self.shape, self.level = text, at, shape, level
        self._places: dict[str, list[int]] | None = None
        self._hits: dict[str, list[int]] = {}

    @property
    def value(self) -> Value:
        """What it comes to in one cell."""
        return self.at(0)

    def entries(self) -> Iterator[tuple[Value, int]]:
        """The values, each with how many cells have it."""
        used, length = self.shape.used, self.shape.length
        for place in range(used):
            yield self.at(place), 1
        if used < length:
            yield self.at(used), length - used

    def matching(self, criterion: str) -> list[int]:
        """The entries for which a criterion holds; "" holds nowhere that counts."""
        if not criterion:
            return []
        if self._places is None:
            self._places = {}
            used, every = self.shape.used, self.shape.length
            # The blank rest of a column is never looked for.
            for place in range(every if used < every and text_of(self.at(used)) else used):
                if text := text_of(self.at(place)).lower():
                    self._places.setdefault(text, []).append(place)
        if criterion not in self._hits:
            if _SIGNS.isdisjoint(criterion):
                self._hits[criterion] = self._places.get(criterion.lower(), [])
            else:
                test = _pattern(criterion)
                hits = [places for text, places in self._places.items() if test.fullmatch(text)]
                self._hits[criterion] = sorted(chain.from_iterable(hits))
        return self._hits[criterion]

    def twice_negated(self) -> Expression:
        """``--self``: a logical as a number."""
        return Expression(f"--{self.text}", lambda place: int(self.at(place) or 0), self.shape)

    def __neg__(self) -> Expression:
        text = f"-{_bracketed(self, PRODUCT)}"
        return _combined(text, (self,), lambda at: lambda place: -_number(at(place)), PRODUCT)

    def __mul__(self, other: Operand) -> Expression:
        def product(one: Entry, two: Entry) -> Entry:
            def at(place: int) -> Value:
                # What a test leaves out need not be worked out.
                first = one(place)
                return _number(first) * _number(two(place)) if first else 0

            return at

        other = _expression(other)
        text = f"{_bracketed(self, PRODUCT)}*{_bracketed(other, PRODUCT)}"
        return _combined(text, (self, other), product, PRODUCT)

    def __add__(self, other: Operand) -> Expression:
        return _operation(self, "+", other, SUM, lambda one, two: _number(one) + _number(two))

    def __sub__(self, other: Operand) -> Expression:
        return _operation(self, "-", other, SUM, lambda one, two: _number(one) - _number(two))

    def __truediv__(self, other: Operand) -> Expression:
        return _operation(self, "/", other, PRODUCT, _quotient)

    def __and__(self, other: Operand) -> Expression:
        return _operation(self, "&", other, JOIN, lambda one, two: text_of(one) + text_of(two))

    def __gt__(self, other: Operand) -> Expression:
        return _operation(self, ">", other, COMPARISON, lambda a, b: _number(a) > _number(b))

    def __ge__(self, other: Operand) -> Expression:
        return _operation(self, ">=", other, COMPARISON, lambda a, b: _number(a) >= _number(b))

    def __lt__(self, other: Operand) -> Expression:
        return _operation(self, "<", other, COMPARISON, lambda a, b: _number(a) < _number(b))

    def equals(self, other: Operand) -> Expression:
        """``self=other``."""
        return _operation(self, "=", other, COMPARISON, _equal)

    def differs(self, other: Operand) -> Expression:
        """``self<>other``."""
        return _operation(self, "<>", other, COMPARISON, lambda one, two: not _equal(one, two))


class Area(Expression):
    """Cells by their reference (or by a piece of a formula that gives one), row by row."""

    __slots__ = ("values",)

    def __init__(self, reference: str, values: Sequence[Value], width: int = 1) -> None:
        used = len(values)
        while used and values[used - 1] is None:
            used -= 1
        used = -(-used // width) * width  # whole lines, for what goes with a line
        self.values = values
        at = values.__getitem__ if len(values) > 1 else lambda _: values[0]
        super().__init__(reference, at, Shape(width, len(values), used))

    def beside(self, others: Sequence[Area]) -> Area:
        """The column and those right of it as one area."""
        if not others:
            return self
        first, last = self.text.partition(":")[0], others[-1].text.rpartition(":")[2]
        lines = zip(self.values, *(area.values for area in others), strict=True)
        return Area(f"{first}:{last}", [cell for line in lines for cell in line], len(others) + 1)


# ------------------------------------------------------------------ values


def _number(value: Value) -> int | Decimal:
    if value is None:
        return 0
    if isinstance(value, str):
        raise FormulaError
    return value


def text_of(value: Value) -> str:
    """What joining and comparing with texts sees."""
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return "" if value is None else str(value)


def _equal(one: Value, two: Value) -> bool:
    if isinstance(one, str) or isinstance(two, str):
        texts = all(value is None or isinstance(value, str) for value in (one, two))
        return texts and text_of(one).lower() == text_of(two).lower()
    return (one or 0) == (two or 0)


def _quotient(one: Value, two: Value) -> Value:
    if not _number(two):
        raise FormulaError
    return Decimal(_number(one)) / Decimal(_number(two))


# ------------------------------------------------------------------ how expressions are put together


def constant(value: str | int | Decimal) -> Expression:
    """A number, or a text in quotes."""
    text = '"' + value.replace('"', '""') + '"' if isinstance(value, str) else str(value)
    return single(text, value)


def single(text: str, value: Value) -> Expression:
    """A piece of text that stands for one known value, such as a cell of ours."""
    return Expression(text, lambda _: value)


def _expression(one: Operand) -> Expression:
    return one if isinstance(one, Expression) else constant(one)


def grouped(one: Expression) -> Expression:
    """In brackets, where a reader may want them."""
    return Expression(f"({one.text})", one.at, one.shape)


def _bracketed(one: Expression, level: int) -> str:
    return f"({one.text})" if one.level < level else one.text


def _operation(
    one: Expression,
    sign: str,
    other: Operand,
    level: int,
    function: Callable[[Value, Value], Value],
) -> Expression:
    other = _expression(other)
    right = level + (sign in "-/" or level == COMPARISON)
    text = f"{_bracketed(one, level + (level == COMPARISON))}{sign}{_bracketed(other, right)}"
    return _combined(
        text, (one, other), lambda a, b: lambda place: function(a(place), b(place)), level
    )


def _combined(
    text: str,
    parts: Sequence[Expression],
    entry: Callable[..., Entry],
    level: int = WHOLE,
) -> Expression:
    """An expression whose entries ``entry`` makes from the parts' own."""
    width = max(expression.shape.width for expression in parts)
    entries, length, used = [], 1, 0
    for expression in parts:
        if expression.shape.length > 1:
            wider = width // expression.shape.width
            length = max(length, expression.shape.length * wider)
            used = max(used, expression.shape.used * wider)
            entries.append(expression.at if wider == 1 else _widened(expression.at, wider))
        else:
            entries.append(expression.at)
    return Expression(text, entry(*entries), Shape(width, length, used), level)


def _widened(at: Entry, width: int) -> Entry:
    return lambda place: at(place // width)


def _mapped(text: str, one: Expression, function: Callable[[Value], Value]) -> Expression:
    """An expression whose entries follow each from the same one of another."""
    return _combined(text, (one,), lambda at: lambda place: function(at(place)))


def _call(name: str, *parts: Expression) -> str:
    return f"{name}({','.join(expression.text for expression in parts)})"


# ------------------------------------------------------------------ functions of one cell's values


def _function(name: str, function: Callable[..., Value]) -> Callable[..., Expression]:
    """A function that is given the values of its arguments, entry by entry."""

    def entry(*ats: Entry) -> Entry:
        if len(ats) == 1:
            (only,) = ats
            return lambda place: function(only(place))
        return lambda place: function(*[at(place) for at in ats])

    def written(*arguments: Operand) -> Expression:
        parts = [_expression(argument) for argument in arguments]
        return _combined(_call(name, *parts), parts, entry)

    return written


def _test(name: str, test: Callable[[Value], bool], *, error: bool) -> Callable[..., Expression]:
    """A test of a value; ``error`` is what it says of an error."""

    def entry(at: Entry) -> Entry:
        def tested(place: int) -> Value:
            try:
                return test(at(place))
            except FormulaError:
                return error

        return tested

    return lambda one: _combined(_call(name, one), (one,), entry)


def _numeric(value: Value) -> bool:
    return isinstance(value, (Decimal, int)) and not isinstance(value, bool)


def _rounded(value: Value, places: int) -> Value:
    """Half away from zero, as ROUND does."""
    number = Decimal(_number(value))
    return number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP) if number else number


absolute = _function("ABS", lambda value: max(_number(value), -_number(value)))
as_number = _function("N", lambda value: 0 if isinstance(value, str) else _number(value))
either = _function("OR", lambda one, other: bool(one or other))
left = _function("LEFT", lambda value, count: text_of(value)[:count])
length = _function("LEN", lambda value: len(text_of(value)))
rounded = _function("ROUND", _rounded)
substitute = _function("SUBSTITUTE", lambda value, old, new: text_of(value).replace(old, new))
trim = _function("TRIM", lambda value: re.sub(" +", " ", text_of(value)).strip(" "))
whole_part = _function("INT", lambda value: int(_number(value)))

is_number = _test("ISNUMBER", _numeric, error=False)
is_text = _test("ISTEXT", lambda value: isinstance(value, str), error=False)
is_logical = _test("ISLOGICAL", lambda value: isinstance(value, bool), error=False)
is_error = _test("ISERROR", lambda _: False, error=True)
is_na = _test("ISNA", lambda _: False, error=True)
"""Of what can be no other error."""


def iff(test: Expression, yes: Operand, no: Operand) -> Expression:
    """``IF``."""
    parts = (test, _expression(yes), _expression(no))
    text = _call("IF", *parts)
    return _combined(text, parts, lambda a, b, c: lambda at: b(at) if a(at) else c(at))


def if_error(one: Expression, otherwise: Operand) -> Expression:
    """``IFERROR``."""

    def entry(at: Entry, other: Entry) -> Entry:
        def caught(place: int) -> Value:
            try:
                return at(place)
            except FormulaError:
                return other(place)

        return caught

    parts = (one, _expression(otherwise))
    return _combined(_call("IFERROR", *parts), parts, entry)


def after(one: Expression, mark: str) -> Expression:
    """What stands behind ``mark``; all of it where the mark is missing."""
    find = f"FIND({constant(mark).text},{one.text})"
    text = f"IFERROR(MID({one.text},{find}+{len(mark)},99),{one.text})"
    return _mapped(text, one, lambda value: text_of(value).split(mark, 1)[-1])


def found_in(one: Expression, text: str) -> Expression:
    """``ISNUMBER(FIND())``: whether ``text`` has the value in it."""
    whole = f"ISNUMBER(FIND({one.text},{constant(text).text}))"
    return _mapped(whole, one, lambda value: text_of(value) in text)


def all_digits(one: Expression) -> Expression:
    """1 where a text is what its own number looks like, leading zeros included, else 0.

    Programs differ in which texts (with spaces, or of full width) they read as numbers.
    """
    text = f'IFERROR(EXACT(TEXT({one.text}*1,REPT("0",LEN({one.text}))),{one.text}&"")*1,0)'
    return _mapped(text, one, lambda value: int(bool(_DIGITS.fullmatch(text_of(value)))))


def graded(one: Expression, bounds: Sequence[tuple[str, int]]) -> Expression:
    """``LOOKUP`` among bounds that rise, with what holds from each of them on."""
    steps = [(Decimal(bound), result) for bound, result in reversed(bounds)]
    keys, results = (",".join(str(pair[n]) for pair in bounds) for n in (0, 1))

    def looked_up(value: Value) -> Value:
        number = _number(value)
        return next(result for bound, result in steps if number >= bound)

    return _mapped(f"LOOKUP({one.text},{{{keys}}},{{{results}}})", one, looked_up)


# ------------------------------------------------------------------ what looks at whole areas


def total(*parts: Expression) -> Expression:
    """``SUM``."""
    entries = chain.from_iterable(expression.entries() for expression in parts)
    numbers = (value * times for value, times in entries if value and not isinstance(value, str))
    return single(_call("SUM", *parts), sum(numbers))


def count(*parts: Expression) -> Expression:
    """``COUNT``: how many numbers there are."""
    found = sum(
        times for expression in parts for value, times in expression.entries() if _numeric(value)
    )
    return single(_call("COUNT", *parts), found)


def sum_ifs(amounts: Area, area: Area, criterion: str) -> Expression:
    """``SUMIFS`` with one criterion."""
    text = _call("SUMIFS", amounts, area, constant(criterion))
    return single(text, _sum_where(area, criterion, amounts))


def count_ifs(area: Area, criterion: str, amounts: Area) -> Expression:
    """``COUNTIFS``: how many numbers stand where the criterion holds."""
    found = sum(_numeric(amounts.values[at]) for at in area.matching(criterion))
    return single(f'COUNTIFS({area.text},{constant(criterion).text},{amounts.text},"<1E99")', found)


def sum_if(area: Area, criterion: Operand, amounts: Area) -> Expression:
    """``SUMIF``, with a criterion or with one per line."""
    wanted = _expression(criterion)
    text = _call("SUMIF", area, wanted, amounts)
    return _mapped(text, wanted, lambda value: _sum_where(area, text_of(value), amounts))


def has_amount(area: Area, criterion: Expression, amounts: Area) -> Expression:
    """``ISNUMBER(AVERAGEIF())``: whether there is a number where the criterion holds."""
    text, values = f"ISNUMBER({_call('AVERAGEIF', area, criterion, amounts)})", amounts.values
    return _mapped(
        text,
        criterion,
        lambda value: any(_numeric(values[line]) for line in area.matching(text_of(value))),
    )


def count_if(area: Area, criterion: Operand) -> Expression:
    """``COUNTIF``, with a criterion or with one per line."""
    wanted = _expression(criterion)
    text = _call("COUNTIF", area, wanted)
    return _mapped(text, wanted, lambda value: len(area.matching(text_of(value))))


def _sum_where(area: Area, criterion: str, amounts: Area) -> Value:
    values = (amounts.values[line] for line in area.matching(criterion))
    return sum((_number(value) for value in values if _numeric(value)), 0)


def match(wanted: Operand, among: Expression) -> Expression:
    """``MATCH`` of the first exact hit (``?`` and ``*`` stand for other signs): counted from 1."""

    def looked_up(value: Value) -> Value:
        hits = among.matching(text_of(value))
        if not hits:
            raise FormulaError
        return hits[0] + 1

    one = _expression(wanted)
    return _mapped(f"MATCH({one.text},{among.text},0)", one, looked_up)


def listed(texts: Iterable[str]) -> Area:
    """Texts that stand in the formula itself."""
    texts = list(texts)
    return Area(f"{{{','.join(constant(text).text for text in texts)}}}", texts)


def index(area: Area, position: Expression) -> Expression:
    """``INDEX`` into a column, counted from 1."""
    text = _call("INDEX", area, position)
    return _mapped(text, position, lambda value: area.values[int(_number(value)) - 1])


def line_numbers(cells: Area) -> str:
    """The lines of an area, counted from 1."""
    return f"ROW({cells.text})-ROW({cells.text.partition(':')[0]})+1"


def numbers_where(test: Expression, cells: Area) -> Expression:
    """The lines of an area, counted from 1, where a test is true; elsewhere ""."""
    text = f'IF({test.text}>0,{line_numbers(cells)},"")'
    return _combined(text, (test,), lambda at: lambda place: place + 1 if at(place) else "")


def picked(position: Expression, cells: Area, amounts: Expression) -> Expression:
    """``LOOKUP`` of the entry that stands at a position of an area."""
    text = f"LOOKUP({position.text},{line_numbers(cells)},{amounts.text})"
    return _mapped(text, position, lambda value: amounts.at(int(_number(value)) - 1))


def smallest(one: Expression, rank: str, number: int) -> Expression:
    """``SMALL``: the ``number``-th smallest, of which ``rank`` is the formula."""
    found = sorted(_number(value) for value, _ in one.entries() if _numeric(value))
    text = f"SMALL({one.text},{rank})"

    def at(_: int) -> Value:
        if number > len(found):
            raise FormulaError
        return found[number - 1]

    return Expression(text, at)


# ------------------------------------------------------------------ matrices


def across(cells: Area, one: Expression) -> Expression:
    """For every line the sum over the columns of an area."""
    width = cells.shape.width
    shape = Shape(1, one.shape.length // width, one.shape.used // width)

    def at(line: int) -> Value:
        start = line * width
        return sum(_number(one.at(start + column)) for column in range(width))

    return Expression(f"MMULT({one.text},TRANSPOSE(COLUMN({cells.text})^0))", at, shape)


def counted_to(cells: Area, marks: Expression) -> Expression:
    """For every line the sum of the marks up to and with it."""
    rows = f"ROW({cells.text})"

    @cache
    def sums() -> list[int | Decimal]:
        found: list[int | Decimal] = []
        for place in range(marks.shape.used + 1):
            mark = _number(marks.at(place)) if place < marks.shape.length else 0
            found.append((found[-1] if found else 0) + mark)
        return found

    text = f"MMULT(--({rows}>=TRANSPOSE({rows})),{marks.text})"
    return Expression(text, lambda place: sums()[min(place, marks.shape.used)], marks.shape)


def sums_of_alike(text: str, keys: Expression, wanted: Expression, one: Expression) -> Expression:
    """For every line the sums of the lines whose key is the wanted one; "" is no key.

    ``text`` is the matrix that says which lines these are.
    """
    width = one.shape.width

    @cache
    def lines() -> dict[Value, list[int]]:
        found: dict[Value, list[int]] = {}
        for line in range(max(keys.shape.used, one.shape.used // width)):
            found.setdefault(keys.at(line), []).append(line)
        return found

    def entry(at: Entry, _: Entry) -> Entry:
        def added(place: int) -> Value:
            key = at(place)
            if key is None or key == "":
                return 0
            column = place % width
            return sum(_number(one.at(line * width + column)) for line in lines().get(key, ()))

        return added

    return _combined(f"MMULT({text},{one.text})", (wanted, one), entry)


# ------------------------------------------------------------------ criteria


def literal(text: str) -> str:
    """A text as a criterion that means just itself."""
    for sign in "~*?":
        text = text.replace(sign, f"~{sign}")
    return text


@lru_cache(maxsize=4096)
def _pattern(criterion: str) -> re.Pattern[str]:
    """A criterion with signs that stand for others; ``~`` takes their meaning from them."""
    signs = re.findall("~.|.", criterion, re.DOTALL)
    others = {"*": ".*", "?": "."}
    pattern = "".join(others.get(sign) or re.escape(sign[-1]) for sign in signs)
    return re.compile(pattern, re.IGNORECASE | re.DOTALL)
