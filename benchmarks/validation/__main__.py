"""How well wrong figures are detected and located, beside simpler tests, in one run.

    python benchmarks/validation [--seed 1] [--quick] [--false-alarms 500]

Prints the tables of docs/validation.md. ``--false-alarms N`` is the number of correctly rounded
workbooks (10,000 for the full run); ``--only`` runs one part: alarms, single, several, structured,
certified (against a solver, where highspy is installed).
"""

from __future__ import annotations

import argparse
import random
import signal
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from alarms import OURS, false_alarms, footed_grades
from certified import certified
from living import WAYS, Ways, tried
from living_judge import problems, summed
from random_budget import SIZES, STANDARD, random_budget, reference
from recalculated import start_office
from rivals import RIVALS, errorlocate_absent
from structured import DAMAGES, structured
from trials import Several, errorlocate_top, several, single_cells

from departments import DEPARTMENTS
from xlbudget.checks.diagnosis.certify import can_certify
from xlbudget.checks.validate import validate

if TYPE_CHECKING:
    from living_judge import Sums
    from recalculated import Office
    from trials import Score

    from xlbudget.figures import Book

PARTS = ("alarms", "single", "several", "structured", "certified", "living")
CHINESE = {"small": "小", "medium": "中", "large": "大"}


def table(heads: list[str], rows: list[list[str]]) -> None:
    """A table as Markdown."""
    print("| " + " | ".join(heads) + " |")
    print("|" + "---|" * len(heads))
    for row in rows:
        print("| " + " | ".join(row) + " |")
    print()


def percent(share: float) -> str:
    return f"{share:.2f} %"


def books(size: str, count: int, seed: int) -> list[Book]:
    return [random_budget(random.Random(seed * 1000 + at), SIZES[size]) for at in range(count)]


def print_alarms(seed: int, count: int) -> None:
    print(f"## 误报：{count} 份各格分别四舍五入、完全正确的预算\n")
    cells = []
    wrong: dict[str, list[str]] = {name: [] for name in (*RIVALS, OURS)}
    for at, size in enumerate(SIZES):
        share = count * (at + 1) // len(SIZES) - count * at // len(SIZES)
        found = false_alarms(seed, SIZES[size], share)
        cells.append(f"{CHINESE[size]}：{found.books} 份，平均 {found.cells:.0f} 格")
        for name, shares in wrong.items():
            flagged = found.flagged[name]
            shares.append(f"{flagged}（{100 * flagged / found.books:.1f} %）")
    rows = [[name, *shares] for name, shares in wrong.items()]
    table(["判为有错的份数", *cells], rows)
    print("各表分别按取整后的数加总的预算（每种 20 份）的评级：\n")
    graded = [[CHINESE[size], *footed_grades(seed, SIZES[size], 20)] for size in SIZES]
    table(["规模", "通过", "尾差", "差错"], graded)


def print_single(seed: int, quick: bool) -> None:
    print("## 一格错误\n")
    samples = {
        "样例，逐格": ([reference()], 30 if quick else 0),
        "随机，小": (books("small", 4 if quick else 20, seed), 10),
        "随机，中": (books("medium", 4 if quick else 20, seed), 10),
        "随机，大": (books("large", 2 if quick else 10, seed), 10),
    }
    for name, (chosen, cells) in samples.items():
        score = single_cells(chosen, random.Random(seed), cells)
        print(f"### {name}：{score.trials} 次\n")
        rows = [
            [rival, percent(score.share(rival)), "", "", ""]
            for rival in RIVALS
            if rival not in ("逐条相等", "固定容差 0.02")
        ]
        ours = [percent(score.share(key)) for key in ("detected", "among", "first", "exact")]
        rows.append([OURS, *ours])
        if name.startswith("样例"):
            rows.append(_errorlocate(seed))
        table(["方法", "发现", "真错格在前三名", "真错格居首", "首选值正确"], rows)
        print(
            f"从金额到建议（处理器时间）：中位 {score.milliseconds:.1f} 毫秒，"
            f"是逐条相等检查一遍的 {score.ratio:.0f} 倍；"
            f"整个校验（含编码、说明等各项检查）中位 {whole(chosen[0]):.1f} 毫秒（无错时）。"
        )
        print(f"未发现：{_kinds(score.missed)}；未居首：{_kinds(score.misjudged)}\n")


def _errorlocate(seed: int) -> list[str]:
    absent = errorlocate_absent()
    if absent:
        return ["errorlocate（R）", f"未运行：{absent}", "", "", ""]
    return ["errorlocate（R）", "", "", errorlocate_top(random.Random(seed)), ""]


def _kinds(counts: Score | dict[str, int]) -> str:
    return "、".join(f"{kind} {count}" for kind, count in counts.items()) or "无"


def whole(book: Book) -> float:
    """Milliseconds of processor time of a whole validation."""
    spans = []
    for _ in range(15):
        start = time.process_time()
        validate(STANDARD, book)
        spans.append(time.process_time() - start)
    return 1000 * sorted(spans)[len(spans) // 2]


def print_several(seed: int, quick: bool) -> None:
    print("## 同时几格错误：指出的格子与错格完全一致\n")
    rows = []
    for size, count, trials in (("small", 20, 10), ("medium", 20, 10), ("large", 10, 10)):
        chosen = books(size, 4 if quick else count, seed)
        found = [
            several(chosen, random.Random(seed + errors), errors, 2 if quick else trials)
            for errors in range(1, 6)
        ]
        whole_row = Several(*map(sum, zip(*found, strict=True)))
        rows.append([CHINESE[size], *map(_several, (*found, whole_row))])
    table(["规模", *(f"{errors} 格" for errors in range(1, 6)), "合计"], rows)
    print("括号内：各错格都在所列候选（每处至多三个）之中，且没有多指。\n")


def _several(found: Several) -> str:
    return (
        f"{found.exact}/{found.trials}，{percent(100 * found.exact / found.trials)}"
        f"（{percent(100 * found.among / found.trials)}）"
    )


def print_structured(seed: int, quick: bool) -> None:
    print("## 一处失误，多格皆错\n")
    rows = []
    trials = 20 if quick else 200
    for size in ("样例", "medium"):
        chosen = [reference()] if size == "样例" else books(size, 20, seed)
        for kind in DAMAGES:
            found = structured(chosen, random.Random(seed), kind, trials)
            rows.append(
                [
                    kind,
                    CHINESE.get(size, size),
                    *(
                        f"{one}/{found.trials}"
                        for one in (found.detected, found.named, found.understood, found.alone)
                    ),
                ]
            )
    table(["失误", "预算", "发现", "指出该行", "说出原因", "只报这一条"], rows)


def print_certified(seed: int, quick: bool) -> None:
    print("## 区间传播与线性规划（highspy）对照：随机一格错误\n")
    if not can_certify():
        print("未运行：没有安装 highspy（pip install xlbudget[certify]）。\n")
        return
    rows = []
    for size in SIZES:
        found = certified(books(size, 10, seed), random.Random(seed), 20 if quick else 200)
        rows.append([CHINESE[size], *map(str, found)])
    table(["规模", "次数", "传播判为矛盾", "精确证明矛盾", "两者都判矛盾", "尾差宽度相同"], rows)


def print_living(seed: int, trials: int, departments: list[str], ways: list[str]) -> None:
    print(f"## 活的工作簿：公式由 LibreOffice 重算，随机数种子 {seed}\n")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # the spreadsheet program ends with us
    with TemporaryDirectory() as name, start_office(Path(name)) as office:
        for title in departments:
            standard, figures = DEPARTMENTS[title](random.Random(seed))
            department = Ways(Path(name), title, standard, figures)
            print_department(office, department, seed, trials, ways)


def print_department(
    office: Office, department: Ways, seed: int, trials: int, ways: list[str]
) -> None:
    slips = list(department.slips(random.Random(seed), trials))
    rows, lines = [], []
    for way in ways:
        said = list(tried(office, department, way, slips))
        rows.append([WAYS[way], *living_row(summed(said))])
        lines += [f"- {WAYS[way]}：{one}" for one in problems(said)]
    grid = department.evidence["bare"]
    print(f"### {department.name}：手工填写 {len(grid.typed)} 格，公式 {len(grid.derived)} 格\n")
    if department.errors:
        print(f"没有改动时就有差错 {len(department.errors)} 处，如{department.errors[0]}\n")
    table(LIVING_HEADS, rows)
    if lines:
        print("不合要求的各次：\n\n" + "\n".join(lines) + "\n", flush=True)


LIVING_HEADS = [
    "情形",
    "次数（没有答复）",
    "表间有矛盾",
    "发现",
    "只与文字不符（发现）",
    "可以分辨",
    "错格居首",
    "首选值正确",
    "分不清",
    "其中说明差额",
    "其中指认某格（指对）",
    "错改文字（次，其中只说过期）",
    "有错却无差错项",
    "照办无效的建议",
]


def living_row(sums: Sums) -> list[str]:
    return [
        f"{sums.trials}（{sums.silent}）",
        str(sums.evident),
        share(sums.found, sums.evident),
        f"{sums.textual}（{sums.textual_found}）",
        str(sums.told),
        share(sums.told_first, sums.told),
        share(sums.told_exact, sums.told),
        str(sums.untold),
        share(sums.untold_named, sums.untold),
        f"{sums.untold_accused}（{sums.untold_right}）",
        f"{sums.sentences}（{sums.sentence_trials} 次试验，{sums.stale}）",
        str(sums.bare_errors),
        f"{sums.failed}/{sums.advice}",
    ]


def share(count: int, whole: int) -> str:
    return f"{count}（{100 * count / whole:.1f} %）" if whole else "—"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--false-alarms", type=int, default=1500)
    parser.add_argument("--only", choices=PARTS)
    parser.add_argument("--trials", type=int, default=60, help="living: slips per workbook")
    parser.add_argument(
        "--departments", nargs="+", choices=list(DEPARTMENTS), default=list(DEPARTMENTS)
    )
    parser.add_argument("--ways", nargs="+", choices=list(WAYS), default=list(WAYS))
    options = parser.parse_args()
    parts = (options.only,) if options.only else PARTS
    if "alarms" in parts:
        print_alarms(options.seed, 60 if options.quick else options.false_alarms)
    if "single" in parts:
        print_single(options.seed, options.quick)
    if "several" in parts:
        print_several(options.seed, options.quick)
    if "structured" in parts:
        print_structured(options.seed, options.quick)
    if "certified" in parts:
        print_certified(options.seed, options.quick)
    if "living" in parts:
        trials = 6 if options.quick else options.trials
        print_living(options.seed, trials, options.departments, options.ways)


if __name__ == "__main__":
    main()
