"""Evaluate a standard's facts for one book: every figure that its templates may name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlbudget.errors import StandardError
from xlbudget.money import COUNT, Amount
from xlbudget.notes.changes import make_change
from xlbudget.notes.figure import Change, Figure, FigureList, placeholder
from xlbudget.notes.lists import make_list, make_names
from xlbudget.notes.values import Value, Values, added
from xlbudget.notes.wording import clean

if TYPE_CHECKING:
    from xlbudget.figures import Book
    from xlbudget.notes.source import Expr, Named, Part, Source
    from xlbudget.standard.model import Standard

__all__ = ["Facts", "evaluate_facts"]


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

    def keep(self, figure: Figure) -> Figure:
        """Register a figure under its name."""
        self.figures[figure.name] = figure
        return figure

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

    def printed(self, amount: Amount) -> str:
        """An amount as the text prints it: ``6,295.86``; nought is ``0``; counts without commas."""
        if not amount.fen:
            return "0"
        if amount.unit == COUNT:
            return str(amount.fen)
        unit = self.source.unit
        same = amount.unit == unit and amount.places >= self.source.places
        return amount.text if same else amount.rounded(unit, self.source.places).text

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
    for one in source.lists:
        facts.add(one.name, make_list(facts, one))
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
