"""What is odd about the lines of the ledger, each by itself and beside its neighbours.

What the ledger's own rules call wrong is told at the line; the tables that follow from it are not accused.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from xlbudget.characters import code_text
from xlbudget.figures import Unreadable
from xlbudget.findings import Finding, Level
from xlbudget.money import YUAN, Amount
from xlbudget.standard.ledger import selects

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from xlbudget.checks.named_checks import Context, Outcome
    from xlbudget.figures import LedgerLine
    from xlbudget.standard.ledger import LedgerColumn, LedgerStandard, Selection
    from xlbudget.standard.model import SubjectList

_MOST_LINES = 6
"""So many lines are named; of more the number is given."""


def lines_named(lines: Sequence[LedgerLine]) -> str:
    """``第7、8行``; of many the first ones and how many there are."""
    numbers = "、".join(str(line.line) for line in lines[:_MOST_LINES])
    return f"第{numbers}行" + (f"等{len(lines)}行" if len(lines) > _MOST_LINES else "")


def _standard(context: Context) -> LedgerStandard:
    ledger = context.grid.standard.ledger
    assert ledger is not None
    return ledger


def _told(
    context: Context,
    line: LedgerLine,
    column: LedgerColumn,
    message: str,
    level: Level | None = None,
) -> Finding:
    """A finding at a cell of a line."""
    book = context.grid.book
    place = book.ledger.place(line, column.key)
    printed = line.texts.get(column.key, "")
    if column.kind == "amount" and isinstance(line.amount, Amount):
        printed = line.amount.plain
    return Finding(
        context.rule.code,
        level or context.level,
        message,
        _standard(context).title,
        place.sheet or _standard(context).sheet,
        place.cell,
        row=str(line.line),
        column=column.label,
        printed=printed,
    )


def ledger_columns(context: Context) -> Iterator[Outcome]:
    """Each line has what it needs, and nothing where nothing belongs."""
    ledger = _standard(context)
    for column in ledger.columns:
        lacking, extra = [], []
        for line in context.grid.book.ledger.lines:
            there = bool(line.texts.get(column.key))
            if column.kind == "amount":
                there = line.amount is not None
            if not there and _takes(ledger, column.needed, line):
                lacking.append(line)
            if there and _takes(ledger, column.absent, line):
                extra.append(line)
        if lacking:
            message = f"底稿{lines_named(lacking)}没有填“{column.label}”；请补上，否则各表列不全。"
            yield _told(context, lacking[0], column, message)
        if extra:
            kinds = "、".join(dict.fromkeys(extra_kind(ledger, column, line) for line in extra))
            message = (
                f"底稿{lines_named(extra)}是{kinds}，“{column.label}”应为空；请清空，或改支出类别。"
            )
            yield _told(context, extra[0], column, message)


def extra_kind(ledger: LedgerStandard, column: LedgerColumn, line: LedgerLine) -> str:
    """What a line is by which a column of it must be blank."""
    key = next(iter(column.absent or ()), "")
    kind = ledger.kinds.get(key)
    return line.texts.get(key if kind is None else kind.of, "")


def _takes(ledger: LedgerStandard, selection: Selection | None, line: LedgerLine) -> bool:
    return selection is not None and selects(ledger, selection, line.texts)


def ledger_codes(context: Context) -> Iterator[Outcome]:
    """Codes are of the last level, in the list of the year, and typed as formulas read them."""
    ledger, standard = context.grid.book.ledger, context.grid.standard
    for column in _standard(context).columns:
        if column.kind != "code":
            continue
        subjects = standard.subjects[column.subjects]
        wrong: dict[tuple[str, str], list[LedgerLine]] = defaultdict(list)
        for line in ledger.lines:
            if code := line.texts.get(column.key):
                raw = ledger.beside.raw.get(ledger.place(line, column.key).cell, code)
                if said := _code_fault(subjects, raw, context.grid.book.year):
                    wrong[code, said].append(line)
        for (code, said), lines in wrong.items():
            level = Level.WARNING if said in (_UNKNOWN, _ENDED) else None
            message = f"底稿{lines_named(lines)}{column.label}“{code}”{said}。"
            yield _told(context, lines[0], column, message, level)


_UNKNOWN = "不在科目字典中；请核对，或导入本地完整的科目目录"
_ENDED = "已不适用于本年度；请改用现行的科目"


def _code_fault(subjects: SubjectList, code: str, year: int) -> str:
    """What is wrong with a code as typed; "" where nothing is."""
    plain = code_text(code)
    level = subjects.level(plain)
    if not level:
        return f"不是{subjects.name}的编码；应为{subjects.lengths[-1]}位数字"
    if level < len(subjects.levels):
        return f"只到“{subjects.levels[level - 1]}”；请细到“{subjects.levels[-1]}”"
    if plain != code:
        return f"里有空格或全角字符，公式认不出；请改写为 {plain}"
    if subjects.find(code, year) is not None:
        return ""
    return _ENDED if code in subjects.by_code else _UNKNOWN


def ledger_fits(context: Context) -> Iterator[Outcome]:
    """What goes together by the standard goes together."""
    ledger = _standard(context)
    for where, must in ledger.fits:
        wrong: dict[tuple[str, ...], list[LedgerLine]] = defaultdict(list)
        keys = [key for key in where if key not in ledger.kinds]
        asked = next(iter(must))
        for line in context.grid.book.ledger.lines:
            if selects(ledger, where, line.texts) and not selects(ledger, must, line.texts):
                held = tuple(line.texts.get(key, "") for key in (*keys, asked))
                wrong[held].append(line)
        for (*held_there, value), lines in wrong.items():
            what = "、".join(
                f"{ledger.column(key).label} {one}"
                for key, one in zip(keys, held_there, strict=True)
            )
            right = "或".join(must[asked])
            column = ledger.column(asked)
            message = (
                f"底稿{lines_named(lines)}{what}应列{right}，{column.label}却是“{value}”；"
                "请改其中一项。"
            )
            yield _told(context, lines[0], column, message)


def ledger_choices(context: Context) -> Iterator[Outcome]:
    """Choices are among those offered, units among those of the department."""
    ledger, book = context.grid.book.ledger, context.grid.book
    for column in _standard(context).columns:
        if column.kind not in ("choice", "unit"):
            continue
        allowed = column.choices if column.kind == "choice" else book.profile.units
        wrong_lines: dict[str, list[LedgerLine]] = defaultdict(list)
        spaced: list[LedgerLine] = []
        for line in ledger.lines:
            value = line.texts.get(column.key, "")
            if value and allowed and value not in allowed:
                wrong_lines[value].append(line)
            elif ledger.place(line, column.key).cell in ledger.beside.raw:
                spaced.append(line)
        for value, lines in wrong_lines.items():
            what = (
                f"不是列表中的一项（{'、'.join(allowed)}）；请从列表中选"
                if column.kind == "choice"
                else "不在部门概况的“预算单位”中；请改为登记的名称，或先登记"
            )
            message = f"底稿{lines_named(lines)}{column.label}“{value}”{what}。"
            level = None if column.kind == "choice" else Level.WARNING
            yield _told(context, lines[0], column, message, level)
        if spaced:
            message = f"底稿{lines_named(spaced)}{column.label}前后有空格，公式认不出；请删去空格。"
            yield _told(context, spaced[0], column, message)


def ledger_amounts(context: Context) -> Iterator[Outcome]:
    """Amounts are numbers of whole 分."""
    ledger, column = context.grid.book.ledger, _standard(context).amount
    texts, finer = [], []
    for line in ledger.lines:
        cell = ledger.place(line, column.key).cell
        if isinstance(line.amount, Unreadable):
            message = (
                f"底稿第{line.line}行金额“{line.amount.shown}”不是数字，各表没有计入；请改为数字。"
            )
            yield _told(context, line, column, message)._replace(printed=line.amount.shown)
        elif isinstance(line.amount, Amount) and cell in ledger.beside.raw:
            texts.append(line)
        elif cell in ledger.beside.finer:
            finer.append(line)
    if texts:
        message = f"底稿{lines_named(texts)}金额是文本，公式没有计入；请改为数字。"
        yield _told(context, texts[0], column, message)
    if finer:
        message = f"底稿{lines_named(finer)}金额不是整分；各表按四舍五入到分计入，请填到分为止。"
        yield _told(context, finer[0], column, message, Level.WARNING)


def ledger_projects(context: Context) -> Iterator[Outcome]:
    """A project belongs to one group, a unit is of one nature: what goes by another column does so on every line."""
    ledger = _standard(context)
    for column in ledger.columns:
        if column.per:
            yield from _divided(context, column, ledger.column(column.per))


def _divided(context: Context, group: LedgerColumn, item: LedgerColumn) -> Iterator[Outcome]:
    groups: dict[str, dict[str, list[LedgerLine]]] = defaultdict(lambda: defaultdict(list))
    for line in context.grid.book.ledger.lines:
        if line.texts.get(group.key) and line.texts.get(item.key):
            groups[line.texts[item.key]][line.texts[group.key]].append(line)
    for name, lines in groups.items():
        if len(lines) > 1:
            where = "，".join(f"{lines_named(own)}在“{key}”下" for key, own in lines.items())
            message = f"{item.label}“{name}”属于{len(lines)}个{group.label}：{where}；请统一。"
            rarest = min(lines.values(), key=len)
            yield _told(context, rarest[0], group, message)


def ledger_twins(context: Context) -> Iterator[Outcome]:
    """Two lines that are alike in everything may be one that was pasted twice."""
    ledger = _standard(context)
    keys = [column.key for column in ledger.columns if column.kind not in ("amount", "text")]
    alike: dict[tuple[object, ...], list[LedgerLine]] = defaultdict(list)
    for line in context.grid.book.ledger.lines:
        if isinstance(line.amount, Amount):
            alike[*(line.texts.get(key, "") for key in keys), line.amount.fen].append(line)
    for lines in alike.values():
        if len(lines) > 1:
            message = f"底稿{lines_named(lines)}完全相同；如果是重复粘贴，请删去多余的。"
            yield _told(context, lines[1], ledger.amount, message)


def ledger_forms(context: Context) -> Iterator[Outcome]:
    """Every project of the ledger has its form."""
    ledger, book = _standard(context), context.grid.book
    item = ledger.column(ledger.key_of("level2"))
    named = {data.name for data in book.forms}
    for posting in ledger.postings.values():
        if not posting.forms or posting.block not in book.blocks:
            continue
        lacking: dict[str, LedgerLine] = {}
        for line in book.ledger.lines:
            name = line.texts.get(item.key, "")
            if name and name not in named and selects(ledger, posting.where, line.texts):
                lacking.setdefault(name, line)
        for name, line in lacking.items():
            title = context.title(posting.block)
            message = f"“{name}”（底稿第{line.line}行）在{title}里没有一份；请点“填列小计”补上，再填指标。"
            yield _told(context, line, item, message)


_FEWEST = 12
"""Fewer lines are no measure for one of them."""
_ROUND = 1_000_000
"""Ten thousand 元, in 分."""
_LESS = 1_000
"""How much smaller than all others an amount is that may be in 万元."""
_TEN_THOUSAND = 10_000


def ledger_sizes(context: Context) -> Iterator[Outcome]:
    """An amount in 万元 among those in 元, or an estimate among exact figures."""
    column = _standard(context).amount
    lines = [
        line
        for line in context.grid.book.ledger.lines
        if isinstance(line.amount, Amount) and line.amount.fen and line.amount.unit == YUAN
    ]
    if len(lines) < _FEWEST:
        return
    sizes = {id(line): abs(line.amount.fen) for line in lines if isinstance(line.amount, Amount)}
    ordered = sorted(sizes.values())
    # The smallest amounts may all be of that kind: a tenth of the lines at most.
    usual = ordered[len(ordered) // 10 :]
    small = [line for line in lines if sizes[id(line)] * _LESS <= usual[0]]
    for line in small:
        if usual[0] <= sizes[id(line)] * _TEN_THOUSAND <= usual[-1]:
            assert isinstance(line.amount, Amount)
            message = (
                f"底稿第{line.line}行金额只有 {line.amount.text} 元，比其余各行小得多；"
                "如果粘贴来的是万元，请改为元。"
            )
            yield _told(context, line, column, message)
    rounded = [line for line in lines if not sizes[id(line)] % _ROUND]
    whole = [line for line in lines if not sizes[id(line)] % YUAN.fen]
    if len(rounded) == len(whole) == 1:
        line = rounded[0]
        assert isinstance(line.amount, Amount)
        message = f"底稿第{line.line}行金额 {line.amount.text} 是整万元，其余各行都到角分；如果是估计数，请核实。"
        yield _told(context, line, column, message)


def ledger_room(context: Context) -> Iterator[Outcome]:
    """One ledger, and nothing below or beside its room."""
    ledger, own = context.grid.book.ledger, _standard(context)
    for name in ledger.beside.others:
        message = f"工作表“{name}”也像底稿，它的各行没有计入；请把它们并入“{ledger.sheet}”，或删去这张表。"
        yield Finding(context.rule.code, Level.WARNING, message, own.title, name)
    numbers = set(ledger.beside.below)
    below = [line for line in ledger.lines if line.line in numbers]
    if below:
        message = (
            f"底稿{lines_named(below)}超出了底稿能放的{own.room}行，公式没有计入；请移到上面的空行，"
            "或合并同样的行。"
        )
        yield _told(context, below[0], own.amount, message)
    if ledger.beside.strays:
        cells = "、".join(ledger.beside.strays)
        message = f"底稿各栏的右边还有内容（{cells}），没有计入；请移到规定的栏，或删去。"
        cell = ledger.beside.strays[0]
        yield Finding(context.rule.code, Level.WARNING, message, own.title, ledger.sheet, cell)


TOLD = frozenset(("ledger_rows", "ledger_prints", "ledger_controls", "ledger_witnesses"))
"""Named checks whose findings are given by :mod:`xlbudget.checks.posted`, and not by the rules' checks."""
