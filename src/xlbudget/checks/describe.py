"""Findings about figures: name the cell, do the arithmetic, offer the value."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlbudget.checks.misplaced import COLUMNS, ORDER, ROWS, SWAP, UNIT
from xlbudget.checks.single import holds, residual
from xlbudget.checks.wording import (
    arithmetic,
    cell_label,
    column_label,
    finding_at,
    money_text,
    row_label,
    table_title,
)
from xlbudget.findings import Finding, Level, Suggestion
from xlbudget.memory import PASSED
from xlbudget.money import Amount, round_div
from xlbudget.relations.derive import unit_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from xlbudget.checks.evidence import Evidence
    from xlbudget.checks.explanation import Examination, Moved
    from xlbudget.checks.locate import Candidate, Contradiction
    from xlbudget.checks.misplaced import Misplacement
    from xlbudget.checks.propagate import Bounds
    from xlbudget.relations.expand import Relation
    from xlbudget.relations.grid import Grid

__all__ = [
    "basis_of",
    "cell_finding",
    "determined",
    "moved_finding",
    "relations_of",
    "sensible",
    "since",
    "suggestion",
    "tail_finding",
    "where",
]

_MOST_SUGGESTIONS = 3
_MOST_BASIS = 4
_MOST_NAMED = 3
_REMEDIES = {
    COLUMNS: "移回原位",
    ROWS: "移回原位",
    SWAP: "两行对调",
    ORDER: "对应编码",
    UNIT: "换算单位",
}
_LEAST_SHARE = 0.005
"""A less likely candidate is not worth its reader's time."""


def determined(found: Examination, bounds: Bounds | None, number: int) -> Amount | None:
    """The one print that the rest allows a cell of the examined grid; None if there are several."""
    variable = found.system.variable.get(number)
    if bounds is None or variable is None:
        return None
    unit = unit_of(found.grid, number)
    places = min(2, unit.max_places)
    ulp = unit.fen // 10**places
    first, last = (round_div(end[variable], ulp) for end in bounds)
    return Amount(first * ulp, unit, places) if first == last else None


def basis_of(grid: Grid, relations: Iterable[Relation]) -> tuple[str, ...]:
    """The identities that do not hold by themselves, else those of the contradiction.

    Formulas hold by themselves even if what they sum is wrong: then the sums are left out that
    add up exactly.
    """
    given = list(dict.fromkeys(relations))
    broken = [relation for relation in given if not holds(grid, relation)]
    off = [relation for relation in given if residual(grid, relation)]
    return tuple(arithmetic(grid, relation) for relation in (broken or off or given)[:_MOST_BASIS])


def _code(grid: Grid, relations: Sequence[Relation]) -> str:
    broken = [relation for relation in relations if not holds(grid, relation)]
    return (broken or relations)[0].rule.code


def cell_finding(found: Examination, contradiction: Contradiction, level: Level) -> Finding:
    """A wrong cell: what it prints, what it should print, and why."""
    grid = found.grid
    inside = relations_of(found, contradiction)
    if not contradiction.candidates:
        number = inside[0].terms[0][1]
        message = f"{cell_label(grid, number)}与有关各格合不上，改一格解决不了；请按依据逐项核对，并看有没有表还没有填。"
        basis = basis_of(grid, inside)
        return finding_at(grid, number, _code(grid, inside), level, message, basis=basis)
    best, *others = contradiction.candidates
    numbers = {
        one for cell in (best.cell, *best.also) for one in found.probe.touching.get(cell, ())
    }
    touching = [found.probe.relations[number] for number in sorted(numbers)]
    relations = [one for one in touching if not holds(grid, one)] or inside or touching
    return _about(found, best, level, relations, others[: _MOST_SUGGESTIONS - 1])


def tail_finding(
    found: Examination, tails: Sequence[tuple[int, Amount]], code: str, level: Level
) -> Finding:
    """Many cells of one table that are off by next to nothing: the table was footed after rounding."""
    grid = found.grid
    number = tails[0][0]
    off = max(abs(_fen(grid, cell) - right.fen) for cell, right in tails)
    shown = money_text(off, unit_of(grid, number))
    where = "、".join(cell_label(grid, cell) for cell, _ in tails[:_MOST_NAMED])
    message = (
        f"{table_title(grid, number)}有{len(tails)}格与其余各格差不超过 {shown}（{where}等），"
        "像是按取整后的数加总所致；请改用未取整的数计算后再取整，或在说明中注明。"
    )
    basis = tuple(
        f"{cell_label(grid, cell)}现为 {money_text(_fen(grid, cell), right.unit)}，按勾稽关系应为 {right.text}"
        for cell, right in tails
    )
    return finding_at(grid, number, code, level, message, basis=basis)


def _fen(grid: Grid, number: int) -> int:
    cell = grid.cells[number]
    return cell.fen if isinstance(cell, Amount) else 0


def relations_of(found: Examination, contradiction: Contradiction) -> list[Relation]:
    """The identities of a contradiction, as the standard has them."""
    seen: dict[int, Relation] = {}
    for core in contradiction.cores:
        for relation in core.relations:
            seen.setdefault(id(relation), relation)
    return [found.origin.get(id(one), one) for one in seen.values()]


def sensible(grid: Grid, candidate: Candidate) -> bool:
    """No advice makes a negative out of an amount, or nothing out of nothing."""
    value, cell = candidate.value, grid.cells[candidate.cell]
    if value is None:
        return False
    if value.fen < 0 and not (isinstance(cell, Amount) and cell.fen < 0):
        return False
    return bool(value.fen) or isinstance(cell, Amount)


def since(evidence: Evidence, number: int) -> str:
    """When a cell held what it is remembered to have held."""
    for one in evidence.memories:
        if number in one.cells and one.cells[number] != evidence.cells[number]:
            return "自上次校验通过以来改动过，当时为" if one.moment == PASSED else "生成说明时为"
    return "原为"


def _about(
    found: Examination,
    best: Candidate,
    level: Level,
    relations: Sequence[Relation],
    others: Sequence[Candidate],
) -> Finding:
    grid, evidence = found.grid, found.evidence
    number, value = best.cell, best.value
    cell = grid.cells[number]
    printed = f"现为 {cell.text}" if isinstance(cell, Amount) else "现为空白"
    if evidence is not None and value is not None and evidence.recall(number, value.fen):
        printed += f"，{since(evidence, number)} {value.text}"
    low, high = best.range
    unit = unit_of(grid, number)
    slip = f"（{best.slip}？）" if best.slip else ""
    if value is None:
        demand = "与其余各格合不上，请核对。"
    elif _one_print(low, high, value):
        demand = f"按勾稽关系应为 {value.text}{slip}。"
    else:
        ends = (
            Amount(round_div(end, value.ulp) * value.ulp, unit, value.places) for end in (low, high)
        )
        demand = f"按勾稽关系应在 {' 至 '.join(end.text for end in ends)} 之间，很可能是 {value.text}{slip}。"
    if best.also:
        demand += f"同一个数也印在{'、'.join(where(grid, one) for one in best.also)}，请一并改正。"
    suggestions = [suggestion(grid, best, number)] if sensible(grid, best) else []
    suggestions += [
        suggestion(grid, other, number)
        for other in others
        if sensible(grid, other) and other.share >= _LEAST_SHARE
    ]
    difference = ""
    if value is not None:
        have = cell.fen if isinstance(cell, Amount) else 0
        difference = money_text(have - value.fen, unit).replace(",", "")
    return finding_at(
        grid,
        number,
        _code(grid, relations),
        level,
        f"{cell_label(grid, number)}{printed}；{demand}",
        expected=value.plain if value is not None else "",
        difference=difference,
        basis=basis_of(grid, relations),
        suggestions=tuple(suggestions),
    )


def _one_print(low: int, high: int, value: Amount) -> bool:
    return round_div(low, value.ulp) == round_div(high, value.ulp)


def where(grid: Grid, number: int) -> str:
    """A cell by its place and by what it means."""
    place = grid.place(number)
    return f"{place.sheet} {place.cell}".strip() + cell_label(grid, number)


def suggestion(grid: Grid, candidate: Candidate, here: int) -> Suggestion:
    """A candidate as a suggestion of a finding at the cell ``here``."""
    number, value, slip = candidate.cell, candidate.value, candidate.slip
    assert value is not None
    place = grid.place(number)
    # Only where no other cell would do is there a single candidate.
    share = 1.0 if candidate.share == 1 else min(round(candidate.share, 4), 0.9999)
    if number == here:
        reason = slip or "由勾稽关系得出"
    else:
        reason = f"也可能是{where(grid, number)}应为 {value.text}" + (f"（{slip}）" if slip else "")
    return Suggestion(value.plain, reason, share, place.sheet, place.cell)


def moved_finding(moved: Moved, found: Examination, bounds: Bounds | None, level: Level) -> Finding:
    """Figures that stand in the wrong place: one finding, at the first of them."""
    grid, what = moved.grid, moved.what
    number = _first(moved)
    rows = list(
        dict.fromkeys(row_label(grid, grid.number(what.block, row, 0)) for row in what.rows)
    )
    named = "、".join(f"“{row}”" for row in rows[:_MOST_NAMED]) + (
        f"等{len(rows)}行" if len(rows) > _MOST_NAMED else ""
    )
    steps = abs(what.shift)
    promise = _promise(what)
    if what.kind == COLUMNS:
        way, back = ("右", "左") if what.shift > 0 else ("左", "右")
        count = sum(isinstance(grid.cells[cell], Amount) for cell in what.edits)
        message = f"{named}有{count}个数向{way}错了{steps}栏；向{back}移{steps}栏，{promise}。"
    elif what.kind == ROWS:
        way, back = ("下", "上") if what.shift > 0 else ("上", "下")
        columns = list(dict.fromkeys(column_label(grid, cell) for cell in what.edits))
        column = f"“{columns[0]}”栏" if len(columns) == 1 else "各栏"
        figures = [one for one in what.edits.values() if isinstance(one, Amount)]
        home, there = (rows[0], rows[-1]) if what.shift > 0 else (rows[-1], rows[0])
        message = (
            f"“{home}”{column}的 {figures[0].text} 写到了{way}面的“{there}”一行；"
            f"移回原行，{promise}。"
            if len(figures) == 1 and not what.unknown
            else f"“{rows[0]}”至“{rows[-1]}”{len(rows)}行，{column}的数整体向{way}错了{steps}行；"
            f"各向{back}移{steps}行，{promise}。"
        )
    elif what.kind == SWAP:
        message = f"“{rows[0]}”与“{rows[-1]}”两行的数互换了位置；对调回来，{promise}。"
    elif what.kind == ORDER:
        message = (
            f"{named}的数与编码、名称对不上号，像是排序时只排了数；按其余各表，"
            f"各行的数都在这些行里，放回各自的编码，{promise}。"
        )
    else:
        unit = unit_of(grid, number).name
        how = "一万倍，像是把元当作" if what.shift > 0 else "万分之一，像是小一级的单位当作"
        fix = "除以10,000" if what.shift > 0 else "乘以10,000"
        message = f"{table_title(grid, number)}全表的金额都是应有的{how}{unit}填列；各数{fix}，{promise}。"
    lost = []
    for cell in what.unknown:
        value = determined(found, bounds, found.number_of(grid, cell))
        if value is not None and value.fen:
            lost.append(f"{cell_label(grid, cell)}应为 {value.text}")
    if lost:
        message += f"其中{'，'.join(lost)}，原数已被覆盖。"
    if moved.elsewhere:
        titles = dict.fromkeys(table_title(grid, grid.base[block]) for block in moved.elsewhere)
        message += f"（也可能错在{'、'.join(titles)}。）"
    right = what.edits[number]
    expected = right.plain if isinstance(right, Amount) else ""
    return finding_at(
        grid,
        number,
        _code(grid, moved.relations),
        level,
        message,
        expected=expected,
        basis=basis_of(grid, moved.relations),
        suggestions=(Suggestion(expected, _REMEDIES[what.kind], 1.0),) if expected else (),
    )


def _promise(what: Misplacement) -> str:
    """What putting figures back mends, and what then remains: tried on a copy before it is said."""
    mended, left = len(what.mended), what.left
    if left:
        return f"其中{mended}条勾稽关系随即成立，另有{left}条还要看其他差错"
    return "有关勾稽关系就都成立"


def _first(moved: Moved) -> int:
    """The first cell in which another figure belongs."""
    edits = moved.what.edits
    changed = sorted(cell for cell in edits if edits[cell] != moved.grid.cells[cell])
    return next((cell for cell in changed if isinstance(edits[cell], Amount)), changed[0])
