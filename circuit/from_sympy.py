"""Sympy expressions as circuits: one walk over the expression's DAG by identity, without recursion.

sympy writes a/b as a*b**-1 and a - b as a + (-1)*b; quotients and differences are recovered here, or the count of gates
would be inflated. Nothing is simplified: the circuit is the expression as it was received.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any, NoReturn

import sympy
from sympy.core.function import AppliedUndef
from sympy.logic.boolalg import Boolean
from sympy.matrices.expressions.matexpr import MatrixElement

from circuit import fold
from circuit.builder import Builder
from circuit.circuit import Circuit
from circuit.errors import AmbiguousSymbol, CircuitError, InvalidSymbol, UnsupportedNode, UnsupportedSymbol
from circuit.names import arrange, listed, symbol_name, warn_of_look_alikes
from circuit.ops import ALIASES, CODE, LOWERED, OPS
from circuit.wire import Wire

ADD, SUB, MUL, DIV, NEG, SELECT = (CODE[name] for name in ("add", "sub", "mul", "div", "neg", "select"))
RELATIONS = {
    sympy.Gt: "gt",
    sympy.Ge: "ge",
    sympy.Lt: "lt",
    sympy.Le: "le",
    sympy.Eq: "eq",
    sympy.Ne: "ne",
}
FUNCTIONS = {name for name in OPS if OPS[name].function} | LOWERED.keys() | ALIASES.keys()
NO_FUNCTIONS = {"sign", "pow", "select", "relu"}  # sympy has other things under these names, or none

# one step of the walk: an expression, and whether the sign of its coefficient is dropped (in a sum, to subtract it)
Item = tuple[Any, bool]


def parse_sympy(formula: Any, variables: Sequence[Any] | None = None, parameters: Sequence[Any] = ()) -> Circuit:
    """Turn a sympy expression into a circuit.

    variables, parameters: names or symbols; default: the free symbols in natural order of their names.
    Errors: UnsupportedNode with the way to the node, UnsupportedSymbol, AmbiguousSymbol, InvalidSymbol.
    """
    names, held = listed(variables, "variables"), listed(parameters, "parameters") or []
    walk = _Walk([each for each in (*(variables or ()), *parameters) if not isinstance(each, str)])
    output = walk.run(formula)
    ordered = arrange(walk.inputs, names, held)
    every = [*ordered, *held]
    unlisted = sorted(set(walk.inputs) - set(every))
    if unlisted:
        raise InvalidSymbol(f"{unlisted[0]!r} is not among the variables ({', '.join(every[:8])})")
    warn_of_look_alikes(every)
    builder = walk.builder
    nodes = [walk.inputs[name] if name in walk.inputs else builder.input(name) for name in every]
    return builder.build([output], nodes[: len(ordered)], nodes[len(ordered) :])


class _Walk:
    def __init__(self, listed_objects: list[Any]) -> None:
        self.builder = Builder()
        self.inputs: dict[str, int] = {}
        self.symbols: dict[str, Any] = {}
        self.listed = listed_objects
        self.done: dict[tuple[int, bool], int] = {}
        self.above: dict[int, Any] = {}  # the expression through which one was reached first
        self.alive: list[Any] = []  # keeps identities from being reused

    def run(self, root: Any) -> int:
        """Return the node of the whole expression."""
        if isinstance(root, Boolean) and not isinstance(root, sympy.Symbol):
            self._fail(root, f"{type(root).__name__} is a condition, not a number: use it in a Piecewise")
        stack: list[Item] = [(root, False)]
        while stack:
            expression, unsigned = stack[-1]
            key = (id(expression), unsigned)
            if key in self.done:
                stack.pop()
                continue
            children = self._children(expression, unsigned)
            missing = [each for each in children if (id(each[0]), each[1]) not in self.done]
            if missing:
                for child, _ in missing:
                    self.above.setdefault(id(child), expression)
                stack += reversed(missing)
                continue
            stack.pop()
            self.alive.append(expression)
            nodes = [self.done[id(child), flag] for child, flag in children]
            self.done[key] = self._guarded(expression, unsigned, nodes)
        if "t" in self.symbols and any(name.endswith("(t)") for name in self.symbols):
            name = next(name for name in self.symbols if name.endswith("(t)"))
            self._fail(self.symbols[name], f"{name} is read as a variable only where t is not used by itself")
        return self.done[id(root), False]

    def _guarded(self, expression: Any, unsigned: bool, nodes: list[int]) -> int:
        try:
            return self._combine(expression, unsigned, nodes)
        except CircuitError as error:
            if isinstance(error, UnsupportedNode):
                raise
            raise type(error)(f"{error} (at {self._way(expression)})") from None

    # what an expression is made of

    def _children(self, expression: Any, unsigned: bool) -> list[Item]:
        if isinstance(expression, sympy.Add):
            return [(each, _sign(each) < 0) for each in _terms(expression)]
        if isinstance(expression, sympy.Mul):
            return [(_base(each) or each, False) for each in expression.args if not each.is_Number]
        if isinstance(expression, sympy.Pow):
            below = _base(expression)
            return [(below, False)] if below is not None else [(each, False) for each in expression.args]
        if isinstance(expression, (sympy.Max, sympy.Min, sympy.And, sympy.Or)):
            return [(each, False) for each in sorted(expression.args, key=sympy.default_sort_key)]
        if isinstance(expression, sympy.Piecewise):
            return [(each, False) for pair in expression.args for each in pair.args]
        inner = (sympy.UnevaluatedExpr, sympy.Not, *RELATIONS)
        if isinstance(expression, inner) or self._function(expression):
            return [(each, False) for each in expression.args]
        return []

    def _combine(self, expression: Any, unsigned: bool, nodes: list[int]) -> int:
        if not nodes:
            return self._leaf(expression, unsigned)
        if isinstance(expression, sympy.Add):
            return self._sum(expression, nodes)
        if isinstance(expression, sympy.Mul):
            return self._product(expression, unsigned, nodes)
        if isinstance(expression, sympy.Pow):
            return self._power(expression, nodes)
        if isinstance(expression, sympy.Piecewise):
            return self._piecewise(expression, nodes)
        if isinstance(expression, sympy.UnevaluatedExpr):
            return nodes[0]
        name = self._function(expression)
        if name:
            return self._call(name, nodes)
        return self._condition(expression, nodes)

    def _leaf(self, expression: Any, unsigned: bool) -> int:
        builder = self.builder
        if isinstance(expression, (sympy.Rational, sympy.Float)) and expression.is_finite:
            value = _exact(expression)
            return builder.constant(abs(value) if unsigned else value)
        if expression is sympy.pi or expression is sympy.E:
            return builder.constant("pi" if expression is sympy.pi else "e")
        if expression is sympy.true or expression is sympy.false:
            return builder.constant(int(bool(expression)))
        if isinstance(expression, (sympy.Add, sympy.Mul)):
            coefficient = _coefficient(expression) if isinstance(expression, sympy.Mul) else Fraction(0)
            return builder.constant(abs(coefficient) if unsigned else coefficient)
        if self._is_variable(expression):
            return self._variable(expression)
        self._fail(expression, f"{type(expression).__name__} is no gate")

    def _is_variable(self, expression: Any) -> bool:
        if isinstance(expression, sympy.Symbol) or any(expression is each for each in self.listed):
            return True
        if isinstance(expression, (MatrixElement, sympy.Indexed)):
            return all(isinstance(each, sympy.Integer) for each in expression.args[1:])
        if isinstance(expression, AppliedUndef) and len(expression.args) == 1:
            argument = expression.args[0]
            return isinstance(argument, sympy.Symbol) and argument.name == "t"
        return False

    def _variable(self, expression: Any) -> int:
        name = symbol_name(expression)
        if not name:
            raise InvalidSymbol("a symbol with an empty name cannot be shown: rename it")
        if expression.is_commutative is False:
            raise UnsupportedSymbol(f"{name!r} is not commutative; products of a circuit are")
        if self.symbols.setdefault(name, expression) != expression:
            message = f"two different symbols are named {name!r} (their assumptions differ, or they are dummies)"
            raise AmbiguousSymbol(f"{message}: rename one of them")
        if name not in self.inputs:
            self.inputs[name] = self.builder.input(name)
        return self.inputs[name]

    # sums, products, powers

    def _sum(self, expression: Any, nodes: list[int]) -> int:
        """Start with a positive term, subtract the negative ones; a constant comes last."""
        terms, signs = _terms(expression), []
        for term in terms:
            signs.append(_sign(term))
        first = next((place for place, sign in enumerate(signs) if sign >= 0), -1)
        gate = self.builder.gate
        if first >= 0:
            total = nodes[first]
        else:
            first = _best_negative(terms)
            total = self._negated(terms[first], nodes[first])
        for place, (sign, node) in enumerate(zip(signs, nodes, strict=True)):
            if place != first:
                total = gate(SUB if sign < 0 else ADD, total, node)
        return total

    def _negated(self, term: Any, node: int) -> int:
        """Return minus the term, taking the sign into its coefficient where it has one."""
        value = self.builder.exact(node)
        if value is not None:
            return self.builder.constant(-value)
        if isinstance(term, sympy.Mul) and _coefficient(term) != -1:
            factors = [self.done[id(_base(each) or each), False] for each in term.args if not each.is_Number]
            return self._product(term, False, factors)
        return self.builder.gate(NEG, node)

    def _product(self, expression: Any, unsigned: bool, nodes: list[int]) -> int:
        """One constant in front, then the numerator's factors, over the product of the denominator's."""
        builder, gate = self.builder, self.builder.gate
        coefficient = _coefficient(expression)
        if unsigned:
            coefficient = abs(coefficient)
        both = (False, True)
        parts: dict[tuple[bool, bool], list[int]] = {(below, fixed): [] for below in both for fixed in both}
        for factor, node in zip((each for each in expression.args if not each.is_Number), nodes, strict=True):
            below = _base(factor) is not None
            node = self._raise_to(node, -factor.exp) if below else node
            parts[below, bool(builder.fixed[node])].append(node)
        top, bottom = parts[False, False], parts[True, False]
        above = self._chain([builder.constant(coefficient.numerator), *parts[False, True]])
        under = self._chain([builder.constant(coefficient.denominator), *parts[True, True]])
        sign = builder.exact(above)
        if top and not bottom and sign in (1, -1) and builder.exact(under) != 1:
            return gate(DIV, self._chain(top), under if sign == 1 else gate(NEG, under))
        constant = gate(DIV, above, under)
        numerator = self._chain([constant, *top])
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
        return fold.power(self.builder, base, self.builder.constant(_exact(exponent)))

    # functions and conditions

    @staticmethod
    def _function(expression: Any) -> str:
        """Return the name of the gate or lowered function that a sympy function is, or ''."""
        kind = type(expression)
        name = ALIASES.get(kind.__name__, kind.__name__)
        ours = (kind.__module__ or "").startswith("sympy.functions.")
        known = ours and name in FUNCTIONS - NO_FUNCTIONS
        return name if known else ""

    def _call(self, name: str, nodes: list[int]) -> int:
        if name == "log" and len(nodes) == 2:
            top, bottom = (self.builder.gate(CODE["log"], each) for each in nodes)
            return self.builder.gate(DIV, top, bottom)
        if name in LOWERED:
            wire: Wire = LOWERED[name][1](*(Wire(self.builder, each) for each in nodes))
            return wire.node
        if name in ("max", "min"):
            result = nodes[0]
            for each in nodes[1:]:
                result = self.builder.gate(CODE[name], result, each)
            return result
        return self.builder.gate(CODE[name], *nodes)

    def _condition(self, expression: Any, nodes: list[int]) -> int:
        one, zero = self.builder.constant(1), self.builder.constant(0)
        if isinstance(expression, sympy.Not):
            return self._select(nodes[0], zero, one)
        if isinstance(expression, (sympy.And, sympy.Or)):
            result = nodes[0]
            for each in nodes[1:]:
                arms = (each, zero) if isinstance(expression, sympy.And) else (one, each)
                result = self._select(result, *arms)
            return result
        name = next(name for kind, name in RELATIONS.items() if isinstance(expression, kind))
        return self.builder.gate(CODE[name], *nodes)

    def _piecewise(self, expression: Any, nodes: list[int]) -> int:
        if expression.args[-1].args[1] != sympy.true:
            self._fail(expression, "a Piecewise without a last arm (value, True) has no value everywhere")
        result = nodes[-2]
        for place in range(len(nodes) - 4, -1, -2):
            result = self._select(nodes[place + 1], nodes[place], result)
        return result

    def _select(self, condition: int, a: int, b: int) -> int:
        known = self.builder.exact(condition)
        if known is not None:
            return a if known else b
        return self.builder.gate(SELECT, condition, a, b)

    # places

    def _way(self, expression: Any) -> str:
        names = [type(expression).__name__]
        while id(expression) in self.above and len(names) < 6:
            expression = self.above[id(expression)]
            names.append(type(expression).__name__)
        return " > ".join(reversed(names))

    def _fail(self, expression: Any, message: str) -> NoReturn:
        raise UnsupportedNode(f"{message} (at {self._way(expression)})")


def _exact(number: Any) -> Fraction:
    """Return a Rational exactly, a Float as the decimal it prints (the shortest that is that double)."""
    if isinstance(number, sympy.Float):
        return Fraction(repr(float(number)) if number._prec <= 53 else str(number))
    return Fraction(int(number.p), int(number.q))


def _coefficient(product: Any) -> Fraction:
    result = Fraction(1)
    for each in product.args:
        if each.is_Number:
            if not each.is_finite:
                raise UnsupportedNode(f"{type(each).__name__} is no real number (in a {type(product).__name__})")
            result *= _exact(each)
    return result


def _sign(term: Any) -> int:
    if isinstance(term, sympy.Mul):
        return -1 if sum(bool(each.is_Number and each.is_negative) for each in term.args) % 2 else 1
    return -1 if term.is_Number and term.is_negative else 1


def _terms(total: Any) -> list[Any]:
    """Return the terms of a sum in sympy's order, numbers last."""
    return sorted(total.args, key=lambda term: bool(term.is_Number))


def _base(factor: Any) -> Any:
    """Return b where a factor is b**(-k) with a positive number k, else None."""
    if isinstance(factor, sympy.Pow) and factor.exp.is_Number and factor.exp.is_negative:
        return factor.base
    return None


def _best_negative(terms: list[Any]) -> int:
    """Return which of terms that are all negative starts the sum: a number, a coefficient that is not -1, the first."""
    for place, term in enumerate(terms):
        if term.is_Number:
            return place
    for place, term in enumerate(terms):
        if isinstance(term, sympy.Mul) and _coefficient(term) != -1:
            return place
    return 0


