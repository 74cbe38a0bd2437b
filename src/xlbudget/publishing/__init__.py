"""What goes out: the document, the web page, the values-only copy, mails, the package."""

from __future__ import annotations

import os

os.environ["OPENPYXL_LXML"] = "False"
"""The same workbook gives the same bytes whether or not lxml is there too: openpyxl would write with it."""
