"""``xlbudget consolidate``: units summed up into a department, and a department checked against its units."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from xlbudget.cli.common import (
    UNUSABLE,
    WRONG,
    expand_paths,
    fail,
    refuse_existing,
    refuse_no_workbook,
    telling,
)
from xlbudget.cli.run import Command, path_option, quiet_option, standard_option
from xlbudget.errors import UnusableFileError
from xlbudget.findings import Level, Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from xlbudget.consolidating.against import Compared
    from xlbudget.consolidating.consolidate import Consolidated
    from xlbudget.consolidating.units import Chosen
    from xlbudget.figures import Book
    from xlbudget.findings import Report

_SHOWN = 12
"""So many remarks are shown; all stand in the workbook."""
_DIFFERENCES = 200
"""So many differing figures are told one by one."""


@click.command(cls=Command)
@click.argument("paths", metavar="单位…", nargs=-1, required=True, type=click.Path(path_type=Path))
@path_option(
    "--output", "-o", metavar="工作簿", said="汇总成的工作簿（.xlsm 或 .xlsx），不能已经存在。"
)
@click.option(
    "--name", default="", metavar="名称", help="汇总后的部门名称；不写时空着，请在基础信息里填。"
)
@click.option(
    "--eliminate",
    is_flag=True,
    help="抵销单位之间的往来（上级补助、附属单位上缴等）；不写时只列出。",
)
@click.option(
    "--one-row",
    is_flag=True,
    help="每个工作簿在部门收入总表里只列一行（把部门汇总到市时用）。",
)
@click.option(
    "--partial",
    is_flag=True,
    help="有单位不能用、有差错时也汇总：有差错的照样计入，不能用的不计入，都列出来。",
)
@path_option(
    "--against",
    metavar="部门",
    said="用各单位之和核对这个部门公开的文本或工作簿，逐格列出不同的数。",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(("text", "json")),
    default="text",
    metavar="text|json",
    help="--against 的结果怎样写：文字（默认）或 json。",
)
@standard_option
@quiet_option
def command(
    paths: tuple[Path, ...],
    output: Path | None,
    name: str,
    eliminate: bool,
    one_row: bool,
    partial: bool,
    against: Path | None,
    form: str,
    quiet: bool,
) -> int:
    """把几个单位的部门预算汇总成一个部门的，把部门的汇总成全市的。

    单位可以是工作簿、数据文件夹、公开文本，也可以是文件夹（其中的全部工作簿）。各单位都有底稿时合并底稿，汇总数精确到分；
    否则把印出的数逐格相加。每个数由哪些单位的多少组成，见汇总工作簿的“汇总来源”。有单位不能用、有差错、
    不是同一年度或同一标准时不汇总，列出原因；加 --partial 继续。返回 0 没有差错，1 有差错，2 有文件不能用。
    """
    from xlbudget.consolidating.consolidate import consolidate  # noqa: PLC0415
    from xlbudget.consolidating.units import choose, read_units  # noqa: PLC0415

    if output is None and against is None:
        raise UnusableFileError("请用 -o 写明汇总成的工作簿，或用 --against 写明要核对的部门文件。")
    if form == "json" and against is None:
        raise UnusableFileError(
            "--format json 是 --against 的结果；请用 --against 写明要核对的部门文件。"
        )
    if output is not None:
        refuse_no_workbook(output)
        refuse_existing(output)
    files = _files(paths)
    with telling(quiet=quiet) as tell:
        found = []
        for at, unit in enumerate(read_units(files), 1):
            tell(f"正在读取：{at}/{len(files)}")
            found.append(unit)
        chosen = choose(found)
        if (chosen.left_out or chosen.wrong) and not partial:
            return _refused(chosen, len(files))
        if not chosen.units:
            return _refused(chosen, len(files))
        text = ""
        tell("正在汇总")
        done = consolidate(chosen.units, name, eliminate=eliminate, one_row=one_row)
        said = list(_about(chosen, done, len(files)))
        status = WRONG if chosen.wrong else UNUSABLE if chosen.left_out else 0
        if against is not None:
            compared, document = _compared(done, against)
            if form == "json":
                from xlbudget.consolidating.json_page import comparison_json  # noqa: PLC0415

                text = comparison_json(done.standard, done.summed, chosen.left_out, compared)
            said += _about_comparison(done, compared, document=document)
            status = WRONG if compared.wrong else status
        if output is not None:
            tell("正在写入")
            verdict = _written(done, output)
            said += _about_workbook(verdict, output)
            status = WRONG if verdict.status is Status.ERROR else status
    if form == "json":
        click.echo(text, nl=False)
    elif not quiet or status:
        click.echo("\n".join(said))
    return status


def _files(paths: Iterable[Path]) -> list[Path]:
    """The units' files: of a folder its workbooks, its documents where it has none; a data folder is one unit.

    Raises:
        UnusableFileError: nothing is there.
    """
    from xlbudget.importing.data_folder import INFO_FILE  # noqa: PLC0415
    from xlbudget.importing.published import is_document  # noqa: PLC0415

    found: dict[Path, None] = {}
    for path in paths:
        if not path.is_dir() or (path / INFO_FILE).is_file():
            found[path] = None
            continue
        try:
            found |= dict.fromkeys(expand_paths([path]))
        except UnusableFileError:
            below = (one for one in sorted(path.rglob("*")) if not one.name.startswith(("~$", ".")))
            documents = [one for one in below if one.is_file() and is_document(one)]
            if not documents:
                raise
            found |= dict.fromkeys(documents)
    return list(found)


def _refused(chosen: Chosen, files: int) -> int:
    """Say which files stand in the way; nothing is written."""
    for one in chosen.left_out:
        fail(one.why)
    for unit in chosen.wrong:
        fail(f"“{unit.path.name}”（{unit.name}）有{unit.errors}条差错；请先校验、改正。")
    wrong, left = len(chosen.wrong), len(chosen.left_out)
    if not chosen.units:
        fail("没有可以汇总的单位，没有写入。")
    else:
        fail(
            f"{files}个文件里{left}个不能汇总、{wrong}个有差错，没有汇总；"
            "请改正后再试，或加 --partial：有差错的照样计入，不能用的不计入。"
        )
    return WRONG if wrong else UNUSABLE


def _about(chosen: Chosen, done: Consolidated, files: int) -> Iterator[str]:
    """What was summed up and how, what was left out, transfers, and what needs a look."""
    from xlbudget.consolidating.sources import transfer_sentence  # noqa: PLC0415

    units = done.summed.units
    how = "由各单位的底稿合并得出，精确到分" if done.summed.exact else "各单位印出的数逐格相加"
    yield f"已汇总{len(units)}个单位（共{files}个文件）：各表的数{how}。"
    for one in chosen.left_out:
        yield f"没有计入：{one.why}"
    for unit in chosen.wrong:
        yield f"有差错：“{unit.path.name}”（{unit.name}）{unit.errors}条，已照样计入。"
    for matched in done.transfers:
        yield f"往来“{matched.title}”：{transfer_sentence(done, matched)}"
    yield from (f"请核对：{remark}" for remark in done.summed.remarks[:_SHOWN])
    if len(done.summed.remarks) > _SHOWN:
        yield f"另有{len(done.summed.remarks) - _SHOWN}条，见“汇总来源”。"
    if done.summed.texts:
        kinds = "、".join(
            dict.fromkeys(text.about.partition("：")[0] for text in done.summed.texts)
        )
        yield f"文字不能相加，没有汇总，各单位的列在“汇总来源”：{kinds}。"


def _compared(done: Consolidated, path: Path) -> tuple[Compared, bool]:
    """The department's file against the sum; whether it is a document.

    Raises:
        UnusableFileError: it cannot be read, or is of another year or standard.
    """
    from xlbudget.consolidating.against import compare  # noqa: PLC0415
    from xlbudget.consolidating.units import read_judged  # noqa: PLC0415
    from xlbudget.importing.published import is_document  # noqa: PLC0415

    department, _, lost = read_judged(path)
    _refuse_other(done, department, path)
    return compare(done.standard, done.summed, department, lost), is_document(path)


def _refuse_other(done: Consolidated, department: Book, path: Path) -> None:
    year = done.summed.book.year
    if department.year != year:
        raise UnusableFileError(
            f"“{path.name}”是{department.year}年度的，各单位是{year}年度的，没有核对。"
        )
    if department.standard != done.standard.id:
        raise UnusableFileError(
            f"“{path.name}”的标准是“{department.standard}”，各单位是“{done.standard.id}”，没有核对。"
        )


def _about_comparison(done: Consolidated, compared: Compared, *, document: bool) -> Iterator[str]:
    from xlbudget.consolidating.against import sentence  # noqa: PLC0415

    rounding = len(compared.differences) - len(compared.wrong)
    yield (
        f"与“{compared.name}”核对：{compared.agreeing}个数与各单位之和相同，"
        f"{len(compared.wrong)}个不同，{rounding}个相差在取整以内。"
    )
    ordered = sorted(compared.differences, key=lambda one: one.rounding)
    for one in ordered[:_DIFFERENCES]:
        yield f"  {sentence(done.standard, one, document=document)}"
    if len(compared.differences) > _DIFFERENCES:
        yield f"  另有{len(compared.differences) - _DIFFERENCES}个，没有逐个列出。"
    yield from (f"  {one}" for one in compared.skipped)


def _written(done: Consolidated, output: Path) -> Report:
    """Write the workbook, and say what the rules say of it."""
    from xlbudget.consolidating.consolidate import judged, write_workbook  # noqa: PLC0415

    report = judged(done)
    write_workbook(done, output)
    return report


def _about_workbook(report: Report, output: Path) -> Iterator[str]:
    errors = sum(one.level is Level.ERROR for one in report.findings)
    more = f"，{errors}条" if errors else ""
    slack = (
        f"（半宽 {report.slack} 万元，由各单位的取整累积）"
        if report.status is Status.ROUNDING
        else ""
    )
    yield f"{report.status.chinese}：汇总工作簿的校验结果{more}{slack}"
    yield f"已写入“{output}”；每个数由哪些单位组成见“汇总来源”。"
