"""By which a workbook knows the standard that it was made with: id, version, and a fingerprint of all its files."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.standard.layers import fingerprint, once, plain_layers

if TYPE_CHECKING:
    from xlbudget.standard.layers import Layers
    from xlbudget.standard.model import Standard

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
    return fingerprint(plain_layers(layers))
