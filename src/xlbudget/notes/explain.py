"""The explanation (情况说明) and the glossary (名词解释) of a book."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlbudget.notes.document import BODY, HEADING, Document, Paragraph, Section
from xlbudget.notes.facts import Facts, evaluate_facts
from xlbudget.notes.profile import profile_texts
from xlbudget.notes.render import found, line, render
from xlbudget.notes.source import load_source

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from xlbudget.figures import Book
    from xlbudget.notes.figure import Figure
    from xlbudget.notes.source import SectionSpec
    from xlbudget.standard.model import Standard

__all__ = ["document", "explain", "glossary"]


def explain(standard: Standard, book: Book) -> Document:
    """The explanation: the sections that the standard lists, in its order.

    What the book lacks is 【待填：…】 in the text, and its paragraph says so in ``review``.

    Raises:
        StandardError: the standard's facts or templates are wrong.
    """
    return document(standard, book, "explanation")


def glossary(standard: Standard, book: Book) -> Document:
    """The glossary: one section without heading.

    Raises:
        StandardError: the standard's facts or templates are wrong.
    """
    return document(standard, book, "glossary")


def document(standard: Standard, book: Book, name: str) -> Document:
    """Any of the documents that ``notes/sections.toml`` lists; without sections if it has none.

    Raises:
        StandardError: the standard's facts or templates are wrong.
    """
    source = load_source(standard)
    facts = evaluate_facts(standard, book, source)
    specs = source.sections.get(name, ())
    names = {**facts.names, "profile": profile_texts(standard, book)}
    return Document(
        tuple(
            _section(facts, names, spec)
            for spec in specs
            if not spec.when or facts.names[spec.when]
        )
    )


def _section(facts: Facts, names: Mapping[str, object], spec: SectionSpec) -> Section:
    paragraphs = []
    if spec.heading:
        marked = line(spec.heading, facts.names)
        text, spans, every = found(marked, facts.figures)
        paragraphs.append(
            Paragraph(spec.number, HEADING, text, spans, _review(every), 1, tuple(every))
        )
    seen: dict[str, int] = {}
    for piece in render(facts.source.folder, spec.template, names, facts.figures):
        seen[piece.key] = again = seen.get(piece.key, 0) + 1
        identity = f"{spec.number}.{piece.key}" + (f"-{again}" if again > 1 else "")
        kind = HEADING if piece.level else BODY
        paragraphs.append(
            Paragraph(
                identity,
                kind,
                piece.text,
                piece.spans,
                _review(piece.figures, piece.reviews),
                piece.level,
                piece.figures,
            )
        )
    return Section(spec.number, tuple(paragraphs))


def _review(figures: Iterable[Figure], more: Iterable[str] = ()) -> str:
    reasons = [*(figure.review for figure in figures), *more]
    return "；".join(dict.fromkeys(reason for reason in reasons if reason))
