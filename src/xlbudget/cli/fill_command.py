"""``xlbudget fill``: parent subjects, subtotals, totals and what follows from other tables."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from xlbudget.cli.base import Command, quiet_option
from xlbudget.cli.files import refuse_output
from xlbudget.findings import Level

if TYPE_CHECKING:
    from xlbudget.findings import Finding

__all__ = ["command"]


@click.command(cls=Command)
@click.argument("book", metavar="工作簿", type=click.Path(path_type=Path))
@click.option(
    "--output", "-o", type=click.Path(path_type=Path), metavar="文件", help="另存为，原工作簿不动。"
)
@quiet_option
def command(book: Path, output: Path | None, quiet: bool) -> int:
    """填列小计：补齐上级科目行，填写空白的小计、合计和由他表得出的数。

    已经手工填写的合计不改动。不写 -o 时直接改原工作簿，并留一份备份。
    """
    from xlbudget.checks.validate import check_rows  # noqa: PLC0415
    from xlbudget.workbook.fill_file import ROW_RULES, plan_fill  # noqa: PLC0415
    from xlbudget.xlsx.atomic import refuse_open_file, replace_atomically  # noqa: PLC0415
    from xlbudget.xlsx.workbook import Workbook  # noqa: PLC0415

    target = output or book
    if output is not None:
        refuse_output(output, book)
    refuse_open_file(target)
    source = Workbook(book)
    plan = plan_fill(source)
    backup = None
    if plan.edits or output is not None:
        backup = replace_atomically(
            target,
            lambda path: source.patch(path, plan.edits, plan.afterwards),
            backup=output is None,
        )
    findings = check_rows(plan.standard, plan.book, ROW_RULES)
    _say(findings, len(plan.edits), target, backup, quiet)
    return int(any(finding.level is Level.ERROR for finding in findings))


def _say(
    findings: list[Finding], written: int, target: Path, backup: Path | None, quiet: bool
) -> None:
    for finding in findings:
        if finding.level is not Level.HINT or not quiet:
            where = f"{finding.sheet} {finding.cell}".strip()
            click.echo(f"［{finding.level.chinese}］{finding.code} {where}：{finding.message}")
    if quiet:
        return
    if not written:
        click.echo(f"“{target.name}”没有需要填列的格，内容不变。")
        return
    kept = f"，原文件备份为“{backup.name}”" if backup else ""
    click.echo(f"已填列 {written} 格，写入“{target}”{kept}。")
