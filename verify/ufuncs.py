"""NumPy's functions as gates, by the names NumPy gives them; what stands in no table here is refused."""

from __future__ import annotations

from collections.abc import Callable

from verify.calls import call
from verify.conditions import both, either, negation
from verify.graph import Builder

Build = Callable[..., int]

_SPELLED = (
    "exp exp2 expm1 log log1p log2 log10 sqrt cbrt sin cos tan arcsin arccos arctan sinh cosh tanh arcsinh arccosh "
    "arctanh arctan2 hypot fabs fmod copysign sign floor ceil trunc erf erfc sigmoid softplus relu"
).split()


def _call(name: str) -> Build:
    return lambda builder, *nodes: call(builder, name, list(nodes))


def _gate(op: str) -> Build:
    return lambda builder, u, v: builder.gate(op, u, v)


def _radians(builder: Builder, u: int) -> int:
    return builder.gate("mul", u, builder.gate("div", builder.constant("pi"), builder.constant(180)))


def _degrees(builder: Builder, u: int) -> int:
    return builder.gate("mul", u, builder.gate("div", builder.constant(180), builder.constant("pi")))


NUMERIC: dict[str, Build] = {name: _call(name) for name in _SPELLED} | {
    "add": _gate("add"), "subtract": _gate("sub"), "multiply": _gate("mul"), "divide": _gate("div"),
    "maximum": _gate("max"), "fmax": _gate("max"), "minimum": _gate("min"), "fmin": _gate("min"),
    "power": Builder.power, "float_power": Builder.power,
    "radians": _radians, "deg2rad": _radians, "degrees": _degrees, "rad2deg": _degrees,
    "positive": lambda builder, u: u,
    "conjugate": lambda builder, u: u,
    "negative": lambda builder, u: builder.gate("neg", u),
    "absolute": lambda builder, u: builder.gate("abs", u),
    "square": lambda builder, u: builder.gate("mul", u, u),
    "reciprocal": lambda builder, u: builder.gate("div", builder.constant(1), u),
    "clip": lambda builder, u, low, high: builder.gate("min", builder.gate("max", u, low), high),
}  # fmt: skip

COMPARED: dict[str, Build] = {
    "greater": _gate("gt"), "greater_equal": _gate("ge"), "less": _gate("lt"), "less_equal": _gate("le"),
    "equal": _gate("eq"), "not_equal": _gate("ne"),
}  # fmt: skip

LOGICAL: dict[str, Build] = {
    "logical_and": lambda builder, *nodes: both(builder, list(nodes)),
    "logical_or": lambda builder, *nodes: either(builder, list(nodes)),
    "logical_not": negation,
}
LOGICAL |= {"bitwise_and": LOGICAL["logical_and"], "bitwise_or": LOGICAL["logical_or"], "invert": negation}

# what may reduce several axes at once, and the value of an empty array; NumPy may start from it, so it must fold away
IDENTITY: dict[str, int | None] = {"add": 0, "multiply": 1, "logical_and": True, "logical_or": False}
IDENTITY |= dict.fromkeys(("maximum", "minimum", "fmax", "fmin", "bitwise_and", "bitwise_or"))
PRODUCTS = frozenset("matmul vecdot matvec vecmat".split())  # sums of products, which NumPy itself makes of + and *
