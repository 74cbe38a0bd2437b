"""``xlbudget standard …``: a standard made, checked, looked at and compared by whoever keeps it."""

from __future__ import annotations

from pathlib import Path

import click

from xlbudget.cli.common import WRONG
from xlbudget.cli.run import Command, Group, quiet_option

_LAZY = {
    "check": "检查：一次列出全部写错的地方，写明文件和行。",
}
_folder_argument = click.argument(
    "folder",
    metavar="文件夹",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
)


@click.command(cls=Command)
@_folder_argument
@quiet_option
def check_command(folder: Path, quiet: bool) -> int:
    """检查一个标准的文件夹：一次列出全部写错的地方，各写明文件和行。

    核对每个文件的写法和每个名称，用样例数据试排模板、试做工作簿，找出成圈的和重复的填列公式。
    有写错的返回 1；只有提醒的（没有用到的数字、没有规则核对的栏）返回 0。
    """
    from xlbudget.authoring.check import check_folder  # noqa: PLC0415

    problems = check_folder(folder)
    wrong = [problem for problem in problems if not problem.advice]
    for problem in problems if not quiet else wrong:
        click.echo(str(problem))
    if not quiet:
        advice = len(problems) - len(wrong)
        said = f"写错的地方{len(wrong)}处" if wrong else "没有写错的地方"
        click.echo(f"{said}，提醒{advice}处。" if advice else f"{said}。")
    return WRONG if wrong else 0


command = Group(
    name="standard",
    lazy=_LAZY,
    module="standard_command",
    help="制作和维护标准的人用：新建、检查、预览、比较、试验一个标准的文件夹。",
    options_metavar="[选项]",
    subcommand_metavar="命令 [参数]…",
)
