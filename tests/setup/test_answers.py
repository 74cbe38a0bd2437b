"""What was answered about exports is kept for this user, by layout; a damaged file is no obstacle."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from xlbudget.setup.answers import answers_path, remember, remembered
from xlbudget.setup.system import System

if TYPE_CHECKING:
    from pathlib import Path


class Machine(System):
    """A user with a home folder of its own."""

    def __init__(self, home: Path) -> None:
        self._home = home

    @property
    def home(self) -> Path:
        return self._home


@pytest.fixture
def system(tmp_path: Path) -> Machine:
    return Machine(tmp_path / "家 目录")


def test_answers_are_kept_by_layout_and_added_to(system: Machine) -> None:
    assert remembered(system, "a") == {}
    assert remember(system, "a", {"金额单位": "元"}) == ""
    assert remember(system, "b", {"金额单位": "万元"}) == ""
    assert remember(system, "a", {"一级项目": "二级项目"}) == ""
    assert remembered(system, "a") == {"金额单位": "元", "一级项目": "二级项目"}
    assert remembered(system, "b") == {"金额单位": "万元"}


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"1", b"\xff\xfe", b'{"a": 3}', b'{"a": {"k": 1}, "b": null}']
)
def test_a_damaged_file_counts_as_none(system: Machine, content: bytes) -> None:
    answers_path(system).parent.mkdir(parents=True)
    answers_path(system).write_bytes(content)
    assert set(remembered(system, "a").values()) <= {"1"}
    assert remember(system, "a", {"金额单位": "元"}) == ""
    assert remembered(system, "a")["金额单位"] == "元"


def test_a_file_that_cannot_be_written_is_said(system: Machine) -> None:
    answers_path(system).mkdir(parents=True)
    said = remember(system, "a", {"金额单位": "元"})
    assert said.startswith("回答没有记住（") and said.endswith("下次还会再问。")


def test_the_oldest_layouts_go(system: Machine) -> None:
    for number in range(205):
        remember(system, str(number), {"金额单位": "元"})
    assert remembered(system, "4") == {} and remembered(system, "5") == {"金额单位": "元"}
