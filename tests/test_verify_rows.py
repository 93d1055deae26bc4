"""The derivative rows of layers C and D, each proved to fifty digits against mpmath's numerical derivative."""

from __future__ import annotations

from typing import Any

import mpmath
import pytest
from mpmath import mp

from verify.graph import Builder
from verify.highprec import SLOPE, VALUE, tangent
from verify.table import DERIVATIVE_COST
from verify.tangents import UNARY, differentiate
from verify.tape import ADD, CONSTANT, DIV, FUNCTION, HASHED, MUL, SUB, VARIABLE, Tape, lay

DOMAIN = {
    "log": ("0.3", "2.5"), "log1p": ("-0.4", "2.1"), "sqrt": ("0.2", "3.1"), "cbrt": ("-1.7", "0.4"),
    "asin": ("-0.6", "0.35"), "acos": ("-0.6", "0.35"), "acosh": ("1.2", "3.4"), "atanh": ("-0.7", "0.55"),
}  # fmt: skip
REAL = {
    "exp": mp.exp, "log": mp.log, "log1p": mp.log1p, "expm1": mp.expm1, "sqrt": mp.sqrt, "sin": mp.sin, "cos": mp.cos,
    "cbrt": lambda u: mp.sign(u) * mp.cbrt(abs(u)), "tan": mp.tan, "sinh": mp.sinh, "cosh": mp.cosh, "tanh": mp.tanh,
    "asin": mp.asin, "acos": mp.acos, "atan": mp.atan, "asinh": mp.asinh, "acosh": mp.acosh, "atanh": mp.atanh,
    "erf": mp.erf, "sigmoid": lambda u: 1 / (1 + mp.exp(-u)), "softplus": lambda u: mp.log(1 + mp.exp(u)),
    "pow": mp.power, "hypot": lambda u, v: mp.sqrt(u**2 + v**2), "atan2": mp.atan2, "abs": abs,
    "relu": lambda u: (u + abs(u)) / 2, "max": lambda u, v: (u + v + abs(u - v)) / 2,
    "min": lambda u, v: (u + v - abs(u - v)) / 2, "gt": lambda u, v: mp.mpf(u > v), "sign": mp.sign,
    "above": lambda u, v: mp.mpf(u > v),
}  # fmt: skip


def evaluate(tape: Tape, inputs: list[Any]) -> list[Any]:
    """Evaluate a tape as real functions."""
    values: list[Any] = []
    variables = iter(inputs)
    for step, op in enumerate(tape.op):
        operands = [values[o] for o in (tape.lhs[step], tape.rhs[step]) if o >= 0]
        if op == VARIABLE:
            values.append(next(variables))
        elif op == CONSTANT:
            values.append(mpmath.mpf(tape.exact[step].numerator) / tape.exact[step].denominator)
        elif op < FUNCTION:
            first, second = operands
            values.append(
                first + second if op == ADD else first - second if op == SUB else
                first * second if op == MUL else first / second
            )  # fmt: skip
            assert op in (ADD, SUB, MUL, DIV)
        else:
            name = HASHED[op - FUNCTION]
            values.append(+mp.pi if name == "pi" else REAL[name](*operands))
    return values


def slope(op: str, point: list[Any], direction: list[Any]) -> Any:
    """Return the directional derivative by the row of layer C."""
    names = tuple(f"a{i}" for i in range(len(point)))
    builder = Builder(names)
    tape = Tape()
    output = builder.gate(op, *range(len(point)))
    graph = builder.finish(output)
    inputs = [tape.variable() for _ in point]
    steps = lay(tape, graph, inputs)
    value = steps[graph.output]
    directions = {step: tape.variable() for step in inputs}
    result = differentiate(tape, value, directions)
    order = sorted(
        [*zip(inputs, point, strict=True), *zip(directions.values(), direction, strict=True)], key=lambda p: p[0]
    )
    return evaluate(tape, [number for _, number in order])[result]


UNARY_NAMES = sorted(name for name in DERIVATIVE_COST if name not in ("pow", "hypot", "atan2", "max", "min"))
BINARY_NAMES = ["hypot", "atan2", "max", "min"]


def close(a: Any, b: Any) -> bool:
    return bool(abs(a - b) <= abs(b) * mpmath.mpf(10) ** -50)


def test_every_function_of_the_table_has_a_row() -> None:
    hashed = set(UNARY) | {"pow", "hypot", "atan2"}
    assert set(DERIVATIVE_COST) == hashed | {"abs", "relu", "max", "min"}
    assert set(SLOPE) == set(UNARY) | {"abs", "relu"}


@pytest.mark.parametrize("op", UNARY_NAMES)
def test_a_unary_row_is_the_derivative_to_fifty_digits(op: str) -> None:
    with mpmath.workdps(110):
        for text in DOMAIN.get(op, ("-1.3", "0.8")):
            u = mpmath.mpf(text)
            exact = mp.diff(REAL[op], u)
            assert close(slope(op, [u], [mp.one]), exact)
            assert close(tangent(op, VALUE[op](u), [u], [mp.one]), exact)


@pytest.mark.parametrize("op", BINARY_NAMES)
@pytest.mark.parametrize("point", [("0.7", "1.9"), ("1.4", "-0.6"), ("-2.2", "0.3")])
def test_a_binary_row_is_the_derivative_to_fifty_digits(op: str, point: tuple[str, str]) -> None:
    with mpmath.workdps(110):
        u, v = map(mpmath.mpf, point)
        du, dv = mpmath.mpf("0.9"), mpmath.mpf("-1.7")
        exact = mp.diff(lambda s: REAL[op](u + s * du, v + s * dv), 0)
        assert close(slope(op, [u, v], [du, dv]), exact)
        assert close(tangent(op, VALUE[op](u, v), [u, v], [du, dv]), exact)


@pytest.mark.parametrize("exponent", ["1.5", "-0.7", "0.25"])
def test_the_row_of_pow_is_the_derivative_to_fifty_digits(exponent: str) -> None:
    with mpmath.workdps(110):
        u, c = mpmath.mpf("1.7"), mpmath.mpf(exponent)
        tape = Tape()
        base, power = tape.variable(), tape.variable()
        value = tape.function("pow", base, power)
        step = tape.variable()
        result = differentiate(tape, value, {base: step})
        exact = mp.diff(lambda s: s**c, u)
        assert close(evaluate(tape, [u, c, mp.one])[result], exact)
        assert close(tangent("pow", u**c, [u, c], [mp.one, mp.zero]), exact)
