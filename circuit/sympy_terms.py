"""What a sympy expression is made of, asked without sympy's simplifier: signs, coefficients, terms, function names."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import sympy
from sympy.logic.boolalg import Boolean

from circuit.errors import UnsupportedNode
from circuit.ops import ALIASES, LOWERED, OPS, as_fraction

RELATIONS = {
    sympy.Gt: "gt",
    sympy.Ge: "ge",
    sympy.Lt: "lt",
    sympy.Le: "le",
    sympy.Eq: "eq",
    sympy.Ne: "ne",
}
LOGIC = {sympy.And: "and", sympy.Or: "or", sympy.Not: "not"}
_LOGIC = tuple(LOGIC)
ONE = Fraction(1)
_RENAMED = ALIASES | {"ceiling": "ceil"}
_FUNCTIONS = {name for name in OPS if OPS[name].function} | LOWERED.keys()
_NO_FUNCTIONS = {"sign", "pow", "select", "relu"}  # sympy has other things under these names, or none


def function_name(expression: Any) -> str:
    """Return the name of the gate or lowered function that a sympy function is, or ''."""
    kind = type(expression)
    name = _RENAMED.get(kind.__name__, kind.__name__)
    ours = (kind.__module__ or "").startswith("sympy.functions.")
    return name if ours and name in _FUNCTIONS - _NO_FUNCTIONS else ""


def is_condition(expression: Any) -> bool:
    """Say whether an expression is true or false; a plain symbol is a number."""
    return isinstance(expression, Boolean) and not isinstance(expression, sympy.Symbol)


def wants_condition(expression: Any, place: int) -> bool:
    """Say whether child number `place` of an expression is due to be a condition."""
    return isinstance(expression, _LOGIC) or (isinstance(expression, sympy.Piecewise) and place % 2 == 1)


def exact(number: Any) -> Fraction:
    """Return a Rational exactly, a Float as the decimal it prints (the shortest that is that double)."""
    if isinstance(number, sympy.Float):
        return (number._prec <= 53 and as_fraction(float(number))) or Fraction(str(number))
    return Fraction(int(number.p), int(number.q))


def coefficient(product: Any) -> Fraction:
    """Return the product of the numbers among the factors. Errors: UnsupportedNode for an infinite one."""
    result = None
    for each in product.args:
        if each.is_Number:
            if not each.is_finite:
                raise UnsupportedNode(f"{type(each).__name__} is no real number (in a {type(product).__name__})")
            result = exact(each) if result is None else result * exact(each)
    return ONE if result is None else result


def factors(product: Any) -> list[Any]:
    """Return the factors of a product that are no numbers."""
    return [each for each in product.args if not each.is_Number]


def sign(term: Any) -> int:
    """Return -1 for a term of a sum whose coefficient is negative, else 1."""
    if isinstance(term, sympy.Mul):
        negative = [each for each in term.args if each.is_Number and each.is_negative]
        return -1 if len(negative) % 2 else 1
    return -1 if term.is_Number and term.is_negative else 1


def terms(total: Any) -> list[Any]:
    """Return the terms of a sum in sympy's order, numbers last."""
    numbers = [term for term in total.args if term.is_Number]
    return [term for term in total.args if not term.is_Number] + numbers if numbers else list(total.args)


def divisor(factor: Any) -> Any:
    """Return b where a factor is b**(-k) with a positive number k, else None."""
    if isinstance(factor, sympy.Pow) and factor.exp.is_Number and factor.exp.is_negative:
        return factor.base
    return None


def best_negative(every: list[Any]) -> int:
    """Return which of terms that are all negative starts the sum: a number, a coefficient that is not -1, the first."""
    for place, term in enumerate(every):
        if term.is_Number:
            return place
    for place, term in enumerate(every):
        if isinstance(term, sympy.Mul) and coefficient(term) != -1:
            return place
    return 0
