"""A new standard: a folder that says what differs from the one on which it stands, fit to be checked at once."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, NamedTuple

import jinja2

from xlbudget.authoring.check import unknown_in_templates
from xlbudget.authoring.outline import outline
from xlbudget.authoring.overlaying import (
    as_it_stands,
    fresh,
    headings_known,
    lay,
    pairs,
    plain_title,
)
from xlbudget.authoring.proposing import (
    Proposal,
    Unproposed,
    budget_year,
    money_unit,
    proposals,
)
from xlbudget.errors import StandardError
from xlbudget.importing.published.document import read_source
from xlbudget.standard.layers import DATA, layer_path, layers_of, standard_file, standard_ids
from xlbudget.standard.loader import read_subjects

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from xlbudget.authoring.outline import Section
    from xlbudget.authoring.overlaying import Laid
    from xlbudget.standard.layers import Layers

_TEMPLATES = Path(__file__).parent / "templates"
_ID = re.compile(r"[a-z][a-z0-9_-]*")
_OWN = "standard"
"""The field of 基础信息 that names the standard."""


class Made(NamedTuple):
    """The files of a new standard, by name, and what to tell its author."""

    files: Mapping[str, str]
    said: tuple[str, ...]


class Drawn(NamedTuple):
    """What the main file takes from a document: its tables, those of the base that it lacks by file and title, its year, its unit."""

    tables: tuple[str, ...]
    missing: Mapping[str, str]
    year: int
    unit: str = ""


def new_standard(identity: str, base: str, year: int, document: Path | None = None) -> Made:
    """The files of a standard that stands on another, with the tables that a document has beside those.

    Raises:
        StandardError: the id cannot be one, or there is no such base.
        UnusableFileError: the document cannot be read.
    """
    if not _ID.fullmatch(identity):
        raise StandardError(
            f"“{identity}”不能作标准的代号；请用小写英文字母开头，只含小写字母、数字、- 和 _。"
        )
    if identity in standard_ids() or (DATA / identity).exists():
        raise StandardError(f"“{identity}”是随程序的标准的代号；请换一个。")
    layers = _layers(base)
    values = {
        "id": identity,
        "base": base,
        "name": f"{identity}部门预算公开",
        "region": identity,
        "year": year,
    }
    said: list[str] = []
    files: dict[str, str] = {}
    drawn = Drawn((), {}, 0)
    if document is not None:
        drawn = _from_document(layers, document, values, files, said)
    files["standard.toml"] = _main(values, drawn)
    files["info.toml"] = _written("info.toml.j2", {**values, "section": _section(layers)})
    return Made(files, tuple(said))


def _main(values: Mapping[str, Any], drawn: Drawn) -> str:
    year = drawn.year or values["year"]
    first = {"year": year, "first": year if drawn.year else year - 3}
    tables = {"tables": drawn.tables, "missing": drawn.missing if drawn.tables else {}}
    first["unit"] = drawn.unit
    return _written("standard.toml.j2", {**values, **first, **tables})


def _layers(base: str) -> Layers:
    """The layers of what a new standard is to stand on: one of ours.

    Raises:
        StandardError: there is none of that name.
    """
    folder = DATA / base
    if "/" in base or not any((folder / name).is_file() for name in ("base.toml", "standard.toml")):
        known = "、".join(sorted(path.name for path in DATA.iterdir() if path.is_dir()))
        raise StandardError(f"没有名为“{base}”的标准可以作基础（--from）；现有：{known}。")
    return layers_of(folder)


def _section(layers: Layers) -> str:
    """The group of 基础信息 that has the field for the standard."""
    info = standard_file(layers, "info") or {}
    titles: Iterator[str] = (
        section["title"]
        for section in info["section"]
        if any(field["key"] == _OWN for field in section["fields"])
    )
    return next(titles)


def _from_document(
    layers: Layers,
    document: Path,
    values: Mapping[str, object],
    files: dict[str, str],
    said: list[str],
) -> Drawn:
    """What the document has otherwise than the base, as files; what to tell of it goes to ``said``."""
    main, rules, sections, facts = (
        standard_file(layers, name) or {}
        for name in ("standard", "rules", "notes/sections", "notes/facts")
    )
    base = {name: standard_file(layers, f"tables/{name}") or {} for name in main["tables"]}
    elements = read_source(document).elements
    year = budget_year(elements)
    laid = _laid_tables(base, proposals(elements, _classes(layers, main, base), year), said)
    written = {**values, "source": document.name, "base_names": set(base)}
    for one in laid:
        entry = base.get(one.name, {})
        notes = entry.get("notes", [])
        theirs = entry.get("title"), entry.get("number"), notes
        if one.same and theirs == (one.table.title, one.table.number, list(one.table.notes)):
            continue
        values_of = {**written, "laid": one, "notes": notes}
        files[f"tables/{one.name}.toml"] = _written("table.toml.j2", values_of)
        what = f"表“{one.table.title}”（tables/{one.name}.toml）"
        how = (
            "与 {} 的同一张，只写不同之处" if not one.whole else "另写" if entry else "是 {} 没有的"
        )
        said.append(f"{what}：{how.format(values['base'])}，请核对栏和行。")
    used = [one.name for one in laid]
    missing = {name: base[name]["title"] for name in base if name not in used}
    if missing and used:
        named = "”“".join(missing.values())
        said.append(f"文件里没有找到“{named}”，没有列入 tables；要的请把那一行的 # 去掉。")
    unit = money_unit(elements)
    drawn = Drawn(tuple(used), missing, year, unit if unit != main["unit"] else "")
    changed_rows = not all(one.same for one in laid)
    if changed_rows and standard_file(layers, "ledger"):
        files["ledger.toml"] = _written("ledger.toml.j2", written)
        said.append(f"各表的栏与 {values['base']} 的不同，没有沿用它的底稿（见 ledger.toml）。")
    orphans = _orphans(laid, base, rules["rule"])
    if orphans:
        taken = {rule["code"] for rule in rules["rule"]}
        coded = [(code, *one) for code, one in zip(_free_codes(taken), orphans, strict=False)]
        files["rules.toml"] = _written("rules.toml.j2", {**values, "rules": coded})
    divided = outline(elements, year)
    if divided.parts:
        parts = (standard_file(layers, "disclosure") or {}).get("part", ())
        terms = {part["holds"] for part in parts if part.get("terms")}
        files["disclosure.toml"] = _written(
            "disclosure.toml.j2",
            {**written, "parts": divided.parts, "terms": terms, "numbered": divided.numbered},
        )
    documents = {
        name: _matched(_spoken(divided.sections.get(name, ()), facts, year), entries)
        for name, entries in sections.items()
    }
    unfit = _unfit(str(values["id"]), {**files, "standard.toml": _main(values, drawn)})
    for name, own in documents.items():
        for section in own:
            _draft(name, section, unfit, files, said)
    changed = {
        name: [section.entry for section in own]
        for name, own in documents.items()
        if [section.entry for section in own] != sections[name]
    }
    if changed:
        files["notes/sections.toml"] = _written("sections.toml.j2", {**written, "changed": changed})
    return drawn


def _laid_tables(
    base: Mapping[str, Mapping[str, Any]],
    found: Sequence[Proposal | Unproposed],
    said: list[str],
) -> list[Laid]:
    """The document's tables, each over the one of the base that it is, in their order."""
    names = list(base)
    same = pairs([one.title for one in found], [base[name]["title"] for name in names])
    exact = {
        plain_title(text): name
        for name, table in base.items()
        for text in (table["title"], *(form["title"] for form in table.get("form", ())))
    }
    known = headings_known(list(base.values()))
    laid: list[Laid] = []
    for at, one in enumerate(found):
        name = names[same[at]] if at in same else ""
        known_as = exact.get(plain_title(one.title), "")
        if known_as and (isinstance(one, Unproposed) or base[known_as].get("form")):
            if known_as not in [other.name for other in laid]:
                laid.append(as_it_stands(known_as, base[known_as]))
        elif isinstance(one, Unproposed):
            said.append(f"“{one.title}”没有提出：{one.reason}。")
        elif name:
            laid.append(lay(one, name, base[name], known))
        else:
            laid.append(fresh(one, f"{one.number:02}-{one.key}", known))
    return laid


def _classes(
    layers: Layers, main: Mapping[str, Any], base: Mapping[str, Mapping[str, Any]]
) -> list[str]:
    """The names of the highest subjects of the list whose classes stand in tables of prescribed rows."""
    listed = {
        block["subjects"]
        for table in base.values()
        for block in table["block"]
        if block["body"] == "fixed" and block.get("subjects")
    }
    entries = [entry for key, entry in main["subjects"].items() if key in listed]
    return [
        subject.name
        for entry in entries
        for subject in read_subjects(layer_path(layers, f"subjects/{entry['file']}"))
        if len(subject.code) == entry["lengths"][0]
    ]


_STRUCTURES = (
    ("tree", "上级＝下级之和；合计＝各项之和"),
    ("rowsum", "各行各栏的合计关系"),
    ("sum", "各栏各行的合计关系"),
)


def _orphans(
    laid: Sequence[Laid], base: Mapping[str, Mapping[str, Any]], rules: Sequence[Mapping[str, Any]]
) -> list[tuple[str, str, list[str]]]:
    """The structures of blocks for which no rule of the base stands: kind, title, blocks."""
    wanted: dict[str, list[str]] = {kind: [] for kind, _ in _STRUCTURES}
    for one in laid:
        for at, block in enumerate(one.blocks):
            theirs = {} if one.whole else base[one.name]["block"][at]
            key = f"{one.table.key}.{block['key']}" if block["key"] else one.table.key
            for kind, place in (("tree", "tree"), ("rowsum", "rowsums"), ("sum", "sums")):
                own = block[place] if block[place] is not None else theirs.get(place)
                if own and (one.whole or kind != "tree") and not _stands(rules, kind, key):
                    wanted[kind].append(key)
    return [(kind, title, wanted[kind]) for kind, title in _STRUCTURES if wanted[kind]]


def _stands(rules: Sequence[Mapping[str, Any]], kind: str, block: str) -> bool:
    """Whether a rule stands for a structure of a block."""
    for rule in rules:
        kinds, only = rule.get("structure", []), rule.get("blocks", ())
        if kind in ([kinds] if isinstance(kinds, str) else kinds) and (
            not only or {block, block.partition(".")[0]} & set(only)
        ):
            return True
    return False


class _Drafted(NamedTuple):
    """A section for the standard, and the document's paragraphs in it."""

    entry: dict[str, Any]
    texts: tuple[str, ...]


def _spoken(sections: Sequence[Section], facts: Mapping[str, Any], year: int) -> list[Section]:
    """The sections with their headings' names as the base's facts have them; a name that it has not is written out."""
    years = {offset: name for name, offset in facts.get("year", {}).items()}
    units = [name for name, one in facts.get("text", {}).items() if one["is"] == "unit_name"]
    known = {
        "{year}": f"{{{years[0]}}}" if 0 in years else str(year),
        "{last_year}": f"{{{years[-1]}}}" if -1 in years else str(year - 1),
        "{unit_name}": f"{{{units[0]}}}" if units else "单位",
    }
    found = []
    for section in sections:
        heading = section.heading
        for name, ours in known.items():
            heading = heading.replace(name, ours)
        found.append(section._replace(heading=heading))
    return found


def _matched(sections: Sequence[Section], theirs: Sequence[Mapping[str, Any]]) -> list[_Drafted]:
    """The document's sections, those that the base has with its number and template; the base's where there are none."""
    if len(theirs) == 1 == len(sections) and not theirs[0].get("heading"):
        return [_Drafted(dict(theirs[0]), sections[0].texts)]
    if not any(section.heading for section in sections):
        return [_Drafted(dict(entry), ()) for entry in theirs]
    headings = [section.heading for section in sections]
    same = pairs(headings, [entry.get("heading", "") for entry in theirs])
    found = []
    for at, section in enumerate(sections):
        number = f"本{section.heading.partition('、')[0]}"
        entry = theirs[same[at]] if at in same else {"number": number}
        found.append(_Drafted({**entry, "heading": section.heading}, section.texts))
    return found


def _draft(
    document: str,
    one: _Drafted,
    unfit: Mapping[str, list[str]],
    files: dict[str, str],
    said: list[str],
) -> None:
    """A template of its own for a section that the base's does not fit: the paragraphs, to be made sentences of."""
    entry = one.entry
    template = entry.get("template", "")
    if document == "profile" or (template and template not in unfit):
        return
    name = template or f"local-{entry['number'].removeprefix('本')}.j2"
    entry["template"] = name
    title = entry.get("heading", "").partition("、")[2] or "名词解释"
    kind = "glossary" if document == "glossary" else "section"
    files[f"notes/{name}"] = _written(
        f"{kind}.j2.j2", {"title": title, "texts": one.texts, "lacking": unfit.get(template, ())}
    )
    said.append(f"“{title}”的句子请写在 notes/{name}，里面有文件的原文。")


def _unfit(identity: str, files: Mapping[str, str]) -> dict[str, list[str]]:
    """The base's templates that speak of figures which the new standard does not have, with what is said of them."""
    with TemporaryDirectory() as room:
        folder = Path(room) / identity
        for name, text in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, "utf-8")
        return unknown_in_templates(folder)


def _free_codes(taken: set[str]) -> Iterator[str]:
    return (code for code in (f"Z{number:02}" for number in range(1, 100)) if code not in taken)


def _written(name: str, values: Mapping[str, object]) -> str:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES),
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        undefined=jinja2.StrictUndefined,
        autoescape=False,  # noqa: S701  # TOML; texts go through the filter
    )
    environment.filters["toml"] = _toml
    return environment.get_template(name).render(values)


def _toml(value: object) -> str:
    """A value as TOML writes it; a JSON string without escapes beyond ASCII is one of TOML too."""
    if isinstance(value, Mapping):
        pairs_of = ", ".join(f"{key} = {_toml(one)}" for key, one in value.items())
        return f"{{ {pairs_of} }}"
    return json.dumps(value, ensure_ascii=False)
