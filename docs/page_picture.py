"""The pictures of docs/page.md: the page with a workbook that has a slip, and its dialog for packing.

    PYTHONPATH=tests python docs/page_picture.py

Needs what ``xlbudget page`` needs, and Chromium.
"""

from __future__ import annotations

import os
import tempfile
from decimal import Decimal
from pathlib import Path

from page_browsers import CHROMIUM, Chromium, idle, press
from xlbudget.cli.run import run
from xlbudget.demo import example_folder
from xlbudget.page import PAGE
from xlbudget.page.assemble import page_html
from xlbudget.xlsx.cells import CellEdit
from xlbudget.xlsx.workbook import Workbook

IMAGES = Path(__file__).parent / "images"
SLIP = CellEdit("一般公共预算支出表", "F8", Decimal("431.90"))


def main() -> None:
    assert CHROMIUM is not None
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        page = Path(os.environ.get("XLBUDGET_PAGE") or folder / PAGE)
        if not page.is_file():
            page.write_text(page_html(), "utf-8", newline="\n")
        book = folder / "部门预算.xlsm"
        run(["new", str(book), "--from", str(example_folder()), "-q"])
        wrong = folder / "部门预算（有误）.xlsm"
        Workbook(book).patch(wrong, [SLIP])
        with Chromium(CHROMIUM) as browser:
            browser.open(page)
            browser.give("#files", book, wrong)
            browser.until("document.querySelectorAll('.card.pass, .card.error').length === 2")
            idle(browser)
            press(browser, "填列小计")
            browser.run("[...document.querySelectorAll('[data-look]')].pop().click()")
            browser.run("scrollTo(0, 0); await new Promise((done) => setTimeout(done, 500))")
            browser.picture(IMAGES / "page.png")
            browser.run(
                "[...document.querySelectorAll('button')].find(b => b.textContent === '打包…').click()"
            )
            browser.picture(IMAGES / "page-package.png")


if __name__ == "__main__":
    main()
