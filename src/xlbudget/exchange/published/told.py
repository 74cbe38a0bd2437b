"""Fields of 基础信息 that only the text tells: last year's figures, reasons, procurement, assets.

The text is read with the standard's own vocabulary against a book in which every such field holds
something: what a number is said of leads to its field, and a change to last year's figure.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from xlbudget.figures import InfoValue
from xlbudget.money import COUNT, Amount, from_number
from xlbudget.notes.facts import evaluate_facts
from xlbudget.notes.figure import Figure, FigureList
from xlbudget.notes.source import load_source
from xlbudget.notes.wording import clean_clause
from xlbudget.relations.grid import INFO
from xlbudget.texts.binding import Binder, vocabulary
from xlbudget.texts.readings import load_readings, plain, printed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from xlbudget.figures import Book, Cell, TextUnit
    from xlbudget.notes.facts import Facts
    from xlbudget.notes.figure import Item
    from xlbudget.notes.source import ChangeSpec, Expr
    from xlbudget.standard.model import Keyed, Standard
    from xlbudget.texts.binding import Mention
    from xlbudget.texts.readings import Readings

__all__ = ["told_info", "told_texts"]

_SCALE = {"亿元": 10_000_000_000, "万元": 1_000_000, "万": 1_000_000, "元": 100}


def told_info(standard: Standard, book: Book, units: Sequence[TextUnit]) -> dict[str, InfoValue]:
    """Field -> what the text says of it most often; fields that ``book`` knows stay as they are."""
    readings = load_readings(standard.folder)
    if readings is None:
        return {}
    source = load_source(standard)
    facts = evaluate_facts(standard, _probe(standard, book), source)
    changes = {id(facts.names.get(one.name)): one for one in source.changes}
    said: dict[str, Counter[Cell | str]] = {}
    first: dict[tuple[str, Cell | str], InfoValue] = {}
    for section in dict.fromkeys(one.section for one in units):
        known = vocabulary(readings, facts, section)
        if not known.phrases:
            continue
        binder = Binder(readings, known)
        for unit in units:
            if unit.section != section or unit.heading:
                continue
            text = plain(unit.text)
            for mention in binder.mentions(text):
                for key, value in _told(standard, facts, readings, changes, mention, text):
                    said.setdefault(key, Counter())[value] += 1
                    told = InfoValue(
                        value,
                        unit.place.cell,
                        unit.place.sheet,
                        mention.said,
                        mention.kind in ("change", "same"),
                    )
                    first.setdefault((key, value), told)
    return {
        key: first[key, counts.most_common(1)[0][0]]
        for key, counts in said.items()
        if key not in book.info
    }


def _probe(standard: Standard, book: Book) -> Book:
    """The book with something in every amount and count of 基础信息."""
    info = dict(book.info)
    for field in standard.fields.values():
        if field.kind in ("amount", "count"):
            unit = COUNT if field.kind == "count" else standard.unit
            info[field.key] = InfoValue(Amount(unit.fen * 7, unit, 0 if unit is COUNT else 2))
    return book._replace(info=info)


def _told(
    standard: Standard,
    facts: Facts,
    readings: Readings,
    changes: Mapping[int, ChangeSpec],
    mention: Mention,
    text: str,
) -> Iterator[tuple[str, Cell | str]]:
    """(field, value) pairs of one mention."""
    spec = changes.get(id(mention.change))
    if mention.kind in ("change", "same") and spec is not None:
        prior, now = _field(spec.prior), facts.value(spec.now, lenient=True).amount
        if prior and (mention.number is not None or mention.kind == "same"):
            current = 0 if now is None else now.fen
            moved = 0
            if mention.number is not None:
                moved = int(mention.number.value * _SCALE.get(mention.number.unit, 1_000_000))
            value = current - (moved if mention.up else -moved)
            yield prior, Amount(value, standard.unit)
        if (
            mention.kind == "change"
            and spec.reason
            and (reason := _reason(readings, mention, text))
        ):
            yield spec.reason, reason
        return
    field = _single(mention.figure)
    if not field or field not in standard.fields:
        return
    count = standard.fields[field].kind == "count"
    if mention.kind == "none":
        yield field, Amount(0, COUNT, 0) if count else Amount(0, standard.unit)
    elif mention.kind == "amount" and mention.number is not None:
        number = mention.number.value
        if count:
            yield field, Amount(int(number), COUNT, 0)
        else:
            scale = _SCALE.get(mention.number.unit, standard.unit.fen)
            yield field, from_number(number * scale / standard.unit.fen, standard.unit)


def _single(figure: Figure | None) -> str:
    """The field of 基础信息 that alone makes up a figure."""
    if figure is None or len(figure.cells) != 1 or figure.cells[0].block != INFO:
        return ""
    return figure.cells[0].row


def _field(expr: Expr) -> str:
    parts = expr.parts
    ref = parts[0].ref if len(parts) == 1 else None
    match = re.fullmatch(rf"{INFO}\[(\w+)\]\.value", str(ref)) if ref is not None else None
    return match[1] if match else ""


def _reason(readings: Readings, mention: Mention, text: str) -> str:
    """The reason that follows a change in its sentence or begins the next one."""
    if not mention.reason:
        return ""
    rest = text[mention.at :]
    words = [one for one in map(plain, readings.words["reason"]) if one in rest]
    if not words:
        return ""
    start = min(rest.index(one) for one in words)
    clause = rest[start:].split("。")[0].split(";")[0]
    return clean_clause(printed(clause), "原因")


# ------------------------------------------------------------------ texts by name


def told_texts(
    standard: Standard, book: Book, units: Sequence[TextUnit]
) -> dict[str, dict[str, str]]:
    """The lists of 基础信息 (purposes by name, glosses by code) as the text gives them.

    A sentence belongs to the last subject named before its leading word (主要用于, 指): its name
    with the level in brackets.
    """
    source = load_source(standard)
    facts = evaluate_facts(standard, book, source)
    lists = {one.key: one for one in standard.keyed}
    found: dict[str, dict[str, str]] = {}
    for spec in source.lists:
        lines = facts.names.get(spec.name)
        if spec.keyed not in lists or not spec.leading or not isinstance(lines, FigureList):
            continue
        leading = plain(spec.leading)
        labels = list(_labels(lines))
        for unit in units:
            before, mark, rest = plain(unit.text).partition(leading)
            ends = [
                (at, len(said), item) for said, item in labels if (at := before.rfind(said)) >= 0
            ]
            if unit.heading or not mark or not ends:
                continue
            item = max(ends, key=lambda one: one[:2])[2]
            words = clean_clause(printed(rest.split("。")[0]), spec.leading)
            by = item.key if _by_code(lists[spec.keyed]) else item.name.text
            found.setdefault(spec.keyed, {}).setdefault(by, words)
    return found


def _by_code(keyed: Keyed) -> bool:
    return "编码" in keyed.name_label


def _labels(lines: FigureList) -> Iterator[tuple[str, Item]]:
    """Every way to name a subject together with its level."""
    for item in lines:
        if item.level:
            name = plain(item.name.text)
            yield f"{name}({item.level})", item
            yield f"{name.removesuffix('支出')}({item.level})", item
        yield from _labels(item.children)
