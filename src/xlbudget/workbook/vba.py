"""The only module that calls pyOpenVBA: a VBA project from its sources, without Excel."""

from __future__ import annotations

import io
import tempfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

from pyopenvba import ExcelFile  # type: ignore[import-untyped]  # has no py.typed marker
from pyopenvba.exceptions import PyOpenVBAError  # type: ignore[import-untyped]  # as above

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["module_source", "vba_project"]

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
