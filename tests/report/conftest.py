"""Invented reports: one of each grade, and one whose texts try to break out of the page."""

from __future__ import annotations

import pytest

from xlbudget.findings import Finding, Level, NotExecuted, Report, Status, Suggestion
from xlbudget.standard.loader import load_standard
from xlbudget.standard.model import Rule, Standard

BASIC = "一般公共预算基本支出表"
SPENDING = "部门支出总表"
THREE = "一般公共预算“三公”经费支出表"

RULES = (
    Rule("A06", "部门收入总表：小计、合计与合计行", ""),
    Rule("A07", "支出总表每行合计＝各栏之和", ""),
    Rule("A11", "基本支出表每行合计＝人员经费＋公用经费；类＝款之和；合计＝各类之和", ""),
    Rule("A14b", "绩效指标权重合计", ""),
    Rule("A15c", "科目名称与科目字典一致，编码在该年度有效", ""),
    Rule("B06", "一般公共预算支出表的基本支出＝基本支出表合计", ""),
    Rule("B08", "各支出表的项目支出＝项目支出表对应资金", ""),
)

PASS = Report(
    workbook="部门预算.xlsm",
    standard="sample",
    status=Status.PASS,
    slack="0.0033",
    executed=(("A06", 18), ("A07", 31), ("A11", 1024), ("A15c", 1), ("B06", 3)),
    unit_name="某市某局",
    year=2024,
)

EXACT = PASS._replace(workbook="某所 2024.xlsx", slack="0.0000", unit_name="某市某研究所")

ROUNDING = Report(
    workbook="尾差.xlsx",
    standard="sample",
    status=Status.ROUNDING,
    slack="0.0150",
    findings=(
        Finding(
            "A07",
            Level.WARNING,
            "“20103 政府办公厅（室）及相关机构事务”合计现为 5,251.38，各栏之和为 5,251.35，超出四舍五入的范围。",
            SPENDING,
            SPENDING,
            "C7",
            "20103",
            "合计",
            "5251.38",
            "5251.35",
            "0.03",
            (
                "A07 部门支出总表合计（5,251.38）应等于各栏之和（5,251.35），差0.03；3个数四舍五入至多差0.015",
            ),
        ),
    ),
    executed=(("A06", 18), ("A07", 31), ("B06", 3)),
    unit_name="某市某中心",
    year=2024,
)

ERROR = Report(
    workbook="2024年 部门预算（送审稿）.xlsm",
    standard="sample",
    status=Status.ERROR,
    slack="0.1800",
    findings=(
        Finding(
            "A07",
            Level.ERROR,
            "“2080505 机关事业单位基本养老保险缴费支出”基本支出现为 空白；按勾稽关系应为 1,305.20（漏填？）。",
            SPENDING,
            SPENDING,
            "D14",
            "2080505",
            "基本支出",
            "",
            "1305.20",
            "-1305.20",
            (
                "A07 部门支出总表“2080505 机关事业单位基本养老保险缴费支出”合计（1,305.20）应等于部门支出总表5格各栏之和（0.00），差1,305.20；2个数四舍五入至多差0.01",
            ),
            (Suggestion("1305.20", "漏填", 1.0),),
        ),
        Finding(
            "A11",
            Level.ERROR,
            "“30229 福利费”公用经费现为 29.84；按勾稽关系应为 29.48（相邻数字颠倒？）。",
            BASIC,
            BASIC,
            "D27",
            "30229",
            "公用经费",
            "29.84",
            "29.48",
            "0.36",
            (
                "A11 一般公共预算基本支出表“302 商品和服务支出”公用经费（422.82）应等于一般公共预算基本支出表15格公用经费之和（423.18），差-0.36；16个数四舍五入至多差0.08",
                "A11 一般公共预算基本支出表“30229 福利费”合计（29.48）应等于一般公共预算基本支出表“30229 福利费”公用经费（29.84），差-0.36；2个数四舍五入至多差0.01",
            ),
            (
                Suggestion("29.48", "相邻数字颠倒", 0.9712),
                Suggestion(
                    "422.46",
                    "也可能是一般公共预算基本支出表 D14“302 商品和服务支出”公用经费应为 422.46",
                    0.0248,
                ),
                Suggestion("4.15", "由勾稽关系得出", 0.004),
            ),
        ),
        Finding(
            "B02",
            Level.ERROR,
            "部门支出总表有“221 住房保障支出”一行，部门收支总表却没有；请补上该行，或核对行名是否一致。",
            "部门收支总表",
            "部门收支总表",
            row="221",
        ),
        Finding(
            "A15c",
            Level.WARNING,
            "科目 30207 的名称为“邮电费用”，科目字典中为“邮电费”。",
            BASIC,
            BASIC,
            "A18",
            "30207",
            printed="邮电费用",
        ),
        Finding(
            "B13",
            Level.ERROR,
            "一般公共预算“三公”经费支出表没有数字，也没有说明；请在表下写明：本单位无“三公”经费预算。",
            THREE,
            "一般公共预算三公经费支出表",
        ),
        Finding(
            "F05",
            Level.WARNING,
            "基础信息“机构数”未填。",
            "基础信息",
            "基础信息",
            "C9",
            "org_count",
        ),
        Finding(
            "A15c",
            Level.HINT,
            "科目字典中没有编码 2013699（其他支出）；请核对，或导入本地完整的科目目录。",
            SPENDING,
            SPENDING,
            "A9",
            "2013699",
        ),
        Finding("C19", Level.HINT, "工作簿中单位名称有两种写法：某市某局、某某局。"),
    ),
    not_executed=(
        NotExecuted("A14b", "项目“信息化运行维护”有指标的权重未填或不是数字。"),
        NotExecuted("B08", "缺少工作表“项目支出表”。"),
        NotExecuted(
            "B08", "部门支出总表 E8 “20103 政府办公厅（室）及相关机构事务”项目支出无法读作金额。"
        ),
    ),
    executed=(("A06", 18), ("A07", 31), ("A11", 1024), ("A15c", 1), ("B06", 3), ("B08", 2)),
    unit_name="某市某局",
    year=2024,
)

EVIL = "<script>alert('x')</script>&\"\x1b[31m\u202e\n换行"
HOSTILE = Report(
    workbook=f"{EVIL}.xlsx",
    standard=EVIL,
    status=Status.ERROR,
    slack=EVIL,
    findings=(
        Finding(
            *(EVIL, Level.ERROR, EVIL, EVIL, f"{EVIL}1", EVIL, EVIL, EVIL, EVIL, EVIL, EVIL),
            (EVIL, EVIL),
            (Suggestion(EVIL, EVIL, 0.5), Suggestion(EVIL, f"也可能是{EVIL}", 0.5)),
        ),
    ),
    not_executed=(NotExecuted(EVIL, EVIL),),
    executed=((EVIL, 1),),
    unit_name=EVIL,
)


@pytest.fixture(scope="session")
def standards() -> dict[str, Standard]:
    """A standard with fixed names, so that the golden files depend on the report alone."""
    real = load_standard("changchun")
    return {"sample": real._replace(id="sample", region="某市", rules=RULES)}


@pytest.fixture(scope="session")
def samples() -> dict[str, Report]:
    return {"pass": PASS, "exact": EXACT, "rounding": ROUNDING, "error": ERROR, "hostile": HOSTILE}
