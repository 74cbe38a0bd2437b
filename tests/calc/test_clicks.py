"""Real mouse clicks on the buttons of the workbook, in a LibreOffice on a screen of its own."""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from calc.office import Office
from calc.uno_path import Uno, load_uno
from thorough import either

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = pytest.mark.office

HERE = Path(__file__).parent
NEEDED = ("soffice", "Xvfb", "xdotool", "import")
DESK, TABLE, FINDINGS = "封面", "一般公共预算支出表", "校验结果"
NOTES, INFO = "情况说明", "基础信息"
ROUNDS = {"cold": either(2, 10), "warm": 3}
PATIENCE = 60.0


class Screen:
    """A screen without a monitor, and what happens on it."""

    def __init__(self, number: str) -> None:
        self.display = f":{number}"

    def _run(self, *command: str) -> None:
        environment = {**os.environ, "DISPLAY": self.display}
        subprocess.run(command, env=environment, check=True, timeout=30, capture_output=True)

    def click(self, x: int, y: int) -> None:
        self._run("xdotool", "mousemove", str(x), str(y), "click", "1")

    def picture(self, path: Path) -> None:
        self._run("import", "-window", "root", str(path))


@pytest.fixture(scope="session")
def screen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Screen]:
    missing = [one for one in NEEDED if shutil.which(one) is None]
    if missing:
        pytest.skip(
            f"not installed: {', '.join(missing)} (libreoffice, xvfb, xdotool, imagemagick)"
        )
    if load_uno().module is None:
        pytest.skip(load_uno().reason)
    reader, writer = os.pipe()
    log = tmp_path_factory.mktemp("screen") / "xvfb.txt"
    with log.open("wb") as output:
        command = ["Xvfb", "-displayfd", str(writer), "-screen", "0", "1500x950x24"]
        process = subprocess.Popen(
            [*command, "-noreset", "-nolisten", "tcp"],
            pass_fds=[writer],
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    os.close(writer)
    with os.fdopen(reader) as said:
        number = said.readline().strip()
    assert number, log.read_text("utf-8", "replace")
    yield Screen(number)
    process.terminate()
    process.wait(10)


class Window:
    """The workbook in a window; its buttons can be clicked."""

    def __init__(self, screen: Screen, document: Uno, alerts: Path) -> None:
        self.screen, self.document, self.alerts = screen, document, alerts

    def cell(self, sheet: str, cell: str) -> Uno:
        return self.document.Sheets.getByName(sheet).getCellRangeByName(cell)

    def texts(self, sheet: str, area: str) -> list[str]:
        rows = self.document.Sheets.getByName(sheet).getCellRangeByName(area).getDataArray()
        return [str(one) for row in rows for one in row]

    def show(self, sheet: str) -> None:
        controller = self.document.CurrentController
        controller.setActiveSheet(self.document.Sheets.getByName(sheet))
        controller.select(self.cell(sheet, "A1"))

    def button(self, sheet: str, caption: str) -> tuple[int, int]:
        """Where the middle of a button is on the screen."""
        page = self.document.Sheets.getByName(sheet).DrawPage
        shapes = [page.getByIndex(at) for at in range(page.Count)]
        model = next(
            one.Control
            for one in shapes
            if hasattr(one, "Control") and one.Control.Label == caption
        )
        latest = time.monotonic() + PATIENCE
        while True:
            view = self.document.CurrentController.getControl(model)
            if view is not None and view.getAccessibleContext() is not None:
                context = view.getAccessibleContext()
                place, size = context.getLocationOnScreen(), context.getSize()
                if size.Width and place.X > 0:
                    return place.X + size.Width // 2, place.Y + size.Height // 2
            assert time.monotonic() < latest, f"the button {caption} does not appear"
            time.sleep(0.05)

    def settle(self) -> None:
        """Wait until the window stands still, as a person would before the first click."""
        self.show(TABLE)
        seen: list[tuple[int, int]] = []
        while len(seen) < 10 or len(set(seen[-10:])) > 1:  # two seconds
            seen.append(self.button(TABLE, "校验"))
            time.sleep(0.2)

    def click(self, sheet: str, caption: str, done: Callable[[], bool]) -> float:
        """Click a button; the seconds until its result stands in the cells and Python answered."""
        self.show(sheet)
        x, y = self.button(sheet, caption)
        before = len(self._said())
        start = time.monotonic()
        self.screen.click(x, y)
        while not done() or not self.cell("_texts", "B1").String.startswith("ok "):
            assert time.monotonic() - start < PATIENCE, (caption, self.cell("_texts", "B1").String)
            time.sleep(0.02)
        taken = time.monotonic() - start
        while len(self._said()) == before:  # the closing message
            assert time.monotonic() - start < PATIENCE
            time.sleep(0.02)
        time.sleep(1.2)  # a macro that waits looks for the answer once a second here
        return taken

    def _said(self) -> list[str]:
        return self.alerts.read_text("utf-8").splitlines() if self.alerts.exists() else []


def _script(folder: Path, name: str, *lines: str) -> Path:
    path = folder / name
    path.write_text("\n".join(["#!/bin/sh", *lines, ""]), encoding="utf-8")
    path.chmod(0o755)
    return path


@pytest.fixture(params=["cold", pytest.param("warm", marks=pytest.mark.thorough)])
def window(
    request: pytest.FixtureRequest, screen: Screen, example_file: Path, tmp_path: Path
) -> Iterator[Window]:
    """The example's workbook on the screen; its buttons start Python anew, or reach a warm one."""
    folder = tmp_path / "点 按"
    folder.mkdir()
    path = folder / "部门预算 样例.xlsm"
    shutil.copy(example_file, path)
    alerts, pipe = tmp_path / "alerts.txt", f"xlbudget-click-{os.getpid()}-{request.param}"
    environment = {
        "PYTHONPATH": str(HERE.parent),
        "XLBUDGET_HOME": str(tmp_path / "state"),
        "XLBUDGET_ALERTS": str(alerts),
    }
    python = f'"{sys.executable}" -m calc.child {pipe}'
    warm = None
    if request.param == "warm":
        fifo = tmp_path / "actions"
        os.mkfifo(fifo)
        command = _script(tmp_path, "start.sh", f'echo "$1" > "{fifo}"')
    else:
        command = _script(tmp_path, "start.sh", f'exec {python} "$1"')
    office = Office(
        tmp_path / "profile",
        pipe=pipe,
        display=screen.display,
        trusted=[tmp_path],
        environment=environment | {"XLBUDGET_OFFICE_COMMAND": str(command)},
    )
    with office:
        document = office.open(path)
        if request.param == "warm":
            warm = subprocess.Popen(
                [sys.executable, "-m", "calc.child", pipe, "--serve", str(fifo)],
                env={**os.environ, **environment},
            )
        made = Window(screen, document, alerts)
        made.settle()
        yield made
        if warm is not None:
            fifo.write_text("stop", encoding="ascii")
            warm.wait(20)


def test_clicks_do_their_work_every_time(
    window: Window, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """Each round changes a figure and a reason, and both must be in what the buttons write."""
    reason = next(
        f"B{line}"
        for line in range(1, 120)
        if window.cell(INFO, f"A{line}").String == "收入总额增减原因"
    )
    how = request.node.callspec.params["window"]
    rounds = ROUNDS[how]
    taken: dict[str, list[float]] = {"校验": [], "生成说明": []}
    for number in range(1, rounds + 1):
        amount, why = 10 + number + 0.5, f"第{number}次改动的原因"
        window.cell(TABLE, "D9").setValue(amount)
        window.cell(INFO, reason).setString(why)
        taken["校验"].append(
            window.click(
                TABLE,
                "校验",
                lambda: window.cell(FINDINGS, "D5").getValue() == amount,  # noqa: B023
            )
        )
        assert window.cell(FINDINGS, "A5").String == "差错"
        taken["生成说明"].append(
            window.click(
                TABLE,
                "生成说明",
                lambda: any(why in one for one in window.texts(NOTES, "D4:D30")),  # noqa: B023
            )
        )
        if number == 1:
            _keep(window, how)
    for caption, seconds in taken.items():
        middle, longest = statistics.median(seconds), max(seconds)
        said = f"{caption}: {len(seconds)} clicks, median {middle:.2f} s, longest {longest:.2f} s"
        sys.stdout.write(f"{how} {said}\n")
        assert len(seconds) == rounds


@pytest.mark.parametrize("window", ["cold"], indirect=True)
def test_the_buttons_of_the_desk(window: Window, example_file: Path, tmp_path: Path) -> None:
    """One does all; a figure that is missing comes back from a file; two write beside the workbook."""
    line = next(line for line in range(5, 15) if window.cell(DESK, f"A{line}").String == "校验")
    states = f"B{line}:B{line + 1}"
    assert window.texts(DESK, states) == ["未校验", "未生成"]
    window.click(DESK, "一键完成", lambda: "已生成" in window.texts(DESK, states))
    assert window.texts(DESK, states) == ["已校验", "已生成"]
    assert window.cell(DESK, f"B{line + 2}").String == "可以打包"
    # Typing goes on: no button is needed for the desk to say that both are out of date.
    amount = window.cell("部门收入总表", "D6")
    amount.setValue(amount.getValue() + 1)
    assert window.texts(DESK, states) == ["需重做", "需重做"]
    assert window.cell(DESK, "A4").String.startswith("下一步")
    amount.setValue(amount.getValue() - 1)
    cell = window.cell(TABLE, "F8")
    right = cell.getValue()
    assert right > 0
    cell.setString("")
    window.cell("_texts", "C1").setString(str(example_file))
    window.click(DESK, "导入", lambda: cell.getValue() == right)
    assert not window.cell("_texts", "C1").String
    folder = tmp_path / "点 按"
    made = folder / "部门预算 样例 2025.xlsm"
    window.click(DESK, "结转下年", made.exists)
    assert made.stat().st_size > 100_000
    package = folder / "部门预算 样例 公开套件"
    window.click(DESK, "打包", package.exists)
    assert {".docx", ".eml", ".xlsx"} <= {one.suffix for one in package.iterdir()}


def _keep(window: Window, how: str) -> None:
    """Pictures of the screen for people, where a folder for them is named."""
    folder = os.environ.get("XLBUDGET_PICTURES")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        for sheet in (TABLE, FINDINGS, NOTES):
            window.show(sheet)
            time.sleep(1.0)
            window.screen.picture(Path(folder) / f"{how}-{sheet}.png")
