"""The layouts of ``layouts.toml``, and the files that they give."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from exported_tables import VARIANTS
from exported_tables import write as write_export
from layouts.changes import changed
from layouts.writers import PROGRAMS, WRITERS
from xlbudget.publishing.docx import docx_bytes, write_docx
from xlbudget.publishing.web import web_copy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from layouts.model import Document
    from layouts.sources import Source

_DATA = Path(__file__).with_name("layouts.toml")


@dataclass(frozen=True, eq=False)
class Layout:
    """One way of publishing.

    ``changes`` are done to the document, ``write`` names the writer with its ``marks``, ``then`` are the
    programs that make the file into another one. ``row`` names what it is an example of. ``fast``: it is part
    of the tests, ``pending``: not read as it should be yet; ``trials``: mistakes are made in it. ``refused``: its text holds
    not enough, and a sentence that refuses it is right.
    """

    name: str
    title: str
    row: str
    write: str
    sources: tuple[str, ...] = ("example",)
    changes: tuple[dict[str, Any], ...] = ()
    marks: dict[str, Any] = field(default_factory=dict)
    then: tuple[tuple[str, ...], ...] = ()
    fast: bool = False
    pending: bool = False
    trials: bool = False
    refused: bool = False

    @property
    def kind(self) -> str:
        """The kind of the file that is read, and which program made it."""
        ends = {"own": "docx", "page": "html", "export": "xlsx"}
        kind = self.marks.get("suffix", ends.get(self.write, self.write))
        for program, *arguments in self.then:
            kind = {
                "browser": "pdf",
                "two_up": "pdf",
                "turned": "pdf",
                "without_unicode": "pdf",
                "poppler": "txt",
            }.get(program, arguments[0].split(":")[0] if arguments else kind)
        return str(kind)

    @property
    def foreign(self) -> bool:
        """Whether a program other than our own writers made it."""
        return self.write not in ("own", "page") and (bool(self.then) or self.write == "docx")


def layouts() -> list[Layout]:
    """All of them, in the order of the file."""
    data = tomllib.loads(_DATA.read_text(encoding="utf-8"))
    found = []
    for one in data["layout"]:
        given = {**one}
        for key in ("sources", "changes"):
            if key in given:
                given[key] = tuple(given[key])
        given["then"] = tuple(map(tuple, given.get("then", ())))
        found.append(Layout(**given))
    return found


def layout_sources(chosen: list[Layout]) -> Iterator[tuple[Layout, str]]:
    """Every layout with each of its sources."""
    for one in chosen:
        for name in one.sources:
            yield one, name


def make(
    layout: Layout, source: Source, folder: Path, document: Document | None = None
) -> list[Path]:
    """The files of a layout, several where a program writes one per sheet.

    ``document`` stands in place of the source's own, with a mistake in it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = _written(layout, source, folder, document or source.document)
    for program, *arguments in layout.then:
        path = PROGRAMS[program](path, *arguments)
    # Who has a file per sheet gives those of the tables.
    files = sorted(path.iterdir()) if path.is_dir() else [path]
    return [file for file in files if "封面" not in file.name]


def _written(layout: Layout, source: Source, folder: Path, document: Document) -> Path:
    marks = dict(layout.marks)
    if layout.write == "export":
        path = folder / "导出.xlsx"
        shape = replace(VARIANTS[marks["variant"]], year=source.base.book.year)
        return write_export(path, source.base.standard, source.base.book, shape)
    if layout.write in ("own", "page"):
        assert source.made is not None
        path = folder / ("公开.docx" if layout.write == "own" else "公开.html")
        if layout.write == "page":
            path.write_text(web_copy(source.made), encoding="utf-8")
        elif layout.then:  # it is printed: the contents have their page numbers
            write_docx(source.made, path)
        else:
            path.write_bytes(docx_bytes(source.made))
        return path
    path = folder / f"公开.{marks.pop('suffix', layout.write)}"
    WRITERS[layout.write](changed(document, list(layout.changes)), path, **marks)
    return path
