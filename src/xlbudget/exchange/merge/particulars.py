"""What a source has besides figures, as edits: forms, texts of 基础信息, 部门概况, subjects, final texts."""

from __future__ import annotations

import re
import tempfile
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.errors import UnusableFileError
from xlbudget.exchange.imported import GLOSSARY_TEXT, NOTES_TEXT
from xlbudget.exchange.merge.book import Change, Kind
from xlbudget.figures import BlockData, Profile
from xlbudget.money import Amount
from xlbudget.relations.grid import INFO
from xlbudget.standard.extend import OWN_LISTS, own_standard
from xlbudget.workbook.contents_forms import render_forms
from xlbudget.workbook.dictionary import DICTIONARY_FIRST, dictionary_last
from xlbudget.workbook.layout import DICTIONARY, GLOSSARY, INFO_SHEET, NOTES, PROFILE, info_lines
from xlbudget.workbook.layout_forms import FORM_FIRST, form_of, place_forms
from xlbudget.workbook.read import read_book
from xlbudget.workbook.read_cells import text_of, value_at
from xlbudget.workbook.read_labels import caption
from xlbudget.workbook.sheets_info import PROFILE_ROOM, profile_rows
from xlbudget.xlsx.cells import Afterwards, CellEdit
from xlbudget.xlsx.references import column_number, split_cell
from xlbudget.xlsx.workbook import Workbook

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from xlbudget.exchange.imported import PublishedText
    from xlbudget.figures import Book, FormData, Row
    from xlbudget.standard.model import Standard, Table
    from xlbudget.standard.subjects import Subject
    from xlbudget.workbook.notes_file import NotesPlan
    from xlbudget.workbook.read_cells import Lines


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


_PROFILE_FIRST = 4


class Front(NamedTuple):
    """Edits, what differs, how many entries become what, and what found no place."""

    edits: list[CellEdit]
    changes: list[Change]
    counts: dict[Kind, int]
    left: list[str]

    def add(self, kind: Kind) -> None:
        """One more entry of that kind."""
        self.counts[kind] = self.counts.get(kind, 0) + 1


def merge_front(
    workbook: Workbook,
    standard: Standard,
    book: Book,
    merged: Book,
    source: Book,
    *,
    overwrite: bool,
) -> Front:
    """The edits in ``workbook``; ``merged`` has the fields of 基础信息 as they are to be.

    Raises:
        UnusableFileError: more entries than fit.
    """
    front = Front([], [], {}, [])
    sheet = book.sheets.get(INFO, INFO_SHEET)
    for key, value in merged.info.items():
        before = book.info.get(key)
        if isinstance(value.value, str) and before is not None and before.value != value.value:
            front.edits.append(CellEdit(sheet, value.cell, _typed(standard, key, value.value)))
    missing = [
        standard.fields[key].label
        for key, value in source.info.items()
        if key not in book.info and key in standard.fields and value.value not in (None, "")
    ]
    if missing:
        names = "、".join(missing)
        front.left.append(f"工作表“{sheet}”里没有“{names}”这几行，没有导入；请用新模板。")
    lines = workbook.lines_of([sheet, PROFILE])
    _keyed(front, standard, source, lines.get(sheet, []), sheet, overwrite=overwrite)
    _profile(front, book, source, lines.get(PROFILE), overwrite=overwrite)
    if source.subjects:
        front.edits.extend(subject_edits(workbook, standard, book, source.subjects))
    return front


def _typed(standard: Standard, key: str, text: str) -> str | Decimal:
    """Counts and years that are kept as text are written as numbers."""
    kind = standard.fields[key].kind
    return Decimal(text) if kind in ("count", "year") and text.isdigit() else text


def _keyed(
    front: Front,
    standard: Standard,
    source: Book,
    lines: Lines,
    sheet: str,
    *,
    overwrite: bool,
) -> None:
    rows: dict[str, list[int]] = {}
    titles: dict[str, int] = {}
    for one in info_lines(standard):
        if one.keyed is not None and one.kind == "keyed":
            titles[one.keyed.key] = one.line
        elif one.keyed is not None and one.kind == "keyed_row":
            rows.setdefault(one.keyed.key, []).append(one.line)
    for keyed in standard.keyed:
        given = {name: text for name, text in source.keyed.get(keyed.key, {}).items() if text}
        if not given:
            continue
        title = text_of(value_at(lines, titles[keyed.key], 1))
        if caption(title) != caption(keyed.title):
            front.left.append(
                f"工作表“{sheet}”的“{keyed.title}”不在原来的位置，没有导入；请恢复原来的行。"
            )
            continue
        held = {text_of(value_at(lines, line, 1)): line for line in rows[keyed.key]}
        free = [line for line in rows[keyed.key] if not text_of(value_at(lines, line, 1))]
        for name, text in given.items():
            line = held.get(name)
            if line is None:
                if not free:
                    raise UnusableFileError(
                        f"基础信息“{keyed.title}”只能放下{keyed.room}行；请删去不用的行后再导入。"
                    )
                line = free.pop(0)
                front.edits.append(CellEdit(sheet, f"A{line}", name))
                front.edits.append(CellEdit(sheet, f"B{line}", text))
                front.add(Kind.NEW)
                continue
            now = text_of(value_at(lines, line, 2))
            if now == text.strip():
                front.add(Kind.SAME)
                continue
            kind = Kind.NEW if not now else Kind.CHANGED if overwrite else Kind.KEPT
            front.add(kind)
            if kind is not Kind.NEW:
                front.changes.append(Change(kind, sheet, keyed.title, name, now, text, f"B{line}"))
            if kind is not Kind.KEPT:
                front.edits.append(CellEdit(sheet, f"B{line}", text))


def _profile(
    front: Front, book: Book, source: Book, lines: Lines | None, *, overwrite: bool
) -> None:
    """部门概况 is taken as a whole: where it is blank, or when overwriting is asked for."""
    if source.profile == Profile() or source.profile == book.profile:
        return
    if lines is None:
        front.left.append(f"缺少工作表“{PROFILE}”，部门概况没有导入。")
        return
    blank = book.profile == Profile()
    rows = profile_rows(source.profile)
    if len(rows) > PROFILE_ROOM:
        raise UnusableFileError(
            f"部门概况有{len(rows)}行，工作表只能放下{PROFILE_ROOM}行；请合并或删去多余的行。"
        )
    if not blank:
        kind = Kind.CHANGED if overwrite else Kind.KEPT
        front.add(kind)
        front.changes.append(
            Change(kind, PROFILE, "全表", "文字", "已填写的内容", f"另一份（{len(rows)}行）")
        )
        if not overwrite:
            return
    else:
        front.add(Kind.NEW)
    last = max(len(lines), _PROFILE_FIRST + len(rows) - 1)
    for line in range(_PROFILE_FIRST, min(last, _PROFILE_FIRST + PROFILE_ROOM - 1) + 1):
        at = line - _PROFILE_FIRST
        texts = rows[at] if at < len(rows) else ("", "", "")
        for column, (letter, text) in enumerate(zip("ABC", texts, strict=True), 1):
            if text_of(value_at(lines, line, column)) != text.strip():
                front.edits.append(CellEdit(PROFILE, f"{letter}{line}", text or None))


def subject_edits(
    workbook: Workbook, standard: Standard, book: Book, subjects: Mapping[str, Iterable[Subject]]
) -> list[CellEdit]:
    """The edits that put subjects below those of 科目字典 and let the workbook use them.

    Raises:
        UnusableFileError: the sheet is missing, or has no room.
    """
    lines = workbook.lines_of([DICTIONARY]).get(DICTIONARY)
    if lines is None:
        raise UnusableFileError(f"缺少工作表“{DICTIONARY}”，科目没有导入；请恢复该表。")
    used = [
        number
        for number in range(DICTIONARY_FIRST, len(lines) + 1)
        if text_of(value_at(lines, number, 1)) or text_of(value_at(lines, number, 2))
    ]
    have = {
        tuple(text_of(value_at(lines, number, column)) for column in range(1, 7)) for number in used
    }
    line = max(used, default=DICTIONARY_FIRST - 1) + 1
    last = dictionary_last(standard)
    edits: list[CellEdit] = []
    for key, found in subjects.items():
        kind = standard.subjects[key].name
        for one in found:
            first = str(one.first) if one.first else ""
            end = str(one.last) if one.last != 9999 else ""  # noqa: PLR2004  # no end
            texts = (one.code, one.name, kind, first, end, "|".join(one.aliases))
            if texts in have:
                continue
            if line > last:
                raise UnusableFileError(
                    f"工作表“{DICTIONARY}”放不下全部科目（到第{last}行）；请删去不用的科目后再导入。"
                )
            for letter, text in zip("ABCDEF", texts, strict=True):
                value = Decimal(text) if text and letter in "DE" else text
                if text:
                    edits.append(CellEdit(DICTIONARY, f"{letter}{line}", value))
            line += 1
    setting = book.info.get("subject_lists")
    if edits and setting is not None and setting.value != OWN_LISTS:
        edits.append(CellEdit(book.sheets.get(INFO, INFO_SHEET), setting.cell, OWN_LISTS))
    return edits


_PIECE = re.compile(rf"\"((?:[^\"]|\"\")*)\"|'?{INFO_SHEET}'?!\$?([A-Z]+)\$?([0-9]+)")


def shown_edits(
    workbook: Workbook,
    book: Book,
    formulas: Mapping[str, Mapping[str, str]],
    taken: Collection[tuple[str, str]],
) -> Iterator[CellEdit]:
    """The same formulas with their new text; ``taken`` are cells that are written anyway.

    Raises:
        UnusableFileError: the workbook cannot be read.
    """
    values = {
        one.cell: one.value.plain if isinstance(one.value, Amount) else str(one.value or "")
        for one in book.info.values()
    }
    if book.sheets.get(INFO) != INFO_SHEET:
        return
    wanted = {
        (sheet, cell): (formula, text)
        for sheet, cells in formulas.items()
        for cell, formula in cells.items()
        if f"{INFO_SHEET}!" in formula
        and (sheet, cell) not in taken
        and (text := _joined(formula, values)) is not None
    }
    lines = workbook.lines_of({sheet for sheet, _ in wanted})
    for (sheet, cell), (formula, text) in wanted.items():
        letters, line = split_cell(cell)
        if text_of(value_at(lines.get(sheet, []), line, column_number(letters))) != text.strip():
            yield CellEdit(sheet, cell, text, formula)


def _joined(formula: str, values: Mapping[str, str]) -> str | None:
    """Texts and fields joined by &; None for any other formula."""
    pieces: list[str] = []
    place = 0
    while place < len(formula):
        match = _PIECE.match(formula, place)
        if match is None:
            return None
        if match[2]:
            pieces.append(values.get(match[2] + match[3], ""))
        else:
            pieces.append(match[1].replace('""', '"'))
        place = match.end()
        if place < len(formula) and formula[place] != "&":
            return None
        place += 1
    return "".join(pieces)


TEXT_SHEETS = {NOTES_TEXT: NOTES, GLOSSARY_TEXT: GLOSSARY}
"""Where the parts of a document stand in the workbook."""


class TextsPlan(NamedTuple):
    """The edits, what goes with them, how many texts are taken by part, and what was not, in words."""

    edits: list[CellEdit]
    afterwards: Afterwards
    counts: Mapping[str, int]
    left: tuple[str, ...]


def plan_texts(
    source: Workbook,
    edits: Iterable[CellEdit],
    afterwards: Afterwards,
    texts: tuple[PublishedText, ...],
) -> TextsPlan:
    """What writes ``texts`` into ``source`` once ``edits`` are in it.

    The texts are generated from those figures; where the published one is another, it becomes the
    final text, unless the user has written one.

    Raises:
        UnusableFileError: a sheet is missing or has no room.
    """
    with tempfile.TemporaryDirectory(prefix="xlbudget-") as folder:
        copy = Path(folder) / f"copy{source.path.suffix}"
        source.patch(copy, edits, afterwards)
        notes, left = _plan(Workbook(copy), texts)
    both = Afterwards(
        recalculate=afterwards.recalculate or notes.afterwards.recalculate,
        last_rows={**afterwards.last_rows, **notes.afterwards.last_rows},
        heights={**afterwards.heights, **notes.afterwards.heights},
        charts=afterwards.charts or notes.afterwards.charts,
    )
    counts = {
        part: number
        for part in TEXT_SHEETS
        if (number := sum(1 for one in texts if one.part == part))
    }
    return TextsPlan(notes.edits, both, counts, left)


def write_texts(path: Path, texts: tuple[PublishedText, ...]) -> tuple[str, ...]:
    """Write the texts into a workbook that has the figures; what was not taken, in words.

    Raises:
        UnusableFileError: a sheet is missing or has no room.
    """
    source = Workbook(path)
    notes, left = _plan(source, texts)
    source.patch(path, notes.edits, notes.afterwards)
    return left


def _plan(source: Workbook, texts: tuple[PublishedText, ...]) -> tuple[NotesPlan, tuple[str, ...]]:
    # Templates are only needed where a document has texts.
    from xlbudget.exchange.published.texts import final_texts, lost_texts  # noqa: PLC0415
    from xlbudget.notes.explain import explain, glossary  # noqa: PLC0415
    from xlbudget.workbook.notes_file import plan_notes  # noqa: PLC0415

    book = read_book(source)
    standard = own_standard(book)
    match = final_texts(standard, book, texts)
    documents = explain(standard, book), glossary(standard, book)
    return plan_notes(source, *documents, finals=match.texts), tuple(lost_texts(match))
