"""A reason that says the opposite of the change that it is given for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlbudget.findings import Finding, Level
from xlbudget.texts.plain import plain, printed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlbudget.texts.bind import Mention
    from xlbudget.texts.paper import Paper

__all__ = ["contrary"]


def contrary(paper: Paper, mention: Mention) -> Iterator[Finding]:
    """A change whose reason has words of the other direction alone.

    Reasons that speak of last year, of people who retired, of what came to an end and the like may
    put it that way and be right: with such a word nothing is said.
    """
    slips = paper.readings.slips
    change = mention.change
    if mention.kind != "change" or mention.up is None or change is None or not mention.rest:
        return
    if not change.known or (change.direction.text and mention.up != _up(mention)):
        return
    says = {
        key: any(plain(one) in mention.rest for one in slips.get(key, ()))
        for key in ("more", "less", "either")
    }
    same, other = ("more", "less") if mention.up else ("less", "more")
    if says["either"] or says[same] or not says[other]:
        return
    # Where it is not sure which units' money the figure is of, nor is the direction of its change.
    remark = mention.topic.head.partly if mention.topic is not None and paper.several else ""
    level, hint = (Level.HINT, f"（{remark}）") if remark else (Level.WARNING, "")
    said, reason = printed(mention.said), printed(mention.rest)
    yield paper.finding(
        "change", level, f"“{said}”的原因写的是“{reason}”，像是与增减的方向相反{hint}；请核对。",
        change.amount, reason,
    )  # fmt: skip


def _up(mention: Mention) -> bool:
    """The direction that the figures have."""
    assert mention.change is not None
    value = mention.change.amount.value
    return getattr(value, "fen", 0) > 0
