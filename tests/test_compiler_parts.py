"""A program loaded in parts gives what it gives in one piece, to the last bit."""

from __future__ import annotations

import random
import struct
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from benchmarks.workloads import WORKLOADS
from circuit import trace
from circuit.errors import CircuitError
from compiler import compile_gradient, parts, running
from compiler.emit import emit
from compiler.running import load_function
from compiler.sweep import gradient
from tests.mutants import random_formula

FORMULAS = [
    "x",
    "3",
    "x*y + x/y",
    "x/3 + pi*y + e/7",
    "sigmoid(x)*softplus(y) + relu(x - y)",
    "max(x, y)*min(x, y) + abs(x - 1e-5*y)",
    "select(x > y, x**1.5, hypot(x, y)) + sqrt(2)*x",
    "part*r + sin(part) - cells*cells",
    "1.5e-7*x - 1/x",
]


def whole_and_parts(source: str, ieee: bool, monkeypatch: pytest.MonkeyPatch, size: int) -> tuple[Any, Any]:
    whole = load_function(source, ieee=ieee)
    monkeypatch.setattr(running, "AT_ONCE", 0)
    monkeypatch.setattr(parts, "PART", size)
    divided = load_function(source, ieee=ieee)
    assert isinstance(divided, parts.Parts)
    monkeypatch.undo()
    return whole, divided


def bits(values: Sequence[Any]) -> list[bytes]:
    return [struct.pack("d", float(each)) for each in values]


@pytest.mark.parametrize("size", [1, 60, 400])
def test_results_are_the_same_to_the_last_bit(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = random.Random(size)
    formulas = FORMULAS + [random_formula(rng) for _ in range(80)]
    compared = 0
    for formula in formulas:
        try:
            program = compile_gradient(formula)
        except CircuitError:
            continue
        for ieee in (False, True):
            whole, divided = whole_and_parts(program.source, ieee, monkeypatch, size)
            point = [np.float64(rng.uniform(0.2, 2)) if ieee else rng.uniform(0.2, 2) for _ in program.inputs]
            try:
                with np.errstate(all="ignore"):
                    value, derivatives = whole(*point)
            except (ArithmeticError, ValueError) as error:
                with pytest.raises(type(error)):
                    divided(*point)
                continue
            with np.errstate(all="ignore"):
                again = divided(*point)
            assert bits([again[0], *again[1]]) == bits([value, *derivatives]), formula
            assert len(divided.parts) > 1 or program.total_gates < 8 or size > 60
            compared += 1
    assert compared > 100


@pytest.mark.parametrize("name", ["rosen", "helm", "det", "mlp", "deep", "robot", "speel"])
def test_workloads_run_in_parts(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    workload = WORKLOADS[name]
    size = workload.sizes[1]
    source = emit(gradient(trace(workload.function(size, np), (workload.inputs(size),))))
    whole, divided = whole_and_parts(source, False, monkeypatch, 3_000)
    point = workload.start(size)
    value, derivatives = whole(*point)
    again = divided(*point)
    assert bits([again[0], *again[1]]) == bits([value, *derivatives])
    assert len(divided.parts) > 5


def test_cells_are_used_again(monkeypatch: pytest.MonkeyPatch) -> None:
    program = compile_gradient("sin(" * 60 + "x" + ")" * 60)
    _, divided = whole_and_parts(program.source, False, monkeypatch, 100)
    assert len(divided.parts) > 20
    assert len(divided.start) < program.total_gates / 2


def test_comments_name_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    source = (
        compile_gradient("x*y")
        .source.replace("v0 = x * y", "v0 = x * y  # nothing = here")
        .replace("return v0, (y, x)", "return v0, (y, x)  # (nothing, there)")
    )
    assert "nothing = here" in source
    assert "nothing, there" in source
    _, divided = whole_and_parts(source, False, monkeypatch, 10)
    assert divided(2.0, 3.0) == (6.0, (3.0, 2.0))


def test_a_long_program_is_loaded_in_parts_and_does_all_that_a_short_one_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "AT_ONCE", 1_000)
    monkeypatch.setattr(parts, "PART", 500)
    program = compile_gradient("1/y" + "".join(f" + sin(x*{place})*y" for place in range(1, 100)))
    assert isinstance(program._function, parts.Parts)
    value, (dx, dy) = program(0.3, 2.0)
    assert value == pytest.approx(0.5 + 2 * sum(np.sin(0.3 * place) for place in range(1, 100)))
    assert dy == pytest.approx((value - 0.5) / 2 - 0.25)
    values, gradients = program.batch([[0.3, 2.0], [0.1, 1.0]])
    assert values[0] == pytest.approx(value)
    assert gradients[0] == pytest.approx([dx, dy])
    assert program(x=np.array([0.3, 0.1]), y=2.0)[0][0] == pytest.approx(value)
    steps = program.explain(0.3, 2.0)
    assert len(steps) == program.total_gates
    assert {dx, dy} <= {result for _, _, result in steps}
    assert program(0.0, 0.0) == (float("inf"), (0.0, float("-inf")))
