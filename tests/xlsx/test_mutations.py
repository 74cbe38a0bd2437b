"""Workbooks changed at random, part by part: each is judged, or refused in a sentence; nothing else happens.

A thorough run makes more of them than the few that always run.
"""

from __future__ import annotations

import random
import re
from typing import TYPE_CHECKING

import pytest

from hostile_workbooks import FAR, NUMBERS, Parts
from thorough import either
from xlbudget.editing.validate import examine_file
from xlbudget.errors import XlbudgetError
from xlbudget.report import render
from xlbudget.standard.loader import load_standard

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

COUNT = either(24, 1002)
_ELEMENT = re.compile(
    rb"<(?:c|row|v|f|mergeCell|dimension|sheet|si|xf|Relationship|definedName)\b[^<>]*>"
)
_TEXTS = (
    b"",
    b" ",
    b"-",
    b"\xe5",
    "\u200b甲".encode(),
    b"&#11;",
    b"&amp;",
    b"]]>",
    b"_x000B_",
    b"#REF!",
    b"1e5",
    b"\x00",
)


def _somewhere(chance: random.Random, data: bytes) -> re.Match[bytes] | None:
    """One of the elements of a part."""
    found = list(_ELEMENT.finditer(data))
    return chance.choice(found) if found else None


def _reference(chance: random.Random, data: bytes) -> bytes:
    match = _somewhere(chance, data)
    at = chance.choice(FAR).encode()
    return (
        data
        if match is None
        else (
            data[: match.start()]
            + re.sub(rb'\b(r|ref)="[^"]*"', lambda one: one[1] + b'="' + at + b'"', match[0])
            + data[match.end() :]
        )
    )


def _attribute(chance: random.Random, data: bytes) -> bytes:
    match = _somewhere(chance, data)
    if match is None:
        return data
    value = chance.choice((*_TEXTS[:-1], b"99999999999", b"-1", b"s", b"e", b"str", b"inlineStr"))
    names = re.findall(rb'([\w:]+)="', match[0]) or [b"r"]
    name = re.escape(chance.choice(names))
    changed = re.sub(name + rb'="[^"]*"', lambda _: name + b'="' + value + b'"', match[0], count=1)
    return data[: match.start()] + changed + data[match.end() :]


def _dropped(chance: random.Random, data: bytes) -> bytes:
    match = _somewhere(chance, data)
    return data if match is None else data[: match.start()] + data[match.end() :]


def _repeated(chance: random.Random, data: bytes) -> bytes:
    match = _somewhere(chance, data)
    if match is None:
        return data
    return data[: match.end()] + match[0] * chance.choice((1, 2, 1000)) + data[match.end() :]


def _number(chance: random.Random, data: bytes) -> bytes:
    values = list(re.finditer(rb"<v>([^<]*)</v>", data))
    if not values:
        return data
    match = chance.choice(values)
    new = chance.choice((*(one.encode() for one in NUMBERS.values()), *_TEXTS))
    return data[: match.start(1)] + new + data[match.end(1) :]


def _bytes(chance: random.Random, data: bytes) -> bytes:
    place = chance.randrange(max(len(data), 1))
    return data[:place] + chance.randbytes(chance.choice((1, 2, 8))) + data[place + 1 :]


def _cut(chance: random.Random, data: bytes) -> bytes:
    return data[: chance.randrange(max(len(data), 1))]


def _rows_moved(chance: random.Random, data: bytes) -> bytes:
    rows = list(re.finditer(rb"<row\b.*?</row>", data, re.DOTALL))
    if not rows:
        return data
    one, other = chance.choice(rows), chance.choice(rows)
    return data.replace(one[0], other[0], 1)


CHANGES: tuple[Callable[[random.Random, bytes], bytes], ...] = (
    _reference, _attribute, _dropped, _repeated, _number, _bytes, _cut, _rows_moved,
)  # fmt: skip


@pytest.mark.parametrize("which", ["example", "leaves", "plain"])
def test_no_mutation_is_a_fault_of_ours(
    which: str, example_file: Path, leaves_file: Path, plain_file: Path, tmp_path: Path
) -> None:
    source = {"example": example_file, "leaves": leaves_file, "plain": plain_file}[which]
    whole = Parts(source)
    kept = dict(whole.data)
    told, said = 0, []
    for seed in range(COUNT // 3):
        chance = random.Random(f"{which} {seed}")
        whole.data = dict(kept)
        for _ in range(chance.choice((1, 1, 2, 5))):
            every = [name for name in kept if name.endswith((".xml", ".rels"))]
            part = chance.choice(every if chance.random() < 0.3 else [*whole.sheets.values()])
            whole.data[part] = chance.choice(CHANGES)(chance, whole.data[part])
        path = whole.write(tmp_path / "变 动.xlsx")
        try:
            report = examine_file(path).report
        except XlbudgetError as error:
            said.append((seed, str(error)))
        except Exception as error:
            raise AssertionError(f"{which} {seed}") from error
        else:
            told += 1
            standards = {report.standard: load_standard(report.standard)}
            assert render([report], "json", standards, [None])
    for number, sentence in said:
        assert sentence.endswith("。"), number
        assert path.name in sentence, (number, sentence)
        assert len(sentence) < 400, number
    assert told
    assert told + len(said) == COUNT // 3
