"""A text made comparable: no white space or invisible signs, half-width digits, brackets and punctuation."""

from __future__ import annotations

import re
from functools import lru_cache

from xlbudget.characters import squash

__all__ = ["plain", "printed"]

_BACK = str.maketrans({"(": "（", ")": "）", ";": "；", ":": "："})


@lru_cache(maxsize=4096)
def plain(text: str) -> str:
    """Without white space; digits, brackets, quotes and punctuation in one form (``,`` ``;`` ``:``)."""
    return re.sub("[“”„‟「」『』]", '"', squash(text))


def printed(text: str) -> str:
    """A piece of plain text as a reader would see it."""
    shown = re.sub(r"(?<!\d),|,(?!\d{3})", "，", text.translate(_BACK))
    return re.sub(r'"([^"]*)"', r"“\1”", shown)
