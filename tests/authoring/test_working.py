"""New standards, what two say otherwise, schemas, trials with planted errors."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import jsonschema
import pytest

from xlbudget.authoring.check import check_folder
from xlbudget.authoring.difference import difference
from xlbudget.authoring.making import new_standard
from xlbudget.authoring.proposing import Proposal, proposals
from xlbudget.authoring.schema import schema_of
from xlbudget.authoring.shapes import FILES, model_of
from xlbudget.authoring.trial import try_standard
from xlbudget.cli.run import run
from xlbudget.errors import StandardError
from xlbudget.importing.published.document import read_source
from xlbudget.standard.layers import DATA, layer_files, layers_of, standard_ids
from xlbudget.toml import read_toml

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).parents[2]
PAGE = """<html><body>
<p>表1 2026年部门收支总表</p><p>单位：万元</p>
<table><tr><th colspan=2>收入</th><th colspan=2>支出</th></tr><tr><th>项目</th><th>预算数</th><th>项目</th><th>预算数</th></tr>
<tr><td>财政拨款</td><td>1,200.00</td><td>教育支出</td><td>1,200.00</td></tr>
<tr><td>收入总计</td><td>1,200.00</td><td>支出总计</td><td>1,200.00</td></tr></table>
<p>表2 2026年政府采购预算表</p>
<table><tr><th rowspan=2>科目编码</th><th rowspan=2>科目名称</th><th colspan=2>采购资金</th></tr><tr><th>合计</th><th>财政拨款</th></tr>
<tr><td>205</td><td>教育支出</td><td>30.00</td><td>30.00</td></tr>
<tr><td>20502</td><td>普通教育</td><td>30.00</td><td>30.00</td></tr></table>
</body></html>"""


def put(folder: Path, files: Mapping[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    return folder


@pytest.fixture
def document(tmp_path: Path) -> Path:
    path = tmp_path / "公开文本.html"
    path.write_text(PAGE, "utf-8")
    return path


@pytest.fixture
def city(tmp_path: Path) -> Path:
    return put(tmp_path / "mycity", new_standard("mycity", "changchun", 2027).files)


def wrong(folder: Path) -> list[str]:
    return [str(one) for one in check_folder(folder) if not one.advice]


@pytest.mark.parametrize("base", [*standard_ids(), "cn"])
def test_a_new_standard_is_without_mistakes(base: str, tmp_path: Path) -> None:
    made = new_standard("mycity", base, 2027)
    assert wrong(put(tmp_path / "mycity", made.files)) == []


def test_tables_are_proposed_from_a_document(document: Path, tmp_path: Path) -> None:
    found = proposals(read_source(document).elements)
    first, second = (one for one in found if isinstance(one, Proposal))
    assert [block.key for block in first.blocks] == ["side1", "side2"]
    assert [[row.label for row in block.rows] for block in first.blocks] == [
        ["财政拨款", "收入总计"],
        ["教育支出", "支出总计"],
    ]
    assert first.title == "{year}年部门收支总表"
    assert second.title == "{year}年政府采购预算表"
    (block,) = second.blocks
    assert [(one.kind, one.label) for one in block.columns] == [
        ("code", ("科目编码",)),
        ("name", ("科目名称",)),
        ("amount", ("采购资金", "合计")),
        ("amount", ("采购资金", "财政拨款")),
    ]
    made = new_standard("mycity", "changchun", 2027, document)
    assert "tables/01-summary.toml" in made.files
    assert "tables/02-table2.toml" in made.files
    assert any("政府采购预算表" in sentence for sentence in made.said)
    assert wrong(put(tmp_path / "mycity", made.files)) == []


@pytest.mark.parametrize(
    ("identity", "base", "said"),
    [
        ("My City", "cn", "不能作标准的代号"),
        ("changchun", "cn", "请换一个"),
        ("mycity", "nowhere", "现有"),
    ],
)
def test_what_cannot_be_made_is_refused(identity: str, base: str, said: str) -> None:
    with pytest.raises(StandardError, match=said):
        new_standard(identity, base, 2027)


def test_a_command_makes_it_and_never_over_another(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "mycity"
    assert run(["standard", "new", "mycity", "--from", "changchun", "-o", str(folder)]) == 0
    assert run(["standard", "new", "mycity", "-o", str(folder)]) == 2
    assert "已经存在" in capsys.readouterr().err


def test_what_two_standards_say_otherwise(city: Path) -> None:
    put(
        city,
        {
            "notes/glossary.j2": "一\n",
            "rules.toml": '[[rule]]\ncode = "A05"\ntitle = "两方相等"\n[[rule]]\ncode = "B10"\ndrop = true\n',
        },
    )
    lines = difference(DATA / "changchun", city)
    assert "~ rules.toml rule“A05”.title：收入总计＝支出总计 → 两方相等" in lines
    assert "- rules.toml rule“B10”" in lines
    assert any(line.startswith("~ notes/glossary.j2：去掉") for line in lines)
    assert "~ standard.toml id：changchun → mycity" in lines
    assert difference(city, city) == []


@pytest.mark.parametrize("identity", standard_ids())
def test_editors_accept_what_is_shipped(identity: str) -> None:
    for layer in layers_of(DATA / identity):
        for name, own in layer_files(layer):
            known = "tables" if name.startswith("tables/") else name
            if known in FILES and "variants" not in layer.parts:
                held = json.loads(
                    json.dumps(
                        read_toml(layer / f"{own}.toml", "标准", StandardError), default=float
                    )
                )
                jsonschema.validate(held, schema_of(known))


def test_the_schema_refuses_what_the_checker_refuses() -> None:
    with pytest.raises(jsonschema.ValidationError, match="colums"):
        jsonschema.validate({"block": [{"body": "unit", "colums": []}]}, schema_of("tables"))
    assert model_of("notes/nothing") is None


def test_errors_are_planted_and_found(city: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(StandardError, match="没有可试的"):
        try_standard(city)
    shutil.copytree(ROOT / "examples" / "changchun-gov-office-2024", city / "tests" / "样本")
    trial = try_standard(city)
    assert [(one.name, one.wrong) for one in trial.budgets] == [("样本", "")]
    planted = {one.code: one for one in trial.rules if one.planted}
    assert all(one.found == one.planted for one in planted.values())
    # Sums, bounds, named checks, sentences, what is left out, what must not be published.
    kinds = "A04 A08 B01 A15a A15b A15c A15d F01 F02 F03 F04 F05 F07 G01 G02"
    texts = "C01 C05 C07 C10 C16a C17 C18 C20 C22"
    assert planted.keys() >= {*kinds.split(), *texts.split()}
    why = {one.code: one.why for one in trial.rules if not one.planted}
    assert "上年" in why["D04"]
    assert "底稿" in why["L01"]
    assert "weight_sum" in why["A14b"]
    assert not trial.failed
    put(city, {"tests/expected.toml": '["样本"]\nerrors = ["A05"]\n["别的"]\n'})
    assert run(["standard", "test", str(city), "-q"]) == 1
    said = capsys.readouterr().out
    assert "［不符］样本：没有报出 A05" in said
    assert "［不符］别的" in said
