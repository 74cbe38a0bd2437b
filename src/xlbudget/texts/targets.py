"""Performance targets that contradict stated counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlbudget.findings import Finding, Level
from xlbudget.money import Amount
from xlbudget.texts.plain import plain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from xlbudget.figures import Book
    from xlbudget.notes.facts import Facts
    from xlbudget.standard.model import Standard
    from xlbudget.texts.readings import Part, Readings

__all__ = ["targets"]


def targets(
    standard: Standard, book: Book, readings: Readings, facts: Callable[[], Facts]
) -> Iterator[Finding]:
    """Targets that speak of all of a group state the group's number, or none."""
    table = next((one for one in standard.tables if one.forms), None)
    if table is None:
        return
    for form in book.forms:
        for line in form.indicators:
            text = plain("".join(line.values.values()))
            if "人" not in text:
                continue
            for target, say in _spoken(readings, text):
                figure = facts().figures.get(target.figure)
                if figure is None or not isinstance(figure.value, Amount) or not figure.value.fen:
                    continue
                count = figure.value.fen
                if f"{count}人" in text:
                    continue
                letter = next(iter(form.letters.values()), "")
                yield Finding(
                    code=readings.rules["other"],
                    level=Level.WARNING,
                    message=f"项目“{form.name}”的指标说“{say}”，却没有写{count}人"
                    f"（{figure.title}）；请核对。",
                    table=table.title,
                    sheet=book.sheets.get(table.key, ""),
                    cell=f"{letter}{line.line}" if line.line and letter else "",
                )


def _spoken(readings: Readings, text: str) -> Iterator[tuple[Part, str]]:
    for target in readings.targets:
        said = next((say for say in target.say if plain(say) in text), None)
        if said is not None:
            yield target, said
