"""The list that goes with a package: what was checked, and checksums by which changes show."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from xlbudget import __version__
from xlbudget.exchange.mail.text import plain_grade
from xlbudget.findings import Level

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlbudget.findings import Report
    from xlbudget.standard.model import Standard

__all__ = ["ListContent", "PackedFile", "list_json", "list_text"]


class PackedFile(NamedTuple):
    """A file of the package: what it is, its size in bytes and its checksum."""

    name: str
    what: str
    size: int
    sha256: str


class ListContent(NamedTuple):
    """What the list says; ``made`` is a day or empty, ``source`` the workbook."""

    title: str
    standard: Standard
    report: Report
    source: PackedFile
    files: Sequence[PackedFile]
    left_out: Sequence[str]
    remarks: Sequence[str]
    made: str = ""


def list_text(content: ListContent) -> str:
    """For people."""
    report = content.report
    levels = "，".join(f"{level.chinese} {report.number_of(level)} 处" for level in Level)
    lines = [
        f"{content.title}：校验清单",
        "",
        f"单位：{report.unit_name}",
        f"年度：{report.year}",
        f"标准：{content.standard.name}（{content.standard.id}）",
        f"校验结论：{report.status.chinese}。{plain_grade(report)}",
        f"　　　　　{levels}；未执行 {len(report.not_executed)} 项",
        *(f"注意：{one}" for one in content.remarks),
        f"程序：xlbudget {__version__}",
    ]
    if content.made:
        lines.append(f"日期：{content.made}")
    lines += [f"来源：{content.source.name}，SHA-256 {content.source.sha256}"]
    lines += ["", "文件（SHA-256 与这里的不同，就是有人改动过）："]
    for one in content.files:
        lines += [f"  {one.name}", f"    {one.what}，{one.size:,} 字节", f"    {one.sha256}"]
    if content.left_out:
        lines += ["", f"没有收入数值副本的工作表：{'、'.join(content.left_out)}"]
    return "\n".join(lines) + "\n"


def list_json(content: ListContent) -> str:
    """For programs."""
    report = content.report
    said = {
        "title": content.title,
        "unit": report.unit_name,
        "year": report.year,
        "standard": report.standard,
        "status": report.status.value,
        "slack": report.slack,
        "findings": {level.value: report.number_of(level) for level in Level},
        "not_executed": len(report.not_executed),
        "remarks": list(content.remarks),
        "xlbudget": __version__,
        "made": content.made or None,
        "source": {"name": content.source.name, "sha256": content.source.sha256},
        "files": [one._asdict() for one in content.files],
        "sheets_left_out": list(content.left_out),
    }
    return json.dumps(said, ensure_ascii=False, indent=2) + "\n"
