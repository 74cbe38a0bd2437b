"""The second standard of the tests, and books of its two documents: their figures and their texts as published."""

from __future__ import annotations

import tomllib
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xlbudget.figures import BlockData as Data
from xlbudget.figures import Book, InfoValue, Row, TextUnit
from xlbudget.money import COUNT, WAN, YUAN, Amount, from_number
from xlbudget.standard.loader import load_standard

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from xlbudget.figures import Cell
    from xlbudget.standard.model import Standard

_DOCUMENTS = Path(__file__).parent / "second_documents.toml"
DOCUMENTS: dict[str, Any] = tomllib.loads(_DOCUMENTS.read_text("utf-8"))


@lru_cache(maxsize=1)
def second_standard() -> Standard:
    return load_standard("shanghai")


def yuan(fen: int) -> Amount:
    return Amount(fen, YUAN)


def _fen(text: str) -> int:
    return int(Decimal(text) * 100)


def _tree(leaves: Mapping[str, tuple[int, ...]]) -> dict[str, tuple[int, ...]]:
    """Leaves with all that is above them, and their total."""
    sums: dict[str, list[int]] = {}
    for code, fens in leaves.items():
        for key in (*(code[:length] for length in (3, 5, 7) if length <= len(code)), "total"):
            there = sums.setdefault(key, [0] * len(fens))
            for at, fen in enumerate(fens):
                there[at] += fen
    ordered = sorted(sums, key=lambda key: (key == "total", key))
    return {key: tuple(sums[key]) for key in ordered}


def _rows(tree: Mapping[str, tuple[int, ...]], names: Mapping[str, str]) -> Data:
    rows = []
    for key, fens in tree.items():
        kind = "total" if key == "total" else "subject"
        cells: tuple[Cell, ...] = tuple(map(yuan, fens))
        rows.append(Row(key, kind, names.get(key, "合计"), cells))
    return Data.of(rows)


def _fixed(standard: Standard, block: str, cells: Mapping[str, tuple[Amount, ...]]) -> Data:
    labels = {row.key: row.label for row in standard.blocks[block].rows}
    return Data.of([Row(key, "fixed", labels[key], one) for key, one in cells.items()])


def _classes(tree: Mapping[str, tuple[int, ...]], names: Mapping[str, str], total: str) -> Data:
    rows = [
        Row(code, "class", names[code], tuple(map(yuan, fens)))
        for code, fens in tree.items()
        if len(code) == 3
    ]
    return Data.of([*rows, Row("total", "fixed", total, tuple(map(yuan, tree["total"])))])


def second_book(
    given: Mapping[str, Any],
    texts: Iterable[TextUnit] = (),
    **more: Mapping[str, str],
) -> Book:
    """A book of these figures; ``more`` are lists of 基础信息."""
    standard = second_standard()
    names = {code: one[0] for code, one in given["general"].items()}
    general = {c: (_fen(one[1]), _fen(one[2])) for c, one in given["general"].items() if one[1:]}
    own = {code: _fen(one) for code, one in given.get("business", {}).items()}
    spent = _tree({code: (a + b, a, b) for code, (a, b) in general.items()})
    every = {
        code: (a + b + own.get(code, 0), a, b + own.get(code, 0))
        for code, (a, b) in general.items()
    }
    income = {c: (one[0], one[0] - own.get(c, 0), own.get(c, 0), 0, 0) for c, one in every.items()}
    fiscal, business, nought = spent["total"][0], sum(own.values()), yuan(0)
    blocks = {
        "summary.income": _fixed(
            standard,
            "summary.income",
            {
                "fiscal": (yuan(fiscal),),
                "general": (yuan(fiscal),),
                "fund": (nought,),
                "capital": (nought,),
                "business": (yuan(business),),
                "operating": (nought,),
                "other": (nought,),
                "total": (yuan(fiscal + business),),
            },
        ),
        "summary.expense": _classes(
            {code: one[:1] for code, one in _tree(every).items()}, names, "支出总计"
        ),
        "income": _rows(_tree(income), names),
        "expenditure": _rows(_tree(every), names),
        "fiscal.income": _fixed(
            standard,
            "fiscal.income",
            {
                "general": (yuan(fiscal),),
                "fund": (nought,),
                "capital": (nought,),
                "total": (yuan(fiscal),),
            },
        ),
        "fiscal.expense": _classes(
            {code: (one[0], one[0], 0, 0) for code, one in spent.items()}, names, "支出总计"
        ),
        "general": _rows(spent, names),
        "fund": Data.of([]),
        "capital": Data.of([]),
        "three_public": Data.of(
            [
                Row(
                    "line",
                    "fixed",
                    "",
                    tuple(from_number(Decimal(one), WAN) for one in given["three_public"].values()),
                )
            ]
        ),
    }
    info = {
        "unit_name": InfoValue(given["name"]),
        "year": InfoValue(str(given["year"])),
        "report_kind": InfoValue(given["kind"]),
    }
    for key, one in given["info"].items():
        if isinstance(one, int):
            info[key] = InfoValue(Amount(one, COUNT, 0))
        else:
            money = standard.fields[key].kind == "amount"
            info[key] = InfoValue(yuan(_fen(one)) if money else one)
    return Book(
        name=given["name"],
        standard=standard.id,
        year=given["year"],
        info=info,
        blocks=blocks,
        texts=tuple(texts),
        keyed=more,
    )


def published_units(given: Mapping[str, Any]) -> list[TextUnit]:
    """The paragraphs as published."""
    units = []
    for section, text in given["texts"].items():
        for number, line in enumerate(text.strip().split("\n"), 1):
            titled = number == 1 and line.startswith(f"{section}、")
            units.append(TextUnit("notes", section, f"{section}.{number}", line, heading=titled))
    return units
