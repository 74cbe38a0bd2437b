"""``xlbudget schema``: the JSON Schema of what ``validate --format json`` prints."""

from __future__ import annotations

from pathlib import Path

import click

from xlbudget import report
from xlbudget.cli.run import Command


@click.command(cls=Command)
def command() -> int:
    """输出 validate --format json 的 JSON Schema，供程序核对所读的结果。"""
    schema = Path(report.__file__).with_name("validate.schema.json")
    click.echo(schema.read_text("utf-8"), nl=False)
    return 0
