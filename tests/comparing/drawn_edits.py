"""Edits drawn at random of workbooks and documents, each with what a comparison must say of it."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

import docx

from xlbudget.characters import row_label, squash
from xlbudget.checks.wording import short_heading
from xlbudget.comparing.comparison import Action, Kind
from xlbudget.money import Amount
from xlbudget.xlsx.cells import CellEdit
from xlbudget.xlsx.workbook import Workbook

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from random import Random

    from docx.text.paragraph import Paragraph

    from xlbudget.comparing.comparison import Comparison
    from xlbudget.figures import Book
    from xlbudget.standard.model import Standard

_AMOUNT = re.compile(r"\d{1,3}(?:,\d{3})*\.\d\d")
_SENTENCE = re.compile(r"[^。；]{6,}[。；]")


class Edit(NamedTuple):
    """What was done: a cell, a row that was removed, or a text, with what it says then and now.

    ``place`` is table, row and column of a cell, table and row of a row, and empty for a text.
    """

    kind: str
    place: tuple[str, ...]
    before: str
    after: str


# ------------------------------------------------------------------ of a workbook


def edit_workbook(
    source: Path, target: Path, standard: Standard, book: Book, random: Random
) -> list[Edit]:
    """One to five edits of a workbook's file."""
    edits: list[CellEdit] = []
    done: dict[tuple[str, ...], Edit] = {}
    for _ in range(random.randint(1, 5)):
        draw = random.choices((_cell, _row, _text, _info), (6, 1, 2, 1))[0]
        made = draw(standard, book, random)
        rows = {edit.place[:2] for edit in done.values()}
        if made is None or made[0].place[:2] in rows:
            continue
        done[made[0].place or (made[0].before,)] = made[0]
        edits += made[1]
    Workbook(source).patch(target, edits)
    return [*done.values()]


Made = tuple[Edit, list[CellEdit]] | None


def _cell(standard: Standard, book: Book, random: Random) -> Made:
    key = random.choice(sorted(book.blocks))
    data, block = book.blocks[key], standard.blocks[key]
    rows = [row for row in data.rows if row.line or row.places]
    if not rows:
        return None
    row = random.choice(rows)
    at = random.randrange(len(block.amounts))
    cell, name = row.cells[at], data.cell_name(row, at)
    if not isinstance(cell, Amount) or not name:
        return None
    value = None if random.random() < 0.1 else cell.decimal + Decimal(random.randint(1, 9999)) / 100
    if value is None and not cell.fen:
        return None
    table = standard.table_of(block)
    column = short_heading(block, block.column(block.amounts[at]), book.year)
    place = (table.title, row.key.removeprefix("group:"), column)
    after = "" if value is None else f"{value:,.2f}"
    edit = CellEdit(book.sheets[table.key], name, value)
    return Edit("cell", place, cell.text, after), [edit]


def _row(standard: Standard, book: Book, random: Random) -> Made:
    key = random.choice(
        [key for key in sorted(book.blocks) if standard.blocks[key].body == "subject"]
    )
    data, table = book.blocks[key], standard.table_of(standard.blocks[key])
    rows = [row for row in data.rows if row.kind == "subject" and any(row.fens)]
    if not rows:
        return None
    row = random.choice(rows)
    letters = [*"AB", *data.letters]
    edits = [CellEdit(book.sheets[table.key], f"{letter}{row.line}", None) for letter in letters]
    return Edit("row", (table.title, row.key), "", ""), edits


def _text(standard: Standard, book: Book, random: Random) -> Made:
    del standard
    texts = [one for one in book.texts if not one.heading and len(one.text) > 20]
    if not texts:
        return None
    one = random.choice(texts)
    after = _edited(one.text, random)
    if squash(after) == squash(one.text):
        return None
    return Edit("text", (), one.text, after), [CellEdit(*one.place, after)]


def _info(standard: Standard, book: Book, random: Random) -> Made:
    fields = [
        field
        for field in standard.fields.values()
        if field.kind in ("text", "long") and field.key not in ("standard", "unit_name", "scope")
        and book.text(field.key)
    ]  # fmt: skip
    if not fields:
        return None
    field = random.choice(fields)
    before = book.text(field.key)
    after = before + random.choice(("（改）", "，另有其他原因", "二"))
    return Edit("text", (), before, after), [CellEdit(*book.info_place(field.key), after)]


def _edited(text: str, random: Random) -> str:
    """A text with a word put in or taken out, another number, or without a sentence."""
    way = random.randrange(4)
    if way == 0 and (amounts := [*_AMOUNT.finditer(text)]):
        found = random.choice(amounts)
        value = Decimal(found[0].replace(",", "")) + Decimal(random.randint(1, 99999)) / 100
        return f"{text[: found.start()]}{value:,.2f}{text[found.end() :]}"
    if way == 1 and len(sentences := [*_SENTENCE.finditer(text)]) > 1:
        found = random.choice(sentences)
        return text[: found.start()] + text[found.end() :]
    at = random.randrange(2, len(text) - 1)
    if way == 2:
        return text[:at] + text[at + 2 :]
    return text[:at] + random.choice(("并", "进一步", "等", "大幅")) + text[at:]


# ------------------------------------------------------------------ of a document


def edit_docx(source: Path, target: Path, titles: set[str], random: Random) -> list[Edit]:
    """One to five edits of a Word document: amounts of tables, paragraphs of the explanation."""
    document = docx.Document(str(source))
    cells = [
        cell
        for table in document.tables
        for row in table.rows[1:]
        for cell in row.cells
        if _AMOUNT.fullmatch(cell.text.strip())
    ]
    heads = [at for at, one in enumerate(document.paragraphs) if squash(one.text) in titles]
    paragraphs = [
        one
        for one in document.paragraphs[max(heads, default=0) :]
        if len(one.text) > 30 and one.text.strip()[-1] in "。；"
    ]
    done: dict[object, Edit] = {}
    for _ in range(random.randint(1, 5)):
        if random.random() < 0.6 or not paragraphs:
            cell = random.choice(cells)
            before = cell.text.strip()
            value = Decimal(before.replace(",", "")) + Decimal(random.randint(1, 99999)) / 100
            if cell._tc in done:
                continue
            done[cell._tc] = Edit("cell", (), before, f"{value:,.2f}")
            _write(cell.paragraphs[0], f"{value:,.2f}")
        else:
            paragraph = random.choice(paragraphs)
            before, after = paragraph.text, _edited(paragraph.text, random)
            if squash(before) == squash(after) or paragraph._p in done:
                continue
            done[paragraph._p] = Edit("text", (), before, after)
            _write(paragraph, after)
    document.save(str(target))
    return [*done.values()]


def _write(paragraph: Paragraph, text: str) -> None:
    first, *rest = paragraph.runs
    first.text = text
    for run in rest:
        run.text = ""


# ------------------------------------------------------------------ what is said of them


class Judged(NamedTuple):
    """Edits that no difference names, and what is named that nobody did."""

    missed: list[Edit]
    invented: list[str]


def judged(comparison: Comparison, edits: list[Edit]) -> Judged:
    """Hold a comparison against what was done."""
    listed = [*_listed(comparison)]
    missed: list[Edit] = []
    used: set[int] = set()
    for edit in edits:
        mine = [at for at, one in enumerate(listed) if at not in used and _is(one, edit)]
        if not mine:
            missed.append(edit)
        # A row that went takes its cells along.
        used |= {*mine} if edit.kind == "row" else {*mine[:1]}
    return Judged(missed, [str(one) for at, one in enumerate(listed) if at not in used])


def _listed(comparison: Comparison) -> Iterator[Edit]:
    """Everything that is said to differ, each once."""
    seen: set[Edit] = set()
    for one in comparison.differences:
        cells = [*one.cells, *(following.cell for following in one.follows)]
        for cell in cells:
            edit = Edit("cell", (cell.table, cell.key, cell.column), cell.before, cell.after)
            # Shared by several causes, it is named by each; in a document twins may be alike.
            if edit not in seen:
                seen.add(edit)
                yield edit
        if one.kind is Kind.ROW and one.action in (Action.REMOVED, Action.ADDED):
            yield Edit("row", (one.part, one.name.split(" ")[0]), "", "")
        for name in re.findall(r"删除([^“]+)“([^ ”]+)", one.remark):
            yield Edit("row", name, "", "")
        for text in (*one.texts, *one.sentences):
            yield Edit("text", (), text.before, text.after)
        if not cells and not one.texts and one.kind is not Kind.ROW:
            yield Edit("other", (one.part, one.name), one.remark, "")


def _is(listed: Edit, edit: Edit) -> bool:
    if edit.kind == "row":
        return listed.kind in ("row", "cell") and listed.place[:2] == edit.place
    if edit.kind == "cell" and listed.kind == "text":
        # An amount among the indicators of a form, whose line is said as a whole.
        return edit.before in listed.before and edit.after in listed.after
    if listed.kind != edit.kind or (edit.place and listed.place != edit.place):
        return False
    # A duty is told without the number that a document prints before it.
    return all(
        row_label(said) == row_label(done)
        for said, done in ((listed.before, edit.before), (listed.after, edit.after))
    )
