"""Arguments and results of worksheet functions: areas of cells, exact amounts, codes, errors as values."""

from __future__ import annotations

import re
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.characters import code_text as typed_code
from xlbudget.errors import AmountError
from xlbudget.figures import Unreadable
from xlbudget.money import Amount, Unit, from_number
from xlbudget.sheets.cells import cell_reader, text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from xlbudget.standard.model import SubjectList


DIV0, NA, NUM, VALUE = "#DIV/0!", "#N/A", "#NUM!", "#VALUE!"
_ERROR = re.compile(r"#(?:N/A|[A-Z][A-Z0-9_/]*[!?])")


class Failure(NamedTuple):
    """An Excel error with its reason: ``shown`` is what the cell shows, ``reason`` is Chinese."""

    shown: str
    reason: str


Result = Decimal | str | Failure
"""A number, a text ("" for a blank: it never counts as zero) or an error."""


class Area(NamedTuple):
    """The cells of an argument, line by line; all lines have ``width`` cells.

    Blank lines at the end may be left out of ``lines``; ``height`` counts them.
    """

    lines: Sequence[Sequence[object]]
    height: int
    width: int

    @classmethod
    def of(cls, lines: Sequence[Sequence[object]]) -> Area:
        """An area of just these lines."""
        return cls(lines, len(lines), len(lines[0]) if lines else 0)

    @classmethod
    def column(cls, values: Sequence[object]) -> Area:
        """An area of one column."""
        return cls([(value,) for value in values], len(values), 1)


def is_blank(value: object) -> bool:
    """Whether a cell holds nothing: None, "", white space, or a frame's NaN."""
    if value is None:
        return True
    if isinstance(value, str):
        return not value or value.isspace()
    return isinstance(value, float) and value != value  # noqa: PLR0124  # only NaN differs


def error_in(value: object) -> Failure | None:
    """The error that a cell shows, None where it shows something else."""
    if isinstance(value, str) and value.startswith("#") and _ERROR.fullmatch(value.strip()):
        return Failure(value.strip(), f"引用的单元格是错误值 {value.strip()}，请先改正它。")
    return None


def single(area: Area, name: str) -> object | Failure:
    """The only cell of an area (None for a blank); an error in it, or one cell too many, fails."""
    if area.height > 1 or area.width > 1:
        return Failure(VALUE, f"“{name}”只能是一个单元格。")
    value = area.lines[0][0] if area.lines else None
    return error_in(value) or (None if is_blank(value) else value)


PLAIN = Unit("", 1_000_000, 6)
"""A number whose unit nobody told: 元 or 万元 alike are kept exactly, down to six decimals."""
_MOST = 10**15
"""Beyond so many, Excel's own numbers are no longer exact."""
_LONGEST = 64
_TOO_MUCH = Failure(NUM, "数字太大，不能精确计算。")
_UNIT_SIGNS = frozenset("元万亿")


def amount_reader(unit: Unit = PLAIN) -> Callable[[object], Amount | Failure | None]:
    """A function from a cell's value to its amount, None for a blank, or why it is none.

    Numbers, and texts with separators (``5,251.36``, ``￥1.00``, ``(3.20)``), are in ``unit``. Texts
    that name a unit (``12万元``) are converted, but refused where ``unit`` is unknown (PLAIN).
    """
    known = cell_reader(unit)

    def read(value: object) -> Amount | Failure | None:
        if is_blank(value):
            return None
        if isinstance(value, str):
            wrong = error_in(value) or _unsuitable(value, unit)
            if wrong is not None:
                return wrong
        elif isinstance(value, (int, float, Decimal)) and not isinstance(value, bool):
            if not -_MOST < value < _MOST:
                return _TOO_MUCH
            if isinstance(value, Decimal):
                return _of_decimal(value, unit)
        amount = known(value)
        if isinstance(amount, Unreadable):
            return Failure(VALUE, f"“{amount.raw}”不是金额。")
        if amount is not None and abs(amount.fen) >= _MOST * unit.fen:
            return _TOO_MUCH
        return amount

    return read


def _unsuitable(text: str, unit: Unit) -> Failure | None:
    if len(text) > _LONGEST:
        return Failure(VALUE, f"“{text[:20]}……”不是金额。")
    if unit is PLAIN and _UNIT_SIGNS.intersection(text):
        return Failure(VALUE, f"“{text.strip()}”带有单位或文字，请在单元格中只填数字。")
    return None


def _of_decimal(value: Decimal, unit: Unit) -> Amount | Failure:
    """Cells in a currency format arrive as decimals."""
    try:
        return from_number(value, unit)
    except AmountError as error:
        return Failure(VALUE, str(error))


def decimal_of(fen: int, unit: Unit = PLAIN, places: int = 2) -> Decimal:
    """The money as a number of ``unit``, exactly, with at least ``places`` decimals."""
    while places < unit.max_places and fen % (unit.fen // 10**places):
        places += 1
    return Amount(fen, unit, places).decimal


class Levels:
    """How many digits the levels of a code have: by the lists that know its class, else by any."""

    def __init__(self, lists: Collection[SubjectList]) -> None:
        self._lists = tuple(lists)
        self._every = tuple(sorted({length for subjects in lists for length in subjects.lengths}))
        self._known: dict[str, tuple[int, ...]] = {}
        self._head = max((subjects.lengths[0] for subjects in lists), default=0)

    @property
    def digits(self) -> str:
        """``3、5、7``."""
        return "、".join(map(str, self._every))

    def lengths(self, code: str) -> tuple[int, ...]:
        """The digits of each level, 类 first."""
        head = code[: self._head]
        found = self._known.get(head)
        if found is None:
            own = {
                length
                for subjects in self._lists
                if code[: subjects.lengths[0]] in subjects.by_code
                for length in subjects.lengths
            }
            found = self._known[head] = tuple(sorted(own)) or self._every
        return found

    def level(self, code: str) -> int:
        """1 for 类, 2 for 款 ..., 0 for a code that has no level."""
        if not (code.isascii() and code.isdigit()):
            return 0
        lengths = self.lengths(code)
        return lengths.index(len(code)) + 1 if len(code) in lengths else 0

    def steps(self, parts: int) -> tuple[int, ...]:
        """How many digits each of several columns of a code has (类 | 款 | 项)."""
        return tuple(after - before for before, after in pairwise((0, *self._every)))[:parts]


def code_text(value: object, width: int = 0) -> str:
    """A code without blanks, "" for none: 20103.0 is ``20103``.

    A number that is one part of a code gets its lost zeros back, up to ``width`` digits.
    """
    if isinstance(value, str):
        if len(value) > _LONGEST:
            return value.strip()[:_LONGEST]
        return typed_code(value)
    if value is None or (isinstance(value, float) and value != value):  # noqa: PLR0124  # NaN
        return ""
    return text_of(value).zfill(width)


def code_texts(area: Area, levels: Levels) -> list[str]:
    """The code of every line of an area, whose columns are the parts of it."""
    if area.width <= 1:
        return [code_text(line[0]) for line in area.lines]
    steps = levels.steps(area.width)
    widths = steps if len(steps) == area.width else (0,) * area.width
    return [
        "".join([code_text(cell, width) for cell, width in zip(line, widths, strict=True)])
        for line in area.lines
    ]
