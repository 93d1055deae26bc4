"""Functions of formulas that are not gates themselves: aliases and lowerings, shared by all readers."""

from __future__ import annotations

from fractions import Fraction

from verify.errors import FormulaError
from verify.graph import Builder
from verify.table import DERIVATIVE_COST

ALIASES = {
    "ln": "log", "arcsin": "asin", "arccos": "acos", "arctan": "atan", "arcsinh": "asinh", "arccosh": "acosh",
    "arctanh": "atanh", "arctan2": "atan2", "fabs": "abs", "Abs": "abs", "Max": "max", "Min": "min",
}  # fmt: skip
_RECIPROCAL = {"sec": "cos", "csc": "sin", "cot": "tan", "sech": "cosh", "csch": "sinh", "coth": "tanh"}
_ARITIES: dict[str, tuple[int, ...]] = {
    "log": (1, 2), "log2": (1,), "log10": (1,), "fma": (3,), "fdim": (2,), "copysign": (2,), "pow": (2,),
    "hypot": (2,), "atan2": (2,), "select": (3,), "max": (), "min": (),
}  # fmt: skip
FUNCTIONS = frozenset(ALIASES) | frozenset(_RECIPROCAL) | frozenset(_ARITIES) | frozenset(DERIVATIVE_COST)


def call(builder: Builder, name: str, operands: list[int]) -> int:
    """Return the node of a function applied to operands, lowered to gates of the table."""
    name = ALIASES.get(name, name)
    allowed = _ARITIES.get(name, (1,))
    if not operands or (allowed and len(operands) not in allowed):
        wanted = " or ".join(map(str, allowed)) or "at least 1"
        raise FormulaError(f"{name} takes {wanted} argument(s), not {len(operands)}")
    gate, number = builder.gate, builder.constant
    u, v = operands[0], operands[-1]
    if name in ("max", "min"):
        for other in operands[1:]:
            u = gate(name, u, other)
        return u
    if name in _RECIPROCAL:
        return gate("div", number(1), gate(_RECIPROCAL[name], u))
    if name in ("log2", "log10") or (name == "log" and len(operands) == 2):
        base = number(Fraction(name[3:])) if name != "log" else v
        return gate("div", gate("log", u), gate("log", base))
    if name == "fma":
        return gate("add", gate("mul", u, operands[1]), v)
    if name == "fdim":
        return gate("relu", gate("sub", u, v))
    if name == "copysign":
        size = gate("abs", u)
        return gate("select", gate("ge", v, number(0)), size, gate("neg", size))
    if name == "pow":
        return builder.power(u, v)
    return gate(name, *operands)
