"""A third city from an outline: another province's eleven tables, in data alone, from nothing to a published document."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from material import OUTLINE
from random_budgets import random_budgets
from xlbudget.authoring.check import check_folder
from xlbudget.cli.run import run
from xlbudget.figures import Office, Profile
from xlbudget.publishing.data_folder import write_folder
from xlbudget.publishing.disclosure import disclosure
from xlbudget.publishing.docx import docx_bytes
from xlbudget.publishing.web import web_copy
from xlbudget.reading.book import read_book
from xlbudget.standard.loader import load_folder, own_standard
from xlbudget.standard.search import SEARCHED

if TYPE_CHECKING:
    from collections.abc import Callable


def test_it_is_less_than_150_lines_of_data() -> None:
    files = [path for path in OUTLINE.rglob("*") if path.is_file()]
    assert {path.suffix for path in files} == {".toml", ".j2"}
    assert sum(len(path.read_text("utf-8").splitlines()) for path in files) < 150
    assert len(load_folder(OUTLINE).tables) == 11


def test_nothing_contradicts_itself() -> None:
    assert check_folder(OUTLINE) == []


@pytest.fixture
def command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[[str], str]:
    """Run a command beside the figures of a random budget; gives what it says."""
    monkeypatch.setenv(SEARCHED, str(OUTLINE.parent))
    monkeypatch.chdir(tmp_path)
    standard = load_folder(OUTLINE)
    book = random_budgets(standard, random.Random(4)).draw(random.Random(4), exact=True)
    book = book._replace(
        profile=Profile(
            ("贯彻执行有关政策。",), "", (Office("办公室", "负责日常运转。"),), ("某局（本级）",)
        )
    )
    write_folder(book, standard, tmp_path / "figures")

    def call(line: str) -> str:
        status = run(line.split(" "))
        said = capsys.readouterr()
        assert status == 0, said
        return said.out

    return call


def test_from_nothing_to_a_published_document(command: Callable[[str], str]) -> None:
    command("new book.xlsx --standard qingjiang --from figures")
    command("finish book.xlsx")
    text = command("notes book.xlsx --text")
    assert "政府购买服务支出" in text
    report = json.loads(command("validate book.xlsx --format json"))
    assert (report["standard"], report["status"]) == ("qingjiang", "pass")
    assert not [one for one in report["findings"] if one["level"] == "error"]
    book = read_book(Path("book.xlsx"))
    found = disclosure(own_standard(book), book)
    Path("text.docx").write_bytes(docx_bytes(found))
    Path("text.html").write_text(web_copy(found), "utf-8")
    for document in ("text.docx", "text.html"):
        judged = json.loads(command(f"validate {document} --format json"))
        assert judged["standard"] == "qingjiang"
        assert judged["findings"] == []
        printed = sum(one["printed"] for one in judged["coverage"]["tables"])
        assert printed == sum(one["read"] for one in judged["coverage"]["tables"]) > 300


@pytest.mark.thorough
def test_a_set_to_publish(command: Callable[[str], str]) -> None:
    command("new book.xlsx --standard qingjiang --from figures")
    command("finish book.xlsx")
    command("package book.xlsx -o set --draft")
    assert {path.suffix for path in Path("set").iterdir()} > {".docx", ".pdf", ".html", ".xlsx"}
    command("rollover book.xlsx next.xlsx")
