"""Run by Pyodide at build time: Python files of /stage become byte code, the standards are parsed.

The folder ``library`` is Python's own library, ``site`` all else. What is named in ``texts`` stays beside its byte code.
"""

import ast
import marshal
import os
import sys
from importlib.util import MAGIC_NUMBER
from pathlib import Path

STAGE = Path("/stage")
WITH_DOCSTRINGS = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
DESCRIBED = "xlbudget/cli/"  # docstrings are the help
RUNS_AT = {"library": f"/lib/python{sys.version_info[0]}{sys.version_info[1]}.zip", "site": "/site"}


def byte_code(path: Path, shown: str, *, described: bool) -> bytes:
    """The byte code of a file without its time, with the place where it will stand.

    Docstrings stay where they are ``described`` to the user, assertions everywhere.
    """
    tree = ast.parse(path.read_bytes(), shown)
    if not described:
        for node in ast.walk(tree):
            if (
                isinstance(node, WITH_DOCSTRINGS)
                and ast.get_docstring(node, clean=False) is not None
            ):
                node.body[:1] = (
                    [] if node.body[1:] else [ast.copy_location(ast.Pass(), node.body[0])]
                )
    code = compile(tree, shown, "exec", dont_inherit=True, optimize=0)
    return MAGIC_NUMBER + bytes(12) + marshal.dumps(code)


def main() -> None:
    """Compile what is there and keep the parsed standards beside it."""
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
    sys.path.insert(0, str(STAGE / "site"))
    from xlbudget.standard.layers import keep_all as parse_standards  # noqa: PLC0415  # of the stage

    parse_standards()


main()
