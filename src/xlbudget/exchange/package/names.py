"""How the files of a package are named: after the title of the book, safe on every system."""

from __future__ import annotations

import re
from itertools import product
from typing import TYPE_CHECKING

from xlbudget.notes.wording import clean

if TYPE_CHECKING:
    from xlbudget.figures import Book
    from xlbudget.standard.model import Standard

__all__ = ["KINDS", "book_title", "every_name", "file_names", "marks_of"]

KINDS = {
    "values": ".xlsx",
    "docx": ".docx",
    "pdf": ".pdf",
    "web": ".html",
    "report": "－校验结果.html",
    "mail": ".eml",
    "list": "－校验清单.txt",
    "json": "－校验清单.json",
}
"""What follows the title in the name of each file."""

_UNSAFE = re.compile(r'[\\/:*?"<>|\x00-\x1f\x7f]+')
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\..*)?", re.IGNORECASE)
_LONGEST = 150
"""Bytes; systems allow 255 for a name with what is added to it."""


def book_title(standard: Standard, book: Book) -> str:
    """``某局2024年部门预算``, on one line."""
    title = standard.titles["book"].replace("{unit}", clean(book.text("unit_name")))
    return title.replace("{year}", str(book.year))


def marks_of(*, draft: bool, errors: bool, personal: bool) -> str:
    """What stands behind the title of a set that is not as it should be: ``（草稿，含个人信息）``."""
    told = (("草稿", draft), ("含未改正差错", errors), ("含个人信息", personal))
    words = "，".join(word for word, so in told if so)
    return f"（{words}）" if words else ""


def file_names(title: str, marks: str = "") -> dict[str, str]:
    """The name of each kind of file."""
    stem = _UNSAFE.sub("_", title).strip(" .") or "部门预算"
    while len(stem.encode("utf-8")) > _LONGEST:
        stem = stem[:-1]
    if _RESERVED.fullmatch(stem):
        stem = f"_{stem}"
    return {kind: f"{stem}{marks}{end}" for kind, end in KINDS.items()}


def every_name(title: str) -> list[str]:
    """All names that a package may have: no older file stays as if it were new."""
    return [
        name
        for draft, errors, personal in product((False, True), repeat=3)
        for name in file_names(
            title, marks_of(draft=draft, errors=errors, personal=personal)
        ).values()
    ]
