"""The sheets of a workbook as its readers ask for them: by name, with their values, merges and units."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlbudget.sheets.labels import plain_name

if TYPE_CHECKING:
    from xlbudget.xlsx.cells import Lines
    from xlbudget.xlsx.workbook import Workbook


def find_sheet(workbook: Workbook, *names: str) -> str:
    """The sheet of one of these names, exactly or but for spaces, quotes and a number; "" if none."""
    exact = next((name for name in names if name in workbook.parts.sheets), "")
    if exact:
        return exact
    plain: dict[str, str] = {}
    for name in workbook.names:
        plain.setdefault(plain_name(name), name)
    return next((plain[one] for one in map(plain_name, names) if one in plain), "")


class Source:
    """A workbook's lines, of which reading may fill in some; the workbook keeps its own."""

    def __init__(self, workbook: Workbook) -> None:
        self.workbook, self.names = workbook, workbook.names
        self._filled: dict[str, Lines] = {}

    def find(self, *names: str) -> str:
        """The sheet of one of these names, as :func:`find_sheet`."""
        return find_sheet(self.workbook, *names)

    def lines(self, name: str) -> Lines:
        """The cells of a sheet from A1 on; error values are texts (``#REF!``)."""
        return self._filled.get(name) or self.workbook.lines(name)

    def own_lines(self, name: str) -> Lines:
        """The same as a copy, into which may be written what the next reader shall find."""
        if name not in self._filled:
            self._filled[name] = [[*line] for line in self.workbook.lines(name)]
        return self._filled[name]

    def filled_lines(self, name: str) -> Lines:
        """The same with the value of cells merged downwards in each of them."""
        lines = self.own_lines(name)
        for top, left, bottom, right in self.workbook.merged(name):
            if left == right and top <= len(lines) and left <= len(lines[top - 1]):
                for line in lines[top : min(bottom, len(lines))]:
                    line[left - 1] = lines[top - 1][left - 1]
        return lines
