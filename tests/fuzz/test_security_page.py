"""docs/security.md says the bounds that the code has."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path

from xlbudget import limits

_PAGE = Path(__file__).parents[2] / "docs" / "security.md"
_ROW = re.compile(r"^\| [^|]+ \| ([^|]+) \| `([\w.]+):(\w+)` \|$", re.MULTILINE)


def _shown(value: int) -> str:
    """A bound as the page has it: whole MiB as such."""
    return f"{value >> 20:,} MiB" if value >= 2**20 and value % 2**20 == 0 else f"{value:,}"


def test_the_page_says_the_bounds_of_the_code() -> None:
    rows = _ROW.findall(_PAGE.read_text("utf-8"))
    assert len(rows) > 40
    for value, module, name in rows:
        bound = getattr(import_module(module), name)
        assert value in (_shown(bound), f"{bound:,}"), name


def test_every_bound_of_a_file_is_on_the_page() -> None:
    said = {
        name
        for _, module, name in _ROW.findall(_PAGE.read_text("utf-8"))
        if module == "xlbudget.limits"
    }
    assert said == {name for name in vars(limits) if name.isupper()}
