"""Which divisors and functions the rival checker allows: those of the value and of the rules, and what follows.

A product is no zero where its factors are none, and the other way round; a fraction, where its numerator is none.
"""

from __future__ import annotations

from collections.abc import Iterable

from tests.rival_residues import Made, Values


class Poles:
    """What is no zero wherever the value has a gradient, by shape; and the functions that are formed there."""

    def __init__(self, values: Values, made: Iterable[Made]) -> None:
        """Take all that value and rules have made, in order."""
        self._values = values
        self._functions: set[tuple[int, int]] = set()
        self._nonzero = {values.shape(values.one)}
        made = [*made]
        parts: dict[int, set[int]] = {}
        for each in made:
            parts.setdefault(values.shape(each.value), set()).update(self._parts(each))
            if each.op == "div":
                self._nonzero.add(values.shape(each.operands[1]))
        pending = [*self._nonzero]
        while pending:
            new = parts.get(pending.pop(), set()) - self._nonzero
            self._nonzero |= new
            pending += new
        for each in made:
            self.grow(each)

    def _parts(self, made: Made) -> list[int]:
        """Return the shapes of the factors of a product, of the numerator of a fraction, of a function none."""
        count = {"mul": 2, "div": 1}.get(made.op, 0)
        return [self._values.shape(each) for each in made.operands[:count]]

    def allow(self, made: Made) -> bool:
        """Say whether a line may make this, which is a product, a quotient or a function."""
        if made.op == "div":
            return self._values.shape(made.operands[1]) in self._nonzero
        return made.op == "mul" or made.value.point in self._functions

    def grow(self, made: Made) -> None:
        """Take what is allowed: it is a known function, or no zero where its parts are none."""
        if made.op not in ("mul", "div"):
            self._functions.add(made.value.point)
        elif self._nonzero.issuperset(self._parts(made)):
            self._nonzero.add(self._values.shape(made.value))
