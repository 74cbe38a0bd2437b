"""What was answered about exports, kept on this machine: by the layout of their headings, question by question.

The file is ours alone: JSON in UTF-8 in the user's home folder. One that cannot be read counts as none.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from xlbudget.deeds import recording
from xlbudget.errors import reason_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from xlbudget.setup.system import System

_FOLDER, _FILE = ".xlbudget", "明细的对应.json"
_MOST = 200
"""So many layouts are kept, the latest."""


def answers_path(system: System) -> Path:
    """Where they are kept."""
    return system.home / _FOLDER / _FILE


def remembered(system: System, layout: str) -> dict[str, str]:
    """The answers that hold for a layout."""
    return _read(system).get(layout, {})


def remember(system: System, layout: str, answers: Mapping[str, str]) -> str:
    """Keep answers for a layout beside those that it has; why it could not be done, or ""."""
    kept = _read(system)
    mine = {**kept.pop(layout, {}), **answers}
    kept[layout] = mine
    latest = dict(list(kept.items())[-_MOST:])
    text = json.dumps(latest, ensure_ascii=False, indent=1)
    try:
        with recording():  # a file of the program's own: nothing to tell the user of
            system.write(answers_path(system), f"{text}\n".encode())
    except OSError as error:
        return f"回答没有记住（{answers_path(system)}写不进去：{reason_of(error)}），下次还会再问。"
    return ""


def _read(system: System) -> dict[str, dict[str, str]]:
    try:
        held = json.loads(system.read(answers_path(system)) or b"{}")
    except (OSError, ValueError, RecursionError):  # the last: brackets in brackets
        return {}
    if not isinstance(held, dict):
        return {}
    return {
        layout: {str(key): str(value) for key, value in answers.items()}
        for layout, answers in held.items()
        if isinstance(answers, dict)
    }
