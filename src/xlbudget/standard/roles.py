"""The few names that the program itself asks a standard for; all others are the standard's own affair.

A standard may call its tables, blocks, rows, columns, rules, fields and figures as it likes. What the program must find
in every one is either reserved here by name (``FIELDS``), or given by the standard: a rule's code in ``[role.rule]`` of
standard.toml, the cells that a named check looks at in ``with`` of its rule. What a standard does not give
is not checked, and said to be so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlbudget.errors import StandardError
from xlbudget.standard.loader import parse_ref
from xlbudget.standard.model import ONE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from xlbudget.standard.model import Rule, Standard

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


def role_problems(standard: Standard) -> Iterator[str]:
    """What is wrong with reserved names, roles and arguments, a sentence each."""
    for key, (kinds, needed) in FIELDS.items():
        field = standard.fields.get(key)
        if field is None and needed:
            yield f"基础信息缺少程序要用的字段 {key}（kind 为{'或'.join(kinds)}）。"
        elif field is not None and field.kind not in kinds:
            yield f"基础信息的 {key} 是程序保留的字段，kind 应为{'或'.join(kinds)}，不是 {field.kind}。"
    codes = {rule.code for rule in standard.rules}
    for role, code in standard.roles.items():
        if role not in RULES:
            yield f"[role.rule] 没有“{role}”；可用：{'、'.join(RULES)}。"
        elif code not in codes:
            yield f"[role.rule] {role} 的规则“{code}”不存在。"
    for rule in standard.rules:
        yield from _argument_problems(standard, rule)


def _argument_problems(standard: Standard, rule: Rule) -> Iterator[str]:
    wanted = ARGUMENTS.get(rule.check, {})
    if unknown := sorted(set(dict(rule.arguments)) - set(wanted)):
        yield f"规则 {rule.code} 的 with 不用“{'”“'.join(unknown)}”。"
    for name, what in wanted.items():
        told = rule.argument(name)
        if not told:
            yield f"规则 {rule.code} 的检查“{rule.check}”要在 with 中写明 {name}，不写就不适用。"
        elif what != "words" and not _is(standard, told, what):
            where = "基础信息的一个字段 info[字段].value" if what == "field" else "表中的一格"
            yield f"规则 {rule.code} 的 with 中，{name} 应是{where}，没有“{told}”。"


def _is(standard: Standard, told: str, what: str) -> bool:
    """Whether a reference names one cell that the standard has, of the kind wanted."""
    try:
        ref = parse_ref(told)
    except StandardError:
        return False
    if ref.block == "info":
        return what == "field" and ref.which in standard.fields
    block = standard.blocks.get(ref.block)
    return (
        what == "cell" and ref.how == ONE and block is not None and ref.column in block.amount_index
    )
