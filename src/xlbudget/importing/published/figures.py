"""The figures of a document's tables as blocks and forms, with what was shifted, lost or doubled."""

from __future__ import annotations

import re
from itertools import takewhile
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.characters import heading, is_note, squash
from xlbudget.checks.identities import holds
from xlbudget.errors import AmountError
from xlbudget.figures import BlockData, Book, Row
from xlbudget.findings import Finding, Level
from xlbudget.importing.published.elements import Line
from xlbudget.importing.published.forms import read_form_tables
from xlbudget.importing.published.placing import LooseRow, place_loose
from xlbudget.importing.published.wrapped import unwrapped
from xlbudget.importing.titles import Titles
from xlbudget.money import parse_amount
from xlbudget.reading.headings import own_headings
from xlbudget.reading.tables import UNREAD, read_table, recogniser, with_printed_classes
from xlbudget.reading.tables import Line as RowLine
from xlbudget.rules.grid import Grid
from xlbudget.rules.relations import expand
from xlbudget.sheets.cells import NOTHING, Sheet
from xlbudget.sheets.layout import is_form
from xlbudget.standard.model import AMOUNT
from xlbudget.standard.placeholders import fits

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from xlbudget.figures import Cell, FormData
    from xlbudget.importing.published.elements import Matrix
    from xlbudget.importing.published.recognise import Found
    from xlbudget.reading.headings import Headings
    from xlbudget.reading.tables import Recogniser
    from xlbudget.rules.relations import Relation
    from xlbudget.standard.model import Block, Standard, Table


_FARTHEST = 2
"""Figures are sought so many columns away."""
_FIGURE = re.compile(r"-?\d[\d,]*\.\d{2}")
_CODE = re.compile(r"(\d{3}(?:\s+\d{2}){1,2}(?!\d)|\d{3,9})\s*(\D.*)?")
"""A subject's code, whole or in its parts, and its name."""
_NOTHING = NOTHING | {"无", "空"}
_ADVICE = re.compile("；请[^；。]*。$")
_DIGIT = re.compile(r"\d")
_ZERO = re.compile(r"0(?:\.0+)?")
_BODIES = ("fixed", "subject", "unit")


class _Shift(NamedTuple):
    """So many figures from a column on stand ``by`` columns left (-) or right (+) of their place."""

    first: int
    size: int
    by: int


class RowIdentities:
    """The identities of a book that speak of the cells of one row alone."""

    def __init__(self, standard: Standard, book: Book) -> None:
        self.grid = Grid(standard, book)
        self.rows: dict[tuple[str, int], list[Relation]] = {}
        for relation in expand(self.grid).relations:
            if relation.rule.soft or not relation.equation.check:
                continue
            blocks = {self.grid.block_of(number) for _, number in relation.terms}
            if len(blocks) != 1 or not blocks <= book.blocks.keys():
                continue
            (block,) = blocks
            base, width = self.grid.base[block], self.grid.width[block]
            lines = {(number - base) // width for _, number in relation.terms}
            if len(lines) == 1:
                self.rows.setdefault((block, lines.pop()), []).append(relation)

    def hold(self, block: str, line: int, cells: Sequence[Cell]) -> bool:
        """Whether all identities of the row hold with these cells in it."""
        first = self.grid.number(block, line, 0)
        changed = list(self.grid.cells)
        changed[first : first + len(cells)] = cells
        other = self.grid.with_cells(changed)
        return all(holds(other, relation) for relation in self.rows.get((block, line), ()))


def shift_findings(standard: Standard, book: Book) -> Iterator[Finding]:
    """A warning for every row that contradicts itself, with the least shift that would mend it, if there is one."""
    identities = RowIdentities(standard, book)
    for block, line in identities.rows:
        row = book.blocks[block].rows[line]
        if identities.hold(block, line, row.cells):
            continue
        shifts = [
            shift
            for shift in _shifts(row.cells)
            if identities.hold(block, line, _moved(row.cells, shift))
        ]
        if not shifts:
            continue
        least = min((abs(shift.by), shift.size) for shift in shifts)
        shifts = [shift for shift in shifts if (abs(shift.by), shift.size) == least]
        table = standard.table_of(standard.blocks[block])
        place = book.blocks[block].cell_name(row, shifts[0].first)
        name = row.label or row.key
        if len(shifts) == 1:
            shift = shifts[0]
            side, back = ("左", "右") if shift.by < 0 else ("右", "左")
            message = (
                f"{table.title}“{name}”一行有{shift.size}个数像是在转换时向{side}错了{abs(shift.by)}栏"
                f"（向{back}移{abs(shift.by)}栏，本行就相符）；没有改动，请对照原件核对。"
            )
        else:
            message = f"{table.title}“{name}”一行的数像是在转换时错了栏，移法不止一种；没有改动，请对照原件核对。"
        yield Finding(UNREAD, Level.WARNING, message, table.title, table.title, place, row.key)


def _shifts(cells: Sequence[Cell]) -> Iterator[_Shift]:
    """Neighbouring figures moved together into blank cells."""
    filled = [at for at, cell in enumerate(cells) if cell is not None]
    for start in range(len(filled)):
        for end in range(start, len(filled)):
            run = filled[start : end + 1]
            for by in range(-_FARTHEST, _FARTHEST + 1):
                places = [at + by for at in run]
                inside = places[0] >= 0 and places[-1] < len(cells)
                free = inside and all(cells[at] is None or at in run for at in places)
                if by and free:
                    # The figures stand ``-by`` of where they belong.
                    yield _Shift(run[0], len(run), -by)


def _moved(cells: Sequence[Cell], shift: _Shift) -> list[Cell]:
    """The row with the figures where they belong."""
    found = list(cells)
    run = [at for at in range(shift.first, len(cells)) if cells[at] is not None][: shift.size]
    for at in run:
        found[at] = None
    for at in run:
        found[at - shift.by] = cells[at]
    return found


def unruled_rows(
    standard: Standard, table: Table, lines: Sequence[str], year: int
) -> list[LooseRow]:
    """The rows among the lines below a table's title; none where its headings do not show."""
    if is_form(table) or any(block.body not in _BODIES for block in table.blocks):
        return []
    first = next((at for at, line in enumerate(lines) if _FIGURE.search(line)), len(lines))
    above = heading("".join(lines[:first]))
    labels = {heading(block.columns[at].heading(year)[-1])
              for block in table.blocks for at in block.of_kind("amount")}  # fmt: skip
    if not all(label in above for label in labels):
        return []
    rows: list[LooseRow] = []
    known = {block.key: recogniser(standard, block, year) for block in table.blocks}
    for number, line in enumerate(lines[first:], first + 1):
        for at, (label, figures) in enumerate(_segments(line)):
            order = [*table.blocks[at:], *table.blocks[:at]]
            for block in order:
                row = _row(block, known[block.key], number, label)
                if row is not None:
                    cells = tuple(_amount(figure, block) for figure in figures)
                    rows.append(LooseRow(block, row, cells))
                    break
    return rows


def lines_of(
    standard: Standard, table: Table, elements: Sequence[Line | Matrix]
) -> tuple[str, list[str]]:
    """The raw lines between a table's title and the next one."""
    titles = Titles(standard)
    where, lines, inside = "", list[str](), False
    for line in elements:
        if not isinstance(line, Line):
            inside = False
            continue
        known = titles.exact(line.text)
        if known is not None:
            inside = known[0].key == table.key
            where, lines = (line.where, []) if inside else (where, lines)
        elif inside:
            lines += (line.raw or line.text).split("\n")
    return where, lines


def _segments(line: str) -> Iterator[tuple[str, list[str]]]:
    """Labels with the figures behind each."""
    label: list[str] = []
    figures: list[str] = []
    for token in line.split():
        if _FIGURE.fullmatch(token):
            figures.append(token)
            continue
        if figures:
            yield " ".join(label), figures
            label, figures = [], []
        label.append(token)
    if label:
        yield " ".join(label), figures


def _row(block: Block, recognise: Recogniser, number: int, label: str) -> Row | None:
    match = _CODE.fullmatch(label) if block.body == "subject" else None
    kinds = [column.kind for column in block.columns if column.kind != AMOUNT]
    values = [""] * len(kinds)
    for kind, text in (("code", squash(match[1])), ("name", match[2] or "")) if match else ():
        values[kinds.index(kind) if kind in kinds else 0] += text
    values[0] = values[0] if match else label
    blank: tuple[Cell, ...] = (None,) * len(block.amounts)
    row = recognise(RowLine(number, values, blank, filled=True))
    return row if isinstance(row, Row) else None


def _amount(text: str, block: Block) -> Cell:
    try:
        return parse_amount(text, block.unit)
    except AmountError:
        return None


class Figures(NamedTuple):
    """What the tables hold; ``origins`` says by table key where each was found, ``left`` what was not taken."""

    blocks: dict[str, BlockData]
    forms: tuple[FormData, ...]
    notes: dict[str, tuple[str, ...]]
    origins: dict[str, str]
    findings: tuple[Finding, ...]
    left: tuple[str, ...]


def read_figures(
    standard: Standard, elements: Sequence[Line | Matrix], every: Sequence[Found], year: int
) -> Figures:
    """All tables of the standard that the document has; ``every`` are those that it shows."""
    read = _read_figures(standard, elements, every, year)
    wider = with_printed_classes(standard, year, read.blocks)
    return read if wider is standard else _read_figures(wider, elements, every, year)


def _read_figures(
    standard: Standard, elements: Sequence[Line | Matrix], every: Sequence[Found], year: int
) -> Figures:
    result = Figures({}, (), {}, {}, (), ())
    plain = [one for one in every if one.table is not None and not is_form(one.table)]
    left = [said for one in every for said in _not_taken(one)]
    stated_often = 2 * sum(bool(one.money) for one in plain) > len(plain)
    findings: list[Finding] = []
    unruled: list[LooseRow] = []
    forms: tuple[FormData, ...] = ()
    for table in standard.tables:
        found = [one for one in every if one.table is not None and one.table.key == table.key]
        if not found:
            where, below = lines_of(standard, table, elements)
            stated = [line.strip() for line in below if _states_nothing(table, line)]
            if stated:
                result.blocks.update({block.key: BlockData.of([]) for block in table.blocks})
                result.notes[table.key] = tuple(stated)
                result.origins[table.key] = where
                continue
            rows = unruled_rows(standard, table, below, year)
            unruled += rows
            if rows:
                result.origins[table.key] = where
            elif where:
                left.append(
                    f"“{table.title}”（{where}）的格没有分开，这张表没有读入；请改用有表格线的文件。"
                )
            else:
                left.append(f"没有找到“{table.title}”，这张表没有读入；请核对文件是否完整。")
            continue
        if is_form(table):
            read = read_form_tables(table, found)
            result.blocks[table.blocks[0].key] = read.block
            forms = read.forms
            findings += map(_of_reader, read.findings)
            result.origins[table.key] = f"{found[0].matrix.where}，共{len(forms)}份"
            continue
        matrix = _only(table, found, findings)
        if matrix is None:
            continue
        findings += _unit_findings(table, found, stated=stated_often)
        lines = _written(standard, table, matrix, year)
        data = read_table(standard, table, Sheet(table.title, lines), year)
        result.blocks.update(data.blocks)
        unruled += _loosened(table, data.blocks, {number + 1 for number in matrix.loose})
        findings += map(_of_reader, data.findings)
        result.notes[table.key] = (*data.notes, *found[-1].notes)
        result.origins[table.key] = matrix.where
    if unruled:
        book = Book("", standard.id, year, {}, result.blocks)
        blocks, noticed = place_loose(standard, book, unruled)
        result.blocks.update(blocks)
        findings += noticed
    said = [
        finding._replace(message=finding.message.replace("工作表", "表")) for finding in findings
    ]
    return result._replace(forms=forms, findings=tuple(said), left=tuple(left))


def _loosened(
    table: Table, blocks: Mapping[str, BlockData], loose: Collection[int]
) -> Iterator[LooseRow]:
    """The rows of a table; those on ``loose`` lines without their figures, whose columns do not show."""
    for block in table.blocks if loose else ():
        for row in blocks[block.key].rows if block.key in blocks else ():
            if row.line not in loose:
                yield LooseRow(block, row, ())
                continue
            figures = tuple(cell for cell in row.cells if cell is not None)
            yield LooseRow(block, row._replace(cells=(None,) * len(row.cells)), figures)


def _written(standard: Standard, table: Table, matrix: Matrix, year: int) -> list[list[object]]:
    """The cells with whole names, without signs for nothing and noughts beside no label."""
    lines: list[list[object]] = [
        ["" if cell in _NOTHING else cell for cell in line] for line in matrix.lines
    ]
    found = own_headings(table, lines)
    if found is None:
        return lines
    for line in lines[found.body : body_of(found, lines)]:
        line[:] = [""] * len(line)
    lines = unwrapped(standard, found, lines, year)
    for block in table.blocks:
        places = [at for at in found.of(block) if at is not None]
        amounts = [
            at
            for at, column in zip(found.of(block), block.columns, strict=True)
            if at is not None and column.kind == AMOUNT
        ]
        for line in lines[found.body :]:
            zeros = (at in amounts and _ZERO.fullmatch(str(line[at])) for at in places if line[at])
            if all(zeros):
                for at in amounts:
                    line[at] = ""
    return lines


def body_of(found: Headings, lines: Sequence[Sequence[object]]) -> int:
    """The first line below all headings, also those that stand deeper than the standard's: words beside no name."""
    first = min(_columns(found, amounts=True), default=0)
    for number, line in enumerate(lines[found.body :], found.body):
        texts = [str(cell) for cell in line if cell]
        if not texts or any(line[:first]) or any(map(_DIGIT.search, texts)):
            return number
    return len(lines)


def other_columns(found: Headings, lines: Sequence[Sequence[object]]) -> dict[int, str]:
    """Columns right of a name that the standard does not have, with their headings; none where one of its own is lost."""
    if found.missing or found.doubled:
        return {}
    first = min(_columns(found, amounts=True), default=0)
    free = set(range(first, len(lines[0]))) - set(_columns(found, amounts=False))
    free -= set(_columns(found, amounts=True))
    heads = lines[found.first : body_of(found, lines)]
    texts = {at: [str(line[at]) for line in heads if line[at]] for at in sorted(free)}
    return {at: said[-1] for at, said in texts.items() if said}


def _columns(found: Headings, *, amounts: bool) -> Iterator[int]:
    """Where the table's columns of amounts stand, or its others."""
    for block in found.table.blocks:
        for at, column in zip(found.of(block), block.columns, strict=True):
            if at is not None and (column.kind == AMOUNT) is amounts:
                yield at


def _of_reader(finding: Finding) -> Finding:
    """What the reader did not understand may be its own loss: nobody is told to mend it."""
    if finding.code != UNREAD or finding.level is not Level.ERROR:
        return finding
    message = _ADVICE.sub("；请对照原件核对。", finding.message)
    return finding._replace(level=Level.WARNING, message=message)


def _unit_findings(table: Table, found: Sequence[Found], *, stated: bool) -> Iterator[Finding]:
    """Another unit above the table than the standard's: its figures are read as they stand.

    ``stated``: most tables say their unit, so that the lack of it here is not the reader's loss.
    """
    wanted = table.blocks[0].unit.name
    if stated and not any(one.money for one in found):
        message = f"{table.title}上方没有写金额单位，其他表都写了；请补上“单位：{wanted}”。"
        yield Finding(UNREAD, Level.WARNING, message, table.title, table.title)
    for money in dict.fromkeys(one.money for one in found):
        if money and money != wanted:
            message = (
                f"{table.title}上方写的是“单位：{money}”，应为“{wanted}”；"
                f"数字按{wanted}照原样读入，请核对。"
            )
            yield Finding(
                UNREAD, Level.ERROR, message, table.title, table.title, "", "", "", money, wanted
            )


def _states_nothing(table: Table, line: str) -> bool:
    """Whether a line below the title says that there is nothing to show."""
    plain = squash(line)
    return fits(line, table.spelled.statements, squash) or (is_note(line) and "无" in plain)


def _not_taken(one: Found) -> Iterator[str]:
    """A sentence on a table that is none of the standard's, or on columns that are not."""
    if one.table is None:
        yield _left(one)
    if one.table is None or is_form(one.table):
        return
    lines: list[list[object]] = [list(line) for line in one.matrix.lines]
    found = own_headings(one.table, lines)
    others = other_columns(found, lines) if found is not None else {}
    if others:
        named = "”“".join(squash(text) for text in others.values())
        yield f"“{one.table.title}”（{one.matrix.where}）的栏“{named}”不是本标准的栏，没有读入。"


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
            findings.append(Finding(UNREAD, Level.ERROR, message, table.title, table.title))
            return None
        body = _body(whole, one.matrix)
        by = len(whole.lines) - (len(one.matrix.lines) - len(body))
        loose = whole.loose | {at + by for at in one.matrix.loose}
        whole = whole._replace(lines=[*whole.lines, *body], loose=loose)
    return whole


def _goes_on(table: Table, whole: Matrix, other: Matrix) -> bool:
    """Whether a table goes on with the one before: no row of it stands there already."""
    if table.blocks[0].body == "fixed" or len(other.lines[0]) != len(whole.lines[0]):
        return False
    known = {tuple(line[:3]) for line in whole.lines}
    return not any(tuple(line[:3]) in known for line in _body(whole, other))


def _body(whole: Matrix, other: Matrix) -> list[list[str]]:
    """The lines without the headings that are repeated."""
    pairs = zip(other.lines, whole.lines, strict=False)
    return other.lines[sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs)) :]
