"""部门预算校验.html in Chromium, opened from disk: what it does, what it keeps to itself, what it refuses."""

from __future__ import annotations

import base64
import gzip
import json
import re
import shutil
from decimal import Decimal
from pathlib import Path

import pytest

from page_attempts import ATTEMPTS, IN_A_PAGE
from page_browsers import (
    CHROMIUM,
    Chromium,
    call,
    clear,
    download,
    get,
    idle,
    keep_downloads,
    press,
    put,
)
from page_parity import ALL, differences
from xlbudget.cli.run import run
from xlbudget.reading.book import read_book
from xlbudget.report.html_report import page_script
from xlbudget.xlsx.cells import CellEdit
from xlbudget.xlsx.workbook import Workbook

ROOT = Path(__file__).parents[2]
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
    clear(opened)
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


def test_a_new_workbook_and_one_from_a_ledger(opened: Chromium, tmp_path: Path) -> None:
    press(opened, "新建工作簿…")
    opened.run(
        "document.querySelector('#ask-new [name=year]').value = '2025';"
        "document.querySelector('#ask-new [name=standard]').value = 'shanghai'"
    )
    keep_downloads(opened)
    press(opened, "新建")
    made = tmp_path / "部门预算.xlsm"
    made.write_bytes(download(opened, made.name))
    assert read_book(made).standard == "shanghai"
    press(opened, "新建工作簿…")
    opened.run(
        "document.querySelector('#ask-new [name=name]').value = '../底稿.xlsm';"
        "document.querySelector('#ask-new [name=standard]').value = 'changchun';"
        "document.querySelector('#ask-new [value=ledger]').click()"
    )
    lines = tmp_path / "明细.csv"
    shutil.copy(ROOT / "tests" / "cases" / "changchun-ledger.csv", lines)
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
    assert get(opened, f"2/{example_file.name}") == example_file.read_bytes()
    assert opened.run("return await xlbudget.engine.heap()") <= 128 * 2**20


IN_THE_WORKER = """
const engine = xlbudget.engine;
const more = `answers.attempt = async () => { ATTEMPTS
  tried.push(python.runPython(\\`
import urllib.request
try:
    urllib.request.urlopen("http://127.0.0.1:PORT/urllib", timeout=5)
    said = "reached"
except Exception as error:
    said = type(error).__name__
said\\`)); return tried; };`;
engine.makeWorker = async () => {
  const packed = Uint8Array.from(atob(document.getElementById('packed-worker').textContent), (c) => c.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream('gzip'));
  const script = await new Response(stream).text();
  const { worker, first } = await workerFromPage();
  worker.terminate();
  return { first, worker: new Worker(URL.createObjectURL(new Blob([script, more], { type: 'text/javascript' }))) };
};
await engine.restart();
return await engine.send('attempt');
"""
NEEDS_A_LINE = (
    r"RTCPeerConnection|WebTransport|preconnect|dns-prefetch|window\.open|\.submit\("
    r"|(?<!\w)location(?:\.href)? *=(?![=>])|location\.(?:assign|replace)\("
)
"""What the policy does not keep from opening a connection, or from leaving the page."""


def test_nothing_leaves_the_page_its_worker_or_its_frame(
    opened: Chromium, example_file: Path, heard: tuple[int, list[bytes]]
) -> None:
    port, sent = heard
    clear(opened)
    opened.give("#files", example_file)
    opened.until("document.querySelector('.card.pass')")
    idle(opened)
    worker = IN_THE_WORKER.replace("ATTEMPTS", ATTEMPTS).replace("PORT", str(port))
    tried = opened.run(worker)
    assert tried[:3] == ["fetch", "no-cors", "xhr"]
    assert tried[-1] != "reached"
    body = IN_A_PAGE.replace("PORT", str(port))
    for tried in (opened.frame(body), opened.run(body)):
        assert {"fetch", "no-cors", "xhr"} <= set(tried)
    assert sent == []
    # The engine was begun anew for this; it works.
    put(opened, f"2/{example_file.name}", example_file.read_bytes())
    assert call(opened, "2", "validate", example_file.name, "-q")[0] == 0


def test_its_programs_do_nothing_that_the_policy_cannot_refuse(page_file: Path) -> None:
    text = page_file.read_text("utf-8")
    scripts = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)
    packed = re.search(r'id="packed-worker">([^<]+)<', text)
    assert packed is not None
    worker = gzip.decompress(base64.b64decode(packed[1])).decode()
    for script in (*scripts, worker, page_script()):
        assert [
            script[one.start() - 60 : one.end() + 60] for one in re.finditer(NEEDS_A_LINE, script)
        ] == []
    assert len(scripts) == 3
    assert not re.search(
        r"<(form|frame|object|embed|link|img|audio|video)\b|<a [^>]*href=\"[^#\"]", text
    )


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


SPOKEN = {
    "button",
    "link",
    "textbox",
    "checkbox",
    "radio",
    "dialog",
    "Iframe",
    "heading",
    "status",
}
"""Roles that say nothing without a name."""


def test_all_that_is_there_has_a_name_for_a_screen_reader(
    opened: Chromium, example_file: Path
) -> None:
    clear(opened)
    opened.give("#files", example_file)
    idle(opened)
    parts = opened.heard()
    assert [one for one in parts if one[0] in SPOKEN - {"status"} and not one[1].strip()] == []
    assert ("group", example_file.name) in parts
    assert {("Iframe", "校验报告"), ("main", ""), ("heading", "看结果")} <= set(parts)
    assert any(role == "status" for role, _ in parts), "what is happening is read out"
    assert opened.run("return document.documentElement.lang") == "zh-CN"
    for title in ("打包…", "导入…", "录入底稿…", "结转下年…", "新建工作簿…"):
        press(opened, title)
        parts = opened.heard()
        assert [one for one in parts if one[0] in SPOKEN - {"status"} and not one[1].strip()] == []
        assert [name for role, name in parts if role == "dialog"], title
        press(opened, "取消")


def reach(browser: Chromium, name: str) -> None:
    """Go on with the tabulator to what is called so."""
    held = "return document.activeElement.id || document.activeElement.name || document.activeElement.textContent"
    for _ in range(40):
        browser.key("Tab")
        if browser.run(held) == name:
            return
    raise AssertionError(name)


def test_all_is_done_by_keyboard_alone(opened: Chromium, leaves_file: Path) -> None:
    clear(opened)
    opened.run("document.activeElement.blur(); getSelection().collapse(document.body, 0)")
    reach(opened, "files")
    opened.choose_by_key(leaves_file)
    opened.until("document.querySelector('.card')")
    idle(opened)
    reach(opened, "填列小计")
    opened.key("Enter")
    idle(opened)
    # The focus stays where it was, though the buttons are those of the new workbook.
    assert opened.run("return document.activeElement.textContent") == "填列小计"
    assert leaves_file.name in opened.run(f"return {DOWNLOADS}")
    reach(opened, "打包…")
    opened.key("Enter")
    assert opened.run("return document.querySelector('dialog[open]').id") == "ask-package"
    opened.key("Escape")
    assert opened.run("return document.querySelector('dialog[open]')") is None
    assert opened.run("return document.activeElement.textContent") == "打包…"
    reach(opened, "结转下年…")
    opened.key("Enter")
    reach(opened, "name")
    opened.run("document.activeElement.value = ''")
    for letter in "next.xlsm":
        opened.key(letter)
    opened.key("Enter")
    opened.until("document.querySelectorAll('.card').length === 2")
    idle(opened)
    assert "next.xlsm" in opened.run(f"return {DOWNLOADS}")
    names = [name for name, _, _ in opened.run(f"return {CARDS}")]
    assert names == [leaves_file.name, "next.xlsm"]
    assert opened.run("return document.getElementById('state').textContent").startswith("“next")


def test_files_are_dropped_and_imported_after_a_look_and_an_answer(
    opened: Chromium, tmp_path: Path
) -> None:
    clear(opened)
    keep_downloads(opened)
    blank = tmp_path / "空 白.xlsm"
    assert run(["new", str(blank), "--year", "2024", "-q"]) == 0
    opened.drop("#drop", blank)
    opened.until("document.querySelector('.card')")
    idle(opened)
    press(opened, "导入…")
    opened.give(
        "#ask-import [name=sources]", ROOT / "tests" / "cases" / "ledger-exports" / "要问的.csv"
    )
    press(opened, "预览")
    seen = "return document.querySelector('#ask-import .preview').innerText"
    assert "是元还是万元？没有写入" in opened.run(seen)
    opened.run("document.querySelector('#ask-import textarea').value = '金额单位=元'")
    press(opened, "预览")
    assert "录入底稿：明细14行" in opened.run(seen)
    assert blank.name not in opened.run(f"return {DOWNLOADS}"), "only looked at"
    press(opened, "导入")
    assert blank.name in opened.run(f"return {DOWNLOADS}")
    book = tmp_path / "导入.xlsm"
    book.write_bytes(download(opened, blank.name))
    assert len(read_book(book).ledger.lines) == 14


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
