"""What a formula must not rely on, because programs differ in it: found in the formula's own text.

Excel orders numbers before texts before logicals (``FALSE>0`` is TRUE) and leaves logicals in arrays out
of sums; LibreOffice has no logicals beside numbers. Nobody's floats end in the same hair. So kinds of
values are inferred from the leaves up, and every place is told at which the result would depend on them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from openpyxl.formula import Tokenizer
from openpyxl.formula.tokenizer import Token

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Kinds = frozenset[str]
NUMBER, TEXT, LOGICAL = frozenset(("number",)), frozenset(("text",)), frozenset(("logical",))
ANY = NUMBER | TEXT | LOGICAL | frozenset(("blank",))
"""What a cell that people type into may hold."""

VOLATILE = frozenset(("OFFSET", "INDIRECT", "NOW", "TODAY", "RAND", "RANDBETWEEN", "CELL", "INFO"))
RESULTS: dict[str, Kinds] = {
    **dict.fromkeys(
        [
            "ABS",
            "AVERAGEIF",
            "COLUMN",
            "COUNT",
            "COUNTA",
            "COUNTIF",
            "COUNTIFS",
            "FIND",
            "INT",
            "LEN",
            "MATCH",
            "MAX",
            "MMULT",
            "MOD",
            "N",
            "ROUND",
            "ROW",
            "ROWS",
            "SUBTOTAL",
            "SEARCH",
            "SMALL",
            "SUM",
            "SUMIF",
            "SUMIFS",
            "SUMPRODUCT",
            "VALUE",
        ],
        NUMBER,
    ),
    **dict.fromkeys(
        ["ADDRESS", "HYPERLINK", "LEFT", "MID", "REPT", "RIGHT", "SUBSTITUTE", "TEXT", "TRIM"], TEXT
    ),
    **dict.fromkeys(
        [
            "AND",
            "EXACT",
            "ISBLANK",
            "ISERROR",
            "ISFORMULA",
            "ISLOGICAL",
            "ISNA",
            "ISNUMBER",
            "ISTEXT",
            "NOT",
            "OR",
        ],
        LOGICAL,
    ),
    **dict.fromkeys(["IF", "IFERROR", "INDEX", "LOOKUP", "TRANSPOSE"], ANY),
}
"""Every function in use; all exist in Excel 2010 but ISFORMULA, which stands in looks alone."""
NUMERIC = frozenset(
    ["ABS", "INT", "MMULT", "MOD", "ROUND", "SMALL", "SUM", "SUMPRODUCT", "LOOKUP", "MAX"]
)
"""Functions that go wrong, or leave it out, when an argument is a logical."""
WHOLE = frozenset(
    [
        "COLUMN",
        "COUNT",
        "COUNTA",
        "COUNTIF",
        "COUNTIFS",
        "FIND",
        "INT",
        "LEN",
        "MATCH",
        "ROW",
        "ROWS",
        "ROUND",
        "SEARCH",
    ]
)
"""Functions whose result may be compared as it is."""
ORDER = ("<", ">", "<=", ">=")
COMPARISONS = (*ORDER, "=", "<>")
_POWER = {"^": 5, "*": 4, "/": 4, "+": 3, "-": 3, "&": 2, **dict.fromkeys(COMPARISONS, 1)}
_TOP = 6
_CELL = re.compile(r"((?:'[^']+'|[^\W\d]\w*)!)?(\$?[A-Z]{1,3}\$?[0-9]+)(?![:\w(])")
_LINE = re.compile(r"(?<=[A-Z$])[0-9]+")


class Node(NamedTuple):
    """A piece of a formula: ``head`` is an operator, a function, or what kind of leaf it is."""

    head: str
    parts: tuple[Node, ...] = ()
    text: str = ""


class Parser:
    """Precedence climbing over the tokens of a formula."""

    def __init__(self, formula: str) -> None:
        found = Tokenizer("=" + formula.removeprefix("=")).items
        self.tokens = [one for one in found if one.type != Token.WSPACE]
        self.at = 0

    def whole(self) -> Node:
        node = self.expression(0)
        assert self.at == len(self.tokens), self.tokens[self.at]
        return node

    def peek(self) -> Token | None:
        return self.tokens[self.at] if self.at < len(self.tokens) else None

    def expression(self, least: int) -> Node:
        left = self.prefixed()
        while (one := self.peek()) and one.type == Token.OP_IN and _POWER[one.value] > least:
            self.at += 1
            left = Node(one.value, (left, self.expression(_POWER[one.value])))
        while (one := self.peek()) and one.type == Token.OP_POST:
            self.at += 1
            left = Node("/", (left, Node("number", (), "100")))
        return left

    def prefixed(self) -> Node:
        one = self.peek()
        assert one is not None
        self.at += 1
        if one.type == Token.OP_PRE:
            return Node("prefix", (self.expression(_TOP),), one.value)
        if one.type == Token.OPERAND:
            return Node(one.subtype.lower(), (), one.value)
        if one.type == Token.PAREN:
            inner = self.expression(0)
            self.at += 1
            return inner
        if one.type == Token.ARRAY:
            return self.array()
        assert one.type == Token.FUNC, one
        return Node(one.value.rstrip("(").removeprefix("_xlfn."), tuple(self.arguments()))

    def arguments(self) -> Iterator[Node]:
        while (one := self.peek()) and (one.type, one.subtype) != (Token.FUNC, Token.CLOSE):
            if one.type == Token.SEP:
                self.at += 1
                continue
            yield self.expression(0)
        self.at += 1

    def array(self) -> Node:
        parts = []
        while (one := self.peek()) and one.subtype != Token.CLOSE:
            if one.type in (Token.SEP, "ARRAYROW"):
                self.at += 1
                continue
            parts.append(self.expression(0))
        self.at += 1
        # The tokenizer wraps rows of an array in ARRAYROW.
        while (
            (one := self.peek())
            and one.type in (Token.ARRAY, "ARRAYROW")
            and one.subtype == Token.CLOSE
        ):
            self.at += 1
        return Node("array", tuple(parts))


class Hit(NamedTuple):
    """A cell, its formula, and why another program may come to something else."""

    cell: str
    formula: str
    reason: str


class Lint:
    """The faults of formulas; ``formula_at`` gives the formula of (sheet, cell), "" for typed ones."""

    def __init__(self, formula_at: Callable[[str, str], str]) -> None:
        self.formula_at = formula_at
        self.parsed: dict[str, Node] = {}
        self.known: dict[tuple[str, str], tuple[Kinds, bool]] = {}
        self.shapes: dict[tuple[str, ...], list[str]] = {}
        self.sheet = ""

    def shape(self, formula: str) -> tuple[str, ...]:
        """What formulas have in common that differ in lines alone, also in those of what they read."""
        read = {
            self.formula_at(prefix.rstrip("!").strip("'") or self.sheet, cell.replace("$", ""))
            for prefix, cell in _CELL.findall(formula)
        }
        every = (formula, *sorted(read))
        return tuple(dict.fromkeys(_LINE.sub("", one) for one in every))

    def hits(self, sheet: str, cell: str, formula: str, *, look: bool = False) -> list[Hit]:
        """All faults of a formula; ``look``: of a conditional format, which only Excel 2013 has all of."""
        self.sheet = sheet
        shape = self.shape(formula)
        if shape not in self.shapes:
            self.shapes[shape] = list(dict.fromkeys(self.reasons(self.tree(formula), look=look)))
        reasons = self.shapes[shape]
        return [Hit(f"{sheet}!{cell}", formula, reason) for reason in reasons]

    def tree(self, formula: str) -> Node:
        if formula not in self.parsed:
            self.parsed[formula] = Parser(formula).whole()
        return self.parsed[formula]

    # ------------------------------------------------------------------ faults

    def reasons(self, node: Node, *, look: bool) -> Iterator[str]:
        for part in node.parts:
            yield from self.reasons(part, look=look)
        head, kinds = node.head, [self.kinds(one) for one in node.parts]
        if head in COMPARISONS:
            if LOGICAL in kinds and kinds[0] != kinds[1]:
                yield f"logical {head} something else"
            elif head in ORDER and kinds not in ([NUMBER, NUMBER], [TEXT, TEXT]):
                yield f"{head} depends on the order of kinds: {[sorted(one) for one in kinds]}"
            if any(self.hairy(one) for one in node.parts):
                yield f"difference without ROUND before {head}"
        elif head in ("+", "-", "/", "^"):
            if LOGICAL in kinds:
                yield f"logical as a number at {head}"
        elif head.isupper() or "_" in head:
            yield from self.of_function(head, node, kinds, look=look)

    def of_function(
        self, head: str, node: Node, kinds: list[Kinds], *, look: bool
    ) -> Iterator[str]:
        if head in VOLATILE:
            yield f"volatile function {head}"
        elif head not in RESULTS or (head == "ISFORMULA" and not look):
            yield f"function {head} is not known to Excel 2010"
        if head in NUMERIC and LOGICAL in kinds:
            yield f"logical as an argument of {head}"
        tests = {"IF": kinds[:1], "AND": kinds, "OR": kinds, "NOT": kinds}.get(head, [])
        if any(one != LOGICAL for one in tests):
            yield f"number as a logical in {head}"
        if head == "LOOKUP":
            if kinds[0] != NUMBER:
                yield "LOOKUP of what may be no number depends on the order of kinds"
            if self.hairy(node.parts[0]):
                yield "difference without ROUND in LOOKUP"
        if head == "MATCH" and (len(node.parts) < 3 or node.parts[2].text != "0"):
            yield "MATCH without exact match depends on the order of kinds"
        if head.startswith(("COUNTIF", "SUMIF")) and any(
            re.fullmatch(r'"[0-9]*\?+"', one.text) for one in node.parts
        ):
            yield "a pattern of digits finds no codes that are numbers"

    # ------------------------------------------------------------------ kinds of values

    def kinds(self, node: Node) -> Kinds:
        head = node.head
        if head in ("number", "text", "logical"):
            return frozenset((head,))
        if head == "array":
            return frozenset().union(*(self.kinds(one) for one in node.parts))
        if head == "range":
            return self.resolved(node.text)[0]
        if head in COMPARISONS:
            return LOGICAL
        if head == "&":
            return TEXT
        if head in ("+", "-", "*", "/", "^", "prefix"):
            return NUMBER
        if head == "IF":
            return frozenset().union(
                *(self.kinds(one) for one in node.parts[1:]), LOGICAL if len(node.parts) < 3 else ()
            )
        if head == "IFERROR":
            return frozenset().union(*(self.kinds(one) for one in node.parts))
        if head == "LOOKUP":
            return self.kinds(node.parts[-1])
        if head in ("INDEX", "TRANSPOSE"):
            return self.kinds(node.parts[0])
        return RESULTS.get(head, ANY)

    def hairy(self, node: Node) -> bool:
        """Whether it may be off by a float's hair: a difference that was not rounded."""
        head = node.head
        if (
            head in WHOLE
            or head in COMPARISONS
            or head in ("number", "text", "logical", "array", "&")
        ):
            return False
        if head == "range":
            return self.resolved(node.text)[1]
        if head == "-" and not all(self.whole(one) for one in node.parts):
            return True
        if head == "IF":
            return any(self.hairy(one) for one in node.parts[1:])
        return any(self.hairy(one) for one in node.parts)

    def whole(self, node: Node) -> bool:
        """Whether it comes to a whole number, or a rounded one."""
        if node.head in WHOLE or node.head in COMPARISONS or node.head == "array":
            return True
        if node.head == "number":
            return re.fullmatch(r"[0-9]+", node.text) is not None
        if node.head in ("+", "-", "*", "SUM", "MMULT", "TRANSPOSE", "prefix", "IF"):
            parts = node.parts[1:] if node.head == "IF" else node.parts
            return all(self.whole(one) for one in parts)
        return False

    def resolved(self, reference: str) -> tuple[Kinds, bool]:
        """What a single cell's own formula gives, and whether that is hairy; typed cells may be anything."""
        sheet, _, cell = reference.rpartition("!")
        sheet = sheet.strip("'").replace("''", "'") or self.sheet
        place = sheet, cell.replace("$", "")
        if place not in self.known:
            self.known[place] = ANY, False
            formula = "" if ":" in cell else self.formula_at(*place)
            if formula:
                before, self.sheet = self.sheet, sheet
                tree = self.tree(formula)
                self.known[place] = self.kinds(tree), self.hairy(tree)
                self.sheet = before
        return self.known[place]
