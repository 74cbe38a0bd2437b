"""A standard's TOML files, parsed once and kept beside the byte code.

Parsing takes longer than validating a workbook. The kept form is used only while every file has
the size and time that it had when it was parsed; it is data, read by ``marshal`` from our own
package folder alone, and missing it costs nothing but time.
"""

from __future__ import annotations

import marshal
import os
import sys
from typing import TYPE_CHECKING, Any

from xlbudget.errors import StandardError

if TYPE_CHECKING:
    from pathlib import Path

_VERSION = 1
_Stamp = list[tuple[str, int, int]]


def parsed_files(folder: Path, *, keep: bool) -> dict[str, Any]:
    """Every TOML file of a standard's folder by its name without suffix (``tables/01-summary``).

    ``keep`` is for our own package folder alone: marshalled data from elsewhere is not trusted.

    Raises:
        StandardError: a file is no TOML.
    """
    if not keep:
        return parse_files(folder)
    stamp = _stamp(folder)
    kept = _kept(folder)
    try:
        version, python, known, data = marshal.loads(kept.read_bytes())  # noqa: S302  # our own
    except (OSError, EOFError, ValueError, TypeError):
        version = python = known = data = None
    if (version, python, known) == (_VERSION, sys.version, stamp) and isinstance(data, dict):
        return data
    data = parse_files(folder)
    if not sys.dont_write_bytecode:
        keep_parsed(folder, data)
    return data


def parsed_file(folder: Path, name: str, *, keep: bool) -> dict[str, Any] | None:
    """One of these files, None where there is no such file.

    Raises:
        StandardError: it is no TOML.
    """
    if keep:
        return parsed_files(folder, keep=True).get(name)
    return _parsed(folder, f"{name}.toml") if (folder / f"{name}.toml").is_file() else None


def parse_files(folder: Path) -> dict[str, Any]:
    """The same, parsed anew.

    Raises:
        StandardError: a file is no TOML.
    """
    return {name.removesuffix(".toml"): _parsed(folder, name) for name, _, _ in _stamp(folder)}


def _parsed(folder: Path, name: str) -> dict[str, Any]:
    import tomllib  # noqa: PLC0415  # not needed where the parsed form is kept

    try:
        return tomllib.loads((folder / name).read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise StandardError(f"标准文件“{name}”不是有效的TOML：{error}。") from error


def keep_parsed(folder: Path, data: dict[str, Any]) -> None:
    """Keep the parsed form where that is allowed; an installed package may be read-only."""
    kept = _kept(folder)
    temporary = kept.with_name(f"{kept.name}.{os.getpid()}")
    try:
        kept.parent.mkdir(exist_ok=True)
        temporary.write_bytes(marshal.dumps((_VERSION, sys.version, _stamp(folder), data)))
        temporary.replace(kept)
    except OSError:
        return


def _kept(folder: Path) -> Path:
    return folder / "__pycache__" / f"standard.{sys.implementation.cache_tag}.marshal"


def _stamp(folder: Path) -> _Stamp:
    """Name, size and time of every TOML file."""
    found: _Stamp = []
    for below in ("", "tables", "notes"):
        try:
            entries = sorted(os.scandir(folder / below), key=lambda one: one.name)
        except FileNotFoundError:
            continue
        for entry in entries:
            if entry.name.endswith(".toml"):
                facts = entry.stat()
                name = f"{below}/{entry.name}" if below else entry.name
                found.append((name, facts.st_size, facts.st_mtime_ns))
    return found
