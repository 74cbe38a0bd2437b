"""A standard's templates and named facts, as its files say them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from xlbudget.characters import squash
from xlbudget.errors import StandardError
from xlbudget.money import STANDARD_PLACES, UNITS, Unit
from xlbudget.rules.grid import INFO
from xlbudget.standard.layers import Layers, once, standard_file
from xlbudget.standard.loader import as_written, load_layers, parse_ref
from xlbudget.standard.model import ONE, Ref

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from xlbudget.standard.model import Standard


_NAME = re.compile(r"[a-z][a-z0-9_]*")
_ROWS = ("", "class", "leaf", "parent", "top", "unit", "item", "group", "form", "subject")
_WORDS = (
    "up", "down", "same", "up_trend", "down_trend", "inferred", "neutral", "separator", "last",
)  # fmt: skip


class Part(NamedTuple):
    """``sign`` times a reference to cells, or (``ref`` None) times another figure."""

    sign: int
    ref: Ref | None
    fact: str = ""


class Expr(NamedTuple):
    """A sum of parts; ``text`` is how it was written."""

    parts: tuple[Part, ...]
    text: str


class Named(NamedTuple):
    """An amount or a count by name.

    With ``ask``, a cell of 基础信息 that was left blank is to be looked at.
    """

    name: str
    title: str
    expr: Expr
    ask: bool = False


class ListSpec(NamedTuple):
    """Lines with money: the rows of a reference, or named sums (``items``).

    ``meanings`` are the prescribed explanations of rows that ``keyed`` has no text for, by code and
    name (``2010301行政运行``), or by name alone where every code of that name has the same one.
    """

    name: str
    title: str
    rows: Ref | None
    items: tuple[Named, ...]
    whole: str
    keyed: str
    leading: str
    tree: bool
    meanings: Mapping[str, str]


class ChangeSpec(NamedTuple):
    """A comparison with last year; ``components`` are searched for the mover.

    ``like`` names changes told before: one from and to the same amounts has the same reason.
    ``unchanged``: a reason is given also where nothing has changed.
    """

    name: str
    title: str
    now: Expr
    prior: Expr
    reason: str
    components: tuple[tuple[str, Expr, Expr], ...]
    like: tuple[str, ...] = ()
    unchanged: bool = False


class RowChangeSpec(NamedTuple):
    """A comparison with last year of every row of ``each``, told with the lines of lists of that column.

    ``prior`` and ``reason`` are lists of 基础信息, by code or name: last year's amounts, and reasons
    ("": none is given).
    """

    name: str
    title: str
    each: Ref
    prior: str
    reason: str = ""
    unchanged: bool = False


class SectionSpec(NamedTuple):
    """A section: it appears where the figure ``when`` is not nought, or each field of ``when`` says one of these.

    One without a ``template`` holds only what the user writes below its heading.
    """

    number: str
    heading: str
    template: str = ""
    when: str | Mapping[str, str | Sequence[str]] = ""


class Source(NamedTuple):
    """All that the two files say; the figures of each kind in the order of the file.

    Amounts are printed with ``separators`` or without, and with ``zeros`` at the end of their decimals or without.
    ``paragraphs`` are texts of 基础信息 that are taken over as they are, by name.
    """

    layers: Layers
    unit: Unit
    places: int
    separators: bool
    zeros: bool
    words: Mapping[str, str]
    years: Mapping[str, int]
    constants: Mapping[str, tuple[str, str]]
    texts: Mapping[str, tuple[str, str, str]]
    amounts: tuple[Named, ...]
    counts: tuple[tuple[str, str, Ref], ...]
    names: tuple[tuple[str, str, Ref], ...]
    lists: tuple[ListSpec, ...]
    changes: tuple[ChangeSpec, ...]
    row_changes: tuple[RowChangeSpec, ...]
    paragraphs: Mapping[str, str]
    sections: Mapping[str, tuple[SectionSpec, ...]]


def load_source(standard: Standard) -> Source:
    """Read and check the two files.

    Raises:
        StandardError: a file is missing, or names what the standard does not have.
    """
    return _of_layers(standard.layers) if as_written(standard) else _load_source(standard)


@once
def _of_layers(layers: Layers) -> Source:
    return _load_source(load_layers(layers))


def _load_source(standard: Standard) -> Source:
    facts, sections = _toml(standard.layers, "facts"), _toml(standard.layers, "sections")
    try:
        source = _source(standard, facts, sections)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise StandardError(
            f"“notes/facts.toml”或“notes/sections.toml”的写法不对：{error}。"
        ) from error
    told = [one.unchanged for one in source.changes]
    told += [one.unchanged for one in source.row_changes]
    if any(told) and "unchanged" not in source.words:
        raise StandardError(
            "“notes/facts.toml”有 unchanged = true 的比较，[words]缺少：unchanged。"
        )
    _check_names(standard, source)
    return source


def _source(standard: Standard, facts: Mapping[str, Any], sections: Mapping[str, Any]) -> Source:
    words = facts["words"]
    missing = [word for word in _WORDS if word not in words]
    if missing:
        raise StandardError(f"“notes/facts.toml”的[words]缺少：{'、'.join(missing)}。")
    for field in (entry["is"] for entry in facts.get("text", {}).values()):
        _known_field(standard, field)
    return Source(
        layers=standard.layers,
        unit=UNITS[facts["unit"]],
        places=facts.get("places", STANDARD_PLACES),
        separators=facts.get("separators", True),
        zeros=facts.get("zeros", True),
        words=words,
        years=dict(facts.get("year", {})),
        constants={
            name: (entry["title"], entry["text"])
            for name, entry in facts.get("constant", {}).items()
        },
        texts={
            name: (entry["title"], entry["is"], entry.get("fallback", ""))
            for name, entry in facts.get("text", {}).items()
        },
        amounts=tuple(
            Named(name, entry["title"], _expr(standard, entry["is"]), entry.get("ask", False))
            for name, entry in facts.get("amount", {}).items()
        ),
        counts=_of_rows(standard, facts.get("count", {})),
        names=_of_rows(standard, facts.get("names", {})),
        lists=tuple(_list(standard, name, entry) for name, entry in facts.get("list", {}).items()),
        changes=tuple(
            _change(standard, name, entry)
            for name, entry in facts.get("change", {}).items()
            if "each" not in entry
        ),
        row_changes=tuple(
            _row_change(standard, name, entry)
            for name, entry in facts.get("change", {}).items()
            if "each" in entry
        ),
        paragraphs={
            name: _text_of(standard, name, entry["of"])
            for name, entry in facts.get("paragraphs", {}).items()
        },
        sections={
            document: tuple(
                SectionSpec(**{"number": "", "heading": "", **entry}) for entry in entries
            )
            for document, entries in sections.items()
        },
    )


def _of_rows(standard: Standard, entries: Mapping[str, Any]) -> tuple[tuple[str, str, Ref], ...]:
    return tuple(
        (name, entry["title"], _rows(standard, entry["rows"])) for name, entry in entries.items()
    )


def _toml(layers: Layers, name: str) -> dict[str, Any]:
    found = standard_file(layers, f"notes/{name}")
    if found is None:
        raise StandardError(f"标准缺少文件“notes/{name}.toml”。")
    return found


def _list(standard: Standard, name: str, entry: Mapping[str, Any]) -> ListSpec:
    keyed = entry.get("keyed", "")
    if keyed and keyed not in {keyed.key for keyed in standard.keyed}:
        raise StandardError(f"“notes/facts.toml”的{name}提到的说明“{keyed}”不在info.toml中。")
    return ListSpec(
        name=name,
        title=entry["title"],
        rows=_rows(standard, entry["rows"]) if "rows" in entry else None,
        items=tuple(
            Named(one.get("key", str(position)), one["name"], _expr(standard, one["is"]))
            for position, one in enumerate(entry.get("items", ()), 1)
        ),
        whole=entry.get("whole", ""),
        keyed=keyed,
        leading=entry.get("leading", ""),
        tree=entry.get("tree", False),
        meanings=_meanings(standard, entry.get("meanings", "")),
    )


def _meanings(standard: Standard, name: str) -> Mapping[str, str]:
    """The explanations in a file of the notes; none where a list names no file."""
    return (
        {squash(key): text for key, text in _toml(standard.layers, name)["meaning"].items()}
        if name
        else {}
    )


def _change(standard: Standard, name: str, entry: Mapping[str, Any]) -> ChangeSpec:
    _known_field(standard, entry["reason"])
    return ChangeSpec(
        name=name,
        title=entry["title"],
        now=_expr(standard, entry["now"]),
        prior=_expr(standard, entry["prior"]),
        reason=entry["reason"],
        components=tuple(
            (one["name"], _expr(standard, one["now"]), _expr(standard, one["prior"]))
            for one in entry.get("components", ())
        ),
        like=tuple(entry.get("like", ())),
        unchanged=entry.get("unchanged", False),
    )


def _row_change(standard: Standard, name: str, entry: Mapping[str, Any]) -> RowChangeSpec:
    spec = RowChangeSpec(**{**entry, "name": name, "each": _rows(standard, entry["each"])})
    lists = {keyed.key: keyed for keyed in standard.keyed}
    for key in (spec.prior, spec.reason):
        if key and key not in lists:
            raise StandardError(f"“notes/facts.toml”的{name}提到的名单“{key}”不在info.toml中。")
    if lists[spec.prior].kind != "amount":
        raise StandardError(f'“notes/facts.toml”的{name}要求名单“{spec.prior}”写 kind = "amount"。')
    return spec


def _text_of(standard: Standard, name: str, key: str) -> str:
    """A long field or a list of 基础信息."""
    if key not in standard.fields and key not in {keyed.key for keyed in standard.keyed}:
        raise StandardError(f"“notes/facts.toml”的{name}提到的“{key}”不在info.toml中。")
    return key


def _known_field(standard: Standard, field: str) -> None:
    if field not in standard.fields:
        raise StandardError(f"“notes/facts.toml”提到的“{field}”不在info.toml中。")


def _expr(standard: Standard, text: str) -> Expr:
    pieces = re.split(r"\s([+-])\s", text.strip())
    parts = []
    for sign, piece in zip(["+", *pieces[1::2]], pieces[::2], strict=True):
        name = piece.strip()
        part = Part(1, None, name) if _NAME.fullmatch(name) else Part(1, _cells(standard, name))
        parts.append(part._replace(sign=1 if sign == "+" else -1))
    return Expr(tuple(parts), text.strip())


def _rows(standard: Standard, text: str) -> Ref:
    ref = _cells(standard, text)
    if ref.how == ONE or ref.block == INFO:
        raise StandardError(f"“notes/facts.toml”的“{text}”应是若干行，如 块[each:class].栏。")
    return ref


def _cells(standard: Standard, text: str) -> Ref:
    ref = parse_ref(text)
    wrong = StandardError(f"“notes/facts.toml”的“{text}”在本标准中找不到。")
    if ref.block == INFO:
        field = standard.fields.get(ref.which)
        if field is None or field.kind not in ("amount", "count") or ref.column != "value":
            raise wrong
        return ref
    block = standard.blocks.get(ref.block)
    if block is None or ref.column not in block.amount_index:
        raise wrong
    if ref.how != ONE and ref.which not in _ROWS and not ref.which.endswith("*"):
        raise wrong
    fixed = {row.key for row in block.rows}
    if ref.how == ONE and fixed and ref.which not in fixed and not ref.which.isdigit():
        raise wrong
    return ref


def _check_names(standard: Standard, source: Source) -> None:
    every = [
        *source.years, *source.constants, *source.texts,
        *(named.name for named in source.amounts), *(count[0] for count in source.counts),
        *(name[0] for name in source.names), *(list_spec.name for list_spec in source.lists),
        *(change_spec.name for change_spec in source.changes),
        *(change_spec.name for change_spec in source.row_changes), *source.paragraphs,
    ]  # fmt: skip
    twice = {name for name in every if every.count(name) > 1}
    strange = {name for name in every if not _NAME.fullmatch(name)}
    if twice or strange:
        shown = "、".join(sorted(twice | strange))
        raise StandardError(f"“notes/facts.toml”的名称重复或不是小写英文：{shown}。")
    items = [item for list_spec in source.lists for item in list_spec.items]
    exprs = [named.expr for named in (*source.amounts, *items)]
    exprs += [expr for change in source.changes for expr in (change.now, change.prior)]
    used = {part.fact for expr in exprs for part in expr.parts}
    used |= {name for change in source.changes for name in change.like}
    used |= {list_spec.whole for list_spec in source.lists}
    sections = [spec for entries in source.sections.values() for spec in entries]
    for spec in sections:
        if isinstance(spec.when, str):
            used.add(spec.when)
            continue
        for field in spec.when:
            _known_field(standard, field)
    unknown = used - {*every, ""}
    if unknown:
        raise StandardError(f"“notes/facts.toml”没有这些数字：{'、'.join(sorted(unknown))}。")


def compared_fields(source: Source) -> dict[str, Expr]:
    """Field of last year's figure -> this year's cells; the first comparison that names it counts."""
    found: dict[str, Expr] = {}
    pairs = [(change.prior, change.now) for change in source.changes]
    pairs += [(prior, now) for change in source.changes for _, now, prior in change.components]
    for prior, now in pairs:
        ref = prior.parts[0].ref if len(prior.parts) == 1 else None
        if ref is not None and ref.block == INFO and prior.parts[0].sign > 0:
            found.setdefault(ref.which, now)
    return found
