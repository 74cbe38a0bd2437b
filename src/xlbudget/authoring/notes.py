"""What the files below ``notes/`` and package.toml name: figures, lists, sections, templates must exist and be used."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import jinja2
from jinja2 import meta, nodes

from xlbudget.authoring.names import placeholder_problems, twice
from xlbudget.authoring.problems import Remark, near
from xlbudget.explaining.document import Change, Figure, FigureList, Item
from xlbudget.explaining.explain import TEMPLATE_NAMES, template_environment

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from xlbudget.authoring.names import Files, Known
    from xlbudget.standard.layers import KeyPath as Path

_PATTERN_NAME = re.compile(r"\{([a-z_]+)\}")
"""A word's name in a pattern; what repeats (``{2,3}``) has digits."""
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_KINDS = ("year", "constant", "text", "amount", "count", "names", "list", "change", "paragraphs")
"""The sections of facts.toml that name figures."""
_FIGURES = ("amount", "count")
_WORDS = {"inferred": ("names", "direction"), "neutral": ("direction",), "unchanged": ("title",)}
"""What each of [words] may use in braces."""
_BESIDE = ("year", "constant", "text", "paragraphs")
"""What may be named for later."""
_OTHER_RULES = ("other", "change", "year", "unit", "name", "placeholder", "stale", "glossary")
"""What [rules] of readings.toml may name beside the sections."""
_PEOPLE = "人员"
"""A section of the readings that is no section of the text: numbers of staff, wherever they are said."""
_EXPLANATION = "explanation"
NOTES = ("notes/facts", "notes/sections")
"""The files without which nothing can be said of the notes."""


class Facts:
    """The names that facts.toml gives, by kind; ``used`` are those that something asks for."""

    def __init__(self, raw: Mapping[str, Any]) -> None:
        self.raw = raw
        self.kinds = {name: kind for kind in _KINDS for name in raw.get(kind, {})}
        self.used: set[str] = set()

    def of(self, *kinds: str) -> list[str]:
        """The names of some kinds."""
        return [name for name, kind in self.kinds.items() if kind in kinds]

    def missing(self, name: str, *kinds: str) -> str:
        """A clause on a name that is not of these kinds, "" for one that is, which then counts as used."""
        if self.kinds.get(name) in kinds:
            self.used.add(name)
            return ""
        return f"“{name}”不在 facts.toml 中{near(name, self.of(*kinds))}"


def note_remarks(
    known: Known,
    files: Files,
    templates: Mapping[str, tuple[str, str]],
    own: Collection[str],
) -> Iterator[Remark]:
    """What is wrong with the notes; ``templates`` say how messages call each template, and its text.

    ``own`` are the files of the standard itself, as messages call them: what a base's templates name is of no
    concern where no section uses them.
    The TOML files must have their shape.
    """
    facts = Facts(files["notes/facts"])
    yield from _of_facts(known, files, facts)
    documents: Mapping[str, Any] = files["notes/sections"]
    yield from _of_sections(known, documents, facts, templates)
    yield from _of_templates(documents, facts, templates, own)
    if "notes/readings" in files:
        yield from _of_readings(known, files, facts)
    if "package" in files:
        for position, entry in enumerate(files["package"].get("figure", ())):
            missing = facts.missing(entry["fact"], *_FIGURES)
            if missing:
                yield Remark("package", ("figure", position, "fact"), f"{missing}。")
    if "notes/personal" in files:
        yield from _of_personal(known, files["notes/personal"])
    for name, kind in facts.kinds.items():
        # A comparison of rows is told with the lines of lists, which name it nowhere.
        of_rows = kind == "change" and bool(facts.raw[kind][name].get("each"))
        if name not in facts.used and kind not in _BESIDE and not of_rows:
            yield Remark(
                "notes/facts",
                (kind, name),
                f"命名了 {name}，却没有模板、说法和邮件用到它。",
                advice=True,
            )


# ------------------------------------------------------------------ facts.toml


def _of_facts(known: Known, files: Files, facts: Facts) -> Iterator[Remark]:
    raw = facts.raw

    def remark(path: Path, text: str) -> Remark:
        return Remark("notes/facts", path, text)

    every = [(kind, name) for kind in _KINDS for name in raw.get(kind, {})]
    for position in twice(name for _, name in every):
        yield remark(every[position], f"{every[position][1]} 命名了两次。")
    for name, entry in raw.get("text", {}).items():
        for place in ("is", "fallback"):
            field = entry.get(place, "")
            if field and field not in known.fields:
                yield remark(
                    ("text", name, place), f"没有基础信息 {field}{near(field, known.fields)}。"
                )
    expressions: list[tuple[Path, str]] = [
        (("amount", name, "is"), entry["is"]) for name, entry in raw.get("amount", {}).items()
    ]
    for name, entry in raw.get("list", {}).items():
        expressions += [
            (("list", name, "items", at, "is"), item["is"])
            for at, item in enumerate(entry.get("items", ()))
        ]
    for name, entry in raw.get("change", {}).items():
        if bool(entry.get("now")) == bool(entry.get("each")):
            yield remark(("change", name), f"比较 {name} 应有 now 或 each 之一。")
        if entry.get("each"):
            continue
        expressions += [
            (("change", name, place), entry.get(place, "")) for place in ("now", "prior")
        ]
        for at, item in enumerate(entry.get("components", ())):
            expressions += [
                (("change", name, "components", at, place), item[place])
                for place in ("now", "prior")
            ]
    for path, text in expressions:
        yield from (remark(path, problem) for problem in _expression(known, facts, text))
    yield from _circles(raw, remark)
    for kind in ("count", "names", "list"):
        for name, entry in raw.get(kind, {}).items():
            rows = entry.get("rows", "")
            if rows:
                yield from (
                    remark((kind, name, "rows"), problem)
                    for problem in known.ref_problems(rows, "rows")
                )
            if kind == "list" and bool(rows) == bool(entry.get("items")):
                yield remark((kind, name), f"清单 {name} 应有 rows 或 items 之一。")
    for name, entry in raw.get("paragraphs", {}).items():
        if entry["of"] not in (*known.fields, *known.keyed):
            close = near(entry["of"], (*known.fields, *known.keyed))
            yield remark(
                ("paragraphs", name, "of"), f"没有基础信息的字段或名单 {entry['of']}{close}。"
            )
    for name, entry in raw.get("list", {}).items():
        yield from _of_list(known, files, facts, name, entry)
    before: list[str] = []
    for name, entry in raw.get("change", {}).items():
        yield from _compared(known, name, entry)
        for at, other in enumerate(entry.get("like", ())):
            facts.used.add(other)
            if other not in before:
                yield remark(
                    ("change", name, "like", at),
                    f"前面没有与上年的比较 {other}{near(other, before)}。",
                )
        before.append(name)
    for name, word in raw["words"].items():
        allowed = _WORDS.get(name, ())
        yield from (
            remark(("words", name), problem) for problem in placeholder_problems(word, allowed)
        )


def _compared(known: Known, name: str, entry: Mapping[str, Any]) -> Iterator[Remark]:
    """What is wrong with the fields or lists of a comparison with last year."""
    path: Path = ("change", name)
    reason = entry.get("reason", "")
    if not entry.get("each"):
        if reason not in known.fields:
            text = (
                f"没有基础信息 {reason}{near(reason, known.fields)}。"
                if reason
                else "缺少“reason”。"
            )
            yield Remark("notes/facts", (*path, "reason"), text)
        return
    for problem in known.ref_problems(entry["each"], "rows"):
        yield Remark("notes/facts", (*path, "each"), problem)
    for place, key in (("prior", entry["prior"]), ("reason", reason)):
        if key and key not in known.keyed:
            text = f"info.toml 中没有名单 {key}{near(key, known.keyed)}。"
            yield Remark("notes/facts", (*path, place), text)
    if known.keyed.get(entry["prior"], "amount") != "amount":
        text = f'名单 {entry["prior"]} 应写 kind = "amount"。'
        yield Remark("notes/facts", (*path, "prior"), text)


def _expression(known: Known, facts: Facts, text: str) -> Iterator[str]:
    for piece in re.split(r"\s[+-]\s", text.strip()):
        name = piece.strip()
        if _NAME.fullmatch(name):
            missing = facts.missing(name, *_FIGURES)
            if missing:
                yield f"{missing}。"
        else:
            yield from known.ref_problems(name)


def _circles(raw: Mapping[str, Any], remark: Any) -> Iterator[Remark]:
    """Amounts that are named by themselves, at last."""
    amounts = raw.get("amount", {})
    parts = {
        name: [
            piece.strip()
            for piece in re.split(r"\s[+-]\s", entry["is"])
            if piece.strip() in amounts
        ]
        for name, entry in amounts.items()
    }
    for name, first in parts.items():
        seen: set[str] = set()
        waiting = list(first)
        while waiting:
            part = waiting.pop()
            if part not in seen:
                seen.add(part)
                waiting += parts[part]
        if name in seen:
            yield remark(("amount", name, "is"), f"{name} 由它自己得出。")


def _of_list(
    known: Known, files: Files, facts: Facts, name: str, entry: Mapping[str, Any]
) -> Iterator[Remark]:
    path: Path = ("list", name)
    whole, keyed, meanings = (entry.get(place, "") for place in ("whole", "keyed", "meanings"))
    if whole:
        missing = facts.missing(whole, *_FIGURES)
        if missing:
            yield Remark("notes/facts", (*path, "whole"), f"{missing}。")
    if keyed and keyed not in known.keyed:
        yield Remark(
            "notes/facts",
            (*path, "keyed"),
            f"info.toml 中没有名单 {keyed}{near(keyed, known.keyed)}。",
        )
    if meanings and f"notes/{meanings}" not in files:
        yield Remark("notes/facts", (*path, "meanings"), f"没有文件“notes/{meanings}.toml”。")
    for at in twice(item.get("key", str(at)) for at, item in enumerate(entry.get("items", ()), 1)):
        yield Remark("notes/facts", (*path, "items", at), f"清单 {name} 的 key 重复。")


# ------------------------------------------------------------------ sections.toml, *.j2


def _of_sections(
    known: Known,
    documents: Mapping[str, Any],
    facts: Facts,
    templates: Mapping[str, tuple[str, str]],
) -> Iterator[Remark]:
    for document, entries in documents.items():
        for position in twice(entry["number"] for entry in entries):
            number = entries[position]["number"]
            yield Remark("notes/sections", (document, position, "number"), f"编号“{number}”重复。")
        for position, entry in enumerate(entries):
            path = (document, position)
            template = entry.get("template", "")
            if template and template not in templates:
                text = f"没有模板“notes/{template}”{near(template, templates)}。"
                yield Remark("notes/sections", (*path, "template"), text)
            when = entry.get("when", "")
            if isinstance(when, dict):
                yield from (
                    Remark("notes/sections", (*path, "when", key), text)
                    for key, text in _chosen(known, when)
                )
            elif when:
                missing = facts.missing(when, *_FIGURES, "list", "names")
                if missing:
                    yield Remark("notes/sections", (*path, "when"), f"{missing}。")
            named = [name for name, kind in facts.kinds.items() if kind not in ("list", "change")]
            for problem in placeholder_problems(entry.get("heading", ""), named):
                yield Remark("notes/sections", (*path, "heading"), problem)
            facts.used.update(re.findall(r"\{(\w+)\}", entry.get("heading", "")))


def _chosen(known: Known, when: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Fields and values by which a section is chosen that 基础信息 does not have."""
    for key, values in when.items():
        field = known.fields.get(key)
        if field is None:
            yield key, f"没有基础信息 {key}{near(key, known.fields)}。"
            continue
        choices = field.get("choices", ())
        for value in [values] if isinstance(values, str) else values:
            if choices and value not in choices:
                yield (
                    key,
                    f"基础信息 {key} 没有选项“{value}”{near(value, choices)}，永远不会有这一部分。",
                )


_ATTRIBUTES: Mapping[str, frozenset[str]] = {
    "change": frozenset(Change._fields),
    "list": frozenset({*FigureList.__slots__, "uniform"}),
}
_SINGLE = ("year", "constant", "text", "amount", "count", "change")
"""What has no items."""
_LINES = ("children", "parents", "items")
_OF_FIGURE = frozenset({*Figure._fields, "zero", "shown"})


def _of_templates(
    documents: Mapping[str, Any],
    facts: Facts,
    templates: Mapping[str, tuple[str, str]],
    own: Collection[str],
) -> Iterator[Remark]:
    environment = template_environment()
    macros: dict[str, set[str]] = {}
    trees: dict[str, nodes.Template] = {}
    shown = {name: file for name, (file, _) in templates.items()}
    for name, (_, text) in templates.items():
        try:
            trees[name] = environment.parse(text)
            environment.compile(text)
        except jinja2.TemplateSyntaxError as error:
            yield _in_template(shown[name], error.lineno, f"语法错误：{_meant(error)}。")
            trees.pop(name, None)
            continue
        macros[name] = {macro.name for macro in trees[name].find_all(nodes.Macro)}
    used = {entry.get("template", "") for entries in documents.values() for entry in entries}
    concerned = _reached({*used, *(name for name, file in shown.items() if file in own)}, trees)
    for name, tree in trees.items():
        if name not in concerned:
            continue
        for imported, other in _imports(tree):
            used.add(other)
            if other not in templates:
                yield _in_template(
                    shown[name], imported.lineno, f"没有模板“{other}”{near(other, templates)}。"
                )
            elif isinstance(imported, nodes.FromImport) and other in macros:
                for asked in imported.names:
                    macro = asked if isinstance(asked, str) else asked[0]
                    if macro not in macros[other]:
                        said = f"“{other}”中没有句式 {macro}{near(macro, macros[other])}。"
                        yield _in_template(shown[name], imported.lineno, said)
        yield from _of_names(shown[name], tree, facts)
    for name in templates:
        if name not in used:
            yield Remark(shown[name], (), "没有一部分用到这个模板。", advice=True, line=1)


def _imports(tree: nodes.Template) -> Iterator[tuple[nodes.Node, str]]:
    """What a template takes from others, and their names."""
    for imported in tree.find_all((nodes.FromImport, nodes.Import, nodes.Include)):
        assert isinstance(imported, nodes.FromImport | nodes.Import | nodes.Include)
        source = imported.template
        yield imported, source.value if isinstance(source, nodes.Const) else ""


def _reached(first: Collection[str], trees: Mapping[str, nodes.Template]) -> set[str]:
    """The templates of these names, and those that they take something from."""
    found: set[str] = set()
    waiting = [*first]
    while waiting:
        name = waiting.pop()
        if name in trees and name not in found:
            found.add(name)
            waiting += (other for _, other in _imports(trees[name]))
    return found


_SYNTAX = (
    ("Unexpected end of template", "有一段没有结束（缺少 endif、endfor、endmacro 或 endset）"),
    ("Encountered unknown tag", "没有这种标签"),
    ("No filter named", "没有这个过滤器"),
    ("No test named", "没有这种判断"),
    ("unexpected '}'", "括号不成对"),
    ("unexpected char", "有不能用的字符（标点要用英文的）"),
    ("expected token", "缺少或多了标点、词语"),
    ("Missing end of", "括号没有合上"),
)
"""How jinja2 begins to say what is wrong, and how we say it."""


def _meant(error: jinja2.TemplateSyntaxError) -> str:
    said = error.message or ""
    named = re.search(r"'([^']*)'", said)
    ours = next((ours for theirs, ours in _SYNTAX if said.startswith(theirs)), "")
    return f"{ours}（{named[1] if named else said}）" if ours else said


def _of_names(name: str, tree: nodes.Template, facts: Facts) -> Iterator[Remark]:
    """Names that nothing gives, and what is asked of figures that they do not have."""
    unknown = meta.find_undeclared_variables(tree)
    facts.used |= unknown & set(facts.kinds)
    local = {node.name for node in tree.find_all(nodes.Name) if node.ctx in ("store", "param")}
    macros = {macro.name for macro in tree.find_all(nodes.Macro)}
    macro_names = {one.name for macro in tree.find_all(nodes.Macro) for one in macro.args}
    unknown -= {*facts.kinds, *TEMPLATE_NAMES, *local, *macros}
    told: set[str] = set()
    for node in tree.find_all(nodes.Name):
        if node.name in unknown and node.ctx == "load" and node.name not in told:
            told.add(node.name)
            close = near(node.name, (*facts.kinds, *TEMPLATE_NAMES))
            yield _in_template(name, node.lineno, f"facts.toml 没有命名 {node.name}{close}。")
    lines: set[str] = set()
    others: set[str] = set()
    for loop in tree.find_all(nodes.For):
        of = facts.kinds.get(loop.iter.name, "") if isinstance(loop.iter, nodes.Name) else ""
        if of in _SINGLE:
            text = f"{getattr(loop.iter, 'name', '')} 是一个数字或文字，不是清单，不能逐项写。"
            yield _in_template(name, loop.lineno, text)
        elif isinstance(loop.target, nodes.Name):
            below = isinstance(loop.iter, nodes.Getattr) and loop.iter.attr in _LINES
            (lines if of == "list" or below else others).add(loop.target.name)
    for asked in tree.find_all(nodes.Getattr):
        item = asked.node.name if isinstance(asked.node, nodes.Name) else ""
        if item in lines - others - macro_names and asked.attr not in Item._fields:
            text = f"清单的一项没有 {asked.attr}{near(asked.attr, Item._fields)}。"
            yield _in_template(name, asked.lineno, text)
        if not isinstance(asked.node, nodes.Name) or asked.node.name in local:
            continue
        kind = facts.kinds.get(asked.node.name)
        if kind is None:
            continue
        attributes = _ATTRIBUTES.get(kind, _OF_FIGURE)
        if asked.attr not in attributes:
            text = f"{asked.node.name} 没有 {asked.attr}{near(asked.attr, attributes)}。"
            yield _in_template(name, asked.lineno, text)


def _in_template(shown: str, line: int, text: str) -> Remark:
    return Remark(shown, (), text, line=line)


# ------------------------------------------------------------------ readings.toml, personal.toml


def _of_readings(known: Known, files: Files, facts: Facts) -> Iterator[Remark]:
    raw = files["notes/readings"]
    sections = [entry["number"] for entry in files["notes/sections"].get(_EXPLANATION, ())]

    def remark(path: Path, text: str) -> Remark:
        return Remark("notes/readings", path, text)

    for key, code in raw["rules"].items():
        if code not in known.codes:
            yield remark(
                ("rules", key), f"规则 {code} 不在 rules.toml 中{near(code, known.codes)}。"
            )
        if key not in (*sections, *_OTHER_RULES):
            yield remark(
                ("rules", key),
                f"情况说明没有“{key}”这一部分{near(key, (*sections, *_OTHER_RULES))}。",
            )
    for place in ("head", "lines", "passage"):
        for position, entry in enumerate(raw.get(place, ())):
            if entry["section"] not in (*sections, _PEOPLE):
                text = f"情况说明没有“{entry['section']}”这一部分。"
                yield remark((place, position, "section"), text)
    for position, head in enumerate(raw["head"]):
        yield from _head(facts, ("head", position), head)
    for position, entry in enumerate(raw.get("lines", ())):
        missing = facts.missing(entry["list"], "list")
        if missing:
            yield remark(("lines", position, "list"), f"清单{missing}。")
    for position, entry in enumerate(raw.get("target", ())):
        missing = facts.missing(entry["figure"], *_FIGURES)
        if missing:
            yield remark(("target", position, "figure"), f"{missing}。")
    glossary = raw.get("glossary", {}).get("list", "")
    missing = facts.missing(glossary, "list") if glossary else ""
    if missing:
        yield remark(("glossary", "list"), f"清单{missing}。")
    for position, entry in enumerate(raw.get("passage", ())):
        zero = entry.get("zero", "")
        missing = facts.missing(zero, *_FIGURES, "change") if zero else ""
        if missing:
            yield remark(("passage", position, "zero"), f"{missing}。")
    said = [(("head", at, "say"), one["say"]) for at, one in enumerate(raw["head"])]
    for path, words in said:
        for word in words:
            yield from (
                remark(path, problem)
                for problem in placeholder_problems(word, facts.of("constant"))
            )
    for position in twice(entry["said"] for entry in raw.get("former", ())):
        yield remark(("former", position, "said"), "这个旧名称写了两次。")


def _head(facts: Facts, path: Path, head: Mapping[str, Any]) -> Iterator[Remark]:
    for place, kinds in (
        ("figure", _FIGURES),
        ("change", ("change",)),
        ("kinds", ("list",)),
        ("carryover", _FIGURES),
        ("names", ("names",)),
    ):
        name = head.get(place, "")
        missing = facts.missing(name, *kinds) if name else ""
        if missing:
            yield Remark(
                "notes/readings", (*path, place), f"说法“{head['say'][0]}”的 {place}{missing}。"
            )
    for position, part in enumerate(head.get("parts", ())):
        missing = facts.missing(part["figure"], *_FIGURES)
        if missing:
            yield Remark("notes/readings", (*path, "parts", position, "figure"), f"{missing}。")
    if not head["figure"] and not head.get("parts") and not head.get("kinds"):
        yield Remark(
            "notes/readings",
            path,
            f"说法“{head['say'][0]}”什么数字也没有说：figure、kinds、parts 都没有写。",
        )


def _of_personal(known: Known, raw: Mapping[str, Any]) -> Iterator[Remark]:
    words = raw.get("words", {})
    checks = {rule.get("check", "") for rule in known.files["rules"]["rule"]}

    def remark(path: Path, text: str) -> Remark:
        return Remark("notes/personal", path, text)

    field = raw["public"]["field"]
    if field not in known.fields:
        yield remark(("public", "field"), f"没有基础信息 {field}{near(field, known.fields)}。")
    patterns: list[tuple[Path, str]] = [(("words", name), text) for name, text in words.items()]
    patterns += [
        (("kept", at, "pattern"), one["pattern"]) for at, one in enumerate(raw.get("kept", ()))
    ]
    for at, sign in enumerate(raw["sign"]):
        patterns += [
            (("sign", at, place), sign[place]) for place in ("pattern", "hint") if sign.get(place)
        ]
        if sign["rule"] not in checks:
            yield remark(
                ("sign", at, "rule"),
                f'rules.toml 中没有 check = "{sign["rule"]}" 的规则{near(sign["rule"], checks)}。',
            )
        if "(?P<it>" not in sign["pattern"]:
            yield remark(
                ("sign", at, "pattern"), "写法里没有 (?P<it>…)，不知道哪一段是号码、姓名本身。"
            )
    for path, text in patterns:
        filled = text
        for name, word in words.items():
            filled = filled.replace(f"{{{name}}}", word)
        for name in _PATTERN_NAME.findall(filled):
            yield remark(path, f"[words] 没有“{name}”{near(name, words)}。")
        try:
            re.compile(filled)
        except re.error as error:
            where = f"“{filled[error.pos :][:12]}”起" if error.pos is not None else ""
            yield remark(path, f"正则表达式不对：{where}写法有误（括号、方括号要成对）。")
