"""The made documents as files: one template, printed by LibreOffice and Chromium."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import jinja2

from page_browsers import CHROMIUM

if TYPE_CHECKING:
    from shanghai.budgets import Printed

_TEMPLATES = jinja2.Environment(
    loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
    undefined=jinja2.StrictUndefined,
)
SECONDS = 300
PROGRAMS = ("chromium.pdf", "office.pdf", "office.docx")


def rendered(page: Printed, *, dots: bool = True, repeated: bool = False) -> str:
    """The document as a web page; ``dots`` in the contents, ``repeated``: headings on every page."""
    return _TEMPLATES.get_template("document.html.j2").render(
        b=page.budget, t=page.tables, s=page.says, items=page.items, compared=page.compared,
        dots="…" * 30 if dots else "", repeated=repeated,
    )  # fmt: skip


def print_document(
    page: Printed, program: str, path: Path, *, dots: bool = True, repeated: bool = False
) -> Path:
    """The document as a file beside ``path``, as a program prints it."""
    text = rendered(page, dots=dots, repeated=repeated)
    source = path.with_suffix(".html")
    source.write_text(text, "utf-8")
    if program == "html":
        return source
    target = path.with_suffix("." + program.partition(".")[2])
    if program == "chromium.pdf":
        assert CHROMIUM
        _run(CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer",
             f"--print-to-pdf={target}", source.as_uri())  # fmt: skip
        return target
    profile = (path.parent / "profile").as_uri()
    form = "pdf:writer_web_pdf_Export" if target.suffix == ".pdf" else "docx:MS Word 2007 XML"
    if target.suffix == ".docx":
        _run("soffice", f"-env:UserInstallation={profile}", "--headless", "--infilter=HTML (StarWriter)",
             "--convert-to", form, "--outdir", str(path.parent), str(source))  # fmt: skip
    else:
        _run("soffice", f"-env:UserInstallation={profile}", "--headless", "--infilter=HTML (StarWriter)",
             "--convert-to", "pdf:writer_pdf_Export", "--outdir", str(path.parent), str(source))  # fmt: skip
    return target


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True, timeout=SECONDS)
