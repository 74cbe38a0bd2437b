"""Which part of a workbook's archive is which, by the parts that list them."""

from __future__ import annotations

import re
import sys
from posixpath import normpath
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xlbudget.xlsx.archive import Archive

_SHEET = re.compile(r"<(?:\w+:)?sheet\s([^>]*)>")
_RELATION = re.compile(r"<(?:\w+:)?Relationship\s([^>]*)>")
_ATTRIBUTE = re.compile(r"([\w:]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
_ENTITY = re.compile(r"&(?:#x([0-9A-Fa-f]{1,6})|#(\d{1,7})|(amp|lt|gt|quot|apos));")
_NAMED = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}


class Relation(NamedTuple):
    """A relationship: its type's address, and its target as a name in the archive."""

    kind: str
    target: str


class SheetPart(NamedTuple):
    """A worksheet: its part's name in the archive, its number (``sheetId``), whether it is shown."""

    part: str
    number: int
    visible: bool


class Parts(NamedTuple):
    """Where things stand: the workbook's part, its kind, and its worksheets in their order.

    ``relations`` are those of the workbook's part by id; ``relations_part`` holds them. Sheets
    without cells (charts, dialogues) are left out.
    """

    book: str
    kind: str
    sheets: dict[str, SheetPart]
    relations: dict[str, Relation]
    relations_part: str


def workbook_parts(archive: Archive) -> Parts:
    """The parts of ``archive``, as it names them (upper and lower case may differ in references).

    Raises:
        KeyError: a part that must be there is missing.
        UnusableFileError: the archive is damaged.
    """
    names = {name.lower(): name for name in archive.namelist()}
    root = _relations(archive, names, "_rels/.rels", "")
    found = [relation for relation in root.values() if relation.kind.endswith("/officeDocument")]
    if not found:
        raise KeyError("officeDocument")
    book = found[0].target
    folder, _, name = book.rpartition("/")
    folder = f"{folder}/" if folder else ""
    place = f"{folder}_rels/{name}.rels"
    relations = _relations(archive, names, place, folder)
    sheets: dict[str, SheetPart] = {}
    for match in _SHEET.finditer(archive.read(book).decode("utf-8", "replace")):
        one = _attributes(match[1])
        relation = next((text for key, text in one.items() if key.endswith(":id")), "")
        kind, target = relations.get(relation, ("", ""))
        if kind.endswith("/worksheet"):
            number = one.get("sheetId", "")
            sheets[one.get("name", "")] = SheetPart(
                target,
                int(number) if number.isdecimal() else 0,
                one.get("state", "visible") == "visible",
            )
    return Parts(book, found[0].kind, sheets, relations, names.get(place.lower(), place))


def _relations(
    archive: Archive, names: Mapping[str, str], part: str, folder: str
) -> dict[str, Relation]:
    """Relation id -> relation."""
    found: dict[str, Relation] = {}
    text = archive.read(names.get(part.lower(), part)).decode("utf-8", "replace")
    for match in _RELATION.finditer(text):
        one = _attributes(match[1])
        target = one.get("Target", "")
        place = normpath(target[1:] if target.startswith("/") else folder + target)
        found[one.get("Id", "")] = Relation(one.get("Type", ""), names.get(place.lower(), place))
    return found


def _attributes(text: str) -> dict[str, str]:
    """The attributes of a tag, unescaped."""
    return {
        match[1]: unescaped(match[2] if match[2] is not None else match[3])
        for match in _ATTRIBUTE.finditer(text)
    }


def unescaped(text: str) -> str:
    """A text of an attribute without its entities."""

    def character(match: re.Match[str]) -> str:
        if match[3]:
            return _NAMED[match[3]]
        code = int(match[1], 16) if match[1] else int(match[2])
        return chr(code) if code <= sys.maxunicode else match[0]

    return _ENTITY.sub(character, text)
