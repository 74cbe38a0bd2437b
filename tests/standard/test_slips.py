"""Every slip that an author of a standard may make is told with its file and line, and none crashes the checker."""

from __future__ import annotations

import re
import shutil
import tomllib
from pathlib import Path
from typing import Any

import pytest

from thorough import THOROUGH
from xlbudget.authoring.check import check_folder
from xlbudget.standard.layers import DATA, layers_of, standard_ids

HERE = Path(__file__).parent
SLIPS: list[dict[str, Any]] = tomllib.loads((HERE / "slips.toml").read_text("utf-8"))["slip"]
IDS = standard_ids()


def _layers(identity: str, file: str) -> list[str]:
    """The files, from the folder of all standards, in which a file of the standard may be written."""
    first, *below = (layer.name for layer in layers_of(DATA / identity))
    base = "base.toml" if file == "standard.toml" else file
    return [f"{first}/{file}", *(f"{layer}/{base}" for layer in below)]


def _where(slip: dict[str, Any], identity: str) -> str:
    """The file in which a slip can be made; "" where none is fit for it."""
    if slip.get("only", identity) != identity:
        return ""
    if "create" in slip or "append" in slip:
        return f"{identity}/{slip['file']}"
    for name in _layers(identity, slip["file"]):
        path = DATA / name
        if path.is_file() and re.search(slip.get("find", ""), path.read_text("utf-8")):
            return name
    return ""


def _fits(slip: dict[str, Any], identity: str) -> bool:
    return bool(_where(slip, identity))


def _cases() -> list[Any]:
    """Each slip in one of the standards in which it can be made, by turns; in a short run half of them."""
    cases = []
    for position, slip in enumerate(SLIPS):
        fitting = [identity for identity in IDS if _fits(slip, identity)]
        if THOROUGH or position % 4 < 2:  # two by two, so that the turns stay
            one = fitting[position % len(fitting)]
            cases.append(pytest.param(slip, one, id=f"{slip['name']}-{one}"))
    return cases


def _made(slip: dict[str, Any], data: Path, identity: str) -> tuple[str, int]:
    """Make the slip; the file and the line that must be told."""
    name = _where(slip, identity)
    path = data / name
    line = 1
    if slip.get("delete"):
        path.unlink()
    elif "create" in slip:
        path.parent.mkdir(exist_ok=True)
        path.write_text(slip["create"], "utf-8")
    elif "append" in slip:
        path.parent.mkdir(exist_ok=True)
        before = path.read_text("utf-8") if path.is_file() else ""
        path.write_text(before + slip["append"], "utf-8")
        line = before.count("\n") + 2 + slip.get("line", 0)
    else:
        before = path.read_text("utf-8")
        match = re.search(slip["find"], before)
        assert match is not None
        text = before[: match.start()] + match.expand(slip["put"]) + before[match.end() :]
        path.write_text(text, slip.get("encoding", "utf-8"))
        line = text.count("\n", 0, match.start()) + 1 + slip.get("line", 0)
    if "at" in slip:
        found = [
            (one, number)
            for one in _layers(identity, slip.get("in", slip["file"]))
            if (data / one).is_file()
            for number, text in enumerate((data / one).read_text("utf-8").split("\n"), 1)
            if text.strip().startswith(slip["at"])
        ]
        name, line = found[0]
    if slip.get("delete") and "in" not in slip:
        name = f"{identity}/{slip['file']}"  # what is missing is missing in the standard
    return name.removeprefix(f"{identity}/"), line


def test_there_are_enough_slips() -> None:
    assert len(SLIPS) >= 37 + 20
    assert len({slip["name"] for slip in SLIPS}) == len(SLIPS)
    assert all(any(_fits(slip, identity) for identity in IDS) for slip in SLIPS)


@pytest.mark.parametrize(("slip", "identity"), _cases())
def test_a_slip_is_told_where_it_was_made(
    slip: dict[str, Any], identity: str, tmp_path: Path
) -> None:
    for layer in layers_of(DATA / identity):
        shutil.copytree(layer, tmp_path / layer.name, ignore=shutil.ignore_patterns("__pycache__"))
    file, line = _made(slip, tmp_path, identity)
    problems = check_folder(tmp_path / identity)
    told = [one for one in problems if slip["says"] in one.text]
    assert told, f"not told among {list(map(str, problems))}"
    assert (file, line) in [(one.file, one.line) for one in told], list(map(str, told))


@pytest.mark.parametrize("identity", IDS)
def test_the_unchanged_standard_is_clean(identity: str) -> None:
    assert [str(one) for one in check_folder(DATA / identity) if not one.advice] == []
