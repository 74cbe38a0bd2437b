"""The report as plain text, and what text and html say alike: the verdict, places, suggestions, counts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from xlbudget.findings import Level, Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from xlbudget.findings import Finding, Report, Suggestion
    from xlbudget.standard.model import Standard

WHOLE_BOOK = "全册"
"""The heading of findings that belong to no table."""

_SHOWN = 20
_BREAKS = r"[\t\n\v\f\r\x1c-\x1e\x85\u2028\u2029]+"
_UNSHOWABLE = "[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
_AMOUNT = re.compile(r"([+-]?)(\d+)(\.\d+)", re.ASCII)
_ELSEWHERE = ("也可能是", "可能是")
"""How the reason of a suggestion begins that would mend another cell than the finding's own."""


def clean(text: str) -> str:
    """Text from a workbook on one line, harmless to a terminal: no control characters."""
    if text.isprintable():
        return text
    return re.sub(_UNSHOWABLE, "\N{REPLACEMENT CHARACTER}", re.sub(_BREAKS, " ", text))


def amount(text: str, *, signed: bool = False) -> str:
    """A printed amount with separators (``5,249.44``); anything else, codes too, as it is."""
    match = _AMOUNT.fullmatch(text)
    if match is None:
        return clean(text)
    sign, whole, places = match.groups()
    if signed and not sign and (whole + places).strip("0."):
        sign = "+"
    return f"{sign}{int(whole):,}{places}"


def is_amount(text: str) -> bool:
    """Whether a text that :func:`amount` gave is a number (or a code), to be set as one."""
    return bool(text) and not text.strip("+-0123456789,.")


def standard_name(report: Report, standard: Standard | None) -> str:
    """``某市标准 id``, or ``标准 id`` where the standard is not at hand."""
    if not report.standard:
        return ""
    return f"{standard.region if standard else ''}标准 {clean(report.standard)}"


def about(report: Report, standard: Standard | None) -> str:
    """Unit, standard and year, whichever are known: ``某市某局，某市标准 sample，2024年度``."""
    year = f"{report.year}年度" if report.year else ""
    parts = (clean(report.unit_name), standard_name(report, standard), year)
    return "，".join(part for part in parts if part)


def slack_text(report: Report, standard: Standard | None) -> str:
    """The slack with its unit, ``0.0033 万元``; empty where no width reconciles."""
    unit = standard.unit.name if standard else ""
    return f"{clean(report.slack)} {unit}".strip() if report.slack else ""


def verdict(report: Report, standard: Standard | None) -> list[str]:
    """The grade as sentences, the first with its word: what holds, what to do, what is not said."""
    if report.unusable:
        return [f"{report.status.chinese}：{clean(report.unusable)}"]
    exact = bool(report.slack) and not report.slack.strip("0.")
    said = [*_reading(report), _grade(report, exact=exact)]
    slack = slack_text(report, standard)
    if slack and not exact and report.status is not Status.UNKNOWN:
        so = "即可" if report.status is Status.PASS else "才能"
        said.append(f"最大尾差半宽 {slack}：各数上下放宽这么多，全部勾稽关系{so}同时成立。")
    elif not slack and report.status is Status.ERROR:
        said.append("金额无论放宽多少，勾稽关系都不能同时成立。")
    if missing := not_executed_count(report):
        said.append(f"有 {missing} 条规则未执行或未全部执行，以上结论不包括这一部分。")
    return said


def _reading(report: Report) -> list[str]:
    """What of a document was not read, and how many numbers of its tables were."""
    said = [
        f"没有读出：{clean(one.place)}，{clean(one.reason)}。" for one in report.not_read[:_SHOWN]
    ]
    if len(report.not_read) > _SHOWN:
        said.append(f"没有读出的共 {len(report.not_read)} 处。")
    if report.coverage is not None:
        printed, read = report.coverage
        said.append(f"各表印有 {printed:,} 个数，读出 {read:,} 个。")
    return said


def _grade(report: Report, *, exact: bool) -> str:
    errors = report.number_of(Level.ERROR)
    rest = ((level, report.number_of(level)) for level in (Level.WARNING, Level.HINT))
    others = "、".join(f"{level.chinese} {count} 处" for level, count in rest if count)
    match report.status:
        case Status.ERROR:
            if not errors:
                return "差错：勾稽关系不能同时成立，但没有定位到具体的单元格；请逐表核对合计。"
            return f"差错：发现差错 {errors} 处，须改正" + (f"；另有{others}。" if others else "。")
        case Status.UNKNOWN if report.not_read:
            said = "无法判断：没有读出的太多；已经读出的数没有发现差错，其余请对照原件，或换用能读出的文件再校验。"
        case Status.UNKNOWN:
            said = "无法判断：还没有填完；已经填列的数没有发现差错，其余请填好以后再校验。"
        case Status.ROUNDING:
            said = "尾差：有尾差超出四舍五入所能解释的范围，可能有合计是用四舍五入后的数字相加的；请核对，不算差错。"
        case Status.PASS if report.executed is not None and not executed_counts(report)[0]:
            said = "通过：没有发现差错，但也没有可以执行的规则，不能据此认为工作簿无误。"
        case Status.PASS if exact:
            said = "通过：全部勾稽关系同时成立，没有尾差。"
        case _:
            said = "通过：存在一组未取整金额，使全部勾稽关系同时成立；各处尾差均属四舍五入。"
    return said + (f"另有{others}，请酌情处理。" if others else "")


def level_counts(findings: Iterable[Finding]) -> str:
    """The levels that occur among ``findings``: ``差错 1 处，提示 2 处``."""
    levels = [finding.level for finding in findings]
    shown = (f"{level.chinese} {levels.count(level)} 处" for level in Level if level in levels)
    return "，".join(shown)


def executed_counts(report: Report) -> tuple[int, int]:
    """How many rules ran, and on how many relations."""
    ran = [count for _, count in report.executed or () if count]
    return len(ran), sum(ran)


def not_executed_count(report: Report) -> int:
    """How many rules did not run, or not on everything."""
    return len({skipped.code for skipped in report.not_executed})


def counts(report: Report) -> str:
    """The counting line."""
    if report.unusable:
        return "没有校验。"
    levels = "，".join(f"{level.chinese} {report.number_of(level)} 处" for level in Level)
    missing = not_executed_count(report)
    if report.executed is None:
        return f"{levels}；未执行 {missing} 条规则。"
    rules, relations = executed_counts(report)
    return f"{levels}；执行 {rules} 条规则（{relations:,} 个关系），未执行 {missing} 条。"


def many_counts(reports: Sequence[Report]) -> str:
    """How several workbooks fared together."""
    grades = [report.status for report in reports]
    shown = "，".join(f"{status.chinese} {grades.count(status)} 个" for status in Status)
    return f"共校验 {len(reports):,} 个工作簿：{shown}。"


def grouped(findings: Iterable[Finding]) -> list[tuple[str, list[Finding]]]:
    """Findings by table in order of first appearance; in each errors first, then as found."""
    groups: dict[str, list[Finding]] = {}
    for finding in findings:
        groups.setdefault(finding.table, []).append(finding)
    levels = list(Level)
    return [
        (clean(table) or WHOLE_BOOK, sorted(group, key=lambda finding: levels.index(finding.level)))
        for table, group in groups.items()
    ]


def place(finding: Finding) -> str:
    """Sheet and cell; without the sheet where the message begins with it."""
    sheet = finding.sheet or finding.table
    if any(name and finding.message.startswith(name) for name in (finding.sheet, finding.table)):
        sheet = ""
    return clean(f"{sheet} {finding.cell}".strip())


def _likelihood(share: float) -> str:
    """A share as its reader weighs it; never a certainty, never nothing."""
    percent = round(share * 100)
    if share <= 0:
        return ""
    if share >= 1:
        return "唯一候选"
    if percent < 1:
        return "可能性不到 1%"
    return "可能性 99% 以上" if percent > 99 else f"可能性 {percent}%"  # noqa: PLR2004


def suggestion_text(suggestion: Suggestion) -> str:
    """``改为 29.48（相邻数字颠倒，可能性 97%）``; for another cell what its reason says."""
    reason, likely = clean(suggestion.reason), _likelihood(suggestion.share)
    if reason.startswith(_ELSEWHERE):
        return f"{reason}，{likely}" if likely else reason
    why = "，".join(part for part in (reason, likely) if part)
    return f"改为 {amount(suggestion.value)}" + (f"（{why}）" if why else "")


_INDENT = "    "


def report_text(report: Report, standard: Standard | None = None) -> str:
    """One workbook: the verdict, the findings by table, what did not run, the counts."""
    return "\n".join(_lines(report, standard)) + "\n"


def reports_text(reports: Sequence[Report], standards: Mapping[str, Standard] | None = None) -> str:
    """Several workbooks one after another; the last line says how they fared together."""
    known = standards or {}
    texts = [report_text(report, known.get(report.standard)) for report in reports]
    if len(texts) != 1:
        texts.append(many_counts(reports) + "\n")
    return "\n".join(texts)


def _lines(report: Report, standard: Standard | None) -> Iterator[str]:
    what = about(report, standard)
    yield clean(report.workbook) + (f"（{what}）" if what else "") + f"：{report.status.chinese}"
    yield from verdict(report, standard)
    for table, findings in grouped(report.findings):
        yield ""
        yield f"【{table}】{level_counts(findings)}"
        for finding in findings:
            yield from _finding_lines(finding)
    if report.not_executed:
        yield ""
        yield "【未执行】既不算通过，也不算差错"
        for skipped in report.not_executed:
            yield f"［未执行］{clean(skipped.code)}：{clean(skipped.reason)}"
    yield ""
    yield counts(report)


def _finding_lines(finding: Finding) -> Iterator[str]:
    head = " ".join(part for part in (clean(finding.code), place(finding)) if part)
    yield f"［{finding.level.chinese}］{head}：{clean(finding.message)}"
    for sentence in finding.basis:
        yield f"{_INDENT}依据：{clean(sentence)}"
    for suggestion in finding.suggestions:
        yield f"{_INDENT}建议：{suggestion_text(suggestion)}"
    for sentence in finding.follows:
        yield f"{_INDENT}连带：{clean(sentence)}"
