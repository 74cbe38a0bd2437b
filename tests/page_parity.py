"""The same commands on the command line and in the page, and what of their files must be equal."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import zipfile
from io import BytesIO
from typing import TYPE_CHECKING

from page_browsers import call, get, put

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from page_browsers import Browser

ALL = (
    ("validate", "{}", "--format", "json"),
    ("validate", "{}", "--format", "html", "-o", "报告.html"),
    ("fill", "{}", "-o", "填列.xlsm"),
    ("notes", "{}", "-o", "说明.xlsm"),
    (
        "package",
        "说明.xlsm",
        "-o",
        "套件",
        "--no-pdf",
        "--draft",
        "--with-errors",
        "--allow-personal",
    ),
    ("export", "{}", "数据"),
    ("rollover", "{}", "下年.xlsm"),
)
_BOUNDARY = re.compile(rb"_xlbudget_\w+")


_NATIVE = """
import io, json, sys
from contextlib import redirect_stderr, redirect_stdout
from xlbudget.cli.run import run
from xlbudget.publishing import docx
docx.find_office = lambda: None
said = []
for words in json.loads(sys.argv[1]):
    with redirect_stdout(io.StringIO()) as out, redirect_stderr(io.StringIO()) as err:
        status = run(words)
    said.append([status, out.getvalue(), err.getvalue()])
print(json.dumps(said))
"""


def native(folder: Path, commands: Sequence[Sequence[str]]) -> list[tuple[int, str, str]]:
    """What commands do here, in a process of their own, where no office is found either."""
    done = subprocess.run(
        [sys.executable, "-c", _NATIVE, json.dumps(commands)],
        cwd=folder, capture_output=True, check=True, encoding="utf-8",
    )  # fmt: skip
    return [(status, out, err) for status, out, err in json.loads(done.stdout)]


def differences(
    browser: Browser, book: Path, folder: Path, commands: Iterable[Sequence[str]] = ALL
) -> list[str]:
    """Where the page does otherwise than the command line; ``folder`` is empty and used by it."""
    found = []
    shutil.copy(book, folder / book.name)
    put(browser, f"比较/{book.name}", book.read_bytes())
    try:
        named = [[word.format(book.name) for word in words] for words in commands]
        for words, here in zip(named, native(folder, named), strict=True):
            there = call(browser, "比较", *words)
            if here != there:
                found.append(f"{words}: {here} but in the page {there}")
        names = {one.name + "/" * one.is_dir() for one in folder.iterdir()}
        listed = set(browser.run("return xlbudget.engine.list('比较')"))
        if names != listed:
            found.append(f"files: {sorted(names ^ listed)}")
        for name in sorted(names & listed):
            data = get(browser, f"比较/{name.removesuffix('/')}")
            if name.endswith("/"):
                ours = {
                    one.relative_to(folder).as_posix(): one.read_bytes()
                    for one in (folder / name).rglob("*")
                    if one.is_file()
                }
                found += different(ours, unpacked(data))
            else:
                found += different({name: (folder / name).read_bytes()}, {name: data})
    finally:
        browser.run("await xlbudget.engine.drop('比较')")
    return found


def different(here: dict[str, bytes], there: dict[str, bytes]) -> list[str]:
    """The names of files that are not equal, of two folders."""
    if here.keys() != there.keys():
        return [f"files: {sorted(here.keys() ^ there.keys())}"]
    return [name for name in here if not _same(name, here[name], there[name])]


def _same(name: str, here: bytes, there: bytes) -> bool:
    """Archives part by part; lists but for checksums and sizes of those, mails but for boundaries and attachments."""
    if here == there:
        return True
    if here.startswith(b"PK") and there.startswith(b"PK"):
        return unpacked(here) == unpacked(there)
    if name.endswith(".eml"):
        return _mail(here) == _mail(there)
    if name.endswith("校验清单.json"):
        return _list(here) == _list(there)
    if name.endswith("校验清单.txt"):
        return _plain(here) == _plain(there)
    return False


def unpacked(data: bytes) -> dict[str, bytes]:
    """The files of an archive."""
    with zipfile.ZipFile(BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist() if name[-1] != "/"}


def _mail(data: bytes) -> list[bytes]:
    """Without boundaries and what is attached in base64, which are archives."""
    lines = _BOUNDARY.sub(b"", data).splitlines()
    return [line for line in lines if not re.fullmatch(rb"[A-Za-z0-9+/=]{20,}", line)]


def _list(data: bytes) -> object:
    known = json.loads(data)
    known["files"] = [one["name"] for one in known["files"]]
    return known


def _plain(data: bytes) -> str:
    return re.sub(r"[0-9a-f]{64}|[\d,]+ 字节", "", data.decode())
