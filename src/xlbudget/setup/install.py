"""What can be set up without an administrator: the add-in, its settings, a trusted folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlbudget.errors import XlbudgetError
from xlbudget.setup.places import (
    EXCEL_KEYS,
    addin_path,
    config_path,
    interpreter_key,
    read_config,
    with_config,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from xlbudget.setup.system import System

__all__ = ["set_up", "trust"]

_UDF_MODULES = "xlbudget.udfs"
_LOCATIONS = r"HKCU\Software\Microsoft\Office\{version}\Excel\Security\Trusted Locations\Xlbudget"


def set_up(system: System) -> Iterator[str]:
    """Do what is missing; a sentence for each thing done.

    Raises:
        XlbudgetError: the platform has no Excel, xlwings is missing, or a file cannot be written.
    """
    target = addin_path(system)
    if target is None:
        raise XlbudgetError(
            f"这里是 {system.platform}，没有 Excel，不需要设置；请直接用命令行，结果相同。"
        )
    source = system.addin_source()
    if source is None:
        raise XlbudgetError("没有安装 xlwings，不能设置按钮；请先运行 pip install xlwings。")
    try:
        if system.exists(target):
            yield f"加载项已在 {target}，没有改动。"
        else:
            system.copy(source, target)
            yield f"已装加载项：{target}。"
        path = config_path(system)
        text = system.text(path)
        held = read_config(text)
        wanted = {interpreter_key(system): system.python}
        if not held.get("UDF MODULES"):
            wanted["UDF MODULES"] = _UDF_MODULES
        changed = {key: value for key, value in wanted.items() if held.get(key) != value}
        if changed:
            system.write_text(path, with_config(text, changed))
            yield f"已写设置：{path}（{'、'.join(changed)}）。"
        else:
            yield f"设置已在 {path}，没有改动。"
    except OSError as error:
        raise XlbudgetError(
            f"“{error.filename or target}”写不进去（{error.strerror or error}）；请关闭 Excel 后再试。"
        ) from error


def trust(system: System, folder: Path) -> str:
    """Let Excel trust the macros of workbooks in a folder.

    Raises:
        XlbudgetError: not Windows, no Excel known, or the registry refuses.
    """
    if system.platform != "win32":
        raise XlbudgetError("受信任位置只能在 Windows 上设置。")
    for version in EXCEL_KEYS:
        base = rf"HKCU\Software\Microsoft\Office\{version}\Excel\Options"
        if system.registry(base, "DefaultPath") or version == EXCEL_KEYS[0]:
            key = _LOCATIONS.format(version=version)
            try:
                system.set_registry(key, "Path", f"{folder}\\")
                system.set_registry(key, "AllowSubfolders", 1)
                system.set_registry(key, "Description", "xlbudget")
            except OSError as error:
                raise XlbudgetError(
                    f"受信任位置没有设置成（{error.strerror or error}）；可能由单位统一管理。"
                ) from error
            return f"Excel 已信任文件夹 {folder}（含下级文件夹）。"
    raise XlbudgetError("没有找到 Excel 的设置，受信任位置没有改动。")
