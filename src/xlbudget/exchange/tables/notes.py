"""The notes below an exported table: those that the standard prints say what 基础信息 holds."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from xlbudget.figures import InfoValue
from xlbudget.workbook.read_cells import count_of
from xlbudget.workbook.read_labels import squash

if TYPE_CHECKING:
    from collections.abc import Iterable

    from xlbudget.standard.model import Standard, Table

__all__ = ["noted"]

_FIELD = re.compile(r"\\\{([a-z_0-9]+)\\\}")


def noted(
    standard: Standard, table: Table, notes: Iterable[str]
) -> tuple[list[str], dict[str, InfoValue]]:
    """The notes that are none of the standard's, and the fields that its own name."""
    rest: list[str] = []
    values: dict[str, InfoValue] = {}
    templates = [squash(one) for one in (*table.notes, table.empty_statement) if one]
    for note in notes:
        found = next((one for t in templates if (one := _match(t, note)) is not None), None)
        if found is None:
            rest.append(note)
            continue
        for key, text in found.items():
            field = standard.fields.get(key)
            if field is None or not text:
                continue
            value = count_of(text, field.unit) if field.kind == "count" else text
            values[key] = InfoValue(value)
    return rest, values


def _match(template: str, note: str) -> dict[str, str] | None:
    """What stands in the template's places; None where the note is another."""
    pattern = _FIELD.sub(r"(?P<\1>.*?)", re.escape(template))
    match = re.fullmatch(pattern, squash(note))
    return None if match is None else match.groupdict()
