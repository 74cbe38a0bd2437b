"""Pictures of every sheet of the example's workbook, for people to look at.

    python docs/pictures.py

Needs LibreOffice (``soffice``) and ``pdftoppm`` and ``pdftotext``. The first page of each sheet, as
it is printed, goes to docs/images/sheets/; docs/sheets.md lists them all.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from decimal import Decimal
from pathlib import Path

from xlbudget.cli.run import run
from xlbudget.demo import run_demo
from xlbudget.sheets.layout import COVER, FINDINGS, sheet_names
from xlbudget.standard.loader import load_standard
from xlbudget.xlsx.cells import CellEdit
from xlbudget.xlsx.workbook import Workbook

HERE = Path(__file__).parent
FOLDER = HERE / "images" / "sheets"
SLIP = CellEdit("一般公共预算支出表", "F8", Decimal("431.90"))
"""A slip, so that the list of findings has something to show."""
INTRODUCTION = """\
# 每张表的样子

样例工作簿各表的第一页，由 LibreOffice 按打印版式输出（`python docs/pictures.py`）；“{findings}”一张为了示意，
事先把一般公共预算支出表 F8 的 430.90 改成了 431.90。
"""


def pages(book: Path, folder: Path) -> Path:
    """The workbook as a PDF."""
    profile = (folder / "profile").as_uri()
    command = ["soffice", "--headless", f"-env:UserInstallation={profile}", "--convert-to", "pdf"]
    subprocess.run([*command, "--outdir", folder, book], check=True, capture_output=True)
    return folder / f"{book.stem}.pdf"


def text_of(pdf: Path, page: int) -> str:
    command = ["pdftotext", "-f", str(page), "-l", str(page), "-layout", pdf, "-"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def first_pages(pdf: Path, sheets: list[str], titles: dict[str, str]) -> dict[str, int]:
    """Sheet -> its first page: the first after the sheet before that begins with its title."""
    found: dict[str, int] = {}
    page = 1
    for sheet in sheets:
        if sheet == sheets[0]:
            found[sheet] = page
            continue
        while True:
            page += 1
            text = text_of(pdf, page)
            if not text:
                raise SystemExit(f"no page for {sheet}")
            head = "".join("".join(text.split())[:60])
            if titles.get(sheet, sheet) in head:
                found[sheet] = page
                break
    return found


def picture(pdf: Path, page: int, target: Path) -> None:
    command = ["pdftoppm", "-png", "-r", "72", "-f", str(page), "-l", str(page), "-singlefile"]
    subprocess.run([*command, pdf, target.with_suffix("")], check=True)


def main() -> None:
    standard = load_standard()
    sheets = sheet_names(standard)
    titles = {table.sheet: table.title for table in standard.tables}
    form = next(table for table in standard.tables if table.forms)
    titles[form.sheet] = "绩效目标"
    titles[COVER] = "年部门预算"
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        book = run_demo(folder, lambda _: None).files[0][0]
        wrong = Path(shutil.copy(book, folder / "wrong.xlsm"))
        Workbook(wrong).patch(wrong, [SLIP])
        for command in (["fill"], ["validate", "--write"]):
            run([*command, "-q", str(wrong)])
        right, other = pages(book, folder), pages(wrong, folder)
        found = first_pages(right, sheets, titles)
        lines = [INTRODUCTION.format(findings=FINDINGS)]
        for number, sheet in enumerate(sheets, 1):
            target = FOLDER / f"{number:02d}.png"
            source = other if sheet == FINDINGS else right
            page = found[sheet]
            if sheet == FINDINGS:
                page = first_pages(other, sheets, titles)[sheet]
            picture(source, page, target)
            lines.append(f"## {sheet}\n\n![{sheet}](images/sheets/{target.name})\n")
    (HERE / "sheets.md").write_text("\n".join(lines), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
