"""The few names that the program itself asks a standard for; all others are the standard's own affair.

A standard may call its tables, blocks, rows, columns, rules, fields and figures as it likes. What the program must find
in every one is either reserved here by name (``FIELDS``), or given by the standard: a rule's code in ``[role.rule]`` of
standard.toml, the cells that a named check looks at in ``with`` of its rule. What a standard does not give
is not checked, and said to be so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

FIELDS: Mapping[str, tuple[tuple[str, ...], bool]] = {
    "unit_name": (("text",), True),
    "year": (("year",), True),
    "standard": (("text",), True),
    "unit_short": (("text",), False),
    "issued": (("date",), False),
    "subject_lists": (("choice",), False),
    "subtotal_formula": (("choice",), False),
}
"""Fields of 基础信息 with these keys are read by the program: the kinds that each may have, and whether it must be there.

The unit's name, the budget year and the standard; the unit's short name, the day of publication; whether 科目字典 adds
subjects, and what filling writes into derived cells.
"""

FORM_NAME = "name"
"""The field of a form that holds its project's name."""

RULES: Mapping[str, str] = {
    "texts": "文字与各表不符、又不专属某一部分时，归到哪条规则",
}
"""What ``[role.rule]`` of standard.toml may say: the rule under which something is told that no check of its own finds."""

ARGUMENTS: Mapping[str, Mapping[str, str]] = {
    "vehicle_plan": {"money": "cell", "planned": "field"},
    "weight_sum": {"total": "field"},
    "cost_indicator": {"cost": "words"},
}
"""What a named check is told in ``with`` of its rule: a cell of a table, a field of 基础信息 (``info[…].value``), or
words that stand in a form. Without it the check does not apply."""

LEDGER_CHECKS = "ledger_"
"""How the names of checks of the ledger begin: they say nothing where tables are filled in by hand."""

FORM_CHECKS = frozenset(("weight_sum", "weight_stated", "cost_indicator", "ledger_forms"))
"""The named checks of the forms of projects: they say nothing where there are no forms."""
