"""部门预算校验.html in Chromium, opened from disk: what it does, what it keeps to itself, what it refuses."""

from __future__ import annotations

import json
import shutil
import threading
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING

import pytest

from page_browsers import CHROMIUM, Chromium, call, get, idle, press, put
from page_parity import ALL, differences
from xlbudget.xlsx.cells import CellEdit
from xlbudget.xlsx.workbook import Workbook

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MOST = 13_000_000
"""Bytes of the page."""
SLIP = CellEdit("一般公共预算支出表", "F8", Decimal("431.90"))
CARDS = """[...document.querySelectorAll('.card')].map((one) => [
  one.querySelector('.name').textContent, one.querySelector('.verdict').textContent.trim(),
  one.innerText])"""
DOWNLOADS = "[...document.querySelectorAll('#downloads a')].map((one) => one.download)"


def test_it_is_one_file_that_can_be_mailed(page_file: Path) -> None:
    text = page_file.read_text("utf-8")
    assert page_file.stat().st_size <= MOST
    assert "default-src 'none'; connect-src 'none'; form-action 'none'; base-uri 'none'" in text
    assert "unsafe-inline" not in text
    assert "'unsafe-eval'" not in text
    for part in (
        "Pyodide 314",
        "CPython 3.14",
        "click 8",
        "openpyxl 3",
        "xlsxwriter 3",
        "xlbudget",
    ):
        assert f"<summary>{part}" in text, part


def test_files_are_judged_one_after_the_other_and_bad_ones_in_a_sentence(
    opened: Chromium, page_file: Path, example_file: Path, tmp_path: Path
) -> None:
    wrong = tmp_path / "有 误.xlsm"
    Workbook(example_file).patch(wrong, [SLIP])
    cut = tmp_path / "截断.xlsx"
    cut.write_bytes(example_file.read_bytes()[:50_000])
    other = tmp_path / "公开.pdf"
    other.write_bytes(b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n")
    old = tmp_path / "导出.et"
    old.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
    opened.give("#files", example_file, cut, other, old, wrong)
    opened.until("document.querySelectorAll('.card').length === 5")
    idle(opened)
    cards = {name: (verdict, text) for name, verdict, text in opened.run(f"return {CARDS}")}
    assert cards[example_file.name][0] == "✓ 通过"
    assert cards[wrong.name][0] == "× 差错"
    for path in (cut, other, old):
        verdict, text = cards[path.name]
        assert "无法判断" in verdict
        assert path.name in text
        assert "内部出错" not in text
        assert "填列小计" not in text, "nothing is offered that cannot be done"
    assert "PDF" in cards[other.name][1]
    assert opened.said == []
    assert {address.partition(":")[0] for address in opened.asked} <= {"file", "blob"}
    assert [one for one in opened.asked if one.startswith("file:")] == [page_file.as_uri()]
    # The report in its frame: its style and its script are let through, and its links work there.
    assert (
        opened.frame("return getComputedStyle(document.querySelector('h1')).textAlign") == "center"
    )
    clicked = """const one = document.querySelector('a.n, .jump a'); one.click();
      return [location.href.startsWith('file:'), document.body.innerText.length > 1000]"""
    assert opened.frame(clicked) == [False, True]


def test_what_was_filled_goes_on_into_notes_and_package(
    opened: Chromium, leaves_file: Path
) -> None:
    opened.run("[...document.querySelectorAll('.card .last')].forEach((one) => one.click())")
    opened.give("#files", leaves_file)
    idle(opened)
    for title in ("填列小计", "生成说明"):
        press(opened, title)
    ((_, verdict, text),) = opened.run(f"return {CARDS}")
    assert verdict in ("✓ 通过", "≈ 尾差")
    assert "情况说明和名词解释共" in text
    press(opened, "打包…")
    opened.run("document.querySelector('#ask-package [name=draft]').checked = true")
    press(opened, "打包")
    offered = opened.run(f"return {DOWNLOADS}")
    assert leaves_file.name in offered
    assert f"{leaves_file.stem}－公开套件.zip" in offered
    press(opened, "结转下年…")
    opened.run("document.querySelector('#ask-rollover [name=name]').value = '下年.xlsm'")
    press(opened, "结转")
    names = [name for name, _, _ in opened.run(f"return {CARDS}")]
    assert names == [leaves_file.name, "下年.xlsm"]
    assert opened.run("return document.getElementById('state').textContent").startswith(
        "“下年.xlsm”"
    )


def test_a_new_workbook_and_one_from_a_ledger(opened: Chromium, tmp_path: Path) -> None:
    press(opened, "新建工作簿…")
    opened.run("document.querySelector('#ask-new [name=year]').value = '2025'")
    press(opened, "新建")
    assert "部门预算.xlsm" in opened.run(f"return {DOWNLOADS}")
    press(opened, "新建工作簿…")
    opened.run(
        "document.querySelector('#ask-new [name=name]').value = '../底稿.xlsm';"
        "document.querySelector('#ask-new [value=ledger]').click()"
    )
    lines = tmp_path / "明细.csv"
    shutil.copy("tests/cases/changchun-ledger.csv", lines)
    opened.give("#ask-new [name=sources]", lines)
    press(opened, "新建")
    assert ".._底稿.xlsm" in opened.run(f"return {DOWNLOADS}")


def test_the_example_gives_the_same_bytes(
    opened: Chromium, example_file: Path, tmp_path: Path
) -> None:
    assert differences(opened, example_file, tmp_path, ALL) == []


def test_the_engine_survives_and_is_begun_anew(opened: Chromium, example_file: Path) -> None:
    assert call(opened, "1", "validate", "没有.xlsm")[0] == 2
    status, _, err = call(opened, "1", "doctor")
    assert status in (0, 1, 2), err
    opened.run("const old = xlbudget.engine.send('call', { folder: '1', words: ['rules'] });"
               "const next = xlbudget.engine.restart();"
               "await old.then(() => 0, () => 1); await next")  # fmt: skip
    put(opened, f"2/{example_file.name}", example_file.read_bytes())
    assert call(opened, "2", "validate", example_file.name, "-q")[0] == 0
    assert get(opened, f"2/{example_file.name}") == example_file.read_bytes()
    assert opened.run("return await xlbudget.engine.heap()") <= 128 * 2**20


@pytest.fixture
def heard() -> Iterator[tuple[int, list[str]]]:
    """A server on this machine, and what it was asked for."""
    asked: list[str] = []

    class Listener(BaseHTTPRequestHandler):
        def handle_one_request(self) -> None:
            if line := self.rfile.readline():  # Chromium may open a connection and say nothing
                asked.append(str(line))

    server = HTTPServer(("127.0.0.1", 0), Listener)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port, asked
    server.shutdown()
    server.server_close()


ATTEMPTS = """
const address = 'http://127.0.0.1:PORT/';
const tried = [];
const attempt = async (name, work) => { try { await work(); } catch { tried.push(name); } };
await attempt('fetch', () => fetch(address + 'fetch'));
await attempt('no-cors', () => fetch(address + 'no-cors', { mode: 'no-cors', method: 'POST', body: 'x' }));
await attempt('xhr', () => new Promise((yes, no) => {
  const one = new XMLHttpRequest(); one.onload = yes; one.onerror = no; one.open('GET', address + 'xhr'); one.send(); }));
await attempt('socket', () => new Promise((yes, no) => {
  const one = new WebSocket(address.replace('http', 'ws')); one.onopen = yes; one.onerror = no; }));
"""
IN_A_PAGE = (
    ATTEMPTS
    + """
navigator.sendBeacon(address + 'beacon', 'x');
for (const [tag, name] of [['img', 'src'], ['iframe', 'src'], ['script', 'src'], ['audio', 'src'], ['object', 'data']]) {
  const one = document.createElement(tag); one[name] = address + tag; document.body.append(one); }
const link = document.createElement('link'); link.rel = 'stylesheet'; link.href = address + 'link'; document.head.append(link);
const early = document.createElement('link'); early.rel = 'prefetch'; early.href = address + 'prefetch'; document.head.append(early);
const form = document.createElement('form'); form.action = address + 'form'; form.method = 'post'; document.body.append(form);
try { form.submit(); } catch { tried.push('form'); }
const style = document.createElement('style'); style.textContent = `body { background: url(${address}style) }`; document.head.append(style);
await new Promise((done) => setTimeout(done, 300));
return tried;
"""
)
IN_THE_WORKER = """
const packed = Uint8Array.from(atob(document.getElementById('packed-worker').textContent), (c) => c.charCodeAt(0));
const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream('gzip'));
const script = await new Response(stream).text();
const more = `answers.attempt = async () => { ATTEMPTS
  tried.push(python.runPython(\\`
import urllib.request
try:
    urllib.request.urlopen("http://127.0.0.1:PORT/urllib", timeout=5)
    said = "reached"
except Exception as error:
    said = type(error).__name__
said\\`)); return tried; };`;
const worker = new Worker(URL.createObjectURL(new Blob([script, more], { type: 'text/javascript' })));
const { first } = await workerFromPage();
const ask = (what, rest) => new Promise((yes, no) => {
  worker.onmessage = ({ data }) => (data.error ? no(new Error(data.error)) : yes(data.value));
  worker.postMessage({ id: 1, what, ...rest }); });
await ask('start', first);
const tried = await ask('attempt', {});
worker.terminate();
return tried;
"""


def test_nothing_leaves_the_page_its_worker_or_its_frame(
    page_file: Path, example_file: Path, heard: tuple[int, list[str]]
) -> None:
    if CHROMIUM is None:
        pytest.skip("no Chromium here (apt: chromium)")
    port, asked = heard
    with Chromium(CHROMIUM) as browser:
        browser.open(page_file)
        browser.give("#files", example_file)
        browser.until("document.querySelector('.card.pass')")
        idle(browser)
        worker = IN_THE_WORKER.replace("ATTEMPTS", ATTEMPTS).replace("PORT", str(port))
        tried = browser.run(worker)
        assert tried[:3] == ["fetch", "no-cors", "xhr"]
        assert tried[-1] != "reached"
        body = IN_A_PAGE.replace("PORT", str(port))
        for tried in (browser.frame(body), browser.run(body)):
            assert {"fetch", "no-cors", "xhr"} <= set(tried)
    assert asked == []


def test_where_nothing_can_run_a_sentence_says_so_at_once(page_file: Path) -> None:
    if CHROMIUM is None:
        pytest.skip("no Chromium here (apt: chromium)")
    with Chromium(CHROMIUM) as browser:
        browser.tell("Page.addScriptToEvaluateOnNewDocument", source="delete window.WebAssembly")
        browser.open(page_file)
        seen = browser.run(
            "return [document.getElementById('old').innerText, document.getElementById('desk').hidden]"
        )
    assert "请换一个新一些的浏览器" in seen[0]
    assert seen[1]


def test_the_page_can_be_used_by_keyboard_and_heard(opened: Chromium) -> None:
    named = """[...document.querySelectorAll('input, button, textarea, iframe, dialog')].filter((one) =>
      !(one.labels && one.labels.length) && !one.textContent.trim() && !one.title &&
      !one.getAttribute('aria-labelledby')).map((one) => one.outerHTML.slice(0, 80))"""
    assert opened.run(f"return {named}") == []
    assert opened.run("return document.querySelector('[aria-live]').id") == "state"
    order = opened.run("""const found = []; document.getElementById('files').focus();
      found.push(document.activeElement.id); return [found[0], document.documentElement.lang]""")
    assert order == ["files", "zh-CN"]


def test_json_says_the_same_of_a_wrong_workbook(
    opened: Chromium, example_file: Path, tmp_path: Path
) -> None:
    wrong = tmp_path / "有误.xlsm"
    Workbook(example_file).patch(wrong, [SLIP])
    folder = tmp_path / "空"
    folder.mkdir()
    assert differences(opened, wrong, folder, ALL[:2]) == []
    put(opened, "3/有误.xlsm", wrong.read_bytes())
    status, out, _ = call(opened, "3", "validate", "有误.xlsm", "--format", "json")
    assert status == 1
    assert [one["cell"] for one in json.loads(out)["findings"] if one["level"] == "error"] == ["F8"]
