"""The figures of one workbook: an immutable model that knows where each of them stands.

A cell is an :class:`~xlbudget.money.Amount`, None (blank, which is not 0.00) or
:class:`Unreadable` (something that is not an amount). All values are plain and picklable, and none of
them is circular: no search for circles need go on while many are made (``without_collecting``).
"""

from __future__ import annotations

import gc
from functools import wraps
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple, ParamSpec, TypeVar

from xlbudget.characters import shortened
from xlbudget.money import Amount

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    import pandas as pd  # type: ignore[import-untyped]  # has no py.typed marker

    from xlbudget.findings import Finding
    from xlbudget.standard.model import Block, Standard, Subject

TOTAL = "total"
"""Key of the 合计 row of a block whose rows are not prescribed."""


class Unreadable(NamedTuple):
    """A cell that should hold an amount and holds ``raw`` instead; it never counts as zero."""

    raw: str

    @property
    def shown(self) -> str:
        """What it holds as a sentence quotes it."""
        return shortened(self.raw)


UNFILLED = Unreadable("")
"""A cell that nobody has filled in yet, of which nothing is known: unlike a blank, it is no zero."""

Cell = Amount | Unreadable | None


class Place(NamedTuple):
    """Where a figure stands: sheet and cell (both empty for a figure that is in no workbook)."""

    sheet: str
    cell: str


class Row(NamedTuple):
    """One row of a block.

    ``key`` is the prescribed row's key, the subject's code, the name of a unit or project, or
    ``total``; ``kind`` is fixed, class, subject, unit, group, item, form or total. ``cells`` are
    the amounts in the order of the block's amount columns; ``texts`` those of its text columns.
    ``line`` is the row on the sheet (0: none); ``places`` names each cell where they do not
    stand in one line (forms). ``parent`` is the group of an item.
    """

    key: str
    kind: str
    label: str
    cells: tuple[Cell, ...]
    texts: tuple[str, ...] = ()
    parent: str = ""
    line: int = 0
    places: tuple[str, ...] = ()

    @property
    def fens(self) -> list[int]:
        """The amounts other than nought, in 分."""
        return [cell.fen for cell in self.cells if isinstance(cell, Amount) and cell.fen]


class BlockData(NamedTuple):
    """The rows of one block as found; ``letters`` are the sheet columns of its amounts.

    ``strays`` are lines with money that name no row (kind ``stray``, without a key).
    """

    rows: tuple[Row, ...]
    letters: tuple[str, ...] = ()
    by_key: Mapping[str, int] = {}
    strays: tuple[Row, ...] = ()

    @classmethod
    def of(
        cls,
        rows: list[Row] | tuple[Row, ...],
        letters: tuple[str, ...] = (),
        strays: tuple[Row, ...] = (),
    ) -> BlockData:
        """With the index by key; of several rows with one key, the first is found."""
        index: dict[str, int] = {}
        for position, row in enumerate(rows):
            index.setdefault(row.key, position)
        return cls(tuple(rows), letters, index, strays)

    def row(self, key: str) -> Row | None:
        """The row of that key."""
        position = self.by_key.get(key)
        return None if position is None else self.rows[position]

    def cell_name(self, row: Row, column: int) -> str:
        """``D7`` for the amount in ``column`` (from 0) of ``row``; empty where it is nowhere."""
        if row.places:
            return row.places[column]
        return f"{self.letters[column]}{row.line}" if row.line and self.letters else ""

    @property
    def empty(self) -> bool:
        """Whether no cell holds anything (0.00 counts as something)."""
        return all(cell is None for row in self.rows for cell in row.cells)


class Indicator(NamedTuple):
    """One line of a form's indicators: texts by column key, and the line on the sheet."""

    values: Mapping[str, str]
    line: int = 0


class FormData(NamedTuple):
    """One performance form: which form, its texts by field key, its indicators.

    ``places`` gives the cell of each field and ``letters`` the sheet column of each indicator
    column, by key; ``blank_lines`` of the sheet wait for further indicators.
    """

    name: str
    form: str
    fields: Mapping[str, str]
    indicators: tuple[Indicator, ...]
    places: Mapping[str, str] = {}
    letters: Mapping[str, str] = {}
    blank_lines: tuple[int, ...] = ()

    @property
    def depth(self) -> int:
        """How many lines the form has below the headings of its indicators."""
        return len(self.indicators) + len(self.blank_lines)

    def texts(self) -> Iterator[tuple[str, str]]:
        """All texts with their cells: fields, then indicators."""
        for key, text in self.fields.items():
            yield text, self.places.get(key, "")
        for line in self.indicators:
            for key, text in line.values.items():  # noqa: PD011  # a mapping
                yield text, self.cell_of(line, key)

    def cell_of(self, line: Indicator, column: str) -> str:
        """The cell of an indicator's column; empty where it is nowhere."""
        letter = self.letters.get(column, "")
        return f"{letter}{line.line}" if letter and line.line else ""


class Office(NamedTuple):
    """An internal office and its duty in one sentence."""

    name: str
    duty: str


class Profile(NamedTuple):
    """部门概况: duties, the remark on institutions, offices, budget units."""

    duties: tuple[str, ...] = ()
    remark: str = ""
    offices: tuple[Office, ...] = ()
    units: tuple[str, ...] = ()


class TextUnit(NamedTuple):
    """One printed paragraph that speaks of figures.

    ``part`` is notes, glossary, profile or table; ``section`` the number of its section (五), ``id``
    its lasting name there. ``heading``: a section's or subsection's title. ``follows``: the text is
    the generated one, not a person's. ``stale`` says which figures have changed since it was
    written, a sentence each.
    """

    part: str
    section: str
    id: str
    text: str
    place: Place = Place("", "")
    heading: bool = False
    follows: bool = False
    stale: tuple[str, ...] = ()


class LedgerLine(NamedTuple):
    """One appropriation: its texts by column key, trimmed, and its amount; ``line`` is that of the sheet."""

    texts: Mapping[str, str]
    amount: Cell
    line: int = 0


class LedgerSheet(NamedTuple):
    """What the sheet of a ledger holds beside what its lines say.

    ``control`` is the total that the amounts must come to. ``raw`` gives, by cell, what is typed there where
    formulas do not take it for what was read: spaces, full width, amounts as text; cells that are ``finer`` have
    more decimals than 分. Of the lines ``uncounted`` the hidden amount is missing, so that no formula
    adds them up, as none does those ``below`` the room. ``strays`` are
    cells beside the columns with something in them, ``others`` further sheets that look like a ledger.
    """

    control: Cell = None
    raw: Mapping[str, str] = {}
    finer: tuple[str, ...] = ()
    uncounted: tuple[int, ...] = ()
    below: tuple[int, ...] = ()
    strays: tuple[str, ...] = ()
    others: tuple[str, ...] = ()


class Ledger(NamedTuple):
    """录入底稿: its lines; ``letters`` are the sheet columns by column key, ``sheet`` its name there.

    ``beside`` is what else stands on the sheet.
    """

    lines: tuple[LedgerLine, ...] = ()
    letters: Mapping[str, str] = {}
    sheet: str = ""
    beside: LedgerSheet = LedgerSheet()

    def place(self, line: LedgerLine, column: str) -> Place:
        """Where a line's text or amount stands; nowhere in a ledger that is in no workbook."""
        letter = self.letters.get(column, "")
        return Place(self.sheet, f"{letter}{line.line}" if letter and line.line else "")


class Keepsake(NamedTuple):
    """What a workbook keeps of an earlier moment, unread: see :mod:`xlbudget.memory`."""

    moment: str
    head: str
    body: str


class Printed(NamedTuple):
    """Any text that would be published, as it stands: a cell, or a paragraph of a document.

    ``before`` is what stands in the cell on its left; ``info``: it is a value of 基础信息, which is
    printed elsewhere.
    """

    text: str
    place: Place
    before: str = ""
    info: bool = False


class InfoValue(NamedTuple):
    """A value of 基础信息: text, or an amount or count; ``cell`` is where it stands.

    A published document has no 基础信息: there a value is what the words ``said`` in a paragraph
    (``sheet`` and ``cell``) come to. Last year's figure is mostly not printed, but how this year's has
    changed: ``change`` is that, with its sign, and the value is inferred from it.
    """

    value: str | Cell
    cell: str = ""
    sheet: str = ""
    said: str = ""
    change: Amount | None = None

    @property
    def plain(self) -> str:
        """What it says as a text; "" for nothing."""
        if isinstance(self.value, Unreadable):
            return self.value.raw
        return self.value.plain if isinstance(self.value, Amount) else self.value or ""

    @property
    def inferred(self) -> bool:
        """Whether it follows from a change that the text prints."""
        return self.change is not None


class Book(NamedTuple):
    """All figures and texts of one department and year.

    ``blocks`` lacks a block whose sheet is missing. ``notes`` are the lines found below each
    table, by table key; ``sheets`` the sheet on which each table (and ``info``, ``profile``) was found;
    ``findings`` what the reading itself noticed; ``subjects`` the department's own subjects, by list;
    ``texts`` the paragraphs of the explanation and glossary as they would be published; ``keepsakes``
    what it remembers of its typed cells; ``printed`` every text that would be published, wherever it
    stands; ``as_text`` the cells whose amount is stored as text, which formulas leave out; ``dated`` the
    years in titles and headings of the tables, with their cells; ``unfilled`` says of blocks whose rows
    nobody has filled in yet, or not to the end, what to tell of it; ``computed`` the cells that hold
    a formula, where whoever read the book asked for them; ``ledger`` is empty where tables are filled in
    by hand; ``partial``: parts of a document were not read, so what its texts do not say may stand there.
    """

    name: str
    standard: str
    year: int
    info: Mapping[str, InfoValue]
    blocks: Mapping[str, BlockData]
    forms: tuple[FormData, ...] = ()
    keyed: Mapping[str, Mapping[str, str]] = {}
    profile: Profile = Profile()
    notes: Mapping[str, tuple[str, ...]] = {}
    sheets: Mapping[str, str] = {}
    findings: tuple[Finding, ...] = ()
    subjects: Mapping[str, tuple[Subject, ...]] = {}
    texts: tuple[TextUnit, ...] = ()
    keepsakes: tuple[Keepsake, ...] = ()
    printed: tuple[Printed, ...] = ()
    as_text: frozenset[Place] = frozenset()
    dated: tuple[tuple[Place, int], ...] = ()
    unfilled: Mapping[str, str] = {}
    computed: frozenset[Place] = frozenset()
    ledger: Ledger = Ledger()
    partial: bool = False

    def text(self, key: str) -> str:
        """A text of 基础信息, empty where it is missing."""
        info = self.info.get(key)
        return info.value if info is not None and isinstance(info.value, str) else ""

    def info_place(self, key: str) -> Place:
        """Where a field of 基础信息 stands, or the sentence that tells it."""
        info = self.info.get(key)
        sheet, cell = (info.sheet, info.cell) if info is not None else ("", "")
        return Place(sheet or self.sheets.get("info", "基础信息"), cell)

    def number(self, key: str) -> Cell:
        """An amount or count of 基础信息."""
        info = self.info.get(key)
        return info.value if info is not None and not isinstance(info.value, str) else None

    @property
    def without_info(self) -> bool:
        """Whether it has sheets, but not 基础信息: a values-only copy, or a published document.

        What 基础信息 would say is then unknown, not zero.
        """
        return bool(self.sheets) and "info" not in self.sheets

    def with_blocks(self, blocks: Mapping[str, BlockData]) -> Book:
        """The same book with some blocks replaced."""
        return self._replace(blocks={**self.blocks, **blocks})

    def to_frame(self, table: str | int, standard: Standard | None = None) -> pd.DataFrame:
        """A table (by number, key or title), or ``"info"`` for 基础信息, as a frame.

        A line per row: what it is (``block``, ``kind``, ``key``, ``label``, ``parent``), its texts, its
        amounts as exact decimals, None for a blank. ``standard``: not the one that the book names.

        Raises:
            StandardError: the standard has no such table.
        """
        frame_of = import_module("xlbudget.frames").frame_of  # stands above; pandas is slow to load

        return frame_of(self, table, standard)

    @classmethod
    def from_frames(
        cls,
        frames: Mapping[Any, pd.DataFrame],
        base: Book | None = None,
        *,
        year: int = 0,
        name: str = "",
        standard: Standard | str | None = None,
    ) -> Book:
        """A book from frames as :meth:`to_frame` gives them, by the names that it takes.

        What the frames do not hold (the profile, forms, texts, other tables) is taken from ``base``;
        without it, such tables are missing, and the ``year`` must be given or stand in ``"info"``.
        ``standard`` is a standard or the id of one; of ``base``, if it is not given.

        Raises:
            StandardError: a frame is of no table of the standard, or lacks a column.
            ValueError: no year.
        """
        book: Book = import_module("xlbudget.frames").book_of(frames, base, year, name, standard)
        return book


def row_indent(standard: Standard, block: Block, row: Row) -> int:
    """By how many levels a row's label is set in: subjects by their code, others as prescribed."""
    if row.kind == "subject":
        lengths = standard.subjects[block.subjects].lengths
        return sum(len(row.key) > length for length in lengths)
    if row.kind == "class":
        return next((spec.indent for spec in block.rows if spec.slot), 0)
    prescribed = (spec for spec in block.rows if not spec.slot)
    return next((spec.indent for spec in prescribed if spec.key == row.key), 0)


P = ParamSpec("P")
T = TypeVar("T")


def without_collecting(function: Callable[P, T]) -> Callable[P, T]:
    """The function with the cyclic collector off while it runs, if it was on.

    Reading and validating make thousands of tuples at once; looking through them for circles
    again and again takes a tenth of the time. Reference counting goes on as ever.
    """

    @wraps(function)
    def paused(*args: P.args, **kwargs: P.kwargs) -> T:
        if not gc.isenabled():
            return function(*args, **kwargs)
        gc.disable()
        try:
            return function(*args, **kwargs)
        finally:
            gc.enable()

    return paused
