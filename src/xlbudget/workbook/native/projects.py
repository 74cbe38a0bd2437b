"""The rule that a first-level project is the sum of the projects below it, as one formula."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from xlbudget.standard.equations import ALL
from xlbudget.workbook.native.areas import literal
from xlbudget.workbook.native.terms import NotNativeError

if TYPE_CHECKING:
    from xlbudget.standard.equations import Equation
    from xlbudget.workbook.native.areas import Areas
    from xlbudget.workbook.native.weights import Steps

__all__ = ["group_piece"]


def group_piece(areas: Areas, equation: Equation, steps: Steps) -> tuple[str, int]:
    """How badly the items contradict the amounts of their groups: the formula, and what it comes to.

    Raises:
        NotNativeError: the equation says something else, or the amounts do not stand together.
    """
    lead, items = equation.refs[0], equation.refs[-1]
    body = areas.bodies[lead.block]
    letters = [body.letters[key] for key in body.block.amounts]
    shape = (lead.which, items.how, items.which, lead.column, items.column, len(equation.refs))
    if shape != ("group", ALL, "child", "*", "*", 2) or equation.relation != "=":
        raise NotNativeError(equation.text)
    group = areas.column(body, body.letter_of("level1"))
    item = areas.column(body, body.letter_of("level2"))
    label = areas.column(body, body.letters[body.block.columns[0].key])
    columns = [areas.column(body, letter) for letter in letters]
    first, last = columns[0].reference, columns[-1].reference.rpartition("!")[2]
    every = first.partition(":")[0] + ":" + last.partition(":")[2]
    rows = f"ROW({group.reference})"
    begins = f"(LEN({group.reference})>0)"
    marks = f"{begins}*1+({label.reference}={literal(body.block.total)})*1"
    # The number of the group that a line belongs to: how many have begun up to there.
    number = f"MMULT(--({rows}>=TRANSPOSE({rows})),{marks})"
    same = f"--({number}=TRANSPOSE({number}))"
    held = f"(LEN({item.reference})>0)*ISNUMBER({every})"
    below = f"MMULT({same},IF({held}>0,{every},0))"
    count = f"(ISNUMBER({every})*1+MMULT({same},{held}))"
    off = f"ABS(IF(ISNUMBER({every}),{every},0)-{below})"
    text = f"SUM({begins}*{steps.graded(off, count)})"
    value, belongs, current = 0, [], 0
    for one, total in zip(group.texts, label.texts, strict=True):
        current += bool(one) + (total == body.block.total)
        belongs.append(current)
    for column in columns:
        for line, here in enumerate(group.texts):
            if not here:
                continue
            found = [
                value
                for value, name, of in zip(column.values, item.texts, belongs, strict=True)
                if name and of == belongs[line] and isinstance(value, Decimal)
            ]
            own = column.values[line]
            printed = [own] if isinstance(own, Decimal) else []
            difference = sum(printed, Decimal(0)) - sum(found, Decimal(0))
            numbers = len(found) + len(printed)
            value += steps.weight(abs(difference), numbers)
    return text, value
