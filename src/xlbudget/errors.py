"""The one base class of errors that a user can cause, and its families.

    XlbudgetError            one clear sentence in Chinese; the command line prints it and ends with status 2
    ├── AmountError          a text that is not an amount
    ├── UnusableFileError    a file that is missing, damaged, locked or not a workbook
    ├── DataFolderError      a data folder whose files cannot be understood
    ├── MailError            a mail that cannot be made or sent: addresses, settings, the server
    └── StandardError        a standard (folder of rules) that contradicts itself

Things wrong with the *figures* are findings, never exceptions.
"""

from __future__ import annotations

import errno


class XlbudgetError(Exception):
    """Broken input; ``str()`` is one Chinese sentence that names the file or cell and the way out."""


class AmountError(XlbudgetError):
    """A text that cannot be read as an amount."""


class UnusableFileError(XlbudgetError):
    """A file that cannot be read or written at all."""


class DataFolderError(XlbudgetError):
    """A data folder (CSV and TOML) that cannot be understood."""


class MailError(XlbudgetError):
    """A mail that cannot be made or sent; what was written to disk stays."""


class StandardError(XlbudgetError):
    """A standard whose tables, rules or subject lists contradict each other."""


_REASONS = {
    errno.ENOSPC: "磁盘空间不足",
    errno.EDQUOT: "磁盘配额已用完",
    errno.EFBIG: "文件超过大小限制",
    errno.EIO: "磁盘或网络读写出错",
    errno.EACCES: "没有权限",
    errno.EROFS: "磁盘是只读的",
    errno.ENOENT: "文件或文件夹不存在",
    errno.ENOTDIR: "路径中有一段不是文件夹",
    errno.EISDIR: "是文件夹，不是文件",
    errno.EEXIST: "同名的文件或文件夹已经存在",
    errno.ENOTEMPTY: "文件夹不是空的",
    errno.EXDEV: "不在同一个磁盘上",
    errno.EBUSY: "正被别的程序使用",
    errno.ETXTBSY: "正被别的程序使用",
    errno.EAGAIN: "正被别的程序使用",
    errno.ENAMETOOLONG: "文件名或路径太长",
    errno.EINVAL: "文件名或文件系统不支持",
    errno.ELOOP: "链接绕成了圈",
    errno.EMFILE: "打开的文件太多",
    errno.ENFILE: "打开的文件太多",
    errno.ENOMEM: "内存不足",
    errno.EPIPE: "接收输出的程序已经退出",
    errno.ENODEV: "设备不存在",
    errno.ENXIO: "设备不存在",
    errno.ESTALE: "网络文件夹已断开",
    errno.ETIMEDOUT: "超时没有回应",
    errno.ECONNREFUSED: "对方没有接受连接",
    errno.ECONNRESET: "连接断开",
    errno.EHOSTUNREACH: "网络不通",
    errno.ENETUNREACH: "网络不通",
}
"""What the system's numbers of errors mean to a user."""

MACHINE = frozenset(
    {
        errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EACCES, errno.EPERM, errno.EROFS, errno.EMFILE,
        errno.ENFILE, errno.ENOMEM, errno.ESTALE, errno.EFBIG, errno.ENAMETOOLONG,
    }
)  # fmt: skip
"""What goes wrong with a machine, whatever a program does; other errors may be the program's own."""


def reason_of(error: OSError) -> str:
    """Why the system refused, in Chinese; for an unusual reason its number."""
    if isinstance(error, PermissionError):
        return _REASONS[errno.EACCES]
    if error.errno is None:
        return "系统没有说明原因"
    return _REASONS.get(error.errno, f"系统错误{error.errno}")
