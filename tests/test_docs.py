"""The documentation is complete and current: commands, rules, links, messages, measured figures.

``UPDATE_GOLDEN=1`` writes the generated pages (docs/commands.md, docs/rules.md) anew.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from rule_pairs import Miniatures
from rule_pairs import markdown as pairs_markdown
from xlbudget.building.macros import function_helps
from xlbudget.checks.validate import validate
from xlbudget.cli.run import COMMANDS, run
from xlbudget.cli.standard_command import command as standard_group
from xlbudget.figures import BlockData
from xlbudget.findings import Level
from xlbudget.money import parse_amount
from xlbudget.standard.catalogue import catalogue_markdown
from xlbudget.standard.layers import standard_ids
from xlbudget.standard.loader import load_standard

if TYPE_CHECKING:
    from xlbudget.figures import Book
    from xlbudget.standard.model import Standard

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
CHINESE, ENGLISH = ROOT / "README.md", ROOT / "README.en.md"
PAGES = [
    CHINESE,
    ENGLISH,
    ROOT / "CHANGELOG.md",
    ROOT / "CONTRIBUTING.md",
    *sorted(DOCS.glob("*.md")),
]
GENERATED = "<!-- 本页由程序生成，请勿手工修改；更新：make golden -->\n\n"

COMMANDS_HEAD = """\
# 命令

以下是每个命令的帮助，与 `xlbudget 命令 -h` 相同。路径可以有中文和空格，有空格时整个加英文双引号。

退出状态：0 没有差错（允许有尾差），1 有差错，2 文件或参数不能用（标准错误上有一句说明）。

按 Tab 键补全命令和选项，把下面一行加入 `~/.bashrc`（zsh 用 `zsh_source` 和 `~/.zshrc`，fish 用 `fish_source`）：

    eval "$(_XLBUDGET_COMPLETE=bash_source xlbudget)"

供程序用的结果：`xlbudget validate --format json`，形状见 `xlbudget schema`；Python 里见[在 Python 里使用](api.md)。

"""
FUNCTIONS_HEAD = """\
# 函数

以下是工作簿里 `BUDGET_` 各函数的说明，与“插入函数”里的相同（先点功能区的“函数说明”登记）。安装见[按钮](buttons.md)。
参数可以是整列；空白不是零，错误和文字不会被当作数。没有 Python 时显示 `#NAME?`，Python 出错时显示 `#VALUE!`。
"""
RULES_HEAD = """\
# 规则目录

{name}（`{id}`）的全部勾稽规则，表与 `xlbudget rules --standard {id} --markdown` 的输出相同，后面每条规则有[一错一对的小例子](#一错一对)。校验结果里的编号就是这里的编号。

- 等式中 `表5[合计]项目支出` 是表 5 合计行的项目支出栏；“同名行”是与等式左边同一科目、同一名称的行。
- “据以填列”：左边的格空白时，填列小计按右边算出。“当……”：只在该情况下适用。“两边都有时”：各行都有才适用。
- “（逐项检查）”不是等式，由程序逐格、逐行检查。
- “差错”须改正；“提醒”请看一看；“提示”仅供参考。

"""
PAIRS_HEAD = """\
## 一错一对

底子是一个虚构单位（某市档案馆，2025 年）的工作簿，校验通过，没有任何差错、提醒和提示。每条规则把几格改错，校验就报出所写的这一句，
此外什么也不报；“对”是底子里的样子。“先改”的格，错的和对的都改。与上年核对的，错在上年的工作簿。
数据在 `tests/rules`，逐条由测试运行；一处不平常常牵连几条规则，校验联合判断后只报一句，规则写在它的依据里。

"""


def current(path: Path, text: str) -> None:
    """The page holds exactly ``text``; it is written first where that is asked for."""
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(text, encoding="utf-8", newline="\n")
    assert path.read_text(encoding="utf-8") == text, f"{path.name} is out of date: make golden"


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def test_commands_page_is_the_help(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    parts = []
    within = (f"standard {name}" for name in standard_group.lazy)
    for name in ("", *COMMANDS, *within):
        assert run([*name.split(), "--help"]) == 0
        body = "\n".join(line.rstrip() for line in capsys.readouterr().out.strip().splitlines())
        title = f"xlbudget {name}".strip()
        parts.append(f"## {title}\n\n```text\n{body}\n```\n")
    current(DOCS / "commands.md", GENERATED + COMMANDS_HEAD + "\n".join(parts))


def test_functions_page_is_their_help() -> None:
    lines = [FUNCTIONS_HEAD]
    for one in function_helps():
        lines.append(f"## {one.name}\n\n{one.help}\n")
        if one.arguments:
            lines.append("| 参数 | 说明 |\n|---|---|")
            lines += [f"| `{name}` | {text} |" for name, text in one.arguments.items()]
            lines.append("")
    current(DOCS / "functions.md", GENERATED + "\n".join(lines))


def test_rules_page_is_the_catalogue(miniatures: Miniatures) -> None:
    pages = [
        RULES_HEAD.format(name=standard.name, id=standard.id) + catalogue_markdown(standard)
        for standard in map(load_standard, standard_ids())
    ]
    pairs = f"{PAIRS_HEAD}{pairs_markdown(miniatures)}"
    current(DOCS / "rules.md", GENERATED + "\n".join([*pages, pairs]))


@pytest.mark.parametrize("identity", standard_ids())
def test_every_rule_is_documented(identity: str) -> None:
    page = text_of(DOCS / "rules.md")
    missing = [one.code for one in load_standard(identity).rules if f"| {one.code} |" not in page]
    assert not missing


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_documented(command: str) -> None:
    assert f"\n## xlbudget {command}\n" in text_of(DOCS / "commands.md")
    for readme in (CHINESE, ENGLISH):
        assert f"xlbudget {command}" in text_of(readme), readme.name


def test_every_make_target_is_documented() -> None:
    makefile = text_of(ROOT / "Makefile")
    targets = re.search(r"^\.PHONY: (.+)$", makefile, re.MULTILINE)
    assert targets is not None
    english = text_of(ENGLISH)
    undocumented = [one for one in targets[1].split() if f"make {one}" not in english]
    assert undocumented in ([], ["lint"])  # lint is a part of test


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_point_to_files(page: Path) -> None:
    links = re.findall(r"\]\(([^)\s]+)\)", text_of(page))
    for link in links:
        if link.startswith(("https://", "http://")):
            continue
        name, _, anchor = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        assert target.exists(), f"{page.name}: {link}"
        if anchor:
            headings = re.findall(r"^#+ (.+)$", text_of(target), re.MULTILINE)
            assert anchor in {one.strip().lower().replace(" ", "-") for one in headings}, link


def test_every_page_and_picture_is_reachable() -> None:
    every = "".join(text_of(page) for page in PAGES)
    files = [*DOCS.glob("*.md"), *(DOCS / "images").iterdir()]
    assert not [one.name for one in files if f"{one.name}" not in every]
    assert not [one.name for one in files if one.stat().st_size >= 300_000]


LOCAL = re.compile(r"(?<![\w.~:/])/(?:home|root|tmp|work|Users|opt|mnt|var)/|\b[A-Za-z]:\\")


def test_a_finding_before_and_after_stands_first(standard: Standard, example: Book) -> None:
    """Behind the page that needs nothing, both READMEs first show what the program says."""
    data = example.blocks["basic"]
    row = data.row("30229")
    assert row is not None
    rows = [
        one._replace(cells=(*one.cells[:2], parse_amount("29.84", standard.unit)))
        if one is row
        else one
        for one in data.rows
    ]
    (wrong,) = (
        one
        for one in validate(standard, example.with_blocks({"basic": BlockData.of(rows)})).findings
        if one.level is Level.ERROR
    )
    for page in (CHINESE, ENGLISH):
        first = "".join(text_of(page).split("\n## ")[:3])
        assert f"{wrong.code} {wrong.table}：{wrong.message}" in first, wrong
        assert wrong.basis[0] in first
        assert "29.48" in first.split(wrong.basis[0])[1]
        assert "通过：存在一组未取整金额，使全部勾稽关系同时成立" in first


def test_completion_is_as_documented(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("_XLBUDGET_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", "xlbudget validate --f")
    monkeypatch.setenv("COMP_CWORD", "2")
    assert run([]) == 0
    assert capsys.readouterr().out == "plain,--format\n"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_no_local_paths(page: Path) -> None:
    lines = text_of(page).splitlines()
    assert not [line for line in lines if LOCAL.search(line)]


def test_messages_of_the_readme_are_those_of_the_program() -> None:
    section = text_of(CHINESE).split("## 出了问题")[1].split("\n## ")[0]
    quoted = re.findall(r"^\| `([^`]+)` \|", section, re.MULTILINE)
    assert len(quoted) >= 15
    source = "".join(
        re.sub(r'"\s*\n\s*f?"', "", text_of(path)) for path in (ROOT / "src").rglob("*.py")
    )
    assert not [message for message in quoted if message not in source]


def test_glossary_names_exist() -> None:
    """Identifiers in the last column occur in the code or in the standards' data."""
    page = text_of(DOCS / "glossary.md")
    rows = [line for line in page.splitlines() if line.startswith("| ") and "`" in line]
    assert len(rows) >= 45
    source = "".join(
        text_of(path)
        for suffix in ("*.py", "*.toml", "*.csv")
        for path in (ROOT / "src").rglob(suffix)
    )
    names = {
        word
        for line in rows
        for quoted in re.findall(r"`([^`]+)`", line.rsplit("|", 2)[1])
        for word in re.findall(r"[A-Za-z_]+", quoted.replace("standard.toml", ""))
        if not quoted.endswith((".csv", ".toml"))
    }
    assert not sorted(name for name in names if not re.search(rf"\b{name}", source))


def test_measured_figures_of_the_readme(standard: Standard, example: Book) -> None:
    report = validate(standard, example)
    relations = sum(count for _, count in report.executed or ())
    english = text_of(ENGLISH)
    identities = sum(bool(rule.equations) for rule in standard.rules)
    compared = sum(bool(rule.compares) for rule in standard.rules)
    texts = sum(rule.texts for rule in standard.rules) - compared
    said = (
        f"slack {report.slack} 万元",
        f"over {relations:,} relations",
        f"the {len(standard.rules)} rules",
        f"{identities} rules are identities, {len(standard.rules) - identities - texts - compared} are named checks",
        f"{texts} are about the text",
        f"{compared} compare with last year's workbook",
    )
    plain = " ".join(english.split())
    assert not [one for one in said if one not in plain]


def test_every_entry_of_the_changelog_says_whom_it_concerns() -> None:
    entries = re.split(r"^- ", text_of(ROOT / "CHANGELOG.md"), flags=re.MULTILINE)[1:]
    assert entries
    assert not [one for one in entries if "适用年度：" not in one or "影响表格：" not in one]


def test_the_hooks_before_a_commit_are_those_of_lint() -> None:
    """All of them local: they run what the lock file installs and download nothing."""
    hooks = text_of(ROOT / ".pre-commit-config.yaml")
    assert re.findall(r"repo: (\S+)", hooks) == ["local"]
    lint = "".join(re.findall(r"\nlint-\w+:\n((?:\t.*\n)+)", text_of(ROOT / "Makefile")))
    commands = re.findall(r"\$\(BIN\)/([\w-]+(?: check| format)?)", lint)
    hooked = re.findall(r"entry: \.venv/bin/([\w-]+(?: check| format)?)", hooks)
    assert hooked and sorted(hooked) == sorted(commands)


WRITTEN_BY_USERS = {
    "表下说明.toml", "定稿.toml", "邮件设置.toml", "基本支出/人员经费", "ribbon.xml", "jsplugins.xml",
    "tests/expected.toml", "variants/名称/variant.toml", "variant.toml", "expected.toml",
}  # fmt: skip
"""What looks like a path in a page and is none of the repository's."""
FILLED_IN = {"NN-name": "03-expenditure", "NAME": "import"}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_places_that_a_page_names_exist(page: Path) -> None:
    """Paths from the root, from the package or from a standard, and names of files."""
    tops = ("src", "tests", "macros", "examples", "docs", "benchmarks", ".ci")
    paths = {path for top in tops for path in (ROOT / top).rglob("*")} | set(ROOT.iterdir())
    places = {f"/{path.relative_to(ROOT).as_posix()}" for path in paths}
    named = re.findall(r"`([\w./-]+/[\w./-]*|[\w-]+\.(?:py|toml|bas|xml))`", text_of(page))
    if page.name in ("CONTRIBUTING.md", "architecture.md"):
        assert len(named) > 20
    for name in set(named) - WRITTEN_BY_USERS:
        plain = name.removesuffix("/")
        for blank, example in FILLED_IN.items():
            plain = plain.replace(blank, example)
        assert any(place.endswith(f"/{plain}") for place in places), name


def test_the_rooms_of_the_house_are_those_of_the_contract() -> None:
    """Each line of the table is one layer, in the order of the import contract."""
    (layers,) = (
        contract["layers"]
        for contract in tomllib.loads(text_of(ROOT / "pyproject.toml"))["tool"]["importlinter"][
            "contracts"
        ]
        if contract["type"] == "layers"
    )
    table = text_of(DOCS / "architecture.md").split("| Room | Holds |")[1].split("\n\n")[0]
    rooms = [
        re.findall(r"`(\w+)/?`", line.split("|")[1])
        for line in table.splitlines()
        if line.startswith("| `")
    ]
    assert rooms == [[name.split(".")[1] for name in layer.split(" | ")] for layer in layers]
    alone = {path.stem for path in (ROOT / "src" / "xlbudget").glob("[a-z]*.py")}
    beside = text_of(DOCS / "architecture.md").split("Beside the layers")[1].split("\n\n")[0]
    assert alone - {one for layer in rooms for one in layer} == set(
        re.findall(r"`([a-z]+)`", beside)
    ) - {"validate"}


def test_modules_in_the_glossary_exist() -> None:
    dotted = re.findall(r"`([a-z_]+)\.(?!toml)([a-z_]+)`", text_of(DOCS / "glossary.md"))
    rooms = {path.name for path in (ROOT / "src" / "xlbudget").iterdir() if path.is_dir()}
    for room, module in dotted:
        if room in rooms:
            place = ROOT / "src" / "xlbudget" / room / module
            assert place.is_dir() or place.with_suffix(".py").is_file(), (room, module)


def test_the_list_of_findings_is_current() -> None:
    """A change of judgement is seen: ``make findings-diff`` shows it, KEEP=--keep takes it over."""
    spec = importlib.util.spec_from_file_location(
        "findings_diff", ROOT / "benchmarks" / "findings_diff.py"
    )
    assert spec is not None and spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    assert script.differences(script.lines()) == []


@pytest.mark.office
def test_the_quick_start_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every command of the English quick start, in its order, with what it takes beside it."""
    block = (
        text_of(ENGLISH).split("or, in an environment of your own")[1].split("\n\nExit status")[0]
    )
    lines = re.findall(r"^    xlbudget ([^#\n]+)", block, re.MULTILINE)
    assert {line.split()[0] for line in lines} >= {"demo", "new", "fill", "validate", "import"}
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    shutil.copy(ROOT / "tests" / "cases" / "ledger-exports" / "旧版.xls", tmp_path / "details.xls")
    monkeypatch.chdir(tmp_path)
    for line in lines:
        if line.startswith(
            "import published"
        ):  # what somebody else made: here, of the package and of nothing
            for suffix, name in ((".docx", "published.docx"), (".xlsx", "exported.xlsx")):
                (made,) = Path("out").glob(f"*{suffix}")
                shutil.copy(made, name)
            assert run(["new", "other.xlsm", "--year", "2024", "--quiet"]) == 0
        assert run(line.split()) in STATUS.get(line.split()[0], (0,)), line


STATUS = {"validate": (0, 1), "diff": (0, 1), "inspect": (0, 1)}
"""A published document has the mistakes that it has, and differs from a workbook as it does."""
