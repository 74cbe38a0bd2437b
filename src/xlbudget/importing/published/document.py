"""Read a published document (.docx, .pdf, .html, .txt, .md) into a book and its texts.

What stands in the file is taken as it stands, mistakes included. Cells that a conversion shifted
or lost are reported, never guessed.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from xlbudget.checks.personal import stated_phone
from xlbudget.errors import UnusableFileError
from xlbudget.figures import Book, InfoValue, Place, Profile, TextUnit
from xlbudget.findings import NotRead
from xlbudget.importing.imported import GLOSSARY_TEXT, Imported
from xlbudget.importing.published import OLD_SUFFIXES, SUFFIXES
from xlbudget.importing.published.aligned import with_aligned_tables
from xlbudget.importing.published.codes import with_codes_apart
from xlbudget.importing.published.coverage import coverage, readable
from xlbudget.importing.published.elements import Line, Matrix, Source
from xlbudget.importing.published.figures import read_figures, shift_findings
from xlbudget.importing.published.flow import whole_tables
from xlbudget.importing.published.particulars import (
    headed_fields,
    info_from_sentences,
    lists_from_sentences,
    read_cover,
    stated_choices,
    stated_info,
    years_of,
)
from xlbudget.importing.published.recognise import (
    divide,
    find_tables,
    fit,
    mostly_known,
    names_tables,
    other_standard,
    other_unit,
    unframed,
    with_tables_apart,
)
from xlbudget.importing.published.texts import (
    DOCUMENTS,
    printed_texts,
    profile_lines,
    published_texts,
    read_profile_part,
    units_of,
)
from xlbudget.standard.layers import variants_of
from xlbudget.standard.loader import standard_for
from xlbudget.texts.readings import load_readings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from xlbudget.importing.imported import PublishedText
    from xlbudget.importing.published.elements import Element
    from xlbudget.importing.published.recognise import Parts
    from xlbudget.standard.model import Standard


_LARGEST = 100 * 2**20
_MOST_CELLS = 1_000_000
"""Paragraphs, and cells of tables, of a whole document."""
_PROFILE = "profile"
_PROFILE_TITLE = "部门概况"


def read_source(path: Path) -> Source:
    """The elements of a file.

    Raises:
        UnusableFileError: missing, damaged, encrypted, of an unknown kind, or without text.
    """
    suffix = path.suffix.lower()
    _refuse(path, suffix)
    found: Iterable[Element]
    if suffix == ".docx":
        from xlbudget.importing.published.docx import docx_elements  # noqa: PLC0415  # one of these

        found = docx_elements(path)
    elif suffix == ".pdf":
        from xlbudget.importing.published.pdf import pdf_elements  # noqa: PLC0415  # is needed

        found = pdf_elements(path)
    elif suffix in (".html", ".htm"):
        from xlbudget.importing.published.html import html_elements  # noqa: PLC0415

        found = html_elements(path)
    else:
        from xlbudget.importing.published.text import text_elements  # noqa: PLC0415

        found = text_elements(path)
    elements: list[Line | Matrix] = []
    unread: list[NotRead] = []
    cells = 0
    for one in whole_tables(found):
        if isinstance(one, NotRead):
            unread.append(one)
            continue
        elements.append(one)
        cells += len(one.lines) * len(one.lines[0]) if isinstance(one, Matrix) else 1
        if cells > _MOST_CELLS:
            raise UnusableFileError(
                f"“{path.name}”的表格和段落多得不像部门预算的公开文本，没有打开；请选对文件。"
            )
    if not elements and not unread:
        raise UnusableFileError(f"“{path.name}”里没有文字；请换一个有内容的文件。")
    return Source(tuple(elements), tuple(unread))


def _refuse(path: Path, suffix: str) -> None:
    if suffix in OLD_SUFFIXES:
        raise UnusableFileError(
            f"“{path.name}”的格式（{suffix}）读不了；请用 Word 或 WPS 打开，另存为 .docx 后再试。"
        )
    if suffix not in SUFFIXES:
        raise UnusableFileError(
            f"不认识“{path.name}”的格式；公开文本应为 {'、'.join(SUFFIXES)} 文件。"
        )
    if path.is_dir():
        raise UnusableFileError(f"“{path}”是文件夹，不是公开文本；请选其中的文件。")
    try:
        size = path.stat().st_size
    except FileNotFoundError as error:
        raise UnusableFileError(f"找不到文件“{path}”；请检查文件名和所在文件夹。") from error
    except OSError as error:
        raise UnusableFileError(f"“{path}”读不出来；请检查文件权限和磁盘。") from error
    if not size:
        raise UnusableFileError(f"“{path.name}”是空文件；请从备份恢复。")
    if size > _LARGEST:
        raise UnusableFileError(f"“{path.name}”过大，不像部门预算的公开文本，没有打开。")


def read_published(path: Path, standard: Standard, year: int | None = None) -> Imported:
    """The figures and texts of a published document.

    ``year``: the year that it must be of.

    Raises:
        UnusableFileError: missing, damaged, encrypted, a scan, of another standard or year.
    """
    imported, _, standard = read_document(path, read_source(path), standard, year)
    shifted = shift_findings(standard, imported.book)
    book = imported.book._replace(findings=standard.coded((*imported.book.findings, *shifted)))
    return imported._replace(book=book)


def read_document(
    path: Path, source: Source, standard: Standard, year: int | None = None
) -> tuple[Imported, Parts, Standard]:
    """The same of a document that was read already, without looking for figures in wrong columns.

    Its parts, and the standard as the document says it.

    Raises:
        UnusableFileError: it is of another standard or year.
    """
    elements = source.elements
    if not names_tables(standard, elements):
        raise UnusableFileError(other_standard(path, standard, elements))
    apart = with_tables_apart(standard, list(unframed(standard, elements)))
    shapes = [one for one, _ in _variants(standard, standard.template_year, {})]
    elements = tuple(with_codes_apart(standard, with_aligned_tables(shapes, apart)))
    source = source._replace(elements=elements)
    parts = divide(standard, elements)
    found = _year(path, standard, parts, year)
    choices = {key: InfoValue(said) for key, said in stated_choices(standard, parts).items()}
    tables = parts.tables or elements
    choices = _fitting(standard, tables, found, choices)
    standard = standard_for(standard, found, choices)
    every = find_tables(standard, tables)
    whole = readable(source, every)
    figures = read_figures(standard, tables, whole, found)
    lost = len(whole) < len(every) or not every
    if (not figures.blocks and not (lost and source.unread)) or not mostly_known(whole):
        raise UnusableFileError(other_standard(path, standard, elements))
    if odd_unit := other_unit(path, standard, every):
        raise UnusableFileError(odd_unit)
    texts = [
        text for holds in DOCUMENTS for part in parts.of(holds) for text in published_texts(part)
    ]
    unit, day = read_cover(standard, parts)
    info = {
        **{
            field.key: InfoValue(str(found))
            for field in standard.fields.values()
            if field.kind == "year"
        },
        **choices,
        "standard": InfoValue(standard.id),
        **stated_info(standard, figures.notes, figures.forms),
    }
    if unit:
        info["unit_name"] = InfoValue(unit)
    printed = tuple(printed_texts(parts))
    phone, numbers = stated_phone(standard, (one.text for one in printed))
    if numbers:
        info[phone] = InfoValue(numbers)
    days = [field.key for field in standard.fields.values() if field.kind == "date"]
    info |= {key: InfoValue(day) for key in days[:1] if day}
    lines = profile_lines(standard, parts.of(_PROFILE))
    readings = load_readings(standard.layers)
    people = _profile_units(lines.get("units", ()), readings.everywhere.section) if readings else ()
    units = (*units_of(texts), *people)
    book = Book(
        name=path.name,
        standard=standard.id,
        year=found,
        info=info,
        blocks=figures.blocks,
        forms=figures.forms,
        profile=read_profile_part(lines) if parts.of(_PROFILE) else Profile(),
        notes={key: texts for key, texts in figures.notes.items() if texts},
        sheets={key: standard.table(key).title for key in figures.origins},
        findings=standard.coded(figures.findings),
        texts=units,
        printed=printed,
    )
    info = {
        **headed_fields(standard, parts),
        **info_from_sentences(standard, book, units),
        **_short_name(standard, info, texts),
        **info,
    }
    book = book._replace(info=info)
    book = book._replace(keyed=lists_from_sentences(standard, book, units))
    origins = _origins(parts, figures.origins)
    read = coverage(standard, Source(tuple(tables), source.unread), every, book)
    said = [f"没有读出：{one.place}，{one.reason}。" for one in read.lost]
    # Why such a table could not be read is said of its page.
    titles = [f"“{standard.table(key).title}”" for key in read.tables]
    rest = [one for one in figures.left if not any(title in one for title in titles)]
    left = tuple(dict.fromkeys([*rest, *said]))
    return Imported(book, origins, tuple(texts), left, coverage=read), parts, standard


def _fitting(
    standard: Standard,
    tables: Sequence[Line | Matrix],
    year: int,
    stated: dict[str, InfoValue],
) -> dict[str, InfoValue]:
    """What is stated, with the fields of the variant that fits the tables' columns better than any other.

    A variant of which something else is stated is not meant.
    """
    fits = [(fit(one, tables), told) for one, told in _variants(standard, year, stated)]
    most = max(count for count, _ in fits)
    return next(told for count, told in fits if count == most)


def _variants(
    standard: Standard, year: int, stated: dict[str, InfoValue]
) -> Iterator[tuple[Standard, dict[str, InfoValue]]]:
    """The standard with what is stated, then with each of its variants that may be meant, too."""
    yield standard_for(standard, year, stated), stated
    for variant in variants_of(standard.layers):
        if variant.when and not variant.when.keys() & stated.keys():
            told = stated | {key: InfoValue(values[0]) for key, values in variant.when.items()}
            yield standard_for(standard, year, told), told


def _short_name(
    standard: Standard, info: Mapping[str, InfoValue], texts: Sequence[PublishedText]
) -> dict[str, InfoValue]:
    """The unit's name without what stands in brackets after it, where the glossary uses that."""
    name = info["unit_name"].value if "unit_name" in info else ""
    short = re.sub(r"[（(][^（）()]*[)）]$", "", name) if isinstance(name, str) else ""
    glossary = [text.text for text in texts if text.part == GLOSSARY_TEXT]
    used = short != name and any(short in text for text in glossary)
    if used and "unit_short" in standard.fields and not any(str(name) in text for text in glossary):
        return {"unit_short": InfoValue(short)}
    return {}


def _profile_units(lines: Sequence[Line], section: str) -> list[TextUnit]:
    """The sentences of 部门概况 that speak of people, read as of that section."""
    return [
        TextUnit(
            _PROFILE,
            section,
            f"{_PROFILE_TITLE}.{number}",
            one.text,
            Place(_PROFILE_TITLE, one.where),
        )
        for number, one in enumerate(lines, 1)
        if re.search(r"\d\s*人", one.text)
    ]


def _year(path: Path, standard: Standard, parts: Parts, wanted: int | None) -> int:
    """The year that the document is of: what cover, headings and columns say most often."""
    votes = years_of(parts)
    if not votes and wanted is None:
        raise UnusableFileError(f"“{path.name}”看不出是哪一年度的预算；请指明年度后再试。")
    found = votes.most_common(1)[0][0] if votes else wanted
    assert found is not None
    if wanted is not None and found != wanted:
        raise UnusableFileError(
            f"“{path.name}”是{found}年度的部门预算，不是{wanted}年度的，没有读入；请换成{wanted}年度的文件。"
        )
    if not standard.first <= found <= standard.last:
        raise UnusableFileError(
            f"“{path.name}”是{found}年度的部门预算；{standard.name}的标准适用于{standard.first}年度起，没有读入。"
        )
    return found


def _origins(parts: Parts, tables: dict[str, str]) -> dict[str, str]:
    """Where everything was found, in words."""
    names = {"explanation": "notes", "glossary": "glossary", _PROFILE: _PROFILE}
    found = dict(tables)
    for holds, name in names.items():
        spots = [f"“{part.heading.text}”（{part.heading.where}）" for part in parts.of(holds)]
        found |= {name: "、".join(spots)} if spots else {}
    found["info"] = "封面、表上方和表下说明、情况说明"
    return found
