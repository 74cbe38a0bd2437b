"""Check a standard when it is added or changed: every name it uses must exist.

The shape of the TOML files is checked with pydantic (too slow to import at every start), what
refers to what by looking it up.
"""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from xlbudget.errors import StandardError
from xlbudget.standard.equations import ALL, EACH, ONE
from xlbudget.standard.loader import load_folder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from xlbudget.standard.equations import Ref
    from xlbudget.standard.model import Rule, Standard

__all__ = ["check_folder"]

_SELECTORS = ("class", "parent", "leaf", "unit", "item", "group", "form", "child", "top")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _Column(_Strict):
    key: Annotated[str, Field(pattern=r"^[a-z_0-9]+$")]
    kind: Literal["amount", "code", "name", "label", "text", "level1", "level2"]
    label: Annotated[list[str], Field(min_length=1, max_length=2)]
    width: float = 0


class _Row(_Strict):
    key: str = ""
    label: str
    indent: int = 0
    anchor: str = ""
    total: bool = False
    slot: Literal["", "class"] = ""


class _Block(_Strict):
    key: str = ""
    body: Literal["fixed", "subject", "unit", "project", "form"]
    columns: list[_Column]
    rows: list[_Row] = []
    subjects: str = ""
    room: int = 0
    total: str = ""


class _Table(_Strict):
    key: str
    number: int
    title: str
    sheet: str = ""
    unit: Literal["元", "万元"] | None = None
    notes: list[str] = []
    empty_statement: str = ""
    block: Annotated[list[_Block], Field(min_length=1)]
    form: list[dict[str, Any]] = []


class _Rule(_Strict):
    code: Annotated[str, Field(pattern=r"^[A-Z]\d{2}[a-z]?$")]
    title: Annotated[str, Field(min_length=1)]
    source: Annotated[str, Field(min_length=1)]
    level: Literal["error", "warning", "hint"] = "error"
    soft: bool = False
    check: str = ""
    equations: list[str | dict[str, Any]] = []
    years: tuple[int, int] = (0, 9999)


class _Rules(_Strict):
    rule: list[_Rule]


def check_folder(folder: Path, checks: frozenset[str]) -> list[str]:
    """What is wrong with a standard, one sentence each; ``checks`` are the named checks that exist.

    Raises:
        StandardError: it cannot be loaded at all.
    """
    if not (folder / "rules.toml").is_file():
        raise StandardError(f"标准“{folder}”缺少文件“rules.toml”。")
    problems = [
        *_shape(folder / "rules.toml", _Rules),
        *(
            problem
            for path in sorted((folder / "tables").glob("*.toml"))
            for problem in _shape(path, _Table)
        ),
    ]
    if problems:
        return problems
    standard = load_folder(folder)
    codes = [rule.code for rule in standard.rules]
    problems += [
        f"规则编号 {code} 重复。" for code in dict.fromkeys(codes) if codes.count(code) > 1
    ]
    for rule in standard.rules:
        problems.extend(_rule_problems(standard, rule, checks))
    for condition in standard.conditions.values():
        problems.extend(
            f"条件 {condition.key}：{one}"
            for ref in condition.zero
            for one in _ref_problems(standard, ref)
        )
    if standard.picture is not None:
        for ref in (standard.picture.bars, *standard.picture.split):
            problems.extend(f"支出结构图：{one}" for one in _ref_problems(standard, ref))
    for block in standard.blocks.values():
        if block.subjects and block.subjects not in standard.subjects:
            problems.append(f"表块 {block.key} 的科目分类“{block.subjects}”不存在。")
        if block.body == "subject" and not block.subjects:
            problems.append(f"表块 {block.key} 缺少科目分类。")
    return problems


def _shape(path: Path, model: type[BaseModel]) -> list[str]:
    try:
        model.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        return [f"{path.name} 不是有效的TOML：{error}。"]
    except ValidationError as error:
        return [
            f"{path.name} {'.'.join(map(str, one['loc']))}：{one['msg']}" for one in error.errors()
        ]
    return []


def _rule_problems(standard: Standard, rule: Rule, checks: frozenset[str]) -> Iterator[str]:
    if bool(rule.check) == bool(rule.equations):
        yield f"规则 {rule.code} 应有等式或检查之一。"
    if rule.check and rule.check not in checks:
        yield f"规则 {rule.code} 的检查“{rule.check}”不存在。"
    for equation in rule.equations:
        if equation.when and equation.when not in standard.conditions:
            yield f"规则 {rule.code} 的条件“{equation.when}”不存在。"
        for ref in equation.refs:
            for problem in _ref_problems(standard, ref):
                yield f"规则 {rule.code}：{problem}"


def _ref_problems(standard: Standard, ref: Ref) -> Iterator[str]:
    if ref.block == "info":
        if ref.which not in standard.fields:
            yield f"“{ref}”中没有基础信息 {ref.which}。"
        return
    if ref.block not in standard.blocks:
        yield f"“{ref}”中没有表块 {ref.block}。"
        return
    block = standard.blocks[ref.block]
    if ref.column != "*" and ref.column not in block.amount_index:
        yield f"“{ref}”中没有金额栏 {ref.column}。"
    if (
        ref.how == ONE
        and block.body == "fixed"
        and ref.which not in {row.key for row in block.rows}
    ):
        yield f"“{ref}”中没有行 {ref.which}。"
    if (
        ref.how in (EACH, ALL)
        and ref.which
        and not ref.which.endswith("*")
        and ref.which not in _SELECTORS
    ):
        yield f"“{ref}”中没有行的选法 {ref.which}。"
