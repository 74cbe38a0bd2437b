"""Run the command line: click in Chinese, commands that are imported only when they are called."""

from __future__ import annotations

import os
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from xlbudget import __version__
from xlbudget.cli.common import ending, fail

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_F = TypeVar("_F", bound="Callable[..., Any]")


class Command(click.Command):
    """A command with Chinese help."""

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        pieces = " ".join(self.collect_usage_pieces(ctx))
        formatter.write_usage(ctx.command_path, pieces, prefix="用法：")

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        records = [
            (name, said.replace("[required]", "［必填］"))
            for param in self.get_params(ctx)
            if isinstance(param, click.Option) and (record := param.get_help_record(ctx))
            for name, said in [record]
        ]
        if records:
            with formatter.section("选项"):
                formatter.write_dl(records)

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        return [
            "[选项]" if piece == "[OPTIONS]" else piece
            for piece in super().collect_usage_pieces(ctx)
        ]

    def get_help_option_names(self, ctx: click.Context) -> list[str]:
        del ctx
        return ["-h", "--help"]

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        option = super().get_help_option(ctx)
        if option is not None:
            option.help = "显示帮助后退出。"
        return option


class Group(Command, click.Group):
    """Commands by name, each with the one line that the overview shows, imported when it is called."""

    def __init__(self, *, lazy: dict[str, str], module: str = "", **options: object) -> None:
        super().__init__(**options)  # type: ignore[arg-type]
        self.lazy = lazy
        self.module = module
        """The module in which all its commands stand; "" where each has one of its own, or shares one."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(self.lazy)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        if cmd_name not in self.lazy:
            return None
        own = f"{cmd_name}_command"
        shared = self.module or _SHARED.get(cmd_name)
        command = getattr(
            import_module(f"xlbudget.cli.{shared or own}"), own if shared else "command"
        )
        assert isinstance(command, click.Command)
        return command

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        super().format_options(ctx, formatter)
        with formatter.section("命令"):
            formatter.write_dl(list(self.lazy.items()))


quiet_option = click.option(
    "--quiet", "-q", is_flag=True, help="只显示差错，不显示进度和结果说明。"
)
PATH = click.Path(path_type=Path)
book_argument = click.argument("book", metavar="工作簿", type=PATH)


def path_option(
    *names: str, said: str, metavar: str = "文件", kind: click.Path = PATH, **how: Any
) -> Callable[[_F], _F]:
    """An option that takes a path."""
    return click.option(*names, type=kind, metavar=metavar, help=said, **how)


def _choose(context: click.Context, _: click.Parameter, asked: str) -> None:
    """Have one standard used until the command is through."""
    if asked and not context.resilient_parsing:
        from xlbudget.standard.search import choosing  # noqa: PLC0415  # only where it is asked for

        context.with_resource(choosing(asked))


standard_option = click.option(
    "--standard",
    default="",
    expose_value=False,
    callback=_choose,
    metavar="代号|文件夹",
    help="只用这个标准：代号，或标准的文件夹（默认用工作簿写明的）。",
)


def usage_sentence(error: click.UsageError) -> str:
    """One Chinese sentence for a wrong command line, naming the way out."""
    path = error.ctx.command_path if error.ctx else "xlbudget"
    way_out = f"用法见 {path} --help。"
    if isinstance(error, click.NoSuchOption):
        near = f"是否想用 {'、'.join(error.possibilities)}？" if error.possibilities else ""
        return f"没有选项 {error.option_name}。{near}{way_out}"
    if isinstance(error, click.MissingParameter):
        return f"缺少{_name(error.param)}。{way_out}"
    if isinstance(error, click.BadOptionUsage):
        return f"选项 {error.option_name} 缺少内容或用法不对。{way_out}"
    if isinstance(error, click.BadParameter):
        return f"{_name(error.param)} 的内容不对{_allowed(error.param)}。{way_out}"
    if error.ctx and isinstance(error.ctx.command, Group):
        return f"没有这个命令；现有命令：{'、'.join(error.ctx.command.lazy)}。{way_out}"
    return f"参数过多或用法不对。{way_out}"


def _name(parameter: click.Parameter | None) -> str:
    """A parameter as the user writes it: 选项 --year, 参数 工作簿."""
    if isinstance(parameter, click.Option):
        return f"选项 {max(parameter.opts, key=len)}"
    return f"参数 {parameter.human_readable_name if parameter else ''}".rstrip()


def _allowed(parameter: click.Parameter | None) -> str:
    """What a parameter takes, where that can be said in a few words."""
    kind = getattr(parameter, "type", None)
    if isinstance(kind, click.Choice):
        return f"，应为以下之一：{'、'.join(map(str, kind.choices))}"
    if isinstance(kind, click.Path):
        return "，应为文件夹" if not kind.file_okay else ""
    return "，应为整数" if kind is click.INT else ""


COMMANDS = {
    "demo": "用自带的样例走完全部步骤：建表、填列、生成说明、校验、打包。",
    "new": "新建部门预算工作簿，可由数据文件夹或底稿填好数字。",
    "import": "导入：把导出的表或明细、公开文本、数据文件夹的数字填入工作簿，先预览。",
    "finish": "一键完成：填列小计、生成说明、校验一次做完。",
    "fill": "填列小计：补上级科目、小计、合计和由他表得出的数。",
    "validate": "校验勾稽关系，可一次校验多个工作簿。",
    "diff": "比较两份预算：两稿之间，或报送的与公开的之间，哪里不同。",
    "inspect": "批量检查：文件夹或清单里的全部工作簿和公开文本，边检查边写结果。",
    "notes": "生成部门预算情况说明和名词解释。",
    "package": "打包：数值副本、公开文本、邮件草稿，也可以直接发送。",
    "page": "生成网页版：一个文件，不用安装，双击打开就能校验、填列、打包。",
    "ledger": "由各表得出底稿：一行一笔、精确到分，印出的就是这些表。",
    "export": "导出为数据文件夹（CSV 和 TOML），不丢失内容。",
    "consolidate": "汇总：几个单位汇总成部门，几个部门汇总成市；也可核对部门公开的数。",
    "rollover": "结转下年：由今年的工作簿生成下年的，今年的数作上年数。",
    "restore": "恢复：列出工作簿的备份，恢复其中一份。",
    "build": "由标准生成空白模板（开发者和维护标准的人用）。",
    "setup": "设置按钮：装上 Excel 的加载项。",
    "doctor": "检查按钮所需的一切，缺的给出办法。",
    "rules": "列出标准的全部勾稽规则。",
    "standard": "制作和检查标准：新建、检查、预览、比较、试验。",
    "schema": "输出校验结果、比较结果（json）的 JSON Schema。",
}
"""Every command with the line that the overview shows."""
_SHARED = {
    **dict.fromkeys(("fill", "notes", "finish"), "workbook_commands"),
    **dict.fromkeys(("new", "build", "rollover", "export", "demo"), "making_commands"),
    **dict.fromkeys(("setup", "doctor", "rules", "schema"), "machine_commands"),
}
"""Where the short commands stand together; every other one has a module of its name."""


@click.version_option(__version__, message="xlbudget %(version)s", help="显示版本后退出。")
def _cli() -> None:
    """部门预算公开：十一张表的填列、勾稽校验和情况说明。"""


_COMPLETION = "_XLBUDGET_COMPLETE"
"""By this variable a shell asks what may follow."""


def run(arguments: Sequence[str]) -> int:
    """Run one command; returns the exit status (0, 1 or 2)."""
    return ending(lambda: _run(list(arguments) or ["--help"]))


def _run(arguments: list[str]) -> int:
    group = Group(
        name="xlbudget",
        lazy=COMMANDS,
        callback=_cli,
        params=list(getattr(_cli, "__click_params__", [])),
        help=_cli.__doc__,
        options_metavar="[选项]",
        subcommand_metavar="命令 [参数]…",
    )
    asked = os.environ.get(_COMPLETION)
    if asked:
        from click.shell_completion import shell_complete  # noqa: PLC0415  # for a shell alone

        return shell_complete(group, {}, "xlbudget", _COMPLETION, asked)
    try:
        # Not by main(), which has endings of its own for interruptions and broken pipes.
        with group.make_context("xlbudget", arguments) as context:
            status = group.invoke(context)
    except click.exceptions.Exit as done:  # after --help and --version
        return done.exit_code
    except click.UsageError as error:
        return fail(usage_sentence(error))
    except click.Abort as error:
        raise KeyboardInterrupt from error
    return status if isinstance(status, int) else 0
