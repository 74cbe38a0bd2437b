"""The picture of docs/report.md: the html report of the example with a slip, and a number clicked.

    python docs/report_picture.py

Needs Chromium with its driver (apt: chromium chromium-driver) and ImageMagick (``convert``).
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from decimal import Decimal
from pathlib import Path

from selenium import webdriver

from xlbudget.cli.run import run
from xlbudget.demo import run_demo
from xlbudget.xlsx.cells import CellEdit
from xlbudget.xlsx.workbook import Workbook

TARGET = Path(__file__).parent / "images" / "report.png"
SLIP = CellEdit("一般公共预算支出表", "F8", Decimal("431.90"))
NUMBER = "84.50%"
OPTIONS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--window-size=1180,1400",
)  # fmt: skip


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        book = run_demo(folder, lambda _: None).files[0][0]
        Workbook(book).patch(book, [SLIP])
        page = folder / "report.html"
        run(["validate", str(book), "--format", "html", "-o", str(page), "-q"])
        options = webdriver.ChromeOptions()
        for one in (*OPTIONS, f"--user-data-dir={folder / 'profile'}"):
            options.add_argument(one)
        options.binary_location = str(shutil.which("chromium"))
        driver = webdriver.Chrome(
            options=options, service=webdriver.ChromeService(shutil.which("chromedriver"))
        )
        try:
            driver.get(page.as_uri())
            driver.save_screenshot(str(folder / "1.png"))
            numbers = driver.find_elements("css selector", "a.n")
            number = next(one for one in numbers if one.text == NUMBER)
            heading = driver.find_element("css selector", "[id$=-texts]")
            driver.execute_script("arguments[0].scrollIntoView()", heading)
            number.click()
            driver.save_screenshot(str(folder / "2.png"))
        finally:
            driver.quit()
        parts = ["(", folder / "1.png", "-crop", "1165x1080+0+0", "+repage", ")"]
        parts += ["(", folder / "2.png", "-crop", "1165x590+0+0", "+repage", ")"]
        command = ["convert", *parts, "-append", "-resize", "1000x", "-colors", "64", "-strip"]
        subprocess.run([*command, TARGET], check=True)


if __name__ == "__main__":
    main()
