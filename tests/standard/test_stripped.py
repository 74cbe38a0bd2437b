"""What a standard does not have is not missed: one table, no rule but those of named checks, no sections, lists or charts."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import pytest

from material import FIRST
from renamed_standards import written_toml
from thorough import either
from xlbudget.authoring.check import check_folder
from xlbudget.checks.named_checks import NOT_APPLICABLE
from xlbudget.checks.validate import check_names
from xlbudget.cli.run import run
from xlbudget.importing.data_folder import read_folder
from xlbudget.standard import layers
from xlbudget.standard.layers import standard_files
from xlbudget.standard.loader import load_folder, load_standard
from xlbudget.standard.roles import ARGUMENTS, FIELDS

if TYPE_CHECKING:
    from pathlib import Path

    from xlbudget.standard.model import Standard, Table


def without(value: Any, keys: tuple[str, ...]) -> Any:
    """A value without some keys, however deep."""
    if isinstance(value, dict):
        return {key: without(one, keys) for key, one in value.items() if key not in keys}
    return [without(one, keys) for one in value] if isinstance(value, list) else value


def write_stripped(standard: Standard, table: Table, folder: Path) -> None:
    """A standard of this one table: what the program needs, and every named check with nothing to look at."""
    files = standard_files(standard.layers)
    named = {
        name: without(raw, ("tree", "rowsums", "sums", "balance", "known"))
        for name, raw in files.items()
        if raw.get("key") == table.key
    }
    main = files["standard"]
    lists = {block.subjects for block in table.blocks}
    asked = [key for key, (_, needed) in FIELDS.items() if needed]
    asked += [key for key in standard.fields if key not in asked and f"{{{key}}}" in str(named)]
    fields = [
        {**field, "default": folder.name} if field["key"] == "standard" else field
        for section in files["info"]["section"]
        for field in section["fields"]
        if field["key"] in asked
    ]
    rules = [
        {"code": f"K{number:02}", "title": check, "source": "检查", "check": check}
        for number, check in enumerate(sorted(check_names()))
    ]
    made = {
        "standard": {
            **{key: main[key] for key in ("name", "region", "years", "unit", "rounding_limit")},
            "id": folder.name,
            "title": {"cover": "{year}年", "book": "{unit}{year}年"},
            "tables": [name.removeprefix("tables/") for name in named],
            "subjects": {key: one for key, one in main["subjects"].items() if key in lists},
        },
        "info": {"section": [{"title": "单位", "fields": fields}]},
        "rules": {"rule": rules},
        "disclosure": {
            "text": files["disclosure"]["text"],
            "part": [{"contents": "预算表", "holds": "tables"}],
        },
        "notes/sections": {},
        "notes/facts": {
            "unit": files["notes/facts"]["unit"],
            "words": files["notes/facts"]["words"],
        },
        **named,
    }
    for below in ("tables", "notes", "subjects"):
        (folder / below).mkdir(parents=True)
    for name, raw in made.items():
        (folder / f"{name}.toml").write_text(written_toml(raw), "utf-8")
    for key in lists - {""}:
        name = f"subjects/{main['subjects'][key]['file']}"
        (folder / name).write_bytes(layers.layer_path(standard.layers, name).read_bytes())


SHORT = ("new book.xlsx --standard stripped --from figures", "fill book.xlsx", "validate book.xlsx")
LONG = (
    *SHORT,
    "finish book.xlsx",
    "export book.xlsx exported",
    "package book.xlsx -o set --draft",
    "rollover book.xlsx next.xlsx",
    "diff book.xlsx next.xlsx",
)
TABLES = [
    (identity, folder, table.key)
    for identity, folder in FIRST
    for table in load_standard(identity).tables
]


@pytest.mark.parametrize(
    ("identity", "figures", "key"),
    either(TABLES[::6], TABLES),
    ids=[f"{identity}-{key}" for identity, _, key in either(TABLES[::6], TABLES)],
)
def test_one_table_is_a_standard(
    identity: str,
    figures: Path,
    key: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    standard = load_standard(identity)
    table = standard.table(key)
    folder = tmp_path / "data" / "stripped"
    write_stripped(standard, table, folder)
    problems = [str(one) for one in check_folder(folder) if not one.advice]
    assert [problem for problem in problems if "with" not in problem] == []
    (tmp_path / "figures").mkdir()
    book = read_folder(figures, standard)
    stripped = load_folder(folder)
    info: dict[str, object] = {
        field.label: book.text(key) for key, field in stripped.fields.items() if book.text(key)
    }
    info[standard.fields["standard"].label] = stripped.id
    info[standard.fields["year"].label] = book.year
    particulars = written_toml({stripped.sections[0].title: info})
    (tmp_path / "figures" / "基础信息.toml").write_text(particulars, "utf-8")
    for path in figures.glob(f"{table.number:02}-*.csv"):
        shutil.copy(path, tmp_path / "figures")
    monkeypatch.setattr(layers, "DATA", folder.parent)
    monkeypatch.chdir(tmp_path)
    said = {}
    for step in either(SHORT, LONG):
        status = run(step.split(" "))
        said[step] = status, "".join(capsys.readouterr())
        assert "程序内部出错" not in said[step][1]
        assert status < 2, said[step]
    validated = said["validate book.xlsx"][1]
    assert validated.count(NOT_APPLICABLE) == len(ARGUMENTS)
    assert f"{stripped.code_of('unknown_row')}：" not in validated
