"""Pages come from templates: no markup in Python, one renderer of tables, one merge of headings."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from xlbudget.printed import Heading, head_rows, headings
from xlbudget.standard.loader import load_standard
from xlbudget.templates import rendered

if TYPE_CHECKING:
    from xlbudget.standard.model import Table

SOURCE = Path(__file__).parents[1] / "src" / "xlbudget"
MARKUP = re.compile(
    r"</?(a(?=[ >])|body|caption|div|h[1-6]|html|li|p|rect|section|span|svg|t[dhr]|table)\b[^<]*>"
)


def test_no_html_stands_in_python_strings() -> None:
    found = [
        f"{path.relative_to(SOURCE)}:{node.lineno} {node.value[:40]!r}"
        for path in SOURCE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and MARKUP.search(node.value)
    ]
    assert found == []


def test_printed_tables_become_html_in_one_template() -> None:
    templates = [
        path for path in SOURCE.rglob("*.html.j2") if "rowspan=" in path.read_text("utf-8")
    ]
    assert [path.name for path in templates] == ["table.html.j2"]


def test_headings_are_merged_across_and_down() -> None:
    paths = [
        ("科目", "编码"),
        ("科目", "名称"),
        ("合计",),
        ("基本支出", "人员"),
        ("基本支出", "公用"),
    ]
    assert list(headings(paths, 2)) == [
        Heading("科目", 0, 0, 2, 1),
        Heading("合计", 0, 2, 1, 2),
        Heading("基本支出", 0, 3, 2, 1),
        Heading("编码", 1, 0, 1, 1),
        Heading("名称", 1, 1, 1, 1),
        Heading("人员", 1, 3, 1, 1),
        Heading("公用", 1, 4, 1, 1),
    ]


def test_an_inner_label_is_not_merged_over_another_outer_one() -> None:
    found = list(headings([("甲", "小计", "一"), ("乙", "小计", "一")], 3))
    assert all((one.columns, one.rows) == (1, 1) for one in found)
    assert len(found) == 6


@pytest.mark.parametrize("table", load_standard("changchun").tables, ids=lambda one: one.key)
def test_heading_rows_cover_every_column_once(table: Table) -> None:
    columns = [column for block in table.blocks for column in block.columns]
    rows = head_rows(table, str.strip)
    places = sum(cell.columns * cell.rows for line in rows for cell in line)
    assert places == len(columns) * table.depth


def test_what_a_workbook_says_is_cleaned_and_escaped(tmp_path: Path) -> None:
    (tmp_path / "one.html.j2").write_text("<p>{{ said }}</p>", "utf-8")
    values = {"said": "<b>甲\x1b</b>"}
    page = rendered(tmp_path, "one.html.j2", values, lambda text: text.replace("\x1b", ""))
    assert page == "<p>&lt;b&gt;甲&lt;/b&gt;</p>"
