"""Import into a workbook: the plan with its preview, and the book of a new one."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from xlbudget.building.contents import with_info
from xlbudget.editing.desk import refreshed_desk
from xlbudget.editing.fill import plan_filled, refuse_moved
from xlbudget.editing.findings import refreshed_findings
from xlbudget.editing.notes import refreshed_notes
from xlbudget.errors import UnusableFileError
from xlbudget.figures import BlockData
from xlbudget.importing.imported import Imported, blank_book
from xlbudget.importing.ledger.merge import LedgerMerge, with_ledger
from xlbudget.importing.merge import ImportPlan, Kind, Merge, Tally, merge_books
from xlbudget.importing.merge_particulars import (
    TEXT_SHEETS,
    form_size,
    merge_forms,
    merge_front,
    plan_texts,
    shown_edits,
)
from xlbudget.importing.published import SUFFIXES as PUBLISHED
from xlbudget.importing.subject_lists import SUBJECTS, looks_like_list, read_list
from xlbudget.importing.tables.open import PAGES, SUFFIXES, TEXT_SUFFIXES
from xlbudget.reading.book import read_book
from xlbudget.reading.tables import with_printed_classes
from xlbudget.rules.fill import statements
from xlbudget.rules.grid import INFO
from xlbudget.rules.unfilled import CellKey
from xlbudget.sheets.layout import DICTIONARY, INFO_SHEET, is_form
from xlbudget.standard.loader import own_standard, standard_for, with_subjects

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from xlbudget.figures import Book, Row
    from xlbudget.sheets.cells import TableFile
    from xlbudget.standard.model import Standard, Subject
    from xlbudget.xlsx.workbook import Workbook


_MOST = 20
"""So many differing cells are listed in the preview."""


def plan_import(
    source: Workbook,
    sources: Sequence[Path],
    *,
    overwrite: bool = False,
    subjects: Mapping[str, tuple[Subject, ...]] | None = None,
    answers: Mapping[str, str] | None = None,
) -> ImportPlan:
    """What importing ``sources`` into the workbook ``source`` would write.

    Apply it with its ``patch``. Cells that are filled and differ stay as they are
    unless ``overwrite``. ``subjects`` are a bureau's own, by the key of their list, ``answers`` what was
    answered to questions of earlier plans, by their keys.

    Raises:
        UnusableFileError: the workbook or a source cannot be used; nothing is written.
    """
    book = read_book(source)
    standard = own_standard(book)
    refuse_moved(standard, book, "导入")
    if subjects:
        standard = with_subjects(standard, subjects)
    if sources:
        imported = read_sources(sources, standard, book.year, answers, book.blocks)
    else:
        imported = Imported(blank_book(standard, book.year)._replace(blocks={}), {})
    given = imported.book
    lines = LedgerMerge(standard, book, imported, answers or {})
    if subjects:
        given = given._replace(subjects={**given.subjects, **subjects})
    formulas = source.formulas_of({*book.sheets.values(), *filter(None, [book.ledger.sheet])})
    merge = Merge(standard, book, overwrite=overwrite)
    filled = merge_books(merge, given, formulas)
    after = lines.switched(filled.book)
    for table in standard.tables:
        if is_form(table) and table.blocks[0].key in given.blocks:
            after = merge_forms(merge, table, after, given)
    forms = list(merge.edits)
    merge_front(merge, source, after, given)
    front = merge.edits[len(forms) :]
    after = after._replace(notes=_notes(standard, book, after))
    filled = filled._replace(book=after, changed=filled.changed | _numbers(standard, book, after))
    filled = lines.posted(filled, formulas)
    lines.agree(merge, filled)
    plan = plan_filled(source, standard, book, filled, formulas)
    typed = lines.edits(source)
    left = [*unwritten(imported), *merge.left, *lines.left()]
    left += [f"工作簿里没有“{title}”的工作表，该表没有导入。" for title in merge.absent]
    tallies = tuple(_tallies(standard, imported, merge.counts, merge.rows_kept))
    edits = [*forms, *typed, *plan.edits, *front]
    if front or any(edit.sheet == INFO_SHEET for edit in edits):
        written = {(edit.sheet, edit.cell) for edit in edits}
        edits += shown_edits(source, plan.book, source.formulas_of(), written)
    if len(edits) > len(plan.edits):  # texts and forms change what 情况说明 and 校验结果 watch
        edits += refreshed_notes(source, edits)
        edits += refreshed_findings(source, edits)
        edits += refreshed_desk(source, edits)
    afterwards = lines.afterwards(plan.afterwards)
    if imported.texts:
        texts, lost = plan_texts(source, edits, afterwards, imported.texts)
        edits += texts.edits
        afterwards = texts.afterwards
        tallies += _text_tallies(imported)
        left += lost
    if lines.tally is not None:
        tallies += (lines.tally,)
    result = ImportPlan(
        edits,
        afterwards,
        "",
        tallies,
        tuple(merge.changes),
        tuple(left),
        (*imported.questions, *lines.questions),
        imported.unsettled,
        imported.layout,
    )
    return result._replace(said=preview(result))


def read_sources(
    sources: Sequence[Path],
    standard: Standard,
    year: int | None,
    answers: Mapping[str, str] | None = None,
    printed: Mapping[str, BlockData] | None = None,
) -> Imported:
    """All sources as one; ``answers`` to their questions, by their keys.

    ``printed`` are tables that name classes which no list has.

    Raises:
        UnusableFileError: one cannot be used, or they are of different years.
    """
    found: list[Imported] = []
    for path in sources:
        found.append(_read_source(path, standard, year, answers, printed))
        year = year or found[-1].book.year or None  # a ledger's export names none
    return _combined(found, standard)


def unwritten(found: Imported) -> tuple[str, ...]:
    """What is wrong in the sources or found no place."""
    return (*(finding.message for finding in found.book.findings), *found.left)


def new_book(standard: Standard, found: Imported) -> Book:
    """The book of a new workbook that holds what was found.

    Raises:
        UnusableFileError: the standard does not hold for its year.
    """
    given = found.book
    if not given.year:
        raise UnusableFileError(f"“{given.name}”里没有写明预算年度；请用 --year 指明。")
    if given.ledger.lines and standard.ledger and not given.text(standard.ledger.switch_field):
        given = with_ledger(standard, given, given.ledger)
    if not standard.first <= given.year <= standard.last:
        raise UnusableFileError(
            f"{standard.name}的标准适用于{standard.first}年度起，不适用于{given.year}年度；请核对来源。"
        )
    blank = blank_book(standard, given.year)
    book = given._replace(blocks={**blank.blocks, **given.blocks}, findings=())
    return book._replace(notes=statements(standard, book))


def new_tallies(standard: Standard, found: Imported) -> tuple[Tally, ...]:
    """What of every table goes into a new workbook."""
    standard = standard_for(standard, found.book.year, found.book.info)
    counts: dict[str, Mapping[Kind, int]] = {}
    for table in standard.tables:
        held = [found.book.blocks[one.key] for one in table.blocks if one.key in found.book.blocks]
        number = sum(cell is not None for data in held for row in data.rows for cell in row.cells)
        if is_form(table):
            number += sum(map(form_size, found.book.forms))
        counts[table.key] = {Kind.NEW: number} if number else {}
    fields = sum(1 for info in found.book.info.values() if info.value not in (None, ""))
    counts[INFO] = {Kind.NEW: fields} if fields else {}
    lines = found.book.ledger.lines
    tallies = [*_tallies(standard, found, counts, {}), *_text_tallies(found)]
    if standard.ledger is not None and lines:
        origin = found.origins.get("ledger", "")
        tallies.append(Tally(standard.ledger.sheet, origin, {Kind.LINES: len(lines)}))
    return tuple(tallies)


def preview(plan: ImportPlan) -> str:
    """What goes where, what differs and what is left, in lines."""
    lines = [tally.sentence for tally in plan.tallies]
    for kind in (Kind.KEPT, Kind.CHANGED, Kind.TOTAL, Kind.HELD):
        changes = [change for change in plan.changes if change.kind is kind]
        if changes:
            lines.append(f"{kind.value}的{len(changes)}格：")
            lines += [f"  {change.sentence}" for change in changes[:_MOST]]
            lines += [f"  ……另有{len(changes) - _MOST}格。"] if len(changes) > _MOST else []
    if plan.questions:
        lines.append(f"要回答的{len(plan.questions)}项（在终端里逐项问，或加 --answer）：")
        lines += [f"  {question.key}：{question.sentence}" for question in plan.questions]
    if plan.left:
        lines.append(f"没有导入或需要核对的{len(plan.left)}项：")
        lines += [f"  {one}" for one in plan.left]
    return "\n".join(lines)


def _tallies(
    standard: Standard,
    found: Imported,
    counts: Mapping[str, Mapping[Kind, int]],
    kept: Mapping[str, int],
) -> list[Tally]:
    whole = f"“{found.book.name}”"
    tallies = [
        Tally(
            table.title,
            found.origins.get(table.key, whole),
            counts.get(table.key, {}),
            kept.get(table.key, 0),
        )
        for table in standard.tables
        if any(block.key in found.book.blocks for block in table.blocks)
    ]
    if counts.get(INFO):
        tallies.append(Tally(INFO_SHEET, found.origins.get("info", whole), counts[INFO]))
    if SUBJECTS in found.origins:
        number = sum(map(len, found.book.subjects.values()))
        tallies.append(Tally(DICTIONARY, found.origins[SUBJECTS], {Kind.SUBJECTS: number}))
    return tallies


def _text_tallies(found: Imported) -> tuple[Tally, ...]:
    """How many paragraphs of a document are taken."""
    counts = Counter(text.part for text in found.texts)
    return tuple(
        Tally(sheet, found.origins.get(part, f"“{found.book.name}”"), {Kind.TEXTS: counts[part]})
        for part, sheet in TEXT_SHEETS.items()
        if counts[part]
    )


def _notes(standard: Standard, book: Book, after: Book) -> dict[str, tuple[str, ...]]:
    """The notes below the tables; those that follow 基础信息 go on following it."""
    notes = dict(after.notes)
    for table in standard.tables:
        ready = {with_info("A1", note, book, "note").value for note in table.notes}
        if ready and set(book.notes.get(table.key, ())) == ready:
            notes.pop(table.key, None)
    return notes


def _numbers(standard: Standard, book: Book, after: Book) -> set[CellKey]:
    """Amounts of forms, which are written where the file differs, and those of 基础信息 that change."""
    keys = {
        CellKey(INFO, key, "value")
        for key, one in after.info.items()
        if key in book.info and one.value != book.info[key].value
    }
    for table in standard.tables:
        block = table.blocks[0]
        if is_form(table) and block.key in after.blocks:
            rows = after.blocks[block.key].rows
            keys |= {CellKey(block.key, row.key, key) for row in rows for key in block.amounts}
    return keys


# ------------------------------------------------------------------ any source: tables, detail lines, a document, a data folder


_OLD = {
    **dict.fromkeys((".doc", ".wps", ".rtf"), ".docx"),
    **dict.fromkeys((".xlsb", ".xml"), ".xlsx"),
}


def _read_source(
    path: Path,
    standard: Standard,
    year: int | None = None,
    answers: Mapping[str, str] | None = None,
    printed: Mapping[str, BlockData] | None = None,
) -> Imported:
    """What a source holds, whatever it is; ``answers`` to its questions, by their keys.

    ``printed`` are tables that name classes which no list has.

    Raises:
        UnusableFileError: it cannot be read, or nothing of it can be taken.
        DataFolderError: a data folder that cannot be understood.
    """
    suffix = path.suffix.lower()
    if path.is_dir():
        from xlbudget.importing.data_folder import read_folder  # noqa: PLC0415  # one kind is needed

        book = read_folder(path, standard, whole=True)
        if year not in (None, book.year):
            raise UnusableFileError(
                f"数据文件夹“{path.name}”是{book.year}年度的，应为{year}年度；请选对文件夹。"
            )
        keys = (*(table.key for table in standard.tables), "info")
        return Imported(book, dict.fromkeys((*keys, "ledger"), f"数据文件夹“{path.name}”"))
    if not path.exists():
        raise UnusableFileError(f"找不到“{path}”；请检查文件名和所在文件夹。")
    if suffix in (*SUFFIXES, *TEXT_SUFFIXES, *PAGES) and (file := _tables(path)) is not None:
        from xlbudget.importing.ledger.export import looks_like_lines, read_lines  # noqa: PLC0415  # one kind is needed
        from xlbudget.importing.tables.read import read_tables  # noqa: PLC0415  # one kind is needed
        from xlbudget.importing.tables.web import is_export  # noqa: PLC0415  # one kind is needed

        if looks_like_list(file, standard):
            return read_list(file, standard, year)
        standard = with_printed_classes(standard, year or 0, printed or {})
        if looks_like_lines(file, standard):
            return read_lines(file, standard, year, answers or {})
        if suffix not in PUBLISHED or (suffix in PAGES and any(map(is_export, file.sheets))):
            return read_tables(file, standard, year)
    if suffix in PUBLISHED:
        from xlbudget.importing.published.document import read_published  # noqa: PLC0415  # one kind is needed

        return read_published(path, standard, year)
    if suffix in _OLD:
        raise UnusableFileError(
            f"“{path.name}”的格式（{suffix}）不能直接导入；请用 Excel、Word 或 WPS 打开，另存为 {_OLD[suffix]} 后再导入。"
        )
    kinds = "、".join(dict.fromkeys((*SUFFIXES, *TEXT_SUFFIXES, *PUBLISHED)))
    raise UnusableFileError(f"不认识“{path.name}”的格式；可以导入的有：{kinds} 和数据文件夹。")


def _tables(path: Path) -> TableFile | None:
    """An exported file opened; None for a document that cannot be taken for one.

    Raises:
        UnusableFileError: it cannot be read.
    """
    from xlbudget.importing.tables.open import open_tables  # noqa: PLC0415  # one kind is needed

    try:
        return open_tables(path)
    except UnusableFileError:
        if path.suffix.lower() not in PUBLISHED:
            raise
    return None


def _combined(found: Sequence[Imported], standard: Standard) -> Imported:
    """Several sources as one: a table that two of them have must be the same in both.

    Raises:
        UnusableFileError: they are of different years.
    """
    first = found[0]
    if len(found) == 1:
        return first
    years = sorted({imported.book.year for imported in found} - {0})
    if len(years) > 1:
        named = "、".join(f"“{one.book.name}”是{one.book.year}年度" for one in found)
        raise UnusableFileError(f"来源的年度不同（{named}）；请分别导入。")
    book = first.book._replace(year=years[0] if years else 0)
    origins = dict(first.origins)
    left = list(first.left)
    for imported in found[1:]:
        book = _joined(standard, book, imported.book, left)
        origins = {**imported.origins, **origins}
        left += imported.left
    ledgers = [
        imported.book.name for imported in found if imported.layout or imported.book.ledger.lines
    ]
    if len(ledgers) > 1:
        raise UnusableFileError(
            f"来源里有{len(ledgers)}份明细（“{'”“'.join(ledgers)}”），没有导入；请一份一份地导入，第二份选“接在后面”或“替换”。"
        )
    texts = tuple(text for imported in found for text in imported.texts)
    return Imported(
        book,
        origins,
        texts,
        tuple(dict.fromkeys(left)),
        tuple(question for imported in found for question in imported.questions),
        sum(imported.unsettled for imported in found),
        "".join(imported.layout for imported in found),
    )


def _joined(standard: Standard, book: Book, other: Book, left: list[str]) -> Book:
    """``book`` with what only ``other`` has."""
    blocks = dict(book.blocks)
    forms = book.forms
    for table in standard.tables:
        keys = [block.key for block in table.blocks if block.key in other.blocks]
        if is_form(table) and any(key in blocks for key in keys):
            # A form is a project's: a file may hold some of them, and another one the others.
            (key,) = keys
            fresh = [row for row in other.blocks[key].rows if blocks[key].row(row.key) is None]
            told = {row.key: _plain([row]) for row in blocks[key].rows}
            twice = [
                row.label
                for row in other.blocks[key].rows
                if row not in fresh and told[row.key] != _plain([row])
            ]
            if twice:
                left.append(
                    f"“{table.title}”的项目“{'”“'.join(twice)}”在“{book.name}”和“{other.name}”中都有，内容不同，只取前一个；请核对。"
                )
            blocks[key] = BlockData.of([*blocks[key].rows, *fresh])
            names = {row.label for row in fresh}
            forms = (*forms, *(form for form in other.forms if form.name in names))
            continue
        if any(key in blocks for key in keys):
            same = all(
                key in blocks and _plain(blocks[key].rows) == _plain(other.blocks[key].rows)
                for key in keys
            )
            if not same:
                left.append(
                    f"“{table.title}”在“{book.name}”和“{other.name}”中都有，内容不同，只取前一个；请核对。"
                )
            continue
        blocks.update({key: other.blocks[key] for key in keys})
        if keys and table.blocks[0].body == "form":
            forms = other.forms
    profile = book.profile if any(book.profile) else other.profile
    keyed = {
        key: {**other.keyed.get(key, {}), **book.keyed.get(key, {})}
        for key in {*book.keyed, *other.keyed}
    }
    return book._replace(
        blocks=blocks,
        forms=forms,
        info={**other.info, **book.info},
        keyed=keyed,
        profile=profile,
        notes={**other.notes, **book.notes},
        subjects={**other.subjects, **book.subjects},
        findings=(*book.findings, *other.findings),
        ledger=book.ledger if book.ledger.lines else other.ledger,
    )


def _plain(rows: Sequence[Row]) -> list[Row]:
    return [row._replace(line=0, places=()) for row in rows]
