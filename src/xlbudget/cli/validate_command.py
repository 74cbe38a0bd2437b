"""``xlbudget validate``: findings of one workbook or many."""

from __future__ import annotations

from pathlib import Path

import click

from xlbudget.cli.base import Command, quiet_option
from xlbudget.cli.files import expand_paths, write_text
from xlbudget.errors import XlbudgetError
from xlbudget.findings import Report, Status

__all__ = ["command"]


@click.command(cls=Command)
@click.argument(
    "books", metavar="工作簿…", nargs=-1, required=True, type=click.Path(path_type=Path)
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "html"]),
    default="text",
    metavar="text|json|html",
    help="输出的格式：文字（默认）、json 或网页。",
)
@click.option(
    "--output",
    "-o",
    type=click.Path(path_type=Path),
    metavar="文件",
    help="写入文件，不在屏幕上显示。",
)
@quiet_option
def command(books: tuple[Path, ...], form: str, output: Path | None, quiet: bool) -> int:
    """校验勾稽关系：逐格指出差错、应为的金额和依据。

    工作簿可以是多个文件，也可以是文件夹（其中的全部工作簿）。没有差错（允许有尾差）返回 0，有差错返回 1，
    文件不能用返回 2。
    """
    from xlbudget.report import render  # noqa: PLC0415
    from xlbudget.standard.loader import load_standard  # noqa: PLC0415

    reports: list[Report] = []
    unusable = 0
    for path in expand_paths(books):
        try:
            reports.append(validate_file(path))
        except XlbudgetError as error:
            unusable += 1
            click.echo(str(error), err=True)
    if reports:
        standards = {report.standard: load_standard(report.standard) for report in reports}
        text = render(reports, form, standards)
        if output is not None:
            write_text(output, text)
            if not quiet:
                click.echo(f"校验结果已写入“{output}”。")
        elif not quiet or any(report.status is Status.ERROR for report in reports):
            click.echo(text, nl=False)
    if unusable:
        return 2
    return int(any(report.status is Status.ERROR for report in reports))


def validate_file(path: Path) -> Report:
    """Read and validate one workbook.

    Raises:
        UnusableFileError: it cannot be read as a budget workbook.
    """
    from xlbudget.checks.validate import validate  # noqa: PLC0415
    from xlbudget.standard.loader import load_standard  # noqa: PLC0415
    from xlbudget.workbook.read import read_book  # noqa: PLC0415

    book = read_book(path)
    return validate(load_standard(book.standard), book)
