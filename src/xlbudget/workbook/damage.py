"""What goes wrong while a workbook's parts are read, said as one sentence that names the file."""

from __future__ import annotations

import struct
import zlib
from contextlib import contextmanager
from typing import TYPE_CHECKING
from zipfile import BadZipFile

from xlbudget.errors import UnusableFileError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["naming"]

_DAMAGE: tuple[type[Exception], ...] = (
    BadZipFile, EOFError, LookupError, NotImplementedError, RuntimeError, UnicodeError,
    struct.error, zlib.error,
)  # fmt: skip
"""What reading a damaged archive or part raises."""


@contextmanager
def naming(source: Path, state: str, *also: type[Exception]) -> Iterator[None]:
    """Errors name the file; ``state`` says what did not happen (没有改动).

    ``also`` are further exceptions that only a damaged file can raise in the block.

    Raises:
        UnusableFileError: in place of whatever a damaged archive or part raises.
    """
    try:
        yield
    except UnusableFileError as error:
        raise UnusableFileError(f"工作簿“{source.name}”：{error}") from error
    except OSError as error:
        raise UnusableFileError(
            f"“{source}”读不出来（{error.strerror or error}）；请检查磁盘或网络。"
        ) from error
    except (*_DAMAGE, *also) as error:
        raise UnusableFileError(
            f"工作簿“{source.name}”已损坏，{state}；请从备份恢复，或在 Excel 中打开修复后另存。"
        ) from error
