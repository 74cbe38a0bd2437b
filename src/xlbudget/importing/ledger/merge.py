"""Lines for the ledger of a workbook or a new book: in its unit, in place of its lines or behind them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlbudget.building.contents import amount_content, text_content
from xlbudget.editing.edits import edits_of
from xlbudget.editing.fill import formula_keys
from xlbudget.errors import UnusableFileError
from xlbudget.figures import BlockData, InfoValue, Ledger, LedgerLine
from xlbudget.importing.imported import Question
from xlbudget.importing.merge import Kind, Tally, shown
from xlbudget.money import Amount
from xlbudget.reading.ledger import ledger_unit
from xlbudget.rules.grid import Grid
from xlbudget.rules.posting import fill_from_ledger, follows_from_ledger, post_book
from xlbudget.rules.unfilled import CellKey
from xlbudget.sheets.ledger import ledger_layout, place_ledger

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from xlbudget.building.contents import CellContent
    from xlbudget.figures import Book
    from xlbudget.importing.imported import Imported
    from xlbudget.importing.merge import Merge
    from xlbudget.rules.fill import Filled
    from xlbudget.standard.model import Standard
    from xlbudget.xlsx.cells import Afterwards, CellEdit
    from xlbudget.xlsx.workbook import Workbook

REPLACE, APPEND = "替换", "接在后面"
"""What becomes of the lines that a workbook has."""
_TEN_THOUSAND = 10_000
_NEARLY = 100
"""Two sums are the same but for a hundredth."""


def with_ledger(standard: Standard, book: Book, ledger: Ledger) -> Book:
    """A book whose tables follow from a ledger, which is in the book's unit then."""
    assert standard.ledger is not None
    switch = InfoValue(standard.ledger.from_ledger)
    info = {**book.info, standard.ledger.switch_field: switch}
    return book._replace(info=info, ledger=Ledger(_in_unit(standard, book, ledger)))


def _in_unit(standard: Standard, book: Book, ledger: Ledger) -> tuple[LedgerLine, ...]:
    assert standard.ledger is not None
    unit = ledger_unit(standard, book.text(standard.ledger.unit_field))
    return tuple(
        line._replace(amount=line.amount.in_unit(unit)) if isinstance(line.amount, Amount) else line
        for line in ledger.lines
    )


def merged_ledger(
    standard: Standard, book: Book, ledger: Ledger, answers: Mapping[str, str]
) -> tuple[Ledger, Question | None]:
    """The ledger of a workbook's ``book`` with the lines of another; what has to be asked before.

    Lines go to an empty ledger, or stand there already; what becomes of others is for a person to say.

    Raises:
        UnusableFileError: the workbook has no such sheet, its columns were moved, or it has no room for the lines.
    """
    assert standard.ledger is not None
    own, sheet = book.ledger, standard.ledger.sheet
    layout = ledger_layout(standard)
    if own.sheet != sheet or {spot.key: spot.letter for spot in layout.typed} != dict(own.letters):
        what = (
            "的栏被移动、插入或删除过，请恢复原来的栏"
            if own.sheet == sheet
            else "不在工作簿里，请用新模板建的工作簿"
        )
        raise UnusableFileError(f"工作表“{sheet}”{what}后再导入明细；文件没有改动。")
    given = _in_unit(standard, book, ledger)
    if _plain(given) == _plain(own.lines):
        return own, None
    answer = answers.get(sheet, "") if own.lines else REPLACE
    if answer not in (REPLACE, APPEND):
        said = f"工作簿的{sheet}已有{len(own.lines)}行，来源有{len(given)}行：替换，还是接在后面？"
        return own, Question(sheet, said, (REPLACE, APPEND), needed=True)
    lines = (*own.lines, *given) if answer == APPEND else given
    return place_ledger(standard, own._replace(lines=lines)), None


def _plain(lines: Iterable[LedgerLine]) -> list[tuple[dict[str, str], object]]:
    return [
        (dict(line.texts), line.amount.fen if isinstance(line.amount, Amount) else line.amount)
        for line in lines
    ]


def repeated(standard: Standard, book: Book, ledger: Ledger) -> int:
    """How many lines of a ledger the book has already."""
    held = _plain(book.ledger.lines)
    return sum(line in held for line in _plain(_in_unit(standard, book, ledger)))


def ledger_edits(
    source: Workbook, standard: Standard, before: Ledger, after: Ledger
) -> list[CellEdit]:
    """The edits of typed cells that bring a workbook's ledger from one to another."""
    layout = ledger_layout(standard)
    formulas = source.formulas_of({layout.sheet}).get(layout.sheet, {})
    lines = source.lines_of([layout.sheet])[layout.sheet]
    used = {line.line: line for line in before.lines}
    used = {number: LedgerLine({}, None, number) for number in used}
    used |= {line.line: line for line in after.lines}
    contents = [one for line in used.values() for one in _contents(standard, line)]
    return list(edits_of(layout.sheet, contents, lines, formulas))


def _contents(standard: Standard, line: LedgerLine) -> Iterator[CellContent]:
    for spot in ledger_layout(standard).typed:
        cell = f"{spot.letter}{line.line}"
        if spot.of is not None and spot.of.kind == "amount":
            yield amount_content(cell, line.amount, None, "amount")
        else:
            yield text_content(cell, line.texts.get(spot.key, ""), "text")


def is_ten_thousandth(standard: Standard, book: Book, ledger: Ledger) -> bool:
    """Whether a ledger comes to a ten-thousandth of what the book's tables hold: 万元 taken for 元."""
    postings = post_book(standard, book._replace(ledger=ledger))
    pairs = []
    for key, sums in postings.blocks.items():
        block = standard.blocks[key]
        for row in book.blocks[key].rows if key in book.blocks else ():
            for name, cell in zip(block.amounts, row.cells, strict=True):
                fen = sums.get((row.key, row.parent), {}).get(name, 0)
                if isinstance(cell, Amount) and cell.fen and fen:
                    pairs.append(abs(cell.fen - fen * _TEN_THOUSAND) * _NEARLY <= abs(cell.fen))
    return bool(pairs) and sum(pairs) * 2 > len(pairs)


def _empty(book: Book) -> bool:
    return all(data.empty for data in book.blocks.values())


def _with_forms_of(book: Book, filled: Filled) -> Filled:
    """What was filled in without forms that the workbook does not have: filling lays those out."""
    there = {data.name for data in book.forms}
    blocks = {
        key: BlockData.of(
            [row for row in data.rows if row.kind != "form" or row.key in there], data.letters
        )
        for key, data in filled.book.blocks.items()
    }
    forms = tuple(data for data in filled.book.forms if data.name in there)
    return filled._replace(book=filled.book._replace(blocks=blocks, forms=forms))


class LedgerMerge:
    """The lines of a source on their way into the ledger of a workbook's book."""

    def __init__(
        self, standard: Standard, book: Book, imported: Imported, answers: Mapping[str, str]
    ) -> None:
        self.standard, self.book, self.imported = standard, book, imported
        self.given = imported.book.ledger
        self.questions: tuple[Question, ...] = ()
        self.after = book.ledger
        if self.given.lines:
            self.after, question = merged_ledger(standard, book, self.given, answers)
            self.questions = (question,) if question is not None else ()
        self.changed = self.after != book.ledger

    def switched(self, book: Book) -> Book:
        """A book, saying where its tables come from; a workbook that has figures already keeps what it says."""
        ledger = self.standard.ledger
        if ledger is None or self.book.ledger.lines or not _empty(self.book):
            return book
        if not self.changed and _empty(self.imported.book):
            return book
        now = book.info.get(ledger.switch_field, InfoValue(""))
        source = ledger.from_ledger if self.changed else ledger.by_hand
        return book._replace(info={**book.info, ledger.switch_field: now._replace(value=source)})

    def posted(self, filled: Filled, formulas: Mapping[str, Mapping[str, str]]) -> Filled:
        """The merged book with the ledger, and the tables that follow from it."""
        book = self.switched(filled.book)._replace(ledger=self.after)
        if not follows_from_ledger(self.standard, book):
            return filled._replace(book=book)
        ours = formula_keys(Grid(self.standard, self.book), formulas)
        return _with_forms_of(
            filled.book, fill_from_ledger(self.standard, book, ours | filled.derived)
        )

    def agree(self, merge: Merge, filled: Filled) -> None:
        """Totals of the source that the ledger prints alike are not told as differing."""
        if not follows_from_ledger(self.standard, filled.book):
            return
        printed = {
            (self.standard.table_of(self.standard.blocks[key]).title, row.label, shown(cell))
            for key, data in filled.book.blocks.items()
            for row in data.rows
            for name, cell in zip(self.standard.blocks[key].amounts, row.cells, strict=True)
            if CellKey(key, row.key, name) in filled.derived
        }
        tables = {table.title: table.key for table in self.standard.tables}
        for change in list(merge.changes):
            alike = (change.table, change.row, change.source) in printed
            if alike and change.kind in (Kind.TOTAL, Kind.HELD):
                merge.changes.remove(change)
                counts = merge.counts[tables[change.table]]
                if counts[change.kind]:  # what was blank is counted as new already
                    counts[change.kind] -= 1
                    counts[Kind.NEW] += 1

    def edits(self, source: Workbook) -> list[CellEdit]:
        """What is typed on the ledger's sheet."""
        if not self.changed:
            return []
        return ledger_edits(source, self.standard, self.book.ledger, self.after)

    def afterwards(self, done: Afterwards) -> Afterwards:
        """What goes with the edits, and the print area down to the last line."""
        if not self.changed:
            return done
        last = max(line.line for line in self.after.lines)
        return done._replace(last_rows={**done.last_rows, self.after.sheet: last})

    @property
    def tally(self) -> Tally | None:
        """How many lines go into the ledger."""
        ledger = self.standard.ledger
        if ledger is None or not self.given.lines:
            return None
        kind = Kind.LINES if self.changed else Kind.SAME_LINES
        origin = self.imported.origins.get("ledger", "")
        return Tally(ledger.sheet, origin, {kind: len(self.given.lines)})

    def left(self) -> list[str]:
        """What is to be said of the lines."""
        said: list[str] = []
        ledger = self.standard.ledger
        if ledger is None or not self.changed:
            return said
        again = repeated(self.standard, self.book, self.given)
        if again and len(self.after.lines) > len(self.given.lines):
            said.append(f"来源有{again}行与{ledger.sheet}已有的行完全相同；请核对是否重复导入。")
        if is_ten_thousandth(self.standard, self.book, self.given):
            said.append(
                "各表现有的数约为明细合计的一万倍，也许是把万元当成了元；请核对导出的单位。"
            )
        if not follows_from_ledger(
            self.standard, self.switched(self.book)._replace(ledger=self.after)
        ):
            label = self.standard.fields[ledger.switch_field].label
            said.append(
                f"基础信息的“{label}”是“{ledger.by_hand}”，各表没有改动；要由{ledger.sheet}得出，请改为“{ledger.from_ledger}”后填列。"
            )
        return said
