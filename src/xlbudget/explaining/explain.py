"""The explanation (情况说明) and the glossary (名词解释) of a book, from the standard's templates.

Templates run in a sandbox; where in the text each figure stands is found again afterwards: figures
are printed between private-use characters that are then taken out. A blank line in a template ends a
paragraph; a paragraph that begins with ``#`` is a heading. White space around line breaks is dropped.
Besides figures, templates have ``ordinal`` (filter: 2 is 二), ``number()`` (二 on its second call),
``key(text)`` (the paragraph's lasting id), ``review(text)`` (why a person must look at the paragraph)
and ``basis(figures)`` (what the sentence rests on without printing it: 无… because it is nought).
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

import jinja2
from jinja2.sandbox import ImmutableSandboxedEnvironment

from xlbudget.characters import ordinal
from xlbudget.checks.wording import BETWEEN_REASONS
from xlbudget.errors import StandardError
from xlbudget.explaining.document import BODY, HEADING, Document, Figure, Paragraph, Section, Span
from xlbudget.explaining.facts import Facts, evaluate_facts
from xlbudget.explaining.source import load_source
from xlbudget.explaining.wording import entries_of, profile_texts
from xlbudget.standard.layers import Layers, layer_path

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from xlbudget.explaining.source import SectionSpec
    from xlbudget.figures import Book
    from xlbudget.standard.model import Standard


def explain(standard: Standard, book: Book) -> Document:
    """The explanation: the sections that the standard lists, in its order.

    What the book lacks is 【待填：…】 in the text, and its paragraph says so in ``review``.

    Raises:
        StandardError: the standard's facts or templates are wrong.
    """
    return document(standard, book, "explanation")


def glossary(standard: Standard, book: Book) -> Document:
    """The glossary: one section without heading.

    Raises:
        StandardError: the standard's facts or templates are wrong.
    """
    return document(standard, book, "glossary")


def document(standard: Standard, book: Book, name: str) -> Document:
    """Any of the documents that ``notes/sections.toml`` lists; without sections if it has none.

    Raises:
        StandardError: the standard's facts or templates are wrong.
    """
    source = load_source(standard)
    facts = evaluate_facts(standard, book, source)
    specs = source.sections.get(name, ())
    names: dict[str, object] = {**facts.names, "profile": profile_texts(standard, book)}
    for key, of in source.paragraphs.items():
        names[key] = entries_of(book.text(of), book.keyed.get(of, {}))
    return Document(tuple(_section(facts, names, spec) for spec in specs if facts.present(spec)))


def section_errors(standard: Standard, book: Book) -> Iterator[tuple[SectionSpec, StandardError]]:
    """The sections of all documents that cannot be written for a book, each with what went wrong.

    Raises:
        StandardError: the standard's facts are wrong.
    """
    source = load_source(standard)
    facts = evaluate_facts(standard, book, source)
    names: dict[str, object] = {**facts.names, "profile": profile_texts(standard, book)}
    for spec in (spec for specs in source.sections.values() for spec in specs):
        try:
            _section(facts, names, spec)
        except StandardError as error:
            yield spec, error


def _section(facts: Facts, names: dict[str, object], spec: SectionSpec) -> Section:
    paragraphs = []
    if spec.heading:
        marked = _heading(spec.heading, facts.names)
        paragraphs.append(_paragraph(facts, spec.number, 1, marked))
    seen: dict[str, int] = {}
    text = _render(facts, spec.template, names) if spec.template else ""
    for key, level, marked, reviews in _pieces(text):
        paragraph = _paragraph(facts, f"{spec.number}.{key}", level, marked, reviews)
        if paragraph.text:
            seen[key] = again = seen.get(key, 0) + 1
            paragraphs.append(
                paragraph._replace(id=f"{paragraph.id}-{again}") if again > 1 else paragraph
            )
    return Section(spec.number, tuple(paragraphs))


def _paragraph(
    facts: Facts, identity: str, level: int, marked: str, reviews: Iterable[str] = ()
) -> Paragraph:
    """A paragraph of a text with marks, which are taken out; ``reviews`` are the template's own."""
    text, spans, figures = _unmarked(marked, facts.figures)
    reasons = [*(figure.review for figure in figures), *reviews]
    review = BETWEEN_REASONS.join(dict.fromkeys(reason for reason in reasons if reason))
    kind = HEADING if level else BODY
    return Paragraph(identity, kind, text, spans, review, level, figures)


# ------------------------------------------------------------------ templates


_OPEN, _MIDDLE, _CLOSE = "\ue000", "\ue001", "\ue002"
_BREAK, _BROKEN, _KEY, _KEYED = "\ue003", "\ue004", "\ue005", "\ue006"
_REVIEW, _REVIEWED = "\ue007", "\ue008"
_FIGURE = re.compile(f"{_OPEN}([^{_MIDDLE}]*){_MIDDLE}([^{_CLOSE}]*){_CLOSE}")
_BLANK = re.compile(r"\n[ \t]*\n\s*")
_TEMPLATE = re.compile(r"[\w-]+\.j2")
_TEMPLATE_ERRORS = (
    jinja2.TemplateError, TypeError, ValueError, LookupError, ArithmeticError, AttributeError,
    RecursionError, MemoryError,
)  # fmt: skip
"""What a standard's template may come to grief with."""


def _render(facts: Facts, template: str, names: dict[str, object]) -> str:
    """The text of one template file, with marks.

    Raises:
        StandardError: the template is missing, is wrong, or names an unknown figure.
    """
    try:
        own = {"number": _counter(), "key": _key, "review": _review, "basis": _basis}
        return _environment(facts.source.layers).get_template(template).render(names | own)
    except jinja2.TemplateNotFound as error:
        raise StandardError(f"找不到模板“notes/{error.name}”。") from error
    except jinja2.TemplateSyntaxError as error:
        raise StandardError(
            f"模板“notes/{error.name or template}”第{error.lineno}行有语法错误：{error.message}。"
        ) from error
    except _TEMPLATE_ERRORS as error:
        raise StandardError(f"模板“notes/{template}”出错：{error}。") from error


def _heading(text: str, names: Mapping[str, object]) -> str:
    """A heading with ``{name}`` of figures, marked as templates mark them."""

    def replaced(match: re.Match[str]) -> str:
        figure = names.get(match[1])
        if not isinstance(figure, Figure):
            raise StandardError(f"“notes/sections.toml”的标题用到未知的“{match[1]}”。")
        return _marked(figure)

    return re.sub(r"\{(\w+)\}", replaced, text)


def _unmarked(
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
def _environment(layers: Layers) -> jinja2.Environment:
    def load(name: str) -> tuple[str, str, Callable[[], bool]] | None:
        path = layer_path(layers, f"notes/{name}")
        if not _TEMPLATE.fullmatch(name) or not path.is_file():
            return None
        stamp = path.stat().st_mtime_ns
        try:
            source = path.read_text(encoding="utf-8")
        except UnicodeDecodeError as error:
            raise StandardError(f"模板“notes/{name}”不是UTF-8编码。") from error
        return _broken(source), str(path), lambda: path.stat().st_mtime_ns == stamp

    return template_environment(jinja2.FunctionLoader(load))


TEMPLATE_NAMES = ("profile", "number", "key", "review", "basis")
"""What templates may use beside the named figures."""


def template_environment(loader: jinja2.BaseLoader | None = None) -> jinja2.Environment:
    """The sandbox in which a standard's templates run; without a loader they can only be looked at."""
    environment = ImmutableSandboxedEnvironment(
        loader=loader,
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


def _pieces(text: str) -> Iterator[tuple[str, int, str, tuple[str, ...]]]:
    """The paragraphs of a rendered template: key, level, marked text, what is to be looked at.

    The key is the paragraph's own or its place in the template (from 1).
    """
    parts = re.split(f"{_BREAK}(\\d+){_BROKEN}", text)
    for index, part in zip(["1", *parts[1::2]], parts[::2], strict=True):
        body = re.sub(r"[ \t]*\n\s*", "", part).strip()
        body, keys = _taken(body, _KEY, _KEYED)
        body, reviews = _taken(body, _REVIEW, _REVIEWED)
        level = 2 if body.startswith("#") else 0
        yield keys[0] if keys else index, level, body.lstrip("# ") if level else body, reviews
