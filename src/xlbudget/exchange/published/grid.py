"""A table made of cells that cover several places."""

from __future__ import annotations

__all__ = ["SpanGrid"]

_MOST_COLUMNS, _MOST_ROWS = 200, 5000


class SpanGrid:
    """Rows of cells with spans, laid out: a cell's text stands in its first place."""

    def __init__(self) -> None:
        self.rows: list[dict[int, str]] = []
        self.covered: dict[tuple[int, int], bool] = {}
        self.at = 0

    def row(self) -> None:
        """Begin a row."""
        self.rows.append({})
        self.at = 0

    def cell(self, text: str, columns: int = 1, rows: int = 1) -> None:
        """The next cell of the row that is open."""
        if not self.rows:
            self.row()
        number = len(self.rows) - 1
        while self.covered.get((number, self.at)):
            self.at += 1
        if self.at >= _MOST_COLUMNS or number >= _MOST_ROWS:
            return
        self.rows[number][self.at] = text
        for below in range(1, rows):
            for beside in range(columns):
                self.covered[number + below, self.at + beside] = True
        for beside in range(1, columns):
            self.rows[number].setdefault(self.at + beside, "")
        self.at += columns

    def lines(self) -> list[list[str]]:
        """All rows, equally long, without rows that hold nothing at all."""
        width = max((max(row, default=-1) + 1 for row in self.rows), default=0)
        return [[row.get(at, "") for at in range(width)] for row in self.rows if any(row.values())]
