"""Which standard, parts and tables a published document has: by titles and headings."""

from __future__ import annotations

import re
from collections import Counter
from itertools import chain, islice
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.characters import caption, heading, is_note, plain_name, squash
from xlbudget.errors import UnusableFileError
from xlbudget.explaining.plan import TABLES, load_plan
from xlbudget.importing.published.elements import Line, Matrix
from xlbudget.importing.published.phrases import heading_pattern
from xlbudget.importing.titles import Titles
from xlbudget.reading.headings import own_headings
from xlbudget.sheets.layout import is_form
from xlbudget.standard.loader import DEFAULT, every_standard
from xlbudget.standard.model import unnumbered

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from xlbudget.explaining.plan import PartPlan, Plan
    from xlbudget.standard.model import Form, Standard, Table


_PAGE_NUMBER = re.compile(r"(?:[.…·。_\-－—\s]{2,}|\t)\d{1,4}\s*$|[.…·_\-－—]{2,}\s*$")
_CONTENTS_PAGE = re.compile(r"[.…·。_\-－—\s]*(?<!\d)\d{1,4}\s*$|[.…·_\-－—]{2,}\s*$")
"""No heading ends in a number: in the contents one that does is a page's."""
_PART = re.compile(r"第[一二三四五六七八九十]{1,3}部分")
_ORDINAL = re.compile(r"(?:[一二三四五六七八九十]{1,3}、|\d{1,2}[.．、](?!\d))\s*")
_LONGEST = 60
"""A heading has fewer letters."""
_BEFORE = 6
"""A title stands within so many lines above its table."""
_CONTINUED = "续"
_MOST_HEAD = 6
_UNIT = re.compile(r"单位:(?:人民币)?(亿元|万元|千元|百元|元)\)?$")
_TITLE = re.compile(r"(?!第.{1,3}部分)[^，。；：、]{2,30}表")
_MONEY = re.compile(r"单位:(万元|元)")
_LATIN = re.compile(r"[\s(（]*[A-Za-z][A-Za-z ,.&'’()（）-]*$")
"""The same title in a second language, behind the first."""
_ACCOUNTS = "决算"
_WHICH = re.compile(f"{_ACCOUNTS}|部门预算|预算数")
_SHOWN = 4
_MOST_COLUMNS = 0.7
_HAS_ROWS = 3
_ROW = re.compile(r"[^\W\d_]{5}.*(?<=[\s%])\d{1,3}$")
"""A row of indicators as a line of text: words, and its weight at the end."""
_BOTH = 2
"""The rest of a form has so many of its captions."""
_SHORT, _ENDS = 30, "。；;：:，,、）)"
"""A heading has so few letters, and none of these at its end."""
_SEVERAL = 2
"""Fewer units above tables may be a slip."""


class DocumentPart(NamedTuple):
    """A part as the standard has it, its heading and its elements.

    Where the tables have no heading, theirs is the first one's title.
    """

    plan: PartPlan
    heading: Line
    elements: tuple[Line | Matrix, ...]


class Parts(NamedTuple):
    """The document divided; ``contents`` are the lines of the table of contents, without its title.

    Where a document has no parts' headings, ``parts`` is empty and everything stands in ``rest``.
    """

    cover: tuple[Line, ...]
    contents: tuple[Line, ...]
    parts: tuple[DocumentPart, ...]
    rest: tuple[Line | Matrix, ...]

    def of(self, holds: str) -> list[DocumentPart]:
        """The parts that hold the tables or a part of a document."""
        return [part for part in self.parts if part.plan.holds == holds]

    @property
    def tables(self) -> tuple[Line | Matrix, ...]:
        """What stands among the tables."""
        return tuple(one for part in self.of(TABLES) for one in part.elements)


def bare_heading(text: str) -> str:
    """A heading without the dots and the page number that follow it in the contents."""
    return _PAGE_NUMBER.sub("", text).strip()


def unnumbered_heading(text: str) -> str:
    """A heading made comparable, without its number, whatever year it names."""
    return _ORDINAL.sub("", _PART.sub("", heading(bare_heading(text)), count=1), count=1)


def divide(standard: Standard, elements: Sequence[Line | Matrix]) -> Parts:
    """Find the contents and the parts by their headings, whatever year these name."""
    plan = load_plan(standard)
    headings = PartHeadings(standard, plan)
    spots = [
        (at, number)
        for at, one in enumerate(elements)
        if isinstance(one, Line) and (number := headings.part(one.text)) is not None
    ]
    lines = ((at, one) for at, one in enumerate(elements) if isinstance(one, Line))
    title = squash(plan.texts["contents"])
    start = next((at for at, line in lines if squash(line.text) == title), None)
    body = _body(spots, listed=start is not None)
    if start is not None and body and body[0][0] < start:
        start = None
    body = _with_parts(standard, plan, elements, spots, body)
    first = body[0][0] if body else len(elements) if start is None else start
    front = [
        line for line in elements[: start if start is not None else first] if isinstance(line, Line)
    ]
    contents = [] if start is None else [
        line._replace(text=_CONTENTS_PAGE.sub("", line.text).strip())
        for line in chain.from_iterable(map(_rows, elements[start + 1 : first]))
    ]  # fmt: skip
    # Dots that had no room behind a title stand on a line of their own.
    contents = [line for line in contents if any(map(str.isalnum, line.text))]
    contents = _whole_entries(headings, Titles(standard), contents)
    last = [at for at, one in enumerate(contents) if headings.part(one.text) is not None]
    end = _contents_end(contents, last)
    parts: list[DocumentPart] = []
    ends = [*(at for at, _ in body[1:]), len(elements)] if body else []
    for (at, number), after in zip(body, ends, strict=True):
        element = elements[at]
        line = element if isinstance(element, Line) else next(_inner_titles(element))
        part = plan.parts[number]
        # The tables may have no heading of their own: then the first one's title is also theirs.
        headed = headings.part(line.text) == number
        parts.append(DocumentPart(part, line, tuple(elements[at + headed : after])))
    rest = tuple(elements) if not body else ()
    return Parts(tuple(front), tuple(contents[:end]), tuple(parts), rest)


def unframed(standard: Standard, elements: Iterable[Line | Matrix]) -> Iterator[Line | Matrix]:
    """The elements with lines in place of tables that only frame or align these.

    A single column is a box; the contents may stand in a table, and so may what is said above one: 编制部门：…, 单位：元.
    """
    title = squash(load_plan(standard).texts["contents"])
    for one in elements:
        if isinstance(one, Line) or not _is_frame(title, one):
            yield one
            continue
        for row in one.lines:
            texts = (text.strip() for text in " ".join(filter(None, row)).split("\n"))
            yield from (Line(text, one.where, text) for text in texts if text)


def _is_frame(title: str, matrix: Matrix) -> bool:
    if len(matrix.lines[0]) == 1:
        return True
    if len(matrix.lines) == 1:
        return any(_UNIT.search(squash(cell)) for cell in matrix.lines[0])
    return any(squash("".join(row)) == title for row in matrix.lines[:_MOST_HEAD])


class PartHeadings:
    """How the parts of a standard's documents are headed, in the contents and in the body."""

    def __init__(self, standard: Standard, plan: Plan) -> None:
        self.titles: list[str] = []
        self.patterns: list[list[re.Pattern[str]]] = []
        for number, part in enumerate(plan.parts, 1):
            listed = part.spec.listed(number)
            self.titles.append(heading(listed.replace("{year}", "2000")))
            phrases = map(unnumbered, (part.spec.contents, part.heading))
            self.patterns.append(
                [heading_pattern(standard, one, own=part.spec.free) for one in phrases]
            )
        self.numbered = [_PART.match(title) is not None for title in self.titles]

    def part(self, text: str) -> int | None:
        """Which part's heading a line is; a slip in its title does not matter where its number is there."""
        if len(text) > _LONGEST:
            return None
        found = heading(bare_heading(text))
        if found in self.titles:
            return self.titles.index(found)
        match = _PART.match(found)
        bare = unnumbered_heading(text)
        # The parts stand in another order where a title has another number.
        for at, patterns in enumerate(self.patterns):
            if (match is not None or not self.numbered[at]) and any(
                pattern.fullmatch(bare) for pattern in patterns
            ):
                return at
        if match is None:
            return None
        same = [at for at, title in enumerate(self.titles) if title.startswith(match[0])]
        return same[0] if same and len(found) <= 2 * len(self.titles[same[0]]) else None


def _rows(element: Line | Matrix) -> list[Line]:
    """The lines of the contents, also where titles and page numbers stand in columns."""
    if isinstance(element, Line):
        return [element]
    return [Line(" ".join(filter(None, row)), element.where) for row in element.lines]


def _body(spots: list[tuple[int, int]], *, listed: bool) -> list[tuple[int, int]]:
    """The headings in the body, in whatever order the parts stand: each part's last one.

    ``listed``: the contents name parts too. One that they alone name has no place in the body.
    """
    last = {number: at for at, number in spots}
    first = {number: at for at, number in reversed(spots)}
    twice = [number for number in last if first[number] != last[number]]
    if not listed or not twice:
        return sorted((at, number) for number, at in last.items())
    end = max(first[number] for number in twice)
    begin = min(last[number] for number in twice)
    return sorted(
        (at, number)
        for number, at in last.items()
        if number in twice or (at > end and (at > begin or number < min(twice)))
    )


def _whole_entries(headings: PartHeadings, titles: Titles, lines: Sequence[Line]) -> list[Line]:
    """The lines of the contents with those put together that had no room on one."""

    def known(text: str) -> bool:
        return headings.part(text) is not None or titles.exact(text) is not None

    found: list[Line] = []
    for line in lines:
        numbered = _ORDINAL.match(line.text) or _PART.match(line.text)
        if found and not numbered and not known(found[-1].text) and not known(line.text):
            whole = f"{found[-1].text}{line.text}"
            if known(whole):
                found[-1] = found[-1]._replace(text=whole)
                continue
        found.append(line)
    return found


def _with_parts(
    standard: Standard,
    plan: Plan,
    elements: Sequence[Line | Matrix],
    spots: Sequence[tuple[int, int]],
    body: Sequence[tuple[int, int]],
) -> list[tuple[int, int]]:
    """The headings in the body with those that show in another way.

    A free part begins with the first of its headings, of which each of its texts may have one; the
    tables, where they have no heading, with the title of the first; texts behind these with that of a section.
    """
    if not body:
        return []
    found: list[tuple[int, int]] = []
    for at, number in body:
        before = found[-1][0] if found else -1
        same = [spot for spot, other in spots if other == number and spot > before]
        found.append((min(same) if plan.parts[number].spec.free and found else at, number))
    tables = next(number for number, part in enumerate(plan.parts) if part.holds == TABLES)
    if all(number != tables for _, number in found):
        titles = Titles(standard)
        begun = found[0][0]
        named = (
            at for at in range(begun + 1, len(elements)) if _begins_table(titles, elements, at)
        )
        found += [(at, tables) for at in islice(named, 1)]
    found.sort()
    begun = next((at for at, number in found if number == tables), len(elements))
    end = next((at for at, _ in found if at > begun), len(elements))
    there = {number for _, number in found}
    for number, part in enumerate(plan.parts):
        if number not in there:
            behind = _section_heading(standard, part, elements[begun:end])
            found += [(begun + at, number) for at in behind]
    return sorted(found)


def _section_heading(
    standard: Standard, part: PartPlan, elements: Sequence[Line | Matrix]
) -> Iterator[int]:
    """Where the heading of one of a part's sections stands first among the elements, if it does."""
    patterns = [
        heading_pattern(standard, _ORDINAL.sub("", section.heading, count=1))
        for section in part.sections
        if section.heading and section.heading != part.heading
    ]
    for at, one in enumerate(elements):
        if isinstance(one, Line) and len(one.text) <= _LONGEST:
            text = unnumbered_heading(one.text)
            if any(pattern.fullmatch(text) for pattern in patterns):
                yield at
                return


def _begins_table(titles: Titles, elements: Sequence[Line | Matrix], at: int) -> bool:
    """Whether a title stands here with its table or its unit below, or a table that begins with its title."""
    one = elements[at]
    if isinstance(one, Matrix):
        return any(titles.exact(line.text) is not None for line in islice(_inner_titles(one), 1))
    if titles.exact(one.text) is None:
        return False
    for below in elements[at + 1 : at + 1 + _BEFORE]:
        if isinstance(below, Matrix) or _UNIT.search(squash(below.text)):
            return True
        if titles.exact(below.text) is not None:
            return False
    return False


def _contents_end(contents: list[Line], parts: list[int]) -> int:
    """The contents end with the last part's own lines: the running title that follows is none."""
    if not parts:
        return len(contents)
    end = parts[-1] + 1
    while end < len(contents) and re.match(r"[一二三四五六七八九十]+、", contents[end].text):
        end += 1
    return end


class Found(NamedTuple):
    """A table of the document: which of the standard's (None: none), its form, title, notes below.

    ``money`` is the unit that stands above it (万元), if one does.
    """

    table: Table | None
    form: Form | None
    matrix: Matrix
    title: Line | None
    notes: tuple[str, ...]
    continued: bool = False
    money: str = ""


def find_tables(standard: Standard, elements: Sequence[Line | Matrix]) -> list[Found]:
    """All tables in their order; the notes below each one, up to the next title."""
    titles = Titles(standard)
    above: list[Line] = []
    found: list[Found] = []
    noting = False
    for line in elements:
        if isinstance(line, Line):
            above.append(line)
            if titles.exact(line.text) is not None:
                noting = False
            elif len(above) == 1 and found and _is_form_row(found[-1], line):
                # A row of the form before it, left without its lines by a page end.
                row = Matrix([[line.text]], line.where)
                found.append(Found(found[-1].table, None, row, None, (), continued=True))
                above.clear()
            elif noting and (is_note(line.text) or found[-1].notes):
                # What is headed below the last note is no note any more.
                noting = is_note(line.text) or len(line.text) > _SHORT or line.text[-1] in _ENDS
                notes = (*found[-1].notes, line.text) if noting else found[-1].notes
                found[-1] = found[-1]._replace(notes=notes)
            continue
        if not above and found and _form_goes_on(found[-1], line):
            found[-1] = found[-1]._replace(matrix=_joined(found[-1].matrix, line))
            continue
        near = above[-_BEFORE:]
        current = _identify(standard, titles, near, line)._replace(money=_money(near, line))
        if current.table is None and not above and found and _in_form(found[-1]):
            # Rows of the form before it whose columns are not known.
            current = current._replace(table=found[-1].table, continued=True)
        found.append(current)
        above = []
        noting = current.table is not None and not is_form(current.table)
    return found


def with_tables_apart(standard: Standard, elements: Sequence[Line | Matrix]) -> list[Line | Matrix]:
    """The elements with tables apart that stand below each other in one, each below its title."""
    titles = Titles(standard)
    found: list[Line | Matrix] = []
    for one in elements:
        if isinstance(one, Line):
            found.append(one)
            continue
        named = [
            (at, texts[0])
            for at, row in enumerate(one.lines)
            if len(texts := [cell for cell in row if cell]) == 1 and titles.exact(texts[0])
        ]
        if len(named) < _BOTH:
            found.append(one)
            continue
        ends = [*(at for at, _ in named[1:]), len(one.lines)]
        found += [
            Line(next(filter(None, row)), one.where) for row in one.lines[: named[0][0]] if any(row)
        ]
        for (at, title), end in zip(named, ends, strict=True):
            found.append(Line(title, one.where))
            rows = one.lines[at + 1 : end]
            if any(any(row) for row in rows):
                width = max(place + 1 for row in rows for place, cell in enumerate(row) if cell)
                found.append(Matrix([row[:width] for row in rows], one.where, ragged=one.ragged))
    return found


def _in_form(before: Found) -> bool:
    """Whether a form, or rows that belong to one, stand before."""
    return before.form is not None or (before.table is not None and is_form(before.table))


def _is_form_row(before: Found, line: Line) -> bool:
    """Whether a line is a row of indicators of the form before it: words, and its weight at the end."""
    words = " ".join(word.text for row in line.printed for word in row.words)
    return _in_form(before) and _ROW.search(words or line.text) is not None


def _form_goes_on(before: Found, matrix: Matrix) -> bool:
    """Whether a table is the rest of the form before it, which a page end divides into other columns."""
    form = before.form
    if form is None:
        return False
    own = [caption(cell.caption) for line in form.lines for cell in line.cells]
    heads = {caption(column.label[0]) for column in form.indicators}
    shown = {caption(cell) for row in matrix.lines for cell in row if cell}
    return own[0] not in shown and len(shown & {*own[1:], *heads}) >= _BOTH


def _joined(matrix: Matrix, rest: Matrix) -> Matrix:
    """One table with the rows of both, as wide as the wider."""
    width = max(len(matrix.lines[0]), len(rest.lines[0]))
    lines = [[*row, *[""] * (width - len(row))] for row in (*matrix.lines, *rest.lines)]
    starts = ((0, rest.where), *rest.starts)
    later = tuple((len(matrix.lines) + at, where) for at, where in starts)
    return matrix._replace(lines=lines, starts=(*matrix.starts, *later))


def _money(above: Sequence[Line], matrix: Matrix) -> str:
    """The unit of the amounts, as the lines above the table or its first rows state it."""
    texts = [line.text for line in above]
    texts += [cell for row in matrix.lines[:_MOST_HEAD] for cell in row if cell]
    found = [match[1] for text in texts if (match := _UNIT.search(squash(text)))]
    return found[-1] if found else ""


def _identify(standard: Standard, titles: Titles, above: Sequence[Line], matrix: Matrix) -> Found:
    for line in [*reversed(above), *_inner_titles(matrix)]:
        known = titles.exact(line.text)
        if known is not None:
            table, form = known
            if is_form(table):
                form = _form_of(table, matrix) or form
            continued = _CONTINUED in plain_name(line.text)
            return Found(table, form, matrix, line, (), continued)
    table_by_heads = _by_headings(standard, matrix)
    if table_by_heads is not None:
        return Found(table_by_heads, None, matrix, None, ())
    for table in standard.tables:
        if is_form(table) and (form := _form_of(table, matrix)) is not None:
            return Found(table, form, matrix, None, ())
    return Found(None, None, matrix, above[-1] if above else None, ())


def _inner_titles(matrix: Matrix) -> Iterator[Line]:
    """Titles in the table's own first rows."""
    for row in matrix.lines[:_MOST_HEAD]:
        texts = [cell for cell in row if cell]
        if len(texts) == 1:
            yield Line(texts[0].split("\n")[0], matrix.where)


def _form_of(table: Table, matrix: Matrix) -> Form | None:
    """The form whose captions and headings of indicators the table shows best."""
    texts = {heading(cell) for row in matrix.lines for cell in row if cell}
    captions = {caption(cell) for row in matrix.lines for cell in row if cell}

    def known(form: Form) -> int:
        own = [caption(cell.caption) for line in form.lines for cell in line.cells]
        heads = sum(heading(column.label[0]) in texts for column in form.indicators)
        return heads + sum(label in captions for label in own) if own[0] in captions else 0

    best = max(table.forms, key=known, default=None)
    return best if best is not None and known(best) else None


def _by_headings(standard: Standard, matrix: Matrix) -> Table | None:
    """The only table all of whose columns are there."""
    texts = {squash(cell) for row in matrix.lines[:_MOST_HEAD] for cell in row if cell}
    fitting = []
    for table in standard.tables:
        if is_form(table):
            continue
        lines: list[list[object]] = [list(row) for row in matrix.lines]
        headings = own_headings(table, lines)
        if headings is None or any(None in headings.of(block) for block in table.blocks):
            continue
        outer = {
            squash(label)
            for block in table.blocks
            for column in block.columns
            for label in column.heading(0)
        }
        fitting.append((len(set(map(heading, outer)) & set(map(heading, texts))), table))
    fitting.sort(key=lambda one: -one[0])
    if not fitting or (len(fitting) > 1 and fitting[0][0] == fitting[1][0]):
        return None
    return fitting[0][1]


def standard_of_document(path: Path, elements: Sequence[Line | Matrix]) -> Standard:
    """The shipped standard most of whose tables the document names.

    Raises:
        UnusableFileError: it names no table of any.
    """
    names = {plain_name(text) for text in _titles(elements)}
    best = max(every_standard(), key=lambda one: (_shared(one, names), one.id == DEFAULT))
    if not _shared(best, names):
        raise UnusableFileError(other_standard(path, best, elements))
    return best


def names_tables(standard: Standard, elements: Sequence[Line | Matrix]) -> bool:
    """Whether a document names any table of the standard."""
    return bool(_shared(standard, {plain_name(text) for text in _titles(elements)}))


def mostly_known(every: Sequence[Found]) -> bool:
    """Whether most of a document's tables are the standard's, by title and by columns."""
    others = {
        plain_name(one.title.text) for one in every if one.table is None and one.title is not None
    }
    others = {title for title in others if _TITLE.fullmatch(title)}
    named = {one.table.key for one in every if one.table is not None}
    fitting = {
        one.table.key for one in every if one.table is not None and _fits(one.table, one.matrix)
    }
    return not every or 2 * len(fitting) > len(named) + len(others)


def _fits(table: Table, matrix: Matrix) -> bool:
    """Whether a table has nearly all columns of the standard's table of that title."""
    if is_form(table):
        return _form_of(table, matrix) is not None
    lines: list[list[object]] = [list(line) for line in matrix.lines]
    headings = own_headings(table, lines)
    wanted = sum(len(block.columns) for block in table.blocks)
    return headings is not None and len(headings.columns) >= _MOST_COLUMNS * wanted


def _shared(standard: Standard, names: set[str]) -> int:
    """How many of the names are titles of the standard, also with what may stand before these: 预算单位收入预算总表."""
    titles = Titles(standard)
    return sum(titles.exact(name) is not None for name in names)


def _titles(elements: Sequence[Line | Matrix]) -> Iterator[str]:
    """Texts that may be the title of a table."""
    for line in elements:
        rows = [[line.text]] if isinstance(line, Line) else line.lines[:3]
        for row in rows:
            cells = [_LATIN.sub("", cell) for cell in row if cell]
            if len(cells) == 1 and _TITLE.fullmatch(plain_name(cells[0])):
                yield cells[0]


def _of_accounts(elements: Sequence[Line | Matrix]) -> bool:
    """Whether the first title or heading that says which speaks of final accounts and not of a budget."""
    texts = (
        text
        for one in elements
        for text in ([one.text] if isinstance(one, Line) else chain(*one.lines[:_MOST_HEAD]))
        if len(text) <= _LONGEST
    )
    found = next(filter(None, map(_WHICH.search, map(squash, texts))), None)
    return found is not None and found[0] == _ACCOUNTS


def fit(standard: Standard, elements: Sequence[Line | Matrix]) -> tuple[int, int]:
    """How few columns of the tables are missing, and how many are there."""
    missing = there = 0
    for one in find_tables(standard, elements):
        if one.table is not None and not is_form(one.table):
            lines: list[list[object]] = [list(line) for line in one.matrix.lines]
            found = own_headings(one.table, lines)
            missing += 0 if found is None else len(found.missing)
            there += 0 if found is None else len(found.columns)
    return -missing, there


def other_unit(path: Path, standard: Standard, every: Sequence[Found]) -> str:
    """A sentence on a document most of whose tables are in another unit than the standard's; "" for others."""
    stated = [
        (one.money, one.table.blocks[0].unit.name)
        for one in every
        if one.table is not None and one.money
    ]
    others = Counter((unit, own) for unit, own in stated if unit != own)
    if len(stated) < _SEVERAL or 2 * others.total() <= len(stated):
        return ""
    unit, own = others.most_common(1)[0][0]
    return (
        f"“{path.name}”各表的金额单位是{unit}，“{standard.name}”的是{own}，没有读入；"
        f"请选对文件，数字确是{own}的请先改正各表上方的单位。"
    )


def other_standard(path: Path, standard: Standard, elements: Sequence[Line | Matrix]) -> str:
    """A sentence on a document that holds none of the standard's tables: what it looks like."""
    titles = list(dict.fromkeys(plain_name(text) for text in _titles(elements)))
    names = set(titles)
    own = [title for title in titles if title in Titles(standard).known]
    if own and not any(isinstance(one, Matrix) and len(one.lines) >= _HAS_ROWS for one in elements):
        return (
            f"“{path.name}”有“{own[0]}”等标题，却读不出一张表（格没有分开，或文件不完整）；"
            "请换用有表格线的 .docx 或 .pdf。"
        )
    others = [one for one in every_standard() if one.id != standard.id]
    best = max(others, key=lambda one: (_shared(one, names), one.id), default=standard)
    if best.id != standard.id and _shared(best, names):
        return (
            f"“{path.name}”像是“{best.name}”（{best.id}）的文件，不是“{standard.name}”的，没有读入；"
            f"请改用标准 {best.id}。"
        )
    if not titles:
        return f"“{path.name}”里没有“{standard.name}”的预算表，不像部门预算的公开文本；请选对文件。"
    money = Counter(
        match
        for line in elements
        for text in ([line.text] if isinstance(line, Line) else chain(*line.lines[:3]))
        for match in _MONEY.findall(squash(text))
    )
    unit = f"，金额单位为{money.most_common(1)[0][0]}" if money else ""
    what = "像是部门决算，用的是" if _of_accounts(elements) else "用的是"
    shown = "”“".join(titles[:_SHOWN])
    lacks = f"没有“{standard.name}”的表"
    if own:
        lacks = f"“{own[0]}”虽与“{standard.name}”的表同名，多数表的名称或栏目不同"
    more = f"等{len(titles)}张" if len(titles) > _SHOWN else ""
    return (
        f"“{path.name}”{what}另一种公开标准：有“{shown}”{more}{unit}，{lacks}，"
        "没有读入；请先添加该标准，或选对文件。"
    )
