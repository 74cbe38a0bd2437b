"""The years over which a project runs, as its form says."""

from __future__ import annotations

import re

from xlbudget.characters import folded

__all__ = ["last_year_of"]

_OPEN = re.compile(
    "长期|持续|经常|常年|至今|以后|滚动|每年|年起|起$|开始|不限|次年|跨年|下年|[-—–~～至到]$"
)
_SHORT = re.compile(r"(20)(\d\d)年?[-—–~～至到](\d\d)年")
_LASTS = re.compile(r"(?<!\d)(?:\d{1,2}|[二两三四五六七八九十]+)个?年")


def last_year_of(period: str) -> int | None:
    """The year in which a period (2024年1月—2024年12月) ends; None where it does not say."""
    text = folded(period).strip()
    short = _SHORT.search(text)
    years = {int(one) for one in re.findall(r"(?<!\d)20\d\d(?!\d)", text)}
    if short is not None and int(short[3]) > int(short[2]):
        years.add(int(short[1] + short[3]))
    if not years or _OPEN.search(text) or (len(years) == 1 and _LASTS.search(text)):
        return None
    return max(years)
