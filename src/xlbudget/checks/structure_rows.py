"""Rows that are wrong as rows: a table pasted twice, doubled rows, money without a code, missing rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlbudget.checks.structure_codes import Codes
from xlbudget.checks.structure_missing import missing_rows
from xlbudget.figures import TOTAL, Row, Unreadable

if TYPE_CHECKING:
    from xlbudget.standard.model import Block

__all__ = ["Rows"]

_MANY = 3
"""With so many doubled rows and more, and as many as half the table, it was pasted twice."""


class Rows(Codes):
    """Puts the rows of a book right, their codes included."""

    def run(self) -> None:
        """Look at every table; the simplest first: whole tables, codes, doubled rows, strays."""
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
        for found, book in missing_rows(self.standard, self.book, self.formulas):
            self.findings.append(found)
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
        if len(again) < _MANY or len(again) * 2 < len(seen):
            return
        first, second = data.rows[: again[0]], data.rows[again[0] :]
        left = {row.key for row in second} - {row.key for row in first}
        if left - {TOTAL}:
            return
        if left:  # the total stands below both
            first = (*first, second[data.by_key[TOTAL] - again[0]])
        same = [row.cells for row in second] == [
            data.rows[data.by_key[row.key]].cells for row in second
        ]
        table = self.standard.table_of(block)
        what = "，金额也相同" if same else "，有的金额不同"
        self.say(
            block, data.rows[again[0]], "code_order",
            f"{table.title}从第{data.rows[again[0]].line}行起又贴了一遍{what}；"
            f"请删去多余的一份，合计不要把它算进去。",
        )  # fmt: skip
        sheet = self.book.sheets.get(table.key, table.sheet)
        last = max((row.line for row in (*second, *data.strays)), default=0)
        self.told |= {(sheet, line) for line in range(data.rows[again[0]].line, last + 1)}
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
                self.say(
                    block, rows[min(here, len(rows) - 1)], "unknown_row",
                    f"{title}没有找到“{spec.label}”这一行，有关勾稽关系没有核对；请补上这一行和它的金额，"
                    "再校验。",
                )  # fmt: skip
                self.keep(mended)

    def _doubled(self, block: Block) -> None:
        """A row that stands twice: one is left out, the one that fits worse where they differ."""
        seen: dict[tuple[str, str], Row] = {}
        for row in self.book.blocks[block.key].rows:
            first = seen.setdefault((row.key, row.parent), row)
            if first is row:
                continue
            rows = self.book.blocks[block.key].rows
            without = self.having(block, [one for one in rows if one is not row])
            same = first.cells == row.cells
            less = 0 if self.tired else self.trouble(without) - self.trouble()
            if block.body != "subject" and not (same and less < 0):
                continue
            name = f"{row.key}（{row.label}）" if row.kind == "subject" else f"“{row.label}”"
            message = f"第{row.line}行与第{first.line}行重复：{name}只列一行"
            mended = without
            if same:
                self.say(block, row, "code_order", f"{message}，两行金额相同，请删去一行。")
            else:
                other = self.having(block, [one for one in rows if one is not first])
                better = 0 if self.tired else self.trouble(other) - self.trouble(without)
                if better > 0:
                    self.say(
                        block,
                        row,
                        "code_order",
                        f"{message}；第{first.line}行的金额与各表相符，请删去第{row.line}行。",
                    )
                elif better < 0:
                    self.say(
                        block,
                        first,
                        "code_order",
                        f"{message}；第{row.line}行的金额与各表相符，请删去第{first.line}行。",
                    )
                    mended = other
                else:
                    self.say(
                        block, row, "code_order", f"{message}，两行金额不同；请核对后留下一行。"
                    )
                    unknown = tuple(
                        None if one is None and two is None else Unreadable(f"{row.key}重复")
                        for one, two in zip(first.cells, row.cells, strict=True)
                    )
                    mended = self.having(
                        block,
                        [first._replace(cells=unknown) if one is first else one
                         for one in rows if one is not row],
                    )  # fmt: skip
            self.keep(mended)

    def _uncoded(self, block: Block) -> None:
        """A line with money and no code: the subject's that the table lacks, by name or amounts."""
        for stray in self.book.blocks[block.key].strays:
            data = self.book.blocks[block.key]
            left = [one for one in data.strays if one is not stray]
            books = {}
            for code in self.candidates(block, stray):
                row = stray._replace(key=code, kind="subject")
                later = (at for at, one in enumerate(data.rows) if one.line > stray.line)
                at = next(later, len(data.rows))
                books[code] = self.having(block, [*data.rows[:at], row, *data.rows[at:]], left)
            if self.tired or not books:
                continue
            found = {code: self.trouble(book) for code, book in books.items()}
            best = min(found, key=lambda code: found[code])
            if found[best] < self.trouble() and list(found.values()).count(found[best]) == 1:
                name = f"“{stray.label}”" if stray.label else ""
                self.say(
                    block, stray, "unknown_row",
                    f"第{stray.line}行{name}有金额，却没有编码；按名称和其余各表应为 {best}，请补上。",
                    value=best, why="按名称和其余各表",
                )  # fmt: skip
                self.keep(books[best])
