"""数据来源 of 基础信息 turned from the ledger to tables that are filled in by hand, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlbudget.building.formulas.posting import ledger_formulas
from xlbudget.editing.desk import refreshed_desk
from xlbudget.editing.fill import (
    conditional_keys,
    formula_keys,
    plan_fill,
    plan_filled,
    refuse_moved,
)
from xlbudget.errors import UnusableFileError
from xlbudget.figures import InfoValue
from xlbudget.money import Amount
from xlbudget.reading.book import read_book
from xlbudget.rules.grid import Grid
from xlbudget.rules.posting import fill_from_ledger, follows_from_ledger
from xlbudget.sheets.layout import INFO_SHEET, place_info
from xlbudget.standard.loader import own_standard
from xlbudget.xlsx.cells import CellEdit
from xlbudget.xlsx.references import same_formula

if TYPE_CHECKING:
    from collections.abc import Iterable

    from xlbudget.editing.fill import FillPlan
    from xlbudget.figures import Book
    from xlbudget.standard.ledger import LedgerStandard
    from xlbudget.standard.model import Standard
    from xlbudget.xlsx.workbook import Workbook


def other_source(source: Workbook) -> str:
    """What 数据来源 of a workbook would be turned into.

    Raises:
        UnusableFileError: its standard has no ledger.
    """
    book = read_book(source)
    ledger = _ledger(own_standard(book))
    chosen = book.text(ledger.switch_field) == ledger.from_ledger
    return ledger.by_hand if chosen else ledger.from_ledger


def plan_source(source: Workbook, wanted: str) -> FillPlan:
    """Fill in ``source`` with its figures coming from ``wanted``, the ledger or typed tables.

    Towards tables the ledger's formulas become the values that they show, and its lines stay. Towards the ledger typed
    amounts that it prints become formulas; others are kept (see :func:`~xlbudget.editing.fill.kept_typed`).

    Raises:
        UnusableFileError: there is no such source, the ledger is empty, or filling is refused.
    """
    book = read_book(source)
    standard = own_standard(book)
    ledger = _ledger(standard)
    if wanted not in (ledger.from_ledger, ledger.by_hand):
        raise UnusableFileError(f"数据来源应为“{ledger.from_ledger}”或“{ledger.by_hand}”。")
    refuse_moved(standard, book)
    if wanted == ledger.from_ledger:
        plan = _from_ledger(source, standard, book)
    else:
        plan = _by_hand(source, standard, book)
    known = book.info.get(ledger.switch_field)
    cell = (
        known.cell if known and known.cell else place_info(standard, book)[ledger.switch_field].cell
    )
    switch = CellEdit(INFO_SHEET, cell, wanted)
    edits = _last_of_each([*plan.edits, switch])
    info = {**plan.book.info, ledger.switch_field: InfoValue(wanted, cell)}
    return plan._replace(
        book=plan.book._replace(info=info),
        edits=_last_of_each([*edits, *refreshed_desk(source, edits)]),
    )


def _ledger(standard: Standard) -> LedgerStandard:
    if standard.ledger is None:
        raise UnusableFileError(f"标准“{standard.id}”没有底稿，各表只能直接填写。")
    return standard.ledger


def _from_ledger(source: Workbook, standard: Standard, book: Book) -> FillPlan:
    ledger = _ledger(standard)
    if not book.ledger.lines:
        raise UnusableFileError(
            f"“{ledger.sheet}”还没有内容，数据来源没有改动；请先在底稿中填写或导入明细，"
            "也可以用“xlbudget ledger 工作簿 -o 底稿.csv”由各表推算一份，再用 xlbudget import 导入。"
        )
    chosen = InfoValue(ledger.from_ledger)
    known = book.info.get(ledger.switch_field, chosen)
    turned = book._replace(
        info={**book.info, ledger.switch_field: known._replace(value=ledger.from_ledger)}
    )
    formulas = source.formulas_of({*book.sheets.values(), book.ledger.sheet})
    grid = Grid(standard, turned)
    ours, lapsed = formula_keys(grid, formulas), conditional_keys(grid, formulas)
    filled = fill_from_ledger(standard, turned, ours, lapsed)
    return plan_filled(source, standard, turned, filled, formulas)


def _by_hand(source: Workbook, standard: Standard, book: Book) -> FillPlan:
    plan = plan_fill(source)
    if not follows_from_ledger(standard, book):
        return plan
    coming = {(edit.sheet, edit.cell): edit.formula for edit in plan.edits}
    there = source.formulas_of(set(book.sheets.values()))
    edits = list(plan.edits)
    for place, formula in ledger_formulas(standard, plan.book).items():
        text = coming.get((place.sheet, place.cell), there.get(place.sheet, {}).get(place.cell, ""))
        if text and same_formula(text, formula.text):
            value = formula.value.decimal if isinstance(formula.value, Amount) else None
            edits.append(CellEdit(place.sheet, place.cell, value))
    return plan._replace(edits=edits)


def _last_of_each(edits: Iterable[CellEdit]) -> list[CellEdit]:
    """Of several edits of a cell the last."""
    return list({(edit.sheet, edit.cell): edit for edit in edits}.values())
