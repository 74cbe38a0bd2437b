"""Settings of mail: from a file and from the environment, never with a password in the file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from xlbudget.errors import MailError
from xlbudget.publishing.mail import Address, MailSettings, mail_settings, send

if TYPE_CHECKING:
    from pathlib import Path


def test_settings_from_a_file_and_from_the_environment(tmp_path: Path) -> None:
    path = tmp_path / "邮件设置.toml"
    path.write_text(
        '\ufeffhost = "smtp.example.cn"\ntls = "ssl"\nuser = "me@example.cn"\nca_file = "ca.pem"\n',
        encoding="utf-8",
    )
    found = mail_settings(path, {"XLBUDGET_SMTP_HOST": "other", "XLBUDGET_SMTP_TIMEOUT": "5"})
    assert found == MailSettings(
        "smtp.example.cn",
        465,
        "ssl",
        "me@example.cn",
        Address("me@example.cn"),
        str(tmp_path / "ca.pem"),
        5,
    )
    surroundings = {"XLBUDGET_SMTP_HOST": "h", "XLBUDGET_SMTP_SENDER": "预算处 <a@b.cn>"}
    assert mail_settings(None, surroundings).sender == Address("a@b.cn", "预算处")
    assert mail_settings(None, surroundings).port == 587


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('host = "h"\nsender = "a@b.cn"\npassword = "x"\n', "不要写口令"),
        ('host = "h"\nsender = "a@b.cn"\n"口令" = "x"\n', "不要写口令"),
        ('sender = "a@b.cn"\n', "没有邮件服务器的名称"),
        ('host = "h\\nx"\nsender = "a@b.cn"\n', "没有邮件服务器的名称"),
        ('host = "h"\n', "没有发件地址"),
        ('host = "h"\nsender = "a@b.cn\\r\\nBcc: c@d.cn"\n', "换行"),
        ('host = "h"\nsender = "a@b.cn"\ntls = "none"\n', "不加密的发送不支持"),
        ('host = "h"\nsender = "a@b.cn"\nport = 0\n', "port"),
        ('host = "h"\nsender = "a@b.cn"\nport = "x"\n', "port"),
        ('host = "h"\nsender = "a@b.cn"\nhosts = "x"\n', "不认识“hosts”"),
        ("host = h\n", "写法不对"),
    ],
)
def test_wrong_settings_are_one_sentence(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "设置.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(MailError, match=told):
        mail_settings(path, {})


def test_settings_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(MailError, match="找不到邮件设置文件"):
        mail_settings(tmp_path / "没有.toml", {})
    path = tmp_path / "编码.toml"
    path.write_bytes("host = '预算'".encode("gbk"))
    with pytest.raises(MailError, match="UTF-8"):
        mail_settings(path, {})
    settings = MailSettings("h", 1, "ssl", "", Address("a@b.cn"), str(tmp_path / "没有.pem"))
    with pytest.raises(MailError, match=r"ca_file.*没有\.pem"):
        send(b"", (Address("a@example.cn"),), settings, "")
