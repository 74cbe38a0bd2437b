"""What a comparison says, as plain values: every difference once, with what follows from it."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.figures import Place

if TYPE_CHECKING:
    from xlbudget.findings import Finding, Status

NOWHERE = Place("", "")


class Kind(StrEnum):
    """What a difference is about; the order is that of the report, among what weighs the same."""

    TABLE = "table"
    LINE = "line"
    FIGURE = "figure"
    ROW = "row"
    INFO = "info"
    TEXT = "text"
    PROFILE = "profile"
    FORM = "form"
    NOTE = "note"

    @property
    def chinese(self) -> str:
        """What the user sees."""
        return _KINDS[self.value]


_KINDS = {
    "table": "整张表",
    "line": "底稿明细",
    "figure": "金额",
    "row": "表行",
    "info": "基础信息",
    "text": "文字",
    "profile": "部门概况",
    "form": "绩效目标表",
    "note": "表下说明",
}


class Action(StrEnum):
    """What became of it. ``blank``: a blank and 0.00 took each other's place."""

    CHANGED = "changed"
    ADDED = "added"
    REMOVED = "removed"
    RENAMED = "renamed"
    MOVED = "moved"
    BLANK = "blank"

    @property
    def chinese(self) -> str:
        """What the user sees."""
        return _ACTIONS[self.value]


_ACTIONS = {
    "changed": "改动",
    "added": "新增",
    "removed": "删除",
    "renamed": "改名",
    "moved": "移动",
    "blank": "空白与 0.00",
}


class CellChange(NamedTuple):
    """A cell that holds something else: texts as printed, "" for a blank.

    ``difference`` is after less before in the unit of the table, "" where one of them is no amount;
    ``fen`` the same in 分. ``key`` is the row's key. ``total``: a row that the standard emphasizes as the sum of its table.
    """

    table: str
    key: str
    row: str
    column: str
    before: str
    after: str
    difference: str = ""
    before_place: Place = NOWHERE
    after_place: Place = NOWHERE
    total: bool = False
    fen: int = 0


class Following(NamedTuple):
    """A cell that changed because others did; ``share`` is what the entry in which it stands adds to it.

    Where several entries change one cell, each of them names it with its own share.
    """

    cell: CellChange
    share: str


class Stretch(NamedTuple):
    """A stretch of a text: ``same``, ``removed`` or ``added``."""

    kind: str
    text: str


class TextChange(NamedTuple):
    """A paragraph or another text that differs; ``name`` says which where it has a name of its own."""

    part: str
    name: str
    action: Action
    before: str
    after: str
    words: tuple[Stretch, ...] = ()
    before_place: Place = NOWHERE
    after_place: Place = NOWHERE


class Difference(NamedTuple):
    """One difference, with all that follows from it.

    ``part`` is the table or text in which it is, ``name`` the row, field, project or line. ``cells`` are
    the figures that were changed, ``follows`` those that changed with them by the standard's
    relations, ``texts`` what differs in words, ``sentences`` those of the explanation in which only figures
    changed that follow. ``weight`` is the largest change of a total, or else of a figure, in 分;
    ``total``: a sum of a table changed.
    """

    kind: Kind
    action: Action
    part: str
    name: str
    cells: tuple[CellChange, ...] = ()
    texts: tuple[TextChange, ...] = ()
    follows: tuple[Following, ...] = ()
    sentences: tuple[TextChange, ...] = ()
    weight: int = 0
    total: bool = False
    remark: str = ""

    @property
    def blanks(self) -> bool:
        """Whether nothing but blanks and noughts took each other's place."""
        return self.action is Action.BLANK


class RelationState(StrEnum):
    """A finding of the later draft alone, of the earlier alone, of both."""

    BROKEN = "broken"
    MENDED = "mended"
    STILL = "still"

    @property
    def chinese(self) -> str:
        """What the user sees."""
        return {"broken": "新出现", "mended": "已改正", "still": "仍然存在"}[self.value]


class RelationChange(NamedTuple):
    """A relation that does not hold: in which draft, and what validation says of it there.

    ``finding`` is the later draft's, or the earlier's of one that was mended; ``before`` the earlier's of one that still is.
    """

    state: RelationState
    finding: Finding
    before: Finding | None = None


class Compared(NamedTuple):
    """One of the two: a file or a book; ``kind`` is workbook, document, folder or book.

    ``status`` is validation's verdict; ``coverage`` of a document how many numbers its tables print and how many were read.
    """

    name: str
    path: str
    kind: str
    standard: str
    unit_name: str
    year: int
    status: Status
    coverage: tuple[int, int] | None = None


class Comparison(NamedTuple):
    """All that is to say of two books.

    ``remarks`` come first: another unit or year, what was not compared and why. ``not_read`` is what a reader
    lost of a document, each with the document's name; none of it is called a difference. ``totals`` are
    the sums of tables that changed. ``relations`` are findings by what became of them, None where they cannot be
    compared. ``unknown``: too much was not read for a verdict.
    """

    before: Compared
    after: Compared
    remarks: tuple[str, ...] = ()
    not_read: tuple[tuple[str, str, str], ...] = ()
    totals: tuple[CellChange, ...] = ()
    differences: tuple[Difference, ...] = ()
    relations: tuple[RelationChange, ...] | None = ()
    unknown: bool = False

    @property
    def same(self) -> bool:
        """Whether nothing differs in what was compared."""
        return not self.differences
