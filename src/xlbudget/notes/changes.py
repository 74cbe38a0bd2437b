"""Comparisons with last year: amount, direction, percentage, reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlbudget.money import Amount, percent_text, round_div
from xlbudget.notes.figure import Change, Figure
from xlbudget.notes.values import added
from xlbudget.notes.wording import clean_clause

if TYPE_CHECKING:
    from xlbudget.notes.facts import Facts
    from xlbudget.notes.source import ChangeSpec
    from xlbudget.notes.values import Value

__all__ = ["make_change"]

_ENOUGH = (4, 5)
"""Movers are named, largest first, until they make up four fifths of the change."""


def make_change(facts: Facts, spec: ChangeSpec) -> Change:
    """Compare; where last year's figure is missing, nothing is said and a note asks for it."""
    now, prior = facts.value(spec.now), facts.value(spec.prior)
    cells = (*now.cells, *prior.cells)
    basis = (spec.now.text, spec.prior.text)

    def figure(part: str, kind: str, text: str, value: Amount | int | str | None) -> Figure:
        name = f"{spec.name}.{part}"
        return facts.keep(Figure(name, spec.title, kind, text, value, cells, "change", basis))

    trouble = _trouble(spec, now, prior)
    note = Figure(f"{spec.name}.note", spec.title, "note", "", "", cells, review=trouble)
    facts.keep(note)
    empty = figure("none", "text", "", "")
    if trouble:
        return Change(
            known=False,
            same=False,
            note=note,
            amount=empty,
            direction=empty,
            trend=empty,
            percent=empty,
            reason=empty,
            prior=empty,
        )
    found = added(((1, now), (-1, prior))).amount or Amount(0, facts.source.unit)
    unit = facts.source.unit
    difference = found if found.unit == unit else found.rounded(unit, facts.source.places)
    words = facts.source.words
    up = difference.fen > 0
    same = difference.fen == 0
    direction = words["same"] if same else words["up"] if up else words["down"]
    trend = words["same"] if same else words["up_trend"] if up else words["down_trend"]
    size = difference._replace(fen=abs(difference.fen))
    base = prior.amount.fen if prior.amount is not None else 0
    percent = round_div(abs(found.fen) * 10_000, base) if base > 0 and not same else None
    return Change(
        known=True,
        same=same,
        note=note,
        amount=figure("amount", "amount", facts.printed(size), difference),
        direction=figure("direction", "text", direction, direction),
        trend=figure("trend", "text", trend, trend),
        percent=figure(
            "percent", "percent", "" if percent is None else percent_text(percent), percent
        ),
        reason=empty if same else _reason(facts, spec, difference, direction),
        prior=_prior(facts, spec, prior),
    )


def _prior(facts: Facts, spec: ChangeSpec, prior: Value) -> Figure:
    """Last year's figure: not in our own sentences, but people write it into theirs."""
    unit = facts.source.unit
    amount = prior.amount or Amount(0, unit)
    shown = amount if amount.unit == unit else amount.rounded(unit, facts.source.places)
    name, title = f"{spec.name}.prior", f"{spec.title}的上年数"
    return facts.keep(
        Figure(
            name,
            title,
            "amount",
            facts.printed(shown),
            shown,
            prior.cells,
            "change",
            (spec.prior.text,),
        )
    )


def _trouble(spec: ChangeSpec, now: Value, prior: Value) -> str:
    if now.gap or prior.gap:
        return now.gap or prior.gap
    if prior.amount is None:
        return f"上年数未填写，{spec.title}未与上年比较"
    return ""


def _reason(facts: Facts, spec: ChangeSpec, difference: Amount, direction: str) -> Figure:
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
        before = prior.amount.fen if prior.amount is not None else 0
        after = now.amount.fen if now.amount is not None else 0
        if sign * (after - before) > 0:
            moved.append((sign * (after - before), name))
    moved.sort(key=lambda one: -one[0])
    names: list[str] = []
    covered, (share, of) = 0, _ENOUGH
    for size, name in moved:
        if covered * of >= abs(difference.fen) * share:
            break
        names.append(name)
        covered += size
    return names if covered * of >= abs(difference.fen) * share else []
