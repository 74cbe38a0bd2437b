"""What the cover, the lines around the tables and the forms say of the unit and the year."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.exchange.disclosure.document import load_plan
from xlbudget.exchange.published.pieces import Line
from xlbudget.figures import InfoValue
from xlbudget.workbook.read_cells import count_of
from xlbudget.workbook.read_labels import caption, squash

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from xlbudget.exchange.published.parts import Parts
    from xlbudget.exchange.published.pieces import Matrix
    from xlbudget.figures import FormData
    from xlbudget.standard.model import Field, Standard

__all__ = ["Cover", "read_cover", "stated_info", "unit_line", "years_of"]

_YEAR = re.compile(r"(?<!\d)(20\d\d)年")
_DAY = re.compile(r"(20\d\d)年(\d{1,2})月(\d{1,2})日|(20\d\d)-(\d{1,2})-(\d{1,2})")
_HEAD_ROWS = 3


class Cover(NamedTuple):
    """The unit's name as it is printed most often, and the day of publication (2024-02-27)."""

    unit: str
    day: str


def years_of(parts: Parts) -> Counter[int]:
    """How often each year stands on the cover, in headings and above columns."""
    found: Counter[int] = Counter()
    lines = [*parts.cover, *parts.contents, *(one.heading for one in parts.parts.values())]
    texts = [squash(one.text) for one in lines]
    for one in _pieces(parts):
        if not isinstance(one, Line):
            texts += [squash(cell) for row in one.lines[:_HEAD_ROWS] for cell in row]
    for text in texts:
        if not _DAY.search(text):
            found.update(int(year) for year in _YEAR.findall(text))
    return found


def read_cover(standard: Standard, parts: Parts) -> Cover:
    """The unit and the day."""
    pattern = unit_line(standard)
    title = _pattern(
        standard.titles.get("book", "").replace("{unit}", "\0").replace("{year}", "\1")
    )
    named: Counter[str] = Counter()
    for one in _pieces(parts):
        if isinstance(one, Line) and (match := pattern.fullmatch(squash(one.text))) is not None:
            named[_shown(re.split(r"[\t]", one.text)[0], match[1])] += 1
    if not named:
        for line in parts.cover:
            if (match := title.fullmatch(squash(line.text))) is not None:
                named[_shown(line.text, match[1])] += 1
    if not named:
        named.update(line.text for line in parts.cover[:1] if not _YEAR.search(squash(line.text)))
    days = [match for line in parts.cover if (match := _DAY.search(squash(line.text)))]
    day = ""
    if days:
        year, month, date = [one for one in days[0].groups() if one]
        day = f"{year}-{int(month):02d}-{int(date):02d}"
    return Cover(named.most_common(1)[0][0] if named else "", day)


def unit_line(standard: Standard) -> re.Pattern[str]:
    """What a squashed line above a table that names the unit looks like: the name is the first group."""
    plan = load_plan(standard)
    money = f"(?:{_pattern(plan.phrase('money', money=chr(0))).pattern})?"
    return re.compile(_pattern(plan.phrase("unit", unit="\0")).pattern + money)


def _pieces(parts: Parts) -> Iterator[Line | Matrix]:
    for part in parts.parts.values():
        yield from part.pieces
    yield from parts.rest


def _pattern(phrase: str) -> re.Pattern[str]:
    r"""A phrase as a pattern: \0 stands for the text sought, \1 for a year."""
    pieces = re.split("([\0\1])", phrase)
    made = {"\0": "(.+?)", "\1": r"20\d\d"}
    return re.compile("".join(made.get(one) or re.escape(squash(one)) for one in pieces))


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
    found: dict[str, InfoValue] = {}
    for table in standard.tables:
        for template in table.notes:
            keys = [key for key in re.findall(r"\{(\w+)\}", template) if key in standard.fields]
            if keys:
                marked = re.sub(r"\{\w+\}", "\0", template)
                for text in notes.get(table.key, ()):
                    if match := _pattern(marked).fullmatch(squash(text)):
                        for key, value in zip(keys, match.groups(), strict=False):
                            found.setdefault(key, _value(standard.fields[key], value))
    found |= _of_forms(standard, forms)
    return {key: one for key, one in found.items() if one.value is not None}


def _value(field: Field, text: str) -> InfoValue:
    if field.kind == "count":
        return InfoValue(count_of(text, field.unit))
    return InfoValue(text.replace("(", "（").replace(")", "）"))


def _of_forms(standard: Standard, forms: Iterable[FormData]) -> dict[str, InfoValue]:
    """Texts of fields that the forms have under the same caption, where all forms agree."""
    labels = {caption(one.label): one for one in standard.fields.values() if one.kind == "text"}
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
