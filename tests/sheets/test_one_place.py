"""What has one place: only one module knows where things stand on 情况说明, 名词解释 and 校验结果."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src" / "xlbudget"
PLACES = {
    r"指纹（请勿改动）|\"生成时\", \"现值\"": {"notes_sheet.py"},
    r"识别码（请勿改动）": {"findings_sheet.py"},
    r"SUMPRODUCT\(--\(\{away\}|\(\{away\}\{_IDS\}": {"notes_sheet.py"},
}


@pytest.mark.parametrize("pattern", PLACES)
def test_what_stands_where_is_written_once(pattern: str) -> None:
    found = {
        path.name for path in SOURCE.rglob("*.py") if re.search(pattern, path.read_text("utf-8"))
    }
    assert found == PLACES[pattern]


def test_lines_are_read_by_one_reader() -> None:
    """Whoever goes through the sheets' lines takes them from ``notes_lines``."""
    of_lines = re.compile(r"range\((?:page\.|notes_sheet\.)?(?:NOTES_)?FIRST,.*(?:ROOM|LAST)")
    of_notes = re.compile(r"notes_sheet")
    found = {
        path.name
        for path in SOURCE.rglob("*.py")
        if of_notes.search(text := path.read_text("utf-8")) and of_lines.search(text)
    }
    assert found <= {"notes_sheet.py", "notes_file.py", "findings_sheet.py"}
