"""What must hold after a run, whatever came in."""

from __future__ import annotations

import json
import re
import tomllib
from typing import TYPE_CHECKING, NamedTuple
from xml.parsers import expat

from fuzz.archives import parts_of
from fuzz.choices import NotApplicableError
from xlbudget.errors import XlbudgetError
from xlbudget.reading.book import read_book

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from fuzz.material import Material

SECONDS = 20
"""So much processor time a run may take."""
MEMORY = 2**30
"""So many bytes of memory a run may hold at its peak, the program itself included."""
UNUSABLE = 2
_STATUS = (0, 1, UNUSABLE)
_INTERNAL = "程序内部出错"
_NO_MEMORY = "内存不足"
_BEFORE = re.compile(r"此前[^。]*。$")
"""What a refusal may add: what was written before it."""
_UNCHANGED = re.compile(r"没有改动|没有写入|没有导入|没有打开")
_QUOTED = re.compile(r"“[^“”]*”")
_ENGLISH = re.compile(r"(?<![A-Za-z0-9$-])[A-Za-z][A-Za-z']{2,}(?![A-Za-z0-9])")
_KNOWN = frozenset(
    """xlbudget excel wps word xlsx xlsm xlsb xls csv toml json docx pdf html htm txt tsv utf gbk xml et doc smtp zip
    validate diff import fill notes export package rollover ledger new help answer into year from overwrite subjects
    standard last changchun host port user sender tls starttls ssl ca_file ca file timeout name example write draft with errors allow personal mail settings ods python odt rtf gb""".split()  # noqa: SIM905
)
"""Words that a Chinese sentence may have: programs, kinds of files, commands, options and settings."""
_PLACE = re.compile(r"工作表|单元格|第[0-9]+行|录入底稿")
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_FRAME = re.compile(r'File "[^"]*?src/xlbudget/([^"]+)", line (\d+),? in (\w+)')


class Fault(NamedTuple):
    """What is wrong: which check failed, where in the program if known, and what was said or raised."""

    check: str
    place: str
    said: str


class Ended(NamedTuple):
    """How a run ended: exit status or None, what went out, and a traceback that escaped or was logged."""

    status: object
    out: str
    err: str
    trace: str


def faults(
    ended: Ended,
    folder: Path,
    before: Material,
    writes: tuple[str, ...],
    names: tuple[str, ...],
    sentences: int,
) -> Iterator[Fault]:
    """Everything that is wrong after a run in ``folder``, which held ``before``.

    ``writes`` are the begins of names that may have changed or appeared, ``names`` those that a
    refusal may name; so many ``sentences`` it may have, one for each file.
    """
    if _INTERNAL in ended.err or ended.trace:
        yield Fault("internal error", place_of(ended.trace), last_line(ended.trace))
        return
    if _NO_MEMORY in ended.err:
        yield Fault("over the memory", "", ended.err)
    if ended.status not in _STATUS:
        yield Fault("exit status", "", repr(ended.status))
    after = {
        path.relative_to(folder).as_posix(): path
        for path in folder.rglob("*")
        if path.is_file() or path.is_symlink()
    }
    yield from _changes(ended, before, after, writes)
    if ended.status == UNUSABLE:
        yield from _refusal(ended, names, sentences)
    known = {content for name, data in before.items() for content in _packed(name, data).values()}
    for name, path in after.items():
        if name.startswith(writes) and (data := path.read_bytes()) != before.get(name):
            yield from _written(name, path, data, known)


def _changes(
    ended: Ended, before: Material, after: Mapping[str, Path], writes: tuple[str, ...]
) -> Iterator[Fault]:
    changed = [
        name
        for name, data in before.items()
        if name not in after or after[name].read_bytes() != data
    ]
    backups = tuple(name.rpartition(".")[0] + ".备份" for name in before if name.startswith(writes))
    for name in changed:
        if not name.startswith(writes):
            yield Fault("an input changed", "", name)
        elif ended.status == UNUSABLE and _UNCHANGED.search(_BEFORE.sub("", ended.err.strip())):
            yield Fault("changed although it is said not to be", "", f"{name}: {ended.err}")
    for name in after:
        if name not in before and not name.startswith((*writes, *backups)):
            yield Fault("something else was written", "", name)
        if name.startswith(backups) and after[name].read_bytes() not in before.values():
            yield Fault("a backup is not what was there", "", name)


def _refusal(ended: Ended, names: tuple[str, ...], sentences: int) -> Iterator[Fault]:
    """A refusal is one Chinese sentence that names a file or a place in it; it says nothing in the system's English."""
    lines = ended.err.removesuffix("\n").split("\n")
    if not ended.err or len(lines) > sentences:
        yield Fault("not one line", "", ended.err[:400] or "(nothing)")
        return
    for line in lines:
        said = _BEFORE.sub("", _QUOTED.sub("", line))
        words = [word for word in _ENGLISH.findall(said) if word.lower() not in _KNOWN]
        if words or not _CHINESE.search(said) or not said.endswith("。"):
            yield Fault("no Chinese sentence", "", line[:400])
        elif not line.isprintable():
            yield Fault("a sentence with control characters", "", repr(line)[:400])
        elif said.count("。") != 1:
            yield Fault("more than one sentence", "", line[:400])
        elif not any(name in line for name in names) and not _PLACE.search(line):
            yield Fault("the sentence names no file", "", line[:400])


def _packed(name: str, data: bytes) -> dict[str, bytes]:
    """The parts of markup in a file that is a zip."""
    if not name.endswith((".xlsx", ".xlsm", ".docx")):
        return {}
    try:
        return {
            part: content
            for part, content in parts_of(data).items()
            if part.endswith((".xml", ".rels", ".vml"))
        }
    except NotApplicableError:
        return {}


def _written(name: str, path: Path, data: bytes, known: set[bytes]) -> Iterator[Fault]:
    """What was written can be read: XML parses, texts are UTF-8, a workbook opens.

    Parts that are copied as they came (``known``) may be as broken as they came.
    """
    suffix = path.suffix
    try:
        for part, content in _packed(name, data).items():
            if content not in known:
                _parse(f"{name} {part}", content)
        if suffix == ".json":
            json.loads(data)
        elif suffix == ".toml":
            tomllib.loads(data.decode())
        elif suffix in (".csv", ".html", ".txt", ".eml"):
            data.decode()
        if suffix in (".xlsx", ".xlsm") and "备份" not in name and "/" not in name:
            read_book(path)
    except (_NoXmlError, ValueError, XlbudgetError) as error:
        yield Fault("what was written cannot be read", "", f"{name}: {error}")


class _NoXmlError(Exception):
    """A part that does not parse."""


def _parse(name: str, content: bytes) -> None:
    try:
        expat.ParserCreate(namespace_separator=" ").Parse(content, True)
    except expat.ExpatError as error:
        raise _NoXmlError(f"{name}: {error}") from error


def place_of(trace: str) -> str:
    """The program's innermost function in a traceback, or in a dump, whose innermost line comes first."""
    found = _FRAME.findall(trace)
    if not found:
        return ""
    module, line, function = found[0 if "most recent call first" in trace else -1]
    return f"{module}:{function}:{line}"


def last_line(trace: str) -> str:
    """What a traceback says at its end."""
    lines = [line for line in trace.splitlines() if line.strip()]
    return lines[-1][:300] if lines else ""
