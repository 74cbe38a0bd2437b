"""Where a standard is found that is asked for by its id or its folder.

An id is looked for in the folders of ``XLBUDGET_STANDARDS`` (each a standard's folder, or one that holds such
folders), then in the package, then in the user's own folder. ``XLBUDGET_STANDARD`` names the only one that is to be
used; that is what ``--standard`` says for one run.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from xlbudget.errors import StandardError
from xlbudget.folders import data_folder
from xlbudget.standard import layers

if TYPE_CHECKING:
    from collections.abc import Iterator

SEARCHED, CHOSEN = "XLBUDGET_STANDARDS", "XLBUDGET_STANDARD"
_MAIN, _BASE = "standard.toml", "base.toml"


def user_folder() -> Path:
    """The user's own standards, each in a folder of its id."""
    return data_folder() / "standards"


def chosen() -> str:
    """The id or folder of the only standard that is to be used; "" where a workbook may name its own."""
    return os.environ.get(CHOSEN, "")


@contextmanager
def choosing(asked: str) -> Iterator[None]:
    """Only this standard is used meanwhile, by this process and those that it starts; "" changes nothing.

    Raises:
        StandardError: there is none.
    """
    if not asked:
        yield
        return
    before = os.environ.get(CHOSEN)
    os.environ[CHOSEN] = str(standard_folder(asked).resolve())
    try:
        yield
    finally:
        if before is None:
            del os.environ[CHOSEN]
        else:
            os.environ[CHOSEN] = before


def standard_ids() -> list[str]:
    """The standards that can be named: those of the package, then those that were added."""
    added = {folder.name for folder in _added()}
    return list(dict.fromkeys([*layers.standard_ids(), *sorted(added)]))


def standard_folder(asked: str) -> Path:
    """The folder of a standard by its id, or the folder that was asked for.

    Raises:
        StandardError: there is none, and where it would be looked for.
    """
    only = chosen()
    if only and asked == Path(only).name:
        return Path(only)
    if not any(sign in asked for sign in "/\\") and not asked.startswith("."):
        # The package comes first where nothing else is searched: no folder is looked at.
        for folder in _named(asked):
            if (folder / _MAIN).is_file():
                return folder
    path = Path(asked)
    if path.is_dir():
        if (path / _MAIN).is_file():
            return path
        raise StandardError(f"文件夹“{asked}”里没有 {_MAIN}，不是一个标准；请选标准的文件夹。")
    known = "、".join(standard_ids())
    raise StandardError(
        f"没有名为“{asked}”的标准；现有：{known}。请用 --standard 写明标准的文件夹，"
        f"或把它放进“{user_folder()}”（或环境变量 {SEARCHED} 所列的文件夹）。"
    )


def layer_folder(asked: str) -> Path:
    """The folder of a standard, or of one that only others stand on.

    Raises:
        StandardError: there is none.
    """
    for folder in (layers.DATA / asked, Path(asked)):
        if (folder / _BASE).is_file():
            return folder
    return standard_folder(asked)


def _named(identity: str) -> Iterator[Path]:
    """Where a standard of that id may stand, first what counts first."""
    for place in _searched():
        yield place / identity
        if place.name == identity:
            yield place
    yield layers.DATA / identity
    yield user_folder() / identity


def _searched() -> list[Path]:
    listed = os.environ.get(SEARCHED, "")
    return [Path(place).expanduser() for place in listed.split(os.pathsep) if place]


def _added() -> Iterator[Path]:
    """The folders of the standards that are not of the package."""
    for place in (*_searched(), user_folder()):
        if (place / _MAIN).is_file():
            yield place
        elif place.is_dir():
            yield from (path.parent for path in sorted(place.glob(f"*/{_MAIN}")))
