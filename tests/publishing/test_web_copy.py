"""The web copy of the published document: every figure, for every reader, from nowhere else."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from lxml import etree, html

from printed_tables import compare_tables, crowded
from xlbudget.figures import InfoValue, Office, Profile
from xlbudget.importing.data_folder import read_folder
from xlbudget.importing.imported import blank_book
from xlbudget.publishing.disclosure import disclosure
from xlbudget.publishing.web import web_copy

if TYPE_CHECKING:
    from pathlib import Path

    from printed_tables import Matrix
    from xlbudget.figures import Book
    from xlbudget.standard.model import Standard

NASTY = "<script>alert(1)</script>\"'&lt;\x00\x0b=1+1"


def page_of(standard: Standard, book: Book) -> html.HtmlElement:
    return html.document_fromstring(web_copy(disclosure(standard, book)))


def text_of(element: html.HtmlElement) -> str:
    return "".join(element.itertext())


def matrices(page: html.HtmlElement) -> list[Matrix]:
    """The tables with every place that a cell covers."""
    return [_matrix(table) for table in page.iter("table")]


def _matrix(table: html.HtmlElement) -> Matrix:
    places: dict[tuple[int, int], str] = {}
    rows = list(table.iter("tr"))
    for line, row in enumerate(rows):
        column = 0
        for cell in row.iter("th", "td"):
            while (line, column) in places:
                column += 1
            wide, high = int(cell.get("colspan", "1")), int(cell.get("rowspan", "1"))
            for below in range(high):
                for beside in range(wide):
                    assert (line + below, column + beside) not in places, "cells overlap"
                    places[line + below, column + beside] = text_of(cell)
            column += wide
    width = 1 + max(column for _, column in places)
    assert max(line for line, _ in places) == len(rows) - 1, "no cell reaches below its table"
    return [[places[line, column] for column in range(width)] for line in range(len(rows))]


def test_every_amount_is_printed_as_in_the_book(standard: Standard, example: Book) -> None:
    compared = compare_tables(standard, example, matrices(page_of(standard, example)))
    print(f"html: {compared}")
    held = [cell for data in example.blocks.values() for row in data.rows for cell in row.cells]
    assert sum(compared.amounts.values()) == sum(cell is not None for cell in held) == 316


def test_every_paragraph_is_there_in_its_order(standard: Standard, example: Book) -> None:
    found = disclosure(standard, example)
    page = html.document_fromstring(web_copy(found))
    shown = [
        text_of(one) for one in page.iter("p", "h4") if one.get("class") not in ("day", "note")
    ]
    assert shown == [one.text for one in found.texts]
    notes = [text_of(one) for one in page.find_class("note")]
    assert notes == [note for grid in found.grids for note in grid.notes]


def test_the_contents_lead_to_every_heading(standard: Standard, example: Book) -> None:
    found = disclosure(standard, example)
    page = html.document_fromstring(web_copy(found))
    links = page.xpath("//nav//a")
    assert [text_of(one) for one in links] == [text for _, text in found.headings]
    for link in links:
        (target,) = page.xpath("//*[@id=$name]", name=link.get("href")[1:])
        assert text_of(target) == text_of(link)
    levels = [int(one.tag[1]) for one in page.iter("h1", "h2", "h3", "h4")]
    assert levels[0] == 1
    assert levels.count(1) == 1
    steps = pairwise(levels)
    assert all(after <= before + 1 for before, after in steps), "no level is skipped"


def test_tables_can_be_read_aloud(standard: Standard, example: Book) -> None:
    page = page_of(standard, example)
    assert page.get("lang") == "zh-CN"
    tables = list(page.iter("table"))
    assert len(tables) == 24
    for table in tables:
        assert text_of(table.find("caption"))
        assert all(one.get("scope") in ("col", "colgroup", "row") for one in table.iter("th"))
        region = table.getparent()
        assert (region.get("role"), region.get("tabindex")) == ("region", "0")
    for table in tables[:10]:
        assert table.find("thead") is not None
        for row in table.find("tbody"):
            figures = [one for one in row.find_class("amount") if one.text]
            assert not figures or row.find("th[@scope='row']") is not None
    names = [table.getparent().get("aria-label") for table in tables]
    assert len(set(names)) == len(names), "every table has a name of its own"
    assert "单位：万元" in text_of(tables[0].find("caption"))


def test_nothing_is_loaded_and_nothing_runs(standard: Standard, example: Book) -> None:
    text = web_copy(disclosure(standard, example))
    page = html.document_fromstring(text)
    assert not page.xpath("//script | //link | //img | //iframe | //form | //object | //@onclick")
    assert all(one.startswith("#") for one in page.xpath("//@href | //@src"))
    assert not re.search(r"url\(|@import|https?:", text)
    assert "default-src 'none'" in page.xpath("//meta[@http-equiv]/@content")[0]
    assert page.xpath("//meta[@name='viewport']")


@pytest.mark.parametrize("kind", ["odd", "blank", "crowded"])
def test_other_books(standard: Standard, example: Book, kind: str) -> None:
    book = example
    if kind == "odd":
        info = {**example.info, "unit_name": InfoValue(NASTY), "issued": InfoValue(NASTY)}
        profile = Profile((NASTY,), NASTY, (Office(NASTY, NASTY),), (NASTY,) * 60)
        forms = tuple(one._replace(fields={**one.fields, "goal": NASTY}) for one in example.forms)
        book = example._replace(info=info, profile=profile, forms=forms, notes={})
    elif kind == "blank":
        book = blank_book(standard, 2027)
    else:
        book = crowded(standard, example)
    text = web_copy(disclosure(standard, book))
    page = html.document_fromstring(text)
    assert not page.xpath("//script")
    assert not re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", text)
    etree.fromstring(etree.tostring(page, method="xml"))
    if kind == "odd":
        assert "<script>alert(1)</script>\"'&lt; =1+1" in text_of(page.find(".//h1"))
    if kind == "crowded":
        print(f"html, crowded: {compare_tables(standard, book, matrices(page))}")


def test_every_department(standard: Standard, department: Path) -> None:
    book = read_folder(department, standard)
    tables = matrices(page_of(standard, book))
    if book.forms:
        compare_tables(standard, book, tables)
    else:
        assert len(tables) == 10
