"""What a named check is given and what it gives back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.findings import Finding, Level, NotExecuted

if TYPE_CHECKING:
    from xlbudget.relations.grid import Grid
    from xlbudget.standard.model import Block, Rule

__all__ = ["Check", "Context", "Outcome"]

Outcome = Finding | NotExecuted


class Context(NamedTuple):
    """The rule that asked for the check, and the workbook's cells."""

    rule: Rule
    grid: Grid

    @property
    def level(self) -> Level:
        """The level of a violation."""
        return Level(self.rule.level)

    def sheet(self, block: str) -> str:
        """The sheet on which a block stands."""
        table = self.grid.standard.table(self.grid.standard.blocks[block].table)
        return self.grid.book.sheets.get(table.key, table.sheet)

    def title(self, block: str) -> str:
        """The title of a block's table."""
        return self.grid.standard.table(self.grid.standard.blocks[block].table).title

    def blocks(self, body: str) -> Iterator[tuple[str, Block]]:
        """The blocks of one body kind that the workbook has."""
        for key, block in self.grid.standard.blocks.items():
            if block.body == body and key in self.grid.book.blocks:
                yield key, block

    def in_row(
        self,
        block: str,
        position: int,
        message: str,
        *,
        level: Level | None = None,
        printed: str = "",
    ) -> Finding:
        """A finding about a row: it names the cell of the row's first column."""
        data = self.grid.book.blocks[block]
        row = data.rows[position]
        return Finding(
            code=self.rule.code,
            level=level or self.level,
            message=message,
            table=self.title(block),
            sheet=self.sheet(block),
            cell=f"A{row.line}" if row.line else "",
            row=row.key.removeprefix("group:"),
            printed=printed,
        )


Check = Callable[[Context], Iterator[Outcome]]
