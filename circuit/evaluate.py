"""One interpreter of circuits over any number type: floats, NumPy arrays, Fractions, integers mod p.

Floats follow IEEE: where `math` would raise, NumPy's inf and nan appear. Fractions and residues are exact and know only
`+ - * /`.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from circuit.circuit import Circuit
from circuit.errors import EvaluationError, InvalidArgument, InvalidType
from circuit.ops import CONSTANT, FIRST_GATE, INPUT, NAMED_CONSTANTS, OPS, ROWS

Functions = Mapping[str, Callable[..., Any]]
RATIONAL = frozenset({"add", "sub", "mul", "div", "neg"})


def evaluate(
    circuit: Circuit,
    point: Mapping[str, Any],
    *,
    modulus: int | None = None,
    functions: Functions | None = None,
    constant: Callable[[Fraction | str], Any] | None = None,
) -> tuple[Any, ...]:
    """Return the values of the outputs at a point given by input names.

    Values are floats or ints (results are floats, with IEEE inf and nan), NumPy arrays that broadcast together,
    Fractions (exact), or, with a prime `modulus`, integers (residues). `functions` and `constant` supply the gates and
    constants of any other number type by name.
    Errors: InvalidArgument for a missing or unexpected input, EvaluationError where the arithmetic has no result.
    """
    check_names(circuit.inputs, point)
    values = [point[name] for name in circuit.inputs]
    if functions is None or constant is None:
        functions, constant, values = _arithmetic(values, modulus)
    return _run(circuit, values, functions, constant)


def check_names(inputs: tuple[str, ...], point: Mapping[str, Any]) -> None:
    """Raise InvalidArgument unless the point names exactly the inputs."""
    held = set(inputs)
    unexpected = [name for name in point if name not in held]
    if unexpected:
        raise InvalidArgument(f"unexpected {unexpected[0]!r}: the inputs are ({', '.join(inputs[:20])})")
    missing = [name for name in inputs if name not in point]
    if missing:
        raise InvalidArgument(f"missing {', '.join(missing[:5])}: the inputs are ({', '.join(inputs[:20])})")


def _run(circuit: Circuit, inputs: list[Any], functions: Functions, constant: Callable[[Any], Any]) -> tuple[Any, ...]:
    by_code = [functions.get(row.name) if row else None for row in ROWS]
    results: list[Any] = []
    for node, code, operands in circuit.nodes():
        if code >= FIRST_GATE:
            function = by_code[code]
            if function is None:
                raise EvaluationError(f"{circuit.name_of(node)} (node {node}) has no value in this arithmetic")
            results.append(function(*(results[each] for each in operands)))
        elif code == INPUT:
            results.append(inputs[node])
        else:
            assert code == CONSTANT
            results.append(constant(circuit.value_of(node)))
    return tuple(results[node] for node in circuit.outputs)


def _arithmetic(values: list[Any], modulus: int | None) -> tuple[Functions, Callable[[Any], Any], list[Any]]:
    if modulus is not None:
        if type(modulus) is not int or modulus < 2:
            raise InvalidArgument(f"modulus is a prime, not {modulus!r}")
        return _residues(modulus), _residue_constant(modulus), [_residue(each, modulus) for each in values]
    if values and all(isinstance(each, Fraction) for each in values):
        return {name: OPS[name].value for name in RATIONAL} | {"div": _exact_division}, _exact_constant, values
    for each in values:
        if isinstance(each, (str, bytes, complex)) or (not hasattr(each, "__float__") and not hasattr(each, "shape")):
            raise InvalidType(f"a value is a real number or an array, not {each!r:.40} ({type(each).__name__})")
    from circuit.ieee import functions, to_float  # numpy only here

    return functions(), _float_constant, [to_float(each) for each in values]


def _float_constant(value: Fraction | str) -> Any:
    from circuit.ieee import to_float

    return to_float(NAMED_CONSTANTS[value] if isinstance(value, str) else value)


def _exact_constant(value: Fraction | str) -> Fraction:
    if isinstance(value, str):
        raise EvaluationError(f"the constant {value} is not rational")
    return value


def _exact_division(x: Fraction, y: Fraction) -> Fraction:
    if y == 0:
        raise EvaluationError("division by zero")
    return x / y


def _residue(value: Any, modulus: int) -> int:
    if isinstance(value, (int, Fraction)):
        return _residue_constant(modulus)(Fraction(value))
    raise InvalidType(f"a residue is made of an int or a Fraction, not {value!r} ({type(value).__name__})")


def _residue_constant(modulus: int) -> Callable[[Fraction | str], int]:
    def convert(value: Fraction | str) -> int:
        """Return the residue of a constant. Errors: EvaluationError for pi and e, which have none."""
        if isinstance(value, str):
            raise EvaluationError(f"the constant {value} is not rational: it has no residue")
        return value.numerator * _inverse(value.denominator, modulus) % modulus

    return convert


def _residues(modulus: int) -> Functions:
    return {
        "add": lambda x, y: (x + y) % modulus,
        "sub": lambda x, y: (x - y) % modulus,
        "mul": lambda x, y: x * y % modulus,
        "div": lambda x, y: x * _inverse(y, modulus) % modulus,
        "neg": lambda x: operator.neg(x) % modulus,
    }


def _inverse(value: int, modulus: int) -> int:
    if math.gcd(value, modulus) != 1:
        raise EvaluationError(f"{value} has no inverse modulo {modulus}")
    return pow(value, -1, modulus)
