"""Sums along the tree of subject codes, as ``fill`` derives them: nothing is counted twice."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from xlbudget.functions.amounts import amount_reader, decimal_of
from xlbudget.functions.cells import VALUE, Failure, error_in
from xlbudget.functions.codes import Levels, code_texts
from xlbudget.money import Amount

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from xlbudget.functions.cells import Area, Result
    from xlbudget.standard.subjects import SubjectList

__all__ = ["subtotal", "total"]

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
        parents[text] = next((one for one in uppers if one in first), above)
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
