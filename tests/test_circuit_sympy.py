"""Sympy expressions: quotients and differences are recovered, nothing is simplified, refusals name the node."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from typing import Any

import pytest
import sympy

from circuit import Circuit, CircuitError, parse
from circuit.errors import AmbiguousSymbol, InvalidSymbol, UnsupportedNode, UnsupportedSymbol
from compiler import compile_gradient

x, y, z, t = sympy.symbols("x y z t")
q = sympy.Function("q")
M = sympy.MatrixSymbol("M", 2, 2)


def kinds(circuit: Circuit) -> dict[str, int]:
    return dict(
        Counter(circuit.name_of(node) for node, flag in enumerate(circuit.varies) if flag and circuit.op[node] > 1)
    )


@pytest.mark.parametrize(
    ("expression", "gates"),
    [
        (x / y, {"div": 1}),
        (x - y, {"sub": 1}),
        (-x, {"neg": 1}),
        (1 / x, {"div": 1}),
        (x * y / z, {"mul": 1, "div": 1}),
        (x / (y * z), {"mul": 1, "div": 1}),
        (x / y**2, {"mul": 1, "div": 1}),
        (x / 3, {"div": 1}),
        (-x / 3, {"div": 1}),
        (2 * x / 3, {"mul": 1}),
        (3 - x, {"sub": 1}),
        (x - 3, {"sub": 1}),
        (x - 2 * y, {"mul": 1, "sub": 1}),
        (-x - y, {"neg": 1, "sub": 1}),
        (-2 * x - y, {"mul": 1, "sub": 1}),
        (-x - 1, {"sub": 1}),
        (x**5, {"mul": 3}),
        (x**-3, {"mul": 2, "div": 1}),
        (sympy.sqrt(x), {"sqrt": 1}),
        (1 / sympy.sqrt(x), {"sqrt": 1, "div": 1}),
        (y / sympy.sqrt(x), {"sqrt": 1, "div": 1}),
        (x ** sympy.Rational(3, 2), {"pow": 1}),
        (x**sympy.pi, {"pow": 1}),
        (x**y, {"log": 1, "mul": 1, "exp": 1}),
        (sympy.exp(-x), {"neg": 1, "exp": 1}),
        (sympy.pi * x, {"mul": 1}),
        (sympy.sqrt(2) * x / sympy.pi, {"mul": 1}),
        (sympy.UnevaluatedExpr(x * y) * z, {"mul": 2}),
        (sympy.Max(x, y, z), {"max": 2}),
        (sympy.Min(x, y), {"min": 1}),
        (sympy.Abs(x), {"abs": 1}),
        (sympy.floor(x) + sympy.ceiling(x), {"floor": 1, "ceil": 1, "add": 1}),
        (sympy.erfc(x), {"erf": 1, "sub": 1}),
        (sympy.atan2(y, x), {"atan2": 1}),
        (sympy.sec(x), {"cos": 1, "div": 1}),
        (sympy.Piecewise((x, x > y), (y, True)), {"gt": 1, "select": 1}),
        (sympy.Piecewise((x, x > 1), (y, x < 0), (z, True)), {"gt": 1, "lt": 1, "select": 2}),
        (sympy.Piecewise((x, (x > 1) & (y > 1)), (y, True)), {"gt": 2, "select": 2}),
        (sympy.Piecewise((x, (x > 1) | (y > 1)), (y, True)), {"gt": 2, "select": 2}),
        (sympy.Add(x, x, evaluate=False), {"add": 1}),
        (sympy.Mul(x, x, evaluate=False), {"mul": 1}),
    ],
    ids=str,
)
def test_the_gates_are_those_a_person_would_write(expression: Any, gates: dict[str, int]) -> None:
    assert kinds(parse(expression)) == gates


@pytest.mark.parametrize(
    "expression",
    [
        x / y - z / 3 + sympy.Rational(2, 7),
        -x - y - z - 1,
        -2 * x / (3 * y) - z,
        (x - y) ** 3 / (x + z) ** 2,
        -((x - y) ** -5) * z,
        (1 - x) * (y - 1) / (2 * z),
        -3 * x * y * z / 5 + x**-2,
    ],
    ids=str,
)
def test_the_value_is_exactly_sympys(expression: Any) -> None:
    point = {"x": Fraction(3, 7), "y": Fraction(-5, 2), "z": Fraction(11, 13)}
    expected = expression.subs({name: sympy.Rational(each.numerator, each.denominator) for name, each in point.items()})
    circuit = parse(expression, variables=(x, y, z))
    assert circuit.evaluate(point) == Fraction(int(expected.p), int(expected.q))


@pytest.mark.parametrize(
    "expression",
    [
        sympy.Piecewise((x, x > 1), (y * y, x < 0), (z, True)),
        sympy.Piecewise((x, (x > 1) & (y > 0)), (sympy.sin(y), sympy.Ne(x, z)), (z, True)),
        sympy.Max(x, y, z) - sympy.Min(x * y, z),
        sympy.log(x) / sympy.sqrt(y) + sympy.exp(-x) * sympy.erf(z),
    ],
    ids=str,
)
@pytest.mark.parametrize("point", [(1.5, 0.5, 0.25), (0.5, 2.5, -0.25), (0.75, 0.1, 3.0)])
def test_the_value_is_sympys_to_a_part_in_a_trillion(expression: Any, point: tuple[float, float, float]) -> None:
    values = dict(zip("xyz", point, strict=True))
    expected = float(expression.subs(values).evalf(30))
    assert parse(expression, variables="x y z".split()).evaluate(values) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(
    ("expression", "names"),
    [
        (q(t) ** 2, ("q(t)",)),
        (M[0, 1] * M[1, 0], ("M[0,1]", "M[1,0]")),
        (sympy.IndexedBase("a")[10] + sympy.IndexedBase("a")[9], ("a[9]", "a[10]")),
        (sympy.Symbol("x10") + sympy.Symbol("x2"), ("x2", "x10")),
    ],
    ids=str,
)
def test_entries_and_functions_of_t_are_variables(expression: Any, names: tuple[str, ...]) -> None:
    circuit = parse(expression)
    assert (circuit.inputs, circuit.gate_count) == (names, 1)


def test_symbols_may_be_listed_as_variables_and_parameters() -> None:
    circuit = parse(x * y + q(t), variables=(q(t), x), parameters=(y,))
    assert (circuit.inputs, circuit.parameters) == (("q(t)", "x", "y"), ("y",))


def test_a_float_is_the_decimal_it_prints() -> None:
    circuit = parse(sympy.Float(0.1))
    assert circuit.value_of(circuit.outputs[0]) == Fraction(1, 10)


@pytest.mark.parametrize(
    ("expression", "kind", "named"),
    [
        (sympy.Integral(x, x), UnsupportedNode, "Integral"),
        (sympy.Derivative(q(t), t), UnsupportedNode, "Derivative"),
        (sympy.sin(1 + sympy.gamma(x)), UnsupportedNode, "sin > Add > gamma"),
        (sympy.sign(x) * y, UnsupportedNode, "sign"),
        (q(x), UnsupportedNode, "q"),
        (q(t) + t, UnsupportedNode, r"q\(t\)"),
        (sympy.I * x, UnsupportedNode, "ImaginaryUnit"),
        (sympy.GoldenRatio * x, UnsupportedNode, "GoldenRatio"),
        (sympy.oo, UnsupportedNode, "Infinity"),
        (sympy.nan, UnsupportedNode, "NaN"),
        (sympy.Piecewise((x, x > 0)), UnsupportedNode, "Piecewise"),
        (sympy.frac(x), UnsupportedNode, "frac"),
        (sympy.Piecewise((x, sympy.Eq(x > 0, y > 0)), (y, True)), UnsupportedNode, "Equality > StrictGreaterThan"),
        (sympy.Piecewise((x, sympy.Symbol("s")), (y, True)) * y, UnsupportedNode, "Mul > Piecewise > Symbol"),
        (sympy.Piecewise((x, sympy.And(y > 0, sympy.Symbol("s"))), (y, True)), UnsupportedNode, "And > Symbol"),
        (sympy.Piecewise((x > 1, x > 0), (y > 0, True)), UnsupportedNode, "Piecewise > StrictGreaterThan"),
        (sympy.exp(x) + sympy.Piecewise((sympy.true, x > 0), (y, True)), UnsupportedNode, "Piecewise > BooleanTrue"),
        (x + sympy.Symbol("x", positive=True), AmbiguousSymbol, "'x'"),
        (sympy.Symbol("A", commutative=False), UnsupportedSymbol, "'A'"),
    ],
    ids=str,
)
def test_what_is_no_gate_is_refused_by_name(expression: Any, kind: type[CircuitError], named: str) -> None:
    with pytest.raises(kind, match=named) as caught:
        parse(expression)
    assert caught.type is kind


def test_a_symbol_that_is_not_listed_is_refused() -> None:
    with pytest.raises(InvalidSymbol, match="'y' is not among the variables"):
        parse(x + y, variables=("x",))


def test_a_shared_subexpression_is_built_once() -> None:
    expression = x
    for _ in range(60):
        expression = sympy.sin(expression) + sympy.cos(expression)
    assert parse(expression).gate_count == 180


def test_an_expression_two_thousand_deep_is_read() -> None:
    expression = x
    for _ in range(2000):
        expression = sympy.sin(expression, evaluate=False)
    assert parse(expression).gate_count == 2000


@pytest.mark.parametrize(
    ("expression", "value", "derivative"),
    [
        (sympy.Float("1e-310") * x, 2e-310, 1e-310),
        (-sympy.Float("1e-320") * x, -2e-320, -1e-320),
        (sympy.Float("1e-310") * x * sympy.sqrt(4, evaluate=False) / sympy.sqrt(3), 4e-310 / 3**0.5, 2e-310 / 3**0.5),
    ],
)
def test_a_number_whose_denominator_no_float_holds_stands_as_it_is(
    expression: Any, value: float, derivative: float
) -> None:
    found = compile_gradient(expression)
    assert found.certificate.verdict == "CERTIFIED"
    assert found(2.0) == (pytest.approx(value, rel=1e-3), (pytest.approx(derivative, rel=1e-3),))
