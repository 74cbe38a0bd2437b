"""What each command does and says when all is well."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from own_standards import copied, file_of
from xlbudget import __version__
from xlbudget.cli.run import COMMANDS, run
from xlbudget.editing.validate import validate_file
from xlbudget.publishing import pdf as pdf_writer
from xlbudget.reading.book import read_book
from xlbudget.texts.whole import validate_whole
from xlbudget.xlsx.cells import CellEdit
from xlbudget.xlsx.workbook import Workbook

EXAMPLE = Path(__file__).parents[2] / "examples" / "changchun-gov-office-2024"
GENERAL = "一般公共预算支出表"
WRONG = CellEdit(GENERAL, "G9", Decimal(3000))
KEYS = {
    *("version", "path", "workbook", "standard", "status", "slack"),
    *("findings", "not_executed", "not_read"),
}
FINDING = {
    "code": str,
    "level": str,
    "table": str,
    "sheet": str,
    "cell": str,
    "page": type(None),
    "paragraph": type(None),
    "row": str,
    "column": str,
    "printed": str,
    "expected": str,
    "difference": str,
    "message": str,
    "basis": list,
    "follows": list,
    "suggestions": list,
}


def process(*arguments: object, **environment: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "xlbudget", *map(str, arguments)],
        capture_output=True,
        check=False,
        env={**os.environ, **environment},
    )


@pytest.fixture
def wrong(book: Path) -> Path:
    Workbook(book).patch(book, [WRONG])
    return book


# ------------------------------------------------------------------ new


def test_new_from_a_folder_holds_its_figures(cli: Any, folder: Path, example: Any) -> None:
    book = folder / "新 建.xlsm"
    ended = cli("new", book, "--from", EXAMPLE)
    assert (ended.status, ended.err) == (0, "")
    assert str(book) in ended.out and "2024年度" in ended.out
    read = read_book(book)
    assert {key: [row.cells for row in data.rows] for key, data in read.blocks.items()} == {
        key: [row.cells for row in data.rows] for key, data in example.blocks.items()
    }
    assert cli("validate", book).status == 0


@pytest.mark.parametrize("suffix", [".xlsm", ".xlsx", ".XLSX"])
def test_new_and_blank(cli: Any, folder: Path, suffix: str) -> None:
    book = folder / f"空 白{suffix}"
    assert cli("new", book, "--year", "2026").status == 0
    read = read_book(book)
    assert read.year == 2026
    assert all(data.empty for data in read.blocks.values())
    report = json.loads(cli("validate", book, "--format", "json").out)
    assert report["status"] == "unknown"
    codes = {one["code"] for one in report["findings"]}
    assert codes == {"F05", "F07"}, "only particulars and tables are asked for"
    assert [one.name for one in folder.iterdir()] == [book.name]


def test_new_never_replaces_a_file(cli: Any, book: Path) -> None:
    before = book.read_bytes()
    assert "已经存在" in cli("new", book).sentence()
    assert book.read_bytes() == before


# ------------------------------------------------------------------ validate


def test_validate_says_pass_and_ends_with_0(cli: Any, book: Path) -> None:
    ended = cli("validate", book)
    assert (ended.status, ended.err) == (0, "")
    assert book.name in ended.out and "通过" in ended.out


def test_validate_names_the_cell_and_ends_with_1(cli: Any, wrong: Path) -> None:
    ended = cli("validate", wrong)
    assert ended.status == 1
    assert f"{GENERAL} G9" in ended.out and "2,934.35" in ended.out


def test_the_json_of_one_workbook_is_the_contract(cli: Any, wrong: Path) -> None:
    report = json.loads(cli("validate", wrong, "--format", "json").out)
    assert set(report) == KEYS
    assert (report["path"], report["workbook"]) == (str(wrong), wrong.name)
    assert report["standard"] == "changchun"
    assert report["status"] == "error"
    assert report["slack"] == "" or Decimal(report["slack"]) >= 0
    for finding in report["findings"]:
        assert {key: type(value) for key, value in finding.items()} == FINDING
        assert finding["level"] in ("error", "warning", "hint")
        assert all(isinstance(one, str) for one in finding["basis"])
        for one in finding["suggestions"]:
            assert set(one) == {"sheet", "cell", "value", "reason", "share"}
            assert 0 <= one["share"] <= 1
    for one in report["not_executed"]:
        assert {key: type(value) for key, value in one.items()} == {"code": str, "reason": str}
    first = report["findings"][0]
    assert (first["sheet"], first["cell"], first["row"]) == (GENERAL, "G9", "2010302")
    assert (first["printed"], first["expected"], first["difference"]) == (
        "3000.00",
        "2934.35",
        "65.65",
    )


def test_the_json_of_several_workbooks_is_a_list(cli: Any, book: Path) -> None:
    other = shutil.copy(book, book.with_name("乙.xlsm"))
    reports = json.loads(cli("validate", book, other, "--format", "json").out)
    assert [one["workbook"] for one in reports] == [book.name, other.name]
    assert [one["status"] for one in reports] == ["pass", "pass"]


@pytest.mark.parametrize(("form", "begins"), [("text", "某 部门"), ("json", "{"), ("html", "<!")])
def test_a_report_in_a_file(cli: Any, book: Path, form: str, begins: str) -> None:
    output = book.with_name(f"校验 结果.{form}")
    ended = cli("validate", book, "--format", form, "-o", output)
    assert (ended.status, ended.err) == (0, "")
    assert str(output) in ended.out
    assert output.read_text("utf-8").lstrip().startswith(begins)
    assert cli("validate", book, "--format", form).out == output.read_text("utf-8")
    assert cli("validate", book, "--format", form, "-o", output, "--quiet").out == ""


def test_quiet_says_only_what_is_wrong(cli: Any, book: Path) -> None:
    assert cli("validate", book, "--quiet") == (0, "", "")
    assert cli("notes", book, "-q") == (0, "", "")
    assert cli("fill", book, "-q") == (0, "", "")
    Workbook(book).patch(book, [WRONG])
    assert "G9" in cli("validate", book, "-q").out


# ------------------------------------------------------------------ fill, notes


def test_fill_in_place_keeps_a_backup(cli: Any, wrong: Path) -> None:
    before = wrong.read_bytes()
    ended = cli("fill", wrong)
    assert (ended.status, ended.err) == (0, "")
    (backup,) = wrong.parent.glob("某 部门 预算.备份*.xlsm")
    assert backup.name in ended.out
    assert backup.read_bytes() == before
    assert wrong.read_bytes() != before


def test_fill_to_another_file_leaves_the_first_alone(cli: Any, wrong: Path) -> None:
    before = wrong.read_bytes()
    output = wrong.with_name("填 好.xlsm")
    assert cli("fill", wrong, "-o", output).status == 0
    assert wrong.read_bytes() == before
    assert {one.name for one in wrong.parent.iterdir()} == {wrong.name, output.name}
    total = read_book(output).blocks["general"].row("201").cells[-1]
    assert total.text == "3,000.00"


def test_fill_with_nothing_to_do_changes_nothing(cli: Any, book: Path) -> None:
    cli("fill", book)
    before = {one.name: one.read_bytes() for one in book.parent.iterdir()}
    ended = cli("fill", book)
    assert ended.status == 0 and "内容不变" in ended.out
    assert {one.name: one.read_bytes() for one in book.parent.iterdir()} == before


def test_notes_as_text(cli: Any, book: Path) -> None:
    before = book.read_bytes()
    ended = cli("notes", book, "--text")
    assert (ended.status, ended.err) == (0, "")
    assert "6,295.86万元" in ended.out and "住房公积金（项）：指" in ended.out
    assert book.read_bytes() == before and len(list(book.parent.iterdir())) == 1


def test_notes_into_the_workbook(cli: Any, book: Path) -> None:
    ended = cli("notes", book)
    assert (ended.status, ended.err) == (0, "")
    assert "段" in ended.out and str(book) in ended.out
    assert cli("validate", book).status == 0
    before = book.read_bytes()
    cli("notes", book)
    assert book.read_bytes() == before


# ------------------------------------------------------------------ rules, demo, help


def test_rules_lists_every_rule(cli: Any, standard: Any) -> None:
    out = cli("rules").out
    assert all(rule.code in out and rule.title in out for rule in standard.rules)
    assert cli("rules", "--markdown").out.count("\n|") >= len(standard.rules)


def test_the_demo_makes_all_the_files_that_it_lists(
    cli: Any, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    target = Path("演 示")  # as `make demo` says it: seen from where one stands
    ended = cli("demo", "-o", target)
    assert (ended.status, ended.err) == (0, "")
    listed = [line.split("  ——")[0].strip() for line in ended.out.splitlines() if "  ——" in line]
    assert len(listed) >= 6
    made = {str(one.relative_to(target)) for one in target.rglob("*") if one.is_file()}
    assert made == set(listed)
    assert {Path(name).suffix for name in listed} >= {".xlsm", ".xlsx", ".docx", ".html", ".eml"}
    assert all((target / name).stat().st_size for name in listed)
    (workbook,) = target.glob("*.xlsm")
    assert cli("validate", workbook).status == 0


def test_the_demo_without_an_office_and_again(
    cli: Any, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It says what is lacking; the earlier workbook is kept."""
    monkeypatch.setattr(pdf_writer, "find_office", lambda: None)
    ended = cli("demo", "-o", folder)
    assert (ended.status, ended.err) == (0, "")
    listed = [line.split("  ——")[0].strip() for line in ended.out.splitlines() if "  ——" in line]
    assert not any(name.endswith(".pdf") for name in listed)
    assert all((folder / name).is_file() for name in listed)
    assert "注意：没有制作 PDF" in ended.out
    (workbook,) = folder.glob("*.xlsm")
    Workbook(workbook).patch(workbook, [WRONG])
    mine = workbook.read_bytes()
    assert cli("demo", "-o", folder, "--quiet") == (0, "", "")
    (backup,) = folder.glob("*.备份*.xlsm")
    assert backup.read_bytes() == mine
    assert workbook.read_bytes() != mine


@pytest.mark.parametrize("command", COMMANDS)
def test_help_is_chinese(cli: Any, command: str) -> None:
    ended = cli(command, "--help")
    assert (ended.status, ended.err) == (0, "")
    assert ended.out.startswith(f"用法：xlbudget {command}")
    assert "选项" in ended.out
    for english in ("Usage", "Options", "Show this", "required", "default:", "BOOK", "PATH"):
        assert english not in ended.out


@pytest.mark.parametrize("arguments", [["--help"], []])
def test_the_overview_names_every_command(cli: Any, arguments: list[str]) -> None:
    out = cli(*arguments).out
    assert all(f"  {name} " in out and what in out for name, what in COMMANDS.items())


def test_version(cli: Any) -> None:
    assert cli("--version") == (0, f"xlbudget {__version__}\n", "")


# ------------------------------------------------------------------ as a process


def test_exit_statuses(book: Path) -> None:
    assert process("validate", book).returncode == 0
    Workbook(book).patch(book, [WRONG])
    assert process("validate", book).returncode == 1
    assert process("validate", book.with_name("没有.xlsm")).returncode == 2
    assert process("validate", book, "--format", "pdf").returncode == 2


@pytest.mark.parametrize(
    "arguments", [["validate", "{}"], ["validate", "没有的"], ["notes", "{}", "--text"], ["--help"]]
)
def test_output_is_utf8_whatever_the_console(book: Path, arguments: list[str]) -> None:
    ran = process(
        *(one.format(book) for one in arguments), LC_ALL="C", LANG="C", PYTHONIOENCODING="ascii"
    )
    said = (ran.stdout + ran.stderr).decode("utf-8")
    assert "\\u" not in said
    assert sum("一" <= sign <= "鿿" for sign in said) > 5


@pytest.mark.parametrize("arguments", [["validate", "{}"], ["notes", "{}", "--text"], ["rules"]])
def test_a_reader_that_goes_away_is_no_error(book: Path, arguments: list[str]) -> None:
    read, write = os.pipe()
    os.close(read)
    ran = subprocess.run(
        [sys.executable, "-m", "xlbudget", *(one.format(book) for one in arguments)],
        stdout=write,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(write)
    assert ran.stderr == b""


def test_a_plain_command_line_and_click_say_the_same(cli: Any, wrong: Path) -> None:
    """validate goes past click for speed: the shortcut must not be another program."""
    ran = process("validate", wrong)
    ended = cli("validate", wrong)
    assert (ran.returncode, ran.stdout.decode(), ran.stderr) == (ended.status, ended.out, b"")


def test_an_error_of_our_own_is_one_sentence_with_a_log(
    cli: Any, book: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setenv("XLBUDGET_HOME", str(tmp_path))
    monkeypatch.setattr("xlbudget.editing.validate.validate_whole", broken)
    ended = cli("validate", book)
    assert ended.status == 2
    assert ended.err.count("\n") == 1 and "程序内部出错" in ended.err
    log = tmp_path / "xlbudget.log"
    assert str(log) in ended.err and "ZeroDivisionError" in log.read_text("utf-8")


def test_the_report_of_the_command_line_is_that_of_the_library(
    cli: Any, wrong: Path, standard: Any
) -> None:
    report = validate_whole(standard, read_book(wrong))
    shown = json.loads(cli("validate", wrong, "--format", "json").out)
    assert [one["message"] for one in shown["findings"]] == [one.message for one in report.findings]


def test_the_users_own_subjects_are_known_to_fill_and_validate(tmp_path: Path) -> None:
    own = tmp_path / "本地科目.csv"
    own.write_text("科目编码,科目名称\n2010302,本地的行政管理事务\n", encoding="utf-8")
    book = tmp_path / "本地.xlsm"
    new = ["new", str(book), "--from", str(EXAMPLE), "--subjects", "functional", str(own)]
    assert run(new) == 0
    named = [one for one in validate_file(book).findings if one.code == "A15c"]
    assert {one.row for one in named} == {"2010302"}
    assert all("本地的行政管理事务" in one.message for one in named)


def test_a_standards_folder_is_checked(tmp_path: Path, capsys: Any) -> None:
    folder = copied(tmp_path)
    assert run(["standard", "check", str(folder)]) == 0
    assert capsys.readouterr().out == "没有写错的地方。\n"
    rules = file_of(folder, "rules.toml")
    text = rules.read_text("utf-8").replace('code = "A02"', 'code = "A01"', 1)
    rules.write_text(text, "utf-8")
    assert run(["standard", "check", str(folder)]) == 1
    line = text[: text.rindex('code = "A01"')].count("\n") + 1
    said = f"cn/rules.toml第{line}行：规则编号 A01 重复。\n写错的地方1处。\n"
    assert capsys.readouterr().out == said
    assert run(["standard", "check", str(tmp_path / "没有")]) == 2
    assert "选项" not in capsys.readouterr().out
    assert run(["standard", "look"]) == 2
    assert "现有命令：new、check" in capsys.readouterr().err
