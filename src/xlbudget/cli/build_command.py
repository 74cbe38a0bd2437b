"""``xlbudget build``: the blank template from its sources."""

from __future__ import annotations

from pathlib import Path

import click

from xlbudget.cli.base import Command, quiet_option
from xlbudget.cli.files import SUFFIXES
from xlbudget.errors import UnusableFileError
from xlbudget.standard.loader import DEFAULT, load_standard

__all__ = ["TEMPLATE", "command"]

TEMPLATE = "budget_template.xlsm"


@click.command(cls=Command)
@click.option(
    "--output",
    "-o",
    type=click.Path(path_type=Path),
    default=Path(TEMPLATE),
    metavar="文件",
    help=f"写到哪里（默认当前文件夹的 {TEMPLATE}）；已有的文件留一份备份。",
)
@click.option(
    "--standard",
    "identity",
    default=DEFAULT,
    metavar="代号",
    help=f"标准的代号（默认 {DEFAULT}）。",
)
@quiet_option
def command(output: Path, identity: str, quiet: bool) -> None:
    """由标准生成空白模板。同样的标准和版本，生成的文件内容逐部分相同。"""
    from xlbudget.exchange.blank import blank_book  # noqa: PLC0415
    from xlbudget.workbook.build import build_workbook  # noqa: PLC0415
    from xlbudget.xlsx.atomic import refuse_open_file, replace_atomically  # noqa: PLC0415

    if output.suffix.lower() not in SUFFIXES:
        raise UnusableFileError(f"“{output.name}”的扩展名应为 .xlsm 或 .xlsx。")
    refuse_open_file(output)
    standard = load_standard(identity)
    year = standard.template_year
    book = blank_book(standard, year)
    replace_atomically(output, lambda target: build_workbook(standard, book, target, year=year))
    if not quiet:
        click.echo(f"已生成空白模板“{output}”（{standard.name}，{year}年度）。")
