"""The text as values: sections of paragraphs, each with the figures that stand in it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from xlbudget.explaining.figure import Figure


HEADING, BODY = "标题", "正文"


class Span(NamedTuple):
    """``text[start:end]`` of a paragraph is what ``figure`` prints."""

    start: int
    end: int
    figure: Figure


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph with a stable ``id`` (一.1, 五.201).

    ``kind`` is 标题 or 正文, ``level`` 1 for a section's heading, 2 for one within it, 0 for text.
    ``review`` says why a person must look at it, empty if nobody must. ``figures`` are all figures
    that it was made from, also those that print nothing.
    """

    id: str
    kind: str
    text: str
    spans: tuple[Span, ...] = ()
    review: str = ""
    level: int = 0
    figures: tuple[Figure, ...] = ()

    @property
    def fingerprint(self) -> str:
        """Short hash of the names and printed values of the figures: changes when they do."""
        lines = "\n".join(f"{figure.name}={figure.text}" for figure in self.figures)
        return hashlib.sha256(lines.encode("utf-8")).hexdigest()[:12]


@dataclass(frozen=True, slots=True)
class Section:
    """A numbered section; its heading, if it has one, is the first paragraph."""

    number: str
    paragraphs: tuple[Paragraph, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """The sections in order."""

    sections: tuple[Section, ...]

    @property
    def paragraphs(self) -> tuple[Paragraph, ...]:
        """All paragraphs in order."""
        return tuple(paragraph for section in self.sections for paragraph in section.paragraphs)

    @property
    def reviews(self) -> tuple[Paragraph, ...]:
        """The paragraphs at which a person must look."""
        return tuple(paragraph for paragraph in self.paragraphs if paragraph.review)


def document_text(document: Document) -> str:
    """As plain text: a blank line between headings and paragraphs; ends with a line break."""
    return "\n\n".join(paragraph.text for paragraph in document.paragraphs) + "\n"
