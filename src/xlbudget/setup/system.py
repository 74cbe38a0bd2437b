"""The machine in small questions, so that everything above can be tried with recorded answers."""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

__all__ = ["System"]


class System:
    """The machine that we run on; tests answer from records instead."""

    @property
    def platform(self) -> str:
        """As ``sys.platform`` has it: win32, darwin, linux."""
        return sys.platform

    @property
    def python(self) -> str:
        """The path of the interpreter."""
        return sys.executable

    @property
    def home(self) -> Path:
        """The user's home folder."""
        return Path.home()

    def variable(self, name: str) -> str:
        """An environment variable; "" where it is not set."""
        return os.environ.get(name, "")

    def package(self, name: str) -> str:
        """The version of an installed package; "" where it is missing."""
        try:
            return version(name)
        except PackageNotFoundError:
            return ""

    def registry(self, key: str, name: str = "") -> str:
        r"""A value of the Windows registry (a key like ``HKCU\Software``); "" where there is none."""
        if sys.platform != "win32":
            return ""
        import winreg  # noqa: PLC0415  # there is none elsewhere

        root, _, rest = key.partition("\\")
        try:
            with winreg.OpenKey(_root(root), rest) as opened:
                return str(winreg.QueryValueEx(opened, name)[0])
        except OSError:
            return ""

    def exists(self, path: Path) -> bool:
        """Whether a file or folder is there."""
        return path.exists()

    def text(self, path: Path) -> str:
        """A text file; "" where it cannot be read."""
        try:
            return path.read_text(encoding="utf-8")
        except (OSError, UnicodeError):
            return ""

    def addin_source(self) -> Path | None:
        """The add-in as the xlwings package brings it."""
        found = importlib.util.find_spec("xlwings")
        if found is None or found.origin is None:
            return None
        path = Path(found.origin).parent / "addin" / "xlwings.xlam"
        return path if path.exists() else None

    def write_text(self, path: Path, text: str) -> None:
        """Write a text file whole; folders are made."""
        from xlbudget.workbook.atomic import replace_text  # noqa: PLC0415  # rarely needed

        path.parent.mkdir(parents=True, exist_ok=True)
        replace_text(path, text)

    def copy(self, source: Path, target: Path) -> None:
        """Copy a file; folders are made."""
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)

    def set_registry(self, key: str, name: str, value: str | int) -> None:
        """Set a value below HKCU, which needs no administrator."""
        if sys.platform != "win32":
            raise OSError(key)
        import winreg  # noqa: PLC0415  # there is none elsewhere

        root, _, rest = key.partition("\\")
        kind = winreg.REG_DWORD if isinstance(value, int) else winreg.REG_SZ
        with winreg.CreateKey(_root(root), rest) as opened:
            winreg.SetValueEx(opened, name, 0, kind, value)


def _root(name: str) -> int:
    import winreg  # noqa: PLC0415  # there is none elsewhere

    roots = {"HKCU": "HKEY_CURRENT_USER", "HKLM": "HKEY_LOCAL_MACHINE", "HKCR": "HKEY_CLASSES_ROOT"}
    return int(getattr(winreg, roots[name]))
