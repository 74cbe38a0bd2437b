"""Run the command line: exit status, one sentence per error, never a traceback."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import click

from xlbudget import __version__
from xlbudget.cli.base import Group, usage_sentence
from xlbudget.errors import XlbudgetError

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["UNUSABLE", "WRONG", "run"]

WRONG = 1
"""Exit status where there are findings of level error."""

UNUSABLE = 2
"""Exit status for unusable input or arguments."""

_INTERRUPTED = 130

_COMMANDS = {
    "demo": "用自带的样例走完全部步骤：建表、校验、生成说明。",
    "new": "新建部门预算工作簿，可由数据文件夹填好数字。",
    "fill": "填列小计：补上级科目、小计、合计和由他表得出的数。",
    "validate": "校验勾稽关系，可一次校验多个工作簿。",
    "notes": "生成部门预算情况说明和名词解释。",
    "rules": "列出标准的全部勾稽规则。",
}


@click.version_option(__version__, message="xlbudget %(version)s", help="显示版本后退出。")
def _cli() -> None:
    """部门预算公开：十一张表的填列、勾稽校验和情况说明。"""


def _group() -> Group:
    callback = _cli
    params = list(getattr(callback, "__click_params__", []))
    return Group(
        name="xlbudget",
        lazy=_COMMANDS,
        callback=callback,
        params=params,
        help=callback.__doc__,
        options_metavar="[选项]",
        subcommand_metavar="命令 [参数]…",
    )


def run(arguments: Sequence[str]) -> int:
    """Run one command; returns the exit status (0, 1 or 2)."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        status = _group().main(
            list(arguments) or ["--help"], prog_name="xlbudget", standalone_mode=False
        )
        sys.stdout.flush()
    except click.UsageError as error:
        return _fail(usage_sentence(error))
    except XlbudgetError as error:
        return _fail(str(error))
    except click.Abort:
        click.echo("已中断。", err=True)
        return _INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:  # noqa: BLE001  # the user gets a sentence, the developers a log
        return _fail(_internal(error))
    return status if isinstance(status, int) else 0


def _fail(sentence: str) -> int:
    click.echo(sentence, err=True)
    return UNUSABLE


def _internal(error: Exception) -> str:
    """Log our own bug with its traceback; the sentence says where."""
    import tempfile  # noqa: PLC0415  # only ever needed here
    import traceback  # noqa: PLC0415

    if os.environ.get("XLBUDGET_DEBUG"):
        traceback.print_exception(error)
    handle, name = tempfile.mkstemp(prefix="xlbudget-", suffix=".log")
    with os.fdopen(handle, "w", encoding="utf-8") as log:
        log.write(f"xlbudget {__version__}, Python {sys.version}\n")
        traceback.print_exception(error, file=log)
    return f"程序内部出错，没有完成；您的文件没有改动。详情已记入 {name}，请把它发给开发者。"
