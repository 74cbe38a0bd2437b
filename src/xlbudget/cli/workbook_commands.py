"""``xlbudget fill``, ``notes`` and ``finish``: what is written into a workbook."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from xlbudget.cli.common import WRONG, fail, telling, write_edits, writing_to
from xlbudget.cli.run import Command, book_argument, path_option, quiet_option, standard_option
from xlbudget.findings import Level

if TYPE_CHECKING:
    from pathlib import Path

    from xlbudget.editing.notes import NotesPlan
    from xlbudget.explaining.document import Document
    from xlbudget.figures import Book
    from xlbudget.findings import Finding
    from xlbudget.standard.model import Standard
    from xlbudget.xlsx.workbook import Workbook


@click.command(cls=Command)
@book_argument
@path_option("--output", "-o", said="另存为，原工作簿不动。")
@click.option(
    "--source",
    "wanted",
    metavar="录入底稿|直接填表",
    help="把数据来源改为录入底稿或直接填表，再填列：改为直接填表时，由底稿得出的公式变成数值；"
    "改为录入底稿时，底稿得不出的数保留未动，逐格列出。",
)
@standard_option
@quiet_option
def fill_command(book: Path, output: Path | None, wanted: str | None, quiet: bool) -> int:
    """填列小计：补齐上级科目行，填写空白的小计、合计和由他表得出的数。

    已经手工填写的合计不改动。不写 -o 时直接改原工作簿，并留一份备份。
    """
    from xlbudget.checks.validate import check_rows  # noqa: PLC0415
    from xlbudget.editing.data_source import plan_source  # noqa: PLC0415
    from xlbudget.editing.fill import ROW_CHECKS, kept_typed, plan_fill  # noqa: PLC0415
    from xlbudget.rules.forms import forms_left  # noqa: PLC0415
    from xlbudget.xlsx.workbook import Workbook  # noqa: PLC0415

    with writing_to(book, output, "fill") as target, telling(quiet=quiet) as tell:
        tell("正在填列小计……")
        source = Workbook(book)
        plan = plan_fill(source) if wanted is None else plan_source(source, wanted)
        backup = write_edits(source, target, plan.edits, plan.afterwards, "fill")
    findings = check_rows(plan.standard, plan.book, ROW_CHECKS)
    for said in forms_left(plan.standard, plan.book):
        click.echo(said)
    _say_filled(findings, len(plan.edits), target, backup, quiet)
    if not quiet and (kept := kept_typed(plan)):
        click.echo(kept)
    return int(any(finding.level is Level.ERROR for finding in findings))


def _say_filled(
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


@click.command(cls=Command)
@book_argument
@path_option("--output", "-o", said="写入另存的工作簿，原工作簿不动。")
@click.option("--text", is_flag=True, help="只在屏幕上输出文字，不写工作簿。")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    metavar="text|json",
    help="只在屏幕上输出，不写工作簿：text 同 --text；json 为各段定稿，每个数字出自哪些单元格，"
    "每个单元格写进了哪些段落。",
)
@standard_option
@quiet_option
def notes_command(
    book: Path, output: Path | None, text: bool, form: str | None, quiet: bool
) -> None:
    """生成部门预算情况说明和名词解释，写入工作簿的“情况说明”“名词解释”。

    您改过的定稿不会被覆盖。不写 -o 时直接改原工作簿，并留一份备份。
    """
    from xlbudget.explaining.document import document_text  # noqa: PLC0415
    from xlbudget.xlsx.workbook import Workbook  # noqa: PLC0415

    if text or form:
        standard, figures, documents = _explained(Workbook(book))
        said = "\n".join(map(document_text, documents))
        sys.stdout.write(_provenance(standard, figures) if form == "json" else said)
        return
    from xlbudget.editing.notes import plan_notes  # noqa: PLC0415

    with writing_to(book, output, "notes") as target:
        source = Workbook(book)
        _, _, documents = _explained(source)
        plan = plan_notes(source, *documents)
        write_edits(source, target, plan.edits, plan.afterwards, "notes")
    if not quiet:
        _say_generated(documents, plan, target)


def _explained(source: Workbook) -> tuple[Standard, Book, tuple[Document, Document]]:
    """The standard of a workbook, its figures, and what its explanation and glossary have to say."""
    from xlbudget.explaining.explain import explain, glossary  # noqa: PLC0415
    from xlbudget.reading.book import read_book  # noqa: PLC0415
    from xlbudget.standard.loader import own_standard  # noqa: PLC0415

    figures = read_book(source)
    standard = own_standard(figures)
    return standard, figures, (explain(standard, figures), glossary(standard, figures))


def _provenance(standard: Standard, figures: Book) -> str:
    from xlbudget.texts.passages import passages, provenance_json  # noqa: PLC0415

    about: dict[str, object] = {
        "workbook": figures.name,
        "standard": standard.id,
        "unit_name": figures.text("unit_name"),
        "year": figures.year,
    }
    return provenance_json(about, passages(standard, figures, generate=True))


def _say_generated(documents: tuple[Document, Document], plan: NotesPlan, target: Path) -> None:
    paragraphs = sum(len(document.paragraphs) for document in documents)
    click.echo(f"情况说明和名词解释共 {paragraphs} 段，已写入“{target}”。")
    if plan.kept:
        click.echo(f"您改过的定稿没有覆盖：{'、'.join(plan.kept)}。")
    for identity, why in plan.reviews:
        click.echo(f"［待核对］{identity}：{why}")


@click.command(cls=Command)
@book_argument
@path_option("--output", "-o", said="另存为，原工作簿不动。")
@standard_option
@quiet_option
def finish_command(book: Path, output: Path | None, quiet: bool) -> int:
    """一键完成：填列小计、生成说明、校验一次做完，校验结果写入工作簿。

    与依次运行 fill、notes、validate --write 的结果相同，只留一份备份。返回值同 validate：没有差错返回 0，
    有差错返回 1，还没有填完而无法判断的返回 2。
    """
    from xlbudget.editing.fill import kept_typed  # noqa: PLC0415
    from xlbudget.editing.finish import plan_finish  # noqa: PLC0415
    from xlbudget.findings import Status  # noqa: PLC0415
    from xlbudget.report import render  # noqa: PLC0415
    from xlbudget.rules.forms import forms_left  # noqa: PLC0415
    from xlbudget.xlsx.workbook import Workbook  # noqa: PLC0415

    with writing_to(book, output, "finish") as target, telling(quiet=quiet) as tell:
        source = Workbook(book)
        plan = plan_finish(source, tell)
        backup = write_edits(source, target, plan.edits, plan.afterwards, "finish")
    report = plan.examined.report._replace(path=str(target), workbook=target.name)
    if not quiet:
        # The findings about rows are in the report.
        _say_filled([], len(plan.filled.edits), target, backup, quiet)
        if kept := kept_typed(plan.filled):
            click.echo(kept)
        for said in forms_left(plan.filled.standard, plan.filled.book):
            click.echo(said)
        _say_generated(plan.documents, plan.notes, target)
    if report.status is Status.ERROR or not quiet:
        sys.stdout.write(render([report], "text", {report.standard: plan.examined.standard}, []))
    if report.status is Status.UNKNOWN:
        return fail(f"“{target.name}”还没有填完，无法判断；请按提醒填好以后再运行。")
    return WRONG if report.status is Status.ERROR else 0
