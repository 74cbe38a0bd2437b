"""What a base says of tables, rows, columns, fields and figures that a region does not have falls away.

A base speaks of everything that is usual: a region that has no table of projects need not drop every rule, figure and
sentence about it. Only entries that stand as the base wrote them fall away, and only for what the base has and the
region has not; what names something that is nowhere stays, so that it is told as a mistake.
"""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from xlbudget.standard.model import REF, ROWS_OF
from xlbudget.standard.roles import FORM_CHECKS, LEDGER_CHECKS

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

_File = dict[str, Any]
_Files = dict[str, _File]
_SIGNS = re.compile(r"\s(?:[+-]|=|>=)\s")
_INFO = "info"
_STRUCTURES = {"tree": "tree", "rowsum": "rowsums", "sum": "sums"}
_CELLS = {
    "allotment": ("whole", "parts"),
    "transfer": ("income", "expense"),
    "carry": ("from", "to"),
}


class _Block(NamedTuple):
    """What a table's block has; ``rows`` only where they are prescribed."""

    columns: frozenset[str]
    rows: frozenset[str] | None
    raw: _File


def _containers(value: Any) -> Iterator[int]:
    """The identities of all tables and lists of a value."""
    if isinstance(value, dict | list):
        yield id(value)
        for one in value.values() if isinstance(value, dict) else value:
            yield from _containers(one)


def applicable(files: _Files, below: _Files) -> _Files:
    """The merged files without what a base says of what is not there; ``below``: the base's, which were merged into them."""
    main = files.get("standard", {})
    if not below or "rules" not in files or "tables" not in main:
        return files
    try:
        return _Applicable(files, below).files()
    except (AttributeError, KeyError, TypeError):
        return files  # a value of another shape is told by whoever reads it


def _blocks(tables: Iterable[_File]) -> Iterator[tuple[str, _Block]]:
    for table in tables:
        for block in table.get("block", ()):
            key = ".".join(filter(None, (table.get("key", ""), block.get("key", ""))))
            rows = frozenset(row["key"] for row in block.get("rows", ()) if "key" in row)
            columns = frozenset(column.get("key", "") for column in block.get("columns", ()))
            yield key, _Block(columns, rows if block.get("body") == "fixed" else None, block)


class _Names(NamedTuple):
    """What a base has and the region has not."""

    fields: set[str]
    keyed: set[str]
    figures: set[str]
    lists: set[str]
    changes: set[str]
    codes: set[str]


def _fields(files: _Files) -> set[str]:
    sections = files.get(_INFO, {}).get("section", ())
    return {field.get("key", "") for one in sections for field in one.get("fields", ())}


def _keyed(files: _Files) -> set[str]:
    return {one.get("key", "") for one in files.get(_INFO, {}).get("keyed", ())}


def _charts(main: _File) -> set[str]:
    return {one.get("key", "") for one in main.get("chart", ())}


def _codes(rules: _File) -> set[str]:
    return {one.get("code", "") for one in rules.get("rule", ())}


def _has(blocks: dict[str, _Block], match: re.Match[str]) -> bool:
    block = blocks.get(match["block"])
    if block is None or match["column"] not in {"*", *block.columns}:
        return False
    if ROWS_OF.get(match["which"] or "", block.raw.get("body")) != block.raw.get("body"):
        return False
    return not match["row"] or block.rows is None or match["row"] in block.rows


def _shared(blocks: dict[str, _Block], refs: list[str]) -> bool:
    """Whether blocks of which every column (``*``) is compared have one in common."""
    matches = (re.fullmatch(REF, ref.strip()) for ref in refs)
    asked = [match["block"] for match in matches if match is not None and match["column"] == "*"]
    amounts = [
        {one.get("key", "") for one in blocks[key].raw["columns"] if one.get("kind") == "amount"}
        for key in asked
        if key in blocks
    ]
    return not amounts or bool(set.intersection(*amounts))


class _Applicable:
    def __init__(self, files: _Files, below: _Files) -> None:
        self._raw, self._below = files, below
        self._base = frozenset(_containers(below))
        self._usual = dict(
            _blocks(raw for name, raw in below.items() if name.startswith("tables/"))
        )
        self._gone = _Names(
            fields=_fields(below) - _fields(files),
            keyed=_keyed(below) - _keyed(files),
            **{kind: set() for kind in ("figures", "lists", "changes", "codes")},
        )
        names = [f"tables/{name}" for name in files["standard"]["tables"]]
        tables = {name: files[name] for name in names if name in files}
        self._blocks = dict(_blocks(tables.values()))
        self._tables = {name: self._table(table) for name, table in tables.items()}
        self._blocks = dict(_blocks(self._tables.values()))

    # --- What is there

    def _ref(self, text: str) -> bool:
        """Whether cells are not gone: there, or nowhere."""
        match = re.fullmatch(REF, text.strip())
        if match is None:
            return True
        if match["block"] == _INFO:
            return match["row"] not in self._gone.fields
        return _has(self._blocks, match) or not _has(self._usual, match)

    def _sum(self, text: str) -> bool:
        """The same of all that an equation, a sum of cells or of figures names."""
        pieces = _SIGNS.split(text.strip())
        there = all(piece not in self._gone.figures and self._ref(piece) for piece in pieces)
        return there and (_shared(self._blocks, pieces) or not _shared(self._usual, pieces))

    def _of_base(self, value: Any) -> bool:
        return id(value) in self._base

    # --- What stays

    def _entries(self, entries: Any, stays: Callable[[_File], _File | None]) -> Any:
        """The entries of a list or table, those of the base as ``stays`` leaves them: whole, less, or not at all."""
        if isinstance(entries, dict):
            kept = ((key, self._entry(entry, stays)) for key, entry in entries.items())
            return {key: entry for key, entry in kept if entry is not None}
        return [
            entry for entry in (self._entry(one, stays) for one in entries) if entry is not None
        ]

    def _entry(self, entry: Any, stays: Callable[[_File], _File | None]) -> Any:
        return stays(entry) if self._of_base(entry) and isinstance(entry, dict) else entry

    def files(self) -> _Files:
        """All files, in an order in which nothing is asked before it is known."""
        rules = self._rules()
        self._gone.codes.update(_codes(self._below.get("rules", {})) - _codes(rules))
        found = {**self._raw, **self._tables, "rules": rules, "standard": self._main()}
        if facts := self._raw.get("notes/facts"):
            found["notes/facts"] = self._facts(facts)
        if readings := self._raw.get("notes/readings"):
            found["notes/readings"] = self._readings(readings)
        if package := self._raw.get("package"):
            figures = self._entries(
                package.get("figure", []),
                lambda one: None if one["fact"] in self._gone.figures else one,
            )
            found["package"] = {**package, "figure": figures}
        if ledger := self._raw.get("ledger"):
            found["ledger"] = self._ledger(ledger)
        return found

    def _table(self, table: _File) -> _File:
        found = dict(table)
        found["block"] = [
            self._block(block, table.get("key", "")) for block in table.get("block", ())
        ]
        if "form" in table:
            found["form"] = [
                self._known(one) if self._of_base(one.get("known")) else one
                for one in table["form"]
            ]
        if self._of_base(table.get("balance")):
            sides = f"{table.get('key', '')}."
            found["balance"] = [
                text
                for text in table["balance"]
                if self._sum(" = ".join(sides + ref.strip() for ref in text.split(" = ")))
            ]
        return found

    def _known(self, form: _File) -> _File:
        """A form without what it takes from texts of the projects that the region's table does not have."""
        here, usual = (
            {
                column
                for block in blocks.values()
                if block.raw.get("body") == "project"
                for column in block.columns
            }
            for blocks in (self._blocks, self._usual)
        )
        gone = {f"{{item.{name}}}" for name in usual - here}
        known = {
            key: text for key, text in form["known"].items() if not any(one in text for one in gone)
        }
        return {**form, "known": known}

    def _block(self, block: _File, table: str) -> _File:
        """A table's own sums go without what it does not have."""
        key = ".".join(filter(None, (table, block.get("key", ""))))
        known, usual = self._blocks[key], self._usual.get(key, self._blocks[key])
        found = dict(block)
        for name, lost in (
            ("rowsums", usual.columns - known.columns),
            ("sums", (usual.rows or frozenset()) - (known.rows or frozenset())),
        ):
            if self._of_base(block.get(name)):
                found[name] = [*filter(None, (_without(text, lost) for text in block[name]))]
        return found

    def _main(self) -> _File:
        main = dict(self._raw["standard"])
        if main.get("department") in self._gone.fields:
            del main["department"]
        if "condition" in main:
            main["condition"] = self._entries(main["condition"], self._condition)
        if self._of_base(main.get("totals")):
            main["totals"] = {key: cell for key, cell in main["totals"].items() if self._ref(cell)}
        for name, keys in _CELLS.items():
            if name in main:
                main[name] = self._entries(main[name], partial(self._with_cells, keys))
        if "chart" in main:
            main["chart"] = self._entries(main["chart"], self._chart)
        charts = _charts(self._below.get("standard", {})) - _charts(main)
        picture = main.get("picture", {})
        if self._of_base(picture) and {picture["bars"], picture["split"]} & charts:
            del main["picture"]
        roles, gone = main.get("role", {}).get("rule", {}), self._gone.codes
        if self._of_base(roles):
            kept = {role: code for role, code in roles.items() if code not in gone}
            main["role"] = {**main["role"], "rule": kept}
        return main

    def _condition(self, one: _File) -> _File | None:
        zero = [*filter(self._ref, one["zero"])]
        return {**one, "zero": zero} if zero else None

    def _with_cells(self, keys: tuple[str, ...], one: _File) -> _File | None:
        return one if all(self._ref(one[key]) for key in keys) else None

    def _chart(self, chart: _File) -> _File | None:
        if "rows" in chart and not self._ref(chart["rows"]):
            return None
        if not all(map(self._ref, chart.get("total", ()))):
            return None
        lists = {key: chart[key] for key in ("cells", "against", "names") if chart.get(key)}
        if len({*map(len, lists.values())}) > 1:
            return chart
        cells, against = chart.get("cells", []), chart.get("against", [])
        stay = [
            at
            for at, cell in enumerate(cells)
            if self._ref(cell) and (not against or self._ref(against[at]))
        ]
        if cells and not stay:
            return None
        return {**chart, **{key: [one[at] for at in stay] for key, one in lists.items()}}

    def _rules(self) -> _File:
        rules = self._raw["rules"]
        return {**rules, "rule": self._entries(rules.get("rule", []), self._rule)}

    def _checks(self, rule: _File) -> bool:
        """Whether there is what the check of a rule of the base looks at: a ledger, forms, texts of a section."""
        check = rule.get("check", "")
        if check in FORM_CHECKS and _has_forms(self._usual) and not _has_forms(self._blocks):
            return False
        if check.startswith(LEDGER_CHECKS):
            return "ledger" in self._raw or "ledger" not in self._below
        if rule.get("texts"):
            own, usual = (
                files.get("notes/readings", {}).get("rules", {}).values()
                for files in (self._raw, self._below)
            )
            return rule["code"] in own or rule["code"] not in usual
        return True

    def _rule(self, rule: _File) -> _File | None:
        if not self._checks(rule):
            return None
        found = {**rule, "source": self._source(rule["source"])}
        if "equations" in rule:
            found["equations"] = [*self._equations(rule["equations"])]
        if "structure" in rule:
            kinds = [rule["structure"]] if isinstance(rule["structure"], str) else rule["structure"]
            gone = {*self._usual, *_keys(self._usual)} - {*self._blocks, *_keys(self._blocks)}
            only = [key for key in rule.get("blocks", ()) if key not in gone]
            tables = {name: raw for name, raw in self._below.items() if name.startswith("tables/")}
            stay = [
                kind
                for kind in kinds
                if _said(kind, only, self._blocks, self._tables)
                or not _said(kind, rule.get("blocks", ()), self._usual, tables)
            ]
            if len(stay) < len(kinds):
                found["structure"] = stay
            if "blocks" in rule:
                found["blocks"] = only
            if not stay or ("blocks" in rule and not only):
                found.pop("structure")
                found.pop("blocks", None)
        cells = [one for one in rule.get("with", {}).values() if re.fullmatch(REF, str(one))]
        if not all(map(self._ref, cells)):
            return None
        tells = any(
            found.get(key) for key in ("equations", "structure", "check", "texts", "compares")
        )
        return found if tells else None

    def _source(self, text: str) -> str:
        """The tables of a rule's source that are there; all where none of them would be left."""
        gone = {f"{{{key}}}" for key in _keys(self._usual) - _keys(self._blocks)}
        kept = [one for one in text.split("、") if not any(key in one for key in gone)]
        return "、".join(kept) or text

    def _equations(self, equations: list[Any]) -> Iterator[Any]:
        zero = {
            key: any(map(self._ref, one["zero"]))
            for key, one in self._raw["standard"].get("condition", {}).items()
        }
        for one in equations:
            if not self._sum(one if isinstance(one, str) else one["is"]):
                continue
            # A condition on cells that are not there always holds.
            always = isinstance(one, dict) and not zero.get(one.get("when", ""), True)
            yield {key: value for key, value in one.items() if key != "when"} if always else one

    def _facts(self, facts: _File) -> _File:
        found, usual = dict(facts), self._below.get("notes/facts", {})
        gone = self._gone
        found["text"] = self._entries(
            facts.get("text", {}), lambda one: None if one["is"] in gone.fields else one
        )
        gone.figures.update(_lacking(usual, found, ("year", "constant", "text")))
        gone.figures.update(usual.get("amount", {}).keys() - facts.get("amount", {}).keys())
        found["amount"] = {}
        for name, one in facts.get("amount", {}).items():
            if self._of_base(one) and not self._sum(one["is"]):
                gone.figures.add(name)
            else:
                found["amount"][name] = one
        for group in ("count", "names"):
            found[group] = self._entries(
                facts.get(group, {}), lambda one: one if self._ref(one["rows"]) else None
            )
        gone.figures.update(_lacking(usual, found, ("count",)))
        found["list"] = self._entries(facts.get("list", {}), self._list)
        gone.lists.update(_lacking(usual, found, ("list", "names")))
        found["change"] = self._entries(facts.get("change", {}), self._change)
        gone.changes.update(_lacking(usual, found, ("change",)))
        for name, one in found["change"].items():
            if self._of_base(one.get("like")):
                like = [other for other in one["like"] if other not in gone.changes]
                found["change"][name] = {**one, "like": like}
        return {key: value for key, value in found.items() if value or key in facts}

    def _list(self, one: _File) -> _File | None:
        found = dict(one)
        if "rows" in one and not self._ref(one["rows"]):
            return None
        if "items" in one:
            found["items"] = [item for item in one["items"] if self._sum(item["is"])]
            if not found["items"]:
                return None
        if one.get("whole", "") in self._gone.figures:
            return None
        if one.get("keyed", "") in self._gone.keyed:
            del found["keyed"]
        return found

    def _change(self, one: _File) -> _File | None:
        if not all(self._sum(one[key]) for key in ("now", "prior") if key in one):
            return None
        if one.get("reason", "") in self._gone.fields:
            return None
        found = dict(one)
        if "components" in one:
            found["components"] = [
                part
                for part in one["components"]
                if self._sum(part["now"]) and self._sum(part["prior"])
            ]
        return found

    def _readings(self, readings: _File) -> _File:
        gone = self._gone

        def placed(one: _File) -> bool:
            return self._means(one.get("section", ""))

        def head(one: _File) -> _File | None:
            if not placed(one) or one["figure"] in gone.figures:
                return None
            found = dict(one)
            for key, lost in (
                ("change", gone.changes), ("kinds", gone.lists), ("names", gone.lists),
                ("carryover", gone.figures),
            ):  # fmt: skip
                if one.get(key, "") in lost:
                    del found[key]
            if "parts" in one:
                found["parts"] = [
                    part for part in one["parts"] if part["figure"] not in gone.figures
                ]
            says = one["figure"] or found.get("parts") or found.get("kinds")
            return found if says else None

        def line(one: _File) -> _File | None:
            return one if placed(one) and one["list"] not in gone.lists else None

        def target(one: _File) -> _File | None:
            return None if one["figure"] in gone.figures else one

        def passage(one: _File) -> _File | None:
            return one if placed(one) and one.get("zero", "") not in gone.figures else None

        found = dict(readings)
        known = {"head": head, "lines": line, "target": target, "passage": passage}
        for key, stays in known.items():
            if key in readings:
                found[key] = self._entries(readings[key], stays)
        if self._of_base(readings.get("rules")):
            found["rules"] = {
                key: code
                for key, code in readings["rules"].items()
                if code not in gone.codes and self._means(key)
            }
        if self._of_base(readings.get("glossary")) and readings["glossary"]["list"] in gone.lists:
            del found["glossary"]
        return found

    def _ledger(self, ledger: _File) -> _File:
        def post(one: _File) -> _File | None:
            block, usual = (known.get(one["block"]) for known in (self._blocks, self._usual))
            if block is None or usual is None:
                return None if usual and self._of_base(one) else one
            lost = {
                *(usual.columns - block.columns),
                *((usual.rows or set()) - (block.rows or set())),
            }
            found = dict(one)
            for key in ("column", "row"):
                if key in one:
                    found[key] = {
                        name: asked
                        for name, asked in one[key].items()
                        if name not in lost or not self._of_base(asked)
                    }
            if self._of_base(one.get("zero")):
                found["zero"] = [key for key in one["zero"] if key not in lost]
            return found

        found = {**ledger, "post": [*filter(None, map(post, ledger.get("post", ())))]}
        if self._of_base(ledger.get("project")) and not self._has_projects:
            del found["project"]
        if self._of_base(ledger.get("control")) and ledger["control"]["list"] in self._gone.keyed:
            del found["control"]
        found["info"] = {
            key: asked
            for key, asked in ledger.get("info", {}).items()
            if key not in self._gone.fields or not self._of_base(asked)
        }
        below = self._below.get("ledger", {})
        return _Lines(ledger, below, self._of_base).ledger(found) if below else found

    @property
    def _has_projects(self) -> bool:
        return any(block.raw.get("body") == "project" for block in self._blocks.values())

    def _means(self, number: str) -> bool:
        """Whether a section of that number, where there is one, is the one that the base means by it."""
        theirs, own = _templates(self._below), _templates(self._raw)
        return number not in theirs or own.get(number) == theirs[number]


class _Lines:
    """What a base says of columns and choices of the ledger that a region does not have.

    Lines have no text in a column that is gone. One that every line has counts as its first choice: without a column
    of years all money is of this year.
    """

    def __init__(self, ledger: _File, below: _File, of_base: Callable[[Any], bool]) -> None:
        self._of_base = of_base
        own = {one["key"]: one for one in ledger["column"]}
        usual = {one["key"]: one for one in below["column"]}
        self._gone: dict[str, set[str]] = {}
        """The texts that no line has any more, by column and kind."""
        self._always: dict[str, set[str]] = {}
        """The texts that every line has, by columns that are gone and kinds of these."""
        for key, column in usual.items():
            choices = column.get("choices", [])
            kept = own.get(key, {}).get("choices", [])
            self._gone[key] = {*choices} - {*kept}
            if key not in own:
                every = column.get("needed") == {}
                self._always[key] = {*choices[:1]} if every else set()
        for kind in below.get("kind", ()):
            gone, always = self._gone[kind["of"]], self._always.get(kind["of"])
            classes = kind["values"].items()
            self._gone[kind["key"]] = {name for name, texts in classes if gone.issuperset(texts)}
            if always is not None:
                self._always[kind["key"]] = {name for name, texts in classes if always & {*texts}}

    def ledger(self, found: _File) -> _File:
        """The ledger without them."""
        kinds = [one for one in found.get("kind", ()) if one["of"] not in self._always]
        found = {
            **found,
            "column": [self._column(one) for one in found["column"]],
            "kind": [{**one, "values": self._classes(one)} for one in kinds],
            "post": [*filter(None, map(self._post, found["post"]))],
            "info": self._each(found["info"]),
        }
        fits = ({key: self._asked(one[key]) for key in one} for one in found.get("fit", ()))
        found["fit"] = [fit for fit in fits if None not in fit.values()]
        export = found["export"]
        if self._of_base(export["across"]):
            across = [key for key in export["across"] if key not in self._always]
            found["export"] = {**export, "across": across}
        carry = found.get("carry", {})
        if self._of_base(carry) and (
            carry["year"] in self._always or not self._asked(carry["left"])
        ):
            del found["carry"]
        return found

    def _column(self, column: _File) -> _File:
        found, gone = dict(column), self._gone.get(column["key"], ())
        if self._of_base(column.get("values")):
            pairs = column["values"].items()
            found["values"] = {said: meant for said, meant in pairs if meant not in gone}
        for key in ("needed", "absent"):
            if key in column:
                found[key] = self._asked(column[key])
                if found[key] is None:
                    del found[key]
        if self._of_base(column) and column.get("per") in self._always:
            del found["per"]
        return found

    def _classes(self, kind: _File) -> _File:
        gone = self._gone.get(kind["of"], ())
        kept = {
            name: [text for text in texts if not self._of_base(texts) or text not in gone]
            for name, texts in kind["values"].items()
        }
        return {name: texts for name, texts in kept.items() if texts}

    def _post(self, post: _File) -> _File | None:
        where = self._asked(post.get("where", {}))
        if where is None:
            return None
        found = {**post, "where": where}
        for key in ("column", "row"):
            if key in post:
                found[key] = self._each(post[key])
        if "form" in post:
            found["form"] = [
                {**form, "column": self._each(form["column"])}
                | ({"only": only} if "only" in form else {})
                for form in post["form"]
                if (only := self._asked(form.get("only", {}))) is not None
            ]
        return found

    def _each(self, selections: _File) -> _File:
        asked = {name: self._asked(one) for name, one in selections.items()}
        return {name: one for name, one in asked.items() if one is not None}

    def _asked(self, selection: _File) -> _File | None:
        """A selection of the base without what is gone; None where it takes no line any more."""
        found: _File = {}
        for key, texts in selection.items():
            if not self._of_base(texts):
                found[key] = texts
            elif key not in self._always:
                found[key] = [text for text in texts if text not in self._gone.get(key, ())]
                if not found[key]:
                    return None
            elif not self._always[key] & {*texts}:
                return None
        return found


def _without(text: str, lost: frozenset[str]) -> str:
    """A sum without the parts that are gone; "" where the whole is gone or all parts are."""
    whole, _, parts = text.partition(" = ")
    there = [part.strip() for part in re.split(r"(?=[+-] )", parts)]
    there = [part for part in there if part.lstrip("+- ") not in lost]
    right = " ".join(there).removeprefix("+ ")
    return f"{whole} = {right}" if there and whole.strip() not in lost else ""


def _lacking(usual: _File, found: _File, groups: tuple[str, ...]) -> set[str]:
    """The names that the base has in some groups and the region has not."""
    return {
        name for key in groups for name in usual.get(key, {}).keys() - found.get(key, {}).keys()
    }


def _said(kind: str, only: Collection[str], blocks: dict[str, _Block], tables: _Files) -> bool:
    """Whether a table or block (among ``only``, where there are any) says that structure of itself."""
    if kind not in _STRUCTURES:
        return any(
            table.get(kind) and (not only or table.get("key") in only) for table in tables.values()
        )
    return any(
        block.raw.get(_STRUCTURES[kind]) and (not only or {key, key.partition(".")[0]} & set(only))
        for key, block in blocks.items()
    )


def _has_forms(blocks: dict[str, _Block]) -> bool:
    return any(block.raw.get("body") == "form" for block in blocks.values())


def _keys(blocks: dict[str, _Block]) -> set[str]:
    """The tables' keys."""
    return {key.partition(".")[0] for key in blocks}


def _templates(files: _Files) -> dict[str, str]:
    documents = files.get("notes/sections", {}).values()
    return {
        entry.get("number", ""): entry.get("template", "")
        for entries in documents
        for entry in entries
    }
