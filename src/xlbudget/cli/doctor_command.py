"""``xlbudget doctor``: what is missing for the buttons to work."""

from __future__ import annotations

from pathlib import Path

import click

from xlbudget.cli.base import Command, quiet_option

__all__ = ["command"]


@click.command(cls=Command)
@click.argument(
    "folder", metavar="[文件夹]", default=".", type=click.Path(path_type=Path, file_okay=False)
)
@quiet_option
def command(folder: Path, quiet: bool) -> int:
    """检查按钮所需的一切：Excel、加载项、设置、宏、文件夹里的工作簿，每项一行，缺的给出办法。

    “文件夹”是放工作簿的地方，默认为当前文件夹。都正常返回 0，有缺的返回 1。命令行不需要这些，随时可用。
    """
    from xlbudget.setup.checks import GOOD, MISSING, diagnose  # noqa: PLC0415
    from xlbudget.setup.system import System  # noqa: PLC0415

    lines = diagnose(System(), folder.resolve())
    for one in lines:
        if quiet and one.state == GOOD:
            continue
        remedy = f"。办法：{one.remedy}" if one.remedy else ""
        click.echo(f"［{one.state}］{one.what}：{one.found}{remedy}")
    return int(any(one.state == MISSING for one in lines))
