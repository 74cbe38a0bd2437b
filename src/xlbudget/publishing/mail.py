"""A mail as a draft (.eml), or sent by SMTP: checked addresses, key figures, attachments byte for byte.

Names of attachments stand in both ways that mail programs understand (RFC 2231 and RFC 2047). The same
content gives the same bytes: a draft has no date. How it is sent is said by a TOML file and by environment
variables; never a password.
"""

from __future__ import annotations

import hashlib
import os
import re
import smtplib
import ssl
from base64 import encodebytes
from contextlib import contextmanager, suppress
from decimal import Decimal
from email.header import Header
from email.utils import formatdate, make_msgid
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

from xlbudget.deeds import NOT_SENT, PERHAPS_SENT, SENT, note_mail
from xlbudget.errors import MailError
from xlbudget.toml import read_toml

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path


DEFAULT_LIMIT = 20
"""So many MB of attachments most mail servers take."""

_MB = 1_000_000
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
        *encodebytes(text.encode()).decode("ascii").splitlines(),
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
        *encodebytes(one.data).decode("ascii").splitlines(),
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


PASSWORD = "XLBUDGET_SMTP_PASSWORD"
"""The environment variable that may hold the password."""

_VARIABLE = "XLBUDGET_SMTP_"
_KNOWN = ("host", "port", "tls", "user", "sender", "ca_file", "timeout")
_PORTS = {"starttls": 587, "ssl": 465}
_LAST_PORT = 65_535
_PATIENCE = 30.0
_DRAFT = re.compile(rb"\A(?:X-Unsent: 1\r\n)?")
_ACCEPTED = (250, 251)


class MailSettings(NamedTuple):
    """The server, the way of encryption (starttls or ssl), who sends.

    ``ca_file`` holds the certificates of an authority of one's own; empty for the system's.
    """

    host: str
    port: int
    tls: str
    user: str
    sender: Address
    ca_file: str = ""
    timeout: float = _PATIENCE


def mail_settings(path: Path | None, environment: Mapping[str, str] | None = None) -> MailSettings:
    """The settings of a file; what it does not say, from ``XLBUDGET_SMTP_HOST`` and the like.

    Raises:
        MailError: the file is not there or wrong, holds a password, or something is missing.
    """
    known = os.environ if environment is None else environment
    try:
        return _settings(path, known)
    except MailError as error:
        if path is None or path.name in str(error):
            raise
        raise MailError(f"邮件设置文件“{path.name}”：{error}") from error


def _settings(path: Path | None, known: Mapping[str, str]) -> MailSettings:
    said: dict[str, Any] = {} if path is None else _file(path)
    for name in _KNOWN:
        if name not in said and known.get(_VARIABLE + name.upper()):
            said[name] = known[_VARIABLE + name.upper()]
    host = str(said.get("host", "")).strip()
    if not host or any(sign.isspace() for sign in host):
        raise MailError(
            "没有邮件服务器的名称，没有发送；请在邮件设置文件里写 host，或设环境变量 XLBUDGET_SMTP_HOST。"
        )
    tls = str(said.get("tls", "starttls")).lower()
    if tls not in _PORTS:
        raise MailError(f"邮件设置 tls 写的是“{tls}”，应为 starttls 或 ssl；不加密的发送不支持。")
    user = str(said.get("user", ""))
    sender = str(said.get("sender", "") or (user if "@" in user else ""))
    if not sender:
        raise MailError('邮件设置里没有发件地址，没有发送；请写 sender = "name@example.cn"。')
    ca_file = str(said.get("ca_file", ""))
    if ca_file and path is not None and "ca_file" in said:
        ca_file = str(path.parent / ca_file)
    return MailSettings(
        host,
        int(_number("port", said.get("port", _PORTS[tls]), _LAST_PORT)),
        tls,
        user,
        address_of(sender),
        ca_file,
        _number("timeout", said.get("timeout", _PATIENCE), 3600),
    )


def _file(path: Path) -> dict[str, Any]:
    try:
        said = read_toml(path, "邮件设置文件", MailError)
    except FileNotFoundError as error:
        raise MailError(f"找不到邮件设置文件“{path}”；请检查路径。") from error
    if any("pass" in name.lower() or "口令" in name or "密码" in name for name in said):
        raise MailError(
            f"邮件设置文件“{path.name}”里不要写口令，没有发送；请删去，发送时再输入，或放在环境变量 {PASSWORD}。"
        )
    strange = [name for name in said if name not in _KNOWN]
    if strange:
        raise MailError(
            f"邮件设置文件“{path.name}”中不认识“{strange[0]}”；可写的有：{'、'.join(_KNOWN)}。"
        )
    if odd := [name for name, value in said.items() if not isinstance(value, (str, int, Decimal))]:
        raise MailError(
            f"邮件设置文件“{path.name}”的“{odd[0]}”应为文字或数；文字要放在英文双引号里。"
        )
    return said


def _number(name: str, value: object, most: float) -> float:
    try:
        number = float(str(value))
    except ValueError:
        number = 0
    if not 0 < number <= most:
        raise MailError(f"邮件设置 {name} 写的是“{value}”，应为大于 0 的数。")
    return number


# ------------------------------------------------------------------ sending


def as_sent(draft: bytes, settings: MailSettings) -> bytes:
    """A draft as it goes: no longer marked as unsent, with the date and an identity of its own."""
    domain = settings.sender.plain.rpartition("@")[2]
    head = f"Date: {formatdate(localtime=True)}\r\nMessage-ID: {make_msgid(domain=domain)}\r\n"
    if b"\r\nFrom: " not in draft.partition(b"\r\n\r\n")[0]:
        head += f"From: {settings.sender.plain}\r\n"
    return _DRAFT.sub(head.encode("ascii"), draft, count=1)


def send(
    message: bytes, recipients: Sequence[Address], settings: MailSettings, password: str
) -> None:
    """Send ``message``; a recipient who is refused stops it for all.

    Raises:
        MailError: not sent; the sentence says why.
    """
    if not recipients:
        raise MailError("没有收件人，没有发送；请用 --to 写明地址。")
    if settings.user and not (settings.user + password).isascii():
        raise MailError(
            "用户名或口令里有英文以外的字，没有发送；邮件服务器只认英文字母、数字和符号，请核对。"
        )
    context = _context(settings)
    with _explained(settings), _connected(settings, context) as server:
        if settings.user:
            server.login(settings.user, password)
        largest = server.esmtp_features.get("size", "")
        if largest.isdecimal() and 0 < int(largest) < len(message):
            raise MailError(
                f"邮件有{len(message) / 1e6:.1f} MB，邮件服务器只收{int(largest) / 1e6:.1f} MB，没有发送；"
                "请加 --no-pdf，或改用别的方式传送。"
            )
        code, said = server.mail(settings.sender.plain)
        if code not in _ACCEPTED:
            raise smtplib.SMTPSenderRefused(code, said, settings.sender.plain)
        refused = {}
        for address in recipients:
            code, said = server.rcpt(address.plain)
            if code not in _ACCEPTED:
                refused[address.plain] = (code, said)
        if refused:
            server.rset()
            raise smtplib.SMTPRecipientsRefused(refused)
        people = "、".join(address.plain for address in recipients)
        note_mail(people, PERHAPS_SENT)
        try:
            code, said = server.data(message)
        except smtplib.SMTPResponseException:
            note_mail(people, NOT_SENT)
            raise
        except (smtplib.SMTPException, OSError) as error:
            raise MailError(
                f"邮件服务器“{settings.host}”在收完邮件前断开，没有确认；可能已经发出，请先核对再重发。"
            ) from error
        note_mail(people, SENT if code in _ACCEPTED else NOT_SENT)
        if code not in _ACCEPTED:
            raise smtplib.SMTPDataError(code, said)


def _context(settings: MailSettings) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=settings.ca_file or None)
    except (OSError, ssl.SSLError) as error:
        raise MailError(
            f"邮件设置 ca_file 指的证书文件“{settings.ca_file}”读不出来，没有发送；请检查路径和内容。"
        ) from error


@contextmanager
def _connected(settings: MailSettings, context: ssl.SSLContext) -> Iterator[smtplib.SMTP]:
    """A connection that is encrypted, or none."""
    where, patience = (settings.host, settings.port), settings.timeout
    server: smtplib.SMTP
    if settings.tls == "ssl":
        server = smtplib.SMTP_SSL(*where, timeout=patience, context=context)
    else:
        server = smtplib.SMTP(*where, timeout=patience)
    try:
        if settings.tls != "ssl":
            server.starttls(context=context)
        server.ehlo()
        yield server
        with suppress(smtplib.SMTPException, OSError):  # the mail is with the server already
            server.quit()
    finally:
        server.close()


@contextmanager
def _explained(settings: MailSettings) -> Iterator[None]:
    """Every failure as one sentence; what the server said is never shown raw, nor the password."""
    server = f"邮件服务器“{settings.host}:{settings.port}”"
    try:
        yield
    except smtplib.SMTPAuthenticationError as error:
        raise MailError(
            f"{server}不认可用户名或口令（{error.smtp_code}），没有发送；请核对，有的邮箱要用授权码。"
        ) from error
    except smtplib.SMTPRecipientsRefused as error:
        raise MailError(
            f"{server}不接受收件人{'、'.join(error.recipients)}，没有发送给任何人；请核对地址。"
        ) from error
    except smtplib.SMTPSenderRefused as error:
        raise MailError(
            f"{server}不接受发件地址{error.sender}（{error.smtp_code}），没有发送；请核对 sender 与 user。"
        ) from error
    except smtplib.SMTPNotSupportedError as error:
        raise MailError(
            f"{server}不支持加密或登录，没有发送；请换用支持 STARTTLS 的端口，或把 tls 改为 ssl。"
        ) from error
    except smtplib.SMTPResponseException as error:
        raise MailError(
            f"{server}没有接受邮件（{error.smtp_code}），没有发送；请稍后再试。"
        ) from error
    except ssl.SSLCertVerificationError as error:
        raise MailError(
            f"{server}的证书不可信（{error.verify_message}），没有发送；"
            "请核对服务器名称，单位自己的证书用 ca_file 指明。"
        ) from error
    except ssl.SSLError as error:
        raise MailError(
            f"{server}的加密连接没有建立，没有发送；请核对端口与 tls（starttls 多为 587，ssl 多为 465）。"
        ) from error
    except smtplib.SMTPServerDisconnected as error:
        raise MailError(f"{server}断开了连接，没有发送；请核对端口与 tls，稍后再试。") from error
    except smtplib.SMTPException as error:
        raise MailError(f"{server}不支持可用的登录方式，没有发送；请核对服务器和端口。") from error
    except (OSError, UnicodeError) as error:
        raise MailError(f"连不上{server}，没有发送；请检查服务器名称、端口和网络。") from error
