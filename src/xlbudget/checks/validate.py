"""Validate one workbook: all rules of its standard, the grade, the findings, what could not run."""

from __future__ import annotations

from collections import Counter
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.checks import forms, named_checks, personal
from xlbudget.checks.formulas import FormulaOff, formula_findings, formulas_off
from xlbudget.checks.grade import graded_book, graded_by
from xlbudget.checks.identities import holds, identity_findings
from xlbudget.checks.named_checks import Context
from xlbudget.checks.repair import TOLD, repaired
from xlbudget.checks.wording import (
    cell_label,
    column_label,
    finding_at,
    mismatch,
    table_title,
)
from xlbudget.figures import UNFILLED, Unreadable, without_collecting
from xlbudget.findings import Finding, Level, NotExecuted, Report, Status, bounded
from xlbudget.rules.fill import cell_key
from xlbudget.rules.grid import Grid
from xlbudget.rules.relations import checked, definitions, evaluate, expand
from xlbudget.standard.roles import LEDGER_CHECKS

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

    from xlbudget.checks.diagnosis.evidence import Saying
    from xlbudget.checks.grade import GradedBook
    from xlbudget.checks.named_checks import Outcome
    from xlbudget.checks.repair import Repaired
    from xlbudget.figures import Book, Cell, Place
    from xlbudget.rules.grid import Spot
    from xlbudget.rules.relations import Expansion, Relation
    from xlbudget.rules.unfilled import CellKey
    from xlbudget.standard.model import Rule, Standard

_CHECKS: dict[str, Callable[[Context], Iterator[Outcome]]] = {
    name: check
    for module in (named_checks, forms, personal)
    for name, check in vars(module).items()
    if not name.startswith("_") and "context" in getattr(check, "__annotations__", ())
}
"""Every public function of these modules that takes a ``context``, by the name that a rule's ``check`` has."""


_SLACK_STEP = Decimal("0.0001")
_GRADES = (Status.PASS, Status.ROUNDING, Status.ERROR)
"""From the best grade that figures can have to the worst."""


class Judged(NamedTuple):
    """A report, and what of the figures is not to be believed.

    ``corrected`` are what cells should hold that are called wrong, as far as that is known, with all
    that follows from them by formulas; ``open_cells`` those about which nothing can be said until
    another finding is dealt with. ``revised`` is what cells held, and all that follows from them, before
    they were changed together after the text was generated; ``lacking`` are blocks of which a row is missing.
    """

    report: Report
    corrected: Mapping[Spot, Cell]
    open_cells: frozenset[Spot]
    revised: Mapping[Spot, Cell]
    lacking: frozenset[str]


def check_names() -> frozenset[str]:
    """What a rule's ``check`` may be."""
    from xlbudget.checks.ledger_lines import TOLD as TOLD_OF_LEDGER  # noqa: PLC0415

    return frozenset((*_CHECKS, *TOLD, *_ledger_checks(), *TOLD_OF_LEDGER))


def _ledger_checks() -> dict[str, Callable[[Context], Iterator[Outcome]]]:
    """The named checks of a ledger's lines, loaded where there is a ledger."""
    from xlbudget.checks import ledger_lines  # noqa: PLC0415

    every = vars(ledger_lines).items()
    return {name: check for name, check in every if name.startswith(LEDGER_CHECKS)}


def ledger_errors(standard: Standard, book: Book) -> int:
    """How many findings of level error the ledger's own lines give."""
    rules = [rule for rule in _rules(standard, book) if rule.check.startswith(LEDGER_CHECKS)]
    outcomes = _outcomes(Grid(standard, book), rules)
    return sum(isinstance(one, Finding) and one.level is Level.ERROR for one in outcomes)


def _rules(standard: Standard, book: Book) -> list[Rule]:
    """The rules that a book is judged by."""
    rules = standard.rules_of(book.year)
    if book.ledger.lines:
        from xlbudget.rules.posting import follows_from_ledger  # noqa: PLC0415

        if follows_from_ledger(standard, book):
            return rules
    return [rule for rule in rules if not rule.check.startswith(LEDGER_CHECKS)]


def validate(
    standard: Standard, book: Book, computed: Callable[[], Collection[Place]] | None = None
) -> Report:
    """All that the standard's rules say of ``book``'s tables; pure, no files."""
    return judge(standard, book, computed).report


@without_collecting
def judge(
    standard: Standard,
    book: Book,
    computed: Callable[[], Collection[Place]] | None = None,
    sayings: Callable[[Grid], list[Saying]] | None = None,
    *,
    explain: bool = False,
    structure: Repaired | None = None,
    known: GradedBook | None = None,
    waiting: str = "",
) -> Judged:
    """The same, with what it means for everything that rests on these figures.

    What is wrong with its form comes first, and all else is judged as if that were mended;
    ``structure`` is what :func:`repaired` made of the book, where that is known.

    ``computed`` tells which cells hold a formula, and is asked only where something is wrong: it is
    then sought in what people typed, not in totals that follow from it. ``sayings`` are the numbers
    of the text as functions of a grid's cells; ``explain``: some of them stand against the tables.
    ``known`` is what :func:`graded_book` says of the book, if that is known. ``waiting`` says why contradictions
    are not to be explained: what they follow from is known to be wrong, and told.
    """
    structure = structure or repaired(standard, book, computed)
    known = known or graded_book(standard, structure.book, structure.grid)
    grid, expansion, graded, named = known
    virtual = named.virtual
    rules = _rules(standard, book)
    contradictions = _beyond_rounding(known) if standard.of_sum and not waiting else []
    corrected: dict[int, Cell] = {}
    open_cells: frozenset[int] = frozenset()
    revised: dict[int, Cell] = {}
    lacking: frozenset[str] = frozenset()
    if (known.wrong or explain) and not (waiting or standard.of_sum):
        # A workbook without contradiction needs no explanation: then this is not even imported.
        from xlbudget.checks.diagnosis.reconcile import reconcile  # noqa: PLC0415

        filled = virtual.filled if virtual is not None else ()
        functions, defined = _functions(grid, computed, filled)
        printed, off = grid, list[FormulaOff]()
        if functions:
            grid = grid.with_cells(evaluate(grid, defined, lambda one: one not in functions))
            grid.functions = functions
            # Not the blanks that were computed.
            held = [one for one in functions if not filled or cell_key(grid, one) not in filled]
            off = formulas_off(printed, grid, defined, held)
            expansion = expand(grid, live_only=True)
            graded = graded_by(grid, expansion)
        if graded.conflict is not None or expansion.gaps or explain:
            said = reconcile(grid, graded.status, functions, _everything_said(sayings))
            contradictions, open_cells, lacking = said.findings, said.open_cells, said.lacking
            corrected, revised = (
                _with_functions(grid, cells, functions) for cells in (said.corrected, said.revised)
            )
            if graded.conflict is not None and not contradictions:
                # Formulas add up what is printed; what people typed can be right all the same.
                graded = graded._replace(status=Status.ROUNDING)
                contradictions = _apart(grid, expansion)
        # A formula that shows what the figures come to once they are put right was only not computed anew.
        if off := [one for one in off if corrected.get(one.number) != printed.cells[one.number]]:
            contradictions[:0] = formula_findings(printed, off, known.graded.status)
            graded = max(graded, known.graded, key=lambda grade: _GRADES.index(grade.status))
            anew = {one: grid.cells[one] for one in functions}
            differing = {one: cell for one, cell in anew.items() if cell != printed.cells[one]}
            corrected = differing | corrected
        grid.corrected, grid.open_cells = corrected, open_cells
        grid.lacking = frozenset((gap.absent, gap.key) for gap in expansion.gaps)
    named = grid if virtual is None else _as_found(grid, named)
    outcomes = list(_outcomes(named, rules))
    findings = [
        *structure.findings,
        *(finding for finding in outcomes if isinstance(finding, Finding)),
    ]
    not_executed = [
        *expansion.not_executed,
        *_unreadable(grid, expansion.relations),
        *(_waiting(grid, expansion, waiting) if known.wrong and waiting else ()),
        *(skipped for skipped in outcomes if isinstance(skipped, NotExecuted)),
    ]
    soft = [
        relation
        for relation in expansion.relations
        if relation.equation.check and relation.rule.soft
    ]
    findings += identity_findings(grid, _standing(grid, soft, open_cells))
    findings += contradictions
    wrong = any(finding.level is Level.ERROR for finding in findings)
    report = Report(
        workbook=book.name,
        standard=standard.id,
        status=Status.ERROR if wrong else graded.status if virtual is None else Status.UNKNOWN,
        slack=_in_unit(graded.slack, standard),
        findings=tuple(bounded(_ordered(standard, findings, len(structure.findings)))),
        not_executed=tuple(dict.fromkeys(not_executed)),
        executed=tuple(sorted(_executed(rules, expansion).items())),
        unit_name=book.text("unit_name"),
        year=book.year,
    )
    return Judged(
        report,
        {grid.spot(number): cell for number, cell in corrected.items()},
        frozenset(grid.spot(number) for number in open_cells),
        {grid.spot(number): cell for number, cell in revised.items()},
        lacking,
    )


def _executed(rules: Iterable[Rule], expansion: Expansion) -> Counter[str]:
    """How many relations were looked at under each rule that could run; a named check counts as one."""
    failed = {skipped.code for skipped in expansion.not_executed}
    asked = [rule for rule in rules if rule.code not in failed and not rule.texts]
    executed = Counter({rule.code: int(bool(rule.check)) for rule in asked})
    executed.update(
        relation.rule.code for relation in expansion.relations if relation.equation.check
    )
    return executed


def _in_unit(slack: Decimal | None, standard: Standard) -> str:
    """The slack in the standard's unit with four decimals; empty where no width reconciles."""
    if slack is None:
        return ""
    return f"{(slack / standard.unit.fen).quantize(_SLACK_STEP, ROUND_HALF_UP):f}"


def _waiting(grid: Grid, expansion: Expansion, reason: str) -> Iterator[NotExecuted]:
    """The relations that do not hold and are not to be explained."""
    return (
        NotExecuted(relation.rule.code, reason)
        for relation in checked(expansion.relations)
        if not holds(grid, relation)
    )


def _beyond_rounding(known: GradedBook) -> list[Finding]:
    """What of a sum of units the rounding of its parts does not explain."""
    if not known.wrong:
        return []
    from xlbudget.checks.sums import sum_findings  # noqa: PLC0415  # for sums of units alone

    return sum_findings(known.grid, known.expansion)


def _apart(grid: Grid, expansion: Expansion) -> list[Finding]:
    """The first relation that the cells as shown do not satisfy, though unrounded amounts could."""
    off = next(
        (relation for relation in checked(expansion.relations) if not holds(grid, relation)), None
    )
    if off is None:
        return []
    message = f"{mismatch(grid, off)}；手工填写的数各按四舍五入可以相符，请看一看是不是有一格填错。"
    return [finding_at(grid, off.terms[0][1], off.rule.code, Level.WARNING, message)]


def _everything_said(
    sayings: Callable[[Grid], list[Saying]] | None,
) -> Callable[[Grid], list[Saying]]:
    """The texts' numbers, the forms' indicators, and what mostly holds, as functions of a grid's cells."""
    from xlbudget.checks.diagnosis.evidence import usual_sayings  # noqa: PLC0415

    def said(grid: Grid) -> list[Saying]:
        texts = sayings(grid) if sayings is not None else []
        every = [*texts, *forms.cost_sayings(grid), *usual_sayings(grid)]
        # Of a cell that nobody can read, a text says nothing that could be compared.
        lost = {at for at, cell in enumerate(grid.cells) if isinstance(cell, Unreadable)}
        return [saying for saying in every if lost.isdisjoint(number for _, number in saying.terms)]

    return said


def _functions(
    grid: Grid, computed: Callable[[], Collection[Place]] | None, filled: Collection[CellKey]
) -> tuple[set[int], dict[int, Relation]]:
    """The derived cells that hold a formula, or were blank and have been computed; and all definitions."""
    places = computed() if computed is not None else ()
    if not places and not filled:
        return set(), {}
    defined = definitions(expand(grid).relations)
    found = {
        number
        for number in defined
        if grid.place(number) in places or cell_key(grid, number) in filled
    }
    return found, defined


def _as_found(judged: Grid, found: Grid) -> Grid:
    """The cells as they are, with what has come out about those that were judged."""
    found.corrected = {
        there: cell
        for one, cell in judged.corrected.items()
        if (there := judged.number_in(found, one)) is not None
    }
    open_there = {judged.number_in(found, cell) for cell in judged.open_cells}
    found.open_cells = {number for number in open_there if number is not None}
    found.lacking = judged.lacking
    return found


def _with_functions(
    grid: Grid, corrected: Mapping[int, Cell], functions: Collection[int]
) -> dict[int, Cell]:
    """The corrections, and what the formulas over them then come to.

    Where a derived cell's own right figure is known, it stands.
    """
    changed = dict(corrected)
    if functions and changed:
        mended, defined = grid.with_edits(changed), definitions(expand(grid).relations)
        computed = set(functions) - set(changed)
        after = evaluate(mended, defined, lambda number: number not in computed)
        changed |= {one: after[one] for one in functions if after[one] != grid.cells[one]}
    return changed


def _standing(grid: Grid, soft: list[Relation], open_cells: Collection[int]) -> list[Relation]:
    """Without those that hold once the cells are corrected that other findings call wrong, or by rounding in a sum.

    Of a cell that is wrong and whose right figure is lost, nothing can be said, nor of those of which
    one is wrong.
    """
    if grid.standard.of_sum:
        from xlbudget.checks.sums import beyond_rounding  # noqa: PLC0415  # for sums of units alone

        return [relation for relation in soft if beyond_rounding(grid, relation)]
    soft = [
        relation
        for relation in soft
        if not any(number in open_cells for _, number in relation.terms)
    ]
    if not grid.corrected:
        return soft
    mended, standing = grid.with_edits(grid.corrected), []
    for relation in soft:
        corrected = [grid.corrected[cell] for _, cell in relation.terms if cell in grid.corrected]
        if not corrected or not (None in corrected or holds(mended, relation)):
            standing.append(relation)
    return standing


def check_rows(standard: Standard, book: Book, checks: tuple[str, ...]) -> list[Finding]:
    """What the named checks find whose names begin with one of ``checks``.

    Nothing is reconciled: this is for a workbook that need not be complete yet.
    """
    rules = [rule for rule in _rules(standard, book) if rule.check.startswith(checks)]
    codes = {rule.code for rule in rules}
    outcomes = _outcomes(Grid(standard, book), rules)
    findings = [
        finding for finding in outcomes if isinstance(finding, Finding) and finding.code in codes
    ]
    return _ordered(standard, findings)


def _outcomes(grid: Grid, rules: Iterable[Rule]) -> Iterator[Outcome]:
    """What the rules' named checks say."""
    checks = _CHECKS
    if any(rule.check.startswith(LEDGER_CHECKS) for rule in rules):
        checks = _CHECKS | _ledger_checks()
    for rule in rules:
        if rule.check in checks:
            yield from checks[rule.check](Context(rule, grid))


def _unreadable(grid: Grid, relations: list[Relation]) -> list[NotExecuted]:
    """Rules some of whose relations contain a cell that is no amount."""
    found: dict[NotExecuted, None] = {}
    if not any(isinstance(cell, Unreadable) for cell in grid.cells):
        return []
    for code, number in (
        (relation.rule.code, cell) for relation in relations for _, cell in relation.terms
    ):
        cell = grid.cells[number]
        if cell == UNFILLED:
            reason = grid.book.unfilled.get(
                grid.block_of(number),
                f"{table_title(grid, number)}“{column_label(grid, number)}”尚未填列，有关勾稽关系未核对。",
            )
            found[NotExecuted(code, reason)] = None
        elif isinstance(cell, Unreadable):
            where = " ".join(grid.place(number)).strip()
            found[NotExecuted(code, f"{where} {cell_label(grid, number)}无法读作金额。")] = None
    return list(found)


def _ordered(standard: Standard, findings: list[Finding], first: int = 0) -> list[Finding]:
    """Errors first; within a level the ``first`` ones, then by table in the standard's order."""
    tables = {table.title: table.number for table in standard.tables}
    levels = list(Level)
    keyed = [
        (levels.index(one.level), at >= first, tables.get(one.table, 99))
        for at, one in enumerate(findings)
    ]
    return [findings[at] for at in sorted(range(len(findings)), key=keyed.__getitem__)]
