"""Which lines a ledger may have, by what the tables print: the candidates from which a ledger is chosen.

A candidate gives a line its texts (unit, subjects, category, project, source, year …) so that no cell that would print the line
is blank. Of candidates that the same cells print, one is kept.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from xlbudget.figures import TOTAL, Unreadable
from xlbudget.money import Amount
from xlbudget.rules.posting import CLASS, cells_of
from xlbudget.standard.ledger import selects

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from xlbudget.figures import Book, Cell, Row
    from xlbudget.rules.posting import RowKey
    from xlbudget.standard.ledger import FormPosting, LedgerColumn, Posting, Selection
    from xlbudget.standard.model import Standard


class PrintedCell(NamedTuple):
    """An amount that some table prints; ``present``: it prints 0.00 for lines that come to nothing."""

    block: str
    row: Row
    column: str
    amount: Amount
    present: bool


def bounds(amount: Amount) -> tuple[int, int]:
    """The least and the greatest sum, in 分, that is printed as ``amount``: half up, away from nought."""
    fen, half = amount.fen, amount.ulp // 2
    below = above = max(amount.ulp - half - 1, 0)
    if fen > 0:
        below = half
    elif fen < 0:
        above = half
    return fen - below, fen + above


_UNKNOWN, _BLANK = -1, -2
"""A cell that may print anything; the first of those that print nothing, which go on downwards."""
_MOST_BLANKS, _MOST_STEPS = 8, 200_000


def posted_amounts(standard: Standard, book: Book) -> Iterator[tuple[str, Row, str, Cell, bool]]:
    """The cells of a book that print sums of the ledger: block, row, column, what it holds.

    The last says whether 0.00 stands for lines that come to nothing; elsewhere it is printed without any.
    """
    ledger = standard.ledger
    assert ledger is not None
    kinds = {data.name: data.form for data in book.forms}
    for key, posting in ledger.postings.items():
        if key not in book.blocks or key in book.unfilled:
            continue
        block = standard.blocks[key]
        for row in book.blocks[key].rows:
            columns, zero = posting.columns, posting.zero if row.kind == "class" else ()
            if posting.forms:
                form = _form(posting, kinds.get(row.key))
                columns = form.columns if form else {}
                zero = tuple(columns) if form and form.zero else ()
            elif block.body == "fixed" and row.kind != "class" and row.key not in posting.rows:
                continue
            for name, cell in zip(block.amounts, row.cells, strict=False):
                if name in columns:
                    yield key, row, name, cell, not (ledger.zeros or name in zero)


def _form(posting: Posting, kind: str | None) -> FormPosting | None:
    return next((form for form in posting.forms if form.key == kind), None)


class Candidate(NamedTuple):
    """A line that the tables allow: its texts, and the positions of the cells that print it.

    ``guessed`` are the columns of which the tables say nothing, and a likely text was taken.
    """

    texts: Mapping[str, str]
    cells: tuple[int, ...]
    guessed: tuple[str, ...]


class Candidates(NamedTuple):
    """All candidates, the printed cells, and how many amounts cannot be read and are left aside."""

    lines: list[Candidate]
    cells: list[PrintedCell]
    unread: int


def the_unit(book: Book) -> tuple[str, ...]:
    """The unit whose lines all are where no table tells units apart; none where the book has several."""
    units = book.profile.units or tuple(filter(None, [book.text("unit_name")]))
    return units if len(units) == 1 else ()


def candidates_of(standard: Standard, book: Book) -> Candidates:
    """The candidates of a book's tables."""
    return _Enumeration(standard, book).run()


def blanks_beside(standard: Standard, book: Book, cell: int) -> tuple[tuple[str, Row, str], ...]:
    """The fewest blank cells (block, row, column) in one of which every line of a cell without candidates would be printed.

    The cell is given by its position in :class:`Candidates`. None where more than a few would be, or the search is too long.
    """
    search = _Enumeration(standard, book)
    search.through = cell
    for search.allowed in range(1, _MOST_BLANKS + 1):
        for line in search.lines():
            return tuple(
                search.blanks[_BLANK - number] for number in line.cells if number <= _BLANK
            )
        if search.steps > _MOST_STEPS:
            break
    return ()


class _Enumeration:
    """Texts are given to a line column by column; a block judges it as soon as it knows all that it asks for."""

    def __init__(self, standard: Standard, book: Book) -> None:
        ledger = standard.ledger
        assert ledger is not None
        self.standard, self.book, self.ledger = standard, book, ledger
        self.blocks = {
            key: posting
            for key, posting in ledger.postings.items()
            if key in book.blocks and key not in book.unfilled
        }
        self.rows = {
            key: {(row.key, row.parent): row for row in reversed(book.blocks[key].rows)}
            for key in self.blocks
        }
        self.forms = {data.name: data.form for data in book.forms}
        asked = {key: self._asked(key, posting) for key, posting in self.blocks.items()}
        every = {name for names in asked.values() for name in names}
        kinds = ("choice", "code", "level1", "level2", "unit")
        self.columns = self._ordered(
            sorted(
                (column for column in ledger.columns if column.key in every),
                key=lambda column: kinds.index(column.kind),
            )
        )
        order = [column.key for column in self.columns]
        last = {key: max(order.index(name) for name in names) for key, names in asked.items()}
        self.judges = [
            [(key, sorted(asked[key])) for key in self.blocks if last[key] == at]
            for at in range(len(order))
        ]
        self.settled = [
            all(last[key] <= at for key, names in asked.items() if name in names)
            for at, name in enumerate(order)
        ]
        self.values = {column.key: self._values(column) for column in self.columns}
        self.allowed, self.through, self.steps = 0, _UNKNOWN, 0
        self.judged: dict[tuple[str, ...], tuple[int, ...] | None] = {}
        self.numbers: dict[tuple[str, RowKey, str], int] = {}
        self.cells: list[PrintedCell] = []
        self.blanks: list[tuple[str, Row, str]] = []
        self.unread = 0
        for key, row, name, cell, lines in posted_amounts(standard, book):
            number = _UNKNOWN
            if isinstance(cell, Amount):
                number = len(self.cells)
                self.cells.append(PrintedCell(key, row, name, cell, lines and not cell.fen))
            elif cell is None:
                number = _BLANK - len(self.blanks)
                self.blanks.append((key, row, name))
            self.unread += isinstance(cell, Unreadable)
            self.numbers[key, (row.key, row.parent), name] = number

    # -------------------------------------------------------------- what there is

    def _asked(self, key: str, posting: Posting) -> set[str]:
        """The ledger's columns on which it depends which cells of a block print a line."""
        selections: list[Selection] = [posting.where, *posting.columns.values()]
        selections += posting.rows.values()
        for form in posting.forms:
            selections += form.columns.values()
        kinds = self.ledger.kinds
        names = {
            kinds[name].of if name in kinds else name for asked in selections for name in asked
        }
        block = self.standard.blocks[key]
        if block.body == "subject" or CLASS in posting.rows:
            names.add(self.ledger.key_of("code", block.subjects))
        elif block.body == "unit":
            names.add(self.ledger.key_of("unit"))
        elif block.body in ("project", "form"):
            names.add(self.ledger.key_of("level2"))
            if block.body == "project":
                names.add(self.ledger.key_of("level1"))
        return names

    def _ordered(self, columns: Sequence[LedgerColumn]) -> list[LedgerColumn]:
        """The columns, each behind those that say whether it must be filled in or blank."""
        kinds = self.ledger.kinds
        by_key = {column.key: column for column in columns}
        placed: dict[str, LedgerColumn] = {}
        begun: set[str] = set()

        def place(column: LedgerColumn) -> None:
            if column.key in begun:
                return
            begun.add(column.key)
            for name in (*(column.needed or ()), *(column.absent or ())):
                key = kinds[name].of if name in kinds else name
                if key in by_key:
                    place(by_key[key])
            placed[column.key] = column

        for column in columns:
            place(column)
        return list(placed.values())

    def _values(self, column: LedgerColumn) -> list[str]:
        """The texts that a line may have in a column: those that the tables name."""
        if column.kind == "choice":
            return list(column.choices)
        named: dict[str, None] = {}
        for key, posting in self.blocks.items():
            block, rows = self.standard.blocks[key], self.book.blocks[key].rows
            kind = column.kind
            if kind == "code" and block.subjects == column.subjects:
                named |= dict.fromkeys(row.key for row in rows if row.kind == "subject")
            elif kind == "unit" and block.body == "unit":
                named |= dict.fromkeys(row.key for row in rows if row.kind == "unit")
            elif kind == "level1" and block.body == "project":
                named |= dict.fromkeys(row.label for row in rows if row.kind == "group")
            elif kind == "level2" and block.body == "project":
                named |= dict.fromkeys(row.key for row in rows if row.kind == "item")
            for asked in (posting.where, *posting.rows.values(), *posting.columns.values()):
                if kind == "code":
                    named |= dict.fromkeys(asked.get(column.key, ()))
        if column.kind == "code":
            return [
                code
                for code in named
                if not any(other != code and other.startswith(code) for other in named)
            ]
        if column.kind == "unit" and not named:
            return list(the_unit(self.book))
        return list(named)

    # -------------------------------------------------------------- the lines

    def run(self) -> Candidates:
        """Every line that all blocks allow, one for each set of cells."""
        kept: dict[tuple[int, ...], Candidate] = {}
        for line in self.lines():
            known = kept.setdefault(line.cells, line)
            differs = [key for key, text in known.texts.items() if text and text != line.texts[key]]
            guessed = dict.fromkeys([*known.guessed, *differs])
            kept[line.cells] = known._replace(guessed=tuple(guessed))
        kept.pop((), None)
        return Candidates(list(kept.values()), self.cells, self.unread)

    def lines(self) -> Iterator[Candidate]:
        """Every line that all blocks allow, with no more blank cells than ``allowed``, and ``through`` that cell."""
        return self._extended({}, (), (), 0)

    def _extended(
        self, texts: dict[str, str], cells: tuple[int, ...], guessed: tuple[str, ...], at: int
    ) -> Iterator[Candidate]:
        if at == len(self.columns):
            yield Candidate(texts, tuple(sorted(cells)), guessed)
            return
        column = self.columns[at]
        needed = column.needed is not None and selects(self.ledger, column.needed, texts)
        alike: dict[tuple[int, ...], list[str]] = {}
        for value in self._allowed(column, texts, needed=needed):
            if not value and alike and needed:
                break  # left blank where nothing else fits
            added = self._judged({**texts, column.key: value}, at)
            if added is None or sum(number <= _BLANK for number in cells + added) > self.allowed:
                continue
            if self._follows_text(texts, column, value):
                alike.setdefault(added, []).append(value)
        for added, values in alike.items():
            if not self.settled[at] or len(values) == 1:
                for value in values:
                    yield from self._extended(
                        {**texts, column.key: value}, cells + added, guessed, at + 1
                    )
                continue
            value, likely = values[0], guessed
            if needed:
                value, likely = self._likely(column, texts, values), (*guessed, column.key)
            yield from self._extended({**texts, column.key: value}, cells + added, likely, at + 1)

    def _allowed(
        self, column: LedgerColumn, texts: Mapping[str, str], *, needed: bool
    ) -> Sequence[str]:
        if column.absent is not None and selects(self.ledger, column.absent, texts):
            return ("",)
        values = self.values[column.key]
        if column.kind == "unit" and values:
            return values
        return (*values, "") if needed else ("", *values)

    def _judged(self, texts: Mapping[str, str], at: int) -> tuple[int, ...] | None:
        """The cells of the blocks that can now judge a line; None where one has no row for it."""
        self.steps += 1
        found: list[int] = []
        for key, names in self.judges[at]:
            held = (key, *(texts[name] for name in names))
            if held not in self.judged:
                self.judged[held] = self._printed(key, dict(zip(names, held[1:], strict=True)))
            cells = self.judged[held]
            if cells is None or (self._goes_through(key) and self.through not in cells):
                return None
            found += cells
        return tuple(found)

    def _goes_through(self, key: str) -> bool:
        return self.through >= 0 and self.cells[self.through].block == key

    def _printed(self, key: str, texts: Mapping[str, str]) -> tuple[int, ...] | None:
        posting = self.blocks[key]
        if posting.forms:
            item = texts[self.ledger.key_of("level2")]
            form = _form(posting, self.forms.get(item))
            if form is None or not selects(self.ledger, posting.where, texts):
                return ()
            rows: list[RowKey] = [(item, "")]
            columns = [n for n, asked in form.columns.items() if selects(self.ledger, asked, texts)]
        else:
            rows, columns = cells_of(self.standard, key, texts)
        if columns and not self._has_row(key, rows):
            return None
        found = []
        for row_key in rows:
            for name in columns:
                number = self.numbers.get((key, row_key, name), _UNKNOWN)
                if number != _UNKNOWN:
                    found.append(number)
        return tuple(found)

    def _has_row(self, key: str, rows: Sequence[RowKey]) -> bool:
        """Whether the lowest of the rows that would print a line is there, or a total of it without parts."""
        held = self.rows[key]
        own = [row for row in rows if row[0] != TOTAL]
        if self.standard.blocks[key].body == "fixed":
            return all(row in held for row in own if row[0] not in self.blocks[key].rows)
        if not own:
            return True
        above = [row for row in own if row in held]
        if own[-1] in held or not above:
            return own[-1] in held
        lowest = above[-1][0]
        return not any(
            parent == lowest or (other != lowest and other.startswith(lowest))
            for other, parent in held
        )

    def _follows_text(self, texts: Mapping[str, str], column: LedgerColumn, value: str) -> bool:
        """Whether a line has what the text beside its project says of that column, as of the unit."""
        level1, level2 = (self.ledger.key_of(kind) for kind in ("level1", "level2"))
        for key in self.blocks:
            names = [one.key for one in self.standard.blocks[key].columns if one.kind == "text"]
            row = self.rows[key].get((texts.get(level2, ""), f"group:{texts.get(level1, '')}"))
            if column.key not in names or row is None or not row.texts:
                continue
            said = row.texts[names.index(column.key)].split("、")
            known = [text for text in said if text in self.values[column.key]]
            if known and value not in known:
                return False
        return True

    def _likely(self, column: LedgerColumn, texts: Mapping[str, str], values: list[str]) -> str:
        """Of codes between which no table tells, the one with most money beside the line's other texts."""

        def money(value: str) -> int:
            most = 0
            for key, posting in self.blocks.items():
                block = self.standard.blocks[key]
                row = self.rows[key].get((value, ""))
                if block.body != "subject" or block.subjects != column.subjects or row is None:
                    continue
                held = dict(zip(block.amounts, row.cells, strict=False))
                fens = [
                    abs(cell.fen) if isinstance(cell := held.get(name), Amount) else 0
                    for name, asked in posting.columns.items()
                    if selects(self.ledger, asked, texts)
                ]
                most = max(most, min(fens, default=0))
            return most

        if column.kind != "code":
            return values[0]
        best = max(values, key=money)
        return best if money(best) else ""
