"""A mail as a draft (.eml): checked addresses, text with the key figures, attachments byte for byte.

Names of attachments stand in both ways that mail programs understand (RFC 2231 and RFC 2047). The
same content gives the same bytes: a draft has no date.
"""

from __future__ import annotations

import base64
import hashlib
import re
from email.header import Header
from typing import NamedTuple
from urllib.parse import quote

from xlbudget.errors import MailError

DEFAULT_LIMIT = 20
"""So many MB of attachments most mail servers take."""

_MB = 1_000_000
_LINE = 57
"""Bytes that base64 puts on one line of 76 signs."""
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
    "html": "text/html",
    "txt": "text/plain",
}
_PIECE = 220
"""Bytes of a file's name in one piece: a line may have 998 signs, and programs like one piece best."""
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


# ------------------------------------------------------------------ the draft


class Attachment(NamedTuple):
    """A file in a mail, and what it is."""

    name: str
    data: bytes
    what: str = ""


class Letter(NamedTuple):
    """What a mail says; ``html`` says the same as ``text``."""

    subject: str
    text: str
    html: str
    attachments: tuple[Attachment, ...]
    to: tuple[Address, ...] = ()
    sender: Address | None = None


def draft(letter: Letter, *, limit: int = DEFAULT_LIMIT) -> bytes:
    """The mail as a file that mail programs open ready to send.

    Raises:
        MailError: the attachments are larger than ``limit`` MB together.
    """
    total = sum(len(attachment.data) for attachment in letter.attachments)
    if total > limit * _MB:
        largest = max(letter.attachments, key=lambda attachment: len(attachment.data))
        raise MailError(
            f"附件共{size_text(total)}，超过邮件的上限{limit} MB（最大的是“{largest.name}”，"
            f"{size_text(len(largest.data))}），没有写出邮件；请加 --no-pdf 或缩小工作簿里的图片，"
            "邮件服务器允许更大时用 --mail-limit 调高上限。"
        )
    mixed, both = (_boundary(letter, kind) for kind in ("mixed", "alternative"))
    lines = ["X-Unsent: 1"]
    if letter.sender is not None:
        lines.append(f"From: {_person(letter.sender)}")
    if letter.to:
        lines.append("To: " + ",\r\n ".join(map(_person, letter.to)))
    subject = _UNPRINTABLE.sub(" ", letter.subject)
    lines += [
        "Subject: " + _encoded(subject, "Subject"),
        "MIME-Version: 1.0",
        f'Content-Type: multipart/mixed; boundary="{mixed}"',
        "",
        f"--{mixed}",
        f'Content-Type: multipart/alternative; boundary="{both}"',
        "",
        *_text_part(both, "plain", letter.text),
        *_text_part(both, "html", letter.html),
        f"--{both}--",
        "",
    ]
    for attachment in letter.attachments:
        lines += [f"--{mixed}", *_attachment(attachment)]
    lines += [f"--{mixed}--", ""]
    return "\r\n".join(lines).encode("ascii")


def size_text(size: int) -> str:
    """A file's size for people."""
    return f"{size / _MB:.1f} MB" if size >= _MB else f"{max(size / 1000, 0.1):.1f} KB"


def _boundary(letter: Letter, kind: str) -> str:
    """A line between the parts; base64 never has it."""
    known = hashlib.sha256(kind.encode())
    for text in (
        letter.subject,
        letter.text,
        *(attachment.name for attachment in letter.attachments),
    ):
        known.update(text.encode("utf-8", "replace"))
    return f"=_xlbudget_{kind}_{known.hexdigest()[:24]}"


def _encoded(text: str, header: str) -> str:
    """A header's text; what is not ASCII as encoded words of short lines."""
    charset = "ascii" if text.isascii() else "utf-8"
    return Header(text, charset, 75, header).encode(linesep="\r\n")


def _person(one: Address) -> str:
    return f"{_encoded(one.name, 'From')} <{one.plain}>" if one.name else one.plain


def _text_part(boundary: str, kind: str, text: str) -> list[str]:
    return [
        f"--{boundary}",
        f"Content-Type: text/{kind}; charset=utf-8",
        "Content-Transfer-Encoding: base64",
        "",
        *_base64(text.encode("utf-8")),
        "",
    ]


def _attachment(one: Attachment) -> list[str]:
    name = _UNPRINTABLE.sub("_", one.name).replace("/", "_").replace("\\", "_").replace('"', "_")
    kind = _TYPES.get(name.rpartition(".")[2].lower(), "application/octet-stream")
    shown = _encoded(name, "name")
    return [
        f"Content-Type: {kind};",
        f' name="{shown}"',
        "Content-Transfer-Encoding: base64",
        "Content-Disposition: attachment;",
        *_continued("filename", name),
        "",
        *_base64(one.data),
        "",
    ]


def _continued(parameter: str, text: str) -> list[str]:
    """A parameter of RFC 2231, in pieces where it is long; pieces never cut a sign in two."""
    pieces, piece = [], ""
    for sign in text:
        if len((piece + sign).encode("utf-8")) > _PIECE:
            pieces.append(piece)
            piece = ""
        piece += sign
    encoded = [quote(one, safe="") for one in (*pieces, piece)]
    charset = "utf-8''"
    if len(encoded) == 1:
        return [f" {parameter}*={charset}{encoded[0]}"]
    last = len(encoded) - 1
    return [
        f" {parameter}*{number}*={'' if number else charset}{one}{';' * (number < last)}"
        for number, one in enumerate(encoded)
    ]


def _base64(data: bytes) -> list[str]:
    return [
        base64.b64encode(data[start : start + _LINE]).decode("ascii")
        for start in range(0, len(data), _LINE)
    ]
