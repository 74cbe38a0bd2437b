"""Render templates in a sandbox, and find again where in the text each figure stands.

Figures are printed between private-use characters that are taken out afterwards. A blank line
in a template ends a paragraph; a paragraph that begins with ``#`` is a heading. White space
around line breaks is dropped. Besides figures, templates have ``ordinal`` (filter: 2 is 二),
``number()`` (二 on its second call), ``key(text)`` (the paragraph's lasting id),
``review(text)`` (why a person must look at the paragraph) and ``basis(figures)`` (what the
sentence rests on without printing it: 无… because it is nought).
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import jinja2
from jinja2.sandbox import ImmutableSandboxedEnvironment

from xlbudget.errors import StandardError
from xlbudget.notes.document import Span
from xlbudget.notes.figure import Figure
from xlbudget.notes.wording import ordinal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

__all__ = ["Piece", "found", "line", "render"]

_OPEN, _MIDDLE, _CLOSE = "\ue000", "\ue001", "\ue002"
_BREAK, _BROKEN, _KEY, _KEYED = "\ue003", "\ue004", "\ue005", "\ue006"
_REVIEW, _REVIEWED = "\ue007", "\ue008"
_FIGURE = re.compile(f"{_OPEN}([^{_MIDDLE}]*){_MIDDLE}([^{_CLOSE}]*){_CLOSE}")
_BLANK = re.compile(r"\n[ \t]*\n\s*")
_TEMPLATE = re.compile(r"[\w-]+\.j2")


class Piece(NamedTuple):
    """A rendered paragraph: its place in the template (from 1) or its key, level, text, figures.

    ``figures`` are all of them in the order of the text, also those that print nothing;
    ``reviews`` what the template itself wants looked at.
    """

    key: str
    level: int
    text: str
    spans: tuple[Span, ...]
    figures: tuple[Figure, ...]
    reviews: tuple[str, ...]


def render(
    folder: Path, template: str, names: Mapping[str, object], figures: Mapping[str, Figure]
) -> list[Piece]:
    """The paragraphs of one template file.

    Raises:
        StandardError: the template is missing, is wrong, or names an unknown figure.
    """
    try:
        text = (
            _environment(folder)
            .get_template(template)
            .render(
                {
                    **names,
                    "number": _counter(),
                    "key": _key,
                    "review": _review,
                    "basis": _basis,
                }
            )
        )
    except jinja2.TemplateNotFound as error:
        raise StandardError(f"找不到模板“notes/{error.name}”。") from error
    except jinja2.TemplateSyntaxError as error:
        raise StandardError(
            f"模板“notes/{error.name or template}”第{error.lineno}行有语法错误：{error.message}。"
        ) from error
    except (jinja2.TemplateError, TypeError, ValueError, LookupError, ArithmeticError) as error:
        raise StandardError(f"模板“notes/{template}”出错：{error}。") from error
    except (AttributeError, RecursionError, OverflowError, MemoryError) as error:
        raise StandardError(f"模板“notes/{template}”出错：{error}。") from error
    return _pieces(text, figures)


def line(text: str, names: Mapping[str, object]) -> str:
    """A heading with ``{name}`` of figures, marked as templates mark them."""

    def replaced(match: re.Match[str]) -> str:
        figure = names.get(match[1])
        if not isinstance(figure, Figure):
            raise StandardError(f"“notes/sections.toml”的标题用到未知的“{match[1]}”。")
        return _marked(figure)

    return re.sub(r"\{(\w+)\}", replaced, text)


def found(
    text: str, figures: Mapping[str, Figure]
) -> tuple[str, tuple[Span, ...], tuple[Figure, ...]]:
    """Take the marks out: plain text, spans of what is printed, all figures."""
    plain, spans, every, last = "", [], [], 0
    for match in _FIGURE.finditer(text):
        plain += text[last : match.start()]
        figure = figures[match[1]]
        every.append(figure)
        if match[2]:
            spans.append(Span(len(plain), len(plain) + len(match[2]), figure))
        plain += match[2]
        last = match.end()
    return plain + text[last:], tuple(spans), tuple(every)


def _marked(figure: Figure) -> str:
    return f"{_OPEN}{figure.name}{_MIDDLE}{figure.text}{_CLOSE}"


def _finalize(value: object) -> str:
    if isinstance(value, Figure):
        return _marked(value)
    if isinstance(value, (str, jinja2.Undefined)):
        return str(value)
    raise jinja2.TemplateRuntimeError(
        f"只能输出数字事实或文字，不能输出{type(value).__name__}；数字要在facts.toml中命名"
    )


def _counter() -> Callable[[], str]:
    count = 0

    def number() -> str:
        nonlocal count
        count += 1
        return ordinal(count)

    return number


def _key(text: object) -> str:
    return f"{_KEY}{text}{_KEYED}"


def _review(text: object) -> str:
    return f"{_REVIEW}{text}{_REVIEWED}"


def _basis(*figures: object) -> str:
    """The marks of figures that the text rests on and does not print."""
    names = (figure.name for figure in figures if isinstance(figure, Figure))
    return "".join(f"{_OPEN}{name}{_MIDDLE}{_CLOSE}" for name in names)


def _taken(text: str, start: str, end: str) -> tuple[str, tuple[str, ...]]:
    """``text`` without the marks, and what stood in them."""
    pattern = f"{start}([^{end}]*){end}"
    return re.sub(pattern, "", text), tuple(re.findall(pattern, text))


@lru_cache(maxsize=8)
def _environment(folder: Path) -> jinja2.Environment:
    def load(name: str) -> tuple[str, str, Callable[[], bool]] | None:
        path = folder / name
        if not _TEMPLATE.fullmatch(name) or not path.is_file():
            return None
        stamp = path.stat().st_mtime_ns
        try:
            source = path.read_text(encoding="utf-8")
        except UnicodeDecodeError as error:
            raise StandardError(f"模板“notes/{name}”不是UTF-8编码。") from error
        return _broken(source), str(path), lambda: path.stat().st_mtime_ns == stamp

    environment = ImmutableSandboxedEnvironment(
        loader=jinja2.FunctionLoader(load),
        undefined=jinja2.StrictUndefined,
        finalize=_finalize,
        autoescape=False,  # plain text, no markup
    )
    environment.filters["ordinal"] = ordinal
    return environment


def _broken(source: str) -> str:
    """Blank lines become marks that carry the number of the paragraph that follows."""
    count = 1

    def mark(match: re.Match[str]) -> str:
        nonlocal count
        count += 1
        return f"{_BREAK}{count}{_BROKEN}" + "\n" * match[0].count("\n")

    return _BLANK.sub(mark, source.replace("\r\n", "\n"))


def _pieces(text: str, figures: Mapping[str, Figure]) -> list[Piece]:
    parts = re.split(f"{_BREAK}(\\d+){_BROKEN}", text)
    pieces = []
    for index, part in zip(["1", *parts[1::2]], parts[::2], strict=True):
        body = re.sub(r"[ \t]*\n\s*", "", part).strip()
        body, keys = _taken(body, _KEY, _KEYED)
        body, reviews = _taken(body, _REVIEW, _REVIEWED)
        level = 2 if body.startswith("#") else 0
        plain, spans, every = found(body.lstrip("# ") if level else body, figures)
        if plain:
            pieces.append(Piece(keys[0] if keys else index, level, plain, spans, every, reviews))
    return pieces
