"""``xlbudget setup``, ``doctor``, ``rules`` and ``schema``: the machine and the standard looked after."""

from __future__ import annotations

from pathlib import Path

import click

from xlbudget import report
from xlbudget.cli.run import Command, path_option, quiet_option, standard_option
from xlbudget.standard.loader import load_standard


@click.command(cls=Command)
@path_option(
    "--trust",
    "folder",
    kind=click.Path(path_type=Path, file_okay=False, exists=True),
    metavar="文件夹",
    said="让 Excel 信任这个文件夹里工作簿的宏（Windows）。",
)
@quiet_option
def setup_command(folder: Path | None, quiet: bool) -> None:
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


@click.command(cls=Command)
@click.argument(
    "folder", metavar="[文件夹]", default=".", type=click.Path(path_type=Path, file_okay=False)
)
@quiet_option
def doctor_command(folder: Path, quiet: bool) -> int:
    """检查按钮所需的一切：Excel、加载项、设置、宏、文件夹里的工作簿，每项一行，缺的给出办法。

    “文件夹”是放工作簿的地方，默认为当前文件夹。都正常返回 0，有缺的返回 1。命令行不需要这些，随时可用。
    """
    from xlbudget.setup.checks import GOOD, MISSING, diagnose  # noqa: PLC0415
    from xlbudget.setup.system import System  # noqa: PLC0415

    lines = diagnose(System(), folder.resolve())
    for line in lines:
        if quiet and line.state == GOOD:
            continue
        remedy = f"。办法：{line.remedy}" if line.remedy else ""
        click.echo(f"［{line.state}］{line.what}：{line.found}{remedy}")
    return int(any(line.state == MISSING for line in lines))


@click.command(cls=Command)
@standard_option
@click.option("--year", type=int, metavar="年度", help="只列该年度适用的规则。")
@click.option("--markdown", is_flag=True, help="输出 Markdown 表格。")
@click.option("--quiet", "-q", is_flag=True, hidden=True)
def rules_command(year: int | None, markdown: bool, quiet: bool) -> None:
    """列出标准的全部勾稽规则：编号、名称、级别、来源和等式。"""
    from xlbudget.standard.catalogue import catalogue_markdown, catalogue_text  # noqa: PLC0415

    del quiet
    render = catalogue_markdown if markdown else catalogue_text
    click.echo(render(load_standard(), year), nl=False)


@click.command(cls=Command)
@click.argument(
    "of",
    metavar="[validate|diff|against]",
    type=click.Choice(["validate", "diff", "against"]),
    default="validate",
)
def schema_command(of: str) -> int:
    """输出 validate、diff 或 consolidate --against 的 --format json 的 JSON Schema，供程序核对所读的结果。"""
    schema = Path(report.__file__).with_name("validate.schema.json")
    if of == "diff":
        from xlbudget.comparing.json_page import schema_text  # noqa: PLC0415  # one is asked for

        click.echo(schema_text(schema), nl=False)
    elif of == "against":
        from xlbudget.consolidating import json_page  # noqa: PLC0415  # one is asked for

        click.echo(json_page.schema_text(), nl=False)
    else:
        click.echo(schema.read_text("utf-8"), nl=False)
    return 0
