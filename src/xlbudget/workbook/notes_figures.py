"""The list of figures below the text: which cell each figure of a paragraph rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from xlbudget.figures import Place
from xlbudget.workbook.notes_live import CellValue, cell_value
from xlbudget.workbook.read_cells import text_of, value_at
from xlbudget.workbook.read_labels import caption, row_label
from xlbudget.xlsx.references import column_letter, column_number, split_cell

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from xlbudget.notes.document import Paragraph
    from xlbudget.notes.figure import CellRef, Figure
    from xlbudget.workbook.read_cells import Lines

__all__ = ["FigureLine", "basis_sheets", "figure_lines"]

_UNPRINTED = "（文中未写）"
_CHANGES = {"amount": "比上年增减额", "percent": "比上年增减幅度", "text": "增减方向"}


class FigureLine(NamedTuple):
    """One line: the paragraph, what it prints, what that means, the cell and what it holds."""

    paragraph: str
    shown: str
    meaning: str
    place: Place
    value: CellValue


def basis_sheets(paragraphs: Iterable[Paragraph]) -> set[str]:
    """The sheets on which the figures of some paragraphs rest."""
    figures = (figure for one in paragraphs for figure in one.figures)
    return {cell.place.sheet for figure in figures for cell in figure.cells if cell.place.sheet}


def figure_lines(paragraphs: Iterable[Paragraph], lines: Mapping[str, Lines]) -> list[FigureLine]:
    """A line for every figure of every paragraph and cell that it rests on.

    ``lines`` are the values of the sheets; what stands in no cell of them has no line.
    """
    found: dict[tuple[str, str, Place], FigureLine] = {}
    for one in paragraphs:
        for figure in _told(one.figures):
            for cell in figure.cells:
                place = _place(cell, lines.get(cell.place.sheet, []))
                if place is None:
                    continue
                letters, line = split_cell(place.cell)
                value = cell_value(value_at(lines[place.sheet], line, column_number(letters)))
                key = one.id, figure.name, place
                new = FigureLine(one.id, _shown(figure, cell), _meaning(figure, cell), place, value)
                if key not in found or found[key].shown == _UNPRINTED:
                    found[key] = new
    return list(found.values())


def _told(figures: Iterable[Figure]) -> Iterator[Figure]:
    """The figures, without the words for a change (增加, 下降) whose amount is among them."""
    every = list(figures)
    amounts = {_stem(one) for one in every if one.how == "change" and one.kind != "text"}
    for one in every:
        if one.kind != "text" or one.how != "change" or _stem(one) not in amounts:
            yield one


def _stem(figure: Figure) -> str:
    return figure.name.rpartition(".")[0]


def _shown(figure: Figure, cell: CellRef) -> str:
    """What the text prints: of a list of names, the one that stands on the cell's row."""
    if figure.kind == "list":
        name = cell.label.partition("·")[0]
        return name if name and name in figure.text else figure.text
    return figure.text or _UNPRINTED


def _meaning(figure: Figure, cell: CellRef) -> str:
    """What a figure is, and which part of it stands in the cell where it rests on several."""
    if figure.how == "change":
        title = f"{figure.title}{_CHANGES.get(figure.kind, '')}"
    elif figure.how == "info" or (figure.kind == "note" and cell.label):
        return cell.label if figure.kind != "year" else figure.title
    elif figure.kind == "list" or (figure.kind == "text" and not cell.column):
        return f"{figure.title}的名称" if not cell.column else figure.title
    else:
        title = figure.title
    several = len(figure.cells) > 1 and cell.label
    return f"{title}：{cell.label}" if several else title


# ------------------------------------------------------------------ where a cell stands


def _place(cell: CellRef, lines: Lines) -> Place | None:
    """The cell, looked for where only its line or its name is known."""
    if not lines:
        return None
    if cell.place.cell:
        return cell.place
    found = _named(cell, lines) if cell.line else _listed(cell, lines)
    return Place(cell.place.sheet, found) if found else None


def _named(cell: CellRef, lines: Lines) -> str:
    """The cell of a line that holds the name of its row."""
    wanted = row_label(cell.label)
    for column, value in enumerate(lines[cell.line - 1] if cell.line <= len(lines) else ()):
        if wanted and isinstance(value, str) and value and row_label(value) == wanted:
            return f"{column_letter(column)}{cell.line}"
    return ""


def _listed(cell: CellRef, lines: Lines) -> str:
    """The cell of a text of a list of 基础信息: below the list's title, beside its name."""
    title, inside = caption(cell.column), False
    for number, line in enumerate(lines, 1):
        name = text_of(line[0]) if line else ""
        text = text_of(line[1]) if len(line) > 1 else ""
        if caption(name) == title and not text:
            inside = True
        elif inside and name == cell.row and text:
            return f"B{number}"
    return ""
