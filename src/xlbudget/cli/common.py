"""What the commands share without click: how they end, and files: names, overwriting, writing reports.

An end is an exit status and one sentence per error, never a traceback.
"""

from __future__ import annotations

import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from xlbudget.cli.streams import lost_output
from xlbudget.deeds import recording
from xlbudget.errors import UnusableFileError, XlbudgetError
from xlbudget.interrupts import INTERRUPTED, working
from xlbudget.logs import sentence_about

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import BinaryIO

    from xlbudget.xlsx.cells import Afterwards, CellEdit
    from xlbudget.xlsx.workbook import Workbook


WRONG = 1
"""Exit status where there are findings of level error."""

UNUSABLE = 2
"""Exit status for unusable input or arguments."""


def fail(sentence: str) -> int:
    """Say why nothing was done, on one line whatever it quotes from a file; the exit status for that."""
    if not sentence.isprintable():
        from xlbudget.report.text_report import clean  # noqa: PLC0415  # rare

        sentence = clean(sentence)
    print(sentence, file=sys.stderr)  # noqa: T201  # the command line's own output
    return UNUSABLE


def ending(work: Callable[[], int]) -> int:
    """Do the work; whatever it raises becomes a sentence and an exit status.

    What the sentence says of the user's files is what the record of this run holds.
    """
    with recording() as record:
        try:
            with working():
                status = work()
                lost = lost_output()
        except KeyboardInterrupt:
            fail(f"已中断；{record.state}。")
            return INTERRUPTED
        except XlbudgetError as error:
            return fail(f"{error}{record.before}")
        except Exception as error:  # noqa: BLE001  # the user gets a sentence, the developers a log
            return fail(sentence_about(error, f"没有完成；{record.state}"))
        if lost:
            fail(f"结果没有全部显示出来（{lost}）；{record.state}。")
            return status or UNUSABLE
        return status


@contextmanager
def telling(*, quiet: bool) -> Iterator[Callable[[str], None]]:
    """Who watches on a terminal is shown what is being done, by what is given here."""
    if quiet or not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console  # noqa: PLC0415  # only where somebody watches

    with Console(stderr=True).status("") as status:
        yield status.update


# ------------------------------------------------------------------ files


SUFFIXES = (".xlsm", ".xlsx")


def expand_paths(paths: Iterable[Path]) -> list[Path]:
    """Workbooks as given; a folder stands for all workbooks below it, without lock and backup files.

    Raises:
        UnusableFileError: a folder without workbooks.
    """
    found: list[Path] = []
    for path in paths:
        if path == STANDARD_INPUT or not path.is_dir():
            found.append(path)
            continue
        from xlbudget.xlsx.backups import BACKUP_MARK  # noqa: PLC0415  # for folders alone
        from xlbudget.xlsx.beside import MARK  # noqa: PLC0415  # as above
        from xlbudget.xlsx.sets import UNFINISHED  # noqa: PLC0415  # as above

        below = sorted(
            one
            for one in path.rglob("*")
            if one.suffix.lower() in SUFFIXES
            and not one.name.startswith(("~$", "."))
            and BACKUP_MARK not in one.name
            and not any(part.startswith((MARK, UNFINISHED)) for part in one.parts)
        )
        if not below:
            raise UnusableFileError(f"文件夹“{path}”里没有工作簿（.xlsm 或 .xlsx）。")
        found.extend(below)
    return list(dict.fromkeys(found))


STANDARD_INPUT = Path("-")
_MOST_BYTES = 200 * 2**20
"""More than any workbook or document of a budget has, and what fits into memory."""
_SIGNATURES = ((b"%PDF", ".pdf"), (b"\xd0\xcf\x11\xe0", ".doc"), (b"<", ".html"))


@contextmanager
def standard_input(stream: BinaryIO | None = None) -> Iterator[Path]:
    """What comes in on standard input as a file of its kind, for as long as it is looked at.

    Raises:
        UnusableFileError: nothing comes, or too much.
    """
    import tempfile  # noqa: PLC0415  # only ever needed here

    data = (stream or sys.stdin.buffer).read(_MOST_BYTES + 1)
    if not data:
        raise UnusableFileError("标准输入没有内容；请把工作簿或公开文本的内容传给本命令。")
    if len(data) > _MOST_BYTES:
        raise UnusableFileError(f"标准输入超过{_MOST_BYTES // 2**20}MB，没有读取；请改用文件名。")
    with tempfile.TemporaryDirectory(prefix="xlbudget-") as folder:
        path = Path(folder) / f"标准输入{_suffix(data)}"
        path.write_bytes(data)
        yield path


def _suffix(data: bytes) -> str:
    """The kind of a file by how it begins; of a zip, by what is in it."""
    if data.startswith(b"PK"):
        return ".docx" if b"word/document.xml" in data else ".xlsx"
    start = data[:64].removeprefix(b"\xef\xbb\xbf").lstrip()
    return next((suffix for sign, suffix in _SIGNATURES if start.startswith(sign)), ".txt")


def refuse_no_workbook(path: Path) -> None:
    """What is to be a workbook has the name of one.

    Raises:
        UnusableFileError: it has not.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise UnusableFileError(f"“{path.name}”的扩展名应为 .xlsm 或 .xlsx。")


def refuse_existing(path: Path) -> None:
    """A new file never replaces one that is there.

    Raises:
        UnusableFileError: the file exists, or its folder does not.
    """
    if path.exists():
        raise UnusableFileError(f"“{path}”已经存在，没有改动；请换一个文件名，或先把原文件移走。")
    if not path.parent.is_dir():
        raise UnusableFileError(f"文件夹“{path.parent}”不存在；请先建立文件夹。")


def target_of(book: Path, output: Path | None) -> Path:
    """Where a workbook is written: its own file, or a new one of the same kind.

    Raises:
        UnusableFileError: the file is open; a new one exists, its folder does not, or Excel would
            not open it because its name says something else than its content.
    """
    from xlbudget.xlsx.locks import refuse_open_file  # noqa: PLC0415  # not needed for the screen

    if output is not None:
        if output.suffix.lower() != book.suffix.lower():
            raise UnusableFileError(
                f"“{output.name}”的扩展名应与原工作簿相同（{book.suffix}），否则 Excel 打不开；没有写入。"
            )
        refuse_existing(output)
    refuse_open_file(output or book)
    return output or book


def refuse_workbook(path: Path) -> None:
    """A report is no workbook and never takes the place of one.

    Raises:
        UnusableFileError: the name is a workbook's.
    """
    if path.suffix.lower() in SUFFIXES:
        raise UnusableFileError(
            f"校验结果不能写成工作簿“{path.name}”；请用 .txt、.html 或 .json 的文件名。"
        )


def write_text(path: Path, text: str) -> None:
    """Write a text file whole or not at all, keeping a backup of one that is replaced.

    Raises:
        UnusableFileError: the folder is missing or may not be written to.
    """
    from xlbudget.xlsx.atomic import replace_text  # noqa: PLC0415  # not needed for the screen

    if not path.parent.is_dir():
        raise UnusableFileError(f"文件夹“{path.parent}”不存在；请先建立文件夹。")
    replace_text(path, text)


@contextmanager
def writing_to(book: Path, output: Path | None, by: str) -> Iterator[Path]:
    """Where a workbook is written; from before it is read until it is written by this command alone.

    Raises:
        UnusableFileError: as for :func:`target_of`, or another process goes on writing it.
    """
    from xlbudget.xlsx.locks import writing  # noqa: PLC0415  # not needed for the screen

    target = target_of(book, output)
    with writing(target, by):
        yield target


def write_edits(
    source: Workbook, target: Path, edits: Sequence[CellEdit], afterwards: Afterwards, by: str
) -> Path | None:
    """Write edits of ``source`` into it, or into a copy; the backup. Without any it stays as it is.

    ``by`` is the command.

    Raises:
        UnusableFileError: it cannot be written, or is not what was read any more.
    """
    from xlbudget.xlsx.atomic import replace_atomically  # noqa: PLC0415  # not needed for the screen

    own = target == source.path
    if own and not edits:
        return None
    return replace_atomically(
        target,
        lambda one: source.patch(one, edits, afterwards),
        backup=own,
        by=by,
        read=source.archive.data if own else None,
        new=not own,
    )
