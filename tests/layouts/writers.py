"""How a document is printed: a function for each kind of file, and what further programs make of it.

A writer takes the document, the options of its layout and the path to write. A step of ``PROGRAMS`` takes
a file and gives the one that another program made of it.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import unicodedata
from typing import TYPE_CHECKING, Any

import pypdfium2
from pypdfium2 import raw as pdfium

from layouts.model import HIDDEN, RUNNING, Grid, Paragraph
from layouts.spreadsheet import write_sheets
from layouts.templating import filled
from layouts.word import write_word

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from layouts.model import Block, Document

_UPRIGHT = 4
SECONDS = 300
"""A program that takes longer has failed."""


# ------------------------------------------------------------------ text


def write_text(document: Document, path: Path, **marks: Any) -> None:
    """A text; ``cells``: tabs, spaces, aligned, bars; ``apart``: blank lines between paragraphs.

    ``wrap``: paragraphs are broken after so many letters. ``encoding`` is that of the file.
    """
    cells = marks.get("cells", "tabs")
    apart = marks.get("apart", True)
    lines: list[str] = []
    for at, block in enumerate(document):
        goes_on = at > 0 and _goes_on(document, at)
        lines += [""] * (apart and not goes_on)
        if isinstance(block, Grid):
            lines += _rows(block, cells)
        elif block.role != HIDDEN:
            gap = " " * 40 if cells in ("aligned", "spaces") else "\n\n"
            text = f"{block.number}{block.text}{gap if block.right else ''}{block.right}"
            lines += _wrapped(text, marks.get("wrap", 0))
    path.write_bytes(("\n".join(lines) + "\n").encode(marks.get("encoding", "utf-8")))


def _goes_on(document: Document, at: int) -> bool:
    """Whether a block stands within a table that lines of the page cut."""
    block, before = document[at], document[at - 1]
    if isinstance(block, Grid):
        return not block.head and isinstance(before, Grid | Paragraph)
    after = document[at + 1 :]
    follows = next((one for one in after if not _running(one)), None)
    return _running(block) and isinstance(follows, Grid) and not follows.head


def _running(block: Block) -> bool:
    return isinstance(block, Paragraph) and block.role == RUNNING


def _wrapped(text: str, letters: int) -> list[str]:
    if not letters or len(text) <= letters:
        return text.split("\n")
    return [text[at : at + letters] for at in range(0, len(text), letters)]


def _rows(grid: Grid, cells: str) -> Iterator[str]:
    texts = [row for at, row in enumerate(grid.texts()) if at not in grid.hidden]
    printed: list[list[str]] = []
    for row in texts:
        parts = [cell.split("\n") for cell in row]
        deep = max(map(len, parts))
        printed += [[part[at] if at < len(part) else "" for part in parts] for at in range(deep)]
    if cells == "tabs":
        yield from ("\t".join(row) for row in printed)
    elif cells == "bars":
        yield from ("| " + " | ".join(row) + " |" for row in printed)
    elif cells == "spaces":
        yield from (" ".join(cell.replace(" ", "") for cell in row if cell) for row in printed)
    else:
        yield from _aligned(grid, printed)


def _aligned(grid: Grid, rows: list[list[str]]) -> Iterator[str]:
    """Columns one below the other, as wide as their widest text; amounts stand on the right."""
    widths = [max(map(_width, column)) for column in zip(*rows, strict=True)]
    kinds = [cell.kind if cell else "" for cell in grid.laid_out()[-1]]
    for row in rows:
        line = ""
        for at, (cell, width) in enumerate(zip(row, widths, strict=True)):
            gap = " " * (width - _width(cell))
            line += (gap + cell if kinds[at] == "amount" else cell + gap) + "   "
        yield line.rstrip()


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


# ------------------------------------------------------------------ web pages


def write_html(document: Document, path: Path, **marks: Any) -> None:
    """A web page by the template; ``marks`` are its options and ``encoding``."""
    title = next((b.text for b in document if isinstance(b, Paragraph) and b.role == RUNNING), "")
    text = filled("document.html.j2", blocks=document, title=title, marks=marks)
    encoding = marks.get("encoding", "utf-8")
    path.write_bytes(text.replace('charset="utf-8"', f'charset="{encoding}"').encode(encoding))


WRITERS: dict[str, Callable[..., None]] = {
    "txt": write_text,
    "md": write_text,
    "html": write_html,
    "docx": write_word,
    "xlsx": write_sheets,
}


# ------------------------------------------------------------------ other programs


def _run(command: Sequence[str | Path], made: Path) -> Path:
    done = subprocess.run(
        [str(one) for one in command],
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    if not made.exists():
        raise RuntimeError(f"{command[0]}: {done.stdout[-300:]}{done.stderr[-300:]}")
    return made


def office(path: Path, kind: str) -> Path:
    """What LibreOffice makes of a file: ``kind`` is the ending, or ending and filter.

    With a filter for .csv that gives every sheet it is the folder of these files.
    """
    folder = path.parent / f"office-{re.sub('[^a-z]', '', kind[:5])}"
    folder.mkdir(exist_ok=True)
    ending = kind.split(":", maxsplit=1)[0]
    made = folder if ending == "csv" else folder / f"{path.stem}.{ending}"
    profile = (path.parents[1] / "office-profile").resolve()
    command = ["soffice", f"-env:UserInstallation={profile.as_uri()}", "--headless", "--norestore"]
    if path.suffix == ".html":
        command += ["--infilter=HTML (StarWriter)"]
    return _run([*command, "--convert-to", kind, "--outdir", folder, path], made)


def browser(path: Path, header: str = "") -> Path:
    """A page as headless Chromium prints it, with the ``header`` and footer of the browser or without."""
    made = path.with_suffix(".printed.pdf")
    program = shutil.which("chromium") or shutil.which("google-chrome") or "chromium"
    profile = path.parent / "browser-profile"
    command = [program, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={profile}"]
    command += [] if header else ["--no-pdf-header-footer"]
    found = _run([*command, f"--print-to-pdf={made}", path.resolve().as_uri()], made)
    shutil.rmtree(profile, ignore_errors=True)
    return found


def gnumeric(path: Path, kind: str) -> Path:
    """What gnumeric makes of a workbook; for csv the folder of its sheets, figures as they are shown."""
    if kind != "csv":
        made = path.with_suffix(f".gnumeric.{kind}")
        return _run(["ssconvert", path, made], made)
    folder = path.parent / "sheets"
    folder.mkdir(exist_ok=True)
    shown = ["-T", "Gnumeric_stf:stf_assistant", "-O", "format=preserve quoting-mode=auto eol=unix"]
    return _run(["ssconvert", "-S", *shown, path, folder / "%s.csv"], folder)


def poppler(path: Path) -> Path:
    """The text of a .pdf with its columns below each other, as poppler writes it."""
    made = path.with_suffix(".txt")
    return _run(["pdftotext", "-layout", path, made], made)


def turned(path: Path) -> Path:
    """Every page behind the fourth turned sideways, one this way, one that way."""
    made = path.with_suffix(".turned.pdf")
    document = pypdfium2.PdfDocument(path)
    for number, page in enumerate(document):
        if number > _UPRIGHT:
            page.set_rotation(90 if number % 2 else 270)
    document.save(made)
    return made


def two_up(path: Path, first: str = "left") -> Path:
    """Two pages on a sheet, side by side, the ``first`` of them on that side."""
    made = path.with_suffix(".two.pdf")
    source = pypdfium2.PdfDocument(path)
    width, height = source[0].get_size()
    if first == "right":
        swapped = pypdfium2.PdfDocument.new()
        order = [at ^ 1 for at in range(len(source) // 2 * 2)]
        swapped.import_pages(source, pages=[*order, *range(len(order), len(source))])
        source = swapped
    joined = pdfium.FPDF_ImportNPagesToOne(source.raw, 2 * width, height, 2, 1)
    pypdfium2.PdfDocument(joined).save(made)
    return made


def without_unicode(path: Path) -> Path:
    """The first font loses the table that says which character a glyph is."""
    made = path.with_suffix(".nofont.pdf")
    data = path.read_bytes()
    spots = list(re.finditer(rb"/ToUnicode \d+ 0 R", data))
    if not spots:
        raise RuntimeError(f"{path}: no /ToUnicode to take away")
    spot = spots[0]
    made.write_bytes(data[: spot.start()] + b" " * len(spot[0]) + data[spot.end() :])
    return made


PROGRAMS: dict[str, Callable[..., Path]] = {
    program.__name__: program
    for program in (office, browser, gnumeric, poppler, turned, two_up, without_unicode)
}
