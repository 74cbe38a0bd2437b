"""One line for everything that the buttons need: how it is, and the remedy."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from xlbudget import __version__
from xlbudget.setup.places import (
    EXCEL_KEYS,
    addin_path,
    config_path,
    interpreter_key,
    read_config,
    same_file,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlbudget.setup.system import System

__all__ = ["GOOD", "MISSING", "UNKNOWN", "Line", "diagnose"]

GOOD, MISSING, UNKNOWN = "正常", "缺", "未知"

_SECURITY = r"HKCU\Software\{policies}Microsoft\Office\{version}\Excel\Security"
_NO_MACROS = {"4": "全部禁用，不提示", "3": "只允许有数字签名的宏"}
_RULE = "D4F940AB-401B-4EFC-AADC-AD5F3C50688A"
"""Microsoft Defender's rule that Office programs must not start other programs."""


class Line(NamedTuple):
    """What was looked at, its state, what was found, and the remedy ("" where none is needed)."""

    what: str
    state: str
    found: str
    remedy: str = ""


def diagnose(system: System, folder: Path) -> list[Line]:
    """Everything, in the order in which to mend it; ``folder``: where the workbooks are kept."""
    return [
        Line("xlbudget", GOOD, f"{__version__}，Python 在 {system.python}"),
        *_packages(system),
        *_excel(system),
        *_addin(system),
        *_config(system),
        *_macros(system),
        *_folder(system, folder),
    ]


def _packages(system: System) -> Iterator[Line]:
    found = system.package("xlwings")
    if found:
        yield Line("xlwings", GOOD, found)
    else:
        yield Line("xlwings", MISSING, "没有安装", "运行 pip install xlwings")
    if system.platform == "win32":
        found = system.package("pywin32")
        remedy = "" if found else "运行 pip install pywin32"
        yield Line("pywin32", GOOD if found else MISSING, found or "没有安装", remedy)


def _excel(system: System) -> Iterator[Line]:
    if system.platform == "darwin":
        there = system.exists(Path("/Applications/Microsoft Excel.app"))
        remedy = "" if there else "安装 Microsoft Excel；没有 Excel 时用命令行，结果相同"
        yield Line("Excel", GOOD if there else MISSING, "已安装" if there else "没有找到", remedy)
        return
    if system.platform != "win32":
        yield Line(
            "Excel",
            UNKNOWN,
            f"这里是 {system.platform}，没有 Excel",
            "按钮用不上；请用命令行，结果相同",
        )
        return
    identity = system.registry(r"HKCR\Excel.Application\CLSID")
    server = system.registry(rf"HKCR\CLSID\{identity}\LocalServer32") if identity else ""
    if not server:
        yield Line(
            "Excel", MISSING, "没有登记 Excel", "安装 Microsoft Excel；没有时用命令行，结果相同"
        )
    elif any(one in server.lower() for one in ("wps", "kingsoft", "et.exe")):
        yield Line(
            "Excel",
            MISSING,
            f"WPS 顶替了 Excel（{server}）",
            "WPS 里按钮不能用：在 WPS 的“配置工具”里取消“兼容第三方系统和软件”，或用命令行",
        )
    else:
        current = system.registry(r"HKCR\Excel.Application\CurVer").rpartition(".")[2]
        yield Line("Excel", GOOD, f"版本 {current or '不明'}（{server}）")


def _addin(system: System) -> Iterator[Line]:
    path = addin_path(system)
    if path is None:
        yield Line("加载项", UNKNOWN, "不知道这个系统的加载项放在哪里")
    elif system.exists(path):
        yield Line("加载项", GOOD, str(path))
    else:
        yield Line(
            "加载项",
            MISSING,
            f"{path} 不存在",
            "运行 xlbudget setup；反复消失时，多半是被杀毒软件删除，请把该文件加入信任",
        )


def _config(system: System) -> Iterator[Line]:
    path, key = config_path(system), interpreter_key(system)
    if addin_path(system) is None:
        return
    wanted = read_config(system.text(path)).get(key, "")
    if not wanted:
        yield Line("Python 路径", MISSING, f"{path} 里没有 {key}", "运行 xlbudget setup")
    elif not same_file(wanted, system.python, windows=system.platform == "win32"):
        yield Line(
            "Python 路径",
            MISSING,
            f"加载项用的是 {wanted}，xlbudget 装在 {system.python}",
            "运行 xlbudget setup，改为装有 xlbudget 的 Python",
        )
    else:
        yield Line("Python 路径", GOOD, wanted)


def _macros(system: System) -> Iterator[Line]:
    if system.platform != "win32":
        return
    for version in EXCEL_KEYS:
        for policies in ("Policies\\", ""):
            key = _SECURITY.format(policies=policies, version=version)
            found = system.registry(key, "VBAWarnings")
            if found in _NO_MACROS:
                who = "单位的组策略" if policies else "Excel 的信任中心"
                remedy = (
                    "请单位的信息技术部门放行，或把工作簿放进受信任位置"
                    if policies
                    else "文件 → 选项 → 信任中心 → 宏设置，改为“禁用宏并发出通知”"
                )
                yield Line("宏", MISSING, f"{who}：{_NO_MACROS[found]}", remedy)
                return
    rule = r"HKLM\SOFTWARE\Policies\Microsoft\Windows Defender\Windows Defender Exploit Guard\ASR\Rules"
    if system.registry(rule, _RULE) == "1":
        yield Line(
            "宏",
            MISSING,
            "安全策略禁止 Office 启动别的程序",
            "按钮因此不能启动 Python；请信息技术部门放行，或用命令行，结果相同",
        )
        return
    yield Line("宏", GOOD, "没有发现禁用宏的设置（打开工作簿时仍要点“启用内容”）")


def _folder(system: System, folder: Path) -> Iterator[Line]:
    for name in ("OneDriveCommercial", "OneDrive"):
        base = system.variable(name)
        if base and Path(base) in (folder, *folder.parents):
            yield Line(
                "文件夹",
                MISSING,
                f"{folder} 在 OneDrive 里",
                "Excel 会把路径换成网址：请把工作簿另存到本机的文件夹",
            )
            return
    yield Line("文件夹", GOOD, str(folder))
