"""部门预算校验.html in Chromium, opened from disk: what it does, what it keeps to itself, what it refuses."""

from __future__ import annotations

import base64
import gzip
import json
import re
import shutil
from decimal import Decimal
from pathlib import Path

from page_attempts import ATTEMPTS, IN_A_PAGE
from page_browsers import (
    Chromium,
    call,
    clear,
    download,
    idle,
    keep_downloads,
    press,
    put,
    ready,
)
from page_parity import ALL, differences, different, native, unpacked
from xlbudget.cli.run import run
from xlbudget.reading.book import read_book
from xlbudget.report.html_report import page_script
from xlbudget.xlsx.cells import CellEdit
from xlbudget.xlsx.workbook import Workbook

ROOT = Path(__file__).parents[2]
EXPORTS = ROOT / "tests" / "cases" / "ledger-exports"
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
    long = Path(shutil.copy(example_file, tmp_path / f"{'长' * 80}.xlsm"))
    folder = tmp_path / "文件夹"
    folder.mkdir()
    opened.give("#files", example_file, cut, other, old, wrong, long)
    opened.drop("#drop", folder, example_file)
    opened.until("document.querySelectorAll('.card').length === 8")
    idle(opened)
    cards = {name: (verdict, text) for name, verdict, text in opened.run(f"return {CARDS}")}
    assert cards[example_file.name][0] == "✓ 通过"
    # The same file twice: each is told from the other. A name too long for its results is cut.
    assert cards[f"{example_file.name}（第2份）"][0] == "✓ 通过"
    assert cards[f"{'长' * 65}.xlsm"][0] == "✓ 通过"
    assert "“文件夹”读不了：可能是文件夹" in cards["文件夹"][1]
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
    clicked = """[...document.querySelectorAll('.jump a')].at(-1).click();
      return [location.href.startsWith('file:'), document.body.innerText.length > 1000, scrollY > 0]"""
    assert opened.frame(clicked) == [False, True, True]
    assert opened.said == []
    # The report is far below the cards: it is gone to, and back from.
    held = "return document.activeElement.id || document.activeElement.textContent"
    opened.run("document.querySelectorAll('[data-look]')[1].click()")
    assert opened.run(held) == "shown-title"
    assert opened.run("return document.getElementById('shown-name').textContent") == wrong.name
    press(opened, "关闭报告")
    assert opened.run(held) == "看报告"


def test_a_new_workbook_and_one_from_a_ledger(opened: Chromium, tmp_path: Path) -> None:
    clear(opened)
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
    missing = "return document.querySelector('#ask-new .missing').textContent"
    press(opened, "新建")
    assert opened.run(missing) == "请先选文件，或粘贴内容。", "no blank one in its place"
    opened.run("document.querySelector('#ask-new [name=year]').value = '二〇二四'")
    press(opened, "新建")
    assert opened.run(missing) == "年度请写四位数字，如 2025。"
    opened.run("document.querySelector('#ask-new [name=year]').value = '2024'")
    lines = (EXPORTS / "要问的.csv").read_text("utf-8-sig")
    opened.run("document.querySelector('#ask-new [name=pasted]').value = given[0]", lines)
    press(opened, "新建")
    # What was not made has a card that says why, how the option is called here, and the way back.
    (card,) = [text for name, _, text in opened.run(f"return {CARDS}") if name == ".._底稿.xlsm"]
    assert "是元还是万元？没有写入；请加 --answer 金额单位=回答" in card
    assert "在本页里，--answer 就是“回答”。" in card
    press(opened, "再新建…")
    opened.run("document.querySelector('#ask-new [name=answers]').value = '金额单位=元'")
    press(opened, "新建")
    assert ".._底稿.xlsm" in opened.run(f"return {DOWNLOADS}")
    assert opened.said == []


def test_a_stop_or_a_fault_costs_nothing_but_the_job(opened: Chromium, leaves_file: Path) -> None:
    clear(opened)
    opened.give("#files", leaves_file)
    idle(opened)
    actions = "return [...document.querySelectorAll('.card .actions button')].map((one) => one.textContent)"
    before = opened.run(actions)
    assert "填列小计" in before
    downloads = opened.run(f"return {DOWNLOADS}")
    fill = """[...document.querySelectorAll('button')].find((one) => one.textContent === '填列小计').click();
        const busy = () => xlbudget.engine.waiting.size;
        while (!busy()) { await new Promise((done) => setTimeout(done, 20)); }"""
    # The engine is begun anew, and once more before it has begun.
    opened.run(f"""{fill} document.getElementById('stop').click();
        xlbudget.engine.restart().catch(() => 0)""")
    idle(opened)
    state = "return document.getElementById('state').textContent"
    assert opened.run(state) == "已停止，原文件没有改动。"
    assert opened.run(actions) == before, "it can be tried again"
    # A trap in WebAssembly.
    trap = "new ErrorEvent('error', { message: 'RuntimeError: unreachable', cancelable: true })"
    ready(opened)
    opened.run(f"{fill} xlbudget.engine.worker.dispatchEvent({trap})")
    idle(opened)
    assert opened.run(state).startswith("没有做完（RuntimeError: unreachable），原文件没有改动；")
    assert opened.run(actions) == before
    assert opened.run(f"return {DOWNLOADS}") == downloads
    status, _, err = call(opened, "1", "doctor")
    assert status in (0, 1, 2), err
    assert call(opened, "1", "validate", "没有.xlsm")[0] == 2
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
said\\`));
  tried.push(python.runPython('import time; time.localtime().tm_year')); return tried; };`;
engine.makeWorker = async () => {
  const packed = Uint8Array.from(atob(document.getElementById('packed-worker').textContent), (c) => c.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream('gzip'));
  const script = await new Response(stream).text();
  const { worker, first } = await workerFromPage();
  worker.terminate();
  return { first, worker: new Worker(URL.createObjectURL(new Blob(['Date.now = () => 0;', script, more], { type: 'text/javascript' }))) };
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
    assert tried[-2] != "reached"
    assert tried[-1] == 1980, "where the clock stands at 1970, archives can be written"
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
    for title in ("打包…", "导入…", "录入底稿…", "结转下年…", "与上年核对…", "新建工作簿…"):
        press(opened, title)
        parts = opened.heard()
        assert [one for one in parts if one[0] in SPOKEN - {"status"} and not one[1].strip()] == []
        assert [name for role, name in parts if role == "dialog"], title
        press(opened, "取消")


HELD = "return document.activeElement.id || document.activeElement.name || document.activeElement.textContent"
ASKED = "return (document.querySelector('dialog[open]') || { id: null }).id"
ASKED_BEFORE_LEAVING = """const one = new Event('beforeunload', { cancelable: true });
  window.dispatchEvent(one); return one.defaultPrevented"""
WHAT = """[...document.querySelectorAll('#downloads li')].find((one) => one.querySelector('a').download === given[0])
  .querySelector('.what').textContent"""


def reach(browser: Chromium, name: str, *, back: bool = False) -> None:
    """Go on with the tabulator, or back, to what is called so."""
    for _ in range(40):
        browser.key("Tab", shift=back)
        if browser.run(HELD) == name:
            return
    raise AssertionError(name)


def chosen_by_keys(browser: Chromium, path: Path) -> None:
    """Begin again with one file, from the top of the page."""
    clear(browser)
    keep_downloads(browser)
    browser.run(
        "[...document.querySelectorAll('#downloads li')].forEach((one) => one.remove());"
        "document.activeElement.blur(); getSelection().collapse(document.body, 0)"
    )
    browser.said.clear()
    reach(browser, "files")
    browser.choose_by_key(path)
    browser.until("document.querySelector('.card')")
    idle(browser)


def test_all_is_done_by_keyboard_alone_and_as_the_command_line_does_it(
    opened: Chromium, leaves_file: Path, tmp_path: Path
) -> None:
    name, stem = leaves_file.name, leaves_file.stem
    made = shutil.copy(leaves_file, tmp_path / name)
    folder = f"{stem}－公开套件"
    commands = (
        ("fill", name),
        ("package", name, "-o", folder, "--no-pdf", "--draft"),
        ("notes", name),
        ("validate", name, "--format", "html", "-o", "报告.html"),
        ("rollover", name, "next.xlsm"),
    )
    assert [status for status, _, _ in native(tmp_path, commands)] == [0] * len(commands)

    chosen_by_keys(opened, leaves_file)
    reach(opened, "填列小计")
    opened.key("Enter")
    idle(opened)
    # The focus stays where it was, though the buttons are those of the new workbook.
    assert opened.run(HELD) == "填列小计"
    reach(opened, "打包…")
    opened.key("Enter")
    assert opened.run(ASKED) == "ask-package"
    opened.key("Escape")
    assert opened.run(ASKED) is None
    assert opened.run(HELD) == "打包…"
    opened.key("Enter")
    reach(opened, "draft")
    opened.key("Space")
    opened.key("Enter")
    idle(opened)
    package = download(opened, f"{folder}.zip")
    ours = {
        one.relative_to(tmp_path).as_posix(): one.read_bytes()
        for one in (tmp_path / folder).rglob("*")
    }
    assert different(ours, unpacked(package)) == []
    assert opened.run(ASKED_BEFORE_LEAVING) is True
    reach(opened, "生成说明", back=True)
    opened.key("Enter")
    idle(opened)
    assert opened.run(f"return {WHAT}", f"{folder}.zip") == "打包以后工作簿又改过，请重新打包"
    reach(opened, "结转下年…")
    opened.key("Enter")
    reach(opened, "name")
    opened.run("document.activeElement.value = ''")
    for letter in "next.xlsm":
        opened.key(letter)
    opened.key("Enter")
    opened.until("document.querySelectorAll('.card').length === 2")
    idle(opened)
    assert [one for one, _, _ in opened.run(f"return {CARDS}")] == [name, "next.xlsm"]
    assert opened.run("return document.getElementById('state').textContent").startswith("“next")
    # Beside what was done, the files are those of the command line, and so is what it says.
    results = {name: made, f"{stem}－校验结果.html": "报告.html", "next.xlsm": "next.xlsm"}
    ours = {offered: (tmp_path / path).read_bytes() for offered, path in results.items()}
    assert different(ours, {offered: download(opened, offered) for offered in results}) == []
    # What was downloaded is no reason to ask before the page is closed.
    opened.run(
        "document.addEventListener('click', (one) => one.preventDefault());"
        "[...document.querySelectorAll('#downloads a')].forEach((one) => one.click())"
    )
    assert opened.run(ASKED_BEFORE_LEAVING) is False
    assert opened.said == []


def test_a_workbook_is_compared_with_last_years(
    opened: Chromium, example_file: Path, tmp_path: Path
) -> None:
    clear(opened)
    keep_downloads(opened)
    shutil.copy(example_file, tmp_path / "去年.xlsm")
    report = ("--format", "html", "-o", "报告.html", "--last-year", "去年.xlsm")
    commands = (("rollover", "去年.xlsm", "今年.xlsm"), ("validate", "今年.xlsm", *report))
    native(tmp_path, commands)
    opened.give("#files", tmp_path / "今年.xlsm")
    idle(opened)
    for last, said in (("今年.xlsm", "没有与上年核对"), ("去年.xlsm", "")):
        press(opened, "与上年核对…")
        opened.give("#ask-last [name=last]", tmp_path / last)
        press(opened, "核对")
        ((_, _, text),) = opened.run(f"return {CARDS}")
        assert said in text
        assert "填列小计" in text, "another file may be chosen"
    report_file = (tmp_path / "报告.html").read_bytes()
    assert download(opened, "今年－校验结果.html") == report_file


def test_files_are_dropped_and_imported_after_a_look_and_an_answer(
    opened: Chromium, tmp_path: Path
) -> None:
    clear(opened)
    keep_downloads(opened)
    blank = tmp_path / "空 白.xlsm"
    assert run(["new", str(blank), "--year", "2024", "-q"]) == 0
    other = Path(shutil.copy(blank, tmp_path / "别的.xlsm"))
    opened.drop("#drop", blank, other)
    opened.until("document.querySelectorAll('.card').length === 2")
    idle(opened)
    press(opened, "导入…")
    missing = "return document.querySelector('#ask-import .missing').textContent"
    press(opened, "导入")
    assert opened.run(missing) == "请先选文件，或粘贴内容。"
    # What is dropped now is meant for what is asked.
    opened.drop("#ask-import [name=sources]", EXPORTS / "要问的.csv")
    press(opened, "预览")
    assert opened.run(missing) == ""
    seen = "return document.querySelector('#ask-import .preview').innerText"
    assert "是元还是万元？没有写入" in opened.run(seen)
    opened.run("document.querySelector('#ask-import [name=answers]').value = '金额单位=元'")
    press(opened, "预览")
    assert "录入底稿：明细14行" in opened.run(seen)
    assert blank.name not in opened.run(f"return {DOWNLOADS}"), "only looked at"
    # What was chosen for one workbook goes into this, and is not chosen for the next.
    opened.run("""const titled = (title) => [...document.querySelectorAll('button')].filter(
        (one) => one.textContent === title && one.offsetParent);
        titled('导入')[0].click(); titled('导入…')[1].click()""")
    fields = "return [...document.querySelectorAll('#ask-import :is([name=answers], [name=sources])')].map((one) => one.value)"
    assert opened.run(fields) == ["", ""]
    idle(opened)
    press(opened, "取消")
    offered = opened.run(f"return {DOWNLOADS}")
    assert (blank.name in offered, other.name in offered) == (True, False)
    book = tmp_path / "导入.xlsm"
    book.write_bytes(download(opened, blank.name))
    assert len(read_book(book).ledger.lines) == 14


def test_json_and_data_are_the_same_of_a_wrong_workbook(
    opened: Chromium, example_file: Path, tmp_path: Path
) -> None:
    wrong = tmp_path / "有误.xlsm"
    Workbook(example_file).patch(wrong, [SLIP])
    folder = tmp_path / "空"
    folder.mkdir()
    commands = [words for words in ALL if words[0] in ("validate", "export")]
    assert differences(opened, wrong, folder, commands) == []
    put(opened, "3/有误.xlsm", wrong.read_bytes())
    status, out, _ = call(opened, "3", "validate", "有误.xlsm", "--format", "json")
    assert status == 1
    assert [one["cell"] for one in json.loads(out)["findings"] if one["level"] == "error"] == ["F8"]


def test_where_nothing_can_run_a_sentence_says_so_at_once(
    opened: Chromium, page_file: Path
) -> None:
    # The last test here: what was open is gone.
    opened.tell("Page.addScriptToEvaluateOnNewDocument", source="delete window.WebAssembly")
    opened.open(page_file)
    seen = opened.run(
        "return [document.getElementById('old').innerText, document.getElementById('desk').hidden]"
    )
    assert "请换一个新一些的浏览器" in seen[0]
    assert seen[1]
