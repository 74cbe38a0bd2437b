"""A standard as a page: its tables as they are printed, its texts on made-up figures, its rules in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlbudget.authoring.samples import FALLEN, sample_books, usual
from xlbudget.publishing.disclosure import Item, Part, Text, disclosure
from xlbudget.publishing.web import web_copy
from xlbudget.standard.catalogue import equation_text, rule_kind
from xlbudget.standard.loader import standard_for

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlbudget.standard.model import Rule, Standard

_REMARK = "预览：数字是编的，只为看表和文字的样子。"


def preview_page(standard: Standard) -> str:
    """The page, with the figures of a made-up budget in which all is filled in.

    Raises:
        StandardError: the standard cannot be used.
    """
    book = dict(sample_books(standard, usual(standard)))[FALLEN]
    standard = standard_for(standard, book.year, book.info)
    made = disclosure(standard, book)
    rules = Part("勾稽规则", (), tuple(_rules(standard)))
    return web_copy(made._replace(parts=(*made.parts, rules), remarks=(_REMARK,)))


def _rules(standard: Standard) -> Iterator[Item]:
    for rule in standard.rules:
        yield Item(f"{rule.code} {rule.title}", tuple(map(Text, _lines(standard, rule))))


def _lines(standard: Standard, rule: Rule) -> Iterator[str]:
    yield f"来源：{rule.source}"
    if not rule.equations:
        yield rule_kind(rule)
    yield from (equation_text(standard, equation) for equation in rule.equations)
