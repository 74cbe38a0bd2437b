"""Names of subjects by code and kind, from the standard's subject lists."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlbudget.functions.cells import NA, Failure, error_in, is_blank
from xlbudget.functions.codes import code_text
from xlbudget.workbook.read_cells import text_of
from xlbudget.workbook.read_labels import squash

if TYPE_CHECKING:
    from collections.abc import Collection

    from xlbudget.standard.subjects import SubjectList

__all__ = ["lists_of", "subject_name"]

_GENERAL = ("支出", "分类", "科目", "预算")
"""Words that every kind of subject has in its name."""


def subject_name(
    code: object, kind: object, lists: Collection[SubjectList], year: int
) -> str | Failure:
    """The name of a subject in ``year``.

    A blank code gives "". #N/A with the reason: the kind means no list or several, the code is
    not in the list (which is never complete), or lists of different kinds have it.
    """
    wrong = error_in(code) or error_in(kind)
    if wrong is not None:
        return wrong
    text = code_text(code)
    if not text:
        return ""
    chosen = lists_of(kind, lists)
    if isinstance(chosen, Failure):
        return chosen
    found = [subject.name for one in chosen if (subject := one.find(text, year)) is not None]
    if not found:
        where = "、".join(one.name for one in chosen)
        return Failure(NA, f"科目字典（{where}）{year}年没有编码“{text}”；可以在“科目字典”中补充。")
    if len(set(found)) > 1:
        return Failure(NA, f"“{text}”在几种分类中都有，请写明是哪一种：{_names(lists)}。")
    return found[0]


def lists_of(kind: object, lists: Collection[SubjectList]) -> list[SubjectList] | Failure:
    """The lists that a kind means: all for a blank, else the one of that key or (short) name.

    功能, 支出功能分类 and 功能分类科目 all mean 功能分类; 部门经济 means 部门预算支出经济分类.
    """
    if is_blank(kind):
        return list(lists)
    wanted = squash(text_of(kind)) if not isinstance(kind, bool) else ""
    exact = [one for one in lists if wanted.lower() == one.key.lower() or wanted == one.name]
    if exact:
        return exact
    short = wanted
    for word in _GENERAL:
        short = short.replace(word, "")
    found = [one for one in lists if short and _within(short, one.name)]
    if len(found) == 1:
        return found
    return Failure(
        NA, f"科目种类“{wanted}”{'不明确' if found else '没有'}；现有：{_names(lists)}。"
    )


def _within(short: str, name: str) -> bool:
    """Whether the signs of ``short`` stand in ``name`` in that order."""
    signs = iter(name)
    return all(sign in signs for sign in short)


def _names(lists: Collection[SubjectList]) -> str:
    return "、".join(one.name for one in lists)
