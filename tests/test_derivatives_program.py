"""Programs of products with Jacobians and Hessians, and of whole ones: their texts, calls, files, certificates."""

from __future__ import annotations

import copy
import math
import pickle
import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sympy

from circuit import Circuit, parse
from circuit.errors import CircuitError, InvalidArgument, InvalidType, ShapeError, TraceError
from compiler import DerivativeProgram, GradientProgram, compile_derivative, compile_gradient
from compiler.derivatives.reading import read_circuit
from compiler.layout import KINDS
from tests.derivative_texts import TEXTS
from tests.mutants import random_formula

SECOND = [kind for kind in KINDS if kind != "gradient"]


def compiled(formula: Any, kind: str, *arguments: Any, **keywords: Any) -> DerivativeProgram:
    program = compile_derivative(formula, kind, *arguments, **keywords)
    assert isinstance(program, DerivativeProgram)
    return program


@pytest.mark.parametrize("kind", SECOND)
def test_the_text_of_the_first_formula(kind: str) -> None:
    program = compiled("x*y + x/y", kind)
    assert program.source == TEXTS[kind]
    assert program.certificate.accepted
    assert (program.value_gates, program.total_gates) == (3, program.counts.total_gates)
    assert program.kind == kind


@pytest.mark.parametrize("formula", ["x*x", "x/x", "x-x", "x+x", "x", "2", "pi*x", "floor(x)", "x/3", "-x"])
@pytest.mark.parametrize("kind", SECOND)
def test_small_formulas_are_certified(formula: str, kind: str) -> None:
    program = compiled(formula, kind)
    assert program.certificate.verdict == "CERTIFIED"
    function: Any = {}
    exec(program.source, function)  # noqa: S102  the text stands alone
    point = [0.75] * (len(program.inputs) + program.layout.seeds)
    assert program(*point) == function[KINDS[kind].function](*point)


@pytest.mark.parametrize("kind", SECOND)
def test_random_formulas_are_certified(kind: str) -> None:
    rng, accepted, refused = random.Random(41), 0, []
    for _ in range(25):
        formula = random_formula(rng, 6)
        try:
            program = compiled(formula, kind, ["x", "y", "z"], ["a"])
        except CircuitError as error:  # a formula that is undefined everywhere
            refused.append((formula, str(error)))
            continue
        accepted += 1
        assert program.source == compiled(formula, kind, ["x", "y", "z"], ["a"]).source
    assert accepted > 15
    assert not [text for text, message in refused if "verifier" in message and "atan2" not in text]


def test_products_and_matrices_agree_with_sympy() -> None:
    x, y, z = sympy.symbols("x y z")
    functions = sympy.Matrix([x * y + sympy.sin(z) / x, sympy.exp(x * z), y**3 - z])
    point, direction, weights = [0.5, -1.25, 2.0], [1.0, 3.0, -0.5], [2.0, -1.0, 0.25]
    at = dict(zip((x, y, z), point, strict=True))
    matrix = np.array(functions.jacobian([x, y, z]).subs(at), np.float64)
    whole = compiled(functions, "jacobian")
    assert whole.jacobian(point).toarray() == pytest.approx(matrix)
    assert whole.residuals(point) == pytest.approx(np.array(functions.subs(at), np.float64).ravel())
    assert whole.pattern == ((0, 0, 0, 1, 1, 2, 2), (0, 1, 2, 0, 2, 1, 2))
    assert compiled(list(functions), "jvp").jvp(point, direction) == pytest.approx(matrix @ direction)
    assert compiled(tuple(functions), "vjp").vjp(point, weights) == pytest.approx(weights @ matrix)
    total = functions[0] * functions[1] + functions[2] ** 2
    second = np.array(sympy.hessian(total, [x, y, z]).subs(at), np.float64)
    assert compiled(total, "hessian").hessian(point).toarray() == pytest.approx(second)
    assert compiled(total, "hvp").hvp(point, direction) == pytest.approx(second @ direction)


def test_several_formulas_share_names_and_gates() -> None:
    program = compiled(["x*y", "sin(x*y)", "b - 1"], "jacobian", parameters=["b"])
    assert program.inputs == ("x", "y", "b")
    assert program.source.startswith("# f(x, y, b) = (x*y, sin(x*y), b - 1)\n")
    assert program.source.count("x * y") == 1
    assert program(2.0, 3.0, 4.0)[0] == (6.0, math.sin(6.0), 3.0)
    assert program.jacobian([2.0, 3.0], 4.0).shape == (3, 2)
    assert compiled(["y", "x"], "jacobian", ["y", "x"]).pattern == ((0, 1), (0, 1))


def test_a_function_may_return_arrays() -> None:
    def residuals(p: Any, x: Any) -> Any:
        return [p[0] * np.exp(p[1] * x) - 1, p.sum(), 3.0]

    program = compiled(residuals, "jacobian", shapes=((2,), (3,)), wrt=0)
    p, x = np.array([1.5, -0.5]), np.array([0.0, 1.0, 2.0])
    values, _, rows, columns = program(p, x)
    assert values == pytest.approx([*(p[0] * np.exp(p[1] * x) - 1), 1.0, 3.0])
    assert (rows, columns) == ((0, 0, 1, 1, 2, 2, 3, 3), (0, 1) * 4)
    assert program.jacobian(p, x).toarray()[0] == pytest.approx([1.0, 0.0])
    assert program.certificate.accepted
    product = compiled(residuals, "jvp", shapes=((2,), (3,)), wrt=0)
    assert product(p, x, np.array([1.0, 0.0]))[1][3] == 1.0
    weighted = compiled(residuals, "vjp", shapes=((2,), (3,)), wrt=0)
    assert weighted(p, x, 0, 0, 0, 1, 0)[1] == (1.0, 1.0)


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (lambda x: None, "returned None"),
        (lambda x: [], "returned nothing"),
        (lambda x: [1.0, float(2)], None),
        (lambda x: (x, "y"), "return one real number"),
        (lambda x: [x > 0], "a comparison"),
    ],
)
def test_what_a_function_of_several_outputs_may_return(function: Any, message: str | None) -> None:
    if message is None:
        assert compiled(function, "jacobian").layout.values == 2
        return
    with pytest.raises(TraceError, match=message):
        compile_derivative(function, "jacobian")


@pytest.mark.parametrize("kind", ["hvp", "hessian"])
def test_kinks_are_as_in_gradients(kind: str) -> None:
    formula = "relu(x)*y + abs(y)*x**2 + max(x, y)**2 + select(x > y, x**3, y)"
    program = compiled(formula, kind)
    assert program.certificate.accepted
    matrix = np.array([[2 * 2.0 + 2.0 + 6 * 3.0, 1 + 2 * 3.0], [1 + 2 * 3.0, 0.0]])  # at x = 3, y = 2
    if kind == "hessian":
        assert program.hessian([3.0, 2.0]).toarray() == pytest.approx(matrix)
    else:
        assert program.hvp([3.0, 2.0], [1.0, -1.0]) == pytest.approx(matrix @ [1.0, -1.0])


def test_the_hessian_of_atan2_is_right_to_the_last_digits() -> None:
    """Its mixed derivatives are equal by hypot(x, y)**2 = x*x + y*y, which no random field knows."""
    from compiler.derivatives import hessian
    from compiler.sweep import differentiate

    found = hessian(differentiate(parse("atan2(y, x)")).circuit)
    x, y = 0.75, -1.5
    entries = found.circuit.evaluate(x=x, y=y)[3:]
    r4 = (x * x + y * y) ** 2
    assert (found.rows, found.columns) == ((0, 1, 1), (0, 0, 1))
    assert entries == pytest.approx([2 * x * y / r4, (y * y - x * x) / r4, -2 * x * y / r4], rel=1e-14)


# Names


@pytest.mark.parametrize(
    ("kind", "variables", "header"),
    [
        ("jvp", ["x", "y"], "x, y, x_dot, y_dot"),
        ("jvp", ["x", "x_dot"], "x, x_dot, d0, d1"),
        ("jvp", ["d0", "d0_dot"], "x0, x1, d0, d1"),
        ("jvp", ["lambda", "y"], "x0, x1, d0, d1"),
        ("jvp", ["value_and_jvp", "y"], "x0, x1, d0, d1"),
        ("vjp", ["x", "y"], "x, y, w0"),
        ("vjp", ["w0", "y"], "x0, x1, w0"),
    ],
)
def test_directions_and_weights_have_names_of_their_own(kind: str, variables: list[str], header: str) -> None:
    circuit = parse("*".join(variables) if "lambda" not in variables else "y*lambda", variables)
    program = compiled(circuit, kind)
    assert f"def value_and_{kind}({header}):" in program.source
    assert program.inputs == tuple(variables)
    assert program.certificate.accepted


# Files


@pytest.mark.parametrize("kind", SECOND)
def test_a_program_is_saved_loaded_pickled_and_copied(kind: str, tmp_path: Path) -> None:
    program = compiled("a*x**3*y", kind, ["x", "y"], ["a"])
    point = [0.5, 2.0, 3.0, 1.0, -1.0][: 3 + program.layout.seeds]
    program(*point)
    program.save(tmp_path / "f.json")
    (tmp_path / "f.py").write_text(program.source, "utf-8")
    others = [pickle.loads(pickle.dumps(program)), copy.copy(program)]  # noqa: S301  our own
    others += [DerivativeProgram.load(tmp_path / name) for name in ("f.json", "f.py")]
    for each in others:
        assert each(*point) == program(*point)
        assert (each.source, each.inputs, each.parameters) == (program.source, ("x", "y", "a"), ("a",))
        assert each.certificate.accepted
        assert read_circuit(each.source, each.inputs, each.parameters).gate_count == program.total_gates
    assert str(others[3].total_gates) in repr(others[3])


@pytest.mark.parametrize("text", ["", "{}", "def f(x):\n    return x\n", compile_gradient("x*x").source])
def test_what_is_no_derivative_program_is_not_loaded(text: str, tmp_path: Path) -> None:
    (tmp_path / "f").write_text(text, "utf-8")
    with pytest.raises(InvalidArgument, match="no derivative program"):
        DerivativeProgram.load(tmp_path / "f")


# Errors


def test_errors_say_what_to_do() -> None:
    with pytest.raises(InvalidArgument, match="kind is gradient, jvp"):
        compile_derivative("x", "hess")
    with pytest.raises(InvalidArgument, match="effort is"):
        compile_derivative("x", "jvp", effort="most")
    for kind in ("hvp", "hessian"):
        with pytest.raises(InvalidArgument, match="is of one output; this formula has 2"):
            compile_derivative(["x", "y"], kind)
    with pytest.raises(CircuitError, match="empty list"):
        compile_derivative([], "jvp")
    with pytest.raises(CircuitError, match="a list holds formulas of one value each"):
        compile_derivative([["x"]], "jvp")
    with pytest.raises(InvalidArgument, match="one output at least"):
        compile_derivative(Circuit(b"\0", b"\0" * 4, b"\xff" * 4, {}, [], ["x"], [], []), "jvp")
    program = compiled("x*y", "jvp")
    with pytest.raises(InvalidArgument, match="compile one with kind='hessian'"):
        program.hessian([1.0, 2.0])
    with pytest.raises(ShapeError, match="a point has the shape"):
        program.jvp([1.0], [1.0])
    with pytest.raises(InvalidArgument, match="3 numbers for 2 inputs and a direction of 2"):
        program(1.0, 2.0, 3.0)
    with pytest.raises(InvalidType, match="a real number"):
        program(1.0, 2.0, 3.0, "4")


def test_a_gradient_is_what_compile_gradient_makes() -> None:
    program = compile_derivative("x*y + x/y")
    assert isinstance(program, GradientProgram)
    assert program.source == compile_gradient("x*y + x/y").source


def test_a_formula_without_inputs_has_empty_derivatives() -> None:
    assert compiled("2", "jvp")() == ((2.0,), (0.0,))
    assert compiled("2", "vjp")(5.0) == ((2.0,), ())
    assert compiled("2", "jacobian")() == ((2.0,), (), (), ())
    assert compiled("2", "hvp")() == (2.0, (), ())
    assert compiled("2", "hessian")() == (2.0, (), (), (), ())


def test_poles_and_overflow_are_those_of_ieee() -> None:
    values, moved = compiled("1/x", "jvp")(0.0, 1.0)
    assert values == (math.inf,)
    assert not math.isfinite(moved[0])
    assert compiled("exp(x)", "hvp")(1e4, 1.0)[0] == math.inf


@pytest.mark.parametrize("kind", SECOND)
def test_a_program_is_loaded_as_what_it_is(kind: str, tmp_path: Path) -> None:
    program, path = compiled("x*y + x/y", kind), tmp_path / "f.json"
    program.save(path)
    (tmp_path / "f.py").write_text(program.source, "utf-8")
    for each in (path, tmp_path / "f.py"):
        assert DerivativeProgram.load(each).kind == kind
        with pytest.raises(InvalidArgument, match=f"of the kind {kind}: DerivativeProgram.load reads it"):
            GradientProgram.load(each)
    compile_gradient("x*y").save(path)
    with pytest.raises(InvalidArgument, match="no derivative program"):
        DerivativeProgram.load(path)


@pytest.mark.parametrize("load", [DerivativeProgram.load, GradientProgram.load])
def test_bytes_that_are_no_text_are_no_program(load: Any, tmp_path: Path) -> None:
    (tmp_path / "f.json").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InvalidArgument, match=r"no (gradient|derivative) program"):
        load(tmp_path / "f.json")


def test_an_array_is_no_number() -> None:
    with pytest.raises(InvalidType, match="x is a real number, not array"):
        compiled("x*y", "hvp")(np.ones(2), 1.0, 1.0, 1.0)
