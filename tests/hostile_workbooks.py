"""Workbooks that somebody made to break a reader: a good one whose parts are patched.

``HOSTILE`` leads from a name to what is done to the parts; ``QUICK`` are those that are small, ``HEAVY`` the
others. Each is one thing beyond what a budget can be: amounts, references, elements, texts, depth,
numbers of sheets, names, merges and lines.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING, NamedTuple
from zipfile import ZipFile

from xlbudget.xlsx.archive import Archive, workbook_parts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

GENERAL = "一般公共预算支出表"
INFO = "基础信息"
STRINGS, STYLES = "xl/sharedStrings.xml", "xl/styles.xml"
FEW, MANY = 2_700, 295_000


class Parts:
    """The unpacked parts of a workbook, to be changed and written again."""

    def __init__(self, source: Path) -> None:
        archive = Archive(source)
        self.data = {name: archive.read(name) for name in archive.namelist()}
        found = workbook_parts(archive)
        self.book = found.book
        self.sheets = {name: sheet.part for name, sheet in found.sheets.items()}

    def write(self, target: Path) -> Path:
        """The workbook with the parts as they are now."""
        with ZipFile(target, "w") as archive:
            for name, data in self.data.items():
                archive.writestr(name, data)
        return target

    def replace(self, part: str, old: str, new: str, count: int = 1) -> None:
        """A text of a part, which must be there, by another one."""
        data = self.data[part]
        assert old.encode() in data, (part, old)
        self.data[part] = data.replace(old.encode(), new.encode(), count)

    def add_rows(self, rows: Iterable[str], sheet: str = GENERAL) -> None:
        """Elements below the last line of a sheet."""
        self.replace(self.sheets[sheet], "</sheetData>", "".join(rows) + "</sheetData>")

    def add_after_cells(self, elements: str, sheet: str = GENERAL) -> None:
        """Elements behind the cells of a sheet."""
        self.replace(self.sheets[sheet], "</sheetData>", "</sheetData>" + elements)

    def set_cell(self, cell: str, inner: str, sheet: str = GENERAL, kind: str = "") -> None:
        """What stands in a cell that is there; ``kind`` is the type of its value."""
        part = self.sheets[sheet]
        pattern = re.compile(
            rb'<c r="%s"( s="\d+")?[^>]*?(?:/>|>.*?</c>)' % cell.encode(), re.DOTALL
        )
        match = pattern.search(self.data[part])
        assert match is not None, cell
        told = f' t="{kind}"' if kind else ""
        new = f'<c r="{cell}"{(match[1] or b"").decode()}{told}>{inner}</c>'.encode()
        self.data[part] = self.data[part][: match.start()] + new + self.data[part][match.end() :]

    def cell_where(self, pattern: str, sheet: str = GENERAL) -> str:
        """The name of the first cell whose XML matches."""
        match = re.search(pattern, self.data[self.sheets[sheet]].decode())
        assert match is not None, pattern
        return match[1]


_AMOUNT = r'<c r="([D-H]\d+)"(?: s="\d+")?><v>[\d.]+</v></c>'
"""An amount that was typed."""


def _amount(text: str, kind: str = "") -> Callable[[Parts], None]:
    """The first typed amount of a table is this number (of ``kind``)."""

    def change(parts: Parts) -> None:
        inner = f"<is><t>{text}</t></is>" if kind == "inlineStr" else f"<v>{text}</v>"
        parts.set_cell(parts.cell_where(_AMOUNT), inner, kind=kind)

    return change


def _result(text: str) -> Callable[[Parts], None]:
    def change(parts: Parts) -> None:
        cell = parts.cell_where(r'<c r="(C\d+)"[^>]*><f>[^<]*</f><v>[\d.]+</v></c>')
        parts.set_cell(cell, f"<f>SUM(D9:H9)</f><v>{text}</v>")

    return change


def _info(text: str) -> Callable[[Parts], None]:
    """Every number of 基础信息 is this one."""

    def change(parts: Parts) -> None:
        part = parts.sheets[INFO]
        data, count = re.subn(
            rb"(<c r=\"B\d+\"(?: s=\"\d+\")?>)<v>[\d.]+</v>",
            rb"\1<v>%s</v>" % text.encode(),
            parts.data[part],
        )
        assert count
        parts.data[part] = data

    return change


def _row(xml: str) -> Callable[[Parts], None]:
    return lambda parts: parts.add_rows([xml])


def _behind(xml: str) -> Callable[[Parts], None]:
    return lambda parts: parts.add_after_cells(xml)


def text_cell(cell: str, text: str) -> str:
    """A cell with a text of its own."""
    return f'<c r="{cell}" t="inlineStr"><is><t>{text}</t></is></c>'


def number_cell(cell: str, number: str) -> str:
    """A cell with a number."""
    return f'<c r="{cell}"><v>{number}</v></c>'


def subject_rows(count: int, code: Callable[[int], str], first: int = 500) -> Iterable[str]:
    """Lines of subjects with an amount of 1.00."""
    for row in range(first, first + count):
        cells = text_cell(f"A{row}", code(row)) + text_cell(f"B{row}", "行政运行")
        yield f'<row r="{row}">{cells}{number_cell(f"C{row}", "1")}{number_cell(f"D{row}", "1")}</row>'


def _subjects(count: int, code: Callable[[int], str]) -> Callable[[Parts], None]:
    return lambda parts: parts.add_rows(subject_rows(count, code))


def _named_rows(sheet: str, count: int, name: Callable[[int], str]) -> Callable[[Parts], None]:
    def change(parts: Parts) -> None:
        rows = (
            f'<row r="{row}">{text_cell(f"A{row}", name(row))}{text_cell(f"B{row}", name(row))}'
            f"{number_cell(f'C{row}', '1')}{number_cell(f'D{row}', '1')}</row>"
            for row in range(500, 500 + count)
        )
        parts.add_rows(rows, sheet)

    return change


def ledger_rows(count: int, code: str = "2010301") -> Iterable[str]:
    """Further lines of the ledger, all alike."""
    for row in range(2100, 2100 + count):
        cells = "".join(text_cell(f"{letter}{row}", code) for letter in "ABCDEF")
        yield f'<row r="{row}">{cells}{number_cell(f"G{row}", "1")}</row>'


def _strings(text: str, count: int = 1) -> Callable[[Parts], None]:
    """Further shared texts, which no cell has."""

    def change(parts: Parts) -> None:
        parts.replace(STRINGS, "</sst>", f"<si><t>{text}</t></si>" * count + "</sst>")

    return change


def _many_sheets(count: int) -> Callable[[Parts], None]:
    def change(parts: Parts) -> None:
        relations = f"xl/_rels/{parts.book.rpartition('/')[2]}.rels"
        part = parts.sheets[INFO].removeprefix("xl/")
        numbers = range(500, 500 + count)
        kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"
        parts.replace(
            relations,
            "</Relationships>",
            "".join(f'<Relationship Id="x{n}" Type="{kind}" Target="{part}"/>' for n in numbers)
            + "</Relationships>",
        )
        parts.replace(
            parts.book,
            "</sheets>",
            "".join(f'<sheet name="x{n}" sheetId="{n}" r:id="x{n}"/>' for n in numbers)
            + "</sheets>",
        )

    return change


def _names(count: int, formula: str) -> Callable[[Parts], None]:
    def change(parts: Parts) -> None:
        names = (f'<definedName name="n{n}">{formula}</definedName>' for n in range(count))
        parts.replace(parts.book, "</definedNames>", "".join(names) + "</definedNames>")

    return change


def _entities(parts: Parts) -> None:
    """A text of a billion letters in a few lines."""
    levels = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    part = parts.sheets[GENERAL]
    head, _, rest = parts.data[part].decode().partition("?>")
    parts.data[part] = (
        f'{head}?><!DOCTYPE worksheet [<!ENTITY e0 "{"x" * 10}">{levels}]>{rest}'.encode()
    )
    parts.set_cell(parts.cell_where(_AMOUNT), "<is><t>&e9;</t></is>", kind="inlineStr")


def _deep(parts: Parts) -> None:
    parts.add_after_cells("<x>" * 200_000 + "</x>" * 200_000)


def _formula(text: str) -> Callable[[Parts], None]:
    def change(parts: Parts) -> None:
        parts.set_cell(parts.cell_where(_AMOUNT), f"<f>{text}</f><v>1</v>")

    return change


def _dimension(area: str) -> Callable[[Parts], None]:
    def change(parts: Parts) -> None:
        part = parts.sheets[GENERAL]
        data, count = re.subn(
            rb'<dimension ref="[^"]*"/>', b'<dimension ref="%s"/>' % area.encode(), parts.data[part]
        )
        assert count == 1
        parts.data[part] = data

    return change


def _merges(areas: Iterable[str], sheet: str = GENERAL) -> Callable[[Parts], None]:
    elements = "".join(f'<mergeCell ref="{area}"/>' for area in areas)

    def change(parts: Parts) -> None:
        part = parts.sheets[sheet]
        if b"</mergeCells>" in parts.data[part]:
            parts.replace(part, "</mergeCells>", f"{elements}</mergeCells>")
        else:
            parts.add_after_cells(f"<mergeCells>{elements}</mergeCells>", sheet)

    return change


FAR = (
    "ZZZZZZ1", "XFD1048576", "A1048577", "A99999999999", "A0", "A-5", "A", "7", "",
    "AAAAAAAAAA1", "a5", "甲1", "XFE5", "$A$5", "A" * 10_000, "A" + "1" * 10_000,
)  # fmt: skip
"""References to cells that a sheet does not have, or not near its others."""
FAR_ROWS = ("0", "-1", "1048577", "99999999999999", "x", "4294967295", "9" * 10_000)
FORMS = "项目支出绩效目标表"
LEDGER = "录入底稿"
NUMBERS = {
    "1e27": "1e27", "-1e27": "-1e27", "1e308": "1e308", "1e999": "1e999", "nan": "NaN",
    "infinite": "INF", "long": "9" * 30_000, "very long": "9" * 1_000_000, "1e14": "1e14",
    "fraction": "0." + "3" * 30_000,
}  # fmt: skip
_FORMATS = (
    '<conditionalFormatting sqref="A1:ZZZZZZ99999999"><cfRule type="expression" dxfId="0" '
    'priority="900"><formula>TRUE</formula></cfRule></conditionalFormatting>'
)
_VALIDATIONS = (
    '<dataValidations count="1"><dataValidation type="list" sqref="A1:ZZZZZZ99999999">'
    '<formula1>"a"</formula1></dataValidation></dataValidations>'
)


def _far(at: str) -> dict[str, str]:
    """Rows with a cell at a place, in the ways in which a cell can be written."""
    cells = {
        "cell": number_cell(at, "1"),
        "text cell": text_cell(at, "x"),
        "error cell": f'<c r="{at}" t="e"><v>#REF!</v></c>',
        "formula cell": f'<c r="{at}"><f>1+1</f></c>',
        "quoted cell": f"<c r='{at}'><v>1</v></c>",
        "late reference": f'<c s="1"  r = "{at}"><v>1</v></c>',
        "prefixed cell": f'<x:c r="{at}"><x:v>1</x:v></x:c>',
    }
    return {name: f'<row r="7000">{cell}</row>' for name, cell in cells.items()}


def _shared_bomb(parts: Parts) -> None:
    """A long text that stands in very many cells."""
    parts.replace(STRINGS, "</sst>", f"<si><t>{'千' * 32_000}</t></si></sst>")
    number = parts.data[STRINGS].count(b"<si>") - 1
    row = "".join(f'<c r="{letter}9000" t="s"><v>{number}</v></c>' for letter in "ABCDEFGH")
    parts.add_rows(
        row.replace("9000", str(at)).join((f'<row r="{at}">', "</row>")) for at in range(600, 2_600)
    )


def _second_relation(parts: Parts) -> None:
    """The same identity leads to two sheets."""
    relations = f"xl/_rels/{parts.book.rpartition('/')[2]}.rels"
    match = re.search(rb'<Relationship Id="rId1"[^>]*>', parts.data[relations])
    assert match is not None
    parts.replace(relations, "</Relationships>", match[0].decode() + "</Relationships>")


QUICK: dict[str, Callable[[Parts], None]] = {
    **{f"amount {name}": _amount(text) for name, text in NUMBERS.items()},
    **{f"amount in text {name}": _amount(text, "inlineStr") for name, text in NUMBERS.items()},
    **{f"result {name}": _result(text) for name, text in NUMBERS.items()},
    **{f"particular {name}": _info(text) for name, text in NUMBERS.items()},
    **{f"{kind} {at[:20]}": _row(row) for at in FAR for kind, row in _far(at).items()},
    **{f"row {at[:20]}": _row(f'<row r="{at}"><c><v>1</v></c></row>') for at in FAR_ROWS},
    **{f"merge {at[:20]}": _merges([f"A1:{at}"]) for at in FAR},
    **{f"dimension {at[:20]}": _dimension(f"A1:{at}") for at in FAR},
    "merge backwards": _merges(["D9:A1"]),
    "names far": _names(10, "一般公共预算支出表!$A$1:$ZZZZZZ$99999999"),
    "formats far": _behind(_FORMATS),
    "validations far": _behind(_VALIDATIONS),
    "a text beyond the shared ones": _amount("99999999", "s"),
    "a text before the shared ones": _amount("-1", "s"),
    "an unknown type": _amount("5", "zz"),
    "no logical": _amount("7", "b"),
    "a day far away": _amount("99999999999", "d"),
    "a style beyond": _row('<row r="700"><c r="A700" s="99999999"><v>1</v></c></row>'),
    "a style below": _row('<row r="700"><c r="A700" s="-1"><v>1</v></c></row>'),
    "entities": _entities,
    "deep elements": _deep,
    "brackets": _formula("(" * 8_000 + "1" + ")" * 8_000),
    "a long formula": _formula("+".join(["D9"] * 200_000)),
    "a second relation": _second_relation,
}
HEAVY: dict[str, Callable[[Parts], None]] = {
    "millions of rows": _row("<row/>" * 8_000_000),
    "millions of cells": _row(f'<row r="600">{"<c/>" * 10_000_000}</row>'),
    "millions of blanks": _row(
        "".join(f'<row r="{row}">{"<c/>" * 16_384}</row>' for row in range(600, 800))
    ),
    "wide lines": _row(
        "".join(f'<row r="{row}"><c r="XFD{row}"><v>1</v></c></row>' for row in range(600, 1000))
    ),
    "half open elements": _row("<c r=" * 1_000_000),
    "half open errors": _row('#<c t="e" ' * 1_000_000),
    "a long text": _amount("千" * 8_000_000, "inlineStr"),
    "half a million texts": _strings("某单位", 500_000),
    "two million texts": _strings("某", 2_000_000),
    "a huge shared text": _strings("x" * 32_000_000),
    "a shared text everywhere": _shared_bomb,
    "many sheets": _many_sheets(10_000),
    "some sheets": _many_sheets(400),
    "many names": _names(200_000, "一般公共预算支出表!$A$1"),
    "many merges": _merges(f"J{n}:K{n}" for n in range(500, 40_000)),
    "overlapping merges": _merges(["A1:H300"] * 20_000, FORMS),
    "merges of the forms": _merges((f"J{n}:K{n}" for n in range(500, 60_000)), FORMS),
    "a code many times": _subjects(FEW, lambda row: "2010301"),
    "a code very many times": _subjects(MANY, lambda row: "2010301"),
    "codes of a class": _subjects(FEW, lambda row: f"201{row % 100:02}"),
    "codes in their thousands": _subjects(FEW, lambda row: f"2{row:06}"),
    "codes in their hundred thousands": _subjects(MANY, lambda row: f"2{row:06}"),
    "no codes": _subjects(FEW, lambda row: f"x{row}"),
    "long codes": _subjects(300, lambda row: "201" * 10_000),
    "long names": _subjects(300, lambda row: f"20{row}" + "甲" * 30_000),
    "long units": _named_rows("部门收入总表", 300, lambda row: f"{row}" + "单位" * 15_000),
    "long projects": _named_rows("项目支出表", 300, lambda row: f"{row}" + "项目" * 15_000),
    "lines without a name": _subjects(FEW, lambda row: ""),
    "a unit many times": _named_rows("部门收入总表", FEW, lambda row: "某单位"),
    "units": _named_rows("部门收入总表", FEW, lambda row: f"单位{row}"),
    "projects": _named_rows("项目支出表", FEW, lambda row: f"项目{row}"),
    "a project many times": _named_rows("项目支出表", FEW, lambda row: "项目"),
    "particulars": _named_rows(INFO, FEW, lambda row: f"单位{row}"),
    "forms": _named_rows(FORMS, FEW, lambda row: "项目支出绩效目标表"),
    "fixed rows": _named_rows("部门收支总表", FEW, lambda row: "一、一般公共预算拨款收入"),
    "blank lines": _row(
        "".join(f'<row r="{row}">{text_cell(f"A{row}", " ")}</row>' for row in range(500, MANY))
    ),
    "ledger lines": lambda parts: parts.add_rows(ledger_rows(FEW), LEDGER),
}
HOSTILE = QUICK | HEAVY
"""What is done to a workbook; none of it may take more than the limits, or be told as a fault of ours."""


class Spent(NamedTuple):
    """What a command took and said: its status, processor seconds, MiB at its most, both outputs."""

    status: int
    seconds: float
    mebibytes: float
    output: str
    errors: str


MOST_SECONDS, MOST_MEBIBYTES = 20, 1024
"""What any command may take of one file."""


_LIMITED = """
import resource, runpy, sys
seconds, memory = int(sys.argv.pop(1)), sys.argv.pop(1)
resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
try:
    runpy.run_module("xlbudget", run_name="__main__", alter_sys=True)
finally:
    with open("/proc/self/status") as status, open(memory, "w") as told:
        told.writelines(line for line in status if line.startswith("VmHWM"))
"""


def spent_by(*arguments: str | Path, folder: Path, seconds: int = 3 * MOST_SECONDS) -> Spent:
    """Run a command of xlbudget in a process of its own, which ends after some processor ``seconds``."""
    told, said, memory = (folder / f"{name}.txt" for name in ("output", "errors", "memory"))
    memory.write_text("")
    with told.open("w") as output, said.open("w") as errors:
        started = subprocess.Popen(
            [sys.executable, "-c", _LIMITED, str(seconds), str(memory), *map(str, arguments)],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=errors,
        )
        _, status, used = os.wait4(started.pid, 0)
    started.returncode = os.waitstatus_to_exitcode(status)
    output_text, errors_text = (path.read_text("utf-8", "replace") for path in (told, said))
    # Of the process alone: what the kernel tells of a child begins with what its parent had.
    peak = re.findall(r"\d+", memory.read_text()) or ["0"]
    return Spent(
        started.returncode,
        used.ru_utime + used.ru_stime,
        int(peak[0]) / 1024,
        output_text,
        errors_text,
    )
