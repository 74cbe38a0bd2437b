"""What a document's tables would be in a standard: titles, headings, kinds of columns, prescribed rows.

A proposal is for a person to look at: keys are numbered, and what a column means is told from its heading and cells alone.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.characters import plain_name, squash
from xlbudget.errors import AmountError
from xlbudget.importing.published.elements import Line, Matrix
from xlbudget.money import YUAN, parse_amount

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_ABOVE = 4
"""A title stands in one of so many lines above its table."""
_NO_TITLE = re.compile(r"单位[:：]|^[（(]?(?:续|附)|^第\d+页|编制")
_NUMBERED = re.compile(r"^\s*附?(?:表|件)\s*[0-9一二三四五六七八九十]{1,3}\s*[-：:、.．]?\s*")
"""A table's number, while a space still keeps it apart from the year."""
_YEAR = re.compile(r"20\d\d\s*年")
_LONGEST = 40
_CODE = re.compile(r"编码|代码|^类$|^款$|^项$")
_NAME = re.compile(r"名称|科目")
_NAMED = re.compile(r"名称$")
_TOTALS = ("合计", "总计", "支出总计", "收入总计", "合 计")
_MOST_HEADS = 5
_ECONOMIC = re.compile(r"[35]\d{2}(?:\d{2})?")
_ROOM = 200


class ProposedColumn(NamedTuple):
    """A column by its heading's path."""

    key: str
    kind: str
    label: tuple[str, ...]


class ProposedRow(NamedTuple):
    """A prescribed row."""

    key: str
    label: str
    total: bool


class ProposedBlock(NamedTuple):
    """A body of rows; ``tree``: its rows are subjects that add up."""

    key: str
    body: str
    columns: tuple[ProposedColumn, ...]
    rows: tuple[ProposedRow, ...] = ()
    subjects: str = ""
    room: int = 0
    total: str = ""

    @property
    def tree(self) -> bool:
        """Whether a parent is the sum of its children."""
        return self.body == "subject"


class Proposal(NamedTuple):
    """A table as the document prints it."""

    key: str
    number: int
    title: str
    blocks: tuple[ProposedBlock, ...]


def proposals(elements: Iterable[Line | Matrix]) -> list[Proposal]:
    """The tables of a document, in their order; what has no heading with amounts below is none."""
    found: list[Proposal] = []
    lines: list[str] = []
    for element in elements:
        if isinstance(element, Line):
            lines.append(element.text)
            continue
        number = len(found) + 1
        title = _title(lines[-_ABOVE:])
        blocks = _blocks(element.lines)
        lines = []
        if title and blocks:
            found.append(Proposal(f"table{number}", number, title, blocks))
    return found


def _title(lines: Sequence[str]) -> str:
    """The nearest line above that may be a title, without its number and with ``{year}`` for its year."""
    for line in reversed(lines):
        text = _dated(_NUMBERED.sub("", line.strip()).strip())
        named = plain_name(text.replace("{year}年", ""))
        if named and not _NO_TITLE.search(text) and len(text) <= _LONGEST and "。" not in line:
            return text
    return ""


def _dated(text: str) -> str:
    """A text with ``{year}`` for the year that it names."""
    return _YEAR.sub("{year}年", text)


def _blocks(lines: Sequence[Sequence[str]]) -> tuple[ProposedBlock, ...]:
    width = max(map(len, lines), default=0)
    rows = [[*(squash(cell) for cell in line), *[""] * (width - len(line))] for line in lines]
    heads = next(
        (at for at, row in enumerate(rows) if any(map(_amount, row)) or row[0] in _TOTALS),
        min(1, len(rows)),
    )
    heads = min(max(heads, 1), _MOST_HEADS)
    body = rows[heads:]
    if width <= 1 or not body:
        return ()
    paths = _paths(rows[:heads], width)
    kinds = [_kind(path, [row[at] for row in body]) for at, path in enumerate(paths)]
    columns = [
        ProposedColumn(f"c{at}", kind, path)
        for at, (kind, path) in enumerate(zip(kinds, paths, strict=True), 1)
    ]
    if "amount" not in kinds:
        return ()
    if "code" in kinds:
        code = kinds.index("code")
        codes = [row[code] for row in body if row[code]]
        economic = bool(codes) and all(_ECONOMIC.fullmatch(one) for one in codes)
        return (
            ProposedBlock(
                "",
                "subject",
                tuple(columns),
                subjects="economic" if economic else "functional",
                room=_ROOM,
                total="合计",
            ),
        )
    starts = [
        at
        for at, kind in enumerate(kinds)
        if kind == "label" and (at == 0 or kinds[at - 1] == "amount")
    ]
    starts = starts if starts[:1] == [0] else [0, *starts]
    ends = [*starts[1:], width]
    parts = list(zip(starts, ends, strict=True))
    return tuple(
        _fixed(
            "" if len(parts) == 1 else f"side{at}", columns[start:end], [row[start] for row in body]
        )
        for at, (start, end) in enumerate(parts, 1)
    )


def _fixed(key: str, columns: Sequence[ProposedColumn], labels: Sequence[str]) -> ProposedBlock:
    rows = tuple(
        ProposedRow(f"r{at}", label, label in _TOTALS)
        for at, label in enumerate(filter(None, labels), 1)
    )
    first = columns[0]._replace(kind="label")
    return ProposedBlock(key, "fixed", (first, *columns[1:]), rows)


def _paths(heads: Sequence[Sequence[str]], width: int) -> list[tuple[str, ...]]:
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
                paths[at].append(_dated(text))
    seen: dict[tuple[str, ...], int] = {}
    found = []
    for at, path in enumerate(paths, 1):
        whole = tuple(path) or (f"第{at}栏",)
        seen[whole] = seen.get(whole, 0) + 1
        found.append(whole if seen[whole] == 1 else (*whole[:-1], f"{whole[-1]}（{seen[whole]}）"))
    return found


def _kind(path: tuple[str, ...], cells: Sequence[str]) -> str:
    filled = [cell for cell in cells if cell]
    amounts = sum(map(_amount, filled))
    if _CODE.search(path[-1]):
        return "code"
    if amounts * 2 > len(filled):
        return "amount"
    if filled:
        return "name" if _NAME.search(path[-1]) else "label"
    return "name" if _NAMED.search(path[-1]) else "amount"


def _amount(cell: str) -> bool:
    if not re.search(r"\d", cell):
        return False
    try:
        return parse_amount(cell, YUAN) is not None
    except AmountError:
        return False
