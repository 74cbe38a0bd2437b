"""Write budget workbooks and documents with known slips, and the key to them.

    python benchmarks/open/make.py FOLDER [--files 300] [--seed 20261128]

A third each: living workbooks (.xlsm, totals are formulas), values-only workbooks (.xlsx), published
documents (.docx and .html in turn). Each has one to three slips. ``FOLDER/key.json`` says where, and
what is right. The same seed gives the same files.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
import tempfile
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

sys.path.insert(0, str(Path(__file__).parents[1] / "validation"))
from evidence import Evidence, patches
from slip_kinds import KINDS, slipped
from trials import around

from departments import DEPARTMENTS
from xlbudget.checks.wording import column_label
from xlbudget.cli.run import run
from xlbudget.editing.build import build_workbook
from xlbudget.editing.validate import examine_file
from xlbudget.money import Amount
from xlbudget.publishing.disclosure import disclosure, final_paragraphs
from xlbudget.publishing.docx import write_docx
from xlbudget.publishing.values import choose_sheets, write_values_copy
from xlbudget.publishing.web import web_copy
from xlbudget.xlsx.cells import CellEdit
from xlbudget.xlsx.workbook import Workbook

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xlbudget.figures import Cell, TextUnit
    from xlbudget.publishing.disclosure import FinalText

__all__ = ["make"]

FORMS = ((".xlsm",), (".xlsx",), (".docx", ".html"))
"""How a department's living, values-only and printed figures are written."""
MOST_SLIPS = 3
TEXT_SHARE = 0.25
"""So many of the slips are in a sentence."""
_AMOUNT = re.compile(r"\d[\d,]*\.\d\d(?=万元)")


class Base(NamedTuple):
    """A right workbook and what the slips need of it."""

    path: Path
    evidence: Evidence
    formulas: dict[str, dict[str, str]]
    sentences: list[TextUnit]


class Slips(NamedTuple):
    """The wrong cells by number, the wrong sentences by their position, and the key's entries."""

    cells: dict[int, Cell]
    sentences: dict[int, str]
    key: list[dict[str, str]]


class Department(NamedTuple):
    """A department's right workbook: living, values-only, and as it is printed in a document."""

    living: Base
    values: Base
    printed: Base


def base(path: Path, *, printed: bool = False) -> Base:
    """A right workbook, looked at; as it is ``printed``, no cell follows from another."""
    found = examine_file(path)
    sheets = set(found.book.sheets.values())
    sentences = [
        one
        for one in found.book.texts
        if one.part == "notes" and not one.heading and _AMOUNT.search(one.text)
    ]
    computed = set() if printed else Workbook(path).formula_cells(sheets)
    evidence = Evidence(found.standard, found.book, computed)
    return Base(path, evidence, Workbook(path).formulas_of(sheets), sentences)


def departments(folder: Path, seed: int) -> list[Department]:
    """Right workbooks to put slips in."""
    found = []
    for number, make_one in enumerate(DEPARTMENTS.values()):
        standard, figures = make_one(random.Random(seed))
        path, values = folder / f"{number}.xlsm", folder / f"{number}.xlsx"
        build_workbook(standard, figures, path, year=figures.year)
        with redirect_stdout(StringIO()):
            run(["notes", "-q", str(path)])
        living = base(path)
        chosen = choose_sheets(Workbook(path), living.evidence.standard, living.evidence.book)
        write_values_copy(path, values, chosen.sheets, texts=chosen.texts, title=str(number))
        found.append(Department(living, base(values), base(path, printed=True)))
    return found


def slips_in(rng: random.Random, right: Base, count: int) -> Slips:
    """``count`` slips in different places: in typed amounts that relations speak of, or in sentences."""
    made = Slips({}, {}, [])
    grid = right.evidence.grid
    while len(made.key) < count:
        if right.sentences and rng.random() < TEXT_SHARE:
            at = rng.randrange(len(right.sentences))
            if at not in made.sentences:
                made.sentences[at] = wrong_sentence(rng, right.sentences[at], made.key)
            continue
        number, kind = rng.choice(right.evidence.typed), rng.choice(list(KINDS))
        cell = slipped(rng, kind, around(grid, number))
        if number in made.cells or isinstance(cell, bool):
            continue
        if not right.evidence.contradicted(right.evidence.cells_with({number: cell})):
            continue
        made.cells[number] = cell
        spot, place = grid.spot(number), grid.place(number)
        table = grid.standard.table(grid.standard.blocks[spot.block].table)
        made.key.append(
            {
                "kind": kind,
                "table": table.title,
                "sheet": place.sheet,
                "cell": place.cell,
                "row": spot.row.key.removeprefix("group:"),
                "column": column_label(grid, number),
                "right": grid.cells[number].plain,
                "wrong": cell.plain if isinstance(cell, Amount) else "",
            }
        )
    return made


def wrong_sentence(rng: random.Random, unit: TextUnit, key: list[dict[str, str]]) -> str:
    """A sentence with one digit of one amount changed."""
    match = rng.choice(list(_AMOUNT.finditer(unit.text)))
    digits = [place for place, sign in enumerate(match[0]) if sign.isdigit()]
    place = rng.choice(digits)
    other = rng.choice([one for one in "123456789" if one != match[0][place]])
    wrong = match[0][:place] + other + match[0][place + 1 :]
    key.append(
        {
            "kind": "文字中一位数字有误",
            "sheet": unit.place.sheet,
            "cell": unit.place.cell,
            "paragraph": unit.id,
            "right": match[0],
            "wrong": wrong,
        }
    )
    return unit.text[: match.start()] + wrong + unit.text[match.end() :]


def write_workbook(right: Base, made: Slips, target: Path) -> None:
    """The workbook with the slips, and every formula's value as it then is."""
    evidence = right.evidence
    edits = patches(evidence, right.formulas, evidence.cells_with(made.cells))
    for at, text in made.sentences.items():
        place = right.sentences[at].place
        edits.append(CellEdit(place.sheet, place.cell, text))
    Workbook(right.path).patch(target, edits)


def write_document(right: Base, made: Slips, target: Path) -> None:
    """The published document with the slips."""
    evidence = right.evidence
    book = evidence.book_of([*evidence.cells_with(made.cells)])
    texts = final_paragraphs(Workbook(right.path), evidence.standard, evidence.book)
    published = disclosure(evidence.standard, book, _with_sentences(right, made, texts))
    if target.suffix == ".docx":
        write_docx(published, target)
    else:
        target.write_text(web_copy(published), encoding="utf-8")


def _with_sentences(
    right: Base, made: Slips, texts: Mapping[str, tuple[FinalText, ...]]
) -> dict[str, tuple[FinalText, ...]]:
    """The texts with the wrong sentences."""
    wrong = {right.sentences[at].text: text for at, text in made.sentences.items()}
    return {
        name: tuple(one._replace(text=wrong.get(one.text, one.text)) for one in found)
        for name, found in texts.items()
    }


def make(folder: Path, files: int, seed: int) -> Path:
    """Write the files and the key; returns the key's path."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = random.Random(seed)
    key = []
    with tempfile.TemporaryDirectory() as name:
        found = departments(Path(name), seed)
        for number in range(files):
            at, form = divmod(number, len(FORMS))
            right = found[at % len(found)][form]
            made = slips_in(rng, right, rng.randrange(1, MOST_SLIPS + 1))
            endings = FORMS[form]
            target = folder / f"{number + 1:03d}{endings[at % len(endings)]}"
            write = write_workbook if target.suffix.startswith(".xls") else write_document
            write(right, made, target)
            key.append({"file": target.name, "slips": made.key})
    path = folder / "key.json"
    path.write_text(json.dumps(key, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return path


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--files", type=int, default=300)
    parser.add_argument("--seed", type=int, default=20261128)
    options = parser.parse_args()
    print(make(options.folder, options.files, options.seed))


if __name__ == "__main__":
    main()
