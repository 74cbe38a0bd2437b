"""The published document of a book as plain values: what .docx, .pdf and web page are written from.

How its parts follow each other is said by the standard's ``disclosure.toml``.
"""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.building.contents import last_line, note_contents, render_table, with_info
from xlbudget.errors import StandardError
from xlbudget.explaining.document import HEADING
from xlbudget.explaining.explain import document as generate
from xlbudget.explaining.plan import TABLES, PartPlan, Plan, load_plan
from xlbudget.printed import FORM, TABLE, PrintedCell, PrintedTable, head_rows, strong_row
from xlbudget.report.pictures import cell_text
from xlbudget.sheets.layout import GLOSSARY, NOTES, form_of, is_form, place_book, table_layout
from xlbudget.sheets.notes import OWN, notes_lines
from xlbudget.standard.model import AMOUNT, numbered
from xlbudget.standard.placeholders import fill, said_by
from xlbudget.xlsx.references import column_number, split_cell

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from xlbudget.building.contents import CellContent
    from xlbudget.explaining.document import Document
    from xlbudget.figures import Book, FormData, Row
    from xlbudget.sheets.layout import TableLayout
    from xlbudget.standard.model import Form, FormLine, Standard, Table
    from xlbudget.xlsx.workbook import Workbook


_SHEETS: Mapping[str, str] = MappingProxyType({"explanation": NOTES, "glossary": GLOSSARY})
"""The documents of ``notes/sections.toml`` that a workbook holds, and their sheets."""
_DAY = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})")
_TERM = re.compile(r"[^：。；]{1,80}：")


class Text(NamedTuple):
    """A paragraph; ``heading``: a heading within an item; ``term``: so many letters are a term."""

    text: str
    heading: bool = False
    term: int = 0


class Item(NamedTuple):
    """What one line of the contents leads to; ``listed`` is that line, where it is not the heading."""

    heading: str
    content: tuple[Text | PrintedTable, ...]
    listed: str = ""

    @property
    def tables(self) -> list[PrintedTable]:
        """Its tables and forms."""
        return [one for one in self.content if isinstance(one, PrintedTable)]


class Part(NamedTuple):
    """A part: texts before its first item, then the items; ``listed`` as for these."""

    heading: str
    lead: tuple[Text, ...]
    items: tuple[Item, ...]
    listed: str = ""


class Disclosure(NamedTuple):
    """The whole document; ``day`` is the day of publication as printed, empty where unknown.

    ``remarks`` are what every reader must know of an unfinished one: they stand on every page.
    """

    title: str
    unit: str
    cover: str
    day: str
    year: int
    contents: str
    parts: tuple[Part, ...]
    remarks: tuple[str, ...] = ()

    @property
    def headings(self) -> Iterator[tuple[int, str]]:
        """Level (1, 2) and text of every heading to which a line of the contents leads."""
        for part in self.parts:
            yield 1, part.heading
            for item in part.items:
                yield 2, item.heading

    @property
    def lines(self) -> Iterator[tuple[int, str]]:
        """The same as the contents print them."""
        for part in self.parts:
            yield 1, part.listed or part.heading
            for item in part.items:
                yield 2, item.listed or item.heading

    @property
    def grids(self) -> Iterator[PrintedTable]:
        """All tables and forms."""
        for part in self.parts:
            for item in part.items:
                yield from item.tables

    @property
    def texts(self) -> Iterator[Text]:
        """All paragraphs outside the grids."""
        for part in self.parts:
            yield from part.lead
            for item in part.items:
                yield from (one for one in item.content if isinstance(one, Text))


# ------------------------------------------------------------------ the document of a book


def disclosure(
    standard: Standard, book: Book, final_texts: Mapping[str, Sequence[FinalText]] | None = None
) -> Disclosure:
    """The document with the figures of ``book``; texts not in ``final_texts`` are generated.

    Raises:
        StandardError: the standard does not say how the document is arranged.
        UnusableFileError: the book has more rows than its tables have room for.
    """
    plan = load_plan(standard)
    placed = place_book(standard, book)
    texts = dict(final_texts or {})
    unit = visible_line(book.text("unit_name"))
    said = said_by(book.year, book.info, standard.fields)
    parts: list[Part] = []
    for one in plan.parts:
        number = len(parts) + 1
        listed, heading = (
            _label(numbered(phrase, number), book) for phrase in (one.spec.contents, one.heading)
        )
        if one.holds == TABLES:
            items = tuple(_table_items(standard, placed, plan, unit))
            parts.append(Part(heading, (), items, listed))
            continue
        if one.holds not in texts:
            texts[one.holds] = _generated(generate(standard, book, one.holds))
        sections = {section.number for section in one.sections}
        found = [text for text in texts[one.holds] if text.section in sections]
        if one.spec.free and all(text.level for text in found):
            continue
        parts.append(_document_part(Part(heading, (), (), listed), one, found))
    return Disclosure(
        title=_filled(standard, "book", said, unit),
        unit=unit,
        cover=_filled(standard, "cover", said, unit),
        day=_day(book.text("issued")),
        year=book.year,
        contents=plan.texts["contents"],
        parts=tuple(parts),
    )


def _filled(standard: Standard, name: str, said: Callable[[str], str | None], unit: str) -> str:
    if name not in standard.titles:
        raise StandardError(f"“standard.toml”的[title]缺少“{name}”。")
    return fill(standard.titles[name].replace("{unit}", unit), said)


def _day(text: str) -> str:
    """The day of publication: 2024-02-27 as 2024年2月27日, anything else as it was typed."""
    match = _DAY.fullmatch(text.strip())
    return f"{match[1]}年{int(match[2])}月{int(match[3])}日" if match else visible_line(text)


def _table_items(standard: Standard, placed: Book, plan: Plan, unit: str) -> Iterator[Item]:
    for number, table in enumerate(standard.tables, 1):
        title = visible_line(table.title)
        heading, listed = (plan.phrase(name, number, title=title) for name in ("heading", "table"))
        if is_form(table):
            yield Item(heading, tuple(form_grids(table, placed)), listed)
        else:
            money = plan.phrase("money", money=table.blocks[0].unit.name)
            above = (_label(plan.phrase("unit", unit=unit), placed), money)
            yield Item(heading, (table_grid(standard, table, placed, above),), listed)


def _document_part(part: Part, plan: PartPlan, found: Sequence[FinalText]) -> Part:
    """Headings of the first level begin the items; what stands before them leads the part.

    The heading of a part's only section is the part's own, in the words that the user gave it.
    """
    lead: list[Text] = []
    items: list[tuple[str, list[Text]]] = []
    own = len(plan.sections) == 1 and plan.heading == plan.sections[0].heading
    for one in found:
        lines = [line for line in visible(one.text).split("\n") if line]
        if one.level == 1 and lines and own:
            part = part._replace(heading=" ".join(lines))
            continue
        if one.level == 1 and lines:
            items.append((" ".join(lines), []))
            continue
        into = items[-1][1] if items else lead
        for line in lines:
            term = _TERM.match(line) if plan.spec.terms else None
            into.append(Text(line, one.level > 1, term.end() if term else 0))
    return part._replace(
        lead=tuple(lead), items=tuple(Item(text, tuple(content)) for text, content in items)
    )


# ------------------------------------------------------------------ the texts as a workbook holds them


class FinalText(NamedTuple):
    """A paragraph of a section: ``level`` 1 for its heading, 2 for one within it, 0 for text."""

    text: str
    section: str
    level: int = 0


def final_paragraphs(
    source: Workbook, standard: Standard, book: Book
) -> dict[str, tuple[FinalText, ...]]:
    """By document: what the user wrote in 情况说明 and 名词解释 where he did, else what is generated.

    Raises:
        UnusableFileError: the workbook is unreadable.
    """
    sheets = source.lines_of(list(_SHEETS.values()))
    found: dict[str, tuple[FinalText, ...]] = {}
    for name, sheet in _SHEETS.items():
        fresh = generate(standard, book, name)
        levels = {paragraph.id: paragraph.level for paragraph in fresh.paragraphs}
        held: list[FinalText] = []
        section = next((one.number for one in fresh.sections), "")
        for line in notes_lines(sheet, sheets.get(sheet, []), source.formulas(sheet)):
            if not line.published:
                continue
            # A heading that is not generated any more is a section's if its id has no point, as
            # long as it is not the user's own line.
            level = (1 if line.id and "." not in line.id else 2) if line.kind == HEADING else 0
            said = line.id.partition(".")[0]
            section = said if said not in ("", OWN) else section
            held.append(FinalText(line.published, section, levels.get(line.id, level)))
        found[name] = tuple(held) or _generated(fresh)
    return found


def _generated(document: Document) -> tuple[FinalText, ...]:
    return tuple(
        FinalText(paragraph.text, section.number, paragraph.level)
        for section in document.sections
        for paragraph in section.paragraphs
    )


# ------------------------------------------------------------------ tables and forms as they are printed: headings, merged captions, body, notes below


_NAMING = ("code", "name", "label", "level1", "level2")
"""Kinds of columns whose cells name their row."""
_CAPTION = 2
"""Columns before the first value: that of the groups, and that of the captions."""
_NARROW = 5
"""Letters that a group's caption has side by side."""
_GROUPED = 2
"""So many columns of indicators are levels, whose repeated entries are printed once."""
_BREAKS = re.compile(r"\r\n?|[\v\f\x1c-\x1e\x85\u2028\u2029]")
_INVISIBLE = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff"
    "\ud800-\udfff\ufff9-\ufffb\ufffe\uffff]"
)


def visible(text: str) -> str:
    """A text without what no document can hold or show; its line breaks are kept."""
    lines = _BREAKS.sub("\n", text.replace("\t", " ")).split("\n")
    return "\n".join(_INVISIBLE.sub("", line).strip() for line in lines).strip("\n")


def visible_line(text: str) -> str:
    """The same on one line."""
    return " ".join(part for part in visible(text).split("\n") if part)


# ------------------------------------------------------------------ tables


def table_grid(
    standard: Standard, table: Table, book: Book, above: tuple[str, str]
) -> PrintedTable:
    """A table of a placed book (see ``layout.place_book``)."""
    layout = table_layout(standard, table)
    contents = render_table(standard, table, book, {})
    last = last_line(layout, book)
    lines: dict[int, list[CellContent]] = {}
    notes = []
    for content in contents:
        line = split_cell(content.cell)[1]
        if line <= last:
            lines.setdefault(line, []).append(content)
        elif content.role == "note" and content.value:
            notes.append(visible(str(content.value)))
    kinds = [column.kind for one in layout.blocks for column in one.block.columns]
    strong = _strong(standard, layout, book)
    body = tuple(
        _total_spread([_body_cell(content, kinds, strong) for content in lines[line]], layout)
        for line in sorted(lines)
    )
    blank = tuple(PrintedCell("", kind) for kind in kinds)
    return PrintedTable(
        TABLE,
        visible(table.title),
        tuple(kinds),
        head_rows(table, lambda label: _label(label, book)),
        body or (blank,),
        above=above,
        notes=tuple(note for note in notes if note),
    )


def _label(label: str, book: Book) -> str:
    return visible(str(with_info("A1", label, book, "heading").value or ""))


def _shown_amount(content: CellContent) -> str:
    """An amount as the sheet shows it: separators, its own decimals, blank where it is blank."""
    value = content.value
    if value is None or isinstance(value, str):
        return visible(value or "")
    return f"{value:,f}"


def _body_cell(one: CellContent, kinds: Sequence[str], strong: set[tuple[int, int]]) -> PrintedCell:
    letters, line = split_cell(one.cell)
    index = column_number(letters) - 1
    text = _shown_amount(one)
    header = bool(text) and kinds[index] in _NAMING
    bold = (line, index) in strong
    indent = 0 if kinds[index] == "code" else one.indent
    return PrintedCell(text, kinds[index], bold=bold, indent=indent, header=header)


def _total_spread(cells: list[PrintedCell], layout: TableLayout) -> tuple[PrintedCell, ...]:
    """The word 合计 covers the blank texts beside it where rows are not prescribed."""
    total = layout.blocks[0].block.total
    if len(layout.blocks) > 1 or not total or cells[0].text != total or not cells[0].bold:
        return tuple(cells)
    end = 1
    while end < len(cells) and cells[end].kind != AMOUNT and not cells[end].text:
        end += 1
    return (cells[0]._replace(kind="total", columns=end, header=True), *cells[end:])


def _strong(standard: Standard, layout: TableLayout, book: Book) -> set[tuple[int, int]]:
    """Line and column of what is emphasized: totals, classes of subjects, groups of projects."""
    found = set()
    for one in layout.blocks:
        for row in book.blocks[one.block.key].rows:
            if strong_row(standard, one.block, row):
                found |= {(row.line, one.first + index) for index in range(len(one.letters))}
    return found


# ------------------------------------------------------------------ forms


def form_grids(table: Table, book: Book) -> list[PrintedTable]:
    """All forms of a placed book; without any, the statement that there is none."""
    if not book.forms:
        stated = (visible(str(content.value or "")) for content in note_contents(table, book, 1))
        notes = tuple(text for text in stated if text)
        return [PrintedTable(FORM, visible_line(table.title), (), (), (), notes=notes)]
    rows = book.blocks[table.blocks[0].key].rows
    amounts = table.blocks[0].amount_index
    return [
        _grid(form_of(table, data), data, _values(data, row, amounts), book)
        for data, row in zip(book.forms, rows, strict=True)
    ]


def _values(data: FormData, row: Row, amounts: Mapping[str, int]) -> dict[str, str]:
    """Field -> what is printed."""
    printed = {key: visible(text) for key, text in data.fields.items()}
    return printed | {key: visible(cell_text(row.cells[index])) for key, index in amounts.items()}


def _grid(form: Form, data: FormData, values: Mapping[str, str], book: Book) -> PrintedTable:
    width = max(1 + len(form.indicators), _CAPTION + 1)
    lines = [*_lines(form, values, width), *_indicators(form, data, width)]
    subtitle = with_info("A1", form.subtitle, book, "").value if form.subtitle else ""
    kinds = ("caption", *("indicator" for _ in range(width - 1)))
    title, below = visible_line(form.title), visible_line(str(subtitle or ""))
    return PrintedTable(FORM, title, kinds, (), tuple(lines), subtitle=below)


def _lines(form: Form, values: Mapping[str, str], width: int) -> Iterator[tuple[PrintedCell, ...]]:
    """The lines above the indicators; neighbours of one group share its caption."""
    lines = [piece for line in form.lines for piece in _fitting(line, width)]
    for position, line in enumerate(lines):
        cells: list[PrintedCell] = []
        first = position == 0 or lines[position - 1].group != line.group
        if line.group and first:
            rows = _run([line.group for line in lines], position)
            cells.append(PrintedCell(_broken(line.group), "caption", rows=rows, header=True))
        free = width - _CAPTION - (len(line.cells) - 1)
        for index, cell in enumerate(line.cells):
            caption = _CAPTION if index == 0 and not line.group else 1
            span = free // len(line.cells)
            if index == len(line.cells) - 1:
                span = free - span * index
            cells.append(PrintedCell(visible(cell.caption), "caption", caption, header=True))
            cells.append(PrintedCell(values.get(cell.field, ""), "value", span))
        yield tuple(cells)


def _broken(caption: str) -> str:
    """What stands in brackets goes on a line of its own: the column is narrow."""
    return visible(caption).replace("（", "\n（", 1) if len(caption) > _NARROW else visible(caption)


def _fitting(line: FormLine, width: int) -> list[FormLine]:
    """A line whose pairs have no room side by side gives each pair a line."""
    if width >= _CAPTION + 2 * len(line.cells) - 1:
        return [line]
    return [line._replace(cells=(cell,)) for cell in line.cells]


def _run(keys: Sequence[object], start: int) -> int:
    """How many neighbours from ``start`` on have the same key."""
    end = start + 1
    while end < len(keys) and keys[end] == keys[start]:
        end += 1
    return end - start


def _indicators(form: Form, data: FormData, width: int) -> Iterator[tuple[PrintedCell, ...]]:
    """The indicators under their headings; levels that repeat are printed once."""
    spare = width - 1 - len(form.indicators)
    columns = form.indicators
    headings = [PrintedCell(visible(column.label[0]), "heading") for column in columns]
    if headings:
        headings[-1] = headings[-1]._replace(columns=1 + spare)
    caption = PrintedCell(
        visible(form.caption), "caption", rows=1 + len(data.indicators), header=True
    )
    yield (caption, *headings)
    texts = [
        [visible(indicator.values.get(column.key, "")) for column in columns]
        for indicator in data.indicators
    ]
    levels = _levels(texts)
    for position, line in enumerate(texts):
        cells = []
        for index, text in enumerate(line):
            span = 1 + (spare if index == len(line) - 1 else 0)
            if index < _GROUPED:
                keys = [level[index] for level in levels]
                if position and keys[position] == keys[position - 1]:
                    continue
                cells.append(PrintedCell(text, "indicator", span, _run(keys, position)))
            else:
                cells.append(PrintedCell(text, "indicator", span))
        yield tuple(cells)


def _levels(texts: Sequence[Sequence[str]]) -> list[list[tuple[str, ...]]]:
    """Line -> for each level, the path by which neighbours are known to belong together.

    A blank entry belongs to the one above; a repeated one does where all levels before it do.
    """
    found: list[list[tuple[str, ...]]] = []
    above: list[str] = []
    for line in texts:
        levels = list(line[:_GROUPED])
        for index, text in enumerate(levels):
            if not text and above and levels[:index] == above[:index]:
                levels[index] = above[index]
        above = levels
        found.append([tuple(levels[: index + 1]) for index in range(len(levels))])
    return found
