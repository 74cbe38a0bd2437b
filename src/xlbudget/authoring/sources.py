"""The files of a standard as they were written: their texts, what they say, and on which line each key stands."""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic import ValidationError

from xlbudget.authoring.places import lines_of, nearest
from xlbudget.authoring.problems import Problem, Remark, near
from xlbudget.authoring.shapes import model_of
from xlbudget.errors import StandardError
from xlbudget.limits import LARGEST_STANDARD_FILE
from xlbudget.standard.layers import (
    doubled,
    layer_files,
    path_in_layer,
    standard_file,
    unmergeable,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from pathlib import Path

    from pydantic import BaseModel

    from xlbudget.authoring.names import Files
    from xlbudget.standard.layers import KeyPath, Layers


_LINE = re.compile(r"\(at line (\d+)")
_QUOTED = re.compile("“([^“”]*)”")
_SYNTAX = (
    ("Cannot overwrite a value", "这个键在同一处写了两次"),
    ("Cannot declare", "这个表头写了两次"),
    ("Expected '=' after a key", "键的后面应有等号"),
    ("Invalid value", "等号后面的值写法不对（文字要放在英文双引号里）"),
    ("Unclosed array", "方括号没有合上"),
    ("Unterminated string", "引号没有合上"),
    ("Illegal character", "引号没有合上，或有不能用的字符"),
    ("Expected newline", "一行里写了多余的内容（文字要放在英文双引号里，标点要用英文的）"),
    ("Expected ']", "表头的方括号没有合上"),
    ("Unclosed inline", "大括号没有合上（大括号里的要写在一行里）"),
    ("Duplicate inline", "大括号里同一个键写了两次"),
    ('Expected "', "三个引号没有合上"),
    ("Expected '\"", "三个引号没有合上"),
    ("Invalid hex", "引号里有不能用的反斜杠"),
    (
        "Invalid initial character",
        "键名写法不对（用英文字母、数字，或放在英文双引号里；标点要用英文的）",
    ),
    ("Invalid statement", "这一行写法不对（标点要用英文的）"),
    ("Unescaped", "引号里有不能用的反斜杠"),
    ("Cannot mutate immutable", "不能给大括号里写完的表再加键"),
)
"""How tomllib begins to say what is wrong, and how we say it."""


class Written(NamedTuple):
    """A TOML file of one layer: as messages call it, what it says, the line of each key."""

    shown: str
    held: Mapping[str, Any]
    lines: Mapping[KeyPath, int]


class Sources(NamedTuple):
    """What was read of all layers: the merged files by name without suffix, what each layer wrote, other texts.

    ``templates`` and ``subjects`` give by name how messages call the file, and its text. ``remarks`` are about
    files that cannot be used, ``unreadable`` the names of those that are no TOML; ``own`` are the files of the standard itself, without those of its bases.
    """

    files: Files
    written: Mapping[str, tuple[Written, ...]]
    templates: Mapping[str, tuple[str, str]]
    subjects: Mapping[str, tuple[str, str]]
    remarks: tuple[Problem, ...]
    own: frozenset[str]
    unreadable: frozenset[str]

    def told(self, remark: Remark) -> Problem | None:
        """A remark with its file's whole name and the line; None for advice on what a base has for others."""
        shown, line = self._place(remark)
        if remark.advice and shown not in self.own:
            return None
        return Problem(shown, line, remark.text, remark.advice)

    def _place(self, remark: Remark) -> tuple[str, int]:
        written = self.written.get(remark.file, ())
        if not written:
            name = remark.file if "." in remark.file else f"{remark.file}.toml"
            return name, remark.line or 1
        merged = self.files.get(remark.file, {})
        paths = [path_in_layer(remark.file, merged, one.held, remark.path) for one in written]
        best = max(range(len(written)), key=lambda at: (len(paths[at]), -at))
        return written[best].shown, nearest(written[best].lines, paths[best])


def read_sources(layers: Layers, folder: Path) -> Sources:
    """Every file of the layers of the standard in ``folder``; what cannot be read or is no TOML is remarked upon."""
    remarks: list[Problem] = []
    written: dict[str, tuple[Written, ...]] = {}
    templates: dict[str, tuple[str, str]] = {}
    subjects: dict[str, tuple[str, str]] = {}
    own: set[str] = set()
    unreadable: set[str] = set()
    for layer in layers:
        inside = layer == folder or folder in layer.parents
        base = folder if inside else layer.parent
        for name, stem in layer_files(layer):
            shown = (layer / f"{stem}.toml").relative_to(base).as_posix()
            one = _toml(layer / f"{stem}.toml", shown, remarks)
            if one is None:
                unreadable.add(name)
            else:
                written[name] = (*written.get(name, ()), one)
            own |= {shown} if inside else set()
        for below, suffix, texts in (("notes", ".j2", templates), ("subjects", ".csv", subjects)):
            for path in sorted((layer / below).glob(f"*{suffix}")):
                shown = path.relative_to(base).as_posix()
                own |= {shown} if inside else set()
                text = _text(path, shown, remarks) if path.name not in texts else None
                if text is not None:
                    texts[path.name] = (shown, text)
    files = _merged(layers, written, own, unreadable, remarks)
    texts_of = (templates, subjects)
    return Sources(files, written, *texts_of, tuple(remarks), frozenset(own), frozenset(unreadable))


def _merged(
    layers: Layers,
    written: Mapping[str, tuple[Written, ...]],
    own: Collection[str],
    unreadable: Collection[str],
    remarks: list[Problem],
) -> Files:
    """The merged files; of those that can be read, where some cannot, and none where one cannot be merged.

    ``own`` are the standard's files as messages call them, ``unreadable`` those that are no TOML, by name.
    """
    files: Files = {}
    try:
        for name in written:
            held = None if name in unreadable else standard_file(layers, name)
            if held is not None:
                files[name] = held
    except StandardError as error:
        said = unmergeable(layers)
        wrong = {name: why for name, why in said.items() if name not in unreadable}
        for name, why in wrong.items():
            twice = [
                Problem(one.shown, nearest(one.lines, path), f"{named} 写了两次。")
                for one in written[name]
                if one.shown in own
                for path, named in doubled(name, one.held)
            ]
            remarks += twice or [_unmergeable(written[name], why)]
        if not wrong and not unreadable:
            remarks.append(Problem("standard.toml", 1, str(error)))
        return {}
    return files


def _unmergeable(written: tuple[Written, ...], said: str) -> Problem:
    """Why a layer's file does not fit what is below, where the entry that the sentence quotes stands."""
    quoted = _QUOTED.findall(said)
    one = next(
        (one for one in written if any(name.endswith(one.shown) for name in quoted)), written[0]
    )
    last = quoted[-1] if quoted else ""
    lines = [line for path, line in one.lines.items() if _names(one.held, path, last)]
    return Problem(one.shown, max(lines, default=1), said)


def _names(held: Any, path: KeyPath, name: str) -> bool:
    """Whether the last key of a path, or a value of the table there, is a name."""
    for step in path:
        held = held[step]
    if isinstance(held, dict):
        values = [value for value in held.values() if isinstance(value, str)]
        return name in (*values, "/".join(values)) or path[-1] == name
    return bool(path) and path[-1] == name


def _text(path: Path, shown: str, remarks: list[Problem]) -> str | None:
    try:
        data = path.read_bytes()
    except OSError as error:
        remarks.append(Problem(shown, 1, f"读不出来：{error.strerror}。"))
        return None
    if len(data) > LARGEST_STANDARD_FILE:
        remarks.append(Problem(shown, 1, f"超过{LARGEST_STANDARD_FILE // 2**20}MB，没有读取。"))
        return None
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        remarks.append(Problem(shown, line, "不是 UTF-8 编码；请另存为 UTF-8。"))
        return None
    if text.startswith("\ufeff") and path.suffix != ".csv":
        remarks.append(Problem(shown, 1, "开头有编码标记（BOM）；请另存为不带 BOM 的 UTF-8。"))
        return None
    return text.removeprefix("\ufeff").replace("\r\n", "\n")


def _toml(path: Path, shown: str, remarks: list[Problem]) -> Written | None:
    text = _text(path, shown, remarks)
    if text is None:
        return None
    try:
        return Written(shown, tomllib.loads(text), lines_of(text))
    except tomllib.TOMLDecodeError as error:
        said = str(error)
        found = _LINE.search(said)
        line = int(found[1]) if found else text.count("\n") + 1
        meant = next((ours for theirs, ours in _SYNTAX if said.startswith(theirs)), "写法不对")
        remarks.append(Problem(shown, line, f"不是有效的 TOML：{meant}。"))
    except RecursionError:
        remarks.append(Problem(shown, 1, "括号一层套一层，太深了。"))
    except ValueError:  # of a number alone: the kinds above are of it, too
        remarks.append(Problem(shown, 1, "有一个数的位数过多。"))
    return None


# ------------------------------------------------------------------ the shape of files


NEEDED = ("standard", "info", "rules", "disclosure", "notes/facts", "notes/sections")
"""The files without which nothing works."""


def shape_remarks(sources: Sources) -> Iterator[Remark]:
    """Files that are missing or unknown, keys that are missing or unknown, values of the wrong kind."""
    for name in NEEDED:
        if name not in sources.written and name not in sources.unreadable:
            yield Remark(f"{name}.toml", (), "缺少这个文件。", line=1)
    meanings = _meanings(sources.files.get("notes/facts", {}))
    for name, held in sources.files.items():
        model = model_of(name, meanings)
        if model is None:
            yield Remark(name, (), "标准里没有这种文件，没有用到；请核对文件名。", advice=True)
        else:
            yield from _shape(name, held, model)


def _meanings(facts: Mapping[str, Any]) -> frozenset[str]:
    lists = facts.get("list", {})
    entries = lists.values() if isinstance(lists, dict) else ()
    named = (entry.get("meanings") for entry in entries if isinstance(entry, dict))
    return frozenset(name for name in named if isinstance(name, str) and name)


def _shape(name: str, held: Mapping[str, Any], model: type[BaseModel]) -> Iterator[Remark]:
    try:
        model.model_validate(held)
    except ValidationError as error:
        told: set[KeyPath] = set()
        for detail in error.errors(include_url=False):
            path, value = _path(held, detail)
            other = detail["type"] == "string_type" and isinstance(value, dict)
            if path not in told and not other:
                told.add(path)
                yield Remark(name, path, _said(detail, path, value, model))


def _path(held: Any, detail: Mapping[str, Any]) -> tuple[KeyPath, Any]:
    """The place of an error in the file, without the names of pydantic's alternatives, and what stands there."""
    path: KeyPath = ()
    value = held
    for step in detail["loc"]:
        inside = isinstance(step, int) and isinstance(value, list) and step < len(value)
        if inside or (isinstance(value, dict) and step in value):
            value = value[step]
        elif detail["type"] == "missing" and step == detail["loc"][-1]:
            value = None
        else:
            continue
        path = (*path, step)
    return path, value


_KINDS = {
    "string_type": "应为文字（放在英文双引号里）",
    "int_type": "应为整数（不加引号）",
    "int_from_float": "应为整数",
    "float_type": "应为数（不加引号）",
    "bool_type": "应为 true 或 false",
    "list_type": "应为方括号里的一列",
    "dict_type": "应为一组“键 = 值”",
    "model_type": "应为一组“键 = 值”",
    "model_attributes_type": "应为一组“键 = 值”",
    "string_pattern_mismatch": "写法不对",
    "string_too_short": "不能是空白",
    "none_required": "不应写",
}


def _said(detail: Mapping[str, Any], path: KeyPath, value: Any, model: type[BaseModel]) -> str:
    key = str(path[-1]) if path else ""
    key = f"第{path[-1] + 1}项" if path and isinstance(path[-1], int) else key
    limits = detail.get("ctx", {})
    kind = detail["type"]
    if kind == "missing":
        return f"缺少“{key}”。"
    if kind == "extra_forbidden":
        known = {
            name for one in _models(model.model_json_schema()) for name in one.get("properties", ())
        }
        return f"不认识“{key}”{near(key, known - {key})}。"
    if kind == "literal_error":
        allowed = re.findall(r"'([^']*)'", str(limits.get("expected", "")))
        either = "、".join(one or "空白" for one in allowed)
        return f"“{key}”写的是“{value}”，应为 {either} 之一。"
    if kind in ("too_short", "too_long"):
        most = kind == "too_long"
        count = limits.get("max_length" if most else "min_length")
        return f"“{key}”应{'至多' if most else '至少'}有{count}项。"
    if kind == "string_too_long":
        return f"“{key}”至多{limits.get('max_length')}个字。"
    if kind == "greater_than_equal":
        return f"“{key}”不能小于{limits.get('ge')}。"
    if kind == "less_than_equal":
        return f"“{key}”不能大于{limits.get('le')}。"
    shown = f"“{key}”写的是“{value}”，" if isinstance(value, (str, int, float)) else f"“{key}”"
    return f"{shown}{_KINDS.get(kind, detail['msg'])}。"


def _models(schema: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield schema
    yield from schema.get("$defs", {}).values()
