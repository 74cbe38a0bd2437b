"""Next year's workbook from this year's; the source is not changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from xlbudget.editing.build import build_workbook
from xlbudget.editing.final_texts import plan_finals, read_finals
from xlbudget.editing.next_year import next_book, reason_fields
from xlbudget.editing.own import foreign_sheets, unused_subjects
from xlbudget.errors import UnusableFileError
from xlbudget.findings import Level
from xlbudget.reading.book import read_book
from xlbudget.sheets.layout import INFO_SHEET, info_lines
from xlbudget.standard.extend import own_standard, with_subjects
from xlbudget.standard.loader import load_standard, standard_ids
from xlbudget.xlsx.atomic import refuse_open_file, replace_atomically
from xlbudget.xlsx.cells import CellEdit
from xlbudget.xlsx.workbook import Workbook

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from xlbudget.figures import Book
    from xlbudget.standard.model import Standard


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
    standard = with_subjects(_standard_of(last_standard, last.year + 1), last.subjects)
    made = next_book(standard, last_standard, last)
    finals = plan_finals(made.book.texts, _REMARK, older=True)
    edits = [*finals.edits, *_marks(standard, made.book)]

    def write(path: Path) -> None:
        build_workbook(standard, made.book, path, year=made.book.year)
        Workbook(path).patch(path, edits, finals.afterwards)

    backup = replace_atomically(target, write)
    said = (*made.said, *_left(opened, standard, last_standard, last))
    return Rollover(target, made.book.year, made.dropped, said, backup)


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
        same = f"EXACT({shown},{_literal(begins)})"
        formula = f"IF({same},{_literal(_REASON)},{_literal(field.hint)})"
        yield CellEdit(INFO_SHEET, f"D{line.line}", _REASON, formula)


def _literal(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _standard_of(standard: Standard, year: int) -> Standard:
    """The standard of the same region that holds in ``year``: the same one where it does.

    Raises:
        UnusableFileError: none holds, or several do.
    """
    if standard.first <= year <= standard.last:
        return load_standard(standard.id)
    others = [load_standard(identity) for identity in standard_ids()]
    valid = [
        one for one in others if one.region == standard.region and one.first <= year <= one.last
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
