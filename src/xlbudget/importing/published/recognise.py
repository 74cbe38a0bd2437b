"""Which standard, parts and tables a published document has: by titles and headings."""

from __future__ import annotations

import re
from collections import Counter
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.characters import caption, heading, is_note, plain_name, squash
from xlbudget.errors import UnusableFileError
from xlbudget.explaining.source import load_plan
from xlbudget.importing.published.elements import Line, Matrix
from xlbudget.importing.titles import Titles
from xlbudget.reading.headings import own_headings
from xlbudget.sheets.layout import is_form
from xlbudget.standard.layers import standard_ids
from xlbudget.standard.loader import DEFAULT, load_standard

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from xlbudget.standard.model import Form, Standard, Table


_PAGE_NUMBER = re.compile(r"(?:[.…·。_\-－—\s]{2,}|\t)\d{1,4}\s*$|[.…·_\-－—]{2,}\s*$")
_CONTENTS_PAGE = re.compile(r"[.…·。_\-－—\s]*(?<!\d)\d{1,4}\s*$|[.…·_\-－—]{2,}\s*$")
"""No heading ends in a number: in the contents one that does is a page's."""
_PART = re.compile(r"第[一二三四五六七八九十]{1,3}部分")
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
_SEVERAL = 2
"""Fewer units above tables may be a slip."""


class DocumentPart(NamedTuple):
    """A part: what it ``holds`` (as ``disclosure.toml`` says), its heading and its elements."""

    holds: str
    heading: Line
    elements: tuple[Line | Matrix, ...]


class Parts(NamedTuple):
    """The document divided; ``contents`` are the lines of the table of contents, without its title.

    Where a document has no parts' headings, ``parts`` is empty and everything stands in ``rest``.
    """

    cover: tuple[Line, ...]
    contents: tuple[Line, ...]
    parts: Mapping[str, DocumentPart]
    rest: tuple[Line | Matrix, ...]


def bare_heading(text: str) -> str:
    """A heading without the dots and the page number that follow it in the contents."""
    return _PAGE_NUMBER.sub("", text).strip()


def divide(standard: Standard, elements: Sequence[Line | Matrix]) -> Parts:
    """Find the contents and the parts by their headings, whatever year these name."""
    plan = load_plan(standard)
    titles = [
        heading(plan.phrase("part", number, title=one.title.replace("{year}", "2000")))
        for number, one in enumerate(plan.parts, 1)
    ]
    spots = [
        (at, number)
        for at, one in enumerate(elements)
        if isinstance(one, Line) and (number := _part_of(titles, one.text)) is not None
    ]
    lines = ((at, one) for at, one in enumerate(elements) if isinstance(one, Line))
    title = squash(plan.texts["contents"])
    start = next((at for at, line in lines if squash(line.text) == title), None)
    body = _body(spots, listed=start is not None)
    if start is not None and body and body[0][0] < start:
        start = None
    first = body[0][0] if body else len(elements) if start is None else start
    front = [
        line for line in elements[: start if start is not None else first] if isinstance(line, Line)
    ]
    contents = [] if start is None else [
        line._replace(text=_CONTENTS_PAGE.sub("", line.text).strip())
        for line in chain.from_iterable(map(_rows, elements[start + 1 : first]))
    ]  # fmt: skip
    last = [at for at, one in enumerate(contents) if _part_of(titles, one.text) is not None]
    end = _contents_end(contents, last)
    parts: dict[str, DocumentPart] = {}
    ends = [*(at for at, _ in body[1:]), len(elements)] if body else []
    for (at, number), after in zip(body, ends, strict=True):
        line = elements[at]
        assert isinstance(line, Line)
        held = plan.parts[number].holds
        before = parts[held].elements if held in parts else ()
        parts[held] = DocumentPart(held, line, (*before, *elements[at + 1 : after]))
    rest = tuple(elements) if not body else ()
    return Parts(tuple(front), tuple(contents[:end]), parts, rest)


def _part_of(titles: list[str], text: str) -> int | None:
    """Which part's heading a line is; a slip in its title does not matter where its number is there."""
    if len(text) > _LONGEST:
        return None
    found = heading(bare_heading(text))
    if found in titles:
        return titles.index(found)
    # The parts stand in another order where a title has another number.
    bare = _PART.sub("", found, count=1)
    named = [at for at, title in enumerate(titles) if _PART.sub("", title, count=1) == bare]
    match = _PART.match(found)
    if match is not None and named:
        return named[0]
    if match is None:
        return None
    same = [at for at, title in enumerate(titles) if title.startswith(match[0])]
    return same[0] if same and len(found) <= 2 * len(titles[same[0]]) else None


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
                found[-1] = found[-1]._replace(notes=(*found[-1].notes, line.text))
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
    best = max(standard_ids(), key=lambda one: (_shared(load_standard(one), names), one == DEFAULT))
    if not _shared(load_standard(best), names):
        raise UnusableFileError(other_standard(path, load_standard(best), elements))
    return load_standard(best)


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
    return len(names & Titles(standard).known.keys())


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


def other_unit(path: Path, standard: Standard, every: Sequence[Found]) -> str:
    """A sentence on a document most of whose tables are in another unit than the standard's; "" for others."""
    stated = [one.money for one in every if one.table is not None and one.money]
    own = standard.unit.name
    others = Counter(unit for unit in stated if unit != own)
    if len(stated) < _SEVERAL or 2 * others.total() <= len(stated):
        return ""
    unit = others.most_common(1)[0][0]
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
    others = [
        (_shared(load_standard(one), names), one) for one in standard_ids() if one != standard.id
    ]
    count, best = max(others, default=(0, ""))
    if count:
        name = load_standard(best).name
        return (
            f"“{path.name}”像是“{name}”（{best}）的文件，不是“{standard.name}”的，没有读入；"
            f"请改用标准 {best}。"
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
