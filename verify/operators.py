"""The operators and constants of FPCore as gates, and those that are refused, by name."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import NamedTuple

from verify.calls import call
from verify.conditions import both, choose, comparisons, either, negation
from verify.errors import FormulaError
from verify.graph import Builder
from verify.table import BINARY

MANY = 1 << 62
_FUNCTIONS = {
    1: "fabs exp exp2 expm1 log log1p log2 log10 sqrt cbrt sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh "
    "erf erfc floor ceil trunc round",
    2: "pow hypot atan2 copysign fdim fmin fmax fmod",
    3: "fma",
}  # fmt: skip
_RENAMED = {"fmin": "min", "fmax": "max"}
_COMPARED = {sign: BINARY[sign] for sign in ("<", ">", "<=", ">=", "==", "!=")}
# operator -> the least and the largest number of operands
_OPERANDS = (
    {name: (count, count) for count, names in _FUNCTIONS.items() for name in names.split()}
    | dict.fromkeys(("+", "-", "*", "and", "or"), (1, MANY))
    | dict.fromkeys(_COMPARED, (2, MANY))
    | {"/": (2, 2), "not": (1, 1), "if": (3, 3)}
)
OPERATORS = frozenset(_OPERANDS)
_OF_CONDITIONS: dict[str, Callable[[Builder, list[int]], int]] = {
    "and": both, "or": either, "not": lambda builder, nodes: negation(builder, nodes[0]),
}  # fmt: skip

REFUSED = (
    {name: f"a loop ({name})" for name in ("while", "while*", "for", "for*")}
    | {name: f"a tensor ({name})" for name in ("tensor", "tensor*", "array", "dim", "size", "ref")}
    | {name: f"the function {name}" for name in ("tgamma", "lgamma", "nearbyint", "remainder")}
    | {name: f"the test {name}" for name in ("isfinite", "isinf", "isnan", "isnormal", "signbit")}
    | {name: f"{name}, which is no real number," for name in ("INFINITY", "NAN")}
)


class Value(NamedTuple):
    """A node, and whether it is a condition or a number."""

    node: int
    condition: bool = False


def apply(builder: Builder, name: str, operands: list[Value]) -> Value:
    """Return an operator of FPCore applied to operands.

    Raises: FormulaError for the wrong number or kind of operands.
    """
    least, most = _OPERANDS[name]
    if not least <= len(operands) <= most:
        wanted = f"{least}" if least == most else f"at least {least}"
        raise FormulaError(f"{name} takes {wanted} operand(s), not {len(operands)}")
    nodes = [operand.node for operand in operands]
    if name == "if":
        _check(name, operands[:1], True)
        _check(name, operands[2:], operands[1].condition)
        return Value(choose(builder, *nodes), operands[1].condition)
    _check(name, operands, name in _OF_CONDITIONS)
    if name in _OF_CONDITIONS:
        return Value(_OF_CONDITIONS[name](builder, nodes), True)
    if name in _COMPARED:
        return Value(comparisons(builder, _COMPARED[name], nodes), True)
    if name in BINARY:
        return Value(_arithmetic(builder, BINARY[name], nodes))
    return Value(call(builder, _RENAMED.get(name, name), nodes))


def _check(name: str, operands: list[Value], condition: bool) -> None:
    for operand in operands:
        if operand.condition != condition:
            found, due = ("a number", "a condition") if condition else ("a condition", "a number")
            raise FormulaError(f"{name} has {found} where {due} is due")


def _arithmetic(builder: Builder, op: str, nodes: list[int]) -> int:
    result = nodes[0]
    if op == "sub" and len(nodes) == 1:
        return builder.gate("neg", result)
    for node in nodes[1:]:
        result = builder.gate(op, result, node)
    return result


def constant(builder: Builder, name: str) -> Value | None:
    """Return a constant of FPCore, None if the name is none."""
    if name in ("TRUE", "FALSE"):
        return Value(builder.constant(int(name == "TRUE")), True)
    make = _CONSTANTS.get(name)
    return None if make is None else Value(make(builder))


def _log(b: Builder, base: int) -> int:
    return b.gate("log", b.constant(base))


def _ratio(b: Builder, top: int | str, bottom: int | str) -> int:
    return b.gate("div", b.constant(top), b.constant(bottom))


_CONSTANTS: dict[str, Callable[[Builder], int]] = {
    "E": lambda b: b.constant("e"),
    "PI": lambda b: b.constant("pi"),
    "LN2": lambda b: _log(b, 2),
    "LN10": lambda b: _log(b, 10),
    "LOG2E": lambda b: b.gate("div", b.constant(1), _log(b, 2)),
    "LOG10E": lambda b: b.gate("div", b.constant(1), _log(b, 10)),
    "PI_2": lambda b: _ratio(b, "pi", 2),
    "PI_4": lambda b: _ratio(b, "pi", 4),
    "M_1_PI": lambda b: _ratio(b, 1, "pi"),
    "M_2_PI": lambda b: _ratio(b, 2, "pi"),
    "M_2_SQRTPI": lambda b: b.gate("div", b.constant(2), b.gate("sqrt", b.constant("pi"))),
    "SQRT2": lambda b: b.gate("sqrt", b.constant(2)),
    "SQRT1_2": lambda b: b.gate("sqrt", b.constant(Fraction(1, 2))),
}
