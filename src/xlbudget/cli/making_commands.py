"""``xlbudget new``, ``build``, ``rollover``, ``export`` and ``demo``: files made anew."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from xlbudget.cli.asking import Answers, answer_option
from xlbudget.cli.common import refuse_existing, refuse_no_workbook
from xlbudget.cli.run import (
    PATH,
    Command,
    book_argument,
    path_option,
    quiet_option,
    standard_option,
)
from xlbudget.errors import DataFolderError, UnusableFileError
from xlbudget.findings import Level
from xlbudget.standard.loader import load_standard

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xlbudget.demo import DemoResult
    from xlbudget.figures import Book
    from xlbudget.importing.imported import Imported
    from xlbudget.standard.model import Standard


@click.command(cls=Command)
@book_argument
@path_option("--from", "source", metavar="文件夹", said="从数据文件夹（CSV 和 TOML）取数。")
@path_option(
    "--ledger",
    "lines",
    said="录入底稿取自这个文件（底稿的栏，或系统导出的明细；.csv、.xls、.xlsx），各表由底稿得出。",
)
@answer_option
@click.option("--year", type=int, metavar="年度", help="预算年度；空白工作簿默认为下一年度。")
@standard_option
@click.option(
    "--subjects",
    multiple=True,
    type=(str, PATH),
    metavar="分类 文件",
    help="补充科目目录，如 --subjects functional 本地功能科目.csv，可写多次。",
)
@quiet_option
def new_command(
    book: Path,
    source: Path | None,
    lines: Path | None,
    answer: tuple[str, ...],
    year: int | None,
    subjects: tuple[tuple[str, Path], ...],
    quiet: bool,
) -> int:
    """新建部门预算工作簿：空白的，或由数据文件夹、底稿填好数字的。"""
    from xlbudget.editing.build import build_workbook  # noqa: PLC0415
    from xlbudget.editing.own import write_finals  # noqa: PLC0415
    from xlbudget.figures import InfoValue  # noqa: PLC0415
    from xlbudget.importing.data_folder import read_folder  # noqa: PLC0415
    from xlbudget.importing.imported import blank_book  # noqa: PLC0415
    from xlbudget.rules.fill import with_names  # noqa: PLC0415
    from xlbudget.standard.loader import (  # noqa: PLC0415
        OWN_LISTS,
        for_sum,
        with_subjects,
    )
    from xlbudget.xlsx.atomic import replace_atomically  # noqa: PLC0415

    refuse_no_workbook(book)
    refuse_existing(book)

    unlisted: dict[str, None] = {}

    def listed(year: int) -> tuple[Standard, Path | None]:
        standard, kept = _with_kept(load_standard(), year)
        return _with_lists(standard, subjects, unlisted), kept

    standard, kept = listed(year or _next_year())
    if source:
        figures = read_folder(source, standard, whole=True)
        standard, kept = listed(figures.year)
        standard = for_sum(with_subjects(standard, figures.subjects), figures)
        figures = with_names(standard, figures)
        _refuse_other_year(source, figures, year)
    else:
        figures = blank_book(standard, year or 0)
    made = None
    answers = Answers(answer)
    if lines:
        made = answers.settle(lambda given: _lines(lines, standard, figures, given))
        figures = made.book
    if kept and 0 < figures.year < int(kept.stem):
        standard, kept = listed(figures.year)
    if not figures.year:
        figures = figures._replace(year=_next_year())
    if not standard.first <= figures.year <= standard.last:
        raise UnusableFileError(
            f"{standard.name}的标准适用于{standard.first}年度起，不适用于{figures.year}年度；请改 --year。"
        )
    if subjects or kept:
        figures = figures._replace(info={**figures.info, "subject_lists": InfoValue(OWN_LISTS)})

    def write(target: Path) -> None:
        build_workbook(standard, figures, target, year=figures.year)
        if figures.texts:
            write_finals(target, standard, figures.texts)

    replace_atomically(book, write, new=True)
    said = [*made.left, *(f"要回答：{one.sentence}" for one in made.questions)] if made else []
    said += filter(None, [*unlisted, answers.said, answers.keep(made.layout) if made else ""])
    for sentence in said:
        click.echo(sentence, err=quiet)
    if not quiet:
        names = "”“".join(str(path) for path in (source, lines) if path)
        what = f"，数字取自“{names}”" if names else ""
        click.echo(f"已新建“{book}”（{figures.year}年度{what}）。")
        if kept:
            click.echo(
                f"“科目字典”补充了本机保存的科目目录“{kept}”，校验、填列照工作簿里的这一份；不要时删去这个文件再新建。"
            )
    return int(made is not None and bool(made.questions or made.unsettled))


def _next_year() -> int:
    return datetime.now(tz=UTC).year + 1


def _with_lists(
    standard: Standard, files: tuple[tuple[str, Path], ...], left: dict[str, None]
) -> Standard:
    """The standard with the subjects of files, each with the key of its list; what was not taken joins ``left``.

    Raises:
        StandardError: there is no such list.
        UnusableFileError: a file cannot be read as a list.
    """
    from xlbudget.importing.subject_lists import read_subject_list  # noqa: PLC0415  # rarely needed
    from xlbudget.standard.loader import with_subjects  # noqa: PLC0415

    for key, path in files:
        with_subjects(standard, {key: ()})  # refuses a key that is none
        found = read_subject_list(path, standard, key)
        standard = with_subjects(standard, found.subjects)
        left.update(dict.fromkeys(found.left))
    return standard


def _with_kept(standard: Standard, year: int) -> tuple[Standard, Path | None]:
    """The standard with the subjects that are kept on this machine for the year, and their file.

    Raises:
        UnusableFileError: the file is no list any more.
    """
    from xlbudget.importing.kept_lists import kept_list  # noqa: PLC0415  # rarely needed
    from xlbudget.standard.loader import with_subjects  # noqa: PLC0415

    kept = kept_list(standard, year)
    if kept is None:
        return standard, None
    return with_subjects(standard, kept.subjects), kept.path


def _lines(path: Path, standard: Standard, figures: Book, answers: Mapping[str, str]) -> Imported:
    """The book with the ledger of a file; the tables are those that it prints.

    Raises:
        UnusableFileError: the file cannot be used, or the book has a ledger already.
    """
    from xlbudget.importing.ledger.merge import with_ledger  # noqa: PLC0415
    from xlbudget.importing.plan import read_sources  # noqa: PLC0415
    from xlbudget.rules.posting import posted_book  # noqa: PLC0415

    if figures.ledger.lines:
        raise UnusableFileError(
            f"数据文件夹里已有底稿，又用 --ledger 指明了“{path.name}”，没有新建；请只用一份。"
        )
    imported = read_sources([path], standard, figures.year or None, answers)
    if not imported.book.ledger.lines:
        if imported.questions:
            return imported
        raise UnusableFileError(
            f"“{path.name}”不是一行一笔的明细，没有新建；请选底稿或系统导出的明细。"
        )
    year = figures.year or imported.book.year or datetime.now(tz=UTC).year + 1
    book = with_ledger(standard, figures._replace(year=year), imported.book.ledger)
    return imported._replace(book=posted_book(standard, book))


def _refuse_other_year(source: Path, figures: Book, year: int | None) -> None:
    """A folder is of one year.

    Raises:
        DataFolderError: another one was asked for.
    """
    if year not in (None, figures.year):
        raise DataFolderError(
            f"数据文件夹“{source}”是{figures.year}年度的，与 --year {year} 不一致；请去掉 --year。"
        )


TEMPLATE = "budget_template.xlsm"


@click.command(cls=Command)
@path_option(
    "--output",
    "-o",
    default=Path(TEMPLATE),
    said=f"写到哪里（默认当前文件夹的 {TEMPLATE}）；已有的文件留一份备份。",
)
@standard_option
@quiet_option
def build_command(output: Path, quiet: bool) -> None:
    """由标准生成空白模板。同样的标准和版本，生成的文件内容逐部分相同。"""
    from xlbudget.editing.build import build_workbook  # noqa: PLC0415
    from xlbudget.importing.imported import blank_book  # noqa: PLC0415
    from xlbudget.xlsx.atomic import replace_atomically  # noqa: PLC0415
    from xlbudget.xlsx.locks import refuse_open_file  # noqa: PLC0415

    refuse_no_workbook(output)
    refuse_open_file(output)
    standard = load_standard()
    year = standard.template_year
    book = blank_book(standard, year)
    replace_atomically(
        output,
        lambda target: build_workbook(standard, book, target, year=year, stamped=False),
        by="build",
    )
    if not quiet:
        click.echo(f"已生成空白模板“{output}”（{standard.name}，{year}年度）。")


@click.command(cls=Command)
@book_argument
@click.argument("target", metavar="下年工作簿", type=PATH)
@click.option("--overwrite", is_flag=True, help="下年工作簿已存在时改写它，原文件留作备份。")
@standard_option
@quiet_option
def rollover_command(book: Path, target: Path, overwrite: bool, quiet: bool) -> None:
    """结转下年：由今年的工作簿生成下年的工作簿。

    今年的数填作上年数；单位、科目、项目和文字保留，年份改为下年；金额留空待填。
    已到期的项目不再带入，停用的科目按目录改列。今年的工作簿不改动。
    """
    from xlbudget.editing.rollover import roll_over  # noqa: PLC0415

    done = roll_over(book, target, overwrite=overwrite)
    if quiet:
        return
    for sentence in done.said:
        click.echo(sentence)
    if done.backup:
        click.echo(f"原来的文件留作“{done.backup.name}”。")
    click.echo(f"已生成{done.year}年度的工作簿“{target}”。")


@click.command(cls=Command)
@book_argument
@click.argument("folder", metavar="文件夹", type=PATH)
@click.option("--overwrite", is_flag=True, help="文件夹里已有的数据文件也改写，原文件留作备份。")
@standard_option
@quiet_option
def export_command(book: Path, folder: Path, overwrite: bool, quiet: bool) -> None:
    """导出为数据文件夹（CSV 和 TOML），可用文本编辑器修改，再由 new --from 生成同样的工作簿。

    数字、空白、科目、绩效目标、表下说明、改写过的定稿都在内；放不下的会列出。工作簿不改动。
    """
    from xlbudget.publishing.data_folder import export_folder  # noqa: PLC0415

    done = export_folder(book, folder, overwrite=overwrite)
    for sentence in done.left:
        click.echo(f"注意：{sentence}", err=quiet)
    if quiet:
        return
    for backup in done.backups:
        click.echo(f"原来的文件留作“{backup.name}”。")
    click.echo(f"已导出到“{folder}”，共 {len(done.files)} 个文件。")


_BAR = 36


@click.command(cls=Command)
@path_option(
    "--output",
    "-o",
    kind=click.Path(path_type=Path, file_okay=False),
    default=Path("xlbudget-demo"),
    metavar="文件夹",
    said="文件放在哪里（默认 xlbudget-demo）。",
)
@quiet_option
def demo_command(output: Path, quiet: bool) -> int:
    """用自带的样例走完全部步骤：建表、填列、生成说明、校验、打包。

    样例取自一个市级部门真实公开的 2024 年部门预算。
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
    from xlbudget.building.styles import text_units  # noqa: PLC0415

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
