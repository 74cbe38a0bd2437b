"""A book compared with last year's: its rows, its jumps, its figures of last year, and wording carried over.

Last year's book is compared row by row: subjects by code, units and projects by name. For jumps the natural
logarithm of this year's over last year's amount is taken for every cell that both books have; a cell stands out
where it is further from the median than several times the median absolute deviation, and by a factor and an
amount that matter. That is never more than a hint.
"""

from __future__ import annotations

import difflib
import math
import re
from statistics import median
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.checks.wording import finding_in_info, table_place
from xlbudget.errors import UnusableFileError
from xlbudget.explaining.facts import evaluate_facts
from xlbudget.explaining.source import load_source
from xlbudget.figures import TOTAL
from xlbudget.findings import Finding, Level, NotExecuted, Suggestion
from xlbudget.money import COUNT, Amount
from xlbudget.rules.grid import INFO, Grid

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from xlbudget.figures import Book, Row
    from xlbudget.findings import Report
    from xlbudget.standard.model import Rule, Standard

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
        title, sheet = table_place(self.standard, self.book, block)
        cell = f"A{row.line}" if row is not None and row.line else ""
        key = row.key.removeprefix("group:") if row is not None else ""
        return Finding(rule.code, level or Level(rule.level), message, title, sheet, cell, key)

    def in_info(self, rule: Rule, field: str, message: str, level: Level | None = None) -> Finding:
        """A finding about a field of 基础信息."""
        return finding_in_info(self.book, rule.code, level or Level(rule.level), message, field)


Key = tuple[str, str]
"""List and code of a subject, else kind and name."""


class _Named(NamedTuple):
    """A row as it is first met: the block, the row, its name."""

    block: str
    row: Row
    name: str


def same_text(text: str) -> str:
    """A name or paragraph without spaces and with half-width signs, to be compared."""
    return "".join(text.split()).translate(_SIGNS)


_SIGNS = str.maketrans("（），；：", "(),;:")


def _changed_name(years: Years) -> Iterator[Finding]:
    """The unit's name is another one than last year."""
    rule = years.rule("name")
    now, before = years.book.text("unit_name"), years.last.text("unit_name")
    if rule is None or not now or not before or same_text(now) == same_text(before):
        return
    message = (
        f"单位名称“{now}”与上年的“{before}”不同；确已更名的请保留，否则请核对是不是拿错了工作簿。"
    )
    yield years.in_info(rule, "unit_name", message)._replace(printed=now)


def _rows(standard: Standard, book: Book, kind: str) -> Iterator[tuple[Key, _Named]]:
    """The rows of a kind in all tables, with list and key."""
    for key, data in book.blocks.items():
        block = standard.blocks.get(key)
        for row in data.rows if block is not None else ():
            if row.kind == kind and row.key != TOTAL and block is not None:
                family = block.subjects if kind == "subject" else kind
                yield (family, row.key.strip()), _Named(key, row, (row.label or row.key).strip())


def _first_met(standard: Standard, book: Book, kind: str) -> dict[Key, _Named]:
    """The rows of a kind by list and key, each as it is first met."""
    found: dict[Key, _Named] = {}
    for key, one in _rows(standard, book, kind):
        found.setdefault(key, one)
    return found


def _changed_rows(years: Years) -> Iterator[Finding]:
    """Subjects, units and projects that last year's workbook did not have, or had and are gone."""
    rule = years.rule("rows")
    for kind, word in _KINDS.items() if rule is not None else ():
        assert rule is not None
        now = _first_met(years.standard, years.book, kind)
        before = _first_met(years.last_standard, years.last, kind)
        if not now or not before:
            continue
        renamed = _renamed(kind, now, before)
        for key in _topmost(kind, set(now) - set(before) - {new for new, _ in renamed}):
            one = now[key]
            shown = f"{key[1]} {one.name}" if kind == "subject" else one.name
            message = f"{word}“{shown}”是今年新增的，上年没有；请核对是否确有这一项。"
            yield years.finding(rule, one.block, one.row, message)
        left = set(before) - set(now) - {old for _, old in renamed}
        gone = [before[key] for key in _topmost(kind, left)]
        if gone:
            codes = [f"{one.row.key} {one.name}" if kind == "subject" else one.name for one in gone]
            more = f"等{len(codes)}个" if len(codes) > _NAMED else ""
            names = f"“{'”“'.join(codes[:_NAMED])}”{more}"
            message = f"上年有而今年没有的{word}：{names}；请核对是否漏填。"
            known = gone[0].block in years.standard.blocks
            block = gone[0].block if known else next(iter(now.values())).block
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


def _changed_labels(years: Years) -> Iterator[Finding]:
    """One code with two names, one name with two codes, projects and units under another name."""
    rule = years.rule("labels")
    for kind, word in _KINDS.items() if rule is not None else ():
        assert rule is not None
        now = _first_met(years.standard, years.book, kind)
        before = _first_met(years.last_standard, years.last, kind)
        told: set[tuple[str, str, str]] = set()
        every = _rows(years.standard, years.book, kind) if kind == "subject" else now.items()
        for key, one in every:
            if kind == "subject" and not one.row.label.strip():
                continue
            old = _row_last_year(years, one) or before.get(key)
            if old is None or same_text(old.name) == same_text(one.name):
                continue
            if (key[1], one.name, old.name) in told:
                continue
            told.add((key[1], one.name, old.name))
            subjects = years.standard.subjects.get(key[0])
            listed = subjects.find(key[1], years.book.year) if subjects is not None else None
            same = listed is not None and same_text(listed.name) == same_text(one.name)
            remark = "（今年的名称与科目字典一致）" if same else ""
            message = (
                f"{word} {key[1]} 今年的名称为“{one.name}”，上年为“{old.name}”{remark}；请核对。"
            )
            yield years.finding(rule, one.block, one.row, message, Level.HINT if same else None)
        for new, gone in _renamed(kind, now, before):
            one, old = now[new], before[gone]
            if kind == "subject":
                message = f"科目“{one.name}”今年的编码为 {new[1]}，上年为 {gone[1]}；请核对编码。"
            else:
                message = f"{word}“{one.name}”上年可能叫“{old.name}”；请核对名称是否写错。"
            level = Level.HINT if kind not in ("subject", "unit") else None
            yield years.finding(rule, one.block, one.row, message, level)


def _row_last_year(years: Years, one: _Named) -> _Named | None:
    """The row of the same table of last year."""
    data = years.last.blocks.get(one.block)
    row = data.row(one.row.key) if data is not None else None
    return _Named(one.block, row, row.label.strip()) if row is not None and row.label else None


def _renamed(
    kind: str,
    now: Mapping[Key, _Named],
    before: Mapping[Key, _Named],
) -> list[tuple[Key, Key]]:
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
            if len(same) != 1 or len([twin for twin in twins if len(twin[1]) == len(new[1])]) != 1:
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


_TIMES = 3.5
_CONSISTENT = 1.4826
"""Makes the median absolute deviation of normal data its standard deviation."""
_FACTOR = math.log(2)
"""Less than doubling or halving is no jump, however quiet the other cells are."""
_MATTERS = 100
"""The change must be at least this part (1/100) of the largest amount."""
_SHIFTS = {10_000: "元与万元弄混", 100: "小数点错两位", 10: "小数点错一位"}
_CLOSE = 1e-3
_LEAST = 8
"""With fewer pairs all that stands still is not worth a remark."""
_MOST = 30


class _Pair(NamedTuple):
    """One cell of both years."""

    number: int
    now: Amount
    before: Amount
    ratio: float


def jumps(years: Years) -> Iterator[Finding]:
    """The cells that stand out, largest first; one remark where nothing at all has changed."""
    rule = years.rule("jumps")
    if rule is None:
        return
    # Blocks that this year's standard does not have are left out.
    known = {key: data for key, data in years.book.blocks.items() if key in years.standard.blocks}
    grid = Grid(years.standard, years.book._replace(blocks=known))
    pairs = list(_pairs(years, grid))
    if len(pairs) >= _LEAST and all(pair.now.fen == pair.before.fen for pair in pairs):
        message = f"可与上年比较的 {len(pairs)} 格金额与上年完全相同；请核对是否还是上年的数字。"
        yield Finding(rule.code, Level.WARNING, message)
        return
    leaves = [pair for pair in pairs if _leaf(grid, pair.number)]
    if not leaves:
        return
    middle = median(pair.ratio for pair in leaves)
    spread = median(abs(pair.ratio - middle) for pair in leaves) * _CONSISTENT
    limit = max(_TIMES * spread, _FACTOR)
    matters = max(max(pair.now.fen, pair.before.fen) for pair in pairs) // _MATTERS
    out = [
        pair
        for pair in leaves
        if abs(pair.ratio - middle) > limit
        and abs(pair.ratio) > _FACTOR
        and abs(pair.now.fen - pair.before.fen) >= matters
    ]
    seen: set[tuple[str, int, int]] = set()
    for pair in sorted(out, key=lambda pair: -abs(pair.now.fen - pair.before.fen)):
        row = grid.spot(pair.number).row
        same = row.key, pair.now.fen, pair.before.fen
        if same not in seen and len(seen) < _MOST:
            seen.add(same)
            yield _finding(years, rule, grid, pair, len(leaves), math.exp(middle))


def _pairs(years: Years, grid: Grid) -> Iterator[_Pair]:
    for key, data in grid.book.blocks.items():
        before, columns = years.last.blocks.get(key), years.standard.blocks[key].amount_index
        spec = years.last_standard.blocks.get(key)
        if before is None or spec is None:
            continue
        for position, row in enumerate(data.rows):
            old = before.row(row.key)
            for column, at in columns.items():
                there = spec.amount_index.get(column)
                if old is None or there is None:
                    continue
                now, then = row.cells[at], old.cells[there]
                if (
                    isinstance(now, Amount)
                    and isinstance(then, Amount)
                    and now.fen > 0
                    and then.fen > 0
                    and COUNT not in (now.unit, then.unit)
                ):
                    number = grid.number(key, position, at)
                    yield _Pair(number, now, then, math.log(now.fen / then.fen))


def _leaf(grid: Grid, number: int) -> bool:
    """Whether the cell's row has no rows below it and is no total."""
    block, row, _ = grid.spot(number)
    data = grid.data(block)
    if data is None or row.kind in ("total", "group", "class"):
        return False
    if any(spec.total and spec.key == row.key for spec in grid.standard.blocks[block].rows):
        return False
    return data.by_key.get(row.key, -1) not in grid.tree(block)


def _finding(
    years: Years, rule: Rule, grid: Grid, pair: _Pair, count: int, typical: float
) -> Finding:
    block, row, column = grid.spot(pair.number)
    spec, place = years.standard.blocks[block], grid.place(pair.number)
    parts = spec.column(spec.amounts[column]).heading(years.book.year)
    heading = "/".join(dict.fromkeys("".join(part.split()) for part in parts))
    code = f"{row.key} " if row.kind == "subject" else ""
    times = pair.now.fen / pair.before.fen
    moved = f"是上年的{times:,.1f}倍" if times >= 1 else f"只有上年的{times:.1%}"
    size = max(times, 1 / times)
    alike = (f"，像是{words}" for by, words in _SHIFTS.items() if abs(size / by - 1) < _CLOSE)
    doubt = next(alike, "")
    message = (
        f"“{code}{row.label or row.key}”{heading}今年 {pair.now.text}，上年 {pair.before.text}，"
        f"{moved}{doubt}；请核对，并在说明中写明原因。"
    )
    basis = (
        f"{count} 格可比的明细金额中，今年与上年之比的中位数为 {typical:.2f}；"
        f"{pair.now.text}÷{pair.before.text}＝{times:,.2f}"
    )
    table = years.standard.table_of(spec)
    where = (table.title, *place, row.key.removeprefix("group:"), heading)
    return Finding(rule.code, Level(rule.level), message, *where, pair.now.plain, basis=(basis,))


_FIGURE = re.compile(r"[1-9][\d,，]{0,40}(?:\.\d+)?(?=\s{0,40}(?:亿元|万元|元|%|％))")
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
    findings: list[Finding] = [
        *_changed_name(years),
        *_changed_rows(years),
        *_changed_labels(years),
        *_figures(years, missing),
        *jumps(years),
        *_wording(years),
    ]
    rules = {rule.code for rule in standard.rules_of(book.year) if rule.compares}
    done = rules - {skipped.code for skipped in missing}
    return report.with_more(findings, missing, dict.fromkeys(done, 1))


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
        unit = years.standard.info_unit(ref.which)
        wanted = value.amount or Amount(0, unit)
        stated = years.book.number(ref.which)
        if stated is None:
            if wanted.fen:
                yield _figure(years, rule, ref.which, wanted, None)
        elif (
            isinstance(stated, Amount)
            # Compared in the unit and with the decimals of what is stated.
            and stated.fen != wanted.rounded(stated.unit, stated.places).fen
        ):
            yield _figure(years, rule, ref.which, wanted, stated)


def _figure(years: Years, rule: Rule, field: str, wanted: Amount, stated: Amount | None) -> Finding:
    """What 基础信息 states of last year (None: nothing), and last year's workbook says."""
    label = years.standard.fields[field].label
    unit = stated.unit if stated is not None else years.standard.info_unit(field)
    right = wanted.rounded(unit, max(wanted.places, 2)) if wanted.unit != unit else wanted
    if stated is None:
        message = f"“{label}”没有填，上年的工作簿是 {wanted.text}；请填写。"
        finding = years.in_info(rule, field, message, Level.WARNING)
    else:
        message = f"“{label}”填的是 {stated.text}，上年的工作簿是 {wanted.text}；请核对。"
        off = Amount(stated.fen - right.fen, unit, right.places)
        finding = years.in_info(rule, field, message)
        finding = finding._replace(printed=stated.plain, difference=off.plain)
    return finding._replace(
        expected=right.plain,
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
        title, level = unit.place.sheet or "情况说明", Level(rule.level)
        finding = Finding(rule.code, level, message, title, *unit.place, unit.id)
        yield finding._replace(printed=figure[0])


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
        yield years.in_info(rule, found[0], message, Level.HINT)


def _targets(years: Years, rule: Rule) -> Iterator[Finding]:
    """Targets of projects that still name last year."""
    table = next((table for table in years.standard.tables if table.forms), None)
    if table is None:
        return
    word = f"{years.last.year}年"
    held = {(form.name, same_text(text)) for form in years.last.forms for text, _ in form.texts()}
    for form in years.book.forms:
        for text, cell in form.texts():
            if word in text and (form.name, same_text(text)) in held:
                message = (
                    f"项目“{form.name}”的“{text[:_SHOWN]}”与上年相同，写的是{word}；请改为今年的。"
                )
                finding = years.finding(rule, table.blocks[0].key, None, message)
                yield finding._replace(cell=cell, row=form.name)
