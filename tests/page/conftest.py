"""The page, built once, and browsers in which it is opened from disk."""

from __future__ import annotations

import fcntl
import os
import socket
import threading
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


@pytest.fixture
def heard() -> Iterator[tuple[int, list[bytes]]]:
    """A port of this machine, and what was sent there; connections without a byte are not told."""
    sent: list[bytes] = []
    listening = socket.create_server(("127.0.0.1", 0))

    def read(line: socket.socket) -> None:
        with line:
            if data := line.recv(1000):
                sent.append(data)

    def listen() -> None:
        while True:
            try:
                line, _ = listening.accept()
            except OSError:  # the end of the test
                return
            threading.Thread(target=read, args=(line,), daemon=True).start()

    threading.Thread(target=listen, daemon=True).start()
    yield listening.getsockname()[1], sent
    listening.shutdown(socket.SHUT_RDWR)
    listening.close()
