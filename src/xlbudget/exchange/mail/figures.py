"""The key figures of a mail: the standard's ``package.toml`` names facts, the book gives amounts."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING

from xlbudget.errors import StandardError

if TYPE_CHECKING:
    from xlbudget.figures import Book
    from xlbudget.standard.model import Standard

__all__ = ["key_figures"]

_FILE = "package.toml"


def key_figures(standard: Standard, book: Book) -> list[tuple[str, str]]:
    """Title and amount with its unit, as the explanation prints it; none where none are named.

    Raises:
        StandardError: ``package.toml`` is wrong, or names what ``notes/facts.toml`` has not.
    """
    path = standard.folder / _FILE
    if not path.is_file():
        return []
    from xlbudget.notes.facts import evaluate_facts  # noqa: PLC0415  # only for packages
    from xlbudget.notes.source import load_source  # noqa: PLC0415

    try:
        entries = tomllib.loads(path.read_text(encoding="utf-8")).get("figure", ())
        wanted = [(str(one["fact"]), str(one["title"])) for one in entries]
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, KeyError, TypeError) as error:
        raise StandardError(f"标准文件“{_FILE}”的写法不对：{error}。") from error
    source = load_source(standard)
    known = evaluate_facts(standard, book, source).figures
    found = []
    for name, title in wanted:
        if name not in known:
            raise StandardError(f"标准文件“{_FILE}”提到的“{name}”不在notes/facts.toml中。")
        figure = known[name]
        unit = "" if figure.missing or figure.kind != "amount" else source.unit.name
        found.append((title, f"{figure.text}{unit}"))
    return found
