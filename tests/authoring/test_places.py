"""The line of a key is where it stands, in whatever way TOML lets it be written."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from xlbudget.authoring.places import lines_of, nearest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
FILES = sorted(
    path
    for folder in ("src", "tests", "examples")
    for path in (ROOT / folder).rglob("*.toml")
    if "node_modules" not in path.parts
)
ODD = '''
# a comment = [with, marks]
a.b."c d" = 1  # dotted
"quo\\"ted" = 'x # no comment'
text = """
[not.a.table]
key = "no"
"""
raw = \'\'\'
[[nor.this]]
\'\'\'
list = [ # begins
  { k = "}" , 'l' = [1, 2] }, # inline
  [ [ ], "]" ],
]
[x . y]
z = 1979-05-27T07:32:00Z
[[many]]
[many.inner]
deep = 1
[[many.rows]]
[[many.rows]]
last = true
[[many]]
only = 2
'''


def paths_of(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    if path:
        yield path
    pairs = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for key, one in pairs:
        yield from paths_of(one, (*path, key))


@pytest.mark.parametrize("text", [ODD, *(path.read_text("utf-8") for path in FILES)])
def test_every_key_has_a_line_on_which_it_is_written(text: str) -> None:
    lines = lines_of(text)
    rows = text.split("\n")
    held = set(paths_of(tomllib.loads(text)))
    assert set(lines) == held
    for path, line in lines.items():
        key = path[-1]
        if isinstance(key, str) and key.isidentifier():
            assert key in rows[line - 1], (path, rows[line - 1])


def test_the_lines_of_odd_ways_to_write() -> None:
    lines = lines_of(ODD)
    row = ODD.split("\n").index
    assert lines["a", "b", "c d"] == 3
    assert lines['quo"ted',] == 4
    assert (
        lines["list", 0, "l", 1]
        == lines["list", 0]
        == row("  { k = \"}\" , 'l' = [1, 2] }, # inline") + 1
    )
    assert lines["list", 1, 1] == lines["list", 0] + 1
    assert lines["many", 0, "rows", 1, "last"] == row("last = true") + 1
    assert lines["many", 1, "only"] == row("only = 2") + 1
    assert nearest(lines, ("many", 1, "nothing", 3)) == lines["many", 1]
    assert nearest(lines, ("nowhere",)) == 1
