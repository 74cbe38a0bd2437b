"""What the tests of the command line share: a copy of the example, and a way to run commands."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, NamedTuple

import pytest

from xlbudget.cli.run import run

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


class Ended(NamedTuple):
    """Exit status, standard output and standard error of a command."""

    status: int
    out: str
    err: str

    def sentence(self) -> str:
        """The one sentence that an unusable input gives, after checking that it is one."""
        assert self.status == 2, self
        assert self.err.count("\n") == 1, self.err
        said = self.err.strip()
        assert said.endswith("。"), said
        assert "Traceback" not in said and "程序内部出错" not in said, said
        assert sum("一" <= sign <= "鿿" for sign in said) > 5, said
        return said


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str]) -> Callable[..., Ended]:
    """Run a command in this process."""

    def call(*arguments: object) -> Ended:
        capsys.readouterr()
        status = run([str(one) for one in arguments])
        return Ended(status, *capsys.readouterr())

    return call


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty folder with a name as users have them."""
    path = tmp_path / "预算 公开 2024"
    path.mkdir()
    return path


@pytest.fixture
def book(example_file: Path, folder: Path) -> Path:
    """A copy of the example, alone in its folder."""
    return shutil.copy(example_file, folder / "某 部门 预算.xlsm")
