"""click in Chinese: help texts, and commands that are imported only when they are called."""

from __future__ import annotations

from importlib import import_module

import click

__all__ = ["Command", "Group", "quiet_option", "usage_sentence"]


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
    """Commands by name, each with the one line that the overview shows and the module it is in."""

    def __init__(self, *, lazy: dict[str, str], **options: object) -> None:
        super().__init__(**options)  # type: ignore[arg-type]
        self.lazy = lazy

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(self.lazy)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        if cmd_name not in self.lazy:
            return None
        command = import_module(f"xlbudget.cli.{cmd_name}_command").command
        assert isinstance(command, click.Command)
        return command

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        super().format_options(ctx, formatter)
        with formatter.section("命令"):
            formatter.write_dl(list(self.lazy.items()))


quiet_option = click.option(
    "--quiet", "-q", is_flag=True, help="只显示差错，不显示进度和结果说明。"
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
