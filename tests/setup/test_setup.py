"""doctor and setup on recorded machines, and on folders of this one that stand for Windows."""

from __future__ import annotations

import re
import shutil
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import xlwings as xw
from xlwings.utils import prepare_sys_path

from xlbudget.cli.run import run
from xlbudget.errors import XlbudgetError
from xlbudget.setup.checks import GOOD, MISSING, diagnose
from xlbudget.setup.config import settings_in
from xlbudget.setup.install import set_up, trust
from xlbudget.setup.system import System, addin_path, config_path

MACHINES = tomllib.loads((Path(__file__).parent / "machines.toml").read_text("utf-8"))["machine"]
XLAM = Path(xw.__file__).parent / "addin" / "xlwings.xlam"


class Recorded(System):
    """A machine that answers from a record, and keeps what is changed. An add-in holds its version."""

    def __init__(self, record: dict[str, Any]) -> None:
        self.record = record
        addin = str(record.get("addin", self.package("xlwings"))).encode()
        self.files = {
            Path(one): addin if one.endswith(".xlam") else b"" for one in record.get("files", ())
        }
        self.files[Path("/package/xlwings.xlam")] = self.package("xlwings").encode()
        self.keys: dict[str, dict[str, object]] = {
            key.lower(): dict(values) for key, values in record.get("registry", {}).items()
        }
        if "config" in record:
            text = record["config"].replace("\n", "\r\n")
            self.files[config_path(self)] = text.encode(
                record.get("config_encoding", self.code_page)
            )

    @property
    def platform(self) -> str:
        return str(self.record["platform"])

    @property
    def python(self) -> str:
        return str(self.record.get("python", r"C:\opt\python.exe"))

    @property
    def home(self) -> Path:
        return Path(self.record.get("home", "/home/me"))

    @property
    def code_page(self) -> str:
        return str(self.record.get("code_page", "cp936"))

    def short_path(self, path: str) -> str:
        return str(self.record.get("short", ""))

    def variable(self, name: str) -> str:
        return str(self.record.get("variables", {}).get(name, ""))

    def package(self, name: str) -> str:
        return str(self.record.get("packages", {}).get(name, ""))

    def registry(self, key: str, name: str = "") -> str:
        return str(self.keys.get(key.lower(), {}).get(name, ""))

    def exists(self, path: Path) -> bool:
        return path in self.files

    def read(self, path: Path) -> bytes:
        return self.files.get(path, b"")

    def blocked(self, folder: Path) -> list[str]:
        return list(self.record.get("blocked", ()))

    def addin_version(self, path: Path) -> str:
        return self.files[path].decode()

    def addin_source(self) -> Path | None:
        return Path("/package/xlwings.xlam") if self.package("xlwings") else None

    def write(self, path: Path, content: bytes) -> None:
        self.files[path] = content

    def set_registry(self, key: str, name: str, value: str | int) -> None:
        self.keys.setdefault(key.lower(), {})[name] = value


class Windows(System):
    """Real files of this machine in the places of Windows; the interpreter of a user 王小明."""

    platform = "win32"  # a property there
    python = r"C:\Users\王小明\xlbudget\.venv\Scripts\python.exe"
    code_page = "cp936"

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def home(self) -> Path:
        return self.folder / "王小明"

    def variable(self, name: str) -> str:
        return str(self.home / "AppData") if name == "APPDATA" else ""


def machine(name: str) -> Recorded:
    (found,) = (one for one in MACHINES if one["name"] == name)
    return Recorded(found)


def states(system: System, folder: Path) -> dict[str, str]:
    return {one.what: one.state for one in diagnose(system, folder)}


@pytest.mark.parametrize("record", MACHINES, ids=[one["name"] for one in MACHINES])
def test_every_machine_is_told_what_it_lacks(record: dict[str, Any]) -> None:
    lines = diagnose(Recorded(record), Path(record.get("folder", "/srv/预算")))
    assert [one.what for one in lines if one.state == MISSING] == record["missing"]
    assert all(one.remedy for one in lines if one.state == MISSING)
    assert not any(one.remedy for one in lines if one.state == GOOD)
    text = "\n".join(
        f"［{one.state}］{one.what}：{one.found}" + (f"。办法：{one.remedy}" if one.remedy else "")
        for one in lines
    )
    for part in record["expected"]:
        assert part in text


@pytest.mark.parametrize(
    "name",
    [
        "Windows，WPS 顶替 Excel",
        "Windows，用户名是中文",
        "Windows，设置存成了 UTF-8",
        "Windows，别的 Python，组策略禁用宏",
    ],
)
def test_after_setup_the_add_in_finds_its_python(name: str) -> None:
    system = machine(name)
    list(set_up(system))
    target = addin_path(system)
    assert target is not None and system.files[target] == b"0.37.8"
    held = settings_in(system.read(config_path(system)), "cp936")
    assert held["INTERPRETER_WIN"] == system.python
    assert held["UDF MODULES"] == "xlbudget.udfs"
    assert held["ADD_WORKBOOK_TO_PYTHONPATH"].lower() == "false"
    found = states(system, Path("/work"))
    assert found["加载项"] == found["Python 路径"] == GOOD
    assert "设置" not in found
    before = dict(system.files)
    assert all("没有改动" in one for one in set_up(system)), "a second run changes nothing"
    assert system.files == before


def test_an_interpreter_that_is_named_otherwise_stays() -> None:
    system = machine("Windows，别的 Python，组策略禁用宏")
    system.record = {**system.record, "python": r"c:\python27\PYTHON.EXE"}
    list(set_up(system))
    assert rb'"INTERPRETER_WIN","%PYTHONS%\python.exe"' in system.read(config_path(system))


def test_a_path_that_no_code_page_holds_is_shortened_or_refused() -> None:
    system = machine("Windows，Python 路径里有系统字符集没有的字")
    before = dict(system.files)
    with pytest.raises(XlbudgetError, match=r"装到只有英文和数字的文件夹（如 C:\\xlbudget）"):
        list(set_up(system))
    assert config_path(system) not in system.files
    system = Recorded(system.record | {"short": r"C:\B2C3~1\python.exe"})
    list(set_up(system))
    held = settings_in(system.read(config_path(system)), "cp1252")
    assert held["INTERPRETER_WIN"] == r"C:\B2C3~1\python.exe"
    assert states(system, Path("/work"))["Python 路径"] == GOOD
    assert len(before) == 1
    system = Recorded(system.record | {"home": "/c/Users/㐂", "python": r"C:\python.exe"})
    with pytest.raises(XlbudgetError, match="换一个用户名只有常用字的账户"):
        list(set_up(system))


def test_setup_says_where_it_cannot() -> None:
    with pytest.raises(XlbudgetError, match="没有 Excel"):
        list(set_up(machine("不认识的系统")))
    with pytest.raises(
        XlbudgetError, match="macOS 上的按钮没有试过，不提供，不需要设置；请直接用命令行"
    ):
        list(set_up(machine("macOS")))
    with pytest.raises(XlbudgetError, match="pip install xlwings"):
        list(set_up(machine("Windows，没有 Excel、没有 xlwings")))
    with pytest.raises(XlbudgetError, match="只能在 Windows"):
        trust(machine("macOS"), Path("/work"))


# ------------------------------------------------------------ with real files


def test_a_chinese_user_s_settings_and_add_in_are_real_files(tmp_path: Path) -> None:
    system = Windows(tmp_path)
    said = list(set_up(system))
    version = System().package("xlwings")
    target = addin_path(system)
    assert target is not None and target.read_bytes() == XLAM.read_bytes()
    assert said[0] == f"已装加载项 {version}：{target}。"
    assert config_path(system).read_bytes() == (
        '"INTERPRETER_WIN","C:\\Users\\王小明\\xlbudget\\.venv\\Scripts\\python.exe"\r\n'
        '"ADD_WORKBOOK_TO_PYTHONPATH","false"\r\n"UDF MODULES","xlbudget.udfs"\r\n'
    ).encode("gbk")
    assert [one.name for one in config_path(system).parent.iterdir()] == ["xlwings.conf"]


def test_other_people_s_settings_stay_byte_for_byte(tmp_path: Path) -> None:
    system = Windows(tmp_path)
    path = config_path(system)
    path.parent.mkdir(parents=True)
    theirs = (
        b'"PYTHONPATH","D:\\%s"\r\n' % "我的 模块".encode("gbk"),
        b'"interpreter_win","C:\\Python27\\python.exe"\r\n',
        b"'UDF MODULES', mine  \r\n",
        b'"UDF MODULES","mine"\r\n"SHOW CONSOLE",True',
    )
    path.write_bytes(b"".join(theirs))
    said = list(set_up(system))
    ours = f'"INTERPRETER_WIN","{system.python}"\r\n'.encode("gbk")
    more = b'"ADD_WORKBOOK_TO_PYTHONPATH","false"\r\n'
    assert path.read_bytes() == b"".join((more, theirs[0], ours, *theirs[2:]))
    kept = path.with_name("xlwings.备份.conf")
    assert kept.read_bytes() == b"".join(theirs)
    assert any(str(kept) in one for one in said)
    path.write_bytes(kept.read_bytes())
    list(set_up(system))
    assert path.with_name("xlwings.备份2.conf").exists(), "no copy is overwritten"


def test_an_older_or_damaged_add_in_is_replaced(tmp_path: Path) -> None:
    system = Windows(tmp_path)
    target = addin_path(system)
    assert target is not None
    target.parent.mkdir(parents=True)
    for held in (b"", b"PK\x03\x04 damaged", older(tmp_path)):
        target.write_bytes(held)
        assert states(system, tmp_path)["加载项"] == MISSING
        (said,) = (one for one in set_up(system) if "加载项已由" in one)
        assert ("0.30.1 换成" in said) == (len(held) > 100)
        assert target.read_bytes() == XLAM.read_bytes()
        assert [one.name for one in target.parent.iterdir()] == ["xlwings.xlam"], "Excel loads all"
    assert any("加载项已在" in one for one in set_up(system))


def older(folder: Path) -> bytes:
    """The add-in with another version in its source."""
    from pyopenvba import ExcelFile  # noqa: PLC0415

    path = folder / "older.xlam"
    shutil.copy(XLAM, path)
    with ExcelFile(path) as file:
        source = re.sub(
            r'(XLWINGS_VERSION As String = )"[^"]+"', r'\1"0.30.1"', file.get_module("Main")
        )
        file.set_module("Main", source)
        file.save(allow_protected=True)
    return path.read_bytes()


@pytest.mark.parametrize("place", ["AppData/Microsoft/Excel/XLSTART", ".xlwings"])
def test_a_folder_that_takes_no_files_is_said_in_one_sentence(tmp_path: Path, place: str) -> None:
    system = Windows(tmp_path)
    system.home.mkdir()
    (system.home / place).parent.mkdir(parents=True, exist_ok=True)
    (system.home / place).write_bytes(b"a file where the folder should be")
    with pytest.raises(XlbudgetError, match=r"读写不了.*请关闭 Excel 后再试.*或用命令行") as raised:
        list(set_up(system))
    assert "-o " not in str(raised.value)
    assert str(raised.value).count("。") == 1


def test_a_folder_without_permission_is_said_in_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As Windows refuses; nobody is refused here who runs as root."""

    def refuse(*_arguments: object, **_more: object) -> None:
        raise PermissionError(13, "Permission denied", str(tmp_path))

    monkeypatch.setattr("xlbudget.xlsx.beside.tempfile.mkstemp", refuse)
    with pytest.raises(XlbudgetError, match=r"没有权限.*放开这个文件夹的权限"):
        list(set_up(Windows(tmp_path)))
    assert not list(tmp_path.rglob("*.xlam")) and not list(tmp_path.rglob("*.conf"))


def test_workbooks_that_came_by_mail_are_known(tmp_path: Path) -> None:
    for name in ("来自邮件.xlsm", "自己的.xlsm", "来自内网.xlsx"):
        (tmp_path / name).write_bytes(b"")
    mark = "[ZoneTransfer]\r\nZoneId={}\r\nHostUrl=about:internet\r\n"
    (tmp_path / "来自邮件.xlsm:Zone.Identifier").write_text(mark.format(3), "ascii")
    (tmp_path / "来自内网.xlsx:Zone.Identifier").write_text(mark.format(1), "ascii")
    assert System().blocked(tmp_path) == ["来自邮件.xlsm"]
    assert System().blocked(tmp_path / "没有") == []


def test_nothing_beside_the_workbook_is_imported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the add-in hands to Python first: our setting, the workbooks' names, other settings."""
    system = Windows(tmp_path)
    list(set_up(system))
    held = settings_in(system.read(config_path(system)), "cp936")
    (tmp_path / "xlbudget.py").write_text("raise SystemExit", "ascii")
    for book in (str(tmp_path / "预算.xlsm"), "https://bureau.sharepoint.com/x/预算.xlsm"):
        before = list(sys.path)
        monkeypatch.setattr(sys, "path", list(before))
        prepare_sys_path(f"{held['ADD_WORKBOOK_TO_PYTHONPATH']};{book};{book};;;;")
        assert str(tmp_path) not in sys.path
        monkeypatch.setattr(sys, "path", before)
    with pytest.raises(xw.XlwingsError, match="OneDrive"):
        prepare_sys_path(f"true;{book};{book};;;;")


def test_a_folder_becomes_trusted() -> None:
    system = machine("Windows，一切就绪")
    assert "/预算" in trust(system, Path("/预算"))
    (key,) = (one for one in system.keys if "trusted locations" in one)
    assert system.keys[key] == {"Path": "/预算\\", "AllowSubfolders": 1, "Description": "xlbudget"}


@pytest.mark.parametrize("folder", ["/", "/home", "/home/user"])
def test_a_drive_or_a_home_does_not(folder: str, monkeypatch: pytest.MonkeyPatch) -> None:
    system = machine("Windows，一切就绪")
    monkeypatch.setattr(type(system), "home", Path("/home/user"))
    keys = {key: dict(values) for key, values in system.keys.items()}
    with pytest.raises(XlbudgetError, match=rf"“{folder}”是整个磁盘或用户文件夹.*没有设为受信任"):
        trust(system, Path(folder))
    assert system.keys == keys
    assert "/home/user/部门预算" in trust(system, Path("/home/user/部门预算"))


def test_the_commands_speak_of_this_machine(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["doctor"]) in (0, 1)
    told = capsys.readouterr().out
    assert told.startswith("［正常］xlbudget：")
    assert "命令行" in told or "Excel" in told
