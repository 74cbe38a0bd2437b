"""What a document's tables would be in a standard: titles, headings, kinds of columns, prescribed rows, sums.

A proposal is for a person to look at: keys are numbered, and what a column means is told from its heading and cells
alone. A sum is proposed where the layout suggests one and all figures of the document agree with it.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.characters import plain_name, squash, visible
from xlbudget.errors import AmountError
from xlbudget.importing.published.elements import Line, Matrix
from xlbudget.money import YUAN, parse_amount

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

_ABOVE = 4
"""A title stands in one of so many lines above its table."""
_NO_TITLE = re.compile(r"单位[:：]|^[（(]?(?:续|附)|^第\d+页|编制")
_NUMBERED = re.compile(r"^\s*附?(?:表|件)\s*[0-9一二三四五六七八九十]{1,3}\s*[-：:、.．]?\s*")
"""A table's number, while a space still keeps it apart from the year."""
_YEAR = re.compile(r"(20\d\d)\s*年")
_BUDGET_YEAR = re.compile(r"(20\d\d)\s*年度?[^。，]{0,16}预算")
_UNIT = re.compile(r"(?:金额)?单位:(?:人民币)?(万元|元)")
_LONGEST = 40
_CODE = re.compile(r"编码|代码|^类$|^款$|^项$")
_NAME = re.compile(r"名称|科目")
_NAMED = re.compile(r"名称$")
_WORDS = re.compile(r"数量|单位$|规格|型号|方式|品目|目录|类别|类型|备注|时间|是否|依据|说明")
"""Headings of texts, also where numbers stand below: a count is no amount of money."""
_SIDE = re.compile(r"项目|科目|支出|功能分类|经济分类")
"""The heading of the rows' names where a second table stands beside the first."""
_LISTED = re.compile(r"单位|部门|名称|采购项目")
"""The heading of names that each department has of its own."""
_PROJECT = re.compile(r"([一二])级项目(?:名称)?$")
_UNITS = re.compile(r"单位|部门")
_TOTALS = ("合计", "总计", "支出总计", "收入总计")
_WHOLE = ("合计", "小计", "总计")
_CHANGE = re.compile(r"增减(?:额|数|金额)?$")
_LEVEL = re.compile(
    r"[一二三四五六七八九十]+、|[（(][一二三四五六七八九十]+[)）]|\d+[.、．]|其中[：:]"
)
_TOP = re.compile(r"[一二三四五六七八九十]+、")
_NOTE = re.compile(r"(?:说明|备注|注)\d?\s*[：:]")
_POINT = re.compile(r"\d+\s*[、.．]")
_FORM = ("指标值", "一级指标")
_MOST_HEADS = 5
_ECONOMIC = re.compile(r"[35]\d{2}(?:\d{2})?")
_ROOM = 200

Sum = tuple[int, tuple[tuple[int, int], ...]]
"""A column or row by its place, and the signs and places of those that make it."""


class ProposedColumn(NamedTuple):
    """A column by its heading's path."""

    key: str
    kind: str
    label: tuple[str, ...]


class ProposedRow(NamedTuple):
    """A prescribed row; ``slot``: the place of a class of subjects each."""

    key: str
    label: str
    total: bool = False
    indent: int = 0
    slot: str = ""


class ProposedBlock(NamedTuple):
    """A body of rows; ``across`` are the sums of columns, ``down`` those of rows."""

    key: str
    body: str
    columns: tuple[ProposedColumn, ...]
    rows: tuple[ProposedRow, ...] = ()
    subjects: str = ""
    room: int = 0
    total: str = ""
    across: tuple[Sum, ...] = ()
    down: tuple[Sum, ...] = ()
    listed: bool = False

    @property
    def tree(self) -> bool:
        """Whether the rows of a list add up: children to their parent, all to the last line."""
        return self.body in ("subject", "project") or (self.body == "unit" and bool(self.total))

    @property
    def rowsums(self) -> tuple[str, ...]:
        """The sums of columns as a standard writes them."""
        return tuple(_sum(one, [column.key for column in self.columns]) for one in self.across)

    @property
    def sums(self) -> tuple[str, ...]:
        """The sums of rows as a standard writes them."""
        names = ["all:class" if row.slot else row.key for row in self.rows]
        return tuple(_sum(one, names) for one in self.down)


class Proposal(NamedTuple):
    """A table as the document prints it."""

    key: str
    number: int
    title: str
    blocks: tuple[ProposedBlock, ...]
    notes: tuple[str, ...] = ()


class Unproposed(NamedTuple):
    """A table of which nothing can be proposed, and why."""

    title: str
    reason: str


def proposals(
    elements: Iterable[Line | Matrix], classes: Collection[str] = (), year: int = 0
) -> list[Proposal | Unproposed]:
    """The tables of a document, in their order; what has no title above it is none.

    ``classes`` are the names of the highest subjects, of which a department has some; ``year`` is the budget's.
    """
    found: list[Proposal | Unproposed] = []
    lines: list[str] = []
    for element in elements:
        if isinstance(element, Line):
            lines.append(element.text)
            last = found[-1] if found else None
            if isinstance(last, Proposal) and _is_note(lines):
                notes = (*last.notes, dated(element.text.strip(), year))
                found[-1] = last._replace(notes=notes)
            continue
        number = len(found) + 1
        title = _title(lines[-_ABOVE:], year)
        lines = []
        if not title or any(plain_name(one.title) == plain_name(title) for one in found):
            continue  # a table that goes on, or another project's form
        cells = {squash(cell) for row in element.lines for cell in row}
        if cells.issuperset(_FORM):
            reason = "绩效目标的表式请自己写在 [[form]] 里，它只用于一个项目一份的表"
            found.append(Unproposed(title, reason))
            continue
        blocks = _blocks(element.lines, frozenset(map(plain_name, classes)), year)
        if blocks:
            found.append(Proposal(f"table{number}", number, title, blocks))
        else:
            found.append(Unproposed(title, "没有一栏认得出是金额"))
    return found


def _is_note(lines: Sequence[str]) -> bool:
    """Whether the last line belongs to a note below a table: it begins one, or goes on with its points."""
    first = _NOTE.match(lines[0].strip())
    return first is not None and (len(lines) == 1 or _POINT.match(lines[-1].strip()) is not None)


def budget_year(elements: Iterable[Line | Matrix]) -> int:
    """The year of the budget of which a document first speaks; 0 where it names none."""
    for element in elements:
        match = _BUDGET_YEAR.search(element.text) if isinstance(element, Line) else None
        if match is not None:
            return int(match[1])
    return 0


def money_unit(elements: Iterable[Line | Matrix]) -> str:
    """The unit that most tables say; "" where none says any."""
    lines = (one.text for one in elements if isinstance(one, Line))
    said = Counter(match[1] for line in lines if (match := _UNIT.search(squash(line))))
    return said.most_common(1)[0][0] if said else ""


def dated(text: str, year: int) -> str:
    """A text with ``{year}`` and ``{last_year}`` for the years that it names; without a year every one is this."""
    names = {year: "{year}年", year - 1: "{last_year}年"} if year else {}

    def named(match: re.Match[str]) -> str:
        return names.get(int(match[1]), match[0] if year else "{year}年")

    return _YEAR.sub(named, text)


def _title(lines: Sequence[str], year: int) -> str:
    """The nearest line above that may be a title, without its number and with ``{year}`` for its year."""
    for line in reversed(lines):
        text = dated(_NUMBERED.sub("", line.strip()).strip(), year)
        named = re.sub(r"\{\w+\}年度?|[^\u4e00-\u9fff]", "", plain_name(text))
        if named and not _NO_TITLE.search(text) and len(text) <= _LONGEST and "。" not in line:
            return text
    return ""


def _blocks(
    lines: Sequence[Sequence[str]], classes: frozenset[str], year: int
) -> tuple[ProposedBlock, ...]:
    width = max(map(len, lines), default=0)
    rows = [[*map(_shown, line), *[""] * (width - len(line))] for line in lines]
    rows = [row for row in rows if not _counting(row)]
    heads = next(
        (at for at, row in enumerate(rows) if any(map(_is_amount, row)) or row[0] in _TOTALS),
        min(1, len(rows)),
    )
    heads = min(max(heads, 1), _MOST_HEADS)
    body = rows[heads:]
    if width <= 1 or not body:
        return ()
    paths = _paths(rows[:heads], width, year)
    kinds = [_kind(path, [row[at] for row in body]) for at, path in enumerate(paths)]
    if "amount" not in kinds:
        return ()
    listed = "code" in kinds or "level2" in kinds
    starts = [0] if listed else _sides(paths, kinds)
    for at, kind in enumerate(kinds):
        if kind == "label" or (kind == "name" and "code" not in kinds):
            kinds[at] = "label" if at in starts and "level2" not in kinds else "text"
    kinds[0] = kinds[0] if listed else "label"
    columns = [
        ProposedColumn(f"c{at}", kind, path)
        for at, (kind, path) in enumerate(zip(kinds, paths, strict=True), 1)
    ]
    parts = list(zip(starts, [*starts[1:], width], strict=True))
    return tuple(
        _block(
            "" if len(parts) == 1 else f"side{at}",
            columns[start:end],
            [row[start:end] for row in body],
            classes,
        )
        for at, (start, end) in enumerate(parts, 1)
    )


def _sides(paths: Sequence[tuple[str, ...]], kinds: Sequence[str]) -> list[int]:
    """Where the tables that stand side by side begin."""
    return [
        at
        for at, kind in enumerate(kinds)
        if at == 0
        or (
            kind in ("label", "name")
            and kinds[at - 1] == "amount"
            and "amount" in kinds[at + 1 :]
            and _SIDE.search(paths[at][-1])
        )
    ]


def _block(
    key: str,
    columns: Sequence[ProposedColumn],
    body: Sequence[Sequence[str]],
    classes: frozenset[str],
) -> ProposedBlock:
    kinds = [column.kind for column in columns]
    across = tuple(_across(columns, body))
    if "code" in kinds:
        code = kinds.index("code")
        codes = [row[code] for row in body if row[code]]
        economic = bool(codes) and all(_ECONOMIC.fullmatch(one) for one in codes)
        subjects = "economic" if economic else "functional"
        return ProposedBlock(
            key, "subject", tuple(columns), (), subjects, _ROOM, "合计", across=across
        )
    if "level2" in kinds:
        return ProposedBlock(key, "project", tuple(columns), (), "", _ROOM, "合计", across=across)
    labels = [row[0] for row in body]
    if _LISTED.search(columns[0].label[-1]) and not any(map(_LEVEL.match, labels)):
        total = next((label for label in labels if label in _TOTALS), "")
        listed = not _UNITS.search(columns[0].label[-1])
        return ProposedBlock(
            key, "unit", tuple(columns), (), "", _ROOM, total, across=across, listed=listed
        )
    rows, held = _rows(labels, classes)
    figures = [
        [_fen(body[at][place]) for place, kind in enumerate(kinds) if kind == "amount"]
        for at in held
    ]
    subjects = "functional" if any(row.slot for row in rows) else ""
    return ProposedBlock(
        key,
        "fixed",
        tuple(columns),
        tuple(rows),
        subjects,
        across=across,
        down=tuple(_down(rows, _joined(rows, labels, held, figures))),
    )


def _rows(labels: Sequence[str], classes: frozenset[str]) -> tuple[list[ProposedRow], list[int]]:
    """The prescribed rows, and the lines of the body that have a name; the classes among them are one row."""
    rows: list[ProposedRow] = []
    held: list[int] = []
    slot = sum(_name(label) in classes for label in labels) > 1
    for at, label in enumerate(labels):
        if not label:
            continue
        held.append(at)
        if slot and _name(label) in classes:
            if not any(row.slot for row in rows):
                numbered = "{ordinal}、{name}" if _TOP.match(label) else "{name}"
                rows.append(ProposedRow("", numbered, slot="class"))
            continue
        total = label in _TOTALS
        indent = int(bool(_LEVEL.match(label)) and not _TOP.match(label))
        key = (
            "total"
            if total and not any(row.key == "total" for row in rows)
            else f"r{len(rows) + 1}"
        )
        rows.append(ProposedRow(key, label, total or label.endswith(_WHOLE), indent))
    return rows, held


def _joined(
    rows: Sequence[ProposedRow],
    labels: Sequence[str],
    held: Sequence[int],
    figures: Sequence[Sequence[int]],
) -> list[list[int]]:
    """The figures of the prescribed rows, those of the classes together."""
    own = {row.label: at for at, row in enumerate(rows) if not row.slot}
    slot = next((at for at, row in enumerate(rows) if row.slot), -1)
    found = [[0] * len(figures[0]) for _ in rows] if figures else []
    for at, amounts in zip(held, figures, strict=True):
        place = own.get(labels[at], slot)
        found[place] = [a + b for a, b in zip(found[place], amounts, strict=True)]
    return found


def _down(rows: Sequence[ProposedRow], figures: Sequence[Sequence[int]]) -> Iterator[Sum]:
    """The sums of rows that the numbering suggests and that are true of every column."""
    slots = [at for at, row in enumerate(rows) if row.slot]
    wholes = [at for at, row in enumerate(rows) if row.total]
    tops = [at for at, row in enumerate(rows) if row.slot or _TOP.match(row.label)]
    plain = [at for at in range(len(rows)) if at not in wholes]
    for whole in wholes:
        before = [at for at in wholes if at < whole]
        last = before[-1] if before else -1
        tries = [
            [last, *range(last + 1, whole)] if before else [],
            [at for at in tops if at < whole],
            [at for at in plain if at < whole],
            [at for at in tops if at > whole],
            [at for at in plain if at > whole],
        ]
        yield from _true_sum(whole, tries, figures, single=slots)
    for at, top in enumerate(tops):
        end = next((other for other in (*tops[at + 1 :], *wholes) if other > top), len(rows))
        yield from _true_sum(top, [list(range(top + 1, end))], figures)


def _across(columns: Sequence[ProposedColumn], body: Sequence[Sequence[str]]) -> Iterator[Sum]:
    """The sums of columns that the headings suggest and that are true of every row."""
    amounts = [at for at, column in enumerate(columns) if column.kind == "amount"]
    figures = [
        [_fen(row[at]) if column.kind == "amount" else 0 for row in body]
        for at, column in enumerate(columns)
    ]
    groups: dict[tuple[str, ...], list[int]] = {}
    for at in amounts:
        groups.setdefault(columns[at].label[:-1], []).append(at)
    heads = {
        group: next((at for at in places if columns[at].label[-1] in _WHOLE), -1)
        for group, places in groups.items()
    }
    for group, places in groups.items():
        if group and heads[group] >= 0:
            parts = [at for at in places if at != heads[group]]
            yield from _true_sum(heads[group], [parts], figures)
    wide = [groups[group] if heads[group] < 0 or not group else [heads[group]] for group in groups]
    whole = heads.get((), -1)
    if whole >= 0:
        parts = sorted({at for places in wide for at in places} - {whole})
        yield from _true_sum(whole, [parts], figures)
    this, last = (
        [at for at in amounts if name in columns[at].label[-1]]
        for name in ("{year}", "{last_year}")
    )
    change = [at for at in amounts if _CHANGE.search(columns[at].label[-1])]
    if len(this) == len(last) == len(change) == 1:
        signed = ((1, this[0]), (-1, last[0]))
        if _holds(change[0], signed, figures):
            yield change[0], signed


def _true_sum(
    whole: int,
    tries: Sequence[Sequence[int]],
    figures: Sequence[Sequence[int]],
    *,
    single: Sequence[int] = (),
) -> Iterator[Sum]:
    """The first of the tries that holds; what is ``single`` is many rows in one."""
    for parts in tries:
        signed = tuple((1, at) for at in parts)
        if (len(parts) > 1 or parts == single) and parts and _holds(whole, signed, figures):
            yield whole, signed
            return


def _holds(whole: int, signed: Sequence[tuple[int, int]], figures: Sequence[Sequence[int]]) -> bool:
    """Whether a sum is true, and of something; what was rounded may be off by one a term."""
    wanted = figures[whole]
    made = [sum(sign * figures[at][place] for sign, at in signed) for place in range(len(wanted))]
    return any(wanted) and all(abs(a - b) <= len(signed) for a, b in zip(wanted, made, strict=True))


def _sum(one: Sum, names: Sequence[str]) -> str:
    whole, parts = one
    text = "".join(f" {'+' if sign > 0 else '-'} {names[at]}" for sign, at in parts)
    return f"{names[whole]} = {text.removeprefix(' + ').strip()}"


def _paths(heads: Sequence[Sequence[str]], width: int, year: int) -> list[tuple[str, ...]]:
    """The heading of each column from the outside in: a blank goes on with what stands on its left, below the same."""
    paths: list[list[str]] = [[] for _ in range(width)]
    for level, row in enumerate(heads):
        for at in range(width):
            text = row[at]
            lower = any(below[at] for below in heads[level + 1 :])
            if (
                not text
                and at
                and lower
                and paths[at] == paths[at - 1][:level]
                and len(paths[at - 1]) > level
            ):
                text = paths[at - 1][level]
            if text:
                paths[at].append(dated(text, year))
    seen: dict[tuple[str, ...], int] = {}
    found = []
    for at, path in enumerate(paths, 1):
        whole = tuple(path) or (f"第{at}栏",)
        seen[whole] = seen.get(whole, 0) + 1
        found.append(whole if seen[whole] == 1 else (*whole[:-1], f"{whole[-1]}（{seen[whole]}）"))
    return found


def _kind(path: tuple[str, ...], cells: Sequence[str]) -> str:
    filled = [cell for cell in cells if cell]
    amounts = sum(map(_is_amount, filled))
    level = _PROJECT.search(path[-1])
    if level is not None:
        return "level1" if level[1] == "一" else "level2"
    if _CODE.search(path[-1]):
        return "code"
    if _WORDS.search(path[-1]) and not _LISTED.search(path[-1]):
        return "text"
    if amounts * 2 > len(filled):
        return "text" if _WORDS.search(path[-1]) else "amount"
    if filled:
        return "name" if _NAME.search(path[-1]) else "label"
    return "name" if _NAMED.search(path[-1]) else "amount"


def _shown(cell: str) -> str:
    """A cell's text as it is printed, without white space."""
    return "".join(visible(cell).split())


def _name(label: str) -> str:
    """A row's name without its number."""
    return plain_name(_LEVEL.sub("", label, count=1))


def _counting(row: Sequence[str]) -> bool:
    """Whether a row counts the columns (栏次 1 2 3)."""
    numbers = [cell for cell in row if cell]
    numbers = numbers if numbers[:1] == ["1"] else numbers[1:]
    return len(numbers) > 1 and numbers == [str(at) for at in range(1, len(numbers) + 1)]


def _fen(cell: str) -> int:
    """An amount in the document's smallest step, 0 for what is none."""
    try:
        amount = parse_amount(cell, YUAN) if _digit(cell) else None
    except AmountError:
        return 0
    return amount.fen if amount is not None else 0


def _is_amount(cell: str) -> bool:
    if not _digit(cell):
        return False
    try:
        return parse_amount(cell, YUAN) is not None
    except AmountError:
        return False


def _digit(cell: str) -> bool:
    return re.search(r"\d", cell) is not None
