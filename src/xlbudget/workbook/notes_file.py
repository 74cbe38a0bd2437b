"""Write the explanation and glossary into a workbook: generated text beside the final text.

A final text that the user wrote is never touched; it stays with its paragraph's id, also where
paragraphs come and go. By default the final text is a formula that shows the generated one. Below
the paragraphs of 情况说明 stand the figures of both texts with the cells that they are from.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.errors import UnusableFileError
from xlbudget.memory import EXPLAINED
from xlbudget.workbook import sheets_notes as page
from xlbudget.workbook.contents import CellContent
from xlbudget.workbook.layout import (
    GLOSSARY,
    NOTES,
    NOTES_FIGURES_FIRST,
    NOTES_FIGURES_ROOM,
    NOTES_FIRST,
    NOTES_ROOM,
)
from xlbudget.workbook.notes_figures import FigureLine, basis_sheets, figure_lines
from xlbudget.workbook.notes_heights import figure_heights, text_heights
from xlbudget.workbook.notes_live import (
    CHANGED,
    EDITED,
    FRESH,
    REVIEW,
    STALE,
    Paragraphs,
    cell_value,
    count_formula,
    final_formula,
    link_formula,
    present_formula,
    same_value,
    same_value_formula,
    shown_text,
    state_formula,
    state_of,
)
from xlbudget.workbook.read_cells import text_of, value_at
from xlbudget.workbook.read_texts import looked_at
from xlbudget.workbook.remembering import remembering
from xlbudget.xlsx.cells import Afterwards, CellEdit
from xlbudget.xlsx.references import column_number, same_formula, split_cell

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from xlbudget.notes.document import Document, Paragraph
    from xlbudget.workbook.notes_live import CellValue
    from xlbudget.workbook.read_cells import Lines
    from xlbudget.xlsx.workbook import Workbook

__all__ = ["EDITED", "FRESH", "REVIEW", "STALE", "NotesPlan", "plan_notes"]

_OWN = "自写."
_GONE = "本段已不在生成稿中，定稿予以保留；不用时请清空定稿。"


class NotesPlan(NamedTuple):
    """The edits, ids of paragraphs whose final text is kept, what goes with it, (id, why) to look at."""

    edits: list[CellEdit]
    kept: list[str]
    afterwards: Afterwards
    reviews: list[tuple[str, str]]


class _Held(NamedTuple):
    """A final text that the user wrote, and the fingerprint of the figures it was written for."""

    text: str
    print: str
    kind: str


class _Line(NamedTuple):
    """A paragraph's line; ``final`` is empty where it follows the generated text."""

    id: str
    kind: str
    generated: str
    final: str
    review: str
    print: str
    older: str = ""


def plan_notes(
    source: Workbook,
    explanation: Document,
    glossary: Document,
    finals: Mapping[str, str] | None = None,
) -> NotesPlan:
    """What writing both documents into ``source`` would change.

    ``finals`` are final texts by paragraph (of a published document): they stand where the user has
    not written one.

    Raises:
        UnusableFileError: a sheet is missing, is of an older layout, or has no room for all
            paragraphs or figures.
    """
    sheets = {NOTES: explanation.paragraphs, GLOSSARY: glossary.paragraphs}
    every = [*explanation.paragraphs, *glossary.paragraphs]
    lines = source.lines_of([*sheets, *sorted(basis_sheets(every) - set(sheets))])
    for sheet in sheets:
        _check_layout(sheet, lines)
    formulas = source.formulas_of(set(sheets))
    last_rows: dict[str, int] = {}
    heights: dict[str, dict[int, float]] = {}
    plan = NotesPlan([], [], Afterwards(last_rows=last_rows, heights=heights), [])
    listed = figure_lines(every, lines)
    if len(listed) > NOTES_FIGURES_ROOM:
        raise UnusableFileError(
            f"工作表“{NOTES}”只能列出{NOTES_FIGURES_ROOM}个引用数字，现有{len(listed)}个，说明没有写入；"
            "可用“xlbudget notes 工作簿 --text”输出文字，或把明细项目合并后再生成。"
        )
    for sheet, paragraphs in sheets.items():
        own = _held(lines[sheet], formulas.get(sheet, {}))
        held = {**_given(paragraphs, finals or {}), **own}
        rows = list(_rows(looked_at(paragraphs, lines[sheet]), held))
        if len(rows) > NOTES_ROOM:
            raise UnusableFileError(
                f"工作表“{sheet}”只能放下{NOTES_ROOM}段，现有{len(rows)}段；请删去不用的旧段落。"
            )
        plan.kept.extend(own)
        plan.reviews.extend((one.id, one.review) for one in rows if one.review and not one.final)
        last_rows[sheet] = NOTES_FIRST - 1 + max(len(rows), 1)
        contents = [*_paragraph_cells(sheet, rows, listed)]
        heights[sheet] = text_heights([(one.generated, one.final, one.review) for one in rows])
        if sheet == NOTES:
            contents += _figure_cells(listed)
            heights[sheet] |= figure_heights(listed)
        plan.edits.extend(_edits(sheet, contents, lines[sheet], formulas.get(sheet, {})))
    plan.edits.extend(remembering(source, EXPLAINED))
    return plan


def _given(paragraphs: Sequence[Paragraph], finals: Mapping[str, str]) -> dict[str, _Held]:
    """Final texts from elsewhere that are not what was generated, as if written for today's figures."""
    return {
        one.id: _Held(finals[one.id], one.fingerprint, one.kind)
        for one in paragraphs
        if finals.get(one.id, one.text).strip() not in ("", one.text.strip())
    }


def _check_layout(sheet: str, lines: Mapping[str, Lines]) -> None:
    """Texts are only written where they are expected: what stands elsewhere would be lost."""
    if sheet not in lines:
        raise UnusableFileError(f"缺少工作表“{sheet}”，说明没有写入；请恢复该表。")
    found = _texts(lines[sheet], NOTES_FIRST - 1, len(page.NOTES_HEADINGS))
    if found[5].startswith("指纹"):
        raise UnusableFileError(
            f"工作表“{sheet}”是旧版的格式（没有“备注”栏和引用数字），说明没有写入，文件没有改动；"
            "请用“xlbudget new”新建工作簿，填入数字，再把“定稿”栏改过的文字复制过去。"
        )
    if found != page.NOTES_HEADINGS:
        raise UnusableFileError(
            f"工作表“{sheet}”第{NOTES_FIRST - 1}行的栏目标题不是“{'、'.join(page.NOTES_HEADINGS)}”，"
            "说明没有写入；请恢复原来的栏和标题。"
        )
    line = NOTES_FIGURES_FIRST - 1
    heads = _texts(lines[sheet], line, len(page.FIGURES_HEADINGS))
    if sheet == NOTES and heads != page.FIGURES_HEADINGS:
        raise UnusableFileError(
            f"工作表“{sheet}”第{line}行不是引用数字的标题（可能插入或删除过行），说明没有写入；"
            "请恢复原来的行。"
        )


def _texts(lines: Lines, line: int, count: int) -> tuple[str, ...]:
    return tuple(text_of(value_at(lines, line, column)) for column in range(1, count + 1))


def _held(lines: Lines, formulas: Mapping[str, str]) -> dict[str, _Held]:
    """Id -> the final text that is no formula and not what was generated."""
    found: dict[str, _Held] = {}
    for number in range(NOTES_FIRST, NOTES_FIRST + NOTES_ROOM):
        identity, kind, generated, final, _, _, _, stamp = _texts(lines, number, 8)
        typed = final and f"D{number}" not in formulas
        if typed and final != generated:
            key = identity or f"{_OWN}{number}"
            while key in found:  # a copied line, or a second one of the user's own
                key += "+"
            raw = value_at(lines, number, 4)
            text = raw if isinstance(raw, str) else final
            found[key] = _Held(text, _written_for(stamp, final), kind)
    return found


def _written_for(stamp: str, final: str) -> str:
    """The figures' fingerprint when the final text was last edited.

    The hidden column holds the fingerprint of the last run's figures and, for an edited text, also
    those it was written for and the text's own: a text edited again was written for the last run.
    """
    last, *edited = stamp.split() or [""]
    if len(edited) == 2 and edited[1] == _hash(final):  # noqa: PLR2004  # two more parts
        return edited[0]
    return last


def _hash(text: str) -> str:
    return hashlib.sha256(text.strip().encode("utf-8")).hexdigest()[:12]


def _rows(paragraphs: Sequence[Paragraph], held: Mapping[str, _Held]) -> Iterator[_Line]:
    """Every line; texts whose paragraph is gone come last and are not lost."""
    ids = {one.id for one in paragraphs}
    for one in paragraphs:
        kept = held.get(one.id)
        if kept is None:
            yield _Line(one.id, one.kind, one.text, "", one.review, one.fingerprint)
        else:
            older = "" if kept.print in ("", one.fingerprint) else kept.text
            stamp = f"{one.fingerprint} {kept.print or one.fingerprint} {_hash(kept.text)}"
            yield _Line(one.id, one.kind, one.text, kept.text, one.review, stamp, older)
    for key, kept in held.items():
        if key not in ids:
            stamp = f"- {kept.print or '-'} {_hash(kept.text)}"
            own = key.startswith(_OWN)
            remark, older = ("自己写的段落，不随数字更新。", "") if own else (_GONE, kept.text)
            yield _Line(key, kept.kind, "", kept.text, remark, stamp, older)


def _paragraph_cells(
    sheet: str, rows: Sequence[_Line], listed: Sequence[FigureLine]
) -> Iterator[CellContent]:
    """All cells of the room: the lines below the last paragraph are empty."""
    counts = Counter(one.paragraph for one in listed)
    broken = {one.paragraph for one in listed if same_value(one.value, one.value) == CHANGED}
    for line in range(NOTES_FIRST, NOTES_FIRST + NOTES_ROOM):
        position = line - NOTES_FIRST
        one = rows[position] if position < len(rows) else _Line(*("",) * 6)
        final = one.final or one.generated
        state = state_of(
            Paragraphs(one.generated, final, one.review, one.older), moved=one.id in broken
        )
        count = f"{counts[one.id]}项" if one.id in counts else ""
        yield _cell(f"A{line}", one.id)
        yield _cell(f"B{line}", one.kind)
        yield _cell(f"C{line}", one.generated)
        yield _cell(f"D{line}", final, "" if one.final else final_formula(line))
        yield _cell(f"E{line}", state, state_formula(sheet, line))
        yield _cell(f"F{line}", one.review)
        yield _cell(f"G{line}", count, count_formula(sheet, line))
        yield _cell(f"H{line}", one.print)
        yield _cell(f"I{line}", one.older)


def _figure_cells(listed: Sequence[FigureLine]) -> Iterator[CellContent]:
    """All cells of the list of figures: the lines below the last one are empty."""
    for line in range(NOTES_FIGURES_FIRST, NOTES_FIGURES_FIRST + NOTES_FIGURES_ROOM):
        position = line - NOTES_FIGURES_FIRST
        if position >= len(listed):
            yield from (_cell(f"{letter}{line}", "") for letter in "ABCDEF")
            yield _cell(f"G{line}", "", same_value_formula(line))
            continue
        one = listed[position]
        shown = f"{one.place.sheet}!{one.place.cell}"
        yield _cell(f"A{line}", one.paragraph)
        yield _cell(f"B{line}", one.shown)
        yield _cell(f"C{line}", one.meaning)
        yield _cell(f"D{line}", shown, link_formula(one.place))
        yield _cell(f"E{line}", one.value)
        yield _cell(f"F{line}", one.value, present_formula(one.place))
        yield _cell(f"G{line}", same_value(one.value, one.value), same_value_formula(line))


def _cell(cell: str, value: CellValue, formula: str = "") -> CellContent:
    return CellContent(cell, "formula" if formula else "text", value, formula)


def _edits(
    sheet: str, contents: Iterable[CellContent], lines: Lines, formulas: Mapping[str, str]
) -> Iterator[CellEdit]:
    """The cells that hold something else."""
    for one in contents:
        letters, line = split_cell(one.cell)
        now = cell_value(value_at(lines, line, column_number(letters)))
        same = shown_text(now) == one.value if isinstance(one.value, str) else now == one.value
        if not same or not same_formula(formulas.get(one.cell, ""), one.formula):
            yield CellEdit(sheet, one.cell, one.value if one.value != "" else None, one.formula)
