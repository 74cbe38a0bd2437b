"""Recognise the rows of a block by their labels and codes, one line at a time."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple, Protocol

from xlbudget.characters import code_text, visible
from xlbudget.figures import TOTAL, Row
from xlbudget.workbook.read_cells import text_of
from xlbudget.workbook.read_labels import is_note, row_label, squash, without_ordinal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlbudget.figures import Cell
    from xlbudget.standard.model import Block, Standard

__all__ = ["Line", "Recogniser", "recogniser"]

_CODE = re.compile(r"[0-9A-Za-z]*\d[0-9A-Za-z]*")


class Line(NamedTuple):
    """One line of a block: sheet row, values of its text columns, amounts, whether it has any."""

    number: int
    values: Sequence[object]
    cells: tuple[Cell, ...]
    filled: bool


class Recogniser(Protocol):
    """Turns the lines of one block into rows, in their order."""

    def __call__(self, line: Line) -> Row | str | None:
        """The row; None where the line is no row of this block; or why it is none (a repeat)."""


def recogniser(standard: Standard, block: Block, year: int) -> Recogniser:
    """The recogniser for the block's body."""
    if block.body == "fixed":
        return _Fixed(standard, block, year)
    if block.body == "subject":
        return _Subjects(standard, block)
    return _Projects(block) if block.body == "project" else _Units(block)


def _text_columns(block: Block) -> list[tuple[int, str]]:
    """Positions among the columns that are not amounts, and their kinds."""
    kinds = [column.kind for column in block.columns if column.kind != "amount"]
    return list(enumerate(kinds))


def _texts(line: Line, positions: list[int]) -> tuple[str, ...]:
    return tuple([text_of(line.values[position]) for position in positions]) if positions else ()


def _name(value: object) -> str:
    """The name of a row, which other tables must have too: without invisible signs."""
    return visible(text_of(value)).strip()


def _is_total(block: Block, line: Line) -> bool:
    """Whether one of the first two columns says 合计."""
    wanted = squash(block.total)
    return bool(wanted) and any(
        isinstance(value, str) and squash(value).rstrip(":") == wanted for value in line.values[:2]
    )


def _total(block: Block, line: Line) -> Row:
    return Row(TOTAL, "total", block.total, line.cells, line=line.number)


class _Fixed:
    """Prescribed rows by label; the same label twice by the heading row above; classes by name."""

    def __init__(self, standard: Standard, block: Block, year: int) -> None:
        self.specs = block.rows
        kinds = _text_columns(block)
        self.label = next((at for at, kind in kinds if kind == "label"), None)
        self.texts = [at for at, kind in kinds if kind == "text"]
        self.known: dict[str, list[int]] = {}
        self.parents: list[int] = []
        for position, spec in enumerate(block.rows):
            above = (other for other in range(position - 1, -1, -1) if not block.rows[other].slot)
            lower = (other for other in above if block.rows[other].indent < spec.indent)
            self.parents.append(next(lower, -1))
            if not spec.slot:
                label = row_label(spec.label.replace("{year}", "2000"))
                self.known.setdefault(label, []).append(position)
        self.classes: dict[str, str] = {}
        if block.subjects and any(spec.slot for spec in block.rows):
            for name, code in standard.subjects[block.subjects].classes(year).items():
                plain = row_label(name)
                self.classes.setdefault(plain, code)
                self.classes.setdefault(plain.removesuffix("支出"), code)
                self.classes.setdefault(plain + "支出", code)
        self.used: set[int] = set()
        self.last = -1

    def __call__(self, line: Line) -> Row | str | None:
        if self.label is None:
            return self._unlabelled(line)
        printed = text_of(line.values[self.label])
        label = row_label(printed)
        found = self.known.get(label)
        if found is None:
            code = self.classes.get(label) if label else None
            if code is None:
                return None
            name = without_ordinal(printed)
            return Row(code, "class", name, line.cells, _texts(line, self.texts), "", line.number)
        position = self._choose(found)
        if position is None:
            return f"行“{printed}”重复" if line.filled else None
        return self._row(position, printed, line)

    def _row(self, position: int, printed: str, line: Line) -> Row:
        self.used.add(position)
        self.last = position
        key = self.specs[position].key
        return Row(key, "fixed", printed, line.cells, _texts(line, self.texts), "", line.number)

    def _unlabelled(self, line: Line) -> Row | None:
        """A block without labels: its lines are its rows, in order."""
        if len(self.used) == len(self.specs) or not line.filled:
            return None
        position = len(self.used)
        return self._row(position, self.specs[position].label, line)

    def _choose(self, positions: list[int]) -> int | None:
        """Of rows with the same label, the one that belongs below the last row found."""
        free = [position for position in positions if position not in self.used]
        if len(free) > 1 or len(positions) > 1:
            above = (self.last, self.parents[self.last] if self.last >= 0 else -1)
            near = [position for position in free if self.parents[position] in above]
            later = [position for position in free if position > self.last]
            free = near or later or free
        return free[0] if free else None


class _Subjects:
    """Rows by subject code, in one column or several."""

    def __init__(self, standard: Standard, block: Block) -> None:
        self.block = block
        kinds = _text_columns(block)
        codes = [at for at, kind in kinds if kind == "code"]
        self.name = next((at for at, kind in kinds if kind == "name"), None)
        self.texts = [at for at, kind in kinds if kind == "text"]
        lengths = standard.subjects[block.subjects].lengths if block.subjects else ()
        steps = [after - before for before, after in zip((0, *lengths), lengths, strict=False)]
        widths = steps if len(steps) == len(codes) > 1 else [0] * len(codes)
        self.codes = list(zip(codes, widths, strict=True))

    def __call__(self, line: Line) -> Row | str | None:
        values = line.values
        code = "".join(
            [
                code_text(value) if isinstance(value := values[at], str) else _padded(value, width)
                for at, width in self.codes
            ]
        )
        if not code or not code[0].isdigit():
            if _is_total(self.block, line):
                return _total(self.block, line)
            if not code:
                return None
        if not _CODE.fullmatch(code) and not (line.filled and any(map(str.isdigit, code))):
            return None
        name = "" if self.name is None else _name(values[self.name])
        return Row(code, "subject", name, line.cells, _texts(line, self.texts), "", line.number)


def _padded(value: object, width: int) -> str:
    """A part of a code that was typed as a number gets its lost zeros back."""
    text = text_of(value)
    return text.zfill(width) if text else ""


class _Units:
    """Rows by the name of a unit."""

    def __init__(self, block: Block) -> None:
        self.block = block
        kinds = _text_columns(block)
        self.label = next((at for at, kind in kinds if kind == "label"), 0)
        self.texts = [at for at, kind in kinds if kind == "text"]

    def __call__(self, line: Line) -> Row | str | None:
        if _is_total(self.block, line):
            return _total(self.block, line)
        texts = _texts(line, self.texts)
        name = _name(line.values[self.label])
        if not name or (not line.filled and is_note(name)):
            return None
        return Row(name, "unit", name, line.cells, texts, "", line.number)


class _Projects:
    """Groups (一级项目) and the items (二级项目) below them."""

    def __init__(self, block: Block) -> None:
        self.block = block
        kinds = _text_columns(block)
        self.level1 = next((at for at, kind in kinds if kind == "level1"), None)
        self.level2 = next((at for at, kind in kinds if kind == "level2"), None)
        self.texts = [at for at, kind in kinds if kind == "text"]
        self.group = ""

    def __call__(self, line: Line) -> Row | str | None:
        if _is_total(self.block, line):
            return _total(self.block, line)
        texts = _texts(line, self.texts)
        group = "" if self.level1 is None else _name(line.values[self.level1])
        item = "" if self.level2 is None else _name(line.values[self.level2])
        if group:
            self.group = f"group:{group}"
        if item:
            return Row(item, "item", item, line.cells, texts, self.group, line.number)
        if group:
            return Row(self.group, "group", group, line.cells, texts, "", line.number)
        return None
