"""Random budgets of the bundled standard whose true amounts are known to the 分.

Every printed cell is its true amount rounded half up by itself; or, ``footed``, the totals of each
table are the sums of its rounded parts, as many finance systems print them. The tables are built
here from the meaning of the money, not from the rules that are to be tested.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from random_money import SIZES, STANDARD, Size, random_money, split
from random_tables import economic, functional, projects, summary, three_public

from xlbudget.figures import InfoValue
from xlbudget.importing.data_folder import read_folder
from xlbudget.money import COUNT, Amount
from xlbudget.rules.grid import Grid
from xlbudget.rules.relations import definitions, evaluate, expand

if TYPE_CHECKING:
    import random

    from xlbudget.figures import Book

__all__ = ["SIZES", "STANDARD", "Size", "random_budget", "reference"]

EXAMPLE = Path(__file__).parents[2] / "examples" / "changchun-gov-office-2024"


def reference() -> Book:
    """The real department's figures."""
    return read_folder(EXAMPLE, STANDARD)


def random_budget(rng: random.Random, size: Size, *, footed: bool = False) -> Book:
    """A consistent budget of about the size; see the head of this module."""
    money = random_money(rng, size)
    base = reference()
    blocks = {**summary(money, base.text("unit_name")), **functional(money)}
    blocks["basic"], leaves = economic(rng, money, size)
    blocks["three_public"] = three_public(rng, leaves)
    blocks["project"], blocks["performance"] = projects(rng, money, size)
    order = {key: blocks[key] for key in base.blocks}
    whole = sum(money.values())
    works, goods, services = split(rng, whole // 10, 3)
    bought = {"works": works, "goods": goods, "services": services, "total": whole // 10}
    info = {
        **base.info,
        **{
            f"procurement_{key}": InfoValue(Amount(fen).rounded(STANDARD.unit))
            for key, fen in bought.items()
        },
    }
    if Amount(leaves["31013"]).rounded(STANDARD.unit).fen:
        info["plan_vehicles"] = InfoValue(Amount(1, COUNT, 0))
    notes = {
        table.key: (table.empty_statement,)
        for table in STANDARD.tables
        if table.empty_statement and all(order[block.key].empty for block in table.blocks)
    }
    book = base._replace(name="random", blocks=order, info=info, notes=notes, forms=())
    return _footed(book) if footed else book


def _footed(book: Book) -> Book:
    """Every total of a table as the sum of that table's rounded parts."""
    grid = Grid(STANDARD, book)
    inside = [
        relation
        for relation in expand(grid).relations
        if len({grid.spot(number).block for _, number in relation.terms}) == 1
    ]
    cells = evaluate(grid, definitions(inside), lambda number: grid.cells[number] is None)
    return grid.as_book(cells)
