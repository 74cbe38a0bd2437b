"""The figures of a document's tables as blocks and forms, with what was shifted, lost or doubled."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from xlbudget.exchange.published.forms import read_form_tables
from xlbudget.exchange.published.loose import lines_of, loose_rows, placed
from xlbudget.exchange.published.tables import find_tables
from xlbudget.figures import BlockData, Book
from xlbudget.findings import Finding, Level
from xlbudget.workbook.layout import is_form
from xlbudget.workbook.read_cells import Sheet
from xlbudget.workbook.read_labels import is_note, squash
from xlbudget.workbook.read_tables import CODE, read_table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from xlbudget.exchange.published.loose import Loose
    from xlbudget.exchange.published.pieces import Line, Matrix
    from xlbudget.exchange.published.tables import Found
    from xlbudget.figures import FormData
    from xlbudget.standard.model import Standard, Table

__all__ = ["Figures", "read_figures"]


class Figures(NamedTuple):
    """What the tables hold; ``origins`` says by table key where each was found, ``left`` what was not taken."""

    blocks: dict[str, BlockData]
    forms: tuple[FormData, ...]
    notes: dict[str, tuple[str, ...]]
    origins: dict[str, str]
    findings: tuple[Finding, ...]
    left: tuple[str, ...]


def read_figures(standard: Standard, pieces: Sequence[Line | Matrix], year: int) -> Figures:
    """All tables of the standard that the document has."""
    every = find_tables(standard, pieces)
    result = Figures({}, (), {}, {}, (), ())
    left = [_left(one) for one in every if one.table is None]
    plain = [one for one in every if one.table is not None and not is_form(one.table)]
    stated_often = 2 * sum(bool(one.money) for one in plain) > len(plain)
    findings: list[Finding] = []
    loose: list[Loose] = []
    forms: tuple[FormData, ...] = ()
    for table in standard.tables:
        found = [one for one in every if one.table is not None and one.table.key == table.key]
        if not found:
            where, below = lines_of(standard, table, pieces)
            stated = [line.strip() for line in below if _states_nothing(table, line)]
            if stated:
                result.blocks.update({block.key: BlockData.of([]) for block in table.blocks})
                result.notes[table.key] = tuple(stated)
                result.origins[table.key] = where
                continue
            rows = loose_rows(standard, table, below, year)
            loose += rows
            if rows:
                result.origins[table.key] = where
            else:
                left.append(_lost(table, where))
            continue
        if is_form(table):
            read = read_form_tables(table, found)
            result.blocks[table.blocks[0].key] = read.block
            forms = read.forms
            findings += read.findings
            result.origins[table.key] = f"{found[0].matrix.where}，共{len(forms)}份"
            continue
        matrix = _only(table, found, findings)
        if matrix is None:
            continue
        findings += _unit_findings(table, found, stated=stated_often)
        lines: list[list[object]] = [list(line) for line in matrix.lines]
        data = read_table(standard, table, Sheet(table.title, lines), year)
        result.blocks.update(data.blocks)
        findings += data.findings
        result.notes[table.key] = (*data.notes, *found[-1].notes)
        result.origins[table.key] = matrix.where
    if loose:
        book = Book("", standard.id, year, {}, result.blocks)
        blocks, noticed = placed(standard, book, loose)
        result.blocks.update(blocks)
        findings += noticed
    said = [one._replace(message=one.message.replace("工作表", "表")) for one in findings]
    return result._replace(forms=forms, findings=tuple(said), left=tuple(left))


def _unit_findings(table: Table, found: Sequence[Found], *, stated: bool) -> Iterator[Finding]:
    """Another unit above the table than the standard's: its figures are read as they stand.

    ``stated``: most tables say their unit, so that the lack of it here is not the reader's loss.
    """
    wanted = table.blocks[0].unit.name
    if stated and not any(one.money for one in found):
        message = f"{table.title}上方没有写金额单位，其他表都写了；请补上“单位：{wanted}”。"
        yield Finding(CODE, Level.WARNING, message, table.title, table.title)
    for money in dict.fromkeys(one.money for one in found):
        if money and money != wanted:
            message = (
                f"{table.title}上方写的是“单位：{money}”，应为“{wanted}”；"
                f"数字按{wanted}照原样读入，请核对。"
            )
            yield Finding(
                CODE, Level.ERROR, message, table.title, table.title, "", "", "", money, wanted
            )


def _states_nothing(table: Table, line: str) -> bool:
    """Whether a line below the title says that there is nothing to show."""
    plain = squash(line)
    return plain == squash(table.empty_statement) or (is_note(line) and "无" in plain)


def _lost(table: Table, where: str) -> str:
    if where:
        return f"“{table.title}”（{where}）的格没有分开，这张表没有读入；请改用有表格线的文件。"
    return f"没有找到“{table.title}”，这张表没有读入；请核对文件是否完整。"


def _left(found: Found) -> str:
    first = next((cell for line in found.matrix.lines for cell in line if cell), "")
    name = found.title.text if found.title is not None else first
    return f"{found.matrix.where}的表（“{name[:30]}”）不是本标准的表，没有读入。"


def _only(table: Table, found: Sequence[Found], findings: list[Finding]) -> Matrix | None:
    """The one table of that title, with its continuations; None where there are several."""
    whole = found[0].matrix
    for one in found[1:]:
        if one.matrix.lines == whole.lines:
            continue
        if not (one.continued or _goes_on(table, whole, one.matrix)):
            places = "、".join(other.matrix.where for other in found)
            message = (
                f"文件里有{len(found)}张“{table.title}”（{places}），不知以哪一张为准，都没有读入；"
                "请删去多余的一张再试。"
            )
            findings.append(Finding(CODE, Level.ERROR, message, table.title, table.title))
            return None
        whole = whole._replace(lines=[*whole.lines, *_body(whole, one.matrix)])
    return whole


def _goes_on(table: Table, whole: Matrix, other: Matrix) -> bool:
    """Whether a table goes on with the one before: no row of it stands there already."""
    if table.blocks[0].body == "fixed" or len(other.lines[0]) != len(whole.lines[0]):
        return False
    known = {tuple(line[:3]) for line in whole.lines}
    return not any(tuple(line[:3]) in known for line in _body(whole, other))


def _body(whole: Matrix, other: Matrix) -> list[list[str]]:
    """The lines without the headings that are repeated."""
    count = 0
    for line, above in zip(other.lines, whole.lines, strict=False):
        if line != above:
            break
        count += 1
    return other.lines[count:]
