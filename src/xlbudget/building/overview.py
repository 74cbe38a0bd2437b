"""总览: where its charts and their lists stand, what these say by formulas, what the charts show.

Amounts of a list without counterparts stand without gaps, so that a chart shows just them: hidden
cells of the same line say which line of the table comes next.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple
from xml.sax.saxutils import escape

from xlbudget.building.contents import CellContent
from xlbudget.building.formulas.areas import Areas, content
from xlbudget.building.formulas.expressions import (
    Area,
    after,
    as_number,
    constant,
    count,
    either,
    grouped,
    if_error,
    iff,
    index,
    is_number,
    literal,
    numbers_where,
    rounded,
    single,
    smallest,
    sum_if,
    total,
)
from xlbudget.building.formulas.terms import class_mark, looked_up, selection
from xlbudget.money import STANDARD_PLACES
from xlbudget.rules.grid import INFO
from xlbudget.sheets.layout import INFO_SHEET, OVERVIEW
from xlbudget.standard.model import ONE
from xlbudget.xlsx.references import quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from decimal import Decimal

    from xlbudget.building.formulas.areas import Body
    from xlbudget.building.formulas.expressions import Expression, Value
    from xlbudget.money import Unit
    from xlbudget.standard.model import Chart, Ref, Standard


TITLE_HEIGHT, SOURCE_HEIGHT, HEADING_HEIGHT, LINE_HEIGHT = 24.0, 17.0, 21.0, 17.0
HELPERS = ("AA", "AB", "AC")
"""Hidden columns: which line of the table is shown; name and amount of each cell of a chart."""
_NEXT, _NAMES, _AMOUNTS = HELPERS
_FIRST = 4
_LEAST_LINES = 9
"""A chart with fewer lines beside it would be too low."""
_PAGE = 575.0
"""Points of height on a page (A4 across, where the sheet is one page wide)."""
_BEFORE = 52.0
"""The title and the unit's name above the first section."""


# ------------------------------------------------------------------ where they stand


class ChartSection(NamedTuple):
    """A chart with its list: a title, the source, headings, the total, then ``first`` to ``last``.

    ``end`` is the last line that the chart takes beside them; ``breaks`` says that the section
    begins on a new page.
    """

    chart: Chart
    title: int
    first: int
    last: int
    end: int
    breaks: bool

    @property
    def source(self) -> int:
        """The line that names table and unit."""
        return self.title + 1

    @property
    def heading(self) -> int:
        """The line of the columns' headings."""
        return self.title + 2

    @property
    def total(self) -> int:
        """The line of the total."""
        return self.title + 3

    @property
    def height(self) -> float:
        """The height of its lines in points."""
        lines = self.end - self.heading
        return TITLE_HEIGHT + SOURCE_HEIGHT + HEADING_HEIGHT + lines * LINE_HEIGHT


def chart_sections(standard: Standard) -> list[ChartSection]:
    """The sections from top to bottom, a blank line between them, none divided by a page's end."""
    sections: list[ChartSection] = []
    title, used = _FIRST, _BEFORE
    for chart in standard.charts:
        first = title + 4
        last = first + chart.room - 1
        end = max(last, title + 2 + _LEAST_LINES)
        section = ChartSection(chart, title, first, last, end, breaks=False)
        if sections and used + section.height > _PAGE:
            section, used = section._replace(breaks=True), 0.0
        sections.append(section)
        used += section.height + LINE_HEIGHT
        title = end + 2
    return sections


def overview_last(standard: Standard) -> int:
    """The last line that charts and lists take on 总览."""
    return max((section.end for section in chart_sections(standard)), default=_FIRST)


# ------------------------------------------------------------------ figures of the tables


class _Figure(NamedTuple):
    """One amount: how many numbers there are, and their sum."""

    numbers: Expression
    money: Expression

    @property
    def or_blank(self) -> Expression:
        """Blank is not 0.00."""
        return iff(self.numbers.equals(0), "", self.money)


class _Lines(NamedTuple):
    """A column of names and one of amounts; ``test`` is true where a line counts.

    ``mark`` is what stands before a name and is left out (``、`` behind an ordinal).
    """

    names: Area
    amounts: Area
    test: Expression
    mark: str = ""


def chart_unit(standard: Standard, chart: Chart) -> Unit:
    """The unit of money of a chart's figures."""
    return _unit(standard, chart.rows or chart.cells[0])


def _unit(standard: Standard, ref: Ref) -> Unit:
    return standard.info_unit(ref.which) if ref.block == INFO else standard.blocks[ref.block].unit


def _figure(areas: Areas, ref: Ref, unit: Unit) -> _Figure:
    """One cell in ``unit``: of 基础信息 directly, of a table by the label or code of its row."""
    numbers, money = _own_figure(areas, ref)
    own = _unit(areas.standard, ref)
    if own.fen > unit.fen:
        money = money * (own.fen // unit.fen)
    elif own.fen < unit.fen:
        money = money / (unit.fen // own.fen)
    return _Figure(numbers, money)


def _own_figure(areas: Areas, ref: Ref) -> _Figure:
    if ref.block == INFO:
        cell = areas.book.info[ref.which].cell
        one = single(f"{quoted(INFO_SHEET)}!${cell[0]}${cell[1:]}", areas.info.get(cell))
        return _Figure(count(one), total(one))
    body = areas.bodies[ref.block]
    amounts = areas.amounts(body, ref.column)
    label = _label(body, ref)
    if label:
        keys = areas.column(body, body.code or body.letters[_key_column(body)])
        figures = looked_up(keys, literal(label), amounts).figures
        return _Figure(figures, sum_if(keys, literal(label), amounts))
    row = areas.book.blocks[ref.block].row(ref.which)
    if row is None:
        return _Figure(constant(0), constant(0))
    one = areas.cell(body, body.letters[ref.column], row.line)
    return _Figure(count(one), total(one))


def _key_column(body: Body) -> str:
    """The column in which labels, codes and 合计 stand."""
    kinds = ("code", "label", "level1")
    found = (column.key for kind in kinds for column in body.block.columns if column.kind == kind)
    return next(found, body.block.columns[0].key)


def _label(body: Body, ref: Ref) -> str:
    """The text that finds a row by itself, or "" where several rows may have it."""
    block = body.block
    if block.body == "fixed":
        labels = [row.label for row in block.rows if not row.slot]
        own = next((row.label for row in block.rows if row.key == ref.which), "")
        return own if labels.count(own) == 1 else ""
    if ref.how == ONE and ref.which == "total":
        return block.total if _key_column(body) == block.columns[0].key else ""
    return ref.which if body.code else ""


def _lines_of_rows(areas: Areas, ref: Ref) -> _Lines:
    """The rows with money that ``ref`` selects, in the table's order."""
    body = areas.bodies[ref.block]
    block = body.block
    amounts = areas.amounts(body, ref.column)
    chosen = selection(areas, body, ref.which)
    names = next(
        (column.key for column in block.columns if column.kind == "name"), _key_column(body)
    )
    test = chosen * _money(amounts)
    return _Lines(areas.column(body, body.letters[names]), amounts, test, class_mark(body))


def _money(amounts: Area) -> Expression:
    return is_number(amounts) * amounts.differs(0)


# ------------------------------------------------------------------ what the cells hold


def render_overview(areas: Areas) -> list[CellContent]:
    """Every cell of the lists.

    Roles: name, amount, share, change; with ``total_`` before them on the line of the total;
    helper for what is hidden.
    """
    contents: list[CellContent] = []
    for section in chart_sections(areas.standard):
        render = _compared if section.chart.against else _alone
        contents.extend(render(areas, section))
    return contents


def _named(areas: Areas, chart: Chart) -> list[str]:
    """The names of a chart's cells: as given, else the labels of their rows or of their columns."""
    standard = areas.standard
    by_row = len({ref.which for ref in chart.cells}) > 1
    found = []
    for ref in () if chart.names else chart.cells:
        if ref.block == INFO:
            found.append(standard.fields[ref.which].label)
            continue
        block = standard.blocks[ref.block]
        labels = [row.label for row in block.rows if row.key == ref.which] if by_row else []
        found.append(
            labels[0]
            if labels
            else "".join(block.column(ref.column).heading(areas.book.year)[-1].split())
        )
    return list(chart.names) or found


def _total(
    areas: Areas, section: ChartSection, empty: Expression, added: Expression, position: int = 0
) -> Expression:
    """The printed total, else what the lines add up to (``empty`` tests that there are none)."""
    otherwise = iff(empty, "", added)
    if not section.chart.total:
        return otherwise
    unit = chart_unit(areas.standard, section.chart)
    printed = _figure(areas, section.chart.total[position], unit)
    return iff(printed.numbers.equals(0), otherwise, printed.money)


class _List(NamedTuple):
    """The lines of a list without counterparts: their cells, three a line, and their amounts.

    ``whole`` is the hidden cell that adds up all lines of the table.
    """

    helpers: list[CellContent]
    cells: list[CellContent]
    amounts: Area
    whole: Expression


def _list(areas: Areas, section: ChartSection) -> _List:
    """The next line of the table each time; the last line adds up what there is no room for."""
    chart, first, last = section.chart, section.first, section.last
    helpers: list[CellContent] = []
    if chart.rows is not None:
        lines = _lines_of_rows(areas, chart.rows)
    else:
        helpers, lines = _listed(areas, section)
    counted = if_error(total(lines.test), 0)
    added = if_error(total(iff(lines.test > 0, lines.amounts, 0)), 0)
    helpers.append(content(f"{_NEXT}{section.total}", counted, "helper", kind="array"))
    helpers.append(content(f"{_NAMES}{section.total}", added, "helper", kind="array"))
    whole = single(f"${_NAMES}${section.total}", added.value)
    following = numbers_where(lines.test, lines.amounts)
    amounts: list[Value] = []
    cells: list[CellContent] = []
    for place, line in enumerate(range(first, last + 1), 1):
        rank = f"ROWS({_NEXT}${first}:{_NEXT}{line})"
        position = if_error(smallest(following, rank, place), "")
        cells.append(content(f"{_NEXT}{line}", position, "helper", kind="array"))
        here = single(f"{_NEXT}{line}", position.value)
        # The amount reads the table itself; what follows from it is told of every edit through it. The
        # hidden cells are arrays, which LibreOffice leaves uncomputed, and mute, after loading.
        money = iff(here.equals(""), "", index(lines.amounts, here))
        name = index(lines.names, here)
        name = after(name, lines.mark) if lines.mark else name
        number = single(f"${_NEXT}${section.total}", counted.value)
        room = single(f"ROWS({_NEXT}${first}:{_NEXT}${last})", place)
        if line == last:
            above = total(Area(f"B${first}:B{last - 1}", amounts))
            places = chart_unit(areas.standard, chart).max_places
            money = iff(number > room, rounded(whole - above, places), money)
        amounts.append(money.value)
        shown = single(f"B{line}", money.value)
        name = iff(shown.equals(""), "", name & "")
        if line == last:
            rest = constant("其余") & grouped(number - room + 1) & "项"
            name = iff(number > room, rest, name)
        cells.append(content(f"A{line}", name, "name"))
        cells.append(content(f"B{line}", money, "amount", STANDARD_PLACES))
    return _List(helpers, cells, Area(f"B${first}:B${last}", amounts), whole)


def _alone(areas: Areas, section: ChartSection) -> Iterator[CellContent]:
    """One amount and its share."""
    first, last = section.first, section.last
    found = _list(areas, section)
    yield from found.helpers
    printed = _total(areas, section, count(found.amounts).equals(0), found.whole)
    yield CellContent(f"A{section.total}", "text", "合计", "", "total_name")
    yield content(f"B{section.total}", printed, "total_amount", STANDARD_PLACES)
    divisor = single(f"B${section.total}", printed.value)
    shares: list[Value] = []
    for place, money in enumerate(found.amounts.values):
        yield from found.cells[3 * place : 3 * place + 3]
        amount = single(f"B{first + place}", money)
        nothing = either(as_number(amount).equals(0), as_number(divisor).equals(0))
        share = iff(nothing, "", amount / divisor)
        shares.append(share.value)
        yield content(f"C{first + place}", share, "share", STANDARD_PLACES)
    span = Area(f"C{first}:C{last}", shares)
    added = iff(count(span).equals(0), "", total(span))
    yield content(f"C{section.total}", added, "total_share", STANDARD_PLACES)


def _listed(areas: Areas, section: ChartSection) -> tuple[list[CellContent], _Lines]:
    """The cells of a chart one below the other, hidden; those with money count."""
    chart, contents = section.chart, []
    unit = chart_unit(areas.standard, chart)
    names, amounts = _named(areas, chart), []
    for line, (name, ref) in enumerate(zip(names, chart.cells, strict=True), section.first):
        amounts.append(_figure(areas, ref, unit).or_blank)
        contents.append(CellContent(f"{_NAMES}{line}", "text", name, "", "helper"))
        contents.append(content(f"{_AMOUNTS}{line}", amounts[-1], "helper"))
    rest = [None] * (section.last - section.first + 1 - len(names))
    labels, money = (
        Area(f"${letter}${section.first}:${letter}${section.last}", [*values, *rest])
        for letter, values in (
            (_NAMES, names),
            (_AMOUNTS, [expression.value for expression in amounts]),
        )
    )
    return contents, _Lines(labels, money, _money(money))


def _compared(areas: Areas, section: ChartSection) -> Iterator[CellContent]:
    """Two amounts and their difference."""
    chart, first = section.chart, section.first
    unit = chart_unit(areas.standard, chart)
    columns: dict[str, list[Expression]] = {"B": [], "C": []}
    pairs = zip(_named(areas, chart), chart.cells, chart.against, strict=True)
    for line, (name, *refs) in enumerate(pairs, first):
        yield CellContent(f"A{line}", "text", name, "", "name")
        for (letter, expressions), ref in zip(columns.items(), refs, strict=True):
            expressions.append(_figure(areas, ref, unit).or_blank)
            yield content(f"{letter}{line}", expressions[-1], "amount", STANDARD_PLACES)
        yield _change(line, unit, [expressions[-1] for expressions in columns.values()], "change")
    yield CellContent(f"A{section.total}", "text", "合计", "", "total_name")
    totals = []
    for position, (letter, expressions) in enumerate(columns.items()):
        span = Area(
            f"{letter}{first}:{letter}{section.last}",
            [expression.value for expression in expressions],
        )
        totals.append(_total(areas, section, count(span).equals(0), total(span), position))
        yield content(f"{letter}{section.total}", totals[-1], "total_amount", STANDARD_PLACES)
    yield _change(section.total, unit, totals, "total_change")


def _change(line: int, unit: Unit, pair: Sequence[Expression], role: str) -> CellContent:
    amounts = [expression.value for expression in pair]
    now, then = (single(f"{at}{line}", one) for at, one in zip("BC", amounts, strict=True))
    change = rounded(as_number(now) - as_number(then), unit.max_places)
    formula = iff(count(Area(f"B{line}:C{line}", amounts, 2)).equals(0), "", change)
    return content(f"D{line}", formula, role, STANDARD_PLACES)


# ------------------------------------------------------------------ what the charts show


class Shown(NamedTuple):
    """One column of a chart.

    ``reference`` is an area or a name of the sheet; ``defined`` what the name means, "" for an area;
    ``values`` is what it comes to now, one blank entry where there is nothing.
    """

    reference: str
    defined: str
    values: tuple[str | Decimal, ...]


def chart_areas(section: ChartSection, cells: Mapping[str, CellContent]) -> list[Shown]:
    """Names and amounts of a chart, one per column of its list.

    Without counterparts, names of the sheet follow the lines in use, so that no blank line is
    drawn: programs that know no names in charts draw what was kept of them.
    """
    chart, first, last = section.chart, section.first, section.last
    prefix = f"{quoted(OVERVIEW)}!"
    letters = ("A", "B", "C") if chart.against else ("A", "B")
    used = range(first, last + 1)
    if not chart.against:
        filled = sum(1 for line in used if _value(cells, f"A{line}"))
        used = range(first, first + max(1, filled))
    found = []
    for letter in letters:
        area = f"{prefix}${letter}${first}:${letter}${last}"
        values = tuple(_value(cells, f"{letter}{line}") for line in used)
        if chart.against:
            found.append(Shown(area, "", values))
            continue
        amounts = f"{prefix}$B${first}:$B${last}"
        start = f"{prefix}${letter}${first}"
        defined = f"{start}:INDEX({area},MAX(1,COUNT({amounts})))"
        found.append(Shown(f"{prefix}chart_{chart.key}_{letter}", defined, values))
    return found


def _value(cells: Mapping[str, CellContent], cell: str) -> str | Decimal:
    found = cells.get(cell)
    return "" if found is None or found.value is None else found.value


_KEPT = re.compile(
    rb"(<c:f>([^<]*)</c:f><c:(str|num)Cache>(?:<c:formatCode>[^<]*</c:formatCode>)?)"
    rb"<c:ptCount val=\"\d+\"/>.*?(?=</c:(?:str|num)Cache>)",
    re.DOTALL,
)


def overview_caches(
    standard: Standard, contents: Iterable[CellContent]
) -> dict[str, tuple[str | Decimal, ...]]:
    """Reference without quotes -> what it comes to, for all charts of 总览 with these cells."""
    cells = {content.cell: content for content in contents}
    return {
        _bare(shown.reference): shown.values
        for section in chart_sections(standard)
        for shown in chart_areas(section, cells)
    }


def with_caches(part: bytes, caches: Mapping[str, Sequence[str | Decimal]]) -> bytes:
    """A chart's part in which what is kept of the references is as ``caches`` has it.

    Programs that compute do so themselves; previewers, and LibreOffice for names, show what is kept.
    """

    def renewed(match: re.Match[bytes]) -> bytes:
        values = caches.get(_bare(match[2].decode()))
        if values is None:
            return match[0]
        points = "".join(_points(values, text=match[3] == b"str"))
        return match[1] + f'<c:ptCount val="{len(values)}"/>{points}'.encode()

    return _KEPT.sub(renewed, part)


def _points(values: Sequence[str | Decimal], *, text: bool) -> Iterator[str]:
    for place, value in enumerate(values):
        # Without anything, some programs would make up a name and a scale.
        shown = (escape(str(value)) or " ") if text else (str(value) or "0")
        yield f'<c:pt idx="{place}"><c:v>{shown}</c:v></c:pt>'


def _bare(reference: str) -> str:
    return reference.replace("'", "").replace("&apos;", "")
