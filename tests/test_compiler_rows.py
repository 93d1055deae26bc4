"""Every row of the table, by iterating it: value and derivative to fifty digits over its domain, and what it costs."""

from __future__ import annotations

import random
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import mpmath
import pytest

from circuit import OPS, Builder
from circuit.evaluate import evaluate
from circuit.ops import CODE, COMPARISONS
from compiler import gradient

AGREEMENT = mpmath.mpf(10) ** -45
POINTS = 20
# the rows' functions at fifty digits, from mpmath alone
EXACT: dict[str, Callable[..., Any]] = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "div": lambda a, b: a / b,
    "neg": lambda a: -a,
    "pow": mpmath.power,
    "log1p": mpmath.log1p,
    "sigmoid": lambda a: 1 / (1 + mpmath.exp(-a)),
    "softplus": lambda a: mpmath.log(1 + mpmath.exp(a)),
    "abs": abs,
    "sign": mpmath.sign,
    "floor": mpmath.floor,
    "ceil": mpmath.ceil,
    "trunc": lambda a: mpmath.floor(a) if a > 0 else mpmath.ceil(a),
    "relu": lambda a: max(a, 0),
    "max": max,
    "min": min,
    "gt": lambda a, b: mpmath.mpf(a > b),
    "ge": lambda a, b: mpmath.mpf(a >= b),
    "lt": lambda a, b: mpmath.mpf(a < b),
    "le": lambda a, b: mpmath.mpf(a <= b),
    "eq": lambda a, b: mpmath.mpf(a == b),
    "ne": lambda a, b: mpmath.mpf(a != b),
    "select": lambda condition, a, b: a if condition else b,
}
FLAT = {"sign", "floor", "ceil", "trunc"}
NAMED = "exp expm1 log sqrt cbrt sin cos tan sinh cosh tanh asin acos atan asinh acosh atanh hypot atan2 erf"
EXACT |= {name: getattr(mpmath, name) for name in NAMED.split()}


def constant(value: Fraction | str) -> Any:
    """Return a constant of a circuit at the working precision."""
    return +getattr(mpmath, value) if isinstance(value, str) else mpmath.mpf(value.numerator) / value.denominator


@pytest.mark.parametrize("name", OPS)
def test_value_and_pull_back_of_every_row_agree_with_fifty_digits(name: str) -> None:
    row, rng = OPS[name], random.Random(name)
    builder = Builder()
    exponent = Fraction(rng.randint(1, 9), 7)
    slots = [builder.input(f"x{slot}") for slot in range(row.arity)]
    if name == "pow":
        slots[1] = builder.constant(exponent)
    inputs = [each for each in slots if each not in builder.fixed]
    circuit = gradient(builder.build([builder.gate(CODE[name], *slots)], inputs))
    with mpmath.workdps(60):
        for _ in range(POINTS):
            point = [mpmath.mpf(rng.uniform(*row.domain_of(slot))) for slot in range(len(inputs))]
            names = dict(zip(circuit.inputs, point, strict=True))
            value, *derivatives = evaluate(circuit, names, functions=EXACT, constant=constant)
            operands = [*point, constant(exponent)] if name == "pow" else point
            assert abs(value - EXACT[name](*operands)) <= AGREEMENT
            for slot, found in enumerate(derivatives):
                flat = name in COMPARISONS or name in FLAT or (name == "select" and slot == 0)
                wanted = 0 if flat else slope(EXACT[name], operands, slot)
                assert abs(found - wanted) <= AGREEMENT * max(1, abs(wanted)), (name, point)


def slope(function: Callable[..., Any], operands: list[Any], slot: int) -> Any:
    """Return a partial derivative by central differences at a precision that leaves fifty digits."""
    with mpmath.workdps(220):
        step = mpmath.mpf(10) ** -60
        above, below = list(operands), list(operands)
        above[slot] += step
        below[slot] -= step
        return (function(*above) - function(*below)) / (2 * step)
