"""The workbook for the desk (校验总表.xlsx): all files, findings by rule and table, who has not handed in, changes."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from decimal import Decimal
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.building import styles
from xlbudget.building.sheet import checked
from xlbudget.building.styles import Style
from xlbudget.building.writer import Writer
from xlbudget.bureau.duplicates import counts as likeness_counts
from xlbudget.bureau.frames import exact
from xlbudget.bureau.lines import KINDS, VERDICTS, WORST_FIRST
from xlbudget.bureau.since import Change
from xlbudget.findings import Level
from xlbudget.limits import MOST_DESK_LINES
from xlbudget.report.text_report import clean
from xlbudget.xlsx.references import column_letter
from xlbudget.xlsx.texts import LONGEST_TEXT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from xlbudget.building.sheet import Sheet
    from xlbudget.bureau.overview import Overview

_TITLE = "部门预算校验总表"
_FIRST = 4
"""The first line of a list: below title, remark and headings."""
_SUMS = 3
"""So many sums (收入总计 …) have a column."""
_CHARTED = 10
"""So many rules, tables and departments are in a chart."""
_SHORT = 18
"""Signs of a rule's title that a chart of this width shows whole."""
_COLOURS = {
    "pass": "#1B6E3C", "rounding": "#B27300", "error": "#A40000", "unknown": "#6B6B6B", "unusable": "#1A1A1A",
}  # fmt: skip
_BLUE = "#2F4A6D"
_BARS = {"x": 0.46, "y": 0.14, "width": 0.44, "height": 0.82}
"""Parts of the chart that the bars take: names at their left and numbers at their right have room."""
_BODY = Style(border=1, border_color=styles.LINE, font_size=10, align="left", text_wrap=True)
_PLAIN = replace(_BODY, align="center")
_NUMBER = replace(_BODY, align="right", num_format="#,##0", text_wrap=None)
_AMOUNT = replace(_NUMBER, num_format="#,##0.00####")
_SLACK = replace(_NUMBER, num_format="0.0000")
_SHARE = replace(_NUMBER, num_format="0.0%")
_LINK = replace(_BODY, font_color="#0B4A8F", underline=1)
_HEAD = replace(styles.SHADED_HEADING, font_size=10)
_REMARK = Style(font_size=10, font_color="#444444", align="left")
_STRONG = replace(_REMARK, font_color="#1A1A1A", bold=True)
_WIDEST_TEXT = 1_000

Content = str | int | Decimal | None


class _Cell(NamedTuple):
    """What stands in a cell: a text, a number, or a text that leads to a file."""

    content: Content
    style: Style = _BODY
    file: str = ""


class _List(NamedTuple):
    """A sheet that is one list: headings with the widths of their columns, and its lines.

    The columns ``unprinted`` at its end are for the screen alone.
    """

    name: str
    title: str
    remark: str
    columns: Sequence[tuple[str, float]]
    lines: Iterable[Sequence[_Cell]]
    length: int
    unprinted: int = 0


def workbook(desk: Overview) -> bytes:
    """The whole workbook. The same results give the same bytes."""
    writer = Writer(_TITLE)
    front = writer.sheet("概览", "overview")
    lists = [_all_files(desk), *_by_rule(desk), _by_table(desk), *_by_department(desk)]
    lists += [one for one in (_absent(desk), _alike(desk), _changes(desk)) if one is not None]
    for number, one in enumerate(lists):
        _write_list(writer.sheet(one.name, f"list{number}"), one)
    _front(front, desk)
    return writer.finish()


# ------------------------------------------------------------------ sheets


def _write_list(sheet: Sheet, one: _List) -> None:
    last = column_letter(len(one.columns) - 1)
    sheet.merge("A1", f"{last}1", one.title, styles.TITLE)
    sheet.height(1, 32)
    sheet.text("A2", one.remark, _REMARK)
    sheet.height(2, 18)
    sheet.headings(3, (heading for heading, _ in one.columns), 30, style=_HEAD)
    sheet.widths(width for _, width in one.columns)
    at = _FIRST
    for at, cells in enumerate(islice(one.lines, MOST_DESK_LINES), _FIRST):
        texts = []
        for column, cell in enumerate(cells):
            _put(sheet, f"{column_letter(column)}{at}", cell)
            if isinstance(cell.content, str):
                texts.append((cell.content, one.columns[column][1]))
        sheet.height(at, styles.height_of(texts, line=13, least=20))
    if one.length:
        sheet.filter(f"A3:{last}{at}")
    sheet.freeze(3, min(2, len(one.columns) - 1))
    sheet.quiet(f"A{_FIRST}:{last}{at}")
    printed = column_letter(len(one.columns) - one.unprinted - 1)
    sheet.print_page(f"A1:{printed}{at}", landscape=True, repeat=(3, 3))


def _put(sheet: Sheet, cell: str, one: _Cell) -> None:
    if isinstance(one.content, str):
        text = clean(one.content)[:LONGEST_TEXT]
        if one.file and text:
            sheet.link_file(cell, one.file, text, one.style)
        else:
            sheet.text(cell, text, one.style)
    elif one.content is None:
        sheet.blank(cell, one.style)
    else:
        sheet.number(cell, Decimal(one.content), one.style)


def _text(text: str | None) -> _Cell:
    return _Cell(text if text is None or len(text) <= _WIDEST_TEXT else f"{text[:_WIDEST_TEXT]}…")


def _count(number: int) -> _Cell:
    """A number; none is blank, so that the others are seen."""
    return _Cell(number or None, _NUMBER)


def _verdict(verdict: str) -> _Cell:
    return _Cell(VERDICTS[verdict], replace(_PLAIN, bold=True, font_color=_COLOURS[verdict]))


def _left_out(count: int) -> str:
    if count <= MOST_DESK_LINES:
        return ""
    return (
        f"共{count:,}行，这里列出前{MOST_DESK_LINES:,}行，其余见 units 和 findings 两个明细文件。"
    )


def _all_files(desk: Overview) -> _List:
    sums = list(dict.fromkeys(name for line in desk.lines for name in line.record.totals))[:_SUMS]
    units = {standard.unit.name for standard in desk.standards.values()}
    remark = f"金额单位：{units.pop()}。" if sums and len(units) == 1 else ""
    remark += "点单位名称打开它的校验报告；问题多的在前。" + _left_out(len(desk.lines))
    columns = [
        ("序号", 6), ("单位", 28), ("主管部门", 18), ("年度", 6), ("结论", 8),
        *((level.chinese, 6) for level in Level), ("最大尾差半宽", 8), ("未执行规则", 7), ("未读出", 7),
        *((name, 12) for name in sums),
        ("请留意", 32), *([("与上次相比", 22)] if desk.changes is not None else []), ("文件", 40),
    ]  # fmt: skip

    def lines() -> Iterator[list[_Cell]]:
        for number, at in enumerate(desk.ranked, 1):
            line, changed = desk.lines[at], desk.change(at)
            record = line.record
            alike = [sentence for _, sentence in desk.likenesses.get(at, ())]
            yield [
                _Cell(number, _NUMBER),
                _Cell(line.name, _LINK, desk.report_file(at)),
                _text(record.department),
                _Cell(str(record.year or ""), _PLAIN),
                _verdict(record.verdict),
                *(_count(line.number_of(level)) for level in Level),
                _Cell(exact(record.slack or ""), _SLACK),
                _count(line.not_executed),
                _count(line.not_read),
                *(_Cell(exact(record.totals.get(name, "")), _AMOUNT) for name in sums),
                _text("".join([*([record.reason] if record.reason else []), *alike])),
                *([_text(changed.said)] if changed is not None else []),
                _text(record.path),
            ]

    return _List("总表", _TITLE, remark, columns, lines(), len(desk.lines), 1)


def _by_rule(desk: Overview) -> Iterator[_List]:
    titles = desk.titles
    several = desk.gathered.several
    tallies = sorted(desk.gathered.by_rule.items(), key=lambda one: (one[1].rank, one[0]))
    columns = [
        ("规则", 10), *([("标准", 14)] if several else []), ("内容", 60), ("涉及份数", 10), ("占比", 9), ("处数", 9),
        *((level.chinese, 9) for level in Level),
    ]  # fmt: skip
    lines = (
        [
            _Cell(code, _PLAIN),
            *([_text(name)] if several else []),
            _text(titles.get((name, code), "")),
            _count(tally.files),
            _Cell(Decimal(tally.files) / desk.gathered.judged_by([name]), _SHARE),
            _count(tally.total),
            *(_count(tally.findings[level.value]) for level in Level),
        ]
        for (name, code), tally in tallies
    )
    order = "有差错的在前，其中涉及份数多的在前。"
    remark = f"{order}占比是在该标准的各份中。" if several else order
    yield _List("按规则", "按规则汇总", remark, columns, lines, len(tallies))


def _by_table(desk: Overview) -> _List:
    tallies = sorted(desk.gathered.by_table.items(), key=lambda one: (one[1].rank, one[0]))
    columns = [
        ("表", 40),
        ("涉及份数", 10),
        ("占比", 9),
        ("处数", 9),
        *((level.chinese, 9) for level in Level),
    ]
    lines = (
        [
            _text(table),
            _count(tally.files),
            _Cell(Decimal(tally.files) / len(desk.lines), _SHARE),
            _count(tally.total),
            *(_count(tally.findings[level.value]) for level in Level),
        ]
        for table, tally in tallies
    )
    return _List(
        "按表", "按表汇总", "有差错的在前，其中涉及份数多的在前。", columns, lines, len(tallies)
    )


def _by_department(desk: Overview) -> Iterator[_List]:
    """Only where files name their departments."""
    held: dict[str, Counter[str]] = {}
    for line in desk.lines:
        held.setdefault(line.record.department or "", Counter())[line.record.verdict] += 1
    if not any(held):
        return
    columns = [
        ("主管部门", 36),
        ("份数", 9),
        *((VERDICTS[one], 10) for one in WORST_FIRST),
        ("有差错的占比", 10),
    ]
    ordered = sorted(held.items(), key=lambda one: (-one[1]["error"], -one[1].total(), one[0]))
    lines = (
        [
            _text(name or "（没有写主管部门）"),
            _count(verdicts.total()),
            *(_count(verdicts[one]) for one in WORST_FIRST),
            _Cell(Decimal(verdicts["error"]) / verdicts.total(), _SHARE),
        ]
        for name, verdicts in ordered
    )
    yield _List("按部门", "按主管部门汇总", "有差错的份数多的在前。", columns, lines, len(held))


def _absent(desk: Overview) -> _List | None:
    present = desk.attendance
    if present is None:
        return None
    columns = [("序号", 6), ("单位", 40), ("主管部门", 28), ("说明", 70)]
    rows = [(one.entry.unit, one.entry.department, "未交。" + one.remark) for one in present.absent]
    rows += [
        (
            desk.lines[at].name,
            desk.lines[at].record.department or "",
            f"交了“{desk.lines[at].record.path}”，但不在名单里。",
        )
        for at in present.strangers
    ]
    lines = ([_Cell(number, _NUMBER), *map(_text, row)] for number, row in enumerate(rows, 1))
    remark = (
        f"名单上{present.size:,}个单位，未交{len(present.absent):,}个；不在名单里的文件{len(present.strangers):,}份。"
        "名称完全一致（不论空格和全半角）才算已交。"
    )
    return _List("未交名单", "未交名单", remark, columns, lines, len(rows))


def _alike(desk: Overview) -> _List | None:
    columns = [("情形", 14), ("单位", 32), ("年度", 7), ("种类", 11), ("说明", 60), ("文件", 44)]
    rows = [
        [
            _Cell(one.likeness.chinese, _PLAIN),
            _Cell(desk.lines[at].name, _LINK, desk.report_file(at)),
            _Cell(str(desk.lines[at].record.year or ""), _PLAIN),
            _Cell(KINDS.get(desk.lines[at].record.kind or "", ""), _PLAIN),
            _text(sentence),
            _text(desk.lines[at].record.path),
        ]
        for one in desk.duplicates
        for at, sentence in zip(one.files, one.sentences, strict=True)
    ]
    if not rows:
        return None
    remark = "只说明数字或名称相同，是不是报错了文件请逐一核对。"
    return _List("雷同与重复", "雷同与重复", remark, columns, rows, len(rows))


def _changes(desk: Overview) -> _List | None:
    if desk.changes is None:
        return None
    order = list(Change)
    rows = sorted(
        (one for one in desk.changes if one.change is not Change.SAME),
        key=lambda one: (order.index(one.change), one.line.rank),
    )
    columns = [
        ("变化", 9),
        ("单位", 32),
        ("上次结论", 10),
        ("这次结论", 10),
        ("改好", 8),
        ("新出现", 8),
        ("说明", 60),
        ("文件", 44),
    ]
    lines = (
        [
            _Cell(one.change.chinese, _PLAIN),
            _text(one.line.name)
            if one.at is None
            else _Cell(one.line.name, _LINK, desk.report_file(one.at)),
            *(
                _verdict(line.record.verdict) if line is not None else _Cell(None, _PLAIN)
                for line in (one.before, one.now)
            ),
            _count(one.mended),
            _count(one.fresh),
            _text(one.said),
            _text(one.line.record.path),
        ]
        for one in rows
    )
    remark = f"与上次校验相比有变化的{len(rows):,}份，没有变化的{len(desk.changes) - len(rows):,}份不列。"
    return _List("变化", "与上次校验相比", remark, columns, lines, len(rows))


# ------------------------------------------------------------------ the first sheet


class _Block(NamedTuple):
    """A small table of the first sheet: where its lines are, for a chart."""

    first: int
    last: int


def _front(sheet: Sheet, desk: Overview) -> None:
    """Verdicts, other facts and the most serious rules as small tables, with their charts below, on one page."""
    year = f"（{desk.gathered.year}年度）" if desk.gathered.year else ""
    sheet.merge("A1", "G1", f"{_TITLE}{year}", styles.TITLE)
    sheet.height(1, 36)
    sheet.widths([24, 11, 11, 3, 50, 11, 11])
    total = len(desk.lines)
    sheet.text("A2", f"共校验{total:,}份文件。" if total else "没有可以校验的文件。", _STRONG)
    counts = {one: count for one in WORST_FIRST if (count := desk.gathered.number_of(one))}
    shares = [
        [_verdict(one), _count(count), _Cell(Decimal(count) / total, _SHARE)]
        for one, count in counts.items()
    ]
    grades = _small(sheet, 4, "A", ("结论", "份数", "占比"), shares)
    facts = [[_text(name), _Cell(number, _NUMBER)] for name, number in _facts(desk)]
    others = _small(sheet, grades.last + 2, "A", ("其他情况", "数量"), facts)
    rules = sorted(desk.gathered.by_rule.items(), key=lambda one: (one[1].rank, one[0]))[:_CHARTED]
    titles = desk.titles
    serious = [
        [
            _text(f"{key[1]} {_short(titles.get(key, ''))}".strip()),
            _count(tally.files),
            _count(tally.total),
        ]
        for key, tally in rules
    ]
    most = _small(sheet, 4, "E", ("主要问题（按规则）", "涉及份数", "处数"), serious)
    below = max(grades.last, others.last, most.last) + 2
    for sentence in desk.said:
        sheet.text(f"A{below}", clean(sentence), _REMARK)
        below += 1
    if counts:
        colours = [_COLOURS[one] for one in counts]
        _chart(sheet, "doughnut", "结论", ("A", "B"), grades, f"A{below}", (330, 290), colours)
    if rules:
        title = "主要问题（涉及份数）"
        _chart(sheet, "bar", title, ("E", "F"), most, f"E{below}", (510, 290), [_BLUE])
    sheet.print_page(f"A1:G{below + 16}", landscape=True)
    sheet.raw.fit_to_pages(1, 1)


def _short(title: str) -> str:
    """A rule's title in one line beside its bar; whole it stands on the sheet of the rules."""
    return title if len(title) <= _SHORT else f"{title[:_SHORT]}…"


def _facts(desk: Overview) -> Iterator[tuple[str, int]]:
    """Who has handed in, how many files are alike, how many changed since the last time."""
    present = desk.attendance
    if present is not None:
        yield "名单上的单位", present.size
        yield "已交", present.size - len(present.absent)
        yield "未交", len(present.absent)
        yield "不在名单里的文件", len(present.strangers)
    for likeness, count in likeness_counts(desk.duplicates).items():
        yield likeness.chinese, count
    became = Counter(one.change for one in desk.changes or ())
    for change in Change:
        if became[change]:
            yield f"与上次相比：{change.chinese}", became[change]


def _small(
    sheet: Sheet, at: int, letter: str, headings: Sequence[str], lines: Sequence[Sequence[_Cell]]
) -> _Block:
    """A small table from the line ``at`` and the column ``letter`` on; nothing where it has no lines."""
    if not lines:
        return _Block(at, at - 2)
    first = ord(letter) - ord("A")
    for column, heading in enumerate(headings, first):
        sheet.text(f"{column_letter(column)}{at}", heading, _HEAD)
    for row, cells in enumerate(lines, at + 1):
        for column, cell in enumerate(cells, first):
            _put(sheet, f"{column_letter(column)}{row}", cell)
    return _Block(at + 1, at + len(lines))


def _chart(
    sheet: Sheet,
    kind: str,
    title: str,
    columns: tuple[str, str],
    block: _Block,
    place: str,
    size: tuple[int, int],
    colours: Sequence[str],
) -> None:
    """A chart of a small table: names and numbers in two of its columns."""
    chart = sheet.book.add_chart({"type": kind})
    names, values = (f"='{sheet.name}'!${one}${block.first}:${one}${block.last}" for one in columns)
    series: dict[str, object] = {"name": title, "categories": names, "values": values}
    font = {"name": "宋体", "size": 9}
    if kind == "doughnut":
        series["points"] = [{"fill": {"color": one}} for one in colours]
        series["data_labels"] = {"value": True, "font": {**font, "color": "#FFFFFF", "bold": True}}
        chart.set_legend({"position": "right", "font": font})
    else:
        series |= {
            "fill": {"color": colours[0]},
            "gap": 60,
            "data_labels": {"value": True, "font": font},
        }
        chart.set_legend({"none": True})
        chart.set_plotarea({"layout": _BARS})
        chart.set_y_axis({"reverse": True, "num_font": font, "line": {"none": True}})
        chart.set_x_axis({"visible": False, "major_gridlines": {"visible": False}})
    chart.add_series(series)
    chart.set_title({"name": title, "name_font": {"name": "黑体", "size": 12}, "overlay": False})
    chart.set_size({"width": size[0], "height": size[1]})
    options = {"description": f"{title}，数字见上面的表。", "object_position": 3}
    checked(sheet.raw.insert_chart(place, chart, options), title)
