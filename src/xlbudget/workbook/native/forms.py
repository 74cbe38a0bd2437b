"""Rules about each performance form as formulas: a form is known by its captions, line by line."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from xlbudget.workbook.layout_forms import form_layout
from xlbudget.workbook.native.areas import Area, literal
from xlbudget.workbook.native.terms import (
    Criteria,
    NotNativeError,
    Vector,
    of_lines,
    paired,
    plain,
)
from xlbudget.xlsx.references import split_cell

if TYPE_CHECKING:
    from xlbudget.standard.equations import Ref
    from xlbudget.standard.model import Form
    from xlbudget.workbook.native.areas import Areas, Body

__all__ = ["FormLines", "form_lines", "form_term"]


class FormLines(NamedTuple):
    """The lines on which a kind of form may have its first amount.

    ``test`` is the formula piece that tells where it has, ``begins`` what that comes to;
    ``amounts`` are the amount cells, all shifted to that line; ``names`` the projects' names.
    """

    test: str
    begins: tuple[bool, ...]
    amounts: dict[str, Area]
    names: Area


def form_lines(areas: Areas, body: Body, form: Form) -> FormLines:
    """Where the forms of one kind stand on their sheet."""
    spots = form_layout(form, 0, 0).fields
    wanted = [spot for spot in spots if spot.cell.field in body.block.amounts]
    start = split_cell(wanted[0].value)[1]
    names = next(spot for spot in spots if spot.cell.field == "name")

    def shifted(cell: str) -> Area:
        letter, line = split_cell(cell)
        down = line - start
        return areas.area(body.sheet, letter, body.first + start + down, body.last + down)

    captions = [(shifted(spot.caption), spot.cell.caption) for spot in wanted]
    test = "*".join(f"({area.reference}={literal(text)})" for area, text in captions)
    begins = tuple(
        all(area.values[line] == text for area, text in captions)
        for line in range(len(captions[0][0].values))
    )
    amounts = {spot.cell.field: shifted(spot.value) for spot in wanted}
    return FormLines(test, begins, amounts, shifted(names.value))


def form_term(areas: Areas, lines: FormLines, ref: Ref, column: str) -> Vector | None:
    """A term for each form; None where this kind of form has no such amount.

    Raises:
        NotNativeError: the term speaks of something else than this form or its project.
    """
    body = areas.bodies[ref.block]
    if body.block.body == "form":
        found = lines.amounts.get(column)
        return None if found is None else of_lines(found)
    item = body.letter_of("level2")
    if body.block.body != "project" or ref.which != "item" or not item:
        raise NotNativeError(str(ref))
    items = areas.column(body, item)
    wanted = Criteria(lines.names.reference, tuple(plain(one) for one in lines.names.texts))
    return paired(wanted, items, areas.column(body, body.letters[column]))
