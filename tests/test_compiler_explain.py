"""The table of a sweep: its adjoints are those of the program, its sums are the sums of what is sent."""

from __future__ import annotations

import math
from collections import defaultdict
from fractions import Fraction
from itertools import islice
from pathlib import Path

import pytest

from circuit import OPS, Builder, Circuit, parse
from circuit.errors import InvalidArgument
from circuit.ops import CODE
from compiler import compile_gradient
from compiler.explain import Explanation, Number, explain, generic_points
from tests.corpora import Feynman, each, feynman
from tests.test_project import FIRST, baur

FORMULAS = [
    FIRST,
    "x*x",
    "x/x - x",
    "x - x",
    "-(x - y)*(y - x)/(x*y)",
    "x**7 + x**-3 + y**1.5 + sqrt(x)",
    "select(x > y, x*z, y/z) + max(x, y, z) - min(x*x, 2)",
    "erf(x)*sigmoid(y) + softplus(x - y) + relu(y - x)",
    "atan2(y, x)*hypot(x, y) + log(2)*pi*x + x/3",
    "exp(-x*x/2)/sqrt(2*pi)",
    "7",
    "x",
]


# finite only where inputs are as large as the speed of light, or as small as Boltzmann's constant
OF_ANOTHER_SCALE = {"feynman-ii.24.17", "feynman-ii.35.18"}


def close(found: Number, due: Number) -> bool:
    return math.isclose(found, due, rel_tol=1e-12, abs_tol=1e-13) or (math.isnan(found) and math.isnan(due))


def assert_agrees(explanation: Explanation, circuit: Circuit) -> None:
    """Compare with the program, which is certified; and every adjoint with the sum of what was sent to it."""
    value, gradient = compile_gradient(circuit)(*(each.value for each in explanation.inputs))
    assert close(explanation.value, value)
    assert len(explanation.gradient) == len(gradient)
    scale = max(
        [1.0, *(abs(float(each)) for step in explanation.steps for each in step.arrived if math.isfinite(each))]
    )
    assert all(
        close(found, due) or abs(found - due) <= 1e-13 * scale
        for found, due in zip(explanation.gradient, gradient, strict=True)
    )
    sent = defaultdict(list)
    for step in reversed(explanation.steps):
        for part in step.contributions:
            sent[part.operand].append(part.value)
    for step in explanation.steps[:-1]:
        assert repr(sent[step.register]) == repr(list(step.arrived)) or explanation.result == step.register
    for entry in explanation.inputs:
        if entry.derivative is not None and explanation.result != entry.register:
            assert repr(sent[entry.register]) == repr(list(entry.arrived))
            assert close(entry.derivative, sum(map(float, entry.arrived)))


@pytest.mark.parametrize("text", FORMULAS)
def test_the_table_agrees_with_the_program_at_a_generic_point(text: str) -> None:
    circuit = parse(text)
    assert_agrees(explain(circuit), circuit)


@pytest.mark.parametrize("name", OPS)
def test_every_row_of_the_table_of_gates_can_be_explained(name: str) -> None:
    row = OPS[name]
    builder = Builder()
    slots = [builder.input(f"u{slot}") for slot in range(row.arity)]
    if name == "pow":
        slots[1] = builder.constant(Fraction(3, 2))
    operands = [builder.gate(CODE["gt"], slots[0], slots[1]), *slots[1:]] if name == "select" else slots
    node = builder.gate(CODE["mul"], builder.gate(CODE[name], *operands), slots[0])
    circuit = builder.build([node], [each for each in slots if each not in builder.fixed])
    middle = [sum(row.domain_of(slot)) / 2 + 0.1 + slot / 7 for slot in range(len(circuit.inputs))]
    assert_agrees(explain(circuit, dict(zip(circuit.inputs, middle, strict=True))), circuit)


@each(feynman)
def test_published_formulas_are_explained_at_a_point_where_they_are_finite(case: Feynman) -> None:
    circuit = parse(case.expression())
    explanation = explain(circuit)
    finite = all(map(math.isfinite, (explanation.value, *explanation.gradient)))
    assert finite == (case.id not in OF_ANOTHER_SCALE)
    assert_agrees(explanation, circuit)


def test_the_first_formula_gate_by_gate() -> None:
    explanation = explain(parse(FIRST), {"x": 2, "y": 3})
    steps = [(each.register, each.operation, each.value, each.adjoint) for each in explanation.steps]
    assert steps == [("v0", "x * y", 6, 1), ("v1", "x / y", 2 / 3, 1), ("v2", "v0 + v1", 6 + 2 / 3, 1)]
    sent = [(part.operand, part.text, part.value) for part in explanation.steps[1].contributions]
    assert sent == [("x", "v1_bar / y", 1 / 3), ("y", "-(v1_bar / y * v1)", -(1 / 3 * (2 / 3)))]
    assert explanation.gradient == (1 / 3 + 3, -(1 / 3 * (2 / 3)) + 2)
    assert explanation.inputs[0].arrived == (1 / 3, 3)


@pytest.mark.parametrize("text", FORMULAS)
def test_registers_and_operations_are_those_of_the_program(text: str) -> None:
    circuit = parse(text)
    explanation = explain(circuit)
    program = compile_gradient(circuit, effort="plain")
    lines = program.explain(*(each.value for each in explanation.inputs))
    due = {(name, operation): value for name, operation, value in lines}
    for step in explanation.steps:
        assert close(step.value, due[step.register, step.operation])


def test_the_text_of_the_table() -> None:
    assert explain(parse("x*x/y"), {"x": 3, "y": 2}).text == TEXT


TEXT = """\
f(x, y) at x = 3, y = 2

value, first gate first
  v0 = x * x                       9
  v1 = v0 / y                      4.5
  f = v1                           4.5

adjoints, last gate first: v_bar is df/dv
  v1 = v0 / y                      v1_bar = 1
      v0_bar += v1_bar / y         0.5
      y_bar += -(v1_bar / y * v1)  -2.25
  v0 = x * x                       v0_bar = 0.5
      x_bar += v0_bar * x          1.5
      x_bar += v0_bar * x          1.5

gradient
  x_bar                            1.5 + 1.5 = 3
  y_bar                            -2.25
"""


@pytest.mark.parametrize(
    ("text", "operand", "working"),
    [
        ("x**1.5", "x", "v0_bar * 1.5 * pow(x, 0.5)"),
        ("erf(x)", "x", "v0_bar * exp(log(2 / sqrt(pi)) - x * x)"),
        ("asin(x)", "x", "v0_bar / sqrt(1 - x * x)"),
        ("tan(x)", "x", "v0_bar * (v0 * v0 + 1)"),
        ("cbrt(x)", "x", "v0_bar / (3 * (v0 * v0))"),
        ("x - y", "y", "-v0_bar"),
        ("max(x, y)", "y", "select(x > y, 0, v0_bar)"),
        ("-2*x", "x", "v0_bar * (-2)"),
        ("x/3", "x", "v0_bar / 3"),
    ],
)
def test_a_contribution_shows_the_rule_of_the_table(text: str, operand: str, working: str) -> None:
    (step,) = (each for each in explain(parse(text)).steps if each.register == "v0")
    assert working in [part.text for part in step.contributions if part.operand == operand]


def test_a_condition_sends_no_derivative() -> None:
    explanation = explain(parse("select(x > y, x, y)"), {"x": 2, "y": 3})
    assert [each.adjoint for each in explanation.steps if each.register == "s0"] == [None]
    assert "s0 = x > y" in explanation.text
    assert explanation.gradient == (0, 1)


def test_a_parameter_has_no_derivative() -> None:
    explanation = explain(parse("a*x", parameters=("a",)), {"x": 2, "a": 3})
    assert explanation.gradient == (3.0,)
    assert "a_bar" not in explanation.text


def test_an_input_that_is_not_used_has_the_derivative_zero() -> None:
    explanation = explain(parse("x", variables=("x", "y")), {"x": 2, "y": 3})
    assert explanation.gradient == (1, 0)


def test_names_that_a_program_cannot_have_are_told_beside_their_registers() -> None:
    text = explain(parse("q(t)*lambda_", variables=("lambda_", "q(t)"))).text
    assert "x1 is q(t)" in text
    assert "v0 = x1 * x0" in text


def test_a_name_cannot_steer_the_terminal() -> None:
    hostile, plain = (explain(parse("y", variables=("y", name))).text for name in ("x\x1b[31m\n\u202e", "x("))
    assert len(hostile.splitlines()) == len(plain.splitlines())
    assert not {"\x1b", "\u202e"} & set(hostile)


@pytest.mark.parametrize(
    ("text", "first"), [("x*y", 2.0), ("asin(x)*y", 0.618), ("log(-x)", -0.618), ("acosh(x)*asin(y)", 2.0)]
)
def test_a_point_is_chosen_where_value_and_derivatives_are_finite(text: str, first: float) -> None:
    explanation = explain(parse(text))
    assert explanation.inputs[0].value == first
    assert math.isfinite(explanation.value)
    assert "a generic point" in explanation.text


def test_where_nothing_is_finite_the_first_point_is_taken() -> None:
    explanation = explain(parse("log(-x*x)"))
    assert (explanation.inputs[0].value, math.isnan(explanation.value)) == (2, True)


def test_generic_points_are_of_different_numbers() -> None:
    first, backwards, small = islice(generic_points(300), 3)
    assert backwards == first[::-1]
    assert first[:6] == [2, 3, 5, 7, 11, 13]
    assert len(set(first)) == 300
    assert first[-1] == 1987
    assert all(0 < each < 1 for each in small)


def test_a_long_table_shows_its_ends_and_says_what_is_left_out() -> None:
    text = explain(parse("+".join(f"u{k}*w{k}" for k in range(150)))).text
    assert text.count("... 259 more gates ...") == 2
    assert text.count("... 260 more inputs ...") == 1
    assert len(text.splitlines()) == 211
    assert "v298 = " in text


def test_a_table_of_200_gates_is_shown_whole() -> None:
    assert "more gates" not in explain(parse("*".join(["x"] + ["sin(x)*y"] * 1 + ["y"] * 197))).text


def test_a_chain_of_ten_thousand_gates_is_explained() -> None:
    builder = Builder()
    node = builder.input("x")
    for _ in range(10_000):
        node = builder.gate(CODE["sin"], node)
    explanation = explain(builder.build([node], [0]), {"x": 1})
    assert len(explanation.steps) == 10_000
    assert 0 < explanation.gradient[0] < 1e-3


def test_several_outputs_are_refused() -> None:
    builder = Builder()
    x = builder.input("x")
    with pytest.raises(InvalidArgument, match="one output"):
        explain(builder.build([x, x], [x]))


def test_a_missing_or_unexpected_value_is_refused_by_name() -> None:
    with pytest.raises(InvalidArgument, match="missing y"):
        explain(parse("x*y"), {"x": 1})
    with pytest.raises(InvalidArgument, match="unexpected 'z'"):
        explain(parse("x*y"), {"x": 1, "y": 1, "z": 1})


# The command


def test_the_command_prints_the_table() -> None:
    result = baur("explain", "x*x/y", "x=3", "y=2")
    assert (result.returncode, result.stdout, result.stderr) == (0, TEXT, "")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("x*y", "x=2"), "missing y"),
        (("x*y", "x=2", "y=3", "z=4"), "unexpected 'z'"),
        (("x*y", "x=2", "x=2", "y=3"), "twice"),
        (("x*y", "x=two", "y=3"), "x=two"),
        (("x*y", "2"), "NAME=VALUE"),
        (("x*y", "=2"), "NAME=VALUE"),
        (("x*",), "column 3"),
    ],
)
def test_bad_input_ends_with_status_2_and_no_traceback(arguments: tuple[str, ...], said: str) -> None:
    result = baur("explain", *arguments)
    assert result.returncode == 2
    assert said in result.stderr
    assert "Traceback" not in result.stderr
    assert not result.stdout


def test_a_python_function_is_explained(tmp_path: Path) -> None:
    model = tmp_path / "model.py"
    model.write_text("def f(x, W):\n    return x * W[0] + W[1]\n", "utf-8")
    result = baur("explain", f"{model}:f", "--shape", "scalar", "--shape", "2", "x=2", "W_0=3", "W_1=4")
    assert result.returncode == 0, result.stderr
    assert "v0 = x * W_0" in result.stdout
    assert "W_1_bar" in result.stdout
