"""The macros' sources, their Chinese texts and the ribbon, as files of the folder macros/."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import NamedTuple

from xlbudget.workbook.wrappers import function_module

__all__ = ["Button", "Macros", "load_macros"]


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
    """What the folder holds, beside the package or in the checkout, and the worksheet functions."""
    here = Path(__file__).resolve().parents[1]
    folder = next(one for one in (here / "macros", here.parents[1] / "macros") if one.is_dir())
    functions = function_module()
    data = tomllib.loads((folder / "texts.toml").read_text(encoding="utf-8"))
    modules = {one.stem: one.read_text(encoding="ascii") for one in sorted(folder.glob("*.bas"))}
    texts = {one["key"]: one["text"] for one in data["text"]}
    return Macros(
        modules | {functions.name: functions.source},
        texts | dict(functions.texts),
        tuple(Button(**one) for one in data["button"]),
        (folder / "customUI.xml").read_bytes(),
    )
