"""How cells look: plain records, turned into the writer's formats elsewhere; sizes of text."""

from __future__ import annotations

import math
import unicodedata
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class Style:
    """A cell's look; names are XlsxWriter's, None leaves the program's default."""

    font_name: str | None = "宋体"
    font_size: float | None = 11
    bold: bool | None = None
    italic: bool | None = None
    font_color: str | None = None
    underline: int | None = None
    font_strikeout: bool | None = None
    align: str | None = None
    valign: str | None = "vcenter"
    text_wrap: bool | None = None
    indent: int | None = None
    bg_color: str | None = None
    border: int | None = None
    top: int | None = None
    bottom: int | None = None
    left: int | None = None
    right: int | None = None
    border_color: str | None = None
    num_format: str | None = None
    locked: bool | None = None

    def properties(self) -> dict[str, object]:
        """What is set, by name."""
        pairs = ((field.name, getattr(self, field.name)) for field in fields(self))
        return {name: value for name, value in pairs if value is not None}


GREY, BAND_GREY, LINE = "#EDEDED", "#D9E2F3", "#7F7F7F"
DERIVED = "#1F4E79"
"""Letters of what a formula gives in a table; printed in black and white they are black."""
CHECK_BLUE, WRONG = "#EAF1FB", "#FBE3D6"

BODY = Style()
TITLE = Style(font_name="方正小标宋简体", font_size=18, align="center")
HEADING = Style(
    font_name="黑体",
    align="center",
    text_wrap=True,
    border=1,
    border_color=LINE,
)
SHADED_HEADING = replace(HEADING, bg_color="#F2F2F2")
"""Of sheets that are not published: what is handed in has no grey cells."""
BAND = Style(font_name="黑体", font_size=11, align="left", indent=1, bg_color=BAND_GREY)
CAPTION = Style(align="left", indent=1, border=1, border_color=LINE, text_wrap=True)
LINK = Style(font_color="#000080", underline=1)
NOTE = Style(align="left")
TEXT = Style(align="left", indent=1, text_wrap=True, locked=False)
CODE = Style(align="left", indent=1, num_format="@", locked=False)
NUMBER = Style(align="right", locked=False)
COUNT = Style(align="right", num_format="0", locked=False)
AMOUNT = Style(align="right", indent=1, num_format="#,##0.00", locked=False)
PERCENT = Style(align="right", num_format="0.00%")

CHECK = Style(italic=True, bg_color=CHECK_BLUE, align="center")
CHECK_LEFT = Style(italic=True, bg_color=CHECK_BLUE, align="left")
STATE = replace(CHECK, border=1, border_color=LINE)
HINT = Style(font_color="#595959", align="left")
MARKED = Style(bold=True, align="right", indent=1, bg_color=WRONG)

# Conditional formats set only what they change.
BORDERED = Style(font_name=None, font_size=None, valign=None, border=1, border_color=LINE)


def amount_format(places: int) -> str:
    """At least two decimals, more where the amount was printed with more."""
    return "#,##0." + "0" * max(2, places)


def text_units(text: str) -> int:
    """The width of a text in digits' widths: a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WFA" else 1 for sign in text)


def lines_of(text: str, width: float) -> int:
    """How many lines a wrapped text takes in a column of that width."""
    usable = max(width - 1.5, 2)
    return sum(max(1, math.ceil(text_units(part) / usable)) for part in text.split("\n"))


def height_of(
    texts: Iterable[tuple[str, float]], *, line: float = 14.5, least: float = 22
) -> float:
    """The height of a row that shows its texts, each in a column of some width, whole."""
    lines = max((lines_of(text, width) for text, width in texts), default=1)
    return row_height(lines, line=line, least=least)


def row_height(lines: int, *, line: float = 14.5, least: float = 22, around: float = 6) -> float:
    """The height in points of a row with so many lines and some room around them; Excel allows 409."""
    return min(409.0, max(least, lines * line + around))
