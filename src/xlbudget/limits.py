"""How much a file may hold: more is no budget, or an attack, and is refused before work is done on it.

The largest department known has some 60 tables' lines, 30 sheets and 4 MB; every limit leaves room for a
hundred times that. What stays below all of them together takes seconds and some hundred MiB.
"""

from __future__ import annotations

LARGEST_FEN = 10**15
"""10^13 元 in 分: the whole country spends less than three times that in a year, and beyond it a float has no 分."""
LONGEST_AMOUNT = 100
"""Signs of a typed amount: twenty digits with spaces, brackets and a unit are sixty; numbers of a
million digits take minutes to convert."""
LONGEST_SHOWN = 40
"""Signs of a foreign text that are quoted in a sentence; the cell beside it says the rest."""

MOST_MEMBERS = 10_000
"""Parts of a package; a workbook has one for each sheet, picture and form."""
LARGEST_MEMBER = 200 * 2**20
LARGEST_TOTAL = 500 * 2**20
"""Bytes of a part, and of all of them, unpacked."""
HIGHEST_RATIO = 200
RATIO_FROM = 10 * 2**20
"""Repetitive sheets may shrink a lot; a high ratio counts from this unpacked size on."""

LAST_ROW, LAST_COLUMN = 1_048_576, 16_384
"""Of a sheet, as Excel and all other programs have it."""
MOST_ROOM = 8_000_000
"""Cells from A1 to the last one used, of one sheet and of all sheets that are read: readers make room for each."""
MOST_ELEMENTS = 4_000_000
"""Elements of cells and rows of the sheets that must be looked at one by one, blank ones too."""
LARGEST_SHEETS = 128 * 2**20
"""Bytes of the parts of all sheets that are read: three million cells."""
LARGEST_LIST = 64 * 2**20
"""Bytes of a part that lists what belongs to the whole workbook: sheets and names, texts, formats."""
MOST_SHEETS = 500
"""A program allows as many as memory does; each costs a reading."""
MOST_MERGES = 50_000
MOST_MERGED = 2_000_000
"""Merged ranges of a sheet, and cells below all of them: each cell is looked up by its range."""
MOST_COVERED = 20_000
"""A merged range with more cells than this is no heading, and no cell is looked up by it."""
LONGEST_TEXT = 32_767
"""Characters of a cell, as Excel has it."""
MOST_TEXT = 4_000_000
"""Characters of all cells of the sheets that are read; a shared text counts in each of its cells. Twenty
passes go over each."""
MOST_SHARED_TEXTS = 1_000_000
"""Entries of the list of the texts of all cells."""
MOST_LINES = 4_000
"""Lines of a sheet of ours that hold something: the forms of 200 projects, which are all that fit, have 3,001."""
MOST_JOINED_LINES = 8_000
"""Lines of the ledgers of units that are joined to one: sums over more lines take programs half a minute."""
MOST_SUMMED_ROWS = 3_900
"""Rows of a table of a sum of units: what a reader takes of a sheet of ours, with its headings."""
MOST_SOURCES = 40
"""Units that are named one by one behind a figure of a sum; the rest of them is one line."""
MOST_SOURCE_LINES = 60_000
"""Lines of the sheet that tells where the figures of a sum come from: a large unit has some thousand figures."""
LONGEST_CODE = 40
"""Signs of a subject's code: those of the standards have at most seven, local ones a few more."""
LONGEST_SAID = 2_000
"""Characters of what a finding says or quotes in one piece; the longest of ours have some hundred."""
MOST_ALIKE = 200
"""Findings of one rule on one sheet that are told one by one; the rest is a number."""
MOST_WORK = 16_000_000
"""Terms that all searches for wrong cells look at together: some ten seconds."""
MOST_WORK_AT_ONCE = 4_000_000
"""Terms that one propagation looks at: fifty times what the largest department known takes."""

LONGEST_RESULT = 64 * 2**20
"""Bytes of a line of results; the reports of the largest workbooks with thousands of findings have some."""

MOST_PRINTED_WORDS = 120
"""Words of a line whose places may be those of a table's columns; the widest table of a standard has 18 columns."""

LARGEST_EXPORT = 100 * 2**20
"""Bytes of an exported file that is packed, and may hold pictures. A department's tables have some thousand cells, the
detail lines of a platform some ten thousand."""
LARGEST_EXPORTED_TEXT = 20 * 2**20
"""Bytes of one that is text, or an old .xls, whose cells take two bytes or more."""
LARGEST_ODS = 64 * 2**20
"""Bytes of the unpacked tables of an .ods, which says the same in more words."""
MOST_EXPORTED_LINES = 100_000
MOST_EXPORTED_COLUMNS = 1_000
MOST_EXPORTED_CELLS = 2_000_000
"""Of all its sheets, down to the last line and column that hold something, blank ones between included."""
MOST_EXPORTED_MERGED = 200_000
"""Cells below all merged ranges of all its sheets."""
MOST_TITLES = 300
"""Titles on one of its sheets: of eleven tables, each of them on several pages."""
MOST_HEADINGS = 150
"""Lines of it that may be headings, for each of which those of every table are compared."""

MOST_DESK_LINES = 20_000
"""Lines of a list in the bureau's workbook, which takes some 15 KiB of memory for each; the others are in units.parquet."""
MOST_PAGE_FILES = 100_000
MOST_PAGE_FINDINGS = 150_000
"""Files and findings on the bureau's page, some 20 and 40 MB; the others are in the reports of the units."""

LARGEST_STANDARD_FILE = 2**20
"""Bytes of a file of a standard, as its checker reads them; the largest of ours has 40,000."""
