"""JSON Schemas of a standard's files for editors: they complete keys, explain them and mark what is wrong."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from xlbudget.authoring.shapes import FILES

if TYPE_CHECKING:
    from collections.abc import Iterator

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_ENTRY: dict[str, Any] = {
    "drop": {"type": "boolean", "description": "true：去掉基础里的这一项"},
    "after": {"type": "string", "description": "放在哪一项之后；空白是最前"},
}
"""What a layer may say of an entry that its base has."""
_EXTENDS = {"type": "string", "description": "以哪个标准为基础（cn）"}


def schema_of(name: str) -> dict[str, Any]:
    """The schema of a file by its name without suffix (``rules``; ``tables`` is that of every table).

    What a file must have may stand in the base, so nothing is required here; the checker tells what is missing.
    """
    schema = FILES[name].model_json_schema()
    for model in _models(schema):
        model.pop("required", None)
        for value in model.get("properties", {}).values():
            _let_drop(value)
        if "properties" in model:
            model["properties"] |= _ENTRY if model is not schema else {"drop": _ENTRY["drop"]}
    if name == "standard":
        schema["properties"]["extends"] = _EXTENDS
    return {"$schema": _DIALECT, **schema}


def schema_text(name: str) -> str:
    """The same as JSON."""
    return json.dumps(schema_of(name), ensure_ascii=False, indent=2) + "\n"


def _let_drop(value: dict[str, Any]) -> None:
    """Tables whose keys are free, at any depth, may say ``drop``."""
    for one in value.get("anyOf", ()):
        _let_drop(one)
    if isinstance(value.get("additionalProperties"), dict):
        value.setdefault("properties", {})["drop"] = _ENTRY["drop"]
        _let_drop(value["additionalProperties"])


def _models(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield schema
    yield from schema.get("$defs", {}).values()
