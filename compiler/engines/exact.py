"""The program on Python's objects: on Fractions exactly, on numbers of mpmath to as many digits as those have.

What runs is the circuit of the text: a decimal means what it prints, and `1 / 3` is a third.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from numbers import Integral
from typing import Any

import numpy as np

from circuit.circuit import Circuit
from circuit.errors import EvaluationError, InvalidType
from circuit.evaluate import RATIONAL, evaluate
from circuit.ops import COMPARISONS, FIRST_GATE, OPS, ROWS
from compiler.engines.points import Gufunc
from compiler.running import is_mpf

PIECEWISE = COMPARISONS | {"select", "abs", "sign", "floor", "ceil", "trunc", "relu", "max", "min"}
Functions = Mapping[str, Callable[..., Any]]


class Exact(Gufunc):
    """A program on arrays of objects: Fractions and integers, or real numbers of which some are mpmath's.

    Results are Fractions, or numbers of mpmath. Errors: EvaluationError for a function of Fractions that is no
    Fraction, and for a division by zero, since neither have an infinity with a sign.
    """

    def __init__(self, circuit: Circuit) -> None:
        super().__init__(len(circuit.inputs), len(circuit.outputs) - 1, object)
        self.circuit = circuit

    def _point(self, point: Any) -> tuple[Any, Any]:
        value, gradient = np.empty(1, object), np.empty((1, self.derivatives), object)
        self._batch(point[None], value, gradient)
        return value[0], gradient[0]

    def _batch(self, rows: Any, values: Any, gradients: Any) -> None:
        context = _context_of(rows.flat)
        convert, functions = (_fraction, _FRACTIONS) if context is None else (_real(context), _functions(context))
        _check(self.circuit, functions)
        for place, row in enumerate(rows):
            point = dict(zip(self.circuit.inputs, map(convert, row), strict=True))
            try:
                results = evaluate(self.circuit, point, functions=functions, constant=convert)
            except ZeroDivisionError:
                raise EvaluationError("division by zero: call with floats, which have infinities") from None
            values[place], gradients[place] = results[0], results[1:]


def _context_of(numbers: Iterable[Any]) -> Any:
    """Return the context of the first number of mpmath's, with its precision, or None."""
    return next((type(each).context for each in numbers if is_mpf(type(each))), None)


def _check(circuit: Circuit, functions: Functions) -> None:
    for code in sorted(set(circuit.op)):
        row = ROWS[code]
        if code >= FIRST_GATE and row is not None and row.name not in functions:
            raise EvaluationError(f"{row.name} of a Fraction is none: call with floats, or with numbers of mpmath")


def _fraction(value: Any) -> Fraction:
    """Return an exact number, or a constant, as a Fraction. Errors: InvalidType, EvaluationError for pi and e."""
    if isinstance(value, str):
        raise EvaluationError(f"{value} is no Fraction: call with floats, or with numbers of mpmath")
    if not isinstance(value, Integral | Fraction):
        raise InvalidType(f"an exact point is made of Fractions and integers, not {value!r:.40}")
    return Fraction(int(value.numerator), int(value.denominator))


def _then(convert: Callable[[Any], Any], name: str) -> Callable[..., Any]:
    """Return a gate of the table, its result converted: a truth is a number here, and a zero no float."""
    return lambda *operands: convert(OPS[name].value(*operands))


_FRACTIONS: Functions = {name: OPS[name].value for name in RATIONAL} | {
    name: _then(Fraction, name) for name in PIECEWISE
}


def _real(context: Any) -> Callable[[Any], Any]:
    """Return what makes a number, or a constant, one of mpmath's."""

    def convert(value: Any) -> Any:
        if isinstance(value, str):
            return +getattr(context, value)
        if isinstance(value, Integral | Fraction):
            return context.mpf(int(value.numerator)) / int(value.denominator)
        if not hasattr(value, "__float__"):
            raise InvalidType(f"a point is made of real numbers, not {value!r:.40}")
        return +value if is_mpf(type(value)) else context.mpf(float(value))

    return convert


def _functions(context: Any) -> Functions:
    """Return the gates over a context of mpmath; a result that is complex is nan."""
    own = {
        "pow": context.power,
        "cbrt": lambda x: context.sign(x) * context.cbrt(abs(x)),
        "sigmoid": lambda x: 1 / (1 + context.exp(-x)),
        "softplus": lambda x: max(x, 0) + context.log1p(context.exp(-abs(x))),
        "floor": context.floor,
        "ceil": context.ceil,
        "trunc": lambda x: context.floor(x) if x > 0 else context.ceil(x),
    }
    gates = {name: OPS[name].value for name in RATIONAL} | {name: _then(context.mpf, name) for name in PIECEWISE}
    for name in OPS.keys() - RATIONAL - PIECEWISE | own.keys():
        gates[name] = _within_reals(own.get(name) or getattr(context, name), context)
    return gates


def _within_reals(function: Callable[..., Any], context: Any) -> Callable[..., Any]:
    def call(*operands: Any) -> Any:
        result = function(*operands)
        return context.mpf(result) if is_mpf(type(result)) else context.nan

    return call
