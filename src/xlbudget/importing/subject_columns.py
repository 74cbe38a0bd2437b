"""Where a list of subjects says what: its headings told, or its columns by what they hold.

Codes and names stand in one column each, in one for each level (类, 款, 项), or both in one cell; a page may have
two lists side by side.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.characters import code_text, split_code, squash

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from xlbudget.standard.model import Standard


LEVELS = ("类", "款", "项")
CODE, NAME, BOTH = "code", "name", "both"
_OF = (
    r"(?:一般公共预算|政府性基金|国有资本经营|社会保险基金|政府|部门|本级|财政|预算|收支|支出|收入"
    r"|功能|经济|分类|科目|要素|级)*"
)
_WHOSE = re.compile("科目|分类|功能|经济|要素")
"""What the codes of a list must be of, where its heading says more than 编码: a 部门编码 is no subject's."""
_CODE = re.compile(rf"({_OF})(?:编码|代码|编号|code)")
_NAME = re.compile(rf"({_OF})(?:名称|name)")
_BOTH = re.compile(
    rf"({_OF})(?:科目|分类)(?:(?:编码|代码)[及和与、/-]?名称|\((?:编码|代码)[^()]*\))?"
)
_LEVEL = re.compile(r"(?:科目)?([类款项])级?(?:科目)?(编码|代码|名称)?")
_REMARK = re.compile(r"\((?:必填|选填|可选|可不填|\d+位)\)|[*★]")
_OTHERS = {
    "kind": ("分类", "科目分类", "科目类别", "kind"),
    "first": ("启用年度", "启用时间", "启用日期", "生效年度", "生效日期", "valid_from"),
    "last": ("停用年度", "停用时间", "停用日期", "失效年度", "失效日期", "valid_to"),
    "aliases": ("别名", "aliases"),
    "meaning": (
        "说明",
        "科目说明",
        "释义",
        "科目释义",
        "使用说明",
        "科目使用说明",
        "科目解释",
        "核算内容",
    ),
    "former": ("原名称", "原科目名称", "原名", "更名前", "更名前名称", "修订前名称", "调整前名称"),
    "mark": (
        *(
            "变动",
            "变动情况",
            "变动类型",
            "变更",
            "变更情况",
            "变更类型",
            "调整",
            "调整情况",
            "调整类型",
        ),
        *("修订", "修订情况", "修订类型", "标识", "标记", "备注"),
    ),
    "used": ("状态", "是否启用", "是否有效", "是否使用", "启用状态", "使用状态", "启用标志"),
}
"""What else is taken of a subject, and what its column is called."""
_AMOUNTS = ("合计", "小计", "总计", "金额", "预算数", "决算数", "执行数", "本年预算", "上年预算")
_MONEY = re.compile(r"金额|预算数|决算数|执行数|资金|申报|数额|拨款|\([^()]*元\)")
"""In headings of columns of money."""
_LONGEST, _SMALL = 12, 4
"""Signs of a heading (more is a title), and of a number that counts or is a year."""
_CODED = ("编码", "代码", "编号", "主键", "id", "日期", "时间")
_LARGE = re.compile(r"-?(?!(?:19|20)\d{6}$)\d{1,3}(?:,?\d{3})+")
"""A whole number of money; no day (20250101)."""
_AMOUNT = re.compile(r"-?\d[\d,]*\.\d+")
_SEARCHED = 40
"""Lines in which headings are looked for: a page of remarks may stand above."""
_MOSTLY = 0.8
_FEWEST = 3
"""So many lines at least tell columns that have no headings."""


class Columns(NamedTuple):
    """One list on a sheet, columns from 0: ``codes`` and ``names`` are one, or one for each level.

    Codes without ``names`` stand in one cell with them. ``body`` is the first line below the headings, ``others`` are
    what else is said of a subject; ``title`` is all that stands above.
    """

    body: int
    codes: tuple[int, ...]
    names: tuple[int, ...]
    others: Mapping[str, int]
    title: str = ""


def find_columns(lines: Sequence[Sequence[str]], standard: Standard) -> list[Columns]:
    """The lists on a sheet; none where it holds no subjects."""
    for number in range(min(len(lines), _SEARCHED)):
        two = _over(lines, number)
        for labels, body in ((two, number + 2), ([*map(_label, lines[number])], number + 1)):
            if body < len(lines) and {*LEVELS[:2]} <= {*map(_label, lines[body])}:
                continue  # the line below says more
            if found := _groups(labels, lines[body:]):
                title = " ".join(filter(None, (cell for line in lines[:body] for cell in line)))
                return [one._replace(body=body, title=title) for one in found]
    return _by_contents(lines, standard)


def holds_amounts(lines: Sequence[Sequence[str]], standard: Standard) -> bool:
    """Whether a sheet has amounts beside its subjects, or room for them: then it is no list."""
    named = {
        *_AMOUNTS,
        *(
            squash(block.column(key).label[-1])
            for block in standard.blocks.values()
            for key in block.amounts
        ),
    }
    lists = find_columns(lines, standard)
    told = {at for one in lists for at in (*one.codes, *one.names, *one.others.values())}
    body = lists[0].body if lists else 0
    for at in range(max(map(len, lines), default=0)):
        if at in told:
            continue
        column = [squash(line[at]) if at < len(line) else "" for line in lines]
        if any(map(_AMOUNT.fullmatch, column)) or not named.isdisjoint(column):
            return True
        headings = [one for one in column[max(0, body - 2) : body + 1] if len(one) <= _LONGEST]
        coded = any(one.lower().endswith(_CODED) for one in headings)
        if any(map(_MONEY.search, headings)) or (
            not coded and any(len(one) > _SMALL and _LARGE.fullmatch(one) for one in column[body:])
        ):
            return True
    return any(_repeats(one, lines) for one in lists)


def _repeats(one: Columns, lines: Sequence[Sequence[str]]) -> bool:
    """Whether the codes stand again and again, as in lines of appropriations: a list has each once."""
    if len(one.codes) > 1:
        return False  # those of a level stand again below each of the level above
    held = [
        code for line in lines[one.body :] if (code := "".join(line[one.codes[0] :][:1]).strip())
    ]
    return len(held) > _FEWEST and 2 * len({*held}) < len(held)


def _label(text: str) -> str:
    return _REMARK.sub("", squash(text)).lower()


def _over(lines: Sequence[Sequence[str]], number: int) -> list[str]:
    """The headings of two lines: what stands above, also to the left where that is blank, and below."""
    if number + 1 >= len(lines) or any(code_text(cell).isdigit() for cell in lines[number + 1]):
        return []
    below = lines[number + 1]
    found, outer = [], ""
    for at, cell in enumerate(lines[number]):
        outer = _label(cell) or outer
        inner = _label(below[at]) if at < len(below) else ""
        if not inner:
            found.append(_label(cell))
        elif inner in LEVELS:
            found.append(inner + ("名称" if _role(outer) == NAME else ""))
        elif outer in LEVELS:
            found.append(outer + inner)
        else:
            found.append(inner)
    return found


def _role(label: str) -> str:
    """What a column of that heading holds: ``code``, ``name``, ``both``, a level's code or name, or another key."""
    level = _LEVEL.fullmatch(label)
    if level:
        return level[1] + (NAME if level[2] == "名称" else "")
    for pattern, role in ((_CODE, CODE), (_NAME, NAME)):
        match = pattern.fullmatch(label)
        if match and (not match[1] or _WHOSE.search(match[1])):
            return role
    for role, names in _OTHERS.items():
        if label in names:
            return role
    return BOTH if _BOTH.fullmatch(label) else ""


def _groups(labels: Sequence[str], body: Sequence[Sequence[str]]) -> list[Columns]:
    """The lists whose columns have these headings, from left to right; [] where one lacks codes or names."""
    groups: list[dict[str, int]] = [{}]
    for at, label in enumerate(labels):
        role = _role(label)
        if not role:
            continue
        if role in groups[-1] and role in (CODE, BOTH, LEVELS[0]):
            groups.append({})
        groups[-1].setdefault(role, at)
    found = [_columns(group, body) for group in groups]
    return [one for one in found if one is not None]


def _columns(group: Mapping[str, int], body: Sequence[Sequence[str]]) -> Columns | None:
    others = {role: at for role, at in group.items() if role in _OTHERS}
    levels = tuple(group[level] for level in LEVELS if level in group)
    level_names = tuple(group[level + NAME] for level in LEVELS if level + NAME in group)
    plain = (group[NAME],) if NAME in group else ()
    if CODE in group and plain:
        return Columns(0, (group[CODE],), plain, others)
    if len(levels) > 1:
        if plain:
            return Columns(0, levels, plain, others)
        if len(level_names) == len(levels):
            return Columns(0, levels, level_names, others)
        if _coded(body, levels):
            return Columns(0, levels, (), others)
    for role in (BOTH, CODE, NAME, "kind"):
        if role in group and _coded(body, (group[role],)):
            return Columns(
                0, (group[role],), (), {key: at for key, at in others.items() if key != role}
            )
    return None


def _coded(body: Sequence[Sequence[str]], columns: tuple[int, ...]) -> bool:
    """Whether most cells of these columns hold a code and a name."""
    cells = [line[at] for line in body for at in columns if at < len(line) and line[at].strip()]
    return bool(cells) and sum(all(split_code(cell)) for cell in cells) >= _MOSTLY * len(cells)


def _by_contents(lines: Sequence[Sequence[str]], standard: Standard) -> list[Columns]:
    """A list without headings: a column of codes, and the first one behind it that holds names; or both in one."""
    held = [line for line in lines if any(cell.strip() for cell in line)]
    if len(held) < _FEWEST:
        return []
    for at in range(max(map(len, held))):
        column = [line[at] if at < len(line) else "" for line in held]
        coded = [_listed(standard, split_code(cell)[0]) for cell in column]
        if sum(coded) < _MOSTLY * len(held):
            continue
        above = held[: coded.index(True)]
        if any(sum(bool(cell.strip()) for cell in line) > 1 for line in above):
            continue  # headings, which say something else
        if _coded(held, (at,)):
            return [Columns(0, (at,), (), {})]
        for beside in range(at + 1, max(map(len, held))):
            names = [line[beside] if beside < len(line) else "" for line in held]
            if sum(_worded(name) for name in names) >= _MOSTLY * len(held):
                return [Columns(0, (at,), (beside,), {})]
    return []


def _listed(standard: Standard, code: str) -> bool:
    """Whether a code may be of one of the standard's lists."""
    return any(
        len(code) in one.lengths and code[: one.lengths[0]] in one.by_code
        for one in standard.subjects.values()
    )


def _worded(text: str) -> bool:
    return bool(text.strip()) and not any(sign.isdigit() for sign in text[:1])
