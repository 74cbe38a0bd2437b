"""A comparison as plain text in 80 columns, and the words that text and page share."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rich.cells import cell_len

from xlbudget.comparing.comparison import Action, Kind, RelationState
from xlbudget.comparing.relations import ordered
from xlbudget.report.text_report import clean

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from xlbudget.comparing.comparison import (
        CellChange,
        Compared,
        Comparison,
        Difference,
        TextChange,
    )
    from xlbudget.figures import Place
    from xlbudget.findings import Finding

WIDTH = 80
FEW = 8
"""So many cells that follow, and sentences, are shown of one difference; the others are counted."""
_CONTEXT = 14
"""So many signs are shown on both sides of what differs in a paragraph."""
_LONGEST = 160
"""A paragraph that came or went is shown by its beginning."""
_MOST_REMARKS = 12
BLANK = "（空白）"
_KIND_WORDS = {
    "workbook": "工作簿",
    "document": "公开文本",
    "folder": "数据文件夹",
    "book": "数据",
}
_WORD = re.compile(r"[-+]?[0-9][0-9,.%]*|[A-Za-z0-9._-]+|\s|.", re.DOTALL)
_NO_START = "，。；：、！？）］｝”’》%"


def comparison_text(comparison: Comparison, *, every: bool = False) -> str:
    """The whole comparison; ``every``: all that follows is listed, however much it is."""
    return "\n".join(_lines(comparison, every=every)) + "\n"


def about(side: Compared) -> str:
    """What is compared, in one line: name, kind, unit, year, verdict."""
    year = f"{side.year}年度" if side.year else ""
    parts = (_KIND_WORDS[side.kind], side.unit_name, year, f"校验{side.status.chinese}")
    return f"{clean(side.name)}（{'，'.join(clean(part) for part in parts if part)}）"


def verdict(comparison: Comparison) -> str:
    """How much differs, in one sentence."""
    if comparison.unknown and comparison.same:
        return "无法判断：没有读出的太多，读出的部分没有不同；请换用能读出的文件再比较。"
    if comparison.same:
        return "没有不同。"
    counts = {kind: sum(one.kind is kind for one in comparison.differences) for kind in Kind}
    said = "、".join(f"{kind.chinese} {count} 处" for kind, count in counts.items() if count)
    return f"共有 {len(comparison.differences):,} 处不同：{said}。"


def relations_verdict(comparison: Comparison) -> str:
    """What became of relations, in one sentence."""
    if comparison.relations is None:
        return "勾稽关系没有比较。"
    states = [change.state for change in comparison.relations]
    counts = "，".join(f"{state.chinese} {states.count(state)} 处" for state in RelationState)
    return f"校验发现的问题：{counts}。"


def heading(difference: Difference) -> str:
    """A difference in a few words: ``部门收支总表“收入总计”``."""
    name = f"“{clean(difference.name)}”" if difference.name else ""
    if difference.kind is Kind.TEXT and difference.name:
        name = f" {clean(difference.name)}"
    elif "“" in difference.name:
        name = clean(difference.name)
    return f"{clean(difference.part)}{name}"


def label(difference: Difference) -> str:
    """Kind and action: ``金额改动``."""
    return f"{difference.kind.chinese}{difference.action.chinese}"


def cell_name(cell: CellChange) -> str:
    """A cell in words: ``部门收支总表“收入总计”预算数``."""
    return clean(f"{cell.table}“{cell.row}”{cell.column}")


def place(place: Place) -> str:
    """Where something stands."""
    return clean(f"{place.sheet} {place.cell}".strip())


def signed(text: str) -> str:
    """A difference with its sign and separators."""
    sign = "" if text.startswith("-") or not text.strip("0.") else "+"
    whole, dot, places = text.partition(".")
    return f"{sign}{int(whole or 0):,}{dot}{places}" if whole not in ("-0", "-") else f"{text}"


# ------------------------------------------------------------------ the lines


def _lines(comparison: Comparison, *, every: bool) -> Iterator[str]:
    yield from _wrapped("前：" + about(comparison.before), "    ")
    yield from _wrapped("后：" + about(comparison.after), "    ")
    yield from _few(
        [f"没有读出：“{name}”{where}，{reason}。" for name, where, reason in comparison.not_read],
        every=every,
    )
    yield from _few([f"注意：{remark}" for remark in comparison.remarks], every=every)
    yield from _wrapped(verdict(comparison), "    ")
    if comparison.totals:
        yield ""
        yield "【合计的变化】"
        yield from _cells(comparison.totals, "  ")
    if comparison.differences:
        yield ""
        yield "【不同之处】"
    for number, difference in enumerate(comparison.differences, 1):
        yield from _difference(number, difference, every=every)
    yield ""
    yield from _relations(comparison)


def _few(said: Sequence[str], *, every: bool) -> Iterator[str]:
    shown = said if every else said[:_MOST_REMARKS]
    for sentence in shown:
        yield from _wrapped(clean(sentence), "    ")
    if len(said) > len(shown):
        yield f"    ……共 {len(said)} 条，全部见 --format json 或 html。"


def _difference(number: int, difference: Difference, *, every: bool) -> Iterator[str]:
    yield from _wrapped(f"{number}. ［{label(difference)}］{heading(difference)}", "   ")
    if difference.remark:
        yield from _wrapped(f"   {clean(difference.remark)}。", "   ")
    yield from _cells(difference.cells, "   ", places=True)
    for text in difference.texts:
        yield from _text(text, "   ")
    follows = difference.follows if every else difference.follows[:FEW]
    if follows:
        yield f"   随之变化 {len(difference.follows)} 格："
        yield from _cells([one.cell for one in follows], "     ", [one.share for one in follows])
        if len(difference.follows) > len(follows):
            yield f"     ……另有 {len(difference.follows) - len(follows)} 格"
    sentences = difference.sentences if every else difference.sentences[:FEW]
    if sentences:
        yield f"   随之变化的文字 {len(difference.sentences)} 段："
        for text in sentences:
            yield from _text(text, "     ", named=True)
        if len(difference.sentences) > len(sentences):
            yield f"     ……另有 {len(difference.sentences) - len(sentences)} 段"


def _cells(
    cells: Sequence[CellChange], indent: str, shares: Sequence[str] = (), *, places: bool = False
) -> Iterator[str]:
    """Cells below each other, their amounts set to the right in columns."""
    earlier = [clean(cell.before) or BLANK for cell in cells]
    later = [clean(cell.after) or BLANK for cell in cells]
    steps = [signed(cell.difference) if cell.difference else "" for cell in cells]
    for at, share in enumerate(shares):
        if share != cells[at].difference:
            steps[at] += f"，其中本处 {signed(share)}"
    widths = [max(map(cell_len, column)) for column in (earlier, later)] if cells else []
    for cell, before, after, step in zip(cells, earlier, later, steps, strict=True):
        amounts = f"{_right(before, widths[0])} → {_right(after, widths[1])}"
        amounts += f"（{step}）" if step else ""
        where = _places(cell.before_place, cell.after_place) if places else ""
        line = f"{indent}{cell_name(cell)}"
        room = WIDTH - cell_len(line) - cell_len(amounts) - 2
        if room >= 0:
            yield f"{line}  {' ' * room}{amounts}"
        else:
            yield from _wrapped(line, indent)
            yield f"{indent}{' ' * max(0, WIDTH - cell_len(indent + amounts))}{amounts}"
        if where:
            yield from _wrapped(f"{indent}位置：{where}", indent)


def _places(before: Place, after: Place) -> str:
    """Both places, once where they are one."""
    texts = list(dict.fromkeys(text for text in (place(before), place(after)) if text))
    return " → ".join(texts)


def _text(text: TextChange, indent: str, *, named: bool = False) -> Iterator[str]:
    name = f"{clean(text.part)} {clean(text.name)}：" if named else ""
    where = _places(text.before_place, text.after_place)
    said = _marked(text)
    yield from _wrapped(f"{indent}{name}{said}", indent)
    if where and not named:
        yield from _wrapped(f"{indent}位置：{where}", indent)


def _marked(text: TextChange) -> str:
    """What differs between brackets, with a few words around it."""
    if text.action is Action.MOVED or not (text.before and text.after):
        return _beginning(text.after or text.before)
    said = ""
    words = text.words
    for number, stretch in enumerate(words):
        if stretch.kind == "same":
            said += _around(stretch.text, first=number == 0, last=number == len(words) - 1)
        elif stretch.kind == "removed":
            paired = number + 1 < len(words) and words[number + 1].kind == "added"
            said += f"［{stretch.text} → " if paired else f"［删去：{stretch.text}］"
        else:
            paired = number > 0 and words[number - 1].kind == "removed"
            said += f"{stretch.text}］" if paired else f"［增加：{stretch.text}］"
    return clean(said)


def _beginning(text: str) -> str:
    shown = clean(text)
    return shown if len(shown) <= _LONGEST else f"{shown[:_LONGEST]}…"


def _around(text: str, *, first: bool, last: bool) -> str:
    if first:
        return text if len(text) <= _CONTEXT else f"…{text[-_CONTEXT:]}"
    if last:
        return text if len(text) <= _CONTEXT else f"{text[:_CONTEXT]}…"
    return text if len(text) <= 2 * _CONTEXT else f"{text[:_CONTEXT]}…{text[-_CONTEXT:]}"


def _relations(comparison: Comparison) -> Iterator[str]:
    yield "【勾稽关系】"
    yield from _wrapped(relations_verdict(comparison), "    ")
    for state in RelationState:
        for change in ordered(comparison.relations or (), state):
            yield from _wrapped(f"［{state.chinese}］{said_of(change.finding)}", "    ")


def said_of(finding: Finding) -> str:
    """A finding in one line: level, rule, place, sentence."""
    where = clean(f"{finding.sheet or finding.table} {finding.cell}".strip())
    head = " ".join(part for part in (finding.level.chinese, clean(finding.code), where) if part)
    return f"{head}：{clean(finding.message)}"


# ------------------------------------------------------------------ widths


def _right(text: str, width: int) -> str:
    return " " * (width - cell_len(text)) + text


def _wrapped(text: str, indent: str) -> Iterator[str]:
    """The text in lines of :data:`WIDTH` columns, a number in one piece; further lines begin with ``indent``."""
    line, used, begun = "", 0, False
    for word in _words(text):
        wide = cell_len(word)
        if used + wide > WIDTH and line.strip():
            yield line.rstrip()
            line, begun = indent, True
            used = cell_len(indent)
        if begun and line == indent and word.isspace():
            continue
        line, used = line + word, used + wide
    if line.strip():
        yield line.rstrip()


def _words(text: str) -> Iterable[str]:
    """Words, a closing sign with what stands before it."""
    words: list[str] = []
    for word in _WORD.findall(text):
        if words and word in _NO_START and not words[-1].isspace():
            words[-1] += word
        elif cell_len(word) > WIDTH // 2:
            words += word
        else:
            words.append(word)
    return words
