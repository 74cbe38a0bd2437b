"""What was left unfinished or slipped in while writing: placeholders, signs and words twice, lost numbers."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from xlbudget.findings import Finding, Level
from xlbudget.texts.plain import plain, printed

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from xlbudget.texts.paper import Paper

__all__ = ["doubled", "lost_numbers", "unfinished"]

_UNITS = "万元|亿元|元|%|年|月|个|辆|台|人"
_HOLES = (
    r"【待填[^】]*】|[X×x]{2,}"
    rf"|(?<![0-9A-Za-z])[X×x*](?={_UNITS})"
    r"|\*{2,}|_+|\.{3,}|\?{2,}|□+|■{2,}|\(\)"
)
"""As plain texts have them: … is three full stops, ＿ ＊ ？ are half-width there."""
_ASIDE = re.compile(r"《[^》]*》")
_MARKS = re.compile(r"[,;:、。][,;:、。]+")
_LONG = re.compile(r"([\u4e00-\u9fff]{3,12})\1")
_NUMBERLESS = re.compile(
    r"(?<=[\u4e00-\u9fff])(?:万元|亿元|元|%|个|辆|人|台\(套\))(?=[,。;、:)]|$)"
)
_AROUND = 8
"""So many signs of a text are shown around a slip."""


@lru_cache(maxsize=8)
def _placeholders(words: tuple[str, ...], spare: tuple[str, ...]) -> re.Pattern[str]:
    """What stands for something to be filled in; words that only look like it are taken whole."""
    ordered = sorted({plain(one) for one in words}, key=len, reverse=True)
    named = "|".join(map(re.escape, ordered)) or "(?!)"
    passed = "|".join(map(re.escape, map(plain, spare))) or "(?!)"
    return re.compile(rf"(?P<spare>{passed})|{_HOLES}|\((?:{named})[^()]{{0,20}}\)|{named}")


def unfinished(paper: Paper, text: str) -> Iterator[Finding]:
    """Left-over placeholders."""
    slips = paper.readings.slips
    pattern = _placeholders(slips.get("placeholder", ()), slips.get("spare", ()))
    found = (match for match in pattern.finditer(text) if match["spare"] is None)
    for said in dict.fromkeys(match[0] for match in found):
        yield paper.finding(
            "placeholder",
            Level.ERROR,
            f"还有没填的内容“{printed(said)}”；请填好。",
            None,
            printed(said),
        )


@lru_cache(maxsize=8)
def _repeats(words: tuple[str, ...], distinct: tuple[str, ...]) -> re.Pattern[str]:
    passed = "|".join(map(re.escape, map(plain, distinct))) or "(?!)"
    named = "|".join(re.escape(plain(one)) for one in words) or "(?!)"
    return re.compile(f"(?P<distinct>{passed})|(?P<twice>{named})")


def doubled(paper: Paper, text: str, names: Collection[str]) -> Iterator[Finding]:
    """Signs or words that stand there twice in a row; ``names`` may follow one another."""
    slips = paper.readings.slips
    bare = _ASIDE.sub(lambda match: "□" * len(match[0]), text)
    places = [match.span() for match in _MARKS.finditer(bare)]
    pattern = _repeats(slips.get("repeated", ()), slips.get("distinct", ()))
    places += [match.span() for match in pattern.finditer(bare) if match["distinct"] is None]
    for match in _LONG.finditer(bare):
        inside = any(start < match.end() and match.start() < end for start, end in places)
        if not inside and not any(match[1] in name for name in names):
            places.append(match.span())
    for start, end in sorted(places):
        said = printed(text[start:end])
        around = printed(text[max(0, start - _AROUND) : end + _AROUND])
        what = "标点" if _MARKS.fullmatch(bare, start, end) else "词语"
        message = f"“{around}”中的{what}“{said}”重复；请删去多写的。"
        yield paper.finding("placeholder", Level.WARNING, message, None, said)


def lost_numbers(
    paper: Paper, text: str, phrases: Collection[str], words: Mapping[str, Collection[str]]
) -> Iterator[Finding]:
    """Units without a number before them: 增加万元, 共有车辆辆.

    ``phrases`` and the words for changes and shares are what a number is expected behind.
    """
    expected = {*phrases, *(plain(one) for key in ("up", "down", "share") for one in words[key])}
    ends = tuple(one for one in expected if not one.endswith("车"))
    for match in _NUMBERLESS.finditer(text):
        if text.endswith(ends, 0, match.start()):
            said = printed(text[max(0, match.start() - _AROUND) : match.end()])
            message = f"“{said}”缺少数字；请补上。"
            yield paper.finding("placeholder", Level.ERROR, message, None, said)
