"""The tables of this year beside those of last year: the unit's name, rows that came, went or were renamed.

Last year's book is compared row by row: subjects by code, units and projects by name.
"""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.figures import TOTAL
from xlbudget.findings import Finding, Level
from xlbudget.relations.grid import INFO

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from xlbudget.figures import Book, Row
    from xlbudget.standard.model import Rule, Standard

__all__ = ["Years", "changed_labels", "changed_name", "changed_rows", "same_text"]

_KINDS = {"subject": "科目", "unit": "单位", "group": "一级项目", "item": "二级项目"}
_ALIKE = 0.6
"""Names so alike may be one project under another name."""
_NAMED = 8
"""So many rows are named in one finding."""


class Years(NamedTuple):
    """Two books of one department: this year's, and last year's with its own standard."""

    standard: Standard
    book: Book
    last_standard: Standard
    last: Book

    def rule(self, compares: str) -> Rule | None:
        """The rule that asks for a comparison, None where the standard has none."""
        rules = self.standard.rules_of(self.book.year)
        return next((rule for rule in rules if rule.compares == compares), None)

    def finding(
        self, rule: Rule, block: str, row: Row | None, message: str, level: Level | None = None
    ) -> Finding:
        """A finding about a row of this year's table, or about the table."""
        table = self.standard.table(self.standard.blocks[block].table)
        return Finding(
            rule.code,
            level or Level(rule.level),
            message,
            table.title,
            self.book.sheets.get(table.key, table.sheet),
            f"A{row.line}" if row is not None and row.line else "",
            row.key.removeprefix("group:") if row is not None else "",
        )


class _Named(NamedTuple):
    """A row as it is first met: the block, the row, its name."""

    block: str
    row: Row
    name: str


def same_text(text: str) -> str:
    """A name or paragraph without spaces and with half-width signs, to be compared."""
    return "".join(text.split()).translate(_SIGNS)


_SIGNS = str.maketrans("（），；：", "(),;:")


def changed_name(years: Years) -> Iterator[Finding]:
    """The unit's name is another one than last year."""
    rule = years.rule("name")
    now, before = years.book.text("unit_name"), years.last.text("unit_name")
    if rule is None or not now or not before or same_text(now) == same_text(before):
        return
    sheet = years.book.sheets.get(INFO, "基础信息")
    message = (
        f"单位名称“{now}”与上年的“{before}”不同；确已更名的请保留，否则请核对是不是拿错了工作簿。"
    )
    cell = years.book.info["unit_name"].cell
    yield Finding(
        rule.code, Level(rule.level), message, "基础信息", sheet, cell, "unit_name", printed=now
    )


def _rows(standard: Standard, book: Book, kind: str) -> dict[tuple[str, str], _Named]:
    """The rows of a kind by list and key, each as it is first met."""
    found: dict[tuple[str, str], _Named] = {}
    for key, data in book.blocks.items():
        block = standard.blocks.get(key)
        for row in data.rows if block is not None else ():
            if row.kind == kind and row.key != TOTAL and block is not None:
                name = (row.label or row.key).strip()
                family = block.subjects if kind == "subject" else kind
                found.setdefault((family, row.key.strip()), _Named(key, row, name))
    return found


def changed_rows(years: Years) -> Iterator[Finding]:
    """Subjects, units and projects that last year's workbook did not have, or had and are gone."""
    rule = years.rule("rows")
    if rule is None:
        return
    for kind, word in _KINDS.items():
        now = _rows(years.standard, years.book, kind)
        before = _rows(years.last_standard, years.last, kind)
        if not now or not before:
            continue
        renamed = {old for _, old in _renamed(kind, now, before)}
        fresh = {new for new, _ in _renamed(kind, now, before)}
        for key in _topmost(kind, set(now) - set(before) - fresh):
            one = now[key]
            shown = f"{key[1]} {one.name}" if kind == "subject" else one.name
            message = f"{word}“{shown}”是今年新增的，上年没有；请核对是否确有这一项。"
            yield years.finding(rule, one.block, one.row, message)
        gone = [before[key] for key in _topmost(kind, set(before) - set(now) - renamed)]
        if gone:
            codes = [f"{one.row.key} {one.name}" if kind == "subject" else one.name for one in gone]
            more = f"等{len(codes)}个" if len(codes) > _NAMED else ""
            names = f"“{'”“'.join(codes[:_NAMED])}”{more}"
            message = f"上年有而今年没有的{word}：{names}；请核对是否漏填。"
            block = (
                gone[0].block
                if gone[0].block in years.standard.blocks
                else next(iter(now.values())).block
            )
            yield years.finding(rule, block, None, message)


def _topmost(kind: str, keys: set[tuple[str, str]]) -> list[tuple[str, str]]:
    """Without the subjects below another one of ``keys``."""
    if kind != "subject":
        return sorted(keys)
    return sorted(
        (family, code)
        for family, code in keys
        if not any((family, code[:length]) in keys for length in range(1, len(code)))
    )


def changed_labels(years: Years) -> Iterator[Finding]:
    """One code with two names, one name with two codes, projects and units under another name."""
    rule = years.rule("labels")
    if rule is None:
        return
    for kind, word in _KINDS.items():
        now = _rows(years.standard, years.book, kind)
        before = _rows(years.last_standard, years.last, kind)
        told: set[tuple[str, str, str]] = set()
        for key, one in _every(years, kind, now):
            old = _at(years, one) or before.get(key)
            if old is None or same_text(old.name) == same_text(one.name):
                continue
            if (key[1], one.name, old.name) in told:
                continue
            told.add((key[1], one.name, old.name))
            listed = _listed(years, key) == same_text(one.name)
            level = Level.HINT if listed else None
            remark = "（今年的名称与科目字典一致）" if listed else ""
            message = (
                f"{word} {key[1]} 今年的名称为“{one.name}”，上年为“{old.name}”{remark}；请核对。"
            )
            yield years.finding(rule, one.block, one.row, message, level)
        for new, gone in _renamed(kind, now, before):
            one, old = now[new], before[gone]
            if kind == "subject":
                message = f"科目“{one.name}”今年的编码为 {new[1]}，上年为 {gone[1]}；请核对编码。"
                yield years.finding(rule, one.block, one.row, message)
            else:
                message = f"{word}“{one.name}”上年可能叫“{old.name}”；请核对名称是否写错。"
                level = Level.HINT if kind != "unit" else None
                yield years.finding(rule, one.block, one.row, message, level)


def _every(
    years: Years, kind: str, first: Mapping[tuple[str, str], _Named]
) -> Iterator[tuple[tuple[str, str], _Named]]:
    """The rows of a kind in all tables; of units and projects those first met."""
    if kind != "subject":
        yield from first.items()
        return
    for key, data in years.book.blocks.items():
        block = years.standard.blocks.get(key)
        for row in data.rows if block is not None else ():
            if row.kind == kind and block is not None and row.label.strip():
                yield (block.subjects, row.key.strip()), _Named(key, row, row.label.strip())


def _at(years: Years, one: _Named) -> _Named | None:
    """The row of the same table of last year."""
    data = years.last.blocks.get(one.block)
    row = data.row(one.row.key) if data is not None else None
    return _Named(one.block, row, row.label.strip()) if row is not None and row.label else None


def _listed(years: Years, key: tuple[str, str]) -> str:
    """The name that the subject list has for a code."""
    subjects = years.standard.subjects.get(key[0])
    found = subjects.find(key[1], years.book.year) if subjects is not None else None
    return same_text(found.name) if found is not None else ""


def _renamed(
    kind: str,
    now: Mapping[tuple[str, str], _Named],
    before: Mapping[tuple[str, str], _Named],
) -> list[tuple[tuple[str, str], tuple[str, str]]]:
    """Rows that came beside rows that went under another key: subjects of one name, else alike names."""
    came = sorted(set(now) - set(before))
    went = sorted(set(before) - set(now))
    pairs = []
    for new in came:
        left = [old for old in went if old[0] == new[0]]
        if kind == "subject":
            name = same_text(now[new].name)
            same = [
                old
                for old in left
                if len(old[1]) == len(new[1]) and same_text(before[old].name) == name
            ]
            twins = [other for other in came if same_text(now[other].name) == name]
            if len(same) != 1 or len([one for one in twins if len(one[1]) == len(new[1])]) != 1:
                continue
            found = same[0]
        else:
            names = {same_text(before[old].name): old for old in left}
            near = difflib.get_close_matches(same_text(now[new].name), list(names), 1, _ALIKE)
            if not near:
                continue
            found = names[near[0]]
        pairs.append((new, found))
        went.remove(found)
    return pairs
