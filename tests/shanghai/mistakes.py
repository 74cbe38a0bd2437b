"""Mistakes that are planted in what is printed; each says by which words a finding about it is known."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    from shanghai.budgets import Printed, Row


class Planted(NamedTuple):
    """A planted mistake: any finding that has one of ``words`` (in its message, place or basis) is about it."""

    name: str
    words: tuple[str, ...]


def _slipped(random: Random, text: str) -> str:
    """An amount with one digit changed, not the last ones: a slip of the hand, no rounding."""
    digits = [at for at, sign in enumerate(text.split(".", maxsplit=1)[0]) if sign.isdigit()]
    at = digits[0] if len(digits) < 3 else random.choice(digits[:-1])
    sign = str((int(text[at]) + random.randint(1, 8)) % 10)
    changed = text[:at] + (sign if at or sign != "0" else "9") + text[at + 1 :]
    return changed if changed != text else _slipped(random, text)


def _words(*texts: str) -> tuple[str, ...]:
    """Amounts as printed, and as reports may write them: without groups, with two decimals."""
    found = []
    for text in texts:
        plain = text.replace(",", "")
        found += [text, plain]
        if plain.replace(".", "").isdigit():
            found += [f"{float(plain):.2f}", f"{float(plain):,.2f}"]
    return tuple(dict.fromkeys(found))


def _cell(
    page: Printed, random: Random, key: str, rows: list[Row], column: int, name: str
) -> Planted:
    row = random.choice([one for one in rows if one[column].strip("0.,")])
    row[column] = _slipped(random, row[column])
    return Planted(f"{name} {key}", _words(row[column]))


def _leaves(page: Printed, key: str) -> list[Row]:
    return [row for row in page.tables[key] if row[0] != "合计" and row[2 if key != "basic" else 1]]


def leaf_of_spending(page: Printed, random: Random) -> Planted:
    return _cell(
        page, random, "expenditure", _leaves(page, "expenditure"), 4, "an amount of a subject"
    )


def leaf_of_general(page: Printed, random: Random) -> Planted:
    return _cell(page, random, "general", _leaves(page, "general"), 5, "an amount of a subject")


def total_of_income(page: Printed, random: Random) -> Planted:
    return _cell(page, random, "income", page.tables["income"][-1:], 5, "a total")


def class_of_fiscal(page: Printed, random: Random) -> Planted:
    rows = [row for row in page.tables["fiscal"] if row[4] and row[2] != "支出总计"]
    return _cell(page, random, "fiscal", rows, 4, "a class")


def economic_row(page: Printed, random: Random) -> Planted:
    return _cell(page, random, "basic", _leaves(page, "basic"), 3, "an economic subject's total")


def three_public_total(page: Printed, random: Random) -> Planted:
    row = page.tables["three_public"][0]
    row[0] = _slipped(random, row[0])
    return Planted("total of 三公", _words(row[0]))


def former_class(page: Printed, random: Random) -> Planted:
    for row in page.tables["summary"]:
        row[2] = row[2].replace("卫生健康支出", "医疗卫生与计划生育支出")
    return Planted("a class by its former name", ("医疗卫生与计划生育支出",))


def economic_name(page: Printed, random: Random) -> Planted:
    row = next(one for one in page.tables["basic"] if one[:2] == ["302", "07"])
    row[2] = "电费"
    return Planted("a name of another economic subject", ("30207",))


def cut_code(page: Printed, random: Random) -> Planted:
    row = next(one for one in page.tables["general"] if one[:2] == ["221", "02"] and one[2] == "01")
    row[0] = "7"
    return Planted("a class cut to one digit", ("7 02 01", "70201", "2210201"))


def item_amount(page: Printed, random: Random) -> Planted:
    it = random.choice(page.items)
    it["amount"] = it["again"] = _slipped(random, it["amount"])
    return Planted("an item's amount", _words(it["amount"]))


def item_again(page: Printed, random: Random) -> Planted:
    it = random.choice(page.items)
    it["again"] = _slipped(random, it["again"])
    return Planted("an item's amount the second time", _words(it["again"]))


def item_prior(page: Printed, random: Random) -> Planted:
    it = random.choice([one for one in page.items if one["direction"] != "持平"])
    it["prior"] = it["prior"][0] + "3" + it["prior"][1:]
    return Planted("an item's figure of last year", _words(it["prior"], it["share"] + "%"))


def item_share(page: Printed, random: Random) -> Planted:
    it = random.choice([one for one in page.items if one["direction"] != "持平"])
    it["share"] = _slipped(random, it["share"])
    return Planted("an item's change in per cent", (it["share"] + "%", it["share"]))


def item_direction(page: Printed, random: Random) -> Planted:
    it = random.choice([one for one in page.items if one["direction"] != "持平"])
    it["direction"] = "减少" if it["direction"] == "增加" else "增加"
    return Planted(
        "an item's change the wrong way",
        (f"{it['direction']}{it['share']}%", f"“{it['direction']}"),
    )


def former_class_in_item(page: Printed, random: Random) -> Planted:
    it = next(one for one in page.items if one["top"] == "210")
    it["class"] = "医疗卫生与计划生育支出"
    return Planted("a class by its former name in the text", ("医疗卫生与计划生育支出",))


def year_of_change(page: Printed, random: Random) -> Planted:
    page.says["last_of_income"] = page.budget.year
    return Planted("this year for last year", (f"{page.budget.year}年预算",))


def _slip_in_text(key: str, what: str) -> Callable[[Printed, Random], Planted]:
    """The mistake of a figure that the text says under that key."""

    def planted(page: Printed, random: Random) -> Planted:
        page.says[key] = _slipped(random, page.says[key])
        return Planted(what, _words(page.says[key]))

    return planted


income_in_text = _slip_in_text("income", "the income in the text")
services = _slip_in_text("services", "a part of procurement")
three_public_in_text = _slip_in_text("operation", "running costs of vehicles in the text")
operating_in_text = _slip_in_text("operating", "机关运行 in the text")


def reserved(page: Printed, random: Random) -> Planted:
    page.says["reserved"] = "9" + page.says["procurement"]
    return Planted("more reserved than bought", _words(page.says["reserved"]))


def vehicles(page: Printed, random: Random) -> Planted:
    page.says["vehicles"] += 2
    return Planted("vehicles that are no sum", (f"车辆{page.says['vehicles']}辆", "共有车辆"))


def no_reason(page: Printed, random: Random) -> Planted:
    page.says["vehicle_reason"] = ""
    return Planted("a reason that is not given", ("后面没有写原因",))


def doubled_stop(page: Printed, random: Random) -> Planted:
    page.says["end"] = "。。"
    return Planted("a doubled full stop", ("。。",))


def no_statement(page: Printed, random: Random) -> Planted:
    page.says["fund_note"] = False
    return Planted("an empty table without its statement", ("政府性基金预算",))


def target_money(page: Printed, random: Random) -> Planted:
    page.says["target_money"] = "9" + page.says["target_money"]
    return Planted("more money in targets than in projects", _words(page.says["target_money"]))


_TABLES: tuple[Callable[[Printed, Random], Planted], ...] = (
    leaf_of_spending, leaf_of_general, total_of_income, class_of_fiscal, economic_row, three_public_total,
    former_class, economic_name, cut_code, no_statement,
)  # fmt: skip
_TEXTS: tuple[Callable[[Printed, Random], Planted], ...] = (
    item_amount, item_again, item_prior, item_share, item_direction, former_class_in_item, year_of_change,
    income_in_text, services, three_public_in_text, vehicles, no_reason, doubled_stop, target_money,
)  # fmt: skip
_OF_DEPARTMENTS = (operating_in_text, reserved)
_OF_LAST_YEAR = {item_again, item_prior, item_share, item_direction}
"""Of documents that compare their items with the year before, as those of the first year do not."""
_ONE_OF = (
    {item_amount, *_OF_LAST_YEAR},
    {leaf_of_spending, leaf_of_general},
    {former_class, former_class_in_item},
)
"""Of these a document has one, so that a finding says of which mistake it is."""


def plant(page: Printed, random: Random, at: int) -> list[Planted]:
    """Two mistakes of the tables and four of the texts; ``at`` is the document's number, so that all kinds come."""
    texts = _TEXTS + (_OF_DEPARTMENTS if page.budget.kind == "部门" else ())
    if not page.compared:
        texts = tuple(one for one in texts if one not in _OF_LAST_YEAR)
    chosen: list[Callable[[Printed, Random], Planted]] = []
    for kinds, count in ((_TABLES, 2), (texts, 4)):
        turn = [*kinds[at * count % len(kinds) :], *kinds[: at * count % len(kinds)]]
        for kind in turn:
            apart = not any(kind in group and group & {*chosen} for group in _ONE_OF)
            if apart and sum(one in kinds for one in chosen) < count:
                chosen.append(kind)
    return [kind(page, random) for kind in chosen]
