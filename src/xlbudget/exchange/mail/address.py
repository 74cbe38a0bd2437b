"""Addresses of mail: checked before they stand in a header."""

from __future__ import annotations

import re
from typing import NamedTuple

from xlbudget.errors import MailError

__all__ = ["Address", "address_of"]

_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_DOMAIN = re.compile(r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z0-9-]{2,63}")
_NAMED = re.compile(r'\s*(?:"([^"\\<>]*)"|([^"\\<>,;]*?))\s*<([^<>]+)>\s*')
_LONGEST_LOCAL, _LONGEST = 64, 254


class Address(NamedTuple):
    """An address, with the name of whom it is, if one was given."""

    plain: str
    name: str = ""


def address_of(text: str) -> Address:
    """The address that a user gave: ``a@b.cn`` or ``姓名 <a@b.cn>``.

    Raises:
        MailError: it is none, or has signs that have no place in a header.
    """
    if not text.isprintable():
        raise MailError("收件地址里有换行或控制字符，没有写入邮件；请检查地址。")
    match = _NAMED.fullmatch(text)
    name, plain = (match[1] or match[2] or "", match[3]) if match else ("", text)
    local, _, domain = plain.strip().rpartition("@")
    try:
        domain = domain.encode("idna").decode("ascii")
    except UnicodeError:
        domain = ""
    fits = len(local) <= _LONGEST_LOCAL and len(local) + len(domain) < _LONGEST
    if not (fits and _LOCAL.fullmatch(local) and _DOMAIN.fullmatch(domain)):
        raise MailError(f"“{text}”不是邮件地址；应像 name@example.cn 这样，多个地址请分别用 --to。")
    return Address(f"{local}@{domain}", name.strip())
