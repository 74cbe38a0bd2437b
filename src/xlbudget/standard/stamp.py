"""By which a workbook knows the standard that it was made with: id, version, and a fingerprint of all its files."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.standard.layers import once, plain_layers

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from xlbudget.standard.layers import Layers
    from xlbudget.standard.model import Standard

_ALGORITHM = "sha256"
_ASIDE = ("tests",)
"""What stands in a standard's folder and is no part of it."""
_SHOWN = 8
"""So many signs of a fingerprint tell two standards apart for people."""


class Stamp(NamedTuple):
    """A standard as it was at a moment; ``version`` is "" where the standard gives none."""

    standard: str
    version: str
    hash: str

    @property
    def text(self) -> str:
        """As it is kept in a workbook."""
        return json.dumps(self._asdict(), ensure_ascii=False)

    @property
    def shown(self) -> str:
        """What a sentence calls it."""
        return self.version or self.hash.partition(":")[2][:_SHOWN]


def stamp_of(standard: Standard) -> Stamp:
    """The stamp of a standard as its files are now."""
    return Stamp(standard.id, standard.version, standard_hash(standard.layers))


def parse_stamp(text: str) -> Stamp | None:
    """What a workbook kept; None where it keeps nothing, or somebody edited it."""
    try:
        held = json.loads(text)
        return Stamp(*(str(held[name]) for name in Stamp._fields))
    except (ValueError, LookupError, TypeError, RecursionError):
        return None


@once
def standard_hash(layers: Layers) -> str:
    """The fingerprint of all files of a standard, with all its variants: what it says when it judges."""
    import hashlib  # noqa: PLC0415  # slow to load, and most workbooks ask for nothing

    whole = hashlib.sha256()
    for name, path in sorted(_files(plain_layers(layers))):
        whole.update(f"{name}\t{hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return f"{_ALGORITHM}:{whole.hexdigest()}"


def _files(layers: Layers) -> Iterator[tuple[str, Path]]:
    for layer in layers:
        for path in layer.rglob("*.*"):
            parts = path.relative_to(layer).parts
            if parts[0] not in _ASIDE and "__pycache__" not in parts and path.is_file():
                yield f"{layer.name}/{'/'.join(parts)}", path
