"""The table of gates: one row a gate. Adding a gate is adding a row (and a row of its own in verify).

A row holds the gate's name, its text in a program, its value, its pull-back and the domain its tests sample.
`pull(z_bar, z, *operands)` returns one contribution for each operand (None: no derivative), as operations on wires: two
mentions of `z_bar / y` are one gate, since equal gates are shared at birth, and a leading minus is free.
Contributions, not partials: Baur & Strassen 1983; Griewank & Walther 2008, chapter 3. Arity and cost are computed from
the row. Where a form is not the textbook's, the reason stands beside it.
"""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from circuit.prelude import FUNCTIONS

Domain = tuple[float, float]
Pull = Callable[..., tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Op:
    """One row of the table.

    `domain` is the interval from which tests draw every operand, or one interval for each operand.
    `commutes` lets equal gates be shared whatever the order of their operands.
    `kink` marks a gate without a derivative where its operands meet.
    """

    name: str
    text: str
    value: Callable[..., Any]
    pull: Pull
    domain: Domain | tuple[Domain, ...] = (-2.0, 2.0)
    commutes: bool = False
    kink: bool = False

    @property
    def arity(self) -> int:
        """The number of operands, read off the text."""
        return len(set(re.findall(r"\{(\d)\}", self.text)))

    @property
    def function(self) -> str | None:
        """The function's name in a program, or None for an operator."""
        head, bracket, _ = self.text.partition("(")
        return head if bracket else None

    @property
    def flat(self) -> bool:
        """Whether the gate sends nothing: it is constant wherever it has a derivative."""
        return self.pull is _flat

    def domain_of(self, slot: int) -> Domain:
        """Return the interval from which tests draw operand `slot`."""
        if isinstance(self.domain[0], tuple):
            return self.domain[slot]
        return self.domain


def _gate(name: str) -> Callable[..., Any]:
    """Return a function that appends gate `name` to the circuit its operands live in."""

    def append(*operands: Any) -> Any:
        return next(each for each in operands if hasattr(each, "gate")).gate(name, *operands)

    return append


acosh, ceil, cos, cosh, exp, floor, ge, hypot, log, sigmoid, sign, sin, sinh, sqrt, pow_, select, gt, lt = map(
    _gate,
    "acosh ceil cos cosh exp floor ge hypot log sigmoid sign sin sinh sqrt pow select gt lt".split(),
)


def _flat(z_bar: Any, z: Any, *operands: Any) -> tuple[None, ...]:
    """Send nothing: the gate is constant wherever it has a derivative."""
    return (None,) * len(operands)


def _erf(z_bar: Any, z: Any, x: Any) -> tuple[Any]:
    # 2/sqrt(pi)*exp(-x*x) with the factor taken into the exponent: one gate fewer, and the same digits
    return (z_bar * exp(log(2 / sqrt(z_bar.constant("pi"))) - x * x),)


def _tanh(z_bar: Any, z: Any, x: Any) -> tuple[Any]:
    # 1 - z*z costs as much and loses every digit where tanh saturates (relative error 2e-4 at x = 15)
    cosh_x = cosh(x)
    return (z_bar / cosh_x / cosh_x,)


def _atanh(z_bar: Any, z: Any, x: Any) -> tuple[Any]:
    # 1/(1 - x*x) costs as much and loses digits near x = 1
    cosh_z = cosh(z)
    return (z_bar * cosh_z * cosh_z,)


def _hypot(z_bar: Any, z: Any, x: Any, y: Any) -> tuple[Any, Any]:
    t = z_bar / z
    return t * x, t * y


def _atan2(z_bar: Any, z: Any, y: Any, x: Any) -> tuple[Any, Any]:
    # hypot instead of x*x + y*y: one gate fewer, and no overflow
    radius = hypot(y, x)
    t = z_bar / radius / radius
    return t * x, -(t * y)


def _max(z_bar: Any, z: Any, x: Any, y: Any) -> tuple[Any, Any]:
    above = gt(x, y)
    return select(above, z_bar, 0), select(above, 0, z_bar)


def _min(z_bar: Any, z: Any, x: Any, y: Any) -> tuple[Any, Any]:
    below = lt(x, y)
    return select(below, z_bar, 0), select(below, 0, z_bar)


_rows = (
    # arithmetic
    Op("add", "{0} + {1}", operator.add, lambda b, z, x, y: (b, b), commutes=True),
    Op("sub", "{0} - {1}", operator.sub, lambda b, z, x, y: (b, -b)),
    Op("mul", "{0} * {1}", operator.mul, lambda b, z, x, y: (b * y, b * x), commutes=True),
    Op("div", "{0} / {1}", operator.truediv, lambda b, z, x, y: (b / y, -(b / y * z)), (0.5, 2.0)),
    Op("neg", "-{0}", operator.neg, lambda b, z, x: (-b,)),
    # exponentials, logarithms, roots
    Op("exp", "exp({0})", math.exp, lambda b, z, x: (b * z,)),
    Op("expm1", "expm1({0})", math.expm1, lambda b, z, x: (b * (z + 1),)),
    Op("log", "log({0})", math.log, lambda b, z, x: (b / x,), (0.1, 3.0)),
    Op("log1p", "log1p({0})", math.log1p, lambda b, z, x: (b / (x + 1),), (-0.9, 3.0)),
    Op("sqrt", "sqrt({0})", math.sqrt, lambda b, z, x: (b / (2 * z),), (0.1, 3.0)),
    Op("cbrt", "cbrt({0})", math.cbrt, lambda b, z, x: (b / (3 * (z * z)),), (0.1, 3.0)),
    # never c*z/x: that is 0/0 at x = 0, where x**1.5 has the derivative 0; the exponent c is a constant
    Op("pow", "pow({0}, {1})", math.pow, lambda b, z, x, c: (b * c * pow_(x, c - 1), None), ((0.1, 3.0), (-2.0, 3.0))),
    # trigonometric and hyperbolic functions and their inverses
    Op("sin", "sin({0})", math.sin, lambda b, z, x: (b * cos(x),)),
    Op("cos", "cos({0})", math.cos, lambda b, z, x: (-(b * sin(x)),)),
    Op("tan", "tan({0})", math.tan, lambda b, z, x: (b * (z * z + 1),), (-1.4, 1.4)),
    Op("sinh", "sinh({0})", math.sinh, lambda b, z, x: (b * cosh(x),)),
    Op("cosh", "cosh({0})", math.cosh, lambda b, z, x: (b * sinh(x),)),
    Op("tanh", "tanh({0})", math.tanh, _tanh),
    # two gates more than 1/cos(z), which is off by 1e-9 near x = 1 and finite at 1
    Op("asin", "asin({0})", math.asin, lambda b, z, x: (b / sqrt(1 - x * x),), (-0.95, 0.95)),
    # a contribution with a minus may cost 3 gates at most (or T <= 5L fails), so not sqrt(1 - x*x) here
    Op("acos", "acos({0})", math.acos, lambda b, z, x: (-(b / sin(z)),), (-0.95, 0.95)),
    Op("atan", "atan({0})", math.atan, lambda b, z, x: (b / (x * x + 1),)),
    Op("asinh", "asinh({0})", math.asinh, lambda b, z, x: (b / hypot(1, x),)),
    Op("acosh", "acosh({0})", math.acosh, lambda b, z, x: (b / sinh(z),), (1.05, 4.0)),
    Op("atanh", "atanh({0})", math.atanh, _atanh, (-0.95, 0.95)),
    Op("hypot", "hypot({0}, {1})", math.hypot, _hypot, commutes=True),
    Op("atan2", "atan2({0}, {1})", math.atan2, _atan2, (0.2, 2.0)),
    # special functions
    Op("erf", "erf({0})", math.erf, _erf),
    Op("sigmoid", "sigmoid({0})", FUNCTIONS["sigmoid"], lambda b, z, x: (b * z * (1 - z),)),
    Op("softplus", "softplus({0})", FUNCTIONS["softplus"], lambda b, z, x: (b * sigmoid(x),)),
    # gates with a kink: right wherever there is no tie
    Op("abs", "abs({0})", abs, lambda b, z, x: (b * sign(x),), kink=True),
    Op("sign", "sign({0})", FUNCTIONS["sign"], _flat, kink=True),
    Op("floor", "floor({0})", math.floor, _flat, kink=True),
    Op("ceil", "ceil({0})", math.ceil, _flat, kink=True),
    Op("trunc", "trunc({0})", math.trunc, _flat, kink=True),
    Op("relu", "relu({0})", FUNCTIONS["relu"], lambda b, z, x: (select(gt(x, 0), b, 0),), kink=True),
    Op("max", "maximum({0}, {1})", FUNCTIONS["maximum"], _max, commutes=True, kink=True),
    Op("min", "minimum({0}, {1})", FUNCTIONS["minimum"], _min, commutes=True, kink=True),
    Op("gt", "{0} > {1}", operator.gt, _flat, kink=True),
    Op("ge", "{0} >= {1}", operator.ge, _flat, kink=True),
    Op("lt", "{0} < {1}", operator.lt, _flat, kink=True),
    Op("le", "{0} <= {1}", operator.le, _flat, kink=True),
    Op("eq", "{0} == {1}", operator.eq, _flat, commutes=True, kink=True),
    Op("ne", "{0} != {1}", operator.ne, _flat, commutes=True, kink=True),
    Op(
        "select",
        "select({0}, {1}, {2})",
        FUNCTIONS["select"],
        lambda b, z, c, x, y: (None, select(c, b, 0), select(c, 0, b)),
        kink=True,
    ),
)

INPUT, CONSTANT = 0, 1  # node kinds that are no gates; gates follow in the order of the rows
FIRST_GATE = 2
OPS: dict[str, Op] = {row.name: row for row in _rows}
CODE: dict[str, int] = {row.name: FIRST_GATE + place for place, row in enumerate(_rows)}
ROWS: tuple[Op | None, ...] = (None, None, *_rows)  # by code
ARITY: tuple[int, ...] = (0, 0, *(row.arity for row in _rows))  # by code
COMMUTES: tuple[bool, ...] = (False, False, *(row.commutes for row in _rows))  # by code
COMPARISONS = frozenset({"gt", "ge", "lt", "le", "eq", "ne"})

# what a formula may call that is no gate: lowered to gates; each takes and returns wires
NAMED_CONSTANTS: dict[str, float] = {"pi": math.pi, "e": math.e}
LOWERED: dict[str, tuple[int, Callable[..., Any]]] = {
    "log2": (1, lambda x: log(x) / log(x.constant(2))),
    "log10": (1, lambda x: log(x) / log(x.constant(10))),
    "exp2": (1, lambda x: exp(x * log(x.constant(2)))),
    "erfc": (1, lambda x: 1 - _gate("erf")(x)),
    "fma": (3, lambda x, y, z: x * y + z),
    "fdim": (2, lambda x, y: _gate("relu")(x - y)),
    "copysign": (2, lambda x, y: _copysign(_gate("abs")(x), y)),
    "fmod": (2, lambda x, y: x - y * _gate("trunc")(x / y)),
    "round": (1, lambda x: select(ge(x, 0), floor(x + Fraction(1, 2)), ceil(x - Fraction(1, 2)))),
    "pow": (2, lambda x, y: x**y),
    "sec": (1, lambda x: 1 / cos(x)),
    "csc": (1, lambda x: 1 / sin(x)),
    "cot": (1, lambda x: 1 / _gate("tan")(x)),
    "sech": (1, lambda x: 1 / cosh(x)),
    "csch": (1, lambda x: 1 / sinh(x)),
    "coth": (1, lambda x: 1 / _gate("tanh")(x)),
}
ALIASES: dict[str, str] = {
    "ln": "log",
    "arcsin": "asin",
    "arccos": "acos",
    "arctan": "atan",
    "arcsinh": "asinh",
    "arccosh": "acosh",
    "arctanh": "atanh",
    "arctan2": "atan2",
    "fabs": "abs",
    "Abs": "abs",
    "Max": "max",
    "Min": "min",
}


def _copysign(size: Any, y: Any) -> Any:
    return select(ge(y, 0), size, -size)


def as_fraction(value: Any) -> Fraction | None:
    """Return the exact value of a plain number (a float means the decimal it prints), or None if it is none."""
    if type(value) is not float and isinstance(value, (int, Fraction)):
        return Fraction(value)
    if isinstance(value, float) or (hasattr(value, "__float__") and type(value).__module__ == "numpy"):
        number = float(value)
        return _printed(number) if math.isfinite(number) else None
    return None


def _printed(number: float) -> Fraction:
    whole, _, digits = repr(number).partition(".")
    if "e" in digits or "e" in whole:
        return Fraction(Decimal(repr(number)))
    return Fraction(int(whole + digits), 10 ** len(digits))
