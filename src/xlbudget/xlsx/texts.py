"""How a text stands in a part of a workbook: escaped as spreadsheet programs do it, or refused.

Every text of a cell goes through here, whoever writes it: a sheet that is patched, a workbook that is built.
"""

from __future__ import annotations

import re

from xlbudget.errors import UnusableFileError

LONGEST_TEXT = 32_767
"""Units of UTF-16 that a cell holds."""
_SIGNS = "\x00-\x08\x0b-\x1f"
_CONTROL = re.compile(f"[{_SIGNS}]")
_LOOKS_ESCAPED = re.compile(f"_(?=x[0-9A-Fa-f]{{4}}[_{_SIGNS}])")
_NO_CHARACTER = re.compile("[\ud800-\udfff\ufffe\uffff]")


def escaped(text: str) -> str:
    """A text with the characters that XML cannot hold as ``_xHHHH_``.

    What looks like that by itself (``_x0041_``) has its own underscore escaped, so that it comes back.
    """
    return with_controls(_LOOKS_ESCAPED.sub("_x005F_", text))


def with_controls(text: str) -> str:
    """The same for a formula, whose texts nobody reads back: they may look escaped."""
    return _CONTROL.sub(lambda match: f"_x{ord(match[0]):04X}_", text)


def refuse_unstorable(text: str, where: str) -> None:
    """Nothing that a cell cannot hold is written; ``where`` names the cell.

    Raises:
        UnusableFileError: the text is too long, or has half a character or a sign that is none, which
            programs write but do not give back.
    """
    if len(text.encode("utf-16-le", "surrogatepass")) > 2 * LONGEST_TEXT:
        raise UnusableFileError(
            f"{where}放不下{len(text)}个字，没有写入；请缩短到{LONGEST_TEXT}字以内。"
        )
    if strange := no_character(text):
        raise UnusableFileError(f"{where}的文字里有存不下的{strange}，没有写入；请删去它再试。")


def no_character(text: str) -> str:
    """The first sign of a text that is no character, in words; "" where there is none."""
    match = _NO_CHARACTER.search(text)
    return f"乱码字符（U+{ord(match[0]):04X}）" if match else ""
