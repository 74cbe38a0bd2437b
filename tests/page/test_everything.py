"""What ``make page-check`` adds: all material, damaged workbooks, browsers of earlier years, Firefox, building twice."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from page_attempts import IN_A_PAGE
from page_browsers import CHROMIUM, FIREFOX, Chromium, Firefox, idle, press
from page_parity import ALL, differences
from xlbudget.cli.run import run
from xlbudget.page.assemble import page_html

if TYPE_CHECKING:
    from collections.abc import Callable

    from page_browsers import Browser

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
CULTURE = ROOT / "tests" / "cases" / "culture-bureau"
FIRST, LATER, FIRST_FIREFOX, BLOCKED = 5.0, 2.0, 8.0, 300.0
"""Seconds to the first answer and to later ones, on an idle machine; milliseconds that the page may stand still."""
_AUDIT = """return (await axe.run({ exclude: [['#report']] })).violations.map((one) =>
  [one.id, one.help, one.nodes.map((node) => node.html.slice(0, 200))])"""
_UNPACK = (
    "const fs = require('fs'), zlib = require('zlib');"
    "fs.writeFileSync(process.argv[2], zlib.brotliDecompressSync(fs.readFileSync(process.argv[1])))"
)


def test_two_builds_are_the_same(page_file: Path) -> None:
    assert page_html().encode() == page_file.read_bytes()


def test_every_department_gives_the_same_bytes(
    opened: Chromium, built_from: Callable[[Path], Path], department: Path, tmp_path: Path
) -> None:
    assert differences(opened, built_from(department), tmp_path, ALL) == []


def test_the_culture_bureau_gives_the_same_bytes(opened: Chromium, tmp_path: Path) -> None:
    book = tmp_path / "文化局.xlsm"
    subjects = ["--subjects", "functional", str(CULTURE / "functional-subjects.csv")]
    assert run(["new", str(book), "--from", str(CULTURE), *subjects, "-q"]) == 0
    folder = tmp_path / "空"
    folder.mkdir()
    assert differences(opened, book, folder, ALL) == []


def damaged(whole: bytes) -> dict[str, bytes]:
    """Ten files that are no workbooks any more."""
    middle = len(whole) // 2
    return {
        "空.xlsx": b"",
        "截断.xlsx": whole[:middle],
        "没有头.xlsx": whole[100:],
        "零.xlsx": bytes(10_000),
        "文字.xlsx": "这不是工作簿".encode(),
        "网页.xlsx": b"<html><table><tr><td>1</td></tr></table></html>",
        "翻转.xlsx": whole[:middle] + bytes(one ^ 255 for one in whole[middle : middle + 4000]) + whole[middle + 4000 :],
        "旧格式.xls": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(4000),
        "金山.et": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(4000),
        "公开.docx": whole,
    }  # fmt: skip


def test_damaged_files_get_the_same_sentences(
    opened: Chromium, example_file: Path, tmp_path: Path
) -> None:
    for name, data in damaged(example_file.read_bytes()).items():
        book = tmp_path / name
        book.write_bytes(data)
        folder = tmp_path / f"空 {name}"
        folder.mkdir()
        assert differences(opened, book, folder, ALL[:2]) == [], name


def test_twenty_files_one_of_thirty_megabytes_and_more_while_these_are_read(
    page_file: Path, example_file: Path, tmp_path: Path
) -> None:
    assert CHROMIUM is not None
    large = tmp_path / "大.xlsx"
    large.write_bytes(example_file.read_bytes() + os.urandom(30 * 2**20))
    books = [Path(shutil.copy(example_file, tmp_path / f"{at}.xlsm")) for at in range(20)]
    with Chromium(CHROMIUM) as browser:
        browser.watch()
        browser.open(page_file)
        browser.give("#files", large, *books[:10])
        browser.until("document.querySelectorAll('.card.pass').length === 1")
        assert browser.run("return document.getElementById('bar').className") == "busy"
        browser.give("#files", *books[10:])
        browser.until("document.querySelectorAll('.card').length === 21")
        idle(browser)
        assert browser.run("return document.querySelectorAll('.card.pass').length") == 20
        assert browser.run("return document.querySelectorAll('.card.unknown').length") == 1
        heap = browser.run("return await xlbudget.engine.heap()")
        longest = browser.longest()
    print(f"page's thread at most {longest:.0f} ms at once; heap {heap / 2**20:.0f} MB")
    assert longest < BLOCKED


def test_the_tab_is_closed_in_between(page_file: Path, example_file: Path) -> None:
    assert CHROMIUM is not None
    with Chromium(CHROMIUM) as browser:
        for wait in ("document.querySelector('.card')", "document.querySelector('.card.pass')"):
            browser.open(page_file)
            browser.give("#files", example_file)
            browser.until(wait)
            browser.run(
                "const one = [...document.querySelectorAll('button')].find((one) => one.textContent === '生成说明');"
                "if (one) { one.click(); }"
            )
            browser.tell("Page.navigate", url="about:blank")
            browser.until("location.href === 'about:blank'")
        browser.open(page_file)
        assert browser.run("return document.querySelectorAll('.card, #downloads li').length") == 0
        browser.give("#files", example_file)
        browser.until("document.querySelector('.card.pass')")
        idle(browser)
        assert browser.said == []


def test_nothing_is_found_by_an_audit_of_accessibility(page_file: Path, example_file: Path) -> None:
    assert CHROMIUM is not None
    audit = HERE / "browsers" / "node_modules" / "axe-core" / "axe.min.js"
    if not audit.is_file():
        pytest.skip("no axe-core: npm ci --prefix tests/page/browsers")
    with Chromium(CHROMIUM) as browser:
        browser.open(page_file)
        browser.give("#files", example_file)
        idle(browser)
        browser.tell("Runtime.evaluate", expression=audit.read_text("utf-8"))
        assert browser.run("return (await axe.run()).passes.length") > 10
        assert browser.run(_AUDIT) == []
        for title in ("打包…", "导入…", "录入底稿…", "结转下年…", "与上年核对…", "新建工作簿…"):
            press(browser, title)
            assert browser.run(_AUDIT) == [], title
            press(browser, "取消")


def answered(browser: Browser, page: Path, book: Path) -> tuple[float, float]:
    """Seconds to the first answer and to a later one."""
    before = time.monotonic()
    browser.open(page)
    browser.give("#files", book)
    browser.until("document.querySelector('.card.pass')")
    first = time.monotonic() - before
    idle(browser)
    before = time.monotonic()
    browser.give("#files", book)
    browser.until("document.querySelectorAll('.card.pass').length === 2")
    later = time.monotonic() - before
    idle(browser)
    print(f"{type(browser).__name__}: first {first:.1f} s, later {later:.1f} s")
    assert browser.run("return await xlbudget.engine.heap()") <= 128 * 2**20
    return first, later


def test_first_and_later_answers_in_chromium(page_file: Path, example_file: Path) -> None:
    assert CHROMIUM is not None
    with Chromium(CHROMIUM) as browser:
        first, later = answered(browser, page_file, example_file)
    if os.environ.get("XLBUDGET_IDLE"):
        assert (first <= FIRST, later <= LATER) == (True, True), (first, later)


def test_firefox(page_file: Path, example_file: Path, heard: tuple[int, list[bytes]]) -> None:
    if FIREFOX is None:
        pytest.skip("no Firefox here (apt: firefox-esr)")
    with Firefox(FIREFOX) as browser:
        first, later = answered(browser, page_file, example_file)
        port, sent = heard
        tried = browser.run(IN_A_PAGE.replace("PORT", str(port)))
        assert {"fetch", "no-cors", "xhr"} <= set(tried)
        assert sent == []
    if os.environ.get("XLBUDGET_IDLE"):
        assert (first <= FIRST_FIREFOX, later <= LATER) == (True, True), (first, later)


def old_chromium(version: str, folder: Path) -> Chromium:
    """A Chromium of earlier years, as it is packed for machines without a screen."""
    packed = HERE / "browsers" / "node_modules" / f"chromium-{version}" / "bin"
    node = shutil.which("node")
    if not packed.is_dir() or node is None:
        pytest.skip("no old browsers: npm ci --legacy-peer-deps --prefix tests/page/browsers")
    for name in ("chromium", "aws.tar", "swiftshader.tar"):
        subprocess.run([node, "-e", _UNPACK, packed / f"{name}.br", folder / name], check=True)
        if name.endswith(".tar"):
            shutil.unpack_archive(folder / name, folder, filter="data")
    (folder / "chromium").chmod(0o755)
    environment = {**os.environ, "LD_LIBRARY_PATH": f"{folder / 'lib'}:{folder}"}
    return Chromium(
        str(folder / "chromium"), "--single-process", "--no-zygote", environment=environment
    )


@pytest.mark.parametrize("version", ["109", "103"])
def test_browsers_of_some_years_ago(
    version: str, page_file: Path, example_file: Path, tmp_path: Path
) -> None:
    with old_chromium(version, tmp_path) as browser:
        answered(browser, page_file, example_file)
        assert browser.said == []


def test_too_old_a_browser_gets_a_sentence_at_once(page_file: Path, tmp_path: Path) -> None:
    with old_chromium("86", tmp_path) as browser:
        before = time.monotonic()
        browser.open(page_file)
        browser.until("!document.getElementById('old').hidden")
        print(f"after {time.monotonic() - before:.1f} s")
        assert "请换一个新一些的浏览器" in browser.run("return document.body.innerText")
