"""One evaluator over floats, arrays, Fractions and residues."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from circuit import CircuitError, parse
from circuit.errors import EvaluationError, InvalidArgument, InvalidType, ShapeError

INF, NAN = math.inf, math.nan


@pytest.mark.parametrize(
    ("text", "x", "expected"),
    [
        ("1/x", 0.0, INF),
        ("1/x", -0.0, -INF),
        ("x/x", 0.0, NAN),
        ("x - x", INF, NAN),
        ("log(x)", 0.0, -INF),
        ("log(x)", -1.0, NAN),
        ("sqrt(x)", -1.0, NAN),
        ("exp(x)", 1000.0, INF),
        ("exp(x)", -1000.0, 0.0),
        ("sin(x)", INF, NAN),
        ("x**1.5", -1.0, NAN),
        ("x*x", 1e200, INF),
        ("acosh(x)", 0.5, NAN),
        ("cosh(x)", 1e4, INF),
        ("sigmoid(x)", -1e4, 0.0),
        ("sigmoid(x)", 1e4, 1.0),
        ("softplus(x)", 1e4, 1e4),
        ("softplus(x)", -1e4, 0.0),
        ("relu(x)", NAN, NAN),
        ("max(x, 1)", NAN, NAN),
        ("erf(x)", INF, 1.0),
        ("atanh(x)", 1.0, INF),
    ],
)
def test_floats_follow_ieee_where_math_would_raise(text: str, x: float, expected: float) -> None:
    value = parse(text).evaluate(x=x)
    assert isinstance(value, float)
    assert np.array_equal(value, expected, equal_nan=True)


def test_an_int_is_a_float() -> None:
    value = parse("x/2").evaluate(x=3)
    assert isinstance(value, float)
    assert value == 1.5


def test_an_integer_beyond_the_floats_is_infinite() -> None:
    assert parse("x + 1").evaluate(x=10**400) == INF


def test_arrays_broadcast() -> None:
    value = parse("x*y + sin(x)").evaluate(x=np.array([[1.0], [2.0]]), y=np.array([3.0, 4.0, 5.0]))
    expected = [[a * b + math.sin(a) for b in (3.0, 4.0, 5.0)] for a in (1.0, 2.0)]
    np.testing.assert_allclose(value, expected, rtol=1e-15)


@pytest.mark.parametrize(
    "text", ["x*x + 1/x", "select(x > 1, x, -x)", "relu(x - 1) + max(x, 2)", "erf(x) + softplus(x)"]
)
def test_an_array_gives_the_values_of_its_entries(text: str) -> None:
    circuit = parse(text)
    points = [0.25, 1.0, 1.5, 7.0]
    value = circuit.evaluate(x=np.array(points))
    np.testing.assert_allclose(value, [circuit.evaluate(x=each) for each in points], rtol=1e-15)


def test_an_array_is_not_changed() -> None:
    x = np.array([1.0, 2.0])
    value = parse("x").evaluate(x=x)
    parse("-x*2 + 1").evaluate(x=x)
    assert x.tolist() == [1.0, 2.0]
    assert value.tolist() == [1.0, 2.0]


def test_shapes_that_do_not_broadcast_are_named() -> None:
    with pytest.raises(ShapeError, match=r"\(2,\) and \(3,\)"):
        parse("x + y").evaluate(x=np.ones(2), y=np.ones(3))


def test_fractions_are_exact() -> None:
    value = parse("x**5/3 - y + 0.1").evaluate(x=Fraction(1, 2), y=Fraction(2, 7))
    assert value == Fraction(1, 32) / 3 - Fraction(2, 7) + Fraction(1, 10)


@pytest.mark.parametrize(("text", "named"), [("sin(x)", "sin"), ("pi*x", "pi"), ("1/x", "zero")])
def test_what_has_no_exact_value_is_named(text: str, named: str) -> None:
    with pytest.raises(EvaluationError, match=named):
        parse(text).evaluate(x=Fraction(0))


@pytest.mark.parametrize("p", [2, 3, 10007, 2**61 - 1])
def test_residues_are_those_of_integers(p: int) -> None:
    assert parse("x**9 - 3*x*y - y").evaluate(x=12345, y=678, modulus=p) == (12345**9 - 3 * 12345 * 678 - 678) % p


def test_a_quotient_of_residues_is_a_product_with_the_inverse() -> None:
    p = 10007
    value = parse("x/y + 1/3").evaluate(x=5, y=7, modulus=p)
    assert value == (5 * pow(7, -1, p) + pow(3, -1, p)) % p
    assert parse("x").evaluate(x=Fraction(1, 2), modulus=7) == 4


@pytest.mark.parametrize("text", ["1/x", "sin(x)", "pi*x", "x/7"])
def test_what_has_no_residue_is_an_error(text: str) -> None:
    with pytest.raises(EvaluationError):
        parse(text).evaluate(x=7, modulus=7)


@pytest.mark.parametrize(
    ("point", "named"),
    [({}, "missing x"), ({"x": 1.0}, "missing y"), ({"x": 1.0, "y": 2.0, "z": 3.0}, "unexpected 'z'")],
)
def test_missing_and_unexpected_names_are_told(point: dict[str, float], named: str) -> None:
    with pytest.raises(InvalidArgument, match=named):
        parse("x + y").evaluate(point)


@pytest.mark.parametrize("value", ["1", 1j, None, b"1"])
def test_a_value_that_is_no_number_is_refused(value: Any) -> None:
    with pytest.raises(InvalidType):
        parse("x + 1").evaluate(x=value)


def test_a_residue_of_a_float_is_refused() -> None:
    with pytest.raises(CircuitError):
        parse("x + 1").evaluate(x=0.5, modulus=7)


def test_names_that_are_no_identifiers_stand_in_a_mapping() -> None:
    assert parse("x[3]*q(t)").evaluate({"x[3]": 2.0, "q(t)": 3.0}) == 6.0
