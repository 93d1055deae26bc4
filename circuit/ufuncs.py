"""What NumPy's functions mean for wires, by the names that NumPy gives them."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from circuit.condition import Condition
from circuit.ops import ALIASES, LOWERED, OPS
from circuit.wire import Wire

Function = Callable[..., Any]
FAST = frozenset({"add", "subtract", "multiply", "divide", "negative", "power", "matmul", "vecdot"})  # on objects, too


def _gate(name: str) -> Function:
    def append(*operands: Any) -> Any:
        return next(each for each in operands if isinstance(each, Wire)).gate(name, *operands)

    return append


def _clipped(x: Any, low: Any, high: Any) -> Any:
    x = x if low is None else _gate("max")(x, low)
    return x if high is None else _gate("min")(x, high)


# functions of NumPy that are not gates under their own or an alias's name
COMPOSED: dict[str, Function] = {
    "maximum": _gate("max"),
    "minimum": _gate("min"),
    "fmax": _gate("max"),
    "fmin": _gate("min"),
    "absolute": _gate("abs"),
    "square": lambda x: x * x,
    "reciprocal": lambda x: 1 / x,
    "clip": lambda x, low, high: _clipped(x, low, high),
    "deg2rad": lambda x: x * (x.constant("pi") / 180),
    "radians": lambda x: x * (x.constant("pi") / 180),
    "rad2deg": lambda x: x * (180 / x.constant("pi")),
    "degrees": lambda x: x * (180 / x.constant("pi")),
    "conjugate": lambda x: x,
    "float_power": operator.pow,
}
OPERATORS: dict[str, Function] = {
    "add": operator.add,
    "subtract": operator.sub,
    "multiply": operator.mul,
    "divide": operator.truediv,
    "negative": operator.neg,
    "positive": operator.pos,
    "power": operator.pow,
    "matmul": operator.matmul,
    "vecdot": operator.matmul,
    "greater": operator.gt,
    "greater_equal": operator.ge,
    "less": operator.lt,
    "less_equal": operator.le,
    "equal": operator.eq,
    "not_equal": operator.ne,
    "logical_and": operator.and_,
    "bitwise_and": operator.and_,
    "logical_or": operator.or_,
    "bitwise_or": operator.or_,
    "logical_not": lambda x: ~x if isinstance(x, Condition) else not x,
    "invert": lambda x: ~x if isinstance(x, Condition) else not x,
}
NO_METHODS = {"pow", "select", "max", "min", *(name for name, row in OPS.items() if row.function is None)}
METHODS: dict[str, Function] = (
    {name: _gate(name) for name in (*OPS, *LOWERED, *ALIASES) if name not in NO_METHODS} | COMPOSED
)  # by the names that NumPy uses
