"""Many slips in one standard are told at once, each with its file and line; so is one of every kind of file's form."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from own_standards import copied
from xlbudget.authoring.check import check_folder

if TYPE_CHECKING:
    from collections.abc import Callable

TEXT = (Path(__file__).parent / "slips_together.toml").read_text("utf-8")
SLIPS: list[dict[str, Any]] = tomllib.loads(TEXT)["slip"]


@pytest.mark.parametrize("level", ["shape", "names"])
def test_every_slip_is_told_beside_the_others(level: str, tmp_path: Path) -> None:
    folder = copied(tmp_path)
    made = []
    for slip in SLIPS:
        if slip["level"] != level:
            continue
        path = tmp_path / slip["file"]
        text = path.read_text("utf-8")
        match = re.search(slip["find"], text, re.MULTILINE)
        assert match is not None, slip["name"]
        path.write_text(text[: match.start()] + slip["put"] + text[match.end() :], "utf-8")
        made.append((slip["file"], text.count("\n", 0, match.start()) + 1, slip["says"]))
    assert len(made) > 20
    told = {(one.file, one.line, one.text) for one in check_folder(folder) if not one.advice}
    assert [one for one in made if one not in told] == []


def saved(change: Callable[[str], str | bytes]) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        changed = change(path.read_text("utf-8"))
        path.write_bytes(changed if isinstance(changed, bytes) else changed.encode())

    return write


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda text: text.encode("gb18030"), "不是 UTF-8 编码"),
        (lambda text: text.encode("utf-16"), "不是 UTF-8 编码"),
        (lambda text: text.replace('"', "“", 1), "值写法不对"),
        (lambda text: text.replace("\ncode = ", "\ncode ＝ ", 1), "键的后面应有等号"),
        (lambda text: text.replace("\ncode = ", "\ncode\u00a0= ", 1), "键的后面应有等号"),
        (lambda text: text + "[[rule", "表头的方括号没有合上"),
        (lambda text: text + "a = { b = 1\n}", "大括号没有合上"),
        (lambda text: text + "a = '''", "三个引号没有合上"),
        (lambda text: text + "a = " + "9" * 5000, "位数过多"),
        (lambda text: text + "a = " + "[" * 3000, "太深了"),
        (lambda text: text + "\0", "TOML"),
    ],
)
def test_a_file_of_a_base_that_is_no_toml_is_told_once(
    change: Callable[[str], str | bytes], said: str, tmp_path: Path
) -> None:
    folder = copied(tmp_path)
    saved(change)(tmp_path / "cn" / "rules.toml")
    (problem,) = check_folder(folder)
    assert problem.file == "cn/rules.toml"
    assert said in problem.text
    assert not re.search(r"[A-Za-z]+ [a-z]+ [a-z]+", problem.text), problem.text


@pytest.mark.parametrize("change", [lambda text: text.replace("\n", "\r\n")])
def test_line_ends_of_another_system_are_harmless(
    change: Callable[[str], str], tmp_path: Path
) -> None:
    folder = copied(tmp_path)
    for path in folder.rglob("*.toml"):
        saved(change)(path)
    assert check_folder(folder) == []


def test_what_cannot_be_merged_is_told_once(tmp_path: Path) -> None:
    folder = copied(tmp_path)
    wrong = '[[rule]]\ncode = "A98"\ndrop = true\n'
    (folder / "rules.toml").write_text(wrong, "utf-8")
    (folder / "package.toml").write_text('[[figure]]\nfact = "none"\ndrop = true\n', "utf-8")
    told = [(one.file, one.line) for one in check_folder(folder)]
    assert told == [("package.toml", 1), ("rules.toml", 1)]
