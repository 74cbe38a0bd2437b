"""Which tests take processor time, whatever else the machine does: ``pytest -p processor_time``.

Programs that a test started and waited for count; what a fixture of the session does counts for the
test that asked for it first.
"""

from __future__ import annotations

import os
from collections import Counter
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator

SHOWN = 40
_NAME = "processor_seconds"
_KEPT = pytest.StashKey[float]()


def _seconds() -> float:
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Each report of a phase takes along what has been used since the report before it."""
    report = yield
    now = _seconds()
    report.__dict__[_NAME] = now - item.session.stash.get(_KEPT, now)
    item.session.stash[_KEPT] = now
    return report


def pytest_sessionstart(session: pytest.Session) -> None:
    session.stash[_KEPT] = _seconds()


def pytest_collection_finish(session: pytest.Session) -> None:
    session.stash[_KEPT] = _seconds()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The heaviest test functions, and the sum."""
    used: Counter[str] = Counter()
    calls: Counter[str] = Counter()
    for reports in terminalreporter.stats.values():
        for report in reports:
            if hasattr(report, _NAME):
                name = report.nodeid.partition("[")[0]
                used[name] += getattr(report, _NAME)
                calls[name] += report.when == "call"
    terminalreporter.section(f"processor time: {sum(used.values()):.0f} s")
    for name, seconds in used.most_common(SHOWN):
        terminalreporter.write_line(f"{seconds:7.1f} s  {calls[name]:4} x  {name}")
