"""Whatever the book holds, the text is whole: no error, no nonsense, each number of a figure."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from explaining.notes_books import CASES, wrong
from xlbudget.explaining.explain import explain, glossary
from xlbudget.figures import BlockData, InfoValue, Unreadable
from xlbudget.money import COUNT, WAN, YUAN, Amount

if TYPE_CHECKING:
    from xlbudget.figures import Book, Cell
    from xlbudget.money import Unit
    from xlbudget.standard.model import Standard

REASONS = ("", "政策调整。", "主要原因是人员增加", "。", "因为，", "2023年一次性项目完成")


def random_cell(rng: random.Random, unit: Unit) -> Cell:
    kind = rng.random()
    if kind < 0.25:
        return None
    if kind < 0.4:
        return Amount(0, unit)
    if kind < 0.44:
        return Unreadable(rng.choice(["见附件", "#REF!", "1.2.3", "-"]))
    if kind < 0.48:
        return Amount(-rng.randrange(10**8) * unit.fen // 100, unit)
    if kind < 0.55:
        return Amount(rng.choice([1, 10, 99]) * unit.fen // 100, unit)
    return Amount(rng.randrange(10**7) * unit.fen // 100, unit)


def random_book(standard: Standard, example: Book, seed: int) -> Book:
    rng = random.Random(seed)
    start = rng.choice([lambda *_: example, *CASES.values()])(standard, example)
    blocks = {}
    keep = rng.choice([0.0, 0.5, 0.9, 1.0])
    change = rng.choice([0.0, 0.1, 1.0])
    for key, data in start.blocks.items():
        if rng.random() < 0.06:
            continue
        unit = standard.blocks[key].unit
        rows = [
            row._replace(
                cells=tuple(
                    random_cell(rng, unit) if rng.random() < change else cell for cell in row.cells
                ),
                label=row.label if rng.random() < 0.97 else "",
            )
            for row in data.rows
            if rng.random() <= keep
        ]
        if rows and rng.random() < 0.1:
            rows.append(rng.choice(rows))
        blocks[key] = BlockData.of(rows)
    info = {}
    for field in standard.fields.values():
        found = start.info.get(field.key)
        if rng.random() < 0.2:
            continue
        if field.kind == "amount" and rng.random() < 0.5:
            found = InfoValue(random_cell(rng, rng.choice([WAN, WAN, YUAN])))
        elif field.kind == "count" and rng.random() < 0.5:
            found = InfoValue(rng.choice([None, Amount(rng.randrange(4), COUNT, 0)]))
        elif field.key.startswith("reason_"):
            found = InfoValue(rng.choice(REASONS))
        elif field.key == "unit_kind":
            found = InfoValue(rng.choice(field.choices))
        if found is not None:
            info[field.key] = found
    return start._replace(blocks=blocks, info=info, keyed=start.keyed if rng.random() < 0.7 else {})


@settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(seed=st.integers(0, 10**9))
def test_any_book_gives_a_whole_text(standard: Standard, example: Book, seed: int) -> None:
    book = random_book(standard, example, seed)
    for document in (explain(standard, book), glossary(standard, book)):
        assert wrong(document) == []
