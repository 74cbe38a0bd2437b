"""A department against its units for programs: the keys and their order are a contract (``against.schema.json``)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from xlbudget.consolidating.figures import shown, unit_of_figure
from xlbudget.report.json_report import encodable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from xlbudget.consolidating.against import Compared, Difference
    from xlbudget.consolidating.figures import Summed
    from xlbudget.consolidating.units import LeftOut
    from xlbudget.standard.model import Standard


def comparison_json(
    standard: Standard, summed: Summed, left_out: Iterable[LeftOut], compared: Compared
) -> str:
    """Readable, with a last newline; ``version`` changes when a key does."""
    held = {
        "version": 1,
        "department": compared.name,
        "standard": standard.id,
        "year": summed.book.year,
        "exact": summed.exact,
        "units": [unit.name for unit in summed.units],
        "left_out": [{"path": str(one.path), "reason": one.why} for one in left_out],
        "agreeing": compared.agreeing,
        "differences": [
            _difference(standard, one)
            for one in sorted(compared.differences, key=lambda one: one.rounding)
        ],
        "not_compared": list(compared.skipped),
    }
    return encodable(json.dumps(held, ensure_ascii=False, indent=2)) + "\n"


def schema_text() -> str:
    """The JSON Schema of a comparison."""
    return Path(__file__).with_name("against.schema.json").read_text("utf-8")


def _difference(standard: Standard, one: Difference) -> dict[str, object]:
    def text(fen: int) -> str:
        return shown(standard, one.figure, fen).replace(",", "")

    return {
        "table": one.table,
        "sheet": one.place.sheet,
        "cell": one.place.cell,
        "row": one.row,
        "column": one.column,
        "unit": unit_of_figure(standard, one.figure).name,
        "printed": None if one.printed is None else text(one.printed),
        "summed": text(one.summed),
        "difference": text((one.printed or 0) - one.summed),
        "rounding": one.rounding,
        "shares": [{"unit": name, "amount": text(fen)} for name, fen in one.shares],
    }
