"""Whether what a report says of one wrong cell in a living workbook holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from evidence import more_findings

from xlbudget.figures import Place
from xlbudget.findings import Level, Status
from xlbudget.sheets.layout import GLOSSARY, NOTES, PROFILE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from evidence import Evidence

    from xlbudget.figures import Cell
    from xlbudget.findings import Finding, Report
    from xlbudget.money import Amount

__all__ = ["Said", "Slip", "Sums", "judged", "problems", "summed"]

_LIKELY = 0.4
"""From this share on, a candidate named in a finding is accused."""


class Slip(NamedTuple):
    """One trial: a typed cell (its number in the grid), the kind of slip, the right and the wrong print."""

    number: int
    place: Place
    kind: str
    right: Amount
    wrong: Amount | None


class Said(NamedTuple):
    """What a report says of one slip.

    ``evident``: relations contradict the slip; ``textual``: only a text says another figure, so
    that the text may as well be out of date; ``told``: the evidence tells which cell.
    ``texts`` counts right sentences that are told to change though the tables themselves disagree,
    ``stale`` those of them that are only called out of date; ``advice`` counts suggestions,
    ``failed`` those that fail when applied.
    """

    slip: Slip
    evident: bool
    textual: bool
    told: bool
    found: bool
    first: bool
    exact: bool
    difference: bool
    accused: bool
    texts: int
    stale: int
    bare_error: bool
    advice: int
    failed: int


def judged(
    evidence: Evidence,
    usual: Iterable[Finding],
    slip: Slip,
    cells: list[Cell],
    report: Report,
    *,
    remembered: bool,
) -> Said:
    """Judge a report on one slip; ``usual`` are the findings on the right workbook.

    ``cells`` are all figures with the slip; what is ``remembered`` tells every cell that changed.
    """
    new = [one for one in more_findings(report.findings, usual) if one.level is not Level.HINT]
    evident = evidence.contradicted(cells)
    other = evidence.alternative(slip.number, slip.wrong) if evident else None
    texts = [one for one in new if _of_text(evidence, one)]
    about = [one for one in new if one not in texts]
    place, value = next(filter(None, map(_accused, about)), (Place("", ""), ""))
    first = place == slip.place
    given = [*_advice(evidence, about)]
    before = evidence.broken(cells)
    return Said(
        slip=slip,
        evident=evident,
        textual=not evident and evidence.text_differs(cells),
        told=evident and (other is None or remembered),
        found=bool(new),
        first=first,
        exact=first and value == slip.right.plain,
        difference=any(_names_difference(one, slip) for one in about),
        accused=any(_accuses(evidence, one) for one in about),
        texts=len(texts) if evident else 0,
        stale=sum("过期" in one.message for one in texts) if evident else 0,
        bare_error=report.status is Status.ERROR
        and not any(one.level is Level.ERROR for one in report.findings),
        advice=len(given),
        failed=sum(
            not _holds(evidence, cells, before, number, value, len(about) == 1)
            for number, value in given
        ),
    )


def _of_text(evidence: Evidence, finding: Finding) -> bool:
    """Whether a finding tells to change words: a paragraph, or a form's cell that holds no amount."""
    if finding.sheet in (NOTES, GLOSSARY, PROFILE):
        return True
    place = Place(finding.sheet, finding.cell)
    forms = {one.place.sheet for one in evidence.book.texts}
    return finding.sheet in forms or (
        bool(finding.cell) and place not in evidence.numbers and not finding.expected
    )


def _accused(finding: Finding) -> tuple[Place, str] | None:
    """The first cell that a finding names as the one to mend, and its value; None where it names none."""
    own = Place(finding.sheet, finding.cell)
    for one in finding.suggestions:
        return (Place(one.sheet, one.cell) if one.cell else own), one.value
    return (own, finding.expected) if finding.cell else None


def _accuses(evidence: Evidence, finding: Finding) -> bool:
    """Whether an error calls one typed cell wrong."""
    if finding.level is not Level.ERROR:
        return False
    for one in finding.suggestions:
        place = Place(one.sheet, one.cell) if one.cell else Place(finding.sheet, finding.cell)
        if one.share >= _LIKELY and evidence.is_typed(place):
            return True
    return bool(finding.expected) and evidence.is_typed(Place(finding.sheet, finding.cell))


def _names_difference(finding: Finding, slip: Slip) -> bool:
    """Whether the size of the slip stands in the finding."""
    wrong = slip.wrong.fen if slip.wrong else 0
    size = slip.right._replace(fen=abs(wrong - slip.right.fen))
    said = " ".join((finding.message, finding.difference, *finding.basis))
    return size.plain in said.replace(",", "") or size.text in said


def _advice(evidence: Evidence, findings: list[Finding]) -> Iterator[tuple[int, str]]:
    """Every suggestion for a cell with an amount: the cell's number and the value."""
    for finding in findings:
        for one in finding.suggestions:
            place = Place(one.sheet, one.cell) if one.cell else Place(finding.sheet, finding.cell)
            if place in evidence.numbers and one.value:
                yield evidence.numbers[place], one.value


def _holds(
    evidence: Evidence,
    cells: list[Cell],
    before: frozenset[int],
    number: int,
    value: str,
    alone: bool,
) -> bool:
    """Whether a suggestion, applied to a copy, mends something and spoils nothing.

    Where it belongs to the only finding, nothing may be left.
    """
    after = evidence.cells_with({number: evidence.amount(number, value)}, cells)
    broken = evidence.broken(after)
    if not broken <= before or (before and broken == before):
        return False
    return bool(not alone or (not broken and evidence.joint(after)))


class Sums(NamedTuple):
    """Counts over trials."""

    trials: int
    silent: int
    evident: int
    found: int
    textual: int
    textual_found: int
    told: int
    told_first: int
    told_exact: int
    untold: int
    untold_named: int
    untold_accused: int
    untold_right: int
    sentences: int
    sentence_trials: int
    stale: int
    bare_errors: int
    advice: int
    failed: int


def summed(answers: list[Said | None]) -> Sums:
    """The counts; a trial without answer counts as one, and as nothing else."""
    said = [one for one in answers if one is not None]
    told = [one for one in said if one.told]
    untold = [one for one in said if one.evident and not one.told]
    return Sums(
        trials=len(answers),
        silent=len(answers) - len(said),
        evident=sum(one.evident for one in said),
        found=sum(one.found for one in said if one.evident),
        textual=sum(one.textual for one in said),
        textual_found=sum(one.found for one in said if one.textual),
        told=len(told),
        told_first=sum(one.first for one in told),
        told_exact=sum(one.exact for one in told),
        untold=len(untold),
        untold_named=sum(one.difference for one in untold),
        untold_accused=sum(one.accused for one in untold),
        untold_right=sum(one.accused and one.first for one in untold),
        sentences=sum(one.texts for one in said),
        sentence_trials=sum(one.texts > 0 for one in said),
        stale=sum(one.stale for one in said),
        bare_errors=sum(one.bare_error for one in said),
        advice=sum(one.advice for one in said),
        failed=sum(one.failed for one in said),
    )


def problems(said: Iterable[Said | None]) -> list[str]:
    """A line for every trial in which something is not as it should be: where, and what."""
    found = []
    for one in said:
        if one is None:
            continue
        wrong = {
            "没有发现": one.evident and not one.found,
            "没有居首": one.told and not one.first,
            "首选值不对": one.told and one.first and not one.exact,
            "没有说明差额": one.evident and not one.told and not one.difference,
            "不该指认": one.evident and not one.told and one.accused,
            "错改文字": one.texts,
            "有错却无差错项": one.bare_error,
            f"{one.failed}条建议照办无效": one.failed,
        }
        if said_of := [name for name, is_so in wrong.items() if is_so]:
            slip = one.slip
            was, now = slip.right.text, slip.wrong.text if slip.wrong else "空白"
            where = f"{slip.place.sheet} {slip.place.cell} {was} → {now}（{slip.kind}）"
            found.append(f"{where}：{'、'.join(said_of)}")
    return found
