"""Texts that formulas give, in a file whose saver did not store them: headings with the year, names.

Some programs write formulas without their values. Amounts that are not stored count as blank, but
without headings and names a table could not be read at all.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from xlbudget.workbook.read_cells import text_of, value_at
from xlbudget.xlsx.references import column_number, split_cell

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xlbudget.standard.model import Standard
    from xlbudget.workbook.read_cells import Lines
    from xlbudget.workbook.read_source import Source
    from xlbudget.workbook.read_tables import TableData

__all__ = ["compute_texts", "lacks_texts"]

_PIECE = re.compile(
    r"\"(?P<text>(?:[^\"]|\"\")*)\""
    r"|(?:'(?P<quoted>(?:[^']|'')+)'!|(?P<sheet>[^\W\d][\w.]*)!)?"
    r"\$?(?P<letters>[A-Z]{1,3})\$?(?P<line>[0-9]{1,7})(?![\w.(!])"
)
_NAME = re.compile(r'IF\(([A-Z]{1,3}[0-9]{1,7})="","",IFERROR\(INDEX\(')


def lacks_texts(body: TableData) -> bool:
    """Whether a column was not found, or a subject has a code and no name."""
    return not body.blocks or any(
        any(not letter for letter in data.letters)
        or any(row.kind == "subject" and not row.label for row in data.rows)
        for data in body.blocks.values()
    )


def compute_texts(
    source: Source, standard: Standard, sheet: str, formulas: Mapping[str, str]
) -> bool:
    """Put what such formulas come to into the lines of ``sheet``; whether there was any."""
    lines = source.own_lines(sheet)
    found = False
    for cell, formula in formulas.items():
        letters, line = split_cell(cell)
        column = column_number(letters)
        if text_of(value_at(lines, line, column)):
            continue
        text = _name(standard, lines, formula) or _joined(source, lines, formula)
        if text:
            lines.extend([] for _ in range(line - len(lines)))
            lines[line - 1] += [""] * (column - len(lines[line - 1]))
            lines[line - 1][column - 1] = text
            found = True
    return found


def _name(standard: Standard, lines: Lines, formula: str) -> str:
    match = _NAME.match(formula)
    if match is None:
        return ""
    letters, line = split_cell(match[1])
    code = text_of(value_at(lines, line, column_number(letters)))
    known = (subjects.by_code.get(code) for subjects in standard.subjects.values())
    return next((one[0].name for one in known if one), "")


def _joined(source: Source, lines: Lines, formula: str) -> str:
    """Texts and cells joined by &; "" for any other formula."""
    pieces: list[str] = []
    place = 0
    while place <= len(formula):
        match = _PIECE.match(formula, place)
        if match is None:
            return ""
        if match["letters"]:
            sheet = match["sheet"] or (match["quoted"] or "").replace("''", "'")
            if sheet and sheet not in source.names:
                return ""
            held = source.lines(sheet) if sheet else lines
            pieces.append(
                text_of(value_at(held, int(match["line"]), column_number(match["letters"])))
            )
        else:
            pieces.append(match["text"].replace('""', '"'))
        place = match.end()
        if place < len(formula) and formula[place] != "&":
            return ""
        place += 1
    return "".join(pieces)
