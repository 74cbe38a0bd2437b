"""The actions that read or write other files: 导入, 结转下年, 打包."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from xlbudget.addin.session import Change, action
from xlbudget.errors import UnusableFileError
from xlbudget.workbook.read import read_book

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlbudget.addin.session import Source

__all__ = ["package", "roll_over", "take_in"]

_LONGEST = 900
"""Letters of a question; a message box shows 1,024."""


@action("导入")
def take_in(source: Source) -> Change:
    """Figures from the files that the user picked."""
    from xlbudget.exchange.merge.plan import plan_import  # noqa: PLC0415

    if not source.chosen:
        return Change.telling("没有选择文件，没有导入。")
    plan = plan_import(source.book, source.chosen)
    shown = _clipped(plan.said)
    kept = ""
    if plan.conflicts:
        kept = f"\n有{plan.conflicts}格与来源不同，保留了原数；要用来源的数，请先清空这些格，再导入一次。"
    if not plan.edits:
        return Change.telling(f"没有需要写入的格。{kept}\n\n{shown}")
    said = f"导入完成：写入{{count}}格。{kept}\n请再点“校验”。"
    question = f"{shown}\n\n确定写入吗？"
    return Change(plan.edits, plan.afterwards, said, question=question)


@action("结转下年")
def roll_over(source: Source) -> Change:
    """Next year's workbook beside this one."""
    from xlbudget.exchange.rollover.roll import roll_over as roll  # noqa: PLC0415

    folder = _folder(source)
    year = read_book(source.book).year
    stem = source.place.stem
    name = stem.replace(str(year), str(year + 1)) if str(year) in stem else f"{stem} {year + 1}"
    target = folder / f"{name}{source.place.suffix}"
    if target.exists():
        raise UnusableFileError(
            f"“{target.name}”已经存在，没有改动；要重新结转，请先把它改名或移走。"
        )
    moved = roll(source.book.path, target)
    return Change.telling(_clipped(f"{year + 1}年度工作簿已建好：{target}\n{_lines(moved.said)}"))


@action("打包")
def package(source: Source) -> Change:
    """The finished set in a folder beside the workbook."""
    from xlbudget.exchange.package.gate import NotReadyError  # noqa: PLC0415
    from xlbudget.exchange.package.make import make_package  # noqa: PLC0415

    folder = _folder(source) / f"{source.place.stem} 公开套件"
    with tempfile.TemporaryDirectory(prefix="xlbudget-") as name:
        named = Path(name) / source.place.name
        named.write_bytes(source.book.archive.data)
        try:
            made = make_package(named, folder)
        except NotReadyError as error:
            listed = [one.line for one in error.items]
            return Change.telling(_clipped(_lines([str(error), "", *listed])))
    listed = [f"{one.name}　{one.what}" for one in made.files]
    warned = [f"注意：{one}" for one in made.warnings]
    return Change.telling(
        _clipped(
            _lines([f"已打包到：{folder}", f"清样单：{made.page}", *listed, *warned, *made.remarks])
        )
    )


def _folder(source: Source) -> Path:
    """Where the workbook lies, on this machine."""
    folder = source.place.parent
    if not source.place.is_absolute() or not folder.is_dir():
        raise UnusableFileError(
            f"“{source.place.name}”没有保存在本机的文件夹里（在网盘上，或从没保存过）；"
            "请先另存到本地的文件夹，再点按钮。"
        )
    return folder


def _lines(said: Sequence[str]) -> str:
    return "\n".join(said)


def _clipped(said: str) -> str:
    """As many whole lines as a message box shows."""
    lines, length = [], 0
    for line in said.splitlines():
        length += len(line) + 1
        if length > _LONGEST:
            lines.append("……")
            break
        lines.append(line)
    return "\n".join(lines)
