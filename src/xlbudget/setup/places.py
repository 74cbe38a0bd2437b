"""Where Excel and its add-in keep things, and by what path the add-in reaches our Python."""

from __future__ import annotations

from pathlib import Path, PureWindowsPath
from typing import TYPE_CHECKING

from xlbudget.errors import XlbudgetError
from xlbudget.setup.config import can_hold

if TYPE_CHECKING:
    from xlbudget.setup.system import System

__all__ = [
    "ADDIN",
    "ADD_FOLDER",
    "CONFIG",
    "EXCEL_KEYS",
    "INTERPRETER",
    "addin_path",
    "config_path",
    "interpreter",
    "no_buttons",
    "same_file",
]

ADDIN, CONFIG = "xlwings.xlam", "xlwings.conf"
INTERPRETER = "INTERPRETER_WIN"
ADD_FOLDER = "ADD_WORKBOOK_TO_PYTHONPATH"
"""Whether modules beside the workbook are imported, before all others; the add-in's default is yes."""
EXCEL_KEYS = ("16.0", "15.0", "14.0")
"""Versions of Office as the registry numbers them: 2016 to 365, 2013, 2010."""


def no_buttons(system: System) -> str:
    """Why there are no buttons on this system; "" on Windows, where there are."""
    if system.platform == "win32":
        return ""
    if system.platform == "darwin":
        return "macOS 上的按钮没有试过，不提供"
    return f"这里是 {system.platform}，没有 Excel"


def addin_path(system: System) -> Path | None:
    """Where Excel loads add-ins from for this user; None where that is not known."""
    base = system.variable("APPDATA") if not no_buttons(system) else ""
    return Path(base) / "Microsoft" / "Excel" / "XLSTART" / ADDIN if base else None


def config_path(system: System) -> Path:
    """The add-in's settings for this user."""
    return system.home / ".xlwings" / CONFIG


def interpreter(system: System) -> str:
    """The interpreter's path in signs that the add-in can read: where need be the short (8.3) one.

    Raises:
        XlbudgetError: the code page has no signs for either, or for the folder of the settings.
    """
    if not can_hold(str(config_path(system)), system.code_page):
        raise XlbudgetError(
            f"用户文件夹“{system.home}”里有系统字符集（{system.code_page}）没有的字，加载项读不到设置，"
            "按钮用不上；请用命令行，结果相同，或换一个用户名只有常用字的账户。"
        )
    for path in (system.python, system.short_path(system.python)):
        if path and can_hold(path, system.code_page):
            return path
    raise XlbudgetError(
        f"Python 的路径“{system.python}”里有系统字符集（{system.code_page}）没有的字，加载项读不了；"
        r"请把 xlbudget 装到只有英文和数字的文件夹（如 C:\xlbudget），再运行 xlbudget setup。"
    )


def same_file(one: str, other: str) -> bool:
    """Whether two paths of Windows mean the same file, as far as their text tells."""
    return PureWindowsPath(one) == PureWindowsPath(other)
