"""Send a mail by SMTP, encrypted: to all recipients, or to none.

How it is sent is said by a TOML file and by environment variables; never a password.
"""

from __future__ import annotations

import os
import re
import smtplib
import ssl
import tomllib
from contextlib import contextmanager, suppress
from email.utils import formatdate, make_msgid
from typing import TYPE_CHECKING, Any, NamedTuple

from xlbudget.errors import MailError
from xlbudget.publishing.mail import Address, address_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path


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
        said = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError as error:
        raise MailError(f"找不到邮件设置文件“{path}”；请检查路径。") from error
    except (OSError, UnicodeDecodeError) as error:
        raise MailError(f"邮件设置文件“{path.name}”读不出来；应为UTF-8编码的文本。") from error
    except tomllib.TOMLDecodeError as error:
        raise MailError(
            f"邮件设置文件“{path.name}”的写法不对（{error}）；文字要放在英文双引号里。"
        ) from error
    if any("pass" in name.lower() or "口令" in name or "密码" in name for name in said):
        raise MailError(
            f"邮件设置文件“{path.name}”里不要写口令，没有发送；请删去，发送时再输入，或放在环境变量 {PASSWORD}。"
        )
    strange = [name for name in said if name not in _KNOWN]
    if strange:
        raise MailError(
            f"邮件设置文件“{path.name}”中不认识“{strange[0]}”；可写的有：{'、'.join(_KNOWN)}。"
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
        try:
            code, said = server.data(message)
        except smtplib.SMTPResponseException:
            raise
        except (smtplib.SMTPException, OSError) as error:
            raise MailError(
                f"邮件服务器“{settings.host}”在收完邮件前断开，没有确认；可能已经发出，请先核对再重发。"
            ) from error
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
