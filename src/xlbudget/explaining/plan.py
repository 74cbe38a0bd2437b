"""How the published document is arranged, as the standard's ``disclosure.toml`` says."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from xlbudget.errors import StandardError
from xlbudget.explaining.source import load_source
from xlbudget.standard.layers import standard_file
from xlbudget.standard.model import numbered

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xlbudget.explaining.source import SectionSpec
    from xlbudget.standard.model import PartSpec, Standard


TABLES = "tables"
"""The part that holds the tables; any other is a document of ``notes/sections.toml``."""
_FILE = "disclosure.toml"
_PHRASES = ("contents", "table", "unit", "money")


class PartPlan(NamedTuple):
    """A part with its heading in the body and its document's sections that it holds, in order."""

    spec: PartSpec
    heading: str
    sections: tuple[SectionSpec, ...]

    @property
    def holds(self) -> str:
        """The tables or a document."""
        return self.spec.holds

    @property
    def contents(self) -> str:
        """Its line in the contents."""
        return self.spec.contents


class Plan(NamedTuple):
    """The parts in their order, and the set phrases by name."""

    parts: tuple[PartPlan, ...]
    texts: Mapping[str, str]

    def phrase(self, name: str, number: int = 0, **words: str) -> str:
        """A set phrase with its words and its number filled in."""
        text = numbered(self.texts[name], number)
        for key, word in words.items():
            text = text.replace(f"{{{key}}}", word)
        return text


def load_plan(standard: Standard) -> Plan:
    """What the standard says.

    Raises:
        StandardError: the file is missing, or names a document or a section that the standard does not have.
    """
    raw = standard_file(standard.layers, _FILE.removesuffix(".toml"))
    if raw is None:
        raise StandardError(f"标准缺少文件“{_FILE}”，不能编排公开文本。")
    texts = raw.get("text", {})
    missing = [name for name in _PHRASES if not isinstance(texts.get(name), str)]
    if missing:
        raise StandardError(f"“{_FILE}”的[text]缺少：{'、'.join(missing)}。")
    known = load_source(standard).sections
    parts = tuple(_part(spec, known) for spec in standard.parts)
    tables = sum(part.holds == TABLES for part in parts)
    if tables != 1:
        raise StandardError(f'“{_FILE}”应有一个 holds = "{TABLES}" 的[[part]]，现有{tables}个。')
    return Plan(parts, {"heading": texts["table"], **texts})


def _part(spec: PartSpec, known: Mapping[str, tuple[SectionSpec, ...]]) -> PartPlan:
    if spec.holds != TABLES and spec.holds not in known:
        raise StandardError(f'“{_FILE}”的 holds = "{spec.holds}" 不在“notes/sections.toml”中。')
    every = {section.number: section for section in known.get(spec.holds, ())}
    strange = [number for number in spec.sections if number not in every]
    if strange:
        raise StandardError(
            f"“{_FILE}”中“{spec.contents}”的 sections 有“{strange[0]}”，"
            f"它不在“notes/sections.toml”的 {spec.holds} 中。"
        )
    sections = tuple(every[number] for number in spec.sections or every)
    own = sections[0].heading if len(spec.sections) == 1 else ""
    return PartPlan(spec, spec.heading or own or spec.contents, sections)
