"""Reports of validation: text for people, json for programs, html to mail and print.

A renderer is imported only when its format is asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from xlbudget.findings import Report
    from xlbudget.report.pictures import Pictures
    from xlbudget.standard.model import Standard

__all__ = ["FORMATS", "render"]

FORMATS = ("text", "json", "html")


def render(
    reports: Sequence[Report],
    form: str = "text",
    standards: Mapping[str, Standard] | None = None,
    pictures: Sequence[Pictures | None] = (),
    remarks: Sequence[str] = (),
) -> str:
    """All ``reports`` in one of :data:`FORMATS`, ending with a newline.

    ``standards`` maps the id in a report to its standard: it gives the region, the unit of money
    and the titles of rules; without it text and html do with the id and the codes. ``pictures``
    are those of each report (see ``report.pictures.report_pictures``): html shows the tables and
    the text with them, the other formats do not use them. ``remarks`` stand at the top of the page.

    Raises:
        ValueError: there is no such format.
    """
    if form == "text":
        from xlbudget.report.text_report import reports_text  # noqa: PLC0415

        return reports_text(reports, standards)
    if form == "json":
        from xlbudget.report.json_report import reports_json  # noqa: PLC0415

        return reports_json(reports)
    if form == "html":
        from xlbudget.report.html_report import report_html  # noqa: PLC0415

        return report_html(reports, standards, pictures, remarks)
    raise ValueError(f"没有格式“{form}”；现有：{'、'.join(FORMATS)}。")
