"""The running error of float64: a value to fifty digits, and beside it how far a program of floats may be from it.

Every gate adds 4u of its result (u = 2^-53) to what its operands bring with them (Wilkinson; Higham 2002, section 3.3),
so a result is compared with a bound that grew with it, not with a tolerance that someone chose.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import Any

import mpmath

from circuit import Circuit
from circuit.evaluate import evaluate
from circuit.ops import COMPARISONS, OPS

DIGITS = 50
U = mpmath.mpf(2) ** -53
TINY = mpmath.mpf(2) ** -1060  # below, floats lose digits
HUGE = mpmath.mpf(2) ** 1020
PERIODIC = {"sin", "cos", "tan"}
FLAT = {"floor", "ceil", "trunc", "sign"}


class Undecided(Exception):
    """Here floats may rightly go another way: a jump, a pole or the end of their range lies within the error."""


@dataclass(frozen=True, slots=True)
class Bounded:
    """A value, and how far floats may be from it."""

    value: Any
    error: Any


def bounded(circuit: Circuit, point: Sequence[float]) -> list[Bounded]:
    """Return the outputs of a circuit at a point of floats. Errors: Undecided."""
    functions = {name: _gate(name, _function(name)) for name in OPS}
    with mpmath.workdps(DIGITS):
        values = {name: Bounded(mpmath.mpf(x), 0) for name, x in zip(circuit.inputs, point, strict=True)}
        return list(evaluate(circuit, values, functions=functions, constant=_constant))


def _constant(value: Fraction | str) -> Bounded:
    if isinstance(value, str):
        exact = mpmath.pi if value == "pi" else mpmath.e
        return Bounded(+exact, 4 * U * exact)
    exact = mpmath.mpf(value.numerator) / value.denominator
    return Bounded(exact, U * abs(exact))


def _gate(name: str, function: Callable[..., Any]) -> Callable[..., Bounded]:
    def gate(*operands: Bounded) -> Bounded:
        try:
            value = function(*(each.value for each in operands))
            moved = [function(*corner) for corner in product(*(_ends(each) for each in operands))]
        except (ArithmeticError, ValueError):
            raise Undecided from None
        error = max((abs(each - value) for each in moved), default=0)
        sizes = [abs(each) for each in (value, *moved)]
        if any(isinstance(each, mpmath.mpc) or not each < HUGE for each in (value, *moved)):
            raise Undecided
        if name in FLAT or name in COMPARISONS:
            if error:
                raise Undecided
            return Bounded(value, 0)
        if name in PERIODIC and operands[0].error > 1e-3:  # the ends tell nothing of what lies between
            raise Undecided
        if name == "div" and abs(operands[1].value) <= operands[1].error:
            raise Undecided
        return Bounded(value, error + 4 * U * max(sizes) + TINY)

    return gate


def _ends(operand: Bounded) -> tuple[Any, ...]:
    if not operand.error:
        return (operand.value,)
    return operand.value - operand.error, operand.value + operand.error


def _function(name: str) -> Callable[..., Any]:
    """Return a gate over mpmath's numbers."""
    own: dict[str, Callable[..., Any]] = {
        "abs": abs,
        "pow": mpmath.power,
        "max": max,
        "min": min,
        "relu": lambda x: max(x, mpmath.mpf(0)),
        "sigmoid": lambda x: 1 / (1 + mpmath.exp(-x)),
        "softplus": lambda x: mpmath.log1p(mpmath.exp(x)),
        "trunc": lambda x: mpmath.floor(x) if x >= 0 else mpmath.ceil(x),
        "select": lambda condition, x, y: x if condition else y,
        "cbrt": lambda x: mpmath.sign(x) * mpmath.cbrt(abs(x)),
    }
    row = OPS[name]
    if row.function is None:
        return lambda *operands: mpmath.mpf(row.value(*operands))
    found: Callable[..., Any] = own.get(name) or getattr(mpmath, name)
    return found
