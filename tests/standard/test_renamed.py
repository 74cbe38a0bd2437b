"""No name of a standard stands in code: under other names it builds, fills, finds and says the same."""

from __future__ import annotations

import random
import re
import shutil
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from material import EVERY, EVERY_NAME, FIRST, STANDARDS
from renamed_standards import Names, renamed_book, write_renamed
from thorough import either
from xlbudget.authoring.check import check_folder
from xlbudget.checks.validate import validate
from xlbudget.cli.run import run
from xlbudget.figures import Unreadable
from xlbudget.importing.data_folder import read_folder
from xlbudget.money import Amount
from xlbudget.standard import layers
from xlbudget.standard.layers import DATA
from xlbudget.standard.loader import load_folder, load_layers, load_standard, standard_for

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from xlbudget.figures import Book, Cell
    from xlbudget.findings import Report
    from xlbudget.standard.model import Standard


class World(NamedTuple):
    """A standard under its own names and under others."""

    standard: Standard
    renamed: Standard
    names: Names
    data: Path

    def back(self, text: str) -> str:
        """A text with the other rules' codes, keys and sections put back."""
        codes = {new: old for old, new in self.names.rules.items()}
        code = r"(?<![A-Z0-9])[T-Z]\d{2}[a-z]?(?![A-Za-z0-9])"
        text = re.sub(code, lambda match: codes.get(match[0], match[0]), text)
        text = re.sub(r"\bq[a-z_0-9]+\b", lambda match: match[0][:0:-1], text)
        return text.replace("节", "")


@pytest.fixture(scope="module")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> dict[str, World]:
    """Every standard that is shipped, by its id; their folders and the renamed ones lie side by side."""
    data = tmp_path_factory.mktemp("standards")
    for folder in DATA.iterdir():
        (data / folder.name).symlink_to(folder)
    made = {}
    for identity in STANDARDS:
        standard, folder = load_standard(identity), data / f"renamed-{identity}"
        names = write_renamed(standard, folder)
        made[identity] = World(standard, load_folder(folder), names, data)
    for identity, figures in EVERY:
        plain = load_standard(identity)
        book = read_folder(figures, plain)
        standard = load_layers(standard_for(plain, book.year, book.info).layers)
        if standard.layers != plain.layers:  # a variant, under other names a standard of its own
            folder = data / f"renamed-{figures.name}"
            names = write_renamed(standard, folder)
            made[figures.name] = World(standard, load_folder(folder), names, data)
    return made


@pytest.mark.parametrize("identity", either(STANDARDS[:1], STANDARDS))
def test_it_contradicts_nothing(worlds: dict[str, World], identity: str) -> None:
    world = worlds[identity]
    problems = check_folder(world.renamed.layers[0])
    assert [str(one) for one in problems if not one.advice and "id 应与" not in one.text] == []
    assert not set(world.renamed.blocks) & set(world.standard.blocks)


def reported(world: World, report: Report) -> str:
    """What a report says, in the names of the standard itself."""
    return world.back(repr(report._replace(standard="")))


def damaged(book: Book, rng: random.Random) -> Book:
    """The book with some cells changed at random: other amounts, signs, blanks, and what is no amount."""
    blocks = dict(book.blocks)
    for _ in range(3):
        key = rng.choice([key for key, data in blocks.items() if data.rows])
        data = blocks[key]
        at = rng.randrange(len(data.rows))
        row = data.rows[at]
        column = rng.randrange(len(row.cells))
        cell = row.cells[column]
        drawn = rng.choice([None, Unreadable("约3"), -1, 10, 100])
        other: Cell = None if isinstance(drawn, int) else drawn
        if isinstance(drawn, int) and isinstance(cell, Amount):
            other = cell._replace(fen=cell.fen * drawn + 1)
        cells = (*row.cells[:column], other, *row.cells[column + 1 :])
        rows = (*data.rows[:at], row._replace(cells=cells), *data.rows[at + 1 :])
        blocks[key] = type(data).of(rows, data.letters, data.strays)
    return book.with_blocks(blocks)


@pytest.mark.parametrize(("identity", "folder"), EVERY, ids=EVERY_NAME)
def test_findings_are_the_same(worlds: dict[str, World], identity: str, folder: Path) -> None:
    world = worlds.get(folder.name, worlds[identity])
    book = read_folder(folder, world.standard)
    rng = random.Random(folder.name)
    for made in (book, *(damaged(book, rng) for _ in range(6))):
        own = standard_for(world.standard, made.year, made.info)
        other_book = renamed_book(made, world.names, world.renamed.id)
        renamed = standard_for(world.renamed, other_book.year, other_book.info)
        now = validate(renamed, other_book)
        assert reported(world, now) == reported(world, validate(own, made))


SHORT = (
    "new book.xlsx --from figures --standard",
    "validate book.xlsx --format json",
    "notes book.xlsx --text",
)
LONG = (
    SHORT[0],
    "finish book.xlsx",
    "package book.xlsx -o set --draft",
    "export book.xlsx data",
    "rollover book.xlsx next.xlsx",
    "fill next.xlsx",
    "validate next.xlsx --last-year book.xlsx",
    "diff book.xlsx next.xlsx",
)


PRIVATE = (
    r' codeName="\w+"',  # of the macros' sheets
    r"(?<=>)[0-9a-f]{12}(?=</t>)|[0-9a-f]{64}",  # what a paragraph's figures or a file come to
    r"(?<=-)\d{8}-\d{6}(?=-)|[\d,]+ 字(?!段)|\"size\": \d+",  # when, and how long
)
"""What files hold that is made of keys, or of the hour."""


def parts(path: Path) -> Iterator[tuple[str, str]]:
    """What a file holds, part by part; of a workbook its cells but for what it remembers."""
    if path.suffix not in (".xlsx", ".docx"):
        yield "", path.read_text("utf-8")
        return
    with zipfile.ZipFile(path) as packed:
        for name in packed.namelist():
            if name.startswith(("xl/worksheets/sheet", "xl/sharedStrings", "word/document")):
                text = packed.read(name).decode()
                if '"version": 1}' not in text:
                    yield name, text


def done(
    world: World, standard: str, folder: Path, steps: Sequence[str], out: pytest.CaptureFixture[str]
) -> dict[str, object]:
    """What the commands say and write in the present folder, by command and file."""
    shutil.copytree(folder, "figures")
    particulars = Path("figures/基础信息.toml")
    named = re.sub(r'(?m)^"?适用标准"? *=.*$', "", particulars.read_text("utf-8"))
    particulars.write_text(named, "utf-8")
    found: dict[str, object] = {}
    for step in steps:
        words = step.split(" ")
        status = run([*words, standard] if words[-1] == "--standard" else words)
        found[step] = status, *(one.replace(standard, "") for one in out.readouterr())
        assert "程序内部出错" not in str(found[step])
    for path in sorted(Path().rglob("*")):
        if path.is_file() and path.parts[0] != "figures" and path.suffix not in (".pdf", ".eml"):
            found |= {f"{path}:{name}": text.replace(standard, "") for name, text in parts(path)}
    private = re.compile("|".join(PRIVATE))
    return {
        private.sub("", name): private.sub("", world.back(str(said)))
        for name, said in found.items()
    }


@pytest.mark.parametrize(("identity", "folder"), FIRST, ids=STANDARDS)
def test_commands_do_the_same(
    worlds: dict[str, World],
    identity: str,
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A workbook built, judged and told; in a thorough run also packaged, rolled over, compared."""
    world = worlds[identity]
    monkeypatch.setattr(layers, "DATA", world.data)
    made = []
    for standard in (world.standard.id, world.renamed.id):
        (tmp_path / standard).mkdir()
        monkeypatch.chdir(tmp_path / standard)
        made.append(done(world, standard, folder, either(SHORT, LONG), capsys))
    own, renamed = made
    assert own.keys() == renamed.keys()
    assert [name for name, said in own.items() if said != renamed[name]] == []


def test_no_city_stands_in_code() -> None:
    """Not in comments, messages or templates either; the demonstration names its example's folder."""
    source = Path(layers.__file__).parents[1]
    standards = [load_standard(identity) for identity in STANDARDS]
    cities = {
        name for one in standards for name in (one.id, one.region, one.region.rstrip("市省区"))
    }
    named = {
        f"{path.relative_to(source)}: {city}"
        for path in source.rglob("*")
        if path.suffix in (".py", ".j2", ".toml", ".js", ".css", ".html", ".bas")
        and layers.DATA not in path.parents
        for city in cities
        if city in path.read_text("utf-8")
    }
    assert named == {f"demo.py: {STANDARDS[0]}"}
