"""Exported files that are damaged or made to hurt: one sentence each, within bounds of time and memory."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from io import BytesIO
from typing import TYPE_CHECKING
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from exported_tables import biff5
from thorough import THOROUGH
from xlbudget.errors import UnusableFileError
from xlbudget.importing.plan import read_sources

if TYPE_CHECKING:
    from pathlib import Path

    from xlbudget.standard.model import Standard

SECONDS, MEGABYTES = 40, 1024
"""Twenty seconds on an idle machine; a busy one counts up to twice as much for the same work."""
HEAD = "科目编码,功能分类科目名称,合计,基本支出,项目支出,上缴上级支出,事业单位经营支出,对附属单位补助支出"
DETAIL = "单位,支出功能分类科目编码,部门预算支出经济分类编码,支出类型,资金性质,金额（元）"
ONE = '<table:table-cell office:value-type="float" office:value="1"/>'


def ods(body: str) -> bytes:
    """An .ods with this between its beginning and its end."""
    spaces = "".join(
        f' xmlns:{one}="urn:oasis:names:tc:opendocument:xmlns:{one}:1.0"'
        for one in ("office", "table", "text", "style")
    )
    file = BytesIO()
    with ZipFile(file, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        content = (
            f'<?xml version="1.0"?><office:document-content{spaces}><office:body><office:spreadsheet>{body}'
            "</office:spreadsheet></office:body></office:document-content>"
        )
        archive.writestr("content.xml", content, ZIP_DEFLATED)
    return file.getvalue()


def sheet(rows: str) -> str:
    return f'<table:table table:name="a">{rows}</table:table>'


def lines(count: int) -> bytes:
    rows = [f"2010301,行政运行,{number}.5,1,2,3,4,5" for number in range(count)]
    return "\n".join(["部门支出总表", "单位：万元", HEAD, *rows]).encode()


def details(count: int) -> bytes:
    """Lines of a ledger's export, every other one of a class, and every third one a sum."""
    rows = [
        f"某局,{'201' if at % 2 else '2010301'},30101,{'合计' if at % 3 == 0 else '人员'},一般公共预算,{at}"
        for at in range(count)
    ]
    return "\n".join([DETAIL, *rows]).encode()


def bomb() -> bytes:
    file = BytesIO()
    with ZipFile(file, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", b" " * 300 * 2**20, ZIP_DEFLATED)
    return file.getvalue()


FILES = {
    "三十万行.csv": lambda: lines(300_000),
    "九万行.csv": lambda: lines(90_000),
    "九万明细.csv": lambda: details(90_000),
    "三万明细.csv": lambda: details(30_000),
    "一行百兆.csv": lambda: b"a" * 100 * 2**20,
    "一行逗号.csv": lambda: b"a," * (9 * 2**20),
    "空字符.csv": lambda: HEAD.encode() + b"\n\0\0\n",
    "引号.csv": ('部门收支总表\n"' + f"{HEAD}\n" * 5000).encode,
    "标题.csv": lambda: f"部门支出总表\n{HEAD}\n201,a,1,1,1,1,1,1\n".encode() * 20_000,
    "栏目.csv": lambda: "\n".join(f"{HEAD},x{number}" for number in range(90_000)).encode(),
    "文字.csv": lambda: "\n".join(f"a{at}" + ",b" * 18 for at in range(90_000)).encode(),
    "中文.csv": lambda: "\n".join(f"甲{at}" + ",收入" * 18 for at in range(90_000)).encode(),
    "没有结束.xls": lambda: b"<html><table>" + b"<tr><td>1" * 40_000,
    "套表.xls": lambda: b"<html>" + b"<table><tr><td>" * 40_000,
    "跨栏.xls": lambda: b"<table>" + b'<tr><td colspan="1000000000" rowspan="1000000000">1' * 5000,
    "乱.ods": lambda: b"PK\x03\x04" + random.Random(1).randbytes(1000),
    "重复的栏.ods": lambda: ods(sheet(f'<table:table-row>{ONE[:-2]} table:number-columns-repeated="1073741824"/></table:table-row>')),
    "重复的行.ods": lambda: ods(sheet(f'<table:table-row table:number-rows-repeated="1073741824">{ONE}</table:table-row>')),
    "远处.ods": lambda: ods(sheet(f'<table:table-row table:number-rows-repeated="1073741824"/><table:table-row>{ONE}</table:table-row>')),
    "巨数.ods": lambda: ods(sheet(f'<table:table-row table:number-rows-repeated="{"9" * 9000}">{ONE}</table:table-row>')),
    "空格.ods": lambda: ods(sheet('<table:table-row><table:table-cell><text:p>a<text:s text:c="1000000000"/></text:p></table:table-cell></table:table-row>')),
    "嵌套.ods": lambda: ods("<table:table>" * 50_000),
    "合并.ods": lambda: ods(sheet(f'<table:table-row>{ONE[:-2]} table:number-columns-spanned="900" table:number-rows-spanned="90000"/>{ONE * 900}</table:table-row>' * 300)),
    "许多表.ods": lambda: ods(sheet(f"<table:table-row>{ONE}</table:table-row>") * 3000),
    "声明.ods": lambda: ods('<!DOCTYPE a [<!ENTITY b "c">]>'),
    "炸弹.ods": bomb,
}  # fmt: skip
READ = {"九万行.csv", "三万明细.csv"}
"""Large, and still read."""
LONG = {"中文.csv", "一行逗号.csv", "栏目.csv", "文字.csv", "标题.csv", "三十万行.csv"}
"""Those that take longest: a thorough run alone takes them all."""

_SCRIPT = r"""
import json, re, sys, time
from pathlib import Path
from xlbudget.errors import UnusableFileError
from xlbudget.importing.plan import read_sources
from xlbudget.standard.loader import load_standard

standard = load_standard("changchun")
for name in sys.argv[1:]:
    start = time.process_time()
    try:
        read_sources([Path(name)], standard, 2024)
        said = ""
    except UnusableFileError as error:
        said = str(error)
    status = Path("/proc/self/status").read_text()  # ru_maxrss would be the peak of the tests
    peak = int(re.search(r"VmHWM:\s*(\d+)", status)[1]) // 1024
    print(json.dumps([name, said, time.process_time() - start, peak]), flush=True)
"""


def test_every_file_is_refused_in_one_sentence_within_bounds(tmp_path: Path) -> None:
    names = [name for name in FILES if THOROUGH or name not in LONG]
    for name in names:
        (tmp_path / name).write_bytes(FILES[name]())
    done = subprocess.run(
        [sys.executable, "-c", _SCRIPT, *names],
        cwd=tmp_path, capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    results = [json.loads(line) for line in done.stdout.splitlines()]
    assert [one[0] for one in results] == names
    for name, said, seconds, peak in results:
        print(f"{name}: {seconds:.1f} s, {peak} MiB, {said}")
        assert seconds < SECONDS, name
        assert peak < MEGABYTES, name
        if name not in READ:
            assert name in said
            assert said.endswith("。")
            assert said.count("。") == 1
            assert "\n" not in said


def mutated(data: bytes, chance: random.Random) -> bytes:
    """The bytes with some of them changed, dropped, doubled or cut off."""
    found = bytearray(data)
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(len(found))
        end = at + chance.randint(1, 12)
        match chance.randrange(4):
            case 0:
                found[at:end] = chance.randbytes(end - at)
            case 1:
                del found[at:end]
            case 2:
                found[at:at] = found[at:end]
            case 3 if len(found) > 400:
                del found[chance.randrange(200, len(found)) :]
    return bytes(found)


TABLE: list[list[object]] = [
    ["部门支出总表"], ["单位：万元"], list(HEAD.split(",")),
    ["201", "一般公共服务支出", 5.5, 5.5], ["2010301", "行政运行", 5.5, 5.5],
]  # fmt: skip


@pytest.mark.parametrize("kind", ["xls", "ods", "csv", "html"])
def test_damaged_files_end_in_a_sentence(kind: str, tmp_path: Path, standard: Standard) -> None:
    """Random damage, the same each time: read, or refused as a file that cannot be used."""
    chance = random.Random(kind)
    rows = "".join(
        "<table:table-row>"
        + "".join(
            f'<table:table-cell office:value-type="float" office:value="{cell}"/>'
            if isinstance(cell, float)
            else f"<table:table-cell><text:p>{cell}</text:p></table:table-cell>"
            for cell in row
        )
        + "</table:table-row>"
        for row in TABLE
    )
    whole = {
        "xls": biff5(TABLE, 936, "gbk"),
        "csv": "\n".join(",".join(map(str, row)) for row in TABLE).encode(),
        "html": ("<table>" + "".join("<tr>" + "".join(f"<td>{one}" for one in row) for row in TABLE)).encode(),
    }  # fmt: skip
    path = tmp_path / f"损坏.{'xls' if kind == 'html' else kind}"
    said: list[str] = []
    for _ in range(150):
        path.write_bytes(
            ods(sheet(mutated(rows.encode(), chance).decode("utf-8", "replace")))
            if kind == "ods"
            else mutated(whole[kind], chance)
        )
        try:
            read_sources([path], standard, 2024)
        except UnusableFileError as error:
            said.append(str(error))
    assert said
    assert all(path.name in one and "\n" not in one for one in said)
