"""Graphs in high-precision real arithmetic: plain evaluation, and forward duals with rows in textbook form.

The rows differ on purpose from those of `tangents` (tan' = 1/cos^2, tanh' = 1 - tanh^2, asinh' = 1/sqrt(1 + u^2)), so
that one slip is not made twice. Working precision is the caller's (mpmath.workdps).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

import mpmath
from mpmath import mp

from verify.graph import Graph
from verify.table import COMPARISONS

Real = Any
LARGEST_ARGUMENT = 10**6
LARGEST_EXPONENT = 10**8  # of 2, of any value
NEAR_A_JUMP = 1e-40
NOISE = 1e-10  # relative change of a number that is all rounding
_COMPARING = COMPARISONS | {"max", "min"}
_SINGULAR = frozenset({"div", "abs", "sign", "relu", "log", "sqrt", "cbrt", "pow"})  # at 0


class Irregular(ArithmeticError):
    """The point is no regular one: something is infinite, complex, or too large to be worth evaluating."""


class Saturated(Irregular):
    """A function has a value, but what it differs by from a limit, or from another period, would be lost."""


def _within(
    low: float, high: float, f: Callable[[Real], Real], beyond: type[Irregular] = Irregular
) -> Callable[[Real], Real]:
    def bounded(u: Real) -> Real:
        if not low < u < high:
            raise beyond
        return f(u)

    return bounded


def _power(u: Real, c: Real) -> Real:
    if u <= 0 or abs(c * mp.log(u)) > LARGEST_ARGUMENT:
        raise Irregular
    return u**c


def _divide(u: Real, v: Real) -> Real:
    if v == 0:
        raise Irregular
    return u / v


def _atan2(y: Real, x: Real) -> Real:
    if x == 0 and y == 0:
        raise Irregular
    return mp.atan2(y, x)


def _step(f: Callable[[Real], Real]) -> Callable[[Real], Real]:
    """Return f, refusing operands that rounding could have carried over a jump."""

    def clear(u: Real) -> Real:
        distance = abs(u - mp.nint(u))
        if distance and distance < NEAR_A_JUMP * max(1, abs(u)):
            raise Irregular
        return f(u)

    return clear


_WIDE = float(LARGEST_ARGUMENT)
_FAR = 1e40
_CLOSE = 40  # beyond, w + 1 or 1 - w is lost, which programs write for the derivative
VALUE: dict[str, Callable[..., Real]] = {
    "add": lambda u, v: u + v, "sub": lambda u, v: u - v, "mul": lambda u, v: u * v, "div": _divide,
    "neg": lambda u: -u, "gt": lambda u, v: mp.one * (u > v), "ge": lambda u, v: mp.one * (u >= v),
    "lt": lambda u, v: mp.one * (u < v), "le": lambda u, v: mp.one * (u <= v), "eq": lambda u, v: mp.one * (u == v),
    "ne": lambda u, v: mp.one * (u != v), "select": lambda c, a, b: a if c != 0 else b,
    "max": lambda u, v: u if u > v else v, "min": lambda u, v: u if u < v else v,
    "abs": abs, "sign": mp.sign, "relu": lambda u: u if u > 0 else mp.zero,
    "floor": _step(mp.floor), "ceil": _step(mp.ceil), "trunc": _step(lambda u: mp.floor(u) if u > 0 else mp.ceil(u)),
    "pow": _power, "hypot": lambda u, v: mp.sqrt(u * u + v * v), "atan2": _atan2,
    "exp": _within(-_WIDE, _WIDE, mp.exp), "expm1": _within(-_CLOSE, _WIDE, mp.expm1, Saturated),
    "log": _within(0, mp.inf, mp.log), "log1p": _within(-1, mp.inf, mp.log1p),
    "sqrt": _within(0, mp.inf, mp.sqrt), "cbrt": lambda u: mp.sign(u) * mp.cbrt(abs(u)),
    "sin": _within(-_FAR, _FAR, mp.sin, Saturated), "cos": _within(-_FAR, _FAR, mp.cos, Saturated),
    "tan": _within(-_FAR, _FAR, mp.tan, Saturated),
    "sinh": _within(-_WIDE, _WIDE, mp.sinh), "cosh": _within(-_WIDE, _WIDE, mp.cosh),
    "tanh": _within(-_CLOSE, _CLOSE, mp.tanh, Saturated), "atan": mp.atan,
    "asin": _within(-1, 1, mp.asin), "acos": _within(-1, 1, mp.acos),
    "asinh": mp.asinh, "acosh": _within(1, mp.inf, mp.acosh), "atanh": _within(-1, 1, mp.atanh),
    "erf": _within(-12, 12, mp.erf, Saturated),
    "sigmoid": _within(-_WIDE, _CLOSE, lambda u: 1 / (1 + mp.exp(-u)), Saturated),
    "softplus": _within(-_WIDE, _WIDE, lambda u: mp.log1p(mp.exp(u))),
}  # fmt: skip

# name -> h'(u), from the operand u alone
SLOPE: dict[str, Callable[[Real], Real]] = {
    "exp": mp.exp, "expm1": mp.exp, "log": lambda u: 1 / u, "log1p": lambda u: 1 / (1 + u),
    "sqrt": lambda u: mp.sqrt(u) / (2 * u), "cbrt": lambda u: mp.sign(u) * mp.cbrt(abs(u)) / (3 * u),
    "sin": mp.cos, "cos": lambda u: -mp.sin(u), "tan": lambda u: 1 / mp.cos(u) ** 2,
    "sinh": mp.cosh, "cosh": mp.sinh, "tanh": lambda u: (1 - mp.tanh(u)) * (1 + mp.tanh(u)),
    "asin": lambda u: 1 / (mp.sqrt(1 - u) * mp.sqrt(1 + u)), "acos": lambda u: -1 / (mp.sqrt(1 - u) * mp.sqrt(1 + u)),
    "atan": lambda u: mp.cos(mp.atan(u)) ** 2, "asinh": lambda u: 1 / mp.sqrt(u * u + 1),
    "acosh": lambda u: 1 / (mp.sqrt(u - 1) * mp.sqrt(u + 1)), "atanh": lambda u: 1 / ((1 - u) * (1 + u)),
    "erf": lambda u: 2 / mp.sqrt(mp.pi) * mp.exp(-u * u), "abs": mp.sign,
    "sigmoid": lambda u: mp.exp(-u) / (1 + mp.exp(-u)) ** 2, "softplus": lambda u: 1 / (1 + mp.exp(-u)),
    "relu": lambda u: mp.one * (u > 0),
}  # fmt: skip


def _constant(value: Fraction | str) -> Real:
    if isinstance(value, str):
        return +mp.pi if value == "pi" else +mp.e
    return mpmath.mpf(value.numerator) / value.denominator


def _check(value: Real) -> Real:
    mantissa, exponent = value._mpf_[1], value._mpf_[2]
    if not -LARGEST_EXPONENT < exponent < LARGEST_EXPONENT or (not mantissa and exponent):
        raise Irregular
    return value


def evaluate(graph: Graph, point: Sequence[Real]) -> list[Real]:
    """Return the value of every node. Raises: Irregular."""
    values: list[Real] = []
    inputs = iter(point)
    for node, op in enumerate(graph.ops):
        if op == "input":
            values.append(+next(inputs))
        elif op == "const":
            values.append(_constant(graph.value[node]))
        else:
            values.append(_check(VALUE[op](*[values[operand] for operand in graph.args[node]])))
    return values


def is_noise_decisive(graph: Graph, coarse: Sequence[Real], fine: Sequence[Real]) -> bool:
    """Tell whether a gate compares, or divides by, a difference that a higher precision does not confirm."""
    for op, args in zip(graph.ops, graph.args, strict=True):
        if op in _COMPARING:
            rough, exact = (values[args[0]] - values[args[1]] for values in (coarse, fine))
        elif op in _SINGULAR:
            rough, exact = (values[args[-1] if op == "div" else args[0]] for values in (coarse, fine))
        else:
            continue
        if abs(rough - exact) > NOISE * abs(exact):
            return True
    return False


def evaluate_with_tangent(graph: Graph, point: Sequence[Real], direction: Sequence[Real]) -> tuple[Real, Real]:
    """Return value and directional derivative; a component None of the direction does not move. Raises: Irregular."""
    values = evaluate(graph, point)
    return values[graph.output], tangents_of(graph, values, direction)[0]


def tangents_of(graph: Graph, values: Sequence[Real], direction: Sequence[Real]) -> list[Real]:
    """Return the directional derivative of each output of a graph that has these values. Raises: Irregular."""
    tangents: list[Real] = []
    components = iter(direction)
    for node, op in enumerate(graph.ops):
        if op == "input":
            tangents.append(next(components))
            continue
        args = graph.args[node]
        moved = [tangents[operand] for operand in args]
        if all(d is None for d in moved):
            tangents.append(None)
        else:
            known = [values[operand] for operand in args]
            tangents.append(_check(tangent(op, values[node], known, [mp.zero if d is None else d for d in moved])))
    return [mp.zero if tangents[output] is None else tangents[output] for output in graph.outputs]


def tangent(op: str, w: Real, known: list[Real], moved: list[Real]) -> Real:
    """Return the tangent of one gate w = op(known) whose operands move by `moved`."""
    u, v, du, dv = known[0], known[-1], moved[0], moved[-1]
    slope = SLOPE.get(op)
    if slope is not None:
        return _finite(slope, u) * du if du else mp.zero
    if op in ("add", "sub"):
        return du + dv if op == "add" else du - dv
    if op == "mul":
        return du * v + u * dv
    if op == "div":
        return (du * v - u * dv) / (v * v)
    if op == "neg":
        return -du
    if op == "select":
        return moved[1] if u != 0 else dv
    if op in ("max", "min"):
        return du if (u > v) == (op == "max") and u != v else dv
    if op == "pow":
        return v * w / u * du
    if op == "hypot":
        return (u * du + v * dv) / w if w else _finite(mp.sqrt, -1)
    if op == "atan2":
        return (v * du - u * dv) / (u * u + v * v)
    return mp.zero  # comparisons, sign, floor, ceil, trunc


def _finite(slope: Callable[[Real], Real], u: Real) -> Real:
    try:
        value = slope(u)
    except (ZeroDivisionError, ValueError):
        raise Irregular from None
    if isinstance(value, mpmath.mpc):
        raise Irregular
    return value
