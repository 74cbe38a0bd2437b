"""A new standard: a folder that says what differs from the one on which it stands, fit to be checked at once."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import jinja2

from xlbudget.authoring.proposing import proposals
from xlbudget.characters import plain_name
from xlbudget.errors import StandardError
from xlbudget.importing.published.document import read_source
from xlbudget.standard.layers import DATA, layers_of, standard_file, standard_ids

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from xlbudget.authoring.proposing import Proposal
    from xlbudget.standard.layers import Layers

_TEMPLATES = Path(__file__).parent / "templates"
_ID = re.compile(r"[a-z][a-z0-9_-]*")
_OWN = "standard"
"""The field of 基础信息 that names the standard."""


class Made(NamedTuple):
    """The files of a new standard, by name, and what to tell its author."""

    files: Mapping[str, str]
    said: tuple[str, ...]


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
    tables: list[str] = []
    said: list[str] = []
    files: dict[str, str] = {}
    if document is not None:
        tables = _from_document(layers, document, {**values, "source": document.name}, files, said)
    files["standard.toml"] = _written("standard.toml.j2", {**values, "tables": tables})
    files["info.toml"] = _written("info.toml.j2", {**values, "section": _section(layers)})
    return Made(files, tuple(said))


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
) -> list[str]:
    """The names of the tables' files in the document's order, with those of the base that it lacks behind them."""
    main = standard_file(layers, "standard") or {}
    base = {name: standard_file(layers, f"tables/{name}") or {} for name in main["tables"]}
    titles = {_plain(table["title"]): name for name, table in base.items()}
    used: list[str] = []
    trees: list[str] = []
    for table in proposals(read_source(document).elements):
        name = titles.get(_plain(table.title), "")
        if name in used:
            continue
        if name:
            used.append(name)
            if base[name]["title"] != table.title:
                files[f"tables/{name}.toml"] = _written(
                    "title.toml.j2", {**values, "title": table.title, "headings": _headings(table)}
                )
            continue
        number = 100 + table.number
        own = f"{number}-{table.key}"
        used.append(own)
        files[f"tables/{own}.toml"] = _written(
            "table.toml.j2", {**values, "table": table._replace(number=number)}
        )
        trees += [table.key for block in table.blocks if block.tree]
        said.append(f"提出了一张表“{table.title}”（tables/{own}.toml），请核对栏和行。")
    missing = [name for name in main["tables"] if name not in used]
    if missing:
        named = "”“".join(base[name]["title"] for name in missing)
        said.append(
            f"“{document.name}”里没有找到“{named}”，仍按 {values['base']} 保留；不要的请从 tables 去掉，并去掉说到它们的规则。"
        )
    if trees:
        rules = standard_file(layers, "rules") or {}
        code = _free_code({rule["code"] for rule in rules["rule"]})
        files["rules.toml"] = _written("rules.toml.j2", {**values, "code": code, "blocks": trees})
    return [*used, *missing]


def _plain(title: str) -> str:
    return plain_name(re.sub(r"\{year\}年度?|\{[^{}]*\}|[“”\"]", "", title))


def _headings(table: Proposal) -> list[str]:
    return [" / ".join(column.label) for block in table.blocks for column in block.columns]


def _free_code(taken: set[str]) -> str:
    return next(code for code in (f"Z{number:02}" for number in range(1, 100)) if code not in taken)


def _written(name: str, values: Mapping[str, object]) -> str:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES),
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        undefined=jinja2.StrictUndefined,
        autoescape=False,  # noqa: S701  # TOML; texts go through the filter
    )
    # A JSON string without escapes beyond ASCII is one of TOML too.
    environment.filters["toml"] = lambda value: json.dumps(value, ensure_ascii=False)
    return environment.get_template(name).render(values)
