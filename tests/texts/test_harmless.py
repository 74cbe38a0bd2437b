"""Sentences that are right as they are: nobody is told to change them."""

from __future__ import annotations

import random
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

from texts.text_books import with_texts
from xlbudget.texts.check import check_texts

if TYPE_CHECKING:
    from xlbudget.figures import Book
    from xlbudget.standard.model import Standard

SENTENCES = tomllib.loads((Path(__file__).parent / "harmless.toml").read_text("utf-8"))["sentence"]
ROUNDS = 10
"""So many places for every sentence: each round puts all of them somewhere at once."""


def test_harmless_sentences_have_no_findings(standard: Standard, example: Book) -> None:
    told = with_texts(standard, example)
    before = {(one.row, one.message) for one in check_texts(standard, told).findings}
    chance = random.Random(14)
    bodies = [one.id for one in told.texts if not one.heading and one.text.endswith("。")]
    wrong: list[object] = []
    for _ in range(ROUNDS):
        added = dict(zip(chance.sample(bodies, len(SENTENCES)), SENTENCES, strict=True))
        units = [one._replace(text=one.text + added.get(one.id, "")) for one in told.texts]
        found = check_texts(standard, told._replace(texts=tuple(units))).findings
        wrong += [
            (added.get(one.row), one.row, one.message)
            for one in found
            if (one.row, one.message) not in before
        ]
    assert not wrong, "\n".join(map(str, wrong))
