"""A standard is found by its id or its folder, everywhere where one is asked for; a workbook knows which it was made with."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from xlbudget.cli.run import run
from xlbudget.errors import StandardError
from xlbudget.standard.layers import DATA
from xlbudget.standard.loader import every_standard, load_standard
from xlbudget.standard.search import choosing, chosen, standard_folder, standard_ids, user_folder
from xlbudget.standard.stamp import parse_stamp, stamp_of

if TYPE_CHECKING:
    from collections.abc import Iterator

ID = "mycity"


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A user without standards, on whatever machine."""
    monkeypatch.setenv("XLBUDGET_HOME", str(tmp_path / "home"))
    for name in ("XLBUDGET_STANDARDS", "XLBUDGET_STANDARD"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A standard of the user's, somewhere."""
    return copied(tmp_path / "标准 夹" / ID)


def copied(folder: Path) -> Path:
    shutil.copytree(DATA / "changchun", folder, ignore=shutil.ignore_patterns("__pycache__"))
    for file, old, new in (
        ("standard.toml", 'id = "changchun"', f'id = "{ID}"\nversion = "2026.1"'),
        ("standard.toml", 'name = "', 'name = "我市'),
        ("info.toml", 'default = "changchun"', f'default = "{ID}"'),
    ):
        text = (folder / file).read_text("utf-8")
        assert old in text
        (folder / file).write_text(text.replace(old, new, 1), "utf-8")
    return folder


def environments(folder: Path) -> Iterator[dict[str, str]]:
    yield {"XLBUDGET_STANDARDS": str(folder)}
    yield {"XLBUDGET_STANDARDS": f"/nowhere:{folder.parent}"}


def test_by_folder_by_path_variable_and_from_the_users_own(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(StandardError, match=r"没有名为“mycity”的标准.*--standard.*standards"):
        load_standard(ID)
    assert load_standard(str(folder)).id == ID
    for environment in environments(folder):
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        assert load_standard(ID).id == ID
        assert ID in standard_ids()
        assert ID in [one.id for one in every_standard()]
    monkeypatch.delenv("XLBUDGET_STANDARDS")
    assert ID not in standard_ids()
    user_folder().mkdir(parents=True)
    folder.rename(user_folder() / ID)
    assert standard_folder(ID) == user_folder() / ID
    assert standard_ids()[-1] == ID
    assert load_standard(ID).version == "2026.1"


def test_what_was_found_and_is_faulty_harms_no_other(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XLBUDGET_STANDARDS", str(folder))
    (folder / "rules.toml").write_text("rule = 1", "utf-8")
    assert ID not in [one.id for one in every_standard()]
    with pytest.raises(StandardError):
        load_standard(ID)


def test_an_inspection_by_a_faulty_standard_says_what_is_wrong(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "rules.toml").write_text("rule = 1", "utf-8")
    (tmp_path / "预算.xlsx").write_bytes(b"")
    asked = ["--standard", str(folder), "-o", str(tmp_path / "结果")]
    assert run(["inspect", str(tmp_path / "预算.xlsx"), *asked]) == 2
    said = capsys.readouterr().err
    assert "标准“mycity”的写法不对" in said
    assert "standard check" in said
    assert not (tmp_path / "结果").exists()


def test_a_folder_without_a_standard_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StandardError, match=r"没有 standard\.toml"):
        load_standard(str(tmp_path))


def test_only_the_chosen_one_is_used_and_only_meanwhile(folder: Path) -> None:
    with choosing(str(folder)):
        assert load_standard().id == ID
        assert [one.id for one in every_standard()] == [ID]
        with choosing("changchun"):
            assert load_standard().id == "changchun"
        assert load_standard().id == ID
    assert chosen() == ""


def test_the_whole_way_with_a_folder(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """new, fill, notes, validate, export: by --standard, then by the id that the workbook holds."""
    book, data = tmp_path / "预算.xlsm", tmp_path / "数据"
    example = Path(__file__).parents[2] / "examples" / "changchun-gov-office-2024"
    asked = ["--standard", str(folder)]
    assert run(["new", str(book), "--from", str(example), *asked, "-q"]) == 0
    assert run(["validate", str(book), *asked, "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["standard"] == ID
    assert run(["validate", str(book)]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "没有名为“mycity”的标准" in said
    assert "--standard" in said
    assert str(user_folder()) in said
    assert "向发来工作簿的单位索取" in said
    assert run(["validate", str(book), "--standard", "changchun"]) == 2
    said = capsys.readouterr().err
    assert "不是指定的“changchun”" in said
    assert "--standard写明它的文件夹" in said  # its id alone would not be found
    assert run(["notes", str(book), "--text", *asked, "-q"]) == 0
    assert run(["export", str(book), str(data), *asked, "-q"]) == 0
    assert run(["rules", *asked]) == 0
    assert "我市" in capsys.readouterr().out
    assert chosen() == ""


def test_validate_says_that_the_standard_has_changed(
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("XLBUDGET_STANDARDS", str(folder))
    book = tmp_path / "预算.xlsx"
    example = Path(__file__).parents[2] / "examples" / "changchun-gov-office-2024"
    assert run(["new", str(book), "--from", str(example), "--standard", ID, "-q"]) == 0
    assert run(["validate", str(book)]) == 0
    assert capsys.readouterr().err == ""
    path = folder / "standard.toml"
    path.write_text(path.read_text("utf-8").replace("2026.1", "2026.2"), "utf-8")
    assert run(["validate", str(book)]) == 0
    said = capsys.readouterr().err
    assert "是按标准 mycity（2026.1）做的，现在的是 2026.2" in said
    assert run(["validate", str(book), "--write", "-q"]) == 0
    assert run(["validate", str(book)]) == 0
    assert "是按标准" not in capsys.readouterr().err, "it passed under the new one"


def test_a_bureau_inspects_with_a_standard_of_its_own(folder: Path, tmp_path: Path) -> None:
    """The processes that do the work find it too, and a line says what judged it."""
    example = Path(__file__).parents[2] / "examples" / "changchun-gov-office-2024"
    book, results = tmp_path / "预算.xlsx", tmp_path / "结果"
    assert run(["new", str(book), "--from", str(example), "--standard", str(folder), "-q"]) == 0
    asked = ["inspect", str(book), "-o", str(results), "-q", "--standard", str(folder)]
    assert run(asked) == 0
    (line,) = (
        json.loads(text)
        for path in results.glob("*.jsonl")
        for text in path.read_text("utf-8").splitlines()
        if '"unit"' in text
    )
    assert line["standard"] == ID
    assert line["standard_hash"] == stamp_of(load_standard(str(folder))).hash
    assert line["verdict"] in ("pass", "rounding")


def test_a_stamp_that_somebody_edited_counts_for_nothing() -> None:
    stamp = stamp_of(load_standard("changchun"))
    assert parse_stamp(stamp.text) == stamp
    for text in ("", "xlbudget", "{}", "[1, 2, 3]", "{" * 5000):
        assert parse_stamp(text) is None
