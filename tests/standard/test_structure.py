"""What a table says of its own sums: rules stand for it, and a slip is told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tiny_standards import CODE_COLUMNS, write_standard
from xlbudget.authoring.check import check_folder
from xlbudget.checks.validate import validate
from xlbudget.errors import StandardError
from xlbudget.figures import TOTAL, BlockData, Book, Row
from xlbudget.findings import Level
from xlbudget.money import UNITS, Amount

if TYPE_CHECKING:
    from pathlib import Path

SIDE = [
    {"key": "item", "kind": "label", "label": ["项目"]},
    {"key": "budget", "kind": "amount", "label": ["预算数"]},
    {"key": "last", "kind": "amount", "label": ["上年数"]},
]
ROWS = [
    {"key": key, "label": label} for key, label in (("a", "甲"), ("b", "乙"), ("total", "合计"))
]
TABLES: list[dict[str, Any]] = [
    {
        "key": "sides",
        "balance": ["in[total].budget = out[total].budget"],
        "blocks": [
            {
                "key": "in",
                "body": "fixed",
                "columns": SIDE,
                "rows": ROWS,
                "sums": ["total = a + b"],
            },
            {"key": "out", "body": "fixed", "columns": SIDE, "rows": ROWS},
        ],
    },
    {
        "key": "tree",
        "blocks": [
            {
                "body": "subject",
                "subjects": "functional",
                "room": 10,
                "total": "合计",
                "tree": True,
                "rowsums": ["total = basic + project"],
                "columns": [
                    *CODE_COLUMNS,
                    *(
                        {"key": key, "kind": "amount", "label": [key]}
                        for key in ("total", "basic", "project")
                    ),
                ],
            }
        ],
    },
]
RULES = [
    {"structure": ["tree", "rowsum"]},
    {"structure": "sum", "blocks": ["sides"], "equations": ["sides.out[total].* = sides.out[a].*"]},
    {"structure": "balance"},
]


def _said(folder: Path) -> list[str]:
    """What the checker finds, but for the notes, which these standards do not have."""
    return [
        str(one)
        for one in check_folder(folder)
        if not one.advice and "缺少这个文件" not in one.text and one.file != "disclosure.toml"
    ]


def test_a_rule_stands_for_the_sums_of_all_tables(tmp_path: Path) -> None:
    standard = write_standard(tmp_path / "tiny", TABLES, RULES)
    texts = [[one.text for one in rule.equations] for rule in standard.rules]
    assert texts == [
        [
            "tree[each:parent].* = tree[all:child].*",
            "tree[total].* = tree[all:top].*",
            "tree[each].total = tree[each].basic + tree[each].project",
        ],
        [
            "sides.in[total].* = sides.in[a].* + sides.in[b].*",
            "sides.out[total].* = sides.out[a].*",
        ],
        ["sides.in[total].budget = sides.out[total].budget"],
    ]
    assert [one.derive for rule in standard.rules for one in rule.equations] == [True] * 5 + [False]
    assert _said(tmp_path / "tiny") == []


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ([{"structure": "tree"}], "tree 写明了 rowsum，却没有 structure"),
        (
            [*RULES, {"structure": "tree", "blocks": ["sides"]}],
            "A04 的 structure“tree”没有一个表块写明",
        ),
        ([*RULES, {"structure": "sum", "blocks": ["side"]}], "A04 的 blocks 中没有表或表块 side"),
    ],
)
def test_a_structure_without_a_rule_or_block_is_told(
    rules: list[dict[str, Any]], said: str, tmp_path: Path
) -> None:
    write_standard(tmp_path / "tiny", TABLES, rules)
    assert any(said in problem for problem in _said(tmp_path / "tiny"))


@pytest.mark.parametrize(
    ("rule", "rows", "said", "checked"),
    [
        ({"structure": "trees"}, ROWS, "structure“trees”不在", "写的是“trees”"),
        (RULES[1], [{"key": "all", "label": "全部"}, *ROWS], *["行的键不能是“all”"] * 2),
        (RULES[1], [{"key": "each", "label": "各"}, *ROWS], *["行的键不能是“each”"] * 2),
    ],
)
def test_what_cannot_be_loaded_is_said_and_checked(
    rule: dict[str, Any], rows: list[dict[str, str]], said: str, checked: str, tmp_path: Path
) -> None:
    one = TABLES[0] | {"blocks": [block | {"rows": rows} for block in TABLES[0]["blocks"]]}
    with pytest.raises(StandardError, match=said):
        write_standard(tmp_path / "tiny", [one], [rule, *RULES[2:]])
    assert any(checked in problem for problem in _said(tmp_path / "tiny"))


def _book(tree: list[tuple[str, int, int, int]]) -> Book:
    def amounts(*fen: int) -> tuple[Amount, ...]:
        return tuple(Amount(one, UNITS["元"], 2) for one in fen)

    kinds = {TOTAL: "total"}
    rows = [Row(key, kinds.get(key, "subject"), "", amounts(*fen)) for key, *fen in tree]
    return Book("某局", "tiny", 2024, {}, {"tree": BlockData.of(rows)})


@pytest.mark.parametrize("level", ["error", "warning", "hint"])
def test_the_level_of_a_rule_is_that_of_what_contradicts_it(level: str, tmp_path: Path) -> None:
    rules = [
        {"structure": "tree"},
        {"structure": "rowsum"},
        {
            "level": level,
            "equations": [{"is": "tree[total].basic = tree[total].project", "derive": False}],
        },
    ]
    standard = write_standard(tmp_path / "tiny", TABLES[1:], rules)
    code = "201", "20103", "2010301", TOTAL
    right = validate(standard, _book([(one, 300, 150, 150) for one in code]))
    assert not [finding for finding in right.findings if finding.code == "A03"]
    wrong = validate(standard, _book([(one, 300, 100, 200) for one in code]))
    assert {(one.code, one.level) for one in wrong.findings if one.code in ("A02", "A03")} == {
        ("A03", Level(level))
    }
