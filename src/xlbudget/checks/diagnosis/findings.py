"""Findings about figures: name the cell or row, do the arithmetic, offer the value.

Where no evidence tells which cell of a sum is wrong, the sum is named and no cell accused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlbudget.checks.diagnosis.misplacement import COLUMNS, ORDER, ROWS, SWAP, UNIT
from xlbudget.checks.identities import holds, residual
from xlbudget.checks.wording import (
    arithmetic,
    cell_label,
    column_label,
    finding_at,
    mismatch,
    money_text,
    row_label,
    table_title,
)
from xlbudget.findings import Finding, Level, Suggestion
from xlbudget.memory import PASSED
from xlbudget.money import Amount, round_div
from xlbudget.relations.derive import unit_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from xlbudget.checks.diagnosis.error_localisation import Candidate, Contradiction
    from xlbudget.checks.diagnosis.evidence import Evidence, Saying
    from xlbudget.checks.diagnosis.explanation import Absence, Examination, Moved
    from xlbudget.checks.diagnosis.intervals import Bounds
    from xlbudget.checks.diagnosis.misplacement import Misplacement
    from xlbudget.checks.row_presence import Completed, Renamed
    from xlbudget.figures import Row
    from xlbudget.relations.expand import Gap, Relation
    from xlbudget.relations.grid import Grid

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


def blank_derived(
    grid: Grid, defined: dict[int, Relation], free: Collection[int]
) -> dict[int, Relation]:
    """Derived cells that are blank although something they sum is not (nor zero); none that is free."""
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
        if grid.cells[number] is None and number not in free and has_money(number)
    }


def blank_finding(
    grid: Grid, blanks: Sequence[tuple[int, Amount | None]], defined: Mapping[int, Relation]
) -> Finding:
    """Derived cells of one table that are blank although their parts are not, with their values.

    Each with a value is a suggestion of its own; the finding is at the first.
    """
    number, right = blanks[0]
    named = "、".join(
        cell_label(grid, cell) + (f"应为 {value.text}" if value is not None else "")
        for cell, value in blanks[:_MOST_NAMED]
    )
    message = (
        f"{cell_label(grid, number)}为空{f'，应为 {right.text}' if right is not None else ''}"
        if len(blanks) == 1
        else f"有{len(blanks)}格小计、合计为空（{named}{'等' * (len(blanks) > _MOST_NAMED)}）"
    )
    rules = {defined[cell].rule.code: defined[cell].rule for cell, _ in blanks}
    suggestions = []
    for cell, value in blanks:
        if value is not None:
            sheet, place = ("", "") if cell == number else grid.place(cell)
            suggestions.append(Suggestion(value.plain, "由其余各格得出", 1.0, sheet, place))
    return finding_at(
        grid,
        number,
        defined[number].rule.code,
        Level.ERROR,
        f"{message}；可用“填列小计”自动填写。",
        expected=right.plain if right is not None else "",
        basis=tuple(f"{code} {rule.title}" for code, rule in rules.items()),
        suggestions=tuple(suggestions),
    )


_MOST_FOLLOWS = 5
_TEXTS = "C01"
"""The rule that the text agrees with the tables, where no single section is meant."""


def sum_finding(found: Examination, contradiction: Contradiction, level: Level) -> Finding:
    """A sum that is off where no evidence tells which of its cells is wrong: none is accused."""
    grid = found.grid
    relations = relations_of(found, contradiction)
    off = [one for one in relations if not holds(grid, one)] or relations
    main = off[0]
    number = main.terms[0][1]
    cells = {each.cell for each in contradiction.candidates if sensible(grid, each)}
    named = {cell for _, cell in main.terms}
    one_of = (
        "其中有一格不对，仅凭现有数字分不出是哪一格，请核对原始资料。"
        if cells <= named and len(named) <= _MOST_NAMED + 1
        else _one_of(grid, cells)
    )
    message = f"{mismatch(grid, main)}；{one_of}"
    return finding_at(
        grid,
        number,
        main.rule.code,
        level,
        message,
        difference=money_text(
            residual(grid, main) * main.terms[0][0], unit_of(grid, number)
        ).replace(",", ""),
        basis=basis_of(grid, relations),
        suggestions=tuple(_hints(grid, contradiction.candidates)),
    )


def _one_of(grid: Grid, cells: Collection[int]) -> str:
    """What to do where one of several cells is wrong."""
    named = sorted(cells)
    if len(named) <= 1:  # one alone would be accused, had the evidence told it from all others
        return "有关各格中有一格（或几格）不对，仅凭现有数字分不出是哪一格，请逐格核对。"
    if len(named) <= _MOST_NAMED:
        named_cells = "与".join(where(grid, one) for one in named)
        return f"{named_cells}中有一格不对，仅凭现有数字分不出是哪一格，请核对原始资料。"
    places = dict.fromkeys(table_title(grid, one) for one in named)
    return (
        f"{'、'.join(places)}里手工填写的{len(named)}格中有一格（或几格）不对，"
        "仅凭现有数字分不出是哪一格，请逐格核对。"
    )


def _hints(grid: Grid, candidates: Sequence[Candidate]) -> Iterator[Suggestion]:
    """Cells that may be wrong, none of which is accused, with what each would have to be."""
    for one in candidates[:_MOST_SUGGESTIONS]:
        if one.value is None or not sensible(grid, one):
            continue
        place = grid.place(one.cell)
        slip = f"（{one.slip}？）" if one.slip else ""
        reason = f"可能是{where(grid, one.cell)}应为 {one.value.text}{slip}，尚无其他依据"
        yield Suggestion(one.value.plain, reason, round(one.proof, 4), place.sheet, place.cell)


def said_finding(found: Examination, contradiction: Contradiction) -> Finding:
    """Numbers of the text that stand against a cell, or against a sum in which some cell is wrong."""
    grid, evidence = found.grid, found.evidence
    assert evidence is not None
    count = len({evidence.sayings[one].paragraph for one in contradiction.sayings})
    saying = evidence.sayings[contradiction.sayings[0]]
    texts = f"情况说明等{count}段" if count > 1 else "情况说明"
    follows = tuple(f"{texts}写的是“{saying.said}”。" for saying in _told(evidence, contradiction))
    accused = contradiction.accused
    if accused is None:
        number = saying.terms[0][1]
        cells = {each.cell for each in contradiction.candidates}
        off = evidence.off(contradiction.sayings[0])
        message = (
            f"{texts}与表格不一致：“{saying.said}”，而表中各格得出的数与它差 "
            f"{money_text(abs(off), unit_of(grid, number))}；{_one_of(grid, cells)}"
        )
        return finding_at(
            grid,
            number,
            _TEXTS,
            Level.ERROR,
            message,
            difference=money_text(-off, unit_of(grid, number)).replace(",", ""),
            suggestions=tuple(_hints(grid, contradiction.candidates)),
            follows=follows,
        )
    number, value = accused.cell, accused.value
    assert value is not None
    cell = grid.cells[number]
    printed = f"现为 {cell.text}" if isinstance(cell, Amount) else "现为空白"
    slip = f"（{accused.slip}？）" if accused.slip else ""
    if evidence.changed(number) and evidence.recall(number, value.fen):
        message = (
            f"{cell_label(grid, number)}{printed}，{since(evidence, number)} {value.text}{slip}，"
            f"{texts}仍按 {value.text} 写；如属误改请改回，如确已调整请重新生成说明。"
        )
    else:
        message = (
            f"{cell_label(grid, number)}{printed}；{texts}的数字都按 {value.text}{slip} 写，"
            "请核对：是这一格填错了请改正，是数字调整了请重新生成说明。"
        )
    have = cell.fen if isinstance(cell, Amount) else 0
    return finding_at(
        grid,
        number,
        _TEXTS,
        Level.ERROR,
        message,
        expected=value.plain,
        difference=money_text(have - value.fen, value.unit).replace(",", ""),
        suggestions=(suggestion(grid, accused, number),) if sensible(grid, accused) else (),
        follows=follows,
    )


def _told(evidence: Evidence, contradiction: Contradiction) -> list[Saying]:
    return [evidence.sayings[one] for one in contradiction.sayings[:_MOST_FOLLOWS]]


_NARROW = 20
"""Ranges up to so many times what counts as 尾差 are put down to rounding."""
_INSTEAD = 0.2
"""The share of a slip that is not telling enough to be preferred to a missing row."""


def gap_findings(
    grid: Grid,
    gaps: Iterable[Gap],
    done: Completed,
    found: Examination,
    bounds: Bounds | None,
) -> list[Finding]:
    """One finding per missing row and table, with the figures that the rest determines."""
    renamed = {(one.gap.absent, one.gap.key) for one in done.renamed}
    renamed |= {(one.gap.present, one.key) for one in done.renamed}
    findings: dict[tuple[str, str], Finding] = {}
    for gap in gaps:
        data = grid.data(gap.present)
        row = data.row(gap.key) if data else None
        if row is None or (gap.absent, gap.key) in renamed:
            continue
        has, lacks = (_title(grid, block) for block in (gap.present, gap.absent))
        figures = ""
        if (gap.absent, gap.key) in done.added:
            figures = _figures(found, bounds, gap.absent, gap.key)
        message = (
            f"{has}有“{_name(row)}”一行，{lacks}却没有；请补上该行{figures}，或核对行名是否一致。"
        )
        finding = Finding(
            gap.rule.code,
            Level(gap.rule.level),
            message,
            grid.standard.table(grid.standard.blocks[gap.absent].table).title,
            _sheet(grid, gap.absent),
            row=row.key.removeprefix("group:"),
        )
        findings.setdefault((gap.key, gap.absent), finding)
    return list(findings.values())


def renamed_finding(grid: Grid, one: Renamed) -> Finding:
    """A row that has the figures of another table's row, but not its code or name."""
    here, there = grid.data(one.block), grid.data(one.gap.present)
    row, right = (here.row(one.key) if here else None), (there.row(one.right) if there else None)
    assert row is not None
    assert right is not None
    wanted = _name(right)
    message = (
        f"“{_name(row)}”一行与{_title(grid, one.gap.present)}“{wanted}”的金额相同，"
        f"编码或名称却不同；很可能是同一行，请统一为“{wanted}”。"
    )
    number = grid.row_numbers(one.block, one.key)[0]
    return finding_at(grid, number, one.gap.rule.code, Level(one.gap.rule.level), message)


def absence_finding(
    one: Absence, found: Examination, bounds: Bounds | None, level: Level
) -> Finding:
    """A sum that lacks a lower row: at the sum."""
    grid, lack = one.grid, one.lack
    number = one.relations[0].terms[0][1]
    figures = _figures(found, bounds, lack.block, lack.key)
    row = row_label(grid, number)
    if lack.blank:
        number = found.grid.row_numbers(lack.block, lack.key)[0]
        message = f"“{row_label(found.grid, number)}”一行没有填数，上级和其余各表却有它的金额{figures}；请补填。"
        basis = basis_of(grid, one.relations)
        return finding_at(
            found.grid, number, one.relations[0].rule.code, level, message, basis=basis
        )
    if lack.first:
        message = f"“{row}”与所列各行合不上；从“{lack.first}”起很可能另属一个一级项目，漏列了它的一行{figures}，请补上。"
    else:
        message = (
            f"“{row}”比所列各行之和多，而其余各表都与它相符；很可能漏列了一行{figures}，请补上。"
        )
    return finding_at(
        grid,
        number,
        one.relations[0].rule.code,
        level,
        message,
        basis=basis_of(grid, one.relations),
        suggestions=_instead(grid, one, number),
    )


def _instead(grid: Grid, one: Absence, number: int) -> tuple[Suggestion, ...]:
    """A wrong figure that would explain the same."""
    if one.instead is None or one.instead.value is None:
        return ()
    return (suggestion(grid, one.instead, number)._replace(share=_INSTEAD),)


def _figures(found: Examination, bounds: Bounds | None, block: str, key: str) -> str:
    """The amounts of a row that was added, as far as the rest determines them."""
    known = []
    for number in found.grid.row_numbers(block, key):
        value = determined(found, bounds, number)
        about = "" if value is not None else "约"
        if value is None:
            value = _middle(found, bounds, number)
        if value is not None and value.fen:
            known.append(f"{column_label(found.grid, number)}{about} {value.text}")
    return f"（按其余各格应为：{'、'.join(known)}）" if known else ""


def _middle(found: Examination, bounds: Bounds | None, number: int) -> Amount | None:
    """The middle of what the rest allows a cell; None where that is not just a matter of rounding."""
    variable = found.system.variable.get(number)
    if bounds is None or variable is None:
        return None
    unit = unit_of(found.grid, number)
    low, high = bounds.low[variable], bounds.high[variable]
    if low <= 0 or high - low > _NARROW * found.grid.standard.rounding_limit:
        return None
    return Amount((low + high) // 2).rounded(unit)


def _name(row: Row) -> str:
    return f"{row.key} {row.label}" if row.kind == "subject" else row.label


def _title(grid: Grid, block: str) -> str:
    return grid.standard.table(grid.standard.blocks[block].table).title


def _sheet(grid: Grid, block: str) -> str:
    table = grid.standard.table(grid.standard.blocks[block].table)
    return grid.book.sheets.get(table.key, table.sheet)
