"""The explanation and the glossary: sentences of a standard's templates around named figures.

The package itself can be called: importing it sets ``xlbudget.notes``, the name of a function of
the public interface, to this module.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xlbudget.figures import Book
    from xlbudget.notes.document import Document
    from xlbudget.standard.model import Standard

__all__: list[str] = []


class _Notes(ModuleType):
    def __call__(self, book: Book, standard: Standard | None = None) -> Document:
        from xlbudget.api import notes  # noqa: PLC0415  # the interface stands above this package

        return notes(book, standard)


sys.modules[__name__].__class__ = _Notes
