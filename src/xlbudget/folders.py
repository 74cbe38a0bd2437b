"""Where the program keeps what is the user's own, by the rules of each system; the folders need not exist yet."""

from __future__ import annotations

import os
import sys
from pathlib import Path

HOME = "XLBUDGET_HOME"
"""The environment variable that names another place for all of it."""


def state_folder() -> Path:
    """The user's folder for the program's state."""
    return _folder("XDG_STATE_HOME", ".local/state")


def data_folder() -> Path:
    """The user's folder for what the program is given to work with: standards, lists of subjects."""
    return _folder("XDG_DATA_HOME", ".local/share")


def _folder(variable: str, usual: str) -> Path:
    own = os.environ.get(HOME)
    if own:
        return Path(own)
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA")
        return (Path(base) if base else Path.home() / "AppData" / "Local") / "xlbudget"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "xlbudget"
    base = os.environ.get(variable)
    return (Path(base) if base else Path.home() / usual) / "xlbudget"
