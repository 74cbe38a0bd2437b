"""Texts made comparable: sheet names, headings, row labels, captions as people really type them."""

from __future__ import annotations

import re
from functools import lru_cache

from xlbudget.characters import folded, squash, visible

_QUOTES = re.compile("[“”‘’\"'「」『』《》]")
_YEAR = re.compile(r"20\d\d年")
_TITLE_YEAR = re.compile(r"^20\d\d年度?")
_CHINESE = "[一二三四五六七八九十百]+"
_NUMBER = rf"(?:{_CHINESE}|\d{{1,2}})"
_ORDINAL = re.compile(rf"其中:?|{_NUMBER}(?:、|\.(?!\d)|,)|\({_NUMBER}\)[、.]?")
_LEADING = re.compile(rf"附?表?{_NUMBER}[-_、.:)]+|附?表?\(?\d{{1,2}}\)?")
_NOTE = re.compile(rf"说明|备注|注[:\d]|\(?{_NUMBER}\)?[、.)]")
_YEARS = re.compile(r"(20\d\d)年(?!\d{1,2}月)")
_CIRCLED = dict.fromkeys(range(0x2460, 0x2474), "")


@lru_cache(maxsize=1024)
def heading(text: str) -> str:
    """A column's heading; years are equal: ``2024年预算数`` is ``20XX年预算数``."""
    return _YEAR.sub("20XX年", _QUOTES.sub("", squash(text)))


@lru_cache(maxsize=1024)
def plain_name(text: str) -> str:
    """A sheet's name or title without quotes, leading number and year: ``5-一般公共预算支出表``."""
    found = _TITLE_YEAR.sub("", _QUOTES.sub("", squash(text)))
    match = _LEADING.match(found)
    return found[match.end() :] if match else found


@lru_cache(maxsize=8192)
def row_label(text: str) -> str:
    """A row's label without 一、, 1、, （一）, 其中：, quotes and a colon at the end."""
    found = _QUOTES.sub("", squash(text.translate(_CIRCLED))).rstrip(":")
    while match := _ORDINAL.match(found):
        found = found[match.end() :]
    return _YEAR.sub("20XX年", found)


def without_ordinal(text: str) -> str:
    """A label as printed, but without its ordinal: ``一、教育支出`` is ``教育支出``."""
    found = visible(text).strip()
    if len(folded(found)) != len(found):
        return row_label(found)
    while match := _ORDINAL.match(folded(found)):
        found = found[match.end() :].lstrip()
    return found


@lru_cache(maxsize=1024)
def caption(text: str) -> str:
    """A caption beside a field: without quotes, 其中：, marks of required fields and colons."""
    return row_label(text.strip(" *＊")).strip("*")


def is_note(text: str) -> bool:
    """Whether a text looks like a note below a table: 说明, 注：, 1、."""
    return _NOTE.match(squash(text)) is not None


def years_in(text: str) -> set[int]:
    """The years that a title or heading names; a day (2024年2月1日) is none."""
    return {int(one) for one in _YEARS.findall(squash(text))}
