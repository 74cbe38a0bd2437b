"""Run the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from xlbudget import __version__
from xlbudget.cli.base import Group, usage_sentence
from xlbudget.cli.outcome import ending, fail

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["COMMANDS", "run"]

COMMANDS = {
    "demo": "用自带的样例走完全部步骤：建表、填列、生成说明、校验、打包。",
    "new": "新建部门预算工作簿，可由数据文件夹填好数字。",
    "import": "导入：把导出的表、公开文本或数据文件夹的数字填入工作簿，先预览。",
    "fill": "填列小计：补上级科目、小计、合计和由他表得出的数。",
    "validate": "校验勾稽关系，可一次校验多个工作簿。",
    "notes": "生成部门预算情况说明和名词解释。",
    "package": "打包：数值副本、公开文本、邮件草稿，也可以直接发送。",
    "export": "导出为数据文件夹（CSV 和 TOML），不丢失内容。",
    "rollover": "结转下年：由今年的工作簿生成下年的，今年的数作上年数。",
    "build": "由标准生成空白模板（开发者和维护标准的人用）。",
    "setup": "设置按钮：装上 Excel 的加载项。",
    "doctor": "检查按钮所需的一切，缺的给出办法。",
    "rules": "列出标准的全部勾稽规则。",
    "schema": "输出校验结果（json）的 JSON Schema。",
}
"""Every command with the line that the overview shows."""


@click.version_option(__version__, message="xlbudget %(version)s", help="显示版本后退出。")
def _cli() -> None:
    """部门预算公开：十一张表的填列、勾稽校验和情况说明。"""


def _group() -> Group:
    return Group(
        name="xlbudget",
        lazy=COMMANDS,
        callback=_cli,
        params=list(getattr(_cli, "__click_params__", [])),
        help=_cli.__doc__,
        options_metavar="[选项]",
        subcommand_metavar="命令 [参数]…",
    )


def run(arguments: Sequence[str]) -> int:
    """Run one command; returns the exit status (0, 1 or 2)."""
    return ending(lambda: _run(list(arguments) or ["--help"]))


def _run(arguments: list[str]) -> int:
    try:
        status = _group().main(arguments, prog_name="xlbudget", standalone_mode=False)
    except click.UsageError as error:
        return fail(usage_sentence(error))
    except click.Abort as error:
        raise KeyboardInterrupt from error
    return status if isinstance(status, int) else 0
