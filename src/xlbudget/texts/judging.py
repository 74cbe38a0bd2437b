"""Whether what a paragraph says agrees with the figures, and how findings about it are made."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.findings import Finding, Level, Suggestion
from xlbudget.money import COUNT, Amount
from xlbudget.texts.readings import plain, printed

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from xlbudget.figures import TextUnit
    from xlbudget.notes.figure import Figure, FigureList, Item
    from xlbudget.texts.binding import Mention, Number
    from xlbudget.texts.readings import Readings

PRESCRIBED = "规定的写法"
"""Why a name or term should be another."""


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
        rule: str,
        level: Level,
        message: str,
        figure: Figure | None = None,
        said: str = "",
        expected: str = "",
        why: str = "由各表算出",
    ) -> Finding:
        """A finding about this paragraph; ``rule`` is a key of the readings' rules or a section.

        ``why`` is the reason for ``expected``, where there is that.
        """
        codes = self.readings.rules
        suggestions = (Suggestion(expected, why, 1.0),) if expected else ()
        return Finding(
            code=codes.get(rule, codes["other"]),
            level=level,
            message=message,
            table=self.title,
            sheet=self.unit.place.sheet,
            cell=self.unit.place.cell,
            row=self.unit.id,
            printed=said,
            expected=expected,
            basis=_basis(figure),
            suggestions=suggestions,
        )


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


_WHOLE = 100
_NOTHING = Decimal(0)


def made_to_add_up(lists: Iterable[FigureList], mentions: Iterable[Mention]) -> set[str]:
    """The names of the shares that are printed in lists which make up 100 exactly.

    Percentages are rounded each by itself, and need not make up 100. Where they do though plain
    rounding gives another sum, the remainder was given to one of them, or a last digit each to
    several: that is how many publish them, and no mistake.
    """
    said: dict[str, set[Number]] = {}
    for one in mentions:
        if one.kind == "share" and one.figure is not None and one.number is not None:
            said.setdefault(one.figure.name, set()).add(one.number)
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


def contrary(paper: Paper, mention: Mention) -> Iterator[Finding]:
    """A change whose reason has words of the other direction alone.

    Reasons that speak of last year, of people who retired, of what came to an end and the like may
    put it that way and be right: with such a word nothing is said.
    """
    slips = paper.readings.slips
    change = mention.change
    if mention.kind != "change" or mention.up is None or change is None or not mention.rest:
        return
    if not change.known or (change.direction.text and mention.up != _up(mention)):
        return
    says = {
        key: any(plain(one) in mention.rest for one in slips.get(key, ()))
        for key in ("more", "less", "either")
    }
    same, other = ("more", "less") if mention.up else ("less", "more")
    if says["either"] or says[same] or not says[other]:
        return
    # Where it is not sure which units' money the figure is of, nor is the direction of its change.
    remark = mention.topic.head.partly if mention.topic is not None and paper.several else ""
    level, hint = (Level.HINT, f"（{remark}）") if remark else (Level.WARNING, "")
    said, reason = printed(mention.said), printed(mention.rest)
    yield paper.finding(
        "change", level, f"“{said}”的原因写的是“{reason}”，像是与增减的方向相反{hint}；请核对。",
        change.amount, reason,
    )  # fmt: skip


def _up(mention: Mention) -> bool:
    """The direction that the figures have."""
    assert mention.change is not None
    value = mention.change.amount.value
    return getattr(value, "fen", 0) > 0


def named_twice(paper: Paper, text: str, mentions: Sequence[Mention]) -> Iterator[Finding]:
    """Lines of one list that a sentence names twice; another sentence may speak of them again."""
    seen: dict[tuple[str, str], int] = {}
    for one in mentions:
        if one.kind != "amount" or one.target is None or not one.target.list:
            continue
        line = (one.target.list, one.target.key)
        before = seen.get(line)
        seen[line] = one.at
        if before is not None and "。" not in text[before : one.at]:
            message = f"“{printed(one.said)}”在同一句里列了两次；请删去重复的。"
            yield paper.finding(
                paper.unit.section, Level.WARNING, message, one.target.figure, printed(one.said)
            )


_SCALE = {"亿元": 10_000_000_000, "万元": 1_000_000, "万": 1_000_000, "元": 100, "": 1_000_000}


def judge(paper: Paper, mention: Mention, fitted: Collection[str] = ()) -> Iterator[Finding]:
    """What is wrong with one mention; shares named in ``fitted`` were made to add up to 100."""
    kind = mention.kind
    if kind in ("amount", "change"):
        yield from _number(paper, mention)
    if kind in ("change", "percent"):
        yield from _direction(paper, mention)
        yield from contrary(paper, mention)
    if kind in ("share", "percent") and not (mention.figure and mention.figure.name in fitted):
        yield from _percent(paper, mention)
    if kind == "same" and mention.change is not None and mention.change.known:
        change = mention.change
        if not change.same:
            yield paper.finding(
                "change",
                Level.ERROR,
                f"“{printed(mention.said)}”与数字不符：{change.amount.title}比上年{change.direction}"
                f"{change.amount}{paper.money}；请改写并说明原因。",
                change.amount,
                printed(mention.said),
            )
    if kind == "none":
        yield from _none(paper, mention)
    if kind == "every":
        yield from _every(paper, mention)
    if kind == "names":
        yield from _names(paper, mention)
    if kind == "loose" and mention.number is not None and mention.number.unit == "万":
        said = printed(mention.said)
        yield paper.finding(
            "unit", Level.WARNING, f"“{said}”写作“万”，应为“{paper.money}”。", None, said
        )


def _number(paper: Paper, mention: Mention) -> Iterator[Finding]:
    figure, number = mention.figure, mention.number
    assert figure is not None
    assert number is not None
    value = figure.value
    if figure.missing or not isinstance(value, Amount):
        return
    said = printed(mention.said)
    rule = "change" if mention.kind == "change" else paper.unit.section
    if value.unit == COUNT:
        if paper.unit.part in ("table", "profile") and not value.fen:
            return  # 基础信息 says nothing yet
        if number.value != value.fen:
            yield paper.finding(
                rule, Level.ERROR, f"“{said}”应为{value.fen}（{figure.title}）。", figure, said,
                str(value.fen),
            )  # fmt: skip
        return
    size = value._replace(fen=abs(value.fen))
    unit = number.unit
    if unit not in _SCALE:
        return
    if _equal(size, number, _SCALE[unit]):
        if not unit and not number.value:
            return  # nought is nought in any unit
        if unit not in (paper.money, "亿元"):
            wrong = f"写作“{unit}”" if unit else "没有写单位"
            yield paper.finding(
                "unit", Level.ERROR if unit != "元" else Level.WARNING,
                f"“{said}”{wrong}，应为“{paper.money}”。", figure, said, f"{figure.text}{paper.money}",
            )  # fmt: skip
    elif unit != paper.money and _equal(size, number, _SCALE[paper.money]):
        wrong = f"单位写成了“{unit}”" if unit else "没有写单位"
        yield paper.finding(
            "unit", Level.ERROR, f"“{said}”{wrong}，应为“{figure.text}{paper.money}”。", figure, said,
            f"{figure.text}{paper.money}",
        )  # fmt: skip
    else:
        yield paper.finding(
            rule, Level.ERROR, f"“{said}”应为{figure.text}{paper.money}（{figure.title}）。", figure,
            said, f"{figure.text}{paper.money}",
        )  # fmt: skip
    if mention.target is not None and mention.target.variant:
        yield paper.finding(
            "name", Level.WARNING, f"“{said}”的名称应写全：{mention.target.name}。", figure, said,
        )  # fmt: skip


def prints(figure: Figure, number: Number) -> bool:
    """Whether a number, whatever it is said of, is this figure as it may be printed."""
    value = figure.value
    if not isinstance(value, Amount) or figure.missing:
        return False
    if value.unit == COUNT:
        return number.value == value.fen
    return number.unit in _SCALE and _equal(value, number, _SCALE[number.unit])


def _equal(amount: Amount, number: Number, scale: int) -> bool:
    """Whether the amount prints as the number in a unit of ``scale`` 分, at the number's decimals."""
    exact = Decimal(amount.fen) / scale
    places = number.places
    step = Decimal(1).scaleb(-places)
    return exact.quantize(step, ROUND_HALF_UP) == number.value and (
        places >= 2 or exact == number.value or scale > 1_000_000  # noqa: PLR2004  # 万元 have two decimals
    )


def _direction(paper: Paper, mention: Mention) -> Iterator[Finding]:
    change = mention.change
    assert change is not None
    if not change.known or not isinstance(change.amount.value, Amount):
        return
    said, size = printed(mention.said), change.amount.value.fen
    if size == 0:
        return
    if mention.up is not None and mention.up != (size > 0):
        yield paper.finding(
            "change", Level.ERROR,
            f"“{said}”的增减方向不对：{change.amount.title}比上年{change.direction}{change.amount}{paper.money}。",
            change.amount, said, str(change.direction),
        )  # fmt: skip
    if mention.kind == "change" and not mention.reason:
        yield paper.finding(
            "change",
            Level.WARNING,
            f"“{said}”后面没有写原因；请补上主要原因。",
            change.amount,
            said,
        )


def _percent(paper: Paper, mention: Mention) -> Iterator[Finding]:
    figure, number = mention.figure, mention.number
    assert figure is not None
    assert number is not None
    said = printed(mention.said)
    if (
        mention.kind == "percent"
        and mention.change is not None
        and mention.change.known
        and not figure.text
    ):
        if not number.value and mention.change.same:
            return  # 增长0.00% where nothing changed
        yield paper.finding(
            "change",
            Level.ERROR,
            f"“{said}”：上年数为0或没有增减，不能计算百分比；请删去。",
            figure,
            said,
        )
        return
    if figure.missing or not isinstance(figure.value, int):
        return
    # The figure is rounded itself: with fewer decimals, both neighbours of a half are right.
    off = abs(Decimal(figure.value) / 100 - number.value)
    if off and 2 * off > Decimal(1).scaleb(-number.places):
        words = _inferred_from(paper, mention)
        if words:
            yield paper.finding(
                "change", Level.ERROR,
                f"“{said}”与“{words}”不一致：按后者算是{figure.text}（{figure.title}）；请核对其中哪一个数不对。",
                figure, said,
            )  # fmt: skip
            return
        yield paper.finding(
            "change" if mention.kind == "percent" else paper.unit.section,
            Level.ERROR, f"“{said}”应为{figure.text}（{figure.title}）。", figure, said, figure.text,
        )  # fmt: skip


def _inferred_from(paper: Paper, mention: Mention) -> str:
    """The words from which last year's figure behind a percentage follows, if only the text tells it."""
    change = mention.change
    cells = change.prior.cells if mention.kind == "percent" and change is not None else ()
    return next((printed(one) for cell in cells if (one := paper.inferred.get(cell.row))), "")


def _none(paper: Paper, mention: Mention) -> Iterator[Finding]:
    figure = mention.figure
    assert figure is not None
    if isinstance(figure.value, Amount) and figure.value.fen and not figure.missing:
        said = printed(mention.said)
        yield paper.finding(
            paper.unit.section, Level.ERROR,
            f"“{said}”与数字不符：{figure.title}为{figure.text}。", figure, said, figure.text,
        )  # fmt: skip


def _every(paper: Paper, mention: Mention) -> Iterator[Finding]:
    """“均为…”: one line makes up the whole, it is the one named, and no carry-over is denied."""
    topic = mention.topic
    assert topic is not None
    assert topic.kinds is not None
    kinds, said = topic.kinds, printed(mention.said)
    if kinds.gap is not None or not kinds.items:
        return
    if not kinds.uniform:
        names = "、".join(item.name.text for item in kinds.items)
        yield paper.finding(
            paper.unit.section, Level.ERROR, f"“{said}”与数字不符：还有{names}。", kinds.names, said
        )
        return
    name = plain(kinds.items[0].name.text)
    if _alike(name, mention.rest) < min(4, len(name)):
        yield paper.finding(
            paper.unit.section, Level.ERROR,
            f"“{said}”与数字不符：全部是{kinds.items[0].name.text}。", kinds.names, said,
        )  # fmt: skip
    carried = topic.carryover
    only = any(plain(word) in mention.rest for word in paper.readings.words["this_year"])
    if only and carried is not None and isinstance(carried.value, Amount) and carried.value.fen:
        yield paper.finding(
            paper.unit.section, Level.ERROR,
            f"“{said}”与数字不符：其中{carried.title}有{carried.text}{paper.money}。", carried, said,
        )  # fmt: skip


def _alike(name: str, text: str) -> int:
    """How many signs from its beginning the name shares with any place of the text."""
    return max((length for length in range(len(name), 0, -1) if name[:length] in text), default=0)


def _pieces(text: str, names: Collection[str]) -> Iterator[str]:
    """The names of a list; among those with 、 a comma divides only what are names on both sides."""
    for one in text.split("、" if "、" in text else ","):
        parts = one.split(",")
        yield from parts if all(part in names for part in parts) else [one]


def _names(paper: Paper, mention: Mention) -> Iterator[Finding]:
    figure = mention.figure
    assert figure is not None
    if figure.missing or not isinstance(figure.value, tuple):
        return
    lead, mark, named = mention.rest.rstrip("。;,").partition(":")
    rest = named if mark and "、" not in lead else f"{lead}{mark}{named}"
    wanted = {plain(str(name)): str(name) for name in figure.value}
    there = [one for one in _pieces(rest, wanted) if one]
    if there and there[-1].endswith("等"):
        there[-1] = there[-1][:-1]
    missing = dict(wanted)
    for one in dict.fromkeys(one for one in there if there.count(one) > 1):
        yield paper.finding(
            paper.unit.section, Level.WARNING, f"“{printed(one)}”列了两次；请删去重复的。", figure,
            printed(one),
        )  # fmt: skip
    for one in dict.fromkeys(there):
        if one in missing:
            del missing[one]
            continue
        near = next((key for key in missing if key in one or one in key), "")
        if near:
            name = missing.pop(near)
            yield paper.finding(
                "name",
                Level.WARNING,
                f"“{printed(one)}”的名称应为“{name}”。",
                figure,
                printed(one),
                name,
                PRESCRIBED,
            )
        elif one not in wanted:
            yield paper.finding(
                paper.unit.section, Level.ERROR,
                f"列出了“{printed(one)}”，而{figure.title}中没有它的金额；请核对。", figure, printed(one),
            )  # fmt: skip
    if missing:
        lost = "、".join(missing.values())
        yield paper.finding(
            paper.unit.section, Level.ERROR, f"没有列出“{lost}”，而{figure.title}中有它的金额；请补上。",
            figure, "", lost,
        )  # fmt: skip
