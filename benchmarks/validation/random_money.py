"""Random money: who gets what from which fund, to the 分, before any table is made of it."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.standard.loader import load_standard

if TYPE_CHECKING:
    import random

__all__ = [
    "BOUNDS",
    "FUNDS",
    "HUGE",
    "MIRRORS",
    "SIZES",
    "STANDARD",
    "Money",
    "Size",
    "random_amount",
    "random_money",
    "split",
]

STANDARD = load_standard()
FUNDS = ("general", "fund", "capital", "special", "own")
KINDS = ("personnel", "public", "project")
MIRRORS = {"2080505": "30108", "2080506": "30109", "2101103": "30111", "2210201": "30113"}
"""Subjects whose personnel money is one economic subject's (rule B10)."""
BOUNDS = {"30212": "abroad", "30217": "reception", "30231": "vehicle_operation"}


class Size(NamedTuple):
    """How much a budget holds."""

    leaves: int
    personnel: int
    public: int
    groups: int
    items: int


SIZES = {
    "small": Size(3, 3, 4, 1, 2),
    "medium": Size(29, 14, 20, 7, 26),
    "large": Size(84, 20, 30, 16, 68),
}
HUGE = Size(215, 24, 36, 40, 200)
"""Some 300 subject rows and 200 projects: larger than any department that we know of."""
Money = defaultdict[tuple[str, str, str, str], int]
"""(subject, fund, kind, current or carry) -> 分."""


def random_amount(rng: random.Random) -> int:
    """Between 0.1 and 3,000 万元, to the 分."""
    return int(10 ** rng.uniform(5, 9.5))


def split(rng: random.Random, whole: int, parts: int) -> list[int]:
    """``whole`` in positive parts."""
    weights = [rng.uniform(0.05, 1) ** 2 for _ in range(parts)]
    found = [max(1, int(whole * weight / sum(weights))) for weight in weights]
    found[0] += whole - sum(found)
    return found


def _leaves(rng: random.Random, count: int) -> list[str]:
    """Functional subjects of the last level: pensions, health and housing, then the offices'."""
    listed = sorted(
        code for code in STANDARD.subjects["functional"].by_code if len(code) == len("2010301")
    )
    always = list(MIRRORS)[: 2 if count < len(listed) // 4 else 4]
    others = [code for code in listed if code not in MIRRORS and not code.startswith("21011")]
    made = [
        f"{top}{money:02d}{leaf:02d}"
        for top in ("204", "205", "206", "213", "214")
        for money in (1, 2, 3)
        for leaf in (1, 2, 99)
    ]
    pool = [*others, *(code for code in made if code not in others)]
    if count > len(pool):
        more = (
            f"{top}{money:02d}{leaf:02d}"
            for top in range(206, 216)
            for money in range(11, 17)
            for leaf in range(1, 6)
        )
        pool += [code for code in more if code not in pool]
    start = rng.randrange(max(1, min(len(others), len(pool) - count)))
    return sorted({*always, *pool[start : start + count - len(always)], "2010301"})


def random_money(rng: random.Random, size: Size) -> Money:
    """Who gets what from which fund, this year's and carried over."""
    money: Money = defaultdict(int)
    carried, fund, own = rng.random() < 0.7, rng.random() < 0.25, rng.random() < 0.15  # noqa: PLR2004

    def put(code: str, source: str, kind: str) -> None:
        whole = random_amount(rng)
        later = rng.randrange(1, whole) if carried and rng.random() < 0.3 else 0  # noqa: PLR2004
        money[code, source, kind, "current"] += whole - later
        money[code, source, kind, "carry"] += later

    for code in _leaves(rng, size.leaves):
        if code in MIRRORS:
            put(code, "general", "personnel")
        elif code.endswith("01"):
            put(code, "general", "personnel")
            put(code, "general", "public")
        elif rng.random() < 0.8:  # noqa: PLR2004
            put(code, "general", "project")
        else:
            for kind in KINDS:
                put(code, "general", kind)
        if own and rng.random() < 0.3:  # noqa: PLR2004
            put(code, "own", rng.choice(KINDS))
    put("2010302", "general", "project")
    if fund:
        for code in ("2120801", "2120803", "2120899")[: 1 + size.leaves // 10]:
            put(code, "fund", "project")
    return money
