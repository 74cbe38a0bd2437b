"""Two books compared: what to say first, the totals that changed, every difference, what became of relations."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from xlbudget.characters import squash
from xlbudget.checks.wording import difference_text
from xlbudget.comparing.comparison import (
    Action,
    CellChange,
    Comparison,
    Difference,
    Following,
    Kind,
    TextChange,
)
from xlbudget.comparing.figures import TwoDrafts, shown
from xlbudget.comparing.following import attached
from xlbudget.comparing.ledger import changed_lines, effects
from xlbudget.comparing.particulars import (
    comparable_fields,
    explanation,
    form_texts,
    in_order,
    info_texts,
    keyed_texts,
    note_texts,
    profile_texts,
    subject_names,
)
from xlbudget.comparing.relations import changed_relations
from xlbudget.comparing.rows import name_of
from xlbudget.comparing.texts import marked_words
from xlbudget.errors import UnusableFileError
from xlbudget.figures import Place
from xlbudget.findings import Status
from xlbudget.money import Amount
from xlbudget.sheets.layout import INFO_SHEET
from xlbudget.standard.loader import with_subjects

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from xlbudget.comparing.figures import Group
    from xlbudget.comparing.ledger import LinePair
    from xlbudget.comparing.rows import Pair
    from xlbudget.comparing.sides import Side
    from xlbudget.figures import LedgerLine
    from xlbudget.standard.model import Standard


def compare(before: Side, after: Side) -> Comparison:
    """What differs between two books, ``before`` the earlier draft or what was submitted.

    Raises:
        UnusableFileError: they are of different standards.
    """
    standard = _standard(before, after)
    same_year = before.book.year == after.book.year
    blocks, tables, remarks = _blocks(standard, before, after)
    fields = comparable_fields(standard, before, after) if same_year else []
    numbers = [field.key for field in fields if field.kind in ("amount", "count")]
    drafts = TwoDrafts(standard, before, after, blocks, numbers)
    differences = [*_tables_apart(standard, before, after)]
    drafts.leave_out([*_doubtful(drafts, before, after, remarks)])
    lines = changed_lines(before.book.ledger, after.book.ledger) if same_year else []
    differences += _figures(drafts, lines)
    renamed = _renamed(drafts)
    differences += _rows(drafts)
    relations = None
    if same_year:
        differences += info_texts(fields, before, after)
        differences += keyed_texts(standard, before, after)
        differences += subject_names(before, after)
        differences += profile_texts(before, after)
        if all(not side.unread.keys() & _form_tables(standard) for side in (before, after)):
            differences += form_texts(standard, before, after, renamed)
        differences += note_texts(standard, before, after, tables)
        texts, said = explanation(before, after)
        differences += texts
        remarks += said
        if Status.UNKNOWN not in (before.report.status, after.report.status):
            relations = changed_relations(before, after, renamed)
    return Comparison(
        before.compared,
        after.compared,
        (*_first(before, after), *remarks),
        tuple(
            (side.book.name, lost.place, lost.reason)
            for side in (before, after)
            for lost in side.report.not_read
        ),
        tuple(_totals(drafts)),
        tuple(sorted(attached(differences), key=_importance)),
        relations,
        any(
            side.report.status is Status.UNKNOWN and side.report.not_read
            for side in (before, after)
        ),
    )


def _standard(before: Side, after: Side) -> Standard:
    """The one standard of both, with the subjects of both."""
    if before.standard.id != after.standard.id:
        raise UnusableFileError(
            f"“{before.book.name}”按“{before.standard.name}”编制，“{after.book.name}”按“{after.standard.name}”编制，"
            "表不相同，不能比较；请选同一标准的两份。"
        )
    standard = after.standard
    for key, subjects in before.book.subjects.items():
        known = standard.subjects[key].by_code
        new = [subject for subject in subjects if subject.code not in known]
        standard = with_subjects(standard, {key: new}) if new else standard
    return standard


# ------------------------------------------------------------------ what is compared


def _first(before: Side, after: Side) -> Iterator[str]:
    """What must be known before anything else is read: other units, other years, rounding."""
    names = [side.book.text("unit_name").strip() for side in (before, after)]
    if all(names) and squash(names[0]) != squash(names[1]):
        yield f"两份的单位名称不同：“{names[0]}”和“{names[1]}”；请核对是不是拿错了文件。"
    years = before.book.year, after.book.year
    if years[0] != years[1]:
        yield f"两份的年度不同：{years[0]}年度和{years[1]}年度；只比较各表的金额和行，文字和勾稽关系没有比较。"
    if before.printed != after.printed:
        yield "有一份是印出的数，小数位数较少；四舍五入后相同的不算不同。"
    for side in (before, after):
        if side.report.coverage is not None:
            printed, read = side.report.coverage
            if read < printed:
                yield f"“{side.book.name}”各表印有 {printed:,} 个数，读出 {read:,} 个；没有读出的没有比较，不算不同。"


def _blocks(
    standard: Standard, before: Side, after: Side
) -> tuple[list[str], list[str], list[str]]:
    """The blocks and the tables that can be compared, and why others cannot."""
    blocks: list[str] = []
    tables: list[str] = []
    remarks: list[str] = []
    for table in standard.tables:
        unread = [side for side in (before, after) if table.key in side.unread]
        if unread:
            names = "”和“".join(side.book.name for side in unread)
            remarks.append(f"{table.title}在“{names}”里没有读全，没有比较，不算不同。")
            continue
        both = [
            block.key
            for block in table.blocks
            if block.key in before.book.blocks and block.key in after.book.blocks
        ]
        blocks += both
        if both:
            tables.append(table.key)
    return blocks, tables, remarks


def _form_tables(standard: Standard) -> set[str]:
    return {table.key for table in standard.tables if table.forms}


def _tables_apart(standard: Standard, before: Side, after: Side) -> Iterator[Difference]:
    """Tables that one of them does not have at all."""
    for table in standard.tables:
        if table.key in before.unread or table.key in after.unread:
            continue
        there = [
            any(block.key in side.book.blocks for block in table.blocks) for side in (before, after)
        ]
        if there[0] != there[1]:
            action = Action.ADDED if there[1] else Action.REMOVED
            lacks = before if there[1] else after
            remark = f"“{lacks.book.name}”没有这张表"
            yield Difference(Kind.TABLE, action, table.title, "", remark=remark, total=True)


def _doubtful(
    drafts: TwoDrafts, before: Side, after: Side, remarks: list[str]
) -> Iterator[tuple[str, int]]:
    """The rows whose figures changed columns when a document was made or read: those that differ are told first."""
    changed = {drafts.pair_of(number) for number in (*drafts.changed, *drafts.blanks)}
    for at in sorted(one for one in changed if one is not None):
        title, pair = drafts.title(at[0]), drafts.pair(at)
        for side, row in ((before, pair.before), (after, pair.after)):
            said = side.doubtful.get((title, row.key)) if row is not None else None
            if said:
                remarks.append(f"“{side.book.name}”：{said}这一行没有比较。")
                yield at
                break


# ------------------------------------------------------------------ figures


def _totals(drafts: TwoDrafts) -> Iterator[CellChange]:
    """The sums of tables that changed: of each such row the first column that did."""
    seen: set[tuple[str, int] | None] = set()
    for number in drafts.changed:
        at = drafts.pair_of(number)
        if drafts.is_total(number) and at not in seen:
            seen.add(at)
            yield drafts.change(number)


def _figures(drafts: TwoDrafts, lines: Sequence[LinePair]) -> Iterator[Difference]:
    """What was changed in figures, one difference per cause; blanks for noughts one per table."""
    told: set[tuple[str, int]] = set()
    for group in drafts.groups(effects(drafts, lines)):
        yield _group(drafts, lines, group, told)
    for apart, alone in drafts.rows_apart():
        if apart not in told:
            yield _row_apart(drafts, apart[0], alone)
    tables: dict[str, list[CellChange]] = {}
    for number in drafts.blanks:
        at = drafts.pair_of(number)
        pair = drafts.pair(at) if at is not None else None
        if pair is None or (pair.before is not None and pair.after is not None):
            change = drafts.change(number)
            tables.setdefault(change.table, []).append(change)
    for title, cells in tables.items():
        yield Difference(Kind.FIGURE, Action.BLANK, title, f"{len(cells)}格", cells=tuple(cells))


def _group(
    drafts: TwoDrafts, lines: Sequence[LinePair], group: Group, told: set[tuple[str, int]]
) -> Difference:
    """One cause, or several that only together are balanced, with all that follows."""
    cells = tuple(map(drafts.change, group.cells))
    follows = [
        Following(change, _share(drafts, number, share))
        for number, share in group.follows.items()
        for change in (drafts.change(number),)
    ]
    follows.sort(key=lambda one: (not one.cell.total, -abs(one.cell.fen)))
    also: list[str] = []
    for number in (*group.cells, *group.follows):
        at = drafts.pair_of(number)
        pair = drafts.pair(at) if at is not None else None
        if at is None or at in told or pair is None or (pair.before and pair.after):
            continue
        told.add(at)
        action = Action.REMOVED if pair.after is None else Action.ADDED
        also.append(f"{action.chinese}{drafts.title(at[0])}“{drafts.row_name(pair.row)}”")
    kind, action, part, name, texts = _main(drafts, lines, group)
    if kind is Kind.ROW:
        also = [said for said in also if said != f"{action.chinese}{part}“{name}”"]
    shares = [abs(share) for number, share in group.follows.items() if drafts.is_total(number)]
    own = [abs(drafts.delta(number)) for number in group.cells]
    others = [
        _line_text(drafts, lines[cause.line])
        for cause in group.causes[1:]
        if cause.line is not None
    ]
    return Difference(
        kind,
        action,
        part,
        name,
        cells,
        (*texts, *(text for found in others for text in found)),
        tuple(follows),
        weight=max((*shares, *own), default=0) if shares else max(own, default=0),
        total=bool(shares) or any(cell.total for cell in cells),
        remark=f"同时{'、'.join(also)}" if also else "",
    )


def _share(drafts: TwoDrafts, number: int, fen: int) -> str:
    """What causes add to a cell, in its unit."""
    cells = (drafts.grid.cells[number], drafts.before[number])
    unit = next((cell.unit for cell in cells if isinstance(cell, Amount)), drafts.standard.unit)
    return difference_text(fen, unit)


def _main(
    drafts: TwoDrafts, lines: Sequence[LinePair], group: Group
) -> tuple[Kind, Action, str, str, tuple[TextChange, ...]]:
    """What the first of the causes is: kind, action, where, its name, what differs in words."""
    cause = group.causes[0]
    if cause.line is not None:
        texts = _line_text(drafts, lines[cause.line])
        return Kind.LINE, texts[0].action, texts[0].part, texts[0].name, texts
    if cause.pair is not None:
        pair = drafts.pair(cause.pair)
        action = Action.REMOVED if pair.after is None else Action.ADDED
        name = drafts.row_name(pair.row)
        return Kind.ROW, action, drafts.title(cause.pair[0]), name, ()
    assert cause.cell is not None
    change = drafts.change(cause.cell)
    kind = Kind.INFO if change.table == INFO_SHEET else Kind.FIGURE
    return kind, Action.CHANGED, change.table, change.row, ()


def _line_text(drafts: TwoDrafts, pair: LinePair) -> tuple[TextChange, ...]:
    """What differs in a line of the ledger, entry by entry; the whole line where one of them lacks it."""
    ledger = drafts.standard.ledger
    assert ledger is not None
    line = pair.after or pair.before
    assert line is not None
    names = [line.texts.get(column.key, "") for column in ledger.columns if column.kind != "text"]
    name = " ".join(text for text in names if text)
    if pair.before is None or pair.after is None:
        action = Action.REMOVED if pair.after is None else Action.ADDED
        text = f"{name} {shown(line.amount)}".strip()
        old, new = (text, "") if pair.after is None else ("", text)
        places = (
            _line_place(drafts, pair, "amount"),
            _line_place(drafts, pair, "amount", later=True),
        )
        return (TextChange(ledger.title, name, action, old, new, marked_words(old, new), *places),)
    found = []
    for column in ledger.columns:
        old, new = (_entry(one, column.key, column.kind) for one in (pair.before, pair.after))
        if squash(old) != squash(new):
            places = (
                _line_place(drafts, pair, column.key),
                _line_place(drafts, pair, column.key, later=True),
            )
            words = marked_words(f"{column.label}：{old}", f"{column.label}：{new}")
            found.append(TextChange(ledger.title, name, Action.CHANGED, old, new, words, *places))
    return tuple(found)


def _entry(line: LedgerLine, key: str, kind: str) -> str:
    return shown(line.amount) if kind == "amount" else line.texts.get(key, "")


def _line_place(drafts: TwoDrafts, pair: LinePair, column: str, *, later: bool = False) -> Place:
    side, line = (drafts.later, pair.after) if later else (drafts.earlier, pair.before)
    return side.book.ledger.place(line, column) if line is not None else Place("", "")


# ------------------------------------------------------------------ rows


def _row_apart(drafts: TwoDrafts, block: str, pair: Pair) -> Difference:
    """A row of one of them that changes no figure."""
    action = Action.REMOVED if pair.after is None else Action.ADDED
    return Difference(Kind.ROW, action, drafts.title(block), drafts.row_name(pair.row))


def _renamed(drafts: TwoDrafts) -> dict[str, str]:
    """Names of rows then -> now."""
    found = {}
    for matched in drafts.matched.values():
        for pair in matched.pairs:
            if pair.renamed and pair.before is not None and pair.after is not None:
                found[name_of(pair.before)] = name_of(pair.after)
                found[pair.before.key] = pair.after.key
    return found


def _rows(drafts: TwoDrafts) -> Iterator[Difference]:
    """Rows under another name, in another place, with other texts; a name is told once for all tables."""
    names: dict[tuple[str, str], list[TextChange]] = {}
    for block, matched in drafts.matched.items():
        title = drafts.title(block)
        for pair in matched.pairs:
            if pair.before is None or pair.after is None:
                continue
            places = [
                side.row_place(drafts.standard, block, row)
                for side, row in ((drafts.earlier, pair.before), (drafts.later, pair.after))
            ]
            old, new = (drafts.row_name(row) for row in (pair.before, pair.after))
            if pair.renamed and squash(old) != squash(new):
                words = marked_words(old, new)
                change = TextChange(title, new, Action.RENAMED, old, new, words, *places)
                names.setdefault((squash(old), squash(new)), []).append(change)
            for was, now in in_order(pair.before.texts, pair.after.texts):
                if squash(was) != squash(now):
                    words = marked_words(was, now)
                    change = TextChange(title, new, Action.CHANGED, was, now, words, *places)
                    yield Difference(Kind.ROW, Action.CHANGED, title, new, texts=(change,))
        if matched.moved:
            rows = [drafts.row_name(pair.row) for pair in matched.moved]
            named = "、".join(f"“{row}”" for row in rows[:_NAMED])
            more = f"等{len(rows)}行" if len(rows) > _NAMED else ""
            yield Difference(
                Kind.ROW, Action.MOVED, title, f"{len(rows)}行", remark=f"{named}{more}的次序不同"
            )
        yield from _strays(drafts, block)
    for changes in names.values():
        others = "、".join(dict.fromkeys(change.part for change in changes[1:]))
        yield Difference(
            Kind.ROW,
            Action.RENAMED,
            changes[0].part,
            changes[0].name,
            texts=tuple(changes[:1]),
            remark=f"{others}里也改了" if others and others != changes[0].part else "",
        )


_NAMED = 8
"""So many rows are named in one sentence."""


def _strays(drafts: TwoDrafts, block: str) -> Iterator[Difference]:
    """Lines with money that name no row."""
    sides = (drafts.earlier, drafts.later)
    old, new = (
        Counter((row.label, tuple(map(shown, row.cells))) for row in side.book.blocks[block].strays)
        for side in sides
    )
    for left, action in ((old - new, Action.REMOVED), (new - old, Action.ADDED)):
        for label, cells in left.elements():
            text = " ".join(filter(None, (label, *cells)))
            title = drafts.title(block)
            before, after = (text, "") if action is Action.REMOVED else ("", text)
            change = TextChange(title, text, action, before, after, marked_words(before, after))
            yield Difference(Kind.ROW, action, title, "没有名称的行", texts=(change,))


# ------------------------------------------------------------------ order

_KINDS = list(Kind)
_LAST = (Action.RENAMED, Action.MOVED, Action.BLANK)


def _importance(one: Difference) -> tuple[int, int, int, int]:
    """Sums that changed first, the largest before others; then other figures, rows, words; blanks last."""
    low = _LAST.index(one.action) + 1 if one.action in _LAST else 0
    return low, not one.total, -one.weight, _KINDS.index(one.kind)
