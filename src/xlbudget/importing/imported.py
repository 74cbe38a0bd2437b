"""What an import found: figures and texts with where each came from, and what was not taken."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from xlbudget.figures import BlockData, Book, InfoValue

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xlbudget.importing.published.coverage import Coverage
    from xlbudget.standard.model import Standard


NOTES_TEXT, GLOSSARY_TEXT = "notes", "glossary"
"""The parts of a published document whose paragraphs are kept as they stand."""


class PublishedText(NamedTuple):
    """One printed paragraph: ``part`` is notes or glossary, ``section`` its number (五), ``where`` its place."""

    part: str
    section: str
    text: str
    where: str = ""


class Question(NamedTuple):
    """What a source leaves open and nobody may guess.

    ``key`` names it for an answer, ``sentence`` asks it, ``choices`` are the answers to choose from; ``free``:
    any other text is one as well. Of the answers, ``lasting`` hold for every file of that layout. ``needed``:
    without an answer nothing can be taken.
    """

    key: str
    sentence: str
    choices: tuple[str, ...]
    free: bool = False
    lasting: tuple[str, ...] = ()
    needed: bool = False


class Imported(NamedTuple):
    """The outcome of reading one source.

    ``book`` holds what was found: ``blocks`` lacks the tables that the source does not have, and its
    findings name cells that are shifted, lost or unreadable. ``origins`` says by table key (and
    ``info``, ``profile``, ``notes``, ``glossary``, ``ledger``) where it was found, in words. ``left`` are
    sentences on what the source has and no place was found for. ``questions`` are those that the answers given
    do not answer, ``unsettled`` counts what a person has to settle; ``layout`` tells sources of one layout.
    ``coverage`` says how much of a document's tables was read.
    """

    book: Book
    origins: Mapping[str, str]
    texts: tuple[PublishedText, ...] = ()
    left: tuple[str, ...] = ()
    questions: tuple[Question, ...] = ()
    unsettled: int = 0
    layout: str = ""
    coverage: Coverage | None = None


def blank_book(standard: Standard, year: int) -> Book:
    """All tables of the standard, without rows; they follow from the ledger as soon as that has lines."""
    blocks = {key: BlockData.of([]) for key in standard.blocks}
    info = {}
    if standard.ledger is not None:
        info[standard.ledger.switch_field] = InfoValue(standard.ledger.from_ledger)
    return Book(name="", standard=standard.id, year=year, info=info, blocks=blocks)
