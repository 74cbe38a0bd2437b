"""A standard under other names: every key, code and name that its own files give to a thing is replaced in all of them.

What a standard calls its tables, blocks, rows, columns, rules, fields, lists, sections, figures and forms is its own
affair: under other names it must say the same. Only what :mod:`xlbudget.standard.roles` reserves keeps its name.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, NamedTuple

from jinja2 import Environment

from xlbudget.explaining.source import load_source
from xlbudget.figures import TOTAL, BlockData, Book
from xlbudget.standard.layers import Layers, standard_files, variants_of
from xlbudget.standard.roles import FIELDS, FORM_NAME

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from xlbudget.standard.model import Standard

_REF = re.compile(
    r"(?P<block>[a-z_]+(?:\.[a-z_]+)?)\[(?:(?P<how>(?:each|all)(?::[a-z0-9*]+)?)|(?P<row>[^\]\s]+))\]"
    r"\.(?P<column>\*|[a-z_0-9]+)"
)
_PLACE = re.compile(r"\{(?P<item>item\.)?(?P<name>[a-z_0-9]+)\}")


def other(name: str) -> str:
    """Another name for a name of small letters; no two get the same."""
    return f"q{name[::-1]}" if name else name


def other_field(name: str) -> str:
    """Another name for a field of a form, but for that of the project's name."""
    return name if name == FORM_NAME else other(name)


def other_code(code: str) -> str:
    """Another code for a rule, in the same order, that is no cell of a sheet of ours: A15b becomes T75b."""
    return f"{'TUVWWXYYYYYZ'[ord(code[0]) - ord('A')]}{int(code[1:3]) + 60}{code[3:]}"


class Names(NamedTuple):
    """What is called what in the other standard."""

    fields: Mapping[str, str]
    figures: Mapping[str, str]
    sections: Mapping[str, str]
    rules: Mapping[str, str]

    def field(self, key: str) -> str:
        return self.fields.get(key, key)

    def figure(self, name: str) -> str:
        return self.figures.get(name, name)

    def section(self, number: str) -> str:
        return self.sections.get(number, number)

    def rule(self, code: str) -> str:
        return self.rules.get(code, code)

    def row(self, key: str) -> str:
        """A prescribed row; codes of subjects are no names, and the total is reserved."""
        return (
            other(key) if key != TOTAL and re.fullmatch(r"[a-z_0-9]*[a-z_][a-z_0-9]*", key) else key
        )

    def refs(self, text: str) -> str:
        """The references in a text, and where it is but the name of a figure, that."""
        if _REF.search(text) is None:
            return " ".join(map(self.figure, text.split(" ")))

        def called(match: re.Match[str]) -> str:
            if match["block"] == "info":
                return f"info[{self.field(match['row'])}].{match['column']}"
            row = match["how"] or self.row(match["row"])
            column = match["column"] if match["column"] == "*" else other(match["column"])
            return f"{'.'.join(map(other, match['block'].split('.')))}[{row}].{column}"

        return _REF.sub(called, text)

    def places(self, text: str, name: Callable[[str], str]) -> str:
        """A text with names in braces."""

        def called(match: re.Match[str]) -> str:
            if match["item"]:
                return f"{{item.{other(match['name'])}}}"
            return f"{{{name(match['name'])}}}"

        return _PLACE.sub(called, text)


def names_of(standard: Standard) -> Names:
    """Other names for all that a standard names."""
    source = load_source(standard)
    figures = [
        *source.constants, *source.texts, *source.years,
        *(one.name for one in source.amounts),
        *(one.name for one in source.lists),
        *(one.name for one in source.changes),
        *(one.name for one in source.row_changes),
        *(one[0] for one in (*source.counts, *source.names)),
    ]  # fmt: skip
    numbers = [spec.number for entries in source.sections.values() for spec in entries]
    return Names(
        {key: other(key) for key in standard.fields if key not in FIELDS},
        {name: other(name) for name in figures},
        {number: f"节{number}" for number in numbers},
        {rule.code: other_code(rule.code) for rule in standard.rules},
    )


Files = dict[str, Any]


def _walk(value: Any, text: Callable[[str], str]) -> Any:
    """Every text of a value replaced; keys stay."""
    if isinstance(value, str):
        return text(value)
    if isinstance(value, list):
        return [_walk(one, text) for one in value]
    if isinstance(value, dict):
        return {key: _walk(one, text) for key, one in value.items()}
    return value


def _keys(entries: Mapping[str, Any], name: Callable[[str], str]) -> dict[str, Any]:
    return {name(key): entry for key, entry in entries.items()}


def _each(entry: Files, name: Callable[[str], str], *keys: str) -> None:
    """The values of some keys of an entry replaced, where it has them."""
    for key in keys:
        if entry.get(key):
            found = entry[key]
            entry[key] = [name(one) for one in found] if isinstance(found, list) else name(found)


def renamed_files(layers: Layers, names: Names) -> Files:
    """All TOML files of the layers, merged, under the other names."""
    files: Files = json.loads(json.dumps(dict(standard_files(layers))))
    for name, raw in files.items():
        if name.startswith("tables/"):
            _table(raw, names)
    _main(files["standard"], names)
    for rule in files["rules"]["rule"]:
        rule["code"] = names.rule(rule["code"])
        rule.update(
            _walk({key: rule[key] for key in ("equations", "with") if key in rule}, names.refs)
        )
        _each(rule, lambda text: names.places(text, other), "title", "source")
        _each(rule, lambda key: ".".join(map(other, key.split("."))), "blocks")
        for equation in rule.get("equations", ()):
            if isinstance(equation, dict):
                _each(equation, other, "when")
    for section in files["info"]["section"]:
        for field in section["fields"]:
            field["key"] = names.field(field["key"])
    for keyed in files["info"].get("keyed", ()):
        keyed["key"] = other(keyed["key"])
    for figure in files.get("package", {}).get("figure", ()):
        figure["fact"] = names.figure(figure["fact"])
    files["disclosure"] = _walk(files["disclosure"], lambda text: names.places(text, names.field))
    for part in files["disclosure"]["part"]:
        _each(part, names.section, "sections")
    if "ledger" in files:
        files["ledger"] = _ledger(files["ledger"], names)
    for entries in files["notes/sections"].values():
        for entry in entries:
            entry["number"] = names.section(entry["number"])
            entry["heading"] = names.places(entry.get("heading", ""), names.figure)
            if isinstance(entry.get("when"), dict):
                entry["when"] = _keys(entry["when"], names.field)
            _each(entry, names.figure, *(["when"] if isinstance(entry.get("when"), str) else []))
            if not entry["heading"]:
                del entry["heading"]
    _facts(files["notes/facts"], names)
    if "notes/readings" in files:
        files["notes/readings"] = _readings(files["notes/readings"], names)
    if "public" in files.get("notes/personal", {}):
        _each(files["notes/personal"]["public"], names.field, "field")
    return files


def _table(raw: Files, names: Names) -> None:
    def row(match: re.Match[str]) -> str:
        return match[0] if ":" in match[0] else names.row(match[0])

    raw.update(_walk(raw, lambda text: names.places(text, names.field)))
    raw["key"] = other(raw["key"])
    _each(raw, names.refs, "balance")
    for block in raw["block"]:
        _each(block, other, "key", "subjects")
        _each(block, lambda text: re.sub(r"[a-z_0-9]+", lambda one: other(one[0]), text), "rowsums")
        _each(block, lambda text: re.sub(r"[A-Za-z_0-9:*]+", row, text), "sums")
        for column in block["columns"]:
            _each(column, other, "key", "last_year_of")
        for entry in block.get("rows", ()):
            _each(entry, names.row, "key")
    for form in raw.get("form", ()):
        _each(form, other, "key", "period")
        form["known"] = {other_field(key): text for key, text in form.get("known", {}).items()}
        for line in form["lines"]:
            line["cells"] = [[caption, other_field(field)] for caption, field in line["cells"]]
        for indicator in form["indicators"]:
            indicator["key"] = other(indicator["key"])


def _main(raw: Files, names: Names) -> None:
    raw.pop("extends", None)
    for key in ("title", "part"):
        if key in raw:
            raw[key] = _walk(raw[key], lambda text: names.places(text, names.field))
    raw["subjects"] = _keys(raw["subjects"], other)
    raw["condition"] = _keys(raw.get("condition", {}), other)
    for chart in raw.get("chart", ()):
        chart["key"] = other(chart["key"])
    if "picture" in raw:
        _each(raw["picture"], other, "bars", "split")
    _each(raw, names.field, "department")
    if "rule" in raw.get("role", {}):
        _each(raw["role"]["rule"], names.rule, *raw["role"]["rule"])
    for key in ("condition", "totals", "allotment", "transfer", "chart", "carry"):
        if key in raw:
            raw[key] = _walk(raw[key], lambda text: names.refs(text) if _REF.search(text) else text)


def _selection(entry: Mapping[str, Any]) -> dict[str, Any]:
    return _keys(entry, other)


def _ledger(raw: Files, names: Names) -> Files:
    for column in raw["column"]:
        _each(column, other, "key", "subjects", "per")
        for key in ("needed", "absent"):
            if key in column:
                column[key] = _selection(column[key])
    for kind in raw["kind"]:
        _each(kind, other, "key", "of")
    _each(raw["unit"], names.field, "field")
    _each(raw["switch"], names.field, "field")
    _each(raw["export"], other, "across")
    if "carry" in raw:
        _each(raw["carry"], other, "of", "year")
        raw["carry"]["left"] = _selection(raw["carry"]["left"])
    _each(raw.get("control", {}), other, "list")
    _each(raw.get("project", {}), other, "types", "type", "unit")
    for fit in raw.get("fit", ()):
        fit.update({key: _selection(fit[key]) for key in ("where", "must")})
    for post in raw["post"]:
        post["block"] = ".".join(map(other, post["block"].split(".")))
        _posting(post, names)
        for form in post.get("form", ()):
            form["key"] = other(form["key"])
            _posting(form, names)
    raw["info"] = {
        names.field(key): _selection(entry) for key, entry in raw.get("info", {}).items()
    }
    return raw


def _posting(post: Files, names: Names) -> None:
    if isinstance(post.get("zero"), list):
        _each(post, other, "zero")
    for key in ("where", "only"):
        if key in post:
            post[key] = _selection(post[key])
    for key, name in (("column", other), ("row", names.row)):
        if key in post:
            # ``class`` is a kind of row, and no row's name.
            post[key] = {
                one if one == "class" else name(one): _selection(entry)
                for one, entry in post[key].items()
            }


def _facts(raw: Files, names: Names) -> None:
    for group in ("year", "constant", "text", "amount", "count", "names", "list", "change"):
        raw[group] = _keys(raw.get(group, {}), names.figure)
    for entry in raw["text"].values():
        _each(entry, names.field, "is", "fallback")
    for group in ("amount", "count", "names"):
        for entry in raw[group].values():
            _each(entry, names.refs, "is", "rows")
    for entry in raw["list"].values():
        _each(entry, names.refs, "rows")
        _each(entry, names.figure, "whole")
        _each(entry, other, "keyed")
        for item in entry.get("items", ()):
            _each(item, names.refs, "is")
    for entry in raw["change"].values():
        if "each" in entry:
            _each(entry, names.refs, "each")
            _each(entry, other, "prior", "reason")
            continue
        _each(entry, names.field, "reason")
        _each(entry, names.figure, "like")
        for one in (entry, *entry.get("components", ())):
            _each(one, names.refs, "now", "prior")


_FIGURES = ("figure", "change", "kinds", "carryover", "names", "list", "zero")


def _readings(raw: Files, names: Names) -> Files:
    raw["rules"] = {names.section(key): names.rule(code) for key, code in raw["rules"].items()}
    for group in ("head", "lines", "target", "passage", "ignore"):
        for entry in raw.get(group, ()):
            _each(entry, names.section, "section")
            for one in (entry, *entry.get("parts", ())):
                _each(one, names.figure, *_FIGURES)
                _each(one, lambda text: names.places(text, names.figure), "say")
    _each(raw.get("glossary", {}), names.figure, "list")
    return raw


def _toml(value: Any) -> str:
    """A value in one line of TOML."""
    if isinstance(value, dict):
        inside = ", ".join(
            f"{json.dumps(key, ensure_ascii=False)} = {_toml(one)}" for key, one in value.items()
        )
        return f"{{ {inside} }}"
    if isinstance(value, list):
        return f"[{', '.join(map(_toml, value))}]"
    return json.dumps(value, ensure_ascii=False)


def written_toml(raw: Mapping[str, Any]) -> str:
    """A file of TOML with one line per key."""
    return "".join(
        f"{json.dumps(key, ensure_ascii=False)} = {_toml(value)}\n" for key, value in raw.items()
    )


def renamed_template(text: str, names: Names) -> str:
    """A template with the figures that it names under their other names; attributes and words stay."""
    made, before = [], ""
    for _, token, value in Environment(autoescape=False).lex(text):
        known = token == "name" and before != "."
        made.append(names.figure(value) if known else value)
        if token != "whitespace":
            before = value
    return "".join(made)


def write_renamed(standard: Standard, folder: Path) -> Names:
    """The standard under other names, as a folder of files with the folder's name for its id."""
    names = names_of(standard)
    for below in ("tables", "notes", "subjects"):
        (folder / below).mkdir(parents=True)
    files = renamed_files(standard.layers, names)
    files["standard"]["id"] = folder.name
    for section in files["info"]["section"]:
        for field in section["fields"]:
            if field["key"] == "standard":
                field["default"] = folder.name
    for name, raw in files.items():
        (folder / f"{name}.toml").write_text(written_toml(raw), "utf-8")
    for variant in variants_of(standard.layers):
        (folder / "variants" / variant.folder.name / "tables").mkdir(parents=True)
        chosen = {names.field(key): [*values] for key, values in variant.when.items()}
        when = {"when": chosen, "years": [variant.first, variant.last]}
        merged = renamed_files((variant.folder, *standard.layers), names)
        changed = {
            name: raw for name, raw in merged.items() if name != "standard" and raw != files[name]
        }
        for name, raw in {"variant": when, **changed}.items():
            if name != "info":
                path = folder / "variants" / variant.folder.name / f"{name}.toml"
                path.write_text(written_toml(raw), "utf-8")
    for layer in reversed(standard.layers):
        for path in layer.glob("notes/*.j2"):
            text = renamed_template(path.read_text("utf-8"), names)
            (folder / "notes" / path.name).write_text(text, "utf-8")
        for path in layer.glob("subjects/*.csv"):
            (folder / "subjects" / path.name).write_bytes(path.read_bytes())
    return names


def renamed_book(book: Book, names: Names, identity: str) -> Book:
    """A book of the standard as one of the other, which has that id."""

    def block_name(key: str) -> str:
        return ".".join(map(other, key.split(".")))

    def rows(data: BlockData) -> Iterable[Any]:
        for row in data.rows:
            yield row._replace(key=names.row(row.key)) if row.kind == "fixed" else row

    return book._replace(
        standard=identity,
        info={names.field(key): value for key, value in book.info.items()},
        blocks={
            block_name(key): BlockData.of(tuple(rows(data)), data.letters, data.strays)
            for key, data in book.blocks.items()
        },
        forms=tuple(
            form._replace(
                form=other(form.form),
                fields=_keys(form.fields, other_field),
                places=_keys(form.places, other_field),
                letters=_keys(form.letters, other),
                indicators=tuple(
                    one._replace(values=_keys(one.values, other)) for one in form.indicators
                ),
            )
            for form in book.forms
        ),
        keyed=_keys(book.keyed, other),
        notes=_keys(book.notes, other),
        subjects=_keys(book.subjects, other),
        ledger=book.ledger._replace(
            lines=tuple(line._replace(texts=_keys(line.texts, other)) for line in book.ledger.lines)
        ),
        texts=tuple(one._replace(section=names.section(one.section)) for one in book.texts),
    )
