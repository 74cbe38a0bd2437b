"""``inspect``: many workbooks and documents, each checked, with results that come as they are made."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from xlbudget.bureau.engines import Alone, Processes, processors
from xlbudget.bureau.inspect import Inspection
from xlbudget.bureau.listing import list_sources, summed_up
from xlbudget.bureau.records import RESULTS, UNUSABLE
from xlbudget.cli.common import UNUSABLE as STATUS_UNUSABLE
from xlbudget.cli.common import WRONG, fail, telling
from xlbudget.cli.run import Command, path_option, quiet_option, standard_option
from xlbudget.errors import UnusableFileError
from xlbudget.findings import Level, Status
from xlbudget.interrupts import INTERRUPTED
from xlbudget.report.text_report import clean
from xlbudget.standard.loader import load_standard

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from xlbudget.bureau.engines import Engine
    from xlbudget.bureau.inspect import Summary
    from xlbudget.bureau.work import Outcome

_LIMIT = 120.0
_WORDS = {**{status.value: status.chinese for status in Status}, UNUSABLE: "不能用"}


def _engine(jobs: int | None, scheduler: str | None, limit: float) -> Engine:
    if scheduler is not None:
        from xlbudget.bureau.cluster import Cluster  # noqa: PLC0415  # an extra

        return Cluster(scheduler, limit)
    if jobs == 0:
        return Alone()
    return Processes(jobs or processors(), limit)


@click.command(cls=Command)
@click.argument("paths", metavar="路径…", nargs=-1)
@path_option(
    "-o",
    "--output",
    "folder",
    said="结果写入的文件夹；再次运行就接着检查。",
    metavar="文件夹",
    required=True,
)
@path_option(
    "--list",
    "lists",
    said="清单：一行一个文件、文件夹或地址，相对于清单所在的文件夹。",
    multiple=True,
)
@path_option("--units", said="应交单位的名单（.csv、.txt、.xlsx），用来列出未交的单位。")
@path_option(
    "--last", said="以前检查的结果文件夹，用来说明变化；默认与上一次比。", metavar="文件夹"
)
@click.option(
    "--jobs",
    type=click.IntRange(min=0),
    metavar="个数",
    help="同时用几个进程，默认用全部处理器；0 为不另开进程。",
)
@click.option(
    "--scheduler", metavar="地址", help="由 Dask 的调度器分给多台机器；local:4 为本机四个工作进程。"
)
@click.option(
    "--timeout",
    "limit",
    type=click.FloatRange(min=1),
    default=_LIMIT,
    metavar="秒",
    help="一个文件最多检查多久，默认120秒。",
)
@standard_option
@quiet_option
def command(
    paths: tuple[str, ...],
    folder: Path,
    lists: tuple[Path, ...],
    units: Path | None,
    last: Path | None,
    jobs: int | None,
    scheduler: str | None,
    limit: float,
    *,
    quiet: bool,
) -> int:
    """批量检查：文件夹、通配符或清单里的全部工作簿和公开文本，边检查边写结果，中断后可以接着检查。"""
    if not paths and not lists:
        raise UnusableFileError("没有要检查的文件；请给出文件夹或文件，或用 --list 给出清单。")
    ignored = [folder, *lists, *filter(None, [units])]
    listing = list_sources(paths, lists, ignored)
    if not listing.sources:
        raise UnusableFileError("没有要检查的文件；请检查给出的文件夹。")
    _refuse_early(units, last)
    engine = _engine(jobs, scheduler, limit)
    inspection = Inspection(folder)
    try:
        with _shown(len(listing.sources), quiet=quiet) as told:
            summary = inspection.run(listing.sources, engine, told)
        from xlbudget.bureau.desk import write_desk  # noqa: PLC0415  # the first result does not wait for it

        with telling(quiet=quiet) as tell:
            tell("汇总")
            made = write_desk(inspection.results, folder, units, last or inspection.earlier)
        inspection.finish()
    except KeyboardInterrupt:
        fail(f"已中断；{inspection.kept}用同样的命令就接着检查。")
        return INTERRUPTED
    if not quiet:
        for sentence in summed_up(listing.left_out):
            fail(sentence)
        sys.stdout.write(_ending(summary, [inspection.results, *made]))
    if summary.verdicts[Status.ERROR.value]:
        return WRONG
    unusable = summary.verdicts[UNUSABLE] + summary.verdicts[Status.UNKNOWN.value]
    return STATUS_UNUSABLE if unusable else 0


def _refuse_early(units: Path | None, last: Path | None) -> None:
    """The standard that was chosen, and what is needed at the end, are looked at before the first file.

    Raises:
        StandardError: the standard cannot be used.
        UnusableFileError: the list of units or the earlier results cannot be read.
    """
    load_standard()
    if units is not None:
        from xlbudget.bureau.roll import read_roll  # noqa: PLC0415  # where there is a list

        read_roll(units)
    if last is not None and not (last / RESULTS).is_file() and not last.is_file():
        raise UnusableFileError(
            f"“{last}”里没有以前的检查结果（{RESULTS}）；请检查 --last 后面的文件夹。"
        )


def _ending(summary: Summary, made: list[Path]) -> str:
    """How it ended, in a sentence."""
    every = sum(summary.verdicts.values())
    counts = "、".join(
        f"{word}{summary.verdicts[verdict]}个"
        for verdict, word in _WORDS.items()
        if summary.verdicts[verdict]
    )
    names = "、".join(path.name for path in made)
    reused = f"其中{summary.reused}个没有变，沿用已有的结果；" if summary.reused else ""
    return f"检查了{every}个文件：{counts}；{reused}结果在“{made[0].parent}”：{names}。\n"


def _line(outcome: Outcome) -> str:
    """What became of one file."""
    word = _WORDS[outcome.verdict]
    counts = "，".join(
        f"{level.chinese}{outcome.counts[level.value]}条"
        for level in Level
        if outcome.counts.get(level.value)
    )
    said = outcome.reason or "  ".join(filter(None, [outcome.unit, counts]))
    return clean(f"{word}  {outcome.path}  {said}".rstrip())


@contextmanager
def _shown(total: int, *, quiet: bool) -> Iterator[Callable[[Outcome], object]]:
    """A line for every file that was judged, and a bar for whoever watches; ``quiet``: only what is wrong."""
    wrong = (Status.ERROR.value, Status.UNKNOWN.value, UNUSABLE)

    def told(outcome: Outcome) -> None:
        if outcome.line and (outcome.verdict in wrong or not quiet):
            sys.stdout.write(_line(outcome) + "\n")
            sys.stdout.flush()

    if quiet or not sys.stderr.isatty():
        yield told
        return
    from rich.console import Console  # noqa: PLC0415  # only where somebody watches
    from rich.progress import (  # noqa: PLC0415  # as above
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("检查"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TextColumn("还需"),
        TimeRemainingColumn(),
    )
    with Progress(
        *columns,
        console=Console(stderr=True),
        transient=True,
        redirect_stdout=sys.stdout.isatty(),
    ) as bar:
        task = bar.add_task("", total=total, rate="")

        def watched(outcome: Outcome) -> None:
            told(outcome)
            speed = bar.tasks[0].finished_speed or bar.tasks[0].speed
            bar.update(task, advance=1, rate=f"每秒{speed:.1f}个" if speed else "")

        yield watched
