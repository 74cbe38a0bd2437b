"""``xlbudget rules``: the catalogue of a standard's rules."""

from __future__ import annotations

import click

from xlbudget.cli.base import Command

__all__ = ["command"]


@click.command(cls=Command)
@click.option(
    "--standard", default="changchun", metavar="代号", help="标准的代号（默认 changchun）。"
)
@click.option("--year", type=int, metavar="年度", help="只列该年度适用的规则。")
@click.option("--markdown", is_flag=True, help="输出 Markdown 表格。")
@click.option("--quiet", "-q", is_flag=True, hidden=True)
def command(standard: str, year: int | None, markdown: bool, quiet: bool) -> None:
    """列出标准的全部勾稽规则：编号、名称、级别、来源和等式。"""
    from xlbudget.standard.catalogue import catalogue_markdown, catalogue_text  # noqa: PLC0415
    from xlbudget.standard.loader import load_standard  # noqa: PLC0415

    del quiet
    render = catalogue_markdown if markdown else catalogue_text
    click.echo(render(load_standard(standard), year), nl=False)
