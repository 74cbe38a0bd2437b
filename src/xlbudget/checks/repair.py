"""What is wrong with the form of a workbook, told at its cell, and the book as it is without it.

Amounts stored as text, cells that hold no amount, a wrong year, formulas without values, codes exchanged or
wrong, a table pasted twice, doubled rows: each is one finding, and the figures are then judged as they would be
once it is mended. A remedy for rows is tried on a copy, formulas following: it is certain where it mends what
does not match and no other does as much. What cannot be judged before that is waiting.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.characters import squash
from xlbudget.checks.formulas import Formulas, not_stale
from xlbudget.checks.row_presence import missing_rows
from xlbudget.checks.wording import (
    cell_label,
    finding_at,
    finding_in_info,
    table_place,
    table_title,
)
from xlbudget.figures import TOTAL, UNFILLED, BlockData, InfoValue, Place, Row, Unreadable
from xlbudget.findings import Finding, Level, Suggestion
from xlbudget.money import Amount
from xlbudget.printed import code_part
from xlbudget.rules.fill import cell_key, recomputed
from xlbudget.rules.grid import INFO, Grid
from xlbudget.rules.relations import definitions, expand, value_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from xlbudget.figures import Book
    from xlbudget.standard.model import Block, Standard


_MOST_TRIALS = 24
"""So many remedies are tried on a workbook; beyond that, rows are told and not put right."""


_FEWEST_AGAIN = 3
"""With so many doubled rows and more, and as many as half the table, it was pasted twice."""


_Pair = tuple[int, int]
"""Two rows (positions) whose codes or names may be exchanged."""


class RowRepair:
    """Puts the rows of ``book`` right, their codes included; ``told`` are lines (sheet, row) that need no other word."""

    def __init__(self, standard: Standard, book: Book, formulas: Formulas) -> None:
        self.standard, self.book, self.formulas = standard, book, formulas
        self.findings: list[Finding] = []
        self.told: set[tuple[str, int]] = set()
        self._trials = 0
        self._now: int | None = None

    # -------------------------------------------------------------- trials

    def trouble(self, book: Book | None = None) -> int:
        """How much does not match, now or in a book on trial."""
        if book is None:
            self._now = self.formulas.trouble(self.book) if self._now is None else self._now
            return self._now
        self._trials += 1
        return self.formulas.trouble(book)

    @property
    def tired(self) -> bool:
        """Whether enough remedies were tried."""
        return self._trials >= _MOST_TRIALS

    def having(
        self, block: Block, rows: Sequence[Row], strays: Sequence[Row] | None = None
    ) -> Book:
        """The book with other rows in a block, and other lines without a code if given."""
        data = self.book.blocks[block.key]
        left = data.strays if strays is None else tuple(strays)
        return self.book.with_blocks({block.key: BlockData.of(tuple(rows), data.letters, left)})

    def keep(self, book: Book) -> None:
        """Go on with a book whose remedy is certain."""
        self.book, self._now = book, None

    # ------------------------------------------------------------- findings

    def say(
        self, block: Block, row: Row, check: str, message: str, *, cell: str = "A", value: str = "",
        why: str = "",
    ) -> bool:  # fmt: skip
        """A finding about a row; ``value`` is what the cell should hold, for the reason ``why``.

        False where the standard has no rule to tell it by: then nothing may be mended either.
        """
        title, sheet = table_place(self.standard, self.book, block.key)
        code = self.standard.code_of(check)
        if not code:
            return False
        self.told.add((sheet, row.line))
        printed, whole = row.key if cell == "A" and value else "", value
        if printed:
            cell, printed, value = self._part(block, row.key, value)
        place = f"{cell}{row.line}" if row.line else ""
        key = row.key.removeprefix("group:")
        finding = Finding(
            code, Level.ERROR, message, title, sheet, place, key, expected=value or whole
        )
        if value:
            finding = finding._replace(printed=printed, suggestions=(Suggestion(value, why, 1.0),))
        self.findings.append(finding)
        return True

    def _part(self, block: Block, code: str, right: str) -> tuple[str, str, str]:
        """The column in which a code is wrong, what stands there and what should; of several columns nothing."""
        columns = block.of_kind("code")
        if block.body != "subject" or len(columns) < 2:  # noqa: PLR2004  # several
            return "A", code, right
        pairs: list[tuple[str, str, str]] = []
        for place, at in enumerate(columns):
            held, wanted = (code_part(self.standard, block, one, place) for one in (code, right))
            pairs.append((chr(ord("A") + at), held, wanted))
        wrong = [pair for pair in pairs if pair[1] != pair[2]]
        return wrong[0] if len(wrong) == 1 else (wrong[0][0], code, "")

    def _names(self, block: Block, code: str) -> set[str]:
        """What a code may be called: by the list, else by other tables."""
        known = self.standard.subjects[block.subjects].find(code, self.book.year)
        if known is not None:
            return {squash(name) for name in (known.name, *known.aliases)}
        return {
            squash(row.label)
            for key, data in self.book.blocks.items()
            if key != block.key and self.standard.blocks[key].subjects == block.subjects
            and (row := data.row(code)) is not None and row.label
        }  # fmt: skip

    def _misnamed(self, block: Block) -> list[int]:
        rows = self.book.blocks[block.key].rows
        return [
            at
            for at, row in enumerate(rows)
            if row.kind == "subject" and row.label
            and (names := self._names(block, row.key)) and squash(row.label) not in names
        ]  # fmt: skip

    # ----------------------------------------------------------------- codes

    def exchanged(self, block: Block) -> None:
        """Two rows that have each other's code, or each other's name."""
        rows = self.book.blocks[block.key].rows
        wrong = self._misnamed(block)
        pairs = [
            ((one, number), True)
            for at, one in enumerate(wrong)
            for number in wrong[at + 1 :]
            if squash(rows[one].label) in self._names(block, rows[number].key)
            and squash(rows[number].label) in self._names(block, rows[one].key)
        ]
        if not pairs and (pair := _out_of_order(rows)) is not None:
            pairs = [(pair, False)]
        for pair, named in pairs[:2]:
            if self.tired:
                return
            one, other = (rows[at] for at in pair)
            recoded = _changed(rows, pair, "key")
            # Where it is not said by names, they follow the codes.
            mended = self.having(block, recoded if named else _changed(recoded, pair, "label"))
            less = self.trouble(mended) - self.trouble()
            codes = less < 0 or (not less and named and _out_of_order(rows) == pair)
            if codes:
                if self.say(
                    block, one, "code_name",
                    f"“{one.key}”与“{other.key}”（第{one.line}、{other.line}行）的编码互换了位置"
                    f"{'，名称和数字都说明这一点' if named and less else ''}；请对调回来。",
                    value=other.key, why="两行编码互换",
                ):  # fmt: skip
                    self.told.add((self.findings[-1].sheet, other.line))
                    self.keep(mended)
            elif named:
                at = next((i for i, column in enumerate(block.columns) if column.kind == "name"), 1)
                if self.say(
                    block, one, "code_name",
                    f"“{one.label}”与“{other.label}”（第{one.line}、{other.line}行）的名称互换了位置；"
                    "请对调回来。",
                    cell=chr(ord("A") + at), value=other.label, why="两行名称互换",
                ):  # fmt: skip
                    self.keep(self.having(block, _changed(rows, pair, "label")))
            rows = self.book.blocks[block.key].rows

    def miscoded(self, block: Block) -> None:
        """A row whose code is another's, or none: by its name, or by its figures in other tables."""
        subjects = self.standard.subjects[block.subjects]
        wrong = set(self._misnamed(block))
        for at, row in enumerate(self.book.blocks[block.key].rows):
            malformed = row.kind == "subject" and not subjects.level(row.key)
            unknown = row.kind == "subject" and not self._names(block, row.key)
            if not (malformed or unknown or at in wrong) or self.tired:
                continue
            rows = self.book.blocks[block.key].rows
            books = {
                code: self.having(block, [*rows[:at], row._replace(key=code), *rows[at + 1 :]])
                for code in self.candidates(block, row)
            }
            best, trouble = self._only_best(books)
            if (
                not best
                or trouble > self.trouble()
                or (trouble == self.trouble() and not malformed)
            ):
                continue
            what = "名称和其余各表" if row.label else "其余各表的金额"
            if self.say(
                block, row, "code_form" if malformed else "code_name",
                f"第{row.line}行的编码“{row.key}”{f'（{row.label}）' if row.label else ''}不对，"
                f"按{what}应为 {best}；请改正。",
                value=best, why=f"按{what}",
            ):  # fmt: skip
                self.keep(books[best])

    def candidates(self, block: Block, row: Row) -> list[str]:
        """Codes that the table lacks and the row may have: of its name, or with its amounts elsewhere."""
        data, subjects = self.book.blocks[block.key], self.standard.subjects[block.subjects]
        codes: dict[str, None] = {}
        name = squash(row.label)
        if name:
            for code, known in subjects.by_code.items():
                if any(name == squash(subject.name) for subject in known):
                    codes[code] = None
        amounts = row.fens
        for key, other in self.book.blocks.items():
            if key == block.key or self.standard.blocks[key].subjects != block.subjects:
                continue
            for one in other.rows:
                had = one.fens
                same = amounts and had and (amounts[0] == had[0] or max(amounts) == max(had))
                if one.kind == "subject" and (same or (name and name == squash(one.label))):
                    codes[one.key] = None
        return [code for code in codes if code not in data.by_key and subjects.level(code)][:6]

    def run(self, grid: Grid) -> None:
        """Look at every table; the simplest first: whole tables, codes, doubled rows, strays.

        ``grid`` has the book's cells as they are now.
        """
        for key, data in self.book.blocks.items():
            if len(data.by_key) < len(data.rows):
                self._pasted_twice(self.standard.blocks[key])
        for key in self.book.blocks:
            block = self.standard.blocks[key]
            if block.body == "subject":
                self.exchanged(block)
                self.miscoded(block)
        for key in self.book.blocks:
            block = self.standard.blocks[key]
            data = self.book.blocks[key]
            if block.body == "fixed" and data.rows:
                self._prescribed(block)
            if len(data.by_key) < len(data.rows):
                self._doubled(block)
            if data.strays and block.body == "subject":
                self._uncoded(block)
        if self.book is not grid.book:
            grid = Grid(self.standard, self.book)
        for finding, book in missing_rows(grid, self.formulas):
            self.findings.append(finding)
            self.book = book

    # ---------------------------------------------------------- whole tables

    def _pasted_twice(self, block: Block) -> None:
        """The same rows once more below: a copy of the table below itself."""
        data = self.book.blocks[block.key]
        seen: set[str] = set()
        again = []
        for at, row in enumerate(data.rows):
            if row.key in seen and row.key != TOTAL:
                again.append(at)
            seen.add(row.key)
        if len(again) < _FEWEST_AGAIN or len(again) * 2 < len(seen):
            return
        first, second = data.rows[: again[0]], data.rows[again[0] :]
        left = {row.key for row in second} - {row.key for row in first}
        if left - {TOTAL}:
            return
        if left:  # the total stands below both
            first = (*first, second[data.by_key[TOTAL] - again[0]])
        same = all(row.cells == data.rows[data.by_key[row.key]].cells for row in second)
        title, sheet = table_place(self.standard, self.book, block.key)
        line, what = data.rows[again[0]].line, "，金额也相同" if same else "，有的金额不同"
        message = f"{title}从第{line}行起又贴了一遍{what}；请删去多余的一份，合计不要把它算进去。"
        if not self.say(block, data.rows[again[0]], "code_order", message):
            return
        last = max((row.line for row in (*second, *data.strays)), default=0)
        self.told |= {(sheet, number) for number in range(line, last + 1)}
        kept = self.having(block, first, ())
        if not same and not self.tired:
            other = self.having(block, second, ())
            kept = other if self.trouble(other) < self.trouble(kept) else kept
        self.keep(kept)

    # --------------------------------------------- prescribed, doubled, uncoded

    def _prescribed(self, block: Block) -> None:
        """Prescribed rows that are not there and without which sums do not come out: nothing is known of them.

        Where all agrees without a row, it had no figures.
        """
        order = [spec.key for spec in block.rows]
        for at, spec in enumerate(block.rows):
            rows = self.book.blocks[block.key].rows
            if spec.slot or spec.key in self.book.blocks[block.key].by_key:
                continue
            if self.tired or not self.trouble():
                return
            unknown = (Unreadable("没有这一行"),) * len(block.amounts)
            row = Row(spec.key, "fixed", spec.label, unknown, ("",) * len(block.of_kind("text")))
            later = {*order[at + 1 :]}
            here = next((one for one, it in enumerate(rows) if it.key in later), len(rows))
            mended = self.having(block, [*rows[:here], row, *rows[here:]])
            if self.trouble(mended) < self.trouble():
                title = self.standard.table_of(block).title
                if self.say(
                    block, rows[min(here, len(rows) - 1)], "unknown_row",
                    f"{title}没有找到“{spec.label}”这一行，有关勾稽关系没有核对；请补上这一行和它的金额，"
                    "再校验。",
                ):  # fmt: skip
                    self.keep(mended)

    def _doubled(self, block: Block) -> None:
        """A row that stands twice: one is left out, the one that fits worse where they differ."""
        seen: dict[tuple[str, str], Row] = {}
        for row in self.book.blocks[block.key].rows:
            first = seen.setdefault((row.key, row.parent), row)
            if first is row:
                continue
            rows = self.book.blocks[block.key].rows
            mended = self.having(block, [one for one in rows if one is not row])
            same = first.cells == row.cells
            here = 0 if self.tired else self.trouble(mended)
            less = 0 if self.tired else here - self.trouble()
            if block.body != "subject" and not (same and less < 0):
                continue
            name = f"{row.key}（{row.label}）" if row.kind == "subject" else f"“{row.label}”"
            message = f"第{row.line}行与第{first.line}行重复：{name}只列一行"
            gone, way = row, "两行金额相同，请删去一行。"
            if not same:
                other = self.having(block, [row for row in rows if row is not first])
                better = 0 if self.tired else self.trouble(other) - self.trouble(mended)
                if better < 0:
                    gone, mended = first, other
                kept = row if gone is first else first
                way = f"第{kept.line}行的金额与各表相符，请删去第{gone.line}行。"
                if not better:
                    way = "两行金额不同；请核对后留下一行。"
                    unknown = tuple(
                        None if one is None and two is None else Unreadable(f"{row.key}重复")
                        for one, two in zip(first.cells, row.cells, strict=True)
                    )
                    open_row = first._replace(cells=unknown)
                    left = [open_row if one is first else one for one in rows if one is not row]
                    mended = self.having(block, left)
            mark = "；" if not same and better else "，"
            if self.say(block, gone, "code_order", f"{message}{mark}{way}"):
                self.keep(mended)

    def _uncoded(self, block: Block) -> None:
        """A line with money and no code: the subject's that the table lacks, by name or amounts."""
        for stray in self.book.blocks[block.key].strays:
            data = self.book.blocks[block.key]
            left = [row for row in data.strays if row is not stray]
            later = (at for at, one in enumerate(data.rows) if one.line > stray.line)
            at = next(later, len(data.rows))
            books = {
                code: self.having(
                    block,
                    [*data.rows[:at], stray._replace(key=code, kind="subject"), *data.rows[at:]],
                    left,
                )
                for code in self.candidates(block, stray)
            }
            if self.tired or not books:
                continue
            best, trouble = self._only_best(books)
            if best and trouble < self.trouble():
                name = f"“{stray.label}”" if stray.label else ""
                if self.say(
                    block, stray, "unknown_row",
                    f"第{stray.line}行{name}有金额，却没有编码；按名称和其余各表应为 {best}，请补上。",
                    value=best, why="按名称和其余各表",
                ):  # fmt: skip
                    self.keep(books[best])

    def _only_best(self, books: Mapping[str, Book]) -> tuple[str, int]:
        """The code whose book has least trouble, and how much; no code where several have as little."""
        troubles = {code: self.trouble(book) for code, book in books.items()}
        least = min(troubles.values(), default=0)
        best = [code for code, trouble in troubles.items() if trouble == least]
        return (best[0] if len(best) == 1 else ""), least


def _out_of_order(rows: Sequence[Row]) -> _Pair | None:
    """The two rows whose codes, exchanged, would make all codes ascend."""
    codes = [(row.key, at) for at, row in enumerate(rows) if row.kind == "subject"]
    pairs = zip(codes, sorted(code for code, _ in codes), strict=True)
    wrong = [at for (code, at), right in pairs if code != right]
    return (wrong[0], wrong[1]) if len(wrong) == 2 else None  # noqa: PLR2004


def _changed(rows: Sequence[Row], pair: _Pair, field: str) -> list[Row]:
    """The rows with a field of two of them exchanged."""
    changed = list(rows)
    for at, other in (pair, pair[::-1]):
        changed[at] = rows[at]._replace(**{field: getattr(rows[other], field)})
    return changed


_YEAR_STATED = re.compile(r"(?<!\d)(20\d\d)年")
_ENOUGH = 2
"""So many headings or titles must agree to speak against 基础信息."""


def _right_year(
    standard: Standard, book: Book, computed: Callable[[], Collection[Place]] | None = None
) -> tuple[Book, tuple[Finding, ...]]:
    """Whether the year is wrong in 基础信息, or in single titles.

    A title that is a formula follows 基础信息 and is no witness. The headings of the explanation are one,
    generated or not: they were written for a year, and for its figures.
    """
    field = next((field for field in standard.fields.values() if field.kind == "year"), None)
    stated = book.info.get(field.key) if field is not None else None
    if field is None or stated is None or str(book.year) not in str(stated.value):
        return book, ()
    headings = (unit for unit in book.texts if unit.heading and unit.part == "notes")
    found = (_YEAR_STATED.search(squash(unit.text)) for unit in headings)
    said = Counter(int(match[1]) for match in found if match)
    odd = [(place, year) for place, year in book.dated if year != book.year]
    if not odd and not (said and book.year not in said):
        return book, ()
    formulas = frozenset(computed()) if computed is not None else frozenset()
    typed = Counter(year for place, year in book.dated if place not in formulas)
    agreed = said or typed
    year, count = agreed.most_common(1)[0] if agreed else (book.year, 0)
    alone = len(agreed) == 1 and not typed[book.year] and not said[book.year]
    if year != book.year and alone and count >= _ENOUGH and set(typed) <= {year}:
        return _wrong_year(standard, book, field.key, stated, year, bool(said))
    typed_odd = [(place, seen) for place, seen in odd if place not in formulas]
    return book, tuple(_wrong_title(standard, book, *one) for one in typed_odd)


def _wrong_year(
    standard: Standard, book: Book, key: str, stated: InfoValue, year: int, said: bool
) -> tuple[Book, tuple[Finding, ...]]:
    message = (
        f"基础信息“{standard.fields[key].label}”为{book.year}年，{'情况说明' if said else '各表标题'}写的却是{year}年；"
        f"填错了请改为{year}，如果确实是{book.year}年度的预算，请{'重新生成说明' if said else '改正标题'}。"
        f"本次按{year}年度校验。"
    )
    place = book.info_place(key)
    code = standard.code_of("required_info")
    finding = finding_in_info(book, code, Level.ERROR, message, key)._replace(
        printed=str(book.year),
        expected=str(year),
        suggestions=(Suggestion(str(year), "情况说明和标题的年度", 0.9),),
    )
    info = {**book.info, key: InfoValue(str(year), stated.cell)}
    # That the year was another when the texts were generated follows from this.
    return not_stale(book, [place])._replace(year=year, info=info), (finding,)


def _wrong_title(standard: Standard, book: Book, place: Place, year: int) -> Finding:
    key = next((key for key, sheet in book.sheets.items() if sheet == place.sheet), "")
    title = next((table.title for table in standard.tables if table.key == key), place.sheet)
    message = f"{title}{place.cell}写的是{year}年，预算年度为{book.year}年；请改正。"
    code = standard.code_of("required_info")
    return Finding(code, Level.ERROR, message, title, *place)._replace(
        printed=str(year),
        expected=str(book.year),
        suggestions=(Suggestion(str(book.year), "与预算年度一致", 1.0),),
    )


TOLD = frozenset(("readable_amount",))
"""Named checks whose findings are given here, and not by the rules' checks."""
_CHECK = "readable_amount"
_FEW = 3
"""More cells of one table with the same fault are told together."""


class Repaired(NamedTuple):
    """``findings`` about the form, each once and at its cell; ``book`` as it is once they are mended.

    ``grid`` has that book's cells, where they were numbered already.
    """

    book: Book
    findings: tuple[Finding, ...]
    grid: Grid | None = None


def repaired(
    standard: Standard, book: Book, computed: Callable[[], Collection[Place]] | None = None
) -> Repaired:
    """The book without what is wrong with its form, as far as the remedy is certain; pure.

    What cannot be judged before that holds :class:`~xlbudget.figures.Unreadable`.
    ``computed`` tells which cells hold a formula; it is asked only where something is wrong.
    """
    whole, about_years = _right_year(standard, book, computed)
    whole, about_values = _valued(standard, whole, Formulas(standard, whole, computed))
    findings = [*about_years, *about_values]
    formulas = Formulas(standard, whole, computed)
    grid = Grid(standard, whole)
    unreadable = [
        at
        for at, cell in enumerate(grid.cells)
        if isinstance(cell, Unreadable) and cell != UNFILLED  # nobody wrote that
    ]
    if whole.as_text:
        findings += _stored(grid, formulas)
    if unreadable:
        findings += _unreadable(grid, unreadable, formulas)
    rows = RowRepair(standard, whole, formulas)
    rows.run(grid)
    findings += rows.findings
    mended = rows.book
    if whole.as_text or unreadable or mended is not whole:
        mended = formulas.following(mended)
    left = tuple(
        finding
        for finding in mended.findings
        for digits in [finding.cell.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")]
        if (finding.sheet, int(digits) if digits.isdigit() else 0) not in rows.told
    )
    if mended is whole and len(left) == len(whole.findings):
        return Repaired(whole, tuple(findings), grid)
    return Repaired(mended._replace(findings=left), tuple(findings))


# ------------------------------------------------------------------ single cells


def _stored(grid: Grid, formulas: Formulas) -> list[Finding]:
    """Amounts stored as text: formulas leave them out. A formula that shows such a text is none."""
    code = grid.standard.code_of(_CHECK)
    tables: dict[str, list[int]] = {}
    for at in range(len(grid.cells)):
        place = grid.place(at)
        if place in grid.book.as_text and place not in formulas.places:
            tables.setdefault(table_title(grid, at), []).append(at)
    findings = []
    for title, cells in tables.items():
        if len(cells) > _FEW:
            names = "、".join(grid.place(at).cell for at in cells[:_FEW])
            message = (
                f"{title}有{len(cells)}格数字存成了文本（{names}等），表内公式不计入；"
                "请选中这些格，改成数字。"
            )
            findings.append(finding_at(grid, cells[0], code, Level.ERROR, message))
            continue
        for at in cells:
            cell = grid.cells[at]
            message = f"{cell_label(grid, at)}是存成文本的数字，表内公式不计入；请改成数字。"
            advice = (Suggestion(cell.plain, "改成数字", 1.0),) if isinstance(cell, Amount) else ()
            finding = finding_at(grid, at, code, Level.ERROR, message)
            findings.append(finding._replace(suggestions=advice))
    return findings


def _unreadable(grid: Grid, cells: list[int], formulas: Formulas) -> list[Finding]:
    """Words, dates, errors where an amount belongs; not the formulas that show what they refer to."""
    code = grid.standard.code_of(_CHECK)
    defined = definitions(expand(grid).relations)
    findings = []
    for at in cells:
        cell = grid.cells[at]
        assert isinstance(cell, Unreadable)
        relation = defined.get(at)
        follows = relation is not None and any(
            isinstance(grid.cells[part], Unreadable) for _, part in relation.terms[1:]
        )
        formula = grid.place(at) in formulas.places
        if follows and (formula or (not formulas.places and cell.raw.startswith("#"))):
            continue
        advice: tuple[Suggestion, ...] = ()
        if formula and relation is not None:
            value = value_of(relation, grid.cells, grid.standard.unit)
            if isinstance(value, Amount):
                advice = (Suggestion(value.plain, "由各行算出", 1.0),)
        message = (
            f"{cell_label(grid, at)}应填金额，现为“{cell.shown}”，无法读作金额；"
            f"{'请改正公式' if formula else '请改为数字，没有金额就留空'}。"
        )
        finding = finding_at(grid, at, code, Level.ERROR, message)
        findings.append(finding._replace(suggestions=advice))
    return findings


# ------------------------------------------------------------- formulas without values


def _valued(standard: Standard, book: Book, formulas: Formulas) -> tuple[Book, tuple[Finding, ...]]:
    """The book with the values of formulas that its file does not hold, and the finding that says so."""
    untotalled = (
        total is not None and not any(total.cells) and standard.blocks[key].total and not data.empty
        for key, data in book.blocks.items()
        for total in [data.row(TOTAL)]
    )  # tables that have figures and none in their total
    if not any(untotalled) or not formulas.places:
        return book, ()
    grid = Grid(standard, book)
    inside = [
        at
        for at in range(len(grid.cells))
        if grid.block_of(at) != INFO and grid.place(at) in formulas.places
    ]
    if not inside or any(grid.cells[at] is not None for at in inside):
        return book, ()
    done = recomputed(standard, book, {cell_key(grid, at) for at in inside})
    if not done.changed:
        return book, ()
    first = next(at for at in inside if cell_key(grid, at) in done.changed)
    message = (
        f"文件里的公式没有保存计算结果（{len(done.changed)}格），已按公式应得的数校验；"
        "请用 Excel 或 WPS 打开，重新计算并保存。"
    )
    return done.book, (finding_at(grid, first, standard.code_of(_CHECK), Level.WARNING, message),)
