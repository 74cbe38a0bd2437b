"""Findings that name a sum, or a cell that the text stands against, and accuse no more than is proved."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlbudget.checks.describe import basis_of, relations_of, sensible, since, suggestion, where
from xlbudget.checks.single import holds, residual
from xlbudget.checks.wording import cell_label, finding_at, mismatch, money_text, table_title
from xlbudget.findings import Finding, Level, Suggestion
from xlbudget.money import Amount
from xlbudget.relations.derive import unit_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from xlbudget.checks.evidence import Evidence, Saying
    from xlbudget.checks.explanation import Examination
    from xlbudget.checks.locate import Candidate, Contradiction
    from xlbudget.relations.grid import Grid

__all__ = ["said_finding", "sum_finding"]

_MOST_SUGGESTIONS = 3
_MOST_NAMED = 3
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
