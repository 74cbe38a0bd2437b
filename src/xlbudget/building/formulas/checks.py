"""The checks that live in the workbook without Python: a line per rule and the tables it is about.

A check adds up how badly printed amounts contradict each other. n printed amounts may miss their
identity by less than n halves of the last decimal: that is what rounding each by itself explains. A little
more, up to the standard's limit, is 尾差; the rest is wrong. What is missed is rounded to the decimals
an amount can have before it is compared: floats leave hairs behind, and every program leaves others.

Excel orders numbers before texts before logicals: ``FALSE>0`` is TRUE there, and FALSE in LibreOffice.
So every comparison becomes a number (``*1``) before it is added up or compared.

What no formula can say is left to validation, and said to be.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.building.formulas.expressions import (
    Area,
    absolute,
    all_digits,
    count_if,
    counted_to,
    found_in,
    graded,
    grouped,
    if_error,
    iff,
    is_error,
    is_logical,
    is_na,
    is_number,
    is_text,
    left,
    length,
    listed,
    match,
    rounded,
    substitute,
    sums_of_alike,
    total,
    trim,
)
from xlbudget.building.formulas.terms import (
    LEAST,
    NotNativeError,
    Term,
    amounts_of,
    code_texts,
    directly_below,
    form_lines,
    form_term,
    joined,
    keys_of,
    named_classes,
    on_own_lines,
    paired,
    same_for_all,
    selection,
    strangers,
)
from xlbudget.money import COUNT, STANDARD_PLACES
from xlbudget.rules.grid import INFO
from xlbudget.sheets.cells import NOTHING
from xlbudget.sheets.layout import INFO_SHEET, info_lines
from xlbudget.standard.model import ALL, EACH
from xlbudget.xlsx.references import column_number, quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from xlbudget.building.formulas.areas import Areas, Body
    from xlbudget.building.formulas.expressions import Expression
    from xlbudget.money import Unit
    from xlbudget.standard.model import Condition, Equation, Form, Ref, Rule, Standard


ERROR = 10_000
"""The weight of a contradiction; 尾差 weighs 1."""
_HAIR = Decimal("0.000000001")
"""Less than the smallest step of an amount (0.000001) divided by more amounts than a rule has."""
_CERTAIN = 10**9
"""Makes of the smallest difference more than any rounding explains."""
_LONGEST = 1_500
"""Excel takes 8,192 characters; what nobody could read any more goes into a second cell."""
_DIGITS = "0123456789０１２３４５６７８９"
_SPACES = (" ", "\u00a0", "\u3000")
"""What people type or paste around a code."""

TermOf = tuple[int, "Ref", str]
"""Sign, what is referred to, the key of its column."""


class CheckLine(NamedTuple):
    """A rule, the numbers of the tables it is about, and what weighs its contradictions."""

    code: str
    title: str
    tables: tuple[int, ...]
    weights: tuple[Expression, ...]


def check_lines(areas: Areas, year: int) -> list[CheckLine]:
    """The lines of all rules that a workbook breaks when they do not hold; ``areas`` learns what is left out."""
    lines: list[CheckLine] = []
    for rule in _hard(areas.standard, year):
        grouped_: dict[tuple[int, ...], list[Expression]] = {}
        for equation in rule.equations:
            if equation.check:
                keys = {
                    areas.bodies[ref.block].block.table
                    for ref in equation.refs
                    if ref.block != INFO
                }
                tables = tuple(table.number for table in areas.standard.tables if table.key in keys)
                weights = grouped_.setdefault(tables, [])
                try:
                    weights += equation_weights(areas, equation)
                except NotNativeError:
                    if equation.relation == "=":
                        areas.unexpressed[rule.code] = None
        for table, weight in NAMED[rule.check](areas) if rule.check in NAMED else ():
            grouped_.setdefault((table,), []).append(weight)
        for tables, weights in grouped_.items():
            if weights:
                lines.append(CheckLine(rule.code, rule.title, tables, tuple(_few(weights))))
    return lines


def left_out(standard: Standard, year: int, checks: Iterable[CheckLine]) -> list[str]:
    """The codes of rules that are wholly left to validation: none of ``checks`` is theirs."""
    there = {line.code for line in checks}
    return [rule.code for rule in _hard(standard, year) if rule.code not in there]


def _hard(standard: Standard, year: int) -> Iterator[Rule]:
    for rule in standard.rules_of(year):
        if rule.level == "error" and not rule.soft:
            yield rule


def _few(weights: Sequence[Expression]) -> Iterator[Expression]:
    """The weights added up, in as few formulas as their length allows."""
    run: list[Expression] = []
    for expression in weights:
        if (
            run
            and sum(len(expression.text) for expression in run) + len(expression.text) > _LONGEST
        ):
            yield joined(run)
            run = []
        run.append(expression)
    if run:
        yield joined(run)


# ------------------------------------------------------------------ identities


def equation_weights(areas: Areas, equation: Equation) -> list[Expression]:
    """What contradicts an equation, a formula for every column that ``*`` stands for.

    Raises:
        NotNativeError: no formula expresses it.
    """
    lead = equation.lead
    if lead is not None and areas.bodies[lead.block].block.body == "project" and lead.which:
        return [_of_groups(areas, equation)]
    every = [
        [
            (sign, ref, _amounts(areas, ref)[columns[number]])
            for sign, ref, columns in zip(
                equation.signs, equation.refs, equation.columns, strict=True
            )
            if columns[number] >= 0
        ]
        for number in range(len(equation.columns[0]))
    ]
    if lead is not None and areas.bodies[lead.block].block.body == "form":
        body = areas.bodies[lead.block]
        forms = areas.standard.table(body.block.table).forms
        weights = [
            _of_form(areas, equation, terms, body, form) for terms in every for form in forms
        ]
    elif _side_by_side(areas, equation, every):
        weights = [_of_children(areas, equation, every)]
    else:
        weights = [_of_lines(areas, equation, terms) for terms in every]
    if not equation.when:
        return weights
    holds = _condition(areas, areas.standard.conditions[equation.when])
    return [iff(holds, expression, 0) for expression in weights]


def _amounts(areas: Areas, ref: Ref) -> Sequence[str]:
    """The keys of the columns of amounts; 基础信息 has one."""
    return ("value",) if ref.block == INFO else areas.bodies[ref.block].block.amounts


def _child(ref: Ref) -> bool:
    return ref.how == ALL and ref.which == "child"


def _own(equation: Equation, ref: Ref) -> bool:
    """Whether a term is an amount on the leading table's own line."""
    lead = equation.lead
    return lead is not None and ref.how == EACH and ref.block == lead.block


def _side_by_side(areas: Areas, equation: Equation, every: list[list[TermOf]]) -> bool:
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


def _of_children(areas: Areas, equation: Equation, every: list[list[TermOf]]) -> Expression:
    """One formula for all columns: which line is below which is found out once."""
    lead = equation.lead
    assert lead is not None
    signed = []
    for place, (sign, ref, _) in enumerate(every[0]):
        body = areas.bodies[ref.block]
        columns = [areas.amounts(body, terms[place][2]) for terms in every]
        area = columns[0].beside(columns[1:])
        term = Term(amounts_of(area), is_number(area) * 1)
        signed.append((sign, directly_below(areas, body, area) if _child(ref) else term))
    lines = selection(areas, areas.bodies[lead.block], lead.which) if lead.which else None
    return _weight(areas, equation, signed, [ref for _, ref, _ in every[0]], lines)


def _of_lines(areas: Areas, equation: Equation, terms: list[TermOf]) -> Expression:
    lead = equation.lead
    coarsest = _coarsest(areas, [ref for _, ref, _ in terms])
    signed = [
        (sign, _scaled(_term(areas, equation, ref, column), _unit(areas, ref), coarsest))
        for sign, ref, column in terms
        if not _own(equation, ref)
    ]
    own = [
        (sign, areas.bodies[ref.block], column)
        for sign, ref, column in terms
        if _own(equation, ref)
    ]
    refs = [ref for _, ref, _ in terms]
    if lead is None:
        return _weight(areas, equation, signed, refs)
    signed += [
        (sign, _scaled(on_own_lines(columns), _unit(areas, lead), coarsest))
        for sign, columns in _runs(areas, own)
    ]
    body = areas.bodies[lead.block]
    lines = selection(areas, body, lead.which) if lead.which else None
    weight = _weight(areas, equation, signed, refs, lines)
    for _, ref, column in terms:
        if ref.how == EACH and ref.block != lead.block and equation.relation == "=":
            which = ref.which or lead.which
            weight += strangers(areas, body, areas.bodies[ref.block], which, column) * ERROR
    return weight


class _Scaled(NamedTuple):
    """A term in another unit, and how many numbers of it are rounded; None where its amounts are exact."""

    money: Expression
    figures: Expression | None


def _coarsest(areas: Areas, refs: Iterable[Ref]) -> Unit:
    """The largest unit of some terms.

    Raises:
        NotNativeError: some count and others are amounts, or there are none.
    """
    units = {_unit(areas, ref) for ref in refs}
    if not units or (COUNT in units and len(units) > 1):
        raise NotNativeError("units")
    return max(units, key=lambda unit: unit.fen)


def _scaled(term: Term, of: Unit, unit: Unit) -> _Scaled:
    """A term in a unit that is no smaller; amounts of the smaller one are exact beside the other's."""
    if of == unit:
        return _Scaled(*term)
    return _Scaled(term.money / (unit.fen // of.fen), None)


def _runs(areas: Areas, columns: Iterable[tuple[int, Body, str]]) -> list[tuple[int, list[Area]]]:
    """Columns of one sign that stand side by side, together."""
    runs: list[tuple[int, list[Area]]] = []
    last = 0
    for sign, body, key in columns:
        number = column_number(body.letters[key])
        if not runs or runs[-1][0] != sign or number != last + 1:
            runs.append((sign, []))
        runs[-1][1].append(areas.amounts(body, key))
        last = number
    return runs


def _of_form(
    areas: Areas, equation: Equation, terms: list[TermOf], body: Body, form: Form
) -> Expression:
    lines = form_lines(areas, body, form)
    found = [(sign, form_term(areas, lines, ref, column)) for sign, ref, column in terms]
    signed = [(sign, term) for sign, term in found if term is not None]
    return _weight(areas, equation, signed, [ref for _, ref, _ in terms], lines.begins)


def _of_groups(areas: Areas, equation: Equation) -> Expression:
    """A first-level project is the sum of the projects below it.

    Raises:
        NotNativeError: the equation says something else.
    """
    lead, items = equation.refs[0], equation.refs[-1]
    body = areas.bodies[lead.block]
    shape = (lead.which, items.how, items.which, lead.column, items.column, len(equation.refs))
    if shape != ("group", ALL, "child", "*", "*", 2) or equation.relation != "=":
        raise NotNativeError(equation.text)
    group, item, label = (
        areas.column(body, letter)
        for letter in (
            body.letter_of("level1"),
            body.letter_of("level2"),
            body.letters[body.block.columns[0].key],
        )
    )
    columns = [areas.amounts(body, key) for key in body.block.amounts]
    every = columns[0].beside(columns[1:])
    begins = length(group) > 0
    # The number of the group that a line belongs to: how many have begun up to there.
    marks = begins * 1 + label.equals(body.block.total) * 1
    number = counted_to(group, marks)
    held = (length(item) > 0) * is_number(every)
    alike = f"--({number.text}=TRANSPOSE({number.text}))"
    below = sums_of_alike(alike, number, number, iff(held > 0, every, 0))
    figures = is_number(every) * 1 + sums_of_alike(alike, number, number, held)
    off = absolute(amounts_of(every) - below)
    return total(begins * _graded(areas, equation.refs, off, grouped(figures)))


def _term(areas: Areas, equation: Equation, ref: Ref, column: str) -> Term:
    """A term as the lines of the leading table see it."""
    lead = equation.lead
    if ref.block == INFO:
        lines = info_lines(areas.standard)
        line = next(line.line for line in lines if line.field and line.field.key == ref.which)
        value = areas.info.get(f"B{line}")
        return on_own_lines([Area(f"{quoted(INFO_SHEET)}!$B${line}", [value])])
    body = areas.bodies[ref.block]
    if _child(ref):
        if lead is None or lead.block != ref.block:
            raise NotNativeError(str(ref))
        return directly_below(areas, body, areas.amounts(body, column))
    if ref.how != EACH:
        return same_for_all(areas, ref, column)
    assert lead is not None
    own, amounts = areas.bodies[lead.block], areas.amounts(body, column)
    if own.block.body == "fixed":
        return named_classes(areas, own, body, amounts)
    if own.block.body == body.block.body == "subject" and own.block.total == body.block.total:
        return paired(code_texts(keys_of(areas, own)), keys_of(areas, body), amounts)
    raise NotNativeError(str(ref))


def _weight(
    areas: Areas,
    equation: Equation,
    signed: Sequence[tuple[int, Term | _Scaled]],
    refs: Sequence[Ref],
    lines: Expression | None = None,
) -> Expression:
    """How badly the lines (all, if none are given) contradict the equation."""
    signed = sorted(signed, key=lambda one: -one[0])
    sign, first = signed[0]
    money = first.money if sign > 0 else -first.money
    for sign, term in signed[1:]:
        # For readers: what has a sum inside stands in brackets of its own.
        sums = ")+" in term.money.text or ")-" in term.money.text
        taken = grouped(term.money) if sums else term.money
        money = money + term.money if sign > 0 else money - taken
    figures = joined(term.figures for _, term in signed if term.figures is not None)
    off = absolute(money) if equation.relation == "=" else -grouped(money)
    weight = _graded(areas, refs, off, figures)
    return total(grouped(lines) * weight if lines else weight)


def _graded(areas: Areas, refs: Sequence[Ref], off: Expression, figures: Expression) -> Expression:
    """The weight of what an identity of so many figures is missed by, in the coarsest unit of its terms."""
    unit = _coarsest(areas, refs)
    if unit.max_places <= STANDARD_PLACES:
        return grouped(rounded(off, STANDARD_PLACES) > LEAST) * ERROR
    half = Decimal(5).scaleb(-STANDARD_PLACES - 1)
    limit = Decimal(areas.standard.limit(unit)) / unit.fen
    bounds = [("-1E+99", 0), (str(half - _HAIR), 1), (str(limit + _HAIR), ERROR)]
    missed = rounded(off, unit.max_places)
    share = missed / grouped(figures)
    # Without a rounded figure, exact ones of a smaller unit must agree to their last decimal.
    mixed = len({_unit(areas, ref) for ref in refs}) > 1
    return graded(if_error(share, missed * _CERTAIN if mixed else 0), bounds)


def _unit(areas: Areas, ref: Ref) -> Unit:
    if ref.block != INFO:
        return areas.bodies[ref.block].block.unit
    return areas.standard.info_unit(ref.which)


def _condition(areas: Areas, condition: Condition) -> Expression:
    """Whether a condition of the standard holds.

    Raises:
        NotNativeError: one of its cells cannot be found by a formula.
    """
    cells = (same_for_all(areas, ref, ref.column).money for ref in condition.zero)
    return joined(map(absolute, cells)) < LEAST


# ------------------------------------------------------------------ named checks of the rule catalogue


def _subject_codes(areas: Areas) -> Iterator[tuple[int, Area, tuple[int, ...]]]:
    """Table number, codes and the lengths of the levels."""
    for body in areas.bodies.values():
        if body.block.body == "subject" and body.code:
            lengths = areas.standard.subjects[body.block.subjects].lengths
            yield areas.standard.table(body.block.table).number, keys_of(areas, body), lengths


def _code_form(areas: Areas) -> Iterator[tuple[int, Expression]]:
    """A note below the table may stand in the codes' column: a code begins with a digit.

    One with spaces or digits of full width is wrong, because no formula finds it.
    """
    for number, codes, lengths in _subject_codes(areas):
        levels = joined(length(codes).equals(one) * 1 for one in lengths)
        bare: Expression = codes
        for space in _SPACES:
            bare = substitute(bare, space, "")
        start = left(bare, 1)
        begins = (length(start) > 0) * found_in(start, _DIGITS)
        fits = grouped(levels) * all_digits(codes)
        yield number, grouped(total(begins * fits.equals(0))) * ERROR


def _code_parent(areas: Areas) -> Iterator[tuple[int, Expression]]:
    for number, codes, lengths in _subject_codes(areas):
        expressions = []
        for place, digits in enumerate(lengths[1:], 1):
            missing = joined(
                count_if(codes, left(codes, above)).equals(0) * 1 for above in lengths[:place]
            )
            expressions.append(total(length(codes).equals(digits) * (grouped(missing) > 0)))
        yield number, grouped(joined(expressions)) * ERROR


def _code_order(areas: Areas) -> Iterator[tuple[int, Expression]]:
    """Only codes that stand twice: their order is a matter of warnings."""
    for number, codes, _ in _subject_codes(areas):
        twice = (length(codes) > 0) * (count_if(codes, left(codes, 20)) > 1)
        yield number, grouped(total(twice)) * ERROR


def _readable_amount(areas: Areas) -> Iterator[tuple[int, Expression]]:
    """Errors, logicals and texts in cells of amounts; a dash means that there is none."""
    for body in areas.bodies.values():
        table = areas.standard.table(body.block.table)
        if not body.letters:
            for form in table.forms:
                lines = form_lines(areas, body, form)
                cells = lines.amounts.values()
                expression = joined(total(lines.begins * _unreadable(area)) for area in cells)
                yield table.number, grouped(expression) * ERROR
            continue
        runs = _runs(areas, [(1, body, key) for key in body.block.amounts])
        expression = joined(total(_unreadable(one[0].beside(one[1:]))) for _, one in runs)
        yield table.number, grouped(expression) * ERROR


def _unreadable(cells: Area) -> Expression:
    """1 for cells that hold what is no amount; LibreOffice counts TRUE as 1."""
    no_dash = (length(trim(cells)) > 0) * is_na(match(trim(cells), listed(sorted(NOTHING))))
    return iff(is_error(cells), 1, iff(is_logical(cells), 1, iff(is_text(cells), no_dash, 0)))


NAMED: Mapping[str, Callable[[Areas], Iterator[tuple[int, Expression]]]] = {
    "code_form": _code_form,
    "code_order": _code_order,
    "code_parent": _code_parent,
    "readable_amount": _readable_amount,
}
"""Name in a rule's ``check`` -> the weights, each with the number of the table it is about."""
