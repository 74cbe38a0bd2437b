"""What a source has besides figures: texts of 基础信息, its lists, 部门概况, own subjects."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.errors import UnusableFileError
from xlbudget.exchange.merge.model import Change, Kind
from xlbudget.figures import Profile
from xlbudget.relations.grid import INFO
from xlbudget.standard.extend import OWN_LISTS
from xlbudget.workbook.dictionary import DICTIONARY_FIRST, dictionary_last
from xlbudget.workbook.layout import DICTIONARY, INFO_SHEET, PROFILE, info_lines
from xlbudget.workbook.read_cells import text_of, value_at
from xlbudget.workbook.read_labels import caption
from xlbudget.workbook.sheets_info import PROFILE_ROOM, profile_rows
from xlbudget.xlsx.cells import CellEdit

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from xlbudget.figures import Book
    from xlbudget.standard.model import Standard
    from xlbudget.standard.subjects import Subject
    from xlbudget.workbook.read_cells import Lines
    from xlbudget.xlsx.workbook import Workbook

__all__ = ["Front", "merge_front", "subject_edits"]

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
