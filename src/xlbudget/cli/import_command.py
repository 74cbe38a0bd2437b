"""``xlbudget import``: figures from exported tables, published documents and data folders."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from typing import TYPE_CHECKING, NamedTuple

import click

from xlbudget.cli.asking import Answers, answer_option
from xlbudget.cli.common import (
    STANDARD_INPUT,
    refuse_existing,
    refuse_no_workbook,
    standard_input,
    write_edits,
)
from xlbudget.cli.run import PATH, Command, path_option, quiet_option, standard_option
from xlbudget.errors import UnusableFileError
from xlbudget.standard.loader import load_standard

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from xlbudget.standard.model import Standard, Subject


@click.command(cls=Command)
@click.argument("paths", metavar="来源… [工作簿]", nargs=-1, type=PATH)
@path_option(
    "--into",
    "-w",
    "book",
    metavar="工作簿",
    said="导入到哪个工作簿；不存在时新建。不写时，最后一个 .xlsm 就是工作簿。",
)
@click.option("--preview", "--dry-run", "dry", is_flag=True, help="只显示预览，不写入。")
@click.option("--yes", "-y", is_flag=True, help="显示预览后直接写入，不再询问。")
@click.option(
    "--overwrite",
    is_flag=True,
    help="工作簿里已填、与来源不同的格也改写，录入底稿的行由明细替换；不写时保留原数并列出。",
)
@click.option("--year", type=int, metavar="年度", help="预算年度；默认按工作簿，新建时按来源。")
@standard_option
@path_option(
    "--subjects",
    multiple=True,
    said="财政部门的科目目录（.xlsx、.xls 或 .csv，有科目编码、科目名称两栏），补充到科目字典，可写多次。",
)
@click.option(
    "--keep",
    is_flag=True,
    help="来源里的科目目录也保存在本机：以后 xlbudget new 新建这一标准、这一年度起的工作簿都带上。",
)
@answer_option
@click.option("--ask-again", is_flag=True, help="不用本机记住的回答，重新询问。")
@quiet_option
def command(
    paths: tuple[Path, ...],
    book: Path | None,
    dry: bool,
    yes: bool,
    overwrite: bool,
    year: int | None,
    subjects: tuple[Path, ...],
    keep: bool,
    answer: tuple[str, ...],
    ask_again: bool,
    quiet: bool,
) -> int:
    """导入：把导出的表或明细（.xls、.xlsx、.csv、粘贴的文字）、公开文本或数据文件夹的数字填入工作簿。

    一行一笔的明细进录入底稿；来源写“-”时从标准输入读粘贴的明细。先显示预览：每张表取自哪里、新填几格、哪些不同、哪些没有导入；在终端里确认后才写入，并留一份备份。
    """
    sources, book = _source_and_book(paths, book, has_lists=bool(subjects))
    refuse_no_workbook(book)
    if not sources and not subjects:
        raise UnusableFileError("没有写明导入什么；请写上来源文件，或用 --subjects 指明科目目录。")
    with ExitStack() as opened:
        if STANDARD_INPUT in sources:
            pasted = opened.enter_context(standard_input())
            sources = tuple(pasted if path == STANDARD_INPUT else path for path in sources)
        if book in sources:
            raise UnusableFileError(f"来源和工作簿是同一个文件“{book.name}”；请核对。")
        answers = Answers(answer, ask_again=ask_again, yes=yes)
        if not dry:
            from xlbudget.xlsx.locks import writing  # noqa: PLC0415

            opened.enter_context(writing(book, "import"))
        if book.exists():
            planned = _into(book, sources, subjects, year, answers, overwrite=overwrite)
        else:
            planned = _new(book, sources, subjects, year, answers)
        lists = (*sources, *subjects) if keep else ()
        if lists:
            _refuse_no_list(planned.standard, lists)
        return _write(planned, answers, lists, dry=dry, yes=yes, quiet=quiet)


def _refuse_no_list(standard: Standard, sources: tuple[Path, ...]) -> None:
    """Before anything is written.

    Raises:
        UnusableFileError: no source is a list of subjects.
    """
    from xlbudget.importing.kept_lists import lists_among  # noqa: PLC0415  # rarely needed

    lists_among(standard, sources)


def _keep(planned: _Planned, sources: tuple[Path, ...]) -> str:
    """Keep the lists among the sources on this machine; gives what is to be said."""
    from xlbudget.importing.kept_lists import keep_lists, kept_sentence  # noqa: PLC0415  # rarely needed

    return kept_sentence(keep_lists(planned.standard, planned.year, sources), planned.year)


def _write(
    planned: _Planned,
    answers: Answers,
    lists: tuple[Path, ...],
    *,
    dry: bool,
    yes: bool,
    quiet: bool,
) -> int:
    """Show what is planned, ask, write; ``lists`` are the sources whose lists of subjects are kept."""
    if not quiet:
        click.echo(planned.preview)
    if answers.said and not quiet:
        click.echo(answers.said)
    if planned.subjects and not quiet:
        click.echo(f"科目目录：{planned.subjects}个科目，补充到科目字典中没有的或名称不同的。")
    status = int(planned.conflicts > 0 or planned.open > 0)
    ending = planned.idle or (planned.dry if dry else "")
    if ending:
        click.echo(ending)
        if lists and not dry:
            click.echo(_keep(planned, lists), err=quiet)
        return status
    if not _agreed(yes, planned.question):
        return 0
    *left, said = planned.write()
    if lists:
        left.append(_keep(planned, lists))
    left += filter(None, [answers.keep(planned.layout)])
    for sentence in left:
        click.echo(sentence, err=quiet)
    if planned.conflicts:
        kept = f"有{planned.conflicts}格与来源不同，保留了原数；要改写请加 --overwrite。"
        click.echo(kept, err=quiet)
    if planned.open:
        click.echo(f"有{planned.open}处要回答、补填或核对，见上面的清单。", err=quiet)
    if not quiet:
        click.echo(f"{said}请再运行 xlbudget validate 校验。")
    return status


class _Planned(NamedTuple):
    """What an import would do; ``idle`` says that there is nothing to do, ``dry`` that nothing was done.

    ``write`` does it and gives what is to be said, the success last. ``subjects`` counts those of lists,
    ``open`` what is to be answered or settled; ``layout`` is that of the sources.
    """

    standard: Standard
    year: int
    preview: str
    subjects: int
    dry: str
    question: str
    write: Callable[[], list[str]]
    conflicts: int = 0
    idle: str = ""
    open: int = 0
    layout: str = ""


def _source_and_book(
    paths: tuple[Path, ...], book: Path | None, *, has_lists: bool
) -> tuple[tuple[Path, ...], Path]:
    """What is read and what is written: without ``--into`` the last path, where it is an .xlsm.

    An .xlsx at the end is taken for a source: exported tables have that ending.
    """
    if book is not None:
        return paths, book
    if len(paths) > (0 if has_lists else 1) and paths[-1].suffix.lower() == ".xlsm":
        return paths[:-1], paths[-1]
    raise UnusableFileError(
        "没有写明导入到哪个工作簿；请写在最后（.xlsm），如 xlbudget import 导出的表.xls 部门预算.xlsm，"
        "或用 -w 指明。"
    )


def _into(
    book: Path,
    sources: tuple[Path, ...],
    subjects: tuple[Path, ...],
    year: int | None,
    answers: Answers,
    *,
    overwrite: bool,
) -> _Planned:
    """Into a workbook that is there."""
    from xlbudget.importing.ledger.merge import REPLACE  # noqa: PLC0415
    from xlbudget.importing.plan import plan_import  # noqa: PLC0415
    from xlbudget.reading.book import read_book  # noqa: PLC0415
    from xlbudget.standard.loader import own_standard  # noqa: PLC0415
    from xlbudget.xlsx.locks import refuse_open_file  # noqa: PLC0415
    from xlbudget.xlsx.workbook import Workbook  # noqa: PLC0415

    refuse_open_file(book)
    source = Workbook(book)
    held = read_book(source)
    if year not in (None, held.year):
        raise UnusableFileError(
            f"“{book.name}”是{held.year}年度的工作簿，与 --year {year} 不一致；请核对。"
        )
    standard = own_standard(held)
    lists, unlisted = _subjects(subjects, standard)
    if overwrite and standard.ledger is not None:
        answers.given.setdefault(standard.ledger.sheet, REPLACE)
    plan = answers.settle(
        lambda given: plan_import(
            source, sources, overwrite=overwrite, subjects=lists, answers=given
        )
    )

    def write() -> list[str]:
        backup = write_edits(source, book, plan.edits, plan.afterwards, "import")
        kept = f"，原文件备份为“{backup.name}”" if backup else ""
        return [f"已导入，写入“{book}”{kept}。"]

    return _Planned(
        standard,
        held.year,
        "\n".join(filter(None, [plan.said, *unlisted])),
        sum(map(len, lists.values())),
        "以上是预览，没有写入。",
        f"写入“{book.name}”吗？",
        write,
        plan.conflicts,
        "" if plan.edits else f"“{book.name}”里已有全部内容，没有需要写入的格。",
        len(plan.questions) + plan.unsettled,
        plan.layout,
    )


def _new(
    book: Path,
    sources: tuple[Path, ...],
    subjects: tuple[Path, ...],
    year: int | None,
    answers: Answers,
) -> _Planned:
    """Into a new workbook."""
    from xlbudget.editing.build import build_workbook  # noqa: PLC0415
    from xlbudget.figures import InfoValue  # noqa: PLC0415
    from xlbudget.importing.merge import ImportPlan  # noqa: PLC0415
    from xlbudget.importing.merge_particulars import write_texts  # noqa: PLC0415
    from xlbudget.importing.plan import new_book, new_tallies, preview, read_sources, unwritten  # noqa: PLC0415
    from xlbudget.standard.loader import OWN_LISTS, with_subjects  # noqa: PLC0415
    from xlbudget.xlsx.atomic import replace_atomically  # noqa: PLC0415
    from xlbudget.xlsx.cells import Afterwards  # noqa: PLC0415

    refuse_existing(book)
    if not sources:
        raise UnusableFileError(f"找不到工作簿“{book}”；请先用 xlbudget new 新建，再导入科目。")
    standard = load_standard()
    lists, unlisted = _subjects(subjects, standard)
    standard = with_subjects(standard, lists)
    imported = answers.settle(lambda given: read_sources(sources, standard, year, given))
    figures = new_book(standard, imported)
    if lists:
        figures = figures._replace(
            subjects={**figures.subjects, **lists},
            info={**figures.info, "subject_lists": InfoValue(OWN_LISTS)},
        )
    standard = with_subjects(standard, figures.subjects)
    tallies, questions = new_tallies(standard, imported), imported.questions
    plan = ImportPlan([], Afterwards(), "", tallies, (), unwritten(imported), questions)

    def write() -> list[str]:
        left: list[str] = []

        def build(target: Path) -> None:
            build_workbook(standard, figures, target, year=figures.year)
            if imported.texts:
                left.extend(write_texts(target, imported.texts))

        replace_atomically(book, build, new=True)
        return [*left, f"已新建“{book}”（{figures.year}年度）。"]

    return _Planned(
        standard,
        figures.year,
        "\n".join([preview(plan), *unlisted]),
        sum(map(len, lists.values())),
        f"以上是预览，没有新建“{book.name}”。",
        f"新建“{book.name}”（{figures.year}年度）吗？",
        write,
        open=len(questions) + imported.unsettled,
        layout=imported.layout,
    )


def _subjects(
    paths: tuple[Path, ...], standard: Standard
) -> tuple[dict[str, tuple[Subject, ...]], list[str]]:
    """The bureau's own subjects by list, and what of its files was not taken."""
    if not paths:
        return {}, []
    from xlbudget.importing.subject_lists import read_subject_list  # noqa: PLC0415

    found: dict[str, tuple[Subject, ...]] = {}
    left: list[str] = []
    for path in paths:
        listed = read_subject_list(path, standard)
        left += listed.left
        for key, subjects in listed.subjects.items():
            found[key] = (*found.get(key, ()), *subjects)
    return found, left


def _agreed(yes: bool, question: str) -> bool:
    """Whether the user wants it.

    Where nobody is at a terminal to be asked, it is written: blanks alone are filled, what differs
    is kept unless ``--overwrite`` asked for it, and the file before lies beside.
    """
    if yes or not sys.stdin.isatty():
        return True
    click.echo(f"{question}（y 写入，其他键不写）", nl=False)
    if sys.stdin.readline().strip().lower() in ("y", "yes", "是"):
        return True
    click.echo("没有写入。")
    return False
