"""The set phrases of a standard's documents as patterns, in which every name in braces stands for what is printed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from xlbudget.characters import heading, squash

if TYPE_CHECKING:
    from xlbudget.standard.model import Standard


_NAME = re.compile(r"\{(\w+)\}")
_YEARS = ("year", "last_year")
_WORDS = "[^，。；：、]"
_LONGEST_NAME, _LONGEST_CHOICE = 40, 10
"""What a field of 基础信息 puts into a phrase has so many letters at most, and what stands before a choice."""
_ANY_YEAR = "20XX年"


def heading_pattern(standard: Standard, phrase: str, *, own: bool = False) -> re.Pattern[str]:
    """What a heading looks like that ``characters.heading`` has made comparable; the year may be left out.

    ``own``: its author may have put something before it.
    """
    dated = _NAME.sub(lambda name: "2000" if name[1] in _YEARS else name[0], phrase)
    pattern = _pattern(standard, heading(dated)).replace(_ANY_YEAR, "(?:20XX年度?)?")
    return re.compile(f"{_WORDS}{{0,{_LONGEST_NAME}}}{pattern}" if own else pattern)


def line_pattern(standard: Standard, phrase: str) -> re.Pattern[str]:
    """What a squashed line that prints a phrase looks like; names that no field has are long texts."""
    return re.compile(_pattern(standard, squash(phrase)))


def chosen(standard: Standard, match: re.Match[str]) -> dict[str, str]:
    """The fields with choices of which a line says one: 预算单位 says 单位."""
    found = {}
    for key, text in match.groupdict().items():
        field = standard.fields.get(key)
        choices = field.choices if field is not None else ()
        said = max((one for one in choices if (text or "").endswith(one)), key=len, default="")
        if said:
            found[key] = said
    return found


def _pattern(standard: Standard, phrase: str) -> str:
    pieces = _NAME.split(phrase)
    seen: set[str] = set()
    made = [re.escape(pieces[0])]
    for name, text in zip(pieces[1::2], pieces[2::2], strict=True):
        field = standard.fields.get(name)
        said = r"20\d\d" if name in _YEARS else ".+?"
        if field is not None and field.kind == "choice":
            choices = "|".join(map(re.escape, field.choices))
            said = f"(?:{_WORDS}{{0,{_LONGEST_CHOICE}}}?(?:{choices}))?"
        elif field is not None and name not in _YEARS:
            said = f"{_WORDS}{{1,{_LONGEST_NAME}}}?"
        made += [said if name in seen else f"(?P<{name}>{said})", re.escape(text)]
        seen.add(name)
    return "".join(made)
