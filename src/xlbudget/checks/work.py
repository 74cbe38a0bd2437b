"""A budget of work: how much a search may look at before it says that it gives up.

Work is counted, never timed, so every machine ends in the same place. One unit is one term of one
relation looked at, by propagation or by a trial of figures moved elsewhere.
"""

from __future__ import annotations

__all__ = ["Work"]

_LEAST = 400_000
_PER_TERM = 800
"""Every term of the book's relations may be looked at so often, by all searches together.

A propagation looks at each term two or three times, so this is some 300 propagations of the whole
book: ten times what one to five wrong figures take, and about two seconds for a department of fifty
subjects and twenty projects (benchmarks/validation/hard.py prints what each kind of bad input takes).
"""
_STAGE = 0.3
"""The share of what is left that one stage of a search may take by default."""


class Work:
    """What was spent, and what may be; without a ``limit`` it only counts."""

    __slots__ = ("limit", "spent")

    def __init__(self, limit: int | None = None) -> None:
        self.limit, self.spent = limit, 0

    @classmethod
    def for_terms(cls, terms: int) -> Work:
        """The budget of a book whose relations have so many terms in all."""
        return cls(_LEAST + _PER_TERM * terms)

    def spend(self, terms: int) -> None:
        """So many terms more were looked at."""
        self.spent += terms

    @property
    def exhausted(self) -> bool:
        """Whether nothing is left."""
        return self.limit is not None and self.spent >= self.limit

    def part(self, share: float = _STAGE) -> Work:
        """A budget of its own, a share of what is left; what it spends is spent here as well."""
        left = None if self.limit is None else int(max(0, self.limit - self.spent) * share)
        return _Part(self, left)


class _Part(Work):
    """A share of another budget."""

    __slots__ = ("whole",)

    def __init__(self, whole: Work, limit: int | None) -> None:
        super().__init__(limit)
        self.whole = whole

    def spend(self, terms: int) -> None:
        super().spend(terms)
        self.whole.spend(terms)
