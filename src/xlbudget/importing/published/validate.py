"""Validate a published document: its tables, its text, its contents, and what was lost on the way."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.characters import heading, squash, years_in
from xlbudget.checks.validate import judge
from xlbudget.explaining.plan import TABLES, load_plan
from xlbudget.figures import UNFILLED, InfoValue, Place, Unreadable
from xlbudget.findings import Finding, Level, NotExecuted, Status
from xlbudget.importing.published.document import read_document, read_source
from xlbudget.importing.published.elements import Line
from xlbudget.importing.published.particulars import info_from_sentences, unit_line
from xlbudget.importing.published.recognise import (
    PartHeadings,
    bare_heading,
    standard_of_document,
)
from xlbudget.importing.titles import Titles
from xlbudget.money import COUNT, Amount, parse_amount
from xlbudget.reading.tables import UNREAD
from xlbudget.rules.grid import INFO, Grid
from xlbudget.rules.relations import expand
from xlbudget.sheets.layout import is_form
from xlbudget.texts.names import bare_name
from xlbudget.texts.readings import load_readings
from xlbudget.texts.whole import corrected_book, validate_whole
from xlbudget.xlsx.references import column_number

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from xlbudget.figures import Book
    from xlbudget.findings import Report
    from xlbudget.importing.published.coverage import Coverage
    from xlbudget.importing.published.elements import Matrix
    from xlbudget.importing.published.recognise import DocumentPart, Parts
    from xlbudget.standard.model import Standard, Table


_NUMBER = re.compile(r"\s*\d{1,2}[.．、]")
_NUMBERED = re.compile(r"[一二三四五六七八九十]{1,3}、")
_SENTENCE = "。；：，;:"
_LONGEST = 40
_CLOSE = 0.75
_HEAD_ROWS = 3
_CONTENTS, _COVER = "目录", "封面"
_GLOSSARY = "glossary"
_CELL = re.compile(r"([A-Z]{1,3})(\d{1,5})")
_NUMBERED_PLACE = {unit: re.compile(rf"第(\d+){unit}") for unit in "页段"}
_DAY = re.compile(r"(20\d\d)年(\d{1,2})月\d{1,2}日")
_EARLIEST = 10
"""The month of the year before from which on a budget may have been drawn up."""
_PRESENT = "sheet_present"
_REQUIRED = "required_info"
"""The check that asks for fields of 基础信息, which a document does not have."""


def _rule(standard: Standard, kind: str) -> str:
    """The code of a finding of that kind."""
    readings = load_readings(standard.layers)
    known = readings.rules if readings is not None else {}
    return known.get(kind) or standard.code_of(UNREAD)


def contents_findings(standard: Standard, parts: Parts) -> Iterator[Finding]:
    """Every line of the contents is a heading of the body, and every heading stands in the contents.

    Items of a kind that the contents do not list at all (sections) need not stand there.
    """
    if not parts.contents:
        return
    code = _rule(standard, "stale")
    known = _Headings(standard)
    entries = {
        known.key(line.text): line for line in parts.contents if not known.is_bare(line.text, parts)
    }
    body: dict[str, Line] = {}
    for part in parts.parts:
        body[known.key(part.heading.text)] = part.heading._replace(
            text=bare_heading(part.heading.text)
        )
        items = {known.key(line.text): line for line in known.items(part)}
        body |= items if not entries.keys().isdisjoint(items) else {}
    lost = [one for key, one in entries.items() if key not in body]
    new = [one for key, one in body.items() if key not in entries]
    for one in lost:
        near = _nearest(one, new)
        if near is not None:
            new.remove(near)
            message = (
                f"目录写作“{one.text}”，正文（{near.where}）的标题是“{near.text}”；请改成一致。"
            )
        else:
            message = f"目录中的“{one.text}”在正文里没有；请核对。"
        yield Finding(code, Level.WARNING, message, _CONTENTS, _CONTENTS, one.where)
    for one in new:
        message = f"正文的标题“{one.text}”不在目录里；请核对。"
        yield Finding(code, Level.WARNING, message, _CONTENTS, _CONTENTS, one.where)


class _Headings:
    """The headings of a standard's documents, and by what two of them are the same.

    ``plain``: above a table stands its mere title, which the contents number.
    """

    def __init__(self, standard: Standard) -> None:
        self.plan, self.titles = load_plan(standard), Titles(standard)
        self.parts = PartHeadings(standard, self.plan)
        self.plain = self.plan.texts["heading"] != self.plan.texts["table"]

    def key(self, text: str) -> str:
        """What a heading is compared by: its words, as far as contents and body are to have the same."""
        number = self.parts.part(text)
        if (
            number is not None
            and self.plan.parts[number].heading != self.plan.parts[number].contents
        ):
            return str(number)
        titled = self.plain and self.titles.exact(bare_heading(text)) is not None
        return squash(bare_heading(_NUMBER.sub("", text, count=1) if titled else text))

    def is_bare(self, text: str, parts: Parts) -> bool:
        """Whether a line of the contents leads to the tables, and these have no heading of their own."""
        number = self.parts.part(text)
        tables = parts.of(TABLES)
        return (
            number is not None
            and self.plan.parts[number].holds == TABLES
            and bool(tables)
            and self.parts.part(tables[0].heading.text) != number
        )

    def items(self, part: DocumentPart) -> Iterator[Line]:
        """The headings of a part's items; those of glossaries and of free parts are listed nowhere."""
        holds = part.plan.holds
        for line in () if holds == _GLOSSARY or part.plan.spec.free else _lines(part.elements):
            short = len(line.text) <= _LONGEST and line.text[-1] not in _SENTENCE
            titled = holds != TABLES or self.titles.exact(line.text) is not None
            numbered = (holds == TABLES and self.plain) or _NUMBERED.match(line.text) is not None
            if short and titled and numbered:
                yield line


def _lines(elements: Sequence[Line | Matrix]) -> Iterator[Line]:
    """The lines, and what stands alone in the first rows of a table: its title may."""
    for one in elements:
        if isinstance(one, Line):
            yield one
            continue
        for row in one.lines[:_HEAD_ROWS]:
            texts = [cell for cell in row if cell]
            yield from (Line(text, one.where) for text in texts if len(texts) == 1)


def _nearest(one: Line, others: Sequence[Line]) -> Line | None:
    """The heading that is meant: the same but for the year, else much the same."""
    same = [line for line in others if heading(line.text) == heading(one.text)]
    if same:
        return same[0]
    texts = {heading(line.text): line for line in others}
    near = difflib.get_close_matches(heading(one.text), list(texts), 1, _CLOSE)
    return texts[near[0]] if near else None


# ------------------------------------------------------------------ units


def unit_findings(standard: Standard, parts: Parts) -> Iterator[Finding]:
    """Another unit above a table than above most of them."""
    pattern, code = unit_line(standard), _rule(standard, "name")
    named = [
        (title, line, match["unit"])
        for title, line in _around_tables(standard, parts)
        if (match := pattern.fullmatch(squash(line.text))) is not None
    ]
    counts = Counter(bare_name(name) for _, _, name in named)
    usual = next((name for name, often in counts.items() if 2 * often > len(named)), "")
    right = next((name for _, _, name in named if bare_name(name) == usual), "")
    for title, line, name in named if usual else ():
        if bare_name(name) != usual:
            message = f"{title}上方的预算单位是“{name}”，其他表是“{right}”；请核对。"
            yield Finding(code, Level.ERROR, message, title, title, line.where, "", "", name, right)


# ------------------------------------------------------------------ years


def year_findings(standard: Standard, parts: Parts, year: int) -> Iterator[Finding]:
    """Another year on the cover, in the contents, the parts' headings, around and above the tables."""
    places: list[tuple[str, Line]] = [(_COVER, line) for line in parts.cover]
    places += [(_CONTENTS, line) for line in parts.contents]
    places += [(part.heading.text, part.heading) for part in parts.parts]
    places += _around_tables(standard, parts)
    last = {
        (table.title, line.text)
        for table in standard.tables
        for title, line in places
        if title == table.title and heading(line.text) in _of_last_year(table)
    }
    code = _rule(standard, "year")
    for title, line in places:
        for named in years_in(line.text):
            if named != year and not (named == year - 1 and (title, line.text) in last):
                message = f"“{line.text[:40]}”的年份应为{year}年。"
                place = (title, title, line.where)
                yield Finding(code, Level.ERROR, message, *place, "", "", str(named), str(year))
    for line in parts.cover:
        match = _DAY.search(squash(line.text))
        if match is not None and (int(match[1]), int(match[2])) < (year - 1, _EARLIEST):
            message = f"封面的日期“{match[0]}”比{year}年度早得多，像是上年的；请核对。"
            yield Finding(
                code, Level.WARNING, message, _COVER, _COVER, line.where, "", "", match[0]
            )


def _of_last_year(table: Table) -> set[str]:
    """The headings, whatever their year, under which a table shows last year's figures."""
    return {
        heading(part)
        for block in table.blocks
        for column in block.columns
        if column.of_last_year
        for path in column.paths
        for part in path
    }


def _around_tables(standard: Standard, parts: Parts) -> Iterator[tuple[str, Line]]:
    """Short lines (titles, subtitles) and the headings of columns, each with its table's title."""
    titles = Titles(standard)
    title = ""
    for line in parts.tables:
        if isinstance(line, Line):
            if len(line.text) <= _LONGEST and line.text[-1] not in _SENTENCE:
                known = titles.exact(line.text)
                title = known[0].title if known is not None else title
                yield title, line
            continue
        for number, row in enumerate(line.lines[:_HEAD_ROWS], 1):
            for column, cell in enumerate(row, 1):
                if cell and len(cell) <= _LONGEST and not any(sign.isdigit() for sign in cell[4:]):
                    yield title, Line(cell, f"第{number}行第{column}列")


class Examined(NamedTuple):
    """A document's report with what it was made from; ``unread`` says by key of a table why it is not judged."""

    report: Report
    standard: Standard
    book: Book
    unread: Mapping[str, str]


def validate_published(
    path: Path, standard: Standard | None = None, year: int | None = None
) -> Report:
    """The report of :func:`examine_published`."""
    return examine_published(path, standard, year).report


def examine_published(
    path: Path, standard: Standard | None = None, year: int | None = None
) -> Examined:
    """Read and validate a published document; the standard is told from its tables if not given.

    Places are the document's own: 第3行第14列 of a table, 第712行, 第31页, 第160段 of a text.

    Raises:
        UnusableFileError: it cannot be read, is of another standard, or of another year.
    """
    source = read_source(path)
    standard = standard or standard_of_document(path, source.elements)
    imported, parts, standard = read_document(path, source, standard, year)
    read = imported.coverage
    assert read is not None
    book = imported.book._replace(partial=bool(source.unread))
    report = _of_what_was_read(standard, book, read) if read.tables else _of_whole(standard, book)
    found = [
        *report.findings,
        *(() if book.partial else contents_findings(standard, parts)),
        *year_findings(standard, parts, book.year),
        *unit_findings(standard, parts),
    ]
    asked = {rule.code for rule in standard.rules if rule.check == _REQUIRED}
    findings = [_placed(standard, finding) for finding in found if finding.code not in asked]
    whole = report._replace(findings=()).with_more(findings, (), {})
    status = whole.status if read.enough else Status.UNKNOWN
    report = whole._replace(
        status=status,
        not_read=read.lost,
        coverage=(read.printed, read.read),
        numbers=read.numbers,
    )
    return Examined(report, standard, imported.book, read.tables)


def _of_whole(standard: Standard, book: Book) -> Report:
    """The report on tables and texts together."""
    book = _with_settings(standard, book)
    report = validate_whole(standard, book, lambda: book.computed)
    if report.status is Status.ERROR and (retold := _retold(standard, book)) is not None:
        report = validate_whole(standard, retold, lambda: retold.computed)
    return report


def _of_what_was_read(standard: Standard, book: Book, read: Coverage) -> Report:
    """The report on the tables that were read to the end: nothing is said of, or by means of, the others.

    The sentences that speak of figures of these wait as well.
    """
    lost = [table for table in standard.tables if table.key in read.tables]
    gone = {block.key for table in lost for block in table.blocks}
    left = book._replace(
        blocks={key: data for key, data in book.blocks.items() if key not in gone},
        forms=() if any(map(is_form, lost)) else book.forms,
        info={key: one for key, one in book.info.items() if not one.said},
    )
    told = info_from_sentences(standard, left, left.texts)
    report = _of_whole(standard, left._replace(info={**told, **left.info}))
    titles = {table.title for table in lost}
    codes = {rule.code for rule in standard.rules if rule.check == _PRESENT}
    findings = [one for one in report.findings if one.code not in codes or one.table not in titles]
    reasons = {f"缺少工作表“{table.sheet}”。": read.tables[table.key] for table in lost}
    skipped = [one._replace(reason=_reason(one.reason, reasons)) for one in report.not_executed]
    waiting = f"{'、'.join(titles)}没有读全，情况说明中说到其中数字的文字没有核对。"
    rules = standard.rules_of(book.year)
    skipped += [NotExecuted(rule.code, waiting) for rule in rules if rule.texts]
    wrong = any(one.level is Level.ERROR for one in findings)
    status = Status.PASS if report.status is Status.ERROR and not wrong else report.status
    return report._replace(status=status, findings=tuple(findings), not_executed=tuple(skipped))


def _reason(said: str, reasons: Mapping[str, str]) -> str:
    """Why a rule did not run, without calling a table missing that was not read."""
    for missing, reason in reasons.items():
        said = said.replace(missing, reason)
    return said


def _retold(standard: Standard, book: Book) -> Book | None:
    """The book whose text is read against the tables as they should be; None where that changes nothing.

    Last year's figure often stands in no table, but follows from this year's and the change that the text
    prints. Taken from a wrong cell of this year it would stand against every right sentence about it.
    """
    told = {key: one for key, one in book.info.items() if one.said}
    if not told:
        return None
    unknown = {key: one._replace(value=Unreadable("未载明")) for key, one in told.items()}
    judged = judge(standard, book._replace(info={**book.info, **unknown}))
    if not judged.corrected:
        return None
    rest = {key: one for key, one in book.info.items() if key not in told}
    right = corrected_book(book, judged.corrected)._replace(info=rest)
    return book._replace(info={**told, **rest, **info_from_sentences(standard, right, book.texts)})


def _with_settings(standard: Standard, book: Book) -> Book:
    """The settings as a new workbook has them, which no document states.

    What a total of 基础信息 is made of is not known where the document states the total alone: in a
    workbook such a blank is nought; a text that leaves the division out says nothing of it. Nor does one
    that says how a total and some of its parts have changed, as far as the rest may have been more. A
    total of which the document states all parts is their sum, as filling would write it.
    """
    info = {
        field.key: InfoValue(parse_amount(field.default, COUNT))
        for field in standard.fields.values()
        if field.kind == "count" and field.default
    }
    book = book._replace(info={**info, **book.info})
    grid = Grid(standard, book)
    unstated: dict[str, None] = {}
    for relation in expand(grid).relations:
        numbers = [number for _, number in relation.terms]
        if relation.left != 1 or any(grid.block_of(number) != INFO for number in numbers):
            continue
        whole, *parts = (grid.spot(number).row.key for number in numbers)
        known = [one for key in parts if isinstance(one := book.number(key), Amount)]
        amounts, total = [one.fen for one in known], book.number(whole)
        if whole not in book.info and len(known) == len(parts):
            total = known[0]._replace(fen=sum(amounts))
            added = _sum_of(total, [book.info[one] for one in parts])
            place = Place(added.sheet, added.cell)
            book = book._replace(info={**book.info, whole: added}, computed=book.computed | {place})
        if (
            isinstance(total, Amount)
            and total.fen
            and (
                not any(amounts)
                or (book.info[whole].change is not None and sum(amounts) < total.fen)
            )
        ):
            unstated |= dict.fromkeys(part for part in parts if part not in book.info)
    if not unstated:
        return book
    names = "、".join(f"“{standard.fields[one].label}”" for one in unstated)
    info = {one: InfoValue(UNFILLED) for one in unstated}
    said = f"公开文本没有写明{names}，有关勾稽关系未核对。"
    return book._replace(info={**book.info, **info}, unfilled={**book.unfilled, INFO: said})


def _sum_of(total: Amount, parts: Sequence[InfoValue]) -> InfoValue:
    """A total that the document does not state, with the words and places that tell its parts."""
    if not all(one.said for one in parts):
        return InfoValue(total)
    cells = dict.fromkeys(one.cell for one in parts)
    words = dict.fromkeys(one.said for one in parts)
    changes = [one.change for one in parts if one.change is not None]
    whole = changes[0]._replace(fen=sum(one.fen for one in changes)) if changes else None
    # No sentence has this place: whoever asks for what is computed asks by place.
    where = f"{'、'.join(cells)}各数"
    return InfoValue(total, where, parts[0].sheet, "”和“".join(words), whole)


def _placed(standard: Standard, finding: Finding) -> Finding:
    """The place in the document's words."""
    titles = {table.title: table for table in standard.tables}
    cell, match = finding.cell, _CELL.fullmatch(finding.cell)
    if finding.sheet in titles and match is not None:
        # The form's title is put above its lines when they are read.
        above = 1 if is_form(titles[finding.sheet]) else 0
        cell = f"第{int(match[2]) - above}行第{column_number(match[1])}列"
    named = re.compile(f"({'|'.join(map(re.escape, titles))}){_CELL.pattern}")
    basis = tuple(
        named.sub(lambda spot: f"{spot[1]}第{spot[3]}行第{column_number(spot[2])}列", text)
        for text in finding.basis
    )
    message = finding.message.replace("工作表“", "表“")
    page, paragraph = (_NUMBERED_PLACE[unit].search(finding.cell) for unit in "页段")
    return finding._replace(
        cell=cell,
        basis=basis,
        message=message,
        page=int(page[1]) if page else finding.page,
        paragraph=int(paragraph[1]) if paragraph else finding.paragraph,
    )
