"""Formulas as strings: gates as counted by hand, values as sympy computes them, errors with their place."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import pytest
import sympy

from circuit import Circuit, CircuitError, parse
from circuit.errors import (
    ArityError,
    FormulaWarning,
    InvalidArgument,
    InvalidSymbol,
    InvalidType,
    ParseError,
    ReservedName,
    ResourceLimit,
    UnsupportedConstant,
    UnsupportedFunction,
    UnsupportedOperator,
)

# formula, gates by hand
RATIONAL = [
    ("x", 0),
    ("7", 0),
    ("1/3 + 1/6", 0),
    ("x*x", 1),
    ("x/x", 1),
    ("x-x", 1),
    ("x+x", 1),
    ("x**0", 0),
    ("0*x", 0),
    ("x*0", 0),
    ("0/x", 0),
    ("x+0", 0),
    ("0+x", 0),
    ("x-0", 0),
    ("0-x", 1),
    ("1*x", 0),
    ("x/1", 0),
    ("x*(-1)", 1),
    ("x/(-1)", 1),
    ("-(-x)", 0),
    ("x + -3", 1),
    ("x - -3", 1),
    ("-3 + x", 1),
    ("2*(3*x)", 2),
    ("x*2*3", 2),
    ("2*3*x", 1),
    ("x**1", 0),
    ("x**2", 1),
    ("x**3", 2),
    ("x**5", 3),
    ("x**7", 4),
    ("x**15", 6),
    ("x**16", 4),
    ("x^5", 3),
    ("x**-1", 1),
    ("x**-5", 4),
    ("y*x**-2", 2),
    ("x**-2*y", 2),
    ("x**-2*y**-3", 5),
    ("y/x**2", 2),
    ("-x**2", 2),
    ("(-x)**2", 2),
    ("x**2**2", 2),
    ("(x**2)**3", 3),
    ("2**-2*x", 1),
    ("x - y - z", 2),
    ("x / y / z", 2),
    ("x / y * z", 2),
    ("x - (y - z)", 2),
    ("x + y*z", 2),
    ("(x + y)*z", 2),
    ("-x*y", 2),
    ("x*-y", 2),
    ("x - -y", 2),
    ("+x", 0),
    ("--x", 0),
    ("(x+y)*(y+x)", 2),
    ("x*y + y*x", 2),
    ("(x-y)*(y-x)", 3),
    ("(x+y)**2 + (x+y)", 3),
    ("fma(x, y, z)", 2),
    ("pow(x, 3)", 2),
    ("1.5*x + .5 + 5. + 1e-3", 4),
    ("0.1*x", 1),
    ("\n  x +\t y  \n", 1),
    ("(x +\n y)", 1),
]

TRANSCENDENTAL = [
    ("exp(0)*x", 0),
    ("log(1) + x", 0),
    ("sin(0) + x", 0),
    ("cos(0)*x", 0),
    ("tan(0) + x", 0),
    ("sqrt(4/9)*x", 1),
    ("sqrt(2)*x", 1),
    ("pi*x", 1),
    ("sin(pi)*x", 1),
    ("2*pi*x", 1),
    ("E**x", 1),
    ("E**2*x", 1),
    ("x**0.5", 1),
    ("x**(1/2)", 1),
    ("x**1.5", 1),
    ("x**(-1/2)", 1),
    ("x**pi", 1),
    ("x**y", 3),
    ("2**x", 2),
    ("ln(x)", 1),
    ("log2(x)", 2),
    ("log10(x)", 2),
    ("log(x, y)", 3),
    ("fdim(x, y)", 2),
    ("copysign(x, y)", 4),
    ("max(x)", 0),
    ("max(x, y, z)", 2),
    ("Min(x, y)", 1),
    ("max(x, y) + max(y, x)", 2),
    ("hypot(x, y) + hypot(y, x)", 2),
    ("atan2(x, y) + atan2(y, x)", 3),
    ("sec(x)", 2),
    ("csc(x)", 2),
    ("cot(x)", 2),
    ("sech(x)", 2),
    ("csch(x)", 2),
    ("coth(x)", 2),
    ("arctan2(x, y)", 1),
    ("fabs(x) + Abs(x) + abs(x)", 3),
    ("exp2(x)", 2),
    ("erfc(x)", 2),
    ("fmod(x, y)", 4),
    ("round(x)", 6),
    ("floor(x) + ceil(x) + trunc(x) + floor(x)", 6),
    ("floor(2.5)*x", 1),
    ("select(x > 0, x, y)", 2),
    ("select(x > y, x*y, x*y + 1)", 4),
    ("sin(x) + sin(x)", 2),
    ("sigmoid(x) + softplus(x) + relu(x)", 5),
]


@pytest.mark.parametrize(("text", "gates"), RATIONAL)
def test_a_rational_formula_has_the_gates_counted_by_hand_and_the_value_sympy_computes(text: str, gates: int) -> None:
    circuit = parse(text)
    assert circuit.gate_count == gates
    point = {"x": Fraction(3, 7), "y": Fraction(-5, 2), "z": Fraction(11, 13)}
    held = {name: point[name] for name in circuit.inputs}
    if not held:  # no Fraction among the values says that the arithmetic is exact
        held = {"x": point["x"]}
        circuit = parse(text, variables=("x",))
    names = {"fma": lambda a, b, c: a * b + c, "pow": sympy.Pow}
    exact = sympy.sympify(text.strip(), locals=names, rational=True)
    expected = exact.subs({name: sympy.Rational(each.numerator, each.denominator) for name, each in point.items()})
    assert circuit.evaluate(held) == Fraction(int(expected.p), int(expected.q))


@pytest.mark.parametrize(("text", "gates"), TRANSCENDENTAL)
def test_a_transcendental_formula_has_the_gates_counted_by_hand(text: str, gates: int) -> None:
    assert parse(text).gate_count == gates


@pytest.mark.parametrize("text", ["x/x", "x-x", "x*x", "x+x"])
def test_a_gate_that_looks_simplifiable_reads_x_twice(text: str) -> None:
    circuit = parse(text)
    assert circuit.operands(circuit.outputs[0]) == (0, 0)


def test_a_formula_without_variables_is_a_constant_circuit() -> None:
    circuit = parse("sqrt(2)*pi")
    assert (circuit.inputs, circuit.gate_count, circuit.depth) == ((), 0, 0)
    assert circuit.evaluate() == pytest.approx(4.442882938158366, rel=1e-15)


def test_a_bare_variable_is_the_output_itself() -> None:
    circuit = parse("x")
    assert (len(circuit), circuit.outputs, circuit.depth) == (1, (0,), 0)


def test_a_variable_that_cancels_is_still_an_input() -> None:
    circuit = parse("0*x + y")
    assert circuit.inputs == ("x", "y")


def test_inputs_are_in_natural_order() -> None:
    assert parse("x10 + x2 + a + x1").inputs == ("a", "x1", "x2", "x10")
    assert parse("x[10] + x[9]").inputs == ("x[9]", "x[10]")


def test_listed_variables_fix_names_and_order_and_parameters_come_last() -> None:
    circuit = parse("a*x + y", variables=("y", "x", "unused"), parameters=("a",))
    assert circuit.inputs == ("y", "x", "unused", "a")
    assert circuit.parameters == ("a",)
    assert circuit.differentiated == ("y", "x", "unused")


@pytest.mark.parametrize("name", ["lambda", "I", "pi", "E", "nan", "None"])
def test_any_listed_name_is_a_variable(name: str) -> None:
    circuit = parse(f"2*{name}", variables=(name,))
    assert circuit.inputs == (name,)
    assert circuit.gate_count == 1


@pytest.mark.parametrize(
    ("text", "name"), [("x[3]", "x[3]"), ("x[0, 1]", "x[0,1]"), ("q(t)", "q(t)"), ("q ( t )", "q(t)"), ("λ", "λ")]
)
def test_an_indexed_name_and_a_function_of_t_are_variables(text: str, name: str) -> None:
    circuit = parse(f"{text}*{text}")
    assert (circuit.inputs, circuit.gate_count) == ((name,), 1)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("-x**2", "-(x**2)"),
        ("x**-y**z", "x**(-(y**z))"),
        ("x^y**z", "x**(y**z)"),
        ("-x*y", "(-x)*y"),
        ("x - y + z", "(x - y) + z"),
        ("x/y*z", "(x/y)*z"),
        ("x*y**-2", "x/y**2"),
        ("select(x + 1 > y*2, x, y)", "select((x + 1) > (y*2), x, y)"),
        ("x+-y*z", "x + ((-y)*z)"),
        ("2**3**2*x", "512*x"),
    ],
)
def test_precedence_and_associativity_are_those_of_the_grammar(left: str, right: str) -> None:
    assert parse(left) == parse(right)


@pytest.mark.parametrize(
    ("text", "value"), [("0.1", Fraction(1, 10)), ("1e-3", Fraction(1, 1000)), (".5", Fraction(1, 2))]
)
def test_a_decimal_means_exactly_what_it_prints(text: str, value: Fraction) -> None:
    circuit = parse(text)
    assert circuit.value_of(circuit.outputs[0]) == value


@pytest.mark.parametrize(
    ("text", "kind", "column"),
    [
        ("2x", ParseError, 2),
        ("3 x", ParseError, 3),
        ("sin x", ParseError, 5),
        ("x y", ParseError, 3),
        ("x + x(y)", UnsupportedFunction, 5),
        ("foo(x)", UnsupportedFunction, 1),
        ("1 + sqr(x)", UnsupportedFunction, 5),
        ("sign(x)", UnsupportedFunction, 1),
        ("1 + sin(x, y)", ArityError, 5),
        ("atan2(x)", ArityError, 1),
        ("sin()", ParseError, 5),
        ("9**9**9", ResourceLimit, 2),
        ("x**2**999", ResourceLimit, 2),
        ("x \u2212 1", ParseError, 3),
        ("x \u00d7 y", ParseError, 3),
        ("x\u00b2", ParseError, 2),
        ("f'{x}'", ParseError, 1),
        ("x + 'a'", ParseError, 5),
        ("x // 2", UnsupportedOperator, 3),
        ("x % 2", UnsupportedOperator, 3),
        ("x @ y", UnsupportedOperator, 3),
        ("x = 1", ParseError, 3),
        ("x := 1", ParseError, 3),
        ("x.y", ParseError, 2),
        ("x # y", ParseError, 3),
        ("1j", UnsupportedConstant, 1),
        ("1/0", UnsupportedConstant, 2),
        ("x/(1 - 1)", UnsupportedConstant, 2),
        ("log(-1)", UnsupportedConstant, 1),
        ("x + I", ReservedName, 5),
        ("lambda", InvalidSymbol, 1),
        ("x + None", InvalidSymbol, 5),
        ("x + nan", UnsupportedConstant, 5),
        ("0x10", ParseError, 2),
        ("1_000", ParseError, 2),
        ("x +", ParseError, 4),
        ("* x", ParseError, 1),
        ("(x", ParseError, 1),
        ("x)", ParseError, 2),
        ("x, y", ParseError, 2),
        ("[x]", ParseError, 1),
        ("x[y]", ParseError, 2),
        ("(x + y)[0]", ParseError, 8),
        ("x > 0", ParseError, 6),
        ("x if y else z", ParseError, 3),
        ("q(t) + t", UnsupportedFunction, 1),
        ("", ParseError, 1),
        ("   ", ParseError, 1),
        ("()", ParseError, 2),
        ("select(x, 1, 2)", ParseError, 9),
    ],
)
def test_an_error_names_its_column_and_shows_it_with_a_caret(text: str, kind: type[CircuitError], column: int) -> None:
    with pytest.raises(CircuitError) as caught:
        parse(text)
    assert caught.type is kind
    head, shown, caret = str(caught.value).split("\n")
    assert head.startswith(f"column {column}: ")
    assert caret.index("^") == column - 1 + 4
    assert shown[4:].rstrip() == text.rstrip()


def test_an_error_of_a_formula_of_several_lines_names_the_line() -> None:
    with pytest.raises(ParseError, match=r"^line 2, column 3: "):
        parse("(x +\n 2y)")


def test_a_second_line_outside_brackets_is_refused() -> None:
    with pytest.raises(ParseError, match=r"line 2, column 1: a second line"):
        parse("x\n+ y")


def test_a_name_that_is_not_listed_is_an_error() -> None:
    with pytest.raises(InvalidSymbol, match="'y' is not among the variables"):
        parse("x + y", variables=("x",))


@pytest.mark.parametrize(
    ("variables", "parameters", "kind"),
    [
        ("xy", (), InvalidArgument),
        (("x", "x"), (), InvalidArgument),
        (("x",), ("x",), InvalidArgument),
        (("",), (), InvalidSymbol),
        ((1,), (), InvalidArgument),
        ((), (0.5,), InvalidArgument),
        ((None,), (), InvalidArgument),
        ((sympy.Integer(1),), (), InvalidArgument),
    ],
)
def test_lists_of_names_are_checked(variables: Any, parameters: tuple[Any, ...], kind: type[CircuitError]) -> None:
    with pytest.raises(kind):
        parse("1", variables, parameters)


def test_what_is_no_formula_is_refused_by_its_type() -> None:
    with pytest.raises(InvalidType, match="a list of formulas where one is due"):
        parse(["x", "y"])
    with pytest.raises(InvalidType, match="not None"):
        parse(None)


def test_a_circuit_is_its_own_formula_and_takes_no_names() -> None:
    circuit = parse("x*y")
    assert parse(circuit) is circuit
    with pytest.raises(InvalidArgument):
        parse(circuit, variables=("x",))


def test_a_number_is_a_formula() -> None:
    circuit: Circuit = parse(Fraction(3, 4))
    assert circuit.value_of(circuit.outputs[0]) == Fraction(3, 4)


@pytest.mark.parametrize("number", [Fraction(10**2000, 7), 10**6000, Fraction(1, 10**5000), -(10**1000)], ids=range(4))
def test_a_number_of_too_many_digits_is_a_limit_without_a_column(number: Fraction | int) -> None:
    with pytest.raises(ResourceLimit, match=r"^the number has over 1,000 digits") as caught:
        parse(number)
    assert "column" not in str(caught.value)


def test_a_number_of_a_thousand_digits_is_read() -> None:
    circuit = parse(10**1000 - 1)
    assert circuit.value_of(circuit.outputs[0]) == 10**1000 - 1


@pytest.mark.parametrize("x", [-2.5, -1.5, -0.5, -0.25, 0.0, 0.25, 0.5, 1.5, 2.75, 1e300])
def test_functions_of_whole_numbers_are_those_of_c(x: float) -> None:
    half_away = math.copysign(math.floor(abs(x) + 0.5), x) if abs(x) < 1e15 else x
    expected = (math.floor(x), math.ceil(x), math.trunc(x), half_away, math.fmod(x, 0.75) if abs(x) < 9 else None)
    calls = ("floor(x)", "ceil(x)", "trunc(x)", "round(x)", "fmod(x, 0.75)")
    for call, value in zip(calls, expected, strict=True):
        assert value is None or parse(call).evaluate(x=x) == value, call


def test_look_alike_names_are_two_variables_and_a_warning() -> None:
    with pytest.warns(FormulaWarning, match="different variables"):
        circuit = parse("\u00b5 + \u03bc")
    assert len(circuit.inputs) == 2


def test_a_sum_of_100000_terms_has_a_gate_for_each_plus() -> None:
    circuit = parse(" + ".join(f"x{i}" for i in range(100_000)))
    assert (circuit.gate_count, len(circuit.inputs)) == (99_999, 100_000)


@pytest.mark.parametrize("opening", ["(", "sin(", "-(", "exp(x*"])
def test_nesting_ten_thousand_deep_is_read(opening: str) -> None:
    circuit = parse(opening * 10_000 + "x" + ")" * 10_000)
    assert circuit.inputs == ("x",)


@pytest.mark.parametrize(
    "text", ["(" * 100_000, "(" * 100_000 + "x" + ")" * 100_000, "sin(" * 100_000 + "x" + ")" * 100_000]
)
def test_nesting_a_hundred_thousand_deep_is_a_named_limit(text: str) -> None:
    with pytest.raises(ResourceLimit, match="nesting"):
        parse(text)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("1" * 5000, "digits"),
        ("1e9999", "exponent"),
        ("1e99999999999", "exponent"),
        ("2**(10**50)", "integer"),
        ("2**(10**100)", "exponent"),
        ("x**(2**300)", "exponent"),
        ("x + " * 3_000_000, "length"),
    ],
)
def test_a_limit_of_size_is_named(text: str, named: str) -> None:
    with pytest.raises(ResourceLimit, match=named):
        parse(text)


@pytest.mark.parametrize("exponent", ["abs(-2)", "log10(100)", "floor(2.5)", "(pi - pi)"])
def test_an_exponent_that_is_whole_in_disguise_is_named(exponent: str) -> None:
    with pytest.raises(UnsupportedConstant, match="whole number in disguise"):
        parse(f"x**{exponent}")
