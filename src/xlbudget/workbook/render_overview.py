"""What stands in the cells of 总览: the lists beside the charts, live, with their values.

Amounts of a list without counterparts stand without gaps, so that a chart shows just them: hidden
cells of the same line say which line of the table comes next.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.money import STANDARD_PLACES
from xlbudget.workbook.contents import CellContent
from xlbudget.workbook.native.areas import Areas
from xlbudget.workbook.overview_figures import (
    Figure,
    Lines,
    figure,
    lines_of_rows,
    name_of,
    unit_of_ref,
)
from xlbudget.workbook.overview_lines import chart_sections

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlbudget.figures import Book
    from xlbudget.money import Unit
    from xlbudget.standard.model import Chart, Standard
    from xlbudget.workbook.overview_lines import ChartSection

__all__ = ["HELPERS", "render_overview"]

HELPERS = ("AA", "AB", "AC")
"""Hidden columns: which line of the table is shown; name and amount of each cell of a chart."""
_NEXT, _NAMES, _AMOUNTS = HELPERS


class _Total(NamedTuple):
    """A printed total, and how the lines come to it where it is not there."""

    text: str
    value: Decimal | None


def render_overview(standard: Standard, book: Book) -> list[CellContent]:
    """Every cell of the lists, of a placed book (see ``layout.place_book``).

    Roles: name, amount, share, change; with ``total_`` before them on the line of the total;
    helper for what is hidden.
    """
    areas = Areas(standard, book, {})
    found: list[CellContent] = []
    for section in chart_sections(standard):
        render = _compared if section.chart.against else _single
        found.extend(render(areas, section))
    return found


def _value(number: Decimal | None) -> Decimal | str:
    return "" if number is None else number


def _formula(cell: str, text: str, value: Decimal | str, role: str, places: int) -> CellContent:
    return CellContent(cell, "formula", value, text, role, 0, places)


def _unit(areas: Areas, chart: Chart) -> Unit:
    return unit_of_ref(areas.standard, chart.rows or chart.cells[0])


def _places(unit: Unit) -> int:
    """Decimals of a difference: floats carry no more than amounts do."""
    return unit.max_places


# ------------------------------------------------------------------ one amount and its share


def _single(areas: Areas, section: ChartSection) -> Iterator[CellContent]:
    chart, places = section.chart, STANDARD_PLACES
    if chart.rows is not None:
        lines = lines_of_rows(areas, chart.rows)
    else:
        helpers, lines = _listed(areas, section)
        yield from helpers
    unit = _unit(areas, chart)
    every = f"${_NAMES}${section.total}"
    whole = sum((amount for _, amount in lines.shown), Decimal(0))
    number = Decimal(len(lines.shown))
    counted = f"IFERROR(SUM({lines.test}),0)"
    yield CellContent(f"{_NEXT}{section.total}", "array", number, counted, "helper")
    added = f"IFERROR(SUM(IF({lines.test}>0,{lines.amounts},0)),0)"
    yield CellContent(f"{_NAMES}{section.total}", "array", whole, added, "helper")

    listed = f"COUNT(B${section.first}:B${section.last})=0"
    total = _total(areas, section, unit, listed, every, whole if lines.shown else None)
    cells = f"B{section.total}"
    yield CellContent(f"A{section.total}", "text", "合计", "", "total_name")
    yield _formula(cells, total.text, _value(total.value), "total_amount", places)
    shares: list[Decimal | str] = []
    for place, line in enumerate(range(section.first, section.last + 1)):
        for one in _line(section, lines, unit, place, line):
            yield one
            if one.role == "amount":
                shares.append(_share(one.value, total.value))
        text = f'IF(OR(N(B{line})=0,N(B${section.total})=0),"",B{line}/B${section.total})'
        yield _formula(f"C{line}", text, shares[-1], "share", places)
    known = [one for one in shares if isinstance(one, Decimal)]
    span = f"C{section.first}:C{section.last}"
    text = f'IF(COUNT({span})=0,"",SUM({span}))'
    value = sum(known, Decimal(0)) if known else ""
    yield _formula(f"C{section.total}", text, value, "total_share", places)


def _share(amount: object, total: Decimal | None) -> Decimal | str:
    return amount / total if isinstance(amount, Decimal) and amount and total else ""


def _line(
    section: ChartSection, lines: Lines, unit: Unit, place: int, line: int
) -> Iterator[CellContent]:
    """Which line of the table is next, its name and its amount; the last line adds up the rest."""
    first, last = section.first, section.last
    start = lines.amounts.partition(":")[0]
    rows = f'IF({lines.test}>0,ROW({lines.amounts})-ROW({start})+1,"")'
    rank = f"ROWS({_NEXT}${first}:{_NEXT}{line})"
    there = place < len(lines.shown)
    position: Decimal | str = Decimal(lines.positions[place]) if there else ""
    following = f"{_NEXT}{line}"
    text = f'IFERROR(SMALL({rows},{rank}),"")'
    yield CellContent(following, "array", position, text, "helper")

    name, amount = lines.shown[place] if there else ("", None)
    named = f"INDEX({lines.names},{following})"
    if lines.before:
        mark = '"' + lines.before.replace('"', '""') + '"'
        named = f"IFERROR(MID({named},FIND({mark},{named})+{len(lines.before)},99),{named})"
    # The amount reads the table itself; what follows from it is told of every edit through it. The
    # hidden cells are arrays, which LibreOffice leaves uncomputed, and mute, after loading.
    named = f'IF(B{line}="","",{named}&"")'
    money = f'IF({following}="","",INDEX({lines.amounts},{following}))'
    if line == last:
        count = f"${_NEXT}${section.total}"
        room = f"ROWS({_NEXT}${first}:{_NEXT}${last})"
        above = f"SUM(B${first}:B{last - 1})"
        named = f'IF({count}>{room},"其余"&({count}-{room}+1)&"项",{named})'
        rest = f"ROUND(${_NAMES}${section.total}-{above},{_places(unit)})"
        money = f"IF({count}>{room},{rest},{money})"
        over = lines.shown[place:]
        if len(over) > 1:
            name, amount = f"其余{len(over)}项", sum((one for _, one in over), Decimal(0))
    yield _formula(f"A{line}", named, name, "name", 0)
    yield _formula(f"B{line}", money, _value(amount), "amount", STANDARD_PLACES)


def _listed(areas: Areas, section: ChartSection) -> tuple[list[CellContent], Lines]:
    """The cells of a chart one below the other, hidden; those with money count."""
    chart, unit = section.chart, _unit(areas, section.chart)
    names, found = _named(areas, chart), []
    shown: list[tuple[str, Decimal]] = []
    positions: list[int] = []
    for place, (name, ref) in enumerate(zip(names, chart.cells, strict=True)):
        line = section.first + place
        one = figure(areas, ref, unit)
        found.append(CellContent(f"{_NAMES}{line}", "text", name, "", "helper"))
        text, value = _blank_or(one), _value(one.value)
        found.append(CellContent(f"{_AMOUNTS}{line}", "formula", value, text, "helper"))
        if one.value:
            shown.append((name, one.value))
            positions.append(place + 1)
    labels, amounts = (
        f"${letter}${section.first}:${letter}${section.last}" for letter in (_NAMES, _AMOUNTS)
    )
    test = f"ISNUMBER({amounts})*({amounts}<>0)"
    return found, Lines(labels, amounts, test, tuple(shown), tuple(positions))


def _named(areas: Areas, chart: Chart) -> list[str]:
    if chart.names:
        return list(chart.names)
    by_row = len({ref.which for ref in chart.cells}) > 1
    return [name_of(areas.standard, ref, by_row=by_row) for ref in chart.cells]


def _blank_or(one: Figure) -> str:
    """Blank is not 0.00."""
    return f'IF({one.numbers}=0,"",{one.money})'


def _total(
    areas: Areas,
    section: ChartSection,
    unit: Unit,
    empty: str,
    added: str,
    value: Decimal | None,
    position: int = 0,
) -> _Total:
    """The printed total, else what the lines add up to (``empty`` tests that there are none)."""
    text = f'IF({empty},"",{added})'
    if not section.chart.total:
        return _Total(text, value)
    printed = figure(areas, section.chart.total[position], unit)
    shown = value if printed.value is None else printed.value
    return _Total(f"IF({printed.numbers}=0,{text},{printed.money})", shown)


# ------------------------------------------------------------------ two amounts and their difference


def _compared(areas: Areas, section: ChartSection) -> Iterator[CellContent]:
    chart, unit = section.chart, _unit(areas, section.chart)
    held: list[tuple[Decimal | None, Decimal | None]] = []
    pairs = zip(_named(areas, chart), chart.cells, chart.against, strict=True)
    for line, (name, ref, before) in enumerate(pairs, section.first):
        now, then = figure(areas, ref, unit), figure(areas, before, unit)
        yield CellContent(f"A{line}", "text", name, "", "name")
        for letter, one in (("B", now), ("C", then)):
            yield _formula(f"{letter}{line}", _blank_or(one), _value(one.value), "amount", 2)
        held.append((now.value, then.value))
        yield _change(line, unit, now.value, then.value, "change")
    line = section.total
    totals = []
    yield CellContent(f"A{line}", "text", "合计", "", "total_name")
    for position, letter in enumerate("BC"):
        span = f"{letter}{section.first}:{letter}{section.last}"
        known = [one[position] for one in held if one[position] is not None]
        value = sum((one for one in known if one is not None), Decimal(0)) if known else None
        total = _total(areas, section, unit, f"COUNT({span})=0", f"SUM({span})", value, position)
        totals.append(total.value)
        yield _formula(f"{letter}{line}", total.text, _value(total.value), "total_amount", 2)
    yield _change(line, unit, totals[0], totals[1], "total_change")


def _change(
    line: int, unit: Unit, now: Decimal | None, then: Decimal | None, role: str
) -> CellContent:
    places = _places(unit)
    text = f'IF(COUNT(B{line}:C{line})=0,"",ROUND(N(B{line})-N(C{line}),{places}))'
    value: Decimal | str = ""
    if now is not None or then is not None:
        change = (now or Decimal(0)) - (then or Decimal(0))
        value = change.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    return _formula(f"D{line}", text, value, role, STANDARD_PLACES)
