"""Projects from one year to the next: those that end are dropped, the others kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from xlbudget.exchange.rollover.years import moved_years
from xlbudget.texts.forms import last_year_of

if TYPE_CHECKING:
    from collections.abc import Collection

    from xlbudget.figures import Book, FormData, Row
    from xlbudget.standard.model import Form, Standard

__all__ = ["Projects", "next_forms", "sorted_projects", "without_projects"]


class Projects(NamedTuple):
    """Names of projects: those that ended, that go on, and those that do not say when they end."""

    ended: tuple[str, ...]
    going_on: tuple[str, ...]
    unknown: tuple[str, ...]


def sorted_projects(standard: Standard, book: Book) -> Projects:
    """Every project of ``book`` by what its form says of its period.

    Several forms of one name must all say that they end: one word too few drops nothing.
    """
    ends: dict[str, list[int | None]] = {}
    forms = _forms(standard)
    for data in book.forms:
        form = forms.get(data.form)
        period = data.fields.get(form.period, "") if form is not None and form.period else ""
        ends.setdefault(data.name, []).append(last_year_of(period))
    counts: dict[str, int] = {}
    for key, block in standard.blocks.items():
        if block.body == "project" and key in book.blocks:
            for row in book.blocks[key].rows:
                if row.kind == "item":
                    ends.setdefault(row.key, [])
                    counts[row.key] = counts.get(row.key, 0) + 1
    ended, going_on, unknown = [], [], []
    for name, years in ends.items():
        known = [year for year in years if year is not None]
        if not known or len(known) < len(years) or counts.get(name, 1) > len(years):
            unknown.append(name)
        elif max(known) <= book.year:
            ended.append(name)
        else:
            going_on.append(name)
    return Projects(tuple(ended), tuple(going_on), tuple(unknown))


def _forms(standard: Standard) -> dict[str, Form]:
    return {form.key: form for table in standard.tables for form in table.forms}


def without_projects(rows: Collection[Row], names: Collection[str]) -> list[Row]:
    """The rows of projects or forms without some projects, and without groups that end with them."""
    kept = [row for row in rows if row.kind not in ("item", "form") or row.key not in names]
    parents = {row.parent for row in kept if row.kind == "item"}
    before = {row.parent for row in rows if row.kind == "item"}
    return [
        row for row in kept if row.kind != "group" or row.key in parents or row.key not in before
    ]


def next_forms(standard: Standard, book: Book, names: Collection[str]) -> tuple[FormData, ...]:
    """The forms without those of some projects, the years in their texts moved.

    Names and periods stay: they say which project it is.
    """
    forms = _forms(standard)
    found = []
    for data in book.forms:
        if data.name in names:
            continue
        form = forms.get(data.form)
        fixed = {"name", form.period if form is not None else ""}
        fields = {
            key: text if key in fixed else moved_years(text, book.year)
            for key, text in data.fields.items()
        }
        indicators = tuple(
            one._replace(
                values={key: moved_years(text, book.year) for key, text in one.values.items()}
            )
            for one in data.indicators
        )
        found.append(data._replace(fields=fields, indicators=indicators))
    return tuple(found)
