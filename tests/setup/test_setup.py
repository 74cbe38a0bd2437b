"""doctor and setup on recorded machines."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from xlbudget.cli.run import run
from xlbudget.errors import XlbudgetError
from xlbudget.setup.checks import GOOD, MISSING, diagnose
from xlbudget.setup.install import set_up, trust
from xlbudget.setup.places import addin_path, config_path, read_config
from xlbudget.setup.system import System

MACHINES = tomllib.loads((Path(__file__).parent / "machines.toml").read_text("utf-8"))["machine"]


class Recorded(System):
    """A machine that answers from a record, and keeps what is changed."""

    def __init__(self, record: dict[str, Any]) -> None:
        self.record = record
        self.files = {Path(one): "" for one in record.get("files", ())}
        self.keys: dict[str, dict[str, object]] = {
            key.lower(): dict(values) for key, values in record.get("registry", {}).items()
        }
        if "config" in record:
            self.files[config_path(self)] = record["config"]

    @property
    def platform(self) -> str:
        return str(self.record["platform"])

    @property
    def python(self) -> str:
        return str(self.record.get("python", "/opt/python"))

    @property
    def home(self) -> Path:
        return Path(self.record.get("home", "/home/me"))

    def variable(self, name: str) -> str:
        return str(self.record.get("variables", {}).get(name, ""))

    def package(self, name: str) -> str:
        return str(self.record.get("packages", {}).get(name, ""))

    def registry(self, key: str, name: str = "") -> str:
        return str(self.keys.get(key.lower(), {}).get(name, ""))

    def exists(self, path: Path) -> bool:
        return path in self.files

    def text(self, path: Path) -> str:
        return self.files.get(path, "")

    def addin_source(self) -> Path | None:
        return Path("/package/xlwings.xlam") if self.package("xlwings") else None

    def write_text(self, path: Path, text: str) -> None:
        self.files[path] = text

    def copy(self, source: Path, target: Path) -> None:
        self.files[target] = f"copy of {source}"

    def set_registry(self, key: str, name: str, value: str | int) -> None:
        self.keys.setdefault(key.lower(), {})[name] = value


def machine(name: str) -> Recorded:
    (found,) = (one for one in MACHINES if one["name"] == name)
    return Recorded(found)


def said(system: System, folder: Path) -> str:
    return "\n".join(
        f"［{one.state}］{one.what}：{one.found}" + (f"。办法：{one.remedy}" if one.remedy else "")
        for one in diagnose(system, folder)
    )


@pytest.mark.parametrize("record", MACHINES, ids=[one["name"] for one in MACHINES])
def test_every_machine_is_told_what_it_lacks(record: dict[str, Any]) -> None:
    system = Recorded(record)
    folder = Path(record.get("folder", "/srv/预算"))
    lines = diagnose(system, folder)
    assert [one.what for one in lines if one.state == MISSING] == record["missing"]
    assert all(one.remedy for one in lines if one.state == MISSING)
    assert not any(one.remedy for one in lines if one.state == GOOD)
    text = said(system, folder)
    for part in record["expected"]:
        assert part in text


@pytest.mark.parametrize("name", ["Windows，WPS 顶替 Excel", "macOS，一切就绪"])
def test_after_setup_the_add_in_finds_its_python(name: str) -> None:
    system = machine(name)
    list(set_up(system))
    target = addin_path(system)
    assert target is not None and system.exists(target)
    held = read_config(system.text(config_path(system)))
    assert system.python in held.values()
    assert held["UDF MODULES"] == "xlbudget.udfs"
    states = {one.what: one.state for one in diagnose(system, Path("/work"))}
    assert states["加载项"] == states["Python 路径"] == GOOD
    before = dict(system.files)
    assert all("没有改动" in one for one in set_up(system)), "a second run changes nothing"
    assert system.files == before


def test_setup_keeps_the_users_own_settings() -> None:
    system = machine("Windows，别的 Python，组策略禁用宏")
    system.files[config_path(system)] = (
        '"PYTHONPATH","D:\\mine"\n"INTERPRETER_WIN","C:\\Python27\\python.exe"\n"UDF MODULES","mine"\n'
    )
    list(set_up(system))
    held = read_config(system.text(config_path(system)))
    assert held == {
        "PYTHONPATH": "D:\\mine",
        "INTERPRETER_WIN": system.python,
        "UDF MODULES": "mine",
    }


def test_setup_says_where_it_cannot() -> None:
    with pytest.raises(XlbudgetError, match="没有 Excel"):
        list(set_up(machine("不认识的系统")))
    with pytest.raises(XlbudgetError, match="pip install xlwings"):
        list(set_up(machine("Windows，没有 Excel、没有 xlwings")))
    with pytest.raises(XlbudgetError, match="只能在 Windows"):
        trust(machine("macOS，一切就绪"), Path("/work"))


def test_a_folder_becomes_trusted() -> None:
    system = machine("Windows，一切就绪")
    assert "/预算" in trust(system, Path("/预算"))
    (key,) = (one for one in system.keys if "trusted locations" in one)
    assert system.keys[key] == {"Path": "/预算\\", "AllowSubfolders": 1, "Description": "xlbudget"}


def test_the_commands_speak_of_this_machine(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["doctor"]) in (0, 1)
    told = capsys.readouterr().out
    assert told.startswith("［正常］xlbudget：")
    assert "Excel" in told
