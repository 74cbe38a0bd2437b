"""Subjects from one year to the next: what the lists say about codes that are no longer valid."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from xlbudget.figures import TOTAL
from xlbudget.money import Amount

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from xlbudget.figures import Cell, Row
    from xlbudget.standard.model import Block, Standard
    from xlbudget.standard.subjects import SubjectList

__all__ = ["SubjectChanges", "next_subject_rows"]


class SubjectChanges(NamedTuple):
    """What became of subjects, each said once: by code and by name, old -> new, and sentences."""

    codes: dict[str, str]
    names: dict[str, str]
    replaced: dict[str, str]
    gone: dict[str, str]

    @property
    def said(self) -> list[str]:
        """The changes in words."""
        return [*self.replaced.values(), *self.gone.values()]


def _heir(subjects: SubjectList, code: str, year: int) -> str:
    """The code that stands for ``code`` in ``year``: itself, its successor, "" where it has none."""
    seen = {code}
    while True:
        entries = subjects.by_code.get(code, ())
        if not entries or any(one.valid(year) for one in entries):
            return code
        code = next((one.successor for one in reversed(entries) if one.successor), "")
        if not code or code in seen:
            return ""
        seen.add(code)


def next_subject_rows(
    standard: Standard,
    block: Block,
    rows: list[Row],
    year: int,
    changes: SubjectChanges,
    moved: Callable[[Row], Row],
) -> list[Row]:
    """The rows of a block by subject for ``year``; ``moved`` makes a row of the year before the next's.

    A code that is no longer valid gives way to its successor, rows that meet are added up; one
    without successor stays, to be looked at. A parent whose rows all went elsewhere goes too.
    """
    subjects = standard.subjects[block.subjects]
    found: dict[str, Row] = {}
    order: list[str] = []
    heirs = {
        row.key: _heir(subjects, row.key, year) for row in rows if row.kind in ("subject", "class")
    }
    for row in rows:
        if row.kind not in ("subject", "class"):
            order.append(f"{row.kind}:{len(order)}:{row.key}")
            found[order[-1]] = moved(row)
            continue
        code = heirs[row.key]
        if not code:
            name = f"{row.key} {row.label}".strip()
            changes.gone[row.key] = (
                f"科目“{name}”到{year}年已停用，目录里没有改列的科目，原样保留；请改为现行科目。"
            )
            code = row.key
        elif code != row.key and _emptied(row.key, heirs):
            changes.codes[row.key] = code
            continue
        new = _named(subjects, moved(row)._replace(key=code), row, year, changes)
        if code in found:
            found[code] = _added(found[code], new)
        else:
            found[code] = new
            order.append(code)
    if any(old != new and new for old, new in heirs.items()) and block.body == "subject":
        order.sort(key=lambda key: (found[key].key == TOTAL, found[key].key))
    return [found[key] for key in order]


def _emptied(code: str, heirs: Mapping[str, str]) -> bool:
    """Whether a parent's rows all went to subjects below another parent that is there as well."""
    below = [new for old, new in heirs.items() if old != code and old.startswith(code)]
    heir = heirs[code]
    return bool(below) and heir in heirs and all(new.startswith(heir) for new in below)


def _named(subjects: SubjectList, row: Row, old: Row, year: int, changes: SubjectChanges) -> Row:
    """The row under the name that its code has in ``year``, where it had the listed one before."""
    known = subjects.find(row.key, year)
    if row.key == old.key:
        before = [one.name for one in subjects.by_code.get(row.key, ()) if one.valid(year - 1)]
        if known is None or known.name == old.label or old.label not in before:
            return row
        changes.names[old.label] = known.name
        sentence = f"科目 {row.key}“{old.label}”自{year}年起改名为“{known.name}”，已改。"
        changes.replaced.setdefault(row.key, sentence)
        return row._replace(label=known.name)
    name = known.name if known is not None else row.label
    changes.codes[old.key] = row.key
    if name != old.label:
        changes.names[old.label] = name
    changes.replaced.setdefault(
        old.key,
        f"科目“{old.key} {old.label}”到{year}年已停用，按目录改为“{row.key} {name}”；请核对。",
    )
    return row._replace(label=name)


def _added(first: Row, second: Row) -> Row:
    """Two rows as one: what both hold is added up."""
    cells = tuple(_sum(one, two) for one, two in zip(first.cells, second.cells, strict=True))
    return first._replace(cells=cells)


def _sum(one: Cell, two: Cell) -> Cell:
    if isinstance(one, Amount) and isinstance(two, Amount):
        return one._replace(fen=one.fen + two.fen, places=max(one.places, two.places))
    return two if one is None else one
