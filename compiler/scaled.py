"""Wires with a rational coefficient in front, and their arithmetic: where a coefficient becomes a gate.

Baur & Strassen 1983; the careful rules (a)-(g) that keep T <= 4L (5L with transfer functions): an adjoint is a pair
(coefficient, register) whose coefficient becomes a gate only where two contributions leave a gate, where different
coefficients meet, or at an input. The pull-backs of the table run on such pairs.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Any

from circuit.errors import InvalidType
from circuit.fold import fits
from circuit.ops import CODE, as_fraction
from circuit.sharing import SharingBuilder

Coefficient = int | Fraction
ADD, SUB, MUL, DIV, NEG = (CODE[name] for name in ("add", "sub", "mul", "div", "neg"))


class Scaled:
    """A wire with a rational coefficient in front: `factor * node`; plain numbers are factor * the node of 1."""

    __slots__ = ("arithmetic", "factor", "node")

    def __init__(self, arithmetic: Arithmetic, factor: Coefficient, node: int) -> None:
        self.arithmetic, self.factor, self.node = arithmetic, factor, node

    def constant(self, value: Any) -> Scaled:
        """Return a constant of the same circuit."""
        if isinstance(value, str):
            return Scaled(self.arithmetic, 1, self.arithmetic.builder.constant(value))
        return self._scaled(value)

    def _scaled(self, value: Any) -> Scaled:
        if isinstance(value, Scaled):
            return value
        exact = as_fraction(value)
        if exact is None:
            raise InvalidType(f"a pull-back computes with wires and exact numbers, not {value!r}")
        return Scaled(self.arithmetic, plain(exact), self.arithmetic.one)

    def made(self) -> int:
        """Return the node of the whole value, as a gate if its coefficient is not 1."""
        return self.arithmetic.made(self.factor, self.node)

    def __neg__(self) -> Scaled:
        return Scaled(self.arithmetic, -self.factor, self.node)

    def __mul__(self, other: Any) -> Scaled:
        a, b = self, self._scaled(other)
        one = self.arithmetic.one
        if a.node == one or b.node == one:
            return self.arithmetic.scaled(a.factor, b.factor, b.node if a.node == one else a.node)
        return self.arithmetic.scaled(a.factor, b.factor, self.arithmetic.builder.gate(MUL, a.node, b.node))

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Scaled:
        a, b = self, self._scaled(other)
        arithmetic = self.arithmetic
        if b.node == arithmetic.one:
            return arithmetic.scaled(a.factor, Fraction(1) / b.factor, a.node)
        if a.node != arithmetic.one:
            return arithmetic.scaled(a.factor, Fraction(1) / b.factor, arithmetic.builder.gate(DIV, a.node, b.node))
        factor = Fraction(a.factor) / b.factor
        literal = arithmetic.builder.constant(abs(factor))
        return Scaled(arithmetic, -1 if factor < 0 else 1, arithmetic.builder.gate(DIV, literal, b.node))

    def __rtruediv__(self, other: Any) -> Scaled:
        return self._scaled(other) / self

    def __add__(self, other: Any) -> Scaled:
        return self.arithmetic.total([self, self._scaled(other)])

    __radd__ = __add__

    def __sub__(self, other: Any) -> Scaled:
        return self + -self._scaled(other)

    def __rsub__(self, other: Any) -> Scaled:
        return self._scaled(other) + -self

    def gate(self, name: str, *operands: Any) -> Scaled:
        """Append a gate over whole values; `select` of one arm against 0 lets the coefficient through."""
        scaled = [self._scaled(each) for each in operands]
        factor: Coefficient = 1
        if name == "select":
            arm = scaled[1] if scaled[1].factor else scaled[2]
            whole = arm.node == self.arithmetic.one
            factor = (-1 if arm.factor < 0 else 1) if whole else arm.factor
            factors = [plain(Fraction(each.factor) / factor) for each in scaled[1:]]
            scaled[1:] = [Scaled(self.arithmetic, k, each.node) for k, each in zip(factors, scaled[1:], strict=True)]
        nodes = [each.made() for each in scaled]
        return Scaled(self.arithmetic, factor, self.arithmetic.builder.gate(CODE[name], *nodes))


class Arithmetic:
    """Arithmetic of scaled wires over one builder.

    `coefficients=False` (only signs are carried) is for the tests of the exact price.
    """

    def __init__(self, builder: SharingBuilder, *, coefficients: bool = True) -> None:
        self.builder = builder
        self.coefficients = coefficients
        self.one = builder.constant(1)

    def made(self, factor: Coefficient, node: int) -> int:
        """Return the node of factor * node; a unit fraction becomes a division by its denominator."""
        builder = self.builder
        if node == self.one:
            return builder.constant(factor)
        if factor == 1:
            return node
        if factor == -1:
            return builder.gate(NEG, node)
        exact = Fraction(factor)
        if abs(exact.numerator) == 1 and not _is_decimal(exact.denominator):
            return builder.gate(DIV, node, builder.constant(exact.denominator * exact.numerator))
        return builder.gate(MUL, builder.constant(exact), node)

    def scaled(self, first: Coefficient, second: Coefficient, node: int) -> Scaled:
        """Return first * second * node; a coefficient that grew too long becomes a gate."""
        product = first * second
        if node != self.one:
            if not self.coefficients and abs(product) != 1:
                return Scaled(self, -1 if product < 0 else 1, self.made(size_of(product), node))
            if not isinstance(product, int) or product.bit_length() > 64:
                product = plain(product)
                if not fits(Fraction(product)):
                    return Scaled(self, second, self.made(first, node))
        elif not fits(Fraction(product)):
            return Scaled(self, second, self.builder.constant(first))
        return Scaled(self, product, node)

    def total(self, terms: Iterable[Scaled]) -> Scaled:
        """Return the sum: equal registers merge, each |coefficient| is one gate, signs and literals are free."""
        merged: dict[int, Coefficient] = {}
        for each in terms:
            if not self.coefficients and each.node in merged and each.node != self.one:
                each = self._sum([(merged.pop(each.node), each.node), (each.factor, each.node)])
            merged[each.node] = merged.get(each.node, 0) + each.factor
        if len(merged) == 1:
            ((node, factor),) = merged.items()
            return Scaled(self, factor, node)
        literal = merged.pop(self.one, 0)
        groups: dict[Coefficient, list[tuple[Coefficient, int]]] = {}
        for node, factor in merged.items():
            if factor:
                groups.setdefault(size_of(factor), []).append((1 if factor > 0 else -1, node))
        sums = [(size, self._sum(group)) for size, group in groups.items()]
        if not literal and len(sums) == 1:
            return Scaled(self, plain(sums[0][0] * sums[0][1].factor), sums[0][1].node)
        parts = [(each.factor, self.made(size, self._node(each))) for size, each in sums]
        if literal:
            parts.append((1 if literal > 0 else -1, self.builder.constant(size_of(literal))))
        return self._sum(parts) if parts else Scaled(self, 0, self.one)

    def _node(self, total: Scaled) -> int:
        """Return the node of a sum but for its sign."""
        return self.builder.constant(size_of(total.factor)) if total.node == self.one else total.node

    def _sum(self, parts: list[tuple[Coefficient, int]]) -> Scaled:
        """Add parts with factors +-1: the positive ones first, the others subtracted; all negative: minus the sum."""
        positive = [node for sign, node in parts if sign > 0]
        negative = [node for sign, node in parts if sign < 0]
        sign = 1 if positive else -1
        first, *more = positive or negative
        for node in more:
            first = self.builder.gate(ADD, first, node)
        for node in negative if positive else []:
            first = self.builder.gate(SUB, first, node)
        value = self.builder.exact(first)
        return Scaled(self, sign, first) if value is None else Scaled(self, plain(sign * value), self.one)


def size_of(factor: Coefficient) -> Coefficient:
    """Return |factor|."""
    return -factor if factor < 0 else factor


def plain(value: Coefficient) -> Coefficient:
    """Return an integer as an int."""
    return value.numerator if value.denominator == 1 else value


def _is_decimal(denominator: int) -> bool:
    """Say whether 1/denominator prints as a short decimal."""
    while denominator % 10 == 0:
        denominator //= 10
    return denominator in (1, 2, 4, 5, 8)
