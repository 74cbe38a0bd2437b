"""The add-in's settings file: as VBA reads it, byte for byte, whatever stands in it already."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import xlwings as xw
from hypothesis import given
from hypothesis import strategies as st

from xlbudget.setup.config import can_hold, changed, expanded, settings_in, troubles_in

GBK = "cp936"
CONFIG_BAS = Path(xw.__file__).parent / "addin" / "Config.bas"
PYTHON = r"C:\用户\王小明\python.exe"
WANTED = {"INTERPRETER_WIN": PYTHON}
OURS = f'"INTERPRETER_WIN","{PYTHON}"\r\n'.encode("gbk")
THEIRS = '"PYTHONPATH","D:\\我的模块"\r\n"SHOW CONSOLE","True"\r\n'


def test_the_add_in_still_reads_the_way_that_is_imitated() -> None:
    source = CONFIG_BAS.read_text("ascii")
    reading = re.search(r"Function GetConfigFromFile.*?End Function", source, re.DOTALL)
    assert reading is not None
    lines = [line.strip() for line in reading[0].splitlines()]
    start = lines.index("Open sFile For Input As iFileNum")
    assert lines[start + 1 : start + 7] == [
        "Do While Not EOF(iFileNum)",
        "Input #iFileNum, sVarName, sVarValue",
        "If LCase(sVarName) = LCase(sName) Then",
        "sValue = sVarValue",
        "GetConfigFromFile = True",
        "Exit Do",
    ]


@pytest.mark.parametrize(
    ("text", "held"),
    [
        ('"A","1"\r\n"B","2"\r\n', {"A": "1", "B": "2"}),
        ('"a","1"\r\n"A","2"', {"A": "1"}),
        (" A , 1 2 \r\nB,\r\n", {"A": "1 2", "B": ""}),
        ('"A","1,2"\r\n', {"A": "1,2"}),
        ('"A","1""2"\r\n"B","3"\r\n', {"A": "1", "2": "B", "3": ""}),
        ('# 说明\r\n"A","1"\r\n', {"# 说明": "A", "1": ""}),
        ('"A","1"\x1a"B","2"\r\n', {"A": "1"}),
        ("", {}),
    ],
)
def test_items_are_taken_two_by_two(text: str, held: dict[str, str]) -> None:
    assert settings_in(text.encode(GBK), GBK) == held


def test_a_variable_of_the_environment_is_expanded() -> None:
    known = {"HOMEDRIVE": "C:"}
    assert expanded(r"%HOMEDRIVE%\100%\a%b", lambda name: known.get(name, "")) == r"C:\100%\a%b"


def test_a_file_in_gbk_keeps_every_other_byte() -> None:
    before = THEIRS.encode("gbk")
    new = changed(before, WANTED, GBK)
    assert new.raw == OURS + before
    assert new.said == []
    assert changed(new.raw, WANTED, GBK).raw == new.raw
    assert troubles_in(new.raw, GBK) == []
    other = changed(new.raw, {"INTERPRETER_WIN": r"D:\x.exe"}, GBK)
    assert other.raw == new.raw.replace(PYTHON.encode("gbk"), rb"D:\x.exe")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_file_in_unicode_becomes_readable(encoding: str) -> None:
    before = THEIRS.encode(encoding)
    assert troubles_in(before, GBK)
    new = changed(before, WANTED, GBK)
    assert new.raw == OURS + THEIRS.encode("gbk")
    assert new.said == ["已改为加载项能读的编码和行尾（cp936）"]
    assert troubles_in(new.raw, GBK) == []


def test_a_mark_in_plain_ascii_is_told_too() -> None:
    before = b'\xef\xbb\xbf"INTERPRETER_WIN","C:\\p.exe"\r\n'
    assert "INTERPRETER_WIN" not in settings_in(before, GBK)
    assert troubles_in(before, GBK) == ["文件开头有编码标记（BOM），加载项读不出第一行"]
    assert changed(before, {}, GBK).raw == before[3:]


def test_gbk_that_happens_to_be_utf8_stays_gbk() -> None:
    before = '"A","C:\\小路"\r\n'.encode("gbk")
    assert before.decode("utf-8")
    assert troubles_in(before, GBK) == []
    assert changed(before, {}, GBK).raw == before


def test_what_the_code_page_has_no_sign_for_stays_and_is_told() -> None:
    before = '"A","C:\\𠮷野家"\r\n'.encode()
    new = changed(before, WANTED, GBK)
    assert new.raw == OURS + before
    assert new.said[-1] == "第2行有系统的字符集（cp936）里没有的字，照原样留着"
    with pytest.raises(UnicodeEncodeError):
        changed(b"", {"INTERPRETER_WIN": "C:\\𠮷\\python.exe"}, GBK)
    assert not can_hold("𠮷", GBK)
    assert can_hold("王小明", GBK)


def test_a_machine_set_to_utf8_keeps_utf8() -> None:
    before = THEIRS.encode()
    assert troubles_in(before, "utf-8") == []
    assert changed(before, WANTED, "utf-8").raw == OURS.decode("gbk").encode() + before


def test_lines_that_end_otherwise_are_mended() -> None:
    before = b'"A","1"\n"B","2"'
    assert troubles_in(before, GBK) == ["有的行尾不是回车换行，加载项分不清行"]
    assert changed(before, {}, GBK).raw == b'"A","1"\r\n"B","2"'


@pytest.mark.parametrize("line", ["# 我的设置", "", '"A"', '"A","1","2"', '"A,1'])
def test_comments_and_unknown_lines_stay_below_ours_and_are_told(line: str) -> None:
    """The add-in would pair the next key with them."""
    before = f'"A","1"\r\n{line}\r\n"INTERPRETER_WIN","C:\\old.exe"\r\n'.encode("gbk")
    new = changed(before, WANTED, GBK)
    assert new.raw == OURS + before
    assert settings_in(new.raw, GBK)["INTERPRETER_WIN"] == PYTHON
    out = "不是一个键和一个值，加载项从那里起会读错位，请用记事本删去"
    assert new.said == troubles_in(new.raw, GBK) == [f"第3行{out}"]


def test_a_damaged_file_is_begun_anew_with_what_is_sound() -> None:
    good = THEIRS.encode("gbk")
    before = b"\x00\x01\x02\r\n" + good + b'"X","\xff\xff\xff"\r\n'
    assert "第1、4行不是文字，加载项读不懂" in troubles_in(before, GBK)
    new = changed(before, WANTED, GBK)
    assert new.raw == OURS + good
    assert new.said == ["第1、4行已损坏，没有保留在新文件里"]


@given(st.binary(max_size=200), st.sampled_from([GBK, "cp1252", "utf-8"]))
def test_whatever_stands_there_ours_is_read_back(raw: bytes, code_page: str) -> None:
    wanted = {"INTERPRETER_WIN": r"C:\p\python.exe", "UDF MODULES": "x"}
    new = changed(raw, wanted, code_page)
    held = settings_in(new.raw, code_page)
    assert {key: held[key] for key in wanted} == wanted
    again = changed(new.raw, wanted, code_page)
    assert again.raw == new.raw, "a second time changes nothing"


def test_python_s_utf8_mode_plays_no_part() -> None:
    """Nothing is read by Python's own idea of the machine's encoding."""
    code = (
        "from xlbudget.setup.config import changed\n"
        f"import sys; sys.stdout.buffer.write(changed(b'', {WANTED!a}, 'cp936').raw)"
    )
    for mode in ("0", "1"):
        ran = subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            check=True,
            env={**os.environ, "PYTHONUTF8": mode, "LC_ALL": "C"},
        )
        assert ran.stdout == OURS
