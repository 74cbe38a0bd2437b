"""The full texts of the example, of the test departments and of hand-made cases.

``UPDATE_GOLDEN=1`` writes the files under golden/ anew; read the difference before keeping it.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from explaining.notes_books import CASES, wrong
from xlbudget.explaining.document import document_text
from xlbudget.explaining.explain import explain, glossary
from xlbudget.importing.data_folder import read_folder

if TYPE_CHECKING:
    from xlbudget.figures import Book
    from xlbudget.standard.model import Standard

GOLDEN = Path(__file__).parent / "golden"
TESTS = Path(__file__).parents[1]
FOLDERS = {
    "changchun-gov-office-2024": TESTS.parent / "examples" / "changchun-gov-office-2024",
    **{
        folder.name: folder
        for folder in sorted((TESTS / "departments").glob("*"))
        if (folder / "基础信息.toml").is_file()
    },
}


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


@pytest.mark.parametrize("name", CASES)
def test_text_of_a_hand_made_book(name: str, standard: Standard, example: Book) -> None:
    compare(f"case-{name}", standard, CASES[name](standard, example))
