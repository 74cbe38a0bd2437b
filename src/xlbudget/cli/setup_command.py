"""``xlbudget setup``: what the buttons need, as far as no administrator is needed."""

from __future__ import annotations

from pathlib import Path

import click

from xlbudget.cli.base import Command, quiet_option

__all__ = ["command"]


@click.command(cls=Command)
@click.option(
    "--trust",
    "folder",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    metavar="文件夹",
    help="让 Excel 信任这个文件夹里工作簿的宏（Windows）。",
)
@quiet_option
def command(folder: Path | None, quiet: bool) -> None:
    """设置按钮（Windows）：装上与 xlwings 同一版本的加载项，写明装有 xlbudget 的 Python 在哪里。

    不需要管理员权限；别人的设置逐字保留，改写前另存备份。装好后重新打开 Excel；哪里不对用 xlbudget doctor 查。
    """
    from xlbudget.setup.install import set_up, trust  # noqa: PLC0415
    from xlbudget.setup.system import System  # noqa: PLC0415

    system = System()
    for said in set_up(system):
        if not quiet:
            click.echo(said)
    if folder is not None:
        said = trust(system, folder.resolve())
        if not quiet:
            click.echo(said)
