"""The html report in a browser: opened from disk, read, clicked, printed; headless Chromium."""

from __future__ import annotations

import base64
import json
import re
import shutil
import subprocess
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from xlbudget.editing.notes import plan_notes
from xlbudget.editing.validate import examine_file
from xlbudget.explaining.explain import explain, glossary
from xlbudget.reading.book import read_book
from xlbudget.report import render
from xlbudget.report.pictures import report_pictures
from xlbudget.standard.loader import own_standard
from xlbudget.xlsx.cells import CellEdit
from xlbudget.xlsx.workbook import Workbook

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from selenium.webdriver import Chrome
    from selenium.webdriver.remote.webelement import WebElement

    from xlbudget.findings import Report

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
DRIVER = shutil.which("chromedriver")
OPTIONS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--window-size=1280,1400",
)  # fmt: skip
SPENDING, NOTES, SHEET = "一般公共预算支出表", "情况说明", "部门收支总表"
EVIL = "<script>document.title='坏'</script>"

pytestmark = pytest.mark.skipif(
    not (CHROMIUM and DRIVER), reason="no Chromium here (apt: chromium chromium-driver)"
)


def browser(folder: Path, *, scripts: bool = True) -> Chrome:
    from selenium import webdriver  # noqa: PLC0415  # only where there is a browser

    options = webdriver.ChromeOptions()
    for one in (*OPTIONS, f"--user-data-dir={folder}"):
        options.add_argument(one)
    if not scripts:
        settings = {"profile.managed_default_content_settings.javascript": 2}
        options.add_experimental_option("prefs", settings)
    options.binary_location = str(CHROMIUM)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    return webdriver.Chrome(options=options, service=webdriver.ChromeService(DRIVER))


@pytest.fixture(scope="module")
def chrome(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    driver = browser(tmp_path_factory.mktemp("profile"))
    yield driver
    driver.quit()


@pytest.fixture(scope="module")
def wrong(example_file: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Report]:
    """The example with its explanation, a slip in a table and one in the text, as a page."""
    folder = tmp_path_factory.mktemp("报告 一")
    book = folder / "有误.xlsm"
    named = CellEdit("基础信息", read_book(example_file).info["unit_name"].cell, EVIL)
    Workbook(example_file).patch(book, [named])
    figures = read_book(book)
    standard = own_standard(figures)
    plan = plan_notes(Workbook(book), explain(standard, figures), glossary(standard, figures))
    Workbook(book).patch(book, plan.edits, plan.afterwards)
    spoken = next(one for one in read_book(book).texts if "总收入6,295.86" in one.text)
    slips = [
        CellEdit(SPENDING, "F8", Decimal("431.90")),
        CellEdit(NOTES, spoken.place.cell, spoken.text.replace("6,295.86", "6,259.86", 1)),
    ]
    Workbook(book).patch(book, slips)
    found = examine_file(book)
    pictures = report_pictures(found.standard, found.book)
    page = folder / "校验结果.html"
    text = render([found.report], "html", {found.standard.id: found.standard}, [pictures])
    page.write_text(text, encoding="utf-8")
    return page, found.report


@pytest.fixture
def page(chrome: Chrome, wrong: tuple[Path, Report]) -> Chrome:
    chrome.get_log("browser")
    chrome.get_log("performance")
    chrome.get(wrong[0].as_uri())
    return chrome


def one(driver: Chrome, css: str) -> WebElement:
    return driver.find_element("css selector", css)


def every(driver: Chrome, css: str) -> list[WebElement]:
    return driver.find_elements("css selector", css)


def run(driver: Chrome, script: str, *arguments: object) -> Any:
    return driver.execute_script(f"return {script}", *arguments)


def test_it_is_small_opens_from_disk_and_asks_for_nothing(
    page: Chrome, wrong: tuple[Path, Report]
) -> None:
    assert wrong[0].stat().st_size < 400_000
    assert page.get_log("browser") == []
    events = [json.loads(entry["message"])["message"] for entry in page.get_log("performance")]
    asked = [
        event["params"]["request"]["url"]
        for event in events
        if event["method"] == "Network.requestWillBeSent"
        # The page that a new tab shows is the browser's own, and still loading on a slow machine.
        and not event["params"]["request"]["url"].startswith("chrome://")
    ]
    assert asked == [wrong[0].as_uri()]


def test_what_a_workbook_says_is_shown_and_not_run(page: Chrome) -> None:
    assert EVIL in one(page, "p.about").text
    assert EVIL in one(page, ".passage.wrong p").text
    assert page.title == f"部门预算校验报告：{EVIL}"
    assert len(every(page, "script")) == 1


def test_the_policy_lets_no_other_script_run(page: Chrome) -> None:
    script = "const one = document.createElement('script'); one.textContent = 'window.bad = 1';"
    page.execute_script(f"{script} document.body.append(one);")
    assert run(page, "window.bad === undefined")
    assert any("Content Security Policy" in entry["message"] for entry in page.get_log("browser"))


def test_every_link_leads_somewhere_and_every_name_is_given_once(page: Chrome) -> None:
    names = run(page, "[...document.querySelectorAll('[id]')].map(one => one.id)")
    assert len(names) == len(set(names))
    links = run(page, "[...document.querySelectorAll('a')].map(one => one.getAttribute('href'))")
    assert len(links) > 300
    assert [link for link in links if link[1:] not in names or link[0] != "#"] == []


def test_the_wrong_cell_is_marked_and_leads_to_its_finding_and_back(page: Chrome) -> None:
    cell = one(page, "td.wrong.error")
    assert cell.text == "■1 431.90"
    outline = (
        cell.value_of_css_property("outline-style"),
        cell.value_of_css_property("outline-width"),
    )
    assert outline == ("solid", "3px")
    cell.find_element("css selector", "a.mark").click()
    row = run(page, "document.querySelector(':target')")
    assert row.tag_name == "tr"
    assert "430.90" in row.text
    row.find_element("css selector", ".place a").click()
    assert run(page, "document.querySelector(':target')") == cell


def test_a_number_shows_its_cells_and_the_sum(page: Chrome) -> None:
    numbers = [number for number in every(page, "a.n") if number.text.endswith("%")]
    number = next(one for one in numbers if one.text == "84.50%")
    run(page, "arguments[0].scrollIntoView({block: 'center'})", number)
    number.click()
    card = one(page, ".card")
    assert "当年预算 5,319.80÷收入合计 6,295.86＝84.50%" in card.text
    assert "部门收入总表 C7" in card.text
    assert number.get_attribute("aria-expanded") == "true"
    below = run(
        page,
        "arguments[0].getBoundingClientRect().top - arguments[1].getBoundingClientRect().bottom",
        card,
        number,
    )
    assert 0 <= below < 12
    card.find_element("css selector", "a").click()
    assert every(page, ".card") == []
    target = run(page, "document.querySelector(':target')")
    assert target.is_displayed()
    assert target.text == "5,319.80"


def test_escape_closes_what_was_opened_from_the_keyboard(page: Chrome) -> None:
    from selenium.webdriver.common.keys import Keys  # noqa: PLC0415

    number = next(one for one in every(page, "a.n") if one.text == "622.67")
    number.send_keys(Keys.ENTER)
    assert "本年 6,295.86－上年 5,673.19＝622.67" in one(page, ".card").text
    page.switch_to.active_element.send_keys(Keys.ESCAPE)
    assert every(page, ".card") == []
    assert page.switch_to.active_element == number
    assert number.get_attribute("aria-expanded") == "false"


def test_a_cell_leads_to_the_paragraphs_that_use_it(page: Chrome) -> None:
    for details in every(page, "section > details"):
        run(page, "arguments[0].open = true", details)
    single = every(page, "a.use:not(.n)")
    run(page, "arguments[0].scrollIntoView({block: 'center'})", single[0])
    text = single[0].text
    single[0].click()
    target = run(page, "document.querySelector(':target')")
    assert "passage" in target.get_attribute("class")
    assert text in target.text
    several = every(page, "a.use.n")[0]
    run(page, "arguments[0].scrollIntoView({block: 'center'})", several)
    text = several.text
    several.click()
    links = [link.get_attribute("href") for link in every(page, ".card a")]
    assert len(links) > 1
    one(page, ".card a").click()
    assert text in run(page, "document.querySelector(':target')").text


def test_an_edited_number_is_set_off_in_its_paragraph(page: Chrome) -> None:
    passage = one(page, ".passage.wrong")
    assert passage.find_element("css selector", "mark").text == "6,259.86万元"
    assert "已改" in passage.text
    assert "■" in passage.find_element("css selector", "a.mark").text
    assert "622.67" in [link.text for link in passage.find_elements("css selector", "a.n")]


def test_headings_descend_and_tables_say_what_their_heads_are_for(page: Chrome) -> None:
    levels = run(
        page, "[...document.querySelectorAll('h1,h2,h3,h4,h5')].map(one => +one.tagName[1])"
    )
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert run(page, "document.querySelectorAll('th:not([scope])').length") == 0
    assert run(page, "document.documentElement.lang") == "zh-CN"


CONTRAST = """(() => {
  const light = (text) => {
    const parts = text.match(/[\\d.]+/g).map(Number);
    if (parts.length > 3 && parts[3] === 0) { return null; }
    const [r, g, b] = parts.map(v => v / 255).map(
      v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const low = [];
  for (const one of document.querySelectorAll('body *')) {
    if (!one.checkVisibility() || ![...one.childNodes].some(n => n.nodeType === 3 && n.data.trim())) continue;
    let back = null, at = one;
    while (back === null && at) { back = light(getComputedStyle(at).backgroundColor); at = at.parentElement; }
    const front = light(getComputedStyle(one).color), page = back === null ? 1 : back;
    const ratio = (Math.max(front, page) + 0.05) / (Math.min(front, page) + 0.05);
    if (ratio < 4.5) low.push(one.className + ' ' + one.textContent.slice(0, 20) + ' ' + ratio);
  }
  return low;
})()"""


def test_everything_can_be_read_against_its_background(page: Chrome) -> None:
    run(page, "document.querySelectorAll('details').forEach(one => { one.open = true; })")
    every(page, "a.n")[0].click()
    assert run(page, CONTRAST) == []


def test_amounts_stand_right_with_digits_of_one_width(page: Chrome) -> None:
    for cell in (one(page, ".picture td.amount"), one(page, ".findings td.number")):
        assert cell.value_of_css_property("text-align") == "right"
        assert cell.value_of_css_property("font-variant-numeric") == "tabular-nums"


def test_a_telephone_scrolls_tables_and_not_the_page(page: Chrome) -> None:
    page.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": 390, "height": 800, "deviceScaleFactor": 1, "mobile": True},
    )
    try:
        assert run(page, "document.documentElement.scrollWidth") <= 390
    finally:
        page.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


@pytest.mark.skipif(not shutil.which("pdftotext"), reason="no pdftotext here")
def test_print_holds_every_finding_and_the_origins(
    page: Chrome, wrong: tuple[Path, Report], tmp_path: Path
) -> None:
    paper = tmp_path / "report.pdf"
    paper.write_bytes(base64.b64decode(page.print_page()))
    text = subprocess.run(
        ["pdftotext", paper, "-"], capture_output=True, check=True, encoding="utf-8"
    ).stdout
    plain = re.sub(r"\s", "", text)
    for finding in wrong[1].findings:
        assert finding.cell in plain
        for amount in (finding.printed, finding.expected):
            assert amount.rpartition("总收入")[2] in plain.replace(",", "") or amount in plain
    assert "5,319.80÷收入合计6,295.86＝84.50%" in plain
    assert "基础信息B10预算年度" in plain
    assert page.get_log("browser") == []


def test_without_scripts_links_do_the_same(wrong: tuple[Path, Report], tmp_path: Path) -> None:
    driver = browser(tmp_path / "profile", scripts=False)
    try:
        driver.get(wrong[0].as_uri())
        number = next(one for one in every(driver, "a.n") if one.text == "84.50%")
        run(driver, "arguments[0].scrollIntoView({block: 'center'})", number)
        number.click()
        origin = run(driver, "document.querySelector(':target')")
        assert origin.is_displayed()
        assert "5,319.80÷收入合计 6,295.86＝84.50%" in origin.text
        origin.find_element("css selector", "a").click()
        cell = run(driver, "document.querySelector(':target')")
        assert cell.is_displayed()
        assert cell.text == "5,319.80"
    finally:
        driver.quit()
