"""The full texts of twelve departments (the example, made-up ones of every kind) and of hand-made cases.

``UPDATE_GOLDEN=1`` writes the files under golden/ anew; read the difference before keeping it.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from explaining.notes_books import CASES, wrong
from texts.text_books import culture_bureau, with_texts
from xlbudget.explaining.document import document_text
from xlbudget.explaining.explain import explain, glossary
from xlbudget.findings import Level
from xlbudget.importing.data_folder import read_folder
from xlbudget.texts.check import check_texts
from xlbudget.texts.whole import validate_whole

if TYPE_CHECKING:
    from xlbudget.figures import Book
    from xlbudget.standard.model import Standard

GOLDEN = Path(__file__).parent / "golden"
TESTS = Path(__file__).parents[1]
FOLDERS = {
    "changchun-gov-office-2024": TESTS.parent / "examples" / "changchun-gov-office-2024",
    **{
        file.parent.name: file.parent
        for room in (TESTS, TESTS / "explaining")
        for file in sorted((room / "departments").glob("*/基础信息.toml"))
    },
}
VARIANTS = [name for name, folder in FOLDERS.items() if TESTS / "explaining" in folder.parents]


def compare(name: str, standard: Standard, book: Book) -> None:
    texts, reviews = [], []
    for document in (explain(standard, book), glossary(standard, book)):
        assert wrong(document) == []
        texts.append(document_text(document))
        reviews += [f"{one.id}：{one.review}" for one in document.reviews]
    text = "\n".join([*texts, "请核对", "", *reviews]) + "\n"
    path = GOLDEN / f"{name}.txt"
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", FOLDERS)
def test_text_of_a_folder(name: str, standard: Standard) -> None:
    compare(name, standard, read_folder(FOLDERS[name], standard))


def test_text_of_a_department_of_realistic_size(standard: Standard) -> None:
    compare("culture-bureau", *culture_bureau(standard))


@pytest.mark.parametrize("name", VARIANTS)
def test_texts_of_the_variants_are_read_back(name: str, standard: Standard) -> None:
    """Every kind of unit: nothing is wrong with its tables, and no sentence that we write is accused."""
    book = with_texts(standard, read_folder(FOLDERS[name], standard))
    found = [one for one in validate_whole(standard, book).findings if one.level is not Level.HINT]
    assert [one.message for one in found if "尚未填列" not in one.message] == []
    assert check_texts(standard, book).loose == []


@pytest.mark.parametrize("name", CASES)
def test_text_of_a_hand_made_book(name: str, standard: Standard, example: Book) -> None:
    compare(f"case-{name}", standard, CASES[name](standard, example))
