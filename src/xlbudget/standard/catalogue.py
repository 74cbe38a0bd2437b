"""The rule catalogue: every rule with its equations in the words of the tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlbudget.standard.model import ALL, EACH
from xlbudget.standard.placeholders import without_names

if TYPE_CHECKING:
    from xlbudget.standard.model import Block, Equation, Ref, RowSpec, Rule, Standard, Term

_LEVELS = {"error": "差错", "warning": "提醒", "hint": "提示"}
_EACH = {
    "": "每行",
    "class": "每类",
    "parent": "每个上级科目",
    "leaf": "每个末级科目",
    "unit": "每个单位",
    "item": "每个二级项目",
    "group": "每个一级项目",
}
_ALL = {
    "child": "全部下级之和",
    "top": "全部最高级之和",
    "class": "各类之和",
    "unit": "各单位之和",
    "item": "各二级项目之和",
    "group": "各一级项目之和",
    "form": "各项目之和",
}


def equation_text(standard: Standard, equation: Equation) -> str:
    """An equation in the words of the tables: ``表5[每行]小计＝表5[每行]人员经费＋…``."""
    lead = next((ref for ref in equation.refs if ref.how == EACH), None)
    left = _terms(standard, equation.left, lead)
    right = _terms(standard, equation.right, lead) or "0"
    sign = "＝" if equation.relation == "=" else "≥"
    when = f"当{standard.conditions[equation.when].title}" if equation.when else ""
    present, derive = "两边都有时" * equation.present, "据以填列" * equation.derive
    remarks = "；".join(filter(None, (when, present, derive, "不校验" * (not equation.check))))
    return f"{left}{sign}{right}" + (f"（{remarks}）" if remarks else "")


def _terms(standard: Standard, terms: tuple[Term, ...], lead: Ref | None) -> str:
    pieces = []
    for count, term in enumerate(terms):
        sign = "－" if term.sign < 0 else "＋" if count else ""
        pieces.append(sign + _ref(standard, term.ref, term.ref is lead))
    return "".join(pieces)


def _ref(standard: Standard, ref: Ref, leads: bool) -> str:
    if ref.block == "info":
        return f"基础信息“{standard.fields[ref.which].label}”"
    block = standard.blocks[ref.block]
    table = standard.table(block.table)
    column = "各栏" if ref.column == "*" else "/".join(_short(block.column(ref.column).label))
    side = (
        "".join(without_names(block.columns[0].label[0]).split()) if len(table.blocks) > 1 else ""
    )
    row = _row(standard, ref) if leads or ref.how != EACH else "同名行"
    return f"表{table.number}{side}[{row}]{column}"


def _short(label: tuple[str, ...]) -> list[str]:
    parts = ["".join(without_names(part).split()) for part in label]
    return [part for part in parts if part not in ("收入", "支出")] or parts


def _row(standard: Standard, ref: Ref) -> str:
    if ref.how == EACH:
        return _EACH.get(ref.which, f"编码以{ref.which[:-1]}开头的每行")
    if ref.how == ALL:
        return _ALL[ref.which]
    block = standard.blocks[ref.block]
    spec = next((row for row in block.rows if row.key == ref.which), None)
    if spec is not None:
        twins = [row for row in block.rows if row.label == spec.label]
        return spec.label if len(twins) == 1 else f"{_above(block, spec)}/{spec.label}"
    return block.total if ref.which == "total" else ref.which


def _above(block: Block, spec: RowSpec) -> str:
    """The heading row under which a row stands."""
    before = block.rows[: block.rows.index(spec)]
    return next((row.label for row in reversed(before) if row.indent < spec.indent), "")


def _rules(standard: Standard, year: int | None) -> list[Rule]:
    return list(standard.rules) if year is None else standard.rules_of(year)


def catalogue_text(standard: Standard, year: int | None = None) -> str:
    """The catalogue for a terminal."""
    rules = _rules(standard, year)
    lines = [f"{standard.name}（{standard.id}，{standard.first}年度起）：规则 {len(rules)} 条", ""]
    for rule in rules:
        lines.append(f"{rule.code}［{_LEVELS[rule.level]}］{rule.title}")
        lines.append(f"    来源：{rule.source}")
        lines.extend(f"    {equation_text(standard, equation)}" for equation in rule.equations)
    return "\n".join(lines) + "\n"


def rule_kind(rule: Rule) -> str:
    """How a rule without equations is judged."""
    if rule.compares:
        return "与上年的工作簿核对"
    return "核对文字" if rule.texts else "逐项检查"


def catalogue_markdown(standard: Standard, year: int | None = None) -> str:
    """The catalogue as a Markdown table, for the documentation."""
    lines = ["| 编号 | 级别 | 规则 | 来源 | 等式 |", "|---|---|---|---|---|"]
    for rule in _rules(standard, year):
        equations = "<br>".join(equation_text(standard, equation) for equation in rule.equations)
        how = equations or f"（{rule_kind(rule)}）"
        cells = (rule.code, _LEVELS[rule.level], rule.title, rule.source, how)
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"
