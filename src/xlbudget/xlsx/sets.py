"""Several files of a folder replaced together: the old set or the new one, and never a part of each.

A new folder is made beside and renamed. In a folder that is there, among files of others, the new ones
are made ready below it; then that place is renamed to a name that says what it is, and from this moment
on the set counts as written: its files are moved to where they belong, by this process, or, where it is
killed, by the next that writes there. Until then whoever reads the folder is told.
"""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.deeds import note_written, put_in_place
from xlbudget.errors import UnusableFileError, reason_of
from xlbudget.interrupts import held
from xlbudget.xlsx.backups import BACKUP_MARK, drop_oldest, how_many, keep
from xlbudget.xlsx.beside import clear_stale, temporary_file, temporary_folder
from xlbudget.xlsx.locks import refuse_open_file, writing
from xlbudget.xlsx.owners import same_owner, synced, synced_folder

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

UNFINISHED = "没有写完，请再运行一次"
"""The folder below a folder in which the rest of its new set lies."""
FINISHED = "文件夹“{}”上次没有写完，已先把那一套写完。"

_INSIDE, _GONE, _BESIDE = _PARTS = "files", "gone", "beside"


class _Step(NamedTuple):
    """A file that is ready, and where it goes; or, where it lies among those, what is to go from there."""

    staged: Path
    target: Path

    def take(self) -> None:
        if self.staged.parent.name == _GONE:
            self.target.unlink(missing_ok=True)
        else:
            self.staged.replace(self.target)

    def give_back(self) -> None:
        if self.staged.parent.name != _GONE and not self.staged.exists():
            self.target.replace(self.staged)


def is_unfinished(folder: Path) -> bool:
    """Whether a set in this folder was begun by a process that was killed, or is being moved now."""
    return (folder / UNFINISHED).is_dir()


def replace_set(
    folder: Path,
    files: Mapping[str, bytes],
    obsolete: Collection[str] = (),
    *,
    beside: Mapping[str, bytes] | None = None,
    by: str = "",
) -> list[Path]:
    """Write ``files`` (name -> content) and remove the ``obsolete``; a new folder appears whole.

    ``beside`` are files of the set that lie beside the folder and begin with its name; no backup is
    kept of those. What a file or one of the obsolete replaces is kept as a numbered backup; these are
    given back. Files with the same content are not touched. After an error the folder is as it was.

    Raises:
        UnusableFileError: the folder cannot be written, another process is writing it, or a file of
            it is open. The sentence says where it was not possible to put everything back.
    """
    try:
        how_many()
        folder.parent.mkdir(parents=True, exist_ok=True)
        real = folder.resolve()
        clear_stale(real)
        if not real.exists():
            _new_folder(real, files, beside or {})
            return []
        for name in (UNFINISHED, *files, *obsolete):
            clear_stale(real / name)
        with writing(real / UNFINISHED, by, name=folder.name):
            finish_set(real)
            return _exchange(real, files, obsolete, beside or {}, by)
    except OSError as error:
        raise _unwritable(folder, error) from error


def finish_set(folder: Path) -> bool:
    """Move what a killed process has left of a set to where it belongs; whether there was any.

    Raises:
        UnusableFileError: it cannot be moved, or another process is just doing it.
    """
    if not is_unfinished(folder):
        return False
    real = folder.resolve()
    try:
        with writing(real / UNFINISHED, name=folder.name):
            return _finish(real)
    except OSError as error:
        raise UnusableFileError(
            f"文件夹“{folder}”上次没有写完，这次也写不进去（{reason_of(error)}）；"
            "请关闭正在使用其中文件的程序，检查权限，再试一次。"
        ) from error


def _new_folder(folder: Path, files: Mapping[str, bytes], beside: Mapping[str, bytes]) -> None:
    made = temporary_folder(folder)
    try:
        _stage(made, files)
        if beside:
            (made / UNFINISHED).mkdir()
            _stage(made / UNFINISHED / _BESIDE, beside)
        if folder.exists():
            raise UnusableFileError(
                f"文件夹“{folder}”刚刚被别的程序新建了，没有写出文件；请核对后再试一次。"
            )
        put_in_place(made, folder)
    finally:
        shutil.rmtree(made, ignore_errors=True)
    try:
        _finish(folder)
    except OSError as error:
        raise UnusableFileError(
            f"文件夹“{folder}”已经写出，但它旁边的“{'”“'.join(beside)}”写不进去"
            f"（{reason_of(error)}）；请检查权限，再运行一次。"
        ) from error


def _exchange(
    folder: Path,
    files: Mapping[str, bytes],
    obsolete: Collection[str],
    beside: Mapping[str, bytes],
    by: str,
) -> list[Path]:
    """The same in a folder that is there; the backups."""
    parts = {
        _INSIDE: _different(folder, files),
        _GONE: {name: b"" for name in obsolete if (folder / name).exists()},
        _BESIDE: _different(folder.parent, beside),
    }
    if not any(parts.values()):
        return []
    staged = temporary_folder(folder / UNFINISHED)
    kept: dict[Path, tuple[Path, bool]] = {}
    try:
        for part, contents in parts.items():
            _stage(staged / part, contents)
        for step in _steps(staged, folder):
            if step.target.exists():
                refuse_open_file(step.target)
                same_owner(step.target, step.staged)
                if step.target.parent == folder:
                    kept[step.target] = keep(step.target, by)
    except BaseException:
        _given_up(staged, kept)
        raise
    with held():
        _carry_out(folder, staged, kept)
        note_written(folder)
        _settled(folder, kept)
    return [path for path, _ in kept.values()]


def _carry_out(folder: Path, staged: Path, kept: Mapping[Path, tuple[Path, bool]]) -> None:
    """Move everything that is ready; what fails is undone, what interrupts has to wait.

    Raises:
        OSError: all is as it was.
        UnusableFileError: it is not; the sentence says so.
    """
    done: list[_Step] = []
    try:
        staged.rename(folder / UNFINISHED)
        synced_folder(folder)
        for step in _steps(folder / UNFINISHED, folder):
            step.take()
            done.append(step)
    except OSError as error:
        lost = _undone(done, kept)
        if not lost:
            with suppress(FileNotFoundError):
                (folder / UNFINISHED).rename(staged)
            _given_up(staged, kept)
            raise
        for path in lost:
            note_written(path, kept.get(path, (None,))[0])
        names = "、".join(f"“{path.name}”" for path in lost)
        raise UnusableFileError(
            f"文件夹“{folder}”没有写完（{reason_of(error)}）：{names}已换成新的内容，没能恢复，原来的内容"
            f"在同一文件夹名称带“{BACKUP_MARK}”的文件里。请检查磁盘，再运行一次，会先把这一套写完。"
        ) from error
    except BaseException:
        with suppress(OSError):  # then the next run does it
            if not _finish(folder):
                _given_up(staged, kept)
        raise


def _given_up(staged: Path, kept: Mapping[Path, tuple[Path, bool]]) -> None:
    """Nothing of it was moved, or all was moved back: what was made ready for it goes."""
    shutil.rmtree(staged, ignore_errors=True)
    _forget(path for path, fresh in kept.values() if fresh)


def _finish(folder: Path) -> bool:
    """Move what is ready below a folder to where it belongs; whether there was any.

    Raises:
        OSError: it cannot be moved; the next run may do it.
    """
    if not is_unfinished(folder):
        return False
    kept = {}
    for step in _steps(folder / UNFINISHED, folder):
        if step.target.exists() and step.target.parent == folder:
            kept[step.target] = keep(step.target)
        step.take()
    _settled(folder, kept)
    return True


def _undone(done: Sequence[_Step], kept: Mapping[Path, tuple[Path, bool]]) -> list[Path]:
    """Put back what was there, and what was new to where it was made ready; what could not be put back."""
    lost = []
    for step in reversed(done):
        old = None
        try:
            if step.target in kept:
                old = temporary_file(step.target)
                shutil.copy2(kept[step.target][0], old)
                same_owner(kept[step.target][0], old)
                synced(old)
            step.give_back()
            if old is not None:
                old.replace(step.target)
        except OSError:
            lost.append(step.target)
        finally:
            if old is not None:
                old.unlink(missing_ok=True)
    return lost


def _settled(folder: Path, kept: Iterable[Path]) -> None:
    """Everything is where it belongs: nothing of it is left over, and the oldest backups go.

    Only what we put there is removed. What does not go now goes when the set is written next.
    """
    place = folder / UNFINISHED
    with suppress(OSError):
        if place.is_dir():
            for part in _PARTS:
                _forget((place / part).glob("*"))
                if (place / part).is_dir():
                    (place / part).rmdir()
            place.rmdir()
        synced_folder(folder)
    for path in kept:
        drop_oldest(path)


def _forget(paths: Iterable[Path]) -> None:
    for path in paths:
        with suppress(OSError):  # it is of no use any more, and harms nobody
            path.unlink()


def _steps(place: Path, folder: Path) -> Iterator[_Step]:
    """What is ready in a place, file by file.

    A folder that came from elsewhere may bring such a place: nothing is followed that leads out of it, and
    beside the folder only what bears its name is written.
    """
    for part in _PARTS:
        ready = place / part
        if ready.is_symlink() or not ready.is_dir():
            continue
        for staged in sorted(ready.iterdir()):
            if staged.is_symlink() or not staged.is_file():
                continue
            if part != _BESIDE:
                yield _Step(staged, folder / staged.name)
            elif staged.name.startswith(folder.name):
                yield _Step(staged, folder.parent / staged.name)


def _stage(place: Path, files: Mapping[str, bytes]) -> None:
    """Write files that last into a folder of ours."""
    place.mkdir(exist_ok=True)
    for name, data in files.items():
        with (place / name).open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    synced_folder(place)


def _different(folder: Path, files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Those that the folder does not hold just so."""
    return {
        name: data
        for name, data in files.items()
        if not (folder / name).exists() or (folder / name).read_bytes() != data
    }


def _unwritable(folder: Path, error: OSError) -> UnusableFileError:
    return UnusableFileError(
        f"文件夹“{folder}”写不进去（{reason_of(error)}），没有写出文件；"
        "请检查权限和磁盘空间，或用 -o 换一个文件夹。"
    )
