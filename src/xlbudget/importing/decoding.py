"""The text of a file whose encoding nobody states: UTF-8, UTF-16 or the national one."""

from __future__ import annotations

import re

from xlbudget.errors import UnusableFileError

_MARKS = (b"\xff\xfe", b"\xfe\xff")
_LOOKED_AT = 4096
_CONTROL = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
"""Signs that no text has; tabs, ends of lines and pages are none of them."""


def decoded(data: bytes, name: str) -> str:
    """The text, without a mark at its beginning; ``name`` is what the file is called in a sentence.

    Raises:
        UnusableFileError: it is no text, or in another encoding.
    """
    for encoding in _encodings(data):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not _CONTROL.search(text):
            return text.removeprefix("\ufeff")
    raise UnusableFileError(
        f"“{name}”不是文本，或编码不认识；请另存为“CSV UTF-8”，或用记事本另存为 UTF-8 编码的文本。"
    )


def _encodings(data: bytes) -> tuple[str, ...]:
    if data.startswith(_MARKS):
        return ("utf-16",)
    head = data[:_LOOKED_AT]
    zeros = [head[at::2].count(0) for at in (0, 1)]
    if 4 * max(zeros) > len(head) // 2:  # of a text with Latin letters or digits, in two bytes each
        return ("utf-16-be" if zeros[0] > zeros[1] else "utf-16-le",)
    return ("utf-8-sig", "gb18030")
