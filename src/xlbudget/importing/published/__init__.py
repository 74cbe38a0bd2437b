"""Published documents (.docx, .pdf, .html, .txt) read back into figures and texts, and validated."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

SUFFIXES = (".docx", ".pdf", ".html", ".htm", ".txt", ".md")
"""What a published document may be."""
OLD_SUFFIXES = (".doc", ".wps", ".rtf", ".odt", ".ofd")
"""Documents that cannot be read, and are told what to do."""


def is_document(path: Path) -> bool:
    """Whether a file's name is that of a document and not of a workbook, readable or not."""
    return path.suffix.lower() in (*SUFFIXES, *OLD_SUFFIXES)
