"""What a source has besides figures, as edits: forms, texts of 基础信息, 部门概况, subjects, final texts."""

from __future__ import annotations

import tempfile
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from xlbudget.building.contents import indicator_content
from xlbudget.building.front import profile_rows
from xlbudget.characters import caption
from xlbudget.editing.edits import edit_of
from xlbudget.errors import UnusableFileError
from xlbudget.figures import Profile
from xlbudget.importing.imported import GLOSSARY_TEXT, NOTES_TEXT
from xlbudget.importing.merge import Change, Kind, Merge
from xlbudget.money import Amount
from xlbudget.reading.book import joined_text, read_book
from xlbudget.reading.particulars import subject_texts
from xlbudget.rules.grid import INFO
from xlbudget.sheets.cells import text_of, value_at
from xlbudget.sheets.layout import (
    DICTIONARY,
    DICTIONARY_FIRST,
    GLOSSARY,
    INFO_SHEET,
    NOTES,
    PROFILE,
    PROFILE_ROOM,
    SUBJECT_HEADINGS,
    dictionary_last,
    form_of,
    info_lines,
)
from xlbudget.standard.loader import OWN_LISTS, load_layers, own_standard
from xlbudget.xlsx.cells import Afterwards, CellEdit
from xlbudget.xlsx.references import column_number, split_cell
from xlbudget.xlsx.workbook import Workbook

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from xlbudget.editing.notes import NotesPlan
    from xlbudget.figures import Book, FormData
    from xlbudget.importing.imported import PublishedText
    from xlbudget.standard.model import Standard, Subject, Table
    from xlbudget.xlsx.cells import Lines

_PROFILE_FIRST = 4
TEXT_SHEETS = {NOTES_TEXT: NOTES, GLOSSARY_TEXT: GLOSSARY}
"""Where the parts of a document stand in the workbook."""


def merge_forms(merge: Merge, table: Table, merged: Book, source: Book) -> Book:
    """``merged``, which has the amounts of all forms already, with the texts of forms and new forms.

    Raises:
        UnusableFileError: more forms than fit.
    """
    block, book = table.blocks[0], merge.book
    rows = merged.blocks[block.key].rows if block.key in merged.blocks else ()
    here = {form.name: form for form in book.forms}
    sheet = book.sheets.get(table.key, table.sheet)
    fresh = [form for form in source.forms if form.name not in here]
    for form in source.forms:
        if form.name in here:
            _form_texts(merge, table, sheet, here[form.name], form)
    if not fresh or block.key not in book.blocks:
        return merged
    if len(rows) > block.room:
        raise UnusableFileError(
            f"表“{table.title}”有{len(rows)}份，工作表只能放下{block.room}份；请合并或删去多余的。"
        )
    merge.counts[table.key][Kind.NEW] += sum(map(form_size, fresh))
    # They stand nowhere yet: filling lays them out.
    new = (form._replace(places={}, letters={}, blank_lines=()) for form in fresh)
    return merged._replace(forms=(*book.forms, *new))


def form_size(form: FormData) -> int:
    """How many texts a form holds."""
    texts = sum(1 for text in form.fields.values() if text)
    return texts + sum(len(indicator.values) for indicator in form.indicators)


def _form_texts(merge: Merge, table: Table, sheet: str, here: FormData, given: FormData) -> None:
    """Texts and indicators of a form that is there."""
    captions = {
        cell.field: cell.caption for line in form_of(table, here).lines for cell in line.cells
    }
    pairs = [
        (here.places.get(key, ""), captions.get(key, key), here.fields.get(key, ""), text)
        for key, text in given.fields.items()
    ]
    for now, one in zip(here.indicators, given.indicators, strict=False):
        pairs += [
            (f"{letter}{now.line}", "绩效指标", now.values.get(key, ""), text)
            for key, text in one.values.items()
            if (letter := here.letters.get(key, ""))
        ]
    for place, name, held, text in pairs:
        label = (table.title, given.name, name)
        if place and text and merge.text(table.key, label, held, text, place):
            merge.edits.append(CellEdit(sheet, place, text))
    there = len(here.indicators)
    kinds = {column.key: column.kind for column in merge.standard.form(here.form).indicators}
    for line, further in zip(here.blank_lines, given.indicators[there:], strict=False):
        contents = [
            indicator_content(f"{here.letters[key]}{line}", kinds[key], text)
            for key, text in further.values.items()
            if text and key in here.letters
        ]
        merge.edits += [edit_of(sheet, content) for content in contents]
        merge.counts[table.key][Kind.NEW] += len(contents)
    more = len(given.indicators) - there - len(here.blank_lines)
    if more > 0:
        label = (table.title, given.name, "绩效指标")
        change = Change(Kind.KEPT, *label, f"少{more}行指标", f"多{more}行，请手工补上")
        merge.changes.append(change)
        merge.counts[table.key][Kind.KEPT] += more


def merge_front(merge: Merge, workbook: Workbook, merged: Book, source: Book) -> None:
    """The edits in ``workbook``; ``merged`` has the fields of 基础信息 as they are to be.

    Raises:
        UnusableFileError: more entries than fit.
    """
    standard, book = merge.standard, merge.book
    sheet = book.sheets.get(INFO, INFO_SHEET)
    for key, value in merged.info.items():
        before = book.info.get(key)
        if isinstance(value.value, str) and before is not None and before.value != value.value:
            # Counts and years that are kept as text are written as numbers.
            number = standard.fields[key].kind in ("count", "year") and value.value.isdigit()
            typed = Decimal(value.value) if number else value.value
            merge.edits.append(CellEdit(sheet, value.cell, typed))
    missing = [
        standard.fields[key].label
        for key, value in source.info.items()
        if key not in book.info and key in standard.fields and value.value not in (None, "")
    ]
    if missing:
        names = "、".join(missing)
        merge.left.append(f"工作表“{sheet}”里没有“{names}”这几行，没有导入；请用新模板。")
    lines = workbook.lines_of([sheet, PROFILE])
    _keyed(merge, source, lines.get(sheet, []), sheet)
    _profile(merge, source, lines.get(PROFILE))
    if source.subjects:
        merge.edits += _subject_edits(merge, workbook, source.subjects)


def _keyed(merge: Merge, source: Book, lines: Lines, sheet: str) -> None:
    """The lists of 基础信息 by name or code."""
    for keyed in merge.standard.keyed:
        given = {name: text for name, text in source.keyed.get(keyed.key, {}).items() if text}
        if not given:
            continue
        own = [one for one in info_lines(merge.standard) if one.keyed == keyed]
        title = next(one.line for one in own if one.kind == "keyed")
        if caption(text_of(value_at(lines, title, 1))) != caption(keyed.title):
            merge.left.append(
                f"工作表“{sheet}”的“{keyed.title}”不在原来的位置，没有导入；请恢复原来的行。"
            )
            continue
        rows = [one.line for one in own if one.kind == "keyed_row"]
        held = {text_of(value_at(lines, line, 1)): line for line in rows}
        free = [line for line in rows if not text_of(value_at(lines, line, 1))]
        for name, text in given.items():
            if name not in held and not free:
                raise UnusableFileError(
                    f"基础信息“{keyed.title}”只能放下{keyed.room}行；请删去不用的行后再导入。"
                )
            line, now = held.get(name, 0), ""
            if line:
                now = text_of(value_at(lines, line, 2))
            else:
                line = free.pop(0)
                merge.edits.append(CellEdit(sheet, f"A{line}", name))
            if merge.text(INFO, (sheet, keyed.title, name), now, text, f"B{line}"):
                merge.edits.append(CellEdit(sheet, f"B{line}", text))


def _profile(merge: Merge, source: Book, lines: Lines | None) -> None:
    """部门概况 is taken as a whole: where it is blank, or when overwriting is asked for."""
    held = merge.book.profile
    if source.profile in (Profile(), held):
        return
    if lines is None:
        merge.left.append(f"缺少工作表“{PROFILE}”，部门概况没有导入。")
        return
    rows = profile_rows(source.profile)
    if len(rows) > PROFILE_ROOM:
        raise UnusableFileError(
            f"部门概况有{len(rows)}行，工作表只能放下{PROFILE_ROOM}行；请合并或删去多余的行。"
        )
    before = "" if held == Profile() else "已填写的内容"
    if not merge.text(INFO, (PROFILE, "全表", "文字"), before, f"另一份（{len(rows)}行）"):
        return
    used = max(len(lines) - _PROFILE_FIRST + 1, len(rows))
    blank = [("", "", "")] * (min(used, PROFILE_ROOM) - len(rows))
    for line, texts in enumerate((*rows, *blank), _PROFILE_FIRST):
        for column, (letter, text) in enumerate(zip("ABC", texts, strict=True), 1):
            if text_of(value_at(lines, line, column)) != text.strip():
                merge.edits.append(CellEdit(PROFILE, f"{letter}{line}", text or None))


def _subject_edits(
    merge: Merge, workbook: Workbook, subjects: Mapping[str, Iterable[Subject]]
) -> list[CellEdit]:
    """The edits that put subjects below those of 科目字典 and let the workbook use them.

    What an earlier list said otherwise of one is a filled cell like any other.

    Raises:
        UnusableFileError: the sheet is missing, or has no room.
    """
    lines = workbook.lines_of([DICTIONARY]).get(DICTIONARY)
    if lines is None:
        raise UnusableFileError(f"缺少工作表“{DICTIONARY}”，科目没有导入；请恢复该表。")
    listed = {
        number: texts
        for number in range(DICTIONARY_FIRST, len(lines) + 1)
        if any((texts := tuple(text_of(value_at(lines, number, at)) for at in range(1, 8)))[:2])
    }
    line = max(listed, default=DICTIONARY_FIRST - 1) + 1
    have = {texts[:-1]: (number, texts[-1]) for number, texts in listed.items()}
    own = _own_lines(merge.standard, listed)
    last = dictionary_last(merge.standard)
    edits: list[CellEdit] = []
    for key, found in subjects.items():
        kind = merge.standard.subjects[key].name
        times = Counter(subject.code for subject in found)
        for subject in found:
            texts = subject_texts(subject, kind)
            number, meaning = have.get(texts[:-1], (0, ""))
            if number:
                if texts[-1] not in ("", meaning):
                    edits.append(CellEdit(DICTIONARY, f"G{number}", texts[-1]))
                continue
            earlier = own.get((subject.code, kind), [])
            if len(earlier) == times[subject.code] == 1:
                edits += _line_edits(merge, earlier[0], listed[earlier[0]], texts)
                continue
            if line > last:
                raise UnusableFileError(
                    f"工作表“{DICTIONARY}”放不下全部科目（到第{last}行）；请删去不用的科目后再导入。"
                )
            edits += _line_edits(merge, line, ("",) * len(texts), texts)
            line += 1
    heading = f"G{DICTIONARY_FIRST - 1}"
    if any(edit.cell.startswith("G") for edit in edits) and not text_of(
        value_at(lines, DICTIONARY_FIRST - 1, 7)
    ):
        edits.append(CellEdit(DICTIONARY, heading, SUBJECT_HEADINGS[-1]))  # an older workbook
    setting = merge.book.info.get("subject_lists")
    if edits and setting is not None and setting.value != OWN_LISTS:
        sheet = merge.book.sheets.get(INFO, INFO_SHEET)
        edits.append(CellEdit(sheet, setting.cell, OWN_LISTS))
    return edits


def _own_lines(
    standard: Standard, listed: Mapping[int, tuple[str, ...]]
) -> dict[tuple[str, str], list[int]]:
    """The lines of 科目字典 that were added to those of the standard, by code and kind."""
    shipped = {
        subject_texts(subject, items.name)[:-1]
        for items in load_layers(standard.layers).subjects.values()
        for subject in items.subjects
    }
    found: dict[tuple[str, str], list[int]] = {}
    for number, texts in listed.items():
        if texts[:-1] not in shipped:
            found.setdefault((texts[0], texts[2]), []).append(number)
    return found


def _line_edits(
    merge: Merge, line: int, now: tuple[str, ...], texts: tuple[str, ...]
) -> Iterator[CellEdit]:
    """What puts a subject into a line; a cell that says otherwise is told as one that differs."""
    for letter, heading, held, text in zip("ABCDEFG", SUBJECT_HEADINGS, now, texts, strict=True):
        if not text or held == text:
            continue
        label = (DICTIONARY, texts[0], heading)
        if not held or merge.differs(INFO, label, held, text, f"{letter}{line}"):
            value = Decimal(text) if letter in "DE" else text
            yield CellEdit(DICTIONARY, f"{letter}{line}", value)


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
        info.cell: info.value.plain if isinstance(info.value, Amount) else str(info.value or "")
        for info in book.info.values()
    }
    if book.sheets.get(INFO) != INFO_SHEET:
        return

    def field(sheet: str, letters: str, line: int) -> str | None:
        return values.get(f"{letters}{line}", "") if sheet == INFO_SHEET else None

    wanted = {
        (sheet, cell): (formula, text)
        for sheet, cells in formulas.items()
        for cell, formula in cells.items()
        if f"{INFO_SHEET}!" in formula
        and (sheet, cell) not in taken
        and (text := joined_text(formula, field)) is not None
    }
    lines = workbook.lines_of({sheet for sheet, _ in wanted})
    for (sheet, cell), (formula, text) in wanted.items():
        letters, line = split_cell(cell)
        if text_of(value_at(lines.get(sheet, []), line, column_number(letters))) != text.strip():
            yield CellEdit(sheet, cell, text, formula)


def plan_texts(
    source: Workbook,
    edits: Iterable[CellEdit],
    afterwards: Afterwards,
    texts: tuple[PublishedText, ...],
) -> tuple[NotesPlan, tuple[str, ...]]:
    """What writes ``texts`` into ``source`` once ``edits`` are in it, and what was not taken, in words.

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
        paging=afterwards.paging,
        charts=afterwards.charts or notes.afterwards.charts,
    )
    return notes._replace(afterwards=both), left


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
    from xlbudget.editing.notes import plan_notes  # noqa: PLC0415
    from xlbudget.explaining.explain import explain, glossary  # noqa: PLC0415
    from xlbudget.importing.published.texts import final_texts, lost_texts  # noqa: PLC0415

    book = read_book(source)
    standard = own_standard(book)
    match = final_texts(standard, book, texts)
    documents = explain(standard, book), glossary(standard, book)
    return plan_notes(source, *documents, finals=match.texts), tuple(lost_texts(match))
