"""Small standards, written as folders and made at random, for what must hold of any standard.

``write_standard`` writes a folder from tables as Python values (shapes as in the TOML files of docs/standard-format.md);
what is not asked for is the least that a standard needs. ``random_columns`` gives headings of any depth,
``filled`` a book with amounts in every row. ``district`` is a whole standard with the traits of a second city's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from xlbudget.figures import TOTAL, BlockData, Book, InfoValue, Row
from xlbudget.money import UNITS, Amount
from xlbudget.rules.fill import fill_book
from xlbudget.standard.loader import load_folder

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path
    from random import Random

    from xlbudget.standard.model import Block, Standard

Data = dict[str, Any]

FUNCTIONAL = {
    "201": "一般公共服务支出",
    "20103": "政府办公厅（室）及相关机构事务",
    "2010301": "行政运行",
    "2010302": "一般行政管理事务",
    "205": "教育支出",
    "20502": "普通教育",
    "2050201": "学前教育",
    "2050202": "小学教育",
    "20508": "进修及培训",
    "2050803": "培训支出",
}
"""A few subjects with three levels."""
CODE_COLUMNS = (
    {"key": "class", "kind": "code", "label": ["科目编码", "类"], "width": 6},
    {"key": "section", "kind": "code", "label": ["科目编码", "款"], "width": 6},
    {"key": "item", "kind": "code", "label": ["科目编码", "项"], "width": 6},
    {"key": "name", "kind": "name", "label": ["科目名称"], "width": 30},
)
"""Codes in three columns, then the name."""
_FIELDS: Sequence[Data] = (
    {"key": "unit_name", "label": "部门名称", "kind": "text", "required": True},
    {"key": "year", "label": "预算年度", "kind": "year", "required": True},
    {"key": "standard", "label": "适用标准", "kind": "text", "required": True, "default": "tiny"},
)


def toml(value: object) -> str:
    """A value as TOML, tables inline."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {toml(one)}" for key, one in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(toml, value)) + "]"
    return str(value)


def _lines(data: Mapping[str, object]) -> str:
    return "".join(f"{key} = {toml(value)}\n" for key, value in data.items())


def write_standard(
    folder: Path,
    tables: Sequence[Data],
    rules: Iterable[Data] = (),
    *,
    fields: Iterable[Data] = (),
    subjects: Mapping[str, str] | None = None,
    **main: object,
) -> Standard:
    """The standard of these tables and rules (both without what can be told: number, source …), loaded."""
    (folder / "tables").mkdir(parents=True)
    (folder / "subjects").mkdir()
    names = []
    for number, table in enumerate(tables, 1):
        blocks = table["blocks"]
        whole = {"number": number, "title": f"表{number}"} | table
        del whole["blocks"]
        text = _lines(whole) + "".join(f"[[block]]\n{_lines(block)}" for block in blocks)
        names.append(f"{number:02}-{table['key']}")
        (folder / "tables" / f"{names[-1]}.toml").write_text(text, "utf-8")
    head = {
        "id": "tiny",
        "name": "小标准",
        "region": "某市",
        "years": [2020, 2099],
        "unit": "元",
        "rounding_limit": "0.02",
        "tables": names,
    }
    listed = {
        "name": "功能分类",
        "file": "f.csv",
        "lengths": [3, 5, 7],
        "levels": ["类", "款", "项"],
    }
    text = _lines(head | main) + _lines({"title": {"cover": "{year}年部门预算", "book": "预算"}})
    text += f"[subjects.functional]\n{_lines(listed)}"
    (folder / "standard.toml").write_text(text, "utf-8")
    parts = {
        "概况": "profile",
        "部门预算表": "tables",
        "说明": "explanation",
        "名词解释": "glossary",
    }
    said = {
        "contents": "目录",
        "table": "{title}",
        "unit": "单位：{unit}",
        "money": "单位：{money}",
    }
    arranged = f"[text]\n{_lines(said)}" + "".join(
        f"[[part]]\n{_lines({'contents': one, 'holds': holds})}" for one, holds in parts.items()
    )
    (folder / "disclosure.toml").write_text(arranged, "utf-8")
    known = FUNCTIONAL if subjects is None else subjects
    csv = "".join(f"{code},{name}\n" for code, name in known.items())
    (folder / "subjects" / "f.csv").write_text(f"code,name\n{csv}", "utf-8")
    every = [
        {"code": f"A{number:02}", "title": f"规则{number}", "source": "本标准"} | rule
        for number, rule in enumerate(rules, 1)
    ]
    (folder / "rules.toml").write_text(
        "".join(f"[[rule]]\n{_lines(one)}" for one in every), "utf-8"
    )
    if not every:
        (folder / "rules.toml").write_text("rule = []\n", "utf-8")
    info = f"[[section]]\n{_lines({'title': '单位', 'fields': [*_FIELDS, *fields]})}"
    (folder / "info.toml").write_text(info, "utf-8")
    return load_folder(folder)


# ------------------------------------------------------------------ headings at random


_WORDS = [
    "收入",
    "支出",
    "合计",
    "小计",
    "基本支出",
    "项目支出",
    "其中",
    "财政拨款",
    "一般公共预算",
    "专项",
    "人员经费",
    "公用经费",
    "购置费",
    "运行费",
    "其他",
    "预算数",
]


def random_columns(random: Random, count: int, deepest: int) -> list[Data]:
    """So many columns of amounts below headings that are a random tree of at most so many levels."""
    paths: list[list[str]] = []
    while len(paths) < count:
        paths += _branch(random, min(count - len(paths), random.randint(1, 5)), deepest, ())
    return [
        {"key": f"a{number}", "kind": "amount", "label": path}
        for number, path in enumerate(paths, 1)
    ]


def _branch(random: Random, width: int, deepest: int, above: tuple[str, ...]) -> list[list[str]]:
    """A heading over so many columns: no two neighbours of one level have the same label."""
    word = random.choice(_WORDS)
    path = (*above, word)
    if deepest <= 1 or (width == 1 and random.random() < 0.6):
        # A heading without others below it stands over one column.
        return [[*path]] if width == 1 else [[*above, f"{word}{at}"] for at in range(1, width + 1)]
    found: list[list[str]] = []
    used: set[str] = set()
    while len(found) < width:
        below = _branch(random, random.randint(1, width - len(found)), deepest - 1, path)
        names = {one[len(path)] for one in below}
        if names.isdisjoint(used):
            used |= names
            found += below
    return found


# ------------------------------------------------------------------ books


def filled(standard: Standard, random: Random, year: int = 2024, **info: str) -> Book:
    """A book with an amount in (nearly) every cell, which need not add up."""
    held = {"unit_name": "某局", "year": str(year), "standard": standard.id} | info
    return Book(
        name="某局",
        standard=standard.id,
        year=year,
        info={key: InfoValue(text) for key, text in held.items()},
        blocks={
            key: BlockData.of(_rows(standard, block, random))
            for key, block in standard.blocks.items()
        },
    )


def _rows(standard: Standard, block: Block, random: Random) -> list[Row]:
    def cells() -> tuple[Amount | None, ...]:
        fen = [random.choice((0, random.randrange(1, 10**9))) for _ in block.amounts]
        return tuple(
            Amount(one * block.unit.fen // 100, block.unit, 2) if one else None for one in fen
        )

    if block.body == "fixed":
        rows = [Row(row.key, "fixed", row.label, cells()) for row in block.rows if not row.slot]
    else:
        listed = standard.subjects[block.subjects].subjects
        rows = [Row(one.code, "subject", one.name, cells()) for one in listed]
    return [*rows, Row(TOTAL, "total", block.total, cells())] if block.total else rows


# ------------------------------------------------------------------ a standard like a district's: codes in three columns, two units


NAMED_CHECKS = (
    "code_form",
    "code_parent",
    "code_order",
    "code_name",
    "readable_amount",
    "tables_filled",
)


def _subject_table(key: str, group: str, *columns: tuple[str, str], codes: Sequence[Data]) -> Data:
    amounts = [{"key": one, "kind": "amount", "label": [group, label]} for one, label in columns]
    parts = [one for one, _ in columns[1:]]
    block = {
        "body": "subject",
        "subjects": "functional",
        "room": 30,
        "total": "合计",
        "tree": True,
        "rowsums": [f"total = {' + '.join(parts)}"],
        "columns": [*codes, *amounts],
    }
    return {"key": key, "title": f"{group}表", "blocks": [block]}


def _side(key: str, label: str, rows: Sequence[Data], **more: object) -> Data:
    columns = [
        {"key": "item", "kind": "label", "label": [label, "项目"], "width": 28},
        {"key": "budget", "kind": "amount", "label": [label, "预算数"]},
    ]
    return {"key": key, "body": "fixed", "columns": columns, "rows": list(rows), **more}


def district(
    folder: Path, codes: Sequence[Data] = CODE_COLUMNS, also: Iterable[Data] = ()
) -> Standard:
    """Tables in 元 whose codes stand in the given columns, and a line in 万元 that follows from them.

    ``also`` are further rules.
    """
    kinds = [("total", "合计"), ("basic", "基本支出"), ("project", "项目支出")]
    total = {"key": "total", "label": "总计", "total": True, "anchor": "total"}
    summary = {
        "key": "summary",
        "title": "收支总表",
        "balance": ["income[total].budget = expense[total].budget"],
        "blocks": [
            _side(
                "income",
                "本年收入",
                [
                    {"key": "fiscal", "label": "一、财政拨款"},
                    {"key": "own", "label": "二、其他"},
                    total,
                ],
                sums=["total = fiscal + own"],
            ),
            _side(
                "expense",
                "本年支出",
                [{"slot": "class", "label": "{ordinal}、{name}"}, total],
                subjects="functional",
                sums=["total = all:class"],
            ),
        ],
    }
    income = [("total", "合计"), ("fiscal", "财政拨款"), ("own", "其他")]
    tables = [
        summary,
        _subject_table("income", "收入预算", *income, codes=codes),
        _subject_table("expenditure", "支出预算", *kinds, codes=codes),
        _subject_table("general", "一般公共预算支出", *kinds, codes=codes),
        {
            "key": "line",
            "title": "机关运行经费表",
            "unit": "万元",
            "blocks": [
                {
                    "body": "fixed",
                    "columns": [
                        {"key": "total", "kind": "amount", "label": ["“三公”经费", "合计"]},
                        {"key": "abroad", "kind": "amount", "label": ["“三公”经费", "出国费"]},
                        {
                            "key": "bought",
                            "kind": "amount",
                            "label": ["“三公”经费", "用车", "购置费"],
                        },
                        {"key": "run", "kind": "amount", "label": ["“三公”经费", "用车", "运行费"]},
                        {"key": "running", "kind": "amount", "label": ["机关运行经费"]},
                    ],
                    "rows": [{"key": "line", "label": ""}],
                    "rowsums": ["total = abroad + bought + run"],
                }
            ],
        },
    ]
    rules: list[Data] = [
        {"structure": ["tree", "rowsum", "sum"]},
        {"structure": "balance"},
        {
            "equations": [
                "expenditure[each].basic = general[each].basic",
                "expenditure[each].project = general[each].project",
                "income[each].fiscal = general[each].total",
                {"is": "income[each].total = expenditure[each].total", "derive": False},
                {"is": "expenditure[each].total >= general[each].total"},
            ]
        },
        {
            "equations": [
                "summary.income[fiscal].budget = income[total].fiscal",
                "summary.income[own].budget = income[total].own",
                "summary.expense[each:class].budget = expenditure[each].total",
            ]
        },
        {
            "equations": [
                "line[line].running = general[total].basic",
                {"is": "general[total].project >= line[line].total"},
                {"is": "line[line].running >= general[2010301].basic"},
            ]
        },
        *({"check": check} for check in NAMED_CHECKS),
        *also,
    ]
    fiscal = {"title": "全部为财政拨款", "zero": ["summary.income[own].budget"]}
    return write_standard(folder, tables, rules, condition={"all_fiscal": fiscal})


def district_book(standard: Standard, random: Random, year: int = 2024) -> Book:
    """A right book: the leaves' amounts at random, all else filled in from them."""
    leaves = [code for code in FUNCTIONAL if len(code) == 7 and random.random() < 0.8] or [
        "2010301"
    ]
    amounts = {
        code: (random.randrange(10**5, 10**8), random.choice((0, random.randrange(10**7, 10**9))))
        for code in leaves
    }
    blocks = {}
    for key, block in standard.blocks.items():
        if block.body == "subject":
            rows = [_leaf(block, code, *pair) for code, pair in amounts.items()]
        else:
            blank = (None,) * len(block.amounts)
            rows = [Row(row.key, "fixed", row.label, blank) for row in block.rows if not row.slot]
        blocks[key] = BlockData.of(rows)
    wan = UNITS["万元"]
    line = (None, Amount(0, wan), Amount(9_870_000, wan), Amount(1_230_000, wan), None)
    blocks["line"] = BlockData.of([blocks["line"].rows[0]._replace(cells=line)])
    held = {"unit_name": "某区某局", "year": str(year), "standard": standard.id}
    info = {key: InfoValue(text) for key, text in held.items()}
    return fill_book(standard, Book("某区某局", standard.id, year, info, blocks)).book


def _leaf(block: Block, code: str, basic: int, project: int) -> Row:
    given = {"basic": basic, "project": project} if block.key == "general" else {}
    cells = tuple(
        Amount(fen, UNITS["元"]) if (fen := given.get(key)) else None for key in block.amounts
    )
    return Row(code, "subject", FUNCTIONAL[code], cells)
