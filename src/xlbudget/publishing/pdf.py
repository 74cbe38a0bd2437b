"""A document as .pdf, by LibreOffice: found where it is installed, run with a profile of its own."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from xlbudget.errors import UnusableFileError, reason_of

_SECONDS = 300
_FILTER = (
    'pdf:writer_pdf_Export:{"UseTaggedPDF":{"type":"boolean","value":"true"},'
    '"ExportBookmarks":{"type":"boolean","value":"true"},'
    '"InitialView":{"type":"long","value":"1"}}'
)
_ABSENT = (
    "没有找到 LibreOffice，不能制作 PDF；请在 Word 或 WPS 中打开 .docx，另存为 PDF，"
    "或安装 LibreOffice 后再试。"
)
_FAILED = "LibreOffice 没有生成 PDF（{}）；请在 Word 或 WPS 中打开 .docx，另存为 PDF。"

_MOMENT = re.compile(rb"/(?:CreationDate|ModDate) ?\(D:[^)]*\)|/DocChecksum ?/[0-9A-F]{32}")
_IDENTITY = re.compile(rb"(?<=/ID \[ <)([0-9A-F]{32})>(\s*)<\1(?=> \])")


def find_office() -> Path | None:
    """LibreOffice's program: on the path, or where it is usually installed."""
    for name in ("soffice", "libreoffice"):
        found = shutil.which(name)
        if found:
            return Path(found)
    return next((place for place in _usual_places() if place.is_file()), None)


def _usual_places() -> list[Path]:
    if sys.platform == "win32":
        bases = (os.environ.get(name, "") for name in ("ProgramFiles", "ProgramFiles(x86)"))
        return [Path(base) / "LibreOffice" / "program" / "soffice.exe" for base in bases if base]
    if sys.platform == "darwin":
        inside = Path("Applications/LibreOffice.app/Contents/MacOS/soffice")
        return [Path("/") / inside, Path.home() / inside]
    return [Path("/opt/libreoffice/program/soffice"), Path("/usr/lib/libreoffice/program/soffice")]


def write_pdf(docx: Path, target: Path) -> None:
    """Write ``docx`` as ``target``: tagged, with an outline, without the moment of writing.

    Raises:
        UnusableFileError: there is no LibreOffice, it cannot read ``docx``, or ``target`` cannot be
            written; the sentence says what to do.
    """
    if not docx.is_file():
        raise UnusableFileError(f"找不到“{docx}”，不能制作 PDF；请检查路径。")
    office = find_office()
    if office is None:
        raise UnusableFileError(_ABSENT)
    with tempfile.TemporaryDirectory(prefix="xlbudget-pdf-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        source = folder / "source.docx"  # a plain name: some systems mangle others
        made = source.with_suffix(".pdf")
        try:
            shutil.copyfile(docx, source)
            _convert(office, source, folder)
            if not made.is_file():
                raise UnusableFileError(_FAILED.format("没有给出原因"))
            target.write_bytes(_timeless(made.read_bytes()))
        except OSError as error:
            raise UnusableFileError(
                f"“{target}”写不进去（{reason_of(error)}）；"
                "请检查文件夹是否存在、有没有写入权限，或文件是否正被打开。"
            ) from error


def _timeless(data: bytes) -> bytes:
    """Without dates, and with an identity that follows from the content; every place stays the same.

    The same document gives the same bytes, as far as LibreOffice itself does.
    """
    plain = _MOMENT.sub(lambda found: b" " * len(found[0]), data)
    name = hashlib.sha256(_IDENTITY.sub(b"", plain)).hexdigest()[:32].upper().encode("ascii")
    return _IDENTITY.sub(lambda found: name + b">" + found[2] + b"<" + name, plain)


def _convert(office: Path, source: Path, folder: Path) -> None:
    """Run LibreOffice, with nothing of the user's own settings."""
    command = [
        str(office),
        f"-env:UserInstallation={(folder / 'profile').as_uri()}",
        "--headless",
        "--norestore",
        "--convert-to",
        _FILTER,
        "--outdir",
        str(folder),
        str(source),
    ]
    try:
        process = subprocess.Popen(  # noqa: S603  # a program that is installed here, our own file
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError as error:
        raise UnusableFileError(_FAILED.format(f"“{office}”不能运行")) from error
    try:
        status = process.wait(_SECONDS)
    except subprocess.TimeoutExpired as error:
        raise UnusableFileError(_FAILED.format(f"超过{_SECONDS}秒没有结束")) from error
    finally:
        _end(process)
    if status != 0:
        raise UnusableFileError(_FAILED.format(f"退出码{status}"))


def _end(process: subprocess.Popen[bytes]) -> None:
    """End what still runs, with the programs that it started."""
    if process.poll() is not None:
        return
    if sys.platform == "win32":
        process.kill()
    else:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
