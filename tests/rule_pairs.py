"""The catalogue's miniature budgets: a base workbook, a few changed cells, and what validation says."""

from __future__ import annotations

import json
import re
import tomllib
from decimal import Decimal
from pathlib import Path
from string import ascii_uppercase
from typing import TYPE_CHECKING, Any

from ledgers import ledger_of, with_ledger
from xlbudget.checks.posted import settled_book
from xlbudget.editing.build import build_workbook
from xlbudget.editing.notes import plan_notes
from xlbudget.explaining.explain import explain, glossary
from xlbudget.importing.data_folder import read_folder
from xlbudget.reading.book import read_book
from xlbudget.texts.last_year import with_last_year
from xlbudget.texts.whole import validate_whole
from xlbudget.xlsx.cells import CellEdit
from xlbudget.xlsx.workbook import Workbook

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlbudget.figures import Book
    from xlbudget.findings import Finding, Report
    from xlbudget.standard.model import Standard

FOLDER = Path(__file__).parent / "rules"
FILE = FOLDER / "pairs.toml"


def _read() -> dict[str, Any]:
    return tomllib.loads(FILE.read_text("utf-8"), parse_float=Decimal)


_DATA = _read()
PAIRS: dict[str, dict[str, Any]] = {one["code"]: one for one in _DATA["pair"]}
Edit = list[Any]


class Miniatures:
    """The base workbook and what becomes of it when cells are changed."""

    def __init__(self, standard: Standard, folder: Path) -> None:
        self.standard, self.folder = standard, folder
        book = read_folder(FOLDER / "base", standard)
        built = folder / "无说明.xlsx"
        build_workbook(standard, book, built, year=book.year)
        opened = Workbook(built)
        plan = plan_notes(opened, explain(standard, book), glossary(standard, book))
        self.path = folder / "某市档案馆.xlsx"
        opened.patch(self.path, plan.edits)
        self.base = Workbook(self.path)
        by_ledger = folder / "由底稿.xlsx"
        ledger = ledger_of(standard, FOLDER / "base-ledger.csv")
        build_workbook(standard, with_ledger(standard, book, ledger), by_ledger, year=book.year)
        self.ledger = Workbook(by_ledger)

    def changed(self, edits: Sequence[Edit], base: Workbook | None = None) -> Book:
        """The base with changed cells, as it is read from the file.

        Cells are taken as typed, whether or not the base has a formula there: nothing recalculates.
        """
        base = base or self.base
        if not edits:
            return read_book(base)
        path = self.folder / "改后.xlsx"
        base.patch(path, [self._edit(edit, base) for edit in edits])
        return read_book(path)

    def base_of(self, pair: dict[str, Any]) -> Workbook:
        """The workbook that a pair changes: filled in table by table, or by its ledger."""
        return self.ledger if "ledger" in pair else self.base

    def _edit(self, edit: Edit, base: Workbook) -> CellEdit:
        sheet, cell, *rest = edit
        if len(rest) == 1:
            value = rest[0]
            return CellEdit(
                sheet,
                cell,
                (None if value == "" else Decimal(value) if isinstance(value, int) else value),
            )
        old, new = rest
        text = self.text(sheet, cell, base)
        assert text.count(old) >= 1, (sheet, cell, old)
        return CellEdit(sheet, cell, text.replace(old, new, 1))

    def text(self, sheet: str, cell: str, base: Workbook | None = None) -> str:
        """What stands in a cell of the base, as text."""
        letters, line = re.fullmatch(r"([A-Z])(\d+)", cell).groups()
        lines = (base or self.base).lines(sheet)
        values = lines[int(line) - 1] if int(line) <= len(lines) else []
        at = ord(letters) - ord("A")
        value = values[at] if at < len(values) else ""
        return f"{value:.2f}" if isinstance(value, float) else str(value)

    def report(self, pair: dict[str, Any], kind: str) -> Report:
        """What is said of the wrong or the right one of a pair."""
        book = self.changed([*pair.get("both", ()), *pair.get(kind, ())], self.base_of(pair))
        if pair.get("ledger") == "followed":
            book = settled_book(self.standard, book).book
        if kind == "wrong" and "without" in pair:
            table = next(one for one in self.standard.tables if one.sheet == pair["without"])
            gone = {block.key for block in table.blocks}
            sheets = {key: name for key, name in book.sheets.items() if key != table.key}
            kept = {key: data for key, data in book.blocks.items() if key not in gone}
            book = book._replace(blocks=kept, sheets=sheets)
        report = validate_whole(self.standard, book)
        if "last" in pair:
            edits = pair["last"] if kind == "wrong" else []
            last = self.changed([*_DATA["last_year"], *edits])
            report = with_last_year(report, self.standard, book, self.standard, last)
        return report


def sentence(finding: Finding) -> str:
    """A finding as the report prints it: level, code, place, message."""
    place = f"{finding.sheet or finding.table} {finding.cell}".strip()
    return f"［{finding.level.chinese}］{finding.code} {place}：{finding.message}"


def said(report: Report, code: str) -> list[str]:
    """The findings of a report; where the rule is only in the basis, that sentence follows."""
    lines = []
    for finding in report.findings:
        lines.append(sentence(finding))
        if finding.code != code:
            lines += [f"依据：{one}" for one in finding.basis if one.split()[0] == code][:1]
    return lines


def rewrite(code: str, lines: list[str]) -> None:
    """Put what is said now into the file."""
    text = FILE.read_text("utf-8")
    listed = "".join(f"  {json.dumps(line, ensure_ascii=False)},\n" for line in lines)
    pattern = re.compile(
        rf'(\[\[pair\]\]\ncode = "{code}"\n(?:(?!\[\[pair).)*?\nsays = )\[.*?\n?\]\n', re.DOTALL
    )
    new, count = pattern.subn(lambda found: f"{found[1]}[\n{listed}]\n", text)
    assert count == 1, code
    FILE.write_text(new, "utf-8", newline="\n")


def markdown(minis: Miniatures) -> str:
    """Every pair in the words of the sheets, for docs/rules.md."""
    parts = []
    # Read anew: what is said may just have been rewritten.
    current = {one["code"]: one for one in _read()["pair"]}
    for rule in minis.standard.rules:
        pair = current[rule.code]
        lines = [f"### {rule.code} {rule.title}", ""]
        for kind, title in (("both", "先改"), ("wrong", "错"), ("last", "错：上年的")):
            lines += [
                f"- {title}：{_cell_text(minis, edit, minis.base_of(pair))}"
                for edit in pair.get(kind, ())
            ]
        if "without" in pair:
            lines.append(f"- 错：没有工作表“{pair['without']}”")
        lines += [f"- 校验：{one}" if one[0] == "［" else f"  {one}" for one in pair["says"]]
        changed = [*pair.get("wrong", ()), *pair.get("last", ())]
        base = minis.base_of(pair)
        lines += [f"- 对：{_cell_text(minis, edit, base, right=True)}" for edit in changed]
        if "without" in pair:
            lines.append(f"- 对：有工作表“{pair['without']}”")
        parts.append("\n".join(lines) + "\n")
    return "\n".join(parts)


_LONG = 30
"""A text beside a cell that is longer is no name."""


def _cell_text(minis: Miniatures, edit: Edit, base: Workbook, *, right: bool = False) -> str:
    """A changed cell with the name of its row: what it holds, or held before (``right``)."""
    sheet, cell, *rest = edit
    if len(rest) == 2:
        shown = rest[0] if right else rest[1]
        return f"{sheet} {cell} 写作“{shown}”" if shown else f"{sheet} {cell} 没有“{rest[0]}”"
    left = [
        minis.text(sheet, f"{one}{cell[1:]}", base)
        for one in ascii_uppercase[ascii_uppercase.index(cell[0]) - 1 :: -1]
    ]
    name = next((one for one in left if re.search("[一-龥]", one)), "") if cell[0] != "A" else ""
    name = f"“{name}”" if len(name) < _LONG and name else ""
    value = minis.text(sheet, cell, base) if right else str(rest[0])
    if right and isinstance(rest[0], int):
        value = value.partition(".")[0]
    return f"{sheet} {cell}{name}为 {value}" if value else f"{sheet} {cell}{name}空白"
