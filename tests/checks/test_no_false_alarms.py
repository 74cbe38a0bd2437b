"""A budget whose every cell is rounded by itself, and rightly, is never called wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from multiples import rounded_multiple
from xlbudget.checks.validate import validate
from xlbudget.findings import Level, Status
from xlbudget.importing.data_folder import read_folder
from xlbudget.standard.loader import load_standard

DEPARTMENTS = Path(__file__).parents[1] / "departments"
STANDARD = load_standard()
EXACT = {
    name: read_folder(DEPARTMENTS / name, STANDARD)
    for name in ("no-carryover-no-projects", "government-fund")
}
"""Departments whose identities hold exactly: so they do for every multiple of the true amounts."""


@pytest.mark.parametrize("name", EXACT)
@given(factor=st.integers(11, 99_999))
@settings(max_examples=150, deadline=None)
def test_independent_rounding_is_never_an_error(name: str, factor: int) -> None:
    report = validate(STANDARD, rounded_multiple(STANDARD, EXACT[name], factor))
    assert report.status is Status.PASS
    assert not [one for one in report.findings if one.level is not Level.HINT]
    assert report.slack <= "0.0050"


@pytest.mark.parametrize("name", EXACT)
def test_rounding_does_put_sums_off(name: str) -> None:
    """The test above would be empty if the multiples added up."""
    report = validate(STANDARD, rounded_multiple(STANDARD, EXACT[name], 1237))
    assert report.slack > "0.0000"
