"""Every key of every file of a standard, as the page for authors lists them: from the models, so that none is missing."""

from __future__ import annotations

from types import UnionType
from typing import TYPE_CHECKING, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, RootModel

from xlbudget.authoring.shapes import FILES

if TYPE_CHECKING:
    from collections.abc import Iterator

_KINDS = {str: "文字", int: "整数", float: "数", bool: "true 或 false"}
_HEAD = "| 键 | 写法 | 说明 |\n|---|---|---|"


def keys_markdown() -> str:
    """The lists of all files, a table for each table of TOML."""
    return "\n".join(line for name in FILES for line in _file(name))


def _file(name: str) -> Iterator[str]:
    model = FILES[name]
    title, _, what = (model.__doc__ or "").partition("：")
    yield f"### {title}\n\n{what}。\n"
    if issubclass(model, RootModel):
        yield from _tables(_inner(model.model_fields["root"].annotation), [])
        return
    yield from _tables([model], [])


def _tables(models: list[type[BaseModel]], told: list[type[BaseModel]]) -> Iterator[str]:
    """The tables of models and of those within them, each once."""
    for model in models:
        if model in told:
            continue
        told.append(model)
        if model not in FILES.values():
            yield f"**`{model.__doc__}`**\n"
        yield _HEAD
        below: list[type[BaseModel]] = []
        for key, field in model.model_fields.items():
            said = _said(field.annotation)
            yield f"| `{field.alias or key}`{'（必有）' * field.is_required()} | {said} | {field.description} |"
            below += _inner(field.annotation)
        yield ""
        yield from _tables(below, told)


def _inner(annotation: Any) -> list[type[BaseModel]]:
    """The models that an annotation holds."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for one in get_args(annotation) for model in _inner(one)]


def _said(annotation: Any) -> str:
    """How a value is written, in words."""
    origin, parts = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        return "、".join(f'`"{part}"`' if part else "空白" for part in parts)
    if origin in (Union, UnionType):
        return " 或 ".join(dict.fromkeys(_said(part) for part in parts if part is not type(None)))
    if origin is list:
        return "几组" if _inner(parts[0]) == [parts[0]] else f"[{_said(parts[0])}, …]"
    if origin is dict:
        return f"名称 = {_said(parts[1])}"
    if hasattr(annotation, "__metadata__"):
        return _said(parts[0])
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return "一组"
    return _KINDS[annotation]
