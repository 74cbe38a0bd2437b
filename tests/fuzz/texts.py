"""Mutations of texts: lines and fields of CSV and pasted tables, values of TOML and JSON."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from fuzz.choices import NotApplicableError
from fuzz.values import DEEP, NAMES, NASTY, TIMES, times_within

if TYPE_CHECKING:
    from collections.abc import Callable

    from fuzz.choices import Choices

_ENCODINGS = ["gb18030", "utf-16", "utf-16-be", "utf-32", "latin-1", "big5", "utf-7"]
_FIELDS = re.compile(r"[^,\t\n]+")
_NUMBER = re.compile(r"\d[\d,.]*")
_ENDS = {"none": "", "carriage": "\r", "both": "\r\n", "twice": "\n\n", "separator": "\u2028", "form": "\x0c"}  # fmt: skip


def _lines(text: str, choose: Choices) -> tuple[list[str], int]:
    lines = text.splitlines(keepends=True)
    return lines, choose.below(len(lines))


def _line_gone(text: str, choose: Choices) -> str:
    lines, place = _lines(text, choose)
    return "".join(lines[:place] + lines[place + 1 :])


def _line_repeated(text: str, choose: Choices) -> str:
    lines, place = _lines(text, choose)
    times = times_within(choose.one(TIMES), len(lines[place]))
    return "".join(lines[:place] + [lines[place]] * times + lines[place + 1 :])


def _line_moved(text: str, choose: Choices) -> str:
    lines, place = _lines(text, choose)
    line = lines.pop(place)
    lines.insert(choose.below(len(lines) + 1), line)
    return "".join(lines)


def _line_joined(text: str, choose: Choices) -> str:
    lines, place = _lines(text, choose)
    lines[place] = lines[place].rstrip("\r\n") + _ENDS[choose.one(list(_ENDS))]
    return "".join(lines)


def _field(text: str, choose: Choices) -> str:
    return _exchanged(text, list(_FIELDS.finditer(text)), choose)


def _number(text: str, choose: Choices) -> str:
    return _exchanged(text, list(_NUMBER.finditer(text)), choose)


def _exchanged(text: str, matches: list[re.Match[str]], choose: Choices) -> str:
    if not matches:
        raise NotApplicableError("nothing to exchange")
    match = matches[choose.below(len(matches))]
    return text[: match.start()] + NASTY[choose.one(NAMES)] + text[match.end() :]


def _field_of_another(text: str, choose: Choices) -> str:
    matches = list(_FIELDS.finditer(text))
    if not matches:
        raise NotApplicableError("no field")
    one, other = matches[choose.below(len(matches))], matches[choose.below(len(matches))]
    return text[: one.start()] + other[0] + text[one.end() :]


def _fields_many(text: str, choose: Choices) -> str:
    """A line of many fields."""
    lines, place = _lines(text, choose)
    sign = choose.one([",", "\t", "，", " "])
    lines[place] = (
        lines[place].rstrip("\r\n") + sign * choose.one([1, 50, 20_000, 1_000_000]) + "\n"
    )
    return "".join(lines)


def _inserted(text: str, choose: Choices) -> str:
    place = choose.below(len(text) + 1)
    sign = choose.one(['"', "'", "\\", ",", "\t", "\n", "\x00", "\x0b", "=", "[", "]", "{", "#", "\u3000", "\ufeff"])  # fmt: skip
    times = choose.one([1, 1, 3, 5_000, 200_000])
    return text[:place] + sign * times + text[place:]


def _sign_exchanged(text: str, choose: Choices) -> str:
    old = choose.one([sign for sign in (",", "\t", '"', "\n", "=", "。") if sign in text])
    return text.replace(old, choose.one([";", "，", "\t", "", "|", "\r"]))


def _cut(text: str, choose: Choices) -> str:
    return text[: choose.below(len(text) + 1)]


_MUTATIONS: dict[str, Callable[[str, Choices], str]] = {
    "line gone": _line_gone,
    "line repeated": _line_repeated,
    "line moved": _line_moved,
    "line joined": _line_joined,
    "field": _field,
    "number": _number,
    "field of another": _field_of_another,
    "fields many": _fields_many,
    "inserted": _inserted,
    "sign exchanged": _sign_exchanged,
    "cut": _cut,
}


def mutate_text(data: bytes, choose: Choices) -> bytes:
    """A text: lines, fields, signs, or its encoding."""
    kind = choose.one([*_MUTATIONS, "encoded", "broken"])
    if kind == "broken":
        place = choose.below(len(data) + 1)
        return data[:place] + b"\xff\xfe\x80" + data[place:]
    text = data.decode("utf-8", "replace")
    if kind == "encoded":
        return text.encode(choose.one(_ENCODINGS), "replace")
    if not text:
        raise NotApplicableError("an empty text")
    return _MUTATIONS[kind](text, choose).encode("utf-8", "surrogatepass")


_VALUE = re.compile(r"(?m)(?<== )(\"[^\"\n]*\"|[^\s\[{\"#][^\n#]*)$")
_ASSIGNED = re.compile(r"(?m)^([^\s=#\[]+) = .*$")
_OTHERS = {
    "table": "{a = 1}",
    "list": "[1, 2]",
    "tables": "[{}]",
    "empty list": "[]",
    "texts": '["甲", "乙"]',
    "date": "1979-05-27",
    "moment": "1979-05-27T07:32:00Z",
    "time": "07:32:00",
    "infinite": "inf",
    "nan": "nan",
    "true": "true",
    "hex": "0xFFFFFFFFFFFFFFFFFF",
    "float": "1e400",
    "minus": "-5",
    "digits": "9" * 5_000,
    "lines": '"""\n甲\n乙\n"""',
    "control": '"\\u000B"',
    "surrogate": '"\\uD800"',
    "deep list": "[" * 3_000 + "]" * 3_000,
    "deep table": "{a=" * 3_000 + "1" + "}" * 3_000,
}


def mutate_toml(data: bytes, choose: Choices) -> bytes:
    """A TOML file: a value of another kind, a key gone, doubled or unheard, or as any text."""
    kind = choose.one(["value", "value", "kind", "kind", "key gone", "key twice", "key dotted", "section", "text"])  # fmt: skip
    text = data.decode("utf-8", "replace")
    matches = list((_VALUE if kind in ("value", "kind") else _ASSIGNED).finditer(text))
    if kind == "text" or not matches:
        return mutate_text(data, choose)
    match = matches[choose.below(len(matches))]
    if kind == "value":
        new = json.dumps(NASTY[choose.one(NAMES)], ensure_ascii=False)
    elif kind == "kind":
        new = _OTHERS[choose.one(list(_OTHERS))]
    elif kind == "key gone":
        new = ""
    elif kind == "key twice":
        new = f"{match[0]}\n{match[0]}"
    elif kind == "key dotted":
        dots = ".".join(["a"] * choose.one([2, 500, 5_000]))
        new = f"{match[1]}.{dots} = 1"
    else:
        new = f"{match[0]}\n[{match[1]}]\n"
    return (text[: match.start()] + new + text[match.end() :]).encode("utf-8", "surrogatepass")


def mutate_json(data: bytes, choose: Choices) -> bytes:
    """A JSON file: a value of another kind, nesting, or as any text."""
    kind = choose.one(["value", "kind", "nest", "text"])
    if kind == "text":
        return mutate_text(data, choose)
    try:
        whole = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise NotApplicableError("no JSON any more") from error
    places = list(_places(whole))
    if not places:
        raise NotApplicableError("nothing in it")
    holder, key = places[choose.below(len(places))]
    if kind == "value":
        holder[key] = NASTY[choose.one(NAMES)]
    elif kind == "kind":
        others: dict[str, Any] = {"null": None, "list": [1], "object": {"a": 1}, "number": 1e300, "true": True, "text": "甲"}  # fmt: skip
        holder[key] = others[choose.one(list(others))]
    else:
        depth = choose.one(DEEP)
        text = json.dumps(whole, ensure_ascii=False)
        return ("[" * depth + text + "]" * depth).encode()
    return json.dumps(whole, ensure_ascii=False).encode("utf-8", "surrogatepass")


def _places(value: Any) -> Any:
    """Every place in a value, as what holds it and its key."""
    if isinstance(value, dict | list):
        for key in list(value) if isinstance(value, dict) else range(len(value)):
            yield value, key
            yield from _places(value[key])
