"""Arguments and results of worksheet functions: areas of cells, and errors as values."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "DIV0",
    "NA",
    "NUM",
    "VALUE",
    "Area",
    "Failure",
    "Result",
    "error_in",
    "is_blank",
    "single",
]

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
    if not area.lines:
        if area.height > 1 or area.width > 1:
            return Failure(VALUE, f"“{name}”只能是一个单元格。")
        return None
    if area.height > 1 or area.width > 1:
        return Failure(VALUE, f"“{name}”只能是一个单元格。")
    value = area.lines[0][0]
    return error_in(value) or (None if is_blank(value) else value)
