"""Whatever people type, wherever there is room for a text: every file parses, and every text is read back."""

from __future__ import annotations

import csv
import random
import re
import zipfile
from email import message_from_bytes, policy
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import openpyxl
import pytest

from same_books import same
from thorough import either
from xlbudget.cli.run import run
from xlbudget.figures import BlockData, Book, InfoValue, Office, Profile, Row, TextUnit
from xlbudget.importing.data_folder import read_folder
from xlbudget.publishing.data_folder import write_folder
from xlbudget.reading.book import read_book
from xlbudget.standard.loader import load_standard

if TYPE_CHECKING:
    from xlbudget.standard.model import Standard

DEPARTMENT = Path(__file__).parents[1] / "departments" / "government-fund"
PIECES = (
    "\x0b", "_x000B_", "_x0041", "_", "<r>", "</r>", "<img src=x onerror=f()>", "]]>", "&", "&#10;", "=1+1", "+", "-", "@SUM(A1)", "\r", "\n",
    "\r\n", "\t", " ", "\x00", "\x1f", "\x7f", "\x85", "\u2028", "\u200b", "\ufeff", "😀", "甲", "乙", "合计", "说明", "：", "0", "12",
    "一、", "'", '"', ",", ";", "\\", "{{ 1 }}", "{% x %}", "%", "#N/A", "TRUE", "　", "\u0301", "&P", "--", "`", "$", "[表]",
)  # fmt: skip


class Texts:
    """Texts at random, each told apart from all others by its number, so that names stay names."""

    def __init__(self, seed: int) -> None:
        self.rng, self.given = random.Random(seed), 0

    def __call__(self) -> str:
        self.given += 1
        middle = "".join(self.rng.choice(PIECES) for _ in range(self.rng.choice((1, 2, 3, 8))))
        return f"{middle}项{self.given}{self.rng.choice(PIECES)}".strip()


def dressed(standard: Standard, book: Book, text: Texts) -> Book:
    """The book with another text wherever there is one, and where there could be one."""
    names: dict[str, str] = {}

    def name(old: str) -> str:
        return names.setdefault(old, text())

    def row_of(row: Row) -> Row:
        if row.kind in ("unit", "item", "form", "group"):
            label, parent = name(row.label), row.parent.removeprefix("group:")
            key = f"group:{label}" if row.kind == "group" else label
            row = row._replace(
                key=key, label=label, parent=f"group:{name(parent)}" if parent else ""
            )
        return row._replace(texts=tuple(text() for _ in row.texts) if row.kind != "total" else ())

    blocks = {
        key: BlockData.of([row_of(row) for row in data.rows]) for key, data in book.blocks.items()
    }
    places = {
        form.key: {cell.field for line in form.lines for cell in line.cells}
        for table in standard.tables
        for form in table.forms
    }
    forms = tuple(
        form._replace(
            name=name(form.name),
            fields={key: name(form.name) if key == "name" else text()
                    for key in form.fields if key in places[form.form]},
            indicators=tuple(
                one._replace(values={key: text() for key in one.values}) for one in form.indicators  # a mapping
            ),
        )
        for form in book.forms
    )  # fmt: skip
    free = {
        key: InfoValue(text())
        for key, field in standard.fields.items()
        if field.kind == "text" and key != "standard"
    }
    return book._replace(
        info={**book.info, **free},
        blocks=blocks,
        forms=forms,
        profile=Profile(
            (text(), text()), text(), (Office(text(), text()), Office(text(), "")), (text(), text())
        ),
        keyed={
            keyed.key: {text(): text() for _ in range(3)} for keyed in standard.keyed if not keyed.choices
        },
        texts=(TextUnit("notes", "一", "一.1", text()), TextUnit("notes", "一", "自写.9", text())),
        notes={**book.notes, "general": (text(), text())},
    )  # fmt: skip


def parsed(path: Path) -> None:
    """Every part of an office file is XML, and an independent reader opens the file."""
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if name.endswith((".xml", ".rels", ".vml")):
                ET.fromstring(archive.read(name))
    if path.suffix in (".xlsx", ".xlsm"):
        openpyxl.load_workbook(path)


def stated(standard: Standard, book: Book) -> dict[str, object]:
    """What a book says, without the fields that say how the workbook is used."""
    found = same(standard, book._replace(texts=()))
    info = found["info"]
    assert isinstance(info, dict)
    return {
        **found,
        "info": {
            key: value for key, value in info.items() if standard.fields[key].kind != "choice"
        },
    }


@pytest.mark.parametrize("seed", range(either(1, 2)))
def test_every_command_keeps_every_text(
    tmp_path: Path, seed: int, capsys: pytest.CaptureFixture[str]
) -> None:
    standard = load_standard()
    book = dressed(standard, read_folder(DEPARTMENT, standard), Texts(seed))
    folder, path, again = tmp_path / "数据", tmp_path / "新.xlsm", tmp_path / "再"
    write_folder(book, standard, folder)
    wanted = read_folder(folder, standard)
    for name in folder.glob("*.csv"):
        with name.open(encoding="utf-8-sig", newline="") as file:
            cells = [cell for line in csv.reader(file) for cell in line]
        number = re.compile(r"-?[0-9.]+|-?")
        assert not [one for one in cells if one[:1] in "=+-@" and not number.fullmatch(one)], name
    assert run(["new", str(path), "--from", str(folder), "-q"]) == 0, capsys.readouterr().err
    parsed(path)
    assert stated(standard, read_book(path)) == stated(standard, wanted)
    finals = {unit.text for unit in read_book(path).texts if not unit.follows}
    assert finals == {unit.text for unit in wanted.texts}
    for command in ("fill", "notes", "validate --write"):
        assert run([*command.split(), str(path), "-q"]) in (0, 1), capsys.readouterr().err
        parsed(path)
    held = stated(standard, read_book(path))
    for key in ("info", "keyed", "forms", "profile", "notes", "subjects"):
        assert held[key] == stated(standard, wanted)[key], key
    assert run(["export", str(path), str(again), "-q"]) == 0, capsys.readouterr().err
    exported = read_folder(again, standard)
    assert stated(standard, exported) == held
    assert {unit.text for unit in exported.texts} == finals
    blank = tmp_path / "空白.xlsm"
    assert run(["new", str(blank), "--year", str(book.year), "-q"]) == 0
    assert run(["import", str(again), str(blank), "-q"]) in (0, 1), capsys.readouterr().err
    parsed(blank)
    taken = stated(standard, read_book(blank))
    for key in ("forms", "profile", "keyed"):
        assert taken[key] == held[key], key
    assert run(["rollover", str(path), str(tmp_path / "下年.xlsm"), "-q"]) == 0, (
        capsys.readouterr().err
    )
    parsed(tmp_path / "下年.xlsm")
    later = stated(standard, read_book(tmp_path / "下年.xlsm"))
    assert later["profile"] == held["profile"]
    out = tmp_path / "公开"
    made = run(["package", str(path), "-o", str(out), "--draft", "--no-pdf", "-q"])
    assert made in (0, 1), capsys.readouterr().err
    for one in out.rglob("*"):
        if one.suffix in (".xlsx", ".xlsm", ".docx"):
            parsed(one)
        if one.suffix == ".eml":
            mail = message_from_bytes(one.read_bytes(), policy=policy.default)
            assert not mail.defects
            assert set(mail.keys()) <= {
                "X-Unsent",
                "From",
                "To",
                "Subject",
                "MIME-Version",
                "Content-Type",
            }
        if one.suffix == ".html":
            assert "<img src=x" not in one.read_text("utf-8")
