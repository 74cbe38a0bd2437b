"""What the tables print of the ledger: every cell the sum of the lines that the standard selects for it.

Sums are exact, in 分, and each printed cell is rounded by itself, half up: that is how official tables are made,
with their rounding differences. A cell of which the ledger has no line is blank, not 0.00.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from xlbudget.figures import TOTAL, BlockData, FormData, InfoValue, Place, Row
from xlbudget.money import Amount
from xlbudget.rules.fill import Filled, fill_book
from xlbudget.rules.forms import new_form
from xlbudget.rules.grid import INFO
from xlbudget.rules.unfilled import CellKey
from xlbudget.standard.ledger import selects

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from xlbudget.figures import Book, Cell, LedgerLine
    from xlbudget.money import Unit
    from xlbudget.standard.ledger import FormPosting, LedgerStandard, Posting
    from xlbudget.standard.model import Block, Standard

RowKey: TypeAlias = tuple[str, str]
"""A row's key and its parent's."""
Sums: TypeAlias = "dict[RowKey, dict[str, int]]"
"""For each row, the sum of the ledger's lines in each column, in 分; none where no line is printed."""
CLASS = "class"


def follows_from_ledger(standard: Standard, book: Book) -> bool:
    """Whether a book's tables follow from its ledger; while that is empty they are filled in by hand."""
    ledger = standard.ledger
    asked = ledger is not None and book.text(ledger.switch_field) == ledger.from_ledger
    return asked and bool(book.ledger.lines)


class Postings(NamedTuple):
    """The sums of every block by row and column, of the fields of 基础信息, and each project's form."""

    blocks: Mapping[str, Sums]
    info: Mapping[str, int]
    forms: Mapping[str, FormPosting]


def post(
    standard: Standard, lines: Iterable[LedgerLine], chosen: Mapping[str, str] | None = None
) -> Postings:
    """What the ledger's lines come to in every cell; ``chosen`` are the forms that projects have already."""
    ledger = standard.ledger
    assert ledger is not None
    counted = [line for line in lines if isinstance(line.amount, Amount)]
    blocks: dict[str, Sums] = {}
    forms: dict[str, FormPosting] = {}
    places = _Places(standard, ledger)
    item = ledger.key_of("level2")
    for block, posting in ledger.postings.items():
        if posting.forms:
            forms = _forms(ledger, posting, counted, item, chosen or {})
            blocks[block] = _form_sums(ledger, posting, forms, counted, item)
    info: dict[str, int] = {}
    for line in counted:
        taken = places.of(line.texts)
        assert isinstance(line.amount, Amount)
        fen = line.amount.fen
        for block, rows, columns in taken.blocks:
            sums = blocks.setdefault(block, {})
            for row in rows or _rows(standard, standard.blocks[block], line.texts):
                cells = sums.setdefault(row, {})
                for column in columns:
                    cells[column] = cells.get(column, 0) + fen
        for field in taken.info:
            info[field] = info.get(field, 0) + fen
    return Postings(blocks, info, forms)


class _Taken(NamedTuple):
    """Where lines with the same codes and choices are printed.

    Of each block the rows, none where units or projects name them, and the columns.
    """

    blocks: list[tuple[str, list[RowKey], list[str]]]
    info: list[str]


class _Places:
    """Where lines are printed; lines with the same codes and choices are looked at once."""

    def __init__(self, standard: Standard, ledger: LedgerStandard) -> None:
        self._standard, self._ledger = standard, ledger
        self._names = [one.key for one in ledger.columns if one.kind in ("choice", "code")]
        self._known: dict[tuple[str, ...], _Taken] = {}

    def of(self, texts: Mapping[str, str]) -> _Taken:
        """Where a line with those texts is printed."""
        alike = tuple(texts.get(name, "") for name in self._names)
        if alike not in self._known:
            self._known[alike] = _taken(self._standard, self._ledger, texts)
        return self._known[alike]


def _taken(standard: Standard, ledger: LedgerStandard, texts: Mapping[str, str]) -> _Taken:
    found = []
    # What kinds the line is of is asked for by every block and column: found out once.
    kinds = ledger.kinds.values()
    texts = {**texts, **{kind.key: kind.classes.get(texts.get(kind.of, ""), "") for kind in kinds}}
    for key, posting in ledger.postings.items():
        if posting.forms:
            continue
        rows, columns = cells_of(standard, key, texts)
        if rows and columns:
            varied = standard.blocks[key].body in ("unit", "project")
            found.append((key, [] if varied else rows, columns))
    info = [name for name, asked in ledger.info.items() if selects(ledger, asked, texts)]
    return _Taken(found, info)


def cells_of(
    standard: Standard, key: str, texts: Mapping[str, str]
) -> tuple[list[RowKey], list[str]]:
    """The rows and columns in which a block other than forms prints a line with those texts."""
    ledger = standard.ledger
    assert ledger is not None
    posting, block = ledger.postings[key], standard.blocks[key]
    if not selects(ledger, posting.where, texts):
        return [], []
    columns = [name for name, asked in posting.columns.items() if selects(ledger, asked, texts)]
    if block.body == "fixed":
        rows = [
            (name, "")
            for name, asked in posting.rows.items()
            if name != CLASS and selects(ledger, asked, texts)
        ]
        if CLASS in posting.rows and selects(ledger, posting.rows[CLASS], texts):
            rows += [(code, "") for code in _codes(standard, block, texts)[:1]]
        return rows, columns
    if block.body == "subject":
        return [*((code, "") for code in _codes(standard, block, texts)), (TOTAL, "")], columns
    return list(_rows(standard, block, texts)), columns


def _codes(standard: Standard, block: Block, texts: Mapping[str, str]) -> list[str]:
    """A line's subject at every level, uppermost first."""
    assert standard.ledger is not None
    code = texts.get(standard.ledger.key_of("code", block.subjects), "")
    lengths = standard.subjects[block.subjects].lengths
    return [code[:length] for length in lengths if len(code) >= length]


def _rows(standard: Standard, block: Block, texts: Mapping[str, str]) -> Iterator[RowKey]:
    """The rows of units or projects in which a line is printed."""
    assert standard.ledger is not None
    yield TOTAL, ""
    if block.body == "unit":
        if unit := texts.get(standard.ledger.key_of("unit"), ""):
            yield unit, ""
    elif group := texts.get(standard.ledger.key_of("level1"), ""):
        yield f"group:{group}", ""
        if item := texts.get(standard.ledger.key_of("level2"), ""):
            yield item, f"group:{group}"


def _forms(
    ledger: LedgerStandard,
    posting: Posting,
    lines: Iterable[LedgerLine],
    item: str,
    chosen: Mapping[str, str],
) -> dict[str, FormPosting]:
    """Each project's form: the one that it has, else the first that takes all its lines."""
    projects: dict[str, list[LedgerLine]] = {}
    for line in lines:
        if line.texts.get(item) and selects(ledger, posting.where, line.texts):
            projects.setdefault(line.texts[item], []).append(line)
    kinds = {form.key: form for form in posting.forms}
    return {
        name: kinds.get(chosen.get(name, ""))
        or next(
            form
            for form in posting.forms
            if all(selects(ledger, form.only, line.texts) for line in own)
        )
        for name, own in projects.items()
    }


def _form_sums(
    ledger: LedgerStandard,
    posting: Posting,
    forms: Mapping[str, FormPosting],
    lines: Iterable[LedgerLine],
    item: str,
) -> Sums:
    sums: Sums = {
        (name, ""): dict.fromkeys(form.columns, 0) if form.zero else {}
        for name, form in forms.items()
    }
    for line in lines:
        name = line.texts.get(item, "")
        if name in forms and selects(ledger, posting.where, line.texts):
            assert isinstance(line.amount, Amount)
            cells = sums[name, ""]
            for column, asked in forms[name].columns.items():
                if selects(ledger, asked, line.texts):
                    cells[column] = cells.get(column, 0) + line.amount.fen
    return sums


# ------------------------------------------------------------------ the book that the ledger prints


def post_book(standard: Standard, book: Book) -> Postings:
    """What a book's ledger comes to, with the forms that it has."""
    kinds = {data.name: data.form for data in book.forms}
    return post(standard, book.ledger.lines, kinds)


def posted_book(standard: Standard, book: Book) -> Book:
    """``book`` with the tables, forms and amounts of 基础信息 that its ledger prints.

    Rows are those that the ledger calls for, in official order; units, groups and projects stand in the order
    that they have in the book, new ones behind in that of the ledger. Texts of rows and forms are kept.
    """
    ledger = standard.ledger
    assert ledger is not None
    postings = post_book(standard, book)
    blocks = dict(book.blocks)
    forms = book.forms
    for key, posting in ledger.postings.items():
        block = standard.blocks[key]
        old = book.blocks.get(key, BlockData(()))
        sums = postings.blocks.get(key, {})
        if posting.forms:
            rows, forms = _form_rows(standard, block, book._replace(blocks=blocks), postings)
        elif block.body == "fixed":
            rows = _prescribed(standard, block, posting, book, sums)
        else:
            rows = list(_open_rows(standard, block, book, sums))
        blocks[key] = BlockData.of(rows, old.letters)
    info = dict(book.info)
    for name in ledger.info:
        cell = printed(postings.info.get(name), standard.info_unit(name))
        kept = info.get(name, InfoValue(None))
        info[name] = kept._replace(value=cell)
    return book._replace(blocks=blocks, forms=forms, info=info)


def fill_from_ledger(
    standard: Standard, book: Book, ours: Collection[CellKey] = (), lapsed: Collection[CellKey] = ()
) -> Filled:
    """The book that its ledger prints, and derived cells that do not follow from the ledger filled in.

    Amounts that were typed (that are not ``ours``) and differ from what the ledger prints are kept; a table
    with such an amount in a row of which the ledger has nothing is left as it stands: it is for the user to say
    which of the two holds. ``ours`` and ``lapsed`` as for :func:`~xlbudget.rules.fill.fill_book`.
    """
    ledger = standard.ledger
    assert ledger is not None
    posted = posted_book(standard, book)
    follows = set(posted_cells(standard, posted))
    blocks, info, forms = dict(posted.blocks), dict(posted.info), posted.forms
    for key, posting in ledger.postings.items():
        typed = _typed(standard, book, key, ours)
        rows = [(row.key, row.parent) for row in posted.blocks[key].rows]
        if any(rows.count(row) != 1 for row in typed):
            follows -= {cell for cell in follows if cell.block == key}
            blocks[key] = book.blocks[key]
            forms = book.forms if posting.forms else forms
            continue
        names = standard.blocks[key].amounts
        kept = []
        for row in posted.blocks[key].rows:
            own = {
                name: typed[row.key, row.parent][name]
                for name, cell in zip(names, row.cells, strict=True)
                if typed.get((row.key, row.parent), {}).get(name, cell) != cell
            }
            follows -= {CellKey(key, row.key, name) for name in own}
            kept.append(_with_cells(row, names, own))
        blocks[key] = BlockData.of(kept, posted.blocks[key].letters)
    for name in ledger.info:
        old, field = book.info.get(name), CellKey("info", name, "value")
        if old is not None and field not in ours and old.value not in (None, info[name].value):
            info[name] = old
            follows.discard(field)
    base = posted._replace(blocks=blocks, info=info, forms=forms)
    filled = fill_book(standard, base, set(ours) - follows, lapsed)
    done = dict(filled.book.blocks)
    for key, names in ((key, standard.blocks[key].amounts) for key in ledger.postings):
        own_rows = {(row.key, row.parent): row for row in base.blocks[key].rows}
        rows_done = []
        for row in done[key].rows:
            mine = own_rows.get((row.key, row.parent), row)
            cells = {
                name: cell
                for name, cell in zip(names, mine.cells, strict=True)
                if CellKey(key, row.key, name) in follows
            }
            rows_done.append(_with_cells(row, names, cells))
        done[key] = BlockData.of(rows_done, done[key].letters)
    posted_info = {name: base.info[name] for name in ledger.info}
    result = filled.book._replace(blocks=done, info={**filled.book.info, **posted_info})
    return Filled(result, frozenset(filled.derived | follows), frozenset(filled.changed | follows))


def unprinted(standard: Standard, book: Book) -> list[Place]:
    """The amounts of a book's tables and forms that its ledger does not print as they stand."""
    ledger = standard.ledger
    assert ledger is not None
    posted = posted_book(standard, book)
    follows = set(posted_cells(standard, posted))
    found = []
    for key in filter(book.blocks.__contains__, ledger.postings):
        data, names = book.blocks[key], standard.blocks[key].amounts
        known = {(row.key, row.parent): row.cells for row in posted.blocks[key].rows}
        sheet = book.sheets[standard.blocks[key].table]
        for row in data.rows:
            wanted = known.get((row.key, row.parent))
            for at, (name, cell) in enumerate(zip(names, row.cells, strict=True)):
                other = wanted[at] if wanted is not None else None
                asked = wanted is None or CellKey(key, row.key, name) in follows
                if asked and cell is not None and not _prints(other, cell):
                    found.append(Place(sheet, data.cell_name(row, at)))
    return found


def _prints(one: Cell, other: Cell) -> bool:
    """Whether two cells print the same money."""
    if isinstance(one, Amount) and isinstance(other, Amount):
        return one.fen == other.fen
    return one == other


def _with_cells(row: Row, names: Iterable[str], cells: Mapping[str, Cell]) -> Row:
    """A row with some of its amounts replaced, by column."""
    pairs = zip(names, row.cells, strict=True)
    return row._replace(cells=tuple(cells.get(name, cell) for name, cell in pairs))


def _typed(
    standard: Standard, book: Book, key: str, ours: Collection[CellKey]
) -> dict[RowKey, dict[str, Cell]]:
    """The amounts of a block that were typed, by row and column; where 0.00 is as good as a blank, without those."""
    found: dict[RowKey, dict[str, Cell]] = {}
    assert standard.ledger is not None
    if key in book.blocks:
        for row in book.blocks[key].rows:
            for name, cell in zip(standard.blocks[key].amounts, row.cells, strict=True):
                zero = standard.ledger.zeros and isinstance(cell, Amount) and not cell.fen
                if cell is not None and not zero and CellKey(key, row.key, name) not in ours:
                    found.setdefault((row.key, row.parent), {})[name] = cell
    return found


class PrintedLines:
    """The cells that print each line of a book's ledger, or another one beside them."""

    def __init__(self, standard: Standard, book: Book) -> None:
        assert standard.ledger is not None
        self._standard, self._ledger = standard, standard.ledger
        self._item = standard.ledger.key_of("level2")
        self._places = _Places(standard, standard.ledger)
        # A project's form is the one that takes all its lines.
        chosen = {data.name: data.form for data in book.forms}
        counted = [line for line in book.ledger.lines if isinstance(line.amount, Amount)]
        self._forms = [
            (block, posting, chosen | {name: form.key for name, form in forms.items()})
            for block, posting in standard.ledger.postings.items()
            if posting.forms
            for forms in [_forms(standard.ledger, posting, counted, self._item, chosen)]
        ]

    def cells(self, line: LedgerLine) -> frozenset[CellKey]:
        """The cells that print a line; none where its amount is none."""
        if not isinstance(line.amount, Amount):
            return frozenset()
        texts, taken = line.texts, self._places.of(line.texts)
        found = {
            CellKey(block, row, column)
            for block, rows, columns in taken.blocks
            for row, _ in rows or _rows(self._standard, self._standard.blocks[block], texts)
            for column in columns
        }
        # A form prints 0.00 in all its cells: those with the line's money are meant.
        found |= {
            CellKey(block, name, column)
            for block, posting, chosen in self._forms
            for name, form in _forms(self._ledger, posting, [line], self._item, chosen).items()
            for column, asked in form.columns.items()
            if selects(self._ledger, asked, texts)
        }
        return frozenset(found | {CellKey(INFO, name, "value") for name in taken.info})


def posted_cells(standard: Standard, posted: Book) -> Iterator[CellKey]:
    """The cells of a posted book that follow from the ledger."""
    ledger = standard.ledger
    assert ledger is not None
    kinds = {data.name: data.form for data in posted.forms}
    for key, posting in ledger.postings.items():
        if key not in posted.blocks:
            continue  # its sheet is missing, or another stands in its place
        forms = {form.key: form.columns for form in posting.forms}
        for row in posted.blocks[key].rows:
            columns = forms.get(kinds.get(row.key, ""), {}) if forms else posting.columns
            prescribed = CLASS if row.kind == "class" else row.key
            if not posting.rows or prescribed in posting.rows:
                yield from (CellKey(key, row.key, name) for name in columns)
    yield from (CellKey("info", name, "value") for name in ledger.info)


def printed(fen: int | None, unit: Unit) -> Cell:
    """A sum of the ledger as a table prints it; blank where there is none."""
    return None if fen is None else Amount(fen).rounded(unit)


def _cells(block: Block, sums: Sums, key: str, parent: str = "") -> tuple[Cell, ...]:
    columns = sums.get((key, parent), {})
    return tuple(printed(columns.get(name), block.unit) for name in block.amounts)


def _prescribed(
    standard: Standard, block: Block, posting: Posting, book: Book, sums: Sums
) -> list[Row]:
    """Prescribed rows, and those of classes in their slot; what does not follow from the ledger is kept."""
    old = book.blocks.get(block.key, BlockData(()))
    rows: list[Row] = []
    for spec in block.rows:
        if spec.slot:
            for code in sorted(_subjects(standard, block, sums)):
                zero = dict.fromkeys(zero_columns(posting, block, old.row(code)), 0)
                cells = _cells(block, {(code, ""): zero | sums[code, ""]}, code)
                rows.append(Row(code, "class", _name(standard, block, book, code), cells))
            continue
        row = old.row(spec.key) or Row(spec.key, "fixed", spec.label, (None,) * len(block.amounts))
        if spec.key in posting.rows:
            row = row._replace(cells=_cells(block, sums, spec.key))
        rows.append(row)
    return rows


def zero_columns(posting: Posting, block: Block, old: Row | None) -> list[str]:
    """The columns in which a class's row prints 0.00 for nothing; ``old`` is the row that the book has."""
    held = dict(zip(block.amounts, old.cells, strict=True)) if old is not None else {}
    return [name for name in posting.zero if name not in held or held[name] is not None]


def _subjects(standard: Standard, block: Block, sums: Sums) -> list[str]:
    """The codes of a block's rows that are such; what is no code has no row."""
    return [key for key, _ in sums if standard.subjects[block.subjects].level(key)]


def _name(standard: Standard, block: Block, book: Book, code: str) -> str:
    known = standard.subjects[block.subjects].find(code, book.year)
    old = book.blocks[block.key].row(code) if block.key in book.blocks else None
    return known.name if known else old.label if old else ""


def _open_rows(standard: Standard, block: Block, book: Book, sums: Sums) -> Iterator[Row]:
    """The rows of subjects, units or projects, and the total."""
    ledger = standard.ledger
    assert ledger is not None
    old = book.blocks.get(block.key, BlockData(()))
    if block.body == "subject":
        for code in sorted(_subjects(standard, block, sums)):
            name = _name(standard, block, book, code)
            yield Row(code, "subject", name, _cells(block, sums, code))
    elif block.body == "unit":
        named = [*book.profile.units, *(row.key for row in old.rows)]
        present = [key for key, _ in sums if key != TOTAL]
        for name in dict.fromkeys([*named, *present]):
            if name in present:
                yield Row(name, "unit", name, _cells(block, sums, name))
    else:
        yield from _projects(standard, block, book, sums)
    if sums:
        yield Row(TOTAL, "total", block.total, _cells(block, sums, TOTAL))


def _projects(standard: Standard, block: Block, book: Book, sums: Sums) -> Iterator[Row]:
    """Groups with their items; a group's type is what 基础信息 says, an item's units are its lines'."""
    ledger = standard.ledger
    assert ledger is not None
    unit, level1, level2 = (ledger.key_of(kind) for kind in ("unit", "level1", "level2"))
    units: dict[RowKey, dict[str, None]] = {}
    for line in book.ledger.lines:
        row = line.texts.get(level2, ""), f"group:{line.texts.get(level1, '')}"
        if row in sums and line.texts.get(unit):
            units.setdefault(row, {})[line.texts[unit]] = None
    old = book.blocks.get(block.key, BlockData(()))
    known = {(row.key, row.parent): row for row in old.rows}
    blank = ("",) * len(block.of_kind("text"))
    order = [key for key in dict.fromkeys([*known, *sums]) if key in sums and key[0] != TOTAL]
    types = book.keyed.get(ledger.project_types, {})
    texts_of = [block.columns[index].key for index in block.of_kind("text")]
    type_at, unit_at = (
        _position(texts_of, key) for key in (ledger.type_column, ledger.unit_column)
    )
    for group in [key for key, parent in order if not parent]:
        name = group.removeprefix("group:")
        texts = known[group, ""].texts if (group, "") in known else blank
        cells = _cells(block, sums, group)
        yield Row(group, "group", name, cells, _with_text(texts, type_at, types.get(name, "")))
        for key, parent in order:
            if parent == group:
                own = "、".join(units.get((key, parent), ()))
                texts = known[key, parent].texts if (key, parent) in known else blank
                cells = _cells(block, sums, key, parent)
                yield Row(key, "item", key, cells, _with_text(texts, unit_at, own), group)


def _position(keys: list[str], key: str) -> int:
    """The place of a text column among them; -1 where the table has none."""
    return keys.index(key) if key in keys else -1


def _with_text(texts: tuple[str, ...], at: int, text: str) -> tuple[str, ...]:
    """The texts of a row with one of them replaced, where there is anything to say."""
    return (*texts[:at], text, *texts[at + 1 :]) if at >= 0 and text else texts


def _form_rows(
    standard: Standard, block: Block, book: Book, postings: Postings
) -> tuple[list[Row], tuple[FormData, ...]]:
    """A form for each project: those of the book in their order, then new ones in the ledger's.

    A form that the book has keeps its kind and texts. One whose project is not in the ledger is kept without
    money: its texts are the user's.
    """
    sums = postings.blocks.get(block.key, {})
    kept = {data.name: data for data in book.forms}
    forms = [
        kept.get(name) or new_form(standard, book, name, postings.forms[name].key)
        for name in dict.fromkeys([*kept, *postings.forms])
    ]
    old = book.blocks.get(block.key, BlockData(()))
    rows = []
    for data in forms:
        row = old.row(data.name) or Row(data.name, "form", data.name, ())
        cells = _cells(block, sums, data.name)
        if any(was is not None for was in row.cells):  # of a form with money a blank stays blank
            cells = tuple(
                None if was is None and isinstance(cell, Amount) and not cell.fen else cell
                for was, cell in zip(row.cells, cells, strict=True)
            )
        rows.append(row._replace(cells=cells))
    return rows, tuple(forms)
