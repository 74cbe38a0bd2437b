"""An identity of the standard as a formula: how many lines contradict it, and how badly."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from xlbudget.money import COUNT
from xlbudget.relations.grid import INFO
from xlbudget.standard.equations import ALL, EACH
from xlbudget.workbook.layout import INFO_SHEET, info_lines
from xlbudget.workbook.native.areas import Area
from xlbudget.workbook.native.forms import form_lines, form_term
from xlbudget.workbook.native.projects import group_piece
from xlbudget.workbook.native.rows import named_classes, selection, strangers
from xlbudget.workbook.native.terms import (
    NotNativeError,
    Vector,
    children,
    code_texts,
    keys_of,
    of_columns,
    of_lines,
    paired,
    single,
)
from xlbudget.workbook.native.weights import Piece, Steps, steps_of
from xlbudget.xlsx.references import column_number, quoted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlbudget.money import Unit
    from xlbudget.standard.equations import Equation, Ref
    from xlbudget.standard.model import Condition
    from xlbudget.workbook.native.areas import Areas, Body

__all__ = ["condition_piece", "equation_pieces"]

Term = tuple[int, "Ref", str]
"""Sign, what is referred to, the key of its column."""


def equation_pieces(areas: Areas, equation: Equation) -> list[Piece]:
    """What contradicts an equation, a piece for every column that ``*`` stands for.

    Raises:
        NotNativeError: no formula expresses it.
    """
    lead = equation.lead
    if lead is not None and areas.bodies[lead.block].block.body == "project" and lead.which:
        return [Piece(*group_piece(areas, equation, _steps(areas, equation.refs)))]
    every = [_terms(areas, equation, number) for number in range(len(equation.columns[0]))]
    if lead is not None and areas.bodies[lead.block].block.body == "form":
        pieces = [one for terms in every for one in _of_forms(areas, equation, terms, lead)]
    elif _of_children(areas, equation, every):
        pieces = [_together(areas, equation, every)]
    else:
        pieces = [_of_lines(areas, equation, terms) for terms in every]
    return [_when(areas, equation, piece) for piece in pieces]


def _terms(areas: Areas, equation: Equation, number: int) -> list[Term]:
    """The terms for one of the columns that ``*`` stands for; those without one are left out."""
    return [
        (sign, ref, _column(areas, ref, columns[number]))
        for sign, ref, columns in zip(equation.signs, equation.refs, equation.columns, strict=True)
        if columns[number] >= 0
    ]


def _of_children(areas: Areas, equation: Equation, every: list[list[Term]]) -> bool:
    """Whether all terms stand on a table's own lines or directly below, in columns side by side."""
    shapes = {tuple((sign, ref) for sign, ref, _ in terms) for terms in every}
    refs = {ref for terms in every for _, ref, _ in terms}
    return (
        len(shapes) == 1
        and any(_child(ref) for ref in refs)
        and all(_own(equation, ref) or _child(ref) for ref in refs)
        and all(
            column_number(areas.bodies[ref.block].letters[column])
            == column_number(areas.bodies[ref.block].letters[every[0][place][2]]) + number
            for number, terms in enumerate(every)
            for place, (_, ref, column) in enumerate(terms)
        )
    )


def _together(areas: Areas, equation: Equation, every: list[list[Term]]) -> Piece:
    """One formula for all columns: which line is below which is found out once."""
    lead = equation.lead
    assert lead is not None
    signed = []
    for place, (sign, ref, _) in enumerate(every[0]):
        body = areas.bodies[ref.block]
        columns = [areas.column(body, body.letters[terms[place][2]]) for terms in every]
        area = columns[0]
        for one in columns[1:]:
            area = area.beside(one)
        signed.append((sign, children(areas, body, area) if _child(ref) else of_lines(area)))
    test, chosen = selection(areas, areas.bodies[lead.block], lead.which)
    steps = _steps(areas, [ref for _, ref, _ in every[0]])
    return _counted(signed, equation, steps, test, chosen * len(every))


def _child(ref: Ref) -> bool:
    return ref.how == ALL and ref.which == "child"


def _column(areas: Areas, ref: Ref, position: int) -> str:
    return "value" if ref.block == INFO else areas.bodies[ref.block].block.amounts[position]


def _of_lines(areas: Areas, equation: Equation, terms: list[Term]) -> Piece:
    lead = equation.lead
    signed = [
        (sign, _term(areas, equation, ref, column))
        for sign, ref, column in terms
        if not _own(equation, ref)
    ]
    own = [
        (sign, areas.bodies[ref.block], column)
        for sign, ref, column in terms
        if _own(equation, ref)
    ]
    signed += [(sign, of_columns(columns)) for sign, columns in _runs(areas, own)]
    steps = _steps(areas, [ref for _, ref, _ in terms])
    if lead is None:
        return _counted(signed, equation, steps, "", (True,))
    body = areas.bodies[lead.block]
    test, chosen = selection(areas, body, lead.which)
    piece = _counted(signed, equation, steps, test, chosen)
    partners = [
        (ref, column)
        for _, ref, column in terms
        if ref.how == EACH and ref.block != lead.block and equation.relation == "="
    ]
    for ref, column in partners:
        extra = strangers(areas, body, areas.bodies[ref.block], ref.which or lead.which, column)
        piece = Piece(f"{piece.text}+{extra[0]}", piece.value + extra[1])
    return piece


def _own(equation: Equation, ref: Ref) -> bool:
    """Whether a term is an amount on the leading table's own line."""
    lead = equation.lead
    return lead is not None and ref.how == EACH and ref.block == lead.block


def _runs(areas: Areas, terms: Sequence[tuple[int, Body, str]]) -> list[tuple[int, list[Area]]]:
    """Columns of one sign that stand side by side, together."""
    runs: list[tuple[int, list[Area]]] = []
    last = 0
    for sign, body, key in terms:
        letter = body.letters[key]
        number = column_number(letter)
        if not runs or runs[-1][0] != sign or number != last + 1:
            runs.append((sign, []))
        runs[-1][1].append(areas.column(body, letter))
        last = number
    return runs


def _of_forms(areas: Areas, equation: Equation, terms: list[Term], lead: Ref) -> list[Piece]:
    body = areas.bodies[lead.block]
    steps = _steps(areas, [ref for _, ref, _ in terms])
    pieces = []
    for form in areas.standard.table(body.block.table).forms:
        lines = form_lines(areas, body, form)
        found = [(sign, form_term(areas, lines, ref, column)) for sign, ref, column in terms]
        signed = [(sign, vector) for sign, vector in found if vector is not None]
        pieces.append(_counted(signed, equation, steps, lines.test, lines.begins))
    return pieces


def _term(areas: Areas, equation: Equation, ref: Ref, column: str) -> Vector:
    """A term as the lines of the leading table see it."""
    lead = equation.lead
    if ref.block == INFO:
        return _info(areas, ref)
    body = areas.bodies[ref.block]
    if _child(ref):
        if lead is None or lead.block != ref.block:
            raise NotNativeError(str(ref))
        return children(areas, body, areas.column(body, body.letters[column]))
    if ref.how != EACH:
        return single(areas, ref, column)
    amounts = areas.column(body, body.letters[column])
    assert lead is not None
    own = areas.bodies[lead.block]
    if own.block.body == "fixed":
        return named_classes(areas, own, body, amounts)
    if own.block.body == body.block.body == "subject" and own.block.total == body.block.total:
        return paired(code_texts(keys_of(areas, own)), keys_of(areas, body), amounts)
    raise NotNativeError(str(ref))


def _info(areas: Areas, ref: Ref) -> Vector:
    line = next(
        one.line
        for one in info_lines(areas.standard)
        if one.field is not None and one.field.key == ref.which
    )
    cell = f"{quoted(INFO_SHEET)}!$B${line}"
    value = areas.info.get(f"B{line}")
    return of_lines(Area(cell, (value,)))


def _unit(areas: Areas, ref: Ref) -> Unit:
    if ref.block != INFO:
        return areas.bodies[ref.block].block.unit
    return COUNT if areas.standard.fields[ref.which].kind == "count" else areas.standard.unit


def _steps(areas: Areas, refs: Sequence[Ref]) -> Steps:
    """How far a printed amount may be off.

    Raises:
        NotNativeError: the units differ.
    """
    units = {_unit(areas, ref) for ref in refs}
    if len(units) != 1:
        raise NotNativeError("units")
    return steps_of(units.pop(), areas.standard)


def _counted(
    signed: Sequence[tuple[int, Vector]],
    equation: Equation,
    steps: Steps,
    test: str,
    chosen: Sequence[bool],
) -> Piece:
    """How badly the chosen lines contradict the equation."""
    signed = sorted(signed, key=lambda one: -one[0])
    total = "".join(
        ("-" if sign < 0 else "+") + (f"({one.money})" if _joined(one) and sign < 0 else one.money)
        for sign, one in signed
    ).removeprefix("+")
    count = "+".join(one.figures for _, one in signed)
    off = f"ABS({total})" if equation.relation == "=" else f"-({total})"
    value = 0
    for line, here in enumerate(chosen):
        money, numbers = Decimal(0), 0
        for sign, one in signed:
            amount, figures = one.at(line)
            money += sign * amount
            numbers += figures
        size = -money if equation.relation == ">=" else abs(money)
        value += steps.weight(size, numbers) if here else 0
    return Piece(f"SUM({f'({test})*' if test else ''}{steps.graded(off, count)})", value)


def _joined(vector: Vector) -> bool:
    """Whether its formula is itself a sum."""
    return ")+" in vector.money or ")-" in vector.money


def _when(areas: Areas, equation: Equation, piece: Piece) -> Piece:
    if not equation.when:
        return piece
    text, holds = condition_piece(areas, areas.standard.conditions[equation.when])
    return Piece(f"IF({text},{piece.text},0)", piece.value if holds else 0)


def condition_piece(areas: Areas, condition: Condition) -> tuple[str, bool]:
    """The test whether a condition of the standard holds, and whether it does.

    Raises:
        NotNativeError: one of its cells cannot be found by a formula.
    """
    cells = [single(areas, ref, ref.column) for ref in condition.zero]
    text = "+".join(f"ABS({one.money})" for one in cells)
    return f"{text}<0.004", all(not one.amounts[0] for one in cells)
