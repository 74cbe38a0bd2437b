"""The named checks of the rule catalogue, and what each is given: cells, subjects, particulars, what is not filled in."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.characters import row_label, squash
from xlbudget.checks.wording import (
    cell_label,
    finding_at,
    finding_in_info,
    name_title,
    short_heading,
    table_place,
    to_fill,
)
from xlbudget.figures import TOTAL, Unreadable
from xlbudget.findings import Finding, Level, NotExecuted
from xlbudget.money import STANDARD_PLACES, Amount
from xlbudget.rules.grid import INFO
from xlbudget.rules.unfilled import Lack, block_title
from xlbudget.standard.loader import parse_ref
from xlbudget.standard.placeholders import fits

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlbudget.figures import Row
    from xlbudget.rules.grid import Grid
    from xlbudget.rules.unfilled import Unfilled, Virtual, Witness
    from xlbudget.standard.model import Block, Ref, Rule, SubjectList, Table

Outcome = Finding | NotExecuted
NOT_APPLICABLE = "本标准没有这项检查要看的栏目，不适用。"
"""Why a check does not run where the standard does not name what it looks at."""


class Context(NamedTuple):
    """The rule that asked for the check, and the workbook's cells."""

    rule: Rule
    grid: Grid

    @property
    def level(self) -> Level:
        """The level of a violation."""
        return Level(self.rule.level)

    def cell(self, name: str) -> Ref | None:
        """The cell that the rule tells its check; None where it does not, or the standard has no such cell."""
        told = self.rule.argument(name)
        ref = parse_ref(told) if told else None
        if ref is None or (ref.block == INFO and ref.which in self.grid.standard.fields):
            return ref
        block = self.grid.standard.blocks.get(ref.block)
        return ref if block is not None and ref.column in block.amount_index else None

    @property
    def untold(self) -> NotExecuted:
        """The check does not apply: the standard does not say what it looks at."""
        return NotExecuted(self.rule.code, NOT_APPLICABLE)

    def title(self, block: str) -> str:
        """The title of a block's table."""
        return table_place(self.grid.standard, self.grid.book, block)[0]

    def blocks(self, body: str) -> Iterator[tuple[str, Block]]:
        """The blocks of one body kind that the workbook has."""
        for key, block in self.grid.standard.blocks.items():
            if block.body == body and key in self.grid.book.blocks:
                yield key, block

    def is_waiting(self, block: str) -> bool:
        """Whether rows of a block are still to be filled in: what it lacks is not missed one by one."""
        virtual = self.grid.virtual
        return virtual is not None and (block in virtual.open or block in virtual.book.unfilled)

    def in_table(
        self, table: Table, message: str, cell: str = "", level: Level | None = None
    ) -> Finding:
        """A finding about a table, or about a cell of its sheet."""
        sheet = self.grid.book.sheets.get(table.key, table.sheet)
        return Finding(self.rule.code, level or self.level, message, table.title, sheet, cell)

    def in_row(
        self,
        block: str,
        position: int,
        message: str,
        *,
        level: Level | None = None,
        printed: str = "",
    ) -> Finding:
        """A finding about a row: it names the cell of the row's first column."""
        row = self.grid.book.blocks[block].rows[position]
        cell = f"A{row.line}" if row.line else ""
        table = self.grid.standard.table_of(self.grid.standard.blocks[block])
        finding = self.in_table(table, message, cell, level)
        return finding._replace(row=row.key.removeprefix("group:"), printed=printed)

    def in_cell(self, number: int, message: str) -> Finding:
        """A finding about a cell."""
        return finding_at(self.grid, number, self.rule.code, self.level, message)

    def in_info(self, field: str, message: str, level: Level | None = None) -> Finding:
        """A finding about a field of 基础信息."""
        return finding_in_info(self.grid.book, self.rule.code, level or self.level, message, field)

    def typed_amounts(self) -> Iterator[tuple[int, Amount]]:
        """The amounts that no formula comes to (what it sums is told instead), with their numbers."""
        for number, cell in enumerate(self.grid.cells):
            if isinstance(cell, Amount) and number not in self.grid.functions:
                yield number, cell


def two_decimals(context: Context) -> Iterator[Outcome]:
    """An amount with more decimals than are published."""
    for number, cell in context.typed_amounts():
        if cell.places > STANDARD_PLACES:
            rounded = cell.rounded(cell.unit)
            message = (
                f"{cell_label(context.grid, number)}为 {cell.text}，多于两位小数；"
                f"公开金额保留两位小数（四舍五入为 {rounded.text}）。"
            )
            yield context.in_cell(number, message)._replace(expected=rounded.plain)


def negative_amount(context: Context) -> Iterator[Outcome]:
    """A negative amount: possible, but worth a look; unless another finding says what it should be."""
    signed = {
        (key, column)
        for key, block in context.grid.standard.blocks.items()
        for column in block.differences
    }
    for number, cell in context.typed_amounts():
        if cell.fen < 0 and number not in context.grid.corrected:
            spot = context.grid.spot(number)
            block = context.grid.standard.blocks.get(spot.block)
            if block is not None and (spot.block, block.amounts[spot.column]) in signed:
                continue
            label = cell_label(context.grid, number)
            message = f"{label}为负数 {cell.text}；预算金额一般不为负，请核对。"
            yield context.in_cell(number, message)


_MOST_UNORDERED = 3
"""With more rows out of place, the table was sorted by something else: that is told once."""


def _subject_rows(context: Context) -> Iterator[tuple[str, int, Row, SubjectList]]:
    """Every subject row: block, position, row, its list."""
    for key, block in context.blocks("subject"):
        subjects = context.grid.standard.subjects[block.subjects]
        for position, row in enumerate(context.grid.book.blocks[key].rows):
            if row.kind == "subject":
                yield key, position, row, subjects


def code_form(context: Context) -> Iterator[Outcome]:
    """A code has the digits of one of its list's levels."""
    for key, position, row, subjects in _subject_rows(context):
        if not subjects.level(row.key):
            allowed = "、".join(
                f"{level}{length}位"
                for level, length in zip(subjects.levels, subjects.lengths, strict=True)
            )
            message = f"科目编码“{row.key}”（{row.label}）不是{subjects.name}的编码；应为数字：{allowed}。"
            yield context.in_row(key, position, message, printed=row.key)


def code_parent(context: Context) -> Iterator[Outcome]:
    """The rows of the subjects above a code exist: one finding per missing row, at the first below it.

    A row that another table has, and this one lacks, is reported as such.
    """
    below: dict[tuple[str, str], list[tuple[int, Row]]] = {}
    for key, position, row, subjects in _subject_rows(context):
        if not subjects.level(row.key) or context.is_waiting(key):
            continue
        index = context.grid.book.blocks[key].by_key
        for code in subjects.parents(row.key):
            if code not in index and (key, code) not in context.grid.lacking:
                below.setdefault((key, code), []).append((position, row))
    for (key, code), rows in below.items():
        position, row = rows[0]
        others = f"等{len(rows)}行" if len(rows) > 1 else ""
        message = f"“{row.key} {row.label}”{others}缺少上级科目行 {code}；可用“填列小计”补上。"
        yield context.in_row(key, position, message)


def code_name(context: Context) -> Iterator[Outcome]:
    """The name is the list's for that year; an unknown code is a hint, as no list is complete, and told once."""
    year = context.grid.book.year
    told: set[tuple[str, str, str]] = set()
    names = _unlisted(context)
    for key, position, row, subjects in _subject_rows(context):
        if not subjects.level(row.key):
            continue
        known = subjects.find(row.key, year)
        if known is not None:
            if not row.label:
                message = f"科目 {row.key} 没有写名称，应为“{known.name}”。"
                yield context.in_row(key, position, message)
            elif squash(row.label) not in {squash(name) for name in (known.name, *known.aliases)}:
                message = f"科目 {row.key} 的名称为“{row.label}”，科目字典中为“{known.name}”。"
                yield context.in_row(key, position, message, printed=row.label)
        elif row.key in subjects.by_code:
            ended = subjects.by_code[row.key][0]
            years = f"{ended.first or '……'}至{ended.last}年度"
            message = f"科目“{row.key} {ended.name}”只适用于{years}，不适用于{year}年度。"
            yield context.in_row(key, position, message)
        elif (one := (subjects.key, row.key, squash(row.label))) not in told:
            told.add(one)
            if not row.label:
                yield _nameless(context, key, position, names[subjects.key, row.key])
            elif "" not in names[subjects.key, row.key]:  # else the row without a name tells it
                message = f"科目字典中没有编码 {row.key}（{row.label}）；请核对，或导入本地完整的科目目录。"
                yield context.in_row(key, position, message, level=Level.HINT)
    for key, block in context.blocks("fixed"):
        for position, row in enumerate(context.grid.book.blocks[key].rows):
            if row.kind != "class":
                continue
            subjects = context.grid.standard.subjects[block.subjects]
            renamed = subjects.renamed(row.key, squash(row.label), year)
            if renamed:
                former, now = renamed
                message = (
                    f"“{row.label}”是{former.last}年度以前的名称，{year}年度应为“{now.name}”。"
                )
                yield context.in_row(key, position, message, printed=row.label)


def _unlisted(context: Context) -> dict[tuple[str, str], tuple[str, ...]]:
    """The names under which the tables print codes that their list does not have; "" where without."""
    names: dict[tuple[str, str], dict[str, None]] = {}
    for _, _, row, subjects in _subject_rows(context):
        if row.key not in subjects.by_code:
            names.setdefault((subjects.key, row.key), {})[row.label] = None
    return {code: tuple(labels) for code, labels in names.items()}


def _nameless(context: Context, key: str, position: int, names: tuple[str, ...]) -> Finding:
    """The one finding about a code that has no name, an error where a text has a hole for it.

    ``names`` are those that the tables print.
    """
    book = context.grid.book
    code = book.blocks[key].rows[position].key
    hole = to_fill(name_title(code))
    level = Level.ERROR if any(hole in unit.text for unit in book.texts) else Level.WARNING
    follows = f"，说明文字因此写着“{hole}”" if level is Level.ERROR else ""
    named = next(filter(None, names), "")
    other = f"（其他表里是“{named}”）" if named else ""
    again = "，填列小计后再生成一次说明" if follows else ""
    message = (
        f"科目字典中没有编码 {code}，表里也没有写名称{follows}；"
        f"请在这一行写上名称{other}{again}，或导入本地完整的科目目录。"
    )
    return context.in_row(key, position, message, level=level)


def code_order(context: Context) -> Iterator[Outcome]:
    """Codes ascend (a parent before its children) and none is doubled."""
    last: dict[str, str] = {}
    seen: set[tuple[str, str]] = set()
    unordered: dict[str, list[Finding]] = {}
    for key, position, row, _ in _subject_rows(context):
        if (key, row.key) in seen:
            message = f"科目 {row.key}（{row.label}）重复出现；同一科目只列一行，请合并。"
            yield context.in_row(key, position, message)
        elif row.key < last.get(key, ""):
            message = f"科目 {row.key}（{row.label}）没有按编码顺序排列，应在 {last[key]} 之前。"
            finding = context.in_row(key, position, message, level=Level.WARNING)
            unordered.setdefault(key, []).append(finding)
        seen.add((key, row.key))
        last[key] = max(row.key, last.get(key, ""))
    for key, findings in unordered.items():
        if len(findings) > _MOST_UNORDERED:
            message = f"{context.title(key)}各行没有按科目编码排列（{len(findings)}行不在其位）；请按编码重新排序。"
            yield findings[0]._replace(message=message)
        else:
            yield from findings


def code_depth(context: Context) -> Iterator[Outcome]:
    """Every branch goes down to the last level (项, 款); a row that another table has is not said twice."""
    for key, position, row, subjects in _subject_rows(context):
        level = subjects.level(row.key)
        if context.is_waiting(key):
            continue
        if 0 < level < len(subjects.levels) and position not in context.grid.tree(key):
            if any(lack == key and code.startswith(row.key) for lack, code in context.grid.lacking):
                continue
            message = (
                f"“{row.key} {row.label}”只列到“{subjects.levels[level - 1]}”，"
                f"应细化到“{subjects.levels[-1]}”级科目。"
            )
            yield context.in_row(key, position, message)


def sheet_present(context: Context) -> Iterator[Outcome]:
    """Every table of the standard has its sheet."""
    for table in context.grid.standard.tables:
        if not any(block.key in context.grid.book.blocks for block in table.blocks):
            message = f"缺少工作表“{table.sheet}”，与它有关的勾稽关系没有校验；请恢复该表，没有数字也要保留空表。"
            yield context.in_table(table, message)._replace(sheet=table.sheet)


def unknown_row(context: Context) -> Iterator[Outcome]:
    """What the reader did not understand (its own findings), tables without 合计, items without group."""
    standard = context.grid.standard
    yield from context.grid.book.findings
    for key, data in context.grid.book.blocks.items():
        total = standard.blocks[key].total
        if total and not data.empty and TOTAL not in data.by_key and not context.is_waiting(key):
            message = f"{context.title(key)}有数字却没有“{total}”行；可用“填列小计”补上。"
            yield context.in_table(standard.table_of(standard.blocks[key]), message)
    for key, _ in context.blocks("project"):
        data = context.grid.book.blocks[key]
        alone = [
            at
            for at, row in enumerate(data.rows)
            if row.kind == "item" and row.parent not in data.by_key
        ]
        if alone and not context.is_waiting(key):
            first = data.rows[alone[0]].label
            others = f"等{len(alone)}个二级项目" if len(alone) > 1 else ""
            message = f"“{first}”{others}上面没有一级项目的行；请补上。"
            yield context.in_row(key, alone[0], message, level=Level.WARNING)


def empty_statement(context: Context) -> Iterator[Outcome]:
    """A table without figures says so below; a table with figures does not."""
    book = context.grid.book
    for table in context.grid.standard.tables:
        blocks = [book.blocks[block.key] for block in table.blocks if block.key in book.blocks]
        waiting = any(context.is_waiting(block.key) for block in table.blocks)
        if not table.empty_statement or not blocks or waiting:
            continue
        empty = all(data.empty for data in blocks)
        said = [note for note in book.notes.get(table.key, ()) if _denies(note)]
        listed = any(row.kind in _LISTED for data in blocks for row in data.rows)
        if empty and not said and listed:
            message = f"{table.title}列了项目或科目，却没有金额；请填写，没有这些支出的请删去各行。"
            yield context.in_table(table, message, level=Level.WARNING)
        elif empty and not said:
            message = f"{table.title}没有数字，也没有说明；请在表下写明：{table.empty_statement}"
            yield context.in_table(table, message)
        if not empty and said:
            message = f"{table.title}有数字，表下却写着“{said[0]}”；请删去这句说明。"
            yield context.in_table(table, message)


_LISTED = frozenset(("item", "form", "subject"))
"""Rows that somebody put there: a table that has them waits for its figures."""


_NO_FIGURE = re.compile(r"20(?:\d\d|XX)年|附?表\d+")


def _denies(note: str) -> bool:
    """Whether a note says that there is nothing: a year or a table's number in it is no figure."""
    said = _NO_FIGURE.sub("", row_label(note))
    return any(word in said for word in ("无", "没有", "未安排")) and not any(
        map(str.isdigit, said)
    )


def required_info(context: Context) -> Iterator[Outcome]:
    """Required fields of 基础信息 are filled in."""
    book = context.grid.book
    if book.without_info:
        message = "没有工作表“基础信息”，单位名称、人员等没有核对；对外的数值副本可以没有它，自用的工作簿请恢复。"
        yield Finding(context.rule.code, context.level, message, "基础信息", "基础信息")
        return
    for field in context.grid.standard.fields.values():
        info = book.info.get(field.key)
        value = info.value if info is not None else None
        if field.required and value in (None, ""):
            yield context.in_info(field.key, f"基础信息“{field.label}”未填。")
        elif field.choices and value and value not in field.choices:
            choices = "、".join(field.choices)
            message = f"基础信息“{field.label}”为“{value}”，应为以下之一：{choices}。"
            yield context.in_info(field.key, message)


def subtotals_filled(context: Context) -> Iterator[Outcome]:
    """Tables whose derived cells nobody has filled in; validation has computed them."""
    virtual = context.grid.virtual
    tables: Counter[str] = Counter()
    for block, cells in virtual.open.items() if virtual is not None else ():
        tables[context.grid.standard.blocks[block].table] += cells
    for key, count in tables.items():
        table = context.grid.standard.table(key)
        message = f"{table.title}有{count}格小计、合计没有填，校验时已按其余各数算出；请用“填列小计”填上。"
        yield context.in_table(table, message)


def tables_filled(context: Context) -> Iterator[Outcome]:
    """Tables, rows and columns that are not filled in, and amounts that are not divided."""
    virtual = context.grid.virtual
    if virtual is None or not virtual.unfilled:
        return
    if all(data.empty for data in context.grid.book.blocks.values()):
        message = "各表都还没有填列，勾稽关系没有核对。"
        yield Finding(context.rule.code, context.level, message)
        return
    gone = {unfilled.block for unfilled in virtual.unfilled if unfilled.lack is Lack.TABLE}
    told = set[str]()
    for unfilled in virtual.unfilled:
        table = context.grid.standard.table_of(context.grid.standard.blocks[unfilled.block])
        whole = unfilled.lack is Lack.TABLE and gone.issuperset(block.key for block in table.blocks)
        if whole and table.key in told:
            continue
        if whole:
            told.add(table.key)
        yield _unfilled_finding(context, virtual, unfilled, whole=whole)


def _unfilled_finding(context: Context, virtual: Virtual, one: Unfilled, *, whole: bool) -> Finding:
    standard, book = context.grid.standard, context.grid.book
    table = standard.table_of(standard.blocks[one.block])
    title = table.title if whole else block_title(standard, one.block)
    other = f"（{_witness(context, one.witness)}）" if one.witness is not None else ""
    left = "有关勾稽关系没有核对；请填列。"
    column = _column_heading(context, one.block, one.column) if one.column else ""
    match one.lack:
        case Lack.TABLE:
            said = next((note for note in book.notes.get(table.key, ()) if note.strip()), "")
            denies = fits(said, table.spelled.statements, squash)
            said = f"，表下却写着“{said.strip()}”" if denies else ""
            message = f"{title}尚未填列{said}{other}，{left}"
        case Lack.ROWS:
            message = f"{title}只填了合计，各行尚未填列，{left}"
        case Lack.TAIL:
            last = one.row.label if one.row is not None else ""
            message = f"{title}尚未填完，只填到“{last}”，{left}"
        case Lack.COLUMN:
            message = f"{title}“{column}”一栏尚未填列{other}，{left}"
        case Lack.PARTS:
            message = _parts(context, virtual, one)
    cell = ""
    if one.column:
        data, at = book.blocks[one.block], standard.blocks[one.block].amount_index[one.column]
        row = next((row for row in data.rows if row.cells[at] is None), None)
        cell = data.cell_name(row, at) if row is not None else ""
    key = one.row.key.removeprefix("group:") if one.row is not None else ""
    return context.in_table(table, message, cell)._replace(row=key, column=column)


def _parts(context: Context, virtual: Virtual, one: Unfilled) -> str:
    """The amount that is to be divided, where its parts belong and what waits for them."""
    standard = context.grid.standard
    assert one.witness is not None
    column = _column_heading(context, one.block, one.column)
    spec, rows = standard.blocks[one.block], virtual.book.blocks[one.block].rows
    kinds = f"{standard.subjects[spec.subjects].name}各类" if spec.subjects else "各行"
    waiting = [
        _column_heading(context, one.block, name)
        for at, name in enumerate(spec.amounts)
        if name != one.column and any(isinstance(row.cells[at], Unreadable) for row in rows)
    ]
    follows = f"；{'、'.join(waiting)}待分后才能算" if waiting else ""
    title = context.title(one.block)
    return f"{column} {one.witness.amount.text} 尚未分到{kinds}（{title}“{column}”栏）{follows}。"


def _witness(context: Context, found: Witness) -> str:
    """The figure of another table, as its reader finds it."""
    row = f"{found.row.key} {found.row.label}" if found.row.kind == "subject" else found.row.label
    title = context.title(found.block)
    column = _column_heading(context, found.block, found.column)
    return f"{title} {found.place.cell}“{row}”{column}为 {found.amount.text}".replace(" “", "“")


def _column_heading(context: Context, block: str, column: str) -> str:
    spec = context.grid.standard.blocks[block]
    return short_heading(spec, spec.column(column), context.grid.book.year)


def vehicle_plan(context: Context) -> Iterator[Outcome]:
    """公务用车购置费 is budgeted if and only if the purchase of vehicles is planned."""
    book, code = context.grid.book, context.rule.code
    spent, plan = context.cell("money"), context.cell("planned")
    if spent is None or plan is None:
        yield context.untold
        return
    row = context.grid.row(spent.block, spent.which)
    if row is None:
        yield NotExecuted(code, "“三公”经费支出表中没有公务用车购置费一行。")
        return
    if book.without_info and plan.which not in book.info:
        yield NotExecuted(code, "没有“基础信息”，不知道计划购置的车辆数。")
        return
    at = context.grid.standard.blocks[spent.block].amount_index[spent.column]
    money = context.grid.right(context.grid.row_numbers(spent.block, row.key)[at])
    planned = book.number(plan.which)
    if isinstance(money, Unreadable) or isinstance(planned, Unreadable):
        yield NotExecuted(code, "公务用车购置费或计划购置车辆数无法读作数字。")
    elif money and money.fen and not (planned and planned.fen):
        label = context.grid.standard.fields[plan.which].label
        message = (
            f"安排了公务用车购置费 {money.text}{money.unit.name}，基础信息中“{label}”却为零或未填。"
        )
        yield context.in_info(plan.which, message)
    elif planned and planned.fen and not (money and money.fen):
        # A vehicle may be bought with other money than the table's: then only a look is due.
        message = "基础信息中计划购置车辆，“三公”经费支出表却没有公务用车购置费；如由其他资金购置，可不改。"
        yield context.in_info(plan.which, message, Level.WARNING)
