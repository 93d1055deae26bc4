"""Constants of a program as Python will have them: what they are exactly, finite, and no integer as an exponent of pow.

A constant that rounds to another number would compute another function everywhere, and an exponent that is whole would
hide multiplications from the count.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction

from verify.reasons import reject

_NEAR = 1e-9  # relative: a constant of floats as near to what it is exactly is that
_VALUE: dict[str, Callable[..., float]] = {
    "add": lambda a, b: a + b, "sub": lambda a, b: a - b, "mul": lambda a, b: a * b, "div": lambda a, b: a / b,
    "neg": lambda a: -a, "gt": lambda a, b: a > b, "ge": lambda a, b: a >= b, "lt": lambda a, b: a < b,
    "le": lambda a, b: a <= b, "eq": lambda a, b: a == b, "ne": lambda a, b: a != b, "abs": abs, "max": max, "min": min,
    "relu": lambda a: max(a, 0.0), "sign": lambda a: (a > 0) - (a < 0), "select": lambda c, a, b: a if c else b,
    "sigmoid": lambda a: 1 / (1 + math.exp(-a)), "softplus": lambda a: math.log1p(math.exp(a)),
    "cbrt": lambda a: math.copysign(abs(a) ** (1 / 3), a),
}  # fmt: skip


class Numbers:
    """The value in Python of each constant node of a program: an int or a float, as its text makes it."""

    def __init__(self) -> None:
        """Start with no constant."""
        self.values: dict[int, float] = {}

    def literal(self, node: int, text: str) -> None:
        """Note a number, pi or e; a number that is written both as an int and as a float counts as a float."""
        if text in ("pi", "e"):
            self.values[node] = float(getattr(math, text))
        elif isinstance(self.values.get(node, 0), int):
            self.values[node] = int(text) if text.lstrip("-").isdigit() else float(text)

    def gate(self, node: int, op: str, operands: tuple[int, ...], exact: Fraction | None, line: int) -> None:
        """Compute a constant line. Raises: Rejected where Python would not, or gets another than the exact number."""
        try:
            value = (_VALUE.get(op) or getattr(math, op))(*[self.values[operand] for operand in operands])
            finite = math.isfinite(value)
        except (ValueError, ArithmeticError):
            finite = False
        if not finite:
            raise reject(line, "constant: to Python it is no finite number")
        if value == 0 and math.copysign(1, value) < 0:
            raise reject(line, "constant: to Python it is -0.0")
        if exact is not None and abs(Fraction(value) - exact) > abs(exact) * Fraction(_NEAR):
            raise reject(line, f"constant: to Python it is {value!r:.40}, another number than it is exactly")
        self.values[node] = value

    def check_exponent(self, node: int, line: int) -> None:
        """Reject a pow whose exponent is an integer, as closely as floats can tell."""
        value = self.values[node]
        if abs(value - round(value)) < _NEAR * max(1.0, abs(value)):
            raise reject(line, "hidden power: pow with an integer exponent is a chain of multiplications")
