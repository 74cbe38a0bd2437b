"""A new file has the mode that the user's mask leaves, and is never closed to its owner."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from xlbudget.xlsx.owners import usual_mode

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.skipif(os.name != "posix", reason="modes are of POSIX systems")
@pytest.mark.parametrize(("mask", "mode"), [(0o022, 0o644), (0o077, 0o600), (0o777, 0o600)])
def test_the_owner_may_always_write(mask: int, mode: int, tmp_path: Path) -> None:
    path = tmp_path / "新.txt"
    path.write_text("1")
    before = os.umask(mask)
    try:
        usual_mode(path)
    finally:
        os.umask(before)
    assert path.stat().st_mode & 0o777 == mode
