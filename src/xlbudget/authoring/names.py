"""What the files of a standard say of each other: every name must exist, and be what it is used as.

All is looked up in the files as they were written, so that one mistake hides no other.
"""

from __future__ import annotations

import re
from itertools import product
from typing import TYPE_CHECKING, Any

from xlbudget.authoring.problems import Remark, near
from xlbudget.errors import StandardError
from xlbudget.money import UNITS
from xlbudget.standard.ledger import parse_ledger, selects
from xlbudget.standard.loader import parse_equation, parse_ref, parse_table
from xlbudget.standard.model import ALL, EACH, ONE, ROWS_OF
from xlbudget.standard.placeholders import without_names
from xlbudget.standard.roles import ARGUMENTS, FIELDS, RULES
from xlbudget.standard.structure import BALANCE, structural

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from xlbudget.standard.layers import KeyPath as Path
    from xlbudget.standard.ledger import FormPosting, LedgerStandard, Posting, Selection
    from xlbudget.standard.model import Block, Equation, Ref, Table

Files = dict[str, dict[str, Any]]
_SELECTORS = ("class", "parent", "leaf", "unit", "item", "group", "form", "child", "top")
_EACH = ("", "class", "parent", "leaf", "unit", "item", "group", "form", "top")
_CHART_ROWS = {"subject": ("class", "*"), "fixed": ("class",), "unit": ("unit",)}
_RESERVED = (EACH, ALL)
_NAMED = re.compile(r"\{([^{}]*)\}")
_SHEET_NAME = 31
"""The longest name of a sheet."""
_SHEET_SIGNS = set("[]:*?/\\")
_TABLES = "tables"
"""The part that holds the tables; any other holds a document of the notes."""


class Known:
    """The names that the files of a standard give: blocks, columns, rows, fields, conditions and the like."""

    def __init__(self, files: Files) -> None:
        main = files["standard"]
        self.files = files
        self.tables = {
            name: files[f"tables/{name}"] for name in main["tables"] if f"tables/{name}" in files
        }
        self.blocks: dict[str, Mapping[str, Any]] = {}
        self.table_of: dict[str, Mapping[str, Any]] = {}
        for table in self.tables.values():
            for block in table["block"]:
                key = f"{table['key']}.{block['key']}" if "key" in block else table["key"]
                self.blocks[key], self.table_of[key] = block, table
        self.amounts = {
            key: [column["key"] for column in block["columns"] if column["kind"] == "amount"]
            for key, block in self.blocks.items()
        }
        self.fields: dict[str, Mapping[str, Any]] = {
            field["key"]: field
            for section in files["info"]["section"]
            for field in section["fields"]
        }
        self.keyed = {one["key"]: one.get("kind", "text") for one in files["info"].get("keyed", ())}
        self.subjects: Mapping[str, Any] = main["subjects"]
        self.conditions: Mapping[str, Any] = main.get("condition", {})
        self.codes = [rule["code"] for rule in files["rules"]["rule"]]

    def ref_problems(self, text: str, how: str = "") -> Iterator[str]:
        """What is wrong with a reference; ``how`` (one, rows): what it must be."""
        try:
            ref = parse_ref(text)
        except StandardError as error:
            yield str(error)
            return
        yield from self.problems_of(ref)
        if how == "one" and ref.how != ONE:
            yield f"“{ref}”应指一行。"
        if how == "rows" and (ref.how == ONE or ref.block == "info"):
            yield f"“{ref}”应是若干行，如 块[each:class].栏。"

    def problems_of(self, ref: Ref) -> Iterator[str]:
        """The names of a reference that are not there."""
        if ref.block == "info":
            field = self.fields.get(ref.which)
            if field is None:
                yield f"“{ref}”中没有基础信息 {ref.which}{near(ref.which, self.fields)}。"
            elif field["kind"] not in ("amount", "count"):
                yield f"“{ref}”中的基础信息 {ref.which} 不是金额或数量。"
            if ref.column != "value":
                yield f"“{ref}”应写成 info[{ref.which}].value。"
            return
        block = self.blocks.get(ref.block)
        if block is None:
            yield f"“{ref}”中没有表块 {ref.block}{near(ref.block, self.blocks)}。"
            return
        amounts = self.amounts[ref.block]
        if ref.column != "*" and ref.column not in amounts:
            yield f"“{ref}”中没有金额栏 {ref.column}{near(ref.column, amounts)}。"
        if ref.how == ONE:
            yield from self._row_problems(ref, block)
        elif not (ref.which.endswith("*") or ref.which in ("", *_SELECTORS)):
            yield f"“{ref}”中没有行的选法 {ref.which}{near(ref.which, _SELECTORS)}。"
        elif ROWS_OF.get(ref.which, block["body"]) != block["body"]:
            yield f'“{ref}”的选法 {ref.which} 只用于 body = "{ROWS_OF[ref.which]}" 的表块，它是 {block["body"]}。'

    def _row_problems(self, ref: Ref, block: Mapping[str, Any]) -> Iterator[str]:
        body = block["body"]
        if body == "fixed":
            rows = {row.get("key", "") for row in block.get("rows", ())}
            if ref.which not in rows:
                yield f"“{ref}”中没有行 {ref.which}{near(ref.which, rows)}。"
        elif ref.which == "total":
            if not block.get("total"):
                yield f"“{ref}”中没有合计行：表块 {ref.block} 没有写 total。"
        elif body == "subject":
            lengths = self.subjects.get(block.get("subjects", ""), {}).get("lengths", ())
            if not ref.which.isdigit() or len(ref.which) not in lengths:
                yield f"“{ref}”中没有行 {ref.which}：应是 total 或科目编码。"
        else:
            yield f"“{ref}”中没有行 {ref.which}：这样的表块只有 total、each、all。"


def name_remarks(files: Files, checks: frozenset[str]) -> Iterator[Remark]:
    """Everything in the files of tables, fields and rules that names what is not there.

    The files must have their shape. ``checks`` are the named checks that exist.
    """
    known = Known(files)
    yield from _of_standard(known)
    for name in known.tables:
        yield from _of_table(known, f"tables/{name}")
    yield from _of_tables_together(known)
    yield from _of_info(known)
    yield from _of_rules(known, checks)
    if "ledger" in files:
        yield from _of_ledger(known)
    if "disclosure" in files:
        yield from _of_disclosure(known)


def placeholder_problems(text: str, allowed: Collection[str]) -> Iterator[str]:
    """The names in braces that a text may not use."""
    for name in _NAMED.findall(text):
        if name not in allowed:
            yield f"“{text}”中的 {{{name}}} 不能用{near(name, allowed)}。"


def twice(entries: Iterable[Any]) -> Iterator[int]:
    """The positions of what stood before."""
    seen: set[Any] = set()
    for position, entry in enumerate(entries):
        if entry in seen:
            yield position
        seen.add(entry)


# ------------------------------------------------------------------ standard.toml


def _of_standard(known: Known) -> Iterator[Remark]:
    main = known.files["standard"]

    def remark(path: Path, text: str, *, advice: bool = False) -> Remark:
        return Remark("standard", path, text, advice)

    first, last = main["years"]
    if first > last:
        yield remark(("years",), f"适用年度写反了：{first} 在 {last} 之后。")
    elif not first <= main.get("template_year", first) <= last:
        yield remark(("template_year",), f"空白模板的年度不在适用年度 {first}—{last} 之内。")
    for position, name in enumerate(main["tables"]):
        if f"tables/{name}" not in known.files:
            yield remark(("tables", position), f"没有文件“tables/{name}.toml”。")
    for position in twice(main["tables"]):
        yield remark(("tables", position), f"表 {main['tables'][position]} 写了两次。")
    for name in known.files:
        if name.startswith("tables/") and name.removeprefix("tables/") not in main["tables"]:
            yield Remark(
                name, (), "standard.toml 的 tables 没有列出这张表，没有用到。", advice=True
            )
    for key, entry in main["subjects"].items():
        lengths = entry["lengths"]
        if sorted(set(lengths)) != lengths:
            yield remark(("subjects", key, "lengths"), "各级编码的位数应由小到大。")
        if len(entry["levels"]) != len(lengths):
            yield remark(("subjects", key, "levels"), "levels 应与 lengths 一一对应。")
    for key, entry in main.get("condition", {}).items():
        for position, ref in enumerate(entry["zero"]):
            for problem in known.ref_problems(ref, "one"):
                yield remark(("condition", key, "zero", position), f"条件 {key}：{problem}")
        if not any(equation.when == key for _, equation in _equations(known)):
            yield remark(("condition", key), f"没有规则用到条件 {key}。", advice=True)
    for position, entry in enumerate(main.get("allotment", ())):
        yield from _allotment(known, ("allotment", position), entry)
    for position, entry in enumerate(main.get("transfer", ())):
        for side, body in (("income", "unit"), ("expense", "subject")):
            path = ("transfer", position, side)
            problems = list(known.ref_problems(entry[side]))
            yield from (remark(path, problem) for problem in problems)
            ref = None if problems else parse_ref(entry[side])
            if ref is not None and (
                ref.how != EACH or known.blocks.get(ref.block, {}).get("body") != body
            ):
                yield remark(path, f"“{ref}”应指 {body} 表块每一行的一栏。")
    charts = main.get("chart", [])
    for position in twice(chart["key"] for chart in charts):
        yield remark(("chart", position, "key"), f"图 {charts[position]['key']} 的键重复。")
    for position, chart in enumerate(charts):
        for where, problem in _chart(known, chart):
            yield remark(("chart", position, *where), f"图 {chart['key']}：{problem}")
    if "picture" in main:
        yield from _picture(main["picture"], {chart["key"]: chart for chart in charts})
    for position, entry in enumerate(main.get("carry", ())):
        for side in ("from", "to"):
            for problem in known.ref_problems(entry[side], "one"):
                yield remark(("carry", position, side), f"结转：{problem}")
    for role, code in main.get("role", {}).get("rule", {}).items():
        if role not in RULES:
            yield remark(
                ("role", "rule", role),
                f"[role.rule] 没有“{role}”{near(role, RULES)}；可用：{'、'.join(RULES)}。",
            )
        elif code not in known.codes:
            yield remark(
                ("role", "rule", role),
                f"[role.rule] {role} 的规则 {code} 不在 rules.toml 中{near(code, known.codes)}。",
            )
    for name, cell in main.get("totals", {}).items():
        for problem in known.ref_problems(cell, "one"):
            yield remark(("totals", name), f"总额“{name}”：{problem}")
    department = main.get("department", "")
    if department and department not in known.fields:
        yield remark(
            ("department",),
            f"应是基础信息的一个字段，没有“{department}”{near(department, known.fields)}。",
        )
    for place, allowed in (("cover", ("unit", "year")), ("book", ("unit", "year"))):
        for problem in placeholder_problems(main["title"][place], (*allowed, *known.fields)):
            yield remark(("title", place), problem)


def _allotment(known: Known, path: Path, entry: Mapping[str, str]) -> Iterator[Remark]:
    for side in ("whole", "parts"):
        problems = list(known.ref_problems(entry[side]))
        yield from (Remark("standard", (*path, side), f"分摊：{problem}") for problem in problems)
        ref = None if problems else parse_ref(entry[side])
        if ref is not None and (ref.column == "*" or (side == "whole" and ref.how != ONE)):
            wanted = "一格" if side == "whole" else "一栏"
            yield Remark("standard", (*path, side), f"分摊：“{ref}”应指{wanted}。")


def _chart(known: Known, chart: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    found = False
    for place in ("cells", "against", "total"):
        for position, text in enumerate(chart.get(place, ())):
            for problem in known.ref_problems(text, "one"):
                found = True
                yield (place, position), problem
    rows, cells, against = chart.get("rows", ""), chart.get("cells", ()), chart.get("against", ())
    if rows:
        for problem in known.ref_problems(rows, "rows"):
            found = True
            yield ("rows",), problem
    series = len(chart.get("series", ("",)))
    if bool(rows) == bool(cells):
        yield (), "应有 rows 或 cells 之一。"
    if against and len(against) != len(cells):
        yield ("against",), "against 应与 cells 一一对应。"
    if chart.get("names") and len(chart["names"]) != len(cells):
        yield ("names",), "names 应与 cells 一一对应。"
    if series != 1 + bool(against):
        yield ("series",), "series 应为每个系列一个名称。"
    if against and chart["kind"] in ("pie", "doughnut"):
        yield ("kind",), f"{chart['kind']} 只能有一个系列。"
    if len(chart.get("total", ())) not in (0, series):
        yield ("total",), "total 应为每个系列一格。"
    for place in ("title", "series", "names"):
        texts = [chart[place]] if isinstance(chart.get(place), str) else chart.get(place, ())
        for text in texts:
            for problem in placeholder_problems(text, ("year", "last_year", *known.fields)):
                yield (place,), problem
    if rows and not found:
        ref = parse_ref(rows)
        body = known.blocks[ref.block]["body"]
        which = ref.which[-1:] if ref.which.endswith("*") else ref.which
        if ref.how != EACH or which not in _CHART_ROWS.get(body, ()):
            yield ("rows",), f"“{rows}”不能成图：应写 each:class、each:unit 或 each:编码*。"


def _picture(
    picture: Mapping[str, str], charts: Mapping[str, Mapping[str, Any]]
) -> Iterator[Remark]:
    for place, wanted in (("bars", "rows"), ("split", "cells")):
        chart = charts.get(picture[place])
        if chart is None or not chart.get(wanted):
            text = f"支出结构图的 {place} 应是有 {wanted} 的图的键，“{picture[place]}”不是。"
            yield Remark("standard", ("picture", place), text)


# ------------------------------------------------------------------ tables


def _of_table(known: Known, file: str) -> Iterator[Remark]:
    table = known.files[file]
    texts = ("year", "last_year", *known.fields)
    sheet: str = table.get("sheet") or without_names(table["title"])
    place = ("sheet",) if "sheet" in table else ("title",)
    if set(sheet) & _SHEET_SIGNS or len(sheet) > _SHEET_NAME or sheet.strip("'") != sheet:
        yield Remark(
            file,
            place,
            f"“{sheet}”不能作工作表名（不超过31个字，没有 [ ] : * ? / \\）；请另写 sheet。",
        )
    for place_, values in (
        ("title", [table["title"]]),
        ("notes", table.get("notes", [])),
        ("empty_statement", [table.get("empty_statement", "")]),
        ("aliases", table.get("aliases", [])),
    ):
        for position, text in enumerate(values):
            path: Path = (place_, position) if place_ in ("notes", "aliases") else (place_,)
            yield from (
                Remark(file, path, problem) for problem in placeholder_problems(text, texts)
            )
    blocks = table["block"]
    for position, block in enumerate(blocks):
        base: Path = ("block", position)
        if len(blocks) > 1 and "key" not in block:
            yield Remark(file, base, "一张表有几块时，每块都要有 key。")
        yield from (
            Remark(file, (*base, *path), text) for path, text in _block(known, block, texts)
        )
    for position in twice(block.get("key") for block in blocks):
        yield Remark(
            file, ("block", position), f"表块的 key“{blocks[position].get('key', '')}”重复。"
        )
    forms = table.get("form", [])
    is_form = any(block["body"] == "form" for block in blocks)
    if is_form and not forms:
        yield Remark(file, ("block",), 'body = "form" 的表要有 [[form]]。')
    if forms and not is_form:
        yield Remark(file, ("form",), '[[form]] 只用于 body = "form" 的表。')
    anchors = [
        {row["anchor"] for row in block.get("rows", ()) if row.get("anchor")} for block in blocks
    ]
    for position, block in enumerate(blocks):
        for at, row in enumerate(block.get("rows", ())):
            others = set().union(*anchors[:position], *anchors[position + 1 :])
            if row.get("anchor") and row["anchor"] not in others:
                text = (
                    f"没有别的块有对齐的“{row['anchor']}”{near(row['anchor'], others)}，不起作用。"
                )
                yield Remark(file, ("block", position, "rows", at, "anchor"), text, advice=True)
    for position in twice(form["key"] for form in forms):
        yield Remark(file, ("form", position, "key"), f"表式的 key“{forms[position]['key']}”重复。")
    for position, form in enumerate(forms):
        yield from (
            Remark(file, ("form", position, *path), f"表式 {form['key']}：{text}")
            for path, text in _form(known, table, form)
        )


def _block(
    known: Known, block: Mapping[str, Any], texts: Collection[str]
) -> Iterator[tuple[Path, str]]:
    columns, rows, body = block["columns"], block.get("rows", []), block["body"]
    for position in twice(column["key"] for column in columns):
        yield ("columns", position, "key"), f"栏 {columns[position]['key']} 写了两次。"
    for position in twice(tuple(column["label"]) for column in columns):
        yield (
            ("columns", position, "label"),
            f"表头“{'／'.join(columns[position]['label'])}”与前面的一栏相同，读不回来。",
        )
    amounts = [column["key"] for column in columns if column["kind"] == "amount"]
    if not amounts:
        yield ("columns",), "没有金额栏。"
    for position, column in enumerate(columns):
        path: Path = ("columns", position)
        for text in column["label"]:
            yield from (
                ((*path, "label"), problem) for problem in placeholder_problems(text, texts)
            )
            if not text.strip():
                yield (*path, "label"), "表头不能是空白。"
        for at, alias in enumerate(column.get("aliases", ())):
            for text in [alias] if isinstance(alias, str) else alias:
                yield from (
                    ((*path, "aliases", at), problem)
                    for problem in placeholder_problems(text, texts)
                )
        source = column.get("last_year_of", "")
        if source and (
            column["kind"] != "amount" or source not in amounts or source == column["key"]
        ):
            yield (
                (*path, "last_year_of"),
                f"应是同一表块的另一个金额栏，“{source}”不是{near(source, amounts)}。",
            )
    for sums in ("rowsums", "sums"):
        for at, text in enumerate(block.get(sums, ())):
            yield from (((sums, at), problem) for problem in _sum_problems(sums, text))
    kinds = {column["kind"] for column in columns}
    wanted = {"subject": "code", "project": "level2", "unit": "label"}.get(body)
    if wanted and wanted not in kinds:
        yield ("columns",), f'body = "{body}" 的表块要有 kind = "{wanted}" 的栏。'
    if body == "fixed" and not rows:
        yield ("body",), 'body = "fixed" 的表块要有 rows。'
    if rows and body != "fixed":
        yield ("rows",), f'body = "{body}" 的表块没有 rows。'
    keys = [row["key"] for row in rows if row.get("key")]
    for position, row in enumerate(rows):
        key = row.get("key", "")
        if not row["label"].strip() and "label" in kinds:
            yield ("rows", position, "label"), "行名不能是空白：表块有行名的栏。"
        if key in _RESERVED:
            yield (
                ("rows", position, "key"),
                f"行的键不能是“{key}”：规则里它表示每一行或求和；请换一个键。",
            )
        elif key and not re.fullmatch(r"[^\s\]\[:]+", key):
            yield ("rows", position, "key"), f"行的 key“{key}”里不能有空格、冒号和方括号。"
        elif key and keys.count(key) > 1 and key in [row.get("key") for row in rows[:position]]:
            yield ("rows", position, "key"), f"行 {key} 写了两次。"
        for at, alias in enumerate(row.get("aliases", ())):
            place = ("rows", position, "aliases", at)
            yield from ((place, problem) for problem in placeholder_problems(alias, texts))
        allowed = ("ordinal", "name", *texts) if row.get("slot") else texts
        yield from (
            (("rows", position, "label"), problem)
            for problem in placeholder_problems(row["label"], allowed)
        )
    asked = body == "subject" or any(row.get("slot") for row in rows)
    subjects = block.get("subjects", "")
    if subjects and subjects not in known.subjects:
        yield ("subjects",), f"科目分类“{subjects}”不存在{near(subjects, known.subjects)}。"
    if asked and not subjects:
        yield (), "缺少科目分类 subjects。"
    if body in ("subject", "unit", "project", "form") and not block.get("room"):
        yield (), f'body = "{body}" 的表块要写 room（最多几行）。'


_SUM = {
    "rowsums": (re.compile(r"[a-z_0-9]+"), "栏的代号"),
    "sums": (re.compile(r"[A-Za-z_0-9]+|all:[a-z]+"), "行的代号或 all:…"),
}


def _sum_problems(place: str, text: str) -> Iterator[str]:
    """What is wrong with how a sum of columns or rows is written."""
    name, what = _SUM[place]
    parts = re.split(r" (?:=|[+-]) ", text.strip())
    wrong = [part for part in parts if not name.fullmatch(part)]
    if wrong:
        yield f"“{text}”里的“{wrong[0]}”写法不对：应写{what}，用两侧各空一格的英文 =、+、- 相连。"
    elif len(set(parts)) < len(parts):
        yield f"“{text}”里“{next(one for one in parts if parts.count(one) > 1)}”写了两次。"


def _form(
    known: Known, table: Mapping[str, Any], form: Mapping[str, Any]
) -> Iterator[tuple[Path, str]]:
    fields = {cell[1] for line in form["lines"] for cell in line["cells"]}
    if form.get("period") and form["period"] not in fields:
        yield (
            ("period",),
            f"period 应是它的一个字段，“{form['period']}”不是{near(form['period'], fields)}。",
        )
    amounts = {
        key for block in table["block"] for key in [column["key"] for column in block["columns"]]
    }
    for key in sorted(amounts):
        if key not in fields and not any(
            key in {cell[1] for line in other["lines"] for cell in line["cells"]}
            for other in table["form"]
        ):
            yield ("lines",), f"没有一种表式有金额 {key} 的格。"
    texts = {
        f"item.{column['key']}"
        for block in known.blocks.values()
        if block["body"] == "project"
        for column in block["columns"]
        if column["kind"] == "text"
    }
    for field, template in form.get("known", {}).items():
        if field not in fields:
            yield ("known", field), f"known 中，{field} 不是它的字段{near(field, fields)}。"
        for name in _NAMED.findall(template):
            if name not in ("year", *known.fields, *texts):
                yield ("known", field), f"known 中，没有年度、基础信息字段或项目栏 {{{name}}}。"
    for position in twice(entry["key"] for entry in form["indicators"]):
        yield ("indicators", position, "key"), "指标栏的 key 重复。"


def _of_tables_together(known: Known) -> Iterator[Remark]:
    names = list(known.tables)
    for place, what in (("key", "表的 key"), ("number", "表号"), ("title", "表的标题")):
        values = [known.tables[name][place] for name in names]
        for position in twice(values):
            yield Remark(
                f"tables/{names[position]}", (place,), f"{what}“{values[position]}”与另一张表重复。"
            )
    sheets = [
        table.get("sheet") or without_names(table["title"]) for table in known.tables.values()
    ]
    for position in twice(sheets):
        table = known.tables[names[position]]
        if "sheet" in table:
            yield Remark(
                f"tables/{names[position]}", ("sheet",), f"工作表名“{sheets[position]}”重复。"
            )


# ------------------------------------------------------------------ info.toml


_SUMMED = {"": None, "same": None, "units": ("text", "long"), "limit": ("amount",)}
"""The kinds of field that may say so of a sum of units (None: any)."""


def _of_info(known: Known) -> Iterator[Remark]:
    info = known.files["info"]

    def remark(path: Path, text: str) -> Remark:
        return Remark("info", path, text)

    keys: list[str] = []
    limits = 0
    for position, section in enumerate(info["section"]):
        for at, field in enumerate(section["fields"]):
            key, path = field["key"], ("section", position, "fields", at)
            if key in keys:
                yield remark((*path, "key"), f"基础信息 {key} 写了两次。")
            keys.append(key)
            choices, default = field.get("choices", []), field.get("default", "")
            if (field["kind"] == "choice") != bool(choices):
                yield remark(path, f'基础信息 {key}：kind = "choice" 与 choices 应同时写。')
            elif choices and default not in ("", *choices):
                yield remark(
                    (*path, "default"), f"基础信息 {key} 的 default“{default}”不在 choices 之中。"
                )
            summed = field.get("summed", "")
            kinds = _SUMMED.get(summed)
            if kinds is not None and field["kind"] not in kinds:
                yield remark(
                    (*path, "summed"),
                    f"基础信息 {key} 的 summed“{summed}”只用于{'、'.join(kinds)}。",
                )
            if (summed == "limit") is not section.get("summed", False):
                yield remark(
                    path,
                    f"基础信息 {key}：summed“limit”应写在 summed = true 的组里，别的不写在那里。",
                )
            limits += summed == "limit"
            if summed == "limit" and limits > 1:
                yield remark((*path, "summed"), "基础信息里 summed“limit”只能有一项。")
    for key, (allowed, needed) in FIELDS.items():
        if key in keys and known.fields[key]["kind"] not in allowed:
            text = f"{key} 是程序保留的字段，kind 应为{'或'.join(allowed)}。"
            yield remark((*_field_path(info, key), "kind"), text)
        elif needed and key not in keys:
            yield remark(("section",), f"缺少程序要用的基础信息 {key}{near(key, keys)}。")
    keyed = info.get("keyed", [])
    for position in twice(one["key"] for one in keyed):
        yield remark(("keyed", position, "key"), f"名单 {keyed[position]['key']} 写了两次。")
    default = known.fields.get("standard", {}).get("default", "")
    if default != known.files["standard"]["id"]:
        own = _field_path(info, "standard")
        yield remark(
            (*own, "default"),
            f"基础信息 standard 的 default 应是 standard.toml 的 id“{known.files['standard']['id']}”。",
        )


def _field_path(info: Mapping[str, Any], key: str) -> Path:
    for position, section in enumerate(info["section"]):
        for at, field in enumerate(section["fields"]):
            if field["key"] == key:
                return ("section", position, "fields", at)
    return ("section",)


# ------------------------------------------------------------------ rules.toml


def _equations(known: Known) -> Iterator[tuple[Path, Equation]]:
    """The equations that can be read, with their place in rules.toml."""
    for position, rule in enumerate(known.files["rules"]["rule"]):
        for at, entry in enumerate(rule.get("equations", ())):
            try:
                yield ("rule", position, "equations", at), parse_equation(entry)
            except StandardError:
                continue  # told where the rules are gone through


def _of_rules(known: Known, checks: frozenset[str]) -> Iterator[Remark]:
    first, last = known.files["standard"]["years"]
    for position in twice(known.codes):
        yield Remark(
            "rules", ("rule", position, "code"), f"规则编号 {known.codes[position]} 重复。"
        )
    touched: set[tuple[str, str]] = set()
    tables = [table["key"] for table in known.tables.values()]
    for position, rule in enumerate(known.files["rules"]["rule"]):
        code, base = rule["code"], ("rule", position)
        check, equations = rule.get("check", ""), rule.get("equations", [])
        related = bool(equations or rule.get("structure"))
        texts = rule.get("texts", False) or bool(rule.get("compares"))
        for key in ("title", "source"):
            for problem in placeholder_problems(rule[key], tables):
                yield Remark("rules", (*base, key), f"规则 {code}：{problem}")
        if [bool(check), related, texts].count(True) != 1:
            yield Remark("rules", base, f"规则 {code} 应有等式、检查、文字（texts = true）之一。")
        if check and check not in checks:
            yield Remark(
                "rules",
                (*base, "check"),
                f"规则 {code} 的检查“{check}”不存在{near(check, checks)}。",
            )
        yield from (
            Remark("rules", (*base, *place), f"规则 {code}：{text}")
            for place, text in _arguments(known, rule)
        )
        years = rule.get("years", [first, last])
        if years[0] > years[1]:
            yield Remark("rules", (*base, "years"), f"规则 {code} 的年度写反了。")
        elif years[0] > last or years[1] < first:
            yield Remark(
                "rules", (*base, "years"), f"规则 {code} 的年度在标准的适用年度之外，永远用不到。"
            )
        for at in twice(entry if isinstance(entry, str) else str(entry) for entry in equations):
            yield Remark("rules", (*base, "equations", at), f"规则 {code}：这条等式写了两次。")
        for at, entry in enumerate(equations):
            path = (*base, "equations", at)
            try:
                equation = parse_equation(entry)
            except StandardError as error:
                yield Remark("rules", path, f"规则 {code}：{error}")
                continue
            yield from (
                Remark("rules", path, f"规则 {code}{text}") for text in _equation(known, equation)
            )
            touched |= _columns_of(known, equation)
    yield from _structures(known)
    for file, at_column, equation in _built(known):
        yield from (
            Remark(file, at_column, text.lstrip("：")) for text in _equation(known, equation)
        )
        touched |= _columns_of(known, equation)
    for key, amounts in known.amounts.items():
        for column in amounts if len(amounts) > 1 else ():
            if (key, column) not in touched:
                yield _untouched(known, key, column)


def _arguments(known: Known, rule: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    """What a named check is told that it does not ask for, or not told."""
    wanted, given = ARGUMENTS.get(rule.get("check", ""), {}), rule.get("with", {})
    for name in given:
        if name not in wanted:
            yield ("with", name), f"with 不用“{name}”{near(name, wanted)}。"
    for name, what in wanted.items():
        if name not in given:
            yield (), f"检查“{rule['check']}”要在 with 中写明 {name}，不写就不适用。"
        elif what != "words":
            yield from (
                (("with", name), problem) for problem in known.ref_problems(given[name], "one")
            )
            if given[name].startswith("info[") is not (what == "field"):
                where = "基础信息的一个字段 info[字段].value" if what == "field" else "表中的一格"
                yield ("with", name), f"{name} 应是{where}。"


def _built(known: Known) -> Iterator[tuple[str, Path, Equation]]:
    """The equations that tables say by their structure, each with its file and place there."""
    unit = UNITS[known.files["standard"]["unit"]]
    for name, raw in known.tables.items():
        try:
            table = parse_table(raw, unit)
        except StandardError:
            continue  # a row of a reserved name, told with the rows
        said: list[tuple[Path, str, Table]] = [
            (("balance", at), BALANCE, table._replace(balance=(text,)))
            for at, text in enumerate(table.balance)
        ]
        for position, block in enumerate(table.blocks):
            bare = block._replace(tree=False, rowsums=(), sums=())
            kinds: list[tuple[Path, str, Block]] = [
                (("tree",), "tree", bare._replace(tree=block.tree))
            ]
            kinds += [
                (("rowsums", at), "rowsum", bare._replace(rowsums=(text,)))
                for at, text in enumerate(block.rowsums)
            ]
            kinds += [
                (("sums", at), "sum", bare._replace(sums=(text,)))
                for at, text in enumerate(block.sums)
            ]
            said += [
                (("block", position, *path), kind, table._replace(blocks=(one,)))
                for path, kind, one in kinds
            ]
        for path, kind, alone in said:
            try:
                equations = [parse_equation(entry) for entry in structural((kind,), [alone])]
            except StandardError:
                continue  # told with the table
            yield from ((f"tables/{name}", path, equation) for equation in equations)


def _structures(known: Known) -> Iterator[Remark]:
    """Structures that no rule stands for, rules whose structure no block has, and what no block can have."""
    wanted: dict[tuple[str, str], tuple[str, Path]] = {}
    for name, table in known.tables.items():
        file = f"tables/{name}"
        for at, text in enumerate(table.get("balance", ())):
            wanted[BALANCE, table["key"]] = (file, ("balance",))
            yield from _sides(file, ("balance", at), table, text)
        for position, block in enumerate(table["block"]):
            key = f"{table['key']}.{block['key']}" if "key" in block else table["key"]
            for place, kind in (("tree", "tree"), ("rowsums", "rowsum"), ("sums", "sum")):
                if block.get(place):
                    wanted[kind, key] = (file, ("block", position, place))
            if block.get("tree") and block["body"] not in ("subject", "project", "unit"):
                yield Remark(
                    file,
                    ("block", position, "tree"),
                    f"tree 只用于 subject、project、unit，它的行是 {block['body']}。",
                )
    names = {*known.blocks, *(table["key"] for table in known.tables.values())}
    for position, rule in enumerate(known.files["rules"]["rule"]):
        kinds, only = rule.get("structure", []), rule.get("blocks", [])
        for at, name in enumerate(only):
            if name not in names:
                text = f"规则 {rule['code']} 的 blocks 中没有表或表块 {name}{near(name, names)}。"
                yield Remark("rules", ("rule", position, "blocks", at), text)
        for kind in [kinds] if isinstance(kinds, str) else kinds:
            meant = [
                one
                for one in wanted
                if one[0] == kind
                and (not only or one[1] in only or one[1].partition(".")[0] in only)
            ]
            if not meant:
                text = f"规则 {rule['code']} 的 structure“{kind}”没有一个表块写明，或别的规则已经代表了。"
                yield Remark("rules", ("rule", position, "structure"), text)
            for one in meant:
                del wanted[one]
    for (kind, key), (file, path) in wanted.items():
        yield Remark(file, path, f'{key} 写明了 {kind}，却没有 structure = "{kind}" 的规则。')


def _sides(file: str, path: Path, table: Mapping[str, Any], text: str) -> Iterator[Remark]:
    """The blocks that a balance names and the table does not have."""
    sides = {block.get("key", "") for block in table["block"]}
    for side in re.findall(r"([a-z_0-9]+)\[", text):
        if side not in sides:
            yield Remark(file, path, f"“{text}”中没有这张表的块 {side}{near(side, sides)}。")


def _equation(known: Known, equation: Equation) -> Iterator[str]:
    if equation.when and equation.when not in known.conditions:
        yield f" 的条件“{equation.when}”不存在{near(equation.when, known.conditions)}。"
    sound = True
    for ref in equation.refs:
        for problem in known.problems_of(ref):
            sound = False
            yield f"：{problem}"
    if not sound:
        return
    sides = [(*map(str, (term.ref for term in side)),) for side in (equation.left, equation.right)]
    if set(sides[0]) & set(sides[1]):
        yield f"：“{equation.text}”两边有同一格。"
    stars = [set(known.amounts[ref.block]) for ref in equation.refs if ref.column == "*"]
    if stars and not set.intersection(*stars):
        yield f"：“{equation.text}”中写 * 的各块没有同名的金额栏。"
    blocks = [
        ref for ref in equation.refs if ref.how == ALL and ref.which in ("child", "top", "class")
    ]
    for ref in blocks:
        if known.blocks[ref.block]["body"] not in ("subject", "project", "fixed"):
            yield f"：“{ref}”只用于有上下级的表块。"


def _columns_of(known: Known, equation: Equation) -> set[tuple[str, str]]:
    """The amount columns of which an equation speaks; ``*`` within one block tells no column from another."""
    blocks = {
        ref.block for ref in equation.refs if ref.column == "*" and ref.block in known.amounts
    }
    common = (
        set.intersection(*(set(known.amounts[block]) for block in blocks))
        if len(blocks) > 1
        else set()
    )
    named = {(ref.block, ref.column) for ref in equation.refs if ref.column != "*"}
    return named | {(block, column) for block in blocks for column in common}


def _untouched(known: Known, key: str, column: str) -> Remark:
    table = known.table_of[key]
    file = next(f"tables/{name}" for name, entry in known.tables.items() if entry is table)
    position = next(at for at, block in enumerate(table["block"]) if block is known.blocks[key])
    at = [entry["key"] for entry in known.blocks[key]["columns"]].index(column)
    return Remark(
        file,
        ("block", position, "columns", at),
        f"没有一条规则把表块 {key} 的栏 {column} 与别的栏相核对。",
        advice=True,
    )


# ------------------------------------------------------------------ ledger.toml


def _of_ledger(known: Known) -> Iterator[Remark]:
    """Every column, kind, value, block, row and field that the ledger's postings name must exist."""
    raw = known.files["ledger"]
    ledger = parse_ledger(raw)

    def remark(path: Path, text: str) -> Remark:
        return Remark("ledger", path, f"底稿：{text}")

    columns = {column.key: column for column in ledger.columns}
    for position in twice(column.key for column in ledger.columns):
        yield remark(("column", position, "key"), f"栏 {ledger.columns[position].key} 写了两次。")
    bodies = {known.blocks[key]["body"] for key in ledger.postings if key in known.blocks}
    wanted = {
        "unit": True,
        "amount": True,
        "level1": "project" in bodies,
        "level2": bool(bodies & {"project", "form"}),
    }
    for kind, must in wanted.items():
        count = [column.kind for column in ledger.columns].count(kind)
        if count > 1 or (must and not count):
            yield remark(("column",), f"应恰有一栏的 kind 是 {kind}。")
    for position, column in enumerate(raw["column"]):
        if "per" in column and column["per"] not in columns:
            text = f"{column['key']} 的 per 没有栏 {column['per']}{near(column['per'], columns)}。"
            yield remark(("column", position, "per"), text)
        subjects = column.get("subjects", "")
        if (column["kind"] == "code") != bool(subjects) or (
            subjects and subjects not in known.subjects
        ):
            yield remark(
                ("column", position),
                f"编码栏（只有它）要写存在的科目分类，{column['key']} 写的是“{subjects}”。",
            )
        for value in column.get("values", {}).values():
            if value and value not in column.get("choices", ()):
                yield remark(
                    ("column", position, "values"),
                    f"{column['key']} 的 values 中的“{value}”不是它的选项。",
                )
    for position, kind in enumerate(raw.get("kind", ())):
        choices = columns[kind["of"]].choices if kind["of"] in columns else ()
        for name, values in kind["values"].items():
            for value in values:
                if value not in choices:
                    yield remark(
                        ("kind", position, "values", name),
                        f"归类 {kind['key']} 中的“{value}”不是 {kind['of']} 的选项。",
                    )
    for path, field in (
        (("switch", "field"), ledger.switch_field),
        (("unit", "field"), ledger.unit_field),
        *((("info", field), field) for field in ledger.info),
    ):
        if field not in known.fields:
            yield remark(path, f"没有基础信息 {field}{near(field, known.fields)}。")
    if ledger.project_types and ledger.project_types not in known.keyed:
        yield remark(
            ("project", "types"),
            f"没有基础信息的名单 {ledger.project_types}{near(ledger.project_types, known.keyed)}。",
        )
    texts = {
        column["key"]
        for block in known.blocks.values()
        if block["body"] == "project"
        for column in block["columns"]
        if column["kind"] == "text"
    }
    for key, named in (("type", ledger.type_column), ("unit", ledger.unit_column)):
        if named and named not in texts:
            yield remark(("project", key), f"“{named}”不是项目表的文字栏{near(named, texts)}。")
    if ledger.controls and ledger.controls not in known.keyed:
        yield remark(
            ("control", "list"),
            f"没有基础信息的名单 {ledger.controls}{near(ledger.controls, known.keyed)}。",
        )
    asked: list[tuple[Path, Mapping[str, Sequence[str]]]] = [
        (("column", position, place), column.get(place) or {})
        for position, column in enumerate(raw["column"])
        for place in ("needed", "absent")
    ]
    asked += [
        (("fit", position, place), fit[place])
        for position, fit in enumerate(raw.get("fit", ()))
        for place in ("where", "must")
    ]
    asked += [(("info", field), selection) for field, selection in raw.get("info", {}).items()]
    for position, posting in enumerate(ledger.postings.values()):
        yield from (
            remark(path, text)
            for path, text in _posting(known, ledger, ("post", position), posting)
        )
        asked += list(_selections(raw["post"][position], ("post", position)))
    for where, selection in asked:
        yield from (
            remark((*where, key), text) for key, text in _selected(known, ledger, selection)
        )


def _selections(
    post: Mapping[str, Any], base: Path
) -> Iterator[tuple[Path, Mapping[str, list[str]]]]:
    yield (*base, "where"), post.get("where", {})
    for place in ("column", "row"):
        for name, selection in post.get(place, {}).items():
            yield (*base, place, name), selection
    for position, form in enumerate(post.get("form", ())):
        yield (*base, "form", position, "only"), form.get("only", {})
        for name, selection in form["column"].items():
            yield (*base, "form", position, "column", name), selection


def _selected(
    known: Known, ledger: LedgerStandard, selection: Mapping[str, Sequence[str]]
) -> Iterator[tuple[str, str]]:
    columns = {column.key: column for column in ledger.columns}
    for key, values in selection.items():
        allowed: set[str]
        if key in ledger.kinds:
            allowed = set(ledger.kinds[key].classes.values())
        elif key not in columns:
            yield key, f"没有栏或归类 {key}{near(key, (*columns, *ledger.kinds))}。"
            continue
        elif columns[key].kind == "code":
            lengths = known.subjects.get(columns[key].subjects, {}).get("lengths", ())
            allowed = {value for value in values if len(value) in lengths}
        else:
            allowed = set(columns[key].choices)
        yield from (
            (key, f"{key} 没有“{value}”{near(value, allowed)}。")
            for value in values
            if value not in allowed
        )


def _posting(
    known: Known, ledger: LedgerStandard, base: Path, posting: Posting
) -> Iterator[tuple[Path, str]]:
    block = known.blocks.get(posting.block)
    if block is None:
        yield (*base, "block"), f"没有表块 {posting.block}{near(posting.block, known.blocks)}。"
        return
    kinds = {form["key"] for form in known.table_of[posting.block].get("form", ())}
    if kinds != {form.key for form in posting.forms}:
        yield base, f"表块 {posting.block} 的 form 应与表式一一对应：{'、'.join(sorted(kinds))}。"
    if posting.forms and posting.forms[-1].only:
        yield (
            (*base, "form", len(posting.forms) - 1),
            f"表块 {posting.block} 的最后一种 form 不应有 only。",
        )
    amounts = known.amounts[posting.block]
    named: list[tuple[Path, str]] = [((*base, "column", name), name) for name in posting.columns]
    named += [
        ((*base, "form", at, "column", name), name)
        for at, form in enumerate(posting.forms)
        for name in form.columns
    ]
    named += [((*base, "zero"), name) for name in posting.zero]
    for path, name in named:
        if name not in amounts:
            yield path, f"表块 {posting.block} 没有金额栏 {name}{near(name, amounts)}。"
    rows = {row.get("key", "") for row in block.get("rows", ()) if not row.get("slot")} | {"class"}
    for name in posting.rows:
        if name not in rows:
            yield (*base, "row", name), f"表块 {posting.block} 没有行 {name}{near(name, rows)}。"
    for at, form in enumerate(posting.forms):
        yield from (((*base, "form", at), text) for text in _without_cell(ledger, posting, form))


def _without_cell(ledger: LedgerStandard, posting: Posting, form: FormPosting) -> Iterator[str]:
    """The kinds of money of which a form has no cell, or more than one, beside that of the whole.

    A kind is what a line says in all columns by which the form's cells tell money apart.
    """
    parts = {name: asked for name, asked in form.columns.items() if asked}
    whole = [name for name, asked in form.columns.items() if not asked]
    if not parts or not whole:
        yield f"表式 {form.key} 应有一格是项目的全部资金，另有各类资金的格。"
        return
    keys = {
        ledger.kinds[key].of if key in ledger.kinds else key
        for one in parts.values()
        for key in one
    }
    columns = [column for column in ledger.columns if column.key in keys]
    for kind in product(*(column.choices for column in columns)):
        texts = dict(zip((column.key for column in columns), kind, strict=True))
        if not selects(ledger, _of(posting.where, keys, ledger), texts):
            continue
        cells = [name for name, asked in parts.items() if selects(ledger, asked, texts)]
        if len(cells) != 1:
            said = "没有格" if not cells else f"有几格（{'、'.join(cells)}）"
            yield f"表式 {form.key} 的“{'、'.join(kind)}”{said}，应恰有一格。"


def _of(selection: Selection, keys: Collection[str], ledger: LedgerStandard) -> Selection:
    """The part of a selection that speaks of some columns."""
    return {
        key: values
        for key, values in selection.items()
        if (ledger.kinds[key].of if key in ledger.kinds else key) in keys
    }


# ------------------------------------------------------------------ disclosure.toml


_PHRASES = {
    "contents": (),
    "table": ("ordinal", "number", "title"),
    "heading": ("ordinal", "number", "title"),
    "unit": ("unit",),
    "money": ("money",),
}
"""What each phrase may use beside the year and the fields."""


def _of_disclosure(known: Known) -> Iterator[Remark]:
    raw = known.files["disclosure"]
    documents: Mapping[str, Any] = known.files.get("notes/sections", {})
    names = ("year", "last_year", *known.fields)

    def remark(path: Path, text: str) -> Remark:
        return Remark("disclosure", path, text)

    held = [part["holds"] for part in raw["part"]]
    if held.count(_TABLES) != 1:
        yield remark(
            ("part",), f'应有一个 holds = "{_TABLES}" 的 [[part]]，现有{held.count(_TABLES)}个。'
        )
    for position, part in enumerate(raw["part"]):
        path = ("part", position)
        if part["holds"] not in (_TABLES, *documents):
            close = near(part["holds"], (_TABLES, *documents))
            text = f"holds“{part['holds']}”不是 {_TABLES}，也不在 notes/sections.toml 中{close}。"
            yield remark((*path, "holds"), text)
        numbers = [entry["number"] for entry in documents.get(part["holds"], ())]
        for at, number in enumerate(part.get("sections", ())):
            if number not in numbers:
                yield remark((*path, "sections", at), f"{part['holds']} 中没有编号“{number}”的节。")
        for place in ("contents", "heading"):
            for problem in placeholder_problems(part.get(place, ""), ("ordinal", "number", *names)):
                yield remark((*path, place), problem)
    for document, entries in documents.items():
        taken = [part for part in raw["part"] if part["holds"] == document]
        shown = {
            number
            for part in taken
            for number in part.get("sections", [one["number"] for one in entries])
        }
        for at, entry in enumerate(entries):
            if entry["number"] not in shown:
                text = (
                    f"disclosure.toml 没有一个部分放 {document} 的“{entry['number']}”，不会公开。"
                )
                yield Remark("notes/sections", (document, at, "number"), text, advice=True)
    for name, allowed in _PHRASES.items():
        for problem in placeholder_problems(raw["text"].get(name, ""), (*allowed, *names)):
            yield remark(("text", name), problem)
