"""``xlbudget page``: one html file that validates without installation."""

from __future__ import annotations

from pathlib import Path

import click

from xlbudget.cli.common import refuse_workbook
from xlbudget.cli.run import Command, path_option, quiet_option
from xlbudget.page import PAGE


@click.command(cls=Command)
@path_option("--output", "-o", default=Path(PAGE), said=f"写到哪里（默认当前文件夹的 {PAGE}）。")
@quiet_option
def command(output: Path, quiet: bool) -> None:
    """生成网页版：一个 html 文件，双击打开就能校验、填列、生成说明、打包，不用安装，不用联网。

    第一次生成要联网下载部件（要有 Node.js），以后不用；同样的部件和版本，生成的文件逐字节相同。
    """
    from xlbudget.page.assemble import page_html  # noqa: PLC0415
    from xlbudget.xlsx.atomic import replace_text  # noqa: PLC0415

    refuse_workbook(output)
    replace_text(output, page_html(), backup=False)
    if not quiet:
        click.echo(f"已生成“{output}”，{output.stat().st_size / 2**20:.1f} MB。")
