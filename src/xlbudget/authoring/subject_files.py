"""What is wrong with a standard's lists of subjects, line by line."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from xlbudget.authoring.problems import Remark
from xlbudget.standard.loader import HEADINGS, heading_places

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_NEEDED = {"code", "name"}


def subject_remarks(file: str, text: str, lengths: Sequence[int]) -> Iterator[Remark]:
    """The lines of a list that are wrong; ``lengths`` are the digits of its levels."""

    def remark(line: int, said: str) -> Remark:
        return Remark(file, (), said, line=line)

    reader = csv.reader(text.splitlines())
    header = [cell.strip() for cell in next(reader, [])]
    places = heading_places(header)
    if not places.keys() >= _NEEDED:
        yield remark(1, "第一行应有“科目编码”和“科目名称”两栏。")
        return
    seen: dict[str, list[tuple[int, int]]] = {}
    successors: list[tuple[int, str]] = []
    for cells in reader:
        line = reader.line_num
        if not any(cells):
            continue
        entry = {
            key: cells[places[key]].strip() if places.get(key, len(cells)) < len(cells) else ""
            for key in HEADINGS
        }
        code = entry["code"]
        if not (code.isascii() and code.isdigit()):
            yield remark(line, f"编码“{code}”不是数字。")
            continue
        if len(code) not in lengths:
            allowed = "、".join(map(str, lengths))
            yield remark(line, f"编码 {code} 有{len(code)}位，应为{allowed}位之一。")
        if not entry["name"]:
            yield remark(line, f"科目 {code} 没有名称。")
        yield from (remark(line, said) for said in _years(entry, seen))
        if entry["successor"]:
            successors.append((line, entry["successor"]))
    for line, code in successors:
        if code not in seen:
            yield remark(line, f"改列科目 {code} 不在这份目录里。")


def _years(entry: Mapping[str, str], seen: dict[str, list[tuple[int, int]]]) -> Iterator[str]:
    code = entry["code"]
    given = [entry["first"], entry["last"]]
    if not all(year.isdigit() for year in given if year):
        yield f"科目 {code} 的启用、停用年度不是数字。"
        return
    first, last = int(given[0] or 0), int(given[1] or 9999)
    if first > last:
        yield f"科目 {code} 的启用年度 {first} 在停用年度 {last} 之后。"
    if any(
        first <= other_last and other_first <= last
        for other_first, other_last in seen.get(code, ())
    ):
        yield f"科目 {code} 在同一年度有两个名称；同一编码改名的，应写明启用、停用年度。"
    seen.setdefault(code, []).append((first, last))
