"""``xlbudget new``: a workbook, empty or holding the figures of a data folder."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from xlbudget.cli.base import Command, quiet_option
from xlbudget.cli.files import SUFFIXES, refuse_existing, write_new
from xlbudget.errors import UnusableFileError

__all__ = ["command"]


@click.command(cls=Command)
@click.argument("book", metavar="工作簿", type=click.Path(path_type=Path))
@click.option(
    "--from",
    "source",
    type=click.Path(path_type=Path),
    metavar="文件夹",
    help="从数据文件夹（CSV 和 TOML）取数。",
)
@click.option("--year", type=int, metavar="年度", help="预算年度；空白工作簿默认为下一年度。")
@click.option(
    "--standard",
    "identity",
    default="changchun",
    metavar="代号",
    help="标准的代号（默认 changchun）。",
)
@click.option(
    "--subjects",
    multiple=True,
    type=(str, click.Path(path_type=Path)),
    metavar="分类 文件",
    help="补充科目目录，如 --subjects functional 本地功能科目.csv，可写多次。",
)
@quiet_option
def command(
    book: Path,
    source: Path | None,
    year: int | None,
    identity: str,
    subjects: tuple[tuple[str, Path], ...],
    quiet: bool,
) -> None:
    """新建部门预算工作簿：空白的，或由数据文件夹填好数字的。"""
    from xlbudget.exchange.blank import blank_book  # noqa: PLC0415
    from xlbudget.exchange.folder import read_folder  # noqa: PLC0415
    from xlbudget.standard.extend import with_subject_files  # noqa: PLC0415
    from xlbudget.standard.loader import load_standard  # noqa: PLC0415
    from xlbudget.workbook.build import build_workbook  # noqa: PLC0415

    if book.suffix.lower() not in SUFFIXES:
        raise UnusableFileError(f"“{book.name}”的扩展名应为 .xlsm 或 .xlsx。")
    refuse_existing(book)
    standard = with_subject_files(load_standard(identity), subjects)
    if source:
        figures = read_folder(source, standard)
    else:
        figures = blank_book(standard, year or datetime.now(tz=UTC).year + 1)
    write_new(
        book, lambda target: build_workbook(standard, figures, target, year=year or figures.year)
    )
    if not quiet:
        what = f"，数字取自“{source}”" if source else ""
        click.echo(f"已新建“{book}”（{figures.year}年度{what}）。")
