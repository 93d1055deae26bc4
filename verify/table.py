"""The gates verify knows: names, arity, the price of a derivative, and how a program spells them.

Written by hand from the project's definitions and from nothing else in it, so that a slip elsewhere shows here.
"""

from __future__ import annotations

import builtins
import keyword

CONSTANTS = ("pi", "e")
BINARY = {
    "+": "add", "-": "sub", "*": "mul", "/": "div",
    ">": "gt", ">=": "ge", "<": "lt", "<=": "le", "==": "eq", "!=": "ne",
}  # fmt: skip
ARITHMETIC = frozenset({"add", "sub", "mul", "div", "neg"})
COMPARISONS = frozenset({"gt", "ge", "lt", "le", "eq", "ne"})
SYMMETRIC = frozenset({"add", "mul", "max", "min", "hypot", "eq", "ne"})
FLAT = ("sign", "floor", "ceil", "trunc")  # the derivative is 0 wherever there is one

# d: gates that form the contributions of one gate to its operands
DERIVATIVE_COST = {
    "exp": 1, "log": 1, "log1p": 2, "expm1": 2, "sqrt": 2, "cbrt": 3, "pow": 3, "sin": 2, "cos": 2, "tan": 3,
    "sinh": 2, "cosh": 2, "tanh": 3, "asin": 4, "acos": 2, "atan": 3, "asinh": 2, "acosh": 2, "atanh": 3, "erf": 4,
    "sigmoid": 3, "softplus": 2, "abs": 2, "relu": 2, "max": 3, "min": 3, "hypot": 3, "atan2": 5,
}  # fmt: skip
ARITY = (
    dict.fromkeys([*BINARY.values(), "pow", "max", "min", "hypot", "atan2"], 2)
    | {name: 1 for name in DERIVATIVE_COST if name not in ("pow", "max", "min", "hypot", "atan2")}
    | dict.fromkeys(FLAT, 1)
    | {"neg": 1, "select": 3}
)

_RENAMED = {"max": "maximum", "min": "minimum"}
FUNCTION_OF_TEXT = {_RENAMED.get(name, name): name for name in [*DERIVATIVE_COST, "select", *FLAT]}

PRELUDE: dict[str, tuple[str, ...]] = {
    "maximum": ("def maximum(a, b):", "    return a if a > b or a != a else b"),
    "minimum": ("def minimum(a, b):", "    return a if a < b or a != a else b"),
    "relu": ("def relu(x):", "    return 0.0 if x < 0 else x"),
    "select": ("def select(condition, a, b):", "    return a if condition else b"),
    "sigmoid": (
        "def sigmoid(x):",
        "    if x < 0:",
        "        return exp(x) / (1.0 + exp(x))",
        "    return 1.0 / (1.0 + exp(-x))",
    ),
    "sign": ("def sign(x):", "    return x if x != x else float((x > 0) - (x < 0))"),
    "softplus": ("def softplus(x):", "    return x + log1p(exp(-x)) if x > 0 else log1p(exp(x))"),
}
PRELUDE_IMPORTS = {"sigmoid": ("exp",), "softplus": ("exp", "log1p")}
FROM_MATH = frozenset(FUNCTION_OF_TEXT) - frozenset(PRELUDE) - {"abs"} | frozenset(CONSTANTS)

# what the interactive interpreter adds to builtins is no danger and differs from machine to machine
_SITE = {"copyright", "credits", "exit", "help", "license", "quit", "_"}
RESERVED = (
    frozenset(keyword.kwlist) | (frozenset(dir(builtins)) - _SITE) | frozenset(FUNCTION_OF_TEXT) | frozenset(CONSTANTS)
)
