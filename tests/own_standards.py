"""Copies of shipped standards, which a test may change."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from xlbudget.standard.layers import DATA, layers_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from xlbudget.standard.layers import Layers


def copied(parent: Path, layers: Layers | None = None) -> Path:
    """A standard's folder below ``parent``, with those on which it stands beside it (the first city's unless others)."""
    layers = layers or layers_of(DATA / "changchun")
    for layer in layers:
        target = parent / layer.name
        shutil.copytree(layer, target, ignore=shutil.ignore_patterns("__pycache__"))
    return parent / layers[0].name


def files_of(folder: Path, name: str) -> Iterator[Path]:
    """The files of that name in the folders of a standard, most specific first."""
    for layer in layers_of(folder):
        names = (name, "base.toml") if name == "standard.toml" else (name,)
        yield from (layer / one for one in names if (layer / one).is_file())


def file_of(folder: Path, name: str, text: str = "") -> Path:
    """The most specific of them that holds ``text``."""
    return next(path for path in files_of(folder, name) if text in path.read_text("utf-8"))


def changed(folder: Path, name: str, old: str, new: str, count: int = 1) -> None:
    """Write ``new`` for ``old`` in that file."""
    path = file_of(folder, name, old)
    path.write_text(path.read_text("utf-8").replace(old, new, count), "utf-8")
