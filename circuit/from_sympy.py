"""Sympy expressions as circuits: one walk over the expression's DAG by identity, without recursion.

Nothing is simplified: the circuit is the expression as it was received.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any, NoReturn

import sympy
from sympy.core.function import AppliedUndef
from sympy.logic.boolalg import Boolean
from sympy.matrices.expressions.matexpr import MatrixElement

from circuit.circuit import Circuit
from circuit.errors import AmbiguousSymbol, CircuitError, InvalidSymbol, UnsupportedNode, UnsupportedSymbol
from circuit.names import arrange, listed, symbol_name, warn_of_look_alikes
from circuit.sympy_gates import Gates
from circuit.sympy_terms import (
    LOGIC,
    RELATIONS,
    coefficient,
    divisor,
    exact,
    factors,
    function_name,
    is_condition,
    sign,
    terms,
    wants_condition,
)

PLAIN = (sympy.Add, sympy.Mul, sympy.Pow)  # whose children are numbers
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


class _Walk(Gates):
    def __init__(self, listed_objects: list[Any]) -> None:
        super().__init__()
        self.inputs: dict[str, int] = {}
        self.symbols: dict[str, Any] = {}
        self.listed = listed_objects
        self.above: dict[int, Any] = {}  # the expression through which one was reached first
        self.alive: list[Any] = []  # keeps identities from being reused

    def run(self, root: Any) -> int:
        """Return the node of the whole expression."""
        if is_condition(root):
            self._fail(root, f"{type(root).__name__} is a condition, not a number: use it in a Piecewise")
        done = self.done
        stack: list[tuple[Any, bool, list[Item] | None]] = [(root, False, None)]
        while stack:
            expression, unsigned, children = stack.pop()
            key = (id(expression), unsigned)
            if key in done:
                continue
            if children is None:
                children = self._children(expression, unsigned)
                missing = [(child, flag, None) for child, flag in children if (id(child), flag) not in done]
                if missing:
                    for child, _, _ in missing:
                        self.above.setdefault(id(child), expression)
                    stack.append((expression, unsigned, children))
                    stack += reversed(missing)
                    continue
            self.alive.append(expression)
            self._check_conditions(expression, children)
            nodes = [done[id(child), flag] for child, flag in children]
            done[key] = self._guarded(expression, unsigned, nodes)
        if "t" in self.symbols and any(name.endswith("(t)") for name in self.symbols):
            name = next(name for name in self.symbols if name.endswith("(t)"))
            self._fail(self.symbols[name], f"{name} is read as a variable only where t is not used by itself")
        return self.done[id(root), False]

    def _guarded(self, expression: Any, unsigned: bool, nodes: list[int]) -> int:
        try:
            return self.combine(expression, unsigned, nodes) if nodes else self._leaf(expression, unsigned)
        except CircuitError as error:
            if isinstance(error, UnsupportedNode):
                raise
            raise type(error)(f"{error} (at {self._way(expression)})") from None

    # what an expression is made of

    def _children(self, expression: Any, unsigned: bool) -> list[Item]:
        if isinstance(expression, sympy.Add):
            return [(each, sign(each) < 0) for each in terms(expression)]
        if isinstance(expression, sympy.Mul):
            return [(divisor(each) or each, False) for each in factors(expression)]
        if isinstance(expression, sympy.Pow):
            below = divisor(expression)
            return [(below, False)] if below is not None else [(each, False) for each in expression.args]
        if isinstance(expression, (sympy.Max, sympy.Min, sympy.And, sympy.Or)):
            return [(each, False) for each in sorted(expression.args, key=sympy.default_sort_key)]
        if isinstance(expression, sympy.Piecewise):
            if expression.args[-1].args[1] != sympy.true:
                self._fail(expression, "a Piecewise without a last arm (value, True) has no value everywhere")
            return [(each, False) for pair in expression.args for each in pair.args]
        if isinstance(expression, (sympy.UnevaluatedExpr, *LOGIC, *RELATIONS)) or function_name(expression):
            return [(each, False) for each in expression.args]
        return []

    def _leaf(self, expression: Any, unsigned: bool) -> int:
        builder = self.builder
        if isinstance(expression, (sympy.Rational, sympy.Float)) and expression.is_finite:
            value = exact(expression)
            return builder.constant(abs(value) if unsigned else value)
        if expression is sympy.pi or expression is sympy.E:
            return builder.constant("pi" if expression is sympy.pi else "e")
        if expression is sympy.true or expression is sympy.false:
            return builder.constant(int(bool(expression)))
        if isinstance(expression, (sympy.Add, sympy.Mul)):
            number = coefficient(expression) if isinstance(expression, sympy.Mul) else Fraction(0)
            return builder.constant(abs(number) if unsigned else number)
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

    # conditions and places

    def _check_conditions(self, expression: Any, children: list[Item]) -> None:
        """Refuse a number where a condition is due, and the reverse."""
        if isinstance(expression, PLAIN) and not any(isinstance(child, Boolean) for child, _ in children):
            return
        for place, (child, _) in enumerate(children):
            wanted = wants_condition(expression, place)
            if wanted != is_condition(child):
                what = "is no condition, such as x > 0" if wanted else "is a condition, not a number"
                name = type(child).__name__
                raise UnsupportedNode(f"{name} {what} (at {self._way(expression)} > {name})")

    def _way(self, expression: Any) -> str:
        names = [type(expression).__name__]
        while id(expression) in self.above and len(names) < 6:
            expression = self.above[id(expression)]
            names.append(type(expression).__name__)
        return " > ".join(reversed(names))

    def _fail(self, expression: Any, message: str) -> NoReturn:
        raise UnsupportedNode(f"{message} (at {self._way(expression)})")
