"""The performance forms of a document made ready for the reader of forms.

Converters shift whole lines of the forms by a column or two, and lose cells at their ends. A
line's cells keep their order, its levels are words that other lines of the document use, and its
weight is a number: where that leaves one placement it is taken and said, else the line stays as
printed and is reported.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.characters import caption, heading, squash
from xlbudget.figures import BlockData, Row
from xlbudget.findings import Finding, Level
from xlbudget.reading.particulars import FormsData, read_forms
from xlbudget.reading.tables import UNREAD
from xlbudget.sheets.cells import Sheet

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from xlbudget.figures import FormData
    from xlbudget.importing.published.recognise import Found
    from xlbudget.standard.model import Form, Table


_TITLE_LINES = 1
"""The form's title is put above its lines."""
_MARKED = re.compile(r"([^\s☐☑□■√]+)\s*([☐☑□■√])|([☐☑□■√])\s*([^\s☐☑□■√]+)")
_TICKED = "☑■√"
_HALF = str.maketrans("：（）", ":()")
_LEVELS = 2
"""The first columns of the indicators are levels; the others are filled on every line."""
_FEW = 2
_NUMBER = re.compile(r"\d+(?:\.\d+)?(?:%|分)?")
_PERCENT = re.compile(r"[(（]?\d+(?:\.\d+)?[%分]?[)）]?$")


def read_form_tables(table: Table, found: Sequence[Found]) -> FormsData:
    """All forms of a document, in its order."""
    prepared = [
        (one.form, _fields(one.form, one.matrix.lines)) for one in found if one.form is not None
    ]
    levels = known_levels(prepared)
    rows: list[Row] = []
    forms: list[FormData] = []
    findings: list[Finding] = []
    for form, lines in prepared:
        whole, mended = _mended(form, lines, levels)
        given: list[list[object]] = [[form.title]]
        given += [[*line] for line in whole]
        read = read_forms(table, Sheet(table.title, given))
        rows += read.block.rows
        forms += read.forms
        findings += read.findings
        name = read.forms[0].name if read.forms else ""
        findings += _said(table, name, whole, mended)
    return FormsData(BlockData.of(rows), tuple(forms), (), tuple(findings))


def _said(
    table: Table, name: str, lines: Sequence[Sequence[str]], mended: Mended | None
) -> Iterator[Finding]:
    if mended is None:
        return
    first = len(lines) - len(mended.lines) + _TITLE_LINES + 1
    for number, done, text in mended.said:
        level = Level.HINT if done else Level.WARNING
        message = f"项目“{name}”的{text}；请对照原件核对。"
        yield Finding(UNREAD, level, message, table.title, table.title, f"B{first + number}", name)


def _mended(
    form: Form, lines: list[list[str]], levels: Levels
) -> tuple[list[list[str]], Mended | None]:
    """The lines with their indicators in the columns that stand under the headings."""
    head = indicator_head(form, lines)
    if head is None:
        return lines, None
    number, places = head
    mended = mend_indicators(form, places, lines[number + 1 :], levels)
    width = max(len(lines[0]), *(at + 1 for at in places))
    whole = [list(line) for line in lines[: number + 1]]
    for values in mended.lines:
        line = [""] * width
        for at, value in zip(places, values, strict=True):
            line[at] = value
        whole.append(line)
    return whole, mended


# ------------------------------------------------------------------ fields


def _fields(form: Form, lines: Sequence[Sequence[str]]) -> list[list[str]]:
    """Captions and values apart, values that stand below their caption put beside it."""
    captions = {caption(cell.caption) for line in form.lines for cell in line.cells}
    groups = {caption(line.group) for line in form.lines if line.group}
    head = indicator_head(form, lines)
    end = len(lines) if head is None else head[0]
    upper = [_split(form, captions, line) for line in lines[:end]]
    kept: list[list[str]] = []
    for line in upper:
        texts = [(at, cell) for at, cell in enumerate(line) if cell]
        alone = texts[0] if len(texts) == 1 else None
        known = alone is not None and caption(alone[1]) in captions | groups
        if alone is not None and not known and kept and (at := _open(captions, groups, kept[-1])):
            kept[-1] = [*kept[-1], *[""] * (at + 1 - len(kept[-1]))]
            kept[-1][at] = alone[1]
            below = kept[-1]
            kept[-1:] = [below, [""] * len(line)]  # lines keep their numbers
        else:
            kept.append(line)
    return [[_ticked(cell) for cell in line] for line in kept] + [
        list(line) for line in lines[end:]
    ]


def _open(captions: set[str], groups: set[str], line: Sequence[str]) -> int:
    """The place of the value that the line's only caption still needs; 0 where it needs none."""
    texts = [(at, cell) for at, cell in enumerate(line) if cell]
    own = [at for at, cell in texts if caption(cell) in captions]
    other = [at for at, cell in texts if caption(cell) not in captions | groups]
    return own[0] + 1 if len(own) == 1 and not other else 0


def _split(form: Form, captions: set[str], line: Sequence[str]) -> list[str]:
    """A cell that holds a caption and its value becomes two, where the place beside it is free."""
    found = list(line)
    for at, cell in enumerate(line):
        if not cell or caption(cell) in captions:
            continue
        parts = _parts(form, cell)
        if parts is not None and not (found[at + 1] if at + 1 < len(found) else ""):
            found[at] = parts[0]
            found[at + 1 : at + 2] = [parts[1]]
    return found


def _parts(form: Form, cell: str) -> tuple[str, str] | None:
    half = cell.translate(_HALF)
    for line in form.lines:
        for one in line.cells:
            pattern = r"\s*".join(re.escape(sign) for sign in squash(one.caption))
            match = re.fullmatch(rf"{pattern}\s*(?::\s*(.*)|([-\d,.]+))", half, re.DOTALL)
            if match is not None:
                return one.caption, (match[1] or match[2] or "").strip()
    return None


def _ticked(cell: str) -> str:
    """Of options with boxes, those that are ticked."""
    marks = _MARKED.findall(cell)
    if not any(mark in cell for mark in "☐☑□■"):
        return cell
    chosen = [
        before or after
        for before, behind, ahead, after in marks
        if (behind or ahead) and (behind or ahead) in _TICKED
    ]
    return "、".join(chosen)


class Levels(NamedTuple):
    """Words of the first and second level, and under which first levels a second one was seen."""

    first: frozenset[str]
    second: frozenset[str]
    above: dict[str, frozenset[str]]


class Mended(NamedTuple):
    """The indicator lines of a form in the order of its columns, and what is to be said of them.

    ``said`` are (line from 0 below the headings, mended or not, sentence).
    """

    lines: list[list[str]]
    said: list[tuple[int, bool, str]]


def indicator_head(form: Form, lines: Sequence[Sequence[str]]) -> tuple[int, list[int]] | None:
    """The line of the indicators' headings and the place of each column; None without such a line."""
    wanted = [heading(column.label[0]) for column in form.indicators]
    for number, line in enumerate(lines) if len(wanted) >= _FEW else ():
        labels = [heading(cell) for cell in line]
        if set(wanted) <= set(labels):
            return number, [labels.index(label) for label in wanted]
    return None


def _base(text: str) -> str:
    """A level without its percentage: 产出指标 40%."""
    return _PERCENT.sub("", squash(text))


def known_levels(forms: Sequence[tuple[Form, Sequence[Sequence[str]]]]) -> Levels:
    """The words of the levels, from the lines that are complete and stand under their headings."""
    first: set[str] = set()
    second: set[str] = set()
    above: dict[str, set[str]] = {}
    for form, lines in forms:
        head = indicator_head(form, lines)
        for line in lines[head[0] + 1 :] if head else ():
            values = [line[at] if at < len(line) else "" for at in head[1]] if head else []
            if not all(values[1:]) or not _NUMBER.fullmatch(_weight(form, values)):
                continue
            one, two = _base(values[0]), _base(values[1])
            second.add(two)  # also one that only stands on lines without a first level
            if values[0]:
                first.add(one)
                above.setdefault(two, set()).add(one)
    known = {two: frozenset(ones) for two, ones in above.items()}
    return Levels(frozenset(first), frozenset(second), known)


def _weight(form: Form, values: Sequence[str]) -> str:
    keys, key = [column.key for column in form.indicators], form.indicator("weight")
    return squash(values[keys.index(key)]) if key else "0"


def mend_indicators(
    form: Form, places: Sequence[int], lines: Sequence[Sequence[str]], levels: Levels
) -> Mended:
    """The lines below the headings as values of the form's columns, levels filled down."""
    mended = Mended([], [])
    for number, line in enumerate(lines):
        printed = [line[at] if at < len(line) else "" for at in places]
        cells = _sequence(form, line)
        if not cells:
            mended.lines.append([""] * len(places))
            continue
        third = cells[0] if len(cells) == 1 else next(iter(printed[_LEVELS:]), "")
        values = printed
        if not _plausible(form, places, line, printed, levels):
            fitting = list(_placements(form, cells, levels))
            if len(fitting) == 1:
                values = fitting[0]
                third = values[_LEVELS]
                mended.said.append((number, True, f"指标“{third}”一行在转换时错位，已按栏目归位"))
            else:
                shown = "、".join(cells[:3])
                mended.said.append((number, False, f"指标“{shown}”一行可能错位，没有改动"))
        if form.indicator("weight") and not _weight(form, values):
            mended.said.append((number, False, f"指标“{third}”没有权重，可能在转换时丢失，留空"))
        mended.lines.append(values)
    _fill_down(mended, levels)
    return mended


def _sequence(form: Form, line: Sequence[str]) -> list[str]:
    """The cells that hold something, without the caption beside the indicators."""
    own = heading(form.caption)
    return [cell for cell in line if cell and heading(cell) != own]


def _plausible(
    form: Form, places: Sequence[int], line: Sequence[str], values: Sequence[str], levels: Levels
) -> bool:
    """Whether the line may stand as printed: nothing outside the columns, words where they belong."""
    own = heading(form.caption)
    outside = [
        cell for at, cell in enumerate(line) if cell and at not in places and heading(cell) != own
    ]
    if outside or not values[_LEVELS]:
        return False
    if values[0] and levels.first and _base(values[0]) not in levels.first:
        return False
    if values[1] and levels.second and _base(values[1]) not in levels.second:
        return False
    weight = _weight(form, values)
    return not weight or bool(_NUMBER.fullmatch(weight))


def _placements(form: Form, cells: list[str], levels: Levels) -> Iterator[list[str]]:
    """All ways to place the cells in order: optional levels, then all others but perhaps the weight."""
    keys = [column.key for column in form.indicators]
    room = len(keys) - _LEVELS
    for has_first in (True, False):
        for has_second in (True, False):
            count = has_first + has_second
            rest = cells[count:]
            if len(rest) not in (room, room - 1) or (
                has_first and _base(cells[0]) not in levels.first
            ):
                continue
            if has_second and _base(cells[count - 1]) not in levels.second:
                continue
            lost = len(rest) == room - 1
            if lost and keys[-1] != form.indicator("weight"):
                continue
            values = [
                cells[0] if has_first else "",
                cells[count - 1] if has_second else "",
                *rest,
                *([""] if lost else []),
            ]
            numeric = bool(_NUMBER.fullmatch(squash(rest[-1]))) if rest else False
            if lost != numeric:
                yield values


def _fill_down(mended: Mended, levels: Levels) -> None:
    """Levels that are printed once, over their lines; one that cannot be the level above is not taken."""
    above = ["", ""]
    for number, values in enumerate(mended.lines):
        if not any(values):
            continue
        one, two = values[0], values[1]
        if not two and (not one or _base(one) == _base(above[0])):
            two = above[1]
        if not one:
            one = above[0]
            allowed = levels.above.get(_base(two), frozenset())
            if allowed and _base(one) not in allowed:
                one = _later(mended.lines[number + 1 :], allowed)
                if one:
                    text = f"指标“{values[_LEVELS]}”的一级指标在合并格中下移，归到“{one}”"
                else:
                    text = f"指标“{values[_LEVELS]}”的一级指标在转换时丢失，留空"
                mended.said.append((number, bool(one), text))
        mended.lines[number] = [one, two, *values[_LEVELS:]]
        above = [one or above[0], two]


def _later(lines: Sequence[Sequence[str]], allowed: frozenset[str]) -> str:
    """The next line's first level, where it is one of the allowed ones."""
    found = next((line[0] for line in lines if line[0]), "")
    return found if _base(found) in allowed else ""
