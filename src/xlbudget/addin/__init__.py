"""What the buttons call: ``from xlbudget import addin; addin.fill()`` acts on the open workbook.

Each name is a function without arguments. It never raises: whatever happens is told in one message.
"""

from __future__ import annotations

from xlbudget.addin.actions import (
    about,
    fill,
    finish,
    notes,
    package,
    restore,
    roll_over,
    take_in,
    turn_source,
    undo,
    validate,
)

__all__ = [
    "about",
    "fill",
    "finish",
    "notes",
    "package",
    "restore",
    "roll_over",
    "take_in",
    "turn_source",
    "undo",
    "validate",
]
