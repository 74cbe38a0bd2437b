"""The tables and sections of a document laid on those of a base: what is the same keeps the base's keys.

So the base's rules, figures and sentences go on speaking of them. Titles, headings and labels are the same where
they say the same without years, numbers and the words that say nothing (预算, 情况, 部门).
"""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Any, NamedTuple

from xlbudget.authoring.proposing import Proposal
from xlbudget.characters import plain_name

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from xlbudget.authoring.proposing import ProposedBlock

_BRACES = re.compile(r"\{[^{}]*\}年?度?")
_NUMBER = re.compile(
    r"^(?:其中[：:])?(?:[（(]?[一二三四五六七八九十]+[)）、]|[（(]?\d+[)）.、．])?"
)
_IDLE = re.compile(r"预算|部门|单位|情况|总体|说明|收入$|支出$|数$|的|[“”\"]|表$")
_THIS_YEAR = re.compile(r"\{year\}年?度?")
_IDLE_HEADING = re.compile(r"预算数?|数$|金额|的")
_WHOLE = re.compile(r"^(?:合计|小计|总计)$")
_ALIKE = 0.78
"""From so much likeness on two names are taken for the same."""
_SHORTEST = 4
"""A name that stands in another is the same only from so many letters on."""


class Laid(NamedTuple):
    """A table for the standard: over the base's file ``name``, or a new one.

    ``whole``: written whole, not merged with the base's. A block's ``columns`` and ``rows`` are None where
    the base's are the same. ``left`` are the base's entries that the document lacks, each key with its label.
    """

    name: str
    table: Proposal
    whole: bool
    blocks: tuple[Mapping[str, Any], ...]
    left: tuple[str, ...]

    @property
    def same(self) -> bool:
        """Whether the base has it in just this way."""
        changed = any(
            block["columns"] is not None or block["rows"] is not None for block in self.blocks
        )
        return not (self.whole or changed)


def pairs(ours: Sequence[str], theirs: Sequence[str], *, least: float = _ALIKE) -> dict[int, int]:
    """Which of our names are which of theirs, each once: the likest first, none that is less like than ``least``."""
    mine, others = ([plain_title(name) for name in names] for names in (ours, theirs))
    scored = sorted(
        (-_likeness(name, other), at, place)
        for at, name in enumerate(mine)
        for place, other in enumerate(others)
    )
    found: dict[int, int] = {}
    for score, at, place in scored:
        if -score >= least and at not in found and place not in found.values():
            found[at] = place
    return found


def plain_title(text: str) -> str:
    """A title, a section's heading or a row's label by what it says."""
    text = _NUMBER.sub("", _BRACES.sub("", text.strip()), count=1)
    return _IDLE.sub("", plain_name(text))


def lay(table: Proposal, name: str, base: Mapping[str, Any], known: Mapping[str, str]) -> Laid:
    """A table over one of the base's, whose file is ``name``.

    ``known`` are keys of columns by the plain name of their headings, for those that the base's table lacks.
    """
    theirs = base["block"]
    bodies = [block["body"] for block in theirs]
    if bodies != [block.body for block in table.blocks]:
        return _whole(table, name, base, known)
    blocks, left = [], []
    for block, other in zip(table.blocks, theirs, strict=True):
        laid, lacking = _laid(block._replace(key=other.get("key", "")), other, known)
        blocks.append(laid)
        left += lacking
    return Laid(name, table._replace(key=base["key"]), False, tuple(blocks), tuple(left))


def as_it_stands(name: str, base: Mapping[str, Any]) -> Laid:
    """A table of the base's of which the document shows no more than that it is there."""
    table = Proposal(base["key"], base["number"], base["title"], (), tuple(base.get("notes", ())))
    return Laid(name, table, False, (), ())


def fresh(table: Proposal, name: str, known: Mapping[str, str]) -> Laid:
    """A table that the base does not have."""
    return _whole(table, name, {"key": table.key, "block": ()}, known)


def _whole(table: Proposal, name: str, base: Mapping[str, Any], known: Mapping[str, str]) -> Laid:
    theirs = base["block"]
    columns = {
        _plain_heading(column["label"]): column["key"]
        for block in reversed(theirs)
        for column in block["columns"]
        if column["kind"] == "amount"
    }
    blocks = []
    for at, block in enumerate(table.blocks):
        kept = len(theirs) == len(table.blocks) and theirs[at].get("key")
        keyed = _keyed(block, {}, {**known, **columns})
        blocks.append(_block(keyed._replace(key=kept) if kept else keyed))
    return Laid(name, table._replace(key=base["key"]), True, tuple(blocks), ())


def _laid(
    block: ProposedBlock, base: Mapping[str, Any], known: Mapping[str, str]
) -> tuple[dict[str, Any], list[str]]:
    """A block over the base's, and what the document lacks."""
    columns = base["columns"]
    same = {
        at: columns[place]
        for kinds in (("amount",), ("code",), ("name",), ("label",), ("text",))
        for at, place in _same_columns(block, columns, kinds).items()
    }
    rows = base.get("rows", ())
    slots = [row for row in rows if row.get("slot")]
    found = pairs(
        [row.label if not row.slot else "" for row in block.rows],
        [row["label"] if not row.get("slot") else "" for row in rows],
        least=1.0,
    )
    keys = {at: rows[place].get("key", "") for at, place in found.items()}
    keyed = _keyed(block, {at: column["key"] for at, column in same.items()}, known, keys)
    made = _block(keyed)
    if [(one.key, list(one.label)) for one in keyed.columns] == [
        (one["key"], one["label"]) for one in columns
    ]:
        made["columns"] = made["rowsums"] = None
    elif [one.key for one in keyed.columns] == [one["key"] for one in columns]:
        made["columns"] = [
            mine
            for mine, one in zip(keyed.columns, columns, strict=True)
            if list(mine.label) != one["label"]
        ]
        made["relabelled"], made["rowsums"] = True, None
    if bool(slots) == any(row.slot for row in block.rows) and [
        (row.key, _bare(row.label)) for row in keyed.rows
    ] == [(row.get("key", ""), _bare(row["label"])) for row in rows]:
        made["rows"] = made["sums"] = None
    if made["columns"] is None and made["rows"] is not None and not made["rows"]:
        made["rows"] = made["sums"] = None
    own_columns = {column.key for column in keyed.columns}
    own_rows = {row.key for row in keyed.rows}
    left = [
        f"栏 {one['key']} {' / '.join(one['label'])}"
        for one in columns
        if one["key"] not in own_columns
    ]
    left += [
        f"行 {row['key']} {row['label']}"
        for row in rows
        if row.get("key") and row["key"] not in own_rows
    ]
    return made, left


def _bare(label: str) -> str:
    return plain_name(_BRACES.sub("", label))


def _plain_heading(label: Sequence[str]) -> str:
    """What a heading says; another year's figures are not this year's."""
    return _IDLE_HEADING.sub("", plain_name(_THIS_YEAR.sub("", label[-1])))


def _same_columns(
    block: ProposedBlock, columns: Sequence[Mapping[str, Any]], kinds: Collection[str]
) -> dict[int, int]:
    """Which columns of some kinds are which of the base's: amounts by their headings, others by their order."""
    ours = [at for at, one in enumerate(block.columns) if one.kind in kinds]
    theirs = [at for at, one in enumerate(columns) if one["kind"] in kinds]
    if "amount" not in kinds:
        return dict(zip(ours, theirs, strict=False))
    found: dict[int, int] = {}
    for of in (_whole_path, _inner, _bare_sum):
        for at in ours:
            if at in found:
                continue
            fits = [
                place
                for place in theirs
                if place not in found.values()
                and of(columns[place]["label"]) == of(block.columns[at].label)
            ]
            if len(fits) == 1:
                found[at] = fits[0]
    return found


def _whole_path(label: Sequence[str]) -> tuple[str, ...]:
    return tuple(_plain_heading([part]) for part in label)


def _inner(label: Sequence[str]) -> tuple[str, ...]:
    return (_plain_heading(label),)


def _bare_sum(label: Sequence[str]) -> tuple[str, ...]:
    """Where one column is the whole, 合计 says as little as 预算数."""
    return (_WHOLE.sub("", _plain_heading(label)),)


def _keyed(
    block: ProposedBlock,
    columns: Mapping[int, str],
    known: Mapping[str, str],
    rows: Mapping[int, str] | None = None,
) -> ProposedBlock:
    """The block with the base's keys, and for its other columns those that their headings have elsewhere."""
    taken = set(columns.values())
    named = []
    for at, column in enumerate(block.columns):
        key = columns.get(at, "")
        if not key:
            usual = known.get(_plain_heading(column.label), "") if column.kind == "amount" else ""
            key = usual if usual and usual not in taken else column.key
            taken.add(key)
        named.append(column._replace(key=key))
    same = rows or {}
    taken = set(same.values())
    lines = []
    for at, row in enumerate(block.rows):
        key = same.get(at) or (row.key if row.key not in taken else f"r{at + 1}")
        lines.append(row._replace(key=key))
    return block._replace(columns=tuple(named), rows=tuple(lines))


def _block(block: ProposedBlock) -> dict[str, Any]:
    """What a template writes of a block."""
    return {
        "key": block.key,
        "relabelled": False,
        "body": block.body,
        "subjects": block.subjects,
        "room": block.room,
        "total": block.total,
        "tree": block.tree,
        "listed": block.listed,
        "columns": block.columns,
        "rows": block.rows,
        "rowsums": block.rowsums,
        "sums": block.sums,
    }


def headings_known(tables: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """The keys that a base's amounts have, by the plain names of their headings; of several the first."""
    found: dict[str, str] = {}
    for table in tables:
        for block in table["block"]:
            for column in block["columns"]:
                if column["kind"] == "amount":
                    found.setdefault(_plain_heading(column["label"]), column["key"])
    return {name: key for name, key in found.items() if name}


def _likeness(one: str, other: str) -> float:
    if not one or not other:
        return 0.0
    if one == other:
        return 1.0
    short, long = sorted((one, other), key=len)
    if len(short) >= _SHORTEST and short in long:
        return 0.95 - len(long) / 1000
    return SequenceMatcher(None, one, other, autojunk=False).ratio() - 0.01
