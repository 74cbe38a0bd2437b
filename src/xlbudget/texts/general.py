"""What holds of any paragraph: years, names of the unit and of subjects, prescribed terms."""

from __future__ import annotations

import difflib
import re
from functools import lru_cache
from typing import TYPE_CHECKING

from xlbudget.findings import Finding, Level
from xlbudget.texts.paper import PRESCRIBED
from xlbudget.texts.plain import plain, printed

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from xlbudget.texts.paper import Paper

__all__ = [
    "SubjectNames",
    "UnitName",
    "odd_wordings",
    "outdated",
    "years",
]

_KEPT = re.compile(r"《[^》]*》|\d{4}年\d{1,2}月(?:\d{1,2}日)?|(?:截至|截止)\d{4}年(?:底|末)?")
_LISTED = re.compile(r"\d{4}年(?:度)?[、和及与,]$")
"""A year after another: both years are spoken of (2024年、2023年均未安排)."""
_CLAUSE = re.compile("[,。;:]")
_YEAR = re.compile(r"(?<!\d)(\d{4})(?=年)")
_CLOSE = 0.6
_TELLING = 5
"""A shorter name cannot be told from other words."""
_MOST = 5


def years(
    paper: Paper, text: str, year: int, names: Collection[str] = (), *, whole: bool = False
) -> Iterator[Finding]:
    """The budget year where the budget is spoken of, and the year before where it is compared.

    Of other years much may be said (2019年建成): only a year that leads straight to the budget, to
    the unit or to a figure (``names`` of them), or that something is compared with, is that of the
    budget; with ``whole`` (headings) every year is.
    """
    before = tuple(map(plain, paper.readings.words["before_prior"]))
    past = tuple(map(plain, paper.readings.slips.get("past", ())))
    words = _budget_words(paper.readings.slips.get("budget", ()), tuple(names))
    compared = _compared(*(paper.readings.words[key] for key in ("up", "down", "same")))
    kept = _KEPT.sub(lambda match: "□" * len(match[0]), text)
    for match in _YEAR.finditer(kept):
        lead, rest = kept[: match.start()], kept[match.end() + 1 :]
        prior = lead.endswith(before)
        wanted = year - 1 if prior else year
        listed = _LISTED.search(lead) and int(match[1]) in (year - 1, year)
        # What was done last year is said of last year (2023年提前下达).
        clause = _CLAUSE.split(rest, maxsplit=1)[0]
        listed = listed or (int(match[1]) < year and any(one in clause for one in past))
        meant = whole or bool((compared if prior else words).match(rest))
        if int(match[1]) != wanted and meant and not listed:
            said = printed(kept[max(0, match.start() - 4) : match.end() + 5].replace("□", ""))
            yield paper.finding(
                "year",
                Level.ERROR,
                f"“{said}”的年份应为{wanted}年。",
                None,
                match[1],
                str(wanted),
                "预算年度",
            )


@lru_cache(maxsize=64)
def _budget_words(words: tuple[str, ...], names: tuple[str, ...]) -> re.Pattern[str]:
    """What leads from a year to its budget: 度, 我单位, the unit's name, then a word for it."""
    every = sorted({plain(one) for one in (*words, *names) if one}, key=len, reverse=True)
    return re.compile(
        rf"度?,?(?:我|本|全)?(?:单位|部门|局|厅|委|办)?的?(?:{'|'.join(map(re.escape, every))})"
    )


@lru_cache(maxsize=8)
def _compared(*groups: tuple[str, ...]) -> re.Pattern[str]:
    """What follows a year with which something is compared: 年初预算数相比, 预算9.15万元减少."""
    words = "|".join(re.escape(plain(word)) for group in groups for word in group)
    return re.compile(
        r"(?:度|的|年初|同期|部门|预算|执行|决算|数|为)*(?:[\d,.]+(?:亿元|万元|元))?,?"
        rf"(?:相比|比较|基本|略|有所|大体|保持|总体|均|都|无|没有)*(?:相比|{words})"
    )


def outdated(paper: Paper) -> Iterator[Finding]:
    """Figures that have changed since the paragraph was written."""
    unit = paper.unit
    if not unit.stale:
        return
    if unit.follows:
        message = "这一段引用的数字在生成之后变了，文字已过期；请重新生成说明。"
    else:
        message = "这一段改写之后，引用的数字又变了，文字可能已过期；请核对定稿，再重新生成说明。"
    found = paper.finding("stale", Level.WARNING, message)
    yield found._replace(basis=unit.stale[:_MOST])


class UnitName:
    """The unit's name in one spelling, looked for in many texts.

    What begins and ends like the name is the name, or it ends like another unit's (``ends``).
    """

    def __init__(self, names: Collection[str], ends: Collection[str]) -> None:
        self.known = {plain(name) for name in names if name}
        self.known |= {re.sub(r"\([^()]*\)$", "", name) for name in self.known}
        bare = (name for name in self.known if not name.endswith(")"))
        self.core = core = max(bare, key=len, default="")
        self.pattern = (
            re.compile(
                f"{re.escape(core[:2])}[^、:;。,()]{{0,{len(core) + 2}}}?{re.escape(core[-2:])}"
                f"|{re.escape(core[:-1])}(?:{'|'.join(map(re.escape, ends))})"
            )
            if len(core) >= _TELLING
            else None
        )

    def variants(self, text: str) -> Iterator[str]:
        """Other spellings of the name in a plain text."""
        if self.pattern is None or self.core[:2] not in text:
            return
        for found in dict.fromkeys(self.pattern.findall(text)):
            ratio = difflib.SequenceMatcher(None, found, self.core).ratio()
            if found not in self.known and ratio >= _CLOSE:
                yield found

    def findings(self, paper: Paper, text: str) -> Iterator[Finding]:
        """A finding for each of them."""
        for found in self.variants(text):
            yield paper.finding(
                "name", Level.WARNING, f"单位名称写作“{printed(found)}”，应为“{printed(self.core)}”。",
                None, printed(found), printed(self.core), PRESCRIBED,
            )  # fmt: skip


def odd_wordings(paper: Paper, text: str) -> Iterator[Finding]:
    """Terms in place of the prescribed ones, as the standard lists them."""
    for one in paper.readings.wordings:
        if one.part == paper.unit.part and one.used(text):
            message = f"“{one.said}”应为“{one.right}”。"
            yield paper.finding(
                "name", Level.WARNING, message, None, one.said, one.right, PRESCRIBED
            )


def _former_names(paper: Paper, text: str, year: int) -> Iterator[Finding]:
    """Subjects under the name that they had in earlier years; 原… may speak of those years."""
    bare = _KEPT.sub(lambda match: "□" * len(match[0]), text)
    for one in paper.readings.former:
        said = plain(one.said)
        if year <= one.last or not re.search(f"(?<!原){re.escape(said)}", bare):
            continue
        since = f"是{one.last}年度以前的名称，" if one.last else ""
        message = f"“{one.said}”{since}应为“{one.right}”。"
        yield paper.finding("name", Level.WARNING, message, None, one.said, one.right, PRESCRIBED)


class SubjectNames:
    """The subjects' names, with or without 支出, looked for in many texts."""

    def __init__(self, subjects: Collection[str]) -> None:
        self.names = sorted({plain(name) for name in subjects if name})
        self.tails = tuple(
            {*self.names, *(name.removesuffix("支出") for name in self.names)} - {""}
        )

    def findings(self, paper: Paper, text: str, year: int) -> Iterator[Finding]:
        """No name of earlier years; every “…（类）” is a subject's name."""
        former = list(_former_names(paper, text, year))
        yield from former
        for match in re.finditer(r"\((类|款|项)\)", text):
            lead = re.split(r"\((?:类|款|项)\)支?出?|[、:;。,]|\d+\.", text[: match.start()])[-1]
            lead = re.sub(r"^\([一二三四五六七八九十]+\)", "", lead)
            if not lead or lead.endswith((*self.tails, *(plain(one.printed) for one in former))):
                continue
            near = difflib.get_close_matches(lead, self.names, 1, _CLOSE)
            hint = f"，应为“{printed(near[0])}”" if near else "，科目目录中没有"
            yield paper.finding(
                "name", Level.WARNING if near else Level.HINT,
                f"科目名称写作“{printed(lead)}”{hint}；请核对。", None, printed(lead),
                printed(near[0]) if near else "", PRESCRIBED,
            )  # fmt: skip
