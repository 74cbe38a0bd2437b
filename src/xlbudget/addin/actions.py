"""The actions of the buttons. Adding one is one function here and one line of ribbon."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from xlbudget import __version__
from xlbudget.addin.session import Change, action
from xlbudget.logs import log_path
from xlbudget.workbook.layout import CONTENTS, FINDINGS, NOTES
from xlbudget.workbook.read import read_book

if TYPE_CHECKING:
    from xlbudget.addin.session import Source

__all__ = ["about", "fill", "notes", "undo", "validate"]

_MANY = 5
"""So many sentences fit into one message."""


@action("填列小计")
def fill(source: Source) -> Change:
    """Fill in derived subtotals."""
    from xlbudget.checks.validate import check_rows  # noqa: PLC0415
    from xlbudget.workbook.fill_file import ROW_RULES, plan_fill  # noqa: PLC0415

    plan = plan_fill(source.book)
    said = [
        f"{one.sheet}{one.cell}：{one.message}"
        for one in check_rows(plan.standard, plan.book, ROW_RULES)
    ]
    more = (
        "\n".join(["", "请注意：", *said[:_MANY], *(["…"] if len(said) > _MANY else [])])
        if said
        else ""
    )
    if not plan.edits:
        return Change([], plan.afterwards, f"各级小计、合计齐全，没有需要填列的格。{more}")
    return Change(plan.edits, plan.afterwards, f"填列完成：写入{{count}}格。{more}")


@action("校验")
def validate(source: Source) -> Change:
    """Check everything and list the findings in the workbook."""
    from xlbudget.findings import Level  # noqa: PLC0415
    from xlbudget.workbook.findings_file import plan_findings  # noqa: PLC0415
    from xlbudget.workbook.validate_file import examine_file  # noqa: PLC0415

    found = examine_file(source.book)
    report = found.report
    plan = plan_findings(source.book, found.standard, report)
    counts = "，".join(f"{level.chinese}{report.number_of(level)}处" for level in Level)
    said = f"校验完成：{report.status.chinese}（{counts}）。"
    if report.findings:
        said += f"\n逐条列在“{FINDINGS}”，有误的格加了▲标记。"
    if report.not_executed:
        said += f"\n有{len(report.not_executed)}条规则没有执行，原因也列在其中。"
    if plan.left_out:
        said += f"\n另有{plan.left_out}条放不下，请改正后再校验。"
    return Change(plan.edits, plan.afterwards, said, FINDINGS if report.findings else "")


@action("生成说明")
def notes(source: Source) -> Change:
    """Write the explanation and the glossary."""
    from xlbudget.notes.explain import explain, glossary  # noqa: PLC0415
    from xlbudget.standard.extend import own_standard  # noqa: PLC0415
    from xlbudget.workbook.notes_file import plan_notes  # noqa: PLC0415

    book = read_book(source.book)
    standard = own_standard(book)
    documents = explain(standard, book), glossary(standard, book)
    plan = plan_notes(source.book, *documents)
    said = f"说明和名词解释已生成，共{sum(len(one.paragraphs) for one in documents)}段。"
    if plan.kept:
        said += f"\n您改过的定稿{len(plan.kept)}段没有覆盖。"
    if plan.reviews:
        said += f"\n有{len(plan.reviews)}处待核对，原因写在“备注”栏。"
    return Change(plan.edits, plan.afterwards, said, NOTES)


@action("撤销上次操作")
def undo(_source: Source) -> Change:
    """Bring back the cells that the last action changed."""
    return Change.take_back()


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
