"""The machine in small questions, so that everything above can be tried with recorded answers.

Also where Excel and its add-in keep things, and by what path the add-in reaches our Python.
"""

from __future__ import annotations

import ctypes
import errno
import importlib.util
import os
import re
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path, PureWindowsPath

from xlbudget.errors import UnusableFileError, XlbudgetError
from xlbudget.setup.config import can_hold

_UTF8 = 65001
_LONGEST_PATH = 32_768
_VERSION = re.compile(r'XLWINGS_VERSION As String = "([^"]+)"')
_ELSEWHERE = re.compile(rb"ZoneId=[34]")
"""The zones internet and restricted, in the stream that Windows keeps beside a file."""


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

    @property
    def code_page(self) -> str:
        """The ANSI code page as a codec's name, whatever mode Python runs in; elsewhere UTF-8."""
        if sys.platform != "win32":
            return "utf-8"
        number = ctypes.windll.kernel32.GetACP()
        return "utf-8" if number == _UTF8 else f"cp{number}"

    def short_path(self, path: str) -> str:
        """The short (8.3) path of a file; "" where there is none."""
        if sys.platform != "win32":
            return ""
        room = ctypes.create_unicode_buffer(_LONGEST_PATH)
        length = ctypes.windll.kernel32.GetShortPathNameW(path, room, _LONGEST_PATH)
        return room.value if 0 < length < _LONGEST_PATH else ""

    def read(self, path: Path) -> bytes:
        """A file's bytes; none where there is no file.

        Raises:
            OSError: it is there and cannot be read.
        """
        try:
            return path.read_bytes()
        except FileNotFoundError:
            return b""

    def blocked(self, folder: Path) -> list[str]:
        """The workbooks in a folder that Windows has marked as come from elsewhere, by name."""
        paths = sorted(folder.glob("*.xls[mx]")) if folder.is_dir() else []
        return [path.name for path in paths if _marked(path)]

    def addin_version(self, path: Path) -> str:
        """The version that an add-in was made for; "" where none can be read in it."""
        from xlbudget.building.macros import module_source  # noqa: PLC0415  # rarely needed

        match = _VERSION.search(module_source(path, "Main"))
        return match[1] if match else ""

    def addin_source(self) -> Path | None:
        """The add-in as the xlwings package brings it."""
        found = importlib.util.find_spec("xlwings")
        if found is None or found.origin is None:
            return None
        path = Path(found.origin).parent / "addin" / "xlwings.xlam"
        return path if path.exists() else None

    def write(self, path: Path, content: bytes) -> None:
        """Write a file whole or not at all; folders are made.

        Raises:
            OSError: it cannot be written.
        """
        from xlbudget.xlsx.atomic import replace_atomically  # noqa: PLC0415  # rarely needed

        def fill(new: Path) -> None:
            new.write_bytes(content)

        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            replace_atomically(path, fill, backup=False)
        except UnusableFileError as error:
            # Its sentence speaks of workbooks and of -o; the caller knows what this file is for.
            reason = error.__cause__
            if isinstance(reason, OSError):
                raise OSError(reason.errno, reason.strerror, str(path)) from None
            raise PermissionError(errno.EACCES, "只读文件", str(path)) from None

    def set_registry(self, key: str, name: str, value: str | int) -> None:
        """Set a value below HKCU, which needs no administrator."""
        if sys.platform != "win32":
            raise OSError(key)
        import winreg  # noqa: PLC0415  # there is none elsewhere

        root, _, rest = key.partition("\\")
        kind = winreg.REG_DWORD if isinstance(value, int) else winreg.REG_SZ
        with winreg.CreateKey(_root(root), rest) as opened:
            winreg.SetValueEx(opened, name, 0, kind, value)


def _marked(path: Path) -> bool:
    try:
        return bool(_ELSEWHERE.search(Path(f"{path}:Zone.Identifier").read_bytes()))
    except OSError:
        return False


def _root(name: str) -> int:
    import winreg  # noqa: PLC0415  # there is none elsewhere

    roots = {"HKCU": "HKEY_CURRENT_USER", "HKLM": "HKEY_LOCAL_MACHINE", "HKCR": "HKEY_CLASSES_ROOT"}
    return int(getattr(winreg, roots[name]))


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
