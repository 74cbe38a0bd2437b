"""Files in object storage, in archives or on the web, by the addresses of fsspec (``s3://…``, ``zip://…::…``)."""

from __future__ import annotations

import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xlbudget.errors import UnusableFileError

if TYPE_CHECKING:
    from collections.abc import Iterator

_MISSING = "地址“{}”要用 fsspec 才能打开；请先安装 xlbudget[bureau]，再试一次。"
_WEB = ("http", "https")


def _opened(address: str) -> tuple[Any, str]:
    """The storage of an address, and the way to the file in it.

    Raises:
        UnusableFileError: fsspec or what it needs for this kind of storage is not installed, or it refuses.
    """
    try:
        from fsspec.core import url_to_fs  # type: ignore[import-untyped]  # noqa: PLC0415  # an extra
    except ImportError as error:
        raise UnusableFileError(_MISSING.format(address)) from error
    try:
        storage, path = url_to_fs(address)
    except ImportError as error:  # each kind of storage has a package of its own
        raise UnusableFileError(f"地址“{address}”打不开：{error}。") from error
    except Exception as error:
        raise _refused(address, error) from error
    return storage, path


def _refused(address: str, error: Exception) -> UnusableFileError:
    """Whatever a storage answers; each has its own kinds of errors."""
    said = " ".join(str(error).split()) or type(error).__name__
    return UnusableFileError(f"地址“{address}”打不开（{said[:200]}）；请检查地址和访问权限。")


def files_at(address: str) -> list[str]:
    """The addresses of the file, of all files below the folder, or of those that a glob means.

    Raises:
        UnusableFileError: it cannot be listed, or there is nothing.
    """
    storage, path = _opened(address)
    head, sign, behind = address.partition("::")
    if head.partition("://")[0] in _WEB and not head.endswith("/"):
        return [address]
    try:
        if set("*?[") & set(path):
            found = [one for one in storage.glob(path) if not storage.isdir(one)]
        elif storage.isfile(path):
            return [address]
        else:
            found = storage.find(path)
    except Exception as error:
        raise _refused(address, error) from error
    if not found:
        raise UnusableFileError(f"地址“{address}”下没有文件；请检查地址。")
    return sorted(f"{storage.unstrip_protocol(one)}{sign}{behind}" for one in found)


@contextmanager
def fetched(address: str) -> Iterator[Path]:
    """The file of an address on this machine, under its own name, as long as it is looked at.

    Raises:
        UnusableFileError: it cannot be fetched.
    """
    storage, path = _opened(address)
    name = Path(path.rstrip("/")).name or "文件"
    with tempfile.TemporaryDirectory(prefix="xlbudget-") as folder:
        target = Path(folder) / name
        try:
            with storage.open(path, "rb") as source, target.open("wb") as copy:
                shutil.copyfileobj(source, copy)
        except Exception as error:
            raise _refused(address, error) from error
        yield target
