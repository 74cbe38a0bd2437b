"""Words typed by people made ready for a sentence; Chinese numerals."""

from __future__ import annotations

import re
import unicodedata

__all__ = ["clean", "clean_clause", "ordinal"]

_ENDING = "。．.；;，,、：: "
_REPEATED = re.compile(r"([。，；、：])[。，；、：]+")
_LEADING = re.compile(
    r"(?:其?主要原因(?:是|为|在于)?|其?原因(?:是|为|在于|(?=[：:，,]))|主要是|是?因为|是?由于)[：:，,]?"
)
_DIGITS = "零一二三四五六七八九"


def clean(text: str) -> str:
    """One line of ordinary characters: no control, private-use or formatting characters.

    Line breaks and runs of white space become one space, or nothing between Chinese characters.
    """
    kept = "".join(
        " " if sign.isspace() else sign
        for sign in text
        if sign.isspace() or unicodedata.category(sign)[0] != "C"
    )
    kept = " ".join(kept.split())
    return re.sub(r"(?<=[^\x00-\x7f]) (?=[^\x00-\x7f])", "", kept)


def clean_clause(text: str, leading: str = "") -> str:
    """A clause that fits after set words: no closing punctuation, none doubled.

    ``leading`` is a word removed from its beginning (指, 主要用于); words that lead in a reason
    (主要原因是, 因为, 由于) are removed when it is ``原因``.
    """
    cleaned = clean(text).strip(_ENDING)
    while True:
        if leading == "原因":
            rest = _LEADING.sub("", cleaned, count=1) if _LEADING.match(cleaned) else cleaned
        else:
            rest = cleaned.removeprefix(leading)
        rest = rest.strip(_ENDING)
        if rest == cleaned:
            return _REPEATED.sub(r"\1", cleaned)
        cleaned = rest


def ordinal(number: int) -> str:
    """A Chinese numeral: 1 一, 10 十, 21 二十一, 105 一百零五 (up to 999)."""
    hundreds, rest = divmod(number, 100)
    tens, ones = divmod(rest, 10)
    text = f"{_DIGITS[hundreds]}百" if hundreds else ""
    if tens:
        text += ("" if tens == 1 and not hundreds else _DIGITS[tens]) + "十"
    elif hundreds and ones:
        text += "零"
    return text + (_DIGITS[ones] if ones or not text else "")
