"""Where the ledger's columns stand on its sheet, and by which names formulas know them.

Rows: 1 tools, 2 title, 3 the unit's name, 4 the sum, 5 the control total, 6 headings, then a line per
appropriation. Behind the visible columns stand hidden ones, which formulas fill: the amount in 分, codes cut
to each level, the project with its group (where the ledger has both), and the kinds of the choices.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from xlbudget.errors import UnusableFileError
from xlbudget.xlsx.references import column_letter

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xlbudget.figures import Ledger
    from xlbudget.standard.ledger import LedgerColumn
    from xlbudget.standard.model import Standard

SUM_ROW, CONTROL_ROW, LEDGER_HEADING = 4, 5, 6
LEDGER_FIRST = LEDGER_HEADING + 1
FEN, ITEM, STATE = "fen", "item", "state"
"""Columns that are not typed: the amount in 分, the project with its group, the line's state."""
SEPARATOR = "|"
"""Stands between a group and its item."""


class LedgerSpot(NamedTuple):
    """A sheet column: its key and heading, and the column of the ledger that it shows or follows from.

    ``role`` is typed, name (of the code on its left), state, or hidden. ``level``: digits of a code. ``name``
    is how formulas call its cells.
    """

    key: str
    heading: str
    letter: str
    role: str
    of: LedgerColumn | None = None
    level: int = 0
    name: str = ""


class LedgerLayout(NamedTuple):
    """All columns by key, first and last line of the body."""

    sheet: str
    spots: Mapping[str, LedgerSpot]
    first: int
    last: int

    def cell(self, key: str, line: int) -> str:
        """``$B7``: the column of that key on a line."""
        return f"${self.spots[key].letter}{line}"

    def area(self, key: str) -> str:
        """``$B$7:$B$2006``: the whole column."""
        letter = self.spots[key].letter
        return f"${letter}${self.first}:${letter}${self.last}"

    @property
    def typed(self) -> list[LedgerSpot]:
        """The columns that are typed."""
        return [spot for spot in self.spots.values() if spot.role == "typed"]

    @property
    def last_visible(self) -> str:
        """The letter of the last visible column."""
        return self.spots[STATE].letter


def level_key(column: str, digits: int) -> str:
    """The key of the hidden column with the codes of a column cut to that many digits."""
    return f"{column}_{digits}"


def name_key(column: str) -> str:
    """The key of the column that shows the names of a column's codes."""
    return f"{column}_name"


def ledger_layout(standard: Standard) -> LedgerLayout:
    """The sheet of a standard that has a ledger."""
    ledger = standard.ledger
    assert ledger is not None
    spots: list[LedgerSpot] = []

    def add(
        key: str, heading: str, role: str, of: LedgerColumn | None = None, level: int = 0
    ) -> None:
        letter = column_letter(len(spots))
        name = f"底稿_{heading}" if role in ("typed", "hidden") else ""
        spots.append(LedgerSpot(key, heading, letter, role, of, level, name))

    for column in ledger.columns:
        add(column.key, column.label, "typed", column)
        if column.kind == "code":
            add(name_key(column.key), f"{column.label}名称", "name", column)
    add(STATE, "状态", "state")
    add(FEN, "分", "hidden", ledger.amount)
    for column in ledger.columns:
        if column.kind == "code":
            subjects = standard.subjects[column.subjects]
            for digits, level in zip(subjects.lengths, subjects.levels, strict=True):
                add(
                    level_key(column.key, digits),
                    f"{column.label}{level}",
                    "hidden",
                    column,
                    digits,
                )
    if ledger.key_of("level1") and ledger.key_of("level2"):
        add(ITEM, "项目", "hidden")
    for kind in ledger.kinds.values():
        add(kind.key, kind.label, "hidden", ledger.column(kind.of))
    last = LEDGER_FIRST + ledger.room - 1
    return LedgerLayout(ledger.sheet, {spot.key: spot for spot in spots}, LEDGER_FIRST, last)


def place_ledger(standard: Standard, ledger: Ledger) -> Ledger:
    """The same lines one below the other where the layout puts them.

    Raises:
        UnusableFileError: more lines than fit.
    """
    if standard.ledger is None:
        return ledger
    layout = ledger_layout(standard)
    room = standard.ledger.room
    if len(ledger.lines) > room:
        raise UnusableFileError(
            f"{layout.sheet}有{len(ledger.lines)}行，工作表只能放下{room}行；"
            "请合并同样的行，或在标准的 ledger.toml 中把 room 调大后重新生成工作簿。"
        )
    lines = tuple(line._replace(line=at) for at, line in enumerate(ledger.lines, layout.first))
    letters = {spot.key: spot.letter for spot in layout.typed}
    return ledger._replace(lines=lines, letters=letters, sheet=layout.sheet)
