"""Mutations of XML and HTML, by tokens: what comes out need not be well-formed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from fuzz.choices import NotApplicableError
from fuzz.values import DEEP, NAMES, NASTY, TIMES, times_within

if TYPE_CHECKING:
    from collections.abc import Callable

    from fuzz.choices import Choices

_TOKEN = re.compile(r"<!--.*?-->|<\?.*?\?>|<!\[CDATA\[.*?\]\]>|<[^<>]*>|[^<]+|<", re.DOTALL)
_TAG = re.compile(r"<(/?)([\w:.-]+)")
_ATTRIBUTE = re.compile(r"([\w:.-]+)(\s*=\s*)(\"[^\"]*\"|'[^']*')")
_ODD = {
    "bell": "\x07",
    "vertical tab": "\x0b",
    "entity nought": "&#0;",
    "entity control": "&#xB;",
    "entity surrogate": "&#xD800;",
    "entity no character": "&#xFFFF;",
    "entity too large": "&#99999999999;",
    "entity unknown": "&unheard;",
    "ampersand": "&",
    "escape": "_x000B_",
    "cdata": "<![CDATA[<x>]]>",
    "comment": "<!-- -- -->",
    "instruction": "<?x y?>",
    "open": "<",
    "null": "\x00",
}
_DOCTYPES = {
    "laughs": "<!DOCTYPE x [<!ENTITY a0 'ha'>"
    + "".join(f"<!ENTITY a{n + 1} '{f'&a{n};' * 10}'>" for n in range(9))
    + "]>",
    "quadratic": f"<!DOCTYPE x [<!ENTITY a9 '{'a' * 100_000}'>]>",
    "outside": "<!DOCTYPE x [<!ENTITY a9 SYSTEM 'file:///etc/hostname'>]>",
    "parameter": "<!DOCTYPE x [<!ENTITY % p SYSTEM 'http://localhost:1/x'> %p; <!ENTITY a9 'b'>]>",
    "recursive": "<!DOCTYPE x [<!ENTITY a9 '&a9;'>]>",
    "attributes": "<!DOCTYPE x [<!ATTLIST c r CDATA 'ZZZ9'>]>",
}
_ENCODINGS = ["utf-16", "utf-16-le", "utf-32", "gb18030", "latin-1", "utf-7"]
_DECLARED = ["gb18030", "utf-16", "utf-7", "ebcdic-cp-us", "x-unheard", "ascii", "hex", "idna"]


class Element(NamedTuple):
    """An element among the tokens: its name, its first and last token."""

    name: str
    start: int
    end: int


def tokens_of(data: bytes) -> list[str]:
    """The tags and texts of a file; what is no UTF-8 is taken for Latin."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        text = data.decode("latin-1")
    return _TOKEN.findall(text)


def elements_of(tokens: list[str]) -> list[Element]:
    """All elements in the order of their ends; a tag that is never closed is one by itself."""
    elements: list[Element] = []
    waiting: list[tuple[str, int]] = []
    for number, token in enumerate(tokens):
        match = _TAG.match(token)
        if match is None:
            continue
        closing, name = match.groups()
        if token.endswith("/>"):
            elements.append(Element(name, number, number))
        elif not closing:
            waiting.append((name, number))
        else:
            while waiting:
                opened, start = waiting.pop()
                elements.append(Element(opened, start, number if opened == name else start))
                if opened == name:
                    break
    elements += [Element(name, start, start) for name, start in waiting]
    return elements


def chosen_element(tokens: list[str], choose: Choices, *names: str) -> Element:
    """One element: first which name, so that rare ones come as often, then which of that name."""
    elements = [one for one in elements_of(tokens) if not names or one.name in names]
    name = choose.one(sorted({one.name for one in elements}))
    alike = sorted(one for one in elements if one.name == name)
    return alike[choose.below(len(alike))]


def _delete(tokens: list[str], choose: Choices) -> list[str]:
    element = chosen_element(tokens, choose)
    return tokens[: element.start] + tokens[element.end + 1 :]


def _repeat(tokens: list[str], choose: Choices) -> list[str]:
    element = chosen_element(tokens, choose)
    whole = tokens[element.start : element.end + 1]
    times = times_within(choose.one(TIMES), sum(map(len, whole)))
    return tokens[: element.start] + whole * times + tokens[element.end + 1 :]


def _move(tokens: list[str], choose: Choices) -> list[str]:
    element = chosen_element(tokens, choose)
    rest = tokens[: element.start] + tokens[element.end + 1 :]
    place = choose.below(len(rest) + 1)
    return rest[:place] + tokens[element.start : element.end + 1] + rest[place:]


def _swap(tokens: list[str], choose: Choices) -> list[str]:
    first = chosen_element(tokens, choose)
    alike = sorted(
        one
        for one in elements_of(tokens)
        if one.name == first.name and (one.start > first.end or one.end < first.start)
    )
    other = alike[choose.below(len(alike))]
    one, two = sorted((first, other), key=lambda element: element.start)
    return [
        *tokens[: one.start],
        *tokens[two.start : two.end + 1],
        *tokens[one.end + 1 : two.start],
        *tokens[one.start : one.end + 1],
        *tokens[two.end + 1 :],
    ]


def _rename(tokens: list[str], choose: Choices) -> list[str]:
    element = chosen_element(tokens, choose)
    others = sorted({one.name for one in elements_of(tokens)})
    name = choose.one([*others, "x", "x:y", ""])
    both = choose.one(["both", "first"])
    tokens = list(tokens)
    for number in {element.start, element.end} if both == "both" else {element.start}:
        tokens[number] = tokens[number].replace(element.name, name, 1)
    return tokens


def _unclose(tokens: list[str], choose: Choices) -> list[str]:
    element = chosen_element(tokens, choose)
    return tokens[: element.end] + tokens[element.end + 1 :]


def _open_many(tokens: list[str], choose: Choices) -> list[str]:
    """An opening tag again and again, never closed."""
    element = chosen_element(tokens, choose)
    opening = tokens[element.start].replace("/>", ">")
    times = times_within(choose.one([40, 5_000, 40_000]), len(opening))
    return [*tokens[: element.start], *[opening] * times, *tokens[element.start :]]


def _nest(tokens: list[str], choose: Choices) -> list[str]:
    element = chosen_element(tokens, choose)
    opening = tokens[element.start].replace("/>", ">")
    depth = times_within(choose.one(DEEP), len(opening) + len(element.name) + 3)
    whole = tokens[element.start : element.end + 1]
    closing = [f"</{element.name}>"] * depth
    return [
        *tokens[: element.start],
        *[opening] * depth,
        *whole,
        *closing,
        *tokens[element.end + 1 :],
    ]


def _attribute_place(tokens: list[str], choose: Choices) -> tuple[int, re.Match[str]]:
    """The token and the match of an attribute, first by its name."""
    places: dict[str, list[tuple[int, re.Match[str]]]] = {}
    for number, token in enumerate(tokens):
        if token.startswith("<"):
            for match in _ATTRIBUTE.finditer(token):
                places.setdefault(match[1], []).append((number, match))
    name = choose.one(sorted(places))
    alike = places[name]
    return alike[choose.below(len(alike))]


def _replaced(tokens: list[str], number: int, match: re.Match[str], text: str) -> list[str]:
    token = tokens[number]
    tokens = list(tokens)
    tokens[number] = token[: match.start()] + text + token[match.end() :]
    return tokens


def _attribute_value(tokens: list[str], choose: Choices) -> list[str]:
    number, match = _attribute_place(tokens, choose)
    value = NASTY[choose.one(NAMES)].replace("<", "&lt;").replace('"', "&quot;")
    return _replaced(tokens, number, match, f'{match[1]}="{value}"')


def _attribute_of_another(tokens: list[str], choose: Choices) -> list[str]:
    number, match = _attribute_place(tokens, choose)
    values = sorted({one[3] for token in tokens for one in _ATTRIBUTE.finditer(token)})
    return _replaced(tokens, number, match, match[1] + match[2] + choose.one(values))


def _attribute_gone(tokens: list[str], choose: Choices) -> list[str]:
    return _replaced(tokens, *_attribute_place(tokens, choose), "")


def _attribute_twice(tokens: list[str], choose: Choices) -> list[str]:
    number, match = _attribute_place(tokens, choose)
    return _replaced(tokens, number, match, f"{match[0]} {match[0]}")


def _attribute_name(tokens: list[str], choose: Choices) -> list[str]:
    number, match = _attribute_place(tokens, choose)
    return _replaced(tokens, number, match, f"x{match[1]}{match[2]}{match[3]}")


def _text_places(tokens: list[str]) -> list[int]:
    return [n for n, token in enumerate(tokens) if token.strip() and not token.startswith("<")]


def _text(tokens: list[str], choose: Choices) -> list[str]:
    places = _text_places(tokens)
    tokens = list(tokens)
    place = places[choose.below(len(places))]
    tokens[place] = NASTY[choose.one(NAMES)].replace("&", "&amp;").replace("<", "&lt;")
    return tokens


def _text_part(tokens: list[str], choose: Choices) -> list[str]:
    """A text with something odd in its middle."""
    places = _text_places(tokens)
    tokens = list(tokens)
    place = places[choose.below(len(places))]
    middle = len(tokens[place]) // 2
    odd = _ODD[choose.one(list(_ODD))]
    tokens[place] = tokens[place][:middle] + odd + tokens[place][middle:]
    return tokens


def _digits(tokens: list[str], choose: Choices) -> list[str]:
    """A number in a text becomes another one."""
    places = [n for n in _text_places(tokens) if re.search(r"\d", tokens[n])]
    tokens = list(tokens)
    place = places[choose.below(len(places))]
    numbers = list(re.finditer(r"\d+", tokens[place]))
    number = numbers[choose.below(len(numbers))]
    value = NASTY[choose.one(NAMES)].replace("&", "&amp;").replace("<", "&lt;")
    tokens[place] = tokens[place][: number.start()] + value + tokens[place][number.end() :]
    return tokens


def _doctype(tokens: list[str], choose: Choices) -> list[str]:
    kind = choose.one(list(_DOCTYPES))
    first = next((n for n, token in enumerate(tokens) if _TAG.match(token)), 0)
    tokens = [*tokens[:first], _DOCTYPES[kind], *tokens[first:]]
    places = _text_places(tokens)
    if places:
        place = places[choose.below(len(places))]
        tokens[place] += "&a9;" * (1000 if kind == "quadratic" else 1)
    return tokens


def _truncate(tokens: list[str], choose: Choices) -> list[str]:
    return tokens[: choose.below(len(tokens) + 1)]


_MUTATIONS: dict[str, Callable[[list[str], Choices], list[str]]] = {
    "delete": _delete,
    "repeat": _repeat,
    "move": _move,
    "swap": _swap,
    "rename": _rename,
    "unclose": _unclose,
    "open many": _open_many,
    "nest": _nest,
    "attribute": _attribute_value,
    "attribute of another": _attribute_of_another,
    "attribute gone": _attribute_gone,
    "attribute twice": _attribute_twice,
    "attribute name": _attribute_name,
    "text": _text,
    "odd text": _text_part,
    "digits": _digits,
    "doctype": _doctype,
    "truncate": _truncate,
}


def _encoded(data: bytes, choose: Choices) -> bytes:
    text = data.decode("utf-8", "replace")
    return text.encode(choose.one(_ENCODINGS), "replace")


def _declared(data: bytes, choose: Choices) -> bytes:
    """The declaration says another encoding than the file has."""
    name = choose.one(_DECLARED).encode()
    pattern = rb"(encoding\s*=\s*[\"']|charset\s*=\s*[\"']?)[\w-]+"
    changed = re.sub(pattern, lambda match: match[1] + name, data, count=1)
    if changed == data:
        raise NotApplicableError("no encoding is declared")
    return changed


def _broken_utf8(data: bytes, choose: Choices) -> bytes:
    place = choose.below(len(data) + 1)
    return data[:place] + b"\xff\xfe\xc3\x28" + data[place:]


def _mark(data: bytes, choose: Choices) -> bytes:
    return bytes.fromhex(choose.one(["efbbbf", "fffe", "feff", "0000feff"])) + data


_OF_BYTES: dict[str, Callable[[bytes, Choices], bytes]] = {
    "encoded": _encoded,
    "declared": _declared,
    "broken utf-8": _broken_utf8,
    "mark": _mark,
}
_ALL = [*_MUTATIONS, *_OF_BYTES]


def mutate_markup(data: bytes, choose: Choices) -> bytes:
    """A part or a page with one thing changed."""
    name = choose.one(_ALL)
    if name in _OF_BYTES:
        return _OF_BYTES[name](data, choose)
    return "".join(_MUTATIONS[name](tokens_of(data), choose)).encode("utf-8", "surrogatepass")
