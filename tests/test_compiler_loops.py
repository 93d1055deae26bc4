"""The sweep over arrays, as it is and compiled: node for node the sweep over objects."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections.abc import Callable
from fractions import Fraction
from functools import cache, reduce
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import compiler.loops.arrays
import compiler.sweep
from benchmarks.workloads import WORKLOADS
from circuit import OPS, Builder, Circuit, CircuitError, jit, loops, native, parse, trace
from circuit.ops import CODE, ROWS
from compiler.loops import coefficients, memory
from compiler.loops.answers import Answers
from compiler.loops.differentiate import differentiate as by_loops
from compiler.sweep import differentiate, gradient
from tests import mutants
from tests.test_compiler_sweep import random_circuit, too_long_to_carry

Way = Callable[[Circuit], Circuit | None]
numba = pytest.mark.skipif(find_spec("numba") is None, reason="numba is not installed: the extra `fast`")


@pytest.fixture(params=["plain", pytest.param("compiled", marks=numba)])
def way(request: pytest.FixtureRequest) -> Way:
    """Return the sweep over lists, or over arrays and compiled."""
    return lambda circuit: by_loops(circuit, ROWS, quick=request.param == "compiled")


def same(circuit: Circuit, way: Way) -> None:
    """Compare with the sweep over objects, byte for byte."""
    wanted, found = differentiate(circuit).circuit, way(circuit)
    assert found is not None
    assert found == wanted, circuit.to_json()
    assert found.varies == wanted.varies
    assert found.gate_count == wanted.gate_count


@pytest.mark.parametrize("name", OPS)
def test_every_row(name: str, way: Way) -> None:
    for shared in (False, True):
        builder = Builder()
        inputs = [builder.input(f"x{slot}") for slot in range(3)]
        operands = [inputs[0] if shared else inputs[slot] for slot in range(OPS[name].arity)]
        if name == "pow":
            operands[1] = builder.constant(Fraction(3, 2))
        gate = builder.gate(CODE[name], *operands)
        product = builder.gate(CODE["mul"], gate, inputs[2])
        for output in (gate, product, builder.gate(CODE["div"], product, builder.constant(3))):
            same(builder.build([output], inputs[:2], inputs[2:]), way)


def test_random_formulas_with_parameters(way: Way) -> None:
    rng, done = random.Random(11), 0
    while done < 600:
        try:
            circuit = parse(mutants.random_formula(rng, 14), mutants.NAMES[:3], mutants.NAMES[3:])
        except CircuitError:
            continue
        same(circuit, way)
        done += 1


def test_random_circuits(way: Way) -> None:
    rng = random.Random(1983)
    for _ in range(1_000):
        same(random_circuit(rng, rng.randint(1, 30)), way)


@cache
def workload(name: str, place: int) -> Circuit:
    case = WORKLOADS[name]
    size = case.sizes[place]
    return trace(case.function(size, np), (case.inputs(size),))


@pytest.mark.parametrize("name", WORKLOADS)
def test_the_workloads(name: str, way: Way) -> None:
    same(workload(name, 1), way)


LONG = 3**100
FORMULAS = (
    "x", "p", "7", "pi", "p*p", "x + 0*y", "x*x", "x/x", "x - x", "x + x", "-x", "-(-x)", "-x - y", "x/3", "x/7/y",
    "0.1*x*y", "1/3*(x*y) + 1/3*x - 2/7*y", "3*x + 3*y + 5*x*y - 3*p*x", "(x + y)*(x + y)/(x + y)", "pi*x + E*y",
    "x**7", "x**-3", "2**x", "x**1.5", "x**y", "exp(2*x)*exp(2*x)", "erf(x)*pi/sqrt(pi)", "select(x > y, 2*x, 3*y)*5",
    "max(x, 2)*max(2, x)", "select(p > 1, x, 3)/7", "1e-40*x*(1e-45*y)", f"{LONG}*x*x", f"x*y/{LONG}",
    f"{LONG}*({LONG}*({LONG}*sin(x)))*y", f"({LONG}*x + {LONG + 1}*x*y)*{LONG}",
    "123456789.123456789*(0.000123456789123456789*(x*x))", "atan2(x, 2) + hypot(3, x)", "exp(pi)*x",
    "sin(exp(2))*x*y", "log(2/sqrt(pi))*x", "abs(x)*floor(y)", "round(x)*x", "1.5*x - 1.5*x*y + 2.25*x/y",
)  # fmt: skip


@pytest.mark.parametrize("formula", FORMULAS, ids=lambda each: each[:30])
def test_constants_and_repeated_operands(formula: str, way: Way) -> None:
    same(parse(formula, ("x", "y"), ("p",)), way)


@pytest.mark.parametrize("numbers", [[0.1, 1 / 3, 1e-30, 7.0, 0.0], [1e300, 2**-80, 3]])
def test_many_constants(numbers: list[float], way: Way) -> None:
    rng = random.Random(2)
    drawn = [rng.choice((rng.random(), rng.randint(-9, 9), *numbers)) for _ in range(1_500)]
    same(trace(lambda x: sum(k * each for k, each in zip(drawn, x, strict=True)) ** 3, (len(drawn),)), way)


@pytest.mark.parametrize("sign", ["", "-"])
def test_the_factor_of_a_constant_too_long_to_carry(sign: str, way: Way) -> None:
    same(parse(too_long_to_carry(sign)), way)


def test_a_sum_of_very_many_terms(way: Way) -> None:
    same(trace(lambda x: reduce(lambda a, k: a + (k % 5 - 2) * x[k % 3] * x[k % 7], range(3_000), x[0]), (7,)), way)


def test_equal_gates_and_unfolded_ones_of_a_foreign_circuit(way: Way) -> None:
    nodes: list[Any] = [["const", "0"], ["const", "2"], ["const", "2"], ["mul", 0, 3], ["mul", 0, 4], ["add", 5, 6]]
    nodes += [
        ["mul", 7, 2],
        ["neg", 8],
        ["neg", 9],
        ["sub", 10, 0],
        ["neg", 3],
        ["mul", 12, 11],
        ["exp", 4],
        ["mul", 13, 14],
    ]
    record = {"format": "baur circuit", "version": 1, "inputs": ["x", "y"], "parameters": [], "nodes": nodes}
    for output in range(2 + len(nodes)):
        same(Circuit.from_json(json.dumps({**record, "outputs": [output]})), way)


def test_a_gate_of_constants_that_is_no_number_is_left_to_the_sweep_that_says_so(way: Way) -> None:
    nodes: list[Any] = [["const", "0"], ["log", 1], ["mul", 0, 2]]
    record = {"format": "baur circuit", "version": 1, "inputs": ["x"], "parameters": [], "nodes": nodes, "outputs": [3]}
    circuit = Circuit.from_json(json.dumps(record))
    assert way(circuit) is None
    with pytest.raises(CircuitError, match="not a finite real number"):
        differentiate(circuit)


def test_every_array_grows(way: Way, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiler.loops.arrays, "ROOM", 0.01)
    for name in ("helm", "robot", "det"):
        same(workload(name, 1), way)
    rng = random.Random(4)
    for _ in range(30):
        try:
            circuit = parse(" + ".join(mutants.random_formula(rng, 14) for _ in range(12)), mutants.NAMES)
        except CircuitError:
            continue
        same(circuit, way)


def test_coefficients_are_exact() -> None:
    answers, rng = Answers(quick=False), random.Random(3)
    memo = answers.memory
    for _ in range(3_000):
        a, b = (Fraction(rng.randint(-(2**k), 2**k), rng.randint(1, 2**k)) for k in (rng.choice((2, 20, 61, 70)), 30))
        x, y = answers.coefficient(a), answers.coefficient(b)
        memo = answers.memory
        for function, wanted in ((coefficients.product, a * b), (coefficients.addition, a + b)):
            found = function(memo, x, y)
            if memo.state[memory.ASKED]:
                question, *operands = memo.state[: memory.FOURTH + 1]
                memo.state[memory.ASKED] = 0
                answers._answer(question, operands)
                memo = answers.memory
                found = function(memo, x, y)
            assert answers.value(found) == wanted


@numba
def test_a_large_circuit_is_swept_by_the_loops(monkeypatch: pytest.MonkeyPatch) -> None:
    circuit = workload("robot", 1)
    wanted = differentiate(circuit).circuit
    monkeypatch.setattr(jit, "LARGE", 1)
    monkeypatch.setattr(jit, "LOADED", 1)
    monkeypatch.setattr(compiler.sweep, "TOLD", 1)
    monkeypatch.setattr(compiler.sweep.Sweep, "run", None)
    assert differentiate(circuit).circuit == wanted == gradient(circuit)


@numba
def test_without_a_folder_for_the_cache_it_compiles_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(function: Any) -> Any:
        raise RuntimeError("cannot cache function: no locator available")

    monkeypatch.setattr(native, "_cache", refused)
    native.compiled.cache_clear()
    circuit = workload("deep", 1)
    assert by_loops(circuit, ROWS) == by_loops(circuit, ROWS, quick=False)
    native.compiled.cache_clear()


def test_the_cache_tells_files_apart(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "loop.py").write_text(
        "from compiler.loops.coefficients import greatest\n\ndef loop(): return greatest(6, 4)\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    loop = import_module("loop").loop
    before = native.fingerprint(loop)
    native._digest.cache_clear()
    assert native.fingerprint(loop) == before
    (tmp_path / "beside.py").write_text("changed")
    native._digest.cache_clear()
    assert native.fingerprint(loop) != before
    assert native.fingerprint(coefficients.greatest) != native.fingerprint(loops.share)
    monkeypatch.setattr(native, "CODE", {})
    changed = native.fingerprint(loop)
    native._digest.cache_clear()
    assert native.fingerprint(loop) != changed
    native._digest.cache_clear()


def test_a_small_circuit_and_the_import_leave_numba_alone() -> None:
    code = "import sys, compiler.sweep, compiler.loops.differentiate; from compiler import compile_gradient\n"
    code += "compile_gradient('x*y + x/y'); print('numba' in sys.modules)"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout == "False\n"
