"""The paragraphs that a person has written: found in a workbook, put into another one."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from xlbudget.errors import UnusableFileError
from xlbudget.figures import Place, TextUnit
from xlbudget.workbook.layout import GLOSSARY, NOTES, NOTES_FIRST, NOTES_ROOM
from xlbudget.workbook.notes_heights import text_heights
from xlbudget.workbook.notes_live import EDITED, STALE, state_formula
from xlbudget.workbook.read import read_book
from xlbudget.workbook.read_cells import text_of, value_at
from xlbudget.xlsx.cells import Afterwards, CellEdit
from xlbudget.xlsx.workbook import Workbook

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from xlbudget.standard.model import Standard

__all__ = ["FinalsPlan", "plan_finals", "read_finals", "write_finals"]

_PARTS = {NOTES: "notes", GLOSSARY: "glossary"}
_OWN, _HEADING, _BODY = "自写", "标题", "正文"


class FinalsPlan(NamedTuple):
    """The edits that write the texts, and what goes with them."""

    edits: list[CellEdit]
    afterwards: Afterwards


def read_finals(source: Workbook) -> tuple[TextUnit, ...]:
    """The final texts of a workbook that are not the generated ones, also those without an id yet.

    Raises:
        UnusableFileError: the file cannot be read.
    """
    found: list[TextUnit] = []
    lines = source.lines_of(list(_PARTS))
    for sheet, part in _PARTS.items():
        section, seen = "", set[str]()
        held = lines.get(sheet, [])
        for number in range(NOTES_FIRST, NOTES_FIRST + NOTES_ROOM):
            identity, kind, generated, final = (
                text_of(value_at(held, number, column)) for column in range(1, 5)
            )
            head = identity.partition(".")[0]
            section = head if head not in ("", _OWN) else section
            if not final or final == generated:
                continue
            key = identity or f"{_OWN}.{number}"
            while key in seen:  # a copied line
                key += "+"
            seen.add(key)
            place = Place(sheet, f"D{number}")
            found.append(TextUnit(part, section or _OWN, key, final, place, kind == _HEADING))
    return tuple(found)


def plan_finals(texts: Sequence[TextUnit], remark: str = "", *, older: bool = False) -> FinalsPlan:
    """The texts on the sheets of a workbook whose notes have not been generated.

    Each keeps its id, so generating puts it beside its paragraph. With ``older`` it was written for
    other figures: its state says so until it is edited or cleared. ``remark`` stands beside it.

    Raises:
        UnusableFileError: more paragraphs than there is room for.
    """
    edits: list[CellEdit] = []
    last_rows: dict[str, int] = {}
    heights: dict[str, dict[int, float]] = {}
    for sheet, part in _PARTS.items():
        units = [unit for unit in texts if unit.part == part]
        if len(units) > NOTES_ROOM:
            raise UnusableFileError(
                f"工作表“{sheet}”只能放下{NOTES_ROOM}段，现有{len(units)}段定稿；请删去不用的旧段落。"
            )
        if not units:
            continue
        for line, unit in enumerate(units, NOTES_FIRST):
            state = STALE if older else EDITED
            values = {
                "A": unit.id,
                "B": _HEADING if unit.heading else _BODY,
                "D": unit.text,
                "F": remark,
                "H": "-" if older else "",
                "I": unit.text if older else "",
            }
            edits += [CellEdit(sheet, f"{letter}{line}", text) for letter, text in values.items()]
            edits.append(CellEdit(sheet, f"E{line}", state, state_formula(sheet, line)))
        heights[sheet] = text_heights([("", unit.text, remark) for unit in units])
        last_rows[sheet] = NOTES_FIRST - 1 + len(units)
    return FinalsPlan(edits, Afterwards(last_rows=last_rows, heights=heights))


def write_finals(path: Path, standard: Standard, texts: Sequence[TextUnit]) -> None:
    """Generate the notes of a new workbook, with the texts as final texts beside their paragraphs.

    Raises:
        UnusableFileError: more paragraphs than there is room for.
    """
    from xlbudget.notes.explain import explain, glossary  # noqa: PLC0415  # templates, rarely needed
    from xlbudget.workbook.notes_file import plan_notes  # noqa: PLC0415

    plan = plan_finals(texts)
    Workbook(path).patch(path, plan.edits, plan.afterwards)
    written = Workbook(path)
    book = read_book(written, standard)
    notes = plan_notes(written, explain(standard, book), glossary(standard, book))
    written.patch(path, notes.edits, notes.afterwards)
