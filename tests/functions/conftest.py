"""The log of faults goes to a folder of the test, and must stay empty unless a test expects one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from xlbudget.logs import log_path

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(autouse=True)
def fault_log(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XLBUDGET_HOME", str(tmp_path_factory.mktemp("home")))
        yield log_path()
