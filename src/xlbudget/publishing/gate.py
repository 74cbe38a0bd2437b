"""The gate of a package: what is still missing before a set may go out, item by item.

Errors, required particulars, paragraphs that a person must still look at, and people's data stop
it. The same items are the page of what is missing (清样单).
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.checks.personal import CHECKED
from xlbudget.checks.wording import BETWEEN_REASONS, nameless_reason
from xlbudget.editing.notes import plan_notes
from xlbudget.errors import UnusableFileError, XlbudgetError, reason_of
from xlbudget.explaining.explain import explain, glossary
from xlbudget.findings import Level, Status
from xlbudget.sheets.layout import GLOSSARY, NOTES
from xlbudget.sheets.notes import REVIEWED, STALE, NotesLine, notes_lines
from xlbudget.templates import rendered
from xlbudget.xlsx.atomic import replace_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from xlbudget.editing.notes import NotesPlan
    from xlbudget.figures import Book
    from xlbudget.findings import Finding, Report
    from xlbudget.standard.model import Standard
    from xlbudget.xlsx.workbook import Workbook


_ERROR, _UNFILLED, _REQUIRED, _GAP = "差错", "未填列", "必填", "待填"
_REVIEW, _PERSONAL, _OTHER = "待核对", "个人信息", "提醒"
_KINDS = (_ERROR, _UNFILLED, _REQUIRED, _GAP, _REVIEW, _PERSONAL, _OTHER)
"""Kinds of items, in the order in which they are to be dealt with; only _OTHER stops nothing."""
_COUNTED = {
    _ERROR: "差错 {} 处",
    _UNFILLED: "表格未填列 {} 处",
    _REQUIRED: "必填项未填 {} 处",
    _GAP: "待填 {} 段",
    _REVIEW: "待核对 {} 段",
    _PERSONAL: "个人信息或密级标志 {} 处",
}
_UNFINISHED = (_UNFILLED, _REQUIRED, _GAP, _REVIEW)
"""What makes a set a draft, besides errors."""
_REQUIRED_CHECK, _NAME_CHECK = "required_info", "code_name"
_FILLED_CHECKS = ("tables_filled", "subtotals_filled")
_NOWHERE = "勾稽关系不能同时成立，但没有定位到具体的单元格。"
_TO_FILL = "【待填"
_NAMED = 8
"""So many paragraphs are named in a sentence."""
_LIST = "－清样单.html"


class Item(NamedTuple):
    """Something to deal with: where it stands, what it is, and what to do."""

    kind: str
    sheet: str
    cell: str
    what: str
    todo: str

    @property
    def line(self) -> str:
        """The item on one line."""
        where = f"{self.sheet} {self.cell}".strip()
        return f"［{self.kind}］{where}：{self.what}{self.todo}"


class Gate(NamedTuple):
    """All items of a workbook."""

    items: tuple[Item, ...]

    def count(self, *kinds: str) -> int:
        """How many items are of these kinds."""
        return sum(item.kind in kinds for item in self.items)

    def of(self, kinds: Iterable[str]) -> str:
        """``待核对 3 段、差错 1 处``: those of ``kinds`` that there are."""
        return "、".join(
            _COUNTED[kind].format(self.count(kind)) for kind in kinds if self.count(kind)
        )

    def stopping(self, *, errors: bool, draft: bool, personal: bool) -> list[str]:
        """The kinds that stop a package; a ``draft`` may go out errors and all."""
        passing = {_ERROR: errors or draft, _PERSONAL: personal}
        return [kind for kind in _COUNTED if self.count(kind) and not passing.get(kind, draft)]

    @property
    def marks(self) -> str:
        """What stands behind the title of the set."""
        return marks_of(
            self.count(*_UNFINISHED) > 0, self.count(_ERROR) > 0, self.count(_PERSONAL) > 0
        )

    def said(self, report: str) -> tuple[str, ...]:
        """What every reader of the set must know; ``report`` is the file with the errors."""
        said = []
        if self.count(*_UNFINISHED):
            said.append(f"草稿：尚有{self.of(_UNFINISHED)}，不是定稿，请勿公开。")
        if self.count(_ERROR):
            said.append(f"本套文件含未改正的差错 {self.count(_ERROR)} 处，详见“{report}”。")
        if self.count(_PERSONAL):
            said.append(f"本套文件含{self.of((_PERSONAL,))}，打包时已确认可以带着发出。")
        return tuple(said)


def marks_of(draft: bool, errors: bool, personal: bool) -> str:
    """What stands behind the title of a set that is not as it should be: ``（草稿，含个人信息）``."""
    told = (("草稿", draft), ("含未改正差错", errors), ("含个人信息", personal))
    words = "，".join(word for word, so in told if so)
    return f"（{words}）" if words else ""


class NotReadyError(XlbudgetError):
    """The gate stopped the package; ``items`` say what is missing, ``page`` is the written list."""

    def __init__(self, gate: Gate, kinds: Sequence[str], page: Path | None) -> None:
        self.items = tuple(item for item in gate.items if item.kind in kinds)
        self.page = page
        where = f"逐项见清样单“{page}”" if page else "清样单没有写出来，请检查文件夹的写入权限"
        ways = []
        if set(kinds) - {_PERSONAL}:
            ways.append("先作为草稿发出加 --draft")
        if _ERROR in kinds:
            ways.append("只带着差错发出加 --with-errors")
        if _PERSONAL in kinds:
            ways.append("确认可以公开的个人信息加 --allow-personal")
        super().__init__(f"还有{gate.of(kinds)}，没有打包；{where}。{'，'.join(ways)}。")


def examine(
    standard: Standard, report: Report, state: NotesState, personal: Iterable[Finding] = ()
) -> Gate:
    """What the report and the explanation still lack; ``personal`` are findings in other sheets."""
    checks = {rule.code: rule.check for rule in standard.rules}
    judged = [(_kind(checks.get(one.code, ""), one, report), one) for one in report.findings]
    items = [_of_finding(kind, one) for kind, one in judged if kind not in ("", _OTHER)]
    if report.status is Status.ERROR and not any(item.kind == _ERROR for item in items):
        items.append(Item(_ERROR, "", "", _NOWHERE, "请逐表核对合计。"))
    if report.status is Status.UNKNOWN and not any(item.kind == _UNFILLED for item in items):
        items.append(Item(_UNFILLED, "", "", "还没有填完，无法判断。", "请按校验提醒填好。"))
    items += [_of_finding(_PERSONAL, finding) for finding in personal]
    places = {(item.sheet, item.cell) for item in items if item.kind == _ERROR}
    named = {one.row for one in report.findings if checks.get(one.code) == _NAME_CHECK}
    items += _of_notes(state, places, {nameless_reason(code) for code in named})
    items += [_of_finding(kind, one) for kind, one in judged if kind == _OTHER]
    items.sort(key=lambda item: _KINDS.index(item.kind))
    return Gate(tuple(dict.fromkeys(items)))


def _kind(check: str, one: Finding, report: Report) -> str:
    """The kind of item that a finding is; empty where it is none."""
    if one.level is Level.ERROR:
        return _ERROR
    if check == _REQUIRED_CHECK:
        return _REQUIRED
    if check in _FILLED_CHECKS and report.status is Status.UNKNOWN:
        return _UNFILLED
    if check in CHECKED:
        return _PERSONAL
    return _OTHER if one.level is Level.WARNING else ""


def _of_finding(kind: str, one: Finding) -> Item:
    """A finding's message says what to do, except where a field is just empty."""
    todo = "请填写。" if kind == _REQUIRED and "请" not in one.message else ""
    if kind == _ERROR and one.suggestions and one.suggestions[0].value not in one.message:
        first = one.suggestions[0]
        where = f"{first.sheet}{first.cell}" if first.cell else ""
        todo = f"建议{where}改为“{first.value}”。"
    return Item(kind, one.sheet or one.table, one.cell, one.message, todo)


def _of_notes(state: NotesState, places: set[tuple[str, str]], told: set[str]) -> Iterator[Item]:
    """What is to be done with paragraphs; errors at ``places`` and reasons that were ``told`` are not repeated."""
    seen = places.union(line.place for line in state.reviews)
    gaps = [line for line in state.gaps if line.place not in seen]
    review = "请照此补填后重新生成说明，或直接改写定稿；核对无误、不用改的，清空这一行的“备注”。"
    stale = "所引数字已变，文字已过期。", "请重新生成说明，改过的定稿请核对。"
    for kind, lines, what, todo in (
        (_GAP, gaps, "还有【待填】。", "请补填定稿。"),
        (_REVIEW, state.reviews, "", review),
        (_OTHER, state.stale, *stale),
        (_OTHER, state.absent, "按现有数字应有这一段。", "请重新生成说明。"),
    ):
        for line in lines:
            reasons = line.review.rstrip("。").split(BETWEEN_REASONS)
            left = [reason for reason in reasons if reason not in told]
            if not left and not what:
                continue
            said = what or f"{BETWEEN_REASONS.join(left) or '没有写明原因'}。"
            cell = line.place.cell if line.line else ""
            yield Item(kind, line.sheet, cell, f"{line.id} {said}", todo)


def pass_or_stop(gate: Gate, kinds: Sequence[str], folder: Path, title: str) -> None:
    """Nothing where no ``kinds`` stop the set; else the page of what is missing, and the refusal.

    Raises:
        NotReadyError: it may not.
    """
    if kinds:
        page: Path | None = None
        with suppress(UnusableFileError):  # the refusal says that there is no page
            page = write_list(gate, folder, title, "没有打包。")
        raise NotReadyError(gate, kinds, page)


# ------------------------------------------------------------------ the explanation


class NotesState(NamedTuple):
    """Paragraphs by what is wrong with them; those that are on no sheet have no line.

    ``stale``: the final text is older than its figures; ``absent``: the figures ask for a paragraph
    that is not there; ``reviews``: marked to be looked at; ``gaps``: something is still to be
    filled in. ``plan`` writes both texts where the workbook has none at all.
    """

    stale: tuple[NotesLine, ...]
    absent: tuple[NotesLine, ...]
    reviews: tuple[NotesLine, ...]
    gaps: tuple[NotesLine, ...]
    plan: NotesPlan | None


def notes_state(source: Workbook, standard: Standard, book: Book) -> NotesState:
    """Compare the final texts of a workbook with what its figures say now.

    Raises:
        UnusableFileError: a sheet is missing or of an older layout.
    """
    documents = explain(standard, book), glossary(standard, book)
    plan = plan_notes(source, *documents)
    lines = source.lines_of([NOTES, GLOSSARY])
    there = [line for sheet in lines for line in notes_lines(sheet, lines[sheet])]
    written = [line for line in there if line.generated or line.final]
    held = written or plan.lines
    due = {
        paragraph.id: (sheet, paragraph.text)
        for sheet, part in zip(lines, documents, strict=True)
        for paragraph in part.paragraphs
    }
    older = {line.id for line in plan.lines if line.state == STALE}
    stale = [
        line
        for line in held
        if line.id in older
        or (line.final == line.generated and due.get(line.id, ("", None))[1] != line.final)
    ]
    known = {line.id for line in held}
    absent = [NotesLine(sheet, 0, name) for name, (sheet, _) in due.items() if name not in known]
    return NotesState(
        tuple(stale),
        tuple(absent),
        tuple(line for line in held if line.state == REVIEWED and line not in stale),
        tuple(line for line in held if _TO_FILL in line.final),
        None if written else plan,
    )


def notes_warnings(state: NotesState) -> list[str]:
    """What to look at, in sentences."""
    stale = "情况说明已过期 {} 段（数字变了，定稿没有变）：{}；请重新生成说明，改过的定稿请核对。"
    absent = "按现有数字，情况说明缺 {} 段：{}；请重新生成说明。"
    return [
        sentence.format(
            len(lines),
            "、".join(line.id for line in lines[:_NAMED]) + "等" * (len(lines) > _NAMED),
        )
        for lines, sentence in ((state.stale, stale), (state.absent, absent))
        if lines
    ]


# ------------------------------------------------------------------ the page


def list_path(folder: Path) -> Path:
    """Where the page stands: beside the folder of the set, not in it, for it is not for others."""
    # "." and ".." have no name of their own; any other folder keeps the way it was given.
    whole = folder if folder.name not in ("", "..") else folder.resolve()
    return whole.with_name(f"{whole.name}{_LIST}") if whole.name else whole / _LIST[1:]


def write_list(gate: Gate, folder: Path, title: str, said: str) -> Path:
    """Write the page of what is missing, also where nothing is: an older one would not be true.

    Raises:
        UnusableFileError: it cannot be written.
    """
    page, text = list_path(folder), list_page(gate, title, said)
    try:
        page.parent.mkdir(parents=True, exist_ok=True)
        if not page.is_file() or page.read_text("utf-8", "replace") != text:
            replace_text(page, text, backup=False)
    except OSError as error:
        raise UnusableFileError(
            f"清样单“{page}”写不出来（{reason_of(error)}）；请检查权限和磁盘空间，或用 -o 换一个文件夹。"
        ) from error
    return page


def list_page(gate: Gate, title: str, said: str) -> str:
    """The page itself."""
    groups = [(kind, [one for one in gate.items if one.kind == kind]) for kind in _KINDS]
    values = {
        "title": title,
        "said": said,
        "must": gate.of(_COUNTED),
        "groups": [(kind, items) for kind, items in groups if items],
    }
    return rendered(Path(__file__).parent / "templates", "missing.html.j2", values)
