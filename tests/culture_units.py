"""The five units of the made-up culture bureau, as workbooks of their own, from its ledger by unit."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

from ledgers import ledger_of, with_ledger
from xlbudget.api import read
from xlbudget.editing.build import build_workbook
from xlbudget.figures import InfoValue, Profile
from xlbudget.importing.imported import blank_book
from xlbudget.money import COUNT, WAN, parse_amount
from xlbudget.rules.fill import with_names
from xlbudget.rules.posting import fill_from_ledger
from xlbudget.standard.loader import OWN_LISTS, own_standard, read_subjects

if TYPE_CHECKING:
    from xlbudget.figures import Book, Cell
    from xlbudget.standard.model import Standard

CASES = Path(__file__).parent / "cases"
WHOLE, EXACT = "culture-bureau", "culture-bureau-exact"
"""Amounts of whole 100 元, so that printed cells add up; amounts to the 分, so that they do not."""
_LEDGERS = {
    WHOLE: CASES / "culture-bureau-ledger.csv",
    EXACT: CASES / "culture-bureau-ledger-exact.csv",
}
_PARTICULARS = CASES / "culture-bureau-units.toml"


def bureau(case: str) -> tuple[Standard, Book]:
    """The bureau with its printed tables."""
    book = read(CASES / case)
    subjects = {"functional": read_subjects(CASES / case / "functional-subjects.csv")}
    book = book._replace(subjects=subjects)
    return own_standard(book), book


def unit_books(case: str, *, ledger: bool = True) -> dict[str, Book]:
    """The book of each unit by its name; without ``ledger``, with the printed tables alone."""
    standard, whole = bureau(case)
    assert standard.ledger is not None
    lines = ledger_of(standard, _LEDGERS[case])
    own = tomllib.loads(_PARTICULARS.read_text("utf-8"))
    assert sorted(own) == sorted(whole.profile.units)
    books = {}
    for name in whole.profile.units:
        mine = tuple(line for line in lines.lines if line.texts["unit"] == name)
        items = {line.texts.get("level2", "") for line in mine}
        info = {key: InfoValue(_value(standard, key, said)) for key, said in own[name].items()}
        base = blank_book(standard, whole.year)
        info |= {
            "unit_name": InfoValue(name),
            "weight_total": whole.info["weight_total"],
            "subject_lists": InfoValue(OWN_LISTS),
        }
        base = base._replace(
            info={**base.info, **info},
            profile=Profile(units=(name,)),
            subjects=whole.subjects,
            keyed={"project_types": _types(whole)},
            forms=tuple(data for data in whole.forms if data.name in items),
        )
        book = fill_from_ledger(
            standard, with_ledger(standard, base, lines._replace(lines=mine))
        ).book
        if not ledger:
            by_hand = {standard.ledger.switch_field: InfoValue(standard.ledger.by_hand)}
            book = book._replace(
                info={**book.info, **by_hand}, ledger=book.ledger._replace(lines=())
            )
        books[name] = with_names(standard, book)
    return books


def _value(standard: Standard, key: str, said: str | int) -> str | Cell:
    kind = standard.fields[key].kind
    if kind in ("count", "amount"):
        return parse_amount(str(said), COUNT if kind == "count" else WAN)
    return str(said)


def _types(whole: Book) -> dict[str, str]:
    return {row.label: row.texts[0] for row in whole.blocks["project"].rows if row.kind == "group"}


def write_units(case: str, folder: Path, *, ledger: bool = True, most: int = 5) -> list[Path]:
    """The workbooks of the units (of the first ``most``), in the order in which the bureau lists them."""
    standard, whole = bureau(case)
    paths = []
    books = list(unit_books(case, ledger=ledger).items())
    for number, (name, book) in enumerate(books[:most], 1):
        paths.append(folder / f"{number}-{name}.xlsx")
        build_workbook(standard, book, paths[-1], year=whole.year)
    return paths
