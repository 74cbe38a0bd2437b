"""A line of a list that is given twice with its amount."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlbudget.findings import Finding, Level
from xlbudget.texts.plain import printed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from xlbudget.texts.bind import Mention
    from xlbudget.texts.paper import Paper

__all__ = ["named_twice"]


def named_twice(paper: Paper, text: str, mentions: Sequence[Mention]) -> Iterator[Finding]:
    """Lines of one list that a sentence names twice; another sentence may speak of them again."""
    seen: dict[tuple[str, str], int] = {}
    for one in mentions:
        if one.kind != "amount" or one.target is None or not one.target.list:
            continue
        line = (one.target.list, one.target.key)
        before = seen.get(line)
        seen[line] = one.at
        if before is not None and "。" not in text[before : one.at]:
            message = f"“{printed(one.said)}”在同一句里列了两次；请删去重复的。"
            yield paper.finding(
                paper.unit.section, Level.WARNING, message, one.target.figure, printed(one.said)
            )
