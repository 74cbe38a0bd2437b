"""What a standard says of the ledger (录入底稿): its columns, and which of its lines each cell prints.

A *selection* names columns or kinds of the ledger, each with the values that a line may have there; one
without entries takes every line. Values of a column of codes are the beginnings of codes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    Selection = Mapping[str, tuple[str, ...]]


class LedgerColumn(NamedTuple):
    """A column: ``kind`` is unit, code, choice, level1, level2, amount or text.

    ``names`` are what detail exports of platforms call it, ``never`` what looks like it and is something
    else, ``values`` what they write for a choice. It must be filled in on the lines that ``needed`` takes, and
    be blank on those that ``absent`` takes; None: on no line. All lines with the same text in the column ``per`` have
    one text in this one; "": it goes with no other.
    """

    key: str
    label: str
    kind: str
    width: float
    subjects: str = ""
    choices: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    values: Mapping[str, str] = {}
    needed: Selection | None = None
    absent: Selection | None = None
    per: str = ""


class Kind(NamedTuple):
    """A classification of the values of the column ``of``."""

    key: str
    label: str
    of: str
    classes: Mapping[str, str]


class FormPosting(NamedTuple):
    """The money of one form; ``only``: of projects all of whose lines it takes.

    ``zero``: an amount of which the ledger has no line is printed as 0.00.
    """

    key: str
    columns: Mapping[str, Selection]
    only: Selection
    zero: bool


class Posting(NamedTuple):
    """Which lines a block's cells print: ``where`` holds for all, beside the column's and the row's own.

    ``rows`` are those of prescribed rows, ``class`` of all rows of classes. Rows and columns without an
    entry do not follow from the ledger. A class's row prints 0.00 in the columns ``zero`` of which the ledger
    has no line, unless the book leaves them blank. ``forms`` stand for a block of forms, the first that fits is taken.
    """

    block: str
    where: Selection
    columns: Mapping[str, Selection]
    rows: Mapping[str, Selection]
    zero: tuple[str, ...]
    forms: tuple[FormPosting, ...]


class ExportWords(NamedTuple):
    """Words of detail exports beside the columns' names.

    ``code`` and ``name`` tell in a heading what of a subject, unit or project the column holds, ``totals``
    a row or column of sums, ``year`` the column of the budget's year. Choices of the columns ``across`` may
    stand in headings of amounts, where ``filler`` means nothing. Where no amount reaches ``small`` 元, 万元 may have been taken for 元.
    """

    code: tuple[str, ...]
    name: tuple[str, ...]
    totals: tuple[str, ...]
    year: tuple[str, ...]
    across: tuple[str, ...]
    filler: tuple[str, ...]
    small: int


class Carry(NamedTuple):
    """What becomes of money that is left over: lines that ``left`` takes are next year's with ``next`` in ``year``.

    ``of`` is the column by which they are told; next year's line has another entry there.
    """

    left: Selection
    of: str
    year: str
    next: str


class LedgerStandard(NamedTuple):
    """The ledger of a standard.

    ``zeros``: a cell of which the ledger has no line may print 0.00 as well as nothing. ``codes`` are the keys of the columns of codes.
    ``fits`` are pairs: a line that the first takes must be one that the second takes; ``controls`` is the list of
    基础信息 with control totals of units and sources. ``unit_field`` of 基础信息 says the unit of its amounts, ``unit`` is the one where that is blank; the
    tables follow from it where ``switch_field`` is ``from_ledger``, and not where it is ``by_hand``.
    ``project_types`` is the list of 基础信息 with the type of each 一级项目; ``type_column`` and ``unit_column`` are the
    text columns of the table of projects that hold that type and the units of a project; each "" where there is none.
    ``carry`` is None where nothing is left over for the next year.
    """

    sheet: str
    title: str
    room: int
    zeros: bool
    columns: tuple[LedgerColumn, ...]
    codes: frozenset[str]
    kinds: Mapping[str, Kind]
    postings: Mapping[str, Posting]
    info: Mapping[str, Selection]
    fits: tuple[tuple[Selection, Selection], ...]
    controls: str
    project_types: str
    type_column: str
    unit_column: str
    unit_field: str
    unit: str
    switch_field: str
    from_ledger: str
    by_hand: str
    export: ExportWords
    carry: Carry | None

    def column(self, key: str) -> LedgerColumn:
        """The column of that key."""
        return next(column for column in self.columns if column.key == key)

    def key_of(self, kind: str, subjects: str = "") -> str:
        """The key of the column of that kind, or of the codes of one classification; "" where there is none."""
        return next(
            (
                column.key
                for column in self.columns
                if column.kind == kind and column.subjects == subjects
            ),
            "",
        )

    @property
    def amount(self) -> LedgerColumn:
        """The column of amounts."""
        return self.column(self.key_of("amount"))


def selects(ledger: LedgerStandard, selection: Selection, texts: Mapping[str, str]) -> bool:
    """Whether a selection takes a line."""
    for key, values in selection.items():
        value = texts.get(key)
        if value is None:
            kind = ledger.kinds.get(key)
            value = "" if kind is None else kind.classes.get(texts.get(kind.of, ""), "")
        if value not in values and not (key in ledger.codes and value.startswith(values)):
            return False
    return True


def parse_ledger(data: Mapping[str, Any]) -> LedgerStandard:
    """The ledger of a standard's ``ledger.toml``.

    Raises:
        KeyError: an entry is missing.
    """
    postings = tuple(
        Posting(
            entry["block"],
            _selection(entry.get("where", {})),
            _selections(entry.get("column", {})),
            _selections(entry.get("row", {})),
            tuple(entry.get("zero", ())),
            tuple(
                FormPosting(
                    form["key"],
                    _selections(form["column"]),
                    _selection(form.get("only", {})),
                    form.get("zero", False),
                )
                for form in entry.get("form", ())
            ),
        )
        for entry in data["post"]
    )
    columns = tuple(_column(entry) for entry in data["column"])
    return LedgerStandard(
        sheet=data["sheet"],
        title=data["title"],
        room=data["room"],
        zeros=data.get("zeros", False),
        columns=columns,
        codes=frozenset(column.key for column in columns if column.kind == "code"),
        kinds={
            entry["key"]: Kind(
                entry["key"],
                entry["label"],
                entry["of"],
                {value: name for name, values in entry["values"].items() for value in values},
            )
            for entry in data["kind"]
        },
        postings={posting.block: posting for posting in postings},
        info=_selections(data.get("info", {})),
        fits=tuple(
            (_selection(entry["where"]), _selection(entry["must"])) for entry in data.get("fit", ())
        ),
        controls=data.get("control", {}).get("list", ""),
        project_types=data.get("project", {}).get("types", ""),
        type_column=data.get("project", {}).get("type", ""),
        unit_column=data.get("project", {}).get("unit", ""),
        unit_field=data["unit"]["field"],
        unit=data["unit"]["default"],
        switch_field=data["switch"]["field"],
        from_ledger=data["switch"]["ledger"],
        by_hand=data["switch"]["tables"],
        export=_export(data["export"]),
        carry=_carry(data["carry"]) if "carry" in data else None,
    )


def _carry(entry: Mapping[str, Any]) -> Carry:
    return Carry(**{**entry, "left": _selection(entry["left"])})


def _export(entry: Mapping[str, Any]) -> ExportWords:
    words = {name: tuple(entry[name]) for name in ExportWords._fields if name != "small"}
    return ExportWords(**words, small=entry["small"])


def _column(entry: Mapping[str, Any]) -> LedgerColumn:
    found = dict(entry)
    for name in ("choices", "names", "never"):
        found[name] = tuple(entry.get(name, ()))
    for name in ("needed", "absent"):
        found[name] = _selection(entry[name]) if name in entry else None
    return LedgerColumn(**found)


def _selections(entries: Mapping[str, Any]) -> dict[str, Selection]:
    return {key: _selection(entry) for key, entry in entries.items()}


def _selection(entry: Mapping[str, Any]) -> Selection:
    return {key: tuple(values) for key, values in entry.items()}
