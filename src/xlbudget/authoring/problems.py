"""What is wrong with a standard, as values: in which file, on which line, in one sentence."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

    from xlbudget.standard.layers import KeyPath


class Remark(NamedTuple):
    """A problem by its place in the merged files: ``file`` without suffix for TOML (``rules``), else the whole name.

    ``path`` leads to a key of a TOML file; ``line`` is known of other files. ``advice``: nothing is wrong, but it
    may not be what was meant.
    """

    file: str
    path: KeyPath
    text: str
    advice: bool = False
    line: int = 0


class Problem(NamedTuple):
    """A problem as it is told."""

    file: str
    line: int
    text: str
    advice: bool = False

    def __str__(self) -> str:
        return f"{self.file}第{self.line}行：{'（提醒）' * self.advice}{self.text}"


def near(name: str, known: Iterable[str]) -> str:
    """A clause that guesses what was meant, or ""."""
    close = get_close_matches(name, list(known), 1, 0.6)
    return f"，是否想写“{close[0]}”" if close else ""
