"""``xlbudget rules``: the catalogue of a standard's rules."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from xlbudget.cli.base import Command
from xlbudget.errors import StandardError
from xlbudget.standard.loader import DEFAULT, load_folder, load_standard

if TYPE_CHECKING:
    from xlbudget.standard.model import Standard

__all__ = ["command"]


@click.command(cls=Command)
@click.option("--standard", default=DEFAULT, metavar="代号", help=f"标准的代号（默认 {DEFAULT}）。")
@click.option(
    "--folder",
    type=click.Path(path_type=Path),
    metavar="文件夹",
    help="检查并列出另一个标准的文件夹（新增或修改标准时用）。",
)
@click.option("--year", type=int, metavar="年度", help="只列该年度适用的规则。")
@click.option("--markdown", is_flag=True, help="输出 Markdown 表格。")
@click.option("--quiet", "-q", is_flag=True, hidden=True)
def command(
    standard: str, folder: Path | None, year: int | None, markdown: bool, quiet: bool
) -> None:
    """列出标准的全部勾稽规则：编号、名称、级别、来源和等式。"""
    from xlbudget.standard.catalogue import catalogue_markdown, catalogue_text  # noqa: PLC0415

    del quiet
    render = catalogue_markdown if markdown else catalogue_text
    found = load_standard(standard) if folder is None else _checked(folder)
    click.echo(render(found, year), nl=False)


def _checked(folder: Path) -> Standard:
    """The standard of a folder, if nothing in it contradicts itself."""
    from xlbudget.checks.validate import CHECKS  # noqa: PLC0415
    from xlbudget.standard.check import check_folder  # noqa: PLC0415
    from xlbudget.texts.readings import reading_problems  # noqa: PLC0415

    problems = check_folder(folder, frozenset(CHECKS)) or reading_problems(load_folder(folder))
    if problems:
        listed = "".join(f"\n  {problem}" for problem in problems)
        raise StandardError(f"标准“{folder.name}”有{len(problems)}处不对，请改正后再用：{listed}")
    return load_folder(folder)
