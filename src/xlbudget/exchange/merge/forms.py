"""The performance forms of a source in a workbook: texts of forms that are there, and new forms below."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from xlbudget.errors import UnusableFileError
from xlbudget.exchange.merge.model import Change, Kind
from xlbudget.figures import BlockData
from xlbudget.workbook.contents_forms import render_forms
from xlbudget.workbook.layout_forms import FORM_FIRST, form_of, place_forms
from xlbudget.xlsx.cells import CellEdit
from xlbudget.xlsx.references import split_cell

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlbudget.figures import Book, FormData, Row
    from xlbudget.standard.model import Table

__all__ = ["MergedForms", "merge_forms"]


class MergedForms(NamedTuple):
    """The book with its new forms placed, the edits of texts, and what differs."""

    book: Book
    edits: list[CellEdit]
    changes: list[Change]
    counts: dict[Kind, int]


def merge_forms(
    table: Table, book: Book, merged: Book, source: Book, *, overwrite: bool
) -> MergedForms:
    """``merged`` has the amounts of all forms already; ``book`` is what the workbook holds.

    Raises:
        UnusableFileError: more forms than fit.
    """
    block = table.blocks[0]
    rows = merged.blocks[block.key].rows if block.key in merged.blocks else ()
    here = {form.name: form for form in book.forms}
    sheet = book.sheets.get(table.key, table.sheet)
    result = MergedForms(merged, [], [], {})
    fresh = [form for form in source.forms if form.name not in here]
    for form in source.forms:
        if form.name in here:
            _texts(result, table, sheet, here[form.name], form, overwrite=overwrite)
    if not fresh or block.key not in book.blocks:
        return result
    if len(rows) > block.room:
        raise UnusableFileError(
            f"表“{table.title}”有{len(rows)}份，工作表只能放下{block.room}份；请合并或删去多余的。"
        )
    names = {form.name for form in fresh}
    waiting = [row for row in rows if row.key in names and not row.line]
    placed, forms = place_forms(table, waiting, fresh, _free_line(book, rows))
    alone = merged._replace(forms=forms, blocks={**merged.blocks, block.key: BlockData.of(placed)})
    for one in render_forms(table, alone, {}):
        result.edits.append(CellEdit(sheet, one.cell, one.value, one.formula))
    kept = [row for row in rows if row.line]
    final = merged.with_blocks({block.key: BlockData.of([*kept, *placed])})
    _count(result, Kind.NEW, sum(_size(form) for form in fresh))
    return result._replace(book=final._replace(forms=(*book.forms, *forms)))


def _free_line(book: Book, rows: tuple[Row, ...]) -> int:
    """The first line for a further form: one blank line below the last one."""
    if not book.forms:
        return FORM_FIRST
    last = max((row.line for row in rows), default=FORM_FIRST)
    for form in book.forms:
        lines = [split_cell(cell)[1] for cell in form.places.values() if cell]
        # Below the fields stand the headings of the indicators.
        last = max(last, *(line + 1 for line in lines), *(one.line for one in form.indicators))
    return last + 2


def _size(form: FormData) -> int:
    texts = sum(1 for text in form.fields.values() if text)
    return texts + sum(len(one.values) for one in form.indicators)


def _count(result: MergedForms, kind: Kind, number: int = 1) -> None:
    result.counts[kind] = result.counts.get(kind, 0) + number


def _texts(
    result: MergedForms,
    table: Table,
    sheet: str,
    here: FormData,
    given: FormData,
    *,
    overwrite: bool,
) -> None:
    """Texts and indicators of a form that is there."""
    captions = {
        cell.field: cell.caption for line in form_of(table, here).lines for cell in line.cells
    }
    for key, text in given.fields.items():
        place = here.places.get(key, "")
        if text and place:
            _one(
                result,
                sheet,
                place,
                (table.title, given.name, captions.get(key, key)),
                here.fields.get(key, ""),
                text,
                overwrite=overwrite,
            )
    for place, name, now, text in _indicators(here, given):
        label = (table.title, given.name, name)
        _one(result, sheet, place, label, now, text, overwrite=overwrite)
    if len(here.indicators) < len(given.indicators):
        more = len(given.indicators) - len(here.indicators)
        shown = f"少{more}行指标"
        result.changes.append(
            Change(Kind.KEPT, table.title, given.name, "绩效指标", shown, f"多{more}行，请手工补上")
        )
        _count(result, Kind.KEPT, more)


def _indicators(here: FormData, given: FormData) -> Iterator[tuple[str, str, str, str]]:
    for now, one in zip(here.indicators, given.indicators, strict=False):
        for key, text in one.values.items():
            letter = here.letters.get(key, "")
            if letter and text:
                yield f"{letter}{now.line}", "绩效指标", now.values.get(key, ""), text


def _one(
    result: MergedForms,
    sheet: str,
    place: str,
    label: tuple[str, str, str],
    now: str,
    text: str,
    *,
    overwrite: bool,
) -> None:
    """A text: new, the same, or another one."""
    if now.strip() == text.strip():
        _count(result, Kind.SAME)
        return
    kind = Kind.NEW if not now.strip() else Kind.CHANGED if overwrite else Kind.KEPT
    _count(result, kind)
    if kind is not Kind.NEW:
        result.changes.append(Change(kind, *label, now, text, place))
    if kind is not Kind.KEPT:
        result.edits.append(CellEdit(sheet, place, text))
