"""The sheets 情况说明 and 名词解释: where everything stands, each line as a value, what formulas say.

A paragraph has a line; below the paragraphs of 情况说明 stand the figures of both texts, each with the
cell that it rests on and what that held when the text was generated. A figure's line compares the
cell with that; a paragraph's state follows from its figures. The same is computed here, for the
values that are stored. No other module knows these sheets' columns and rows.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.characters import plain_name
from xlbudget.figures import Place, TextUnit
from xlbudget.sheets.cells import text_of, value_at
from xlbudget.sheets.layout import GLOSSARY, NOTES
from xlbudget.xlsx.references import column_number, in_quotes, quoted, split_cell

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from xlbudget.xlsx.cells import Lines


FIRST, ROOM, _GLOSSARY_ROOM = 4, 150, 400
"""The first paragraph's line on both sheets, and how many paragraphs fit on 情况说明 and 名词解释: that
explains every subject of a table full to its room."""
LAST = FIRST + ROOM - 1
FIGURES_FIRST, FIGURES_ROOM = LAST + 4, 4_000
"""The first line of the list of figures below the paragraphs of 情况说明, and how many fit: those of
tables full to their rooms (tests/building/test_room)."""
FIGURES_LAST = FIGURES_FIRST + FIGURES_ROOM - 1
COLUMNS = ID, KIND, GENERATED, FINAL, STATE, REVIEW, CITED, STAMP, OLDER = "ABCDEFGHI"
HEADINGS = (
    "段落", "类别", "生成稿", "定稿", "状态", "备注", "引用", "指纹（请勿改动）", "过期的定稿（请勿改动）",
)  # fmt: skip
"""Of the paragraphs; the last two columns are hidden."""
FIGURE_COLUMNS = PARAGRAPH, SHOWN, MEANING, PLACE, THEN, NOW, CHANGE = "ABCDEFG"
FIGURE_HEADINGS = ("段落", "数字", "含义", "位置", "生成时", "现值", "状态")

PARTS = {NOTES: "notes", GLOSSARY: "glossary"}
"""The sheets, and the part of the disclosure that each holds."""
HEADING, BODY, OWN = "标题", "正文", "自写"
"""Kinds of paragraphs; what stands for the section in the id of a user's own paragraph."""
FRESH, EDITED, STALE, REVIEWED = "最新", "已改", "已过期", "待核对"
"""State of a paragraph: as generated; edited by hand; its figures have changed since; a person
must look (the reason is given)."""
SAME, CHANGED = "一致", "已变"
"""State of a figure: its cell holds what it held when the text was generated, or something else."""

CellValue = str | Decimal
"""What a cell shows: a number or a text, "" for a blank."""

_DECIMALS = 6
"""Cells that agree to so many decimals are the same (分 in 万元); sums of floats differ beyond."""
_HALF = Decimal(5).scaleb(-_DECIMALS - 1)
_IDS = f"$A${FIGURES_FIRST}:$A${FIGURES_LAST}"
_STATES = f"$G${FIGURES_FIRST}:$G${FIGURES_LAST}"
_ERROR = re.compile(r"#(?:REF!|DIV/0!|VALUE!|NAME\?|N/A|NUM!|NULL!)")
_PRESENT = re.compile(
    r"IF\((?:'((?:[^']|'')+)'|([^'!(]+))!\$?([A-Z]{1,3})\$?([0-9]{1,7})=\"\",\"\","
)
_SPOT = re.compile(r"(.+)!([A-Z]{1,3}[0-9]{1,7})")
_REWRITTEN = "定稿是按以前的数字改写的，之后数字有变。"


class NotesLine(NamedTuple):
    """A paragraph as it stands on its sheet; after the line, the fields are the columns from A on.

    ``generated`` is the text that was made, ``final`` what is published, as typed; ``review`` why a
    person must look; ``cited`` how many figures are listed. ``stamp``: the fingerprint of the figures
    of the last run and, for an edited text, that of the figures it was written for and its own.
    ``older`` is a final text that was found to be older than its figures. ``follows``: the final
    text is a formula, which shows the generated one until somebody writes another.
    """

    sheet: str
    line: int
    id: str = ""
    kind: str = ""
    generated: str = ""
    final: str = ""
    state: str = ""
    review: str = ""
    cited: str = ""
    stamp: str = ""
    older: str = ""
    follows: bool = False

    @property
    def place(self) -> Place:
        """The cell of the final text."""
        return Place(self.sheet, f"{FINAL}{self.line}")

    @property
    def edited(self) -> bool:
        """Whether the final text is the user's."""
        return not self.follows and self.final.strip() not in ("", self.generated.strip())

    @property
    def published(self) -> str:
        """The final text; the generated one where the formula was never computed, or is broken."""
        text = self.final.strip()
        return self.generated.strip() if self.follows and (not text or is_error(text)) else text

    @property
    def written_for(self) -> str:
        """The figures' fingerprint when the final text was last edited; "" where that is not known."""
        last, *edited = self.stamp.split() or [""]
        if len(edited) == 2 and edited[1] == fingerprint(self.final):  # noqa: PLR2004
            return edited[0]
        return last


def room_of(sheet: str) -> int:
    """How many paragraphs fit on a sheet, whatever number its name has in front (``13-名词解释``)."""
    return _GLOSSARY_ROOM if plain_name(sheet) == GLOSSARY else ROOM


def last_line(sheet: str) -> int:
    """The last line of a sheet that may hold a paragraph."""
    return FIRST + room_of(sheet) - 1


def fingerprint(text: str) -> str:
    """A short hash of a text."""
    import hashlib  # noqa: PLC0415  # slow to load, and not needed to validate

    return hashlib.sha256(text.strip().encode("utf-8")).hexdigest()[:12]


def notes_lines(
    sheet: str, lines: Lines, formulas: Mapping[str, str] | None = None
) -> Iterator[NotesLine]:
    """Every line of the room for paragraphs, as far as the sheet goes, also lines without a text.

    ``sheet`` is what the sheet is called; without its ``formulas`` no final text ``follows``.
    """
    for number in range(FIRST, min(last_line(sheet), len(lines)) + 1):
        texts = [
            value if isinstance(value, str) else text_of(value)
            for value in lines[number - 1][: len(COLUMNS)]
        ]
        identity, kind, *rest = (texts + [""] * len(COLUMNS))[: len(COLUMNS)]
        follows = formulas is not None and f"{FINAL}{number}" in formulas
        yield NotesLine._make([sheet, number, identity.strip(), kind.strip(), *rest, follows])


def edited_lines(lines: Iterable[NotesLine]) -> dict[str, NotesLine]:
    """Id -> the line whose final text is the user's; lines without an id, and copied ones, get one."""
    found: dict[str, NotesLine] = {}
    for line in lines:
        if line.edited:
            key = line.id or f"{OWN}.{line.line}"
            while key in found:
                key += "+"
            found[key] = line._replace(id=key)
    return found


def state_of(one: NotesLine, *, moved: bool) -> str:
    """What :func:`state_formula` comes to; ``moved``: any of its figures has changed."""
    if not one.generated and not one.final:
        return ""
    if moved or (one.older and one.final == one.older):
        return STALE
    if one.final != one.generated:
        return EDITED
    return REVIEWED if one.review else FRESH


class FigureLine(NamedTuple):
    """A line of the list of figures: what a paragraph prints, what it means, the cell and its value.

    ``line`` is 0 where it has not been written; ``value`` what the cell held then.
    """

    paragraph: str
    shown: str
    meaning: str
    place: Place
    value: CellValue
    line: int = 0


def figure_lines(
    lines: Lines,
    formulas: Mapping[str, str] | None = None,
    numbers: Collection[int] | None = None,
) -> Iterator[FigureLine]:
    """The list of figures of 情况说明, or those on the lines of some ``numbers``.

    Rows that were put in move a cell: with the sheet's ``formulas``, the place is where it went.
    """
    for number in range(FIGURES_FIRST, min(FIGURES_LAST, len(lines)) + 1):
        if numbers is not None and number not in numbers:
            continue
        paragraph, shown, meaning, place = (
            text_of(value_at(lines, number, column)) for column in range(1, 5)
        )
        match = _SPOT.fullmatch(place)
        there = shown_place((formulas or {}).get(f"{NOW}{number}", ""))
        if there is None and match is not None:
            there = Place(match[1], match[2])
        if paragraph and there is not None:
            then = cell_value(value_at(lines, number, column_number(THEN)))
            yield FigureLine(paragraph, shown, meaning, there, then, number)


# ------------------------------------------------------------------ texts for validation


def read_texts(title: str, sheet: str, lines: Lines) -> Iterator[TextUnit]:
    """The final text of every paragraph; ``title`` is the sheet's own name, ``sheet`` what it is called."""
    section = ""
    for line in notes_lines(sheet, lines):
        generated = line.generated.strip()
        text = line.final.strip() or generated
        if not line.id or not text:
            continue
        head = line.id.partition(".")[0]
        section = section if head == OWN and section else head
        stale = () if text == generated or text != line.older.strip() else (_REWRITTEN,)
        yield TextUnit(
            PARTS[title],
            section,
            line.id,
            text,
            line.place,
            heading=line.kind == HEADING,
            follows=text == generated,
            stale=stale,
        )


# ------------------------------------------------------------------ the formulas


def final_formula(line: int) -> str:
    """The final text follows the generated one until somebody writes another."""
    return f'IF(C{line}="","",C{line})'


def state_formula(sheet: str, line: int) -> str:
    """The state of the paragraph on a line of ``sheet``; column I holds the text found to be older."""
    away = "" if sheet == NOTES else f"{quoted(NOTES)}!"
    moved = f'SUMPRODUCT(({away}{_IDS}=A{line})*({away}{_STATES}="{CHANGED}"))>0'
    older = f'AND(I{line}<>"",EXACT(D{line},I{line}))'
    plain = f'IF(F{line}="","{FRESH}","{REVIEWED}")'
    edited = f'IF(EXACT(C{line},D{line}),{plain},"{EDITED}")'
    return (
        f'IF(AND(C{line}="",D{line}=""),"",IF(AND(A{line}<>"",{moved}),"{STALE}",'
        f'IF({older},"{STALE}",{edited})))'
    )


def count_formula(sheet: str, line: int) -> str:
    """How many lines of the list of figures a paragraph has, as a link to the first of them."""
    away = "" if sheet == NOTES else f"{quoted(NOTES)}!"
    first = f"ROW({away}$A${FIGURES_FIRST - 1})+MATCH(A{line},{away}{_IDS},0)"
    shown = f'SUMPRODUCT(--({away}{_IDS}=A{line}))&"项"'
    link = f'HYPERLINK("#{in_quotes(NOTES)}!A"&({first}),{shown})'
    return f'IF(A{line}="","",IFERROR({link},""))'


def link_formula(place: Place) -> str:
    """A link to a cell."""
    target = f"#{in_quotes(place.sheet)}!{place.cell}".replace('"', '""')
    shown = f"{place.sheet}!{place.cell}".replace('"', '""')
    return f'HYPERLINK("{target}","{shown}")'


def present_formula(place: Place) -> str:
    """What a cell shows now."""
    cell = f"{quoted(place.sheet)}!{place.cell}"
    return f'IF({cell}="","",{cell})'


def shown_place(formula: str) -> Place | None:
    """The cell that a formula of the column of present values shows; None for any other formula."""
    match = _PRESENT.match(formula)
    if match is None:
        return None
    sheet = match[1].replace("''", "'") if match[1] else match[2]
    return Place(sheet, f"{match[3]}{match[4]}")


def change_formula(line: int) -> str:
    """Whether the cell of a line of the list shows what it did (SAME or CHANGED)."""
    then, now = f"{THEN}{line}", f"{NOW}{line}"
    numbers = f"ROUND({then}-{now},{_DECIMALS})=0"
    same = f"IF(COUNT({then}:{now})=2,{numbers},EXACT({then},{now}))"
    told = f'IF(ISERROR({now}),"{CHANGED}",IF({same},"{SAME}","{CHANGED}"))'
    return f'IF(A{line}="","",{told})'


# ------------------------------------------------------------------ what they come to


def cell_value(value: object) -> CellValue:
    """What a cell shows, from a reader's value or from that of an edit."""
    if isinstance(value, str):
        return value
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        return Decimal(format(value, ".15g")) if isinstance(value, float) else Decimal(value)
    return text_of(value)


def cell_at(lines: Lines, cell: str) -> CellValue:
    """What a cell (``D7``) of a sheet shows."""
    letters, number = split_cell(cell)
    return cell_value(value_at(lines, number, column_number(letters)))


def is_error(text: str) -> bool:
    """Whether a cell that is read as ``text`` shows an error."""
    return _ERROR.fullmatch(text) is not None


def same_value(then: CellValue, now: CellValue) -> str:
    """SAME or CHANGED."""
    if isinstance(then, Decimal) and isinstance(now, Decimal):
        return SAME if abs(then - now) < _HALF else CHANGED
    if isinstance(now, str) and is_error(now):
        return CHANGED
    shown = [text_of(float(one)) if isinstance(one, Decimal) else one for one in (then, now)]
    return SAME if shown[0] == shown[1] else CHANGED
