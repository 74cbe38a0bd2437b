"""From contradictions to findings: name the cell, do the arithmetic, offer the value."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlbudget.checks.locate import Candidate, Contradiction, locate
from xlbudget.checks.propagate import printed_bounds, propagate
from xlbudget.checks.single import holds, residual
from xlbudget.checks.system import System, build_system
from xlbudget.checks.wording import arithmetic, cell_label, finding_at, money_text
from xlbudget.findings import Finding, Level, Status, Suggestion
from xlbudget.money import Amount, round_div
from xlbudget.relations.derive import definitions, unit_of
from xlbudget.relations.expand import expand

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from xlbudget.figures import Place
    from xlbudget.relations.expand import Relation
    from xlbudget.relations.grid import Grid

__all__ = ["reconcile"]

_MOST_SUGGESTIONS = 3
_MOST_BASIS = 4


def reconcile(grid: Grid, status: Status, computed: Collection[Place] = ()) -> list[Finding]:
    """Findings for the contradictions of the joint system.

    Derived cells that hold a formula (``computed``) say nothing by themselves: they follow from
    other cells, and a wrong one of these is what is to be found.

    Each contradiction gives one finding per wrong cell: an error, or a warning where the workbook
    as a whole is 尾差 (some table may have been footed on rounded figures).
    """
    relations = expand(grid).relations
    hard = [one for one in relations if one.equation.check and not one.rule.soft]
    level = Level.ERROR if status is Status.ERROR else Level.WARNING
    blank = _blank_derived(grid, relations)
    free = set(blank)
    if computed:
        free |= {number for number in definitions(relations) if grid.place(number) in computed}
    system = build_system(grid.cells, hard, blanks=True, free=free)
    contradictions = locate(system, {cell: unit_of(grid, cell) for cell in system.variable})
    wrong = {cell for one in contradictions for best in one.candidates[:1] for cell in best.cells}
    findings = _blank_findings(grid, system, blank, wrong)
    for contradiction in contradictions:
        findings += _findings(grid, contradiction, level)
    return findings


def _blank_derived(grid: Grid, relations: Iterable[Relation]) -> dict[int, Relation]:
    """Derived cells that are blank although something they sum is not (nor zero)."""
    defined = definitions(relations)
    state: dict[int, bool] = {}

    def has_money(number: int) -> bool:
        cell = grid.cells[number]
        if cell is not None:
            return bool(cell.fen) if isinstance(cell, Amount) else False
        if number not in defined:
            return False
        if number not in state:
            state[number] = False
            state[number] = any(has_money(part) for _, part in defined[number].terms[1:])
        return state[number]

    return {
        number: relation
        for number, relation in defined.items()
        if grid.cells[number] is None and has_money(number)
    }


def _blank_findings(
    grid: Grid, system: System, blank: dict[int, Relation], wrong: set[int]
) -> list[Finding]:
    """A blank derived cell is an error unless the rest, without the ``wrong`` cells, allows 0.

    Its value is offered where the rest determines it.
    """
    if not blank:
        return []
    bounds = printed_bounds(system, wrong)
    consistent = propagate(system, bounds) is None
    findings = []
    for number, relation in blank.items():
        variable = system.variable.get(number)
        expected = ""
        if consistent and variable is not None:
            low, high = bounds.low[variable], bounds.high[variable]
            if low <= 0 <= high:
                continue
            unit = unit_of(grid, number)
            ulp = unit.fen // 10 ** min(2, unit.max_places)
            ends = {round_div(end, ulp) for end in (low, high)}
            expected = Amount(ends.pop() * ulp, unit).plain if len(ends) == 1 else ""
        value = f"，应为 {expected}" if expected else ""
        message = f"{cell_label(grid, number)}为空{value}；可用“填列小计”自动填写。"
        suggestions = (Suggestion(expected, "由其余各格得出", 1.0),) if expected else ()
        findings.append(
            finding_at(
                grid,
                number,
                relation.rule.code,
                Level.ERROR,
                message,
                expected=expected,
                basis=(f"{relation.rule.code} {relation.rule.title}",),
                suggestions=suggestions,
            )
        )
    return findings


def _findings(grid: Grid, contradiction: Contradiction, level: Level) -> list[Finding]:
    basis = _basis(grid, contradiction)
    code = _code(grid, contradiction)
    if not contradiction.candidates:
        relation = _relations(contradiction)[0]
        number = relation.terms[0][1]
        message = f"{cell_label(grid, number)}与有关各格合不上，改一格解决不了；请按依据逐项核对，并看有没有表还没有填。"
        return [finding_at(grid, number, code, level, message, basis=basis)]
    best, *others = contradiction.candidates
    if len(best.cells) > 1:
        return [_finding(grid, best, i, level, code, basis, ()) for i in range(len(best.cells))]
    return [_finding(grid, best, 0, level, code, basis, others[: _MOST_SUGGESTIONS - 1])]


def _relations(contradiction: Contradiction) -> list[Relation]:
    seen: dict[int, Relation] = {}
    for core in contradiction.cores:
        for relation in core.relations:
            seen.setdefault(id(relation), relation)
    return list(seen.values())


def _basis(grid: Grid, contradiction: Contradiction) -> tuple[str, ...]:
    """The identities that do not hold by themselves, else those of the contradiction.

    Formulas hold by themselves even if what they sum is wrong: then the sums are left out that
    add up exactly.
    """
    relations = _relations(contradiction)
    broken = [relation for relation in relations if not holds(grid, relation)]
    off = [relation for relation in relations if residual(grid, relation)]
    return tuple(
        arithmetic(grid, relation) for relation in (broken or off or relations)[:_MOST_BASIS]
    )


def _code(grid: Grid, contradiction: Contradiction) -> str:
    relations = _relations(contradiction)
    broken = [relation for relation in relations if not holds(grid, relation)]
    return (broken or relations)[0].rule.code


def _finding(
    grid: Grid,
    best: Candidate,
    index: int,
    level: Level,
    code: str,
    basis: tuple[str, ...],
    others: Sequence[Candidate],
) -> Finding:
    number, value = best.cells[index], best.values[index]
    cell = grid.cells[number]
    printed = f"现为 {cell.text}" if isinstance(cell, Amount) else "现为空白"
    low, high = best.ranges[index]
    unit = unit_of(grid, number)
    slip = f"（{best.slips[index]}？）" if best.slips[index] else ""
    if value is None:
        demand = "与其余各格合不上，请核对。"
    elif _one_print(low, high, value):
        demand = f"按勾稽关系应为 {value.text}{slip}。"
    else:
        demand = f"按勾稽关系应在 {money_text(low, unit)} 至 {money_text(high, unit)} 之间，很可能是 {value.text}{slip}。"
    suggestions = [_suggestion(grid, best, index, number)] if value is not None else []
    suggestions += [
        _suggestion(grid, other, 0, number) for other in others if other.values[0] is not None
    ]
    difference = ""
    if value is not None:
        have = cell.fen if isinstance(cell, Amount) else 0
        difference = money_text(have - value.fen, unit).replace(",", "")
    return finding_at(
        grid,
        number,
        code,
        level,
        f"{cell_label(grid, number)}{printed}；{demand}",
        expected=value.plain if value is not None else "",
        difference=difference,
        basis=basis,
        suggestions=tuple(suggestions),
    )


def _one_print(low: int, high: int, value: Amount) -> bool:
    return round_div(low, value.ulp) == round_div(high, value.ulp)


def _suggestion(grid: Grid, candidate: Candidate, index: int, here: int) -> Suggestion:
    number, value = candidate.cells[index], candidate.values[index]
    assert value is not None
    slip = candidate.slips[index]
    if number == here:
        return Suggestion(value.plain, slip or "由勾稽关系得出", round(candidate.share, 4))
    place = grid.place(number)
    where = f"{place.sheet} {place.cell}".strip()
    reason = f"也可能是{where}{cell_label(grid, number)}应为 {value.text}" + (
        f"（{slip}）" if slip else ""
    )
    return Suggestion(value.plain, reason, round(candidate.share, 4))
