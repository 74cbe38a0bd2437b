"""What is wrong with the form of a workbook, told at its cell, and the book as it is without it.

Amounts stored as text, cells that hold no amount, a wrong year, formulas without values, rows that are wrong as rows: each is one
finding, and the figures are then judged as they would be once it is mended. What cannot be judged before that is waiting.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.characters import squash
from xlbudget.checks.formulas import Formulas, not_stale
from xlbudget.checks.row_repair import RowRepair
from xlbudget.checks.wording import cell_label, finding_at, rule_code, table_title
from xlbudget.figures import TOTAL, InfoValue, Place, Unreadable
from xlbudget.findings import Finding, Level, Suggestion
from xlbudget.money import Amount
from xlbudget.rules.derive import definitions, value_of
from xlbudget.rules.fill import cell_key, recomputed
from xlbudget.rules.grid import INFO, Grid
from xlbudget.rules.relations import expand

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from xlbudget.figures import Book
    from xlbudget.standard.model import Standard

_YEAR_STATED = re.compile(r"(?<!\d)(20\d\d)年")
_YEAR_KIND = "year"
_ENOUGH = 2
"""So many headings or titles must agree to speak against 基础信息."""


def _right_year(
    standard: Standard, book: Book, computed: Callable[[], Collection[Place]] | None = None
) -> tuple[Book, tuple[Finding, ...]]:
    """Whether the year is wrong in 基础信息, or in single titles.

    A title that is a formula follows 基础信息 and is no witness. The headings of the explanation are one,
    generated or not: they were written for a year, and for its figures.
    """
    field = next((field for field in standard.fields.values() if field.kind == _YEAR_KIND), None)
    stated = book.info.get(field.key) if field is not None else None
    if field is None or stated is None or str(book.year) not in str(stated.value):
        return book, ()
    headings = (unit for unit in book.texts if unit.heading and unit.part == "notes")
    found = (_YEAR_STATED.search(squash(unit.text)) for unit in headings)
    said = Counter(int(match[1]) for match in found if match)
    odd = [(place, year) for place, year in book.dated if year != book.year]
    if not odd and not (said and book.year not in said):
        return book, ()
    formulas = frozenset(computed()) if computed is not None else frozenset()
    typed = Counter(year for place, year in book.dated if place not in formulas)
    agreed = said or typed
    year, count = agreed.most_common(1)[0] if agreed else (book.year, 0)
    alone = len(agreed) == 1 and not typed[book.year] and not said[book.year]
    if year != book.year and alone and count >= _ENOUGH and set(typed) <= {year}:
        return _wrong_year(standard, book, field.key, stated, year, bool(said))
    typed_odd = [(place, seen) for place, seen in odd if place not in formulas]
    return book, tuple(_wrong_title(standard, book, *one) for one in typed_odd)


def _wrong_year(
    standard: Standard, book: Book, key: str, stated: InfoValue, year: int, said: bool
) -> tuple[Book, tuple[Finding, ...]]:
    message = (
        f"基础信息“{standard.fields[key].label}”为{book.year}年，{'情况说明' if said else '各表标题'}写的却是{year}年；"
        f"填错了请改为{year}，如果确实是{book.year}年度的预算，请{'重新生成说明' if said else '改正标题'}。"
        f"本次按{year}年度校验。"
    )
    place = Place(book.sheets.get(INFO, "基础信息"), stated.cell)
    code = rule_code(standard, "required_info")
    finding = Finding(code, Level.ERROR, message, "基础信息", *place, key)._replace(
        printed=str(book.year),
        expected=str(year),
        suggestions=(Suggestion(str(year), "情况说明和标题的年度", 0.9),),
    )
    info = {**book.info, key: InfoValue(str(year), stated.cell)}
    # That the year was another when the texts were generated follows from this.
    return not_stale(book, [place])._replace(year=year, info=info), (finding,)


def _wrong_title(standard: Standard, book: Book, place: Place, year: int) -> Finding:
    key = next((key for key, sheet in book.sheets.items() if sheet == place.sheet), "")
    title = next((table.title for table in standard.tables if table.key == key), place.sheet)
    message = f"{title}{place.cell}写的是{year}年，预算年度为{book.year}年；请改正。"
    code = rule_code(standard, "required_info")
    return Finding(code, Level.ERROR, message, title, *place)._replace(
        printed=str(year),
        expected=str(book.year),
        suggestions=(Suggestion(str(book.year), "与预算年度一致", 1.0),),
    )


TOLD = frozenset(("readable_amount",))
"""Named checks whose findings are given here, and not by the rules' checks."""
_CHECK = "readable_amount"
_FEW = 3
"""More cells of one table with the same fault are told together."""


class Repaired(NamedTuple):
    """``findings`` about the form, each once and at its cell; ``book`` as it is once they are mended."""

    book: Book
    findings: tuple[Finding, ...] = ()


def repaired(
    standard: Standard, book: Book, computed: Callable[[], Collection[Place]] | None = None
) -> Repaired:
    """The book without what is wrong with its form, as far as the remedy is certain; pure.

    What cannot be judged before that holds :class:`~xlbudget.figures.Unreadable`.
    ``computed`` tells which cells hold a formula; it is asked only where something is wrong.
    """
    whole, about_years = _right_year(standard, book, computed)
    whole, about_values = _valued(standard, whole, Formulas(standard, whole, computed))
    findings = [*about_years, *about_values]
    formulas = Formulas(standard, whole, computed)
    grid = Grid(standard, whole)
    unreadable = [at for at, cell in enumerate(grid.cells) if isinstance(cell, Unreadable)]
    if whole.as_text:
        findings += _stored(grid, formulas)
    if unreadable:
        findings += _unreadable(grid, unreadable, formulas)
    rows = RowRepair(standard, whole, formulas)
    rows.run()
    findings += rows.findings
    mended = rows.book
    if whole.as_text or unreadable or mended is not whole:
        mended = formulas.following(mended)
    left = [
        finding
        for finding in mended.findings
        if (finding.sheet, _line(finding.cell)) not in rows.told
    ]
    if len(left) < len(mended.findings):
        mended = mended._replace(findings=tuple(left))
    return Repaired(mended, tuple(findings))


def _line(cell: str) -> int:
    digits = cell.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    return int(digits) if digits.isdigit() else 0


# ------------------------------------------------------------------ single cells


def _stored(grid: Grid, formulas: Formulas) -> list[Finding]:
    """Amounts stored as text: formulas leave them out. A formula that shows such a text is none."""
    code = rule_code(grid.standard, _CHECK)
    tables: dict[str, list[int]] = {}
    for at in range(len(grid.cells)):
        place = grid.place(at)
        if place in grid.book.as_text and place not in formulas.places:
            tables.setdefault(table_title(grid, at), []).append(at)
    findings = []
    for title, cells in tables.items():
        if len(cells) > _FEW:
            message = (
                f"{title}有{len(cells)}格数字存成了文本（{_cells(grid, cells)}），表内公式不计入；"
                "请选中这些格，改成数字。"
            )
            findings.append(finding_at(grid, cells[0], code, Level.ERROR, message))
            continue
        for at in cells:
            cell = grid.cells[at]
            message = f"{cell_label(grid, at)}是存成文本的数字，表内公式不计入；请改成数字。"
            advice = (Suggestion(cell.plain, "改成数字", 1.0),) if isinstance(cell, Amount) else ()
            findings.append(
                finding_at(grid, at, code, Level.ERROR, message)._replace(suggestions=advice)
            )
    return findings


def _cells(grid: Grid, cells: list[int]) -> str:
    names = "、".join(grid.place(at).cell for at in cells[:_FEW])
    return f"{names}等" if len(cells) > _FEW else names


def _unreadable(grid: Grid, cells: list[int], formulas: Formulas) -> list[Finding]:
    """Words, dates, errors where an amount belongs; not the formulas that show what they refer to."""
    code = rule_code(grid.standard, _CHECK)
    defined = definitions(expand(grid).relations)
    findings = []
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
        findings.append(
            finding_at(grid, at, code, Level.ERROR, message)._replace(suggestions=advice)
        )
    return findings


# ------------------------------------------------------------- formulas without values


def _valued(standard: Standard, book: Book, formulas: Formulas) -> tuple[Book, tuple[Finding, ...]]:
    """The book with the values of formulas that its file does not hold, and the finding that says so."""
    if not any(_untotalled(standard, book, key) for key in book.blocks) or not formulas.places:
        return book, ()
    grid = Grid(standard, book)
    inside = [
        at
        for at in range(len(grid.cells))
        if grid.block_of(at) != INFO and grid.place(at) in formulas.places
    ]
    if not inside or any(grid.cells[at] is not None for at in inside):
        return book, ()
    done = recomputed(standard, book, {cell_key(grid, at) for at in inside})
    if not done.changed:
        return book, ()
    first = next(at for at in inside if cell_key(grid, at) in done.changed)
    message = (
        f"文件里的公式没有保存计算结果（{len(done.changed)}格），已按公式应得的数校验；"
        "请用 Excel 或 WPS 打开，重新计算并保存。"
    )
    return done.book, (
        finding_at(grid, first, rule_code(standard, _CHECK), Level.WARNING, message),
    )


def _untotalled(standard: Standard, book: Book, key: str) -> bool:
    """Whether a table has figures and none in its total."""
    data = book.blocks[key]
    total = data.row(TOTAL)
    if total is None or not standard.blocks[key].total:
        return False
    return all(cell is None for cell in total.cells) and not data.empty
