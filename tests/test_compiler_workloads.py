"""The seven workloads, traced over NumPy at about 1e2, 1e3, 1e4 gates: price, certificate, gradient; a long chain."""

from __future__ import annotations

import importlib.util
import os
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks import peers
from benchmarks.workloads import WORKLOADS
from circuit import Circuit, trace
from circuit.ops import FIRST_GATE, ROWS
from circuit.sharing import SharingBuilder
from circuit.wire import wire
from compiler import GradientProgram, compile_gradient, gradient
from compiler.emit import emit
from verify import count

ABOUT = (100, 1000, 10000)
CASES = [(name, place) for name in WORKLOADS for place in range(len(ABOUT))]
every_size = pytest.mark.parametrize(("name", "place"), CASES, ids=lambda each: str(each))

# T / L at 1e4 gates of a sweep with textbook partial derivatives that shares equal gates
PLAIN = {"speel": 3.0, "rosen": 2.125, "helm": 2.035, "det": 3.027, "mlp": 2.015, "deep": 2.499, "robot": 2.458}


@cache
def traced(name: str, place: int) -> Circuit:
    case = WORKLOADS[name]
    size = case.sizes[place]
    return trace(case.function(size, np), (case.inputs(size),))


@cache
def compiled(name: str, place: int) -> GradientProgram:
    case = WORKLOADS[name]
    size = case.sizes[place]
    return compile_gradient(case.function(size, np), shapes=((case.inputs(size),),))


def plain_sweep(circuit: Circuit) -> int:
    """Return T of the table's rows run backwards on bare wires: shared at birth, but neither signs nor factors kept."""
    builder = SharingBuilder()
    builder.copy(circuit)
    bars = {circuit.outputs[0]: wire(builder, builder.constant(1))}
    for node in range(len(circuit) - 1, len(circuit.inputs) - 1, -1):
        row = ROWS[circuit.op[node]]
        if circuit.op[node] < FIRST_GATE or node not in bars or row is None:
            continue
        operands = circuit.operands(node)
        wires = (wire(builder, each) for each in (node, *operands))
        for each, part in zip(operands, row.pull(bars[node], *wires), strict=True):
            bars[each] = bars[each] + part if each in bars else part
    inputs = range(len(circuit.inputs))
    return builder.build([circuit.outputs[0], *(bars[each].node for each in inputs)], inputs).gate_count


@every_size
def test_a_size_is_of_about_its_number_of_gates(name: str, place: int) -> None:
    assert 0.7 < traced(name, place).gate_count / ABOUT[place] < 1.4


@every_size
def test_every_program_is_certified_against_its_function(name: str, place: int) -> None:
    program = compiled(name, place)
    assert (program.certificate.verdict, program.certificate.reference) == ("CERTIFIED", "function")
    assert program.value_gates <= traced(name, place).gate_count


@every_size
def test_no_program_costs_more_than_a_plain_sweep_that_shares(name: str, place: int) -> None:
    assert compiled(name, place).total_gates <= plain_sweep(traced(name, place))


@pytest.mark.parametrize("name", WORKLOADS)
def test_the_ratio_at_ten_thousand_gates_is_at_most_that_of_the_plain_sweep(name: str) -> None:
    assert compiled(name, 2).ratio <= PLAIN[name]


@every_size
def test_gradients_are_those_of_casadi(name: str, place: int) -> None:
    casadi = pytest.importorskip("casadi")
    case, program = WORKLOADS[name], compiled(name, place)
    size, inputs = case.sizes[place], len(program.inputs)
    point = case.start(size)
    value, (found,) = program(np.array(point))
    theirs, derivatives = peers.casadi_program(case.function(size, casadi), inputs)(point)
    assert value == pytest.approx(float(theirs), rel=1e-12, abs=0)
    np.testing.assert_allclose(found, np.array(derivatives).ravel(), rtol=1e-12, atol=0)


@every_size
def test_casadi_counts_as_many_gates_for_the_value(name: str, place: int) -> None:
    casadi = pytest.importorskip("casadi")
    case, circuit = WORKLOADS[name], traced(name, place)
    x = casadi.SX.sym("x", len(circuit.inputs))
    value = case.build(case.sizes[place], casadi.vertsplit(x), casadi)
    assert peers.casadi_gates(casadi.Function("f", [x], [value])) == circuit.gate_count


def published_workloads() -> Any:
    """Load the workloads as the comparison of the peers defined them: `peers/workloads.py` beside BAUR_CORPORA."""
    beside = os.environ.get("BAUR_CORPORA")
    path = Path(beside or ".").resolve().parent / "peers" / "workloads.py"
    if not beside or not path.is_file():
        pytest.skip("peers/workloads.py: not beside BAUR_CORPORA")
    specification = importlib.util.spec_from_file_location("published_workloads", path)
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


@every_size
def test_the_workloads_are_the_published_ones_gate_for_gate(name: str, place: int) -> None:
    published = published_workloads()
    case, theirs = WORKLOADS[name], published.W[name]
    size, inputs = case.sizes[place], theirs["nvars"](case.sizes[place])
    assert traced(name, place) == trace(lambda x: theirs["build"](size, x, np), (inputs,))
    assert case.start(size) == published.x0(name, size)


def test_a_chain_of_a_hundred_thousand_gates_is_an_ordinary_function() -> None:
    chain = WORKLOADS["deep"]
    circuit = trace(chain.function(50_000, np), (10,))
    whole = gradient(circuit)
    found = count(emit(whole))
    assert (circuit.gate_count, circuit.depth) == (100_000, 100_000)
    assert (found.value_gates, found.total_gates) == (100_000, whole.gate_count) == (100_000, 249_990)
