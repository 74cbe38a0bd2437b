"""The named checks of the rule catalogue."""

from __future__ import annotations

from types import MappingProxyType

from xlbudget.checks import amounts, assets, completeness, performance, subjects, unfilled
from xlbudget.texts import personal

__all__ = ["CHECKS"]

CHECKS = MappingProxyType(
    {
        function.__name__: function
        for function in (
            amounts.negative_amount,
            amounts.readable_amount,
            amounts.two_decimals,
            assets.vehicle_plan,
            completeness.empty_statement,
            completeness.required_info,
            completeness.sheet_present,
            completeness.unknown_row,
            performance.cost_indicator,
            performance.weight_stated,
            performance.weight_sum,
            personal.personal_data,
            personal.secret_marks,
            subjects.code_depth,
            subjects.code_form,
            subjects.code_name,
            subjects.code_order,
            subjects.code_parent,
            unfilled.subtotals_filled,
            unfilled.tables_filled,
        )
    }
)
"""Name in a rule's ``check`` -> function."""
