"""Errors of every kind but wrong figures, planted in a right budget: for each rule the budgets that violate it.

Figures are planted from the rules' equations (``trial``). A named check has an error of its own here, a rule about the texts
one in the sentences that the standard's templates make; for a rule without any, :func:`why_not` says why.
"""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

from xlbudget.characters import squash
from xlbudget.explaining.explain import explain, glossary
from xlbudget.figures import BlockData, InfoValue, Place, Printed, TextUnit, Unreadable
from xlbudget.money import Amount
from xlbudget.standard.roles import LEDGER_CHECKS
from xlbudget.texts.readings import load_readings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from xlbudget.explaining.document import Document
    from xlbudget.figures import Book, Row
    from xlbudget.standard.model import Rule, Standard
    from xlbudget.texts.readings import Readings

_Rows = tuple["Row", ...]
_NOTES, _GLOSSARY = "notes", "glossary"
_YEAR = re.compile(r"20\d\d年")


def with_texts(standard: Standard, book: Book) -> Book:
    """The book with the texts that the standard's templates make of it."""
    made = ((_NOTES, explain(standard, book)), (_GLOSSARY, glossary(standard, book)))
    return book._replace(texts=tuple(unit for part, of in made for unit in _units(part, of)))


def planted(standard: Standard, book: Book, rule: Rule) -> Iterator[Book]:
    """Budgets with an error against a rule; ``book`` has the texts that :func:`with_texts` makes."""
    if rule.check in _PLANTERS:
        yield from _PLANTERS[rule.check](standard, book)
    elif rule.texts:
        readings = load_readings(standard.layers)
        if readings is None:
            return
        keys = [key for key, code in readings.rules.items() if code == rule.code]
        for key in keys:
            yield from _wrong_texts(standard, book, key, readings)


def why_not(rule: Rule, *, ledger: bool) -> str:
    """Why no error was planted against a rule, in a clause."""
    if rule.compares:
        return "与上年的工作簿核对，样本里没有上年的"
    if rule.check.startswith(LEDGER_CHECKS) and not ledger:
        return "样本没有录入底稿"
    if rule.check and rule.check not in _PLANTERS:
        return f"检查 {rule.check} 还没有种错的办法"
    return "样本里没有可以种错的地方"


# ------------------------------------------------------------------ texts


def _units(part: str, document: Document) -> Iterator[TextUnit]:
    for section in document.sections:
        for one in section.paragraphs:
            yield TextUnit(part, section.number, one.id, one.text, heading=one.level > 0)


def _wrong_texts(standard: Standard, book: Book, key: str, readings: Readings) -> Iterator[Book]:
    """The book with a sentence wrong against what ``key`` of the readings' rules stands for."""
    if key == "glossary":
        kept = [unit for unit in book.texts if unit.part != _GLOSSARY]
        lost = [unit for unit in book.texts if unit.part == _GLOSSARY and not unit.heading]
        yield from (
            book._replace(texts=(*kept, *(one for one in lost if one is not gone))) for gone in lost
        )
        return
    change = _OF_TEXTS.get(key)
    if change is not None:
        yield from _replaced(book, lambda unit: change(unit.text, readings))
        return
    yield from _wrong_figures(standard, book, key)


def _wrong_figures(standard: Standard, book: Book, section: str) -> Iterator[Book]:
    """The book with another amount, count or share where a figure of a section is printed."""
    for paragraph in (
        one
        for of in explain(standard, book).sections
        if of.number == section
        for one in of.paragraphs
        if not one.level
    ):
        for span in paragraph.spans:
            said = paragraph.text[span.start : span.end]
            if isinstance(span.figure.value, Amount) and any(map(str.isdigit, said)):
                before, after = paragraph.text[: span.start], paragraph.text[span.end :]
                texts = {paragraph.id: f"{before}{_another(said)}{after}"}
                yield from _replaced(book, partial(_of_id, texts))


def _of_id(texts: Mapping[str, str], unit: TextUnit) -> str:
    return texts.get(unit.id, unit.text)


def _another(number: str) -> str:
    """A printed number with another first digit."""
    return re.sub(r"\d", lambda match: str((int(match[0]) + 3) % 9 + 1), number, count=1)


def _replaced(book: Book, change: Callable[[TextUnit], str]) -> Iterator[Book]:
    """The book with one paragraph of the explanation changed, for each that ``change`` changes."""
    for at, unit in enumerate(book.texts):
        if unit.part != _NOTES or unit.heading:
            continue
        text = change(unit)
        if text != unit.text:
            yield book._replace(
                texts=(*book.texts[:at], unit._replace(text=text), *book.texts[at + 1 :])
            )


def _other_year(text: str, _: Readings) -> str:
    return _YEAR.sub(lambda match: f"{int(match[0][:4]) - 7}年", text, count=1)


def _turned(text: str, readings: Readings) -> str:
    """An increase called a decrease, or the reverse."""
    up, down = readings.words["up"][0], readings.words["down"][0]
    word = next((one for one in (up, down) if re.search(rf"{one}[\d.,]+", text)), "")
    return text.replace(word, down if word == up else up, 1) if word else text


_OF_TEXTS: Mapping[str, Callable[[str, Readings], str]] = {
    "year": _other_year,
    "change": _turned,
    "unit": lambda text, _: re.sub(r"(?<=\d)万元", "元", text, count=1),
    "placeholder": lambda text, _: f"{text}【待填：原因】",
}


# ------------------------------------------------------------------ named checks


def _in_rows(
    standard: Standard, book: Book, kind: str, change: Callable[[_Rows, int], _Rows]
) -> Iterator[Book]:
    """The book with the rows of one table changed, at each row of a kind."""
    for key, data in book.blocks.items():
        if key not in standard.blocks:
            continue
        for at, row in enumerate(data.rows):
            if row.kind == kind:
                rows = change(data.rows, at)
                if rows != data.rows:
                    yield book.with_blocks({key: BlockData.of(rows, data.letters)})


def _renamed(standard: Standard, book: Book) -> Iterator[Book]:
    known = {squash(subject.name) for one in standard.subjects.values() for subject in one.subjects}
    return _in_rows(
        standard,
        book,
        "subject",
        lambda rows, at: (
            _with(rows, at, label=f"{rows[at].label}等")
            if squash(rows[at].label) in known
            else rows
        ),
    )


def _with(rows: _Rows, at: int, **fields: object) -> _Rows:
    return (*rows[:at], rows[at]._replace(**fields), *rows[at + 1 :])  # type: ignore[arg-type]


def _shortened(standard: Standard, book: Book) -> Iterator[Book]:
    return _in_rows(
        standard, book, "subject", lambda rows, at: _with(rows, at, key=f"{rows[at].key}9")
    )


def _exchanged(standard: Standard, book: Book) -> Iterator[Book]:
    def swapped(rows: _Rows, at: int) -> _Rows:
        after = rows[at + 1] if at + 1 < len(rows) else None
        if after is None or after.kind != "subject" or len(after.key) != len(rows[at].key):
            return rows
        return (*rows[:at], after, rows[at], *rows[at + 2 :])

    return _in_rows(standard, book, "subject", swapped)


def _orphaned(standard: Standard, book: Book) -> Iterator[Book]:
    def without(rows: _Rows, at: int) -> _Rows:
        below = at + 1 < len(rows) and rows[at + 1].key.startswith(rows[at].key)
        return (*rows[:at], *rows[at + 1 :]) if below else rows

    return _in_rows(standard, book, "subject", without)


def _in_cells(
    change: Callable[[Amount], object],
) -> Callable[[Standard, Book], Iterator[Book]]:
    """Plants in the cells of amounts that are not zero, the last of a table first: they are sums of no others."""

    def plant(standard: Standard, book: Book) -> Iterator[Book]:
        for key, data in book.blocks.items():
            if key not in standard.blocks:
                continue
            for at, row in reversed([*enumerate(data.rows)]):
                for column, cell in enumerate(row.cells):
                    if isinstance(cell, Amount) and cell.fen:
                        cells = (*row.cells[:column], change(cell), *row.cells[column + 1 :])
                        rows = _with(data.rows, at, cells=cells)
                        yield book.with_blocks({key: BlockData.of(rows, data.letters)})
                        break

    return plant


def _unfilled(standard: Standard, book: Book) -> Iterator[Book]:
    for key, field in standard.fields.items():
        if field.required and key in book.info and field.kind != "year":
            rest = {name: value for name, value in book.info.items() if name != key}
            yield book._replace(info={**rest, key: InfoValue("")})


def _absent(standard: Standard, book: Book) -> Iterator[Book]:
    for table in standard.tables:
        gone = {block.key for block in table.blocks}
        if not table.forms and gone <= book.blocks.keys():
            kept = {key: data for key, data in book.blocks.items() if key not in gone}
            yield book._replace(blocks=kept)


def _emptied(standard: Standard, book: Book) -> Iterator[Book]:
    for key, data in book.blocks.items():
        if key in standard.blocks and standard.blocks[key].body != "form" and data.rows:
            rows = [row._replace(cells=(None,) * len(row.cells)) for row in data.rows]
            yield book.with_blocks({key: BlockData.of(rows, data.letters)})


def _printing(text: str) -> Callable[[Standard, Book], Iterator[Book]]:
    """Plants a text among all that would be published."""

    def plant(_: Standard, book: Book) -> Iterator[Book]:
        yield book._replace(printed=(*book.printed, Printed(text, Place("", ""))))

    return plant


_PLANTERS: Mapping[str, Callable[[Standard, Book], Iterator[Book]]] = {
    "code_name": _renamed,
    "code_form": _shortened,
    "code_order": _exchanged,
    "code_parent": _orphaned,
    "two_decimals": _in_cells(lambda cell: cell._replace(places=4)),
    "negative_amount": _in_cells(lambda cell: cell._replace(fen=-cell.fen)),
    "readable_amount": _in_cells(lambda cell: Unreadable(f"{cell.text}元整约")),
    "required_info": _unfilled,
    "sheet_present": _absent,
    "tables_filled": _emptied,
    "personal_data": _printing("联系手机：13900000000。"),
    "secret_marks": _printing("秘密★1年"),
}
