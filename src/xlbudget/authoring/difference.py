"""What one standard says otherwise than another: file by file, entry by entry."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from xlbudget.standard.layers import entry_names, layer_path, layers_of, standard_files

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from xlbudget.standard.layers import Layers

_SHOWN = 60
"""A value is quoted with so many letters."""
_OTHERS = (("notes", "*.j2"), ("subjects", "*.csv"))


def difference(before: Path, after: Path) -> list[str]:
    """A line for each entry that was added (+), taken away (-) or changed (~).

    Raises:
        StandardError: one of them cannot be read.
    """
    layers = layers_of(before), layers_of(after)
    files = tuple(standard_files(one) for one in layers)
    found: list[str] = []
    for name in sorted({*files[0], *files[1]}):
        found += _file(name, files[0].get(name), files[1].get(name))
    for below, pattern in _OTHERS:
        names = {
            path.name for one in layers for layer in one for path in (layer / below).glob(pattern)
        }
        for name in sorted(names):
            found += _text(f"{below}/{name}", *(_read(one, f"{below}/{name}") for one in layers))
    return found


def _file(name: str, old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> Iterator[str]:
    if old is None or new is None:
        yield f"{'+' if old is None else '-'} {name}.toml"
        return
    yield from (
        f"{sign} {name}.toml {path}{what}" for sign, path, what in _entries(name, "", "", old, new)
    )


def _entries(
    name: str, path: str, shown: str, old: Mapping[str, Any], new: Mapping[str, Any]
) -> Iterator[tuple[str, str, str]]:
    """Sign, entry and what of two tables at a path; ``shown`` is the path with the entries' names."""
    for key in dict.fromkeys([*old, *new]):
        below = f"{path}.{key}" if path else key
        title = f"{shown}.{key}" if shown else key
        if key not in new:
            yield "-", title, ""
        elif key not in old:
            yield "+", title, f" = {_quoted(new[key])}"
        elif old[key] != new[key]:
            yield from _values(name, below, title, old[key], new[key])


def _values(name: str, path: str, shown: str, old: Any, new: Any) -> Iterator[tuple[str, str, str]]:
    if isinstance(old, dict) and isinstance(new, dict):
        yield from _entries(name, path, shown, old, new)
        return
    named = entry_names(name, path, old), entry_names(name, path, new)
    if named[0] is None or named[1] is None:
        yield "~", shown, f"：{_quoted(old)} → {_quoted(new)}"
        return
    for key in dict.fromkeys([*named[0], *named[1]]):
        title = f"{shown}“{key}”"
        if key not in named[1]:
            yield "-", title, ""
        elif key not in named[0]:
            yield "+", title, ""
        else:
            yield from _entries(name, path, title, named[0][key], named[1][key])
    if list(named[0]) != list(named[1]) and set(named[0]) == set(named[1]):
        yield "~", shown, "：次序不同"


def _quoted(value: Any) -> str:
    text = str(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def _read(layers: Layers, name: str) -> list[str] | None:
    path = layer_path(layers, name)
    return path.read_text("utf-8-sig").splitlines() if path.is_file() else None


def _text(name: str, old: list[str] | None, new: list[str] | None) -> Iterator[str]:
    if old == new:
        return
    if old is None or new is None:
        yield f"{'+' if old is None else '-'} {name}"
        return
    gone, come = (len(set(one) - set(other)) for one, other in ((old, new), (new, old)))
    yield f"~ {name}：去掉{gone}行，增加{come}行"
