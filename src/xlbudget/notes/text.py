"""A document as plain text."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xlbudget.notes.document import Document

__all__ = ["document_text"]


def document_text(document: Document) -> str:
    """Headings and paragraphs with a blank line between them; ends with a line break."""
    return "\n\n".join(paragraph.text for paragraph in document.paragraphs) + "\n"
