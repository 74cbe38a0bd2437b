"""``make layouts``: every layout of layouts.toml, made, read and measured; a line each, as Markdown.

    PYTHONPATH=tests python -m layouts [--only WORD] [--fast] [--keep FOLDER] [--details]

Columns: cells read right, lost (of which nothing is said), wrong, findings added (those that blame the
author), paragraphs read, verdict, seconds. ``--details`` prints what stands behind the figures.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from layouts.make import layout_sources, layouts, make
from layouts.measure import Measured, measured
from layouts.regions import judged
from layouts.sources import source
from layouts.trials import number_trials, slip_trials, told

if TYPE_CHECKING:
    from layouts.make import Layout

_SHOWN = 4
_TRIED = ("example", "culture")
"""Mistakes are made in documents that have none of their own."""


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="The corpus of layouts, measured.")
    parser.add_argument("--only", default="", help="layouts whose name or row holds this")
    parser.add_argument("--kind", default="", help="layouts that give this kind of file")
    parser.add_argument("--fast", action="store_true", help="the subset of the tests")
    parser.add_argument("--first", action="store_true", help="each with its first source alone")
    parser.add_argument("--regions", action="store_true", help="documents of other regions")
    parser.add_argument("--keep", type=Path, help="keep the files in this folder")
    parser.add_argument("--numbers", type=int, default=0, help="so many single numbers changed")
    parser.add_argument("--slips", type=int, default=0, help="so many slips of text and tables")
    parser.add_argument("--document", type=Path, help="put the table into this file")
    parser.add_argument("--details", action="store_true", help="what was lost, wrong and added")
    return parser.parse_args()


def tried(folder: Path, chosen: list[Layout], asked: argparse.Namespace) -> None:
    """Print what became of mistakes: ``--numbers`` single numbers and ``--slips`` slips in all.

    They are shared out among the layouts marked for them, each with its first sources of whole documents.
    """
    places = [
        (layout, name) for layout in chosen if layout.trials for name in layout.sources
        if name in _TRIED
    ]  # fmt: skip
    for kind, count, trials in (
        ("numbers", asked.numbers, number_trials),
        ("slips", asked.slips, slip_trials),
    ):
        whole: Counter[str] = Counter()
        for number, (layout, name) in enumerate(places if count else []):
            given = source(name, folder)
            share = count // len(places) + (number < count % len(places))
            sums: Counter[str] = Counter()
            for trial in trials(layout, given, folder / f"{kind}-{number}", share):
                sums.update(
                    trials=1, found=trial.found, named=trial.named, true=trial.true,
                    further=bool(trial.further), refused=bool(trial.refused),
                )  # fmt: skip
                if (asked.details and not (trial.named and trial.true)) or trial.further:
                    print(f"  {told(trial)}", flush=True)
            whole.update(sums)
            print(f"{kind}: {layout.name} [{name}]: {dict(sums)}", flush=True)
        if count:
            print(f"{kind}: {dict(whole)}", flush=True)


def line(name: str, found: Measured, texts: int) -> str:
    """A row of the table."""
    lost = f"{len(found.lost)} ({len(found.unnamed)})" if found.lost else "0"
    added = f"{len(found.added)} ({len(found.accusing)})" if found.added else "0"
    cells = [
        name, found.right, lost, len(found.wrong), added, f"{found.texts}/{texts}", found.status,
        f"{found.seconds:.1f}",
    ]  # fmt: skip
    return "| " + " | ".join(map(str, cells)) + " |"


def details(found: Measured) -> list[str]:
    """What stands behind the figures of a row."""
    lines = [f"  refused: {found.refused}"] if found.refused else []
    tables = Counter(spot.title for spot in found.lost) if not found.refused else Counter()
    lines += [f"  lost {number} of {title}" for title, number in tables.most_common(_SHOWN)]
    lines += [f"  lost unnamed: {one}" for one in found.unnamed[:_SHOWN]]
    lines += [f"  wrong: {one}" for one in found.wrong[:_SHOWN]]
    codes = Counter(one.code for one in found.added)
    lines += [f"  added: {dict(codes)}"] if codes else []
    lines += [
        f"  {one.code} {one.level.value}: {one.message[:110]}" for one in found.accusing[:_SHOWN]
    ]
    return lines


def main() -> int:
    """Print the table, or what became of mistakes; 1 if a program failed."""
    asked = _arguments()
    chosen = [
        one
        for one in layouts()
        if asked.only in one.name + one.row
        and asked.kind in ("", one.kind)
        and (one.fast or not asked.fast)
    ]
    with tempfile.TemporaryDirectory(prefix="layouts-") as name:
        folder = asked.keep or Path(name)
        folder.mkdir(parents=True, exist_ok=True)
        if asked.numbers or asked.slips or asked.regions:
            tried(folder, chosen, asked)
            for one in judged(folder) if asked.regions else ():
                print(f"{'right' if one.right else 'NOT right'}: {one.name}: {one.validated}")
            return 0
        return _measure(folder, chosen, asked)


def _measure(folder: Path, chosen: list[Layout], asked: argparse.Namespace) -> int:
    """Make, read and print all; with ``--document`` put the table into that file."""
    print("| layout | right | lost (unnamed) | wrong | added (accusing) | texts | verdict | s |")
    print("|---|---|---|---|---|---|---|---|")
    sums: Counter[str] = Counter()
    rows: dict[Layout, list[Measured]] = {}
    for number, (layout, source_name) in enumerate(layout_sources(chosen)):
        if asked.first and source_name != layout.sources[0]:
            continue
        given = source(source_name, folder)
        try:
            paths = make(layout, given, folder / f"{number:03d}")
        except (RuntimeError, OSError) as error:
            print(f"| {layout.name} | not made: {error} |", flush=True)
            sums["not made"] += 1
            continue
        found = measured(paths, given.base)
        title = f"{layout.name} [{layout.kind}, {source_name}]"
        print(line(title, found, given.base.texts), flush=True)
        if asked.details:
            print("\n".join(details(found)), flush=True)
        rows.setdefault(layout, []).append(found)
        if asked.document:
            documented(asked.document, rows)
        sums.update(
            _sums(found) if not layout.refused else {"rightly refused": bool(found.refused)}
        )
        sums["foreign"] += layout.foreign
    print()
    print("; ".join(f"{key} {value}" for key, value in sums.items()))
    return 1 if sums["not made"] else 0


_MARKS = ("<!-- layouts -->", "<!-- end of layouts -->")
_DOCUMENT_HEAD = (
    "| 版式 | 文件 | 来源 | 读对 | 丢失（未指明） | 读错 | 误报 | 结论 |",
    "|---|---|---|---|---|---|---|---|",
)
_WORDS = {
    "pass": "通过", "rounding": "尾差", "error": "差错", "unknown": "无法判断", "refused": "退回",
    "read": "读入", "crash": "出错",
}  # fmt: skip


def documented(path: Path, rows: dict[Layout, list[Measured]]) -> None:
    """Put the rows into the table between the marks of a document; those not measured stay as they are."""
    before, _, rest = path.read_text(encoding="utf-8").partition(_MARKS[0])
    table, _, after = rest.partition(_MARKS[1])
    known = {line.split("|")[1].strip(): line for line in table.splitlines() if "|" in line}
    known |= {layout.title: _documented_row(layout, found) for layout, found in rows.items()}
    lines = [known[layout.title] for layout in layouts() if layout.title in known]
    whole = "\n".join((_MARKS[0], *_DOCUMENT_HEAD, *lines, _MARKS[1]))
    path.write_text(before + whole + after, encoding="utf-8")


def _documented_row(layout: Layout, found: list[Measured]) -> str:
    """A layout with its sources added up, and their verdicts."""
    lost = sum(len(one.lost) for one in found)
    unnamed = sum(len(one.unnamed) for one in found)
    verdicts = "、".join(dict.fromkeys(_WORDS[one.status] for one in found))
    cells = [
        layout.title, layout.kind, len(found), sum(one.right for one in found),
        f"{lost}（{unnamed}）" if lost else 0, sum(len(one.wrong) for one in found),
        0 if layout.refused else sum(len(one.accusing) for one in found), verdicts,
    ]  # fmt: skip
    return "| " + " | ".join(map(str, cells)) + " |"


def _sums(found: Measured) -> dict[str, int]:
    return {
        "layouts x sources": 1,
        "right": found.right,
        "lost": len(found.lost),
        "unnamed": len(found.unnamed),
        "wrong": len(found.wrong),
        "added": len(found.added),
        "accusing": len(found.accusing),
        "refused": bool(found.refused),
        "unknown": found.status == "unknown",
    }


if __name__ == "__main__":
    sys.exit(main())
