"""The macros: their sources, Chinese texts and ribbon, the VBA project, what they need on the sheets.

The only module that calls pyOpenVBA, which makes a VBA project from its sources without Excel.
"""

from __future__ import annotations

import io
import tempfile
import tomllib
import zipfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from pyopenvba import ExcelFile  # type: ignore[import-untyped]  # has no py.typed marker
from pyopenvba.exceptions import PyOpenVBAError  # type: ignore[import-untyped]  # as above

from xlbudget.building import styles
from xlbudget.building.function_macros import function_module, macro_folder
from xlbudget.building.sheet import checked
from xlbudget.xlsx.references import column_number, split_cell

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from xlbudget.building.sheet import Sheet


class Button(NamedTuple):
    """A button on a sheet: its caption, the macro it calls, and what it is for those who hear it.

    ``cover``: it stands on 封面 alone, not on every table.
    """

    caption: str
    macro: str
    description: str
    cover: bool = False


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
    modules = {path.stem: path.read_text(encoding="ascii") for path in sorted(folder.glob("*.bas"))}
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
