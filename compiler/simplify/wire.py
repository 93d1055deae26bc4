"""References that compute: the pull-backs of the table run on them, as they run on wires.

The arithmetic of a row makes the nodes of a graph of sums and products; a coefficient stays in front.
"""

from __future__ import annotations

from typing import Any

from circuit.ops import CODE, as_fraction
from compiler.scaled import plain
from compiler.simplify.forms import ONE, ZERO, Forms, Ref

SELECT = CODE["select"]


class Wire:
    """A reference (coefficient, node) with operators."""

    __slots__ = ("forms", "ref")

    def __init__(self, forms: Forms, ref: Ref) -> None:
        self.forms, self.ref = forms, ref

    def constant(self, value: Any) -> Wire:
        """Return a constant of the same graph."""
        return self._wire((1, self.forms.constant(value))) if isinstance(value, str) else self._of(value)

    def _wire(self, ref: Ref) -> Wire:
        return Wire(self.forms, ref)

    def _of(self, value: Any) -> Wire:
        if isinstance(value, Wire):
            return value
        exact = as_fraction(value)
        assert exact is not None
        return self._wire((plain(exact), ONE))

    def __neg__(self) -> Wire:
        return self._wire((-self.ref[0], self.ref[1]))

    def __add__(self, other: Any) -> Wire:
        return self._wire(self.forms.total((self.ref, self._of(other).ref), rigid=True))

    __radd__ = __add__

    def __sub__(self, other: Any) -> Wire:
        return self + -self._of(other)

    def __rsub__(self, other: Any) -> Wire:
        return self._of(other) + -self

    def __mul__(self, other: Any) -> Wire:
        return self._wire(self.forms.product(self.ref, self._of(other).ref))

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Wire:
        return self._wire(self.forms.quotient(self.ref, self._of(other).ref))

    def __rtruediv__(self, other: Any) -> Wire:
        return self._of(other) / self

    def gate(self, name: str, *operands: Any) -> Wire:
        """Return a function of wires; `select` of one arm against 0 lets the coefficient through."""
        refs = [self._of(each).ref for each in operands]
        if name in ARITHMETIC:
            found: Wire = ARITHMETIC[name](*(self._wire(each) for each in refs))
            return found
        k: Any = 1
        if name == "select" and ZERO in refs[1:]:
            arm = 1 if refs[1][0] else 2
            k, node = refs[arm]
            if not k:
                return self._wire(ZERO)
            k, refs[arm] = (k, (1, node)) if node != ONE else ((1, refs[arm]) if k > 0 else (-1, (-k, node)))
        return self._wire(self.forms.scaled(k, (1, self.forms.function(CODE[name], tuple(refs)))))


ARITHMETIC: dict[str, Any] = {
    "add": lambda x, y: x + y,
    "sub": lambda x, y: x - y,
    "mul": lambda x, y: x * y,
    "div": lambda x, y: x / y,
    "neg": lambda x: -x,
}
