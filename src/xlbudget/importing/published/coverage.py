"""How much of a document's tables was read: the numbers that they print against those in the book.

A number that is printed below a table's title and stands in no cell of the book was lost by the reader.
Such a table is not judged: what is missing in it says nothing about its author.
"""

from __future__ import annotations

import re
from collections import Counter
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.characters import folded, squash
from xlbudget.figures import Unreadable
from xlbudget.findings import NotRead, NumbersRead
from xlbudget.importing.published.elements import Line
from xlbudget.importing.published.figures import body_of, other_columns
from xlbudget.importing.titles import Titles
from xlbudget.reading.headings import own_headings
from xlbudget.reading.tables import numbers_columns
from xlbudget.sheets.layout import is_form
from xlbudget.standard.model import AMOUNT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from xlbudget.figures import Book
    from xlbudget.importing.published.elements import Matrix, Source
    from xlbudget.importing.published.recognise import Found
    from xlbudget.money import Amount
    from xlbudget.standard.model import Block, Standard, Table

_NUMBER = re.compile(r"(?<![\d.,])(?:\d[\d,]*\.\d{1,2}|\d{1,3}(?:,\d{3})+(?!\.))(?![\d,%])")
_WHOLE = re.compile(r"-?\d{4,}")
"""What counts as an amount without decimals and separators, where it stands in a column of amounts."""
_GARBLED = re.compile(r"[-\d.,\s]*\d[-\d.,\s]*")
"""Signs of numbers that are no number: on paper, figures that stand on each other or that a break divides."""
_REMARK = re.compile("说明|备注|注[:：\\d]")
_PAGE = re.compile(r"第(\d+)页")
_SHOWN = 10
_LEAST, _MOST_LOST = 0.8, 0.5
"""With fewer of the numbers read, or more of the tables lost, nothing can be said of the whole."""


class Coverage(NamedTuple):
    """Numbers printed and read, also table by table; what was lost; by key the tables that cannot be judged, and why.

    ``enough``: a verdict on the whole can be given.
    """

    printed: int
    read: int
    numbers: tuple[NumbersRead, ...]
    lost: tuple[NotRead, ...]
    tables: Mapping[str, str]
    enough: bool


def coverage(standard: Standard, source: Source, every: Sequence[Found], book: Book) -> Coverage:
    """Compare what stands below each table's title with what the book holds of it."""
    printed, places = _printed(standard, source, every)
    strange = printed.pop("", None)
    lost = list(source.unread)
    tables: dict[str, str] = {}
    numbers: list[NumbersRead] = []
    beside = _beside(source, every)
    divided = {
        one.table.key: one.matrix.where
        for one in every
        if one.table is not None and is_form(one.table) and one.form is None
    }
    for table in standard.tables:
        blocks = [block.key for block in table.blocks if block.key in book.blocks]
        missing = printed.get(table.key, Counter()) - _held(standard, book, blocks)
        count = printed.get(table.key, Counter()).total()
        if count:
            numbers.append(NumbersRead(table.title, count, count - missing.total()))
        if missing:
            shown = "、".join(map(_shown, list(missing)[:_SHOWN])) + (
                "等" if len(missing) > _SHOWN else ""
            )
            reason = f"印有{count}个数，其中{missing.total()}个没有读出（{shown}）"
            reason += "" if blocks else "，这张表没有读入"
            lost.append(NotRead(f"{table.title}（{places[table.key]}）", reason))
            tables[table.key] = f"{table.title}没有读全，有关勾稽关系未核对。"
        elif (garbled := _garbled(book, blocks)) and _PAGE.fullmatch(places.get(table.key, "")):
            reason = f"有{len(garbled)}格的数字印在一起，看不出是多少（“{squash(garbled[0])}”）"
            lost.append(NotRead(f"{table.title}（{places[table.key]}）", reason))
            tables[table.key] = f"{table.title}没有读全，有关勾稽关系未核对。"
        elif table.key in divided:
            reason = "有的行被分页隔开，看不出属于哪一栏"
            lost.append(NotRead(f"{table.title}（{divided[table.key]}）", reason))
            tables[table.key] = f"{table.title}没有读全，有关勾稽关系未核对。"
        elif table.key in beside:
            lost.append(NotRead(f"{table.title}（{beside[table.key]}）", _why_beside(blocks)))
            tables[table.key] = f"{table.title}的前后有没有读出的页，有关勾稽关系未核对。"
        elif not blocks and (strange or source.unread or table.key in places):
            # It may stand in what was not read, or be a table whose title was not known.
            where = f"（{places[table.key]}）" if table.key in places else ""
            why = (
                _why_lost(source, places[table.key]) if where else "没有找到，可能在没有读出的部分"
            )
            lost.append(NotRead(f"{table.title}{where}", why))
            tables[table.key] = f"{table.title}没有读出，有关勾稽关系未核对。"
    if tables and strange:
        numbers.append(NumbersRead("", strange.total(), 0))
    total, read = sum(one.printed for one in numbers), sum(one.read for one in numbers)
    enough = read >= _LEAST * total and len(tables) <= _MOST_LOST * len(standard.tables)
    return Coverage(total, read, tuple(numbers), tuple(lost), tables, enough)


def _garbled(book: Book, blocks: Sequence[str]) -> list[str]:
    """What stands in cells of amounts that is made of nothing but digits and their signs, and yet no amount."""
    return [
        cell.raw
        for key in blocks
        for row in book.blocks[key].rows
        for cell in row.cells
        if isinstance(cell, Unreadable) and _GARBLED.fullmatch(folded(cell.raw))
    ]


def _why_lost(source: Source, where: str) -> str:
    """Why a table whose title stands there was not read."""
    page = _PAGE.fullmatch(where)
    hidden = page is not None and {int(page[1]), int(page[1]) + 1} & _unread(source)
    return f"{'所在的页没有读出' if hidden else '格没有分开'}，这张表没有读入"


def _why_beside(blocks: Sequence[str]) -> str:
    return "相邻的页没有读出，可能没有读全" if blocks else "所在的页没有读出，这张表没有读入"


def _shown(number: str) -> str:
    """A number as amounts are printed."""
    return f"{Decimal(number):,.2f}"


def readable(source: Source, every: Sequence[Found]) -> list[Found]:
    """The tables no part of which stands on a page that was not read."""
    unread = _unread(source)
    return [one for one in every if not unread & _pages(one)]


def _beside(source: Source, every: Sequence[Found]) -> dict[str, str]:
    """The keys of tables on a page that was not read, or next to one, and where they begin.

    Rows of theirs may stand there.
    """
    unread = {at for page in _unread(source) for at in (page - 1, page, page + 1)}
    return {
        one.table.key: one.matrix.where
        for one in reversed(every)
        if one.table is not None and unread & _pages(one)
    }


def _unread(source: Source) -> set[int]:
    """The pages that were not read."""
    return {int(page[1]) for one in source.unread if (page := _PAGE.fullmatch(one.place))}


def _pages(one: Found) -> set[int]:
    """The pages on which a table stands."""
    places = [one.matrix.where, *(where for _, where in one.matrix.starts)]
    return {int(page[1]) for where in places if (page := _PAGE.fullmatch(where))}


def _held(standard: Standard, book: Book, blocks: Sequence[str]) -> Counter[str]:
    """The numbers of some blocks, noughts aside."""
    texts = [
        cell.raw if isinstance(cell, Unreadable) else _decimal(cell)
        for key in blocks
        for row in book.blocks[key].rows
        for cell in row.cells
        if cell is not None
    ]
    if any(is_form(standard.table_of(standard.blocks[key])) for key in blocks):
        texts += [text for form in book.forms for text, _ in form.texts()]
    return Counter(_numbers(texts))


def _printed(
    standard: Standard, source: Source, every: Sequence[Found]
) -> tuple[dict[str, Counter[str]], dict[str, str]]:
    """By table key the numbers that are printed as its, and where; under "" those of tables that no title names."""
    titles = Titles(standard)
    tables = {id(one.matrix): one.table for one in every}
    printed: dict[str, Counter[str]] = {}
    places: dict[str, str] = {}
    current = ""
    unread = {one.place for one in source.unread}
    for element in source.elements:
        if isinstance(element, Line):
            named = titles.exact(element.text)
            if named is not None:
                current = named[0].key
                places.setdefault(current, element.where)
            note = not current or _REMARK.match(squash(element.text)) is not None
            texts = [] if note else [element.raw or element.text]
            key = current
        else:
            # What is put together with the form before it is no table of its own.
            table = tables.get(id(element))
            key = table.key if table is not None else "" if id(element) in tables else current
            current = key or current
            texts = [cell for row in element.lines for cell in row]
            if table is not None and not is_form(table):
                texts = list(_own_cells(table, element))
        if key and is_form(standard.table(key)):  # its texts hold numbers too
            texts = [text for text in texts if _NUMBER.fullmatch(text.strip())]
        for number in _numbers(texts) if element.where not in unread else ():
            printed.setdefault(key, Counter())[number] += 1
            places.setdefault(key, element.where)
    return printed, places


def _numbers(texts: Iterable[str]) -> Iterator[str]:
    """The amounts in some texts, without their signs and grouping; noughts aside."""
    for text in texts:
        for number in _NUMBER.findall(folded(text)):
            plain = number.replace(",", "")
            plain = plain.rstrip("0").rstrip(".") if "." in plain else plain
            if plain.strip("0."):
                yield plain


def _decimal(amount: Amount) -> str:
    """An amount as it is printed where amounts have decimals: one of whole 元 counts as well."""
    return amount.text if "." in amount.text else f"{amount.text}.0"


def _own_cells(table: Table, matrix: Matrix) -> Iterator[str]:
    """The cells of a table; amounts of whole 元 with a decimal, those of columns that the standard lacks left out."""
    lines: list[list[object]] = [list(line) for line in matrix.lines]
    found = own_headings(table, lines)
    if found is None:
        yield from (cell for line in matrix.lines for cell in line)
        return
    others = {} if matrix.loose else other_columns(found, lines)
    names = {at for block in table.blocks for at in _names(found.of(block), block)}
    body = body_of(found, lines)
    body += numbers_columns(found, lines[body : body + 1])
    for number, line in enumerate(matrix.lines):
        for at, cell in enumerate(line):
            if number < body or at not in others:
                amount = number >= body and at > min(names, default=-1) and at not in names
                whole = amount and _WHOLE.fullmatch(squash(cell))
                yield f"{squash(cell)}.0" if whole else cell


def _names(columns: Sequence[int | None], block: Block) -> Iterator[int]:
    """Where the columns of a block stand that hold no amounts."""
    for at, column in zip(columns, block.columns, strict=True):
        if at is not None and column.kind != AMOUNT:
            yield at
