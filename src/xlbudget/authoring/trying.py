"""A standard is tried on made-up budgets: its rules, its texts, its workbook."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xlbudget.authoring.problems import Remark
from xlbudget.authoring.samples import filled_book, sample_books
from xlbudget.checks.validate import validate
from xlbudget.editing.build import build_workbook
from xlbudget.errors import StandardError, UnusableFileError
from xlbudget.explaining.explain import section_errors
from xlbudget.reading.book import read_book
from xlbudget.rules.grid import INFO, Grid
from xlbudget.rules.relations import expand
from xlbudget.sheets.layout import place_book

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from xlbudget.authoring.samples import Choice
    from xlbudget.figures import Book
    from xlbudget.rules.grid import Spot
    from xlbudget.rules.relations import Relation
    from xlbudget.standard.layers import KeyPath
    from xlbudget.standard.model import Standard


def tried(
    standard: Standard,
    choice: Choice,
    tables: Mapping[str, str],
    rules: Sequence[Mapping[str, Any]],
    shown: Mapping[str, str],
) -> Iterator[Remark]:
    """What only shows when the standard is used; its names must be right.

    ``tables`` are the files of the tables by key, ``rules`` the entries of rules.toml, ``shown`` says how
    messages call each template.

    Raises:
        StandardError: it cannot be used at all.
    """
    book = filled_book(standard, choice)
    yield from _derivations(standard, book, rules)
    yield from _texts(standard, choice, shown)
    yield from _workbook(standard, book, tables)


# ------------------------------------------------------------------ what derives what


def _derivations(
    standard: Standard, book: Book, rules: Sequence[Mapping[str, Any]]
) -> Iterator[Remark]:
    """Cells that two equations derive, and circles of derivation."""
    grid = Grid(standard, book)
    places = {
        (rule.code, equation.text): (
            "rule",
            position,
            *_entry(rules[position], len(rule.equations), at),
        )
        for position, rule in enumerate(standard.rules)
        for at, equation in enumerate(rule.equations)
    }

    def remark(relation: Relation, text: str, *, advice: bool = False) -> Remark:
        place = places[relation.rule.code, relation.equation.text]
        return Remark("rules", place, f"规则 {relation.rule.code}{text}", advice)

    defined: dict[int, Relation] = {}
    told: set[tuple[str, str, str, str]] = set()
    for relation in expand(grid, assume=True).relations:
        if not relation.equation.derive or not relation.terms[1:]:
            continue
        first = defined.setdefault(relation.target, relation)
        pair = (first.rule.code, first.equation.text, relation.rule.code, relation.equation.text)
        conditional = bool(relation.equation.when or first.equation.when)
        if (
            pair[:2] != pair[2:]
            and not conditional
            and not _crossed(grid, first, relation)
            and pair not in told
        ):
            told.add(pair)
            yield remark(
                relation,
                f"：“{relation.equation.text}”的左端在规则 {first.rule.code} 里已经由“{first.equation.text}”得出；只按那一条填列；不是这个意思的，请在一处写 derive = false。",
                advice=True,
            )
    for circle in _circles(defined):
        texts = dict.fromkeys(defined[number].equation.text for number in circle)
        yield remark(
            defined[circle[0]],
            f"：填列公式成了一圈，没有一格能先算出：“{'”“'.join(texts)}”；请把其中一条写成 derive = false。",
        )


def _entry(rule: Mapping[str, Any], count: int, at: int) -> KeyPath:
    """Where the rule says an equation: those of its structure stand before those that are written out."""
    built = count - len(rule.get("equations", ()))
    return ("structure",) if at < built else ("equations", at - built)


def _crossed(grid: Grid, one: Relation, other: Relation) -> bool:
    """Whether one adds up along a row and the other along a column, here or from another table: both come to the same."""
    spots = [[grid.spot(number) for _, number in relation.terms] for relation in (one, other)]
    rows = [len({(spot.block, spot.row.key) for spot in both}) == 1 for both in spots]
    columns = [len({_column(grid, spot) for spot in both}) == 1 for both in spots]
    return (rows[0] and columns[1]) or (columns[0] and rows[1])


def _column(grid: Grid, spot: Spot) -> str:
    return INFO if spot.block == INFO else grid.standard.blocks[spot.block].amounts[spot.column]


def _circles(defined: dict[int, Relation]) -> Iterator[list[int]]:
    """The circles in which cells derive each other, each once."""
    state: dict[int, bool] = {}
    told: set[frozenset[str]] = set()
    for start in defined:
        path: list[int] = []
        waiting = [(start, False)]
        while waiting:
            number, done = waiting.pop()
            if done:
                state[number] = True
                path.pop()
                continue
            if number in path:
                circle = path[path.index(number) :]
                texts = frozenset(defined[one].equation.text for one in circle)
                if texts not in told:
                    told.add(texts)
                    yield circle
                continue
            if number not in defined or state.get(number):
                continue
            path.append(number)
            waiting.append((number, True))
            waiting += [(part, False) for _, part in defined[number].terms[1:]]


# ------------------------------------------------------------------ texts


def _texts(standard: Standard, choice: Choice, shown: Mapping[str, str]) -> Iterator[Remark]:
    """What the templates come to grief with, each once."""
    told: set[tuple[str, int]] = set()
    for name, book in sample_books(standard, choice):
        for spec, error in section_errors(standard, book):
            template, line = _in_template(error, spec.template)
            if (template, line) not in told:
                told.add((template, line))
                yield Remark(
                    shown.get(template, template),
                    (),
                    f"写{name}预算时出错：{_in_chinese(str(error))}",
                    line=line,
                )


_ENGLISH = (
    (re.compile(r"'[\w. ]+' has no attribute '(\w+)'"), r"没有“\1”"),
    (re.compile(r"'(\w+)' is undefined"), r"没有“\1”"),
    (
        re.compile(r"'[\w. ]+' object is not (?:iterable|callable)"),
        "不能这样用（不是清单、不是句式）",
    ),
    (re.compile(r"unsupported operand type\(s\) for (\S+): .*?(?=。|$)"), r"不能用 \1 计算"),
    (re.compile(r"must be real number, not \w+|can only concatenate .*?(?=。|$)"), "不能这样计算"),
)
"""What jinja2 and Python say of templates that come to grief, and how we say it."""


def _in_chinese(said: str) -> str:
    for theirs, ours in _ENGLISH:
        said = theirs.sub(ours, said)
    return said


def _in_template(error: BaseException, template: str) -> tuple[str, int]:
    """The template and line in which an error arose."""
    found = (template, 1)
    cause: BaseException | None = error
    while cause is not None:
        trace = cause.__traceback__
        while trace is not None:
            file = trace.tb_frame.f_code.co_filename
            if file.endswith(".j2"):
                found = (Path(file).name, trace.tb_lineno)
            trace = trace.tb_next
        cause = cause.__cause__
    return found


# ------------------------------------------------------------------ the workbook


def _workbook(standard: Standard, book: Book, files: Mapping[str, str]) -> Iterator[Remark]:
    """The workbook is built, read back cell for cell, and judged."""
    with tempfile.TemporaryDirectory(prefix="xlbudget-") as folder:
        path = Path(folder) / "试.xlsx"
        try:
            build_workbook(standard, book, path, year=book.year)
            found = read_book(path, standard)
        except (StandardError, UnusableFileError) as error:
            yield Remark("standard", (), f"由它做不出能用的工作簿：{error}")
            return
        placed = place_book(standard, book)
        for table in standard.tables:
            for block in table.blocks:
                if _cells(placed, block.key) != _cells(found, block.key):
                    yield Remark(
                        files[table.key],
                        ("block",),
                        f"做成的工作表“{table.sheet}”读回来与写进去的不同（表块 {block.key}）；请核对表头和行名能否分清。",
                    )
        validate(standard, found)


def _cells(book: Book, block: str) -> dict[tuple[str, str], tuple[int, ...]]:
    """The amounts of a block's rows, in 分."""
    data = book.blocks.get(block)
    rows = data.rows if data is not None else ()
    return {(row.kind, row.key): tuple(row.fens) for row in rows}
