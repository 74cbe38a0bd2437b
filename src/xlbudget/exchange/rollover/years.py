"""Years in texts, moved on by one."""

from __future__ import annotations

import re

__all__ = ["moved_years"]

_RANGE = r"(20\d\d)(?:年(?:\d{1,2}月(?:\d{1,2}日)?)?)?\s*(?:[-—–~～至到]|——)\s*(20\d\d)"
_TITLE = re.compile(r"《[^》]*》|[〔\[［【(（]20\d\d[〕\]］】)）]\s*第?\s*\d*\s*号?|" + _RANGE)
"""Names of papers and their numbers are what they are; a range is of several years or moved whole."""
_YEAR = re.compile(r"(?<!\d)(20\d\d)(?=\s*年|-\d{1,2}(?:-\d{1,2})?(?!\d)|[./]\d{1,2}[./]\d{1,2})")
_DIGITS = "〇一二三四五六七八九"
_ZEROS = "○零Ｏ"
_WRITTEN = re.compile(f"二[{_ZEROS}〇][{_DIGITS}{_ZEROS}]{{2}}(?=年)")


def moved_years(text: str, year: int) -> str:
    """``text``, written in the papers of ``year``, for the year after.

    That year, the one before and the one after each become the next; other years, names of papers
    (《…》, 〔2023〕12号) and ranges over several years stay.
    """

    def kept(match: re.Match[str]) -> str:
        first, last = match[1], match[2]
        whole = bool(first) and first == last and int(first) in _near(year)
        return match[0].replace(first, str(int(first) + 1)) if whole else match[0]

    pieces, position = [], 0
    for match in _TITLE.finditer(text):
        pieces += [_moved(text[position : match.start()], year), kept(match)]
        position = match.end()
    return "".join([*pieces, _moved(text[position:], year)])


def _near(year: int) -> range:
    """The years that papers of ``year`` speak of as last, this and next year."""
    return range(year - 1, year + 2)


def _moved(text: str, year: int) -> str:
    near = _near(year)

    def later(match: re.Match[str]) -> str:
        return str(int(match[0]) + 1) if int(match[0]) in near else match[0]

    def written(match: re.Match[str]) -> str:
        plain = match[0]
        for zero in _ZEROS:
            plain = plain.replace(zero, "〇")
        found = int("".join(str(_DIGITS.index(sign)) for sign in plain))
        if found not in near:
            return match[0]
        new = "".join(_DIGITS[int(digit)] for digit in str(found + 1))
        return new.replace("〇", match[0][1])

    return _WRITTEN.sub(written, _YEAR.sub(later, text))
