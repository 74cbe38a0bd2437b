"""Named checks of the rule catalogue that formulas can tell as well: codes, and text for amounts.

Excel orders numbers before texts before logicals: ``FALSE>0`` is TRUE there, and FALSE in LibreOffice.
So every comparison becomes a number (``*1``) before it is added up or compared.
"""

from __future__ import annotations

from collections import Counter
from types import MappingProxyType
from typing import TYPE_CHECKING

from xlbudget.workbook.native.forms import form_lines
from xlbudget.workbook.native.terms import NotNativeError, keys_of
from xlbudget.workbook.native.weights import ERROR, Piece
from xlbudget.workbook.read_cells import NOTHING
from xlbudget.xlsx.references import column_number

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from xlbudget.workbook.native.areas import Area, Areas

__all__ = ["NAMED"]

Found = tuple[int, Piece]

_DIGITS = "0123456789０１２３４５６７８９"
_SPACES = (" ", "\u00a0", "\u3000")
"""What people type or paste around a code."""


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
        levels = "+".join(f"(LEN({cells})={one})*1" for one in lengths)
        # A note below the table may stand in this column: a code begins with a digit. One with
        # spaces or digits of full width is wrong, because no formula finds it; which programs read
        # such texts as numbers differs, so the number's own digits are compared sign by sign.
        start = f"LEFT({_without_spaces(cells)},1)"
        begins = f'(LEN({start})>0)*ISNUMBER(FIND({start},"{_DIGITS}"))'
        digits = f'IFERROR(EXACT(TEXT({cells}*1,REPT("0",LEN({cells}))),{cells}&"")*1,0)'
        text = f"SUM({begins}*(({levels})*{digits}=0))"
        value = sum(
            "".join(one.split())[:1] in set(_DIGITS)
            and not (len(one) in lengths and one.isascii() and one.isdigit())
            for one in codes.texts
        )
        yield number, _wrong(text, value)


def _without_spaces(cells: str) -> str:
    for space in _SPACES:
        cells = f'SUBSTITUTE({cells},"{space}","")'
    return cells


def _code_parent(areas: Areas) -> Iterator[Found]:
    for number, codes, lengths in _subject_bodies(areas):
        cells, pieces, value = codes.reference, [], 0
        for position, length in enumerate(lengths[1:], 1):
            missing = "+".join(
                f"(COUNTIF({cells},LEFT({cells},{above}))=0)*1" for above in lengths[:position]
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
    """Errors, logicals and texts in cells of amounts; a dash means that there is none."""
    for body in areas.bodies.values():
        table = areas.standard.table(body.block.table)
        if not body.letters:
            for form in table.forms:
                lines = form_lines(areas, body, form)
                found = [
                    _unreadable(one, lines.test, lines.begins) for one in lines.amounts.values()
                ]
                yield table.number, _added(found)
            continue
        runs: list[Area] = []
        last = 0
        for letter in (body.letters[key] for key in body.block.amounts):
            area, number = areas.column(body, letter), column_number(letter)
            if number == last + 1:
                runs[-1] = runs[-1].beside(area)
            else:
                runs.append(area)
            last = number
        yield table.number, _added([_unreadable(one) for one in runs])


def _unreadable(area: Area, test: str = "", chosen: Sequence[bool] = ()) -> tuple[str, int]:
    """How many cells (of the chosen lines) hold what is no amount; LibreOffice counts TRUE as 1."""
    cells = area.reference
    listed = ",".join(f'"{one}"' for one in sorted(NOTHING))
    text = f"(LEN(TRIM({cells}))>0)*ISNA(MATCH(TRIM({cells}),{{{listed}}},0))"
    wrong = f"IF(ISERROR({cells}),1,IF(ISLOGICAL({cells}),1,IF(ISTEXT({cells}),{text},0)))"
    value = sum(
        isinstance(one, str) and bool(one.strip()) and one.strip() not in NOTHING
        for one, here in zip(area.values, chosen or [True] * len(area.values), strict=True)
        if here
    )
    return f"SUM({test}*{wrong})" if test else f"SUM({wrong})", value


def _added(found: Sequence[tuple[str, int]]) -> Piece:
    return _wrong("+".join(text for text, _ in found), sum(count for _, count in found))


NAMED: MappingProxyType[str, Callable[[Areas], Iterator[Found]]] = MappingProxyType(
    {
        "code_form": _code_form,
        "code_order": _code_order,
        "code_parent": _code_parent,
        "readable_amount": _readable_amount,
    }
)
"""Name in a rule's ``check`` -> the formulas, each with the number of the table it is about."""
