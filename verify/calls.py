"""Functions of formulas that are not gates themselves: aliases and lowerings, shared by all readers."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from verify.errors import FormulaError
from verify.graph import Builder
from verify.table import DERIVATIVE_COST, FLAT

ALIASES = {
    "ln": "log", "arcsin": "asin", "arccos": "acos", "arctan": "atan", "arcsinh": "asinh", "arccosh": "acosh",
    "arctanh": "atanh", "arctan2": "atan2", "fabs": "abs", "Abs": "abs", "Max": "max", "Min": "min",
}  # fmt: skip
_RECIPROCAL = {"sec": "cos", "csc": "sin", "cot": "tan", "sech": "cosh", "csch": "sinh", "coth": "tanh"}
_ARITIES: dict[str, tuple[int, ...]] = {
    "log": (1, 2), "log2": (1,), "log10": (1,), "exp2": (1,), "erfc": (1,), "round": (1,), "fma": (3,), "fdim": (2,),
    "fmod": (2,), "copysign": (2,), "pow": (2,), "hypot": (2,), "atan2": (2,), "select": (3,), "max": (), "min": (),
}  # fmt: skip
FUNCTIONS = (
    frozenset(ALIASES) | frozenset(_RECIPROCAL) | frozenset(_ARITIES) | frozenset(DERIVATIVE_COST) | frozenset(FLAT)
) - {"sign"}


def call(builder: Builder, name: str, operands: list[int]) -> int:
    """Return the node of a function applied to operands, lowered to gates of the table."""
    name = ALIASES.get(name, name)
    allowed = _ARITIES.get(name, (1,))
    if not operands or (allowed and len(operands) not in allowed):
        wanted = " or ".join(map(str, allowed)) or "at least 1"
        raise FormulaError(f"{name} takes {wanted} argument(s), not {len(operands)}")
    if name in ("max", "min"):
        result = operands[0]
        for other in operands[1:]:
            result = builder.gate(name, result, other)
        return result
    if name in _RECIPROCAL:
        return builder.gate("div", builder.constant(1), builder.gate(_RECIPROCAL[name], operands[0]))
    if name == "log" and len(operands) == 2:
        return _logarithm(builder, *operands)
    lowering = _LOWERED.get(name)
    return builder.gate(name, *operands) if lowering is None else lowering(builder, *operands)


def _logarithm(b: Builder, u: int, base: int) -> int:
    return b.gate("div", b.gate("log", u), b.gate("log", base))


def _copysign(b: Builder, u: int, v: int) -> int:
    size = b.gate("abs", u)
    return b.gate("select", b.gate("ge", v, b.constant(0)), size, b.gate("neg", size))


def _fmod(b: Builder, u: int, v: int) -> int:
    return b.gate("sub", u, b.gate("mul", v, b.gate("trunc", b.gate("div", u, v))))


def _round(b: Builder, u: int) -> int:
    """Round to the nearest integer, halves away from zero."""
    half = b.constant(Fraction(1, 2))
    up, down = b.gate("floor", b.gate("add", u, half)), b.gate("ceil", b.gate("sub", u, half))
    return b.gate("select", b.gate("ge", u, b.constant(0)), up, down)


_LOWERED: dict[str, Callable[..., int]] = {
    "log2": lambda b, u: _logarithm(b, u, b.constant(2)),
    "log10": lambda b, u: _logarithm(b, u, b.constant(10)),
    "exp2": lambda b, u: b.gate("exp", b.gate("mul", u, b.gate("log", b.constant(2)))),
    "erfc": lambda b, u: b.gate("sub", b.constant(1), b.gate("erf", u)),
    "fma": lambda b, u, v, w: b.gate("add", b.gate("mul", u, v), w),
    "fdim": lambda b, u, v: b.gate("relu", b.gate("sub", u, v)),
    "fmod": _fmod,
    "round": _round,
    "copysign": _copysign,
    "pow": Builder.power,
}
