"""The command line for other programs: -h, standard input, the published schema, progress."""

from __future__ import annotations

import io
import json
import sys
import types
from pathlib import Path
from typing import TYPE_CHECKING

import jsonschema
import pytest

from xlbudget.cli import validation
from xlbudget.cli.common import standard_input
from xlbudget.cli.run import COMMANDS, run
from xlbudget.cli.validation import Request, simple_request, validate_files
from xlbudget.editing.build import build_workbook
from xlbudget.errors import UnusableFileError
from xlbudget.importing.imported import blank_book

if TYPE_CHECKING:
    from xlbudget.standard.model import Standard

ROOT = Path(__file__).parents[2]
PUBLISHED = ROOT / "examples" / "changchun-gov-office-2024" / "公开文本.txt"


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_h_is_help(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = [command] if command else []
    assert run([*arguments, "-h"]) == 0
    short = capsys.readouterr().out
    assert run([*arguments, "--help"]) == 0
    assert capsys.readouterr().out == short
    assert "-h, --help" in short


def given(monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", types.SimpleNamespace(buffer=io.BytesIO(data)))


@pytest.mark.parametrize("kind", ["workbook", "document"])
def test_standard_input_is_validated_as_the_file_is(
    kind: str,
    example_file: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = example_file if kind == "workbook" else PUBLISHED
    status = validate_files(Request((path,), "json"))
    wanted = json.loads(capsys.readouterr().out)
    given(monkeypatch, path.read_bytes())
    request = simple_request(["-", "--format", "json"])
    assert request is not None
    assert validate_files(request) == status
    found = json.loads(capsys.readouterr().out)
    assert (found["path"], found["workbook"][:4]) == ("-", "标准输入")
    for name in ("status", "slack"):
        assert found[name] == wanted[name]
    assert [one["message"] for one in found["findings"]] == [
        one["message"].replace(path.name, found["workbook"]) for one in wanted["findings"]
    ]


def test_standard_input_is_bounded(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    given(monkeypatch, b"")
    assert run(["validate", "-"]) == 2
    assert "标准输入没有内容" in capsys.readouterr().err
    assert run(["validate", "--write", "-"]) == 2
    assert "--write" in capsys.readouterr().err
    monkeypatch.setattr("xlbudget.cli.common._MOST_BYTES", 1000)
    with (
        pytest.raises(UnusableFileError, match="没有读取"),
        standard_input(io.BytesIO(bytes(1001))),
    ):
        pass


@pytest.mark.parametrize(
    ("data", "suffix"),
    [
        (b"PK\x03\x04 xl/workbook.xml", ".xlsx"),
        (b"PK\x03\x04 word/document.xml", ".docx"),
        (b"%PDF-1.7", ".pdf"),
        ("\ufeff <!DOCTYPE html>".encode(), ".html"),
        ("部门预算".encode(), ".txt"),
        (b"\xd0\xcf\x11\xe0", ".doc"),
    ],
)
def test_the_kind_of_what_comes_in_is_told(data: bytes, suffix: str) -> None:
    with standard_input(io.BytesIO(data)) as path:
        assert path.suffix == suffix
        assert path.read_bytes() == data
    assert not path.exists()


def test_every_kind_of_report_is_as_the_schema_says(
    standard: Standard, example_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["schema"]) == 0
    schema = json.loads(capsys.readouterr().out)
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    blank = tmp_path / "空白.xlsx"
    build_workbook(standard, blank_book(standard, 2027), blank, year=2027)
    seen = set()
    for paths in ([example_file], [blank], [PUBLISHED], [example_file, PUBLISHED]):
        run(["validate", "--format", "json", *map(str, paths)])
        said = json.loads(capsys.readouterr().out)
        validator.validate(said)
        reports = said if isinstance(said, list) else [said]
        seen |= {one["status"] for one in reports}
    assert seen == {"pass", "unknown", "error"}
    harmed = {**reports[0], "status": "fine"}
    with pytest.raises(jsonschema.ValidationError):
        validator.validate(harmed)
    with pytest.raises(jsonschema.ValidationError):
        validator.validate({**reports[0], "more": 1})


def test_several_files_on_a_terminal_have_a_bar(
    example_file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    del capsys

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    screen = Terminal()
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setenv("TERM", "xterm")
    paths = [example_file, PUBLISHED]
    assert list(validation._followed(paths, quiet=False)) == paths
    assert "校验" in screen.getvalue()
    for quiet, few in ((True, paths), (False, paths[:1])):
        assert validation._followed(few, quiet=quiet) is few
