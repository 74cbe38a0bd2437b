"""What holds of any paragraph: years, names of units and subjects, prescribed terms, nothing left unfinished."""

from __future__ import annotations

import difflib
import re
from functools import lru_cache
from typing import TYPE_CHECKING

from xlbudget.findings import Finding, Level
from xlbudget.texts.judging import misnamed
from xlbudget.texts.readings import plain, printed

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from xlbudget.figures import TextUnit
    from xlbudget.texts.judging import Paper
    from xlbudget.texts.readings import Dated

_KEPT = re.compile(
    r"《[^》]{0,200}》|\d{4}年\d{1,2}月(?:\d{1,2}日)?|(?:截至|截止)\d{4}年(?:底|末)?"
)
_LISTED = re.compile(r"\d{4}年(?:度)?[、和及与,]$")
"""A year after another: both years are spoken of (2024年、2023年均未安排)."""
_CLAUSE = re.compile("[,。;:]")
_YEAR = re.compile(r"(?<!\d)(\d{4})(?=年)")
_LONGEST = 200
"""So many characters before “（类）” are looked at for a subject's name."""
_CLOSE = 0.6
_TELLING = 5
"""A shorter name cannot be told from other words."""
_MOST = 5


def years(
    paper: Paper, text: str, year: int, names: tuple[str, ...] = (), *, whole: bool = False
) -> Iterator[Finding]:
    """The budget year where the budget is spoken of, and the year before where it is compared.

    Of other years much may be said (2019年建成): only a year that leads straight to the budget, to
    the unit or to a figure (``names`` of them), or that something is compared with, is that of the
    budget; with ``whole`` (headings) every year is.
    """
    kept = _KEPT.sub(lambda match: "□" * len(match[0]), text)
    named = list(_YEAR.finditer(kept))
    if not named:
        return
    dated = paper.readings.dated
    before = tuple(map(plain, paper.readings.words["before_prior"]))
    past = tuple(map(plain, paper.readings.slips.get("past", ())))
    words = _spoken(paper.readings.slips.get("budget", ()), names)
    compared = _compared(*(paper.readings.words[key] for key in ("up", "down", "same")))
    for match in named:
        lead, rest = kept[: match.start()], kept[match.end() + 1 :]
        prior = lead.endswith(before)
        wanted = year - 1 if prior else year
        said_of = next((one for one in dated if _dated(one, lead, rest)), None)
        if said_of is not None:
            if said_of.offset is None:
                continue
            wanted = year + said_of.offset
        if int(match[1]) == wanted:
            continue
        listed = _LISTED.search(lead) and int(match[1]) in (year - 1, year)
        # What was done last year is said of last year (2023年提前下达).
        clause = _CLAUSE.split(rest, maxsplit=1)[0]
        listed = listed or (int(match[1]) < year and any(one in clause for one in past))
        meant = (
            whole
            or said_of is not None
            or (bool(compared.match(rest)) if prior else _leads_to(words, rest))
        )
        if meant and not listed:
            said = printed(kept[max(0, match.start() - 4) : match.end() + 5].replace("□", ""))
            message = f"“{said}”的年份应为{wanted}年。"
            yield paper.finding(message, None, match[1], str(wanted), rule="year", why="预算年度")


def _dated(one: Dated, lead: str, rest: str) -> bool:
    """Whether the readings say which year it is that stands between these."""
    said = tuple(map(plain, one.said))
    return rest.removeprefix("度").startswith(said) or lead.endswith(tuple(map(plain, one.behind)))


@lru_cache(maxsize=8)  # the paragraphs of a section follow one another
def _spoken(budget: tuple[str, ...], names: tuple[str, ...]) -> tuple[str, ...]:
    """What a year of the budget leads to."""
    return tuple({plain(word) for word in (*budget, *names) if word})


_TO_BUDGET = (
    ("度",), (",",), ("我", "本", "全"), ("单位", "部门", "局", "厅", "委", "办"), ("的",),
)  # fmt: skip
"""What may stand between a year and its budget, each at most once and in this order."""


def _leads_to(words: tuple[str, ...], rest: str) -> bool:
    """Whether what stands behind a year leads to one of ``words``: 度, 我单位, then the word.

    No pattern: the words are different in every section, and it would take longer to make than to use.
    """
    ends = [0]
    for optional in _TO_BUDGET:
        ends += [end + len(word) for end in ends for word in optional if rest.startswith(word, end)]
    return any(rest.startswith(words, end) for end in ends)


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
    finding = paper.finding(message, rule="stale", level=Level.WARNING)
    yield finding._replace(basis=unit.stale[:_MOST])


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
            said, right = printed(found), printed(self.core)
            yield misnamed(paper, f"单位名称写作“{said}”，应为“{right}”。", said, right)


def odd_wordings(paper: Paper, text: str) -> Iterator[Finding]:
    """Terms in place of the prescribed ones, as the standard lists them."""
    for wording in paper.readings.wordings:
        if wording.part == paper.unit.part and wording.used(text):
            message = f"“{wording.said}”应为“{wording.right}”。"
            yield misnamed(paper, message, wording.said, wording.right)


def _former_names(paper: Paper, text: str, year: int) -> Iterator[Finding]:
    """Subjects under the name that they had in earlier years; 原… may speak of those years."""
    bare = _KEPT.sub(lambda match: "□" * len(match[0]), text)
    for former in paper.readings.former:
        said = plain(former.said)
        if (
            year <= former.last
            or said not in bare
            or not re.search(f"(?<!原){re.escape(said)}", bare)
        ):
            continue
        since = f"是{former.last}年度以前的名称，" if former.last else ""
        message = f"“{former.said}”{since}应为“{former.right}”。"
        yield misnamed(paper, message, former.said, former.right)


class SubjectNames:
    """The subjects' names, with or without 支出, looked for in many texts; ``levels`` finds what stands behind one."""

    def __init__(self, subjects: Collection[str], levels: re.Pattern[str] | None) -> None:
        self.names = sorted({plain(name) for name in subjects if name})
        self.levels = levels
        self.tails = tuple(
            {*self.names, *(name.removesuffix("支出") for name in self.names)} - {""}
        )

    def findings(self, paper: Paper, text: str, year: int) -> Iterator[Finding]:
        """No name of earlier years; every “…（类）” is a subject's name."""
        former = list(_former_names(paper, text, year))
        yield from former
        last = 0
        for match in self.levels.finditer(text) if self.levels is not None else ():
            before = text[max(last, match.start() - _LONGEST) : match.start()]
            last = match.end() + (2 if text.startswith("支出", match.end()) else 0)
            lead = re.split(r"[、:;。,]|\d{1,9}\.", before)[-1]
            lead = re.sub(r"^\([一二三四五六七八九十]+\)", "", lead)
            if not lead or lead.endswith(
                ("】", *self.tails, *(plain(finding.printed) for finding in former))
            ):
                continue
            near = difflib.get_close_matches(lead, self.names, 1, _CLOSE)
            hint = f"，应为“{printed(near[0])}”" if near else "，科目目录中没有"
            message = f"科目名称写作“{printed(lead)}”{hint}；请核对。"
            level, right = (Level.WARNING, printed(near[0])) if near else (Level.HINT, "")
            yield misnamed(paper, message, printed(lead), right, level)


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
        none = tuple(plain(word) for word in paper.readings.words["none"])
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
            given = (message, None, printed(name), right)
            yield paper.finding(*given, rule="name", level=Level.WARNING)

    def _name(self, text: str, match: re.Match[str], topics: Collection[str]) -> str:
        """The name behind which the sentence goes on with what it speaks of; else nothing."""
        start, run = match.start("run"), match["run"]
        longest = max(map(len, topics), default=0)
        for end in self.ends.finditer(run, match.start("place") - start + 1):
            tail = _TAIL.match(text, start + end.end())
            assert tail is not None
            rest = text[tail.end() : tail.end() + _NEAR + longest]
            places = [at for topic in topics if 0 <= (at := rest.find(topic)) <= _NEAR]
            if places and (tail["year"] or min(places) == 0):
                return text[start : tail.end("inside")]
        return ""


_MONEY = "万元|亿元|元|%"
_HOLES = (
    r"【待填[^】]*】|[X×x]{2,}"
    rf"|(?<![0-9A-Za-z])[X×x*](?={_MONEY}|年|月|UNITS)"
    r"|\*{2,}|_+|\.{3,}|\?{2,}|□+|■{2,}|\(\)"
)
"""As plain texts have them: … is three full stops, ＿ ＊ ？ are half-width there."""
_ASIDE = re.compile(r"《[^》]{0,200}》")
_MARKS = re.compile(r"[,;:、。][,;:、。]+")
_LONG = re.compile(r"([\u4e00-\u9fff]{3,12})\1")
_AROUND = 8
"""So many signs of a text are shown around a slip."""


@lru_cache(maxsize=8)
def _numberless(counts: tuple[str, ...]) -> re.Pattern[str]:
    """A unit without a number before it, at the end of a clause."""
    units = "|".join(re.escape(plain(count)) for count in counts)
    return re.compile(rf"(?<=[\u4e00-\u9fff])(?:{_MONEY}|{units})(?=[,。;、:)]|$)")


@lru_cache(maxsize=8)
def _placeholders(
    words: tuple[str, ...], spare: tuple[str, ...], counts: tuple[str, ...]
) -> re.Pattern[str]:
    """What stands for something to be filled in; words that only look like it are taken whole."""
    ordered = sorted({plain(word) for word in words}, key=len, reverse=True)
    named = "|".join(map(re.escape, ordered)) or "(?!)"
    passed = "|".join(map(re.escape, map(plain, spare))) or "(?!)"
    holes = _HOLES.replace("UNITS", "|".join(re.escape(plain(count)) for count in counts) or "个")
    return re.compile(rf"(?P<spare>{passed})|{holes}|\((?:{named})[^()]{{0,20}}\)|{named}")


def unfinished(paper: Paper, text: str, told: Collection[str] = ()) -> Iterator[Finding]:
    """Left-over placeholders, but those of which the tables' findings tell (``told``, plain)."""
    slips = paper.readings.slips
    counts = paper.readings.units.counts
    pattern = _placeholders(slips.get("placeholder", ()), slips.get("spare", ()), counts)
    found = (match for match in pattern.finditer(text) if match["spare"] is None)
    for said in dict.fromkeys(match[0] for match in found):
        if said in told:
            continue
        message = f"还有没填的内容“{printed(said)}”；请填好。"
        yield paper.finding(message, None, printed(said), rule="placeholder")


@lru_cache(maxsize=8)
def _repeats(words: tuple[str, ...], distinct: tuple[str, ...]) -> re.Pattern[str]:
    passed = "|".join(map(re.escape, map(plain, distinct))) or "(?!)"
    named = "|".join(re.escape(plain(word)) for word in words) or "(?!)"
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
        yield paper.finding(message, None, said, rule="placeholder", level=Level.WARNING)


_REPEATED = 20
"""A shorter paragraph may stand there twice."""


def repeated(units: Sequence[TextUnit], paper: Callable[[TextUnit], Paper]) -> Iterator[Finding]:
    """Paragraphs that stand word for word before, in the same list."""
    seen: set[tuple[str, str]] = set()
    for unit in units:
        text = plain(unit.text)
        key = unit.id.rpartition(".")[0], text
        if len(text) >= _REPEATED and not unit.heading and key in seen:
            said = printed(text[:_AROUND])
            message = f"“{said}……”这一段与前面的一段一字不差；请删去重复的。"
            yield paper(unit).finding(message, rule="placeholder", level=Level.WARNING)
        seen.add(key)


@lru_cache(maxsize=8)  # the paragraphs of a section follow one another
def _awaiting(phrases: tuple[str, ...], *groups: tuple[str, ...]) -> tuple[str, ...]:
    """Behind what a number is expected."""
    expected = {*phrases, *(plain(word) for group in groups for word in group)}
    return tuple(one for one in expected if not one.endswith("车"))


def lost_numbers(
    paper: Paper, text: str, phrases: tuple[str, ...], words: Mapping[str, tuple[str, ...]]
) -> Iterator[Finding]:
    """Units without a number before them: 增加万元, 共有车辆辆.

    ``phrases`` and the words for changes and shares are what a number is expected behind.
    """
    bare = list(_numberless(paper.readings.units.counts).finditer(text))
    if not bare:
        return
    ends = _awaiting(phrases, *(words[key] for key in ("up", "down", "share")))
    for match in bare:
        if text.endswith(ends, 0, match.start()):
            said = printed(text[max(0, match.start() - _AROUND) : match.end()])
            message = f"“{said}”缺少数字；请补上。"
            yield paper.finding(message, None, said, rule="placeholder")


@lru_cache(maxsize=8)
def _reasonless(words: tuple[str, ...]) -> re.Pattern[str]:
    named = "|".join(map(re.escape, sorted(map(plain, words), key=len, reverse=True)))
    return re.compile(rf"(?:{named})(?:(?<=[是系为])|是|为|在于|:)+(?=[。;,]|$)")


def lost_reasons(paper: Paper, text: str) -> Iterator[Finding]:
    """Words that lead in a reason (主要原因是) with none behind them."""
    for match in _reasonless(paper.readings.words["reason"]).finditer(text):
        said = printed(text[max(0, match.start() - _AROUND) : match.end()])
        message = f"“{said}”后面没有写原因；请补上。"
        yield paper.finding(message, None, said, rule="placeholder", level=Level.WARNING)
