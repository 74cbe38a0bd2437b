"""The page for authors: its walk is walked, its lists are complete."""

from __future__ import annotations

import os
import re
import shlex
from pathlib import Path

import pytest

from keys_page import keys_markdown
from xlbudget.authoring.shapes import FILES
from xlbudget.cli.run import run
from xlbudget.explaining.document import Change, Figure, FigureList, Item
from xlbudget.explaining.explain import TEMPLATE_NAMES
from xlbudget.explaining.wording import ProfileTexts
from xlbudget.standard.search import CHOSEN, SEARCHED

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "standards.md"
LISTS = "### standard.toml\n"
_FILE = re.compile(r"```toml\n# (\S+)\n(.*?)```", re.DOTALL)
_COMMAND = re.compile(r"^    xlbudget (.+)$", re.MULTILINE)


def written() -> tuple[str, str]:
    """What people wrote of the page, and what is generated."""
    text = PAGE.read_text("utf-8")
    head, mark, lists = text.partition(LISTS)
    return head, mark + lists


def test_every_key_of_every_file_is_listed() -> None:
    head, lists = written()
    now = keys_markdown()
    if os.environ.get("UPDATE_GOLDEN"):
        PAGE.write_text(f"{head}{now}", "utf-8", newline="\n")
        lists = now
    assert lists == now, "standards.md is out of date: make golden"
    for name in FILES:
        assert f"### {name if name != 'tables' else 'tables/*'}.toml\n" in lists


def test_every_key_says_what_it_is() -> None:
    for row in re.findall(r"^\| `.*$", keys_markdown(), re.MULTILINE):
        cells = [cell.strip() for cell in row.strip("|").split("|")]
        assert len(cells) == 3, row
        assert all(cells), row


@pytest.mark.parametrize(
    "names",
    [
        TEMPLATE_NAMES,
        Figure._fields,
        Change._fields,
        Item._fields,
        (*FigureList.__slots__, "uniform", "zero", "shown", "ordinal"),
        ProfileTexts._fields,
    ],
)
def test_all_that_templates_may_use_is_told(names: tuple[str, ...]) -> None:
    part = written()[0].partition("## 模板里能用什么")[2]
    missing = [name for name in names if not re.search(rf"\b{name}\b", part)]
    assert missing == []


def test_the_walk_leads_to_a_checked_document(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The commands of the page, one after the other; its files are written where they are shown."""
    walk = written()[0].partition("## 半天做一个城市")[2].partition("## 模板里能用什么")[0]
    monkeypatch.setenv("XLBUDGET_HOME", str(tmp_path / "home"))
    for name in (CHOSEN, SEARCHED):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    steps = sorted(
        [*_FILE.finditer(walk), *_COMMAND.finditer(walk)], key=lambda match: match.start()
    )
    for step in steps:
        if step[0].startswith("```"):
            path = tmp_path / step[1]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(step[2], "utf-8")
            continue
        assert run(shlex.split(step[1])) == 0, f"{step[1]}: {capsys.readouterr().err}"
    said = capsys.readouterr().out
    assert "没有写错的地方" in said
    assert "［如期］样本" in said
    assert re.search(r"A08 .*：种错3处，查出3处", said)
    assert "差错 0 处" in said
    page = (tmp_path / "预览.html").read_text("utf-8")
    assert "日常公用经费" in page
    assert "本表按" in page
    assert "“三公”经费不超过上年" in page
