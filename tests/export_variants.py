"""Exports by other programs, as the lines of importing/exports.toml say, and how much of each is read.

A variant is a department's tables in one of the shapes of ``exported_tables``, or our own workbook; then changes to its
pages (functions below), then a program that saves it in its own way.
"""

from __future__ import annotations

import csv
import shutil
import subprocess
import tomllib
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd
from openpyxl import Workbook
from openpyxl.utils import get_column_letter

from exported_tables import VARIANTS, write
from xlbudget.editing.build import build_workbook
from xlbudget.errors import UnusableFileError
from xlbudget.importing.data_folder import read_folder
from xlbudget.importing.plan import read_sources, unwritten
from xlbudget.importing.tables.open import read_xlsx
from xlbudget.sheets.layout import is_form
from xlbudget.standard.loader import load_standard

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from xlbudget.figures import Book
    from xlbudget.standard.model import Standard

HERE = Path(__file__).parent
SOURCES = {
    "example": HERE.parent / "examples" / "changchun-gov-office-2024",
    "culture-bureau": HERE / "cases" / "culture-bureau",
    **{folder.name: folder for folder in (HERE / "departments").iterdir() if folder.is_dir()},
}


class Variant(NamedTuple):
    """One line of the table.

    ``program`` is who saves it and how (``soffice ods``); ``changes`` are functions of this module by name.
    ``lost``: some cells cannot be read, and are named in a sentence that holds ``said``; ``refused`` is in the
    sentence that refuses the whole file.
    """

    name: str
    source: str
    program: str
    shape: str = "as printed"
    own: bool = False
    changes: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    lost: bool = False
    said: str = ""
    refused: str = ""


def variants() -> list[Variant]:
    """All lines of the table."""
    data = tomllib.loads((HERE / "importing" / "exports.toml").read_text(encoding="utf-8"))
    return [
        Variant(
            **{
                key: tuple(value) if isinstance(value, list) else value
                for key, value in one.items()
            }
        )
        for one in data["export"]
    ]


# ------------------------------------------------------------------ pages, and what platforms do to them


@dataclass
class Page:
    """A sheet as values and merges (top, left, bottom, right, all from 0)."""

    name: str
    lines: list[list[Any]]
    merged: list[list[int]] = field(default_factory=list)
    hidden: bool = False
    hidden_lines: list[int] = field(default_factory=list)
    hidden_columns: list[int] = field(default_factory=list)

    def insert_column(self, at: int, values: Sequence[Any] = ()) -> None:
        """A new column before ``at``; what is merged over it grows."""
        for number, line in enumerate(self.lines):
            line.insert(at, values[number] if number < len(values) else "")
        for area in self.merged:
            area[1] += area[1] >= at
            area[3] += area[3] >= at

    def insert_line(self, at: int, line: Sequence[Any] = ()) -> None:
        """A new line before ``at``."""
        width = len(self.lines[0])
        self.lines.insert(at, [*line, *[""] * (width - len(line))][:width])
        for area in self.merged:
            area[0] += area[0] >= at
            area[2] += area[2] >= at

    def find(self, *texts: str) -> tuple[int, int] | None:
        """Where the first cell with one of the texts stands."""
        for number, line in enumerate(self.lines):
            for at, cell in enumerate(line):
                if cell in texts:
                    return number, at
        return None

    @property
    def body(self) -> int:
        """The first line of a table by codes: that of 合计 or the first code."""
        for number, line in enumerate(self.lines):
            if any(isinstance(cell, float) for cell in line) or str(line[0]).isdigit():
                return number
        return len(self.lines)


CODE, NAMES = "科目编码", ("功能分类科目名称", "科目名称")


def _coded(pages: list[Page]) -> list[tuple[Page, int, int]]:
    return [(page, *spot) for page in pages if (spot := page.find(CODE)) is not None]


def levels(pages: list[Page], *, own_only: bool = False) -> None:
    """A column for each level of a code."""
    for page, head, at in _coded(pages):
        deep = 2 if page.find(NAMES[1]) else 3
        body = page.body
        page.insert_line(body)
        for _ in range(deep - 1):
            page.insert_column(at + 1)
        for area in page.merged:
            if area[1] == at and area[0] == head:
                area[3] = at
        page.merged.append([head, at, body - 1, at + deep - 1])
        page.lines[body][at : at + deep] = ["类", "款", "项"][:deep]
        page.merged = [
            area for area in page.merged if area[:2] != [head, at] or area[2] == body - 1
        ]
        for line in page.lines[body + 1 :]:
            code = str(line[at])
            if code.isdigit():
                parts = [code[:3], code[3:5], code[5:7]][:deep]
                if own_only:
                    deepest = sum(map(bool, parts)) - 1
                    parts = [part if place == deepest else "" for place, part in enumerate(parts)]
                line[at : at + deep] = parts


def own_levels(pages: list[Page]) -> None:
    """A column for each level, and in it only the level's own digits."""
    levels(pages, own_only=True)


def joined(pages: list[Page]) -> None:
    """Code and name in one cell, without a column of names."""
    for page, head, at in _coded(pages):
        for line in page.lines[page.body :]:
            if str(line[at]).isdigit():
                line[at + 1] = f"{line[at]}-{line[at + 1]}"
            elif line[at] == "合计":
                line[at + 1] = "合计"
            line[at] = ""
        page.lines[head][at : at + 2] = ["", "科目"]
        page.merged = [area for area in page.merged if not area[1] <= at <= area[3]]


def serial(pages: list[Page]) -> None:
    """A number before every row, and 合计 merged over it and the columns beside."""
    for page in pages:
        head = page.find(CODE, "部门（单位）名称", "类型")
        if head is None:
            continue
        line, at = head
        rows = ["序号" if number == line else "" for number in range(len(page.lines))]
        count = 0
        body = page.body
        for number in range(body, len(page.lines)):
            if page.lines[number][at] and page.lines[number][at] != "合计":
                count += 1
                rows[number] = str(count)
        page.insert_column(at, rows)
        for number in range(body, len(page.lines)):
            if "合计" in page.lines[number][at : at + 2]:
                page.lines[number][at : at + 2] = ["合计", ""]
                page.merged.append([number, at, number, at + 1])


def scientific(pages: list[Page]) -> None:
    """Codes as a spreadsheet shows them where the column is narrow."""
    for page, _, at in _coded(pages):
        for line in page.lines[page.body :]:
            if len(str(line[at])) == 7:
                line[at] = f"{int(line[at]):.2E}"


def rounded(pages: list[Page]) -> None:
    """Codes that were saved as such: 2080505 has become 2080000."""
    for page, _, at in _coded(pages):
        for line in page.lines[page.body :]:
            if len(str(line[at])) == 7:
                line[at] = int(float(f"{int(line[at]):.2E}"))


def pointed(pages: list[Page]) -> None:
    """Codes with a decimal point: 2080505.0."""
    for page, _, at in _coded(pages):
        for line in page.lines[page.body :]:
            if str(line[at]).isdigit():
                line[at] = f"{line[at]}.0"


def footers(pages: list[Page]) -> None:
    """Who made the table and when, below it."""
    for page in pages:
        width = len(page.lines[0])
        page.lines.append(["单位负责人：", "某某", "填表人：", "某某", *[""] * width][:width])
        page.lines.append(["制表日期：", *[""] * (width - 2), "2024年2月27日"][:width])
        page.lines.append(["审核", *[""] * (width - 2), "某某"][:width])
        page.lines.append(["第1页，共1页", *[""] * (width - 1)])


def paged(pages: list[Page]) -> None:
    """Title, unit and headings again on every page, with the sum of the page at its end."""
    for page, _, at in _coded(pages):
        head, body = page.lines[: page.body], page.lines[page.body :]
        width = len(page.lines[0])
        lines: list[list[Any]] = []
        for start in range(0, len(body), 8):
            rows = body[start : start + 8]
            sums = [
                sum(row[column] for row in rows if isinstance(row[column], (int, float))) or ""
                for column in range(width)
            ]
            sums[: at + 2] = ["本页小计", *[""] * (at + 1)]
            lines += [*map(list, head), *rows, sums]
        page.lines, page.merged = lines, []


def split(pages: list[Page]) -> None:
    """Every long table goes on on another sheet, with its headings."""
    for page in list(pages):
        if page.find(CODE) and len(page.lines) > page.body + 12:
            body = page.body + 9
            rest = Page(
                f"{page.name} (2)", [*map(list, page.lines[: page.body]), *page.lines[body:]]
            )
            rest.merged = [[*area] for area in page.merged if area[2] < page.body]
            page.lines = page.lines[:body]
            pages.insert(pages.index(page) + 1, rest)


def hidden(pages: list[Page]) -> None:
    """Filtered rows, a hidden column, and a hidden sheet with something else."""
    for page in pages:
        page.hidden_lines = list(range(page.body, len(page.lines), 2))
        page.hidden_columns = [2]
    pages.append(Page("参数", [["版本", "3.2"]], hidden=True))


def among(pages: list[Page]) -> None:
    """其中： and an indent before names."""
    for page, _, at in _coded(pages):
        for number, line in enumerate(page.lines[page.body :]):
            if str(line[at]).isdigit() and number % 3 == 1:
                line[at + 1] = f"　　其中：{line[at + 1]}"


def percent(pages: list[Page]) -> None:
    """A column of shares behind, and negative amounts in brackets."""
    for page in pages:
        line, _ = page.find(CODE) or (0, 0)
        if line:
            share = [
                "占比" if number == line else "12.5%" if number >= page.body else ""
                for number in range(len(page.lines))
            ]
            page.insert_column(len(page.lines[0]), share)
        for cells in page.lines:
            for at, cell in enumerate(cells):
                if isinstance(cell, float) and cell < 0:
                    cells[at] = f"（{-cell:,.2f}）"


def mixed_units(pages: list[Page]) -> None:
    """Every other table in 元."""
    for page in pages[1::2]:
        spot = next(
            (
                (number, at)
                for number, line in enumerate(page.lines)
                for at, cell in enumerate(line)
                if cell == "单位：万元"
            ),
            None,
        )
        if spot is None:
            continue
        page.lines[spot[0]][spot[1]] = "单位：元"
        for line in page.lines:
            for at, cell in enumerate(line):
                if isinstance(cell, float):
                    line[at] = round(cell * 10_000, 2)


def guarded(pages: list[Page]) -> None:
    """Codes as ="2010301", so that no program makes numbers of them."""
    for page, _, at in _coded(pages):
        for line in page.lines[page.body :]:
            if str(line[at]).isdigit():
                line[at] = f'="{line[at]}"'


def one_sheet(pages: list[Page]) -> None:
    """All tables on one sheet."""
    whole = Page("导出", [])
    width = max(len(page.lines[0]) for page in pages if page.lines)
    for page in pages:
        whole.merged += [
            [area[0] + len(whole.lines), area[1], area[2] + len(whole.lines), area[3]]
            for area in page.merged
        ]
        whole.lines += [[*line, *[""] * (width - len(line))] for line in page.lines]
        whole.lines.append([""] * width)
    pages[:] = [whole]


CHANGES: dict[str, Callable[[list[Page]], None]] = {
    one.__name__: one
    for one in (
        levels, own_levels, joined, serial, scientific, rounded, pointed, footers, paged, split, hidden,
        among, percent, mixed_units, guarded, one_sheet,
    )
}  # fmt: skip


# ------------------------------------------------------------------ programs


def _xlsx(path: Path, pages: list[Page]) -> Path:
    workbook = Workbook()
    workbook.remove(workbook.active)
    for page in pages:
        sheet = workbook.create_sheet(page.name)
        for number, line in enumerate(page.lines, 1):
            for at, value in enumerate(line, 1):
                if value != "":
                    cell = sheet.cell(number, at, value)
                    cell.data_type = "s" if isinstance(value, str) else cell.data_type
        for area in page.merged:
            if area[:2] != area[2:]:
                sheet.merge_cells(None, area[0] + 1, area[1] + 1, area[2] + 1, area[3] + 1)
        for number in page.hidden_lines:
            sheet.row_dimensions[number + 1].hidden = True
        for at in page.hidden_columns:
            sheet.column_dimensions[get_column_letter(at + 1)].hidden = True
        sheet.sheet_state = "hidden" if page.hidden else "visible"
    workbook.save(path)
    return path


def _text(path: Path, pages: list[Page], encoding: str, separator: str) -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file, delimiter=separator)
        for page in pages:
            writer.writerows(page.lines)
    return path


def _pandas(path: Path, pages: list[Page], kind: str) -> Path:
    frames = [pd.DataFrame(page.lines) for page in pages]
    match kind:
        case "html" | "html-index":
            index = kind == "html-index"
            texts = [frame.to_html(index=index, header=index, na_rep="") for frame in frames]
            path.write_text("<html><body>" + "\n".join(texts) + "</body></html>", encoding="utf-8")
        case "csv" | "csv-index":
            index = kind == "csv-index"
            texts = [frame.to_csv(index=index, header=index) for frame in frames]
            path.write_text("".join(texts), encoding="utf-8")
        case "xlsx":
            with pd.ExcelWriter(path, engine="openpyxl") as writer:
                for page, frame in zip(pages, frames, strict=True):
                    frame.to_excel(writer, sheet_name=page.name, index=False, header=False)
    return path


TEXTS = {
    "csv gb18030": ("gb18030", ","),
    "csv utf-8 semicolons": ("utf-8-sig", ";"),
    "csv utf-16 tabs": ("utf-16", "\t"),
    "csv utf-16 no mark": ("utf-16-le", ","),
    "csv gb18030 tabs": ("gb18030", "\t"),
}
ENDINGS = {
    "soffice xls": ("xls:MS Excel 97", ".xls"),
    "soffice ods": ("ods", ".ods"),
    "soffice xlsx": ("xlsx:Calc MS Excel 2007 XML", ".xlsx"),
    "soffice html": ("html:HTML (StarCalc)", ".html"),
    "soffice csv": (
        "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1",
        ".csv",
    ),
    "ssconvert xls": ("Gnumeric_Excel:excel_biff8", ".xls"),
    "ssconvert xls95": ("Gnumeric_Excel:excel_biff7", ".xls"),
    "ssconvert ods": ("Gnumeric_OpenCalc:openoffice", ".ods"),
    "ssconvert xlsx": ("Gnumeric_Excel:xlsx2", ".xlsx"),
    "ssconvert html": ("Gnumeric_html:html40", ".html"),
    "ssconvert csv": ("Gnumeric_stf:stf_csv", ".csv"),
}


RECALCULATED = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="OOXMLRecalcMode"
 oor:op="fuse"><value>0</value></prop></item>
</oor:items>
"""


class Maker:
    """Makes the files of variants in a folder; what LibreOffice converts in one way goes to it at once."""

    def __init__(self, folder: Path, standard: Standard) -> None:
        self.folder, self.standard = folder, standard
        self.books: dict[str, Book] = {}

    def book(self, source: str) -> Book:
        """The figures of a department."""
        if source not in self.books:
            self.books[source] = read_folder(SOURCES[source], self.standard)
        return self.books[source]

    def make(self, chosen: Sequence[Variant]) -> dict[str, list[Path]]:
        """The files of each variant."""
        files: dict[str, list[Path]] = {}
        waiting: dict[str, list[tuple[Variant, Path]]] = {}
        for number, variant in enumerate(chosen):
            stem = f"export{number:02d}"
            if variant.program in ENDINGS:
                base = self._base(variant, self.folder / f"{stem}.xlsx")
                waiting.setdefault(variant.program, []).append((variant, base))
            else:
                files[variant.name] = [self._plain(variant, stem)]
        for program, several in waiting.items():
            target = self.folder / program.replace(" ", "-")
            target.mkdir()
            _convert(program, [base for _, base in several], target, self.folder / "profile")
            for variant, base in several:
                found = sorted(target.glob(f"{base.stem}[.-]*"))
                assert found, (variant.name, program)
                if variant.program.endswith("html") and not variant.name.endswith("html"):
                    found = [one.rename(one.with_suffix(".xls")) for one in found]
                files[variant.name] = found
        return files

    def _pages(self, variant: Variant) -> list[Page]:
        path = self.folder / "base.xlsx"
        book = self.book(variant.source)
        shape = replace(VARIANTS[variant.shape], year=book.year)
        if variant.only or variant.changes:
            forms = tuple(one.key for one in self.standard.tables if is_form(one))
            tables = variant.only or tuple(one.key for one in self.standard.tables)
            shape = replace(shape, only=tuple(one for one in tables if one not in forms))
        write(path, self.standard, book, shape)
        pages = [
            Page(one.name, [list(line) for line in one.lines], [[*area] for area in one.merged])
            for one in read_xlsx(path).sheets
            if one.name != "封面"
        ]
        for page in pages:
            width = max(map(len, page.lines))
            page.lines = [[*line, *[""] * (width - len(line))] for line in page.lines]
        for name in variant.changes:
            CHANGES[name](pages)
        return pages

    def _base(self, variant: Variant, path: Path) -> Path:
        if variant.own:
            book = self.book(variant.source)
            build_workbook(self.standard, book, path, year=book.year)
            return path
        return _xlsx(path, self._pages(variant))

    def _plain(self, variant: Variant, stem: str) -> Path:
        pages = self._pages(variant)
        if variant.program in TEXTS:
            return _text(self.folder / f"{stem}.csv", pages, *TEXTS[variant.program])
        if variant.program == "openpyxl":
            return _xlsx(self.folder / f"{stem}.xlsx", pages)
        kind = variant.program.removeprefix("pandas ")
        ending = ".xls" if kind.startswith("html") else f".{kind.partition('-')[0]}"
        return _pandas(self.folder / f"{stem}{ending}", pages, kind)


def _convert(program: str, bases: Sequence[Path], target: Path, profile: Path) -> None:
    kind, ending = ENDINGS[program]
    (profile / "user").mkdir(parents=True, exist_ok=True)
    # Opened by a person, a workbook is computed; without that the values of empty texts come out as 0.
    (profile / "user" / "registrymodifications.xcu").write_text(RECALCULATED, encoding="utf-8")
    if program.startswith("ssconvert"):
        for base in bases:
            several = ["-S"] if ending == ".csv" else []
            name = f"{base.stem}-%n{ending}" if several else f"{base.stem}{ending}"
            subprocess.run(
                [shutil.which("ssconvert") or "ssconvert", *several, "-T", kind, base, target / name],
                check=True, capture_output=True, timeout=120,
            )  # fmt: skip
        return
    subprocess.run(
        [
            shutil.which("soffice") or "soffice",
            f"-env:UserInstallation={profile.as_uri()}",
            "--headless", "--norestore", "--convert-to", kind, "--outdir", target, *bases,
        ],
        check=True, capture_output=True, timeout=300,
    )  # fmt: skip


# ------------------------------------------------------------------ how much is read


class Measured(NamedTuple):
    """Cells of a variant: read right, lost, wrong, names that differ; what was said; why it was refused."""

    right: int
    lost: int
    wrong: int
    names: int
    said: tuple[str, ...]
    refused: str = ""


def measure(
    files: Sequence[Path], wanted: Book, standard: Standard, only: Sequence[str]
) -> Measured:
    """Read the files as ``import`` does and compare every cell."""
    try:
        found = read_sources(files, standard, wanted.year)
    except UnusableFileError as error:
        return Measured(0, 0, 0, 0, (), str(error))
    right = lost = wrong = names = 0
    tables = [one for one in standard.tables if not only or one.key in only]
    for block in (block for table in tables for block in table.blocks):
        got = list(found.book.blocks[block.key].rows) if block.key in found.book.blocks else []
        for row in wanted.blocks[block.key].rows:
            same = next(
                (one for one in got if (one.key, one.parent) == (row.key, row.parent)), None
            )
            if same is not None:
                got.remove(same)
                names += "".join(same.label.split()) != "".join(row.label.split())
            cells = same.cells if same is not None else (None,) * len(row.cells)
            for cell, true in zip(cells, row.cells, strict=True):
                right += cell == true and true is not None
                lost += cell is None and true is not None
                wrong += cell is not None and cell != true
        wrong += sum(cell is not None for row in got for cell in row.cells)
    return Measured(right, lost, wrong, names, unwritten(found))


def tables_of(variant: Variant, standard: Standard) -> tuple[str, ...]:
    """The keys of the tables that a variant holds: what changes pages leaves the forms out."""
    kept = (one.key for one in standard.tables if not variant.changes or not is_form(one))
    return variant.only or tuple(kept)


def _main() -> None:
    import sys  # noqa: PLC0415
    import tempfile  # noqa: PLC0415

    standard = load_standard("changchun")
    chosen = [
        one
        for one in variants()
        if not sys.argv[1:] or any(word in one.name for word in sys.argv[1:])
    ]
    with tempfile.TemporaryDirectory() as folder:
        maker = Maker(Path(folder), standard)
        files = maker.make(chosen)
        for variant in chosen:
            tables = tables_of(variant, standard)
            found = measure(files[variant.name], maker.book(variant.source), standard, tables)
            print(
                f"{variant.name:42} {variant.source[:12]:12} {variant.program:22}"
                f" {found.right:5} {found.lost:4} {found.wrong:4} {found.names:4}  {found.refused or len(found.said)}"
            )
            for one in found.said if len(sys.argv) > 1 else ():
                print("      ", one)


if __name__ == "__main__":
    _main()
