"""Check a standard when it is made or changed: all mistakes at once, each with its file and line.

First whether the files can be read and have their shape, then whether every name exists; a standard
of which that is true is tried: its rules on a sample budget, its texts, its workbook. A standard with
variants is checked once as 基础信息 has it by itself, and once with each of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlbudget.authoring.names import Known, name_remarks
from xlbudget.authoring.notes import NOTES, note_remarks
from xlbudget.authoring.problems import Problem, Remark
from xlbudget.authoring.samples import Choice
from xlbudget.authoring.sources import read_sources, shape_remarks
from xlbudget.authoring.subject_files import subject_remarks
from xlbudget.authoring.trying import tried
from xlbudget.checks.validate import check_names
from xlbudget.errors import StandardError
from xlbudget.standard.layers import layers_of, standard_file, variants_of, with_variants
from xlbudget.standard.loader import load_layers

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from xlbudget.authoring.names import Files
    from xlbudget.authoring.sources import Sources
    from xlbudget.standard.layers import Layers, Variant


def check_folder(folder: Path) -> list[Problem]:
    """What is wrong with the standard in a folder, in the order of its files and lines; advice comes last."""
    folder = folder.resolve()
    try:
        layers = layers_of(folder)
        variants = variants_of(layers)
    except StandardError as error:
        sources = read_sources((folder,), folder)
        return [*sources.remarks] or [Problem("standard.toml", 1, str(error))]
    fields, year = _defaults(layers)
    problems = _checked(with_variants(layers, fields, year), folder, Choice(year))
    for variant in variants:
        if folder in variant.folder.parents:
            when = {key: values[0] for key, values in variant.when.items() if values}
            choice = Choice(min(max(year, variant.first), variant.last), when)
            chosen = with_variants(layers, {**fields, **when}, choice.year)
            problems |= _checked(chosen, folder, choice)
            problems |= dict.fromkeys(_unreachable(layers, folder, variant))
    return sorted(problems, key=lambda one: (one.advice, one.file, one.line))


def unknown_in_templates(folder: Path) -> dict[str, list[str]]:
    """What is wrong with the templates that a standard uses, by their names, before anything of it is tried."""
    layers = layers_of(folder.resolve())
    sources = read_sources(layers, folder.resolve())
    found: dict[str, list[str]] = {}
    if all(name in sources.files for name in (*_VOCABULARY, *NOTES)):
        known, files = Known(sources.files), sources.files
        for remark in note_remarks(known, files, sources.templates, sources.own):
            if remark.file.endswith(".j2") and not remark.advice:
                found.setdefault(remark.file.rpartition("/")[2], []).append(remark.text)
    return found


def _defaults(layers: Layers) -> tuple[dict[str, str], int]:
    """What 基础信息 says of itself, and the year of the blank template; nothing where that cannot be told."""
    try:
        info, main = (standard_file(layers, name) or {} for name in ("info", "standard"))
        fields = [field for section in info["section"] for field in section["fields"]]
        given = {field["key"]: str(field.get("default", "")) for field in fields}
        return given, int(main.get("template_year") or main["years"][0])
    except (StandardError, LookupError, TypeError, AttributeError, ValueError):
        return {}, 0


_VOCABULARY = ("standard", "info", "rules")
"""The files that give the names of which all others speak, beside those of the tables."""


def _checked(layers: Layers, folder: Path, choice: Choice) -> dict[Problem, None]:
    sources = read_sources(layers, folder)
    remarks = list(shape_remarks(sources))
    wrong = {remark.file for remark in remarks if not remark.advice}
    files = {name: held for name, held in sources.files.items() if name not in wrong}
    given = all(name in files for name in _VOCABULARY) and not any(
        name.startswith("tables/") for name in wrong
    )
    if given:
        remarks += _of_names(sources, files, folder)
    sound = given and not sources.remarks
    if sound and all(remark.advice for remark in remarks):
        remarks += _tried(layers, sources, choice)
    told = (sources.told(remark) for remark in remarks)
    problems = dict.fromkeys(sources.remarks)
    return problems | dict.fromkeys(problem for problem in told if problem is not None)


def _of_names(sources: Sources, files: Files, folder: Path) -> Iterator[Remark]:
    """The names in the files that have their shape."""
    yield from name_remarks(files, check_names())
    if all(name in files for name in NOTES):
        yield from note_remarks(Known(files), files, sources.templates, sources.own)
    main = files["standard"]
    if main["id"] != folder.name:
        yield Remark("standard", ("id",), f"id 应与文件夹“{folder.name}”同名，工作簿按它找标准。")
    listed = {entry["file"]: (key, entry["lengths"]) for key, entry in main["subjects"].items()}
    for name, (key, lengths) in listed.items():
        if name not in sources.subjects:
            yield Remark("standard", ("subjects", key, "file"), f"没有文件“subjects/{name}”。")
        else:
            yield from subject_remarks(*sources.subjects[name], lengths)
    for name, (shown, _) in sources.subjects.items():
        if name not in listed:
            text = "standard.toml 的 subjects 没有列出这份目录，没有用到。"
            yield Remark(shown, (), text, advice=True, line=1)


def _tried(layers: Layers, sources: Sources, choice: Choice) -> Iterator[Remark]:
    files = {
        held["key"]: name for name, held in sources.files.items() if name.startswith("tables/")
    }
    shown = {name: one for name, (one, _) in sources.templates.items()}
    try:
        yield from tried(load_layers(layers), choice, files, sources.files["rules"]["rule"], shown)
    except StandardError as error:
        yield Remark("standard", (), str(error))


def _unreachable(layers: Layers, folder: Path, variant: Variant) -> Iterator[Problem]:
    """Why no workbook can ever choose a variant."""
    sources = read_sources(layers, folder)
    main, info = sources.files.get("standard", {}), sources.files.get("info", {})
    shown = f"{variant.folder.relative_to(folder).as_posix()}/variant.toml"
    fields = {
        field["key"]: field
        for section in info.get("section", ())
        for field in section.get("fields", ())
    }
    for key, values in variant.when.items():
        field = fields.get(key)
        if field is None:
            yield Problem(shown, 1, f"when 中没有基础信息 {key}，永远用不到。")
        elif field.get("choices"):
            wrong = [value for value in values if value not in field["choices"]]
            yield from (
                Problem(shown, 1, f"when 中的“{value}”不是基础信息 {key} 的选项，永远用不到。")
                for value in wrong
            )
    first, last = main.get("years", (0, 9999))
    if variant.first > last or variant.last < first:
        yield Problem(shown, 1, f"years 在标准的适用年度 {first}—{last} 之外，永远用不到。")
