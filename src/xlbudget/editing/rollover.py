"""Next year's workbook from this year's: structure, texts and last year's figures, nothing else."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.building.formulas.expressions import constant
from xlbudget.editing.build import build_workbook
from xlbudget.editing.own import (
    foreign_sheets,
    own_notes,
    plan_finals,
    read_finals,
    unused_subjects,
)
from xlbudget.errors import UnusableFileError
from xlbudget.explaining.facts import evaluate_facts
from xlbudget.explaining.source import compared_fields, load_source
from xlbudget.figures import TOTAL, BlockData, Book, InfoValue, Ledger, LedgerLine, Office
from xlbudget.findings import Level
from xlbudget.money import Amount
from xlbudget.reading.book import read_book
from xlbudget.rules.grid import Grid
from xlbudget.sheets.layout import INFO_SHEET, info_lines
from xlbudget.standard.ledger import selects
from xlbudget.standard.loader import (
    every_standard,
    load_standard,
    own_standard,
    standard_for,
    with_subjects,
)
from xlbudget.standard.roles import FORM_NAME
from xlbudget.texts.forms import last_year_of
from xlbudget.xlsx.atomic import replace_atomically
from xlbudget.xlsx.cells import CellEdit
from xlbudget.xlsx.locks import refuse_open_file
from xlbudget.xlsx.workbook import Workbook

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
    from pathlib import Path

    from xlbudget.figures import Cell, FormData, Profile, Row
    from xlbudget.standard.ledger import LedgerColumn
    from xlbudget.standard.model import Block, Form, Ref, Standard, SubjectList


_RANGE = (
    r"(?P<first>20\d\d)(?:年(?:\d{1,2}月(?:\d{1,2}日)?)?)?\s*(?:[-—–～~至到]|——)\s*(?P<last>20\d\d)"
)
_TITLE = r"《[^》]*》|[〔\[［【(（]20\d\d[〕\]］】)）]\s*第?\s*\d*\s*号?|" + _RANGE
"""Names of papers and their numbers are what they are; a range is of several years or moved whole."""
_YEAR = r"(?<!\d)20\d\d(?=\s*年|-\d{1,2}(?:-\d{1,2})?(?!\d)|[./]\d{1,2}[./]\d{1,2})"
_DIGITS, _ZEROS = "〇一二三四五六七八九", "○零Ｏ"
_WRITTEN = f"二[{_ZEROS}〇][{_DIGITS}{_ZEROS}]{{2}}(?=年)"
_YEARS = re.compile(f"(?P<title>{_TITLE})|{_YEAR}|(?P<written>{_WRITTEN})")
_READ = str.maketrans(_DIGITS + _ZEROS, "0123456789000")
_NAMED = 12
"""So many names stand in a sentence."""


def moved_years(text: str, year: int) -> str:
    """``text``, written in the papers of ``year``, for the year after.

    That year, the one before and the one after each become the next; other years, names of papers
    (《…》, 〔2023〕12号) and ranges over several years stay.
    """

    def later(match: re.Match[str]) -> str:
        there = match["first"] or match[0]
        if match["title"] and not match["first"] == match["last"] == there:
            return match[0]
        number = int(there.translate(_READ))
        if not year - 1 <= number <= year + 1:
            return match[0]
        new = str(number + 1)
        if match["written"]:
            new = "".join(_DIGITS[int(digit)] for digit in new).replace("〇", match[0][1])
        return match[0].replace(there, new)

    return _YEARS.sub(later, text)


def reason_fields(standard: Standard) -> list[str]:
    """The fields that give the reasons for this year's changes."""
    return list(dict.fromkeys(change.reason for change in load_source(standard).changes))


def last_figures(
    standard: Standard, last_standard: Standard, last: Book
) -> tuple[dict[str, Amount | None], list[str]]:
    """What the fields of last year's figures hold in the year after ``last`` (None: unknown), and sentences.

    The comparisons of the notes say both: the field, and the cell of the year that it is compared
    with. A cell that is blank in a book with figures is nought; a book without any figure has none.
    """
    then = evaluate_facts(last_standard, last, load_source(last_standard))
    before = compared_fields(load_source(last_standard))
    values: dict[str, Amount | None] = {}
    said: list[str] = []
    empty = all(data.empty for data in last.blocks.values())
    for field in compared_fields(load_source(standard)):
        label = standard.fields[field].label
        expr = before.get(field)
        if expr is None:
            values[field] = None
            said.append(f"{last.year}年的标准里没有“{label}”的来源，留空；请填写。")
            continue
        value = then.value(expr)
        if value.gap:
            said.append(f"“{label}”没有结转：{value.gap}；请填写。")
        blank = empty or bool(value.gap)
        unit = standard.info_unit(field)
        amount = value.amount or Amount(0, unit)
        values[field] = None if blank else amount.in_unit(unit)
    if empty:
        said.append(f"{last.year}年的各表没有金额，上年数留空。")
    said += _carried(last_standard, last)
    return values, said


def _carried(standard: Standard, last: Book) -> list[str]:
    """What is left of the year, and the cell that it goes to once it is known for certain."""
    grid = Grid(standard, last)
    return [
        f"{_place(standard, last, carry.source)}为 {cell.text}，"
        f"是下年{_place(standard, last, carry.target)}的来源；上年结转请按年末实际结转数填写。"
        for carry in standard.carries
        for cell in map(grid.cells.__getitem__, grid.numbers_of(carry.source))
        if isinstance(cell, Amount) and cell.fen
    ]


def _place(standard: Standard, last: Book, ref: Ref) -> str:
    """A cell in words."""
    block = standard.blocks[ref.block]
    label = next((row.label for row in block.rows if row.key == ref.which), ref.which)
    title = standard.table_of(block).title
    heading = "/".join(
        "".join(part.split()) for part in block.column(ref.column).heading(last.year)
    )
    return f"{title}“{label}”（{heading}）"


def ending_projects(standard: Standard, book: Book) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The projects of ``book`` whose forms say that they end, and those that do not say when.

    Several forms of one name must all say that they end: one word too few drops nothing.
    """
    ends: dict[str, list[int | None]] = {}
    forms = _forms(standard)
    for data in book.forms:
        form = forms.get(data.form)
        period = data.fields.get(form.period, "") if form is not None and form.period else ""
        ends.setdefault(data.name, []).append(last_year_of(period))
    counts: dict[str, int] = {}
    for key, block in standard.blocks.items():
        if block.body == "project" and key in book.blocks:
            for row in book.blocks[key].rows:
                if row.kind == "item":
                    ends.setdefault(row.key, [])
                    counts[row.key] = counts.get(row.key, 0) + 1
    ended, unknown = [], []
    for name, years in ends.items():
        known = [year for year in years if year is not None]
        if not known or len(known) < len(years) or counts.get(name, 1) > len(years):
            unknown.append(name)
        elif max(known) <= book.year:
            ended.append(name)
    return tuple(ended), tuple(unknown)


def _forms(standard: Standard) -> dict[str, Form]:
    return {form.key: form for table in standard.tables for form in table.forms}


def without_projects(rows: Collection[Row], names: Collection[str]) -> list[Row]:
    """The rows of projects or forms without some projects, and without groups that end with them."""
    kept = [row for row in rows if row.kind not in ("item", "form") or row.key not in names]
    parents = {row.parent for row in kept if row.kind == "item"}
    before = {row.parent for row in rows if row.kind == "item"}
    return [
        row for row in kept if row.kind != "group" or row.key in parents or row.key not in before
    ]


def next_forms(standard: Standard, book: Book, names: Collection[str]) -> tuple[FormData, ...]:
    """The forms without those of some projects, the years in their texts moved.

    Names and periods stay: they say which project it is.
    """
    forms = _forms(standard)
    found = []
    for data in book.forms:
        if data.name in names:
            continue
        form = forms.get(data.form)
        fixed = {FORM_NAME, form.period if form is not None else ""}
        fields = {
            key: text if key in fixed else moved_years(text, book.year)
            for key, text in data.fields.items()
        }
        indicators = tuple(
            indicator._replace(
                values={key: moved_years(text, book.year) for key, text in indicator.values.items()}
            )
            for indicator in data.indicators
        )
        found.append(data._replace(fields=fields, indicators=indicators))
    return tuple(found)


class SubjectChanges(NamedTuple):
    """What became of subjects, each said once: by code and by name, old -> new, and sentences."""

    codes: dict[str, str]
    names: dict[str, str]
    replaced: dict[str, str]
    gone: dict[str, str]


def _heir(subjects: SubjectList, code: str, year: int) -> str:
    """The code that stands for ``code`` in ``year``: itself, its successor, "" where it has none."""
    seen = {code}
    while True:
        entries = subjects.by_code.get(code, ())
        if not entries or any(subject.valid(year) for subject in entries):
            return code
        code = next((subject.successor for subject in reversed(entries) if subject.successor), "")
        if not code or code in seen:
            return ""
        seen.add(code)


def next_subject_rows(
    standard: Standard,
    block: Block,
    rows: list[Row],
    year: int,
    changes: SubjectChanges,
    moved: Callable[[Row], Row],
) -> list[Row]:
    """The rows of a block by subject for ``year``; ``moved`` makes a row of the year before the next's.

    A code that is no longer valid gives way to its successor, rows that meet are added up; one
    without successor stays, to be looked at. A parent whose rows all went elsewhere goes too.
    """
    subjects = standard.subjects[block.subjects]
    found: dict[str, Row] = {}
    order: list[str] = []
    heirs = {
        row.key: _heir(subjects, row.key, year) for row in rows if row.kind in ("subject", "class")
    }
    for row in rows:
        if row.kind not in ("subject", "class"):
            order.append(f"{row.kind}:{len(order)}:{row.key}")
            found[order[-1]] = moved(row)
            continue
        code = heirs[row.key]
        if not code:
            name = f"{row.key} {row.label}".strip()
            changes.gone[row.key] = (
                f"科目“{name}”到{year}年已停用，目录里没有改列的科目，原样保留；请改为现行科目。"
            )
            code = row.key
        elif code != row.key and _emptied(row.key, heirs):
            changes.codes[row.key] = code
            continue
        new = _named(subjects, moved(row)._replace(key=code), row, year, changes)
        if code in found:
            found[code] = _added(found[code], new)
        else:
            found[code] = new
            order.append(code)
    if any(old != new and new for old, new in heirs.items()) and block.body == "subject":
        order.sort(key=lambda key: (found[key].key == TOTAL, found[key].key))
    return [found[key] for key in order]


def _emptied(code: str, heirs: Mapping[str, str]) -> bool:
    """Whether a parent's rows all went to subjects below another parent that is there as well."""
    below = [new for old, new in heirs.items() if old != code and old.startswith(code)]
    heir = heirs[code]
    return bool(below) and heir in heirs and all(new.startswith(heir) for new in below)


def _named(subjects: SubjectList, row: Row, old: Row, year: int, changes: SubjectChanges) -> Row:
    """The row under the name that its code has in ``year``, where it had the listed one before."""
    known = subjects.find(row.key, year)
    if row.key == old.key:
        before = [
            subject.name for subject in subjects.by_code.get(row.key, ()) if subject.valid(year - 1)
        ]
        if known is None or known.name == old.label or old.label not in before:
            return row
        changes.names[old.label] = known.name
        sentence = f"科目 {row.key}“{old.label}”自{year}年起改名为“{known.name}”，已改。"
        changes.replaced.setdefault(row.key, sentence)
        return row._replace(label=known.name)
    name = known.name if known is not None else row.label
    changes.codes[old.key] = row.key
    if name != old.label:
        changes.names[old.label] = name
    changes.replaced.setdefault(
        old.key,
        f"科目“{old.key} {old.label}”到{year}年已停用，按目录改为“{row.key} {name}”；请核对。",
    )
    return row._replace(label=name)


def _added(first: Row, second: Row) -> Row:
    """Two rows as one: what both hold is added up."""
    cells = tuple(_sum(one, two) for one, two in zip(first.cells, second.cells, strict=True))
    return first._replace(cells=cells)


def _sum(one: Cell, two: Cell) -> Cell:
    if isinstance(one, Amount) and isinstance(two, Amount):
        return one._replace(fen=one.fen + two.fen, places=max(one.places, two.places))
    return two if one is None else one


_CARRIED = "由上年的“{}”转来"


def next_ledger(
    standard: Standard, last_standard: Standard, last: Book, ended: Collection[str]
) -> tuple[Ledger, list[str]]:
    """The ledger of the year after ``last``, and what was done, in words.

    This year's appropriations stay as a draft without amounts, those of ``ended`` projects go. What is left
    over becomes money carried over, with its amount; what was carried over before is spent or left over.
    """
    ledger, old = standard.ledger, last_standard.ledger
    if ledger is None or old is None or not last.ledger.lines:
        return Ledger(), []
    level2, carry = old.key_of("level2"), old.carry
    drafts: list[LedgerLine] = []
    carried: list[LedgerLine] = []
    moved: dict[str, str] = {}
    dropped = before = 0
    for line in last.ledger.lines:
        texts = {
            column.key: moved_years(line.texts[column.key], last.year)
            if column.kind == "text"
            else _next_text(standard, column, line.texts[column.key], last.year + 1, moved)
            for column in ledger.columns
            if line.texts.get(column.key)
        }
        if line.texts.get(level2) in ended:
            dropped += 1
        elif carry is not None and selects(old, carry.left, line.texts):
            remark = _CARRIED.format("".join(carry.left[carry.of]))
            texts = {key: text for key, text in texts.items() if key != carry.of}
            texts |= {
                carry.year: carry.next,
                ledger.key_of("text"): texts.get(ledger.key_of("text"), remark),
            }
            carried.append(LedgerLine(texts, line.amount))
        elif carry is not None and line.texts.get(carry.year) == carry.next:
            before += 1
        else:
            drafts.append(LedgerLine(texts, None))
    said = [f"{ledger.sheet}：今年的{len(drafts)}行留作下年的草稿，金额留空；请填写或删去。"]
    if carry is not None and carried:
        said.append(
            f"{ledger.sheet}：结转下年的{len(carried)}行改为“{carry.next}”，金额照抄；请按年末实际结转数核对，并补填科目和类别。"
        )
    if before:
        said.append(f"{ledger.sheet}：上年结转来的{before}行没有带到下年。")
    if dropped:
        said.append(f"{ledger.sheet}：已到期项目的{dropped}行没有带到下年。")
    said += [
        f"{ledger.sheet}：科目 {code} 到{last.year + 1}年已停用，改为 {new}；请核对。"
        for code, new in moved.items()
    ]
    return Ledger((*carried, *drafts)), said


def _next_text(
    standard: Standard, column: LedgerColumn, text: str, year: int, moved: dict[str, str]
) -> str:
    """What stands in a column next year: a subject that is not valid any more gives way to its successor."""
    if column.kind != "code":
        return text
    heir = _heir(standard.subjects[column.subjects], text, year)
    if heir and heir != text:
        moved[text] = heir
    return heir or text


def next_book(
    standard: Standard, last_standard: Standard, last: Book
) -> tuple[Book, tuple[str, ...], list[str]]:
    """The book of the year after ``last``: its figures are last year's, this year's are blank.

    Beside it the projects that it does not have any more, and what was done, in words.

    ``standard`` is the one valid then. Edited texts are the book's, their years moved.
    """
    year = last.year + 1
    figures, figures_said = last_figures(standard, last_standard, last)
    ended, unknown = ending_projects(last_standard, last)
    changes = SubjectChanges({}, {}, {}, {})
    blocks = {
        key: _next_block(standard, last_standard, key, last, ended, changes)
        for key in standard.blocks
    }
    info, left = _next_info(standard, last_standard, last, figures)
    ledger, ledger_said = next_ledger(standard, last_standard, last, ended)
    book = Book(
        name=last.name,
        standard=standard.id,
        year=year,
        info=info,
        blocks=blocks,
        forms=next_forms(last_standard, last, ended),
        keyed=_next_keyed(standard, last, changes),
        profile=_next_profile(last.profile, last.year),
        notes=_next_notes(standard, last_standard, last, blocks),
        subjects=last.subjects,
        texts=tuple(
            unit._replace(text=moved_years(unit.text, last.year), stale=())
            for unit in last.texts
            if not unit.follows
        ),
        ledger=ledger,
    )
    filled = [key for key, value in figures.items() if value is not None]
    said = []
    if filled:
        labels = "、".join(standard.fields[key].label for key in filled)
        said.append(f"基础信息的上年数已填{len(filled)}项：{labels}。")
    said += [f"有“上年数”栏的表已填{count}格。" for count in [_counted(standard, blocks)] if count]
    said += figures_said
    said += [*changes.replaced.values(), *changes.gone.values()]
    said += left
    said += ledger_said
    if ended:
        said.append(f"已到期的项目没有带到下年：{_names(ended)}。")
    if unknown:
        said.append(f"没有写明实施期的项目已保留，不再安排的请删去：{_names(unknown)}。")
    said += _to_do(standard, last, book)
    return book, ended, said


def _names(names: Iterable[str]) -> str:
    every = list(names)
    more = f"等{len(every)}个" if len(every) > _NAMED else ""
    return f"“{'”“'.join(every[:_NAMED])}”{more}"


def _to_do(standard: Standard, last: Book, book: Book) -> list[str]:
    """What the accountant has to look at or type."""
    said = [f"{book.year}年的金额、人员、资产和采购都留空，请填写；上年结转按年末实际结转数填写。"]
    reasons = [
        standard.fields[key].label
        for key in reason_fields(standard)
        if key in standard.fields and book.text(key)
    ]
    if reasons:
        said.append(f"增减原因还是上年的，请逐项改写：{'、'.join(reasons)}。")
    if book.forms:
        said.append("绩效目标和指标照上年保留，年份已改；请按今年的目标和金额核对。")
    if book.texts:
        said.append(
            f"改写过的定稿{len(book.texts)}段已保留，年份已改，状态为“已过期”；请逐段核对数字和文字。"
        )
    if last.profile != book.profile:
        said.append("部门概况里的年份已改；请核对。")
    return said


def _counted(standard: Standard, blocks: dict[str, BlockData]) -> int:
    """How many cells of last year's columns are filled."""
    count = 0
    for key, data in blocks.items():
        block = standard.blocks[key]
        places = [block.amount_index[column.key] for column in block.columns if column.last_year_of]
        count += sum(row.cells[place] is not None for row in data.rows for place in places)
    return count


# ------------------------------------------------------------------ tables


def _next_block(
    standard: Standard,
    last_standard: Standard,
    key: str,
    last: Book,
    ended: Iterable[str],
    changes: SubjectChanges,
) -> BlockData:
    block, old = standard.blocks[key], last_standard.blocks.get(key)
    data = last.blocks.get(key)
    if old is None or data is None:
        return BlockData.of([])
    # For every amount column the one of last year whose figures it shows, None where it is blank.
    sources = [old.amount_index.get(block.column(key).last_year_of) for key in block.amounts]

    def shown(row: Row, at: int | None) -> Cell:
        cell = None if at is None else row.cells[at]
        return cell.in_unit(block.unit) if isinstance(cell, Amount) else cell

    def moved(row: Row) -> Row:
        fixed = row.kind in ("item", "group", "unit", "form", "subject", "class")
        return row._replace(
            cells=tuple(shown(row, at) for at in sources),
            texts=tuple(moved_years(text, last.year) for text in row.texts),
            label=row.label if fixed else moved_years(row.label, last.year),
            line=0,
            places=(),
        )

    rows = without_projects(data.rows, set(ended))
    if block.subjects:
        return BlockData.of(next_subject_rows(standard, block, rows, last.year + 1, changes, moved))
    return BlockData.of([moved(row) for row in rows])


# ------------------------------------------------------------------ texts and particulars


def _next_info(
    standard: Standard, last_standard: Standard, last: Book, figures: dict[str, Amount | None]
) -> tuple[dict[str, InfoValue], list[str]]:
    """The fields of the new year, and what has no place there any more."""
    info: dict[str, InfoValue] = {}
    for field in standard.fields.values():
        found = last.info.get(field.key)
        if field.key in figures:
            info[field.key] = InfoValue(figures[field.key])
        elif field.kind == "year":
            info[field.key] = InfoValue(str(last.year + 1))
        elif field.key == "standard":
            info[field.key] = InfoValue(standard.id)
        elif field.kind == "date" or found is None:
            continue
        elif field.kind in ("amount", "count"):
            info[field.key] = InfoValue(found.value if field.default else None)
        elif isinstance(found.value, str) and (
            not field.choices or found.value in ("", *field.choices)
        ):
            text = found.value if field.choices else moved_years(found.value, last.year)
            info[field.key] = InfoValue(text)
    left = [
        f"下年的标准没有“{last_standard.fields[key].label}”，原来的“{found.value}”没有带过去。"
        for key, found in last.info.items()
        if key not in standard.fields and isinstance(found.value, str) and found.value
    ]
    return info, left


def _next_keyed(
    standard: Standard, last: Book, changes: SubjectChanges
) -> dict[str, dict[str, str]]:
    """The lists by name or code, under the names and codes of the new year."""
    found: dict[str, dict[str, str]] = {}
    for keyed in standard.keyed:
        if keyed.kind == "amount":
            continue  # figures of the year before the last
        texts: dict[str, str] = {}
        for name, text in last.keyed.get(keyed.key, {}).items():
            new = changes.codes.get(name, changes.names.get(name, name))
            if new in last.keyed.get(keyed.key, {}) and new != name:
                new = name
            texts[new] = moved_years(text, last.year)
        found[keyed.key] = texts
    return found


def _next_profile(profile: Profile, year: int) -> Profile:
    return profile._replace(
        duties=tuple(moved_years(duty, year) for duty in profile.duties),
        remark=moved_years(profile.remark, year),
        offices=tuple(
            Office(office.name, moved_years(office.duty, year)) for office in profile.offices
        ),
    )


def _next_notes(
    standard: Standard, last_standard: Standard, last: Book, blocks: Mapping[str, BlockData]
) -> dict[str, tuple[str, ...]]:
    """The lines below tables that a person wrote, their years moved.

    A table whose rows wait for figures does not say that it has none.
    """
    waiting: dict[str, tuple[str, ...]] = {
        table.key: ()
        for table in standard.tables
        if table.empty_statement and any(blocks[block.key].rows for block in table.blocks)
    }
    keys = {table.key for table in standard.tables}
    return waiting | {
        key: tuple(moved_years(line, last.year) for line in lines)
        for key, lines in own_notes(last_standard, last).items()
        if key in keys
    }


_SUFFIXES = (".xlsm", ".xlsx")
_REASON = "上年的原因，请核对、改写"
_LITERAL = 100
"""A text in a formula may have 255 characters: of a longer reason, so many are compared."""
_REMARK = "上年的定稿，年份已改；请按今年的数字核对、改写，不用时请清空定稿。"


class Rollover(NamedTuple):
    """The new workbook, its year, the projects dropped, what was done and is to be done, in words.

    ``backup`` is the file that was replaced.
    """

    path: Path
    year: int
    dropped: tuple[str, ...]
    said: tuple[str, ...]
    backup: Path | None = None


def roll_over(source: Path, target: Path, *, overwrite: bool = False) -> Rollover:
    """Write next year's workbook to ``target``: whole or not at all.

    Raises:
        UnusableFileError: the source is unreadable or is the target, the target exists (and
            ``overwrite`` was not asked for) or cannot be written, no standard holds next year.
    """
    _refuse(source, target, overwrite=overwrite)
    opened = Workbook(source)
    last = read_book(opened)
    last = last._replace(texts=read_finals(opened))
    last_standard = own_standard(last)
    year = last.year + 1
    standard = standard_for(_standard_of(last_standard, year), year, last.info)
    standard = with_subjects(standard, last.subjects)
    book, dropped, done = next_book(standard, last_standard, last)
    finals, afterwards = plan_finals(book.texts, _REMARK, older=True)
    edits = [*finals, *_marks(standard, book)]

    def write(path: Path) -> None:
        build_workbook(standard, book, path, year=book.year)
        Workbook(path).patch(path, edits, afterwards)

    backup = replace_atomically(target, write, by="rollover", new=not overwrite)
    said = (*done, *_left(opened, standard, last_standard, last))
    return Rollover(target, book.year, dropped, said, backup)


def _refuse(source: Path, target: Path, *, overwrite: bool) -> None:
    if target.suffix.lower() not in _SUFFIXES:
        raise UnusableFileError(f"“{target.name}”的扩展名应为 .xlsm 或 .xlsx。")
    if not target.parent.is_dir():
        raise UnusableFileError(f"文件夹“{target.parent}”不存在；请先建立文件夹。")
    if not target.exists():
        return
    if source.exists() and target.samefile(source):
        raise UnusableFileError(
            f"下年的工作簿不能就是今年的“{source.name}”，没有改动；请换一个文件名。"
        )
    if target.is_dir():
        raise UnusableFileError(f"“{target}”是文件夹；请写明下年工作簿的文件名。")
    if not overwrite:
        raise UnusableFileError(
            f"“{target}”已经存在，没有改动；请换一个文件名，或加 --overwrite（原文件留作备份）。"
        )
    refuse_open_file(target)


def _marks(standard: Standard, book: Book) -> Iterator[CellEdit]:
    """Beside each reason that is last year's: a remark that goes once the reason is rewritten."""
    reasons = set(reason_fields(standard))
    for line in info_lines(standard):
        field = line.field
        text = book.text(field.key) if field is not None else ""
        if field is None or field.key not in reasons or not text:
            continue
        begins = text[:_LITERAL]
        shown = f"B{line.line}" if begins == text else f"LEFT(B{line.line},{_LITERAL})"
        same = f"EXACT({shown},{constant(begins).text})"
        formula = f"IF({same},{constant(_REASON).text},{constant(field.hint).text})"
        yield CellEdit(INFO_SHEET, f"D{line.line}", _REASON, formula)


def _standard_of(standard: Standard, year: int) -> Standard:
    """The standard of the same region that holds in ``year``: the same one where it does.

    Raises:
        UnusableFileError: none holds, or several do.
    """
    if standard.first <= year <= standard.last:
        return load_standard(standard.id)
    valid = [
        one
        for one in every_standard()
        if one.region == standard.region and one.first <= year <= one.last
    ]
    if len(valid) == 1:
        return valid[0]
    raise UnusableFileError(
        f"没有适用于{year}年度的{standard.region}标准，没有结转；请先更新程序或加上新标准。"
    )


def _left(source: Workbook, standard: Standard, last_standard: Standard, last: Book) -> list[str]:
    """What the new workbook does not have, a sentence each."""
    said = []
    foreign = foreign_sheets(source, last_standard, last)
    if foreign:
        said.append(
            f"自己加的工作表没有带到下年，需要的请从今年的工作簿复制：“{'”“'.join(foreign)}”。"
        )
    said += unused_subjects(source, last_standard, last)
    said += [
        f"下年的标准没有“{table.title}”，没有带过去。"
        for table in last_standard.tables
        if all(block.key not in standard.blocks for block in table.blocks)
    ]
    missing = [
        table.title
        for table in last_standard.tables
        if any(block.key not in last.blocks for block in table.blocks)
    ]
    said += [f"今年的工作簿没有“{title}”或其中的栏，下年的这张表是空的。" for title in missing]
    errors = [finding.message for finding in last.findings if finding.level is Level.ERROR]
    said += [f"读今年的工作簿时：{message}" for message in dict.fromkeys(errors)]
    return said
