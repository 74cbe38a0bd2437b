"""Names in braces in a standard's texts: ``{year}``, ``{last_year}``, and ``{field}`` of 基础信息.

``fill`` says them for one book; ``spellings`` and ``matcher`` are what a reader expects in their place, who does
not know yet what 基础信息 says: any year, any choice of a field, anything short of another field. ``for_book`` is a
standard whose tables say what they say in one book.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import chain, product
from typing import TYPE_CHECKING

from xlbudget.standard.model import ANY_YEAR, Spelled

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from xlbudget.figures import Book, InfoValue
    from xlbudget.standard.model import Block, Column, Field, RowSpec, Standard, Table

NAME = re.compile(r"\{([a-z_0-9]+)\}")
_YEARS = dict.fromkeys(("year", "last_year"), str(ANY_YEAR))
_ANYTHING = "\ue000"
"""Stands for what a field says that has no choices; a sign that no text has."""
_SHORT = 40
"""What a field says in a title or label is no longer."""
_MOST = 64
"""So many spellings are written out; of more, every field stands for anything."""


def names_in(text: str) -> list[str]:
    """The names in braces."""
    return NAME.findall(text) if "{" in text else []


def fill(text: str, said: Callable[[str], str | None]) -> str:
    """The text with what ``said`` gives for each name; a name of which it gives None stays."""
    if "{" not in text:
        return text

    def word(match: re.Match[str]) -> str:
        known = said(match[1])
        return match[0] if known is None else known

    return NAME.sub(word, text)


def said_by(
    year: int, info: Mapping[str, InfoValue], fields: Mapping[str, Field] | None = None
) -> Callable[[str], str | None]:
    """What names say of a book's year and 基础信息.

    Where 基础信息 is silent: a field's default or first choice (of these ``fields``), else nothing.
    """

    def said(name: str) -> str:
        name = "unit_name" if name == "unit" else name  # as titles of documents have it
        if name in _YEARS:
            return str(year if name == "year" else year - 1)
        if name in info and (text := info[name].plain):
            return text
        field = (fields or {}).get(name)
        return (field.default or next(iter(field.choices), "")) if field is not None else ""

    return said


def spellings(text: str, fields: Mapping[str, Field]) -> tuple[str, ...]:
    """All that a text may be printed as, but for the year and for fields without choices (see ``matcher``)."""
    if "{" not in text:
        return (text,)
    names = list(dict.fromkeys(names_in(text)))
    choices = [_choices(name, fields) for name in names]
    count = 1
    for one in choices:
        count *= len(one)
    if count > _MOST:
        choices = [(_YEARS.get(name, _ANYTHING),) for name in names]
    return tuple(
        fill(text, dict(zip(names, words, strict=True)).get) for words in product(*choices)
    )


def _choices(name: str, fields: Mapping[str, Field]) -> tuple[str, ...]:
    if name in _YEARS:
        return (_YEARS[name],)
    field = fields.get(name)
    return field.choices if field is not None and field.choices else (_ANYTHING,)


def is_open(spelling: str) -> bool:
    """Whether a spelling (made comparable or not) stands for more than itself."""
    return _ANYTHING in spelling or str(ANY_YEAR) in spelling


@lru_cache(maxsize=256)
def matcher(spelling: str) -> re.Pattern[str]:
    """What matches the texts that a spelling, made comparable as they are, stands for."""
    pieces = re.split(f"({_ANYTHING}|{ANY_YEAR})", spelling)
    signs = {_ANYTHING: f".{{0,{_SHORT}}}?"}
    pattern = "".join(
        signs.get(piece, r"20\d\d") if number % 2 else re.escape(piece)
        for number, piece in enumerate(pieces)
    )
    return re.compile(pattern)


def fits(text: str, known: Iterable[str], plain: Callable[[str], str]) -> bool:
    """Whether a text is one of the spellings that are known; ``plain`` makes texts comparable."""
    return known_as(plain(text), map(plain, known)) is not None


def known_as(comparable: str, known: Iterable[str]) -> str | None:
    """Of spellings that are made comparable, the one that a comparable text is; None if it is none."""
    return next(
        (
            one
            for one in known
            if one == comparable or (is_open(one) and matcher(one).fullmatch(comparable))
        ),
        None,
    )


def without_names(text: str) -> str:
    """A text of which only what is always there is left: ``{year}年{kind}收支总表`` is 收支总表."""
    return re.sub(rf"{NAME.pattern}年?", "", text)


# ------------------------------------------------------------------ what readers know a standard's tables by


def with_spellings(tables: Iterable[Table], fields: Mapping[str, Field]) -> tuple[Table, ...]:
    """The tables with all that their titles, headings and labels may be printed as."""

    def every(text: str, aliases: Iterable[str] = ()) -> tuple[str, ...]:
        return tuple(one for known in (text, *aliases) if known for one in spellings(known, fields))

    def column(one: Column) -> Column:
        if not one.aliases and not any(map(_depends, one.label)):
            return one
        paths = (product(*(spellings(part, fields) for part in path)) for path in _paths(one))
        return one._replace(spelled=tuple(dict.fromkeys(chain.from_iterable(paths))))

    def row(one: RowSpec) -> RowSpec:
        if one.slot or not (one.aliases or _depends(one.label)):
            return one
        return one._replace(spelled=every(one.template, one.aliases))

    return tuple(
        table._replace(
            spelled=Spelled(
                every(table.template.title, table.aliases), every(table.template.empty_statement)
            ),
            blocks=tuple(
                block._replace(
                    columns=tuple(map(column, block.columns)), rows=tuple(map(row, block.rows))
                )
                for block in table.blocks
            ),
        )
        for table in tables
    )


def _paths(column: Column) -> tuple[tuple[str, ...], ...]:
    return (column.label, *column.aliases)


def _depends(text: str) -> bool:
    """Whether a text says something else in another book of the same year."""
    return any(name not in _YEARS for name in names_in(text))


# ------------------------------------------------------------------ a standard's tables, as one book says them


def for_book(standard: Standard, book: Book) -> Standard:
    """The standard whose tables' texts are the book's; the very same where nothing in them depends on it."""
    return for_info(standard, book.year, book.info)


def for_info(standard: Standard, year: int, info: Mapping[str, InfoValue]) -> Standard:
    """The same of a book of which no more is known."""
    if not any("{" in text for text in _texts(standard.tables)):
        return standard
    names = said_by(year, info, standard.fields)

    def said(text: str) -> str:
        return fill(text, names)

    tables = tuple(_said_table(table, said) for table in standard.tables)
    blocks = {block.key: block for table in tables for block in table.blocks}
    return standard._replace(tables=tables, blocks=blocks)


def _texts(tables: Iterable[Table]) -> Iterator[str]:
    """The texts that are filled in once for a book; a column's are by whoever asks, as far as its year goes."""
    for table in tables:
        yield table.template.title
        yield table.template.empty_statement
        for block in table.blocks:
            yield from (row.template for row in block.rows if not row.slot)
            yield from (part for one in block.columns for part in one.label if _depends(part))


def _said_table(table: Table, said: Callable[[str], str]) -> Table:
    return table._replace(
        title=said(table.template.title),
        empty_statement=said(table.template.empty_statement),
        blocks=tuple(_said_block(block, said) for block in table.blocks),
    )


def _said_block(block: Block, said: Callable[[str], str]) -> Block:
    def column(one: Column) -> Column:
        return one._replace(said=tuple(map(said, one.label)))

    def row(one: RowSpec) -> RowSpec:
        return one if one.slot else one._replace(label=said(one.template))

    return block._replace(
        columns=tuple(map(column, block.columns)), rows=tuple(map(row, block.rows))
    )
