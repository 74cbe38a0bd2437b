"""Write the explanation and glossary into a workbook: generated text beside the final text.

A final text that the user wrote is never touched; it stays with its paragraph's id, also where
paragraphs come and go. By default the final text is a formula that shows the generated one. Below
the paragraphs of 情况说明 stand the figures of both texts with the cells that they are from.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.building import styles
from xlbudget.building.contents import CellContent
from xlbudget.building.pages import printed_text
from xlbudget.characters import caption, row_label
from xlbudget.editing.desk import refreshed_desk
from xlbudget.editing.edits import edits_of, remembering, value_of
from xlbudget.errors import UnusableFileError
from xlbudget.figures import Place
from xlbudget.memory import EXPLAINED
from xlbudget.sheets import notes as page
from xlbudget.sheets.cells import text_of, value_at
from xlbudget.sheets.layout import CONTENTS, GLOSSARY, NOTES, TEXT_PAGES
from xlbudget.sheets.notes import CellValue, FigureLine, NotesLine, cell_at, same_value
from xlbudget.xlsx.cells import Afterwards, CellEdit
from xlbudget.xlsx.references import column_letter, same_formula

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from xlbudget.building.sheet import Sheet
    from xlbudget.explaining.document import CellRef, Document, Figure, Paragraph
    from xlbudget.xlsx.cells import Lines
    from xlbudget.xlsx.workbook import Workbook


_GONE = "本段已不在生成稿中，定稿予以保留；不用时请清空定稿。"
_OWN_REMARK = "自己写的段落，不随数字更新。"
_UNPRINTED = "（文中未写）"
_CHANGES = {"amount": "比上年增减额", "percent": "比上年增减幅度", "text": "增减方向"}

_TEXT_WIDTH = 46.0
"""Width of the columns of the generated and the final text, in digits."""
_WIDTHS = (10.0, 16.0, _TEXT_WIDTH, _TEXT_WIDTH, 17.0, 24.0, 9.0, 20.0, 20.0)
_LARGE = 12 / 11
"""The texts' letters are so much larger than those by which columns are measured."""
_EMPTY_HEIGHT = 15.0
_SHOWN = 7
"""Columns that are not hidden."""


class NotesPlan(NamedTuple):
    """The edits, ids of paragraphs whose final text is kept, what goes with it, (id, why) to look at.

    ``lines`` are the paragraphs as they will stand.
    """

    edits: list[CellEdit]
    kept: list[str]
    afterwards: Afterwards
    reviews: list[tuple[str, str]]
    lines: list[NotesLine]


def plan_notes(
    source: Workbook,
    explanation: Document,
    glossary: Document,
    finals: Mapping[str, str] | None = None,
) -> NotesPlan:
    """What writing both documents into ``source`` would change.

    ``finals`` are final texts by paragraph (of a published document): they stand where the user has
    not written one.

    Raises:
        UnusableFileError: a sheet is missing, is of an older layout, or has no room for all
            paragraphs or figures.
    """
    sheets = {NOTES: explanation.paragraphs, GLOSSARY: glossary.paragraphs}
    every = [*explanation.paragraphs, *glossary.paragraphs]
    lines = source.lines_of([*sheets, *sorted(basis_sheets(every) - set(sheets))])
    for sheet in sheets:
        _check_layout(sheet, lines)
    formulas = source.formulas_of(set(sheets))
    last_rows: dict[str, int] = {}
    heights: dict[str, dict[int, float]] = {}
    plan = NotesPlan([], [], Afterwards(last_rows=last_rows, heights=heights), [], [])
    figures = listed_figures(every, lines)
    if len(figures) > page.FIGURES_ROOM:
        raise UnusableFileError(
            f"工作表“{NOTES}”只能列出{page.FIGURES_ROOM}个引用数字，现有{len(figures)}个，说明没有写入；"
            "可用“xlbudget notes 工作簿 --text”输出文字，或把明细项目合并后再生成。"
        )
    counts = Counter(line.paragraph for line in figures)
    broken = {
        line.paragraph for line in figures if same_value(line.value, line.value) == page.CHANGED
    }
    for sheet, paragraphs in sheets.items():
        there = list(page.notes_lines(sheet, lines[sheet], formulas[sheet]))
        own = page.edited_lines(there)
        rows = list(_rows(sheet, _looked_at(paragraphs, there), _given(paragraphs, finals) | own))
        if len(rows) > page.room_of(sheet):
            raise UnusableFileError(
                f"工作表“{sheet}”只能放下{page.room_of(sheet)}段，现有{len(rows)}段；请删去不用的旧段落。"
            )
        rows = [
            line._replace(
                cited=f"{counts[line.id]}项" if line.id in counts else "",
                state=page.state_of(line, moved=line.id in broken),
            )
            for line in rows
        ]
        plan.lines.extend(rows)
        plan.kept.extend(own)
        plan.reviews.extend((line.id, line.review) for line in rows if line.review and line.follows)
        last_rows[sheet] = page.FIRST - 1 + max(len(rows), 1)
        contents = [*_paragraph_contents(sheet, rows)]
        heights[sheet] = text_heights(sheet, rows)
        if sheet == NOTES:
            pages = printed_text(line.final for line in rows).pages
            contents.append(CellContent(TEXT_PAGES, "number", Decimal(pages)))
            plan.edits.extend(_following_page(source, pages))
            contents += _figure_contents(figures)
            heights[sheet] |= _figure_heights(figures)
        plan.edits.extend(edits_of(sheet, contents, lines[sheet], formulas[sheet]))
    plan.edits.extend(remembering(source, EXPLAINED))
    plan.edits.extend(refreshed_desk(source, plan.edits))
    return plan


def _following_page(source: Workbook, pages: int) -> Iterator[CellEdit]:
    """The page of 目录 that follows the pages of 情况说明; an older workbook has none."""
    lines = source.lines_of([CONTENTS]).get(CONTENTS, [])
    for cell, formula in source.formulas_of({CONTENTS}).get(CONTENTS, {}).items():
        before, _, where = formula.partition("+")
        first = value_of(before, lines) if where.endswith(f"!{TEXT_PAGES}") else None
        if isinstance(first, int | float) and value_of(cell, lines) != first + pages:
            yield CellEdit(CONTENTS, cell, int(first) + pages, formula)


def text_pages(source: Workbook) -> int:
    """How many pages 情况说明 takes as it is published, as was counted when it was generated."""
    held = value_of(TEXT_PAGES, source.lines_of([NOTES]).get(NOTES, []))
    return int(held) if isinstance(held, int | float) and held >= 1 else 1


def _check_layout(sheet: str, lines: Mapping[str, Lines]) -> None:
    """Texts are only written where they are expected: what stands elsewhere would be lost."""
    if sheet not in lines:
        raise UnusableFileError(f"缺少工作表“{sheet}”，说明没有写入；请恢复该表。")
    line = page.FIRST - 1
    found = _texts(lines[sheet], line, len(page.HEADINGS))
    if found[5].startswith("指纹"):
        raise UnusableFileError(
            f"工作表“{sheet}”是旧版的格式（没有“备注”栏和引用数字），说明没有写入，文件没有改动；"
            "请用“xlbudget new”新建工作簿，填入数字，再把“定稿”栏改过的文字复制过去。"
        )
    if found != page.HEADINGS:
        raise UnusableFileError(
            f"工作表“{sheet}”第{line}行的栏目标题不是“{'、'.join(page.HEADINGS)}”，"
            "说明没有写入；请恢复原来的栏和标题。"
        )
    line = page.FIGURES_FIRST - 1
    heads = _texts(lines[sheet], line, len(page.FIGURE_HEADINGS))
    if sheet == NOTES and heads != page.FIGURE_HEADINGS:
        raise UnusableFileError(
            f"工作表“{sheet}”第{line}行不是引用数字的标题（可能插入或删除过行），说明没有写入；"
            "请恢复原来的行。"
        )


def _texts(lines: Lines, line: int, count: int) -> tuple[str, ...]:
    return tuple(text_of(value_at(lines, line, column)) for column in range(1, count + 1))


# ------------------------------------------------------------------ the paragraphs


def _looked_at(paragraphs: Sequence[Paragraph], lines: Iterable[NotesLine]) -> list[Paragraph]:
    """Without the remarks that a person has cleared: same text, same figures, nothing to look at."""
    seen = {
        line.id: (line.generated.strip(), line.stamp.partition(" ")[0])
        for line in lines
        if not line.review.strip()
    }
    return [
        paragraph._replace(review="")
        if seen.get(paragraph.id) == (paragraph.text, paragraph.fingerprint)
        else paragraph
        for paragraph in paragraphs
    ]


def _given(
    paragraphs: Sequence[Paragraph], finals: Mapping[str, str] | None
) -> dict[str, NotesLine]:
    """Final texts from elsewhere that are not what was generated, as if written for today's figures."""
    return {
        paragraph.id: NotesLine(
            "",
            0,
            paragraph.id,
            paragraph.kind,
            final=finals[paragraph.id],
            stamp=paragraph.fingerprint,
        )
        for paragraph in paragraphs
        if finals
        and finals.get(paragraph.id, paragraph.text).strip() not in ("", paragraph.text.strip())
    }


def _rows(
    sheet: str, paragraphs: Sequence[Paragraph], held: Mapping[str, NotesLine]
) -> Iterator[NotesLine]:
    """Every line; texts whose paragraph is gone come last and are not lost."""
    line = page.FIRST
    for paragraph in paragraphs:
        new = NotesLine(
            sheet, line, paragraph.id, paragraph.kind, paragraph.text, review=paragraph.review
        )
        kept = held.get(paragraph.id)
        if kept is None:
            yield new._replace(final=paragraph.text, stamp=paragraph.fingerprint, follows=True)
        else:
            since = kept.written_for
            yield new._replace(
                final=kept.final,
                stamp=f"{paragraph.fingerprint} {since or paragraph.fingerprint} {page.fingerprint(kept.final)}",
                older="" if since in ("", paragraph.fingerprint) else kept.final,
            )
        line += 1
    ids = {paragraph.id for paragraph in paragraphs}
    for kept in held.values():
        if kept.id not in ids:
            own = kept.id.startswith(f"{page.OWN}.")
            yield NotesLine(
                sheet,
                line,
                kept.id,
                kept.kind,
                final=kept.final,
                review=_OWN_REMARK if own else _GONE,
                stamp=f"- {kept.written_for or '-'} {page.fingerprint(kept.final)}",
                older="" if own else kept.final,
            )
            line += 1


def _paragraph_contents(sheet: str, rows: Sequence[NotesLine]) -> Iterator[CellContent]:
    """All cells of the room: the lines below the last paragraph are empty."""
    for row in rows:
        yield from line_contents(row)
    for line in range(page.FIRST + len(rows), page.last_line(sheet) + 1):
        yield from line_contents(NotesLine(sheet, line, follows=True))


def line_contents(one: NotesLine) -> Iterator[CellContent]:
    """All cells of a paragraph's line (which may be empty)."""
    formulas = {
        page.FINAL: page.final_formula(one.line) if one.follows else "",
        page.STATE: page.state_formula(one.sheet, one.line),
        page.CITED: page.count_formula(one.sheet, one.line),
    }
    for letter, value in zip(page.COLUMNS, one[2:-1], strict=True):
        yield _content(f"{letter}{one.line}", str(value), formulas.get(letter, ""))


def _content(cell: str, value: CellValue, formula: str = "") -> CellContent:
    return CellContent(cell, "formula" if formula else "text", value, formula)


def text_heights(sheet: str, rows: Iterable[NotesLine]) -> dict[int, float]:
    """Row -> height of a whole sheet: the longer text whole; usual where none stands."""
    found = dict.fromkeys(range(page.FIRST, page.last_line(sheet) + 1), _EMPTY_HEIGHT)
    for line in rows:
        texts = (line.generated, "" if line.follows else line.final)
        text = styles.height_of([(text, _TEXT_WIDTH / _LARGE) for text in texts], line=17.5)
        found[line.line] = max(text, styles.height_of([(line.review, _WIDTHS[5])]))
    return found


# ------------------------------------------------------------------ the list of figures


def basis_sheets(paragraphs: Iterable[Paragraph]) -> set[str]:
    """The sheets on which the figures of some paragraphs rest."""
    figures = (figure for paragraph in paragraphs for figure in paragraph.figures)
    return {cell.place.sheet for figure in figures for cell in figure.cells if cell.place.sheet}


def listed_figures(paragraphs: Iterable[Paragraph], lines: Mapping[str, Lines]) -> list[FigureLine]:
    """A line for every figure of every paragraph and cell that it rests on.

    ``lines`` are the values of the sheets; what stands in no cell of them has no line.
    """
    found: dict[tuple[str, str, Place], FigureLine] = {}
    for paragraph in paragraphs:
        for figure in _told(paragraph.figures):
            for cell in figure.cells:
                place = _place(cell, lines.get(cell.place.sheet, []))
                if place is None:
                    continue
                value = cell_at(lines[place.sheet], place.cell)
                key = paragraph.id, figure.name, place
                new = FigureLine(
                    paragraph.id, _shown(figure, cell), _meaning(figure, cell), place, value
                )
                if key not in found or found[key].shown == _UNPRINTED:
                    found[key] = new
    return list(found.values())


def _told(figures: Iterable[Figure]) -> Iterator[Figure]:
    """The figures, without the words for a change (增加, 下降) whose amount is among them."""
    every = [(figure, figure.name.rpartition(".")[0]) for figure in figures]
    amounts = {stem for figure, stem in every if figure.how == "change" and figure.kind != "text"}
    for figure, stem in every:
        if figure.kind != "text" or figure.how != "change" or stem not in amounts:
            yield figure


def _shown(figure: Figure, cell: CellRef) -> str:
    """What the text prints: of a list of names, the one that stands on the cell's row."""
    if figure.kind == "list":
        name = cell.label.partition("·")[0]
        return name if name and name in figure.text else figure.text
    return figure.text or _UNPRINTED


def _meaning(figure: Figure, cell: CellRef) -> str:
    """What a figure is, and which part of it stands in the cell where it rests on several."""
    if figure.how == "change":
        title = f"{figure.title}{_CHANGES.get(figure.kind, '')}"
    elif figure.how == "info" or (figure.kind == "note" and cell.label):
        return cell.label if figure.kind != "year" else figure.title
    elif figure.kind == "list" or (figure.kind == "text" and not cell.column):
        return f"{figure.title}的名称" if not cell.column else figure.title
    else:
        title = figure.title
    several = len(figure.cells) > 1 and cell.label
    return f"{title}：{cell.label}" if several else title


def _place(cell: CellRef, lines: Lines) -> Place | None:
    """The cell, looked for where only its line or its name is known."""
    if not lines:
        return None
    if cell.place.cell:
        return cell.place
    found = _named(cell, lines) if cell.line else _listed(cell, lines)
    return Place(cell.place.sheet, found) if found else None


def _named(cell: CellRef, lines: Lines) -> str:
    """The cell of a line that holds the name of its row."""
    wanted = row_label(cell.label)
    for column, value in enumerate(lines[cell.line - 1] if cell.line <= len(lines) else ()):
        if wanted and isinstance(value, str) and value and row_label(value) == wanted:
            return f"{column_letter(column)}{cell.line}"
    return ""


def _listed(cell: CellRef, lines: Lines) -> str:
    """The cell of a text of a list of 基础信息: below the list's title, beside its name."""
    title, inside = caption(cell.column), False
    for number, line in enumerate(lines, 1):
        name = text_of(line[0]) if line else ""
        text = text_of(line[1]) if len(line) > 1 else ""
        if caption(name) == title and not text:
            inside = True
        elif inside and name == cell.row and text:
            return f"B{number}"
    return ""


def _figure_contents(figures: Sequence[FigureLine]) -> Iterator[CellContent]:
    """All cells of the list of figures: the lines below the last one are empty."""
    for position in range(page.FIGURES_ROOM):
        line = page.FIGURES_FIRST + position
        values: tuple[CellValue, ...] = ("",) * len(page.FIGURE_COLUMNS)
        formulas = {page.CHANGE: page.change_formula(line)}
        if position < len(figures):
            paragraph, shown, meaning, place, value, _ = figures[position]
            spot, change = f"{place.sheet}!{place.cell}", same_value(value, value)
            values = (paragraph, shown, meaning, spot, value, value, change)
            formulas[page.PLACE] = page.link_formula(place)
            formulas[page.NOW] = page.present_formula(place)
        for letter, value in zip(page.FIGURE_COLUMNS, values, strict=True):
            yield _content(f"{letter}{line}", value, formulas.get(letter, ""))


def _figure_heights(figures: Sequence[FigureLine]) -> dict[int, float]:
    """Row -> height for the list of figures."""
    every = range(page.FIGURES_FIRST, page.FIGURES_LAST + 1)
    found = dict.fromkeys(every, _EMPTY_HEIGHT)
    widths = [_WIDTHS[column] for column in (0, 1, 2, 4, 5)]
    for number, one in enumerate(figures, page.FIGURES_FIRST):
        texts = (one.paragraph, one.shown, one.meaning, str(one.value), str(one.value))
        found[number] = styles.height_of(zip(texts, widths, strict=True), least=19)
    return found


# ------------------------------------------------------------------ after figures changed


def refreshed_notes(source: Workbook, edits: Iterable[CellEdit] = ()) -> list[CellEdit]:
    """The edits that let the list of figures and the states say what they come to.

    ``edits`` are those about to be written to ``source``; no text is generated. Lines and
    paragraphs whose formulas are not there (an older workbook's) are left alone.

    Raises:
        UnusableFileError: ``source`` is unreadable.
    """
    lines = source.lines_of([NOTES, GLOSSARY])
    if NOTES not in lines:
        return []
    formulas = source.formulas_of(set(lines))
    coming = {(edit.sheet, edit.cell): edit.value for edit in edits}
    figures = [
        line
        for line in page.figure_lines(lines[NOTES], formulas[NOTES])
        if page.shown_place(formulas[NOTES].get(f"{page.NOW}{line.line}", ""))
    ]
    there = lines | source.lines_of(sorted({line.place.sheet for line in figures} - set(lines)))
    moved: set[str] = set()
    found = [*_present_values(figures, there, formulas[NOTES], coming, moved)]
    for sheet, held in lines.items():
        for one in page.notes_lines(sheet, held):
            cell = f"{page.STATE}{one.line}"
            told = formulas[sheet].get(cell, "")
            state = page.state_of(one, moved=one.id in moved)
            if one.state.strip() != state and same_formula(
                told, page.state_formula(sheet, one.line)
            ):
                found.append(CellEdit(sheet, cell, state, told))
    return found


def _present_values(
    figures: Iterable[FigureLine],
    lines: Mapping[str, Lines],
    formulas: Mapping[str, str],
    coming: Mapping[tuple[str, str], object],
    moved: set[str],
) -> Iterator[CellEdit]:
    """The present values and whether they changed; ``moved`` gets the paragraphs of those that did."""
    for line in figures:
        sheet, cell = line.place
        if sheet not in lines:
            continue
        now = cell_at(lines[sheet], cell)
        if (sheet, cell) in coming:
            now = page.cell_value(coming[sheet, cell])
        change = same_value(line.value, now)
        if change == page.CHANGED:
            moved.add(line.paragraph)
        spot = f"{page.NOW}{line.line}"
        if cell_at(lines[NOTES], spot) != now:
            yield CellEdit(NOTES, spot, now, formulas[spot])
        spot = f"{page.CHANGE}{line.line}"
        told = formulas.get(spot, "")
        if cell_at(lines[NOTES], spot) != change and same_formula(
            told, page.change_formula(line.line)
        ):
            yield CellEdit(NOTES, spot, change, told)


# ------------------------------------------------------------------ the sheets before the first text

_LABEL = replace(styles.TEXT, align="center", indent=None, locked=None)
_GENERATED = replace(styles.TEXT, font_name="仿宋", font_size=12, indent=None, locked=None)
_FINAL = replace(_GENERATED, locked=False)
_REMARK = replace(styles.TEXT, indent=None, locked=None)
_HELD = replace(styles.TEXT, align=None, indent=None, locked=None)
_JUMP = replace(_LABEL, font_color="#000080", underline=1)
_POINTER = replace(_REMARK, font_color="#000080", underline=1)

# Conditional formats set only what they change.
_PLAIN = styles.Style(font_name=None, font_size=None, valign=None)
_SECTION = replace(_PLAIN, bold=True, bg_color=styles.BAND_GREY)
_LOCKED = replace(_PLAIN, bg_color="#F7F7F7")
_WARNING = replace(_PLAIN, bold=True, underline=1, bg_color=styles.WRONG)
_ASKING = replace(_PLAIN, bold=True, italic=True, bg_color="#FFF2CC")
_MONEY = replace(_PLAIN, num_format="#,##0.00####")


def write_notes(sheet: Sheet, title: str) -> None:
    """情况说明 or 名词解释 without a text; 情况说明 has the list of the figures of both below."""
    sheet.list_head(title, page.HEADINGS[:_SHOWN], _WIDTHS[:_SHOWN])
    sheet.headings(3, page.HEADINGS[_SHOWN:], 22, _SHOWN)
    for column in range(_SHOWN, len(page.HEADINGS)):
        sheet.hide(column)
    sheet.link("B1", NOTES, "引用数字", styles.LINK, to=f"A{page.FIGURES_FIRST - 2}")
    hint = f"改写请在“定稿”栏。状态“{page.STALE}”：所引数字已变，请重新生成说明；“{page.REVIEWED}”：请按备注核对，无误就清空备注。"
    sheet.text("C1", hint, styles.HINT)
    last = page.last_line(title)
    for line in range(page.FIRST, last + 1):
        sheet.blanks("AB", line, _LABEL)
        sheet.blank(f"C{line}", _GENERATED)
        sheet.formula(f"D{line}", page.final_formula(line), "", _FINAL)
        sheet.formula(f"E{line}", page.state_formula(title, line), "", _LABEL)
        sheet.blank(f"F{line}", replace(_REMARK, locked=False))
        sheet.formula(f"G{line}", page.count_formula(title, line), "", _JUMP)
        # Hidden: what wraps there would make rows high.
        sheet.blanks("HI", line, replace(_REMARK, text_wrap=None))
    area = f"A{page.FIRST}:G{last}"
    sheet.conditional(f"E{page.FIRST}:E{last}", f'$E{page.FIRST}="{page.STALE}"', _WARNING)
    sheet.conditional(f"E{page.FIRST}:E{last}", f'$E{page.FIRST}="{page.REVIEWED}"', _ASKING)
    sheet.conditional(area, f'$B{page.FIRST}="标题"', _SECTION)
    sheet.conditional(f"C{page.FIRST}:C{last}", f'$C{page.FIRST}<>""', _LOCKED)
    sheet.conditional(area, f'$A{page.FIRST}&$C{page.FIRST}&$D{page.FIRST}<>""', styles.BORDERED)
    if title == NOTES:
        sheet.number(TEXT_PAGES, Decimal(1), _HELD)
        _write_figures(sheet)
        last = page.FIGURES_LAST
    sheet.quiet(f"A{page.FIRST}:I{last}")
    sheet.print_page(f"A2:G{page.FIRST}", landscape=True, repeat=(3, 3))
    sheet.protect()


def _write_figures(sheet: Sheet) -> None:
    """Room for the list of figures: it is for looking things up and is not printed."""
    first, last = page.FIGURES_FIRST, page.FIGURES_LAST
    text = (
        "引用数字：两张表的文字出自哪些单元格。“现值”与“生成时”不同，"
        f"即为“{page.CHANGED}”，引用它的段落即为“{page.STALE}”。"
    )
    sheet.band(first - 2, text, "ABCDEFG", 24)
    sheet.headings(first - 1, page.FIGURE_HEADINGS, 22)
    looks = (_LABEL, replace(_REMARK, align="right"), _REMARK, _POINTER, _HELD, _HELD)
    for line in range(first, last + 1):
        for letter, look in zip("ABCDEF", looks, strict=True):
            sheet.blank(f"{letter}{line}", look)
    sheet.shared("G", range(first, last + 1), page.change_formula(first), _LABEL)
    sheet.conditional(f"F{first}:G{last}", f'$G{first}="{page.CHANGED}"', _WARNING)
    fraction = f"AND(ISNUMBER(E{first}),E{first}<>INT(E{first}))"
    sheet.conditional(f"E{first}:F{last}", fraction, _MONEY)
    sheet.conditional(f"A{first}:G{last}", f'$A{first}<>""', styles.BORDERED)
