"""Sentences that are right as they are: nobody is told to change them."""

from __future__ import annotations

import random
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

from texts.text_books import culture_bureau, with_texts
from xlbudget.texts.check import check_texts

if TYPE_CHECKING:
    from xlbudget.figures import Book
    from xlbudget.standard.model import Standard

SENTENCES = tomllib.loads((Path(__file__).parent / "harmless.toml").read_text("utf-8"))["sentence"]
ROUNDS = 3
"""So many places for every sentence: each round puts all of them somewhere, as many at once as there are places."""


def test_harmless_sentences_have_no_findings(standard: Standard, example: Book) -> None:
    told = with_texts(standard, example)
    before = {(one.row, one.message) for one in check_texts(standard, told).findings}
    chance = random.Random(14)
    bodies = [one.id for one in told.texts if not one.heading and one.text.endswith("。")]
    wrong: list[object] = []
    groups = [
        SENTENCES[first : first + len(bodies)] for first in range(0, len(SENTENCES), len(bodies))
    ]
    for sentences in groups * ROUNDS:
        added = dict(zip(chance.sample(bodies, len(sentences)), sentences, strict=True))
        units = [one._replace(text=one.text + added.get(one.id, "")) for one in told.texts]
        found = check_texts(standard, told._replace(texts=tuple(units))).findings
        wrong += [
            (added.get(one.row), one.row, one.message)
            for one in found
            if (one.row, one.message) not in before
        ]
    assert not wrong, "\n".join(map(str, wrong))


def test_a_subject_in_the_units_name_is_not_spoken_of(standard: Standard) -> None:
    """…文化广播电视和旅游局2025年…支出: the amount is not that of 广播电视."""
    standard, book = culture_bureau(standard)
    told = with_texts(standard, book)
    units = [
        one._replace(text=one.text.replace("一般公共预算支出1", "一般公共预算的各项支出1"))
        for one in told.texts
    ]
    assert units != list(told.texts)
    found = check_texts(standard, told._replace(texts=tuple(units))).findings
    assert [one.message for one in found if "广播电视" in one.message] == []


def test_a_part_of_the_units_may_have_less(standard: Standard) -> None:
    """机关运行经费 counts 行政单位 and 参公单位 only, and the tables have all units together."""
    standard, book = culture_bureau(standard)
    told = with_texts(standard, book)
    whole = "预算905.61万元，比2024年增加656.01万元，增长262.82%，主要原因是压减一般性支出"

    def about_it(instead: str) -> list[str]:
        units = [one._replace(text=one.text.replace(whole, instead)) for one in told.texts]
        assert units != list(told.texts)
        outcome = check_texts(standard, told._replace(texts=tuple(units)))
        return [one.message for one in outcome.findings if one.row == "十.2"]

    right = "预算230.10万元，比2024年减少19.50万元，下降7.81%，主要原因是压减一般性支出"
    assert about_it(right) == []
    more = "预算915.61万元，比2024年增加656.01万元，增长262.82%，主要原因是人员增加"
    assert any("915.61" in one for one in about_it(more))
