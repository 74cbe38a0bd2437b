"""The macros: their sources, Chinese texts and ribbon, the VBA project, what they need on the sheets.

The only module that calls pyOpenVBA, which makes a VBA project from its sources without Excel.
"""

from __future__ import annotations

import ast
import io
import re
import tempfile
import tomllib
import zipfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

# Not from the package itself, which imports all that it can do beside.
from pyopenvba.excel import ExcelFile  # type: ignore[import-untyped]  # has no py.typed marker
from pyopenvba.exceptions import PyOpenVBAError  # type: ignore[import-untyped]  # as above

from xlbudget.building import styles
from xlbudget.building.sheet import checked
from xlbudget.xlsx.references import column_number, split_cell

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from xlbudget.building.sheet import Sheet


class Button(NamedTuple):
    """A button on a sheet: its caption, the macro it calls, and what it is for those who hear it.

    ``step``: beside which step it stands on 封面; ``table``: also on every table.
    """

    caption: str
    macro: str
    description: str
    step: str
    table: bool = False


class Macros(NamedTuple):
    """Modules by name, texts by key, buttons, and the ribbon's XML."""

    modules: dict[str, str]
    texts: dict[str, str]
    buttons: tuple[Button, ...]
    ribbon: bytes


@cache
def load_macros() -> Macros:
    """What the folder holds, and the worksheet functions."""
    folder = macro_folder()
    functions = function_module()
    data = tomllib.loads((folder / "texts.toml").read_text(encoding="utf-8"))
    # Not by a pattern: that finds nothing in a folder that cannot be read, and the workbook had no macros.
    paths = sorted(path for path in folder.iterdir() if path.suffix == ".bas")
    modules = {path.stem: path.read_text(encoding="ascii") for path in paths}
    texts = {one["key"]: one["text"] for one in data["text"]}
    return Macros(
        modules | {functions.name: functions.source},
        texts | dict(functions.texts),
        tuple(Button(**one) for one in data["button"]),
        (folder / "customUI.xml").read_bytes(),
    )


# ------------------------------------------------------------------ the project


_PROJECT = "xl/vbaProject.bin"


def vba_project(workbook: bytes, modules: Mapping[str, str]) -> bytes:
    """The project of a workbook with macros: its own code names, and ``modules`` by name.

    The same sources give the same bytes.

    Raises:
        ValueError: a source is not plain ASCII (other signs would be lost without a word), or
            what was written does not read back.
    """
    for name, source in modules.items():
        if not source.isascii():
            raise ValueError(f"The macro {name} is not plain ASCII.")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "project.xlsm"
        path.write_bytes(workbook)
        with ExcelFile(path) as file:
            project = file.add_vba_project()
            for name, source in modules.items():
                body = "\r\n".join(source.splitlines()) + "\r\n"
                project.add_module(name, body)
            file.save()
        with ExcelFile(path) as file:
            problems = file.validate()
            missing = set(modules) - set(file.module_names())
        if problems or missing:
            raise ValueError(f"The VBA project is not whole: {problems or missing}.")
        with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as parts:
            return parts.read(_PROJECT)


def module_source(path: Path, name: str) -> str:
    """The source of a module in a workbook or add-in; "" where it has none, or is no such file."""
    try:
        with ExcelFile(path) as file:
            return str(file.get_module(name)) if name in file.module_names() else ""
    except (OSError, ValueError, LookupError, PyOpenVBAError, zipfile.BadZipFile):
        return ""


# ------------------------------------------------------------------ the hidden sheet of texts, and the buttons


TEXTS = "_texts"
"""The hidden sheet, behind all others."""
_WIDTH, _HEIGHT, _GAP = 78, 24, 3


def write_texts(sheet: Sheet, macros: Macros) -> None:
    """Line 1 is for the stamp by which Python answers; then the texts by key, the title first."""
    sheet.text("A1", "stamp", styles.BODY)
    sheet.text("B1", "", styles.BODY)
    for line, (key, text) in enumerate(macros.texts.items(), 2):
        sheet.text(f"A{line}", key, styles.BODY)
        sheet.text(f"B{line}", text, styles.BODY)
    sheet.raw.very_hidden()


def put_buttons(sheet: Sheet, buttons: Iterable[Button], cell: str) -> None:
    """The buttons side by side from ``cell`` on; they are not printed."""
    letters, row = split_cell(cell)
    for place, one in enumerate(buttons):
        options = {
            "macro": one.macro,
            "caption": one.caption,
            "description": one.description,
            "width": _WIDTH,
            "height": _HEIGHT,
            "x_offset": 4 + place * (_WIDTH + _GAP),
            "y_offset": 2,
            "object_position": 3,
        }
        spot = row - 1, column_number(letters) - 1
        checked(sheet.raw.insert_button(*spot, options), cell)


# ------------------------------------------------------------------ the functions of the worksheet: their VBA side, from signatures and docstrings


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
