"""Import of exported tables: .xls, .xlsx and .xlsm files, whatever their sheets and offsets."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from xlbudget.characters import plain_name, years_in
from xlbudget.errors import StandardError, UnusableFileError
from xlbudget.figures import BlockData, Book, InfoValue, Profile, Unreadable
from xlbudget.importing.imported import Imported
from xlbudget.importing.tables.find import Finder, part_texts
from xlbudget.importing.tables.open import open_tables
from xlbudget.importing.tables.sections import (
    joined,
    read_body,
    read_form_sections,
    refusal,
    section_years,
    wrong_year,
)
from xlbudget.reading.book import OTHER_SHEETS
from xlbudget.reading.particulars import (
    noted_fields,
    own_subjects,
    read_info,
    read_profile,
    standard_of,
    year_of,
)
from xlbudget.rules.fill import statements
from xlbudget.sheets.cells import looks_garbled, stated_units
from xlbudget.sheets.layout import DICTIONARY, GLOSSARY, INFO_SHEET, NOTES, PROFILE, is_form
from xlbudget.sheets.notes import read_texts
from xlbudget.standard import loader
from xlbudget.standard.loader import OWN_LISTS

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from xlbudget.figures import FormData
    from xlbudget.findings import Finding
    from xlbudget.importing.tables.find import Section
    from xlbudget.importing.tables.sections import Body
    from xlbudget.money import Unit
    from xlbudget.sheets.cells import TableFile
    from xlbudget.standard.model import Standard, Subject, Table


_FEW = 3
_UNREAD = ("standard", "subject_lists")
"""Settings of a workbook itself, which the other one keeps."""
_ABOVE = 3
"""A unit is also looked for so many lines above a title."""


def other_standard(file: TableFile, standard: Standard) -> str:
    """Why no table of the file is the standard's."""
    for identity in loader.standard_ids():
        if identity == standard.id:
            continue
        try:
            other = loader.load_standard(identity)
        except StandardError:
            continue  # a faulty standard is told where it is used
        finder = Finder(other, None)
        found = {
            section.table.key
            for sheet in file.sheets
            for section in finder.sections(sheet)
            if section.heads is None or section.heads.complete
        }
        if len(found) >= min(_FEW, len(other.tables)):
            return (
                f"“{file.name}”像是“{other.name}”的表（认出{len(found)}张），"
                f"不是“{standard.name}”的，没有导入；请选对文件，或用该标准新建工作簿。"
            )
    hidden = [sheet.name for sheet in file.sheets if sheet.hidden]
    lines = [line for sheet in file.sheets for line in sheet.lines]
    texts = [cell for line in lines for cell in line if isinstance(cell, str)]
    if not texts:
        return f"“{file.name}”里没有内容；请重新导出。"
    if looks_garbled("".join(texts)):
        return f"“{file.name}”的文字是乱码；请在 Excel 或 WPS 中打开核对，另存为 .xlsx 后再导入。"
    names = "”“".join(table.title for table in standard.tables[:3])
    said = f"“{file.name}”里没有认出“{standard.name}”的表（“{names}”等）"
    return (
        f"{said}；隐藏的工作表（“{'”“'.join(hidden)}”）没有读，请取消隐藏，或选对文件。"
        if hidden
        else f"{said}；请选对文件，或在表的上方写上规定的标题。"
    )


def read_front(file: TableFile, standard: Standard) -> Imported:
    """基础信息, 部门概况 and own subjects of a workbook of ours; year 0 and nothing for another file.

    Raises:
        UnusableFileError: the workbook is of another standard.
    """
    sheets = {plain_name(sheet.name): sheet.lines for sheet in file.sheets if not sheet.hidden}
    book = Book(name=file.name, standard=standard.id, year=0, info={}, blocks={})
    if INFO_SHEET not in sheets:
        return Imported(book, {})
    named = standard_of(sheets[INFO_SHEET]).value
    if named and named != standard.id:
        raise UnusableFileError(
            f"“{file.name}”适用的标准是“{named}”，不是“{standard.id}”，没有导入；请选同一标准的文件。"
        )
    data = read_info(standard, sheets[INFO_SHEET])
    left: list[str] = []
    info: dict[str, InfoValue] = {}
    for key, value in data.info.items():
        if isinstance(value.value, Unreadable):
            label = standard.fields[key].label
            left.append(
                f"工作表“{INFO_SHEET}”{value.cell}“{label}”的“{value.value.raw}”读不出来，没有导入。"
            )
        elif value.value not in (None, "") and key not in _UNREAD:
            info[key] = InfoValue(value.value)
    stated = data.info.get("year", InfoValue("")).value
    origins = {"info": f"工作表“{INFO_SHEET}”"}
    profile = read_profile(sheets.get(PROFILE, []))
    if profile != Profile():
        origins["profile"] = f"工作表“{PROFILE}”"
    subjects: dict[str, tuple[Subject, ...]] = {}
    lists = data.info.get("subject_lists", InfoValue("")).value
    if lists == OWN_LISTS and DICTIONARY in sheets:
        subjects = own_subjects(standard, sheets[DICTIONARY])
        info["subject_lists"] = InfoValue(OWN_LISTS)
    for name in (NOTES, GLOSSARY):
        own = sum(not unit.follows for unit in read_texts(name, name, sheets.get(name, [])))
        if own:
            left.append(f"工作表“{name}”中自己改写的{own}段文字没有导入；请复制到“定稿”栏。")
    book = book._replace(
        year=year_of(stated) if isinstance(stated, str) else 0,
        info=info,
        keyed=data.keyed,
        profile=profile,
        subjects=subjects,
    )
    return Imported(book, origins, (), tuple(left))


def read_tables(path: Path, standard: Standard, year: int | None = None) -> Imported:
    """The tables of an exported file that are the standard's.

    ``year`` is the year that they should be of; without it, the one that most of them name.

    Raises:
        UnusableFileError: the file cannot be read, or no table of it can be taken; the sentence
            says which it looks like, or why.
    """
    file = open_tables(path)
    return _Reading(file, standard, year).result()


class _Reading:
    """One file being read."""

    def __init__(self, file: TableFile, standard: Standard, year: int | None) -> None:
        self.file, self.standard = file, standard
        self.left: list[str] = list(file.said)
        self.refused: list[str] = []
        self.front = read_front(file, standard)
        self.finder = Finder(standard, year or self.front.book.year or None)
        self.sections = self._sections()
        self.named = {year for section in self.sections for year in section_years(section)}
        self.year = (
            year or self.front.book.year or _most_named(self.sections) or self._year_of_name()
        )

    def _sections(self) -> list[Section]:
        found: list[Section] = []
        for sheet in self.file.sheets:
            if plain_name(sheet.name) in OTHER_SHEETS:
                continue
            sections = self.finder.sections(sheet)
            if sheet.hidden:
                names = "”“".join(dict.fromkeys(section.table.title for section in sections))
                if names:
                    self.left.append(
                        f"隐藏的工作表“{sheet.name}”里有“{names}”，没有读；需要时请取消隐藏后再导入。"
                    )
                continue
            found += sections
            if sheet.uncomputed:
                self.left.append(
                    f"工作表“{sheet.name}”有{len(sheet.uncomputed)}个公式没有计算结果"
                    f"（如{sheet.uncomputed[0]}）；请在 Excel 或 WPS 中打开、保存后再导入。"
                )
            if not sections and any(
                cell not in ("", None) for line in sheet.lines for cell in line
            ):
                self.left.append(f"工作表“{sheet.name}”里没有认出预算表，没有导入。")
        self.left += self.finder.left
        return found

    def _year_of_name(self) -> int:
        """The year in the file's name, where no table names one."""
        years = years_in(self.file.name)
        if len(years) != 1:
            return 0
        year = years[0]
        self.left.append(f"表里没有写年度，按文件名取{year}年度；请核对。")
        return year

    def _check(self) -> None:
        """Refuse a file of other tables, without a year, or of a year that is not the standard's."""
        if not self.sections:
            raise UnusableFileError(other_standard(self.file, self.standard))
        if not self.year:
            raise UnusableFileError(
                f"“{self.file.name}”里没有写明预算年度；请用 --year 指明，或在表的标题中写上年度。"
            )
        first, last = self.standard.first, self.standard.last
        if not first <= self.year <= last:
            raise UnusableFileError(
                f"“{self.file.name}”是{self.year}年度的，{self.standard.name}的标准适用于{first}年度起；请核对文件。"
            )
        of_name = years_in(self.file.name)
        if of_name and not self.named and self.year not in of_name:
            named = "、".join(f"{one}年" for one in sorted(of_name))
            self.left.append(
                f"文件名写的是{named}，表里没有写年度，按{self.year}年度读入；请核对是不是本年度的文件。"
            )

    def result(self) -> Imported:
        """What was found, or why nothing could be taken."""
        self._check()
        blocks: dict[str, BlockData] = {}
        forms: tuple[FormData, ...] = ()
        findings: list[Finding] = []
        origins: dict[str, str] = {}
        info: dict[str, InfoValue] = {}
        for table in self.standard.tables:
            sections = [section for section in self.sections if section.table.key == table.key]
            if not sections:
                continue
            if is_form(table):
                whys = [wrong_year(section, self.year, self.named) for section in sections]
                self.refused += [why for why in dict.fromkeys(whys) if why]
                kept = [section for section, why in zip(sections, whys, strict=True) if not why]
                if not kept:
                    continue
                read, said = read_form_sections(self.standard, kept)
                blocks[table.blocks[0].key], forms = read.block, read.forms
                findings += read.findings
                self.left += said
            else:
                body = self._body(table, sections)
                if body is None:
                    continue
                blocks |= body.blocks
                findings += body.findings
                self.left += [one for one in body.left if one not in self.left]
                rest, values = noted_fields(self.standard, table, body.notes)
                info |= values
                if rest:
                    texts = "”“".join(one[:40] for one in rest)
                    self.left.append(f"“{table.title}”下面的文字“{texts}”没有导入。")
            where = sections[0].where
            several = f"{where}等{len(sections)}处"
            origins[table.key] = where if len(sections) == 1 else several
        if not blocks:
            reasons = list(dict.fromkeys(self.refused)) or ["没有可以导入的表。"]
            raise UnusableFileError(f"“{self.file.name}”没有可以导入的表：{' '.join(reasons)}")
        front = self.front
        book = front.book._replace(
            year=self.year,
            info={**info, **front.book.info},
            blocks=blocks,
            forms=forms,
            findings=tuple(findings),
        )
        book = book._replace(notes=statements(self.standard, book))
        left = tuple(dict.fromkeys([*self.refused, *self.left, *front.left]))
        return Imported(book, {**front.origins, **origins}, (), left)

    # -------------------------------------------------------------- one table

    def _body(self, table: Table, sections: list[Section]) -> Body | None:
        """What all sections of a table hold, or None with the reason said."""
        bodies: list[tuple[Section, Body]] = []
        for section in sections:
            why = refusal(section, self.year, self.named)
            if why:
                self.refused.append(why)
                continue
            unit = self._unit(section)
            if unit is not None:
                bodies.append((section, read_body(self.standard, section, unit, self.year)))
        together = joined(table, bodies) if bodies else None
        if isinstance(together, str):
            self.refused.append(together)
            return None
        return together

    # -------------------------------------------------------------- units

    def _unit(self, section: Section) -> Unit | None:
        """The unit that a section states; what the rest of the file states where it does not."""
        stated = self._stated(section)
        if len(stated) > 1:
            names = "、".join(sorted(one.name for one in stated))
            self.refused.append(
                f"“{section.table.title}”（{section.where}）写了不止一种金额单位（{names}），没有导入；请改正。"
            )
            return None
        if stated:
            return stated.pop()
        heads = section.heads
        assert heads is not None
        amounts = [
            (block.key, at) for block in section.table.blocks for at in block.of_kind("amount")
        ]
        default = section.table.blocks[0].unit
        if all(amount in heads.units for amount in amounts):
            return default
        others = set().union(*map(self._stated, self.sections))
        if len(others) > 1:
            names = "、".join(sorted(one.name for one in others))
            self.refused.append(
                f"“{section.table.title}”（{section.where}）没有写明金额单位，"
                f"同一文件的其他表有的是{names}，没有导入；请在表的上方写上单位。"
            )
            return None
        why = "同一文件的其他表" if others else "标准"
        unit = others.pop() if others else default
        self.left.append(
            f"“{section.table.title}”没有写明金额单位，按{why}的{unit.name}读入；请核对。"
        )
        return unit

    def _stated(self, section: Section) -> set[Unit]:
        """The units stated between a table's title and its rows, or just above the title."""
        grid, heads = section.grid, section.heads
        if heads is None:
            return set()
        units = stated_units(part_texts(grid, heads.first))
        if not units and section.title:
            ends = [  # of the tables above on the same sheet
                one.grid.bottom
                for one in self.sections
                if one.grid.sheet is grid.sheet and one.grid.bottom <= grid.top
            ]
            above = grid.part(max(0, grid.top - _ABOVE, *ends), grid.top)
            units = stated_units(part_texts(above))
        return units


def _most_named(sections: Iterable[Section]) -> int:
    """The year that most tables name; of equally many, the latest."""
    counts = Counter(year for section in sections for year in section_years(section))
    return max(counts, key=lambda year: (counts[year], year), default=0)
