"""What a document says of 基础信息: cover, lines around the tables, forms, and the sentences of the text.

The text is read with the standard's own vocabulary against a book in which every such field holds
something: what a number is said of leads to its field, and a change to last year's figure.
"""

from __future__ import annotations

import re
from collections import Counter
from contextlib import suppress
from decimal import Decimal
from typing import TYPE_CHECKING

from xlbudget.characters import YEAR, caption, squash
from xlbudget.errors import AmountError
from xlbudget.explaining.document import FigureList
from xlbudget.explaining.facts import evaluate_facts
from xlbudget.explaining.plan import load_plan
from xlbudget.explaining.source import load_source
from xlbudget.explaining.wording import clean_clause
from xlbudget.figures import InfoValue
from xlbudget.importing.published.elements import Line
from xlbudget.importing.published.phrases import chosen, heading_pattern, line_pattern
from xlbudget.importing.published.recognise import unnumbered_heading
from xlbudget.money import COUNT, UNITS, Amount, from_number
from xlbudget.reading.particulars import noted_fields
from xlbudget.rules.grid import INFO
from xlbudget.standard.model import unnumbered
from xlbudget.standard.placeholders import names_in
from xlbudget.texts.binding import Binder, vocabulary
from xlbudget.texts.readings import load_readings, plain, printed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from xlbudget.explaining.document import Item
    from xlbudget.explaining.facts import Facts
    from xlbudget.explaining.source import ChangeSpec, Expr
    from xlbudget.figures import Book, Cell, FormData, TextUnit
    from xlbudget.importing.published.elements import Matrix
    from xlbudget.importing.published.recognise import Parts
    from xlbudget.money import Unit
    from xlbudget.standard.model import Standard
    from xlbudget.texts.binding import Mention
    from xlbudget.texts.readings import Readings


_DAY = re.compile(r"(20\d\d)年(\d{1,2})月(\d{1,2})日|(20\d\d)-(\d{1,2})-(\d{1,2})")
_HEAD_ROWS = 3


def years_of(parts: Parts) -> Counter[int]:
    """How often each year stands on the cover, in headings and above columns."""
    found: Counter[int] = Counter()
    lines = [*parts.cover, *parts.contents, *(part.heading for part in parts.parts)]
    texts = [squash(line.text) for line in lines]
    for matrix in _elements(parts):
        if not isinstance(matrix, Line):
            texts += [squash(cell) for row in matrix.lines[:_HEAD_ROWS] for cell in row]
    for text in texts:
        if not _DAY.search(text):
            found.update(int(year) for year in YEAR.findall(text))
    return found


def read_cover(standard: Standard, parts: Parts) -> tuple[str, str]:
    """The unit's name as it is printed most often, and the day of publication (2024-02-27)."""
    pattern = unit_line(standard)
    title = line_pattern(standard, standard.titles.get("book", ""))
    named: Counter[str] = Counter()
    for one in _elements(parts):
        if isinstance(one, Line) and (match := pattern.fullmatch(squash(one.text))) is not None:
            named[_shown(re.split(r"[\t]", one.text)[0], match["unit"])] += 1
    if not named:
        for line in parts.cover:
            if (match := title.fullmatch(squash(line.text))) is not None:
                named[_shown(line.text, match["unit"])] += 1
    if not named:
        named.update(line.text for line in parts.cover[:1] if not YEAR.search(squash(line.text)))
    unit = named.most_common(1)[0][0] if named else ""
    for line in parts.cover:
        if match := _DAY.search(squash(line.text)):
            year, month, day = [group for group in match.groups() if group]
            return unit, f"{year}-{int(month):02d}-{int(day):02d}"
    return unit, ""


def stated_choices(standard: Standard, parts: Parts) -> dict[str, str]:
    """The fields with choices that headings, titles and the lines above tables say, as most of them do."""
    plan = load_plan(standard)
    phrases = [
        *(unnumbered(one) for part in plan.parts for one in (part.spec.contents, part.heading)),
        *(title for table in standard.tables for title in (table.template.title, *table.aliases)),
    ]
    asked = {key for key, field in standard.fields.items() if field.kind == "choice"}
    patterns = [
        heading_pattern(standard, phrase)
        for phrase in dict.fromkeys(phrases)
        if not asked.isdisjoint(names_in(phrase))
    ]
    above = unit_line(standard)
    lines = [*parts.cover, *parts.contents, *(part.heading for part in parts.parts)]
    lines += [one for one in _elements(parts) if isinstance(one, Line)]
    said: Counter[tuple[str, str]] = Counter()
    for line in lines if patterns or not asked.isdisjoint(above.groupindex) else ():
        bare = unnumbered_heading(line.text)
        matches = [above.fullmatch(squash(line.text)), *(one.fullmatch(bare) for one in patterns)]
        found = next(filter(None, matches), None)
        said.update(chosen(standard, found).items() if found is not None else ())
    return dict(pair for pair, _ in reversed(said.most_common()))


def headed_fields(standard: Standard, parts: Parts) -> dict[str, InfoValue]:
    """The texts of 基础信息 that stand in the headings of parts: whose duties, which project."""
    found: dict[str, InfoValue] = {}
    for part in parts.parts:
        pattern = heading_pattern(standard, unnumbered(part.plan.heading))
        match = pattern.fullmatch(unnumbered_heading(part.heading.text))
        for key, text in match.groupdict().items() if match is not None else ():
            if key in standard.fields and standard.fields[key].kind == "text":
                found.setdefault(key, InfoValue(_shown(part.heading.text, text)))
    return found


def unit_line(standard: Standard) -> re.Pattern[str]:
    """What a squashed line above a table that names the unit looks like: the name is the group ``unit``."""
    texts = load_plan(standard).texts
    unit, money = (line_pattern(standard, texts[name]).pattern for name in ("unit", "money"))
    return re.compile(f"{unit}(?:{money})?")


def _elements(parts: Parts) -> Iterator[Line | Matrix]:
    for part in parts.parts:
        yield from part.elements
    yield from parts.rest


def _shown(text: str, plain: str) -> str:
    """A stretch of a squashed text as it was printed, where that can be told."""
    for start in range(len(text)):
        if squash(text[start:]) == plain:
            return text[start:].strip()
    return plain.replace("(", "（").replace(")", "）")


# ------------------------------------------------------------------ fields


def stated_info(
    standard: Standard, notes: Mapping[str, Sequence[str]], forms: Iterable[FormData]
) -> dict[str, InfoValue]:
    """Fields that the notes below the tables and the forms state in set words."""
    found = _of_forms(standard, forms)
    for table in standard.tables:
        _, values = noted_fields(standard, table, notes.get(table.key, ()))
        found = {**values, **found}
    return {key: one for key, one in found.items() if one.value is not None}


def _of_forms(standard: Standard, forms: Iterable[FormData]) -> dict[str, InfoValue]:
    """Texts of fields that the forms have under the same caption, where all forms agree."""
    labels = {
        caption(field.label): field for field in standard.fields.values() if field.kind == "text"
    }
    captions = {
        (form.key, cell.field): labels[caption(cell.caption)].key
        for table in standard.tables
        for form in table.forms
        for line in form.lines
        for cell in line.cells
        if caption(cell.caption) in labels
    }
    said: dict[str, set[str]] = {}
    for one in forms:
        for key, text in one.fields.items():
            if text and (one.form, key) in captions:
                said.setdefault(captions[one.form, key], set()).add(text)
    return {key: InfoValue(next(iter(texts))) for key, texts in said.items() if len(texts) == 1}


def info_from_sentences(
    standard: Standard, book: Book, units: Sequence[TextUnit]
) -> dict[str, InfoValue]:
    """Field -> what the text says of it most often; fields that ``book`` knows stay as they are."""
    readings = load_readings(standard.layers)
    if readings is None:
        return {}
    source = load_source(standard)
    facts = evaluate_facts(standard, _probe(standard, book), source)
    changes = {id(facts.names.get(change_spec.name)): change_spec for change_spec in source.changes}
    said: dict[str, Counter[Cell | str]] = {}
    first: dict[tuple[str, Cell | str], InfoValue] = {}
    for section in dict.fromkeys(unit.section for unit in units):
        known = vocabulary(readings, facts, section)
        if not known.phrases:
            continue
        binder = Binder(readings, known)
        for unit in units:
            if unit.section != section or unit.heading:
                continue
            text = plain(unit.text)
            mentions = binder.mentions(text)
            for mention, before in zip(mentions, [None, *mentions], strict=False):
                told_here = (
                    _all_of_a_kind(mention, before)
                    if mention.kind == "every"
                    else _told(standard, facts, readings, changes, mention, text)
                )
                with suppress(AmountError):  # beyond 10^13 元: no figure of a budget
                    change = _moved(standard.unit, mention)
                    for key, value in told_here:
                        said.setdefault(key, Counter())[value] += 1
                        place = unit.place
                        told = InfoValue(
                            value, place.cell, place.sheet, printed(mention.said), change
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
            unit = standard.info_unit(field.key)
            info[field.key] = InfoValue(Amount(unit.fen * 7, unit, 0 if unit is COUNT else 2))
    codes = [row.key for data in book.blocks.values() for row in data.rows if row.kind == "subject"]
    lists = {
        keyed.key: dict.fromkeys(codes, "7.00")
        for keyed in standard.keyed
        if keyed.kind == "amount"
    }
    return book._replace(info=info, keyed={**book.keyed, **lists})


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
        prior, now = _field(spec.prior), facts.value(spec.now, lenient=True)
        change = _moved(standard.unit, mention)
        if prior and change is not None and not now.gap:
            # What the text prints of this year, not the exact figure: last year's is known no better than that.
            value = facts.in_unit(now.amount).fen - change.fen
            unit = standard.info_unit(prior)
            yield prior, from_number(Decimal(value) / unit.fen, unit)
        if (
            mention.kind == "change"
            and spec.reason
            and (reason := _reason(readings, mention, text))
        ):
            yield spec.reason, reason
        return
    # The field that alone makes up the figure.
    cells = mention.figure.cells if mention.figure is not None else ()
    field = cells[0].row if len(cells) == 1 and cells[0].block == INFO else ""
    if field not in standard.fields:
        return
    count = standard.fields[field].kind == "count"
    if mention.kind == "none":
        yield field, Amount(0, COUNT, 0) if count else Amount(0, standard.info_unit(field))
    elif mention.kind == "amount" and mention.number is not None:
        number = mention.number.value
        if count:
            yield field, from_number(int(number), COUNT)
        else:
            unit = standard.info_unit(field)
            scale = mention.number.scale or unit.fen
            yield field, from_number(number * scale / unit.fen, unit)


def _moved(unit: Unit, mention: Mention) -> Amount | None:
    """By how much a figure has changed, as a mention says, with its sign; None where it speaks of no change."""
    if mention.kind == "same":
        return Amount(0, unit)
    if mention.kind != "change" or mention.number is None:
        return None
    fen = int(mention.number.value * (mention.number.scale or unit.fen))
    return from_number(Decimal(fen if mention.up else -fen) / unit.fen, unit)


def _all_of_a_kind(mention: Mention, before: Mention | None) -> Iterator[tuple[str, Cell | str]]:
    """共有车辆3辆，均为机要通信用车: the field of the kind holds the number that was just told."""
    topic = mention.topic
    if topic is None or topic.kinds is None or before is None or before.number is None:
        return
    if before.target is not topic.target:
        return
    for item in topic.kinds.items:
        cells = item.amount.cells
        counted = len(cells) == 1 and cells[0].block == INFO
        if counted and mention.rest.startswith(plain(item.name.text)):
            yield cells[0].row, from_number(int(before.number.value), COUNT)


def _field(expr: Expr) -> str:
    ref = expr.parts[0].ref if len(expr.parts) == 1 else None
    match = re.fullmatch(rf"{INFO}\[(\w+)\]\.value", str(ref))
    return match[1] if match else ""


def _reason(readings: Readings, mention: Mention, text: str) -> str:
    """The reason that follows a change in its sentence or begins the next one."""
    if not mention.reason:
        return ""
    rest = text[mention.at :]
    starts = [rest.index(word) for word in map(plain, readings.words["reason"]) if word in rest]
    clause = rest[min(starts, default=len(rest)) :].split("。")[0].split(";")[0]
    reason = clean_clause(printed(clause), "原因") if starts else ""
    return "" if reason.startswith(tuple(readings.slips.get("elsewhere", ()))) else reason


# ------------------------------------------------------------------ texts by name


def lists_from_sentences(
    standard: Standard, book: Book, units: Sequence[TextUnit]
) -> dict[str, dict[str, str]]:
    """The lists of 基础信息 (purposes by name, glosses and last year's figures by code) as the text gives them.

    A sentence belongs to the last subject named before its leading word (主要用于, 指): its name
    with the level in brackets, else the one whose amount was given.
    """
    source = load_source(standard)
    facts = evaluate_facts(standard, book, source)
    lists = {keyed.key: keyed for keyed in standard.keyed}
    found: dict[str, dict[str, str]] = {}
    readings = load_readings(standard.layers)
    told = _lines_told(standard, book, readings, units) if readings is not None else []
    for spec in source.lists:
        lines = facts.names.get(spec.name)
        if spec.keyed not in lists or not spec.leading or not isinstance(lines, FigureList):
            continue
        leading = plain(spec.leading)
        labels = list(_labels(lines))
        named: Item | None = None
        for unit in units:
            before, mark, rest = plain(unit.text).partition(leading)
            if unit.heading or not mark:
                continue
            item = _named_last(labels, before, named) or _told_before(lines, told, unit, before)
            if item is None:
                continue
            named = item
            words = clean_clause(printed(rest.split("。")[0]).lstrip("："), spec.leading)
            by = item.key if "编码" in lists[spec.keyed].name_label else item.name.text
            found.setdefault(spec.keyed, {}).setdefault(by, words)
    for row_spec in source.row_changes:
        money = UNITS.get(lists[row_spec.prior].unit, standard.unit)
        for key, (prior, reason) in _compared_rows(money, readings, row_spec.name, told).items():
            for list_key, text in ((row_spec.prior, prior), (row_spec.reason, reason)):
                if list_key and text:
                    found.setdefault(list_key, {}).setdefault(key, text)
    return found


def _labels(lines: Iterable[Item]) -> Iterator[tuple[str, Item]]:
    """Every way to name a subject together with its level, and the digits of its code."""
    for item in lines:
        if item.level:
            name = plain(item.name.text)
            for level in (item.level, f"{item.digits}{item.level}"):
                yield f"{name}({level})", item
                yield f"{name.removesuffix('支出')}({level})", item
        yield from _labels(item.children)


def _named_last(labels: Sequence[tuple[str, Item]], before: str, named: Item | None) -> Item | None:
    """The subject named last; of several of one name the one below what else is named, or was before (``named``)."""
    ends = [(at, len(said), item) for said, item in labels if (at := before.rfind(said)) >= 0]
    if not ends:
        return None
    last = max(end[:2] for end in ends)
    items = {item.key: item for at, length, item in ends if (at, length) == last}
    above = {one.key for one in (*named.parents, named)} if named is not None else set()

    def belongs(item: Item) -> tuple[int, int]:
        names = [plain(one.name.text).removesuffix("支出") for one in item.parents]
        return sum(name in before for name in names), sum(one.key in above for one in item.parents)

    best = max(map(belongs, items.values()))
    chosen = [item for item in items.values() if belongs(item) == best]
    return chosen[0] if len(chosen) == 1 else None


def _lines_told(
    standard: Standard, book: Book, readings: Readings, units: Sequence[TextUnit]
) -> list[tuple[TextUnit, Mention]]:
    """What sections say that list subjects one by one; every figure of last year is taken as known."""
    sections = {section for section, _ in readings.lines}
    facts = evaluate_facts(standard, _probe(standard, book), load_source(standard))
    found = []
    for section in dict.fromkeys(unit.section for unit in units if unit.section in sections):
        binder = Binder(readings, vocabulary(readings, facts, section))
        for unit in units:
            if unit.section == section and not unit.heading:
                found += [(unit, mention) for mention in binder.mentions(plain(unit.text))]
    return found


def _told_before(
    lines: FigureList, told: Sequence[tuple[TextUnit, Mention]], unit: TextUnit, before: str
) -> Item | None:
    """The line whose amount a paragraph gives in the words ``before``."""
    keys = [
        mention.target.key
        for other, mention in told
        if other is unit and mention.kind == "amount" and mention.target and mention.target.list
        and 0 < mention.at <= len(before)
    ]  # fmt: skip
    return next((item for item in lines if keys and item.key == keys[-1]), None)


def _compared_rows(
    unit: Unit,
    readings: Readings | None,
    name: str,
    told: Sequence[tuple[TextUnit, Mention]],
) -> dict[str, tuple[str, str]]:
    """Row -> last year's figure in ``unit`` and the reason, of the comparison of that name."""
    found: dict[str, tuple[str, str]] = {}
    for paragraph, mention in told:
        topic = mention.topic
        line, change = (topic.target, topic.change) if topic is not None else (None, None)
        if line is None or change is None or change.prior.name.split(".")[-2:-1] != [name]:
            continue
        prior, reason = found.get(line.key, ("", ""))
        number, now, amount = mention.number, line.figure.value, None
        with suppress(AmountError):  # beyond 10^13 元: no figure of a budget
            if mention.figure is change.prior and number is not None:
                amount = from_number(number.value * (number.scale or unit.fen) / unit.fen, unit)
            elif (moved := _moved(unit, mention)) is not None and isinstance(now, Amount):
                # What the text prints of this year: last year's is known no better than that.
                amount = moved._replace(fen=now.rounded(unit).fen - moved.fen)
        if readings is not None and mention.kind in ("change", "percent", "same"):
            reason = reason or _reason(readings, mention, plain(paragraph.text))
        # A figure that the text names is surer than one worked out from its change.
        named = mention.figure is change.prior
        shown = amount.plain if amount is not None and (named or not prior) else prior
        found[line.key] = shown, reason
    return found
