"""How the parts of the published document follow each other: a standard's ``disclosure.toml``."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from xlbudget.errors import StandardError
from xlbudget.explaining.source import load_source
from xlbudget.explaining.wording import ordinal
from xlbudget.standard.loader import parse_files

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xlbudget.standard.model import Standard


TABLES = "tables"
"""The part that holds the tables; any other is a document of ``notes/sections.toml``."""


_FILE = "disclosure"


_PHRASES = ("contents", "part", "table", "unit", "money")


class PartPlan(NamedTuple):
    """A part: its title (``{year}`` filled in later), what it holds, and whether terms stand out."""

    title: str
    holds: str
    terms: bool


class Plan(NamedTuple):
    """The parts in their order, and the set phrases by name."""

    parts: tuple[PartPlan, ...]
    texts: Mapping[str, str]

    def phrase(self, name: str, number: int = 0, **words: str) -> str:
        """A set phrase with its words filled in; ``number`` gives ``{ordinal}``."""
        text = self.texts[name].replace("{ordinal}", ordinal(number))
        for key, word in words.items():
            text = text.replace(f"{{{key}}}", word)
        return text


def load_plan(standard: Standard) -> Plan:
    """What the standard says.

    Raises:
        StandardError: the file is missing, or does not fit the standard's parts.
    """
    shown = f"{_FILE}.toml"
    raw = parse_files(standard.folder).get(_FILE)
    if raw is None:
        raise StandardError(f"标准缺少文件“{shown}”，不能编排公开文本。")
    texts, entries = raw.get("text", {}), raw.get("part", [])
    missing = [name for name in _PHRASES if not isinstance(texts.get(name), str)]
    if missing:
        raise StandardError(f"“{shown}”的[text]缺少：{'、'.join(missing)}。")
    held = [entry.get("holds") for entry in entries]
    if len(held) != len(standard.parts) or not all(isinstance(one, str) for one in held):
        raise StandardError(
            f"“{shown}”应有{len(standard.parts)}个[[part]]，各用 holds 说明放什么，"
            "次序与“standard.toml”相同。"
        )
    known = load_source(standard).sections
    unknown = [one for one in held if one != TABLES and one not in known]
    if unknown:
        raise StandardError(f'“{shown}”的 holds = "{unknown[0]}" 不在“notes/sections.toml”中。')
    parts = tuple(
        PartPlan(title, entry["holds"], bool(entry.get("terms", False)))
        for title, entry in zip(standard.parts, entries, strict=True)
    )
    return Plan(parts, {name: texts[name] for name in _PHRASES})
