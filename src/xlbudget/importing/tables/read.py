"""Import of exported tables: .xls, .xlsx and .xlsm files, whatever their sheets and offsets."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.characters import plain_name, row_label, shortened, years_in
from xlbudget.errors import UnusableFileError
from xlbudget.figures import (
    BlockData,
    Book,
    FormData,
    InfoValue,
    Ledger,
    Profile,
    Row,
    Unreadable,
)
from xlbudget.findings import Finding, Level
from xlbudget.importing.foreign import kind_of, table_titles
from xlbudget.importing.imported import Imported
from xlbudget.importing.tables.codes import whole_codes
from xlbudget.importing.tables.find import Finder, part_texts, says_none
from xlbudget.importing.tables.rows import plain_lines
from xlbudget.importing.titles import Titles
from xlbudget.reading.book import OTHER_SHEETS
from xlbudget.reading.ledger import ledger_unit, read_ledger
from xlbudget.reading.particulars import (
    FormsData,
    noted_fields,
    own_subjects,
    read_forms,
    read_info,
    read_profile,
    standard_of,
    year_of,
)
from xlbudget.reading.tables import (
    UNREAD,
    Stray,
    line_text,
    numbers_columns,
    read_block,
    sort_strays,
    with_printed_classes,
)
from xlbudget.rules.fill import statements
from xlbudget.sheets.cells import (
    UNCOMPUTED,
    Reader,
    Sheet,
    looks_garbled,
    stated_units,
    text_of,
    value_at,
)
from xlbudget.sheets.layout import DICTIONARY, GLOSSARY, INFO_SHEET, NOTES, PROFILE, is_form
from xlbudget.sheets.notes import read_texts
from xlbudget.standard import loader
from xlbudget.standard.loader import OWN_LISTS
from xlbudget.standard.model import AMOUNT
from xlbudget.xlsx.references import column_letter, column_number, split_cell

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from xlbudget.figures import Cell
    from xlbudget.importing.tables.find import Section
    from xlbudget.importing.tables.rows import Refused
    from xlbudget.money import Unit
    from xlbudget.reading.headings import Headings
    from xlbudget.sheets.cells import TableFile
    from xlbudget.standard.model import Standard, Subject, Table


_FEW = 3
_UNREAD = ("standard", "subject_lists")
"""Settings of a workbook itself, which the other one keeps."""
_ABOVE = 3
"""A unit is also looked for so many lines above a title."""


def _other_standard(file: TableFile, standard: Standard) -> str:
    """Why no table of the file is the standard's."""
    for other in loader.every_standard():
        if other.id == standard.id:
            continue
        finder = Finder(file.name, other, None)
        found = {
            section.table.key
            for sheet in file.sheets
            for section in finder.sections(whole_codes(sheet, other))
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
    titles = _other_titles(file, standard)
    if titles:
        return f"{said}，{kind_of(titles, file.sheets)}，没有导入；请选对文件。"
    return (
        f"{said}；隐藏的工作表（“{'”“'.join(hidden)}”）没有读，请取消隐藏，或选对文件。"
        if hidden
        else f"{said}；请选对文件，或在表的上方写上规定的标题。"
    )


def _other_titles(file: TableFile, standard: Standard) -> list[str]:
    """The titles of tables in the file that are none of the standard's, each once."""
    known = Titles(standard)
    titles = (title for sheet in file.sheets if not sheet.hidden for title in table_titles(sheet))
    return [title for title in dict.fromkeys(titles) if known.match(title) is None]


def _read_front(file: TableFile, standard: Standard) -> Imported:
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
    ledger = Ledger()
    if standard.ledger is not None and plain_name(standard.ledger.sheet) in sheets:
        unit = ledger_unit(
            standard, str(data.info.get(standard.ledger.unit_field, InfoValue("")).value)
        )
        ledger = read_ledger(standard, "", sheets[plain_name(standard.ledger.sheet)], unit)
        origins["ledger"] = f"工作表“{standard.ledger.sheet}”"
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
        ledger=ledger,
    )
    return Imported(book, origins, (), tuple(left))


def read_tables(file: TableFile, standard: Standard, year: int | None = None) -> Imported:
    """The tables of an exported file, as ``open_tables`` gives it, that are the standard's.

    ``year`` is the year that they should be of; without it, the one that most of them name.

    Raises:
        UnusableFileError: no table of it can be taken; the sentence says which it looks like, or why.
    """
    read = _Reading(file, standard, year).result()
    wider = with_printed_classes(standard, read.book.year, read.book.blocks)
    return read if wider is standard else _Reading(file, wider, year).result()


class _Reading:
    """One file being read."""

    def __init__(self, file: TableFile, standard: Standard, year: int | None) -> None:
        self.file, self.standard = file, standard
        self.left: list[str] = list(file.said)
        self.refused: list[str] = []
        self.front = _read_front(file, standard)
        self.finder = Finder(file.name, standard, year or self.front.book.year or None)
        self.sections = self._sections()
        self.named = {year for section in self.sections for year in _section_years(section)}
        self.year = (
            year or self.front.book.year or _most_named(self.sections) or self._year_of_name()
        )

    def _sections(self) -> list[Section]:
        found: list[Section] = []
        for sheet in self.file.sheets:
            ledger = self.standard.ledger
            own = ledger is not None and plain_name(sheet.name) == plain_name(ledger.sheet)
            if plain_name(sheet.name) in OTHER_SHEETS or own:
                continue
            sections = self.finder.sections(whole_codes(sheet, self.standard))
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
            raise UnusableFileError(_other_standard(self.file, self.standard))
        self._refuse_foreign()
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

    def _refuse_foreign(self) -> None:
        """Refuse a file most of whose tables are another standard's, though some have our titles and columns."""
        if "info" in self.front.origins:
            return
        own = {
            section.table.key
            for section in self.sections
            if section.heads is None or section.heads.complete
        }
        others = _other_titles(self.file, self.standard)
        unlike = {section.table.title for section in self.sections if section.table.key not in own}
        if (
            2 * len(own) < len(self.standard.tables)
            and len(others) > 1  # one may be what the whole is called
            and len(others) + len(unlike) > len(own)
        ):
            shared = f"，只有{len(own)}张像“{self.standard.name}”的" if own else ""
            raise UnusableFileError(
                f"“{self.file.name}”{kind_of(others, self.file.sheets)}{shared}，没有导入；"
                "请选对文件，或把要导入的表单独存成一个文件。"
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
                whys = [_wrong_year(section, self.year, self.named) for section in sections]
                self.refused += [why for why in dict.fromkeys(whys) if why]
                kept = [section for section, why in zip(sections, whys, strict=True) if not why]
                if not kept:
                    continue
                read, said = _read_form_sections(self.standard, kept)
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
            findings=self.standard.coded(findings),
        )
        book = book._replace(notes=statements(self.standard, book))
        left = tuple(dict.fromkeys([*self.refused, *self.left, *front.left]))
        return Imported(book, {**front.origins, **origins}, (), left)

    # -------------------------------------------------------------- one table

    def _body(self, table: Table, sections: list[Section]) -> _Body | None:
        """What all sections of a table hold, or None with the reason said."""
        bodies: list[tuple[Section, _Body]] = []
        for section in sections:
            why = _refusal(section, self.year, self.named)
            if why:
                self.refused.append(why)
                continue
            unit = self._unit(section)
            if unit is not None:
                bodies.append((section, _read_body(self.standard, section, unit, self.year)))
        together = _joined(table, bodies) if bodies else None
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
    counts = Counter(year for section in sections for year in _section_years(section))
    return max(counts, key=lambda year: (counts[year], year), default=0)


# ------------------------------------------------------------------ what a section holds: rows or forms in the standard's unit, or why it is not taken


_FORM_TOP = 4
_UNIT = re.compile(r"[（(](元|千元|万元|百万元|亿元)[）)]$")


def _section_years(section: Section) -> set[int]:
    """The years in a table's title, the lines below it and its own headings."""
    grid, heads = section.grid, section.heads
    end = heads.first if heads is not None else min(grid.top + _FORM_TOP, grid.bottom)
    named = set().union(*map(years_in, (section.title, *part_texts(grid, end))))
    return named | (set(heads.years) if heads is not None else set())


def _refusal(section: Section, year: int, named: Collection[int]) -> str:
    """Why a section cannot be read; empty where it can.

    ``named`` are the years that the file's tables name: they hold for one that names none.
    """
    heads, table = section.heads, section.table
    assert heads is not None
    place = f"“{table.title}”（{section.where}）"
    if heads.doubled:
        names = "”“".join(heads.label(one, year) for one in heads.doubled)
        return f"{place}有不止一栏叫“{names}”，分不清，没有导入；请改正栏目标题。"
    if heads.needed:
        names = "”“".join(heads.label(one, year) for one in heads.needed)
        if UNCOMPUTED in part_texts(section.grid, heads.body):
            return (
                f"{place}的栏目标题是没有计算结果的公式，没有导入；"
                "请在 Excel 或 WPS 中打开、保存后再导入。"
            )
        return f"{place}找不到栏“{names}”，没有导入；请补上这些栏或改正栏目标题。"
    return _wrong_year(section, year, named)


def _wrong_year(section: Section, year: int, named: Collection[int]) -> str:
    """Why a section is not of ``year``; empty where it is, or where nothing says."""
    place = f"“{section.table.title}”（{section.where}）"
    years = _section_years(section)
    if not years and named and year not in named:
        other = "、".join(f"{one}年" for one in sorted(named))
        return f"{place}所在的文件写的是{other}，应为{year}年，没有导入；请换成{year}年度的文件。"
    if years and years != {year}:
        stated = "、".join(f"{year}年" for year in sorted(years))
        if year in years:
            return f"{place}的标题和栏目写了不同的年度（{stated}），没有导入；请核对。"
        hint = "，像是上一年度的文件" if years == {year - 1} else ""
        return f"{place}写的是{stated}，应为{year}年{hint}，没有导入；请换成{year}年度的文件。"
    return ""


class _Body(NamedTuple):
    """What stands in a section: rows by block key, notes below, findings, what was not taken."""

    blocks: dict[str, BlockData]
    notes: tuple[str, ...]
    findings: tuple[Finding, ...]
    left: tuple[str, ...]


def _read_body(standard: Standard, section: Section, unit: Unit, year: int) -> _Body:
    """All rows of a section whose headings are complete; ``unit`` is the one that it states."""
    heads, grid = section.heads, section.grid
    assert heads is not None
    skipped = set(section.repeats)
    below = [grid.value(heads.body, column) for column in range(grid.right)]
    if numbers_columns(heads, [below]):
        skipped.add(heads.body)
    lines = [
        line
        for line in range(heads.body, grid.bottom)
        if line not in skipped and not grid.blank(line)
    ]
    plain = plain_lines(standard, section, lines)
    blocks: dict[str, BlockData] = {}
    findings = [_refused_line(section, refused) for refused in plain.refused]
    strays: list[Stray] = []
    left: list[str] = plain.said
    taken: set[int] = set()
    for block in section.table.blocks:
        reader = Reader(block.unit)
        amounts = [(block.key, index) for index in block.of_kind(AMOUNT)]
        units = [heads.units.get(spot, unit) for spot in amounts]
        rows, others = read_block(
            standard, block, year, plain.columns[block.key], plain.numbered, reader.line(units)
        )
        rows, doubled = _one_total(section, rows)
        findings += doubled
        findings += [
            _unreadable_cell(section, f"{column_letter(heads.columns[spot])}{row.line}", cell.raw, heads.texts[spot])
            for row in rows
            for spot, cell in zip(amounts, row.cells, strict=True)
            if isinstance(cell, Unreadable)
        ]  # fmt: skip
        strays += others
        taken |= {row.line for row in rows}
        blocks[block.key] = BlockData.of([_plain(row) for row in rows])
        said = reader.sentence(section.table.title)
        left += [said] if said and said not in left else []
    loud, below_rows = sort_strays(strays, taken)
    findings += [_finding(section, stray) for stray in loud]
    notes = [line_text([cell for _, cell in grid.texts(number - 1)]) for number in below_rows]
    left += _extra(section, heads, lines)
    missing = [one for one in heads.missing if plain.columns[one[0]][one[1]] is None]
    if missing:
        names = "”“".join(heads.label(one, year) for one in missing)
        left.append(f"“{section.table.title}”没有“{names}”一栏，留空（{section.where}）。")
    return _Body(blocks, tuple(notes), tuple(findings), tuple(left))


def _one_total(section: Section, rows: list[Row]) -> tuple[list[Row], list[Finding]]:
    """The rows with 合计 once, where every page repeats it; of different ones none."""
    totals = [row for row in rows if row.kind == "total"]
    if len(totals) < 2:  # noqa: PLR2004  # one may be
        return rows, []
    same = len({row.cells for row in totals}) == 1
    kept = [row for row in rows if row.kind != "total" or (same and row is totals[0])]
    if same:
        return kept, []
    lines = "、".join(str(row.line) for row in totals)
    message = f"工作表“{section.grid.sheet.name}”第{lines}行都是“{totals[0].label}”，金额不同，都没有导入；请核对。"
    sheet = section.grid.sheet.name
    return kept, [Finding(UNREAD, Level.ERROR, message, section.table.title, sheet)]


def _refused_line(section: Section, refused: Refused) -> Finding:
    title, sheet = section.table.title, section.grid.sheet.name
    message = (
        f"工作表“{sheet}”的单元格{refused.cell}：{refused.why}，第{refused.number}行没有导入；"
        "请把编码改成文本，重新导出。"
    )
    return Finding(UNREAD, Level.ERROR, message, title, sheet, refused.cell)


def _plain(row: Row) -> Row:
    """A row that stands on no sheet, without what could not be read."""
    cells = tuple(None if isinstance(cell, Unreadable) else cell for cell in row.cells)
    return row._replace(cells=cells, line=0, places=())


def _unreadable_cell(section: Section, cell: str, raw: str, heading: str) -> Finding:
    sheet = section.grid.sheet.name
    if raw == UNCOMPUTED:
        why = "是没有计算结果的公式，当作空白；请在 Excel 或 WPS 中打开、保存后再导入"
    elif raw.startswith("#"):
        why = f"是错误值{raw}，当作空白；请改正公式后再导入"
    else:
        why = f"“{shortened(raw)}”不是金额，当作空白；请改正后再导入"
    message = f"工作表“{sheet}”的单元格{cell}（{heading}）{why}。"
    return Finding(UNREAD, Level.ERROR, message, section.table.title, sheet, cell, column=heading)


def _finding(section: Section, stray: Stray) -> Finding:
    title, sheet = section.table.title, section.grid.sheet.name
    place = f"工作表“{sheet}”第{stray.number}行"
    if stray.why:
        message = f"{place}：{stray.why}，后一行没有导入；请核对。"
    elif not stray.filled:
        text = f"“{shortened(stray.label)}”" if stray.label else "的文字"
        message = f"{place}{text}不是“{title}”的行，没有导入。"
    elif stray.label:
        message = f"{place}“{shortened(stray.label)}”不是“{title}”的行，它的金额没有导入；请改用规定的名称或编码。"
    else:
        message = f"{place}有金额，却没有名称或编码，没有导入；请补上。"
    level = Level.ERROR if stray.filled else Level.WARNING
    return Finding(UNREAD, level, message, title, sheet, stray.cell, row_label(stray.label))


def _extra(section: Section, heads: Headings, lines: list[int]) -> Iterator[str]:
    """Columns with contents that the standard does not have."""
    grid, title = section.grid, section.table.title
    used = set(heads.columns.values())
    rows = [line for line in lines if any(grid.text(line, at) for at in used)]
    names = []
    for column in range(grid.left, grid.right):
        if column in used:
            continue
        held = sum(1 for line in rows if grid.text(line, column))
        if held or column in heads.extra:
            name = heads.extra.get(column, "")
            names.append((f"“{name}”" if name else f"{column_letter(column)}列") + f"（{held}格）")
    if names:
        yield f"“{title}”中多出的栏没有导入：{'、'.join(names)}（{section.where}）。"


def _joined(table: Table, bodies: list[tuple[Section, _Body]]) -> _Body | str:
    """One body, or the reason why the sections cannot be one table."""
    result = bodies[0][1]
    places = "、".join(section.where for section, _ in bodies)
    pages = _pages(table, [body for _, body in bodies])
    for section, body in bodies[1:]:
        if section.continued or pages:
            result = _Body(
                {
                    key: BlockData.of([*data.rows, *body.blocks[key].rows])
                    for key, data in result.blocks.items()
                },
                (*result.notes, *body.notes),
                (*result.findings, *body.findings),
                tuple(dict.fromkeys((*result.left, *body.left))),
            )
        elif body.blocks == result.blocks:
            same = f"“{table.title}”出现了不止一次，内容相同，只取一次（{places}）。"
            result = result._replace(left=tuple(dict.fromkeys((*result.left, same))))
        else:
            return f"“{table.title}”出现了不止一次，内容不同（{places}），都没有导入；请只留正确的一张。"
    return result


def _pages(table: Table, bodies: Sequence[_Body]) -> bool:
    """Whether parts under one title are one table's pages: no row in two of them, and 合计 in just one."""
    parts = [[row for data in body.blocks.values() for row in data.rows] for body in bodies]
    keys = [
        (key, row.key) for body in bodies for key in body.blocks for row in body.blocks[key].rows
    ]
    totals = sum(row.kind == "total" for part in parts for row in part)
    return len(keys) == len(set(keys)) and totals == sum(bool(one.total) for one in table.blocks)


def _read_form_sections(
    standard: Standard, sections: Sequence[Section]
) -> tuple[FormsData, list[str]]:
    """The forms of all sections, and what was not taken.

    The same form twice counts once, a differing one is refused.
    """
    table = sections[0].table
    reader = Reader(table.blocks[0].unit)
    rows: dict[str, Row] = {}
    forms: dict[str, FormData] = {}
    findings: list[Finding] = []
    left: list[str] = []
    clash: set[str] = set()
    for section in sections:
        lines = section.grid.masked()
        forms_data = read_forms(table, Sheet(section.grid.sheet.name, lines))
        findings += forms_data.findings
        if not forms_data.forms and not says_none(table, section.grid):
            left.append(
                f"“{table.title}”（{section.where}）没有读出内容，没有导入；请核对各栏的名称。"
            )
        unit = _unit(section, standard.unit)
        for row, form in zip(forms_data.block.rows, forms_data.forms, strict=True):
            cells = tuple(_amount(lines, place, reader, unit) for place in row.places)
            findings += [
                _unreadable_field(section, place, cell.raw)
                for place, cell in zip(row.places, cells, strict=True)
                if isinstance(cell, Unreadable)
            ]
            plain_row = _plain(row._replace(cells=cells))
            plain = form._replace(
                indicators=tuple(indicator._replace(line=0) for indicator in form.indicators),
                places={},
                letters={},
            )
            if form.name in rows and (rows[form.name], forms[form.name]) != (plain_row, plain):
                clash.add(form.name)
            rows.setdefault(form.name, plain_row)
            forms.setdefault(form.name, plain)
    for name in sorted(clash):
        del rows[name], forms[name]
        left.append(f"项目“{name}”的绩效目标表有两份，内容不同，没有导入；请只留一份。")
    said = reader.sentence(table.title)
    left += [said] if said else []
    block = BlockData.of(list(rows.values()))
    return FormsData(block, tuple(forms.values()), (), tuple(findings)), left


def _unit(section: Section, default: Unit) -> Unit:
    """The unit that a caption in brackets or a line beside the title states."""
    texts = part_texts(section.grid)
    stated = stated_units(text for text in texts if _UNIT.search(text) or "单位" in text[:6])
    return next(iter(stated)) if len(stated) == 1 else default


def _amount(lines: list[list[object]], place: str, reader: Reader, unit: Unit) -> Cell:
    if not place:
        return None
    letters, line = split_cell(place)
    value = value_at(lines, line, column_number(letters))
    return reader.read(text_of(value) if isinstance(value, bool) else value, unit)


def _unreadable_field(section: Section, place: str, raw: str) -> Finding:
    sheet = section.grid.sheet.name
    why = "公式没有计算结果" if raw == UNCOMPUTED else f"“{shortened(raw)}”不是金额"
    message = f"工作表“{sheet}”的单元格{place}{why}，当作空白；请改正后再导入。"
    return Finding(UNREAD, Level.ERROR, message, section.table.title, sheet, place)
