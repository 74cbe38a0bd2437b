"""The actions of the buttons. Adding one is one function here and one line of ribbon."""

from __future__ import annotations

import sys
import tempfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from xlbudget import __version__
from xlbudget.addin.session import Change, action
from xlbudget.errors import UnusableFileError
from xlbudget.logs import log_path
from xlbudget.reading.book import read_book
from xlbudget.sheets.layout import CONTENTS, FINDINGS, NOTES
from xlbudget.xlsx.cells import Afterwards

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlbudget.addin.session import Source
    from xlbudget.editing.findings import FindingsPlan
    from xlbudget.editing.notes import NotesPlan
    from xlbudget.explaining.document import Document
    from xlbudget.findings import Report


_MANY = 5
"""So many sentences fit into one message."""


@action("填列小计")
def fill(source: Source) -> Change:
    """Fill in derived subtotals."""
    from xlbudget.checks.validate import check_rows  # noqa: PLC0415
    from xlbudget.editing.fill import ROW_CHECKS, kept_typed, plan_fill  # noqa: PLC0415
    from xlbudget.rules.forms import forms_left  # noqa: PLC0415

    plan = plan_fill(source.book)
    said = [kept] if (kept := kept_typed(plan)) else []
    said += [
        f"{finding.sheet}{finding.cell}：{finding.message}"
        for finding in check_rows(plan.standard, plan.book, ROW_CHECKS)
    ]
    said += forms_left(plan.standard, plan.book)
    more = (
        "\n".join(["", "请注意：", *said[:_MANY], *(["…"] if len(said) > _MANY else [])])
        if said
        else ""
    )
    if not plan.edits:
        return Change([], plan.afterwards, f"各级小计、合计齐全，没有需要填列的格。{more}")
    return Change(plan.edits, plan.afterwards, f"填列完成：写入{{count}}格。{more}")


@action("改数据来源")
def turn_source(source: Source) -> Change:
    """From the ledger to tables that are filled in by hand, or back."""
    from xlbudget.editing.data_source import other_source, plan_source  # noqa: PLC0415
    from xlbudget.editing.fill import kept_typed  # noqa: PLC0415

    wanted = other_source(source.book)
    plan = plan_source(source.book, wanted)
    kept = kept_typed(plan)
    question = f"数据来源改为“{wanted}”，写入{len(plan.edits)}格。{kept}\n\n确定改动吗？"
    said = f"数据来源已改为“{wanted}”：写入{{count}}格。{kept}"
    return Change(plan.edits, plan.afterwards, said, question=question)


@action("校验")
def validate(source: Source) -> Change:
    """Check everything and list the findings in the workbook."""
    from xlbudget.editing.findings import plan_findings  # noqa: PLC0415
    from xlbudget.editing.validate import examine_file  # noqa: PLC0415

    examined = examine_file(source.book)
    report = examined.report
    plan = plan_findings(source.book, examined.standard, report)
    said = _judged(report, plan)
    return Change(plan.edits, plan.afterwards, said, FINDINGS if report.findings else "")


def _judged(report: Report, plan: FindingsPlan) -> str:
    """What is said after validating."""
    from xlbudget.findings import Level  # noqa: PLC0415

    counts = "，".join(f"{level.chinese}{report.number_of(level)}处" for level in Level)
    said = f"校验完成：{report.status.chinese}（{counts}）。"
    if report.findings:
        said += f"\n逐条列在“{FINDINGS}”，有误的格加了▲标记。"
    if report.not_executed:
        said += f"\n有{len(report.not_executed)}条规则没有执行，原因也列在其中。"
    if plan.left_out:
        said += f"\n另有{plan.left_out}条放不下，请改正后再校验。"
    return said


@action("生成说明")
def notes(source: Source) -> Change:
    """Write the explanation and the glossary."""
    from xlbudget.editing.notes import plan_notes  # noqa: PLC0415
    from xlbudget.explaining.explain import explain, glossary  # noqa: PLC0415
    from xlbudget.standard.loader import own_standard  # noqa: PLC0415

    book = read_book(source.book)
    standard = own_standard(book)
    documents = explain(standard, book), glossary(standard, book)
    plan = plan_notes(source.book, *documents)
    said = _explained(documents, plan)
    return Change(plan.edits, plan.afterwards, said, NOTES)


def _explained(documents: Sequence[Document], plan: NotesPlan) -> str:
    """What is said after the texts were generated."""
    said = f"说明和名词解释已生成，共{sum(len(document.paragraphs) for document in documents)}段。"
    if plan.kept:
        said += f"\n您改过的定稿{len(plan.kept)}段没有覆盖。"
    if plan.reviews:
        said += f"\n有{len(plan.reviews)}处待核对，原因写在“备注”栏。"
    return said


@action("一键完成")
def finish(source: Source) -> Change:
    """Fill in, explain and validate in one."""
    from xlbudget.editing.finish import plan_finish  # noqa: PLC0415

    plan = plan_finish(source.book, source.tell)
    report = plan.examined.report
    said = [
        f"填列：补填{len(plan.filled.edits)}格。"
        if plan.filled.edits
        else "填列：没有需要补填的格。",
        _explained(plan.documents, plan.notes),
        _judged(report, plan.findings),
    ]
    show = FINDINGS if report.findings else ""
    return Change(plan.edits, plan.afterwards, "\n".join(said), show)


@action("撤销上次操作")
def undo(_source: Source) -> Change:
    """Bring back the cells that the last action changed."""
    return Change([], Afterwards(), "", undo=True)


@action("关于")
def about(source: Source) -> Change:
    """What this is, and where help is."""
    from xlbudget.standard.loader import load_standard  # noqa: PLC0415

    book = read_book(source.book)
    standard = load_standard(book.standard)
    said = (
        f"xlbudget {__version__}\n适用标准：{standard.region}{book.year}年度\n"
        f"Python {sys.version.split()[0]}（{sys.executable}）\n日志：{log_path()}\n"
        f"按钮不起作用时，请在命令行运行 xlbudget doctor；各表是否平衡见“{CONTENTS}”。"
    )
    return Change.telling(said)


# ------------------------------------------------------------------ actions that read or write other files


_LONGEST = 900
"""Letters of a question; a message box shows 1,024."""


@action("导入")
def take_in(source: Source) -> Change:
    """Figures from the files that the user picked."""
    from xlbudget.importing.plan import plan_import  # noqa: PLC0415

    if not source.chosen:
        return Change.telling("没有选择文件，没有导入。")
    plan = plan_import(source.book, source.chosen)
    shown = _clipped(plan.said)
    kept = ""
    if plan.conflicts:
        kept = f"\n有{plan.conflicts}格与来源不同，保留了原数；要用来源的数，请先清空这些格，再导入一次。"
    then = partial(_keep_list, source) if plan.has_list else None
    if not plan.edits:
        return Change.telling(f"没有需要写入的格。{kept}\n\n{shown}")._replace(then=then)
    said = f"导入完成：写入{{count}}格。{kept}\n请再点“校验”。"
    question = f"{shown}\n\n确定写入吗？"
    return Change(plan.edits, plan.afterwards, said, question=question, then=then)


def _keep_list(source: Source) -> str:
    """Keep the lists of subjects among the chosen files on this machine, if that is wanted."""
    from xlbudget.importing.kept_lists import keep_lists, kept_sentence  # noqa: PLC0415
    from xlbudget.standard.loader import own_standard  # noqa: PLC0415

    book = read_book(source.book)
    question = (
        f"科目目录也保存在本机吗？以后在本机用 xlbudget new 新建{book.year}年度起的工作簿都带上它。"
    )
    if not source.ask(question):
        return ""
    return kept_sentence(keep_lists(own_standard(book), book.year, source.chosen), book.year)


@action("结转下年")
def roll_over(source: Source) -> Change:
    """Next year's workbook beside this one."""
    from xlbudget.editing.rollover import roll_over as roll  # noqa: PLC0415

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
    return Change.telling(_clipped(f"{year + 1}年度工作簿已建好：{target}", *moved.said))


@action("打包")
def package(source: Source) -> Change:
    """The finished set in a folder beside the workbook."""
    from xlbudget.publishing.gate import NotReadyError  # noqa: PLC0415
    from xlbudget.publishing.package import make_package  # noqa: PLC0415

    folder = _folder(source) / f"{source.place.stem} 公开套件"
    with tempfile.TemporaryDirectory(prefix="xlbudget-") as name:
        named = Path(name) / source.place.name
        named.write_bytes(source.book.archive.data)
        try:
            made = make_package(named, folder)
        except NotReadyError as error:
            listed = [item.line for item in error.items]
            return Change.telling(_clipped(str(error), "", *listed))
    listed = [f"{file.name}　{file.what}" for file in made.files]
    warned = [f"注意：{warning}" for warning in made.warnings]
    said = [f"已打包到：{folder}", f"清样单：{made.page}", *listed, *warned, *made.remarks]
    return Change.telling(_clipped(*said))


@action("恢复备份")
def restore(source: Source) -> Change:
    """An earlier state of the workbook as a file of its own: this one is open, and stays as it is."""
    from xlbudget.xlsx.atomic import replace_atomically  # noqa: PLC0415
    from xlbudget.xlsx.backups import backups  # noqa: PLC0415

    folder, place = _folder(source), source.place
    there = backups(place)
    if not there:
        return Change.telling(
            f"“{place.name}”旁边没有备份：命令行改写工作簿以前才留备份；按钮的改动请用“撤销上次操作”取回。"
        )
    for backup in reversed(there):
        name = f"{place.stem} 恢复自备份{backup.number}{place.suffix}"
        by = f"，xlbudget {backup.by} 改写之前" if backup.by else ""
        question = (
            f"备份{backup.number}（{backup.when}{by}）。\n\n"
            f"把它另存为“{name}”吗？打开着的工作簿不改动。选“否”看更早的一份。"
        )
        if not source.ask(question):
            continue
        target = folder / name
        if target.exists():
            raise UnusableFileError(
                f"“{name}”已经存在，没有改动；它就是以前恢复的，要重新恢复，请先把它改名或移走。"
            )
        replace_atomically(target, partial(_copy, backup.path), new=True)
        return Change.telling(
            f"备份{backup.number}已另存为：{target}\n请打开它核对；要用它时，关闭两个工作簿，再改文件名。"
        )
    return Change.telling(
        f"没有恢复，工作簿没有改动；“{place.name}”有{len(there)}份备份，都看过了。"
    )


def _copy(path: Path, new: Path) -> None:
    new.write_bytes(path.read_bytes())


def _folder(source: Source) -> Path:
    """Where the workbook lies, on this machine."""
    folder = source.place.parent
    if not source.place.is_absolute() or not folder.is_dir():
        raise UnusableFileError(
            f"“{source.place.name}”没有保存在本机的文件夹里（在网盘上，或从没保存过）；"
            "请先另存到本地的文件夹，再点按钮。"
        )
    return folder


def _clipped(*said: str) -> str:
    """As many whole lines as a message box shows."""
    lines, length = [], 0
    for line in "\n".join(said).splitlines():
        length += len(line) + 1
        if length > _LONGEST:
            lines.append("……")
            break
        lines.append(line)
    return "\n".join(lines)
