"""Checks that tie 基础信息 to the tables beyond sums."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlbudget.figures import Unreadable
from xlbudget.findings import Finding, Level, NotExecuted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlbudget.checks.context import Context, Outcome

__all__ = ["vehicle_plan"]


def vehicle_plan(context: Context) -> Iterator[Outcome]:
    """公务用车购置费 is budgeted if and only if the purchase of vehicles is planned."""
    book, code = context.grid.book, context.rule.code
    data = book.blocks.get("three_public")
    row = data.row("vehicle_purchase") if data else None
    if data is None or row is None:
        yield NotExecuted(code, "“三公”经费支出表中没有公务用车购置费一行。")
        return
    if book.without_info and "plan_vehicles" not in book.info:
        yield NotExecuted(code, "没有“基础信息”，不知道计划购置的车辆数。")
        return
    money = context.grid.right(context.grid.row_numbers("three_public", row.key)[0])
    planned = book.number("plan_vehicles")
    if isinstance(money, Unreadable) or isinstance(planned, Unreadable):
        yield NotExecuted(code, "公务用车购置费或计划购置车辆数无法读作数字。")
        return
    budgeted, buying = bool(money and money.fen), bool(planned and planned.fen)
    if budgeted == buying:
        return
    # A vehicle may be bought with other money than the table's: then only a look is due.
    level = context.level if budgeted else Level.WARNING
    message = (
        f"安排了公务用车购置费 {money.text}{money.unit.name}，基础信息中“本年计划购置车辆”却为零或未填。"
        if budgeted and money
        else "基础信息中计划购置车辆，“三公”经费支出表却没有公务用车购置费；如由其他资金购置，可不改。"
    )
    sheet = book.sheets.get("info", "基础信息")
    found = book.info.get("plan_vehicles")
    yield Finding(
        code,
        level,
        message,
        "基础信息",
        sheet,
        found.cell if found else "",
        "plan_vehicles",
    )
