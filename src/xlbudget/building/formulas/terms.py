"""The terms of a rule as formulas: which lines it speaks of, the money in them, and how many numbers.

A term is a column (one entry per line of the leading table) or a single entry that goes with all.
"""

from __future__ import annotations

from decimal import Decimal
from functools import reduce
from itertools import pairwise
from operator import add, mul, sub
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.building.formulas.expressions import (
    absolute,
    across,
    after,
    constant,
    count,
    count_if,
    count_ifs,
    grouped,
    has_amount,
    if_error,
    iff,
    is_na,
    is_number,
    left,
    length,
    listed,
    literal,
    match,
    picked,
    single,
    sum_if,
    sum_ifs,
    sums_of_alike,
    total,
)
from xlbudget.figures import TOTAL
from xlbudget.sheets.layout import form_layout
from xlbudget.standard.model import ALL, ONE
from xlbudget.standard.roles import FORM_NAME
from xlbudget.xlsx.references import split_cell

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from xlbudget.building.formulas.areas import Areas, Body
    from xlbudget.building.formulas.expressions import Area, Expression
    from xlbudget.standard.model import Form, Ref


LEAST = single("0.004", Decimal("0.004"))
"""Less than any difference of printed amounts."""


class NotNativeError(Exception):
    """A rule that no formula expresses here; it is left to validation."""


class Term(NamedTuple):
    """The money of a term, and how many numbers it has."""

    money: Expression
    figures: Expression


def joined(parts: Iterable[Expression], operator: Callable[..., Expression] = add) -> Expression:
    """Expressions one behind the other."""
    return reduce(operator, parts)


def amounts_of(area: Area) -> Expression:
    """An area's amounts, 0 where there is none."""
    return iff(is_number(area), area, 0)


def on_own_lines(columns: Sequence[Area]) -> Term:
    """The sum of neighbouring columns on the leading table's own lines."""
    area = columns[0].beside(columns[1:])
    if len(columns) == 1:
        return Term(amounts_of(area), is_number(area) * 1)
    return Term(across(area, amounts_of(area)), across(area, is_number(area).twice_negated()))


def looked_up(area: Area, criterion: str, amounts: Area) -> Term:
    """The amounts of all lines in which an area meets one criterion, as a single entry.

    Never with a criterion per line: gnumeric does not go through these in SUMIFS and COUNTIFS.
    """
    return Term(sum_ifs(amounts, area, criterion), count_ifs(area, criterion, amounts))


def _of_length(codes: Area, digits: int, amounts: Area) -> Term:
    """The amounts of all lines whose code has that many digits, as a single entry.

    Not by a criterion like ``???``: that finds no codes which were typed as numbers.
    """
    test = length(codes).equals(digits)
    return Term(total(test * amounts_of(amounts)), total(test * is_number(amounts)))


def paired(wanted: Expression, area: Area, amounts: Area) -> Term:
    """For each line the amount of the one line of another table that has the wanted text.

    There is an average where there is a number; that several lines have the text is another rule's
    business.
    """
    return Term(sum_if(area, wanted, amounts), has_amount(area, wanted, amounts) * 1)


def code_texts(codes: Area) -> Expression:
    """Codes to be looked for: as texts, however they were typed; a blank one is nowhere."""
    return iff(length(codes) > 0, codes & "", "|")


def same_for_all(areas: Areas, ref: Ref, column: str) -> Term:
    """A reference that means the same for every line: one row, or all rows of a kind.

    Raises:
        NotNativeError: no formula finds these rows.
    """
    body = areas.bodies[ref.block]
    if ref.how == ALL and ref.which == "form":
        return _combined(_captioned(areas, body, column))
    letter = body.letters[column]
    if body.block.body == "fixed":
        cells = areas.prescribed(body, letter)
        if ref.how == ONE:
            return _added([cells[ref.which]])
        if ref.which == "class":
            every = _added([areas.column(body, letter)])
            return _combined([every, _added(list(cells.values()))], sub)
        raise NotNativeError(str(ref))
    keys, amounts = keys_of(areas, body), areas.column(body, letter)
    if ref.how == ONE:
        label = body.block.total if ref.which == TOTAL and body.block.total else ref.which
        return looked_up(keys, literal(label), amounts)
    if body.block.body == "subject" and ref.which in ("top", "class"):
        return _of_length(keys, areas.standard.subjects[body.block.subjects].lengths[0], amounts)
    if body.block.body == "unit" and ref.which == "unit":
        rows = ["?*", literal(body.block.total)]
        return _combined([looked_up(keys, row, amounts) for row in rows], sub)
    if body.block.body == "project":
        kind = {"top": "level1", "group": "level1", "item": "level2"}.get(ref.which, "")
        if kind and body.letter_of(kind):
            return looked_up(areas.column(body, body.letter_of(kind)), "?*", amounts)
    raise NotNativeError(str(ref))


def _combined(terms: Iterable[Term], operator: Callable[..., Expression] = add) -> Term:
    return Term(*(joined(one, operator) for one in zip(*terms, strict=True)))


def _added(cells: Sequence[Expression]) -> Term:
    """The sum of some areas as one entry."""
    return Term(total(*cells), count(*cells))


def keys_of(areas: Areas, body: Body) -> Area:
    """The column that tells rows apart.

    Raises:
        NotNativeError: no column does.
    """
    # A table's 合计 stands in its first column, whatever that is for.
    letter = body.code or body.letter_of("label") or body.letter_of("level1")
    if not letter:
        raise NotNativeError(body.block.key)
    if body.block.body == "project":
        letter = body.letters[body.block.columns[0].key]
    return areas.column(body, letter)


def class_mark(body: Body) -> str:
    """What stands between the ordinal and the name of a class (``、``); "" where there is none."""
    slot = next((row.label for row in body.block.rows if row.slot), "")
    return slot.partition("{name}")[0].rpartition("{ordinal}")[2]


def _class_names(areas: Areas, body: Body) -> Expression:
    """The name of the class on every line of a table with a place for classes."""
    labels, mark = keys_of(areas, body), class_mark(body)
    return after(labels, mark) if mark else labels


def upper_codes(areas: Areas, body: Body) -> Expression:
    """For every line the code directly above its own, as text.

    Raises:
        NotNativeError: the levels differ in length, or rows are not told apart by codes.
    """
    if body.block.body != "subject":
        raise NotNativeError(body.block.key)
    lengths = areas.standard.subjects[body.block.subjects].lengths
    steps = {longer - shorter for shorter, longer in pairwise(lengths)}
    if len(steps) != 1:
        raise NotNativeError(body.block.key)
    codes, step = keys_of(areas, body), steps.pop()
    return left(codes, (length(codes) > step) * (length(codes) - step))


def directly_below(areas: Areas, body: Body, amounts: Area) -> Term:
    """For every line the sum of the lines directly below it, in one column or in several.

    A matrix says which line is directly below which: conditions like ``201??`` find no codes that
    were typed as numbers, and a table's columns share one matrix.

    Raises:
        NotNativeError: the levels differ in length, or rows are not told apart by codes.
    """
    codes, upper = keys_of(areas, body), upper_codes(areas, body)
    matrix = f'(TRANSPOSE({upper.text})={codes.text}&"")*(LEN({codes.text})>0)'
    money, figures = amounts_of(amounts), is_number(amounts) * 1
    return Term(
        *(sums_of_alike(matrix, upper, codes, expression) for expression in (money, figures))
    )


def _captioned(areas: Areas, body: Body, column: str) -> Iterable[Term]:
    """The amounts beside their captions, for each kind of form that has such a field."""
    spots = (
        spot
        for form in areas.standard.table(body.block.table).forms
        for spot in form_layout(form, 0, 0).fields
        if spot.cell.field == column
    )
    places = (
        (split_cell(spot.caption)[0], spot.cell.caption, split_cell(spot.value)[0])
        for spot in spots
    )
    for caption, text, value in dict.fromkeys(places):
        captions, amounts = areas.column(body, caption), areas.column(body, value)
        yield looked_up(captions, literal(text), amounts)


# ------------------------------------------------------------------ which lines


def selection(areas: Areas, body: Body, which: str) -> Expression:
    """What is true on the lines that a selector takes.

    Raises:
        NotNativeError: no formula tells these lines.
    """
    kind = body.block.body
    keys = keys_of(areas, body)
    there = length(keys) > 0
    if kind == "fixed" and which == "class":
        labels = [row.label for row in body.block.rows if not row.slot]
        return there * is_na(match(keys, listed(labels)))
    if kind == "unit" and which == "unit":
        return there * keys.differs(body.block.total)
    if kind == "subject":
        lengths = areas.standard.subjects[body.block.subjects].lengths
        if which == "class":
            return grouped(length(keys).equals(lengths[0]))
        if which == "parent":
            upper = joined(length(keys).equals(one) * 1 for one in lengths[:-1])
            return grouped(upper) * is_number(match(keys & "", upper_codes(areas, body)))
        if which.endswith("*"):
            start = which[:-1]
            return grouped(left(keys, len(start)).equals(start))
    raise NotNativeError(which)


def named_classes(areas: Areas, own: Body, other: Body, amounts: Area) -> Term:
    """The amounts of ``other`` table's rows of classes, by their names on the lines of ``own``.

    Raises:
        NotNativeError: ``other`` has no column of names.
    """
    names = _class_names(areas, own)
    keys = keys_of(areas, other)
    if other.block.body == "fixed":
        return paired(_class_labels(other, names), keys, amounts)
    digits = areas.standard.subjects[other.block.subjects].lengths[0]
    classes = iff(length(keys).equals(digits), _names(areas, other), "")
    # Among texts that no cells hold, much slower than in cells; of several lines the first.
    at = match(names, classes)
    return Term(
        *(
            if_error(picked(at, amounts, expression), 0)
            for expression in (amounts_of(amounts), is_number(amounts) * 1)
        )
    )


def strangers(areas: Areas, own: Body, other: Body, which: str, column: str) -> Expression:
    """How many lines of ``other`` have money and no counterpart in ``own``."""
    amounts, keys = areas.amounts(other, column), keys_of(areas, own)
    codes = keys_of(areas, other)
    wanted: Expression = codes
    if own.block.body == "fixed":
        fixed = other.block.body == "fixed"
        wanted = _class_labels(own, _class_names(areas, other) if fixed else _names(areas, other))
    missing = count_if(keys, wanted).equals(0)
    tests = (length(codes) > 0) * missing * (absolute(amounts_of(amounts)) > LEAST)
    return total(selection(areas, other, which) * tests if which else tests)


def _class_labels(body: Body, names: Expression) -> Expression:
    """How the lines of classes are labelled: ``*、名称``."""
    slot = next((row.label for row in body.block.rows if row.slot), "{name}")
    start = slot.partition("{name}")[0].replace("{ordinal}", "*")
    return constant(start) & names if start else names


def _names(areas: Areas, body: Body) -> Area:
    letter = body.letter_of("name")
    if not letter:
        raise NotNativeError(body.block.key)
    return areas.column(body, letter)


# ------------------------------------------------------------------ performance forms


class FormLines(NamedTuple):
    """The lines on which a kind of form may have its first amount.

    ``begins`` tells where it has; ``amounts`` are the amount cells, all shifted to that line; ``names`` the
    projects' names.
    """

    begins: Expression
    amounts: dict[str, Area]
    names: Area


def form_lines(areas: Areas, body: Body, form: Form) -> FormLines:
    """Where the forms of one kind stand on their sheet: they are known by their captions."""
    spots = form_layout(form, 0, 0).fields
    wanted = [spot for spot in spots if spot.cell.field in body.block.amounts]
    start = split_cell(wanted[0].value)[1]
    names = next(spot for spot in spots if spot.cell.field == FORM_NAME)

    def shifted(cell: str) -> Area:
        letter, line = split_cell(cell)
        down = line - start
        return areas.area(body.sheet, letter, body.first + start + down, body.last + down)

    begins = joined(
        (shifted(spot.caption).equals(spot.cell.caption) for spot in wanted),
        mul,
    )
    amounts = {spot.cell.field: shifted(spot.value) for spot in wanted}
    return FormLines(begins, amounts, shifted(names.value))


def form_term(areas: Areas, lines: FormLines, ref: Ref, column: str) -> Term | None:
    """A term for each form; None where this kind of form has no such amount.

    Raises:
        NotNativeError: the term speaks of something else than this form or its project.
    """
    body = areas.bodies[ref.block]
    if body.block.body == "form":
        return on_own_lines([lines.amounts[column]]) if column in lines.amounts else None
    item = body.letter_of("level2")
    if body.block.body != "project" or ref.which != "item" or not item:
        raise NotNativeError(str(ref))
    return paired(lines.names, areas.column(body, item), areas.amounts(body, column))
