"""Codes that are wrong: two rows with each other's, a row with one that is none or another's.

A remedy is tried on a copy, formulas following: it is certain where it mends what does not match and no
other does as much.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from xlbudget.characters import squash
from xlbudget.figures import BlockData
from xlbudget.findings import Finding, Level, Suggestion
from xlbudget.money import Amount

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlbudget.checks.follow import Formulas
    from xlbudget.figures import Book, Row
    from xlbudget.standard.model import Block, Standard
    from xlbudget.standard.subjects import SubjectList

__all__ = ["Codes"]

_MOST_TRIALS = 24
"""So many remedies are tried on a workbook; beyond that, rows are told and not put right."""


class _Pair(NamedTuple):
    """Two rows (positions) whose codes or names may be exchanged."""

    one: int
    other: int


class Codes:
    """Puts the codes of ``book`` right; ``told`` are lines (sheet, row) that need no other word."""

    def __init__(self, standard: Standard, book: Book, formulas: Formulas) -> None:
        self.standard, self.book, self.formulas = standard, book, formulas
        self.findings: list[Finding] = []
        self.told: set[tuple[str, int]] = set()
        self._trials = 0
        self._now: int | None = None

    # -------------------------------------------------------------- trials

    def trouble(self, book: Book | None = None) -> int:
        """How much does not match, now or in a book on trial."""
        if book is not None:
            self._trials += 1
            return self.formulas.trouble(book)
        if self._now is None:
            self._now = self.formulas.trouble(self.book)
        return self._now

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
    ) -> None:  # fmt: skip
        """A finding about a row; ``value`` is what the cell should hold, for the reason ``why``."""
        table = self.standard.table_of(block)
        sheet = self.book.sheets.get(table.key, table.sheet)
        rule = next((one for one in self.standard.rules if one.check == check), None)
        if rule is None:
            return
        self.told.add((sheet, row.line))
        self.findings.append(
            Finding(
                rule.code, Level.ERROR, message, table.title, sheet,
                f"{cell}{row.line}" if row.line else "", row.key.removeprefix("group:"),
                printed=row.key if value and cell == "A" else "",
                expected=value,
                suggestions=(Suggestion(value, why, 1.0),) if value else (),
            )
        )  # fmt: skip

    def _subjects(self, block: Block) -> SubjectList:
        return self.standard.subjects[block.subjects]

    def _names(self, block: Block, code: str) -> set[str]:
        """What a code may be called: by the list, else by other tables."""
        known = self._subjects(block).find(code, self.book.year)
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
            (_Pair(one, other), True)
            for at, one in enumerate(wrong)
            for other in wrong[at + 1 :]
            if squash(rows[one].label) in self._names(block, rows[other].key)
            and squash(rows[other].label) in self._names(block, rows[one].key)
        ]
        if not pairs and (pair := _out_of_order(rows)) is not None:
            pairs = [(pair, False)]
        for pair, named in pairs[:2]:
            if self.tired:
                return
            one, other = rows[pair.one], rows[pair.other]
            mended = self.having(block, _changed(rows, pair, "key"))
            if not named:  # names that follow the codes
                both = _changed(_changed(rows, pair, "key"), pair, "label")
                mended = self.having(block, both)
            less = self.trouble(mended) - self.trouble()
            codes = less < 0 or (not less and named and _out_of_order(rows) == pair)
            if codes:
                self.say(
                    block, one, "code_name",
                    f"“{one.key}”与“{other.key}”（第{one.line}、{other.line}行）的编码互换了位置"
                    f"{'，名称和数字都说明这一点' if named and less else ''}；请对调回来。",
                    value=other.key, why="两行编码互换",
                )  # fmt: skip
                self.told.add((self.findings[-1].sheet, other.line))
                self.keep(mended)
            elif named:
                at = next((i for i, column in enumerate(block.columns) if column.kind == "name"), 1)
                self.say(
                    block, one, "code_name",
                    f"“{one.label}”与“{other.label}”（第{one.line}、{other.line}行）的名称互换了位置；"
                    "请对调回来。",
                    cell=chr(ord("A") + at), value=other.label, why="两行名称互换",
                )  # fmt: skip
                self.keep(self.having(block, _changed(rows, pair, "label")))
            rows = self.book.blocks[block.key].rows

    def miscoded(self, block: Block) -> None:
        """A row whose code is another's, or none: by its name, or by its figures in other tables."""
        subjects = self._subjects(block)
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
            found = {code: self.trouble(book) for code, book in books.items()}
            best = min(found, key=lambda code: found[code], default="")
            alone = best and list(found.values()).count(found[best]) == 1
            better = best and found[best] < self.trouble()
            if not alone or not (better or (malformed and found[best] == self.trouble())):
                continue
            what = "名称和其余各表" if row.label else "其余各表的金额"
            self.say(
                block, row, "code_form" if malformed else "code_name",
                f"第{row.line}行的编码“{row.key}”{f'（{row.label}）' if row.label else ''}不对，"
                f"按{what}应为 {best}；请改正。",
                value=best, why=f"按{what}",
            )  # fmt: skip
            self.keep(books[best])

    def candidates(self, block: Block, row: Row) -> list[str]:
        """Codes that the table lacks and the row may have: of its name, or with its amounts elsewhere."""
        data, subjects = self.book.blocks[block.key], self._subjects(block)
        codes: dict[str, None] = {}
        name = squash(row.label)
        if name:
            for code, known in subjects.by_code.items():
                if any(name == squash(one.name) for one in known):
                    codes[code] = None
        amounts = [cell.fen for cell in row.cells if isinstance(cell, Amount) and cell.fen]
        for key, other in self.book.blocks.items():
            if key == block.key or self.standard.blocks[key].subjects != block.subjects:
                continue
            for one in other.rows:
                had = [cell.fen for cell in one.cells if isinstance(cell, Amount) and cell.fen]
                same = amounts and had and (amounts[0] == had[0] or max(amounts) == max(had))
                if one.kind == "subject" and (same or (name and name == squash(one.label))):
                    codes[one.key] = None
        return [code for code in codes if code not in data.by_key and subjects.level(code)][:6]


def _out_of_order(rows: Sequence[Row]) -> _Pair | None:
    """The two rows whose codes, exchanged, would make all codes ascend."""
    codes = [(row.key, at) for at, row in enumerate(rows) if row.kind == "subject"]
    pairs = zip(codes, sorted(code for code, _ in codes), strict=True)
    wrong = [at for (code, at), right in pairs if code != right]
    return _Pair(*wrong) if len(wrong) == 2 else None  # noqa: PLR2004


def _changed(rows: Sequence[Row], pair: _Pair, field: str) -> list[Row]:
    """The rows with a field of two of them exchanged."""
    one, other = rows[pair.one], rows[pair.other]
    changed = list(rows)
    changed[pair.one] = one._replace(**{field: getattr(other, field)})
    changed[pair.other] = other._replace(**{field: getattr(one, field)})
    return changed
