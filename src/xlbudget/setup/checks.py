"""One line for everything that the buttons need: how it is, and the remedy."""

from __future__ import annotations

from pathlib import Path, PureWindowsPath
from typing import TYPE_CHECKING, NamedTuple

from xlbudget import __version__
from xlbudget.errors import XlbudgetError, reason_of
from xlbudget.setup.config import expanded, settings_in, troubles_in
from xlbudget.setup.system import (
    ADD_FOLDER,
    CONFIG,
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

    from xlbudget.setup.system import System


GOOD, MISSING, UNKNOWN = "正常", "缺", "未知"

_SECURITY = r"HKCU\Software\{policies}Microsoft\Office\{version}\Excel\Security"
_NO_MACROS = {"4": "全部禁用，不提示", "3": "只允许有数字签名的宏"}
_RULE = "D4F940AB-401B-4EFC-AADC-AD5F3C50688A"
"""Microsoft Defender's rule that Office programs must not start other programs."""


_NAMED = 3
"""So many files are named."""


class Line(NamedTuple):
    """What was looked at, its state, what was found, and the remedy ("" where none is needed)."""

    what: str
    state: str
    found: str
    remedy: str = ""


def diagnose(system: System, folder: Path) -> list[Line]:
    """Everything, in the order in which to mend it; ``folder``: where the workbooks are kept."""
    own = Line("xlbudget", GOOD, f"{__version__}，Python 在 {system.python}")
    reason = no_buttons(system)
    if reason:
        return [own, Line("按钮", UNKNOWN, reason, "请用命令行，结果相同")]
    return [
        own,
        *_packages(system),
        *_excel(system),
        *_addin(system),
        *_config(system, folder),
        *_macros(system),
        *_folder(system, folder),
    ]


def _packages(system: System) -> Iterator[Line]:
    for name in ("xlwings", "pywin32"):
        found = system.package(name)
        remedy = "" if found else f"运行 pip install {name}"
        yield Line(name, GOOD if found else MISSING, found or "没有安装", remedy)


def _excel(system: System) -> Iterator[Line]:
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
        yield Line("加载项", MISSING, "没有环境变量 APPDATA", "在自己的账户里运行 xlbudget doctor")
        return
    if not system.exists(path):
        yield Line(
            "加载项",
            MISSING,
            f"{path} 不存在",
            "运行 xlbudget setup；反复消失时，多半是被杀毒软件删除，请把该文件加入信任",
        )
        return
    version, wanted = system.addin_version(path), system.package("xlwings")
    if version and version == wanted:
        yield Line("加载项", GOOD, f"{version}（{path}）")
        yield from _library(system, version)
    else:
        yield Line(
            "加载项",
            MISSING,
            f"{path} 的版本是 {version or '不明'}，xlwings 是 {wanted or '不明'}，两者必须相同",
            "关闭 Excel，运行 xlbudget setup",
        )


def _library(system: System, version: str) -> Iterator[Line]:
    """What the add-in loads for functions: from the folder of the interpreter, or the one above."""
    names = [f"xlwings{bits}-{version}.dll" for bits in (64, 32)]
    place = PureWindowsPath(system.python).parent
    folders = (place, place.parent)
    if any(system.exists(Path(str(folder / name))) for folder in folders for name in names):
        return
    yield Line(
        "函数",
        MISSING,
        f"{folders[1]} 里没有 {names[0]}，BUDGET_ 函数不能用（按钮不受影响）",
        "把 xlbudget 装在虚拟环境里（python -m venv），不要用 pip install --user",
    )


def _config(system: System, folder: Path) -> Iterator[Line]:
    path = config_path(system)
    try:
        wanted = interpreter(system)
    except XlbudgetError as error:
        found, _, remedy = str(error).rstrip("。").partition("；")
        yield Line("Python 路径", MISSING, found, remedy)
        return
    try:
        raw = system.read(path)
    except OSError as error:
        yield Line(
            "Python 路径",
            MISSING,
            f"{path} 读不了（{reason_of(error)}）",
            "请检查该文件的权限，再运行 xlbudget setup",
        )
        return
    held = settings_in(raw, system.code_page)
    yield _interpreter(expanded(held.get(INTERPRETER, ""), system.variable), wanted, path)
    troubles = troubles_in(raw, system.code_page)
    if troubles:
        yield Line("设置", MISSING, f"{path}：{'；'.join(troubles)}", "运行 xlbudget setup")
    elif raw and held.get(ADD_FOLDER, "true").lower() == "true":
        yield Line(
            "设置",
            MISSING,
            f"{path} 里的 {ADD_FOLDER} 不是 false，工作簿旁边的 Python 文件会被执行",
            "运行 xlbudget setup",
        )
    beside = folder / CONFIG
    if beside != path and system.exists(beside):
        yield Line(
            "设置",
            MISSING,
            f"文件夹里有 {beside}，加载项先用它，能换成别的 Python",
            "移走该文件；不是自己放的，先查明来历，再打开这个文件夹里的工作簿",
        )


def _interpreter(found: str, wanted: str, path: Path) -> Line:
    if not found:
        return Line("Python 路径", MISSING, f"{path} 里没有 {INTERPRETER}", "运行 xlbudget setup")
    if not same_file(found, wanted):
        return Line(
            "Python 路径",
            MISSING,
            f"加载项用的是 {found}，xlbudget 装在 {wanted}",
            "运行 xlbudget setup，改为装有 xlbudget 的 Python",
        )
    return Line("Python 路径", GOOD, found)


def _macros(system: System) -> Iterator[Line]:
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
    blocked = system.blocked(folder)
    if blocked:
        some = "、".join(blocked[:_NAMED]) + (" 等" if len(blocked) > _NAMED else "")
        yield Line(
            "文件",
            MISSING,
            f"{some}（共 {len(blocked)} 个）来自邮件或网络，Windows 禁用了其中的宏",
            "关闭工作簿，右键点文件 → 属性 → 勾选“解除锁定” → 确定，再打开",
        )
    for name in ("OneDriveCommercial", "OneDrive"):
        base = system.variable(name)
        if base and Path(base) in (folder, *folder.parents):
            yield Line(
                "文件夹",
                MISSING,
                f"{folder} 在 OneDrive 里",
                "Excel 会把路径换成网址，打包、结转下年找不到放的地方：请把工作簿另存到本机的文件夹",
            )
            return
    yield Line("文件夹", GOOD, str(folder))
