"""The equations that follow from how a table is built, so that no rule writes them table by table.

A block says ``tree`` (a parent is the sum of its children, 合计 that of the highest rows), ``rowsums`` (a column
is the sum of others, in every row) and ``sums`` (a row is the sum of others, in every column); a table says
``balance`` (what its sides have in common). A rule with ``structure`` stands for those of all blocks, or of the
``blocks`` that it names, in the tables' order.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from xlbudget.errors import StandardError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from xlbudget.standard.model import Block, Table

_COLUMN = re.compile(r"[a-z_0-9]+")
_ROW = re.compile(r"[A-Za-z_0-9:*]+")
_SIDE = re.compile(r"[a-z_0-9]+(?=\[)")
_TREES: Mapping[str, tuple[str, ...]] = {
    "subject": ("{}[each:parent].* = {}[all:child].*", "{}[total].* = {}[all:top].*"),
    "project": ("{}[each:group].* = {}[all:child].*", "{}[total].* = {}[all:top].*"),
    "unit": ("{}[total].* = {}[all:unit].*",),
}
"""What a tree is, by the body of the block; rows that are prescribed or forms have none."""


def _tree(block: Block) -> Iterator[str]:
    if block.tree:
        if block.body not in _TREES:
            raise StandardError(
                f"表块 {block.key} 的 tree 只用于{'、'.join(_TREES)}，它的行是 {block.body}。"
            )
        yield from (text.format(block.key, block.key) for text in _TREES[block.body])


def _rowsums(block: Block) -> Iterator[str]:
    # The total of units is the sum of their rows; that it adds up across as well is a check, not a definition.
    lead = "each:unit" if block.body == "unit" else "each"
    for text in block.rowsums:
        whole, sign, parts = text.partition("=")
        named = _COLUMN.sub(lambda match: f"{block.key}[each].{match[0]}", parts)
        yield f"{block.key}[{lead}].{whole}{sign}{named}"


def _sums(block: Block) -> Iterator[str]:
    for text in block.sums:
        yield _ROW.sub(lambda match: f"{block.key}[{match[0]}].*", text)


_OF_BLOCKS: Mapping[str, Callable[[Block], Iterator[str]]] = {
    "tree": _tree,
    "rowsum": _rowsums,
    "sum": _sums,
}
BALANCE = "balance"
KINDS = (*_OF_BLOCKS, BALANCE)
"""What a rule's ``structure`` may name."""


def _balances(table: Table) -> Iterator[dict[str, object]]:
    for text in table.balance:
        whole = _SIDE.sub(lambda match: f"{table.key}.{match[0]}", text)
        yield {"is": whole, "derive": False}


def structural(
    kinds: Sequence[str], tables: Iterable[Table], only: Collection[str] = ()
) -> Iterator[str | dict[str, object]]:
    """The equations, as rules write them, of the kinds of structure, one kind after the other.

    ``only``: of these blocks or tables alone.

    Raises:
        StandardError: an unknown kind, or a block whose rows have no such structure.
    """
    tables = list(tables)
    for kind in kinds:
        if kind not in KINDS:
            raise StandardError(f"规则的 structure“{kind}”不在{'、'.join(KINDS)}之中。")
        for table in tables:
            if kind == BALANCE:
                if not only or table.key in only:
                    yield from _balances(table)
                continue
            for block in table.blocks:
                if not only or block.key in only or table.key in only:
                    yield from _OF_BLOCKS[kind](block)
