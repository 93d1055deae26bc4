"""The vocabulary of FPCore: its operations and comparisons as gates, its constants, and what it has that is no gate."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import combinations, pairwise
from typing import Any

from circuit.builder import Builder
from circuit.calls import arity_of, call, logic
from circuit.errors import ArityError
from circuit.ops import CODE, log, sqrt
from circuit.wire import Wire, wire

CHAINS = {"+": "add", "-": "sub", "*": "mul", "/": "div"}
_SAME_NAME = (
    "acos acosh asin asinh atan atan2 atanh cbrt ceil copysign cos cosh erf erfc exp exp2 expm1 fdim floor fma fmod "
    "hypot log log10 log1p log2 pow round sin sinh sqrt tan tanh trunc"
)
FUNCTIONS = {name: name for name in _SAME_NAME.split()} | {"fabs": "abs", "fmax": "max", "fmin": "min"}
COMPARISONS = {"<": "lt", ">": "gt", "<=": "le", ">=": "ge", "==": "eq", "!=": "ne"}
LOGIC = ("and", "or", "not")
OPERATIONS = {*CHAINS, *FUNCTIONS, *COMPARISONS, *LOGIC, "if", "let", "let*", "!", "cast", "digits"}
NO_NUMBER = ("INFINITY", "NAN")
CONSTANTS: dict[str, Callable[[Callable[[Any], Any]], Any]] = {
    "E": lambda c: c("e"),
    "PI": lambda c: c("pi"),
    "LOG2E": lambda c: 1 / log(c(2)),
    "LOG10E": lambda c: 1 / log(c(10)),
    "LN2": lambda c: log(c(2)),
    "LN10": lambda c: log(c(10)),
    "PI_2": lambda c: c("pi") / 2,
    "PI_4": lambda c: c("pi") / 4,
    "M_1_PI": lambda c: 1 / c("pi"),
    "M_2_PI": lambda c: 2 / c("pi"),
    "M_2_SQRTPI": lambda c: 2 / sqrt(c("pi")),
    "SQRT2": lambda c: sqrt(c(2)),
    "SQRT1_2": lambda c: sqrt(c(Fraction(1, 2))),
}
_LOOP = "a loop ({}) is no circuit: unroll it, or trace a Python function"
_TENSOR = "a tensor ({}) is no real number: pass its entries as arguments"
_FLOAT = "{} asks about floats; a formula is over the real numbers"
REFUSED = (
    dict.fromkeys("while while* for for*".split(), _LOOP)
    | dict.fromkeys("tensor tensor* array dim size ref".split(), _TENSOR)
    | dict.fromkeys("isfinite isinf isnan isnormal signbit".split(), _FLOAT)
    | dict.fromkeys("tgamma lgamma nearbyint remainder".split(), "{} is no gate of the table")
)


def constant(builder: Builder, name: str) -> int:
    """Return the node of a named constant; all but E and PI are gates of constants, which are free."""
    made: Wire = CONSTANTS[name](lambda exact: wire(builder, builder.constant(exact)))
    return made.node


def operation(builder: Builder, name: str, nodes: Sequence[int]) -> int:
    """Return the node of an operation: `+ - * /` left to right, or a function. Errors: ArityError."""
    if name in FUNCTIONS:
        arity = 2 if name in ("fmax", "fmin") else arity_of(FUNCTIONS[name])
        if len(nodes) != arity:
            raise ArityError(f"{name} takes {arity} {'operand' if arity == 1 else 'operands'}, not {len(nodes)}")
        return call(builder, FUNCTIONS[name], nodes)
    if not nodes or (name == "/" and len(nodes) != 2):
        raise ArityError(f"{name} takes {'two operands' if name == '/' else 'one or more operands'}, not {len(nodes)}")
    if name == "-" and len(nodes) == 1:
        return builder.gate(CODE["neg"], nodes[0])
    result = nodes[0]
    for each in nodes[1:]:
        result = builder.gate(CODE[CHAINS[name]], result, each)
    return result


def comparison(builder: Builder, name: str, nodes: Sequence[int]) -> int:
    """Return the node of a comparison: of each neighbouring pair, for `!=` of every pair, and all of them must hold.

    Errors: ArityError.
    """
    if len(nodes) < 2:
        raise ArityError(f"{name} compares two operands or more, not {len(nodes)}")
    pairs = combinations(nodes, 2) if name == "!=" else pairwise(nodes)
    return logic(builder, "and", [builder.gate(CODE[COMPARISONS[name]], *pair) for pair in pairs])
