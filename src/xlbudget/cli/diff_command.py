"""``xlbudget diff``: what differs between two drafts, or between what was submitted and what was published."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from xlbudget.cli.common import WRONG, fail, refuse_workbook, telling, write_text
from xlbudget.cli.run import PATH, Command, path_option, quiet_option, standard_option
from xlbudget.report import FORMATS

if TYPE_CHECKING:
    from pathlib import Path


@click.command(cls=Command)
@click.argument("before", metavar="前一份", type=PATH)
@click.argument("after", metavar="后一份", type=PATH)
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMATS),
    default="text",
    metavar="text|json|html",
    help="输出的格式：文字（默认）、json 或网页。",
)
@path_option("--output", "-o", said="写入文件，不在屏幕上显示。")
@standard_option
@quiet_option
def command(before: Path, after: Path, form: str, output: Path | None, quiet: bool) -> int:
    """比较两份预算：两稿之间，或报送的与公开的之间，哪些金额、行和文字不同。

    两份可以是工作簿、公开文本（.docx、.pdf、.html、.txt、.md）、数据文件夹，也可以一份一种。
    一个数改动以后随之变化的合计和文字列在它下面；公开文本里没有读出的先列出，不算不同。
    没有不同返回 0，有不同返回 1，文件不能用、没有读出的太多而无法判断的返回 2。
    """
    from xlbudget.comparing.compare import compare  # noqa: PLC0415
    from xlbudget.comparing.render import render  # noqa: PLC0415
    from xlbudget.comparing.sides import two_sides  # noqa: PLC0415

    if output is not None:
        refuse_workbook(output)
    with telling(quiet=quiet) as tell:
        tell("正在比较……")
        comparison = compare(*two_sides(before, after))
    text = render(comparison, form)
    if output is not None:
        write_text(output, text)
        if not quiet:
            sys.stdout.write(f"比较结果已写入“{output}”。\n")
    elif not (quiet and comparison.same):
        sys.stdout.write(text)
    if comparison.same and comparison.unknown:
        names = "”和“".join(dict.fromkeys((before.name, after.name)))
        return fail(f"“{names}”里没有读出的太多，无法判断两份是否相同；请换用能读出的文件再比较。")
    return WRONG * (not comparison.same)
