"""docs/security.md says the bounds that the code has; ``UPDATE_GOLDEN=1`` writes their values anew."""

from __future__ import annotations

import os
import re
from importlib import import_module
from pathlib import Path

from xlbudget import limits

_PAGE = Path(__file__).parents[2] / "docs" / "security.md"
_ROW = re.compile(r"^\| [^|]+ \| ([^|]+) \| `([\w.]+):(\w+)` \|$", re.MULTILINE)


def _row(match: re.Match[str]) -> str:
    """A row of the table with the value of the code, in the unit that it has."""
    bound = getattr(import_module(match[2]), match[3])
    value = f"{bound >> 20:,} MiB" if match[1].endswith(" MiB") else f"{bound:,}"
    start, end = (place - match.start() for place in match.span(1))
    return match[0][:start] + value + match[0][end:]


def test_the_page_says_the_bounds_of_the_code() -> None:
    page = _PAGE.read_text("utf-8")
    assert len(_ROW.findall(page)) > 40
    expected = _ROW.sub(_row, page)
    if os.environ.get("UPDATE_GOLDEN"):
        _PAGE.write_text(expected, encoding="utf-8")
    assert _PAGE.read_text("utf-8") == expected


def test_every_bound_of_a_file_is_on_the_page() -> None:
    said = {
        name
        for _, module, name in _ROW.findall(_PAGE.read_text("utf-8"))
        if module == "xlbudget.limits"
    }
    assert said == {name for name in vars(limits) if name.isupper()}
