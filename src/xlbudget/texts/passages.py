"""The texts of a book as they would be published, each number with the cells that it comes from.

Numbers of a text that a person edited are found where it still agrees with the generated one. For programs
the same goes from paragraph to cells, and from cell to paragraphs.
"""

from __future__ import annotations

import json
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.explaining.facts import evaluate_facts
from xlbudget.explaining.source import load_source
from xlbudget.figures import TextUnit, Unreadable
from xlbudget.money import COUNT, Amount
from xlbudget.rules.grid import INFO

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from xlbudget.explaining.document import CellRef, Figure, Paragraph
    from xlbudget.explaining.facts import Facts
    from xlbudget.figures import Book, Cell
    from xlbudget.standard.model import Standard


class Source(NamedTuple):
    """A cell on which a number of the text rests: where it is, what it means, what it holds."""

    sheet: str
    cell: str
    label: str
    value: str


class Origin(NamedTuple):
    """Where a number comes from: the figure it is, the cells, and how it follows from them.

    ``name`` is the figure's lasting name, ``kind`` amount, count, percent or year, ``sum`` the arithmetic in full, empty where the number is
    what one cell holds.
    """

    name: str
    title: str
    text: str
    kind: str
    how: str
    sources: tuple[Source, ...]
    sum: str = ""


class Number(NamedTuple):
    """``text[start:end]`` of a passage is what ``origin`` explains."""

    start: int
    end: int
    origin: Origin


class Passage(NamedTuple):
    """A paragraph as it would be published.

    ``part`` is the title of the text in which it stands, ``level`` 1 or 2 for a heading, 0 for text;
    ``state`` is empty for a generated text, else 已改 or 已过期; ``fingerprint`` that of the figures.
    """

    id: str
    part: str
    text: str
    sheet: str = ""
    cell: str = ""
    level: int = 0
    state: str = ""
    numbers: tuple[Number, ...] = ()
    fingerprint: str = ""


_MOST = 60
"""A sum of more terms is not written out; its cells are listed all the same."""
_FEW = 6
"""In a sum of so few cells the blank ones are written out too."""


class Origins:
    """The origins of the figures of one book, each worked out once."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self._known: dict[str, Origin] = {}

    def of(self, figure: Figure) -> Origin:
        """The origin of a figure."""
        if figure.name not in self._known:
            sources = [
                Source(*cell.place, cell.label, self._held(cell))
                for cell in dict.fromkeys(figure.cells)
                if cell.place.cell or cell.label
            ]
            self._known[figure.name] = Origin(
                figure.name,
                figure.title,
                figure.text,
                figure.kind,
                figure.how,
                tuple(dict.fromkeys(sources)),
                self._sum(figure),
            )
        return self._known[figure.name]

    # -------------------------------------------------------------- cells

    def _held(self, cell: CellRef) -> str:
        """What stands in the cell, in words with its unit."""
        if not cell.column:
            return cell.label
        if cell.block == INFO:
            info = self.facts.book.info.get(cell.row)
            if info is None:
                return ""
            return info.value if isinstance(info.value, str) else _shown(info.value)
        if cell.block not in self.facts.standard.blocks:
            return self.facts.book.keyed.get(cell.block, {}).get(cell.row, "")
        return _shown(self._cell(cell))

    def _cell(self, cell: CellRef) -> Cell:
        """The amount of a cell, computed where it was left blank."""
        values = self.facts.values
        number = values.grid.number_at(cell.block, cell.row, cell.column)
        return None if number is None else values.cells[number]

    def _amount(self, cell: CellRef) -> Amount | None:
        held: Cell = None
        if cell.block == INFO:
            held = self.facts.book.number(cell.row)
        elif cell.block in self.facts.standard.blocks and cell.column:
            held = self._cell(cell)
        return held if isinstance(held, Amount) else None

    # -------------------------------------------------------------- arithmetic

    def _sum(self, figure: Figure) -> str:
        """The arithmetic in full; empty where there is none, or where it is not to be told for sure."""
        tell = {"sum": self._added, "share": self._quotient, "change": self._changed}
        if figure.missing or not figure.text:
            return ""
        if figure.how == "rows" and figure.kind == "count" and len(figure.cells) > 1:
            return f"共 {len(figure.cells)} 行"
        return tell[figure.how](figure) if figure.how in tell else ""

    def _quotient(self, figure: Figure) -> str:
        """``甲 1.00÷乙 2.00＝50.00%``."""
        part, whole = (self.facts.figures.get(name) for name in figure.basis)
        if part is None or whole is None or not isinstance(part.value, Amount):
            return ""
        if not isinstance(whole.value, Amount) or not whole.value.fen:
            return ""
        return f"{_named(part)}÷{_named(whole)}＝{figure.text}"

    def _added(self, figure: Figure) -> str:
        """``甲 1.00＋乙 2.00＝3.00``: of other figures where it is made of them, else of its cells."""
        value = figure.value
        if not isinstance(value, Amount):
            return ""
        terms = [
            (-1 if name.startswith("-") else 1, _named(other), other.value.fen)
            for name in figure.basis
            if (other := self.facts.figures.get(name.removeprefix("-"))) is not None
            and isinstance(other.value, Amount)
        ]
        if not terms or len(terms) < len(figure.basis):
            terms = self._cell_terms(figure)
        if not 0 < len(terms) <= _MOST or sum(sign * fen for sign, _, fen in terms) != value.fen:
            return ""
        signs = ["－" if sign < 0 else "＋" for sign, _, _ in terms]
        text = "".join(sign + shown for sign, (_, shown, _) in zip(signs, terms, strict=True))
        return f"{text.removeprefix('＋')}＝{figure.text}"

    def _cell_terms(self, figure: Figure) -> list[tuple[int, str, int]]:
        signs = [-1 if name.startswith("-") else 1 for name in figure.basis]
        if len(signs) != len(figure.cells):
            signs = [1] * len(figure.cells)
        terms, sheet = [], ""
        for cell, sign in zip(figure.cells, signs, strict=True):
            amount = self._amount(cell)
            if amount is None and len(figure.cells) > _FEW:
                continue
            name = cell.place.cell if cell.place.sheet == sheet else " ".join(cell.place)
            sheet = cell.place.sheet
            shown = f"{name.strip()} {amount.text if amount else '空白'}"
            terms.append((sign, shown, amount.fen if amount else 0))
        return terms

    def _changed(self, figure: Figure) -> str:
        """The present year's figure less the one before, and for a percentage the quotient."""
        stem = figure.name.rpartition(".")[0]
        difference = self.facts.figures.get(f"{stem}.amount")
        if difference is None or not isinstance(difference.value, Amount):
            return ""
        amounts = [self._amount(cell) for cell in figure.cells]
        known = [amount for amount in amounts if amount is not None]
        now = self.facts.figures.get(figure.basis[0])
        if now is not None and isinstance(now.value, Amount):
            first = now.value
        elif known:
            first = known[0]._replace(fen=sum(amount.fen for amount in known[:-1]))
        else:
            return ""
        prior = first._replace(fen=first.fen - difference.value.fen)
        if known and len(figure.cells) > 1 and now is None and known[-1].fen != prior.fen:
            return ""
        text = f"本年 {first.text}－上年 {prior.text}＝{difference.value.text}"
        if figure.kind == "percent" and prior.fen:
            text += f"；{difference.text}÷{prior.text}＝{figure.text}"
        return text


def _named(figure: Figure) -> str:
    return f"{figure.title} {figure.text}"


def _shown(cell: Cell) -> str:
    if isinstance(cell, Unreadable):
        return cell.raw
    if cell is None:
        return ""
    return str(cell.fen) if cell.unit == COUNT else f"{cell.text} {cell.unit.name}"


_LONGEST = 4000
"""Longer edited texts are not compared sign by sign."""
_NOTES = "情况说明"
_EDITED, _STALE = "已改", "已过期"
_SIGNS = frozenset("0123456789.,，．%％")
_NUMBERS = ("amount", "count", "percent", "year")
"""Kinds of figures that are numbers."""


def passages(standard: Standard, book: Book, *, generate: bool = False) -> tuple[Passage, ...]:
    """The paragraphs of the book's explanation and glossary.

    Where it has none there are none, or with ``generate`` those that would be generated.

    Raises:
        StandardError: the standard's facts or templates are wrong.
    """
    if not book.texts and not generate:
        return ()
    from xlbudget.explaining.explain import explain, glossary  # noqa: PLC0415  # templates are slow

    documents = {"notes": explain(standard, book), "glossary": glossary(standard, book)}
    generated = {
        part: {paragraph.id: paragraph for paragraph in document.paragraphs}
        for part, document in documents.items()
    }
    units = book.texts or [
        TextUnit(
            part,
            section.number,
            paragraph.id,
            paragraph.text,
            heading=bool(paragraph.level),
            follows=True,
        )
        for part, document in documents.items()
        for section in document.sections
        for paragraph in section.paragraphs
    ]
    origins = Origins(evaluate_facts(standard, book, load_source(standard)))
    titles = {"notes": _NOTES, "glossary": standard.title_of("glossary")}
    return tuple(
        _passage(unit, titles.get(unit.part, ""), paragraph, origins)
        for unit in units
        for paragraph in [generated.get(unit.part, {}).get(unit.id)]
    )


def _passage(unit: TextUnit, title: str, found: Paragraph | None, origins: Origins) -> Passage:
    # As on the sheet: no state for a text that is as generated now.
    same = unit.follows or (found is not None and found.text == unit.text)
    return Passage(
        unit.id,
        unit.place.sheet or title,
        unit.text,
        *unit.place,
        found.level if found is not None else int(unit.heading),
        _STALE if unit.stale else "" if same else _EDITED,
        tuple(_numbers(unit.text, found, origins)) if found is not None else (),
        found.fingerprint if found is not None else "",
    )


def _numbers(text: str, found: Paragraph, origins: Origins) -> Iterator[Number]:
    """The numbers of the generated text that the final text still has."""
    wanted = [span for span in found.spans if span.figure.kind in _NUMBERS and span.figure.cells]
    same = _same(found.text, text) if wanted else []
    for span in wanted:
        for start, end, shift in same:
            if start <= span.start and span.end <= end:
                first, last = span.start + shift, span.end + shift
                if text == found.text or _whole(text, first, last):
                    yield Number(first, last, origins.of(span.figure))
                break


def _same(old: str, new: str) -> list[tuple[int, int, int]]:
    """Stretches of the old text that stand in the new one, each with how far it moved."""
    if old == new:
        return [(0, len(old), 0)]
    if max(len(old), len(new)) > _LONGEST:
        return []
    blocks = SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks()
    return [(match.a, match.a + match.size, match.b - match.a) for match in blocks if match.size]


def _whole(text: str, start: int, end: int) -> bool:
    """Whether a stretch is not part of a longer number."""
    before, after = text[start - 1 : start], text[end : end + 1]
    inside = text[start:end]
    if not inside[:1].isdigit():
        return True
    return before not in _SIGNS and not (
        after.isdigit() or (after == "." and inside[-1:].isdigit())
    )


def provenance_dict(passages: Sequence[Passage]) -> dict[str, object]:
    """``paragraphs`` with their figures and cells, ``cells`` with the figures that rest on them."""
    cells: dict[tuple[str, str], dict[str, object]] = {}
    used: dict[tuple[str, str], list[dict[str, str]]] = {}
    for passage in passages:
        for number in passage.numbers:
            user = {
                "paragraph": passage.id,
                "part": passage.part,
                "figure": number.origin.name,
                "text": passage.text[number.start : number.end],
            }
            for source in number.origin.sources:
                key = source.sheet, source.cell or source.label
                users = used.setdefault(key, [])
                cells.setdefault(key, {**source._asdict(), "used_by": users})
                if user not in users:
                    users.append(user)
    paragraphs = [_paragraph(passage) for passage in passages]
    return {"paragraphs": paragraphs, "cells": list(cells.values())}


def provenance_json(about: dict[str, object], passages: Sequence[Passage]) -> str:
    """One object: what the text is of, then :func:`provenance_dict`; with a last newline."""
    whole = {**about, **provenance_dict(passages)}
    return json.dumps(whole, ensure_ascii=False, indent=2) + "\n"


def _paragraph(passage: Passage) -> dict[str, object]:
    return {
        "id": passage.id,
        "part": passage.part,
        "sheet": passage.sheet,
        "cell": passage.cell,
        "heading": bool(passage.level),
        "state": passage.state,
        "fingerprint": passage.fingerprint,
        "text": passage.text,
        "figures": [_figure(passage, number) for number in passage.numbers],
    }


def _figure(passage: Passage, one: Number) -> dict[str, object]:
    origin = one.origin
    return {
        "figure": origin.name,
        "title": origin.title,
        "kind": origin.kind,
        "how": origin.how,
        "start": one.start,
        "end": one.end,
        "text": passage.text[one.start : one.end],
        "sum": origin.sum,
        "cells": [source._asdict() for source in origin.sources],
    }
