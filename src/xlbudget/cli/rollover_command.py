"""``xlbudget rollover``: next year's workbook from this year's."""

from __future__ import annotations

from pathlib import Path

import click

from xlbudget.cli.base import Command, quiet_option

__all__ = ["command"]


@click.command(cls=Command)
@click.argument("book", metavar="工作簿", type=click.Path(path_type=Path))
@click.argument("target", metavar="下年工作簿", type=click.Path(path_type=Path))
@click.option("--overwrite", is_flag=True, help="下年工作簿已存在时改写它，原文件留作备份。")
@quiet_option
def command(book: Path, target: Path, overwrite: bool, quiet: bool) -> None:
    """结转下年：由今年的工作簿生成下年的工作簿。

    今年的数填作上年数；单位、科目、项目和文字保留，年份改为下年；金额留空待填。
    已到期的项目不再带入，停用的科目按目录改列。今年的工作簿不改动。
    """
    from xlbudget.exchange.rollover.roll import roll_over  # noqa: PLC0415

    done = roll_over(book, target, overwrite=overwrite)
    if quiet:
        return
    for sentence in done.said:
        click.echo(sentence)
    if done.backup:
        click.echo(f"原来的文件留作“{done.backup.name}”。")
    click.echo(f"已生成{done.year}年度的工作簿“{target}”。")
