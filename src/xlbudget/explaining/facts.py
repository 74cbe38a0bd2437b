"""The named facts of the explanation: values of a book's cells, their sums, changes and lists."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from xlbudget.characters import squash
from xlbudget.checks.wording import fen_of, name_title, nameless_reason
from xlbudget.errors import AmountError, StandardError
from xlbudget.explaining.document import CellRef, Change, Figure, FigureList, Item, placeholder
from xlbudget.explaining.wording import clean, clean_clause
from xlbudget.figures import UNFILLED, Place, Unreadable
from xlbudget.money import COUNT, UNITS, YUAN, Amount, parse_amount, percent_text, round_div, share
from xlbudget.rules.fill import complete_rows
from xlbudget.rules.grid import INFO, Grid
from xlbudget.rules.relations import blank_definitions, evaluate
from xlbudget.standard.model import ONE
from xlbudget.standard.roles import FORM_NAME

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from xlbudget.explaining.source import (
        ChangeSpec,
        Expr,
        ListSpec,
        Named,
        Part,
        RowChangeSpec,
        SectionSpec,
        Source,
    )
    from xlbudget.figures import Book, Row
    from xlbudget.standard.model import Keyed, Ref, Standard


class Value(NamedTuple):
    """What references come to.

    ``amount`` is None where every cell is blank; ``blank`` is whether any is; ``gap`` says why
    there is no value at all (a sheet is missing, a cell is no amount).
    """

    amount: Amount | None = None
    cells: tuple[CellRef, ...] = ()
    blank: bool = False
    gap: str = ""


def added(values: Iterable[tuple[int, Value]]) -> Value:
    """The signed sum, in the unit and with the most places of the parts (of several units: 元)."""
    total: Amount | None = None
    cells: list[CellRef] = []
    blank, gap = False, ""
    for sign, value in values:
        cells.extend(value.cells)
        blank = blank or value.blank
        gap = gap or value.gap
        amount = value.amount
        if amount is None:
            continue
        if total is None:
            total = amount._replace(fen=sign * amount.fen)
        elif total.unit == amount.unit:
            places = max(total.places, amount.places)
            total = Amount(total.fen + sign * amount.fen, total.unit, places)
        else:
            total = Amount(total.fen + sign * amount.fen, YUAN)
    return Value(total, tuple(cells), blank, gap)


class Values:
    """All cells of a book, typed ones as they are, blank ones computed where a rule defines them."""

    def __init__(self, standard: Standard, book: Book) -> None:
        known = {key: data for key, data in book.blocks.items() if key in standard.blocks}
        self.standard, self.book = standard, book
        self.grid = Grid(standard, complete_rows(standard, book._replace(blocks=known)))
        typed = self.grid.cells
        defined = blank_definitions(self.grid)
        self.cells = evaluate(self.grid, defined, lambda number: typed[number] is not None)
        self._headings: dict[tuple[str, str], str] = {}

    def sheet(self, block: str) -> str:
        """The sheet of a block."""
        table = self.standard.table(self.standard.blocks[block].table)
        return self.book.sheets.get(table.key, table.sheet)

    def missing(self, block: str) -> str:
        """Why the rows of a block cannot be read, empty if they can."""
        if block == INFO or block in self.grid.book.blocks:
            return ""
        return f"缺少工作表“{self.sheet(block)}”"

    def positions(self, ref: Ref) -> list[int]:
        """The rows that a reference takes."""
        data = self.grid.data(ref.block)
        if data is None:
            return []
        if ref.how == ONE:
            found = data.by_key.get(ref.which, -1)
            return [found] if found >= 0 else []
        return self.grid.select(ref.block, ref.which)

    def at(self, ref: Ref, position: int) -> tuple[Value, Row]:
        """The cell of one row, and the row."""
        number = self.grid.number(ref.block, position, self.grid.column(ref.block, ref.column))
        cell, place, data = self.cells[number], self.grid.place(number), self.grid.data(ref.block)
        assert data is not None
        row = data.rows[position]
        where = CellRef(place, ref.block, row.key, ref.column, self._label(ref, row))
        if ref.block == INFO and cell == UNFILLED:
            return Value(None, (where,), blank=True), row  # a document does not state it
        if isinstance(cell, Unreadable):
            shown = f"“{place.sheet}”{place.cell}“{row.label}”的“{cell.shown}”不是金额"
            return Value(None, (where,), gap=clean(shown)), row
        return Value(cell, (where,), cell is None), row

    def _label(self, ref: Ref, row: Row) -> str:
        """What a cell is in words: its row and the heading of its column."""
        if ref.block == INFO:
            return row.label
        heading = self._headings.get((ref.block, ref.column))
        if heading is None:
            path = self.standard.blocks[ref.block].column(ref.column).heading(self.book.year)
            heading = "/".join(dict.fromkeys("".join(clean(part).split()) for part in path))
            self._headings[ref.block, ref.column] = heading
        return f"{clean(row.label)}·{heading}"

    def name_cell(self, block: str, position: int) -> tuple[CellRef, ...]:
        """The cell with the name of a row; none where the row stands on no sheet."""
        data = self.grid.data(block)
        row = data.rows[position] if data is not None else None
        if row is None or not row.line:
            return ()
        forms = self.book.forms if row.kind == "form" else ()
        cell = next((form.places.get(FORM_NAME, "") for form in forms if form.name == row.key), "")
        place = Place(self.sheet(block), cell)
        return (CellRef(place, block, row.key, "", clean(row.label), row.line),)

    def keyed_cell(self, keyed: Keyed, name: str) -> tuple[CellRef, ...]:
        """The cell of a text of a list of 基础信息, by its name there."""
        place = Place(self.book.sheets.get(INFO, "基础信息"), "")
        return (CellRef(place, keyed.key, name, keyed.title, f"{keyed.title}：{name}"),)

    def of(self, ref: Ref, *, lenient: bool = False) -> Value:
        """The sum of the cells that a reference takes.

        A prescribed row that a table with figures lacks is a gap, or with ``lenient`` a blank.
        """
        gap = self.missing(ref.block) or ("" if lenient else self._lacking(ref))
        if gap:
            return Value(gap=gap)
        value = added((1, self.at(ref, position)[0]) for position in self.positions(ref))
        return value if value.cells else Value(blank=True)

    def _lacking(self, ref: Ref) -> str:
        if ref.how != ONE or ref.block == INFO or self.positions(ref):
            return ""
        data = self.grid.data(ref.block)
        specs = {spec.key: spec for spec in self.standard.blocks[ref.block].rows}
        if data is None or data.empty or ref.which not in specs:
            return ""
        return f"工作表“{self.sheet(ref.block)}”没有“{specs[ref.which].label}”一行"

    def keyed(self, keyed: Keyed, name: str) -> Value:
        """An amount of a list of 基础信息, by its name there."""
        text = self.book.keyed.get(keyed.key, {}).get(name, "")
        cells = self.keyed_cell(keyed, name)
        try:
            amount = parse_amount(text, UNITS.get(keyed.unit, self.standard.unit))
        except AmountError:
            gap = f"基础信息“{keyed.title}”中“{name}”的“{clean(text)}”不是金额"
            return Value(None, cells, gap=gap)
        return Value(amount, cells, amount is None)

    def info_cell(self, key: str) -> tuple[CellRef, ...]:
        """The cell of a field of 基础信息."""
        place, label = self.book.info_place(key), self.standard.fields[key].label
        return (CellRef(place, INFO, key, "value", label),)


class Facts:
    """The named figures of one book.

    ``names`` is what templates see: name -> Figure, FigureList or Change. ``figures`` holds every
    single figure by its own name (``income``, ``income_change.amount``, ``classes.201.share``).
    """

    def __init__(self, standard: Standard, book: Book, source: Source) -> None:
        self.standard, self.book, self.source = standard, book, source
        self.values = Values(standard, book)
        self.names: dict[str, Figure | FigureList | Change] = {}
        self.figures: dict[str, Figure] = {}
        self.compared: dict[str, set[int]] = {}
        """Comparison of rows -> the positions of the rows."""

    def keep(self, figure: Figure) -> Figure:
        """Register a figure under its name."""
        self.figures[figure.name] = figure
        return figure

    def present(self, section: SectionSpec) -> bool:
        """Whether the text has a section."""
        when = section.when
        if isinstance(when, str):
            return not when or bool(self.names[when])
        fields = self.standard.fields
        return all(
            (self.book.text(field) or fields[field].default)
            in ([said] if isinstance(said, str) else said)
            for field, said in when.items()
        )

    def add(self, name: str, fact: Figure | FigureList | Change) -> None:
        """Let templates see a fact."""
        self.names[name] = self.keep(fact) if isinstance(fact, Figure) else fact

    def value(self, expr: Expr, *, lenient: bool = False) -> Value:
        """What an expression comes to; ``lenient``: rows that a table lacks count as blank."""
        return added((part.sign, self._part(part, lenient=lenient)) for part in expr.parts)

    def _part(self, part: Part, *, lenient: bool) -> Value:
        if part.ref is not None:
            return self.values.of(part.ref, lenient=lenient)
        figure = self.names.get(part.fact)
        if not isinstance(figure, Figure):
            raise StandardError(
                f"“notes/facts.toml”用到“{part.fact}”，它不是在前面定义的金额或数量。"
            )
        if figure.missing:
            return Value(None, figure.cells, gap=figure.review)
        amount = figure.value if isinstance(figure.value, Amount) else None
        return Value(amount, figure.cells, blank=False)

    def in_unit(self, amount: Amount | None) -> Amount:
        """An amount in the unit of the texts; a blank is nought."""
        source, amount = self.source, amount or Amount(0, self.source.unit)
        return amount if amount.unit == source.unit else amount.rounded(source.unit, source.places)

    def printed(self, amount: Amount) -> str:
        """An amount as the text prints it: ``6,295.86``; nought is ``0``; counts without commas."""
        if not amount.fen:
            return "0"
        if amount.unit == COUNT:
            return str(amount.fen)
        unit = self.source.unit
        same = amount.unit == unit and amount.places >= self.source.places
        shown = amount if same else amount.rounded(unit, self.source.places)
        return self._zeros(shown.text if self.source.separators else shown.plain)

    def percent(self, hundredths: int) -> str:
        """A percentage as the text prints it: ``84.50%``."""
        return f"{self._zeros(percent_text(hundredths).removesuffix('%'))}%"

    def _zeros(self, text: str) -> str:
        """A number with decimals, without the zeros at their end where the standard leaves these out."""
        return text if self.source.zeros or "." not in text else text.rstrip("0").rstrip(".")

    def amount(
        self, name: str, title: str, expr: Expr, review: str = "", *, lenient: bool = False
    ) -> Figure:
        """A figure for an expression; blank cells count as nought."""
        value = self.value(expr, lenient=lenient)
        return self.of_value(name, title, value, tuple(_basis(expr)), review)

    def of_value(
        self, name: str, title: str, value: Value, basis: tuple[str, ...], review: str = ""
    ) -> Figure:
        """A figure for a value, or its placeholder."""
        if value.gap:
            return placeholder(name, title, "amount", value.gap, value.cells)
        amount = value.amount
        if amount is None:
            amount = Amount(0, self.source.unit, self.source.places)
        kind = "count" if amount.unit == COUNT else "amount"
        how = "cell" if len(value.cells) == 1 and len(basis) == 1 else "sum"
        text = self.printed(amount)
        return Figure(name, title, kind, text, amount, value.cells, how, basis, review)


def _basis(expr: Expr) -> list[str]:
    return [
        ("" if part.sign > 0 else "-") + (str(part.ref) if part.ref else part.fact)
        for part in expr.parts
    ]


def evaluate_facts(standard: Standard, book: Book, source: Source) -> Facts:
    """All facts, in the order of their kinds: words, amounts, counts, lists, changes."""
    facts = Facts(standard, book, source)
    basis = tuple(field.key for field in standard.fields.values() if field.kind == "year")
    where = tuple(cell for key in basis for cell in facts.values.info_cell(key))
    for name, offset in source.years.items():
        year = book.year + offset
        facts.add(name, Figure(name, "年度", "year", str(year), year, where, "info", basis))
    for name, (title, text) in source.constants.items():
        facts.add(name, Figure(name, title, "constant", text, text, how="given"))
    for name, (title, field, fallback) in source.texts.items():
        facts.add(name, _text(facts, name, title, field, fallback))
    for spec in source.amounts:
        facts.add(spec.name, facts.amount(spec.name, spec.title, spec.expr, _unasked(facts, spec)))
    for name, title, ref in source.counts:
        gap = facts.values.missing(ref.block)
        rows = facts.values.positions(ref)
        cells = tuple(cell for row in rows for cell in facts.values.name_cell(ref.block, row))
        count = Amount(len(rows), COUNT, 0)
        facts.add(
            name,
            placeholder(name, title, "count", gap)
            if gap
            else Figure(name, title, "count", str(count.fen), count, cells, "rows", (str(ref),)),
        )
    for name, title, ref in source.names:
        facts.add(name, make_names(facts, name, title, ref))
    facts.compared = {
        spec.name: set(facts.values.positions(spec.each)) for spec in source.row_changes
    }
    for list_spec in source.lists:
        facts.add(list_spec.name, make_list(facts, list_spec))
    for change in source.changes:
        facts.add(change.name, make_change(facts, change))
    return facts


def _text(facts: Facts, name: str, title: str, field: str, fallback: str) -> Figure:
    book, spec = facts.book, facts.standard.fields[field]
    for key, default in ((field, spec.default), (fallback, "")):
        text = clean(book.text(key)) or default
        if key and text:
            cells = facts.values.info_cell(key)
            return Figure(name, title, "text", text, text, cells, "info", (key,))
    asked = facts.values.info_cell(field)
    return placeholder(name, title, "text", f"基础信息“{spec.label}”未填写", asked)


def _unasked(facts: Facts, spec: Named) -> str:
    """Why to look at a count or amount of 基础信息 that was left blank."""
    if not spec.ask or not facts.value(spec.expr).blank:
        return ""
    fields = facts.standard.fields
    blank = [
        fields[part.ref.which].label
        for part in spec.expr.parts
        if part.ref and part.ref.which in fields and facts.values.of(part.ref).blank
    ]
    return f"基础信息“{'、'.join(blank)}”未填写，文中按0表述" if blank else ""


# ------------------------------------------------------------------ lists with money


def make_names(facts: Facts, name: str, title: str, ref: Ref) -> Figure:
    """The names of the rows whose amount is not nought, in the order of the table."""
    gap = facts.values.missing(ref.block)
    if gap:
        return placeholder(name, title, "list", gap)
    cells: list[CellRef] = []
    labels: list[Figure] = []
    for position in facts.values.positions(ref):
        value, row = facts.values.at(ref, position)
        if value.gap or (value.amount is not None and value.amount.fen):
            labels.append(_name(facts, ref, position, f"{name}.{clean(row.key)}.name", title))
            cells += [*value.cells, *facts.values.name_cell(ref.block, position)]
    return _joined(facts, name, title, labels, cells, (str(ref),))


def _joined(
    facts: Facts,
    name: str,
    title: str,
    labels: Iterable[Figure],
    cells: Iterable[CellRef],
    basis: tuple[str, ...],
) -> Figure:
    labels = tuple(labels)
    found = tuple(dict.fromkeys(label.text for label in labels))
    text = facts.source.words["separator"].join(found)
    review = "；".join(dict.fromkeys(label.review for label in labels if label.missing))
    return Figure(name, title, "list", text, found, tuple(cells), "rows", basis, review)


def make_list(facts: Facts, spec: ListSpec) -> FigureList:
    """The lines of a list that are not nought, with their shares of the whole."""
    whole = facts.names.get(spec.whole)
    total = whole if isinstance(whole, Figure) else None
    if spec.rows is not None:
        gap = facts.values.missing(spec.rows.block)
        if gap:
            return _hole(facts, spec, gap, total)
        lines = _row_items(facts, spec, spec.rows, facts.values.positions(spec.rows), spec.name)
    else:
        lines = _named_items(facts, spec)
        if len(lines) == len(spec.items) and all(line.amount.missing for line in lines):
            return _hole(facts, spec, lines[0].amount.review, total)
    return _finished(facts, spec.name, spec.title, lines, total)


def _hole(facts: Facts, spec: ListSpec, gap: str, whole: Figure | None) -> FigureList:
    hole = placeholder(f"{spec.name}.gap", spec.title, "list", gap)
    return FigureList(gap=facts.keep(hole), whole=whole)


def _finished(
    facts: Facts, name: str, title: str, lines: Sequence[Item], whole: Figure | None
) -> FigureList:
    labels = [line.name for line in lines]
    cells = [cell for line in lines for cell in (*line.amount.cells, *line.name.cells)]
    basis = tuple(line.name.name for line in lines)
    names = facts.keep(_joined(facts, f"{name}.names", title, labels, cells, basis))
    return FigureList(tuple(_shared(facts, lines, whole)), whole, names)


def _shared(facts: Facts, lines: Sequence[Item], whole: Figure | None) -> Iterable[Item]:
    """The lines with their shares of the whole, each rounded by itself."""
    amounts = [line.amount.value for line in lines]
    known = [amount for amount in amounts if isinstance(amount, Amount) and amount.fen >= 0]
    base = whole.value if whole is not None else None
    if whole is None or not isinstance(base, Amount) or base.fen <= 0 or len(known) < len(lines):
        return lines
    result = []
    for line, amount in zip(lines, known, strict=True):
        part = share(amount.fen, base.fen)
        figure = line.share._replace(
            text=facts.percent(part),
            value=part,
            cells=(*line.amount.cells, *whole.cells),
            basis=(line.amount.name, whole.name),
        )
        result.append(line._replace(share=facts.keep(figure)))
    return result


def _named_items(facts: Facts, spec: ListSpec) -> list[Item]:
    lines = []
    for named in spec.items:
        stem = f"{spec.name}.{named.name}"
        amount = facts.keep(facts.amount(f"{stem}.amount", named.title, named.expr, lenient=True))
        if amount:
            label = Figure(
                f"{stem}.name", named.title, "text", named.title, named.title, how="given"
            )
            lines.append(_item(facts, stem, named.name, label, amount, _nothing(stem)))
    return lines


def _item(facts: Facts, stem: str, key: str, label: Figure, amount: Figure, words: Figure) -> Item:
    """A line that stands by itself."""
    share = Figure(f"{stem}.share", f"{label.text}占比", "percent", "", None, how="share")
    for figure in (label, amount, words, share):
        facts.keep(figure)
    return Item(key, label, amount, share, words, FigureList())


def _nothing(stem: str) -> Figure:
    return Figure(f"{stem}.words", "说明", "text", "", "", how="info")


def _row_items(
    facts: Facts,
    spec: ListSpec,
    ref: Ref,
    positions: Iterable[int],
    stem: str,
    parents: tuple[Item, ...] = (),
) -> list[Item]:
    """The lines of these rows; without ``parents``, those above a row are looked for in its table."""
    lines = []
    for position in positions:
        value, row = facts.values.at(ref, position)
        if not value.gap and (value.amount is None or not value.amount.fen):
            continue
        own = _unused(facts, f"{stem}.{clean(row.key)}")
        above = parents or _above(facts, spec, ref, position, stem)
        line = _row_item(facts, spec, ref, position, own, above)
        below = facts.values.grid.tree(ref.block).get(position, []) if spec.tree else []
        lower = _row_items(facts, spec, ref, below, own, (*above, line))
        children = _finished(facts, own, line.name.text, lower, line.amount)
        change = _row_change(facts, ref, position, line, own)
        lines.append(line._replace(children=children, change=change))
    return lines


def _row_item(
    facts: Facts, spec: ListSpec, ref: Ref, position: int, own: str, parents: tuple[Item, ...]
) -> Item:
    """The line of one row, without those below it."""
    value, row = facts.values.at(ref, position)
    key = clean(row.key)
    label = _name(facts, ref, position, f"{own}.name", spec.title)
    text = "" if label.missing else label.text
    basis = (str(ref._replace(how="one", which=row.key)),)
    amount = facts.of_value(f"{own}.amount", label.text, value, basis)
    line = _item(facts, own, key, label, amount, _words(facts, spec, own, key, text))
    level = _level(facts, ref.block, row.key)
    digits = key.removeprefix(parents[-1].key if parents else "")
    return line._replace(level=level, digits=digits, parents=parents)


def _above(facts: Facts, spec: ListSpec, ref: Ref, position: int, stem: str) -> tuple[Item, ...]:
    """The lines above a row in its table, topmost first."""
    above = facts.values.grid.above(ref.block).get(position, -1)
    if above < 0:
        return ()
    parents = _above(facts, spec, ref, above, stem)
    key = clean(facts.values.at(ref, above)[1].key)
    return (*parents, _row_item(facts, spec, ref, above, f"{stem}.above.{key}", parents))


def _unused(facts: Facts, stem: str) -> str:
    """``stem``, with a number where a row of the same code went before."""
    own, count = stem, 1
    while f"{own}.amount" in facts.figures:
        count += 1
        own = f"{stem}#{count}"
    return own


def _words(facts: Facts, spec: ListSpec, stem: str, key: str, label: str) -> Figure:
    keyed = next((keyed for keyed in facts.standard.keyed if keyed.key == spec.keyed), None)
    if keyed is None:
        return _nothing(stem)
    texts = facts.book.keyed.get(spec.keyed, {})
    name = label if texts.get(label) else key
    text = clean_clause(texts.get(name, ""), spec.leading)
    if text:
        cells = facts.values.keyed_cell(keyed, name)
        return Figure(f"{stem}.words", "说明", "text", text, text, cells, "info", (spec.keyed,))
    prescribed = _prescribed(spec, key, label) or _listed_meaning(facts, spec, key, label)
    if prescribed:
        return Figure(f"{stem}.words", "说明", "text", prescribed, prescribed, how="given")
    review = f"基础信息“{keyed.title}”中没有“{label or key}”，请核对这里的表述"
    return Figure(f"{stem}.words", "说明", "note", "", "", how="info", review=review)


def _prescribed(spec: ListSpec, key: str, label: str) -> str:
    """The prescribed explanation: of this code and name, else of the name wherever it stands."""
    name = squash(label)
    return spec.meanings.get(f"{key}{name}") or spec.meanings.get(name, "")


def _listed_meaning(facts: Facts, spec: ListSpec, key: str, label: str) -> str:
    """What the subject list says of this code under this name, for a list that has prescribed explanations."""
    if spec.rows is None or not spec.meanings:
        return ""
    subjects = facts.standard.subjects.get(facts.standard.blocks[spec.rows.block].subjects)
    known = subjects.find(key, facts.book.year) if subjects else None
    if known is None or squash(label) not in map(squash, (known.name, *known.aliases)):
        return ""
    return clean_clause(known.meaning, spec.leading)


def _name(facts: Facts, ref: Ref, position: int, name: str, title: str) -> Figure:
    """The name of a row, or a hole in its place."""
    row = facts.values.at(ref, position)[1]
    key, text = clean(row.key), _label(facts, ref.block, row.key, row.label)
    where = facts.values.name_cell(ref.block, position)
    if text:
        return Figure(name, title, "text", text, text, where, "cell", (key,))
    return placeholder(name, name_title(key), "text", nameless_reason(key), where)


def _label(facts: Facts, block: str, key: str, label: str) -> str:
    """The name as printed in the table; a blank one is taken from the subject list."""
    subjects = facts.standard.subjects.get(facts.standard.blocks[block].subjects)
    printed = "".join(clean(label).split()) if subjects else clean(label)
    if printed or subjects is None:
        return printed
    known = subjects.find(key, facts.book.year)
    return known.name if known else ""


def _level(facts: Facts, block: str, key: str) -> str:
    subjects = facts.standard.subjects.get(facts.standard.blocks[block].subjects)
    level = subjects.level(key) if subjects else 0
    return subjects.levels[level - 1] if subjects and level else ""


# ------------------------------------------------------------------ comparisons with last year


_ENOUGH = (4, 5)
"""Movers are named, largest first, until they make up four fifths of the change."""


def make_change(facts: Facts, spec: ChangeSpec) -> Change:
    """Compare; where last year's figure is missing, nothing is said and a note asks for it."""
    now, prior = facts.value(spec.now), facts.value(spec.prior)
    compared = _Compared(facts, spec.name, spec.title, (spec.now.text, spec.prior.text), now, prior)
    if compared.trouble:
        return compared.change(compared.nothing(), unchanged=spec.unchanged)
    same = compared.difference.fen == 0
    if same:
        reason = _unchanged(facts, spec) if spec.unchanged else compared.nothing()
    else:
        given = (compared.difference, compared.direction, now.amount, prior.amount)
        reason = _reason(facts, spec, *given)
    return compared.change(reason, unchanged=spec.unchanged)


def _row_change(facts: Facts, ref: Ref, position: int, line: Item, own: str) -> Change | None:
    """The comparison of a row with last year; None where the standard does not compare it."""
    for spec in facts.source.row_changes:
        same = (spec.each.block, spec.each.column) == (ref.block, ref.column)
        if same and position in facts.compared[spec.name]:
            return _row_compared(facts, spec, line, f"{own}.{spec.name}")
    return None


def _row_compared(facts: Facts, spec: RowChangeSpec, line: Item, own: str) -> Change:
    lists = {keyed.key: keyed for keyed in facts.standard.keyed}
    amount = line.amount.value if isinstance(line.amount.value, Amount) else None
    now = Value(amount, line.amount.cells, gap=line.amount.review if line.amount.missing else "")
    prior = facts.values.keyed(lists[spec.prior], _name_in(facts, spec.prior, line))
    title = line.name.text
    basis = (*line.amount.basis, f"{spec.prior}.{line.key}")
    compared = _Compared(facts, own, title, basis, now, prior)
    same = compared.difference.fen == 0
    if compared.trouble or not spec.reason or (same and not spec.unchanged):
        return compared.change(compared.nothing(), unchanged=spec.unchanged)
    keyed = lists[spec.reason]
    name = _name_in(facts, spec.reason, line)
    given = clean_clause(facts.book.keyed.get(spec.reason, {}).get(name, ""), "原因")
    cells = facts.values.keyed_cell(keyed, name)
    if same:
        reason = _why_same(facts, f"{own}.reason", keyed.title, title, given, cells, spec.reason)
    else:
        text = given or facts.source.words["neutral"].format(direction=compared.direction)
        review = f"基础信息“{keyed.title}”中没有“{title}”，文中只有一般表述，请补充具体原因"
        how = "info" if given else "given"
        reason = Figure(
            f"{own}.reason", keyed.title, "text", text, text, cells, how, (spec.reason,),
            "" if given else review,
        )  # fmt: skip
    return compared.change(facts.keep(reason), unchanged=spec.unchanged)


def _name_in(facts: Facts, keyed: str, line: Item) -> str:
    """Under what a line is registered in a list of 基础信息: its name, else its code."""
    return line.name.text if facts.book.keyed.get(keyed, {}).get(line.name.text) else line.key


class _Compared:
    """A figure beside last year's, while the comparison is made."""

    def __init__(
        self,
        facts: Facts,
        name: str,
        title: str,
        basis: tuple[str, ...],
        now: Value,
        prior: Value,
    ) -> None:
        self.facts, self.name, self.title, self.basis = facts, name, title, basis
        self.now, self.prior = now, prior
        self.cells = (*now.cells, *prior.cells)
        self.trouble = now.gap or prior.gap
        if not self.trouble and prior.amount is None:
            self.trouble = f"上年数未填写，{title}未与上年比较"
        amount = added(((1, now), (-1, prior))).amount or Amount(0, facts.source.unit)
        self.exact, self.difference = amount, facts.in_unit(amount)
        words, up = facts.source.words, self.difference.fen > 0
        same = self.difference.fen == 0
        self.direction = words["same"] if same else words["up"] if up else words["down"]
        self.trend = words["same"] if same else words["up_trend"] if up else words["down_trend"]

    def _figure(
        self,
        part: str,
        kind: str,
        text: str,
        value: Amount | int | str | None,
        between: tuple[int, int] | None = None,
    ) -> Figure:
        name = f"{self.name}.{part}"
        figure = Figure(
            name, self.title, kind, text, value, self.cells, "change", self.basis, between=between
        )
        return self.facts.keep(figure)

    def nothing(self) -> Figure:
        """What stands for a part that does not exist."""
        return self._figure("none", "text", "", "")

    def change(self, reason: Figure, *, unchanged: bool) -> Change:
        """The comparison, with the reason for what has changed."""
        note = Figure(
            f"{self.name}.note", self.title, "note", "", "", self.cells, review=self.trouble
        )
        self.facts.keep(note)
        if self.trouble:
            return Change(False, False, note, *(self.nothing(),) * 6, unchanged)
        return Change(
            known=True,
            same=self.difference.fen == 0,
            note=note,
            amount=self._amount(),
            direction=self._figure("direction", "text", self.direction, self.direction),
            trend=self._figure("trend", "text", self.trend, self.trend),
            percent=self._percent(),
            reason=reason,
            prior=self._prior(),
            unchanged=unchanged,
        )

    def _amount(self) -> Figure:
        facts = self.facts
        size = self.difference._replace(fen=abs(self.difference.fen))
        # Texts of coarser unit than the tables give what their own figures differ by.
        printed = abs(facts.in_unit(self.now.amount).fen - facts.in_unit(self.prior.amount).fen)
        between = (min(size.fen, printed), max(size.fen, printed)) if printed != size.fen else None
        return self._figure("amount", "amount", facts.printed(size), self.difference, between)

    def _percent(self) -> Figure:
        base, same = fen_of(self.prior.amount), self.difference.fen == 0
        if base <= 0 or same:
            return self._figure("percent", "percent", "", None)
        percent = round_div(abs(self.exact.fen) * 10_000, base)
        now, source = self.now.amount, self.facts.source
        between = None
        if now is not None and now.unit != source.unit:
            ulp = Amount(0, source.unit, source.places).ulp
            between = grown_between(now.fen, base, ulp)
        return self._figure("percent", "percent", self.facts.percent(percent), percent, between)

    def _prior(self) -> Figure:
        """Last year's figure: people write it into their sentences, and some standards do."""
        facts = self.facts
        shown = facts.in_unit(self.prior.amount)
        title, basis = f"{self.title}的上年数", self.basis[-1:]
        name = f"{self.name}.prior"
        return facts.keep(
            Figure(
                name,
                title,
                "amount",
                facts.printed(shown),
                shown,
                self.prior.cells,
                "change",
                basis,
            )
        )


def grown_between(now: int, base: int, ulp: int) -> tuple[int, int]:
    """The percentages (hundredths of a point, without sign) by which ``base`` may have grown to ``now``.

    ``now`` may have been rounded to ``ulp`` before, and ``base``, if it is a multiple of that, already is.
    """
    half = ulp // 2 if base % ulp == 0 else 0
    ends = [
        (amount - before, before)
        for amount in (now, round_div(now, ulp) * ulp)
        for before in (base - half, base + half)
        if before > 0
    ]
    most = max(-(-abs(moved) * 10_000 // before) for moved, before in ends)
    if min(moved for moved, _ in ends) < 0 < max(moved for moved, _ in ends):
        return 0, most
    return min(abs(moved) * 10_000 // before for moved, before in ends), most


def _told_before(
    facts: Facts, spec: ChangeSpec, now: Amount | None, prior: Amount | None
) -> Figure | None:
    """The reason that was typed for a change told before, from and to the same amounts."""
    for name in spec.like:
        other = facts.names[name]
        if not isinstance(other, Change) or not other.known or other.reason.how != "info":
            continue
        size, base = other.amount.value, other.prior.value
        if isinstance(size, Amount) and isinstance(base, Amount):
            same = fen_of(now) == base.fen + size.fen and fen_of(prior) == base.fen
            if same:
                return other.reason
    return None


def _unchanged(facts: Facts, spec: ChangeSpec) -> Figure:
    """Why nothing has changed."""
    name, label = f"{spec.name}.reason", facts.standard.fields[spec.reason].label
    given = clean_clause(facts.book.text(spec.reason), "原因")
    cells = facts.values.info_cell(spec.reason)
    return facts.keep(_why_same(facts, name, label, spec.title, given, cells, spec.reason))


def _why_same(
    facts: Facts,
    name: str,
    label: str,
    title: str,
    given: str,
    cells: tuple[CellRef, ...],
    field: str,
) -> Figure:
    """The reason that was given for no change, or that there is none."""
    text = given or facts.source.words["unchanged"].format(title=title)
    return Figure(name, label, "text", text, text, cells, "info" if given else "given", (field,))


def _reason(
    facts: Facts,
    spec: ChangeSpec,
    difference: Amount,
    direction: str,
    now: Amount | None,
    prior: Amount | None,
) -> Figure:
    """The reason that was given, or one inferred from what is known, to be looked at."""
    name, label = f"{spec.name}.reason", facts.standard.fields[spec.reason].label
    given = clean_clause(facts.book.text(spec.reason), "原因")
    cells = facts.values.info_cell(spec.reason)
    words = facts.source.words
    if given:
        review = ""
        opposite = words["down"] if difference.fen > 0 else words["up"]
        if opposite in given and direction not in given:
            review = f"基础信息“{label}”写的是{opposite}，而这里是{direction}，请核对"
        figure = Figure(name, label, "text", given, given, cells, "info", (spec.reason,), review)
        return facts.keep(figure)
    told = _told_before(facts, spec, now, prior)
    if told is not None:
        return facts.keep(told._replace(name=name))
    movers = _movers(facts, spec, difference)
    if movers:
        joined = words["last"].join([words["separator"].join(movers[:-1]), movers[-1]])
        names = joined if len(movers) > 1 else movers[0]
        text = words["inferred"].format(names=names, direction=direction)
        review = f"基础信息“{label}”未填写，文中原因按各项增减推断，请核实"
    else:
        text = words["neutral"].format(direction=direction)
        review = f"基础信息“{label}”未填写，文中只有一般表述，请补充具体原因"
    figure = Figure(name, label, "text", text, text, cells, "given", (spec.reason,), review)
    return facts.keep(figure)


def _movers(facts: Facts, spec: ChangeSpec, difference: Amount) -> list[str]:
    """The components that moved the same way, largest first, until they explain the change.

    Only components whose figures of both years are known are compared.
    """
    sign = 1 if difference.fen > 0 else -1
    moved: list[tuple[int, str]] = []
    for name, now_expr, prior_expr in spec.components:
        now = facts.value(now_expr, lenient=True)
        prior = facts.value(prior_expr)
        if now.gap or prior.gap or prior.blank:
            continue
        moves = sign * (fen_of(now.amount) - fen_of(prior.amount))
        if moves > 0:
            moved.append((moves, name))
    moved.sort(key=lambda one: -one[0])
    names: list[str] = []
    covered, (share, of) = 0, _ENOUGH
    for size, name in moved:
        if covered * of >= abs(difference.fen) * share:
            break
        names.append(name)
        covered += size
    return names if covered * of >= abs(difference.fen) * share else []
