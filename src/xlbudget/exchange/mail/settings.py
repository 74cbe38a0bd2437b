"""How mail is sent: settings from a TOML file and from environment variables; never a password."""

from __future__ import annotations

import os
import tomllib
from typing import TYPE_CHECKING, Any, NamedTuple

from xlbudget.errors import MailError
from xlbudget.exchange.mail.address import Address, address_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["PASSWORD", "MailSettings", "mail_settings"]

PASSWORD = "XLBUDGET_SMTP_PASSWORD"
"""The environment variable that may hold the password."""

_VARIABLE = "XLBUDGET_SMTP_"
_KNOWN = ("host", "port", "tls", "user", "sender", "ca_file", "timeout")
_PORTS = {"starttls": 587, "ssl": 465}
_LAST_PORT = 65_535
_PATIENCE = 30.0


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
