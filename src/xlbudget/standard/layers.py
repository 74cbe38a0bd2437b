"""The files of a standard: a folder merged over the folders on which it stands.

A region's ``standard.toml`` names its base (``extends = "cn"``); a base has ``base.toml`` instead and cannot be
chosen by itself. A layer may have variants, ``variants/NAME/variant.toml`` with ``when = { FIELD = "value" }`` or
``years = [first, last]``, that stand above it where 基础信息 says so. A layer holds only what differs: tables merge
by key, lists of tables by the keys that ``_KEYS`` declares, everything else replaces what was below. An entry that
is just ``drop = true`` goes, with more in it that replaces what was below; in a list an entry that is just ``drop = true`` and
names none clears the list. ``after = "KEY"`` places an entry behind that one (``""``: first). A file is an entry, too.

Parsing takes longer than validating a workbook, so what was merged is kept beside the byte code. It is used
only while every file of every layer has the size and time that it had when it was parsed; it is data, read by
``marshal`` from our own package folder alone, and missing it costs nothing but time.
"""

from __future__ import annotations

import marshal
import os
import re
import sys
from contextlib import suppress
from fnmatch import fnmatchcase
from functools import lru_cache, wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from xlbudget.errors import StandardError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

T = TypeVar("T")

Layers = tuple[Path, ...]
"""The folders of a standard, most specific first."""
_File = dict[str, Any]
_Stamp = list[tuple[str, int, int]]

DATA = Path(__file__).parent / "data"
_MAIN, _BASE, _VARIANT = "standard", "base", "variant"
"""The main file of a region, of a base and of a variant: one and the same file of the merged standard."""
_VARIANTS = "variants"
_TESTS = "tests"
"""A folder of documents to try a standard on, which is no part of it."""
_VERSION = 5
_LINE = r"at line (\d+)"
_WORDS = ("drop", "after")
"""Keys of an entry that speak of the entry itself."""

_KEYS = {
    "standard:chart": ("key",),
    "standard:transfer": ("title",),
    "standard:carry": ("from",),
    "standard:allotment": ("whole",),
    "tables/*:block": ("key",),
    "tables/*:block.columns": ("key",),
    "tables/*:block.rows": ("key", "slot"),
    "tables/*:form": ("key",),
    "tables/*:form.indicators": ("key",),
    "info:section": ("title",),
    "info:section.fields": ("key",),
    "info:keyed": ("key",),
    "rules:rule": ("code",),
    "ledger:column": ("key",),
    "ledger:kind": ("key",),
    "ledger:post": ("block",),
    "disclosure:part": ("contents",),
    "package:figure": ("fact",),
    "notes/sections:*": ("template|number",),
    "notes/facts:list.*.items": ("key", "name"),
    "notes/facts:change.*.components": ("name",),
    "notes/readings:head": ("section", "figure"),
    "notes/readings:lines": ("section",),
    "notes/readings:target": ("figure",),
    "notes/readings:wording": ("said",),
    "notes/readings:former": ("said",),
    "notes/readings:passage": ("section", "name"),
    "notes/personal:sign": ("title",),
}
"""Which lists merge by which keys of their entries: file and path, lists being no step of it.

Several keys are one name, joined by ``/`` without those that are blank; of ``a|b`` the first that is not blank
counts. A list that is not declared is replaced.
"""


class Variant(NamedTuple):
    """A folder above ``layer``, for the years ``first`` to ``last`` and where every field has one of its values."""

    folder: Path
    when: dict[str, list[str]]
    first: int
    last: int

    def applies(self, fields: Mapping[str, str], year: int) -> bool:
        """Whether 基础信息 with these fields, of that year, chooses it."""
        fits = all(fields.get(key, "") in values for key, values in self.when.items())
        return fits and self.first <= year <= self.last


def standard_ids() -> list[str]:
    """The standards that are shipped and can be chosen."""
    return sorted(folder.name for folder in DATA.iterdir() if (folder / "standard.toml").is_file())


def layers_of(folder: Path) -> Layers:
    """A standard's folder and those on which it stands, without variants.

    Raises:
        StandardError: a file is no TOML, there is no such base, or the bases stand on each other.
    """
    return _shipped(folder).layers if folder.parent == DATA else _chain(folder)


def variants_of(layers: Layers) -> list[Variant]:
    """The variants of all layers, each layer's more specific ones first: of a field below those of years.

    Raises:
        StandardError: a ``variant.toml`` cannot be read.
    """
    region = _region(layers)
    if region.parent == DATA:
        return _shipped(region).variants
    return [variant for layer in layers for variant in _variants(layer)]


def plain_layers(layers: Layers) -> Layers:
    """The layers without the variants among them."""
    return tuple(layer for layer in layers if not _is_variant(layer))


def with_variants(layers: Layers, fields: Mapping[str, str], year: int) -> Layers:
    """The layers with the variants that 基础信息 chooses; the very same where none applies.

    Raises:
        StandardError: a ``variant.toml`` cannot be read.
    """
    plain = plain_layers(layers)
    chosen = [one.folder for one in variants_of(plain) if one.applies(fields, year)]
    found: list[Path] = []
    for layer in plain:
        found += (folder for folder in chosen if folder.parent.parent == layer)
        found.append(layer)
    return tuple(found)


def standard_file(layers: Layers, name: str) -> _File | None:
    """A merged TOML file by its name without suffix (``notes/facts``), None where no layer has it.

    It is not to be changed.

    Raises:
        StandardError: it is no TOML, or does not fit what is below.
    """
    return standard_files(layers).get(name)


def standard_files(layers: Layers) -> Mapping[str, _File]:
    """Every merged TOML file by its name without suffix; not to be changed.

    Raises:
        StandardError: one is no TOML, or does not fit what is below.
    """
    return _shipped_files(layers) if is_ours(layers) else _merged_now(layers)


def _merged_now(layers: Layers) -> dict[str, _File]:
    """Of a standard that may change while we run."""
    return _as_of(layers, tuple((name, tuple(stamps)) for name, stamps in _stamp(layers)))


@lru_cache(maxsize=8)
def _as_of(layers: Layers, _stamps: object) -> dict[str, _File]:
    return _merged_files(layers)


def layer_path(layers: Layers, name: str) -> Path:
    """The most specific file of that name (``notes/macros.j2``); where none is, that of the first layer."""
    paths = (layer / name for layer in layers)
    return next((path for path in paths if path.is_file()), layers[0] / name)


def is_ours(layers: Layers) -> bool:
    """Whether the standard is one of those that are shipped, whose files do not change while we run."""
    return _region(layers).parent == DATA


def once(make: Callable[[Layers], T]) -> Callable[[Layers], T]:
    """``make`` of a standard's layers, only once while its files stay as they are.

    Those of a shipped one do, as long as we run; of any other, all are looked at.
    """
    kept = lru_cache(maxsize=32)(make)
    latest: dict[Layers, tuple[object, T]] = {}

    @wraps(make)
    def made(layers: Layers) -> T:
        if is_ours(layers):
            return kept(layers)
        stamp = _whole_stamp(layers)
        if layers not in latest or latest[layers][0] != stamp:
            latest[layers] = stamp, make(layers)
        return latest[layers][1]

    return made


def _whole_stamp(layers: Layers) -> list[tuple[str, int, int]]:
    """Every file of the layers with its size and time."""
    found = []
    for layer in layers:
        for below in ("", "tables", "notes", "subjects"):
            with suppress(FileNotFoundError), os.scandir(layer / below) as entries:
                for entry in entries:
                    if entry.is_file():
                        facts = entry.stat()
                        found.append((entry.path, facts.st_size, facts.st_mtime_ns))
    return sorted(found)


def _is_variant(layer: Path) -> bool:
    return layer.parent.name == _VARIANTS


def _region(layers: Layers) -> Path:
    return next(layer for layer in layers if not _is_variant(layer))


# --- The chain ------------------------------------------------------------------------------------------------------


def _chain(folder: Path) -> Layers:
    found = [folder]
    while name := _main(found[-1]).get("extends", ""):
        below = _base(found[-1], str(name))
        if below in found:
            circle = " → ".join(layer.name for layer in (*found, below))
            raise StandardError(f"标准的基础（extends）绕成了圈：{circle}。")
        found.append(below)
    return tuple(found)


def _main(layer: Path) -> _File:
    name = _main_name(layer)
    return (_parsed(layer, name) if (layer / f"{name}.toml").is_file() else None) or {}


def _main_name(layer: Path) -> str:
    if _is_variant(layer):
        return _VARIANT
    return _BASE if (layer / f"{_BASE}.toml").is_file() else _MAIN


def _base(layer: Path, name: str) -> Path:
    """The base of that name: beside the layer, or one of ours."""
    for parent in (layer.parent, DATA):
        below = parent / name
        if "/" not in name and any((below / f"{one}.toml").is_file() for one in (_BASE, _MAIN)):
            return below
    known = "、".join(sorted(path.parent.name for path in DATA.glob(f"*/{_BASE}.toml")))
    told = f"；随程序的有：{known}" if known else ""
    raise StandardError(
        f"标准文件“{_shown(layer, _main_name(layer))}”的 extends 写的“{name}”不存在{told}。"
    )


def _variants(layer: Path) -> list[Variant]:
    found = [_variant(path.parent) for path in (layer / _VARIANTS).glob(f"*/{_VARIANT}.toml")]
    return sorted(
        found,
        key=lambda one: ((one.first, one.last) != (0, 9999), bool(one.when), one.folder.name),
        reverse=True,
    )


def _variant(folder: Path) -> Variant:
    raw, shown = _parsed(folder, _VARIANT), _shown(folder, _VARIANT)
    when, years = raw.get("when", {}), raw.get("years", [0, 9999])
    if not isinstance(when, dict) or not (when or "years" in raw):
        raise StandardError(f'标准文件“{shown}”应有 when = {{ 字段 = "值" }} 或 years = [起, 止]。')
    values = {key: [value] if isinstance(value, str) else value for key, value in when.items()}
    if not all(isinstance(value, list) for value in values.values()):
        raise StandardError(
            f'标准文件“{shown}”的 when 应为 {{ 字段 = "值" }}，值可以是几个：["甲", "乙"]。'
        )
    if [type(year) for year in years] != [int, int] or years[0] > years[1]:
        raise StandardError(f"标准文件“{shown}”的 years 应为 [起始年度, 截止年度]。")
    return Variant(folder, values, *years)


# --- The files of one layer -----------------------------------------------------------------------------------------


def _shown(layer: Path, name: str) -> str:
    """A file as messages name it: with the folders below that of the region's neighbours."""
    top = layer.parent.parent.parent if _is_variant(layer) else layer.parent
    return f"{layer.relative_to(top).as_posix()}/{name}.toml"


def _parsed(layer: Path, name: str) -> _File:
    import tomllib  # noqa: PLC0415  # not needed where the parsed form is kept

    try:
        return tomllib.loads((layer / f"{name}.toml").read_text("utf-8"))
    except UnicodeDecodeError as error:
        raise StandardError(
            f"标准文件“{_shown(layer, name)}”不是UTF-8编码；请另存为UTF-8。"
        ) from error
    except (
        ValueError,
        RecursionError,
    ) as error:  # too many digits or brackets are errors of these kinds, too
        line = re.search(_LINE, str(error))
        where = f"（第{line[1]}行）" if line else ""
        raise StandardError(
            f"标准文件“{_shown(layer, name)}”不是有效的TOML{where}；xlbudget standard check 会说明哪里写错。"
        ) from error


def _layer_file(layer: Path, name: str) -> _File | None:
    """A file of one layer by the merged standard's name."""
    own = _main_name(layer) if name == _MAIN else name
    if not (layer / f"{own}.toml").is_file():
        return None
    raw = _parsed(layer, own)
    of_layer = {"when", "years"} if own == _VARIANT else set()
    return {key: value for key, value in raw.items() if key not in {"extends", *of_layer}}


def _stamps(layer: Path) -> _Stamp:
    """Name, size and time of every file of a layer: TOML, templates and lists of subjects."""
    found: _Stamp = []
    for below in ("", "tables", "notes", "subjects"):
        try:
            entries = sorted(os.scandir(layer / below), key=lambda entry: entry.name)
        except FileNotFoundError:
            continue
        for entry in entries:
            if entry.is_file():
                facts = entry.stat()
                path = f"{below}/{entry.name}" if below else entry.name
                found.append((path, facts.st_size, facts.st_mtime_ns))
    return found


def fingerprint(layers: Layers) -> str:
    """The SHA-256 of all files of a standard without variants; of a shipped one as it is kept.

    The files of its variants count, those of its ``tests`` do not.
    """
    if is_ours(layers):
        return _shipped(_region(layers)).fingerprint
    return _fingerprint(layers)


def _fingerprint(layers: Layers) -> str:
    import hashlib  # noqa: PLC0415  # slow to load, and of a shipped standard it is kept

    whole = hashlib.sha256()
    for name, path in sorted(_counted(layers)):
        whole.update(f"{name}\t{hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return f"sha256:{whole.hexdigest()}"


def _counted(layers: Layers) -> Iterator[tuple[str, Path]]:
    for layer in layers:
        for path in layer.rglob("*.*"):
            parts = path.relative_to(layer).parts
            if parts[0] != _TESTS and "__pycache__" not in parts and path.is_file():
                yield f"{layer.name}/{'/'.join(parts)}", path


# --- Merging --------------------------------------------------------------------------------------------------------


def _merged_files(layers: Layers) -> dict[str, _File]:
    """All files, each layer without what those below say of what it does not have."""
    from xlbudget.standard.applicable import applicable  # noqa: PLC0415  # as tomllib

    above = layers.index(_region(layers)) + 1
    below: dict[str, _File] = {}
    for layer in reversed(layers[above:]):
        below = applicable(_over(below, layer, bottom=layer == layers[-1]), below)
    found = below
    for layer in reversed(layers[:above]):
        found = _over(found, layer, bottom=layer == layers[-1])
    return applicable(found, below)


def unmergeable(layers: Layers) -> dict[str, str]:
    """The files that cannot be merged, each by itself, with why; nothing of those that are no TOML."""
    found: dict[str, str] = {}
    for name in dict.fromkeys(name for layer in layers for name, _ in layer_files(layer)):
        below: dict[str, _File] = {}
        try:
            for layer in reversed(layers):
                below = _over(below, layer, bottom=layer == layers[-1], only=name)
        except StandardError as error:
            found[name] = str(error)
    return found


def _over(
    below: dict[str, _File], layer: Path, *, bottom: bool, only: str = ""
) -> dict[str, _File]:
    """The files of a layer over those below, or ``only`` one; at the ``bottom`` they are taken as they are."""
    found = dict(below)
    for name, _ in layer_files(layer):
        if only and name != only:
            continue
        over = _layer_file(layer, name)
        if over is None or bottom:
            found[name] = over or {}
            continue
        merging = _Merging(_shown(layer, _main_name(layer) if name == _MAIN else name), name)
        lower = merging.kept(over, name, found.get(name))
        if lower is None:
            del found[name]
        else:
            found[name] = merging.tables(lower, over, "")
    return found


class _Merging(NamedTuple):
    """One file of a layer, ``shown`` in messages, put over what is below."""

    shown: str
    name: str

    def tables(self, below: _File, over: _File, path: str) -> _File:
        """``over`` over ``below``, the tables at that path."""
        found = dict(below)
        for key, value in over.items():
            if key in _WORDS:
                continue
            step = f"{path}.{key}" if path else key
            if not isinstance(value, dict):
                found[key] = self._value(below.get(key), value, step)
                continue
            found = self._entry(found, key, value, step, step, ())
        return found

    def _entry(
        self,
        found: dict[str, _File],
        key: str,
        value: _File,
        path: str,
        shown: str,
        keys: tuple[str, ...],
    ) -> dict[str, _File]:
        """The entries with one that an upper layer says."""
        lower = self.kept(value, shown, found.get(key), keys)
        if lower is None:
            return {one: entry for one, entry in found.items() if one != key}
        found[key] = self.tables(lower, value, path)
        place = value.get("after")
        return found if place is None else self._moved(found, key, str(place), shown)

    def _value(self, below: Any, over: Any, path: str) -> Any:
        keys = self.keys_of(path) if _is_tables(over) else ()
        if not keys:
            return over
        return self._list(below if _is_tables(below) else [], over, keys, path)

    def _list(
        self, below: list[_File], over: list[_File], keys: tuple[str, ...], path: str
    ) -> list[_File]:
        if over[0] == {"drop": True}:
            self.kept(over[0], path, {} if below else None)
            below, over = [], over[1:]
        found: dict[str, _File] = {}
        doubled: set[str] = set()
        for place, entry in enumerate(below):
            identity = _identity(entry, keys)
            if identity in found:
                doubled.add(identity)
            found[f"{identity}\0{place}" if identity in found else identity] = entry
        named = [_identity(entry, keys) for entry in over]
        for identity, value in zip(named, over, strict=True):
            shown = f"{path}“{identity}”"
            if identity in doubled:
                raise StandardError(f"标准文件“{self.shown}”不能修改{shown}：原有的条目有同名的。")
            if named.count(identity) > 1:
                raise StandardError(f"标准文件“{self.shown}”的{shown}写了两次。")
            found = self._entry(found, identity, value, path, shown, keys)
        return list(found.values())

    def kept(
        self, value: _File, shown: str, below: _File | None, keys: tuple[str, ...] = ()
    ) -> _File | None:
        """What of the entry below stays: nothing (an empty one, or None) where ``value`` says ``drop = true``."""
        if value.get("drop") is not True:
            return below if isinstance(below, dict) else {}
        if below is None:
            raise StandardError(f"标准文件“{self.shown}”要去掉的“{shown}”不存在（drop）。")
        return {} if value.keys() - {*_WORDS, *_named_by(value, keys)} else None

    def _moved(
        self, entries: dict[str, _File], key: str, place: str, shown: str
    ) -> dict[str, _File]:
        """The entries with that of ``key`` behind that of ``place``."""
        rest = [entry for entry in entries.items() if entry[0] != key]
        names = [name for name, _ in rest]
        if place and place not in names:
            raise StandardError(
                f"标准文件“{self.shown}”要把“{shown}”放在“{place}”之后，没有这一项（after）。"
            )
        rest.insert(names.index(place) + 1 if place else 0, (key, entries[key]))
        return dict(rest)

    def keys_of(self, path: str) -> tuple[str, ...]:
        """The keys by which the list at a path merges; none where it is replaced."""
        whole = f"{self.name}:{path}"
        return next((keys for form, keys in _KEYS.items() if fnmatchcase(whole, form)), ())


def _is_tables(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(one, dict) for one in value)


def _identity(entry: _File, keys: tuple[str, ...]) -> str:
    return "/".join(str(entry[key]) for key in _named_by(entry, keys))


def _named_by(entry: _File, keys: tuple[str, ...]) -> list[str]:
    """The keys that make the name of an entry."""
    filled = [[key for key in either.split("|") if entry.get(key, "") != ""] for either in keys]
    return [names[0] for names in filled if names]


# --- What is kept ---------------------------------------------------------------------------------------------------


class _Shipped(NamedTuple):
    """A shipped standard without variants, and which it has."""

    layers: Layers
    variants: list[Variant]
    files: dict[str, _File]
    fingerprint: str


@lru_cache(maxsize=8)
def _shipped(folder: Path) -> _Shipped:
    """A shipped standard, from what is kept of it where that is still right."""
    kept = _unpacked((folder,))
    if kept is not None:
        layers = tuple(DATA / name for name in kept["layers"])
        variants = [Variant(DATA / name, *rest) for name, *rest in kept["variants"]]
        if kept["stamp"] == _stamp(layers):
            return _Shipped(layers, variants, kept["files"], kept["fingerprint"])
    return _make_shipped(folder, keep=not sys.dont_write_bytecode)


def _make_shipped(folder: Path, *, keep: bool) -> _Shipped:
    layers = _chain(folder)
    variants = [variant for layer in layers for variant in _variants(layer)]
    made = _Shipped(layers, variants, _merged_files(layers), _fingerprint(layers))
    if keep:
        known = [(_under(one.folder), one.when, one.first, one.last) for one in variants]
        more = {"variants": known, "fingerprint": made.fingerprint}
        _pack((folder,), {**_facts(layers, made.files), **more})
    return made


@lru_cache(maxsize=32)
def _shipped_files(layers: Layers) -> dict[str, _File]:
    """The files of a shipped standard with any variants."""
    plain = _shipped(_region(layers))
    if layers == plain.layers:
        return plain.files
    kept = _unpacked(layers)
    if kept is not None and kept["stamp"] == _stamp(layers):
        files: dict[str, _File] = kept["files"]
        return files
    made = _merged_files(layers)
    if not sys.dont_write_bytecode:
        _pack(layers, _facts(layers, made))
    return made


def _facts(layers: Layers, files: dict[str, _File]) -> dict[str, Any]:
    return {"layers": [_under(layer) for layer in layers], "stamp": _stamp(layers), "files": files}


def _under(layer: Path) -> str:
    return layer.relative_to(DATA).as_posix()


def _stamp(layers: Layers) -> list[tuple[str, _Stamp]]:
    """The stamps of all files of all layers, and of what says which variants there are."""
    found = []
    for layer in layers:
        found.append((layer.name, _stamps(layer)))
        if not _is_variant(layer) and (layer / _VARIANTS).is_dir():
            below = sorted(path for path in (layer / _VARIANTS).iterdir() if path.is_dir())
            found += ((path.name, _stamps(path)) for path in below)
    return found


def _unpacked(layers: Layers) -> dict[str, Any] | None:
    try:
        version, python, kept = marshal.loads(_kept(layers).read_bytes())  # noqa: S302  # our own
    except (OSError, EOFError, ValueError, TypeError):
        return None
    return kept if (version, python) == (_VERSION, sys.version) else None


def _pack(layers: Layers, kept: dict[str, Any]) -> None:
    """Keep the parsed form where that is allowed; an installed package may be read-only."""
    path = _kept(layers)
    temporary = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(exist_ok=True)
        temporary.write_bytes(marshal.dumps((_VERSION, sys.version, kept)))
        temporary.replace(path)
    except OSError:
        return


def _kept(layers: Layers) -> Path:
    """Where it is kept: in the region's folder, by the names of the variants that apply."""
    name = "+".join(layer.name for layer in layers if _is_variant(layer)) or _MAIN
    cache = _region(layers) / "__pycache__"
    return cache / f"{name}.{sys.implementation.cache_tag}.marshal"


def keep_all() -> None:
    """Parse every shipped standard, also with each of its variants, and keep the result beside the byte code."""
    for identity in standard_ids():
        shipped = _make_shipped(DATA / identity, keep=True)
        for variant in shipped.variants:
            fields = {key: values[0] for key, values in variant.when.items()}
            layers = with_variants(shipped.layers, fields, variant.first)
            if layers != shipped.layers:
                _pack(layers, _facts(layers, _merged_files(layers)))


# --- Where something was written ------------------------------------------------------------------------------------


KeyPath = tuple[str | int, ...]
"""Keys and positions from the top of a file: ``("rule", 3, "equations", 0)``."""


def layer_files(layer: Path) -> Iterator[tuple[str, str]]:
    """The TOML files of one layer: name in the merged standard, and the layer's own name, both without suffix."""
    for file, _, _ in _stamps(layer):
        if file.endswith(".toml"):
            own = file.removesuffix(".toml")
            yield (_MAIN if own in (_BASE, _VARIANT) else own), own


def path_in_layer(name: str, merged: Any, own: Any, path: KeyPath) -> KeyPath:
    """The path in one layer's file of what a path means in the merged one, as far as the layer says it.

    Entries of lists that merge are found by the keys by which they merge, others by their position.
    """
    found: KeyPath = ()
    words: list[str] = []
    for step in path:
        if isinstance(step, str):
            words.append(step)
            if not isinstance(own, dict) or step not in own:
                return found
            found, own = (*found, step), own[step]
            merged = merged.get(step) if isinstance(merged, dict) else None
            continue
        at = _position(name, ".".join(words), merged, own, step)
        if at is None:
            return found
        found, own, merged = (*found, at), own[at], merged[step]
    return found


def _position(name: str, path: str, merged: Any, own: Any, step: int) -> int | None:
    """Where an entry of a merged list stands in a layer's own; None where the layer says nothing of it."""
    if not isinstance(own, list) or not isinstance(merged, list) or step >= len(merged):
        return None
    entry = merged[step]
    keys = _Merging("", name).keys_of(path) if isinstance(entry, dict) else ()
    named = _identity(entry, keys) if keys else ""
    same = [
        at for at, one in enumerate(own) if isinstance(one, dict) and _identity(one, keys) == named
    ]
    if not keys or step in same:
        return step if step < len(own) else None
    return same[0] if same else None


def entry_names(name: str, path: str, value: Any) -> dict[str, Any] | None:
    """The entries of a list by the names by which they merge; None for what is no such list."""
    if not _is_tables(value):
        return None
    keys = _Merging("", name).keys_of(path)
    found = {_identity(entry, keys): entry for entry in value} if keys else {}
    return found if len(found) == len(value) else None


def doubled(name: str, held: Any, path: KeyPath = ()) -> Iterator[tuple[KeyPath, str]]:
    """The entries of one layer's file that stand there twice, by the names by which they would merge."""
    if isinstance(held, dict):
        for key, value in held.items():
            yield from doubled(name, value, (*path, key))
    elif _is_tables(held):
        keys = _Merging("", name).keys_of(".".join(step for step in path if isinstance(step, str)))
        seen: set[str] = set()
        for at, entry in enumerate(held):
            named = _identity(entry, keys) if keys else ""
            if keys and named in seen:
                yield (*path, at), named
            seen.add(named)
            yield from doubled(name, entry, (*path, at))
