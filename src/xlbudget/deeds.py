"""What a run has done that stays: files put in their places, backups, mails. Whatever ends a run says it.

Whoever begins a run opens a record (:func:`recording`); whatever replaces a file or sends a mail notes it
the moment it is done. Without a record, as in a program that uses the library, nothing is noted.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

from xlbudget.interrupts import held

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_NAMED = 8
"""So many files are named in a sentence."""


class Record:
    """What was done so far: each file or folder with its backup, each mail with who gets it."""

    def __init__(self) -> None:
        self._written: dict[Path, Path | None] = {}
        self._mails: dict[str, str] = {}

    def __bool__(self) -> bool:
        return bool(self._written or self._mails)

    @property
    def said(self) -> str:
        """What was done, as a part of a sentence; "" where nothing was."""
        names = [
            f"“{path.name}”" + (f"（原文件备份为“{backup.name}”）" if backup else "")
            for path, backup in self._written.items()
        ]
        many = f"等{len(names)}个文件" if len(names) > _NAMED else ""
        written = f"已写入{'、'.join(names[:_NAMED])}{many}" if names else ""
        mails = [f"邮件{how}{people}" for people, how in self._mails.items()]
        return "，".join(filter(None, [written, *mails]))

    @property
    def before(self) -> str:
        """A sentence to follow one about a failure; "" where nothing was done before it."""
        return f"此前{self.said}。" if self else ""

    @property
    def state(self) -> str:
        """What became of the user's files, as the rest of a sentence about a failure."""
        return f"此前{self.said}，此外没有改动" if self else "您的文件没有改动"


_record: ContextVar[Record | None] = ContextVar("record", default=None)


@contextmanager
def recording() -> Iterator[Record]:
    """A record of what is done meanwhile."""
    record = Record()
    token = _record.set(record)
    try:
        yield record
    finally:
        _record.reset(token)


def put_in_place(made: Path, path: Path, backup: Path | None = None) -> None:
    """Rename what is finished to where it belongs, and note it: an interruption comes before or after both.

    ``backup`` is where the old content has been kept.

    Raises:
        OSError: as of renaming; then nothing is noted.
    """
    with held():
        os.replace(made, path)  # noqa: PTH105  # as of a path, which may be a folder
        note_written(path, backup)


def note_written(path: Path, backup: Path | None = None) -> None:
    """A file or folder has its new content; the first backup is the one with the content before the run."""
    record = _record.get()
    if record is not None:
        record._written[path] = record._written.get(path) or backup  # noqa: SLF001  # its own module


def note_taken_back(path: Path) -> None:
    """A file or folder is again as it was before the run."""
    record = _record.get()
    if record is not None:
        record._written.pop(path, None)  # noqa: SLF001  # as above


SENT, PERHAPS_SENT, NOT_SENT = "已发给", "可能已发给", ""


def note_mail(people: str, how: str) -> None:
    """What became of a mail to these people: one of the three above."""
    record = _record.get()
    if record is not None:
        record._mails.pop(people, None)  # noqa: SLF001  # as above
        if how:
            record._mails[people] = how  # noqa: SLF001  # as above
