"""Text normalisation: signs, widths and spaces of whatever is read; names, headings and captions made comparable.

The one normaliser of every reader.
"""

from __future__ import annotations

import re
from functools import lru_cache
from unicodedata import category, normalize

from xlbudget.limits import LONGEST_SHOWN

_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb]"
)
"""Zero-width, bidirectional and joining signs, soft hyphens, variation selectors, blank fillers."""
_KANGXI = range(0x2F00, 0x2FD6)
_RADICALS = str.maketrans(
    {chr(one): normalize("NFKC", chr(one)) for one in _KANGXI}
    | dict(
        zip(
            "⺁⺄⺈⺌⺍⺕⺗⺝⺠⺢⺮⺼⻁⻄⻅⻆⻉⻋⻓⻔⻘⻙⻚⻛⻜⻝⻢⻣⻤⻥⻦⻧⻨⻩⻬⻮⻰⻳⼾",
            "厂乙刀小小彐心月民水竹肉虎西见角贝车长门青韦页风飞食马骨鬼鱼鸟卤麦黄齐齿龙龟户",
            strict=True,
        )
    )
)
"""Radicals that PDF readers give for whole characters; NFKC leaves some as they are and makes 戶 of ⼾."""
_SPACES = re.compile(r"\s+")
_SIGNS = str.maketrans({"−": "-", "–": "-", "△": "-", "▲": "-", "，": ",", "。": "."})
_APOSTROPHES = "'’‘`´"
_GROUPED = re.compile(r"(?<![\d.])\d{1,3}(?: \d{3})+(?![\d ])")
_BROKEN = re.compile(r"[\d.,]\s+[\d.,]")
_WHOLE = re.compile(r"(\d+)\.0+")


@lru_cache(maxsize=8192)
def visible(text: str) -> str:
    """The text without signs that nobody sees, radicals as characters; widths and spaces stay."""
    if text.isascii():
        return text
    return _INVISIBLE.sub("", text).translate(_RADICALS)


@lru_cache(maxsize=8192)
def folded(text: str) -> str:
    """Visible signs in one width and form (NFKC): ``（１）`` is ``(1)``; white space stays."""
    return text if text.isascii() else normalize("NFKC", visible(text))


@lru_cache(maxsize=8192)
def squash(text: str) -> str:
    """Folded without any white space: ``收 入`` is 收入, ``（境）`` is (境)."""
    return _SPACES.sub("", folded(text))


def shortened(text: str) -> str:
    """A foreign text as it is quoted in a sentence: without invisible signs, its beginning where it is long."""
    shown = visible(text[: 2 * LONGEST_SHOWN]).strip()
    return (
        shown
        if len(shown) <= LONGEST_SHOWN and len(text) <= 2 * LONGEST_SHOWN
        else f"{shown[:LONGEST_SHOWN]}…"
    )


def amount_text(text: str) -> str | None:
    """The signs of a typed amount in plain form, blank for nothing, None where it can be no amount.

    White space beside digits goes, also between groups of three; white space that splits a number
    (a line break in a cell: ``12⏎34``) makes it no amount, and so do raised and circled digits,
    which would otherwise be read as ordinary ones: ``5²`` is no 52.
    """
    seen = visible(text).strip().lstrip(_APOSTROPHES).strip()
    if not seen.isascii():
        if any(category(sign) == "No" for sign in seen):
            return None
        seen = normalize("NFKC", seen).translate(_SIGNS)
    seen = _GROUPED.sub(lambda match: match[0].replace(" ", ""), seen)
    return None if _BROKEN.search(seen) else _SPACES.sub("", seen)


def code_text(value: str) -> str:
    """A subject code as typed, without white space: ``２０１ ０３`` is 20103, ``20103.0`` too.

    Raised and circled digits stay what they are, so that they are told as no code.
    """
    if value.isascii() and value.isdigit():
        return value
    if any(category(sign) == "No" for sign in value):
        return _SPACES.sub("", visible(value))
    text = squash(value).strip(_APOSTROPHES)
    whole = _WHOLE.fullmatch(text)
    return whole[1] if whole else text


_JOINED = re.compile(r"\d+(?:-\d+)*")
_CODED = re.compile(r"[\[(]?(\d{3,})[\])]?[-:_.\s]*(\D.*)", re.DOTALL)


def split_code(text: str) -> tuple[str, str]:
    """The code and the name in one cell: ``2010301-行政运行``, ``[2010301]行政运行``, ``2010301 行政运行``."""
    plain = code_text(text)
    if _JOINED.fullmatch(plain):
        return plain.replace("-", ""), ""
    shown = visible(text).strip()
    match = _CODED.fullmatch(folded(shown))
    if match is None:
        return "", text.strip()
    same = len(folded(shown)) == len(shown)  # then the name keeps the width of its signs
    name = (shown[match.start(2) :] if same else match[2]).strip()
    return match[1], name if any(map(str.isalnum, name)) else ""


_DIGITS = "零一二三四五六七八九"


def ordinal(number: int) -> str:
    """A Chinese numeral: 1 一, 10 十, 21 二十一, 105 一百零五 (up to 999)."""
    hundreds, rest = divmod(number, 100)
    tens, ones = divmod(rest, 10)
    text = f"{_DIGITS[hundreds]}百" if hundreds else ""
    if tens:
        text += ("" if tens == 1 and not hundreds else _DIGITS[tens]) + "十"
    elif hundreds and ones:
        text += "零"
    return text + (_DIGITS[ones] if ones or not text else "")


_QUOTES = re.compile("[“”‘’\"'「」『』《》]")
_YEAR = re.compile(r"20\d\d年")
_TITLE_YEAR = re.compile(r"^20\d\d年度?")
_CHINESE = "[一二三四五六七八九十百]+"
_NUMBER = rf"(?:{_CHINESE}|\d{{1,2}})"
_ORDINAL = re.compile(rf"其中:?|{_NUMBER}(?:、|\.(?!\d)|,)|\({_NUMBER}\)[、.]?")
_LEADING = rf"附?表?{_NUMBER}[-_、.:)]+|附?表?\d{{1,2}}(?=20\d\d年)|附?表?\(?\d{{1,2}}\)?"
_NOTE = rf"说明|备注|注[:\d]|\(?{_NUMBER}\)?[、.)]"
YEAR = re.compile(r"(?<!\d)(20\d\d)年")
"""A year, also that of a day."""
_BARE_YEAR = re.compile(rf"{YEAR.pattern}(?!\d{{1,2}}月)")
_CIRCLED = dict.fromkeys(range(0x2460, 0x2474), "")


@lru_cache(maxsize=1024)
def heading(text: str) -> str:
    """A column's heading; years are equal: ``2024年预算数`` is ``20XX年预算数``."""
    return _YEAR.sub("20XX年", _QUOTES.sub("", squash(text)))


@lru_cache(maxsize=1024)
def plain_name(text: str) -> str:
    """A sheet's name or title without quotes, leading number and year: ``5-一般公共预算支出表``, ``1.2026年收支总表``."""
    found = _TITLE_YEAR.sub("", _QUOTES.sub("", squash(text)))
    match = re.match(_LEADING, found)
    return _TITLE_YEAR.sub("", found[match.end() :]) if match else found


@lru_cache(maxsize=8192)
def row_label(text: str) -> str:
    """A row's label without 一、, 1、, （一）, 其中：, quotes and a colon at the end."""
    found = _QUOTES.sub("", squash(text.translate(_CIRCLED))).rstrip(":")
    while match := _ORDINAL.match(found):
        found = found[match.end() :]
    return _YEAR.sub("20XX年", found)


def without_ordinal(text: str) -> str:
    """A label as printed, but without its ordinal: ``一、教育支出`` is ``教育支出``."""
    found = visible(text).strip()
    if len(folded(found)) != len(found):
        return row_label(found)
    while match := _ORDINAL.match(folded(found)):
        found = found[match.end() :].lstrip()
    return found


@lru_cache(maxsize=1024)
def caption(text: str) -> str:
    """A caption beside a field: without quotes, 其中：, marks of required fields and colons."""
    return row_label(text.strip(" *＊")).strip("*")


def is_note(text: str) -> bool:
    """Whether a text looks like a note below a table: 说明, 注：, 1、."""
    return re.match(_NOTE, squash(text)) is not None


_FOOTER = (
    r"(?:(?:填表|制表|编制|填报|审核|复核|经办|负责|联系)人|审核|复核|制表|(?:单位|部门|财务|主管|科室)?负责人"
    r"|(?:填表|制表|编制|填报|打印|导出|报送)(?:日期|时间)|(?:联系)?电话)(?:\(签章\)|\(盖章\))?(?::|$)"
    r"|第\d+页(?:[,/]?共\d+页)?$|共\d+页"
)


def is_footer(text: str) -> bool:
    """Whether a line begins with what stands below a form or a page: 填表人：, 制表日期：, 第3页."""
    return re.match(_FOOTER, squash(text)) is not None


def years_in(text: str) -> list[int]:
    """The years that a title or heading names, each once; a day (2024年2月1日) is none."""
    return [int(year) for year in dict.fromkeys(_BARE_YEAR.findall(squash(text)))]
