"""Files of our own beside a user's: how they are named so that they fit, and what a dead process left."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import shutil
import socket
import tempfile
import time
from functools import cache
from pathlib import Path

MARK = ".~xlbudget-"
"""How every such name begins, backups excepted, which are the user's."""

_LONGEST = 255
"""Bytes of a name that systems allow."""
_STALE = 600.0
"""Seconds after which what another machine left here is nobody's any more."""
_RANDOM = 8
"""Letters that :mod:`tempfile` adds."""


def fitted(name: str, added: int) -> str:
    """A name so short that ``added`` bytes may be put to it; a shortened one stays its own.

    What is cut off is told by a checksum, so that two long names do not become the same.
    """
    whole = os.fsencode(name)
    room = _LONGEST - added
    if len(whole) <= room:
        return name
    told = f"~{hashlib.sha256(whole).hexdigest()[:8]}"
    return whole[: room - len(told)].decode("utf-8", "ignore") + told


def temporary_file(path: Path) -> Path:
    """A new empty file in the same folder, with the same suffix, hidden, for nobody else to read.

    Raises:
        OSError: it cannot be made.
    """
    suffix = _suffix(path)
    handle, name = tempfile.mkstemp(prefix=_prefix(path), suffix=suffix, dir=path.parent)
    os.close(handle)
    return Path(name)


def temporary_folder(path: Path) -> Path:
    """A new empty folder beside, hidden, for all whom its own folder lets in: it may become the final one.

    Raises:
        OSError: it cannot be made.
    """
    made = path.with_name(f"{_prefix(path)}{secrets.token_hex(_RANDOM // 2)}{_suffix(path)}")
    made.mkdir()
    return made


def lock_path(path: Path) -> Path:
    """Where the lock of a file or folder lies."""
    prefix = f"{MARK}lock-"
    return path.with_name(prefix + fitted(path.name, len(prefix)))


def clear_stale(path: Path) -> None:
    """Remove what killed processes have left of earlier writes of the same file or folder.

    Raises:
        OSError: the folder cannot be read, or does not let it be removed.
    """
    own = re.escape(_prefix(path).removeprefix(_process()))
    name = re.compile(rf"{re.escape(MARK)}(\d+)@([0-9a-f]+){own}[^-.]+{re.escape(_suffix(path))}")
    for one in path.parent.iterdir():
        match = name.fullmatch(one.name)
        if match is None or not _is_stale(one, int(match[1]), match[2]):
            continue
        if one.is_dir() and not one.is_symlink():
            shutil.rmtree(one)
        else:
            one.unlink(missing_ok=True)


def _process() -> str:
    """How the names of this process's temporary files begin."""
    return f"{MARK}{os.getpid()}@{_machine()}"


@cache
def _machine() -> str:
    """Tells machines apart that write into one shared folder, without giving their names away."""
    return hashlib.sha256(socket.gethostname().encode()).hexdigest()[:6]


def _prefix(path: Path) -> str:
    most = len(f"{MARK}4294967295@123456--") + _RANDOM + len(os.fsencode(_suffix(path)))
    return f"{_process()}-{fitted(path.name.removesuffix(path.suffix), most)}-"


def _suffix(path: Path) -> str:
    """What libraries tell a file's kind by; anything longer is no kind."""
    return path.suffix if len(os.fsencode(path.suffix)) <= _RANDOM else ""


def _is_stale(path: Path, process: int, machine: str) -> bool:
    """Whether whoever made it is gone: asked of this machine's processes, guessed of others' by age."""
    try:
        if os.name == "posix" and machine == _machine():
            if process != os.getpid():
                os.kill(process, 0)  # asks only whether it lives
            return False
        return time.time() - path.stat().st_mtime > _STALE
    except ProcessLookupError:
        return True
    except OSError:
        return False
