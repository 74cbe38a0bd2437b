"""Sentences of which another unit is the subject: left over from the text that was copied."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from xlbudget.findings import Finding, Level
from xlbudget.texts.plain import plain, printed

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from xlbudget.texts.general import UnitName
    from xlbudget.texts.paper import Paper

__all__ = ["OtherUnits", "bare_name"]

_NEAR = 4
"""So many signs may stand between the year and what is spoken of."""
_SENTENCE = re.compile(
    r"(?:^|(?<=[。;]))(?:[0-9]{1,2}[.、])?(?:\d{4}年)?"
    r"(?P<run>[\u4e00-\u9fff]{2,24}?(?P<place>[省市县区州旗盟])[\u4e00-\u9fff]+)"
)
"""The beginning of a sentence that says where its subject is."""
_TAIL = re.compile(r"(?P<inside>(?:\([^()]{1,8}\))?(?:本级)?)(?P<year>\d{4}年)?度?的?")
_IN = re.compile(r"\([^()]*\)|本级|本部")


def bare_name(name: str) -> str:
    """A unit's name without what stands in brackets and 本级."""
    return _IN.sub("", plain(name))


class OtherUnits:
    """Looks for other units' names where the unit's own belongs.

    That is at the beginning of a sentence, before the year or the figure that it speaks of. A name
    says where it is (市, 县 …) and ends like a unit's; the department's units may all be named.
    """

    def __init__(self, own: UnitName, units: Collection[str], ends: Collection[str]) -> None:
        self.own = own
        self.known = {bare_name(one) for one in (*own.known, *units)} - {""}
        self.ends = re.compile("|".join(map(re.escape, ends)))

    def findings(self, paper: Paper, text: str, topics: Collection[str]) -> Iterator[Finding]:
        """A finding for each of them; ``topics`` are the phrases that a sentence may speak of."""
        if not self.known:
            return
        none = tuple(plain(one) for one in paper.readings.words["none"])
        told = tuple(self.own.variants(text))
        for match in _SENTENCE.finditer(text):
            name = self._name(text, match, (*topics, *none))
            bare = bare_name(name)
            if not name or any(one in bare for one in (*self.known, *told)):
                continue
            if any(one.endswith(bare) for one in self.known):
                continue
            right = printed(self.own.core)
            message = f"这一句说的是“{printed(name)}”，而单位是“{right}”；请核对。"
            yield paper.finding("name", Level.WARNING, message, None, printed(name), right)

    def _name(self, text: str, match: re.Match[str], topics: Collection[str]) -> str:
        """The name behind which the sentence goes on with what it speaks of; else nothing."""
        start, run = match.start("run"), match["run"]
        longest = max(map(len, topics), default=0)
        for end in self.ends.finditer(run, match.start("place") - start + 1):
            tail = _TAIL.match(text, start + end.end())
            assert tail is not None
            rest = text[tail.end() : tail.end() + _NEAR + longest]
            places = [at for one in topics if 0 <= (at := rest.find(one)) <= _NEAR]
            if places and (tail["year"] or min(places) == 0):
                return text[start : tail.end("inside")]
        return ""
