"""How likely a line of a ledger is: texts that sound alike go together, and rows with the same amount.

Which unit spends which subject, and which function which economic subject, the tables seldom say; but the pension
insurance has nearly the same name in both classifications, and a library's total is that of the function 图书馆.
"""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlbudget.checks.ledger.candidates import Candidate, Candidates
    from xlbudget.figures import Book
    from xlbudget.standard.model import Standard

_MOST = 9.0
"""More signs than that make a line no likelier."""
_TEXT = 0.02
"""What a text more costs that no table asks for."""


def unlikeliness(standard: Standard, book: Book, found: Candidates) -> list[float]:
    """What each candidate costs: between 1 and a little more than 10."""
    names = _Names(standard, book)
    alike: dict[tuple[str, str], float] = {}
    costs = []
    for line in found.lines:
        signs = float(_same_amounts(found, line))
        for pair in combinations(names.of(line), 2):
            if pair not in alike:
                alike[pair] = _alike(*pair) ** 2
            signs += alike[pair]
        texts = sum(map(bool, line.texts.values()))
        costs.append(1 + _MOST - min(signs, _MOST) + _TEXT * texts)
    return costs


class _Names:
    """The words of a line: names of its subjects in place of their codes."""

    def __init__(self, standard: Standard, book: Book) -> None:
        assert standard.ledger is not None
        self.columns = {
            column.key: column for column in standard.ledger.columns if column.kind != "amount"
        }
        self.names: dict[tuple[str, str], str] = {}
        for key, data in book.blocks.items():
            subjects = standard.blocks[key].subjects
            self.names |= {(subjects, row.key): row.label for row in data.rows if row.label}
        self.lists, self.year = standard.subjects, book.year

    def of(self, line: Candidate) -> Iterator[str]:
        for key, text in line.texts.items():
            if not text:
                continue
            subjects = self.columns[key].subjects
            if not subjects:
                yield text
                continue
            known = self.lists[subjects].find(text, self.year)
            yield known.name if known else self.names.get((subjects, text), "")


def _alike(text: str, other: str) -> float:
    """The share of the shorter text's pairs of characters that the other has too."""
    pairs, others = _pairs(text), _pairs(other)
    return len(pairs & others) / max(1, min(len(pairs), len(others)))


def _pairs(text: str) -> set[str]:
    return {text[at : at + 2] for at in range(len(text) - 1)}


def _same_amounts(found: Candidates, line: Candidate) -> int:
    """How many amounts stand in rows of two tables that have different names (no subject below the other)."""
    rows: dict[int, set[tuple[str, str]]] = {}
    for number in line.cells:
        cell = found.cells[number]
        if cell.amount.fen and cell.row.kind not in ("total", "fixed"):
            rows.setdefault(cell.amount.fen, set()).add((cell.block, cell.row.key))
    return sum(
        any(
            block != other and not key.startswith(name) and not name.startswith(key)
            for (block, key), (other, name) in combinations(held, 2)
        )
        for held in rows.values()
    )
