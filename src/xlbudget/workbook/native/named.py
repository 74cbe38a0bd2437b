"""Named checks of the rule catalogue that formulas can tell as well: codes, and text for amounts."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING

from xlbudget.workbook.native.terms import NotNativeError, keys_of
from xlbudget.workbook.native.weights import ERROR, Piece

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from xlbudget.workbook.native.areas import Area, Areas

__all__ = ["NAMED"]

Found = tuple[int, Piece]


def _subject_bodies(areas: Areas) -> Iterator[tuple[int, Area, tuple[int, ...]]]:
    """Table number, codes and the lengths of the levels."""
    for body in areas.bodies.values():
        if body.block.body == "subject":
            try:
                codes = keys_of(areas, body)
            except NotNativeError:
                continue
            lengths = areas.standard.subjects[body.block.subjects].lengths
            yield areas.standard.table(body.block.table).number, codes, lengths


def _wrong(text: str, count: int) -> Piece:
    """Each of the cells that ``text`` counts is wrong."""
    return Piece(f"({text})*{ERROR}", count * ERROR)


def _code_form(areas: Areas) -> Iterator[Found]:
    for number, codes, lengths in _subject_bodies(areas):
        cells = codes.reference
        levels = "+".join(f"(LEN({cells})={one})" for one in lengths)
        # A note below the table may stand in this column: a code begins with a digit.
        text = f"SUM(ISNUMBER(LEFT({cells},1)*1)*(({levels})*ISNUMBER({cells}*1)=0))"
        value = sum(
            one[:1].isdecimal() and not (len(one) in lengths and one.isascii() and one.isdigit())
            for one in codes.texts
        )
        yield number, _wrong(text, value)


def _code_parent(areas: Areas) -> Iterator[Found]:
    for number, codes, lengths in _subject_bodies(areas):
        cells, pieces, value = codes.reference, [], 0
        for position, length in enumerate(lengths[1:], 1):
            missing = "+".join(
                f"(COUNTIF({cells},LEFT({cells},{above}))=0)" for above in lengths[:position]
            )
            pieces.append(f"SUM((LEN({cells})={length})*(({missing})>0))")
            value += sum(
                len(one) == length
                and any(one[:above] not in codes.texts for above in lengths[:position])
                for one in codes.texts
            )
        yield number, _wrong("+".join(pieces), value)


def _code_order(areas: Areas) -> Iterator[Found]:
    """Only codes that stand twice: their order is a matter of warnings."""
    for number, codes, _ in _subject_bodies(areas):
        cells = codes.reference
        times = Counter(one for one in codes.texts if one)
        value = sum(count for count in times.values() if count > 1)
        yield number, _wrong(f"SUM((LEN({cells})>0)*(COUNTIF({cells},LEFT({cells},20))>1))", value)


def _readable_amount(areas: Areas) -> Iterator[Found]:
    for body in areas.bodies.values():
        if not body.letters:
            continue
        pieces, value = [], 0
        for key in body.block.amounts:
            area = areas.column(body, body.letters[key])
            cells = area.reference
            pieces.append(f"SUM(--ISERROR({cells}),ISTEXT({cells})*(LEN(TRIM({cells}))>0))")
            value += sum(
                one is not None and not isinstance(one, Decimal) and bool(one.strip())
                for one in area.values
            )
        yield areas.standard.table(body.block.table).number, _wrong("+".join(pieces), value)


NAMED: MappingProxyType[str, Callable[[Areas], Iterator[Found]]] = MappingProxyType(
    {
        "code_form": _code_form,
        "code_order": _code_order,
        "code_parent": _code_parent,
        "readable_amount": _readable_amount,
    }
)
"""Name in a rule's ``check`` -> the formulas, each with the number of the table it is about."""
