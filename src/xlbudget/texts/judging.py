"""Whether what a paragraph says agrees with the figures, and how findings about it are made."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.explaining.facts import grown_between
from xlbudget.findings import Finding, Level, Suggestion
from xlbudget.money import COUNT, STANDARD_PLACES, UNITS, WAN, Amount, percent_text, round_div
from xlbudget.texts.readings import plain, printed

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from xlbudget.explaining.document import Change, Figure, FigureList, Item
    from xlbudget.figures import TextUnit
    from xlbudget.texts.binding import Mention, Number, Target
    from xlbudget.texts.readings import Readings

PRESCRIBED = "规定的写法"
"""Why a name or term should be another."""
_WHOLE = 100
_NOTHING = Decimal(0)


class Paper(NamedTuple):
    """The paragraph that is judged, and the codes of the findings; ``several``: of several units.

    ``inferred``: the fields of 基础信息 that only the text tells, and the words from which they follow.
    """

    readings: Readings
    unit: TextUnit
    title: str
    money: str = ""
    several: bool = False
    inferred: Mapping[str, str] = {}

    def finding(
        self,
        message: str,
        figure: Figure | None = None,
        said: str = "",
        expected: str = "",
        *,
        rule: str = "",
        level: Level = Level.ERROR,
        why: str = "由各表算出",
    ) -> Finding:
        """A finding about this paragraph; ``rule`` is a key of the readings' rules, else its section counts.

        ``why`` is the reason for ``expected``, where there is that.
        """
        codes = self.readings.rules
        return Finding(
            code=codes.get(rule or self.unit.section, codes["other"]),
            level=level,
            message=message,
            table=self.title,
            sheet=self.unit.place.sheet,
            cell=self.unit.place.cell,
            row=self.unit.id,
            printed=said,
            expected=expected,
            basis=_basis(figure),
            suggestions=(Suggestion(expected, why, 1.0),) if expected else (),
        )


def misnamed(
    paper: Paper,
    message: str,
    said: str,
    right: str,
    level: Level = Level.WARNING,
    figure: Figure | None = None,
) -> Finding:
    """A finding about a name or term that should be another."""
    return paper.finding(message, figure, said, right, rule="name", level=level, why=PRESCRIBED)


def _basis(figure: Figure | None) -> tuple[str, ...]:
    """Where the figure stands in the tables."""
    if figure is None or not figure.cells:
        return ()
    shown = []
    for cell in figure.cells[:3]:
        where = f"{cell.place.sheet}{cell.place.cell}" if cell.place.cell else cell.place.sheet
        shown.append(f"{where}“{cell.label}”" if cell.label else where)
    more = f"等{len(figure.cells)}格" if len(figure.cells) > len(shown) else ""
    return (f"{figure.title}：{'、'.join(dict.fromkeys(shown))}{more}",)


# ------------------------------------------------------------------ shares made to add up


def made_to_add_up(lists: Iterable[FigureList], mentions: Iterable[Mention]) -> set[str]:
    """The names of the shares that are printed in lists which make up 100 exactly.

    Percentages are rounded each by itself, and need not make up 100. Where they do though plain
    rounding gives another sum, the remainder was given to one of them, or a last digit each to
    several: that is how many publish them, and no mistake.
    """
    said: dict[str, set[Number]] = {}
    for mention in mentions:
        if mention.kind == "share" and mention.figure is not None and mention.number is not None:
            said.setdefault(mention.figure.name, set()).add(mention.number)
    return {
        item.share.name
        for lines in lists
        for siblings in _siblings(lines.items)
        if _adjusted(siblings, said)
        for item in siblings
    }


def _siblings(items: Collection[Item]) -> Iterator[Collection[Item]]:
    if items:
        yield items
    for item in items:
        yield from _siblings(item.children.items)


def _adjusted(items: Collection[Item], said: Mapping[str, set[Number]]) -> bool:
    total, off = _NOTHING, list[Decimal]()
    step = _NOTHING
    for item in items:
        exact = item.share.value
        if not isinstance(exact, int):
            return False
        numbers = said.get(item.share.name, set())
        if not numbers and not item.share.shown:
            continue
        if len(numbers) != 1:
            return False
        number = next(iter(numbers))
        total += number.value
        last = Decimal(1).scaleb(-number.places)
        step = max(step, last)
        difference = abs(number.value - (Decimal(exact) / 100))
        if 2 * difference > last:
            off.append(difference)
    if total != _WHOLE or not off or 2 * max(off) > len(items) * step + step:
        return False
    return len(off) == 1 or max(off) <= step + step / 2


# ------------------------------------------------------------------ one mention


def judge(paper: Paper, mention: Mention, fitted: Collection[str] = ()) -> Iterator[Finding]:
    """What is wrong with one mention; shares named in ``fitted`` were made to add up to 100."""
    kind, said = mention.kind, printed(mention.said)
    change = mention.change
    if kind in ("amount", "change"):
        yield from _number(paper, mention, said)
    if kind in ("change", "percent", "direction") and change is not None:
        yield from _direction(paper, mention, change, said)
        if kind == "change" and mention.rest:
            yield from _contrary(paper, mention, change, said)
    if kind in ("share", "percent") and not (mention.figure and mention.figure.name in fitted):
        yield from _percent(paper, mention, said)
    if kind == "same" and change is not None and change.known and not change.same:
        message = (
            f"“{said}”与数字不符：{change.amount.title}比上年{change.direction}"
            f"{change.amount}{paper.money}；请改写并说明原因。"
        )
        yield paper.finding(message, change.amount, said, rule="change")
    if kind == "same" and change is not None and change.unchanged and not mention.reason:
        yield _without_reason(paper, change, said)
    if kind == "code" and mention.target is not None:
        yield _other_code(paper, mention, mention.target, said)
    figure = mention.figure
    if kind == "none" and figure is not None and not figure.missing and _fen(figure):
        message = f"“{said}”与数字不符：{figure.title}为{figure.text}。"
        yield paper.finding(message, figure, said, figure.text)
    if kind == "every":
        yield from _every(paper, mention, said)
    if kind == "names" and figure is not None:
        yield from _names(paper, mention, figure)
    if kind == "loose" and mention.number is not None and mention.number.unit == "万":
        message = f"“{said}”写作“万”，应为“{paper.money}”。"
        yield paper.finding(message, None, said, rule="unit", level=Level.WARNING)


def _fen(figure: Figure) -> int:
    """What a figure comes to, where it is an amount or count."""
    return figure.value.fen if isinstance(figure.value, Amount) else 0


def _number(paper: Paper, mention: Mention, said: str) -> Iterator[Finding]:
    figure, number = mention.figure, mention.number
    assert figure is not None
    assert number is not None
    value = figure.value
    if figure.missing or not isinstance(value, Amount):
        if mention.kind == "change" and mention.base is not None:
            yield from _against_base(paper, mention, mention.base, said)
        return
    rule = "change" if mention.kind == "change" else ""
    if value.unit == COUNT:
        # In a table's note or 部门概况, 基础信息 may say nothing yet.
        silent = paper.unit.part in ("table", "profile") and not value.fen
        if not silent and number.value != value.fen:
            message = f"“{said}”应为{value.fen}（{figure.title}）。"
            yield paper.finding(message, figure, said, str(value.fen), rule=rule)
        return
    size, unit = value._replace(fen=abs(value.fen)), number.unit
    if not number.scale:
        return
    right = f"{figure.text}{paper.money}"
    if _equal(size, number, number.scale) or _between(figure, number):
        if not unit and not number.value:
            return  # nought is nought in any unit
        if unit not in (paper.money, "亿元"):
            wrong = f"写作“{unit}”" if unit else "没有写单位"
            message = f"“{said}”{wrong}，应为“{paper.money}”。"
            level = Level.ERROR if unit != "元" else Level.WARNING
            yield paper.finding(message, figure, said, right, rule="unit", level=level)
    elif unit != paper.money and _equal(size, number, UNITS[paper.money].fen):
        wrong = f"单位写成了“{unit}”" if unit else "没有写单位"
        yield paper.finding(f"“{said}”{wrong}，应为“{right}”。", figure, said, right, rule="unit")
    else:
        message = f"“{said}”应为{right}（{figure.title}）。"
        yield paper.finding(message, figure, said, right, rule=rule)
    if mention.target is not None and mention.target.variant:
        message = f"“{said}”的名称应写全：{mention.target.name}。"
        yield paper.finding(message, figure, said, rule="name", level=Level.WARNING)


def prints(figure: Figure, number: Number) -> bool:
    """Whether a number, whatever it is said of, is this figure as it may be printed."""
    value = figure.value
    if not isinstance(value, Amount) or figure.missing:
        return False
    if value.unit == COUNT:
        return number.value == value.fen
    return bool(number.scale) and _equal(value, number, number.scale)


def _equal(amount: Amount, number: Number, scale: int) -> bool:
    """Whether the amount prints as the number in a unit of ``scale`` 分.

    Numbers have two decimals, or as many as they show; zeros at their end may be left out. Of 亿元 fewer are enough.
    """
    few = 0 if scale > WAN.fen else STANDARD_PLACES
    step = Decimal(1).scaleb(-max(number.places, few))
    return (Decimal(amount.fen) / scale).quantize(step, ROUND_HALF_UP) == number.value


def _between(figure: Figure, number: Number) -> bool:
    """Whether a number is one of those that a figure worked out from rounded ones may be printed as."""
    if figure.between is None:
        return False
    low, high = figure.between
    return low <= number.value * number.scale <= high


def _without_reason(paper: Paper, change: Change, said: str) -> Finding:
    message = f"“{said}”后面没有写原因；请补上主要原因。"
    return paper.finding(message, change.amount, said, rule="change", level=Level.WARNING)


def _other_code(paper: Paper, mention: Mention, line: Target, said: str) -> Finding:
    """A subject beside a code that is not its own, or below a subject to which it does not belong."""
    if mention.rest == line.digits:
        message = f"“{said}”的编码与名称不一致：“{line.name}”的编码是{line.digits}；请核对。"
    else:
        message = f"“{said}”属于“{mention.rest}”，不属于前面写的科目；请核对。"
    return misnamed(paper, message, said, "", figure=line.figure)


def _direction(paper: Paper, mention: Mention, change: Change, said: str) -> Iterator[Finding]:
    size, figure = _fen(change.amount), mention.figure
    told = (
        mention.kind == "percent"
        and mention.base is not None
        and figure is not None
        and figure.between is not None
    )
    if not change.known or not size:
        return
    if not told and mention.up is not None and mention.up != (size > 0):
        right = f"{change.amount.title}比上年{change.direction}{change.amount}{paper.money}"
        message = f"“{said}”的增减方向不对：{right}。"
        yield paper.finding(message, change.amount, said, str(change.direction), rule="change")
    free = mention.topic is not None and mention.topic.head.unexplained
    asked = mention.kind == "change" or (mention.kind == "percent" and change.unchanged)
    if asked and not mention.reason and not free:
        yield _without_reason(paper, change, said)


def _contrary(paper: Paper, mention: Mention, change: Change, said: str) -> Iterator[Finding]:
    """A change whose reason has words of the other direction alone.

    Reasons that speak of last year, of people who retired, of what came to an end and the like may
    put it that way and be right: with such a word nothing is said.
    """
    if mention.up is None or not change.known:
        return
    if change.direction.text and mention.up != (_fen(change.amount) > 0):
        return
    slips = paper.readings.slips
    says = {
        key: any(plain(slip) in mention.rest for slip in slips.get(key, ()))
        for key in ("more", "less", "either")
    }
    same, other = ("more", "less") if mention.up else ("less", "more")
    if says["either"] or says[same] or not says[other]:
        return
    # Where it is not sure which units' money the figure is of, nor is the direction of its change.
    remark = mention.topic.head.partly if mention.topic is not None and paper.several else ""
    level, hint = (Level.HINT, f"（{remark}）") if remark else (Level.WARNING, "")
    reason = printed(mention.rest)
    message = f"“{said}”的原因写的是“{reason}”，像是与增减的方向相反{hint}；请核对。"
    yield paper.finding(message, change.amount, reason, rule="change", level=level)


def _percent(paper: Paper, mention: Mention, said: str) -> Iterator[Finding]:
    figure, number, change = mention.figure, mention.number, mention.change
    assert figure is not None
    assert number is not None
    grown = mention.kind == "percent"
    if grown and mention.base is not None and (figure.between or not (change and change.known)):
        yield from _against_base(paper, mention, mention.base, said)
        return
    if grown and change is not None and change.known and not figure.text:
        if number.value or not change.same:  # 增长0.00% where nothing changed is right
            message = f"“{said}”：上年数为0或没有增减，不能计算百分比；请删去。"
            yield paper.finding(message, figure, said, rule="change")
        return
    if figure.missing or not isinstance(figure.value, int):
        return
    # The figure is rounded itself: with fewer decimals, both neighbours of a half are right.
    if figure.between is not None and _within(figure.between, number):
        return
    off = abs(Decimal(figure.value) / 100 - number.value)
    if not off or 2 * off <= Decimal(1).scaleb(-number.places):
        return
    # The words from which last year's figure follows, where only the text tells it.
    cells = change.prior.cells if grown and change is not None else ()
    words = next((printed(one) for cell in cells if (one := paper.inferred.get(cell.row))), "")
    if words:
        message = f"“{said}”与“{words}”不一致：按后者算是{figure.text}（{figure.title}）；请核对其中哪一个数不对。"
        yield paper.finding(message, figure, said, rule="change")
    else:
        message = f"“{said}”应为{figure.text}（{figure.title}）。"
        yield paper.finding(message, figure, said, figure.text, rule="change" if grown else "")


def _within(between: tuple[int, int], number: Number) -> bool:
    """Whether a percentage is printed of one between these, in hundredths of a point."""
    low, high = (Decimal(end) / 100 for end in between)
    half = Decimal(1).scaleb(-number.places) / 2
    return low - half <= number.value <= high + half


def _follows(mention: Mention, number: Number, now: int, before: int, ulp: int) -> bool:
    """Whether a change or its percentage is that from ``before`` to ``now``, both rounded to ``ulp``."""
    moved = now - before
    if not (abs(moved) <= ulp or mention.up is (moved > 0)):
        return False
    if mention.kind == "percent":
        return not before or _within(grown_between(now, before, ulp), number)
    return abs(abs(moved) - number.value * number.scale) <= ulp


def _against_base(paper: Paper, mention: Mention, base: Number, said: str) -> Iterator[Finding]:
    """A change or its percentage beside the figure of last year that the text itself names."""
    number, target = mention.number, mention.topic.target if mention.topic is not None else None
    now = target.figure.value if target is not None else None
    if target is None or not isinstance(now, Amount) or number is None or not base.scale:
        return
    ulp = int(base.scale * Decimal(1).scaleb(-max(base.places, STANDARD_PLACES)))
    before = int(base.value * base.scale)
    told = mention.told
    nows = [now.fen, int(told.value * told.scale)] if told is not None else [now.fen]
    if any(_follows(mention, number, one, before, ulp) for one in nows):
        return  # of a figure that is wrong in the text, that alone is told
    moved = now.fen - before
    if mention.kind == "percent":
        size = percent_text(round_div(abs(moved) * 10_000, before))
    else:
        size = f"{Amount(abs(moved)).text}{paper.money}"
    words = paper.readings.words["up" if moved > 0 else "down"][0]
    message = (
        f"“{said}”与文中的上年数{printed(f'{base.value:f}{base.unit}')}不一致：本年为"
        f"{target.figure.text}{paper.money}，应为{words}{size}；请核对其中哪一个数不对。"
    )
    yield paper.finding(message, target.figure, said, rule="change")


def _every(paper: Paper, mention: Mention, said: str) -> Iterator[Finding]:
    """“均为…”: one line makes up the whole, it is the one named, and no carry-over is denied."""
    topic = mention.topic
    assert topic is not None
    assert topic.kinds is not None
    kinds, wrong = topic.kinds, f"“{said}”与数字不符"
    if kinds.gap is not None or not kinds.items:
        return
    if not kinds.uniform:
        names = "、".join(item.name.text for item in kinds.items)
        yield paper.finding(f"{wrong}：还有{names}。", kinds.names, said)
        return
    name = plain(kinds.items[0].name.text)
    alike = next((end for end in range(len(name), 0, -1) if name[:end] in mention.rest), 0)
    if alike < min(4, len(name)):
        yield paper.finding(f"{wrong}：全部是{kinds.items[0].name.text}。", kinds.names, said)
    carried = topic.carryover
    only = any(plain(word) in mention.rest for word in paper.readings.words["this_year"])
    if only and carried is not None and _fen(carried):
        message = f"{wrong}：其中{carried.title}有{carried.text}{paper.money}。"
        yield paper.finding(message, carried, said)


def _listed(text: str, names: Collection[str]) -> Iterator[str]:
    """The names of a list; among those with 、 a comma divides only what are names on both sides."""
    for one in text.split("、" if "、" in text else ","):
        parts = one.split(",")
        yield from parts if all(part in names for part in parts) else [one]


def _names(paper: Paper, mention: Mention, figure: Figure) -> Iterator[Finding]:
    if figure.missing or not isinstance(figure.value, tuple):
        return
    lead, mark, named = mention.rest.rstrip("。;,").partition(":")
    rest = named if mark and "、" not in lead else f"{lead}{mark}{named}"
    wanted = {plain(str(name)): str(name) for name in figure.value}
    there = [one for one in _listed(rest, wanted) if one]
    if there and there[-1].endswith("等"):
        there[-1] = there[-1][:-1]
    missing = dict(wanted)
    for fromkey in dict.fromkeys(one for one in there if there.count(one) > 1):
        message = f"“{printed(fromkey)}”列了两次；请删去重复的。"
        yield paper.finding(message, figure, printed(fromkey), level=Level.WARNING)
    for one in dict.fromkeys(there):
        if one in missing:
            del missing[one]
            continue
        said = printed(one)
        near = next((key for key in missing if key in one or one in key), "")
        if near:
            name = missing.pop(near)
            message = f"“{said}”的名称应为“{name}”。"
            yield misnamed(paper, message, said, name, figure=figure)
        elif one not in wanted:
            message = f"列出了“{said}”，而{figure.title}中没有它的金额；请核对。"
            yield paper.finding(message, figure, said)
    if missing:
        lost = "、".join(missing.values())
        message = f"没有列出“{lost}”，而{figure.title}中有它的金额；请补上。"
        yield paper.finding(message, figure, "", lost)


def named_twice(paper: Paper, text: str, mentions: Sequence[Mention]) -> Iterator[Finding]:
    """Lines of one list that a sentence names twice; another sentence may speak of them again."""
    seen: dict[tuple[str, str], int] = {}
    for mention in mentions:
        if mention.kind != "amount" or mention.target is None or not mention.target.list:
            continue
        line = (mention.target.list, mention.target.key)
        before = seen.get(line)
        seen[line] = mention.at
        if before is not None and "。" not in text[before : mention.at]:
            said = printed(mention.said)
            message = f"“{said}”在同一句里列了两次；请删去重复的。"
            yield paper.finding(message, mention.target.figure, said, level=Level.WARNING)
