"""What can be set up without an administrator: the add-in, its settings, a trusted folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlbudget.errors import XlbudgetError, reason_of
from xlbudget.setup.config import changed, expanded, settings_in
from xlbudget.setup.system import (
    ADD_FOLDER,
    EXCEL_KEYS,
    INTERPRETER,
    addin_path,
    config_path,
    interpreter,
    no_buttons,
    same_file,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from xlbudget.setup.system import System


_UDF_MODULES = "UDF MODULES"
_LOCATIONS = r"HKCU\Software\Microsoft\Office\{version}\Excel\Security\Trusted Locations\Xlbudget"
_MOST_KEPT = 100


def set_up(system: System) -> Iterator[str]:
    """Do what is missing; a sentence for each thing done.

    Raises:
        XlbudgetError: the platform has no buttons, xlwings is missing, a file cannot be read or
            written, or a path has signs that the add-in cannot read.
    """
    reason = no_buttons(system)
    if reason:
        raise XlbudgetError(f"{reason}，不需要设置；请直接用命令行，结果相同。")
    target, source = addin_path(system), system.addin_source()
    if target is None:
        raise XlbudgetError("没有环境变量 APPDATA，不知道加载项放在哪里；请在自己的账户里运行。")
    if source is None:
        raise XlbudgetError("没有安装 xlwings，不能设置按钮；请先运行 pip install xlwings。")
    try:
        yield _install(system, source, target)
        yield from _configure(system)
    except OSError as error:
        raise XlbudgetError(
            f"“{error.filename or target}”读写不了（{reason_of(error)}）；请关闭 Excel 后再试，"
            "仍不行的，请信息技术部门放开这个文件夹的权限，或用命令行，结果相同。"
        ) from error


def _install(system: System, source: Path, target: Path) -> str:
    """The add-in of the installed xlwings: its program library is asked for by the exact version."""
    there, wanted = system.exists(target), system.addin_version(source)
    version = system.addin_version(target) if there else ""
    if there and version == wanted:
        return f"加载项已在 {target}，没有改动。"
    # No copy is kept of an older one: Excel loads whatever lies in that folder.
    system.write(target, system.read(source))
    if there:
        return f"加载项已由 {version or '不明版本'} 换成 {wanted}：{target}。"
    return f"已装加载项 {wanted}：{target}。"


def _configure(system: System) -> Iterator[str]:
    path, code_page = config_path(system), system.code_page
    raw = system.read(path)
    held = settings_in(raw, code_page)
    python = interpreter(system)
    wanted = {INTERPRETER: python, ADD_FOLDER: "false"}
    if same_file(expanded(held.get(INTERPRETER, ""), system.variable), python):
        del wanted[INTERPRETER]
    if not held.get(_UDF_MODULES):
        wanted[_UDF_MODULES] = "xlbudget.udfs"
    new = changed(raw, wanted, code_page)
    read_back = settings_in(new.raw, code_page)
    for key, value in wanted.items():
        if expanded(read_back.get(key, ""), system.variable) != value:
            raise XlbudgetError(
                f"“{path}”写入 {key} 后加载项读不回“{value}”，没有改动；请把该文件改名，再运行一次。"
            )
    if new.raw == raw:
        yield f"设置已在 {path}，没有改动。"
    else:
        if raw:
            yield f"原来的设置另存为 {_keep(system, path, raw)}。"
        system.write(path, new.raw)
        keys = [key for key, value in wanted.items() if held.get(key) != value]
        yield f"已写设置：{path}（{'、'.join(keys or ['编码'])}）。"
    if held.get(ADD_FOLDER, "").lower() == "true":
        yield (
            f"{ADD_FOLDER} 原为 true，已改为 false，工作簿旁边的 Python 文件不再被执行；"
            f"别的 xlwings 工作簿要用时，在那个工作簿里建 xlwings.conf 工作表单独设置。"
        )
    for clause in new.said:
        yield f"{path}：{clause}。"


def _keep(system: System, path: Path, raw: bytes) -> Path:
    """Keep the old settings beside the new, in place of no other file."""
    for number in range(1, _MOST_KEPT):
        kept = path.with_name(f"{path.stem}.备份{number if number > 1 else ''}{path.suffix}")
        if not system.exists(kept):
            system.write(kept, raw)
            return kept
    raise XlbudgetError(f"“{path.parent}”里的备份太多，没有改动；请先移走一些。")


def trust(system: System, folder: Path) -> str:
    """Let Excel trust the macros of workbooks in a folder.

    Raises:
        XlbudgetError: not Windows, no Excel known, the registry refuses, or the folder holds too much:
            a whole drive, or the home of a user, where downloads and attachments lie.
    """
    if system.platform != "win32":
        raise XlbudgetError("受信任位置只能在 Windows 上设置。")
    home = system.home
    if folder in (folder.parent, home, *home.parents):
        raise XlbudgetError(
            f"“{folder}”是整个磁盘或用户文件夹，下载的、邮件收到的文件也在其中，没有设为受信任；"
            "请建一个只放部门预算工作簿的文件夹，用 --trust 指明它。"
        )
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
                    f"受信任位置没有设置成（{reason_of(error)}）；可能由单位统一管理。"
                ) from error
            return f"Excel 已信任文件夹 {folder}（含下级文件夹）。"
    raise XlbudgetError("没有找到 Excel 的设置，受信任位置没有改动。")
