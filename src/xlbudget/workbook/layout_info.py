"""The lines of 基础信息, from the standard alone, and the cells of its values."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from xlbudget.figures import InfoValue
from xlbudget.money import COUNT, parse_amount

if TYPE_CHECKING:
    from xlbudget.figures import Book, Cell
    from xlbudget.standard.model import Field, Keyed, Standard

__all__ = ["InfoLine", "info_lines", "place_info"]

_FIRST = 4
"""The first line below the headings."""


class InfoLine(NamedTuple):
    """One line of 基础信息: a section's title, a field, or a line of a keyed list."""

    line: int
    kind: str
    title: str = ""
    field: Field | None = None
    keyed: Keyed | None = None
    position: int = 0


def info_lines(standard: Standard) -> list[InfoLine]:
    """What stands on each line; kinds: section, field, keyed, keyed_heading, keyed_row."""
    lines: list[InfoLine] = []
    for section in standard.sections:
        lines.append(InfoLine(0, "section", title=section.title))
        lines.extend(InfoLine(0, "field", field=field) for field in section.fields)
    for keyed in standard.keyed:
        lines.append(InfoLine(0, "keyed", title=keyed.title, keyed=keyed))
        lines.append(InfoLine(0, "keyed_heading", keyed=keyed))
        rows = range(keyed.room)
        lines.extend(InfoLine(0, "keyed_row", keyed=keyed, position=one) for one in rows)
    return [one._replace(line=number) for number, one in enumerate(lines, _FIRST)]


def place_info(standard: Standard, book: Book) -> dict[str, InfoValue]:
    """Every field with its cell; one that the book lacks holds its default or is blank."""
    return {
        line.field.key: InfoValue(_info_value(standard, book, line.field), f"B{line.line}")
        for line in info_lines(standard)
        if line.field is not None
    }


def _info_value(standard: Standard, book: Book, field: Field) -> str | Cell:
    found = book.info.get(field.key)
    if found is not None:
        return found.value
    if field.kind == "year":
        return str(book.year) if book.year else ""
    if field.key == "standard":
        return standard.id
    if field.kind in ("amount", "count"):
        return parse_amount(field.default, COUNT if field.kind == "count" else standard.unit)
    return field.default
