"""The bureau's page in headless Chromium: thousands of files open at once, are searched, filtered, opened, printed."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import pytest
from selenium.webdriver.support.ui import WebDriverWait

import desk_results
from xlbudget.bureau.desk import PAGE, write_desk

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from selenium.webdriver import Chrome

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
DRIVER = shutil.which("chromedriver")
OPTIONS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--window-size=1280,1400",
)  # fmt: skip

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not (CHROMIUM and DRIVER), reason="no Chromium here (apt: chromium chromium-driver)"
    ),
]

SIFT = """
const field = document.getElementById(arguments[0]), begin = performance.now(), done = arguments[2];
field.value = arguments[1];
field.dispatchEvent(new Event("input", {bubbles: true}));
setTimeout(() => requestAnimationFrame(() => done(performance.now() - begin)), 0);
"""


@pytest.fixture(scope="module")
def chrome(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    from selenium import webdriver  # noqa: PLC0415  # only where there is a browser

    options = webdriver.ChromeOptions()
    for one in (*OPTIONS, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(one)
    options.binary_location = str(CHROMIUM)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(DRIVER))
    yield driver
    driver.quit()


def opened(chrome: Chrome, folder: Path) -> float:
    """The page opened; milliseconds until it was drawn."""
    chrome.get((folder / PAGE).as_uri())
    return chrome.execute_script(
        "const t = performance.timing; return t.domContentLoadedEventEnd - t.navigationStart"
    )


def sifted(chrome: Chrome, field: str, value: str) -> tuple[int, float]:
    """So many files are left when a field has a value, and how many milliseconds that took."""
    spent = chrome.execute_async_script(SIFT, field, value)
    said = chrome.find_element("id", "shown").text
    return int(said.split("份")[0].strip("全部符合条件的 ").replace(",", "")), spent


def text(chrome: Chrome, selector: str) -> str:
    return chrome.find_element("css selector", selector).text


def test_five_thousand_files_open_and_are_sifted_at_once(chrome: Chrome, tmp_path: Path) -> None:
    """The bounds are a multiple of what two idle cores take (0.4 s and 0.03 s): others may be at work here."""
    desk = desk_results.drawn(tmp_path, desk_results.many(5_000))
    assert opened(chrome, tmp_path) < 3_000
    assert sifted(chrome, "search", "")[0] == 5_000
    wrong = [at for at, line in enumerate(desk.lines) if line.record.verdict == "error"]
    for field, value, left in (
        ("search", "镇第4999", 1),
        ("search", "没有这样的", 0),
        ("search", "", 5_000),
        ("verdict", "error", len(wrong)),
        ("department", desk.lines[wrong[0]].record.department, sum(
            desk.lines[at].record.department == desk.lines[wrong[0]].record.department for at in wrong
        )),
    ):  # fmt: skip
        count, spent = sifted(chrome, field, value or "")
        assert count == left, (field, value)
        assert spent < 1_000
    assert len(chrome.find_elements("css selector", "#files > tr")) <= 100


def test_a_line_opens_its_findings_and_leads_to_the_report(chrome: Chrome, tmp_path: Path) -> None:
    right, wrong = desk_results.reports()[:2]
    evil = "</script><script>document.title='坏'</script>"
    records = [
        desk_results.record("甲.xlsm", right, unit="甲局", figures="sha256:1"),
        desk_results.record("乙/#1%.xlsm", wrong, unit=evil, figures="sha256:1"),
        desk_results.record("坏.xlsm"),
    ]
    write_desk(desk_results.write(tmp_path / "结果.jsonl", records), tmp_path)
    opened(chrome, tmp_path)
    assert chrome.title.startswith("部门预算校验总览")
    first = chrome.find_element("css selector", "#files .open")
    assert first.text.removeprefix("▸ ") == evil, "the worst stands first"
    first.click()
    detail = text(chrome, ".detail")
    assert "各表金额与“甲局”完全相同" in detail
    assert wrong.findings[0].message[:20] in detail
    assert text(chrome, ".detail td.number") != ""
    chrome.find_element("css selector", ".pick").click()
    assert "符合条件的" in text(chrome, "#shown")
    chrome.find_element("css selector", ".cards .unusable").click()
    chrome.find_element("css selector", "[type=reset]").click()
    WebDriverWait(chrome, 20).until(lambda _: "不是工作簿" in text(chrome, "#files"))
    chrome.find_element("css selector", "[data-key=name]").click()
    assert chrome.find_element("css selector", "#files .name .path").text
    link = next(
        one
        for one in chrome.find_elements("css selector", "#files td > a")
        if "甲局" in str(one.get_attribute("aria-label"))
    )
    chrome.get(str(link.get_attribute("href")))
    assert text(chrome, "h2") == right.workbook
    logs: list[Any] = [one for one in chrome.get_log("browser") if one["level"] == "SEVERE"]
    assert logs == []
