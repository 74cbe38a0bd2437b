"""One worksheet with values alone: no formula, list of choices, outside link, button or remark."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.exchange.values.formats import keep_working_formats
from xlbudget.exchange.values.xml import MAIN, REL, local
from xlbudget.xlsx.references import column_letter, column_number, split_cell

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from xml.etree.ElementTree import Element

    from xlbudget.exchange.values.strings import Strings

__all__ = ["SheetFacts", "cells_of", "strip_sheet"]

_KEPT = frozenset(
    (
        "sheetPr", "dimension", "sheetViews", "sheetFormatPr", "cols", "sheetData", "mergeCells",
        "phoneticPr", "conditionalFormatting", "hyperlinks", "printOptions", "pageMargins",
        "pageSetup", "headerFooter", "rowBreaks", "colBreaks", "ignoredErrors", "drawing",
    )
)  # fmt: skip
"""All else goes: protection, validations, filters, tables, remarks, buttons, what names people."""
_SAID = {
    "dataValidations": "填写提示和下拉选项",
    "sheetProtection": "工作表保护",
    "autoFilter": "筛选按钮",
    "tableParts": "表格样式",
    "legacyDrawing": "批注和按钮",
    "oleObjects": "嵌入的对象",
    "controls": "控件",
    "picture": "工作表背景",
}
"""What a user would miss, in words."""
_INSIDE = re.compile(
    r"(?:(?:'((?:[^']|'')+)'|([^'!]+))!)?\$?[A-Z]{1,3}\$?[0-9]{1,7}(?::\$?[A-Z]{1,3}\$?[0-9]{1,7})?"
)
_PICTURE_CODE = re.compile(r"&G")
_NO_TEXT = re.compile(r"(?:&[LCR]\s*)*")


class SheetFacts(NamedTuple):
    """What was met on a sheet.

    ``errors`` are cells that show an error value, with it; ``uncomputed`` cells whose formula has no
    stored value; ``dropped`` what is not in the copy, in words; ``hidden`` the rows and columns
    that are hidden and hold something.
    """

    formulas: int
    errors: tuple[tuple[str, str], ...]
    uncomputed: tuple[str, ...]
    dropped: tuple[str, ...]
    hidden: tuple[str, ...]


def strip_sheet(root: Element, strings: Strings, sheets: Collection[str]) -> SheetFacts:
    """Take all but values and looks out of a worksheet's tree.

    ``sheets`` are those of the copy: links to their cells stay.
    """
    dropped = [_SAID[name] for one in root if (name := local(one)) in _SAID]
    for child in list(root):
        if local(child) not in _KEPT:
            root.remove(child)
    _plain_views(root)
    if _drop_links(root, sheets):
        dropped.append("通往本工作簿以外或未收入的工作表的链接")
    keep_working_formats(root)
    covered = _covered(root)
    formulas = 0
    errors: list[tuple[str, str]] = []
    uncomputed: list[str] = []
    shown: set[str] = set()
    for cell, one in cells_of(root):
        formula = one.find(f"{MAIN}f")
        formulas += formula is not None
        state = _as_value(one, formula, strings)
        if cell in covered:
            _clear(one)
        elif state == "e":
            errors.append((cell, one.findtext(f"{MAIN}v", "")))
        elif state == "?":
            uncomputed.append(cell)
        if len(one):
            shown.add(cell)
    hidden = tuple(_hidden(root, shown))
    return SheetFacts(formulas, tuple(errors), tuple(uncomputed), tuple(dropped), hidden)


def cells_of(root: Element) -> Iterator[tuple[str, Element]]:
    """Every cell with its name; rows and cells without one follow the one before."""
    line = 0
    for row in root.iterfind(f"{MAIN}sheetData/{MAIN}row"):
        line = int(row.get("r", line + 1))
        column = 0
        for one in row.iterfind(f"{MAIN}c"):
            name = one.get("r", "")
            column = column_number(split_cell(name)[0]) if name else column + 1
            yield name or f"{column_letter(column - 1)}{line}", one


# ------------------------------------------------------------------ cells


def _as_value(one: Element, formula: Element | None, strings: Strings) -> str:
    """Make a cell hold its value: "" if it did, ``e`` for an error, ``?`` for none stored."""
    for name in ("cm", "vm", "ph"):
        one.attrib.pop(name, None)
    kind = one.get("t", "n")
    value = one.find(f"{MAIN}v")
    text = (value.text or "") if value is not None else ""
    if formula is not None:
        one.remove(formula)
        if kind not in ("str", "s", "inlineStr") and not text:
            return "?"
    if kind == "e":
        return "e"
    if kind == "inlineStr":
        inside = one.find(f"{MAIN}is")
        _put_text(one, None if inside is None else strings.of_element(inside))
    elif kind == "str":
        _put_text(one, strings.of_text(text) if text else None)
    elif kind == "s":
        _put_text(one, strings.of_old(text))
    elif not text:
        _clear(one)
    return ""


def _put_text(one: Element, number: int | None) -> None:
    _clear(one)
    if number is not None:
        one.set("t", "s")
        made = one.makeelement(f"{MAIN}v", {})
        made.text = str(number)
        one.append(made)


def _clear(one: Element) -> None:
    one.attrib.pop("t", None)
    for child in list(one):
        one.remove(child)


def _covered(root: Element) -> set[str]:
    """The cells below merged ones: nobody sees what they hold."""
    found: set[str] = set()
    for one in root.iterfind(f"{MAIN}mergeCells/{MAIN}mergeCell"):
        first, _, last = one.get("ref", "").partition(":")
        (left, top), (right, bottom) = split_cell(first), split_cell(last or first)
        found |= {
            f"{column_letter(column - 1)}{line}"
            for line in range(top, bottom + 1)
            for column in range(column_number(left), column_number(right) + 1)
        } - {first}
    return found


def _hidden(root: Element, shown: Collection[str]) -> Iterator[str]:
    """Hidden columns and rows that hold something, in words."""
    letters = {split_cell(cell)[0] for cell in shown}
    lines = {split_cell(cell)[1] for cell in shown}
    for one in root.iterfind(f"{MAIN}cols/{MAIN}col"):
        if _true(one.get("hidden")):
            for letter in sorted(letters, key=column_number):
                if int(one.get("min", 0)) <= column_number(letter) <= int(one.get("max", 0)):
                    yield f"{letter}列"
    for one in root.iterfind(f"{MAIN}sheetData/{MAIN}row"):
        if _true(one.get("hidden")) and int(one.get("r", 0)) in lines:
            yield f"第{one.get('r')}行"


def _true(text: str | None) -> bool:
    return text in ("1", "true", "on")


# ------------------------------------------------------------------ around the cells


def _plain_views(root: Element) -> None:
    """No names for macros, no formulas instead of values, nothing that points to dropped parts."""
    root.attrib.clear()
    properties = root.find(f"{MAIN}sheetPr")
    if properties is not None:
        properties.attrib.clear()
    for view in root.iterfind(f"{MAIN}sheetViews/{MAIN}sheetView"):
        for name in ("tabSelected", "showFormulas"):
            view.attrib.pop(name, None)
        for child in view.findall(f"{MAIN}pivotSelection"):
            view.remove(child)
    for setup in root.iterfind(f"{MAIN}pageSetup"):
        setup.attrib.pop(f"{REL}id", None)
    for area in root.iterfind(f"{MAIN}headerFooter"):
        for text in list(area):
            text.text = _PICTURE_CODE.sub("", text.text or "")
            if _NO_TEXT.fullmatch(text.text):
                area.remove(text)


def _drop_links(root: Element, sheets: Collection[str]) -> int:
    """Links to cells of the copy stay, all others go; how many went."""
    area = root.find(f"{MAIN}hyperlinks")
    if area is None:
        return 0
    gone = 0
    for one in list(area):
        match = _INSIDE.fullmatch(one.get("location", ""))
        sheet = (match[1] or match[2] or "").replace("''", "'") if match else None
        if f"{REL}id" in one.attrib or (sheet != "" and sheet not in sheets):
            area.remove(one)
            gone += 1
    if not len(area):
        root.remove(area)
    return gone
