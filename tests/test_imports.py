"""What is imported on the way to ``validate``, and the shape that every module has."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[1] / "src" / "xlbudget"
MODULES = sorted(SOURCE.rglob("*.py"))
PLATFORM = {"uno", "com", "pythoncom", "win32com", "pywintypes"}
"""What only some machines have and no registry gives; code asks for it and does without."""
VIA = {"fsspec": "dask", "markupsafe": "jinja2", "pdfminer-six": "pdfplumber"}
"""What a dependency is made of and gives to whoever uses it."""
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
SLOW = {
    "argparse",
    "ast",
    "dataclasses",
    "hashlib",
    "inspect",
    "logging",
    "shutil",
    "subprocess",
    "tempfile",
    "tokenize",
    "tomllib",
    "xml",
    "zipfile",
}
"""Of the standard library: each takes a twentieth of what reading the workbook takes, or more."""


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
    assert imported("validate", example_file, *options) & (HEAVY | SLOW) == set()


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
    listed = [
        ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign)
        and [ast.unparse(one) for one in node.targets] == ["__all__"]
    ]
    assert len(listed) <= 1, "__all__ is given once, where a package has a face"


def test_what_is_imported_is_declared_and_what_is_declared_is_imported() -> None:
    """The packages that the code imports are those that it depends on at run time."""
    project = tomllib.loads((SOURCE.parents[1] / "pyproject.toml").read_text("utf-8"))["project"]
    optional = [one for group in project["optional-dependencies"].values() for one in group]
    modules = packages_distributions()
    imports: dict[str, str] = {}
    for module in MODULES:
        for node in ast.walk(ast.parse(module.read_text("utf-8"))):
            names = (
                [one.name for one in node.names]
                if isinstance(node, ast.Import)
                else [node.module or ""] if isinstance(node, ast.ImportFrom) and not node.level else []
            )  # fmt: skip
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "import_module":
                names = [str(one.value) for one in node.args if isinstance(one, ast.Constant)]
            imports |= {name.partition(".")[0]: module.name for name in names}
    taken = {
        VIA.get(one, one)
        for name in imports
        if name not in sys.stdlib_module_names and name not in ("xlbudget", *PLATFORM)
        for one in [_distribution(modules[name][0])]
    }
    declared = {
        _distribution(re.split(r"[<>=!~;\[ ]", one, maxsplit=1)[0])
        for one in (*project["dependencies"], *optional)
    }
    assert taken == declared


def _distribution(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
