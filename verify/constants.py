"""Exponents of pow: constants that are no integers, or the power would hide multiplications from the count."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction

from verify.graph import Graph, constant_nodes
from verify.reasons import reject

_NEAR = 1e-9
_VALUE: dict[str, Callable[..., float]] = {
    "add": lambda a, b: a + b, "sub": lambda a, b: a - b, "mul": lambda a, b: a * b, "div": lambda a, b: a / b,
    "neg": lambda a: -a, "gt": lambda a, b: a > b, "ge": lambda a, b: a >= b, "lt": lambda a, b: a < b,
    "le": lambda a, b: a <= b, "eq": lambda a, b: a == b, "ne": lambda a, b: a != b, "abs": abs, "max": max, "min": min,
    "relu": lambda a: max(a, 0.0), "sign": lambda a: (a > 0) - (a < 0), "select": lambda c, a, b: a if c else b,
    "sigmoid": lambda a: 1 / (1 + math.exp(-a)), "softplus": lambda a: math.log1p(math.exp(a)),
    "cbrt": lambda a: math.copysign(abs(a) ** (1 / 3), a),
}  # fmt: skip


def check_exponents(graph: Graph, powers: list[tuple[int, int]], exact: dict[int, Fraction]) -> None:
    """Reject a pow whose exponent is an integer, exactly or as closely as floats can tell."""
    values: dict[int, float] | None = None
    for node, line in powers:
        known = exact.get(node)
        if known is not None:
            hidden = known.denominator == 1
        else:
            values = constant_values(graph) if values is None else values
            value = values.get(node, 0.5)
            hidden = abs(value - round(value)) < _NEAR * max(1.0, abs(value))
        if hidden:
            raise reject(line, "hidden power: pow with an integer exponent is a chain of multiplications")


def constant_values(graph: Graph) -> dict[int, float]:
    """Return the float value of every constant node that has a finite one."""
    free = constant_nodes(graph)
    values: dict[int, float] = {}
    for node, (op, args) in enumerate(zip(graph.ops, graph.args, strict=True)):
        if not free[node]:
            continue
        try:
            if op == "const":
                value = graph.value[node]
                values[node] = float(getattr(math, value)) if isinstance(value, str) else float(value)
            else:
                values[node] = float((_VALUE.get(op) or getattr(math, op))(*[values[operand] for operand in args]))
        except (ValueError, ArithmeticError, KeyError):
            continue
        if not math.isfinite(values[node]):
            del values[node]
    return values
