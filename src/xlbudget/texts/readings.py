"""How a standard's sentences are read back: ``notes/readings.toml``, whose head describes its shape.

Texts are compared plain: no white space or invisible signs, half-width digits, brackets and punctuation.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from xlbudget.characters import squash
from xlbudget.errors import StandardError
from xlbudget.standard.layers import Layers, once, standard_file

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xlbudget.standard.model import Standard

_BACK = str.maketrans({"(": "（", ")": "）", ";": "；", ":": "："})


@lru_cache(maxsize=4096)
def plain(text: str) -> str:
    """Without white space; digits, brackets, quotes and punctuation in one form (``,`` ``;`` ``:``)."""
    return re.sub("[“”„‟「」『』]", '"', squash(text))


def printed(text: str) -> str:
    """A piece of plain text as a reader would see it."""
    shown = re.sub(r"(?<!\d),|,(?!\d{3})", "，", text.translate(_BACK))
    return re.sub(r'"([^"]*)"', r"“\1”", shown)


def level_pattern(standard: Standard) -> re.Pattern[str] | None:
    """A level of the standard's subjects in brackets, in plain text, with the digits of a code or without: （204类）."""
    lists = standard.subjects.values()
    return _levels(tuple(dict.fromkeys(level for one in lists for level in one.levels)))


@lru_cache(maxsize=8)
def _levels(levels: tuple[str, ...]) -> re.Pattern[str] | None:
    named = "|".join(map(re.escape, levels))
    return re.compile(rf"\((?P<code>\d{{0,7}})(?P<level>{named})\)") if levels else None


PARTS = ("notes", "glossary", "form")
"""Where a :class:`Wording` is looked for."""


class Part(NamedTuple):
    """Ways to say one figure."""

    say: tuple[str, ...]
    figure: str


class Head(NamedTuple):
    """What a sentence speaks of: its figure, comparison, make-up and parts.

    ``required``: its section speaks of it, or denies something where the figure is nought;
    ``stated``: its section speaks of it unless the figure is nought. ``partly`` says of which of a
    department's units it is, where it is not of all; ``unexplained``: the reason of its change stands elsewhere.
    """

    section: str
    say: tuple[str, ...]
    figure: str
    change: str = ""
    kinds: str = ""
    carryover: str = ""
    names: str = ""
    exempt: str = ""
    required: bool = False
    stated: bool = False
    partly: str = ""
    unexplained: bool = False
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
        said = plain(self.said)
        if said not in text:
            return False
        return any(
            found and (not self.beside or any(plain(word) in rest for word in self.beside))
            for sentence in re.split("[。;]", text)
            for _, found, rest in [sentence.partition(said)]
        )


class Former(NamedTuple):
    """A name that was last right in the budget year ``last`` (0: never), and the one that is right."""

    said: str
    right: str
    last: int = 0


class Passage(NamedTuple):
    """What the body of a section must speak of, unless the figure ``zero`` is nought, or nothing has changed by it.

    It does in a sentence with one of ``any``, with one of ``near`` if there are any, and without
    those of ``without``.
    """

    section: str
    name: str
    any: tuple[str, ...]
    near: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    zero: str = ""

    def told(self, text: str) -> bool:
        """Whether a plain text speaks of it."""
        return any(
            _one_of(self.any, sentence)
            and (not self.near or _one_of(self.near, sentence))
            and not _one_of(self.without, sentence)
            for sentence in re.split("[。;]", text)
        )


def _one_of(words: tuple[str, ...], text: str) -> bool:
    return any(plain(word) in text for word in words)


class Units(NamedTuple):
    """The units of numbers in texts.

    ``counts`` count things (辆, 台（套）), ``others`` only begin like one of them (人次), ``bare`` is
    the unit of money that a number without unit has.
    """

    counts: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    bare: str = "万元"


class Dated(NamedTuple):
    """A year before one of ``said`` or behind one of ``behind``: that of the budget plus ``offset``.

    Without an offset it may be any. ``figure`` says of what speaks a number right behind: ``now``, the figure
    itself, or ``prior``, what it is compared with.
    """

    said: tuple[str, ...] = ()
    behind: tuple[str, ...] = ()
    offset: int | None = None
    figure: str = ""


class Everywhere(NamedTuple):
    """The section whose heads are looked for in 部门概况 and in tables' notes, and what it counts in."""

    section: str = ""
    unit: str = ""


class Readings(NamedTuple):
    """The file as records; ``lines`` are (section, list) pairs, ``rules`` the codes of findings.

    ``glossary`` is the list whose items the glossary explains, ``slips`` words by what they tell;
    ``ignored`` are sections that are written freely.
    """

    rules: Mapping[str, str]
    words: Mapping[str, tuple[str, ...]]
    alias: Mapping[str, tuple[str, ...]]
    heads: tuple[Head, ...]
    lines: tuple[tuple[str, str], ...]
    targets: tuple[Part, ...]
    wordings: tuple[Wording, ...]
    former: tuple[Former, ...] = ()
    passages: tuple[Passage, ...] = ()
    glossary: str = ""
    slips: Mapping[str, tuple[str, ...]] = {}
    units: Units = Units()
    dated: tuple[Dated, ...] = ()
    everywhere: Everywhere = Everywhere()
    ignored: frozenset[str] = frozenset()


@once
def load_readings(layers: Layers) -> Readings | None:
    """The readings of a standard, None where it has none.

    Raises:
        StandardError: the file is not what its head describes.
    """
    raw = standard_file(layers, "notes/readings")
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
            tuple(Former(**one) for one in raw.get("former", ())),
            tuple(map(_passage, raw.get("passage", ()))),
            raw.get("glossary", {}).get("list", ""),
            {key: tuple(words) for key, words in raw.get("slips", {}).items()},
            Units(**_frozen(raw.get("units", {}))),
            tuple(Dated(**_frozen(one)) for one in raw.get("year", ())),
            Everywhere(**raw.get("everywhere", {})),
            frozenset(one["section"] for one in raw.get("ignore", ())),
        )
    except (KeyError, TypeError) as error:
        raise StandardError(f"“notes/readings.toml”缺少或写错了{error}。") from error


def _frozen(raw: Mapping[str, Any]) -> dict[str, Any]:
    """The entries with tuples in place of lists."""
    return {key: tuple(one) if isinstance(one, list) else one for key, one in raw.items()}


def _part(raw: Mapping[str, Any]) -> Part:
    return Part(tuple(raw["say"]), raw["figure"])


def _wording(raw: Mapping[str, Any]) -> Wording:
    return Wording(raw["said"], raw["right"], raw["part"], tuple(raw.get("beside", ())))


def _passage(raw: Mapping[str, Any]) -> Passage:
    spoken, near, without = (tuple(raw.get(key, ())) for key in ("any", "near", "without"))
    return Passage(raw["section"], raw["name"], spoken, near, without, raw.get("zero", ""))


def _head(raw: Mapping[str, Any]) -> Head:
    known = {**raw, "say": tuple(raw["say"]), "parts": tuple(map(_part, raw.get("parts", ())))}
    return Head(**known)
