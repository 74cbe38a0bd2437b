"""Whether the workbook's own overall check says what validation says, over damaged workbooks.

    python benchmarks/native_agreement.py [--books 200] [--seed 1]

Each workbook is one of the tests' departments with one figure changed by a human slip. LibreOffice
(``soffice``) recalculates them; then the line above 目录 is compared with the grade of validation of
the same file. Prints the table of both and every workbook on which they differ.
"""

from __future__ import annotations

import argparse
import random
import shutil
import subprocess
import tempfile
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from xlbudget.checks.validate import validate
from xlbudget.editing.build import build_workbook
from xlbudget.findings import Status
from xlbudget.importing.data_folder import read_folder
from xlbudget.money import Amount
from xlbudget.reading.book import read_book
from xlbudget.rules.grid import INFO, Grid
from xlbudget.sheets.cells import text_of, value_at
from xlbudget.sheets.layout import CONTENTS, OVERALL
from xlbudget.standard.loader import load_standard
from xlbudget.xlsx.cells import CellEdit
from xlbudget.xlsx.references import column_number, split_cell
from xlbudget.xlsx.workbook import Workbook

if TYPE_CHECKING:
    from xlbudget.figures import Book, Place
    from xlbudget.standard.model import Standard

ROOT = Path(__file__).parents[1]
FOLDERS = [
    ROOT / "examples" / "changchun-gov-office-2024",
    *sorted(one for one in (ROOT / "tests" / "departments").iterdir() if one.is_dir()),
]
WORDS = {"不平": Status.ERROR, "尾差": Status.ROUNDING, "已平": Status.PASS}
RECALCULATE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="OOXMLRecalcMode"
 oor:op="fuse"><value>0</value></prop></item></oor:items>
"""
STEPS = [Decimal(one) for one in ("0.01", "-0.01", "0.02", "-0.03", "1", "-100")]


def slip(rng: random.Random, amount: Amount) -> Decimal | None:
    """The amount as a person might mistype it; None: left out."""
    value = amount.decimal
    text = f"{abs(value):.2f}"
    digits = [place for place, sign in enumerate(text) if sign.isdigit()]
    signs = list(text)
    match rng.randrange(6):
        case 0:
            place = rng.choice(digits)
            signs[place] = rng.choice([one for one in "0123456789" if one != text[place]])
        case 1:
            first = rng.randrange(len(digits) - 1)
            one, other = digits[first], digits[first + 1]
            signs[one], signs[other] = signs[other], signs[one]
        case 2:
            return value * 10
        case 3:
            return -value
        case 4:
            return None
        case _:
            return value + rng.choice(STEPS)
    return Decimal("".join(signs)).copy_sign(value)


def damage(
    rng: random.Random, standard: Standard, base: tuple[Path, Book], target: Path
) -> tuple[Place, str, Decimal | None]:
    """A copy with one figure changed; what and where."""
    path, book = base
    grid = Grid(standard, book)
    numbers = [
        number
        for number, cell in enumerate(grid.cells)
        if isinstance(cell, Amount)
        and cell.fen
        and grid.spot(number).block != INFO
        and grid.place(number).cell
    ]
    while True:
        number = rng.choice(numbers)
        cell = grid.cells[number]
        assert isinstance(cell, Amount)
        new = slip(rng, cell)
        if new != cell.decimal:
            place = grid.place(number)
            Workbook(path).patch(target, [CellEdit(place.sheet, place.cell, new)])
            return place, cell.text, new


def recalculated(folder: Path, names: list[str]) -> Path:
    """The folder with all of them as LibreOffice saves them."""
    profile, target = folder / "profile", folder / "recalculated"
    (profile / "user").mkdir(parents=True)
    (profile / "user" / "registrymodifications.xcu").write_text(RECALCULATE, encoding="utf-8")
    office = shutil.which("soffice")
    if office is None:
        raise SystemExit("LibreOffice (soffice) is not installed.")
    command = [office, f"-env:UserInstallation={profile.as_uri()}", "--headless", "--norestore"]
    command += ["--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", str(target)]
    subprocess.run(
        [*command, *(str(folder / name) for name in names)], check=True, capture_output=True
    )
    return target


def native(path: Path) -> Status | None:
    """What the line above 目录 says."""
    letters, line = split_cell(OVERALL)
    said = text_of(
        value_at(Workbook(path).lines_of([CONTENTS])[CONTENTS], line, column_number(letters))
    )
    return next((status for word, status in WORDS.items() if word in said), None)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--books", type=int, default=200)
    options.add_argument("--seed", type=int, default=1)
    chosen = options.parse_args()
    rng, standard = random.Random(chosen.seed), load_standard()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        bases = []
        for number, source in enumerate(FOLDERS):
            figures = read_folder(source, standard)
            path = folder / f"base{number}.xlsx"
            build_workbook(standard, figures, path, year=figures.year)
            bases.append((path, read_book(path)))
        made = {
            f"damaged{number:03d}.xlsx": damage(
                rng, standard, rng.choice(bases), folder / f"damaged{number:03d}.xlsx"
            )
            for number in range(chosen.books)
        }
        target = recalculated(folder, list(made))
        table: Counter[tuple[str, str]] = Counter()
        for book, (place, old, new) in made.items():
            ours = validate(standard, read_book(target / book)).status
            theirs = native(target / book)
            table[ours.chinese, theirs.chinese if theirs else "无"] += 1
            if ours is not theirs:
                said = theirs.chinese if theirs else "无"
                print(f"{place.sheet}!{place.cell} {old} -> {new}: {ours.chinese} / {said}")
    agreeing = sum(count for (one, other), count in table.items() if one == other)
    for (one, other), count in sorted(table.items()):
        print(f"validate {one}, workbook {other}: {count}")
    print(f"agreeing: {agreeing} of {chosen.books}")


if __name__ == "__main__":
    main()
