"""Texts of the performance forms: the unit's name, terms, periods, and targets that state counts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from xlbudget.characters import folded
from xlbudget.findings import Finding, Level, Suggestion
from xlbudget.money import Amount
from xlbudget.texts.judging import PRESCRIBED
from xlbudget.texts.readings import plain, printed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from xlbudget.explaining.facts import Facts
    from xlbudget.figures import Book, FormData, Indicator
    from xlbudget.standard.model import Standard, Table
    from xlbudget.texts.names import UnitName
    from xlbudget.texts.readings import Readings

_OPEN = re.compile(
    "长期|持续|经常|常年|至今|以后|滚动|每年|年起|起$|开始|不限|次年|跨年|下年|[-—–~～至到]$"
)
_SHORT = re.compile(r"(20)(\d\d)年?[-—–~～至到](\d\d)年")
_LASTS = re.compile(r"(?<!\d)(?:\d{1,2}|[二两三四五六七八九十]{1,9})个?年")


def last_year_of(period: str) -> int | None:
    """The year in which a period (2024年1月—2024年12月) ends; None where it does not say."""
    text = folded(period).strip()
    short = _SHORT.search(text)
    years = {int(one) for one in re.findall(r"(?<!\d)20\d\d(?!\d)", text)}
    if short is not None and int(short[3]) > int(short[2]):
        years.add(int(short[1] + short[3]))
    if not years or _OPEN.search(text) or (len(years) == 1 and _LASTS.search(text)):
        return None
    return max(years)


_PEOPLE = re.compile(r"(?<![\d.])(\d+)人")
_SHOWN = 3
"""So many projects are named, the others counted."""


def form_findings(
    standard: Standard,
    book: Book,
    readings: Readings,
    name: UnitName,
    facts: Callable[[], Facts],
) -> Iterator[Finding]:
    """What is wrong with the forms' texts; a slip that recurs from form to form is one finding."""
    table = next((table for table in standard.tables if table.forms), None)
    if table is None or not book.forms:
        return
    sheet = book.sheets.get(table.key, "")
    blank = Finding(code="", level=Level.WARNING, message="", table=table.title, sheet=sheet)
    for (said, right), there in _slips(book, readings, name).items():
        yield _recurring(blank._replace(code=readings.rules["name"]), said, right, there)
    yield from _ended(blank._replace(code=readings.rules["year"]), table, book)
    blank = blank._replace(code=readings.rules["other"])
    for form in book.forms:
        for line in form.indicators:
            yield from _targets(blank, form, line, readings, facts)


def _slips(
    book: Book, readings: Readings, name: UnitName
) -> dict[tuple[str, str], list[tuple[str, str]]]:
    """Where something is said otherwise than it should: (said, right) -> projects with their cells."""
    wordings = [wording for wording in readings.wordings if wording.part == "form"]
    slips: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for form in book.forms:
        for said_so, cell in form.texts():
            text = plain(said_so)
            here = [(printed(said), printed(name.core)) for said in name.variants(text)]
            here += [(wording.said, wording.right) for wording in wordings if wording.used(text)]
            for slip in here:
                slips.setdefault(slip, []).append((form.name, cell))
    return slips


def _ended(blank: Finding, table: Table, book: Book) -> Iterator[Finding]:
    """Projects whose period ended before the budget year."""
    fields = {form.key: form.period for form in table.forms}
    for form in book.forms:
        field = fields.get(form.form, "")
        period = form.fields.get(field, "")
        last = last_year_of(period)
        if last is not None and last < book.year:
            yield blank._replace(
                message=f"项目“{form.name}”的实施期“{period}”在{book.year}年之前就结束了；请核对。",
                cell=form.places.get(field, ""),
                row=form.name,
                printed=period,
            )


def _recurring(blank: Finding, said: str, right: str, there: list[tuple[str, str]]) -> Finding:
    """One finding for all places, at the first of them."""
    project, cell = there[0]
    names = list(dict.fromkeys(name for name, _ in there))
    more = f"等{len(names)}个项目" if len(names) > _SHOWN else ""
    often = f"有{len(there)}处" if len(there) > 1 else f"项目“{project}”"
    return blank._replace(
        message=f"{often}写作“{said}”，应为“{right}”；请核对。",
        cell=cell,
        row=project,
        printed=said,
        expected=right,
        basis=(f"项目：{'、'.join(names[:_SHOWN])}{more}",) if len(there) > 1 else (),
        suggestions=(Suggestion(right, PRESCRIBED, 1.0),),
    )


def _targets(
    blank: Finding,
    form: FormData,
    line: Indicator,
    readings: Readings,
    facts: Callable[[], Facts],
) -> Iterator[Finding]:
    """Targets that speak of all of a group state the group's number."""
    text = plain("".join(line.values.values()))
    if "人" not in text:
        return
    for target in readings.targets:
        say = next((say for say in target.say if plain(say) in text), None)
        figure = facts().figures.get(target.figure) if say is not None else None
        if figure is None or not isinstance(figure.value, Amount) or not figure.value.fen:
            continue
        count = figure.value.fen
        stated = {key: _PEOPLE.findall(plain(one)) for key, one in line.values.items()}
        if any(str(count) in numbers for numbers in stated.values()):
            continue
        key, other = next(
            ((key, numbers[0]) for key, numbers in stated.items() if numbers),
            (next(iter(form.letters), ""), ""),
        )
        said = f"写的是{other}人，而" if other else "却没有写人数："
        yield blank._replace(
            message=f"项目“{form.name}”的指标说“{say}”，{said}{figure.title}为{count}人；请核对。",
            cell=form.cell_of(line, key),
            row=form.name,
            printed=f"{other}人" if other else "",
            expected=f"{count}人",
        )
