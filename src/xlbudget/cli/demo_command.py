"""``xlbudget demo``: the whole job on the bundled example."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from xlbudget.cli.base import Command, quiet_option
from xlbudget.findings import Level

if TYPE_CHECKING:
    from xlbudget.demo import DemoResult

__all__ = ["command"]

_BAR = 36


@click.command(cls=Command)
@click.option(
    "--output",
    "-o",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("xlbudget-demo"),
    metavar="文件夹",
    help="文件放在哪里（默认 xlbudget-demo）。",
)
@quiet_option
def command(output: Path, quiet: bool) -> int:
    """用自带的样例走完全部步骤：建表、填列、生成说明、校验、打包。

    样例取自长春市人民政府办公厅（本级）2024 年部门预算公开文本。
    """
    from xlbudget.demo import run_demo  # noqa: PLC0415

    steps = iter(range(1, 100))
    result = run_demo(
        output, lambda step: None if quiet else click.echo(f"［{next(steps)}］{step}")
    )
    if not quiet:
        _summary(result, output)
    return int(result.report.number_of(Level.ERROR) > 0)


def _summary(result: DemoResult, folder: Path) -> None:
    from xlbudget.workbook.styles import text_units  # noqa: PLC0415

    report = result.report
    click.echo()
    click.echo("支出结构")
    widest = max((text_units(bar.name) for bar in result.bars), default=0)
    longest = max((bar.amount.fen for bar in result.bars), default=1)
    for bar in result.bars:
        filled = max(1, round(_BAR * bar.amount.fen / longest))
        name = bar.name + " " * (widest - text_units(bar.name))
        click.echo(
            f"  {name}  {'█' * filled} {bar.amount.text}{bar.amount.unit.name}（{bar.share / 100:.2f}%）"
        )
    click.echo()
    counts = "，".join(f"{level.chinese} {report.number_of(level)} 处" for level in Level)
    slack = f"；尾差半宽 {report.slack}" if report.slack else ""
    click.echo(f"校验结论：{report.status.chinese}（{counts}{slack}）")
    if report.not_executed:
        click.echo(
            f"未执行：{len({one.code for one in report.not_executed})} 条规则，原因见校验结果"
        )
    if result.reviews:
        click.echo(f"说明中有 {result.reviews} 段待核对，见工作簿“情况说明”的状态栏")
    click.echo()
    click.echo(f"文件在“{folder}”：")
    for path, what in result.files:
        click.echo(f"  {path.relative_to(folder)}  —— {what}")
    for warning in result.warnings:
        click.echo(f"  注意：{warning}")
    click.echo()
    click.echo("下一步：打开工作簿看一看；或新建自己的：xlbudget new 我的部门预算.xlsm")
