"""Every text of a published document, with where it stands."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from xlbudget.exchange.published.pieces import Line
from xlbudget.figures import Place, Printed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from xlbudget.exchange.published.parts import Parts
    from xlbudget.exchange.published.pieces import Matrix

__all__ = ["printed_texts"]

_COVER, _CONTENTS, _REST = "封面", "目录", "公开文本"
_BROKEN_AFTER = re.compile(r"[0-9A-Za-z._%+-]+(?:@[0-9A-Za-z.-]*)?$")
_BROKEN_BEFORE = re.compile(r"@?[0-9A-Za-z.-]+")


def printed_texts(parts: Parts) -> Iterator[Printed]:
    """Cover, contents, all parts: paragraphs, and cells with what stands on their left."""
    yield from _pieces(_COVER, parts.cover)
    yield from _pieces(_CONTENTS, parts.contents)
    for part in parts.parts.values():
        yield from _pieces(part.heading.text, part.pieces)
    yield from _pieces(_REST, parts.rest)


def _pieces(name: str, pieces: Iterable[Line | Matrix]) -> Iterator[Printed]:
    held: Line | None = None
    for one in pieces:
        if isinstance(one, Line):
            if held is not None and _goes_on(held.text, one.text):
                held = held._replace(text=f"{held.text}\n{one.text}")
                continue
            if held is not None:
                yield Printed(held.text, Place(name, held.where))
            held = one
            continue
        if held is not None:
            yield Printed(held.text, Place(name, held.where))
            held = None
        for number, line in enumerate(one.lines, 1):
            before = ""
            for column, text in enumerate(line, 1):
                if text:
                    where = f"{one.where}第{number}行第{column}列"
                    yield Printed(text, Place(name, where), before)
                before = text
    if held is not None:
        yield Printed(held.text, Place(name, held.where))


def _goes_on(before: str, text: str) -> bool:
    """Whether a mail address was broken between two lines."""
    end, start = _BROKEN_AFTER.search(before), _BROKEN_BEFORE.match(text)
    return bool(end and start and ("@" in end[0] or start[0].startswith("@")))
