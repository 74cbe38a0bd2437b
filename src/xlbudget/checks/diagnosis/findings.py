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
    difference_text,
    fen_of,
    finding_at,
    mismatch,
    money_text,
    named,
    row_label,
    table_place,
    table_title,
    told_by,
    wanted,
)
from xlbudget.findings import Finding, Level, Suggestion
from xlbudget.memory import PASSED
from xlbudget.money import Amount, round_div
from xlbudget.rules.grid import INFO
from xlbudget.rules.relations import unit_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from xlbudget.checks.diagnosis.error_localisation import Candidate, Contradiction
    from xlbudget.checks.diagnosis.evidence import Evidence
    from xlbudget.checks.diagnosis.explanation import Absence, Explanation, Moved
    from xlbudget.checks.row_presence import Completed, Lack, Renamed
    from xlbudget.figures import Row
    from xlbudget.rules.grid import Grid
    from xlbudget.rules.relations import Gap, Relation

_MOST_SUGGESTIONS = 3
_MOST_BASIS = 4
_MOST_NAMED = 3
_MOST_FOLLOWS = 5
_REMEDIES = {
    COLUMNS: "移回原位",
    ROWS: "移回原位",
    SWAP: "两行对调",
    ORDER: "对应编码",
    UNIT: "换算单位",
}
_LEAST_SHARE = 0.005
"""A less likely candidate is not worth its reader's time."""
_NARROW = 20
"""Ranges up to so many times what counts as 尾差 are put down to rounding."""
_INSTEAD = 0.2
"""The share of a slip that is not telling enough to be preferred to a missing row."""


def _basis_of(grid: Grid, relations: Iterable[Relation]) -> tuple[str, ...]:
    """The identities that do not hold by themselves, else those of the contradiction.

    Formulas hold by themselves even if what they sum is wrong: then the sums are left out that
    add up exactly.
    """
    given = list(dict.fromkeys(relations))
    broken = [relation for relation in given if not holds(grid, relation)]
    off = [relation for relation in given if residual(grid, relation)]
    return tuple(arithmetic(grid, relation) for relation in (broken or off or given)[:_MOST_BASIS])


def _about(
    grid: Grid,
    number: int,
    relations: Sequence[Relation],
    level: Level,
    message: str,
) -> Finding:
    """A finding at a cell under the first of ``relations`` that does not hold, with these as its basis."""
    first = next((one for one in relations if not holds(grid, one)), relations[0])
    finding = finding_at(grid, number, first.rule.code, level, message)
    return finding._replace(basis=_basis_of(grid, relations))


def _sensible(grid: Grid, candidate: Candidate) -> bool:
    """No advice makes a negative out of an amount, or nothing out of nothing."""
    value, cell = candidate.value, grid.cells[candidate.cell]
    if value is None:
        return False
    if value.fen < 0 and not (isinstance(cell, Amount) and cell.fen < 0):
        return False
    return bool(value.fen) or isinstance(cell, Amount)


def _since(evidence: Evidence, number: int) -> str:
    """When a cell held what it is remembered to have held."""
    for memory in evidence.memories:
        if number in memory.cells and memory.cells[number] != evidence.cells[number]:
            return "自上次校验通过以来改动过，当时为" if memory.moment == PASSED else "生成说明时为"
    return "原为"


def _printed(grid: Grid, number: int) -> str:
    cell = grid.cells[number]
    return f"现为 {cell.text}" if isinstance(cell, Amount) else "现为空白"


def _slip(candidate: Candidate) -> str:
    return f"（{candidate.slip}？）" if candidate.slip else ""


def _where(grid: Grid, number: int) -> str:
    """A cell by its place and by what it means; what is inferred from a sentence by its words."""
    place, label = grid.place(number), cell_label(grid, number)
    if number in grid.inferred():
        label = f"“{grid.book.info[grid.spot(number).row.key].said}”"
    return f"{place.sheet} {place.cell}".strip() + label


def _suggestion(grid: Grid, candidate: Candidate, here: int) -> Suggestion:
    """A candidate as a suggestion of a finding at the cell ``here``."""
    number, slip = candidate.cell, candidate.slip
    assert candidate.value is not None
    value, words = wanted(grid, number, candidate.value)
    # Only where no other cell would do is there a single candidate.
    share = 1.0 if candidate.share == 1 else min(round(candidate.share, 4), 0.9999)
    if number == here:
        reason = slip or "由勾稽关系得出"
    else:
        reason = f"也可能是{_where(grid, number)}应为 {words}" + (f"（{slip}）" if slip else "")
    return Suggestion(value, reason, share, *grid.place(number))


# ------------------------------------------------------------------ wrong cells


def cell_finding(found: Explanation, contradiction: Contradiction, level: Level) -> Finding:
    """A wrong cell: what it prints, what it should print, and why."""
    grid, evidence = found.grid, found.evidence
    inside = found.as_standard(contradiction.conflicts)
    if not contradiction.candidates:
        number = inside[0].terms[0][1]
        message = f"{cell_label(grid, number)}与有关各格合不上，改一格解决不了；请按依据逐项核对，并看有没有表还没有填。"
        return _about(grid, number, inside, level, message)
    best, *others = contradiction.candidates
    number, value = best.cell, best.value
    numbers = {
        one for cell in (number, *best.also) for one in found.identities.touching.get(cell, ())
    }
    touching = [found.identities.relations[number] for number in sorted(numbers)]
    relations = (
        [relation for relation in touching if not holds(grid, relation)] or inside or touching
    )
    printed = _printed(grid, number)
    if evidence is not None and value is not None and evidence.recall(number, value.fen):
        printed += f"，{_since(evidence, number)} {value.text}"
    demand = _demand(best)
    if best.also:
        demand += f"同一个数也印在{'、'.join(_where(grid, one) for one in best.also)}，请一并改正。"
    likely = [one for one in others[: _MOST_SUGGESTIONS - 1] if one.share >= _LEAST_SHARE]
    off = fen_of(grid.cells[number]) - value.fen if value is not None else 0
    message = f"{cell_label(grid, number)}{printed}；{demand}"
    return _about(grid, number, relations, level, message)._replace(
        expected=value.plain if value is not None else "",
        difference=difference_text(off, found.unit_of(number)) if value is not None else "",
        suggestions=tuple(
            _suggestion(grid, candidate, number)
            for candidate in (best, *likely)
            if _sensible(grid, candidate)
        ),
    )


def _demand(best: Candidate) -> str:
    """What a cell should hold, or between which values it should lie."""
    value = best.value
    if value is None:
        return "与其余各格合不上，请核对。"
    low, high = (round_div(end, value.ulp) * value.ulp for end in best.range)
    if low == high:
        return f"按勾稽关系应为 {value.text}{_slip(best)}。"
    ends = " 至 ".join(value._replace(fen=end).text for end in (low, high))
    return f"按勾稽关系应在 {ends} 之间，很可能是 {value.text}{_slip(best)}。"


def tail_finding(
    found: Explanation, tails: Sequence[tuple[int, Amount]], code: str, level: Level
) -> Finding:
    """Many cells of one table that are off by next to nothing: the table was footed after rounding."""
    grid = found.grid
    number = tails[0][0]
    off = max(abs(fen_of(grid.cells[cell]) - right.fen) for cell, right in tails)
    shown = money_text(off, found.unit_of(number))
    where = "、".join(cell_label(grid, cell) for cell, _ in tails[:_MOST_NAMED])
    message = (
        f"{table_title(grid, number)}有{len(tails)}格与其余各格差不超过 {shown}（{where}等），"
        "像是按取整后的数加总所致；请改用未取整的数计算后再取整，或在说明中注明。"
    )
    basis = tuple(
        f"{cell_label(grid, cell)}现为 {money_text(fen_of(grid.cells[cell]), right.unit)}，按勾稽关系应为 {right.text}"
        for cell, right in tails
    )
    return finding_at(grid, number, code, level, message)._replace(basis=basis)


def blank_finding(found: Explanation, blanks: Sequence[tuple[int, Amount | None]]) -> Finding:
    """Derived cells of one table that are blank although their parts are not, with their values.

    Each with a value is a suggestion of its own; the finding is at the first.
    """
    grid, (number, right) = found.grid, blanks[0]
    told = [
        cell_label(grid, cell) + (f"应为 {value.text}" if value is not None else "")
        for cell, value in blanks[:_MOST_NAMED]
    ]
    message = (
        f"{cell_label(grid, number)}为空{f'，应为 {right.text}' if right is not None else ''}"
        if len(blanks) == 1
        else f"有{len(blanks)}格小计、合计为空（{'、'.join(told)}{'等' * (len(blanks) > _MOST_NAMED)}）"
    )
    rules = dict.fromkeys(
        f"{rule.code} {rule.title}" for rule in (found.blank[cell].rule for cell, _ in blanks)
    )
    message += "；可用“填列小计”自动填写。"
    code = found.blank[number].rule.code
    return finding_at(grid, number, code, Level.ERROR, message)._replace(
        expected=right.plain if right is not None else "",
        basis=tuple(rules),
        suggestions=tuple(
            Suggestion(
                value.plain, "由其余各格得出", 1.0, *(grid.place(cell) if cell != number else ())
            )
            for cell, value in blanks
            if value is not None
        ),
    )


# ------------------------------------------------------------------ misplaced figures


def moved_finding(moved: Moved, found: Explanation, level: Level) -> Finding:
    """Figures that stand in the wrong place: one finding, at the first of them."""
    grid, what = moved.grid, moved.what
    changed = sorted(cell for cell in what.edits if what.edits[cell] != grid.cells[cell])
    number = next((cell for cell in changed if isinstance(what.edits[cell], Amount)), changed[0])
    message = _misplaced(moved, number)
    values = ((cell, found.determined(found.number_of(grid, cell))) for cell in what.unknown)
    lost = [
        f"{cell_label(grid, cell)}应为 {value.text}"
        for cell, value in values
        if value is not None and value.fen
    ]
    if lost:
        message += f"其中{'，'.join(lost)}，原数已被覆盖。"
    if moved.elsewhere:
        titles = dict.fromkeys(table_title(grid, grid.base[block]) for block in moved.elsewhere)
        message += f"（也可能错在{'、'.join(titles)}。）"
    right = what.edits[number]
    expected = right.plain if isinstance(right, Amount) else ""
    remedy = (Suggestion(expected, _REMEDIES[what.kind], 1.0),) if expected else ()
    finding = _about(grid, number, moved.relations, level, message)
    return finding._replace(expected=expected, suggestions=remedy)


def _misplaced(moved: Moved, number: int) -> str:
    """How the figures stand wrong, and what putting them back mends: tried on a copy before it is said."""
    grid, what = moved.grid, moved.what
    labels = [row_label(grid, grid.number(what.block, row, 0)) for row in what.rows]
    rows = list(dict.fromkeys(labels))
    steps, promise = abs(what.shift), "有关勾稽关系就都成立"
    if what.left:
        promise = f"其中{len(what.mended)}条勾稽关系随即成立，另有{what.left}条还要看其他差错"
    figures = [amount for amount in what.edits.values() if isinstance(amount, Amount)]
    if what.kind == COLUMNS:
        way, back = ("右", "左") if what.shift > 0 else ("左", "右")
        cells = [grid.cells[cell] for cell in what.edits]
        count = sum(isinstance(one, Amount) and one.fen != 0 for one in cells)
        return f"{named(rows, _MOST_NAMED)}有{count}个数向{way}错了{steps}栏；向{back}移{steps}栏，{promise}。"
    if what.kind == ROWS:
        way, back = ("下", "上") if what.shift > 0 else ("上", "下")
        columns = list(dict.fromkeys(column_label(grid, cell) for cell in what.edits))
        column = f"“{columns[0]}”栏" if len(columns) == 1 else "各栏"
        if len(figures) == 1 and not what.unknown:
            home, there = (rows[0], rows[-1]) if what.shift > 0 else (rows[-1], rows[0])
            return f"“{home}”{column}的 {figures[0].text} 写到了{way}面的“{there}”一行；移回原行，{promise}。"
        return (
            f"“{rows[0]}”至“{rows[-1]}”{len(rows)}行，{column}的数整体向{way}错了{steps}行；"
            f"各向{back}移{steps}行，{promise}。"
        )
    if what.kind == SWAP:
        return f"“{rows[0]}”与“{rows[-1]}”两行的数互换了位置；对调回来，{promise}。"
    if what.kind == ORDER:
        return (
            f"{named(rows, _MOST_NAMED)}的数与编码、名称对不上号，像是排序时只排了数；按其余各表，"
            f"各行的数都在这些行里，放回各自的编码，{promise}。"
        )
    unit = unit_of(grid, number).name
    how = "一万倍，像是把元当作" if what.shift > 0 else "万分之一，像是小一级的单位当作"
    fix = "除以10,000" if what.shift > 0 else "乘以10,000"
    return f"{table_title(grid, number)}全表的金额都是应有的{how}{unit}填列；各数{fix}，{promise}。"


# ------------------------------------------------------------------ sums and texts


def sum_finding(found: Explanation, contradiction: Contradiction, level: Level) -> Finding:
    """A sum that is off where no evidence tells which of its cells is wrong: none is accused."""
    grid = found.grid
    relations = found.as_standard(contradiction.conflicts)
    off = [relation for relation in relations if not holds(grid, relation)] or relations
    main = off[0]
    cells = {candidate.cell for candidate in contradiction.candidates if _sensible(grid, candidate)}
    inside = {cell for _, cell in main.terms}
    one_of = (
        "其中有一格不对，仅凭现有数字分不出是哪一格，请核对原始资料。"
        if cells <= inside and not _all_told(grid, inside) and len(inside) <= _MOST_NAMED + 1
        else _one_of(grid, cells)
    )
    sign, number = main.terms[0]
    message = f"{mismatch(grid, main)}；{one_of}"
    return finding_at(grid, number, main.rule.code, level, message)._replace(
        difference=difference_text(residual(grid, main) * sign, found.unit_of(number)),
        basis=_basis_of(grid, relations),
        suggestions=tuple(_hints(grid, contradiction.candidates)),
    )


def _one_of(grid: Grid, cells: Collection[int]) -> str:
    """What to do where one of several cells is wrong, or one of several sentences."""
    if _all_told(grid, cells):
        return "其中有一个数不对，仅凭现有数字分不出是哪一个，请核对原始资料。"
    if len(cells) <= 1:  # one alone would be accused, had the evidence told it from all others
        return "有关各格中有一格（或几格）不对，仅凭现有数字分不出是哪一格，请逐格核对。"
    if len(cells) <= _MOST_NAMED:
        labels = "与".join(_where(grid, cell) for cell in sorted(cells))
        return f"{labels}中有一格不对，仅凭现有数字分不出是哪一格，请核对原始资料。"
    places = dict.fromkeys(table_title(grid, cell) for cell in sorted(cells))
    return (
        f"{'、'.join(places)}里手工填写的{len(cells)}格中有一格（或几格）不对，"
        "仅凭现有数字分不出是哪一格，请逐格核对。"
    )


def _all_told(grid: Grid, cells: Collection[int]) -> bool:
    """Whether all of these are told by sentences of a published text."""
    rows = [spot.row.key for spot in map(grid.spot, cells) if spot.block == INFO]
    return bool(rows) and len(rows) == len(cells) and all(told_by(grid.book, one) for one in rows)


def _hints(grid: Grid, candidates: Sequence[Candidate]) -> Iterator[Suggestion]:
    """Cells that may be wrong, none of which is accused, with what each would have to be."""
    for candidate in candidates[:_MOST_SUGGESTIONS]:
        if candidate.value is not None and _sensible(grid, candidate):
            cell = candidate.cell
            value, words = wanted(grid, cell, candidate.value)
            reason = f"可能是{_where(grid, cell)}应为 {words}{_slip(candidate)}，尚无其他依据"
            yield Suggestion(value, reason, round(candidate.proof, 4), *grid.place(cell))


def said_finding(found: Explanation, contradiction: Contradiction) -> Finding:
    """Numbers of the text that stand against a cell, or against a sum in which some cell is wrong."""
    grid, evidence, accused = found.grid, found.evidence, contradiction.accused
    assert evidence is not None
    sayings = [evidence.sayings[saying] for saying in contradiction.sayings]
    count = len({saying.paragraph for saying in sayings})
    texts = f"情况说明等{count}段" if count > 1 else "情况说明"
    follows = tuple(f"{texts}写的是“{saying.said}”。" for saying in sayings[:_MOST_FOLLOWS])
    if accused is None:
        number, expected = sayings[0].terms[0][1], ""
        unit = found.unit_of(number)
        off = -evidence.off(contradiction.sayings[0])
        cells = {candidate.cell for candidate in contradiction.candidates}
        message = (
            f"{texts}与表格不一致：“{sayings[0].said}”，而表中各格得出的数与它差 "
            f"{money_text(abs(off), unit)}；{_one_of(grid, cells)}"
        )
        suggestions = list(_hints(grid, contradiction.candidates))
    else:
        number, value = accused.cell, accused.value
        assert value is not None
        expected, unit, off = value.plain, value.unit, fen_of(grid.cells[number]) - value.fen
        right, label = f"{value.text}{_slip(accused)}", cell_label(grid, number)
        printed = _printed(grid, number)
        if evidence.changed(number) and evidence.recall(number, value.fen):
            message = (
                f"{label}{printed}，{_since(evidence, number)} {right}，"
                f"{texts}仍按 {value.text} 写；如属误改请改回，如确已调整请重新生成说明。"
            )
        else:
            message = (
                f"{label}{printed}；{texts}的数字都按 {right} 写，"
                "请核对：是这一格填错了请改正，是数字调整了请重新生成说明。"
            )
        suggestions = [_suggestion(grid, accused, number)] if _sensible(grid, accused) else []
    return finding_at(
        grid, number, grid.standard.roles.get("texts", ""), Level.ERROR, message
    )._replace(
        expected=expected,
        difference=difference_text(off, unit),
        suggestions=tuple(suggestions),
        follows=follows,
    )


# ------------------------------------------------------------------ rows that are missing or renamed


def gap_findings(
    grid: Grid, gaps: Iterable[Gap], done: Completed, found: Explanation
) -> list[Finding]:
    """One finding per missing row and table, with the figures that the rest determines."""
    renamed = {(one.gap.absent, one.gap.key) for one in done.renamed}
    renamed |= {(one.gap.present, one.key) for one in done.renamed}
    findings: dict[tuple[str, str], Finding] = {}
    for gap in gaps:
        row = grid.row(gap.present, gap.key)
        if row is None or (gap.absent, gap.key) in renamed:
            continue
        has = table_place(grid.standard, grid.book, gap.present)[0]
        lacks, sheet = table_place(grid.standard, grid.book, gap.absent)
        known = (gap.absent, gap.key) in done.added
        figures = _figures(found, gap.absent, gap.key) if known else ""
        message = (
            f"{has}有“{_name(row)}”一行，{lacks}却没有；请补上该行{figures}，或核对行名是否一致。"
        )
        level, key = Level(gap.rule.level), row.key.removeprefix("group:")
        finding = Finding(gap.rule.code, level, message, lacks, sheet, row=key)
        findings.setdefault((gap.key, gap.absent), finding)
    return list(findings.values())


def renamed_finding(grid: Grid, one: Renamed) -> Finding:
    """A row that has the figures of another table's row, but not its code or name."""
    row, right = grid.row(one.block, one.key), grid.row(one.gap.present, one.right)
    assert row is not None
    assert right is not None
    wanted = _name(right)
    title, _ = table_place(grid.standard, grid.book, one.gap.present)
    message = (
        f"“{_name(row)}”一行与{title}“{wanted}”的金额相同，"
        f"编码或名称却不同；很可能是同一行，请统一为“{wanted}”。"
    )
    number = grid.row_numbers(one.block, one.key)[0]
    return finding_at(grid, number, one.gap.rule.code, Level(one.gap.rule.level), message)


def absence_finding(one: Absence, found: Explanation, level: Level) -> Finding:
    """A sum that lacks a lower row: at the sum; a row without figures: at that row."""
    grid, lack, instead = one.grid, one.lack, one.instead
    number = one.relations[0].terms[0][1]
    figures = _figures(found, lack.block, lack.key)
    row = row_label(grid, number)
    place = found.grid.row_numbers(lack.block, lack.key)[0] if lack.blank else number
    suggestions: tuple[Suggestion, ...] = ()
    if lack.blank:
        message = f"“{row_label(found.grid, place)}”一行没有填数，上级和其余各表却有它的金额{figures}；请补填。"
    else:
        message = (
            f"“{row}”与所列各行合不上；从“{lack.first}”起很可能另属一个一级项目，漏列了它的一行{figures}，请补上。"
            if lack.first
            else f"“{row}”比所列各行之和多，而其余各表都与它相符；很可能漏列了{_lost_row(grid, lack)}{figures}，请补上。"
        )
        if instead is not None and instead.value is not None:
            suggestions = (_suggestion(grid, instead, number)._replace(share=_INSTEAD),)
    whole, code = found.grid if lack.blank else grid, one.relations[0].rule.code
    finding = finding_at(whole, place, code, level, message)
    return finding._replace(basis=_basis_of(grid, one.relations), suggestions=suggestions)


def _lost_row(grid: Grid, lack: Lack) -> str:
    """The row that is lacking by its name, where other tables have a single one that may stand there."""
    blocks, spec = grid.standard.blocks, grid.standard.blocks[lack.block]
    own = grid.book.blocks[lack.block].by_key
    others = {
        row.key: f"“{_name(row)}”（{table_place(grid.standard, grid.book, key)[0]}里有）"
        for key, data in grid.book.blocks.items()
        if spec.subjects and blocks[key].subjects == spec.subjects
        for row in data.rows
        if row.kind == "subject" and len(row.key) == len(lack.key) and row.fens
        if row.key.startswith(lack.above) and row.key not in own
    }
    return f"{next(iter(others.values()))}一行" if len(others) == 1 else "一行"


def _figures(found: Explanation, block: str, key: str) -> str:
    """The amounts of a row that was added, as far as the rest determines them."""
    known = []
    for number in found.grid.row_numbers(block, key):
        value, about = found.determined(number), ""
        if value is None:
            value, about = _middle(found, number), "约"
        if value is not None and value.fen:
            known.append(f"{column_label(found.grid, number)}{about} {value.text}")
    return f"（按其余各格应为：{'、'.join(known)}）" if known else ""


def _middle(found: Explanation, number: int) -> Amount | None:
    """The middle of what the rest allows a cell; None where that is not just a matter of rounding."""
    low, high = found.range_of(number) or (0, 0)
    unit = found.unit_of(number)
    if low <= 0 or high - low > _NARROW * found.grid.standard.limit(unit):
        return None
    return Amount((low + high) // 2).rounded(unit)


def _name(row: Row) -> str:
    return f"{row.key} {row.label}" if row.kind == "subject" else row.label
