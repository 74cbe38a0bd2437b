"""Lists with money: the lines of a table, their shares of the whole, lists of names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlbudget.money import Amount, percent_text, share
from xlbudget.notes.figure import CellRef, Figure, FigureList, Item, placeholder
from xlbudget.notes.wording import clean, clean_clause

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from xlbudget.notes.facts import Facts
    from xlbudget.notes.source import ListSpec
    from xlbudget.standard.equations import Ref

__all__ = ["make_list", "make_names"]


def make_names(facts: Facts, name: str, title: str, ref: Ref) -> Figure:
    """The names of the rows whose amount is not nought, in the order of the table."""
    gap = facts.values.missing(ref.block)
    if gap:
        return placeholder(name, title, "list", gap)
    cells: list[CellRef] = []
    labels: list[str] = []
    for position in facts.values.positions(ref):
        value = facts.values.at(ref, position)
        if value.gap or (value.amount is not None and value.amount.fen):
            row = facts.values.row(ref, position)
            labels.append(_label(facts, ref.block, row.key, row.label) or f"【待填：{row.key}】")
            cells += [*value.cells, *facts.values.name_cell(ref.block, position)]
    return _joined(facts, name, title, labels, cells, (str(ref),))


def _joined(
    facts: Facts,
    name: str,
    title: str,
    labels: Iterable[str],
    cells: Iterable[CellRef],
    basis: tuple[str, ...],
) -> Figure:
    found = tuple(dict.fromkeys(labels))
    text = facts.source.words["separator"].join(found)
    review = f"{title}有名称缺失" if "【待填：" in text else ""
    return Figure(name, title, "list", text, found, tuple(cells), "rows", basis, review)


def make_list(facts: Facts, spec: ListSpec) -> FigureList:
    """The lines of a list that are not nought, with their shares of the whole."""
    whole = facts.names.get(spec.whole)
    total = whole if isinstance(whole, Figure) else None
    if spec.rows is not None:
        gap = facts.values.missing(spec.rows.block)
        if gap:
            return _hole(facts, spec, gap, total)
        lines = _rows(facts, spec, spec.rows, facts.values.positions(spec.rows), spec.name)
    else:
        lines = _named(facts, spec)
        if len(lines) == len(spec.items) and all(line.amount.missing for line in lines):
            return _hole(facts, spec, lines[0].amount.review, total)
    return _finished(facts, spec.name, spec.title, lines, total)


def _hole(facts: Facts, spec: ListSpec, gap: str, whole: Figure | None) -> FigureList:
    hole = placeholder(f"{spec.name}.gap", spec.title, "list", gap)
    return FigureList(gap=facts.keep(hole), whole=whole)


def _finished(
    facts: Facts, name: str, title: str, lines: Sequence[Item], whole: Figure | None
) -> FigureList:
    texts = [line.name.text for line in lines]
    cells = [cell for line in lines for cell in (*line.amount.cells, *line.name.cells)]
    basis = tuple(line.name.name for line in lines)
    names = facts.keep(_joined(facts, f"{name}.names", title, texts, cells, basis))
    return FigureList(tuple(_shared(facts, lines, whole)), whole, names)


def _shared(facts: Facts, lines: Sequence[Item], whole: Figure | None) -> Iterable[Item]:
    """The lines with their shares of the whole, each rounded by itself."""
    amounts = [line.amount.value for line in lines]
    known = [one for one in amounts if isinstance(one, Amount) and one.fen >= 0]
    base = whole.value if whole is not None else None
    if whole is None or not isinstance(base, Amount) or base.fen <= 0 or len(known) < len(lines):
        return lines
    result = []
    for line, amount in zip(lines, known, strict=True):
        part = share(amount.fen, base.fen)
        figure = Figure(
            line.share.name,
            line.share.title,
            "percent",
            percent_text(part),
            part,
            (*line.amount.cells, *whole.cells),
            "share",
            (line.amount.name, whole.name),
        )
        result.append(
            Item(
                line.key,
                line.name,
                line.amount,
                facts.keep(figure),
                line.words,
                line.children,
                line.level,
            )
        )
    return result


def _named(facts: Facts, spec: ListSpec) -> list[Item]:
    lines = []
    for one in spec.items:
        stem = f"{spec.name}.{one.name}"
        amount = facts.keep(facts.amount(f"{stem}.amount", one.title, one.expr, lenient=True))
        if amount:
            label = Figure(f"{stem}.name", one.title, "text", one.title, one.title, how="given")
            lines.append(_item(facts, stem, one.name, label, amount, _nothing(stem)))
    return lines


def _item(
    facts: Facts,
    stem: str,
    key: str,
    label: Figure,
    amount: Figure,
    words: Figure,
    children: FigureList | None = None,
    level: str = "",
) -> Item:
    share = Figure(f"{stem}.share", f"{label.text}占比", "percent", "", None, how="share")
    for figure in (label, amount, words, share):
        facts.keep(figure)
    return Item(key, label, amount, share, words, children or FigureList(), level)


def _nothing(stem: str) -> Figure:
    return Figure(f"{stem}.words", "说明", "text", "", "", how="info")


def _rows(
    facts: Facts, spec: ListSpec, ref: Ref, positions: Iterable[int], stem: str
) -> list[Item]:
    lines = []
    for position in positions:
        value, row = facts.values.at(ref, position), facts.values.row(ref, position)
        if not value.gap and (value.amount is None or not value.amount.fen):
            continue
        key = clean(row.key)
        own = _unused(facts, f"{stem}.{key}")
        text = _label(facts, ref.block, row.key, row.label)
        where = facts.values.name_cell(ref.block, position)
        label = (
            Figure(f"{own}.name", spec.title, "text", text, text, where, "cell", (key,))
            if text
            else placeholder(f"{own}.name", f"科目名称{key}", "text", f"科目{key}没有名称", where)
        )
        basis = (str(ref._replace(how="one", which=row.key)),)
        amount = facts.of_value(f"{own}.amount", label.text, value, basis)
        below = facts.values.below(ref, position) if spec.tree else []
        children = _finished(
            facts, own, text, _rows(facts, spec, ref, below, own) if below else [], amount
        )
        words = _words(facts, spec, own, key, text)
        level = _level(facts, ref.block, row.key)
        lines.append(_item(facts, own, key, label, amount, words, children, level))
    return lines


def _unused(facts: Facts, stem: str) -> str:
    """``stem``, with a number where a row of the same code went before."""
    own, count = stem, 1
    while f"{own}.amount" in facts.figures:
        count += 1
        own = f"{stem}#{count}"
    return own


def _words(facts: Facts, spec: ListSpec, stem: str, key: str, label: str) -> Figure:
    keyed = next((one for one in facts.standard.keyed if one.key == spec.keyed), None)
    if keyed is None:
        return _nothing(stem)
    texts = facts.book.keyed.get(spec.keyed, {})
    name = label if texts.get(label) else key
    text = clean_clause(texts.get(name, ""), spec.leading)
    if text:
        cells = facts.values.keyed_cell(keyed, name)
        return Figure(f"{stem}.words", "说明", "text", text, text, cells, "info", (spec.keyed,))
    review = f"基础信息“{keyed.title}”中没有“{label or key}”，请核对这里的表述"
    return Figure(f"{stem}.words", "说明", "note", "", "", how="info", review=review)


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
