"""What every number of a paragraph speaks of, told from the sentence and not from its value."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.money import COUNT, Amount
from xlbudget.texts.plain import plain
from xlbudget.texts.scan import NUMBER, PHRASE, STOP, YEAR, Scanner

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from xlbudget.notes.figure import Change, Figure
    from xlbudget.texts.readings import Readings
    from xlbudget.texts.scan import Number, Token
    from xlbudget.texts.vocabulary import Target, Topic, Vocabulary

__all__ = ["Binder", "Mention"]

_COUNTS = ("个", "辆", "台(套)", "台", "套", "人", "平方米")
_TO = ("到", "至", "为")
_CODE_LENGTHS = (3, 5, 7)
_PRIOR = re.compile(r"[与比较同](?:\d{4}年|上年|去年)(?:度|的|年初|预算|执行|决算|数|为)*$")
"""What stands before last year's figure: 比2023年预算数30.99万元."""
_COMPARED = re.compile(r"[与比较同和](?:\d{4}年|上年|去年)")
_BOUNDARY = "。;,、:()和及与"


class Mention(NamedTuple):
    """One thing that the text says.

    ``kind``: amount, share, change, percent (of a change), same, none, every, names, loose (a number that is bound to
    nothing). ``said`` is the stretch of text that says it, ``up`` the direction word's, ``reason`` whether one follows.
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


class _State:
    """Where a sentence stands while it is read.

    ``pending`` is what was named and has no number yet, its name ending at ``pending_end``; a
    phrase at ``served`` had its number before it; ``named`` is the end of the last
    name, number or stop, and ``other`` whether another subject stands between it and the direction.
    """

    def __init__(self) -> None:
        self.topic: Topic | None = None
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


class Binder:
    """Binds the texts of one section, whose phrases are made ready once.

    In the units' ``names`` nothing is looked for.
    """

    def __init__(self, readings: Readings, known: Vocabulary, names: Collection[str] = ()) -> None:
        self.known = known
        self.names = sorted((one for one in names if one), key=len, reverse=True)
        self.scanner = Scanner(known.phrases, readings.words)
        self.reasons = tuple(map(plain, readings.words["reason"]))
        self.between = _Between(readings)

    def mentions(self, text: str) -> list[Mention]:
        """What a plain text says, in its order."""
        bare = text
        for name in self.names:  # a subject's name in the unit's own is none (文化广播电视和旅游局)
            bare = bare.replace(name, "□" * len(name))
        tokens = list(self.scanner.tokens(bare))
        found = list(_mentions(self.known, self.between, text, tokens))
        return [_with_reason(found, place, text, self.reasons) for place in range(len(found))]


class _Between:
    """What may stand between a name and what is said of it."""

    def __init__(self, readings: Readings) -> None:
        def sorted_words(key: str) -> list[str]:
            return sorted(map(plain, readings.words.get(key, ())), key=len, reverse=True)

        filler = "|".join(map(re.escape, sorted_words("filler")))
        self.filler = re.compile(rf"\d{{4}}年|[,()]|{filler}" if filler else r"\d{4}年|[,()]")
        self.limit = tuple(sorted_words("limit"))
        self.beyond = tuple(sorted_words("beyond"))

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


def _mentions(
    known: Vocabulary, between: _Between, text: str, tokens: list[Token]
) -> Iterator[Mention]:
    state = _State()
    for place, token in enumerate(tokens):
        following = tokens[place + 1] if place + 1 < len(tokens) else None
        if token.kind == PHRASE:
            close = (
                following is not None and following.kind == NUMBER and following.start == token.end
            )
            yield from _phrase(known, state, text, token, close=close)
            state.named = token.end
        elif token.kind == NUMBER:
            assert token.number is not None
            if state.quiet and token.number.unit in _COUNTS:
                continue  # 主要原因是更新车辆1辆: no count that a table has
            yield from _number(known, between, state, text, token, following)
            state.named = token.end
        elif token.kind == STOP:
            _stop(state, token)
            state.named = token.end
        elif token.kind in ("up", "down"):
            if token.text.endswith("幅") or text[token.end : token.end + 1] not in _TO:
                state.up = token.kind == "up"
                state.other = not between.same_subject(text[state.named : token.start])
        elif token.kind == "same":
            same = between.same_subject(text[state.named : token.start])
            if same and state.topic is not None and state.topic.change and not state.quiet:
                said = _said(text, token)
                yield Mention("same", said, topic=state.topic, change=state.topic.change)
        elif token.kind == "share":
            state.share_at = token.start
        elif token.kind == "none":
            state.none = True
        elif token.kind in ("reason", "purpose"):
            if (
                token.kind == "purpose"
                and state.topic is not None
                and state.topic.names is not None
            ):
                rest = (
                    text[token.end :]
                    .split("。", maxsplit=1)[0]
                    .split(";", maxsplit=1)[0]
                    .lstrip(":")
                )
                yield Mention("names", rest, state.topic.names, topic=state.topic, rest=rest)
            state.quiet, state.since = token.kind, token.end
        elif token.kind == "every" and state.topic is not None:
            rest = text[token.end :]
            for sign in "。;,":
                rest = rest.split(sign)[0]
            if state.topic.kinds is not None:
                yield Mention("every", f"{token.text}{rest}", topic=state.topic, rest=rest)
        elif token.kind == YEAR:
            continue


def _stop(state: _State, token: Token) -> None:
    if token.text in "。;":
        state.pending, state.quiet = None, ""
        if token.text == "。" and state.topic is not None and state.topic.target is None:
            state.topic = None  # 安排购置…: what is bought is named in the same sentence
        state.up, state.share_at, state.none = None, -1, False
    elif token.text == ",":
        state.none, state.share_at = False, -1
        if state.quiet == "reason":
            state.up = None
    elif token.text == "其中":
        state.quiet = ""


def _phrase(
    known: Vocabulary, state: _State, text: str, token: Token, *, close: bool
) -> Iterator[Mention]:
    # What money is for is not spoken of, unless a name of its own stands there with its amount.
    if state.quiet and not (
        close and (token.start == state.since or text[token.start - 1] in _BOUNDARY)
    ):
        return
    if token.start == state.served:
        return
    state.quiet = ""
    inner = state.topic.parts.get(token.text) if state.topic is not None else None
    topic = None if inner is not None else known.topics.get(token.text)
    target = inner or (topic.target if topic is not None else known.lines.get(token.text))
    if topic is not None:
        state.topic = topic
    if target is None:
        return
    if state.none:
        if not target.variant and (
            state.topic is None
            or not state.topic.head.exempt
            or state.topic.head.exempt not in text
        ):
            yield Mention("none", _said(text, token), target.figure, target=target)
        return
    state.pending, state.pending_end, state.up = target, token.end, None


def _number(
    known: Vocabulary,
    between: _Between,
    state: _State,
    text: str,
    token: Token,
    following: Token | None,
) -> Iterator[Mention]:
    number, said = token.number, _said(text, token)
    assert number is not None
    topic, up = state.topic, state.up
    state.up = None
    if _of_something_else(text, token, following):
        yield Mention("loose", said, number=number)
        return
    if up is not None and state.other:
        yield Mention("loose", said, number=number)
        state.share_at = -1
        return
    if number.unit == "%":
        if up is not None and topic is not None and topic.change is not None and not state.quiet:
            change = topic.change
            yield Mention("percent", said, change.percent, number, None, topic, change, up)
        elif state.share_at >= 0 and (target := _shared(between, state, text)) is not None:
            yield Mention("share", said, target.share, number, target, topic)
        else:
            yield Mention("loose", said, number=number)
        state.share_at = -1
        return
    if number.unit in _COUNTS:
        behind = following is not None and following.kind == PHRASE and following.start == token.end
        after = known.topics.get(following.text) if behind and following is not None else None
        named = state.pending is not None and state.pending_end == token.start
        if not named and after is not None and after.target is not None:
            yield Mention("amount", said, after.target.figure, number, after.target, after)
            state.served = token.end
            return
    elif _is_code(number, token, following):
        return
    if topic is not None and topic.change is not None and _PRIOR.search(text, 0, token.start):
        yield Mention("amount", said, topic.change.prior, number, None, topic)
        return
    if up is not None:
        if topic is not None and topic.change is not None and not state.quiet:
            change, at = topic.change, token.end
            yield Mention("change", said, change.amount, number, None, topic, change, up, at=at)
        else:
            yield Mention("loose", said, number=number)
        state.pending = None
        return
    if state.pending is not None and not state.quiet and _fits(state.pending.figure, number):
        pending, at = state.pending, token.end
        if not between.limits(text[state.pending_end : token.start], text[at:]):
            yield Mention("amount", said, pending.figure, number, pending, topic, at=at)
            state.last, state.last_end, state.pending = pending, at, None
            return
    yield Mention("loose", said, number=number)


def _of_something_else(text: str, token: Token, following: Token | None) -> bool:
    """A count of what no table counts (培训3期, 86万册): it runs on into its measure word."""
    if token.number is None or token.number.unit:
        return False
    after = text[token.end : token.end + 1]
    if following is not None and following.start == token.end and following.kind != "reason":
        return False
    return after == "万" or (token.text.isdigit() and "\u4e00" <= after <= "\u9fff")


def _shared(between: _Between, state: _State, text: str) -> Target | None:
    """Whose share is spoken of: what was just named, or what an amount was just given for."""
    for one, end in ((state.pending, state.pending_end), (state.last, state.last_end)):
        if one is not None and one.share is not None:
            return one if between.same_subject(text[end : state.share_at]) else None
    return None


def _fits(figure: Figure, number: Number) -> bool:
    """Whether a number's unit is of the figure's kind: people and cars are not money."""
    if not isinstance(figure.value, Amount) or not number.unit:
        return True
    return (figure.value.unit == COUNT) == (number.unit in _COUNTS)


def _is_code(number: Number, token: Token, following: Token | None) -> bool:
    """A subject's code right before its name (201一般公共服务支出)."""
    return (
        not number.unit
        and len(token.text) in _CODE_LENGTHS
        and token.text.isdigit()
        and following is not None
        and following.kind == PHRASE
        and following.start == token.end
    )


def _said(text: str, token: Token) -> str:
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


def _with_reason(found: list[Mention], place: int, text: str, words: tuple[str, ...]) -> Mention:
    """Whether a reason follows a change in its sentence, or before something else is spoken of.

    ``rest`` is the clause that gives it.
    """
    one = found[place]
    if one.kind != "change":
        return one
    others = (
        later.at - len(later.said)
        for later in found[place + 1 :]
        if later.kind in ("amount", "change") and later.topic is not one.topic
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
