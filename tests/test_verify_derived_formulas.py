"""Formulas of several values: lists, matrices, functions that return arrays, circuits with several outputs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import sympy

from circuit import Circuit
from tests.derived import BASE, program
from verify import FormulaError, certify
from verify.derived.formulas import read_references
from verify.graph import gate_count

x, y = sympy.symbols("x y")
JVP, JACOBIAN, HESSIAN = BASE["jvp"][1], BASE["jacobian"][1], BASE["hessian"][1]
CIRCUIT = Circuit.from_json(
    '{"format":"baur circuit","version":1,"inputs":["x","y"],"parameters":[],'
    '"nodes":[["mul",0,1],["mul",2,1],["div",1,0]],"outputs":[3,4]}'
)


def pair(x: Any, y: Any) -> Any:
    return x * y * y, y / x


@pytest.mark.parametrize(
    "formula",
    [
        ["x*y*y", "y/x"], ("x*y*y", y / x), [x * y * y, "y/x"], sympy.Matrix([[x * y * y], [y / x]]), CIRCUIT, pair,
        sympy.ImmutableMatrix([[x * y * y, y / x]]), lambda x, y: np.stack([x * y * y, y / x]),
        lambda x, y: [np.stack([x * y * y]), (y / x,)], ["(FPCore (x y) (* (* x y) y))", "y/x"],
    ],
)  # fmt: skip
def test_every_form_of_several_formulas_is_read(formula: Any) -> None:
    for text in (JVP, JACOBIAN):
        assert certify(text, formula).accepted, certify(text, formula).text
        assert not certify(text.replace("y / x", "x / y"), formula).accepted
    assert not certify(HESSIAN, formula).accepted


@pytest.mark.parametrize("formula", ["x*y*y + y/x", x * y * y + y / x, ["x*y*y + y/x"], lambda x, y: x * y * y + y / x])
def test_one_formula_is_one_value(formula: Any) -> None:
    assert certify(HESSIAN, formula).accepted
    assert certify(BASE["hvp"][1], formula).accepted
    assert not certify(JVP, formula).accepted


def test_equal_gates_of_several_formulas_are_counted_once() -> None:
    graph, _ = read_references(["(x + y)*x", "(x + y)*y", "x + y"])
    assert gate_count(graph) == 3
    assert graph.inputs == ("x", "y")
    assert len(graph.outputs) == 3


def test_the_inputs_of_all_formulas_are_in_natural_order() -> None:
    assert read_references(["x10 + b", "x9*a"])[0].inputs == ("a", "b", "x9", "x10")
    assert read_references(["x10 + b", "x9*a"], None, ["a"])[0].inputs == ("b", "x9", "x10", "a")
    assert read_references(["x", "2"], ["y", "x"])[0].inputs == ("y", "x")


@pytest.mark.parametrize(
    "formula", [[], ["x", lambda x: x], ["x", CIRCUIT], ["x", {}], [["x"]], ["x", None], ["x", "1/0"], {"outputs": []}]
)
def test_what_is_no_list_of_formulas_is_refused(formula: Any) -> None:
    with pytest.raises(FormulaError):
        certify(JVP, formula)


@pytest.mark.parametrize("function", [lambda x: [], lambda x: [x, "y"], lambda x: [x, None], lambda x: np.array([])])
def test_a_function_that_returns_no_numbers_is_refused(function: Any) -> None:
    with pytest.raises(FormulaError):
        certify(program("jvp", "x, d", "", "(x,), (d,)"), function)


def test_a_gradient_is_not_of_a_list_of_formulas() -> None:
    with pytest.raises(FormulaError, match="a list of formulas where one is due"):
        certify("def value_and_gradient(x):\n    return x, (1,)\n", ["x", "x"])


def test_a_gradient_is_of_one_value() -> None:
    text = "def value_and_gradient(x, y):\n    v0 = x * y\n    return v0, (y, x)\n"
    for formula in (["x*y"], lambda x, y: [x * y, x], CIRCUIT):
        with pytest.raises(FormulaError):
            certify(text, formula)
