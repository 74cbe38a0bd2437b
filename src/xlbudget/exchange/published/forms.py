"""The performance forms of a document made ready for the reader of forms."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.exchange.published.indicators import (
    indicator_head,
    known_levels,
    mend_indicators,
)
from xlbudget.figures import BlockData, Row
from xlbudget.findings import Finding, Level
from xlbudget.workbook.read_cells import Sheet
from xlbudget.workbook.read_forms import read_forms
from xlbudget.workbook.read_labels import caption, squash
from xlbudget.workbook.read_tables import CODE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from xlbudget.exchange.published.indicators import Levels, Mended
    from xlbudget.exchange.published.tables import Found
    from xlbudget.figures import FormData
    from xlbudget.standard.model import Form, Table

__all__ = ["FormsRead", "read_form_tables"]

_TITLE_LINES = 1
"""The form's title is put above its lines."""
_MARKED = re.compile(r"([^\s☐☑□■√]+)\s*([☐☑□■√])|([☐☑□■√])\s*([^\s☐☑□■√]+)")
_TICKED = "☑■√"


class FormsRead(NamedTuple):
    """The forms as amounts and texts, and what was noticed."""

    block: BlockData
    forms: tuple[FormData, ...]
    findings: tuple[Finding, ...]


def read_form_tables(table: Table, found: Sequence[Found]) -> FormsRead:
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
    return FormsRead(BlockData.of(rows), tuple(forms), tuple(findings))


def _said(
    table: Table, name: str, lines: Sequence[Sequence[str]], mended: Mended | None
) -> Iterator[Finding]:
    if mended is None:
        return
    first = len(lines) - len(mended.lines) + _TITLE_LINES + 1
    for number, done, text in mended.said:
        level = Level.HINT if done else Level.WARNING
        message = f"项目“{name}”的{text}；请对照原件核对。"
        yield Finding(CODE, level, message, table.title, table.title, f"B{first + number}", name)


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
    return [[_ticked(cell) for cell in line] for line in kept] + [list(one) for one in lines[end:]]


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
    for line in form.lines:
        for one in line.cells:
            pattern = r"\s*".join(re.escape(sign) for sign in squash(one.caption))
            match = re.fullmatch(rf"{pattern}\s*(?::\s*(.*)|([-\d,.]+))", _half(cell), re.DOTALL)
            if match is not None:
                return one.caption, (match[1] or match[2] or "").strip()
    return None


def _half(text: str) -> str:
    return text.replace("：", ":").replace("（", "(").replace("）", ")")


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
