"""Results of an inspection for tests and measurements of the desk: real reports under many units' names."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xlbudget.api import read, validate
from xlbudget.bureau import desk_page
from xlbudget.bureau.desk import PAGE
from xlbudget.bureau.overview import overview
from xlbudget.bureau.records import Record, read_results
from xlbudget.bureau.unit_reports import unit_report
from xlbudget.figures import BlockData
from xlbudget.money import from_number
from xlbudget.report.json_report import report_dict

if TYPE_CHECKING:
    from collections.abc import Iterable

    from xlbudget.bureau.overview import Overview
    from xlbudget.figures import Book
    from xlbudget.findings import Report

_DEPARTMENTS = Path(__file__).parent / "departments"
_KINDS = (
    "小学",
    "中学",
    "卫生院",
    "文化馆",
    "图书馆",
    "林场",
    "水库管理处",
    "执法大队",
    "服务中心",
    "幼儿园",
)
_PLACES = (
    "青石",
    "柳河",
    "双泉",
    "白桦",
    "云岭",
    "石桥",
    "北坡",
    "东湾",
    "南渡",
    "西岗",
    "红叶",
    "长林",
    "清溪",
)


@cache
def reports() -> tuple[Report, ...]:
    """The reports of the made-up departments, right and with a wrong total."""
    made = []
    for folder in sorted(one for one in _DEPARTMENTS.iterdir() if one.is_dir()):
        book = read(folder)
        made += [validate(book), validate(_with_slips(book))]
    return tuple(made)


def _with_slips(book: Book) -> Book:
    """The first amount of three tables one 万元 too high."""
    blocks = dict(book.blocks)
    for key in list(blocks)[:3]:
        row, *others = blocks[key].rows
        cells = [
            from_number(cell.decimal + 1, cell.unit) if at == 0 and cell else cell
            for at, cell in enumerate(row.cells)
        ]
        blocks[key] = BlockData.of([row._replace(cells=tuple(cells)), *others])
    return book._replace(blocks=blocks)


def record(path: str, report: Report | None = None, **given: Any) -> Record:
    """A record as an inspection writes it; ``report`` None is that of an unusable file."""
    if report is None:
        return Record(path, **{"reason": f"“{path}”不是工作簿；请换一个文件。", **given})
    counts = {
        level: sum(one.level == level for one in report.findings)
        for level in ("error", "warning", "hint")
    }
    told: dict[str, Any] = {
        "hash": f"sha256:{path}", "size": 1, "kind": "workbook", "unit": report.unit_name, "year": report.year,
        "standard": report.standard, "verdict": report.status.value, "slack": report.slack, "counts": counts,
        "figures": f"sha256:{path}", "totals": {"收入总计": "5251.36", "支出总计": "5251.36"},
        "executed": dict(report.executed or ()), "report": report_dict(report._replace(path=path)),
    }  # fmt: skip
    return Record(path, **{**told, **given})


def write(path: Path, records: Iterable[Record]) -> Path:
    """A file of results."""
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(f"{one.to_json()}\n" for one in records)
    return path


def many(count: int) -> Iterable[Record]:
    """So many files of as many units: nine in ten right, some unusable, some alike."""
    made = reports()
    right, wrong = made[0::2], made[1::2]
    for at in range(count):
        place, kind = _PLACES[at % len(_PLACES)], _KINDS[at // len(_PLACES) % len(_KINDS)]
        unit, department = f"{place}镇第{at}{kind}", f"{place}镇人民政府"
        path = f"{department}/{unit}.xlsm"
        if at % 97 == 5:
            yield record(path)
            continue
        report = (wrong if at % 10 == 3 else right)[at % len(right)]
        figures = f"sha256:{at - at % 40 % 39}"
        yield record(path, report, unit=unit, department=department, figures=figures)


def drawn(folder: Path, records: Iterable[Record]) -> Overview:
    """The page alone, without what goes back to the units; what it was drawn from."""
    results = write(folder / "结果.jsonl", records)
    desk, findings = overview(results), desk_page.Findings()
    for one in read_results(results):
        findings.add(unit_report(one))
    (folder / PAGE).write_bytes(desk_page.page(desk, findings))
    return desk
