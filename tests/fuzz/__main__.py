"""Mutate, run, judge, and report: ``make fuzz N=20000 SEED=1 JOBS=2``.

A library was looked for first. atheris follows coverage of native code and needs its own build of the interpreter's
modules; what is wanted here are files of many kinds, whole runs of commands within limits that may kill the process, and
recipes that people can read. Hypothesis draws values inside one process and shrinks by running again and again in it.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import signal
import sys
import time
from collections import Counter, defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

from fuzz.judge import MEMORY, SECONDS, Fault
from fuzz.material import material
from fuzz.runs import Recipe, cook
from fuzz.workers import Outcome, outcomes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fuzz.material import Material

CORPUS = Path(__file__).parent / "corpus"
Kind = tuple[str, str]
_SHOWN = 40


def kind_of(fault: Fault) -> Kind:
    """Faults of one kind are of one check at one place; without a place by the first words."""
    said = fault.said.split("：")[0].split(":")[0]
    return fault.check, fault.place or said[:_SHOWN]


def minimal(recipe: Recipe, kind: Kind, seed: int, pool: Mapping[str, Material]) -> Recipe:
    """The recipe without the mutations that are not needed for the same kind of fault."""
    for place in reversed(range(len(recipe.mutations))):
        rest = recipe.mutations[:place] + recipe.mutations[place + 1 :]
        shorter = Recipe(recipe.run, recipe.seed, rest)
        if rest and any(kind_of(one) == kind for one in judged([shorter], seed, pool)[0].faults):
            recipe = shorter
    return recipe


def judged(recipes: list[Recipe], seed: int, pool: Mapping[str, Material]) -> list[Outcome]:
    """What comes of recipes, in their order."""
    return list(outcomes(recipes, seed, pool, 1))


def as_json(recipe: Recipe, fault: Fault) -> str:
    """A recipe as the corpus keeps it."""
    held = {
        "fault": f"{fault.check} {fault.place}".strip(),
        "said": fault.said,
        "run": recipe.run,
        "seed": recipe.seed,
    }
    lines = ",\n  ".join(json.dumps(one, ensure_ascii=False) for one in recipe.mutations)
    head = json.dumps(held, ensure_ascii=False, indent=1)[:-2]
    return f'{head},\n "mutations": [\n  {lines}\n ]\n}}\n'


def from_json(text: str) -> Recipe:
    """A recipe of the corpus."""
    held = json.loads(text)
    return Recipe(held["run"], held["seed"], tuple(tuple(one) for one in held["mutations"]))


def main() -> int:
    """Run as many as were asked for; 1 where there are faults."""
    parser = argparse.ArgumentParser(prog="fuzz", description=__doc__)
    parser.add_argument("--runs", "-n", type=int, default=2_000)
    parser.add_argument("--first", type=int, default=0, help="the number of the first run")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument(
        "--keep", type=Path, help="where recipes of faults are put, with the files that they make"
    )
    parser.add_argument("--replay", type=Path, nargs="*", help="recipes to run instead")
    asked = parser.parse_args()
    signal.signal(
        signal.SIGINT, signal.default_int_handler
    )  # the program's own beginning has another
    pool = material()
    if asked.replay:
        recipes = [from_json(path.read_text("utf-8")) for path in asked.replay]
        report = Report(pool, asked.seed, asked.keep)
        for outcome in judged(recipes, asked.seed, pool):
            report.add(outcome)
        return report.said()
    report = Report(pool, asked.seed, asked.keep)
    orders = range(asked.first, asked.first + asked.runs)
    try:
        for outcome in outcomes(orders, asked.seed, pool, asked.jobs):
            report.add(outcome)
    except KeyboardInterrupt:
        print("interrupted; the report is of the runs before", file=sys.stderr)
    return report.said()


class Report:
    """The figures so far and the faults by kind."""

    def __init__(self, pool: Mapping[str, Material], seed: int, keep: Path | None) -> None:
        self.pool, self.seed, self.keep = pool, seed, keep
        self.begun = time.monotonic()
        self.runs: Counter[str] = Counter()
        self.statuses: Counter[tuple[str, object]] = Counter()
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self.kinds: dict[Kind, list[tuple[Outcome, Fault]]] = {}
        self.slowest: Outcome | None = None
        self.largest: Outcome | None = None

    def add(self, outcome: Outcome) -> None:
        """One more run."""
        name = outcome.recipe.run
        self.runs[name] += 1
        self.statuses[name, outcome.status] += 1
        self.seconds[name] += outcome.seconds
        if self.slowest is None or outcome.seconds > self.slowest.seconds:
            self.slowest = outcome
        if self.largest is None or outcome.memory > self.largest.memory:
            self.largest = outcome
        for fault in outcome.faults:
            kind = kind_of(fault)
            first = kind not in self.kinds
            self.kinds.setdefault(kind, []).append((outcome, fault))
            if first:
                self._new(outcome, fault, kind)
        total = sum(self.runs.values())
        if total % 500 == 0:
            print(f"{total} runs, {time.monotonic() - self.begun:.0f} s", file=sys.stderr)

    def _new(self, outcome: Outcome, fault: Fault, kind: Kind) -> None:
        print(f"{fault.check} | {fault.place} | {fault.said}", file=sys.stderr)
        print(f"  run {outcome.order if isinstance(outcome.order, int) else 'of a recipe'}: {outcome.recipe}"[:600], file=sys.stderr)  # fmt: skip
        if self.keep is not None and outcome.recipe.run:
            self.keep.mkdir(parents=True, exist_ok=True)
            recipe = minimal(outcome.recipe, kind, self.seed, self.pool)
            words = re.sub(r"\W+", "-", f"{fault.check} {fault.place}".strip())
            path = self.keep / f"{len(self.kinds):03}-{words}.json"
            path.write_text(as_json(recipe, fault), encoding="utf-8")
            for name, data in cook(recipe, self.pool).items():
                target = path.with_suffix("") / name
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(data)

    def said(self) -> int:
        """Print the report; the exit status."""
        total = sum(self.runs.values())
        elapsed = time.monotonic() - self.begun
        print(
            f"{total} runs, seed {self.seed}, {elapsed:.0f} s; limits {SECONDS} s and {MEMORY >> 20} MiB"
        )
        print(f"{'run':22}{'runs':>7}{'status 0':>10}{'1':>7}{'2':>7}{'died':>7}{'mean s':>8}")
        for name, count in sorted(self.runs.items()):
            cells = "".join(
                f"{self.statuses[name, one]:>{width}}"
                for one, width in ((0, 10), (1, 7), (2, 7), (None, 7))
            )
            print(f"{name:22}{count:>7}{cells}{self.seconds[name] / count:>8.2f}")
        if self.slowest and self.largest:
            print(
                f"slowest {self.slowest.seconds:.1f} s ({self.slowest.recipe.run}, run {self.slowest.order})"[
                    :200
                ]
            )
            print(
                f"most memory {self.largest.memory / 2**20:.0f} MiB ({self.largest.recipe.run}, run {self.largest.order})"[
                    :200
                ]
            )
        print(f"faults: {sum(map(len, self.kinds.values()))} of {len(self.kinds)} kinds")
        for (check, place), cases in sorted(self.kinds.items(), key=lambda item: -len(item[1])):
            print(
                f"{len(cases):>6}  {check} | {place} | {cases[0][1].said[:160]!r} | run {cases[0][0].order}"[
                    :330
                ]
            )
        return int(bool(self.kinds))


if __name__ == "__main__":
    sys.exit(main())
