"""What a standard says, as frozen records; code elsewhere interprets them.

A rule's equation relates terms ``block[row].column``, joined by + and -, by = or >=; the head of a
standard's rules.toml tells what the rows in brackets mean.

A *block* is one body of rows with its own columns (表1 has two side by side); its key is
``table`` or ``table.part`` as the rules write it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.characters import ordinal
from xlbudget.money import COUNT, UNITS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from xlbudget.findings import Finding
    from xlbudget.money import Unit
    from xlbudget.standard.ledger import LedgerStandard

REF = (
    r"(?P<block>[a-z_0-9]+(?:\.[a-z_0-9]+)?)\[(?:(?P<how>each|all)(?::(?P<which>[a-z]+|\d+\*))?"
    r"|(?P<row>[^\]\s]+))\]\.(?P<column>\*|[a-z_0-9]+)"
)
"""A reference as files write it: ``block[row].column``."""
AMOUNT = "amount"
EACH, ALL, ONE = "each", "all", "one"


class Ref(NamedTuple):
    """Cells of one column: of one row (``how`` one), of each row, or the sum of all that match."""

    block: str
    how: str
    which: str
    column: str

    def __str__(self) -> str:
        row = self.which if self.how == ONE else self.how + (f":{self.which}" if self.which else "")
        return f"{self.block}[{row}].{self.column}"


class Term(NamedTuple):
    """``sign`` (+1 or -1) times a reference."""

    sign: int
    ref: Ref


class Equation(NamedTuple):
    """``left`` = or >= ``right``; see rules.toml for derive, check, when and present.

    ``refs`` are all references, left side first, ``signs`` theirs with the right side moved to the
    left; ``lead`` is the first that speaks of each row, ``partners`` those to other tables';
    ``same_row`` says that all speak of one row.
    ``columns`` gives, for every reference, the position of its amount column in each of the
    equations that ``*`` stands for (-1: its block has no such column).
    """

    left: tuple[Term, ...]
    relation: str
    right: tuple[Term, ...]
    derive: bool
    check: bool = True
    when: str = ""
    present: bool = False
    text: str = ""
    refs: tuple[Ref, ...] = ()
    signs: tuple[int, ...] = ()
    lead: Ref | None = None
    partners: tuple[Ref, ...] = ()
    same_row: bool = False
    columns: tuple[tuple[int, ...], ...] = ()


class Subject(NamedTuple):
    """One subject; ``aliases`` are other spellings that mean the same.

    ``successor`` is the code that takes its money once it is not valid any more, ``meaning`` the
    official explanation that a bureau's list gives of it.
    """

    code: str
    name: str
    first: int = 0
    last: int = 9999
    aliases: tuple[str, ...] = ()
    successor: str = ""
    meaning: str = ""

    def valid(self, year: int) -> bool:
        """Whether the subject is in use in ``year``."""
        return self.first <= year <= self.last


class SubjectList(NamedTuple):
    """The subjects of one classification; ``lengths`` are the digits of each level (类/款/项)."""

    key: str
    name: str
    lengths: tuple[int, ...]
    levels: tuple[str, ...]
    subjects: tuple[Subject, ...] = ()
    by_code: Mapping[str, tuple[Subject, ...]] = {}

    def extended(self, subjects: Iterable[Subject]) -> SubjectList:
        """The list with ``subjects`` added; an added code replaces the entries of the same code.

        One that says of an entry but what it means is no other entry: it explains that one.
        """
        given = {one._replace(meaning=""): one for one in subjects}
        held = {one: one._replace(successor="", meaning="") for one in self.subjects}
        meanings = {plain: one.meaning for plain, one in given.items() if plain in held.values()}
        added = tuple(one for plain, one in given.items() if plain not in meanings)
        codes = {subject.code for subject in added}
        explained = (
            subject._replace(meaning=meanings.get(plain) or subject.meaning)
            for subject, plain in held.items()
        )
        merged = (*(subject for subject in explained if subject.code not in codes), *added)
        return make_list(self.key, self.name, self.lengths, self.levels, merged)

    def level(self, code: str) -> int:
        """1 for 类, 2 for 款, 3 for 项; 0 where the code has no allowed length or other signs."""
        if code.isascii() and code.isdigit() and len(code) in self.lengths:
            return self.lengths.index(len(code)) + 1
        return 0

    def find(self, code: str, year: int) -> Subject | None:
        """The subject of that code in that year, or None where the list does not have it."""
        return next(
            (subject for subject in self.by_code.get(code, ()) if subject.valid(year)), None
        )

    def classes(self, year: int) -> dict[str, str]:
        """Name (and every alias) of a top-level subject -> its code: those of ``year`` before former names."""
        tops = (subject for subject in self.subjects if len(subject.code) == self.lengths[0])
        names: dict[str, str] = {}
        for subject in sorted(tops, key=lambda one: not one.valid(year)):
            for name in (subject.name, *subject.aliases):
                names.setdefault(name, subject.code)
        return names

    def renamed(self, code: str, name: str, year: int) -> tuple[Subject, Subject] | None:
        """The subject that had that name in other years and the one of ``year``, where they differ."""
        now = self.find(code, year)
        others = (one for one in self.by_code.get(code, ()) if not one.valid(year))
        former = next((one for one in others if name in (one.name, *one.aliases)), None)
        if now is None or former is None or name in (now.name, *now.aliases):
            return None
        return former, now

    def parents(self, code: str) -> list[str]:
        """The codes above ``code``, nearest last: 2010301 gives 201, 20103."""
        return [code[:length] for length in self.lengths if length < len(code)]


def make_list(
    key: str,
    name: str,
    lengths: tuple[int, ...],
    levels: tuple[str, ...],
    subjects: tuple[Subject, ...],
) -> SubjectList:
    """A list with its index by code."""
    by_code: dict[str, tuple[Subject, ...]] = {}
    for subject in subjects:
        by_code[subject.code] = (*by_code.get(subject.code, ()), subject)
    return SubjectList(key, name, lengths, levels, subjects, by_code)


ANY_YEAR = 2000
"""Stands for a year where a text is made comparable: readers take one year for another."""


LAST_YEAR = "{last_year}"


def _any_year(text: str) -> str:
    """A label as readers compare it: one year is as good as another."""
    return dated(text.replace(LAST_YEAR, "{year}"), ANY_YEAR)


def dated(text: str, year: int) -> str:
    """A text of a standard with its years."""
    if "{" not in text:
        return text
    return text.replace("{year}", str(year)).replace(LAST_YEAR, str(year - 1))


class Column(NamedTuple):
    """A column: ``kind`` is amount, code, name, label, text, level1 or level2.

    ``label`` is the path of its heading, outermost first, with names in braces (``standard.placeholders``);
    ``said`` is the same with all but the year filled in, where a book is known. ``aliases`` are other paths that
    are read, never written; ``spelled`` all that are read, where these are more than one.
    ``last_year_of``: the amount column of the same block whose figures it shows a year later.
    """

    key: str
    kind: str
    label: tuple[str, ...]
    width: float = 0.0
    last_year_of: str = ""
    aliases: tuple[tuple[str, ...], ...] = ()
    said: tuple[str, ...] = ()
    spelled: tuple[tuple[str, ...], ...] = ()

    @property
    def paths(self) -> tuple[tuple[str, ...], ...]:
        """The paths by which a reader knows it, of whatever year."""
        return self.spelled or (tuple(map(_any_year, self.said or self.label)),)

    @property
    def of_last_year(self) -> bool:
        """Whether its heading names the year before."""
        return any(LAST_YEAR in part for part in self.label)

    def heading(self, year: int) -> tuple[str, ...]:
        """The heading's path for ``year``."""
        return tuple(dated(part, year) for part in self.said or self.label)


class RowSpec(NamedTuple):
    """A row that the standard prescribes, or (``slot``) the place where subject classes stand.

    ``label`` is what is printed: ``template`` with its names in braces filled in, where a book is known.
    ``aliases`` are other labels that are read, never written; ``spelled`` all that are read, where these are more
    than one.
    """

    key: str
    label: str
    indent: int = 0
    anchor: str = ""
    total: bool = False
    slot: str = ""
    aliases: tuple[str, ...] = ()
    template: str = ""
    spelled: tuple[str, ...] = ()

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels by which a reader knows it, of whatever year."""
        return self.spelled or (_any_year(self.label),)


class Block(NamedTuple):
    """One body of rows.

    ``body``: fixed (rows prescribed), subject (rows by subject code), unit (one per budget unit),
    project (groups and items), form (one performance form per row). ``room`` is how many rows fit.
    ``listed``: the rows of a body of units are names of the table's own (what is bought), and no units.
    ``tree``, ``rowsums`` and ``sums`` say which amounts are sums of others (``standard.structure``).
    """

    key: str
    table: str
    body: str
    columns: tuple[Column, ...]
    unit: Unit
    rows: tuple[RowSpec, ...] = ()
    subjects: str = ""
    room: int = 0
    total: str = ""
    amounts: tuple[str, ...] = ()
    amount_index: Mapping[str, int] = {}
    tree: bool = False
    rowsums: tuple[str, ...] = ()
    sums: tuple[str, ...] = ()
    listed: bool = False

    @property
    def of_units(self) -> bool:
        """Whether its rows are the department's units, and not names of its own."""
        return self.body == "unit" and not self.listed

    @property
    def differences(self) -> frozenset[str]:
        """The columns that are what one has more than another: less than nothing is nothing strange."""
        return frozenset(text.partition("=")[0].strip() for text in self.rowsums if " - " in text)

    def column(self, key: str) -> Column:
        """The column of that key."""
        return next(column for column in self.columns if column.key == key)

    def of_kind(self, kind: str) -> list[int]:
        """Positions (from 0) of the columns of one kind."""
        return [index for index, column in enumerate(self.columns) if column.kind == kind]


class FormCell(NamedTuple):
    """A caption and the field that stands beside it on a form."""

    caption: str
    field: str


class FormLine(NamedTuple):
    """One line of a form: an optional group caption, then captions with their fields."""

    cells: tuple[FormCell, ...]
    group: str = ""
    height: float = 0.0


ROWS_OF = {"unit": "unit", "item": "project", "group": "project", "form": "form"}
"""The bodies that alone have such rows."""

PLACEHOLDER = r"\{([a-z_0-9.]+)\}"
"""A name in the text of a field that is known of a new form."""


class Form(NamedTuple):
    """A form printed once per project: its lines and the columns of its indicators.

    ``period`` is the field that says from when to when the project runs, empty where none does.
    An indicator's column is of kind level1, level2, value, weight or text.
    ``known`` are fields whose text is known of a new form, with names in braces: of the year, of fields
    of 基础信息 and (``{item.unit}``) of the project's columns in the table of projects.
    """

    key: str
    title: str
    subtitle: str
    lines: tuple[FormLine, ...]
    caption: str
    indicators: tuple[Column, ...]
    period: str = ""
    known: Mapping[str, str] = {}

    def indicator(self, kind: str) -> str:
        """The key of the indicators' column of a kind (level1, level2, value, weight); "" where there is none."""
        return next((column.key for column in self.indicators if column.kind == kind), "")


class Template(NamedTuple):
    """Texts of a table as the standard writes them, with names in braces."""

    title: str
    empty_statement: str


class Spelled(NamedTuple):
    """All that a table's titles and its statement of emptiness may be printed as (``standard.placeholders``)."""

    titles: tuple[str, ...]
    statements: tuple[str, ...]


class Table(NamedTuple):
    """A standard table: its blocks stand side by side on one sheet.

    ``balance``: what its sides have in common (``standard.structure``). ``title`` and ``empty_statement`` are what
    is printed: the texts of ``template`` with their names in braces filled in, where a book is known.
    ``aliases`` are other titles that are read, never written; ``spelled`` all that is read.
    """

    key: str
    number: int
    title: str
    sheet: str
    blocks: tuple[Block, ...]
    notes: tuple[str, ...] = ()
    empty_statement: str = ""
    forms: tuple[Form, ...] = ()
    balance: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    template: Template = Template("", "")
    spelled: Spelled = Spelled((), ())

    @property
    def depth(self) -> int:
        """How many heading rows the table has."""
        return max(len(column.label) for block in self.blocks for column in block.columns)


class Field(NamedTuple):
    """One line of 基础信息; ``kind`` is text, long, choice, year, date, count or amount.

    ``summed`` says what it holds where several units are summed up: ``same``: what they all say; ``units``:
    the units' names; ``limit``: the largest 尾差 that their rounding allows, which no other workbook has; ``default``:
    what a new workbook has, whatever they say. Empty: amounts and counts are added up, of anything else what all say.
    """

    key: str
    label: str
    kind: str
    unit: str = ""
    default: str = ""
    required: bool = False
    choices: tuple[str, ...] = ()
    hint: str = ""
    summed: str = ""


class Section(NamedTuple):
    """A titled group of fields of 基础信息; ``summed``: only workbooks that sum units up have it, at the end."""

    title: str
    fields: tuple[Field, ...]
    summed: bool = False


class Keyed(NamedTuple):
    """A list of texts by name or code in 基础信息 (purposes, glosses), with room for ``room``.

    ``choices``: the texts are among these; ``kind`` is text or amount, of last year's amounts by code, then in
    ``unit`` or (blank) that of the standard.
    """

    key: str
    title: str
    name_label: str
    text_label: str
    room: int
    choices: tuple[str, ...] = ()
    kind: str = "text"
    unit: str = ""


class Chart(NamedTuple):
    """A chart of 总览 and the list beside it.

    The list has a line for every row with money that ``rows`` selects, or for every cell of
    ``cells``; ``against`` gives the counterpart of every cell (last year's), and then all lines
    stay. ``total`` are the cells that the lines add up to, one per series. ``names`` are the
    lines' where the labels of rows or columns do not read well. ``kind``: bar, column, pie,
    doughnut. ``room`` is how many lines fit; further rows are added up on the last one.
    """

    key: str
    title: str
    kind: str
    series: tuple[str, ...]
    rows: Ref | None = None
    cells: tuple[Ref, ...] = ()
    against: tuple[Ref, ...] = ()
    total: tuple[Ref, ...] = ()
    names: tuple[str, ...] = ()
    room: int = 0

    @property
    def refs(self) -> tuple[Ref, ...]:
        """Everything that it refers to."""
        rows = () if self.rows is None else (self.rows,)
        return (*rows, *self.cells, *self.against, *self.total)

    def dated(self, text: str, year: int) -> str:
        """A title or a name of the chart for ``year``."""
        return dated(text, year)


class Picture(NamedTuple):
    """The picture of the structure of spending: a bar per row of ``bars``, a band split by cells."""

    title: str
    bars: Ref
    split: tuple[Ref, ...]


class Carry(NamedTuple):
    """What is left of this year (``source``) and where next year's carry-over of it stands."""

    source: Ref
    target: Ref


class Transfer(NamedTuple):
    """Money that one unit gives and another receives: where it is income, and where it is spent."""

    title: str
    income: Ref
    expense: Ref


class Allotment(NamedTuple):
    """``whole`` is divided among ``parts``: while these are all blank, nothing follows from them."""

    whole: Ref
    parts: Ref


class Condition(NamedTuple):
    """Holds when every cell referred to is zero or blank; rules may depend on it."""

    key: str
    title: str
    zero: tuple[Ref, ...]


class Rule(NamedTuple):
    """A numbered rule: linear equations, a named check in code, or what the texts must say.

    A rule of the ``texts`` is interpreted with ``notes/readings.toml``; one that ``compares``
    (name, rows, labels, figures, jumps, wording) counts as such and needs last year's workbook. ``level`` is what a violation counts as; a ``soft`` rule is compared by itself and does not
    take part in the joint reconciliation. Valid in the years ``first`` to ``last``. ``arguments`` tell a
    named check what it looks at (:data:`xlbudget.standard.roles.ARGUMENTS`).
    """

    code: str
    title: str
    source: str
    level: str = "error"
    soft: bool = False
    check: str = ""
    equations: tuple[Equation, ...] = ()
    first: int = 0
    last: int = 9999
    texts: bool = False
    compares: str = ""
    arguments: tuple[tuple[str, str], ...] = ()

    def argument(self, name: str) -> str:
        """What a named check is told under that name; "" where it is told nothing."""
        return dict(self.arguments).get(name, "")


class PartSpec(NamedTuple):
    """A part of the published document: its line in the contents, its heading in the body, what it holds.

    ``holds``: tables, or a document of ``notes/sections.toml``, of which ``sections`` are the numbers of those
    that stand here (empty: all). What stands in a ``free`` part is the user's, and nobody judges it. ``terms``:
    what stands before a colon stands out. Texts have names in braces: ``{year}``, fields of 基础信息, and in
    the contents ``{ordinal}`` (一) or ``{number}`` (1). A ``heading`` that is not given is its only section's,
    or what the contents say.
    """

    contents: str
    holds: str
    heading: str = ""
    sections: tuple[str, ...] = ()
    terms: bool = False
    free: bool = False

    def listed(self, number: int) -> str:
        """Its line in the contents, as the part of that number."""
        return numbered(self.contents, number)

    @property
    def title(self) -> str:
        """What the contents say without what numbers it."""
        return unnumbered(self.contents)


_NUMBER = re.compile(r"第?\{(?:ordinal|number)\}(?:部分|[、.．])\s*")


def unnumbered(phrase: str) -> str:
    """A phrase without the place for its number: ``{ordinal}、名词解释`` is 名词解释."""
    return _NUMBER.sub("", phrase)


def numbered(phrase: str, number: int) -> str:
    """A phrase with a number for ``{ordinal}`` (一) or ``{number}`` (1)."""
    return phrase.replace("{ordinal}", ordinal(number)).replace("{number}", str(number))


class Standard(NamedTuple):
    """A standard as a whole; ``layers`` are the folders of its files, most specific first, ``template_year`` is the blank template's.

    ``of_sum``: as it is for a workbook that sums units up.
    ``totals`` are the cells that say how large a budget is, by name; ``department`` is the field of
    基础信息 that says to whom a unit belongs, "" where none does. ``roles`` are the codes of the rules
    that play a part (:data:`xlbudget.standard.roles.RULES`).
    """

    id: str
    name: str
    region: str
    first: int
    last: int
    template_year: int
    unit: Unit
    rounding_limit: int
    layers: tuple[Path, ...]
    titles: Mapping[str, str]
    parts: tuple[PartSpec, ...]
    tables: tuple[Table, ...]
    sections: tuple[Section, ...]
    keyed: tuple[Keyed, ...]
    subjects: Mapping[str, SubjectList]
    conditions: Mapping[str, Condition]
    rules: tuple[Rule, ...]
    charts: tuple[Chart, ...] = ()
    picture: Picture | None = None
    carries: tuple[Carry, ...] = ()
    allotments: tuple[Allotment, ...] = ()
    transfers: tuple[Transfer, ...] = ()
    blocks: Mapping[str, Block] = {}
    fields: Mapping[str, Field] = {}
    ledger: LedgerStandard | None = None
    of_sum: bool = False
    totals: Mapping[str, Ref] = {}
    department: str = ""
    version: str = ""
    roles: Mapping[str, str] = {}

    def info_unit(self, field: str) -> Unit:
        """The unit of an amount or a count of 基础信息: its own, where it names one, else the standard's."""
        known = self.fields[field]
        return COUNT if known.kind == "count" else UNITS.get(known.unit, self.unit)

    def table(self, key: str) -> Table:
        """The table of that key."""
        return next(table for table in self.tables if table.key == key)

    def title_of(self, holds: str) -> str:
        """The title of the first part that holds the tables or a document, "" where none does."""
        return next((part.title for part in self.parts if part.holds == holds), "")

    def limit(self, unit: Unit) -> int:
        """The largest 尾差, in 分, of an amount that is printed in ``unit``: as many of its last decimals."""
        return self.rounding_limit * unit.fen // self.unit.fen

    def table_of(self, block: Block) -> Table:
        """The table in which a block stands."""
        return self.table(block.table)

    @property
    def form_table(self) -> Table | None:
        """The table that is printed as forms; None where the standard has none."""
        return next((table for table in self.tables if table.forms), None)

    def form(self, key: str) -> Form:
        """The form of that key; of an unknown one the first.

        Raises:
            LookupError: no table of the standard has forms.
        """
        forms = [form for table in self.tables for form in table.forms]
        return next((form for form in forms if form.key == key), forms[0])

    def fields_summed(self, how: str) -> list[Field]:
        """The fields of 基础信息 that hold that of a sum of units."""
        return [field for field in self.fields.values() if field.summed == how]

    def code_of(self, check: str) -> str:
        """The code of the rule with a named check; "" where the standard has none."""
        return next((rule.code for rule in self.rules if rule.check == check), "")

    def coded(self, findings: Iterable[Finding]) -> tuple[Finding, ...]:
        """Findings of readers, which name the check of their rule, under the code of that rule."""
        codes = {rule.check: rule.code for rule in reversed(self.rules) if rule.check}
        return tuple(one._replace(code=codes.get(one.code, one.code)) for one in findings)

    def rules_of(self, year: int) -> list[Rule]:
        """The rules valid in ``year``."""
        return [rule for rule in self.rules if rule.first <= year <= rule.last]
