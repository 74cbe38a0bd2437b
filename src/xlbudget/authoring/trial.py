"""A standard tried on budgets of its own: what they must say, and whether errors that are planted in them are found.

Errors of other kinds are planted by ``planting``. The folder ``tests/`` of a standard holds data folders and published documents, one each for a budget. What
they must say stands in ``tests/expected.toml``, a table for each by its name: ``errors`` are the codes of the rules
that must be violated. One that is not named must have no error. Errors are planted in data folders without any.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from xlbudget.authoring.planting import planted, why_not, with_texts
from xlbudget.checks.validate import validate
from xlbudget.errors import StandardError, UnusableFileError, XlbudgetError
from xlbudget.findings import Level
from xlbudget.importing.data_folder import INFO_FILE, read_folder
from xlbudget.importing.published import is_document
from xlbudget.importing.published.validate import validate_published
from xlbudget.money import Amount
from xlbudget.rules.fill import fill_book
from xlbudget.rules.grid import Grid
from xlbudget.rules.relations import checked, expand
from xlbudget.standard.loader import load_folder, own_standard
from xlbudget.texts.whole import validate_whole
from xlbudget.toml import read_toml

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from xlbudget.figures import Book
    from xlbudget.findings import Report
    from xlbudget.rules.relations import Relation
    from xlbudget.standard.model import Standard

FOLDER, EXPECTED = "tests", "expected.toml"
_PLANTED = 3
"""So many errors are planted in figures for each rule with equations in each budget."""
_OTHERS, _MOST = 2, 40
"""So many of the first so many that can be planted against another rule."""
_OFF = 100
"""A planted error is so many of the last printed decimals."""


class Tried(NamedTuple):
    """One budget: its name, and why it is not as expected ("" where it is)."""

    name: str
    wrong: str


class Planted(NamedTuple):
    """A rule with the errors that were planted against it, and how many were found; ``why`` none was planted."""

    code: str
    title: str
    planted: int
    found: int
    why: str
    figures: bool

    @property
    def failed(self) -> bool:
        """Whether an error in figures, or every one of another kind, went unnoticed.

        A single number in a text may be one that no reading claims to know.
        """
        return self.found < self.planted if self.figures else 0 == self.found < self.planted


class Trial(NamedTuple):
    """All that was tried."""

    budgets: tuple[Tried, ...]
    rules: tuple[Planted, ...]

    @property
    def failed(self) -> bool:
        """Whether something is not as it should be."""
        return any(one.wrong for one in self.budgets) or any(one.failed for one in self.rules)


def try_standard(folder: Path) -> Trial:
    """Try the standard in a folder on its own budgets.

    Raises:
        StandardError: it cannot be used, or has no budgets.
    """
    standard = load_folder(folder)
    expected = _expected(folder / FOLDER)
    budgets: list[Tried] = []
    counts: dict[str, list[int]] = {}
    ledger = right = False
    for path in _paths(folder / FOLDER):
        wanted = expected.get(path.name, {}).get("errors", [])
        try:
            report, own, book = _judged(standard, path)
        except XlbudgetError as error:
            budgets.append(Tried(path.name, str(error)))
            continue
        codes = sorted({one.code for one in report.findings if one.level is Level.ERROR})
        wrong = "" if codes == sorted(set(wanted)) else _unlike(codes, wanted, report)
        budgets.append(Tried(path.name, wrong))
        if book is not None and not codes:
            right, ledger = True, ledger or bool(book.ledger.lines)
            for code, found in (*_plant(own, book), *_plant_others(own, book)):
                counts.setdefault(code, []).append(found)
    strange = sorted(set(expected) - {one.name for one in budgets})
    budgets += [Tried(name, f"{EXPECTED} 里写了它，文件夹里没有。") for name in strange]
    rules = []
    for rule in standard.rules:
        told = counts.get(rule.code, [])
        why = why_not(rule, ledger=ledger) if right else "没有一份没有差错的数据文件夹"
        figures = bool(rule.equations)
        rules.append(Planted(rule.code, rule.title, len(told), sum(told), why, figures))
    return Trial(tuple(budgets), tuple(rules))


def _paths(folder: Path) -> list[Path]:
    """The budgets of a folder.

    Raises:
        StandardError: there is none.
    """
    found = (
        sorted(
            path for path in folder.glob("*") if (path / INFO_FILE).is_file() or is_document(path)
        )
        if folder.is_dir()
        else []
    )
    if not found:
        raise StandardError(
            f"“{folder}”里没有可试的数据文件夹或公开文本；请放入一份（xlbudget export 可由工作簿导出）。"
        )
    return found


def _expected(folder: Path) -> Mapping[str, Any]:
    try:
        return read_toml(folder / EXPECTED, "期望", StandardError)
    except FileNotFoundError:
        return {}


def _judged(standard: Standard, path: Path) -> tuple[Report, Standard, Book | None]:
    """What is said of a budget, the standard as it chooses it, and its book where errors can be planted in it."""
    if path.is_dir():
        book = read_folder(path, standard)
        own = own_standard(book, standard)
        book = fill_book(own, book).book
        return validate_whole(own, book), own, book
    report = validate_published(path, standard)
    if report.unusable:
        raise UnusableFileError(report.unusable)
    return report, standard, None


def _unlike(codes: list[str], wanted: list[str], report: Report) -> str:
    missing = "、".join(sorted(set(wanted) - set(codes)))
    extra = [one for one in report.findings if one.level is Level.ERROR and one.code not in wanted]
    said = [f"没有报出 {missing}"] if missing else []
    if extra:
        said.append(f"多报了 {'、'.join(sorted({one.code for one in extra}))}：{extra[0].message}")
    return "；".join(said)


def _plant(standard: Standard, book: Book) -> Iterator[tuple[str, int]]:
    """For every error that is planted in a figure, the rule that it violates and whether any error is told."""
    grid = Grid(standard, book)
    relations: dict[str, list[Relation]] = {}
    for relation in checked(expand(grid).relations):
        # What a blank cell would hold is not known: beside one, no error is certain.
        if all(isinstance(grid.cells[number], Amount) for _, number in relation.terms):
            relations.setdefault(relation.rule.code, []).append(relation)
    for code, ones in relations.items():
        step = max(1, len(ones) // _PLANTED)
        for relation in ones[::step][:_PLANTED]:
            yield code, int(_told(standard, grid, relation))


def _plant_others(standard: Standard, book: Book) -> Iterator[tuple[str, int]]:
    """The same for rules without equations: named checks, and what the texts must say."""
    try:
        book = with_texts(standard, book)
        before = _said(standard, book)
    except StandardError:
        return  # a template that comes to grief is told by the checker
    for rule in standard.rules_of(book.year):
        if rule.equations or rule.compares:
            continue
        wrong = list(islice(planted(standard, book, rule), _MOST))
        step = max(1, len(wrong) // _OTHERS)
        for one in wrong[::step][:_OTHERS]:
            after = _said(standard, one)
            yield rule.code, int(any(said not in before for said in after))


def _said(standard: Standard, book: Book) -> set[tuple[str, str]]:
    """What is told of a book, but for hints."""
    report = validate_whole(standard, book)
    found = [one for one in report.findings if one.level is not Level.HINT]
    return {(one.code, one.message) for one in found}


def _told(standard: Standard, grid: Grid, relation: Relation) -> bool:
    """Whether an error is told once the first cell of a relation is so far off that it does not hold."""
    cells = list(grid.cells)
    sign, number = relation.terms[0]
    cell = cells[number]
    assert isinstance(cell, Amount)
    off = _OFF * cell.ulp
    if relation.equation.relation != "=":
        amounts = ((sign, cells[number]) for sign, number in relation.terms)
        more = sum(sign * one.fen for sign, one in amounts if isinstance(one, Amount))
        off = -sign * (more + off)
    cells[number] = cell._replace(fen=cell.fen + off)
    report = validate(standard, grid.as_book(cells))
    return any(
        one.level is Level.ERROR or one.code == relation.rule.code for one in report.findings
    )
