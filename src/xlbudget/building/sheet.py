"""One worksheet being written: typed, and nothing that XlsxWriter swallows goes unnoticed.

XlsxWriter answers mistakes with a warning and a negative number; both become errors here.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from xlbudget.building import pages, styles
from xlbudget.sheets.layout import CONTENTS, INFO_SHEET
from xlbudget.xlsx.references import column_letter, column_number, in_quotes, quoted, split_cell
from xlbudget.xlsx.texts import refuse_unstorable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from xlbudget.building.contents import CellContent
    from xlbudget.building.styles import Style
    from xlbudget.figures import Book


TITLE_ROW, UNIT_ROW = 2, 3
SHARED = "SHARED_{}_{}"
"""Stands for a shared formula until the file is finished: its number, and whether it is the first cell."""
LIST_TITLE, LIST_HEADING = 32, 22
"""Heights of the title and of the headings of a list."""
MARKS = "校验位置"
"""The name of the cells that hold the places of findings, each as ``sheet!cell``."""
_MARKED = replace(
    styles.BORDERED,
    bold=True,
    bg_color=styles.WRONG,
    num_format='"▲ "#,##0.00####;"▲ "-#,##0.00####;"▲ "0.00;"▲ "@',
)
PAGE_NUMBER = "&C— &P —"
"""The foot of a page of the disclosure."""
_UNIT_CAPTION = "预算单位："
_A4 = 9
_USUAL_WIDTH = 8.43
"""Digits of a column without a width of its own."""
_MOST = 10**11
"""No budget has a larger amount, in any unit."""
_LONGEST_TITLE, _LONGEST_MESSAGE = 32, 255
"""What Excel shows of a message."""
_FREE = (
    "select_locked_cells", "select_unlocked_cells", "format_cells", "format_columns",
    "format_rows", "autofilter", "sort",
)  # fmt: skip
"""What stays allowed on a protected sheet."""


class _Shown(str):
    """The text that a formula shows: text also where it looks like a number (``007``, ``inf``)."""

    __slots__ = ()

    def __float__(self) -> float:  # XlsxWriter asks for it
        raise ValueError(str(self))


class Advice(NamedTuple):
    """What is said beside a cell (empty: nothing), and what is said of a wrong entry."""

    title: str
    error: str
    prompt: str = ""


def checked(result: object, what: str) -> None:
    """Turn the negative number by which XlsxWriter refuses something into an error.

    Raises:
        ValueError: it was refused.
    """
    if isinstance(result, int) and result < 0:
        raise ValueError(f"XlsxWriter refused {what} (code {result}).")


@lru_cache(maxsize=1 << 15)
def _spot(cell: str) -> tuple[int, int]:
    letters, row = split_cell(cell)
    return row - 1, column_number(letters) - 1


class Sheet:
    """One worksheet; cells are named like ``C7``, rows count from 1, columns from 0."""

    def __init__(self, book: Any, sheet: Any, name: str, form: Callable[[Style], Any]) -> None:
        self.book, self.raw, self.name, self._format = book, sheet, name, form
        self._widths: dict[int, float] = {}
        self._groups: list[tuple[str, str]] = []

    @property
    def groups(self) -> Sequence[tuple[str, str]]:
        """The shared formulas: the cells of each, and its text on the first."""
        return self._groups

    def _write(self, how: str, cell: str, style: Style, *content: object) -> None:
        write = getattr(self.raw, f"write_{how}")
        checked(write(*_spot(cell), *content, self._format(style)), cell)

    def text(self, cell: str, text: str, style: Style) -> None:
        """A text, never interpreted; an empty one leaves a formatted blank cell."""
        self._refuse_unstorable(cell, text)
        if text:
            self._write("string", cell, style, text)
        else:
            self.blank(cell, style)

    def _refuse_unstorable(self, cell: str, text: str) -> None:
        refuse_unstorable(text, f"“{self.name}”{cell}")

    def number(self, cell: str, number: Decimal, style: Style) -> None:
        """A number, as the nearest float (15 digits come back exactly)."""
        self._write("number", cell, style, float(number))

    def blank(self, cell: str, style: Style) -> None:
        """A formatted cell without content."""
        self._write("blank", cell, style, None)

    def blanks(self, letters: str, row: int, style: Style) -> None:
        """Formatted cells without content in some columns of a row."""
        for letter in letters:
            self.blank(f"{letter}{row}", style)

    def formula(
        self, cell: str, text: str, value: str | Decimal, style: Style, *, array: bool = False
    ) -> None:
        """A formula (without leading "=") and the value that it shows until recalculated.

        An ``array`` formula computes over whole areas at once, in programs of every age.
        """
        spot = _spot(cell)
        shown = float(value) if isinstance(value, Decimal) else _Shown(value)
        if isinstance(value, str):
            self._refuse_unstorable(cell, value)
        form = self._format(style)
        if array:
            written = self.raw.write_array_formula(*spot, *spot, f"{{={text}}}", form, shown)
        else:
            written = self.raw.write_formula(*spot, f"={text}", form, shown)
        checked(written, cell)

    def shared(self, letter: str, lines: Sequence[int], text: str, style: Style) -> None:
        """One formula for many cells of a column, which all show "" until recalculated.

        ``text`` is what it is on the first of the lines; the others read it relative to that. The file holds it
        once: see ``writer``.
        """
        group = len(self._groups)
        self._groups.append((f"{letter}{lines[0]}:{letter}{lines[-1]}", text))
        form, column = self._format(style), column_number(letter) - 1
        for line in lines:
            mark = SHARED.format(group, int(line == lines[0]))
            checked(self.raw.write_formula(line - 1, column, mark, form, ""), letter)

    def put(self, content: CellContent, style: Style) -> None:
        """Whatever a rendered cell holds."""
        if content.kind in ("formula", "array"):
            shown = "" if content.value is None else content.value
            array = content.kind == "array"
            self.formula(content.cell, content.formula, shown, style, array=array)
        elif isinstance(content.value, Decimal):
            self.number(content.cell, content.value, style)
        else:
            self.text(content.cell, content.value or "", style)

    def merge(self, first: str, last: str, text: str, style: Style) -> None:
        """A heading over several cells (over one, it is simply written)."""
        if first == last:
            self.text(first, text, style)
        else:
            # Without a text: XlsxWriter would take one that begins with "=" for a formula.
            checked(self.raw.merge_range(f"{first}:{last}", "", self._format(style)), first)
            self.text(first, text, style)

    def merge_put(self, first: str, last: str, content: CellContent, style: Style) -> None:
        """The same with whatever a rendered cell holds."""
        self.merge(first, last, "", style)
        self.put(content._replace(cell=first), style)

    def link(self, cell: str, sheet: str, text: str, style: Style, *, to: str = "A1") -> None:
        """A link to the cell ``to`` of a sheet of the workbook."""
        self._refuse_unstorable(cell, text)
        target = f"internal:{in_quotes(sheet)}!{to}"
        checked(self.raw.write_url(cell, target, self._format(style), text), cell)

    def link_file(self, cell: str, file: str, text: str, style: Style) -> None:
        """A link to a file, whose path counts from the folder of the workbook."""
        self._refuse_unstorable(cell, text)
        checked(self.raw.write_file_link(*_spot(cell), file, self._format(style), text), cell)

    # -------------------------------------------------------------- what many sheets begin with

    def tool_row(self) -> None:
        """The first row: back to 目录; it is not printed."""
        self.link("A1", CONTENTS, "返回目录", styles.LINK)
        self.height(1, 24)

    def title(self, last: str, text: str | CellContent, height: float) -> None:
        """Tool row, and the title up to the column ``last``."""
        self.tool_row()
        first, end = f"A{TITLE_ROW}", f"{last}{TITLE_ROW}"
        if isinstance(text, str):
            self.merge(first, end, text, styles.TITLE)
        else:
            self.merge_put(first, end, text, styles.TITLE)
        self.height(TITLE_ROW, height)

    def headings(
        self,
        row: int,
        texts: Iterable[str],
        height: float,
        first: int = 0,
        style: Style = styles.SHADED_HEADING,
    ) -> None:
        """A row of headings from the column ``first`` on."""
        for column, text in enumerate(texts, first):
            self.text(f"{column_letter(column)}{row}", text, style)
        self.height(row, height)

    def band(self, row: int, text: str, letters: str, height: float) -> None:
        """A shaded line with a title over the columns ``letters``."""
        self.text(f"{letters[0]}{row}", text, styles.BAND)
        self.blanks(letters[1:], row, styles.BAND)
        self.height(row, height)

    def list_head(
        self,
        title: str,
        texts: Sequence[str],
        widths: Iterable[float],
        style: Style = styles.SHADED_HEADING,
    ) -> None:
        """Tool row, title and one row of headings, as on every sheet that is a plain list."""
        self.title(column_letter(len(texts) - 1), title, LIST_TITLE)
        self.headings(3, texts, LIST_HEADING, style=style)
        self.widths(widths)
        self.freeze(3)

    def unit_row(self, book: Book) -> None:
        """The row below the title: the unit's name, which follows 基础信息."""
        cell = book.info["unit_name"].cell if "unit_name" in book.info else ""
        if cell:
            text = f'"{_UNIT_CAPTION}"&{quoted(INFO_SHEET)}!{cell}'
            shown = _UNIT_CAPTION + book.text("unit_name")
            self.formula(f"A{UNIT_ROW}", text, shown, styles.BODY)
        self.height(UNIT_ROW, 20)

    # -------------------------------------------------------------- looks

    def widths(self, widths: Iterable[float]) -> None:
        """Widths of the columns from the first on, in digits."""
        for column, width in enumerate(widths):
            self.width(column, width)

    def width(self, column: int, width: float) -> None:
        """Width of a column (from 0), in digits."""
        checked(self.raw.set_column(column, column, width), f"column {column}")
        self._widths[column] = width

    def beyond(self, letter: str, digits: float) -> str:
        """The first column that begins so many digits right of where a column does."""
        column = column_number(letter) - 1
        while digits > 0:
            digits -= self._widths.get(column, _USUAL_WIDTH)
            column += 1
        return column_letter(column)

    def column(self, letter: str, width: float, style: Style) -> None:
        """Width of a column and the look of its blank cells."""
        area = f"{letter}:{letter}"
        checked(self.raw.set_column(area, width, self._format(style)), letter)

    def hide(self, column: int) -> None:
        """Hide a column (from 0): what programs need and readers do not."""
        hidden = {"hidden": True}
        checked(self.raw.set_column(column, column, None, None, hidden), f"column {column}")

    def fold(self, column: int, widths: Sequence[float]) -> None:
        """Fold a column (from 0) away; the sign that unfolds it stands over the column before."""
        self.raw.outline_settings(symbols_right=False)
        for at, how in ((column - 1, {"collapsed": True}), (column, {"level": 1, "hidden": True})):
            checked(self.raw.set_column(at, at, widths[at], None, how), f"column {at}")

    def height(self, row: int, points: float) -> None:
        """Height of a row (from 1)."""
        checked(self.raw.set_row(row - 1, points), f"row {row}")

    def usual_height(self, points: float) -> None:
        """Height of every row that has none of its own."""
        self.raw.set_default_row(points)

    def conditional(self, area: str, formula: str, style: Style) -> None:
        """A format that holds where ``formula`` (without "=") is true."""
        rule = {"type": "formula", "criteria": f"={formula}", "format": self._format(style)}
        checked(self.raw.conditional_format(area, rule), area)

    def protect(self) -> None:
        """Lock what is not for typing, without a password; looks, filters and sizes stay free."""
        self.raw.protect("", dict.fromkeys(_FREE, True))

    def quiet(self, area: str) -> None:
        """No green corners: codes are text and neighbouring sums differ on purpose."""
        kinds = ("number_stored_as_text", "formula_differs", "formula_range", "formula_unlocked")
        checked(self.raw.ignore_errors(dict.fromkeys(kinds, area)), area)

    def filter(self, area: str) -> None:
        """Signs in the first row of ``area`` by which its rows are filtered and sorted."""
        checked(self.raw.autofilter(area), area)

    def freeze(self, rows: int, columns: int = 0) -> None:
        """Keep the first rows and columns in sight."""
        self.raw.freeze_panes(rows, columns)

    def print_page(
        self,
        area: str,
        *,
        landscape: bool = False,
        repeat: tuple[int, int] | None = None,
        breaks: Sequence[int] = (),
    ) -> None:
        """Print ``area``, one page wide on A4, with page numbers at the foot.

        Rows ``repeat`` stand on every page, pages end after the rows ``breaks``. Unless it is
        published (see :meth:`publish`), the foot says that it is for internal use.
        """
        raw = self.raw
        raw.set_paper(_A4)
        if landscape:
            raw.set_landscape()
        raw.set_margins(left=pages.SIDE, right=pages.SIDE, top=pages.ABOVE, bottom=pages.BELOW)
        raw.center_horizontally()
        raw.fit_to_pages(1, 0)
        raw.set_footer(f"&C内部使用，不公开 · {self.name} 第 &P 页")
        raw.set_start_page(1)
        checked(raw.print_area(area), area)
        if repeat:
            raw.repeat_rows(repeat[0] - 1, repeat[1] - 1)
        if breaks:
            checked(raw.set_h_pagebreaks(list(breaks)), "breaks")

    def publish(self, *, first: bool = False, numbered: bool = True, continued: str = "") -> None:
        """Print it as one hands it in: black on white, numbered within the disclosure.

        Pages go on from the sheet before, or begin with 1 (``first``); the pages after the first
        one have the head ``continued``.
        """
        raw = self.raw
        raw.print_black_and_white()
        raw.set_start_page(int(first))
        raw.set_footer(PAGE_NUMBER if numbered else "")
        if continued:
            raw.set_header(continued)
            raw.head_all_but_first()

    def mark_found(self, area: str) -> None:
        """Mark the cells of ``area`` (``A5:G40``) that 校验结果 names; to be called before other looks.

        A conditional format, so that no look of the user's changes. Some programs apply only the
        first rule that holds: so the mark is the whole look.
        """
        here = f'"{self.name}!"&ADDRESS(ROW(),COLUMN(),4)'
        self.conditional(area, f"COUNTIF({MARKS},{here})>0", _MARKED)

    # -------------------------------------------------------------- what may be typed

    def offer_choices(self, area: str, allowed: Sequence[str], advice: Advice) -> None:
        """A list to choose from; anything else is refused."""
        self._validate(area, advice, {"validate": "list", "source": list(allowed)})

    def offer_name(self, area: str, name: str, advice: Advice) -> None:
        """The cells of a name to choose from; anything else is allowed after a warning."""
        rule = {"validate": "list", "source": f"={name}", "error_type": "warning"}
        self._validate(area, advice, rule)

    def only_listed(self, area: str, cell: str, name: str, advice: Advice) -> None:
        """Entries after which ``cell`` (of the same line) is one of the cells of a name; else a warning."""
        rule = {
            "validate": "custom",
            "value": f"=COUNTIF({name},{cell})>0",
            "error_type": "warning",
        }
        self._validate(area, advice, rule)

    def offer_words(self, area: str, words: Sequence[str], advice: Advice) -> None:
        """Words to choose from, or anything else."""
        rule = {"validate": "list", "source": list(words), "show_error": False}
        self._validate(area, advice, rule)

    def only_amounts(self, area: str, advice: Advice) -> None:
        """Nothing but numbers."""
        rule = {"validate": "decimal", "criteria": "between", "minimum": -_MOST, "maximum": _MOST}
        self._validate(area, advice, rule)

    def _validate(self, area: str, advice: Advice, rule: dict[str, Any]) -> None:
        title = advice.title[:_LONGEST_TITLE]
        rule |= {"error_title": title, "error_message": advice.error[:_LONGEST_MESSAGE]}
        if advice.prompt:
            rule |= {"input_title": title, "input_message": advice.prompt[:_LONGEST_MESSAGE]}
        checked(self.raw.data_validation(area, rule), area)
