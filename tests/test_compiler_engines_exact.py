"""Programs on Fractions, exactly, and on mpmath's numbers, to their digits; floats stay floats."""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction
from random import Random
from typing import Any

import mpmath
import numpy as np
import pytest
import sympy
from mpmath import mp

from circuit import parse
from circuit.errors import CircuitError, EvaluationError, InvalidArgument, InvalidType, ShapeError
from circuit.evaluate import evaluate
from circuit.ops import OPS
from compiler import GradientProgram, compile_gradient
from compiler.sweep import gradient
from tests.corpora import Feynman, each, feynman
from tests.test_compiler_engines import formula, within

F = Fraction
EXACT = {"abs", "sign", "floor", "ceil", "trunc", "relu", "max", "min", "select"}


@pytest.fixture(autouse=True)
def digits() -> Iterator[None]:
    """Compute to forty digits."""
    with mp.workdps(40):
        yield


def flat(result: tuple[Any, Any]) -> list[Any]:
    """Return value and derivatives."""
    return [result[0], *result[1]]


def test_fractions_give_the_exact_value_and_derivatives() -> None:
    program = compile_gradient("x*y + x/y - 0.1*x + y/3")
    x, y = F(1, 3), F(2, 7)
    expected = [x * y + x / y - x / 10 + y / 3, y + 1 / y - F(1, 10), x - x / y**2 + F(1, 3)]
    assert flat(program(x, y)) == expected
    assert flat(program(x=x, y=y)) == expected
    assert all(type(each) is F for each in flat(program(x, y)))
    assert flat(program(x, 2)) == flat(program(x, F(2)))  # an integer beside one
    assert flat(program(x, np.int64(2))) == flat(program(x, F(2)))
    assert program(F(1), F(1, 10**30))[0] == F(1, 10**30) + 10**30 - F(1, 10) + F(1, 3 * 10**30)


@pytest.mark.parametrize("text", ["x*y*z/(x - y)", "(x - 1)**5/(y*y + z)", "x/y/z - z/y/x", "-x*(y - z)"])
def test_fractions_give_what_the_circuit_has(text: str) -> None:
    program, random = compile_gradient(text), Random(text)
    circuit = gradient(parse(text, program.inputs))
    for _ in range(20):
        point = [F(random.randint(-99, 99), random.randint(1, 99)) for _ in program.inputs]
        try:
            expected = evaluate(circuit, dict(zip(program.inputs, point, strict=True)))
        except EvaluationError:
            continue
        assert flat(program(*point)) == list(expected)


@pytest.mark.parametrize("kind", [float, int, np.float64, np.float32, np.int8, bool, sympy.Rational, sympy.Float])
def test_all_other_numbers_give_floats(kind: Any) -> None:
    program = compile_gradient("x*y + x/y")
    for found in (program(kind(1), kind(1)), program(kind(1), 1.0), program(F(1), 1.0), program(1.0, F(1))):
        assert (found, [type(each) for each in flat(found)]) == ((2.0, (2.0, 0.0)), [float] * 3)
    values, gradients = program.batch(np.array([[kind(1), kind(1)], [F(1), 1.0]], object))
    assert values.dtype == gradients.dtype == np.float64
    assert program.batch([[2**70, 1]])[0].tolist() == [2.0**71]


def test_arrays_of_fractions() -> None:
    program = compile_gradient("x*y + x/y")
    points = np.array([[F(1, 3), F(2)], [F(-2, 7), 3], [0, F(1, 9)]], object)
    expected = [flat(program(*map(F, point))) for point in points]
    for given in (points, points.tolist(), points.reshape(3, 1, 2)):
        values, gradients = program.batch(given)
        assert values.dtype == gradients.dtype == object
        assert np.column_stack([values.ravel(), gradients.reshape(3, 2)]).tolist() == expected
    out = np.empty(3, object), np.empty((3, 2), object)
    assert program.batch(points, out)[0] is out[0]
    assert np.column_stack(out).tolist() == expected
    value, one = program.batch(points[0])
    assert [value, *one] == expected[0]
    for wrong in ((np.empty(3), np.empty((3, 2))), (np.empty(2, object), np.empty((3, 2), object))):
        with pytest.raises(CircuitError):
            program.batch(points, wrong)


def test_arrays_of_fractions_that_broadcast() -> None:
    program = compile_gradient("x*y + x/y")
    value, (dx, dy) = program(np.array([[F(1, 3)], [F(2)]]), np.array([1, 2, 3]))
    assert value.shape == dx.shape == dy.shape == (2, 3)
    assert [value[1, 2], dx[1, 2], dy[1, 2]] == flat(program(F(2), F(3)))
    assert program(np.array([F(1, 2), F(1)]), 0.5)[0].dtype == np.float64
    with pytest.raises(ShapeError):
        program(np.array([F(1)] * 2), np.array([F(1)] * 3))


def test_the_arrays_of_a_function_may_be_of_fractions() -> None:
    program = compile_gradient(lambda x, y: (x @ y) ** 2 / y[0], shapes=((2,), (2,)))
    x, y = np.array([F(1, 3), F(1)]), np.array([F(1, 2), F(3)])
    value, (dx, dy) = program(x, y)
    assert value == (F(1, 6) + 3) ** 2 * 2
    assert dx.tolist() == [2 * F(19, 6) * F(1, 2) * 2, 2 * F(19, 6) * 3 * 2]
    assert dx.dtype == dy.dtype == object
    assert program(x.astype(float), y.astype(float))[1][0].dtype == np.float64
    scalar = compile_gradient(lambda x, y: x / y)
    assert scalar(F(1), F(3)) == (F(1, 3), (F(1, 3), F(-1, 9)))


@pytest.mark.parametrize("name", OPS)
def test_every_gate_of_the_table(name: str) -> None:
    text, inputs = formula(name)
    program = compile_gradient(text, [f"x{place}" for place in range(inputs)])
    for start in (0.75, 0.3125):
        point = [start + 1 + place / 8 if name == "acosh" else start + place / 8 for place in range(inputs)]
        floats = flat(program(*point))
        precise = flat(program(*map(mp.mpf, point)))
        assert all(type(each) is mp.mpf for each in precise)
        assert [float(each) for each in precise] == pytest.approx(floats, rel=1e-14)
        given = map(F, point)
        if EXACT.isdisjoint({name}) and OPS[name].function and name not in ("sign",):
            with pytest.raises(EvaluationError, match=r"of a Fraction is none: call with floats"):
                program(*given)
        else:
            exact = flat(program(*given))
            assert all(type(each) is F for each in exact)
            assert [float(each) for each in exact] == pytest.approx(floats, rel=1e-15)


@pytest.mark.parametrize(
    ("text", "point", "expected"),
    [
        ("floor(x) + ceil(x) - 2*trunc(x)", -2.5, -1.0),
        ("floor(x) + ceil(x) - 2*trunc(x)", 2.5, 1.0),
        ("max(x, 2) + min(x, 2)", 2.5, 4.5),
        ("relu(x)", -2.5, 0.0),
        ("cbrt(x)", -8.0, -2.0),
        ("log(x)", -1.0, math.nan),
        ("sqrt(x)", -1.0, math.nan),
        ("x**1.5", -1.0, math.nan),
        ("log(x)", 0.0, -math.inf),
        ("sigmoid(x)", -800.0, 0.0),
        ("softplus(x)", -800.0, 0.0),
        ("softplus(x)", 800.0, 800.0),
    ],
)
def test_mpmath_has_the_values_of_floats(text: str, point: float, expected: float) -> None:
    program = compile_gradient(text)
    if text == "log(x)" and not point:  # its derivative divides by zero
        with pytest.raises(EvaluationError, match="division by zero"):
            program(mp.mpf(0))
        return
    value = program(mp.mpf(point))[0]
    assert float(value) == pytest.approx(expected, nan_ok=True, abs=1e-300)
    assert math.isnan(expected) or float(program(point)[0]) == pytest.approx(expected, abs=1e-300)


def test_mpmath_keeps_its_digits() -> None:
    program = compile_gradient("exp(x)*y/3 + pi*x")
    for digits in (20, 60, 15):
        with mp.workdps(digits):
            x, y = mp.mpf(2) / 7, mp.mpf(5) / 3
            value, (dx, dy) = program(x, y)
            wanted = mp.exp(x) * y / 3 + mp.pi * x, mp.exp(x) * y / 3 + mp.pi, mp.exp(x) / 3
            for found, exact in zip((value, dx, dy), wanted, strict=True):
                assert abs(found - exact) < 10 ** (2 - digits)
            assert program(x, F(5, 3)) == program(x, y)
            assert program(x, 1) == program(x, 1.0) == program(x, mp.mpf(1))
    values, gradients = program.batch([[mp.mpf(1) / 3, 2], [0.5, F(1, 3)]])
    assert [values[0], *gradients[0]] == flat(program(mp.mpf(1) / 3, 2))
    assert [values[1], *gradients[1]] == flat(program(mp.mpf("0.5"), F(1, 3)))
    assert values.dtype == object


def test_a_context_of_its_own_keeps_its_precision() -> None:
    context = mpmath.MPContext()
    context.dps = 70
    value, _ = compile_gradient("sin(x)/3")(context.mpf(1))
    assert type(value) is context.mpf
    assert abs(value - context.sin(1) / 3) < context.mpf(10) ** -69


@each(feynman)
def test_a_formula_of_physics_has_the_value_of_many_digits(case: Feynman) -> None:
    program = compile_gradient(case.raw, case.variables, effort="plain")
    point = [1.25 + place / 16 for place in range(len(program.inputs))]
    try:
        found = flat(program(*map(mp.mpf, point)))
    except EvaluationError as error:
        pytest.skip(str(error))
    within(program.circuit, point, found)


def test_what_has_no_exact_value_is_told() -> None:
    program = compile_gradient("x/y")
    for zero in (F(0), mp.mpf(0)):
        with pytest.raises(EvaluationError, match="division by zero"):
            program(type(zero)(1), zero)
    with pytest.raises(EvaluationError, match="sin of a Fraction"):
        compile_gradient("sin(x)*y").batch([[F(1), F(2)]])
    with pytest.raises(EvaluationError, match="pi is no Fraction"):
        compile_gradient("pi*x")(F(1))
    for wrong in (mp.mpc(1, 1), 1j, "1", None, np.complex64(1)):
        with pytest.raises(InvalidType):
            program(mp.mpf(1), wrong)
        with pytest.raises(InvalidType):
            program.batch(np.array([[mp.mpf(1), wrong]], object))


def test_the_engine_of_objects() -> None:
    program = compile_gradient("x*y + x/y")
    run = program.engine("cpython", "object")
    assert flat(run([3, 2])) == [F(15, 2), F(5, 2), F(9, 4)]  # integers are exact, where it is asked for
    assert run.batch(np.array([[3, 2]]))[0].tolist() == [F(15, 2)]
    assert run.batch(np.empty((0, 2), object))[1].shape == (0, 2)
    assert program.engine("cpython", object) is run
    with pytest.raises(InvalidType, match=r"made of Fractions and integers, not 0\.5"):
        run([F(1), 0.5])
    for name in ("numpy", "interpreter", "llvm", "c"):
        with pytest.raises(InvalidArgument, match="object"):
            program.engine(name, "object")


def test_a_program_from_its_text_alone_is_exact() -> None:
    program = compile_gradient("0.1*x + x/3 - 1e-3*y")
    again = GradientProgram(program.source, program.inputs)
    assert flat(again(F(1), F(1))) == [F(1, 10) + F(1, 3) - F(1, 1000), F(1, 10) + F(1, 3), -F(1, 1000)]
