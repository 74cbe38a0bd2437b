"""The lines of a detail export as lines of the ledger, and what of them is open or cannot be mapped."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.characters import split_code
from xlbudget.errors import UnusableFileError
from xlbudget.figures import LedgerLine, Unreadable
from xlbudget.importing.imported import Question
from xlbudget.importing.ledger.amounts import money_columns
from xlbudget.importing.ledger.vocabulary import CODE, NAME, VALUE, without_code
from xlbudget.money import YUAN, Amount
from xlbudget.sheets.cells import Grid, cell_reader, text_of
from xlbudget.standard.ledger import selects

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from xlbudget.figures import Cell
    from xlbudget.importing.ledger.headings import ExportColumn, Headings
    from xlbudget.importing.ledger.vocabulary import Vocabulary
    from xlbudget.money import Unit
    from xlbudget.sheets.cells import Sheet
    from xlbudget.standard.ledger import LedgerColumn
    from xlbudget.standard.model import Standard

_NAMED = 3
"""So many lines are named in a sentence."""
_UNIT_CODE, _PROJECT_CODE = 3, 6
"""Digits that a code before a unit's, a project's name has at least."""
ONLY_BLANK = "留空"
"""The answer that leaves the cells blank."""


class _Entry(NamedTuple):
    """A line of the export: its number, its texts by ledger column, and its amounts with what headings say."""

    number: int
    texts: dict[str, str]
    amounts: list[tuple[Mapping[str, str], Cell]]


class ExportLines:
    """The lines of one sheet, read with the answers that were given.

    ``lines`` carry the export's line numbers; ``left`` are sentences, ``unsettled`` counts what has to be
    settled by a person beside the ``questions``.
    """

    def __init__(
        self,
        standard: Standard,
        words: Vocabulary,
        sheet: Sheet,
        headings: Headings,
        year: int,
        answers: Mapping[str, str],
    ) -> None:
        self.standard, self.words, self.ledger = standard, words, words.ledger
        self.sheet, self.headings, self.year, self.answers = sheet, headings, year, answers
        self.questions: dict[str, Question] = {}
        self.left: list[str] = []
        self.unsettled = 0
        self._troubles: dict[str, list[int]] = {}
        self._left_blank: set[tuple[str, int]] = set()
        self._columns: dict[str, list[ExportColumn]] = {}
        self._copied: dict[str, str] = {}
        self._fixed: dict[str, str] = {}
        for column in headings.columns:
            if column.meaning:
                self._columns.setdefault(column.meaning.key, []).append(column)
        self._map_answers()
        self.money = money_columns(
            self.ledger, headings.columns, answers.get(self.ledger.amount.label, "")
        )
        self.lines: tuple[LedgerLine, ...] = ()

    def read(self, unit: Unit) -> None:
        """Read everything; amounts whose heading names no unit are in ``unit``."""
        entries = list(self._entries(unit))
        lines = [
            LedgerLine({**self._fixed, **dict(fixed), **entry.texts}, cell, entry.number)
            for entry in entries
            for fixed, cell in entry.amounts
        ]
        self.lines = tuple(self._complete(lines))
        for sentence, numbers in self._troubles.items():
            self.left.append(f"{_places(numbers)}{sentence}")

    # -------------------------------------------------------------- answers

    def _map_answers(self) -> None:
        """What answers say of columns that no heading names."""
        headings = {
            column.heading: column for column in self.headings.columns if not column.meaning
        }
        for column in self.ledger.columns:
            answer = self.answers.get(column.label, "")
            if not answer or column.kind == "amount" or answer == ONLY_BLANK:
                continue
            twin = next((one for one in self.ledger.columns if one.label == answer), None)
            if answer in headings:
                self._columns[column.key] = [headings[answer]]
            elif column.kind == "level1" and twin is not None and twin.kind == "level2":
                self._copied[column.key] = twin.key
            elif answer in column.choices or column.kind in ("unit", "level1", "level2"):
                self._fixed[column.key] = answer
            else:
                allowed = "、".join((*column.choices, *headings))
                raise UnusableFileError(
                    f"“{column.label}”的回答“{answer}”不能用；应为：{allowed}，或“{ONLY_BLANK}”。"
                )

    def _ask(self, question: Question) -> None:
        if question.key not in self.answers:
            self.questions.setdefault(question.key, question)

    # -------------------------------------------------------------- lines

    def _entries(self, unit: Unit) -> Iterator[_Entry]:
        """The lines with something on them that are no sums; sums are compared."""
        lines = Grid(self.sheet, 0, len(self.sheet.lines)).masked()
        readers: dict[Unit, Callable[[object], Cell]] = {}
        columns = (*self.money.amounts, *(column for column, _ in self.money.sums))
        before: list[_Entry] = []
        sums: list[tuple[int, list[Cell]]] = []
        for number, line in enumerate(lines[self.headings.body :], self.headings.body + 1):
            texts = [(column, text_of(line[column.at])) for column in self.headings.columns]
            if not any(text for _, text in texts):
                continue
            cells: dict[int, Cell] = {}
            for column in columns:
                own = column.unit or unit
                if own not in readers:
                    readers[own] = cell_reader(own)
                cells[column.at] = readers[own](line[column.at])
            words = [text for column, text in texts if column.at not in cells and text]
            amounts = [cells[column.at] for column in self.money.amounts]
            if any(map(self.words.is_total, words)) or (not words and _money(amounts)):
                sums.append((number, amounts))
                continue
            if not _money(amounts) and not self._columns_hold(line):
                self._note("不是明细（没有金额，也没有科目），没有导入。", number)
                continue
            entry = _Entry(number, self._texts(number, line), self._amounts(number, cells))
            self._compare(number, cells)
            before.append(entry)
        kept = list(self._without_parents(before))
        self._compare_sums(sums, kept)
        yield from kept

    def _columns_hold(self, line: Sequence[object]) -> bool:
        """Whether a line has a code: it is one of the ledger's even without an amount."""
        keys = [column.key for column in self.ledger.columns if column.kind == "code"]
        return any(
            split_code(text_of(line[column.at]))[0]
            for key in keys
            for column in self._columns.get(key, ())
        )

    def _amounts(
        self, number: int, cells: Mapping[int, Cell]
    ) -> list[tuple[Mapping[str, str], Cell]]:
        """The amounts of a line; of several columns those that hold money."""
        wide = len(self.money.amounts) > 1
        found: list[tuple[Mapping[str, str], Cell]] = []
        for column in self.money.amounts:
            cell = cells[column.at]
            if isinstance(cell, Unreadable):
                self.unsettled += 1
                self._note(f"“{column.heading}”的“{cell.raw}”不是金额；请改正。", number)
            if wide and (cell is None or (isinstance(cell, Amount) and not cell.fen)):
                continue
            assert column.money is not None
            fixed = dict(column.money.fixed)
            for name in column.money.classes:
                kind = next(
                    one for one in self.ledger.kinds.values() if name in one.classes.values()
                )
                if kind.of not in fixed:
                    fixed[kind.of] = self._choice(self.ledger.column(kind.of), [name], number)
            found.append(({key: text for key, text in fixed.items() if text}, cell))
        return found

    def _compare(self, number: int, cells: Mapping[int, Cell]) -> None:
        """Columns of sums against what they add up."""
        for column, parts in self.money.sums:
            cell = cells[column.at]
            total = sum(one.fen for part in parts if isinstance(one := cells[part.at], Amount))
            if isinstance(cell, Amount) and cell.fen != total:
                self.unsettled += 1
                self._note(f"“{column.heading}”与各栏相加不等；请核对。", number)

    def _without_parents(self, entries: Sequence[_Entry]) -> Iterator[_Entry]:
        """The lines without those that are the sum of the lines of the subjects below their own."""
        key = next(column.key for column in self.ledger.columns if column.kind == "code")
        lengths = self.standard.subjects[self.ledger.column(key).subjects].lengths
        parents = 0
        # Of every code above the deepest level: what the lines of the subjects below it hold.
        below: dict[str, int] = {}
        for entry in entries:
            code = entry.texts.get(key, "")
            for length in lengths[:-1] if len(code) == lengths[-1] else ():
                below[code[:length]] = below.get(code[:length], 0) + _totals([entry])
        for entry in entries:
            code = entry.texts.get(key, "")
            held = below.get(code) if len(code) in lengths[:-1] else None
            if held is not None and _totals([entry]) == held:
                parents += 1
                continue
            if held is not None:
                self.unsettled += 1
                self._note("是上级科目，与下级明细相加不等，照明细导入；请核对。", entry.number)
            yield entry
        if parents:
            self.left.append(f"上级科目的小计{parents}行没有导入，与下级明细相加相符。")

    def _compare_sums(
        self, sums: Sequence[tuple[int, list[Cell]]], entries: Sequence[_Entry]
    ) -> None:
        """Lines of sums against the lines above (since the sum before, or all), or below them."""
        if not sums:
            return
        held = {entry.number: _total([cell for _, cell in entry.amounts]) for entry in entries}
        marks = [number for number, _ in sums]
        upto: dict[int, int] = {}  # what the lines above a line of sums hold together
        running = 0
        for number in sorted((*held, *marks)):
            upto.setdefault(number, running)
            running += held.get(number, 0)
        # A sum is of the lines from another one, or the first line, down to it; or from it to another, or the last.
        starts, ends = Counter([0]), Counter([running, *(upto[mark] for mark in marks)])
        wrong: list[int] = []
        for number, cells in sums:
            before = upto[number]
            ends[before] -= 1
            total = _total(cells)
            stated = any(cell is not None and not isinstance(cell, Unreadable) for cell in cells)
            if stated and not starts[before - total] and ends[before + total] <= 0:
                wrong.append(number)
            starts[before] += 1
        self.left.append(
            f"合计、小计{len(sums)}行没有导入，{'与明细相加相符' if not wrong else '已与明细核对'}。"
        )
        if wrong:
            self.unsettled += len(wrong)
            self.left.append(f"{_places(wrong)}合计与明细相加不等；请核对导出的文件是否完整。")

    # -------------------------------------------------------------- texts

    def _texts(self, number: int, line: Sequence[object]) -> dict[str, str]:
        """The texts of a line by ledger column."""
        found = {}
        for key, columns in self._columns.items():
            if key not in (column.key for column in self.ledger.columns):
                continue
            column = self.ledger.column(key)
            texts = [
                (one.meaning.role if one.meaning else VALUE, text)
                for one in columns
                if (text := text_of(line[one.at]))
            ]
            if not texts:
                continue
            if column.kind == "code":
                text = self._code(column, texts, number)
            elif column.kind == "choice":
                text = self._choice(column, [text for _, text in texts], number)
            else:
                text = _name(column, texts)
            if text:
                found[key] = text
        return found

    def _code(self, column: LedgerColumn, texts: Sequence[tuple[str, str]], number: int) -> str:
        """The code of a line: it counts before a name; a name alone counts where one subject has it."""
        subjects = self.standard.subjects[column.subjects]
        digits = {
            role: split_code(text)[0] or text for role, text in texts if role in subjects.levels
        }
        if digits:
            return "".join(digits.get(level, "") for level in subjects.levels)
        codes = [code for role, text in texts if role != NAME and (code := split_code(text)[0])]
        if not codes:
            codes = [code for _, text in texts if (code := split_code(text)[0])]
        if len(set(codes)) > 1:
            self.unsettled += 1
            several = "、".join(dict.fromkeys(codes))
            self._blank(column, f"有两个不同的编码（{several}），留空；请核对。", number)
            return ""
        if codes:
            return codes[0]
        name = texts[0][1]
        named = {
            subject.code
            for subject in subjects.subjects
            if name in (subject.name, *subject.aliases) and subject.valid(self.year)
        }
        if len(named) == 1:
            return named.pop()
        self.unsettled += 1
        self._blank(column, f"的“{name}”没有编码，名称不能断定是哪个科目，留空。", number)
        return ""

    def _choice(self, column: LedgerColumn, texts: Sequence[str], number: int) -> str:
        """The choice that the cells mean; what is not known is asked, "" meanwhile."""
        known: dict[str, None] = {}
        unknown: list[str] = []
        for text in texts:
            meant = self.words.choice(column.key, text)
            if meant is None:
                unknown.append(text)
            else:
                known[meant] = None
        if len(known) > 1:
            self.unsettled += 1
            values = "”“".join(dict.fromkeys(texts))
            self._blank(column, f"的“{values}”互相矛盾，留空；请核对。", number)
            return ""
        if known or not unknown:
            return "".join(known)
        key = f"{column.label}:{unknown[0]}"
        needed = column.needed is not None
        self._ask(
            Question(
                key,
                f"导出中“{column.label}”写“{unknown[0]}”的，是哪一种？",
                (*column.choices, ONLY_BLANK),
                lasting=column.choices if needed else (),
            )
        )
        answer = self.answers.get(key, "")
        if answer and answer not in (*column.choices, ONLY_BLANK):
            allowed = "、".join((*column.choices, ONLY_BLANK))
            raise UnusableFileError(f"“{key}”的回答“{answer}”不能用；应为：{allowed}。")
        if not answer:
            self._blank(column, f"的“{unknown[0]}”不能断定是哪一种，留空。", number)
        return answer if answer in column.choices else ""

    def _complete(self, lines: Iterable[LedgerLine]) -> Iterator[LedgerLine]:
        """The lines without what their kind does not have; what they need and lack is asked or told."""
        dropped: dict[str, int] = {}
        lacking: dict[str, list[int]] = {}
        for line in lines:
            texts = dict(line.texts)
            for key, other in self._copied.items():
                unfit = self.ledger.column(key).absent
                if other in texts and not (unfit and selects(self.ledger, unfit, texts)):
                    texts.setdefault(key, texts[other])
            for column in self.ledger.columns:
                absent = column.absent is not None and selects(self.ledger, column.absent, texts)
                if absent and column.kind in ("level1", "level2") and texts.pop(column.key, ""):
                    dropped[column.label] = dropped.get(column.label, 0) + 1
                if (
                    column.needed is not None
                    and not texts.get(column.key)
                    and column.kind != "amount"
                    and (column.key, line.line) not in self._left_blank
                    and selects(self.ledger, column.needed, texts)
                ):
                    lacking.setdefault(column.key, []).append(line.line)
            if line.amount is None:
                lacking.setdefault(self.ledger.amount.key, []).append(line.line)
            yield line._replace(texts=texts)
        for label, count in dropped.items():
            self.left.append(f"基本支出{count}行的“{label}”没有导入：底稿里只有项目支出才填。")
        for column in self.ledger.columns:
            if column.key in lacking:
                self._lacking(column, list(dict.fromkeys(lacking[column.key])))

    def _lacking(self, column: LedgerColumn, numbers: list[int]) -> None:
        """A column that lines need and that is blank there: asked where the export has none of it."""
        if column.key in self._columns or column.kind == "amount":
            self._note(f"“{column.label}”空着；请补填。", *numbers)
            self.unsettled += column.key != self.ledger.amount.key
            return
        headings = tuple(
            one.heading for one in self.headings.columns if not (one.meaning or one.money)
        )
        twin = self.ledger.key_of("level2") if column.kind == "level1" else ""
        copied = (self.ledger.column(twin).label,) if twin else ()
        self._ask(
            Question(
                column.label,
                f"导出里没有“{column.label}”（{len(numbers)}行需要）：是其中哪一栏，或都填什么？",
                (*column.choices, *copied, *headings, ONLY_BLANK),
                free=column.kind in ("unit", "level1", "level2"),
                lasting=(*copied, *headings),
            )
        )
        self._note(f"“{column.label}”导出里没有，留空；请补填。", *numbers)

    def _blank(self, column: LedgerColumn, sentence: str, number: int) -> None:
        """A cell that is left blank, and why."""
        self._left_blank.add((column.key, number))
        self._note(f"“{column.label}”{sentence}", number)

    def _note(self, sentence: str, *numbers: int) -> None:
        """A sentence on lines; the same on several is said once."""
        self._troubles.setdefault(sentence, []).extend(numbers)


def _name(column: LedgerColumn, texts: Sequence[tuple[str, str]]) -> str:
    """A unit's or project's name; its code only where it has no name. Other texts as they are."""
    if column.kind == "text":
        return texts[0][1]
    digits = _UNIT_CODE if column.kind == "unit" else _PROJECT_CODE
    names = [without_code(text, digits) for role, text in texts if role != CODE]
    return (names or [text for _, text in texts])[0]


def _places(numbers: Sequence[int]) -> str:
    several = dict.fromkeys(numbers)
    shown = "、".join(map(str, list(several)[:_NAMED]))
    more = f"等{len(several)}行" if len(several) > _NAMED else "行"
    return f"第{shown}{more}"


def _money(cells: Iterable[Cell]) -> bool:
    return any(cell is not None for cell in cells)


def _total(cells: Iterable[Cell]) -> int:
    return sum(cell.fen for cell in cells if isinstance(cell, Amount))


def _totals(entries: Iterable[_Entry]) -> int:
    return sum(_total([cell for _, cell in entry.amounts]) for entry in entries)


def too_small(lines: Sequence[LedgerLine], small: int) -> bool:
    """Whether no amount reaches ``small`` 元, as when 万元 were taken for 元."""
    amounts = [abs(line.amount.fen) for line in lines if isinstance(line.amount, Amount)]
    return bool(amounts) and max(amounts) < small * YUAN.fen and any(amounts)
