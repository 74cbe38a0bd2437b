"""What an office does to a document before it is printed: functions from a document to a document.

``CHANGES`` holds them by the names that ``layouts.toml`` uses; ``row`` says how they answer it.
"""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING

from layouts.model import (
    ABOVE,
    CONTENTS,
    COVER,
    HIDDEN,
    ITEM,
    NOTE,
    PART,
    RUNNING,
    TITLE,
    Cell,
    Document,
    Grid,
    Paragraph,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from layouts.model import Block

_NUMBERS = "一二三四五六七八九十"
_TYPED_PART = re.compile(r"(第[一二三四五六七八九十]+部分)\s*(.*)")
_TYPED_ITEM = re.compile(r"([一二三四五六七八九十]+、)(.*)")


def _mapped(document: Document, said: Callable[[str], str]) -> Document:
    """Every text of the document anew."""
    found: list[Block] = []
    for block in document:
        if isinstance(block, Paragraph):
            found.append(block._replace(text=said(block.text), right=said(block.right)))
        else:
            found.append(_cells(block, lambda cell: cell._replace(text=said(cell.text))))
    return tuple(found)


def _cells(grid: Grid, change: Callable[[Cell], Cell]) -> Grid:
    return grid._replace(rows=tuple(tuple(map(change, row)) for row in grid.rows))


def _grids(document: Document, change: Callable[[Grid], Grid]) -> Document:
    return tuple(change(block) if isinstance(block, Grid) else block for block in document)


def replaced(document: Document, old: str, new: str, *, where: str = "all") -> Document:
    """Other words for the same; ``where``: all, head (headings of columns), or titles (of tables)."""
    if where == "all":
        return _mapped(document, lambda text: text.replace(old, new))
    if where == "head":
        return _grids(
            document,
            lambda grid: grid._replace(
                rows=tuple(
                    tuple(cell._replace(text=cell.text.replace(old, new)) for cell in row)
                    if line < grid.head
                    else row
                    for line, row in enumerate(grid.rows)
                )
            ),
        )
    return tuple(
        block._replace(text=re.sub(rf"(?<![^、]){old}$", new, block.text))
        if isinstance(block, Paragraph) and block.role in (TITLE, ITEM, CONTENTS)
        else block
        for block in document
    )


def ascii_marks(document: Document) -> Document:
    """Brackets and colons as a keyboard without Chinese input types them."""
    return _mapped(document, lambda text: text.translate(str.maketrans("（）：", "():")))


def blanks(document: Document, sign: str) -> Document:
    """A sign in every blank cell for an amount."""

    def filled(cell: Cell) -> Cell:
        return cell._replace(text=sign) if cell.kind == "amount" and not cell.text else cell

    return _grids(document, lambda grid: _cells(grid, filled))


def wrapped_names(document: Document, letters: int) -> Document:
    """Names that are too long for their column go on in a second line of their cell."""

    def wrapped(cell: Cell) -> Cell:
        long = cell.kind in ("name", "label") and len(cell.text) > letters
        return cell._replace(text=f"{cell.text[:letters]}\n{cell.text[letters:]}") if long else cell

    return _grids(document, lambda grid: _cells(grid, wrapped))


def spaced_numbers(document: Document) -> Document:
    """Spaces beside the numbers in sentences, as some editors set them."""

    def spaced(text: str) -> str:
        text = re.sub(r"(?<=[\u4e00-\u9fff])(?=\d)", " ", text)
        return re.sub(r"(?<=[\d%])(?=[\u4e00-\u9fff])", " ", text)

    return tuple(
        block._replace(text=spaced(block.text)) if isinstance(block, Paragraph) else block
        for block in document
    )


def invisible(document: Document, sign: str, every: int) -> Document:
    """A sign that does not show after every so many letters."""

    def with_sign(text: str) -> str:
        return sign.join(text[at : at + every] for at in range(0, len(text), every))

    return _mapped(document, with_sign)


def wide_figures(document: Document) -> Document:
    """Figures of tables in full-width digits."""
    wide = str.maketrans({chr(sign): chr(sign + 0xFEE0) for sign in map(ord, "0123456789.,")})

    def change(cell: Cell) -> Cell:
        return (
            cell._replace(text=cell.text.translate(wide))
            if cell.kind in ("amount", "code")
            else cell
        )

    return _grids(document, lambda grid: _cells(grid, change))


def plain_amounts(document: Document) -> Document:
    """Amounts without separators between thousands."""

    def change(cell: Cell) -> Cell:
        return cell._replace(text=cell.text.replace(",", "")) if cell.kind == "amount" else cell

    return _grids(document, lambda grid: _cells(grid, change))


def without_contents(document: Document) -> Document:
    """No list of contents."""
    return tuple(
        block for block in document if not isinstance(block, Paragraph) or block.role != CONTENTS
    )


def without_titles(document: Document) -> Document:
    """Tables below their numbered headings alone, without the title again."""
    return tuple(
        block for block in document if not isinstance(block, Paragraph) or block.role != TITLE
    )


def numbered_titles(document: Document) -> Document:
    """Tables named 附表1, 附表2 in the line above their title."""
    found: list[Block] = []
    seen: dict[str, int] = {}
    for block in document:
        if isinstance(block, Paragraph) and block.role == TITLE and block.text not in seen:
            seen[block.text] = len(seen) + 1
            found.append(Paragraph(ABOVE, f"附表{seen[block.text]}"))
        found.append(block)
    return tuple(found)


def contents_pages(document: Document, style: str) -> Document:
    """Page numbers in the contents: leaders, tab, or leaders without a number (bare)."""
    page = 0
    found: list[Block] = []
    for block in document:
        if isinstance(block, Paragraph) and block.role == CONTENTS and block.level:
            page += 1
            tail = {
                "leaders": "…" * 12 + str(page),
                "dots": "." * 30 + str(page),
                "bare": "…" * 15,
                "tab": f"\t{page}",
                "bracket": f"（{page}）",
            }[style]
            found.append(block._replace(text=block.text + tail))
        else:
            found.append(block)
    return tuple(found)


def word_numbers(document: Document) -> Document:
    """Numbers of headings are given by Word: they are no part of the text."""
    found: list[Block] = []
    for block in document:
        if not isinstance(block, Paragraph):
            found.append(block)
            continue
        pattern = {PART: _TYPED_PART, ITEM: _TYPED_ITEM}.get(block.role)
        match = pattern.fullmatch(block.text) if pattern else None
        found.append(block._replace(text=match[2].strip(), number=match[1]) if match else block)
    return tuple(found)


def explanation_first(document: Document) -> Document:
    """The explanation is the second part and the tables are the third, renumbered, also in the contents."""
    start, parts = _parts(document)
    body = _reordered(parts)
    front: list[Block] = []
    entries = [one for one in document[:start] if _is_entry(one)]
    first = next(at for at, one in enumerate(document) if _is_entry(one))
    groups: list[list[Block]] = []
    for entry in entries:
        if isinstance(entry, Paragraph) and entry.level == 1:
            groups.append([])
        groups[-1].append(entry)
    front += document[:first]
    front += [one for group in _reordered(groups) for one in group]
    front += [one for one in document[first:start] if not _is_entry(one)]
    return (*front, *(one for part in body for one in part))


def _is_entry(block: Block) -> bool:
    return isinstance(block, Paragraph) and block.role == CONTENTS and block.level > 0


def _parts(document: Document) -> tuple[int, list[list[Block]]]:
    start = next(
        at for at, one in enumerate(document) if isinstance(one, Paragraph) and one.role == PART
    )
    parts: list[list[Block]] = []
    for block in document[start:]:
        if isinstance(block, Paragraph) and block.role == PART:
            parts.append([])
        parts[-1].append(block)
    return start, parts


def _reordered(parts: list[list[Block]]) -> list[list[Block]]:
    """The second and the third of them exchanged, with their numbers as they then stand."""
    order = [parts[0], parts[2], parts[1], *parts[3:]]
    for at, part in enumerate(order):
        heading = part[0]
        assert isinstance(heading, Paragraph)
        number = f"第{_NUMBERS[at]}部分"
        part[0] = heading._replace(
            text=re.sub(r"第[一二三四五六七八九十]+部分", number, heading.text)
        )
    return order


def between_rows(
    document: Document, every: int, *, blank: bool = False, page: str = "", title: bool = False
) -> Document:
    """After every so many rows of a table: a blank line, a page number, or the running title.

    ``page`` is how a page number is printed ({page}). The table becomes several, as text has it.
    """
    running = next(b.text for b in document if isinstance(b, Paragraph) and b.role == RUNNING)
    number = 0
    found: list[Block] = []
    for block in document:
        if isinstance(block, Paragraph) or block.kind != "table":
            found.append(block)
            continue
        # A cell over several rows is not cut.
        starts = [0, *range(block.head + every, len(block.rows), every), len(block.rows)]
        for at, end in itertools.pairwise(starts):
            found.append(block._replace(rows=block.rows[at:end], head=0 if at else block.head))
            if end == len(block.rows):
                continue
            number += 1
            if blank:
                found.append(Paragraph(RUNNING, ""))
            if page:
                found.append(Paragraph(RUNNING, page.replace("{page}", str(number))))
            if title:
                found.append(Paragraph(RUNNING, running))
    return tuple(found)


def cut_tables(
    document: Document, rows: int, *, head: bool = True, continued: str = ""
) -> Document:
    """Long tables go on as new ones, with their headings again and （续） behind their title."""
    found: list[Block] = []
    for block in document:
        if isinstance(block, Paragraph) or block.kind != "table":
            found.append(block)
            continue
        starts = [0, *range(block.head + rows, len(block.rows), rows), len(block.rows)]
        for at, end in itertools.pairwise(starts):
            if at and continued:
                found.append(Paragraph(TITLE, block.title + continued))
            again = block.rows[: block.head] if at and head else ()
            cut = (*again, *block.rows[at:end])
            found.append(block._replace(rows=cut, head=block.head if again or not at else 0))
    return tuple(found)


def page_lines(document: Document, text: str) -> Document:
    """A line with a number that changes before every item, as the footers of pages leave it in a text."""
    number = 0
    found: list[Block] = []
    for block in document:
        if isinstance(block, Paragraph) and block.role in (PART, ITEM):
            number += 1
            found.append(Paragraph(RUNNING, text.replace("{page}", str(number))))
        found.append(block)
    return tuple(found)


def hidden_rows(document: Document) -> Document:
    """Behind the first row of each table's body a hidden one of an older draft."""

    def change(grid: Grid) -> Grid:
        at = grid.head
        if grid.kind != "table" or len(grid.rows) <= at:
            return grid
        old = tuple(
            cell._replace(text="1.23") if cell.kind == "amount" else cell for cell in grid.rows[at]
        )
        rows = (*grid.rows[: at + 1], old, *grid.rows[at + 1 :])
        return grid._replace(rows=rows, hidden=(at + 1,))

    return _grids(document, change)


def hidden_text(document: Document) -> Document:
    """Below every item of the explanation a hidden remark of an editor, with a figure."""
    found: list[Block] = []
    texts = False
    for block in document:
        found.append(block)
        if isinstance(block, Paragraph) and block.role == PART:
            texts = "情况说明" in block.text
        if texts and isinstance(block, Paragraph) and block.role == ITEM:
            found.append(
                Paragraph(HIDDEN, "（内部核对：2023年总收入1,234.56万元，比上年减少9.99万元。）")
            )
    return tuple(found)


def cover_of_bureau(document: Document, lines: list[str]) -> Document:
    """Lines of the printer's own on the cover (文号, 附件)."""
    return (*(Paragraph(COVER, line) for line in lines), *document)


def _rows_changed(grid: Grid, wider: int, change: Callable[[int, list[Cell]], list[Cell]]) -> Grid:
    """Every row anew, in a table that is so many columns wider."""
    rows = tuple(tuple(change(line, list(row))) for line, row in enumerate(grid.rows))
    return grid._replace(rows=rows, width=grid.width + wider)


def code_columns(document: Document) -> Document:
    """The code of a subject in three columns: 类, 款, 项."""

    def change(grid: Grid) -> Grid:
        if not any(row and row[0].kind == "code" for row in grid.rows[grid.head :]):
            return grid
        return _rows_changed(grid, 2, lambda line, row: split(grid, line, row))

    def split(grid: Grid, line: int, row: list[Cell]) -> list[Cell]:
        first = row[0]
        if grid.laid_out()[line][0] is None:
            return row
        if line < grid.head:
            if first.text == "科目编码":
                deep = first.rows
                heads = [Cell(text, "heading", 1, deep) for text in "类款项"]
                return [*heads, *row[1:]]
            return [first._replace(columns=first.columns + 2), *row[1:]]
        if first.kind == "total":
            return [first._replace(columns=first.columns + 2), *row[1:]]
        parts = [first.text[:3], first.text[3:5], first.text[5:7]]
        return [*(Cell(part, "code") for part in parts), *row[1:]]

    return _grids(document, change)


def code_with_name(document: Document, mark: str) -> Document:
    """Code and name of a subject in one column 科目, with that mark between."""

    def change(grid: Grid) -> Grid:
        if not any(row and row[0].kind == "code" for row in grid.rows[grid.head :]):
            return grid
        return _rows_changed(grid, -1, lambda line, row: joined(grid, line, row))

    def joined(grid: Grid, line: int, row: list[Cell]) -> list[Cell]:
        first = row[0]
        if grid.laid_out()[line][0] is None:
            return row
        if first.columns > 1:
            return [first._replace(columns=first.columns - 1), *row[1:]]
        if line < grid.head:
            return [first._replace(text="科目"), *row[2:]]
        return [row[1]._replace(text=f"{first.text}{mark}{row[1].text}"), *row[2:]]

    return _grids(document, change)


def serial_numbers(document: Document) -> Document:
    """A column 序号 before the tables; 合计 stands in the merged cells of number and name."""

    def change(grid: Grid) -> Grid:
        return (
            _rows_changed(grid, 1, lambda line, row: numbered(grid, line, row))
            if grid.kind == "table"
            else grid
        )

    def numbered(grid: Grid, line: int, row: list[Cell]) -> list[Cell]:
        if line < grid.head:
            return [Cell("序号", "heading", 1, grid.head), *row] if not line else row
        if row[0].kind == "total":
            return [row[0]._replace(columns=row[0].columns + 1), *row[1:]]
        return [Cell(str(line - grid.head + 1), "serial"), *row]

    return _grids(document, change)


def preparer(document: Document, lines: list[str]) -> Document:
    """Lines of the platform below every table: who made it, when."""
    found: list[Block] = []
    for block in document:
        found.append(block)
        if isinstance(block, Grid) and block.kind == "table":
            found += [Paragraph(NOTE, line) for line in lines]
    return tuple(found)


CHANGES: dict[str, Callable[..., Document]] = {
    change.__name__: change
    for change in (
        replaced, ascii_marks, blanks, wrapped_names, spaced_numbers, invisible, wide_figures,
        plain_amounts, without_contents, without_titles, numbered_titles, contents_pages,
        word_numbers, explanation_first, between_rows, cut_tables, page_lines, hidden_rows,
        hidden_text, cover_of_bureau, code_columns, code_with_name, serial_numbers, preparer,
    )
}  # fmt: skip


def changed(document: Document, steps: list[dict[str, object]]) -> Document:
    """The document after all steps, each a table with ``do`` and the arguments of that change."""
    for step in steps:
        named = {key: value for key, value in step.items() if key != "do"}
        document = CHANGES[str(step["do"])](document, **named)
    return document
