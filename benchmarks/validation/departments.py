"""The departments whose workbooks are tried: the example, a large bureau, random medium ones."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from random_budget import SIZES, STANDARD, random_budget, reference

from xlbudget.figures import FormData, InfoValue
from xlbudget.importing.data_folder import read_folder
from xlbudget.rules.fill import with_names
from xlbudget.standard.loader import OWN_LISTS, with_subject_files, with_subjects

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

    from xlbudget.figures import Book
    from xlbudget.standard.model import Standard

__all__ = ["DEPARTMENTS"]

BUREAU = Path(__file__).parents[2] / "tests" / "cases" / "culture-bureau"


def example(_: random.Random) -> tuple[Standard, Book]:
    """The bundled example."""
    return STANDARD, reference()


def bureau(_: random.Random) -> tuple[Standard, Book]:
    """A department of realistic size, with its own list of subjects."""
    standard = with_subject_files(STANDARD, [("functional", BUREAU / "functional-subjects.csv")])
    book = read_folder(BUREAU, standard)
    standard = with_subjects(standard, book.subjects)
    book = book._replace(info={**book.info, "subject_lists": InfoValue(OWN_LISTS)})
    return standard, with_names(standard, book)


def medium(rng: random.Random) -> tuple[Standard, Book]:
    """A random budget of medium size."""
    return STANDARD, with_forms(STANDARD, with_names(STANDARD, random_budget(rng, SIZES["medium"])))


def with_forms(standard: Standard, book: Book) -> Book:
    """The book with a form for every project that has a cell for each of its amounts."""
    forms = []
    for table in standard.tables:
        for row in book.blocks[table.blocks[0].key].rows if table.forms else ():
            amounts = zip(table.blocks[0].amounts, row.cells, strict=True)
            wanted = {key for key, cell in amounts if cell is not None}
            fitting = next(
                one
                for one in table.forms
                if wanted <= {cell.field for line in one.lines for cell in line.cells}
            )
            forms.append(FormData(row.key, fitting.key, {"name": row.key}, ()))
    return book._replace(forms=tuple(forms))


DEPARTMENTS: dict[str, Callable[[random.Random], tuple[Standard, Book]]] = {
    "样例": example,
    "文化局": bureau,
    "随机，中": medium,
}
