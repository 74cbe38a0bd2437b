"""Which files are to be inspected: folders, globs, lists and addresses, each file once, and what was left out.

Only names are looked at here. A name that this system cannot show (GBK on a disk that has UTF-8) is shown as
what it says in GBK; whatever is opened is opened by the name as it is.
"""

from __future__ import annotations

import os
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.bureau.records import PART, RESULTS
from xlbudget.errors import UnusableFileError, reason_of
from xlbudget.importing.data_folder import INFO_FILE
from xlbudget.xlsx.backups import BACKUP_MARK
from xlbudget.xlsx.beside import MARK
from xlbudget.xlsx.sets import UNFINISHED

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

_SYSTEM = frozenset(("thumbs.db", "desktop.ini", "ehthumbs.db"))
_ENCODINGS = ("utf-8-sig", "gb18030")
_MAGIC = frozenset("*?[")


class Source(NamedTuple):
    """One file: ``path`` is its name in the results, ``place`` where it lies (a path of this system or an address).

    ``trouble`` is why it cannot even be looked at, "" where it can.
    """

    path: str
    place: str
    trouble: str = ""


class LeftOut(NamedTuple):
    """What lies beside the files and is none to be inspected, and why."""

    path: str
    reason: str


class Listing(NamedTuple):
    """All files, each once, in the order of their names, and what was left out."""

    sources: tuple[Source, ...]
    left_out: tuple[LeftOut, ...]


def is_address(text: str) -> bool:
    """Whether it names something in an object storage or on the web, and no path of this system."""
    scheme, sign, _ = text.partition("://")
    return bool(sign) and len(scheme) > 1 and scheme.replace("+", "").replace(":", "").isalnum()


def list_sources(
    paths: Sequence[str], lists: Sequence[Path] = (), ignored: Iterable[Path] = ()
) -> Listing:
    """The files that paths, globs and addresses name, and those of lists (a line each).

    What is in one folder is named from there on; of several paths each name begins with its own. ``ignored``
    are files and folders that are ours: results, a list of units.

    Raises:
        UnusableFileError: a path or list does not exist, a glob means nothing, or an address cannot be listed.
    """
    alone = len(paths) == 1 and not lists
    walk = _Walk({_identity(path) for path in ignored if path.exists()} - {None})
    for path in paths:
        walk.add(path, "", path, alone=alone)
    for one in lists:
        for line in _lines(one):
            place = line if is_address(line) else str(one.parent / line)
            walk.add(line, f"“{one}”里的", place, alone=False)
    walk.follow_links()
    sources = sorted(_named_apart(walk.sources.values()))
    return Listing(tuple(sources), tuple(sorted(walk.left_out)))


def _lines(path: Path) -> list[str]:
    """The lines of a list that hold something.

    Raises:
        UnusableFileError: it cannot be read.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UnusableFileError(
            f"清单“{path}”读不了（{reason_of(error)}）；请检查 --list 后面的文件名。"
        ) from error
    for encoding in _ENCODINGS:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return [line.strip() for line in text.splitlines() if line.strip()]
    raise UnusableFileError(f"清单“{path}”不是文本文件；请一行写一个文件名，存为 UTF-8。")


def _named_apart(sources: Iterable[Source]) -> Iterator[Source]:
    """The sources under names that can be shown; where two would be the same, one tells its signs by number."""
    taken: set[str] = set()
    for source in sources:
        name = shown(source.path)
        if name in taken:
            name = source.path.encode("utf-8", "surrogateescape").decode(
                "utf-8", "backslashreplace"
            )
        while name in taken:
            name += "~"
        taken.add(name)
        yield source._replace(path=name)


def shown(name: str) -> str:
    """A file's name as it can be shown and written: bytes that are no UTF-8 are read as GBK."""
    if name.isascii() or not any("\udc80" <= sign <= "\udcff" for sign in name):
        return name
    pieces = name.split("/")
    return "/".join(map(_piece, pieces))


def _piece(name: str) -> str:
    data = name.encode("utf-8", "surrogateescape")
    for encoding in ("utf-8", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return data.decode("utf-8", "backslashreplace")


Identity = tuple[int, int]
"""A file or folder of this system, by whatever name: its device and number there."""


def _identity(path: Path | os.DirEntry[str]) -> Identity | None:
    """Which file a name means in the end; None where it means none."""
    try:
        facts = path.stat()
    except OSError:
        return None
    return facts.st_dev, facts.st_ino


class _Walk:
    """What has been met so far. Links are followed at last, so that a file goes by its own name."""

    def __init__(self, ignored: Collection[Identity | None]) -> None:
        self.sources: dict[str, Source] = {}
        self.left_out: list[LeftOut] = []
        self._ignored = ignored
        self._folders: set[Identity] = set()
        self._files: set[Identity] = set()
        self._links: list[tuple[str, str]] = []

    def add(self, path: str, whose: str, place: str, *, alone: bool) -> None:
        """What one path, glob or address stands for.

        Raises:
            UnusableFileError: it stands for nothing.
        """
        if is_address(place):
            self._add_address(place)
            return
        if _is_folder(place):
            self._add_folder("" if alone else _slashed(path).rstrip("/") + "/", place)
        elif os.path.lexists(place):
            self._add_file(_slashed(path), place)
        elif _MAGIC & set(place):
            found = _matching(place)
            if not found:
                raise UnusableFileError(f"没有文件符合{whose}“{shown(path)}”；请检查写法。")
            base = place.removesuffix(path)
            for one in found:
                name = one.removeprefix(base)
                reason = _own_business(os.path.basename(one))  # noqa: PTH119  # a folder may end with its sign
                if reason:
                    self._leave(_slashed(name), reason)
                elif os.path.islink(one):  # noqa: PTH114  # as below
                    self._links.append((_slashed(name), one))
                else:
                    self.add(name, whose, one, alone=False)
        elif whose:
            self._trouble(_slashed(path), place, "文件或文件夹不存在；请检查清单。")
        else:
            raise UnusableFileError(f"找不到“{shown(path)}”；请检查文件或文件夹的名称。")

    def follow_links(self) -> None:
        """What links lead to, unless it was met already."""
        for path, place in self._links:
            if not os.path.exists(place):  # noqa: PTH110  # as pathlib's raises where a name is odd
                self._trouble(path, place, "是一个链接，它指向的文件不存在。")
                continue
            target, above = (
                Path(os.path.realpath(place)),
                Path(os.path.realpath(Path(place).parent)),
            )
            if above.is_relative_to(target):
                self._leave(path, "链接，绕成了圈")
            elif _identity(target) in self._folders | self._files:
                self._leave(path, "链接，指向的文件或文件夹另有列出")
            elif _is_folder(place):
                self._add_folder(f"{path}/", place)
            else:
                self._add_file(path, place)

    def _leave(self, path: str, reason: str) -> None:
        self.left_out.append(LeftOut(shown(path), reason))

    def _trouble(self, path: str, place: str, reason: str) -> None:
        name = shown(PurePosixPath(path).name or path)
        self.sources.setdefault(place, Source(path, place, f"“{name}”{reason}"))

    def _add_file(self, path: str, place: str) -> None:
        identity = _identity(Path(place))
        if identity is not None:
            if identity in self._ignored:
                return
            self._files.add(identity)
        key = os.path.realpath(place)
        self.sources.setdefault(key, Source(path, place))

    def _add_folder(self, prefix: str, place: str) -> None:
        """All below a folder; one that was met already, by whatever way, adds nothing."""
        waiting = [(prefix, place)]
        while waiting:
            prefix, place = waiting.pop()
            identity = _identity(Path(place))
            if identity is None or identity in self._ignored or identity in self._folders:
                continue
            self._folders.add(identity)
            try:
                with os.scandir(place) as entries:
                    found = sorted(entries, key=lambda entry: entry.name, reverse=True)
            except OSError as error:
                self._trouble(prefix or ".", place, f"是一个打不开的文件夹（{reason_of(error)}）。")
                continue
            if any(entry.name in (RESULTS, PART) for entry in found):
                self._leave(prefix.rstrip("/") or ".", "以前检查的结果")
                continue
            below = [self._entry(prefix, entry) for entry in found]
            waiting += filter(None, below)

    def _entry(self, prefix: str, entry: os.DirEntry[str]) -> tuple[str, str] | None:
        """A file goes to the others; a folder is given back, to be looked into."""
        name, path = entry.name, f"{prefix}{entry.name}"
        reason = _own_business(name)
        if reason:
            self._leave(path, reason)
        elif entry.is_symlink():
            self._links.append((path, entry.path))
        elif entry.is_dir(follow_symlinks=False):
            if _is_folder(entry.path):
                return f"{path}/", entry.path
            self._add_file(path, entry.path)
        elif not entry.is_file(follow_symlinks=False):
            self._leave(path, "不是普通文件")
        else:
            self._add_file(path, entry.path)
        return None

    def _add_address(self, address: str) -> None:
        """A file, or all files below a folder or of a glob, in whatever fsspec reaches.

        Raises:
            UnusableFileError: fsspec is not there, or the address cannot be listed.
        """
        from xlbudget.bureau.addresses import files_at  # noqa: PLC0415  # few have any

        for one in files_at(address):
            name = one.partition("::")[0].rpartition("/")[2]
            reason = _own_business(name)
            if reason:
                self._leave(one, reason)
            else:
                self.sources.setdefault(one, Source(one, one))


def _matching(pattern: str) -> list[str]:
    """What a glob means; ``**`` goes through no link, of which there may be circles."""
    path = Path(pattern)
    base = Path(path.anchor)
    try:
        return sorted(str(one) for one in base.glob(str(path.relative_to(base))))
    except (ValueError, NotImplementedError):  # stars where none may be
        return []


def _is_folder(place: str) -> bool:
    """Whether it is a folder of files; a data folder is inspected as one."""
    # Pathlib's own questions raise where a name is odd.
    return os.path.isdir(place) and not os.path.isfile(os.path.join(place, INFO_FILE))  # noqa: PTH112, PTH113, PTH118


def _own_business(name: str) -> str:
    """Why a file or folder of that name is none to be inspected, "" where it is one."""
    if name.startswith(("~$", ".~lock.")):
        return "锁文件：它的工作簿或文档正打开着，检查的是最近一次存盘的内容"
    if BACKUP_MARK in name:
        return "备份"
    if name.startswith((MARK, UNFINISHED)):
        return "没有写完的文件"
    if name.startswith("."):
        return "隐藏文件"
    return "系统文件" if name.lower() in _SYSTEM else ""


def _slashed(path: str) -> str:
    return path.replace(os.sep, "/") if os.sep != "/" else path


def summed_up(left_out: Sequence[LeftOut], shown_names: int = 2) -> list[str]:
    """What was left out in sentences: of each reason how many, and the first names."""
    reasons = dict.fromkeys(one.reason for one in left_out)
    sentences = []
    for reason in reasons:
        names = [one.path for one in left_out if one.reason == reason]
        more = f"等{len(names)}个" if len(names) > shown_names else ""
        listed = "、".join(f"“{name}”" for name in names[:shown_names])
        sentences.append(f"没有检查{listed}{more}：{reason}。")
    return sentences
