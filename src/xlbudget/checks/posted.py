"""The tables of a book beside what its ledger prints: typed over, not computed anew, or without a row for it.

None of these says that the ledger is wrong: a table follows from it. All else is judged as if the tables printed
what the ledger says.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.checks.diagnosis.ledger_findings import Witnessed, witnessed
from xlbudget.checks.diagnosis.ledger_witnesses import TABLE
from xlbudget.checks.ledger_lines import lines_named
from xlbudget.checks.wording import cell_label, difference_text, table_place
from xlbudget.figures import BlockData, Place, Row, Unreadable
from xlbudget.findings import Finding, Level
from xlbudget.money import Amount
from xlbudget.rules.fill import cell_key
from xlbudget.rules.grid import INFO, Grid
from xlbudget.rules.posting import PrintedLines, posted_book, posted_cells
from xlbudget.rules.unfilled import CellKey

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

    from xlbudget.checks.diagnosis.evidence import Saying
    from xlbudget.figures import Book, Cell, LedgerLine
    from xlbudget.rules.posting import RowKey
    from xlbudget.standard.model import Standard


class Off(NamedTuple):
    """A cell that shows something else than the ledger prints there."""

    cell: CellKey
    label: str
    place: Place
    printed: Cell
    expected: Cell


class Settled(NamedTuple):
    """``book`` with the tables that its ledger prints, in the rows that they have, and what differed.

    ``lacking`` are rows of the ledger that a table does not have, by block; ``extra`` rows of a table of which the
    ledger has nothing, with their cells.
    """

    book: Book
    off: tuple[Off, ...]
    lacking: Mapping[str, list[RowKey]]


def settled_book(standard: Standard, book: Book) -> Settled:
    """The book as its ledger has it."""
    posted = posted_book(standard, book)
    cells = set(posted_cells(standard, posted))
    grid = Grid(standard, book)
    off: list[Off] = []
    lacking: dict[str, list[RowKey]] = {}
    blocks = dict(book.blocks)
    assert standard.ledger is not None
    for key in standard.ledger.postings:
        if key not in book.blocks:
            continue
        names, data = standard.blocks[key].amounts, book.blocks[key]
        right = {(row.key, row.parent): row for row in posted.blocks[key].rows}
        rows: list[Row] = []
        for position, row in enumerate(data.rows):
            wanted = right.get((row.key, row.parent))
            kept = list(row.cells)
            for column, name in enumerate(names):
                cell = CellKey(key, row.key, name)
                expected = wanted.cells[column] if wanted is not None else None
                if (wanted is not None and cell not in cells) or same_money(kept[column], expected):
                    continue
                number = grid.number(key, position, column)
                label = cell_label(grid, number)
                off.append(Off(cell, label, grid.place(number), kept[column], expected))
                kept[column] = expected
            rows.append(row._replace(cells=tuple(kept)))
        blocks[key] = BlockData.of(
            [row for row in rows if _stays(row, right)], data.letters, data.strays
        )
        have = {(row.key, row.parent) for row in rows}
        if missing := [one for one in right if one not in have]:
            if any(amount is not None for one in missing for amount in right[one].cells):
                lacking[key] = missing
            blocks[key] = BlockData.of(
                _with_missing(blocks[key].rows, posted.blocks[key].rows, set(missing)),
                data.letters,
                data.strays,
            )
    info = dict(book.info)
    for name in standard.ledger.info:
        value, held = posted.info[name].value, book.info.get(name)
        if held is None or isinstance(held.value, str) or isinstance(value, str):
            continue
        if not same_money(held.value, value):
            label = f"“{standard.fields[name].label}”"
            cell = CellKey(INFO, name, "value")
            off.append(Off(cell, label, book.info_place(name), held.value, value))
            info[name] = held._replace(value=value)
    return Settled(book._replace(blocks=blocks, info=info), tuple(off), lacking)


def same_money(one: Cell, other: Cell) -> bool:
    """Whether two cells print the same money; a blank is as good as 0.00."""
    if isinstance(one, Unreadable) or isinstance(other, Unreadable):
        return one == other
    return (one.fen if one else 0) == (other.fen if other else 0)


def _stays(row: Row, right: Mapping[RowKey, Row]) -> bool:
    """A row that the ledger has, or one without money: a class, a unit or a project may wait for it."""
    return (row.key, row.parent) in right or row.kind not in ("subject", "item", "group", "form")


def _with_missing(rows: Iterable[Row], posted: Iterable[Row], missing: set[RowKey]) -> list[Row]:
    """The rows with those of the ledger that they lack, each behind the one that it follows there."""
    found = list(rows)
    before: RowKey | None = None
    for row in posted:
        key = (row.key, row.parent)
        if key in missing:
            keys = [(one.key, one.parent) for one in found]
            found.insert(keys.index(before) + 1 if before in keys else 0, row)
        before = key
    return found


class Posted:
    """A book whose tables follow from its ledger, on the way through validation.

    ``book`` is what is judged: the tables as the ledger prints them.
    """

    def __init__(
        self, standard: Standard, book: Book, computed: Callable[[], Collection[Place]] | None
    ) -> None:
        self._standard, self._found = standard, book
        self._settled = settled_book(standard, book)
        self.book = self._settled.book
        self._ask = computed

    @cached_property
    def _formulas(self) -> frozenset[Place] | None:
        """The cells that hold a formula; None where that is not known."""
        return frozenset(self._ask()) if self._ask is not None else None

    @cached_property
    def _follow(self) -> frozenset[Place]:
        """Where the cells stand that follow from the ledger."""
        grid, follows = (
            Grid(self._standard, self.book),
            set(posted_cells(self._standard, self.book)),
        )
        return frozenset(
            grid.place(number)
            for number in range(len(grid.cells))
            if cell_key(grid, number) in follows
        )

    def computed(self) -> frozenset[Place]:
        """The cells whose formulas follow from other cells of the tables."""
        return (self._formulas or frozenset()) - self._follow

    def findings(self, grid: Grid, sayings: Iterable[Saying], *, sound: bool) -> Witnessed:
        """What is to be said of the tables beside the ledger, and of the ledger beside what is known elsewhere.

        ``grid`` has the judged tables, ``sayings`` are the numbers of the texts; nothing is asked of witnesses where
        the ledger is not ``sound``.
        """
        standard, found, off = self._standard, self._found, self._settled.off
        formulas = self._formulas if off else None
        said = Witnessed(())
        if sound:
            said = witnessed(standard, found, grid, sayings, off, formulas)
        lacking = list(lacking_findings(standard, found, self._settled))
        typed = list(off_findings(standard, found, off, formulas))
        if TABLE in said.told:
            typed = [one for one in typed if one.level is not Level.ERROR]
        if found.ledger.beside.uncounted:
            # What has not been counted is what the tables lack.
            typed = [one for one in typed if one.level is Level.ERROR and formulas is not None]
        return said._replace(findings=(*lacking, *typed, *said.findings))


_NOTHING = ("0.00", "0")
"""A line that is one too many should hold this."""


def without_repetitions(
    standard: Standard, findings: Iterable[Finding], witnessed: Collection[Finding], *, sound: bool
) -> list[Finding]:
    """Without what is told at the ledger's lines already: names of codes, hints at a line that witnesses name.

    Of a ledger that is not ``sound`` it is not said that its tables are not filled in.
    """
    findings = list(findings)
    told, names = standard.code_of("ledger_codes"), standard.code_of("code_name")
    twins = standard.code_of("ledger_twins")
    codes = [one.printed for one in findings if one.code == told]
    cells = {(one.sheet, one.cell) for one in witnessed}
    filled = {standard.code_of(name) for name in ("tables_filled", "subtotals_filled")}
    removed = {one.printed for one in witnessed if one.suggestions and one.expected in _NOTHING}
    return [
        one
        for one in findings
        if not (one.code == names and any(code.startswith(one.row) for code in codes))
        and not (one.level is Level.HINT and (one.sheet, one.cell) in cells)
        and not (one.code == twins and one.printed in removed)
        and (sound or one.code not in filled)
    ]


# ------------------------------------------------------------------ findings


_MOST_CELLS = 3
"""Of more cells of a table that were typed over, or are stale, the table is told."""
_MOST_ROWS = 5


def lacking_findings(standard: Standard, book: Book, settled: Settled) -> Iterator[Finding]:
    """Rows that the tables lack, and lines that no formula counts: filling puts both right."""
    ledger = standard.ledger
    assert ledger is not None
    code, title = standard.code_of("ledger_rows"), ledger.title
    amount = ledger.amount.key
    if book.ledger.beside.uncounted:
        numbers = set(book.ledger.beside.uncounted)
        lines = [line for line in book.ledger.lines if line.line in numbers]
        place = book.ledger.place(lines[0], amount)
        message = (
            f"底稿{lines_named(lines)}没有公式或没有重算，各表没有计入它的金额；"
            "请先按 F9 重算，仍是这样就点“填列小计”。"
        )
        yield Finding(code, Level.ERROR, message, title, *place, row=str(lines[0].line))
    tables: dict[str, list[str]] = defaultdict(list)
    for block, keys in settled.lacking.items():
        if ledger.postings[block].forms:
            continue  # told as a project without a form
        longest = {key for key, _ in keys}
        for key, _ in keys:
            if any(one != key and one.startswith(key) for one in longest):
                continue
            tables[key.removeprefix("group:")].append(table_place(standard, book, block)[0])
    if len(tables) > _MOST_ROWS:
        message = f"底稿有{len(tables)}个科目、单位或项目在各表里没有行；请点“填列小计”。"
        yield Finding(code, Level.ERROR, message, title, book.ledger.sheet or ledger.sheet)
        return
    for key, titles in tables.items():
        line, cell = _line_with(standard, book, key)
        where = f"（底稿第{line.line}行）" if line is not None else ""
        shown = "、".join(dict.fromkeys(titles))
        what = "合计" if key == "total" else key
        message = f"“{what}”{where}在{shown}里没有行，它的金额没有列出；请点“填列小计”。"
        row = str(line.line) if line is not None else ""
        yield Finding(
            code, Level.ERROR, message, title, book.ledger.sheet or ledger.sheet, cell, row=row
        )


def _line_with(standard: Standard, book: Book, key: str) -> tuple[LedgerLine | None, str]:
    """The first line whose code, unit or project a row is, and the cell that says so."""
    assert standard.ledger is not None
    for line in book.ledger.lines:
        for column in standard.ledger.columns:
            value = line.texts.get(column.key, "")
            hit = value.startswith(key) if column.kind == "code" else value == key
            if value and hit and column.kind in ("code", "unit", "level1", "level2"):
                return line, book.ledger.place(line, column.key).cell
    return None, ""


def off_findings(
    standard: Standard, book: Book, off: Iterable[Off], formulas: Collection[Place] | None
) -> Iterator[Finding]:
    """Cells that show something else than the ledger prints, by table.

    ``formulas`` are the cells that hold one: these were not computed anew. None: that is not known.
    """
    assert standard.ledger is not None
    code = standard.code_of("ledger_prints")
    sheets: dict[tuple[str, bool], list[Off]] = defaultdict(list)
    for one in off:
        computed = formulas is not None and one.place in formulas
        sheets[one.place.sheet, computed].append(one)
    lines = _sources(standard, book) if sheets else {}
    for (sheet, computed), cells in sheets.items():
        if computed:
            shown = "、".join(f"{one.place.cell}{one.label}" for one in cells[:_MOST_CELLS])
            more = f"等{len(cells)}格" if len(cells) > _MOST_CELLS else ""
            message = (
                f"{shown}{more}的公式还是重算以前的结果（{cells[0].place.cell}现为 {_shown(cells[0].printed)}，"
                f"底稿合计为 {_shown(cells[0].expected)}）；请按 F9 重算，或点“填列小计”。"
            )
            yield _finding(standard, code, Level.WARNING, cells[0], message)
        elif len(cells) <= _MOST_CELLS:
            for one in cells:
                source = lines.get(one.cell, [])
                basis = f"底稿{lines_named(source)}合计" if source else "底稿没有这样的行，应"
                message = (
                    f"{one.label}现为 {_shown(one.printed)}，{basis}为 {_shown(one.expected)}；"
                    "以底稿为准就清空这一格再点“填列小计”，以表为准就改底稿。"
                )
                yield _finding(standard, code, Level.ERROR, one, message)
        else:
            shown = "、".join(
                f"{one.place.cell}现为 {_shown(one.printed)}，底稿合计为 {_shown(one.expected)}"
                for one in cells[:_MOST_CELLS]
            )
            message = (
                f"“{sheet}”有{len(cells)}格与底稿不符（{shown}等）；"
                "以底稿为准就清空这些格再点“填列小计”，以表为准就改底稿。"
            )
            finding = _finding(standard, code, Level.ERROR, cells[0], message)
            yield finding._replace(
                basis=tuple(
                    f"{one.place.cell}{one.label}现为 {_shown(one.printed)}，"
                    f"底稿{lines_named(lines.get(one.cell, []))}合计为 {_shown(one.expected)}"
                    for one in cells
                    if lines.get(one.cell)
                )
            )


def _finding(standard: Standard, code: str, level: Level, off: Off, message: str) -> Finding:
    if off.cell.block == INFO:
        title = "基础信息"
    else:
        title = standard.table(standard.blocks[off.cell.block].table).title
    difference = ""
    if isinstance(off.printed, Amount):
        expected = off.expected.fen if isinstance(off.expected, Amount) else 0
        difference = difference_text(off.printed.fen - expected, off.printed.unit)
    return Finding(
        code,
        level,
        message,
        title,
        *off.place,
        row=off.cell.row.removeprefix("group:"),
        column=off.cell.column,
        printed=off.printed.plain if isinstance(off.printed, Amount) else "",
        expected=off.expected.plain if isinstance(off.expected, Amount) else "",
        difference=difference,
    )


def _shown(cell: Cell) -> str:
    return cell.text if isinstance(cell, Amount) else cell.shown if cell is not None else "空白"


def _sources(standard: Standard, book: Book) -> dict[CellKey, list[LedgerLine]]:
    """The lines that each cell adds up."""
    printed = PrintedLines(standard, book)
    sources: dict[CellKey, list[LedgerLine]] = defaultdict(list)
    for line in book.ledger.lines:
        for cell in printed.cells(line):
            sources[cell].append(line)
    return sources
