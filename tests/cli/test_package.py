"""``xlbudget package``: what it says, how it ends, and that nothing is sent without a yes."""

from __future__ import annotations

import email
import re
import shutil
import subprocess
import sys
from decimal import Decimal
from email import policy
from typing import TYPE_CHECKING

import click
import pytest

from xlbudget.cli.run import run
from xlbudget.errors import MailError
from xlbudget.publishing import docx as docx_writer
from xlbudget.publishing import mail as mail_send
from xlbudget.xlsx.cells import CellEdit
from xlbudget.xlsx.workbook import Workbook

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from cli.conftest import Ended

TITLE = "长春市人民政府办公厅（本级）2024年部门预算"


@pytest.fixture(autouse=True)
def _without_layout(monkeypatch: pytest.MonkeyPatch) -> None:
    """LibreOffice's part is tested elsewhere."""
    monkeypatch.setattr(docx_writer, "find_office", lambda: None)


@pytest.fixture
def settings(folder: Path) -> Path:
    path = folder / "邮件设置.toml"
    path.write_text('host = "smtp.example.cn"\nuser = "me@example.cn"\n', encoding="utf-8")
    return path


class Post:
    """What would have been sent."""

    def __init__(self) -> None:
        self.mails: list[tuple[bytes, list[str], str]] = []

    def send(self, message: bytes, people: list, settings: object, password: str) -> None:
        self.mails.append((message, [one.plain for one in people], password))


@pytest.fixture
def post(monkeypatch: pytest.MonkeyPatch) -> Post:
    made = Post()
    monkeypatch.setattr(mail_send, "send", made.send)
    return made


def damage(book: Path) -> None:
    Workbook(book).patch(book, [CellEdit("一般公共预算支出表", "F8", Decimal("431.90"))])


def test_it_lists_what_it_made(cli: Callable[..., Ended], book: Path, folder: Path) -> None:
    ended = cli("package", book, "-o", folder / "包", "--no-pdf", "--to", "a@example.cn")
    assert ended.status == 0
    assert ended.err == ""
    for one in (folder / "包").iterdir():
        assert one.name in ended.out
    assert "校验结论“通过”" in ended.out
    assert "按 --no-pdf，没有制作 PDF。" in ended.out
    assert (
        "数值副本没有收入的工作表：封面、基础信息、录入底稿、总览、校验结果、科目字典。"
        in ended.out
    )
    mail = email.message_from_bytes(
        (folder / "包" / f"{TITLE}.eml").read_bytes(), policy=policy.default
    )
    assert mail["To"] == "a@example.cn"
    again = cli("package", book, "-o", folder / "包", "--no-pdf", "--to", "b@example.cn")
    assert re.search(rf"原来的文件留作“{TITLE}\.备份1-[-0-9]+-package\.eml”。", again.out)


def test_quiet_says_only_what_must_be_known(
    cli: Callable[..., Ended], book: Path, folder: Path
) -> None:
    ended = cli("package", book, "-o", folder / "包", "--no-pdf", "-q")
    assert (ended.status, ended.out) == (0, "")
    assert all(line.startswith("注意：") for line in ended.err.splitlines())
    assert "情况说明" in ended.err


def test_errors_end_with_one_and_are_listed(
    cli: Callable[..., Ended], book: Path, folder: Path
) -> None:
    damage(book)
    ended = cli("package", book, "-o", folder / "包", "--no-pdf")
    assert ended.status == 1
    assert "431.90" in ended.out
    assert "没有打包" in ended.err and "--with-errors" in ended.err
    assert not (folder / "包").exists()
    ended = cli("package", book, "-o", folder / "包", "--no-pdf", "--with-errors")
    assert ended.status == 0
    assert f"{TITLE}（含未改正差错）.docx" in ended.out


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--to", "a@example.cn\r\nBcc: x@example.cn"], "换行"),
        (["--to", "a@example.cn,b@example.cn"], "不是邮件地址"),
        (["--date", "2024年2月"], "--date"),
        (["--sheet", "没有的"], "没有工作表“没有的”"),
        (["--mail-limit", "0"], "mail-limit"),
        (["--send"], "没有收件人"),
        (["--mail-settings", "没有.toml"], "找不到邮件设置文件"),
        (["--send", "--to", "a@example.cn"], "XLBUDGET_SMTP_HOST"),
    ],
)
def test_bad_input_is_one_sentence(
    cli: Callable[..., Ended], book: Path, folder: Path, options: list[str], told: str
) -> None:
    ended = cli("package", book, "-o", folder / "包", "--no-pdf", *options)
    assert told in ended.sentence()
    assert not (folder / "包").exists()


def test_files_that_cannot_be_used(cli: Callable[..., Ended], book: Path, folder: Path) -> None:
    assert "没有.xlsm" in cli("package", folder / "没有.xlsm", "-o", folder / "包").sentence()
    (folder / "坏.xlsm").write_bytes(b"PK\x03\x04")
    assert "坏.xlsm" in cli("package", folder / "坏.xlsm", "-o", folder / "包").sentence()
    assert "不是文件夹" in cli("package", book, "-o", book, "--no-pdf").sentence()
    (folder / "文件").write_text("", encoding="utf-8")
    assert "写不进去" in cli("package", book, "-o", folder / "文件" / "包", "--no-pdf").sentence()
    assert not (folder / "包").exists()


# ------------------------------------------------------------------ sending


def _package(cli: Callable[..., Ended], book: Path, settings: Path, *options: str) -> Ended:
    return cli(
        "package", book, "-o", book.parent / "包", "--no-pdf", "--to", "a@example.cn",
        "--mail-settings", settings, *options,
    )  # fmt: skip


def test_a_draft_alone_is_not_sent(
    cli: Callable[..., Ended], book: Path, settings: Path, post: Post
) -> None:
    assert _package(cli, book, settings).status == 0
    assert post.mails == []
    data = (book.parent / "包" / f"{TITLE}.eml").read_bytes()
    assert email.message_from_bytes(data, policy=policy.default)["From"] == "me@example.cn"


def test_it_is_sent_after_a_yes(
    cli: Callable[..., Ended],
    book: Path,
    settings: Path,
    post: Post,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(click, "confirm", lambda text: asked.append(text) or True)
    monkeypatch.setattr(click, "prompt", lambda *_, hide_input: "secret" if hide_input else "")
    ended = _package(cli, book, settings, "--send")
    assert ended.status == 0
    assert asked == ["确定发送吗？"]
    for shown in ("me@example.cn", "a@example.cn", f"{TITLE}.xlsx", "主题"):
        assert shown in ended.out
    ((message, people, password),) = post.mails
    assert people == ["a@example.cn"] and password == "secret"
    assert b"X-Unsent" not in message
    assert "已发送给 a@example.cn。" in ended.out
    for one in (book.parent / "包").iterdir():
        assert b"secret" not in one.read_bytes(), "the password is in no file"
    assert "secret" not in ended.out + ended.err


def test_a_no_sends_nothing(
    cli: Callable[..., Ended],
    book: Path,
    settings: Path,
    post: Post,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(click, "confirm", lambda _: False)
    ended = _package(cli, book, settings, "--send")
    assert ended.status == 0 and "没有发送；邮件草稿在文件夹里。" in ended.out
    assert post.mails == []


def test_yes_and_a_password_from_the_environment(
    cli: Callable[..., Ended],
    book: Path,
    settings: Path,
    post: Post,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("XLBUDGET_SMTP_PASSWORD", "from outside")
    assert _package(cli, book, settings, "--send", "--yes").status == 0
    assert [one[2] for one in post.mails] == ["from outside"]


def test_where_nobody_can_answer_nothing_is_sent(book: Path, settings: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "xlbudget",
        "package",
        str(book),
        "-o",
        str(book.parent / "包"),
    ]
    command += ["--no-pdf", "--to", "a@example.cn", "--mail-settings", str(settings), "--send"]
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8", check=False
    )
    assert done.returncode == 2
    assert "没有得到确认，没有发送" in done.stderr
    assert "Traceback" not in done.stderr


def test_what_was_made_stays_when_sending_fails(
    cli: Callable[..., Ended], book: Path, settings: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(*_: object) -> None:
        raise MailError("连不上邮件服务器，没有发送；请检查网络。")

    monkeypatch.setattr(mail_send, "send", down)
    monkeypatch.setenv("XLBUDGET_SMTP_PASSWORD", "x")
    ended = _package(cli, book, settings, "--send", "--yes")
    assert ended.status == 2
    said = ended.err.strip().splitlines()[-1]
    assert said.startswith("连不上邮件服务器，没有发送；请检查网络。此前已写入“包”")
    assert (book.parent / "包" / f"{TITLE}.eml").exists()


def test_the_workbook_is_not_changed(book: Path, folder: Path, tmp_path: Path) -> None:
    before = shutil.copy(book, tmp_path / "前.xlsm").read_bytes()
    assert run(["package", "-q", str(book), "-o", str(folder / "包"), "--no-pdf"]) == 0
    assert book.read_bytes() == before
    assert [one.name for one in folder.iterdir() if one.suffix == ".xlsm"] == [book.name]
