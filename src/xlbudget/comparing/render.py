"""A comparison in one of the formats of reports; a renderer is imported when its format is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xlbudget.comparing.comparison import Comparison


def render(comparison: Comparison, form: str) -> str:
    """The comparison as text, json or html, ending with a newline.

    Raises:
        ValueError: there is no such format.
    """
    if form == "text":
        from xlbudget.comparing.text_page import comparison_text  # noqa: PLC0415

        return comparison_text(comparison)
    if form == "json":
        from xlbudget.comparing.json_page import comparison_json  # noqa: PLC0415

        return comparison_json(comparison)
    if form == "html":
        from xlbudget.comparing.web_page import comparison_html  # noqa: PLC0415

        return comparison_html(comparison)
    raise ValueError(f"没有格式“{form}”；现有：text、json、html。")
