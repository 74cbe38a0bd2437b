"""The VBA side of the worksheet functions, generated from their signatures and docstrings.

``udfs.py`` is read as text, not imported: building needs neither frames nor xlwings. The source is
plain ASCII, a file of the folder of macros but for the functions; the Chinese help goes to the hidden
sheet, from where ``XlbDescribe`` hands it to Excel.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import NamedTuple

_MODULE, _PYTHON = "xlbFunctions", "xlbudget.udfs"
_SOURCE = Path(__file__).resolve().parents[1] / "udfs.py"
_PREFIX = "udf."
_MOST = 255
"""So many characters Excel takes for a description."""
_IN_CELLS = {"BUDGET_CHANGE": "BUDGET_INCREASE"}
"""Functions that cells call by another name, under which ``udfs`` knows them too.

Scanners of mail take whatever is called ``X_CHANGE`` for a handler that runs by itself.
"""
_ARGUMENT = re.compile(r"^ {4}(\w+): (.+)$")
_CATEGORY = re.compile(r'^_CATEGORY = "(.+)"$', re.MULTILINE)
"""The category that all functions stand in."""

_DESCRIBED = "函数说明已登记：在“插入函数”的“{category}”类别中可以看到。"
_UNDESCRIBED = "函数说明没有登记成功：请先取消工作簿保护、退出单元格编辑，再试；函数本身不受影响。"

_FUNCTION = """
Public Function {name}({parameters}) As Variant
    {name} = XlbAsk("{name}", {arguments})
End Function
"""


class FunctionHelp(NamedTuple):
    """A worksheet function: its help and that of its arguments, by name, in order."""

    name: str
    help: str
    arguments: dict[str, str]


class FunctionModule(NamedTuple):
    """A VBA module's name and source, and the texts (key, text) that it finds on the hidden sheet."""

    name: str
    source: str
    texts: tuple[tuple[str, str], ...]


def macro_folder() -> Path:
    """The folder of the macros' sources, beside the package or in the checkout."""
    here = Path(__file__).resolve().parents[1]
    return next(path for path in (here / "macros", here.parents[1] / "macros") if path.is_dir())


def function_module(path: Path = _SOURCE) -> FunctionModule:
    """The wrappers of all functions and the Sub ``XlbDescribe``; the same source gives the same text.

    Raises:
        ValueError: a function lacks help, or it is too long for Excel.
    """
    helps = function_helps(path)
    (category,) = _CATEGORY.findall(path.read_text(encoding="utf-8"))
    functions = "".join(
        _FUNCTION.format(
            name=one.name,
            parameters=", ".join(f"{name} As Variant" for name in one.arguments),
            arguments=f"Array({', '.join(one.arguments)})",
        )
        for one in helps
    )
    described = "\n".join(
        f'    XlbDescribeOne "{one.name}", Array({", ".join(map(_quoted, one.arguments))})'
        for one in helps
    )
    template = (macro_folder() / f"{_MODULE}.vba").read_text(encoding="ascii")
    source = template.format(
        python=_PYTHON, prefix=_PREFIX, functions=functions, described=described
    )
    texts = [("category", category), ("described", _DESCRIBED.format(category=category))]
    texts.append(("undescribed", _UNDESCRIBED))
    for one in helps:
        texts.append((one.name, one.help))
        texts += [(f"{one.name}.{name}", text) for name, text in one.arguments.items()]
    return FunctionModule(_MODULE, source, tuple((_PREFIX + key, text) for key, text in texts))


def function_helps(path: Path = _SOURCE) -> tuple[FunctionHelp, ...]:
    """Every function that is marked for cells (``@xw.func``) with its help, in the order of the source.

    Raises:
        ValueError: as for :func:`function_module`.
    """
    return tuple(
        _help(node)
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef)
        and any(ast.unparse(expr).startswith("xw.func") for expr in node.decorator_list)
    )


def _help(node: ast.FunctionDef) -> FunctionHelp:
    text, _, listed = (ast.get_docstring(node) or "").partition("\n\nArgs:\n")
    described = {
        match[1]: match[2] for line in listed.splitlines() if (match := _ARGUMENT.match(line))
    }
    names = [arg.arg for arg in node.args.args]
    if not text or list(described) != names:
        raise ValueError(f"{node.name} needs help for itself and for {names}.")
    for one in (text, *described.values()):
        if len(one) > _MOST or "\n" in one:
            raise ValueError(f"The help of {node.name} must be one line of {_MOST} signs: {one}")
    return FunctionHelp(_IN_CELLS.get(node.name, node.name), text, described)


def _quoted(text: str) -> str:
    return f'"{text}"'
