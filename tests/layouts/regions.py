"""Documents of other regions (regions.toml): made, and what is said of each."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from layouts.model import (
    ABOVE,
    CONTENTS,
    COVER,
    ITEM,
    PART,
    RUNNING,
    TEXT,
    TITLE,
    Cell,
    Grid,
    Paragraph,
)
from layouts.writers import WRITERS
from xlbudget.errors import XlbudgetError
from xlbudget.importing.plan import read_sources
from xlbudget.importing.published.validate import validate_published
from xlbudget.standard.loader import load_standard

if TYPE_CHECKING:
    from collections.abc import Iterator

    from layouts.model import Block

_DATA = Path(__file__).with_name("regions.toml")
_NUMBERS = "一二三四五六七八九"


class Said(NamedTuple):
    """What became of a document: the sentence that refuses it, empty where it is validated or imported."""

    name: str
    validated: str
    imported: str
    kinds: tuple[str, ...]

    @property
    def right(self) -> bool:
        """Refused both times, with its kind."""
        return all(
            said and any(kind in said for kind in self.kinds)
            for said in (self.validated, self.imported)
        )


def blocks(region: dict[str, Any]) -> Iterator[Block]:
    """The document of a region as blocks."""
    title = region["title"]
    yield Paragraph(COVER, title)
    yield Paragraph(CONTENTS, "目录")
    yield Paragraph(CONTENTS, "第一部分 部门概况", level=1)
    yield Paragraph(CONTENTS, "第二部分 2024年部门预算表", level=1)
    for number, table in zip(_NUMBERS, region["table"], strict=False):
        yield Paragraph(CONTENTS, f"{number}、{table['title']}", level=2)
    yield Paragraph(RUNNING, title)
    yield Paragraph(PART, "第一部分 部门概况")
    yield Paragraph(ITEM, "一、主要职能")
    yield Paragraph(TEXT, "贯彻执行国家有关方针政策和法律法规，完成上级交办的其他任务。")
    yield Paragraph(PART, "第二部分 2024年部门预算表")
    for number, table in zip(_NUMBERS, region["table"], strict=False):
        yield Paragraph(ITEM, f"{number}、{table['title']}")
        yield Paragraph(TITLE, table["title"])
        yield Paragraph(ABOVE, f"部门：{title.split('20')[0]}", f"单位：{table['unit']}")
        rows = [
            tuple(Cell(text, "heading") for text in table["head"]),
            *(tuple(Cell(text, "") for text in row) for row in table["rows"]),
        ]
        yield Grid(table["title"], "table", 1, tuple(rows), len(table["head"]))
    yield Paragraph(PART, "第三部分 2024年部门预算情况说明")
    yield Paragraph(
        TEXT, "2024年本部门收支预算按照综合预算的原则编制，所有收入和支出均纳入部门预算管理。"
    )


def judged(folder: Path) -> Iterator[Said]:
    """Every region's document, validated and imported."""
    standard = load_standard("changchun")
    for number, region in enumerate(tomllib.loads(_DATA.read_text(encoding="utf-8"))["region"]):
        place = folder / f"region-{number}"
        place.mkdir(parents=True, exist_ok=True)
        path = place / f"公开.{region['write']}"
        WRITERS[region["write"]](tuple(blocks(region)), path)
        yield Said(
            region["name"], _validated(path), _imported(path, standard), tuple(region["kind"])
        )


def _validated(path: Path) -> str:
    try:
        validate_published(path)
    except XlbudgetError as error:
        return str(error)
    return ""


def _imported(path: Path, standard: Any) -> str:
    try:
        read_sources([path], standard, 2024)
    except XlbudgetError as error:
        return str(error)
    return ""
