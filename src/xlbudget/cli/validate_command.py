"""``xlbudget validate``: findings of one workbook or many."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from xlbudget.cli.run import Command, path_option, quiet_option


@click.command(cls=Command)
@click.argument(
    "books",
    metavar="工作簿…",
    nargs=-1,
    required=True,
    type=click.Path(path_type=Path, allow_dash=True),
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "html"]),
    default="text",
    metavar="text|json|html",
    help="输出的格式：文字（默认）、json 或网页。",
)
@path_option("--output", "-o", said="写入文件，不在屏幕上显示。")
@click.option(
    "--write",
    is_flag=True,
    help="同时写入工作簿的“校验结果”，有误的格加▲标记；您写的处理说明保留。",
)
@path_option(
    "--last-year",
    metavar="上年",
    said="同时与上年核对：上年的工作簿或数据文件夹；有多个单位时写放上年工作簿的文件夹，按单位名称对应。",
)
@click.option(
    "--standard",
    default="",
    metavar="代号|文件夹",
    help="只用这个标准：代号，或标准的文件夹（默认用工作簿写明的）。",
)
@quiet_option
def command(**asked: Any) -> int:
    """校验勾稽关系：逐格指出差错、应为的金额和依据。

    工作簿可以是多个文件，也可以是文件夹（其中的全部工作簿）；也可以是公开文本（.docx、.pdf、.html、.txt、.md），
    这时位置是文中的第几行、第几段或第几页。写“-”时读标准输入。没有差错（允许有尾差）返回 0，有差错返回 1，
    文件不能用、还没有填完而无法判断的返回 2；多个文件里有一个有差错就返回 1。
    """
    from xlbudget.cli.validation import Request, validate_files  # noqa: PLC0415

    return validate_files(Request(**asked))
