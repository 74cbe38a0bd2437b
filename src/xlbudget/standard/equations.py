"""The rule language: ``block[row].column`` terms, joined by + and -, related by = or >=.

    summary.income[each].budget = summary.income[each].current + summary.income[each].carryover
    general[total].* = general[all:top].*
    three_public[reception].budget >= basic[30217].total
    basic[each:301*].public = 0

See the head of a standard's rules.toml for the meaning of the row selectors.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from xlbudget.errors import StandardError

EACH, ALL, ONE = "each", "all", "one"

_REF = re.compile(
    r"(?P<block>[a-z_]+(?:\.[a-z_]+)?)\[(?:(?P<how>each|all)(?::(?P<which>[a-z]+|\d+\*))?"
    r"|(?P<row>[^\]\s]+))\]\.(?P<column>\*|[a-z_0-9]+)"
)


class Ref(NamedTuple):
    """Cells of one column: of one row (``how`` one), of each row, or the sum of all that match."""

    block: str
    how: str
    which: str
    column: str

    def __str__(self) -> str:
        row = self.which if self.how == ONE else self.how + (f":{self.which}" if self.which else "")
        return f"{self.block}[{row}].{self.column}"


class Term(NamedTuple):
    """``sign`` (+1 or -1) times a reference."""

    sign: int
    ref: Ref


class Equation(NamedTuple):
    """``left`` = or >= ``right``; see rules.toml for derive, check, when and present.

    ``refs`` are all references, left side first, ``signs`` theirs with the right side moved to the
    left; ``lead`` is the first that speaks of each row, ``partners`` those to other tables';
    ``same_row`` says that all speak of one row.
    ``columns`` gives, for every reference, the position of its amount column in each of the
    equations that ``*`` stands for (-1: its block has no such column).
    """

    left: tuple[Term, ...]
    relation: str
    right: tuple[Term, ...]
    derive: bool
    check: bool = True
    when: str = ""
    present: bool = False
    text: str = ""
    refs: tuple[Ref, ...] = ()
    signs: tuple[int, ...] = ()
    lead: Ref | None = None
    partners: tuple[Ref, ...] = ()
    same_row: bool = False
    columns: tuple[tuple[int, ...], ...] = ()


def parse_ref(text: str) -> Ref:
    """Read one reference.

    Raises:
        StandardError: it is not of the form ``block[row].column``.
    """
    match = _REF.fullmatch(text.strip())
    if match is None:
        raise StandardError(f"规则中的引用“{text.strip()}”写法不对，应为“块[行].栏”。")
    how = match["how"] or ONE
    return Ref(match["block"], how, match["row"] or match["which"] or "", match["column"])


def _terms(text: str) -> tuple[Term, ...]:
    if text.strip() == "0":
        return ()
    pieces = re.split(r"\s([+-])\s", text.strip())
    signs = ["+", *pieces[1::2]]
    return tuple(
        Term(1 if sign == "+" else -1, parse_ref(piece))
        for sign, piece in zip(signs, pieces[::2], strict=True)
    )


def parse_equation(entry: str | dict[str, object]) -> Equation:
    """Read one entry of a rule's ``equations``: a string, or a table with ``is`` and options.

    Raises:
        StandardError: no relation sign, or an unreadable reference.
    """
    options = {"is": entry} if isinstance(entry, str) else dict(entry)
    text = str(options.pop("is"))
    match = re.fullmatch(r"(.+?)\s(=|>=)\s(.+)", text.strip())
    if match is None:
        raise StandardError(f"规则中的等式“{text}”缺少“=”或“>=”。")
    left, relation, right = _terms(match[1]), match[2], _terms(match[3])
    derive = len(left) == 1 and relation == "=" and bool(options.pop("derive", True))
    options.pop("derive", None)
    check = bool(options.pop("check", True))
    when, present = str(options.pop("when", "")), bool(options.pop("present", False))
    if options:
        raise StandardError(f"规则“{text}”有不认识的选项：{'、'.join(options)}。")
    refs = tuple(term.ref for term in (*left, *right))
    signs = (*(term.sign for term in left), *(-term.sign for term in right))
    lead = next((ref for ref in refs if ref.how == EACH), None)
    others = (
        () if lead is None else (ref for ref in refs if ref.how == EACH and ref.block != lead.block)
    )
    same_row = False
    if lead is not None and not present:
        same_row = all(ref.how == EACH and ref.block == lead.block for ref in refs)
    known = (text, refs, signs, lead, tuple(others), same_row)
    return Equation(left, relation, right, derive, check, when, present, *known)
