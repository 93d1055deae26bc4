"""Quotients of a finished gradient: what cancels, which reciprocals go; the value stays undefined where it was."""

from __future__ import annotations

import math
import random

import pytest

from circuit import parse
from compiler import compile_derivative, compile_gradient
from compiler.emit import emit
from compiler.simplify.quotients import divided
from compiler.sweep import gradient
from tests.duals import agrees, random_prime, read
from tests.mutants import gates_of
from tests.test_compiler_simplify import random_circuit

# formula, gates of the value, and of value and gradient as counted by hand: what each rule leaves
COUNTED = [
    ("(x*100)/(x + y)", 3, 6),  # 100/s and f/s, no 1/s
    ("(a*b + c*sin(x))/cos(x)", 6, 11),  # df/dx = c + f*(sin(x)/cos(x))
    ("x/(y*x)", 2, 4),  # df/dx = 0, df/dy = -f/y
    ("15/(x*y)", 2, 5),  # (-f)/x, (-f)/y
    ("2*(x*y + z*t - (a + b*c)*c*i)", 9, 20),  # -2*c*i and -2*(a + b*c) once
    ("p/(q*r)", 2, 6),  # -f/q, -f/r and 1/(q*r)
]


@pytest.mark.parametrize(("formula", "value", "whole"), COUNTED)
def test_a_formula_has_the_gates_that_a_careful_hand_needs(formula: str, value: int, whole: int) -> None:
    program = compile_gradient(formula)
    assert (program.value_gates, program.total_gates) == (value, whole)
    passed = {claim.name for claim in program.certificate.claims if claim.status == "PASSED"}
    assert {"gradient", "chain rule", "no new pole"} <= passed


@pytest.mark.parametrize("seed", range(6))
def test_the_gradient_is_the_same_and_no_gate_is_added(seed: int) -> None:
    rng = random.Random(seed)
    prime = random_prime(rng)
    fewer = 0
    for _ in range(60):
        formula, circuit = random_circuit(rng, prime)
        plain = gradient(circuit)
        found = divided(plain)
        assert found.gate_count <= plain.gate_count, formula
        assert agrees(read(emit(found)), gates_of(circuit), len(circuit.differentiated), rng, prime), formula
        fewer += found.gate_count < plain.gate_count
    assert fewer  # the rules were at work


@pytest.mark.parametrize("formula", ["x/x + y", "(x*y)/x", "(y/x)*x", "(x*y + 1)/x - 1/x"])
def test_the_value_stays_undefined_where_the_formula_is(formula: str) -> None:
    value, _ = compile_gradient(formula)(0.0, 2.0)
    assert not math.isfinite(value)


@pytest.mark.parametrize("formula", ["1/x", "(1/x)*(1/x)", "1/x + y*(1/x)"])
def test_a_reciprocal_that_something_else_reads_stays(formula: str) -> None:
    plain = gradient(parse(formula))
    assert emit(divided(plain)).count("1 / x") == emit(plain).count("1 / x") == 1


def test_a_negated_reciprocal_of_many_readers_adds_no_gate_to_the_values_of_a_jacobian() -> None:
    formulas = [f"-(1/x)*{name}" for name in "bcd"] + ["(x*y)/(x*z)", "(x*y + z)/x/y", "sin(x/y)/(x/y)*z"]
    names = ["x", "y", "z"], ["b", "c", "d"]
    program = compile_derivative(formulas, "jacobian", *names)
    plain = compile_derivative(formulas, "jacobian", *names, effort="plain")
    assert program.certificate.verdict == "CERTIFIED"
    assert program.value_gates <= plain.value_gates
    assert program.total_gates < plain.total_gates
