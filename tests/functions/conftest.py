"""The log of faults in a folder of the test; xlwings' own server of functions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from functions.com_server import Server, on_windows
from xlbudget.logs import log_path

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(autouse=True)
def fault_log(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XLBUDGET_HOME", str(tmp_path_factory.mktemp("home")))
        yield log_path()


@pytest.fixture
def server() -> Iterator[Server]:
    """The functions as Excel reaches them on Windows."""
    with on_windows() as found:
        yield found
