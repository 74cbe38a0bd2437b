"""Units added up: every table by its rows' keys, 基础信息 and lists by their fields.

Nothing is invented: what cannot be added up and is not the same everywhere stays blank, and what each unit has
there is told.
"""

from __future__ import annotations

from contextlib import suppress
from decimal import ROUND_CEILING, Decimal
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.characters import squash
from xlbudget.consolidating.figures import (
    Figure,
    Share,
    Summed,
    UnitText,
    added,
    fens_of,
    unstated,
)
from xlbudget.errors import AmountError
from xlbudget.figures import TOTAL, BlockData, FormData, InfoValue, Profile, Row
from xlbudget.findings import Status
from xlbudget.money import UNITS, YUAN, Amount, from_number, parse_amount
from xlbudget.reading.ledger import ledger_unit
from xlbudget.rules.fill import statements
from xlbudget.standard.layers import variants_of
from xlbudget.standard.loader import OWN_LISTS, load_standard, own_standard, standard_for
from xlbudget.standard.roles import FORM_NAME

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from xlbudget.consolidating.figures import UnitBook
    from xlbudget.figures import Book, Cell
    from xlbudget.standard.model import Block, Field, Keyed, Standard, Subject

_NAMED = 5
"""So many units are named in a sentence."""
UNIT_NAME = "unit_name"


def sum_units(standard: Standard, units: Sequence[UnitBook], name: str = "") -> Summed:
    """The sum of units of one year and standard; ``standard`` has the subjects that they add.

    ``name`` is what the whole is called; "" leaves that blank.
    """
    remarks: list[str] = []
    units = _distinct_projects(standard, units, remarks)
    blocks = {}
    for key, block in standard.blocks.items():
        parts = [(unit, unit.book.blocks[key]) for unit in units if key in unit.book.blocks]
        if missing := [unit.name for unit in units if key not in unit.book.blocks]:
            title = standard.table_of(block).title
            remarks.append(f"{_names(missing)}没有“{title}”，汇总的这张表不含这些单位。")
        if parts:
            blocks[key] = _sum_block(standard, block, parts, remarks)
    shares: dict[Figure, list[Share]] = {}
    for at, unit in enumerate(units):
        for figure, fen in fens_of(standard, unit.book).items():
            shares.setdefault(figure, []).append(Share(at, fen))
    texts: list[UnitText] = []
    step = standard.unit.fen // 100
    # What a wrong workbook would need is no rounding.
    known = (unit.slack for unit in units if unit.status is not Status.ERROR)
    half = Decimal(step) / 2
    slacks = sum((max(slack - half, Decimal(0)) for slack in known), half * len(units))
    limit = int((slacks / step).to_integral_value(ROUND_CEILING)) * step
    info = dict(_sum_info(standard, units, remarks, texts))
    info |= {
        one.key: InfoValue(Amount(limit, standard.unit)) for one in standard.fields_summed("limit")
    }
    subjects = own_subjects(units, remarks)
    lists = [one for one in standard.fields.values() if OWN_LISTS in one.choices]
    info |= {one.key: InfoValue(OWN_LISTS) for one in lists if subjects}
    if UNIT_NAME in standard.fields:
        info[UNIT_NAME] = InfoValue(name)
    book = units[0].book._replace(
        name="",
        info=info,
        blocks=blocks,
        forms=_sum_forms(standard, units),
        keyed=_sum_keyed(standard, units, remarks, texts),
        profile=_sum_profile(units, texts),
        notes={},
        sheets={},
        findings=(),
        subjects=subjects,
        texts=(),
        keepsakes=(),
        printed=(),
        as_text=frozenset(),
        dated=(),
        unfilled={},
        computed=frozenset(),
        ledger=units[0].book.ledger._replace(lines=()),
    )
    book = book._replace(notes=statements(standard, book))
    said = tuple(dict.fromkeys(remarks))
    return Summed(tuple(units), book, shares, said, tuple(texts), limit)


def sum_standard(units: Sequence[UnitBook], name: str) -> Standard:
    """The standard of a sum: with the variants that what all units say, or what a sum says instead, chooses."""
    plain, year = load_standard(units[0].book.standard), units[0].book.year
    info = {UNIT_NAME: InfoValue(name)}
    for field in plain.fields.values():
        if field.kind == "choice":
            info |= dict(_common(field, units, [], []))
    return standard_for(plain, year, info)


def in_columns(standard: Standard, unit: UnitBook) -> UnitBook:
    """A unit whose tables have the columns of the sum's, which may be of another variant."""
    if not variants_of(standard.layers):
        return unit
    own = own_standard(unit.book)
    blocks = {}
    for key, data in unit.book.blocks.items():
        names, wanted = own.blocks[key].amounts, standard.blocks[key].amounts
        if names != wanted:
            cells = [dict(zip(names, row.cells, strict=True)) for row in data.rows]
            blocks[key] = BlockData.of(
                [
                    row._replace(cells=tuple(map(held.get, wanted)), places=())
                    for row, held in zip(data.rows, cells, strict=True)
                ]
            )
    return unit._replace(book=unit.book.with_blocks(blocks)) if blocks else unit


def _names(names: Sequence[str], counted: str = "个单位") -> str:
    shown = "、".join(f"“{name}”" for name in names[:_NAMED])
    return shown if len(names) <= _NAMED else f"{shown}等{len(names)}{counted}"


# ------------------------------------------------------------------ tables


class _Sum:
    """A row being added up."""

    def __init__(self, row: Row) -> None:
        self.row, self.cells = row, list(row.cells)
        self.texts: list[dict[str, None]] = [
            dict.fromkeys([text] if text else []) for text in row.texts
        ]

    def add(self, row: Row, block: Block) -> None:
        self.cells = [
            added(mine, other, block.unit)
            for mine, other in zip(self.cells, row.cells, strict=True)
        ]
        for known, text in zip(self.texts, row.texts, strict=False):
            if text:
                known[text] = None


def _sum_block(
    standard: Standard,
    block: Block,
    parts: Sequence[tuple[UnitBook, BlockData]],
    remarks: list[str],
) -> BlockData:
    rows: dict[tuple[str, str], _Sum] = {}
    blank = Row("", "", "", (None,) * len(block.amounts))
    for unit, data in parts:
        for row in data.rows:
            if row.kind == "item" and len(row.texts) > 1 and not any(row.texts[1:]):
                row = row._replace(texts=(*row.texts[:1], unit.name, *row.texts[2:]))  # noqa: PLW2901
            known = rows.get((row.key, row.parent))
            if known is None:
                known = rows[row.key, row.parent] = _Sum(row._replace(cells=blank.cells))
            elif row.kind in ("subject", "class"):
                _compare_names(standard, block, known.row, row, remarks)
            known.add(row, block)
    done = [_summed_row(standard, block, one, remarks) for one in rows.values()]
    return BlockData.of(_in_order(block, done))


def _compare_names(
    standard: Standard, block: Block, first: Row, other: Row, remarks: list[str]
) -> None:
    if first.label == other.label or squash(first.label) == squash(other.label):
        return
    if (
        not first.label
        or not other.label
        or standard.subjects[block.subjects].by_code.get(first.key)
    ):
        return  # the list's name holds
    remarks.append(
        f"科目{first.key}有两个名称：“{first.label}”和“{other.label}”；汇总用前一个，请核对。"
    )


def _summed_row(standard: Standard, block: Block, one: _Sum, remarks: list[str]) -> Row:
    row = one.row
    texts = list(row.texts)
    for at, values in enumerate(one.texts):
        if at == 0 and len(values) > 1:
            kinds = "”“".join(values)
            remarks.append(f"“{row.label}”的类型各单位不同（“{kinds}”）；汇总用前一个，请核对。")
            texts[at] = next(iter(values))
        else:
            texts[at] = "、".join(values)
    label = row.label
    if row.kind == "subject" and (subject := _listed(standard, block, row.key)):
        label = subject.name
    return row._replace(cells=tuple(one.cells), texts=tuple(texts), label=label, line=0, places=())


def _listed(standard: Standard, block: Block, code: str) -> Subject | None:
    found = standard.subjects[block.subjects].by_code.get(code, ())
    return found[-1] if len({subject.name for subject in found}) == 1 else None


def _in_order(block: Block, rows: Sequence[Row]) -> list[Row]:
    """Subjects by code, classes among the prescribed rows, items below their groups, the total last."""
    last = [row for row in rows if row.key == TOTAL and block.total]
    others = [row for row in rows if not (row.key == TOTAL and block.total)]
    if block.body == "subject":
        others.sort(key=lambda row: row.key)
    elif block.body == "project":
        groups: dict[str, list[Row]] = {}
        for row in others:
            groups.setdefault(row.parent or row.key, []).append(row)
        for own in groups.values():
            own.sort(key=lambda row: bool(row.parent))
        others = [row for own in groups.values() for row in own]
    if block.body == "fixed":
        place = {spec.key: at for at, spec in enumerate(block.rows) if not spec.slot}
        slot = next((at for at, spec in enumerate(block.rows) if spec.slot), 0)

        def rank(row: Row) -> tuple[int, str]:
            if row.kind == "class":
                return slot, row.key
            return place.get(row.key, len(block.rows)), ""

        others.sort(key=rank)
    return [*others, *last]


# ------------------------------------------------------------------ projects of one name


class _Project(NamedTuple):
    """A project of a unit: its group, whether its form says anything of it, and the kind of the form (if any)."""

    unit: int
    group: str
    described: bool
    form: str


def _distinct_projects(
    standard: Standard, units: Sequence[UnitBook], remarks: list[str]
) -> Sequence[UnitBook]:
    """The units, projects of one name called after their unit.

    Only where the group is the same and no form says anything is their money added up: what a form says of
    aims and costs is of its unit's own money.
    """
    projects: dict[str, list[_Project]] = {}
    kinds = {form.key: form for table in standard.tables for form in table.forms}
    amounts = {name for block in standard.blocks.values() for name in block.amounts}
    for at, unit in enumerate(units):
        described = {
            data.name
            for data in unit.book.forms
            if _says_something(
                data, {*amounts, *(kinds[data.form].known if data.form in kinds else ())}
            )
        }
        forms = {data.name: data.form for data in unit.book.forms}
        for key, data in unit.book.blocks.items():
            if standard.blocks[key].body == "project":
                for row in data.rows:
                    if row.kind == "item":
                        form = forms.get(row.key, "")
                        project = _Project(at, row.parent, row.key in described, form)
                        projects.setdefault(row.key, []).append(project)
    renamed: dict[int, dict[str, str]] = {}
    told: dict[tuple[str, bool], list[str]] = {}
    for name, found in projects.items():
        owners = list(dict.fromkeys(project.unit for project in found))
        if len(owners) == 1:
            continue
        same = len({project.group for project in found}) == 1
        same = same and len({project.form for project in found if project.form}) <= 1
        same = same and not any(project.described for project in found)
        told.setdefault((_names([units[at].name for at in owners]), same), []).append(name)
        for at in owners if not same else ():
            renamed.setdefault(at, {})[name] = f"{name}（{units[at].name}）"
    for (whose, same), names in told.items():
        said = f"{whose}都有项目{_names(names, '个项目')}"
        if same:
            remarks.append(f"{said}，一级项目相同、都没有写绩效目标，各合为一个项目，请核对。")
        else:
            remarks.append(f"{said}，汇总时各在名称后面注明单位，请核对是不是同一个项目。")
    return [
        unit._replace(book=_renamed(standard, unit.book, renamed[at])) if at in renamed else unit
        for at, unit in enumerate(units)
    ]


def _says_something(data: FormData, known: Collection[str]) -> bool:
    """Whether a form says anything by itself, beside its name and the fields ``known`` of every form."""
    skipped = {"name", *known}
    return any(text for key, text in data.fields.items() if key not in skipped) or any(
        text for line in data.indicators for text in line.values.values()
    )


def _renamed(standard: Standard, book: Book, names: Mapping[str, str]) -> Book:
    """A book with projects called otherwise, in every table, form and line of the ledger."""
    blocks = {}
    for key, data in book.blocks.items():
        if standard.blocks[key].body in ("project", "form"):
            rows = [
                row._replace(key=names[row.key], label=names[row.key])
                if row.kind in ("item", "form") and row.key in names
                else row
                for row in data.rows
            ]
            blocks[key] = BlockData.of(rows, data.letters)
    forms = tuple(
        data._replace(
            name=names[data.name],
            fields={**data.fields, FORM_NAME: names[data.name]},
        )
        if data.name in names
        else data
        for data in book.forms
    )
    lines = book.ledger.lines
    if standard.ledger is not None and lines:
        column = standard.ledger.key_of("level2")
        lines = tuple(
            line._replace(texts={**line.texts, column: names[line.texts[column]]})
            if line.texts.get(column) in names
            else line
            for line in lines
        )
    return book.with_blocks(blocks)._replace(forms=forms, ledger=book.ledger._replace(lines=lines))


def _sum_forms(standard: Standard, units: Sequence[UnitBook]) -> tuple[FormData, ...]:
    """The forms of all units, one for each project: of a common one the first that says something.

    Fields that are known of every form, as the unit that carries it out, name all units.
    """
    kinds = {form.key: form for table in standard.tables for form in table.forms}
    found: dict[str, FormData] = {}
    for unit in units:
        for data in unit.book.forms:
            bare = data._replace(
                places={},
                letters={},
                blank_lines=(),
                indicators=tuple(one._replace(line=0) for one in data.indicators),
            )
            first = found.setdefault(data.name, bare)
            if first is bare:
                continue
            fuller = first if first.indicators or not bare.indicators else bare
            fields = dict(fuller.fields)
            for key in kinds[fuller.form].known if fuller.form in kinds else ():
                said = dict.fromkeys(filter(None, (first.fields.get(key), bare.fields.get(key))))
                fields[key] = "、".join(said)
            found[data.name] = fuller._replace(fields=fields)
    return tuple(found.values())


# ------------------------------------------------------------------ 基础信息


def _sum_info(
    standard: Standard, units: Sequence[UnitBook], remarks: list[str], texts: list[UnitText]
) -> Iterator[tuple[str, InfoValue]]:
    unsaid: dict[str, list[str]] = {}
    for field in standard.fields.values():
        if field.summed == "units":
            yield field.key, InfoValue(_whole_scope(units))
        elif field.kind in ("amount", "count") and not field.summed:
            cell: Cell = None
            unit = standard.info_unit(field.key)
            for one in units:
                cell = added(cell, one.book.number(field.key), unit)
            yield field.key, InfoValue(cell)
            if cell is not None and not field.summed:
                for one in units:
                    if unstated(one, field.key):
                        unsaid.setdefault(one.name, []).append(field.label)
        elif field.kind == "year":
            yield field.key, InfoValue(str(units[0].book.year))
        elif field.key != UNIT_NAME and field.summed != "limit":
            yield from _common(field, units, remarks, texts)
    remarks += [
        f"{name}的公开文本没有写明{_names(labels, '项')}，这几项的汇总数不含这个单位。"
        for name, labels in unsaid.items()
    ]


_FEW = 10
"""So many units are named where the whole is described."""


def _whole_scope(units: Sequence[UnitBook]) -> str:
    if len(units) <= _FEW:
        return "、".join(unit.name for unit in units)
    return f"{units[0].name}等{len(units)}个单位"


def _common(
    field: Field, units: Sequence[UnitBook], remarks: list[str], texts: list[UnitText]
) -> Iterator[tuple[str, InfoValue]]:
    """What all units say that say anything; what differs is told of each."""
    if field.summed == "default":
        yield field.key, InfoValue(field.default)
        return
    if field.kind in ("amount", "count"):
        cells = {cell for unit in units if (cell := unit.book.number(field.key)) is not None}
        if len(cells) == 1:
            yield field.key, InfoValue(cells.pop())
        elif cells:
            remarks.append(f"基础信息“{field.label}”各单位不同，没有汇总，请填写。")
        return
    said = {unit.name: unit.book.text(field.key) for unit in units}
    values = dict.fromkeys(filter(None, said.values()))
    if len(values) == 1 and (field.kind == "choice" or all(said.values())):
        yield field.key, InfoValue(next(iter(values)))
        return
    if not values:
        return
    rest = f"暂按“{field.default}”" if field.default else "没有汇总"
    if field.kind != "long":
        remarks.append(f"基础信息“{field.label}”各单位不同或有的没有填，{rest}，请核对填写。")
    texts += [UnitText(field.label, name, text) for name, text in said.items() if text]


def own_subjects(units: Sequence[UnitBook], remarks: list[str]) -> dict[str, tuple[Subject, ...]]:
    """The subjects that units add, each code once; what differs is added to the remarks."""
    found: dict[str, dict[tuple[str, int], Subject]] = {}
    for unit in units:
        for key, subjects in unit.book.subjects.items():
            known = found.setdefault(key, {})
            for subject in subjects:
                first = known.setdefault((subject.code, subject.first), subject)
                if squash(first.name) != squash(subject.name):
                    remarks.append(
                        f"科目{subject.code}在各单位的科目字典里有两个名称：“{first.name}”和"
                        f"“{subject.name}”（{unit.name}）；汇总用前一个，请核对。"
                    )
    return {key: tuple(known.values()) for key, known in found.items() if known}


def _sum_keyed(
    standard: Standard, units: Sequence[UnitBook], remarks: list[str], texts: list[UnitText]
) -> dict[str, dict[str, str]]:
    """The lists of 基础信息: amounts are added up, of texts those on which all agree that say anything."""
    controls = standard.ledger.controls if standard.ledger is not None else ""
    found: dict[str, dict[str, str]] = {}
    for keyed in standard.keyed:
        said: dict[str, list[tuple[UnitBook, str]]] = {}
        for unit in units:
            for name, text in unit.book.keyed.get(keyed.key, {}).items():
                if text:
                    said.setdefault(name, []).append((unit, text))
        if keyed.key == controls:
            found[keyed.key] = dict(_sum_controls(standard, units, said))
            continue
        if keyed.kind == "amount":
            found[keyed.key] = dict(_sum_amounts(standard, keyed, units, said))
            continue
        kept = found[keyed.key] = {}
        for name, given in said.items():
            if len({squash(text) for _, text in given}) == 1:
                kept[name] = given[0][1]
                continue
            remarks.append(f"“{keyed.title}”的“{name}”各单位写法不同，没有汇总，请填写。")
            texts += [UnitText(f"{keyed.title}：{name}", unit.name, text) for unit, text in given]
    return found


def _sum_amounts(
    standard: Standard,
    keyed: Keyed,
    units: Sequence[UnitBook],
    said: Mapping[str, list[tuple[UnitBook, str]]],
) -> Iterator[tuple[str, str]]:
    """Amounts by code; one counts only where every unit that has money under the code states it."""
    money = UNITS.get(keyed.unit, standard.unit)
    for name, given in said.items():
        stating = {unit.name for unit, _ in given}
        rows = ((unit.name, data.row(name)) for unit in units for data in unit.book.blocks.values())
        if {unit for unit, row in rows if row is not None and row.fens} - stating:
            continue
        with suppress(AmountError):
            amounts = [parse_amount(text, money) for _, text in given]
            total = sum(amount.fen for amount in amounts if amount is not None)
            yield name, from_number(Decimal(total) / money.fen, money).plain


def _sum_controls(
    standard: Standard, units: Sequence[UnitBook], said: Mapping[str, list[tuple[UnitBook, str]]]
) -> Iterator[tuple[str, str]]:
    """Control totals in 元; one of all units, as that of a source, counts only where every unit has it."""
    assert standard.ledger is not None
    choices = {text for column in standard.ledger.columns for text in column.choices}
    for name, given in said.items():
        if name in choices and len(given) < len(units):
            continue
        total: Amount | None = None
        for unit, text in given:
            own = ledger_unit(standard, unit.book.text(standard.ledger.unit_field))
            with suppress(AmountError):
                amount = parse_amount(text, own)
                if amount is not None:
                    total = Amount(amount.fen + (total.fen if total else 0), YUAN)
        if total is not None:
            yield name, total.plain


def _sum_profile(units: Sequence[UnitBook], texts: list[UnitText]) -> Profile:
    """部门概况: the units; duties and offices are each unit's own, and told."""
    names: dict[str, None] = {}
    for unit in units:
        profile = unit.book.profile
        names |= dict.fromkeys(profile.units or (unit.name,))
        texts += [UnitText("主要职能", unit.name, text) for text in profile.duties]
        if profile.remark:
            texts.append(UnitText("机构设置说明", unit.name, profile.remark))
        texts += [
            UnitText("机构设置", unit.name, f"{office.name}：{office.duty}")
            for office in profile.offices
        ]
    return Profile(units=tuple(names))


def by_unit(standard: Standard, unit: UnitBook) -> UnitBook:
    """A workbook of several units as if it were one: its rows by unit are one row with its own name."""
    blocks = {}
    for key, data in unit.book.blocks.items():
        block = standard.blocks[key]
        own = [row for row in data.rows if row.kind == "unit"]
        if block.of_units and own:
            total = _Sum(own[0]._replace(key=unit.name, label=unit.name))
            for row in own[1:]:
                total.add(row, block)
            rest = [row for row in data.rows if row.kind != "unit"]
            blocks[key] = BlockData.of([total.row._replace(cells=tuple(total.cells)), *rest])
    lines = unit.book.ledger.lines
    if standard.ledger is not None and lines:
        column = standard.ledger.key_of("unit")
        lines = tuple(line._replace(texts={**line.texts, column: unit.name}) for line in lines)
    book = unit.book.with_blocks(blocks)._replace(
        ledger=unit.book.ledger._replace(lines=lines),
        profile=unit.book.profile._replace(units=(unit.name,)),
    )
    return unit._replace(book=book)
