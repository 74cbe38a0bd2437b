"""What is imported on the way to ``validate``, and the shape that every module has."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[1] / "src" / "xlbudget"
MODULES = sorted(SOURCE.rglob("*.py"))
HEAVY = {
    "click",
    "highspy",
    "jinja2",
    "openpyxl",
    "pandas",
    "pydantic",
    "rich",
    "scipy",
    "xlrd",
    "xlsxwriter",
    "xlwings",
}


def _used() -> dict[str, set[str]]:
    """Module -> the names that other modules import from it."""
    found: dict[str, set[str]] = {}
    for module in MODULES:
        for node in ast.walk(ast.parse(module.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module:
                found.setdefault(node.module, set()).update(one.name for one in node.names)
    return found


USED = _used()


def imported(*arguments: object) -> set[str]:
    """The packages that a command imports."""
    ran = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "xlbudget", *map(str, arguments)],
        capture_output=True,
        check=True,
        text=True,
        encoding="utf-8",
    )
    lines = [line for line in ran.stderr.splitlines() if line.startswith("import time:")]
    names = {line.rpartition("|")[2].strip() for line in lines}
    assert "xlbudget.checks.validate" in names or arguments[0] != "validate"
    return {name.partition(".")[0] for name in names}


@pytest.mark.parametrize("options", [[], ["--quiet"], ["--format", "json"]])
def test_validate_imports_nothing_heavy(example_file: Path, options: list[str]) -> None:
    assert imported("validate", example_file, *options) & HEAVY == set()


def test_a_page_of_validate_imports_only_templates(example_file: Path) -> None:
    assert imported("validate", example_file, "--format", "html") & HEAVY == {"jinja2"}


def test_the_overview_imports_only_click() -> None:
    assert imported("--help") & HEAVY == {"click"}


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_every_module(module: Path) -> None:
    text = module.read_text("utf-8")
    tree = ast.parse(text)
    assert ast.get_docstring(tree), "a module says what it is for"
    assert isinstance(tree.body[0], ast.Expr), "the docstring comes first"
    if module.name == "__init__.py" and len(tree.body) == 1:
        return
    listed = [
        ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign)
        and [ast.unparse(one) for one in node.targets] == ["__all__"]
    ]
    assert len(listed) == 1, "__all__ is given once"
    (names,) = listed
    assert names == sorted(names, key=_order), "__all__ is sorted"
    defined = {name for node in tree.body for name in _defined(node)}
    relative = ".".join(module.relative_to(SOURCE).with_suffix("").parts)
    used = USED.get(f"xlbudget.{relative}", set())
    assert used & defined <= set(names), "what other modules import is listed"
    taken = {
        one.asname or one.name
        for node in tree.body
        if isinstance(node, ast.ImportFrom)
        for one in node.names
    }
    assert set(names) <= defined | taken, "all that is listed exists"


def _order(name: str) -> tuple[int, str]:
    """Constants, then classes, then functions, as ruff sorts them."""
    return (0 if name.isupper() else 1 if name[0].isupper() else 2, name)


def _defined(node: ast.stmt) -> list[str]:
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return [node.name]
    targets: list[ast.expr] = []
    if isinstance(node, ast.Assign):
        targets = node.targets
    elif isinstance(node, ast.AnnAssign):
        targets = [node.target]
    names = [name for target in targets for name in ast.walk(target)]
    return [one.id for one in names if isinstance(one, ast.Name) and one.id != "__all__"]
