"""A standard's rules as linear relations between the cells of one book, and what each relation derives."""

from __future__ import annotations

from bisect import bisect_left
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.figures import UNFILLED, Cell, Unreadable
from xlbudget.findings import NotExecuted
from xlbudget.money import STANDARD_PLACES, Amount
from xlbudget.rules.grid import INFO, Grid
from xlbudget.standard.model import ALL, EACH, ONE

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from xlbudget.money import Unit
    from xlbudget.standard.model import Allotment, Equation, Ref, Rule


def _condition(grid: Grid, key: str) -> tuple[bool, str]:
    """Whether a condition of the standard holds in a book; if that cannot be told, why.

    The empty one always does.
    """
    if not key:
        return True, ""
    condition = grid.standard.conditions[key]
    for ref in condition.zero:
        if ref.block not in grid.book.blocks:
            if ref.block in grid.book.unfilled:
                return False, f"无法判断“{condition.title}”：{grid.book.unfilled[ref.block]}"
            sheet = grid.standard.table(grid.standard.blocks[ref.block].table).sheet
            return False, f"无法判断“{condition.title}”：缺少工作表“{sheet}”。"
        row = grid.row(ref.block, ref.which)
        cell = row.cells[grid.column(ref.block, ref.column)] if row else None
        if cell == UNFILLED:
            return False, f"无法判断“{condition.title}”：有关各格尚未填列。"
        if isinstance(cell, Unreadable):
            return False, f"无法判断“{condition.title}”：相关金额不可读。"
        if cell is not None and cell.fen:
            return False, ""
    return True, ""


Plan = list[tuple[int, int, int]]
"""For one of the columns that ``*`` stands for: sign, first cell and width of each side."""


def _plans(equation: Equation, sides: list[Side], live: Collection[int] | None) -> list[Plan]:
    """A plan per column; with ``live``, only those in which some column holds anything."""
    plans = []
    for column in range(len(equation.columns[0])):
        plan = [(side.sign, side.offsets[column], side.width) for side in sides]
        if live is None or any(offset in live for _, offset, _ in plan):
            plans.append(plan)
    return plans


class Side(NamedTuple):
    """A reference made ready: which rows it takes for a given row of the leading table.

    ``fixed`` are the rows that do not depend on it (None: they do); ``children`` the rows below
    each row; ``by_key`` the rows by key; ``leads`` whether the reference is to the leading table.
    ``offsets`` is the number of the column's first cell, per expanded column (-1: no such column).
    """

    sign: int
    fixed: list[int] | None
    children: Mapping[int, list[int]] | None
    by_key: Mapping[str, int]
    leads: bool
    offsets: list[int]
    width: int

    def rows(self, key: str, position: int) -> list[int]:
        """The rows for the leading row ``position`` (-1: it has none) of that key."""
        if self.fixed is not None:
            return self.fixed
        if self.children is not None:
            return self.children.get(position, [])
        if self.leads and position >= 0:
            return [position]
        found = self.by_key.get(key, -1)
        return [found] if found >= 0 else []


def _side(grid: Grid, sign: int, ref: Ref, lead: Ref | None, columns: tuple[int, ...]) -> Side:
    data = grid.data(ref.block)
    by_key = data.by_key if data else {}
    fixed: list[int] | None = None
    children = None
    if ref.how == ONE:
        found = by_key.get(ref.which, -1)
        fixed = [found] if found >= 0 and not grid.is_another_subject(ref.block, found) else []
    elif ref.how == ALL and ref.which == "child":
        children = grid.tree(ref.block)
    elif ref.how == ALL and ref.which == "top":
        fixed = grid.tree(ref.block).get(-1, [])
    elif ref.how == ALL:
        fixed = grid.select(ref.block, ref.which)
    base = grid.base[ref.block]
    offsets = [base + column if column >= 0 else -1 for column in columns]
    leads = ref.how == EACH and lead is not None and ref.block == lead.block
    return Side(sign, fixed, children, by_key, leads, offsets, grid.width[ref.block])


class Relation(NamedTuple):
    """``sum(sign * cell) = 0`` (or >= 0) over numbered cells; the left side comes first.

    ``left`` is how many terms stand on the left side.
    """

    rule: Rule
    equation: Equation
    terms: tuple[tuple[int, int], ...]
    left: int

    @property
    def target(self) -> int:
        """The cell that a derivation defines."""
        return self.terms[0][1]


class Gap(NamedTuple):
    """A row that one table has and another lacks: ``key`` stands in ``present``, not in ``absent``."""

    rule: Rule
    key: str
    present: str
    absent: str


class Expansion(NamedTuple):
    """The relations of a book, the rows that do not match, and what could not run."""

    relations: list[Relation]
    gaps: list[Gap]
    not_executed: list[NotExecuted]


def checked(relations: Iterable[Relation]) -> list[Relation]:
    """The relations that are reconciled together: those of rules that do more than warn."""
    return [
        relation for relation in relations if relation.equation.check and not relation.rule.soft
    ]


def expand(grid: Grid, *, live_only: bool = False, assume: bool = False) -> Expansion:
    """All relations that apply to the book behind ``grid``.

    With ``live_only``, hard rules' relations come without their blank cells (and none of blanks
    alone): enough to reconcile, not to derive. With ``assume``, as if every condition held.
    Whoever asks again for the same cells gets the same; it must not be changed.
    """
    key = (expand, live_only, assume)
    return grid.derived(key, lambda: _expanded(grid, live_only=live_only, assume=assume))


def blank_definitions(grid: Grid) -> dict[int, Relation]:
    """The definitions of the cells that are blank: in a filled workbook a third of all."""
    return definitions(_expanded(grid, lacking=True).relations)


def _expanded(
    grid: Grid, *, live_only: bool = False, assume: bool = False, lacking: bool = False
) -> Expansion:
    """The relations; with ``lacking`` only those that define a blank cell."""
    live = grid.live_columns() if live_only else None
    result = Expansion([], [], [])
    conditions = {key: _condition(grid, key) for key in ("", *grid.standard.conditions)}
    for rule in grid.standard.rules_of(grid.book.year):
        reasons: dict[str, None] = {}
        for equation in rule.equations:
            if lacking and not equation.derive:
                continue
            when = "" if assume else equation.when
            holds, undecided = conditions[when]
            missing = _missing(grid, equation) or undecided
            if missing:
                reasons[missing] = None
            elif holds:
                _of_equation(grid, rule, equation, result, live, lacking=lacking)
        result.not_executed.extend(NotExecuted(rule.code, reason) for reason in reasons)
    return result


def _missing(grid: Grid, equation: Equation) -> str:
    """Why an equation cannot be judged: a sheet, or rows that it adds up or compares, are not there.

    Of a block that is not filled in to the end, single rows can still be compared.
    """
    for ref in equation.refs:
        there = ref.block == INFO or ref.block in grid.book.blocks
        whole = ref.how != ONE and not equation.same_row
        if ref.block in grid.book.unfilled and (whole or not there):
            return grid.book.unfilled[ref.block]
        if not there:
            table = grid.standard.table(grid.standard.blocks[ref.block].table)
            return f"缺少工作表“{table.sheet}”。"
    return ""


def _of_equation(
    grid: Grid,
    rule: Rule,
    equation: Equation,
    result: Expansion,
    live: Collection[int] | None,
    *,
    lacking: bool,
) -> None:
    lead = equation.lead
    if rule.soft:
        live = None
    sides = [
        _side(grid, sign, ref, lead, columns)
        for sign, ref, columns in zip(equation.signs, equation.refs, equation.columns, strict=True)
    ]
    cells = None if live is None else grid.cells
    typed = grid.cells if lacking else None
    plans = _plans(equation, sides, live)
    if typed is not None:
        plans = [
            plan for plan in plans if _any_blank(typed, grid.end(equation.refs[0].block), plan)
        ]
    if not plans:
        return
    if lead is None:
        _instances(result.relations, rule, equation, sides, plans, "", -1, cells, typed)
        return
    data = grid.data(lead.block)
    assert data is not None
    partners = equation.partners
    indexes = [partner.by_key for ref in partners if (partner := grid.data(ref.block)) is not None]
    matched = bool(partners) and equation.relation == "="
    rows = grid.select(lead.block, lead.which)
    if live is not None and equation.same_row:  # most relations are: column by column
        for plan in plans:
            for position in rows:
                _instances(
                    result.relations, rule, equation, sides, [plan], "", position, cells, typed
                )
        return
    for position in rows:
        key = data.rows[position].key
        if matched and not any(key in index for index in indexes):
            if _has_money(grid, lead, position):
                result.gaps.append(Gap(rule, key, lead.block, _home(grid, partners, key)))
            continue
        _instances(result.relations, rule, equation, sides, plans, key, position, cells, typed)
    leading = equation.relation == "=" or any(term.ref == lead for term in equation.left)
    for key, ref in _strangers(grid, lead, partners).items():
        if leading:
            result.gaps.append(Gap(rule, key, ref.block, lead.block))
        else:
            _instances(result.relations, rule, equation, sides, plans, key, -1, cells, typed)


def _any_blank(cells: list[Cell], end: int, plan: Plan) -> bool:
    """Whether the column that a definition defines has a blank cell; ``end`` is its block's."""
    _, first, width = plan[0]
    return first < 0 or None in cells[first:end:width]


def _strangers(grid: Grid, lead: Ref, partners: tuple[Ref, ...]) -> dict[str, Ref]:
    """Rows with money that other tables have and the leading one lacks: key -> where it is."""
    known = grid.data(lead.block)
    assert known is not None
    found: dict[str, Ref] = {}
    for ref in partners:
        data = grid.data(ref.block)
        assert data is not None
        for position in grid.select(ref.block, ref.which or lead.which):
            key = data.rows[position].key
            if key not in known.by_key and key not in found and _has_money(grid, ref, position):
                found[key] = ref
    return found


def _home(grid: Grid, partners: tuple[Ref, ...], key: str) -> str:
    """The table in which a row that all partners lack would stand: that of its nearest relatives.

    Rows below it are nearer than rows above it.
    """
    rows = {ref.block: data.by_key for ref in partners if (data := grid.data(ref.block))}
    for block, keys in rows.items():
        codes = grid.derived((_home, block), partial(sorted, keys))
        at = bisect_left(codes, key)
        if at < len(codes) and codes[at].startswith(key):
            return block
    for length in range(len(key) - 1, 0, -1):
        for block, keys in rows.items():
            if key[:length] in keys:
                return block
    return partners[0].block


def _has_money(grid: Grid, ref: Ref, position: int) -> bool:
    every = ref.column == "*"
    columns = range(grid.width[ref.block]) if every else (grid.column(ref.block, ref.column),)
    cells = (grid.cells[grid.number(ref.block, position, column)] for column in columns)
    return any(cell is not None and (isinstance(cell, Unreadable) or cell.fen) for cell in cells)


def _instances(
    found: list[Relation],
    rule: Rule,
    equation: Equation,
    sides: list[Side],
    plans: list[Plan],
    key: str,
    position: int,
    cells: list[Cell] | None,
    typed: list[Cell] | None,
) -> None:
    """Add the relations of one row; this is the innermost loop of validation.

    With ``cells``, those that are blank are left out: most cells of a budget are. With ``typed``, so are
    relations whose first cell holds something there.
    """
    split = len(equation.left)
    rows = [side.rows(key, position) for side in sides]
    if equation.derive and not rows[0]:
        return
    if equation.present and not (any(rows[:split]) and any(rows[split:])):
        return
    for plan in plans:
        if typed is not None:
            _, first, width = plan[0]
            if first >= 0 and typed[first + rows[0][0] * width] is not None:
                continue
        terms: list[tuple[int, int]] = []
        left = 0
        for count, ((sign, offset, width), taken) in enumerate(zip(plan, rows), 1):  # noqa: B905
            if offset >= 0:
                for row in taken:
                    number = offset + row * width
                    if cells is None or cells[number] is not None:
                        terms.append((sign, number))
            if count == split:
                left = len(terms)
        if terms:
            found.append(Relation(rule, equation, tuple(terms), left))


def definitions(relations: Iterable[Relation]) -> dict[int, Relation]:
    """Cell number -> the relation that defines it: the first in the standard's order."""
    found: dict[int, Relation] = {}
    for relation in relations:
        if relation.equation.derive and len(relation.terms) > 1:
            found.setdefault(relation.target, relation)
    return found


def unit_of(grid: Grid, number: int) -> Unit:
    """The unit in which a cell is printed."""
    spot = grid.spot(number)
    if spot.block != INFO:
        return grid.standard.blocks[spot.block].unit
    return grid.standard.info_unit(spot.row.key)


def value_of(relation: Relation, cells: Sequence[Cell], unit: Unit) -> Cell:
    """What the right side comes to: blank if all its cells are, unreadable if one is.

    Amounts of the same unit add up exactly; those of another are rounded to two decimals.
    """
    found = [(-sign, cells[number]) for sign, number in relation.terms[1:]]
    for _, cell in found:
        if isinstance(cell, Unreadable):
            return cell
    amounts = [(sign, cell) for sign, cell in found if isinstance(cell, Amount)]
    if not amounts:
        return None
    total = sum(sign * amount.fen for sign, amount in amounts)
    if all(amount.unit == unit for _, amount in amounts):
        return Amount(total, unit, max(amount.places for _, amount in amounts))
    return Amount(total).rounded(unit, min(STANDARD_PLACES, unit.max_places))


def evaluate(grid: Grid, defined: dict[int, Relation], kept: Callable[[int], bool]) -> list[Cell]:
    """All cells of the grid, the derived ones computed unless ``kept`` says that they stand.

    Cells are computed from computed cells, in the order of their dependence; where definitions
    form a circle, the cell that closes it keeps what it has. Parts among which an amount has not
    been divided yet come out as ``UNFILLED``, and so does what would be computed from them.
    """
    cells = list(grid.cells)
    state: dict[int, bool] = {}

    def settle(number: int) -> None:
        if number in state or number not in defined:
            return
        state[number] = False
        if kept(number):
            return
        for _, part in defined[number].terms[1:]:
            settle(part)
        cells[number] = value_of(defined[number], cells, unit_of(grid, number))

    for allotment in grid.standard.allotments:
        whole, parts = allotted(grid, allotment)
        for number in (*whole, *parts):
            settle(number)
        if undivided(cells, whole, parts):
            for number in parts:
                cells[number] = UNFILLED
    for number in defined:
        settle(number)
    return cells


def open_parts(grid: Grid, cells: Sequence[Cell]) -> set[int]:
    """The cells among which an amount of ``cells`` is to be divided and is not yet."""
    divided = (allotted(grid, allotment) for allotment in grid.standard.allotments)
    return {part for whole, parts in divided if undivided(cells, whole, parts) for part in parts}


def allotted(grid: Grid, one: Allotment) -> tuple[list[int], list[int]]:
    """The cell that is divided (none where it is missing) and those among which it is."""
    return grid.numbers_of(one.whole), grid.numbers_of(one.parts)


def undivided(cells: Sequence[Cell], whole: Iterable[int], parts: Iterable[int]) -> bool:
    """Whether there is something to divide and none of the parts has anything."""
    amounts = (cells[number] for number in whole)
    return any(isinstance(amount, Amount) and amount.fen for amount in amounts) and all(
        cells[number] is None for number in parts
    )


def dependents(relations: Iterable[Relation], cells: Collection[int]) -> set[int]:
    """The derived cells that are computed, by whatever steps, from some of these cells."""
    above: dict[int, list[int]] = {}
    for target, relation in definitions(relations).items():
        for _, part in relation.terms[1:]:
            above.setdefault(part, []).append(target)
    found: set[int] = set()
    waiting = list(cells)
    while waiting:
        for target in above.get(waiting.pop(), ()):
            if target not in found:
                found.add(target)
                waiting.append(target)
    return found


def resolver(
    relations: Iterable[Relation], derived: Collection[int]
) -> Callable[[int], Mapping[int, int]]:
    """A function from a cell to the typed cells that it comes to, each with its coefficient.

    A cell not in ``derived`` is typed: it comes to itself, as do cells that define one another in a
    circle.
    """
    defined = definitions(relations)
    known: dict[int, dict[int, int]] = {}

    def parts(cell: int) -> dict[int, int]:
        if cell not in derived or cell not in defined:
            return {cell: 1}
        if cell not in known:
            known[cell] = {cell: 1}
            known[cell] = resolved(defined[cell].terms[1:], parts, -1)
        return known[cell]

    return parts


def resolved(
    terms: Iterable[tuple[int, int]], parts: Callable[[int], Mapping[int, int]], factor: int = 1
) -> dict[int, int]:
    """What terms come to in typed cells, times ``factor``: cell -> coefficient, 0 where they cancel."""
    found: dict[int, int] = {}
    for sign, cell in terms:
        for part, times in parts(cell).items():
            found[part] = found.get(part, 0) + factor * sign * times
    return found


def through(relations: Sequence[Relation], derived: Collection[int]) -> list[Relation]:
    """The relations with each of the ``derived`` cells replaced by what it is computed from.

    They speak of typed cells alone, as far as definitions reach; a definition itself says nothing
    any more and has no terms.
    """
    parts = resolver(relations, derived)
    rewritten = []
    for relation in relations:
        if any(cell in derived for _, cell in relation.terms):
            found = resolved(relation.terms, parts)
            terms = tuple((sign, cell) for cell, sign in found.items() if sign)
            rewritten.append(relation._replace(terms=terms))
        else:
            rewritten.append(relation)
    return rewritten
