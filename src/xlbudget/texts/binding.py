"""What every number of a paragraph speaks of, told from the sentence and not from its value.

A paragraph is a row of tokens (phrases, numbers with units, years, words between them); the phrases of a section
stand for figures, by the readings and the facts.
"""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from itertools import zip_longest
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.explaining.document import Change, Figure, FigureList, Item
from xlbudget.money import COUNT, UNITS, Amount
from xlbudget.texts.readings import Head, level_pattern, plain

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from xlbudget.explaining.facts import Facts
    from xlbudget.texts.readings import Dated, Readings, Units

PHRASE, NUMBER, YEAR, STOP, PATH = "phrase", "number", "year", "stop", "path"
_NUMBER = r"(?P<number>(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?)"
_MONEY = r"亿元|万元|元|万(?![\u4e00-\u9fff])|万(?=[其比较与增减占用主当])|%"
_SCALE = {"亿元": 10_000_000_000, "万元": 1_000_000, "万": 1_000_000, "元": 100}
"""分 in the units of money that a text may write."""
_NO_TOKENS = ("before_prior", "this_year", "filler", "limit", "beyond")
_LONGEST_NUMBER = 24
"""Signs of a number; more are no figure of a budget, and beyond what decimals hold exactly."""
_LEAD = re.compile(
    r"(?:\d{1,2}[.、]|\([一二三四五六七八九十\d]{1,9}\)|[一二三四五六七八九十]{1,9}、)"
)


class Number(NamedTuple):
    """A number as printed: its value, decimals, unit ("" where there is none).

    ``scale`` is how many 分 one of it is, 0 where it is no money; ``counts``: it counts things.
    """

    value: Decimal
    places: int
    unit: str
    scale: int = 0
    counts: bool = False


class Token(NamedTuple):
    """``kind`` is phrase, number, year, stop, path, or a group of words; ``start`` and ``end`` in the plain text.

    A subject may be followed by its ``level`` in brackets and by ``code``, the digits that stand there too;
    ``ending`` is what its name goes on with behind them. A path has these alone, behind a name that is not known.
    """

    kind: str
    text: str
    start: int
    end: int
    number: Number | None = None
    level: str = ""
    code: str = ""
    ending: str = ""


_ASIDE = re.compile(
    r"《[^》]{0,200}》|(?:19|20)\d\d年\d{1,2}月(?:\d{1,2}日)?|(?<=[。;:])\d{1,2}[.、](?!\d)"
)
"""Titles, of two hundred signs at most lest each of many opened ones is followed to the end, dates and the numbers of
items that follow one another in one paragraph hold no tokens."""


class _Words(NamedTuple):
    """The groups of words that every section's sentences are made of, and what finds tokens that are no phrase."""

    kinds: Mapping[str, str]
    counts: tuple[str, ...]
    bare: int
    pattern: re.Pattern[str]
    reasons: tuple[str, ...]
    between: _Between


@lru_cache(maxsize=8)
def _words(
    groups: tuple[tuple[str, tuple[str, ...]], ...], units: Units, dated: tuple[Dated, ...]
) -> _Words:
    """What is made of the readings' groups of words and units, whatever the section."""
    words = dict(groups)
    counts = sorted(map(plain, units.counts), key=len, reverse=True)
    counted = "".join(f"|{_counting(count, units.others)}" for count in counts)
    kinds = {
        plain(word): kind for kind, group in groups if kind not in _NO_TOKENS for word in group
    }
    every = sorted(kinds, key=len, reverse=True)
    after = [
        r"(?P<year>(?<!\d)(?:\d{4})年)",
        f"{_NUMBER}(?P<unit>{_MONEY}{counted})?",
        f"(?P<word>{'|'.join(map(re.escape, every))})",
        r"(?P<stop>[。;,、:]|其中)",
    ]
    reasons = tuple(map(plain, words["reason"]))
    pattern = re.compile("|".join(after))
    bare = UNITS[units.bare].fen
    return _Words(kinds, tuple(counts), bare, pattern, reasons, _Between(words, dated))


def _counting(count: str, others: Iterable[str]) -> str:
    """A unit that counts, where no other word begins like it."""
    rests = [re.escape(one[len(count) :]) for one in map(plain, others) if one.startswith(count)]
    return re.escape(count) + (f"(?!{'|'.join(rests)})" if rests else "")


def _token(words: _Words, match: re.Match[str]) -> Token:
    found = match[0]
    if match["number"] is not None:
        number, unit = match["number"].replace(",", ""), match["unit"] or ""
        if len(number) > _LONGEST_NUMBER:
            return Token(STOP, found, match.start(), match.end())
        scale = _SCALE.get(unit, 0) if unit else words.bare
        places, count = len(number.partition(".")[2]), unit in words.counts
        value = Number(Decimal(number), places, unit, scale, count)
        return Token(NUMBER, found, match.start(), match.end(), value)
    kind = words.kinds[found] if match["word"] is not None else str(match.lastgroup)
    return Token(kind, found, match.start(), match.end())


class Target(NamedTuple):
    """What a phrase stands for; ``variant``: a name as it should not be written, ``name`` as it should.

    ``list`` and ``key`` tell which line of which list it is, ``path`` the keys of the lines above it, topmost
    first; ``level`` and ``digits`` are its own, ``inner``: others stand below it, ``change`` is its comparison with
    last year. ``others``, where the text does not say of which of several lines of one name it speaks, are all of these.
    """

    figure: Figure
    share: Figure | None = None
    list: str = ""
    key: str = ""
    name: str = ""
    variant: bool = False
    path: tuple[str, ...] = ()
    level: str = ""
    digits: str = ""
    inner: bool = False
    change: Change | None = None
    others: tuple[Target, ...] = ()


class Topic(NamedTuple):
    """What a sentence speaks of, with what is only said of it."""

    head: Head
    target: Target | None
    change: Change | None
    kinds: FigureList | None
    carryover: Figure | None
    names: Figure | None
    parts: Mapping[str, Target]


class Vocabulary(NamedTuple):
    """All phrases of a section: topics and lines by phrase, and one pattern that finds any.

    ``levels`` finds a level in brackets, with digits of a code or without; ``lengths`` are those of whole codes.
    """

    topics: Mapping[str, Topic]
    lines: Mapping[str, tuple[Target, ...]]
    whole: Mapping[str, FigureList]
    phrases: tuple[str, ...]
    thresholds: tuple[tuple[re.Pattern[str], str], ...]
    levels: re.Pattern[str] | None = None
    lengths: frozenset[int] = frozenset()


SILENT = Vocabulary({}, {}, {}, (), ())
"""Of texts that speak of no figure."""


def vocabulary(readings: Readings, facts: Facts, section: str) -> Vocabulary:
    """The phrases of one section."""
    topics: dict[str, Topic] = {}
    phrases: dict[str, None] = {}
    thresholds: dict[str, None] = {}
    for head in readings.heads:
        known = not head.figure or isinstance(facts.names.get(head.figure), Figure)
        if head.section == section and known:
            topic = _topic(readings, facts, head)
            for say in _ways_to_say(readings, facts, head.say):
                topics[say] = topic
            phrases |= dict.fromkeys([*_ways_to_say(readings, facts, head.say), *topic.parts])
            spoken = [*head.say, *(say for part in head.parts for say in part.say)]
            thresholds |= dict.fromkeys(say for say in spoken if "{" in say)
    lines: dict[str, tuple[Target, ...]] = {}
    whole: dict[str, FigureList] = {}
    for of, name in readings.lines:
        found = facts.names.get(name)
        if of == section and isinstance(found, FigureList) and found.gap is None:
            whole[name] = found
            for phrase, target in (*_lines(readings, name, found.items), *_nought(facts, name)):
                there = lines.setdefault(phrase, ())
                if not there or (
                    there[0].list == name and target.key not in {one.key for one in there}
                ):
                    lines[phrase] = (*there, target)
    phrases |= dict.fromkeys(lines)
    ordered = tuple(sorted(phrases, key=len, reverse=True))
    # A longer phrase holds the shorter ones, and is the one to name.
    patterns = sorted((_threshold(facts, say) for say in thresholds), key=lambda one: -len(one[1]))
    subjects = facts.standard.subjects.values()
    levels = level_pattern(facts.standard)
    lengths = frozenset(length for one in subjects for length in one.lengths)
    return Vocabulary(topics, lines, whole, ordered, tuple(patterns), levels, lengths)


def _topic(readings: Readings, facts: Facts, head: Head) -> Topic:
    given = (head.figure, head.change, head.kinds, head.carryover, head.names)
    figure, change, kinds, carryover, names = map(facts.names.get, given)
    parts = {}
    for part in head.parts:
        found = facts.names.get(part.figure)
        if isinstance(found, Figure):
            for say in _ways_to_say(readings, facts, part.say):
                parts[say] = Target(found)
    return Topic(
        head,
        Target(figure) if isinstance(figure, Figure) else None,
        change if isinstance(change, Change) else None,
        kinds if isinstance(kinds, FigureList) else None,
        carryover if isinstance(carryover, Figure) else None,
        names if isinstance(names, Figure) else None,
        parts,
    )


def _ways_to_say(readings: Readings, facts: Facts, says: Iterable[str]) -> list[str]:
    """Every way of saying it, with the standard's constants filled in, made plain."""
    ways = (one for say in says for one in (say, *readings.alias.get(say, ())))
    return list(dict.fromkeys(_filled_in(facts, one) for one in ways))


def _filled_in(facts: Facts, say: str) -> str:
    if "{" in say:
        say = re.sub(r"\{(\w+)\}", lambda match: str(facts.names.get(match[1], "")), say)
    return plain(say)


def _threshold(facts: Facts, say: str) -> tuple[re.Pattern[str], str]:
    """A phrase with a set amount in it: with any number there, and as it should be."""
    pieces = [re.escape(plain(piece)) for piece in re.split(r"\{\w+\}", say)]
    return re.compile(r"\d[\d.,]*(?:万元|万|元)?".join(pieces)), _filled_in(facts, say)


def _lines(readings: Readings, name: str, items: Iterable[Item]) -> Iterator[tuple[str, Target]]:
    """The lines of a list with those above and below them, each by every way to name it."""
    for item in items:
        for above in item.parents:
            yield from _line(readings, name, above, inner=True)
        yield from _line(readings, name, item, inner=bool(item.children.items))
        yield from _lines(readings, name, item.children.items)


def _nought(facts: Facts, name: str) -> Iterator[tuple[str, Target]]:
    """The lines of a list of counts that have nothing: they may be named with a 0."""
    spec = next(one for one in facts.source.lists if one.name == name)
    for item in spec.items:
        figure = facts.figures[f"{name}.{item.name}.amount"]
        if figure.kind == "count" and figure.zero:
            yield plain(item.title), Target(figure, list=name, key=item.name, name=item.title)


def _line(
    readings: Readings, name: str, item: Item, *, inner: bool
) -> Iterator[tuple[str, Target]]:
    target = Target(
        item.amount,
        item.share,
        name,
        item.key,
        item.name.text,
        path=tuple(above.key for above in item.parents),
        level=item.level,
        digits=item.digits,
        inner=inner,
        change=item.change,
    )
    for one in (item.name.text, *readings.alias.get(item.name.text, ())):
        yield plain(one), target
    label = plain(item.name.text)
    stem = label.removesuffix(_ENDING)
    if item.level and stem != label:
        yield stem, target._replace(variant=True)


_ENDING = "支出"
"""With what a subject's name ends, also behind its level: 住房保障（类）支出."""
_TO = ("到", "至", "为")
_PRIOR = re.compile(r"[与比较同](?:\d{4}年|上年|去年)(?:度|的|年初|预算|执行|决算|数|为)*$")
"""What stands before last year's figure: 比2023年预算数30.99万元."""
_COMPARED = re.compile(r"[与比较同和](?:\d{4}年|上年|去年)")
_LONGEST_LEAD = 40
"""A year that says of what a number speaks stands so near before it."""
_BOUNDARY = "。;,、:()和及与"


class Mention(NamedTuple):
    """One thing that the text says.

    ``kind``: amount, share, change, percent (of a change), direction, same, none, every, names, code (a subject's that
    is not its own), loose (a number that is bound to nothing). ``said`` is the stretch of text that says it, ``up`` the
    direction word's, ``reason`` whether one follows; ``told`` and ``base`` are what the text itself says that this year's
    and last year's figures are.
    """

    kind: str
    said: str
    figure: Figure | None = None
    number: Number | None = None
    target: Target | None = None
    topic: Topic | None = None
    change: Change | None = None
    up: bool | None = None
    reason: bool = False
    rest: str = ""
    at: int = 0
    told: Number | None = None
    base: Number | None = None


class Binder:
    """Binds the texts of one section, whose phrases are made ready once.

    In the units' ``names`` nothing is looked for. Phrases are looked up by their first sign: a pattern of
    all of them takes longer to make than all texts to read.
    """

    def __init__(self, readings: Readings, known: Vocabulary, names: Collection[str] = ()) -> None:
        self.known = known
        self.names = sorted((name for name in names if name), key=len, reverse=True)
        groups = tuple(readings.words.items())
        self.words = _words(groups, readings.units, readings.dated)
        self.phrases: dict[str, list[str]] = {}
        for phrase in known.phrases:
            self.phrases.setdefault(phrase[0], []).append(phrase)

    def mentions(self, text: str) -> list[Mention]:
        """What a plain text says, in its order."""
        bare = text
        for name in self.names:  # a subject's name in the unit's own is none (文化广播电视和旅游局)
            bare = bare.replace(name, "□" * len(name))
        tokens = list(self.tokens(bare))
        found = list(_Sentence(self.known, self.words.between, text).mentions(tokens))
        found = _told_apart(found)
        return [_with_reason(found, place, text, self.words.reasons) for place in range(len(found))]

    def tokens(self, text: str) -> Iterator[Token]:
        """The tokens of a plain text; its leading number (1. 一、) is none."""
        lead = _LEAD.match(text)
        at = lead.end() if lead else 0
        aside, match = _ASIDE.search(text, at), self.words.pattern.search(text, at)
        levels = self.known.levels
        while at < len(text):
            if aside is not None and aside.start() < at:
                aside = _ASIDE.search(text, at)
            if aside is not None and aside.start() == at:
                at = aside.end()
                continue
            phrases = self.phrases.get(text[at])
            if phrases and (
                phrase := next((one for one in phrases if text.startswith(one, at)), "")
            ):
                token = self._named(text, phrase, at)
                yield token
                at = token.end
                continue
            if text[at] == "(" and levels is not None and (level := levels.match(text, at)):
                yield Token(PATH, level[0], at, level.end(), None, level["level"], level["code"])
                at = level.end()
                continue
            code = _BARE_CODE.match(text, at)
            if code is not None and len(code[1]) in self.known.lengths:
                yield Token(PATH, code[0], at, code.end(), None, "", code[1])
                at = code.end()
                continue
            if match is not None and match.start() < at:
                match = self.words.pattern.search(text, at)
            if match is not None and match.start() == at:
                yield _token(self.words, match)
                at = match.end()
            else:
                at += 1

    def _named(self, text: str, phrase: str, at: int) -> Token:
        """A phrase with the level behind it, where it is the name of a line of that level."""
        end, lines = at + len(phrase), self.known.lines.get(phrase, ())
        level = self.known.levels.match(text, end) if lines and self.known.levels else None
        if level is None or all(one.level != level["level"] for one in lines):
            code = _BARE_CODE.match(text, end) if lines else None
            if code is not None and any(code[1] in (one.digits, one.key) for one in lines):
                return Token(PHRASE, phrase, at, code.end(), None, "", code[1])
            return Token(PHRASE, phrase, at, end)
        end = level.end()
        goes_on = text.startswith(_ENDING, end) and not phrase.endswith(_ENDING)
        ending = _ENDING if goes_on else ""
        return Token(
            PHRASE, phrase, at, end + len(ending), None, level["level"], level["code"], ending
        )


_SHORT_CODE = 3
"""An amount without its unit may look like a code of so few digits."""
_BARE_CODE = re.compile(r"\((\d{2,7})\)")
"""A code in brackets without its level, behind a subject's name."""


class _Between:
    """What may stand between a name and what is said of it."""

    def __init__(self, words: Mapping[str, tuple[str, ...]], dated: Iterable[Dated] = ()) -> None:
        def sorted_words(key: str) -> list[str]:
            return sorted(map(plain, words.get(key, ())), key=len, reverse=True)

        filler = "|".join(map(re.escape, sorted_words("filler")))
        self.filler = re.compile(rf"\d{{4}}年|[,()]|{filler}" if filler else r"\d{4}年|[,()]")
        self.limit = tuple(sorted_words("limit"))
        self.beyond = tuple(sorted_words("beyond"))
        self.years = [
            (one.figure, re.compile(rf"(?:\d{{4}}年|上年|去年)度?(?:{said})(?:数|为|是|[:,])*$"))
            for one in dated
            if one.figure
            for said in ["|".join(map(re.escape, map(plain, one.said)))]
        ]

    def year_before(self, text: str, end: int) -> str:
        """Of what a number behind a year speaks: ``now``, ``prior``, or nothing that is known."""
        if not self.years:
            return ""
        lead = text[max(0, end - _LONGEST_LEAD) : end]
        return next((figure for figure, pattern in self.years if pattern.search(lead)), "")

    def same_subject(self, text: str) -> bool:
        """Whether these words before a change or a share bring in no subject of their own."""
        return len(self.filler.sub("", text)) <= 1

    def limits(self, before: str, after: str) -> bool:
        """Whether a number between these is a standard, a limit or a comparison, and none of the tables'."""
        return (
            any(one in before for one in self.limit)
            or after.startswith(self.beyond)
            or bool(_COMPARED.search(before))
        )


class _Sentence:
    """A text while it is read.

    ``pending`` is what was named and has no number yet, its name ending at ``pending_end``; a
    phrase at ``served`` had its number before it; ``named`` is the end of the last
    name, number or stop, and ``other`` whether another subject stands between it and the direction.
    """

    def __init__(self, known: Vocabulary, between: _Between, text: str) -> None:
        self.known, self.between, self.text = known, between, text
        self.topic: Topic | None = None
        self.topic_end = 0
        self.named = 0
        self.pending: Target | None = None
        self.pending_end = -1
        self.served = -1
        self.last: Target | None = None
        self.last_end = -1
        self.up: bool | None = None
        self.other = False
        self.share_at = -1
        self.none = False
        self.quiet, self.since = "", 0
        self.trail: tuple[str, ...] = ()
        self.trail_end = -1
        self.code, self.code_end = "", -1
        self.given: set[str] = set()
        self.told: Number | None = None
        self.base: Number | None = None

    def mentions(self, tokens: list[Token]) -> Iterator[Mention]:
        """What the text says, in its order."""
        for token, following in zip(tokens, [*tokens, None][1:], strict=True):
            if token.kind == PHRASE:
                yield from self._phrase(token, following)
                self.named = token.end
            elif token.kind == NUMBER:
                assert token.number is not None
                if self.quiet and token.number.counts:
                    continue  # 主要原因是更新车辆1辆: no count that a table has
                yield from self._number(token, token.number, following)
                self.named = token.end
            elif token.kind == PATH:
                self._path(token)
                self.named = token.end
            elif token.kind == STOP:
                self._stop(token)
                self.named = token.end
            elif token.kind in ("up", "down"):
                if token.text.endswith("幅") or self.text[token.end : token.end + 1] not in _TO:
                    self.up = token.kind == "up"
                    self.other = not self._same_subject(token)
                    yield from self._direction(token, following)
            elif token.kind == "share":
                self.share_at = token.start
            elif token.kind == "none":
                self.none = True
            elif token.kind != YEAR:
                yield from self._words(token)

    def _same_subject(self, token: Token) -> bool:
        return self.between.same_subject(self.text[self.named : token.start])

    def _direction(self, token: Token, following: Token | None) -> Iterator[Mention]:
        """收支增加的主要原因是…: a direction without a number."""
        topic, of = self.topic, self.text[token.end : following.start if following else None]
        alone = following is not None and following.kind == "reason" and of in ("", "的")
        if alone and topic is not None and topic.change and self.named == self.topic_end:
            said = _quoted(self.text, token)
            figure, change = topic.change.amount, topic.change
            yield Mention("direction", said, figure, None, None, topic, change, self.up)

    def _words(self, token: Token) -> Iterator[Mention]:
        """Words for no change, for a reason or purpose, for all of a kind."""
        topic, rest = self.topic, self.text[token.end :]
        if token.kind == "same":
            if topic is not None and topic.change and not self.quiet and self._same_subject(token):
                said = _quoted(self.text, token)
                yield Mention("same", said, topic=topic, change=topic.change, at=token.end)
        elif token.kind in ("reason", "purpose"):
            if token.kind == "purpose" and topic and topic.names and self._of_topic(token):
                listed = re.split("[。;]", rest, maxsplit=1)[0].lstrip(":")
                yield Mention("names", listed, topic.names, topic=topic, rest=listed)
            self.quiet, self.since = token.kind, token.end
        elif token.kind == "every" and topic is not None and topic.kinds is not None:
            named = re.split("[。;,]", rest, maxsplit=1)[0]
            yield Mention("every", f"{token.text}{named}", topic=topic, rest=named)

    def _of_topic(self, token: Token) -> bool:
        """Whether what follows is of the topic: in its own sentence, or at the beginning of another."""
        before = self.text[self.topic_end : token.start]
        return "。" not in before or before.endswith("。")

    def _stop(self, token: Token) -> None:
        if token.text in "。;":
            self.pending, self.quiet = None, ""
            self.given.clear()
            if token.text == "。" and self.topic is not None and self.topic.target is None:
                self.topic = None  # 安排购置…: what is bought is named in the same sentence
            self.up, self.share_at, self.none = None, -1, False
        elif token.text == ",":
            self.none, self.share_at = False, -1
            if self.quiet == "reason":
                self.up = None
        elif token.text == "其中":
            self.quiet = ""

    def _phrase(self, token: Token, following: Token | None) -> Iterator[Mention]:
        close = following is not None and following.kind == NUMBER and following.start == token.end
        begins = token.start == self.since or self.text[token.start - 1] in _BOUNDARY
        # What money is for is not spoken of, unless a name of its own stands there with its amount.
        if (self.quiet and not (close and begins)) or token.start == self.served:
            return
        if not self.quiet or token.level:
            yield from self._stray(token)
        self.quiet = ""
        inner = self.topic.parts.get(token.text) if self.topic is not None else None
        topic = None if inner is not None or token.level else self.known.topics.get(token.text)
        target = inner if not token.level else None
        target = target or (topic.target if topic is not None else self._line(token))
        if topic is None and inner is None and target is not None and target.change is not None:
            topic = _of_line(target)
        if topic is not None:
            if topic.target != (self.topic.target if self.topic is not None else None):
                self.told = self.base = None
            self.topic, self.topic_end = topic, token.end
        if target is None:
            return
        if not self.none:
            self.pending, self.pending_end, self.up = target, token.end, None
            return
        exempt = self.topic.head.exempt if self.topic is not None else ""
        if not target.variant and not (exempt and exempt in self.text):
            yield Mention("none", _quoted(self.text, token), target.figure, target=target)

    # -------------------------------------------------------------- subjects by their path

    def _line(self, token: Token) -> Target | None:
        """The line that a name stands for, by the code beside it and by the lines named before it."""
        lines = self._named(token)
        if not lines:
            return None
        fitting = [one for one in lines if self._goes_on(one)]
        if fitting:
            shared = max(self._shared_path(one) for one in fitting)
            fitting = [one for one in fitting if self._shared_path(one) == shared]
        chosen = fitting or lines
        if all(one.key in self.given for one in chosen):
            chosen = [one for one in lines if one.key not in self.given] or chosen
        if len(chosen) > 1:
            return chosen[0]._replace(others=tuple(chosen))
        line = chosen[0]
        # A line opens those above it, but the lowest does not: the next may stand below others of the same name.
        named = (one if one == there else "" for one, there in zip_longest(line.path, self.trail))
        above = line.path if line.inner else tuple(named)[: len(line.path)]
        self.trail, self.trail_end = (*above, line.key), token.end
        return line

    def _named(self, token: Token) -> list[Target]:
        """The lines of that name, of the level and code that stand there."""
        lines = [
            one._replace(variant=one.variant and not token.ending)
            for one in self.known.lines.get(token.text, ())
            if not token.level or one.level == token.level
        ]
        code = token.code or (self.code if self.code_end == token.start else "")
        return [one for one in lines if code and code in (one.digits, one.key)] or lines

    def _goes_on(self, line: Target) -> bool:
        """Whether a line may stand below, beside or above what was named last."""
        return all(other in ("", one) for one, other in zip(line.path, self.trail, strict=False))

    def _shared_path(self, line: Target) -> int:
        return sum(one == other for one, other in zip(line.path, self.trail, strict=False))

    def _path(self, token: Token) -> None:
        """A level behind a name that is not known: below it, names are looked for by its code."""
        every = [one for lines in self.known.lines.values() for one in lines]
        if not token.level:
            line = self._of_key(token.code)
            self.trail, self.trail_end = ((*line.path, line.key) if line else ()), token.end
            return
        ranks = [len(one.path) for one in every if one.level == token.level]
        self.trail = self.trail[: min(ranks, default=0)]
        for one in every:
            coded = token.code and token.code in (one.digits, one.key)
            if coded and one.level == token.level and self._goes_on(one):
                self.trail, self.trail_end = (*one.path, one.key), token.end
                return

    def _stray(self, token: Token) -> Iterator[Mention]:
        """A subject whose code is another one's, or that stands below one to which it does not belong."""
        lines = self._named(token) if token.level else []
        if len({one.key for one in lines}) != 1:
            return
        line, said = lines[0], self.text[token.start : token.end]
        if token.code and token.code not in (line.digits, line.key):
            yield Mention("code", said, target=line, rest=line.digits)
        elif self.trail_end == token.start and not self._goes_on(line):
            above = self._of_key(line.path[-1]) if line.path else None
            if above is not None and len(self.trail) == len(line.path):
                yield Mention("code", said, target=line, rest=above.name)

    def _of_key(self, key: str) -> Target | None:
        """The line of that key."""
        every = (one for lines in self.known.lines.values() for one in lines)
        return next((one for one in every if one.key == key), None)

    # -------------------------------------------------------------- numbers

    def _number(self, token: Token, number: Number, following: Token | None) -> Iterator[Mention]:
        said, topic, up = _quoted(self.text, token), self.topic, self.up
        change = topic.change if topic is not None and not self.quiet else None
        self.up = None
        elsewhere = _of_something_else(self.text, token, following)
        if elsewhere or (up is not None and self.other):
            self.share_at = self.share_at if elsewhere else -1
            yield Mention("loose", said, number=number)
            return
        if number.unit == "%":
            if up is not None and change is not None:
                yield Mention(
                    "percent", said, change.percent, number, None, topic, change, up,
                    at=token.end, told=self.told, base=self.base,
                )  # fmt: skip
            elif self.share_at >= 0 and (target := self._shared()) is not None:
                yield Mention("share", said, target.share, number, target, topic)
            else:
                yield Mention("loose", said, number=number)
            self.share_at = -1
            return
        if number.counts:
            behind = following if following and following.start == token.end else None
            after = self.known.topics.get(behind.text) if behind and behind.kind == PHRASE else None
            named = self.pending is not None and self.pending_end == token.start
            if not named and after is not None and after.target is not None:
                yield Mention("amount", said, after.target.figure, number, after.target, after)
                self.served = token.end
                return
        elif not number.unit and (
            self._is_code(number, token, following)
            or (len(token.text) > _SHORT_CODE and self._of_key(token.text) is not None)
        ):
            self.code, self.code_end = token.text, token.end
            return
        dated = self.between.year_before(self.text, token.start)
        before = dated == "prior" or _PRIOR.search(self.text, 0, token.start)
        if topic is not None and topic.change is not None and before:
            self.base = number
            yield Mention("amount", said, topic.change.prior, number, None, topic, at=token.end)
            return
        if topic is not None and topic.target is not None and dated == "now" and up is None:
            figure, at, self.told = topic.target.figure, token.end, number
            yield Mention("amount", said, figure, number, topic.target, topic, at=at)
            self.pending = None
            return
        at = token.end
        if up is not None:
            if change is not None:
                yield Mention(
                    "change", said, change.amount, number, None, topic, change, up,
                    at=at, told=self.told, base=self.base,
                )  # fmt: skip
            else:
                yield Mention("loose", said, number=number)
            self.pending = None
            return
        pending = self.pending
        if pending is not None and not self.quiet and _fits(pending.figure, number):
            between = self.text[self.pending_end : token.start]
            if not self.between.limits(between, self.text[at:]):
                yield Mention("amount", said, pending.figure, number, pending, topic, at=at)
                self.last, self.last_end, self.pending = pending, at, None
                self.given.add(pending.key)
                if topic is not None and topic.target is pending:
                    self.told = number
                return
        yield Mention("loose", said, number=number)

    def _is_code(self, number: Number, token: Token, following: Token | None) -> bool:
        """A subject's code right before its name (201一般公共服务支出)."""
        return (
            not number.unit
            and len(token.text) in self.known.lengths
            and token.text.isdigit()
            and following is not None
            and following.kind == PHRASE
            and following.start == token.end
        )

    def _shared(self) -> Target | None:
        """Whose share is spoken of: what was just named, or what an amount was just given for."""
        for one, end in ((self.pending, self.pending_end), (self.last, self.last_end)):
            if one is not None and one.share is not None:
                same = self.between.same_subject(self.text[end : self.share_at])
                return one if same else None
        return None


def _of_something_else(text: str, token: Token, following: Token | None) -> bool:
    """A count of what no table counts (培训3期, 86万册): it runs on into its measure word."""
    if token.number is None or token.number.unit:
        return False
    after = text[token.end : token.end + 1]
    if following is not None and following.start == token.end and following.kind != "reason":
        return False
    return after == "万" or (token.text.isdigit() and "\u4e00" <= after <= "\u9fff")


def _fits(figure: Figure, number: Number) -> bool:
    """Whether a number's unit is of the figure's kind: people and cars are not money."""
    if not isinstance(figure.value, Amount) or not number.unit:
        return True
    return (figure.value.unit == COUNT) == number.counts


def _of_line(target: Target) -> Topic:
    """A line that a sentence compares with last year."""
    head = Head("", (target.name,), target.figure.name)
    change = target.change if not target.others else None
    return Topic(head, target, change, None, None, None, {})


def _told_apart(found: list[Mention]) -> list[Mention]:
    """Numbers of lines of one name of which the text does not say which they are.

    Each is that of the line that prints so. Where all of these lines stand there, those left are
    in the order of the table; else it is not told of which line they speak.
    """
    groups: dict[tuple[Target, ...], list[int]] = {}
    for place, one in enumerate(found):
        if one.kind == "amount" and one.target is not None and one.target.others:
            groups.setdefault(one.target.others, []).append(place)
    for lines, places in groups.items():
        left, open_places = list(lines), list[int]()
        for place in places:
            number = found[place].number
            line = next((one for one in left if number and _prints(one.figure, number)), None)
            if line is None:
                open_places.append(place)
            else:
                left.remove(line)
                found[place] = found[place]._replace(target=line, figure=line.figure)
        complete = len(left) == len(open_places)
        for place, line in zip(open_places, left, strict=False):
            found[place] = (
                found[place]._replace(target=line, figure=line.figure)
                if complete
                else found[place]._replace(kind="loose", target=None, figure=None)
            )
        for place in open_places[len(left) :]:
            found[place] = found[place]._replace(kind="loose", target=None, figure=None)
    return [
        one._replace(kind="loose", target=None, figure=None)
        if one.target is not None and one.target.others
        else one
        for one in found
    ]


def _prints(figure: Figure, number: Number) -> bool:
    """Whether a number is an amount, at its own decimals."""
    value = figure.value
    if not isinstance(value, Amount) or not number.scale:
        return False
    step = Decimal(1).scaleb(-max(number.places, 2))
    return (Decimal(value.fen) / number.scale).quantize(step, ROUND_HALF_UP) == number.value


def _quoted(text: str, token: Token) -> str:
    """The token with the words before it in its clause."""
    start = token.start
    while start > 0 and text[start - 1] not in "。;,、:" and token.start - start < 16:  # noqa: PLR2004  # a few words
        start -= 1
    while start > 0 and text[start].isdigit() and text[start - 1].isdigit():
        start -= 1  # a year is quoted whole
    said = text[start : token.end]
    # Words that begin in the middle of a quotation are shown from its first sign on.
    opened = text.rfind('"', 0, start)
    return text[opened : token.end] if said.count('"') % 2 and opened >= 0 else said


_MOVES = {"change": (), "percent": ("percent", "same"), "same": ("percent", "same")}
"""What else ends the stretch in which a reason is looked for."""


def _with_reason(found: list[Mention], place: int, text: str, words: tuple[str, ...]) -> Mention:
    """Whether a reason follows a change in its sentence, or before something else is spoken of.

    ``rest`` is the clause that gives it.
    """
    one = found[place]
    if one.kind not in ("change", "percent", "same"):
        return one
    others = (
        later.at - len(later.said)
        for later in found[place + 1 :]
        if later.kind in ("amount", "change", *_MOVES[one.kind]) and later.topic is not one.topic
    )
    sentence = text.find("。", one.at)
    last = max(next(others, len(text)), len(text) if sentence < 0 else sentence)
    rest = text[one.at : last]
    starts = [(rest.index(word), -len(word)) for word in words if word in rest]
    if not starts:
        return one
    first, length = min(starts)
    clause = re.split("[。;]", rest[first - length :], maxsplit=1)[0]
    return one._replace(reason=True, rest=clause.lstrip(":,是为系在于"))
