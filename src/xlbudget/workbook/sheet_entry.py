"""What may be typed into cells: lists to choose from, numbers only, prompts, Chinese errors."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from xlbudget.workbook.sheet_writer import checked

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlbudget.workbook.sheet_writer import Sheet

__all__ = ["Advice", "offer_choices", "offer_name", "only_amounts"]

_MOST = 10**11
"""No budget has a larger amount, in any unit."""
_LONGEST_TITLE, _LONGEST_TEXT = 32, 255
"""What Excel shows of a message."""


class Advice(NamedTuple):
    """What is said beside a cell (empty: nothing), and what is said of a wrong entry."""

    title: str
    error: str
    prompt: str = ""


def offer_choices(sheet: Sheet, area: str, allowed: Sequence[str], advice: Advice) -> None:
    """A list to choose from; anything else is refused."""
    rule = {"validate": "list", "source": list(allowed)}
    _validate(sheet, area, {**rule, **_said(advice)})


def offer_name(sheet: Sheet, area: str, name: str, advice: Advice) -> None:
    """The cells of a name to choose from; anything else is allowed after a warning."""
    rule = {"validate": "list", "source": f"={name}", "error_type": "warning"}
    _validate(sheet, area, {**rule, **_said(advice)})


def only_amounts(sheet: Sheet, area: str, advice: Advice) -> None:
    """Nothing but numbers."""
    rule = {"validate": "decimal", "criteria": "between", "minimum": -_MOST, "maximum": _MOST}
    _validate(sheet, area, {**rule, **_said(advice)})


def _said(advice: Advice) -> dict[str, object]:
    said: dict[str, object] = {
        "error_title": advice.title[:_LONGEST_TITLE],
        "error_message": advice.error[:_LONGEST_TEXT],
    }
    if advice.prompt:
        said["input_title"] = advice.title[:_LONGEST_TITLE]
        said["input_message"] = advice.prompt[:_LONGEST_TEXT]
    return said


def _validate(sheet: Sheet, area: str, rule: dict[str, object]) -> None:
    checked(sheet.raw.data_validation(area, rule), area)
