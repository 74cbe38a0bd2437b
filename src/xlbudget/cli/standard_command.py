"""``xlbudget standard …``: a standard made, checked, looked at, compared and tried by whoever keeps it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from xlbudget.cli.common import WRONG, refuse_existing, write_text
from xlbudget.cli.run import Command, Group, path_option, quiet_option
from xlbudget.errors import StandardError

_LAZY = {
    "new": "新建：以全国的或别处的标准为基础，只写不同之处；可由公开文本提出。",
    "check": "检查：一次列出全部写错的地方，写明文件和行。",
    "preview": "预览：一个网页，各表印出的样子、规则的说法、样例数字的文字。",
    "diff": "比较：两个标准哪里写得不同。",
    "schema": "编辑器用的 JSON Schema：补全键名、说明、标出写错。",
    "test": "试验：标准自带的样本是否如期，种下的错是否查得出。",
}
_standard_argument = click.argument("asked", metavar="代号|文件夹")


@click.command(cls=Command)
@click.argument("identity", metavar="代号")
@click.option(
    "--from",
    "base",
    default="cn",
    metavar="代号",
    help="以哪个标准为基础（默认 cn，全国共用的部分）。",
)
@path_option(
    "--output",
    "-o",
    "folder",
    metavar="文件夹",
    said="放在哪里（默认当前文件夹中以代号为名的文件夹）。",
)
@path_option(
    "--from-document",
    "document",
    said="由一份公开文本（.docx、.pdf、.html、.txt）提出各张表、合计关系、各部分和各节。",
)
@quiet_option
def new_command(
    identity: str, base: str, folder: Path | None, document: Path | None, quiet: bool
) -> None:
    """新建一个标准的文件夹，可以马上检查；代号用小写英文，如 hangzhou。

    只写与基础不同的地方。用 --from-document 时，按公开文本写出与基础不同的表、栏、行和各节，供核对、改写。
    """
    from xlbudget.authoring.making import new_standard  # noqa: PLC0415

    target = folder if folder is not None else Path(identity)
    refuse_existing(target)
    made = new_standard(identity, base, datetime.now(tz=UTC).year + 1, document)
    for name, text in made.files.items():
        path = target / name
        path.parent.mkdir(parents=True, exist_ok=True)
        write_text(path, text)
    if not quiet:
        for sentence in made.said:
            click.echo(sentence)
        click.echo(f"已新建标准“{target}”；改好后用 xlbudget standard check {target} 检查。")


@click.command(cls=Command)
@_standard_argument
@quiet_option
def check_command(asked: str, quiet: bool) -> int:
    """检查一个标准：一次列出全部写错的地方，各写明文件和行。

    核对每个文件的写法和每个名称，用样例数据试排模板、试做工作簿，找出成圈的和重复的填列公式。
    有写错的返回 1；只有提醒的（没有用到的数字、没有规则核对的栏）返回 0。
    """
    from xlbudget.authoring.check import check_folder  # noqa: PLC0415
    from xlbudget.standard.search import standard_folder  # noqa: PLC0415

    problems = check_folder(standard_folder(asked))
    wrong = [problem for problem in problems if not problem.advice]
    for problem in problems if not quiet else wrong:
        click.echo(str(problem))
    if not quiet:
        advice = len(problems) - len(wrong)
        said = f"写错的地方{len(wrong)}处" if wrong else "没有写错的地方"
        click.echo(f"{said}，提醒{advice}处。" if advice else f"{said}。")
    return WRONG if wrong else 0


@click.command(cls=Command)
@_standard_argument
@path_option("--output", "-o", required=True, said="写到哪个网页（.html）；已有的文件留一份备份。")
@quiet_option
def preview_command(asked: str, output: Path, quiet: bool) -> None:
    """预览一个标准：各表印出的样子、规则的说法、用样例数字写成的文字，合成一个网页。"""
    from xlbudget.authoring.preview import preview_page  # noqa: PLC0415
    from xlbudget.standard.loader import load_standard  # noqa: PLC0415

    write_text(output, preview_page(load_standard(asked)))
    if not quiet:
        click.echo(f"已写成“{output}”。")


@click.command(cls=Command)
@click.argument("before", metavar="前一个")
@click.argument("after", metavar="后一个")
@quiet_option
def diff_command(before: str, after: str, quiet: bool) -> None:
    """比较两个标准（代号或文件夹，也可以是基础，如 cn）：增加的（+）、去掉的（-）、改动的（~），一项一行，基础里的也算在内。"""
    from xlbudget.authoring.difference import difference  # noqa: PLC0415
    from xlbudget.standard.search import layer_folder  # noqa: PLC0415

    lines = difference(layer_folder(before), layer_folder(after))
    for line in lines:
        click.echo(line)
    if not lines and not quiet:
        click.echo("没有不同。")


@click.command(cls=Command)
@click.argument("name", metavar="[文件]", default="")
@path_option(
    "--output", "-o", "folder", metavar="文件夹", said="全部写到这个文件夹，一个文件一份。"
)
@quiet_option
def schema_command(name: str, folder: Path | None, quiet: bool) -> None:
    """输出标准的一种文件（standard、rules、tables、notes/facts……）的 JSON Schema，供编辑器补全和核对。"""
    from xlbudget.authoring.schema import schema_text  # noqa: PLC0415
    from xlbudget.authoring.shapes import FILES  # noqa: PLC0415

    if (name or folder is None) and name not in FILES:
        known = "、".join(FILES)
        raise StandardError(f"请写明是标准的哪一种文件：{known}；或用 -o 全部写出。")
    if folder is None:
        click.echo(schema_text(name), nl=False)
        return
    names = [name] if name else list(FILES)
    folder.mkdir(parents=True, exist_ok=True)
    for one in names:
        write_text(folder / f"{one.replace('/', '-')}.schema.json", schema_text(one))
    if not quiet:
        click.echo(f"已写到“{folder}”，共 {len(names)} 个文件。")


@click.command(cls=Command)
@_standard_argument
@quiet_option
def test_command(asked: str, quiet: bool) -> int:
    """试验一个标准：用它的 tests 文件夹里的数据文件夹和公开文本。

    tests/expected.toml 写明每一份应报的规则编号（errors = ["A05"]），没有写的应没有差错。
    没有差错的数据文件夹，再逐条规则种下错数、写错的编码和名称、写错的句子，看查不查得出；没有种错的规则说明为什么。
    都如期返回 0；有不符的、种下的错数有一处没有查出、别的规则一处也没有查出的，返回 1。
    """
    from xlbudget.authoring.trial import try_standard  # noqa: PLC0415
    from xlbudget.standard.search import standard_folder  # noqa: PLC0415

    trial = try_standard(standard_folder(asked))
    for one in trial.budgets:
        if one.wrong or not quiet:
            click.echo(
                f"{'［不符］' if one.wrong else '［如期］'}{one.name}{'：' * bool(one.wrong)}{one.wrong}"
            )
    for rule in trial.rules:
        if rule.failed or not quiet:
            said = (
                f"种错{rule.planted}处，查出{rule.found}处"
                if rule.planted
                else f"没有种错：{rule.why}"
            )
            click.echo(f"{rule.code} {rule.title}：{said}")
    return WRONG if trial.failed else 0


command = Group(
    name="standard",
    lazy=_LAZY,
    module="standard_command",
    help="制作和维护标准的人用：新建、检查、预览、比较、试验。怎样做一个城市的标准，见 docs/standards.md。",
    options_metavar="[选项]",
    subcommand_metavar="命令 [参数]…",
)
