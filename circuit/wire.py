"""`Wire`, the handle on one node of a builder, whose operators append gates."""

from __future__ import annotations

from typing import Any

from circuit import fold
from circuit.builder import Builder
from circuit.errors import InvalidType
from circuit.ops import ALIASES, CODE, LOWERED, as_fraction

__all__ = ["Builder", "Wire"]


class Wire:
    """One node of a circuit under construction; arithmetic on wires appends gates.

    Operators take wires of the same builder and plain numbers; a float means the decimal it prints.
    """

    __slots__ = ("builder", "node")
    __hash__ = object.__hash__

    def __init__(self, builder: Builder, node: int) -> None:
        self.builder = builder
        self.node = node

    def constant(self, value: Any) -> Wire:
        """Return a constant of the same circuit."""
        return self._wire(value)

    def _wire(self, value: Any) -> Wire:
        if isinstance(value, Wire):
            return value
        if isinstance(value, str):
            return Wire(self.builder, self.builder.constant(value))
        exact = as_fraction(value)
        if exact is None:
            raise InvalidType(f"a gate takes wires and real numbers, not {value!r} ({type(value).__name__})")
        return Wire(self.builder, self.builder.constant(exact))

    def gate(self, name: str, *operands: Any) -> Wire:
        """Append the gate, or what the function is lowered to, over wires and numbers."""
        wires = [self._wire(each) for each in operands]
        name = ALIASES.get(name, name)
        if name in CODE:
            return Wire(self.builder, self.builder.gate(CODE[name], *(each.node for each in wires)))
        lowered: Wire = LOWERED[name][1](*wires)
        return lowered

    def __add__(self, other: Any) -> Wire:
        return self.gate("add", self, other)

    def __radd__(self, other: Any) -> Wire:
        return self.gate("add", other, self)

    def __sub__(self, other: Any) -> Wire:
        return self.gate("sub", self, other)

    def __rsub__(self, other: Any) -> Wire:
        return self.gate("sub", other, self)

    def __mul__(self, other: Any) -> Wire:
        return self.gate("mul", self, other)

    def __rmul__(self, other: Any) -> Wire:
        return self.gate("mul", other, self)

    def __truediv__(self, other: Any) -> Wire:
        return self.gate("div", self, other)

    def __rtruediv__(self, other: Any) -> Wire:
        return self.gate("div", other, self)

    def __neg__(self) -> Wire:
        return self.gate("neg", self)

    def __pos__(self) -> Wire:
        return self

    def __pow__(self, other: Any) -> Wire:
        return Wire(self.builder, fold.power(self.builder, self.node, self._wire(other).node))

    def __rpow__(self, other: Any) -> Wire:
        return self._wire(other) ** self
