"""A new file made like the one whose place it takes, and what is written made to last."""

from __future__ import annotations

import errno
import os
import stat
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_NOT_OURS = {errno.EPERM, errno.EACCES, errno.ENOTSUP, errno.ENODATA, errno.EINVAL}
"""What the system answers where an attribute cannot be taken over: it is not ours to give."""


def same_owner(old: Path, new: Path) -> None:
    """Owner, group, mode, access list and further attributes of ``old``, as far as we may give them.

    Who is not the owner cannot make a file his; the group may still be given, and the mode always.

    Raises:
        OSError: the disk fails.
    """
    mode = stat.S_IMODE(old.stat().st_mode)
    if hasattr(os, "chown") and not _given(old, new):
        # Another group must not see what only its own one saw: it is anybody.
        mode = mode & ~(stat.S_IRWXG | stat.S_ISUID | stat.S_ISGID) | (mode & stat.S_IRWXO) << 3
    if hasattr(os, "listxattr"):
        there = _attributes(old)
        for name in {*there, *_attributes(new)}:
            try:
                if name in there:
                    os.setxattr(new, name, os.getxattr(old, name))
                else:
                    os.removexattr(new, name)
            except OSError as error:
                if error.errno not in _NOT_OURS:
                    raise
    new.chmod(mode)


def _given(old: Path, new: Path) -> bool:
    """Give a file to another's owner and group; whether the group is the same now."""
    was, now = old.stat(), new.stat()
    if (was.st_uid, was.st_gid) == (now.st_uid, now.st_gid):
        return True
    for owner in (was.st_uid, -1):
        try:
            os.chown(new, owner, was.st_gid)
        except PermissionError:
            continue
        return True
    return was.st_gid == now.st_gid


def _attributes(path: Path) -> list[str]:
    try:
        return os.listxattr(path)
    except OSError as error:
        if error.errno not in _NOT_OURS:
            raise
        return []


def usual_mode(new: Path) -> None:
    """The mode of a file that a program has just made; its owner may always read and write it.

    In a browser the first answer of umask may be one that takes everything from everybody.
    """
    mask = os.umask(0o077)  # there is no way to read it but to set it
    os.umask(mask)
    new.chmod(0o666 & ~mask | stat.S_IRUSR | stat.S_IWUSR)


def synced(path: Path) -> None:
    """Make a file's content last.

    Raises:
        OSError: the disk does not take it.
    """
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def synced_folder(folder: Path) -> None:
    """Make renaming in a folder last; not every system can open one.

    Raises:
        OSError: the disk does not take it.
    """
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
