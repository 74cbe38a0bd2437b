"""Run by Pyodide at build time: Python files of /stage become byte code, standards are parsed, templates compiled.

The folder ``library`` is Python's own library, ``site`` all else. What is named in ``texts`` stays beside its byte code.
"""

from __future__ import annotations

import ast
import marshal
import os
import sys
from importlib.util import MAGIC_NUMBER
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

STAGE = Path("/stage")
WITH_DOCSTRINGS = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
DESCRIBED = "xlbudget/cli/"  # docstrings are the help
RUNS_AT = {"library": f"/lib/python{sys.version_info[0]}{sys.version_info[1]}.zip", "site": "/site"}


def byte_code(path: Path, shown: str, *, described: bool) -> bytes:
    """The byte code of a file without its time, with the place where it will stand.

    Docstrings stay where they are ``described`` to the user, assertions everywhere but in Python's own library,
    which Python compiles without either by itself, and faster.
    """
    tree: ast.Module | bytes = path.read_bytes()
    optimize = 2
    if not shown.startswith(RUNS_AT["library"]):
        optimize = 0
        tree = ast.parse(tree, shown)
        forget(tree, described=described)
    code = compile(tree, shown, "exec", dont_inherit=True, optimize=optimize)
    return MAGIC_NUMBER + bytes(12) + marshal.dumps(code)


def forget(tree: ast.Module, *, described: bool) -> None:
    """Take away types of named tuples' fields, and docstrings where they are not ``described`` to the user."""
    typed = False
    for node in statements(tree):
        if isinstance(node, ast.ClassDef) and any(
            isinstance(base, ast.Name) and base.id == "NamedTuple" for base in node.bases
        ):
            forget_field_types(node)
            typed = True
        if described or not isinstance(node, WITH_DOCSTRINGS):
            continue
        if ast.get_docstring(node, clean=False) is not None:
            node.body[:1] = [] if node.body[1:] else [ast.copy_location(ast.Pass(), node.body[0])]
    if typed:
        ast.fix_missing_locations(tree)


def statements(tree: ast.Module) -> Iterator[ast.AST]:
    """The module and its statements at any depth; expressions, in which no class stands, are not gone through."""
    left: list[ast.AST] = [tree]
    while left:
        node = left.pop()
        yield node
        for name in ("body", "orelse", "finalbody", "handlers", "cases"):
            left += getattr(node, name, ())


def forget_field_types(node: ast.ClassDef) -> None:
    """Fields of a named tuple get no types: nothing asks for them, and Python compiles each at every start.

    To note a thousand types took a third of the time in which the page gets ready.
    """
    fields = [one for one in node.body if isinstance(one, ast.AnnAssign)]
    names = [ast.unparse(one.target) for one in fields]
    types = ast.parse(f"__annotations__ = {dict.fromkeys(names)}").body
    defaults: list[ast.stmt] = [
        ast.Assign([one.target], one.value) for one in fields if one.value is not None
    ]
    others = [one for one in node.body if not isinstance(one, ast.AnnAssign)]
    described = others[: int(ast.get_docstring(node, clean=False) is not None)]
    node.body = [*described, *types, *defaults, *others[len(described) :]]


def main() -> None:
    """Compile what is there, and keep the parsed standards and the compiled templates beside it."""
    kept = set((STAGE / "texts").read_text("utf-8").split())
    for room, place in RUNS_AT.items():
        for folder, below, names in os.walk(STAGE / room):
            below.sort()
            for name in sorted(names):
                path = Path(folder, name)
                if path.suffix != ".py":
                    continue
                inside = path.relative_to(STAGE / room).as_posix()
                path.with_suffix(".pyc").write_bytes(
                    byte_code(path, f"{place}/{inside}", described=inside.startswith(DESCRIBED))
                )
                if inside not in kept:
                    path.unlink()
    sys.path.insert(0, RUNS_AT["site"])
    # Ours, as they are on the stage.
    from xlbudget.standard.layers import keep_all as parse_standards  # noqa: PLC0415
    from xlbudget.templates import keep_compiled  # noqa: PLC0415

    parse_standards()
    keep_compiled(Path(RUNS_AT["site"], "xlbudget"))


main()
