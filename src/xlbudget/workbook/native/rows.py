"""Which lines of a table a rule speaks of, and rows that one table has and another lacks."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from xlbudget.workbook.native.areas import matching
from xlbudget.workbook.native.terms import (
    Criteria,
    NotNativeError,
    class_names,
    keys_of,
    paired,
    picked,
    plain,
    prescribed,
    upper_codes,
)
from xlbudget.workbook.native.weights import ERROR

if TYPE_CHECKING:
    from xlbudget.workbook.native.areas import Area, Areas, Body
    from xlbudget.workbook.native.terms import Vector

__all__ = ["named_classes", "selection", "strangers"]

_TINY = "0.004"


def selection(areas: Areas, body: Body, which: str) -> tuple[str, tuple[bool, ...]]:
    """A formula piece that is true on the lines that a selector takes, and what it comes to.

    Raises:
        NotNativeError: no formula tells these lines.
    """
    if not which:
        return "", (True,) * (body.last - body.first + 1)
    kind = body.block.body
    keys = keys_of(areas, body)
    cells, texts = keys.reference, keys.texts
    if kind == "fixed" and which == "class":
        labels = prescribed(body)
        listed = ",".join('"' + one.replace('"', '""') + '"' for one in labels)
        text = f"(LEN({cells})>0)*ISNA(MATCH({cells},{{{listed}}},0))"
        return text, tuple(bool(one) and one not in labels for one in texts)
    if kind == "unit" and which == "unit":
        total = body.block.total
        return f"(LEN({cells})>0)*({cells}<>{_quoted(total)})", tuple(
            bool(one) and one != total for one in texts
        )
    if kind == "subject":
        lengths = areas.standard.subjects[body.block.subjects].lengths
        if which == "class":
            return f"(LEN({cells})={lengths[0]})", tuple(len(one) == lengths[0] for one in texts)
        if which == "parent":
            upper = "+".join(f"(LEN({cells})={one})*1" for one in lengths[:-1])
            above = upper_codes(areas, body)
            text = f'({upper})*ISNUMBER(MATCH({cells}&"",{above.text},0))'
            return text, tuple(len(one) in lengths[:-1] and one in above.values for one in texts)
        if which.endswith("*"):
            start = which[:-1]
            text = f'(LEFT({cells},{len(start)})="{start}")'
            return text, tuple(one.startswith(start) for one in texts)
    raise NotNativeError(which)


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def named_classes(areas: Areas, own: Body, other: Body, amounts: Area) -> Vector:
    """The amounts of ``other`` table's rows of classes, by their names on the lines of ``own``.

    Raises:
        NotNativeError: ``other`` has no column of names.
    """
    names = class_names(areas, own)
    keys = keys_of(areas, other)
    if other.block.body == "fixed":
        return paired(_labels(other, names), keys, amounts)
    digits = areas.standard.subjects[other.block.subjects].lengths[0]
    letter = other.letter_of("name")
    if not letter:
        raise NotNativeError(other.block.key)
    area = areas.column(other, letter)
    classes = Criteria(
        f'IF(LEN({keys.reference})={digits},{area.reference},"")',
        tuple(
            name if len(code) == digits else ""
            for code, name in zip(keys.texts, area.texts, strict=True)
        ),
    )
    named = Criteria(names.text, tuple(plain(one) for one in names.values))
    return picked(named, classes, amounts)


def strangers(areas: Areas, own: Body, other: Body, which: str, column: str) -> tuple[str, int]:
    """The weight of the lines of ``other`` that have money and no counterpart in ``own``."""
    test, chosen = selection(areas, other, which)
    amounts = areas.column(other, other.letters[column])
    keys = keys_of(areas, own)
    if own.block.body == "fixed":
        fixed = other.block.body == "fixed"
        wanted = _labels(own, class_names(areas, other) if fixed else _names(areas, other))
    else:
        codes = keys_of(areas, other)
        wanted = Criteria(codes.reference, tuple(codes.texts))
    missing = f"(COUNTIF({keys.reference},{wanted.text})=0)"
    money = f"(ABS(IF(ISNUMBER({amounts.reference}),{amounts.reference},0))>{_TINY})"
    present = f"(LEN({keys_of(areas, other).reference})>0)"
    tests = "*".join(part for part in (test, present, missing, money) if part)
    count = 0
    for here, label, value, cell in zip(
        chosen, keys_of(areas, other).texts, wanted.values, amounts.values, strict=True
    ):
        if here and label and isinstance(cell, Decimal) and cell:
            count += not matching(value, keys.texts)
    return f"SUM({tests})*{ERROR}", count * ERROR


def _labels(body: Body, names: Criteria) -> Criteria:
    """How the lines of classes are labelled: ``*、名称``."""
    slot = next((row.label for row in body.block.rows if row.slot), "{name}")
    start = slot.partition("{name}")[0].replace("{ordinal}", "*")
    values = tuple(start + plain(one) if one else "" for one in names.values)
    return Criteria(f"{_quoted(start)}&{names.text}" if start else names.text, values)


def _names(areas: Areas, body: Body) -> Criteria:
    letter = body.letter_of("name")
    if not letter:
        raise NotNativeError(body.block.key)
    area = areas.column(body, letter)
    return Criteria(area.reference, tuple(area.texts))
