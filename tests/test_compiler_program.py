"""Programs as text and as functions: the smallest ones by heart, IEEE points, calls, files, names that stay hidden."""

from __future__ import annotations

import math
import re
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import sympy

from circuit.errors import InvalidArgument, InvalidType, ResourceLimit, ShapeError
from compiler import GradientProgram, compile_gradient

HEAD = "def value_and_gradient({}):"
# formula, variables, the statements of the program
SMALLEST = [
    ("x*x", None, ["v0 = x * x", "x_bar = 2 * x", "return v0, (x_bar,)"]),
    ("x/x", None, ["v0 = x / x", "t0 = 1 / x", "t1 = t0 * v0", "x_bar = t0 - t1", "return v0, (x_bar,)"]),
    ("x-x", None, ["v0 = x - x", "return v0, (0,)"]),
    ("x+x", None, ["v0 = x + x", "return v0, (2,)"]),
    ("x**0", None, ["return 1, (0,)"]),
    ("0*x", None, ["return 0, (0,)"]),
    ("7", None, ["return 7, ()"]),
    ("3*x", ["x", "y"], ["v0 = 3 * x", "return v0, (3, 0)"]),
    ("x", None, ["return x, (1,)"]),
]


def body(program: GradientProgram) -> list[str]:
    """Return the statements of a program: no comments, no header."""
    lines = [line.partition("  #")[0].strip() for line in program.source.splitlines()]
    start = next(place for place, line in enumerate(lines) if line.startswith("def value_and_gradient"))
    return [line for line in lines[start + 1 :] if line and not line.startswith("#")]


@pytest.mark.parametrize(("formula", "variables", "expected"), SMALLEST, ids=[row[0] for row in SMALLEST])
def test_the_smallest_programs(formula: str, variables: list[str] | None, expected: list[str]) -> None:
    program = compile_gradient(formula, variables, effort="plain")
    assert body(program) == expected
    assert HEAD.format(", ".join(program.inputs)) in program.source
    assert program.certificate.accepted


def test_a_square_is_two_gates() -> None:
    program = compile_gradient("x*x")
    assert (program.value_gates, program.total_gates, program.ratio) == (1, 2, 2.0)


def test_a_fifth_power() -> None:
    program = compile_gradient("x**5")
    assert program.value_gates == 3
    assert program.total_gates <= 12
    assert program(2) == (32.0, (80.0,))


def test_the_first_example() -> None:
    program = compile_gradient("x*y + x/y")
    assert (program.value_gates, program.total_gates) == (3, 7)
    assert program(3, 2) == (7.5, (2.5, 2.25))
    assert program(y=2, x=3) == program(3, 2)


INF, NAN = math.inf, math.nan
POINTS = [
    ("exp(x)", {"x": 1000.0}, INF, (INF,)),
    ("x*x", {"x": 1e200}, INF, (2e200,)),
    ("x/y", {"x": 1.0, "y": 0.0}, INF, (INF, -INF)),
    ("1/x", {"x": -0.0}, -INF, (-INF,)),
    ("log(x)", {"x": 0.0}, -INF, (INF,)),
    ("log(x)", {"x": -1.0}, NAN, None),
    ("sqrt(x)", {"x": -1.0}, NAN, (NAN,)),
    ("sqrt(x)", {"x": 0.0}, 0.0, (INF,)),
    ("x**(1/3)", {"x": -8.0}, NAN, (NAN,)),
    ("x**1.5", {"x": 0.0}, 0.0, (0.0,)),
    ("x*x", {"x": NAN}, NAN, (NAN,)),
    ("x/y", {"x": 10**400 // 10**399, "y": 4}, 2.5, (0.25, -0.625)),
]


@pytest.mark.parametrize(("formula", "point", "value", "gradient"), POINTS)
def test_points_follow_ieee(
    formula: str, point: dict[str, float], value: float, gradient: tuple[float, ...] | None
) -> None:
    found, derivatives = compile_gradient(formula)(**point)
    assert isinstance(found, float)
    assert found == pytest.approx(value, nan_ok=True)
    if gradient is not None:
        assert derivatives == pytest.approx(gradient, nan_ok=True)


def test_arrays_are_points_too() -> None:
    program = compile_gradient("x*y")
    value, (dx, dy) = program(np.array([1.0, 2.0, 3.0]), 2.0)
    assert value.tolist() == [2.0, 4.0, 6.0]
    assert dx.tolist() == [2.0, 2.0, 2.0]
    assert dy.tolist() == [1.0, 2.0, 3.0]
    values, gradients = program.batch([[1, 2], [3, 4]])
    assert values.tolist() == [2.0, 12.0]
    assert gradients.tolist() == [[2.0, 1.0], [4.0, 3.0]]


def test_errors_of_a_call() -> None:
    program = compile_gradient("x*y")
    with pytest.raises(InvalidArgument, match="missing y"):
        program(1.0)
    with pytest.raises(InvalidArgument, match="q"):
        program(1.0, 2.0, q=1.0)
    with pytest.raises(InvalidArgument, match="'x'"):
        program(1.0, 2.0, x=1.0)
    with pytest.raises(InvalidArgument, match="3 values"):
        program(1.0, 2.0, 3.0)
    with pytest.raises(TypeError, match="str"):
        program("2", 3)
    with pytest.raises(InvalidType, match="complex"):
        program(1j, 3)
    with pytest.raises(InvalidType, match="integer"):
        program(10**400, 3)
    with pytest.raises(ShapeError, match="broadcast"):
        program(np.ones(3), np.ones(4))
    with pytest.raises(ShapeError, match="shape"):
        program.batch([[1.0, 2.0, 3.0]])


def test_explain_shows_every_register() -> None:
    steps = compile_gradient("x*y + x/y").explain(3.0, 2.0)
    assert ("v0", "x * y", 6.0) in steps
    assert len(steps) == 7
    assert all(isinstance(value, float) for _, _, value in steps)


def test_a_parameter_has_no_derivative() -> None:
    program = compile_gradient("a*x*x", ["x"], ["a"])
    assert program.inputs == ("x", "a")
    assert program(3, 2) == (18.0, (12.0,))
    assert program.certificate.verdict == "CERTIFIED"


def test_save_and_load(tmp_path: Path) -> None:
    program = compile_gradient("a*sin(x) + lambda", ["x", "lambda"], ["a"])
    program.save(tmp_path / "program.json")
    again = GradientProgram.load(tmp_path / "program.json")
    assert again.source == program.source
    assert (again.inputs, again.parameters, again.formula) == (program.inputs, program.parameters, program.formula)
    assert again(1, 2, 3) == program(1, 2, 3)
    assert again.certificate.verdict == "CERTIFIED"


def test_a_plain_program_loads_too(tmp_path: Path) -> None:
    program = compile_gradient("x*y + x/y")
    (tmp_path / "program.py").write_text(program.source, encoding="utf-8")
    again = GradientProgram.load(tmp_path / "program.py")
    assert again(3, 2) == (7.5, (2.5, 2.25))
    assert again.certificate.accepted


NO_PROGRAMS = [
    "",
    "import os\n",
    "{}",
    "{broken",
    '{"source": 3}',
    '{"source": "def f(): pass"}',
    "def value_and_gradient(x):\n    return __import__('os').getpid(), (1,)\n",
    "def value_and_gradient(x):\n    import os\n    return x, (1,)\n",
    "def value_and_gradient(x=print(1)):\n    return x, (1,)\n",
    "from os import getpid\n\ndef value_and_gradient(x):\n    return x, (1,)\n",
]


@pytest.mark.parametrize("text", NO_PROGRAMS)
def test_load_refuses_other_text(tmp_path: Path, text: str) -> None:
    (tmp_path / "program").write_text(text, encoding="utf-8")
    with pytest.raises(InvalidArgument, match="no gradient program"):
        GradientProgram.load(tmp_path / "program")


HIDDEN = [
    '__import__("os").system("touch pwned")',
    "a\nimport os",
    'x"""; import os; """',
    "lambda",
    "None",
    "exp",
    "print",
    "x0",
    "v0",
    "t0",
    "x_bar",
    "value_and_gradient",
    "\u03bb",
    "maximum",
    "__class__",
]


@pytest.mark.parametrize("name", HIDDEN)
def test_a_name_that_is_no_plain_identifier_stays_out_of_the_text(name: str) -> None:
    program = compile_gradient(sympy.Symbol(name) * sympy.Symbol("other"))
    assert set(program.inputs) == {name, "other"}
    assert "def value_and_gradient(x0, x1):" in program.source
    shown = program.source.replace("value_and_gradient", "")
    assert program.source.isascii()
    words = set(re.findall(r"\w+", shown))
    assert "other" not in words
    assert name not in shown or name in ("x0", "v0", "t0")
    assert "import" not in words
    assert program(**{name: 2.0, "other": 3.0})[0] == 6.0


def test_the_formula_is_hidden_with_its_names() -> None:
    program = compile_gradient("lambda * secret", ["lambda", "secret"])
    assert "lambda" not in program.source
    assert "secret" not in program.source


def test_the_bytes_are_the_same_each_time() -> None:
    formula = "sin(x*y)/z + max(x, y, z)**3 - erf(x - 1/3)"
    assert compile_gradient(formula).source == compile_gradient(formula).source
    source = compile_gradient(formula).source
    assert source.endswith(")\n")
    assert "\r" not in source
    assert "\t" not in source
    assert source.isascii()


def test_a_formula_that_no_comment_can_show_is_compiled_without_it() -> None:
    program = compile_gradient("(FPCore (x y) (let ((\u03b8 (+ x 1))) (+ \u03b8 (* y y)))) ; a comment")
    assert program.certificate.accepted
    assert program.source.startswith("# f(x, y)\n")


def test_a_fraction_is_a_formula() -> None:
    assert compile_gradient(Fraction(1, 3)).certificate.accepted


@pytest.mark.parametrize("formula", ["x*1.2345678901234567890123456789e-320", "(FPCore (x) (* x 0x1p-1074))"])
def test_a_constant_that_no_line_can_hold_is_a_limit(formula: str) -> None:
    with pytest.raises(ResourceLimit, match="denominator"):
        compile_gradient(formula)
