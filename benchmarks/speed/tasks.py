"""What is measured: workloads as scalar formulas, as NumPy, as sympy expressions, a string, and the sweep alone."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from random import Random
from typing import Any

import numpy as np

from benchmarks import peers
from benchmarks.speed import far
from benchmarks.speed.rows import Job, Row, Task, measured
from benchmarks.workloads import Workload
from circuit import parse, trace
from compiler.simplify import fewest
from compiler.sweep import gradient

TERMS = 100_000  # of the longest string
NOT_HERE = "not installed (extra bench)"


def scalars(workload: Workload, size: int) -> Callable[..., Any]:
    """Return the workload as a function of scalars, one argument an input."""
    return lambda *x: workload.build(size, list(x), np)


def build(workload: Workload, size: int) -> Task:
    """Return: scalar formula to counted gradient circuit; ddx-ad's equation and jacobian; casadi's SX and Function."""
    inputs, start, function = workload.inputs(size), workload.start(size), scalars(workload, size)
    shapes = [()] * inputs
    casadi = peers.casadi()
    theirs: dict[str, Job | str] = {
        "ddx-ad": (lambda: peers.ddx_first_gradient(lambda x, space: workload.build(size, x, space), start))
        if peers.ddx()
        else NOT_HERE,
        "casadi": (lambda: peers.casadi_program(workload.function(size, casadi), inputs)) if casadi else NOT_HERE,
    }
    gates = trace(function, *shapes).gate_count
    return Task("formula", workload.name, gates, lambda: gradient(trace(function, *shapes)).gate_count, theirs)


def sweep(workload: Workload, size: int) -> Task:
    """Return: differentiation alone, beside casadi.gradient."""
    inputs, casadi = workload.inputs(size), peers.casadi()
    circuit = trace(workload.function(size, np), (inputs,))
    theirs: dict[str, Job | str] = {"casadi.gradient": NOT_HERE}
    if casadi:
        x = casadi.SX.sym("x", inputs)
        value = workload.function(size, casadi)(casadi.vertsplit(x))
        theirs["casadi.gradient"] = lambda: casadi.gradient(value, x)
    return Task("sweep", workload.name, circuit.gate_count, lambda: gradient(circuit), theirs)


def network(width: int) -> Task:
    """Return: a network width-width-width-1 as NumPy writes it, casadi's SX of matrices, ddx-ad gate by gate."""
    signals = np.array([Random(width).uniform(-1, 1) for _ in range(width)])
    shapes = ((width, width), (width,), (width, width), (width,), (width,), ())

    def error(space: Any, product: Callable[[Any, Any], Any], weights: Any) -> Any:
        w, b, v, c, u, d = weights
        last = product(u, space.tanh(product(v, space.tanh(product(w, signals) + b)) + c)) + d - 0.3
        return last * last

    def ours() -> int:
        return gradient(trace(lambda *weights: error(np, np.matmul, weights), *shapes)).gate_count

    def casadi_matrices() -> object:
        sizes = ((width, width), (width, 1), (width, width), (width, 1), (1, width), (1, 1))
        weights = [casadi.SX.sym(f"w{place}", *size) for place, size in enumerate(sizes)]
        value = error(casadi, casadi.mtimes, weights)
        flat = casadi.vertcat(*map(casadi.vec, weights))
        return casadi.Function("f", [flat], [value, casadi.gradient(value, flat)])

    casadi, ddx = peers.casadi(), peers.ddx()
    point = [Random(1).uniform(-1, 1) / width**0.5 for _ in range(2 * width * (width + 1) + width + 1)]
    unrolled = peers.unrolled_network(width, signals.tolist())
    theirs: dict[str, Job | str] = {
        "casadi of matrices": casadi_matrices if casadi else NOT_HERE,
        "ddx-ad unrolled": (lambda: peers.ddx_first_gradient(unrolled, point)) if ddx else NOT_HERE,
    }
    traced = trace(lambda *weights: error(np, np.matmul, weights), *shapes)
    return Task("NumPy", f"mlp {width}", traced.gate_count, ours, theirs)


def expression(workload: Workload, size: int) -> Task:
    """Return: a sympy expression to counted gradient circuit."""
    import sympy

    x = sympy.symbols(f"x:{workload.inputs(size)}")
    formula = workload.build(size, x, sympy)
    gates = parse(formula, x).gate_count
    return Task("sympy expression", workload.name, gates, lambda: gradient(parse(formula, x)).gate_count, {})


def string(terms: int) -> Task:
    """Return: a string of so many terms to circuit."""
    text = " + ".join(f"{place % 97}.5*x{place % 50}*sin(y{place % 31})" for place in range(terms))
    return Task("string", f"{terms:,}", parse(text).gate_count, lambda: parse(text), {})


def search(workload: Workload, size: int) -> Row:
    """Time the search for fewest gates, beyond the plain sweep, the second time it is done."""
    circuit = trace(workload.function(size, np), (workload.inputs(size),))
    fewest(circuit)
    start = time.process_time()
    fewest(circuit)
    middle = time.process_time()
    gradient(circuit)
    seconds = (middle - start) - (time.process_time() - middle)
    return Row("fewest adds", workload.name, circuit.gate_count, "", seconds)


def front_ends(chosen: list[Workload], most: int, rounds: int, peers: Iterable[str]) -> Iterator[Row]:
    """Yield the rows of NumPy, of sympy's expressions and of a string.

    Beside the expressions stand sympy's own derivatives, if it is among the peers.
    """
    yield from measured(network(round((most / 4) ** 0.5)), min(rounds, 3), {})
    for workload in chosen:
        (row,) = measured(expression(workload, workload.sizes[1]), rounds, {})
        yield from far_peers(row, workload.sizes[1], ["sympy"]) if "sympy" in peers else [row]
    yield from measured(string(min(most, TERMS)), rounds, {})


def far_peers(row: Row, size: int, names: Iterable[str]) -> Iterator[Row]:
    """Yield a row as it is beside each of the slower peers, each of which runs in a process of its own."""
    for name in names:
        found = far.measure(name, row.workload, size)
        if isinstance(found, str):
            yield replace(row, peer=f"{name}: {found}", peer_seconds=None, ratio=None, spread=None)
        else:
            yield replace(row, peer=name, peer_seconds=found, ratio=row.seconds / found, spread=None)
