"""Next year's book from this year's: structure, texts and last year's figures, nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from xlbudget.exchange.folder.export import own_notes
from xlbudget.exchange.rollover.figures import in_unit, last_figures, reason_fields
from xlbudget.exchange.rollover.projects import next_forms, sorted_projects, without_projects
from xlbudget.exchange.rollover.subjects import SubjectChanges, next_subject_rows
from xlbudget.exchange.rollover.years import moved_years
from xlbudget.figures import BlockData, Book, InfoValue, Office
from xlbudget.money import Amount

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from xlbudget.figures import Cell, Profile, Row, TextUnit
    from xlbudget.standard.model import Block, Standard

__all__ = ["NextBook", "next_book"]

_NAMED = 12
"""So many names stand in a sentence."""


class NextBook(NamedTuple):
    """Next year's book, the projects that it does not have any more, and what was done, in words."""

    book: Book
    dropped: tuple[str, ...]
    said: tuple[str, ...]


def next_book(standard: Standard, last_standard: Standard, last: Book) -> NextBook:
    """The book of the year after ``last``: its figures are last year's, this year's are blank.

    ``standard`` is the one valid then. Edited texts are the book's, their years moved.
    """
    year = last.year + 1
    figures = last_figures(standard, last_standard, last)
    projects = sorted_projects(last_standard, last)
    changes = SubjectChanges({}, {}, {}, {})
    blocks = {
        key: _next_block(standard, last_standard, key, last, projects.ended, changes)
        for key in standard.blocks
    }
    info, left = _next_info(standard, last_standard, last, figures.values)
    book = Book(
        name=last.name,
        standard=standard.id,
        year=year,
        info=info,
        blocks=blocks,
        forms=next_forms(last_standard, last, projects.ended),
        keyed=_next_keyed(standard, last, changes),
        profile=_next_profile(last.profile, last.year),
        notes=_next_notes(standard, last_standard, last, blocks),
        subjects=last.subjects,
        texts=tuple(_next_text(unit, last.year) for unit in last.texts if not unit.follows),
    )
    filled = [key for key, value in figures.values.items() if value is not None]
    said = []
    if filled:
        labels = "、".join(standard.fields[key].label for key in filled)
        said.append(f"基础信息的上年数已填{len(filled)}项：{labels}。")
    said += [f"有“上年数”栏的表已填{count}格。" for count in [_counted(standard, blocks)] if count]
    said += figures.said
    said += changes.said
    said += left
    if projects.ended:
        said.append(f"已到期的项目没有带到下年：{_names(projects.ended)}。")
    if projects.unknown:
        said.append(f"没有写明实施期的项目已保留，不再安排的请删去：{_names(projects.unknown)}。")
    said += _to_do(standard, last, book)
    return NextBook(book, projects.ended, tuple(said))


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
        places = [block.amount_index[one.key] for one in block.columns if one.last_year_of]
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
    sources = _sources(block, old)

    def moved(row: Row) -> Row:
        fixed = row.kind in ("item", "group", "unit", "form", "subject", "class")
        return row._replace(
            cells=tuple(_in_block(row, at, block) for at in sources),
            texts=tuple(moved_years(text, last.year) for text in row.texts),
            label=row.label if fixed else moved_years(row.label, last.year),
            line=0,
            places=(),
        )

    rows = without_projects(data.rows, set(ended))
    if block.subjects:
        return BlockData.of(next_subject_rows(standard, block, rows, last.year + 1, changes, moved))
    return BlockData.of([moved(row) for row in rows])


def _sources(block: Block, old: Block) -> list[int]:
    """For every amount column the one of last year whose figures it shows, -1 where it is blank."""
    columns = [block.column(key) for key in block.amounts]
    return [old.amount_index.get(column.last_year_of, -1) for column in columns]


def _in_block(row: Row, at: int, block: Block) -> Cell:
    cell = row.cells[at] if at >= 0 else None
    return in_unit(cell, block.unit) if isinstance(cell, Amount) else cell


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
        texts: dict[str, str] = {}
        for name, text in last.keyed.get(keyed.key, {}).items():
            new = changes.codes.get(name, changes.names.get(name, name))
            if new in last.keyed[keyed.key] and new != name:
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


def _next_text(unit: TextUnit, year: int) -> TextUnit:
    return unit._replace(text=moved_years(unit.text, year), stale=())
