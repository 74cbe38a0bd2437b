"""``xlbudget restore``: the earlier states of a file, listed and brought back."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from xlbudget.cli.asking import typed_number
from xlbudget.cli.run import COMMANDS, Command, book_argument, quiet_option
from xlbudget.errors import UnusableFileError, reason_of
from xlbudget.xlsx.atomic import replace_atomically
from xlbudget.xlsx.backups import BACKUP_MARK, Backup, backups
from xlbudget.xlsx.locks import refuse_open_file

if TYPE_CHECKING:
    from pathlib import Path


@click.command(cls=Command)
@book_argument
@click.option("--list", "listing", is_flag=True, help="只列出有哪些备份，不恢复。")
@click.option("--number", "-n", type=int, metavar="编号", help="恢复这个编号的备份，不再询问。")
@quiet_option
def command(book: Path, listing: bool, number: int | None, quiet: bool) -> None:
    """恢复：列出工作簿的备份，把其中一份恢复成原文件；现在的内容先留作一份新的备份。

    每次改写前都留备份，默认最近三份（环境变量 XLBUDGET_BACKUPS 改份数），名称里有编号、日期和改写它的命令。
    在终端里先列出再问恢复哪一份；数据文件、公开文本等别的文件也一样。
    """
    there = _kept(book)
    if number is None or listing:
        click.echo(f"“{book.name}”有{len(there)}份备份，新的在前：")
        click.echo("\n".join(map(_line, reversed(there))))
    if listing:
        return
    if number is None:
        number = _asked(book, there[-1])
    if number is None:
        return
    chosen = next((one for one in there if one.number == number), None)
    if chosen is None:
        known = "、".join(str(one.number) for one in there)
        raise UnusableFileError(f"“{book.name}”没有编号为{number}的备份，没有改动；现有{known}。")
    said = _brought_back(book, chosen)
    if not quiet:
        click.echo(said)


def _kept(book: Path) -> list[Backup]:
    """The backups of a file that is there, or was.

    Raises:
        UnusableFileError: there are none.
    """
    try:
        there = backups(book)
    except OSError as error:
        raise UnusableFileError(
            f"文件夹“{book.parent}”读不出来（{reason_of(error)}）；请检查路径。"
        ) from error
    if there:
        return there
    if BACKUP_MARK in book.name:
        raise UnusableFileError(f"“{book.name}”本身是备份；请写原来的文件名。")
    raise UnusableFileError(
        f"“{book}”旁边没有备份；请检查文件名，备份与原文件在同一个文件夹，名称带“{BACKUP_MARK}”。"
    )


def _line(backup: Backup) -> str:
    replaced_by = COMMANDS.get(backup.by, "").partition("：")[0].partition("，")[0].rstrip("。")
    why = f"，{backup.by}（{replaced_by}）改写之前" if replaced_by else ""
    return f"  {backup.number}　{backup.when}{why}，{backup.path.stat().st_size:,} 字节"


def _asked(book: Path, newest: Backup) -> int | None:
    """The number that the user wants; None where he wants none, or nobody is there to be asked."""
    if not sys.stdin.isatty():
        click.echo(f'要恢复请写编号，如 xlbudget restore "{book}" --number {newest.number}')
        return None
    click.echo("恢复哪一份（写编号；直接回车不恢复）：", nl=False)
    number = typed_number(sys.stdin.readline().strip())
    if number is None:
        click.echo("没有恢复，文件没有改动。")
    return number


def _brought_back(book: Path, backup: Backup) -> str:
    """Put the state in its place; what is to be said.

    Raises:
        UnusableFileError: the file is open, or one of the two cannot be read or written.
    """
    refuse_open_file(book)
    try:
        wanted = backup.path.read_bytes()
        held = book.read_bytes() if book.exists() else None
    except OSError as error:
        raise UnusableFileError(
            f"“{error.filename}”读不出来（{reason_of(error)}），没有恢复；请检查磁盘和权限。"
        ) from error
    if held == wanted:
        return f"“{book.name}”现在的内容与备份{backup.number}相同，没有改动。"

    def write(new: Path) -> None:
        new.write_bytes(wanted)

    kept = replace_atomically(book, write, by="restore", read=held, new=held is None)
    before = f"；恢复前的内容备份为“{kept.name}”" if kept else ""
    return f"已把“{book.name}”恢复为备份{backup.number}（{backup.when}）{before}。"
