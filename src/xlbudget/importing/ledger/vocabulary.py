"""The words of a detail export: what a heading and what a cell means in the standard's ledger."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.characters import squash

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xlbudget.standard.ledger import LedgerColumn, LedgerStandard

YEAR = "year"
"""What a column of the budget's year means; all others are keys of the ledger's columns."""
CODE, NAME, VALUE = "code", "name", "value"
_BRACKETS = re.compile(r"\([^()]*\)")
_FRAME = re.compile("[“”‘’\"'「」『』《》*_—]|^20\\d\\d年?度?|^\\d{1,2}[.、]")
_LATIN_CODE = re.compile(r"[A-Z]\d+")
_PARTED = re.compile(r"[\[(]?(\d+)[\])]?[-—:：_\s]+(\D.*)", re.DOTALL)
_NUMBERED = re.compile(r"[\[(]?[0-9A-Za-z.]+[\])]?[-:_.、 ]*(?=[\u4e00-\u9fff])")
_SUBJECT = "科目"


class Meaning(NamedTuple):
    """What a heading says that its column holds: a ledger column's key, and whether code, name or value."""

    key: str
    role: str = VALUE


class Money(NamedTuple):
    """What a heading says of amounts: choices by column key; ``classes`` are kinds that hold several.

    ``total``: the heading names a sum.
    """

    fixed: Mapping[str, str]
    classes: tuple[str, ...] = ()
    total: bool = False


def bare(heading: str) -> str:
    """A heading without year, brackets, quotes and marks, in capitals: ``2024年金额(元)*`` is 金额."""
    text = squash(heading)
    while _BRACKETS.search(text):
        text = _BRACKETS.sub("", text)
    return _FRAME.sub("", text).upper()


class Vocabulary:
    """The words of one standard's ledger, indexed once."""

    def __init__(self, ledger: LedgerStandard) -> None:
        self.ledger = ledger
        self.names: dict[str, str] = {}
        for column in ledger.columns:
            for name in (column.label, *column.names):
                self.names.setdefault(self._stem(bare(name))[0], column.key)
        self.names |= {bare(name): YEAR for name in ledger.export.year}
        self.never = {
            self._stem(bare(name))[0] for column in ledger.columns for name in column.never
        }
        self.choices = {
            column.key: {bare(value): meant for value, meant in _choices(column).items()}
            for column in ledger.columns
            if column.kind == "choice"
        }
        amount = ledger.amount
        self._words: dict[str, tuple[str, str]] = {
            bare(name): ("", "") for name in (amount.label, *amount.names)
        }
        for kind in ledger.kinds.values():
            if kind.of in ledger.export.across:
                self._words |= {name: ("class", name) for name in kind.classes.values()}
        for key in ledger.export.across:
            self._words |= {
                value: (key, meant) for value, meant in self.choices[key].items() if len(value) > 1
            }
        self._words |= {word: ("total", word) for word in ledger.export.totals}
        self._words = {squash(word): ("filler", "") for word in ledger.export.filler} | self._words
        ordered = sorted(self._words, key=len, reverse=True)
        self._word = re.compile("|".join(map(re.escape, ordered)))

    def _stem(self, text: str) -> tuple[str, str]:
        """A heading without 编码 or 名称 and 科目 at its end, and what it says of the column."""
        export = self.ledger.export
        role = VALUE
        for words, meant in ((export.code, CODE), (export.name, NAME)):
            end = next((word for word in words if text.endswith(word) and text != word), "")
            if end:
                role, text = meant, text.removesuffix(end)
        return text.removesuffix(_SUBJECT), role

    def meaning(self, path: tuple[str, ...]) -> Meaning | None:
        """What the headings above a column mean, uppermost first; None where it is none of the ledger's."""
        parts = [bare(part) for part in path if bare(part)]
        if not parts or any(self._stem(part)[0] in self.never for part in parts):
            return None
        for text in dict.fromkeys(("".join(parts[-2:]), parts[-1], "".join(parts))):
            stem, role = self._stem(text)
            if stem in self.never:
                return None
            if stem in self.names:
                return Meaning(self.names[stem], role)
        return None

    def money(self, path: tuple[str, ...]) -> Money | None:
        """What a heading of amounts says; None where some of its words are of something else."""
        fixed: dict[str, str] = {}
        classes: list[str] = []
        total = known = False
        for part in filter(None, map(bare, path)):
            at = 0
            while at < len(part):
                match = self._word.match(part, at)
                if match is None:
                    return None
                at = match.end()
                key, meant = self._words[match[0]]
                known = known or key != "filler"
                if key == "total":
                    total = True
                elif key == "class":
                    classes.append(meant)
                elif key not in ("", "filler"):
                    if fixed.get(key, meant) != meant:
                        return None
                    fixed[key] = meant
        return Money(fixed, tuple(dict.fromkeys(classes)), total) if known else None

    def choice(self, key: str, text: str) -> str | None:
        """The choice that a cell means, "" for none of them; None where it is not known."""
        known = self.choices[key]
        plain = squash(text).upper()
        for way in (
            plain,
            _NUMBERED.sub("", plain, count=1),
            plain[:1] if _LATIN_CODE.match(plain) else plain,
        ):
            if way in known:
                return known[way]
        return None

    def is_total(self, text: str) -> bool:
        """Whether a cell calls its line a sum."""
        plain = squash(text).rstrip(":")
        return plain.endswith(self.ledger.export.totals)


def _choices(column: LedgerColumn) -> dict[str, str]:
    return {**{choice: choice for choice in column.choices}, **column.values}


def without_code(text: str, digits: int) -> str:
    """A name without the code of at least so many digits that a sign or space parts from it.

    What begins with a number of its own (``2024-2026年规划``, 101中学) keeps it.
    """
    match = _PARTED.fullmatch(text.strip())
    return match[2] if match and len(match[1]) >= digits else text.strip()
