"""Checks on single amount cells: readable, two decimals, not negative."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlbudget.checks.wording import cell_label, finding_at
from xlbudget.figures import Unreadable
from xlbudget.money import STANDARD_PLACES, Amount

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlbudget.checks.context import Context, Outcome

__all__ = ["negative_amount", "readable_amount", "two_decimals"]


def readable_amount(context: Context) -> Iterator[Outcome]:
    """Text, an error value or a date where an amount belongs; it is never read as 0."""
    grid = context.grid
    for number, cell in enumerate(grid.cells):
        if isinstance(cell, Unreadable):
            message = f"{cell_label(grid, number)}应填金额，现为“{cell.raw}”，无法读作金额；请改为数字，没有金额就留空。"
            yield finding_at(grid, number, context.rule.code, context.level, message)


def two_decimals(context: Context) -> Iterator[Outcome]:
    """An amount with more decimals than are published; of a formula's, those that it sums are told."""
    grid = context.grid
    for number, cell in enumerate(grid.cells):
        if number in grid.functions:
            continue
        if isinstance(cell, Amount) and cell.places > STANDARD_PLACES:
            rounded = cell.rounded(cell.unit)
            message = (
                f"{cell_label(grid, number)}为 {cell.text}，多于两位小数；"
                f"公开金额保留两位小数（四舍五入为 {rounded.text}）。"
            )
            yield finding_at(
                grid, number, context.rule.code, context.level, message, expected=rounded.plain
            )


def negative_amount(context: Context) -> Iterator[Outcome]:
    """A negative amount: possible, but worth a look; unless another finding says what it should be.

    Where a formula comes to one, the amounts that it sums are told.
    """
    grid = context.grid
    for number, cell in enumerate(grid.cells):
        if number in grid.functions:
            continue
        if isinstance(cell, Amount) and cell.fen < 0 and number not in grid.corrected:
            message = f"{cell_label(grid, number)}为负数 {cell.text}；预算金额一般不为负，请核对。"
            yield finding_at(grid, number, context.rule.code, context.level, message)
