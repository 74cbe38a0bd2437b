"""``xlbudget ledger``: from printed tables to a ledger that prints them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from xlbudget.cli.common import UNUSABLE, WRONG, fail
from xlbudget.cli.run import Command, book_argument, path_option, quiet_option, standard_option
from xlbudget.errors import UnusableFileError
from xlbudget.money import Amount

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from xlbudget.checks.ledger.found import FoundLedger
    from xlbudget.figures import Book, Row
    from xlbudget.standard.model import Standard

_WHOLE = 10_000
"""分 in 100 元, the last decimal of 万元 as tables print it."""


@click.command(cls=Command)
@book_argument
@path_option(
    "--output", "-o", required=True, said="底稿写到哪个文件（.csv）；已有的文件留一份备份。"
)
@standard_option
@quiet_option
def command(book: Path, output: Path, quiet: bool) -> int:
    """由各表得出底稿：一行一笔、精确到分，按它汇总取整，印出的就是这些表。

    工作簿、数据文件夹、公开文本都可以。各表通常不能唯一确定底稿，得到的是其中一种；有的格无论怎样都印不出来时，
    列出互相矛盾的各格。要有求解器：pip install xlbudget[certify]。
    """
    from xlbudget.api import read  # noqa: PLC0415
    from xlbudget.checks.ledger.found import find_ledger  # noqa: PLC0415
    from xlbudget.publishing.data_folder import csv_bytes  # noqa: PLC0415
    from xlbudget.rules.fill import fill_book  # noqa: PLC0415
    from xlbudget.standard.loader import own_standard  # noqa: PLC0415
    from xlbudget.xlsx.atomic import replace_atomically  # noqa: PLC0415

    if output.suffix.lower() != ".csv":
        raise UnusableFileError(f"底稿写成 CSV 文件，“{output.name}”的扩展名应为 .csv。")
    if not output.parent.is_dir():
        raise UnusableFileError(f"文件夹“{output.parent}”不存在；请先建立文件夹。")
    figures = read(book)
    standard = own_standard(figures)
    found = find_ledger(standard, figures)
    if not found.lines and (filled := fill_book(standard, figures)).changed:
        again = find_ledger(standard, filled.book)
        if again.lines:
            figures, found = filled.book, again
            click.echo("空着的小计、合计按填列后的数核对。")
    if found.unsolved:
        fail(f"在限定的计算量以内没有得出“{book.name}”的底稿，也没有找出矛盾；无法判断。")
        return UNUSABLE
    if found.contradiction:
        click.echo("\n".join(_contradicting(standard, figures, found)))
        return WRONG
    if not found.lines:
        raise UnusableFileError(f"“{book.name}”的各表没有金额，不能得出底稿。")
    content = csv_bytes(_table(standard, found))

    def write(target: Path) -> None:
        target.write_bytes(content)

    replace_atomically(output, write, by="ledger")
    if not quiet:
        click.echo("\n".join(_about(standard, found, output)))
    return 0


def _table(standard: Standard, found: FoundLedger) -> Iterator[list[str]]:
    """The ledger's columns, and its lines in them."""
    assert standard.ledger is not None
    columns = standard.ledger.columns
    yield [column.label for column in columns]
    for line in found.lines:
        assert isinstance(line.amount, Amount)
        plain = line.amount.plain
        yield [plain if one.kind == "amount" else line.texts.get(one.key, "") for one in columns]


def _contradicting(standard: Standard, book: Book, found: FoundLedger) -> Iterator[str]:
    """The cells that no ledger prints together, by table, sheet cell, row, column and amount."""
    from xlbudget.checks.wording import cell_label, table_place  # noqa: PLC0415  # only where it is needed
    from xlbudget.rules.grid import Grid  # noqa: PLC0415

    grid = Grid(standard, book)

    def named(block: str, row: Row, column: str) -> str:
        at = next(at for at, one in enumerate(book.blocks[block].rows) if one is row)
        number = grid.number(block, at, standard.blocks[block].amount_index[column])
        title, _ = table_place(standard, book, block)
        return f"{title} {grid.place(number).cell}".strip() + f"：{cell_label(grid, number)}"

    cells = found.contradiction
    printed = [f"{named(one.block, one.row, one.column)} {one.amount.text}" for one in cells]
    if len(cells) > 1:
        yield (
            "没有一本底稿能印出这些表：金额不为负、空着的格没有钱时，"
            f"下面{len(cells)}格不能同时成立，去掉任何一格就不矛盾。请核对，改正后再试。"
        )
        yield from (f"  {one}" for one in printed)
    elif found.blanks:
        yield (
            "没有一本底稿能印出这些表：下面第一格有数，同一笔钱还应印在其后各格，那里却空着。"
            "请核对，改正后再试。"
        )
        yield f"  {printed[0]}"
        yield from (f"  {named(*one)} 空着" for one in found.blanks)
    else:
        yield (
            "没有一本底稿能印出这些表：金额不为负、空着的格没有钱时，没有哪一笔钱能印在下面这一格。"
            "请核对，改正后再试。"
        )
        yield f"  {printed[0]}"


def _about(standard: Standard, found: FoundLedger, output: Path) -> Iterator[str]:
    """What was written, and what of it is a choice."""
    ledger = standard.ledger
    assert ledger is not None
    broken = sum(
        line.amount.fen % _WHOLE > 0 for line in found.lines if isinstance(line.amount, Amount)
    )
    uneven = f"，其中{broken}行不是整百元" if broken else ""
    yield (
        f"已由各表得出底稿“{output}”，共{len(found.lines)}行{uneven}；"
        f"按分汇总、逐格取整，与各表的{len(found.cells)}格金额全部相同。"
    )
    yield "各表不能唯一确定底稿：单位、科目、项目怎样搭配，这只是其中一种，请按实际情况核对。"
    for key, count in found.guessed.items():
        yield f"“{ledger.column(key).label}”有{count}行各表没有反映，是推定的，见备注。"
    for key in found.labelled:
        yield f"“{ledger.column(key).label}”各表没有反映，按基础信息的金额分到各行，也是推定的。"
    for field in found.unsaid:
        yield f"基础信息的“{standard.fields[field].label}”没有凑成，请在底稿里补上。"
    if found.unread:
        yield f"各表有{found.unread}格读不出金额，没有核对。"
