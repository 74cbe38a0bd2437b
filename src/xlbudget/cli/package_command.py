"""``xlbudget package``: the finished set, and sending it."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Any

import click

from xlbudget.cli.common import WRONG, fail
from xlbudget.cli.run import Command, book_argument, path_option, quiet_option, standard_option
from xlbudget.report.text_report import clean

if TYPE_CHECKING:
    from pathlib import Path

    from xlbudget.publishing.mail import MailSettings
    from xlbudget.publishing.package import Package


_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@click.command(cls=Command)
@book_argument
@path_option(
    "--output",
    "-o",
    metavar="文件夹",
    required=True,
    said="写入这个文件夹；没有就新建，其中别的文件不动。",
)
@click.option("--with-errors", is_flag=True, help="有差错也打包，并在文件名和邮件里写明。")
@click.option("--draft", is_flag=True, help="还有待核对、未填的也打包，每个文件里写明是草稿。")
@click.option(
    "--allow-personal", "personal", is_flag=True, help="有个人信息也打包，每个文件里写明。"
)
@click.option("--to", "recipients", multiple=True, metavar="地址", help="邮件的收件人，可写多次。")
@click.option("--no-pdf", is_flag=True, help="不制作 PDF。")
@click.option(
    "--sheet",
    "sheets",
    multiple=True,
    metavar="工作表",
    help="数值副本另外收入的工作表，如 总览；可写多次。",
)
@click.option("--date", "made", metavar="日期", help="校验清单里写明的日期，如 2024-02-27。")
@click.option(
    "--with-workbook",
    "workbook",
    is_flag=True,
    help="邮件另附原工作簿；有的邮件网关会拦下带宏的文件。",
)
@click.option(
    "--with-page",
    "page",
    is_flag=True,
    help="套件里另放网页版：不用安装，双击打开就能校验（第一次要联网取部件）。",
)
@click.option("--send", is_flag=True, help="打包后用邮件服务器发出，发之前再问一次。")
@click.option("--yes", is_flag=True, help="发送时不再询问。")
@path_option(
    "--mail-settings",
    "settings_file",
    said="邮件设置（TOML）；没写的取自环境变量 XLBUDGET_SMTP_HOST 等。口令不写在这里。",
)
@click.option(
    "--mail-limit",
    "limit",
    type=click.IntRange(1, 1000),
    default=20,
    metavar="MB",
    help="附件合计的上限，默认 20 MB。",
)
@standard_option
@quiet_option
def command(
    book: Path,
    output: Path,
    recipients: tuple[str, ...],
    no_pdf: bool,
    made: str | None,
    send: bool,
    yes: bool,
    settings_file: Path | None,
    quiet: bool,
    **wished: Any,
) -> int:
    """打包：校验通过后，生成发给别人的全套文件。

    数值副本（没有宏、公式、链接和隐藏的工作表）、公开文本（Word、PDF、网页）、校验结果、邮件草稿和校验清单。
    有差错、必填项未填、说明待核对、有个人信息时不打包：逐项列出，写一页清样单，返回 1。原工作簿不改动。
    """
    from xlbudget.errors import MailError  # noqa: PLC0415
    from xlbudget.publishing.gate import NotReadyError  # noqa: PLC0415
    from xlbudget.publishing.mail import address_of, mail_settings  # noqa: PLC0415
    from xlbudget.publishing.package import Wish, make_package  # noqa: PLC0415

    if made and not _DAY.fullmatch(made):
        return fail(f"--date 写的是“{made}”，应像 2024-02-27 这样。")
    to = tuple(map(address_of, recipients))
    if send and not to:
        raise MailError("没有收件人，没有打包；请用 --to 写明地址。")
    settings = mail_settings(settings_file) if send or settings_file else None
    wish = Wish(
        **wished,
        to=to,
        sender=settings.sender if settings else None,
        pdf=not no_pdf,
        made=made or "",
    )
    try:
        package = make_package(book, output, wish)
    except NotReadyError as error:
        for item in error.items:
            click.echo(clean(item.line))
        fail(str(error))
        return WRONG
    _say(package, quiet=quiet)
    if settings is None or not send:
        return 0
    return _send(package, settings, yes=yes, quiet=quiet)


def _say(package: Package, *, quiet: bool) -> None:
    for warning in package.warnings:
        click.echo(f"注意：{warning}", err=quiet)
    if quiet:
        return
    click.echo(f"已打包到“{package.folder}”，校验结论“{package.report.status.chinese}”：")
    for file in package.files:
        click.echo(f"  {file.name}　{file.what}，{file.size:,} 字节")
    click.echo(f"清样单：“{package.page}”。")
    for remark in package.remarks:
        click.echo(remark)
    for backup in package.backups:
        click.echo(f"原来的文件留作“{backup.name}”。")


def _send(package: Package, settings: MailSettings, *, yes: bool, quiet: bool) -> int:
    from xlbudget.publishing.mail import PASSWORD, as_sent, send, size_text  # noqa: PLC0415

    letter = package.letter
    people = "、".join(one.plain for one in letter.to)
    if not yes:
        click.echo("即将发送：")
        click.echo(f"  发件人：{settings.sender.plain}（{settings.host}:{settings.port}）")
        click.echo(f"  收件人：{people}")
        click.echo(f"  主题：{letter.subject}")
        for attachment in letter.attachments:
            click.echo(f"  附件：{attachment.name}，{size_text(len(attachment.data))}")
        try:
            agreed = click.confirm("确定发送吗？")
        except click.Abort:
            return fail("没有得到确认，没有发送；不能回答问题的地方请加 --yes。")
        if not agreed:
            click.echo("没有发送；邮件草稿在文件夹里。")
            return 0
    password = os.environ.get(PASSWORD, "")
    if settings.user and not password:
        try:
            password = click.prompt("邮箱口令或授权码（不显示）", hide_input=True)
        except click.Abort:
            return fail(f"没有口令，没有发送；请设环境变量 {PASSWORD}，或在能输入的窗口里运行。")
    send(as_sent(package.mail, settings), letter.to, settings, password)
    if not quiet:
        click.echo(f"已发送给 {people}。")
    return 0
