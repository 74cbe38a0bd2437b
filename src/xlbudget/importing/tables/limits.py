"""How large an exported table may be: beyond that a file is no budget's, and is not taken apart.

A department's eleven tables have some thousand cells, the detail lines of a platform some ten thousand.
"""

from __future__ import annotations

from xlbudget.errors import UnusableFileError

LARGEST_FILE = 100 * 2**20
"""Bytes of a packed file, which may hold pictures."""
LARGEST_TEXT = 20 * 2**20
"""Bytes of text, and of an old .xls, whose cells take two bytes or more."""
LARGEST_PART = 64 * 2**20
"""Bytes of the unpacked table of an .ods, which says the same in more words."""
MOST_SHEETS = 1_000
MOST_LINES = 100_000
"""Lines of all sheets, down to the last one that holds something."""
MOST_COLUMNS = 1_000
MOST_CELLS = 2_000_000
"""Cells of all sheets, blank ones between others included."""
MOST_COVERED = 200_000
"""Cells of all merged ranges."""
MOST_TITLES = 300
"""Titles on one sheet: of eleven tables, each of them on several pages."""
MOST_HEADINGS = 300
"""Lines of one file that may be headings, for each of which every table's are compared."""


def too_large(name: str, what: str) -> UnusableFileError:
    """A file named ``name`` has more than any budget: ``what`` says of what (有30万行)."""
    return UnusableFileError(
        f"“{name}”{what}，远远超出预算表的大小，没有读入；请只导出本部门的表，或删去表外的内容后再试。"
    )
