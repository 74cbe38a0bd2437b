"""Text with a line for each line of a table: CSV, semicolons, or tabs as copied from a screen."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter

from xlbudget.errors import UnusableFileError
from xlbudget.importing.decoding import decoded
from xlbudget.importing.tables.size import too_large
from xlbudget.limits import MOST_EXPORTED_COLUMNS, MOST_EXPORTED_LINES
from xlbudget.sheets.cells import Sheet

_SEPARATORS = "\t,;|"
_LOOKED_AT = 64 * 1024
_QUOTED = re.compile(r'"[^"]*"')
_KEPT = re.compile(r'="([^"]*)"')
"""What keeps a program from making a number of a code."""
_LONGEST = 200_000
"""Letters of one line: more than a table's can have."""


def delimited_sheet(data: bytes, file_name: str, sheet_name: str) -> Sheet:
    """The only sheet of a text; all its cells are texts.

    Raises:
        UnusableFileError: no text, in no encoding that is known, larger than any table, or its quotes are not closed.
    """
    text = decoded(data, file_name)
    rows: list[list[object]] = []
    lines = io.StringIO(text, newline="")
    if any(len(line) > _LONGEST for line in lines):
        raise too_large(file_name, f"有一行超过{_LONGEST // 10_000}万字")
    lines.seek(0)
    try:
        for row in csv.reader(lines, delimiter=separator(text)):
            if len(row) > MOST_EXPORTED_COLUMNS:
                raise too_large(file_name, f"第{len(rows) + 1}行有{len(row)}栏")
            if len(rows) == MOST_EXPORTED_LINES:
                raise too_large(file_name, f"超过{MOST_EXPORTED_LINES // 10_000}万行")
            rows.append([_plain(cell) for cell in row])
    except csv.Error as error:
        raise UnusableFileError(f"“{file_name}”读不出来；请检查引号是否成对。") from error
    return Sheet(sheet_name, rows)


def separator(text: str) -> str:
    """What stands between the cells: what most lines have equally often; a comma where nothing does.

    Commas within amounts (1,234.50) differ from line to line.
    """
    head = _QUOTED.sub("", text[:_LOOKED_AT])
    lines = [line for line in head.splitlines() if line.strip()]
    held = {sign: [line.count(sign) for line in lines] for sign in _SEPARATORS}
    equal = {
        sign: max(Counter(filter(None, counts)).values(), default=0)
        for sign, counts in held.items()
    }
    best = max(_SEPARATORS, key=lambda sign: (equal[sign], -_SEPARATORS.index(sign)))
    return best if equal[best] else ","


def _plain(cell: str) -> str:
    text = cell.strip()
    kept = _KEPT.fullmatch(text)
    return kept[1] if kept else text
