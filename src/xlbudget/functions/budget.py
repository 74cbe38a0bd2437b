"""What the BUDGET_ functions compute: sums of subjects, shares and changes, names, texts of a workbook."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.characters import squash
from xlbudget.checks.diagnosis.intervals import interval
from xlbudget.functions.cells import (
    DIV0,
    NA,
    NUM,
    VALUE,
    Failure,
    Levels,
    amount_reader,
    code_text,
    code_texts,
    decimal_of,
    error_in,
    is_blank,
)
from xlbudget.money import STANDARD_PLACES, WAN, YUAN, Amount, Unit, round_div
from xlbudget.money import share as share_of
from xlbudget.sheets.cells import text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from xlbudget.findings import Report
    from xlbudget.functions.cells import Area, Result
    from xlbudget.standard.model import SubjectList


_ROOT = ""


def subtotal(code: Area, codes: Area, amounts: Area, lists: Collection[SubjectList]) -> Result:
    """The sum of the rows directly below ``code``, in the unit of ``amounts``.

    A row belongs to its nearest existing ancestor. One that is blank stands for the sum of the
    rows below it, one that is filled counts as it is. Malformed codes, headings and 合计 are
    nobody's children, and the row of ``code`` itself does not count. Blank code, no rows, or
    only blank ones: "".
    """
    if code.height > 1:
        return Failure(VALUE, "“code”只能是一个科目编码。")
    levels = Levels(lists)
    error = next((one for line in code.lines for cell in line if (one := error_in(cell))), None)
    if error is not None:
        return error
    wanted = next(iter(code_texts(code, levels)), "")
    if not wanted:
        return ""
    if not levels.level(wanted):
        return Failure(VALUE, f"“{wanted}”不是科目编码：位数应为{levels.digits}位数字。")
    return _sum(wanted, codes, amounts, levels)


def total(codes: Area, amounts: Area, lists: Collection[SubjectList]) -> Result:
    """The sum of the rows of the highest level, in the unit of ``amounts``; else as subtotal."""
    return _sum(_ROOT, codes, amounts, Levels(lists))


def _sum(above: str, codes: Area, amounts: Area, levels: Levels) -> Result:
    if codes.height != amounts.height:
        return Failure(VALUE, f"编码有{codes.height}行，金额有{amounts.height}行，应当一样多。")
    if amounts.width > 1:
        return Failure(VALUE, "金额只能是一列。")
    tree = _grown(above, code_texts(codes, levels), levels)
    found = _Adder(tree, amounts.lines, amount_reader()).below(above)
    if isinstance(found, Amount):
        return decimal_of(found.fen)
    return "" if found is None else found


class _Tree(NamedTuple):
    """Code -> its first row; row -> code; code -> the rows that it is the nearest ancestor of."""

    first: dict[str, int]
    codes: dict[int, str]
    children: dict[str, list[int]]


def _grown(above: str, texts: Sequence[str], levels: Levels) -> _Tree:
    """The tree of the rows below ``above``; each code is looked at once, however many rows have it."""
    known = {
        text
        for text in set(texts)
        if text and text != above and text.startswith(above) and levels.level(text)
    }
    codes = {row: text for row, text in enumerate(texts) if text in known}
    first: dict[str, int] = {}
    for row, text in codes.items():
        first.setdefault(text, row)
    parents: dict[str, str] = {}
    for text in first:
        uppers = (text[:length] for length in reversed(levels.lengths(text)) if length < len(text))
        parents[text] = next((upper for upper in uppers if upper in first), above)
    children: dict[str, list[int]] = {}
    for row, text in codes.items():
        children.setdefault(parents[text], []).append(row)
    return _Tree(first, codes, children)


class _Adder(NamedTuple):
    """Adds up the rows of a tree; an error in a row that counts is the sum's error."""

    tree: _Tree
    lines: Sequence[Sequence[object]]
    read: Callable[[object], Amount | Failure | None]

    def below(self, code: str) -> Amount | Failure | None:
        """The sum of a code's children, None where all are blank."""
        fen, seen = 0, False
        for row in self.tree.children.get(code, ()):
            found = self.row(row)
            if isinstance(found, Failure):
                return found
            if found is not None:
                fen, seen = fen + found.fen, True
        return Amount(fen) if seen else None

    def row(self, row: int) -> Amount | Failure | None:
        """A row's own amount, or where it is blank the sum below it (of its code's first row)."""
        own = self.read(self.lines[row][0]) if row < len(self.lines) else None
        code = self.tree.codes[row]
        if isinstance(own, Failure):
            return own._replace(reason=f"第{row + 1}行（{code}）：{own.reason}")
        if own is None and self.tree.first[code] == row:
            return self.below(code)
        return own


_RATE = 10_000
"""Rates have four decimals: 0.8450 is 84.50%."""


def balance(total: object, parts: Sequence[object], unit: Unit) -> Result:
    """What ``total`` has more than the sum of ``parts``; 0 where rounding explains it.

    Rounding explains what is within half of the last printed decimal of each figure: never
    anything in 元, (n + 1) x 0.005 for n parts in 万元 with two decimals. The difference is in
    ``unit``. Blanks count as nothing; where all is blank, the result is "".
    """
    read = amount_reader(unit)
    amounts: list[tuple[int, Amount]] = []
    for sign, value in ((1, total), *((-1, part) for part in parts)):
        cell = read(value)
        if isinstance(cell, Failure):
            return cell
        if cell is not None:
            amounts.append((sign, cell))
    if not amounts:
        return ""
    low = high = off = 0
    for sign, amount in amounts:
        off += sign * amount.fen
        ends = interval(amount)
        low += ends[0] if sign > 0 else -ends[1]
        high += ends[1] if sign > 0 else -ends[0]
    return decimal_of(0 if low <= 0 <= high else off, unit, min(STANDARD_PLACES, unit.max_places))


def share(parts: Sequence[object], whole: object) -> list[Result]:
    """The share of each part in ``whole``: 0.8450 for 84.50%.

    Each is rounded by itself, so that together they need not make up 1. A blank part gives "",
    a whole that is blank or nought #DIV/0! (or "" for a blank part).
    """
    read = amount_reader()
    of = read(whole)
    if isinstance(of, Failure):
        return [of] * len(parts)
    cells = [read(part) for part in parts]
    result: list[Result] = []
    for cell in cells:
        if isinstance(cell, Failure):
            result.append(cell)
        elif cell is None:
            result.append("")
        elif of is None or not of.fen:
            result.append(Failure(DIV0, "总额为空或为零，算不出占比。"))
        else:
            result.append(Decimal(share_of(cell.fen, of.fen)).scaleb(-4))
    return result


def change(now: object, before: object) -> Result:
    """The change on last year as a rate: 0.0524 for 5.24% more, -0.0524 for less.

    A blank ``now`` counts as nothing; both blank: "". On a base that is blank or nought there is
    no rate (#DIV/0!), nor on a negative one (#NUM!).
    """
    read = amount_reader()
    new, old = read(now), read(before)
    if isinstance(new, Failure):
        return new
    if isinstance(old, Failure):
        return old
    if new is None and old is None:
        return ""
    base = old.fen if old else 0
    if not base:
        return Failure(DIV0, "上年数为空或为零，没有增减百分比。")
    if base < 0:
        return Failure(NUM, "上年数是负数，没有增减百分比。")
    return Decimal(round_div(((new.fen if new else 0) - base) * _RATE, base)).scaleb(-4)


def wan(yuan: object) -> Result:
    """An amount of 元 in 万元, rounded half up to two decimals; a blank gives ""."""
    cell = amount_reader(YUAN)(yuan)
    if isinstance(cell, Amount):
        return cell.rounded(WAN).decimal
    return "" if cell is None else cell


_GENERAL = ("支出", "分类", "科目", "预算")
"""Words that every kind of subject has in its name."""


def subject_name(
    code: object, kind: object, lists: Collection[SubjectList], year: int
) -> str | Failure:
    """The name of a subject in ``year``.

    A blank code gives "". #N/A with the reason: the kind means no list or several, the code is
    not in the list (which is never complete), or lists of different kinds have it.
    """
    wrong = error_in(code) or error_in(kind)
    if wrong is not None:
        return wrong
    text = code_text(code)
    if not text:
        return ""
    chosen = lists_of(kind, lists)
    if isinstance(chosen, Failure):
        return chosen
    found = [
        subject.name for subjects in chosen if (subject := subjects.find(text, year)) is not None
    ]
    if not found:
        where = "、".join(one.name for one in chosen)
        return Failure(NA, f"科目字典（{where}）{year}年没有编码“{text}”；可以在“科目字典”中补充。")
    if len(set(found)) > 1:
        return Failure(NA, f"“{text}”在几种分类中都有，请写明是哪一种：{_names(lists)}。")
    return found[0]


def lists_of(kind: object, lists: Collection[SubjectList]) -> list[SubjectList] | Failure:
    """The lists that a kind means: all for a blank, else the one of that key or (short) name.

    功能, 支出功能分类 and 功能分类科目 all mean 功能分类; 部门经济 means 部门预算支出经济分类.
    """
    if is_blank(kind):
        return list(lists)
    wanted = squash(text_of(kind)) if not isinstance(kind, bool) else ""
    exact = [
        subjects
        for subjects in lists
        if wanted.lower() == subjects.key.lower() or wanted == subjects.name
    ]
    if exact:
        return exact
    short = wanted
    for word in _GENERAL:
        short = short.replace(word, "")
    found = [subjects for subjects in lists if short and _within(short, subjects.name)]
    if len(found) == 1:
        return found
    return Failure(
        NA, f"科目种类“{wanted}”{'不明确' if found else '没有'}；现有：{_names(lists)}。"
    )


def _within(short: str, name: str) -> bool:
    """Whether the signs of ``short`` stand in ``name`` in that order."""
    signs = iter(name)
    return all(sign in signs for sign in short)


def _names(lists: Collection[SubjectList]) -> str:
    return "、".join(items.name for items in lists)


CHECKS_HEADINGS = ("级别", "规则", "表", "位置", "表中数", "应为", "差额", "说明")
_NOT_RUN = "未执行"
_LONGEST = 32_767
"""So many characters fit into a cell."""


def note_text(paragraphs: Sequence[tuple[str, str]], section: object) -> str | Failure:
    """The text of a section, heading included, a line per paragraph.

    ``paragraphs`` are (id, final text) in order. ``section`` is its number (五, 5), a paragraph's
    id (五.201) or the beginning of its name (名词解释); a blank gives "".
    """
    wrong = error_in(section)
    if wrong is not None:
        return wrong
    if is_blank(section):
        return ""
    wanted = squash(text_of(section)).strip("()、.第部分")
    numbers = list(dict.fromkeys(identity.partition(".")[0] for identity, _ in paragraphs))
    head, dot, rest = wanted.partition(".")
    if head.isascii() and head.isdigit() and 0 < int(head[:6]) <= len(numbers):
        head = numbers[int(head[:6]) - 1]
    elif head not in numbers:
        names = (number for number in numbers if len(number) > 1 and head.startswith(number))
        head = next(names, head)
    if dot:
        texts = [text for identity, text in paragraphs if identity == f"{head}.{rest}"]
    else:
        texts = [text for identity, text in paragraphs if identity.partition(".")[0] == head]
    if not texts:
        return Failure(NA, f"说明中没有“{wanted}”；现有：{'、'.join(numbers) or '（无）'}。")
    text = "\n".join(texts)
    if len(text) > _LONGEST:
        return Failure(
            VALUE, f"“{wanted}”有{len(text)}个字符，一格放不下；请用段落编号，如“{head}.1”。"
        )
    return text


def checks_lines(report: Report) -> list[tuple[str, ...]]:
    """A line per finding (without any, one with the verdict), then one per rule not executed."""
    lines: list[tuple[str, ...]] = [
        (
            *(finding.level.chinese, finding.code, finding.table),
            f"{finding.sheet} {finding.cell}".strip(),
            *(finding.printed, finding.expected, finding.difference, finding.message),
        )
        for finding in report.findings
    ]
    lines = lines or [(report.status.chinese, *[""] * 6, "没有发现问题。")]
    return lines + [
        (_NOT_RUN, skipped.code, "", "", "", "", "", skipped.reason)
        for skipped in dict.fromkeys(report.not_executed)
    ]
