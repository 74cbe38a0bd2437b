"""Tables in the html report: as on the sheet, with marks at findings and links to the text."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from xlbudget.report.html_common import room, safe

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from xlbudget.report.html_place import Places
    from xlbudget.report.pictures import Box, TablePicture

__all__ = ["other_tables", "tables_beside"]


def tables_beside(table: str, places: Places) -> Iterator[str]:
    """The tables of one title that have findings, each with the cells marked."""
    for one in places.pictures.tables:
        if one.title == table and id(one) in places.beside:
            lines = places.lines(one)
            part = len(lines) < len(one.lines)
            yield from _table(one, lines, places, "（节选：有问题的行及其前后）" if part else "")


def other_tables(places: Places) -> Iterator[str]:
    """All tables that were not shown whole, each closed until it is wanted."""
    others = [
        one
        for one in places.pictures.tables
        if len(places.all_lines(one)) > (len(places.lines(one)) if id(one) in places.beside else 0)
    ]
    if not places.whole or not others:
        return
    yield f'<h3 id="{places.name}-tables">其他各表</h3>'
    yield '<p class="hint">点表名展开。带下划线的数字写进了情况说明，点它看是哪一段。</p>'
    for title, group in groupby(others, key=lambda one: one.title):
        pictures = list(group)
        count = f"（{len(pictures)} 份）" if len(pictures) > 1 else ""
        yield f"<details><summary>{safe(title)}{count}</summary>"
        for one in pictures:
            part = "（只列写进文字的和有问题的）" if one.partial else ""
            yield from _table(one, places.all_lines(one), places, part)
        yield "</details>"


def _title(one: TablePicture) -> str:
    caption = f"：{one.caption}" if one.caption else ""
    return f"{safe(one.title)}{safe(caption)}"


def _table(one: TablePicture, lines: Sequence[int], places: Places, remark: str) -> Iterator[str]:
    letters = _letters(one)
    width = len(letters) if letters else max(_width(one), 1)
    unit = f' <small class="unit">单位：{safe(one.unit)}</small>' if one.unit else ""
    yield f'{room(one.title)}<table class="picture">'
    yield f"<caption>{_title(one)} <small>{remark}</small>{unit}</caption>"
    if one.head:
        yield "<thead>"
        if letters:
            shown = "".join(f"<td>{letter}</td>" for letter in letters)
            yield f'<tr class="letters" aria-hidden="true"><td></td>{shown}</tr>'
        for number, boxes in enumerate(one.head):
            corner = f'<td class="line" rowspan="{len(one.head)}"></td>' if not number else ""
            yield f"<tr>{corner}{''.join(map(_heading, boxes))}</tr>"
        yield "</thead>"
    yield "<tbody>"
    last, used = -1, []
    for at in lines:
        if at > last + 1:
            yield _gap(at - last - 1, width)
        last = at
        line = one.lines[at]
        row = next((box.cell.lstrip(_ALPHABET) for box in line.boxes if box.cell), "")
        cells = "".join(_cell(one.sheet, box, places) for box in line.boxes)
        used += [box for box in line.boxes if (one.sheet, box.cell) in places.uses]
        strong = ' class="strong"' if line.strong else ""
        yield f'<tr{strong}><td class="line">{safe(row)}</td>{cells}</tr>'
    if last < len(one.lines) - 1:
        yield _gap(len(one.lines) - 1 - last, width)
    yield "</tbody></table></div>"
    yield from _uses(one.sheet, used, places)


def _uses(sheet: str, used: Sequence[Box], places: Places) -> Iterator[str]:
    """The cells that the text uses, each with its paragraphs."""
    named = [(box, places.give(places.use(sheet, box.cell))) for box in used]
    listed = [(box, name) for box, name in named if name]
    if not listed:
        return
    yield '<div class="passage"><details class="origins">'
    yield f"<summary>写进文字的数字（{len(listed)} 格）</summary><ol>"
    for box, name in listed:
        links = "、".join(
            f'<a href="#{places.passage(number)}">{safe(passage.part)} {safe(passage.id)}</a>'
            for number in places.uses[sheet, box.cell]
            for passage in [places.pictures.passages[number - 1]]
        )
        yield f'<li id="{name}"><b>{safe(box.cell)}</b> {safe(box.text)}：{links}</li>'
    yield "</ol></details></div>"


_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def _gap(count: int, width: int) -> str:
    return f'<tr class="gap"><td class="line"></td><td colspan="{width}">…… 略去 {count} 行 ……</td></tr>'


def _width(one: TablePicture) -> int:
    return max((sum(box.columns for box in line.boxes) for line in one.lines), default=1)


def _letters(one: TablePicture) -> list[str]:
    """The names of the columns, where every cell stands on a sheet."""
    found: dict[int, str] = {}
    for line in one.lines:
        for at, box in enumerate(line.boxes):
            if box.cell:
                found.setdefault(at, box.cell.rstrip("0123456789"))
    width = _width(one)
    return [safe(found[at]) for at in range(width)] if len(found) == width and one.head else []


def _heading(box: Box) -> str:
    wide = box.columns > 1
    spans = (f' colspan="{box.columns}"' if wide else "") + (
        f' rowspan="{box.rows}"' if box.rows > 1 else ""
    )
    return f'<th scope="{"colgroup" if wide else "col"}"{spans}>{safe(box.text)}</th>'


def _cell(sheet: str, box: Box, places: Places) -> str:
    """A cell; a marked one has its marks before the text, a used one leads to the text."""
    classes = {"amount": ["a"], "heading": ["h"]}.get(box.kind, [])
    marks = places.marks.get((sheet, box.cell), []) if box.cell else []
    name = places.take(sheet, box.cell) if box.cell else ""
    text = safe(box.text)
    uses = places.uses.get((sheet, box.cell), []) if box.cell else []
    if uses:
        text = _linked(sheet, box.cell, text, places)
    if marks:
        classes += ["wrong", marks[0].level.value]
        text = "".join(map(places.mark, marks)) + f" {text or '（空白）'}"
    if box.indent:
        classes.append(f"i{min(box.indent, 3)}")
    attributes = (f' id="{name}"' if name else "") + (
        f' class="{" ".join(classes)}"' if classes else ""
    )
    if box.columns > 1:
        attributes += f' colspan="{box.columns}"'
    if box.header:
        return f'<th scope="row"{attributes}>{text}</th>'
    return f"<td{attributes}>{text}</td>"


def _linked(sheet: str, cell: str, text: str, places: Places) -> str:
    """The cell's text leads to the paragraph that uses it, or to the list of them."""
    uses = places.uses[sheet, cell]
    shown = text or "（空白）"
    names = "、".join(places.pictures.passages[number - 1].id for number in uses)
    title = f'title="写进文字 {safe(names)}"'
    if len(uses) == 1:
        return f'<a class="use" href="#{places.passage(uses[0])}" {title}>{shown}</a>'
    target = places.use(sheet, cell)
    return f'<a class="use n" href="#{target}" {title} aria-expanded="false">{shown}</a>'
