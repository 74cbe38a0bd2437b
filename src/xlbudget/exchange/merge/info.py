"""The fields of 基础信息 of a workbook and those of a source brought together."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from xlbudget.exchange.merge.model import Change, Kind
from xlbudget.exchange.merge.rows import equal, shown
from xlbudget.fill.fill import CellKey
from xlbudget.relations.grid import INFO
from xlbudget.workbook.layout import INFO_SHEET

if TYPE_CHECKING:
    from collections.abc import Collection

    from xlbudget.figures import Book, Cell, InfoValue
    from xlbudget.standard.model import Standard

__all__ = ["MergedInfo", "merge_info"]

_FIXED = ("year", "standard")
"""Fields that say what the workbook is: an import never changes them."""


class MergedInfo(NamedTuple):
    """The fields that result, the fate of those of the source, and what differs."""

    info: dict[str, InfoValue]
    counts: dict[Kind, int]
    changes: list[Change]
    fresh: dict[CellKey, Cell]
    asked: dict[CellKey, Cell]


def merge_info(
    standard: Standard, book: Book, source: Book, ours: Collection[CellKey], *, overwrite: bool
) -> MergedInfo:
    """The fields of ``book`` with what ``source`` has."""
    result = MergedInfo(dict(book.info), {}, [], {}, {})
    for key, given in source.info.items():
        field = standard.fields.get(key)
        now = book.info.get(key)
        if field is None or now is None or field.kind in _FIXED or key in _FIXED:
            continue
        if given.value in (None, ""):
            continue
        cell_key = CellKey(INFO, key, "value")
        if not isinstance(given.value, str) and cell_key in ours:
            result.asked[cell_key] = given.value
            continue
        if now.value in (None, "") or (str(now.value) == field.default and field.kind != "amount"):
            kind = Kind.NEW if _shown(now) != _shown(given) else Kind.SAME
        elif _same(now, given):
            kind = Kind.SAME
        else:
            kind = Kind.CHANGED if overwrite else Kind.KEPT
            change = Change(
                kind, INFO_SHEET, field.label, "内容", _shown(now), _shown(given), now.cell
            )
            result.changes.append(change)
        result.counts[kind] = result.counts.get(kind, 0) + 1
        if kind in (Kind.NEW, Kind.CHANGED):
            result.info[key] = now._replace(value=given.value)
            if kind is Kind.NEW and not isinstance(given.value, str):
                result.fresh[cell_key] = given.value
    return result


def _same(now: InfoValue, given: InfoValue) -> bool:
    if isinstance(now.value, str) or isinstance(given.value, str):
        return _shown(now) == _shown(given)
    return equal(now.value, given.value)


def _shown(value: InfoValue) -> str:
    return value.value.strip() if isinstance(value.value, str) else shown(value.value)
