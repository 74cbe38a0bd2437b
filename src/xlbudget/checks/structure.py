"""Structure first: what is wrong with the form of a workbook, told at its cell, and the book without it.

Amounts stored as text, cells that hold no amount, rows doubled, exchanged, without code or missing,
a wrong year, formulas without values: each is one finding, and the figures are then judged as
they would be once it is mended. What cannot be judged before that is waiting.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from xlbudget.checks.follow import Formulas
from xlbudget.checks.structure_rows import Rows
from xlbudget.checks.structure_year import right_year
from xlbudget.checks.wording import cell_label, finding_at, table_title
from xlbudget.figures import TOTAL, Unreadable
from xlbudget.fill.fill import CellKey, cell_key, recomputed
from xlbudget.findings import Finding, Level, Suggestion
from xlbudget.money import Amount
from xlbudget.relations.derive import definitions, value_of
from xlbudget.relations.expand import expand
from xlbudget.relations.grid import INFO, Grid

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from xlbudget.figures import Book, Place
    from xlbudget.standard.model import Standard

__all__ = ["TOLD", "Structure", "repaired"]

TOLD = frozenset(("readable_amount",))
"""Named checks whose findings are given here, and not by the rules' checks."""
_CHECK = "readable_amount"
_FEW = 3
"""More cells of one table with the same fault are told together."""


class Structure(NamedTuple):
    """``findings`` about the form, each once and at its cell; ``book`` as it is once they are mended.

    ``waiting`` are the cells (block, row, column) of ``book`` that nobody can judge yet, each with
    the reason: they hold :class:`~xlbudget.figures.Unreadable`.
    """

    book: Book
    findings: tuple[Finding, ...] = ()
    waiting: Mapping[CellKey, str] = {}


def repaired(
    standard: Standard, book: Book, computed: Callable[[], Collection[Place]] | None = None
) -> Structure:
    """The book without what is wrong with its form, as far as the remedy is certain; pure.

    ``computed`` tells which cells hold a formula; it is asked only where something is wrong.
    """
    dated = right_year(standard, book, computed)
    findings, whole = list(dated.findings), dated.book
    valued = _valued(standard, whole, Formulas(standard, whole, computed))
    if valued is not None:
        whole = valued.book
        findings += valued.findings
    formulas = Formulas(standard, whole, computed)
    grid = Grid(standard, whole)
    unreadable = [at for at, cell in enumerate(grid.cells) if isinstance(cell, Unreadable)]
    if whole.as_text:
        findings += _stored(grid, formulas)
    if unreadable:
        findings += _unreadable(grid, unreadable, formulas)
    rows = Rows(standard, whole, formulas)
    rows.run()
    findings += rows.findings
    mended = rows.book
    if whole.as_text or unreadable or mended is not whole:
        mended = formulas.following(mended)
    left = [one for one in mended.findings if (one.sheet, _line(one.cell)) not in rows.told]
    if len(left) < len(mended.findings):
        mended = mended._replace(findings=tuple(left))
    return Structure(
        mended, tuple(findings), _waiting(standard, mended, unreadable or rows.findings)
    )


def _waiting(standard: Standard, book: Book, any_fault: object) -> dict[CellKey, str]:
    """The cells that cannot be read or depend on such a cell; none where nothing is wrong."""
    if not any_fault:
        return {}
    grid = Grid(standard, book)
    return {
        cell_key(grid, at): f"{cell_label(grid, at)}待改正（{cell.raw}）"
        for at, cell in enumerate(grid.cells)
        if isinstance(cell, Unreadable)
    }


def _line(cell: str) -> int:
    digits = cell.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    return int(digits) if digits.isdigit() else 0


def _code(standard: Standard, check: str) -> str:
    """The code of the rule with a named check; "" where the standard has none."""
    return next((one.code for one in standard.rules if one.check == check), "")


# ------------------------------------------------------------------ single cells


def _stored(grid: Grid, formulas: Formulas) -> list[Finding]:
    """Amounts stored as text: formulas leave them out. A formula that shows such a text is none."""
    code = _code(grid.standard, _CHECK)
    tables: dict[str, list[int]] = {}
    for at in range(len(grid.cells)):
        place = grid.place(at)
        if place in grid.book.as_text and place not in formulas.places:
            tables.setdefault(table_title(grid, at), []).append(at)
    found = []
    for title, cells in tables.items():
        if len(cells) > _FEW:
            message = (
                f"{title}有{len(cells)}格数字存成了文本（{_cells(grid, cells)}），表内公式不计入；"
                "请选中这些格，改成数字。"
            )
            found.append(finding_at(grid, cells[0], code, Level.ERROR, message))
            continue
        for at in cells:
            cell = grid.cells[at]
            message = f"{cell_label(grid, at)}是存成文本的数字，表内公式不计入；请改成数字。"
            advice = (Suggestion(cell.plain, "改成数字", 1.0),) if isinstance(cell, Amount) else ()
            found.append(
                finding_at(grid, at, code, Level.ERROR, message)._replace(suggestions=advice)
            )
    return found


def _cells(grid: Grid, cells: list[int]) -> str:
    names = "、".join(grid.place(at).cell for at in cells[:_FEW])
    return f"{names}等" if len(cells) > _FEW else names


def _unreadable(grid: Grid, cells: list[int], formulas: Formulas) -> list[Finding]:
    """Words, dates, errors where an amount belongs; not the formulas that show what they refer to."""
    code = _code(grid.standard, _CHECK)
    defined = definitions(expand(grid).relations)
    found = []
    for at in cells:
        cell = grid.cells[at]
        assert isinstance(cell, Unreadable)
        relation = defined.get(at)
        follows = relation is not None and any(
            isinstance(grid.cells[part], Unreadable) for _, part in relation.terms[1:]
        )
        formula = grid.place(at) in formulas.places
        if follows and (formula or (not formulas.places and cell.raw.startswith("#"))):
            continue
        advice: tuple[Suggestion, ...] = ()
        if formula and relation is not None:
            value = value_of(relation, grid.cells, grid.standard.unit)
            if isinstance(value, Amount):
                advice = (Suggestion(value.plain, "由各行算出", 1.0),)
        message = (
            f"{cell_label(grid, at)}应填金额，现为“{cell.raw}”，无法读作金额；"
            f"{'请改正公式' if formula else '请改为数字，没有金额就留空'}。"
        )
        found.append(finding_at(grid, at, code, Level.ERROR, message)._replace(suggestions=advice))
    return found


# ------------------------------------------------------------- formulas without values


def _valued(standard: Standard, book: Book, formulas: Formulas) -> Structure | None:
    """The book with the values that its file does not hold; None where it holds them."""
    if not any(_untotalled(standard, book, key) for key in book.blocks) or not formulas.places:
        return None
    grid = Grid(standard, book)
    inside = [
        at
        for at in range(len(grid.cells))
        if grid.block_of(at) != INFO and grid.place(at) in formulas.places
    ]
    if not inside or any(grid.cells[at] is not None for at in inside):
        return None
    done = recomputed(standard, book, {cell_key(grid, at) for at in inside})
    if not done.changed:
        return None
    first = next(at for at in inside if cell_key(grid, at) in done.changed)
    message = (
        f"文件里的公式没有保存计算结果（{len(done.changed)}格），已按公式应得的数校验；"
        "请用 Excel 或 WPS 打开，重新计算并保存。"
    )
    found = finding_at(grid, first, _code(standard, _CHECK), Level.WARNING, message)
    return Structure(done.book, (found,))


def _untotalled(standard: Standard, book: Book, key: str) -> bool:
    """Whether a table has figures and none in its total."""
    data = book.blocks[key]
    total = data.row(TOTAL)
    if total is None or not standard.blocks[key].total:
        return False
    return all(cell is None for cell in total.cells) and not data.empty
