"""What people and programs read after ``validate``; UPDATE_GOLDEN=1 rewrites the golden files."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

from xlbudget.findings import Finding, Level, NotExecuted, NumbersRead, Report, Status, Suggestion
from xlbudget.report import FORMATS, render
from xlbudget.report.html_report import report_html
from xlbudget.report.json_report import report_dict, report_of, reports_json
from xlbudget.report.text_report import amount, place, report_text, suggestion_text
from xlbudget.standard.model import Standard

GOLDEN = Path(__file__).parent / "golden"
SUFFIXES = {"text": "txt", "json": "json", "html": "html"}
SEVERAL = ("pass", "exact", "rounding", "error")
CASES = {**{name: (name,) for name in SEVERAL}, "several": SEVERAL}

Samples = dict[str, Report]
Standards = dict[str, Standard]


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("case", CASES)
def test_reports_read_as_agreed(
    case: str, form: str, samples: Samples, standards: Standards
) -> None:
    path = GOLDEN / f"{case}.{SUFFIXES[form]}"
    text = render([samples[name] for name in CASES[case]], form, standards)
    if os.environ.get("UPDATE_GOLDEN"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    assert text == path.read_text(encoding="utf-8")


def test_json_has_the_keys_of_the_contract_in_their_order(samples: Samples) -> None:
    told = json.loads(reports_json([samples["error"]]))
    assert list(told) == [
        "version",
        "path",
        "workbook",
        "standard",
        "status",
        "slack",
        "findings",
        "not_executed",
        "not_read",
    ]
    keys = (
        "code level table sheet cell page paragraph row column printed expected difference message"
        " basis follows suggestions"
    )
    assert all(list(finding) == keys.split() for finding in told["findings"])
    suggestions = [one for finding in told["findings"] for one in finding["suggestions"]]
    assert {tuple(one) for one in suggestions} == {("sheet", "cell", "value", "reason", "share")}
    assert {tuple(one) for one in told["not_executed"]} == {("code", "reason")}
    assert told == report_dict(samples["error"])
    assert (told["status"], told["findings"][0]["level"]) == ("error", "error")


def test_json_of_several_or_no_workbooks_is_a_list(samples: Samples) -> None:
    several = json.loads(reports_json([samples["pass"], samples["error"]]))
    assert [one["status"] for one in several] == ["pass", "error"]
    assert json.loads(reports_json([])) == []
    assert reports_json([samples["pass"]]).endswith("}\n")


@pytest.mark.parametrize("form", FORMATS)
def test_a_file_name_that_is_not_utf8_can_be_reported(form: str, samples: Samples) -> None:
    name = "预算.xlsx".encode("gbk").decode("utf-8", "surrogateescape")
    text = render([samples["pass"]._replace(workbook=name)], form)
    text.encode("utf-8")
    if form == "json":
        assert json.loads(text)["workbook"] == name


class Page(HTMLParser):
    """The tags and attributes of a page; unbalanced tags are an error."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.open: list[str] = []
        self.feed(text)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in ("br", "meta"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_nothing_of_a_workbook_becomes_markup(samples: Samples, standards: Standards) -> None:
    text = report_html([samples["hostile"], samples["error"]], standards)
    assert "<script" not in text
    assert "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;&#34;" in text
    page = Page(text)
    assert "script" not in page.tags
    assert not [name for name, _ in page.attributes if name.startswith("on")]
    assert not set(text) & {"\x1b", "\u202e"}


def test_a_page_needs_nothing_from_elsewhere(samples: Samples, standards: Standards) -> None:
    text = report_html([samples[name] for name in SEVERAL], standards)
    page = Page(text)
    assert not {"script", "link", "img", "iframe", "object"} & set(page.tags)
    assert "http:" not in text
    assert "https:" not in text
    assert "url(" not in text
    assert "@import" not in text
    assert ("lang", "zh-CN") in page.attributes


def test_every_link_of_the_overview_has_its_section(samples: Samples) -> None:
    page = Page(report_html([samples[name] for name in SEVERAL]))
    ids = [value for name, value in page.attributes if name == "id"]
    targets = [value[1:] for name, value in page.attributes if name == "href" and value]
    assert len(ids) == len(set(ids))
    assert set(targets) == {"w1", "w2", "w3", "w4", "top"}
    assert set(targets) <= set(ids)


def test_one_workbook_needs_no_overview(samples: Samples) -> None:
    assert "nav" not in Page(report_html([samples["pass"]])).tags


def test_a_terminal_gets_no_control_characters(samples: Samples) -> None:
    text = report_text(samples["hostile"])
    assert all(line.isprintable() for line in text.splitlines())
    assert "\n换行" not in text


def test_without_the_standard_its_id_must_do(samples: Samples) -> None:
    text = report_text(samples["pass"])
    assert text.startswith("部门预算.xlsm（某市某局，标准 sample，2024年度）：通过\n")
    assert "最大尾差半宽 0.0033：" in text
    assert "万元" not in report_html([samples["pass"]])


def test_another_standard_speaks_in_its_own_unit(samples: Samples, standards: Standards) -> None:
    yuan = standards["sample"]._replace(unit=standards["sample"].unit._replace(name="元"))
    assert "最大尾差半宽 0.0033 元：" in report_text(samples["pass"], yuan)


def test_a_pass_says_what_it_does_not_cover(samples: Samples) -> None:
    partly = samples["pass"]._replace(
        not_executed=(NotExecuted("B08", "缺少工作表“项目支出表”。"),)
    )
    assert "有 1 条规则未执行或未全部执行，以上结论不包括这一部分。" in report_text(partly)
    nothing = samples["pass"]._replace(slack="0.0000", executed=())
    assert "没有可以执行的规则，不能据此认为工作簿无误" in report_text(nothing)
    assert "全部勾稽关系" not in report_text(nothing).splitlines()[1]


def test_an_error_that_no_cell_explains_still_says_what_to_do() -> None:
    text = report_text(Report("甲.xlsx", "", Status.ERROR, "", executed=(("A01", 3),)))
    assert text.startswith("甲.xlsx：差错\n差错：勾稽关系不能同时成立，但没有定位到具体的单元格；")
    assert "金额无论放宽多少" in text


def test_errors_come_before_warnings_within_a_table() -> None:
    findings = (
        Finding("X1", Level.HINT, "一。", "甲表"),
        Finding("X2", Level.WARNING, "二。", "乙表"),
        Finding("X3", Level.ERROR, "三。", "甲表"),
        Finding("X4", Level.WARNING, "四。", "甲表"),
    )
    for text in (
        report_text(Report("", "", Status.ERROR, "", findings)),
        report_html([Report("", "", Status.ERROR, "", findings)]),
    ):
        places = [text.index(code) for code in ("X3", "X4", "X1", "X2")]
        assert places == sorted(places)


@pytest.mark.parametrize(
    ("finding", "said"),
    [
        (Finding("", Level.ERROR, "“合计”现为 1.00。", "甲表", "甲", "D7"), "甲 D7"),
        (Finding("", Level.ERROR, "甲表有“合计”。", "甲表", "甲", "D7"), "D7"),
        (Finding("", Level.ERROR, "甲表没有数字。", "甲表", "甲"), ""),
        (Finding("", Level.ERROR, "“合计”缺行。", "甲表"), "甲表"),
        (Finding("", Level.ERROR, "尾差。"), ""),
    ],
)
def test_a_place_is_named_once(finding: Finding, said: str) -> None:
    assert place(finding) == said


@pytest.mark.parametrize(
    ("suggestion", "said"),
    [
        (Suggestion("29.48", "相邻数字颠倒", 0.9712), "改为 29.48（相邻数字颠倒，可能性 97%）"),
        (Suggestion("5249.45", "漏填", 1.0), "改为 5,249.45（漏填，唯一候选）"),
        (Suggestion("1.00", "", 0.9991), "改为 1.00（可能性 99% 以上）"),
        (Suggestion("1.00", "", 0.0021), "改为 1.00（可能性不到 1%）"),
        (Suggestion("邮电费", "", 0), "改为 邮电费"),
        (
            Suggestion("4.15", "也可能是甲表 D9“接待费”应为 4.15", 0.3),
            "也可能是甲表 D9“接待费”应为 4.15，可能性 30%",
        ),
    ],
)
def test_suggestions_say_how_likely_they_are(suggestion: Suggestion, said: str) -> None:
    assert suggestion_text(suggestion) == said


def test_amounts_get_separators_and_codes_do_not() -> None:
    texts = ("5249.44", "-1305.20", "2080505", "0.00", "待填", "")
    assert [amount(text) for text in texts] == ["5,249.44", "-1,305.20", *texts[2:]]
    assert amount("0.36", signed=True) == "+0.36"
    assert amount("0.00", signed=True) == "0.00"


def test_an_unknown_format_is_refused() -> None:
    with pytest.raises(ValueError, match="没有格式“pdf”；现有：text、json、html。"):
        render([], "pdf")


@pytest.mark.parametrize("form", ["text", "json"])
def test_text_and_json_are_rendered_without_loading_templates(form: str) -> None:
    other = "json" if form == "text" else "xlbudget.report.text_report"
    program = (
        f"import sys; from xlbudget.report import render; render([], {form!r});"
        f"print(*({{{other!r}, 'html', 'jinja2', 'rich', 'xlbudget.standard.loader'}} & set(sys.modules)))"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == ""


def test_json_is_read_back(samples: Samples) -> None:
    """All that it says; unit, year and the rules that ran it does not say, and then nothing is said of them."""
    counted = samples["pass"]._replace(
        coverage=(NumbersRead("部门收入总表", 3, 2), NumbersRead("", 1, 1))
    )
    for report in (*samples.values(), counted):
        told = report_dict(report)
        back = report_of(told)
        assert report_dict(back) == told
        assert (
            back._replace(executed=report.executed, unit_name=report.unit_name, year=report.year)
            == report
        )
    text = report_text(report_of(report_dict(samples["pass"])))
    assert "没有可以执行的规则" not in text
    assert "；执行" not in text
