"""How a standard's sentences are read back: ``notes/readings.toml``, whose head describes its shape."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from xlbudget.errors import StandardError
from xlbudget.standard.loader import notes_file
from xlbudget.texts.plain import plain

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["PARTS", "Head", "Part", "Readings", "Wording", "load_readings"]

PARTS = ("notes", "glossary", "form")
"""Where a :class:`Wording` is looked for."""


class Part(NamedTuple):
    """Ways to say one figure."""

    say: tuple[str, ...]
    figure: str


class Head(NamedTuple):
    """What a sentence speaks of: its figure, comparison, make-up and parts."""

    section: str
    say: tuple[str, ...]
    figure: str
    change: str = ""
    kinds: str = ""
    carryover: str = ""
    names: str = ""
    exempt: str = ""
    required: bool = False
    parts: tuple[Part, ...] = ()


class Wording(NamedTuple):
    """A term that is not the prescribed one in ``part`` (notes, glossary or form).

    With ``beside``, only where the same sentence goes on with one of these words.
    """

    said: str
    right: str
    part: str
    beside: tuple[str, ...] = ()

    def used(self, text: str) -> bool:
        """Whether a plain text says it so."""
        return any(
            found and (not self.beside or any(plain(word) in rest for word in self.beside))
            for sentence in re.split("[。;]", text)
            for _, found, rest in [sentence.partition(plain(self.said))]
        )


class Readings(NamedTuple):
    """The file as records; ``lines`` are (section, list) pairs, ``rules`` the codes of findings."""

    rules: Mapping[str, str]
    words: Mapping[str, tuple[str, ...]]
    alias: Mapping[str, tuple[str, ...]]
    heads: tuple[Head, ...]
    lines: tuple[tuple[str, str], ...]
    targets: tuple[Part, ...]
    wordings: tuple[Wording, ...]


def load_readings(folder: Path) -> Readings | None:
    """The readings of a standard, None where it has none.

    Raises:
        StandardError: the file is not what its head describes.
    """
    raw = notes_file(folder, "readings")
    if raw is None:
        return None
    try:
        return Readings(
            raw["rules"],
            {key: tuple(words) for key, words in raw["words"].items()},
            {key: tuple(words) for key, words in raw.get("alias", {}).items()},
            tuple(map(_head, raw["head"])),
            tuple((one["section"], one["list"]) for one in raw.get("lines", ())),
            tuple(map(_part, raw.get("target", ()))),
            tuple(map(_wording, raw.get("wording", ()))),
        )
    except (KeyError, TypeError) as error:
        raise StandardError(f"“notes/readings.toml”缺少或写错了{error}。") from error


def _part(raw: Mapping[str, Any]) -> Part:
    return Part(tuple(raw["say"]), raw["figure"])


def _wording(raw: Mapping[str, Any]) -> Wording:
    return Wording(raw["said"], raw["right"], raw["part"], tuple(raw.get("beside", ())))


def _head(raw: Mapping[str, Any]) -> Head:
    known = {**raw, "say": tuple(raw["say"]), "parts": tuple(map(_part, raw.get("parts", ())))}
    return Head(**known)
