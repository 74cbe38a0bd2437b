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
from xlbudget.standard.layers import DATA
from xlbudget.standard.loader import standard_ids

HERE = Path(__file__).parent
SLIPS: list[dict[str, Any]] = tomllib.loads((HERE / "slips.toml").read_text("utf-8"))["slip"]
IDS = standard_ids()


def _fits(slip: dict[str, Any], identity: str) -> bool:
    """Whether a slip can be made in a standard."""
    if slip.get("only", identity) != identity:
        return False
    if "create" in slip:
        return True
    path = DATA / identity / slip["file"]
    return path.is_file() and (
        "find" not in slip or bool(re.search(slip["find"], path.read_text("utf-8")))
    )


def _cases() -> list[Any]:
    """Each slip in each standard in which it can be made; in a short run in one of them, by turns."""
    cases = []
    for position, slip in enumerate(SLIPS):
        fitting = [identity for identity in IDS if _fits(slip, identity)]
        chosen = fitting if THOROUGH or len(fitting) < 2 else [fitting[position % len(fitting)]]
        cases += [pytest.param(slip, one, id=f"{slip['name']}-{one}") for one in chosen]
    return cases


def _made(slip: dict[str, Any], folder: Path) -> tuple[str, int]:
    """Make the slip; the file and the line that must be told."""
    path = folder / slip["file"]
    if slip.get("delete"):
        path.unlink()
        text, line = "", 1
    elif "create" in slip:
        path.write_text(slip["create"], "utf-8")
        text, line = slip["create"], 1
    else:
        before = path.read_text("utf-8")
        match = re.search(slip["find"], before)
        assert match is not None
        text = before[: match.start()] + match.expand(slip["put"]) + before[match.end() :]
        path.write_text(text, slip.get("encoding", "utf-8"))
        line = text.count("\n", 0, match.start()) + 1 + slip.get("line", 0)
    file = slip.get("in", slip["file"])
    if "at" in slip:
        lines = (folder / file).read_text("utf-8").split("\n")
        line = next(n for n, one in enumerate(lines, 1) if one.strip().startswith(slip["at"]))
    return file, line


def test_there_are_enough_slips() -> None:
    assert len(SLIPS) >= 37 + 20
    assert len({slip["name"] for slip in SLIPS}) == len(SLIPS)
    assert all(any(_fits(slip, identity) for identity in IDS) for slip in SLIPS)


@pytest.mark.parametrize(("slip", "identity"), _cases())
def test_a_slip_is_told_where_it_was_made(
    slip: dict[str, Any], identity: str, tmp_path: Path
) -> None:
    folder = tmp_path / identity
    shutil.copytree(DATA / identity, folder, ignore=shutil.ignore_patterns("__pycache__"))
    file, line = _made(slip, folder)
    problems = check_folder(folder)
    told = [one for one in problems if slip["says"] in one.text]
    assert told, f"not told among {list(map(str, problems))}"
    assert (file, line) in [(one.file, one.line) for one in told], list(map(str, told))


@pytest.mark.parametrize("identity", IDS)
def test_the_unchanged_standard_is_clean(identity: str) -> None:
    assert [str(one) for one in check_folder(DATA / identity) if not one.advice] == []
