"""The explanation as values: paragraphs, the figures in them, and the cell that each figure comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from xlbudget.checks.wording import to_fill
from xlbudget.money import Amount

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlbudget.figures import Place


class CellRef(NamedTuple):
    """A cell by place (sheet and cell) and by meaning (block, row key, column key).

    The cells of 基础信息 have the block ``info``, the field as row and the column ``value``; the
    texts of its lists have the list's key as block, the name as row and the list's title as column.
    The name of a row has the column "". ``label`` says in words what stands there. Where only the
    sheet's ``line`` is known, or (a text of a list) the sheet, ``place.cell`` is empty.
    """

    place: Place
    block: str
    row: str
    column: str
    label: str = ""
    line: int = 0


class Figure(NamedTuple):
    """One figure of the text.

    ``kind`` is amount, count, percent, year, text, list, constant or note (a note prints nothing
    and only asks for a look). ``text`` is what is printed, without its unit; ``value`` the exact
    value: an Amount (also for counts, in the unit ""), hundredths of a percent point, a year, the
    words, or the tuple of names of a list; None where it is missing. A change is printed without
    its sign and keeps it in ``value``. ``between`` are the smallest and the largest value (without
    sign) as which it may rightly be printed, where it is worked out from figures that are rounded.

    ``how`` says how it was found: cell, sum, rows (counted), change, share, info, given; ``basis``
    of what: references as the rules write them, or names of other figures. ``review`` says why a
    person must look at the sentence, if so.
    """

    name: str
    title: str
    kind: str
    text: str
    value: Amount | int | str | tuple[str, ...] | None = None
    cells: tuple[CellRef, ...] = ()
    how: str = ""
    basis: tuple[str, ...] = ()
    review: str = ""
    missing: bool = False
    between: tuple[int, int] | None = None

    def __str__(self) -> str:
        return self.text

    def __bool__(self) -> bool:
        return self.missing or not self.zero

    @property
    def zero(self) -> bool:
        """Whether it is nought or without text; a missing figure is not nought."""
        if self.missing:
            return False
        if isinstance(self.value, Amount):
            return self.value.fen == 0
        return not self.text

    @property
    def shown(self) -> bool:
        """Whether a percentage says something: it is known and does not print as nought."""
        return not self.missing and bool(self.text) and self.value != 0


def placeholder(
    name: str, title: str, kind: str, reason: str, cells: tuple[CellRef, ...] = ()
) -> Figure:
    """What stands for a figure that cannot be given; ``reason`` is for the person who mends it."""
    return Figure(name, title, kind, to_fill(title), cells=cells, review=reason, missing=True)


class Item(NamedTuple):
    """One line of a list: its name, amount, share of the whole, and the text registered for it.

    ``level`` is the subject level (类, 款, 项) of a line that is a subject, ``digits`` what its code adds
    to that of the line above; ``children`` are the lines below it, ``parents`` those above it, topmost
    first and without lines below. ``change`` compares it with last year, where the standard does.
    """

    key: str
    name: Figure
    amount: Figure
    share: Figure
    words: Figure
    children: FigureList
    level: str = ""
    digits: str = ""
    parents: tuple[Item, ...] = ()
    change: Change | None = None


class FigureList:
    """Lines with money, in the order of the table.

    ``whole`` is what they are parts of, ``names`` their names as one figure, ``gap`` a placeholder
    where the list cannot be made. It is true where it has lines or a placeholder.
    """

    __slots__ = ("gap", "items", "names", "whole")

    def __init__(
        self,
        items: tuple[Item, ...] = (),
        whole: Figure | None = None,
        names: Figure | None = None,
        gap: Figure | None = None,
    ) -> None:
        self.items, self.whole, self.names, self.gap = items, whole, names, gap

    def __iter__(self) -> Iterator[Item]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)

    def __bool__(self) -> bool:
        return bool(self.items) or self.gap is not None

    @property
    def uniform(self) -> bool:
        """Whether one line makes up the whole."""
        if len(self.items) != 1 or self.whole is None or self.whole.missing:
            return False
        return self.items[0].amount.value == self.whole.value


class Change(NamedTuple):
    """A comparison of this year with the last.

    ``known`` is whether last year's figure is there; ``note`` says what is missing if it is not.
    ``amount`` is printed without sign, ``direction`` and ``trend`` are the words for it
    (增加/减少; 增长/下降), ``percent`` is not shown on a base of nought. ``prior`` is last year's
    figure itself. ``unchanged``: a reason is given also where nothing has changed.
    """

    known: bool
    same: bool
    note: Figure
    amount: Figure
    direction: Figure
    trend: Figure
    percent: Figure
    reason: Figure
    prior: Figure
    unchanged: bool = False


HEADING, BODY = "标题", "正文"


class Span(NamedTuple):
    """``text[start:end]`` of a paragraph is what ``figure`` prints."""

    start: int
    end: int
    figure: Figure


class Paragraph(NamedTuple):
    """A paragraph with a stable ``id`` (一.1, 五.201).

    ``kind`` is 标题 or 正文, ``level`` 1 for a section's heading, 2 for one within it, 0 for text.
    ``review`` says why a person must look at it, empty if nobody must. ``figures`` are all figures
    that it was made from, also those that print nothing.
    """

    id: str
    kind: str
    text: str
    spans: tuple[Span, ...] = ()
    review: str = ""
    level: int = 0
    figures: tuple[Figure, ...] = ()

    @property
    def fingerprint(self) -> str:
        """Short hash of the names and printed values of the figures: changes when they do."""
        import hashlib  # noqa: PLC0415  # slow to load, and not needed to validate

        lines = "\n".join(f"{figure.name}={figure.text}" for figure in self.figures)
        return hashlib.sha256(lines.encode("utf-8")).hexdigest()[:12]


class Section(NamedTuple):
    """A numbered section; its heading, if it has one, is the first paragraph."""

    number: str
    paragraphs: tuple[Paragraph, ...]


class Document(NamedTuple):
    """The sections in order."""

    sections: tuple[Section, ...]

    @property
    def paragraphs(self) -> tuple[Paragraph, ...]:
        """All paragraphs in order."""
        return tuple(paragraph for section in self.sections for paragraph in section.paragraphs)

    @property
    def reviews(self) -> tuple[Paragraph, ...]:
        """The paragraphs at which a person must look."""
        return tuple(paragraph for paragraph in self.paragraphs if paragraph.review)


def document_text(document: Document) -> str:
    """As plain text: a blank line between headings and paragraphs; ends with a line break."""
    return "\n\n".join(paragraph.text for paragraph in document.paragraphs) + "\n"
