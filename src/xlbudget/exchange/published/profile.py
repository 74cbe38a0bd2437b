"""部门概况 of a published document: duties, offices, the remark below them, budget units."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from xlbudget.exchange.published.pieces import Line
from xlbudget.figures import Office, Profile
from xlbudget.notes.source import load_source
from xlbudget.workbook.read_labels import row_label

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from xlbudget.exchange.published.parts import DocumentPart
    from xlbudget.standard.model import Standard

__all__ = ["profile_lines", "read_profile_part"]

_OFFICE = re.compile(r"[(（]?(?:[一二三四五六七八九十百]{1,4}|\d{1,2})[)）、.．]\s*(?=\S)")
_DIGIT = re.compile(r"[(（]?\d{1,3}[)）、.．]\s*")
_SENTENCE = "。；：！？"
_NAME = 40
"""An office's name has fewer letters."""


def profile_lines(standard: Standard, part: DocumentPart) -> dict[str, list[Line]]:
    """The lines of each section by what its template shows: duties, offices, units."""
    titles: dict[str, str] = {}
    folder = load_source(standard).folder
    for spec in load_source(standard).sections.get(part.holds, ()):
        template = (folder / spec.template).read_text(encoding="utf-8")
        held = next(
            (one for one in ("duties", "offices", "units") if f"profile.{one}" in template), ""
        )
        titles[row_label(spec.heading)] = held
    found: dict[str, list[Line]] = {"duties": [], "offices": [], "units": []}
    current = ""
    for one in part.pieces:
        if not isinstance(one, Line):
            continue
        label = row_label(one.text)
        if label in titles:
            current = titles[label]
        elif current:
            found[current].append(one)
    return found


def read_profile_part(lines: Mapping[str, Sequence[Line]]) -> Profile:
    """The profile that the lines describe."""
    duties = [one.text for one in lines["duties"]]
    offices, remark = _offices([one.text for one in lines["offices"]])
    units = [
        _DIGIT.sub("", one.text, count=1)
        for one in lines["units"]
        if _DIGIT.match(one.text) and one.text[-1] not in _SENTENCE
    ]
    return Profile(
        duties=tuple(_unmarked(duties)),
        remark=remark,
        offices=tuple(offices),
        units=tuple(units),
    )


def _unmarked(texts: list[str]) -> list[str]:
    """Without their numbers, where all are numbered."""
    if texts and all(_DIGIT.match(one) for one in texts):
        return [_DIGIT.sub("", one, count=1) for one in texts]
    return texts


def _offices(texts: Sequence[str]) -> tuple[list[Office], str]:
    """Offices with their duties; what stands below a finished duty of the last one is the remark."""
    found: list[tuple[str, list[str]]] = []
    before: list[str] = []
    for text in texts:
        mark = _OFFICE.match(text)
        if mark is not None and len(text) <= _NAME and text[-1] not in _SENTENCE:
            found.append((text[mark.end() :], []))
        elif mark is not None and (
            split := re.match(r"([^。；：:]{2,30})[：:。](.+)", text[mark.end() :])
        ):
            found.append((split[1], [split[2]]))
        elif found:
            found[-1][1].append(text)
        else:
            before.append(text)
    tail: list[str] = []
    if found:
        duty = found[-1][1]
        while len(duty) > 1 and duty[-2].endswith("。"):
            tail.insert(0, duty.pop())
    offices = [Office(name, _duty(duty)) for name, duty in found]
    return offices, "\n".join([*before, *tail])


def _duty(texts: Sequence[str]) -> str:
    """One text of paragraphs that a page break may have divided."""
    whole = ""
    for text in texts:
        whole += text if not whole or whole.endswith(("；", ";", "，")) else f"\n{text}"
    return whole
