"""What a mutation decides, drawn by chance or taken from a recipe.

A recipe holds values, not numbers of draws: a sheet's name, a cell, a nasty value's name. So it can be
read, and it still says the same when a seed file has changed a little.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random

Decision = str | int
_D = TypeVar("_D", str, int)


class NotApplicableError(Exception):
    """A mutation finds nothing to change in this file, or a recipe names what the file has not."""


class Choices:
    """Decisions one after another; ``made`` are those so far, as a recipe keeps them."""

    def __init__(self, chance: Random | None, recipe: Sequence[Decision] = ()) -> None:
        self._chance = chance
        self._recipe = list(recipe)
        self.made: list[Decision] = []

    def one(self, options: Sequence[_D]) -> _D:
        """One of ``options``.

        Raises:
            NotApplicableError: there is none, or the recipe's is not among them.
        """
        if not options:
            raise NotApplicableError("nothing to choose from")
        if self._chance is not None:
            chosen = options[self._chance.randrange(len(options))]
        else:
            chosen = self._next(options[0])
            if chosen not in options:
                raise NotApplicableError(f"{chosen!r} is not there any more")
        self.made.append(chosen)
        return chosen

    def below(self, end: int) -> int:
        """A number from 0 to before ``end``; a recipe's is taken as near as there is."""
        if end < 1:
            raise NotApplicableError("nothing to choose from")
        chosen = self._chance.randrange(end) if self._chance is not None else self._next(0)
        self.made.append(chosen)
        return min(chosen, end - 1)

    def _next(self, like: _D) -> _D:
        if not self._recipe:
            raise NotApplicableError("the recipe is too short")
        value = self._recipe.pop(0)
        if not isinstance(value, type(like)):
            raise NotApplicableError(f"{value!r} is of another kind than {like!r}")
        return value
