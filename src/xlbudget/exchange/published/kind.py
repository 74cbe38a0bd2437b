"""Which standard a document is of: by the titles of its tables."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from xlbudget.errors import UnusableFileError
from xlbudget.exchange.published.pieces import Line, Matrix
from xlbudget.exchange.published.tables import table_titles
from xlbudget.standard.loader import DEFAULT, load_standard, standard_ids
from xlbudget.workbook.read_labels import plain_name, squash

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from xlbudget.standard.model import Standard

__all__ = ["names_tables", "other_standard", "standard_of_document"]

_TITLE = re.compile(r"(?!第.{1,3}部分)[^，。；：、]{2,30}表")
_MONEY = re.compile(r"单位:(万元|元)")
_SHOWN = 4


def standard_of_document(path: Path, pieces: Sequence[Line | Matrix]) -> Standard:
    """The shipped standard most of whose tables the document names.

    Raises:
        UnusableFileError: it names no table of any.
    """
    names = {plain_name(text) for text in _titles(pieces)}
    best = max(standard_ids(), key=lambda one: (_shared(load_standard(one), names), one == DEFAULT))
    if not _shared(load_standard(best), names):
        raise UnusableFileError(other_standard(path, load_standard(best), pieces))
    return load_standard(best)


def names_tables(standard: Standard, pieces: Sequence[Line | Matrix]) -> bool:
    """Whether a document names any table of the standard."""
    return bool(_shared(standard, {plain_name(text) for text in _titles(pieces)}))


def _shared(standard: Standard, names: set[str]) -> int:
    return len(names & set(table_titles(standard)))


def _titles(pieces: Sequence[Line | Matrix]) -> Iterator[str]:
    """Texts that may be the title of a table."""
    for one in pieces:
        if isinstance(one, Line):
            if _TITLE.fullmatch(plain_name(one.text)):
                yield one.text
        else:
            for row in one.lines[:3]:
                cells = [cell for cell in row if cell]
                if len(cells) == 1 and _TITLE.fullmatch(plain_name(cells[0])):
                    yield cells[0]


def other_standard(path: Path, standard: Standard, pieces: Sequence[Line | Matrix]) -> str:
    """A sentence on a document that holds none of the standard's tables: what it looks like."""
    titles = list(dict.fromkeys(plain_name(text) for text in _titles(pieces)))
    names = set(titles)
    own = [one for one in titles if one in table_titles(standard)]
    if own:
        return (
            f"“{path.name}”有“{own[0]}”等标题，却读不出一张表（格没有分开，或文件不完整）；"
            "请换用有表格线的 .docx 或 .pdf。"
        )
    others = [
        (_shared(load_standard(one), names), one) for one in standard_ids() if one != standard.id
    ]
    count, best = max(others, default=(0, ""))
    if count:
        name = load_standard(best).name
        return (
            f"“{path.name}”像是“{name}”（{best}）的文件，不是“{standard.name}”的，没有读入；"
            f"请改用标准 {best}。"
        )
    if not titles:
        return f"“{path.name}”里没有“{standard.name}”的预算表，不像部门预算的公开文本；请选对文件。"
    money = Counter(
        match
        for one in pieces
        for text in (
            [one.text] if isinstance(one, Line) else [cell for row in one.lines[:3] for cell in row]
        )
        for match in _MONEY.findall(squash(text))
    )
    unit = f"，金额单位为{money.most_common(1)[0][0]}" if money else ""
    shown = "”“".join(titles[:_SHOWN])
    more = f"等{len(titles)}张" if len(titles) > _SHOWN else ""
    return (
        f"“{path.name}”用的是另一种公开标准：有“{shown}”{more}{unit}，没有“{standard.name}”的表，"
        "没有读入；请先添加该标准，或选对文件。"
    )
