"""The paragraph that is judged, and how findings about it are made."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from xlbudget.findings import Finding, Level, Suggestion

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xlbudget.figures import TextUnit
    from xlbudget.notes.figure import Figure
    from xlbudget.texts.readings import Readings

__all__ = ["PRESCRIBED", "Paper"]

PRESCRIBED = "规定的写法"
"""Why a name or term should be another."""


class Paper(NamedTuple):
    """The paragraph that is judged, and the codes of the findings; ``several``: of several units.

    ``inferred``: the fields of 基础信息 that only the text tells, and the words from which they follow.
    """

    readings: Readings
    unit: TextUnit
    title: str
    money: str = ""
    several: bool = False
    inferred: Mapping[str, str] = {}

    def finding(
        self,
        rule: str,
        level: Level,
        message: str,
        figure: Figure | None = None,
        said: str = "",
        expected: str = "",
        why: str = "由各表算出",
    ) -> Finding:
        """A finding about this paragraph; ``rule`` is a key of the readings' rules or a section.

        ``why`` is the reason for ``expected``, where there is that.
        """
        codes = self.readings.rules
        suggestions = (Suggestion(expected, why, 1.0),) if expected else ()
        return Finding(
            code=codes.get(rule, codes["other"]),
            level=level,
            message=message,
            table=self.title,
            sheet=self.unit.place.sheet,
            cell=self.unit.place.cell,
            row=self.unit.id,
            printed=said,
            expected=expected,
            basis=_basis(figure),
            suggestions=suggestions,
        )


def _basis(figure: Figure | None) -> tuple[str, ...]:
    """Where the figure stands in the tables."""
    if figure is None or not figure.cells:
        return ()
    shown = []
    for cell in figure.cells[:3]:
        where = f"{cell.place.sheet}{cell.place.cell}" if cell.place.cell else cell.place.sheet
        shown.append(f"{where}“{cell.label}”" if cell.label else where)
    more = f"等{len(figure.cells)}格" if len(figure.cells) > len(shown) else ""
    return (f"{figure.title}：{'、'.join(dict.fromkeys(shown))}{more}",)
