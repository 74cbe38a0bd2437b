"""What no table holds: 基础信息, its lists, 部门概况, the forms' texts, the lines below tables, the explanation."""

from __future__ import annotations

import re
from itertools import zip_longest
from typing import TYPE_CHECKING

from xlbudget.characters import squash
from xlbudget.comparing.comparison import NOWHERE, Action, Difference, Kind, TextChange
from xlbudget.comparing.sides import DOCUMENT, FOLDER
from xlbudget.comparing.texts import Paragraph, compare_texts, marked_words, same_paragraph
from xlbudget.figures import Place, Profile
from xlbudget.rules.grid import INFO
from xlbudget.sheets.layout import GLOSSARY, INFO_SHEET, NOTES, PROFILE

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from xlbudget.comparing.sides import Side
    from xlbudget.figures import Book, FormData, InfoValue
    from xlbudget.standard.model import Field, Standard

_NUMBERS = ("amount", "count")
_PROFILE = "profile"
_PEOPLE = re.compile(r"\d\s*人")
_PARTS = {"notes": NOTES, "glossary": GLOSSARY, _PROFILE: PROFILE}
"""The texts, and what they are called."""


def comparable_fields(standard: Standard, before: Side, after: Side) -> list[Field]:
    """The fields of 基础信息 that both state by themselves.

    What a document's sentences come to is compared as sentences, where both have some.
    """
    texts = all(_has_texts(side.book) for side in (before, after))
    found = []
    for field in standard.fields.values():
        infos = [side.book.info.get(field.key) for side in (before, after)]
        sides = zip(infos, (before, after), strict=True)
        if all(_states(field, info, side, texts=texts) for info, side in sides):
            found.append(field)
    return found


def _has_texts(book: Book) -> bool:
    return any(one.part == "notes" for one in book.texts)


def _states(field: Field, info: InfoValue | None, side: Side, *, texts: bool) -> bool:
    if side.book.without_info and side.kind != DOCUMENT:
        return False
    if side.kind == FOLDER and field.default and (info is None or info.value == field.default):
        return False  # building a workbook settles it
    if side.kind != DOCUMENT:
        return True
    if info is None or info.value is None or info.change is not None:
        return False
    return not (texts and info.said)


def info_texts(fields: Sequence[Field], before: Side, after: Side) -> Iterator[Difference]:
    """The fields that are no numbers."""
    for field in fields:
        if field.kind in _NUMBERS:
            continue
        old, new = (side.book.text(field.key) or field.default for side in (before, after))
        places = [
            side.cell_place(side.standard, INFO, None, 0, field.key) for side in (before, after)
        ]
        if squash(old) != squash(new):
            yield _text(Kind.INFO, INFO_SHEET, field.label, old, new, places)


def keyed_texts(standard: Standard, before: Side, after: Side) -> Iterator[Difference]:
    """The lists of 基础信息; a document has none of its own."""
    if any(side.kind == DOCUMENT or side.book.without_info for side in (before, after)):
        return
    for spec in standard.keyed:
        old, new = (
            {squash(name): (name, text) for name, text in side.book.keyed.get(spec.key, {}).items()}
            for side in (before, after)
        )
        for key in dict.fromkeys([*old, *new]):
            (name, was), (named, now) = old.get(key, ("", "")), new.get(key, ("", ""))
            if squash(was) != squash(now):
                title = f"{spec.title}“{named or name}”"
                yield _text(Kind.INFO, INFO_SHEET, title, was, now, _NO_PLACES)


def _text(
    kind: Kind, part: str, name: str, old: str, new: str, places: Sequence[Place]
) -> Difference:
    """A named text that differs."""
    action = (
        Action.ADDED if not old.strip() else Action.REMOVED if not new.strip() else Action.CHANGED
    )
    change = TextChange(part, name, action, old, new, marked_words(old, new), *places)
    return Difference(kind, action, part, name, texts=(change,))


def _each(kind: Kind, changes: Sequence[TextChange]) -> Iterator[Difference]:
    """A difference per paragraph."""
    for change in changes:
        yield Difference(kind, change.action, change.part, change.name, texts=(change,))


# ------------------------------------------------------------------ 部门概况


def profile_texts(before: Side, after: Side) -> Iterator[Difference]:
    """Duties, offices by name, the remark on institutions and the units; nothing where one of them has no profile."""
    profiles = (before.book.profile, after.book.profile)
    if Profile() in profiles:
        return
    document = DOCUMENT in (before.kind, after.kind)
    first, second = ({squash(one.name): one for one in profile.offices} for profile in profiles)
    both = [key for key in second if key in first]
    for key in both:
        old, new = first[key], second[key]
        if not _same_duty(old.duty, new.duty, paged=before.paged or after.paged):
            yield _text(
                Kind.PROFILE, PROFILE, f"内设机构“{new.name}”", old.duty, new.duty, _NO_PLACES
            )
    for name, texts in _LISTS.items():
        old_texts, new_texts = (
            [Paragraph(text, divided=side.paged) for text in texts(side.book.profile, both)]
            for side in (before, after)
        )
        if document and not (old_texts and new_texts):
            continue  # its reader did not find it
        for one in _each(Kind.PROFILE, compare_texts(PROFILE, old_texts, new_texts).changes):
            yield one._replace(name=name)


def _same_duty(old: str, new: str, *, paged: bool) -> bool:
    return same_paragraph(Paragraph(old, divided=paged), Paragraph(new))


def _offices(profile: Profile, known: Collection[str]) -> list[str]:
    """The offices of one of the two alone, and the remark."""
    offices = [
        f"{one.name}：{one.duty}" for one in profile.offices if squash(one.name) not in known
    ]
    return [*offices, *(line for line in profile.remark.splitlines() if line.strip())]


_LISTS: Mapping[str, Callable[[Profile, Collection[str]], Sequence[str]]] = {
    "主要职责": lambda profile, _: profile.duties,
    "内设机构": _offices,
    "预算单位": lambda profile, _: profile.units,
}
"""The parts of the profile that are lists of texts."""
_NO_PLACES = (NOWHERE, NOWHERE)


# ------------------------------------------------------------------ forms


def form_texts(
    standard: Standard, before: Side, after: Side, renamed: Mapping[str, str]
) -> Iterator[Difference]:
    """The texts of the forms of one project, and forms of projects that have none in the other."""
    left = [*after.book.forms]
    for form in before.book.forms:
        names = (squash(form.name), squash(renamed.get(form.name, form.name)))
        same = [one for one in left if squash(one.name) in names]
        other = next((one for one in same if one.form == form.form), next(iter(same), None))
        if other is None:
            yield _whole_form(standard, form, Action.REMOVED)
            continue
        left.remove(other)
        yield from _form(standard, before, after, form, other)
    for form in left:
        yield _whole_form(standard, form, Action.ADDED)


def _title(standard: Standard, data: FormData) -> str:
    """The title of the table in which a form stands."""
    for table in standard.tables:
        if any(form.key == data.form for form in table.forms):
            return table.title
    return "绩效目标表"


def _whole_form(standard: Standard, form: FormData, action: Action) -> Difference:
    return Difference(Kind.FORM, action, _title(standard, form), form.name)


def _form(
    standard: Standard, before: Side, after: Side, old: FormData, new: FormData
) -> Iterator[Difference]:
    """What differs in two forms of one project."""
    title = _title(standard, new)
    captions = {
        cell.field: cell.caption
        for table in standard.tables
        for form in table.forms
        for line in form.lines
        for cell in line.cells
    }
    renamed = squash(old.name) != squash(new.name)
    for field in dict.fromkeys([*old.fields, *new.fields]):
        was, now = old.fields.get(field, ""), new.fields.get(field, "")
        if squash(was) == squash(now) or (renamed and _only_name(was, now, old.name, new.name)):
            continue
        places = [_form_place(*one, field) for one in ((before, title, old), (after, title, new))]
        name = f"“{new.name}”{captions.get(field, field)}"
        yield _text(Kind.FORM, title, name, was, now, places)
    changes = compare_texts(title, _indicators(before, old), _indicators(after, new)).changes
    for one in _each(Kind.FORM, changes):
        yield one._replace(name=f"“{new.name}”绩效指标")


def _only_name(was: str, now: str, old: str, new: str) -> bool:
    """Whether a text is another one only in that it names the project."""
    return squash(was).replace(squash(old), squash(new)) == squash(now)


def _form_place(side: Side, title: str, form: FormData, field: str) -> Place:
    cell = form.places.get(field, "")
    sheet = next(
        (sheet for key, sheet in side.book.sheets.items() if _holds(side, key, form)), title
    )
    return Place(sheet, side.place_in(cell, form=True)) if cell else NOWHERE


def _holds(side: Side, key: str, form: FormData) -> bool:
    """Whether the table of that key has that form."""
    return any(
        one.key == form.form
        for table in side.standard.tables
        if table.key == key
        for one in table.forms
    )


def _indicators(side: Side, form: FormData) -> Iterator[Paragraph]:
    """The lines of a form's indicators."""
    for line in form.indicators:
        texts = [text.strip() for text in line.values.values() if text.strip()]
        cells = (form.cell_of(line, key) for key, text in line.values.items() if text.strip())
        cell = side.place_in(next(cells, ""), form=True)
        yield Paragraph(" | ".join(texts), Place("", cell))


# ------------------------------------------------------------------ below tables, explanation


def note_texts(
    standard: Standard, before: Side, after: Side, tables: Sequence[str]
) -> Iterator[Difference]:
    """The lines below the tables that both have; a data folder has none."""
    if FOLDER in (before.kind, after.kind):
        return
    for key in tables:
        title = standard.table(key).title
        old, new = (
            [Paragraph(text) for text in side.book.notes.get(key, ())] for side in (before, after)
        )
        yield from _each(Kind.NOTE, compare_texts(title, old, new).changes)


def paragraphs(side: Side, part: str) -> list[Paragraph]:
    """The paragraphs of a text; of a document those that stand in no part of it are left out."""
    return [
        Paragraph(one.text, one.place, one.id if part != _PROFILE else "", one.heading, side.paged)
        for one in side.book.texts
        if one.part == part
    ]


def explanation(before: Side, after: Side) -> tuple[list[Difference], list[str]]:
    """The paragraphs of explanation and glossary that differ, and what to say first."""
    found: list[Difference] = []
    remarks: list[str] = []
    for part, title in _PARTS.items():
        old, new = paragraphs(before, part), paragraphs(after, part)
        if part == _PROFILE:
            old, new = old or _generated(before, new), new or _generated(after, old)
        if (not old and not new) or (part == _PROFILE and not (old and new)):
            continue
        if not old or not new:
            lacks, has = (before, after) if not old else (after, before)
            if not (_own_lists(lacks) and _own_lists(has)):
                remarks.append(f"“{lacks.book.name}”里没有{title}，{title}没有比较。")
                continue
            action = Action.ADDED if not old else Action.REMOVED
            remark = f"共 {len(old or new)} 段"
            found.append(Difference(Kind.TEXT, action, title, "", remark=remark))
            continue
        texts = compare_texts(title, old, new)
        found += _each(Kind.TEXT, texts.changes)
        remarks += [
            f"“{line}”在{title}里反复出现，当作页眉页脚，没有比较。" for line in texts.running
        ]
    return found, remarks


def _generated(side: Side, others: Sequence[Paragraph]) -> list[Paragraph]:
    """The sentences of 部门概况 that speak of people as a workbook prints them, where a document prints ``others``."""
    if not others or side.kind == DOCUMENT or side.book.without_info:
        return []
    from xlbudget.explaining.explain import document  # noqa: PLC0415  # the templates, for documents alone

    texts = [one.text for one in document(side.standard, side.book, _PROFILE).paragraphs]
    return [Paragraph(text, Place(PROFILE, "")) for text in texts if _PEOPLE.search(text)]


def subject_names(before: Side, after: Side) -> Iterator[Difference]:
    """The department's own subjects, of two that can have some."""
    books = (before.book, after.book)
    if not (_own_lists(before) and _own_lists(after)):
        return
    for key in dict.fromkeys([*before.book.subjects, *after.book.subjects]):
        old, new = ({one.code: one.name for one in book.subjects.get(key, ())} for book in books)
        for code in sorted(old.keys() | new.keys()):
            was, now = old.get(code, ""), new.get(code, "")
            if squash(was) != squash(now):
                yield _text(Kind.INFO, "科目字典", code, was, now, _NO_PLACES)


def _own_lists(side: Side) -> bool:
    return side.kind not in (DOCUMENT, FOLDER) and not side.book.without_info


def in_order(one: Sequence[str], other: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The texts of two rows beside each other."""
    return zip_longest(one, other, fillvalue="")
