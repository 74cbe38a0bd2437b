"""The explanation in the html report: every number leads to the cells that it comes from."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from xlbudget.report.html_common import safe

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlbudget.findings import Finding
    from xlbudget.report.html_place import Places
    from xlbudget.report.pictures import Number, Origin, Passage, Source

__all__ = ["texts"]

_FIGURE = re.compile(r"[0-9０-９][0-9０-９,，.．]*[^0-9，。；、]{0,4}$")
"""The number at the end of what a finding quotes, with its unit."""


def texts(places: Places) -> Iterator[str]:
    """The paragraphs, each followed by where its numbers come from."""
    shown = set(places.passages.values())
    if not shown:
        return
    yield f'<h3 id="{places.name}-texts">{"文字与数字的出处" if places.whole else "有问题的段落"}</h3>'
    yield '<p class="hint">带下划线的数字可以点：显示它出自哪些单元格、怎样算出；再点单元格，转到表中那一格。</p>'
    part = ""
    for number, passage in enumerate(places.pictures.passages, 1):
        if number not in shown:
            continue
        if passage.part != part:
            part = passage.part
            yield f'<h4 class="part">{safe(part)}</h4>'
        yield from _passage(number, passage, places)


def _passage(number: int, passage: Passage, places: Places) -> Iterator[str]:
    found = places.marks.get((passage.sheet, passage.cell), [])
    marks = "".join(places.mark(one) for one in found)
    kind = "passage" + (" heading" if passage.level else "") + (" wrong" if found else "")
    yield f'<div class="{kind}" id="{places.passage(number)}">'
    state = f' <span class="state">{safe(passage.state)}</span>' if passage.state else ""
    yield f'<div class="side">{safe(passage.id)} <span class="where">{safe(passage.cell)}</span>{state}</div>'
    yield f"<p>{marks}{' ' if marks else ''}{_text(number, passage, found, places)}</p>"
    if passage.numbers:
        yield f'<details class="origins"><summary>数字的出处（{len(passage.numbers)} 个）</summary><ol>'
        for count, one in enumerate(passage.numbers, 1):
            yield _origin(places.origin(number, count), one.origin, places)
        yield "</ol></details>"
    yield "</div>"


def _text(number: int, passage: Passage, found: list[Finding], places: Places) -> str:
    """The text with its numbers as links, and what findings speak of set off."""
    text, pieces, last = passage.text, [], 0
    said = _said(passage, found)
    ends = {end for _, end in said}
    starts = {start for start, _ in said}
    numbers = sorted(enumerate(passage.numbers, 1), key=lambda one: one[1].start)
    cuts = sorted({0, len(text), *starts, *ends, *(at for _, one in numbers for at in one[:2])})
    opened = {one.start: (count, one) for count, one in numbers}
    for at in cuts:
        if at < last:
            continue
        pieces.append(safe(text[last:at]) if at > last else "")
        last = at
        if at in ends:
            pieces.append("</mark>")
        if at in starts:
            pieces.append("<mark>")
        if at in opened:
            count, one = opened[at]
            pieces.append(_number(places.origin(number, count), text, one))
            last = one.end
            if last in ends:
                pieces.append("</mark>")
                ends.discard(last)
    return "".join(pieces)


def _said(passage: Passage, found: list[Finding]) -> list[tuple[int, int]]:
    """The stretches that findings speak of, apart from each other and cutting no number."""
    kept: list[tuple[int, int]] = []
    for one in found:
        printed = _FIGURE.search(one.printed)
        said = printed[0] if printed else one.printed
        whole = passage.text.find(one.printed) if one.printed else -1
        start = whole + len(one.printed) - len(said) if whole >= 0 else -1
        end = start + len(said)
        cut = any(
            number.start < at < number.end for number in passage.numbers for at in (start, end)
        )
        if start >= 0 and not cut and all(end < a or start > b for a, b in kept):
            kept.append((start, end))
    return kept


def _number(name: str, text: str, one: Number) -> str:
    shown = safe(text[one.start : one.end])
    kind = "n year" if one.origin.kind == "year" else "n"
    return f'<a class="{kind}" href="#{name}" aria-expanded="false">{shown}</a>'


def _origin(name: str, one: Origin, places: Places) -> str:
    cells = "".join(f"<li>{_source(source, places)}</li>" for source in one.sources)
    total = f'<div class="sum">{safe(one.sum)}</div>' if one.sum else ""
    return (
        f'<li id="{name}"><b>{safe(one.title)}</b> <span class="value">{safe(one.text)}</span>'
        f"{total}<ul>{cells}</ul></li>"
    )


def _source(one: Source, places: Places) -> str:
    where = safe(f"{one.sheet} {one.cell}".strip())
    target = places.place(one.sheet, one.cell)
    shown = f'<a href="#{target}">{where}</a>' if target else where
    label = f" {safe(one.label)}" if one.label else ""
    value = f" <b>{safe(one.text)}</b>" if one.text and one.text != one.label else ""
    return f"{shown}{label}{value}"
