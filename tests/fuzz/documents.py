"""Mutations of published documents: spans, nesting, numbering, tracked changes, text boxes; of pages alike."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fuzz.archives import mutate_archive, mutate_part, packed, parts_of
from fuzz.binaries import mutate_bytes
from fuzz.choices import NotApplicableError
from fuzz.markup import chosen_element, mutate_markup, tokens_of
from fuzz.values import NAMES, NASTY

if TYPE_CHECKING:
    from collections.abc import Callable

    from fuzz.choices import Choices

_MAIN = "word/document.xml"
_SPANS = [
    "0",
    "-1",
    "2",
    "63",
    "200",
    "5000000",
    "1000000000",
    "5000 digits",
    "squared",
    "superscript",
    "1e13",
]
_AROUND = {
    "inserted": ("<w:ins w:id='1'>", "</w:ins>"),
    "deleted": ("<w:del w:id='1'>", "</w:del>"),
    "moved from": ("<w:moveFrom w:id='1'>", "</w:moveFrom>"),
    "moved to": ("<w:moveTo w:id='1'>", "</w:moveTo>"),
    "content control": ("<w:sdt><w:sdtContent>", "</w:sdtContent></w:sdt>"),
    "link": ("<w:hyperlink>", "</w:hyperlink>"),
    "text box": ("<w:r><w:pict><v:shape xmlns:v='urn:v'><v:textbox><w:txbxContent>",
                 "</w:txbxContent></v:textbox></v:shape></w:pict></w:r>"),
    "choice": ("<mc:AlternateContent xmlns:mc='urn:mc'><mc:Choice Requires='wps'>",
               "</mc:Choice><mc:Fallback/></mc:AlternateContent>"),
    "field": ("<w:fldSimple w:instr='INCLUDETEXT x'>", "</w:fldSimple>"),
    "smart tag": ("<w:smartTag>", "</w:smartTag>"),
}  # fmt: skip
_IN_RUNS = ["<w:br/>", "<w:tab/>", "<w:cr/>", "<w:noBreakHyphen/>", "<w:softHyphen/>", "<w:sym w:char='F0FE'/>",
            "<w:footnoteReference w:id='9'/>", "<w:delText>9</w:delText>", "<w:instrText>PAGE</w:instrText>",
            "<w:drawing/>"]  # fmt: skip
_DEEP = [2, 30, 150, 900, 20_000]


def _number(choose: Choices) -> str:
    value = choose.one(_SPANS)
    return NASTY.get(value, value)


def _span(tokens: list[str], choose: Choices) -> list[str]:
    """A cell that says it spans so many columns."""
    cell = chosen_element(tokens, choose, "w:tc")
    said = f'<w:tcPr><w:gridSpan w:val="{_number(choose)}"/></w:tcPr>'
    return [*tokens[: cell.start + 1], said, *tokens[cell.start + 1 :]]


def _merged(tokens: list[str], choose: Choices) -> list[str]:
    cell = chosen_element(tokens, choose, "w:tc")
    said = choose.one(["<w:vMerge/>", '<w:vMerge w:val="restart"/>', '<w:vMerge w:val="x"/>'])
    return [*tokens[: cell.start + 1], f"<w:tcPr>{said}</w:tcPr>", *tokens[cell.start + 1 :]]


def _before(tokens: list[str], choose: Choices) -> list[str]:
    """Columns left out before or after a row."""
    row = chosen_element(tokens, choose, "w:tr")
    name = choose.one(["gridBefore", "gridAfter"])
    said = f'<w:trPr><w:{name} w:val="{_number(choose)}"/></w:trPr>'
    return [*tokens[: row.start + 1], said, *tokens[row.start + 1 :]]


def _numbered(tokens: list[str], choose: Choices) -> list[str]:
    paragraph = chosen_element(tokens, choose, "w:p")
    level, number = _number(choose), _number(choose)
    said = f'<w:pPr><w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr></w:pPr>'
    return [*tokens[: paragraph.start + 1], said, *tokens[paragraph.start + 1 :]]


def _around(tokens: list[str], choose: Choices) -> list[str]:
    element = chosen_element(tokens, choose, "w:r", "w:p", "w:tc", "w:tr", "w:tbl")
    opening, closing = _AROUND[choose.one(list(_AROUND))]
    depth = choose.one([1, 1, 2, *_DEEP])
    whole = tokens[element.start : element.end + 1]
    return [
        *tokens[: element.start],
        *[opening] * depth,
        *whole,
        *[closing] * depth,
        *tokens[element.end + 1 :],
    ]


def _table_in_table(tokens: list[str], choose: Choices) -> list[str]:
    """Tables in the cells of tables."""
    cell = chosen_element(tokens, choose, "w:tc")
    depth = choose.one(_DEEP)
    opening, closing = "<w:tbl><w:tr><w:tc>", "</w:tc></w:tr></w:tbl>"
    inner = f"{opening * depth}<w:p><w:r><w:t>7</w:t></w:r></w:p>{closing * depth}<w:p/>"
    return [*tokens[: cell.start + 1], inner, *tokens[cell.start + 1 :]]


def _in_run(tokens: list[str], choose: Choices) -> list[str]:
    run = chosen_element(tokens, choose, "w:r")
    return [*tokens[: run.start + 1], choose.one(_IN_RUNS), *tokens[run.start + 1 :]]


_WORD: dict[str, Callable[[list[str], Choices], list[str]]] = {
    "span": _span,
    "merged": _merged,
    "before": _before,
    "numbered": _numbered,
    "around": _around,
    "table in table": _table_in_table,
    "in run": _in_run,
}


def mutate_word(data: bytes, choose: Choices) -> bytes:
    """A .docx: what Word writes into it, its parts, the zip, its bytes."""
    room = choose.one(["word"] * 5 + ["markup"] * 6 + ["part"] * 2 + ["archive"] * 2 + ["bytes"])
    if room == "part":
        return mutate_part(data, choose)
    if room == "archive":
        return mutate_archive(data, choose)
    if room == "bytes":
        return mutate_bytes(data, choose)
    parts = parts_of(data)
    if _MAIN not in parts:
        raise NotApplicableError("no document in it")
    if room == "markup":
        return packed({**parts, _MAIN: mutate_markup(parts[_MAIN], choose)})
    tokens = _WORD[choose.one(list(_WORD))](tokens_of(parts[_MAIN]), choose)
    return packed({**parts, _MAIN: "".join(tokens).encode("utf-8", "surrogatepass")})


_CELL = re.compile(rb"<t[dh]\b")
_PAGE_SPANS = ["colspan", "rowspan"]
_BITS = ["<table>", "<table><tr><td>", "</table>", "<td>", "<div>", "<p>", "<script>", "<style>", "<!--", "<![CDATA[",
         "<a>", "<caption>", "<span>", "<br>", "<select><option>", "<textarea>", "<base href='//x'>", "&", "&#", "&#x",
         "&#0;", "&#xD800;", "<!DOCTYPE", "<?", "</"]  # fmt: skip


def mutate_page(data: bytes, choose: Choices) -> bytes:
    """A web page: spans, tags that are never closed, its tree, its bytes."""
    kind = choose.one(["markup", "markup", "markup", "span", "bits", "bytes"])
    if kind == "markup":
        return mutate_markup(data, choose)
    if kind == "bytes":
        return mutate_bytes(data, choose)
    if kind == "span":
        cells = list(_CELL.finditer(data))
        if not cells:
            raise NotApplicableError("no cell")
        cell = cells[choose.below(len(cells))]
        name = choose.one(_PAGE_SPANS)
        value = choose.one([*_SPANS, *NAMES])
        said = f' {name}="{NASTY.get(value, value)}"'.encode("utf-8", "surrogatepass")
        return data[: cell.end()] + said + data[cell.end() :]
    place = data.find(b"<", choose.below(len(data)))
    bit = choose.one(_BITS).encode() * choose.one([1, 3, 900, 40_000])
    return data[:place] + bit + data[place:]
