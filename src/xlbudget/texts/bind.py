"""What every number of a paragraph speaks of, told from the sentence and not from its value."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.money import COUNT, Amount
from xlbudget.texts.plain import plain
from xlbudget.texts.scan import NUMBER, PHRASE, STOP, YEAR, Scanner

if TYPE_CHECKING:
    from collections.abc import Iterator

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
    phrase at ``served`` had its number before it.
    """

    def __init__(self) -> None:
        self.topic: Topic | None = None
        self.pending: Target | None = None
        self.pending_end = -1
        self.served = -1
        self.last: Target | None = None
        self.up: bool | None = None
        self.share = self.none = False
        self.quiet, self.since = "", 0


class Binder:
    """Binds the texts of one section, whose phrases are made ready once."""

    def __init__(self, readings: Readings, known: Vocabulary) -> None:
        self.known = known
        self.scanner = Scanner(known.phrases, readings.words)
        self.reasons = tuple(map(plain, readings.words["reason"]))

    def mentions(self, text: str) -> list[Mention]:
        """What a plain text says, in its order."""
        tokens = list(self.scanner.tokens(text))
        found = list(_mentions(self.known, text, tokens))
        return [_with_reason(found, place, text, self.reasons) for place in range(len(found))]


def _mentions(known: Vocabulary, text: str, tokens: list[Token]) -> Iterator[Mention]:
    state = _State()
    for place, token in enumerate(tokens):
        following = tokens[place + 1] if place + 1 < len(tokens) else None
        if token.kind == PHRASE:
            close = (
                following is not None and following.kind == NUMBER and following.start == token.end
            )
            yield from _phrase(known, state, text, token, close=close)
        elif token.kind == NUMBER:
            assert token.number is not None
            if state.quiet and token.number.unit in _COUNTS:
                continue  # 主要原因是更新车辆1辆: no count that a table has
            yield from _number(known, state, text, token, following)
        elif token.kind == STOP:
            _stop(state, token)
        elif token.kind in ("up", "down"):
            if token.text.endswith("幅") or text[token.end : token.end + 1] not in _TO:
                state.up = token.kind == "up"
        elif token.kind == "same":
            if state.topic is not None and state.topic.change is not None and not state.quiet:
                said = _said(text, token)
                yield Mention("same", said, topic=state.topic, change=state.topic.change)
        elif token.kind == "share":
            state.share = True
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
        state.up, state.share, state.none = None, False, False
    elif token.text == ",":
        state.none = state.share = False
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
        if (
            state.topic is None
            or not state.topic.head.exempt
            or state.topic.head.exempt not in text
        ):
            yield Mention("none", _said(text, token), target.figure, target=target)
        return
    state.pending, state.pending_end, state.up = target, token.end, None


def _number(
    known: Vocabulary, state: _State, text: str, token: Token, following: Token | None
) -> Iterator[Mention]:
    number, said = token.number, _said(text, token)
    assert number is not None
    topic, up = state.topic, state.up
    state.up = None
    if number.unit == "%":
        if up is not None and topic is not None and topic.change is not None and not state.quiet:
            change = topic.change
            yield Mention("percent", said, change.percent, number, None, topic, change, up)
        elif state.share and (target := _shared(state)) is not None:
            yield Mention("share", said, target.share, number, target, topic)
        else:
            yield Mention("loose", said, number=number)
        state.share = False
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
        yield Mention("amount", said, pending.figure, number, pending, topic, at=at)
        state.last, state.pending = state.pending, None
        return
    yield Mention("loose", said, number=number)


def _shared(state: _State) -> Target | None:
    """Whose share is spoken of: what was just named, or what an amount was given for."""
    return next(
        (one for one in (state.pending, state.last) if one is not None and one.share is not None),
        None,
    )


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
