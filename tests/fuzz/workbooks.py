"""Mutations of a workbook's cells: amounts, texts, references, formulas, merges."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

from fuzz.archives import mutate_archive, mutate_part, packed, parts_of
from fuzz.binaries import mutate_bytes
from fuzz.choices import NotApplicableError
from fuzz.values import NAMES, NASTY, TIMES, times_within

if TYPE_CHECKING:
    from collections.abc import Callable

    from fuzz.choices import Choices

_SHEET = re.compile(r"<sheet [^>]*?name=\"([^\"]*)\"")
_CELL = re.compile(r"<c r=\"([A-Z]+)(\d+)\"([^>]*?)(/>|>.*?</c>)", re.DOTALL)
_STYLE = re.compile(r" s=\"\d+\"")
_ROW = re.compile(r"<row r=\"(\d+)\"[^>]*?(?:/>|>.*?</row>)", re.DOTALL)
_TEXT = re.compile(r"<si>.*?</si>", re.DOTALL)
_MERGE = re.compile(r"<mergeCell ref=\"[^\"]*\"/>")
_FORMULA = re.compile(r"<f[^>]*>[^<]*</f>|<f[^>]*/>")
_WRITTEN = {
    "number": '<c r="{place}"{style}><v>{value}</v></c>',
    "text": '<c r="{place}"{style} t="inlineStr"><is><t>{value}</t></is></c>',
    "shared": '<c r="{place}"{style} t="s"><v>{value}</v></c>',
    "result": '<c r="{place}"{style} t="str"><f>1+1</f><v>{value}</v></c>',
    "uncomputed": '<c r="{place}"{style}><f>{value}</f></c>',
    "error": '<c r="{place}"{style} t="e"><v>{value}</v></c>',
    "boolean": '<c r="{place}"{style} t="b"><v>{value}</v></c>',
    "date": '<c r="{place}"{style} t="d"><v>{value}</v></c>',
    "kind unheard": '<c r="{place}"{style} t="q"><v>{value}</v></c>',
}
_FORMULAS = {
    "circle": "A1+B2+C3+D4+E5+F6+G7+H8",
    "array": '<f t="array" ref="A1:XFD1048576">1</f>',
    "shared far": '<f t="shared" ref="A1:XFD1048576" si="0">A1</f>',
    "shared without": '<f t="shared" si="999"/>',
    "shared nought": '<f t="shared" si="-1" ref="A1">A1</f>',
    "table": '<f t="dataTable" ref="A1:B2" dt2D="1" r1="A1" r2="B2"/>',
    "deep": "(" * 5_000 + "1" + ")" * 5_000,
    "long": "+".join(["A1"] * 20_000),
    "other book": "[1]Sheet1!A1",
    "far": "SUM(A1:XFD1048576)",
    "broken": "SUM(",
}
_PLACES = ["A1", "B3", "ZZ9", "XFD1", "A1048576", "XFD1048576", "XFE1", "A1048577", "ZZZZZZ1", "A0",
           "A99999999999", "1", "", "a1", "$A$1", "A1:B2"]  # fmt: skip
_AREAS = ["A1:B2", "A1:XFD1048576", "XFD1048576:A1", "A1:A1", "A0:B0", "ZZZZZZ1:ZZZZZZ9", "A1", "", "A:A", "1:1",
          "A1:C400", "B3:H20"]  # fmt: skip


def _change_sheet(data: bytes, choose: Choices, change: Callable[[str, Choices], str]) -> bytes:
    parts = parts_of(data)
    names = _SHEET.findall(parts.get("xl/workbook.xml", b"").decode("utf-8", "replace"))
    shown = {
        html.unescape(name): part
        for number, name in enumerate(names, 1)
        if (part := f"xl/worksheets/sheet{number}.xml") in parts
    }
    part = shown[choose.one(list(shown))]
    text = change(parts[part].decode("utf-8", "replace"), choose)
    return packed({**parts, part: text.encode("utf-8", "surrogatepass")})


def _chosen(text: str, choose: Choices, pattern: str = "<v>|<is>") -> re.Match[str]:
    """A cell with a value."""
    cells = {
        match[1] + match[2]: match for match in _CELL.finditer(text) if re.search(pattern, match[4])
    }
    return cells[choose.one(list(cells))]


def _escaped(name: str) -> str:
    return html.escape(NASTY[name], quote=False)


def _value(text: str, choose: Choices) -> str:
    cell = _chosen(text, choose)
    kind = choose.one(["number", "number", "text", "text", *_WRITTEN])
    value = _escaped(choose.one(NAMES))
    return _written(text, cell, cell[1] + cell[2], kind, value)


def _written(text: str, cell: re.Match[str], place: str, kind: str, value: str) -> str:
    style = _STYLE.search(cell[3])
    said = _WRITTEN[kind].format(place=place, style=style[0] if style else "", value=value)
    return text[: cell.start()] + said + text[cell.end() :]


def _amount(text: str, choose: Choices) -> str:
    """A plausible amount in the place of another."""
    cell = _chosen(text, choose)
    value = choose.one(
        ["0", "-12.34", "0.01", "1234567.89", "99999999999.99", "1e-7", "12.345678", "5"]
    )
    return _written(text, cell, cell[1] + cell[2], "number", value)


def _place(text: str, choose: Choices) -> str:
    cell = _chosen(text, choose)
    place = choose.one(_PLACES)
    return text[: cell.start()] + cell[0].replace(cell[1] + cell[2], place, 1) + text[cell.end() :]


def _no_place(text: str, choose: Choices) -> str:
    cell = _chosen(text, choose)
    return (
        text[: cell.start()]
        + cell[0].replace(f' r="{cell[1]}{cell[2]}"', "", 1)
        + text[cell.end() :]
    )


def _swap(text: str, choose: Choices) -> str:
    one, other = _chosen(text, choose), _chosen(text, choose)
    first, second = sorted((one, other), key=lambda match: match.start())
    if first.start() == second.start():
        raise NotApplicableError("one cell twice")
    places = [f'"{match[1]}{match[2]}"' for match in (first, second)]
    swapped = [
        second[0].replace(places[1], places[0], 1),
        first[0].replace(places[0], places[1], 1),
    ]
    return (
        text[: first.start()] + swapped[0] + text[first.end() : second.start()] + swapped[1]
        + text[second.end() :]
    )  # fmt: skip


def _formula(text: str, choose: Choices) -> str:
    cell = _chosen(text, choose)
    said = _FORMULAS[choose.one(list(_FORMULAS))]
    said = said if said.startswith("<f") else f"<f>{said}</f>"
    rest = (
        _FORMULA.sub("", cell[0]).replace("/>", "></c>")
        if cell[4] == "/>"
        else _FORMULA.sub("", cell[0])
    )
    place = rest.index(">") + 1
    return text[: cell.start()] + rest[:place] + said + rest[place:] + text[cell.end() :]


def _formula_gone(text: str, choose: Choices) -> str:
    cell = _chosen(text, choose, "<f")
    return text[: cell.start()] + _FORMULA.sub("", cell[0]) + text[cell.end() :]


def _row_number(text: str, choose: Choices) -> str:
    rows = list(_ROW.finditer(text))
    row = rows[choose.below(len(rows))]
    number = choose.one(["0", "-1", "1", "1048576", "1048577", "99999999999", "x", "", "²"])
    return text[: row.start(1)] + number + text[row.end(1) :]


def _rows_repeated(text: str, choose: Choices) -> str:
    """A row again and again at the end, with numbers that go on."""
    rows = list(_ROW.finditer(text))
    row = rows[choose.below(len(rows))]
    last = max(int(match[1]) for match in rows)
    times = times_within(choose.one([*TIMES, 200_000]), len(row[0]))
    made = "".join(_renumbered(row[0], row[1], str(last + 1 + step)) for step in range(times))
    return text.replace("</sheetData>", f"{made}</sheetData>", 1)


def _renumbered(row: str, old: str, new: str) -> str:
    changed = re.sub(rf"(<c r=\"[A-Z]+){old}\"", rf"\g<1>{new}\"", row)
    return changed.replace(f'<row r="{old}"', f'<row r="{new}"', 1)


def _row_gone(text: str, choose: Choices) -> str:
    rows = list(_ROW.finditer(text))
    row = rows[choose.below(len(rows))]
    return text[: row.start()] + text[row.end() :]


def _merge(text: str, choose: Choices) -> str:
    area = f'<mergeCell ref="{choose.one(_AREAS)}"/>'
    times = times_within(choose.one([1, 2, 20_000]), len(area))
    if "<mergeCells" not in text:
        return text.replace(
            "</sheetData>", f"</sheetData><mergeCells>{area * times}</mergeCells>", 1
        )
    found = list(_MERGE.finditer(text))
    if not found:
        raise NotApplicableError("no merged range")
    match = found[choose.below(len(found))]
    return text[: match.start()] + area * times + text[match.end() :]


_OF_SHEETS: dict[str, Callable[[str, Choices], str]] = {
    "value": _value,
    "amount": _amount,
    "place": _place,
    "no place": _no_place,
    "swap": _swap,
    "formula": _formula,
    "formula gone": _formula_gone,
    "row number": _row_number,
    "rows repeated": _rows_repeated,
    "row gone": _row_gone,
    "merge": _merge,
}


def _shared_text(data: bytes, choose: Choices) -> bytes:
    """A text that cells share: another one of them, or a nasty one."""
    parts = parts_of(data)
    name = "xl/sharedStrings.xml"
    text = parts.get(name, b"").decode("utf-8", "replace")
    texts = list(_TEXT.finditer(text))
    match = texts[choose.below(len(texts))]
    kind = choose.one(["nasty", "other", "gone"])
    if kind == "nasty":
        said = f'<si><t xml:space="preserve">{_escaped(choose.one(NAMES))}</t></si>'
    else:
        said = texts[choose.below(len(texts))][0] if kind == "other" else ""
    text = text[: match.start()] + said + text[match.end() :]
    return packed({**parts, name: text.encode("utf-8", "surrogatepass")})


def mutate_cells(data: bytes, choose: Choices) -> bytes:
    """A cell, a row or a merged range of one sheet, or a shared text."""
    kind = choose.one(["value", "value", "value", "amount", "shared text", *_OF_SHEETS])
    if kind == "shared text":
        return _shared_text(data, choose)
    return _change_sheet(data, choose, _OF_SHEETS[kind])


_ROOMS: dict[str, Callable[[bytes, Choices], bytes]] = {
    "cells": mutate_cells,
    "part": mutate_part,
    "archive": mutate_archive,
    "bytes": mutate_bytes,
}


def mutate_workbook(data: bytes, choose: Choices) -> bytes:
    """A workbook with one thing changed: mostly cells and parts, for there the reading goes on."""
    room = choose.one(["cells"] * 10 + ["part"] * 6 + ["archive"] * 3 + ["bytes"])
    return _ROOMS[room](data, choose)
