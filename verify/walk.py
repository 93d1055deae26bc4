"""The reader of sympy expressions: a walk by identity with an explicit stack, imported only when one is given.

sympy writes a/b as a*b**-1 and a-b as a + (-1)*b; division and subtraction are recovered, so the count is not inflated.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from typing import Any

import sympy

from verify.calls import FUNCTIONS, call
from verify.conditions import both, choose, either, negation
from verify.errors import FormulaError
from verify.graph import Builder, Graph
from verify.read import natural
from verify.symbols import coefficient, divides, input_name, number, ordered, symbols

_RELATIONS = {
    sympy.StrictGreaterThan: "gt", sympy.GreaterThan: "ge", sympy.StrictLessThan: "lt", sympy.LessThan: "le",
    sympy.Equality: "eq", sympy.Unequality: "ne",
}  # fmt: skip
_CONNECTIVES: dict[Any, Callable[[Builder, list[int]], int]] = {
    sympy.And: both,
    sympy.Or: either,
    sympy.Not: lambda builder, parts: negation(builder, parts[0]),
}
_CONSTANTS = {sympy.pi: "pi", sympy.E: "e"}
_SPELLED = {"Sqrt": "sqrt", "Cbrt": "cbrt", "ceiling": "ceil"}
_UNNAMED = frozenset({"relu", "select"})
Task = tuple[Any, bool]  # an expression; True: read it with the absolute value of its coefficient


def read_sympy(expression: Any, variables: Sequence[str] | None = None, parameters: Sequence[str] = ()) -> Graph:
    """Read a sympy expression; inputs are `variables` then `parameters`, or its symbols in natural order.

    Raises: FormulaError.
    """
    if not isinstance(expression, sympy.Basic):
        raise FormulaError(f"a {type(expression).__name__} (Matrix or list) is not supported in a formula")
    if _is_condition(expression):
        raise FormulaError(f"{type(expression).__name__} is a condition, not a number")
    found = symbols(expression)
    if variables is None:
        names = (*sorted(set(found) - set(parameters), key=natural), *parameters)
    else:
        names = (*variables, *parameters)
    missing = sorted(set(found) - set(names))
    if missing:
        raise FormulaError(f"{missing[0]} is not among the variables")
    walker = _Walker(Builder(names))
    return walker.builder.finish(walker.walk(expression), len(parameters))


class _Walker:
    def __init__(self, builder: Builder) -> None:
        self.builder = builder
        self.index = {name: node for node, name in enumerate(builder.names)}
        self.done: dict[tuple[int, bool], int] = {}
        self.kept: list[Any] = []  # ids stay valid while their objects live

    def walk(self, expression: Any) -> int:
        """Return the node of an expression, whose parts are read first. Raises: FormulaError."""
        stack: list[tuple[Task, list[Task] | None]] = [((expression, False), None)]
        while stack:
            task, needs = stack.pop()
            if (id(task[0]), task[1]) in self.done:
                continue
            if needs is None:
                needs = self._needs(task)
                self.kept.extend(part for part, _ in needs)
                stack.append((task, needs))
                stack.extend((need, None) for need in reversed(needs) if (id(need[0]), need[1]) not in self.done)
            else:
                self.done[id(task[0]), task[1]] = self._build(task, [self.done[id(n[0]), n[1]] for n in needs])
        return self.done[id(expression), False]

    def _needs(self, task: Task) -> list[Task]:
        node, absolute = task
        if isinstance(node, sympy.Add):
            return [(term, (coefficient(term) or 0) < 0) for term in ordered(node)]
        if isinstance(node, sympy.Mul):
            parts = [(factor.args[0] if divides(factor) else factor, False) for factor in node.args]
            return [(parts[0][0], absolute), *parts[1:]] if absolute else parts
        if isinstance(node, sympy.Piecewise):
            return [(part, False) for value, condition in node.args for part in (condition, value)]
        if isinstance(node, (sympy.Max, sympy.Min, sympy.And, sympy.Or)):
            return [(part, False) for part in sorted(node.args, key=sympy.default_sort_key)]
        if not isinstance(node, sympy.Basic) or input_name(node) is not None or not node.args:
            return []
        return [(part, False) for part in node.args]

    def _build(self, task: Task, parts: list[int]) -> int:
        node, absolute = task
        exact = number(node)
        if exact is not None:
            return self.builder.constant(abs(exact) if absolute else exact)
        if node in _CONSTANTS:
            return self.builder.constant(_CONSTANTS[node])
        if isinstance(node, sympy.Add):
            return self._sum(node, parts)
        if isinstance(node, sympy.Mul):
            return self._product(node, parts)
        if isinstance(node, sympy.Pow):
            return self._power(node, parts)
        if isinstance(node, sympy.Basic) and (name := input_name(node)) is not None:
            return self.index[name]
        if isinstance(node, (sympy.Piecewise, sympy.logic.boolalg.Boolean)):
            return self._logic(node, parts)
        if isinstance(node, sympy.UnevaluatedExpr):
            return parts[0]
        name = type(node).__name__
        name = _SPELLED.get(name, name)
        if name not in FUNCTIONS or name in _UNNAMED or not isinstance(node, sympy.Function | sympy.Max | sympy.Min):
            raise FormulaError(f"{name} is not supported in a formula")
        return call(self.builder, name, parts)

    def _sum(self, node: Any, parts: list[int]) -> int:
        """Add terms in order; the first that is not negative starts."""
        gate = self.builder.gate
        terms = ordered(node)
        signs = [(coefficient(term) or 0) < 0 for term in terms]
        if not all(signs):
            first = signs.index(False)
            total = parts[first]
        else:
            first, total = self._negative_start(terms, parts)
        for place, part in enumerate(parts):
            if place != first:
                total = gate("sub" if signs[place] else "add", total, part)
        return total

    def _negative_start(self, terms: list[Any], parts: list[int]) -> tuple[int, int]:
        """Start a sum of negative terms: with a number, a coefficient that takes the sign, or one unary minus."""
        last = number(terms[-1])
        if last is not None:
            return len(terms) - 1, self.builder.constant(last)
        for place, term in enumerate(terms):
            if coefficient(term) != -1:
                return place, self._product(term, self._factors(term))
        return 0, self.builder.gate("neg", parts[0])

    def _factors(self, term: Any) -> list[int]:
        """Return the nodes of the factors of a term whose absolute value was read before."""
        signed = number(term.args[0])
        assert signed is not None
        rest = [factor.args[0] if divides(factor) else factor for factor in term.args[1:]]
        return [self.builder.constant(signed), *(self.done[id(part), False] for part in rest)]

    def _product(self, node: Any, parts: list[int]) -> int:
        builder, gate = self.builder, self.builder.gate
        above, below = builder.constant(1), builder.constant(1)
        top: list[int] = []
        bottom: list[int] = []
        for factor, part in zip(node.args, parts, strict=True):
            k = divides(factor)
            exact = builder.number(part) if k is None else None
            part = part if k is None else builder.power(part, builder.constant(k))
            if exact is not None and not isinstance(factor, sympy.Float):
                above = gate("mul", above, builder.constant(exact.numerator))
                below = gate("mul", below, builder.constant(exact.denominator))
            elif builder.free[part]:
                above, below = (gate("mul", above, part), below) if k is None else (above, gate("mul", below, part))
            else:
                (top if k is None else bottom).append(part)
        return self._quotient(above, below, top, bottom)

    def _quotient(self, above: int, below: int, top: list[int], bottom: list[int]) -> int:
        builder, gate = self.builder, self.builder.gate
        sign = builder.number(above)
        if top and not bottom and sign in (1, -1) and builder.number(below) != 1:
            return gate("div", self._chain(top), below if sign == 1 else gate("neg", below))
        factor = gate("div", above, below)
        if not top:
            return gate("div", factor, self._chain(bottom)) if bottom else factor
        product = self._chain([gate("mul", factor, top[0]), *top[1:]])
        return gate("div", product, self._chain(bottom)) if bottom else product

    def _chain(self, factors: list[int]) -> int:
        product = factors[0]
        for factor in factors[1:]:
            product = self.builder.gate("mul", product, factor)
        return product

    def _power(self, node: Any, parts: list[int]) -> int:
        builder = self.builder
        k = divides(node)
        if k is not None and (k.denominator == 1 or k == Fraction(1, 2)) and builder.value.get(parts[0]) != "e":
            return builder.gate("div", builder.constant(1), builder.power(parts[0], builder.constant(k)))
        return builder.power(*parts)

    def _logic(self, node: Any, parts: list[int]) -> int:
        """Return a condition or a piecewise value as comparisons and selects."""
        builder = self.builder
        if node in (sympy.true, sympy.false):
            return builder.constant(int(node is sympy.true))
        if isinstance(node, sympy.Piecewise):
            return self._pieces(node, parts)
        if type(node) in _RELATIONS:
            _numbers(node.args, node)
            return builder.gate(_RELATIONS[type(node)], *parts)
        if type(node) not in _CONNECTIVES:
            raise FormulaError(f"{type(node).__name__} is not supported as a condition")
        _conditions(node.args, node)
        return _CONNECTIVES[type(node)](builder, parts)

    def _pieces(self, node: Any, parts: list[int]) -> int:
        _conditions([condition for _, condition in node.args], node)
        _numbers([value for value, _ in node.args], node)
        if node.args[-1][1] is not sympy.true:
            raise FormulaError("a Piecewise without a last piece that is always true")
        result = parts[-1]
        for condition, value in zip(parts[-4::-2], parts[-3::-2], strict=True):
            result = choose(self.builder, condition, value, result)
        return result


def _is_condition(node: Any) -> bool:
    """Tell a condition from a number: a plain symbol, which sympy takes for either, is a number."""
    return isinstance(node, sympy.logic.boolalg.Boolean) and not isinstance(node, sympy.Symbol)


def _conditions(nodes: Iterable[Any], owner: Any) -> None:
    for node in nodes:
        if not _is_condition(node):
            raise FormulaError(f"{type(node).__name__} stands where {type(owner).__name__} needs a condition")


def _numbers(nodes: Iterable[Any], owner: Any) -> None:
    for node in nodes:
        if _is_condition(node):
            raise FormulaError(f"{type(node).__name__} is a condition where {type(owner).__name__} needs a number")
