"""``xlbudget export``: a workbook as a data folder."""

from __future__ import annotations

from pathlib import Path

import click

from xlbudget.cli.base import Command, quiet_option

__all__ = ["command"]


@click.command(cls=Command)
@click.argument("book", metavar="工作簿", type=click.Path(path_type=Path))
@click.argument("folder", metavar="文件夹", type=click.Path(path_type=Path))
@click.option("--overwrite", is_flag=True, help="文件夹里已有的数据文件也改写，原文件留作备份。")
@quiet_option
def command(book: Path, folder: Path, overwrite: bool, quiet: bool) -> None:
    """导出为数据文件夹（CSV 和 TOML），可用文本编辑器修改，再由 new --from 生成同样的工作簿。

    数字、空白、科目、绩效目标、表下说明、改写过的定稿都在内；放不下的会列出。工作簿不改动。
    """
    from xlbudget.exchange.folder.export import export_folder  # noqa: PLC0415

    done = export_folder(book, folder, overwrite=overwrite)
    for sentence in done.left:
        click.echo(f"注意：{sentence}", err=quiet)
    if quiet:
        return
    for backup in done.backups:
        click.echo(f"原来的文件留作“{backup.name}”。")
    click.echo(f"已导出到“{folder}”，共 {len(done.files)} 个文件。")
