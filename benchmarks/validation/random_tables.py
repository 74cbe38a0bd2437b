"""The tables of a random budget, made of its money and of the meaning of the tables."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from random_money import BOUNDS, FUNDS, MIRRORS, STANDARD, Money, Size, random_amount, split

from xlbudget.figures import TOTAL, BlockData, Row
from xlbudget.money import Amount

if TYPE_CHECKING:
    import random

__all__ = ["economic", "functional", "projects", "summary", "three_public"]


class _Sheet:
    """Rows of one block under construction: exact 分 by row and column, blank where nothing."""

    def __init__(self, block: str) -> None:
        self.block = STANDARD.blocks[block]
        self.cells: defaultdict[str, defaultdict[str, int]] = defaultdict(lambda: defaultdict(int))
        self.rows: list[Row] = []

    def add(self, row: str, column: str, fen: int) -> None:
        self.cells[row][column] += fen

    def row(self, key: str, kind: str, label: str, parent: str = "") -> None:
        found = self.cells[key]
        cells = tuple(
            Amount(found[column]).rounded(self.block.unit) if found[column] else None
            for column in self.block.amounts
        )
        texts = ("",) * len(self.block.of_kind("text"))
        self.rows.append(Row(key, kind, label, cells, texts, parent))

    def fixed(self, classes: list[str] | None = None) -> BlockData:
        """The prescribed rows, classes in their place."""
        for spec in self.block.rows:
            if spec.slot:
                for code in classes or ():
                    self.row(code, "class", _name("functional", code))
            else:
                self.row(spec.key, "fixed", spec.label)
        return BlockData.of(self.rows)

    def subjects(self, names: str) -> BlockData:
        """A row for each subject with money, and 合计."""
        for code in sorted(one for one in self.cells if one != TOTAL):
            if any(self.cells[code].values()):
                self.row(code, "subject", _name(names, code))
        if self.rows:
            self.row(TOTAL, "total", self.block.total)
        return BlockData.of(self.rows)


def _name(names: str, code: str) -> str:
    found = STANDARD.subjects[names].find(code, 2024)
    return found.name if found else f"科目{code}"


def _upwards(names: str, code: str) -> list[str]:
    return [*STANDARD.subjects[names].parents(code), code, TOTAL]


def summary(money: Money, unit: str) -> dict[str, BlockData]:
    """Tables 1, 2 and 4."""
    income, expense, by_unit = _Sheet("summary.income"), _Sheet("summary.expense"), _Sheet("income")
    fiscal_in, fiscal_out = _Sheet("fiscal.income"), _Sheet("fiscal.expense")
    classes: dict[bool, set[str]] = {True: set(), False: set()}
    for (code, fund, _, when), fen in money.items():
        public = fund in FUNDS[:3]
        rows = [fund, "fiscal"] if public else [fund]
        if fund == "own":
            rows = ["own", "business"] if when == "current" else ["own"]
        time = "current" if when == "current" else "carryover"
        for column in ("budget", time):
            for row in (*rows, "subtotal", TOTAL):
                income.add(row, column, fen)
            for row in (code[:3], "subtotal", TOTAL):
                expense.add(row, column, fen)
            for row in (fund, "subtotal", TOTAL) if public else ():
                fiscal_in.add(row, column, fen)
            for row in (code[:3], "subtotal", TOTAL) if public else ():
                fiscal_out.add(row, column, fen)
        source = "business" if fund == "own" else fund
        column = source if when == "current" else f"carry_{fund}"
        for row in (unit, TOTAL):
            by_unit.add(row, column, fen)
            by_unit.add(row, time, fen)
            by_unit.add(row, "total", fen)
        classes[False].add(code[:3])
        if public:
            classes[True].add(code[:3])
    by_unit.row(unit, "unit", unit)
    by_unit.row(TOTAL, "total", by_unit.block.total)
    return {
        "summary.income": income.fixed(),
        "summary.expense": expense.fixed(sorted(classes[False])),
        "income": BlockData.of(by_unit.rows),
        "fiscal.income": fiscal_in.fixed(),
        "fiscal.expense": fiscal_out.fixed(sorted(classes[True])),
    }


def functional(money: Money) -> dict[str, BlockData]:
    """Tables 3, 5, 8 and 9."""
    sheets = {key: _Sheet(key) for key in ("expenditure", "general", "fund", "capital")}
    for (code, fund, kind, _), fen in money.items():
        basic = "project" if kind == "project" else "basic"
        for row in _upwards("functional", code):
            for key in ("expenditure", fund):
                if key in sheets:
                    sheets[key].add(row, "total", fen)
                    sheets[key].add(row, basic, fen)
            if fund == "general" and kind != "project":
                sheets["general"].add(row, kind, fen)
    return {key: sheet.subjects("functional") for key, sheet in sheets.items()}


def economic(
    rng: random.Random, money: Money, size: Size
) -> tuple[BlockData, defaultdict[str, int]]:
    """Table 6, and what each economic subject gets."""
    wholes: defaultdict[str, int] = defaultdict(int)
    leaves: defaultdict[str, int] = defaultdict(int)
    for (code, fund, kind, _), fen in money.items():
        if fund == "general" and kind != "project":
            mirror = MIRRORS.get(code)
            if mirror:
                leaves[mirror] += fen
            else:
                wholes[kind] += fen
    listed = sorted(
        code for code in STANDARD.subjects["economic"].by_code if len(code) == len("30101")
    )
    for kind, tops, count in (
        ("personnel", ("301", "303"), size.personnel),
        ("public", ("302", "310"), size.public),
    ):
        pool = [one for one in listed if one[:3] in tops and one not in MIRRORS.values()]
        if kind == "personnel":
            pool.remove("30110")
        chosen = rng.sample(pool, min(count, len(pool))) if wholes[kind] else []
        for code, fen in zip(
            chosen, split(rng, wholes[kind], len(chosen)) if chosen else (), strict=True
        ):
            leaves[code] += fen
    sheet = _Sheet("basic")
    for code, fen in leaves.items():
        column = "personnel" if code[:3] in ("301", "303") else "public"
        for row in _upwards("economic", code):
            sheet.add(row, "total", fen)
            sheet.add(row, column, fen)
    return sheet.subjects("economic"), leaves


def three_public(rng: random.Random, economic: defaultdict[str, int]) -> BlockData:
    """Table 7: at least what table 6 has."""
    sheet = _Sheet("three_public")
    for code, row in BOUNDS.items():
        fen = economic[code] + (random_amount(rng) // 10 if rng.random() < 0.6 else 0)  # noqa: PLR2004
        rows = (row, "vehicle", TOTAL) if row.startswith("vehicle") else (row, TOTAL)
        for one in rows:
            sheet.add(one, "budget", fen)
            sheet.add(one, "current", fen)
    if economic["31013"]:
        for one in ("vehicle_purchase", "vehicle", TOTAL):
            sheet.add(one, "budget", economic["31013"])
            sheet.add(one, "current", economic["31013"])
    return sheet.fixed()


def projects(rng: random.Random, money: Money, size: Size) -> tuple[BlockData, BlockData]:
    """Tables 10 and 11: the project money of each source, over items."""
    sources: defaultdict[str, int] = defaultdict(int)
    for (_, fund, kind, when), fen in money.items():
        if kind == "project":
            carried = when == "carry" and fund in FUNDS[:3]
            sources[f"carry_{fund}" if carried else fund] += fen
    items = [f"项目{number + 1}" for number in range(size.items)]
    project, form = _Sheet("project"), _Sheet("performance")
    group = {
        item: f"group:一级{index * size.groups // size.items + 1}"
        for index, item in enumerate(items)
    }
    for source, whole in sources.items():
        if not whole:
            continue
        share = len(items) if source == "general" else max(1, len(items) // 3)
        chosen = rng.sample(items, rng.randrange(max(1, share // 2), share + 1))
        column = "fiscal" if source in FUNDS[:3] else "carryover" if "carry" in source else "other"
        for item, fen in zip(chosen, split(rng, whole, len(chosen)), strict=True):
            for row in (item, group[item], TOTAL):
                project.add(row, source, fen)
                project.add(row, "total", fen)
            form.add(item, column, fen)
            form.add(item, "total", fen)
    for name in dict.fromkeys(group.values()):
        inside = [item for item in items if group[item] == name and item in form.cells]
        if inside:
            project.row(name, "group", name.removeprefix("group:"))
        for item in inside:
            project.row(item, "item", item, name)
            form.row(item, "form", item)
    if project.rows:
        project.row(TOTAL, "total", project.block.total)
    return BlockData.of(project.rows), BlockData.of(form.rows)
