"""What Excel makes of a text that arrives in a cell: often not that text.

Excel reads it as if it were typed, whatever property it comes through: “00123” becomes 123,
“2024-1-2” a date, “-A1” a formula. A cell formatted as text, or an apostrophe in front, keeps it.
Patterns that only some of Excel's languages read are read here too: a program whose texts
survive this survives there.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import NamedTuple

__all__ = ["EPOCH", "Typed", "serial_of", "typed"]

EPOCH = dt.datetime(1899, 12, 30)  # noqa: DTZ001 - cells know no zone

_NUMBER = re.compile(
    r"([+-]?)[¥￥$]?(?=[\d.])((?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d*)?)(e[+-]?\d+)?(%?)",
    re.ASCII | re.IGNORECASE,
)
_TIME = r"(?: (?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2}))?)?"
_DATES = tuple(
    re.compile(form + _TIME, re.ASCII)
    for form in (
        r"(?P<year>\d{4})[-/.](?P<month>\d{1,2})(?:[-/.](?P<day>\d{1,2}))?",
        r"(?P<month>\d{1,2})[-/](?P<day>\d{1,2})(?:[-/](?P<year>\d{4}))?",
        r"(?P<year>\d{4})年(?P<month>\d{1,2})月(?:(?P<day>\d{1,2})日)?",
        r"(?P<month>\d{1,2})月(?P<day>\d{1,2})日",
    )
)
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?", re.ASCII)


class Typed(NamedTuple):
    """What a cell then holds: ``kind`` is text, formula, number, percent, boolean, date or time.

    A formula begins with "="; a date and a time are serial numbers.
    """

    kind: str
    value: str | float


def typed(text: str, *, text_cell: bool = False) -> Typed:
    """What Excel makes of ``text`` in a cell (formatted as text or not).

    Raises:
        ValueError: Excel refuses it.
    """
    if text.startswith("'"):
        return Typed("text", text[1:])
    if text_cell or not text:
        return Typed("text", text)
    if text[0] == "=" and len(text) > 1:
        return Typed("formula", text)
    plain = text.strip()
    if plain.upper() in ("TRUE", "FALSE"):
        return Typed("boolean", float(plain.upper() == "TRUE"))
    found = _number(plain) or _date(plain) or _clock(plain)
    if found is not None:
        return found
    if text[0] in "+-" and len(text) > 1:
        return Typed("formula", f"={text}")
    if text[0] == "@" and len(text) > 1:
        raise ValueError(f"Excel takes {text!r} for a formula and refuses it")
    return Typed("text", text)


def serial_of(moment: dt.date) -> float:
    """Days since the epoch of Excel's calendar."""
    if isinstance(moment, dt.datetime):
        return (moment.replace(tzinfo=None) - EPOCH) / dt.timedelta(days=1)
    return float((moment - EPOCH.date()).days)


def _number(text: str) -> Typed | None:
    bracketed = len(text) > 2 and text[0] == "(" and text[-1] == ")"
    found = _NUMBER.fullmatch(text[1:-1] if bracketed else text)
    if found is None or (bracketed and found[1]) or not re.search(r"\d", found[2]):
        return None
    value = float(found[2].replace(",", "") + (found[3] or ""))
    if found[1] == "-" or bracketed:
        value = -value
    return Typed("percent", value / 100) if found[4] else Typed("number", value)


def _date(text: str) -> Typed | None:
    for form in _DATES:
        found = form.fullmatch(text)
        if found is None:
            continue
        parts = {name: int(one) for name, one in found.groupdict().items() if one}
        parts = {"year": dt.date.today().year, "day": 1} | parts  # noqa: DTZ011 - as Excel
        try:
            return Typed("date", serial_of(dt.datetime(**parts)))  # type: ignore[arg-type] # noqa: DTZ001
        except ValueError:
            continue
    return None


def _clock(text: str) -> Typed | None:
    found = _CLOCK.fullmatch(text)
    if found is None or int(found[2]) > 59 or int(found[3] or 0) > 59:
        return None
    seconds = int(found[1]) * 3600 + int(found[2]) * 60 + int(found[3] or 0)
    return Typed("time", seconds / 86400)
