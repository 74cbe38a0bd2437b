"""Where Excel and its add-in keep things, by platform."""

from __future__ import annotations

import csv
import io
from pathlib import Path, PureWindowsPath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xlbudget.setup.system import System

__all__ = [
    "ADDIN",
    "EXCEL_KEYS",
    "addin_path",
    "config_path",
    "interpreter_key",
    "read_config",
    "same_file",
    "with_config",
]

ADDIN = "xlwings.xlam"
EXCEL_KEYS = ("16.0", "15.0", "14.0")
"""Versions of Office as the registry numbers them: 2016 to 365, 2013, 2010."""


def addin_path(system: System) -> Path | None:
    """Where Excel loads add-ins from for this user; None where that is not known."""
    if system.platform == "win32":
        base = system.variable("APPDATA")
        return Path(base) / "Microsoft" / "Excel" / "XLSTART" / ADDIN if base else None
    if system.platform == "darwin":
        group = system.home / "Library/Group Containers/UBF8T346G9.Office/User Content.localized"
        return group / "Startup.localized" / "Excel" / ADDIN
    return None


def config_path(system: System) -> Path:
    """The add-in's settings for this user."""
    if system.platform == "darwin":
        return system.home / "Library/Containers/com.microsoft.Excel/Data/xlwings.conf"
    return system.home / ".xlwings" / "xlwings.conf"


def interpreter_key(system: System) -> str:
    """The setting that names the interpreter."""
    return "INTERPRETER_MAC" if system.platform == "darwin" else "INTERPRETER_WIN"


def read_config(text: str) -> dict[str, str]:
    """The settings of a file: lines of ``"KEY","value"``."""
    rows = csv.reader(io.StringIO(text))
    return {row[0].strip().upper(): row[1] for row in rows if len(row) > 1 and row[0].strip()}


def with_config(text: str, settings: Mapping[str, str]) -> str:
    """The file with some settings changed or added; every other line as it is."""
    left = dict(settings)
    lines = []
    for line in text.splitlines():
        key = next(iter(read_config(line)), "")
        lines.append(_line(key, left.pop(key)) if key in left else line)
    lines += [_line(key, value) for key, value in left.items()]
    return "\n".join(lines) + "\n"


def _line(key: str, value: str) -> str:
    quoted = value.replace('"', '""')
    return f'"{key}","{quoted}"'


def same_file(one: str, other: str, *, windows: bool) -> bool:
    """Whether two paths mean the same file, as far as their text tells."""
    if windows:
        return PureWindowsPath(one) == PureWindowsPath(other)
    return Path(one) == Path(other)
