"""A comparison for programs: the keys and their order are a contract (``diff.schema.json``)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from xlbudget.report.json_report import encodable, finding_dict

if TYPE_CHECKING:
    from xlbudget.comparing.comparison import (
        CellChange,
        Compared,
        Comparison,
        Difference,
        TextChange,
    )
    from xlbudget.figures import Place


def comparison_dict(comparison: Comparison) -> dict[str, object]:
    """The comparison as it is written; ``version`` changes when a key does."""
    relations = comparison.relations
    return {
        "version": 1,
        "before": _compared(comparison.before),
        "after": _compared(comparison.after),
        "same": comparison.same,
        "unknown": comparison.unknown,
        "remarks": list(comparison.remarks),
        "not_read": [
            {"file": name, "place": place, "reason": reason}
            for name, place, reason in comparison.not_read
        ],
        "totals": [_cell(cell) for cell in comparison.totals],
        "differences": [_difference(one) for one in comparison.differences],
        "relations": None
        if relations is None
        else [
            {
                "state": change.state.value,
                "finding": finding_dict(change.finding),
                "before": finding_dict(change.before) if change.before is not None else None,
            }
            for change in relations
        ],
    }


def comparison_json(comparison: Comparison) -> str:
    """Readable, with a last newline."""
    text = json.dumps(comparison_dict(comparison), ensure_ascii=False, indent=2)
    return encodable(text) + "\n"


def schema_text(reports: Path) -> str:
    """The JSON Schema of a comparison; what a finding is stands in the schema of ``reports``."""
    schema = json.loads(Path(__file__).with_name("diff.schema.json").read_text("utf-8"))
    schema["$defs"]["finding"] = json.loads(reports.read_text("utf-8"))["$defs"]["finding"]
    return json.dumps(schema, ensure_ascii=False, indent=2) + "\n"


def _compared(side: Compared) -> dict[str, object]:
    return {
        "name": side.name,
        "path": side.path,
        "kind": side.kind,
        "standard": side.standard,
        "unit_name": side.unit_name,
        "year": side.year,
        "status": side.status.value,
        "coverage": list(side.coverage) if side.coverage is not None else None,
    }


def _place(place: Place) -> dict[str, str] | None:
    return {"sheet": place.sheet, "cell": place.cell} if place.cell else None


def _cell(cell: CellChange) -> dict[str, object]:
    return {
        "table": cell.table,
        "key": cell.key,
        "row": cell.row,
        "column": cell.column,
        "before": cell.before,
        "after": cell.after,
        "difference": cell.difference,
        "before_place": _place(cell.before_place),
        "after_place": _place(cell.after_place),
        "total": cell.total,
    }


def _text(text: TextChange) -> dict[str, object]:
    return {
        "part": text.part,
        "name": text.name,
        "action": text.action.value,
        "before": text.before,
        "after": text.after,
        "words": [{"kind": stretch.kind, "text": stretch.text} for stretch in text.words],
        "before_place": _place(text.before_place),
        "after_place": _place(text.after_place),
    }


def _difference(one: Difference) -> dict[str, object]:
    return {
        "kind": one.kind.value,
        "action": one.action.value,
        "part": one.part,
        "name": one.name,
        "remark": one.remark,
        "cells": [_cell(cell) for cell in one.cells],
        "texts": [_text(text) for text in one.texts],
        "follows": [
            {**_cell(following.cell), "share": following.share} for following in one.follows
        ],
        "sentences": [_text(text) for text in one.sentences],
    }
