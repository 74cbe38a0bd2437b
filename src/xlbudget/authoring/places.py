"""On which line of a TOML file each of its keys stands: ``tomllib`` reads values alone.

The file must be valid; what it says is ``tomllib``'s to tell. Here it is only walked over.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xlbudget.standard.layers import KeyPath

_GAP = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_KEY = re.compile(r"""[A-Za-z0-9_-]+|"(?:[^"\\\n]|\\.)*"|'[^'\n]*'""")
_DOT = re.compile(r"[ \t]*\.[ \t]*")
_TEXT = re.compile(
    r'"""(?:[^\\]|\\.)*?"{3,5}' r"|'''.*?'{3,5}" r'|"(?:[^"\\\n]|\\.)*"' r"|'[^'\n]*'", re.DOTALL
)
_PLAIN = re.compile(r"[^,\]}\n#]+")


def lines_of(text: str) -> dict[KeyPath, int]:
    """Every key, table and element of a valid TOML file with its line, from 1."""
    walk = _Walk(text)
    walk.document()
    return walk.found


def nearest(lines: Mapping[KeyPath, int], path: KeyPath) -> int:
    """The line of a path, or of what it would stand in; 1 for what is nowhere."""
    for length in range(len(path), 0, -1):
        if path[:length] in lines:
            return lines[path[:length]]
    return 1


class _Walk:
    """One pass over a file; ``found`` is what it has met."""

    def __init__(self, text: str) -> None:
        self.found: dict[KeyPath, int] = {}
        self._text = text
        self._at = 0
        self._ends = [match.start() for match in re.finditer("\n", text)]
        self._counts: dict[KeyPath, int] = {}
        """How many tables each array of tables has so far."""

    def document(self) -> None:
        base: KeyPath = ()
        self._skip()
        while self._at < len(self._text):
            if self._text.startswith("[", self._at):
                base = self._header()
            else:
                self._pair(base)
            self._skip()

    def _header(self) -> KeyPath:
        many = self._text.startswith("[[", self._at)
        start = self._at
        self._at += 2 if many else 1
        keys = self._keys()
        self._skip()
        self._at += 2 if many else 1
        for count in range(1, len(keys)):
            self._note(self._resolved(keys[:count]), start)
        path = (*self._resolved(keys[:-1]), keys[-1])
        if many:
            self._note(path, start)
            self._counts[path] = self._counts.get(path, 0) + 1
            path = (*path, self._counts[path] - 1)
        elif path in self._counts:
            path = (*path, self._counts[path] - 1)
        self._note(path, start)
        return path

    def _resolved(self, keys: tuple[str, ...]) -> KeyPath:
        """Where keys of a header lead: of an array of tables to its last table."""
        path: KeyPath = ()
        for key in keys:
            path = (*path, key)
            if path in self._counts:
                path = (*path, self._counts[path] - 1)
        return path

    def _pair(self, base: KeyPath) -> None:
        start = self._at
        path = base
        for key in self._keys():
            path = (*path, key)
            self._note(path, start)
        self._skip()
        self._at += 1  # the equals sign
        self._skip()
        self._value(path)

    def _keys(self) -> tuple[str, ...]:
        keys = []
        while True:
            self._skip()
            match = _KEY.match(self._text, self._at)
            assert match is not None
            written = match[0]
            quoted = written[0] in "\"'"
            keys.append(next(iter(tomllib.loads(f"{written} = 0"))) if quoted else written)
            self._at = match.end()
            dot = _DOT.match(self._text, self._at)
            if dot is None:
                return tuple(keys)
            self._at = dot.end()

    def _value(self, path: KeyPath) -> None:
        opening = self._text[self._at]
        if opening == "[":
            self._at += 1
            self._skip()
            position = 0
            while self._text[self._at] != "]":
                self._note((*path, position), self._at)
                self._value((*path, position))
                position += 1
                self._comma()
            self._at += 1
        elif opening == "{":
            self._at += 1
            self._skip()
            while self._text[self._at] != "}":
                self._pair(path)
                self._comma()
            self._at += 1
        else:
            match = (_TEXT if opening in "\"'" else _PLAIN).match(self._text, self._at)
            assert match is not None
            self._at = match.end()

    def _comma(self) -> None:
        self._skip()
        if self._text[self._at] == ",":
            self._at += 1
            self._skip()

    def _skip(self) -> None:
        match = _GAP.match(self._text, self._at)
        assert match is not None
        self._at = match.end()

    def _note(self, path: KeyPath, at: int) -> None:
        self.found.setdefault(path, bisect_right(self._ends, at - 1) + 1)
