"""What changed since the inspection before: files that are new, gone or revised, problems mended and new."""

from __future__ import annotations

from collections import Counter
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.bureau.lines import VERDICTS
from xlbudget.bureau.records import UNUSABLE
from xlbudget.findings import Level

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence

    from xlbudget.bureau.lines import UnitLine


class Change(StrEnum):
    """What became of a file."""

    NEW = "new"
    GONE = "gone"
    BETTER = "better"
    WORSE = "worse"
    REVISED = "revised"
    SAME = "same"

    @property
    def chinese(self) -> str:
        """What the user sees."""
        words = {
            "new": "新交",
            "gone": "不再有",
            "better": "改好",
            "worse": "变差",
            "revised": "有改动",
        }
        return words.get(self.value, "未变")


class Changed(NamedTuple):
    """A file now and before (one of them may be missing), and what changed in words.

    ``at`` is its place in the list; None where it is gone. ``mended`` and ``fresh`` count problems.
    """

    change: Change
    at: int | None
    now: UnitLine | None
    before: UnitLine | None
    mended: int = 0
    fresh: int = 0
    said: str = ""

    @property
    def line(self) -> UnitLine:
        """The file now, or as it was where it is gone."""
        line = self.now or self.before
        assert line is not None
        return line


def compare(now: Sequence[UnitLine], before: Sequence[UnitLine]) -> list[Changed]:
    """Every file now in its order, then those that are gone.

    A file is the same one where path and unit are; else where unit, year and kind are and no other has them;
    else where the path or the content is.
    """
    pairs = _pairs(now, before)
    changed = [
        _changed(at, line, before[pairs[at]]) if at in pairs else _new(at, line)
        for at, line in enumerate(now)
    ]
    kept = set(pairs.values())
    gone = [
        Changed(Change.GONE, None, None, line, said=f"上次有“{line.record.path}”，这次没有")
        for at, line in enumerate(before)
        if at not in kept
    ]
    return [*changed, *gone]


def _new(at: int, line: UnitLine) -> Changed:
    return Changed(Change.NEW, at, line, None, said="上次没有这个文件")


def _pairs(now: Sequence[UnitLine], before: Sequence[UnitLine]) -> dict[int, int]:
    """Places now -> places before, by one way of telling after the other."""
    ways: tuple[Callable[[UnitLine], Hashable], ...] = (
        lambda line: (line.record.path, line.owner),
        lambda line: line.owner and (line.owner, line.record.year, line.record.kind),
        lambda line: line.record.path,
        lambda line: line.record.hash,
    )
    pairs: dict[int, int] = {}
    taken: set[int] = set()
    for way in ways:
        old, new = (
            _single(way, lines, known) for lines, known in ((before, taken), (now, set(pairs)))
        )
        for key, at in new.items():
            if key in old and _same_year(now[at], before[old[key]]):
                pairs[at] = old[key]
                taken.add(old[key])
    return pairs


def _same_year(now: UnitLine, before: UnitLine) -> bool:
    """Whether two files can be states of one: a budget of another year is another one."""
    return None in (now.record.year, before.record.year) or now.record.year == before.record.year


def _single(
    way: Callable[[UnitLine], Hashable], lines: Sequence[UnitLine], known: set[int]
) -> dict[Hashable, int]:
    """Key -> place of the files that have no partner yet, where one alone has the key."""
    keys = {at: way(line) for at, line in enumerate(lines) if at not in known}
    often = Counter(keys.values())
    return {key: at for at, key in keys.items() if key and often[key] == 1}


def _changed(at: int, now: UnitLine, before: UnitLine) -> Changed:
    mended = (Counter(before.problems) - Counter(now.problems)).total()
    fresh = (Counter(now.problems) - Counter(before.problems)).total()
    new, old = now.record, before.record
    said = []
    if new.path != old.path:
        said.append(f"原来的文件是“{old.path}”")
    if new.verdict != old.verdict:
        said.append(f"结论由{VERDICTS[old.verdict]}变为{VERDICTS[new.verdict]}")
    if mended:
        said.append(f"改好{mended}处")
    if fresh:
        said.append(f"新出现{fresh}处")
    sums = [
        f"{name}由{old.totals[name]}改为{total}"
        for name, total in new.totals.items()
        if name in old.totals and old.totals[name] != total
    ]
    said += sums
    if not sums and new.figures != old.figures and new.figures and old.figures:
        said.append("有金额改动")
    if new.hash == old.hash:
        same = Change.SAME
    else:
        same = Change.REVISED
        said = said or ["文件有改动，金额和问题没有变"]
    return Changed(_direction(now, before, same), at, now, before, mended, fresh, "；".join(said))


def _direction(now: UnitLine, before: UnitLine, same: Change) -> Change:
    """Better or worse: right or not, usable or not, then by the number of errors; else as it was said to be."""
    today, then = ((_standing(line), -line.number_of(Level.ERROR)) for line in (now, before))
    if today == then:
        return same
    return Change.BETTER if today > then else Change.WORSE


def _standing(line: UnitLine) -> int:
    return {"pass": 2, "rounding": 2, UNUSABLE: 0}.get(line.record.verdict, 1)
