"""Texts of the second standard as other districts and years write them, of made-up departments, right and with one mistake."""

from __future__ import annotations

import random
import re
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from xlbudget.figures import TextUnit

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["MISTAKES", "Draft", "drafted", "harmed"]

_NAMES = {
    "201": "一般公共服务支出",
    "20103": "政府办公厅（室）及相关机构事务",
    "2010301": "行政运行",
    "2010302": "一般行政管理事务",
    "20106": "财政事务",
    "2010601": "行政运行",
    "2010602": "一般行政管理事务",
    "204": "公共安全支出",
    "20406": "司法",
    "2040601": "行政运行",
    "2040602": "一般行政管理事务",
    "2040605": "普法宣传",
    "205": "教育支出",
    "20502": "普通教育",
    "2050201": "学前教育",
    "2050299": "其他普通教育支出",
    "208": "社会保障和就业支出",
    "20802": "民政管理事务",
    "2080201": "行政运行",
    "20805": "行政事业单位养老支出",
    "2080501": "行政单位离退休",
    "2080505": "机关事业单位基本养老保险缴费支出",
    "210": "卫生健康支出",
    "21011": "行政事业单位医疗",
    "2101101": "行政单位医疗",
    "221": "住房保障支出",
    "22102": "住房改革支出",
    "2210201": "住房公积金",
    "2210203": "购房补贴",
}
_UNITS = (
    "上海市青浦区民政局",
    "上海市杨浦区财政局",
    "上海市松江区教育局",
    "上海市崇明区审计局",
    "上海市嘉定区信访办公室",
)
_USES = ("行政单位的基本支出", "人员经费及公用经费", "业务工作经费", "缴纳住房公积金")
_WHY = ("业务量增加", "人员变动", "根据实际支出", "项目到期", "按规定安排")


class Item(NamedTuple):
    """One item: its code, this year's amount in 分, last year's in hundredths of 万元."""

    code: str
    fen: int
    prior: int


class Draft(NamedTuple):
    """A department's figures, its texts by section, and its items with their paragraphs' ids."""

    given: Mapping[str, Any]
    texts: Mapping[str, list[str]]
    items: Mapping[str, Item]

    def units(self) -> list[TextUnit]:
        return [
            TextUnit("notes", section, f"{section}.{number}", text)
            for section, texts in self.texts.items()
            for number, text in enumerate(texts, 1)
        ]


class _Style(NamedTuple):
    """How one document writes."""

    separators: bool
    zeros: bool
    path: int
    mark: str
    compared: int

    def number(self, hundredths: int) -> str:
        text = f"{Decimal(hundredths) / 100:,.2f}"
        if not self.separators:
            text = text.replace(",", "")
        return text if self.zeros else text.rstrip("0").rstrip(".")

    def named(self, code: str) -> str:
        parts = [code[:3], code[:5], code]
        digits = [code[:3], code[3:5], code[5:]]
        names = [_NAMES[one] for one in parts]
        if self.path == 0:
            levels = zip(names, digits, "类款项", strict=True)
            return "".join(f"{name}（{own}{level}）" for name, own, level in levels)
        if self.path == 1:
            said = [f"{name}（{level}）" for name, level in zip(names, "类款项", strict=True)]
            return f"“{''.join(said)}”"
        if self.path == 2:
            return f"“{'-'.join(names)}”科目"
        return f"{names[0]}（类）{names[1]}（款）{code}{names[2]}"


def _wan(fen: int) -> int:
    """Hundredths of 万元, rounded half up."""
    return int((Decimal(fen) / 10_000).quantize(Decimal(1), ROUND_HALF_UP))


def _percent(now: Decimal, prior: Decimal) -> str:
    return f"{abs(now - prior) / prior * 100:.2f}"


def drafted(seed: int) -> Draft:
    """A department of its own with texts that are right."""
    chance = random.Random(seed)
    year = chance.choice((2023, 2024, 2025, 2026))
    style = _Style(
        chance.random() < 0.4,
        chance.random() < 0.5,
        chance.randrange(4),
        chance.choice(("、", ". ", "．")),
        chance.randrange(6),
    )
    leaves = sorted(
        chance.sample([code for code in _NAMES if len(code) == 7], chance.randint(5, 9))
    )
    tree: dict[str, list[str]] = {}
    items = []
    for code in leaves:
        for length in (3, 5):
            tree[code[:length]] = [_NAMES[code[:length]]]
        fen = chance.choice(
            (chance.randint(50_000, 9_000_000_00), chance.randint(1, 900) * 1_000_000)
        )
        tree[code] = [_NAMES[code], f"{Decimal(fen) / 100}", "0"]
        prior = (
            _wan(fen)
            if chance.random() < 0.15
            else max(3, int(_wan(fen) * chance.uniform(0.6, 1.5)))
        )
        items.append(Item(code, fen, prior))
    unit = chance.choice(_UNITS)
    total = sum(one.fen for one in items)
    given = {
        "name": unit,
        "kind": "部门",
        "year": year,
        "general": dict(sorted(tree.items())),
        "three_public": dict.fromkeys(
            ("total", "abroad", "reception", "vehicle", "purchase", "operation", "operating"), "0"
        ),
        "info": {},
    }
    money = style.number(_wan(total))
    general = f"一般公共预算拨款支出预算{money}万元；政府性基金拨款支出预算0万元。"
    prepared = [
        f"{year}年，{unit}收入预算{money}万元，其中：财政拨款收入{money}万元；事业收入0万元。",
        f"支出预算{money}万元，其中：财政拨款支出预算{money}万元。财政拨款支出预算中，{general}",
        "财政拨款支出主要内容如下：",
    ]
    ids = {}
    for number, one in enumerate(items, 1):
        prepared.append(f"{number}{style.mark}{_item(chance, style, year, one)}")
        ids[f"编.{len(prepared)}"] = one
    return Draft(given, {"编": prepared}, ids)


def _item(chance: random.Random, style: _Style, year: int, one: Item) -> str:
    now, prior, last = style.number(_wan(one.fen)), style.number(one.prior), year - 1
    moved = _wan(one.fen) - one.prior
    # Percentages are worked out from 元 or from the rounded amounts.
    exact = Decimal(one.fen) / 10_000 if chance.random() < 0.5 else Decimal(_wan(one.fen))
    percent = _percent(exact, Decimal(one.prior))
    up = "增加" if moved > 0 else "减少"
    grown = ("增长" if moved > 0 else "下降") if style.compared == 3 else up
    base = f"{last}年当年预算执行数为{prior}万元，{year}年预算安排{now}万元，"
    if not moved:
        told = f"{base}与{last}年预算执行数持平。"
    elif style.compared == 0:
        told = f"{base}比{last}年预算执行数{up}{percent}%。"
    elif style.compared == 1:
        told = f"比{last}年预算执行数{prior}万元{up}{percent}%。"
    elif style.compared == 2:
        told = f"{base}比上年{up}{style.number(abs(moved))}万元，{grown}{percent}%。"
    elif style.compared == 3:
        told = f"{base}与{last}年预算执行数相比{grown}{percent}%。"
    elif style.compared == 4:
        told = f"{last}年执行数{prior}万元，{year}年预算安排{now}万元，较{last}年执行数{up}{percent}%。"
    else:
        told = f"{base}比{last}年当年预算执行数{up}{percent}%。"
    use = (
        f"主要用于：{chance.choice(_USES)}。"
        if style.path == 0
        else f"主要用于{chance.choice(_USES)}。"
    )
    mark = "。" if style.path == 0 else "，"
    why = f"主要原因是：{chance.choice(_WHY)}。"
    if "万元，" in told and style.compared == 2 and moved:
        told, why = told.rstrip("。"), f"，主要原因是{chance.choice(_WHY)}。"
    return f"{style.named(one.code)}{now}万元{mark}{use}{told}{why}"


MISTAKES = ("amount", "now", "percent", "direction", "year", "lost", "unit", "reason", "name")


def harmed(draft: Draft, kind: str, seed: int) -> tuple[Draft, str] | None:
    """The draft with one mistake of that kind, and the paragraph; None where it has no room for it."""
    chance = random.Random(seed)
    place = chance.choice(sorted(draft.items))
    section, number = place.split(".")
    texts = list(draft.texts[section])
    at, text = int(number) - 1, draft.texts[section][int(number) - 1]
    new = _wrong(chance, kind, text)
    if kind == "lost":
        del texts[at]
        return draft._replace(texts={section: texts}), "*"
    if new == text:
        return None
    texts[at] = new
    return draft._replace(texts={section: texts}), place


def _wrong(chance: random.Random, kind: str, text: str) -> str:
    def other(match: re.Match[str]) -> str:
        places = [spot for spot in range(len(match[1])) if match[1][spot].isdigit()]
        spot = chance.choice(places)
        digit = chance.choice([one for one in "123456789" if one != match[1][spot]])
        return match[0].replace(match[1], f"{match[1][:spot]}{digit}{match[1][spot + 1 :]}", 1)

    if kind == "amount":
        return re.sub(r"(?<![\d.,])([\d,.]+)万元", other, text, count=1)
    if kind == "now":
        return re.sub(r"预算安排([\d,.]+)万元", other, text, count=1)
    if kind == "percent":
        return re.sub(r"([\d.]+)%", other, text, count=1)
    if kind == "direction":
        turned = {"增加": "减少", "减少": "增加", "增长": "下降", "下降": "增长"}
        return re.sub(
            "(增加|减少|增长|下降)(?=[\\d,.]+%)", lambda one: turned[one[0]], text, count=1
        )
    if kind == "year":
        return re.sub(
            r"(20\d\d)(?=年(?:当年预算|预算)?执行数)",
            lambda one: str(int(one[0]) + 1),
            text,
            count=1,
        )
    if kind == "unit":
        return text.replace("万元", "元", 1)
    if kind == "reason":
        return re.sub(r"主要原因是：?[^。]*。", "主要原因是。", text, count=1)
    if kind == "name":
        return text.replace("社会保障和就业支出", "社会保障与就业支出").replace(
            "卫生健康支出", "医疗卫生与计划生育支出"
        )
    return text
