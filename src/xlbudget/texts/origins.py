"""Where a figure of the text comes from: its cells with what they hold, and the arithmetic in full."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlbudget.figures import Unreadable
from xlbudget.money import COUNT, Amount
from xlbudget.relations.grid import INFO
from xlbudget.report.pictures import Origin, Source

if TYPE_CHECKING:
    from xlbudget.figures import Cell
    from xlbudget.notes.facts import Facts
    from xlbudget.notes.figure import CellRef, Figure

__all__ = ["Origins"]

_MOST = 60
"""A sum of more terms is not written out; its cells are listed all the same."""
_FEW = 6
"""In a sum of so few cells the blank ones are written out too."""


class Origins:
    """The origins of the figures of one book, each worked out once."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self._known: dict[str, Origin] = {}

    def of(self, figure: Figure) -> Origin:
        """The origin of a figure."""
        known = self._known.get(figure.name)
        if known is None:
            known = self._known[figure.name] = self._origin(figure)
        return known

    def _origin(self, figure: Figure) -> Origin:
        cells = list(dict.fromkeys(figure.cells))
        sources = [self._source(cell) for cell in cells]
        kept = dict.fromkeys(one for one in sources if one is not None)
        return Origin(
            figure.name,
            figure.title,
            figure.text,
            figure.kind,
            figure.how,
            tuple(kept),
            self._sum(figure),
        )

    # -------------------------------------------------------------- cells

    def _source(self, cell: CellRef) -> Source | None:
        text = self._held(cell)
        where = cell.place.cell
        if not where and not cell.label:
            return None
        return Source(cell.place.sheet, where, cell.label, text)

    def _held(self, cell: CellRef) -> str:
        """What stands in the cell, in words with its unit."""
        if not cell.column:
            return cell.label
        if cell.block == INFO:
            found = self.facts.book.info.get(cell.row)
            if found is None:
                return ""
            return found.value if isinstance(found.value, str) else _shown(found.value)
        if cell.block not in self.facts.standard.blocks:
            return self.facts.book.keyed.get(cell.block, {}).get(cell.row, "")
        return _shown(self._cell(cell))

    def _cell(self, cell: CellRef) -> Cell:
        """The amount of a cell, computed where it was left blank."""
        values = self.facts.values
        data = values.grid.data(cell.block)
        if data is None or cell.row not in data.by_key:
            return None
        column = values.grid.column(cell.block, cell.column)
        return values.cells[values.grid.number(cell.block, data.by_key[cell.row], column)]

    # -------------------------------------------------------------- arithmetic

    def _sum(self, figure: Figure) -> str:
        """The arithmetic in full; empty where there is none, or where it is not to be told for sure."""
        if figure.missing or not figure.text:
            return ""
        if figure.how == "sum":
            return self._added(figure)
        if figure.how == "share":
            return self._quotient(figure)
        if figure.how == "change":
            return self._changed(figure)
        if figure.how == "rows" and figure.kind == "count" and len(figure.cells) > 1:
            return f"共 {len(figure.cells)} 行"
        return ""

    def _quotient(self, figure: Figure) -> str:
        """``甲 1.00÷乙 2.00＝50.00%``."""
        part, whole = (self.facts.figures.get(name) for name in figure.basis)
        if part is None or whole is None:
            return ""
        over, under = part.value, whole.value
        if not isinstance(over, Amount) or not isinstance(under, Amount) or not under.fen:
            return ""
        return f"{_named(part)}÷{_named(whole)}＝{figure.text}"

    def _added(self, figure: Figure) -> str:
        """``甲 1.00＋乙 2.00＝3.00``: of other figures where it is made of them, else of its cells."""
        value = figure.value
        if not isinstance(value, Amount):
            return ""
        terms: list[tuple[int, str, int]] = []
        for name in figure.basis:
            sign, plain = (-1, name[1:]) if name.startswith("-") else (1, name)
            other = self.facts.figures.get(plain)
            if other is None or not isinstance(other.value, Amount):
                terms = []
                break
            terms.append((sign, _named(other), other.value.fen))
        if not terms:
            terms = self._cell_terms(figure)
        if (
            not terms
            or len(terms) > _MOST
            or sum(sign * fen for sign, _, fen in terms) != value.fen
        ):
            return ""
        return _joined(terms, figure.text)

    def _cell_terms(self, figure: Figure) -> list[tuple[int, str, int]]:
        minus = [name.startswith("-") for name in figure.basis]
        signs = minus if len(minus) == len(figure.cells) else [False] * len(figure.cells)
        terms, sheet = [], ""
        for cell, negative in zip(figure.cells, signs, strict=True):
            amount = self._amount(cell)
            if amount is None and len(figure.cells) > _FEW:
                continue
            name = (
                cell.place.cell
                if cell.place.sheet == sheet
                else f"{cell.place.sheet} {cell.place.cell}"
            )
            sheet = cell.place.sheet
            shown = f"{name.strip()} {amount.text if amount else '空白'}"
            terms.append((-1 if negative else 1, shown, amount.fen if amount else 0))
        return terms

    def _amount(self, cell: CellRef) -> Amount | None:
        if cell.block == INFO:
            held = self.facts.book.number(cell.row)
        elif cell.block in self.facts.standard.blocks and cell.column:
            held = self._cell(cell)
        else:
            return None
        return held if isinstance(held, Amount) else None

    def _changed(self, figure: Figure) -> str:
        """The present year's figure less the one before, and for a percentage the quotient."""
        stem = figure.name.rpartition(".")[0]
        difference = self.facts.figures.get(f"{stem}.amount")
        if difference is None or not isinstance(difference.value, Amount):
            return ""
        amounts = [self._amount(cell) for cell in figure.cells]
        known = [one for one in amounts if one is not None]
        now = self.facts.figures.get(figure.basis[0])
        if now is not None and isinstance(now.value, Amount):
            first = now.value
        elif known:
            first = known[0]._replace(fen=sum(one.fen for one in known[:-1]))
        else:
            return ""
        prior = first._replace(fen=first.fen - difference.value.fen)
        if known and len(figure.cells) > 1 and now is None and known[-1].fen != prior.fen:
            return ""
        text = f"本年 {first.text}－上年 {prior.text}＝{difference.value.text}"
        if figure.kind == "percent" and prior.fen:
            text += f"；{difference.text}÷{prior.text}＝{figure.text}"
        return text


def _joined(terms: list[tuple[int, str, int]], total: str) -> str:
    text = ""
    for count, (sign, shown, _) in enumerate(terms):
        text += ("－" if sign < 0 else "＋" if count else "") + shown
    return f"{text}＝{total}"


def _named(figure: Figure) -> str:
    return f"{figure.title} {figure.text}"


def _shown(cell: Cell) -> str:
    if isinstance(cell, Unreadable):
        return cell.raw
    if cell is None:
        return ""
    return str(cell.fen) if cell.unit == COUNT else f"{cell.text} {cell.unit.name}"
