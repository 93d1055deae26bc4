"""A program is written some lines at a time, and by compiled loops as by plain ones."""

from __future__ import annotations

import random
import sys

import numpy as np
import pytest

from benchmarks.workloads import WORKLOADS
from circuit import Circuit, jit, parse, trace
from circuit.errors import CircuitError, ResourceLimit
from compiler.emit import NODES, emit, pieces
from compiler.sweep import differentiate, gradient
from tests.mutants import NAMES, random_formula


def gradients() -> list[Circuit]:
    rng = random.Random(11)
    found = [gradient(trace(lambda x: np.where(x[0] > x[1], x[0] / 3, x[1] * x[1]), (2,)))]
    for formula in ["2 + 3", "x", "x/3 + y*2/7", "sqrt(2)*x + 1/3", *(random_formula(rng) for _ in range(120))]:
        try:
            found.append(differentiate(parse(formula, NAMES[:3], NAMES[3:])).circuit)
        except CircuitError:
            continue
    return found


def test_compiled_loops_name_the_registers_as_plain_ones_do(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("numba")
    circuits = gradients()
    monkeypatch.setattr(jit, "LOADED", sys.maxsize)
    monkeypatch.setattr(jit, "LARGE", sys.maxsize)
    plain = [emit(each) for each in circuits]
    monkeypatch.setattr(jit, "LOADED", 0)
    monkeypatch.setattr(jit, "LARGE", 0)
    assert [emit(each) for each in circuits] == plain


def test_a_program_is_written_some_lines_at_a_time() -> None:
    deep = WORKLOADS["deep"]
    whole = gradient(trace(deep.function(20_000, np), (10,)))
    written = list(pieces(whole, summary="of a chain"))
    assert "".join(written) == emit(whole, summary="of a chain")
    assert len(written) > len(whole) / NODES
    assert all(each.endswith("\n") or not each for each in written)
    assert max(each.count("\n") for each in written) <= NODES


def test_what_cannot_be_written_is_refused_before_the_first_line() -> None:
    circuit = parse("x*3")
    arrays = circuit.op.tobytes(), circuit.lhs.tobytes(), circuit.rhs.tobytes()
    long = Circuit(*arrays, {}, (circuit.constants[0] + 2**2000,), circuit.inputs, (), circuit.outputs)  # type: ignore[operator]
    with pytest.raises(ResourceLimit):
        pieces(long)
