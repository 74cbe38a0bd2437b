"""The page, built once, and browsers in which it is opened from disk."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from page_browsers import CHROMIUM, Chromium, ready
from thorough import THOROUGH
from xlbudget.errors import UnusableFileError
from xlbudget.page import PAGE
from xlbudget.page.assemble import page_html

if TYPE_CHECKING:
    from collections.abc import Iterator

collect_ignore = [] if THOROUGH else ["test_everything.py"]
"""What ``make page-check`` alone does: other browsers, all material, building twice."""


@pytest.fixture(scope="session")
def page_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page; another one, made before, where ``XLBUDGET_PAGE`` names it."""
    if made := os.environ.get("XLBUDGET_PAGE"):
        return Path(made)
    # All processes of a run have one folder above their own.
    several = "PYTEST_XDIST_WORKER" in os.environ
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if several else base) / "网页 版"
    folder.mkdir(exist_ok=True)
    path = folder / PAGE
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            if not path.exists():
                path.write_text(page_html(), "utf-8", newline="\n")
        except UnusableFileError as error:
            pytest.skip(str(error))
    return path


@pytest.fixture(scope="module")
def opened(page_file: Path) -> Iterator[Chromium]:
    """The page in Chromium, its engine running."""
    if CHROMIUM is None:
        pytest.skip("no Chromium here (apt: chromium)")
    with Chromium(CHROMIUM) as browser:
        browser.open(page_file)
        ready(browser)
        yield browser
