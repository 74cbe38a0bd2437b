"""The published document as one web page: no scripts, nothing loaded from elsewhere.

Everything that comes from a workbook is escaped where it enters the page.
"""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

from xlbudget.exchange.disclosure.model import Text
from xlbudget.exchange.web.style import STYLE
from xlbudget.printed import FORM, PrintedTable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from xlbudget.exchange.disclosure.model import Disclosure, Item, Part
    from xlbudget.printed import PrintedCell

__all__ = ["web_copy"]

_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
_WIDE = 7
"""A part that has a table with so many columns is printed across."""
_DEEPEST = 4


def web_copy(disclosure: Disclosure) -> str:
    """The whole page."""
    return "\n".join(_page(disclosure)) + "\n"


def _page(found: Disclosure) -> Iterator[str]:
    yield "<!DOCTYPE html>"
    yield '<html lang="zh-CN">'
    yield "<head>"
    yield '<meta charset="utf-8">'
    yield f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield '<meta name="color-scheme" content="light">'
    yield f"<title>{_safe(found.title)}</title>"
    yield f"<style>\n{STYLE}</style>"
    yield "</head>"
    yield "<body>"
    yield '<a class="skip" href="#part-1">跳到正文</a>'
    yield "<header>"
    yield from (f'<p class="remark" role="note">{_safe(one)}</p>' for one in found.remarks)
    yield f"<h1>{_safe(found.title)}</h1>"
    if found.day:
        yield f'<p class="day">{_safe(found.day)}</p>'
    yield "</header>"
    yield from _contents(found)
    yield "<main>"
    for number, part in enumerate(found.parts, 1):
        yield from _part(number, part)
    yield "</main>"
    yield '<footer><a href="#contents">返回目录</a></footer>'
    yield "</body>"
    yield "</html>"


def _contents(found: Disclosure) -> Iterator[str]:
    yield '<nav id="contents" aria-labelledby="contents-title">'
    yield f'<h2 id="contents-title">{_safe(found.contents)}</h2>'
    yield "<ol>"
    for number, part in enumerate(found.parts, 1):
        link = f'<a href="#part-{number}">{_safe(part.heading)}</a>'
        items = [
            f'<li><a href="#{_anchor(number, place)}">{_safe(item.heading)}</a></li>'
            for place, item in enumerate(part.items, 1)
        ]
        inner = f"<ol>{''.join(items)}</ol>" if items else ""
        yield f"<li>{link}{inner}</li>"
    yield "</ol>"
    yield "</nav>"


def _anchor(part: int, item: int) -> str:
    return f"part-{part}-{item}"


def _part(number: int, part: Part) -> Iterator[str]:
    grids = [one for item in part.items for one in item.content if isinstance(one, PrintedTable)]
    across = " across" if any(len(one.columns) >= _WIDE for one in grids) else ""
    yield f'<section class="part{across}" aria-labelledby="part-{number}">'
    yield f'<h2 id="part-{number}">{_safe(part.heading)}</h2>'
    yield from map(_text, part.lead)
    for place, item in enumerate(part.items, 1):
        yield from _item(_anchor(number, place), item)
    yield "</section>"


def _item(anchor: str, item: Item) -> Iterator[str]:
    yield f'<section aria-labelledby="{anchor}">'
    yield f'<h3 id="{anchor}">{_safe(item.heading)}</h3>'
    for one in item.content:
        if isinstance(one, Text):
            yield _text(one)
        else:
            yield from _grid(one)
    yield "</section>"


def _text(one: Text) -> str:
    if one.heading:
        return f"<h4>{_safe(one.text)}</h4>"
    term, rest = one.text[: one.term], one.text[one.term :]
    shown = f'<span class="term">{_safe(term)}</span>' if term else ""
    return f"<p>{shown}{_safe(rest)}</p>"


def _grid(grid: PrintedTable) -> Iterator[str]:
    if grid.columns:
        label = _safe(_label(grid))
        yield f'<div class="scroll" role="region" aria-label="{label}" tabindex="0">'
        yield f'<table class="{grid.kind}">'
        yield f"<caption>{_safe(grid.title)}{_under_title(grid)}</caption>"
        if grid.head:
            yield "<thead>"
            yield from (_row(line, heading=True) for line in grid.head)
            yield "</thead>"
        yield "<tbody>"
        yield from (_row(line, heading=False) for line in grid.body)
        yield "</tbody>"
        yield "</table>"
        yield "</div>"
    else:
        yield f"<h4>{_safe(grid.title)}</h4>"
    yield from (f'<p class="note">{_safe(note)}</p>' for note in grid.notes)


def _label(grid: PrintedTable) -> str:
    """The name of the area that scrolls; forms have the same title, so their project is added."""
    first = grid.body[0] if grid.kind == FORM and grid.body else ()
    return "：".join([grid.title, *(cell.text for cell in first if cell.kind == "value")])


def _under_title(grid: PrintedTable) -> str:
    subtitle = f'<span class="subtitle"><br>{_safe(grid.subtitle)}</span>' if grid.subtitle else ""
    if not any(grid.above):
        return subtitle
    left, right = map(_safe, grid.above)
    return f'{subtitle}<span class="above"><span>{left}</span><span>{right}</span></span>'


def _row(line: Sequence[PrintedCell], *, heading: bool) -> str:
    return f"<tr>{''.join(_cell(cell, heading=heading) for cell in line)}</tr>"


def _cell(cell: PrintedCell, *, heading: bool) -> str:
    classes = [cell.kind] if cell.kind != "heading" else ["caption"]
    if cell.bold:
        classes.append("strong")
    if cell.indent:
        classes.append(f"i{min(cell.indent, _DEEPEST)}")
    spans = "".join(
        f' {name}="{count}"'
        for name, count in (("colspan", cell.columns), ("rowspan", cell.rows))
        if count > 1
    )
    scope = _scope(cell, heading=heading)
    tag = "th" if scope else "td"
    named = f' scope="{scope}"' if scope else ""
    look = "" if heading else f' class="{" ".join(classes)}"'
    return f"<{tag}{named}{spans}{look}>{_safe(cell.text)}</{tag}>"


def _scope(cell: PrintedCell, *, heading: bool) -> str:
    """What a heading is for; nothing where the cell is none."""
    if heading or cell.kind == "heading":
        return "colgroup" if cell.columns > 1 and heading else "col"
    return "row" if cell.header else ""


def _safe(text: str) -> str:
    """The only way for text into the page."""
    return html.escape(text)
