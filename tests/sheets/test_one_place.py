"""What has one place: only one module knows where things stand on 情况说明, 名词解释 and 校验结果."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src" / "xlbudget"
TEXTS = {
    path.relative_to(SOURCE).as_posix(): path.read_text("utf-8") for path in SOURCE.rglob("*.py")
}
PLACES = {
    r"指纹（请勿改动）|\"生成时\", \"现值\"": "sheets/notes.py",
    r"识别码（请勿改动）": "editing/findings.py",
    r"SUMPRODUCT\(--\(\{away\}|\(\{away\}\{_IDS\}": "sheets/notes.py",
}


@pytest.mark.parametrize("pattern", PLACES)
def test_what_stands_where_is_written_once(pattern: str) -> None:
    assert [name for name, text in TEXTS.items() if re.search(pattern, text)] == [PLACES[pattern]]


def test_lines_are_read_by_one_reader() -> None:
    """Whoever goes through the sheets' lines takes them from ``notes_lines``."""
    of_notes = re.compile(r"sheets\.notes import|sheets import notes|^FIRST\b", re.MULTILINE)
    of_lines = re.compile(r"range\((?:\w+\.)?(?:NOTES_)?FIRST,.*(?:ROOM|LAST|last_line)")
    readers = {
        name for name, text in TEXTS.items() if of_notes.search(text) and of_lines.search(text)
    }
    assert "sheets/notes.py" in readers
    assert readers <= {"sheets/notes.py", "editing/notes.py", "editing/findings.py"}
