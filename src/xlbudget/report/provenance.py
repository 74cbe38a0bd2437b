"""Where every number of the text comes from, for programs: paragraph to cells, and cell to paragraphs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlbudget.report.pictures import Number, Passage, Source

__all__ = ["provenance_dict", "provenance_json"]


def provenance_dict(passages: Sequence[Passage]) -> dict[str, object]:
    """``paragraphs`` with their figures and cells, ``cells`` with the figures that rest on them."""
    used: dict[tuple[str, str], dict[str, object]] = {}
    for passage in passages:
        for one in passage.numbers:
            for source in one.origin.sources:
                cell = used.setdefault(
                    (source.sheet, source.cell or source.label), {**_cell(source), "used_by": []}
                )
                users = cell["used_by"]
                assert isinstance(users, list)
                user = {
                    "paragraph": passage.id,
                    "part": passage.part,
                    "figure": one.origin.name,
                    "text": passage.text[one.start : one.end],
                }
                if user not in users:
                    users.append(user)
    return {
        "paragraphs": [_paragraph(passage) for passage in passages],
        "cells": list(used.values()),
    }


def provenance_json(about: dict[str, object], passages: Sequence[Passage]) -> str:
    """One object: what the text is of, then :func:`provenance_dict`; with a last newline."""
    whole = {**about, **provenance_dict(passages)}
    return json.dumps(whole, ensure_ascii=False, indent=2) + "\n"


def _paragraph(passage: Passage) -> dict[str, object]:
    return {
        "id": passage.id,
        "part": passage.part,
        "sheet": passage.sheet,
        "cell": passage.cell,
        "heading": bool(passage.level),
        "state": passage.state,
        "fingerprint": passage.fingerprint,
        "text": passage.text,
        "figures": [_figure(passage, one) for one in passage.numbers],
    }


def _figure(passage: Passage, one: Number) -> dict[str, object]:
    origin = one.origin
    return {
        "figure": origin.name,
        "title": origin.title,
        "kind": origin.kind,
        "how": origin.how,
        "start": one.start,
        "end": one.end,
        "text": passage.text[one.start : one.end],
        "sum": origin.sum,
        "cells": [_cell(source) for source in origin.sources],
    }


def _cell(source: Source) -> dict[str, object]:
    return {
        "sheet": source.sheet,
        "cell": source.cell,
        "label": source.label,
        "value": source.text,
    }
