"""A book compared with last year's: its figures of last year, and wording that was carried over."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from xlbudget.checks.last_year import (
    Years,
    changed_labels,
    changed_name,
    changed_rows,
    same_text,
)
from xlbudget.checks.last_year_jumps import jumps
from xlbudget.errors import UnusableFileError
from xlbudget.findings import Finding, Level, NotExecuted, Status, Suggestion
from xlbudget.money import Amount
from xlbudget.notes.facts import evaluate_facts
from xlbudget.notes.source import load_source
from xlbudget.relations.grid import INFO

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlbudget.figures import Book, FormData
    from xlbudget.findings import Report
    from xlbudget.standard.model import Rule, Standard

__all__ = ["with_last_year"]

_FIGURE = re.compile(r"[1-9][\d,，]*(?:\.\d+)?(?=\s*(?:亿元|万元|元|%|％))")
_SHOWN = 30


def with_last_year(
    report: Report, standard: Standard, book: Book, last_standard: Standard, last: Book
) -> Report:
    """The report of ``book`` with what comparing it with ``last`` says; pure, no files.

    Raises:
        UnusableFileError: ``last`` is not of the year before.
        StandardError: a standard's facts are wrong.
    """
    if last.year != book.year - 1:
        raise UnusableFileError(
            f"上年的工作簿“{last.name}”是{last.year}年度的，“{book.name}”是{book.year}年度的，"
            f"应给出{book.year - 1}年度的工作簿。"
        )
    years = Years(standard, book, last_standard, last)
    missing: list[NotExecuted] = []
    found: list[Finding] = [
        *changed_name(years),
        *changed_rows(years),
        *changed_labels(years),
        *_figures(years, missing),
        *jumps(years),
        *_wording(years),
    ]
    counts = Counter(dict(report.executed))
    rules = [rule for rule in standard.rules_of(book.year) if rule.compares]
    without = {one.code for one in missing}
    counts.update({rule.code: 1 for rule in rules if rule.code not in without})
    levels = list(Level)
    ordered = sorted([*report.findings, *found], key=lambda one: levels.index(one.level))
    wrong = any(one.level is Level.ERROR for one in found)
    return report._replace(
        status=Status.ERROR if wrong else report.status,
        findings=tuple(ordered),
        not_executed=tuple(dict.fromkeys([*report.not_executed, *missing])),
        executed=tuple(sorted(counts.items())),
    )


def _figures(years: Years, missing: list[NotExecuted]) -> Iterator[Finding]:
    """Every figure of last year that 基础信息 states is what last year's workbook says.

    The standard's comparisons say what both are: this year's cell, and the figure compared.
    """
    rule = years.rule("figures")
    if rule is None:
        return
    source = load_source(years.standard)
    last_source = load_source(years.last_standard)
    then = evaluate_facts(years.last_standard, years.last, last_source)
    old = {change.name: change for change in last_source.changes}
    seen: set[str] = set()
    for change in source.changes:
        parts, before = change.prior.parts, old.get(change.name)
        ref = parts[0].ref if len(parts) == 1 else None
        if before is None or ref is None or ref.block != INFO or ref.which in seen:
            continue
        seen.add(ref.which)
        value = then.value(before.now)
        field = years.standard.fields[ref.which]
        if value.gap:
            reason = f"上年的工作簿{value.gap}，“{field.label}”没有核对。"
            missing.append(NotExecuted(rule.code, reason))
            continue
        unit = years.standard.unit
        wanted = value.amount or Amount(0, unit)
        stated = years.book.number(ref.which)
        if stated is None:
            if wanted.fen:
                message = f"“{field.label}”没有填，上年的工作簿是 {wanted.text}；请填写。"
                yield _figure(years, rule, ref.which, message, wanted, None, Level.WARNING)
            continue
        if isinstance(stated, Amount) and stated.fen != _at(wanted, stated).fen:
            message = f"“{field.label}”填的是 {stated.text}，上年的工作簿是 {wanted.text}；请核对。"
            yield _figure(years, rule, ref.which, message, wanted, stated, None)


def _at(amount: Amount, like: Amount) -> Amount:
    """An amount in the unit and with the decimals of another."""
    return amount.rounded(like.unit, like.places)


def _figure(
    years: Years,
    rule: Rule,
    field: str,
    message: str,
    wanted: Amount,
    stated: Amount | None,
    level: Level | None,
) -> Finding:
    found = years.book.info.get(field)
    unit = stated.unit if stated is not None else years.standard.unit
    right = wanted.rounded(unit, max(wanted.places, 2)) if wanted.unit != unit else wanted
    difference = "" if stated is None else Amount(stated.fen - right.fen, unit, right.places).plain
    return Finding(
        rule.code,
        level or Level(rule.level),
        message,
        "基础信息",
        years.book.sheets.get(INFO, "基础信息"),
        found.cell if found is not None else "",
        field,
        printed=stated.plain if stated is not None else "",
        expected=right.plain,
        difference=difference,
        basis=(f"上年的工作簿“{years.last.name}”（{years.last.year}年度）：{right.text}",),
        suggestions=(Suggestion(right.plain, "上年的工作簿", 1.0),),
    )


# ------------------------------------------------------------------ wording


def _wording(years: Years) -> Iterator[Finding]:
    """What reads word for word as last year though it should not."""
    rule = years.rule("wording")
    if rule is not None:
        yield from _paragraphs(years, rule)
        yield from _reasons(years, rule)
        yield from _targets(years, rule)


def _paragraphs(years: Years, rule: Rule) -> Iterator[Finding]:
    """Paragraphs with amounts that a person wrote and that stood there last year."""
    before = {same_text(unit.text) for unit in years.last.texts if not unit.heading}
    for unit in years.book.texts:
        figure = _FIGURE.search(unit.text)
        if unit.heading or unit.follows or figure is None or same_text(unit.text) not in before:
            continue
        message = (
            f"这一段与上年的一字不差，其中有数字“{figure[0]}”；请按今年的数字改写，"
            "或清空定稿、改用生成的文字。"
        )
        yield Finding(
            rule.code,
            Level(rule.level),
            message,
            unit.place.sheet or "情况说明",
            unit.place.sheet,
            unit.place.cell,
            unit.id,
            printed=figure[0],
        )


def _reasons(years: Years, rule: Rule) -> Iterator[Finding]:
    """Reasons for this year's changes that are last year's; one finding for each wording."""
    fields = dict.fromkeys(change.reason for change in load_source(years.standard).changes)
    same: dict[str, list[str]] = {}
    for field in fields:
        text = same_text(years.book.text(field))
        if text and text == same_text(years.last.text(field)):
            same.setdefault(text, []).append(field)
    for text, found in same.items():
        labels = "、".join(years.standard.fields[field].label for field in found)
        shown = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
        message = f"{labels}写的“{shown}”与上年的一字不差；请核对是否是今年的原因。"
        yield Finding(
            rule.code,
            Level.HINT,
            message,
            "基础信息",
            years.book.sheets.get(INFO, "基础信息"),
            years.book.info[found[0]].cell,
            found[0],
        )


def _targets(years: Years, rule: Rule) -> Iterator[Finding]:
    """Targets of projects that still name last year."""
    table = next((one for one in years.standard.tables if one.forms), None)
    if table is None:
        return
    word = f"{years.last.year}年"
    held = {(form.name, same_text(text)) for form in years.last.forms for text in _texts(form)}
    sheet = years.book.sheets.get(table.key, table.sheet)
    for form in years.book.forms:
        cells = [(text, form.places.get(key, "")) for key, text in form.fields.items()]
        for line in form.indicators:
            for key, text in line.values.items():
                letter = form.letters.get(key, "")
                cells.append((text, f"{letter}{line.line}" if letter and line.line else ""))
        for text, cell in cells:
            if word in text and (form.name, same_text(text)) in held:
                message = (
                    f"项目“{form.name}”的“{text[:_SHOWN]}”与上年相同，写的是{word}；请改为今年的。"
                )
                yield Finding(
                    rule.code, Level(rule.level), message, table.title, sheet, cell, form.name
                )


def _texts(form: FormData) -> Iterator[str]:
    yield from form.fields.values()
    for line in form.indicators:
        yield from line.values.values()
