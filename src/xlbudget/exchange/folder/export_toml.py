"""The particulars of a book as the TOML files of a data folder."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from xlbudget.exchange.folder.export_tables import amount_text
from xlbudget.exchange.folder.more import FINAL_PARTS
from xlbudget.figures import Unreadable
from xlbudget.money import COUNT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from xlbudget.figures import Book, Profile, TextUnit
    from xlbudget.standard.model import Field, Standard

__all__ = ["finals_toml", "info_toml", "lists_toml", "profile_toml"]

_INFO_HEAD = """\
# 基础信息。左边是项目名称（请勿改动），等号右边填内容；文字写在英文双引号里，数字不加引号，没有内容的整行删去。
"""
_FINALS_HEAD = """\
# 改写过的段落（定稿）：段落编号请勿改动。没有列出的段落用生成的文字。
"""


def _quoted(text: str) -> str:
    """A basic string: JSON's escapes are TOML's, but for DEL."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007F")


def info_toml(standard: Standard, book: Book) -> str:
    """基础信息: sections of fields, then the lists by name or code."""
    lines = [_INFO_HEAD]
    for section in standard.sections:
        values = [
            f"{_quoted(field.label)} = {value}"
            for field in section.fields
            if (value := _value(standard, book, field))
        ]
        if values:
            lines += [f"[{_quoted(section.title)}]", *values, ""]
    for keyed in standard.keyed:
        entries = book.keyed.get(keyed.key, {})
        if entries:
            lines.append(f"[{_quoted(keyed.title)}]")
            lines += [f"{_quoted(name)} = {_quoted(text)}" for name, text in entries.items()]
            lines.append("")
    return "\n".join(lines)


def _value(standard: Standard, book: Book, field: Field) -> str:
    """The value as TOML; empty where the line is left out.

    A blank field is left out, unless leaving it out would give it its default.
    """
    found = book.info.get(field.key)
    if field.kind == "year":
        return str(book.year)
    if found is None:
        return ""
    blank = '""' if field.default else ""
    value = found.value
    if isinstance(value, str):
        return _quoted(value) if value else blank
    if value is None or isinstance(value, Unreadable):
        return blank
    return amount_text(value, COUNT if field.kind == "count" else standard.unit)


def profile_toml(profile: Profile) -> str:
    """部门概况: duties, the remark on institutions, offices, budget units."""
    lines = list(_list("主要职能", profile.duties)) if profile.duties else []
    if profile.remark:
        lines.append(f"{_quoted('机构说明')} = {_quoted(profile.remark)}")
    lines += _list("预算单位", profile.units) if profile.units else []
    for office in profile.offices:
        lines += ["", f"[[{_quoted('机构设置')}]]", f"{_quoted('名称')} = {_quoted(office.name)}"]
        lines += [f"{_quoted('职责')} = {_quoted(office.duty)}"] if office.duty else []
    return "\n".join([*lines, ""])


def lists_toml(lists: Mapping[str, Sequence[str]]) -> str:
    """A list of texts under each name."""
    return "\n".join([line for name, texts in lists.items() for line in _list(name, texts)] + [""])


def _list(name: str, texts: Sequence[str]) -> Iterator[str]:
    yield f"{_quoted(name)} = ["
    yield from (f"  {_quoted(text)}," for text in texts)
    yield "]"


def finals_toml(texts: Sequence[TextUnit]) -> str:
    """The paragraphs that a person has written."""
    lines = [_FINALS_HEAD]
    for name, part in FINAL_PARTS.items():
        for unit in texts:
            if unit.part == part:
                lines += [f"[[{_quoted(name)}]]", f"{_quoted('段落')} = {_quoted(unit.id)}"]
                if unit.section != unit.id.partition(".")[0]:
                    lines.append(f"{_quoted('部分')} = {_quoted(unit.section)}")
                lines += [f"{_quoted('类别')} = {_quoted('标题')}"] if unit.heading else []
                lines += [f"{_quoted('定稿')} = {_quoted(unit.text)}", ""]
    return "\n".join(lines)
