"""Number formats: what kind each is, and their codes as Excel writes them."""

from __future__ import annotations

import re

from calc.uno_path import Uno, uno

__all__ = ["DATE", "LOGICAL", "TEXT", "TIME", "NumberFormats"]

DATE, TIME, TEXT, LOGICAL = 2, 4, 256, 1024
"""Bits of com.sun.star.util.NumberFormat."""

_USER_DEFINED = 1
_PROTECTED_PARTS = re.compile(r'("[^"]*"|\[\$[^\]]*\]|AM/PM|A/P|General)')
_COLOUR = re.compile(r"\[([A-Z]{3,7})\]")


class NumberFormats:
    """The formats of one document, by LibreOffice's key."""

    def __init__(self, document: Uno) -> None:
        self._formats = document.NumberFormats
        self._english = uno().createUnoStruct("com.sun.star.lang.Locale", "en", "US", "")
        self._known: dict[int, tuple[int, str]] = {}

    def kind(self, key: int) -> int:
        """The bits that say what values it is for."""
        return self._found(key)[0]

    def code(self, key: int) -> str:
        """The code in Excel's spelling: ``yyyy-mm-dd``, ``[Red]``."""
        kind, code = self._found(key)
        if kind & LOGICAL:
            return "General"
        code = _COLOUR.sub(lambda found: f"[{found[1].capitalize()}]", code)
        if not kind & (DATE | TIME):
            return code
        parts = _PROTECTED_PARTS.split(code)
        return "".join(part if at % 2 else part.lower() for at, part in enumerate(parts))

    def key(self, code: str) -> int:
        """The key of a code, which is added where it is new."""
        if code == "General":
            return int(self._formats.getStandardIndex(self._english))
        found = self._formats.queryKey(code, self._english, False)
        return int(self._formats.addNew(code, self._english) if found == -1 else found)

    def _found(self, key: int) -> tuple[int, str]:
        if key not in self._known:
            format_ = self._formats.getByKey(key)
            self._known[key] = (format_.Type & ~_USER_DEFINED, format_.FormatString)
        return self._known[key]
