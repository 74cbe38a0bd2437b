"""The performance forms: weights, and cost indicators against the project's amount."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING

from xlbudget.characters import folded
from xlbudget.errors import AmountError
from xlbudget.figures import Unreadable
from xlbudget.findings import Finding, NotExecuted
from xlbudget.money import Amount, parse_amount

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from xlbudget.checks.diagnosis.evidence import Saying
    from xlbudget.checks.named_checks import Context, Outcome
    from xlbudget.figures import FormData
    from xlbudget.rules.grid import Grid

_STATED = re.compile(r"(?<!\d)(\d++(?:\.\d++)?)\s*+%")
_COST = re.compile(r"(?:<=|>=|=|≤|≥|<|>|不超过|不高于)?\s*([\d,.]+)\s*(亿元|万元|元)?")


def _finding(
    context: Context, form: FormData, cell: str, message: str, printed: str, expected: str
) -> Finding:
    table = context.grid.standard.form_table
    if table is None:
        raise ValueError(form.name)  # a form of no table
    finding = context.in_table(table, f"项目“{form.name}”{message}", cell)
    return finding._replace(row=form.name, printed=printed, expected=expected)


def _texts(grid: Grid, form: FormData, kind: str) -> list[str]:
    """What the indicators of a form have in their column of a kind; blanks where it has none."""
    key = grid.standard.form(form.form).indicator(kind)
    return [indicator.values.get(key, "") for indicator in form.indicators]


def _cell(grid: Grid, form: FormData, kind: str, at: int) -> str:
    """The cell of an indicator's column of a kind."""
    key = grid.standard.form(form.form).indicator(kind)
    return f"{form.letters[key]}{form.indicators[at].line}" if form.letters else ""


_WEIGHT = re.compile(r"[+-]?[0-9]{1,9}(?:\.[0-9]{0,9})?")
"""A weight; what decimals take beside it, as 1E999999999, would be written out with all its noughts."""


@lru_cache(maxsize=1024)
def _decimal(text: str) -> Decimal | None:
    plain = folded(text).strip().rstrip("%分")
    return Decimal(plain) if _WEIGHT.fullmatch(plain) else None


def _number(value: Decimal) -> str:
    return f"{value.normalize():f}"


def _weights(grid: Grid, form: FormData) -> list[Decimal] | None:
    """The weights of a form, or None where one is missing or no number."""
    weights = [_decimal(text) for text in _texts(grid, form, "weight")]
    return None if None in weights else [weight for weight in weights if weight is not None]


def _unweighable(context: Context, form: FormData) -> NotExecuted:
    return NotExecuted(context.rule.code, f"项目“{form.name}”有指标的权重未填或不是数字。")


def weight_sum(context: Context) -> Iterator[Outcome]:
    """The weights of a form sum to the total set in 基础信息 (90, or 100)."""
    total_set, book = context.cell("total"), context.grid.book
    if total_set is None:
        yield context.untold
        return
    label = context.grid.standard.fields[total_set.which].label
    wanted = book.number(total_set.which)
    if wanted is None or isinstance(wanted, Unreadable):
        yield NotExecuted(context.rule.code, f"基础信息“{label}”未填或不是数字。")
        return
    for form in book.forms:
        weights = _weights(context.grid, form)
        if weights is None:
            yield _unweighable(context, form)
        elif weights and sum(weights) != wanted.fen:
            total = _number(Decimal(sum(weights)))
            message = f"各指标权重合计为{total}，应为{wanted.fen}。"
            cell = _cell(context.grid, form, "weight", -1)
            yield _finding(context, form, cell, message, total, str(wanted.fen))


def weight_stated(context: Context) -> Iterator[Outcome]:
    """Where a first-level label states a percentage, its weights sum to it."""
    for form in context.grid.book.forms:
        labels = _texts(context.grid, form, "level1")
        if not any(map(_STATED.search, labels)):
            continue
        if "" in labels:
            yield NotExecuted(context.rule.code, f"项目“{form.name}”有指标缺少一级指标。")
            continue
        weights = _weights(context.grid, form)
        if weights is None:
            yield _unweighable(context, form)
            continue
        for label in dict.fromkeys(labels):
            stated = _STATED.search(folded(label))
            own = zip(labels, weights, strict=True)
            total = sum((weight for one, weight in own if one == label), Decimal(0))
            if stated and total != Decimal(stated[1]):
                shown = _number(total)
                message = f"“{label}”各指标权重合计为{shown}，与标明的{stated[1]}%不一致。"
                cell = _cell(context.grid, form, "level1", labels.index(label))
                yield _finding(context, form, cell, message, shown, stated[1])


def cost_indicator(context: Context) -> Iterator[Outcome]:
    """The values of the economic cost indicators sum to the project's amount (as corrected)."""
    grid, cost = context.grid, context.rule.argument("cost")
    if not cost:
        yield context.untold
    for form, costs, number in _with_costs(grid, cost):
        whole, right = grid.cells[number], grid.right(number)
        if not isinstance(whole, Amount) or number in grid.open_cells:
            continue
        total = _total(grid, form, costs)
        if total is None:
            yield NotExecuted(context.rule.code, f"项目“{form.name}”的经济成本指标值不是金额。")
        elif total not in (whole.fen, right.fen if isinstance(right, Amount) else whole.fen):
            shown, unit = whole._replace(fen=total), whole.unit.name
            message = (
                f"的经济成本指标合计为 {shown.text}{unit}，年度资金总额为 {whole.text}{unit}。"
            )
            cell = _cell(grid, form, "value", costs[0])
            yield _finding(context, form, cell, message, shown.plain, whole.plain)


def cost_sayings(grid: Grid) -> Iterator[Saying]:
    """What the economic cost indicators say of their projects' amounts."""
    from xlbudget.checks.diagnosis.evidence import (  # noqa: PLC0415  # where something is wrong
        INDICATOR,
        Saying,
    )

    rules = (rule for rule in grid.standard.rules if rule.check == "cost_indicator")
    cost = next((rule.argument("cost") for rule in rules), "")
    for form, costs, number in _with_costs(grid, cost):
        total = _total(grid, form, costs)
        if total:
            yield Saying(((1, number),), total, total, INDICATOR)


def _total(grid: Grid, form: FormData, costs: Sequence[int]) -> int | None:
    """What cost indicators (by their places) sum to, in 分; None where one is no amount."""
    texts = _texts(grid, form, "value")
    values = [_cost(grid, texts[at]) for at in costs]
    return (
        sum(amount.fen for amount in values if amount is not None) if None not in values else None
    )


def _with_costs(grid: Grid, cost: str) -> Iterator[tuple[FormData, list[int], int]]:
    """The forms that have indicators of ``cost``, with the places of these and the cell of the project's amount."""
    table = grid.standard.form_table
    key = table.blocks[0].key if table is not None else ""
    data = grid.book.blocks.get(key)
    for form in grid.book.forms if cost else ():
        costs = [at for at, text in enumerate(_texts(grid, form, "level2")) if cost in text]
        if costs and data is not None and form.name in data.by_key:
            yield form, costs, grid.row_numbers(key, form.name)[0]


def _cost(grid: Grid, text: str) -> Amount | None:
    table = grid.standard.form_table
    unit = table.blocks[0].unit if table is not None else grid.standard.unit
    match = _COST.fullmatch(folded(text).strip())
    if match is None:
        return None
    try:
        return parse_amount(match[1] + (match[2] or ""), unit)
    except AmountError:
        return None
