"""How much a test does: little in the suite, which everybody runs, much in ``make thorough``."""

from __future__ import annotations

import os
from typing import TypeVar

THOROUGH = bool(os.environ.get("XLBUDGET_THOROUGH"))


T = TypeVar("T")


def either(few: T, many: T) -> T:
    """What (how many) the suite takes, or what a thorough run takes."""
    return many if THOROUGH else few
