"""``xlbudget new``: a workbook, empty or holding the figures of a data folder."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from xlbudget.cli.base import Command, quiet_option
from xlbudget.cli.files import SUFFIXES, refuse_existing
from xlbudget.errors import DataFolderError, UnusableFileError
from xlbudget.findings import Level
from xlbudget.standard.loader import DEFAULT, load_standard

if TYPE_CHECKING:
    from xlbudget.figures import Book

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
    default=DEFAULT,
    metavar="代号",
    help=f"标准的代号（默认 {DEFAULT}）。",
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
    from xlbudget.exchange.folder.read import read_folder  # noqa: PLC0415
    from xlbudget.exchange.published.final_texts import write_finals  # noqa: PLC0415
    from xlbudget.figures import InfoValue  # noqa: PLC0415
    from xlbudget.fill.fill import with_names  # noqa: PLC0415
    from xlbudget.standard.extend import OWN_LISTS, with_subject_files, with_subjects  # noqa: PLC0415
    from xlbudget.workbook.build import build_workbook  # noqa: PLC0415
    from xlbudget.xlsx.atomic import replace_atomically  # noqa: PLC0415

    if book.suffix.lower() not in SUFFIXES:
        raise UnusableFileError(f"“{book.name}”的扩展名应为 .xlsm 或 .xlsx。")
    refuse_existing(book)
    standard = with_subject_files(load_standard(identity), subjects)
    if source:
        figures = read_folder(source, standard)
        standard = with_subjects(standard, figures.subjects)
        figures = with_names(standard, figures)
        _refuse_lost(source, figures, year)
    else:
        figures = blank_book(standard, year or datetime.now(tz=UTC).year + 1)
    if not standard.first <= figures.year <= standard.last:
        raise UnusableFileError(
            f"{standard.name}的标准适用于{standard.first}年度起，不适用于{figures.year}年度；请改 --year。"
        )
    if subjects:
        figures = figures._replace(info={**figures.info, "subject_lists": InfoValue(OWN_LISTS)})

    def write(target: Path) -> None:
        build_workbook(standard, figures, target, year=figures.year)
        if figures.texts:
            write_finals(target, standard, figures.texts)

    replace_atomically(book, write)
    for finding in () if quiet else figures.findings:
        click.echo(f"［{finding.level.chinese}］{finding.message}")
    if not quiet:
        what = f"，数字取自“{source}”" if source else ""
        click.echo(f"已新建“{book}”（{figures.year}年度{what}）。")


def _refuse_lost(source: Path, figures: Book, year: int | None) -> None:
    """What the folder holds and the workbook would not: better no workbook than a part of it."""
    if year not in (None, figures.year):
        raise DataFolderError(
            f"数据文件夹“{source}”是{figures.year}年度的，与 --year {year} 不一致；请去掉 --year。"
        )
    for finding in figures.findings:
        if finding.level is Level.ERROR:
            raise DataFolderError(f"数据文件夹“{source}”：{finding.message}")
