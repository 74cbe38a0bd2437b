"""What is wrong with a standard's readings, for those who write them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlbudget.errors import StandardError
from xlbudget.notes.source import load_source
from xlbudget.texts.readings import PARTS, load_readings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlbudget.notes.source import Source
    from xlbudget.standard.model import Standard
    from xlbudget.texts.readings import Readings

__all__ = ["reading_problems"]

_WORDS = (
    "up", "down", "same", "reason", "purpose", "share", "every", "none", "this_year", "before_prior",
    "unit_ends", "filler",
)  # fmt: skip


def reading_problems(standard: Standard) -> list[str]:
    """Names, codes and words that ``notes/readings.toml`` uses and the standard lacks, a sentence each."""
    try:
        source, readings = load_source(standard), load_readings(standard.folder)
    except StandardError as error:
        return [str(error)]
    if readings is None:
        return []
    return [f"“notes/readings.toml”：{one}" for one in _problems(standard, source, readings)]


def _problems(standard: Standard, source: Source, readings: Readings) -> Iterator[str]:
    codes = {rule.code for rule in standard.rules}
    for key, code in readings.rules.items():
        if code not in codes:
            yield f"[rules]的“{key} = {code}”不在 rules.toml 中。"
    for word in _WORDS:
        if not readings.words.get(word):
            yield f"[words]缺少“{word}”。"
    figures = {one.name for one in source.amounts} | {one[0] for one in source.counts}
    changes = {one.name for one in source.changes}
    lists = {one.name for one in source.lists}
    names = {one[0] for one in source.names}
    for head in readings.heads:
        where = f"说法“{head.say[0]}”（{head.section}）"
        for kind, name, known in (
            ("figure", head.figure, figures),
            ("change", head.change, changes),
            ("kinds", head.kinds, lists),
            ("carryover", head.carryover, figures),
            ("names", head.names, names),
            *(("parts", part.figure, figures) for part in head.parts),
        ):
            if name and name not in known:
                yield f"{where}的 {kind} = “{name}”不在 facts.toml 中。"
    for section, name in readings.lines:
        if name not in lists:
            yield f"[[lines]]（{section}）的“{name}”不是 facts.toml 中的清单。"
    for target in readings.targets:
        if target.figure not in figures:
            yield f"[[target]]“{target.say[0]}”的“{target.figure}”不在 facts.toml 中。"
    if readings.glossary and readings.glossary not in lists:
        yield f"[glossary]的 list = “{readings.glossary}”不是 facts.toml 中的清单。"
    for passage in readings.passages:
        if passage.zero and passage.zero not in figures:
            yield f"[[passage]]“{passage.name}”的 zero = “{passage.zero}”不在 facts.toml 中。"
    for wording in readings.wordings:
        if wording.part not in PARTS:
            yield f"[[wording]]“{wording.said}”的 part 应为 {'、'.join(PARTS)} 之一。"
