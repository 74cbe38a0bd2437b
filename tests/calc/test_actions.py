"""The buttons' actions on an open workbook leave what the command line leaves."""

from __future__ import annotations

import re
import shutil
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from xlwings.utils import fullname_url_to_local_path

from calc.clicked import Clicked, contents, differences
from calc.engine_book import Book as CalcBook
from calc.engine_excel import BookApi
from thorough import either
from xlbudget import addin
from xlbudget.addin.program import place_of
from xlbudget.cli.run import run
from xlbudget.xlsx.cells import CellEdit
from xlbudget.xlsx.workbook import Workbook

if TYPE_CHECKING:
    from collections.abc import Callable

    import xlwings as xw


pytestmark = [
    pytest.mark.office,
    pytest.mark.filterwarnings("ignore:.*extension is not supported"),
]

TABLE, CELL = "一般公共预算支出表", "F8"


@pytest.fixture(autouse=True)
def own_state(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XLBUDGET_HOME", str(tmp_path / "状态"))


@pytest.fixture
def bare(leaves_file: Path, tmp_path: Path) -> Path:
    """The example with nothing but what people type."""
    return Path(shutil.copy(leaves_file, tmp_path))


def damaged(path: Path) -> Path:
    Workbook(path).patch(path, [CellEdit(TABLE, CELL, Decimal("431.90"))])
    return path


@pytest.mark.parametrize(
    ("steps", "source"),
    [
        pytest.param(("validate", "notes"), "example_copy", marks=pytest.mark.thorough),
        (("fill", "validate", "notes"), "bare"),
    ],
)
def test_an_action_leaves_what_the_command_line_leaves(
    steps: tuple[str, ...],
    source: str,
    request: pytest.FixtureRequest,
    live: Callable[[Path], xw.Book],
    tmp_path: Path,
    recalculate: Callable[[Path], Path],
) -> None:
    path: Path = request.getfixturevalue(source)
    if source == "example_copy":
        damaged(path)
        assert run(["fill", "-q", str(path)]) == 0
    other = shutil.copy(path, tmp_path / "命令行.xlsm")
    clicked = Clicked(live(path))
    for step in steps:
        clicked.click(step)
        run([step, "-q", *(["--write"] if step == "validate" else []), str(other)])
    # Both as LibreOffice saves them: it drops and adds what it likes in both alike.
    wrong, count = differences(clicked.saved(tmp_path), recalculate(other))
    print(f"{'+'.join(steps)}: {count} cells compared, {len(wrong)} differ")
    assert not wrong, "\n".join(map(str, wrong[:20]))
    assert count > 10_000


def test_the_message_says_what_was_done_and_where(
    bare: Path, live: Callable[[Path], xw.Book]
) -> None:
    clicked = Clicked(live(damaged(bare)))
    said = clicked.click("fill")
    assert re.search("填列完成：写入[0-9]{3}格。", said)
    said = clicked.click("validate")
    assert "校验完成：" in said and "差错" in said and "校验结果" in said
    assert clicked.book.sheets.active.name == "校验结果"
    said = clicked.click("notes")
    assert "说明和名词解释已生成" in said
    assert "xlbudget" in clicked.click("about")
    assert "没有需要填列" in clicked.click("fill")


def test_everything_is_as_before_afterwards(
    example_copy: Path, live: Callable[[Path], xw.Book]
) -> None:
    clicked = Clicked(live(example_copy))
    app = clicked.book.app
    protected = {sheet.name: sheet.api.ProtectContents for sheet in clicked.book.sheets}
    assert sum(protected.values()) > 15
    damage = clicked.book.sheets[TABLE]
    damage.range(CELL).value = 99.5
    before = app.screen_updating, app.calculation, app.status_bar
    for name in ("fill", "validate", "notes", "undo"):
        clicked.click(name)
        assert (app.screen_updating, app.calculation, app.status_bar) == before
        now = {sheet.name: sheet.api.ProtectContents for sheet in clicked.book.sheets}
        assert now == protected


@pytest.mark.parametrize(
    ("name", "source"),
    [("fill", "bare"), pytest.param("notes", "example_copy", marks=pytest.mark.thorough)],
)
def test_undo_brings_everything_back_and_again_forth(
    name: str,
    source: str,
    request: pytest.FixtureRequest,
    live: Callable[[Path], xw.Book],
    tmp_path: Path,
) -> None:
    clicked = Clicked(live(request.getfixturevalue(source)))
    states = [contents(clicked.saved(tmp_path))]
    clicked.click(name)
    states.append(contents(clicked.saved(tmp_path)))
    assert "已撤销" in clicked.click("undo")
    states.append(contents(clicked.saved(tmp_path)))
    assert "已撤销" in clicked.click("undo")
    states.append(contents(clicked.saved(tmp_path)))
    for one in states:
        one.pop(("_texts", "B1"), None)
    assert states[0] != states[1]
    assert states[0] == states[2]
    assert states[1] == states[3]


def test_what_changes_nothing_leaves_the_workbook_saved(
    example_copy: Path, live: Callable[[Path], xw.Book]
) -> None:
    """Seen by the office's own mark of a modified document; the macro restores it after its stamp."""
    clicked = Clicked(live(example_copy))
    texts = clicked.book.sheets["_texts"]
    for saved, names in ((True, ("about", "fill", "take_in")), (False, ("fill",))):
        for name in names:
            clicked.book.set_mock_caller()
            texts.range("B1").value = "token 3"
            texts.range("C1").value = str(example_copy)
            clicked.book.api.Saved = saved
            getattr(addin, name)()
            assert texts.range("B1").value == "ok token 3"
            assert clicked.book.api.Saved is saved, name
    clicked.book.api.Saved = True
    clicked.click("validate")
    assert not clicked.book.api.Saved


ONLINE = (
    "https://d.docs.live.net/0123456789abcdef/预算/部门预算 样例.xlsm",
    "https://bureau-my.sharepoint.com/personal/a_b_cn/Documents/部门预算 样例.xlsm",
    "https://bureau.sharepoint.com/sites/finance/Shared Documents/部门预算 样例.xlsm",
    "https://files.bureau.example/部门预算 样例.xlsm",
)


def online(patch: pytest.MonkeyPatch, address: str) -> None:
    """Let workbooks have an address instead of a path."""
    patch.setattr(BookApi, "FullName", address)
    patch.setattr(CalcBook, "fullname", property(lambda _book: fullname_url_to_local_path(address)))


def test_a_workbook_in_the_cloud_needs_a_path_only_to_write_beside_it(
    bare: Path,
    live: Callable[[Path], xw.Book],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    """xlwings' own search for the synchronised copy raises, in one of its several ways."""
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    for name in ("OneDrive", "OneDriveConsumer", "OneDriveCommercial"):
        monkeypatch.delenv(name, raising=False)
    book = live(bare)
    clicked = Clicked(book)
    for address in ONLINE[: either(2, 4)]:
        online(monkeypatch, address)
        with pytest.raises(Exception):  # noqa: B017, PT011  # that is what is answered here
            _ = book.fullname
        if address == ONLINE[0]:
            assert "填列完成" in clicked.click("fill")
            assert "已撤销" in clicked.click("undo")
            assert "校验完成" in clicked.click("validate")
        for name in ("roll_over", "package"):
            said = clicked.click(name)
            assert "请先另存到本地的文件夹" in said and "部门预算 样例.xlsm" in said
            assert said.count("。") == 1


def test_a_synchronised_copy_is_found(
    example_copy: Path, live: Callable[[Path], xw.Book], monkeypatch: pytest.MonkeyPatch
) -> None:
    address = f"https://d.docs.live.net/0123456789abcdef/{example_copy.name}"
    monkeypatch.setenv("OneDriveConsumer", str(example_copy.parent))
    book = live(example_copy)
    online(monkeypatch, address)
    assert place_of(book) == example_copy


def test_undo_asks_before_it_takes_later_edits_back(
    bare: Path, live: Callable[[Path], xw.Book]
) -> None:
    clicked = Clicked(live(bare))
    assert "没有可以撤销的操作" in clicked.click("undo")
    clicked.click("fill")
    sheet = clicked.book.sheets[TABLE]
    line = next(n for n in range(6, 40) if sheet.range(f"A{n}").value == "201")
    sheet.api.Unprotect("")
    sheet.range(f"C{line}").value = 1234.5
    assert clicked.click("undo", "no") == "没有撤销，工作簿没有改动。"
    assert sheet.range(f"C{line}").value == 1234.5
    said = [one.text for one in clicked.book.app.impl.alerts]
    assert any(f"{TABLE}!C{line}" in one for one in said)
    assert "已撤销" in clicked.click("undo", "yes")
    assert sheet.range(f"C{line}").value != 1234.5


def test_a_password_is_respected(example_copy: Path, live: Callable[[Path], xw.Book]) -> None:
    damaged(example_copy)
    clicked = Clicked(live(example_copy))
    sheet = clicked.book.sheets["校验结果"]
    sheet.api.Unprotect("")
    sheet.api.Protect("秘密")
    held = sheet.range("A1:M20").value
    said = clicked.click("validate")
    assert "校验结果" in said and "密码" in said
    assert sheet.range("A1:M20").value == held
    assert sheet.api.ProtectContents


def test_a_failure_half_way_leaves_nothing_half_written(
    bare: Path, live: Callable[[Path], xw.Book], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    clicked = Clicked(live(bare))
    before = contents(clicked.saved(tmp_path))
    from xlbudget.addin import session  # noqa: PLC0415

    write = session.write_edits
    calls: list[int] = []

    def failing(book: Any, edits: Any) -> None:
        calls.append(1)
        if len(calls) > 1:
            write(book, edits)
            return
        write(book, list(edits)[: len(list(edits)) // 2])
        raise RuntimeError("the cable was pulled")

    monkeypatch.setattr(session, "write_edits", failing)
    said = clicked.click("fill")
    assert "程序内部出错" in said and "没有改动" in said
    after = contents(clicked.saved(tmp_path))
    for one in (before, after):
        one.pop(("_texts", "B1"), None)
    assert before == after
    log = (tmp_path / "状态" / "xlbudget.log").read_text(encoding="utf-8")
    assert "the cable was pulled" in log and "Traceback" in log


def test_what_could_not_be_taken_back_is_not_said_to_be(
    bare: Path, live: Callable[[Path], xw.Book], monkeypatch: pytest.MonkeyPatch
) -> None:
    clicked = Clicked(live(bare))
    from xlbudget.addin import session  # noqa: PLC0415

    def failing(*_: Any) -> None:
        raise RuntimeError("the cable was pulled")

    monkeypatch.setattr(session, "write_edits", failing)
    said = clicked.click("fill")
    assert "写了一半" in said and "不要保存" in said
    assert "没有改动" not in said and "恢复到操作前" not in said


def test_a_fault_after_writing_says_that_it_was_written(
    bare: Path, live: Callable[[Path], xw.Book], monkeypatch: pytest.MonkeyPatch
) -> None:
    clicked = Clicked(live(damaged(bare)))
    from xlbudget.addin import session  # noqa: PLC0415

    def failing(*_: Any) -> None:
        raise RuntimeError("the sheet cannot be protected again")

    monkeypatch.setattr(session, "restore_protection", failing)
    said = clicked.click("fill")
    assert "程序内部出错" in said and f"已写入“{bare.name}”" in said


def test_another_workbook_in_front_is_said(paper: Path, live: Callable[[Path], xw.Book]) -> None:
    book = live(paper)
    book.set_mock_caller()
    addin.fill()
    assert "不是部门预算工作簿" in book.app.impl.alerts[-1].text


def test_the_waiting_workbook_is_meant_not_the_one_in_front(
    example_copy: Path, paper: Path, live: Callable[[Path], xw.Book]
) -> None:
    ours, other = live(example_copy), live(paper)
    ours.sheets["_texts"].range("B1").value = "token 7"
    other.set_mock_caller()
    addin.about()
    assert ours.sheets["_texts"].range("B1").value == "ok token 7"
    assert "xlbudget" in ours.app.impl.alerts[-1].text
