"""A standard from its merged files of TOML and CSV.

``python -m xlbudget.standard.loader`` parses the shipped standards ahead of the first use.
"""

from __future__ import annotations

import csv
import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from xlbudget.errors import StandardError
from xlbudget.money import UNITS, Amount, Unit
from xlbudget.standard.layers import (
    DATA,
    Layers,
    keep_all,
    layer_path,
    layers_of,
    once,
    standard_files,
    with_variants,
)
from xlbudget.standard.ledger import parse_ledger
from xlbudget.standard.model import (
    ALL,
    AMOUNT,
    EACH,
    ONE,
    REF,
    Allotment,
    Block,
    Carry,
    Chart,
    Column,
    Condition,
    Equation,
    Field,
    Form,
    FormCell,
    FormLine,
    Keyed,
    PartSpec,
    Picture,
    Ref,
    RowSpec,
    Rule,
    Section,
    Standard,
    Subject,
    SubjectList,
    Table,
    Template,
    Term,
    Transfer,
    make_list,
)
from xlbudget.standard.placeholders import for_info, with_spellings, without_names
from xlbudget.standard.search import chosen, standard_folder, standard_ids
from xlbudget.standard.structure import structural

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from xlbudget.figures import Book, InfoValue


DEFAULT = (DATA / "default.txt").read_text("utf-8").strip()
"""The standard of a new workbook where none is asked for."""


def load_standard(asked: str = "") -> Standard:
    """A standard by its id or its folder (``standard.search``); without either the one that was chosen, or the default.

    Raises:
        StandardError: there is none, or it contradicts itself.
    """
    return load_folder(standard_folder(asked or chosen() or DEFAULT))


def every_standard() -> Iterator[Standard]:
    """The standards that a file may be of: all that can be loaded, or the one that was chosen.

    One that was only found and is faulty is told where it is asked for.

    Raises:
        StandardError: the one that was chosen contradicts itself.
    """
    if chosen():
        yield load_standard()
        return
    for asked in standard_ids():
        try:
            yield load_standard(asked)
        except StandardError:
            continue


def as_written(standard: Standard) -> bool:
    """Whether it says what its files say, but for what a workbook adds: subjects, and room for a sum of units."""
    ours = load_layers(standard.layers)
    return (
        standard._replace(
            subjects=ours.subjects,
            rounding_limit=ours.rounding_limit,
            tables=ours.tables,
            blocks=ours.blocks,
            keyed=ours.keyed,
            ledger=ours.ledger,
            of_sum=False,
        )
        == ours
    )


def load_folder(folder: Path) -> Standard:
    """A standard from any folder of the same shape, over those that it extends.

    Raises:
        StandardError: a file is missing or contradicts itself.
    """
    return load_layers(layers_of(folder))


@once
def load_layers(layers: Layers) -> Standard:
    """A standard from its folders, with the variants among them.

    Raises:
        StandardError: a file is missing or contradicts itself.
    """
    try:
        return _loaded(layers)
    except (TypeError, ValueError, AttributeError, LookupError, ArithmeticError) as error:
        raise StandardError(
            f"标准“{layers[0].name}”的写法不对，不能用；哪里不对，请用 xlbudget standard check “{layers[0]}” 查看。"
        ) from error


def _loaded(layers: Layers) -> Standard:
    try:
        files = standard_files(layers)
        main = _file(files, "standard")
        unit = UNITS[main["unit"]]
        tables = tuple(parse_table(_file(files, f"tables/{name}"), unit) for name in main["tables"])
        info = _file(files, "info")
        sections = tuple(map(_section, info["section"]))
        fields = {field.key: field for section in sections for field in section.fields}
        tables = with_spellings(tables, fields)
        blocks = {block.key: block for table in tables for block in table.blocks}
        rules = tuple(_rule(entry, tables, blocks) for entry in _file(files, "rules")["rule"])
        charts = tuple(_chart(entry) for entry in main.get("chart", ()))
        picture = _picture(main.get("picture"), {chart.key: chart for chart in charts})
        ledger = parse_ledger(files["ledger"]) if "ledger" in files else None
    except KeyError as error:
        raise StandardError(f"标准“{layers[0].name}”缺少必需的项目{error}。") from error
    return Standard(
        id=main["id"],
        name=main["name"],
        region=main["region"],
        first=main["years"][0],
        last=main["years"][1],
        template_year=main.get("template_year", main["years"][0]),
        unit=unit,
        rounding_limit=int(Decimal(main["rounding_limit"]) * unit.fen),
        layers=layers,
        titles=main["title"],
        parts=tuple(map(_part, files.get("disclosure", {}).get("part", ()))),
        tables=tables,
        sections=sections,
        keyed=tuple(
            Keyed(**{**entry, "choices": tuple(entry.get("choices", ()))})
            for entry in info.get("keyed", ())
        ),
        subjects={key: _subjects(layers, key, entry) for key, entry in main["subjects"].items()},
        conditions={
            key: Condition(key, entry["title"], tuple(parse_ref(ref) for ref in entry["zero"]))
            for key, entry in main.get("condition", {}).items()
        },
        rules=rules,
        charts=charts,
        picture=picture,
        carries=tuple(
            Carry(parse_ref(one["from"]), parse_ref(one["to"])) for one in main.get("carry", ())
        ),
        allotments=tuple(
            Allotment(parse_ref(one["whole"]), parse_ref(one["parts"]))
            for one in main.get("allotment", ())
        ),
        transfers=tuple(
            Transfer(one["title"], parse_ref(one["income"]), parse_ref(one["expense"]))
            for one in main.get("transfer", ())
        ),
        blocks=blocks,
        fields=fields,
        ledger=ledger,
        totals={name: parse_ref(cell) for name, cell in main.get("totals", {}).items()},
        department=main.get("department", ""),
        version=main.get("version", ""),
        roles=main.get("role", {}).get("rule", {}),
    )


def _part(entry: Mapping[str, Any]) -> PartSpec:
    try:
        return PartSpec(**{**entry, "sections": tuple(entry.get("sections", ()))})
    except TypeError as error:
        raise StandardError(
            f"“disclosure.toml”的[[part]]缺少 contents 或 holds，或有不认识的项目：{error}。"
        ) from error


def _file(files: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    if name not in files:
        raise StandardError(f"标准缺少文件“{name}.toml”。")
    found: Mapping[str, Any] = files[name]
    return found


def _subjects(layers: Layers, key: str, entry: Mapping[str, Any]) -> SubjectList:
    subjects = read_subjects(layer_path(layers, f"subjects/{entry['file']}"))
    return make_list(key, entry["name"], tuple(entry["lengths"]), tuple(entry["levels"]), subjects)


def parse_table(data: Mapping[str, Any], unit: Unit) -> Table:
    """A table from its file; ``unit`` is the standard's, of a table that names none.

    Raises:
        KeyError: something that a table must have is missing.
        StandardError: a row has a key that rules use for something else.
    """
    unit = UNITS[data["unit"]] if "unit" in data else unit
    return Table(
        key=data["key"],
        number=data["number"],
        title=data["title"],
        sheet=data.get("sheet", without_names(data["title"])),
        blocks=tuple(_block(entry, data["key"], unit) for entry in data["block"]),
        notes=tuple(data.get("notes", ())),
        empty_statement=data.get("empty_statement", ""),
        forms=tuple(_form(entry) for entry in data.get("form", ())),
        balance=tuple(data.get("balance", ())),
        aliases=tuple(data.get("aliases", ())),
        template=Template(data["title"], data.get("empty_statement", "")),
    )


def _block(data: Mapping[str, Any], table: str, unit: Unit) -> Block:
    columns = tuple(map(_column, data["columns"]))
    amounts = tuple(column.key for column in columns if column.kind == AMOUNT)
    return Block(
        key=f"{table}.{data['key']}" if "key" in data else table,
        table=table,
        body=data["body"],
        columns=columns,
        unit=unit,
        rows=tuple(_row(entry) for entry in data.get("rows", ())),
        subjects=data.get("subjects", ""),
        room=data.get("room", len(data.get("rows", ()))),
        total=data.get("total", ""),
        amounts=amounts,
        amount_index={key: index for index, key in enumerate(amounts)},
        tree=data.get("tree", False),
        listed=data.get("listed", False),
        rowsums=tuple(data.get("rowsums", ())),
        sums=tuple(data.get("sums", ())),
    )


def _column(data: Mapping[str, Any]) -> Column:
    """A column; an alias that is one text is the innermost heading below the same outer ones."""
    label = tuple(data["label"])
    aliases = (
        (*label[:-1], alias) if isinstance(alias, str) else tuple(alias)
        for alias in data.get("aliases", ())
    )
    return Column(**{**data, "label": label, "aliases": tuple(aliases)})


def _row(data: Mapping[str, Any]) -> RowSpec:
    aliases = tuple(data.get("aliases", ()))
    row = RowSpec(**{"key": "", **data, "aliases": aliases, "template": data["label"]})
    if row.key in (EACH, ALL):
        raise StandardError(f"行的键不能是“{row.key}”：规则里它表示每一行或求和；请换一个键。")
    return row


def _form(data: Mapping[str, Any]) -> Form:
    lines = tuple(
        FormLine(
            tuple(FormCell(*cell) for cell in line["cells"]),
            line.get("group", ""),
            line.get("height", 0.0),
        )
        for line in data["lines"]
    )
    indicators = tuple(
        Column(entry["key"], entry.get("kind", "text"), (entry["label"],), entry["width"])
        for entry in data["indicators"]
    )
    return Form(
        data["key"],
        data["title"],
        data.get("subtitle", ""),
        lines,
        data["indicator_caption"],
        indicators,
        data.get("period", ""),
        data.get("known", {}),
    )


def _section(data: Mapping[str, Any]) -> Section:
    fields = tuple(_field(entry) for entry in data["fields"])
    return Section(data["title"], fields, data.get("summed", False))


def _field(data: Mapping[str, Any]) -> Field:
    entry = {
        **data,
        "default": str(data.get("default", "")),
        "choices": tuple(data.get("choices", ())),
    }
    return Field(**entry)


_CHART_ROOM = 12
"""Lines of a chart's list where the standard does not say how many."""


def _chart(data: Mapping[str, Any]) -> Chart:
    rows = parse_ref(data["rows"]) if "rows" in data else None
    cells, against, total = (
        tuple(map(parse_ref, data.get(name, ()))) for name in ("cells", "against", "total")
    )
    room = data.get("room", _CHART_ROOM) if rows is not None else len(cells)
    series = tuple(data.get("series", ("{year}年预算数",)))
    names = tuple(data.get("names", ()))
    given = (data["key"], data["title"], data["kind"], series)
    return Chart(*given, rows, cells, against, total, names, room)


def _picture(data: Mapping[str, Any] | None, charts: Mapping[str, Chart]) -> Picture | None:
    """The picture takes its bars from a chart of rows and its band from one of cells."""
    if data is None:
        return None
    bars = charts[data["bars"]].rows if data["bars"] in charts else None
    split = charts[data["split"]].cells if data["split"] in charts else ()
    if bars is None or not split:
        raise StandardError("支出结构图的 bars 应是有 rows 的图的键，split 应是有 cells 的图的键。")
    return Picture(data["title"], bars, split)


def _rule(data: Mapping[str, Any], tables: Sequence[Table], blocks: Mapping[str, Block]) -> Rule:
    kinds = data.get("structure", ())
    kinds = (kinds,) if isinstance(kinds, str) else kinds
    built = tuple(structural(kinds, tables, data.get("blocks", ())))
    level = data.get("level", "error")
    equations = (parse_equation(entry) for entry in (*built, *data.get("equations", ())))
    first, last = data.get("years", (0, 9999))
    named = {f"{{{table.key}}}": without_names(table.title) for table in tables}
    return Rule(
        code=data["code"],
        title=_replaced(data["title"], named),
        source=_replaced(data["source"], named),
        level=level,
        # What only warns says nothing about which amount is wrong.
        soft=data.get("soft", False) or (level != "error" and bool(built or data.get("equations"))),
        check=data.get("check", ""),
        equations=tuple(with_columns(equation, blocks) for equation in equations),
        first=first,
        last=last,
        texts=data.get("texts", False) or bool(data.get("compares")),
        compares=data.get("compares", ""),
        arguments=tuple(data.get("with", {}).items()),
    )


def _replaced(text: str, said: Mapping[str, str]) -> str:
    for name, value in said.items():
        text = text.replace(name, value)
    return text


_REF = re.compile(REF)


def parse_ref(text: str) -> Ref:
    """Read one reference.

    Raises:
        StandardError: it is not of the form ``block[row].column``.
    """
    match = _REF.fullmatch(text.strip())
    if match is None:
        raise StandardError(f"规则中的引用“{text.strip()}”写法不对，应为“块[行].栏”。")
    how = match["how"] or ONE
    return Ref(match["block"], how, match["row"] or match["which"] or "", match["column"])


def _terms(text: str) -> tuple[Term, ...]:
    if text.strip() == "0":
        return ()
    pieces = re.split(r"\s([+-])\s", text.strip())
    signs = ["+", *pieces[1::2]]
    return tuple(
        Term(1 if sign == "+" else -1, parse_ref(piece))
        for sign, piece in zip(signs, pieces[::2], strict=True)
    )


def parse_equation(entry: str | dict[str, object]) -> Equation:
    """Read one entry of a rule's ``equations``: a string, or a table with ``is`` and options.

    Raises:
        StandardError: no relation sign, or an unreadable reference.
    """
    options = {"is": entry} if isinstance(entry, str) else dict(entry)
    text = str(options.pop("is"))
    match = re.fullmatch(r"(.+?)\s(=|>=)\s(.+)", text.strip())
    if match is None:
        raise StandardError(f"规则中的等式“{text}”缺少“=”或“>=”。")
    left, relation, right = _terms(match[1]), match[2], _terms(match[3])
    derive = len(left) == 1 and relation == "=" and bool(options.pop("derive", True))
    options.pop("derive", None)
    check = bool(options.pop("check", True))
    when, present = str(options.pop("when", "")), bool(options.pop("present", False))
    if options:
        raise StandardError(f"规则“{text}”有不认识的选项：{'、'.join(options)}。")
    refs = tuple(term.ref for term in (*left, *right))
    signs = (*(term.sign for term in left), *(-term.sign for term in right))
    lead = next((ref for ref in refs if ref.how == EACH), None)
    others = (
        () if lead is None else (ref for ref in refs if ref.how == EACH and ref.block != lead.block)
    )
    same_row = False
    if lead is not None and not present:
        same_row = all(ref.how == EACH and ref.block == lead.block for ref in refs)
    known = (text, refs, signs, lead, tuple(others), same_row)
    return Equation(left, relation, right, derive, check, when, present, *known)


def with_columns(equation: Equation, blocks: Mapping[str, Block]) -> Equation:
    """The equation with the column positions of its terms; unknown names are check.py's to tell."""
    star = next((ref.block for ref in equation.refs if ref.column == "*"), "")
    names = blocks[star].amounts if star in blocks else ("",)
    found = []
    for ref in equation.refs:
        index = blocks[ref.block].amount_index if ref.block in blocks else {"value": 0}
        found.append(
            tuple(index.get(name if ref.column == "*" else ref.column, -1) for name in names)
        )
    return equation._replace(columns=tuple(found))


HEADINGS = {
    "code": ("code", "科目编码", "科目代码", "编码", "代码"),
    "name": ("name", "科目名称", "名称"),
    "first": ("valid_from", "启用年度"),
    "last": ("valid_to", "停用年度"),
    "aliases": ("aliases", "别名"),
    "successor": ("successor", "改列科目"),
    "meaning": ("meaning", "说明", "科目说明", "释义", "科目释义", "使用说明"),
}
"""What a list of subjects, the standard's or a bureau's, may call each of its columns."""


def heading_places(header: Sequence[str]) -> dict[str, int]:
    """The columns of a list by their headings; one that is not there is not in it."""
    named = {key: [name for name in names if name in header] for key, names in HEADINGS.items()}
    return {key: header.index(names[0]) for key, names in named.items() if names}


def read_subjects(path: Path) -> tuple[Subject, ...]:
    """Read a list from CSV: code and name, optional years, aliases, successor and meaning (:data:`HEADINGS`).

    Raises:
        StandardError: the file is missing, lacks a column, or a line has no code.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            lines = list(csv.reader(file))
    except (OSError, UnicodeDecodeError) as error:
        raise StandardError(
            f"科目目录“{path.name}”打不开：请检查文件是否存在、是否为UTF-8编码。"
        ) from error
    header = [cell.strip() for cell in lines[0]] if lines else []
    places = heading_places(header)
    if not {"code", "name"} <= places.keys():
        raise StandardError(f"科目目录“{path.name}”的第一行应有“科目编码”和“科目名称”两栏。")
    return tuple(
        _subject(path, number, line, places)
        for number, line in enumerate(lines[1:], 2)
        if any(line)
    )


def _subject(path: Path, number: int, line: list[str], places: Mapping[str, int]) -> Subject:
    def cell(key: str) -> str:
        return line[places[key]].strip() if places.get(key, len(line)) < len(line) else ""

    code, first, last = cell("code"), cell("first"), cell("last")
    if not code.isdigit() or not all(year.isdigit() for year in (first, last) if year):
        raise StandardError(f"科目目录“{path.name}”第{number}行的编码或年度不是数字。")
    aliases = tuple(name for name in cell("aliases").split("|") if name)
    years = int(first or 0), int(last or 9999)
    return Subject(code, cell("name"), *years, aliases, cell("successor"), cell("meaning"))


OWN_LISTS = "按科目字典补充"
"""What 基础信息 says where the workbook's 科目字典 has subjects of its own."""


def standard_for(standard: Standard, year: int, info: Mapping[str, InfoValue]) -> Standard:
    """The standard with the variants that 基础信息 and the year choose, and the names in its tables' texts filled in.

    Subjects that were added stay. The very same where nothing depends on them.
    """
    layers = with_variants(standard.layers, {key: one.plain for key, one in info.items()}, year)
    if layers != standard.layers:
        standard = load_layers(layers)._replace(subjects=standard.subjects)
    return for_info(standard, year, info)


def own_standard(book: Book, standard: Standard | None = None) -> Standard:
    """The standard that a book names, or this one, as the book says it.

    With its variants, the subjects that it adds, what a sum of units needs, and the names in the tables' texts filled
    in. One that is already the book's stays as it is.

    Raises:
        StandardError: there is no such standard.
    """
    standard = standard or load_standard(book.standard)
    standard = with_subjects(standard, book.subjects) if book.subjects else standard
    return for_sum(standard_for(standard, book.year, book.info), book)


def for_sum(standard: Standard, book: Book) -> Standard:
    """The standard for a book that sums units up; for any other the very same.

    The amounts are sums of rounded ones, so their 尾差 may be as large as 基础信息 says. Tables, lists and the
    ledger have room for all rows: twice the usual one, four times …, so that the room follows from the book.
    """
    limits = [book.number(field.key) for field in standard.fields_summed("limit")]
    allowed = [limit.fen for limit in limits if isinstance(limit, Amount)]
    if not allowed:
        return standard
    counts = {key: len(data.rows) for key, data in book.blocks.items()}
    tables = tuple(
        table._replace(
            blocks=tuple(
                block._replace(room=_doubled(block.room, counts.get(block.key, 0)))
                for block in table.blocks
            )
        )
        for table in standard.tables
    )
    ledger = standard.ledger
    if ledger is not None:
        ledger = ledger._replace(room=_doubled(ledger.room, len(book.ledger.lines)))
    return standard._replace(
        rounding_limit=max(standard.rounding_limit, *allowed),
        tables=tables,
        blocks={block.key: block for table in tables for block in table.blocks},
        keyed=tuple(
            one._replace(room=_doubled(one.room, len(book.keyed.get(one.key, {}))))
            for one in standard.keyed
        ),
        ledger=ledger,
        of_sum=True,
    )


def _doubled(room: int, rows: int) -> int:
    """A room doubled until so many rows fit; none stays none."""
    while 0 < room < rows:
        room *= 2
    return room


def with_subjects(standard: Standard, added: Mapping[str, Iterable[Subject]]) -> Standard:
    """The standard with subjects added to its lists, by the key of the list."""
    lists = dict(standard.subjects)
    for key, subjects in added.items():
        if key not in lists:
            known = "、".join(f"{one}（{found.name}）" for one, found in lists.items())
            raise StandardError(f"没有名为“{key}”的科目分类；现有：{known}。")
        lists[key] = lists[key].extended(subjects)
    return standard._replace(subjects=lists)


def with_subject_files(standard: Standard, files: Iterable[tuple[str, Path]]) -> Standard:
    """The standard with lists read from CSV files, each with the key of its classification.

    Raises:
        StandardError: no such classification, or an unreadable file.
    """
    for key, path in files:
        standard = with_subjects(standard, {key: read_subjects(path)})
    return standard


if __name__ == "__main__":
    keep_all()
