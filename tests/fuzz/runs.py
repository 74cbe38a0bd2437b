"""What is run on mutated files: the commands, on which files, and what they may write."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fuzz.binaries import mutate_bytes, mutate_pdf
from fuzz.choices import Choices, Decision, NotApplicableError
from fuzz.documents import mutate_page, mutate_word
from fuzz.material import ANSWERS, BLANK, BOOK, DATA, LEDGER, MACROS, NEXT
from fuzz.texts import mutate_json, mutate_text, mutate_toml
from fuzz.workbooks import mutate_workbook

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from random import Random

    from fuzz.material import Material

_MUTATE: dict[str, Callable[[bytes, Choices], bytes]] = {
    ".xlsx": mutate_workbook,
    ".xlsm": mutate_workbook,
    ".docx": mutate_word,
    ".html": mutate_page,
    ".pdf": mutate_pdf,
    ".toml": mutate_toml,
    ".json": mutate_json,
    ".csv": mutate_text,
    ".txt": mutate_text,
    ".md": mutate_text,
    ".xls": mutate_bytes,
    ".ods": mutate_workbook,
}
"""How a file is mutated, by the end of its name."""
WORKBOOKS = (BOOK, MACROS, LEDGER)
DOCUMENTS = (
    "公开文本.docx",
    "公开文本.html",
    "公开文本.docx",
    "公开文本.html",
    "公开文本.txt",
    "公开文本.pdf",
    "情况说明.md",
)
TABLES = ("导出的表.xlsx", "导出的表.xls", "导出的表.ods", BOOK)
LINES = ("按年度分栏.csv", "宽表单行.csv", "粘贴.txt", "制表符文本.xls", "旧版.xls", "类款项分栏.xlsx", "栏序不同有空行.xlsx")  # fmt: skip
_NEW = "新的.xlsx"
_OUT = "出"


@dataclass(frozen=True)
class Run:
    """A command on one mutated file (or a file of a folder): ``{}`` is its name.

    ``beside`` are other files, as they are; ``writes`` what may appear or change, as the begins of names.
    ``weight``: how often it is drawn among the others; ``sentences``: so many files it may refuse.
    """

    name: str
    arguments: tuple[str, ...]
    seeds: tuple[str, ...]
    weight: int
    beside: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()
    sentences: int = 1


RUNS = {
    run.name: run
    for run in (
        Run("validate", ("validate", "{}"), WORKBOOKS, 12),
        Run("validate json", ("validate", "{}", "--format", "json"), WORKBOOKS, 6),
        Run("validate html", ("validate", "{}", "--format", "html", "-o", f"{_OUT}.html"), WORKBOOKS, 3,
            writes=(_OUT,)),
        Run("validate write", ("validate", "{}", "--write", "-q"), WORKBOOKS, 4, writes=("{}",)),
        Run("validate several", ("validate", "{}", BLANK), (BOOK, "公开文本.docx"), 1, beside=(BLANK,),
            sentences=2),
        Run("last year", ("validate", NEXT, "--last-year", "{}"), (BOOK,), 2, beside=(NEXT,)),
        Run("fill", ("fill", "{}"), WORKBOOKS, 4, writes=("{}",)),
        Run("fill other", ("fill", "{}", "-o", _NEW), (BOOK, LEDGER), 4, writes=(_NEW,)),
        Run("fill source", ("fill", "{}", "--source", "直接填表"), (LEDGER,), 1, writes=("{}",)),
        Run("notes", ("notes", "{}"), WORKBOOKS, 2, writes=("{}",)),
        Run("notes text", ("notes", "{}", "--text"), WORKBOOKS, 4),
        Run("notes json", ("notes", "{}", "--format", "json"), WORKBOOKS, 2),
        Run("finish", ("finish", "{}", "-o", _NEW), (BOOK, LEDGER), 2, writes=(_NEW,)),
        Run("ledger", ("ledger", "{}", "-o", f"{_OUT}.csv"), WORKBOOKS, 4, writes=(_OUT,)),
        Run("rollover", ("rollover", "{}", _NEW), (BOOK, LEDGER), 1, writes=(_NEW,)),
        Run("export", ("export", "{}", _OUT), WORKBOOKS, 6, writes=(_OUT,)),
        Run("package", ("package", "{}", "-o", _OUT, "--no-pdf", "--draft", "--with-errors"), (BOOK,), 1,
            writes=(_OUT,)),
        Run("import into", ("import", "按年度分栏.csv", "-w", "{}"), (BOOK, BLANK), 2,
            beside=("按年度分栏.csv",), writes=("{}",)),
        Run("import tables", ("import", "{}", "-w", BLANK), TABLES, 8, beside=(BLANK,), writes=(BLANK,)),
        Run("import overwriting", ("import", "{}", "-w", MACROS, "--overwrite"), TABLES, 3,
            beside=(MACROS,), writes=(MACROS,)),
        Run("import lines", ("import", "{}", "-w", BLANK, "--answer", "金额单位=元"), LINES, 5,
            beside=(BLANK,), writes=(BLANK,)),
        Run("import document", ("import", "{}", "-w", BLANK), DOCUMENTS, 4, beside=(BLANK,), writes=(BLANK,)),
        Run("import new", ("import", "{}", "-w", _NEW), ("公开文本.docx", "导出的表.xlsx", "粘贴.txt"), 1,
            writes=(_NEW,)),
        Run("import folder", ("import", "{}", "-w", BLANK), (DATA,), 2, beside=(BLANK,), writes=(BLANK,)),
        Run("import subjects", ("import", "-w", BLANK, "--subjects", "{}"), ("科目.csv",), 2, beside=(BLANK,),
            writes=(BLANK,)),
        Run("import answered", ("import", "要问的.csv", "-w", BLANK), (ANSWERS,), 1,
            beside=(BLANK, "要问的.csv"), writes=(BLANK, "home/")),
        Run("validate document", ("validate", "{}"), DOCUMENTS, 14),
        Run("new", ("new", _NEW, "--from", "{}"), (DATA,), 2, writes=(_NEW,)),
        Run("new ledger", ("new", _NEW, "--ledger", "{}", "--year", "2025"), LINES, 1, writes=(_NEW,)),
        Run("last year folder", ("validate", NEXT, "--last-year", "{}"), (DATA,), 5, beside=(NEXT,)),
        Run("mail settings", ("package", BLANK, "-o", _OUT, "--no-pdf", "--draft", "--mail-settings", "{}"),
            ("邮件.toml",), 1, beside=(BLANK,), writes=(_OUT,)),
        Run("diff", ("diff", MACROS, "{}"), (BOOK, LEDGER), 5, beside=(MACROS,)),
        Run("diff json", ("diff", "{}", MACROS, "--format", "json"), (BOOK, BLANK), 3, beside=(MACROS,)),
        Run("diff html", ("diff", MACROS, "{}", "--format", "html", "-o", f"{_OUT}.html"), (BOOK,), 1,
            beside=(MACROS,), writes=(_OUT,)),
        Run("diff document", ("diff", MACROS, "{}"), DOCUMENTS, 4, beside=(MACROS,)),
        Run("diff folder", ("diff", "{}", BLANK), (DATA,), 1, beside=(BLANK,)),
    )
}  # fmt: skip
_WEIGHTED = [run.name for run in RUNS.values() for _ in range(run.weight)]
_TRIES = 30


@dataclass(frozen=True)
class Recipe:
    """How a run's files are made: which run, from which files, by which mutations one after another."""

    run: str
    seed: str
    mutations: tuple[tuple[Decision, ...], ...]


def draw(chance: Random, pool: Mapping[str, Material]) -> tuple[Recipe, Material]:
    """A recipe by chance and the files that it makes; mutations that find nothing to change are drawn again."""
    run = RUNS[chance.choice(_WEIGHTED)]
    seed = chance.choice(run.seeds)
    files = pool[seed]
    mutations: list[tuple[Decision, ...]] = []
    wanted = chance.choice([1, 1, 1, 2, 3])
    for _ in range(_TRIES):
        choices = Choices(chance)
        try:
            files = _mutated(files, choices)
        except NotApplicableError:
            continue
        mutations.append(tuple(choices.made))
        if len(mutations) == wanted:
            break
    return Recipe(run.name, seed, tuple(mutations)), files


def cook(recipe: Recipe, pool: Mapping[str, Material]) -> Material:
    """The files of a recipe.

    Raises:
        NotApplicableError: the seed's files have not what the recipe changes.
    """
    files = pool[recipe.seed]
    for decisions in recipe.mutations:
        files = _mutated(files, Choices(None, decisions))
    return files


def _mutated(files: Material, choices: Choices) -> Material:
    name = next(iter(files)) if len(files) == 1 else choices.one(sorted(files))
    suffix = name[name.rindex(".") :]
    if not files[name]:
        raise NotApplicableError("an empty file")
    return {**files, name: _MUTATE[suffix](files[name], choices)}
