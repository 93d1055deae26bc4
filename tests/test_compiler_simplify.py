"""Fewest gates: the right gradient, certified, with never more gates than the careful sweep makes."""

from __future__ import annotations

import random
from fractions import Fraction

import numpy as np
import pytest

from benchmarks.workloads import WORKLOADS
from circuit import Circuit, parse
from circuit.errors import CircuitError
from circuit.tracing import trace
from compiler import compile_gradient
from compiler.emit import emit
from compiler.simplify import fewest, improving
from compiler.sweep import differentiate
from tests.duals import Point, agrees, random_prime, read
from tests.mutants import NAMES, gates_of, random_formula
from verify import certify

SEEDS = range(6)
FORMULAS = 25  # of each seed
LAYER_C = {"text", "gates", "no padding", "formula", "gradient", "no new pole", "price"}
# gates of value and gradient: of about 100 and of about 1000 gates
WORKLOAD_GATES = {
    "speel": (295, 2995),
    "rosen": (143, 1487),
    "helm": (173, 1193),
    "det": (214, 2458),
    "mlp": (258, 1968),
    "deep": (212, 2034),
    "robot": (206, 2024),
}


def random_circuit(rng: random.Random, prime: int) -> tuple[str, Circuit]:
    """Return a formula that has a value somewhere and a gradient, and its circuit."""
    while True:
        formula = random_formula(rng)
        try:
            circuit = parse(formula, NAMES[:3], NAMES[3:]) if rng.random() < 0.3 else parse(formula, NAMES)
            gates = gates_of(circuit)
            Point(rng, prime, gates.inputs).run(gates)
            differentiate(circuit)
        except (CircuitError, ValueError):  # a constant that is infinite; a divisor that is 0
            continue
        return formula, circuit


def workload(name: str, level: int) -> Circuit:
    case = WORKLOADS[name]
    size = case.sizes[level]
    return trace(case.function(size, np), (case.inputs(size),))


def failed(text: str, formula: str, circuit: Circuit) -> list[str]:
    """Return the claims of layers A and C that do not pass."""
    names = {"variables": circuit.differentiated, "parameters": circuit.parameters}
    answer = certify(text, formula, None, **names)
    return [f"{each.name}: {each.detail}" for each in answer.claims if each.name in LAYER_C and each.status == "FAILED"]


@pytest.mark.parametrize("seed", SEEDS)
def test_random_formulas_have_the_right_gradient_at_no_more_gates_than_the_sweep_makes(seed: int) -> None:
    rng = random.Random(seed)
    prime = random_prime(rng)
    for _ in range(FORMULAS):
        formula, circuit = random_circuit(rng, prime)
        whole = fewest(circuit).circuit
        assert whole.gate_count <= differentiate(circuit).circuit.gate_count, formula
        assert agrees(read(emit(whole)), gates_of(circuit), len(circuit.differentiated), rng, prime), formula


@pytest.mark.parametrize("seed", SEEDS)
def test_random_formulas_are_certified(seed: int) -> None:
    rng = random.Random(100 + seed)
    prime = random_prime(rng)
    for _ in range(FORMULAS):
        formula, circuit = random_circuit(rng, prime)
        assert failed(emit(fewest(circuit).circuit), formula, circuit) == [], formula


@pytest.mark.parametrize("level", [0, 1])
@pytest.mark.parametrize("name", WORKLOADS)
def test_workloads_have_as_few_gates_as_ever(name: str, level: int) -> None:
    circuit = workload(name, level)
    whole = fewest(circuit).circuit
    assert whole.gate_count <= WORKLOAD_GATES[name][level]
    rng = random.Random(level)
    assert agrees(read(emit(whole)), gates_of(circuit), len(circuit.differentiated), rng, random_prime(rng))


@pytest.mark.parametrize("name", WORKLOADS)
def test_workloads_are_certified(name: str) -> None:
    case = WORKLOADS[name]
    size = case.sizes[0]
    function = case.function(size, np)
    shape = (case.inputs(size),)
    answer = certify(emit(fewest(trace(function, shape)).circuit), function, shapes=(shape,))
    assert answer.accepted, answer.text


def test_the_result_is_the_same_every_time() -> None:
    circuit = parse("a*b*c/(d*e) + sin(a*b)*cos(a*b) - 3*(a - b)**2 + 3*(c - d)**2")
    assert emit(fewest(circuit).circuit) == emit(fewest(circuit).circuit)


@pytest.mark.parametrize(
    ("formula", "gates"),
    [
        ("3*x*x + 3*y*y", 6),  # one factor 3 for both squares
        ("x*y + x*z", 2),  # distributivity: x*(y + z)
        ("2*(a - b)**2 + 2*(b - a)**2", 5),  # the two squares are one
        ("x*cos(t) + y*sin(t) + (y*cos(t) - x*sin(t))**2", 17),  # the trigonometric pair
        ("x*x + x*y + y*x + 2*y*y", 9),
        ("1 + 4*(x + y*0.75 - z)/y", 11),
        ("-log(1/x - 1)", 6),
        ("a*b*c*d*e", 13),
        ("log(x/y)", 4),  # a quotient of quotients: (1/(x/y))/y is 1/x
        ("-log(exp(x)/(exp(x) + exp(y) + exp(z)))", 11),  # softmax and cross-entropy: the gradient is y_hat - y
        ("-(a*log(exp(x)/(exp(x) + exp(y))) + b*log(exp(y)/(exp(x) + exp(y))))", 19),
    ],
)
def test_small_formulas_have_few_gates(formula: str, gates: int) -> None:
    circuit = parse(formula)
    whole = fewest(circuit).circuit
    assert whole.gate_count <= gates, emit(whole)
    assert failed(emit(whole), formula, circuit) == []


@pytest.mark.parametrize(
    "formula",
    [
        "x/x + y",  # a pole of the formula stays
        "sqrt((x - x + 0.5)*(x - x + 0.5))",  # what cancels in a function's argument stays
        "1/(1 - x) + 1/(x - 1)",  # the divisors of the formula keep their signs
        "log(2*x + 2*y) + 1/(2*x + 2*y)",
        "log1p(2*x*y)",
        "x/(y/x) + y*(x/y)",
        "exp(x)*(y - z/exp(x)) + log(x/y)/(x/y)",
        "log(x/(x + y)) + 2*log(y/(x + y))",
        "max(x - x, y)*y",
        "(x - y)/(y - x)",
        "select(x > y, x*x + x*y, y) + abs(x*y - x*z)",
        "floor(x)*y + x*y",
    ],
)
def test_what_divides_keeps_its_poles_and_signs(formula: str) -> None:
    circuit = parse(formula)
    assert failed(emit(fewest(circuit).circuit), formula, circuit) == []


def test_poles_of_the_formula_are_poles_of_the_program() -> None:
    text = emit(fewest(parse("x/x + y")).circuit)
    assert " / " in text


def test_long_coefficients_stay_apart() -> None:
    huge = Fraction(3**150, 7**80)
    formula = "x*y"
    for _ in range(4):
        formula = f"({huge.numerator}/{huge.denominator})*({formula} + x)"
    circuit = parse(formula)
    assert failed(emit(fewest(circuit).circuit), formula, circuit) == []


def test_each_gradient_that_is_found_has_fewer_gates_than_those_before_it() -> None:
    circuit = workload("helm", 0)
    plain = differentiate(circuit)
    first, *found = improving(circuit, plain)
    assert first is plain
    counts = [each.circuit.gate_count for each in (first, *found)]
    assert len(counts) > 2
    assert counts == sorted(set(counts), reverse=True)
    assert found[-1].circuit == fewest(circuit).circuit


def test_of_the_gradients_that_the_chain_rule_follows_the_one_of_fewest_gates_is_taken() -> None:
    case = WORKLOADS["helm"]
    size = case.sizes[0]
    program = compile_gradient(case.function(size, np), shapes=((case.inputs(size),),))
    plain = differentiate(workload("helm", 0)).circuit.gate_count
    assert WORKLOAD_GATES["helm"][0] < program.total_gates <= 176 < plain
    (claim,) = (each for each in program.certificate.claims if each.name == "chain rule")
    assert claim.status == "PASSED"


def test_a_circuit_without_gates_has_a_gradient_without_gates() -> None:
    assert fewest(parse("x", ["x", "y"])).circuit.gate_count == 0
    assert fewest(parse("3", ["x"])).circuit.gate_count == 0
