"""The nodes of a graph of sums, products, quotients and functions, as flat lists, each born once."""

from __future__ import annotations

from copy import copy
from fractions import Fraction
from typing import Self

from circuit.circuit import Constant
from circuit.ops import CODE, COMMUTES, CONSTANT, INPUT, ROWS
from compiler.scaled import Coefficient

Ref = tuple[Coefficient, int]
ONE = 0  # the node of the number 1
ZERO: Ref = (0, ONE)
MUL, DIV, SUM = CODE["mul"], CODE["div"], CODE["add"]
SELECT = CODE["select"]
FLAT = frozenset(code for code, row in enumerate(ROWS) if row is not None and row.flat)
NO_TERMS: tuple[Ref, ...] = ()


class Nodes:
    """Nodes as flat lists: `kind`, `first` and `second` (of MUL and DIV), `terms` (of SUM and of functions).

    `rigid` holds for each sum that something is divided by the sign with which the formula has it: no other sign of it
    is a divisor of the formula.
    """

    def __init__(self) -> None:
        self.kind: list[int] = [CONSTANT]
        self.first: list[int] = [-1]
        self.second: list[int] = [-1]
        self.terms: list[tuple[Ref, ...]] = [NO_TERMS]
        self.fixed = bytearray(b"\1")
        self.active = bytearray(1)
        self.values: dict[int, Constant] = {ONE: Fraction(1)}
        self.known: dict[object, int] = {Fraction(1): ONE}
        self.rigid: dict[int, int] = {}
        self.quadratic: dict[int, tuple[tuple[int, Ref], ...]] = {}  # (x_i, r_i) of a sum of x_i * r_i with r = S x
        self.cancel = self.shorten = False
        self.shortens = False  # whether a quotient of quotients is shorter

    def __len__(self) -> int:
        return len(self.kind)

    def _append(self, kind: int, a: int, b: int, terms: tuple[Ref, ...], fixed: bool, active: bool) -> int:
        self.kind.append(kind)
        self.first.append(a)
        self.second.append(b)
        self.terms.append(terms)
        self.fixed.append(fixed)
        self.active.append(active)
        return len(self.kind) - 1

    def input(self, active: bool) -> int:
        """Append an input."""
        return self._append(INPUT, -1, -1, NO_TERMS, False, active)

    def constant(self, value: Constant) -> int:
        """Return the node of a constant that stays apart: pi, e, or a coefficient that is part of a product."""
        node = self.known.get(value)
        if node is None:
            node = self.known[value] = self._append(CONSTANT, -1, -1, NO_TERMS, True, False)
            self.values[node] = value
        return node

    def number(self, node: int) -> Fraction | None:
        """Return the value of a rational constant, None of any other node."""
        value = self.values.get(node) if self.kind[node] == CONSTANT else None
        return value if isinstance(value, Fraction) else None

    def function(self, code: int, arguments: tuple[Ref, ...]) -> int:
        """Return the node of a gate that is a function of references, or a comparison."""
        if COMMUTES[code] and len(arguments) == 2 and arguments[1][1] < arguments[0][1]:
            arguments = arguments[::-1]
        key = (code, arguments)
        node = self.known.get(key)
        if node is None:
            carrying = arguments[1:] if code == SELECT else NO_TERMS if code in FLAT else arguments
            fixed = all(self.fixed[each] for _, each in arguments)
            active = any(self.active[each] for _, each in carrying)
            node = self.known[key] = self._append(code, -1, -1, arguments, fixed, active)
        return node

    def copy(self) -> Self:
        """Return a graph that may grow by itself."""
        twin = type(self)()
        for name, value in vars(self).items():
            setattr(twin, name, value if isinstance(value, bool) else copy(value))
        return twin

    def operands(self, node: int) -> list[int]:
        """Return the nodes that a node reads."""
        if self.kind[node] in (MUL, DIV):
            return [self.first[node], self.second[node]]
        return [each for _, each in self.terms[node]]
