"""The report of a whole book: its tables and its texts, judged together.

The numbers of the texts are evidence about the tables: what they say, as functions of cells.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from xlbudget.checks.formulas import not_stale
from xlbudget.checks.grade import graded_book
from xlbudget.checks.repair import repaired
from xlbudget.checks.validate import judge, ledger_errors
from xlbudget.checks.wording import fen_of, table_place
from xlbudget.figures import BlockData, InfoValue, Place
from xlbudget.findings import Level
from xlbudget.money import COUNT, Amount, round_div
from xlbudget.rules.grid import INFO, Grid
from xlbudget.texts.check import check_texts
from xlbudget.texts.judging import prints

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from xlbudget.checks.diagnosis.evidence import Saying
    from xlbudget.checks.posted import Posted
    from xlbudget.checks.validate import Judged
    from xlbudget.explaining.document import CellRef, Figure
    from xlbudget.explaining.facts import Facts
    from xlbudget.figures import Book, Cell, TextUnit
    from xlbudget.findings import Finding, Report
    from xlbudget.rules.grid import Spot
    from xlbudget.standard.model import Standard
    from xlbudget.texts.binding import Mention, Number
    from xlbudget.texts.check import TextOutcome

_MOST_CELLS = 400
"""A figure of more cells than this is a sum over whole tables, which their own totals stand for."""


def sayings_of(
    grid: Grid, facts: Facts, mentions: Sequence[tuple[TextUnit, Mention]]
) -> list[Saying]:
    """The mentions that give an amount or count, over the cells of ``grid``.

    A number in the wrong unit or of an unknown figure says nothing here; it has findings of its own.
    """
    from xlbudget.checks.diagnosis.evidence import (  # noqa: PLC0415  # where something is wrong
        GENERATED,
        WRITTEN,
        Saying,
    )

    paragraphs: dict[str, int] = {}
    sayings = []
    for unit, mention in mentions:
        number, figure = mention.number, mention.figure
        if mention.kind not in ("amount", "change") or number is None or figure is None:
            continue
        if figure.missing or not isinstance(figure.value, Amount) or not figure.cells:
            continue
        bounds = _bounds(figure.value, number, facts.source.unit.name)
        terms = _terms(grid, facts, figure)
        if bounds is None or terms is None:
            continue
        low, high = bounds
        if mention.kind == "change":
            if mention.up is None:
                continue
            low, high = (low, high) if mention.up else (-high, -low)
        place = paragraphs.setdefault(f"{unit.part}:{unit.id}", len(paragraphs))
        weight = GENERATED if unit.follows else WRITTEN
        sayings.append(Saying(terms, low, high, weight, place, mention.said))
    return sayings


def disagreeing(mentions: Iterable[tuple[TextUnit, Mention]]) -> bool:
    """Whether some amount or count of the text is not its figure's."""
    for _, one in mentions:
        figure, number = one.figure, one.number
        if one.kind not in ("amount", "change") or number is None or figure is None:
            continue
        value = figure.value
        if figure.missing or not isinstance(value, Amount):
            continue
        if one.kind == "change":
            # A change is printed without its sign, beside a word that says it.
            if one.up is not None and value.fen and one.up != (value.fen > 0):
                return True
            figure = figure._replace(value=value._replace(fen=abs(value.fen)))
        if not prints(figure, number):
            return True
    return False


def _bounds(value: Amount, number: Number, usual: str) -> tuple[int, int] | None:
    """The amounts, in 分 (counts: things), that print as the number; None where its unit is odd.

    ``usual`` is the unit of money in which the texts are written.
    """
    if value.unit == COUNT:
        whole = int(number.value)
        return (whole, whole) if number.value == whole else None
    scale = number.scale
    if not scale:
        return None
    fen = int(number.value * scale)
    size = abs(value.fen)
    if fen and size and number.unit != usual and not size // 100 <= fen <= size * 100:
        # 元 for 万元 or the reverse: the unit is wrong, and told as that.
        return None
    ulp = scale // 10**number.places
    return (fen - ulp // 2, fen + (ulp - 1) // 2) if ulp > 1 else (fen, fen)


def _terms(grid: Grid, facts: Facts, figure: Figure) -> tuple[tuple[int, int], ...] | None:
    """The cells that make up a figure, with their signs; None where that cannot be told for sure."""
    if len(figure.cells) > _MOST_CELLS:
        return None
    numbers: list[int] = []
    fens: list[int] = []
    values = facts.values
    for cell in figure.cells:
        at, there = _number(grid, cell), _number(values.grid, cell)
        # What the cell holds, computed where it was left blank.
        amount = fen_of(values.cells[there]) if there is not None else 0
        if at is not None:
            numbers.append(at)
            fens.append(amount)
        elif amount:
            return None
    value = figure.value
    assert isinstance(value, Amount)
    for signs in _signs(
        figure, len(numbers), [grid.block_of(number) == INFO for number in numbers]
    ):
        total = sum(sign * fen for sign, fen in zip(signs, fens, strict=True))
        rounded = round_div(total, value.ulp) * value.ulp if value.ulp > 1 else total
        if value.fen in (total, rounded):
            return tuple(zip(signs, numbers, strict=True))
    return None


def _signs(figure: Figure, count: int, info: Sequence[bool]) -> Iterator[list[int]]:
    """Ways in which a figure may be made of so many cells, the likeliest first."""
    if figure.how == "change":
        # This year's cells come first, last year's behind; the latter stand in 基础信息.
        first = next((at for at, one in enumerate(info) if one), count)
        for split in dict.fromkeys([first, *range(1, count)]):
            yield [1] * split + [-1] * (count - split)
    elif len(figure.basis) == count:
        yield [-1 if name.startswith("-") else 1 for name in figure.basis]
    yield [1] * count


def _number(grid: Grid, cell: CellRef) -> int | None:
    return grid.number_at(cell.block, cell.row, cell.column) if cell.column else None


_MOST_FOLLOWS = 6


def validate_whole(
    standard: Standard, book: Book, computed: Callable[[], Collection[Place]] | None = None
) -> Report:
    """All that is wrong with the tables, and with the texts; pure, no files.

    The numbers of the text are evidence beside the tables' cells: a sentence is only accused where the
    tables agree against it. ``computed`` tells which cells hold a formula; it is asked where something
    is wrong.

    Raises:
        StandardError: the standard's facts or readings are wrong.
    """
    posted = None
    if book.ledger.lines:
        from xlbudget.rules.posting import follows_from_ledger  # noqa: PLC0415  # most have none

        if follows_from_ledger(standard, book):
            from xlbudget.checks.posted import Posted  # noqa: PLC0415

            posted = Posted(standard, book, computed)
            book, computed = posted.book, posted.computed
    structure = repaired(standard, book, computed)
    known = graded_book(standard, structure.book, structure.grid)
    texts = check_texts(standard, known.grid.book)
    facts = texts.facts
    faults = ledger_errors(standard, book) if posted is not None else 0

    def sayings(grid: Grid) -> list[Saying]:
        return sayings_of(grid, facts, texts.mentions) if facts is not None else []

    # Where tables follow from a ledger, what stands against them is looked for there.
    against = posted is None and facts is not None and disagreeing(texts.mentions)
    judged = judge(
        standard,
        book,
        computed,
        sayings,
        explain=against,
        structure=structure,
        known=known,
        waiting=f"底稿有{faults}处差错，改好以后再核对。" if faults else "",
    )
    report = judged.report
    if judged.corrected or judged.open_cells or judged.lacking:
        report, texts = _own_mistakes(report, texts, standard, known.grid.book, judged)
    elif judged.revised:
        texts = _outdated(texts, standard, known.grid.book, judged)
    if posted is not None:
        report, texts = _of_ledger(report, texts, standard, posted, sayings(known.grid), not faults)
    return report.with_more(texts.findings, texts.loose, texts.counts)


def _of_ledger(
    report: Report,
    texts: TextOutcome,
    standard: Standard,
    posted: Posted,
    sayings: list[Saying],
    sound: bool,
) -> tuple[Report, TextOutcome]:
    """With what is to be said of the ledger; what of the texts and forms only follows from one line is listed there."""
    from xlbudget.checks.diagnosis.ledger_witnesses import INDICATOR  # noqa: PLC0415
    from xlbudget.checks.posted import settled_book, without_repetitions  # noqa: PLC0415

    witnessed = posted.findings(Grid(standard, posted.book), sayings, sound=sound)
    findings = list(witnessed.findings)
    fewer = without_repetitions(standard, report.findings, findings, sound=sound)
    report = report._replace(findings=tuple(fewer))
    if INDICATOR in witnessed.told:
        cost = standard.code_of("cost_indicator")
        report = report._replace(findings=tuple(one for one in report.findings if one.code != cost))
    if witnessed.mended is not None:
        mended = settled_book(standard, witnessed.mended).book
        again = dict(_told_apart(check_texts(standard, mended).findings))
        kept: list[Finding] = []
        gone: list[Finding] = []
        for key, one in _told_apart(texts.findings):
            # Paragraphs older than their figures agree again once the figures are what they were.
            (kept if key in again and one.code != texts.stale else gone).append(one)
        if gone:
            texts = texts._replace(findings=kept)
            follows = _few([f"{_place(one)}是按改动以前的数写的。" for one in gone])
            at = next(at for at, one in enumerate(findings) if one.suggestions)
            findings[at] = findings[at]._replace(follows=(*findings[at].follows, *follows))
    return report.with_more(findings, witnessed.not_executed, {}), texts


def _own_mistakes(
    report: Report, texts: TextOutcome, standard: Standard, book: Book, judged: Judged
) -> tuple[Report, TextOutcome]:
    """Without what only follows from mistakes in the tables; that is listed under them instead."""
    # Paragraphs are not outdated by cells that are wrong, or of which it is not known.
    doubted = [_place_of(standard, book, spot) for spot in (*judged.corrected, *judged.open_cells)]
    right = not_stale(corrected_book(book, judged.corrected), doubted)
    again = check_texts(standard, right, judged.open_cells, judged.lacking)
    before = dict(_told_apart(texts.findings))
    after = dict(_told_apart(again.findings))
    kept = [one for key, one in after.items() if key in before]
    gone = [one for key, one in before.items() if key not in after]
    new = [one for key, one in after.items() if key not in before]
    report = report._replace(findings=tuple(_with_follows(report.findings, gone, new)))
    return report, again._replace(findings=kept, counts=texts.counts)


def _outdated(texts: TextOutcome, standard: Standard, book: Book, judged: Judged) -> TextOutcome:
    """One finding for all that the text says of figures as they were before a revision."""
    again = check_texts(standard, corrected_book(book, judged.revised))
    then = dict(_told_apart(again.findings))
    kept: list[Finding] = []
    gone: list[Finding] = []
    for key, one in _told_apart(texts.findings):
        (kept if key in then and one.code != texts.stale else gone).append(one)
    first = next((finding for finding in gone if finding.level is Level.ERROR), None)
    if first is None:
        return texts
    count = sum(spot.block in book.blocks for spot in judged.revised)
    one = first._replace(
        message=f"文字是按改动以前的数字写的：生成说明之后改过{count}格，各表之间没有矛盾；请重新生成说明。",
        expected="",
        basis=(),
        suggestions=(),
        follows=_few([f"{_place(finding)}写的是以前的数字。" for finding in gone]),
        printed="",
    )
    return texts._replace(findings=[one, *kept])


def _few(said: Iterable[str]) -> tuple[str, ...]:
    """These sentences, each once; of many the first, and how many there are more."""
    each = tuple(dict.fromkeys(said))
    more = len(each) - _MOST_FOLLOWS
    return (*each[:_MOST_FOLLOWS], f"另有{more}处。") if more > 0 else each


def _with_follows(
    findings: Iterable[Finding], gone: Iterable[Finding], new: Iterable[Finding]
) -> Iterator[Finding]:
    """The first error about figures gets what follows from it: texts that are right, or will be outdated."""
    right = [f"{_place(finding)}与它不一致，改正后即相符。" for finding in gone]
    outdated = [f"{_place(finding)}是按它写的，改正后请重新生成说明。" for finding in new]
    shown = _few([*right, *outdated])
    for finding in findings:
        if shown and finding.level is not Level.HINT and (finding.expected or finding.difference):
            yield finding._replace(follows=finding.follows or shown)
            shown = ()
        else:
            yield finding


def _place(one: Finding) -> str:
    return f"{one.sheet} {one.cell}".strip() or one.table


def _place_of(standard: Standard, book: Book, spot: Spot) -> Place:
    if spot.block == INFO:
        return book.info_place(spot.row.key)
    _, sheet = table_place(standard, book, spot.block)
    return Place(sheet, book.blocks[spot.block].cell_name(spot.row, spot.column))


def _told_apart(findings: Iterable[Finding]) -> Iterator[tuple[tuple[str, str, str, int], Finding]]:
    """Findings by what is said where, and the how-many-eth it is of its kind there."""
    seen: Counter[tuple[str, str, str]] = Counter()
    for finding in findings:
        key = (finding.code, finding.row, finding.printed)
        seen[key] += 1
        yield (*key, seen[key]), finding


def corrected_book(book: Book, right: Mapping[Spot, Cell]) -> Book:
    """The book with the cells as they should be, by what they mean."""
    wanted: dict[str, dict[tuple[str, int], Cell]] = {}
    for spot, cell in right.items():
        wanted.setdefault(spot.block, {})[spot.row.key, spot.column] = cell
    info = dict(book.info)
    for (key, _), cell in wanted.pop(INFO, {}).items():
        info[key] = info.get(key, InfoValue(None))._replace(value=cell)
    blocks = dict(book.blocks)
    for block, cells in wanted.items():
        touched, data = {key for key, _ in cells}, blocks[block]
        rows = [
            row._replace(
                cells=tuple(cells.get((row.key, at), cell) for at, cell in enumerate(row.cells))
            )
            if row.key in touched
            else row
            for row in data.rows
        ]
        blocks[block] = BlockData.of(rows, data.letters)
    return book._replace(blocks=blocks, info=info)
