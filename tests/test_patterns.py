"""No regular expression that a workbook's texts meet takes long at any text: each is tried at 100,000 characters made against it.

A text is made from the pattern: what a repetition takes, over and over, behind what stands before it, and
then a sign that nothing fits. A pattern that tries again from every sign, or in all ways, takes minutes.
"""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
import signal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import xlbudget
from xlbudget.reading.book import _PIECE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

_parser: Any = re._parser  # type: ignore[attr-defined]  # the one way to a pattern's structure

SIZE = 100_000
SECONDS = 1.0
"""Of the processor, for one text: linear ones take a hundredth of one."""
CALLS = {"compile", "match", "search", "fullmatch", "sub", "subn", "split", "findall", "finditer"}
NOWHERE = "\x00"
"""A sign that no pattern wants."""
_SIGNS = "x1 甲.a/<>=\"'-,;()&\n元一亿"
_CLASSES = {
    "CATEGORY_DIGIT": "1", "CATEGORY_WORD": "a", "CATEGORY_SPACE": " ",
    "CATEGORY_NOT_DIGIT": "a", "CATEGORY_NOT_WORD": " ", "CATEGORY_NOT_SPACE": "a",
}  # fmt: skip


ROOMS = (
    "characters", "money", "reading", "sheets", "rules", "checks", "texts", "report", "xlsx",
)  # fmt: skip
"""What every workbook goes through; a standard's own texts, and documents, come by other ways."""
KNOWN = {r"[\u4e00-\u9fff]{2}.*\d", _PIECE}
"""Asked of a few words only; asked at one place of a formula after the other."""


def modules() -> Iterator[str]:
    """The modules of these rooms."""
    for one in pkgutil.walk_packages(xlbudget.__path__, "xlbudget."):
        if one.name.split(".")[1] in ROOMS:
            yield one.name


def patterns_of(name: str) -> Iterator[tuple[str | bytes, bool]]:
    """The patterns that a module gives to ``re``, and whether they are searched for, not only matched.

    As far as the module's own constants make them up.
    """
    module = importlib.import_module(name)
    assert module.__file__ is not None
    source = Path(module.__file__).read_text("utf-8")
    if "import re\n" not in source:
        return
    for node in ast.walk(ast.parse(source)):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args):
            continue
        of_re = isinstance(node.func.value, ast.Name) and node.func.value.id == "re"
        if not of_re or node.func.attr not in CALLS:
            continue
        try:
            found = eval(ast.unparse(node.args[0]), dict(vars(module)))  # our own source
        except NameError:  # made of what a function is given
            continue
        pattern = found.pattern if isinstance(found, re.Pattern) else found
        if node.func.attr == "compile":
            names = [
                one
                for one, value in vars(module).items()
                if isinstance(value, re.Pattern) and value.pattern == pattern
            ]
            used = {method for one in names for method in re.findall(rf"\b{one}\.(\w+)", source)}
            yield pattern, not (used and used <= {"match", "fullmatch"})
        else:
            yield pattern, node.func.attr not in ("match", "fullmatch")


def sample(nodes: Any) -> str:
    """A text that a part of a pattern takes."""
    return "".join(_of_node(str(kind), value) for kind, value in nodes)


def _of_node(kind: str, value: Any) -> str:
    match kind:
        case "LITERAL":
            return chr(value)
        case "NOT_LITERAL":
            return "x" if value != ord("x") else "y"
        case "ANY":
            return "x"
        case "IN":
            return _of_class(value)
        case "SUBPATTERN":
            return sample(value[3])
        case "ATOMIC_GROUP":
            return sample(value)
        case "BRANCH":
            return sample(value[1][0])
        case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
            return sample(value[2]) * max(value[0], 1)
    return ""


def _of_class(items: Any) -> str:
    if str(items[0][0]) == "NEGATE":
        taken = [item for item in items[1:] if str(item[0]) in ("LITERAL", "RANGE")]

        def inside(sign: str) -> bool:
            return any(
                ord(sign) == value if str(kind) == "LITERAL" else value[0] <= ord(sign) <= value[1]
                for kind, value in taken
            )

        return next(sign for sign in _SIGNS if not inside(sign))
    kind, value = items[0]
    if str(kind) == "CATEGORY":
        return _CLASSES[str(value)]
    return chr(value if str(kind) == "LITERAL" else value[0])


def texts_against(pattern: str | bytes) -> set[str]:
    """Texts with every repetition of a pattern at its longest."""
    found = {NOWHERE * SIZE, " " * SIZE, "1" * SIZE, "甲" * SIZE}

    def visit(nodes: Any, before: str) -> None:
        for kind, value in nodes:
            name = str(kind)
            if name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
                body = sample(value[2])
                if body and value[1] > 9:  # anything but a few
                    times = SIZE // len(body)
                    found.add(before + body * times + NOWHERE)
                    found.add((before + body) * (SIZE // len(before + body)) + NOWHERE)
                    found.add((before + body * 100) * (SIZE // len(before + body * 100)))
                visit(value[2], before)
            elif name == "SUBPATTERN":
                visit(value[3], before)
            elif name == "ATOMIC_GROUP":
                visit(value, before)
            elif name == "BRANCH":
                for branch in value[1]:
                    visit(branch, before)
            elif name in ("ASSERT", "ASSERT_NOT"):
                visit(value[1], before)
            before += _of_node(name, value)

    visit(_parser.parse(pattern), "")
    return found


class TooLongError(Exception):
    """A text took more than its time."""


def _stop(number: int, frame: FrameType | None) -> None:
    raise TooLongError


@pytest.mark.parametrize("module", [*modules()])
def test_every_pattern_is_linear(module: str) -> None:
    slow = []
    previous = signal.signal(signal.SIGVTALRM, _stop)
    try:
        for pattern, searched in dict.fromkeys(patterns_of(module)):
            if pattern in KNOWN:
                continue
            compiled: Any = re.compile(pattern)
            for text in texts_against(pattern):
                given = text if isinstance(pattern, str) else text.encode("utf-8", "replace")
                signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS)
                try:
                    for _ in compiled.finditer(given) if searched else ():
                        pass
                    compiled.match(given)
                    compiled.fullmatch(given)
                except TooLongError:
                    slow.append((pattern, text[:60]))
                    break
                finally:
                    signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    finally:
        signal.signal(signal.SIGVTALRM, previous)
    assert not slow


def test_a_pattern_that_is_not_linear_is_noticed() -> None:
    """So that the texts above say something."""
    pattern = re.compile(r"<a\s[^>]*x>")

    def try_all() -> None:
        for text in sorted(texts_against(pattern.pattern)):
            assert pattern.search(text) is None

    previous = signal.signal(signal.SIGVTALRM, _stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, 0.5)
    try:
        with pytest.raises(TooLongError):
            try_all()
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, previous)
