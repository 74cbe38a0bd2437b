"""Check all texts of a book against its tables."""

from __future__ import annotations

import re
from collections import Counter
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.checks.wording import name_title, nameless_codes, to_fill
from xlbudget.explaining.facts import evaluate_facts
from xlbudget.explaining.source import load_source
from xlbudget.figures import UNFILLED, Place, TextUnit, Unreadable
from xlbudget.findings import Finding, Level, NotExecuted
from xlbudget.money import Amount
from xlbudget.rules.grid import INFO
from xlbudget.texts.binding import SILENT, Binder, vocabulary
from xlbudget.texts.forms import form_findings
from xlbudget.texts.judging import Paper, judge, made_to_add_up, misnamed, named_twice, prints
from xlbudget.texts.names import (
    OtherUnits,
    SubjectNames,
    UnitName,
    doubled,
    lost_numbers,
    lost_reasons,
    odd_wordings,
    outdated,
    repeated,
    unfinished,
    years,
)
from xlbudget.texts.readings import level_pattern, load_readings, plain, printed
from xlbudget.texts.required import glossary_findings, lost_passages, lost_texts

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from xlbudget.explaining.document import Figure, Item
    from xlbudget.explaining.facts import Facts
    from xlbudget.figures import Book
    from xlbudget.rules.grid import Spot
    from xlbudget.standard.model import Standard
    from xlbudget.texts.binding import Mention, Number, Vocabulary
    from xlbudget.texts.readings import Readings

_NAMED = r"[\u4e00-\u9fff]{2}.*\d"
"""A number with a name before it, known or not."""
_ITEM = re.compile(r"([\u4e00-\u9fff()]{4,})[\d,.]+万?元")
"""An item of a list that is named and has its amount, and nothing else."""
_NO_NOTES = "没有情况说明，文字没有核对；请先生成说明。"


class TextOutcome(NamedTuple):
    """Findings, numbers that could not be tied to a figure, and how many mentions were compared, by rule.

    ``mentions`` are all that was read, each with its paragraph, and ``facts`` what it was compared
    with (None where nothing was); ``stale`` is the code of paragraphs that are older than their figures.
    """

    findings: list[Finding]
    loose: list[NotExecuted]
    counts: Mapping[str, int]
    mentions: list[tuple[TextUnit, Mention]]
    facts: Facts | None
    stale: str = ""


def check_texts(
    standard: Standard,
    book: Book,
    open_cells: Collection[Spot] = (),
    lacking: Collection[str] = (),
) -> TextOutcome:
    """What is wrong with the texts of ``book``: explanation, glossary, notes below the tables, targets.

    ``open_cells`` are cells of which it is not known whether they are right: what is said of figures
    that rest on them is not judged, nor what a section says that speaks of a cell nobody can read.
    ``lacking`` are blocks of which a row is missing: the text may name it.

    Raises:
        StandardError: the standard's facts or readings are wrong.
    """
    readings = load_readings(standard.layers)
    if readings is None:
        return TextOutcome([], [], {}, [], None)
    check = _Check(standard, book, readings, open_cells, lacking)
    everywhere = readings.everywhere.section
    units = [*book.texts, *_table_notes(book, everywhere), *_profile(book, everywhere)]
    for section in dict.fromkeys(unit.section for unit in units):
        check.section(section, [unit for unit in units if unit.section == section])
    check.findings += form_findings(standard, book, readings, check.unit_name, lambda: check.facts)
    if book.texts and not book.partial:  # what is missing may stand where nothing was read
        check.findings += lost_texts(book.texts, check.paper, readings, check.facts)
        check.findings += glossary_findings(
            book.texts,
            check.paper,
            readings,
            check.facts,
            {finding.expected for finding in check.findings},
        )
    if not any(unit.part == "notes" for unit in book.texts):
        check.loose.append(NotExecuted(next(iter(readings.rules.values())), _NO_NOTES))
    facts = check.facts if check.mentions else None
    findings = list(_each_once(check.findings))
    stale = readings.rules.get("stale", "")
    return TextOutcome(findings, check.loose, check.counts, check.mentions, facts, stale)


def _each_once(findings: Iterable[Finding]) -> Iterator[Finding]:
    """The same slip twice in one paragraph is two findings that can be told apart."""
    seen: Counter[tuple[str, str, str]] = Counter()
    for finding in findings:
        said = (finding.code, finding.row, finding.message)
        seen[said] += 1
        if seen[said] == 1:
            yield finding
        else:
            yield finding._replace(
                message=f"{finding.message.removesuffix('。')}（同一段第{seen[said]}处）。"
            )


def _table_notes(book: Book, section: str) -> Iterator[TextUnit]:
    """The notes below the tables, read as of that section."""
    for key, texts in book.notes.items():
        for number, text in enumerate(texts, 1):
            yield TextUnit(
                "table", section, f"{key}.{number}", text, Place(book.sheets.get(key, ""), "")
            )


def _profile(book: Book, section: str) -> Iterator[TextUnit]:
    """部门概况: duties, the remark on institutions, names of institutions."""
    profile, place = book.profile, Place(book.sheets.get("profile", ""), "")
    offices = (f"{office.name}{office.duty}" for office in profile.offices)
    for name, texts in (
        ("主要职能", profile.duties),
        ("机构说明", profile.remark.splitlines()),
        ("内设机构", offices),
        ("预算单位", profile.units),
    ):
        for number, text in enumerate(texts, 1):
            yield TextUnit("profile", section, f"部门概况.{name}.{number}", text, place)


def _of_some_units(mentions: list[Mention]) -> Iterator[Mention]:
    """What a paragraph says, without what only holds for some of the department's units.

    The tables have the figure of all units together: less of it is said rightly of some of them
    (机关运行经费), and then its change cannot be judged either.
    """
    some = {
        id(mention.topic)
        for mention in mentions
        if mention.kind == "amount" and mention.topic is not None and mention.topic.head.partly
        if mention.figure is not None
        and mention.number is not None
        and _less(mention.figure, mention.number)
    }
    for mention in mentions:
        yield mention._replace(kind="loose") if id(mention.topic) in some else mention


def _less(figure: Figure, number: Number) -> bool:
    """Whether a number in the figure's own unit is a part of it."""
    value = figure.value
    if not isinstance(value, Amount) or number.unit != value.unit.name or prints(figure, number):
        return False
    return number.value * value.unit.fen < value.fen


class _Check:
    """The findings so far."""

    def __init__(
        self,
        standard: Standard,
        book: Book,
        readings: Readings,
        open_cells: Collection[Spot],
        lacking: Collection[str] = (),
    ) -> None:
        self.lacking = lacking
        amounts = {key: block.amounts for key, block in standard.blocks.items()}
        self.waiting = {
            (block, row.key, amounts[block][column] if block in amounts else "value")
            for block, row, column in open_cells
        }
        self.blocked = any(
            isinstance(cell, Unreadable)
            for data in book.blocks.values()
            for row in data.rows
            for cell in row.cells
        )
        self.standard, self.book, self.readings = standard, book, readings
        self.findings: list[Finding] = []
        self.loose: list[NotExecuted] = []
        self.mentions: list[tuple[TextUnit, Mention]] = []
        names = [book.text("unit_name"), book.text("unit_short")]
        self.unit_name = UnitName(names, readings.words["unit_ends"])
        listed = standard.subjects.values()
        subjects = {subject.name for subjects in listed for subject in subjects.subjects}
        rows = [row for data in book.blocks.values() for row in data.rows]
        own = [data for key, data in book.blocks.items() if standard.blocks[key].of_units]
        rows_of_units = [row for data in own for row in data.rows if row.kind == "unit"]
        units = [*book.profile.units, *(row.label for row in rows_of_units)]
        self.other_units = OtherUnits(self.unit_name, units, readings.words["unit_ends"])
        subjects |= {row.label for row in rows if row.kind in ("subject", "class")}
        self.subjects = SubjectNames(subjects, level_pattern(standard))
        self.counts: Counter[str] = Counter()
        self.inferred = {key: one.said for key, one in book.info.items() if one.inferred}

    @cached_property
    def facts(self) -> Facts:
        """The figures that texts may speak of; only computed where one does."""
        return evaluate_facts(self.standard, self.book, load_source(self.standard))

    def paper(self, unit: TextUnit) -> Paper:
        """How findings about a paragraph are made."""
        titles = {"glossary": self.standard.title_of("glossary"), "profile": "部门概况"}
        if unit.part == "table":
            titles["table"] = self.standard.table(unit.id.partition(".")[0]).title
        title = unit.place.sheet or titles.get(unit.part, "情况说明")
        several = len(self.book.profile.units) > 1
        return Paper(self.readings, unit, title, several=several, inferred=self.inferred)

    @cached_property
    def nameless(self) -> frozenset[str]:
        """The holes of codes without a name: the check of the names tells them at their rows."""
        codes = nameless_codes(self.standard, self.book)
        return frozenset(plain(to_fill(name_title(code))) for code in codes)

    def unfinished(self, unit: TextUnit) -> Iterator[Finding]:
        """The placeholders in a paragraph."""
        return unfinished(self.paper(unit), plain(unit.text), self.nameless)

    def section(self, section: str, units: list[TextUnit]) -> None:
        """Check the paragraphs of one section, and what it must mention."""
        if section in self.readings.ignored:
            for unit in units:
                self._done("placeholder", self.unfinished(unit))
            return
        self.findings += repeated(units, self.paper)
        known = vocabulary(self.readings, self.facts, section) if self._speaks(units) else SILENT
        lost = known is not SILENT and self._lost(section)
        said = self._said(known, units)
        seen = [
            (unit, mention)
            for unit, mentions in zip(units, said, strict=True)
            for mention in mentions
        ]
        fitted = made_to_add_up(known.whole.values(), (one for _, one in seen))
        names = (*self.unit_name.known, *known.phrases)
        for unit, mentions in zip(units, said, strict=True):
            paper, text = self.paper(unit), plain(unit.text)
            tells = unit.part in ("notes", "glossary")
            if tells:
                findings = years(paper, text, self.book.year, names, whole=unit.heading)
                self._done("year", findings)
                if unit.place.cell and "stale" in self.readings.rules:
                    self._done("stale", outdated(paper))
            self._done("placeholder", self.unfinished(unit))
            if unit.part != "glossary":
                self.findings += doubled(paper, text, self.subjects.names)
            if unit.heading:
                continue
            self._done("name", self.unit_name.findings(paper, text))
            if tells:
                self._done("name", self.subjects.findings(paper, text, self.book.year))
                self.findings += odd_wordings(paper, text)
            if unit.part == "notes":
                self.findings += self._of_notes(paper, text, known, mentions)
            self.findings += self._thresholds(paper, known, text)
            paper = paper._replace(money=self.facts.source.unit.name if mentions else "")
            for mention in mentions:
                everywhere = self.readings.everywhere
                aside = (
                    section == everywhere.section
                    and mention.number
                    and mention.number.unit not in (everywhere.unit, "")
                )
                other = self.readings.rules["other"]
                if mention.kind == "loose" and not aside:
                    self._not_judged(unit, mention, "认不出说的是哪个数字，未核对。", other)
                elif mention.kind != "loose":
                    self.counts[self.readings.rules.get(section, other)] += 1
                waits, wrong = self._waits(mention) or self._cut_short(mention), list[Finding]()
                if not waits:
                    wrong = list(judge(paper, mention, fitted))
                if waits or (wrong and lost):
                    why = "所说的数还有待核对的差错，改正后再判断。"
                    self._not_judged(unit, mention, why, other)
                else:
                    self.findings += wrong
        self.mentions += seen
        if units and units[0].part == "notes" and not (lost or self.book.partial):
            self._complete(known, units, seen)

    def _of_notes(
        self, paper: Paper, text: str, known: Vocabulary, mentions: Sequence[Mention]
    ) -> Iterator[Finding]:
        """What is only looked for in the explanation."""
        yield from self.other_units.findings(paper, text, known.topics)
        yield from lost_numbers(paper, text, known.phrases, self.readings.words)
        yield from lost_reasons(paper, text)
        yield from named_twice(paper, text, mentions)

    def _said(self, known: Vocabulary, units: list[TextUnit]) -> list[list[Mention]]:
        """The mentions of each paragraph, by the words that a section knows."""
        binder = Binder(self.readings, known, self.unit_name.known) if known.phrases else None
        said = [
            [] if binder is None or unit.heading else binder.mentions(plain(unit.text))
            for unit in units
        ]
        if len(self.book.profile.units) > 1:
            said = [list(_of_some_units(mentions)) for mentions in said]
        return said

    def _waits(self, mention: Mention) -> bool:
        """Whether what is spoken of rests on a cell that is in doubt."""
        if not self.waiting:
            return False
        topic, target = mention.topic, mention.target
        figures = [mention.figure, target.figure if target is not None else None]
        if mention.change is not None:
            figures.append(mention.change.amount)
        if topic is not None and mention.kind in ("every", "names", "same"):
            figures += [topic.names, topic.target.figure if topic.target is not None else None]
        return any(self._in_doubt(figure) for figure in figures if figure is not None)

    def _in_doubt(self, figure: Figure) -> bool:
        """Whether a figure rests on a cell of which it is not known whether it is right."""
        return any((cell.block, cell.row, cell.column) in self.waiting for cell in figure.cells)

    def _cut_short(self, mention: Mention) -> bool:
        """Whether names are listed of rows that a table lacks: it does not go down to them, and is told that."""
        if mention.kind != "names" or mention.figure is None:
            return False
        return any(one.partition("[")[0] in self.shallow for one in mention.figure.basis)

    @cached_property
    def shallow(self) -> set[str]:
        """The blocks that lack a row, or in which a subject with money above the lowest level has none below it."""
        found = set(self.lacking)
        for key, data in self.book.blocks.items():
            subjects = self.standard.subjects.get(self.standard.blocks[key].subjects)
            rows = [row for row in data.rows if row.kind == "subject" and row.fens]
            codes = [row.key for row in rows]
            for code in codes if subjects is not None else ():
                level = subjects.level(code) if subjects is not None else 0
                below = any(one != code and one.startswith(code) for one in codes)
                if subjects is not None and 0 < level < len(subjects.levels) and not below:
                    found.add(key)
        return found

    def _not_judged(self, unit: TextUnit, mention: Mention, why: str, other: str) -> None:
        where = f"{unit.place.sheet}{unit.place.cell}" or unit.id
        code = self.readings.rules.get(unit.section, other)
        self.loose.append(NotExecuted(code, f"{where}的“{printed(mention.said)}”{why}"))

    def _speaks(self, units: list[TextUnit]) -> bool:
        """Whether any figure may be spoken of; tables' notes and 部门概况 seldom do."""
        if any(unit.part in ("notes", "glossary") for unit in units):
            return True
        section = self.readings.everywhere.section
        heads = [head for head in self.readings.heads if head.section == section]
        said = [plain(say) for head in heads for say in head.say]
        return any(say in plain(unit.text) for unit in units for say in said)

    def _lost(self, section: str) -> bool:
        """Whether a figure that the section speaks of waits for a cell to be mended."""
        if not self.blocked:
            return False
        names = [name for of, name in self.readings.lines if of == section]
        for head in self.readings.heads:
            if head.section == section:
                names += [head.figure, *(part.figure for part in head.parts)]
        found = (self.facts.names.get(name) for name in names)
        return any(getattr(one, "missing", False) or getattr(one, "gap", None) for one in found)

    def _done(self, rule: str, found: Iterable[Finding]) -> None:
        """Count a paragraph that was looked at under a rule that holds for all of them."""
        self.counts[self.readings.rules[rule]] += 1
        self.findings += found

    def _thresholds(self, paper: Paper, known: Vocabulary, text: str) -> Iterator[Finding]:
        ends: set[int] = set()
        for pattern, right in known.thresholds:
            for match in pattern.finditer(text):
                if match[0] != right and match.end() not in ends:
                    said, wanted = printed(match[0]), printed(right)
                    yield paper.finding(f"“{said}”应为“{wanted}”。", None, said, wanted)
                ends.add(match.end())

    def _complete(
        self, known: Vocabulary, units: list[TextUnit], seen: list[tuple[TextUnit, Mention]]
    ) -> None:
        """Lists are given whole, and what a section must speak of is spoken of.

        An amount that is there under a name that is not known is 未核对, and not missing.
        """
        loose = [
            one.number
            for _, one in seen
            if one.kind == "loose" and one.number is not None and re.search(_NAMED, one.said)
        ]
        for name, lines in known.whole.items():
            listed = [
                (unit, one.target.key)
                for unit, one in seen
                if one.target and one.target.list == name
            ]
            there = {key for _, key in listed}
            lost = [
                line
                for line in lines.items
                if line.key not in there
                and line.amount
                and not line.amount.missing
                and not self._in_doubt(line.amount)
                and not any(prints(line.amount, number) for number in loose)
                # Something else may be told with the line's name and amount (they may be alike).
                and not any(
                    one.number is not None
                    and plain(line.name.text) in one.said
                    and prints(line.amount, one.number)
                    for _, one in seen
                )
            ]
            listing = {id(unit) for unit, _ in listed}
            self.findings += self._otherwise_named(
                [line for line in lines.items if line.key not in there and not self.waiting],
                [(unit, one) for unit, one in seen if id(unit) in listing],
            )
            if listed and lost:
                spots = [unit for unit, _ in listed]
                names = "、".join(line.name.text for line in lost)
                message = f"没有列出“{names}”；请补上名称和金额。"
                paper = self.paper(max(spots, key=spots.count))
                self.findings.append(paper.finding(message, lost[0].amount, "", names))
        if not self.waiting:
            self.findings += self._unspoken(known, units, [one for _, one in seen], loose)

    def _otherwise_named(
        self, lost: Sequence[Item], said: Sequence[tuple[TextUnit, Mention]]
    ) -> Iterator[Finding]:
        """The lines missing in a list whose amount stands there under a name that no line has."""
        for line in lost:
            amount = line.amount
            if (
                amount.zero
                or amount.missing
                or sum(one.amount.text == amount.text for one in lost) > 1
            ):
                continue
            for unit, one in said:
                number = one.number
                if one.kind != "loose" or number is None or not prints(amount, number):
                    continue
                match = _ITEM.fullmatch(one.said)
                if match is not None and not match[1].startswith(plain(line.name.text)):
                    said_name, name = printed(match[1]), line.name.text
                    message = f"“{said_name}”的金额与“{name}”相同，名称应为“{name}”；请核对。"
                    yield misnamed(self.paper(unit), message, said_name, name, figure=amount)

    def _unspoken(
        self, known: Vocabulary, units: list[TextUnit], seen: list[Mention], loose: list[Number]
    ) -> Iterator[Finding]:
        """What the section must speak of and does not."""
        spoken = {id(mention.topic.head) for mention in seen if mention.topic is not None}
        denied = [mention.target for mention in seen if mention.kind == "none"]
        spoken |= {id(topic.head) for topic in known.topics.values() if topic.target in denied}
        wanted = [
            topic for topic in known.topics.values() if topic.head.required or topic.head.stated
        ]
        # Whether a division of what stands in 基础信息 alone is given at least in part.
        divided = any(
            topic.head.stated
            and id(topic.head) in spoken
            and topic.target is not None
            and all(cell.block == INFO for cell in topic.target.figure.cells)
            for topic in wanted
        )
        nothing = self.readings.slips.get("nothing", ())
        bodies = [plain(unit.text) for unit in units if not unit.heading]
        silent = [
            word
            for passage in lost_passages(self.readings, self.facts, units[0].section, bodies)
            for word in passage.any
        ]
        for topic in {id(topic): topic for topic in wanted}.values():
            if id(topic.head) in spoken or topic.target is None or topic.target.figure.missing:
                continue
            figure, stated = topic.target.figure, topic.head.stated
            if any(prints(figure, number) for number in loose):
                continue
            if any(plain(word) in plain(figure.title) for word in silent):
                continue  # nothing at all is said of this, and that is told
            none = bool(stated or denied) or any(
                plain(word) in plain(unit.text) for unit in units for word in nothing
            )
            # A document that gives some parts of a division, and leaves this one out.
            left_out = (
                stated
                and divided
                and any(
                    cell.block == INFO and self.book.number(cell.row) == UNFILLED
                    for cell in figure.cells
                )
            )
            if left_out or not (figure.zero and none):
                message = f"这一部分没有写{figure.title}；请补上。"
                yield self.paper(units[0]).finding(message, figure, "", level=Level.WARNING)
