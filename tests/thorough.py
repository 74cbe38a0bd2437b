"""How much a test does: little in the suite, which everybody runs, much in ``make thorough``."""

from __future__ import annotations

import os

THOROUGH = bool(os.environ.get("XLBUDGET_THOROUGH"))


def either(few: int, many: int) -> int:
    """How many the suite takes, or how many a thorough run takes."""
    return many if THOROUGH else few
