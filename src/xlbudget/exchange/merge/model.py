"""What an import would do to a workbook, cell by cell."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from xlbudget.xlsx.cells import Afterwards, CellEdit

__all__ = ["Change", "ImportPlan", "Kind", "Tally"]


class Kind(StrEnum):
    """What becomes of a cell that the source has."""

    NEW = "new"
    SAME = "same"
    CHANGED = "changed"
    KEPT = "kept"
    TOTAL = "total"
    HELD = "held"
    TEXTS = "texts"

    @property
    def chinese(self) -> str:
        """For the preview."""
        return {
            "new": "新填",
            "same": "相同",
            "changed": "改写",
            "kept": "不同而保留",
            "total": "与计算不同、照来源写入",
            "held": "与计算不同、保留公式",
            "texts": "文字",
        }[self.value]


class Change(NamedTuple):
    """A cell that differs: its table, row and column in words, what stands there, what the source has."""

    kind: Kind
    table: str
    row: str
    column: str
    now: str
    source: str
    cell: str = ""

    @property
    def sentence(self) -> str:
        """For the preview."""
        where = f"{self.table} {self.cell}".rstrip()
        what = f"{where}（{self.row}／{self.column}）"
        now, source = self.now or "空白", self.source or "空白"
        if self.kind is Kind.KEPT:
            return f"{what}：工作簿里是 {now}，来源是 {source}，没有改动。"
        if self.kind is Kind.CHANGED:
            return f"{what}：由 {now} 改为 {source}。"
        if self.kind is Kind.TOTAL:
            return f"{what}：来源是 {source}，按明细计算是 {now}，照来源写入。"
        return f"{what}：来源是 {source}，公式算出 {now}，保留公式。"


class Tally(NamedTuple):
    """How many cells of one table (or of 基础信息) become what, and where they come from."""

    title: str
    origin: str
    counts: dict[Kind, int]
    rows_kept: int = 0

    @property
    def sentence(self) -> str:
        """One line of the preview."""
        parts = [
            f"{kind.chinese}{self.counts[kind]}{'段' if kind is Kind.TEXTS else '格'}"
            for kind in Kind
            if self.counts.get(kind)
        ]
        rows = f"；来源没有的{self.rows_kept}行保留" if self.rows_kept else ""
        return f"{self.title}：{'，'.join(parts) or '没有数字'}{rows}（取自{self.origin}）"


class ImportPlan(NamedTuple):
    """The edits that an import makes, what goes with them, and the preview in words.

    ``conflicts`` counts filled cells that differ and are kept because nobody asked to overwrite.
    """

    edits: list[CellEdit]
    afterwards: Afterwards
    said: str
    tallies: tuple[Tally, ...]
    changes: tuple[Change, ...]
    left: tuple[str, ...]

    @property
    def conflicts(self) -> int:
        """Filled cells that differ and are kept."""
        return sum(one.kind is Kind.KEPT for one in self.changes)
