"""What published texts must not hold: people's data, secret and internal markings.

What that looks like is data of the standard (``notes/personal.toml``, whose head describes it);
here it is looked for, check digits are verified, and what is found is told without repeating it.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.characters import squash
from xlbudget.errors import StandardError
from xlbudget.findings import Finding
from xlbudget.standard.layers import Layers, standard_file

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from xlbudget.checks.named_checks import Context
    from xlbudget.figures import Book, Printed
    from xlbudget.findings import Level
    from xlbudget.standard.model import Standard


CHECKED = ("personal_data", "secret_marks")
"""The named checks of this module: what they find must not be published unseen."""

_FILE = "notes/personal.toml"
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−－﹣", "-"))
_ASCII_BREAK = re.compile(r"(?<=[0-9A-Za-z@._-])[^\S\n]*\n\s*(?=[0-9A-Za-z@._-])")
_FULL_STOP = re.compile(r"(?<=[0-9A-Za-z])。(?=[A-Za-z])")
_CAPTION = 20
"""A cell with more letters does not caption the one on its right."""
_HIDDEN = "□"
_FACTORS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_REMAINDERS = "10X98765432"


class _Sign(NamedTuple):
    """One kind of what must not be published.

    ``hint`` is a short pattern of which its texts have some, without white space. The pattern
    itself is long: it is only made ready where a text has that.
    """

    rule: str
    title: str
    pattern: str
    mask: str
    verify: str = ""
    tight: bool = False
    hint: str = ""


class _Signs(NamedTuple):
    """The file as patterns; ``phone`` finds a public number after one of its words.

    ``hints`` finds what hints at any of the signs: most texts have none and are not looked at further.
    """

    kept: tuple[str, ...]
    every: tuple[_Sign, ...]
    hints: re.Pattern[str]
    field: str
    phone: str


class _Met(NamedTuple):
    """What a text holds: under which rule it is told, its kind, how it may be shown."""

    rule: str
    text: Printed
    title: str
    shown: str


def personal_data(context: Context) -> Iterator[Finding]:
    """Numbers and names of people, or with ``secret_marks`` as the rule's check markings, in what is published."""
    grid, rule = context.grid, context.rule
    standard, book = grid.standard, grid.book
    met = grid.derived(personal_data, lambda: _met_in(standard, book, book.printed))
    return _findings(standard, met, rule.check, rule.code, context.level)


secret_marks = personal_data


def personal_findings(
    standard: Standard, book: Book, texts: Iterable[Printed], level: Level
) -> list[Finding]:
    """The same for other texts that would go out with the book."""
    codes = {rule.check: rule.code for rule in standard.rules_of(book.year)}
    met = _met_in(standard, book, texts)
    return [
        finding
        for rule in CHECKED
        if rule in codes
        for finding in _findings(standard, met, rule, codes[rule], level)
    ]


def _findings(
    standard: Standard, met: Iterable[_Met], rule: str, code: str, level: Level
) -> Iterator[Finding]:
    """Those of one rule."""
    signs = _signs(standard.layers)
    field = signs.field if signs is not None else ""
    label = standard.fields[field].label if field in standard.fields else ""
    for of, text, title, shown in met:
        if of != rule:
            continue
        way = "请删去或改写"
        if label and "电话" in title:
            way += f"，是对外公布的请填入基础信息“{label}”"
        message, sheet = f"公开的文字里有{title}“{shown}”；{way}。", text.place.sheet
        yield Finding(code, level, message, sheet, *text.place, printed=shown)


def _met_in(standard: Standard, book: Book, texts: Iterable[Printed]) -> list[_Met]:
    """What the texts hold of any rule, without what the unit has declared as public."""
    signs = _signs(standard.layers)
    if signs is None:
        return []
    own = book.info.get(signs.field)
    declared = own.value if own is not None and isinstance(own.value, str) else ""
    there = own.cell if own is not None else ""
    return [
        met
        for text in texts
        if not (there and text.info and text.place.cell == there)
        for seen in [_seen(text)]
        if signs.hints.search(seen)
        for met in _met(signs, text, seen, declared)
    ]


def _caption(one: Printed) -> str:
    """The text on the left, where that can be a caption."""
    return one.before.rstrip(":： ") if len(one.before) <= _CAPTION else ""


def _seen(one: Printed) -> str:
    """A text without white space, behind its caption."""
    if not one.before or len(one.before) > _CAPTION:
        return squash(one.text)
    return f"{squash(_caption(one))}:{squash(one.text)}"


def _met(signs: _Signs, one: Printed, seen: str, declared: str) -> Iterator[_Met]:
    """What a text (``seen`` without white space) holds, without what the unit has declared as public; the same once."""
    caption = _caption(one)
    led = bool(one.before) and len(one.before) <= _CAPTION
    hinted = [sign for sign in signs.every if _ready(sign.hint).search(seen)]
    spaced, first = "", 0
    if not all(sign.tight for sign in hinted):
        spaced = _folded(f"{caption}:{one.text}" if led else one.text)
        for pattern in signs.kept:
            spaced = _ready(pattern).sub(lambda match: _HIDDEN * len(match[0]), spaced)
        first = len(_folded(f"{caption}:")) if led else 0
    # A marking stands alone in its cell, whatever the caption beside it says.
    tight = "".join(_folded(one.text).split())
    taken: list[tuple[int, int]] = []
    told: dict[_Met, None] = {}
    for sign in hinted:
        for match in _ready(sign.pattern).finditer(tight if sign.tight else spaced):
            name = next(name for name, text in match.groupdict().items() if text is not None)
            start, end = match.span(name)
            said = match[name]
            known = not sign.tight and (
                start < first or any(start < b and a < end for a, b in taken)
            )
            if known or not _VERIFY[sign.verify](said):
                continue
            if not sign.tight:
                taken.append((start, end))
            if not _declared(said, declared):
                told[_Met(sign.rule, one, sign.title, _MASKS[sign.mask](said))] = None
    yield from told


def _folded(text: str) -> str:
    """Half-width signs, nothing invisible, white space as one space; a broken number in one piece."""
    plain = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text)).translate(_DASHES)
    plain = _FULL_STOP.sub(".", _ASCII_BREAK.sub("", plain.replace("\r", "\n")))
    return re.sub(r"\s+", " ", plain).strip()


def stated_phone(standard: Standard, texts: Iterable[str]) -> tuple[str, str]:
    """The field of 基础信息 for public numbers, and those that the texts name as such; empty if none."""
    signs = _signs(standard.layers)
    if signs is None or signs.field not in standard.fields:
        return "", ""
    found = dict.fromkeys(
        match["it"].strip()
        for text in texts
        for match in _ready(signs.phone).finditer(_folded(text))
    )
    return signs.field, "、".join(found)


def _declared(said: str, declared: str) -> bool:
    """Whether a number or address is one that the unit publishes; an area code may be left out."""
    if not declared:
        return False
    if "@" in said:
        return said.casefold() in "".join(_folded(declared).split()).casefold()
    digits = _digits(said)
    numbers = [_digits(one) for one in re.split(r"[、,;:/\s]+", _folded(declared))]
    for number in (*numbers, _digits(declared)) if digits else ():
        longer, shorter = sorted((digits, number), key=len, reverse=True)
        # Two numbers of one line differ by an area code alone.
        same_line = longer.endswith(shorter) and len(longer) - len(shorter) <= _AREA
        if digits == number or (
            len(number) > _LOCAL <= len(digits) and same_line and longer[0] == "0"
        ):
            return True
    return False


_LOCAL, _AREA = 7, 4
"""Digits of the shortest number without its area code, and of the longest area code."""


def _digits(text: str) -> str:
    return re.sub(r"\D", "", unicodedata.normalize("NFKC", text))


# ------------------------------------------------------------------ check digits


def _identity(text: str) -> bool:
    """The last sign of an identity number follows from the others (ISO 7064, MOD 11-2)."""
    signs = re.sub(r"[ -]", "", text).upper()
    total = sum(int(digit) * factor for digit, factor in zip(signs[:-1], _FACTORS, strict=True))
    return signs[-1] == _REMAINDERS[total % 11]


def _luhn(text: str) -> bool:
    """The last digit of a card's number follows from the others."""
    total = 0
    for place, digit in enumerate(reversed(_digits(text))):
        doubled = int(digit) * (1 + place % 2)
        total += doubled - 9 * (doubled > 9)  # noqa: PLR2004  # the digits of the product
    return total % 10 == 0


_VERIFY = {"": lambda _: True, "identity": _identity, "luhn": _luhn}


# ------------------------------------------------------------------ showing it


def _masked_number(text: str) -> str:
    """The first three and the last two digits: enough to find it, not to use it."""
    plain = re.sub(r"[ ()-]", "", text)
    return f"{plain[:3]}{'*' * (len(plain) - 5)}{plain[-2:]}"


_MASKS: dict[str, Callable[[str], str]] = {
    "": lambda text: text,
    "number": _masked_number,
    "mail": lambda text: f"{text[0]}***@{text.partition('@')[2]}",
    "name": lambda text: text[0] + "*" * (len(text.replace(" ", "")) - 1),
}


# ------------------------------------------------------------------ the data


@lru_cache(maxsize=8)
def _signs(layers: Layers) -> _Signs | None:
    """The standard's patterns, None where it has none.

    Raises:
        StandardError: the file is not what its head describes.
    """
    raw = standard_file(layers, _FILE.removesuffix(".toml"))
    if raw is None:
        return None
    try:
        words = raw["words"]

        def with_words(text: str) -> str:
            for name, word in words.items():
                text = text.replace(f"{{{name}}}", word)
            return text

        given = (
            {key: one[key] for key in _Sign._fields if key in one}
            | {key: with_words(one.get(key, "")) for key in ("pattern", "hint")}
            for one in raw["sign"]
        )
        signs = tuple(_Sign(**one) for one in given)
        for sign in signs:
            known = sign.verify in _VERIFY and sign.mask in _MASKS and sign.rule in CHECKED
            if not (known and "(?P<" in sign.pattern):
                raise StandardError(
                    f"“{_FILE}”的“{sign.title}”写法不对：请核对 rule、verify、mask 和 it。"
                )
        public = raw["public"]
        leads = "|".join(map(re.escape, sorted(public["words"], key=len, reverse=True)))
        number = r"(?:\(?0\d{2,3}\)? ?-? ?)?[2-9]\d{2,3}-?\d{4}(?: ?[-转] ?\d{1,5})?"
        phone = rf"(?:{leads})(?:号码)?(?:为|是)?[:\s(]{{0,3}}(?P<it>{number})(?!\d)"
        hints = re.compile("|".join(dict.fromkeys(sign.hint for sign in signs)))
        kept = tuple(with_words(one["pattern"]) for one in raw["kept"])
        return _Signs(kept, signs, hints, public["field"], phone)
    except (KeyError, TypeError, re.error) as error:
        raise StandardError(f"“{_FILE}”缺少或写错了{error}。") from error


@lru_cache(maxsize=128)
def _ready(pattern: str) -> re.Pattern[str]:
    """A pattern of the file.

    Raises:
        StandardError: it is none.
    """
    try:
        return re.compile(pattern)
    except re.error as error:
        raise StandardError(f"“{_FILE}”的写法“{pattern}”不对：{error}。") from error
