"""Sympy's sums, products, powers and Piecewise as gates, of children whose nodes are known.

sympy writes a/b as a*b**-1 and a - b as a + (-1)*b; quotients and differences are recovered here, or the count of gates
would be inflated.
"""

from __future__ import annotations

from typing import Any

import sympy

from circuit import fold
from circuit.builder import Builder
from circuit.calls import call, logic, select
from circuit.ops import CODE
from circuit.sympy_terms import (
    LOGIC,
    RELATIONS,
    best_negative,
    coefficient,
    divisor,
    exact,
    factors,
    function_name,
    sign,
    terms,
)

ADD, SUB, MUL, DIV, NEG = (CODE[name] for name in ("add", "sub", "mul", "div", "neg"))


class Gates:
    """A builder, and the node of every expression that is done."""

    def __init__(self) -> None:
        self.builder = Builder()
        # by identity, and whether the sign of its coefficient is dropped (in a sum, to subtract it)
        self.done: dict[tuple[int, bool], int] = {}

    def combine(self, expression: Any, unsigned: bool, nodes: list[int]) -> int:
        """Return the node of an expression from those of its children, of which there is at least one."""
        if isinstance(expression, sympy.Add):
            return self._sum(expression, nodes)
        if isinstance(expression, sympy.Mul):
            return self._product(expression, unsigned, nodes)
        if isinstance(expression, sympy.Pow):
            return self._power(expression, nodes)
        if isinstance(expression, sympy.Piecewise):
            return self._piecewise(nodes)
        if isinstance(expression, sympy.UnevaluatedExpr):
            return nodes[0]
        name = function_name(expression)
        if name:
            return call(self.builder, name, nodes)
        kinds = LOGIC | RELATIONS
        name = next(kinds[kind] for kind in kinds if isinstance(expression, kind))
        return logic(self.builder, name, nodes) if name in LOGIC.values() else self.builder.gate(CODE[name], *nodes)

    def _sum(self, expression: Any, nodes: list[int]) -> int:
        """Start with a positive term, subtract the negative ones; a constant comes last."""
        every = terms(expression)
        signs = [sign(term) for term in every]
        first = next((place for place, each in enumerate(signs) if each >= 0), -1)
        gate = self.builder.gate
        if first >= 0:
            total = nodes[first]
        else:
            first = best_negative(every)
            total = self._negated(every[first], nodes[first])
        for place, (each, node) in enumerate(zip(signs, nodes, strict=True)):
            if place != first:
                total = gate(SUB if each < 0 else ADD, total, node)
        return total

    def _negated(self, term: Any, node: int) -> int:
        """Return minus the term, taking the sign into its coefficient where it has one."""
        value = self.builder.exact(node)
        if value is not None:
            return self.builder.constant(-value)
        if isinstance(term, sympy.Mul) and coefficient(term) != -1:
            nodes = [self.done[id(divisor(each) or each), False] for each in factors(term)]
            return self._product(term, False, nodes)
        return self.builder.gate(NEG, node)

    def _product(self, expression: Any, unsigned: bool, nodes: list[int]) -> int:
        """One constant in front, then the numerator's factors, over the product of the denominator's."""
        builder, gate = self.builder, self.builder.gate
        number = coefficient(expression)
        if unsigned:
            number = abs(number)
        fixed = builder.fixed
        top, bottom, above, below = list[int](), list[int](), list[int](), list[int]()
        for factor, node in zip(factors(expression), nodes, strict=True):
            if divisor(factor) is None:
                (above if node in fixed else top).append(node)
            else:
                node = self._raise_to(node, -factor.exp)
                (below if node in fixed else bottom).append(node)
        if number == 1 and not above and not below and top:
            numerator = self._chain(top)
        else:
            is_quotient = number.denominator < 2**1024  # no float is larger
            over = self._chain([builder.constant(number.numerator if is_quotient else number), *above])
            if is_quotient:
                below.insert(0, builder.constant(number.denominator))
            under, unit = self._chain(below) if below else -1, builder.exact(over)
            if is_quotient and top and not bottom and unit in (1, -1) and builder.exact(under) != 1:
                return gate(DIV, self._chain(top), under if unit == 1 else gate(NEG, under))
            numerator = self._chain([gate(DIV, over, under) if below else over, *top])
        return gate(DIV, numerator, self._chain(bottom)) if bottom else numerator

    def _chain(self, nodes: list[int]) -> int:
        product = nodes[0]
        for each in nodes[1:]:
            product = self.builder.gate(MUL, product, each)
        return product

    def _power(self, expression: Any, nodes: list[int]) -> int:
        if len(nodes) == 2:
            return fold.power(self.builder, *nodes)
        exponent = expression.exp
        if exponent.is_Integer or exponent == -sympy.S.Half:
            one = self.builder.constant(1)
            return self.builder.gate(DIV, one, self._raise_to(nodes[0], -exponent))
        return self._raise_to(nodes[0], exponent)

    def _raise_to(self, base: int, exponent: Any) -> int:
        return fold.power(self.builder, base, self.builder.constant(exact(exponent)))

    def _piecewise(self, nodes: list[int]) -> int:
        result = nodes[-2]
        for place in range(len(nodes) - 4, -1, -2):
            result = select(self.builder, nodes[place + 1], nodes[place], result)
        return result
